// SPDX-License-Identifier: Apache-2.0
// How the page Workshop is laid out and what it says.
#include "widgets/tokenroom/workshop_view.h"

#include "core/tokenizer/byte_alphabet.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/bar_list.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/line_chart.h"
#include "widgets/inside/value_text.h"
#include "widgets/tokenroom/vocabulary_tables.h"
#include "widgets/tokenroom/workshop_panes.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QResizeEvent>
#include <QScrollArea>
#include <QSlider>
#include <QSpinBox>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>

namespace vitral {

using namespace design;
using Kind = WorkshopSettings::Kind;

namespace {
constexpr int kSettleMs = 40;
constexpr int kTwoColumns = 760; ///< narrower: chart and pairs stand under each other
constexpr int kMostPieces = 1'000'000;

/// A piece of a vocabulary in training; where it is spelled in bytes, what they say.
QString pieceName(Kind kind, const std::string& piece) {
    if (kind == Kind::Bpe) {
        std::string bytes;
        byte_alphabet::unspell(piece, bytes);
        return tokenName(bytes);
    }
    return QString::fromStdString(piece).replace(QChar(0x2581), QChar(0x2423));
}

} // namespace

WorkshopView::WorkshopView(TokenController& tokens, QWidget* parent)
    : TokenView(tokens, parent), kept_(tokens.folder(), QStringLiteral("workshop"), [this] { return kept(); }) {
    scroll_ = new QScrollArea(this);
    scroll_->setWidgetResizable(true);
    scroll_->setFrameShape(QFrame::NoFrame);
    auto* page = new QWidget(scroll_);
    page->setProperty("kind", "page");
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, kSpace1, kSpace2, kSpace2);
    column->setSpacing(kSpace2);
    buildSources(page);
    buildResult(page);
    column->addStretch(1);
    scroll_->setWidget(page);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(scroll_);
    lookTimer_.setSingleShot(true);
    lookTimer_.setInterval(kSettleMs);
    connect(&lookTimer_, &QTimer::timeout, this, &WorkshopView::look);
    retranslate();
    if (const QJsonObject before = kept_.read(); !before.isEmpty())
        restoreKept(before);
    showKind();
    for (QComboBox* box : {source_, kind_, splitter_})
        connect(box, &QComboBox::currentIndexChanged, this, [this] { kept_.changed(); });
    for (QSpinBox* box : {vocab_, minFrequency_})
        connect(box, &QSpinBox::valueChanged, this, [this] { kept_.changed(); });
    connect(cased_, &QCheckBox::toggled, this, [this] { kept_.changed(); });
}

void WorkshopView::buildSources(QWidget* page) {
    source_ = new QComboBox(page);
    source_->addItems({QString(), QString()});
    kind_ = new QComboBox(page);
    kind_->addItems({QString(), QString(), QString()});
    splitter_ = new QComboBox(page);
    splitter_->addItems({QStringLiteral("gpt2"), QStringLiteral("cl100k"), QStringLiteral("qwen2"),
                         QStringLiteral("o200k"), QStringLiteral("tekken")});
    vocab_ = new QSpinBox(page);
    vocab_->setRange(2, kMostPieces);
    vocab_->setValue(512);
    vocab_->setGroupSeparatorShown(true);
    minFrequency_ = new QSpinBox(page);
    minFrequency_->setRange(0, kMostPieces);
    cased_ = new QCheckBox(page);
    cased_->setChecked(true);
    for (QLabel** label : {&sourceLabel_, &kindLabel_, &vocabLabel_, &splitterLabel_, &minLabel_})
        *label = new QLabel(page);
    addFiles_ = new QPushButton(page);
    addFiles_->setIcon(design::icon(QStringLiteral("plus")));
    addFolder_ = new QPushButton(page);
    addFolder_->setIcon(design::icon(QStringLiteral("folder")));
    clearFiles_ = new QPushButton(page);
    train_ = new QPushButton(page);
    train_->setProperty("kind", "primary");
    files_ = new QLabel(page);
    files_->setProperty("role", "small");
    files_->setWordWrap(true);
    status_ = new QLabel(page);
    status_->setWordWrap(true);
    progress_ = new QProgressBar(page);
    progress_->setTextVisible(false);
    progress_->hide();

    auto* first = new QWidget(page);
    auto* firstFlow = new FlowRow(first);
    for (QWidget* widget : {labelled(first, sourceLabel_, source_), static_cast<QWidget*>(addFiles_),
                            static_cast<QWidget*>(addFolder_), static_cast<QWidget*>(clearFiles_)})
        firstFlow->addWidget(widget);
    auto* second = new QWidget(page);
    auto* secondFlow = new FlowRow(second);
    for (QWidget* widget : {labelled(second, kindLabel_, kind_), labelled(second, vocabLabel_, vocab_),
                            labelled(second, splitterLabel_, splitter_), labelled(second, minLabel_, minFrequency_),
                            static_cast<QWidget*>(cased_), static_cast<QWidget*>(train_)})
        secondFlow->addWidget(widget);
    auto* column = static_cast<QVBoxLayout*>(page->layout());
    for (QWidget* widget : std::initializer_list<QWidget*>{first, files_, second, progress_, status_})
        column->addWidget(widget);

    connect(source_, &QComboBox::currentIndexChanged, this, &WorkshopView::showKind);
    connect(kind_, &QComboBox::currentIndexChanged, this, &WorkshopView::showKind);
    connect(addFiles_, &QPushButton::clicked, this, [this] {
        addFiles(QFileDialog::getOpenFileNames(this, tr("Texts to learn from"), {},
                                               tr("Text files (*.txt *.md);;All files (*)")));
    });
    connect(addFolder_, &QPushButton::clicked, this,
            [this] { addFiles({QFileDialog::getExistingDirectory(this, tr("A folder of texts to learn from"))}); });
    connect(clearFiles_, &QPushButton::clicked, this, [this] {
        paths_.clear();
        kept_.changed();
        showKind();
    });
    connect(train_, &QPushButton::clicked, this, [this] {
        if (training_)
            stop();
        else
            train();
    });
}

void WorkshopView::buildResult(QWidget* page) {
    result_ = new QWidget(page);
    auto* column = new QVBoxLayout(result_);
    column->setContentsMargins(0, kSpace2, 0, 0);
    column->setSpacing(kSpace2);
    const auto heading = [&] {
        auto* label = new QLabel(result_);
        label->setProperty("role", "section");
        return label;
    };
    slider_ = new QSlider(Qt::Horizontal, result_);
    back_ = new QToolButton(result_);
    back_->setIcon(design::icon(QStringLiteral("chevron-left")));
    back_->setAutoRepeat(true);
    forward_ = new QToolButton(result_);
    forward_->setIcon(design::icon(QStringLiteral("chevron-right")));
    forward_->setAutoRepeat(true);
    placeLabel_ = new QLabel(result_);
    placeBox_ = new QSpinBox(result_);
    placeBox_->setKeyboardTracking(false);
    placeLabel_->setBuddy(placeBox_);
    auto* scrubber = new QHBoxLayout;
    scrubber->addWidget(placeLabel_);
    scrubber->addWidget(placeBox_);
    scrubber->addWidget(back_);
    scrubber->addWidget(slider_, 1);
    scrubber->addWidget(forward_);
    step_ = new QLabel(result_);
    step_->setWordWrap(true);
    step_->setTextInteractionFlags(Qt::TextSelectableByMouse);

    columns_ = new QHBoxLayout;
    columns_->setSpacing(kSpace4);
    auto* left = new QVBoxLayout;
    left->setSpacing(kSpace1);
    chartTitle_ = heading();
    chart_ = new LineChart(result_);
    chart_->setMinimumHeight(200);
    left->addWidget(chartTitle_);
    left->addWidget(chart_, 1);
    auto* right = new QVBoxLayout;
    right->setSpacing(kSpace1);
    pairsTitle_ = heading();
    pairs_ = new BarList(result_);
    pairs_->setMinimumHeight(6 * (QFontMetrics(design::font(TextRole::Small)).height() + kSpace2));
    ties_ = new QLabel(result_);
    ties_->setProperty("role", "small");
    ties_->setWordWrap(true);
    right->addWidget(pairsTitle_);
    right->addWidget(pairs_, 1);
    right->addWidget(ties_);
    columns_->addLayout(left, 1);
    columns_->addLayout(right, 1);

    cutTitle_ = heading();
    cutTitle_->setWordWrap(true);
    panes_ = new TokenPanes(result_);
    panes_->setMinimumHeight(150);
    save_ = new QPushButton(result_);
    save_->setIcon(design::icon(QStringLiteral("save")));
    open_ = new QPushButton(result_);
    auto* what = new QHBoxLayout;
    what->addWidget(step_, 1);
    what->addWidget(save_);
    what->addWidget(open_);

    column->addLayout(scrubber);
    column->addLayout(what);
    column->addWidget(cutTitle_);
    column->addWidget(panes_, 1);
    column->addLayout(columns_);
    static_cast<QVBoxLayout*>(page->layout())->addWidget(result_, 1);

    connect(slider_, &QSlider::valueChanged, this, &WorkshopView::placeChanged);
    connect(placeBox_, &QSpinBox::valueChanged, this, [this](int place) {
        if (!moving_)
            setPlace(place);
    });
    connect(back_, &QToolButton::clicked, this, [this] { setPlace(place() - 1); });
    connect(forward_, &QToolButton::clicked, this, [this] { setPlace(place() + 1); });
    chart_->installEventFilter(this); // its read-out follows the pointer; the scrubber follows a click only
    connect(save_, &QPushButton::clicked, this, [this] {
        const QString path = QFileDialog::getSaveFileName(this, tr("Save the tokenizer"),
                                                          QStringLiteral("tokenizer.json"), tr("Tokenizers (*.json)"));
        if (path.isEmpty())
            return;
        if (const Result<void> saved = save(path); !saved) {
            problem_ = tokenRoomError(tr("The file could not be written."), saved.error());
            say();
        }
    });
    connect(open_, &QPushButton::clicked, this, &WorkshopView::openInCut);
}

bool WorkshopView::eventFilter(QObject* watched, QEvent* event) {
    if (watched == chart_ && event->type() == QEvent::MouseButtonRelease)
        goToChartPlace();
    return TokenView::eventFilter(watched, event);
}

QString WorkshopView::title() const {
    return tr("Workshop");
}

QString WorkshopView::help() const {
    return tr(
        "Train a tokenizer on your own text and go back to every step of it: which pair was merged, how the text is "
        "cut "
        "there, and what a larger vocabulary would save. Save it as tokenizer.json, or open it beside the others.");
}

QString WorkshopView::defaultName() const {
    return tr("%1 %2").arg(kind_->itemText(int(run_->settings().kind)),
                           countText(std::int64_t(run_->pieces(std::size_t(place())))));
}

void WorkshopView::showKind() {
    const auto kind = static_cast<Kind>(std::max(0, kind_->currentIndex()));
    splitterLabel_->parentWidget()->setVisible(kind == Kind::Bpe);
    minLabel_->parentWidget()->setVisible(kind != Kind::Unigram);
    cased_->setVisible(kind == Kind::WordPiece);
    const bool fromFiles = source_->currentIndex() != 0;
    for (QPushButton* button : {addFiles_, addFolder_})
        button->setVisible(fromFiles);
    clearFiles_->setVisible(fromFiles && !paths_.isEmpty());
    if (fromFiles) {
        QStringList names;
        for (const QString& path : paths_)
            names += QFileInfo(path).fileName();
        files_->setText(paths_.isEmpty() ? tr("No file chosen yet. A folder stands for every text below it.")
                                         : names.join(QStringLiteral(", ")));
    } else {
        files_->setText(tokens().text().empty()
                            ? tr("The room has no text yet: type or open one in the page Cut.")
                            : tr("The text of this room, %1.").arg(sizeText(double(tokens().text().size()))));
    }
    say();
}

QString WorkshopView::statusText() const {
    if (training_) {
        if (now_.pieces == 0)
            return now_.files > 0 ? tr("Reading: %1 of %2 files, %3")
                                        .arg(countText(std::int64_t(now_.filesRead)),
                                             countText(std::int64_t(now_.files)), sizeText(double(now_.bytesRead)))
                                  : tr("Reading the text\u2026");
        return tr("%1 pieces; %2 are wanted").arg(countText(std::int64_t(now_.pieces)), countText(vocab_->value()));
    }
    if (!problem_.isEmpty())
        return problem_;
    if (!run_)
        return tr("Train, and the vocabulary grows here piece by piece.");
    QString text = tr("Learned from %1.").arg(sizeText(double(run_->textBytes())));
    if (run_->stoppedEarly())
        text += QLatin1Char(' ') + tr("Stopped early: what was learned until then is shown.");
    else if (run_->settings().kind != Kind::Unigram && run_->pieces(run_->nPlace() - 1) < run_->settings().vocab)
        text += QLatin1Char(' ') + tr("No pair is left to merge: the text gives no more than %1 pieces.")
                                       .arg(countText(std::int64_t(run_->pieces(run_->nPlace() - 1))));
    if (!run_->refused().empty())
        text += QLatin1Char(' ') +
                tr("%Ln file(s) could not be read as text and were left out.", nullptr, int(run_->refused().size()));
    if (!said_.isEmpty())
        text += QLatin1Char(' ') + said_;
    return text;
}

QString WorkshopView::stepText() const {
    if (!run_)
        return {};
    const auto at = std::size_t(place());
    const Kind kind = run_->settings().kind;
    if (const auto merge = run_->merge(at))
        return tr("Merge %1: \u201C%2\u201D + \u201C%3\u201D became \u201C%4\u201D. The pair stood in the text %Ln "
                  "time(s); none stood there more often.",
                  nullptr, static_cast<int>(std::min<std::uint64_t>(merge->count, std::numeric_limits<int>::max())))
            .arg(QString::number(at), pieceName(kind, merge->left), pieceName(kind, merge->right),
                 pieceName(kind, merge->result));
    if (kind == Kind::Bpe)
        return tr("Before the first merge: every byte is a token of its own.");
    if (kind == Kind::WordPiece)
        return tr("Before the first merge: every letter is a token of its own; ## marks those inside a word.");
    const auto step = run_->unigramStep(at);
    if (!step)
        return {};
    if (step->phase == train::UnigramTraining::Phase::Pruning)
        return tr("Step %1: the pieces whose loss costs least were dropped; %2 are left.")
            .arg(QString::number(at), countText(std::int64_t(step->pieces)));
    if (step->phase == train::UnigramTraining::Phase::Expectation)
        return tr("Step %1: the probabilities of %2 pieces were estimated anew; a word takes %3 nats on average.")
            .arg(QString::number(at), countText(std::int64_t(step->pieces)), numberText(step->objective, 4));
    return tr("Step %1: cut down to the size that was asked for, %2 pieces.")
        .arg(QString::number(at), countText(std::int64_t(run_->pieces(at))));
}

QString WorkshopView::tiesText() const {
    if (!look_ || !run_ || run_->settings().kind == Kind::Unigram)
        return {};
    if (look_->candidates.list.empty())
        return tr("No pair occurs often enough to be merged.");
    if (look_->candidates.nTied <= 1)
        return tr("The first of these is merged next.");
    return tr("%Ln pair(s) occur equally often at the top. The one whose left piece, then right piece, was learned "
              "first (has "
              "the smaller id) is merged next, as in the tokenizers package.",
              nullptr, int(look_->candidates.nTied));
}

QString WorkshopView::cutText() const {
    if (!run_)
        return {};
    const QString pieces = countText(std::int64_t(run_->pieces(std::size_t(place()))));
    if (!look_)
        return tr("The text with %1 pieces").arg(pieces);
    QString text =
        tr("The text with %1 pieces: %2 tokens, %3 a byte")
            .arg(pieces, countText(std::int64_t(look_->cut.ids.size())),
                 numberText(look_->cut.textBytes > 0 ? double(look_->cut.ids.size()) / double(look_->cut.textBytes) : 0,
                            3));
    if (tokens().text().size() > look_->cut.textBytes)
        text += QLatin1Char(' ') + tr("(its first %1)").arg(sizeText(double(look_->cut.textBytes)));
    return text;
}

void WorkshopView::say() {
    train_->setText(training_ ? tr("Stop") : tr("Train"));
    if (const QString kind = training_ ? QString() : QStringLiteral("primary");
        train_->property("kind").toString() != kind) {
        train_->setProperty("kind", kind);
        train_->style()->unpolish(train_);
        train_->style()->polish(train_);
    }
    progress_->setVisible(training_);
    if (training_) {
        // Until the pieces come nobody knows how long reading takes; Unigram counts down from an unknown number.
        const bool known = now_.pieces > 0 && kind_->currentIndex() != int(Kind::Unigram);
        progress_->setRange(0, known ? vocab_->value() : 0);
        progress_->setValue(known ? int(now_.pieces) : 0);
    }
    status_->setText(statusText());
    status_->setVisible(!status_->text().isEmpty());
    result_->setVisible(run_ != nullptr || (training_ && !now_.curve.empty()));
    const bool has = run_ != nullptr;
    for (QWidget* widget : std::initializer_list<QWidget*>{slider_, placeBox_, back_, forward_, save_, open_})
        widget->setEnabled(has && !training_);
    step_->setText(stepText());
    cutTitle_->setText(cutText());
    ties_->setText(tiesText());
    ties_->setVisible(!ties_->text().isEmpty());
    BarContent bars;
    const bool unigram = has && run_->settings().kind == Kind::Unigram;
    pairsTitle_->setText(unigram ? tr("Most probable pieces there") : tr("Most frequent pairs there"));
    if (look_ && has)
        for (const WorkshopRun::Candidate& candidate : look_->candidates.list) {
            Bar bar;
            bar.label = pieceName(run_->settings().kind, candidate.left);
            if (!candidate.right.empty())
                bar.label += QStringLiteral(" + ") + pieceName(run_->settings().kind, candidate.right);
            bar.value = candidate.value;
            bar.valueText = unigram ? percentText(candidate.value) : countText(std::int64_t(candidate.value));
            bars.bars.push_back(std::move(bar));
        }
    bars.labelTitle = unigram ? QStringLiteral("piece") : QStringLiteral("pair");
    bars.valueTitle = unigram ? QStringLiteral("probability") : QStringLiteral("count");
    pairs_->setContent(std::move(bars));
}

void WorkshopView::layOut() {
    columns_->setDirection(width() < kTwoColumns ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
}

void WorkshopView::resizeEvent(QResizeEvent* event) {
    TokenView::resizeEvent(event);
    layOut();
}

void WorkshopView::retranslate() {
    source_->setItemText(0, tr("this room\u2019s text"));
    source_->setItemText(1, tr("files"));
    kind_->setItemText(0, tr("BPE over bytes"));
    kind_->setItemText(1, tr("WordPiece"));
    kind_->setItemText(2, tr("Unigram"));
    sourceLabel_->setText(tr("Learn from"));
    kindLabel_->setText(tr("Kind"));
    vocabLabel_->setText(tr("Pieces"));
    splitterLabel_->setText(tr("Cut first like"));
    minLabel_->setText(tr("Rarest pair"));
    minFrequency_->setToolTip(tr("A pair that occurs less often ends the training"));
    minFrequency_->setSpecialValueText(tr("any"));
    cased_->setText(tr("Keep capitals and accents"));
    addFiles_->setText(tr("Add files\u2026"));
    addFolder_->setText(tr("Add a folder\u2026"));
    clearFiles_->setText(tr("Remove all"));
    placeLabel_->setText(tr("Step"));
    placeBox_->setAccessibleName(tr("Step of the training"));
    slider_->setAccessibleName(tr("Step of the training"));
    back_->setAccessibleName(tr("One step back"));
    back_->setToolTip(back_->accessibleName());
    forward_->setAccessibleName(tr("One step on"));
    forward_->setToolTip(forward_->accessibleName());
    chartTitle_->setText(tr("Tokens a byte of the training text, by vocabulary size"));
    chart_->setAccessibleName(chartTitle_->text());
    pairs_->setAccessibleName(tr("Most frequent pairs or most probable pieces"));
    panes_->setAccessibleName(tr("The text, cut at this step"));
    save_->setText(tr("Save\u2026"));
    save_->setToolTip(tr("Save the tokenizer of this step as tokenizer.json"));
    open_->setToolTip(tr("Put the tokenizer of this step beside the others"));
    open_->setText(tr("Open in Cut"));
    progress_->setAccessibleName(tr("Progress of the training"));
    fillChart();
    showKind();
}

} // namespace vitral
