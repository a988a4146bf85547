// SPDX-License-Identifier: Apache-2.0
#pragma once
// The network at one step: drawn from the operations it really carried out, the channels of any of its blocks, and its
// skip connections, each with a factor; the step is computed again while a factor moves. Thread: GUI.

#include "widgets/denoise/denoise_page.h"
#include "widgets/denoise/network_canvas.h"
#include "widgets/denoise/picture_board.h"

class QBoxLayout;
class QCheckBox;
class QLabel;
class QPushButton;
class QSlider;

namespace vitral {

class NetworkPage : public DenoisePage {
    Q_OBJECT
public:
    explicit NetworkPage(DenoiseController& denoise, QWidget* parent = nullptr);

    [[nodiscard]] QString name() const override { return QStringLiteral("network"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("denoise-network"); }
    [[nodiscard]] QString title() const override { return tr("Network"); }
    [[nodiscard]] QString help() const override;
    [[nodiscard]] QString missing() const override;
    [[nodiscard]] QStringList exportFormats() const override;
    Result<void> exportAs(const QString& path, const QString& format, double scale) override;
    void go(const QString& argument) override; ///< "block=unet.mid", "skip=2=0.5", "off"

    [[nodiscard]] NetworkCanvas* canvas() const { return canvas_; }
    [[nodiscard]] PictureBoard* pictures() const { return pictures_; }
    [[nodiscard]] PictureBoard* channels() const { return channels_; }
    void setScale(int skip, double factor);

protected:
    void runChanged(bool grew) override;
    void momentChanged(int moment) override;
    void retranslate() override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void look(bool plain); ///< plain: with the run's own factors
    [[nodiscard]] int step() const;
    [[nodiscard]] std::vector<float> ownScales() const;
    void showSkip();
    void fillPictures();
    void fillChannels();
    [[nodiscard]] bool changed() const { return scales_ != own_; }

    NetworkCanvas* canvas_;
    PictureBoard *pictures_, *channels_;
    QLabel *words_, *skipText_, *picturesTitle_, *channelsTitle_;
    QSlider* factor_;
    QPushButton *allOff_, *reset_, *runWith_;
    QCheckBox* common_;
    QBoxLayout* body_;
    diffusion::DenoiseRecordingPtr plain_, changed_; ///< the step as it was, and with other factors
    std::vector<float> own_, scales_;
    qint64 of_ = 0;
    int ofStep_ = -1;
    QStringList asked_; ///< of go(), before there was a drawing
    QString problem_;
};

} // namespace vitral
