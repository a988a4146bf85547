// SPDX-License-Identifier: Apache-2.0
#pragma once
// What an intervention changes: the same tokens computed with and without it, position by position; or two recordings
// of whole runs, whose answers may part. Thread: compareRuns: engine; compareRecordings: any.

#include "core/sample/params.h"
#include "core/trace/explain.h"
#include "core/trace/recording.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vitral {

struct PositionChange {
    std::int64_t position = 0; ///< the distribution after this token
    TokenScore with,
        without;   ///< of the token that follows in the text (the last position: of `without`'s first choice)
    double kl = 0; ///< KL(without || with) in nats, over the whole vocabulary
    double totalVariation = 0; ///< half the summed absolute difference of the probabilities, 0..1
};

struct RunComparison {
    std::vector<PositionChange> positions;  ///< ascending
    std::int64_t firstDifferentChoice = -1; ///< position where the likeliest token first differs; -1: nowhere
    double meanKl = 0, maxKl = 0;
    std::int64_t maxKlPosition = -1;
};

/// Both forward passes over run.tokens, one with run.interventions, one without any. Memory beyond the result: two
/// chunks of logits. Errors: InvalidArgument (also where the run has no interventions), Cancelled, those of forward.
Result<RunComparison> compareRuns(const Model& model, const ExplainContext& context, const ExplainedRun& run,
                                  std::int32_t nTop = 5);

/// Two recordings of the same prompt, from their scores: no model needed. KL is not known from these (NaN); `kl` stays
/// NaN, and positions end where the texts part.
struct RecordingComparison {
    std::int64_t nCommon = 0; ///< tokens until the texts part; the whole of the shorter where they do not
    bool part = false;
    std::vector<PositionChange> positions; ///< where both have a score; `position` is that of the scored token minus 1
};
RecordingComparison compareRecordings(const Recording& with, const Recording& without);

} // namespace vitral
