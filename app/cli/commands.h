// SPDX-License-Identifier: Apache-2.0
#pragma once
// The subcommands, one line each; see common.h for the convention. Each is defined in cmd_<name>.cpp and called once by
// main.

#include "app/cli/common.h"

namespace vitral::cli {

void addChatCommand(CLI::App& app, CommonOptions& common);
void addCompleteCommand(CLI::App& app, CommonOptions& common);
void addLogitsCommand(CLI::App& app, CommonOptions& common);
void addPerplexityCommand(CLI::App& app, CommonOptions& common);
void addTokenizeCommand(CLI::App& app, CommonOptions& common);
void addDetokenizeCommand(CLI::App& app, CommonOptions& common);
void addDenoiseCommand(CLI::App& app, CommonOptions& common);
void addLessonCommand(CLI::App& app, CommonOptions& common);
void addStateCommand(CLI::App& app, CommonOptions& common);
void addHeadsCommand(CLI::App& app, CommonOptions& common);
void addTokenizerCommand(CLI::App& app, CommonOptions& common);
void addInspectCommand(CLI::App& app, CommonOptions& common);
void addQuantizeCommand(CLI::App& app, CommonOptions& common);
void addBenchCommand(CLI::App& app, CommonOptions& common);
void addMakeRandomCommand(CLI::App& app, CommonOptions& common);
void addTraceCommand(CLI::App& app, CommonOptions& common);
void addLensCommand(CLI::App& app, CommonOptions& common);
void addAttributeCommand(CLI::App& app, CommonOptions& common);
void addAblateCommand(CLI::App& app, CommonOptions& common);
void addPatchCommand(CLI::App& app, CommonOptions& common);
void addSteerVectorCommand(CLI::App& app, CommonOptions& common);
void addInterveneCommand(CLI::App& app, CommonOptions& common);
void addDevicesCommand(CLI::App& app, CommonOptions& common);
void addPointsCommand(CLI::App& app, CommonOptions& common);
void addOpsCommand(CLI::App& app, CommonOptions& common);
void addHubCommand(CLI::App& app, CommonOptions& common);

} // namespace vitral::cli
