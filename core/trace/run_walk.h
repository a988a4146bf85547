// SPDX-License-Identifier: Apache-2.0
#pragma once
// A run computed once more, chunk by chunk, with some of its activations read in f32: what every explanation is made
// of. Memory: one chunk of positions. Thread: engine.

#include "core/trace/explain.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace vitral {

/// The likeliest token; of equal ones the first.
[[nodiscard]] inline TokenId firstChoice(std::span<const float> logits) {
    return static_cast<TokenId>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

struct PointOfLayer {
    Point point = Point::ResidPost;
    std::int32_t iLayer = 0; ///< 0 for points that have none
    auto operator<=>(const PointOfLayer&) const = default;
};

/// Keeps f32 copies of chosen rows of chosen points.
class Capture : public ForwardObserver {
public:
    Capture(Backend& backend, std::span<const PointOfLayer> points);
    /// Which rows of the next batch to keep, ascending.
    void begin(std::vector<std::int32_t> rows);
    [[nodiscard]] bool wants(Point point, std::int32_t iLayer) const override;
    void give(Point point, std::int32_t iLayer, Tensor tensor) override;

    /// [kept rows, columns], packed; empty where the architecture has no such point. Until the next begin().
    [[nodiscard]] std::span<const float> values(Point point, std::int32_t iLayer) const;
    /// Row `i` of the kept ones.
    [[nodiscard]] std::span<const float> row(Point point, std::int32_t iLayer, std::size_t i) const;

private:
    struct Kept {
        std::int64_t nCol = 0;
        std::vector<float> values;
    };
    Backend* backend_;
    std::vector<std::int32_t> rows_;
    std::map<PointOfLayer, Kept> kept_;
};

/// The interventions of a run, carried out in front of another observer.
class RunChanges {
public:
    /// References outlive the object; `next` may be null. Errors: those of checkInterventions.
    static Result<std::unique_ptr<RunChanges>> open(const Model& model, Backend& backend, const ExplainedRun& run,
                                                    ForwardObserver* next);
    ~RunChanges();
    /// Before every pass; both spans outlive it.
    void beginPass(std::span<const BatchRow> rows, std::span<const std::int32_t> wanted);
    /// What to give to the forward pass: `next` itself where the run has no interventions.
    [[nodiscard]] ForwardObserver* observer() const;

private:
    RunChanges();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

struct WalkRequest {
    std::vector<PointOfLayer> points;
    std::vector<std::int64_t> positions; ///< ascending, of the run; the walk ends after the last
    bool logits = false;                 ///< also the run's own logits at those positions
    std::int64_t nChunk = 64;            ///< positions computed at once
};

/// What a chunk brought. Valid until the next.
struct WalkChunk {
    std::span<const std::int64_t> positions; ///< the wanted ones in this chunk, not empty
    const Capture& capture;
    std::span<const float> logits; ///< f32 [positions, V], or empty
};

/// Errors: those of checkRun, Cancelled, those of Model::forward and of `take`.
Result<void> walkRun(const Model& model, const ExplainContext& context, const ExplainedRun& run,
                     const WalkRequest& request, const std::function<Result<void>(const WalkChunk&)>& take);

/// A cache for one sequence of nToken tokens as `run` had it, with room for nMore tokens beyond.
Result<std::unique_ptr<KvCache>> cacheFor(const Model& model, Backend& backend, const ExplainedRun& run,
                                          std::int64_t nToken, std::int64_t nMore = 0);

} // namespace vitral
