// SPDX-License-Identifier: Apache-2.0
#pragma once
// --intervene, for every command that computes with a model. Thread: main.

#include "core/model/model.h"
#include "core/trace/intervention.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

namespace vitral::cli {

void addInterveneOption(CLI::App& command, std::vector<std::string>& specs);
/// Null where none was given. Errors: those of parseIntervention, and where one does not suit the model.
Result<std::shared_ptr<const InterventionSet>> readInterventions(const std::vector<std::string>& specs,
                                                                 const Model& model);

} // namespace vitral::cli
