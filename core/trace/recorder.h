// SPDX-License-Identifier: Apache-2.0
#pragma once
// The observer of a run that is recorded: copies what the plan asks for out of every pass and gives snapshots that may
// go to other threads. Knows nothing of sampling or events; core/runtime drives it. Thread: engine.

#include "core/model/model.h"
#include "core/trace/recording.h"
#include "core/trace/trace_shape.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace vitral {

/// Consecutive rows of a pass that belong to one branch: rows [firstRow, firstRow + nRow) at positions
/// [firstPosition, firstPosition + nRow).
struct PassRun {
    std::size_t iBranch = 0;
    SeqId seq = 0;
    std::int64_t firstRow = 0, nRow = 0, firstPosition = 0;
};

class Recorder final : public ForwardObserver {
public:
    /// The backend and the shape outlive the object. kvType: what the cache keeps; the keys of one that rounds to less
    /// than F16 are read back out of it.
    Recorder(TracePlan plan, const TraceShape& shape, Backend& backend, DType kvType, std::size_t nBranch);

    /// Before every pass. `wanted` are the rows that get logits; both spans outlive the pass.
    void beginPass(const KvCache& cache, std::span<const PassRun> runs, std::span<const std::int32_t> wanted);
    /// Forgets positions from nToken on (a pass that failed, a context that moved on).
    void truncate(std::size_t iBranch, std::int64_t nToken);
    /// Branch `iBranch` starts with the first nToken positions of another one, or of a recording that covers() them;
    /// their memory is shared.
    void startFrom(std::size_t iBranch, std::size_t iOther, std::int64_t nToken);
    void startFrom(std::size_t iBranch, const Recording& recording, std::int64_t nToken);
    /// How many leading positions `recording` has of everything in the plan; no limit: INT64_MAX.
    [[nodiscard]] std::int64_t covers(const Recording& recording) const;

    [[nodiscard]] const TracePlan& plan() const { return plan_; }
    /// Whether the logits of a position are to be recorded: its row must be wanted.
    [[nodiscard]] bool wantsLogits(std::int64_t position) const;
    /// Attention and tensors as they are now; the caller adds the rest.
    void snapshot(std::size_t iBranch, Recording& to) const;

    // ForwardObserver
    [[nodiscard]] bool wants(Point point, std::int32_t iLayer) const override;
    void give(Point point, std::int32_t iLayer, Tensor tensor) override;
    void giveAttention(std::int32_t iLayer, const AttentionParams& params, const RopeTable* rope) override;
    [[nodiscard]] bool wantsAllRows() const override { return wantsAllRows_; }

private:
    struct LayerWriters {
        RowsWriter q, k, lse;
    };
    struct BranchWriters {
        std::vector<LayerWriters> attention; ///< [nLayer]
        std::vector<RowsWriter> items;       ///< as plan_.items
    };
    /// What happens when a point is given: bits of Role, and the item.
    struct Slot {
        bool q = false, k = false, lse = false;
        std::int32_t iItem = -1;
    };
    [[nodiscard]] std::size_t slotIndex(Point point, std::int32_t iLayer) const;
    void append(RowsWriter& writer, DType as, Tensor rows, RowKeeper* keeper = nullptr);
    void appendItem(const TracePlan::Item& item, std::size_t iItem, Tensor tensor);
    void appendKeys(std::int32_t iLayer);

    TracePlan plan_;
    const TraceShape* shape_;
    Backend* backend_;
    bool readKeysBack_;
    bool wantsAllRows_ = false;
    std::int32_t nLayer_ = 0;
    std::vector<Slot> slots_;                 ///< [nLayer + 1][kPointCount]
    std::vector<AttentionGeometry> geometry_; ///< [nLayer], of the running model (its rotary table fits the context)
    std::vector<BranchWriters> branches_;
    const KvCache* cache_ = nullptr;
    std::span<const PassRun> runs_;
    std::span<const std::int32_t> wanted_;
    RowKeeper* keeper_ = nullptr;         ///< of the device, for what maps are made of; null: the host's copy alone
    std::vector<std::byte*> rows_, kept_; ///< scratch
    std::vector<float> keys_, keyRows_;
};

} // namespace vitral
