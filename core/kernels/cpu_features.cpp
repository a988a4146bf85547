// SPDX-License-Identifier: Apache-2.0
#include "core/kernels/cpu_features.h"

#include "core/kernels/x86/x86_kernels.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace vitral::kernels {

#if defined(__x86_64__)

CpuFeatures cpuFeatures() {
    __builtin_cpu_init();
    CpuFeatures f;
    unsigned a = 0, b = 0, c = 0, d = 0; // older compilers do not know "f16c": leaf 1, ECX bit 29
    const bool f16c = __get_cpuid(1, &a, &b, &c, &d) != 0 && (c >> 29 & 1U) != 0;
    f.avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && f16c;
    f.avx512 = f.avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vnni");
    f.bf16 = f.avx512 && __builtin_cpu_supports("avx512bf16");
    // Leaf 7, EDX bit 23; older compilers do not know "avx512fp16".
    f.fp16 = f.avx512 && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d >> 23 & 1U) != 0;
    return f;
}

const KernelTable* avx2Kernels() {
    static const KernelTable table = [] {
        KernelTable t = scalarKernels();
        t.name = "AVX2";
        t.rmsNorm = rmsNormAvx2;
        t.gatedActivation = gatedActivationAvx2;
        t.attention = attentionAvx2;
        t.mapKeys = mapKeysAvx2;
        t.openCodebook = openCodebookAvx2;
        t.codebookProduct = codebookProductAvx2;
        t.openHalves = openHalvesAvx2;
        t.attentionMap = attentionMapAvx2;
        t.toHalf = toHalfAvx2;
        t.packedProduct = packedProductAvx2;
        t.quantizeTile = quantizeTileAvx2;
        t.plainProduct = plainProductAvx2;
        t.dense = denseKernelAvx2();
        t.channelMoments = channelMomentsAvx2;
        t.scaleShiftSilu = scaleShiftSiluAvx2;
        return t;
    }();
    return &table;
}

const KernelTable* avx512Kernels() {
    static const KernelTable table = [] {
        KernelTable t = scalarKernels();
        t.name = "AVX-512 VNNI";
        t.rmsNorm = rmsNormAvx512;
        t.layerNorm = layerNormAvx512;
        t.add = addAvx512;
        t.mul = mulAvx512;
        t.scale = scaleAvx512;
        t.softcap = softcapAvx512;
        t.activation = activationAvx512;
        t.gatedActivation = gatedActivationAvx512;
        t.rope = ropeAvx512;
        t.kvStore = kvStoreAvx512;
        t.attention = attentionAvx512;
        t.mapKeys = mapKeysAvx512;
        t.openCodebook = openCodebookAvx2; // eight values are what a table row holds
        t.codebookProduct = codebookProductAvx2;
        t.openHalves = openHalvesAvx512;
        t.attentionMap = attentionMapAvx512;
        t.toHalf = toHalfAvx512;
        t.packedProduct = packedProductAvx512;
        t.quantizeTile = quantizeTileAvx512;
        t.plainProduct = plainProductAvx512;
        t.wideProduct = wideProductAvx512;
        t.quantizeTile16 = quantizeTile16Avx512;
        t.channelMoments = channelMomentsAvx512;
        t.scaleShift = scaleShiftAvx512;
        t.scaleShiftSilu = scaleShiftSiluAvx512;
        t.largestMagnitude = largestMagnitudeAvx512;
        t.dense = denseKernelAvx512();
        return t;
    }();
    return &table;
}

const DenseKernel* denseKernel16(DenseInputs inputs) {
    const CpuFeatures features = cpuFeatures();
    if (inputs == DenseInputs::F16Twice)
        return features.fp16 ? denseKernelFp16() : nullptr;
    return inputs == DenseInputs::Bf16Pairs && features.bf16 ? denseKernelBf16() : nullptr;
}

#else

const DenseKernel* denseKernel16(DenseInputs) {
    return nullptr;
}
CpuFeatures cpuFeatures() {
    return {};
}
const KernelTable* avx2Kernels() {
    return nullptr;
}
const KernelTable* avx512Kernels() {
    return nullptr;
}

#endif

} // namespace vitral::kernels
