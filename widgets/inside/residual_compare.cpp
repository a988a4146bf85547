// SPDX-License-Identifier: Apache-2.0
// The residual view against a second run: the lens of both at partner tokens, one minus the other.
#include "widgets/inside/attribution_panel.h"
#include "widgets/inside/bar_list.h"
#include "widgets/inside/grid_view.h"
#include "widgets/inside/neuron_panel.h"
#include "widgets/inside/residual_view.h"
#include "widgets/inside/scale_legend.h"
#include "widgets/inside/value_colour.h"
#include "widgets/inside/value_text.h"

#include <QCheckBox>

#include <algorithm>
#include <cmath>

namespace vitral {

namespace {
constexpr double kMostNats = 5;         // of a difference of entropies: the full colour
constexpr double kMostRanks = 10000;    // of a difference of ranks, logarithmically
constexpr double kLeastChange = 0.0005; // of a probability that a candidate's bar is worth
} // namespace

bool ResidualView::comparing() const {
    return difference_->isChecked() && recording() && inside().other() && inside().otherUnreadable().isEmpty();
}

ExplainedRun ResidualView::otherRun() const {
    ExplainedRun run;
    run.tokens = inside().other()->tokens;
    run.interventions = inside().otherInterventions();
    run.kvType = inside().chat().settings().kvType;
    return run;
}

void ResidualView::forgetLens() {
    lens_.clear();
    otherLens_.clear();
}

void ResidualView::otherChanged() {
    if (!recording())
        return;
    forgetLens();
    attribution_->setWaiting({});
    neurons_->setWaiting({});
    retranslate();
    lensTimer_.start();
    detailTimer_.start();
}

std::optional<double> ResidualView::differenceAt(std::int64_t iRow, std::int64_t position) const {
    const TokenScore* here = lens_.cell(iRow, position);
    const TokenScore* there = otherLens_.cell(iRow, position);
    if (here == nullptr || there == nullptr)
        return std::nullopt;
    switch (measure()) {
    case TokenMeasure::Entropy:
        return double(here->entropy) - double(there->entropy);
    case TokenMeasure::Rank:
        return double(here->rank) - double(there->rank);
    case TokenMeasure::Probability:
        break;
    }
    return std::exp(double(here->logProbability)) - std::exp(double(there->logProbability));
}

double ResidualView::differenceColour(double value) const {
    switch (measure()) {
    case TokenMeasure::Entropy:
        return std::clamp(value / kMostNats, -1.0, 1.0);
    case TokenMeasure::Rank:
        return std::clamp(std::copysign(std::log1p(std::abs(value)) / std::log1p(kMostRanks), value), -1.0, 1.0);
    case TokenMeasure::Probability:
        break;
    }
    return value;
}

void ResidualView::sayScale() {
    auto* legend = static_cast<ScaleLegend*>(legend_);
    if (!comparing()) {
        legend->setMeasure(measure());
        return;
    }
    const QString minus(QChar(0x2212)), plus(QLatin1Char('+'));
    const QString most = measure() == TokenMeasure::Entropy ? tr("%1 nats").arg(numberText(kMostNats))
                         : measure() == TokenMeasure::Rank  ? tr("%1 ranks (log.)").arg(countText(qint64(kMostRanks)))
                                                            : numberText(100) + QChar(QChar::Nbsp) + pointsUnit();
    legend->setRange(minus + most, plus + most, true);
}

void ResidualView::fillDifference(GridContent& content) const {
    const auto words = [this](double value) {
        switch (measure()) {
        case TokenMeasure::Entropy:
            return signedText(value, 2);
        case TokenMeasure::Rank:
            return value == 0 ? QStringLiteral("0") : signedText(value, 3);
        case TokenMeasure::Probability:
            break;
        }
        return std::abs(value) < 5e-5 ? QStringLiteral("0") : signedText(value * 100, 2); // points, as the scale says
    };
    content.text = [this, words](std::int64_t i, std::int64_t j) {
        if (inside().alignment()->of(j) < 0)
            return tr("alone");
        const std::optional<double> value = differenceAt(i, j);
        return value ? words(*value) : QStringLiteral("\u2026");
    };
    content.colour = [this](std::int64_t i, std::int64_t j) {
        const design::Palette& colours = design::paletteFor(this);
        const std::optional<double> value = differenceAt(i, j);
        return value ? divergingColour(differenceColour(*value), colours) : colours.sunken;
    };
    content.number = [this](std::int64_t i, std::int64_t j) { return differenceAt(i, j).value_or(std::nan("")); };
    content.describe = [this, words](std::int64_t i, std::int64_t j) {
        const QString place =
            QStringLiteral("%1, %2 \u201C%3\u201D: ")
                .arg(lens_.rows().empty() ? QString() : lens_.rowName(i), QString::number(j), inside().pieceText(j));
        const std::int64_t partner = inside().alignment()->of(j);
        if (partner < 0)
            return place + tr("only in this text; there is nothing to compare it with.");
        const TokenScore* here = lens_.cell(i, j);
        const TokenScore* there = otherLens_.cell(i, j);
        if (here == nullptr || there == nullptr)
            return place + tr("Not computed yet.");
        return place + tr("\u201C%1\u201D has %2 here and %3 there (token %4); entropy %5 and %6 nats; choice number "
                          "%7 and %8.")
                           .arg(piece()(here->id), percentText(std::exp(double(here->logProbability))),
                                percentText(std::exp(double(there->logProbability))), QString::number(partner),
                                numberText(double(here->entropy), 3), numberText(double(there->entropy), 3))
                           .arg(countText(here->rank + 1), countText(there->rank + 1));
    };
}

double ResidualView::ChangedCandidate::change() const {
    return std::exp(logHere) - std::exp(logThere);
}

void ResidualView::fillChangedCandidates(BarContent& content, std::int64_t iRow, std::int64_t at) {
    changed_.clear();
    content.signedBars = true;
    content.valueTitle = tr("Change of probability");
    const TokenScore* here = lens_.cell(iRow, at);
    const TokenScore* there = otherLens_.cell(iRow, at);
    if (at >= 0 && inside().alignment()->of(at) < 0)
        content.empty = tr("This token has no partner in the other text: there is nothing to compare.");
    if (here == nullptr || there == nullptr)
        return;
    // Tokens whose probability is known in both runs: the likeliest here that are not too far down there, and the
    // asked.
    const auto find = [](const TokenScore& score, TokenId id) -> std::optional<double> {
        for (const TokenAlternative& one : score.top)
            if (one.id == id)
                return double(one.logProbability);
        return score.id == id ? std::optional(double(score.logProbability)) : std::nullopt;
    };
    std::vector<TokenId> ids;
    for (const TokenScore* score : {here, there})
        for (const TokenAlternative& one : score->top)
            if (std::find(ids.begin(), ids.end(), one.id) == ids.end())
                ids.push_back(one.id);
    if (std::find(ids.begin(), ids.end(), here->id) == ids.end())
        ids.push_back(here->id);
    for (const TokenId id : ids) {
        const std::optional<double> p = find(*here, id), q = find(*there, id);
        if (!p || !q)
            continue;
        const ChangedCandidate one{id, *p, *q};
        if (std::abs(one.change()) >= kLeastChange || id == here->id)
            changed_.push_back(one);
    }
    std::stable_sort(changed_.begin(), changed_.end(), [](const ChangedCandidate& a, const ChangedCandidate& b) {
        return std::abs(a.change()) > std::abs(b.change());
    });
    for (const ChangedCandidate& one : changed_) {
        Bar bar;
        bar.label = piece()(one.id);
        bar.value = one.change();
        bar.valueText = percentChangeText(bar.value);
        bar.glass = one.id == here->id ? design::Glass::Amber : design::Glass::Cobalt;
        bar.description = tr("%1: %2 here, %3 there (id %4)")
                              .arg(bar.label, percentText(std::exp(one.logHere)), percentText(std::exp(one.logThere)),
                                   QString::number(one.id));
        content.bars.push_back(std::move(bar));
    }
    content.largest = content.bars.empty() ? 1 : std::max(0.01, std::abs(content.bars.front().value));
}

QString ResidualView::comparedText() const {
    return tr("This run minus %1: blue is more here, orange is less; what the asked token of this run has in both.")
               .arg(inside().otherName()) +
           QStringLiteral("  \u00B7  ") + inside().alignmentText();
}

} // namespace vitral
