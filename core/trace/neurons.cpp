// SPDX-License-Identifier: Apache-2.0
#include "core/trace/neurons.h"

#include "core/trace/experts.h"
#include "core/trace/frozen_norm.h"
#include "core/trace/run_walk.h"
#include "core/trace/weight_rows.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>
#include <numeric>
#include <optional>

namespace vitral {
namespace {

constexpr std::int32_t kMaxNeurons = 256;

struct ReadRows {
    std::vector<float> post;        ///< [nNeuron], of experts times their router's weights
    std::vector<float> pre, linear; ///< [nNeuron] or empty
    std::vector<float> finalStream;
    std::vector<float> normed, router; ///< empty where there are no experts
};

/// The output matrix of a layer, seen as one of all its neurons: of an MLP, or of all experts side by side.
class OutMatrix {
public:
    static Result<OutMatrix> open(const Model& model, const LayerAnatomy& layer, std::int32_t iLayer) {
        OutMatrix out;
        if (ExpertLayer::is(model, iLayer)) {
            VITRAL_TRY_ASSIGN(out.experts_, ExpertLayer::open(model, iLayer));
        } else {
            VITRAL_TRY_ASSIGN(out.dense_, WeightRows::open(model, layer.mlpOut));
        }
        return out;
    }
    [[nodiscard]] const std::optional<ExpertLayer>& experts() const { return experts_; }
    [[nodiscard]] std::int64_t nNeuron() const {
        return experts_ ? experts_->nExpert() * experts_->nFf() : dense_->nCol();
    }
    /// Rows of the columns that stand for neurons [first, first + row.size()). Experts without a `used` neuron are
    /// left out.
    Result<void>
    forEach(const std::stop_token& stop, const std::function<bool(std::int64_t neuron)>& used,
            const std::function<void(std::int64_t iRow, std::int64_t first, std::span<const float> row)>& take) const {
        if (!experts_)
            return dense_->forEach(stop, [&](std::int64_t iRow, std::span<const float> row) { take(iRow, 0, row); });
        const std::int64_t nFf = experts_->nFf();
        for (std::int64_t e = 0; e < experts_->nExpert(); ++e) {
            bool any = false;
            for (std::int64_t i = 0; i < nFf && !any; ++i)
                any = used(e * nFf + i);
            if (any) {
                VITRAL_TRY(experts_->forEachOut(
                    static_cast<std::int32_t>(e), stop,
                    [&](std::int64_t iRow, std::span<const float> row) { take(iRow, e * nFf, row); }));
            }
        }
        return {};
    }

private:
    std::optional<WeightRows> dense_;
    std::optional<ExpertLayer> experts_;
};

/// W_out read once: how long each column is, what the MLP gave (for its post-norm), and, on a second reading, columns.
struct Columns {
    std::vector<double> length; ///< [nNeuron]; 0 of experts nobody asked for
    std::vector<double> given;  ///< [E]
};
Result<Columns> measure(const Model& model, const ExplainContext& context, const LayerAnatomy& layer,
                        const OutMatrix& out, std::span<const float> post, std::span<const float> change) {
    VITRAL_TRY_ASSIGN(const std::vector<float> bias, readVector(model, layer.mlpOutBias));
    Columns columns;
    columns.length.resize(post.size());
    columns.given.resize(static_cast<std::size_t>(model.config().nEmbd));
    std::transform(bias.begin(), bias.end(), columns.given.begin(), [](float b) { return static_cast<double>(b); });
    const auto used = [&](std::int64_t i) { return change[static_cast<std::size_t>(i)] != 0.0F; };
    VITRAL_TRY(out.forEach(context.stop, used, [&](std::int64_t iRow, std::int64_t first, std::span<const float> row) {
        double sum = 0.0;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const double weight = static_cast<double>(row[i]);
            const std::size_t at = static_cast<std::size_t>(first) + i;
            columns.length[at] += weight * weight;
            sum += weight * static_cast<double>(post[at]);
        }
        columns.given[static_cast<std::size_t>(iRow)] += sum;
    }));
    for (double& value : columns.length)
        value = std::sqrt(value);
    return columns;
}

/// The chosen columns, [chosen, E].
Result<std::vector<std::vector<double>>> columnsOf(const ExplainContext& context, const OutMatrix& out,
                                                   std::size_t nEmbd, const std::vector<std::int32_t>& chosen) {
    std::vector<std::vector<double>> columns(chosen.size(), std::vector<double>(nEmbd));
    const auto used = [&](std::int64_t neuron) {
        return std::find(chosen.begin(), chosen.end(), static_cast<std::int32_t>(neuron)) != chosen.end();
    };
    VITRAL_TRY(out.forEach(context.stop, used, [&](std::int64_t iRow, std::int64_t first, std::span<const float> row) {
        for (std::size_t i = 0; i < chosen.size(); ++i) {
            const std::int64_t at = chosen[i] - first;
            if (at >= 0 && at < static_cast<std::int64_t>(row.size()))
                columns[i][static_cast<std::size_t>(iRow)] = static_cast<double>(row[static_cast<std::size_t>(at)]);
        }
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
    if (layer.mlpOut.empty() && !ExpertLayer::is(model, request.iLayer))
        return fail(ErrorCode::Unsupported, fmt::format("Layer {} has no neurons to show.", request.iLayer));
    if (layer.mlpPostNorm.centred)
        return fail(ErrorCode::Unsupported, "This model's MLPs write in a way that cannot be split into neurons.");
    return {};
}

Result<ReadRows> readRows(const Model& model, const ExplainContext& context, const ExplainedRun& run,
                          std::int32_t iLayer, std::int64_t position) {
    const auto last = static_cast<std::int32_t>(model.config().nLayer - 1);
    WalkRequest walk;
    walk.positions = {position};
    walk.points = {{Point::MlpPost, iLayer}, {Point::MlpPre, iLayer},  {Point::MlpPreLinear, iLayer},
                   {Point::MlpNorm, iLayer}, {Point::MoeGate, iLayer}, {Point::ResidPost, last}};
    ReadRows rows;
    const auto take = [&](const WalkChunk& chunk) -> Result<void> {
        const auto copy = [&](Point point, std::int32_t i, std::vector<float>& to) {
            const auto row = chunk.capture.row(point, i, 0);
            to.assign(row.begin(), row.end());
        };
        copy(Point::MlpPost, iLayer, rows.post);
        copy(Point::MlpPre, iLayer, rows.pre);
        copy(Point::MlpPreLinear, iLayer, rows.linear);
        copy(Point::MlpNorm, iLayer, rows.normed);
        copy(Point::MoeGate, iLayer, rows.router);
        copy(Point::ResidPost, last, rows.finalStream);
        return {};
    };
    VITRAL_TRY(walkRun(model, context, run, walk, take));
    return rows;
}

/// Fills in what the neurons of the chosen experts say, and who was chosen.
Result<void> readExperts(const ExpertLayer& layer, const ExplainContext& context, ReadRows& rows,
                         NeuronReport& report) {
    VITRAL_TRY_ASSIGN(const std::vector<ChosenExpert> chosen, layer.choose(rows.normed, rows.router, context.stop));
    for (std::vector<float>* all : {&rows.post, &rows.pre, &rows.linear})
        all->assign(static_cast<std::size_t>(layer.nExpert() * layer.nFf()), 0.0F);
    report.nPerExpert = layer.nFf();
    for (const ChosenExpert& expert : chosen) {
        report.experts.push_back({expert.iExpert, static_cast<float>(expert.weight)});
        const auto first = expert.iExpert * layer.nFf();
        std::copy(expert.pre.begin(), expert.pre.end(), rows.pre.begin() + first);
        std::copy(expert.linear.begin(), expert.linear.end(), rows.linear.begin() + first);
        std::transform(expert.post.begin(), expert.post.end(), rows.post.begin() + first,
                       [&](float post) { return static_cast<float>(expert.weight * static_cast<double>(post)); });
    }
    return {};
}

/// Every chosen column, times its activation, as it arrives in the normalised stream: f32 [chosen, E].
Result<std::vector<float>> pushColumns(const Model& model, const ExplainContext& context, const LayerAnatomy& layer,
                                       const OutMatrix& out, const ReadRows& rows, const Columns& columns,
                                       const std::vector<std::int32_t>& order) {
    const auto nEmbd = static_cast<std::size_t>(model.config().nEmbd);
    VITRAL_TRY_ASSIGN(auto vectors, columnsOf(context, out, nEmbd, order));
    VITRAL_TRY_ASSIGN(const FrozenNorm norm,
                      FrozenNorm::at(model, model.anatomy()->finalNorm, toDouble(rows.finalStream)));
    FrozenNorm post;
    if (!layer.mlpPostNorm.empty()) {
        VITRAL_TRY_ASSIGN(post, FrozenNorm::at(model, layer.mlpPostNorm, columns.given));
    }
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
    VITRAL_TRY_ASSIGN(const OutMatrix out, OutMatrix::open(model, layer, request.iLayer));
    if (out.experts()) {
        VITRAL_TRY(readExperts(*out.experts(), context, rows, report));
    }
    if (static_cast<std::int64_t>(rows.post.size()) != out.nNeuron())
        return fail(ErrorCode::Unsupported, "This model does not show its neurons.");
    report.nNeuron = out.nNeuron();
    report.activations = rows.post;
    if (!request.minus.empty()) {
        if (request.minus.size() != rows.post.size())
            return fail(ErrorCode::InvalidArgument, "The other run's layer has another number of neurons.");
        report.difference = true;
        std::transform(rows.post.begin(), rows.post.end(), request.minus.begin(), rows.post.begin(), std::minus<>());
    }
    VITRAL_TRY_ASSIGN(const Columns columns, measure(model, context, layer, out, report.activations, rows.post));

    const std::vector<std::int32_t> order = strongest(rows.post, columns.length, request);
    const float most = std::abs(*std::max_element(rows.post.begin(), rows.post.end(), absoluteLess));
    report.nActive = std::count_if(rows.post.begin(), rows.post.end(),
                                   [&](float value) { return most > 0.0F && std::abs(value) > 0.01F * most; });

    VITRAL_TRY_ASSIGN(const std::vector<float> pushed, pushColumns(model, context, layer, out, rows, columns, order));
    const auto nEmbd = static_cast<std::size_t>(model.config().nEmbd);
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
            const auto at = static_cast<std::size_t>(order[first + i]);
            neuron.index = order[first + i];
            if (report.nPerExpert > 0) {
                neuron.iExpert = static_cast<std::int32_t>(neuron.index / report.nPerExpert);
                neuron.index -= static_cast<std::int32_t>(neuron.iExpert * report.nPerExpert);
            }
            neuron.pre = rows.pre.size() == rows.post.size() ? rows.pre[at] : std::nanf("");
            neuron.linear = rows.linear.size() == rows.post.size() ? rows.linear[at] : std::nanf("");
            neuron.activation = rows.post[at];
            neuron.write = static_cast<float>(std::abs(static_cast<double>(rows.post[at])) * columns.length[at]);
            neuron.promoted = extremes(row, request.nToken, true);
            neuron.suppressed = extremes(row, request.nToken, false);
            report.neurons.push_back(std::move(neuron));
        }
    }
    if (report.nPerExpert > 0)
        report.notes.emplace_back("Activations inside experts are computed again from the file's weights, and taken "
                                  "times the router's weight.");
    if (!layer.mlpPostNorm.empty())
        report.notes.emplace_back("The MLP passes a norm before it is added to the stream; its scale is frozen too.");
    return report;
}

} // namespace vitral
