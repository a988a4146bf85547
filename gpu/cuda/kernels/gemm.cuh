// SPDX-License-Identifier: Apache-2.0
#pragma once
// The main loop of all matrix products in F16: a block computes kM x kN outputs, 32 inputs at a time, on matrix
// instructions with f32 sums. Tiles of inputs and weights lie in shared memory in a ring of three: while one is
// multiplied the next is complete and the one after it is on its way (cp.async, or registers that are opened up one
// step later). Rows in shared memory are 80 bytes apart, so that ldmatrix meets every bank once.

#include "gpu/cuda/kernels/ptx.cuh"

namespace vitral::cuda {

inline constexpr int kGemmDepth = 32;  ///< inputs of a step
inline constexpr int kGemmStride = 40; ///< halves from one row to the next in shared memory
inline constexpr int kGemmStages = 3;

template <int kM, int kN>
struct GemmShape {
    static constexpr int nWarpN = kN / 32; ///< a warp computes kM / 2 x 32
    static constexpr int nThread = 2 * nWarpN * 32;
    static constexpr int nTileM = kM / 32; ///< of 16 rows, of a warp
    static constexpr std::size_t stageHalves = static_cast<std::size_t>(kM + kN) * kGemmStride;
    static constexpr std::size_t sharedBytes = kGemmStages * stageHalves * 2;
};

/// Inputs (`a`) and weights (`b`) are loaders: fetch(step, tile) starts to bring step `step` into a tile of shared
/// memory, store(tile) finishes it there one step later. Every thread calls both. sums: [tile of 16 rows][tile of 8
/// outputs].
template <int kM, int kN, class InputLoader, class WeightLoader>
__device__ inline void multiplyTiles(InputLoader& a, WeightLoader& b, int nStep, std::uint16_t* shared,
                                     float (&sums)[kM / 32][4][4]) {
    using S = GemmShape<kM, kN>;
    const int lane = static_cast<int>(threadIdx.x % 32);
    const int warp = static_cast<int>(threadIdx.x / 32);
    const int firstM = warp / S::nWarpN * (kM / 2);
    const int firstN = warp % S::nWarpN * 32;
    const auto tileA = [&](int step) { return shared + static_cast<std::size_t>(step % kGemmStages) * S::stageHalves; };
    const auto tileB = [&](int step) { return tileA(step) + kM * kGemmStride; };
#pragma unroll
    for (int i = 0; i < kM / 32; ++i)
#pragma unroll
        for (int j = 0; j < 4; ++j)
#pragma unroll
            for (int e = 0; e < 4; ++e)
                sums[i][j][e] = 0.0F;

    a.fetch(0, tileA(0));
    b.fetch(0, tileB(0));
    copyAsyncCommit();
    b.store(tileB(0));
    if (nStep > 1) {
        a.fetch(1, tileA(1));
        b.fetch(1, tileB(1));
    }
    copyAsyncCommit();
    for (int step = 0; step < nStep; ++step) {
        copyAsyncWait<1>();
        __syncthreads(); // the tile is there for all, and nobody reads the one that is written next any more
        if (step + 1 < nStep)
            b.store(tileB(step + 1));
        if (step + 2 < nStep) {
            a.fetch(step + 2, tileA(step + 2));
            b.fetch(step + 2, tileB(step + 2));
        }
        copyAsyncCommit();
        const std::uint16_t* rowsA = tileA(step) + (firstM + lane % 16) * kGemmStride + lane / 16 * 8;
        const std::uint16_t* rowsB = tileB(step) + (firstN + lane / 16 * 8 + lane % 8) * kGemmStride + lane / 8 % 2 * 8;
#pragma unroll
        for (int k = 0; k < kGemmDepth; k += 16) {
            std::uint32_t fa[kM / 32][4], fb[2][4];
#pragma unroll
            for (int i = 0; i < kM / 32; ++i)
                loadMatrix4(fa[i], rowsA + i * 16 * kGemmStride + k);
#pragma unroll
            for (int j = 0; j < 2; ++j)
                loadMatrix4(fb[j], rowsB + j * 16 * kGemmStride + k);
#pragma unroll
            for (int i = 0; i < kM / 32; ++i)
#pragma unroll
                for (int j = 0; j < 4; ++j)
                    multiplyHalves(sums[i][j], fa[i], fb[j / 2][j % 2 * 2], fb[j / 2][j % 2 * 2 + 1]);
        }
    }
}

/// Calls put(rowOf(row of the tile), output of the tile, sum) for every sum this thread holds; rowOf is asked once a
/// row.
template <int kM, int kN, class RowOf, class Put>
__device__ inline void eachSum(const float (&sums)[kM / 32][4][4], const RowOf& rowOf, const Put& put) {
    using S = GemmShape<kM, kN>;
    const int lane = static_cast<int>(threadIdx.x % 32);
    const int warp = static_cast<int>(threadIdx.x / 32);
#pragma unroll
    for (int i = 0; i < kM / 32; ++i)
#pragma unroll
        for (int r = 0; r < 2; ++r) {
            const auto row = rowOf(warp / S::nWarpN * (kM / 2) + i * 16 + lane / 4 + r * 8);
#pragma unroll
            for (int j = 0; j < 4; ++j)
#pragma unroll
                for (int e = 0; e < 2; ++e)
                    put(row, warp % S::nWarpN * 32 + j * 8 + lane % 4 * 2 + e, sums[i][j][2 * r + e]);
        }
}

/// Weights that lie as rows of halves: four pieces of 16 bytes a row and step, copied without registers.
template <int kN, int nThread>
struct HalfWeightLoader {
    const std::byte* rows; ///< of the tile's first output
    std::size_t rowStride; ///< bytes
    int nRow;              ///< outputs there are from there on

    __device__ void fetch(int step, std::uint16_t* tile) {
#pragma unroll
        for (int i = static_cast<int>(threadIdx.x); i < kN * 4; i += nThread) {
            const std::size_t at = static_cast<std::size_t>(step) * kGemmDepth * 2 + i % 4 * 16;
            const bool valid = i / 4 < nRow && at < rowStride;
            copyAsync16(tile + i / 4 * kGemmStride + i % 4 * 8,
                        valid ? rows + static_cast<std::size_t>(i / 4) * rowStride + at : rows, valid);
        }
    }
    __device__ void store(std::uint16_t*) {}
};

} // namespace vitral::cuda
