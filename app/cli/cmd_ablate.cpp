// SPDX-License-Identifier: Apache-2.0
// vitral-cli ablate: every head and MLP knocked out on its own (core/trace/ablation.h).

#include "app/cli/commands.h"
#include "app/cli/explain_support.h"
#include "app/cli/language.h"
#include "core/trace/ablation.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace vitral::cli {

namespace {

struct AblateOptions {
    ExplainArguments explain;
    std::string token;
    std::int64_t position = -1;
    bool mean = false;
};

/// Layers by heads: the change of the token's log-probability; * where the model's answer changes.
std::string table(const AblationSweep& sweep) {
    std::int32_t nHead = 0;
    for (const AblationEffect& effect : sweep.effects)
        nHead = std::max(nHead, effect.iHead + 1);
    std::string text = "layer";
    for (std::int32_t h = 0; h < nHead; ++h)
        text += fmt::format("{:>9}", fmt::format("head {}", h));
    text += fmt::format("{:>9}", "mlp");
    std::int32_t iLayer = -1;
    std::int32_t column = 0;
    for (const AblationEffect& effect : sweep.effects) {
        if (effect.iLayer != iLayer) {
            iLayer = effect.iLayer;
            column = 0;
            text += fmt::format("\n{:5}", iLayer);
        }
        for (; effect.iHead < 0 && column < nHead; ++column)
            text += fmt::format("{:>9}", "");
        ++column;
        text += fmt::format("{:+8.3f}{}", effect.logProbability - sweep.logProbability,
                            effect.firstChoice == sweep.firstChoice ? ' ' : '*');
    }
    return text + "\n";
}

Json sweepJson(const Explainer& explainer, const AblationSweep& sweep, const AblateOptions& options) {
    Json json;
    json["model"] = explainer.model()->config().name;
    json["position"] = sweep.position;
    json["kind"] = options.mean ? "mean" : "zero";
    json["token"] = explainer.json(sweep.token);
    json["first_choice"] = explainer.json(sweep.firstChoice);
    json["logprob"] = jsonNumber(static_cast<double>(sweep.logProbability));
    json["logit"] = jsonNumber(static_cast<double>(sweep.logit));
    json["effects"] = Json::array();
    for (const AblationEffect& effect : sweep.effects) {
        Json item;
        item["layer"] = effect.iLayer;
        if (effect.iHead >= 0)
            item["head"] = effect.iHead;
        else
            item["mlp"] = true;
        item["logprob"] = jsonNumber(static_cast<double>(effect.logProbability));
        item["logit"] = jsonNumber(static_cast<double>(effect.logit));
        item["first_choice"] = explainer.json(effect.firstChoice);
        json["effects"].push_back(std::move(item));
    }
    return json;
}

Result<void> ablate(const AblateOptions& options, const CommonOptions& common) {
    VITRAL_TRY_ASSIGN(Explainer explainer, Explainer::open(options.explain, common));
    VITRAL_TRY_ASSIGN(const ExplainedRun run, explainer.run(options.explain.prompt));
    AblationRequest request;
    request.position = options.position;
    request.kind = options.mean ? AblationKind::Mean : AblationKind::Zero;
    if (!options.token.empty()) {
        VITRAL_TRY_ASSIGN(request.token, explainer.token(options.token));
    }
    VITRAL_TRY_ASSIGN(const AblationSweep sweep, explainer.explain<AblationSweep>(
                                                     "ablate", [&](const Model& model, const ExplainContext& context) {
                                                         return ablationSweep(model, context, run, request);
                                                     }));
    if (options.explain.json)
        return writeAnswer(dumpJson(sweepJson(explainer, sweep, options)));
    say(options.mean ? tr("Each number: change of the token's log-probability (nats) when that part alone is held at "
                          "its mean over "
                          "the text; * where the model's answer changes.",
                          "Cada número: mudança do log da probabilidade do token (nats) quando só aquela parte fica na "
                          "sua média "
                          "no texto; * onde a resposta do modelo muda.")
                     : tr("Each number: change of the token's log-probability (nats) when that part alone gives zeros; "
                          "* where the "
                          "model's answer changes.",
                          "Cada número: mudança do log da probabilidade do token (nats) quando só aquela parte dá "
                          "zeros; * onde a "
                          "resposta do modelo muda."));
    std::string text = fmt::format("{}: log-probability {:.3f} ({:.1f}%) without ablation; the model's answer is {}\n",
                                   explainer.label(sweep.token), sweep.logProbability,
                                   100.0F * std::exp(sweep.logProbability), explainer.label(sweep.firstChoice));
    text += table(sweep);
    for (const AblationEffect& effect : sweep.effects)
        if (effect.firstChoice != sweep.firstChoice)
            text += fmt::format("without layer {} {}: {}\n", effect.iLayer,
                                effect.iHead < 0 ? std::string("mlp") : fmt::format("head {}", effect.iHead),
                                explainer.label(effect.firstChoice));
    return writeAnswer(text);
}

} // namespace

void addAblateCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand("ablate", "Ablation sweep: what each head and MLP does for an answer");
    auto options = std::make_shared<AblateOptions>();
    addExplainArguments(*command, options->explain);
    command->add_option("--token", options->token, "The token (or #id); without it the model's first choice")
        ->type_name("TEXT");
    command->add_option("--position", options->position, "After which token; negative: from the end")->type_name("P");
    command->add_flag("--mean", options->mean, "Mean ablation (over the positions of the text) instead of zero");
    command->callback([&common, options] { common.action = [&common, options] { return ablate(*options, common); }; });
}

} // namespace vitral::cli
