// SPDX-License-Identifier: Apache-2.0
// How every number of the positions view comes about: of the curves at the chosen distance, of the picture's cell.
#include "core/tensor/quantize.h"
#include "widgets/inside/arithmetic_popup.h"
#include "widgets/inside/grid_view.h"
#include "widgets/inside/line_chart.h"
#include "widgets/inside/positions_view.h"
#include "widgets/inside/rope_dials.h"
#include "widgets/inside/value_text.h"

#include <QPushButton>

#include <algorithm>
#include <cmath>

namespace vitral {
namespace {

/// Two rows of a table, multiplied number by number, and how long they are.
struct TwoRows {
    std::vector<double> products;
    double lengthA = 0, lengthB = 0;
};

bool readTwoRows(const TensorView& table, std::int64_t a, std::int64_t b, TwoRows& out) {
    const std::int64_t width = table.shape[1];
    const std::size_t bytes = rowBytes(table.dtype, width);
    std::vector<float> x(static_cast<std::size_t>(width)), y(x.size());
    if (!dequantizeRow(table.dtype, table.bytes.subspan(static_cast<std::size_t>(a) * bytes, bytes), x) ||
        !dequantizeRow(table.dtype, table.bytes.subspan(static_cast<std::size_t>(b) * bytes, bytes), y))
        return false;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double u = static_cast<double>(x[i]), v = static_cast<double>(y[i]);
        out.products.push_back(u * v);
        out.lengthA += u * u;
        out.lengthB += v * v;
    }
    out.lengthA = std::sqrt(out.lengthA);
    out.lengthB = std::sqrt(out.lengthB);
    return true;
}

/// The steps of a second arithmetic below those of a first, its headline as their name.
void append(Arithmetic& to, const Arithmetic& more) {
    for (ArithmeticStep step : more.steps) {
        step.title = QStringLiteral("%1: %2").arg(more.headline, step.title);
        to.steps.push_back(std::move(step));
    }
}

} // namespace

DistanceScores PositionsView::scoresAtDistances(const AttentionRecord& r, std::int32_t head, std::int64_t query,
                                                std::int64_t key, std::int64_t nDistance) {
    const AttentionGeometry& g = r.geometry;
    std::vector<float> q(std::size_t(g.headDimK)), k(std::size_t(g.headDimK));
    r.q.read(query, std::int64_t{head} * g.headDimK, q);
    r.k.read(key, std::int64_t{r.kvHead(head)} * g.headDimK, k);
    rotateBack(g.rope, query, q);
    rotateBack(g.rope, key, k);
    return scoreByDistance(g.rope, q, k, g.scale, nDistance);
}

void PositionsView::unfoldChart() {
    if (chart_->current() < 0)
        chart_->setCurrent(0);
    const auto distance = static_cast<std::int64_t>(chart_->current());
    if (distance < 0 || distance >= std::ssize(chart_->content().x))
        return;
    const QPoint at = unfold_->mapToGlobal(unfold_->rect().center());
    switch (kind()) {
    case kRotary:
        unfoldScore(distance, at);
        break;
    case kLearned: {
        std::vector<double> cosines;
        for (std::int64_t i = distance; learned_ && i < learned_->nRow; ++i)
            cosines.push_back(static_cast<double>(learned_->at(i, i - distance)));
        ArithmeticPopup::of(this).open(ArithmeticWords::meanLikeness(distance * learnedStep_, cosines), at);
        break;
    }
    case kSinusoidal:
        ArithmeticPopup::of(this).open(ArithmeticWords::sinusoidLikeness(distance, sinusoidWidth()), at);
        break;
    case kAlibi: {
        const std::vector<float> slopes = alibiSlopes(alibiHeadCount());
        Arithmetic all;
        for (const std::int32_t head : alibiHeads(alibiHeadCount()))
            append(all, ArithmeticWords::linearBias(head, static_cast<double>(slopes[static_cast<std::size_t>(head)]),
                                                    distance));
        all.headline = tr("Factors at a distance of %1").arg(countText(distance));
        ArithmeticPopup::of(this).open(all, at);
        break;
    }
    case kKindCount:
        break;
    }
}

void PositionsView::unfoldCell() {
    if (grid_->currentRow() < 0)
        grid_->setCurrent(0, 0);
    const std::int64_t iRow = grid_->currentRow(), iCol = grid_->currentCol();
    if (iRow < 0 || iCol < 0 || iRow >= grid_->content().nRow || iCol >= grid_->content().nCol)
        return;
    const QPoint at = grid_->viewport()->mapToGlobal(grid_->cellRect(iRow, iCol).center());
    switch (kind()) {
    case kRotary: {
        const AttentionRecord* r = record();
        if (r == nullptr || iCol >= std::ssize(r->geometry.rope.inverseFrequency))
            return;
        const auto speed = [&](const AttentionRecord& of) {
            return static_cast<double>(of.geometry.rope.inverseFrequency[static_cast<std::size_t>(iCol)]);
        };
        Arithmetic a = ArithmeticWords::angle(static_cast<int>(iCol), speed(*r), iRow, 0);
        const AttentionRecord* other = otherRecord();
        if (other != nullptr && other->geometry.rope.inverseFrequency != r->geometry.rope.inverseFrequency &&
            iCol < std::ssize(other->geometry.rope.inverseFrequency)) {
            const double distance = static_cast<double>(iRow);
            append(a, ArithmeticWords::ofTwoRuns(tr("Cosine"), inside().otherName(), std::cos(distance * speed(*r)),
                                                 std::cos(distance * speed(*other))));
        }
        ArithmeticPopup::of(this).open(a, at);
        break;
    }
    case kLearned:
        unfoldRows(iRow * learnedStep_, iCol * learnedStep_, at);
        break;
    case kSinusoidal:
        ArithmeticPopup::of(this).open(ArithmeticWords::sinusoid(iRow, iCol, sinusoidWidth()), at);
        break;
    case kAlibi: {
        const std::vector<float> slopes = alibiSlopes(alibiHeadCount());
        ArithmeticPopup::of(this).open(
            ArithmeticWords::linearBias(static_cast<std::int32_t>(iRow),
                                        static_cast<double>(slopes[static_cast<std::size_t>(iRow)]), iCol),
            at);
        break;
    }
    case kKindCount:
        break;
    }
}

void PositionsView::unfoldRows(std::int64_t a, std::int64_t b, QPoint at) {
    const std::shared_ptr<const Model> model = inside().model();
    const GgufTensor* tensor = model && model->file() ? model->file()->findTensor("position_embd.weight") : nullptr;
    if (tensor == nullptr || tensor->view.shape.rank != 2 || std::max(a, b) >= tensor->view.shape[0])
        return;
    inside().pool().ask(
        this, "two rows",
        [model, view = tensor->view, a, b](std::stop_token) {
            auto rows = std::make_shared<TwoRows>();
            return readTwoRows(view, a, b, *rows) ? rows : nullptr;
        },
        [this, a, b, at](const std::shared_ptr<TwoRows>& rows) {
            if (rows && isVisible() && kind() == kLearned)
                ArithmeticPopup::of(this).open(
                    ArithmeticWords::likeness(tr("Positions %1 and %2").arg(countText(a), countText(b)), rows->products,
                                              rows->lengthA, rows->lengthB),
                    at);
        });
}

void PositionsView::unfoldScore(std::int64_t distance, QPoint at) {
    const Place p = place();
    const AttentionRecord* r = record();
    if (r == nullptr || p.query < 0 || p.query >= r->nPosition())
        return;
    const auto sums = [distance](const AttentionRecord& of, std::int32_t head, std::int64_t query, std::int64_t key) {
        const DistanceScores scores = scoresAtDistances(of, head, query, key, distance + 1);
        std::vector<double> terms;
        for (std::size_t i = static_cast<std::size_t>(distance); i < scores.perPair.size();
             i += static_cast<std::size_t>(distance + 1))
            terms.push_back(static_cast<double>(scores.perPair[i]));
        if (scores.unrotated != 0.0F)
            terms.push_back(static_cast<double>(scores.unrotated));
        return terms;
    };
    const auto words = [distance](const AttentionRecord& of, const std::vector<double>& terms) {
        return ArithmeticWords::scoreOfPairs(distance, terms, static_cast<double>(of.geometry.softcap));
    };
    const std::vector<double> terms = sums(*r, p.head, p.query, p.key);
    Arithmetic a = words(*r, terms);
    // The other curves there: one pair, and the second run's.
    const auto value = [&](int which) {
        const Curve& curve = chart_->content().curves[static_cast<std::size_t>(which)];
        return curve.y[static_cast<std::size_t>(distance)];
    };
    const std::vector<RotaryPair> pairs = rotaryPairs(r->geometry.rope);
    if (const int pair = dials_->current(); pair >= 0 && pair < static_cast<int>(pairs.size()))
        a.steps.push_back({tr("Pair %1").arg(pair), strongText(sixDigits(terms[static_cast<std::size_t>(pair)])),
                           tr("What this pair gives of the sum; its dial unfolds its angle.")});
    const AttentionRecord* other = otherRecord();
    const std::int64_t query = inside().other() ? inside().alignment()->of(p.query) : -1;
    const std::int64_t key = inside().other() ? inside().alignment()->of(p.key) : -1;
    const auto& curves = chart_->content().curves;
    if (other != nullptr && query >= 0 && key >= 0 && query < other->nPosition() && p.head < other->geometry.nHead &&
        !other->geometry.rope.inverseFrequency.empty() && curves.size() >= 2) {
        Arithmetic there = words(*other, sums(*other, p.head, query, key));
        there.headline = inside().otherName();
        append(a, there);
        const int last = static_cast<int>(curves.size()) - 1; // there, and the difference
        append(a, ArithmeticWords::ofTwoRuns(tr("Score"), inside().otherName(), value(last) + value(last - 1),
                                             value(last - 1)));
    }
    ArithmeticPopup::of(this).open(a, at);
}

} // namespace vitral
