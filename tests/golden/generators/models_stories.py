# SPDX-License-Identifier: Apache-2.0
"""Expected tokens of small trained models, from a forward pass of our own in numpy (float64) that shares no code with
Vitral: the formulas of the papers, weights as llama2.c or GGUF store them, greedy choice.

  stories260K   weights and layout: llama2.c's .bin (legacy version 0), the story that `run stories260K.bin -t 0` tells
  stories15M    weights: the GGUF files in F16 and Q8_0 (made from stories15M.bin), de-quantised by the gguf package
  minimind2     weights: the GGUF file in Q8_0, a question in its chat format

Writes tests/golden/models/stories.json. Made with numpy 2.4.6, gguf 0.19.0, tokenizers 0.23.3.
Run: python models_stories.py SHARED_DATA
"""
import json
import pathlib
import struct
import sys

import numpy as np
from gguf import GGUFReader
from gguf.quants import dequantize

OUT = pathlib.Path(__file__).resolve().parent.parent / "models" / "stories.json"


class Llama:
    """w: dict with emb [V,E], out [V,E], norm [E] and lists att_norm, ffn_norm, q, k, v, o, w1, w2, w3 by layer."""

    def __init__(self, w, n_head, n_kv, theta, eps):
        self.w, self.n_head, self.n_kv, self.eps = w, n_head, n_kv, eps
        self.d = w["q"][0].shape[0] // n_head
        self.freq = theta ** (-np.arange(0, self.d, 2) / self.d)
        self.k = [[] for _ in w["q"]]
        self.v = [[] for _ in w["q"]]

    def norm(self, x, weight):
        return x / np.sqrt(np.mean(x * x) + self.eps) * weight

    def rotate(self, x, pos):  # pairs (2i, 2i + 1), as Meta and GGUF lay them out
        x = x.reshape(-1, self.d // 2, 2)
        z = (x[..., 0] + 1j * x[..., 1]) * np.exp(1j * pos * self.freq)
        return np.stack([z.real, z.imag], -1).reshape(-1, self.d)

    def step(self, token, pos):
        w = self.w
        x = w["emb"][token]
        for i in range(len(w["q"])):
            h = self.norm(x, w["att_norm"][i])
            q = self.rotate(w["q"][i] @ h, pos)
            self.k[i].append(self.rotate(w["k"][i] @ h, pos))
            self.v[i].append((w["v"][i] @ h).reshape(-1, self.d))
            keys, values = np.stack(self.k[i], 1), np.stack(self.v[i], 1)  # [K, T, D]
            z = []
            for head in range(self.n_head):
                kv = head // (self.n_head // self.n_kv)
                s = keys[kv] @ q[head] / np.sqrt(self.d)
                p = np.exp(s - s.max())
                z.append(p @ values[kv] / p.sum())
            x = x + w["o"][i] @ np.concatenate(z)
            h = self.norm(x, w["ffn_norm"][i])
            gate = w["w1"][i] @ h
            x = x + w["w2"][i] @ (gate / (1 + np.exp(-gate)) * (w["w3"][i] @ h))
        return w["out"] @ self.norm(x, w["norm"])


def greedy(model, prompt, n, stop):
    """Continues `prompt` for at most n tokens. Also the smallest gap between best and second at any step, how many
    tokens were read, and the best logits after the last of them."""
    ids, gap = list(prompt), np.inf
    for pos in range(len(prompt) + n - 1):
        logits = model.step(ids[pos], pos)
        if pos + 1 < len(ids):
            continue
        best = np.argsort(-logits)[:2]
        gap = min(gap, float(logits[best[0]] - logits[best[1]]))
        if int(best[0]) in stop:
            break
        ids.append(int(best[0]))
    top = np.argsort(-logits)[:16]
    return ids, gap, pos + 1, [[int(i), float(logits[i])] for i in top]


def from_llama2c(path):
    """Header of seven int32, then f32 tensors in a fixed order (llama2.c, memory_map_weights)."""
    data = pathlib.Path(path).read_bytes()
    dim, hidden, n_layer, n_head, n_kv, vocab, ctx = struct.unpack("7i", data[:28])
    rest, at = np.frombuffer(data[28:], np.float32).astype(np.float64), 0
    d = dim // n_head

    def take(*shape):
        nonlocal at
        n = int(np.prod(shape))
        at += n
        return rest[at - n:at].reshape(shape)

    w = {"emb": take(abs(vocab), dim), "att_norm": take(n_layer, dim), "q": take(n_layer, n_head * d, dim),
         "k": take(n_layer, n_kv * d, dim), "v": take(n_layer, n_kv * d, dim), "o": take(n_layer, dim, n_head * d),
         "ffn_norm": take(n_layer, dim), "w1": take(n_layer, hidden, dim), "w2": take(n_layer, dim, hidden),
         "w3": take(n_layer, hidden, dim), "norm": take(dim)}
    take(ctx, d // 2), take(ctx, d // 2)  # tables of the rotation, which we compute
    w["out"] = w["emb"] if vocab > 0 else take(abs(vocab), dim)
    assert at == len(rest), (at, len(rest))
    return Llama(w, n_head, n_kv, 10000.0, 1e-5)


def from_gguf(path):
    r = GGUFReader(path)
    t = {x.name: dequantize(x.data, x.tensor_type).astype(np.float64) for x in r.tensors}
    value = lambda k: r.fields[f"llama.{k}"].contents()
    n_layer = value("block_count")
    layer = lambda name: [t[f"blk.{i}.{name}.weight"] for i in range(n_layer)]
    w = {"emb": t["token_embd.weight"], "out": t.get("output.weight", t["token_embd.weight"]), "norm": t["output_norm.weight"],
         "att_norm": layer("attn_norm"), "ffn_norm": layer("ffn_norm"), "q": layer("attn_q"), "k": layer("attn_k"),
         "v": layer("attn_v"), "o": layer("attn_output"), "w1": layer("ffn_gate"), "w2": layer("ffn_down"), "w3": layer("ffn_up")}
    theta = value("rope.freq_base") if "llama.rope.freq_base" in r.fields else 10000.0
    return r, Llama(w, value("attention.head_count"), value("attention.head_count_kv"), theta,
                    value("attention.layer_norm_rms_epsilon"))


def encode(reader, text):
    """Byte-level BPE of a GGUF's vocabulary, by the tokenizers library."""
    from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers
    tokens = reader.fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(m.split(" ")) for m in reader.fields["tokenizer.ggml.merges"].contents()]
    types = reader.fields["tokenizer.ggml.token_type"].contents()
    tok = Tokenizer(models.BPE({p: i for i, p in enumerate(tokens)}, merges))
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.add_special_tokens([AddedToken(p, special=True) for p, k in zip(tokens, types) if k == 3])
    return tok.encode(text).ids


def main(shared):
    shared = pathlib.Path(shared)
    runs = []

    def note(file, model, prompt, n, stop):
        ids, gap, n_read, top = greedy(model, prompt, n, stop)
        runs.append(dict(file=file, nPrompt=len(prompt), ids=ids, smallestGap=gap, nRead=n_read, lastTop=top))
        print(file, len(ids), "tokens, smallest gap", gap)

    note("stories260K-f32.gguf", from_llama2c(shared / "stories260K" / "stories260K.bin"), [1], 255, {1, 2})
    for file in ("stories15M-f16.gguf", "stories15M-q8_0.gguf"):
        note(file, from_gguf(shared / "gguf" / file)[1], [1], 200, {1, 2})
    reader, model = from_gguf(shared / "gguf" / "minimind2-small-q8_0.gguf")
    prompt = encode(reader, "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n")
    note("minimind2-small-q8_0.gguf", model, prompt, 48, {2})
    OUT.write_text(json.dumps(dict(generator="tests/golden/generators/models_stories.py", numpy=np.__version__, runs=runs)))


if __name__ == "__main__":
    main(sys.argv[1])
