# SPDX-License-Identifier: Apache-2.0
"""Golden data for core/trace/experts: what every chosen expert of the mixtures in models.py does, by transformers.

Writes tests/golden/trace/experts.safetensors with, for each model with experts (the first run of it, last position,
its first choice), experts in the router's order, best first:
  <run>/chosen   i32 [nLayer, k]
  <run>/weights  f32 [nLayer, k]     what the router multiplies each with
  <run>/logits   f32 [nLayer, k]     what each adds to the logit, the final norm's scale frozen: transformers' own experts
                                     called with that expert alone
  <run>/post     f32 [nLayer, k, F]  activations of its neurons (the input of its down projection)
Their sum is checked against <run>/mlps of lens.safetensors.
Made with torch 2.15.0, transformers 5.23.0 (eager experts, float32, CPU, one thread).
Run: python experts.py
"""
import numpy as np
import safetensors.numpy
import torch
import transformers

import lens
import models


def alone(module, x, expert, weight):
    """One expert's weighted output and its neurons; x: [1, E]."""
    seen, linear, gate = [], torch.nn.functional.linear, getattr(module, "_apply_gate", None)

    def listen(v, w, *rest):
        seen.append(v.detach())
        return linear(v, w, *rest)

    torch.nn.functional.linear = listen
    if gate is not None and not hasattr(module, "act_fn"):  # gpt-oss multiplies without linear()
        module._apply_gate = lambda v: seen.append(gate(v)) or seen[-1]
    try:
        out = module(x, torch.tensor([[expert]]), torch.tensor([[weight]]))
    finally:
        torch.nn.functional.linear = linear
        if gate is not None and not hasattr(module, "act_fn"):
            del module._apply_gate
    return out[0], seen[-1].reshape(-1)


def main():
    torch.set_num_threads(1)
    golden = safetensors.numpy.load_file(lens.OUT / "lens.safetensors")
    data = {}
    for s in models.SPECS:
        run, (n_tok, _) = next(iter(s["runs"].items()))
        model = models.make(s)
        mixtures = [m for name, m in model.named_modules() if name.endswith(".experts")]
        if not mixtures:
            continue
        calls = []
        for m in mixtures:
            m.register_forward_hook(lambda m, i, o: calls.append((m, *(x.detach() for x in i))))
        streams = lens.Streams(s, model)
        ids = torch.randint(2, models.V, (1, n_tok), generator=torch.Generator().manual_seed(7))
        with torch.no_grad():
            logits = model(ids, use_cache=False).logits[0]
            token = int(logits[-1].argmax())
            u = model.get_output_embeddings().weight[token].double() / getattr(model.config, "logits_scaling", 1.0)
            through, _ = lens.frozen(streams.norm, streams.layers[-1]["resid"][-1].double(), s["arch"])
            got = {"chosen": [], "weights": [], "logits": [], "post": []}
            for module, x, chosen, weights in list(calls):
                parts = [alone(module, x[-1:], int(e), float(w)) for e, w in zip(chosen[-1], weights[-1])]
                got["chosen"].append(chosen[-1].numpy())
                got["weights"].append(weights[-1].numpy())
                got["logits"].append([float(u @ through(out.double() * streams.mult)) for out, _ in parts])
                got["post"].append(torch.stack([post for _, post in parts]).numpy())
        worst = np.abs(np.sum(got["logits"], axis=1) - golden[f"{run}/mlps"]).max()
        assert worst < 1e-4, f"{run}: the experts are not their layer: {worst}"
        for key, value in got.items():
            data[f"{run}/{key}"] = np.ascontiguousarray(np.asarray(value), np.int32 if key == "chosen" else np.float32)
        print(f"{run:16} {[v.shape for k, v in data.items() if k.startswith(run + '/')]} off by {worst:.1e}")
    meta = dict(torch=torch.__version__.split("+")[0], transformers=transformers.__version__, generator="tests/golden/generators/experts.py")
    safetensors.numpy.save_file(data, lens.OUT / "experts.safetensors", metadata=meta)
    print((lens.OUT / "experts.safetensors").stat().st_size // 1024, "KB")


if __name__ == "__main__":
    main()
