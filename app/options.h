// SPDX-License-Identifier: Apache-2.0
#pragma once
// The program's command line. Thread: GUI, before anything else.

#include <QString>
#include <QStringList>

namespace vitral::app {

struct Options {
    QString model;       ///< --model PATH; empty: the last one, or the bundled one
    QString language;    ///< --lang en|pt_BR; empty: as remembered, or the system's
    QString theme;       ///< --theme light|dark|system; empty: as remembered
    QString dataDir;     ///< --data-dir DIR: conversations and settings there (tests)
    QString screenshot;  ///< --screenshot FILE: paint the window into a picture and end
    QStringList prompts; ///< --prompt TEXT, again and again: sent in turn (screenshots, smoke tests)
    QString run;         ///< a .safetensors file given instead of a model: a recorded run
    QString size;        ///< --size 1280x720
    QString show;        ///< --show token-colours|tree|samplers|...: views to open for a picture, separated by commas
    QString state;       ///< --state FILE: a saved state of the program
    int threads = 0;
    bool quitAfterPrompts = false;
    bool countTokens = false; ///< --count-tokens: a line on standard output whenever tokens were shown (tests)
};

/// On --help, --version or an error: prints it and returns the exit code in `exitCode`.
bool parseOptions(const QStringList& arguments, Options& options, int& exitCode);

} // namespace vitral::app
