// SPDX-License-Identifier: Apache-2.0
#pragma once
// Many copies of one run, each with a change of its own, computed side by side as branches of one batch: what ablation
// sweeps and patching grids are made of. Changes are exact (f32 values written over activations). Thread: engine.

#include "core/trace/run_walk.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace vitral {

/// Columns [firstCol, firstCol + nCol) of a point, at positions [firstPosition, endPosition), become `values`: f32
/// [positions, nCol], or [nCol] for every position alike, or nothing for zeros.
struct PositionEdit {
    PointOfLayer point;
    std::int64_t firstPosition = 0, endPosition = 0;
    std::int64_t firstCol = 0, nCol = 0;
    std::vector<float> values;
};

/// A copy equals the run before firstPosition, so that only what follows is computed.
struct AlteredCopy {
    std::int64_t firstPosition = 0;
    std::vector<PositionEdit> edits;
};

class AlteredCopies {
public:
    /// Of the first nToken tokens of `run`. All references outlive the object. Errors: those of checkRun, OutOfMemory.
    static Result<std::unique_ptr<AlteredCopies>> open(const Model& model, const ExplainContext& context,
                                                       const ExplainedRun& run, std::int64_t nToken);
    ~AlteredCopies();

    /// Computes the run itself, which copies with a firstPosition above 0 start from. Once, before run().
    Result<void> computeBase();
    /// `take` gets the logits f32 [V] after the last token of every copy, in order. Errors: Cancelled, those of forward
    /// and of `take`.
    Result<void> run(std::span<const AlteredCopy> copies,
                     const std::function<Result<void>(std::size_t iCopy, std::span<const float> logits)>& take);

private:
    class RowEdits;
    AlteredCopies(const Model& model, const ExplainContext& context, const ExplainedRun& run, std::int64_t nToken);
    Result<void> runTogether(std::span<const AlteredCopy> copies, std::vector<float>& logits);
    Result<std::vector<SeqId>> startSequences(std::span<const AlteredCopy> copies);
    void releaseSequences(std::span<const SeqId> sequences);
    Result<bool> stepTogether(std::span<const AlteredCopy> copies, std::span<const SeqId> sequences,
                              std::vector<float>& logits);

    const Model& model_;
    const ExplainContext& context_;
    const ExplainedRun& run_;
    std::int64_t nToken_;
    std::unique_ptr<KvCache> cache_;
    Workspace workspace_;
    std::unique_ptr<RowEdits> edits_;
    std::unique_ptr<RunChanges> changes_;
    SeqId base_ = -1;
};

} // namespace vitral
