// SPDX-License-Identifier: Apache-2.0
#pragma once
// The time of the current run, below every page: its strip of thumbnails with the forward process under it, and play,
// step, slow. Thread: GUI.

#include "widgets/denoise/denoise_controller.h"
#include "widgets/denoise/step_strip.h"

#include <QTimer>
#include <QWidget>

#include <map>

class QComboBox;
class QLabel;
class QMenu;
class QToolButton;

namespace vitral {

class DenoiseTimeline : public QWidget {
    Q_OBJECT
public:
    explicit DenoiseTimeline(DenoiseController& denoise, QWidget* parent = nullptr);

    [[nodiscard]] bool playing() const { return timer_.isActive(); }
    void setPlaying(bool on);
    [[nodiscard]] StepStrip* strip() const { return strip_; }
    /// Every moment as the strip shows it, from noise to picture (for sheets and animations).
    [[nodiscard]] std::vector<QImage> frames() const;
    [[nodiscard]] QStringList marks() const { return strip_->content().marks; }

signals:
    void branchAsked();
    void forwardFileAsked(); ///< a picture for the forward process is to be chosen

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QToolButton* button(const QString& icon);
    void retranslate();
    void fill();
    void fillForward();
    void refreshMoment();
    void fillForwardMenu();
    void step(int by);
    [[nodiscard]] QImage thumb(const diffusion::DenoiseRecording& recording, const diffusion::DenoiseStepPtr& step,
                               bool clean) const;

    DenoiseController& denoise_;
    StepStrip* strip_;
    QToolButton *first_, *back_, *play_, *next_, *forwardButton_, *branch_;
    QComboBox *speed_, *what_;
    QLabel* text_;
    QMenu* forwardMenu_;
    QTimer timer_;
    /// Thumbnails made so far, by step and what they show; thrown away with the run.
    mutable std::map<std::pair<diffusion::DenoiseStepPtr, bool>, QImage> cache_;
    qint64 cachedRun_ = 0;
};

} // namespace vitral
