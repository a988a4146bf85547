// SPDX-License-Identifier: Apache-2.0
#pragma once
// The block layouts of GGUF's quantised types, as they lie in the file: little endian, no padding. `half` stands for
// the 16 bits of an IEEE binary16. Blocks in a mapped file may lie at any address: copy one out before use, or read
// bytes. Element i of a block is written y[i]; a nibble list "low then high" means: byte j holds y[j] in its low four
// bits and y[j + 16] (blocks of 32) in its high four. Source: the GGUF file format, described by the `gguf` Python
// package (MIT); words and names here are ours.

#include <cstdint>

namespace vitral {

using HalfBits = std::uint16_t;

// Blocks of 32 elements.

/// y[i] = d * (q[i] - 8), q low then high.
struct BlockQ4_0 {
    HalfBits d;
    std::uint8_t qs[16];
};
/// y[i] = d * q[i] + m, q low then high.
struct BlockQ4_1 {
    HalfBits d;
    HalfBits m;
    std::uint8_t qs[16];
};
/// y[i] = d * (q[i] - 16): low four bits as in Q4_0, bit i of the little-endian u32 qh is the fifth.
struct BlockQ5_0 {
    HalfBits d;
    std::uint8_t qh[4];
    std::uint8_t qs[16];
};
/// y[i] = d * q[i] + m: bits as in Q5_0.
struct BlockQ5_1 {
    HalfBits d;
    HalfBits m;
    std::uint8_t qh[4];
    std::uint8_t qs[16];
};
/// y[i] = d * q[i].
struct BlockQ8_0 {
    HalfBits d;
    std::int8_t qs[32];
};
/// y[i] = d * q[i]; s = d * sum of q, for dot products with types that have a minimum.
struct BlockQ8_1 {
    HalfBits d;
    HalfBits s;
    std::int8_t qs[32];
};
/// y[i] = d * table[q[i]] with the 16 values of kIq4Values, q low then high.
struct BlockIQ4_NL {
    HalfBits d;
    std::uint8_t qs[16];
};
/// OCP microscaling FP4: y[i] = 2^(e - 127) / 2 * table[q[i]] with the doubled E2M1 values of kMxfp4Values, q low then
/// high. e = 0 and 1 give the denormals 2^-128 and 2^-127.
struct BlockMXFP4 {
    std::uint8_t e;
    std::uint8_t qs[16];
};

// Super-blocks of 256 elements, cut into sub-blocks of 16 or 32 with small integer scales.

/// 16 sub-blocks of 16. scales[j]: low nibble scale, high nibble minimum: y = d * scale * q - dmin * minimum.
/// q has two bits: y[128 h + 32 k + l] is at bits 2k of qs[32 h + l] (h 0..1, k 0..3, l 0..31).
struct BlockQ2_K {
    std::uint8_t scales[16];
    std::uint8_t qs[64];
    HalfBits d;
    HalfBits dmin;
};
/// 16 sub-blocks of 16, y = d * (scale - 32) * (q - 4). The low two bits of q as in Q2_K; the third is bit (4 h + k) of
/// hmask[l]. Six-bit scales: scale j has its low nibble in scales[j % 8] (low nibble for j < 8, high else) and its top
/// two bits at bits 2 (j / 4) of scales[8 + j % 4].
struct BlockQ3_K {
    std::uint8_t hmask[32];
    std::uint8_t qs[64];
    std::uint8_t scales[12];
    HalfBits d;
};
/// 8 sub-blocks of 32, y = d * scale * q - dmin * minimum. y[64 h + l] is the low nibble of qs[32 h + l], y[64 h + 32 +
/// l] the high one. Six-bit scales and minima of sub-block j: for j < 4 the low six bits of scales[j] and scales[j +
/// 4]; for j >= 4 the low nibble (scale) and the high nibble (minimum) of scales[j + 4], topped by bits 6..7 of
/// scales[j - 4] (scale) and of scales[j] (minimum).
struct BlockQ4_K {
    HalfBits d;
    HalfBits dmin;
    std::uint8_t scales[12];
    std::uint8_t qs[128];
};
/// As Q4_K with a fifth bit: sub-block j has it at bit j of qh[l].
struct BlockQ5_K {
    HalfBits d;
    HalfBits dmin;
    std::uint8_t scales[12];
    std::uint8_t qh[32];
    std::uint8_t qs[128];
};
/// 16 sub-blocks of 16 with signed 8-bit scales, y = d * scale * (q - 32). y[128 h + 32 k + l]: low nibble of q in
/// ql[64 h + 32 (k % 2) + l] (low nibble for k < 2, high else), top two bits at bits 2k of qh[32 h + l].
struct BlockQ6_K {
    std::uint8_t ql[128];
    std::uint8_t qh[64];
    std::int8_t scales[16];
    HalfBits d;
};
/// y[i] = d * q[i]; bsums[j] = sum of q over elements 16 j .. 16 j + 15. Activations only; d is a float.
struct BlockQ8_K {
    float d;
    std::int8_t qs[256];
    std::int16_t bsums[16];
};

// Codebook types: groups of 8 (IQ1, IQ2) or 4 (IQ3) elements are rows of a table in core/tensor/iq_grids.h. "Seven sign
// bits" means: elements 0..6 are negative where bits 0..6 are set, element 7 where their number is odd.

/// Per 32 elements: four table row numbers (bytes of qs[4 b], qs[4 b + 1]), then one u32 (qs[4 b + 2], qs[4 b + 3]) of
/// four times seven sign bits and a four-bit scale s on top: y = d * (0.5 + s) / 4 * row * sign.
struct BlockIQ2_XXS {
    HalfBits d;
    std::uint16_t qs[32];
};
/// qs[g]: nine bits of row number, seven sign bits. Nibble (g / 2) of scales as s: y = d * (0.5 + s) / 4 * row * sign.
struct BlockIQ2_XS {
    HalfBits d;
    std::uint16_t qs[32];
    std::uint8_t scales[8];
};
/// Ten bits of row number: qs[g] and bits 2 (g % 4) of qh[g / 4]; a full byte of signs per group; scales as IQ2_XS.
struct BlockIQ2_S {
    HalfBits d;
    std::uint8_t qs[32];
    std::uint8_t signs[32];
    std::uint8_t qh[8];
    std::uint8_t scales[8];
};
/// qs: 64 row numbers of four elements; gas: per 32 elements a u32 of signs and scale as in IQ2_XXS:
/// y = d * (0.5 + s) / 2 * row * sign.
struct BlockIQ3_XXS {
    HalfBits d;
    std::uint8_t qs[64];
    std::uint8_t gas[32];
};
/// Nine bits of row number: qs[g] and bit (g % 8) of qh[g / 8]; a sign bit per element; nibble b of scales for the
/// 32 elements b: y = d * (1 + 2 s) * row * sign.
struct BlockIQ3_S {
    HalfBits d;
    std::uint8_t qs[64];
    std::uint8_t qh[8];
    std::uint8_t signs[32];
    std::uint8_t scales[4];
};
/// Eleven bits of row number: qs[g] and bits 3 (g % 4) of qh[g / 4]; bits 12..14 of qh a scale s, bit 15 the sign of
/// delta = 1/8: y = d * (2 s + 1) * (row + delta).
struct BlockIQ1_S {
    HalfBits d;
    std::uint8_t qs[32];
    std::uint16_t qh[8];
};
/// As IQ1_S with a nibble of qh per group (three bits of row number, sign of delta) and three-bit scales per 16
/// elements: bits 3 (j % 4) of the u16 scales[j / 4], whose top nibbles together are the half d, lowest first.
struct BlockIQ1_M {
    std::uint8_t qs[32];
    std::uint8_t qh[16];
    std::uint8_t scales[8];
};
/// 8 sub-blocks of 32, each laid out like the nibbles of IQ4_NL. Six-bit scales: nibble j of scales_l, bits 2 j of
/// scales_h on top: y = d * (scale - 32) * table[q].
struct BlockIQ4_XS {
    HalfBits d;
    std::uint16_t scalesHigh;
    std::uint8_t scalesLow[4];
    std::uint8_t qs[128];
};

// Ternary types, y = d * (t - 1) with t 0..2.

/// Five trits a byte (as a fraction of 256, most significant first): bytes 0..31 hold elements 0..159 (32 apart),
/// bytes 32..47 elements 160..239 (16 apart), qh four trits a byte, elements 240..255 (4 apart).
struct BlockTQ1_0 {
    std::uint8_t qs[48];
    std::uint8_t qh[4];
    HalfBits d;
};
/// Two bits each: y[128 h + 32 k + l] at bits 2k of qs[32 h + l].
struct BlockTQ2_0 {
    std::uint8_t qs[64];
    HalfBits d;
};

static_assert(sizeof(BlockQ4_0) == 18 && sizeof(BlockQ4_1) == 20 && sizeof(BlockQ5_0) == 22 && sizeof(BlockQ5_1) == 24);
static_assert(sizeof(BlockQ8_0) == 34 && sizeof(BlockQ8_1) == 36 && sizeof(BlockIQ4_NL) == 18 &&
              sizeof(BlockMXFP4) == 17);
static_assert(sizeof(BlockQ2_K) == 84 && sizeof(BlockQ3_K) == 110 && sizeof(BlockQ4_K) == 144 &&
              sizeof(BlockQ5_K) == 176);
static_assert(sizeof(BlockQ6_K) == 210 && sizeof(BlockQ8_K) == 292 && sizeof(BlockIQ4_XS) == 136);
static_assert(sizeof(BlockIQ2_XXS) == 66 && sizeof(BlockIQ2_XS) == 74 && sizeof(BlockIQ2_S) == 82);
static_assert(sizeof(BlockIQ3_XXS) == 98 && sizeof(BlockIQ3_S) == 110 && sizeof(BlockIQ1_S) == 50);
static_assert(sizeof(BlockIQ1_M) == 56 && sizeof(BlockTQ1_0) == 54 && sizeof(BlockTQ2_0) == 66);

/// Values of IQ4_NL and IQ4_XS.
inline constexpr std::int8_t kIq4Values[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                               1,    13,   25,  38,  53,  69,  89,  113};
/// E2M1 values, doubled.
inline constexpr std::int8_t kMxfp4Values[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

/// Scale and minimum, 0..63 each, of sub-block j of the 12 packed bytes of Q4_K and Q5_K.
struct ScaleMin {
    std::uint8_t scale;
    std::uint8_t minimum;
};
constexpr ScaleMin unpackScaleMin(const std::uint8_t* scales, int j) {
    if (j < 4)
        return {static_cast<std::uint8_t>(scales[j] & 63), static_cast<std::uint8_t>(scales[j + 4] & 63)};
    return {static_cast<std::uint8_t>((scales[j + 4] & 15) | (scales[j - 4] >> 6) << 4),
            static_cast<std::uint8_t>((scales[j + 4] >> 4) | (scales[j] >> 6) << 4)};
}
/// Scale 0..63 (still to be lowered by 32) of sub-block j of the 12 packed bytes of Q3_K.
constexpr int unpackQ3Scale(const std::uint8_t* scales, int j) {
    const int low = (scales[j % 8] >> (j < 8 ? 0 : 4)) & 15;
    return low | ((scales[8 + j % 4] >> (2 * (j / 4))) & 3) << 4;
}
/// The eight sign bits that seven stand for.
constexpr std::uint8_t expandSigns(std::uint32_t seven) {
    const std::uint32_t low = seven & 127;
    return static_cast<std::uint8_t>(low | (static_cast<std::uint32_t>(__builtin_popcount(low)) & 1) << 7);
}

} // namespace vitral
