// SPDX-License-Identifier: Apache-2.0
#include "core/trace/ablation.h"

#include "core/sample/params.h"
#include "core/trace/altered_copies.h"
#include "core/trace/run_walk.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral {
namespace {

/// Without any ablation: the answer, and, for mean ablation, the mean of every point over the positions.
struct Baseline {
    std::vector<float> logits;
    std::map<PointOfLayer, std::vector<double>> means;
};

Result<Baseline> computeBaseline(const Model& model, const ExplainContext& context, const ExplainedRun& run,
                                 std::int64_t nToken, std::span<const PointOfLayer> points) {
    WalkRequest walk;
    walk.points.assign(points.begin(), points.end());
    for (std::int64_t i = points.empty() ? nToken - 1 : 0; i < nToken; ++i)
        walk.positions.push_back(i);
    walk.logits = points.empty();
    Baseline baseline;
    const ExplainContext quiet{context.backend, context.stop, {}};
    const auto take = [&](const WalkChunk& chunk) -> Result<void> {
        for (const PointOfLayer& point : points) {
            std::vector<double>& mean = baseline.means[point];
            for (std::size_t i = 0; i < chunk.positions.size(); ++i) {
                const auto row = chunk.capture.row(point.point, point.iLayer, i);
                mean.resize(row.size());
                for (std::size_t c = 0; c < row.size(); ++c)
                    mean[c] += static_cast<double>(row[c]) / static_cast<double>(nToken);
            }
        }
        baseline.logits.assign(chunk.logits.begin(), chunk.logits.end());
        return {};
    };
    VITRAL_TRY(walkRun(model, quiet, run, walk, take));
    return baseline;
}

struct Part {
    PointOfLayer point;
    std::int32_t iHead;
    std::int64_t firstCol, nCol;
};

Result<std::vector<Part>> partsOf(const Model& model, const AblationRequest& request) {
    const ModelConfig& config = model.config();
    std::vector<Part> parts;
    std::vector<std::int32_t> layers = request.layers;
    if (layers.empty())
        for (std::int32_t i = 0; i < static_cast<std::int32_t>(config.nLayer); ++i)
            layers.push_back(i);
    for (const std::int32_t iLayer : layers) {
        if (iLayer < 0 || iLayer >= config.nLayer)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("There is no layer {}; the model has layers 0 to {}.", iLayer, config.nLayer - 1));
        if (request.heads) {
            if (model.anatomy() == nullptr)
                return fail(ErrorCode::Unsupported, "This model does not say how many heads its layers have.");
            const LayerAnatomy& layer = model.anatomy()->layers[static_cast<std::size_t>(iLayer)];
            for (std::int64_t h = 0; h < layer.nHead; ++h)
                parts.push_back({{Point::Z, iLayer}, static_cast<std::int32_t>(h), h * layer.headDimV, layer.headDimV});
        }
        if (request.mlps)
            parts.push_back({{Point::MlpOut, iLayer}, -1, 0, config.nEmbd});
    }
    if (parts.empty())
        return fail(ErrorCode::InvalidArgument, "There is nothing to ablate: neither heads nor MLPs were asked for.");
    return parts;
}

} // namespace

Result<AblationSweep> ablationSweep(const Model& model, const ExplainContext& context, const ExplainedRun& run,
                                    const AblationRequest& request,
                                    const std::function<void(const AblationEffect&)>& partial) {
    VITRAL_TRY(checkRun(model, run));
    AblationSweep sweep;
    VITRAL_TRY_ASSIGN(sweep.position, checkPosition(run, request.position));
    if (request.token < -1 || request.token >= model.config().nVocab)
        return fail(ErrorCode::InvalidArgument, fmt::format("Token id {} does not exist; this model has {} tokens.",
                                                            request.token, model.config().nVocab));
    VITRAL_TRY_ASSIGN(const std::vector<Part> parts, partsOf(model, request));
    const std::int64_t nToken = sweep.position + 1;

    VITRAL_TRY_ASSIGN(const Baseline base, computeBaseline(model, context, run, nToken, {}));
    sweep.firstChoice = firstChoice(base.logits);
    sweep.token = request.token >= 0 ? request.token : sweep.firstChoice;
    sweep.logProbability = scoreToken(base.logits, sweep.token, 0).logProbability;
    sweep.logit = base.logits[static_cast<std::size_t>(sweep.token)];

    Baseline means;
    if (request.kind == AblationKind::Mean) {
        std::vector<PointOfLayer> points;
        for (const Part& part : parts)
            if (points.empty() || !(points.back() == part.point))
                points.push_back(part.point);
        VITRAL_TRY_ASSIGN(means, computeBaseline(model, context, run, nToken, points));
    }
    std::vector<AlteredCopy> copies;
    for (const Part& part : parts) {
        PositionEdit edit{part.point, 0, nToken, part.firstCol, part.nCol, {}};
        if (request.kind == AblationKind::Mean) {
            const std::vector<double>& mean = means.means[part.point];
            if (static_cast<std::int64_t>(mean.size()) < part.firstCol + part.nCol)
                return fail(ErrorCode::Unsupported,
                            "This model does not show everything that it writes to its stream.");
            for (std::int64_t c = part.firstCol; c < part.firstCol + part.nCol; ++c)
                edit.values.push_back(static_cast<float>(mean[static_cast<std::size_t>(c)]));
        }
        copies.push_back({0, {std::move(edit)}});
    }
    VITRAL_TRY_ASSIGN(const auto runner, AlteredCopies::open(model, context, run, nToken));
    const auto take = [&](std::size_t i, std::span<const float> logits) -> Result<void> {
        AblationEffect effect;
        effect.iLayer = parts[i].point.iLayer;
        effect.iHead = parts[i].iHead;
        effect.logProbability = scoreToken(logits, sweep.token, 0).logProbability;
        effect.logit = logits[static_cast<std::size_t>(sweep.token)];
        effect.firstChoice = firstChoice(logits);
        sweep.effects.push_back(effect);
        if (partial)
            partial(effect);
        if (context.progress)
            context.progress(static_cast<double>(i + 1) / static_cast<double>(parts.size()));
        return {};
    };
    VITRAL_TRY(runner->run(copies, take));
    return sweep;
}

} // namespace vitral
