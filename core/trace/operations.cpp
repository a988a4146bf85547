// SPDX-License-Identifier: Apache-2.0
#include "core/trace/operations.h"

#include "core/backend/recording_backend.h"
#include "core/trace/run_walk.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <numeric>

namespace vitral {
namespace {

constexpr std::int64_t kMaxRows = 512;
constexpr std::int64_t kChunk = 256;

/// Tokens [cache length, + n) of one sequence, through `backend`. Returns how long the pass took.
Result<std::int64_t> pass(const Model& model, const ExplainContext& context, Backend& backend, KvCache& cache,
                          Workspace& workspace, SeqId seq, std::int64_t n) {
    const std::int64_t first = cache.length(seq);
    std::vector<TokenId> tokens;
    std::vector<BatchRow> rows;
    for (std::int64_t i = first; i < first + n; ++i) {
        tokens.push_back(static_cast<TokenId>(i % model.config().nVocab));
        rows.push_back({seq, static_cast<std::int32_t>(i)});
    }
    const std::int32_t wanted = static_cast<std::int32_t>(n - 1);
    std::vector<float> logits(static_cast<std::size_t>(model.config().nVocab));
    VITRAL_TRY(cache.reserve(seq, n));
    ForwardContext forward{backend, cache, workspace, nullptr, context.stop};
    const auto begin = std::chrono::steady_clock::now();
    VITRAL_TRY(model.forward(forward, {tokens, rows, std::span(&wanted, 1)}, logits));
    const auto spent = std::chrono::steady_clock::now() - begin;
    cache.advance(seq, n);
    return std::chrono::duration_cast<std::chrono::nanoseconds>(spent).count();
}

} // namespace

Result<OperationList> recordOperations(const Model& model, const ExplainContext& context,
                                       const OperationsRequest& request) {
    if (request.nRow < 1 || request.nRow > kMaxRows || request.nPast < 0 || request.nRepeat < 1)
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format("A pass has 1 to {} tokens, at least none before it, and is run at least once.", kMaxRows));
    Backend& backend = context.backend;
    const ExplainedRun run{{}, nullptr, request.kvType, 0};
    VITRAL_TRY_ASSIGN(const auto cache, cacheFor(model, backend, run, request.nPast + request.nRow));
    VITRAL_TRY_ASSIGN(const SeqId seq, cache->newSequence());
    Workspace workspace(backend);
    const auto work = static_cast<double>(request.nPast + request.nRepeat * request.nRow); // tokens to compute
    for (std::int64_t done = 0; done < request.nPast; done += kChunk) {
        const std::int64_t n = std::min(kChunk, request.nPast - done);
        const auto prefilled = pass(model, context, backend, *cache, workspace, seq, n);
        if (!prefilled)
            return tl::unexpected(prefilled.error());
        if (context.progress)
            context.progress(static_cast<double>(done + n) / work);
    }
    RecordingBackend recorder(backend);
    OperationList best;
    for (std::int32_t i = 0; i < request.nRepeat; ++i) {
        VITRAL_TRY_ASSIGN(const std::int64_t wallNs,
                          pass(model, context, recorder, *cache, workspace, seq, request.nRow));
        OperationList list = recorder.take();
        list.wallNs = wallNs;
        if (i == 0) {
            best = std::move(list);
        } else {
            best.wallNs = std::min(best.wallNs, wallNs);
            for (std::size_t k = 0; k < std::min(best.operations.size(), list.operations.size()); ++k)
                best.operations[k].timeNs = std::min(best.operations[k].timeNs, list.operations[k].timeNs);
        }
        cache->truncate(seq, request.nPast);
        if (context.progress)
            context.progress(static_cast<double>(request.nPast + (i + 1) * request.nRow) / work);
    }
    best.nRow = request.nRow;
    best.nPast = request.nPast;
    return best;
}

} // namespace vitral
