// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/denoise_timeline.h"

#include "widgets/denoise/denoise_words.h"
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
constexpr int kRoomForWords = 620, kFewLetters = 7; ///< at the usual font size

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

    connect(first_, &QToolButton::clicked, this, [this] { setMoment(0); });
    connect(back_, &QToolButton::clicked, this, [this] { step(-1); });
    connect(next_, &QToolButton::clicked, this, [this] { step(1); });
    connect(play_, &QToolButton::clicked, this, [this] { setPlaying(!playing()); });
    back_->setAutoRepeat(true);
    next_->setAutoRepeat(true);
    connect(branch_, &QToolButton::clicked, this, &DenoiseTimeline::branchAsked);
    connect(strip_, &StepStrip::roomChanged, this, &DenoiseTimeline::refreshMoment);
    connect(strip_, &StepStrip::momentChosen, this, [this](int moment) {
        setPlaying(false);
        setMoment(moment);
    });
    connect(speed_, &QComboBox::currentIndexChanged, this,
            [this](int i) { timer_.setInterval(Ways::shared().playMs(kStepMs[std::max(0, i)])); });
    connect(what_, &QComboBox::currentIndexChanged, this, &DenoiseTimeline::fill);
    connect(forwardMenu_, &QMenu::aboutToShow, this, &DenoiseTimeline::fillForwardMenu);
    timer_.setInterval(kStepMs[kUsualSpeed]);
    connect(&timer_, &QTimer::timeout, this, [this] {
        if (moment() >= nMoment() - 1)
            return setPlaying(false);
        setMoment(moment() + 1);
    });
    connect(&denoise_, &DenoiseController::currentChanged, this, [this](bool grew) {
        if (own_ != nullptr)
            return;
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

// Where there is little room, what has an icon goes without its words (they are in the tips).
void DenoiseTimeline::layOut() {
    const bool narrow = width() < kRoomForWords * fontMetrics().height() / 17;
    for (QToolButton* button : {forwardButton_, branch_})
        button->setToolButtonStyle(narrow ? Qt::ToolButtonIconOnly : Qt::ToolButtonTextBesideIcon);
    for (QComboBox* box : {speed_, what_}) {
        box->setSizeAdjustPolicy(narrow ? QComboBox::AdjustToMinimumContentsLengthWithIcon
                                        : QComboBox::AdjustToContents);
        box->setMinimumContentsLength(narrow ? kFewLetters : 0);
    }
}

void DenoiseTimeline::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    layOut();
}

void DenoiseTimeline::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

void DenoiseTimeline::setPlaying(bool on) {
    const bool there = nMoment() > 0;
    if (on && there && moment() >= nMoment() - 1)
        setMoment(0);
    if (on && there && Ways::shared().reducedMotion()) // its end, at once
        setMoment(nMoment() - 1);
    if (on && there)
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
    setMoment(moment() + by);
}

void DenoiseTimeline::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Space)
        setPlaying(!playing());
    else
        QWidget::keyPressEvent(event);
}

namespace {

/// The picture that stands for a moment, and whether it is pixels already (a preview, a result).
struct Shown {
    PicturePtr picture;
    bool pixels = false;
};

Shown shownOf(const DenoiseStep& step, bool clean) {
    if (clean && step.preview)
        return {step.preview, true};
    return {clean ? step.x0 : step.x, false};
}

Shown endOf(const DenoiseRecording& run) {
    if (run.result)
        return {run.result, true};
    return {run.steps.empty() ? nullptr : run.steps.back()->next, false};
}

QImage imageOf(const DenoiseRecording& run, const Shown& shown) {
    return !shown.picture ? QImage()
           : shown.pixels ? imageFromPixels(*shown.picture)
                          : DenoiseController::showOf(run, *shown.picture, false, LatentLook::Colours).image;
}

} // namespace

std::vector<QImage> DenoiseTimeline::frames(const DenoiseRecording& run, bool clean) {
    std::vector<QImage> frames;
    for (const DenoiseStepPtr& step : run.steps)
        frames.push_back(imageOf(run, shownOf(*step, clean)));
    if (run.result)
        frames.push_back(imageFromPixels(*run.result));
    return frames;
}

QStringList DenoiseTimeline::marks(const DenoiseRecording& run) {
    QStringList marks;
    for (int i = 0; i < DenoiseController::momentCount(run); ++i)
        marks << QStringLiteral("\u03C3 ") +
                     noiseMark(std::size_t(i) < run.times.size() ? run.times[std::size_t(i)] : StepTime{});
    return marks;
}

bool DenoiseTimeline::showsClean() const {
    return what_->currentIndex() == 1;
}

void DenoiseTimeline::setTime(PageTime* own) {
    if (own_ == own)
        return;
    setPlaying(false);
    own_ = own;
    fill();
}

void DenoiseTimeline::ownChanged() {
    if (own_ != nullptr)
        fill();
}

int DenoiseTimeline::nMoment() const {
    if (own_ != nullptr)
        return strip_->content().nMoment;
    const DenoiseRecordingPtr r = denoise_.recording();
    return r ? DenoiseController::momentCount(*r) : 0;
}

int DenoiseTimeline::moment() const {
    return own_ != nullptr ? own_->moment() : denoise_.moment();
}

void DenoiseTimeline::setMoment(int moment) {
    if (own_ == nullptr)
        denoise_.setMoment(moment);
    else if (nMoment() > 0)
        own_->setMoment(std::clamp(moment, 0, nMoment() - 1));
}

void DenoiseTimeline::fill() {
    if (denoise_.currentId() != cachedRun_) {
        cache_.clear();
        forward_.clear();
        cachedRun_ = denoise_.currentId();
    }
    strip_->setContent(own_ != nullptr ? own_->content(showsClean()) : runContent());
    const bool there = nMoment() > 0;
    for (QWidget* widget : std::initializer_list<QWidget*>{first_, back_, play_, next_, speed_, what_})
        widget->setEnabled(there);
    for (QWidget* widget : std::initializer_list<QWidget*>{forwardButton_, branch_})
        widget->setVisible(own_ == nullptr); // a page with a time of its own has its own
    if (own_ == nullptr)
        makeMissing();
    refreshMoment();
}

StripContent DenoiseTimeline::runContent() {
    const DenoiseRecordingPtr r = denoise_.recording();
    StripContent content;
    content.empty = tr("The steps of a run stand here, from noise to picture. Play them, or drag along them.");
    if (!r)
        return content;
    const QLocale locale;
    content.nMoment = DenoiseController::momentCount(*r);
    content.marks = marks(*r);
    const auto thumb = [this](const Shown& shown) {
        const auto found = cache_.find(shown.picture);
        return found == cache_.end() ? QImage() : found->second;
    };
    for (const DenoiseStepPtr& s : r->steps)
        content.run.push_back(s ? thumb(shownOf(*s, showsClean())) : QImage());
    if (int(content.run.size()) == content.nMoment - 1 && !r->steps.empty())
        content.run.push_back(thumb(endOf(*r)));
    for (int i = 0; i < content.nMoment; ++i) {
        const StepTime time = std::size_t(i) < r->times.size() ? r->times[std::size_t(i)] : StepTime{};
        content.words << (i + 1 < content.nMoment
                              ? tr("Before step %1 of %2: timestep %3, noise level %4")
                                    .arg(locale.toString(i + 1), locale.toString(content.nMoment - 1),
                                         numberText(time.timestep, 5), noiseMark(time))
                              : tr("The end: no noise is left"));
    }
    if (const DenoiseRun* run = denoise_.currentRun(); r->parent || (run != nullptr && run->parent != 0))
        content.branchedAt = std::max(1, int(run->branchStep) + 1);
    content.runName = tr("The run, from left to right");
    if (denoise_.forward()) {
        if (forwardOf_ == denoise_.forward()->clean && forwardSeed_ == denoise_.forward()->seed)
            content.forward = forward_;
        content.forward.resize(std::size_t(content.nMoment)); // the row keeps its place while it is made
        content.forwardName = tr("Noise added to %1, from right to left").arg(denoise_.forward()->name);
    }
    return content;
}

/// What the strip lacks is made on the pool, all at once; then it is filled again.
void DenoiseTimeline::makeMissing() {
    const DenoiseRecordingPtr r = denoise_.recording();
    if (!r)
        return;
    std::vector<Shown> missing;
    const auto need = [&](const Shown& shown) {
        if (shown.picture && cache_.find(shown.picture) == cache_.end())
            missing.push_back(shown);
    };
    for (const DenoiseStepPtr& s : r->steps)
        if (s)
            need(shownOf(*s, showsClean()));
    need(endOf(*r));
    if (!missing.empty())
        denoise_.pool().ask(
            this, "thumbs",
            [r, missing](const std::stop_token& stop) {
                std::vector<std::pair<PicturePtr, QImage>> made;
                for (const Shown& shown : missing)
                    if (!stop.stop_requested())
                        made.emplace_back(shown.picture, small(imageOf(*r, shown)));
                return made;
            },
            [this, id = cachedRun_](const std::vector<std::pair<PicturePtr, QImage>>& made) {
                if (id != cachedRun_)
                    return;
                cache_.insert(made.begin(), made.end());
                fill();
            });
    const auto& forward = denoise_.forward();
    if (!forward || (forwardOf_ == forward->clean && forwardSeed_ == forward->seed && !forward_.empty()))
        return;
    std::vector<StepTime> times = r->times;
    times.resize(std::size_t(DenoiseController::momentCount(*r)));
    denoise_.pool().ask(
        this, "forward-thumbs",
        [r, clean = forward->clean, seed = forward->seed, times,
         add = denoise_.functions().addNoise](const std::stop_token& stop) {
            std::vector<QImage> made;
            for (const StepTime& time : times)
                made.push_back(stop.stop_requested() ? QImage()
                                                     : small(DenoiseController::showOf(*r, add(*clean, time, seed),
                                                                                       false, LatentLook::Colours)
                                                                 .image));
            return made;
        },
        [this, id = cachedRun_, clean = forward->clean, seed = forward->seed](std::vector<QImage> made) {
            if (id != cachedRun_)
                return;
            forward_ = std::move(made);
            forwardOf_ = clean;
            forwardSeed_ = seed;
            fill();
        });
}

void DenoiseTimeline::refreshMoment() {
    const DenoiseRecordingPtr r = denoise_.recording();
    strip_->setCurrent(moment());
    const QLocale locale;
    QStringList parts = {strip_->content().words.value(moment())};
    if (own_ == nullptr && r) {
        if (const DenoiseStepPtr s = DenoiseController::stepAt(r, denoise_.moment())) {
            if (s->seconds > 0)
                parts << durationText(s->seconds);
        } else {
            parts << tr("not computed yet");
        }
    }
    if (own_ == nullptr && r)
        parts += runNotes(*r);
    if (strip_->shownEvery() > 1)
        parts << tr("one thumbnail for %1 steps").arg(locale.toString(strip_->shownEvery()));
    text_->setText(parts.join(QStringLiteral("  \u00B7  ")));
    text_->setToolTip(text_->text());
    branch_->setEnabled(r && denoise_.moment() < int(r->steps.size()) && denoise_.model() != nullptr);
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
