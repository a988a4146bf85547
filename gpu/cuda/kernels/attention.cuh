// SPDX-License-Identifier: Apache-2.0
#pragma once
// The core of fused attention: a warp owns 16 queries and walks over tiles of 32 keys that its block shares. Scores and
// weighted sums are matrix instructions; the softmax between them stays in the registers of the four lanes that share a
// query. Keys and values of the next tile are on their way while one is worked on. Softmax weights are F16; with one warp
// a block (decode) F16 hi + lo, 22 bits.

#include "gpu/cuda/kernels/ptx.cuh"

namespace vitral::cuda {

inline constexpr int kAttentionKeys = 32;
inline constexpr float kLog2E = 1.4426950408889634F;

/// kD: room for the dimensions of a head, of keys and of values.
template <int kD, int kWarps>
struct AttentionShape {
    static constexpr int nThread = kWarps * 32;
    static constexpr int nQuery = kWarps * 16;
    static constexpr int stride = kD + 8; ///< halves between rows in shared memory: ldmatrix meets every bank once
    static constexpr int queryHalves = nQuery * stride;
    static constexpr int keyHalves = kAttentionKeys * stride;
    /// Queries as hi and lo, two tiles of keys and values.
    static constexpr std::size_t sharedBytes = std::size_t{2} * (2 * queryHalves + 4 * keyHalves);
};

/// What a lane knows of its two queries (rows lane / 4 and lane / 4 + 8 of the warp's 16).
template <int kD>
struct AttentionState {
    float most[2];         ///< largest score so far
    float total[2];        ///< this lane's part of the softmax's denominator
    float sums[kD / 8][4]; ///< weighted values, as matrix instructions give them
    float unscale[2];      ///< factor on a score
    std::int32_t low[2];   ///< keys low .. high are seen
    std::int32_t high[2];

    __device__ void clear() {
#pragma unroll
        for (int r = 0; r < 2; ++r) {
            most[r] = -INFINITY;
            total[r] = 0.0F;
            unscale[r] = 0.0F;
            low[r] = 1;
            high[r] = 0;
        }
#pragma unroll
        for (int n = 0; n < kD / 8; ++n)
#pragma unroll
            for (int e = 0; e < 4; ++e)
                sums[n][e] = 0.0F;
    }
    /// After the last tile: the denominators of the four lanes together.
    __device__ void finish() {
#pragma unroll
        for (int r = 0; r < 2; ++r) {
            total[r] += __shfl_xor_sync(0xffffffffU, total[r], 1);
            total[r] += __shfl_xor_sync(0xffffffffU, total[r], 2);
        }
    }
};

/// The warp's 16 queries into shared memory as F16 hi + lo after a power of two each; at(i) is the address of query i
/// of the warp or null (zeros). Only this warp reads them.
template <int kD, int kWarps, class At>
__device__ inline void loadQueries(AttentionState<kD>& state, std::uint16_t* shared, int dim, float scale,
                                   const At& at) {
    using S = AttentionShape<kD, kWarps>;
    const int lane = static_cast<int>(threadIdx.x % 32);
    const int warp = static_cast<int>(threadIdx.x / 32);
    for (int i = 0; i < 16; ++i) {
        const float* q = at(i);
        float largest = 0.0F;
        for (int d = lane; d < dim; d += 32)
            largest = fmaxf(largest, q ? fabsf(q[d]) : 0.0F);
        const float factor = inputScale(warpMax(largest));
        std::uint16_t* to = shared + (warp * 16 + i) * S::stride;
        for (int d = lane; d < kD; d += 32) {
            const float v = q && d < dim ? q[d] * factor : 0.0F;
            const std::uint16_t hi = floatToHalf(v);
            to[d] = hi;
            to[S::queryHalves + d] = floatToHalf(v - halfToFloat(hi));
        }
#pragma unroll
        for (int r = 0; r < 2; ++r)
            if (i == lane / 4 + 8 * r)
                state.unscale[r] = scale / factor;
    }
    __syncwarp();
}

/// Tiles [first, last) of keys. source.copy(tile, keys, values) brings one into shared memory, every thread its share.
template <int kD, int kWarps, class Source>
__device__ inline void attendTiles(AttentionState<kD>& state, const Source& source, int first, int last,
                                   std::uint16_t* shared, int dimK, int dimV, float softcap, bool fine) {
    using S = AttentionShape<kD, kWarps>;
    const int lane = static_cast<int>(threadIdx.x % 32);
    const int warp = static_cast<int>(threadIdx.x / 32);
    std::uint16_t* ring = shared + 2 * S::queryHalves;
    const auto keysOf = [&](int tile) { return ring + (tile - first) % 2 * 2 * S::keyHalves; };
    const std::uint16_t* queries = shared + (warp * 16 + lane % 16) * S::stride + lane / 16 * 8;
    source.copy(first, keysOf(first), keysOf(first) + S::keyHalves);
    copyAsyncCommit();
    for (int tile = first; tile < last; ++tile) {
        if (tile + 1 < last)
            source.copy(tile + 1, keysOf(tile + 1), keysOf(tile + 1) + S::keyHalves);
        copyAsyncCommit();
        copyAsyncWait<1>();
        __syncthreads();

        const std::uint16_t* keys = keysOf(tile) + (lane / 16 * 8 + lane % 8) * S::stride + lane / 8 % 2 * 8;
        float scores[4][4] = {};
        for (int d = 0; d < dimK; d += 16) {
            std::uint32_t q[4], k[2][4];
            loadMatrix4(q, queries + d);
            loadMatrix4(k[0], keys + d);
            loadMatrix4(k[1], keys + 16 * S::stride + d);
#pragma unroll
            for (int n = 0; n < 4; ++n)
                multiplyHalves(scores[n], q, k[n / 2][n % 2 * 2], k[n / 2][n % 2 * 2 + 1]);
            if (fine) {
                loadMatrix4(q, queries + S::queryHalves + d);
#pragma unroll
                for (int n = 0; n < 4; ++n)
                    multiplyHalves(scores[n], q, k[n / 2][n % 2 * 2], k[n / 2][n % 2 * 2 + 1]);
            }
        }

        float most[2] = {state.most[0], state.most[1]};
#pragma unroll
        for (int n = 0; n < 4; ++n)
#pragma unroll
            for (int e = 0; e < 4; ++e) {
                const int key = tile * kAttentionKeys + n * 8 + lane % 4 * 2 + e % 2;
                float s = scores[n][e] * state.unscale[e / 2];
                if (softcap > 0.0F)
                    s = softcap * tanhf(s / softcap);
                s = key >= state.low[e / 2] && key <= state.high[e / 2] ? s : -INFINITY;
                scores[n][e] = s;
                most[e / 2] = fmaxf(most[e / 2], s);
            }
        float base[2];
        bool moved = false;
#pragma unroll
        for (int r = 0; r < 2; ++r) {
            most[r] = fmaxf(most[r], __shfl_xor_sync(0xffffffffU, most[r], 1));
            most[r] = fmaxf(most[r], __shfl_xor_sync(0xffffffffU, most[r], 2));
            base[r] = most[r] == -INFINITY ? 0.0F : most[r]; // nothing seen yet
            const float factor = exp2f((state.most[r] - base[r]) * kLog2E);
            moved = moved || factor != 1.0F;
            state.total[r] *= factor;
            state.most[r] = most[r];
            most[r] = factor;
        }
        if (__any_sync(0xffffffffU, moved)) {
#pragma unroll
            for (int n = 0; n < kD / 8; ++n)
#pragma unroll
                for (int e = 0; e < 4; ++e)
                    state.sums[n][e] *= most[e / 2];
        }
#pragma unroll
        for (int n = 0; n < 4; ++n)
#pragma unroll
            for (int e = 0; e < 4; ++e) {
                const float p = exp2f((scores[n][e] - base[e / 2]) * kLog2E);
                scores[n][e] = p;
                state.total[e / 2] += p;
            }

        const std::uint16_t* values =
            keysOf(tile) + S::keyHalves + (lane / 8 % 2 * 8 + lane % 8) * S::stride + lane / 16 * 8;
#pragma unroll
        for (int k = 0; k < 2; ++k) { // 16 keys: the sums' layout is that of the first factor
            const std::uint32_t p[4] = {packHalves(scores[2 * k][0], scores[2 * k][1]),
                                        packHalves(scores[2 * k][2], scores[2 * k][3]),
                                        packHalves(scores[2 * k + 1][0], scores[2 * k + 1][1]),
                                        packHalves(scores[2 * k + 1][2], scores[2 * k + 1][3])};
            std::uint32_t rest[4] = {};
            if constexpr (kWarps == 1) { // decode waits for memory: what the rounding lost costs nothing there
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    const float* pair = scores[2 * k + i / 2] + i % 2 * 2;
                    rest[i] = packHalves(pair[0] - halfToFloat(static_cast<std::uint16_t>(p[i])),
                                         pair[1] - halfToFloat(static_cast<std::uint16_t>(p[i] >> 16)));
                }
            }
#pragma unroll
            for (int n = 0; n < kD / 16; ++n)
                if (16 * n < dimV) {
                    std::uint32_t v[4];
                    loadMatrix4Transposed(v, values + k * 16 * S::stride + n * 16);
                    multiplyHalves(state.sums[2 * n], p, v[0], v[1]);
                    multiplyHalves(state.sums[2 * n + 1], p, v[2], v[3]);
                    if constexpr (kWarps == 1) {
                        multiplyHalves(state.sums[2 * n], rest, v[0], v[1]);
                        multiplyHalves(state.sums[2 * n + 1], rest, v[2], v[3]);
                    }
                }
        }
        __syncthreads(); // the tile after the next goes where this one was
    }
}

/// Calls put(which of the lane's two queries, dimension, sum) for every sum this thread holds.
template <int kD, class Put>
__device__ inline void eachValue(const AttentionState<kD>& state, const Put& put) {
    const int column = static_cast<int>(threadIdx.x % 4) * 2;
#pragma unroll
    for (int n = 0; n < kD / 8; ++n)
#pragma unroll
        for (int e = 0; e < 4; ++e)
            put(e / 2, n * 8 + column + e % 2, state.sums[n][e]);
}

/// Zeros where tiles will lie: columns between a row's end and the next multiple of 16 are multiplied, too.
template <int kD, int kWarps>
__device__ inline void clearTiles(std::uint16_t* shared) {
    using S = AttentionShape<kD, kWarps>;
    auto* at = reinterpret_cast<Quad*>(shared + 2 * S::queryHalves);
    for (int i = static_cast<int>(threadIdx.x); i < 4 * S::keyHalves / 8; i += S::nThread)
        at[i] = Quad{0, 0, 0, 0};
    __syncthreads();
}

} // namespace vitral::cuda
