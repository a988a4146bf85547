// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/experiment_pages.h"

#include "core/runtime/explain_task.h"
#include "core/trace/steering.h"
#include "widgets/chat/error_text.h"
#include "widgets/design/decimal_box.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/arithmetic_popup.h"
#include "widgets/inside/flow_row.h"
#include "widgets/inside/grid_view.h"
#include "widgets/inside/intervention_edits.h"
#include "widgets/inside/scale_legend.h"
#include "widgets/inside/value_colour.h"
#include "widgets/inside/value_text.h"
#include "widgets/tokens/token_blocks.h"

#include <QEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace vitral {

namespace {
constexpr double kUsualPush = 0.5; ///< of the stream's own length: enough to be seen, mostly not too much
}

ExperimentPage::ExperimentPage(InsideController& inside, QWidget* parent) : QWidget(parent), inside_(inside) {}

QLabel* ExperimentPage::addStatus() {
    status_ = new QLabel(this);
    status_->setProperty("role", "small");
    status_->setWordWrap(true);
    status_->setMinimumWidth(1);
    status_->setTextFormat(Qt::PlainText);
    status_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return status_;
}

QPushButton* ExperimentPage::addUnfold(GridView* grid,
                                       std::function<Arithmetic(std::int64_t, std::int64_t)> arithmetic) {
    unfold_ = new QPushButton(this);
    unfold_->setEnabled(false);
    nameUnfold();
    connect(grid, &GridView::currentChanged, this,
            [this](qint64 iRow, qint64 iCol) { unfold_->setEnabled(iRow >= 0 && iCol >= 0); });
    connect(unfold_, &QPushButton::clicked, this, [this, grid, arithmetic = std::move(arithmetic)] {
        const std::int64_t i = grid->currentRow(), j = grid->currentCol();
        if (i < 0 || j < 0 || i >= grid->content().nRow || j >= grid->content().nCol)
            return;
        if (const Arithmetic found = arithmetic(i, j); !found.steps.empty())
            ArithmeticPopup::of(this).open(found, grid->viewport()->mapToGlobal(grid->cellRect(i, j).center()));
    });
    return unfold_;
}

void ExperimentPage::nameUnfold() {
    unfold_->setText(tr("Show the arithmetic"));
    unfold_->setToolTip(tr("How the number of the chosen cell comes about"));
}

QString ExperimentPage::statusText() const {
    return status_ != nullptr ? status_->text() : QString();
}

void ExperimentPage::say(const QString& text) {
    status_->setText(text);
}

void ExperimentPage::say(const Error& error) {
    if (error.code != ErrorCode::Cancelled)
        status_->setText(knownText(error));
}

QString ExperimentPage::piece(TokenId id) const {
    const std::shared_ptr<const Model>& model = inside_.loadedModel();
    return model && model->tokenizer() ? visibleToken(model->tokenizer()->decodeToken(id, true)) : QString::number(id);
}

Result<std::vector<TokenId>> ExperimentPage::encode(const QString& text) const {
    const std::shared_ptr<const Model>& model = inside_.loadedModel();
    if (!model || !model->tokenizer())
        return fail(ErrorCode::NotFound, tr("No model is loaded yet. Choose one first.").toStdString());
    if (text.isEmpty())
        return fail(ErrorCode::InvalidArgument, tr("Write a text first.").toStdString());
    return model->tokenizer()->encode(text.toStdString(), {AddSpecial::Yes, ParseSpecial::Yes});
}

void ExperimentPage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() != QEvent::LanguageChange)
        return;
    if (unfold_ != nullptr)
        nameUnfold();
    refresh();
}

// --- a steering vector -----------------------------------------------------------------------------------------------

SteeringPage::SteeringPage(InsideController& inside, QWidget* parent) : ExperimentPage(inside, parent) {
    plus_ = new QLineEdit(this);
    minus_ = new QLineEdit(this);
    layer_ = new QSpinBox(this);
    factor_ = new design::DecimalBox(this);
    factor_->setRange(-1000, 1000);
    factor_->setSingleStep(0.25);
    factor_->setValue(0);
    make_ = new QPushButton(this);
    make_->setProperty("kind", "primary");
    unfoldVector_ = new QPushButton(this);
    unfoldVector_->setEnabled(false);
    connect(unfoldVector_, &QPushButton::clicked, this, [this] {
        ArithmeticPopup::of(this).open(shown_, unfoldVector_->mapToGlobal(unfoldVector_->rect().center()));
    });
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace2);
    column->addWidget(labelledField(plusLabel_, plus_, this));
    column->addWidget(labelledField(minusLabel_, minus_, this));
    auto* row = new FlowRow;
    row->addWidget(labelledField(layerLabel_, layer_, this));
    row->addWidget(labelledField(factorLabel_, factor_, this));
    row->addWidget(make_);
    row->addWidget(unfoldVector_);
    column->addLayout(row);
    column->addWidget(addStatus());
    column->addStretch(1);
    connect(make_, &QPushButton::clicked, this, &SteeringPage::make);
    connect(plus_, &QLineEdit::returnPressed, this, &SteeringPage::make);
    connect(minus_, &QLineEdit::returnPressed, this, &SteeringPage::make);
    refresh();
    say(tr("The mean of the stream over the first text, minus that over the second. Added to later runs it pushes them "
           "from the second towards the first."));
}

void SteeringPage::setTexts(const QString& plus, const QString& minus) {
    plus_->setText(plus);
    minus_->setText(minus);
}

void SteeringPage::refresh() {
    plusLabel_->setText(tr("More like"));
    minusLabel_->setText(tr("Less like"));
    layerLabel_->setText(tr("After layer"));
    factorLabel_->setText(tr("Strength"));
    factor_->setSpecialValueText(QString());
    factor_->setToolTip(tr("How many times the vector is added; 0: half the length of the stream"));
    make_->setText(tr("Make and add"));
    unfoldVector_->setText(tr("Show the arithmetic"));
    unfoldVector_->setToolTip(tr("How the lengths and the strength come about"));
    plus_->setAccessibleName(plusLabel_->text());
    minus_->setAccessibleName(minusLabel_->text());
    layer_->setAccessibleName(layerLabel_->text());
    factor_->setAccessibleName(factorLabel_->text());
    const std::shared_ptr<const Model>& model = inside_.loadedModel();
    const bool first = layer_->maximum() == 99;
    layer_->setMaximum(model ? int(model->config().nLayer) - 1 : 0);
    if (first && model)
        layer_->setValue(int(model->config().nLayer) / 2);
    make_->setEnabled(model != nullptr);
}

void SteeringPage::make() {
    SteeringRequest request;
    Result<std::vector<TokenId>> plus = encode(plus_->text());
    Result<std::vector<TokenId>> minus = plus ? encode(minus_->text()) : plus;
    if (!minus) {
        say(minus.error());
        return;
    }
    request.plus = std::move(*plus);
    request.minus = std::move(*minus);
    request.iLayer = layer_->value();
    make_->setEnabled(false);
    say(tr("Computing\u2026"));
    const std::string label = tr("\u201C%1\u201D, not \u201C%2\u201D").arg(plus_->text(), minus_->text()).toStdString();
    inside_.askEngine(
        this, "steering",
        [model = inside_.loadedModel(), request](TaskContext& context) {
            return steeringVector(*model, explainContext(context, *model, "steering vector"), request);
        },
        [this, label](Result<SteeringVector> made) {
            make_->setEnabled(true);
            if (!made) {
                say(made.error());
                return;
            }
            const double factor = factor_->value() != 0 ? factor_->value()
                                  : made->norm > 0      ? kUsualPush * made->streamNorm / made->norm
                                                        : 1.0;
            say(tr("The vector is %1 long, the stream there %2 on average; it is added %3 times.")
                    .arg(numberText(made->norm, 3), numberText(made->streamNorm, 3), numberText(factor, 3)));
            shown_ = ArithmeticWords::steering(*made->vector, made->streamNorm, factor, factor_->value() == 0);
            unfoldVector_->setEnabled(true);
            emit addAsked(steerStream(made->iLayer, made->vector, float(factor), label));
        });
}

// --- what the changes do to the run on screen ------------------------------------------------------------------------

EffectPage::EffectPage(InsideController& inside, QWidget* parent) : ExperimentPage(inside, parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(design::kSpace2);
    auto* row = new FlowRow;
    measure_ = new QPushButton(this);
    measure_->setProperty("kind", "primary");
    legend_ = new ScaleLegend(this);
    row->addWidget(measure_);
    row->addWidget(legend_);
    column->addLayout(row);
    grid_ = new GridView(this);
    grid_->setCellSize({72, 26});
    row->addWidget(addUnfold(grid_, [this](std::int64_t, std::int64_t j) {
        if (!result_ || j >= std::int64_t(result_->positions.size()))
            return Arithmetic{};
        const PositionChange& at = result_->positions[std::size_t(j)];
        std::vector<double> all;
        for (const PositionChange& one : result_->positions)
            all.push_back(one.kl);
        return ArithmeticWords::change(
            tr("Probability of \u201C%1\u201D after token %2").arg(piece(at.without.id)).arg(at.position),
            double(at.without.logProbability), double(at.with.logProbability), at.kl, all);
    }));
    column->addWidget(grid_, 1);
    column->addWidget(addStatus());
    connect(measure_, &QPushButton::clicked, this, &EffectPage::measure);
    connect(grid_, &GridView::currentChanged, this, [this](qint64, qint64 iCol) {
        if (result_ && iCol >= 0 && iCol < qint64(result_->positions.size()))
            inside_.selection().setPosition(result_->positions[std::size_t(iCol)].position, this);
    });
    refresh();
}

void EffectPage::refresh() {
    measure_->setText(tr("Measure the effect"));
    measure_->setEnabled(inside_.model() != nullptr && nEnabled(inside_.interventions().get()) > 0);
    legend_->setRange(QStringLiteral("\u2212100\u00A0%"), QStringLiteral("+100\u00A0%"), true);
    grid_->setAccessibleName(tr("Probability of every token with and without the changes"));
    fill();
}

void EffectPage::measure() {
    const std::shared_ptr<const Model> model = inside_.model();
    if (!model || !inside_.recording() || nEnabled(inside_.interventions().get()) == 0)
        return;
    ExplainedRun run;
    run.tokens = inside_.recording()->tokens;
    run.interventions = inside_.interventions();
    run.kvType = inside_.chat().settings().kvType;
    say(tr("Computing\u2026"));
    inside_.askEngine(
        this, "effect",
        [model, run](TaskContext& context) {
            return compareRuns(*model, explainContext(context, *model, "effect of the changes"), run);
        },
        [this](Result<RunComparison> compared) {
            if (!compared) {
                say(compared.error());
                return;
            }
            result_ = std::move(*compared);
            const QString change =
                result_->firstDifferentChoice < 0
                    ? tr("The model\u2019s first choice is the same everywhere.")
                    : tr("Its first choice changes for the first time after token %1 \u201C%2\u201D.")
                          .arg(QString::number(result_->firstDifferentChoice),
                               inside_.pieceText(result_->firstDifferentChoice));
            say(change + QLatin1Char(' ') +
                tr("The distributions differ by %1 nats on average (Kullback\u2013Leibler), at most %2.")
                    .arg(numberText(result_->meanKl, 3), numberText(result_->maxKl, 3)));
            fill();
        });
}

void EffectPage::fill() {
    GridContent content;
    content.empty = !inside_.recording() ? tr("Nothing is recorded yet.")
                    : nEnabled(inside_.interventions().get()) == 0
                        ? tr("Add a change and switch it on: then you see here what it does to the text on screen.")
                        : tr("Press \u201C%1\u201D to compute this text with and without the changes.")
                              .arg(tr("Measure the effect"));
    if (result_ && inside_.recording()) {
        content.nRow = 4;
        content.nCol = std::int64_t(result_->positions.size());
    }
    const auto at = [this](std::int64_t j) -> const PositionChange& { return result_->positions[std::size_t(j)]; };
    const auto probability = [](const TokenScore& score) { return std::exp(double(score.logProbability)); };
    content.colTitle = tr("token that follows");
    content.rowLabel = [](std::int64_t i) {
        return i == 0 ? tr("without") : i == 1 ? tr("with") : i == 2 ? tr("change") : tr("first choice now");
    };
    content.colLabel = [this, at](std::int64_t j) { return piece(at(j).without.id); };
    const auto value = [at, probability](std::int64_t i, std::int64_t j) {
        const double with = probability(at(j).with), without = probability(at(j).without);
        return i == 0 ? without : i == 1 ? with : i == 2 ? with - without : std::nan("");
    };
    content.text = [this, at, value](std::int64_t i, std::int64_t j) {
        if (i == 3)
            return at(j).with.top.empty() ? QString() : piece(at(j).with.top.front().id);
        const double v = value(i, j);
        return i < 2 ? percentText(v) : percentChangeText(v);
    };
    content.colour = [this, at, value](std::int64_t i, std::int64_t j) {
        const design::Palette& colours = design::paletteFor(this);
        if (i == 3) {
            const PositionChange& p = at(j);
            const bool other = !p.with.top.empty() && !p.without.top.empty() && p.with.top[0].id != p.without.top[0].id;
            return other ? colours.pane(design::Glass::Amber) : colours.surface;
        }
        return i < 2 ? risingColour(value(i, j) * 0.6, colours) : divergingColour(value(i, j), colours);
    };
    content.number = [value](std::int64_t i, std::int64_t j) { return value(i, j); };
    content.describe = [this, at, probability](std::int64_t, std::int64_t j) {
        const PositionChange& p = at(j);
        return tr("After token %1: \u201C%2\u201D %3 without, %4 with; the distributions differ by %5 nats.")
            .arg(QString::number(p.position), piece(p.without.id), percentText(probability(p.without)),
                 percentText(probability(p.with)), numberText(p.kl, 3));
    };
    content.strongRow = [](std::int64_t i) { return i == 2; };
    grid_->setContent(std::move(content));
}

} // namespace vitral
