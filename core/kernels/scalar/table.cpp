// SPDX-License-Identifier: Apache-2.0
#include "core/kernels/scalar/scalar_kernels.h"

namespace vitral::kernels {

const KernelTable& scalarKernels() {
    static const KernelTable table = {
        .name = "scalar",
        .rmsNorm = scalar::rmsNorm,
        .layerNorm = scalar::layerNorm,
        .add = scalar::add,
        .mul = scalar::mul,
        .scale = scalar::scale,
        .softcap = scalar::softcap,
        .activation = scalar::activation,
        .gatedActivation = scalar::gatedActivation,
        .rope = scalar::rope,
        .kvStore = scalar::kvStore,
        .attention = scalar::attention,
        .toHalf = scalar::toHalf,
        .quantizeTile = scalar::quantizeTile,
        .packedProduct = nullptr,
        .plainProduct = nullptr,
        .wideProduct = nullptr,
        .quantizeTile16 = nullptr,
        .mapKeys = scalar::mapKeys,
        .openCodebook = nullptr,
        .codebookProduct = nullptr,
        .openHalves = scalar::openHalves,
        .attentionMap = scalar::attentionMap,
        .channelMoments = scalar::channelMoments,
        .scaleShift = scalar::scaleShift,
        .scaleShiftSilu = scalar::scaleShiftSilu,
        .largestMagnitude = scalar::largestMagnitude,
        .dense = &scalar::denseKernel(),
        .dense16 = nullptr,
    };
    return table;
}

} // namespace vitral::kernels
