// SPDX-License-Identifier: Apache-2.0
// vitral-cli attribute: which part of the model wrote how much of a logit (core/trace/attribution.h).

#include "app/cli/commands.h"
#include "app/cli/explain_support.h"
#include "app/cli/language.h"
#include "core/trace/attribution.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace vitral::cli {

namespace {

struct AttributeOptions {
    ExplainArguments explain;
    std::string token, minus;
    std::int64_t position = -1;
    std::size_t nShown = 20;
};

std::string_view kindName(ContributionKind kind) {
    switch (kind) {
    case ContributionKind::Embedding:
        return "embedding";
    case ContributionKind::Position:
        return "position";
    case ContributionKind::Head:
        return "head";
    case ContributionKind::AttnBias:
        return "attention bias";
    case ContributionKind::Mlp:
        return "mlp";
    case ContributionKind::Expert:
        return "expert";
    case ContributionKind::Intervention:
        return "intervention";
    case ContributionKind::FinalBias:
        return "final bias";
    }
    return "";
}

std::string partName(const Contribution& part) {
    std::string name = part.iLayer >= 0 ? fmt::format("layer {} ", part.iLayer) : std::string();
    name += kindName(part.kind);
    return part.iHead >= 0 ? name + fmt::format(" {}", part.iHead) : name;
}

std::string table(const Attribution& result, std::size_t nShown) {
    std::vector<Contribution> parts = result.contributions;
    std::stable_sort(parts.begin(), parts.end(), [](const Contribution& a, const Contribution& b) {
        return std::abs(a.logit) > std::abs(b.logit);
    });
    const std::size_t n = nShown == 0 ? parts.size() : std::min(nShown, parts.size());
    const double most = parts.empty() ? 1.0 : std::abs(parts.front().logit);
    std::string text;
    double others = 0.0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i < n)
            text += fmt::format("{:+10.4f}  {} {}\n", parts[i].logit, padded(partName(parts[i]), 26),
                                bar(parts[i].logit, most, 30));
        else
            others += parts[i].logit;
    }
    if (n < parts.size())
        text += fmt::format("{:+10.4f}  {} other parts\n", others, parts.size() - n);
    text += fmt::format("{:+10.4f}  rest (rounding of the engine)\n", result.rest);
    text += fmt::format("{:+10.4f}  sum: the logit{}\n", result.total, result.minus ? " difference" : "");
    if (result.softcapped != result.total)
        text += fmt::format("{:+10.4f}  after the soft-cap\n", result.softcapped);
    return text;
}

Json attributionJson(const Explainer& explainer, const Attribution& result, const std::vector<TokenId>& tokens) {
    Json json;
    json["model"] = explainer.model()->config().name;
    json["prompt_ids"] = tokens;
    json["position"] = result.position;
    json["token"] = explainer.json(result.token);
    if (result.minus)
        json["minus"] = explainer.json(*result.minus);
    json["total"] = jsonNumber(result.total);
    json["after_softcap"] = jsonNumber(result.softcapped);
    json["rest"] = jsonNumber(result.rest);
    json["norm_scale"] = jsonNumber(result.normScale);
    json["contributions"] = Json::array();
    for (const Contribution& part : result.contributions) {
        Json item;
        item["kind"] = kindName(part.kind);
        if (part.iLayer >= 0)
            item["layer"] = part.iLayer;
        if (part.iHead >= 0)
            item[part.kind == ContributionKind::Expert ? "expert" : "head"] = part.iHead;
        item["logit"] = jsonNumber(part.logit);
        json["contributions"].push_back(std::move(item));
    }
    json["notes"] = result.notes;
    return json;
}

Result<void> attribute(const AttributeOptions& options, const CommonOptions& common) {
    VITRAL_TRY_ASSIGN(Explainer explainer, Explainer::open(options.explain, common));
    VITRAL_TRY_ASSIGN(const ExplainedRun run, explainer.run(options.explain.prompt));
    AttributionRequest request;
    request.position = options.position;
    if (!options.token.empty()) {
        VITRAL_TRY_ASSIGN(request.token, explainer.token(options.token));
    }
    if (!options.minus.empty()) {
        VITRAL_TRY_ASSIGN(request.minus, explainer.token(options.minus));
    }
    VITRAL_TRY_ASSIGN(
        const Attribution result,
        explainer.explain<Attribution>("attribute", [&](const Model& model, const ExplainContext& context) {
            return attributeLogit(model, context, run, request);
        }));
    if (options.explain.json)
        return writeAnswer(dumpJson(attributionJson(explainer, result, run.tokens)));
    say(tr("Each number: what that part writes to the logit directly, with the final norm's scale frozen at its value "
           "here; effects by way of later layers count there.",
           "Cada número: o que aquela parte escreve diretamente no logit, com a escala da norma final congelada no "
           "valor daqui; efeitos por meio de camadas seguintes contam nelas."));
    for (const std::string& note : result.notes)
        say(note);
    std::string what = fmt::format("{} after position {} {}", explainer.label(result.token), result.position,
                                   explainer.label(run.tokens[static_cast<std::size_t>(result.position)]));
    if (result.minus)
        what = fmt::format("{} minus {}", what, explainer.label(*result.minus));
    return writeAnswer(what + "\n" + table(result, options.nShown));
}

} // namespace

void addAttributeCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand("attribute", "Direct logit attribution: who wrote how much of an answer");
    auto options = std::make_shared<AttributeOptions>();
    addExplainArguments(*command, options->explain);
    command->add_option("--token", options->token, "The token (or #id); without it the model's first choice")
        ->type_name("TEXT");
    command->add_option("--minus", options->minus, "Explain the difference to this token's logit")->type_name("TEXT");
    command->add_option("--position", options->position, "After which token; negative: from the end")->type_name("P");
    command->add_option("--show", options->nShown, "How many parts, largest first; 0: all")->type_name("N");
    command->callback(
        [&common, options] { common.action = [&common, options] { return attribute(*options, common); }; });
}

} // namespace vitral::cli
