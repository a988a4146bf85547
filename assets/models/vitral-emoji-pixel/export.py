"""Writes one safetensors file (F16, as docs/diffusion-files.md has it) from the running mean of a training run.

    python export.py --kind pixel --data WORK --checkpoint RUN/last.pt --out vitral-emoji-pixel.safetensors
    python export.py --kind latent --data WORK --checkpoint RUN/last.pt --vae VAE/last.pt --latents WORK/latents.npz --out ...
"""

import argparse
import json
import os

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file

import networks

SOURCE = "Noto Color Emoji (OFL 1.1), names and keywords from CLDR 48 (Unicode-3.0)"


def text_name(name):
    return name if name.startswith("text_model.") else "text_model." + name


def load_weights(path, **modules):
    """Fills unet=, text_encoder=, vae= from an exported file. Returns its metadata."""
    with safe_open(path, "pt") as f:
        for part, module in modules.items():
            state = {}
            for name in module.state_dict():
                key = f"{part}." + (text_name(name) if part == "text_encoder" else name)
                if key in f.keys():
                    state[name] = f.get_tensor(key).float()
            missing = [n for n in module.load_state_dict(state, strict=False).missing_keys if not n.endswith("position_ids")]
            if missing:
                raise SystemExit(f"{path} has no {missing[0]} for {part}")
        return json.loads(f.metadata()["vitral.diffusion"])


def averaged(checkpoint, kind):
    """The running mean of a checkpoint of train.py, as two modules."""
    unet, text = networks.make_unet(kind), networks.make_text_encoder()
    ck = torch.load(checkpoint, weights_only=True, map_location="cpu")
    unet.load_state_dict(ck["unet"])
    text.load_state_dict(ck["text"])
    with torch.no_grad():
        for p, e in zip(list(unet.parameters()) + list(text.parameters()), ck["ema"]):
            p.copy_(e)
    return unet.eval(), text.eval(), ck


def preview_of(data, latents, rows):
    """Least squares from a latent to the mean colour, 0..1 to -1..1 as the pictures, of the pixels it stands for."""
    use = [i for i, r in enumerate(rows) if not r["held"]]
    big = np.load(os.path.join(data, "emoji.npz"))["big"][use].astype(np.float64) / 127.5 - 1
    z = latents[use, 0].astype(np.float64)
    f = big.shape[1] // z.shape[2]
    colour = big.reshape(len(use), z.shape[2], f, z.shape[3], f, 3).mean((2, 4)).reshape(-1, 3)
    x = np.concatenate([z.transpose(0, 2, 3, 1).reshape(-1, z.shape[1]), np.ones((colour.shape[0], 1))], 1)
    return np.linalg.lstsq(x, colour, rcond=None)[0].round(5).tolist()


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--kind", choices=["pixel", "latent"], required=True)
    ap.add_argument("--data", required=True)
    ap.add_argument("--checkpoint", required=True)
    ap.add_argument("--vae")
    ap.add_argument("--latents")
    ap.add_argument("--out", required=True)
    args = ap.parse_args()
    unet, text, ck = averaged(args.checkpoint, args.kind)
    with open(os.path.join(args.data, "tokenizer.json"), encoding="utf-8") as f:
        tokenizer = json.load(f)
    with open(os.path.join(args.data, "emoji.json"), encoding="utf-8") as f:
        rows = json.load(f)
    scheduler = dict(networks.make_schedule().config)
    meta = {
        "version": 1, "name": f"Vitral emoji, {args.kind}", "architecture": f"Vitral emoji ({args.kind})",
        "licence": "OFL-1.1 for the drawings the weights are made from; CLDR names Unicode-3.0; recipe Apache-2.0", "source": SOURCE,
        "unet": dict(unet.config) | {"_class_name": "UNet2DConditionModel"},
        "text_encoder": text.config.to_dict() | {"architectures": ["CLIPTextModel"]},
        "scheduler": {k: v for k, v in scheduler.items() if not k.startswith("_")} | {"_class_name": "DDPMScheduler"},
        "tokenizer": tokenizer,
        "tokenizer_config": {"bos_token": "<start>", "eos_token": "<end>", "pad_token": "<pad>", "model_max_length": networks.TOKENS},
        "defaults": {"guidance": 3.0, "steps": 25, "solver": "dpmpp-2m", "width": 32, "height": 32},
        "training": {"steps": ck["step"], "pictures": ck["seen"], "minutes": round(ck["spent"] / 60, 1)},
    }
    parts = {"unet": unet, "text_encoder": text}
    if args.kind == "latent":
        vae = networks.make_vae()
        vae.load_state_dict(torch.load(args.vae, weights_only=True, map_location="cpu")["ema"])
        z = np.load(args.latents)
        vae.register_to_config(scaling_factor=float(z["scale"]))
        parts["vae"] = vae
        meta["vae"] = dict(vae.config) | {"_class_name": "AutoencoderKL"}
        meta["preview"] = preview_of(args.data, z["latents"], rows)
        meta["defaults"] |= {"width": 64, "height": 64}
    tensors = {}
    for part, module in parts.items():
        for name, t in module.state_dict().items():
            if not name.endswith("position_ids"):
                tensors[f"{part}." + (text_name(name) if part == "text_encoder" else name)] = t.half().contiguous()
    save_file(tensors, args.out, metadata={"vitral.diffusion": json.dumps(meta, ensure_ascii=False)})
    print(json.dumps({"file": os.path.basename(args.out), "bytes": os.path.getsize(args.out), "parameters": sum(t.numel() for t in tensors.values()),
                      "largest": max(float(t.abs().max()) for t in tensors.values()), **meta["training"]}))


if __name__ == "__main__":
    main()
