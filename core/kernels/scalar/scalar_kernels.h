// SPDX-License-Identifier: Apache-2.0
#pragma once
// Declarations of the scalar kernels, one for each entry of KernelTable (see there for shapes).

#include "core/kernels/kernel_table.h"

namespace vitral::kernels::scalar {

void rmsNorm(float* out, const float* x, const float* weight, std::int64_t n, float eps);
void layerNorm(float* out, const float* x, const float* weight, const float* bias, std::int64_t n, float eps);
void toHalf(std::uint16_t* out, const float* x, std::int64_t n);
void add(float* out, const float* a, const float* b, std::int64_t n);
void mul(float* out, const float* a, const float* b, std::int64_t n);
void scale(float* out, const float* x, float factor, std::int64_t n);
void softcap(float* x, float cap, std::int64_t n);
void activation(Act kind, float* out, const float* x, std::int64_t n);
void gatedActivation(Act kind, float* out, const float* gate, const float* up, std::int64_t n);
void rope(float* x, std::int32_t nHead, std::int32_t headDim, std::int32_t nRotary, const float* cosSin, bool halves);
void kvStore(const KvLayout* layout, std::byte* block, std::int32_t slot, const float* k, const float* v);
void attention(const AttentionJob* job);
void quantizeTile(const float* const* rows, std::int32_t width, std::int64_t nIn, std::int8_t* q, float* scale,
                  std::int32_t* sums);

void mapKeys(const std::uint16_t* const* rows, std::int32_t nRow, std::int32_t dim, float* out);
void openHalves(const std::uint16_t* x, std::int64_t n, float* out);
void attentionMap(const MapJob* job);

void denseBlock(const DenseBlock* b);
void denseConvert(std::uint32_t* to, const float* x, std::int64_t n, float scale);
void denseSoftmax(const SoftmaxBlock* b);
void denseOpen(DenseStorage storage, const std::uint16_t* x, std::int64_t n, float* to);
void channelMoments(const float* x, std::int64_t rowStride, std::int64_t nRow, std::int64_t nChannel, float* mean,
                    float* squares);
void scaleShift(float* out, const float* x, const float* scale, const float* shift, std::int64_t n);
void scaleShiftSilu(float* out, const float* x, const float* scale, const float* shift, std::int64_t n);
float largestMagnitude(const float* x, std::int64_t n);
const DenseKernel& denseKernel();

} // namespace vitral::kernels::scalar
