// SPDX-License-Identifier: Apache-2.0
// vitral-cli intervene: the answer with and without a change of the model's activations, and what the change does to
// every token's distribution (core/trace/intervention.h, core/trace/compare_runs.h).

#include "app/cli/commands.h"
#include "app/cli/explain_support.h"
#include "app/cli/language.h"
#include "app/cli/printable.h"
#include "core/trace/compare_runs.h"
#include "core/trace/intervention.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace vitral::cli {

namespace {

struct InterveneOptions {
    ExplainArguments explain;
    std::int32_t maxTokens = 48;
};

/// A greedy answer.
struct Answer {
    std::vector<TokenId> ids;
    std::string text;
};
Result<Answer> answer(Explainer& explainer, const ExplainedRun& run, std::int32_t maxTokens, bool changed) {
    GenerateJob job;
    job.model = explainer.model();
    Branch branch;
    branch.prompt = run.tokens;
    branch.sampler.temperature = 0.0F;
    job.branches.push_back(std::move(branch));
    job.maxTokens = maxTokens;
    job.nCtx = run.nCtx;
    job.kvType = run.kvType;
    job.nTop = 1;
    if (changed)
        job.interventions = run.interventions;
    Answer result;
    const auto take = [&](const RunEvent& event) -> Result<void> {
        if (const auto* token = std::get_if<TokenProduced>(&event)) {
            result.ids.push_back(token->score.id);
            result.text += token->text;
        } else if (const auto* end = std::get_if<BranchFinished>(&event)) {
            result.text += end->text;
        }
        return {};
    };
    const auto finished = explainer.session().run(std::move(job), take);
    if (!finished)
        return tl::unexpected(finished.error());
    return result;
}

struct Outcome {
    Answer without, with;
    RunComparison comparison;             ///< over the prompt and the unchanged answer
    std::size_t firstPosition = 0;        ///< of the comparison: where the answer's first token is decided
    double answerKl = 0, answerMaxKl = 0; ///< over the answer only
};

std::string percent(float logProbability) {
    return fmt::format("{:.1f}%", 100.0F * std::exp(logProbability));
}

std::string report(const Explainer& explainer, const Outcome& outcome) {
    std::string text = fmt::format("without: {}\nwith:    {}\n", quotedText(outcome.without.text, 2000),
                                   quotedText(outcome.with.text, 2000));
    const auto parted = std::mismatch(outcome.without.ids.begin(), outcome.without.ids.end(), outcome.with.ids.begin(),
                                      outcome.with.ids.end());
    if (parted.first == outcome.without.ids.end() && parted.second == outcome.with.ids.end()) {
        text += "The answers are the same.\n";
    } else {
        const auto i = static_cast<std::size_t>(parted.first - outcome.without.ids.begin());
        text += fmt::format("They part at token {} of the answer", i);
        if (parted.first != outcome.without.ids.end()) {
            const PositionChange& change = outcome.comparison.positions[outcome.firstPosition + i];
            text += fmt::format(": {} goes from {} to {}", explainer.label(*parted.first),
                                percent(change.without.logProbability), percent(change.with.logProbability));
            if (parted.second != outcome.with.ids.end())
                text += fmt::format("; {} is chosen", explainer.label(*parted.second));
        }
        text += ".\n";
    }
    return text + fmt::format("KL over the answer: mean {:.4f}, largest {:.4f} nats.\n", outcome.answerKl,
                              outcome.answerMaxKl);
}

Json outcomeJson(const Explainer& explainer, const ExplainedRun& run, const Outcome& outcome) {
    Json json;
    json["model"] = explainer.model()->config().name;
    json["interventions"] = Json::array();
    for (const Intervention& item : run.interventions->items)
        json["interventions"].push_back(describe(item));
    json["prompt_ids"] = run.tokens;
    for (const auto& [key, side] : {std::pair{"without", &outcome.without}, std::pair{"with", &outcome.with}}) {
        putBytes(json[key], side->text);
        json[key]["ids"] = side->ids;
    }
    json["mean_kl"] = jsonNumber(outcome.answerKl);
    json["max_kl"] = jsonNumber(outcome.answerMaxKl);
    json["positions"] = Json::array();
    for (const PositionChange& change : outcome.comparison.positions) {
        Json item;
        item["position"] = change.position;
        item["kl"] = jsonNumber(change.kl);
        item["total_variation"] = jsonNumber(change.totalVariation);
        item["without"] = tokenJson(change.without, explainer.tokenizer());
        item["with"] = tokenJson(change.with, explainer.tokenizer());
        json["positions"].push_back(std::move(item));
    }
    return json;
}

Result<void> intervene(const InterveneOptions& options, const CommonOptions& common) {
    if (options.explain.interventions.empty())
        return fail(ErrorCode::InvalidArgument,
                    "Say what to change with --intervene, for example blocks.3.attn.hook_z[head=2]=zero.");
    VITRAL_TRY_ASSIGN(Explainer explainer, Explainer::open(options.explain, common));
    VITRAL_TRY_ASSIGN(const ExplainedRun run, explainer.run(options.explain.prompt));
    Outcome outcome;
    VITRAL_TRY_ASSIGN(outcome.without, answer(explainer, run, options.maxTokens, false));
    VITRAL_TRY_ASSIGN(outcome.with, answer(explainer, run, options.maxTokens, true));
    ExplainedRun whole = run;
    whole.tokens.insert(whole.tokens.end(), outcome.without.ids.begin(), outcome.without.ids.end());
    VITRAL_TRY_ASSIGN(outcome.comparison, explainer.explain<RunComparison>(
                                              "compare", [&](const Model& model, const ExplainContext& context) {
                                                  return compareRuns(model, context, whole);
                                              }));
    outcome.firstPosition = run.tokens.size() - 1;
    const auto first = outcome.comparison.positions.begin() + static_cast<std::ptrdiff_t>(outcome.firstPosition);
    for (auto at = first; at != outcome.comparison.positions.end(); ++at) {
        outcome.answerKl += at->kl;
        outcome.answerMaxKl = std::max(outcome.answerMaxKl, at->kl);
    }
    outcome.answerKl /= static_cast<double>(outcome.comparison.positions.end() - first);
    if (options.explain.json)
        return writeAnswer(dumpJson(outcomeJson(explainer, run, outcome)));
    for (const Intervention& item : run.interventions->items)
        say(describe(item));
    say(tr("Greedy answers without and with the change; KL(without || with) along the answer without it, in nats.",
           "Respostas gulosas sem e com a mudança; KL(sem || com) ao longo da resposta sem ela, em nats."));
    return writeAnswer(report(explainer, outcome));
}

} // namespace

void addInterveneCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand("intervene", "An answer with and without a change of activations");
    auto options = std::make_shared<InterveneOptions>();
    addExplainArguments(*command, options->explain);
    command->add_option("-n", options->maxTokens, "Tokens of an answer")->check(CLI::Range(1, 1 << 20))->type_name("N");
    command->callback(
        [&common, options] { common.action = [&common, options] { return intervene(*options, common); }; });
}

} // namespace vitral::cli
