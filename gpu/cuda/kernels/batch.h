// SPDX-License-Identifier: Apache-2.0
#pragma once
// The rows of a forward pass on the device. Everything that changes from token to token lies behind these pointers, so
// that a captured graph of a pass can be run again.

#include <cstdint>

namespace vitral::cuda {

struct BatchRows {
    const std::int32_t* positions; ///< [T]
    const std::int32_t* sequence;  ///< [T]: which row of `blocks`
    const std::int32_t* blocks;    ///< [nSequence, blockStride]: numbers of KV blocks, one for every 32 positions
    std::int32_t blockStride;
    std::int32_t maxLength; ///< upper bound of position + 1, a multiple of 32
    std::int64_t nRow;      ///< rows of one sequence are consecutive and ascending
};

} // namespace vitral::cuda
