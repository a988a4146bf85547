# SPDX-License-Identifier: Apache-2.0
"""From a transformers model to a GGUF file in F32: our own converter, for golden data only.

Tensor and key names are those of the GGUF format (gguf.constants). Three things are not copies:
  - rotary layout: architectures whose rotary pairs are neighbours in GGUF (llama, mistral3, granite, granitemoe,
    smollm3) store the rows of Q and K of each head permuted: HF has pairs (i, i + D/2), GGUF (2i, 2i + 1);
  - Gemma's norm weights are stored plus one;
  - experts: HF keeps gate and up in one tensor, GGUF in two.
"""
import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFWriter, TokenType
from gguf.quants import dequantize, quantize

INTERLEAVED = {"llama", "mistral3", "granite", "granitemoe", "smollm3"}
GEMMA = {"gemma", "gemma2", "gemma3"}


def permute(x, n_head, axis=0):
    """Rows (axis 0) or columns (axis 1) of Q or K from pairs (i, i + D/2) to pairs (2i, 2i + 1)."""
    x = np.moveaxis(x, axis, 0)
    shape = x.shape
    x = x.reshape(n_head, 2, shape[0] // n_head // 2, *shape[1:]).swapaxes(1, 2).reshape(shape)
    return np.moveaxis(x, 0, axis)


def split_heads(x, n_head, axis=0):
    """GPT-NeoX's fused rows (or columns) run [head, q | k | v, D]; GGUF has all of q, then k, then v."""
    x = np.moveaxis(x, axis, 0)
    x = x.reshape(n_head, 3, -1, *x.shape[1:]).swapaxes(0, 1).reshape(x.shape)
    return np.moveaxis(x, 0, axis)


def write_tokenizer(w, n_vocab):
    """The smallest byte-level BPE that is valid: <s>, </s>, printable ASCII, and a few merges."""
    tokens = ["<s>", "</s>"] + [chr(c) for c in range(33, 127)] + ["Ġ", "Ċ"]
    merges = []
    for pair in "t h,h e,i n,o n,a n,e r,r e,o s,a s,d e,Ġ a,Ġ o,Ġ t,Ġ d,Ġ s,e s,o r,a r,q u,e n,a d,o d,u m,o m,e m,Ġ e,Ġ c,Ġ m,Ġ p,c o".split(","):
        if len(tokens) == n_vocab:
            break
        merges.append(pair)
        tokens.append(pair.replace(" ", ""))
    assert len(tokens) == n_vocab, len(tokens)
    w.add_tokenizer_model("gpt2")
    w.add_tokenizer_pre("gpt-2")
    w.add_token_list(tokens)
    w.add_token_types([TokenType.CONTROL] * 2 + [TokenType.NORMAL] * (n_vocab - 2))
    w.add_token_merges(merges)
    w.add_bos_token_id(0)
    w.add_eos_token_id(1)
    w.add_add_bos_token(False)


def write_rope(w, arch, rope, head_dim, extra_tensors):
    """rope: transformers' rope_parameters of the layers that are not windowed."""
    w.add_float32(f"{arch}.rope.freq_base", float(rope["rope_theta"]))
    kind = rope.get("rope_type", "default")
    if kind == "default":
        return
    if kind in ("linear", "yarn", "longrope"):
        w.add_string(f"{arch}.rope.scaling.type", kind)
    if "original_max_position_embeddings" in rope:
        w.add_uint32(f"{arch}.rope.scaling.original_context_length", rope["original_max_position_embeddings"])
    if kind in ("linear", "yarn"):
        w.add_float32(f"{arch}.rope.scaling.factor", float(rope["factor"]))
    if kind == "yarn":
        w.add_float32(f"{arch}.rope.scaling.yarn_beta_fast", float(rope.get("beta_fast", 32)))
        w.add_float32(f"{arch}.rope.scaling.yarn_beta_slow", float(rope.get("beta_slow", 1)))
        if rope.get("mscale_all_dim"):
            w.add_float32(f"{arch}.rope.scaling.yarn_log_multiplier", float(rope["mscale_all_dim"]))
    if kind == "llama3":
        # Grattafiori et al. 2024, from the published formula: slow frequencies are divided by the factor, fast ones
        # kept, a ramp between; GGUF stores the divisors.
        n = head_dim
        inv = 1.0 / rope["rope_theta"] ** (np.arange(0, n, 2) / n)
        turns = rope["original_max_position_embeddings"] * inv / (2 * np.pi)
        low, high = rope["low_freq_factor"], rope["high_freq_factor"]
        smooth = np.clip((turns - low) / (high - low), 0, 1)
        extra_tensors["rope_freqs.weight"] = (1 / ((1 - smooth) / rope["factor"] + smooth)).astype(np.float32)
    if kind == "longrope":
        extra_tensors["rope_factors_long.weight"] = np.array(rope["long_factor"], np.float32)
        extra_tensors["rope_factors_short.weight"] = np.array(rope["short_factor"], np.float32)
        if "attention_factor" in rope:
            w.add_float32(f"{arch}.rope.scaling.attn_factor", float(rope["attention_factor"]))


def convert(spec, model, path):
    """spec: see models.py. Returns nothing; `path` is the GGUF file."""
    arch, c, sd = spec["arch"], model.config, model.state_dict()
    t = {}
    get = lambda name: sd[name].detach().numpy().astype(np.float32)
    n_layer = c.num_hidden_layers
    n_embd = c.hidden_size
    n_head = c.num_attention_heads
    n_kv = getattr(c, "num_key_value_heads", None) or n_head
    head_dim = getattr(c, "head_dim", None) or n_embd // n_head
    norm_shift = 1.0 if arch in GEMMA else 0.0

    def put(name, hf, transform=lambda x: x):
        for part in ("weight", "bias"):
            if f"{hf}.{part}" in sd:
                t[f"{name}.{part}"] = transform(get(f"{hf}.{part}"))

    def norm(name, hf):
        put(name, hf, lambda x: x + norm_shift)

    if arch == "gpt2":
        put("token_embd", "transformer.wte")
        put("position_embd", "transformer.wpe")
        put("output_norm", "transformer.ln_f")
        turn = lambda x: np.ascontiguousarray(x.T) if x.ndim == 2 else x  # Conv1D stores [in, out]
        for i in range(n_layer):
            b, h = f"blk.{i}.", f"transformer.h.{i}."
            put(b + "attn_norm", h + "ln_1")
            put(b + "attn_qkv", h + "attn.c_attn", turn)
            put(b + "attn_output", h + "attn.c_proj", turn)
            put(b + "ffn_norm", h + "ln_2")
            put(b + "ffn_up", h + "mlp.c_fc", turn)
            put(b + "ffn_down", h + "mlp.c_proj", turn)
    elif arch == "gptneox":
        put("token_embd", "gpt_neox.embed_in")
        put("output_norm", "gpt_neox.final_layer_norm")
        put("output", "embed_out")
        put("output", "lm_head")
        split = lambda x: np.ascontiguousarray(split_heads(x, n_head))
        for i in range(n_layer):
            b, h = f"blk.{i}.", f"gpt_neox.layers.{i}."
            put(b + "attn_norm", h + "input_layernorm")
            put(b + "attn_qkv", h + "attention.query_key_value", split)
            put(b + "attn_output", h + "attention.dense")
            put(b + "ffn_norm", h + "post_attention_layernorm")
            put(b + "ffn_up", h + "mlp.dense_h_to_4h")
            put(b + "ffn_down", h + "mlp.dense_4h_to_h")
    else:
        put("token_embd", "model.embed_tokens")
        put("output_norm", "model.final_layernorm")  # Phi-2
        norm("output_norm", "model.norm")
        if not c.tie_word_embeddings:
            put("output", "lm_head")
        inter = arch in INTERLEAVED
        q_rows = (lambda x: permute(x, n_head)) if inter else (lambda x: x)
        k_rows = (lambda x: permute(x, n_kv)) if inter else (lambda x: x)
        for i in range(n_layer):
            b, h = f"blk.{i}.", f"model.layers.{i}."
            put(b + "attn_q", h + "self_attn.q_proj", q_rows)
            put(b + "attn_k", h + "self_attn.k_proj", k_rows)
            put(b + "attn_v", h + "self_attn.v_proj")
            put(b + "attn_qkv", h + "self_attn.qkv_proj")
            put(b + "attn_output", h + "self_attn.o_proj")
            put(b + "attn_output", h + "self_attn.dense")  # Phi-2
            norm(b + "attn_q_norm", h + "self_attn.q_norm")
            norm(b + "attn_k_norm", h + "self_attn.k_norm")
            norm(b + "attn_norm", h + "input_layernorm")
            if h + "self_attn.sinks" in sd:
                t[b + "attn_sinks.weight"] = get(h + "self_attn.sinks")
            after = h + "post_attention_layernorm"
            if arch in ("gemma2", "gemma3"):
                norm(b + "post_attention_norm", after)
                norm(b + "ffn_norm", h + "pre_feedforward_layernorm")
                norm(b + "post_ffw_norm", h + "post_feedforward_layernorm")
            elif arch == "olmo2":
                norm(b + "post_attention_norm", after)
                norm(b + "post_ffw_norm", h + "post_feedforward_layernorm")
            elif arch == "gpt-oss":
                norm(b + "post_attention_norm", after)
            else:
                norm(b + "ffn_norm", after)
            put(b + "ffn_gate", h + "mlp.gate_proj")
            put(b + "ffn_up", h + "mlp.up_proj")
            put(b + "ffn_down", h + "mlp.down_proj")
            put(b + "ffn_up", h + "mlp.gate_up_proj")  # Phi-3: gate first
            put(b + "ffn_up", h + "mlp.c_fc")          # StarCoder 2
            put(b + "ffn_up", h + "mlp.fc1")           # Phi-2
            put(b + "ffn_down", h + "mlp.fc2")
            put(b + "ffn_down", h + "mlp.c_proj")
            experts(spec, sd, get, put, t, b, h)

    w = GGUFWriter(str(path), arch)
    w.add_name(f"golden {spec['name']}")
    w.add_file_type(38 if spec.get("mxfp4") else 0)
    w.add_uint32(f"{arch}.block_count", n_layer)
    w.add_uint32(f"{arch}.context_length", c.max_position_embeddings)
    w.add_uint32(f"{arch}.embedding_length", n_embd)
    w.add_uint32(f"{arch}.feed_forward_length", spec.get("n_ff") or c.intermediate_size)
    w.add_uint32(f"{arch}.attention.head_count", n_head)
    w.add_uint32(f"{arch}.attention.head_count_kv", n_kv)
    if head_dim * n_head != n_embd or arch in GEMMA or arch == "qwen3":
        w.add_uint32(f"{arch}.attention.key_length", head_dim)
        w.add_uint32(f"{arch}.attention.value_length", head_dim)
    layer_norm = arch in ("gpt2", "gptneox", "phi2", "stablelm", "starcoder2")
    eps = next(getattr(c, k) for k in ("rms_norm_eps", "layer_norm_epsilon", "layer_norm_eps", "norm_epsilon") if hasattr(c, k))
    w.add_float32(f"{arch}.attention.layer_norm_{'' if layer_norm else 'rms_'}epsilon", eps)
    extra = {}
    if arch != "gpt2":
        rope = c.rope_parameters
        if "full_attention" in rope:
            if arch == "gemma3":
                w.add_float32(f"{arch}.rope.freq_base_swa", float(rope["sliding_attention"]["rope_theta"]))
            rope = rope["full_attention"]
        n_rot = int(head_dim * rope.get("partial_rotary_factor", 1.0))
        w.add_uint32(f"{arch}.rope.dimension_count", n_rot)
        write_rope(w, arch, rope, n_rot, extra)
        if rope.get("llama_4_scaling_beta"):
            w.add_float32(f"{arch}.attention.temperature_scale", rope["llama_4_scaling_beta"])
    for key, value in spec.get("keys", {}).items():
        if isinstance(value, bool):
            w.add_bool(f"{arch}.{key}", value)
        elif isinstance(value, int):
            w.add_uint32(f"{arch}.{key}", value)
        elif isinstance(value, float):
            w.add_float32(f"{arch}.{key}", value)
        else:
            w.add_array(f"{arch}.{key}", value)
    write_tokenizer(w, c.vocab_size)
    for name, x in (extra | t).items():
        if spec.get("mxfp4") and "_exps.weight" in name:
            w.add_tensor(name, quantize(x, GGMLQuantizationType.MXFP4), raw_dtype=GGMLQuantizationType.MXFP4)
        else:
            w.add_tensor(name, np.ascontiguousarray(x, np.float32))
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def experts(spec, sd, get, put, t, b, h):
    """Router and experts of layer h, where it has any."""
    if h + "mlp.experts.gate_up_proj" not in sd and h + "block_sparse_moe.experts.gate_up_proj" not in sd:
        return
    m = h + ("mlp." if h + "mlp.experts.gate_up_proj" in sd else "block_sparse_moe.")
    router = "router" if m + "router.weight" in sd else "gate"
    put(b + "ffn_gate_inp", m + router)
    both, down = get(m + "experts.gate_up_proj"), get(m + "experts.down_proj")
    if spec["arch"] == "gpt-oss":  # [expert, in, out], gate and up alternating
        t[b + "ffn_gate_exps.weight"] = both[:, :, 0::2].transpose(0, 2, 1)
        t[b + "ffn_up_exps.weight"] = both[:, :, 1::2].transpose(0, 2, 1)
        t[b + "ffn_down_exps.weight"] = down.transpose(0, 2, 1)
        bias = get(m + "experts.gate_up_proj_bias")
        t[b + "ffn_gate_exps.bias"], t[b + "ffn_up_exps.bias"] = bias[:, 0::2], bias[:, 1::2]
        t[b + "ffn_down_exps.bias"] = get(m + "experts.down_proj_bias")
    else:  # [expert, out, in], gate first
        half = both.shape[1] // 2
        t[b + "ffn_gate_exps.weight"], t[b + "ffn_up_exps.weight"] = both[:, :half], both[:, half:]
        t[b + "ffn_down_exps.weight"] = down


def round_to_mxfp4(model):
    """Experts of gpt-oss become exactly what MXFP4 can hold, so that the reference runs on the same numbers."""
    for name, p in model.named_parameters():
        if name.endswith("gate_up_proj") or name.endswith("down_proj"):
            x = np.ascontiguousarray(p.detach().numpy().transpose(0, 2, 1))
            if name.endswith("gate_up_proj"):  # rows alternate gate and up: rounding is by row, so order is no matter
                pass
            y = dequantize(quantize(x, GGMLQuantizationType.MXFP4), GGMLQuantizationType.MXFP4).reshape(x.shape)
            with torch.no_grad():
                p.copy_(torch.from_numpy(np.ascontiguousarray(y.transpose(0, 2, 1))))
