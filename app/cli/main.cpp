// SPDX-License-Identifier: Apache-2.0
// vitral-cli: whatever a window can do with a model, a command can do without one. No Qt.
// Answers go to standard output and nothing else does; messages and progress go to standard error.

#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
    CLI::App app{"Vitral on the command line"};
    CLI11_PARSE(app, argc, argv);
    return 0;
}
