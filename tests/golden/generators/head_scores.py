# SPDX-License-Identifier: Apache-2.0
"""Golden data for core/trace/head_scores: behaviour scores of every head, from transformers' eager attention weights.

Reads stories15M-f16.gguf and stories260K-f32.gguf (other people's files; argument 1: the folder they are in) and writes
tests/golden/trace/head_scores.json: for each model and each of two token sequences (a story with repetitions, a repeated
random sequence) and every head [previous, first, induction, duplicate, local, long-range] as [mass, uniform, positions],
the mean entropy and the mean ln of the visible keys. The formulas are spelled out one weight at a time on purpose.
Made with torch 2.15.0, transformers 5.23.0, numpy 2 (eager attention, float32, CPU).
Run: python head_scores.py FOLDER
"""
import json
import pathlib
import sys

import gguf
import numpy as np
import torch
import transformers

OUT = pathlib.Path(__file__).resolve().parent.parent / "trace" / "head_scores.json"
LOCAL, FAR = 8, 32


def load(path):
    """A llama GGUF as transformers' LlamaForCausalLM; the converter's order of rotary dimensions undone."""
    reader = gguf.GGUFReader(path)
    w = {t.name: torch.from_numpy(gguf.quants.dequantize(t.data, t.tensor_type).astype(np.float32)) for t in reader.tensors}
    key = lambda name: reader.fields["llama." + name].contents()
    heads, kv = key("attention.head_count"), key("attention.head_count_kv")
    embd = w["token_embd.weight"]
    config = transformers.LlamaConfig(
        vocab_size=embd.shape[0], hidden_size=embd.shape[1], intermediate_size=key("feed_forward_length"),
        num_hidden_layers=key("block_count"), num_attention_heads=heads, num_key_value_heads=kv,
        rms_norm_eps=key("attention.layer_norm_rms_epsilon"), max_position_embeddings=key("context_length"),
        tie_word_embeddings="output.weight" not in w, attn_implementation="eager")
    model = transformers.LlamaForCausalLM(config)

    def unpermute(x, n):
        return x.reshape(n, x.shape[0] // n // 2, 2, x.shape[1]).swapaxes(1, 2).reshape(x.shape)

    state = {"model.embed_tokens.weight": embd, "model.norm.weight": w["output_norm.weight"],
             "lm_head.weight": w.get("output.weight", embd)}
    names = {"attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm", "attn_v": "self_attn.v_proj",
             "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj"}
    for i in range(config.num_hidden_layers):
        for ours, theirs in names.items():
            state[f"model.layers.{i}.{theirs}.weight"] = w[f"blk.{i}.{ours}.weight"]
        state[f"model.layers.{i}.self_attn.q_proj.weight"] = unpermute(w[f"blk.{i}.attn_q.weight"], heads)
        state[f"model.layers.{i}.self_attn.k_proj.weight"] = unpermute(w[f"blk.{i}.attn_k.weight"], kv)
    model.load_state_dict(state)
    return model.eval()


def story(n_vocab):
    """Ids with words that come again at all distances, and neighbours that repeat."""
    rng = np.random.default_rng(7)
    ids = [1]
    while len(ids) < 90:
        if rng.random() < 0.45 and len(ids) > 6:
            at = int(rng.integers(1, len(ids) - 3))
            ids += ids[at:at + int(rng.integers(1, 4))]
        else:
            ids.append(int(rng.integers(260, n_vocab)))
        if rng.random() < 0.05:
            ids.append(ids[-1])
    return ids[:90]


def repeated(n_vocab):
    half = (np.random.default_rng(8).permutation(n_vocab - 260) + 260)[:40].tolist()
    return [1] + half + half


def scores(a, t):
    """a [T, T] weights of one head, t [T] ids."""
    n = len(t)
    found = [[] for _ in range(6)]
    for i in range(n):
        keys = [[i - 1] if i > 0 else [], [0] if i > 0 else [],
                [j for j in range(1, i) if t[j - 1] == t[i]], [j for j in range(i) if t[j] == t[i]],
                list(range(i - LOCAL + 1, i + 1)) if i >= LOCAL else [], list(range(1, i - FAR + 1))]
        for score, js in zip(found, keys):
            if js:
                score.append((sum(a[i, j] for j in js), len(js) / (i + 1)))
    entropy = np.mean([-sum(w * np.log(w) for w in a[i, :i + 1] if w > 0) for i in range(n)])
    return {"behaviours": [[float(np.mean([s[0] for s in f])), float(np.mean([s[1] for s in f])), len(f)] for f in found],
            "entropy": float(entropy), "uniformEntropy": float(np.mean([np.log(i + 1) for i in range(n)]))}


def main():
    folder, runs = sys.argv[1], []
    for file in ("stories15M-f16.gguf", "stories260K-f32.gguf"):
        model = load(pathlib.Path(folder) / file)
        for name, ids in (("story", story(model.config.vocab_size)), ("repeated", repeated(model.config.vocab_size))):
            with torch.no_grad():
                attentions = model(torch.tensor([ids]), output_attentions=True).attentions
            runs.append({"file": file, "text": name, "ids": ids,
                         "layers": [[scores(head.double().numpy(), ids) for head in layer[0]] for layer in attentions]})
            print(file, name, [round(max(h["behaviours"][2][0] for h in layer), 3) for layer in runs[-1]["layers"]])
    OUT.write_text(json.dumps({"local": LOCAL, "far": FAR, "runs": runs}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
