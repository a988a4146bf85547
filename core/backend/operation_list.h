// SPDX-License-Identifier: Apache-2.0
#pragma once
// The operations of one forward pass as RecordingBackend saw them: what the picture of the architecture is drawn from,
// so that it cannot disagree with the engine. Values; thread: any.

#include "core/tensor/dtype.h"
#include "core/tensor/shape.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

struct OperandInfo {
    std::string name; ///< of a weight, as the file has it ("blk.3.attn_q.weight"); empty for activations
    DType dtype = DType::F32;
    Shape shape;            ///< NumPy order
    std::int64_t bytes = 0; ///< read or written once
    bool operator==(const OperandInfo&) const = default;
};

struct Operation {
    std::string name;                 ///< Backend's word for it: "matmul", "rmsNorm", "attention", ...
    std::string scope;                ///< "embed", "blocks.3.attn", "blocks.3.mlp", "head"
    std::string detail;               ///< "silu", "window 128", "top 4 of 32"; empty mostly
    std::vector<OperandInfo> inputs;  ///< activations
    std::vector<OperandInfo> weights; ///< matrices (vectors such as norm weights count as bytes only)
    std::vector<OperandInfo> outputs;
    std::int64_t bytesRead = 0, bytesWritten = 0; ///< what it must touch at least once, in the types that are stored
    std::int64_t flops = 0;  ///< multiplications and additions; exp, tanh and the like count as one
    std::int64_t timeNs = 0; ///< wall time of the call to its end (on a device with its launch); 0: not measured
};

struct OperationList {
    std::int64_t nRow = 0;             ///< tokens of the pass
    std::int64_t nPast = 0;            ///< tokens that were in the cache before
    std::string backend;               ///< BackendInfo, in words
    std::vector<Operation> operations; ///< in the order of execution
    std::int64_t wallNs = 0;           ///< the whole pass; more than the sum of the operations
    [[nodiscard]] std::int64_t totalNs() const;
    [[nodiscard]] std::int64_t totalFlops() const;
    [[nodiscard]] std::int64_t totalBytes() const; ///< read and written
};

/// "blocks.3.attn" -> 3; -1 where the scope is no layer's.
[[nodiscard]] std::int32_t layerOfScope(std::string_view scope);

} // namespace vitral
