#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden data of the n best segmentations: what sentencepiece lists for its test model.

    python tokenizer_nbest.py SHARED_DATA TESTS/GOLDEN/TOKENIZER         (made with sentencepiece 0.2.3)

Also the shares of 200,000 samples at three alphas: a sampler has to come near.
"""
import collections
import json
import os
import struct
import sys

import sentencepiece

shared, out = sys.argv[1:3]
sp = sentencepiece.SentencePieceProcessor(model_file=os.path.join(shared, "sentencepiece-test/test_model.model"))
texts = ["hello", "Hello world", "I saw a girl with a telescope.", "tokenization", "New York", "this is a test", "internationalization", "aaaa", "x", "não é", "  two  blanks ",
         "The quick brown fox jumps over the lazy dog."]


def fields(data):
    """The fields of a protobuf message, as (number, value)."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        tag = varint()
        if tag & 7 == 0:
            yield tag >> 3, varint()
        elif tag & 7 == 2:
            size = varint()
            yield tag >> 3, data[at:at + size]
            at += size
        else:  # 32 bits
            yield tag >> 3, data[at:at + 4]
            at += 4


cases = []
for text in texts:
    best = sp.nbest_encode(text, nbest_size=20, out_type=int)
    listed = sp.nbest_encode(text, nbest_size=20, return_type="serialized_proto")
    scores = [struct.unpack("<f", value)[0] for _, one in fields(listed) for number, value in fields(one) if number == 3]
    cases.append({"text": text, "ids": best, "scores": scores})
samples = []
for alpha in (0.2, 0.5, 1.0):
    count = collections.Counter(tuple(sp.encode("hello", enable_sampling=True, alpha=alpha, nbest_size=-1)) for _ in range(200_000))
    samples.append({"text": "hello", "alpha": alpha, "shares": [[list(ids), n / 200_000] for ids, n in count.most_common(8)]})
with open(os.path.join(out, "nbest.json"), "w") as f:
    json.dump({"made with": f"sentencepiece {sentencepiece.__version__}", "model": "sentencepiece-test/test_model.model", "cases": cases, "samples": samples}, f,
              ensure_ascii=False, separators=(",", ":"))
print(os.path.getsize(os.path.join(out, "nbest.json")), cases[2]["scores"][:3], samples[0])
