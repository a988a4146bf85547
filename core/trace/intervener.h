// SPDX-License-Identifier: Apache-2.0
#pragma once
// The observer that carries interventions out: changes activations in place, through backend operations, and then
// passes each point on (to a recorder, which sees what was computed with). Thread: engine.

#include "core/model/model.h"
#include "core/trace/intervention.h"
#include "core/trace/trace_shape.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace vitral {

inline constexpr SeqId kEverySequence = -1;

class Intervener final : public ForwardObserver {
public:
    /// The backend (that of the passes) and `next` outlive the object; `next` may be null.
    Intervener(const TraceShape& shape, Backend& backend, ForwardObserver* next = nullptr);

    /// Enabled items are carried out in their order, on all rows or on those of one sequence of the batch.
    /// Errors: those of checkInterventions, exact for this model; OutOfMemory.
    Result<void> add(const InterventionSet& set, SeqId seq = kEverySequence);
    /// Before every pass: its rows, and which of them get logits. Both spans outlive the pass.
    void beginPass(std::span<const BatchRow> rows, std::span<const std::int32_t> wanted);

    // ForwardObserver
    [[nodiscard]] bool wants(Point point, std::int32_t iLayer) const override;
    void give(Point point, std::int32_t iLayer, Tensor tensor) override;
    void giveAttention(std::int32_t iLayer, const AttentionParams& params, const RopeTable* rope) override;
    [[nodiscard]] bool wantsAllRows() const override { return true; }

private:
    /// Neighbouring columns that are changed: [first, first + n) of the point, values [from, from + n) of the edit.
    struct Range {
        std::int64_t first, n, from;
    };
    struct Edit {
        Intervention what;
        SeqId seq = kEverySequence;
        std::vector<Range> ranges;
        std::vector<float> values;      ///< Mean: what to write, for all ranges together
        std::unique_ptr<Buffer> vector; ///< Add: factor * vector, in the backend's memory
        Rows source;                    ///< Replace
        std::int64_t sourceFirst = 0;   ///< position of its row 0
        std::int64_t sourceColumn = 0;  ///< column of the point that its column 0 is
    };
    [[nodiscard]] std::size_t slot(Point point, std::int32_t iLayer) const;
    [[nodiscard]] const BatchRow& rowOf(Point point, std::int64_t i) const;
    void apply(const Edit& edit, Tensor tensor);
    void change(const Edit& edit, const Range& range, Tensor part, std::int64_t firstPosition);

    const TraceShape* shape_;
    Backend* backend_;
    ForwardObserver* next_;
    std::vector<std::unique_ptr<Edit>> edits_;
    std::vector<std::vector<const Edit*>> slots_; ///< [nLayer + 1][kPointCount], in order
    std::span<const BatchRow> rows_;
    std::span<const std::int32_t> wanted_;
    std::vector<float> scratch_;
};

} // namespace vitral
