// SPDX-License-Identifier: Apache-2.0
#pragma once
// Fused attention: scores, running softmax and weighted sum in one pass, nothing of a map's size in memory (Dao et al.
// 2022, Dao 2023). Scores from F16 keys and queries in two halves (hi + lo, 22 bits), or one where `fine` is false;
// softmax's weights in F16, sums in f32. Addresses are the device's. Thread: that of the stream.

#include "gpu/cuda/kernels/kv.h"

namespace vitral::cuda {

struct CachedAttention {
    const float* q = nullptr; ///< [T, H * Dk]
    std::int64_t qStride = 0;
    float* out = nullptr; ///< [T, H * Dv]; not q
    std::int64_t outStride = 0;
    float* lse = nullptr; ///< [T, H] or null
    std::int64_t lseStride = 0;
    const std::byte* layerData = nullptr;
    KvDeviceLayout layout{};
    BatchRows rows{};
    std::int32_t nHead = 0; ///< query heads
    float scale = 1.0F;
    float softcap = 0.0F;
    std::int64_t window = 0;
    const float* sinks = nullptr; ///< device [H] or null
    bool fine = true;
    std::int32_t nMultiprocessor = 132;          ///< of the device: how many blocks are worth making
    std::size_t sharedBytesPerBlock = 99 * 1024; ///< the most a block may ask for
};
/// Aligned to 256 bytes; 0 where keys are not split.
std::size_t attentionScratchBytes(const CachedAttention& job);
void launchAttention(const CachedAttention& job, void* scratch, Stream stream);

/// Attention over all keys at once (core/backend/backend.h, denseAttention).
struct DenseAttention {
    const float* q = nullptr; ///< [nImage * nQuery, H * D]
    std::int64_t qStride = 0;
    const float* k = nullptr; ///< [nImage * nKey, H * D]
    std::int64_t kStride = 0;
    const float* v = nullptr;
    std::int64_t vStride = 0;
    float* out = nullptr; ///< may be q where headDim <= 512
    std::int64_t outStride = 0;
    float* lse = nullptr;
    std::int64_t lseStride = 0;
    std::int64_t nImage = 1;
    std::int64_t nQuery = 0;
    std::int64_t nKey = 0;
    std::int32_t nHead = 0;
    std::int32_t headDim = 0;
    float scale = 1.0F;
    bool causal = false;
    bool exact = false; ///< f32 products; else keys and values rounded to F16 after a power of two
    std::size_t sharedBytesPerBlock = 99 * 1024;
};
std::size_t denseAttentionScratchBytes(const DenseAttention& job);
void launchDenseAttention(const DenseAttention& job, void* scratch, Stream stream);

} // namespace vitral::cuda
