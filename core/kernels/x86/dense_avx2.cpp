// SPDX-License-Identifier: Apache-2.0
// Dense products in f32 with AVX2 and FMA: tiles of six rows by sixteen outputs.

#include "core/kernels/convert.h"
#include "core/kernels/scalar/scalar_kernels.h"
#include "core/kernels/x86/x86_kernels.h"

#include <immintrin.h>

namespace vitral::kernels {

namespace {

constexpr int kRows = 6;

void block(const DenseBlock* b) {
    const std::uint32_t* const* rows = b->rows;
    float* sums = b->sums;
    for (std::int32_t tile = 0; tile < b->nTile; ++tile, rows += kRows, sums += kRows * 16) {
        const float* x[kRows];
        __m256 acc[kRows][2];
#pragma GCC unroll 8
        for (int r = 0; r < kRows; ++r) {
            x[r] = reinterpret_cast<const float*>(rows[r]) + b->first;
            acc[r][0] = b->fresh ? _mm256_setzero_ps() : _mm256_loadu_ps(sums + r * 16);
            acc[r][1] = b->fresh ? _mm256_setzero_ps() : _mm256_loadu_ps(sums + r * 16 + 8);
        }
        const auto* w = reinterpret_cast<const float*>(b->weights);
        for (std::int64_t k = 0; k < b->nK; ++k, w += 16) {
            const __m256 low = _mm256_loadu_ps(w);
            const __m256 high = _mm256_loadu_ps(w + 8);
#pragma GCC unroll 8
            for (int r = 0; r < kRows; ++r) {
                const __m256 value = _mm256_broadcast_ss(x[r] + k);
                acc[r][0] = _mm256_fmadd_ps(value, low, acc[r][0]);
                acc[r][1] = _mm256_fmadd_ps(value, high, acc[r][1]);
            }
        }
#pragma GCC unroll 8
        for (int r = 0; r < kRows; ++r) {
            _mm256_storeu_ps(sums + r * 16, acc[r][0]);
            _mm256_storeu_ps(sums + r * 16 + 8, acc[r][1]);
        }
    }
}

void open(DenseStorage storage, const std::uint16_t* x, std::int64_t n, float* to) {
    if (storage == DenseStorage::F16) {
        openHalvesAvx2(x, n, to);
        return;
    }
    std::int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(x + i)));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + i), _mm256_slli_epi32(wide, 16));
    }
    for (; i < n; ++i)
        to[i] = bf16ToF32(x[i]);
}

} // namespace

const DenseKernel* denseKernelAvx2() {
    static constexpr DenseKernel kernel = {.name = "f32",
                                           .inputs = DenseInputs::F32,
                                           .lanes = 16,
                                           .maxGroups = 1,
                                           .tileRows = {0, kRows, 0, 0, 0, 0},
                                           .maxK = 256,
                                           .block = block,
                                           .convert = scalar::denseConvert,
                                           .softmax = scalar::denseSoftmax,
                                           .open = open};
    return &kernel;
}

} // namespace vitral::kernels
