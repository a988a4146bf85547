// SPDX-License-Identifier: Apache-2.0
#pragma once
// How fast this machine reads memory, found out by a process of its own: the probe's large buffer must not count as
// memory of the program that is measured.

#include <CLI/CLI.hpp>
#include <functional>
#include <stop_token>

namespace vitral::cli {

struct CommonOptions;

/// GB/s that nThread threads read; 0 where it could not be found out or was stopped.
double memoryBandwidth(int nThread, const std::stop_token& stop);
/// The hidden subcommand that the process of its own runs.
void addMemoryProbeCommand(CLI::App& app, CommonOptions& common);

} // namespace vitral::cli
