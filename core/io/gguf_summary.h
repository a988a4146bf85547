// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a GGUF file would need, read from its header alone: for a list of models, for `inspect`, and to say before
// loading whether a model fits in memory. Makes no promise that the architecture is known. Thread: any.

#include "core/io/gguf.h"
#include "core/tensor/dtype.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vitral {

struct TypeTotal {
    DType dtype = DType::F32;
    std::int64_t nTensor = 0;
    std::int64_t nElement = 0;
    std::uint64_t bytes = 0;
};

struct GgufSummary {
    std::string architecture; ///< "" for a file that names none
    std::string name;         ///< general.name
    std::string quantisation; ///< "Q4_K_M" from general.file_type, or the type with the most bytes; "" without tensors
    std::int64_t nLayer = 0, nCtxTrain = 0;
    std::int64_t nParameter = 0; ///< elements of all tensors
    std::uint64_t tensorBytes = 0;
    std::vector<TypeTotal> types; ///< most bytes first
    /// Elements that one token keeps in the cache, over all layers; 0 where the header does not say. Layers with a
    /// sliding window are counted as if they kept everything.
    std::int64_t kvElementsPerToken = 0;

    /// Bytes of keys and values for n tokens; kvType F16, Q8_0 or another.
    [[nodiscard]] std::uint64_t kvBytes(std::int64_t nTokens, DType kvType) const;
};

[[nodiscard]] GgufSummary summarize(const GgufFile& file);

/// "Q4_K_M" for 15: the numbers of general.file_type; "" for an unknown one.
[[nodiscard]] std::string_view fileTypeName(std::int64_t fileType);

} // namespace vitral
