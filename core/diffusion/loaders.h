// SPDX-License-Identifier: Apache-2.0
#pragma once
// The table behind loadDiffusionModel: the first loader that recognises a path opens it. Thread: any; load as Model.

#include "core/diffusion/model.h"

#include <span>

namespace vitral::diffusion {

struct DiffusionLoader {
    std::string_view name;
    bool (*looksLike)(const std::filesystem::path& path); ///< names and headers only
    Result<DiffusionModelPtr> (*load)(const std::filesystem::path& path, const DiffusionLoadOptions& options);
};
[[nodiscard]] std::span<const DiffusionLoader> diffusionLoaders();

} // namespace vitral::diffusion
