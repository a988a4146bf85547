// SPDX-License-Identifier: Apache-2.0
#pragma once
// One column of the page Cut: the room's text, coloured by one tokenizer, and an editor of it at the same time. Only
// what is seen is laid out and painted, whatever the text's length. All columns share blocks, caret and place.
// Thread: GUI.

#include "widgets/tokenroom/text_blocks.h"
#include "widgets/tokenroom/token_block_layout.h"
#include "widgets/tokenroom/token_controller.h"

#include <QAbstractScrollArea>
#include <QHash>
#include <QTimer>

#include <memory>

namespace vitral {

/// Where typing goes; bytes of the text. anchor != at: what is selected.
struct TextCaret {
    std::size_t at = 0, anchor = 0;
    [[nodiscard]] std::size_t begin() const { return std::min(at, anchor); }
    [[nodiscard]] std::size_t end() const { return std::max(at, anchor); }
};

class TokenCanvas : public QAbstractScrollArea {
    Q_OBJECT
public:
    /// `blocks` and `caret` belong to the page and outlive this.
    TokenCanvas(TokenController& tokens, const TextBlocks& blocks, TextCaret& caret, int serial,
                QWidget* parent = nullptr);

    [[nodiscard]] int serial() const { return serial_; }
    void setLook(const TokenLook& look);
    void textChanged(); ///< blocks are the new ones already
    void cutChanged();
    void caretMoved(bool show); ///< the shared caret stands elsewhere
    void marksChanged() { viewport()->update(); }
    /// The first row on the screen: a block, and how much of its height is above (0..1).
    [[nodiscard]] std::pair<std::size_t, double> place() const;
    void setPlace(std::size_t block, double fraction);
    void showByte(std::size_t byte);

    /// Work done so far (tests): blocks laid out, blocks painted.
    [[nodiscard]] std::size_t nLaidOut() const { return nLaidOut_; }
    [[nodiscard]] std::size_t nPainted() const { return nPainted_; }
    /// The token under a point of the viewport.
    [[nodiscard]] std::optional<PlacedToken> tokenAt(const QPoint& point);
    [[nodiscard]] QString describe(const PlacedToken& token) const;
    /// The line of the caret as this tokenizer cuts it, tokens apart by " | ", the one at the caret in brackets: what a
    /// screen reader says. At most some hundred tokens around the caret.
    [[nodiscard]] QString spokenLine() const;

signals:
    void caretChanged(); ///< by this column: others follow
    void placeChanged(); ///< scrolled by the person
    void tokenClicked(const vitral::PlacedToken& token);
    void tokenOpened(const vitral::PlacedToken& token); ///< double click, or Ctrl+Enter

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void inputMethodEvent(QInputMethodEvent* event) override;
    [[nodiscard]] QVariant inputMethodQuery(Qt::InputMethodQuery query) const override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    bool focusNextPrevChild(bool next) override;

private:
    struct Shown {
        std::size_t block;
        double top; ///< in the viewport
        std::shared_ptr<const TokenBlockLayout> layout;
    };
    [[nodiscard]] std::vector<PlacedToken> tokensIn(std::size_t begin, std::size_t end) const;
    [[nodiscard]] std::shared_ptr<const TokenBlockLayout> layoutOf(std::size_t block);
    [[nodiscard]] BlockStyle style() const;
    void updateBar();
    void scrollBy(double pixels);
    void keepInside();
    void fillShown();
    [[nodiscard]] const Shown* shownAt(double y) const;
    [[nodiscard]] std::size_t byteAt(const QPoint& point);
    void moveCaret(std::size_t to, bool select);
    void moveRows(int rows, bool select);
    void insert(std::string_view text);
    void removeSelected();
    void copy() const;
    void paste();
    void hoverAt(const QPoint& point);
    bool editKey(QKeyEvent* event);
    bool moveKey(QKeyEvent* event);

    TokenController& tokens_;
    const TextBlocks& blocks_;
    TextCaret& caret_;
    int serial_;
    TokenLook look_;
    QHash<QByteArray, std::shared_ptr<const TokenBlockLayout>>
        cache_;                ///< by bytes and tokens: what an edit leaves stays
    std::vector<Shown> shown_; ///< as last filled
    std::size_t topBlock_ = 0;
    double topOffset_ = 0; ///< pixels of it above the viewport
    bool barMoves_ = false, pressed_ = false, dragged_ = false, caretOn_ = true;
    double wishX_ = -1; ///< where the caret goes in rows above and below
    QString preedit_;
    QTimer blink_;
    std::size_t nLaidOut_ = 0, nPainted_ = 0;
};

} // namespace vitral
