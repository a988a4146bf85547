// SPDX-License-Identifier: Apache-2.0
// Attention over all keys as two dense products with a running softmax between them. A lane is a query: the queries of
// a tile (up to 160) are laid out as weights, keys and values are inputs, so that neither the softmax needs a
// horizontal sum nor a head of 40 dimensions wastes lanes. Keys and values are rounded once a call; tiles walk over
// blocks of 60 keys. Nothing of the size of a map is made.

#include "core/backend/cpu_backend.h"
#include "core/backend/dense_weight.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <utility>

namespace vitral {

using kernels::DenseInputs;

namespace {
constexpr std::int64_t kKeys =
    60; ///< of a block: a multiple of most tiles' rows, even; scores stay in the first-level cache

std::int64_t ceilDiv(std::int64_t a, std::int64_t b) {
    return (a + b - 1) / b;
}
std::size_t roomFor(std::int64_t bytes) {
    return static_cast<std::size_t>((bytes + 127) / 64 * 64);
}

/// One thread's memory.
struct AttentionScratch {
    std::byte* queries;              ///< the tile's, as weights [group][unit][lanes]
    std::byte* weights;              ///< the softmax's, as weights [group][unit of a block][lanes]
    float* scores;                   ///< [keys of a block][width]
    float* sums;                     ///< [dim][width]
    float* ordered;                  ///< one group of queries before it is rounded
    const std::uint32_t** keyRows;   ///< [keys of a block]
    const std::uint32_t** valueRows; ///< [dim]
    float *largest, *total, *factor; ///< [width]
    float *keyScales, *valueScales;  ///< [width]
    std::int32_t* nSeen;             ///< [width]
};
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

    // Inputs: keys [key][unit of dim], values [dim][unit of key], one part after another.
    const std::int64_t dimUnits = kernels::denseUnits(kernel.inputs, dim);
    // An odd number of cache lines: rows a power of two apart would fight for the same places of the cache.
    const std::int64_t keyUnits = ((kernels::denseUnits(kernel.inputs, nKey) + 15) / 16 | 1) * 16;
    const std::size_t partUnits = static_cast<std::size_t>(nKey * dimUnits + dim * keyUnits);
    const std::int64_t queryGroups = ceilDiv(nQuery, lanes);
    const std::int64_t tileGroups = ceilDiv(queryGroups, ceilDiv(queryGroups, kernel.maxGroups));
    const std::int64_t width = tileGroups * lanes;
    const std::int64_t nTile = ceilDiv(nQuery, width);
    const std::int64_t valuesPerUnit = pairs ? 2 : 1;
    const std::int64_t unitBytes = lanes * valuesPerUnit * (storage == kernels::DenseStorage::F32 ? 4 : 2);
    const std::int64_t blockUnits = kernels::denseUnits(kernel.inputs, kKeys);
    const std::int32_t tileRows = kernel.tileRows[tileGroups];

    const std::array<std::size_t, 7> rooms = {roomFor(tileGroups * dimUnits * unitBytes),
                                              roomFor(tileGroups * blockUnits * unitBytes),
                                              roomFor((kKeys + kernels::kDenseMaxTile) * width * 4),
                                              roomFor((dim + kernels::kDenseMaxTile) * width * 4),
                                              roomFor(std::max(dimUnits * valuesPerUnit * lanes, kKeys) * 4),
                                              roomFor((kKeys + dim + 2 * kernels::kDenseMaxTile) * 8),
                                              roomFor(6 * width * 4)};
    std::size_t perThread = 4095;
    for (const std::size_t room : rooms)
        perThread += room;
    perThread = perThread / 4096 * 4096;
    if (!growScratch(denseScratch_, perThread * static_cast<std::size_t>(pool_.nThread())) ||
        !growScratch(keyScratch_, partUnits * 4 * static_cast<std::size_t>(nPart)))
        return;
    partScales_.resize(static_cast<std::size_t>(nPart * 2));
    auto* inputs = static_cast<std::uint32_t*>(keyScratch_->data());
    const auto scratchOf = [&](int iThread) {
        auto* at = static_cast<std::byte*>(denseScratch_->data()) + static_cast<std::size_t>(iThread) * perThread;
        std::size_t i = 0;
        const auto take = [&] { return std::exchange(at, at + rooms[i++]); };
        AttentionScratch t{};
        t.queries = take();
        t.weights = take();
        t.scores = reinterpret_cast<float*>(take());
        t.sums = reinterpret_cast<float*>(take());
        t.ordered = reinterpret_cast<float*>(take());
        t.keyRows = reinterpret_cast<const std::uint32_t**>(take());
        t.valueRows = t.keyRows + kKeys + kernels::kDenseMaxTile;
        t.largest = reinterpret_cast<float*>(take());
        t.total = t.largest + width;
        t.factor = t.total + width;
        t.keyScales = t.factor + width;
        t.valueScales = t.keyScales + width;
        t.nSeen = reinterpret_cast<std::int32_t*>(t.valueScales + width);
        return t;
    };
    const auto rowOf = [&](const Tensor& t, std::int64_t perImage, std::int64_t part, std::int64_t i) {
        return t.f32() + (part / params.nHead * perImage + i) * t.rowStride + part % params.nHead * dim;
    };
    const auto scaleOf = [&](const Tensor& t, std::int64_t part, int exponent, std::int64_t perImage,
                             std::int64_t first, std::int64_t n) {
        float largest = 0.0F;
        for (std::int64_t i = first; scaled && i < first + n; ++i)
            largest = std::max(largest, table_.largestMagnitude(rowOf(t, perImage, part, i), dim));
        return scaled ? powerOfTwoScale(largest, exponent) : 1.0F;
    };

    const auto roundPart = [&](std::int64_t part, float* ordered) {
        std::uint32_t* keys = inputs + static_cast<std::size_t>(part) * partUnits;
        std::uint32_t* values = keys + nKey * dimUnits;
        const float keyScale = scaleOf(k, part, 8, nKey, 0, nKey);
        const float valueScale = scaleOf(v, part, 8, nKey, 0, nKey);
        for (std::int64_t i = 0; i < nKey; ++i)
            kernel.convert(keys + i * dimUnits, rowOf(k, nKey, part, i), dim, keyScale);
        for (std::int64_t first = 0; first < nKey; first += kKeys) {
            const std::int64_t n = std::min(kKeys, nKey - first);
            for (std::int64_t d = 0; d < dim; ++d) {
                for (std::int64_t i = 0; i < n; ++i)
                    ordered[i] = rowOf(v, nKey, part, first + i)[d];
                kernel.convert(values + d * keyUnits + first / valuesPerUnit, ordered, n, valueScale);
            }
        }
        partScales_[static_cast<std::size_t>(part * 2)] = 1.0F / keyScale;
        partScales_[static_cast<std::size_t>(part * 2 + 1)] = 1.0F / valueScale;
    };

    const auto attend = [&](const AttentionScratch& t, std::int64_t part, std::int64_t firstQuery) {
        const std::int64_t n = std::min(width, nQuery - firstQuery);
        const float queryScale = scaleOf(q, part, 1, nQuery, firstQuery, n);
        for (std::int64_t g = 0; g < tileGroups; ++g) {
            const std::int64_t nLane = std::clamp<std::int64_t>(n - g * lanes, 0, lanes);
            const std::int64_t nValue = dimUnits * valuesPerUnit * lanes;
            if (nLane < lanes || dimUnits * valuesPerUnit != dim)
                std::fill_n(t.ordered, nValue, 0.0F);
            for (std::int64_t lane = 0; lane < nLane; ++lane) {
                const float* row = rowOf(q, nQuery, part, firstQuery + g * lanes + lane);
                for (std::int64_t d = 0; d < dim; ++d)
                    t.ordered[pairs ? (d / 2 * lanes + lane) * 2 + d % 2 : d * lanes + lane] = row[d] * queryScale;
            }
            storeDense(table_, storage, t.ordered, nValue, t.queries + g * dimUnits * unitBytes);
        }
        const std::uint32_t* keys = inputs + static_cast<std::size_t>(part) * partUnits;
        const std::uint32_t* values = keys + nKey * dimUnits;
        for (std::int64_t d = 0; d < dim + kernels::kDenseMaxTile; ++d)
            t.valueRows[d] = values + std::min(d, dim - 1) * keyUnits;
        std::fill_n(t.keyScales, width, partScales_[static_cast<std::size_t>(part * 2)] / queryScale);
        std::fill_n(t.valueScales, width, partScales_[static_cast<std::size_t>(part * 2 + 1)]);
        std::fill_n(t.largest, width, -std::numeric_limits<float>::infinity());
        std::fill_n(t.total, width, 0.0F);
        const std::int64_t end = params.causal ? std::min(nKey, firstQuery + n) : nKey;
        for (std::int64_t firstKey = 0; firstKey < end; firstKey += kKeys) {
            const std::int64_t nBlock = std::min(kKeys, nKey - firstKey);
            for (std::int64_t i = 0; i < nBlock + kernels::kDenseMaxTile; ++i)
                t.keyRows[i] = keys + (firstKey + std::min(i, nBlock - 1)) * dimUnits;
            kernels::DenseBlock block{};
            block.nGroup = static_cast<std::int32_t>(tileGroups);
            block.nTile = static_cast<std::int32_t>(ceilDiv(nBlock, tileRows));
            block.rows = t.keyRows;
            block.weights = t.queries;
            block.groupStride = static_cast<std::size_t>(dimUnits * unitBytes);
            block.scales = t.keyScales;
            block.sums = t.scores;
            block.fresh = true;
            const std::int64_t dimSlices = ceilDiv(dimUnits, 2 * kernel.maxK);
            for (std::int64_t slice = 0; slice < dimSlices; ++slice) {
                block.first = dimUnits * slice / dimSlices;
                block.nK = static_cast<std::int32_t>(dimUnits * (slice + 1) / dimSlices - block.first);
                block.weights = t.queries + block.first * unitBytes;
                kernel.block(&block);
                block.fresh = false;
            }

            kernels::SoftmaxBlock softmax{};
            softmax.scores = t.scores;
            softmax.width = static_cast<std::int32_t>(width);
            softmax.nKey = static_cast<std::int32_t>(nBlock);
            if (params.causal) {
                for (std::int64_t i = 0; i < width; ++i)
                    t.nSeen[i] =
                        static_cast<std::int32_t>(std::clamp<std::int64_t>(firstQuery + i + 1 - firstKey, 0, nBlock));
                softmax.nSeen = t.nSeen;
            }
            softmax.scale = params.scale;
            softmax.largest = t.largest;
            softmax.total = t.total;
            softmax.factor = t.factor;
            softmax.weights = t.weights;
            softmax.groupStride = static_cast<std::size_t>(blockUnits * unitBytes);
            kernel.softmax(&softmax);

            if (firstKey > 0 && std::any_of(t.factor, t.factor + width, [](float f) { return f != 1.0F; }))
                for (std::int64_t d = 0; d < dim; ++d)
                    table_.mul(t.sums + d * width, t.sums + d * width, t.factor, width);
            block.nTile = static_cast<std::int32_t>(ceilDiv(dim, tileRows));
            block.rows = t.valueRows;
            block.first = firstKey / valuesPerUnit;
            block.nK = static_cast<std::int32_t>(kernels::denseUnits(kernel.inputs, nBlock));
            block.weights = t.weights;
            block.groupStride = softmax.groupStride;
            block.scales = t.valueScales;
            block.sums = t.sums;
            block.fresh = firstKey == 0;
            kernel.block(&block);
        }
        for (std::int64_t i = 0; i < n; ++i) {
            float* to = rowOf(out, nQuery, part, firstQuery + i);
            const float share = 1.0F / t.total[i];
            for (std::int64_t d = 0; d < dim; ++d)
                to[d] = t.sums[d * width + i] * share;
        }
        if (!params.logSumExp.empty())
            for (std::int64_t i = 0; i < n; ++i)
                params.logSumExp.f32()[(part / params.nHead * nQuery + firstQuery + i) * params.logSumExp.rowStride +
                                       part % params.nHead] = t.largest[i] + std::log(t.total[i]);
    };

    std::atomic<std::int64_t> nextPart{0};
    pool_.run([&](int iThread, int) {
        const AttentionScratch t = scratchOf(iThread);
        for (std::int64_t part = nextPart.fetch_add(1); part < nPart && !stop_.stop_requested();
             part = nextPart.fetch_add(1))
            roundPart(part, t.ordered);
    });
    std::atomic<std::int64_t> next{0};
    pool_.run([&](int iThread, int) {
        const AttentionScratch t = scratchOf(iThread);
        for (std::int64_t unit = next.fetch_add(1); unit < nPart * nTile && !stop_.stop_requested();
             unit = next.fetch_add(1))
            attend(t, unit / nTile, unit % nTile * width);
    });
}

} // namespace vitral
