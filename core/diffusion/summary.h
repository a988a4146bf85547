// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a file of a diffusion model holds and what a run with it would take, without loading a weight; and files of
// random weights in the shapes of known models, for measuring. Thread: any.

#include "core/base/result.h"
#include "core/diffusion/model.h"

#include <filesystem>
#include <string>
#include <vector>

namespace vitral::diffusion {

struct PartSummary {
    std::string name; ///< "U-Net", "text encoder", "autoencoder"
    std::int64_t nTensor = 0, nParameter = 0;
    std::size_t bytes = 0; ///< in the file
    std::string types;     ///< "F16 + F32"
    std::string detail;    ///< "320, 640, 1280, 1280 channels; words of 768"
};

struct DiffusionSummary {
    DiffusionInfo info;
    ScheduleSpec schedule;
    std::string container; ///< "own file", "diffusers folder", "checkpoint"
    std::vector<PartSummary> parts;
    std::int32_t height = 0, width = 0;         ///< pixels of the model's own size
    std::size_t stepBytes = 0, decodeBytes = 0; ///< scratch at that size: a step with guidance, decoding
    std::vector<std::string> crossBlocks, skips;
};

/// Whether summarizeDiffusion() knows such a path: names and headers only.
bool canSummarizeDiffusion(const std::filesystem::path& path);
/// Own files, diffusers folders and checkpoints. Errors: those of the readers; Unsupported (another kind of model).
Result<DiffusionSummary> summarizeDiffusion(const std::filesystem::path& path);

/// "sd15", "sd21", "sd15-tiny", "sd15-tiny-inpaint" (9 channels in).
[[nodiscard]] std::vector<std::string> randomDiffusionShapes();
struct RandomTensor {
    std::string name; ///< "unet.conv_in.weight"
    Shape shape;
};
/// The tensors of such a model, with the names and shapes that diffusers gives them under "unet.", "te." and "vae.":
/// stable-diffusion.cpp knows them by these. Errors: InvalidArgument.
Result<std::vector<RandomTensor>> randomDiffusionTensors(const std::string& shape);
/// An own file with random F16 weights. Errors: InvalidArgument (shape), Io, Cancelled.
Result<void> writeRandomDiffusion(const std::string& shape, std::uint64_t seed, const std::filesystem::path& path,
                                  std::stop_token stop = {});

} // namespace vitral::diffusion
