// SPDX-License-Identifier: Apache-2.0
#include "app/cli/chat_session.h"

#include "app/cli/language.h"

#include <algorithm>
#include <ctime>
#include <fmt/format.h>
#include <utility>

namespace vitral::cli {

ChatSession::ChatSession(Session& session, std::shared_ptr<const Model> model, ChatSettings settings)
    : session_(session), model_(std::move(model)), settings_(std::move(settings)) {
    const std::string& source = model_->config().chatTemplate;
    if (source.empty()) {
        say(tr("This model has no chat template; a plain layout is used, and answers may be odd.",
               "Este modelo não traz formato de conversa; usa-se um formato simples, e as respostas podem sair "
               "estranhas."));
        return;
    }
    auto parsed = ChatTemplate::parse(source);
    if (parsed)
        template_ = std::move(*parsed);
    else
        say(fmt::format("{} ({})",
                        tr("The model's chat template cannot be read; a plain layout is used",
                           "O formato de conversa do modelo não pôde ser lido; usa-se um formato simples"),
                        parsed.error().message));
}

Result<void> ChatSession::ask(std::string text) {
    Message message;
    message.id = nextId_++;
    message.parent = path_.empty() ? kNoMessage : path_.back().id;
    message.role = Role::User;
    message.text = std::move(text);
    path_.push_back(std::move(message));
    Result<void> result = answer();
    if (!result && path_.back().role == Role::User)
        path_.pop_back(); // not answered: as if not asked
    return result;
}

Result<void> ChatSession::again() {
    if (path_.empty())
        return fail(ErrorCode::InvalidArgument, std::string(tr("There is no question yet.", "Ainda não há pergunta.")));
    if (path_.back().role == Role::Assistant)
        path_.pop_back();
    return answer();
}

Result<void> ChatSession::undo() {
    if (path_.empty())
        return fail(ErrorCode::InvalidArgument, std::string(tr("There is no question yet.", "Ainda não há pergunta.")));
    while (!path_.empty() && path_.back().role != Role::User)
        path_.pop_back();
    if (!path_.empty())
        path_.pop_back();
    return {};
}

bool ChatSession::forgetOldest() {
    const auto isUser = [](const Message& m) { return m.role == Role::User; };
    if (path_.empty())
        return false;
    const auto second = std::find_if(path_.begin() + 1, path_.end(), isUser);
    if (second == path_.end())
        return false;
    path_.erase(path_.begin(), second);
    path_.front().parent = kNoMessage;
    return true;
}

Result<AssembledContext> ChatSession::assemble() {
    AssembleOptions options;
    options.systemPrompt = settings_.system;
    options.nCtx = static_cast<std::int32_t>(settings_.nCtx);
    // Room for an answer: what was asked for, but never most of a small context.
    const std::int64_t wanted = settings_.maxTokens >= 0 ? settings_.maxTokens : 256;
    options.nReserve = static_cast<std::int32_t>(std::min(wanted, settings_.nCtx / 4));
    options.nowUnixSeconds = static_cast<std::int64_t>(std::time(nullptr));
    for (;;) {
        VITRAL_TRY_ASSIGN(AssembledContext context,
                          assembleContext(path_, *model_->tokenizer(), template_.get(), options));
        if (context.fits || (std::cmp_less(context.ids.size(), settings_.nCtx) && !settings_.contextShift))
            return context;
        if (!settings_.contextShift)
            return fail(ErrorCode::ContextFull,
                        fmt::format(fmt::runtime(tr("The conversation has {} tokens, but the context holds only {}: "
                                                    "/forget lets the oldest question go, "
                                                    "/new begins anew, -c makes the context larger.",
                                                    "A conversa tem {} tokens, mas o contexto só comporta {}: /forget "
                                                    "esquece a pergunta mais antiga, "
                                                    "/new recomeça, -c aumenta o contexto.")),
                                    context.ids.size(), settings_.nCtx));
        if (!forgetOldest())
            return context; // one question alone: the engine says what does not fit
        say(tr("(the oldest question and answer were let go to make room)",
               "(a pergunta e a resposta mais antigas foram esquecidas para abrir espaço)"));
    }
}

Result<void> ChatSession::answer() {
    VITRAL_TRY_ASSIGN(AssembledContext context, assemble());
    GenerateJob job;
    job.model = model_;
    job.branches.push_back({std::move(context.ids), settings_.sampler});
    job.maxTokens = settings_.maxTokens;
    job.nCtx = settings_.nCtx;
    job.kvType = settings_.kvType;
    job.nTop = 0;
    if (!template_)
        job.stopStrings = {"\nUser:"};
    Message message;
    message.id = nextId_++;
    message.parent = path_.back().id;
    message.role = Role::Assistant;
    message.modelName = model_->config().name;
    message.startsThinking = opensThinking(context.text) == StartsThinking::Yes;
    bool lineOpen = false;
    const auto show = [&](std::string_view text) -> Result<void> {
        if (message.text.empty()) // some vocabularies begin every answer with a blank
            text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        if (text.empty())
            return {};
        message.text += text;
        lineOpen = text.back() != '\n';
        return writeAnswer(text);
    };
    const auto end = session_.run(
        std::move(job),
        [&](const RunEvent& event) -> Result<void> {
            if (const auto* progress = std::get_if<PrefillProgress>(&event))
                savedSeconds_ = progress->savedSeconds;
            if (const auto* token = std::get_if<TokenProduced>(&event))
                return show(token->text);
            if (const auto* over = std::get_if<BranchFinished>(&event))
                return show(over->text);
            return {};
        },
        true);
    if (lineOpen || (end && message.text.empty()))
        VITRAL_TRY(writeAnswer("\n"));
    if (!end && message.text.empty())
        return tl::unexpected(end.error());
    message.state = end && end->reason != FinishReason::Cancelled ? MessageState::Complete : MessageState::Stopped;
    path_.push_back(std::move(message));
    if (!end)
        return tl::unexpected(end.error());
    last_ = end->timings;
    if (end->reason == FinishReason::Cancelled)
        say(tr("(stopped)", "(interrompido)"));
    if (end->reason == FinishReason::ContextFull)
        say(tr("(the context is full: /forget lets the oldest question go, /new begins anew)",
               "(o contexto encheu: /forget esquece a pergunta mais antiga, /new recomeça)"));
    return {};
}

std::string ChatSession::statistics() const {
    const double prefill = last_.prefillSeconds > 0 ? (last_.nPrompt - last_.nCached) / last_.prefillSeconds : 0.0;
    const double decode = last_.decodeSeconds > 0 ? std::max(last_.nGenerated - 1, 0) / last_.decodeSeconds : 0.0;
    return fmt::format(
        fmt::runtime(tr(
            "prompt {} tokens, {} of them from the cache (about {:.2f} s saved, an estimate), {:.1f} a second; "
            "answer {} tokens, {:.1f} a second; first token after {:.0f} ms",
            "pergunta {} tokens, {} deles do cache (cerca de {:.2f} s poupados, uma estimativa), {:.1f} por segundo; "
            "resposta {} tokens, {:.1f} por segundo; primeiro token em {:.0f} ms")),
        last_.nPrompt, last_.nCached, savedSeconds_, prefill, last_.nGenerated, decode,
        last_.firstTokenSeconds * 1000.0);
}

std::string ChatSession::markdown() const {
    std::string text;
    if (!settings_.system.empty())
        text += "**system**\n\n" + settings_.system + "\n\n";
    for (const Message& message : path_)
        text += fmt::format("**{}**\n\n{}\n\n", roleName(message.role), message.text);
    return text;
}

} // namespace vitral::cli
