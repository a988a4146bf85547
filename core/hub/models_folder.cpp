// SPDX-License-Identifier: Apache-2.0
#include "core/hub/models_folder.h"

#include "core/base/atomic_file.h"
#include "core/base/mapped_file.h"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace vitral::hub {
namespace {

constexpr std::size_t kMaxBytes = 16 << 10, kMostFolders = 16;

std::filesystem::path settingOf(const std::filesystem::path& data) {
    return data / "models-folder";
}

bool isPlace(const std::string& folder) {
    return std::filesystem::path(folder).is_absolute() &&
           std::none_of(folder.begin(), folder.end(), [](char c) { return c == '\n' || c == '\0'; });
}

} // namespace

std::filesystem::path dataFolder() {
    if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data == '/')
        return std::filesystem::path(data) / "vitral";
    const char* home = std::getenv("HOME");
    return home != nullptr && *home != '\0' ? std::filesystem::path(home) / ".local/share/vitral"
                                            : std::filesystem::path();
}

std::vector<std::filesystem::path> chosenModelsFolders(const std::filesystem::path& data) {
    std::vector<std::filesystem::path> chosen;
    std::error_code ignored;
    if (data.empty() || !std::filesystem::is_regular_file(settingOf(data), ignored))
        return chosen;
    const auto text = readTextFile(settingOf(data), kMaxBytes);
    for (std::size_t begin = 0; text && begin < text->size() && chosen.size() < kMostFolders;) {
        const std::size_t end = std::min(text->find('\n', begin), text->size());
        std::filesystem::path folder = text->substr(begin, end - begin);
        if (isPlace(folder.string()) && std::find(chosen.begin(), chosen.end(), folder) == chosen.end())
            chosen.push_back(std::move(folder));
        begin = end + 1;
    }
    return chosen;
}

Result<void> chooseModelsFolder(const std::filesystem::path& data, const std::filesystem::path& folder) {
    if (!isPlace(folder.string()))
        return fail(ErrorCode::InvalidArgument, folder.string() + " cannot be kept as the folder for models: give a "
                                                                  "whole path, without line breaks.");
    std::string text = folder.string() + "\n";
    for (const std::filesystem::path& earlier : chosenModelsFolders(data))
        if (earlier != folder && text.size() + earlier.string().size() < kMaxBytes)
            text += earlier.string() + "\n";
    std::error_code ignored;
    std::filesystem::create_directories(data, ignored); // the writing says what is wrong
    return writeFileAtomically(settingOf(data), text);
}

std::vector<std::filesystem::path> modelsFolders(const std::filesystem::path& data) {
    std::vector<std::filesystem::path> all = chosenModelsFolders(data);
    if (const std::filesystem::path usual = data.empty() ? "vitral-models" : data / "models";
        std::find(all.begin(), all.end(), usual) == all.end())
        all.push_back(usual);
    return all;
}

} // namespace vitral::hub
