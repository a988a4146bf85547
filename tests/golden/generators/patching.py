# SPDX-License-Identifier: Apache-2.0
"""Golden data for core/trace: activation patching of single heads, by transformers.

Writes tests/golden/trace/patching.safetensors with, for each model of RUNS (of models.SPECS):
  <name>/clean, <name>/corrupt  i32 [T]               two prompts that differ at one position
  <name>/answers                i32 [2]               the tokens the two runs prefer most differently
  <name>/differences            f32 [2]               logit(A) - logit(B) at the last position, clean and corrupt
  <name>/heads                  f32 [nLayer, nHead]   (patched - corrupt) / (clean - corrupt), a head's output (what goes
                                                      into the output projection) taken from the clean run everywhere
  <name>/last                   f32 [nLayer, nHead]   the same at the last position only
Made with torch 2.15.0, transformers 5.23.0 (eager attention, float32, CPU, one thread).
Run: python patching.py
"""
import numpy as np
import safetensors.numpy
import torch
import transformers

import lens
import models

RUNS = ["llama", "gemma2", "gpt2", "gptneox", "mixtral", "olmo2"]
N_TOKEN, CHANGED = 12, 5


def main():
    torch.set_num_threads(1)
    data = {}
    for s in models.SPECS:
        name = s["name"]
        if name not in RUNS:
            continue
        model = models.make(s)
        streams = lens.Streams(s, model)
        clean = torch.randint(2, models.V, (1, N_TOKEN), generator=torch.Generator().manual_seed(11))
        corrupt = clean.clone()
        corrupt[0, CHANGED] = (clean[0, CHANGED] + 40) % models.V
        n_layer, n_head = len(streams.layers), model.config.num_attention_heads

        def run(ids):
            with torch.no_grad():
                return model(ids, use_cache=False).logits[0, -1].double()

        logits = run(clean)
        z = [rec["z"].clone() for rec in streams.layers]
        gain = logits - run(corrupt)
        answers = [int(gain.argmax()), int(gain.argmin())]
        difference = lambda x: float(x[answers[0]] - x[answers[1]])
        c, k = difference(logits), difference(run(corrupt))

        def patched(layer, head, rows):
            def swap(module, inputs):
                x = inputs[0].clone()
                d = x.shape[-1] // n_head
                x.reshape(-1, x.shape[-1])[rows, head * d:(head + 1) * d] = z[layer][rows, head * d:(head + 1) * d]
                return (x,) + tuple(inputs[1:])

            hook = streams.layers[layer]["o"].register_forward_pre_hook(swap)
            value = (difference(run(corrupt)) - k) / (c - k)
            hook.remove()
            return value

        grid = lambda rows: np.array([[patched(i, h, rows) for h in range(n_head)] for i in range(n_layer)], np.float32)
        data[f"{name}/clean"], data[f"{name}/corrupt"] = (x[0].numpy().astype(np.int32) for x in (clean, corrupt))
        data[f"{name}/answers"] = np.array(answers, np.int32)
        data[f"{name}/differences"] = np.array([c, k], np.float32)
        data[f"{name}/heads"] = grid(slice(None))
        data[f"{name}/last"] = grid(slice(N_TOKEN - 1, N_TOKEN))
        print(f"{name:10} {c:8.3f} {k:8.3f}  heads {np.abs(data[f'{name}/heads']).max():.3f}", flush=True)
    meta = dict(torch=torch.__version__.split("+")[0], transformers=transformers.__version__, generator="tests/golden/generators/patching.py")
    safetensors.numpy.save_file(data, lens.OUT / "patching.safetensors", metadata=meta)


if __name__ == "__main__":
    main()
