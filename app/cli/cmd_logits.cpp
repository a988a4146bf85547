// SPDX-License-Identifier: Apache-2.0
// vitral-cli logits: the model's raw numbers after a text, before any sampler, as JSON or as a NumPy file.

#include "app/cli/commands.h"
#include "app/cli/intervention_options.h"
#include "app/cli/session.h"
#include "app/cli/token_json.h"
#include "core/io/npy.h"
#include "core/runtime/evaluate.h"

#include <fmt/format.h>
#include <iterator>

namespace vitral::cli {

namespace {

struct LogitsOptions {
    std::string model, prompt, npyFile;
    std::vector<std::string> interventions;
    bool allPositions = false, json = false, noBos = false, parseSpecial = false;
};

/// {"model", "prompt_ids", "shape": [T, V], "logits": [[...], ...]}, floats as their shortest decimals.
std::string logitsJson(const Model& model, const std::vector<TokenId>& ids, const std::vector<float>& logits) {
    const auto nVocab = static_cast<std::size_t>(model.config().nVocab);
    fmt::memory_buffer out;
    const auto to = std::back_inserter(out);
    Json name = model.config().name;
    fmt::format_to(to, "{{\"model\":{},\"prompt_ids\":[{}],\"shape\":[{},{}],\"logits\":[",
                   name.dump(-1, ' ', false, Json::error_handler_t::replace), fmt::join(ids, ","),
                   logits.size() / nVocab, nVocab);
    for (std::size_t row = 0; row * nVocab < logits.size(); ++row) {
        fmt::format_to(to, "{}[", row == 0 ? "" : ",");
        for (std::size_t i = 0; i < nVocab; ++i)
            fmt::format_to(to, "{}{}", i == 0 ? "" : ",", floatText(logits[row * nVocab + i]));
        fmt::format_to(to, "]");
    }
    fmt::format_to(to, "]}}\n");
    return {out.data(), out.size()};
}

Result<void> logits(const LogitsOptions& options, const CommonOptions& common) {
    if (options.json == !options.npyFile.empty())
        return fail(ErrorCode::InvalidArgument, "Give either --json or --npy FILE.");
    VITRAL_TRY_ASSIGN(const auto session, Session::open(common));
    VITRAL_TRY_ASSIGN(const auto model, session->load(options.model));
    if (!model->tokenizer())
        return fail(ErrorCode::Unsupported, "This model has no tokenizer, so text cannot be given to it.");
    EncodeOptions encode;
    encode.addSpecial = options.noBos ? AddSpecial::No : AddSpecial::Yes;
    encode.parseSpecial = options.parseSpecial ? ParseSpecial::Yes : ParseSpecial::No;
    VITRAL_TRY_ASSIGN(std::vector<TokenId> ids, model->tokenizer()->encode(options.prompt, encode));
    if (ids.empty() && model->tokenizer()->special().bos)
        ids.push_back(*model->tokenizer()->special().bos);
    const std::int64_t nCtx = contextFor(common, *model);
    if (std::cmp_greater(ids.size(), nCtx))
        return fail(ErrorCode::ContextFull,
                    fmt::format("The prompt has {} tokens, but the context holds only {}; -c makes it larger.",
                                ids.size(), nCtx));
    VITRAL_TRY_ASSIGN(const auto interventions, readInterventions(options.interventions, *model));
    std::vector<float> all;
    VITRAL_TRY(session->run(Task([&](TaskContext& context) {
        return evaluateTokens(
            *model, context, common.kvType(), ids, options.allPositions ? Positions::All : Positions::Last,
            [&](std::int64_t, std::span<const float> row) -> Result<void> {
                all.insert(all.end(), row.begin(), row.end());
                return {};
            },
            interventions.get());
    })));
    if (options.json)
        return writeAnswer(logitsJson(*model, ids, all));
    TensorView array;
    array.dtype = DType::F32;
    const std::int64_t nVocab = model->config().nVocab;
    array.shape = options.allPositions ? Shape{static_cast<std::int64_t>(ids.size()), nVocab} : Shape{nVocab};
    array.bytes = std::as_bytes(std::span(all));
    return writeNpy(options.npyFile, array);
}

} // namespace

void addLogitsCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand("logits", "The raw logits after a text");
    auto options = std::make_shared<LogitsOptions>();
    addModelArgument(*command, options->model);
    command->add_option("--prompt", options->prompt, "The text")->required()->type_name("TEXT");
    command->add_flag("--all-positions", options->allPositions, "After every token, not only after the last");
    command->add_flag("--json", options->json, "To standard output as one JSON object");
    command->add_option("--npy", options->npyFile, "To a NumPy file: f32 [V], or [T, V] with --all-positions")
        ->type_name("FILE");
    addInterveneOption(*command, options->interventions);
    command->add_flag("--no-bos", options->noBos, "Without the tokens the model puts around every text");
    command->add_flag("--parse-special", options->parseSpecial, "Read <|im_end|> and the like as control tokens");
    command->callback([&common, options] { common.action = [&common, options] { return logits(*options, common); }; });
}

} // namespace vitral::cli
