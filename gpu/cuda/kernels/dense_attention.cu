// SPDX-License-Identifier: Apache-2.0
// Attention over all keys at once: of pixels, to words, of text encoders. Rounded form: keys and values become F16 once
// (a power of two for the whole tensor), then as over the cache. Exact form, and heads wider than 256: f32 products, 16
// queries a block.

#include "gpu/cuda/kernels/attention.cuh"
#include "gpu/cuda/kernels/attention.h"
#include "gpu/cuda/kernels/gemm.h"

#include <algorithm>

namespace vitral::cuda {

namespace {

/// Keys or values by image and head: halves [image][head][key][stride], zeros from dim on. Eight values a thread.
__global__ void __launch_bounds__(256)
    roundHeadsKernel(const float* x, std::int64_t xStride, std::int64_t nImage, std::int64_t nKey, int nHead, int dim,
                     int stride, const std::uint32_t* largest, std::uint16_t* halves) {
    const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    const int d = static_cast<int>(i % (stride / 8)) * 8;
    const std::int64_t place = i / (stride / 8);
    const int head = static_cast<int>(place % nHead);
    const std::int64_t row = place / nHead;
    if (row >= nImage * nKey)
        return;
    const float scale = inputScale(bitsAs<float>(*largest));
    const float* from = x + row * xStride + static_cast<std::int64_t>(head) * dim + d;
    std::uint32_t two[4];
#pragma unroll
    for (int k = 0; k < 4; ++k)
        two[k] = packHalves(d + 2 * k < dim ? from[2 * k] * scale : 0.0F,
                            d + 2 * k + 1 < dim ? from[2 * k + 1] * scale : 0.0F);
    *reinterpret_cast<Quad*>(halves + ((row / nKey * nHead + head) * nKey + row % nKey) * stride +
                             d) = {two[0], two[1], two[2], two[3]};
}

struct Halves {
    const std::uint16_t* keys; ///< [image][head][key][stride]
    const std::uint16_t* values;
    const std::uint32_t* largest; ///< [2]: bits of the largest key and value
    std::int32_t stride;
};

template <int kD, int kThreads>
struct DenseSource {
    const std::uint16_t* keys; ///< of the image and head
    const std::uint16_t* values;
    std::int32_t stride, nKey;

    __device__ void copy(int tile, std::uint16_t* toKeys, std::uint16_t* toValues) const {
        constexpr int pieces = kD / 8;
        for (int i = static_cast<int>(threadIdx.x); i < kAttentionKeys * pieces; i += kThreads) {
            const int slot = i / pieces, d = i % pieces * 8;
            const int key = tile * kAttentionKeys + slot;
            if (d >= stride)
                continue;
            const std::int64_t from = key < nKey ? static_cast<std::int64_t>(key) * stride + d : 0;
            copyAsync16(toKeys + slot * (kD + 8) + d, keys + from, key < nKey);
            copyAsync16(toValues + slot * (kD + 8) + d, values + from, key < nKey);
        }
    }
};

template <int kD, int kWarps>
__global__ void __launch_bounds__(kWarps * 32, 1) denseKernel(DenseAttention job, Halves halves) {
    using S = AttentionShape<kD, kWarps>;
    VITRAL_SHARED(std::uint16_t, shared);
    const int lane = static_cast<int>(threadIdx.x % 32), warp = static_cast<int>(threadIdx.x / 32);
    const std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * S::nQuery;
    const int head = static_cast<int>(blockIdx.y);
    const std::int64_t image = blockIdx.z;
    const int dim = job.headDim;
    const std::int64_t column = static_cast<std::int64_t>(head) * dim;
    AttentionState<kD> state;
    state.clear();
    clearTiles<kD, kWarps>(shared);
    const float keyScale = inputScale(bitsAs<float>(halves.largest[0]));
    const float valueScale = inputScale(bitsAs<float>(halves.largest[1]));
    loadQueries<kD, kWarps>(state, shared, dim, job.scale, [&](int i) -> const float* {
        const std::int64_t query = first + warp * 16 + i;
        return query < job.nQuery ? job.q + (image * job.nQuery + query) * job.qStride + column : nullptr;
    });
    const auto nKey = static_cast<std::int32_t>(job.nKey);
#pragma unroll
    for (int r = 0; r < 2; ++r) {
        const std::int64_t query = first + warp * 16 + lane / 4 + 8 * r;
        state.unscale[r] /= keyScale;
        if (query < job.nQuery) {
            state.low[r] = 0;
            state.high[r] = job.causal ? static_cast<std::int32_t>(query) : nKey - 1;
        }
    }
    const std::int64_t part = (image * job.nHead + head) * job.nKey * halves.stride;
    const DenseSource<kD, S::nThread> source{halves.keys + part, halves.values + part, halves.stride, nKey};
    const std::int64_t end = job.causal && first + S::nQuery < job.nKey ? first + S::nQuery : job.nKey;
    attendTiles<kD, kWarps>(state, source, 0, static_cast<int>((end + kAttentionKeys - 1) / kAttentionKeys), shared,
                            dim, dim, 0.0F, false);
    state.finish();
    float share[2];
#pragma unroll
    for (int r = 0; r < 2; ++r) {
        const std::int64_t query = first + warp * 16 + lane / 4 + 8 * r;
        share[r] = 1.0F / (state.total[r] * valueScale);
        if (job.lse && lane % 4 == 0 && query < job.nQuery)
            job.lse[(image * job.nQuery + query) * job.lseStride + head] = state.most[r] + logf(state.total[r]);
    }
    eachValue(state, [&](int r, int d, float sum) {
        const std::int64_t query = first + warp * 16 + lane / 4 + 8 * r;
        if (query < job.nQuery && d < dim)
            job.out[(image * job.nQuery + query) * job.outStride + column + d] = sum * share[r];
    });
}

constexpr int kExactQueries = 16;
constexpr int kExactColumns = 512; ///< dimensions of the result that a block keeps in registers

/// Dimensions [kExactColumns * k, ...) of the result; blockIdx.z counts images times such pieces.
__global__ void __launch_bounds__(256) exactAttentionKernel(DenseAttention job, int nPiece) {
    __shared__ float queries[kExactQueries][33], keys[32][33], weights[kExactQueries][33];
    __shared__ float factors[kExactQueries], totals[kExactQueries];
    const int lane = static_cast<int>(threadIdx.x % 32), warp = static_cast<int>(threadIdx.x / 32);
    const std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * kExactQueries;
    const std::int64_t image = blockIdx.z / static_cast<unsigned>(nPiece);
    const int firstColumn = static_cast<int>(blockIdx.z % static_cast<unsigned>(nPiece)) * kExactColumns;
    const int dim = job.headDim;
    const std::int64_t column = static_cast<std::int64_t>(blockIdx.y) * dim;
    // Scores: a warp has two queries, a lane a key. Sums: a thread has four queries and every 64th dimension.
    float most[2] = {-INFINITY, -INFINITY}, total[2] = {};
    float sums[4][kExactColumns / 64] = {};
    const int ownQuery = static_cast<int>(threadIdx.x) / 64 * 4;
    const int ownColumn = firstColumn + static_cast<int>(threadIdx.x) % 64;
    const std::int64_t lastQuery = first + kExactQueries < job.nQuery ? first + kExactQueries : job.nQuery;
    const std::int64_t end = job.causal && lastQuery < job.nKey ? lastQuery : job.nKey;
    for (std::int64_t tile = 0; tile < end; tile += 32) {
        float dots[2] = {};
        for (int d = 0; d < dim; d += 32) {
            for (int i = static_cast<int>(threadIdx.x); i < 48 * 32; i += 256) {
                const int row = i / 32, at = d + i % 32;
                const bool isQuery = row < kExactQueries;
                const std::int64_t index = isQuery ? first + row : tile + row - kExactQueries;
                float v = 0.0F;
                if (at < dim && index < (isQuery ? job.nQuery : job.nKey))
                    v = isQuery ? job.q[(image * job.nQuery + index) * job.qStride + column + at]
                                : job.k[(image * job.nKey + index) * job.kStride + column + at];
                (isQuery ? queries[row] : keys[row - kExactQueries])[i % 32] = v;
            }
            __syncthreads();
#pragma unroll 8
            for (int i = 0; i < 32; ++i) {
                const float k = keys[lane][i];
                dots[0] += queries[2 * warp][i] * k;
                dots[1] += queries[2 * warp + 1][i] * k;
            }
            __syncthreads();
        }
#pragma unroll
        for (int r = 0; r < 2; ++r) {
            const std::int64_t query = first + 2 * warp + r;
            const bool seen = tile + lane < job.nKey && (!job.causal || tile + lane <= query);
            const float score = seen ? dots[r] * job.scale : -INFINITY;
            const float larger = fmaxf(most[r], warpMax(score));
            const float base = larger == -INFINITY ? 0.0F : larger;
            const float weight = expf(score - base);
            const float factor = expf(most[r] - base);
            total[r] = total[r] * factor + warpSum(weight);
            most[r] = larger;
            weights[2 * warp + r][lane] = weight;
            if (lane == 0)
                factors[2 * warp + r] = factor;
        }
        __syncthreads();
#pragma unroll
        for (int q = 0; q < 4; ++q)
#pragma unroll
            for (int i = 0; i < kExactColumns / 64; ++i)
                sums[q][i] *= factors[ownQuery + q];
        const int nKey = static_cast<int>(job.nKey - tile < 32 ? job.nKey - tile : 32);
        for (int key = 0; key < nKey; ++key) {
            const float* v = job.v + (image * job.nKey + tile + key) * job.vStride + column;
#pragma unroll
            for (int i = 0; i < kExactColumns / 64; ++i) {
                const float value = ownColumn + 64 * i < dim ? v[ownColumn + 64 * i] : 0.0F;
#pragma unroll
                for (int q = 0; q < 4; ++q)
                    sums[q][i] += weights[ownQuery + q][key] * value;
            }
        }
        __syncthreads();
    }
#pragma unroll
    for (int r = 0; r < 2; ++r) {
        const std::int64_t query = first + 2 * warp + r;
        if (lane == 0) {
            totals[2 * warp + r] = total[r];
            if (job.lse && query < job.nQuery && firstColumn == 0)
                job.lse[(image * job.nQuery + query) * job.lseStride + blockIdx.y] = most[r] + logf(total[r]);
        }
    }
    __syncthreads();
#pragma unroll
    for (int q = 0; q < 4; ++q)
#pragma unroll
        for (int i = 0; i < kExactColumns / 64; ++i)
            if (first + ownQuery + q < job.nQuery && ownColumn + 64 * i < dim)
                job.out[(image * job.nQuery + first + ownQuery + q) * job.outStride + column + ownColumn + 64 * i] =
                    sums[q][i] / totals[ownQuery + q];
}

bool inHalves(const DenseAttention& job) {
    return !job.exact && job.headDim <= 256 &&
           (job.headDim <= 64    ? AttentionShape<64, 4>::sharedBytes
            : job.headDim <= 128 ? AttentionShape<128, 4>::sharedBytes
                                 : AttentionShape<256, 2>::sharedBytes) <= job.sharedBytesPerBlock;
}
std::int64_t partHalves(const DenseAttention& job) {
    return job.nImage * job.nHead * job.nKey * ((job.headDim + 7) / 8 * 8);
}

template <int kD, int kWarps>
void launchShape(const DenseAttention& job, const Halves& halves, Stream stream) {
    using S = AttentionShape<kD, kWarps>;
    const dim3 grid(static_cast<unsigned>((job.nQuery + S::nQuery - 1) / S::nQuery), static_cast<unsigned>(job.nHead),
                    static_cast<unsigned>(job.nImage));
    VITRAL_LAUNCH((denseKernel<kD, kWarps>), grid, S::nThread, S::sharedBytes, stream, job, halves);
}

} // namespace

std::size_t denseAttentionScratchBytes(const DenseAttention& job) {
    return inHalves(job) ? 256 + static_cast<std::size_t>(2 * partHalves(job)) * 2 : 0;
}

void launchDenseAttention(const DenseAttention& job, void* scratch, Stream stream) {
    if (job.nImage <= 0 || job.nQuery <= 0 || job.nKey <= 0 || job.nHead <= 0)
        return;
    if (!inHalves(job)) {
        const int nPiece = (job.headDim + kExactColumns - 1) / kExactColumns;
        const dim3 grid(static_cast<unsigned>((job.nQuery + kExactQueries - 1) / kExactQueries),
                        static_cast<unsigned>(job.nHead), static_cast<unsigned>(job.nImage * nPiece));
        VITRAL_LAUNCH(exactAttentionKernel, grid, 256, 0, stream, job, nPiece);
        return;
    }
    auto* largest = static_cast<std::uint32_t*>(scratch);
    auto* keys = reinterpret_cast<std::uint16_t*>(static_cast<std::byte*>(scratch) + 256);
    const int stride = (job.headDim + 7) / 8 * 8;
    const Halves halves{keys, keys + partHalves(job), largest, stride};
    const std::int64_t nRow = job.nImage * job.nKey, nCol = std::int64_t{job.nHead} * job.headDim;
    launchLargest(job.k, job.kStride, nRow, nCol, largest, stream);
    launchLargest(job.v, job.vStride, nRow, nCol, largest + 1, stream);
    const auto nBlock = static_cast<unsigned>((nRow * job.nHead * (stride / 8) + 255) / 256);
    VITRAL_LAUNCH(roundHeadsKernel, nBlock, 256, 0, stream, job.k, job.kStride, job.nImage, job.nKey, job.nHead,
                  job.headDim, stride, largest, keys);
    VITRAL_LAUNCH(roundHeadsKernel, nBlock, 256, 0, stream, job.v, job.vStride, job.nImage, job.nKey, job.nHead,
                  job.headDim, stride, largest + 1, keys + partHalves(job));
    if (job.headDim <= 64)
        launchShape<64, 4>(job, halves, stream);
    else if (job.headDim <= 128)
        launchShape<128, 4>(job, halves, stream);
    else
        launchShape<256, 2>(job, halves, stream);
}

} // namespace vitral::cuda
