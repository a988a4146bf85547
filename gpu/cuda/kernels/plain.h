// SPDX-License-Identifier: Apache-2.0
#pragma once
// Heavy operations written out in f32, one thread a result: what the fast kernels are tested against on the device, and
// what runs where there is no fast one. Pointers are the device's, strides in elements. Thread: that of the stream.

#include "gpu/cuda/kernels/batch.h"
#include "gpu/cuda/kernels/rows.h"

namespace vitral::cuda {

/// out [nRow, nOut] = x [nRow, nIn] . weight [nOut, nIn]^T + bias
void plainMatmul(Rows out, Rows x, const float* weight, const float* bias, std::int64_t nRow, std::int64_t nOut,
                 std::int64_t nIn, Stream stream);
/// Row r = t * nUsed + u: x row (r, or t where xShared) . weight[ids[t, u]]^T + bias[ids[t, u]]
void plainExperts(Rows out, Rows x, bool xShared, const float* weight, const float* bias, const std::int32_t* ids,
                  std::int64_t idStride, std::int32_t nUsed, std::int64_t nRow, std::int64_t nOut, std::int64_t nIn,
                  Stream stream);

struct PlainConv {
    Rows out, x;
    const float* weight; ///< [nOut, kernelH, kernelW, nIn]
    const float* bias;
    std::int64_t inHeight, inWidth; ///< before doubling
    std::int64_t outHeight, outWidth, nOut, nIn, nImage;
    std::int32_t kernelH, kernelW, stride, padTop, padLeft;
    std::int32_t doubled;
};
void plainConv2d(const PlainConv& conv, Stream stream);

struct PlainDenseAttention {
    Rows out, q, k, v, lse; ///< lse.data may be null
    std::int64_t nImage, nQuery, nKey;
    std::int32_t nHead, headDim;
    float scale;
    std::int32_t causal;
    float* scores; ///< scratch [nImage * nQuery, nHead, nKey]
};
void plainDenseAttention(const PlainDenseAttention& attention, Stream stream);

/// Keys and values as f32: a block is [nKvHead][32 * headDimK keys, 32 * headDimV values], a token's dimensions
/// together.
struct PlainKv {
    float* data;
    std::int32_t nKvHead, headDimK, headDimV;
    std::int32_t asHalf; ///< values are rounded to F16 as they are stored
};
void plainKvStore(const PlainKv& kv, Rows k, Rows v, const BatchRows& batch, Stream stream);
struct PlainAttention {
    Rows out, q, lse; ///< lse.data may be null
    PlainKv kv;
    BatchRows batch;
    std::int32_t nHead;
    float scale, softcap;
    std::int64_t window;
    const float* sinks;
    float* scores; ///< scratch [nRow, nHead, maxLength]
};
void plainAttention(const PlainAttention& attention, Stream stream);
/// Keys (or values) of one head at positions [first, first + n) of one sequence, packed [n, headDim].
void plainKvRead(float* out, const PlainKv& kv, bool values, const std::int32_t* blocks, std::int32_t iKvHead,
                 std::int64_t first, std::int64_t n, Stream stream);

} // namespace vitral::cuda
