// SPDX-License-Identifier: Apache-2.0
// Dense products in f32 with AVX2 and FMA: tiles of six rows by sixteen outputs.

#include "core/kernels/convert.h"
#include "core/kernels/scalar/scalar_kernels.h"
#include "core/kernels/x86/vector_math_avx2.h"
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

void softmax(const SoftmaxBlock* b) {
    for (std::int32_t column = 0; column < b->width; column += 8) {
        const float* scores = b->scores + column;
        const std::int64_t width = b->width;
        const __m256i seen = b->nSeen ? _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b->nSeen + column))
                                      : _mm256_set1_epi32(b->nKey);
        const auto visible = [&](std::int32_t key) {
            return _mm256_castsi256_ps(_mm256_cmpgt_epi32(seen, _mm256_set1_epi32(key)));
        };
        const __m256 lowest = _mm256_set1_ps(-__builtin_inff());
        __m256 most = lowest;
        for (std::int32_t key = 0; key < b->nKey; ++key)
            most = _mm256_max_ps(most, _mm256_blendv_ps(lowest, _mm256_loadu_ps(scores + key * width), visible(key)));
        const __m256 scale = _mm256_set1_ps(b->scale);
        const __m256 before = _mm256_loadu_ps(b->largest + column);
        const __m256 largest = _mm256_max_ps(before, _mm256_mul_ps(most, scale));
        auto* to =
            reinterpret_cast<float*>(b->weights + static_cast<std::size_t>(column / 16) * b->groupStride) + column % 16;
        __m256 total = _mm256_setzero_ps();
        for (std::int32_t key = 0; key < b->nKey; ++key) {
            const __m256 x = _mm256_fmsub_ps(_mm256_loadu_ps(scores + key * width), scale, largest);
            const __m256 w = _mm256_and_ps(exp256(x), visible(key));
            total = _mm256_add_ps(total, w);
            _mm256_storeu_ps(to + static_cast<std::int64_t>(key) * 16, w);
        }
        const __m256 same = _mm256_cmp_ps(before, largest, _CMP_EQ_OQ);
        const __m256 first = _mm256_cmp_ps(before, lowest, _CMP_EQ_OQ); // nothing so far: nothing stays
        __m256 factor = _mm256_andnot_ps(first, exp256(_mm256_sub_ps(before, largest)));
        factor = _mm256_blendv_ps(factor, _mm256_set1_ps(1.0F), same);
        _mm256_storeu_ps(b->factor + column, factor);
        // 0 * factor where nothing was seen before.
        _mm256_storeu_ps(b->total + column, _mm256_fmadd_ps(_mm256_loadu_ps(b->total + column), factor, total));
        _mm256_storeu_ps(b->largest + column, largest);
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
                                           .softmax = softmax,
                                           .open = open};
    return &kernel;
}

void channelMomentsAvx2(const float* x, std::int64_t rowStride, std::int64_t nRow, std::int64_t nChannel, float* mean,
                        float* squares) {
    const __m256 share = _mm256_set1_ps(1.0F / static_cast<float>(nRow));
    std::int64_t c = 0;
    for (; c + 8 <= nChannel; c += 8) { // about the first row, as in dense_avx512.cpp
        const __m256 origin = _mm256_loadu_ps(x + c);
        __m256 sum[2] = {_mm256_setzero_ps(), _mm256_setzero_ps()};
        for (std::int64_t r = 0; r < nRow; ++r)
            sum[r & 1] = _mm256_add_ps(sum[r & 1], _mm256_sub_ps(_mm256_loadu_ps(x + r * rowStride + c), origin));
        const __m256 m = _mm256_fmadd_ps(_mm256_add_ps(sum[0], sum[1]), share, origin);
        __m256 square[2] = {_mm256_setzero_ps(), _mm256_setzero_ps()};
        for (std::int64_t r = 0; r < nRow; ++r) {
            const __m256 d = _mm256_sub_ps(_mm256_loadu_ps(x + r * rowStride + c), m);
            square[r & 1] = _mm256_fmadd_ps(d, d, square[r & 1]);
        }
        _mm256_storeu_ps(mean + c, m);
        _mm256_storeu_ps(squares + c, _mm256_add_ps(square[0], square[1]));
    }
    if (c < nChannel)
        scalar::channelMoments(x + c, rowStride, nRow, nChannel - c, mean + c, squares + c);
}

void scaleShiftSiluAvx2(float* out, const float* x, const float* scale, const float* shift, std::int64_t n) {
    const __m256 one = _mm256_set1_ps(1.0F);
    std::int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        const __m256 y =
            _mm256_fmadd_ps(_mm256_loadu_ps(x + i), _mm256_loadu_ps(scale + i), _mm256_loadu_ps(shift + i));
        const __m256 e = exp256(_mm256_sub_ps(_mm256_setzero_ps(), y));
        _mm256_storeu_ps(out + i, _mm256_div_ps(y, _mm256_add_ps(one, e)));
    }
    if (i < n)
        scalar::scaleShiftSilu(out + i, x + i, scale + i, shift + i, n - i);
}

} // namespace vitral::kernels
