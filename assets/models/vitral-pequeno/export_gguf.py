"""Writes the trained checkpoint as a GGUF file (Q8_0 matrices, F32 norms) and checks it by reading it back.

    python export_gguf.py --data DIR --checkpoint RUN/last.pt --out vitral-pequeno-q8_0.gguf

The check dequantises the file with the gguf package, runs a separate forward pass written from the GGUF conventions
(interleaved rotary pairs), and compares its logits with the PyTorch model's.
"""

import argparse
import json
import os

import gguf
import numpy as np
import torch
from tokenizers import Tokenizer

from dialogues import DEFAULT_SYSTEM
from model import Config, Model

TEMPLATE = (
    "{%- if messages[0]['role'] != 'system' -%}"
    "{{- '<|im_start|>system\\n" + DEFAULT_SYSTEM + "<|im_end|>\\n' -}}"
    "{%- endif -%}"
    "{%- for message in messages -%}"
    "{{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' -}}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}"
    "{{- '<|im_start|>assistant\\n' -}}"
    "{%- endif -%}"
)
NAMES = {"attn_norm": "attn_norm", "attn_q": "attn_q", "attn_k": "attn_k", "attn_v": "attn_v", "attn_output": "attn_output",
         "ffn_norm": "ffn_norm", "ffn_gate": "ffn_gate", "ffn_up": "ffn_up", "ffn_down": "ffn_down"}


def write(model: Model, tok_path: str, out: str, version: str):
    cfg = model.cfg
    w = gguf.GGUFWriter(out, "llama")
    w.add_name("Vitral Pequeno")
    w.add_basename("vitral-pequeno")
    w.add_version(version)
    w.add_size_label(f"{model.count() / 1e6:.1f}M")
    w.add_author("The Vitral authors")
    w.add_description("A tiny Portuguese and English chat model trained from scratch for the program Vitral.")
    w.add_license("apache-2.0")
    w.add_languages(["pt", "en"])
    w.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    w.add_quantization_version(2)
    w.add_context_length(cfg.context_length)
    w.add_embedding_length(cfg.dim)
    w.add_block_count(cfg.layers)
    w.add_feed_forward_length(cfg.ffn)
    w.add_head_count(cfg.heads)
    w.add_head_count_kv(cfg.kv_heads)
    w.add_layer_norm_rms_eps(cfg.norm_eps)
    w.add_rope_dimension_count(cfg.head_dim)
    w.add_rope_freq_base(cfg.rope_base)
    w.add_vocab_size(cfg.vocab_size)

    t = json.load(open(tok_path, encoding="utf-8"))
    vocab = t["model"]["vocab"]
    tokens = [s for s, _ in sorted(vocab.items(), key=lambda kv: kv[1])]
    special = {a["content"] for a in t["added_tokens"] if a["special"]}
    merges = [m if isinstance(m, str) else " ".join(m) for m in t["model"]["merges"]]
    w.add_tokenizer_model("gpt2")
    w.add_tokenizer_pre("qwen2")
    w.add_token_list(tokens)
    w.add_token_types([gguf.TokenType.CONTROL if s in special else gguf.TokenType.NORMAL for s in tokens])
    w.add_token_merges(merges)
    w.add_bos_token_id(vocab["<|endoftext|>"])
    w.add_eos_token_id(vocab["<|im_end|>"])
    w.add_pad_token_id(vocab["<|endoftext|>"])
    w.add_add_bos_token(False)
    w.add_chat_template(TEMPLATE)

    def tensor(name, value):
        a = value.detach().float().numpy()
        if a.ndim == 2:
            w.add_tensor(name, gguf.quants.quantize(a, gguf.GGMLQuantizationType.Q8_0), raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        else:
            w.add_tensor(name, a)

    tensor("token_embd.weight", model.token_embd.weight)  # no output.weight: tied
    for i, b in enumerate(model.blocks):
        for name in NAMES:
            tensor(f"blk.{i}.{name}.weight", getattr(b, name).weight)
    tensor("output_norm.weight", model.output_norm.weight)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def read_logits(path: str, ids: list[int]) -> np.ndarray:
    """Logits [T, V] of the file itself, in numpy float64, from the conventions of GGUF's "llama" alone."""
    r = gguf.GGUFReader(path)
    kv = lambda k: r.fields[k].contents()
    t = {x.name: gguf.quants.dequantize(x.data, x.tensor_type).astype(np.float64) for x in r.tensors}
    heads, kvh, eps = kv("llama.attention.head_count"), kv("llama.attention.head_count_kv"), kv("llama.attention.layer_norm_rms_epsilon")
    rot, base, e = kv("llama.rope.dimension_count"), kv("llama.rope.freq_base"), kv("llama.embedding_length")
    d, n = e // heads, len(ids)
    ang = np.arange(n)[:, None] * base ** (-np.arange(0, rot, 2) / rot)[None]
    cos, sin = np.cos(ang)[:, None], np.sin(ang)[:, None]
    norm = lambda x, g: x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * g

    def turn(x):  # [T, heads, D]
        y = x.copy()
        y[..., 0::2] = x[..., 0::2] * cos - x[..., 1::2] * sin
        y[..., 1::2] = x[..., 0::2] * sin + x[..., 1::2] * cos
        return y

    x = t["token_embd.weight"][ids]
    for i in range(kv("llama.block_count")):
        g = lambda s: t[f"blk.{i}.{s}.weight"]
        h = norm(x, g("attn_norm"))
        q = turn((h @ g("attn_q").T).reshape(n, heads, d))
        k = turn((h @ g("attn_k").T).reshape(n, kvh, d))
        v = (h @ g("attn_v").T).reshape(n, kvh, d)
        out = np.zeros((n, heads, d))
        for a in range(heads):
            b = a * kvh // heads
            s = q[:, a] @ k[:, b].T / np.sqrt(d)
            s[np.triu_indices(n, 1)] = -np.inf
            p = np.exp(s - s.max(-1, keepdims=True))
            out[:, a] = p / p.sum(-1, keepdims=True) @ v[:, b]
        x = x + out.reshape(n, -1) @ g("attn_output").T
        h = norm(x, g("ffn_norm"))
        gate = h @ g("ffn_gate").T
        x = x + (gate / (1 + np.exp(-gate)) * (h @ g("ffn_up").T)) @ g("ffn_down").T
    return norm(x, t["output_norm.weight"]) @ t["token_embd.weight"].T


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", required=True)
    ap.add_argument("--checkpoint", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--version", default="1")
    args = ap.parse_args()
    ck = torch.load(args.checkpoint, weights_only=False)
    model = Model(Config(**ck["config"]))
    model.load_state_dict(ck["ema"])
    model.eval()
    tok_path = os.path.join(args.data, "tokenizer.json")
    write(model, tok_path, args.out, args.version)
    tok = Tokenizer.from_file(tok_path)
    text = f"<|im_start|>system\n{DEFAULT_SYSTEM}<|im_end|>\n<|im_start|>user\nO que é atenção?<|im_end|>\n<|im_start|>assistant\nA atenção é a parte do modelo em que cada token olha"
    ids = tok.encode(text, add_special_tokens=False).ids
    with torch.no_grad():
        want = model(torch.tensor([ids]))[0].double().numpy()
    got = read_logits(args.out, ids)
    rms = np.sqrt(((got - want) ** 2).mean() / want.var())
    same = (got.argmax(-1) == want.argmax(-1)).mean()
    print(f"{args.out}: {os.path.getsize(args.out)} bytes, {model.count()} parameters; file against float32 model: relative rms {rms:.4f}, same first choice at {same:.1%} of {len(ids)} positions")
    assert rms < 0.05, "the file does not compute what the model computes"


if __name__ == "__main__":
    main()
