// SPDX-License-Identifier: Apache-2.0
// vitral-cli chat: a conversation in the terminal. Answers go to standard output, everything else to standard error.
// With
// --once one question and out; with standard input from a file or pipe every line is a question.

#include "app/cli/chat_session.h"
#include "app/cli/commands.h"
#include "app/cli/language.h"
#include "app/cli/sampler_options.h"
#include "core/base/atomic_file.h"

#include <cerrno>
#include <fmt/format.h>
#include <optional>
#include <unistd.h>

namespace vitral::cli {

namespace {

struct ChatOptions {
    std::string model, system, once;
    std::int32_t maxTokens = -1;
    bool contextShift = false;
    SamplerArguments sampler;
    CLI::Option* onceOption = nullptr;
};

/// Lines of standard input as they are typed; Ctrl-C at the prompt ends the input.
class LineReader {
public:
    std::optional<std::string> next() {
        for (;;) {
            if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
                std::string line = buffer_.substr(0, end);
                buffer_.erase(0, end + 1);
                if (!line.empty() && line.back() == '\r')
                    line.pop_back();
                return line;
            }
            char chunk[4096];
            const ::ssize_t n = ::read(STDIN_FILENO, chunk, sizeof chunk);
            if (n > 0) {
                buffer_.append(chunk, static_cast<std::size_t>(n));
                continue;
            }
            if (buffer_.empty() || n < 0)
                return std::nullopt;
            return std::exchange(buffer_, {}); // a last line without its end
        }
    }

private:
    std::string buffer_;
};

void showHelp() {
    say(tr("/again            answer the last question anew\n"
           "/undo             take the last question back\n"
           "/new              begin a new conversation\n"
           "/forget           let the oldest question and answer go\n"
           "/system TEXT      set the system prompt (nothing: none)\n"
           "/set NAME VALUE   set a sampler parameter, for example /set temperature 0.5\n"
           "/stats            figures of the last answer\n"
           "/save FILE        write the conversation as Markdown\n"
           "/quit             end (or Ctrl-D); Ctrl-C stops an answer\n"
           "A line that ends with \\ goes on in the next one; // at the beginning writes a / that is no command.",
           "/again            responde de novo à última pergunta\n"
           "/undo             retira a última pergunta\n"
           "/new              começa uma nova conversa\n"
           "/forget           esquece a pergunta e a resposta mais antigas\n"
           "/system TEXTO     define o prompt de sistema (nada: nenhum)\n"
           "/set NOME VALOR   ajusta um parâmetro do amostrador, por exemplo /set temperature 0.5\n"
           "/stats            números da última resposta\n"
           "/save ARQUIVO     grava a conversa em Markdown\n"
           "/quit             termina (ou Ctrl-D); Ctrl-C interrompe uma resposta\n"
           "Uma linha terminada em \\ continua na seguinte; // no começo escreve uma / que não é comando."));
}

enum class Next { GoOn, Quit };

/// Runs a line that begins with a slash. Errors: what a person mistyped, to be told and survived.
Result<Next> obey(ChatSession& chat, std::string_view line) {
    const std::string_view name = line.substr(0, line.find(' '));
    std::string_view rest = line.substr(std::min(line.size(), name.size() + 1));
    if (name == "/quit" || name == "/exit" || name == "/sair")
        return Next::Quit;
    if (name == "/help" || name == "/ajuda" || name == "/?") {
        showHelp();
    } else if (name == "/again" || name == "/regen") {
        VITRAL_TRY(chat.again());
    } else if (name == "/undo") {
        VITRAL_TRY(chat.undo());
    } else if (name == "/new" || name == "/clear") {
        chat.forgetAll();
        say(tr("(new conversation)", "(nova conversa)"));
    } else if (name == "/forget") {
        if (!chat.forgetOldest())
            return fail(ErrorCode::InvalidArgument,
                        std::string(tr("There is nothing older to forget.", "Não há nada mais antigo a esquecer.")));
    } else if (name == "/system") {
        chat.settings().system = std::string(rest);
    } else if (name == "/set") {
        const std::string_view what = rest.substr(0, rest.find(' '));
        VITRAL_TRY(
            setSamplerParameter(chat.settings().sampler, what, rest.substr(std::min(rest.size(), what.size() + 1))));
    } else if (name == "/stats") {
        say(chat.statistics());
    } else if (name == "/save") {
        if (rest.empty())
            return fail(ErrorCode::InvalidArgument,
                        std::string(tr("/save needs a file name.", "/save precisa de um nome de arquivo.")));
        VITRAL_TRY(writeFileAtomically(std::string(rest), chat.markdown()));
    } else {
        return fail(ErrorCode::InvalidArgument, fmt::format("{}: {}", name,
                                                            tr("no such command; /help lists them.",
                                                               "comando desconhecido; /help mostra a lista.")));
    }
    return Next::GoOn;
}

/// A question, gathered over lines that end with a backslash. Nothing at the end of the input.
std::optional<std::string> readQuestion(LineReader& lines, bool interactive) {
    std::string question;
    for (bool first = true;; first = false) {
        if (interactive)
            sayRaw(first ? "> " : ". ");
        std::optional<std::string> line = lines.next();
        if (!line)
            return first ? std::nullopt : std::optional(question);
        const bool more = !line->empty() && line->back() == '\\';
        if (more)
            line->pop_back();
        question += (first ? "" : "\n") + *line;
        if (!more)
            return question;
    }
}

/// Where nobody types, an interrupted answer ends the program as one that was not given.
Result<void> notInterrupted() {
    if (InterruptWatch::count() > 0)
        return fail(ErrorCode::Cancelled, std::string(tr("Interrupted.", "Interrompido.")));
    return {};
}

Result<void> converse(ChatSession& chat) {
    const bool interactive = ::isatty(STDIN_FILENO) == 1;
    if (interactive)
        say(tr("Ask something; /help lists the commands, Ctrl-D ends.",
               "Pergunte algo; /help mostra os comandos, Ctrl-D termina."));
    LineReader lines;
    for (;;) {
        InterruptWatch::reset();
        std::optional<std::string> line = readQuestion(lines, interactive);
        if (!line) {
            if (interactive)
                say("");
            return {};
        }
        if (line->empty())
            continue;
        Result<void> done;
        if (line->starts_with("//")) {
            done = chat.ask(line->substr(1));
        } else if (line->front() == '/') {
            const Result<Next> next = obey(chat, *line);
            if (next && *next == Next::Quit)
                return {};
            if (!next)
                done = tl::unexpected(next.error());
        } else {
            done = chat.ask(std::move(*line));
        }
        if (!interactive)
            VITRAL_TRY(notInterrupted());
        if (done)
            continue;
        // A person at the terminal reads the sentence and goes on; a script must notice. Lost output ends both.
        const ErrorCode code = done.error().code;
        if (!interactive || code == ErrorCode::Cancelled || code == ErrorCode::Io)
            return done;
        say(done.error().message);
    }
}

Result<void> chat(const ChatOptions& options, const CommonOptions& common) {
    VITRAL_TRY_ASSIGN(const SamplerParams sampler, options.sampler.resolve());
    VITRAL_TRY_ASSIGN(const auto session, Session::open(common));
    VITRAL_TRY_ASSIGN(const auto model, session->load(options.model));
    if (!model->tokenizer())
        return fail(ErrorCode::Unsupported, "This model has no tokenizer, so text cannot be given to it.");
    VITRAL_TRY(checkBiases(sampler, model->config().nVocab));
    ChatSettings settings;
    settings.system = options.system;
    settings.sampler = sampler;
    settings.nCtx = contextFor(common, *model);
    settings.kvType = common.kvType();
    settings.maxTokens = options.maxTokens;
    settings.contextShift = options.contextShift;
    ChatSession conversation(*session, model, std::move(settings));
    if (options.onceOption->count() == 0)
        return converse(conversation);
    VITRAL_TRY(conversation.ask(options.once));
    VITRAL_TRY(notInterrupted());
    if (common.verbose)
        say(conversation.statistics());
    return {};
}

} // namespace

void addChatCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand("chat", "Chat in the terminal");
    auto options = std::make_shared<ChatOptions>();
    addModelArgument(*command, options->model);
    command->add_option("--system", options->system, "System prompt")->type_name("TEXT");
    options->onceOption =
        command->add_option("--once", options->once, "Ask this, print the answer, end")->type_name("TEXT");
    command->add_option("-n,--max-tokens", options->maxTokens, "At most so many tokens an answer; -1: until its end")
        ->check(CLI::Range(-1, 1 << 30))
        ->type_name("N");
    command->add_flag("--context-shift", options->contextShift,
                      "When the context is full, forget the oldest questions without asking");
    addSamplerOptions(*command, options->sampler);
    command->callback([&common, options] { common.action = [&common, options] { return chat(*options, common); }; });
}

} // namespace vitral::cli
