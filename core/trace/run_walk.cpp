// SPDX-License-Identifier: Apache-2.0
#include "core/trace/run_walk.h"

#include "core/base/amounts.h"
#include "core/trace/intervention.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral {

bool hasChanges(const ExplainedRun& run) {
    return run.interventions != nullptr && std::any_of(run.interventions->items.begin(), run.interventions->items.end(),
                                                       [](const Intervention& item) { return item.enabled; });
}

Result<void> checkRun(const Model& model, const ExplainedRun& run) {
    if (run.tokens.empty())
        return fail(ErrorCode::InvalidArgument, "There is no token to explain.");
    const std::int64_t nVocab = model.config().nVocab;
    for (const TokenId id : run.tokens)
        if (id < 0 || id >= nVocab)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("Token id {} does not exist; this model has {} tokens.", id, nVocab));
    return {};
}

Result<std::int64_t> checkPosition(const ExplainedRun& run, std::int64_t position) {
    const auto n = static_cast<std::int64_t>(run.tokens.size());
    const std::int64_t at = position < 0 ? n + position : position;
    if (at < 0 || at >= n)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("There is no position {}; the text has {}.", position, counted(n, "token")));
    return at;
}

Capture::Capture(Backend& backend, std::span<const PointOfLayer> points) : backend_(&backend) {
    for (const PointOfLayer& point : points)
        kept_.emplace(point, Kept{});
}

void Capture::begin(std::vector<std::int32_t> rows) {
    rows_ = std::move(rows);
    for (auto& [point, kept] : kept_)
        kept.values.clear();
}

bool Capture::wants(Point point, std::int32_t iLayer) const {
    return !rows_.empty() && kept_.contains({point, iLayer});
}

void Capture::give(Point point, std::int32_t iLayer, Tensor tensor) {
    const auto found = kept_.find({point, iLayer});
    if (found == kept_.end())
        return;
    Kept& kept = found->second;
    kept.nCol = tensor.nCol();
    const auto nCol = static_cast<std::size_t>(kept.nCol);
    kept.values.resize(rows_.size() * nCol);
    for (std::size_t i = 0; i < rows_.size();) {
        std::size_t end = i + 1; // neighbours are read together
        while (end < rows_.size() && rows_[end] == rows_[end - 1] + 1)
            ++end;
        backend_->read(tensor.rows(rows_[i], static_cast<std::int64_t>(end - i)),
                       std::span(kept.values).subspan(i * nCol, (end - i) * nCol));
        i = end;
    }
}

std::span<const float> Capture::values(Point point, std::int32_t iLayer) const {
    const auto found = kept_.find({point, iLayer});
    return found == kept_.end() ? std::span<const float>() : std::span<const float>(found->second.values);
}

std::span<const float> Capture::row(Point point, std::int32_t iLayer, std::size_t i) const {
    const auto found = kept_.find({point, iLayer});
    if (found == kept_.end() || found->second.values.empty())
        return {};
    const auto nCol = static_cast<std::size_t>(found->second.nCol);
    return std::span<const float>(found->second.values).subspan(i * nCol, nCol);
}

Result<std::unique_ptr<KvCache>> cacheFor(const Model& model, Backend& backend, const ExplainedRun& run,
                                          std::int64_t nToken, std::int64_t nMore) {
    const auto blocks = [](std::int64_t n) { return (n + kKvBlockTokens - 1) / kKvBlockTokens * kKvBlockTokens; };
    KvSpec spec = model.kvSpec(blocks(nToken) + blocks(nMore), run.kvType);
    spec.nCtxSequence = std::max(run.nCtx, blocks(nToken));
    return KvCache::create(backend, spec);
}

Result<void> walkRun(const Model& model, const ExplainContext& context, const ExplainedRun& run,
                     const WalkRequest& request, const std::function<Result<void>(const WalkChunk&)>& take) {
    VITRAL_TRY(checkRun(model, run));
    if (request.positions.empty())
        return {};
    for (std::size_t i = 0; i < request.positions.size(); ++i) {
        VITRAL_TRY_ASSIGN(const std::int64_t at, checkPosition(run, request.positions[i]));
        if (at != request.positions[i] || (i > 0 && at <= request.positions[i - 1]))
            return fail(ErrorCode::InvalidArgument, "Positions must be given once each and in ascending order.");
    }
    Backend& backend = context.backend;
    const std::int64_t nToken = request.positions.back() + 1;
    VITRAL_TRY_ASSIGN(const auto cache, cacheFor(model, backend, run, nToken));
    VITRAL_TRY_ASSIGN(const SeqId seq, cache->newSequence());
    Workspace workspace(backend);
    Capture capture(backend, request.points);
    VITRAL_TRY_ASSIGN(const auto changes, RunChanges::open(model, backend, run, &capture));
    const auto nVocab = static_cast<std::size_t>(model.config().nVocab);
    std::vector<float> logits;
    std::vector<BatchRow> rows;
    auto next = request.positions.begin();
    for (std::int64_t first = 0; first < nToken; first += request.nChunk) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "The explanation was stopped.");
        const std::int64_t n = std::min(request.nChunk, nToken - first);
        rows.clear();
        for (std::int64_t i = 0; i < n; ++i)
            rows.push_back({seq, static_cast<std::int32_t>(first + i)});
        const auto begin = next;
        std::vector<std::int32_t> kept;
        for (; next != request.positions.end() && *next < first + n; ++next)
            kept.push_back(static_cast<std::int32_t>(*next - first));
        capture.begin(kept);
        const std::span<const std::int32_t> wanted = request.logits ? std::span(kept) : std::span<std::int32_t>();
        logits.resize(wanted.size() * nVocab);
        VITRAL_TRY(cache->reserve(seq, n));
        workspace.reset();
        changes->beginPass(rows, wanted);
        ForwardContext forward{backend, *cache, workspace, changes->observer(), context.stop};
        VITRAL_TRY(model.forward(
            forward,
            {std::span(run.tokens).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(n)), rows, wanted},
            logits));
        cache->advance(seq, n);
        if (!kept.empty())
            VITRAL_TRY(take({std::span(begin, next), capture, logits}));
        if (context.progress)
            context.progress(static_cast<double>(first + n) / static_cast<double>(nToken));
    }
    return {};
}

} // namespace vitral
