# SPDX-License-Identifier: Apache-2.0
"""Golden data for core/model: tiny random models of every architecture and what transformers computes with them.

Writes into tests/golden/models, for each entry of SPECS, <name>.gguf (F32 weights) and <run>.safetensors: the token
ids, the logits of every position and intermediates named as core/model/observer.h names them, all f32.
Made with torch 2.15.0, transformers 5.23.0, gguf 0.19.0 (eager attention, float32, CPU, one thread).
Run: python models.py [name ...]       (see models_convert.py for the converter)
"""
import json
import pathlib
import sys

import numpy as np
import safetensors.numpy
import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM

import models_convert as mc

OUT = pathlib.Path(__file__).resolve().parent.parent / "models"
V, E = 128, 32

BASE = dict(vocab_size=V, hidden_size=E, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4,
            num_key_value_heads=2, max_position_embeddings=64, bos_token_id=0, eos_token_id=1, pad_token_id=None,
            tie_word_embeddings=True, attention_dropout=0.0)
LLAMA3 = dict(rope_type="llama3", rope_theta=500000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=16)
# A small base and a longer original context put several dimensions on YaRN's ramp.
YARN = dict(rope_type="yarn", rope_theta=100.0, factor=4.0, original_max_position_embeddings=64, beta_fast=4.0, beta_slow=1.0)
PLAIN = dict(rope_type="default", rope_theta=10000.0)


def spec(name, arch, hf, n_tok=20, n_ctx=64, gain=1.2, keys=None, runs=None, **cfg):
    extra = {k: cfg.pop(k) for k in ("n_ff", "mxfp4", "seed") if k in cfg}
    return dict(name=name, arch=arch, hf=hf, gain=gain, keys=keys or {}, cfg=BASE | dict(rope_parameters=PLAIN) | cfg,
                runs=runs or {name: (n_tok, n_ctx)}, **extra)


def longrope(dim):
    return dict(rope_type="longrope", rope_theta=10000.0, original_max_position_embeddings=16, factor=4.0,
                attention_factor=float(np.sqrt(1 + np.log(4.0) / np.log(16.0))),
                short_factor=[round(1.0 + 0.1 * i, 3) for i in range(dim // 2)],
                long_factor=[round(1.5 + 1.3 * i, 3) for i in range(dim // 2)])


MOE_KEYS = {"expert_count": 6, "expert_used_count": 2}
SPECS = [
    spec("llama", "llama", "llama", tie_word_embeddings=False),
    spec("llama3-rope", "llama", "llama", rope_parameters=LLAMA3, attention_bias=True, mlp_bias=True),
    spec("llama-linear", "llama", "llama", rope_parameters=dict(rope_type="linear", rope_theta=10000.0, factor=4.0), num_hidden_layers=2),
    spec("llama-yarn", "llama", "llama", rope_parameters=YARN, num_hidden_layers=2),
    spec("mistral-window", "llama", "mistral", sliding_window=9, head_dim=16, keys={"attention.sliding_window": 9}),
    spec("mistral3", "mistral3", "ministral3", head_dim=16, rope_parameters=YARN | dict(original_max_position_embeddings=16, mscale=1.0, mscale_all_dim=0.5, llama_4_scaling_beta=0.3)),
    spec("mixtral", "llama", "mixtral", num_local_experts=6, num_experts_per_tok=2, intermediate_size=24, sliding_window=None,
         keys=MOE_KEYS, tie_word_embeddings=False, num_hidden_layers=2, seed=5),
    spec("qwen2", "qwen2", "qwen2"),
    spec("qwen3", "qwen3", "qwen3", head_dim=32, num_attention_heads=2, num_key_value_heads=1, rope_parameters=PLAIN | dict(rope_theta=1e6)),
    spec("qwen3-yarn", "qwen3", "qwen3", head_dim=16, rope_parameters=YARN, num_hidden_layers=2),
    spec("qwen3moe", "qwen3moe", "qwen3_moe", head_dim=16, num_experts=6, num_experts_per_tok=3, moe_intermediate_size=16,
         norm_topk_prob=True, num_hidden_layers=2, keys={"expert_count": 6, "expert_used_count": 3, "expert_feed_forward_length": 16}),
    spec("gpt-oss", "gpt-oss", "gpt_oss", head_dim=16, num_local_experts=4, num_experts_per_tok=2, intermediate_size=32, sliding_window=9,
         rope_parameters=YARN | dict(truncate=False),
         keys={"expert_count": 4, "expert_used_count": 2, "attention.sliding_window": 9, "expert_feed_forward_length": 32}),
    spec("gpt-oss-mxfp4", "gpt-oss", "gpt_oss", head_dim=16, num_local_experts=4, num_experts_per_tok=2, intermediate_size=32, sliding_window=9,
         rope_parameters=YARN | dict(truncate=False), mxfp4=True, num_hidden_layers=2,
         keys={"expert_count": 4, "expert_used_count": 2, "attention.sliding_window": 9, "expert_feed_forward_length": 32}),
    spec("gemma", "gemma", "gemma", head_dim=16, num_key_value_heads=1, num_hidden_layers=2),
    spec("gemma2", "gemma2", "gemma2", head_dim=32, num_attention_heads=2, num_key_value_heads=1, sliding_window=9, query_pre_attn_scalar=32,
         attn_logit_softcapping=3.0, final_logit_softcapping=4.0,
         keys={"attention.sliding_window": 9, "attn_logit_softcapping": 3.0, "final_logit_softcapping": 4.0}),
    spec("gemma3", "gemma3", "gemma3_text", head_dim=16, num_key_value_heads=1, num_hidden_layers=6, sliding_window=9, query_pre_attn_scalar=16,
         intermediate_size=32, layer_types=["sliding_attention"] * 5 + ["full_attention"],
         rope_parameters=dict(full_attention=dict(rope_type="linear", rope_theta=1e6, factor=8.0), sliding_attention=PLAIN),
         keys={"attention.sliding_window": 9}),
    spec("phi3", "phi3", "phi3", sliding_window=9, tie_word_embeddings=False, num_key_value_heads=4, keys={"attention.sliding_window": 9}),
    spec("phi4", "phi3", "phi3", rope_parameters=longrope(6) | dict(partial_rotary_factor=0.75),
         original_max_position_embeddings=16, runs={"phi4": (20, 64), "phi4-short": (14, 16)}),
    spec("smollm3", "smollm3", "smollm3", num_hidden_layers=5),
    spec("olmo2", "olmo2", "olmo2"),
    spec("olmo3", "olmo2", "olmo3", sliding_window=9, num_hidden_layers=4,
         rope_parameters=dict(full_attention=YARN, sliding_attention=PLAIN | dict(rope_theta=100.0)),
         layer_types=["sliding_attention", "full_attention", "sliding_attention", "full_attention"],
         keys={"attention.sliding_window": 9, "attention.sliding_window_pattern": [True, False, True, False]}),
    spec("granite", "granite", "granite", embedding_multiplier=3.0, logits_scaling=2.5, residual_multiplier=0.4, attention_multiplier=0.2,
         keys={"embedding_scale": 3.0, "logit_scale": 2.5, "residual_scale": 0.4, "attention.scale": 0.2}),
    spec("granitemoe", "granitemoe", "granitemoe", num_hidden_layers=2, num_local_experts=6, num_experts_per_tok=2, intermediate_size=24,
         embedding_multiplier=3.0, logits_scaling=2.5, residual_multiplier=0.4, attention_multiplier=0.2,
         keys=MOE_KEYS | {"embedding_scale": 3.0, "logit_scale": 2.5, "residual_scale": 0.4, "attention.scale": 0.2}),
    spec("gpt2", "gpt2", "gpt2", n_ff=128),
    spec("gptneox", "gptneox", "gpt_neox", rope_parameters=PLAIN | dict(partial_rotary_factor=0.5), num_key_value_heads=4, num_hidden_layers=2,
         hidden_act="gelu", tie_word_embeddings=False, keys={"use_parallel_residual": True}),
    spec("gptneox-serial", "gptneox", "gpt_neox", rope_parameters=PLAIN | dict(partial_rotary_factor=0.5), num_key_value_heads=4, num_hidden_layers=2,
         hidden_act="gelu", tie_word_embeddings=False, use_parallel_residual=False, keys={"use_parallel_residual": False}),
    spec("phi2", "phi2", "phi", rope_parameters=PLAIN | dict(partial_rotary_factor=0.5), num_key_value_heads=4, num_hidden_layers=2,
         hidden_act="gelu_new", tie_word_embeddings=False),
    spec("olmoe", "olmoe", "olmoe", num_experts=6, num_experts_per_tok=3, norm_topk_prob=False, intermediate_size=16, num_hidden_layers=2,
         keys={"expert_count": 6, "expert_used_count": 3}),
    spec("stablelm", "stablelm", "stablelm", rope_parameters=PLAIN | dict(partial_rotary_factor=0.5)),
    spec("stablelm-parallel", "stablelm", "stablelm", rope_parameters=PLAIN | dict(partial_rotary_factor=0.5), use_qkv_bias=True,
         use_parallel_residual=True, num_hidden_layers=2),
    spec("starcoder2", "starcoder2", "starcoder2", sliding_window=9, keys={"attention.sliding_window": 9}),
]


def make(s):
    cfg = dict(s["cfg"])
    if s["hf"] == "gpt2":
        cfg = dict(vocab_size=V, n_embd=E, n_layer=3, n_head=4, n_positions=64, bos_token_id=0, eos_token_id=1)
    if s["arch"] == "gemma3":
        cfg.pop("max_position_embeddings")
        cfg["max_position_embeddings"] = 128
    config = AutoConfig.for_model(s["hf"], **cfg)
    config._attn_implementation = "eager"
    config._experts_implementation = "eager"
    torch.manual_seed(s.get("seed", 1000 + sum(map(ord, s["name"]))))
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()
    # The usual initialisation is so small that a wrong block hardly shows, and leaves biases and norms at 0 and 1.
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn_like(p)
            if "norm" in name or ".ln_" in name or "layernorm" in name:
                center = 0.0 if (s["arch"] in mc.GEMMA or name.endswith("bias")) else 1.0
                p.copy_(center + 0.3 * noise)
            elif name.endswith("bias") or name.endswith("sinks"):
                p.copy_((1.0 if name.endswith("sinks") else 0.3) * noise)
            elif "embed_" in name and "out" not in name or "wte" in name or "wpe" in name:
                p.copy_((0.3 if s["arch"] in mc.GEMMA else 1.0) * noise)
            elif p.ndim >= 2:
                fan_in = p.shape[0] if p.ndim == 2 and s["arch"] == "gpt2" else p.shape[-1]
                if p.ndim == 3 and s["arch"] == "gpt-oss":
                    fan_in = p.shape[1]
                sharp = 2.0 if ("router" in name or name.endswith("mlp.gate.weight")) else s["gain"]
                p.copy_(sharp / fan_in**0.5 * noise)
            else:
                raise SystemExit(f"{name}: what is it?")
    if s.get("mxfp4"):
        mc.round_to_mxfp4(model)
    return model


class Capture:
    """Forward hooks that note intermediates under our names."""

    def __init__(self, s, model):
        self.s, self.model, self.got = s, model, {}
        c, arch = model.config, s["arch"]
        self.n_head = c.num_attention_heads
        self.n_kv = getattr(c, "num_key_value_heads", None) or self.n_head
        mult = getattr(c, "residual_multiplier", 1.0)
        trunk = next(getattr(model, k) for k in ("model", "transformer", "gpt_neox") if hasattr(model, k))
        layers = getattr(trunk, "h", None) or trunk.layers
        last = len(layers) - 1
        for i, layer in enumerate(layers):
            b = f"blocks.{i}."
            mods = dict(layer.named_modules())
            attn = next(mods[k] for k in ("self_attn", "attn", "attention") if k in mods)
            self.out(layer, b + "hook_resid_post")
            if i == 0:
                self.inp(layer, b + "hook_resid_pre")
            post_norm = arch in ("gemma2", "gemma3", "olmo2")
            self.out(mods["post_attention_layernorm"] if post_norm else attn, b + "hook_attn_out", mult)
            mlp = mods.get("post_feedforward_layernorm") if post_norm else mods.get("mlp", mods.get("block_sparse_moe"))
            self.out(mlp, b + "hook_mlp_out", mult)
            if i not in (0, last):
                continue
            names = dict(attn.named_modules())
            self.inp(next(names[k] for k in ("o_proj", "c_proj", "dense") if k in names), b + "attn.hook_z")
            fused = [names[k] for k in ("qkv_proj", "c_attn", "query_key_value") if k in names]
            if fused:
                self.fused(fused[0], b, getattr(attn, "head_dim", E // self.n_head))
                continue
            for x, n in (("q", self.n_head), ("k", self.n_kv)):
                self.out(names.get(f"{x}_norm", names[f"{x}_proj"]), b + f"attn.hook_{x}", n_head=n)
            self.out(names["v_proj"], b + "attn.hook_v")
        self.out(next(getattr(trunk, k) for k in ("norm", "ln_f", "final_layer_norm", "final_layernorm") if hasattr(trunk, k)),
                 "ln_final.hook_normalized")

    def keep(self, name, x, mult=1.0, n_head=0):
        x = (x[0] if isinstance(x, tuple) else x).detach().numpy().astype(np.float32) * np.float32(mult)
        x = x.reshape(-1, int(x.size // self.n_tok)) if not n_head else x
        if n_head:  # [1, T, H * D], or after a norm by head [1, T, H, D] or [1, H, T, D]
            if x.ndim == 4 and x.shape[1] == n_head and x.shape[2] == self.n_tok and n_head != self.n_tok:
                x = x.transpose(0, 2, 1, 3)
            x = x.reshape(self.n_tok, -1)
            if self.s["arch"] in mc.INTERLEAVED:
                x = mc.permute(x, n_head, axis=1)
        self.got[name] = np.ascontiguousarray(x)

    def out(self, module, name, mult=1.0, n_head=0):
        module.register_forward_hook(lambda m, i, o: self.keep(name, o, mult, n_head))

    def inp(self, module, name):
        module.register_forward_pre_hook(lambda m, i: self.keep(name, i))

    def fused(self, module, b, d):
        cut = [self.n_head * d, (self.n_head + self.n_kv) * d]

        def hook(m, i, o):
            all_of_it = o.detach().numpy()[0]
            if self.s["arch"] == "gptneox":
                all_of_it = mc.split_heads(all_of_it, self.n_head, axis=1)
            for x, part in zip("qkv", np.split(all_of_it, cut, axis=1)):
                self.got[b + f"attn.hook_{x}"] = np.ascontiguousarray(part, np.float32)

        module.register_forward_hook(hook)

    def router_margin(self, threshold=1e-3):
        """Smallest gap between the last chosen and the first left-out expert: a tie would make the data fragile."""
        gaps = []

        def hook(m, i, o):
            logits = (o[0] if isinstance(o, tuple) else o).detach()
            top = logits.reshape(-1, logits.shape[-1]).sort(descending=True).values
            k = self.model.config.num_experts_per_tok
            gaps.append(float((top[:, k - 1] - top[:, k]).min()))

        for name, m in self.model.named_modules():
            if name.endswith(("mlp.router", "mlp.gate", "block_sparse_moe.router")):
                m.register_forward_hook(hook)
        return gaps


def main(names):
    torch.set_num_threads(1)
    OUT.mkdir(exist_ok=True)
    for s in SPECS:
        if names and s["name"] not in names:
            continue
        model = make(s)
        mc.convert(s, model, OUT / f"{s['name']}.gguf")
        capture = Capture(s, model)
        gaps = capture.router_margin()
        for run, (n_tok, n_ctx) in s["runs"].items():
            capture.got, capture.n_tok = {}, n_tok
            ids = torch.randint(2, V, (1, n_tok), generator=torch.Generator().manual_seed(7))
            with torch.no_grad():
                logits = model(ids, use_cache=False).logits[0].numpy().astype(np.float32)
            got = capture.got | {"hook_logits": np.ascontiguousarray(logits), "tokens": ids[0].numpy().astype(np.int32)}
            meta = dict(model=s["name"], nCtx=str(n_ctx), torch=torch.__version__.split("+")[0],
                        transformers=transformers.__version__, generator="tests/golden/generators/models.py")
            safetensors.numpy.save_file(got, OUT / f"{run}.safetensors", metadata=meta)
            probs = torch.tensor(logits).softmax(-1)
            print(f"{run:18} gguf {(OUT / (s['name'] + '.gguf')).stat().st_size // 1024:4} KB  golden "
                  f"{(OUT / (run + '.safetensors')).stat().st_size // 1024:4} KB  |logits| {np.abs(logits).mean():.2f}  "
                  f"top p {float(probs.max(-1).values.mean()):.2f}  router gap {min(gaps) if gaps else float('nan'):.4f}", flush=True)
            assert not gaps or min(gaps) > 1e-4, "a router decision is too close; change the seed"


if __name__ == "__main__":
    main(sys.argv[1:])
