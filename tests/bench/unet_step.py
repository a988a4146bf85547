# SPDX-License-Identifier: Apache-2.0
"""Seconds of one U-Net step of Stable Diffusion 1.5's shape in PyTorch (oneDNN), random weights: the rival of unet_step.

    python tests/bench/unet_step.py [--size 512] [--threads 2] [--repeat 3] [--dtype f32|bf16] [--channels-last] [--json FILE]

Needs torch and diffusers. Prints the clock and the processor time of every step after one to warm up.
"""
import argparse
import json
import time

import torch
from diffusers import UNet2DConditionModel

parser = argparse.ArgumentParser()
parser.add_argument("--size", type=int, default=512)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--repeat", type=int, default=3)
parser.add_argument("--dtype", choices=["f32", "bf16"], default="f32")
parser.add_argument("--channels-last", action="store_true")
parser.add_argument("--json")
options = parser.parse_args()

torch.set_num_threads(options.threads)
torch.set_grad_enabled(False)
dtype = torch.float32 if options.dtype == "f32" else torch.bfloat16
net = UNet2DConditionModel(sample_size=64, in_channels=4, out_channels=4, cross_attention_dim=768,
                           attention_head_dim=8).to(dtype).eval()
side = options.size // 8
x = torch.randn(1, 4, side, side, dtype=dtype)
words = torch.randn(1, 77, 768, dtype=dtype)
if options.channels_last:
    net = net.to(memory_format=torch.channels_last)
    x = x.to(memory_format=torch.channels_last)
print(f"PyTorch {torch.__version__}, {options.dtype}{', channels last' if options.channels_last else ''}, "
      f"{options.threads} threads, {sum(p.numel() for p in net.parameters()) / 1e6:.0f} million weights")
best = float("inf")
for step in range(options.repeat + 1):
    wall, processor = time.perf_counter(), time.process_time()
    net(x, 500, words)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    if step:
        best = min(best, wall)
        print(f"step {step}: {wall:.3f} s (processor {processor:.3f} s)", flush=True)
print(f"best step: {best:.3f} s")
if options.json:
    with open(options.json, "w") as file:
        json.dump({"size": options.size, "threads": options.threads, "dtype": options.dtype, "seconds": best}, file)
