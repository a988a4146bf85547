// SPDX-License-Identifier: Apache-2.0
#include "core/runtime/bundled_model.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <system_error>

#include <fmt/format.h>

namespace vitral {

namespace fs = std::filesystem;

namespace {

constexpr int kLevelsUp = 6;

/// First *.gguf by name directly in `folder` or in one of its subfolders; vocabulary-only files are left out by name.
std::optional<fs::path> firstModelIn(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code error;
    const auto collect = [&](const fs::path& dir) {
        std::error_code inner;
        for (fs::directory_iterator it(dir, inner), end; !inner && it != end; it.increment(inner)) {
            std::error_code status;
            if (it->path().extension() == ".gguf" && it->is_regular_file(status))
                found.push_back(it->path());
        }
    };
    collect(folder);
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        std::error_code status;
        if (it->is_directory(status))
            collect(it->path());
    }
    if (found.empty())
        return std::nullopt;
    return *std::min_element(found.begin(), found.end());
}

} // namespace

Result<fs::path> executableFolder() {
    std::error_code error;
    const fs::path self = fs::read_symlink("/proc/self/exe", error);
    if (error)
        return fail(ErrorCode::Io, "The system does not say where this program lies (" + error.message() + ").");
    return self.parent_path();
}

Result<fs::path> findBundledModelFrom(const fs::path& executableFolder, const fs::path& modelDir) {
    if (!modelDir.empty()) {
        if (auto model = firstModelIn(modelDir))
            return *model;
        return fail(ErrorCode::NotFound,
                    "VITRAL_MODEL_DIR names " + modelDir.string() + ", but no .gguf file lies there.");
    }
    if (auto model = firstModelIn(executableFolder.parent_path() / "share" / "vitral" / "models"))
        return *model;
    fs::path folder = executableFolder;
    for (int level = 0; level < kLevelsUp && folder.has_parent_path() && folder != folder.parent_path(); ++level) {
        folder = folder.parent_path();
        if (auto model = firstModelIn(folder / "assets" / "models"))
            return *model;
    }
    return fail(ErrorCode::NotFound, "The bundled model was not found near " + executableFolder.string() +
                                         "; give the path of a .gguf file, or set VITRAL_MODEL_DIR to a folder that "
                                         "holds one.");
}

std::vector<fs::path> bundledModelFolders() {
    std::vector<fs::path> places;
    const auto add = [&](const fs::path& folder) {
        std::error_code error;
        if (fs::is_directory(folder, error))
            places.push_back(folder);
    };
    if (const char* modelDir = std::getenv("VITRAL_MODEL_DIR"); modelDir != nullptr && *modelDir != '\0') {
        add(modelDir);
        return places;
    }
    auto program = executableFolder();
    if (!program)
        return places;
    fs::path folder = std::move(*program);
    add(folder.parent_path() / "share" / "vitral" / "models");
    for (int level = 0; level < kLevelsUp && folder != folder.parent_path(); ++level) {
        folder = folder.parent_path();
        add(folder / "assets" / "models");
    }
    return places;
}

std::vector<fs::path> bundledPictureModels() {
    std::map<std::string, fs::path> found;
    for (const fs::path& place : bundledModelFolders()) {
        std::error_code error;
        for (fs::directory_iterator it(place, error), end; !error && it != end; it.increment(error)) {
            const std::string name = it->path().filename().string();
            std::error_code status;
            if (const fs::path file = it->path() / (name + ".safetensors"); fs::is_regular_file(file, status))
                found.try_emplace(name, file);
        }
    }
    std::vector<fs::path> files;
    for (const auto& [name, file] : found)
        files.push_back(file);
    return files;
}

Result<fs::path> findBundledPictureModel() {
    constexpr const char* kFolder = "vitral-emoji-pixel";
    constexpr const char* kFile = "vitral-emoji-pixel.safetensors";
    for (const fs::path& place : bundledModelFolders())
        for (const fs::path& file : {place / kFile, place / kFolder / kFile}) {
            std::error_code error;
            if (fs::is_regular_file(file, error))
                return file;
        }
    return fail(ErrorCode::NotFound,
                fmt::format("The bundled model {} was not found; name a diffusion model, or set VITRAL_MODEL_DIR to the "
                            "folder that holds it.",
                            kFile));
}

Result<fs::path> findBundledModel() {
    VITRAL_TRY_ASSIGN(const fs::path folder, executableFolder());
    const char* modelDir = std::getenv("VITRAL_MODEL_DIR");
    return findBundledModelFrom(folder, modelDir != nullptr ? fs::path(modelDir) : fs::path());
}

} // namespace vitral
