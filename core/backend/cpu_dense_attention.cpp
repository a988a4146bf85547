// SPDX-License-Identifier: Apache-2.0
// Attention over all keys: keys and values are laid out once as weights of dense products, then tiles of 120 queries
// walk over blocks of some 320 keys with a running softmax between two products. Nothing of the size of a map is made.

#include "core/backend/cpu_backend.h"
#include "core/backend/dense_weight.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

namespace vitral {

using kernels::DenseInputs;

namespace {
constexpr std::int64_t kQueries = 120; ///< a multiple of every tile's rows
constexpr std::int64_t kKeys = 320;

std::int64_t ceilDiv(std::int64_t a, std::int64_t b) {
    return (a + b - 1) / b;
}
} // namespace

void CpuBackend::denseAttention(Tensor out, Tensor q, Tensor k, Tensor v, const DenseAttentionParams& params) {
    const bool in16 = params.form != WeightForm::Exact && table_.dense16 != nullptr;
    const kernels::DenseKernel& kernel = in16 ? *table_.dense16 : *table_.dense;
    const kernels::DenseStorage storage = denseStorage(kernel.inputs);
    const bool pairs = kernel.inputs == DenseInputs::Bf16Pairs;
    const bool scaled = kernel.inputs == DenseInputs::F16Twice;
    const std::int64_t lanes = kernel.lanes;
    const std::int64_t nQuery = q.nRow() / params.nImage;
    const std::int64_t nKey = k.nRow() / params.nImage;
    const std::int64_t dim = params.headDim;
    const std::int64_t nPart = params.nImage * params.nHead; // (image, head)
    if (nQuery <= 0 || nKey <= 0 || nPart <= 0)
        return;
    VITRAL_ASSERT(q.nCol() == params.nHead * dim && k.nCol() == q.nCol() && v.nCol() == q.nCol(), "shapes fit");
    VITRAL_ASSERT(!params.causal || nQuery == nKey, "a causal mask needs as many keys as queries");

    // Keys: panels of equal width of outputs = keys. Values: outputs = dimensions, one input a key.
    const std::int64_t keyPanels = ceilDiv(ceilDiv(nKey, lanes), kernel.maxGroups);
    const std::int64_t keyGroups = ceilDiv(ceilDiv(nKey, lanes), keyPanels); // of a panel
    const std::int64_t panelKeys = keyGroups * lanes;
    const std::int64_t panelsPerBlock = std::clamp<std::int64_t>(kKeys / panelKeys, 1, keyPanels);
    const std::int64_t blockKeys = panelKeys * panelsPerBlock;
    const std::int64_t dimUnits = kernels::denseUnits(kernel.inputs, dim);
    const std::int64_t dimGroups = ceilDiv(dim, lanes);
    const std::int64_t dimPanels = ceilDiv(dimGroups, kernel.maxGroups);
    const std::int64_t paddedKeys = keyPanels * panelKeys;
    const std::int64_t keyUnits = kernels::denseUnits(kernel.inputs, paddedKeys);
    const std::size_t element = storage == kernels::DenseStorage::F32 ? 4 : 2;
    const std::size_t unitBytes = static_cast<std::size_t>(lanes) * element * (pairs ? 2 : 1);
    const std::size_t keyBytes = static_cast<std::size_t>(paddedKeys / lanes * dimUnits) * unitBytes;
    const std::size_t valueBytes = static_cast<std::size_t>(dimGroups * keyUnits) * unitBytes;
    const std::size_t partBytes = (keyBytes + valueBytes + 63) / 64 * 64;

    const auto align = [](std::int64_t bytes) { return static_cast<std::size_t>((bytes + 127) / 64 * 64); };
    const std::int64_t rowRoom = kQueries + kernels::kDenseMaxTile;
    const std::int64_t weightUnits = kernels::denseUnits(kernel.inputs, blockKeys);
    const std::size_t queryBytes = align(rowRoom * dimUnits * 4);
    const std::size_t pointerBytes = align(rowRoom * 8);
    const std::size_t scoreBytes = align(panelsPerBlock * rowRoom * panelKeys * 4);
    const std::size_t weightBytes = align(rowRoom * weightUnits * 4);
    const std::size_t sumBytes = align(rowRoom * dimGroups * lanes * 4);
    const std::size_t smallBytes = align(rowRoom * 4 * 4);
    const std::size_t scaleBytes = align(std::int64_t{kernel.maxGroups} * lanes * 4);
    const std::size_t orderBytes = align(lanes * 2 * std::max(dimUnits * 2, dim));
    const std::size_t perThread = (queryBytes + 2 * pointerBytes + scoreBytes + weightBytes + sumBytes + smallBytes +
                                   2 * scaleBytes + 2 * orderBytes + 4095) /
                                  4096 * 4096;
    if (!growScratch(denseScratch_, perThread * static_cast<std::size_t>(pool_.nThread())) ||
        !growScratch(keyScratch_, partBytes * static_cast<std::size_t>(nPart)))
        return;
    partScales_.resize(static_cast<std::size_t>(nPart * 2));
    auto* packed = static_cast<std::byte*>(keyScratch_->data());

    const auto rowOf = [&](const Tensor& t, std::int64_t perImage, std::int64_t part, std::int64_t i) {
        return t.f32() + (part / params.nHead * perImage + i) * t.rowStride + part % params.nHead * dim;
    };
    const auto scaleOf = [&](const Tensor& t, std::int64_t part) {
        float largest = 0.0F;
        for (std::int64_t i = 0; scaled && i < nKey; ++i)
            largest = std::max(largest, table_.largestMagnitude(rowOf(t, nKey, part, i), dim));
        return scaled ? powerOfTwoScale(largest, 1) : 1.0F;
    };
    const auto packPart = [&](std::int64_t part, float* ordered) {
        std::byte* keys = packed + static_cast<std::size_t>(part) * partBytes;
        const float keyScale = scaleOf(k, part);
        const std::int64_t valuesPerGroup = dimUnits * lanes * (pairs ? 2 : 1);
        for (std::int64_t first = 0; first < paddedKeys; first += lanes) {
            const std::int64_t n = std::clamp<std::int64_t>(nKey - first, 0, lanes);
            if (n < lanes || (pairs && dim % 2 != 0))
                std::fill_n(ordered, valuesPerGroup, 0.0F);
            for (std::int64_t lane = 0; lane < n; ++lane) {
                const float* row = rowOf(k, nKey, part, first + lane);
                if (pairs)
                    for (std::int64_t d = 0; d < dim; ++d)
                        ordered[(d / 2 * lanes + lane) * 2 + d % 2] = row[d];
                else
                    for (std::int64_t d = 0; d < dim; ++d)
                        ordered[d * lanes + lane] = row[d] * keyScale;
            }
            storeDense(table_, storage, ordered, valuesPerGroup,
                       keys + static_cast<std::size_t>(first / lanes * dimUnits) * unitBytes);
        }
        std::byte* values = keys + keyBytes;
        const float valueScale = scaleOf(v, part);
        const std::int64_t perUnit = pairs ? 2 : 1;
        for (std::int64_t unit = 0; unit < keyUnits; ++unit)
            for (std::int64_t g = 0; g < dimGroups; ++g) {
                const std::int64_t n = std::min(lanes, dim - g * lanes);
                std::fill_n(ordered, lanes * perUnit, 0.0F);
                for (std::int64_t j = 0; j < perUnit && unit * perUnit + j < nKey; ++j) {
                    const float* row = rowOf(v, nKey, part, unit * perUnit + j) + g * lanes;
                    for (std::int64_t lane = 0; lane < n; ++lane)
                        ordered[lane * perUnit + j] = row[lane] * valueScale;
                }
                storeDense(table_, storage, ordered, lanes * perUnit,
                           values + static_cast<std::size_t>(g * keyUnits + unit) * unitBytes);
            }
        partScales_[static_cast<std::size_t>(part * 2)] = 1.0F / keyScale;
        partScales_[static_cast<std::size_t>(part * 2 + 1)] = 1.0F / valueScale;
    };

    struct Thread {
        std::uint32_t* queries;
        const std::uint32_t** queryRows;
        const std::uint32_t** weightRows;
        float* scores;
        std::uint32_t* weights;
        float* sums;
        float *largest, *total, *factor;
        std::int32_t* nSeen;
        float *keyScales, *valueScales;
        float* ordered;
    };
    const auto threadMemory = [&](int iThread) {
        auto* at = static_cast<std::byte*>(denseScratch_->data()) + static_cast<std::size_t>(iThread) * perThread;
        const auto take = [&](std::size_t bytes) { return std::exchange(at, at + bytes); };
        Thread t{};
        t.queries = reinterpret_cast<std::uint32_t*>(take(queryBytes));
        t.queryRows = reinterpret_cast<const std::uint32_t**>(take(pointerBytes));
        t.weightRows = reinterpret_cast<const std::uint32_t**>(take(pointerBytes));
        t.scores = reinterpret_cast<float*>(take(scoreBytes));
        t.weights = reinterpret_cast<std::uint32_t*>(take(weightBytes));
        t.sums = reinterpret_cast<float*>(take(sumBytes));
        t.largest = reinterpret_cast<float*>(take(smallBytes));
        t.total = t.largest + rowRoom;
        t.factor = t.total + rowRoom;
        t.nSeen = reinterpret_cast<std::int32_t*>(t.factor + rowRoom);
        t.keyScales = reinterpret_cast<float*>(take(scaleBytes));
        t.valueScales = reinterpret_cast<float*>(take(scaleBytes));
        t.ordered = reinterpret_cast<float*>(take(2 * orderBytes));
        return t;
    };

    std::atomic<std::int64_t> nextPart{0};
    pool_.run([&](int iThread, int) {
        const Thread t = threadMemory(iThread);
        for (std::int64_t part = nextPart.fetch_add(1); part < nPart && !stop_.stop_requested();
             part = nextPart.fetch_add(1))
            packPart(part, t.ordered);
    });

    const std::int64_t nTile = ceilDiv(nQuery, kQueries);
    const auto attend = [&](const Thread& t, std::int64_t part, std::int64_t firstQuery) {
        const std::int64_t n = std::min(kQueries, nQuery - firstQuery);
        float queryScale = 1.0F;
        if (scaled) {
            float largest = 0.0F;
            for (std::int64_t r = 0; r < n; ++r)
                largest = std::max(largest, table_.largestMagnitude(rowOf(q, nQuery, part, firstQuery + r), dim));
            queryScale = powerOfTwoScale(largest, 8);
        }
        for (std::int64_t r = 0; r < rowRoom; ++r) {
            const std::int64_t row = std::min(r, n - 1); // rows beyond the last repeat it
            if (r < n)
                kernel.convert(t.queries + r * dimUnits, rowOf(q, nQuery, part, firstQuery + r), dim, queryScale);
            t.queryRows[r] = t.queries + row * dimUnits;
            t.weightRows[r] = t.weights + row * weightUnits;
        }
        std::fill_n(t.keyScales, kernel.maxGroups * lanes,
                    partScales_[static_cast<std::size_t>(part * 2)] / queryScale);
        std::fill_n(t.valueScales, kernel.maxGroups * lanes, partScales_[static_cast<std::size_t>(part * 2 + 1)]);
        std::fill_n(t.largest, n, -std::numeric_limits<float>::infinity());
        std::fill_n(t.total, n, 0.0F);
        const std::byte* keys = packed + static_cast<std::size_t>(part) * partBytes;
        const std::byte* values = keys + keyBytes;
        const std::int64_t end = params.causal ? std::min(nKey, firstQuery + n) : nKey;
        for (std::int64_t firstKey = 0; firstKey < end; firstKey += blockKeys) {
            const std::int64_t nBlock = std::min(blockKeys, nKey - firstKey);
            kernels::DenseBlock block{};
            block.rows = t.queryRows;
            block.nK = static_cast<std::int32_t>(dimUnits);
            block.nGroup = static_cast<std::int32_t>(keyGroups);
            block.nTile = static_cast<std::int32_t>(ceilDiv(n, kernel.tileRows[keyGroups]));
            block.groupStride = static_cast<std::size_t>(dimUnits) * unitBytes;
            block.scales = t.keyScales;
            block.fresh = true;
            for (std::int64_t panel = 0; panel * panelKeys < nBlock; ++panel) {
                block.weights =
                    keys + static_cast<std::size_t>((firstKey + panel * panelKeys) / lanes * dimUnits) * unitBytes;
                block.sums = t.scores + panel * rowRoom * panelKeys;
                kernel.block(&block);
            }
            kernels::SoftmaxBlock softmax{};
            softmax.scores = t.scores;
            softmax.panelStride = rowRoom * panelKeys;
            softmax.panelKeys = static_cast<std::int32_t>(panelKeys);
            softmax.rowStride = static_cast<std::int32_t>(panelKeys);
            softmax.nRow = static_cast<std::int32_t>(n);
            softmax.nKey = static_cast<std::int32_t>(nBlock);
            for (std::int64_t r = 0; r < n; ++r)
                t.nSeen[r] = static_cast<std::int32_t>(
                    params.causal ? std::clamp<std::int64_t>(firstQuery + r + 1 - firstKey, 0, nBlock) : nBlock);
            softmax.nSeen = t.nSeen;
            softmax.scale = params.scale;
            softmax.largest = t.largest;
            softmax.total = t.total;
            softmax.factor = t.factor;
            softmax.weights = t.weights;
            softmax.weightStride = weightUnits;
            kernel.softmax(&softmax);

            const std::int64_t nUnit = kernels::denseUnits(kernel.inputs, nBlock);
            const std::int64_t firstUnit = firstKey / (pairs ? 2 : 1);
            float* sums = t.sums;
            for (std::int64_t panel = 0; panel < dimPanels; ++panel) {
                const std::int64_t firstGroup = dimGroups * panel / dimPanels;
                const std::int64_t nGroup = dimGroups * (panel + 1) / dimPanels - firstGroup;
                const std::int64_t width = nGroup * lanes;
                if (firstKey > 0)
                    for (std::int64_t r = 0; r < n; ++r)
                        if (t.factor[r] != 1.0F)
                            table_.scale(sums + r * width, sums + r * width, t.factor[r], width);
                block.rows = t.weightRows;
                block.nGroup = static_cast<std::int32_t>(nGroup);
                block.nTile = static_cast<std::int32_t>(ceilDiv(n, kernel.tileRows[nGroup]));
                block.groupStride = static_cast<std::size_t>(keyUnits) * unitBytes;
                block.scales = t.valueScales;
                block.sums = sums;
                block.fresh = firstKey == 0;
                const std::int64_t nSlice = ceilDiv(nUnit, kernel.maxK);
                for (std::int64_t slice = 0; slice < nSlice; ++slice) {
                    block.first = nUnit * slice / nSlice;
                    block.nK = static_cast<std::int32_t>(nUnit * (slice + 1) / nSlice - block.first);
                    block.weights =
                        values + static_cast<std::size_t>(firstGroup * keyUnits + firstUnit + block.first) * unitBytes;
                    kernel.block(&block);
                    block.fresh = false;
                }
                sums += rowRoom * width;
            }
        }
        const float* sums = t.sums;
        for (std::int64_t panel = 0; panel < dimPanels; ++panel) {
            const std::int64_t first = dimGroups * panel / dimPanels * lanes;
            const std::int64_t width = dimGroups * (panel + 1) / dimPanels * lanes - first;
            for (std::int64_t r = 0; r < n; ++r) {
                float* to = out.f32() + (part / params.nHead * nQuery + firstQuery + r) * out.rowStride +
                            part % params.nHead * dim + first;
                table_.scale(to, sums + r * width, 1.0F / t.total[r], std::min(width, dim - first));
            }
            sums += rowRoom * width;
        }
        if (!params.logSumExp.empty())
            for (std::int64_t r = 0; r < n; ++r)
                params.logSumExp.f32()[(part / params.nHead * nQuery + firstQuery + r) * params.logSumExp.rowStride +
                                       part % params.nHead] = t.largest[r] + std::log(t.total[r]);
    };
    std::atomic<std::int64_t> next{0};
    pool_.run([&](int iThread, int) {
        const Thread t = threadMemory(iThread);
        for (std::int64_t unit = next.fetch_add(1); unit < nPart * nTile && !stop_.stop_requested();
             unit = next.fetch_add(1))
            attend(t, unit / nTile, unit % nTile * kQueries);
    });
}

} // namespace vitral
