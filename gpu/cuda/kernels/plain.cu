// SPDX-License-Identifier: Apache-2.0
#include "gpu/cuda/kernels/plain.h"

#include "gpu/cuda/kernels/reduce.cuh"

namespace vitral::cuda {

namespace {

/// body(i) for i in [0, n)
template <class Body>
__global__ void eachItem(Body body, std::int64_t n) {
    const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (i < n)
        body(i);
}
template <class Body>
void launchItems(const Body& body, std::int64_t n, Stream stream) {
    if (n > 0)
        VITRAL_LAUNCH(eachItem<Body>, static_cast<unsigned>((n + 127) / 128), 128, 0, stream, body, n);
}

struct MatmulBody {
    Rows out, x;
    const float* weight;
    const float* bias;
    const std::int32_t* ids;
    std::int64_t idStride, nOut, nIn;
    std::int32_t nUsed;
    bool xShared;
    __device__ void operator()(std::int64_t i) const {
        const std::int64_t r = i / nOut, n = i - r * nOut;
        std::int64_t expert = 0, from = r;
        if (ids) {
            const std::int64_t t = r / nUsed;
            expert = ids[t * idStride + r - t * nUsed];
            from = xShared ? t : r;
        }
        const float* a = x.data + from * x.stride;
        const float* w = weight + (expert * nOut + n) * nIn;
        float sum = 0;
        for (std::int64_t k = 0; k < nIn; ++k)
            sum += a[k] * w[k];
        out.data[r * out.stride + n] = sum + (bias ? bias[expert * nOut + n] : 0.0F);
    }
};

struct ConvBody {
    PlainConv c;
    __device__ void operator()(std::int64_t i) const {
        const std::int64_t row = i / c.nOut, n = i - row * c.nOut;
        const std::int64_t image = row / (c.outHeight * c.outWidth), pixel = row - image * c.outHeight * c.outWidth;
        const std::int64_t top = pixel / c.outWidth * c.stride - c.padTop,
                           left = pixel % c.outWidth * c.stride - c.padLeft;
        const std::int32_t factor = c.doubled ? 2 : 1;
        float sum = c.bias ? c.bias[n] : 0.0F;
        for (std::int32_t ky = 0; ky < c.kernelH; ++ky)
            for (std::int32_t kx = 0; kx < c.kernelW; ++kx) {
                const std::int64_t y = top + ky, xx = left + kx;
                if (y < 0 || xx < 0 || y >= c.inHeight * factor || xx >= c.inWidth * factor)
                    continue;
                const float* from =
                    c.x.data + ((image * c.inHeight + y / factor) * c.inWidth + xx / factor) * c.x.stride;
                const float* w = c.weight + ((n * c.kernelH + ky) * c.kernelW + kx) * c.nIn;
                for (std::int64_t k = 0; k < c.nIn; ++k)
                    sum += from[k] * w[k];
            }
        c.out.data[row * c.out.stride + n] = sum;
    }
};

/// A block a (query, head): scores into scratch, softmax, weighted sum.
__global__ void denseAttentionKernel(PlainDenseAttention a) {
    __shared__ float scratch[33];
    const std::int64_t row = blockIdx.x / a.nHead, head = blockIdx.x % a.nHead;
    const std::int64_t image = row / a.nQuery, query = row - image * a.nQuery;
    const std::int64_t n = a.causal ? query + 1 : a.nKey;
    const float* q = a.q.data + row * a.q.stride + head * a.headDim;
    const float* k = a.k.data + image * a.nKey * a.k.stride + head * a.headDim;
    const float* v = a.v.data + image * a.nKey * a.v.stride + head * a.headDim;
    float* scores = a.scores + static_cast<std::int64_t>(blockIdx.x) * a.nKey;
    float largest = Largest::kNeutral;
    for (std::int64_t j = threadIdx.x; j < n; j += blockDim.x) {
        float dot = 0;
        for (std::int32_t d = 0; d < a.headDim; ++d)
            dot += q[d] * k[j * a.k.stride + d];
        scores[j] = dot * a.scale;
        largest = scores[j] > largest ? scores[j] : largest;
    }
    largest = reduceBlock(largest, scratch, Largest{});
    float sum = 0;
    for (std::int64_t j = threadIdx.x; j < n; j += blockDim.x) {
        scores[j] = expf(scores[j] - largest);
        sum += scores[j];
    }
    sum = reduceBlock(sum, scratch, Plus{});
    __syncthreads();
    for (std::int32_t d = static_cast<std::int32_t>(threadIdx.x); d < a.headDim;
         d += static_cast<std::int32_t>(blockDim.x)) {
        float total = 0;
        for (std::int64_t j = 0; j < n; ++j)
            total += scores[j] * v[j * a.v.stride + d];
        a.out.data[row * a.out.stride + head * a.headDim + d] = total / sum;
    }
    if (a.lse.data && threadIdx.x == 0)
        a.lse.data[row * a.lse.stride + head] = largest + logf(sum);
}

/// Start of a token's keys (or values) of a head.
__device__ float* kvAt(const PlainKv& kv, std::int64_t block, std::int32_t head, bool values, std::int64_t slot) {
    const std::int64_t perHead = 32 * static_cast<std::int64_t>(kv.headDimK + kv.headDimV);
    float* at = kv.data + (block * kv.nKvHead + head) * perHead;
    return values ? at + 32 * static_cast<std::int64_t>(kv.headDimK) + slot * kv.headDimV : at + slot * kv.headDimK;
}

struct KvStoreBody {
    PlainKv kv;
    Rows k, v;
    BatchRows batch;
    __device__ void operator()(std::int64_t i) const {
        const std::int64_t nK = static_cast<std::int64_t>(kv.nKvHead) * kv.headDimK;
        const std::int64_t nV = static_cast<std::int64_t>(kv.nKvHead) * kv.headDimV;
        const std::int64_t t = i / (nK + nV);
        std::int64_t c = i - t * (nK + nV);
        const bool values = c >= nK;
        c -= values ? nK : 0;
        const std::int32_t dim = values ? kv.headDimV : kv.headDimK;
        const std::int32_t position = batch.positions[t];
        const std::int64_t block =
            batch.blocks[static_cast<std::int64_t>(batch.sequence[t]) * batch.blockStride + position / 32];
        float x = values ? v.data[t * v.stride + c] : k.data[t * k.stride + c];
        if (kv.asHalf)
            x = __half2float(__float2half_rn(x));
        kvAt(kv, block, static_cast<std::int32_t>(c / dim), values, position % 32)[c % dim] = x;
    }
};

struct KvReadBody {
    float* out;
    PlainKv kv;
    const std::int32_t* blocks;
    std::int64_t first;
    std::int32_t head;
    bool values;
    __device__ void operator()(std::int64_t i) const {
        const std::int32_t dim = values ? kv.headDimV : kv.headDimK;
        const std::int64_t position = first + i / dim;
        out[i] = kvAt(kv, blocks[position / 32], head, values, position % 32)[i % dim];
    }
};

/// A block a (row, head).
__global__ void attentionKernel(PlainAttention a) {
    __shared__ float scratch[33];
    const std::int64_t t = blockIdx.x / a.nHead;
    const std::int32_t head = static_cast<std::int32_t>(blockIdx.x % a.nHead);
    const std::int32_t kvHead = head / (a.nHead / a.kv.nKvHead);
    const std::int64_t position = a.batch.positions[t];
    const std::int64_t first = a.window > 0 && position - a.window + 1 > 0 ? position - a.window + 1 : 0;
    const std::int32_t* blocks = a.batch.blocks + static_cast<std::int64_t>(a.batch.sequence[t]) * a.batch.blockStride;
    const float* q = a.q.data + t * a.q.stride + static_cast<std::int64_t>(head) * a.kv.headDimK;
    float* scores = a.scores + static_cast<std::int64_t>(blockIdx.x) * a.batch.maxLength;
    float largest = a.sinks ? a.sinks[head] : Largest::kNeutral;
    for (std::int64_t p = first + threadIdx.x; p <= position; p += blockDim.x) {
        const float* k = kvAt(a.kv, blocks[p / 32], kvHead, false, p % 32);
        float dot = 0;
        for (std::int32_t d = 0; d < a.kv.headDimK; ++d)
            dot += q[d] * k[d];
        dot *= a.scale;
        if (a.softcap > 0)
            dot = a.softcap * tanhf(dot / a.softcap);
        scores[p] = dot;
        largest = dot > largest ? dot : largest;
    }
    largest = reduceBlock(largest, scratch, Largest{});
    float sum = 0;
    for (std::int64_t p = first + threadIdx.x; p <= position; p += blockDim.x) {
        scores[p] = expf(scores[p] - largest);
        sum += scores[p];
    }
    sum = reduceBlock(sum, scratch, Plus{}) + (a.sinks ? expf(a.sinks[head] - largest) : 0.0F);
    __syncthreads();
    for (std::int32_t d = static_cast<std::int32_t>(threadIdx.x); d < a.kv.headDimV;
         d += static_cast<std::int32_t>(blockDim.x)) {
        float total = 0;
        for (std::int64_t p = first; p <= position; ++p)
            total += scores[p] * kvAt(a.kv, blocks[p / 32], kvHead, true, p % 32)[d];
        a.out.data[t * a.out.stride + static_cast<std::int64_t>(head) * a.kv.headDimV + d] = total / sum;
    }
    if (a.lse.data && threadIdx.x == 0)
        a.lse.data[t * a.lse.stride + head] = largest + logf(sum);
}

} // namespace

void plainMatmul(Rows out, Rows x, const float* weight, const float* bias, std::int64_t nRow, std::int64_t nOut,
                 std::int64_t nIn, Stream stream) {
    launchItems(MatmulBody{out, x, weight, bias, nullptr, 0, nOut, nIn, 1, false}, nRow * nOut, stream);
}

void plainExperts(Rows out, Rows x, bool xShared, const float* weight, const float* bias, const std::int32_t* ids,
                  std::int64_t idStride, std::int32_t nUsed, std::int64_t nRow, std::int64_t nOut, std::int64_t nIn,
                  Stream stream) {
    launchItems(MatmulBody{out, x, weight, bias, ids, idStride, nOut, nIn, nUsed, xShared}, nRow * nOut, stream);
}

void plainConv2d(const PlainConv& conv, Stream stream) {
    launchItems(ConvBody{conv}, conv.nImage * conv.outHeight * conv.outWidth * conv.nOut, stream);
}

void plainDenseAttention(const PlainDenseAttention& attention, Stream stream) {
    const std::int64_t n = attention.nImage * attention.nQuery * attention.nHead;
    if (n > 0)
        VITRAL_LAUNCH(denseAttentionKernel, static_cast<unsigned>(n), 64, 0, stream, attention);
}

void plainKvStore(const PlainKv& kv, Rows k, Rows v, const BatchRows& batch, Stream stream) {
    launchItems(KvStoreBody{kv, k, v, batch}, batch.nRow * kv.nKvHead * (kv.headDimK + kv.headDimV), stream);
}

void plainKvRead(float* out, const PlainKv& kv, bool values, const std::int32_t* blocks, std::int32_t iKvHead,
                 std::int64_t first, std::int64_t n, Stream stream) {
    launchItems(KvReadBody{out, kv, blocks, first, iKvHead, values}, n * (values ? kv.headDimV : kv.headDimK), stream);
}

void plainAttention(const PlainAttention& attention, Stream stream) {
    const std::int64_t n = attention.batch.nRow * attention.nHead;
    if (n > 0)
        VITRAL_LAUNCH(attentionKernel, static_cast<unsigned>(n), 64, 0, stream, attention);
}

} // namespace vitral::cuda
