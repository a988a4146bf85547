// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where models of a hub are downloaded to: one setting for the window and vitral-cli, a small text in the data folder:
// a folder a line, the chosen one first and the earlier ones after it.
// Thread: any.

#include "core/base/result.h"

#include <filesystem>
#include <vector>

namespace vitral::hub {

/// Where the program keeps its files: $XDG_DATA_HOME/vitral, else ~/.local/share/vitral. Empty: there is no home.
std::filesystem::path dataFolder();

/// The folders that a person chose, the last one first; lines that are no absolute path are passed over.
std::vector<std::filesystem::path> chosenModelsFolders(const std::filesystem::path& data);
/// Errors: Io, InvalidArgument (not absolute, or with a new line in its name).
Result<void> chooseModelsFolder(const std::filesystem::path& data, const std::filesystem::path& folder);
/// All that downloads may lie in; new ones go to the first: the chosen ones and the usual one in `data`, without a data
/// folder one that is seen, in the current folder. Never empty.
std::vector<std::filesystem::path> modelsFolders(const std::filesystem::path& data);

} // namespace vitral::hub
