// SPDX-License-Identifier: Apache-2.0
// vitral-cli trace MODEL PROMPT -o RUN.safetensors: answers, and records what happened inside. --list names everything
// there is to record. The answer goes to standard output as it comes, what is recorded to standard error.

#include "app/cli/commands.h"
#include "app/cli/explain_support.h"
#include "app/cli/intervention_options.h"
#include "app/cli/language.h"
#include "app/cli/sampler_options.h"
#include "app/cli/usage.h"
#include "core/base/amounts.h"
#include "core/trace/point_patterns.h"
#include "core/trace/run_file.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <map>

namespace vitral::cli {

namespace {

struct TraceOptions {
    ExplainArguments model;
    std::string output, points = "attention", layers, heads, positions, queries = "auto";
    std::int32_t maxTokens = 0;
    std::int64_t budgetMegabytes = 1024;
    bool list = false;
    std::vector<std::string> interventions;
    SamplerArguments sampler;
};

Result<TraceRequest> requestOf(const TraceOptions& options, const TraceShape& shape) {
    TraceRequest request;
    VITRAL_TRY_ASSIGN(const std::vector<std::int32_t> layers, parseNumbers(options.layers));
    VITRAL_TRY_ASSIGN(const std::vector<std::int32_t> heads, parseNumbers(options.heads));
    VITRAL_TRY(requestPoints(request, shape, options.points, layers));
    std::int32_t nHead = 0;
    for (const PointShape& point : shape.points)
        nHead = std::max(nHead, point.nHead);
    if (!heads.empty() && heads.back() >= nHead)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("There is no head {}; this model's heads are 0 to {}.", heads.back(), nHead - 1));
    for (TracePoint& point : request.points)
        for (const PointShape& s : shape.points)
            if (s.point == point.point && s.nHead > 0)
                point.heads = heads;
    if (!options.positions.empty()) {
        const std::size_t colon = options.positions.find(':');
        const auto part = [&](std::size_t from, std::size_t n) { return options.positions.substr(from, n); };
        VITRAL_TRY_ASSIGN(const auto first, parseNumbers(part(0, colon)));
        VITRAL_TRY_ASSIGN(const auto end, parseNumbers(colon == std::string::npos ? "" : part(colon + 1, 32)));
        if (colon == std::string::npos || first.size() > 1 || end.size() > 1)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("\"{}\" is not a range of positions such as 0:100 or 20:.", options.positions));
        request.firstPosition = first.empty() ? 0 : first[0];
        request.endPosition = end.empty() ? -1 : end[0];
        if (!end.empty() && request.endPosition <= request.firstPosition)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("\"{}\" holds no position: the end, which is not in it, must come after the start.",
                                    options.positions));
    }
    request.queries = options.queries == "f16"   ? QueryPrecision::Half
                      : options.queries == "f32" ? QueryPrecision::Full
                                                 : QueryPrecision::Auto;
    request.byteBudget = static_cast<std::size_t>(options.budgetMegabytes) * 1'000'000;
    return request;
}

/// Every point with its shape and what a position of it takes.
std::string listText(const TraceShape& shape, std::int64_t nCtx) {
    std::string out;
    const auto to = std::back_inserter(out);
    fmt::format_to(to, "{:<32} {:<16} {:>10} {:>14}\n", "point", "shape", "heads", "bytes a token");
    for (const PointShape& point : shape.points) {
        const std::size_t bytes = static_cast<std::size_t>(point.nCol) *
                                  (point.point == Point::Logits || point.point == Point::AttnLse ? 4U : 2U);
        fmt::format_to(to, "{:<32} {:<16} {:>10} {:>14}\n", pointName(point.point, point.iLayer),
                       fmt::format("[T, {}]", point.nCol), point.nHead > 0 ? std::to_string(point.nHead) : "", bytes);
    }
    TraceRequest request;
    request.attention = true;
    fmt::format_to(to, "{:<32} {:<16} {:>10} {:>14}\n", "attention", "all layers", "all",
                   traceBytes(request, shape, kRowsPerBlock) / static_cast<std::size_t>(kRowsPerBlock));
    const std::size_t asF32 = traceBytes(request, shape, nCtx);
    request.queries = QueryPrecision::Half;
    fmt::format_to(to, "\nattention of {}: {} (queries as F32), {} (as F16)\n", counted(nCtx, "token"), byteSize(asF32),
                   byteSize(traceBytes(request, shape, nCtx)));
    return out;
}

Json listJson(const TraceShape& shape) {
    Json points = Json::array();
    for (const PointShape& point : shape.points) {
        Json json;
        json["point"] = pointName(point.point, point.iLayer);
        json["columns"] = point.nCol;
        json["heads"] = point.nHead;
        points.push_back(std::move(json));
    }
    Json out;
    out["points"] = std::move(points);
    return out;
}

/// Whether there is a row of anything that was asked for.
bool holdsAnything(const Recording& recording) {
    const auto maps = [](const auto& record) { return record != nullptr && record->nPosition() > 0; };
    const auto rows = [](const TensorRecord& record) { return record.rows.nRow() > 0; };
    return std::any_of(recording.attention.begin(), recording.attention.end(), maps) ||
           std::any_of(recording.tensors.begin(), recording.tensors.end(), rows);
}

Result<void> trace(const TraceOptions& options, const CommonOptions& common) {
    VITRAL_TRY_ASSIGN(const SamplerParams sampler, options.sampler.resolve());
    VITRAL_TRY_ASSIGN(Explainer explainer, Explainer::open(options.model, common));
    const std::shared_ptr<const Model>& model = explainer.model();
    VITRAL_TRY(checkBiases(sampler, model->config().nVocab));
    VITRAL_TRY_ASSIGN(const TraceShape shape, traceShape(*model));
    const std::int64_t nCtx = contextFor(common, *model);
    if (options.list)
        return writeAnswer(options.model.json ? dumpJson(listJson(shape)) : listText(shape, nCtx));

    GenerateJob job;
    job.model = model;
    VITRAL_TRY_ASSIGN(const std::vector<TokenId> ids, explainer.encode(options.model.prompt));
    job.branches.push_back({ids, sampler});
    job.maxTokens = options.maxTokens;
    job.nCtx = nCtx;
    job.kvType = common.kvType();
    job.scorePrompt = true;
    VITRAL_TRY_ASSIGN(const TraceRequest request, requestOf(options, shape));
    const std::int64_t nLongest =
        job.maxTokens < 0 ? nCtx : std::min<std::int64_t>(nCtx, std::ssize(ids) + job.maxTokens);
    VITRAL_TRY_ASSIGN(const TracePlan plan, planTrace(request, shape, nLongest, 1, job.kvType));
    if (!request.points.empty() && request.firstPosition >= nLongest)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("There is no position {}: the text and its answer have at most {}; -n allows more.",
                                request.firstPosition, counted(nLongest, "token")));
    say(trf("trace: recording takes {} of memory for {}", "trace: a gravação ocupa {} de memória para {}",
            byteSize(plan.bytes), counted(nLongest, "token")));
    for (const std::string& note : plan.notes)
        say("trace: " + note);
    if (plan.empty())
        return fail(ErrorCode::InvalidArgument, "Nothing would be recorded; --budget allows more memory.");
    job.trace = std::make_shared<const TraceRequest>(request);
    VITRAL_TRY_ASSIGN(job.interventions, readInterventions(options.interventions, *model));

    RecordingPtr recording;
    std::string text;
    VITRAL_TRY_ASSIGN(const RunFinished end,
                      explainer.session().run(std::move(job), [&](const RunEvent& event) -> Result<void> {
                          std::string_view piece;
                          if (const auto* token = std::get_if<TokenProduced>(&event))
                              piece = token->text;
                          else if (const auto* over = std::get_if<BranchFinished>(&event))
                              piece = over->text;
                          else if (const auto* recorded = std::get_if<TraceRecorded>(&event))
                              recording = recorded->recording;
                          text += piece;
                          return options.model.json || piece.empty() ? Result<void>{} : writeAnswer(piece);
                      }));
    if (recording == nullptr)
        return fail(ErrorCode::Bug, "The run told of no recording.");
    if (!holdsAnything(*recording))
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("The run ended after {}, before anything that was asked for: there is nothing to save.",
                                counted(recording->nPosition(), "token")));
    VITRAL_TRY(saveRun(*recording, options.output));
    if (options.model.json) {
        Json json;
        json["file"] = options.output;
        json["model"] = model->config().name;
        json["prompt_tokens"] = recording->nPrompt;
        json["tokens"] = recording->nPosition();
        json["bytes"] = recording->bytes();
        json["text"] = text;
        json["interventions"] = recording->interventions;
        json["notes"] = recording->notes;
        json["seed"] = end.seed;
        return writeAnswer(dumpJson(json));
    }
    if (!text.empty())
        VITRAL_TRY(writeAnswer("\n"));
    say(trf("trace: {} holds {}, {} of numbers", "trace: {} contém {}, {} de números", options.output,
            counted(recording->nPosition(), "token"), byteSize(recording->bytes())));
    return {};
}

} // namespace

void addTraceCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand("trace", "Record what happens inside while a model answers");
    auto options = std::make_shared<TraceOptions>();
    addExplainArguments(*command, options->model, false);
    command->add_option("PROMPT", options->model.prompt, "The text")->type_name("");
    command->add_flag("--list", options->list, "Name everything this model has to record, and stop");
    command->add_option("-o,--output", options->output, "The recorded run: a safetensors file")->type_name("FILE");
    command->add_option("-n,--max-tokens", options->maxTokens, "Answer with at most so many tokens; -1: until the end")
        ->check(CLI::Range(-1, 1 << 30))
        ->capture_default_str()
        ->type_name("N");
    command
        ->add_option("--points", options->points,
                     "Names with * for anything, separated by commas; \"attention\": what attention maps need")
        ->capture_default_str()
        ->type_name("NAMES");
    command->add_option("--layers", options->layers, "Only these layers: 0-3,7")->type_name("LIST");
    command->add_option("--heads", options->heads, "Only these heads of points that have heads")->type_name("LIST");
    command->add_option("--positions", options->positions, "Only these positions (never of attention): 0:100, 20:")
        ->type_name("A:B");
    command
        ->add_option("--queries", options->queries, "Keep queries as f32 or f16; auto: f32 where that fits the budget")
        ->check(CLI::IsMember({"auto", "f32", "f16"}))
        ->capture_default_str();
    command->add_option("--budget", options->budgetMegabytes, "At most so many megabytes; higher layers go first")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 30))
        ->capture_default_str()
        ->type_name("MB");
    addInterveneOption(*command, options->interventions);
    addSamplerOptions(*command, options->sampler);
    command->callback([&common, options] {
        if (!options->list && options->output.empty())
            notUnderstood("Name the file to record into with -o FILE.safetensors.");
        common.action = [&common, options] { return trace(*options, common); };
    });
}

} // namespace vitral::cli
