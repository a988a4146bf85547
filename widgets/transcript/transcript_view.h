// SPDX-License-Identifier: Apache-2.0
#pragma once
// The messages of a conversation, painted by itself: only what is seen is laid out, so that the length of a
// conversation does not matter. It stays at its end while text arrives, unless the person has scrolled away. Selection
// goes across messages. Every message has a row of actions that follows the pointer and the keyboard. Thread: GUI.

#include "widgets/chat/transcript_source.h"
#include "widgets/tokens/token_scale.h"
#include "widgets/transcript/message_editor.h"
#include "widgets/transcript/message_layout.h"

#include <QAbstractScrollArea>
#include <QPointer>

#include <memory>
#include <optional>
#include <vector>

namespace vitral {

class MessageToolBar;

class TranscriptView : public QAbstractScrollArea {
    Q_OBJECT
public:
    explicit TranscriptView(QWidget* parent = nullptr);
    ~TranscriptView() override;

    void setSource(TranscriptSource* source);
    [[nodiscard]] TranscriptSource* source() const { return source_; }

    void setTokenMode(bool on);
    [[nodiscard]] bool tokenMode() const { return view_ == MessageView::Tokens; }
    void setMeasure(TokenMeasure measure);
    [[nodiscard]] TokenMeasure measure() const { return measure_; }

    void scrollToEnd();
    void scrollToMessage(int index);
    [[nodiscard]] bool atEnd() const { return stick_; }
    struct Anchor { ///< what stands at the top of the viewport
        int message = 0;
        int block = 0;
        double offset = 0;
    };
    [[nodiscard]] Anchor anchor() const;
    void restore(const Anchor& anchor); ///< of these or the same messages
    [[nodiscard]] int currentMessage() const { return current_; }
    void setCurrentMessage(int index, bool scroll = true);
    void editMessage(int index);
    [[nodiscard]] bool editing() const { return editor_ != nullptr; }
    [[nodiscard]] QString unfinishedEdit() const; ///< what was changed in a message and not yet taken; empty: nothing
    [[nodiscard]] QString selectedText() const;
    /// The paragraph under a point of the viewport and the character there; an empty text: none.
    [[nodiscard]] std::pair<QString, int> textAt(const QPoint& point) const;
    void selectAll();
    void copy();
    /// Copies a whole message as it was written (Markdown).
    void copyMessage(int index);
    void clearSelection();
    [[nodiscard]] const TranscriptStyle& style() const { return style_; } // NOLINT: hides QWidget::style on purpose
    /// For the actions while an answer streams.
    void setBusy(bool busy);
    /// The token that is chosen elsewhere: outlined in token mode, and brought into view. -1: none.
    void setMarkedToken(int message, int token);
    [[nodiscard]] std::pair<int, int> markedToken() const { return {markedMessage_, markedToken_}; }
    /// Offers "Look inside" for messages (insideRequested).
    void setOffersInside(bool on);
    /// Where a token stands on the screen; empty when it is not laid out.
    [[nodiscard]] QRect globalTokenRect(int message, int token) const;
    /// Milliseconds of the last paint, layout included: for the benchmark.
    [[nodiscard]] double lastPaintMs() const { return lastPaintMs_; }
    [[nodiscard]] int nLaidOut() const; ///< messages with lines: for tests

    // For screen readers.
    [[nodiscard]] QString speakerOf(int message) const; ///< "You", the model's name, "System"
    [[nodiscard]] QString textOf(int message) const;    ///< as it is shown, without the marks of Markdown
    [[nodiscard]] QRect globalMessageRect(int message) const;

signals:
    void editTyped();
    void editRequested(vitral::MessageId id, const QString& text, bool thenAnswer);
    void regenerateRequested(vitral::MessageId id);
    void continueRequested(vitral::MessageId id);
    void removeRequested(vitral::MessageId id);
    void siblingRequested(vitral::MessageId id, int step);
    /// A token was pointed at; -1: none any more. `where` is in global coordinates.
    void tokenHovered(int message, int token, const QRect& where);
    void tokenClicked(int message, int token, const QRect& where);
    void insideRequested(vitral::MessageId id);
    /// Shows how tokenizers cut the message; `token`: of the message, -1: none is meant.
    void tokensRequested(vitral::MessageId id, int token);
    void linkActivated(const QUrl& url);
    void endReached(bool atEnd);
    void currentChanged(int index);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void changeEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void timerEvent(QTimerEvent* event) override;

private:
    struct Place { ///< a place in the whole transcript
        int message = 0;
        TextPlace text;
        auto operator<=>(const Place&) const = default;
    };

    // transcript_view.cpp: content and geometry
    void onReset(int first);
    void onAppended(int index);
    void onGrew(int index);
    void onChanged(int index);
    void rebuildTops();
    void layOutVisible();
    void updateScrollBar();
    void restyle();
    [[nodiscard]] int messageAt(double y) const;
    [[nodiscard]] double columnLeft() const;
    [[nodiscard]] double columnWidth() const;
    [[nodiscard]] int scrollY() const;
    void placeOverlays();
    void describeCurrent();

    // transcript_input.cpp: mouse, keyboard, selection
    [[nodiscard]] Place placeAt(const QPoint& point, MessageHit* hit = nullptr, int* message = nullptr) const;
    void hover(const QPoint& point);
    void showMenu(int message, const QPoint& global);
    void selectWordAt(const QPoint& point);
    bool walkTokens(const QKeyEvent* event);
    [[nodiscard]] std::pair<Place, Place> selection() const;

    QPointer<TranscriptSource> source_;
    TranscriptStyle style_;
    std::vector<std::unique_ptr<MessageLayout>> messages_;
    std::vector<double> tops_; ///< one more than messages: the last is the whole height
    MessageView view_ = MessageView::Rendered;
    TokenMeasure measure_ = TokenMeasure::Probability;
    bool stick_ = true; ///< at the end and wants to stay there
    bool settingScroll_ = false;
    bool busy_ = false;
    int current_ = -1, hovered_ = -1;
    int hoverMessage_ = -1, hoverToken_ = -1;
    int markedMessage_ = -1, markedToken_ = -1;
    bool offersInside_ = false;

    std::optional<Place> selStart_;
    Place selEnd_;
    bool selecting_ = false;
    QPoint pressAt_;
    int autoScrollTimer_ = 0;

    MessageToolBar* toolBar_ = nullptr;
    QPointer<MessageEditor> editor_;
    int editorMessage_ = -1;
    double lastPaintMs_ = 0;
};

} // namespace vitral
