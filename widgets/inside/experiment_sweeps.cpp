// SPDX-License-Identifier: Apache-2.0
// The two experiments that fill a picture cell by cell: every head switched off in turn, and activation patching.
#include "core/runtime/explain_task.h"
#include "core/trace/logit_lens.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/experiment_pages.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/grid_view.h"
#include "widgets/inside/intervention_edits.h"
#include "widgets/inside/scale_legend.h"
#include "widgets/inside/value_colour.h"
#include "widgets/inside/value_text.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPointer>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace vitral {

namespace {

/// Carries one cell from the engine thread to the window; whether the page still lives is asked there.
void toWindow(const QPointer<QWidget>& page, std::function<void()> call) {
    QMetaObject::invokeMethod(
        QCoreApplication::instance(),
        [page, call = std::move(call)] {
            if (page)
                call();
        },
        Qt::QueuedConnection);
}

/// Nats to two places, so that cells under each other compare at a glance.
QString twoPlaces(double value, bool sign) {
    const QString text = QLocale().toString(std::fabs(value), 'f', 2);
    if (std::fabs(value) < 0.005)
        return text;
    return (value < 0 ? QStringLiteral("\u2212") : sign ? QStringLiteral("+") : QString()) + text;
}

float largestOf(const std::vector<float>& values, float around) {
    float largest = 0;
    for (const float v : values)
        if (std::isfinite(v))
            largest = std::max(largest, std::fabs(v - around));
    return largest;
}

} // namespace

// --- every head switched off in turn ---------------------------------------------------------------------------------

SweepPage::SweepPage(InsideController& inside, QWidget* parent) : ExperimentPage(inside, parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace2);
    auto* row = new FlowRow;
    kind_ = new QComboBox(this);
    kind_->addItem(QString(), int(AblationKind::Zero));
    kind_->addItem(QString(), int(AblationKind::Mean));
    measure_ = new QPushButton(this);
    measure_->setProperty("kind", "primary");
    add_ = new QPushButton(this);
    add_->setEnabled(false);
    legend_ = new ScaleLegend(this);
    row->addWidget(kind_);
    row->addWidget(measure_);
    row->addWidget(add_);
    row->addWidget(legend_);
    column->addLayout(row);
    title_ = new QLabel(this);
    title_->setProperty("role", "value");
    title_->setWordWrap(true);
    title_->setMinimumWidth(1);
    column->addWidget(title_);
    grid_ = new GridView(this);
    grid_->setCellSize({56, 26});
    row->addWidget(addUnfold(grid_, [this](std::int64_t i, std::int64_t j) {
        const auto now = double(logProbability_[std::size_t(i * (nHead_ + 1) + j)]);
        return sweep_ && std::isfinite(now) ? ArithmeticWords::switchedOff(partText(i, j), piece(sweep_->token),
                                                                           double(sweep_->logProbability), now)
                                            : Arithmetic{};
    }));
    column->addWidget(grid_, 1);
    column->addWidget(addStatus());
    connect(measure_, &QPushButton::clicked, this, &SweepPage::measure);
    connect(grid_, &GridView::currentChanged, this, [this](qint64 iRow, qint64 iCol) {
        add_->setEnabled(iRow >= 0);
        if (iRow >= 0 && iCol < nHead_)
            inside_.selection().setHead(std::int32_t(iRow), std::int32_t(iCol), this);
    });
    connect(grid_, &GridView::cellActivated, this, &SweepPage::addCell);
    connect(add_, &QPushButton::clicked, this, [this] { addCell(grid_->currentRow(), grid_->currentCol()); });
    refresh();
}

void SweepPage::addCell(qint64 iRow, qint64 iCol) {
    if (iRow >= 0 && iRow < nLayer_ && iCol >= 0 && iCol <= nHead_)
        emit addAsked(iCol < nHead_ ? scaleHead(std::int32_t(iRow), std::int32_t(iCol), 0)
                                    : scaleMlp(std::int32_t(iRow), 0));
}

QString SweepPage::partText(std::int64_t iRow, std::int64_t iCol) const {
    return iCol < nHead_ ? tr("Layer %1, head %2").arg(iRow).arg(iCol) : tr("Layer %1, MLP").arg(iRow);
}

void SweepPage::refresh() {
    kind_->setItemText(0, tr("Set to zero"));
    kind_->setItemText(1, tr("Set to its mean"));
    kind_->setAccessibleName(tr("How a head is switched off"));
    measure_->setText(tr("Switch each off in turn"));
    measure_->setEnabled(inside_.model() != nullptr);
    add_->setText(tr("Switch this one off"));
    grid_->setAccessibleName(tr("Effect of every head and MLP"));
    fill();
}

void SweepPage::take(const AblationEffect& effect) {
    const auto at = std::size_t(effect.iLayer * (nHead_ + 1) + (effect.iHead < 0 ? nHead_ : effect.iHead));
    if (at < logProbability_.size())
        logProbability_[at] = effect.logProbability;
}

void SweepPage::measure() {
    const std::shared_ptr<const Model> model = inside_.model();
    if (!model || !inside_.recording())
        return;
    AblationRequest request;
    const std::int64_t n = inside_.recording()->nPosition();
    const std::int64_t chosen = inside_.selection().current().position;
    request.position = chosen >= 0 && chosen < n ? chosen : n - 1;
    request.kind = static_cast<AblationKind>(kind_->currentData().toInt());
    ExplainedRun run;
    run.tokens = inside_.recording()->tokens;
    run.kvType = inside_.chat().settings().kvType;
    nLayer_ = model->config().nLayer;
    nHead_ = model->config().nHead;
    logProbability_.assign(std::size_t(nLayer_ * (nHead_ + 1)), std::nanf(""));
    sweep_.reset();
    const std::uint64_t round = ++round_;
    say(tr("Computing\u2026"));
    fill();
    inside_.askEngine(
        this, "sweep",
        [model, run, request, round, page = QPointer<QWidget>(this), this](TaskContext& context) {
            return ablationSweep(*model, explainContext(context, *model, "switching heads off"), run, request,
                                 [&](const AblationEffect& effect) {
                                     toWindow(page, [this, effect, round] {
                                         if (round != round_)
                                             return;
                                         take(effect);
                                         grid_->viewport()->update();
                                     });
                                 });
        },
        [this, round](Result<AblationSweep> sweep) {
            if (round != round_)
                return;
            if (!sweep) {
                say(sweep.error());
                return;
            }
            sweep_ = std::move(*sweep);
            for (const AblationEffect& effect : sweep_->effects)
                take(effect);
            say(tr("Without any change, \u201C%1\u201D has %2 (log-probability %3). Double-click a cell to switch that "
                   "part "
                   "off in the next answers.")
                    .arg(piece(sweep_->token), percentText(std::exp(double(sweep_->logProbability))),
                         numberText(double(sweep_->logProbability), 4)));
            fill();
        });
}

void SweepPage::fill() {
    GridContent content;
    content.empty = !inside_.recording()
                        ? tr("Nothing is recorded yet.")
                        : tr("Choose a token above, then press \u201C%1\u201D: each cell shows what the model loses "
                             "without that head.")
                              .arg(measure_->text());
    title_->setText(
        sweep_ ? tr("Effect on the log-probability of \u201C%1\u201D after token %2 \u201C%3\u201D")
                     .arg(piece(sweep_->token), QString::number(sweep_->position), inside_.pieceText(sweep_->position))
               : QString());
    title_->setVisible(sweep_.has_value());
    if (!logProbability_.empty()) {
        content.nRow = nLayer_;
        content.nCol = nHead_ + 1;
    }
    const auto base = sweep_ ? double(sweep_->logProbability) : std::nan("");
    const float largest = sweep_ ? std::max(1e-6F, largestOf(logProbability_, sweep_->logProbability)) : 1.0F;
    const auto value = [this, base](std::int64_t i, std::int64_t j) {
        return double(logProbability_[std::size_t(i * (nHead_ + 1) + j)]) - base;
    };
    content.rowTitle = tr("layer");
    content.colTitle = tr("head");
    content.rowLabel = [](std::int64_t i) { return QString::number(i); };
    content.colLabel = [this](std::int64_t j) { return j < nHead_ ? QString::number(j) : tr("MLP"); };
    // Until the run without any change is known, there is nothing to subtract: then the log-probability itself.
    content.text = [this, value](std::int64_t i, std::int64_t j) {
        const auto now = double(logProbability_[std::size_t(i * (nHead_ + 1) + j)]);
        return !std::isfinite(now) ? QStringLiteral("\u2026")
               : sweep_            ? twoPlaces(value(i, j), true)
                                   : twoPlaces(now, false);
    };
    content.colour = [this, value, largest](std::int64_t i, std::int64_t j) {
        return divergingColour(value(i, j) / double(largest), design::paletteFor(this));
    };
    content.number = value;
    content.describe = [this, value](std::int64_t i, std::int64_t j) {
        const double v = value(i, j);
        return std::isfinite(v)
                   ? tr("%1: without it the log-probability changes by %2").arg(partText(i, j), signedText(v))
                   : tr("%1: not computed yet").arg(partText(i, j));
    };
    grid_->setContent(std::move(content));
    legend_->setVisible(sweep_.has_value());
    legend_->setRange(numberText(-double(largest), 3), QStringLiteral("+") + numberText(double(largest), 3), true);
}

// --- activation patching ---------------------------------------------------------------------------------------------

PatchPage::PatchPage(InsideController& inside, QWidget* parent) : ExperimentPage(inside, parent) {
    clean_ = new QLineEdit(this);
    corrupt_ = new QLineEdit(this);
    point_ = new QComboBox(this);
    for (const Point point : {Point::ResidPre, Point::AttnOut, Point::MlpOut, Point::Z})
        point_->addItem(QString(), int(point));
    measure_ = new QPushButton(this);
    measure_->setProperty("kind", "primary");
    legend_ = new ScaleLegend(this);
    grid_ = new GridView(this);
    grid_->setCellSize({64, 26});
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace2);
    column->addWidget(labelledField(cleanLabel_, clean_, this));
    column->addWidget(labelledField(corruptLabel_, corrupt_, this));
    auto* row = new FlowRow;
    row->addWidget(labelledField(pointLabel_, point_, this));
    row->addWidget(measure_);
    row->addWidget(addUnfold(grid_, [this](std::int64_t i, std::int64_t j) {
        const auto back = double(recovered_[std::size_t(i * nColumn_ + j)]);
        return result_ && std::isfinite(back)
                   ? ArithmeticWords::broughtBack(grid_->content().describe(i, j), back, result_->cleanDifference,
                                                  result_->corruptDifference)
                   : Arithmetic{};
    }));
    row->addWidget(legend_);
    column->addLayout(row);
    column->addWidget(grid_, 1);
    column->addWidget(addStatus());
    connect(measure_, &QPushButton::clicked, this, &PatchPage::measure);
    connect(clean_, &QLineEdit::returnPressed, this, &PatchPage::measure);
    connect(corrupt_, &QLineEdit::returnPressed, this, &PatchPage::measure);
    refresh();
}

void PatchPage::setTexts(const QString& clean, const QString& corrupt) {
    clean_->setText(clean);
    corrupt_->setText(corrupt);
}

void PatchPage::setPoint(Point point) {
    point_->setCurrentIndex(point_->findData(int(point)));
}

void PatchPage::refresh() {
    cleanLabel_->setText(tr("Right prompt"));
    corruptLabel_->setText(tr("Other prompt"));
    pointLabel_->setText(tr("Put over"));
    for (int i = 0; i < point_->count(); ++i)
        point_->setItemText(i, point_->itemData(i).toInt() == int(Point::Z)
                                   ? tr("outputs of single heads")
                                   : InterventionWords::pointText(static_cast<Point>(point_->itemData(i).toInt())));
    measure_->setText(tr("Fill the grid"));
    measure_->setEnabled(inside_.loadedModel() != nullptr);
    clean_->setAccessibleName(cleanLabel_->text());
    corrupt_->setAccessibleName(corruptLabel_->text());
    point_->setAccessibleName(pointLabel_->text());
    fill();
}

void PatchPage::measure() {
    PatchRequest request;
    Result<std::vector<TokenId>> clean = encode(clean_->text());
    Result<std::vector<TokenId>> corrupt = clean ? encode(corrupt_->text()) : clean;
    if (!corrupt) {
        say(corrupt.error());
        return;
    }
    if (clean->size() != corrupt->size()) {
        say(tr("The two prompts must have as many tokens as each other; they have %1 and %2.")
                .arg(clean->size())
                .arg(corrupt->size()));
        return;
    }
    corruptIds_ = *corrupt;
    request.clean = std::move(*clean);
    request.corrupt = std::move(*corrupt);
    request.point = static_cast<Point>(point_->currentData().toInt());
    request.kvType = inside_.chat().settings().kvType;
    const std::shared_ptr<const Model> model = inside_.loadedModel();
    nLayer_ = model->config().nLayer;
    byHead_ = request.point == Point::Z;
    nColumn_ = std::int64_t(corruptIds_.size());
    if (byHead_) {
        nColumn_ = 0;
        for (const LayerAnatomy& layer :
             model->anatomy() != nullptr ? model->anatomy()->layers : std::vector<LayerAnatomy>())
            nColumn_ = std::max<std::int64_t>(nColumn_, layer.nHead);
    }
    recovered_.assign(std::size_t(nLayer_ * nColumn_), std::nanf(""));
    result_.reset();
    const std::uint64_t round = ++round_;
    say(tr("Computing\u2026"));
    fill();
    struct Found {
        PatchGrid grid;
        TokenId answer = 0, wrongAnswer = 0;
    };
    inside_.askEngine(
        this, "patching",
        [model, request, round, page = QPointer<QWidget>(this), this](TaskContext& context) mutable -> Result<Found> {
            const ExplainContext explain = explainContext(context, *model, "patching");
            // The answers are the model's own first choices after each prompt.
            const auto firstChoice = [&](const std::vector<TokenId>& tokens) -> Result<TokenId> {
                LensRequest lens;
                lens.layers = {std::int32_t(model->config().nLayer) - 1};
                lens.positions = {std::int64_t(tokens.size()) - 1};
                lens.nTop = 1;
                VITRAL_TRY_ASSIGN(const LogitLens seen,
                                  logitLens(*model, explain, ExplainedRun{tokens, nullptr, request.kvType}, lens));
                return seen.cells.back().top.front().id;
            };
            VITRAL_TRY_ASSIGN(request.answer, firstChoice(request.clean));
            VITRAL_TRY_ASSIGN(request.wrongAnswer, firstChoice(request.corrupt));
            Found found{{}, request.answer, request.wrongAnswer};
            VITRAL_TRY_ASSIGN(found.grid, patchGrid(*model, explain, request,
                                                    [&](std::int64_t iLayer, std::int64_t iColumn, float recovered) {
                                                        toWindow(page, [this, iLayer, iColumn, recovered, round] {
                                                            if (round != round_)
                                                                return;
                                                            recovered_[std::size_t(iLayer * nColumn_ + iColumn)] =
                                                                recovered;
                                                            grid_->viewport()->update();
                                                        });
                                                    }));
            return found;
        },
        [this, round](Result<Found> found) {
            if (round != round_)
                return;
            if (!found) {
                say(found.error());
                return;
            }
            result_ = std::move(found->grid);
            recovered_ = result_->recovered;
            say(tr("Answers: \u201C%1\u201D after the right prompt, \u201C%2\u201D after the other. 100 %: the right "
                   "answer is "
                   "all back; 0 %: nothing changed.")
                    .arg(piece(found->answer), piece(found->wrongAnswer)));
            fill();
        });
}

void PatchPage::fill() {
    GridContent content;
    content.empty =
        tr("Two prompts of the same length that the model answers differently. Each cell puts one activation of "
           "the right prompt into the other, and shows how much of the right answer comes back.");
    if (!recovered_.empty()) {
        content.nRow = nLayer_;
        content.nCol = nColumn_;
    }
    const auto value = [this](std::int64_t i, std::int64_t j) {
        return double(recovered_[std::size_t(i * nColumn_ + j)]);
    };
    content.rowTitle = tr("layer");
    content.colTitle = byHead_ ? tr("head") : tr("token of the other prompt");
    content.rowLabel = [](std::int64_t i) { return QString::number(i); };
    content.colLabel = [this](std::int64_t j) {
        return byHead_ ? QString::number(j) : piece(corruptIds_[std::size_t(j)]);
    };
    const auto percent = [](double v) {
        return std::isfinite(v) ? numberText(std::round(v * 100), 3) + QStringLiteral("\u00A0%")
                                : QStringLiteral("\u2026");
    };
    content.text = [value, percent](std::int64_t i, std::int64_t j) { return percent(value(i, j)); };
    content.colour = [this, value](std::int64_t i, std::int64_t j) {
        return divergingColour(value(i, j), design::paletteFor(this));
    };
    content.number = value;
    content.describe = [this, value, percent](std::int64_t i, std::int64_t j) {
        if (byHead_)
            return tr("Layer %1, head %2, at all tokens: %3 of the right answer is back")
                .arg(QString::number(i), QString::number(j), percent(value(i, j)));
        return tr("Layer %1, token %2 \u201C%3\u201D: %4 of the right answer is back")
            .arg(QString::number(i), QString::number(j), piece(corruptIds_[std::size_t(j)]), percent(value(i, j)));
    };
    grid_->setAccessibleName(byHead_ ? tr("Answer brought back by layer and head")
                                     : tr("Answer brought back by layer and token"));
    grid_->setContent(std::move(content));
    legend_->setVisible(!recovered_.empty());
    legend_->setRange(QStringLiteral("\u2212100\u00A0%"), QStringLiteral("100\u00A0%"), true);
}

} // namespace vitral
