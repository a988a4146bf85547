#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Encoding speed beside `tokenizers` and `tiktoken`: same vocabulary, same text, one thread, interleaved round by round.

    python tokenizer_speed.py PROGRAM SHARED_DATA CODE_FOLDER      (needs tokenizers, tiktoken, gguf)

PROGRAM is the built tokenizer_speed; CODE_FOLDER any folder with C++ headers. Prints MB/s of processor time (medians) and the ratio to the
faster of the two packages, and fails where the number of tokens differs.
"""
import base64
import glob
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

os.environ["RAYON_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
import gguf
import tiktoken
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers

program, shared, code_folder = sys.argv[1:4]
ROUNDS = 3
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
CL100K = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = CL100K.replace("{1,3}", "")
U, W, C = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]", r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
O200K = (rf"[^\r\n\p{{L}}\p{{N}}]?{U}*{W}+{C}|[^\r\n\p{{L}}\p{{N}}]?{U}+{W}*{C}|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|"
         r"\s*[\r\n]+|\s+(?!\S)|\s+")


def alphabet():
    table, moved = {}, 256
    for b in range(256):
        prints = 0x21 <= b <= 0x7E or 0xA1 <= b <= 0xAC or b >= 0xAE
        table[b] = chr(b if prints else moved)
        moved += not prints
    return table


SPELL = alphabet()
UNSPELL = {c: b for b, c in SPELL.items()}


def merges_of(ranks):
    """The list of merges that a table of ranks stands for: each piece's last merge, by applying all earlier ones."""
    merges = []
    for piece, rank in sorted(ranks.items(), key=lambda item: item[1]):
        if len(piece) == 1:
            continue
        parts = [piece[i:i + 1] for i in range(len(piece))]
        while len(parts) > 2:
            best = min(((ranks.get(a + b, 1 << 60), i) for i, (a, b) in enumerate(zip(parts, parts[1:]))))
            i = best[1]
            parts[i:i + 2] = [parts[i] + parts[i + 1]]
        merges.append(tuple(parts))
    return merges


def vocabulary(name):
    if name in ("cl100k", "o200k"):
        lines = open(os.path.join(shared, "tiktoken", name + "_base.tiktoken")).read().split("\n")
        ranks = {base64.b64decode(a): int(b) for a, b in (line.split() for line in lines if line)}
        return ranks, merges_of(ranks)
    path = {"gpt2": "ggml-vocab/ggml-vocab-gpt-2.gguf", "qwen2": "qwen2.5-tokenizer/vocab-qwen2.5.gguf"}[name]
    r = gguf.GGUFReader(os.path.join(shared, path))
    tokens, merges, types = (r.fields["tokenizer.ggml." + k].contents() for k in ("tokens", "merges", "token_type"))
    raw = lambda piece: bytes(UNSPELL[c] for c in piece)
    ranks = {raw(p): i for i, (p, k) in enumerate(zip(tokens, types)) if k == 1 and all(c in UNSPELL for c in p)}
    return ranks, [tuple(raw(p) for p in m.split(" ", 1)) for m in merges]


def read(folder, pattern, limit=8 << 20):
    data = b""
    for path in sorted(glob.glob(os.path.join(folder, pattern), recursive=True)):
        if os.path.isfile(path):
            data += open(path, "rb").read()
    return data[:limit].decode("utf-8", "ignore")


texts = {"English": read(os.path.join(shared, "text-en"), "*.txt"), "Portuguese": read(os.path.join(shared, "text-pt"), "*.txt"),
         "C++": read(code_folder, "**/*")}
folder = tempfile.mkdtemp()
spell = lambda piece: "".join(SPELL[b] for b in piece)
print(f"{'vocabulary':10} {'text':11} {'MB':>5} {'tokens':>9} | {'ours':>7} {'tokenizers':>10} {'tiktoken':>8} MB/s | ratio to the faster")
for name, pattern in (("gpt2", GPT2), ("cl100k", CL100K), ("qwen2", QWEN2), ("o200k", O200K)):
    ranks, merges = vocabulary(name)
    theirs = Tokenizer(models.BPE(vocab={spell(p): i for p, i in ranks.items()}, merges=[(spell(a), spell(b)) for a, b in merges]))
    theirs.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"),
                                                    pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    theirs.decoder = decoders.ByteLevel()
    path = os.path.join(folder, name + ".json")
    theirs.save(path)
    tik = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    for label, text in texts.items():
        file = os.path.join(folder, label)
        with open(file, "w", newline="") as f:
            f.write(text)
        size = len(text.encode()) / 1e6
        times = {"ours": [], "tokenizers": [], "tiktoken": []}
        for _ in range(ROUNDS):
            result = json.loads(subprocess.run([program, path, file, "1"], capture_output=True, check=True).stdout)
            times["ours"] += result["seconds"]
            start = time.process_time()
            ids = theirs.encode(text).ids
            times["tokenizers"].append(time.process_time() - start)
            start = time.process_time()
            also = tik.encode_ordinary(text)
            times["tiktoken"].append(time.process_time() - start)
        speed = {k: size / statistics.median(v) for k, v in times.items()}
        ratio = speed["ours"] / max(speed["tokenizers"], speed["tiktoken"])
        note = "" if result["tokens"] == len(ids) == len(also) else f"  TOKENS DIFFER: {result['tokens']} {len(ids)} {len(also)}"
        print(f"{name:10} {label:11} {size:5.1f} {len(ids):9} | {speed['ours']:7.1f} {speed['tokenizers']:10.1f} {speed['tiktoken']:8.1f}      | {ratio:5.2f}{note}", flush=True)
