# SPDX-License-Identifier: Apache-2.0
"""Golden data for core/trace: the logit lens and direct logit attribution of the models of models.py, by transformers.

Writes tests/golden/trace/lens.safetensors with, for each entry of models.SPECS (runs of their first cache size):
  <run>/lens        f32 [1 + nLayer, 3, V]  logits of head(norm(stream)): the input of layer 0, then each layer's output,
                                            at the first, the middle and the last position
  <run>/heads       f32 [nLayer, nHead]     what every head adds to the logit of the last position's first choice, the
                                            scales of all norms after it frozen at their values
  <run>/mlps        f32 [nLayer]            the same of every MLP
  <run>/embedding   f32 [1]                 the same of the embedding (and learned positions)
  <run>/bias        f32 [nLayer + 1]        the same of every attention output bias, then of final norm and head
  <run>/total       f32 [1]                 that logit before any soft-cap; the sum of the above
Made with torch 2.15.0, transformers 5.23.0 (eager attention, float32, CPU, one thread).
Run: python lens.py
"""
import pathlib

import numpy as np
import safetensors.numpy
import torch
import transformers

import models
import models_convert as mc

OUT = pathlib.Path(__file__).resolve().parent.parent / "trace"


class Streams:
    """What every block reads and writes, by hooks; [T, ...] in float64 where sums are taken."""

    def __init__(self, s, model):
        self.layers, self.s = [], s
        trunk = next(getattr(model, k) for k in ("model", "transformer", "gpt_neox") if hasattr(model, k))
        self.norm = next(getattr(trunk, k) for k in ("norm", "ln_f", "final_layer_norm", "final_layernorm") if hasattr(trunk, k))
        self.post_norm = s["arch"] in ("gemma2", "gemma3", "olmo2")
        self.mult = getattr(model.config, "residual_multiplier", 1.0)
        for layer in getattr(trunk, "h", None) or trunk.layers:
            mods = dict(layer.named_modules())
            attn = next(mods[k] for k in ("self_attn", "attn", "attention") if k in mods)
            names = dict(attn.named_modules())
            o = next(names[k] for k in ("o_proj", "c_proj", "dense") if k in names)
            mlp = mods["post_feedforward_layernorm"] if self.post_norm else mods.get("mlp", mods.get("block_sparse_moe"))
            rec = {"o": o, "post": mods["post_attention_layernorm"] if self.post_norm else None}
            self.layers.append(rec)
            layer.register_forward_pre_hook(lambda m, i, rec=rec: rec.__setitem__("pre", first(i)))
            layer.register_forward_hook(lambda m, i, out, rec=rec: rec.__setitem__("resid", first(out)))
            o.register_forward_pre_hook(lambda m, i, rec=rec: rec.__setitem__("z", first(i)))
            mlp.register_forward_hook(lambda m, i, out, rec=rec: rec.__setitem__("mlp", first(out)))


def first(x):
    x = (x[0] if isinstance(x, tuple) else x).detach()
    return x.reshape(-1, x.shape[-1])


def head(model, x):
    """Final norm's output -> logits, as the model does after it."""
    out = model.get_output_embeddings()(x) / getattr(model.config, "logits_scaling", 1.0)
    cap = getattr(model.config, "final_logit_softcapping", None)
    return out if not cap else cap * torch.tanh(out / cap)


def frozen(norm, x, arch):
    """v -> norm's linear part with the scale it has at x, and its constant. x: [E]."""
    centred = norm.__class__.__name__.endswith("LayerNorm") and getattr(norm, "bias", None) is not None
    weight = norm.weight.detach().double() + (1.0 if arch in mc.GEMMA else 0.0)
    eps = next(getattr(norm, k) for k in ("eps", "variance_epsilon") if hasattr(norm, k))
    mid = (lambda v: v - v.mean()) if centred else (lambda v: v)
    scale = 1.0 / torch.sqrt((mid(x) ** 2).mean() + eps)
    return lambda v: mid(v) * scale * weight, (norm.bias.detach().double() if centred else torch.zeros_like(x))


def attribute(s, model, st, logits):
    """Of the last position's first choice."""
    token = int(logits[-1].argmax())
    out = model.get_output_embeddings()
    scaling = getattr(model.config, "logits_scaling", 1.0)
    u = out.weight.detach()[token].double() / scaling
    through, const = frozen(st.norm, st.layers[-1]["resid"][-1].double(), s["arch"])
    to_logit = lambda v: float(u @ through(v))
    n_head = model.config.num_attention_heads
    heads, mlps, bias = [], [], []
    for rec in st.layers:
        w = rec["o"].weight.detach().double()
        w = w.T if s["arch"] == "gpt2" else w  # GPT-2 stores [in, out]
        b = rec["o"].bias
        b = torch.zeros(w.shape[0]).double() if b is None else b.detach().double()
        z = rec["z"][-1].double()
        d = z.shape[0] // n_head
        parts = [w[:, h * d:(h + 1) * d] @ z[h * d:(h + 1) * d] for h in range(n_head)]
        post = (lambda v: v) if rec["post"] is None else frozen(rec["post"], sum(parts) + b, s["arch"])[0]
        heads.append([to_logit(post(p) * st.mult) for p in parts])
        bias.append(to_logit(post(b) * st.mult))
        mlps.append(to_logit(rec["mlp"][-1].double() * st.mult))
    bias.append(float(u @ const) + (float(out.bias[token]) / scaling if getattr(out, "bias", None) is not None else 0.0))
    embedding = to_logit(st.layers[0]["pre"][-1].double())
    parts = [np.float64(embedding), np.sum(heads), np.sum(mlps), np.sum(bias)]
    return dict(heads=heads, mlps=mlps, bias=bias, embedding=[embedding], total=[float(sum(parts))])


def main():
    torch.set_num_threads(1)
    OUT.mkdir(exist_ok=True)
    data = {}
    for s in models.SPECS:
        run, (n_tok, _) = next(iter(s["runs"].items()))
        model = models.make(s)
        st = Streams(s, model)
        ids = torch.randint(2, models.V, (1, n_tok), generator=torch.Generator().manual_seed(7))
        with torch.no_grad():
            logits = model(ids, use_cache=False).logits[0]
            at = [0, n_tok // 2, n_tok - 1]
            rows = [st.layers[0]["pre"]] + [rec["resid"] for rec in st.layers]
            lens = np.stack([head(model, st.norm(x[at])).numpy() for x in rows]).astype(np.float32)
            parts = attribute(s, model, st, logits)
        committed = safetensors.numpy.load_file(models.OUT / f"{run}.safetensors")["hook_logits"]
        assert np.abs(committed - logits.numpy()).max() < 1e-4, f"{run}: not the committed model"
        assert np.abs(lens[-1] - logits.numpy()[at]).max() < 1e-4, f"{run}: the last row is not the model's answer"
        cap = getattr(model.config, "final_logit_softcapping", None)
        total = parts["total"][0] if not cap else float(cap * np.tanh(parts["total"][0] / cap))
        assert abs(total - float(logits[-1].max())) < 1e-4, f"{run}: attribution does not add up: {total} {float(logits[-1].max())}"
        data[f"{run}/lens"] = lens
        for key, value in parts.items():
            data[f"{run}/{key}"] = np.asarray(value, np.float32)
        print(f"{run:18} total {parts['total'][0]:8.4f}  heads {np.abs(parts['heads']).sum():7.3f}", flush=True)
    meta = dict(torch=torch.__version__.split("+")[0], transformers=transformers.__version__, generator="tests/golden/generators/lens.py")
    safetensors.numpy.save_file(data, OUT / "lens.safetensors", metadata=meta)
    print((OUT / "lens.safetensors").stat().st_size // 1024, "KB")


if __name__ == "__main__":
    main()
