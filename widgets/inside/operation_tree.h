// SPDX-License-Identifier: Apache-2.0
#pragma once
// The operations of a pass as a tree one can fold: the whole, runs of layers that do the same, a layer, its blocks, the
// operations. Made from the recorded list and nothing else. Thread: any.

#include "core/backend/operation_list.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vitral {

enum class OperationNodeKind : std::uint8_t {
    Block,     ///< everything under one scope that is no layer's ("embed", "head"), or one part of a layer ("attn")
    Layers,    ///< consecutive layers with the same operations, shapes and types
    Layer,     ///< one of them
    Operation, ///< one call of the backend
};

struct OperationNode {
    OperationNodeKind kind = OperationNodeKind::Operation;
    int parent = -1;
    int depth = 0;
    int first = 0, end = 0; ///< operations of the list this stands for
    std::int32_t firstLayer = -1, endLayer = -1;
    std::string part; ///< of a Block: "embed", "attn", "mlp", "head"
    std::vector<int> children;
    /// What its operations sum to.
    std::int64_t timeNs = 0, bytes = 0, flops = 0, weightBytes = 0;
};

struct OperationTree {
    std::vector<OperationNode> nodes; ///< parents before children, in the order of execution
    std::vector<int> roots;
};

[[nodiscard]] OperationTree buildOperationTree(const OperationList& list);

/// A Block that gives its result back to the stream: its last operation is an addition.
[[nodiscard]] bool addsToStream(const OperationTree& tree, const OperationList& list, int node);

} // namespace vitral
