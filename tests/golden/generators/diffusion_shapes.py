# SPDX-License-Identifier: Apache-2.0
"""Digests of the names and shapes of published Stable Diffusion weights, for tst_diffusion_files.cpp.

Made with diffusers 0.42.1 and transformers 5.23.0, whose text encoder no longer says the "text_model." that files have:
    python diffusion_shapes.py
"""
import hashlib

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel


def unet(channels, words, **rest):
    down = ["CrossAttnDownBlock2D"] * (len(channels) - 1) + ["DownBlock2D"]
    up = ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * (len(channels) - 1)
    return UNet2DConditionModel(block_out_channels=channels, cross_attention_dim=words, down_block_types=down,
                                up_block_types=up, **rest)


def text(width, hidden, layers, heads):
    return CLIPTextModel(CLIPTextConfig(hidden_size=width, intermediate_size=hidden, num_hidden_layers=layers,
                                        num_attention_heads=heads))


def vae(channels, layers):
    return AutoencoderKL(block_out_channels=channels, layers_per_block=layers, latent_channels=4,
                         down_block_types=["DownEncoderBlock2D"] * len(channels),
                         up_block_types=["UpDecoderBlock2D"] * len(channels))


def tiny(channels, **rest):
    return unet(channels, 64, layers_per_block=1, **rest), text(64, 128, 2, 4), vae([32, 64, 64], 1)


FULL = [320, 640, 1280, 1280]
with torch.device("meta"):
    MODELS = {
        "sd15": (unet(FULL, 768), text(768, 3072, 12, 12), vae([128, 256, 512, 512], 2)),
        "sd21": (unet(FULL, 1024, attention_head_dim=[5, 10, 20, 20], use_linear_projection=True),
                 text(1024, 4096, 23, 16), vae([128, 256, 512, 512], 2)),
        "sd15-tiny": tiny([64, 128, 128]),
        "sd15-tiny-inpaint": tiny([64, 128], in_channels=9),
    }
for name, parts in MODELS.items():
    lines = []
    for prefix, part in zip(("unet.", "te.text_model.", "vae."), parts):
        lines += [f"{prefix}{key} {','.join(map(str, value.shape))}\n" for key, value in part.state_dict().items()]
    print(name, len(lines), hashlib.sha256("".join(sorted(lines)).encode()).hexdigest())
