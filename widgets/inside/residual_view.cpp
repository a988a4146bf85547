// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/residual_view.h"
#include "widgets/inside/flow_row.h"

#include "core/runtime/explain_task.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/arithmetic_popup.h"
#include "widgets/inside/attribution_panel.h"
#include "widgets/inside/bar_list.h"
#include "widgets/inside/grid_view.h"
#include "widgets/inside/intervention_edits.h"
#include "widgets/inside/neuron_panel.h"
#include "widgets/inside/painted_export.h"
#include "widgets/inside/scale_legend.h"
#include "widgets/inside/value_text.h"
#include "widgets/tokens/token_blocks.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QResizeEvent>
#include <QSignalBlocker>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace vitral {

namespace {
constexpr int kSettleMs = 120; // while a person scrolls or walks, nothing is asked
constexpr int kNarrow = 440, kLeastBelow = 340, kLeastNarrow = 620, kLeastHeight = 400;
constexpr int kRoomForWords = 520; ///< height from which sentences stand between table and details

QLabel* smallLabel(QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setProperty("role", "small");
    return label;
}
} // namespace

ResidualView::ResidualView(InsideController& inside, QWidget* parent) : InsideView(inside, parent) {
    page_ = scrollingPage();
    auto* column = new QVBoxLayout(page_);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace2);
    makeControls(page_);
    splitter_ = new QSplitter(Qt::Vertical, page_);
    splitter_->setChildrenCollapsible(false);
    table_ = new GridView(splitter_);
    table_->setCellSize({78, 26});
    splitter_->addWidget(table_);
    auto* below = new QWidget(splitter_);
    below_ = below;
    auto* rows = new QVBoxLayout(below);
    rows->setContentsMargins(0, design::kSpace1, 0, 0);
    rows->setSpacing(design::kSpace2);
    answer_ = smallLabel(below);
    answer_->setWordWrap(true);
    answer_->setMinimumWidth(1); // a narrow window breaks lines rather than growing
    rows->addWidget(answer_);
    tabs_ = new QTabBar(below);
    tabs_->setDrawBase(false);
    tabs_->setExpanding(false);
    for (int i = 0; i < 3; ++i)
        tabs_->addTab(QString());
    rows->addWidget(tabs_);
    place_ = smallLabel(below);
    place_->setWordWrap(true);
    place_->setMinimumWidth(1);
    rows->addWidget(place_);
    stack_ = new QStackedWidget(below);
    candidates_ = new BarList(stack_);
    attribution_ = new AttributionPanel(stack_);
    neurons_ = new NeuronPanel(stack_);
    stack_->addWidget(candidates_);
    stack_->addWidget(attribution_);
    stack_->addWidget(neurons_);
    rows->addWidget(stack_, 1);
    splitter_->addWidget(below);
    splitter_->setStretchFactor(0, 3);
    splitter_->setStretchFactor(1, 2);
    column->addWidget(splitter_, 1);

    for (QTimer* timer : {&lensTimer_, &detailTimer_}) {
        timer->setSingleShot(true);
        timer->setInterval(kSettleMs);
    }
    connect(&lensTimer_, &QTimer::timeout, this, &ResidualView::askLens);
    connect(&detailTimer_, &QTimer::timeout, this, &ResidualView::askDetail);
    connect(table_, &GridView::viewMoved, this, [this] { lensTimer_.start(); });
    connect(table_, &GridView::currentChanged, this, &ResidualView::cellChosen);
    connect(table_, &GridView::cellHovered, this, [this](qint64 iRow, qint64 iCol) {
        hoverRow_ = iRow;
        hoverCol_ = iCol;
        if (tabs_->currentIndex() == kCandidates) {
            fillCandidates();
            fillPlace();
        }
    });
    connect(table_, &GridView::cellActivated, this, [this] { emit viewAsked(QStringLiteral("text")); });
    connect(tabs_, &QTabBar::currentChanged, this, [this](int index) {
        stack_->setCurrentIndex(index);
        fillPlace();
        detailTimer_.start();
    });
    connect(attribution_, &AttributionPanel::requestChanged, this, [this] { detailTimer_.start(); });
    connect(neurons_, &NeuronPanel::requestChanged, this, [this] { detailTimer_.start(); });
    connect(attribution_, &AttributionPanel::partChosen, this, [this](int iLayer, int iHead) {
        if (iLayer >= 0 && iHead >= 0)
            this->inside().selection().setHead(iLayer, iHead, this);
    });
    connect(candidates_, &BarList::unfoldAsked, this, &ResidualView::unfoldCandidate);
    connect(attribution_, &AttributionPanel::unfoldAsked, this, &ResidualView::unfoldPart);
    const auto add = [this](Intervention item) {
        if (const Result<void> added = addIntervention(this->inside(), std::move(item)); !added)
            tell(added.error());
        else
            emit viewAsked(QStringLiteral("interventions"));
    };
    connect(attribution_, &AttributionPanel::switchOffAsked, this, [add](const Contribution& part) {
        add(part.kind == ContributionKind::Head     ? scaleHead(part.iLayer, part.iHead, 0)
            : part.kind == ContributionKind::Expert ? leaveExpertOut(part.iLayer, part.iHead)
                                                    : scaleMlp(part.iLayer, 0));
    });
    connect(neurons_, &NeuronPanel::scaleAsked, this, [add](int iLayer, int neuron, double factor) {
        add(scaleNeuron(iLayer, neuron, static_cast<float>(factor)));
    });
    retranslate();
}

void ResidualView::resizeEvent(QResizeEvent* event) {
    InsideView::resizeEvent(event);
    const bool narrow = event->size().width() < kNarrow; // rows of controls and bars stand under each other
    below_->setMinimumHeight(narrow ? kLeastBelow : 0);
    page_->setMinimumHeight(narrow ? kLeastNarrow : kLeastHeight);
    const bool roomy = event->size().height() >= kRoomForWords;
    answer_->setVisible(roomy); // numbers before words
    place_->setVisible(roomy);
}

void ResidualView::makeControls(QWidget* parent) {
    auto* row = new FlowRow;
    measureLabel_ = smallLabel(parent);
    measure_ = new QComboBox(parent);
    for (const TokenMeasure m : {TokenMeasure::Probability, TokenMeasure::Entropy, TokenMeasure::Rank})
        measure_->addItem(QString(), int(m));
    targetLabel_ = smallLabel(parent);
    target_ = new QComboBox(parent);
    for (const LensTarget t : {LensTarget::FinalAnswer, LensTarget::NextToken})
        target_->addItem(QString(), int(t));
    auto* legend = new ScaleLegend(parent);
    legend_ = legend;
    row->addWidget(measureLabel_);
    row->addWidget(measure_);
    row->addWidget(targetLabel_);
    row->addWidget(target_);
    difference_ = new QCheckBox(parent);
    difference_->setChecked(true);
    difference_->hide();
    row->addWidget(difference_);
    row->addWidget(legend);
    connect(difference_, &QCheckBox::toggled, this, &ResidualView::otherChanged);
    static_cast<QVBoxLayout*>(parent->layout())->addLayout(row);
    connect(measure_, &QComboBox::currentIndexChanged, this, [this] { retranslate(); });
    connect(target_, &QComboBox::currentIndexChanged, this, [this] {
        forgetLens();
        fillTable();
        lensTimer_.start();
    });
}

std::vector<TracePoint> ResidualView::wantedPoints() const {
    return {TracePoint{Point::Embed, {}, {}}, TracePoint{Point::ResidPost, {}, {}}};
}

void ResidualView::showEvent(QShowEvent* event) {
    InsideView::showEvent(event);
    lensTimer_.start();
    detailTimer_.start();
}

void ResidualView::hideEvent(QHideEvent* event) {
    InsideView::hideEvent(event);
    completed_ = {};
    for (const RunId run : {lensRun_, detailRun_}) // nobody looks, and the chat may be waiting for the engine
        if (run != 0)
            inside().cancel(run);
    lensRun_ = detailRun_ = 0;
}

QString ResidualView::title() const {
    return tr("Residual");
}

QString ResidualView::help() const {
    return tr(
        "What the model would answer if it stopped after each layer, token by token; below, what one answer is made "
        "of: the parts of its logit, and the neurons that fired. Click an underlined number to see how it comes "
        "about.");
}

QString ResidualView::missing(bool* offersRecordAgain) const {
    if (offersRecordAgain != nullptr)
        *offersRecordAgain = false;
    if (!inside().model())
        return tr("This view computes with the model that was recorded. Load it to look on.");
    const QString unreadable = inside().unreadable();
    if (offersRecordAgain != nullptr)
        *offersRecordAgain = !unreadable.isEmpty();
    return unreadable;
}

TokenMeasure ResidualView::measure() const {
    return static_cast<TokenMeasure>(measure_->currentData().toInt());
}

ExplainedRun ResidualView::run() const {
    ExplainedRun run;
    run.tokens = recording()->tokens;
    run.interventions = inside().ranWith();
    run.kvType = inside().chat().settings().kvType;
    return run;
}

LensTable::Piece ResidualView::piece() const {
    const std::shared_ptr<const Model> model = inside().model();
    if (!model || !model->tokenizer())
        return [](TokenId id) { return QString::number(id); };
    return [tokenizer = model->tokenizer()](TokenId id) {
        QString text = visibleToken(tokenizer->decodeToken(id, true));
        if (text.trimmed().isEmpty())
            text.fill(QChar(0x2423)); // a blank alone in its cell would look like nothing
        return text;
    };
}

std::int64_t ResidualView::position() const {
    const std::int64_t n = recording() ? recording()->nPosition() : 0;
    const std::int64_t p = selection().position >= 0 ? selection().position : table_->currentCol();
    return p >= 0 && p < n ? p : inside().newestQuery();
}

std::int32_t ResidualView::layer() const {
    const auto n = static_cast<std::int32_t>(recording() ? recording()->model.nLayer : 0);
    const std::int64_t row = table_->currentRow();
    if (row >= 0 && row < std::int64_t(lens_.rows().size()))
        return std::max(0, lens_.rows()[std::size_t(row)].iLayer);
    return selection().layer >= 0 && selection().layer < n ? selection().layer : n - 1;
}

void ResidualView::recordingChanged(bool grew) {
    if (!grew) { // a place in the run before means nothing in this one
        const QSignalBlocker quiet(table_);
        table_->setCurrent(table_->currentRow(), -1);
    }
    if (!grew || shownModel_ != inside().model().get()) {
        forgetLens();
        shownModel_ = inside().model().get();
        attribution_->setWaiting({});
        neurons_->setWaiting({});
    }
    fillTable();
    // The table counts only whole runs: while an answer is written the engine has better things to do.
    lensTimer_.start();
    detailTimer_.start();
}

void ResidualView::selectionChanged(const Selection& selection, QObject* origin) {
    if (origin == this || !recording())
        return;
    // At first the answer itself; afterwards the layer everybody looks at.
    std::int64_t row = table_->currentRow();
    const bool first = row < 0;
    for (std::size_t i = 0; i < lens_.rows().size() && !first; ++i)
        if (selection.layer >= 0 && lens_.rows()[i].point != Point::Embed && lens_.rows()[i].iLayer == selection.layer)
            row = std::int64_t(i);
    if (first)
        row = lens_.rows().empty() ? recording()->model.nLayer : std::int64_t(lens_.rows().size()) - 1;
    const QSignalBlocker quiet(table_); // following is not choosing
    table_->setCurrent(row, selection.position >= 0 ? selection.position : position());
    lensTimer_.start();
    fillCandidates();
    fillPlace();
    detailTimer_.start();
}

void ResidualView::cellChosen(qint64 iRow, qint64 iCol) {
    Selection s = selection();
    s.position = iCol;
    if (iRow >= 0 && iRow < qint64(lens_.rows().size()) && lens_.rows()[std::size_t(iRow)].point != Point::Embed)
        s.layer = lens_.rows()[std::size_t(iRow)].iLayer;
    inside().selection().set(s, this);
    fillCandidates();
    fillPlace();
    detailTimer_.start();
}

void ResidualView::retranslate() {
    const QSignalBlocker quietMeasure(measure_), quietTarget(target_);
    measureLabel_->setText(tr("Colour"));
    measure_->setItemText(0,
                          comparing() ? tr("Probability of the asked token") : tr("Probability of the first choice"));
    difference_->setText(tr("Difference"));
    difference_->setVisible(inside().other() != nullptr);
    difference_->setEnabled(inside().otherUnreadable().isEmpty());
    difference_->setToolTip(inside().otherUnreadable());
    measure_->setItemText(1, tr("Entropy"));
    measure_->setItemText(2, tr("Rank of the asked token"));
    measure_->setAccessibleName(tr("What the colours show"));
    targetLabel_->setText(tr("Asked"));
    target_->setItemText(0, tr("the final answer"));
    target_->setItemText(1, tr("the token that follows"));
    target_->setAccessibleName(tr("Which token is asked about"));
    table_->setAccessibleName(tr("Logit lens: layers by tokens"));
    candidates_->setAccessibleName(tr("Candidates of the chosen cell"));
    tabs_->setTabText(kCandidates, tr("Candidates"));
    tabs_->setTabText(kAttribution, tr("Parts of the logit"));
    tabs_->setTabText(kNeurons, tr("Neurons"));
    tabs_->setAccessibleName(tr("Details of the chosen cell"));
    sayScale();
    fillTable();
    fillCandidates();
    fillPlace();
}

QStringList ResidualView::exportFormats() const {
    return {QStringLiteral("png"), QStringLiteral("svg"), QStringLiteral("pdf"), QStringLiteral("csv")};
}

Result<void> ResidualView::exportAs(const QString& path, const QString& format, double scale) {
    const Painted* below = tabs_->currentIndex() == kAttribution ? attribution_->bars()
                           : tabs_->currentIndex() == kNeurons   ? neurons_->neurons()
                                                                 : candidates_;
    if (format == QLatin1String("csv") && tabs_->currentIndex() == kNeurons)
        return writeText(path, neurons_->csv());
    if (format == QLatin1String("csv") && tabs_->currentIndex() == kAttribution)
        return writeText(path, attribution_->bars()->csv());
    return exportPainted({table_, below}, path, format, scale);
}

QJsonObject ResidualView::saveState() const {
    return {{QStringLiteral("measure"), measure_->currentIndex()},
            {QStringLiteral("target"), target_->currentIndex()},
            {QStringLiteral("tab"), tabs_->currentIndex()},
            {QStringLiteral("zoom"), table_->zoom()}};
}

void ResidualView::restoreState(const QJsonObject& state) {
    measure_->setCurrentIndex(std::clamp(state[QStringLiteral("measure")].toInt(), 0, measure_->count() - 1));
    target_->setCurrentIndex(std::clamp(state[QStringLiteral("target")].toInt(), 0, target_->count() - 1));
    tabs_->setCurrentIndex(std::clamp(state[QStringLiteral("tab")].toInt(), 0, tabs_->count() - 1));
    table_->setZoom(state[QStringLiteral("zoom")].toDouble(1));
}

void ResidualView::go(const QString& argument) {
    const QString what = argument.section(QLatin1Char('.'), 0, 0);
    tabs_->setCurrentIndex(what == QLatin1String("attribution") ? kAttribution
                           : what == QLatin1String("neurons")   ? kNeurons
                                                                : kCandidates);
    bool ok = false;
    const int at = argument.section(QLatin1Char('.'), 1, 1).toInt(&ok);
    if (ok)
        inside().selection().setPosition(at);
}

} // namespace vitral
