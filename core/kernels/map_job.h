// SPDX-License-Identifier: Apache-2.0
#pragma once
// The inner loop of attention maps: cells of some queries by up to 32 keys of one head, merged into blocks. Plain data
// only. Thread: any.

#include <cstdint>

namespace vitral::kernels {

inline constexpr int kMapKeys = 32; ///< keys of one panel

/// s = scale * q . k, soft-capped where softcap > 0; a cell's value is e^(s - lse) of its query, or s itself where lse
/// is null. exp: relative error 2.5e-7 (AVX-512, AVX2), 0 below e^-87 at the latest. Dot products: f32, in order of the
/// dimensions.
struct MapJob {
    const float* q;            ///< [nRow][dim]
    const float* keys;         ///< [dim][kMapKeys], a lane per key (mapKeys), 64-byte aligned
    const float* lse;          ///< [nRow] or null
    const std::int32_t* first; ///< [nRow]: query r sees keys [first[r], end[r]) of the panel (0..32, both may lie
    const std::int32_t* end;   ///< outside, end < first is nothing); null: all
    std::uint32_t shown;       ///< bit j: key j exists and counts
    std::int32_t nRow, dim;
    std::int32_t rowBlock; ///< rows merged into one value; the last block may be cut
    std::int32_t colBlock; ///< keys merged: 1, 2, 4, ... 32
    float scale, softcap;
    float* max;             ///< [ceil(nRow / rowBlock)][nOut]; -infinity where nothing is visible
    float* sum;             ///< the same; 0 where nothing is visible; may be null
    std::int64_t outStride; ///< floats from row to row of both
    std::int32_t nOut;      ///< columns that exist, at most 32 / colBlock
    /// Sums over each query's visible keys, added: of the values and, with lse, of w * (s - lse) = w ln w; or both
    /// null.
    float* rowSum;
    float* rowLog; ///< [nRow]
};

} // namespace vitral::kernels
