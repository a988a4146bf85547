// SPDX-License-Identifier: Apache-2.0
#include "app/cli/explain_support.h"

#include "app/cli/intervention_options.h"
#include "app/cli/printable.h"
#include "core/chat/context_assembly.h"
#include "core/chat/template.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace vitral::cli {

void addExplainArguments(CLI::App& command, ExplainArguments& arguments, bool withPrompt) {
    CLI::Option* model = addModelArgument(command, arguments.model);
    if (withPrompt) {
        model->required();
        command.add_option("PROMPT", arguments.prompt, "The text")->required()->type_name("");
        addInterveneOption(command, arguments.interventions);
    }
    command.add_flag("--chat", arguments.chat, "The text is a question: put it into the model's chat template");
    command.add_flag("--no-bos", arguments.noBos, "Without the tokens the model puts around every text");
    command.add_flag("--parse-special", arguments.parseSpecial, "Read <|im_end|> and the like as control tokens");
    command.add_flag("--json", arguments.json, "One JSON object instead of a table");
}

Result<Explainer> Explainer::open(const ExplainArguments& arguments, const CommonOptions& common) {
    Explainer explainer;
    explainer.arguments_ = arguments;
    VITRAL_TRY_ASSIGN(explainer.session_, Session::open(common));
    VITRAL_TRY_ASSIGN(explainer.model_, explainer.session_->load(arguments.model));
    if (!explainer.model_->tokenizer())
        return fail(ErrorCode::Unsupported, "This model has no tokenizer, so text cannot be given to it.");
    explainer.nCtx_ = contextFor(common, *explainer.model_);
    explainer.kvType_ = common.kvType();
    return explainer;
}

Result<std::vector<TokenId>> Explainer::encode(const std::string& text) const {
    std::vector<TokenId> ids;
    if (arguments_.chat) {
        std::shared_ptr<const ChatTemplate> chatTemplate;
        if (!model_->config().chatTemplate.empty()) {
            VITRAL_TRY_ASSIGN(chatTemplate, ChatTemplate::parse(model_->config().chatTemplate));
        }
        Message question;
        question.id = 1;
        question.text = text;
        AssembleOptions options;
        options.nCtx = static_cast<std::int32_t>(nCtx_);
        options.nReserve = 0;
        VITRAL_TRY_ASSIGN(AssembledContext context,
                          assembleContext(std::span(&question, 1), tokenizer(), chatTemplate.get(), options));
        ids = std::move(context.ids);
    } else {
        EncodeOptions options;
        options.addSpecial = arguments_.noBos ? AddSpecial::No : AddSpecial::Yes;
        options.parseSpecial = arguments_.parseSpecial ? ParseSpecial::Yes : ParseSpecial::No;
        VITRAL_TRY_ASSIGN(ids, tokenizer().encode(text, options));
        if (ids.empty() && tokenizer().special().bos)
            ids.push_back(*tokenizer().special().bos);
    }
    if (std::cmp_greater(ids.size(), nCtx_))
        return fail(ErrorCode::ContextFull,
                    fmt::format("The text has {} tokens, but the context holds only {}; -c makes it larger.",
                                ids.size(), nCtx_));
    return ids;
}

Result<ExplainedRun> Explainer::run(const std::string& text) const {
    ExplainedRun run;
    VITRAL_TRY_ASSIGN(run.tokens, encode(text));
    run.kvType = kvType_;
    run.nCtx = nCtx_;
    VITRAL_TRY_ASSIGN(run.interventions, readInterventions(arguments_.interventions, *model_));
    return run;
}

Result<TokenId> Explainer::token(const std::string& text) const {
    if (text.size() > 1 && text[0] == '#' && text.find_first_not_of("0123456789", 1) == std::string::npos) {
        const long long id = text.size() < 12 ? std::stoll(text.substr(1)) : -1;
        if (id >= 0 && id < model_->config().nVocab)
            return static_cast<TokenId>(id);
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("There is no token {}; this model has {} tokens.", text, model_->config().nVocab));
    }
    EncodeOptions options;
    options.addSpecial = AddSpecial::No;
    options.parseSpecial = ParseSpecial::Yes;
    // A vocabulary that puts a blank before every text would make two tokens of " Paris": the text as it stands, after
    // a line end, has no such blank.
    for (TokenId id = 0; id < model_->config().nVocab; ++id)
        if (!text.empty() && tokenizer().decodeToken(id, true) == text)
            return id;
    VITRAL_TRY_ASSIGN(const std::vector<TokenId> ids, tokenizer().encode(text, options));
    std::string parts;
    for (const TokenId id : ids)
        parts += (parts.empty() ? "" : ", ") + label(id);
    return fail(ErrorCode::InvalidArgument, fmt::format("{} is not one token of this model; it is written as {}.",
                                                        quotedText(text, 40), parts.empty() ? "nothing" : parts));
}

std::string Explainer::label(TokenId id, std::size_t limit) const {
    std::string text = quotedText(tokenizer().decodeToken(id, true), limit);
    if (const std::size_t cut = text.rfind("\"... ("); cut != std::string::npos && text.back() == ')')
        text.replace(cut, std::string::npos, "\u2026\""); // in a table: how long a token is does not matter
    return text;
}

Json Explainer::json(TokenId id) const {
    Json json;
    json["id"] = id;
    putBytes(json, tokenizer().decodeToken(id, true));
    return json;
}

Result<void> Explainer::runTask(Task task) {
    const bool shown = errorIsTerminal();
    const auto withProgress = [task = std::move(task), shown](TaskContext& context) -> Result<void> {
        if (shown)
            context.progress = [](double fraction, const std::string& what) {
                sayRaw(fmt::format("\r{}: {:3.0f} %", what, 100.0 * fraction));
            };
        return task(context);
    };
    Result<void> result = session_->run(withProgress);
    if (shown)
        sayRaw("\r\x1b[K");
    return result;
}

std::string padded(std::string text, std::size_t width) {
    const auto n = static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
    if (n < width)
        text.append(width - n, ' ');
    return text;
}

std::string bar(double value, double most, std::size_t width) {
    if (!(most > 0.0) || !std::isfinite(value))
        return {};
    const auto n = static_cast<std::size_t>(std::lround(std::abs(value) / most * static_cast<double>(width)));
    return std::string(std::min(n, width), value < 0.0 ? '-' : '+');
}

Json jsonNumber(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

} // namespace vitral::cli
