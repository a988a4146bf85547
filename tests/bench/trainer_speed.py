#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Training beside the `tokenizers` package: same text, same options, one thread, in turn.

    python trainer_speed.py PROGRAM SHARED_DATA [ROUNDS]           (needs tokenizers)

PROGRAM is the built trainer_speed. Prints processor seconds (medians) and the ratio, loads what ours saved with the package, and says
whether both encode a text to the same ids and decode it back.
"""
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
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

program, shared = sys.argv[1:3]
ROUNDS = int(sys.argv[3]) if len(sys.argv) > 3 else 3


def text_of(limit):
    data = b""
    files = sorted(glob.glob(os.path.join(shared, "text-*", "*.txt")) + glob.glob(os.path.join(shared, "udhr", "*.txt")) + glob.glob(os.path.join(shared, "chat-templates", "*.jinja")) +
                   glob.glob(os.path.join(shared, "emoji", "annotations*.json")) + glob.glob(os.path.join(shared, "*", "README*")) + glob.glob(os.path.join(shared, "tatoeba-por-eng", "*.por-eng.*")))
    for path in files:
        data += open(path, "rb").read()
    while len(data) < limit:  # the same words in a new order, some of them with a new ending: a larger list of words, too
        words = data[: limit - len(data)].split(b" ")
        data += b" ".join(w + b"xyzkq"[i % 5 : i % 5 + 1] if i % 7 == 0 else w for i, w in enumerate(reversed(words)))
    return data[:limit].decode("utf-8", "ignore")


def theirs(kind, vocab, path):
    if kind == "bpe":
        t, trainer = Tokenizer(models.BPE()), trainers.BpeTrainer(vocab_size=vocab, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
        t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    elif kind == "wordpiece":
        t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        t.normalizer, t.pre_tokenizer = normalizers.BertNormalizer(lowercase=True), pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(vocab_size=vocab, show_progress=False, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    else:
        t = Tokenizer(models.Unigram())
        t.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
        t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
        trainer = trainers.UnigramTrainer(vocab_size=vocab, show_progress=False, unk_token="<unk>")
    start = time.process_time()
    t.train([path], trainer)
    return t, time.process_time() - start


folder = tempfile.mkdtemp()
print(f"{'kind':10} {'text':>8} {'pieces':>7} | {'ours':>7} {'tokenizers':>10} s | ratio")
for kind, size, vocab in (("bpe", 186_000, 512), ("bpe", 10_000_000, 30_256), ("wordpiece", 10_000_000, 30_000), ("unigram", 1_000_000, 8_000)):
    path = os.path.join(folder, f"{size}.txt")
    text = text_of(size)
    with open(path, "w", newline="") as f:
        f.write(text)
    saved = os.path.join(folder, "tokenizer.json")
    ours, reference = [], []
    for _ in range(ROUNDS):
        result = json.loads(subprocess.run([program, kind, str(vocab), path, saved], capture_output=True, check=True).stdout)
        ours.append(result["seconds"])
        t, seconds = theirs(kind, vocab, path)
        reference.append(seconds)
    mine = Tokenizer.from_file(saved)
    a, b = mine.encode(text[:200_000]), t.encode(text[:200_000])
    note = "same ids" if a.ids == b.ids else f"{len(a.ids)} and {len(b.ids)} tokens (ties by hash order in the reference)"
    print(f"{kind:10} {size / 1e6:7.2f}M {vocab:7} | {statistics.median(ours):7.3f} {statistics.median(reference):10.3f} s | {statistics.median(reference) / statistics.median(ours):5.1f}  {note}", flush=True)
