// SPDX-License-Identifier: Apache-2.0
// What the positions view draws, kind by kind, out of what was recorded and of the formulas.
#include "core/tensor/quantize.h"
#include "core/trace/attention_map.h"
#include "widgets/inside/grid_view.h"
#include "widgets/inside/line_chart.h"
#include "widgets/inside/positions_view.h"
#include "widgets/inside/rope_dials.h"
#include "widgets/inside/scale_legend.h"
#include "widgets/inside/value_colour.h"
#include "widgets/inside/value_text.h"

#include <algorithm>
#include <cmath>

namespace vitral {

using design::Glass;

namespace {

constexpr std::int64_t kMostRows = 256;      // of a picture: more would be thinner than a pixel
constexpr std::int64_t kMostDistance = 2048; // of a curve
constexpr std::int64_t kLeastDistance = 64;
constexpr int kCurvesOfAlibi = 4;

std::vector<double> counting(std::int64_t n, double step = 1) {
    std::vector<double> x;
    for (std::int64_t i = 0; i < n; ++i)
        x.push_back(double(i) * step);
    return x;
}

std::vector<double> doubles(const std::vector<float>& values) {
    return {values.begin(), values.end()};
}

/// How alike the rows of a model's position table are; null: it cannot be read.
std::shared_ptr<const PositionPicture> similarityOf(const TensorView& table, std::int64_t step,
                                                    const std::stop_token& stop) {
    const std::int64_t n = table.shape[0], width = table.shape[1];
    std::vector<float> rows(std::size_t(n * width));
    const std::size_t bytes = rowBytes(table.dtype, width);
    for (std::int64_t i = 0; i < n; ++i)
        if (stop.stop_requested() || !dequantizeRow(table.dtype, table.bytes.subspan(std::size_t(i) * bytes, bytes),
                                                    {rows.data() + i * width, std::size_t(width)}))
            return nullptr;
    return std::make_shared<const PositionPicture>(positionSimilarity(rows, n, width, step));
}

} // namespace

void PositionsView::showPicture(std::shared_ptr<const PositionPicture> picture, const QString& rowTitle,
                                const QString& colTitle, std::int64_t rowStep, std::int64_t colStep) {
    GridContent content;
    content.nRow = picture ? picture->nRow : 0;
    content.nCol = picture ? picture->nCol : 0;
    content.rowTitle = rowTitle;
    content.colTitle = colTitle;
    content.empty = tr("Nothing to draw: this model has no such positions.");
    content.rowLabel = [rowStep](std::int64_t i) { return QString::number(i * rowStep); };
    content.colLabel = [colStep](std::int64_t j) { return QString::number(j * colStep); };
    float largest = 0;
    if (picture)
        for (const float v : picture->values)
            largest = std::max(largest, std::fabs(v));
    content.colour = [this, picture, largest](std::int64_t i, std::int64_t j) {
        const double t = largest > 0 ? double(picture->at(i, j)) / double(largest) : 0;
        return divergingColour(t, design::paletteFor(this));
    };
    content.number = [picture](std::int64_t i, std::int64_t j) { return double(picture->at(i, j)); };
    content.describe = [picture, rowTitle, colTitle, rowStep, colStep](std::int64_t i, std::int64_t j) {
        return QStringLiteral("%1 %2, %3 %4: %5")
            .arg(rowTitle, QString::number(i * rowStep), colTitle, QString::number(j * colStep),
                 numberText(double(picture->at(i, j)), 4));
    };
    grid_->setContent(std::move(content));
    legend_->setVisible(picture != nullptr);
    legend_->setRange(numberText(-double(largest), 3), numberText(double(largest), 3), true);
}

void PositionsView::fillRotary() {
    const Place p = place();
    const AttentionRecord* r = record();
    RopeDialContent dials;
    dials.empty = recording() ? noteText() : tr("Nothing is recorded yet.");
    if (r == nullptr || r->geometry.rope.inverseFrequency.empty()) {
        dials_->setContent(std::move(dials));
        showPicture(nullptr, {}, {}, 1, 1);
        ChartContent chart;
        chart.empty = tr("Nothing to draw: this model has no such positions.");
        chart_->setContent(std::move(chart));
        return;
    }
    const std::vector<RotaryPair> pairs = rotaryPairs(r->geometry.rope);
    for (const RotaryPair& pair : pairs)
        dials.radiansPerPosition.push_back(pair.frequency);
    dials.query = p.query;
    dials.key = p.key;
    dials_->setContent(std::move(dials));
    auto picture = std::make_shared<PositionPicture>();
    picture->nRow = std::clamp<std::int64_t>(recording()->nPosition(), 16, kMostRows);
    picture->nCol = std::int64_t(pairs.size());
    // Against a run whose model turns otherwise: one minus the other.
    const AttentionRecord* other = otherRecord();
    std::vector<RotaryPair> minus;
    if (other != nullptr && other->geometry.rope.inverseFrequency != r->geometry.rope.inverseFrequency)
        minus = rotaryPairs(other->geometry.rope);
    for (std::int64_t d = 0; d < picture->nRow; ++d)
        for (std::size_t j = 0; j < pairs.size(); ++j)
            picture->values.push_back(float(std::cos(double(d) * pairs[j].frequency) -
                                            (j < minus.size() ? std::cos(double(d) * minus[j].frequency) : 0.0)));
    showPicture(std::move(picture), tr("distance"), tr("pair"), 1, 1);
    fillRotaryChart();
}

void PositionsView::fillRotaryChart() {
    const Place p = place();
    const AttentionRecord* r = record();
    if (r == nullptr || p.query < 0 || p.query >= r->nPosition())
        return;
    const AttentionGeometry& g = r->geometry;
    const std::int64_t n = std::clamp<std::int64_t>(recording()->nPosition(), kLeastDistance, kMostDistance);
    const DistanceScores scores = scoresAtDistances(*r, p.head, p.query, p.key, n);
    ChartContent chart;
    chart.x = counting(n);
    chart.xTitle = tr("distance in tokens");
    chart.yTitle = tr("score of this query and key");
    Curve curve{tr("if they stood so far apart"), doubles(scores.total), Glass::Cobalt, false};
    if (g.softcap > 0)
        for (double& y : curve.y)
            y = double(g.softcap) * std::tanh(y / double(g.softcap));
    chart.curves.push_back(std::move(curve));
    const int pair = dials_->current();
    const auto nPair = std::int64_t(scores.perPair.size()) / n;
    if (pair >= 0 && pair < nPair)
        chart.curves.push_back({tr("pair %1 alone").arg(pair),
                                doubles({scores.perPair.begin() + pair * n, scores.perPair.begin() + (pair + 1) * n}),
                                Glass::Emerald, false});
    const std::int64_t distance = p.query - p.key;
    if (distance < n) {
        Curve now{tr("recorded"), std::vector<double>(std::size_t(n), std::nan("")), Glass::Amber, true};
        now.y[std::size_t(distance)] = double(attentionCell(*r, p.head, p.query, p.key).capped);
        chart.curves.push_back(std::move(now));
    }
    addOtherCurves(chart, chart.curves.front().y);
    chart_->setContent(std::move(chart));
    if (distance < n)
        chart_->setCurrent(int(distance));
}

void PositionsView::addOtherCurves(ChartContent& chart, std::vector<double> here) const {
    const AttentionRecord* r = otherRecord();
    const Place p = place();
    if (r == nullptr || p.head >= r->geometry.nHead || r->geometry.rope.inverseFrequency.empty())
        return;
    const std::int64_t query = inside().alignment()->of(p.query), key = inside().alignment()->of(p.key);
    if (query < 0 || key < 0 || query >= r->nPosition())
        return;
    const AttentionGeometry& g = r->geometry;
    const auto n = std::int64_t(chart.x.size());
    Curve there{tr("in %1").arg(inside().otherName()), doubles(scoresAtDistances(*r, p.head, query, key, n).total),
                Glass::Ruby, false};
    if (g.softcap > 0)
        for (double& y : there.y)
            y = double(g.softcap) * std::tanh(y / double(g.softcap));
    for (std::size_t d = 0; d < here.size(); ++d)
        here[d] -= there.y[d];
    Curve change{tr("difference"), std::move(here), Glass::Violet, false};
    if (query - key < n) {
        Curve now{tr("recorded there"), std::vector<double>(std::size_t(n), std::nan("")), Glass::Ruby, true};
        now.y[std::size_t(query - key)] = double(attentionCell(*r, p.head, query, key).capped);
        chart.curves.push_back(std::move(now));
    }
    chart.curves.push_back(std::move(there));
    chart.curves.push_back(std::move(change));
}

void PositionsView::fillLearned() {
    const std::shared_ptr<const Model> model = inside().model();
    if (learnedOf_ != model.get()) {
        learnedOf_ = model.get();
        learned_.reset();
        const GgufTensor* tensor = model && model->file() ? model->file()->findTensor("position_embd.weight") : nullptr;
        if (tensor != nullptr && tensor->view.shape.rank == 2) {
            learnedCount_ = tensor->view.shape[0];
            learnedStep_ = (learnedCount_ + kMostRows - 1) / kMostRows;
            inside().pool().ask(
                this, "learned",
                [model, view = tensor->view, step = learnedStep_](std::stop_token stop) {
                    return similarityOf(view, step, stop);
                },
                [this, of = model.get()](std::shared_ptr<const PositionPicture> picture) {
                    if (learnedOf_ != of)
                        return;
                    learned_ = std::move(picture);
                    if (kind() == kLearned)
                        fill();
                });
        }
    }
    showPicture(learned_, tr("position"), tr("position"), learnedStep_, learnedStep_);
    ChartContent chart;
    chart.empty = tr("Nothing to draw: this model has no such positions.");
    if (learned_) {
        const std::int64_t n = learned_->nRow;
        Curve mean{tr("mean over the table"), {}, Glass::Cobalt, false};
        for (std::int64_t d = 0; d < n; ++d) {
            double sum = 0;
            for (std::int64_t i = d; i < n; ++i)
                sum += double(learned_->at(i, i - d));
            mean.y.push_back(sum / double(n - d));
        }
        chart.x = counting(n, double(learnedStep_));
        chart.xTitle = tr("distance in tokens");
        chart.yTitle = tr("likeness of two rows (cosine)");
        chart.curves.push_back(std::move(mean));
    }
    chart_->setContent(std::move(chart));
}

std::int64_t PositionsView::sinusoidWidth() const {
    return std::clamp<std::int64_t>(recording() ? recording()->model.nEmbd : 64, 8, 128) / 2 * 2;
}

void PositionsView::fillSinusoidal() {
    const std::int64_t width = sinusoidWidth();
    const std::int64_t n =
        std::clamp<std::int64_t>(recording() ? recording()->nPosition() : 64, kLeastDistance, kMostRows);
    auto picture = std::make_shared<const PositionPicture>(sinusoidalPositions(n, width));
    ChartContent chart;
    chart.x = counting(n);
    chart.xTitle = tr("distance in tokens");
    chart.yTitle = tr("likeness of two rows (cosine)");
    Curve likeness{tr("all dimensions"), {}, Glass::Cobalt, false};
    const double size = double(width) / 2; // sin^2 + cos^2 is 1 for every pair
    for (std::int64_t d = 0; d < n; ++d) {
        double dot = 0;
        for (std::int64_t j = 0; j < width; ++j)
            dot += double(picture->at(0, j)) * double(picture->at(d, j));
        likeness.y.push_back(dot / size);
    }
    chart.curves.push_back(std::move(likeness));
    showPicture(std::move(picture), tr("position"), tr("dimension"), 1, 1);
    chart_->setContent(std::move(chart));
}

std::int32_t PositionsView::alibiHeadCount() const {
    return std::int32_t(std::max<std::int64_t>(1, recording() ? recording()->model.nHead : 8));
}

std::vector<std::int32_t> PositionsView::alibiHeads(std::int32_t nHead) {
    const std::int32_t count = std::min<std::int32_t>(kCurvesOfAlibi, nHead);
    std::vector<std::int32_t> heads;
    for (std::int32_t c = 0; c < count; ++c)
        heads.push_back(count < 2 ? 0 : c * (nHead - 1) / (count - 1));
    return heads;
}

void PositionsView::fillAlibi() {
    const std::int32_t nHead = alibiHeadCount();
    const std::int64_t n =
        std::clamp<std::int64_t>(recording() ? recording()->nPosition() : 64, kLeastDistance, kMostRows);
    auto picture = std::make_shared<const PositionPicture>(alibiBias(nHead, n));
    const std::vector<float> slopes = alibiSlopes(nHead);
    ChartContent chart;
    chart.x = counting(n);
    chart.xTitle = tr("distance in tokens");
    chart.yTitle = tr("factor on a weight before it is normalised");
    constexpr Glass kInks[kCurvesOfAlibi] = {Glass::Cobalt, Glass::Amber, Glass::Emerald, Glass::Violet};
    const std::vector<std::int32_t> heads = alibiHeads(nHead);
    for (std::size_t c = 0; c < heads.size(); ++c) {
        const std::int32_t head = heads[c];
        Curve curve{tr("head %1, slope %2").arg(head).arg(numberText(double(slopes[std::size_t(head)]), 3)),
                    {},
                    kInks[c],
                    false};
        for (std::int64_t d = 0; d < n; ++d)
            curve.y.push_back(std::exp(double(picture->at(head, d))));
        chart.curves.push_back(std::move(curve));
    }
    showPicture(std::move(picture), tr("head"), tr("distance"), 1, 1);
    chart_->setContent(std::move(chart));
}

} // namespace vitral
