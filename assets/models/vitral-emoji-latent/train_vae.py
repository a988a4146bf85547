"""Trains the autoencoder of the latent emoji model (64x64 RGB to 16x16x4), then writes the latents. Resumable.

    python train_vae.py --data WORK --run RUN --until 12:50 [--resume]
    python train_vae.py --data WORK --run RUN --encode --out WORK/latents.npz

Loss: absolute error, absolute error of the differences of neighbouring pixels (edges), and a little of the Kullback-Leibler
divergence, which keeps the latents in one place. Held-out pictures are not seen. The latents are divided by their standard deviation.
"""

import argparse
import json
import math
import os
import random
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vitral-emoji-pixel"))
import networks  # noqa: E402


def moved(x, dx, dy):
    """x [3, H, W] moved by whole pixels, white coming in."""
    return F.pad(x, (2, 2, 2, 2), value=1.0)[:, 2 + dy : 2 + dy + x.shape[1], 2 + dx : 2 + dx + x.shape[2]]


def edges(x):
    return x[..., 1:] - x[..., :-1], x[..., 1:, :] - x[..., :-1, :]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", required=True)
    ap.add_argument("--run", required=True)
    ap.add_argument("--out")
    ap.add_argument("--encode", action="store_true")
    ap.add_argument("--steps", type=int, default=0)
    ap.add_argument("--until", default="")
    ap.add_argument("--batch", type=int, default=12)
    ap.add_argument("--lr", type=float, default=2e-3)
    ap.add_argument("--kl", type=float, default=3e-4)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--device", default="cpu")
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--resume", action="store_true")
    args = ap.parse_args()
    os.makedirs(args.run, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    dev = torch.device(args.device)
    with open(os.path.join(args.data, "emoji.json"), encoding="utf-8") as f:
        rows = json.load(f)
    data = torch.from_numpy(np.load(os.path.join(args.data, "emoji.npz"))["big"]).permute(0, 3, 1, 2).float() / 127.5 - 1
    use = [i for i, r in enumerate(rows) if not r["held"]]
    held = [i for i, r in enumerate(rows) if r["held"]]
    vae = networks.make_vae().to(dev, memory_format=torch.channels_last)
    last = os.path.join(args.run, "last.pt")

    def test(which):
        with torch.no_grad():
            x = data[which].to(dev)
            y = vae.decode(vae.encode(x).latent_dist.mode()).sample.clamp(-1, 1)
            return round(float(10 * torch.log10(4 / ((x - y) ** 2).mean((1, 2, 3))).mean()), 2)

    if args.encode:
        ck = torch.load(last, weights_only=True, map_location=dev)
        vae.load_state_dict(ck["ema"])
        out = []
        with torch.no_grad():
            for dx, dy in ((0, 0), (2, 0), (-2, 0), (0, 2), (0, -2)):
                x = torch.stack([moved(p, dx, dy) for p in data])
                out.append(torch.cat([vae.encode(b.to(dev)).latent_dist.mode().cpu() for b in x.split(32)]))
        z = torch.stack(out, 1)
        std = float(z[use, 0].std())
        np.savez(args.out, latents=(z / std).numpy(), scale=1 / std)
        print(json.dumps({"event": "latents", "std": std, "mean": z[use, 0].mean((0, 2, 3)).tolist(), "psnr_seen": test(use[:96]), "psnr_held": test(held)}))
        return

    opt = torch.optim.AdamW(vae.parameters(), lr=args.lr, betas=(0.9, 0.99), weight_decay=1e-4, fused=True)
    params = list(vae.parameters())
    ema = [p.detach().clone() for p in params]
    names = [n for n, _ in vae.named_parameters()]
    step, spent = 0, 0.0
    if args.resume and os.path.exists(last):
        ck = torch.load(last, weights_only=True, map_location=dev)
        vae.load_state_dict(ck["model"])
        opt.load_state_dict(ck["opt"])
        for a, n in zip(ema, names):
            a.copy_(ck["ema"][n])
        step, spent = ck["step"], ck["spent"]
    log = open(os.path.join(args.run, "log.jsonl"), "a")

    def say(**kw):
        log.write(json.dumps(kw) + "\n")
        log.flush()
        print(kw, flush=True)

    def save():
        torch.save({"model": vae.state_dict(), "ema": dict(zip(names, ema)), "opt": opt.state_dict(), "step": step, "spent": spent}, last + ".tmp")
        os.replace(last + ".tmp", last)

    begin = time.time()
    if args.until:
        h, m = map(int, args.until.split(":"))
        now = time.localtime()
        end = begin + (h * 60 + m) * 60 - (now.tm_hour * 3600 + now.tm_min * 60 + now.tm_sec)
    say(event="start", kind="vae", vae=networks.count(vae), pictures=len(use), held=len(held), step=step, batch=args.batch, lr=args.lr, kl=args.kl, seed=args.seed, steps=args.steps, until=args.until, device=args.device)
    acc, n = torch.zeros(3), 0
    while True:
        done = (spent + time.time() - begin) / (spent + end - begin) if args.until else step / args.steps
        if done >= 1:
            break
        t_step = time.time()
        rng = random.Random(args.seed * 1000003 + step)
        torch.manual_seed(args.seed * 1000003 + step)
        lr = args.lr * min(1.0, (step + 1) / 50) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))
        for g in opt.param_groups:
            g["lr"] = lr
        x = torch.stack([moved(data[i], rng.randrange(-2, 3), rng.randrange(-2, 3)) if rng.random() < 0.5 else data[i] for i in rng.sample(use, args.batch)])
        x = x.to(dev).contiguous(memory_format=torch.channels_last)
        d = vae.encode(x).latent_dist
        y = vae.decode(d.sample()).sample
        error = (y - x).abs().mean()
        edge = sum((a - b).abs().mean() for a, b in zip(edges(y), edges(x)))
        kl = d.kl().mean() / d.mean[0].numel()
        loss = error + 0.5 * edge + args.kl * kl
        loss.backward()
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        opt.step()
        opt.zero_grad(set_to_none=True)
        with torch.no_grad():
            torch._foreach_lerp_(ema, params, 1 - min(0.995, (step + 1) / (step + 10)))
        step += 1
        acc, n = acc + torch.tensor([float(error), float(edge), float(kl)]), n + 1
        if step % 25 == 0:
            e = (acc / n).tolist()
            say(step=step, error=round(e[0], 4), edge=round(e[1], 4), kl=round(e[2], 3), lr=round(lr, 6), minutes=round((spent + time.time() - begin) / 60, 2), **({"psnr_held": test(held)} if step % 200 == 0 else {}))
            acc, n = torch.zeros(3), 0
        if step % 200 == 0:
            save()
    spent += time.time() - begin
    save()
    vae.load_state_dict(dict(zip(names, ema)), strict=False)
    say(event="end", step=step, minutes=round(spent / 60, 2), psnr_seen=test(use[:96]), psnr_held=test(held))


if __name__ == "__main__":
    main()
