// SPDX-License-Identifier: Apache-2.0
#pragma once
// Words to pixels: for each word of the prompt, which pixels looked at it, by step, block and head or averaged, drawn
// over the picture. Thread: GUI.

#include "widgets/denoise/denoise_page.h"
#include "widgets/denoise/picture_board.h"
#include "widgets/denoise/word_heat.h"
#include "widgets/inside/bar_list.h"

#include <set>

class QBoxLayout;
class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;

namespace vitral {

class WordsPage : public DenoisePage {
    Q_OBJECT
public:
    explicit WordsPage(DenoiseController& denoise, QWidget* parent = nullptr);

    [[nodiscard]] QString name() const override { return QStringLiteral("words"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("denoise-words"); }
    [[nodiscard]] QString title() const override { return tr("Words"); }
    [[nodiscard]] QString help() const override;
    [[nodiscard]] QString missing() const override;
    [[nodiscard]] QStringList exportFormats() const override;
    Result<void> exportAs(const QString& path, const QString& format, double scale) override;
    [[nodiscard]] QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;
    /// "red cat": these words alone; "mean", "step=3", "block=NAME", "head=1".
    void go(const QString& argument) override;

    [[nodiscard]] PictureBoard* board() const { return board_; }
    [[nodiscard]] QString averageText() const; ///< what the heat is averaged over, as shown
    [[nodiscard]] const WordHeat& heat() const { return heat_; }

protected:
    void runChanged(bool grew) override;
    void momentChanged(int moment) override;
    void retranslate() override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    void fillChoices();
    void fillChips();
    void compute();
    void paintHeat();
    void fillReadOut();
    [[nodiscard]] HeatChoice choice() const;
    [[nodiscard]] QString word(std::int32_t i) const;
    [[nodiscard]] bool isSpecial(std::int32_t i) const;

    QWidget* chipRow_;
    std::vector<QPushButton*> chips_;
    QComboBox *block_, *head_, *steps_;
    QCheckBox *over_, *common_, *special_;
    QLabel *average_, *readTitle_;
    QBoxLayout* body_;
    PictureBoard* board_;
    BarList* bars_;
    WordHeat heat_;
    HeatChoice heatOf_;
    std::set<std::int32_t> off_; ///< words taken off the board
};

} // namespace vitral
