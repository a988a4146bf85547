// SPDX-License-Identifier: Apache-2.0
#pragma once
// A folder as diffusers saves a pipeline: model_index.json and a folder for each part, with config.json and safetensors
// (one file, shards, or the fp16 variant). Weights in pickle files are refused: opening one can run code. Thread: the
// loading thread.

#include "core/diffusion/model.h"
#include "core/diffusion/model_parts.h"

namespace vitral::diffusion {

/// The folder, or the model_index.json in it.
bool looksLikeDiffusersFolder(const std::filesystem::path& path);
/// The parts, unloaded. Errors: NotFound, Io, InvalidFile, Unsupported.
Result<ModelParts> readDiffusersFolder(const std::filesystem::path& path);
Result<DiffusionModelPtr> loadDiffusersFolder(const std::filesystem::path& path, const DiffusionLoadOptions& options);

} // namespace vitral::diffusion
