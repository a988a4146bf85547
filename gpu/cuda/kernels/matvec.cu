// SPDX-License-Identifier: Apache-2.0
// Quantised weights past one to eight rows of 8-bit inputs: decode. A block of up to eight warps owns 16 outputs; each
// warp takes every nWarp-th piece of their stream, 512 bytes at a time, 16 a lane. A lane's 16 bytes are one vector's
// inputs of four outputs, so the words of inputs it fetches (from the first-level cache) serve four outputs and the
// partial sums of the lanes are added only once, at the end. Every weight is read once for all rows of inputs.

#include "gpu/cuda/kernels/matvec.h"
#include "gpu/cuda/kernels/packed.cuh"

#include <algorithm>

namespace vitral::cuda {

namespace {

constexpr int kMaxWarps = 8;

/// Bytes of a block of 32 inputs of 16 outputs, and how many blocks 512 bytes of the widest plane are.
template <ValueKind kind>
struct Plane {
    static constexpr bool nibbles =
        kind == ValueKind::V4 || kind == ValueKind::V5 || kind == ValueKind::V6 || kind == ValueKind::Lut4;
    static constexpr bool pairs = kind == ValueKind::V2 || kind == ValueKind::V3;
    static constexpr int nSub = nibbles ? 2 : pairs ? 4 : 1;  ///< blocks a warp reads at once
    static constexpr int nWord = nibbles ? 2 : pairs ? 4 : 1; ///< words of values in four bytes
    static constexpr int bytes = static_cast<int>(kernels::valueBytes(kind));
};
template <ScaleKind kind>
struct Scales {
    static constexpr bool minima = kernels::hasMinimum(kind);
    static constexpr bool ofSixteen = kernels::scalesOf16(kind);
};

__device__ inline void fourHalves(const std::byte* at, float (&to)[4]) {
    const auto two = loadAs<uint2>(at);
    to[0] = halfToFloat(static_cast<std::uint16_t>(two.x & 0xffffU));
    to[1] = halfToFloat(static_cast<std::uint16_t>(two.x >> 16));
    to[2] = halfToFloat(static_cast<std::uint16_t>(two.y & 0xffffU));
    to[3] = halfToFloat(static_cast<std::uint16_t>(two.y >> 16));
}

/// runScale for four neighbouring outputs at once.
template <ScaleKind kind>
__device__ inline void fourScales(const DeviceWeights& w, const std::byte* unit, std::int64_t b, int run, int r,
                                  float (&scale)[4], float (&minimum)[4]) {
    const auto place = static_cast<std::size_t>(b * 16 + r);
    const auto super = static_cast<std::size_t>(b / 8 * 16 + r) * 2;
    if constexpr (kind == ScaleKind::Half || kind == ScaleKind::HalfMin) {
        fourHalves(unit + place * 2, scale);
        if constexpr (kind == ScaleKind::HalfMin) {
            fourHalves(unit + w.minima + place * 2, minimum);
#pragma unroll
            for (int i = 0; i < 4; ++i)
                minimum[i] = -minimum[i];
        }
    } else if constexpr (kind == ScaleKind::Exponent) {
        const auto e = loadAs<std::uint32_t>(unit + place);
#pragma unroll
        for (int i = 0; i < 4; ++i)
            scale[i] = exponentScale((e >> (8 * i)) & 255U);
    } else {
        constexpr bool sixteen = Scales<kind>::ofSixteen;
        const auto small =
            loadAs<std::uint32_t>(unit + (sixteen ? static_cast<std::size_t>((b * 2 + run) * 16 + r) : place));
        fourHalves(unit + w.superScale + super, scale);
        if constexpr (kind == ScaleKind::SuperMin || kind == ScaleKind::SuperMin16)
            fourHalves(unit + w.superMin + super, minimum);
        std::uint32_t smallMinimum = 0;
        if constexpr (kind == ScaleKind::SuperMin)
            smallMinimum = loadAs<std::uint32_t>(unit + w.minima + place);
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const std::uint32_t s = (small >> (8 * i)) & 255U;
            if constexpr (kind == ScaleKind::SuperMin16) {
                scale[i] *= static_cast<float>(s & 15U);
                minimum[i] *= static_cast<float>(s >> 4);
            } else if constexpr (kind == ScaleKind::SuperMin) {
                scale[i] *= static_cast<float>(s);
                minimum[i] *= static_cast<float>((smallMinimum >> (8 * i)) & 255U);
            } else {
                scale[i] *= static_cast<float>(static_cast<std::int8_t>(s));
            }
        }
    }
}

__device__ inline std::uint32_t quadWord(const Quad& q, int i) {
    return i == 0 ? q.x : i == 1 ? q.y : i == 2 ? q.z : q.w;
}

/// kRows: rows of inputs; those beyond job.nRow repeat the last one and are not written.
template <ValueKind value, ScaleKind scaleKind, int kRows>
__global__ void __launch_bounds__(kMaxWarps * 32) vectorKernel(VectorJob job) {
    using P = Plane<value>;
    constexpr bool minima = Scales<scaleKind>::minima;
    constexpr int nRun = P::nibbles && Scales<scaleKind>::ofSixteen ? 2 : 1; ///< scales a lane needs at once
    const int lane = static_cast<int>(threadIdx.x % 32);
    const int warp = static_cast<int>(threadIdx.x / 32);
    const int nWarp = static_cast<int>(blockDim.x / 32);
    int iSegment = 0;
    while (iSegment + 1 < job.nSegment && static_cast<std::int64_t>(blockIdx.x) >= job.segment[iSegment + 1].firstUnit)
        ++iSegment;
    const VectorSegment& segment = job.segment[iSegment];
    const std::int64_t iUnit = static_cast<std::int64_t>(blockIdx.x) - segment.firstUnit;
    const DeviceWeights& w = job.weights;
    const std::byte* unit = segment.data + static_cast<std::size_t>(iUnit) * w.unitBytes;
    const float* bias = segment.bias;
    std::int64_t firstRow = 0, firstOut = 0;
    if (job.ids) {
        const std::int64_t pair = static_cast<std::int64_t>(job.firstPair) + blockIdx.y;
        const std::int64_t expert = job.ids[pair / job.nUsed * job.idStride + pair % job.nUsed];
        unit += static_cast<std::size_t>(expert) * w.expertBytes;
        bias = bias ? bias + expert * job.biasStride : nullptr;
        firstRow = job.xPerToken == 1 ? pair / job.nUsed : pair;
        firstOut = pair;
    }
    const std::int64_t nBlock = w.nIn / 32;
    const int sub = P::nibbles ? lane / 16 : P::pairs ? lane / 8 : 0;
    const int part = P::nibbles ? lane / 4 % 4 : P::pairs ? lane / 4 % 2 : lane / 4;
    const int r = lane % 4 * 4; // first of the lane's four outputs
    const std::byte* values = unit + w.valueOffset + r * 4;
    LookupTable table{};
    if constexpr (value == ValueKind::Lut4)
        table = lookupTable(scaleKind == ScaleKind::Exponent);
    std::int64_t rowAt[kRows];
#pragma unroll
    for (int c = 0; c < kRows; ++c)
        rowAt[c] = firstRow + (c < job.nRow ? c : job.nRow - 1);

    float sum[kRows][4] = {};
#pragma unroll 2
    for (std::int64_t b = warp * P::nSub + sub; b < nBlock; b += nWarp * P::nSub) {
        const std::byte* at = values + b * P::bytes;
        const Quad main = loadStream(at + part * 64);
        Quad extra[2] = {};
        if constexpr (value == ValueKind::V5)
            extra[0] = loadStream(at + 256);
        if constexpr (value == ValueKind::V6) {
            extra[0] = loadStream(at + 256);
            extra[1] = loadStream(at + 320);
        }
        if constexpr (value == ValueKind::V3)
            extra[0] = loadStream(at + 128);
        float scale[nRun][4], minimum[nRun][4];
#pragma unroll
        for (int run = 0; run < nRun; ++run)
            fourScales<scaleKind>(w, unit, b, nRun == 2 ? run : P::pairs ? part : 0, r, scale[run], minimum[run]);

        std::uint32_t x[kRows][P::nWord];
        float xScale[kRows];
        int xSum[kRows][nRun];
#pragma unroll
        for (int c = 0; c < kRows; ++c) {
            const std::int8_t* q = job.q + rowAt[c] * w.nIn + b * 32;
            xScale[c] = job.qScale[rowAt[c] * nBlock + b];
#pragma unroll
            for (int run = 0; run < nRun; ++run)
                xSum[c][run] = 0;
#pragma unroll
            for (int i = 0; i < P::nWord; ++i) {
                const int j = P::nibbles ? part + 4 * i : P::pairs ? 4 * part + i : part;
                x[c][i] = *reinterpret_cast<const std::uint32_t*>(q + 4 * j);
                if constexpr (minima || value != ValueKind::Lut4)
                    xSum[c][nRun == 2 ? i : 0] = dp4aUnsigned(0x01010101U, x[c][i], xSum[c][nRun == 2 ? i : 0]);
            }
        }
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const std::uint32_t word = quadWord(main, i);
            std::uint32_t q[P::nWord];
            if constexpr (value == ValueKind::V8) {
                q[0] = word;
            } else if constexpr (value == ValueKind::Lut4) {
                const NibblePair pair = lookUp(table, word);
                q[0] = pair.low;
                q[1] = pair.high;
            } else if constexpr (P::nibbles) {
                q[0] = word & 0x0f0f0f0fU;
                q[1] = (word >> 4) & 0x0f0f0f0fU;
                if constexpr (value == ValueKind::V5) {
                    const std::uint32_t high = quadWord(extra[0], i) >> part;
                    q[0] |= (high & 0x01010101U) << 4;
                    q[1] |= high & 0x10101010U;
                }
                if constexpr (value == ValueKind::V6) {
                    q[0] |= ((quadWord(extra[0], i) >> (2 * part)) & 0x03030303U) << 4;
                    q[1] |= ((quadWord(extra[1], i) >> (2 * part)) & 0x03030303U) << 4;
                }
            } else {
#pragma unroll
                for (int j = 0; j < 4; ++j) {
                    q[j] = (word >> (2 * j)) & 0x03030303U;
                    if constexpr (value == ValueKind::V3)
                        q[j] |= ((quadWord(extra[0], i) >> (4 * part + j)) & 0x01010101U) << 2;
                }
            }
#pragma unroll
            for (int c = 0; c < kRows; ++c) {
#pragma unroll
                for (int run = 0; run < nRun; ++run) {
                    int dot = 0;
#pragma unroll
                    for (int j = 0; j < P::nWord; ++j) {
                        if (nRun == 2 && j != run)
                            continue;
                        if constexpr (value == ValueKind::Lut4)
                            dot = __dp4a(static_cast<int>(q[j]), static_cast<int>(x[c][j]), dot);
                        else
                            dot = dp4aUnsigned(q[j], x[c][j], dot);
                    }
                    if constexpr (value != ValueKind::Lut4)
                        dot -= w.bias * xSum[c][run];
                    sum[c][i] += scale[run][i] * xScale[c] * static_cast<float>(dot);
                    if constexpr (minima)
                        sum[c][i] -= minimum[run][i] * (xScale[c] * static_cast<float>(xSum[c][run]));
                }
            }
        }
    }

    __shared__ float partial[kMaxWarps][kRows][16];
#pragma unroll
    for (int c = 0; c < kRows; ++c)
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            float s = sum[c][i];
            s += __shfl_xor_sync(0xffffffffU, s, 4);
            s += __shfl_xor_sync(0xffffffffU, s, 8);
            s += __shfl_xor_sync(0xffffffffU, s, 16);
            if (lane < 4)
                partial[warp][c][r + i] = s;
        }
    __syncthreads();
    for (int i = static_cast<int>(threadIdx.x); i < job.nRow * 16; i += static_cast<int>(blockDim.x)) {
        const std::int64_t n = iUnit * 16 + i % 16;
        if (n >= segment.nOut)
            continue;
        float s = 0;
        for (int k = 0; k < nWarp; ++k)
            s += partial[k][i / 16][i % 16];
        segment.out[(firstOut + i / 16) * segment.outStride + n] = s + (bias ? bias[n] : 0.0F);
    }
}

/// A warp a block of 32 inputs.
__global__ void __launch_bounds__(256) quantiseKernel(RowsIn x, std::int8_t* q, float* scale) {
    const std::int64_t i = (static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) / 32;
    const std::int64_t nBlock = x.nCol / 32;
    if (i >= x.nRow * nBlock) // whole warps only
        return;
    const std::int64_t row = i / nBlock;
    const std::int64_t at = i % nBlock * 32 + threadIdx.x % 32;
    const float v = x.data[row * x.stride + at];
    const float largest = warpMax(fabsf(v)); // fmaxf passes over NaN
    const bool usable = largest > 0x1.0p-100F && largest < 0x1.0p120F;
    const float rounded = rintf(v * (usable ? 127.0F / largest : 0.0F));
    q[row * x.nCol + at] = static_cast<std::int8_t>(rounded >= -127.0F && rounded <= 127.0F ? rounded : 0.0F);
    if (threadIdx.x % 32 == 0)
        scale[i] = usable ? largest / 127.0F : 0.0F;
}

template <ValueKind value, ScaleKind scale>
void launchKind(const VectorJob& job, std::int64_t nUnit, std::int64_t nPair, Stream stream) {
    const std::int64_t pieces = (job.weights.nIn / 32 + Plane<value>::nSub - 1) / Plane<value>::nSub;
    const auto nWarp = static_cast<unsigned>(std::clamp<std::int64_t>(pieces / 2, 1, kMaxWarps));
    const dim3 grid(static_cast<unsigned>(nUnit), static_cast<unsigned>(nPair));
    if (job.nRow == 1)
        VITRAL_LAUNCH((vectorKernel<value, scale, 1>), grid, nWarp * 32, 0, stream, job);
    else if (job.nRow <= 4)
        VITRAL_LAUNCH((vectorKernel<value, scale, 4>), grid, nWarp * 32, 0, stream, job);
    else
        VITRAL_LAUNCH((vectorKernel<value, scale, 8>), grid, nWarp * 32, 0, stream, job);
}

} // namespace

void launchQuantise(const RowsIn& x, std::int8_t* q, float* scale, Stream stream) {
    const std::int64_t nThread = x.nRow * x.nCol;
    if (nThread > 0)
        VITRAL_LAUNCH(quantiseKernel, static_cast<unsigned>((nThread + 255) / 256), 256, 0, stream, x, q, scale);
}

void launchPackedVector(const VectorJob& job, std::int64_t nUnit, std::int64_t nPair, Stream stream) {
    using V = ValueKind;
    using S = ScaleKind;
    switch (job.weights.dtype) {
    case DType::Q8_0:
        return launchKind<V::V8, S::Half>(job, nUnit, nPair, stream);
    case DType::Q4_0:
        return launchKind<V::V4, S::Half>(job, nUnit, nPair, stream);
    case DType::Q4_1:
        return launchKind<V::V4, S::HalfMin>(job, nUnit, nPair, stream);
    case DType::Q5_0:
        return launchKind<V::V5, S::Half>(job, nUnit, nPair, stream);
    case DType::Q5_1:
        return launchKind<V::V5, S::HalfMin>(job, nUnit, nPair, stream);
    case DType::IQ4_NL:
        return launchKind<V::Lut4, S::Half>(job, nUnit, nPair, stream);
    case DType::MXFP4:
        return launchKind<V::Lut4, S::Exponent>(job, nUnit, nPair, stream);
    case DType::IQ4_XS:
        return launchKind<V::Lut4, S::Super>(job, nUnit, nPair, stream);
    case DType::Q2_K:
        return launchKind<V::V2, S::SuperMin16>(job, nUnit, nPair, stream);
    case DType::Q3_K:
        return launchKind<V::V3, S::Super16>(job, nUnit, nPair, stream);
    case DType::Q4_K:
        return launchKind<V::V4, S::SuperMin>(job, nUnit, nPair, stream);
    case DType::Q5_K:
        return launchKind<V::V5, S::SuperMin>(job, nUnit, nPair, stream);
    case DType::Q6_K:
        return launchKind<V::V6, S::Super16>(job, nUnit, nPair, stream);
    default:
        return;
    }
}

} // namespace vitral::cuda
