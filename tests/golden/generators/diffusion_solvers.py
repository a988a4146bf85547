# SPDX-License-Identifier: Apache-2.0
"""Whole trajectories of diffusers' schedulers, for tests/core/diffusion/tst_solvers.

Run with diffusers 0.42.1, torch 2.15 and safetensors:
    python diffusion_solvers.py OUT_DIR
The network is the exact denoiser of a mixture of three Gaussians, told nothing but x and the timestep. diffusers' code runs
in double ("float32" is read as float64 while it runs), so that formulas are compared and not roundings. All x are written
scaled as a variance-preserving process (x = alpha x0 + sigma eps): Euler's schedulers work on x / alpha.
"""
import json
import math
import sys
from pathlib import Path

import diffusers
import numpy as np
import torch
from diffusers.schedulers import (scheduling_ddim, scheduling_ddpm, scheduling_dpmsolver_multistep,
                                  scheduling_euler_ancestral_discrete, scheduling_euler_discrete,
                                  scheduling_flow_match_euler_discrete, scheduling_heun_discrete, scheduling_lcm,
                                  scheduling_unipc_multistep)
from safetensors.numpy import save_file

N = 12  # elements of x
T = 1000
rng = np.random.default_rng(7)
MEANS = rng.normal(size=(3, N)).round(3)
WEIGHTS = np.array([0.5, 0.3, 0.2])
SPREAD = 0.3

FLOAT32 = (torch.float32, np.float32)
torch.float32, np.float32 = torch.float64, np.float64
torch.set_default_dtype(torch.float64)

NOISES = []


def fake_randn(shape, **_):
    return torch.from_numpy(NOISES.pop(0).reshape(shape))


for module in (scheduling_ddpm, scheduling_ddim, scheduling_dpmsolver_multistep, scheduling_euler_discrete,
               scheduling_euler_ancestral_discrete, scheduling_lcm, scheduling_flow_match_euler_discrete):
    module.randn_tensor = fake_randn


def network(x, timestep, kind, flow):
    """E[x0 | x] at the level that the timestep stands for, in the form of a prediction."""
    s = max(float(timestep) / T, 0.01)
    alpha = 1 - s if flow else math.exp(-4.975 * s * s - 0.05 * s)
    sigma = s if flow else math.sqrt(1 - alpha * alpha)
    var = alpha * alpha * SPREAD * SPREAD + sigma * sigma
    away = x[None, :] - alpha * MEANS
    log_w = np.log(WEIGHTS) - 0.5 * (away * away).sum(1) / var
    w = np.exp(log_w - log_w.max())
    w /= w.sum()
    x0 = (w[:, None] * (MEANS + alpha * SPREAD * SPREAD / var * away)).sum(0)
    eps = (x - alpha * x0) / sigma
    return {"epsilon": eps, "x0": x0, "v": alpha * eps - sigma * x0, "flow": eps - x0}[kind]


DIFFUSERS = {"epsilon": "epsilon", "v": "v_prediction", "x0": "sample", "flow": "flow_prediction"}
SCHEDULES = {
    "linear": dict(beta_schedule="linear", beta_start=1e-4, beta_end=0.02),
    "scaled-linear": dict(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012),
    "cosine": dict(beta_schedule="squaredcos_cap_v2"),
}
tensors, cases = {}, []


def run(solver, make, *, schedule="linear", prediction="epsilon", spacing="leading", steps=10, eta=0.0, offset=0,
        zero_snr=False, shift=1.0, kspace=False, flow=False, step_args=None, sigmas=None):
    scheduler = make()
    if sigmas is None:
        scheduler.set_timesteps(steps)
    else:
        scheduler.set_timesteps(sigmas=sigmas(scheduler))
    noises = rng.normal(size=(steps, N)).astype(FLOAT32[1]).astype(np.float64)
    start = rng.normal(size=N).astype(FLOAT32[1]).astype(np.float64)
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(0)  # as pipelines do; looking the first timestep up fails where two are equal
    NOISES[:] = [n for n in noises]
    x = start * float(getattr(scheduler, "init_noise_sigma", 1.0))
    heun = solver == "heun"

    def level(i):  # sigma / alpha of what x is at before evaluation i
        return float(scheduler.sigmas[i]) if kspace else 0.0

    xs, told, sample = [x / math.sqrt(1 + level(0) ** 2)], [], torch.from_numpy(x[None])
    for i, t in enumerate(scheduler.timesteps):
        if hasattr(scheduler, "scale_model_input"):
            inner = scheduler.scale_model_input(sample, t)
        else:
            inner = sample
        out = network(inner.numpy()[0].astype(np.float64), t, prediction, flow)
        sample = scheduler.step(torch.from_numpy(out[None]), t, sample, **(step_args or {})).prev_sample
        # Heun: evaluations 0, 2, 4, ... begin a step; what follows the second one is the step's result.
        if not heun or i % 2 == 0:
            told.append(float(t))
        if heun:
            if i % 2 == 1 or i + 1 == len(scheduler.timesteps):
                k = level(i + 1) if i + 1 < len(scheduler.sigmas) else 0.0
                xs.append(sample.numpy()[0] / math.sqrt(1 + k * k))
        else:
            k = level(i + 1)
            xs.append(sample.numpy()[0] / math.sqrt(1 + k * k))
    name = f"case{len(cases):03}"
    tensors[name + ".x"] = np.array(xs, dtype=np.float64)
    tensors[name + ".noise"] = noises
    tensors[name + ".start"] = start
    if hasattr(scheduler, "sigmas") and solver not in ("ddpm", "ddim", "lcm"):
        levels = scheduler.sigmas.numpy().astype(np.float64)
        tensors[name + ".sigmas"] = np.concatenate([levels[:1], levels[1::2]]) if heun else levels
    cases.append(dict(name=name, solver=solver, schedule=schedule, prediction=prediction, spacing=spacing, steps=steps,
                      eta=eta, offset=offset, zeroSnr=zero_snr, shift=shift, timesteps=told))
    assert len(xs) == steps + 1, (cases[-1], len(xs))


def spaced(spacing):
    """Ours are one choice; diffusers' Karras and exponential sit on top of a spacing, "linspace" unless said."""
    if spacing == "karras":
        return dict(use_karras_sigmas=True)
    if spacing == "exponential":
        return dict(use_exponential_sigmas=True)
    return dict(timestep_spacing=spacing)


d = diffusers
PREDICTIONS = ("epsilon", "v", "x0")
for schedule, betas in SCHEDULES.items():
    main = schedule == "scaled-linear"
    common = dict(num_train_timesteps=T, **betas)
    # The cosine schedule ends at alpha = 5e-5, where a noise prediction in float says nothing about x_0 (27,830 +- 0.4).
    for prediction in PREDICTIONS if main else ("v",) if schedule == "cosine" else ("epsilon",):
        kind = DIFFUSERS[prediction]
        for spacing in ("leading", "linspace", "trailing"):
            offset = 1 if spacing == "leading" and main else 0
            a = dict(common, prediction_type=kind, timestep_spacing=spacing, steps_offset=offset)
            k = dict(schedule=schedule, prediction=prediction, spacing=spacing, offset=offset)
            run("ddpm", lambda: d.DDPMScheduler(**a, clip_sample=False), **k)
            if spacing != "linspace":  # there diffusers' DDIM steps beside the timesteps it visits
                run("ddim", lambda: d.DDIMScheduler(**a, clip_sample=False), **k)
                run("ddim", lambda: d.DDIMScheduler(**a, clip_sample=False), eta=0.7, step_args=dict(eta=0.7), **k)
            run("euler", lambda: d.EulerDiscreteScheduler(**a), kspace=True, **k)
            if prediction != "x0":
                run("euler-ancestral", lambda: d.EulerAncestralDiscreteScheduler(**a), kspace=True, **k)
            run("heun", lambda: d.HeunDiscreteScheduler(**a), kspace=True, **k)
        for spacing in ("leading", "linspace", "trailing", "karras", "exponential"):
            offset = 1 if spacing == "leading" and main else 0
            a = dict(common, prediction_type=kind, steps_offset=offset, **spaced(spacing))
            k = dict(schedule=schedule, prediction=prediction, spacing=spacing, offset=offset)
            dpm = dict(solver_order=2, solver_type="midpoint", final_sigmas_type="zero")
            for steps in (10, 20) if main and prediction == "epsilon" else (10,):
                run("dpmpp-2m", lambda: d.DPMSolverMultistepScheduler(**a, **dpm, algorithm_type="dpmsolver++"),
                    steps=steps, **k)
                run("unipc", lambda: d.UniPCMultistepScheduler(**a, solver_order=2, solver_type="bh2"), steps=steps, **k)
            run("dpmpp-2m-sde", lambda: d.DPMSolverMultistepScheduler(**a, **dpm, algorithm_type="sde-dpmsolver++"), **k)
            if spacing in ("karras", "exponential"):
                run("euler", lambda: d.EulerDiscreteScheduler(**a), kspace=True, **k)
                run("heun", lambda: d.HeunDiscreteScheduler(**a), kspace=True, **k)
        for steps in (4, 8):
            run("lcm", lambda: d.LCMScheduler(**common, prediction_type=kind, clip_sample=False), schedule=schedule,
                prediction=prediction, spacing="leading", steps=steps)

# k-diffusion's sgm_uniform as a list of sigmas: T - 1 ... 0, the last left out, sigma interpolated in its logarithm.
def sgm(steps):
    def sigmas(scheduler):
        log_sigmas = np.log((((1 - scheduler.alphas_cumprod) / scheduler.alphas_cumprod) ** 0.5).numpy())
        t = np.linspace(T - 1, 0, steps + 1)[:-1]
        return list(np.exp(np.interp(t, np.arange(T), log_sigmas))) + [0.0]
    return sigmas


for prediction in ("epsilon", "v"):
    a = dict(num_train_timesteps=T, prediction_type=DIFFUSERS[prediction], **SCHEDULES["scaled-linear"])
    run("euler", lambda: d.EulerDiscreteScheduler(**a), kspace=True, schedule="scaled-linear", prediction=prediction,
        spacing="sgm-uniform", sigmas=sgm(10))

# No signal at the end.
a = dict(num_train_timesteps=T, prediction_type="v_prediction", rescale_betas_zero_snr=True, timestep_spacing="trailing",
         **SCHEDULES["scaled-linear"])
k = dict(schedule="scaled-linear", prediction="v", spacing="trailing", zero_snr=True)
run("ddim", lambda: d.DDIMScheduler(**a, clip_sample=False), **k)
run("ddpm", lambda: d.DDPMScheduler(**a, clip_sample=False), **k)
run("euler", lambda: d.EulerDiscreteScheduler(**a), kspace=True, **k)
run("dpmpp-2m", lambda: d.DPMSolverMultistepScheduler(**a, solver_order=2), **k)
run("unipc", lambda: d.UniPCMultistepScheduler(**a, solver_order=2), **k)

# Flows.
for shift in (1.0, 3.0):
    for spacing in ("linspace", "karras", "exponential"):
        extra = {} if spacing == "linspace" else spaced(spacing)
        run("flow-euler", lambda: d.FlowMatchEulerDiscreteScheduler(num_train_timesteps=T, shift=shift, **extra),
            schedule="flow", prediction="flow", spacing=spacing, shift=shift, flow=True)
    a = dict(num_train_timesteps=T, prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=shift,
             solver_order=2)
    k = dict(schedule="flow", prediction="flow", spacing="linspace", shift=shift, flow=True)
    run("dpmpp-2m", lambda: d.DPMSolverMultistepScheduler(**a), **k)
    run("unipc", lambda: d.UniPCMultistepScheduler(**a), **k)

out = Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
tensors["means"] = MEANS
meta = {"cases": json.dumps(cases), "weights": json.dumps(list(WEIGHTS)), "spread": str(SPREAD), "nTrain": str(T),
        "made with": f"diffusers {d.__version__}, torch {torch.__version__}"}
save_file({k: np.ascontiguousarray(v, dtype=np.float64) for k, v in tensors.items()}, out / "solvers.safetensors", metadata=meta)
print(len(cases), "cases", (out / "solvers.safetensors").stat().st_size, "bytes")
