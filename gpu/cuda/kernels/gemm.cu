// SPDX-License-Identifier: Apache-2.0
// Products of many rows: prefill, and experts once rows are sorted by expert. Inputs are rounded to F16 once (a power
// of two per row brings its largest value to 2^14, far from both ends of F16's range); weights are opened to F16 on
// their way into shared memory, each output after a power of two of its own. A block does not know of other outputs or
// rows: results do not depend on how a batch is cut.

#include "gpu/cuda/kernels/gemm.cuh"
#include "gpu/cuda/kernels/gemm.h"
#include "gpu/cuda/kernels/open.cuh"

namespace vitral::cuda {

namespace {

/// A block a row. halves [nRow][stride], zeros between nCol and stride; unscale [nRow].
__global__ void __launch_bounds__(256)
    roundRowsKernel(RowsIn x, std::uint16_t* halves, std::int64_t stride, float* unscale) {
    __shared__ float partial[8];
    const std::int64_t row = blockIdx.x;
    const float* from = x.data + row * x.stride;
    float largest = 0;
    for (std::int64_t i = threadIdx.x; i < x.nCol; i += blockDim.x)
        largest = fmaxf(largest, fabsf(from[i]));
    largest = warpMax(largest);
    if (threadIdx.x % 32 == 0)
        partial[threadIdx.x / 32] = largest;
    __syncthreads();
    largest = partial[0];
    for (unsigned i = 1; i < blockDim.x / 32; ++i)
        largest = fmaxf(largest, partial[i]);
    const float scale = inputScale(largest);
    for (std::int64_t i = threadIdx.x; i < stride / 2; i += blockDim.x) {
        const float a = 2 * i < x.nCol ? from[2 * i] * scale : 0.0F;
        const float b = 2 * i + 1 < x.nCol ? from[2 * i + 1] * scale : 0.0F;
        reinterpret_cast<std::uint32_t*>(halves + row * stride)[i] = packHalves(a, b);
    }
    if (threadIdx.x == 0)
        unscale[row] = 1.0F / scale;
}

__global__ void __launch_bounds__(256) finishRowsKernel(float* out, std::int64_t stride, const float* unscale,
                                                        const float* rowScale, const float* bias, std::int64_t nCol) {
    const std::int64_t row = blockIdx.x;
    const float factor = unscale[row];
    for (std::int64_t i = threadIdx.x; i < nCol; i += blockDim.x)
        out[row * stride + i] =
            out[row * stride + i] * (factor * (rowScale ? rowScale[i] : 1.0F)) + (bias ? bias[i] : 0.0F);
}

/// 16 inputs of one output a thread. Neighbouring threads have neighbouring outputs of a packed unit, whose words lie
/// side by side, or neighbouring inputs of a row.
__global__ void __launch_bounds__(256) openHalvesKernel(DeviceWeights w, std::int64_t firstOut, std::int64_t n,
                                                        std::uint16_t* halves, std::int64_t stride) {
    const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    const std::int64_t nRun = (w.nIn + 15) / 16;
    const bool packed = w.layout == WeightLayout::Packed;
    const std::int64_t out = packed ? i / (16 * nRun) * 16 + i % 16 : i / nRun;
    const std::int64_t run = packed ? i / 16 % nRun : i % nRun;
    if (out >= n)
        return;
    const float factor = w.rowScale ? 1.0F / w.rowScale[firstOut + out] : 1.0F;
    RawRun raw;
    float v[16];
    if (packed) {
        fetchPackedRun(raw, w, w.data, firstOut + out, run);
        openPackedRun(raw, w, run, factor, v);
    } else {
        fetchRowsRun(raw, w, w.data, firstOut + out, run);
        openRowsRun(raw, w, run, factor, v);
    }
    std::uint32_t two[8];
#pragma unroll
    for (int k = 0; k < 8; ++k)
        two[k] = packHalves(v[2 * k], v[2 * k + 1]);
    auto* at = reinterpret_cast<Quad*>(halves + out * stride + 16 * run);
    at[0] = {two[0], two[1], two[2], two[3]};
    if (16 * run + 8 < stride)
        at[1] = {two[4], two[5], two[6], two[7]};
}

/// Rows of halves, each at its own address (experts) or one after another.
template <int kM, int nThread>
struct RowLoader {
    static constexpr int nPiece = kM * 4 / nThread;
    const std::uint16_t* from[nPiece]; ///< null: a row of zeros
    const std::uint16_t* any;          ///< an address that may be named where nothing is read
    int width;                         ///< halves of a row, a multiple of 8

    __device__ void fetch(int step, std::uint16_t* tile) {
#pragma unroll
        for (int p = 0; p < nPiece; ++p) {
            const int i = static_cast<int>(threadIdx.x) + p * nThread;
            const int at = step * kGemmDepth + i % 4 * 8;
            const bool valid = from[p] != nullptr && at < width;
            copyAsync16(tile + i / 4 * kGemmStride + i % 4 * 8, valid ? from[p] + at : any, valid);
        }
    }
    __device__ void store(std::uint16_t*) {}
};

/// How weights come into shared memory.
enum class Way { Halves, Packed, Rows };

/// Weights of any type but halves: a thread opens 16 inputs of one output.
template <Way way>
struct OpenLoader {
    DeviceWeights w;
    const std::byte* expert;
    std::int64_t n; ///< this thread's output; none: beyond the last
    float factor;
    RawRun raw;
    std::int64_t iRun;

    __device__ void fetch(int step, std::uint16_t*) {
        iRun = 2 * step + static_cast<int>(threadIdx.x / 16 % 2);
        if (n >= w.nOut)
            return;
        if constexpr (way == Way::Packed)
            fetchPackedRun(raw, w, expert, n, iRun);
        else
            fetchRowsRun(raw, w, expert, n, iRun);
    }
    __device__ void store(std::uint16_t* tile) {
        float v[16];
        if (n < w.nOut) {
            if constexpr (way == Way::Packed)
                openPackedRun(raw, w, iRun, factor, v);
            else
                openRowsRun(raw, w, iRun, factor, v);
        }
        std::uint32_t two[8];
#pragma unroll
        for (int k = 0; k < 8; ++k)
            two[k] = n < w.nOut ? packHalves(v[2 * k], v[2 * k + 1]) : 0U;
        const int row = static_cast<int>(threadIdx.x / 32 * 16 + threadIdx.x % 16);
        auto* at = reinterpret_cast<Quad*>(tile + row * kGemmStride + threadIdx.x / 16 % 2 * 16);
        at[0] = {two[0], two[1], two[2], two[3]};
        at[1] = {two[4], two[5], two[6], two[7]};
    }
};

template <int kM, int kN, Way way>
__global__ void __launch_bounds__(GemmShape<kM, kN>::nThread, kM == 128 && way != Way::Rows ? 2 : 1)
    productKernel(GemmJob job) { // two large blocks on a multiprocessor: one multiplies while the other opens weights
    using S = GemmShape<kM, kN>;
    VITRAL_SHARED(std::uint16_t, shared);
    const DeviceWeights& w = job.weights;
    const std::byte* expert = w.data;
    const float* rowScale = w.rowScale;
    const float* bias = job.bias;
    std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * kM; // row of inputs, or place in the sorted order
    std::int64_t nRow = job.nRow - first;
    if (job.tiles) {
        if (static_cast<std::int32_t>(blockIdx.x) >= *job.nTile)
            return;
        const ExpertTile tile = job.tiles[blockIdx.x];
        first = tile.first;
        nRow = tile.n;
        expert += static_cast<std::size_t>(tile.expert) * w.expertBytes;
        rowScale = rowScale ? rowScale + tile.expert * w.nOut : nullptr;
        bias = bias ? bias + tile.expert * job.biasStride : nullptr;
    }
    const std::int64_t firstOut = static_cast<std::int64_t>(blockIdx.y) * kN;
    // Fewer than 2^31 rows.
    const auto inputOf = [&](std::int64_t row) {
        return static_cast<std::int64_t>(static_cast<std::uint32_t>(row) /
                                         static_cast<std::uint32_t>(job.rowsPerInput));
    };
    const auto rowOf = [&](int i) { return job.order ? static_cast<std::int64_t>(job.order[first + i]) : first + i; };

    RowLoader<kM, S::nThread> inputs;
    inputs.any = job.halves;
    inputs.width = static_cast<int>(job.stride);
#pragma unroll
    for (int p = 0; p < RowLoader<kM, S::nThread>::nPiece; ++p) {
        const int i = (static_cast<int>(threadIdx.x) + p * S::nThread) / 4;
        inputs.from[p] = i < nRow ? job.halves + inputOf(rowOf(i)) * job.stride : nullptr;
    }
    const int nStep = static_cast<int>((w.nIn + kGemmDepth - 1) / kGemmDepth);
    float sums[kM / 32][4][4];
    if constexpr (way != Way::Halves) {
        OpenLoader<way> weights{};
        weights.w = w;
        weights.expert = expert;
        weights.n = firstOut + threadIdx.x / 32 * 16 + threadIdx.x % 16;
        weights.factor = rowScale && weights.n < w.nOut ? 1.0F / rowScale[weights.n] : 1.0F;
        multiplyTiles<kM, kN>(inputs, weights, nStep, shared, sums);
    } else {
        HalfWeightLoader<kN, S::nThread> weights{expert + static_cast<std::size_t>(firstOut) * w.rowStride, w.rowStride,
                                                 static_cast<int>(w.nOut - firstOut < kN ? w.nOut - firstOut : kN)};
        multiplyTiles<kM, kN>(inputs, weights, nStep, shared, sums);
    }
    struct RowOut {
        float* out; ///< null: no such row
        float scale;
    };
    eachSum<kM, kN>(
        sums,
        [&](int i) -> RowOut {
            if (i >= nRow)
                return {nullptr, 0.0F};
            const std::int64_t row = rowOf(i);
            return {job.out + row * job.outStride, job.unscale[inputOf(row)]};
        },
        [&](const RowOut& row, int j, float sum) {
            const std::int64_t n = firstOut + j;
            if (row.out && n < w.nOut)
                row.out[n] = sum * (row.scale * (rowScale ? rowScale[n] : 1.0F)) + (bias ? bias[n] : 0.0F);
        });
}

/// Sorts the pairs (token, use) by expert and cuts them into tiles of kM rows. One block.
__global__ void __launch_bounds__(256) sortKernel(const std::int32_t* ids, std::int64_t idStride, std::int32_t nPair,
                                                  std::int32_t nUsed, std::int32_t nExpert, std::int32_t tileRows,
                                                  std::int32_t* order, ExpertTile* tiles, std::int32_t* nTile) {
    __shared__ std::int32_t count[kMaxExperts], begin[kMaxExperts];
    for (std::int32_t e = static_cast<std::int32_t>(threadIdx.x); e < nExpert;
         e += static_cast<std::int32_t>(blockDim.x))
        count[e] = 0;
    __syncthreads();
    const auto expertOf = [&](std::int32_t pair) { return ids[pair / nUsed * idStride + pair % nUsed]; };
    for (auto p = static_cast<std::int32_t>(threadIdx.x); p < nPair; p += static_cast<std::int32_t>(blockDim.x))
        atomicAdd(&count[expertOf(p)], 1);
    __syncthreads();
    if (threadIdx.x == 0) {
        std::int32_t at = 0, tile = 0;
        for (std::int32_t e = 0; e < nExpert; ++e) {
            begin[e] = at;
            for (std::int32_t i = 0; i < count[e]; i += tileRows)
                tiles[tile++] = {e, at + i, count[e] - i < tileRows ? count[e] - i : tileRows};
            at += count[e];
        }
        *nTile = tile;
    }
    __syncthreads();
    for (auto p = static_cast<std::int32_t>(threadIdx.x); p < nPair; p += static_cast<std::int32_t>(blockDim.x))
        order[atomicAdd(&begin[expertOf(p)], 1)] = p;
}

/// A warp an output.
__global__ void __launch_bounds__(256) rowScaleKernel(DeviceWeights w, float* scales) {
    const std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * 8 + threadIdx.x / 32;
    if (row >= w.nExpert * w.nOut)
        return;
    const std::byte* expert = w.data + static_cast<std::size_t>(row / w.nOut) * w.expertBytes;
    float largest = 0;
    for (std::int64_t i = threadIdx.x % 32; 16 * i < w.nIn; i += 32) {
        float v[16];
        readRun(w, expert, row % w.nOut, i, v);
#pragma unroll
        for (int k = 0; k < 16; ++k)
            largest = fmaxf(largest, fabsf(v[k]));
    }
    largest = warpMax(largest);
    if (threadIdx.x % 32 == 0) {
        // Its exponent alone; within what 1 / scale can hold.
        const auto exponent = static_cast<int>(bitsAs<std::uint32_t>(largest) >> 23);
        scales[row] = largest > 0.0F && exponent < 255
                          ? bitsAs<float>(static_cast<std::uint32_t>(exponent < 27    ? 27
                                                                     : exponent > 227 ? 227
                                                                                      : exponent)
                                          << 23)
                          : 1.0F;
    }
}

/// A warp a row.
__global__ void __launch_bounds__(256)
    openRowsKernel(DeviceWeights w, const std::int32_t* ids, std::int64_t n, float* out, std::int64_t stride) {
    const std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * 8 + threadIdx.x / 32;
    if (row >= n)
        return;
    const std::int64_t id = ids[row];
    for (std::int64_t i = threadIdx.x % 32; 16 * i < w.nIn; i += 32) {
        float v[16];
        if (w.dtype == DType::F32) {
            const auto* from =
                reinterpret_cast<const float*>(w.data + static_cast<std::size_t>(id) * w.rowStride) + 16 * i;
#pragma unroll
            for (int k = 0; k < 16; ++k)
                v[k] = 16 * i + k < w.nIn ? from[k] : 0.0F;
        } else {
            readRun(w, w.data, id, i, v);
        }
#pragma unroll
        for (int k = 0; k < 16; ++k)
            if (16 * i + k < w.nIn)
                out[row * stride + 16 * i + k] = v[k];
    }
}

template <int kM, int kN>
void launchShape(const GemmJob& job, std::int64_t nTileM, Stream stream) {
    using S = GemmShape<kM, kN>;
    const dim3 grid(static_cast<unsigned>(nTileM), static_cast<unsigned>((job.weights.nOut + kN - 1) / kN));
    if (job.weights.dtype == DType::F16)
        VITRAL_LAUNCH((productKernel<kM, kN, Way::Halves>), grid, S::nThread, S::sharedBytes, stream, job);
    else if (job.weights.layout == WeightLayout::Packed)
        VITRAL_LAUNCH((productKernel<kM, kN, Way::Packed>), grid, S::nThread, S::sharedBytes, stream, job);
    else
        VITRAL_LAUNCH((productKernel<kM, kN, Way::Rows>), grid, S::nThread, S::sharedBytes, stream, job);
}

} // namespace

void launchRoundRows(const RowsIn& x, std::uint16_t* halves, std::int64_t stride, float* unscale, Stream stream) {
    VITRAL_LAUNCH(roundRowsKernel, static_cast<unsigned>(x.nRow), x.nCol >= 512 ? 256U : 64U, 0, stream, x, halves,
                  stride, unscale);
}

void launchFinishRows(float* out, std::int64_t stride, const float* unscale, const float* rowScale, const float* bias,
                      std::int64_t nRow, std::int64_t nCol, Stream stream) {
    VITRAL_LAUNCH(finishRowsKernel, static_cast<unsigned>(nRow), 256, 0, stream, out, stride, unscale, rowScale, bias,
                  nCol);
}

void launchOpenHalves(const DeviceWeights& w, std::int64_t firstOut, std::int64_t n, std::uint16_t* halves,
                      std::int64_t stride, Stream stream) {
    const std::int64_t nThread = (w.layout == WeightLayout::Packed ? (n + 15) / 16 * 16 : n) * ((w.nIn + 15) / 16);
    if (nThread > 0)
        VITRAL_LAUNCH(openHalvesKernel, static_cast<unsigned>((nThread + 255) / 256), 256, 0, stream, w, firstOut, n,
                      halves, stride);
}

void launchGemm(const GemmJob& job, bool large, std::int64_t nTileM, Stream stream) {
    large ? launchShape<128, 128>(job, nTileM, stream) : launchShape<64, 64>(job, nTileM, stream);
}

void launchSort(const std::int32_t* ids, std::int64_t idStride, std::int64_t nPair, std::int64_t nUsed,
                std::int64_t nExpert, std::int64_t tileRows, std::int32_t* order, ExpertTile* tiles,
                std::int32_t* nTile, Stream stream) {
    VITRAL_LAUNCH(sortKernel, 1U, 256, 0, stream, ids, idStride, static_cast<std::int32_t>(nPair),
                  static_cast<std::int32_t>(nUsed), static_cast<std::int32_t>(nExpert),
                  static_cast<std::int32_t>(tileRows), order, tiles, nTile);
}

void launchRowScales(const DeviceWeights& w, float* scales, Stream stream) {
    const std::int64_t n = w.nExpert * w.nOut;
    VITRAL_LAUNCH(rowScaleKernel, static_cast<unsigned>((n + 7) / 8), 256, 0, stream, w, scales);
}

void launchOpenRows(const DeviceWeights& w, const std::int32_t* ids, std::int64_t n, float* out, std::int64_t stride,
                    Stream stream) {
    if (n > 0)
        VITRAL_LAUNCH(openRowsKernel, static_cast<unsigned>((n + 7) / 8), 256, 0, stream, w, ids, n, out, stride);
}

} // namespace vitral::cuda
