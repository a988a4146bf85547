// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/positions_view.h"

#include "widgets/design/metrics.h"
#include "widgets/inside/arithmetic_popup.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/grid_view.h"
#include "widgets/inside/line_chart.h"
#include "widgets/inside/painted_export.h"
#include "widgets/inside/rope_dials.h"
#include "widgets/inside/scale_legend.h"
#include "widgets/inside/value_colour.h"
#include "widgets/inside/value_text.h"

#include <QLabel>
#include <QPushButton>
#include <QResizeEvent>
#include <QSplitter>
#include <QTabBar>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace vitral {

using design::Glass;

namespace {
constexpr int kSettleMs = 60;
constexpr int kLeastHeight = 520, kNarrow = 480, kLeastPicture = 150;

const char* const kNames[] = {"rotary", "learned", "sinusoidal", "alibi"};
/// Picture and curve beside each other, or under each other where that would be too narrow.
class TurningSplitter final : public QSplitter {
public:
    using QSplitter::QSplitter;

protected:
    void resizeEvent(QResizeEvent* event) override {
        setOrientation(event->size().width() < kNarrow ? Qt::Vertical : Qt::Horizontal);
        QSplitter::resizeEvent(event);
    }
};
} // namespace

PositionsView::PositionsView(InsideController& inside, QWidget* parent) : InsideView(inside, parent) {
    QWidget* page = scrollingPage();
    page->setMinimumHeight(kLeastHeight);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace2);
    tabs_ = new QTabBar(page);
    tabs_->setDrawBase(false);
    tabs_->setExpanding(false);
    for (int i = 0; i < kKindCount; ++i)
        tabs_->addTab(QString());
    column->addWidget(tabs_);
    note_ = new QLabel(page);
    note_->setProperty("role", "small");
    note_->setWordWrap(true);
    note_->setMinimumWidth(1); // a narrow window breaks lines rather than growing
    note_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(note_);
    splitter_ = new QSplitter(Qt::Vertical, page);
    splitter_->setChildrenCollapsible(false);
    dials_ = new RopeDials(splitter_);
    splitter_->addWidget(dials_);
    pair_ = new TurningSplitter(Qt::Horizontal, splitter_);
    pair_->setChildrenCollapsible(false);
    auto* left = new QWidget(pair_);
    auto* leftColumn = new QVBoxLayout(left);
    leftColumn->setContentsMargins(0, 0, 0, 0);
    leftColumn->setSpacing(design::kSpace1);
    grid_ = new GridView(left);
    grid_->setFitting(true);
    grid_->setMinimumHeight(kLeastPicture); // in a small window the page scrolls rather than squeezing it
    legend_ = new ScaleLegend(left);
    unfoldCell_ = new QPushButton(left);
    unfoldCell_->setObjectName(QStringLiteral("unfoldCell"));
    auto* under = new FlowRow;
    under->addWidget(unfoldCell_);
    under->addWidget(legend_);
    leftColumn->addWidget(grid_, 1);
    leftColumn->addLayout(under);
    pair_->addWidget(left);
    auto* right = new QWidget(pair_);
    auto* rightColumn = new QVBoxLayout(right);
    rightColumn->setContentsMargins(0, 0, 0, 0);
    rightColumn->setSpacing(design::kSpace1);
    chart_ = new LineChart(right);
    unfold_ = new QPushButton(right);
    unfold_->setObjectName(QStringLiteral("unfoldCurve"));
    rightColumn->addWidget(chart_, 1);
    rightColumn->addWidget(unfold_, 0, Qt::AlignLeft);
    pair_->addWidget(right);
    connect(unfold_, &QPushButton::clicked, this, &PositionsView::unfoldChart);
    connect(chart_, &LineChart::unfoldAsked, this, &PositionsView::unfoldChart);
    connect(unfoldCell_, &QPushButton::clicked, this, &PositionsView::unfoldCell);
    connect(grid_, &GridView::cellActivated, this, &PositionsView::unfoldCell);
    pair_->setStretchFactor(0, 1);
    pair_->setStretchFactor(1, 1);
    splitter_->addWidget(pair_);
    splitter_->setStretchFactor(0, 1);
    splitter_->setStretchFactor(1, 3);
    column->addWidget(splitter_, 1);

    timer_.setSingleShot(true);
    timer_.setInterval(kSettleMs);
    connect(&timer_, &QTimer::timeout, this, &PositionsView::fill);
    connect(tabs_, &QTabBar::currentChanged, this, &PositionsView::fill);
    connect(dials_, &RopeDials::currentChanged, this, [this](int pair) {
        if (kind() == kRotary && pair >= 0) {
            grid_->setCurrent(std::max<std::int64_t>(0, grid_->currentRow()), pair);
            fillRotaryChart();
        }
    });
    connect(dials_, &RopeDials::unfoldAsked, this, [this](int pair, QPoint at) {
        const AttentionRecord* r = record();
        if (r == nullptr || pair < 0 || pair >= int(r->geometry.rope.inverseFrequency.size()))
            return;
        const Place p = place();
        const double step = double(r->geometry.rope.inverseFrequency[std::size_t(pair)]);
        ArithmeticPopup::of(this).open(ArithmeticWords::angle(pair, step, p.query, p.key), at);
    });
    connect(grid_, &GridView::currentChanged, this, [this](qint64 iRow, qint64 iCol) {
        if (kind() == kRotary)
            dials_->setCurrent(int(iCol));
        if (iRow >= 0)
            chart_->setCurrent(int(kind() == kAlibi ? iCol : iRow));
    });
    retranslate();
}

PositionsView::Kind PositionsView::kind() const {
    return static_cast<Kind>(std::max(0, tabs_->currentIndex()));
}

QString PositionsView::title() const {
    return tr("Positions");
}

QString PositionsView::help() const {
    return tr("How the model knows which token stands where, and what the distance between two tokens does to their "
              "score. Choose a layer, a head and a token above; the other token is the cell chosen in the matrix, or "
              "the one before.");
}

PositionsView::Place PositionsView::place() const {
    Place p;
    if (!recording())
        return p;
    const auto nLayer = std::int32_t(recording()->model.nLayer);
    p.layer = std::clamp(selection().layer, 0, std::max(0, nLayer - 1));
    // Of this layer's own record: its heads may be fewer than the model says, and the newest token is not computed yet.
    const AttentionRecord* r = recordOf(p.layer);
    const auto nHead = r != nullptr ? r->geometry.nHead : std::int32_t(recording()->model.nHead);
    p.head = std::clamp(selection().head, 0, std::max(0, nHead - 1));
    const std::int64_t n = r != nullptr ? r->nPosition() : recording()->nPosition();
    p.query = selection().position >= 0 && selection().position < n ? selection().position : inside().newestQuery();
    p.key =
        selection().key >= 0 && selection().key <= p.query ? selection().key : std::max<std::int64_t>(0, p.query - 1);
    return p;
}

const AttentionRecord* PositionsView::recordOf(std::int32_t layer) const {
    const auto i = std::size_t(layer);
    return recording() && i < recording()->attention.size() ? recording()->attention[i].get() : nullptr;
}

const AttentionRecord* PositionsView::record() const {
    return recordOf(place().layer);
}

bool PositionsView::used(Kind kind) const {
    if (kind == kRotary)
        return record() != nullptr && !record()->geometry.rope.inverseFrequency.empty();
    if (kind == kLearned)
        return inside().model() && inside().model()->file() &&
               inside().model()->file()->findTensor("position_embd.weight") != nullptr;
    return false; // no architecture this program knows has them
}

void PositionsView::recordingChanged(bool grew) {
    if (!grew && recording())
        tabs_->setCurrentIndex(used(kLearned) && !used(kRotary) && kind() == kRotary ? kLearned
                                                                                     : tabs_->currentIndex());
    retranslate();
    timer_.start();
}

void PositionsView::otherChanged() {
    timer_.start();
}

const AttentionRecord* PositionsView::otherRecord() const {
    const auto i = std::size_t(place().layer);
    return inside().other() && i < inside().other()->attention.size() ? inside().other()->attention[i].get() : nullptr;
}

QString PositionsView::comparedText() const {
    if (!inside().other() || !used(kRotary) || kind() != kRotary)
        return inside().other() && kind() == kLearned
                   ? tr("The table belongs to the model and not to the run: nothing differs between two runs.")
                   : QString();
    const AttentionRecord* other = otherRecord();
    if (other == nullptr || place().head >= other->geometry.nHead)
        return tr("In %1 this head was not recorded.").arg(inside().otherName());
    const QString turning =
        other->geometry.rope.inverseFrequency == record()->geometry.rope.inverseFrequency
            ? tr("%1 turns by the same angles, so the picture is the same; queries and keys are its own.")
                  .arg(inside().otherName())
            : tr("%1 turns by other angles; the picture shows the cosines of this run minus those of that.")
                  .arg(inside().otherName());
    const Place p = place();
    const bool paired = inside().alignment()->of(p.query) >= 0 && inside().alignment()->of(p.key) >= 0;
    return paired ? turning : turning + QLatin1Char(' ') + tr("One of the two tokens has no partner there.");
}

void PositionsView::selectionChanged(const Selection&, QObject*) {
    timer_.start();
}

QString PositionsView::noteText() const {
    const QString reference = tr("For reference: this model does not use it.");
    switch (kind()) {
    case kRotary: {
        if (!recording())
            return {};
        if (!used(kRotary))
            return record() == nullptr
                       ? tr("Layer %1 was not recorded.").arg(place().layer)
                       : tr("Layer %1 of this model does not rotate its queries and keys.").arg(place().layer);
        const AttentionGeometry& g = record()->geometry;
        QString text =
            tr("Rotary embedding: each pair of dimensions of a query and a key is turned by its position times "
               "an angle, so that their product depends on the distance. %1 pairs, %2 of %3 dimensions.")
                .arg(g.rope.inverseFrequency.size())
                .arg(2 * g.rope.inverseFrequency.size())
                .arg(g.headDimK);
        if (g.rope.magnitude != 1.0F)
            text +=
                QLatin1Char(' ') + tr("Rotated values are multiplied by %1.").arg(numberText(double(g.rope.magnitude)));
        return text;
    }
    case kLearned:
        if (!used(kLearned))
            return tr("Learned positions: a table with one row a position, added to the embeddings.") +
                   QLatin1Char(' ') + reference;
        return tr("Learned positions: a table of %1 rows, one added to each token\u2019s embedding. Rows that are "
                  "alike "
                  "are blue, opposite ones orange.")
                   .arg(countText(learnedCount_)) +
               (learnedStep_ > 1 ? QLatin1Char(' ') + tr("Only one position in %1 is drawn.").arg(learnedStep_)
                                 : QString());
    case kSinusoidal:
        return tr("Sinusoidal positions (the first transformer): sines and cosines of falling frequency, added to the "
                  "embeddings.") +
               QLatin1Char(' ') + reference;
    case kAlibi:
        return tr("ALiBi: no positions at all; every head takes its slope times the distance off its scores.") +
               QLatin1Char(' ') + reference;
    case kKindCount:
        break;
    }
    return {};
}

void PositionsView::fill() {
    dials_->setVisible(kind() == kRotary);
    switch (kind()) {
    case kRotary:
        fillRotary();
        break;
    case kLearned:
        fillLearned();
        break;
    case kSinusoidal:
        fillSinusoidal();
        break;
    case kAlibi:
        fillAlibi();
        break;
    case kKindCount:
        break;
    }
    unfold_->setVisible(!chart_->content().x.empty());
    unfoldCell_->setVisible(grid_->content().nRow > 0);
    const QString compared = comparedText();
    note_->setText(compared.isEmpty() ? noteText() : noteText() + QLatin1Char(' ') + compared);
}

void PositionsView::retranslate() {
    const QString names[] = {tr("Rotary"), tr("Learned"), tr("Sinusoidal"), tr("ALiBi")};
    for (int i = 0; i < kKindCount; ++i) {
        const bool uses = recording() && used(Kind(i));
        tabs_->setTabText(i, uses ? tr("%1 (this model)").arg(names[i]) : names[i]);
    }
    tabs_->setAccessibleName(tr("Kind of position"));
    grid_->setAccessibleName(tr("Picture of the positions"));
    chart_->setAccessibleName(tr("Effect of the distance"));
    unfold_->setText(tr("Show the arithmetic"));
    unfold_->setToolTip(tr("How the value of the curve at the chosen distance comes about"));
    unfoldCell_->setText(tr("Show the arithmetic"));
    unfoldCell_->setToolTip(tr("How the number of the chosen cell comes about"));
    fill();
}

QStringList PositionsView::exportFormats() const {
    return {QStringLiteral("png"), QStringLiteral("svg"), QStringLiteral("pdf"), QStringLiteral("csv")};
}

Result<void> PositionsView::exportAs(const QString& path, const QString& format, double scale) {
    if (format == QLatin1String("csv")) { // the curves, an empty line, the picture
        const QString curves = chart_->csv(), picture = grid_->csv();
        return writeText(path, curves.isEmpty() || picture.isEmpty() ? curves + picture
                                                                     : curves + QLatin1Char('\n') + picture);
    }
    if (kind() == kRotary)
        return exportPainted({dials_, grid_, chart_}, path, format, scale);
    return exportPainted({grid_, chart_}, path, format, scale);
}

QJsonObject PositionsView::saveState() const {
    return {{QStringLiteral("kind"), QLatin1String(kNames[kind()])}};
}

void PositionsView::restoreState(const QJsonObject& state) {
    go(state[QStringLiteral("kind")].toString());
}

void PositionsView::go(const QString& argument) {
    for (int i = 0; i < kKindCount; ++i)
        if (argument == QLatin1String(kNames[i])) {
            tabs_->setCurrentIndex(i);
            return;
        }
    InsideView::go(argument);
}

} // namespace vitral
