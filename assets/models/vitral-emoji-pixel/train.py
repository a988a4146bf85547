"""Trains the U-Net and the text encoder of one of the emoji models together. Resumable; CPU or GPU.

    python train.py --data WORK --run RUN --kind pixel --minutes 75 [--batch 32] [--resume] [--from FILE.safetensors]
    python train.py --data WORK --run RUN --kind latent --latents WORK/latents.npz --steps 6000

The rate warms up, then falls as a cosine over --steps, or over --minutes of time spent in steps: a machine shared with others
then still gives a finished run by a deadline. Prediction v (Salimans and Ho 2022) with the squared error; times are drawn
evenly spread within a batch, small ones somewhat more often. One prompt in ten is empty, for classifier-free guidance. RUN/last.pt holds
everything to go on with, RUN/log.jsonl what happened. --from starts with the weights of an exported file.
"""

import argparse
import json
import math
import os
import random
import time

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

import networks
from prompts import a_prompt


class Muon(torch.optim.Optimizer):
    """Momentum whose update of each matrix (a convolution is one of outputs by inputs times taps) is brought near to an
    orthogonal one by five Newton-Schulz steps (K. Jordan et al. 2024, "Muon: an optimizer for hidden layers")."""

    def __init__(self, params, lr, momentum=0.95, weight_decay=0.0):
        super().__init__(params, dict(lr=lr, momentum=momentum, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                if "m" not in state:
                    state["m"] = torch.zeros_like(p)
                m = state["m"]
                m.lerp_(p.grad, 1 - group["momentum"])
                x = p.grad.lerp(m, group["momentum"]).reshape(p.shape[0], -1)  # Nesterov
                tall = x.shape[0] > x.shape[1]
                x = x.T if tall else x
                x = x / (x.norm() + 1e-7)
                for _ in range(5):
                    a = x @ x.T
                    x = torch.addmm(x, torch.addmm(a, a, a, beta=-4.7750, alpha=2.0315), x, beta=3.4445)
                x = x.T if tall else x
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(x.reshape(p.shape), alpha=-group["lr"] * max(1.0, x.shape[0] / x.shape[1]) ** 0.5)


class Prompts:
    def __init__(self, folder):
        self.tok = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
        self.cache = {}

    def ids(self, texts):
        rows = []
        for t in texts:
            if t not in self.cache:
                ids = self.tok.encode(t).ids[: networks.TOKENS]
                self.cache[t] = ids + [networks.PAD] * (networks.TOKENS - len(ids))
            rows.append(self.cache[t])
        return torch.tensor(rows)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", required=True)
    ap.add_argument("--run", required=True)
    ap.add_argument("--kind", choices=["pixel", "latent"], required=True)
    ap.add_argument("--latents")
    ap.add_argument("--minutes", type=float, default=0)
    ap.add_argument("--steps", type=int, default=0)
    ap.add_argument("--until", default="", help="stop at this time of the day, HH:MM; the rate's fall ends there")
    ap.add_argument("--batch", type=int, default=32)
    ap.add_argument("--lr", type=float, default=1e-3)
    ap.add_argument("--muon", type=float, default=0.01, help="learning rate of Muon for the matrices; 0: AdamW for all")
    ap.add_argument("--warmup", type=int, default=100)
    ap.add_argument("--ema", type=float, default=0.998)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--device", default="cpu")
    ap.add_argument("--plain", type=float, default=0.7, help="part of the batch that is not recoloured")
    ap.add_argument("--bf16", type=int, default=1)
    ap.add_argument("--every", type=int, default=50)
    ap.add_argument("--save", type=int, default=250)
    ap.add_argument("--resume", action="store_true")
    ap.add_argument("--from", dest="start")
    args = ap.parse_args()
    os.makedirs(args.run, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    dev = torch.device(args.device)

    with open(os.path.join(args.data, "emoji.json"), encoding="utf-8") as f:
        rows = json.load(f)
    prompts = Prompts(args.data)
    if args.kind == "pixel":
        data = torch.from_numpy(np.load(os.path.join(args.data, "emoji.npz"))["small"]).permute(0, 3, 1, 2).float() / 127.5 - 1
        data = data[:, None]  # [N, 1, 3, 32, 32]
    else:
        data = torch.from_numpy(np.load(args.latents)["latents"])  # [N, places, 4, 16, 16]
    plain = [i for i, r in enumerate(rows) if not r["held"] and r["kind"] != "coloured"]
    coloured = [i for i, r in enumerate(rows) if not r["held"] and r["kind"] == "coloured"]

    unet, text = networks.make_unet(args.kind), networks.make_text_encoder()
    if args.start:
        from export import load_weights

        load_weights(args.start, unet=unet, text_encoder=text)
    unet, text = unet.to(dev, memory_format=torch.channels_last), text.to(dev)
    params = list(unet.parameters()) + list(text.parameters())
    named = list(unet.named_parameters()) + list(text.named_parameters())
    matrix = [args.muon > 0 and p.dim() >= 2 and "embedding" not in n and not n.startswith(("conv_in", "conv_out", "time_")) for n, p in named]
    opts = [torch.optim.AdamW([p for (_, p), m in zip(named, matrix) if not m], lr=args.lr, betas=(0.9, 0.99), weight_decay=1e-3, fused=True)]
    if args.muon:
        opts.append(Muon([p for (_, p), m in zip(named, matrix) if m], lr=args.muon, weight_decay=1e-3))
    ema = [p.detach().clone() for p in params]
    step, spent, seen = 0, 0.0, 0
    last = os.path.join(args.run, "last.pt")
    if args.resume and os.path.exists(last):
        ck = torch.load(last, weights_only=True, map_location=dev)
        unet.load_state_dict(ck["unet"])
        text.load_state_dict(ck["text"])
        if isinstance(ck["opt"], list) and len(ck["opt"]) == len(opts):  # else: begun with another optimizer, whose averages are left behind
            for o, state in zip(opts, ck["opt"]):
                o.load_state_dict(state)
        for a, b in zip(ema, ck["ema"]):
            a.copy_(b)
        step, spent, seen = ck["step"], ck["spent"], ck["seen"]
    abar = networks.make_schedule().alphas_cumprod.to(dev)
    log = open(os.path.join(args.run, "log.jsonl"), "a")

    def say(**kw):
        log.write(json.dumps(kw) + "\n")
        log.flush()
        print(kw, flush=True)

    def save():
        torch.save({"unet": unet.state_dict(), "text": text.state_dict(), "opt": [o.state_dict() for o in opts], "ema": ema, "step": step, "spent": spent, "seen": seen}, last + ".tmp")
        os.replace(last + ".tmp", last)

    t_end, t_begin = 0.0, time.time()
    if args.until:
        h, m = map(int, args.until.split(":"))
        now = time.localtime()
        t_end = t_begin + (h * 60 + m) * 60 - (now.tm_hour * 3600 + now.tm_min * 60 + now.tm_sec)
        whole = spent + t_end - t_begin
    say(event="start", kind=args.kind, unet=networks.count(unet), text_encoder=networks.count(text), pictures=len(plain) + len(coloured), held=sum(r["held"] for r in rows), step=step, **{k: v for k, v in vars(args).items() if k in ("batch", "lr", "muon", "seed", "threads", "minutes", "steps", "until", "ema", "plain", "bf16", "device")})

    acc, n, t0 = torch.zeros(5), torch.zeros(5), time.time()
    while True:
        if args.until:
            done = 1 - (t_end - time.time()) / whole
        elif args.steps:
            done = step / args.steps
        else:
            done = spent / 60 / args.minutes
        if done >= 1:
            break
        rng = random.Random(args.seed * 1000003 + step)
        gen = torch.Generator().manual_seed(args.seed * 1000003 + step)
        scale = min(1.0, (step + 1) / args.warmup) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))
        for o, base in zip(opts, (args.lr, args.muon)):
            for g in o.param_groups:
                g["lr"] = base * scale
        t_step = time.time()
        n_plain = round(args.batch * args.plain)
        idx = rng.sample(plain, min(n_plain, len(plain))) + rng.sample(coloured, args.batch - n_plain)
        texts = ["" if rng.random() < 0.1 else a_prompt(rows[i], rng) for i in idx]
        place = torch.randint(data.shape[1], (len(idx),), generator=gen)
        x0 = data[torch.tensor(idx), place]
        if args.kind == "pixel":  # a fifth of the pictures stand one pixel off
            for k in range(len(idx)):
                if rng.random() < 0.2:
                    x0[k] = F.pad(x0[k], (1, 1, 1, 1), value=1.0)[:, (dy := rng.randrange(3)) : dy + 32, (dx := rng.randrange(3)) : dx + 32]
        u = (torch.arange(len(idx)) + torch.rand(len(idx), generator=gen)) / len(idx)
        u = u[torch.randperm(len(idx), generator=gen)]
        t = (1000 * u**1.35).long().clamp(0, 999)
        noise = torch.randn(x0.shape, generator=gen)
        x0, noise, t, ids = x0.to(dev), noise.to(dev), t.to(dev), prompts.ids(texts).to(dev)
        a, s = abar[t].sqrt()[:, None, None, None], (1 - abar[t]).sqrt()[:, None, None, None]
        x = (a * x0 + s * noise).contiguous(memory_format=torch.channels_last)
        with torch.autocast(dev.type, dtype=torch.bfloat16, enabled=bool(args.bf16)):
            words = text(input_ids=ids).last_hidden_state
            v = unet(x, t, words, return_dict=False)[0].float()
        each = ((v - (a * noise - s * x0)) ** 2).mean((1, 2, 3))
        loss = each.mean()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(params, 1.0)
        if torch.isfinite(norm):
            for o in opts:
                o.step()
        for o in opts:
            o.zero_grad(set_to_none=True)
        with torch.no_grad():
            keep = min(args.ema, (step + 1) / (step + 10))
            torch._foreach_lerp_(ema, params, 1 - keep)
        step, seen = step + 1, seen + len(idx)
        spent += time.time() - t_step
        bucket = (t.cpu() // 200).clamp(max=4)
        acc.index_add_(0, bucket, each.detach().cpu())
        n.index_add_(0, bucket, torch.ones(len(idx)))
        if step % args.every == 0:
            now = time.time()
            say(step=step, loss=round(float(acc.sum() / n.sum()), 5), by_time=[round(float(q), 5) for q in acc / n.clamp(min=1)], lr=round(args.lr * scale, 7), norm=round(float(norm), 3), pictures_s=round(args.every * args.batch / (now - t0), 1), minutes=round(spent / 60, 2))
            acc.zero_(), n.zero_()
            t0 = now
        if step % args.save == 0:
            save()
    save()
    say(event="end", step=step, pictures=seen, minutes=round(spent / 60, 2))


if __name__ == "__main__":
    main()
