// SPDX-License-Identifier: Apache-2.0
// Dense products in f32, and the row operations of pictures, with AVX-512.

#include "core/kernels/convert.h"
#include "core/kernels/x86/dense_softmax_avx512.h"
#include "core/kernels/x86/x86_kernels.h"

namespace vitral::kernels {

namespace {

constexpr std::int32_t kLanes = 16;

template <int R, int V>
void blockOf(const DenseBlock* b) {
    const auto* weights = reinterpret_cast<const float*>(b->weights);
    const std::size_t stride = b->groupStride / 4;
    const std::uint32_t* const* rows = b->rows;
    float* sums = b->sums;
    const Prefetch ahead(*b, V, static_cast<std::size_t>(b->nK) * 64);
    for (std::int32_t tile = 0; tile < b->nTile; ++tile, rows += R, sums += R * V * kLanes) {
        const float* x[R];
        __m512 acc[R][V];
#pragma GCC unroll 16
        for (int r = 0; r < R; ++r) {
            x[r] = reinterpret_cast<const float*>(rows[r]) + b->first;
#pragma GCC unroll 8
            for (int v = 0; v < V; ++v)
                acc[r][v] = b->fresh ? _mm512_setzero_ps() : _mm512_loadu_ps(sums + (r * V + v) * kLanes);
        }
        ahead.fetch(sums, R * V * kLanes, rows + (tile + 1 < b->nTile ? R : 0), R, b->first, tile);
        const float* w = weights;
        for (std::int64_t k = 0; k < b->nK; ++k, w += kLanes) {
            __m512 group[V];
#pragma GCC unroll 8
            for (int v = 0; v < V; ++v)
                group[v] = _mm512_loadu_ps(w + static_cast<std::size_t>(v) * stride);
#pragma GCC unroll 16
            for (int r = 0; r < R; ++r) {
                const __m512 value = _mm512_set1_ps(x[r][k]);
#pragma GCC unroll 8
                for (int v = 0; v < V; ++v)
                    acc[r][v] = _mm512_fmadd_ps(value, group[v], acc[r][v]);
            }
        }
#pragma GCC unroll 16
        for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
            for (int v = 0; v < V; ++v)
                _mm512_storeu_ps(sums + (r * V + v) * kLanes, acc[r][v]);
    }
}

void block(const DenseBlock* b) {
    switch (b->nGroup) {
    case 1:
        return blockOf<12, 1>(b);
    case 2:
        return blockOf<12, 2>(b);
    case 3:
        return blockOf<8, 3>(b);
    case 4:
        return blockOf<6, 4>(b);
    default:
        return blockOf<5, 5>(b);
    }
}

void convert(std::uint32_t* to, const float* x, std::int64_t n, float scale) {
    const __m512 factor = _mm512_set1_ps(scale);
    for (std::int64_t i = 0; i < n; i += 16) {
        const __mmask16 mask = laneMask(n - i);
        _mm512_mask_storeu_ps(to + i, mask, _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, x + i), factor));
    }
}

void softmax(const SoftmaxBlock* b) {
    for (std::int32_t column = 0; column < b->width; column += kLanes) {
        auto* to = reinterpret_cast<float*>(b->weights + static_cast<std::size_t>(column / kLanes) * b->groupStride);
        softmaxColumn<true>(b, column, [&](std::int64_t key, __m512 first, __m512 second) {
            _mm512_storeu_ps(to + key * kLanes, first);
            if (key + 1 < b->nKey)
                _mm512_storeu_ps(to + (key + 1) * kLanes, second);
        });
    }
}

void open(DenseStorage storage, const std::uint16_t* x, std::int64_t n, float* to) {
    if (storage == DenseStorage::F16) {
        openHalvesAvx512(x, n, to);
        return;
    }
    std::int64_t i = 0;
    for (; i + 16 <= n; i += 16) {
        const __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(x + i)));
        _mm512_storeu_si512(to + i, _mm512_slli_epi32(wide, 16));
    }
    for (; i < n; ++i)
        to[i] = bf16ToF32(x[i]);
}

} // namespace

const DenseKernel* denseKernelAvx512() {
    static constexpr DenseKernel kernel = {.name = "f32",
                                           .inputs = DenseInputs::F32,
                                           .lanes = kLanes,
                                           .maxGroups = 5,
                                           .tileRows = {0, 12, 12, 8, 6, 5},
                                           .maxK = 96,
                                           .block = block,
                                           .convert = convert,
                                           .softmax = softmax,
                                           .open = open};
    return &kernel;
}

void channelMomentsAvx512(const float* x, std::int64_t rowStride, std::int64_t nRow, std::int64_t nChannel, float* mean,
                          float* squares) {
    const __m512 share = _mm512_set1_ps(1.0F / static_cast<float>(nRow));
    for (std::int64_t c = 0; c < nChannel; c += 16) {
        const __mmask16 mask = laneMask(nChannel - c);
        // Four sums, so that the adds do not wait for each other. About the first row: a mean far from zero costs no
        // digits.
        const __m512 origin = _mm512_maskz_loadu_ps(mask, x + c);
        __m512 sum[4] = {};
        for (std::int64_t r = 0; r < nRow; ++r)
            sum[r & 3] =
                _mm512_add_ps(sum[r & 3], _mm512_sub_ps(_mm512_maskz_loadu_ps(mask, x + r * rowStride + c), origin));
        const __m512 all = _mm512_add_ps(_mm512_add_ps(sum[0], sum[1]), _mm512_add_ps(sum[2], sum[3]));
        const __m512 m = _mm512_fmadd_ps(all, share, origin);
        __m512 square[4] = {};
        for (std::int64_t r = 0; r < nRow; ++r) {
            const __m512 d = _mm512_sub_ps(_mm512_maskz_loadu_ps(mask, x + r * rowStride + c), m);
            square[r & 3] = _mm512_fmadd_ps(d, d, square[r & 3]);
        }
        _mm512_mask_storeu_ps(mean + c, mask, m);
        _mm512_mask_storeu_ps(squares + c, mask,
                              _mm512_add_ps(_mm512_add_ps(square[0], square[1]), _mm512_add_ps(square[2], square[3])));
    }
}

void scaleShiftAvx512(float* out, const float* x, const float* scale, const float* shift, std::int64_t n) {
    for (std::int64_t i = 0; i < n; i += 16) {
        const __mmask16 mask = laneMask(n - i);
        const __m512 y = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, x + i), _mm512_maskz_loadu_ps(mask, scale + i),
                                         _mm512_maskz_loadu_ps(mask, shift + i));
        _mm512_mask_storeu_ps(out + i, mask, y);
    }
}

void scaleShiftSiluAvx512(float* out, const float* x, const float* scale, const float* shift, std::int64_t n) {
    const __m512 one = _mm512_set1_ps(1.0F);
    for (std::int64_t i = 0; i < n; i += 16) {
        const __mmask16 mask = laneMask(n - i);
        const __m512 y = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, x + i), _mm512_maskz_loadu_ps(mask, scale + i),
                                         _mm512_maskz_loadu_ps(mask, shift + i));
        const __m512 e = exp512(_mm512_sub_ps(_mm512_setzero_ps(), y));
        _mm512_mask_storeu_ps(out + i, mask, _mm512_div_ps(y, _mm512_add_ps(one, e)));
    }
}

float largestMagnitudeAvx512(const float* x, std::int64_t n) {
    __m512 most = _mm512_setzero_ps();
    for (std::int64_t i = 0; i < n; i += 16) // the order of max's arguments passes over a NaN
        most = _mm512_max_ps(_mm512_abs_ps(_mm512_maskz_loadu_ps(laneMask(n - i), x + i)), most);
    return _mm512_reduce_max_ps(most);
}

} // namespace vitral::kernels
