// SPDX-License-Identifier: Apache-2.0
#pragma once
// The latent space: a picture through the autoencoder and back with what is lost, any latent of a run decoded, what
// each channel carries; and walks between two seeds, two prompts or the ends of two runs. Thread: GUI.

#include "widgets/denoise/denoise_page.h"
#include "widgets/denoise/latent_trip.h"
#include "widgets/denoise/picture_board.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QToolButton;

namespace vitral {

class LatentPage : public DenoisePage {
    Q_OBJECT
public:
    explicit LatentPage(DenoiseController& denoise, QWidget* parent = nullptr);

    enum class Source : std::uint8_t { End, X, X0, File };
    enum class Walk : std::uint8_t { Seeds, Prompts, Runs };

    [[nodiscard]] QString name() const override { return QStringLiteral("latent"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("denoise-latent"); }
    [[nodiscard]] QString title() const override { return tr("Latents"); }
    [[nodiscard]] QString help() const override;
    [[nodiscard]] bool needsRun() const override { return false; }
    [[nodiscard]] QStringList exportFormats() const override;
    Result<void> exportAs(const QString& path, const QString& format, double scale) override;
    [[nodiscard]] QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;
    void go(const QString& argument) override; ///< "source=2", "file=PATH", "channels", "walk=0", "other=WORDS"

    [[nodiscard]] PictureBoard* trip() const { return trip_; }
    [[nodiscard]] PictureBoard* walk() const { return walk_; }
    [[nodiscard]] QString numbers() const;
    void startWalk();

protected:
    void runChanged(bool grew) override;
    void otherChanged() override;
    void momentChanged(int moment) override;
    void retranslate() override;

private:
    struct Place {
        diffusion::DenoiseSettings settings;
        diffusion::PicturePtr picture;
        QString note;
        double at = 0; ///< 0..1
    };
    void ask();
    void openFile(const QString& path);
    void fillTrip();
    void fillWalk();
    void walkRuns();
    void refresh();

    QComboBox *source_, *kind_;
    QToolButton* open_;
    QCheckBox* each_;
    QLabel *tripTitle_, *numbers_, *walkTitle_, *walkState_, *seedLabel_, *promptLabel_, *countLabel_;
    PictureBoard *trip_, *walk_;
    QLineEdit *seed_, *prompt_;
    QSpinBox* count_;
    QPushButton *start_, *cancel_;
    QImage file_;
    QString fileName_;
    std::optional<LatentTrip> done_;
    QString problem_;
    std::vector<Place> places_;
    quint64 generation_ = 0;
};

} // namespace vitral
