// SPDX-License-Identifier: Apache-2.0
#pragma once
// One step of the run: every picture of it, the curves over all steps, the predictions as vectors with their angles,
// and the numbers of one pixel with the arithmetic that joins them. Thread: GUI.

#include "widgets/denoise/denoise_page.h"
#include "widgets/denoise/picture_board.h"
#include "widgets/denoise/step_curves.h"
#include "widgets/denoise/vector_diagram.h"
#include "widgets/inside/grid_view.h"

class QBoxLayout;
class QCheckBox;
class QComboBox;
class QLabel;

namespace vitral {

class StepsPage : public DenoisePage {
    Q_OBJECT
public:
    explicit StepsPage(DenoiseController& denoise, QWidget* parent = nullptr);

    [[nodiscard]] QString name() const override { return QStringLiteral("steps"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("denoise-steps"); }
    [[nodiscard]] QString title() const override { return tr("Steps"); }
    [[nodiscard]] QString help() const override;
    [[nodiscard]] QString missing() const override;
    [[nodiscard]] QStringList exportFormats() const override;
    Result<void> exportAs(const QString& path, const QString& format, double scale) override;
    [[nodiscard]] QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;
    void go(const QString& argument) override; ///< "5": the moment; "5:3,4": and a pixel

    [[nodiscard]] PictureBoard* board() const { return board_; }
    [[nodiscard]] StepCurves* curves() const { return curves_; }
    [[nodiscard]] QString arithmetic() const; ///< of the marked pixel, as shown

protected:
    void runChanged(bool grew) override;
    void momentChanged(int moment) override;
    void settingsChanged() override;
    void retranslate() override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void fillPictures();
    void fillCurves();
    void fillVectors();
    void fillReadOut();
    struct Shown {
        StepPicture which;
        diffusion::PicturePtr picture;
    };
    [[nodiscard]] std::vector<Shown> shown() const; ///< those of the step that are there

    QCheckBox* smooth_;
    QComboBox* latent_;
    QLabel* stepText_;
    PictureBoard* board_;
    StepCurves* curves_;
    QBoxLayout* below_;
    VectorDiagram* diagram_;
    GridView *cosines_, *readOut_;
    QLabel *cosinesTitle_, *readOutTitle_, *sums_;
};

} // namespace vitral
