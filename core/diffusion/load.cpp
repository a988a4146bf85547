// SPDX-License-Identifier: Apache-2.0
// Which loader opens what.

#include "core/diffusion/checkpoint.h"
#include "core/diffusion/diffusers_folder.h"
#include "core/diffusion/loaders.h"
#include "core/diffusion/small_models.h"
#include "core/diffusion/vitral_file.h"

#include <array>
#include <fmt/format.h>
#include <system_error>

namespace vitral::diffusion {

std::span<const DiffusionLoader> diffusionLoaders() {
    // The narrow ones first; one line each.
    static constexpr std::array kLoaders = {
        DiffusionLoader{"MNIST pixel network", looksLikePixelCnn, loadPixelCnn},
        DiffusionLoader{"MNIST flow transformer", looksLikePatchViT, loadPatchViT},
        DiffusionLoader{"EMNIST latent flow", looksLikeLatentFlow, loadLatentFlow},
        DiffusionLoader{"Vitral's own file", looksLikeVitralFile, loadVitralFile},
        DiffusionLoader{"folder of diffusers", looksLikeDiffusersFolder, loadDiffusersFolder},
        DiffusionLoader{"checkpoint of Stable Diffusion", looksLikeCheckpoint, loadCheckpoint},
    };
    return kLoaders;
}

bool looksLikeDiffusionModel(const std::filesystem::path& path) {
    for (const DiffusionLoader& loader : diffusionLoaders())
        if (loader.looksLike(path))
            return true;
    return false;
}

Result<DiffusionModelPtr> loadDiffusionModel(const std::filesystem::path& path, const DiffusionLoadOptions& options) {
    std::error_code error;
    if (!std::filesystem::exists(path, error))
        return fail(ErrorCode::NotFound, fmt::format("There is no file or folder {}.", path.string()));
    for (const DiffusionLoader& loader : diffusionLoaders())
        if (loader.looksLike(path))
            return loader.load(path, options);
    std::string known;
    for (const DiffusionLoader& loader : diffusionLoaders())
        known += (known.empty() ? "" : ", ") + std::string(loader.name);
    return fail(ErrorCode::Unsupported,
                fmt::format("{} is no diffusion model that this version knows; it knows: {}.", path.string(), known));
}

} // namespace vitral::diffusion
