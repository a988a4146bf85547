// SPDX-License-Identifier: Apache-2.0
#pragma once
// Products of dense weights: one blocked structure for convolutions, linear layers and attention. Weights (or keys, or
// values) lie in groups of `lanes` outputs, [k][lane] within a group. Inputs are read through one pointer a row, 32
// bits at a time, so that a convolution needs no copies of its patches: row pointers move from tap to tap. A block adds
// nK products to a tile of sums; tiles are small enough for registers, blocks for the first-level cache.
//
// Three kinds of products (DenseInputs): f32 times f32; pairs of BF16 whose dot product is added in f32 (AVX-512 BF16);
// F16 times F16 added in F16 over at most 64 terms, then in f32 (AVX-512 FP16: twice the rate of f32, where the BF16
// dot product of the same processors has half of it). F16 values are scaled by powers of two so that no partial sum
// overflows: inputs to at most 256, weights to at most 2 (64 * 256 * 2 < 65504).
// Thread: any; a kernel touches only what it is given.

#include <cstddef>
#include <cstdint>

namespace vitral::kernels {

enum class DenseInputs : std::uint8_t {
    F32,       ///< 32 bits hold an f32
    Bf16Pairs, ///< two consecutive BF16 values (an odd count ends with a zero)
    F16Twice,  ///< one F16 value twice
};
/// What a weight's elements are stored as. Blocks of F32 products open 16-bit weights first.
enum class DenseStorage : std::uint8_t { F32, F16, Bf16 };

inline constexpr std::int32_t kDenseMaxGroups = 5;
inline constexpr std::int32_t kDenseMaxTile = 12; ///< rows of a tile at most
inline constexpr std::int32_t kDenseMaxF16Terms = 64;

/// sums[r][n] (+)= sum over k of rows[r][first + k] * weights[n][k], for nTile tiles of tileRows[nGroup] rows.
struct DenseBlock {
    const std::uint32_t* const* rows; ///< [nTile * tileRows]
    std::int64_t first;               ///< where the block begins in every row, in units of 32 bits
    std::int32_t nK;                  ///< units of 32 bits (pairs count once)
    std::int32_t nTile;
    std::int32_t nGroup;      ///< 1 .. maxGroups
    const std::byte* weights; ///< of the first group: [nK][lanes] f32, F16 or pairs of BF16
    std::size_t groupStride;  ///< bytes to the next group
    const float* scales;      ///< [nGroup * lanes]: factor on every output (F16Twice only)
    float* sums;              ///< [nTile][tileRows][nGroup * lanes]
    bool fresh;               ///< sums are set, not added to
    const std::byte* next;    ///< first group of the block after this one, to have it near in time; may be null
};

/// One block of keys of a running softmax (Milakov and Gimelshein 2018); a lane is a query.
struct SoftmaxBlock {
    const float* scores; ///< [nKey][width]
    std::int32_t width;  ///< queries, a multiple of the kernel's lanes
    std::int32_t nKey;
    const std::int32_t* nSeen; ///< [width] keys of the block that a query sees, 0 .. nKey; null: all
    float scale;               ///< on the scores, above 0
    float* largest;            ///< [width] running maximum of the scaled scores, -infinity at first
    float* total;              ///< [width] running sum of exponentials, 0 at first
    float* factor;             ///< [width] out: what sums so far have to be multiplied with
    std::byte* weights; ///< out: exp(score - largest) as weights [width / lanes][units of nKey][lanes]; 0 where unseen
    std::size_t groupStride; ///< bytes from one group of those to the next
};

struct DenseKernel {
    const char* name;
    DenseInputs inputs;
    std::int32_t lanes;                         ///< outputs of a group
    std::int32_t maxGroups;                     ///< of a panel
    std::int32_t tileRows[kDenseMaxGroups + 1]; ///< rows of a tile by number of groups; [0] unused
    std::int32_t maxK;                          ///< units of a block that suit the first-level cache
    void (*block)(const DenseBlock* block);
    /// n floats times `scale` as inputs: n units, or (n + 1) / 2 pairs.
    void (*convert)(std::uint32_t* to, const float* x, std::int64_t n, float scale);
    void (*softmax)(const SoftmaxBlock* block);
    /// n stored 16-bit values as floats (F32 products only).
    void (*open)(DenseStorage storage, const std::uint16_t* x, std::int64_t n, float* to);
};

/// Units of 32 bits that n values take.
inline std::int64_t denseUnits(DenseInputs inputs, std::int64_t n) {
    return inputs == DenseInputs::Bf16Pairs ? (n + 1) / 2 : n;
}

} // namespace vitral::kernels
