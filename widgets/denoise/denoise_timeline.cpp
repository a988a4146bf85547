// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/denoise_timeline.h"

#include "widgets/design/elided_label.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/value_text.h"
#include "widgets/shell/ways.h"

#include <QComboBox>
#include <QInputDialog>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>

namespace vitral {

using namespace diffusion;

namespace {

constexpr int kStepMs[] = {1200, 500, 200, 80}; // slow to fast
constexpr int kUsualSpeed = 1, kSpeeds = 4;
constexpr int kThumbPixels = 96;

QImage small(QImage image) {
    return image.width() > kThumbPixels || image.height() > kThumbPixels
               ? image.scaled(kThumbPixels, kThumbPixels, Qt::KeepAspectRatio, Qt::SmoothTransformation)
               : image;
}

QString noiseMark(const StepTime& time) {
    return time.sigma == 0 ? QStringLiteral("0") : numberText(time.alpha > 0 ? time.sigma / time.alpha : INFINITY, 3);
}

} // namespace

DenoiseTimeline::DenoiseTimeline(DenoiseController& denoise, QWidget* parent) : QWidget(parent), denoise_(denoise) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace1);
    auto* row = new FlowRow;
    first_ = button(QStringLiteral("step-first"));
    back_ = button(QStringLiteral("chevron-left"));
    play_ = button(QStringLiteral("play"));
    next_ = button(QStringLiteral("chevron-right"));
    speed_ = new QComboBox(this);
    what_ = new QComboBox(this);
    for (int i = 0; i < kSpeeds; ++i)
        speed_->addItem(QString());
    speed_->setCurrentIndex(kUsualSpeed);
    what_->addItems({QString(), QString()});
    forwardButton_ = button(QStringLiteral("noise"));
    forwardButton_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    forwardMenu_ = new QMenu(forwardButton_);
    forwardButton_->setMenu(forwardMenu_);
    forwardButton_->setPopupMode(QToolButton::InstantPopup);
    branch_ = button(QStringLiteral("fork"));
    branch_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    text_ = new design::ElidedLabel(this);
    text_->setProperty("role", "small");
    for (QWidget* widget :
         std::initializer_list<QWidget*>{first_, back_, play_, next_, speed_, what_, forwardButton_, branch_})
        row->addWidget(widget);
    strip_ = new StepStrip(this);
    column->addLayout(row);
    column->addWidget(text_);
    column->addWidget(strip_);

    connect(first_, &QToolButton::clicked, this, [this] { denoise_.setMoment(0); });
    connect(back_, &QToolButton::clicked, this, [this] { step(-1); });
    connect(next_, &QToolButton::clicked, this, [this] { step(1); });
    connect(play_, &QToolButton::clicked, this, [this] { setPlaying(!playing()); });
    back_->setAutoRepeat(true);
    next_->setAutoRepeat(true);
    connect(branch_, &QToolButton::clicked, this, &DenoiseTimeline::branchAsked);
    connect(strip_, &StepStrip::momentChosen, this, [this](int moment) {
        setPlaying(false);
        denoise_.setMoment(moment);
    });
    connect(speed_, &QComboBox::currentIndexChanged, this,
            [this](int i) { timer_.setInterval(Ways::shared().playMs(kStepMs[std::max(0, i)])); });
    connect(what_, &QComboBox::currentIndexChanged, this, &DenoiseTimeline::fill);
    connect(forwardMenu_, &QMenu::aboutToShow, this, &DenoiseTimeline::fillForwardMenu);
    timer_.setInterval(kStepMs[kUsualSpeed]);
    connect(&timer_, &QTimer::timeout, this, [this] {
        const DenoiseRecordingPtr r = denoise_.recording();
        if (!r || denoise_.moment() >= DenoiseController::momentCount(*r) - 1)
            return setPlaying(false);
        denoise_.setMoment(denoise_.moment() + 1);
    });
    connect(&denoise_, &DenoiseController::currentChanged, this, [this](bool grew) {
        if (!grew)
            setPlaying(false);
        fill();
    });
    connect(&denoise_, &DenoiseController::momentChanged, this, &DenoiseTimeline::refreshMoment);
    connect(&denoise_, &DenoiseController::forwardChanged, this, &DenoiseTimeline::fill);
    retranslate();
}

QToolButton* DenoiseTimeline::button(const QString& icon) {
    auto* made = new QToolButton(this);
    made->setIcon(design::icon(icon));
    made->setIconSize({design::kIcon, design::kIcon});
    return made;
}

void DenoiseTimeline::retranslate() {
    const auto name = [](QToolButton* b, const QString& text, const QString& keys = {}) {
        b->setAccessibleName(text);
        b->setToolTip(keys.isEmpty() ? text : text + QStringLiteral(" (") + keys + QLatin1Char(')'));
    };
    name(first_, tr("To the noise"), tr("Home"));
    name(back_, tr("One step back"), tr("Left"));
    name(next_, tr("One step on"), tr("Right"));
    name(play_, playing() ? tr("Pause") : tr("Play"), tr("Space"));
    branch_->setText(tr("Branch here"));
    name(branch_, tr("Go on from this step with the settings as they are now"));
    forwardButton_->setText(tr("Add noise to\u2026"));
    name(forwardButton_, tr("The forward process: noise is added to a picture, on the same axis"));
    const QString speeds[] = {tr("very slow"), tr("slow"), tr("normal"), tr("fast")};
    for (int i = 0; i < kSpeeds; ++i)
        speed_->setItemText(i, speeds[i]);
    speed_->setAccessibleName(tr("Speed"));
    speed_->setToolTip(tr("Speed of playing"));
    what_->setItemText(0, tr("x with its noise"));
    what_->setItemText(1, tr("predicted picture"));
    what_->setAccessibleName(tr("What the strip shows"));
    strip_->setAccessibleName(tr("Steps of the run, from noise to picture"));
    fill();
}

void DenoiseTimeline::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

void DenoiseTimeline::setPlaying(bool on) {
    const DenoiseRecordingPtr r = denoise_.recording();
    if (on && r && denoise_.moment() >= DenoiseController::momentCount(*r) - 1)
        denoise_.setMoment(0);
    if (on && r && Ways::shared().reducedMotion()) // its end, at once
        denoise_.setMoment(DenoiseController::momentCount(*r) - 1);
    if (on && r)
        timer_.start(Ways::shared().playMs(kStepMs[std::max(0, speed_->currentIndex())]));
    else
        timer_.stop();
    play_->setIcon(design::icon(playing() ? QStringLiteral("pause") : QStringLiteral("play")));
    const QString text = playing() ? tr("Pause") : tr("Play");
    play_->setAccessibleName(text);
    play_->setToolTip(text + QStringLiteral(" (") + tr("Space") + QLatin1Char(')'));
}

void DenoiseTimeline::step(int by) {
    setPlaying(false);
    denoise_.setMoment(denoise_.moment() + by);
}

void DenoiseTimeline::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Space)
        setPlaying(!playing());
    else
        QWidget::keyPressEvent(event);
}

QImage DenoiseTimeline::thumb(const DenoiseRecording& recording, const DenoiseStepPtr& step, bool clean) const {
    const DenoiseStep& s = *step;
    const auto key = std::pair(step, clean);
    if (const auto found = cache_.find(key); found != cache_.end())
        return found->second;
    QImage image;
    if (clean && s.preview)
        image = imageFromPixels(*s.preview);
    const PicturePtr& picture = clean ? s.x0 : s.x;
    if (image.isNull() && picture)
        image = DenoiseController::showOf(recording, *picture, false, LatentLook::Colours).image;
    return cache_[key] = small(std::move(image));
}

std::vector<QImage> DenoiseTimeline::frames() const {
    std::vector<QImage> frames;
    const DenoiseRecordingPtr r = denoise_.recording();
    if (!r)
        return frames;
    const bool clean = what_->currentIndex() == 1;
    for (const DenoiseStepPtr& s : r->steps) {
        const PicturePtr& picture = clean ? (s->preview ? s->preview : s->x0) : s->x;
        QImage image = clean && s->preview ? imageFromPixels(*s->preview) : QImage();
        if (image.isNull() && picture)
            image = DenoiseController::showOf(*r, *picture, false, LatentLook::Colours).image;
        frames.push_back(std::move(image));
    }
    if (r->result)
        frames.push_back(imageFromPixels(*r->result));
    return frames;
}

void DenoiseTimeline::fill() {
    const DenoiseRecordingPtr r = denoise_.recording();
    if (denoise_.currentId() != cachedRun_) {
        cache_.clear();
        cachedRun_ = denoise_.currentId();
    }
    StripContent content;
    content.empty = tr("The steps of a run stand here, from noise to picture. Play them, or drag along them.");
    const QLocale locale;
    if (r) {
        content.nMoment = DenoiseController::momentCount(*r);
        const bool clean = what_->currentIndex() == 1;
        for (const DenoiseStepPtr& s : r->steps)
            content.run.push_back(s ? thumb(*r, s, clean) : QImage());
        if (int(content.run.size()) == content.nMoment - 1 && !r->steps.empty()) {
            QImage end = r->result ? imageFromPixels(*r->result) : QImage();
            if (end.isNull() && r->steps.back()->next)
                end = DenoiseController::showOf(*r, *r->steps.back()->next, false, LatentLook::Colours).image;
            content.run.push_back(small(end));
        }
        for (int i = 0; i < content.nMoment; ++i) {
            const StepTime time = std::size_t(i) < r->times.size() ? r->times[std::size_t(i)] : StepTime{};
            content.marks << QStringLiteral("\u03C3 ") + noiseMark(time);
            content.words << (i + 1 < content.nMoment
                                  ? tr("Before step %1 of %2: timestep %3, noise level %4")
                                        .arg(locale.toString(i + 1), locale.toString(content.nMoment - 1),
                                             numberText(time.timestep, 5), noiseMark(time))
                                  : tr("The end: no noise is left"));
            if (denoise_.forward())
                if (const PicturePtr noisy = denoise_.forwardAt(time))
                    content.forward.push_back(
                        small(DenoiseController::showOf(*r, *noisy, false, LatentLook::Colours).image));
        }
        if (r->parent || (denoise_.currentRun() != nullptr && denoise_.currentRun()->parent != 0))
            content.branchedAt = std::max(1, int(denoise_.currentRun()->branchStep) + 1);
        content.runName = tr("The run, from left to right");
        if (denoise_.forward())
            content.forwardName = tr("Noise added to %1, from right to left").arg(denoise_.forward()->name);
    }
    strip_->setContent(std::move(content));
    const bool there = r != nullptr;
    for (QWidget* widget : std::initializer_list<QWidget*>{first_, back_, play_, next_, speed_, what_, branch_})
        widget->setEnabled(there);
    refreshMoment();
}

void DenoiseTimeline::refreshMoment() {
    const DenoiseRecordingPtr r = denoise_.recording();
    strip_->setCurrent(denoise_.moment());
    if (!r) {
        text_->clear();
        return;
    }
    const QLocale locale;
    QStringList parts = {strip_->content().words.value(denoise_.moment())};
    if (const DenoiseStepPtr s = DenoiseController::stepAt(r, denoise_.moment())) {
        if (s->seconds > 0)
            parts << durationText(s->seconds);
    } else {
        parts << tr("not computed yet");
    }
    if (strip_->shownEvery() > 1)
        parts << tr("one thumbnail for %1 steps").arg(locale.toString(strip_->shownEvery()));
    text_->setText(parts.join(QStringLiteral("  \u00B7  ")));
    text_->setToolTip(text_->text());
    branch_->setEnabled(denoise_.moment() < int(r->steps.size()) && denoise_.model() != nullptr);
}

void DenoiseTimeline::fillForwardMenu() {
    forwardMenu_->clear();
    forwardMenu_->addAction(tr("A picture of mine\u2026"), this, &DenoiseTimeline::forwardFileAsked);
    const DenoiseRun* run = denoise_.currentRun();
    QAction* own = forwardMenu_->addAction(tr("The end of this run"), this,
                                           [this] { denoise_.setForwardRun(denoise_.currentId()); });
    own->setEnabled(run != nullptr && run->recording && run->state == RunState::Done);
    if (denoise_.forward()) {
        forwardMenu_->addAction(tr("Other noise"), this,
                                [this] { denoise_.setForwardSeed(denoise_.forward()->seed + 1); });
        forwardMenu_->addSeparator();
        forwardMenu_->addAction(tr("No forward process"), this, [this] { denoise_.clearForward(); });
    }
}

} // namespace vitral
