// SPDX-License-Identifier: Apache-2.0
#pragma once
// What every subcommand of vitral-cli shares. A subcommand is one file, cmd_<name>.cpp, with one function
// `void add<Name>Command(CLI::App& app, CommonOptions& common)` that adds the subcommand, its options and a callback
// which puts the work into common.action; main runs that after parsing. The options -t, -c, --kv, --cpu, --device and
// --gpu-layers are added to every subcommand by main. Answers go out through writeAnswer() and nothing else writes to
// standard output.

#include "core/backend/backend.h"
#include "core/base/result.h"
#include "core/runtime/placement.h"
#include "core/tensor/dtype.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace vitral::cli {

struct CommonOptions {
    int nThread = 0;                      ///< -t; 0: all cores this process may use
    std::int64_t nCtx = 0;                ///< -c; 0: the command's own default
    std::string kv = "f16";               ///< --kv f16|q8_0
    std::string cpu;                      ///< --cpu scalar|avx2|avx512; empty: the best there is (or VITRAL_CPU)
    std::string device = "auto";          ///< --device auto|cpu|cuda
    std::int64_t gpuLayers = -1;          ///< --gpu-layers; -1: as many as fit
    bool loadAnyway = false;              ///< --load-anyway: also a model that needs more memory than is free
    bool verbose = false;                 ///< --verbose: log lines of level Info, too
    std::function<Result<void>()> action; ///< set by the subcommand's callback

    [[nodiscard]] CpuOptions cpuOptions() const;
    [[nodiscard]] DType kvType() const;
    [[nodiscard]] DeviceOptions deviceOptions() const;
    /// Where a language model is computed, as --device and --gpu-layers say; the split is told on standard error where
    /// there is one. Errors: Device where --device cuda cannot be had; OutOfMemory where the model is too large.
    [[nodiscard]] Result<std::shared_ptr<Backend>> backendFor(const std::filesystem::path& model) const;
    /// Why a model is not loaded that needs more memory than is free, and what to do about it.
    [[nodiscard]] static Error tooLarge(const std::filesystem::path& model, const MemoryNeed& need);
    /// A device with that much free memory, else the CPU; by the same options. Errors: as backendFor.
    [[nodiscard]] Result<std::shared_ptr<Backend>> pictureBackendFor(std::uint64_t needBytes) const;
};

void addCommonOptions(CLI::App& command, CommonOptions& common);

/// The positional MODEL: a path, "-" or nothing for the bundled model. Errors: NotFound with a sentence.
Result<std::filesystem::path> resolveModel(const std::string& argument);
/// Adds the positional MODEL to a subcommand.
CLI::Option* addModelArgument(CLI::App& command, std::string& model);

/// Writes all of `bytes` to standard output at once. A reader that has gone away (`| head`) ends the program quietly:
/// the error is Cancelled with an empty message. Other errors: Io.
Result<void> writeAnswer(std::string_view bytes);
/// All of standard input, byte for byte. Errors: Io, InvalidArgument above `limitBytes`.
Result<std::string> readInput(std::size_t limitBytes = std::size_t(1) << 32U);
/// One line on standard error, for messages and progress.
void say(std::string_view line);
/// The same without a line end, for progress that overwrites itself.
void sayRaw(std::string_view text);
/// Whether standard error is a terminal: progress that overwrites itself is shown only there.
bool errorIsTerminal();

} // namespace vitral::cli
