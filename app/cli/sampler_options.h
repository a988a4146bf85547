// SPDX-License-Identifier: Apache-2.0
#pragma once
// The sampler's parameters as command-line options, shared by complete and chat.

#include "core/base/result.h"
#include "core/sample/params.h"

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace vitral::cli {

struct SamplerArguments {
    SamplerParams params;
    std::vector<std::string> logitBias; ///< "ID=VALUE" each
    std::string order;                  ///< names separated by commas; empty: the default order
    std::string grammarFile, schemaFile;

    /// The parameters with the textual ones read in. Errors: InvalidArgument, and those of reading a file.
    [[nodiscard]] Result<SamplerParams> resolve() const;
};

void addSamplerOptions(CLI::App& command, SamplerArguments& arguments);

/// Sets one parameter by its option's name without the dashes ("top-k", "40"), as /set in the chat does.
/// Errors: InvalidArgument with the names there are.
Result<void> setSamplerParameter(SamplerParams& params, std::string_view name, std::string_view value);

/// Errors: InvalidArgument where a bias is for a token that a vocabulary of nVocab does not have.
Result<void> checkBiases(const SamplerParams& params, std::int64_t nVocab);

std::string_view samplerStageName(SamplerStage stage); ///< "top-k", "temperature", ...

} // namespace vitral::cli
