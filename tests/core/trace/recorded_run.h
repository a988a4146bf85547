// SPDX-License-Identifier: Apache-2.0
#pragma once
// Recording a text in a test: passes of any sizes over one sequence, through the recorder and, where wanted,
// interventions, without an engine.

#include "core/trace/intervener.h"
#include "core/trace/recorder.h"
#include "tests/core/model/model_test_support.h"

namespace vitral::test {

struct RecordedText {
    Recording recording;
    std::vector<float> logits; ///< [tokens, V]
};

/// `passes` says how many tokens each pass has; what is left goes one token at a time.
inline Result<RecordedText> recordText(const std::shared_ptr<const Model>& model, std::span<const TokenId> tokens,
                                       std::int64_t nCtx, const TraceRequest& request, DType kvType,
                                       const std::vector<std::int64_t>& passes, const InterventionSet& set = {}) {
    Backend& backend = *model->backend();
    VITRAL_TRY_ASSIGN(const TraceShape shape, traceShape(*model));
    const auto nToken = static_cast<std::int64_t>(tokens.size());
    VITRAL_TRY_ASSIGN(TracePlan plan, planTrace(request, shape, nToken, 1, kvType));
    Recorder recorder(std::move(plan), shape, backend, kvType, 1);
    Intervener intervener(shape, backend, &recorder);
    VITRAL_TRY(intervener.add(set));
    ForwardObserver* observer = set.active() ? static_cast<ForwardObserver*>(&intervener) : &recorder;
    Runner runner(model, nCtx, kvType);
    if (!runner.cache)
        return tl::unexpected(runner.cache.error());
    RecordedText result;
    std::size_t iPass = 0;
    for (std::int64_t from = 0; from < nToken;) {
        const std::int64_t n = iPass < passes.size() ? std::min(passes[iPass++], nToken - from) : 1;
        VITRAL_TRY((*runner.cache)->reserve(runner.sequence, n));
        std::vector<BatchRow> rows;
        std::vector<std::int32_t> wanted;
        for (std::int64_t i = 0; i < n; ++i) {
            rows.push_back({runner.sequence, static_cast<std::int32_t>(from + i)});
            wanted.push_back(static_cast<std::int32_t>(i));
        }
        const std::vector<PassRun> runs{{0, runner.sequence, 0, n, from}};
        recorder.beginPass(**runner.cache, runs, wanted);
        intervener.beginPass(rows, wanted);
        VITRAL_TRY_ASSIGN(const std::vector<float> logits,
                          runner.forward(tokens.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(n)),
                                         rows, wanted, observer));
        (*runner.cache)->advance(runner.sequence, n);
        result.logits.insert(result.logits.end(), logits.begin(), logits.end());
        from += n;
    }
    result.recording.tokens.assign(tokens.begin(), tokens.end());
    recorder.snapshot(0, result.recording);
    return result;
}

} // namespace vitral::test
