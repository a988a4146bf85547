// SPDX-License-Identifier: Apache-2.0
// vitral-cli hub: search a hub of models, list a repository's files, download one. The only commands that use the net.

#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/cli/language.h"
#include "app/cli/printable.h"
#include "core/base/amounts.h"
#include "core/hub/download.h"
#include "core/hub/key_store.h"
#include "core/hub/models_folder.h"

#include <fmt/format.h>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <termios.h>
#include <unistd.h>

namespace vitral::cli {

namespace {

using namespace hub;

constexpr const char* kFolderHelp =
    "Folder for models (else the one chosen in the window, else ~/.local/share/vitral/models)";

struct HubOptions {
    std::string text, repo, file, revision = "main", folder;
    std::string base = defaultHubAddress();
    int limit = 30;
    bool all = false, json = false, askToken = false, discard = false;
};

/// Ctrl-C stops what runs here.
class Stoppable {
public:
    Stoppable() {
        watch_.onInterrupt([this] { source_.request_stop(); });
        watch_.allowHere();
    }
    ~Stoppable() { watch_.stop(); }
    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

private:
    std::stop_source source_;
    InterruptWatch watch_;
};

/// A line from the terminal that is not shown, or from a pipe.
std::string secretLine() {
    termios before{};
    const bool terminal = ::isatty(STDIN_FILENO) != 0 && ::tcgetattr(STDIN_FILENO, &before) == 0;
    if (terminal) {
        termios silent = before;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
        sayRaw(tr("Access token (it is not shown): ", "Token de acesso (não aparece): "));
    }
    std::string line;
    std::getline(std::cin, line);
    if (terminal) {
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        sayRaw("\n");
    }
    while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
        line.pop_back();
    return line;
}

Result<std::string> askedToken() {
    std::string token = secretLine();
    if (!isToken(token))
        return fail(ErrorCode::InvalidArgument,
                    "This is no access token: those are letters and digits, such as hf_....");
    return token;
}

Result<HubAccess> accessOf(const HubOptions& o) {
    HubAccess hub{o.base, {}, {}};
    while (hub.base.ends_with('/'))
        hub.base.pop_back();
    if (o.askToken) {
        VITRAL_TRY_ASSIGN(hub.token, askedToken());
    }
    return hub;
}

/// For a gated model the kept token, else one asked for on a terminal. Nothing is asked of the key store otherwise.
Result<void> tokenForGated(HubAccess& hub) {
    if (!hub.token.empty())
        return {};
    if (const auto kept = keptToken(hub.base); kept && !kept->empty()) {
        hub.token = *kept;
        return {};
    }
    if (::isatty(STDIN_FILENO) == 0)
        return {}; // the hub will say what is missing
    VITRAL_TRY_ASSIGN(hub.token, askedToken());
    return {};
}

std::string licenceOf(const RepoFiles& repo) {
    if (repo.licence.empty())
        return std::string(tr("not said", "não informada"));
    std::string text = repo.licenceName.empty() ? repo.licence : repo.licence + " (" + repo.licenceName + ")";
    return plainText(repo.licenceLink.empty() ? text : text + ", " + repo.licenceLink, 400);
}

/// The first one gets what is downloaded; without --to they are those that the window knows.
std::vector<std::filesystem::path> foldersOf(const HubOptions& o) {
    return o.folder.empty() ? modelsFolders(dataFolder()) : std::vector<std::filesystem::path>{o.folder};
}

Result<void> search(const HubOptions& o) {
    Stoppable stop; // first: Ctrl-C while a token is typed gives the terminal its echo back
    VITRAL_TRY_ASSIGN(const HubAccess hub, accessOf(o));
    VITRAL_TRY_ASSIGN(const auto found, searchModels(hub, {o.text, o.limit, !o.all}, stop.token()));
    if (o.json) {
        auto list = nlohmann::json::array();
        for (const RepoEntry& e : found)
            list.push_back({{"id", e.id},
                            {"licence", e.licence},
                            {"task", e.task},
                            {"modified", e.modified},
                            {"downloads", e.nDownload},
                            {"likes", e.nLike},
                            {"gated", e.gated}});
        return writeAnswer(list.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    }
    std::string out;
    for (const RepoEntry& e : found)
        out += fmt::format("{:<60} {:>12} {:<20}{}\n", e.id, e.nDownload < 0 ? "?" : fmt::format("{}", e.nDownload),
                           e.licence.empty() ? "?" : plainText(e.licence, 40),
                           e.gated ? tr(" gated", " com restrição") : "");
    if (found.empty())
        say(tr("Nothing was found.", "Nada foi encontrado."));
    return writeAnswer(out);
}

Result<void> files(const HubOptions& o) {
    Stoppable stop; // first: Ctrl-C while a token is typed gives the terminal its echo back
    VITRAL_TRY_ASSIGN(const HubAccess hub, accessOf(o));
    VITRAL_TRY_ASSIGN(const RepoFiles repo, listFiles(hub, o.repo, o.revision, stop.token()));
    if (o.json) {
        auto list = nlohmann::json::array();
        for (const HubFile& f : repo.files)
            list.push_back({{"path", f.path}, {"size", f.size}, {"sha256", f.sha256}, {"git_sha1", f.gitSha1}});
        const nlohmann::json all{{"id", repo.id},
                                 {"commit", repo.commit},
                                 {"licence", repo.licence},
                                 {"licence_name", repo.licenceName},
                                 {"licence_link", repo.licenceLink},
                                 {"gated", repo.gated},
                                 {"files", list},
                                 {"left_out", repo.nLeftOut}};
        return writeAnswer(all.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    }
    std::string out = fmt::format("{}  {}\n{}: {}{}\n", repo.id, repo.commit, tr("licence", "licença"), licenceOf(repo),
                                  repo.gated ? std::string(tr("; gated: its terms must be accepted on ",
                                                              "; com restrição: os termos devem ser aceitos em ")) +
                                                   pageOf(hub, repo.id)
                                             : std::string());
    int nOther = 0;
    for (const HubFile& f : repo.files) {
        if (o.all || isModelFile(f.path))
            out += fmt::format("{:>10}  {}\n", byteSize(f.size), plainText(f.path, 300));
        else
            ++nOther;
    }
    if (nOther > 0)
        say(fmt::format("{} {}", nOther, tr("other files; --all lists them", "outros arquivos; --all mostra todos")));
    if (repo.nLeftOut > 0)
        say(fmt::format("{} {}", repo.nLeftOut,
                        tr("files have no size or checksum that can be trusted, and are left out",
                           "arquivos não têm tamanho ou soma de verificação confiáveis e ficam de fora")));
    return writeAnswer(out);
}

void showProgress(const DownloadProgress& p, DownloadState& last) {
    const bool terminal = errorIsTerminal();
    const double percent = p.totalBytes > 0 ? 100.0 * double(p.doneBytes) / double(p.totalBytes) : 100;
    if (p.state == DownloadState::Waiting && (terminal || last != p.state)) {
        if (terminal)
            sayRaw("\r\x1b[K");
        say(p.note + std::string(tr(" Trying again.", " Tentando de novo.")));
    } else if (terminal) {
        const std::string_view what = p.state == DownloadState::Checking    ? tr("checking", "verificando")
                                      : p.state == DownloadState::Asking    ? tr("asking", "perguntando")
                                      : p.state == DownloadState::Finishing ? tr("finishing", "concluindo")
                                                                            : tr("receiving", "recebendo");
        sayRaw(fmt::format(
            "\r{} {:5.1f} %  {} / {}{}\x1b[K", what, percent, byteSize(p.doneBytes), byteSize(p.totalBytes),
            p.bytesPerSecond > 0 ? fmt::format("  {}/s", byteSize(static_cast<std::uint64_t>(p.bytesPerSecond))) : ""));
    }
    last = p.state;
}

Result<void> get(const HubOptions& o) {
    Stoppable stop;
    VITRAL_TRY_ASSIGN(HubAccess hub, accessOf(o));
    VITRAL_TRY_ASSIGN(const RepoFiles repo, listFiles(hub, o.repo, o.revision, stop.token()));
    const auto file =
        std::find_if(repo.files.begin(), repo.files.end(), [&](const HubFile& f) { return f.path == o.file; });
    if (file == repo.files.end())
        return fail(ErrorCode::NotFound, fmt::format("{} has no file {}; vitral-cli hub files {} lists them.", repo.id,
                                                     plainText(o.file, 200), repo.id));
    say(fmt::format("{}: {}", tr("licence", "licença"), licenceOf(repo)));
    if (repo.gated)
        VITRAL_TRY(tokenForGated(hub));
    DownloadOptions options;
    options.folder = foldersOf(o).front();
    DownloadState last = DownloadState::Finishing;
    options.progress = [&](const DownloadProgress& p) { showProgress(p, last); };
    std::string places;
    for (const HubFile& part : partsOf(repo, *file)) { // a model in several files comes as a whole
        const auto done = download(hub, repo, part, options, stop.token());
        if (errorIsTerminal())
            sayRaw("\r\x1b[K");
        if (!done && done.error().code == ErrorCode::Cancelled) {
            const std::string left = placeOf(options.folder, repo, part).string() + ".part";
            return fail(
                ErrorCode::Cancelled,
                trf("Stopped. What came is kept in {}: the same command goes on from there, and vitral-cli hub "
                    "unfinished "
                    "--delete throws it away.",
                    "Interrompido. O que chegou foi guardado em {}: o mesmo comando continua daí, e vitral-cli hub "
                    "unfinished --delete o apaga.",
                    left));
        }
        VITRAL_TRY(done);
        if (done->wasThere)
            say(tr("It was there already, whole and right.", "Já estava lá, inteiro e correto."));
        places += done->path.string() + "\n";
    }
    return writeAnswer(places);
}

Result<void> unfinished(const HubOptions& o) {
    std::string out;
    for (const std::filesystem::path& folder : foldersOf(o))
        for (const std::filesystem::path& part : unfinishedDownloads(folder)) {
            std::error_code ignored;
            const auto size = std::filesystem::file_size(part, ignored);
            if (o.discard)
                VITRAL_TRY(discardDownload(part));
            out += fmt::format("{:>10}  {}\n", ignored ? "?" : byteSize(size), plainText(part.string(), 4000));
        }
    if (out.empty())
        say(tr("There is no unfinished download.", "Não há download inacabado."));
    else if (o.discard)
        say(tr("Deleted:", "Apagados:"));
    return writeAnswer(out);
}

} // namespace

void addHubCommand(CLI::App& app, CommonOptions& common) {
    auto o = std::make_shared<HubOptions>();
    CLI::App* hub =
        app.add_subcommand("hub", "Search and download models (Hugging Face); the only command that uses the net");
    hub->require_subcommand(1);
    const auto add = [&](const char* name, const char* help, Result<void> (*work)(const HubOptions&)) {
        CLI::App* c = hub->add_subcommand(name, help);
        c->add_option("--hub", o->base, "Address of the hub (VITRAL_HUB_URL)")->type_name("URL");
        c->callback([&common, o, work] { common.action = [o, work] { return work(*o); }; });
        return c;
    };
    const auto json = [&](CLI::App* c) { c->add_flag("--json", o->json, "As JSON"); };
    const auto repository = [&](CLI::App* c) {
        c->add_option("REPOSITORY", o->repo, "owner/name")->required()->type_name("");
        c->add_option("--revision", o->revision, "Branch, tag or commit")->capture_default_str();
        c->add_flag("--ask-token", o->askToken,
                    "Ask for an access token (from standard input where that is no terminal)");
    };
    CLI::App* c = add("search", "Models by name, most downloaded first", search);
    c->add_option("TEXT", o->text, "What to look for")->required()->type_name("");
    c->add_option("--limit", o->limit, "How many to list")->check(CLI::Range(1, 100))->capture_default_str();
    c->add_flag("--all", o->all, "Also repositories without GGUF files");
    json(c);
    c = add("files", "The files of a repository, with sizes and licence", files);
    repository(c);
    c->add_flag("--all", o->all, "Also files that are no weights");
    json(c);
    c = add("get", "Download a file; goes on where it was stopped, and checks every byte", get);
    repository(c);
    c->add_option("FILE", o->file, "Its path in the repository")->required()->type_name("");
    c->add_option("--to", o->folder, kFolderHelp)->type_name("FOLDER");
    c = add("unfinished", "Downloads that were stopped or killed; get goes on with them", unfinished);
    c->add_option("--to", o->folder, kFolderHelp)->type_name("FOLDER");
    c->add_flag("--delete", o->discard, "Delete what came of them");
    c = add("keep-token", "Give an access token to the key store of the system",
            [](const HubOptions& options) -> Result<void> {
                const Stoppable stop;
                VITRAL_TRY_ASSIGN(const std::string token, askedToken());
                return keepToken(options.base, token);
            });
    c = add("forget-token", "Take it out of the key store again",
            [](const HubOptions& options) { return forgetToken(options.base); });
}

} // namespace vitral::cli
