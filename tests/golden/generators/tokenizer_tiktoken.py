#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden ids of tiktoken ranks files.

    python tokenizer_tiktoken.py SHARED_DATA TESTS/GOLDEN/TOKENIZER      (made with tiktoken 0.14.0)
"""
import base64
import json
import os
import sys

import tiktoken

shared, out = sys.argv[1:3]
corpus = json.load(open(os.path.join(out, "corpus.json")))
GPT2 = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"""
CL100K = r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"""
UPPER, LOWER, TAIL = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]", r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
O200K = "|".join([rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+{TAIL}", rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*{TAIL}", r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
                  r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"])
result = {"made with": f"tiktoken {tiktoken.__version__}"}
for name, pattern, special in (("r50k_base", GPT2, {"<|endoftext|>": 50256}),
                               ("cl100k_base", CL100K, {"<|endoftext|>": 100257, "<|fim_prefix|>": 100258, "<|endofprompt|>": 100276}),
                               ("o200k_base", O200K, {"<|endoftext|>": 199999, "<|endofprompt|>": 200018})):
    lines = open(os.path.join(shared, "tiktoken", name + ".tiktoken")).read().split("\n")
    ranks = {base64.b64decode(a): int(b) for a, b in (line.split() for line in lines if line)}
    e = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens=special)
    result[name] = {"ids": [e.encode_ordinary(t) for t in corpus], "special": special}
with open(os.path.join(out, "tiktoken.json"), "w") as f:
    json.dump(result, f, ensure_ascii=False, separators=(",", ":"))
print(os.path.getsize(os.path.join(out, "tiktoken.json")))
