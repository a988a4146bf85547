// SPDX-License-Identifier: Apache-2.0
#pragma once
// Inpainting: a mask painted on a picture with a brush, the mask as the network sees it (in latents where it works on
// latents), the run, and the picture before and after with what changed inside and outside the mask. Thread: GUI.

#include "widgets/denoise/denoise_page.h"
#include "widgets/denoise/mask_canvas.h"
#include "widgets/denoise/picture_board.h"

class QBoxLayout;
class QLabel;
class QPushButton;
class QSlider;
class QToolButton;

namespace vitral {

class PaintPage : public DenoisePage {
    Q_OBJECT
public:
    explicit PaintPage(DenoiseController& denoise, QWidget* parent = nullptr);

    [[nodiscard]] QString name() const override { return QStringLiteral("paint"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("denoise-paint"); }
    [[nodiscard]] QString title() const override { return tr("Paint"); }
    [[nodiscard]] QString help() const override;
    [[nodiscard]] bool needsRun() const override { return false; }
    [[nodiscard]] QStringList exportFormats() const override;
    Result<void> exportAs(const QString& path, const QString& format, double scale) override;
    /// "end", "file=PATH", "stroke=x0 y0 x1 y1" (parts of the picture, 0..1), "run".
    void go(const QString& argument) override;

    [[nodiscard]] MaskCanvas* canvas() const { return canvas_; }
    [[nodiscard]] PictureBoard* masks() const { return masks_; }
    [[nodiscard]] PictureBoard* results() const { return results_; }
    [[nodiscard]] QString numbers() const;

protected:
    void runChanged(bool grew) override;
    void momentChanged(int moment) override;
    void settingsChanged() override;
    void retranslate() override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void openFile(const QString& path);
    void takeEnd();
    void adopt(const QImage& image);
    void maskEdited();
    void encode();
    void fillMasks();
    void fillResults();
    void refresh();

    MaskCanvas* canvas_;
    PictureBoard *masks_, *results_;
    QToolButton *open_, *erase_, *undo_;
    QPushButton *end_, *invert_, *clear_, *run_;
    QSlider* size_;
    QLabel *sizeText_, *state_, *masksTitle_, *resultsTitle_, *numbers_;
    QBoxLayout* body_;
    diffusion::PicturePtr init_, latent_, latentOf_; ///< latent_ is latentOf_ encoded
};

} // namespace vitral
