// SPDX-License-Identifier: Apache-2.0
#include "core/trace/patching.h"

#include "core/base/amounts.h"
#include "core/trace/altered_copies.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <numeric>

namespace vitral {
namespace {

/// The clean run's activations are kept whole: f32 [layers, positions, E].
constexpr std::size_t kMaxCleanBytes = std::size_t{1} << 30U;
constexpr double kLeastDifference = 1e-3;
/// Below it the engine's rounding (some 1e-3 of a logit with 8-bit inputs) is seen in the fractions.
constexpr double kFaintDifference = 0.1;

/// Columns of the point in one layer.
std::size_t widthOf(const Model& model, Point point, std::int64_t iLayer) {
    if (point != Point::Z)
        return static_cast<std::size_t>(model.config().nEmbd);
    const LayerAnatomy& layer = model.anatomy()->layers[static_cast<std::size_t>(iLayer)];
    return static_cast<std::size_t>(layer.nHead * layer.headDimV);
}

Result<void> check(const Model& model, const PatchRequest& request) {
    const auto& [clean, corrupt] = std::pair(request.clean, request.corrupt);
    if (clean.size() != corrupt.size())
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("The clean prompt has {} and the corrupt one {}; patching needs the same number.",
                                counted(std::ssize(clean), "token"), corrupt.size()));
    if (clean == corrupt)
        return fail(ErrorCode::InvalidArgument, "The two prompts are the same: there is nothing to patch.");
    for (const TokenId id : {request.answer, request.wrongAnswer})
        if (id < 0 || id >= model.config().nVocab)
            return fail(ErrorCode::InvalidArgument, fmt::format("Token id {} does not exist; this model has {} tokens.",
                                                                id, model.config().nVocab));
    if (request.answer == request.wrongAnswer)
        return fail(ErrorCode::InvalidArgument, "The two answers are the same token.");
    switch (request.point) {
    case Point::ResidPre:
    case Point::ResidMid:
    case Point::ResidPost:
    case Point::AttnOut:
    case Point::MlpOut:
        break;
    case Point::Z:
        if (model.anatomy() == nullptr)
            return fail(ErrorCode::Unsupported, "This model does not say how many heads its layers have.");
        break;
    default:
        return fail(ErrorCode::InvalidArgument,
                    "Points that can be patched: hook_resid_pre, hook_resid_mid, hook_resid_post, hook_attn_out, "
                    "hook_mlp_out and, head by head, hook_z.");
    }
    const auto nPosition = static_cast<std::int64_t>(clean.size());
    if (request.position < -1 || request.position >= nPosition)
        return fail(ErrorCode::InvalidArgument, fmt::format("There is no position {}; the prompts have {}.",
                                                            request.position, counted(nPosition, "token")));
    if (request.position >= 0 && request.point != Point::Z)
        return fail(ErrorCode::InvalidArgument, "A single position can be chosen for heads (hook_z) only: every other "
                                                "point is patched position by position anyway.");
    std::size_t width = 0;
    for (std::int64_t i = 0; i < model.config().nLayer; ++i)
        width += widthOf(model, request.point, i);
    const auto bytes = width * clean.size() * 4;
    if (bytes > kMaxCleanBytes)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("Prompts of {} tokens are too long to be patched on this model.", clean.size()));
    return {};
}

double difference(std::span<const float> logits, const PatchRequest& request) {
    return static_cast<double>(logits[static_cast<std::size_t>(request.answer)]) -
           static_cast<double>(logits[static_cast<std::size_t>(request.wrongAnswer)]);
}

struct CleanRun {
    double difference = 0;
    std::vector<std::vector<float>> values; ///< by layer: [positions, widthOf]
};

/// The logit difference of a run and, where asked, everything at the point.
Result<CleanRun> readRun(const Model& model, const ExplainContext& context, const ExplainedRun& run,
                         const PatchRequest& request, bool values) {
    const auto nLayer = static_cast<std::int32_t>(model.config().nLayer);
    WalkRequest walk;
    walk.positions.resize(run.tokens.size());
    std::iota(walk.positions.begin(), walk.positions.end(), std::int64_t{0});
    if (values)
        for (std::int32_t i = 0; i < nLayer; ++i)
            walk.points.push_back({request.point, i});
    else
        walk.positions = {walk.positions.back()};
    walk.logits = true;
    CleanRun clean;
    clean.values.resize(walk.points.size());
    const auto nVocab = static_cast<std::size_t>(model.config().nVocab);
    const ExplainContext quiet{context.backend, context.stop, {}};
    const auto take = [&](const WalkChunk& chunk) -> Result<void> {
        for (std::size_t i = 0; i < clean.values.size(); ++i) {
            const auto rows = chunk.capture.values(request.point, static_cast<std::int32_t>(i));
            clean.values[i].insert(clean.values[i].end(), rows.begin(), rows.end());
        }
        clean.difference = difference(chunk.logits.last(nVocab), request);
        return {};
    };
    VITRAL_TRY(walkRun(model, quiet, run, walk, take));
    return clean;
}

/// A cell of the grid and the change that gives it.
struct PatchCell {
    std::int64_t iColumn = 0;
    AlteredCopy copy;
};

/// Columns [firstCol, firstCol + nCol) of the clean rows at positions [first, end), to be written over the corrupt
/// ones.
AlteredCopy copyOf(PointOfLayer point, std::span<const float> rows, std::size_t width, std::int64_t first,
                   std::int64_t end, std::int64_t firstCol, std::int64_t nCol) {
    PositionEdit edit{point, first, end, firstCol, nCol, {}};
    for (std::int64_t p = first; p < end; ++p) {
        const auto row = rows.subspan(static_cast<std::size_t>(p) * width + static_cast<std::size_t>(firstCol),
                                      static_cast<std::size_t>(nCol));
        edit.values.insert(edit.values.end(), row.begin(), row.end());
    }
    return {first, {std::move(edit)}};
}

/// Everything that is patched in one layer, except where clean and corrupt runs are the same.
std::vector<PatchCell> cellsOf(const Model& model, const PatchRequest& request, std::int32_t iLayer,
                               std::span<const float> rows, std::int64_t firstDiffering) {
    const PointOfLayer point{request.point, iLayer};
    const std::size_t width = widthOf(model, request.point, iLayer);
    const auto nPosition = static_cast<std::int64_t>(request.clean.size());
    std::vector<PatchCell> cells;
    if (request.point == Point::Z) {
        const LayerAnatomy& layer = model.anatomy()->layers[static_cast<std::size_t>(iLayer)];
        const std::int64_t first = std::max(firstDiffering, request.position);
        const std::int64_t end = request.position < 0 ? nPosition : request.position + 1;
        for (std::int64_t h = 0; first < end && h < layer.nHead; ++h)
            cells.push_back({h, copyOf(point, rows, width, first, end, h * layer.headDimV, layer.headDimV)});
        return cells;
    }
    for (std::int64_t p = firstDiffering; p < nPosition; ++p)
        cells.push_back({p, copyOf(point, rows, width, p, p + 1, 0, static_cast<std::int64_t>(width))});
    return cells;
}

/// The grid before any patch: NaN, and 0 where there is nothing to be patched.
PatchGrid emptyGrid(const Model& model, const PatchRequest& request, std::int64_t firstDiffering) {
    PatchGrid grid;
    grid.nLayer = model.config().nLayer;
    grid.byHead = request.point == Point::Z;
    grid.nColumn = static_cast<std::int64_t>(request.clean.size());
    const auto nHead = [&](std::int64_t i) { return model.anatomy()->layers[static_cast<std::size_t>(i)].nHead; };
    if (grid.byHead) {
        grid.nColumn = 0;
        for (std::int64_t i = 0; i < grid.nLayer; ++i)
            grid.nColumn = std::max<std::int64_t>(grid.nColumn, nHead(i));
    }
    grid.recovered.assign(static_cast<std::size_t>(grid.nLayer * grid.nColumn),
                          std::numeric_limits<float>::quiet_NaN());
    const bool before = request.position >= 0 && request.position < firstDiffering;
    for (std::int64_t i = 0; i < grid.nLayer; ++i)
        std::fill_n(grid.recovered.begin() + i * grid.nColumn, grid.byHead ? (before ? nHead(i) : 0) : firstDiffering,
                    0.0F);
    return grid;
}

} // namespace

Result<PatchGrid> patchGrid(const Model& model, const ExplainContext& context, const PatchRequest& request,
                            const std::function<void(std::int64_t, std::int64_t, float)>& partial) {
    VITRAL_TRY(check(model, request));
    const ExplainedRun cleanRun{request.clean, nullptr, request.kvType, 0};
    const ExplainedRun corruptRun{request.corrupt, nullptr, request.kvType, 0};
    VITRAL_TRY_ASSIGN(const CleanRun clean, readRun(model, context, cleanRun, request, true));
    VITRAL_TRY_ASSIGN(const CleanRun corrupt, readRun(model, context, corruptRun, request, false));
    const auto firstDiffering =
        std::mismatch(request.clean.begin(), request.clean.end(), request.corrupt.begin()).first -
        request.clean.begin();
    PatchGrid grid = emptyGrid(model, request, firstDiffering);
    grid.cleanDifference = clean.difference;
    grid.corruptDifference = corrupt.difference;
    const double whole = clean.difference - corrupt.difference;
    if (!(std::abs(whole) > kLeastDifference))
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("The two prompts prefer the first answer by {:.4f} and {:.4f} (logits): they do not "
                                "tell the answers apart, so nothing can be recovered.",
                                clean.difference, corrupt.difference));
    if (std::abs(whole) < kFaintDifference)
        grid.notes.push_back(fmt::format(
            "The two prompts move the logit difference by {:.4f} only: every number is a fraction of that, so rounding "
            "and small effects look large.",
            std::abs(whole)));

    VITRAL_TRY_ASSIGN(const auto runner, AlteredCopies::open(model, context, corruptRun,
                                                             static_cast<std::int64_t>(request.corrupt.size())));
    VITRAL_TRY(runner->computeBase());
    for (std::int64_t iLayer = 0; iLayer < grid.nLayer; ++iLayer) {
        const std::vector<float>& rows = clean.values[static_cast<std::size_t>(iLayer)];
        if (rows.size() != widthOf(model, request.point, iLayer) * request.clean.size())
            return fail(ErrorCode::Unsupported, "This model does not show what is to be patched.");
        std::vector<AlteredCopy> copies;
        std::vector<std::int64_t> columns;
        for (PatchCell& cell : cellsOf(model, request, static_cast<std::int32_t>(iLayer), rows, firstDiffering)) {
            copies.push_back(std::move(cell.copy));
            columns.push_back(cell.iColumn);
        }
        const auto take = [&](std::size_t i, std::span<const float> logits) -> Result<void> {
            const auto value = static_cast<float>((difference(logits, request) - corrupt.difference) / whole);
            grid.recovered[static_cast<std::size_t>(iLayer * grid.nColumn + columns[i])] = value;
            if (partial)
                partial(iLayer, columns[i], value);
            return {};
        };
        VITRAL_TRY(runner->run(copies, take));
        if (context.progress)
            context.progress(static_cast<double>(iLayer + 1) / static_cast<double>(grid.nLayer));
    }
    return grid;
}

} // namespace vitral
