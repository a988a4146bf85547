// SPDX-License-Identifier: Apache-2.0
// Any bytes as a diffusion model in one safetensors file: our own format, a checkpoint in the original names, the small
// networks. Readers take paths, so the bytes go through a file of this process.

#include "core/backend/backend.h"
#include "core/diffusion/model.h"
#include "core/diffusion/summary.h"
#include "tests/fuzz/fuzz_target.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace {
/// One file a process, gone with it.
struct ScratchFile {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("vitral-fuzz-" + std::to_string(getpid()) + ".safetensors");
    ~ScratchFile() {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
    }
};
} // namespace

VITRAL_FUZZ_TARGET(const std::uint8_t* data, std::size_t size) {
    using namespace vitral;
    static const ScratchFile scratch;
    static const std::shared_ptr<Backend> backend = *makeCpuBackend({.nThread = 1});
    std::ofstream(scratch.path, std::ios::binary).write(reinterpret_cast<const char*>(data), std::streamsize(size));
    if (const auto summary = diffusion::summarizeDiffusion(scratch.path); !summary)
        VITRAL_FUZZ_REQUIRE(summary.error().message.size() > 15 && summary.error().message.size() < 1500);
    diffusion::DiffusionLoadOptions options;
    options.backend = backend;
    if (const auto model = diffusion::loadDiffusionModel(scratch.path, options); !model)
        VITRAL_FUZZ_REQUIRE(model.error().message.size() > 15 && model.error().message.size() < 1500);
    return 0;
}
