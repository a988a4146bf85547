// SPDX-License-Identifier: Apache-2.0
#include "core/backend/gpu_devices.h"

#include "gpu_version_generated.h"

#include <cstdlib>
#include <fmt/format.h>
#include <mutex>
#include <string_view>

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace vitral {

namespace {

#ifdef _WIN32
constexpr const char* kPluginName = "vitral_cuda.dll";
#else
constexpr const char* kPluginName = "libvitral_cuda.so";
#endif

std::filesystem::path programFolder() {
#ifdef _WIN32
    wchar_t name[32768];
    const DWORD n = GetModuleFileNameW(nullptr, name, 32768);
    return std::filesystem::path(std::wstring(name, n)).parent_path();
#else
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    return error ? std::filesystem::path() : program.parent_path();
#endif
}

struct Opened {
    const GpuPlugin* plugin = nullptr;
    std::filesystem::path file;
    GpuAbsence absence = GpuAbsence::NoPlugin;
    std::string sentence;
};

using Entry = const GpuPlugin* (*)();

/// The plug-in's table, or why not in `sentence`.
Entry openLibrary(const std::filesystem::path& file, std::string& sentence) {
#ifdef _WIN32
    const HMODULE library = LoadLibraryW(file.c_str());
    if (!library) {
        sentence = fmt::format("The CUDA plug-in {} cannot be opened (error {}).", file.string(), GetLastError());
        return nullptr;
    }
    return reinterpret_cast<Entry>(reinterpret_cast<void*>(GetProcAddress(library, "vitralGpuPlugin")));
#else
    void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char* why = dlerror();
        sentence =
            fmt::format("The CUDA plug-in {} cannot be opened ({}).", file.string(), why ? why : "no reason given");
        return nullptr;
    }
    return reinterpret_cast<Entry>(dlsym(library, "vitralGpuPlugin"));
#endif
}

Opened openPlugin() {
    Opened result;
    std::vector<std::filesystem::path> places;
    const char* forced = std::getenv("VITRAL_CUDA_PLUGIN");
    if (forced && *forced) {
        if (std::string_view(forced) == "none") {
            result.absence = GpuAbsence::SwitchedOff;
            result.sentence = "CUDA is switched off by VITRAL_CUDA_PLUGIN=none.";
            return result;
        }
        places.emplace_back(forced);
    } else if (const auto folder = programFolder(); !folder.empty()) {
        places.push_back(folder / kPluginName);
        places.push_back(folder / ".." / "lib" / "vitral" / kPluginName);
    }
    for (const auto& place : places) {
        std::error_code error;
        if (!std::filesystem::is_regular_file(place, error))
            continue;
        result.file = place.lexically_normal();
        result.absence = GpuAbsence::WrongPlugin;
        const Entry entry = openLibrary(result.file, result.sentence);
        if (!entry) {
            if (result.sentence.empty())
                result.sentence =
                    fmt::format("{} is not a plug-in of Vitral; install the program again.", result.file.string());
            return result;
        }
        const GpuPlugin* plugin = entry();
        if (!plugin || plugin->abi != kGpuPluginAbi || std::string_view(plugin->version) != kGpuPluginVersion) {
            result.sentence = fmt::format(
                "The CUDA plug-in {} belongs to another version of Vitral; install both again.", result.file.string());
            return result;
        }
        result.plugin = plugin;
        result.absence = GpuAbsence::None;
        return result;
    }
    result.sentence = forced && *forced
                          ? fmt::format("There is no CUDA plug-in {} (VITRAL_CUDA_PLUGIN).", forced)
                          : fmt::format("The CUDA plug-in {} is not installed beside the program.", kPluginName);
    return result;
}

std::mutex& mutex() {
    static std::mutex instance;
    return instance;
}
const GpuPlugin* forTests = nullptr; // under the mutex

/// The table in use, or why there is none.
Opened current() {
    const std::scoped_lock lock(mutex());
    if (forTests)
        return {forTests, {}, GpuAbsence::None, {}};
    static const Opened opened = openPlugin();
    return opened;
}

} // namespace

void setGpuPlugin(const GpuPlugin* plugin) {
    const std::scoped_lock lock(mutex());
    forTests = plugin;
}

std::filesystem::path gpuPluginFile() {
    const Opened opened = current();
    return opened.plugin ? opened.file : std::filesystem::path();
}

const GpuPlugin* gpuPlugin() {
    return current().plugin;
}

GpuFindings findGpus() {
    const Opened opened = current();
    if (!opened.plugin)
        return {opened.absence, opened.sentence, {}};
    return opened.plugin->find();
}

Result<std::shared_ptr<Backend>> makeGpuBackend(int ordinal) {
    const Opened opened = current();
    if (!opened.plugin)
        return fail(ErrorCode::Device, opened.sentence);
    const GpuFindings findings = opened.plugin->find();
    if (findings.absence != GpuAbsence::None)
        return fail(ErrorCode::Device, findings.sentence);
    return opened.plugin->create(ordinal);
}

} // namespace vitral
