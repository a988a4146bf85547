// SPDX-License-Identifier: Apache-2.0
// vitral-cli complete: goes on from a text. Only the text goes to standard output, as it comes; with --json one object
// with every token and how sure the model was of it.

#include "app/cli/commands.h"
#include "app/cli/intervention_options.h"
#include "app/cli/language.h"
#include "app/cli/sampler_options.h"
#include "app/cli/session.h"
#include "app/cli/token_json.h"
#include "core/base/mapped_file.h"

#include <fmt/format.h>
#include <unistd.h>

namespace vitral::cli {

namespace {

constexpr std::size_t kMaxPromptBytes = std::size_t{256} << 20U;

struct CompleteOptions {
    std::string model;
    std::string prompt, promptFile;
    std::int32_t maxTokens = 128;
    std::int32_t nTop = 8;
    std::int32_t nKeep = 0;
    bool echo = false, json = false, noBos = false, parseSpecial = false, contextShift = false, ignoreEnd = false;
    std::vector<std::string> stops, interventions;
    SamplerArguments sampler;
};

/// What --json gathers while the tokens come.
struct Gathered {
    std::string text;
    Json tokens = Json::array();
    Json promptTokens = Json::array();
};

Result<std::string> promptText(const CompleteOptions& options) {
    if (options.promptFile == "-")
        return readInput(kMaxPromptBytes);
    if (!options.promptFile.empty())
        return readTextFile(options.promptFile, kMaxPromptBytes, Streams::Allowed);
    return options.prompt;
}

Json timingsJson(const RunTimings& timings) {
    Json json;
    json["prompt_tokens"] = timings.nPrompt;
    json["cached_tokens"] = timings.nCached;
    json["generated_tokens"] = timings.nGenerated;
    json["prefill_seconds"] = timings.prefillSeconds;
    json["decode_seconds"] = timings.decodeSeconds;
    json["first_token_seconds"] = timings.firstTokenSeconds;
    return json;
}

Result<void> takeEvent(const RunEvent& event, const CompleteOptions& options, const Tokenizer& tokenizer,
                       Gathered& gathered) {
    std::string_view text;
    if (const auto* token = std::get_if<TokenProduced>(&event)) {
        text = token->text;
        if (options.json) {
            Json json = tokenJson(token->score, tokenizer);
            json["end"] = token->isEnd;
            gathered.tokens.push_back(std::move(json));
        }
    } else if (const auto* end = std::get_if<BranchFinished>(&event)) {
        text = end->text;
    } else if (const auto* scored = std::get_if<PromptScored>(&event)) {
        for (const TokenScore& score : scored->scores)
            gathered.promptTokens.push_back(tokenJson(score, tokenizer));
    } else if (const auto* shifted = std::get_if<ContextShifted>(&event)) {
        say(fmt::format(
            "{} ({})",
            tr("The context was full: the oldest tokens went", "O contexto encheu: saíram os tokens mais antigos"),
            shifted->nDropped));
    }
    if (text.empty())
        return {};
    gathered.text += text;
    return options.json ? Result<void>{} : writeAnswer(text);
}

Result<void> complete(const CompleteOptions& options, const CommonOptions& common) {
    VITRAL_TRY_ASSIGN(const std::string prompt, promptText(options));
    VITRAL_TRY_ASSIGN(const SamplerParams sampler, options.sampler.resolve());
    VITRAL_TRY_ASSIGN(const auto session, Session::open(common));
    VITRAL_TRY_ASSIGN(const auto model, session->load(options.model));
    if (!model->tokenizer())
        return fail(ErrorCode::Unsupported, "This model has no tokenizer, so text cannot be given to it.");
    VITRAL_TRY(checkBiases(sampler, model->config().nVocab));
    const Tokenizer& tokenizer = *model->tokenizer();
    EncodeOptions encode;
    encode.addSpecial = options.noBos ? AddSpecial::No : AddSpecial::Yes;
    encode.parseSpecial = options.parseSpecial ? ParseSpecial::Yes : ParseSpecial::No;
    GenerateJob job;
    job.model = model;
    VITRAL_TRY_ASSIGN(std::vector<TokenId> ids, tokenizer.encode(prompt, encode));
    // A rule that closes every text (EOS) would end the answer before it begins.
    if (tokenizer.special().addEos && !options.noBos && !ids.empty() && tokenizer.isEndOfGeneration(ids.back()))
        ids.pop_back();
    job.branches.push_back({ids, sampler});
    job.maxTokens = options.maxTokens;
    job.nCtx = contextFor(common, *model);
    job.kvType = common.kvType();
    job.contextShift = options.contextShift;
    job.nKeep = options.nKeep;
    job.stopStrings = options.stops;
    job.nTop = options.nTop;
    job.scorePrompt = options.json && options.echo;
    job.ignoreEnd = options.ignoreEnd;
    VITRAL_TRY_ASSIGN(job.interventions, readInterventions(options.interventions, *model));

    Gathered gathered;
    if (options.echo && !options.json)
        VITRAL_TRY(writeAnswer(prompt));
    VITRAL_TRY_ASSIGN(const RunFinished end, session->run(std::move(job), [&](const RunEvent& event) {
        return takeEvent(event, options, tokenizer, gathered);
    }));
    const RunTimings& timings = end.timings;
    if (options.json) {
        Json json;
        json["model"] = model->config().name;
        json["prompt"] = prompt;
        json["prompt_ids"] = ids;
        if (options.echo)
            json["prompt_tokens"] = std::move(gathered.promptTokens);
        json["text"] = gathered.text;
        json["tokens"] = std::move(gathered.tokens);
        json["finish"] = std::string(finishReasonName(end.reason));
        json["seed"] = end.seed;
        json["timings"] = timingsJson(timings);
        return writeAnswer(dumpJson(json));
    }
    if (::isatty(STDOUT_FILENO) == 1)
        VITRAL_TRY(writeAnswer("\n"));
    if (end.reason == FinishReason::ContextFull)
        say(fmt::format(
            "{} ({})",
            tr("It stopped because the context is full; -c makes it larger, --context-shift goes on without the oldest "
               "tokens",
               "Parou porque o contexto encheu; -c aumenta, --context-shift continua sem os tokens mais antigos"),
            contextFor(common, *model)));
    if (common.verbose) {
        const double nDecoded = timings.nGenerated > 1 ? timings.nGenerated - 1 : 0;
        say(trf("complete: {}, seed {}, prompt {} tokens in {:.3f} s, {} tokens in {:.3f} s ({:.1f} a second)",
                "complete: {}, semente {}, prompt de {} tokens em {:.3f} s, {} tokens em {:.3f} s ({:.1f} por segundo)",
                finishReasonName(end.reason), end.seed, timings.nPrompt, timings.prefillSeconds, timings.nGenerated,
                timings.decodeSeconds, timings.decodeSeconds > 0 ? nDecoded / timings.decodeSeconds : 0.0));
    }
    return {};
}

} // namespace

void addCompleteCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand("complete", "Go on from a text");
    auto options = std::make_shared<CompleteOptions>();
    addModelArgument(*command, options->model);
    auto* prompt = command->add_option("--prompt", options->prompt, "The text to go on from")->type_name("TEXT");
    auto* file =
        command->add_option("--prompt-file", options->promptFile, "The same from a file; -: from standard input")
            ->type_name("FILE")
            ->excludes(prompt);
    command->add_option("-n,--max-tokens", options->maxTokens, "At most so many tokens; -1: until the end")
        ->check(CLI::Range(-1, 1 << 30))
        ->capture_default_str()
        ->type_name("N");
    command->add_option("--top", options->nTop, "Alternatives told with each token (with --json)")
        ->check(CLI::Range(0, 1000))
        ->capture_default_str()
        ->type_name("N");
    command->add_option("--stop", options->stops, "Text that ends the answer and is not part of it; may be repeated")
        ->type_name("TEXT")
        ->allow_extra_args(false);
    command->add_flag("--echo", options->echo, "The prompt first; with --json its tokens' scores, too");
    command->add_flag("--json", options->json, "One JSON object with every token instead of text");
    command->add_flag("--no-bos", options->noBos, "Without the tokens the model puts around every text");
    command->add_flag("--parse-special", options->parseSpecial, "Read <|im_end|> and the like as control tokens");
    command->add_flag("--ignore-end", options->ignoreEnd, "Go on after the model's end token");
    command->add_flag("--context-shift", options->contextShift,
                      "When the context is full, go on without its older half");
    command->add_option("--keep", options->nKeep, "First tokens that always stay when the context moves on")
        ->check(CLI::NonNegativeNumber)
        ->type_name("N");
    addInterveneOption(*command, options->interventions);
    addSamplerOptions(*command, options->sampler);
    command->callback([&common, options, prompt, file] {
        if (prompt->count() + file->count() == 0) // --prompt "" is an answer, too
            throw CLI::RequiredError("--prompt or --prompt-file");
        common.action = [&common, options] { return complete(*options, common); };
    });
}

} // namespace vitral::cli
