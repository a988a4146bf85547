// SPDX-License-Identifier: Apache-2.0
#include "widgets/compare/token_changes.h"

#include "widgets/design/metrics.h"
#include "widgets/inside/value_colour.h"
#include "widgets/inside/value_text.h"
#include "widgets/tokens/token_blocks.h"

#include <QScrollBar>

#include <algorithm>
#include <cmath>

namespace vitral {

namespace {

/// The probability of a token, or, where it is not among those that were kept, what it is surely below.
double probabilityOf(const TokenScore& score, TokenId id, bool& bound) {
    bound = false;
    if (score.id == id)
        return std::exp(double(score.logProbability));
    double least = 1;
    for (const TokenAlternative& one : score.top) {
        if (one.id == id)
            return std::exp(double(one.logProbability));
        least = std::min(least, std::exp(double(one.logProbability)));
    }
    bound = true;
    return least;
}

} // namespace

TokenChanges::TokenChanges(QWidget* parent) : GridView(parent) {
    setCellSize({82, 24});
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    hide();
}

QSize TokenChanges::sizeHint() const {
    const int cell = int(24 * design::font(design::TextRole::Body).pixelSize() / double(design::kBodyPx)) + 1;
    const int line = QFontMetrics(design::font(design::TextRole::Caption)).height();
    return {400, 3 * cell + 2 * (line + design::kSpace1) + horizontalScrollBar()->sizeHint().height()};
}

void TokenChanges::setAnswers(const Message* left, const Message* right) {
    columns_.clear();
    if (left != nullptr && right != nullptr) {
        const std::size_t n = std::min(left->tokens.size(), right->tokens.size());
        std::size_t i = 0;
        for (; i < n && left->tokens[i].bytes == right->tokens[i].bytes; ++i)
            columns_.push_back({visibleToken(left->tokens[i].bytes),
                                std::exp(double(left->tokens[i].score.logProbability)),
                                std::exp(double(right->tokens[i].score.logProbability))});
        if (i < n) { // where they part, both tokens: each with what the other side gave it, if that is known
            const MessageToken &a = left->tokens[i], &b = right->tokens[i];
            for (const MessageToken* token : {&a, &b}) {
                Column column{visibleToken(token->bytes)};
                column.left = probabilityOf(a.score, token->score.id, column.leftBelow);
                column.right = probabilityOf(b.score, token->score.id, column.rightBelow);
                columns_.push_back(std::move(column));
            }
        }
    }
    setVisible(!columns_.empty());
    setAccessibleName(tr("Probability of every token both answers begin with, and where they part"));
    GridContent content;
    content.nRow = columns_.empty() ? 0 : 3;
    content.nCol = std::int64_t(columns_.size());
    content.colTitle = tr("tokens both begin with, and where they part");
    content.rowLabel = [](std::int64_t i) { return i == 0 ? tr("left") : i == 1 ? tr("right") : tr("change"); };
    content.colLabel = [this](std::int64_t j) { return columns_[std::size_t(j)].piece; };
    const auto value = [this](std::int64_t i, std::int64_t j) {
        const Column& c = columns_[std::size_t(j)];
        return i == 0 ? c.left : i == 1 ? c.right : c.right - c.left;
    };
    content.text = [this, value](std::int64_t i, std::int64_t j) {
        const Column& c = columns_[std::size_t(j)];
        const double v = value(i, j);
        if (i < 2)
            return ((i == 0 ? c.leftBelow : c.rightBelow) ? QStringLiteral("<\u00A0") : QString()) + percentText(v);
        if (c.leftBelow && c.rightBelow)
            return QStringLiteral("\u2013");
        return (c.leftBelow    ? QStringLiteral(">\u00A0")
                : c.rightBelow ? QStringLiteral("<\u00A0")
                               : QString()) +
               percentChangeText(v);
    };
    content.colour = [this, value](std::int64_t i, std::int64_t j) {
        const design::Palette& colours = design::paletteFor(this);
        return i < 2 ? risingColour(value(i, j) * 0.6, colours) : divergingColour(value(i, j), colours);
    };
    content.number = [this, value](std::int64_t i, std::int64_t j) {
        const Column& c = columns_[std::size_t(j)];
        const bool known = i == 0 ? !c.leftBelow : i == 1 ? !c.rightBelow : !c.leftBelow && !c.rightBelow;
        return known ? value(i, j) : std::nan("");
    };
    content.describe = [this](std::int64_t, std::int64_t j) {
        const Column& c = columns_[std::size_t(j)];
        const auto said = [](double p, bool below) {
            return (below ? QStringLiteral("<\u00A0") : QString()) + percentText(p);
        };
        return tr("\u201C%1\u201D: %2 on the left, %3 on the right")
            .arg(c.piece, said(c.left, c.leftBelow), said(c.right, c.rightBelow));
    };
    content.strongRow = [](std::int64_t i) { return i == 2; };
    setContent(std::move(content));
    updateGeometry();
}

} // namespace vitral
