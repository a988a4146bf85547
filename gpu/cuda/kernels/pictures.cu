// SPDX-License-Identifier: Apache-2.0
// Group norm in two passes: moments of pieces of an image about their own means (Chan, Golub and LeVeque 1979), put
// together by whoever applies them. Routing: a block a row, the best expert found nUsed times over.

#include "gpu/cuda/kernels/pictures.h"

#include "gpu/cuda/kernels/reduce.cuh"

namespace vitral::cuda {

namespace {

constexpr std::int64_t kPiecePixels = 512;
constexpr unsigned kThreads = 256;

struct GroupArgs {
    Rows out, x;
    const float* weight;
    const float* bias;
    float* moments; ///< [image][group][piece][mean, squares]
    std::int64_t nPixel, nPiece, nChannel, size;
    std::int32_t nGroup, then;
    float eps;
};

/// Elements of piece p of an image's group.
__device__ std::int64_t pieceCount(const GroupArgs& a, std::int64_t piece) {
    const std::int64_t left = a.nPixel - piece * kPiecePixels;
    return (left < kPiecePixels ? left : kPiecePixels) * a.size;
}

/// blockIdx.x: (image, group, piece)
__global__ void groupMoments(GroupArgs a) {
    __shared__ float scratch[33];
    const std::int64_t piece = blockIdx.x % a.nPiece;
    const std::int64_t imageGroup = blockIdx.x / a.nPiece;
    const std::int64_t image = imageGroup / a.nGroup, group = imageGroup % a.nGroup;
    const std::int64_t n = pieceCount(a, piece);
    const float* x = a.x.data + (image * a.nPixel + piece * kPiecePixels) * a.x.stride + group * a.size;
    float sum = 0;
    for (std::int64_t i = threadIdx.x; i < n; i += blockDim.x)
        sum += x[i / a.size * a.x.stride + i % a.size];
    const float mean = reduceBlock(sum, scratch, Plus{}) / static_cast<float>(n);
    float squares = 0;
    for (std::int64_t i = threadIdx.x; i < n; i += blockDim.x) {
        const float d = x[i / a.size * a.x.stride + i % a.size] - mean;
        squares += d * d;
    }
    squares = reduceBlock(squares, scratch, Plus{});
    if (threadIdx.x == 0) {
        a.moments[2 * blockIdx.x] = mean;
        a.moments[2 * blockIdx.x + 1] = squares;
    }
}

__global__ void groupApply(GroupArgs a) {
    __shared__ float shared[2];
    const std::int64_t piece = blockIdx.x % a.nPiece;
    const std::int64_t imageGroup = blockIdx.x / a.nPiece;
    const std::int64_t image = imageGroup / a.nGroup, group = imageGroup % a.nGroup;
    if (threadIdx.x == 0) {
        const float* moments = a.moments + imageGroup * a.nPiece * 2;
        const double all = static_cast<double>(a.nPixel * a.size);
        double sum = 0, squares = 0;
        for (std::int64_t p = 0; p < a.nPiece; ++p)
            sum += static_cast<double>(pieceCount(a, p)) * static_cast<double>(moments[2 * p]);
        const double mean = sum / all;
        for (std::int64_t p = 0; p < a.nPiece; ++p) {
            const double d = static_cast<double>(moments[2 * p]) - mean;
            squares += static_cast<double>(moments[2 * p + 1]) + static_cast<double>(pieceCount(a, p)) * d * d;
        }
        shared[0] = static_cast<float>(mean);
        shared[1] = static_cast<float>(1.0 / sqrt(squares / all + static_cast<double>(a.eps)));
    }
    __syncthreads();
    const float mean = shared[0], factor = shared[1];
    const std::int64_t n = pieceCount(a, piece), firstRow = image * a.nPixel + piece * kPiecePixels;
    for (std::int64_t i = threadIdx.x; i < n; i += blockDim.x) {
        const std::int64_t row = firstRow + i / a.size, channel = group * a.size + i % a.size;
        float v = (a.x.data[row * a.x.stride + channel] - mean) * factor;
        v = v * (a.weight ? a.weight[channel] : 1.0F) + (a.bias ? a.bias[channel] : 0.0F);
        if (a.then == 0) // Silu; others follow as an operation of their own
            v = v / (1.0F + expf(-v));
        a.out.data[row * a.out.stride + channel] = v;
    }
}

struct UpsampleArgs {
    Rows out, x;
    std::int64_t height, width, nChannel;
};
/// A block an output pixel row's 64 pixels would be faster still; this is bound by memory.
__global__ void upsampleKernel(UpsampleArgs a) {
    const std::int64_t row = blockIdx.x;
    const std::int64_t line = row / (2 * a.width), image = line / (2 * a.height);
    const std::int64_t from = (image * a.height + line % (2 * a.height) / 2) * a.width + row % (2 * a.width) / 2;
    for (std::int64_t c = threadIdx.x; c < a.nChannel; c += blockDim.x)
        a.out.data[row * a.out.stride + c] = a.x.data[from * a.x.stride + c];
}

struct RouteArgs {
    std::int32_t* ids;
    std::int64_t idStride;
    Rows weights, logits;
    std::int32_t nExpert, nUsed;
    bool overAll;
};
/// One warp a row; lane l looks at experts l, l + 32, ...
__global__ void routeKernel(RouteArgs a) {
    const std::int64_t t = blockIdx.x;
    const int lane = static_cast<int>(threadIdx.x);
    const float* logits = a.logits.data + t * a.logits.stride;
    std::int32_t* ids = a.ids + t * a.idStride;
    float* weights = a.weights.data + t * a.weights.stride;
    unsigned taken = 0; // bit i: expert lane + 32 i (kMaxExperts / 32 bits)
    float largest = 0, chosen = 0;
    for (int u = 0; u < a.nUsed; ++u) {
        float best = -INFINITY;
        int which = 0x7fffffff;
        for (int e = lane, i = 0; e < a.nExpert; e += 32, ++i)
            if (!(taken >> i & 1u) && (logits[e] > best || which == 0x7fffffff)) {
                best = logits[e];
                which = e;
            }
        for (int step = 16; step > 0; step /= 2) {
            const float other = __shfl_xor_sync(0xffffffffu, best, step);
            const int otherWhich = __shfl_xor_sync(0xffffffffu, which, step);
            if (other > best || (other == best && otherWhich < which) || which == 0x7fffffff) {
                best = other;
                which = otherWhich;
            }
        }
        if (which % 32 == lane)
            taken |= 1u << (which / 32);
        if (u == 0)
            largest = best;
        const float e = expf(best - largest);
        chosen += e;
        if (lane == 0) {
            ids[u] = which;
            weights[u] = e;
        }
    }
    float all = chosen;
    if (a.overAll) {
        float rest = 0;
        for (int e = lane, i = 0; e < a.nExpert; e += 32, ++i)
            if (!(taken >> i & 1u))
                rest += expf(logits[e] - largest);
        all += reduceWarp(rest, Plus{});
    }
    __syncwarp();
    for (int u = lane; u < a.nUsed; u += 32)
        weights[u] /= all;
}

struct CombineArgs {
    Rows out, x, weights;
    std::int32_t nUsed;
    std::int64_t nCol, nChunk;
};
__global__ void combineKernel(CombineArgs a) {
    const std::int64_t t = blockIdx.x / a.nChunk;
    const std::int64_t c = (blockIdx.x % a.nChunk) * blockDim.x + threadIdx.x;
    if (c >= a.nCol)
        return;
    float sum = 0;
    for (std::int32_t u = 0; u < a.nUsed; ++u)
        sum += a.weights.data[t * a.weights.stride + u] * a.x.data[(t * a.nUsed + u) * a.x.stride + c];
    a.out.data[t * a.out.stride + c] = sum;
}

unsigned threadsFor(std::int64_t n) {
    return n >= static_cast<std::int64_t>(kThreads) ? kThreads : static_cast<unsigned>((n + 31) / 32 * 32);
}

std::int64_t pieces(std::int64_t nPixel) {
    return (nPixel + kPiecePixels - 1) / kPiecePixels;
}

} // namespace

std::int64_t groupNormScratchFloats(std::int64_t nImage, std::int64_t nPixel, std::int32_t nGroup) {
    return nImage * nGroup * pieces(nPixel) * 2;
}

void groupNorm(Rows out, Rows x, const float* weight, const float* bias, std::int64_t nImage, std::int64_t nPixel,
               std::int64_t nChannel, std::int32_t nGroup, float eps, std::int32_t then, float* scratch,
               Stream stream) {
    if (nImage <= 0 || nPixel <= 0)
        return;
    const GroupArgs a{out,    x,    weight, bias, scratch, nPixel, pieces(nPixel), nChannel, nChannel / nGroup,
                      nGroup, then, eps};
    const auto nBlock = static_cast<unsigned>(nImage * nGroup * a.nPiece);
    VITRAL_LAUNCH(groupMoments, nBlock, threadsFor(nPixel * a.size), 0, stream, a);
    VITRAL_LAUNCH(groupApply, nBlock, threadsFor(nPixel * a.size), 0, stream, a);
    if (then > 0)
        activate(then, out, out, Rows{nullptr, 0}, nImage * nPixel, nChannel, stream);
}

void upsample2x(Rows out, Rows x, std::int64_t nImage, std::int64_t height, std::int64_t width, std::int64_t nChannel,
                Stream stream) {
    const std::int64_t nRow = nImage * height * width * 4;
    if (nRow > 0)
        VITRAL_LAUNCH(upsampleKernel, static_cast<unsigned>(nRow), threadsFor(nChannel), 0, stream,
                      UpsampleArgs{out, x, height, width, nChannel});
}

void moeRoute(std::int32_t* ids, std::int64_t idStride, Rows weights, Rows logits, std::int64_t nRow,
              std::int32_t nExpert, std::int32_t nUsed, bool overAll, Stream stream) {
    if (nRow > 0)
        VITRAL_LAUNCH(routeKernel, static_cast<unsigned>(nRow), 32, 0, stream,
                      RouteArgs{ids, idStride, weights, logits, nExpert, nUsed, overAll});
}

void moeCombine(Rows out, Rows x, Rows weights, std::int32_t nUsed, std::int64_t nRow, std::int64_t nCol,
                Stream stream) {
    if (nRow <= 0)
        return;
    const std::int64_t nChunk = (nCol + kThreads - 1) / kThreads;
    VITRAL_LAUNCH(combineKernel, static_cast<unsigned>(nRow * nChunk), threadsFor(nCol), 0, stream,
                  CombineArgs{out, x, weights, nUsed, nCol, nChunk});
}

} // namespace vitral::cuda
