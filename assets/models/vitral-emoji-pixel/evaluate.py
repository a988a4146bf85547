"""Samples a fixed grid of prompts from an exported file, with the nearest training pictures beside them, and measures.

    python evaluate.py --data WORK --model FILE.safetensors --out DIR [--steps 15] [--guidance 3]

Writes DIR/grid.png and DIR/evaluation.json. In the grid, each row is a prompt: four samples (seeds 0 to 3), then, after the line,
the two training pictures nearest to the first sample (mean squared difference). Below the second rule the prompts ask for
combinations that training never saw. Measures: for every picture's Portuguese and English name, one sample each; how often the
nearest of all pictures, held-out ones included, is the one asked for, and how far the sample is from it and from training.
"""

import argparse
import json
import os

import numpy as np
import torch
from diffusers import DPMSolverMultistepScheduler
from PIL import Image, ImageDraw, ImageFont

import networks
from export import load_weights
from train import Prompts

SEEN = ["gato", "cat face", "um cachorro", "a frog", "raposa", "panda", "coração vermelho", "blue heart", "círculo verde",
        "quadrado azul", "pizza", "a red apple", "morango", "sol", "estrela", "carro", "rocket", "rosto chorando", "rosto com óculos escuros",
        "robô", "emoji de abacaxi", "a drawing of a mushroom", "árvore roxa", "peixe azul"]


class Sampler:
    def __init__(self, path, data, dev="cpu"):
        self.dev = torch.device(dev)
        self.kind = "latent" if "vae" in load_weights(path) else "pixel"
        self.unet, self.text = networks.make_unet(self.kind), networks.make_text_encoder()
        parts = {"unet": self.unet, "text_encoder": self.text}
        if self.kind == "latent":
            parts["vae"] = self.vae = networks.make_vae()
        self.meta = load_weights(path, **parts)
        for m in parts.values():
            m.to(self.dev).eval()
        self.prompts = Prompts(data)

    @torch.no_grad()
    def __call__(self, texts, seeds, steps, guidance):
        """uint8 [N, H, W, 3]. The first noise comes from the seed only."""
        cfg = networks.UNET[self.kind]
        sched = DPMSolverMultistepScheduler(**{k: v for k, v in networks.SCHEDULE.items() if k != "clip_sample"})
        sched.set_timesteps(steps)
        x = torch.stack([torch.randn(cfg["in_channels"], cfg["sample_size"], cfg["sample_size"], generator=torch.Generator().manual_seed(s)) for s in seeds]).to(self.dev)
        words = self.text(input_ids=self.prompts.ids([""] * len(texts) + list(texts)).to(self.dev)).last_hidden_state
        for t in sched.timesteps:
            v = self.unet(torch.cat([x, x]), t, words, return_dict=False)[0]
            u, c = v.chunk(2)
            x = sched.step(u + guidance * (c - u), t, x, return_dict=False)[0]
        if self.kind == "latent":
            x = self.vae.decode(x / self.meta["vae"]["scaling_factor"]).sample
        return ((x.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).cpu().numpy()


def distances(a, b):
    """Mean squared difference of pictures, 0..1: [A, B]."""
    a, b = a.reshape(len(a), -1).astype(np.float32) / 255, b.reshape(len(b), -1).astype(np.float32) / 255
    return np.maximum(0, ((a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T) / a.shape[1])


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", required=True)
    ap.add_argument("--model", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--steps", type=int, default=15)
    ap.add_argument("--guidance", type=float, default=3.0)
    ap.add_argument("--device", default="cpu")
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--grid-only", action="store_true")
    ap.add_argument("--every", type=int, default=1, help="measure on each so-many-th picture only (held-out ones: all)")
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    with open(os.path.join(args.data, "emoji.json"), encoding="utf-8") as f:
        rows = json.load(f)
    sample = Sampler(args.model, args.data, args.device)
    pictures = np.load(os.path.join(args.data, "emoji.npz"))["small" if sample.kind == "pixel" else "big"]
    held = np.array([r["held"] for r in rows])
    train = pictures[~held]

    # grid
    unseen = [(r["pt"] if k % 2 == 0 else r["en"])["name"] for k, r in enumerate([r for r in rows if r["held"]])][:24]
    cell, side, label = 66, 64, 190
    rows_of = (len(SEEN), len(unseen))
    columns = 2
    height = [-(-n // columns) for n in rows_of]
    sheet = Image.new("RGB", (columns * (label + 6 * cell + 24), sum(height) * cell + 12), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.truetype("DejaVuSans.ttf", 13)  # Pillow's own font has no accents
    y0 = 0
    for texts, h in ((SEEN, height[0]), (unseen, height[1])):
        got = sample([t for t in texts for _ in range(4)], [s for _ in texts for s in range(4)], args.steps, args.guidance)
        near = np.argsort(distances(got[::4], train), axis=1)[:, :2]
        for i, text in enumerate(texts):
            x, y = (i // h) * (label + 6 * cell + 24), y0 + (i % h) * cell
            draw.text((x + 6, y + 22), text if len(text) < 27 else text[:25] + "...", fill="black", font=font)
            for k, p in enumerate(list(got[4 * i : 4 * i + 4]) + [train[j] for j in near[i]]):
                sheet.paste(Image.fromarray(p).resize((side, side), Image.Resampling.NEAREST), (x + label + k * cell + (10 if k > 3 else 0), y + 1))
            draw.line([(x + label + 4 * cell + 4, y + 2), (x + label + 4 * cell + 4, y + cell - 4)], fill="#888")
        y0 += h * cell + 12
        draw.line([(0, y0 - 7), (sheet.width, y0 - 7)], fill="#444", width=2)
    sheet.quantize(255, dither=Image.Dither.NONE).save(os.path.join(args.out, "grid.png"), optimize=True)
    if args.grid_only:
        return

    # measures
    which = [i for i in range(len(rows)) if held[i] or i % args.every == 0]
    result = {"model": os.path.basename(args.model), "steps": args.steps, "guidance": args.guidance, "solver": "DPM-Solver++ 2M", "seed": 0, "measured_pictures": len(which)}
    for lang in ("pt", "en"):
        got = np.concatenate([sample([rows[i][lang]["name"] for i in part], [0] * len(part), args.steps, args.guidance) for part in np.array_split(which, -(-len(which) // 48))])
        d = distances(got, pictures)
        nearest = d.argmin(1)
        for name, mask in (("seen", ~held[which]), ("seen, not recoloured", np.array([not held[i] and rows[i]["kind"] != "coloured" for i in which])), ("held out", held[which])):
            w = np.flatnonzero(mask)
            target = np.array(which)[w]
            result[f"{lang}, {name}"] = {
                "pictures": len(w),
                "nearest_is_the_one_asked_for": round(float((nearest[w] == target).mean()), 3),
                "rms_to_the_one_asked_for": round(float(np.sqrt(d[w, target]).mean()), 4),
                "rms_to_the_nearest_training_picture": round(float(np.sqrt(d[w][:, ~held].min(1)).mean()), 4)}
    same = distances(train, train) + np.eye(len(train))
    result["rms_between_nearest_training_pictures"] = round(float(np.sqrt(same.min(1)).mean()), 4)
    with open(os.path.join(args.out, "evaluation.json"), "w", encoding="utf-8") as f:
        json.dump(result, f, ensure_ascii=False, indent=1)
    print(json.dumps(result, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
