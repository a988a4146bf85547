# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/emoji/{pixel,latent}.safetensors: what diffusers and transformers compute with the bundled emoji models, in
F32 from the files' F16 weights. Made with torch 2.15.0, diffusers 0.42.1, transformers 5.23.0, tokenizers 0.23.3.

words_K     [16, 96]  the text encoder's states of prompt K; the prompts and their ids are in the metadata ("prompts")
x, timestep, out      [2, C, H, W], [1], [2, C, H, W]: one pass of the U-Net, prompt 0 and the empty one
latent, pixels        [1, 4, 16, 16], [1, 3, 64, 64]: the decoder (latent in the network's units, pixels in -1..1)
picture, mean         [1, 3, 64, 64], [1, 4, 16, 16]: the encoder's mean, in the network's units
Run: python emoji.py OUT_FOLDER
"""
import json
import sys
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from tokenizers import Tokenizer

here = Path(__file__).resolve()
models = here.parents[3] / "assets" / "models"
sys.path.insert(0, str(models / "vitral-emoji-pixel"))
import networks  # noqa: E402
from export import load_weights  # noqa: E402

PROMPTS = ["um gato azul", "", "coração vermelho", "A Drawing of a Dog, with: a hat!", "a" * 40 + " pizza pizza pizza pizza pizza pizza"]
out = Path(sys.argv[1])
torch.set_num_threads(1)

for kind in ("pixel", "latent"):
    path = models / f"vitral-emoji-{kind}" / f"vitral-emoji-{kind}.safetensors"
    unet, text = networks.make_unet(kind).eval(), networks.make_text_encoder().eval()
    parts = {"unet": unet, "text_encoder": text}
    if kind == "latent":
        parts["vae"] = networks.make_vae().eval()
    meta = load_weights(str(path), **parts)
    tok = Tokenizer.from_str(json.dumps(meta["tokenizer"]))
    rows = []
    for p in PROMPTS:
        ids = tok.encode(p, add_special_tokens=False).ids[: networks.TOKENS - 2]
        ids = [networks.START] + ids + [networks.END]
        rows.append(ids + [networks.PAD] * (networks.TOKENS - len(ids)))
    tensors = {}
    gen = torch.Generator().manual_seed(20261120)
    cfg = networks.UNET[kind]
    with torch.no_grad():
        words = text(input_ids=torch.tensor(rows)).last_hidden_state
        for k in range(len(PROMPTS)):
            tensors[f"words_{k}"] = words[k]
        tensors["x"] = torch.randn(2, cfg["in_channels"], cfg["sample_size"], cfg["sample_size"], generator=gen)
        tensors["timestep"] = torch.tensor([487.0])
        tensors["out"] = unet(tensors["x"], 487, words[:2], return_dict=False)[0]
        if kind == "latent":
            vae, scale = parts["vae"], meta["vae"]["scaling_factor"]
            tensors["latent"] = torch.randn(1, 4, 16, 16, generator=gen)
            tensors["pixels"] = vae.decode(tensors["latent"] / scale).sample
            y, x = torch.meshgrid(torch.linspace(-1, 1, 64), torch.linspace(-1, 1, 64), indexing="ij")
            tensors["picture"] = torch.stack([x, y, (6 * x * y).sin()])[None].contiguous()
            tensors["mean"] = vae.encode(tensors["picture"]).latent_dist.mode() * scale
    save_file({k: t.float().contiguous() for k, t in tensors.items()}, out / f"{kind}.safetensors",
              metadata={"prompts": json.dumps([{"text": p, "ids": r} for p, r in zip(PROMPTS, rows)], ensure_ascii=False)})
