// SPDX-License-Identifier: Apache-2.0
#pragma once
// This program's own file of a diffusion model (docs/diffusion-files.md): one safetensors with its configs as metadata.
// Thread: the loading thread.

#include "core/diffusion/model.h"
#include "core/diffusion/model_parts.h"

namespace vitral::diffusion {

bool looksLikeVitralFile(const std::filesystem::path& path);
/// The parts, unloaded: for inspection. Errors: those of SafetensorsFile; InvalidFile, Unsupported.
Result<ModelParts> readVitralFile(const std::filesystem::path& path);
Result<DiffusionModelPtr> loadVitralFile(const std::filesystem::path& path, const DiffusionLoadOptions& options);

} // namespace vitral::diffusion
