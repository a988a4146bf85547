// SPDX-License-Identifier: Apache-2.0
#pragma once
// The text, cut live by every tokenizer that is open, side by side: one column each, all of them editors of the same
// text. Thread: GUI.

#include "widgets/tokenroom/text_blocks.h"
#include "widgets/tokenroom/token_canvas.h"
#include "widgets/tokenroom/token_view.h"

#include <map>
#include <optional>
#include <utility>

class QCheckBox;
class QHBoxLayout;
class QLabel;
class QPushButton;
class QScrollArea;
class QToolButton;

namespace vitral {

class PathView;

/// A canvas with the name of its tokenizer and what the text costs there.
struct CutColumn {
    QWidget* frame = nullptr;
    QLabel *name = nullptr, *counts = nullptr, *note = nullptr;
    QToolButton* close = nullptr;
    QPushButton *again = nullptr, *asText = nullptr; ///< below a note: once more; the file as this room's text
    TokenCanvas* canvas = nullptr;
};

class CutView final : public TokenView {
    Q_OBJECT
public:
    explicit CutView(TokenController& tokens, QWidget* parent = nullptr);

    [[nodiscard]] QString name() const override { return QStringLiteral("cut"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("token-cut"); }
    [[nodiscard]] QString title() const override { return tr("Cut"); }
    [[nodiscard]] QString help() const override;
    [[nodiscard]] QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;
    /// "ids", "pieces", "bytes", "points", "blanks" (joined by "+"), or "token.5" of the current tokenizer.
    void go(const QString& argument) override;

    [[nodiscard]] TokenCanvas* canvas(int tokenizer) const; ///< null: it has no column
    [[nodiscard]] const TokenLook& look() const { return look_; }
    void setLook(const TokenLook& look);
    [[nodiscard]] PathView* pathBelow() const { return below_; }
    [[nodiscard]] const TextBlocks& blocks() const { return blocks_; }

protected:
    void textChanged(std::size_t at, std::size_t removed, std::size_t inserted) override;
    void tokenizersChanged() override;
    void cutChanged(int tokenizer) override;
    void selectionChanged(QObject* origin) override;
    void hoverChanged(QObject* origin) override;
    void retranslate() override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void showPath();
    CutColumn makeColumn(int serial);
    void chooseWanted();
    void choose(int serial, const PlacedToken& token);
    void fillCounts(int tokenizer);
    void fillStrip();
    void updateLook();

    TextBlocks blocks_;
    TextCaret caret_;
    TokenLook look_;
    std::optional<std::pair<int, std::size_t>> wantedToken_; ///< serial and number: chosen as soon as the text is cut
    std::size_t knownBytes_ = 0;                             ///< of the text blocks_ stand for
    std::map<int, CutColumn> columns_;                       ///< by serial
    QScrollArea* scroll_;
    QWidget* row_;
    QHBoxLayout* rowLayout_;
    QCheckBox *ids_, *pieces_, *bytes_, *points_, *blanks_, *special_;
    QWidget* stripRow_;
    QLabel* strip_;
    QPushButton* path_;
    QToolButton* showBelow_; ///< the path of the chosen token stands below the columns
    PathView* below_;
};

} // namespace vitral
