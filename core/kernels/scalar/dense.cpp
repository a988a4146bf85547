// SPDX-License-Identifier: Apache-2.0
// Dense products as plain loops, sums of a block in double.

#include "core/kernels/convert.h"
#include "core/kernels/scalar/scalar_kernels.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace vitral::kernels::scalar {

void denseBlock(const DenseBlock* b) {
    constexpr std::int32_t kLanes = 16;
    const auto* weights = reinterpret_cast<const float*>(b->weights);
    for (std::int32_t r = 0; r < b->nTile; ++r) {
        double sums[kLanes] = {};
        for (std::int32_t k = 0; k < b->nK; ++k) {
            const double x = bitsToFloat(b->rows[r][b->first + k]);
            for (std::int32_t n = 0; n < kLanes; ++n)
                sums[n] += x * weights[k * kLanes + n];
        }
        float* to = b->sums + std::int64_t{r} * kLanes;
        for (std::int32_t n = 0; n < kLanes; ++n)
            to[n] = static_cast<float>(sums[n] + (b->fresh ? 0.0F : to[n]));
    }
}

void denseConvert(std::uint32_t* to, const float* x, std::int64_t n, float scale) {
    for (std::int64_t i = 0; i < n; ++i)
        to[i] = floatToBits(x[i] * scale);
}

void denseSoftmax(const SoftmaxBlock* b) {
    constexpr std::int32_t kLanes = 16;
    for (std::int32_t q = 0; q < b->width; ++q) {
        const std::int32_t nSeen = b->nSeen ? b->nSeen[q] : b->nKey;
        const float* scores = b->scores + q;
        auto* to =
            reinterpret_cast<float*>(b->weights + static_cast<std::size_t>(q / kLanes) * b->groupStride) + q % kLanes;
        float largest = b->largest[q];
        for (std::int32_t key = 0; key < nSeen; ++key)
            largest = std::max(largest, scores[std::int64_t{key} * b->width] * b->scale);
        double total = 0;
        for (std::int32_t key = 0; key < b->nKey; ++key) {
            const float weight =
                key < nSeen ? std::exp(scores[std::int64_t{key} * b->width] * b->scale - largest) : 0.0F;
            total += weight;
            to[std::int64_t{key} * kLanes] = weight;
        }
        b->factor[q] = b->largest[q] == largest ? 1.0F : std::exp(b->largest[q] - largest);
        b->total[q] = static_cast<float>(b->total[q] * b->factor[q] + total);
        b->largest[q] = largest;
    }
}

void denseOpen(DenseStorage storage, const std::uint16_t* x, std::int64_t n, float* to) {
    for (std::int64_t i = 0; i < n; ++i)
        to[i] = storage == DenseStorage::F16 ? halfToF32(x[i]) : bf16ToF32(x[i]);
}

void channelMoments(const float* x, std::int64_t rowStride, std::int64_t nRow, std::int64_t nChannel, float* mean,
                    float* squares) {
    for (std::int64_t c = 0; c < nChannel; ++c) {
        double sum = 0;
        for (std::int64_t r = 0; r < nRow; ++r)
            sum += x[r * rowStride + c];
        const double m = sum / static_cast<double>(nRow);
        double square = 0;
        for (std::int64_t r = 0; r < nRow; ++r)
            square += (x[r * rowStride + c] - m) * (x[r * rowStride + c] - m);
        mean[c] = static_cast<float>(m);
        squares[c] = static_cast<float>(square);
    }
}

void scaleShift(float* out, const float* x, const float* scale, const float* shift, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i)
        out[i] = x[i] * scale[i] + shift[i];
}

void scaleShiftSilu(float* out, const float* x, const float* scale, const float* shift, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) {
        const float y = x[i] * scale[i] + shift[i];
        out[i] = y / (1.0F + std::exp(-y));
    }
}

float largestMagnitude(const float* x, std::int64_t n) {
    float largest = 0;
    for (std::int64_t i = 0; i < n; ++i)
        largest = std::max(largest, std::abs(x[i]));
    return largest;
}

const DenseKernel& denseKernel() {
    static constexpr DenseKernel kernel = {.name = "f32",
                                           .inputs = DenseInputs::F32,
                                           .lanes = 16,
                                           .maxGroups = 1,
                                           .tileRows = {0, 1, 0, 0, 0, 0},
                                           .maxK = 256,
                                           .block = denseBlock,
                                           .convert = denseConvert,
                                           .softmax = denseSoftmax,
                                           .open = denseOpen};
    return kernel;
}

} // namespace vitral::kernels::scalar
