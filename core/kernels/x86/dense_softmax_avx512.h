// SPDX-License-Identifier: Apache-2.0
#pragma once
// The running softmax between two dense products, for the files compiled with AVX-512; `Store` writes sixteen weights
// as inputs. Internal linkage on purpose (STYLE 5.8).

#include "core/kernels/dense.h"
#include "core/kernels/x86/vector_math_avx512.h"

namespace vitral::kernels {

#define VITRAL_PREFETCH_INLINE __attribute__((always_inline)) inline

namespace {
/// Brings near what comes next while a tile's products run: its sums, the next tile's inputs, and a share of the next
/// block's weights. A block's inputs are at most some hundred units, so all their lines are asked for.
class Prefetch {
public:
    VITRAL_PREFETCH_INLINE Prefetch(const DenseBlock& b, int nGroup, std::size_t groupBytes)
        : next_(b.next), stride_(b.groupStride), nLine_(static_cast<std::int32_t>(groupBytes / 64)),
          share_((nLine_ + b.nTile - 1) / b.nTile), nGroup_(nGroup), lines_((b.nK + 15) / 16), fresh_(b.fresh) {}

    VITRAL_PREFETCH_INLINE void fetch(const float* sums, int nSum, const std::uint32_t* const* rows, int nRow,
                                      std::int64_t first, std::int32_t tile) const {
        for (int i = fresh_ ? nSum : 0; i < nSum; i += 16) // what is only written need not be near
            _mm_prefetch(reinterpret_cast<const char*>(sums + i), _MM_HINT_T0);
        for (int r = 0; r < nRow; ++r)
            for (int i = 0; i < lines_; ++i)
                _mm_prefetch(reinterpret_cast<const char*>(rows[r] + first + i * 16), _MM_HINT_T0);
        if (next_ == nullptr)
            return;
        const std::int32_t begin = tile * share_;
        const std::int32_t end = begin + share_ < nLine_ ? begin + share_ : nLine_;
        for (int g = 0; g < nGroup_; ++g)
            for (std::int32_t i = begin; i < end; ++i)
                _mm_prefetch(reinterpret_cast<const char*>(next_ + static_cast<std::size_t>(g) * stride_) + i * 64,
                             _MM_HINT_T0);
    }

private:
    const std::byte* next_;
    std::size_t stride_;
    std::int32_t nLine_, share_;
    int nGroup_, lines_;
    bool fresh_;
};

/// 2^x for x <= 0 to 5e-5 of itself, which is below what rounding to 16 bits costs.
ALWAYS_INLINE __m512 powerOfTwo16(__m512 x) {
    const __m512 n = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const __m512 r = _mm512_sub_ps(x, n);
    __m512 p = _mm512_set1_ps(0.00961813F);
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(0.0555041F));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(0.2402265F));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(0.6931472F));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0F));
    return _mm512_scalef_ps(p, n);
}

/// Sixteen queries: their maximum, sum and factor; weight(key) is what store(key, weights of two keys) is given.
template <bool Exact, class Store>
ALWAYS_INLINE void softmaxColumn(const SoftmaxBlock* b, std::int32_t column, const Store& store) {
    const float* scores = b->scores + column;
    const std::int64_t width = b->width;
    const __m512i seen = b->nSeen ? _mm512_loadu_si512(b->nSeen + column) : _mm512_set1_epi32(b->nKey);
    const __m512 lowest = _mm512_set1_ps(-__builtin_inff());
    __m512 most[2] = {lowest, lowest};
    if (b->nSeen)
        for (std::int32_t key = 0; key < b->nKey; ++key)
            most[0] = _mm512_mask_max_ps(most[0], _mm512_cmplt_epi32_mask(_mm512_set1_epi32(key), seen), most[0],
                                         _mm512_loadu_ps(scores + key * width));
    else
        for (std::int32_t key = 0; key < b->nKey; ++key)
            most[key & 1] = _mm512_max_ps(most[key & 1], _mm512_loadu_ps(scores + key * width));
    const __m512 scale = _mm512_set1_ps(b->scale);
    const __m512 before = _mm512_loadu_ps(b->largest + column);
    const __m512 largest = _mm512_max_ps(before, _mm512_mul_ps(_mm512_max_ps(most[0], most[1]), scale));
    const __m512 log2e = _mm512_set1_ps(1.44269504F);
    const __m512 scale2 = Exact ? scale : _mm512_mul_ps(scale, log2e);
    const __m512 shift2 = Exact ? largest : _mm512_mul_ps(largest, log2e);
    __m512 total[2] = {_mm512_setzero_ps(), _mm512_setzero_ps()};
    const auto weight = [&](std::int32_t key) {
        const __m512 x = _mm512_fmsub_ps(_mm512_loadu_ps(scores + key * width), scale2, shift2);
        __m512 w = Exact ? exp512(x) : powerOfTwo16(x);
        if (b->nSeen)
            w = _mm512_maskz_mov_ps(_mm512_cmplt_epi32_mask(_mm512_set1_epi32(key), seen), w);
        total[key & 1] = _mm512_add_ps(total[key & 1], w);
        return w;
    };
    std::int32_t key = 0;
    for (; key + 2 <= b->nKey; key += 2) {
        const __m512 first = weight(key);
        store(key, first, weight(key + 1));
    }
    if (key < b->nKey)
        store(key, weight(key), _mm512_setzero_ps());
    const __mmask16 same = _mm512_cmp_ps_mask(before, largest, _CMP_EQ_OQ);
    const __m512 factor = _mm512_mask_mov_ps(exp512(_mm512_sub_ps(before, largest)), same, _mm512_set1_ps(1.0F));
    _mm512_storeu_ps(b->factor + column, factor);
    _mm512_storeu_ps(b->total + column,
                     _mm512_fmadd_ps(_mm512_loadu_ps(b->total + column), factor, _mm512_add_ps(total[0], total[1])));
    _mm512_storeu_ps(b->largest + column, largest);
}

} // namespace
} // namespace vitral::kernels
