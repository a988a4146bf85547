// SPDX-License-Identifier: Apache-2.0
// Attention written out: scores, softmax, weighted sum, in double. The truth that the fused kernels are tested against.

#include "core/kernels/convert.h"
#include "core/kernels/kv_layout.h"
#include "core/kernels/scalar/scalar_kernels.h"

#include <algorithm>
#include <cmath>

namespace vitral::kernels {

std::size_t attentionScratchFloats(const AttentionJob& job) {
    // Enough for every kernel: the scores of a row (scalar), or a tile's queries, scores of 128 keys, sums, and an
    // opened block (fused; see x86).
    const auto last = static_cast<std::size_t>(job.positions[(job.nRow - 1) * job.positionStride]);
    const std::size_t nQuery =
        (static_cast<std::size_t>(job.nRow) * static_cast<std::size_t>(job.nGroup) + 15) / 16 * 16;
    const auto dk = static_cast<std::size_t>(job.layout.headDimK);
    const auto dv = (static_cast<std::size_t>(job.layout.headDimV) + 15) / 16 * 16;
    const std::size_t tile = nQuery * (dk + dv + 128 + 2) + kKvTokens * (dk + dv);
    return std::max(last + 1, tile) + 64;
}

namespace scalar {

namespace {
void storeElement(KvFormat format, std::byte* at, std::size_t index, float value) {
    if (format == KvFormat::F32) {
        std::memcpy(at + index * 4, &value, 4);
    } else {
        const std::uint16_t half = f32ToHalf(value);
        std::memcpy(at + index * 2, &half, 2);
    }
}

/// One 32-dimension group of one token: int8 values `step` bytes apart and a half scale.
void storeQ8Group(const float* x, std::int32_t n, std::byte* values, std::size_t step, std::byte* scaleAt) {
    float largest = 0;
    for (std::int32_t i = 0; i < n; ++i)
        largest = std::max(largest, std::fabs(x[i]));
    const std::uint16_t half = f32ToHalf(largest / 127.0F);
    std::memcpy(scaleAt, &half, 2);
    const float stored = halfToF32(half);
    const float inverse = stored > 0 ? 1.0F / stored : 0.0F;
    for (std::int32_t i = 0; i < n; ++i) {
        const float q = std::clamp(std::nearbyint(x[i] * inverse), -127.0F, 127.0F);
        values[static_cast<std::size_t>(i) * step] = static_cast<std::byte>(static_cast<std::int8_t>(q));
    }
}
} // namespace

void kvStore(const KvLayout* layout, std::byte* block, std::int32_t slot, const float* k, const float* v) {
    const auto lane = static_cast<std::size_t>(slot);
    const auto dk = static_cast<std::size_t>(layout->headDimK);
    const auto dv = static_cast<std::size_t>(layout->headDimV);
    const std::size_t nGroupV = (dv + 31) / 32;
    for (std::int32_t h = 0; h < layout->nKvHead; ++h) {
        std::byte* head = block + static_cast<std::size_t>(h) * layout->headBytes;
        std::byte* values = head + layout->vOffset;
        if (layout->format == KvFormat::Q8_0) {
            for (std::size_t d = 0; d < dk; d += 32)
                storeQ8Group(k + d, static_cast<std::int32_t>(std::min<std::size_t>(32, dk - d)),
                             head + d * kKvTokens + lane, kKvTokens,
                             head + layout->kScaleOffset + (d / 32 * kKvTokens + lane) * 2);
            for (std::size_t d = 0; d < dv; d += 32)
                storeQ8Group(v + d, static_cast<std::int32_t>(std::min<std::size_t>(32, dv - d)),
                             values + lane * dv + d, 1, head + layout->vScaleOffset + (lane * nGroupV + d / 32) * 2);
        } else {
            for (std::size_t d = 0; d < dk; ++d)
                storeElement(layout->format, head, d * kKvTokens + lane, k[d]);
            for (std::size_t d = 0; d < dv; ++d)
                storeElement(layout->format, values, lane * dv + d, v[d]);
        }
        k += dk;
        v += dv;
    }
}

void attention(const AttentionJob* job) {
    const KvLayout& layout = job->layout;
    const std::size_t headOffset = static_cast<std::size_t>(job->iKvHead) * layout.headBytes;
    float* scores = job->scratch;
    for (std::int32_t r = 0; r < job->nRow; ++r) {
        const std::int64_t position = job->positions[r * job->positionStride];
        const std::int64_t first = job->window > 0 ? std::max<std::int64_t>(0, position - job->window + 1) : 0;
        for (std::int32_t g = 0; g < job->nGroup; ++g) {
            const float* q = job->q + r * job->qStride + static_cast<std::int64_t>(g) * layout.headDimK;
            float* out = job->out + r * job->outStride + static_cast<std::int64_t>(g) * layout.headDimV;
            double largest = job->sinks ? static_cast<double>(job->sinks[g]) : -INFINITY;
            for (std::int64_t p = first; p <= position; ++p) {
                const std::byte* head = job->layerData +
                                        static_cast<std::size_t>(job->blocks[p / kKvTokens]) * layout.blockBytes +
                                        headOffset;
                double dot = 0;
                for (std::int32_t d = 0; d < layout.headDimK; ++d)
                    dot += static_cast<double>(q[d]) * kvKey(layout, head, static_cast<std::int32_t>(p % kKvTokens), d);
                auto score = static_cast<float>(dot * job->scale);
                if (job->softcap > 0)
                    score = job->softcap * std::tanh(score / job->softcap);
                scores[p - first] = score;
                largest = std::max(largest, static_cast<double>(score));
            }
            double sum = job->sinks ? std::exp(job->sinks[g] - largest) : 0.0;
            for (std::int64_t p = first; p <= position; ++p) {
                const double e = std::exp(scores[p - first] - largest);
                scores[p - first] = static_cast<float>(e);
                sum += e;
            }
            for (std::int32_t d = 0; d < layout.headDimV; ++d) {
                double total = 0;
                for (std::int64_t p = first; p <= position; ++p) {
                    const std::byte* head = job->layerData +
                                            static_cast<std::size_t>(job->blocks[p / kKvTokens]) * layout.blockBytes +
                                            headOffset;
                    total += scores[p - first] *
                             static_cast<double>(kvValue(layout, head, static_cast<std::int32_t>(p % kKvTokens), d));
                }
                out[d] = static_cast<float>(total / sum);
            }
            if (job->lse)
                job->lse[r * job->lseStride + g] = static_cast<float>(largest + std::log(sum));
        }
    }
}

} // namespace scalar
} // namespace vitral::kernels
