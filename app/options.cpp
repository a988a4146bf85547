// SPDX-License-Identifier: Apache-2.0
#include "app/options.h"

#include <QCommandLineParser>

#include <cstdio>
#include <utility>

namespace vitral::app {

bool parseOptions(const QStringList& arguments, Options& options, int& exitCode) {
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Vitral: chat with a local model and see every number behind the answer."));
    const QCommandLineOption help = parser.addHelpOption();
    const QCommandLineOption version = parser.addVersionOption();
    const QCommandLineOption model({QStringLiteral("m"), QStringLiteral("model")},
                                   QStringLiteral("Open this GGUF file."), QStringLiteral("path"));
    const QCommandLineOption lang(QStringLiteral("lang"), QStringLiteral("Language: en or pt_BR."),
                                  QStringLiteral("language"));
    const QCommandLineOption theme(QStringLiteral("theme"), QStringLiteral("light, dark or system."),
                                   QStringLiteral("theme"));
    const QCommandLineOption dataDir(QStringLiteral("data-dir"),
                                     QStringLiteral("Keep conversations and settings in this folder."),
                                     QStringLiteral("folder"));
    const QCommandLineOption screenshot(QStringLiteral("screenshot"),
                                        QStringLiteral("Paint the window into a PNG file and end."),
                                        QStringLiteral("file"));
    const QCommandLineOption prompt(QStringLiteral("prompt"),
                                    QStringLiteral("Send this first; may be given several times."),
                                    QStringLiteral("text"));
    const QCommandLineOption size(QStringLiteral("size"), QStringLiteral("Window size, such as 1280x720."),
                                  QStringLiteral("size"));
    const QCommandLineOption show(QStringLiteral("show"),
                                  QStringLiteral("Rooms and views to open for a picture: tokens:cut, token-colours, "
                                                 "tree, samplers, overview, matrix:LAYER.HEAD, text, ..."),
                                  QStringLiteral("views"));
    const QCommandLineOption state(QStringLiteral("state"),
                                   QStringLiteral("Open a saved state of the program (also a link in a text file)."),
                                   QStringLiteral("file"));
    const QCommandLineOption threads(QStringLiteral("threads"), QStringLiteral("CPU threads; 0: all."),
                                     QStringLiteral("n"));
    const QCommandLineOption quit(QStringLiteral("quit-after-prompts"),
                                  QStringLiteral("End when the prompts are answered (tests)."));
    const QCommandLineOption count(
        QStringLiteral("count-tokens"),
        QStringLiteral("Print the time and how many tokens stand in the answer whenever it grows (tests)."));
    parser.addOptions({model, lang, theme, dataDir, screenshot, prompt, size, show, state, threads, quit, count});
    parser.addPositionalArgument(QStringLiteral("model"),
                                 QStringLiteral("A GGUF file, or a recorded run (.safetensors), to open."),
                                 QStringLiteral("[model]"));
    if (!parser.parse(arguments)) {
        std::fprintf(stderr, "%s\n", qPrintable(parser.errorText()));
        exitCode = 2;
        return false;
    }
    if (parser.isSet(help)) {
        std::fputs(qPrintable(parser.helpText().replace(QLatin1String("<executable_name>"), QLatin1String("vitral"))),
                   stdout);
        exitCode = 0;
        return false;
    }
    if (parser.isSet(version)) {
        std::fprintf(stdout, "vitral %s\n", VITRAL_VERSION);
        exitCode = 0;
        return false;
    }
    options.model = parser.value(model);
    if (options.model.isEmpty() && !parser.positionalArguments().isEmpty())
        options.model = parser.positionalArguments().first();
    if (options.model.endsWith(QLatin1String(".safetensors"), Qt::CaseInsensitive))
        options.run = std::exchange(options.model, {});
    options.language = parser.value(lang);
    options.theme = parser.value(theme);
    options.dataDir = parser.value(dataDir);
    options.screenshot = parser.value(screenshot);
    options.prompts = parser.values(prompt);
    options.size = parser.value(size);
    options.show = parser.value(show);
    options.state = parser.value(state);
    options.threads = parser.value(threads).toInt();
    options.quitAfterPrompts = parser.isSet(quit);
    options.countTokens = parser.isSet(count);
    if (!options.language.isEmpty() && options.language != QLatin1String("en") &&
        options.language != QLatin1String("pt_BR") && options.language != QLatin1String("pt")) {
        std::fprintf(stderr, "--lang is en or pt_BR, not '%s'.\n", qPrintable(options.language));
        exitCode = 2;
        return false;
    }
    if (!options.theme.isEmpty() && options.theme != QLatin1String("light") && options.theme != QLatin1String("dark") &&
        options.theme != QLatin1String("system")) {
        std::fprintf(stderr, "--theme is light, dark or system, not '%s'.\n", qPrintable(options.theme));
        exitCode = 2;
        return false;
    }
    return true;
}

} // namespace vitral::app
