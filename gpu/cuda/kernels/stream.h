// SPDX-License-Identifier: Apache-2.0
#pragma once
// The type of a stream, for headers that know no device: kernels' entry points and the runtime.

struct CUstream_st; // CUDA's own name behind cudaStream_t; in the emulated device a stream of ours

namespace vitral::cuda {
using Stream = CUstream_st*;
}
