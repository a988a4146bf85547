# SPDX-License-Identifier: Apache-2.0
"""What PyTorch computes with the MNIST networks of shared/data, for tests/core/diffusion/tst_small_networks.

    python diffusion_small.py SHARED_DATA OUT_DIR          (torch 2.15)
Modules of PyTorch only (Conv2d, LayerNorm, GELU, Linear, MultiheadAttention), in double, after the authors' descriptions.
"""
import math
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

data, out = Path(sys.argv[1]), Path(sys.argv[2])
torch.manual_seed(11)
tensors = {}


def pixel_cnn(w, x, t):
    """x [n, 1, 28, 28], t in 0..1 [n]: 7x7 convolutions with norms over whole maps; the time is added after the first."""
    phases = t.float()[:, None] * w["gt.frequencies"][None].float()  # in float, as trained
    e = torch.cat([torch.sin(phases), torch.cos(phases) - 1], 1).double()
    for i in (0, 2, 4, 6):
        e = F.linear(e, w[f"gt.time_embed.{i}.weight"].double(), w[f"gt.time_embed.{i}.bias"].double())
        if i < 6:
            e = F.gelu(e)
    for i in range(4):
        n = f"gt.blocks.{i}.net"
        x = F.conv2d(x, w[n + ".0.weight"].double(), w[n + ".0.bias"].double(), padding=3)
        x = F.gelu(F.layer_norm(x, x.shape[1:], w[n + ".1.weight"].double(), w[n + ".1.bias"].double()))
        if i == 0:
            x = x + e[:, :, None, None]
    return F.conv2d(x, w["gt.blocks.4.weight"].double(), w["gt.blocks.4.bias"].double(), padding=1)


x = torch.randn(3, 1, 28, 28).float()
t = torch.tensor([1.0, 0.437, 0.001])
tensors["pixel.x"], tensors["pixel.t"] = x, t
for name in ("starter", "augmentation"):
    w = load_file(data / f"diffusion-mnist-pixel/ddpm_mnist_{name}.safetensors")
    tensors[f"pixel.{name}"] = pixel_cnn(w, x.double(), t)


def reflect_conv(w, name, x, groups=1):
    return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), w[name + ".weight"], w[name + ".bias"], groups=groups)


def conformer(w, n, x, heads):
    b, c, h, wd = x.shape
    flat = x.flatten(2).transpose(1, 2)
    q, k, v = (F.linear(flat, w[f"{n}.attn.{p}_proj.weight"], w[f"{n}.attn.{p}_proj.bias"])
               .view(b, h * wd, heads, -1).transpose(1, 2) for p in "qkv")
    a = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]), -1) @ v
    a = F.linear(a.transpose(1, 2).reshape(b, h * wd, -1), w[f"{n}.attn.out_proj.weight"], w[f"{n}.attn.out_proj.bias"])
    x = x + a.transpose(1, 2).view(b, c, h, wd)
    y = F.gelu(F.conv2d(x, w[f"{n}.conv.network.0.weight"], w[f"{n}.conv.network.0.bias"]))
    y = F.gelu(reflect_conv(w, f"{n}.conv.network.2", y, y.shape[1]))
    return x + F.conv2d(y, w[f"{n}.conv.network.4.weight"], w[f"{n}.conv.network.4.bias"])


def latent_net(w, x, t, label, heads):
    y = torch.zeros(len(label), w["yemb.weight"].shape[1], dtype=torch.float64)
    for i, c in enumerate(label):
        if c >= 0:
            y[i, c] = 1
    e = torch.exp((t.double()[:, None] - w["nums"]) ** 2 / torch.exp(w["log_scalar"]))
    e = F.linear(e, w["temb.weight"], w["temb.bias"]).view_as(x)
    x = torch.cat([x, e, F.linear(y, w["yemb.weight"]).view_as(x)], 1)
    x = F.gelu(F.conv2d(x, w["network.0.weight"], w["network.0.bias"], padding=2))
    x = F.gelu(conformer(w, "network.2", x, heads))
    return F.conv2d(x, w["network.4.weight"], w["network.4.bias"], padding=2)


def decode(w, z, heads, size):
    x = F.conv2d(z, w["decoder.0.weight"], w["decoder.0.bias"])
    for i in (1, 2, 3):
        x = conformer(w, f"decoder.{i}", x, heads)
    x = F.interpolate(x, scale_factor=2, mode="nearest")
    x = reflect_conv(w, "decoder.5", x)
    x = F.interpolate(x, size=(size, size), mode="nearest")
    return F.conv2d(x, w["decoder.7.weight"], w["decoder.7.bias"], padding=2)


def encode(w, x, heads):
    x = F.gelu(F.conv2d(x, w["encoder.0.weight"], w["encoder.0.bias"], stride=2, padding=2))
    x = F.max_pool2d(F.gelu(reflect_conv(w, "encoder.2", x)), 2, 2)
    for i in (5, 6, 7):
        x = conformer(w, f"encoder.{i}", x, heads)
    return F.conv2d(x, w["encoder.8.weight"], w["encoder.8.bias"])[:, :1]


for name, auto, heads, side in (("EMNIST", "AutoEncoder", 4, 7),):
    w = {k: v.double() for k, v in load_file(data / f"diffusion-mnist-flow/{name}/Diffusion.safetensors").items()}
    a = {k: v.double() for k, v in load_file(data / f"diffusion-mnist-flow/{name}/{auto}.safetensors").items()}
    z, t, label = torch.randn(3, 1, side, side), torch.tensor([0.0, 0.41, 0.98]), [3, 7, -1]
    picture = torch.rand(1, 1, 28, 28)
    n = f"latent.{name}"
    tensors[f"{n}.z"], tensors[f"{n}.t"], tensors[f"{n}.label"] = z, t, torch.tensor(label, dtype=torch.int32)
    tensors[f"{n}.out"] = latent_net(w, z.double(), t, label, 3)
    tensors[f"{n}.decoded"] = decode(a, z[:1].double(), heads, 28)
    tensors[f"{n}.picture"] = picture
    tensors[f"{n}.encoded"] = encode(a, picture.double(), heads)

save_file({k: v.float().contiguous() if v.dtype.is_floating_point else v for k, v in tensors.items()},
          out / "small_networks.safetensors", metadata={"made with": f"torch {torch.__version__}"})
print((out / "small_networks.safetensors").stat().st_size, "bytes")
