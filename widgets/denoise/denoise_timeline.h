// SPDX-License-Identifier: Apache-2.0
#pragma once
// The time of the current run, below every page: its strip of thumbnails with the forward process under it, and play,
// step, slow. A page with a time of its own (PageTime) has it shown here instead. Thumbnails are made on the room's
// pool. Thread: GUI.

#include "widgets/denoise/denoise_controller.h"
#include "widgets/denoise/page_time.h"

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
    /// Null: the current run's. The page calls ownChanged() and ownMoved() itself.
    void setTime(PageTime* own);
    void ownChanged();
    void ownMoved() { refreshMoment(); }
    [[nodiscard]] bool showsClean() const; ///< what each step expects the end to be, else x
    /// Every moment of a run in full size, from noise to picture (for sheets and animations). Thread: any.
    [[nodiscard]] static std::vector<QImage> frames(const diffusion::DenoiseRecording& run, bool clean);
    [[nodiscard]] static QStringList marks(const diffusion::DenoiseRecording& run); ///< noise levels of its moments

signals:
    void branchAsked();
    void forwardFileAsked(); ///< a picture for the forward process is to be chosen

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QToolButton* button(const QString& icon);
    void retranslate();
    void fill();
    [[nodiscard]] StripContent runContent();
    void makeMissing();
    void layOut();
    void refreshMoment();
    [[nodiscard]] int nMoment() const;
    [[nodiscard]] int moment() const;
    void setMoment(int moment);
    void fillForwardMenu();
    void step(int by);

    DenoiseController& denoise_;
    StepStrip* strip_;
    QToolButton *first_, *back_, *play_, *next_, *forwardButton_, *branch_;
    QComboBox *speed_, *what_;
    QLabel* text_;
    QMenu* forwardMenu_;
    QTimer timer_;
    PageTime* own_ = nullptr;
    /// Thumbnails made so far, by what they show; thrown away with the run.
    std::map<diffusion::PicturePtr, QImage> cache_;
    qint64 cachedRun_ = 0;
    /// The forward process as it was made last, and of what.
    std::vector<QImage> forward_;
    diffusion::PicturePtr forwardOf_;
    quint64 forwardSeed_ = 0;
};

} // namespace vitral
