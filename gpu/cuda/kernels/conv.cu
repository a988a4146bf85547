// SPDX-License-Identifier: Apache-2.0
// Convolutions. A row of the product is an output pixel, an input number is (tap, channel): a piece of 16 bytes in
// shared memory is eight channels of one pixel, or zeros where the tap lies outside the picture. Enlarging before and
// steps larger than one are only other addresses.

#include "gpu/cuda/kernels/gemm.cuh"
#include "gpu/cuda/kernels/gemm.h"

namespace vitral::cuda {

namespace {

__global__ void clearKernel(std::uint32_t* largest) {
    *largest = 0;
}

/// largest: bits of max |x| (of positive floats larger means larger bits). A warp a row at a time.
__global__ void __launch_bounds__(256)
    largestKernel(const float* x, std::int64_t stride, std::int64_t nRow, std::int64_t nCol, std::uint32_t* largest) {
    float most = 0;
    for (std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * 8 + threadIdx.x / 32; row < nRow;
         row += static_cast<std::int64_t>(gridDim.x) * 8)
        for (std::int64_t c = threadIdx.x % 32; c < nCol; c += 32)
            most = fmaxf(most, fabsf(x[row * stride + c]));
    most = warpMax(most);
    if (threadIdx.x % 32 == 0)
        atomicMax(largest, bitsAs<std::uint32_t>(most));
}

/// Eight channels a thread; channels beyond the last are zeros.
__global__ void __launch_bounds__(256)
    roundPictureKernel(const float* x, std::int64_t stride, std::int64_t nRow, std::int64_t nCol, std::int64_t padded,
                       const std::uint32_t* largest, std::uint16_t* halves) {
    const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    const std::int64_t row = i / (padded / 8);
    if (row >= nRow)
        return;
    const std::int64_t c = i % (padded / 8) * 8;
    const float scale = inputScale(bitsAs<float>(*largest));
    std::uint32_t two[4];
#pragma unroll
    for (int k = 0; k < 4; ++k) {
        const float a = c + 2 * k < nCol ? x[row * stride + c + 2 * k] * scale : 0.0F;
        const float b = c + 2 * k + 1 < nCol ? x[row * stride + c + 2 * k + 1] * scale : 0.0F;
        two[k] = packHalves(a, b);
    }
    *reinterpret_cast<Quad*>(halves + row * padded + c) = {two[0], two[1], two[2], two[3]};
}

/// An output pixel as the place of its first tap.
struct PixelPlace {
    std::int32_t image, y, x; ///< image < 0: no such pixel
};
__device__ inline PixelPlace placeOf(const Convolution& job, std::int64_t pixel) {
    const std::int64_t perImage = static_cast<std::int64_t>(job.outHeight) * job.outWidth;
    if (pixel >= perImage * job.nImage)
        return {-1, 0, 0};
    const auto inImage = static_cast<std::int32_t>(pixel % perImage);
    return {static_cast<std::int32_t>(pixel / perImage), inImage / job.outWidth * job.stride - job.padTop,
            inImage % job.outWidth * job.stride - job.padLeft};
}
/// Number of the input pixel under a tap; below 0: outside.
__device__ inline std::int64_t pixelUnder(const Convolution& job, const PixelPlace& p, int tapY, int tapX) {
    int y = p.y + tapY, x = p.x + tapX;
    const int scale = job.doubled ? 2 : 1;
    if (p.image < 0 || y < 0 || x < 0 || y >= job.height * scale || x >= job.width * scale)
        return -1;
    if (job.doubled)
        y /= 2, x /= 2;
    return (static_cast<std::int64_t>(p.image) * job.height + y) * job.width + x;
}

template <int kM, int nThread>
struct PictureLoader {
    static constexpr int nPiece = kM * 4 / nThread;
    const Convolution* job;
    const std::uint16_t* halves;
    int padded; ///< channels
    PixelPlace place[nPiece];
    int tapY, tapX, channel; ///< of this thread's pieces in the next step

    __device__ void fetch(int, std::uint16_t* tile) {
#pragma unroll
        for (int p = 0; p < nPiece; ++p) {
            const int i = static_cast<int>(threadIdx.x) + p * nThread;
            const std::int64_t pixel = tapY < job->kernelH ? pixelUnder(*job, place[p], tapY, tapX) : -1;
            copyAsync16(tile + i / 4 * kGemmStride + i % 4 * 8, pixel < 0 ? halves : halves + pixel * padded + channel,
                        pixel >= 0);
        }
        channel += kGemmDepth;
        while (channel >= padded) {
            channel -= padded;
            if (++tapX == job->kernelW)
                tapX = 0, ++tapY;
        }
    }
    __device__ void store(std::uint16_t*) {}
};

template <int kM, int kN>
__global__ void __launch_bounds__(GemmShape<kM, kN>::nThread)
    convolutionKernel(Convolution job, const std::uint16_t* halves, const std::uint32_t* largest) {
    using S = GemmShape<kM, kN>;
    VITRAL_SHARED(std::uint16_t, shared);
    const DeviceWeights& w = job.weights;
    const std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * kM;
    const std::int64_t firstOut = static_cast<std::int64_t>(blockIdx.y) * kN;
    PictureLoader<kM, S::nThread> inputs{};
    inputs.job = &job;
    inputs.halves = halves;
    inputs.padded = static_cast<int>(w.nIn / (job.kernelH * job.kernelW));
#pragma unroll
    for (int p = 0; p < PictureLoader<kM, S::nThread>::nPiece; ++p)
        inputs.place[p] = placeOf(job, first + (static_cast<int>(threadIdx.x) + p * S::nThread) / 4);
    inputs.channel = static_cast<int>(threadIdx.x % 4) * 8;
    while (inputs.channel >= inputs.padded) {
        inputs.channel -= inputs.padded;
        if (++inputs.tapX == job.kernelW)
            inputs.tapX = 0, ++inputs.tapY;
    }
    HalfWeightLoader<kN, S::nThread> weights{w.data + static_cast<std::size_t>(firstOut) * w.rowStride, w.rowStride,
                                             static_cast<int>(w.nOut - firstOut < kN ? w.nOut - firstOut : kN)};
    float sums[kM / 32][4][4];
    multiplyTiles<kM, kN>(inputs, weights, static_cast<int>((w.nIn + kGemmDepth - 1) / kGemmDepth), shared, sums);
    const float unscale = 1.0F / inputScale(bitsAs<float>(*largest));
    const std::int64_t nPixel = static_cast<std::int64_t>(job.nImage) * job.outHeight * job.outWidth;
    eachSum<kM, kN>(
        sums, [&](int i) { return first + i < nPixel ? job.out + (first + i) * job.outStride : nullptr; },
        [&](float* row, int j, float sum) {
            const std::int64_t n = firstOut + j;
            if (row && n < w.nOut)
                row[n] = sum * (unscale * (w.rowScale ? w.rowScale[n] : 1.0F)) + (job.bias ? job.bias[n] : 0.0F);
        });
}

// f32 products: 64 pixels x 64 outputs a block, 4 x 4 a thread, 16 inputs a step.
constexpr int kExactTile = 64;
constexpr int kExactDepth = 16;
constexpr int kExactStride = kExactTile + 4;

__global__ void __launch_bounds__(256) exactKernel(Convolution job) {
    alignas(16) __shared__ float inputs[kExactDepth][kExactStride];
    alignas(16) __shared__ float weights[kExactDepth][kExactStride];
    const DeviceWeights& w = job.weights;
    const std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * kExactTile;
    const std::int64_t firstOut = static_cast<std::int64_t>(blockIdx.y) * kExactTile;
    const int tapStride = static_cast<int>(w.nIn / (job.kernelH * job.kernelW));
    const int row = static_cast<int>(threadIdx.x) / 4; // this thread loads four inputs of this row and this output
    const int part = static_cast<int>(threadIdx.x) % 4 * 4;
    const PixelPlace place = placeOf(job, first + row);
    const bool hasOutput = firstOut + row < w.nOut;
    const auto* weightRow =
        reinterpret_cast<const float*>(w.data + static_cast<std::size_t>(hasOutput ? firstOut + row : 0) * w.rowStride);
    const int y = static_cast<int>(threadIdx.x) / 16 * 4, x = static_cast<int>(threadIdx.x) % 16 * 4;
    float sums[4][4] = {};
    for (int k = 0; k < w.nIn; k += kExactDepth) {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const int at = k + part + i;
            const int tap = at / tapStride, channel = at % tapStride;
            float v = 0.0F;
            if (at < w.nIn && channel < job.nChannel) {
                const std::int64_t pixel = pixelUnder(job, place, tap / job.kernelW, tap % job.kernelW);
                if (pixel >= 0)
                    v = job.x[pixel * job.xStride + channel];
            }
            inputs[part + i][row] = v;
            weights[part + i][row] = hasOutput && at < w.nIn ? weightRow[at] : 0.0F;
        }
        __syncthreads();
#pragma unroll
        for (int d = 0; d < kExactDepth; ++d) {
            const auto a = *reinterpret_cast<const float4*>(&inputs[d][y]);
            const auto b = *reinterpret_cast<const float4*>(&weights[d][x]);
            const float va[4] = {a.x, a.y, a.z, a.w}, vb[4] = {b.x, b.y, b.z, b.w};
#pragma unroll
            for (int i = 0; i < 4; ++i)
#pragma unroll
                for (int j = 0; j < 4; ++j)
                    sums[i][j] += va[i] * vb[j];
        }
        __syncthreads();
    }
    const std::int64_t nPixel = static_cast<std::int64_t>(job.nImage) * job.outHeight * job.outWidth;
#pragma unroll
    for (int i = 0; i < 4; ++i)
#pragma unroll
        for (int j = 0; j < 4; ++j)
            if (first + y + i < nPixel && firstOut + x + j < w.nOut)
                job.out[(first + y + i) * job.outStride + firstOut + x + j] =
                    sums[i][j] + (job.bias ? job.bias[firstOut + x + j] : 0.0F);
}

template <int kM, int kN>
void launchShape(const Convolution& job, const std::uint16_t* halves, const std::uint32_t* largest, std::int64_t nPixel,
                 Stream stream) {
    using S = GemmShape<kM, kN>;
    const dim3 grid(static_cast<unsigned>((nPixel + kM - 1) / kM),
                    static_cast<unsigned>((job.weights.nOut + kN - 1) / kN));
    VITRAL_LAUNCH((convolutionKernel<kM, kN>), grid, S::nThread, S::sharedBytes, stream, job, halves, largest);
}

std::int64_t inputPixels(const Convolution& job) {
    return static_cast<std::int64_t>(job.nImage) * job.height * job.width;
}

} // namespace

std::size_t convolutionScratchBytes(const Convolution& job) {
    if (job.weights.dtype == DType::F32)
        return 0;
    return 256 + static_cast<std::size_t>(inputPixels(job) * paddedChannels(job.nChannel)) * 2;
}

Convolution rowsAsPicture(const DeviceWeights& weights, const float* x, std::int64_t xStride, std::int64_t nRow,
                          std::int64_t nChannel, float* out, std::int64_t outStride, const float* bias) {
    Convolution job;
    job.weights = weights;
    job.x = x;
    job.xStride = xStride;
    job.nChannel = nChannel;
    job.out = out;
    job.outStride = outStride;
    job.bias = bias;
    job.height = job.outHeight = 1;
    job.width = job.outWidth = static_cast<std::int32_t>(nRow);
    return job;
}

void launchLargest(const float* x, std::int64_t stride, std::int64_t nRow, std::int64_t nCol, std::uint32_t* largest,
                   Stream stream) {
    VITRAL_LAUNCH(clearKernel, 1U, 1U, 0, stream, largest);
    const auto nBlock = static_cast<unsigned>((nRow + 7) / 8);
    VITRAL_LAUNCH(largestKernel, nBlock < 1024U ? nBlock : 1024U, 256, 0, stream, x, stride, nRow, nCol, largest);
}

void launchExactConvolution(const Convolution& job, Stream stream) {
    const std::int64_t nPixel = static_cast<std::int64_t>(job.nImage) * job.outHeight * job.outWidth;
    const dim3 grid(static_cast<unsigned>((nPixel + kExactTile - 1) / kExactTile),
                    static_cast<unsigned>((job.weights.nOut + kExactTile - 1) / kExactTile));
    VITRAL_LAUNCH(exactKernel, grid, 256, 0, stream, job);
}

void launchConvolution(const Convolution& job, void* scratch, Stream stream) {
    const std::int64_t nPixel = static_cast<std::int64_t>(job.nImage) * job.outHeight * job.outWidth;
    if (nPixel <= 0)
        return;
    if (job.weights.dtype == DType::F32) {
        launchExactConvolution(job, stream);
        return;
    }
    auto* largest = static_cast<std::uint32_t*>(scratch);
    auto* halves = reinterpret_cast<std::uint16_t*>(static_cast<std::byte*>(scratch) + 256);
    const std::int64_t nIn = inputPixels(job);
    const std::int64_t padded = paddedChannels(job.nChannel);
    launchLargest(job.x, job.xStride, nIn, job.nChannel, largest, stream);
    VITRAL_LAUNCH(roundPictureKernel, static_cast<unsigned>((nIn * (padded / 8) + 255) / 256), 256, 0, stream, job.x,
                  job.xStride, nIn, job.nChannel, padded, largest, halves);
    const bool large = (nPixel + 127) / 128 * ((job.weights.nOut + 127) / 128) >= 120;
    large ? launchShape<128, 128>(job, halves, largest, nPixel, stream)
          : launchShape<64, 64>(job, halves, largest, nPixel, stream);
}

} // namespace vitral::cuda
