// SPDX-License-Identifier: Apache-2.0
// vitral-cli: whatever a window can do with a model, a command can do without one. No Qt.
// Answers go to standard output and nothing else does; messages and progress go to standard error; errors exit non-zero
// with one sentence. Exit codes: 0 done, 1 failed, 2 not understood, 130 interrupted.

#include "app/cli/commands.h"
#include "app/cli/common.h"
#include "core/base/log.h"

#include <csignal>
#include <exception>
#include <fmt/format.h>
#include <new>

namespace {

using namespace vitral;
using namespace vitral::cli;

constexpr int kFailed = 1;
constexpr int kNotUnderstood = 2;
constexpr int kInterrupted = 130;

/// CLI11's messages are English phrases, some with line breaks: one sentence on one line leaves here.
std::string sentence(std::string text) {
    for (char& c : text)
        if (c == '\n' || c == '\r')
            c = ' ';
    while (!text.empty() && (text.back() == ' ' || text.back() == '.'))
        text.pop_back();
    return text + ".";
}

int finish(const Result<void>& result) {
    if (result)
        return 0;
    const Error& error = result.error();
    if (error.code == ErrorCode::Cancelled) {
        if (!error.message.empty())
            say("vitral-cli: " + error.message);
        return error.message.empty() ? 0 : kInterrupted;
    }
    say("vitral-cli: " + error.message);
    return kFailed;
}

int run(int argc, char** argv) {
    CommonOptions common;
    CLI::App app{"Vitral on the command line: chat with a local model and see every number behind the answer"};
    app.name("vitral-cli");
    app.set_version_flag("--version", "vitral-cli " VITRAL_VERSION);
    app.require_subcommand(0, 1);

    // One line per subcommand, in the order of --help.
    addChatCommand(app, common);
    addCompleteCommand(app, common);
    addLogitsCommand(app, common);
    addPerplexityCommand(app, common);
    addTokenizeCommand(app, common);
    addDetokenizeCommand(app, common);
    addHeadsCommand(app, common);
    addTokenizerCommand(app, common);
    addInspectCommand(app, common);
    addQuantizeCommand(app, common);
    addBenchCommand(app, common);
    addMakeRandomCommand(app, common);
    addTraceCommand(app, common);
    addLensCommand(app, common);
    addAttributeCommand(app, common);
    addAblateCommand(app, common);
    addPatchCommand(app, common);
    addSteerVectorCommand(app, common);
    addInterveneCommand(app, common);
    addPointsCommand(app, common);
    addOpsCommand(app, common);
    addDenoiseCommand(app, common);
    addDevicesCommand(app, common);
    addLessonCommand(app, common);
    addHubCommand(app, common);
    addStateCommand(app, common);

    for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; }))
        addCommonOptions(*command, common);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        return finish(writeAnswer(app.help()));
    } catch (const CLI::CallForAllHelp&) {
        return finish(writeAnswer(app.help("", CLI::AppFormatMode::All)));
    } catch (const CLI::CallForVersion& version) {
        return finish(writeAnswer(std::string(version.what()) + "\n"));
    } catch (const CLI::ParseError& error) {
        say("vitral-cli: " + sentence(error.what()));
        return kNotUnderstood;
    }
    setLogSink([verbose = common.verbose](LogLevel level, std::string_view module, std::string_view message) {
        if (level >= LogLevel::Warning || (verbose && level >= LogLevel::Info))
            say(fmt::format("{}: {}", module, message));
    });
    if (!common.action) {
        say("vitral-cli: Name a command; vitral-cli --help lists them.");
        return kNotUnderstood;
    }
    return finish(common.action());
}

} // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN); // both: the write fails, and its sentence says why
    std::signal(SIGXFSZ, SIG_IGN);
    try {
        return run(argc, argv);
    } catch (const std::bad_alloc&) {
        say("vitral-cli: There is not enough memory for this.");
    } catch (const std::exception& error) {
        say(fmt::format("vitral-cli: A bug of ours stopped this command ({}).", error.what()));
    }
    return kFailed;
}
