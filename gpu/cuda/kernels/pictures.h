// SPDX-License-Identifier: Apache-2.0
#pragma once
// Pictures as rows (a row is a pixel, a column a channel) and the small parts of a mixture of experts. Pointers are the
// device's, strides in elements. Thread: that of the stream.

#include "gpu/cuda/kernels/rows.h"

namespace vitral::cuda {

/// Moments over the pixels of an image and the channels of a group; out = (x - mean) / sqrt(var + eps) * weight + bias,
/// then the activation `then` (vitral::Activation; -1: none). weight and bias [nChannel] or null. out may be x.
/// scratch: groupNormScratchFloats floats.
void groupNorm(Rows out, Rows x, const float* weight, const float* bias, std::int64_t nImage, std::int64_t nPixel,
               std::int64_t nChannel, std::int32_t nGroup, float eps, std::int32_t then, float* scratch, Stream stream);
std::int64_t groupNormScratchFloats(std::int64_t nImage, std::int64_t nPixel, std::int32_t nGroup);

/// Nearest neighbour: out [nImage * 2 height * 2 width, nChannel].
void upsample2x(Rows out, Rows x, std::int64_t nImage, std::int64_t height, std::int64_t width, std::int64_t nChannel,
                Stream stream);

/// The best nUsed experts of every row of logits [nRow, nExpert], best first; of equal ones the lower number. weights:
/// softmax over all experts (overAll) or over the chosen ones. nExpert at most kMaxExperts.
void moeRoute(std::int32_t* ids, std::int64_t idStride, Rows weights, Rows logits, std::int64_t nRow,
              std::int32_t nExpert, std::int32_t nUsed, bool overAll, Stream stream);
inline constexpr std::int32_t kMaxExperts = 1024;

/// out [t] = sum over u of weights[t, u] * x[t * nUsed + u]
void moeCombine(Rows out, Rows x, Rows weights, std::int32_t nUsed, std::int64_t nRow, std::int64_t nCol,
                Stream stream);

} // namespace vitral::cuda
