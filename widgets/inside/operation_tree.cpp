// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/operation_tree.h"

namespace vitral {
namespace {

/// "blocks.3.attn" -> "attn"; "embed" -> "embed".
std::string partOf(const std::string& scope) {
    const auto dot = scope.rfind('.');
    return dot == std::string::npos ? scope : scope.substr(dot + 1);
}

bool sameOperand(const OperandInfo& a, const OperandInfo& b) {
    return a.dtype == b.dtype && a.shape == b.shape; // names differ by their layer's number
}

bool sameWork(const Operation& a, const Operation& b) {
    const auto same = [](const std::vector<OperandInfo>& x, const std::vector<OperandInfo>& y) {
        if (x.size() != y.size())
            return false;
        for (std::size_t i = 0; i < x.size(); ++i)
            if (!sameOperand(x[i], y[i]))
                return false;
        return true;
    };
    return a.name == b.name && a.detail == b.detail && partOf(a.scope) == partOf(b.scope) &&
           same(a.weights, b.weights) && same(a.outputs, b.outputs);
}

struct Span {
    int first, end;
    std::int32_t layer;
};

class Builder {
public:
    explicit Builder(const OperationList& list) : list_(list) {}

    OperationTree build() {
        const std::vector<Span> spans = spansOfLayers();
        for (std::size_t i = 0; i < spans.size();) {
            if (spans[i].layer < 0) {
                addBlocks(-1, spans[i].first, spans[i].end);
                ++i;
                continue;
            }
            std::size_t end = i + 1;
            while (end < spans.size() && spans[end].layer >= 0 && sameLayer(spans[i], spans[end]))
                ++end;
            const int group = end - i < 2 ? -1 : add(OperationNodeKind::Layers, -1, spans[i].first, spans[end - 1].end);
            if (group >= 0) {
                node(group).firstLayer = spans[i].layer;
                node(group).endLayer = spans[end - 1].layer + 1;
            }
            for (; i < end; ++i) {
                const int layer = add(OperationNodeKind::Layer, group, spans[i].first, spans[i].end);
                node(layer).firstLayer = spans[i].layer;
                node(layer).endLayer = spans[i].layer + 1;
                addBlocks(layer, spans[i].first, spans[i].end);
            }
        }
        return std::move(tree_);
    }

private:
    OperationNode& node(int i) { return tree_.nodes[static_cast<std::size_t>(i)]; }
    [[nodiscard]] const Operation& operation(int i) const { return list_.operations[static_cast<std::size_t>(i)]; }

    [[nodiscard]] std::vector<Span> spansOfLayers() const {
        std::vector<Span> spans;
        for (int i = 0; i < static_cast<int>(list_.operations.size()); ++i) {
            const std::int32_t layer = layerOfScope(operation(i).scope);
            if (spans.empty() || spans.back().layer != layer)
                spans.push_back({i, i, layer});
            spans.back().end = i + 1;
        }
        return spans;
    }

    [[nodiscard]] bool sameLayer(const Span& a, const Span& b) const {
        if (a.end - a.first != b.end - b.first)
            return false;
        for (int i = 0; i < a.end - a.first; ++i)
            if (!sameWork(operation(a.first + i), operation(b.first + i)))
                return false;
        return true;
    }

    int add(OperationNodeKind kind, int parent, int first, int end) {
        OperationNode n;
        n.kind = kind;
        n.parent = parent;
        n.depth = parent < 0 ? 0 : node(parent).depth + 1;
        n.first = first;
        n.end = end;
        if (parent >= 0) {
            n.firstLayer = node(parent).firstLayer;
            n.endLayer = node(parent).endLayer;
        }
        for (int i = first; i < end; ++i) {
            const Operation& o = operation(i);
            n.timeNs += o.timeNs;
            n.bytes += o.bytesRead + o.bytesWritten;
            n.flops += o.flops;
            for (const OperandInfo& weight : o.weights)
                n.weightBytes += weight.bytes;
        }
        const int index = static_cast<int>(tree_.nodes.size());
        tree_.nodes.push_back(std::move(n));
        if (parent < 0)
            tree_.roots.push_back(index);
        else
            node(parent).children.push_back(index);
        return index;
    }

    /// One block for every stretch of the same scope, with its operations in it.
    void addBlocks(int parent, int first, int end) {
        for (int i = first; i < end;) {
            int stop = i + 1;
            while (stop < end && operation(stop).scope == operation(i).scope)
                ++stop;
            const int block = add(OperationNodeKind::Block, parent, i, stop);
            node(block).part = partOf(operation(i).scope);
            for (; i < stop; ++i)
                add(OperationNodeKind::Operation, block, i, i + 1);
        }
    }

    const OperationList& list_;
    OperationTree tree_;
};

} // namespace

OperationTree buildOperationTree(const OperationList& list) {
    return Builder(list).build();
}

bool addsToStream(const OperationTree& tree, const OperationList& list, int index) {
    const OperationNode& n = tree.nodes[static_cast<std::size_t>(index)];
    return n.kind == OperationNodeKind::Block && n.firstLayer >= 0 && n.end > n.first &&
           list.operations[static_cast<std::size_t>(n.end - 1)].name == "add";
}

} // namespace vitral
