// SPDX-License-Identifier: Apache-2.0
#pragma once
// Checkpoints of the original latent diffusion code ("model.diffusion_model.input_blocks.1.0.in_layers.2.weight")
// brought to diffusers' names, and the configuration that their tensors' names and shapes imply: such files bring none.
// Thread: the loading thread.

#include "core/diffusion/clip.h"
#include "core/diffusion/tensor_source.h"
#include "core/diffusion/unet_config.h"
#include "core/diffusion/vae.h"

namespace vitral::diffusion {

struct LdmUNet {
    UNetConfig config;
    TensorSource source;
};
/// `raw`: names from "input_blocks." on. Errors: InvalidFile (what is missing).
Result<LdmUNet> unetFromLdm(const TensorSource& raw);

struct LdmVae {
    VaeConfig config;
    TensorSource source;
};
/// `raw`: names from "encoder." and "decoder." on.
Result<LdmVae> vaeFromLdm(const TensorSource& raw);

struct LdmText {
    ClipConfig config;
    TensorSource source;
};
/// `raw`: transformers' names from "text_model." on (Stable Diffusion 1), or OpenCLIP's from "token_embedding." on
/// (Stable Diffusion 2, SDXL): its fused projections are taken apart. Errors: InvalidFile, Unsupported.
Result<LdmText> textFromLdm(const TensorSource& raw);

} // namespace vitral::diffusion
