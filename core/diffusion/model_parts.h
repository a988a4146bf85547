// SPDX-License-Identifier: Apache-2.0
#pragma once
// What every kind of file is taken apart into before it becomes a model: configurations and tensors under diffusers'
// names. Thread: the loading thread.

#include "core/diffusion/clip.h"
#include "core/diffusion/json_config.h"
#include "core/diffusion/model.h"
#include "core/diffusion/tensor_source.h"
#include "core/diffusion/unet_config.h"
#include "core/diffusion/vae.h"

#include <optional>
#include <string>

namespace vitral::diffusion {

struct ModelParts {
    DiffusionInfo info; ///< name, architecture, licence, classes, defaults; the rest is filled by assemble()
    ScheduleSpec schedule;
    std::optional<UNetConfig> unetConfig;
    std::optional<VaeConfig> vaeConfig;                     ///< none: the network works on pixels
    std::optional<ClipConfig> textConfig, secondTextConfig; ///< none: knows no text; second: SDXL
    ClipTokens tokens, secondTokens;
    TensorSource unet, vae, text, secondText;
    std::int32_t defaultHeight = 0, defaultWidth = 0; ///< pixels; 0: the U-Net's own
};

/// The schedule of a diffusers scheduler's config. Errors: InvalidFile, Unsupported.
Result<ScheduleSpec> readSchedule(const JsonConfig& json);

/// Loads the weights. Errors: those of NetLoader; Cancelled.
Result<DiffusionModelPtr> assemble(ModelParts parts, const DiffusionLoadOptions& options);

/// The file of one part kept small enough to be read whole: configs and tokenizers. Errors: NotFound, Io, InvalidFile.
Result<std::string> readConfigFile(const std::filesystem::path& path);

} // namespace vitral::diffusion
