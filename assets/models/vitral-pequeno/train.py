"""Trains vitral-pequeno on the rows that make_data.py wrote. CPU, bf16 autocast, resumable.

    python train.py --data DIR --run RUN --stage 1 --steps 1500 [--resume]
    python train.py --data DIR --run RUN --stage 2 --steps 900 --decay 300 --resume

Schedule: linear warm-up, constant, and (with --decay N) a linear fall to 5 % over the last N steps ("warm-up, stable,
decay"), so that a run can be lengthened or ended at any point. With --procs 2, two processes of one thread each take half
of every batch and average their gradients once a step: on a machine shared with others that is up to twice as fast as two
threads, which must meet at the end of every single operation. The loss counts an answer or plain-text token fully and a
token that the person wrote at a fifth: the model is for answering, but its predictions on the prompt are looked at in the
program too, and learning to read needs some of them. System text and padding do not count.
"""

import argparse
import datetime
import json
import math
import os
import time

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F

from model import Config, Model


class Muon(torch.optim.Optimizer):
    """Momentum whose update of each matrix is brought near to an orthogonal one by five Newton-Schulz steps
    (K. Jordan et al. 2024, "Muon: an optimizer for hidden layers"), with decoupled weight decay."""

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
                x = p.grad.lerp(m, group["momentum"]).bfloat16()  # Nesterov
                tall = x.shape[0] > x.shape[1]
                x = x.T if tall else x
                x = x / (x.norm() + 1e-7)
                for _ in range(5):
                    a = x @ x.T
                    x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
                x = (x.T if tall else x).float()
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(x, alpha=-group["lr"] * max(1.0, p.shape[0] / p.shape[1]) ** 0.5)


def take(data, idx):
    """The documents of some rows, end to end: ids, targets, weights [N] and the documents' lengths."""
    ids = torch.from_numpy(data["ids"][idx].astype(np.int64))
    seg = torch.from_numpy(data["seg"][idx].astype(np.int16))
    w = torch.from_numpy(data["weight"][idx].astype(np.float32)) / 10.0
    # a target counts only if it belongs to the same document as the token before it
    w = w[:, 1:] * (seg[:, 1:] == seg[:, :-1]).float()
    seg = seg[:, :-1]
    keep = seg > 0  # no padding
    key = (seg.long() + 1000 * torch.arange(len(idx))[:, None])[keep]
    lengths = torch.unique_consecutive(key, return_counts=True)[1].tolist()
    return ids[:, :-1][keep], ids[:, 1:][keep], w[keep], lengths


def loss_of(model, data, idx, answers_only=False):
    """Weighted mean cross-entropy in nats, and the weight. Only positions that count go through the output matrix."""
    x, y, w, lengths = take(data, idx)
    if answers_only:
        w = (w >= 1.0).float()
    h = model.hidden(x[None], lengths)[0]
    keep = w > 0
    logits = h[keep] @ model.token_embd.weight.T
    ce = F.cross_entropy(logits.float(), y[keep], reduction="none")
    return (ce * w[keep]).sum() / w[keep].sum(), float(w[keep].sum())


def held_out(model, folder):
    """Perplexity over the answers (for text: over everything) of each held-out category."""
    out = {}
    model.eval()
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for f in sorted(os.listdir(folder)):
            if f.startswith("held_"):
                d = dict(np.load(os.path.join(folder, f)))
                tot = n = 0.0
                for i in range(0, len(d["ids"]), 20):
                    idx = np.arange(i, min(i + 20, len(d["ids"])))
                    l, c = loss_of(model, d, idx, answers_only=True)
                    tot, n = tot + float(l) * c, n + c
                out[f[5:-4]] = round(math.exp(tot / n), 3)
    model.train()
    return out


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", required=True)
    ap.add_argument("--run", required=True)
    ap.add_argument("--stage", type=int, default=1)
    ap.add_argument("--steps", type=int, required=True, help="steps of this stage")
    ap.add_argument("--batch", type=int, default=16)
    ap.add_argument("--lr", type=float, default=2e-3)
    ap.add_argument("--muon", type=float, default=0.02, help="learning rate of Muon for the matrices; 0 = AdamW for all")
    ap.add_argument("--ema", type=float, default=0.995)
    ap.add_argument("--warmup", type=int, default=100)
    ap.add_argument("--decay", type=int, default=0)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--stop", type=int, default=0, help="end after so many steps of the schedule")
    ap.add_argument("--resume", action="store_true")
    ap.add_argument("--every", type=int, default=20)
    ap.add_argument("--save", type=int, default=100)
    ap.add_argument("--eval", type=int, default=400)
    ap.add_argument("--procs", type=int, default=1)
    args = ap.parse_args()
    os.makedirs(args.run, exist_ok=True)
    if args.procs == 1:
        run(0, args)
    else:
        store = os.path.join(args.run, "meeting-point")
        if os.path.exists(store):
            os.remove(store)
        torch.multiprocessing.spawn(run, (args,), nprocs=args.procs)


def run(rank, args):
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    if args.procs > 1:
        store = os.path.abspath(os.path.join(args.run, "meeting-point"))
        dist.init_process_group("gloo", init_method="file://" + store, rank=rank, world_size=args.procs, timeout=datetime.timedelta(hours=1))
    last = os.path.join(args.run, "last.pt")

    cfg = Config()
    model = Model(cfg)
    matrices = [p for n, p in model.named_parameters() if p.dim() == 2 and n != "token_embd.weight"]
    others = [p for n, p in model.named_parameters() if p.dim() < 2 or n == "token_embd.weight"]
    opts = [torch.optim.AdamW(others, lr=args.lr, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.0, fused=True)]
    if args.muon:
        opts.append(Muon(matrices, lr=args.muon, weight_decay=0.01))
    else:
        opts.append(torch.optim.AdamW(matrices, lr=args.lr, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.05, fused=True))
    ema = Model(cfg)  # running mean of the weights: what is evaluated and exported
    ema.load_state_dict(model.state_dict())
    done, seen, total, spent = 0, 0, 0, 0.0  # steps of this stage, tokens of all stages, steps of all stages, seconds
    if args.resume:
        ck = torch.load(last, weights_only=False)
        model.load_state_dict(ck["model"])
        ema.load_state_dict(ck["ema"])
        for o, state in zip(opts, ck["opt"]):
            o.load_state_dict(state)
        seen, total, spent = ck["seen"], ck["total"], ck["spent"]
        done = ck["done"] if ck["stage"] == args.stage else 0
    data = dict(np.load(os.path.join(args.data, f"stage{args.stage}.npz")))
    rows = len(data["ids"])
    log = open(os.path.join(args.run, "log.jsonl"), "a") if rank == 0 else None

    def say(**kw):
        if rank:
            return
        log.write(json.dumps(kw) + "\n")
        log.flush()
        print(kw, flush=True)

    say(event="start", stage=args.stage, parameters=model.count(), rows=rows, length=int(data["ids"].shape[1] - 1), batch=args.batch, lr=args.lr, muon=args.muon, steps=args.steps, decay=args.decay, procs=args.procs, threads=args.threads, at=done, seed=args.seed)

    def save(name="last.pt"):
        if rank:
            return
        tmp = os.path.join(args.run, name + ".tmp")
        torch.save({"model": model.state_dict(), "ema": ema.state_dict(), "opt": [o.state_dict() for o in opts], "done": done, "seen": seen, "total": total, "spent": spent, "stage": args.stage, "config": cfg.to_dict()}, tmp)
        os.replace(tmp, os.path.join(args.run, name))

    acc, acc_n, t0, tok0 = 0.0, 0, time.time(), seen
    while done < (args.stop or args.steps):
        # rows are already shuffled; each epoch goes through them in its own order
        epoch, at = divmod(done * args.batch, rows)
        order = np.random.default_rng([args.seed, args.stage, epoch]).permutation(rows)
        idx = np.take(order, np.arange(at, at + args.batch), mode="wrap")
        scale = min(1.0, (total + 1) / args.warmup)
        if args.decay and done >= args.steps - args.decay:
            scale *= 0.05 + 0.95 * (args.steps - done) / args.decay
        for o, base in zip(opts, (args.lr, args.muon or args.lr)):
            for g in o.param_groups:
                g["lr"] = base * scale
        t_step = time.time()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss, _ = loss_of(model, data, np.sort(idx)[rank :: args.procs])
        loss.backward()
        if args.procs > 1:
            flat = torch.cat([p.grad.reshape(-1) for p in model.parameters()] + [loss.detach().reshape(1)])
            dist.all_reduce(flat)
            flat /= args.procs
            loss = flat[-1]
            for p, g in zip(model.parameters(), flat.split([p.numel() for p in model.parameters()] + [1])):
                p.grad.copy_(g.view_as(p))
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for o in opts:
            o.step()
        model.zero_grad(set_to_none=True)
        with torch.no_grad():
            keep = min(args.ema, total / (total + 10))
            for a, b in zip(ema.parameters(), model.parameters()):
                a.lerp_(b, 1 - keep)
        done, total = done + 1, total + 1
        seen += int((data["seg"][idx] > 0).sum())
        spent += time.time() - t_step
        acc, acc_n = acc + float(loss.detach()), acc_n + 1
        if done % args.every == 0:
            now = time.time()
            say(stage=args.stage, step=done, total=total, tokens=seen, loss=round(acc / acc_n, 4), lr=round(args.lr * scale, 6), tok_s=round((seen - tok0) / (now - t0)), minutes=round(spent / 60, 2))
            acc, acc_n, t0, tok0 = 0.0, 0, now, seen
        if done % args.save == 0:
            save()
        if rank == 0 and args.eval and done % args.eval == 0:
            say(event="held-out perplexity", total=total, **held_out(ema, args.data))
            t0, tok0 = time.time(), seen
    save()
    save(f"stage{args.stage}.pt")
    if rank == 0:
        say(event="held-out perplexity", total=total, **held_out(ema, args.data))
    say(event="end", stage=args.stage, tokens=seen, minutes=round(spent / 60, 2))


if __name__ == "__main__":
    main()
