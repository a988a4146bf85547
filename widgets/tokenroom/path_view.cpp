// SPDX-License-Identifier: Apache-2.0
// The page's frame and what it follows. What it says about a word is in path_fill.cpp.
#include "widgets/tokenroom/path_view.h"

#include "widgets/design/decimal_box.h"
#include "widgets/design/elided_label.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/shell/ways.h"
#include "widgets/tokenroom/lattice_picture.h"
#include "widgets/tokenroom/merge_picture.h"
#include "widgets/tokenroom/pane_strip.h"
#include "widgets/tokenroom/path_word.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace vitral {
namespace {

constexpr int kPlayMs = 700; ///< a step, while a person has pressed "play"

QToolButton* toolButton(const char* icon, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setIcon(design::icon(QLatin1String(icon)));
    button->setIconSize({design::kIcon, design::kIcon});
    return button;
}

QScrollArea* wideArea(QWidget* content, QWidget* parent) {
    auto* area = new QScrollArea(parent);
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setWidget(content);
    area->setFocusPolicy(Qt::NoFocus);
    return area;
}

} // namespace

PathView::PathView(TokenController& tokens, QWidget* parent) : TokenView(tokens, parent) {
    auto* page = new QVBoxLayout(this);
    page->setContentsMargins(0, 0, 0, 0);
    page->setSpacing(design::kSpace2);
    auto* head = new QHBoxLayout;
    previousToken_ = toolButton("chevron-left", this);
    nextToken_ = toolButton("chevron-right", this);
    heading_ = new design::ElidedLabel(this);
    heading_->setProperty("role", "value");
    head->addWidget(previousToken_);
    head->addWidget(nextToken_);
    head->addWidget(heading_, 1);
    page->addLayout(head);
    for (QToolButton* button : {previousToken_, nextToken_})
        button->setAutoRepeat(true);
    connect(previousToken_, &QToolButton::clicked, this, [this] { stepToken(-1); });
    connect(nextToken_, &QToolButton::clicked, this, [this] { stepToken(1); });

    column_ = new QWidget(this);
    column_->setProperty("kind", "page");
    auto* column = new QVBoxLayout(column_);
    column->setContentsMargins(0, 0, design::kSpace2, 0);
    column->setSpacing(design::kSpace1);
    const auto add = [this, column](QLabel*& title, std::initializer_list<QWidget*> widgets) {
        title = new QLabel(column_);
        title->setProperty("role", "small");
        title->setTextFormat(Qt::PlainText);
        title->setWordWrap(true);
        column->addWidget(title);
        for (QWidget* widget : widgets)
            column->addWidget(widget);
        column->addSpacing(design::kSpace2);
    };
    text_ = new PaneStrip(column_);
    add(textTitle_, {text_});
    before_ = new PaneStrip(column_);
    after_ = new PaneStrip(column_);
    add(normalTitle_, {before_, after_});
    pre_ = new PaneStrip(column_);
    pre_->setClickable(true);
    add(preTitle_, {pre_});
    modelNote_ = new QLabel(column_);
    modelNote_->setWordWrap(true);
    modelNote_->setTextFormat(Qt::PlainText);
    merges_ = new MergePicture(column_);
    lattice_ = new LatticePicture(column_);
    search_ = new PaneStrip(column_);
    mergeScroll_ = wideArea(merges_, column_);
    latticeScroll_ = wideArea(lattice_, column_);
    add(modelTitle_, {modelNote_, stepRow_ = makeStepRow(), mergeScroll_, search_, latticeScroll_});
    result_ = new PaneStrip(column_);
    result_->setClickable(true);
    add(resultTitle_, {result_});
    waysBox_ = new QWidget(column_);
    auto* ways = new QVBoxLayout(waysBox_);
    ways->setContentsMargins(0, 0, 0, 0);
    ways->setSpacing(design::kSpace1);
    waysLayout_ = new QVBoxLayout;
    ways->addLayout(waysLayout_);
    auto* draw = new QHBoxLayout;
    samplesTitle_ = new QLabel(waysBox_);
    samplesTitle_->setProperty("role", "small");
    samplesTitle_->setWordWrap(true);
    alphaLabel_ = new QLabel(waysBox_);
    alpha_ = new design::DecimalBox(waysBox_);
    alpha_->setRange(0, 5);
    alpha_->setSingleStep(0.1);
    alpha_->setValue(0.2);
    alpha_->setFixedWidth(72);
    alphaLabel_->setBuddy(alpha_);
    draw_ = new QPushButton(waysBox_);
    draw->addWidget(samplesTitle_, 1);
    draw->addWidget(alphaLabel_);
    draw->addWidget(alpha_);
    draw->addWidget(draw_);
    ways->addLayout(draw);
    samplesLayout_ = new QVBoxLayout;
    ways->addLayout(samplesLayout_);
    add(waysTitle_, {waysBox_});
    column->addStretch(1);
    scroll_ = new QScrollArea(this);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setWidgetResizable(true);
    scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll_->setWidget(column_);
    page->addWidget(scroll_, 1);

    connect(pre_, &PaneStrip::clicked, this, [this](int pane) {
        if (word_)
            selectToken(word_->firstTokenOfNeighbour(pane));
    });
    connect(result_, &PaneStrip::clicked, this, [this](int pane) {
        if (word_)
            selectToken(word_->firstToken + static_cast<std::size_t>(pane));
    });
    connect(draw_, &QPushButton::clicked, this, [this] {
        ++seed_;
        fillWays();
    });
    connect(alpha_, &QDoubleSpinBox::valueChanged, this, [this] { fillWays(); });
    player_.setInterval(kPlayMs);
    connect(&player_, &QTimer::timeout, this, [this] {
        setStep(step() + 1);
        if (step() >= nStep()) {
            player_.stop();
            play_->setChecked(false);
        }
    });
    retranslate();
}

PathView::~PathView() = default;

QWidget* PathView::makeStepRow() {
    auto* row = new QWidget(column_);
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(design::kSpace1);
    first_ = toolButton("reset", row);
    previous_ = toolButton("chevron-left", row);
    next_ = toolButton("chevron-right", row);
    play_ = toolButton("continue", row);
    play_->setCheckable(true);
    slider_ = new QSlider(Qt::Horizontal, row);
    slider_->setMinimumWidth(120);
    stepLabel_ = new design::ElidedLabel(row);
    stepLabel_->setProperty("role", "value");
    for (QWidget* widget : std::initializer_list<QWidget*>{first_, previous_, slider_, next_, play_})
        line->addWidget(widget, widget == slider_ ? 1 : 0);
    line->addWidget(stepLabel_, 1);
    connect(slider_, &QSlider::valueChanged, this, [this](int value) { setStep(value); });
    connect(first_, &QToolButton::clicked, this, [this] { setStep(0); });
    connect(previous_, &QToolButton::clicked, this, [this] { setStep(step() - 1); });
    connect(next_, &QToolButton::clicked, this, [this] { setStep(step() + 1); });
    connect(play_, &QToolButton::toggled, this, [this](bool on) {
        if (on) {
            if (step() >= nStep())
                setStep(0);
            if (Ways::shared().reducedMotion()) // its end, at once
                setStep(nStep() - 1);
            player_.start(Ways::shared().playMs(kPlayMs));
        } else {
            player_.stop();
        }
    });
    return row;
}

QString PathView::help() const {
    return tr("From the letters to the token. The arrow keys go from step to step and, with Ctrl, from token to token; "
              "click a word to see its path.");
}

QString PathView::missing() const {
    const OpenTokenizer* entry = tokens().currentTokenizer();
    if (entry == nullptr)
        return tr("Open a tokenizer to see how it cuts a text.");
    if (!entry->error.isEmpty())
        return entry->error;
    if (tokens().text().empty())
        return tr("There is no text yet. Type one on the page Cut, then click a token.");
    return {};
}

void PathView::go(const QString& argument) {
    wantedStep_ = argument.contains(QLatin1Char(':')) ? argument.section(QLatin1Char(':'), 1).toInt() : -1;
    wantedToken_ = argument.section(QLatin1Char(':'), 0, 0).toLongLong();
    refresh();
}

void PathView::setCompact(bool on) {
    compact_ = on;
    for (QWidget* widget : std::initializer_list<QWidget*>{previousToken_, nextToken_, heading_})
        widget->setVisible(!on);
}

int PathView::nStep() const {
    return slider_->maximum();
}

int PathView::step() const {
    return slider_->value();
}

void PathView::setStep(int step) {
    const QSignalBlocker quiet(slider_);
    slider_->setValue(std::clamp(step, 0, slider_->maximum()));
    fillStep();
}

QString PathView::stepText() const {
    return stepLabel_->text();
}

void PathView::textChanged(std::size_t, std::size_t, std::size_t) {
    refresh();
}
void PathView::tokenizersChanged() {
    refresh();
}
void PathView::cutChanged(int tokenizer) {
    if (tokenizer < 0 || tokenizer == tokens().current())
        refresh();
}
void PathView::selectionChanged(QObject*) {
    refresh();
}

void PathView::hideEvent(QHideEvent* event) {
    TokenView::hideEvent(event);
    player_.stop();
    play_->setChecked(false);
}

void PathView::keyPressEvent(QKeyEvent* event) {
    const int by = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    if (by == 0)
        TokenView::keyPressEvent(event);
    else if (event->modifiers().testFlag(Qt::ControlModifier))
        stepToken(by);
    else
        setStep(step() + by);
}

// The chosen token, or the one at the same letters where another tokenizer is current.
std::ptrdiff_t PathView::wantedToken() const {
    const OpenTokenizer* entry = tokens().currentTokenizer();
    if (entry == nullptr || !entry->cut || entry->cut->nToken() == 0)
        return -1;
    const TokenSelection& s = tokens().selection();
    if (s.token < 0)
        return 0;
    if (s.tokenizer == tokens().current())
        return s.token;
    const auto placed = entry->cut->tokensIn(s.begin, std::max(s.begin + 1, s.end));
    return placed && !placed->empty() ? static_cast<std::ptrdiff_t>(placed->front().index) : 0;
}

void PathView::selectToken(std::size_t index) {
    const OpenTokenizer* entry = tokens().currentTokenizer();
    if (entry == nullptr || !entry->cut)
        return;
    if (const auto token = entry->cut->token(index))
        tokens().select(
            {tokens().current(), token->id, static_cast<std::ptrdiff_t>(token->index), token->begin, token->end}, this);
}

void PathView::stepToken(int by) {
    const std::ptrdiff_t at = wantedToken();
    if (at >= 0 && at + by >= 0)
        selectToken(static_cast<std::size_t>(at + by));
}

void PathView::retranslate() {
    const auto name = [](QWidget* widget, const QString& text) {
        widget->setToolTip(text);
        widget->setAccessibleName(text);
    };
    name(previousToken_, tr("Previous token"));
    name(nextToken_, tr("Next token"));
    name(first_, tr("To the beginning"));
    name(previous_, tr("One step back"));
    name(next_, tr("One step on"));
    name(play_, tr("Play the steps"));
    name(slider_, tr("Step"));
    pre_->setAccessibleName(tr("Words around it"));
    result_->setAccessibleName(tr("Tokens of the word"));
    text_->setAccessibleName(tr("Text"));
    textTitle_->setText(tr("The text, with the word in it"));
    waysTitle_->setText(tr("The most probable ways to cut the word; the first is the one taken"));
    samplesTitle_->setText(tr("Drawn at random, as in training with subword regularisation"));
    alphaLabel_->setText(tr("alpha"));
    alpha_->setToolTip(tr("Probabilities are raised to this power: 1 is the model's own distribution, 0 gives every "
                          "way the same chance"));
    draw_->setText(tr("Draw again"));
    refresh();
}

} // namespace vitral
