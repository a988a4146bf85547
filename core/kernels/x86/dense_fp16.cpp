// SPDX-License-Identifier: Apache-2.0
// Dense products in F16 (AVX-512 FP16, Intel since Sapphire Rapids), 64 at most summed in F16, the rest in f32. Worst
// case of such a partial sum: 64 roundings of 2^-12 of the largest partial sum; for independent terms about 8e-4 of the
// sum's own size, half of what rounding both factors to BF16 costs.

#include "core/kernels/x86/dense_softmax_avx512.h"
#include "core/kernels/x86/x86_kernels.h"

namespace vitral::kernels {

#if defined(__AVX512FP16__)

namespace {

constexpr std::int32_t kLanes = 32;

template <int R, int V>
void blockOf(const DenseBlock* b) {
    const auto* weights = reinterpret_cast<const _Float16*>(b->weights);
    const std::size_t stride = b->groupStride / 2;
    const std::int64_t nPart = (b->nK + kDenseMaxF16Terms - 1) / kDenseMaxF16Terms;
    for (std::int64_t part = 0; part < nPart; ++part) {
        const std::int64_t begin = b->nK * part / nPart;
        const std::int64_t n = b->nK * (part + 1) / nPart - begin;
        const bool fresh = b->fresh && begin == 0;
        const std::uint32_t* const* rows = b->rows;
        float* sums = b->sums;
        const Prefetch ahead(*b, V, static_cast<std::size_t>(n) * 64);
        for (std::int32_t tile = 0; tile < b->nTile; ++tile, rows += R, sums += R * V * kLanes) {
            const std::uint32_t* x[R];
            __m512h acc[R][V];
#pragma GCC unroll 16
            for (int r = 0; r < R; ++r) {
                x[r] = rows[r] + b->first + begin;
#pragma GCC unroll 8
                for (int v = 0; v < V; ++v)
                    acc[r][v] = _mm512_setzero_ph();
            }
            ahead.fetch(sums, R * V * kLanes, rows + (tile + 1 < b->nTile ? R : 0), R, b->first + begin, tile);
            const _Float16* w = weights + begin * kLanes;
            for (std::int64_t k = 0; k < n; ++k, w += kLanes) {
                __m512h group[V];
#pragma GCC unroll 8
                for (int v = 0; v < V; ++v)
                    group[v] = _mm512_loadu_ph(w + static_cast<std::size_t>(v) * stride);
#pragma GCC unroll 16
                for (int r = 0; r < R; ++r) {
                    const auto twice = (__m512h)_mm512_set1_epi32(static_cast<int>(x[r][k]));
#pragma GCC unroll 8
                    for (int v = 0; v < V; ++v)
                        acc[r][v] = _mm512_fmadd_ph(twice, group[v], acc[r][v]);
                }
            }
#pragma GCC unroll 16
            for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
                for (int v = 0; v < V; ++v) {
                    const auto bits = (__m512i)acc[r][v];
                    const __m512 low = _mm512_cvtph_ps(_mm512_castsi512_si256(bits));
                    const __m512 high = _mm512_cvtph_ps(_mm512_extracti64x4_epi64(bits, 1));
                    float* to = sums + (r * V + v) * kLanes;
                    const float* scale = b->scales + v * kLanes;
                    const __m512 a = fresh ? _mm512_setzero_ps() : _mm512_loadu_ps(to);
                    const __m512 c = fresh ? _mm512_setzero_ps() : _mm512_loadu_ps(to + 16);
                    _mm512_storeu_ps(to, _mm512_fmadd_ps(low, _mm512_loadu_ps(scale), a));
                    _mm512_storeu_ps(to + 16, _mm512_fmadd_ps(high, _mm512_loadu_ps(scale + 16), c));
                }
        }
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

ALWAYS_INLINE __m512i twiceF16(__m512 x) {
    const __m512i wide = _mm512_cvtepu16_epi32(_mm512_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
    return _mm512_or_si512(wide, _mm512_slli_epi32(wide, 16));
}

void convert(std::uint32_t* to, const float* x, std::int64_t n, float scale) {
    const __m512 factor = _mm512_set1_ps(scale);
    for (std::int64_t i = 0; i < n; i += 16) {
        const __mmask16 mask = laneMask(n - i);
        _mm512_mask_storeu_epi32(to + i, mask, twiceF16(_mm512_mul_ps(_mm512_maskz_loadu_ps(mask, x + i), factor)));
    }
}

void softmax(const SoftmaxBlock* b) {
    for (std::int32_t column = 0; column < b->width; column += 16) {
        std::byte* to = b->weights + static_cast<std::size_t>(column / kLanes) * b->groupStride + column % kLanes * 2;
        const auto put = [&](std::int64_t key, __m512 w) {
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + key * kLanes * 2),
                                _mm512_cvtps_ph(w, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
        };
        softmaxColumn<false>(b, column, [&](std::int64_t key, __m512 first, __m512 second) {
            put(key, first);
            if (key + 1 < b->nKey)
                put(key + 1, second);
        });
    }
}

} // namespace

const DenseKernel* denseKernelFp16() {
    static constexpr DenseKernel kernel = {.name = "F16",
                                           .inputs = DenseInputs::F16Twice,
                                           .lanes = kLanes,
                                           .maxGroups = 5,
                                           .tileRows = {0, 12, 12, 8, 6, 5},
                                           .maxK = kDenseMaxF16Terms,
                                           .block = block,
                                           .convert = convert,
                                           .softmax = softmax,
                                           .open = nullptr};
    return &kernel;
}

#else

const DenseKernel* denseKernelFp16() {
    return nullptr;
}

#endif

} // namespace vitral::kernels
