// SPDX-License-Identifier: Apache-2.0
// vitral-cli heads: what every attention head does on a text, on the standard probe or in a recorded run.

#include "app/cli/commands.h"
#include "app/cli/session.h"
#include "app/cli/token_json.h"
#include "core/base/amounts.h"
#include "core/trace/head_scores.h"
#include "core/trace/run_file.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace vitral::cli {

namespace {

struct HeadsOptions {
    std::string model, prompt, run;
    std::int64_t probe = 64;
    std::uint64_t seed = 1;
    int nBest = 4;
    bool json = false;
    HeadScoreOptions scores;
};

/// What was scored, and how it is called.
struct Scored {
    std::string text;
    RecordingPtr recording;
    std::vector<HeadScores> heads;
};

std::string json(const Scored& scored) {
    Json out;
    out["model"] = scored.recording->model.name;
    out["text"] = scored.text;
    out["positions"] = scored.recording->nPosition();
    out["interventions"] = scored.recording->interventions;
    out["heads"] = Json::array();
    for (const HeadScores& head : scored.heads) {
        Json object;
        object["layer"] = head.iLayer;
        object["head"] = head.iHead;
        for (int b = 0; b < kHeadBehaviours; ++b) {
            const BehaviourScore& score = head.behaviours[static_cast<std::size_t>(b)];
            Json& to = object[std::string(headBehaviourName(static_cast<HeadBehaviour>(b)))];
            to["positions"] = score.nPosition;
            if (score.nPosition == 0)
                continue;
            to["mass"] = score.mass;
            to["uniform"] = score.uniform;
            to["contrast"] = score.contrast();
        }
        object["entropy"] = head.entropy;
        object["uniform_entropy"] = head.uniformEntropy;
        object["queries"] = head.nQuery;
        object["exact"] = head.exact;
        out["heads"].push_back(std::move(object));
    }
    return dumpJson(out);
}

std::string table(const Scored& scored, int nBest) {
    fmt::memory_buffer out;
    const auto to = std::back_inserter(out);
    fmt::format_to(to, "{}\n{:<16} {:>9} {:>7}  {}\n", scored.text, "behaviour", "positions", "chance",
                   "best heads: layer.head, attention there");
    for (int b = 0; b < kHeadBehaviours; ++b) {
        const auto at = static_cast<std::size_t>(b);
        std::vector<const HeadScores*> order;
        for (const HeadScores& head : scored.heads)
            if (head.behaviours[at].nPosition > 0)
                order.push_back(&head);
        std::stable_sort(order.begin(), order.end(), [&](const HeadScores* x, const HeadScores* y) {
            return x->behaviours[at].contrast() > y->behaviours[at].contrast();
        });
        fmt::format_to(to, "{:<16}", headBehaviourName(static_cast<HeadBehaviour>(b)));
        if (order.empty()) {
            fmt::format_to(to, " {:>9} {:>7}\n", 0, "-");
            continue;
        }
        fmt::format_to(to, " {:>9} {:>6.1f}%", order.front()->behaviours[at].nPosition,
                       100.0 * order.front()->behaviours[at].uniform);
        for (std::size_t i = 0; i < std::min(order.size(), static_cast<std::size_t>(nBest)); ++i)
            fmt::format_to(to, "  {}.{} {:.1f}%", order[i]->iLayer, order[i]->iHead,
                           100.0 * order[i]->behaviours[at].mass);
        fmt::format_to(to, "\n");
    }
    return {out.data(), out.size()};
}

Result<Scored> scoreText(const HeadsOptions& options, const CommonOptions& common) {
    VITRAL_TRY_ASSIGN(const auto session, Session::open(common));
    VITRAL_TRY_ASSIGN(const auto model, session->load(options.model));
    if (!model->tokenizer())
        return fail(ErrorCode::Unsupported, "This model has no tokenizer, so text cannot be given to it.");
    Scored scored;
    std::vector<TokenId> ids;
    if (options.prompt.empty()) {
        VITRAL_TRY_ASSIGN(RepeatedProbe probe, repeatedProbe(*model->tokenizer(), options.probe, options.seed));
        ids = std::move(probe.tokens);
        scored.text = fmt::format("{}, twice (seed {})", counted(options.probe, "random token"), options.seed);
    } else {
        VITRAL_TRY_ASSIGN(ids, model->tokenizer()->encode(options.prompt));
        scored.text = "a text of " + counted(std::ssize(ids), "token");
    }
    TraceRequest request;
    request.attention = true;
    request.byteBudget = std::size_t{1} << 40U;
    GenerateJob job;
    job.model = model;
    job.branches.push_back({ids, {}});
    job.maxTokens = 1;
    job.nCtx = std::max(contextFor(common, *model), static_cast<std::int64_t>(ids.size()) + 1);
    job.kvType = common.kvType();
    job.nTop = 0;
    job.trace = std::make_shared<const TraceRequest>(request);
    VITRAL_TRY(session->run(std::move(job), [&](const RunEvent& event) -> Result<void> {
        if (const auto* recorded = std::get_if<TraceRecorded>(&event))
            scored.recording = recorded->recording;
        return {};
    }));
    if (scored.recording == nullptr)
        return fail(ErrorCode::Unsupported, "This model recorded no attention.");
    VITRAL_TRY(session->run(Task([&](TaskContext& context) -> Result<void> {
        scored.heads = scoreHeads(*scored.recording, options.scores, context.stop);
        return {};
    })));
    return scored;
}

Result<void> heads(const HeadsOptions& options, const CommonOptions& common) {
    Scored scored;
    if (options.run.empty()) {
        VITRAL_TRY_ASSIGN(scored, scoreText(options, common));
    } else {
        VITRAL_TRY_ASSIGN(scored.recording, openRun(options.run));
        scored.text = "a recorded run of " + counted(scored.recording->nPosition(), "token");
        scored.heads = scoreHeads(*scored.recording, options.scores);
    }
    if (scored.heads.empty())
        return fail(ErrorCode::InvalidArgument, "No attention was recorded, so there is nothing to score.");
    return writeAnswer(options.json ? json(scored) : table(scored, options.nBest));
}

} // namespace

void addHeadsCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command =
        app.add_subcommand("heads", "What the attention heads do: induction, previous token, sinks, ...");
    auto options = std::make_shared<HeadsOptions>();
    CLI::Option* model = addModelArgument(*command, options->model);
    CLI::Option* prompt = command->add_option("--prompt", options->prompt, "Score this text")->type_name("TEXT");
    command->add_option("--run", options->run, "Score a recorded run instead (vitral-cli trace); needs no model")
        ->type_name("FILE")
        ->excludes(prompt)
        ->excludes(model);
    command
        ->add_option("--probe", options->probe, "Without a text: so many random tokens, repeated (the standard probe)")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 20))
        ->capture_default_str()
        ->type_name("N");
    command->add_option("--seed", options->seed, "Of the probe's tokens")->capture_default_str()->type_name("N");
    command->add_option("--best", options->nBest, "Heads told for each behaviour")
        ->check(CLI::Range(1, 1 << 20))
        ->capture_default_str()
        ->type_name("N");
    command->add_option("--local", options->scores.local, "Distances below this are local")
        ->check(CLI::Range(1, 1 << 20))
        ->capture_default_str()
        ->type_name("N");
    command->add_option("--far", options->scores.far, "Distances from this on are long-range")
        ->check(CLI::Range(1, 1 << 20))
        ->capture_default_str()
        ->type_name("N");
    command->add_flag("--json", options->json, "Every score of every head as one JSON object");
    command->callback([&common, options] { common.action = [&common, options] { return heads(*options, common); }; });
}

} // namespace vitral::cli
