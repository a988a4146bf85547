// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/token_weights.h"

#include "core/trace/attention_map.h"

#include <algorithm>
#include <limits>

namespace vitral {
namespace {

/// One head's row or column into out (zeroed here).
void readOne(const AttentionRecord& record, std::int32_t iHead, LookDirection direction, std::int64_t position,
             std::vector<float>& out) {
    std::fill(out.begin(), out.end(), 0.0F);
    const std::int64_t n = std::min(record.nPosition(), static_cast<std::int64_t>(out.size()));
    if (direction == LookDirection::LooksAt) {
        attentionRow(record, iHead, position, MapValue::Weight,
                     std::span(out).first(static_cast<std::size_t>(std::min(n, position + 1))));
        return;
    }
    MapRegion column;
    column.firstQuery = position;
    column.firstKey = position;
    column.nRow = n - position;
    column.nCol = 1;
    const auto rest =
        std::span(out).subspan(static_cast<std::size_t>(position), static_cast<std::size_t>(n - position));
    attentionBlocks(record, iHead, column, MapValue::Weight, {}, rest, {});
    for (float& v : rest)
        if (!(v > 0)) // a block without a visible cell is NaN
            v = 0;
}

bool mixOne(const Recording& recording, const WeightQuestion& question, std::vector<float>& sum, std::int32_t& used,
            std::stop_token stop) {
    std::vector<float> one(sum.size());
    const auto nLayer = static_cast<std::int32_t>(recording.attention.size());
    for (std::int32_t iLayer = 0; iLayer < nLayer; ++iLayer) {
        if (question.mix != HeadMix::AllMean && iLayer != question.iLayer)
            continue;
        const auto& record = recording.attention[static_cast<std::size_t>(iLayer)];
        if (!record || question.position >= record->nPosition())
            continue;
        for (std::int32_t iHead = 0; iHead < record->geometry.nHead; ++iHead) {
            if (question.mix == HeadMix::One && iHead != question.iHead)
                continue;
            if (stop.stop_requested())
                return false;
            readOne(*record, iHead, question.direction, question.position, one);
            for (std::size_t j = 0; j < sum.size(); ++j)
                sum[j] = question.mix == HeadMix::LayerMax ? std::max(sum[j], one[j]) : sum[j] + one[j];
            ++used;
        }
    }
    if (used > 1 && question.mix != HeadMix::LayerMax)
        for (float& v : sum)
            v /= static_cast<float>(used);
    return used > 0;
}

} // namespace

std::optional<TokenWeights> tokenWeights(const WeightQuestion& question, std::stop_token stop) {
    if (!question.recording || question.position < 0 || question.position >= question.recording->nPosition())
        return std::nullopt;
    TokenWeights out;
    out.position = question.position;
    out.weights.assign(static_cast<std::size_t>(question.recording->nPosition()), 0.0F);
    if (!mixOne(*question.recording, question, out.weights, out.nHeadUsed, stop))
        return std::nullopt;
    if (question.minus && question.pairs) {
        out.difference = true;
        WeightQuestion there = question;
        there.position = question.pairs->of(question.position);
        out.alone = there.position < 0;
        std::vector<float> other(static_cast<std::size_t>(question.minus->nPosition()), 0.0F);
        std::int32_t used = 0;
        if (!out.alone && !mixOne(*question.minus, there, other, used, stop))
            return std::nullopt;
        for (std::size_t j = 0; j < out.weights.size(); ++j) {
            const std::int64_t partner = question.pairs->of(static_cast<std::int64_t>(j));
            if (out.alone || partner < 0)
                out.weights[j] = std::numeric_limits<float>::quiet_NaN();
            else
                out.weights[j] -= other[static_cast<std::size_t>(partner)];
        }
    }
    return out;
}

std::vector<MixedWeight> mixedWeights(const WeightQuestion& question, std::int64_t token, bool ofMinus) {
    std::vector<MixedWeight> out;
    const RecordingPtr& recording = ofMinus ? question.minus : question.recording;
    if (!recording || (ofMinus && !question.pairs))
        return out;
    std::int64_t position = question.position;
    if (ofMinus) {
        position = question.pairs->of(position);
        token = question.pairs->of(token);
    }
    const bool looks = question.direction == LookDirection::LooksAt;
    const std::int64_t query = looks ? position : token, key = looks ? token : position;
    if (query < 0 || key < 0)
        return out;
    for (std::size_t iLayer = 0; iLayer < recording->attention.size(); ++iLayer) {
        const auto& record = recording->attention[iLayer];
        const auto layer = static_cast<std::int32_t>(iLayer);
        if ((question.mix != HeadMix::AllMean && layer != question.iLayer) || !record ||
            std::max(query, key) >= record->nPosition())
            continue;
        for (std::int32_t iHead = 0; iHead < record->geometry.nHead; ++iHead) {
            if (question.mix == HeadMix::One && iHead != question.iHead)
                continue;
            const AttentionCell cell = attentionCell(*record, iHead, query, key);
            out.push_back({layer, iHead, static_cast<double>(cell.capped), static_cast<double>(cell.logSumExp),
                           static_cast<double>(cell.weight)});
        }
    }
    return out;
}

} // namespace vitral
