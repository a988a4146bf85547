// SPDX-License-Identifier: Apache-2.0
#pragma once
// Single-file checkpoints of Stable Diffusion in the names of the original code (ldm_names.h): safetensors and GGUF.
// The file says neither which of the family it is nor how it was trained; both are found from the shapes, and what is
// left open (whether a Stable Diffusion 2 predicts the noise or v) from metadata and name. Thread: the loading thread.

#include "core/diffusion/model.h"
#include "core/diffusion/model_parts.h"

namespace vitral::diffusion {

bool looksLikeCheckpoint(const std::filesystem::path& path);
/// The parts, unloaded. Errors: those of the readers; InvalidFile, Unsupported.
Result<ModelParts> readCheckpoint(const std::filesystem::path& path);
Result<DiffusionModelPtr> loadCheckpoint(const std::filesystem::path& path, const DiffusionLoadOptions& options);

/// What is known of a family by its shapes: name, preview projection, usual settings. Leaves others alone.
void describeStableDiffusion(ModelParts& parts);
/// merges.txt (and vocab.json) or tokenizer.json, with tokenizer_config.json. Errors: NotFound, InvalidFile.
Result<ClipTokens> readTokenizerFolder(const std::filesystem::path& folder, std::int64_t nPosition);

} // namespace vitral::diffusion
