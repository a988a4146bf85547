// SPDX-License-Identifier: Apache-2.0
#pragma once
// One forward pass in flight: the batch, the scratch activations, and whoever looks on. Scratch is carved from the
// workspace once, before the first layer, and used by all layers in turn, so a pass over any number of layers needs the
// memory of one and allocates nothing after the first. Thread: engine; lives on the stack of Decoder::forward.

#include "core/model/metadata.h"
#include "core/model/model.h"

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vitral {

/// Widest need of any layer, found at load.
struct PassSizes {
    std::int64_t nEmbd = 0;
    std::int64_t nQkv = 0; ///< queries, keys and values side by side: (H + K) * Dk + K * Dv
    std::int64_t nZ = 0;   ///< H * Dv
    std::int64_t nHead = 0;
    std::int64_t nFf = 0;
    std::int64_t nExpert = 0, nExpertUsed = 0, nFfExpert = 0;
};
[[nodiscard]] PassSizes passSizes(const Hyper& hyper);

/// "blocks.3.attn" and "blocks.3.mlp", made once so that naming an operation costs nothing.
struct LayerNames {
    std::string attention, mlp;
};

class Pass {
public:
    Pass(ForwardContext& context, const Batch& batch, const PassSizes& sizes)
        : backend(context.backend), cache(context.cache), rows(batch.rows), wanted(batch.wanted),
          observer(context.observer), sizes_(sizes), capacity_(static_cast<std::int64_t>(batch.rows.size())),
          nRow_(capacity_) {}

    /// Carves the scratch. Errors: OutOfMemory.
    Result<void> reserve(Workspace& workspace);

    Backend& backend;
    KvCache& cache;
    std::span<const BatchRow> rows; ///< [T]: all of the batch, also after narrowing
    std::span<const std::int32_t> wanted;
    ForwardObserver* observer;
    std::int64_t iLast = 0; ///< the last layer
    const std::vector<LayerNames>* names = nullptr;

    /// Rows that are still computed: T, or fewer after keepWantedRows.
    [[nodiscard]] std::int64_t nRow() const { return nRow_; }
    [[nodiscard]] bool narrowed() const { return nRow_ != capacity_; }

    // Scratch, packed [nRow, ...]. A name says what it usually holds, not more.
    [[nodiscard]] Tensor x() const { return part(x_, 0, sizes_.nEmbd); }           ///< the residual stream
    [[nodiscard]] Tensor normed() const { return part(normed_, 0, sizes_.nEmbd); } ///< what a block reads
    [[nodiscard]] Tensor branch() const { return part(branch_, 0, sizes_.nEmbd); } ///< what a block adds
    [[nodiscard]] Tensor qkv(std::int64_t first, std::int64_t n) const { return part(qkv_, first, n); }
    [[nodiscard]] Tensor z(std::int64_t n) const { return part(z_, 0, n); }
    [[nodiscard]] Tensor lse(std::int64_t nHead) const { return part(lse_, 0, nHead); }
    [[nodiscard]] Tensor ff(std::int64_t first, std::int64_t n) const { return part(ff_, first, n); }
    [[nodiscard]] Tensor routerLogits() const { return part(routerLogits_, 0, sizes_.nExpert); }
    [[nodiscard]] Tensor expertIds() const { return part(expertIds_, 0, sizes_.nExpertUsed); }
    [[nodiscard]] Tensor expertWeights() const { return part(expertWeights_, 0, sizes_.nExpertUsed); }
    /// [nRow * nExpertUsed, n]
    [[nodiscard]] Tensor expertGate() const { return expertPart(expertGate_, sizes_.nFfExpert); }
    [[nodiscard]] Tensor expertUp() const { return expertPart(expertUp_, sizes_.nFfExpert); }
    [[nodiscard]] Tensor expertOut() const { return expertPart(expertOut_, sizes_.nEmbd); }

    [[nodiscard]] bool wants(Point point, std::int64_t iLayer) const {
        return observer != nullptr && observer->wants(point, static_cast<std::int32_t>(iLayer));
    }
    /// Ask, then give; one predictable branch when nobody looks on.
    void observe(Point point, std::int64_t iLayer, Tensor tensor) const {
        if (observer != nullptr)
            observeSlow(point, iLayer, tensor);
    }

    /// x += branch, the step that ends every block; gives the branch and the sum to the observer.
    void addBranch(std::int64_t iLayer, Point branchPoint, Point sumPoint, float scale = 1.0F);

    /// In the last layer, once keys and values are stored and attention is done, rows whose logits nobody wants are
    /// dead: the projection, the MLP and the head run on the wanted ones alone (at least one). `z` is the attention's
    /// result; normed() is lost. Not done while somebody looks at all rows to the end.
    void keepWantedRows(std::int64_t iLayer, std::int64_t nZ);

private:
    [[nodiscard]] Tensor part(const Tensor& flat, std::int64_t first, std::int64_t n) const {
        Tensor t = flat;
        t.data = static_cast<std::byte*>(flat.data) + static_cast<std::size_t>(first * capacity_) * 4;
        t.shape = Shape{nRow_, n};
        t.rowStride = n;
        return t;
    }
    [[nodiscard]] Tensor expertPart(const Tensor& flat, std::int64_t n) const {
        Tensor t = flat;
        t.shape = Shape{nRow_ * sizes_.nExpertUsed, n};
        t.rowStride = n;
        return t;
    }
    void observeSlow(Point point, std::int64_t iLayer, Tensor tensor) const;

    PassSizes sizes_;
    std::int64_t capacity_;
    std::int64_t nRow_;
    Tensor x_, normed_, branch_, qkv_, z_, lse_, ff_;
    Tensor routerLogits_, expertIds_, expertWeights_, expertGate_, expertUp_, expertOut_;
};

} // namespace vitral
