// SPDX-License-Identifier: Apache-2.0
#pragma once
// Declarations of the kernels for newer x86 processors (one file per instruction set and family). Only
// core/kernels/kernel_table.cpp, compiled for the baseline, calls them through the table.

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

} // namespace vitral::kernels
