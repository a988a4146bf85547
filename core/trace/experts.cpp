// SPDX-License-Identifier: Apache-2.0
#include "core/trace/experts.h"

#include "core/kernels/kernel_table.h"
#include "core/trace/frozen_norm.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

namespace vitral {
namespace {

std::string expertTensor(std::int32_t iLayer, std::string_view part, std::string_view kind) {
    return fmt::format("blk.{}.ffn_{}_exps.{}", iLayer, part, kind);
}

/// A row of a bias, [n]; empty where the layer has none.
Result<std::vector<double>> biasRow(const WeightRows& rows, bool there, std::int32_t iExpert) {
    std::vector<double> values;
    if (!there)
        return values;
    std::vector<float> row(static_cast<std::size_t>(rows.nCol()));
    VITRAL_TRY(rows.read(iExpert, row));
    return toDouble(row);
}

} // namespace

bool ExpertLayer::is(const Model& model, std::int32_t iLayer) {
    return model.config().nExpert > 0 && model.file() != nullptr &&
           model.file()->findTensor(expertTensor(iLayer, "down", "weight")) != nullptr;
}

Result<ExpertLayer> ExpertLayer::open(const Model& model, std::int32_t iLayer) {
    if (!is(model, iLayer) || model.anatomy() == nullptr)
        return fail(ErrorCode::Unsupported, fmt::format("Layer {} is no mixture of experts.", iLayer));
    if (!model.anatomy()->layers[static_cast<std::size_t>(iLayer)].mlpPostNorm.empty())
        return fail(ErrorCode::Unsupported, "This model's experts write in a way that cannot be split.");
    ExpertLayer layer;
    layer.nExpert_ = model.config().nExpert;
    layer.nUsed_ = model.config().nExpertUsed;
    VITRAL_TRY_ASSIGN(layer.rule_, readExpertRule(MetadataReader(*model.file(), model.config().architecture)));
    VITRAL_TRY_ASSIGN(layer.gate_, WeightRows::open(model, expertTensor(iLayer, "gate", "weight")));
    VITRAL_TRY_ASSIGN(layer.up_, WeightRows::open(model, expertTensor(iLayer, "up", "weight")));
    VITRAL_TRY_ASSIGN(layer.down_, WeightRows::open(model, expertTensor(iLayer, "down", "weight")));
    const auto bias = [&](std::string_view part, WeightRows& rows, bool& there) -> Result<void> {
        const std::string name = expertTensor(iLayer, part, "bias");
        there = model.file()->findTensor(name) != nullptr;
        if (there) {
            VITRAL_TRY_ASSIGN(rows, WeightRows::open(model, name));
        }
        return {};
    };
    VITRAL_TRY(bias("gate", layer.gateBias_, layer.gateBiased_));
    VITRAL_TRY(bias("up", layer.upBias_, layer.upBiased_));
    VITRAL_TRY(bias("down", layer.downBias_, layer.downBiased_));
    return layer;
}

/// Its neurons and its bias.
Result<void> ExpertLayer::fill(ChosenExpert& expert, std::span<const float> normed, const std::stop_token& stop) const {
    const std::int64_t iExpert = expert.iExpert;
    const auto half = [&](const WeightRows& weight, const WeightRows& bias, bool biased) -> Result<std::vector<float>> {
        VITRAL_TRY_ASSIGN(std::vector<double> values, biasRow(bias, biased, expert.iExpert));
        values.resize(static_cast<std::size_t>(nFf()));
        const std::vector<double> x = toDouble(normed);
        VITRAL_TRY(weight.forEach(iExpert * nFf(), nFf(), stop, [&](std::int64_t iRow, std::span<const float> row) {
            values[static_cast<std::size_t>(iRow - iExpert * nFf())] += dot(std::span<const double>(x), row);
        }));
        return std::vector<float>(values.begin(), values.end());
    };
    VITRAL_TRY_ASSIGN(expert.pre, half(gate_, gateBias_, gateBiased_));
    VITRAL_TRY_ASSIGN(expert.linear, half(up_, upBias_, upBiased_));
    expert.post.resize(expert.pre.size());
    kernels::scalarKernels().gatedActivation(static_cast<kernels::Act>(rule_.activation), expert.post.data(),
                                             expert.pre.data(), expert.linear.data(), nFf());
    VITRAL_TRY_ASSIGN(expert.bias, biasRow(downBias_, downBiased_, expert.iExpert));
    return {};
}

Result<std::vector<ChosenExpert>> ExpertLayer::choose(std::span<const float> normed, std::span<const float> router,
                                                      const std::stop_token& stop) const {
    if (static_cast<std::int64_t>(normed.size()) != gate_.nCol() ||
        static_cast<std::int64_t>(router.size()) != nExpert_ || nUsed_ > nExpert_)
        return fail(ErrorCode::Unsupported, "This model does not show what its experts read.");
    if (!std::all_of(router.begin(), router.end(), [](float logit) { return std::isfinite(logit); }))
        return fail(ErrorCode::Unsupported, "The router's logits are not numbers here: no expert can be told apart.");
    // As CpuBackend::moeRoute: equal logits, the lower number first.
    std::vector<std::int32_t> order(router.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
        const float x = router[static_cast<std::size_t>(a)];
        const float y = router[static_cast<std::size_t>(b)];
        return x != y ? x > y : a < b;
    });
    const auto raw = [&](std::size_t i) {
        return std::exp(static_cast<double>(router[static_cast<std::size_t>(order[i])]) -
                        static_cast<double>(router[static_cast<std::size_t>(order[0])]));
    };
    const auto nUsed = static_cast<std::size_t>(nUsed_);
    double all = 0.0;
    for (std::size_t i = 0; i < (rule_.gate == RouterGate::SoftmaxThenTopK ? order.size() : nUsed); ++i)
        all += raw(i);
    std::vector<ChosenExpert> chosen;
    for (std::size_t i = 0; i < nUsed; ++i) {
        ChosenExpert expert;
        expert.iExpert = order[i];
        expert.weight = raw(i) / all;
        VITRAL_TRY(fill(expert, normed, stop));
        chosen.push_back(std::move(expert));
    }
    return chosen;
}

Result<void> ExpertLayer::forEachOut(std::int32_t iExpert, const std::stop_token& stop,
                                     const std::function<void(std::int64_t, std::span<const float>)>& take) const {
    const std::int64_t nEmbd = down_.nRow() / nExpert_;
    return down_.forEach(iExpert * nEmbd, nEmbd, stop,
                         [&](std::int64_t iRow, std::span<const float> row) { take(iRow - iExpert * nEmbd, row); });
}

} // namespace vitral
