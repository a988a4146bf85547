// SPDX-License-Identifier: Apache-2.0
#pragma once
// Declarations of the kernels for newer x86 processors (one file per instruction set and family). Only
// core/kernels/cpu_features.cpp, compiled for the baseline, calls them through the table.

#include "core/kernels/kernel_table.h"
#include "core/kernels/packed.h"

namespace vitral::kernels {

void packedProductAvx512(const PackedJob* job);
void quantizeTileAvx512(const float* const* rows, std::int32_t width, std::int64_t nIn, std::int8_t* q, float* scale,
                        std::int32_t* sums);
void plainProductAvx512(const PlainJob* job);
void wideProductAvx512(const WideJob* job);
void quantizeTile16Avx512(const float* const* rows, std::int32_t width, std::int64_t nIn, std::int16_t* q,
                          float* scale);

void rmsNormAvx512(float* out, const float* x, const float* weight, std::int64_t n, float eps);
void layerNormAvx512(float* out, const float* x, const float* weight, const float* bias, std::int64_t n, float eps);
void addAvx512(float* out, const float* a, const float* b, std::int64_t n);
void mulAvx512(float* out, const float* a, const float* b, std::int64_t n);
void scaleAvx512(float* out, const float* x, float factor, std::int64_t n);
void softcapAvx512(float* x, float cap, std::int64_t n);
void activationAvx512(Act kind, float* out, const float* x, std::int64_t n);
void gatedActivationAvx512(Act kind, float* out, const float* gate, const float* up, std::int64_t n);
void ropeAvx512(float* x, std::int32_t nHead, std::int32_t headDim, std::int32_t nRotary, const float* cosSin,
                bool halves);
void kvStoreAvx512(const KvLayout* layout, std::byte* block, std::int32_t slot, const float* k, const float* v);
void attentionAvx512(const AttentionJob* job);
void mapKeysAvx512(const std::uint16_t* const* rows, std::int32_t nRow, std::int32_t dim, float* out);
void openHalvesAvx512(const std::uint16_t* x, std::int64_t n, float* out);
void attentionMapAvx512(const MapJob* job);
void toHalfAvx512(std::uint16_t* out, const float* x, std::int64_t n);

const DenseKernel* denseKernelAvx512();
const DenseKernel* denseKernelBf16(); ///< null where the compiler knows no AVX-512 BF16
const DenseKernel* denseKernelFp16(); ///< null where the compiler knows no AVX-512 FP16
void channelMomentsAvx512(const float* x, std::int64_t rowStride, std::int64_t nRow, std::int64_t nChannel, float* mean,
                          float* squares);
void scaleShiftAvx512(float* out, const float* x, const float* scale, const float* shift, std::int64_t n);
void scaleShiftSiluAvx512(float* out, const float* x, const float* scale, const float* shift, std::int64_t n);
float largestMagnitudeAvx512(const float* x, std::int64_t n);

const DenseKernel* denseKernelAvx2();
void channelMomentsAvx2(const float* x, std::int64_t rowStride, std::int64_t nRow, std::int64_t nChannel, float* mean,
                        float* squares);
void scaleShiftSiluAvx2(float* out, const float* x, const float* scale, const float* shift, std::int64_t n);
void packedProductAvx2(const PackedJob* job);
void quantizeTileAvx2(const float* const* rows, std::int32_t width, std::int64_t nIn, std::int8_t* q, float* scale,
                      std::int32_t* sums);
void plainProductAvx2(const PlainJob* job);
void rmsNormAvx2(float* out, const float* x, const float* weight, std::int64_t n, float eps);
void gatedActivationAvx2(Act kind, float* out, const float* gate, const float* up, std::int64_t n);
void attentionAvx2(const AttentionJob* job);
void mapKeysAvx2(const std::uint16_t* const* rows, std::int32_t nRow, std::int32_t dim, float* out);
void codebookProductAvx2(const CodebookJob* job);
void openCodebookAvx2(Codebook kind, const std::byte* blocks, std::int64_t nBlock, float* out);
void openHalvesAvx2(const std::uint16_t* x, std::int64_t n, float* out);
void attentionMapAvx2(const MapJob* job);
void toHalfAvx2(std::uint16_t* out, const float* x, std::int64_t n);

} // namespace vitral::kernels
