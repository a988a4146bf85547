// SPDX-License-Identifier: Apache-2.0
#pragma once
// Two runs step by step: the same pictures of both with their difference, how far apart they are over all steps, and
// what was set otherwise. A branch is made here or in the timeline. Thread: GUI.

#include "widgets/denoise/denoise_page.h"
#include "widgets/denoise/picture_board.h"
#include "widgets/inside/line_chart.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;

namespace vitral {

class BranchesPage : public DenoisePage {
    Q_OBJECT
public:
    explicit BranchesPage(DenoiseController& denoise, QWidget* parent = nullptr);

    [[nodiscard]] QString name() const override { return QStringLiteral("branches"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("fork"); }
    [[nodiscard]] QString title() const override { return tr("Branches"); }
    [[nodiscard]] QString help() const override;
    [[nodiscard]] QString missing() const override;
    [[nodiscard]] QStringList exportFormats() const override;
    Result<void> exportAs(const QString& path, const QString& format, double scale) override;

    [[nodiscard]] PictureBoard* board() const { return board_; }
    [[nodiscard]] LineChart* chart() const { return chart_; }
    [[nodiscard]] QString differenceText() const;

protected:
    void runChanged(bool grew) override;
    void otherChanged() override;
    void momentChanged(int moment) override;
    void settingsChanged() override;
    void retranslate() override;

private:
    void fillRuns();
    void fillPictures();
    void fillChart();
    void fillWords();

    QComboBox* other_;
    QLabel *otherLabel_, *words_, *branchWords_;
    QPushButton* branch_;
    QCheckBox* smooth_;
    PictureBoard* board_;
    LineChart* chart_;
};

} // namespace vitral
