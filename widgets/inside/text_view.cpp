// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/text_view.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/arithmetic_popup.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/painted_export.h"
#include "widgets/inside/scale_legend.h"
#include "widgets/inside/text_canvas.h"
#include "widgets/inside/value_text.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLocale>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QSlider>
#include <QTextDocumentFragment>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace vitral {
namespace {

// The slider runs over weights 0.05 % .. 50 % logarithmically; its left end is no threshold at all.
constexpr int kSteps = 60;
double weightOf(int step) {
    return step == 0 ? 0.0 : 5e-4 * std::pow(1000.0, static_cast<double>(step) / kSteps);
}
constexpr int kUsualStep = 26; // 1 %

} // namespace

TextView::TextView(InsideController& inside, QWidget* parent) : InsideView(inside, parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace2);
    auto* row = new FlowRow;
    mix_ = new QComboBox(this);
    for (int i = 0; i < 4; ++i)
        mix_->addItem(QString());
    direction_ = new QComboBox(this);
    for (int i = 0; i < 2; ++i)
        direction_->addItem(QString());
    arcs_ = new QCheckBox(this);
    arcs_->setChecked(true);
    difference_ = new QCheckBox(this);
    difference_->setChecked(true);
    difference_->hide();
    threshold_ = new QSlider(Qt::Horizontal, this);
    threshold_->setRange(0, kSteps);
    threshold_->setFixedWidth(120);
    thresholdLabel_ = new QLabel(this);
    thresholdLabel_->setProperty("role", "small");
    for (QWidget* widget :
         std::initializer_list<QWidget*>{direction_, mix_, arcs_, difference_, threshold_, thresholdLabel_})
        row->addWidget(widget);
    unfold_ = new QToolButton(this);
    unfold_->setIcon(design::icon(QStringLiteral("inside-cell")));
    unfold_->setIconSize({design::kIcon, design::kIcon});
    row->addWidget(unfold_);
    legend_ = new ScaleLegend(this);
    row->addWidget(legend_);
    column->addLayout(row);
    statement_ = new QLabel(this);
    statement_->setProperty("role", "small");
    statement_->setTextFormat(Qt::RichText);
    statement_->setTextInteractionFlags(Qt::TextBrowserInteraction);
    statement_->setWordWrap(true);
    connect(statement_, &QLabel::linkActivated, this, [this] {
        double whole = 0;
        const std::vector<double> below = canvas_->weightsBelow(&whole);
        ArithmeticPopup::of(this).open(
            ArithmeticWords::shareOfSmall(
                tr("Weight in tokens below %1").arg(percentText(weightOf(threshold_->value()))), below, whole),
            statement_->mapToGlobal(statement_->rect().center()));
    });
    column->addWidget(statement_);
    canvas_ = new TextCanvas(this);
    column->addWidget(canvas_, 1);

    connect(canvas_, &TextCanvas::tokenHovered, this, [this](qint64 position) {
        hovered_ = position;
        ask();
    });
    connect(canvas_, &TextCanvas::tokenClicked, this, [this](qint64 position) {
        Selection s = selection();
        s.position = position;
        s.key = -1;
        this->inside().selection().set(s, this);
    });
    connect(canvas_, &TextCanvas::unfoldAsked, this, &TextView::unfold);
    connect(unfold_, &QToolButton::clicked, canvas_, &TextCanvas::askUnfold);
    connect(mix_, &QComboBox::currentIndexChanged, this, [this] { ask(); });
    connect(direction_, &QComboBox::currentIndexChanged, this, [this] { ask(); });
    connect(difference_, &QCheckBox::toggled, this, [this] { ask(); });
    connect(arcs_, &QCheckBox::toggled, canvas_, &TextCanvas::setArcs);
    connect(threshold_, &QSlider::valueChanged, this, [this](int step) {
        canvas_->setThreshold(weightOf(step));
        refreshWords();
    });
    TextView::retranslate();
    threshold_->setValue(kUsualStep);
}

QString TextView::title() const {
    return tr("Text");
}

QString TextView::help() const {
    return tr("The text, shaded by what one token looked at. Point at a token to see its attention, click it to keep "
              "it; the arrow keys walk. Shades are logarithmic from 0.1 % to 100 %.");
}

QString TextView::missing(bool* offersRecordAgain) const {
    const bool any = std::any_of(recording()->attention.begin(), recording()->attention.end(),
                                 [](const auto& layer) { return layer != nullptr; });
    if (offersRecordAgain != nullptr)
        *offersRecordAgain = !any;
    return any ? QString() : tr("This run was recorded without attention.");
}

void TextView::setMix(HeadMix mix) {
    mix_->setCurrentIndex(static_cast<int>(mix));
}

void TextView::setDirection(LookDirection direction) {
    direction_->setCurrentIndex(static_cast<int>(direction));
}

QString TextView::statement() const {
    return QTextDocumentFragment::fromHtml(statement_->text()).toPlainText();
}

WeightQuestion TextView::question() const {
    WeightQuestion q;
    q.recording = recording();
    if (difference_->isChecked())
        q.minus = inside().other();
    if (q.minus)
        q.pairs = inside().alignment();
    q.mix = static_cast<HeadMix>(mix_->currentIndex());
    q.direction = static_cast<LookDirection>(direction_->currentIndex());
    const auto& attention = recording()->attention;
    const auto first = std::find_if(attention.begin(), attention.end(), [](const auto& l) { return l != nullptr; });
    q.iLayer = selection().layer >= 0 ? selection().layer : static_cast<std::int32_t>(first - attention.begin());
    q.iHead = std::max(0, selection().head);
    const std::int64_t last = inside().newestQuery();
    q.position = hovered_ >= 0 ? hovered_ : selection().position >= 0 ? selection().position : last;
    return q;
}

void TextView::ask() {
    if (!recording() || recording()->nPosition() == 0)
        return;
    canvas_->setDirection(static_cast<LookDirection>(direction_->currentIndex()));
    inside().pool().ask(
        this, "weights",
        [q = question()](std::stop_token stop) {
            std::optional<TokenWeights> weights = tokenWeights(q, stop);
            // The newest token may have no keys yet while the run goes on: the one before has.
            if (!weights && !stop.stop_requested() && q.position > 0) {
                WeightQuestion before = q;
                --before.position;
                weights = tokenWeights(before, stop);
            }
            return weights;
        },
        [this](std::optional<TokenWeights> weights) {
            canvas_->setWeights(weights ? std::move(*weights) : TokenWeights{});
            refreshWords();
        },
        true);
}

void TextView::unfold(qint64 token, QPoint at) {
    WeightQuestion q = question();
    q.position = canvas_->weights().position; // of what is on show
    if (q.position < 0 || canvas_->weights().alone)
        return;
    struct Both {
        std::vector<ArithmeticWords::HeadWeight> here, there;
    };
    inside().pool().ask(
        this, "unfold",
        [q, token](std::stop_token) {
            Both both;
            for (const bool there : {false, true})
                for (const MixedWeight& w : mixedWeights(q, token, there))
                    (there ? both.there : both.here).push_back({w.iLayer, w.iHead, w.score, w.logSumExp, w.weight});
            return both;
        },
        [this, q, token, at](const Both& both) {
            if (both.here.empty() || !isVisible())
                return;
            const auto name = [this](std::int64_t i) {
                return QStringLiteral("%1 \u201C%2\u201D")
                    .arg(QLocale().toString(static_cast<qlonglong>(i)), this->inside().pieceText(i));
            };
            const bool looks = q.direction == LookDirection::LooksAt;
            ArithmeticPopup::of(this).open(
                ArithmeticWords::weightOfHeads(
                    tr("How much token %1 looks at token %2")
                        .arg(name(looks ? q.position : token), name(looks ? token : q.position)),
                    both.here, q.mix == HeadMix::LayerMax, q.minus ? this->inside().otherName() : QString(),
                    both.there),
                at);
        });
}

void TextView::refreshWords() {
    const QLocale locale;
    const double from = weightOf(threshold_->value());
    thresholdLabel_->setText(from > 0 ? tr("from %1").arg(percentText(from)) : tr("all"));
    const bool difference = inside().other() != nullptr && difference_->isChecked();
    const QString most = percentText(1);
    legend_->setRange(difference ? QStringLiteral("\u2212") + most : percentText(1e-3), most, difference);
    if (!recording() || canvas_->weights().position < 0) {
        statement_->setText(recording() ? tr("Nothing is recorded of this layer for this token.") : QString());
        return;
    }
    const WeightQuestion q = question();
    const TokenWeights& w = canvas_->weights();
    QStringList parts;
    const QString token =
        QStringLiteral("%1 \u201C%2\u201D")
            .arg(locale.toString(static_cast<qlonglong>(w.position)), inside().pieceText(w.position).toHtmlEscaped());
    parts << (q.direction == LookDirection::LooksAt ? tr("What token %1 looks at").arg(token)
                                                    : tr("Who looks at token %1").arg(token));
    switch (q.mix) {
    case HeadMix::One:
        parts << tr("layer %1, head %2").arg(q.iLayer).arg(q.iHead);
        break;
    case HeadMix::LayerMean:
        parts << tr("mean over the %1 heads of layer %2").arg(w.nHeadUsed).arg(q.iLayer);
        break;
    case HeadMix::LayerMax:
        parts << tr("largest of the %1 heads of layer %2, token by token: does not add up to 100 %")
                     .arg(w.nHeadUsed)
                     .arg(q.iLayer);
        break;
    case HeadMix::AllMean:
        parts << tr("mean over all %1 recorded heads").arg(w.nHeadUsed);
        break;
    }
    if (w.difference)
        parts << tr("this run minus %1: blue is more here, orange is less").arg(inside().otherName().toHtmlEscaped());
    if (w.alone)
        parts << tr("this token has no partner in the other text: there is nothing to compare it with");
    else if (w.difference && inside().alignment()->nPair < recording()->nPosition())
        parts << tr("tokens in a dotted frame have no partner in the other text");
    if (from > 0 && !w.alone)
        parts << tr("%1 of the weight lies in tokens below %2 and has no arc or number")
                     .arg(linkText(QStringLiteral("below"), percentText(canvas_->shareBelow())),
                          percentText(from).toHtmlEscaped());
    statement_->setText(parts.join(QStringLiteral("  \u00B7  ")));
    canvas_->setAccessibleDescription(statement());
}

void TextView::recordingChanged(bool grew) {
    hovered_ = -1;
    canvas_->setRecording(recording(), grew);
    const std::int64_t n = recording()->nPosition();
    if (!grew)
        canvas_->showToken(selection().position >= 0 ? selection().position : inside().newestQuery());
    nSeen_ = n;
    ask();
}

void TextView::otherChanged() {
    difference_->setVisible(inside().other() != nullptr);
    ask();
}

void TextView::selectionChanged(const Selection& s, QObject* origin) {
    canvas_->setMarked(s.position, s.key);
    if (origin != this)
        canvas_->showToken(s.position);
    ask();
}

QStringList TextView::exportFormats() const {
    return {QStringLiteral("svg"), QStringLiteral("pdf"), QStringLiteral("png"), QStringLiteral("csv")};
}

Result<void> TextView::exportAs(const QString& path, const QString& format, double scale) {
    return exportPainted({canvas_}, path, format, scale);
}

QJsonObject TextView::saveState() const {
    return {{QStringLiteral("mix"), mix_->currentIndex()},
            {QStringLiteral("direction"), direction_->currentIndex()},
            {QStringLiteral("arcs"), arcs_->isChecked()},
            {QStringLiteral("threshold"), threshold_->value()}};
}

void TextView::restoreState(const QJsonObject& state) {
    mix_->setCurrentIndex(std::clamp(state[QStringLiteral("mix")].toInt(0), 0, mix_->count() - 1));
    direction_->setCurrentIndex(std::clamp(state[QStringLiteral("direction")].toInt(0), 0, direction_->count() - 1));
    arcs_->setChecked(state[QStringLiteral("arcs")].toBool(true));
    threshold_->setValue(std::clamp(state[QStringLiteral("threshold")].toInt(kUsualStep), 0, kSteps));
}

void TextView::retranslate() {
    const QSignalBlocker a(mix_), b(direction_);
    direction_->setItemText(static_cast<int>(LookDirection::LooksAt), tr("What it looks at"));
    direction_->setItemText(static_cast<int>(LookDirection::SeenBy), tr("Who looks at it"));
    mix_->setItemText(static_cast<int>(HeadMix::One), tr("This head"));
    mix_->setItemText(static_cast<int>(HeadMix::LayerMean), tr("Mean of the layer"));
    mix_->setItemText(static_cast<int>(HeadMix::LayerMax), tr("Largest of the layer"));
    mix_->setItemText(static_cast<int>(HeadMix::AllMean), tr("Mean of all layers"));
    mix_->setAccessibleName(tr("Which heads"));
    direction_->setAccessibleName(tr("Direction"));
    arcs_->setText(tr("Arcs"));
    difference_->setText(tr("Difference"));
    threshold_->setToolTip(tr("Arcs and numbers from this weight on"));
    threshold_->setAccessibleName(threshold_->toolTip());
    unfold_->setToolTip(
        tr("Show the arithmetic of the largest weight, or of the other chosen token's; a click on a number "
           "shows that one's"));
    unfold_->setAccessibleName(tr("Show the arithmetic"));
    canvas_->setAccessibleName(tr("Tokens of the recorded run"));
    refreshWords();
}

} // namespace vitral
