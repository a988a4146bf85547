// SPDX-License-Identifier: Apache-2.0
#pragma once
// Quantised weights in the layout that the inner loops want: made once when a model is loaded, losslessly and at the
// file's size (give or take 3 %).
//
// 16 rows (outputs) form a group, and a group is one contiguous stream: first its scales, then its values, block of 32
// inputs after block. Seen as bytes, block values are eight vectors of 64 bytes: vector j holds inputs 4j..4j+3 of row
// 0, then of row 1, ... row 15: what one dot-product instruction on 16 lanes eats. Narrower values are cut into planes:
//   8 bits     8 vectors                                           (Q8_0, biased by 128)
//   4 bits     4 vectors: low nibbles vectors 0..3, high nibbles vectors 4..7
//   1 bit      1 vector: bit j of a byte belongs to vector j       (the fifth bit of Q5, the third of Q3_K)
//   2 bits     2 vectors: bits 2j, 2j+1 belong to vector j (first) and 4 + j (second)
// Values are unsigned; what must be subtracted (`bias`) comes in through the sums of the inputs.
// Thread: any; read only once made.

#include <cstddef>
#include <cstdint>

namespace vitral::kernels {

enum class ValueKind : std::uint8_t { V8, V4, V5, V6, V3, V2, Lut4 };

/// How the f32 scale (and minimum) of a run of values is stored; [16] is the row of the group.
enum class ScaleKind : std::uint8_t {
    Half,       ///< f16 [nBlock][16]
    HalfMin,    ///< f16 scale [nBlock][16], f16 minimum [nBlock][16]: w = scale * q + minimum
    Exponent,   ///< u8 [nBlock][16]: 2^(e - 128) (MXFP4, whose value table is doubled)
    Super,      ///< i8 [nBlock][16], f16 d [nSuper][16]: scale = d * i8
    SuperMin,   ///< u8 [nBlock][16], u8 m [nBlock][16], f16 d [nSuper][16], f16 dmin: w = d * u8 * q - dmin * m
    Super16,    ///< i8 [2 nBlock][16] (a scale for 16 inputs), f16 d [nSuper][16]
    SuperMin16, ///< u8 [2 nBlock][16] (scale in the low nibble, m in the high one), f16 d, f16 dmin [nSuper][16]
};

struct PackedWeights {
    const std::byte* data; ///< group g at data + g * groupBytes, 64-byte aligned
    std::size_t groupBytes;
    std::size_t valueOffset; ///< of the values inside a group
    std::int64_t nBlock;     ///< inputs / 32
    std::int64_t nOut;       ///< outputs (of one expert)
    std::int32_t bias;       ///< w = scale * (q - bias)
    ValueKind value;
    ScaleKind scale;
    const std::uint8_t* lut; ///< [16] for Lut4: value + 128
};

// Helpers have internal linkage: files compiled for different instruction sets include this.
static constexpr std::size_t valueBytes(ValueKind kind) {
    switch (kind) {
    case ValueKind::V8:
        return 512;
    case ValueKind::V4:
    case ValueKind::Lut4:
        return 256;
    case ValueKind::V5:
        return 320;
    case ValueKind::V6:
        return 384;
    case ValueKind::V3:
        return 192;
    case ValueKind::V2:
        return 128;
    }
    return 0;
}
static constexpr bool scalesOf16(ScaleKind kind) {
    return kind == ScaleKind::Super16 || kind == ScaleKind::SuperMin16;
}
static constexpr bool hasMinimum(ScaleKind kind) {
    return kind == ScaleKind::HalfMin || kind == ScaleKind::SuperMin || kind == ScaleKind::SuperMin16;
}

/// Byte offsets of the parts of a group's scales (see ScaleKind); unused ones equal the next.
struct ScaleParts {
    std::size_t minima;     ///< HalfMin: f16; SuperMin: u8
    std::size_t superScale; ///< f16 d
    std::size_t superMin;   ///< f16 dmin
    std::size_t end;        ///< rounded up to 64
};
static inline ScaleParts scaleParts(ScaleKind kind, std::int64_t nBlock) {
    const auto nb = static_cast<std::size_t>(nBlock);
    const std::size_t super = nb / 8 * 32;
    ScaleParts p{};
    switch (kind) {
    case ScaleKind::Half:
        p.minima = p.superScale = p.superMin = p.end = nb * 32;
        break;
    case ScaleKind::HalfMin:
        p.minima = nb * 32, p.superScale = p.superMin = p.end = nb * 64;
        break;
    case ScaleKind::Exponent:
        p.minima = p.superScale = p.superMin = p.end = nb * 16;
        break;
    case ScaleKind::Super:
        p.minima = p.superScale = nb * 16, p.superMin = p.end = nb * 16 + super;
        break;
    case ScaleKind::SuperMin:
        p.minima = nb * 16, p.superScale = nb * 32, p.superMin = nb * 32 + super, p.end = nb * 32 + 2 * super;
        break;
    case ScaleKind::Super16:
        p.minima = p.superScale = nb * 32, p.superMin = p.end = nb * 32 + super;
        break;
    case ScaleKind::SuperMin16:
        p.minima = p.superScale = nb * 32, p.superMin = nb * 32 + super, p.end = nb * 32 + 2 * super;
        break;
    }
    p.end = (p.end + 63) / 64 * 64;
    return p;
}

/// Up to kMaxTile rows of inputs, quantised to 8 bits per block of 32 and interleaved: one stream for the inner loop.
/// With run = 16 inputs where scalesOf16(weights), else 32:
static constexpr int kMaxTile = 6;
struct InputTile {
    const std::int8_t* q;           ///< [nBlock * 8][width][4]
    const float* scale;             ///< [nBlock][width]
    const std::int32_t* correction; ///< [runs][width]: -bias * sum of the run's q
    const float* sum;               ///< [runs][width]: scale * sum of the run's q (for minima)
    std::int32_t width;
};

/// Products of groups [firstGroup, firstGroup + nGroup) with all tiles.
struct PackedJob {
    const PackedWeights* weights;
    std::int64_t firstGroup;
    std::int64_t nGroup;
    const InputTile* tiles;
    std::int64_t nTile;
    float* const* out;  ///< one address a row of inputs, in tile order; out[row][n], n < nOut
    const float* bias;  ///< [nOut] or null: added to the result
    std::byte* scratch; ///< packedScratchBytes(weights), 64-byte aligned, one a thread
};

/// Two groups opened up: values as bytes, scales and minima as f32.
static inline std::size_t packedScratchBytes(const PackedWeights& w) {
    return static_cast<std::size_t>(w.nBlock) * 2 * (512 + 2 * 2 * 64) + 256;
}

/// F16, BF16 or F32 weights where they lie in the file, row-major.
enum class PlainKind : std::uint8_t { F16, BF16, F32 };
struct PlainJob {
    const std::byte* weights; ///< [nOut][nIn]
    PlainKind kind;
    std::int64_t nIn;
    std::int64_t first, n; ///< outputs [first, first + n)
    const float* const* x; ///< [nRow] rows of nIn floats
    std::int64_t nRow;
    float* const* out; ///< [nRow]
    const float* bias; ///< [nOut] or null
};

/// Inputs as 14-bit integers (+-8191) with a scale per block of 32, for weights of 16 bits: the product of two such
/// values, 32 times, just fits an i32. Error relative to the block's largest value 2^-14, as fine as F16 itself.
struct InputTile16 {
    const std::int16_t* q; ///< [nBlock * 16][width][2]
    const float* scale;    ///< [nBlock][width]
    std::int32_t width;
};
struct WideJob {
    const std::byte* weights; ///< [nOut][nIn], kind F16 or BF16; or f32 rows already opened up (kind F32)
    PlainKind kind;
    std::int64_t nIn;
    std::int64_t nOut;  ///< all outputs
    std::int64_t first; ///< outputs [first, first + n), n <= 32
    std::int64_t n;
    const InputTile16* tiles;
    std::int64_t nTile;
    float* const* out;
    const float* bias;
    std::byte* scratch; ///< wideScratchBytes(nIn), 64-byte aligned
};
static inline std::size_t wideScratchBytes(std::int64_t nIn) {
    const auto nBlock = static_cast<std::size_t>((nIn + 31) / 32);
    return nBlock * 2 * (1024 + 64) + 256;
}

} // namespace vitral::kernels
