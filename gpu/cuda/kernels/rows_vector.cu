// SPDX-License-Identifier: Apache-2.0
// Weights that lie as rows (F32, F16, BF16, codebook and ternary types) past one to eight rows of f32 inputs. A warp
// owns an output: its lanes read the row 16 bytes at a time. Codebook blocks go through shared memory, eight at a time,
// since their parts lie at odd addresses.

#include "gpu/cuda/kernels/codebook.cuh"
#include "gpu/cuda/kernels/matvec.h"

namespace vitral::cuda {

namespace {

constexpr int kWarps = 8;

/// Which rows of inputs and outputs a block works on, and where its weights and bias are.
struct Place {
    const VectorSegment* segment;
    const std::byte* expert;
    const float* bias;
    std::int64_t n; ///< this warp's output
    std::int64_t firstRow, firstOut;
};
__device__ inline Place placeOf(const VectorJob& job) {
    // A unit of 16 outputs is two blocks of eight warps.
    const std::int64_t iUnit = blockIdx.x / 2;
    int iSegment = 0;
    while (iSegment + 1 < job.nSegment && iUnit >= job.segment[iSegment + 1].firstUnit)
        ++iSegment;
    Place p{};
    p.segment = &job.segment[iSegment];
    p.n = (iUnit - p.segment->firstUnit) * 16 + blockIdx.x % 2 * 8 + threadIdx.x / 32;
    p.expert = p.segment->data;
    p.bias = p.segment->bias;
    if (job.ids) {
        const std::int64_t pair = static_cast<std::int64_t>(job.firstPair) + blockIdx.y;
        const std::int64_t expert = job.ids[pair / job.nUsed * job.idStride + pair % job.nUsed];
        p.expert += static_cast<std::size_t>(expert) * job.weights.expertBytes;
        p.bias = p.bias ? p.bias + expert * job.biasStride : nullptr;
        p.firstRow = job.xPerToken == 1 ? pair / job.nUsed : pair;
        p.firstOut = pair;
    }
    return p;
}

/// Eight inputs from k on; those at and beyond n count as 0.
__device__ inline void eightInputs(const float* x, std::int64_t k, std::int64_t n, bool aligned, float (&v)[8]) {
    if (aligned && k + 8 <= n) {
        const auto a = *reinterpret_cast<const float4*>(x + k);
        const auto b = *reinterpret_cast<const float4*>(x + k + 4);
        v[0] = a.x, v[1] = a.y, v[2] = a.z, v[3] = a.w;
        v[4] = b.x, v[5] = b.y, v[6] = b.z, v[7] = b.w;
        return;
    }
#pragma unroll
    for (int i = 0; i < 8; ++i)
        v[i] = k + i < n ? x[k + i] : 0.0F;
}

template <int kRows>
__device__ inline void finish(const VectorJob& job, const Place& p, float (&sum)[kRows]) {
    const bool written = p.n < p.segment->nOut;
#pragma unroll
    for (int c = 0; c < kRows; ++c) {
        const float s = warpSum(sum[c]);
        if (written && threadIdx.x % 32 == 0 && c < job.nRow)
            p.segment->out[(p.firstOut + c) * p.segment->outStride + p.n] = s + (p.bias ? p.bias[p.n] : 0.0F);
    }
}

enum class Plain { F32, F16, BF16 };

template <Plain kind, int kRows>
__global__ void __launch_bounds__(kWarps * 32) plainKernel(VectorJob job, bool aligned) {
    const Place p = placeOf(job);
    const int lane = static_cast<int>(threadIdx.x % 32);
    const std::int64_t nIn = job.weights.nIn;
    float sum[kRows] = {};
    if (p.n < p.segment->nOut) {
        const std::byte* row = p.expert + static_cast<std::size_t>(p.n) * job.weights.rowStride;
        constexpr int step = kind == Plain::F32 ? 4 : 8; // weights in 16 bytes
#pragma unroll 2
        for (std::int64_t k = lane * 8; k < nIn; k += 256) {
            float w[8];
#pragma unroll
            for (int part = 0; part < 8 / step; ++part) {
                const Quad q = k + part * step < nIn ? loadStream(row + (k + part * step) * (16 / step)) : Quad{};
                const std::uint32_t word[4] = {q.x, q.y, q.z, q.w};
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    if constexpr (kind == Plain::F32) {
                        w[part * 4 + i] = bitsAs<float>(word[i]);
                    } else {
                        const auto low = static_cast<std::uint16_t>(word[i] & 0xffffU);
                        const auto high = static_cast<std::uint16_t>(word[i] >> 16);
                        w[2 * i] = kind == Plain::F16 ? halfToFloat(low) : bfloatToFloat(low);
                        w[2 * i + 1] = kind == Plain::F16 ? halfToFloat(high) : bfloatToFloat(high);
                    }
                }
            }
#pragma unroll
            for (int c = 0; c < kRows; ++c) {
                float x[8];
                eightInputs(job.x + (p.firstRow + (c < job.nRow ? c : job.nRow - 1)) * job.xStride, k, nIn, aligned, x);
#pragma unroll
                for (int i = 0; i < 8; ++i)
                    sum[c] += w[i] * x[i];
            }
        }
    }
    finish(job, p, sum);
}

constexpr int kChunkBlocks = 8;
constexpr int kChunkBytes = 896; // eight blocks of at most 110 bytes, rounded up

template <int kRows>
__global__ void __launch_bounds__(kWarps * 32) codebookKernel(VectorJob job, bool aligned) {
    __shared__ Quad staged[kWarps][kChunkBytes / 16];
    const Place p = placeOf(job);
    const int lane = static_cast<int>(threadIdx.x % 32);
    const int warp = static_cast<int>(threadIdx.x / 32);
    const DType type = job.weights.dtype;
    const int blockBytes = codebookBytes(type);
    const std::int64_t nBlock = job.weights.nIn / 256;
    float sum[kRows] = {};
    const bool active = p.n < p.segment->nOut; // the same for the whole warp
    const std::byte* row = p.expert + static_cast<std::size_t>(active ? p.n : 0) * job.weights.rowStride;
    for (std::int64_t first = 0; active && first < nBlock; first += kChunkBlocks) {
        const int n = static_cast<int>(nBlock - first < kChunkBlocks ? nBlock - first : kChunkBlocks);
        const std::byte* from = row + first * blockBytes; // a multiple of 16: eight blocks of an even size
        __syncwarp();
        for (int i = lane; i * 16 < n * blockBytes; i += 32)
            staged[warp][i] = loadStream(from + i * 16);
        __syncwarp();
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(staged[warp]);
        for (int g = lane; g < n * 32; g += 32) {
            float w[8];
            openEight(type, bytes + g / 32 * blockBytes, g % 32, w);
#pragma unroll
            for (int c = 0; c < kRows; ++c) {
                float x[8];
                eightInputs(job.x + (p.firstRow + (c < job.nRow ? c : job.nRow - 1)) * job.xStride, first * 256 + g * 8,
                            job.weights.nIn, aligned, x);
#pragma unroll
                for (int i = 0; i < 8; ++i)
                    sum[c] += w[i] * x[i];
            }
        }
    }
    finish(job, p, sum);
}

} // namespace

void launchRowsVector(const VectorJob& job, std::int64_t nUnit, std::int64_t nPair, Stream stream) {
    const bool aligned = job.xStride % 4 == 0 && reinterpret_cast<std::uintptr_t>(job.x) % 16 == 0;
    const dim3 grid(static_cast<unsigned>(2 * nUnit), static_cast<unsigned>(nPair));
    constexpr unsigned nThread = kWarps * 32;
#define VITRAL_ROWS(kernel1, kernel8)                                                                                  \
    if (job.nRow == 1)                                                                                                 \
        VITRAL_LAUNCH(kernel1, grid, nThread, 0, stream, job, aligned);                                                \
    else                                                                                                               \
        VITRAL_LAUNCH(kernel8, grid, nThread, 0, stream, job, aligned)
    switch (job.weights.dtype) {
    case DType::F32:
        VITRAL_ROWS((plainKernel<Plain::F32, 1>), (plainKernel<Plain::F32, 8>));
        break;
    case DType::F16:
        VITRAL_ROWS((plainKernel<Plain::F16, 1>), (plainKernel<Plain::F16, 8>));
        break;
    case DType::BF16:
        VITRAL_ROWS((plainKernel<Plain::BF16, 1>), (plainKernel<Plain::BF16, 8>));
        break;
    default:
        VITRAL_ROWS((codebookKernel<1>), (codebookKernel<8>));
        break;
    }
#undef VITRAL_ROWS
}

} // namespace vitral::cuda
