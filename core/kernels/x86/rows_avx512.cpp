// SPDX-License-Identifier: Apache-2.0
// Row operations sixteen lanes at a time: norms, elementwise arithmetic, activations, rotary embedding, storing keys
// and values. Formulas: scalar/rows.cpp. Plain data and internal linkage only (STYLE 5.8).

#include "core/kernels/convert.h"
#include "core/kernels/scalar/scalar_kernels.h"
#include "core/kernels/x86/vector_math_avx512.h"
#include "core/kernels/x86/x86_kernels.h"

namespace vitral::kernels {
namespace {

/// out[i] = f(i, mask) for sixteen i at a time.
template <class F>
ALWAYS_INLINE void forLanes(std::int64_t n, float* out, F f) {
    std::int64_t i = 0;
    for (; i + 16 <= n; i += 16)
        _mm512_storeu_ps(out + i, f(i, static_cast<__mmask16>(0xffff)));
    if (i < n) {
        const __mmask16 mask = laneMask(n - i);
        _mm512_mask_storeu_ps(out + i, mask, f(i, mask));
    }
}

template <Act kAct>
ALWAYS_INLINE __m512 activate(__m512 x) {
    const __m512 one = _mm512_set1_ps(1.0F);
    const __m512 half = _mm512_set1_ps(0.5F);
    if constexpr (kAct == Act::Silu)
        return _mm512_div_ps(x, _mm512_add_ps(one, exp512(_mm512_sub_ps(_mm512_setzero_ps(), x))));
    if constexpr (kAct == Act::GeluTanh) {
        const __m512 cube = _mm512_mul_ps(_mm512_mul_ps(x, x), x);
        const __m512 inner =
            _mm512_mul_ps(_mm512_set1_ps(0.7978845608028654F), _mm512_fmadd_ps(_mm512_set1_ps(0.044715F), cube, x));
        return _mm512_mul_ps(_mm512_mul_ps(half, x), _mm512_add_ps(one, tanh512(inner)));
    }
    if constexpr (kAct == Act::GeluErf)
        return _mm512_mul_ps(_mm512_mul_ps(half, x),
                             _mm512_add_ps(one, erf512(_mm512_mul_ps(x, _mm512_set1_ps(0.7071067811865476F)))));
    if constexpr (kAct == Act::Relu)
        return _mm512_max_ps(x, _mm512_setzero_ps());
    if constexpr (kAct == Act::ReluSquared) {
        const __m512 positive = _mm512_max_ps(x, _mm512_setzero_ps());
        return _mm512_mul_ps(positive, positive);
    }
    const __m512 clamped = _mm512_min_ps(x, _mm512_set1_ps(7.0F)); // SwigluOai
    const __m512 e = exp512(_mm512_mul_ps(_mm512_set1_ps(-1.702F), clamped));
    return _mm512_div_ps(clamped, _mm512_add_ps(one, e));
}

template <Act kAct>
void activateRow(float* out, const float* x, std::int64_t n) {
    forLanes(n, out,
             [&](std::int64_t i, __mmask16 mask) { return activate<kAct>(_mm512_maskz_loadu_ps(mask, x + i)); });
}

template <Act kAct>
void gateRow(float* out, const float* gate, const float* up, std::int64_t n) {
    forLanes(n, out, [&](std::int64_t i, __mmask16 mask) {
        __m512 u = _mm512_maskz_loadu_ps(mask, up + i);
        if constexpr (kAct == Act::SwigluOai)
            u = _mm512_add_ps(_mm512_min_ps(_mm512_max_ps(u, _mm512_set1_ps(-7.0F)), _mm512_set1_ps(7.0F)),
                              _mm512_set1_ps(1.0F));
        return _mm512_mul_ps(activate<kAct>(_mm512_maskz_loadu_ps(mask, gate + i)), u);
    });
}

} // namespace

void rmsNormAvx512(float* out, const float* x, const float* weight, std::int64_t n, float eps) {
    __m512 sum[4] = {_mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps()};
    std::int64_t i = 0;
    for (; i + 64 <= n; i += 64)
        for (int j = 0; j < 4; ++j) {
            const __m512 v = _mm512_loadu_ps(x + i + 16 * j);
            sum[j] = _mm512_fmadd_ps(v, v, sum[j]);
        }
    for (; i < n; i += 16) {
        const __m512 v = _mm512_maskz_loadu_ps(laneMask(n - i), x + i);
        sum[0] = _mm512_fmadd_ps(v, v, sum[0]);
    }
    const float total =
        _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(sum[0], sum[1]), _mm512_add_ps(sum[2], sum[3])));
    const __m512 factor = _mm512_set1_ps(static_cast<float>(
        1.0 / __builtin_sqrt(static_cast<double>(total) / static_cast<double>(n) + static_cast<double>(eps))));
    if (weight)
        forLanes(n, out, [&](std::int64_t k, __mmask16 mask) {
            return _mm512_mul_ps(_mm512_mul_ps(_mm512_maskz_loadu_ps(mask, x + k), factor),
                                 _mm512_maskz_loadu_ps(mask, weight + k));
        });
    else
        forLanes(n, out, [&](std::int64_t k, __mmask16 mask) {
            return _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, x + k), factor);
        });
}

void layerNormAvx512(float* out, const float* x, const float* weight, const float* bias, std::int64_t n, float eps) {
    __m512 sum = _mm512_setzero_ps();
    for (std::int64_t i = 0; i < n; i += 16)
        sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(laneMask(n - i), x + i));
    const __m512 mean = _mm512_set1_ps(_mm512_reduce_add_ps(sum) / static_cast<float>(n));
    __m512 squares = _mm512_setzero_ps();
    for (std::int64_t i = 0; i < n; i += 16) {
        const __mmask16 mask = laneMask(n - i);
        const __m512 d = _mm512_maskz_sub_ps(mask, _mm512_maskz_loadu_ps(mask, x + i), mean);
        squares = _mm512_fmadd_ps(d, d, squares);
    }
    const double variance = static_cast<double>(_mm512_reduce_add_ps(squares)) / static_cast<double>(n);
    const __m512 factor = _mm512_set1_ps(static_cast<float>(1.0 / __builtin_sqrt(variance + static_cast<double>(eps))));
    forLanes(n, out, [&](std::int64_t i, __mmask16 mask) {
        __m512 y = _mm512_mul_ps(_mm512_sub_ps(_mm512_maskz_loadu_ps(mask, x + i), mean), factor);
        if (weight)
            y = _mm512_mul_ps(y, _mm512_maskz_loadu_ps(mask, weight + i));
        if (bias)
            y = _mm512_add_ps(y, _mm512_maskz_loadu_ps(mask, bias + i));
        return y;
    });
}

void addAvx512(float* out, const float* a, const float* b, std::int64_t n) {
    forLanes(n, out, [&](std::int64_t i, __mmask16 mask) {
        return _mm512_add_ps(_mm512_maskz_loadu_ps(mask, a + i), _mm512_maskz_loadu_ps(mask, b + i));
    });
}

void mulAvx512(float* out, const float* a, const float* b, std::int64_t n) {
    forLanes(n, out, [&](std::int64_t i, __mmask16 mask) {
        return _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, a + i), _mm512_maskz_loadu_ps(mask, b + i));
    });
}

void scaleAvx512(float* out, const float* x, float factor, std::int64_t n) {
    const __m512 f = _mm512_set1_ps(factor);
    forLanes(n, out,
             [&](std::int64_t i, __mmask16 mask) { return _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, x + i), f); });
}

void softcapAvx512(float* x, float cap, std::int64_t n) {
    const __m512 c = _mm512_set1_ps(cap);
    forLanes(n, x, [&](std::int64_t i, __mmask16 mask) {
        return _mm512_mul_ps(c, tanh512(_mm512_div_ps(_mm512_maskz_loadu_ps(mask, x + i), c)));
    });
}

void activationAvx512(Act kind, float* out, const float* x, std::int64_t n) {
    switch (kind) {
    case Act::Silu:
        activateRow<Act::Silu>(out, x, n);
        break;
    case Act::GeluTanh:
        activateRow<Act::GeluTanh>(out, x, n);
        break;
    case Act::GeluErf:
        activateRow<Act::GeluErf>(out, x, n);
        break;
    case Act::Relu:
        activateRow<Act::Relu>(out, x, n);
        break;
    case Act::ReluSquared:
        activateRow<Act::ReluSquared>(out, x, n);
        break;
    case Act::SwigluOai:
        activateRow<Act::SwigluOai>(out, x, n);
        break;
    }
}

void gatedActivationAvx512(Act kind, float* out, const float* gate, const float* up, std::int64_t n) {
    switch (kind) {
    case Act::Silu:
        gateRow<Act::Silu>(out, gate, up, n);
        break;
    case Act::GeluTanh:
        gateRow<Act::GeluTanh>(out, gate, up, n);
        break;
    case Act::GeluErf:
        gateRow<Act::GeluErf>(out, gate, up, n);
        break;
    case Act::Relu:
        gateRow<Act::Relu>(out, gate, up, n);
        break;
    case Act::ReluSquared:
        gateRow<Act::ReluSquared>(out, gate, up, n);
        break;
    case Act::SwigluOai:
        gateRow<Act::SwigluOai>(out, gate, up, n);
        break;
    }
}

void ropeAvx512(float* x, std::int32_t nHead, std::int32_t headDim, std::int32_t nRotary, const float* cosSin,
                bool halves) {
    const std::int32_t half = nRotary / 2;
    const float* sines = cosSin + half;
    const __m512i twice = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
    for (std::int64_t h = 0; h < nHead; ++h) {
        float* head = x + h * headDim;
        if (halves) {
            for (std::int32_t i = 0; i < half; i += 16) {
                const __mmask16 mask = laneMask(half - i);
                const __m512 c = _mm512_maskz_loadu_ps(mask, cosSin + i);
                const __m512 s = _mm512_maskz_loadu_ps(mask, sines + i);
                const __m512 a = _mm512_maskz_loadu_ps(mask, head + i);
                const __m512 b = _mm512_maskz_loadu_ps(mask, head + half + i);
                _mm512_mask_storeu_ps(head + i, mask, _mm512_fmsub_ps(a, c, _mm512_mul_ps(b, s)));
                _mm512_mask_storeu_ps(head + half + i, mask, _mm512_fmadd_ps(a, s, _mm512_mul_ps(b, c)));
            }
            continue;
        }
        for (std::int32_t i = 0; i < half; i += 8) { // eight pairs, neighbours
            const std::int32_t left = half - i;
            const auto pairs = static_cast<__mmask8>(left >= 8 ? 0xff : (1 << left) - 1);
            const __mmask16 mask = laneMask(2 * left);
            const __m512 c =
                _mm512_permutexvar_ps(twice, _mm512_castps256_ps512(_mm256_maskz_loadu_ps(pairs, cosSin + i)));
            const __m512 s =
                _mm512_permutexvar_ps(twice, _mm512_castps256_ps512(_mm256_maskz_loadu_ps(pairs, sines + i)));
            const __m512 v = _mm512_maskz_loadu_ps(mask, head + 2 * i);
            const __m512 swapped = _mm512_permute_ps(v, 0xb1);
            _mm512_mask_storeu_ps(head + 2 * i, mask, _mm512_fmaddsub_ps(v, c, _mm512_mul_ps(swapped, s)));
        }
    }
}

void toHalfAvx512(std::uint16_t* out, const float* x, std::int64_t n) {
    const __m512 most = _mm512_set1_ps(65504.0F), least = _mm512_set1_ps(-65504.0F);
    for (std::int64_t i = 0; i < n; i += 16) {
        const __mmask16 mask = laneMask(n - i);
        // Of a NaN and a number, min and max give their second operand: the NaN stays.
        const __m512 v = _mm512_min_ps(most, _mm512_max_ps(least, _mm512_maskz_loadu_ps(mask, x + i)));
        _mm256_mask_storeu_epi16(out + i, mask, _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
    }
}

void kvStoreAvx512(const KvLayout* layout, std::byte* block, std::int32_t slot, const float* k, const float* v) {
    if (layout->format != KvFormat::F16) {
        scalar::kvStore(layout, block, slot, k, v);
        return;
    }
    for (std::int32_t h = 0; h < layout->nKvHead; ++h) {
        std::byte* head = block + static_cast<std::size_t>(h) * layout->headBytes;
        auto* keys = reinterpret_cast<std::uint16_t*>(head) + slot;
        auto* values = reinterpret_cast<std::uint16_t*>(head + layout->vOffset) +
                       static_cast<std::int64_t>(slot) * layout->headDimV;
        for (std::int32_t d = 0; d < layout->headDimK; d += 16) {
            const std::int32_t left = layout->headDimK - d;
            alignas(32) std::uint16_t halves[16];
            _mm256_store_si256(
                reinterpret_cast<__m256i*>(halves),
                _mm512_cvtps_ph(_mm512_maskz_loadu_ps(laneMask(left), k + d), _MM_FROUND_TO_NEAREST_INT));
            for (std::int32_t i = 0; i < (left < 16 ? left : 16); ++i)
                keys[static_cast<std::int64_t>(d + i) * kKvTokens] = halves[i];
        }
        for (std::int32_t d = 0; d < layout->headDimV; d += 16) {
            const __mmask16 mask = laneMask(layout->headDimV - d);
            _mm256_mask_storeu_epi16(values + d, mask,
                                     _mm512_cvtps_ph(_mm512_maskz_loadu_ps(mask, v + d), _MM_FROUND_TO_NEAREST_INT));
        }
        k += layout->headDimK;
        v += layout->headDimV;
    }
}

} // namespace vitral::kernels
