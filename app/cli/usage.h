// SPDX-License-Identifier: Apache-2.0
#pragma once
// The end of a command line that cannot be understood, where CLI11's own checks do not reach. Thread: main.

#include <CLI/CLI.hpp>
#include <string>

namespace vitral::cli {

/// From a subcommand's callback: main() says the sentence, and the exit code is 2.
[[noreturn]] inline void notUnderstood(const std::string& sentence) {
    throw CLI::ParseError(sentence, CLI::ExitCodes::ValidationError); // CLI11's way out
}

} // namespace vitral::cli
