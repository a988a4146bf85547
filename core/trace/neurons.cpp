// SPDX-License-Identifier: Apache-2.0
#include "core/trace/neurons.h"

#include "core/trace/frozen_norm.h"
#include "core/trace/run_walk.h"
#include "core/trace/weight_rows.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>
#include <numeric>

namespace vitral {
namespace {

constexpr std::int32_t kMaxNeurons = 256;

struct ReadRows {
    std::vector<float> post, finalStream;
};

/// W_out read once: how long each column is, what the MLP gave (for its post-norm), and, on a second reading, columns.
struct Columns {
    std::vector<double> length; ///< [F]
    std::vector<double> given;  ///< [E]
};
Result<Columns> measure(const Model& model, const ExplainContext& context, const LayerAnatomy& layer,
                        const WeightRows& out, std::span<const float> post) {
    VITRAL_TRY_ASSIGN(const std::vector<float> bias, readVector(model, layer.mlpOutBias));
    Columns columns;
    columns.length.resize(post.size());
    columns.given.resize(static_cast<std::size_t>(out.nRow()));
    VITRAL_TRY(out.forEach(context.stop, [&](std::int64_t iRow, std::span<const float> row) {
        const auto e = static_cast<std::size_t>(iRow);
        double sum = bias.empty() ? 0.0 : static_cast<double>(bias[e]);
        for (std::size_t i = 0; i < row.size(); ++i) {
            const double weight = static_cast<double>(row[i]);
            columns.length[i] += weight * weight;
            sum += weight * static_cast<double>(post[i]);
        }
        columns.given[e] = sum;
    }));
    for (double& value : columns.length)
        value = std::sqrt(value);
    return columns;
}

/// The chosen columns, [chosen, E].
Result<std::vector<std::vector<double>>> columnsOf(const ExplainContext& context, const WeightRows& out,
                                                   const std::vector<std::int32_t>& chosen) {
    std::vector<std::vector<double>> columns(chosen.size(), std::vector<double>(static_cast<std::size_t>(out.nRow())));
    VITRAL_TRY(out.forEach(context.stop, [&](std::int64_t iRow, std::span<const float> row) {
        for (std::size_t i = 0; i < chosen.size(); ++i)
            columns[i][static_cast<std::size_t>(iRow)] = static_cast<double>(row[static_cast<std::size_t>(chosen[i])]);
    }));
    return columns;
}

bool absoluteLess(float a, float b) {
    return std::abs(a) < std::abs(b);
}

/// Indices of the nNeuron strongest, strongest first.
std::vector<std::int32_t> strongest(std::span<const float> post, std::span<const double> length,
                                    const NeuronRequest& request) {
    std::vector<double> strength(post.size());
    for (std::size_t i = 0; i < strength.size(); ++i)
        strength[i] = std::abs(static_cast<double>(post[i])) * (request.order == NeuronOrder::Write ? length[i] : 1.0);
    std::vector<std::int32_t> order(post.size());
    std::iota(order.begin(), order.end(), 0);
    const auto n = std::min(order.size(), static_cast<std::size_t>(request.nNeuron));
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n), order.end(),
                      [&](std::int32_t a, std::int32_t b) {
                          const double x = strength[static_cast<std::size_t>(a)];
                          const double y = strength[static_cast<std::size_t>(b)];
                          return x != y ? x > y : a < b;
                      });
    order.resize(n);
    return order;
}

std::vector<PromotedToken> extremes(std::span<const float> logits, std::int32_t nToken, bool greatest) {
    std::vector<TokenId> ids(logits.size());
    std::iota(ids.begin(), ids.end(), TokenId{0});
    const auto n = std::min(static_cast<std::size_t>(std::max(nToken, 0)), ids.size());
    const auto before = [&](TokenId a, TokenId b) {
        const float x = logits[static_cast<std::size_t>(a)];
        const float y = logits[static_cast<std::size_t>(b)];
        return x != y ? (x > y) == greatest : a < b;
    };
    std::partial_sort(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(n), ids.end(), before);
    std::vector<PromotedToken> tokens;
    for (std::size_t i = 0; i < n; ++i)
        tokens.push_back({ids[i], logits[static_cast<std::size_t>(ids[i])]});
    return tokens;
}

Result<void> check(const Model& model, const NeuronRequest& request) {
    if (model.anatomy() == nullptr)
        return fail(ErrorCode::Unsupported, "This model does not say how its blocks write to the residual stream.");
    const std::int64_t nLayer = model.config().nLayer;
    if (request.iLayer < 0 || request.iLayer >= nLayer)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("There is no layer {}; the model has layers 0 to {}.", request.iLayer, nLayer - 1));
    if (request.nNeuron < 1 || request.nNeuron > kMaxNeurons)
        return fail(ErrorCode::InvalidArgument, fmt::format("Ask for 1 to {} neurons.", kMaxNeurons));
    const LayerAnatomy& layer = model.anatomy()->layers[static_cast<std::size_t>(request.iLayer)];
    if (layer.nFf == 0 || layer.mlpOut.empty())
        return fail(ErrorCode::Unsupported,
                    fmt::format("Layer {} is a mixture of experts, whose neurons are not shown.", request.iLayer));
    if (layer.mlpPostNorm.centred)
        return fail(ErrorCode::Unsupported, "This model's MLPs write in a way that cannot be split into neurons.");
    return {};
}

Result<ReadRows> readRows(const Model& model, const ExplainContext& context, const ExplainedRun& run,
                          std::int32_t iLayer, std::int64_t position) {
    const auto last = static_cast<std::int32_t>(model.config().nLayer - 1);
    WalkRequest walk;
    walk.positions = {position};
    walk.points = {{Point::MlpPost, iLayer}, {Point::ResidPost, last}};
    ReadRows rows;
    const auto take = [&](const WalkChunk& chunk) -> Result<void> {
        const auto post = chunk.capture.row(Point::MlpPost, iLayer, 0);
        const auto stream = chunk.capture.row(Point::ResidPost, last, 0);
        rows.post.assign(post.begin(), post.end());
        rows.finalStream.assign(stream.begin(), stream.end());
        return {};
    };
    VITRAL_TRY(walkRun(model, context, run, walk, take));
    return rows;
}

/// Every chosen column, times its activation, as it arrives in the normalised stream: f32 [chosen, E].
Result<std::vector<float>> pushColumns(const Model& model, const ExplainContext& context, const LayerAnatomy& layer,
                                       const WeightRows& out, const ReadRows& rows, const Columns& columns,
                                       const std::vector<std::int32_t>& order) {
    VITRAL_TRY_ASSIGN(auto vectors, columnsOf(context, out, order));
    VITRAL_TRY_ASSIGN(const FrozenNorm norm,
                      FrozenNorm::at(model, model.anatomy()->finalNorm, toDouble(rows.finalStream)));
    FrozenNorm post;
    if (!layer.mlpPostNorm.empty()) {
        VITRAL_TRY_ASSIGN(post, FrozenNorm::at(model, layer.mlpPostNorm, columns.given));
    }
    const auto nEmbd = static_cast<std::size_t>(out.nRow());
    const std::size_t n = order.size();
    std::vector<float> pushed(n * nEmbd);
    for (std::size_t i = 0; i < n; ++i) {
        const double factor = static_cast<double>(rows.post[static_cast<std::size_t>(order[i])]) *
                              static_cast<double>(layer.residualScale);
        std::vector<double>& v = vectors[i];
        for (double& value : v)
            value *= factor;
        if (!layer.mlpPostNorm.empty())
            v = post.pushForward(v);
        v = norm.pushForward(v);
        std::transform(v.begin(), v.end(), pushed.begin() + static_cast<std::ptrdiff_t>(i * nEmbd),
                       [](double value) { return static_cast<float>(value); });
    }
    return pushed;
}

} // namespace

Result<NeuronReport> activeNeurons(const Model& model, const ExplainContext& context, const ExplainedRun& run,
                                   const NeuronRequest& request) {
    VITRAL_TRY(checkRun(model, run));
    VITRAL_TRY(check(model, request));
    const LayerAnatomy& layer = model.anatomy()->layers[static_cast<std::size_t>(request.iLayer)];
    NeuronReport report;
    report.iLayer = request.iLayer;
    VITRAL_TRY_ASSIGN(report.position, checkPosition(run, request.position));
    VITRAL_TRY_ASSIGN(ReadRows rows, readRows(model, context, run, request.iLayer, report.position));
    VITRAL_TRY_ASSIGN(const WeightRows out, WeightRows::open(model, layer.mlpOut));
    if (static_cast<std::int64_t>(rows.post.size()) != out.nCol())
        return fail(ErrorCode::Unsupported, "This model does not show its neurons.");
    report.nNeuron = out.nCol();
    report.activations = rows.post;
    VITRAL_TRY_ASSIGN(const Columns columns, measure(model, context, layer, out, rows.post));
    if (!request.minus.empty()) {
        if (request.minus.size() != rows.post.size())
            return fail(ErrorCode::InvalidArgument, "The other run's layer has another number of neurons.");
        report.difference = true;
        std::transform(rows.post.begin(), rows.post.end(), request.minus.begin(), rows.post.begin(), std::minus<>());
    }

    const std::vector<std::int32_t> order = strongest(rows.post, columns.length, request);
    const float most = std::abs(*std::max_element(rows.post.begin(), rows.post.end(), absoluteLess));
    report.nActive = std::count_if(rows.post.begin(), rows.post.end(),
                                   [&](float value) { return most > 0.0F && std::abs(value) > 0.01F * most; });

    VITRAL_TRY_ASSIGN(const std::vector<float> pushed, pushColumns(model, context, layer, out, rows, columns, order));
    const auto nEmbd = static_cast<std::size_t>(out.nRow());
    const std::size_t n = order.size();
    const auto nVocab = static_cast<std::size_t>(model.config().nVocab);
    Workspace workspace(context.backend);
    std::vector<float> logits;
    constexpr std::size_t kAtOnce = 16;
    for (std::size_t first = 0; first < n; first += kAtOnce) {
        const std::size_t nNow = std::min(kAtOnce, n - first);
        logits.resize(nNow * nVocab);
        ProjectContext project{context.backend, workspace, context.stop};
        VITRAL_TRY(model.project(project, std::span<const float>(pushed).subspan(first * nEmbd, nNow * nEmbd),
                                 Projection::Direction, logits));
        for (std::size_t i = 0; i < nNow; ++i) {
            const auto row = std::span<const float>(logits).subspan(i * nVocab, nVocab);
            Neuron neuron;
            neuron.index = order[first + i];
            const auto at = static_cast<std::size_t>(neuron.index);
            neuron.activation = rows.post[at];
            neuron.write = static_cast<float>(std::abs(static_cast<double>(rows.post[at])) * columns.length[at]);
            neuron.promoted = extremes(row, request.nToken, true);
            neuron.suppressed = extremes(row, request.nToken, false);
            report.neurons.push_back(std::move(neuron));
        }
    }
    if (!layer.mlpPostNorm.empty())
        report.notes.emplace_back("The MLP passes a norm before it is added to the stream; its scale is frozen too.");
    return report;
}

} // namespace vitral
