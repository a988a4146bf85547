// SPDX-License-Identifier: Apache-2.0
#pragma once
// Small networks that others have trained and published, each in the layout of its own program. Thread: as Model.

#include "core/diffusion/model.h"

namespace vitral::diffusion {

/// The MNIST pixel network of Yichi Zhang's "hot vs cold diffusion" (MIT): 7x7 convolutions, norms over whole maps.
bool looksLikePixelCnn(const std::filesystem::path& path);
Result<DiffusionModelPtr> loadPixelCnn(const std::filesystem::path& path, const DiffusionLoadOptions& options);

/// The flow-matching transformer on MNIST of sofia-dominguezc/MNIST-diffusion (MIT), class-conditional.
bool looksLikePatchViT(const std::filesystem::path& path);
Result<DiffusionModelPtr> loadPatchViT(const std::filesystem::path& path, const DiffusionLoadOptions& options);

/// The latent flow model on EMNIST of the same author (MIT), class-conditional, with its autoencoder beside it.
bool looksLikeLatentFlow(const std::filesystem::path& path);
Result<DiffusionModelPtr> loadLatentFlow(const std::filesystem::path& path, const DiffusionLoadOptions& options);

} // namespace vitral::diffusion
