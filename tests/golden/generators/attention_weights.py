# SPDX-License-Identifier: Apache-2.0
"""Golden data for core/trace: the attention weights transformers computes with the models of models.py.

Writes tests/golden/trace/attention.safetensors: for every run of models.py and every layer i the tensor
"<run>/blocks.<i>.attn.hook_pattern", f32 [H, T, T], eager attention, after the softmax (an attention sink's own column
is dropped, so that rows of gpt-oss sum to less than 1).
Made with torch 2.15.0, transformers 5.23.0 (eager attention, float32, CPU, one thread).
Run: python attention_weights.py       (the models must be those of tests/golden/models: same seeds, same versions)
"""
import pathlib

import numpy as np
import safetensors.numpy
import torch
import transformers

import models

OUT = pathlib.Path(__file__).resolve().parent.parent / "trace"


def main():
    torch.set_num_threads(1)
    OUT.mkdir(exist_ok=True)
    got = {}
    for s in models.SPECS:
        model = models.make(s)
        for run, (n_tok, _) in s["runs"].items():
            ids = torch.randint(2, models.V, (1, n_tok), generator=torch.Generator().manual_seed(7))
            known = safetensors.numpy.load_file(models.OUT / f"{run}.safetensors")
            assert (known["tokens"] == ids[0].numpy()).all(), run
            with torch.no_grad():
                out = model(ids, use_cache=False, output_attentions=True)
            difference = np.abs(out.logits[0].numpy() - known["hook_logits"]).max()
            assert difference < 1e-4, f"{run}: these are not the committed model's weights ({difference})"
            for i, a in enumerate(out.attentions):
                got[f"{run}/blocks.{i}.attn.hook_pattern"] = np.ascontiguousarray(a[0].numpy(), np.float32)
            sums = torch.stack([a[0].sum(-1) for a in out.attentions])
            print(f"{run:18} layers {len(out.attentions)}  row sums {float(sums.min()):.4f} to {float(sums.max()):.4f}  "
                  f"mean top weight {float(torch.stack([a[0].max(-1).values.mean() for a in out.attentions]).mean()):.2f}")
    meta = dict(torch=torch.__version__.split("+")[0], transformers=transformers.__version__,
                generator="tests/golden/generators/attention_weights.py")
    safetensors.numpy.save_file(got, OUT / "attention.safetensors", metadata=meta)


if __name__ == "__main__":
    main()
