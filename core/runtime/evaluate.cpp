// SPDX-License-Identifier: Apache-2.0
#include "core/runtime/evaluate.h"

#include "core/trace/intervener.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

namespace vitral {

namespace {
constexpr std::int64_t kMaxRows = 256;
constexpr std::int64_t kLogitBytes = std::int64_t{32} << 20U;
} // namespace

Result<void> evaluateTokens(const Model& model, TaskContext& context, DType kvType, std::span<const TokenId> tokens,
                            Positions positions,
                            const std::function<Result<void>(std::int64_t iPos, std::span<const float> logits)>& take,
                            const InterventionSet* interventions) {
    const std::int64_t nVocab = model.config().nVocab;
    const auto nToken = static_cast<std::int64_t>(tokens.size());
    if (nToken == 0)
        return fail(ErrorCode::InvalidArgument, "There is no token to compute.");
    for (const TokenId id : tokens)
        if (id < 0 || id >= nVocab)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("Token id {} does not exist; this model has {} tokens.", id, nVocab));
    Backend& backend = model.backend() ? *model.backend() : context.backend;
    const std::int64_t nRoom = (nToken + kKvBlockTokens) / kKvBlockTokens * kKvBlockTokens;
    VITRAL_TRY_ASSIGN(const auto cache, KvCache::create(backend, model.kvSpec(nRoom, kvType)));
    VITRAL_TRY_ASSIGN(const SeqId seq, cache->newSequence());
    Workspace workspace(backend);
    TraceShape shape;
    std::unique_ptr<Intervener> intervener;
    if (interventions != nullptr && interventions->active()) {
        VITRAL_TRY_ASSIGN(shape, traceShape(model));
        intervener = std::make_unique<Intervener>(shape, backend);
        VITRAL_TRY(intervener->add(*interventions));
    }
    const bool all = positions == Positions::All;
    const std::int64_t nChunk =
        all ? std::clamp<std::int64_t>(kLogitBytes / (4 * std::max<std::int64_t>(nVocab, 1)), 1, kMaxRows) : kMaxRows;
    std::vector<float> logits;
    for (std::int64_t from = 0; from < nToken; from += nChunk) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "");
        const std::int64_t n = std::min(nChunk, nToken - from);
        std::vector<BatchRow> rows;
        std::vector<std::int32_t> wanted;
        for (std::int64_t i = 0; i < n; ++i) {
            rows.push_back({seq, static_cast<std::int32_t>(from + i)});
            if (all || from + i + 1 == nToken)
                wanted.push_back(static_cast<std::int32_t>(i));
        }
        logits.resize(wanted.size() * static_cast<std::size_t>(nVocab));
        VITRAL_TRY(cache->reserve(seq, n));
        workspace.reset();
        if (intervener)
            intervener->beginPass(rows, wanted);
        ForwardContext forward{backend, *cache, workspace, intervener.get(), context.stop};
        VITRAL_TRY(model.forward(
            forward, {tokens.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(n)), rows, wanted},
            logits));
        cache->advance(seq, n);
        for (std::size_t w = 0; w < wanted.size(); ++w) {
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "");
            VITRAL_TRY(take(from + wanted[w], std::span(logits).subspan(w * static_cast<std::size_t>(nVocab),
                                                                        static_cast<std::size_t>(nVocab))));
        }
    }
    return {};
}

} // namespace vitral
