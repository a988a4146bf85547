// SPDX-License-Identifier: Apache-2.0
#include "core/trace/attribution.h"

#include "core/trace/experts.h"
#include "core/trace/frozen_norm.h"
#include "core/trace/run_walk.h"
#include "core/trace/weight_rows.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace vitral {
namespace {

/// One row of everything a run's position wrote to its stream.
struct Written {
    std::vector<double> embedding, position; ///< [E]; position empty where there is no table
    struct Layer {
        std::vector<double> z;                          ///< [H * Dv]
        std::vector<double> attnOut, mlpOut, residPost; ///< [E]
        std::vector<float> normed, router;              ///< [E], [nExpert]; empty where there are no experts
    };
    std::vector<Layer> layers;
    std::vector<float> finalStream; ///< [E], as the engine had it
    std::vector<float> logits;      ///< [V]
};

Result<Written> readWritten(const Model& model, const ExplainContext& context, const ExplainedRun& run,
                            std::int64_t position) {
    const auto nLayer = static_cast<std::int32_t>(model.config().nLayer);
    WalkRequest walk;
    walk.positions = {position};
    walk.logits = true;
    walk.points = {{Point::Embed, 0}, {Point::PosEmbed, 0}};
    for (std::int32_t i = 0; i < nLayer; ++i)
        for (const Point point : {Point::Z, Point::AttnOut, Point::MlpOut, Point::ResidPost})
            walk.points.push_back({point, i});
    for (std::int32_t i = 0; i < nLayer; ++i)
        if (ExpertLayer::is(model, i))
            walk.points.insert(walk.points.end(), {{Point::MlpNorm, i}, {Point::MoeGate, i}});
    Written written;
    const auto take = [&](const WalkChunk& chunk) -> Result<void> {
        const Capture& capture = chunk.capture;
        written.embedding = toDouble(capture.row(Point::Embed, 0, 0));
        written.position = toDouble(capture.row(Point::PosEmbed, 0, 0));
        for (std::int32_t i = 0; i < nLayer; ++i) {
            const auto normed = capture.row(Point::MlpNorm, i, 0);
            const auto router = capture.row(Point::MoeGate, i, 0);
            written.layers.push_back({toDouble(capture.row(Point::Z, i, 0)),
                                      toDouble(capture.row(Point::AttnOut, i, 0)),
                                      toDouble(capture.row(Point::MlpOut, i, 0)),
                                      toDouble(capture.row(Point::ResidPost, i, 0)),
                                      {normed.begin(), normed.end()},
                                      {router.begin(), router.end()}});
        }
        const auto last = capture.row(Point::ResidPost, nLayer - 1, 0);
        written.finalStream.assign(last.begin(), last.end());
        written.logits.assign(chunk.logits.begin(), chunk.logits.end());
        return {};
    };
    VITRAL_TRY(walkRun(model, context, run, walk, take));
    const auto nEmbd = static_cast<std::size_t>(model.config().nEmbd);
    bool whole = written.embedding.size() == nEmbd && written.finalStream.size() == nEmbd;
    for (const Written::Layer& layer : written.layers)
        whole = whole && layer.attnOut.size() == nEmbd && layer.mlpOut.size() == nEmbd;
    if (!whole)
        return fail(ErrorCode::Unsupported, "This model does not show everything that it writes to its stream.");
    return written;
}

/// W_U[token] - W_U[minus], over the logit divisor, and the same of the output head's bias.
struct Readout {
    std::vector<double> direction; ///< [E]
    double bias = 0;
};
Result<Readout> readoutOf(const Model& model, const Attribution& asked) {
    const Anatomy& anatomy = *model.anatomy();
    VITRAL_TRY_ASSIGN(const WeightRows unembedding, WeightRows::open(model, anatomy.unembedding));
    VITRAL_TRY_ASSIGN(const std::vector<float> bias, readVector(model, anatomy.unembeddingBias));
    std::vector<float> row(static_cast<std::size_t>(unembedding.nCol()));
    Readout readout;
    readout.direction.resize(row.size());
    const auto addToken = [&](TokenId token, double sign) -> Result<void> {
        const double factor = sign / static_cast<double>(anatomy.logitDivisor);
        VITRAL_TRY(unembedding.read(token, row));
        for (std::size_t i = 0; i < row.size(); ++i)
            readout.direction[i] += factor * static_cast<double>(row[i]);
        if (!bias.empty())
            readout.bias += factor * static_cast<double>(bias[static_cast<std::size_t>(token)]);
        return {};
    };
    VITRAL_TRY(addToken(asked.token, 1.0));
    if (asked.minus)
        VITRAL_TRY(addToken(*asked.minus, -1.0));
    return readout;
}

/// Keeps the products behind the contribution that comes next, where it is the one that was asked for.
void unfold(const AttributionRequest& request, Attribution& result, std::span<const double> direction,
            std::span<const double> written, double scale = 1.0) {
    if (!request.unfold || *request.unfold != result.contributions.size())
        return;
    result.unfolded = request.unfold;
    for (std::size_t i = 0; i < written.size(); ++i)
        result.products.push_back(scale * direction[i] * written[i]);
}

/// What a block's heads, and the bias behind them, add to the logit. `direction`: [E], of the stream.
Result<void> addAttention(const Model& model, const ExplainContext& context, std::int32_t iLayer,
                          std::span<const double> z, std::span<const double> direction,
                          const AttributionRequest& request, Attribution& result) {
    std::vector<Contribution>& contributions = result.contributions;
    const LayerAnatomy& layer = model.anatomy()->layers[static_cast<std::size_t>(iLayer)];
    VITRAL_TRY_ASSIGN(const WeightRows out, WeightRows::open(model, layer.attnOut));
    VITRAL_TRY_ASSIGN(const std::vector<float> bias, readVector(model, layer.attnOutBias));
    if (static_cast<std::int64_t>(z.size()) != out.nCol() || layer.attnPostNorm.centred)
        return fail(ErrorCode::Unsupported,
                    fmt::format("Layer {}'s attention writes in a way that cannot be split.", iLayer));
    VITRAL_TRY_ASSIGN(const std::vector<float> postWeight, readVector(model, layer.attnPostNorm.weight));

    // One pass over W_O: the direction carried back to z, and, for the post-norm's scale, what the block gave.
    std::vector<double> onZ(z.size());
    double biasLogit = 0.0;
    double squares = 0.0;
    VITRAL_TRY(out.forEach(context.stop, [&](std::int64_t iRow, std::span<const float> row) {
        const auto e = static_cast<std::size_t>(iRow);
        const double onRow = direction[e] * (postWeight.empty() ? 1.0 : static_cast<double>(postWeight[e]));
        double given = bias.empty() ? 0.0 : static_cast<double>(bias[e]);
        biasLogit += onRow * given;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const double weight = static_cast<double>(row[i]);
            onZ[i] += onRow * weight;
            given += weight * z[i];
        }
        squares += given * given;
    }));
    double scale = static_cast<double>(layer.residualScale);
    if (!layer.attnPostNorm.empty())
        scale /=
            std::sqrt(squares / static_cast<double>(direction.size()) + static_cast<double>(layer.attnPostNorm.eps));
    const auto headDim = static_cast<std::size_t>(layer.headDimV);
    for (std::size_t h = 0; h * headDim < z.size(); ++h) {
        const auto on = std::span<const double>(onZ).subspan(h * headDim, headDim);
        unfold(request, result, on, z.subspan(h * headDim, headDim), scale);
        contributions.push_back({ContributionKind::Head, iLayer, static_cast<std::int32_t>(h),
                                 scale * dot(on, z.subspan(h * headDim, headDim))});
    }
    if (!bias.empty())
        contributions.push_back({ContributionKind::AttnBias, iLayer, -1, scale * biasLogit});
    return {};
}

/// What a block's MLP, or each expert its router chose, adds to the logit.
Result<void> addMlp(const Model& model, const ExplainContext& context, std::int32_t iLayer,
                    const Written::Layer& written, std::span<const double> direction, const AttributionRequest& request,
                    Attribution& result) {
    if (written.router.empty()) {
        unfold(request, result, direction, written.mlpOut);
        result.contributions.push_back({ContributionKind::Mlp, iLayer, -1, dot(direction, written.mlpOut)});
        return {};
    }
    VITRAL_TRY_ASSIGN(const ExpertLayer experts, ExpertLayer::open(model, iLayer));
    VITRAL_TRY_ASSIGN(const std::vector<ChosenExpert> chosen,
                      experts.choose(written.normed, written.router, context.stop));
    const auto residualScale =
        static_cast<double>(model.anatomy()->layers[static_cast<std::size_t>(iLayer)].residualScale);
    for (const ChosenExpert& expert : chosen) {
        std::vector<double> out = expert.bias;
        out.resize(direction.size());
        const std::vector<double> post = toDouble(expert.post);
        VITRAL_TRY(experts.forEachOut(expert.iExpert, context.stop, [&](std::int64_t e, std::span<const float> row) {
            out[static_cast<std::size_t>(e)] += dot(std::span<const double>(post), row);
        }));
        const double scale = residualScale * expert.weight;
        unfold(request, result, direction, out, scale);
        result.contributions.push_back(
            {ContributionKind::Expert, iLayer, expert.iExpert, scale * dot(direction, std::span<const double>(out))});
    }
    return {};
}

Result<void> checkTokens(const Model& model, const AttributionRequest& request) {
    for (const TokenId id : {request.token, request.minus.value_or(0)})
        if (id < -1 || id >= model.config().nVocab)
            return fail(ErrorCode::InvalidArgument, fmt::format("Token id {} does not exist; this model has {} tokens.",
                                                                id, model.config().nVocab));
    if (request.minus && *request.minus < 0)
        return fail(ErrorCode::InvalidArgument, "The token to compare with must be one of the model's.");
    return {};
}

/// Fills total and softcapped with the engine's own numbers.
Result<void> readTotals(const Model& model, const ExplainContext& context, const Written& written,
                        Attribution& result) {
    Workspace workspace(context.backend);
    ProjectContext project{context.backend, workspace, context.stop};
    std::vector<float> logits(written.logits.size());
    VITRAL_TRY(model.project(project, written.finalStream, Projection::BeforeSoftcap, logits));
    const auto of = [&](const std::vector<float>& from) {
        const double minus = result.minus ? static_cast<double>(from[static_cast<std::size_t>(*result.minus)]) : 0.0;
        return static_cast<double>(from[static_cast<std::size_t>(result.token)]) - minus;
    };
    result.total = of(logits);
    result.softcapped = of(written.logits);
    return {};
}

} // namespace

Result<Attribution> attributeLogit(const Model& model, const ExplainContext& context, const ExplainedRun& run,
                                   const AttributionRequest& request) {
    VITRAL_TRY(checkRun(model, run));
    VITRAL_TRY(checkTokens(model, request));
    if (model.anatomy() == nullptr)
        return fail(ErrorCode::Unsupported, "This model does not say how its blocks write to the residual stream.");
    const Anatomy& anatomy = *model.anatomy();
    Attribution result;
    VITRAL_TRY_ASSIGN(result.position, checkPosition(run, request.position));
    VITRAL_TRY_ASSIGN(const Written written, readWritten(model, context, run, result.position));
    result.token = request.token >= 0
                       ? request.token
                       : static_cast<TokenId>(std::max_element(written.logits.begin(), written.logits.end()) -
                                              written.logits.begin());
    result.minus = request.minus;
    VITRAL_TRY(readTotals(model, context, written, result));

    VITRAL_TRY_ASSIGN(const Readout readout, readoutOf(model, result));
    VITRAL_TRY_ASSIGN(const FrozenNorm norm, FrozenNorm::at(model, anatomy.finalNorm, toDouble(written.finalStream)));
    result.normScale = norm.scale;
    const std::vector<double> direction = norm.pullBack(readout.direction);

    std::vector<Contribution>& list = result.contributions;
    unfold(request, result, direction, written.embedding);
    list.push_back({ContributionKind::Embedding, -1, -1, dot(direction, written.embedding)});
    if (!written.position.empty()) {
        unfold(request, result, direction, written.position);
        list.push_back({ContributionKind::Position, -1, -1, dot(direction, written.position)});
    }
    const bool changed = hasChanges(run);
    std::vector<double> before = written.embedding;
    for (std::size_t i = 0; i < written.position.size(); ++i)
        before[i] += written.position[i];
    for (std::size_t i = 0; i < written.layers.size(); ++i) {
        const Written::Layer& layer = written.layers[i];
        const auto iLayer = static_cast<std::int32_t>(i);
        const std::size_t firstHead = list.size();
        VITRAL_TRY(addAttention(model, context, iLayer, layer.z, direction, request, result));
        VITRAL_TRY(addMlp(model, context, iLayer, layer, direction, request, result));
        double parts = 0.0;
        for (std::size_t c = firstHead; c < list.size(); ++c)
            parts += list[c].logit;
        if (changed) { // what was put into or taken from the stream beyond what the heads and the MLP gave
            const double moved = dot(direction, layer.residPost) - dot(direction, before);
            list.push_back({ContributionKind::Intervention, iLayer, -1, moved - parts});
            before = layer.residPost;
        }
        if (context.progress)
            context.progress(static_cast<double>(i + 1) / static_cast<double>(written.layers.size()));
    }
    if (!norm.bias.empty() || !anatomy.unembeddingBias.empty())
        list.push_back({ContributionKind::FinalBias, -1, -1, norm.constant(readout.direction) + readout.bias});

    double sum = 0.0;
    for (const Contribution& contribution : list)
        sum += contribution.logit;
    result.rest = result.total - sum;
    if (std::any_of(list.begin(), list.end(), [](const Contribution& c) { return c.kind == ContributionKind::Expert; }))
        result.notes.emplace_back(
            "Experts are computed again from the file's weights; what the engine's rounding makes "
            "of them is in the rest.");
    if (anatomy.softcap > 0.0F)
        result.notes.push_back(fmt::format(
            "The model soft-caps its logits at {}; the terms add up to the logit before that.", anatomy.softcap));
    for (const LayerAnatomy& layer : anatomy.layers)
        if (!layer.attnPostNorm.empty()) {
            result.notes.emplace_back(
                "Heads pass a norm before they are added to the stream; its scale is frozen too.");
            break;
        }
    return result;
}

} // namespace vitral
