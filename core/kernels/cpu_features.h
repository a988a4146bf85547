// SPDX-License-Identifier: Apache-2.0
#pragma once
// What this processor can do, asked once per call (cheap), and the kernel tables that it can run. Thread: any.

#include "core/kernels/kernel_table.h"

namespace vitral::kernels {

struct CpuFeatures {
    bool avx2 = false;   ///< AVX2, FMA and F16C
    bool avx512 = false; ///< AVX-512 F, BW, VL, DQ and VNNI (and all of avx2)
    bool bf16 = false;   ///< AVX-512 BF16
    bool fp16 = false;   ///< AVX-512 FP16
};
CpuFeatures cpuFeatures();

/// Tables of plain x86-64 processors' newer instruction sets; null where not built for x86-64.
const KernelTable* avx2Kernels();
const KernelTable* avx512Kernels();
/// The kernel of 16-bit products of that kind, to go with avx512Kernels(); null where this processor has none.
const DenseKernel* denseKernel16(DenseInputs inputs);

} // namespace vitral::kernels
