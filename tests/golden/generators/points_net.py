# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/points/: one small network of the 2-D room in PyTorch, its output, gradients and three Adam steps, and the
log density and score of one mixture of Gaussians by torch.distributions and autograd. Made with torch 2.15.0.

net_<x u class parameters target out loss gradient after>.npy  (parameters in the order of PointNet::parameters())
mixture_<parts points logp score x0>.npy                       (parts: weight, mean, xx, xy, yy; points: x, y, alpha, sigma)
Run: python points_net.py OUT_FOLDER
"""
import math
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

out = Path(sys.argv[1])
torch.manual_seed(20261120)
torch.set_default_dtype(torch.float64)


def save(name, t):
    np.save(out / f"{name}.npy", t.detach().numpy())


# A network of width 24, two hidden layers, three frequencies, three classes; a batch of 11.
B, WIDTH, FREQ, CLASSES = 11, 24, 3, 3
sizes = [2 + 2 * FREQ + CLASSES, WIDTH, WIDTH, 2]
layers = [(torch.randn(i, o) / math.sqrt(i), 0.1 * torch.randn(o)) for i, o in zip(sizes, sizes[1:])]
flat = torch.cat([torch.cat([w.reshape(-1), b]) for w, b in layers]).float().double().requires_grad_()
x = torch.randn(B, 2).float().double()
u = torch.rand(B).float().double()
classes = torch.tensor([0, 1, 2, -1, 0, 1, 2, -1, 2, 1, 0], dtype=torch.int32)
target = torch.randn(B, 2).float().double()


def network(p):
    angle = math.pi * u[:, None] * 2.0 ** torch.arange(FREQ)
    waves = torch.stack([angle.sin(), angle.cos()], -1).reshape(B, -1)
    flags = F.one_hot((classes.long() + CLASSES + 1) % (CLASSES + 1), CLASSES + 1)[:, :CLASSES].double()
    h, at = torch.cat([x, waves, flags], 1), 0
    for k, (i, o) in enumerate(zip(sizes, sizes[1:])):
        w, b = p[at : at + i * o].view(i, o), p[at + i * o : at + i * o + o]
        at += i * o + o
        h = h @ w + b
        if k + 2 < len(sizes):
            h = F.silu(h)
    return h


y = network(flat)
loss = F.mse_loss(y, target)
loss.backward()
save("net_x", x.float()), save("net_u", u.float()), save("net_class", classes), save("net_parameters", flat.float())
save("net_target", target.float()), save("net_out", y), save("net_loss", loss.reshape(1)), save("net_gradient", flat.grad)
opt = torch.optim.Adam([flat], lr=1e-2, betas=(0.9, 0.999), eps=1e-8)
for _ in range(3):
    opt.zero_grad()
    F.mse_loss(network(flat), target).backward()
    opt.step()
save("net_after", flat)

# A mixture of five Gaussians with full covariances, at 40 points of different noise.
K, N = 5, 40
weight = torch.rand(K) + 0.1
mean = 2 * torch.randn(K, 2)
root = 0.4 * torch.randn(K, 2, 2)
cov = root @ root.transpose(1, 2) + 0.01 * torch.eye(2)
save("mixture_parts", torch.cat([weight[:, None], mean, cov[:, 0, :1], cov[:, 0, 1:], cov[:, 1, 1:]], 1))
angle = torch.rand(N) * (math.pi / 2 - 0.02) + 0.01
alpha, sigma = angle.cos(), angle.sin()
alpha[:10], sigma[:10] = 1 - sigma[:10] ** 2, sigma[:10] ** 2  # a flow's
points = 2 * torch.randn(N, 2)
points.requires_grad_()
logp = []
for n in range(N):
    d = torch.distributions.MixtureSameFamily(
        torch.distributions.Categorical(weight),
        torch.distributions.MultivariateNormal(alpha[n] * mean, alpha[n] ** 2 * cov + sigma[n] ** 2 * torch.eye(2)))
    logp.append(d.log_prob(points[n]))
logp = torch.stack(logp)
(score,) = torch.autograd.grad(logp.sum(), points)
x0 = (points + sigma[:, None] ** 2 * score) / alpha[:, None]  # Tweedie's formula
save("mixture_points", torch.cat([points, alpha[:, None], sigma[:, None]], 1))
save("mixture_logp", logp), save("mixture_score", score), save("mixture_x0", x0)
