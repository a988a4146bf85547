// SPDX-License-Identifier: Apache-2.0
// What the residual view shows out of what is known: the table, the candidates of a cell, and the words around them.
#include "widgets/design/metrics.h"
#include "widgets/inside/arithmetic_popup.h"
#include "widgets/inside/attribution_panel.h"
#include "widgets/inside/bar_list.h"
#include "widgets/inside/grid_view.h"
#include "widgets/inside/intervention_edits.h"
#include "widgets/inside/residual_view.h"
#include "widgets/inside/value_text.h"

#include <QLabel>
#include <QTabBar>

#include <algorithm>
#include <cmath>

namespace vitral {

void ResidualView::fillTable() {
    GridContent content;
    if (recording()) {
        content.nRow = lens_.rows().empty() ? recording()->model.nLayer + 1 : std::int64_t(lens_.rows().size());
        content.nCol = recording()->nPosition();
    }
    const LensTable::Piece name = piece();
    content.rowTitle = tr("after");
    content.colTitle = tr("token");
    content.empty = tr("Nothing is recorded yet.");
    content.rowLabel = [this](std::int64_t i) {
        if (!lens_.rows().empty())
            return lens_.rowName(i);
        return i == 0 ? LensTable::tr("Embedding") : LensTable::tr("Layer %1").arg(i - 1);
    };
    content.colLabel = [this](std::int64_t j) { return inside().pieceText(j); };
    content.text = [this, name](std::int64_t i, std::int64_t j) { return lens_.cellText(i, j, name); };
    content.colour = [this](std::int64_t i, std::int64_t j) {
        const design::Palette& colours = design::paletteFor(this);
        const TokenScore* score = lens_.cell(i, j);
        return score != nullptr ? uncertaintyColor(lens_.uncertaintyAt(*score, measure()), colours) : colours.sunken;
    };
    content.describe = [this, name](std::int64_t i, std::int64_t j) {
        return lens_.describe(i, j, inside().pieceText(j), name);
    };
    content.number = [this](std::int64_t i, std::int64_t j) {
        const TokenScore* score = lens_.cell(i, j);
        if (score == nullptr)
            return std::nan("");
        switch (measure()) {
        case TokenMeasure::Entropy:
            return double(score->entropy);
        case TokenMeasure::Rank:
            return double(score->rank);
        case TokenMeasure::Probability:
            break;
        }
        return std::exp(double(score->top.front().logProbability));
    };
    if (comparing())
        fillDifference(content);
    content.strongRow = [this](std::int64_t i) { return !lens_.rows().empty() && lens_.isAnswer(i); };
    table_->setContent(std::move(content));
    table_->setMaximumHeight(recording() ? std::max(120, table_->wholeHeight()) : QWIDGETSIZE_MAX);
}

void ResidualView::fillCandidates() {
    BarContent content;
    content.largest = 1;
    content.unfolds = true;
    content.labelTitle = tr("Token");
    content.valueTitle = tr("Probability");
    content.empty = lens_.empty() ? tr("Computing\u2026") : tr("Choose a cell of the table.");
    const bool hovering = hoverRow_ >= 0;
    const std::int64_t chosen =
        table_->currentRow() >= 0 ? table_->currentRow() : std::int64_t(lens_.rows().size()) - 1;
    const std::int64_t row = hovering ? hoverRow_ : chosen;
    const std::int64_t at = hovering ? hoverCol_ : position();
    listedRow_ = row;
    listedCol_ = at;
    const LensTable::Piece name = piece();
    if (comparing()) {
        fillChangedCandidates(content, row, at);
    } else if (const TokenScore* score = lens_.cell(row, at)) {
        bool targetShown = false;
        for (const TokenAlternative& one : score->top) {
            Bar bar;
            bar.label = name(one.id);
            bar.value = std::exp(double(one.logProbability));
            bar.valueText = percentText(bar.value);
            bar.glass = one.id == score->id ? design::Glass::Amber : design::Glass::Cobalt;
            bar.description = tr("%1: %2 (id %3)").arg(bar.label, bar.valueText, QString::number(one.id));
            targetShown = targetShown || one.id == score->id;
            content.bars.push_back(std::move(bar));
        }
        if (!targetShown) {
            Bar bar;
            bar.label = tr("%1 (choice number %2)").arg(name(score->id), countText(score->rank + 1));
            bar.value = std::exp(double(score->logProbability));
            bar.valueText = percentText(bar.value);
            bar.glass = design::Glass::Amber;
            bar.strong = true;
            content.bars.push_back(std::move(bar));
        }
    }
    if (lens_.cell(row, at) != nullptr) {
        const TokenScore* last = hovering ? nullptr : lens_.cell(std::int64_t(lens_.rows().size()) - 1, at);
        if (last != nullptr) {
            std::vector<TokenId> ids;
            for (const TokenAlternative& one : last->top)
                ids.push_back(one.id);
            if (std::find(ids.begin(), ids.end(), last->id) == ids.end())
                ids.push_back(last->id);
            attribution_->setCandidates(ids, name);
        }
    }
    candidates_->setContent(std::move(content));
    answer_->setText(answerText());
}

void ResidualView::unfoldCandidate(int index, QPoint at) {
    const TokenScore* cell = lens_.cell(listedRow_, listedCol_);
    if (cell == nullptr || index < 0)
        return;
    const QString where = tr("%1, after token %2").arg(lens_.rowName(listedRow_)).arg(listedCol_);
    if (comparing()) {
        if (index >= int(changed_.size()))
            return;
        const ChangedCandidate& one = changed_[std::size_t(index)];
        ArithmeticPopup::of(this).open(
            ArithmeticWords::probabilityOfTwoRuns(tr("Probability of \u201C%1\u201D, %2").arg(piece()(one.id), where),
                                                  inside().otherName(), one.logHere, one.logThere),
            at);
        return;
    }
    TokenScore one = *cell; // of the target; the bars before it are the likeliest tokens
    if (index < int(cell->top.size())) {
        one.id = cell->top[std::size_t(index)].id;
        one.logProbability = cell->top[std::size_t(index)].logProbability;
        one.rank = index;
    }
    ArithmeticPopup::of(this).open(
        ArithmeticWords::probability(one, piece(), where, lens_.logSumExp(listedRow_, listedCol_)), at);
}

QString ResidualView::answerText() const {
    const std::int64_t p = position();
    if (!recording() || lens_.empty() || p < 0)
        return {};
    if (comparing())
        return comparedText() + lensNotes_;
    QString text = tr("The last row is the model\u2019s own prediction.");
    const TokenScore* last = lens_.cell(std::int64_t(lens_.rows().size()) - 1, p);
    const auto next = std::size_t(p + 1);
    if (last != nullptr && next < recording()->scores.size() && recording()->scores[next]) {
        const TokenScore& was = *recording()->scores[next];
        for (const TokenAlternative& one : last->top)
            if (one.id == was.id) {
                text += QLatin1Char(' ') + tr("In the run, \u201C%1\u201D had %2; the last row says %3.")
                                               .arg(piece()(was.id), percentText(std::exp(double(was.logProbability))),
                                                    percentText(std::exp(double(one.logProbability))));
                break;
            }
    }
    if (nEnabled(inside().interventions().get()) > 0 && inside().interventions() != inside().ranWith())
        text += QLatin1Char(' ') + tr("This run is computed again as it was recorded: the changes that are switched on "
                                      "now are not in it.");
    return text + lensNotes_;
}

void ResidualView::fillPlace() {
    if (!recording() || position() < 0) {
        place_->clear();
        return;
    }
    const bool hovering = hoverRow_ >= 0 && tabs_->currentIndex() == kCandidates;
    const std::int64_t at = hovering ? hoverCol_ : position();
    const QString token = QStringLiteral("\u201C%1\u201D").arg(inside().pieceText(at));
    const std::int64_t row = hovering ? hoverRow_ : table_->currentRow();
    const QString rowText = row >= 0 && row < std::int64_t(lens_.rows().size()) ? lens_.rowName(row) : QString();
    QString numbers;
    if (const TokenScore* score = lens_.cell(row, at))
        numbers = tr("Entropy %1 nats; the asked token (amber) is choice number %2.")
                      .arg(numberText(double(score->entropy), 3), countText(score->rank + 1));
    switch (tabs_->currentIndex()) {
    case kAttribution:
        place_->setText(
            tr("What the embedding, every head and every MLP or expert wrote towards this logit, after token %1 "
               "%2.")
                .arg(at)
                .arg(token));
        break;
    case kNeurons:
        place_->setText(tr("MLP of layer %1 at token %2 %3.").arg(layer()).arg(at).arg(token));
        break;
    default:
        place_->setText(rowText.isEmpty() ? tr("After token %1 %2.").arg(at).arg(token)
                                          : tr("%1, after token %2 %3.").arg(rowText).arg(at).arg(token) +
                                                QLatin1Char(' ') + numbers);
    }
}

} // namespace vitral
