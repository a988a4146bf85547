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
/// block's weights.
class Prefetch {
public:
    VITRAL_PREFETCH_INLINE Prefetch(const DenseBlock& b, int nGroup, std::size_t groupBytes)
        : next_(b.next), stride_(b.groupStride), nLine_(static_cast<std::int32_t>(groupBytes / 64)),
          share_((nLine_ + b.nTile - 1) / b.nTile), nGroup_(nGroup), lines_((b.nK + 15) / 16) {}

    VITRAL_PREFETCH_INLINE void fetch(const float* sums, int nSum, const std::uint32_t* const* rows, int nRow,
                                      std::int64_t first, std::int32_t tile) const {
        for (int i = 0; i < nSum; i += 16)
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
                             _MM_HINT_T1);
    }

private:
    const std::byte* next_;
    std::size_t stride_;
    std::int32_t nLine_, share_;
    int nGroup_, lines_;
};
} // namespace

template <class Store>
VITRAL_INLINE void softmaxRows(const SoftmaxBlock* b, const Store& store) {
    const __m512 scale = _mm512_set1_ps(b->scale);
    const __m512 lowest = _mm512_set1_ps(-__builtin_inff());
    for (std::int32_t r = 0; r < b->nRow; ++r) {
        const std::int32_t nSeen = b->nSeen[r];
        const float* row = b->scores + static_cast<std::int64_t>(r) * b->rowStride;
        __m512 most = lowest;
        const float* panel = row;
        for (std::int32_t key = 0; key < nSeen; key += b->panelKeys, panel += b->panelStride) {
            const std::int32_t n = nSeen - key < b->panelKeys ? nSeen - key : b->panelKeys;
            for (std::int32_t i = 0; i < n; i += 16)
                most =
                    _mm512_max_ps(most, _mm512_mask_mul_ps(lowest, laneMask(n - i), _mm512_loadu_ps(panel + i), scale));
        }
        const float before = b->largest[r];
        const float seen = _mm512_reduce_max_ps(most);
        const float largest = seen > before ? seen : before;
        const __m512 shift = _mm512_set1_ps(largest);
        std::uint32_t* to = b->weights + r * b->weightStride;
        __m512 total = _mm512_setzero_ps();
        panel = row;
        for (std::int32_t key = 0; key < b->nKey; key += b->panelKeys, panel += b->panelStride) {
            const std::int32_t n = b->nKey - key < b->panelKeys ? b->nKey - key : b->panelKeys;
            for (std::int32_t i = 0; i < n; i += 16) {
                const __m512 s = _mm512_fmsub_ps(_mm512_loadu_ps(panel + i), scale, shift);
                const __m512 w = _mm512_maskz_mov_ps(laneMask(nSeen - key - i), exp512(s));
                total = _mm512_add_ps(total, w);
                store(to, key + i, w);
            }
        }
        // -infinity - -infinity would be no number: nothing seen yet, nothing to rescale.
        b->factor[r] = before == largest ? 1.0F : _mm512_cvtss_f32(exp512(_mm512_set1_ps(before - largest)));
        b->total[r] = b->total[r] * b->factor[r] + _mm512_reduce_add_ps(total);
        b->largest[r] = largest;
    }
}

} // namespace vitral::kernels
