// SPDX-License-Identifier: Apache-2.0
#pragma once
// Sixteen neighbouring weights of one output, opened up, of every type: in two steps, so that a product can fetch what
// it will need while it multiplies what it has. The type is decided while running: the branch is the same for all
// threads, and one kernel serves all types.

#include "gpu/cuda/kernels/codebook.cuh"
#include "gpu/cuda/kernels/packed.cuh"

namespace vitral::cuda {

/// A run of 16 inputs as it was read.
struct RawRun {
    std::uint32_t word[8];
    RunScale scale;
    const std::uint8_t* block; ///< codebook types: opened from memory
};

/// Inputs [16 i, 16 i + 16) of output n of the matrix that begins at `expert`; beyond the last input: zeros. Weights
/// that lie as rows (not F32).
__device__ inline void fetchRowsRun(RawRun& raw, const DeviceWeights& w, const std::byte* expert, std::int64_t n,
                                    std::int64_t i) {
    raw.block = nullptr;
    const std::byte* row = expert + static_cast<std::size_t>(n) * w.rowStride;
    const int blockBytes = codebookBytes(w.dtype);
    if (blockBytes > 0) {
        if (16 * i < w.nIn)
            raw.block = reinterpret_cast<const std::uint8_t*>(row + i / 16 * blockBytes);
        return;
    }
    const auto at = static_cast<std::size_t>(i) * 32; // two bytes each
#pragma unroll
    for (int k = 0; k < 2; ++k) {
        const Quad q = at + 16 * k < w.rowStride ? loadAs<Quad>(row + at + 16 * k) : Quad{0, 0, 0, 0};
        raw.word[4 * k] = q.x;
        raw.word[4 * k + 1] = q.y;
        raw.word[4 * k + 2] = q.z;
        raw.word[4 * k + 3] = q.w;
    }
}

/// The same for packed weights.
__device__ inline void fetchPackedRun(RawRun& raw, const DeviceWeights& w, const std::byte* expert, std::int64_t n,
                                      std::int64_t i) {
#pragma unroll
    for (int k = 0; k < 5; ++k)
        raw.word[k] = 0;
    raw.scale = {0.0F, 0.0F};
    const std::int64_t b = i / 2;
    const int run = static_cast<int>(i % 2);
    if (32 * b >= w.nIn)
        return;
    const auto r = static_cast<int>(n % 16);
    const std::byte* unit = expert + static_cast<std::size_t>(n / 16) * w.unitBytes;
    const std::byte* values = unit + w.valueOffset + r * 4;
    const auto word = [&](std::int64_t at) { return loadAs<std::uint32_t>(values + at); };
    switch (w.value) {
    case ValueKind::V8:
#pragma unroll
        for (int k = 0; k < 4; ++k)
            raw.word[k] = word(b * 512 + (4 * run + k) * 64);
        break;
    case ValueKind::V4:
    case ValueKind::Lut4:
    case ValueKind::V5:
    case ValueKind::V6: {
        const std::int64_t at = b * (w.value == ValueKind::V5 ? 320 : w.value == ValueKind::V6 ? 384 : 256);
#pragma unroll
        for (int k = 0; k < 4; ++k)
            raw.word[k] = word(at + k * 64);
        if (w.value == ValueKind::V5)
            raw.word[4] = word(at + 256);
        if (w.value == ValueKind::V6)
            raw.word[4] = word(at + 256 + run * 64);
        break;
    }
    case ValueKind::V2:
        raw.word[0] = word(b * 128 + run * 64);
        break;
    case ValueKind::V3:
        raw.word[0] = word(b * 192 + run * 64);
        raw.word[1] = word(b * 192 + 128);
        break;
    }
    raw.scale = runScale(w.scale, w, unit, b, run, r);
}

/// The weights of the run, each times `factor`. i: which run it was.
__device__ inline void openRowsRun(const RawRun& raw, const DeviceWeights& w, std::int64_t i, float factor,
                                   float (&v)[16]) {
    if (codebookBytes(w.dtype) > 0) {
#pragma unroll 1
        for (int k = 0; k < 2; ++k) {
            float eight[8] = {};
            if (raw.block)
                openEight(w.dtype, raw.block, static_cast<int>(i % 16) * 2 + k, eight);
#pragma unroll
            for (int e = 0; e < 8; ++e) { // k decides, not an index: v stays in registers
                v[e] = k == 0 ? eight[e] * factor : v[e];
                v[8 + e] = k == 1 ? eight[e] * factor : 0.0F;
            }
        }
        return;
    }
#pragma unroll
    for (int k = 0; k < 8; ++k) {
        const auto low = static_cast<std::uint16_t>(raw.word[k] & 0xffffU);
        const auto high = static_cast<std::uint16_t>(raw.word[k] >> 16);
        v[2 * k] = (w.dtype == DType::F16 ? halfToFloat(low) : bfloatToFloat(low)) * factor;
        v[2 * k + 1] = (w.dtype == DType::F16 ? halfToFloat(high) : bfloatToFloat(high)) * factor;
    }
}
__device__ inline void openPackedRun(const RawRun& raw, const DeviceWeights& w, std::int64_t i, float factor,
                                     float (&v)[16]) {
    const int run = static_cast<int>(i % 2);
    const float scale = raw.scale.scale * factor;
    const float minimum = raw.scale.minimum * factor;
    const LookupTable table = lookupTable(w.scale == ScaleKind::Exponent);
#pragma unroll
    for (int j = 0; j < 4; ++j) {
        std::uint32_t q = 0;
        int bias = w.bias;
        switch (w.value) {
        case ValueKind::V8:
            q = raw.word[j];
            break;
        case ValueKind::V4:
            q = (raw.word[j] >> (4 * run)) & 0x0f0f0f0fU;
            break;
        case ValueKind::V5:
            q = ((raw.word[j] >> (4 * run)) & 0x0f0f0f0fU) | ((raw.word[4] >> (4 * run + j)) & 0x01010101U) << 4;
            break;
        case ValueKind::V6:
            q = ((raw.word[j] >> (4 * run)) & 0x0f0f0f0fU) | ((raw.word[4] >> (2 * j)) & 0x03030303U) << 4;
            break;
        case ValueKind::V3:
            q = ((raw.word[0] >> (2 * j)) & 0x03030303U) | ((raw.word[1] >> (4 * run + j)) & 0x01010101U) << 2;
            break;
        case ValueKind::V2:
            q = (raw.word[0] >> (2 * j)) & 0x03030303U;
            break;
        case ValueKind::Lut4: {
            const NibblePair pair = lookUp(table, raw.word[j]);
            q = (run == 0 ? pair.low : pair.high) ^ 0x80808080U; // signed to biased by 128
            bias = 128;
            break;
        }
        }
#pragma unroll
        for (int e = 0; e < 4; ++e)
            v[4 * j + e] = scale * static_cast<float>(static_cast<int>((q >> (8 * e)) & 255U) - bias) - minimum;
    }
}

/// Both steps at once, for either layout.
__device__ inline void readRun(const DeviceWeights& w, const std::byte* expert, std::int64_t n, std::int64_t i,
                               float (&v)[16]) {
    RawRun raw;
    if (w.layout == WeightLayout::Packed) {
        fetchPackedRun(raw, w, expert, n, i);
        openPackedRun(raw, w, i, 1.0F, v);
    } else {
        fetchRowsRun(raw, w, expert, n, i);
        openRowsRun(raw, w, i, 1.0F, v);
    }
}

} // namespace vitral::cuda
