#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden data of the trainers: what the trainers of the `tokenizers` package make of the same texts.

    python tokenizer_trainers.py SHARED_DATA TESTS/GOLDEN/TOKENIZER      (made with tokenizers 0.23.3)

The package keeps words and characters in hash tables whose order is new in every process. So every case is trained in
several processes: a case whose merges or pieces differ between them is refused, and of a Unigram model the pieces whose
score depends on the order are listed under "varying". The order of the characters with a prefix, which decides ties, is
taken from the run that is recorded ("decorated").
"""
import json
import multiprocessing
import os
import sys

os.environ["RAYON_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

RUNS = 5
ALPHABET = pre_tokenizers.ByteLevel.alphabet()
CL100K = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
RUNS_TEXT = ["aaaaaaa aaaa aaa aaaaaaaaaaaaaaaa ", "-------- --- ----- ------------------------ -- =====", "xaaay aaab baaa aaaaab abababab ababab aba",
             "            if\n        return\n    x\n            y\n", "hahahaha haha ahah hahahahahaha!!!!!!!! !!! !!!!!", "zzzz zz zzzzzz zzz"] * 3
BYTES = pre_tokenizers.ByteLevel(add_prefix_space=False)
META = pre_tokenizers.Metaspace(prepend_scheme="always")
NFKC = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])

# name: (kind, source, options, normalizer, pre-tokenizer). Source: "corpus", "runs" or a file of shared data, by lines.
CASES = {
    "bytes": ("bpe", "corpus", dict(vocab_size=600, initial_alphabet=ALPHABET, special_tokens=["<|endoftext|>", "<|pad|>"]), None, BYTES),
    "bytes-seen-only": ("bpe", "corpus", dict(vocab_size=100000, min_frequency=2), None, BYTES),
    "bytes-all-merges": ("bpe", "corpus", dict(vocab_size=100000), None, BYTES),
    "bytes-short": ("bpe", "corpus", dict(vocab_size=700, initial_alphabet=ALPHABET, max_token_length=5), None, BYTES),
    "bytes-runs": ("bpe", "runs", dict(vocab_size=400, initial_alphabet=ALPHABET), None, BYTES),
    "bytes-runs-short": ("bpe", "runs", dict(vocab_size=400, initial_alphabet=ALPHABET, max_token_length=4), None, BYTES),
    "bytes-dom-casmurro": ("bpe", "text-pt/dom_casmurro.txt", dict(vocab_size=3000, initial_alphabet=ALPHABET), None, BYTES),
    "cl100k-alice": ("bpe", "text-en/alice_in_wonderland.txt", dict(vocab_size=1500, initial_alphabet=ALPHABET, special_tokens=["<s>"]), None,
                     pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(CL100K), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])),
    "characters": ("bpe", "corpus", dict(vocab_size=700, special_tokens=["<unk>"]), None, META),
    "characters-limited": ("bpe", "text-pt/os_lusiadas.txt", dict(vocab_size=500, limit_alphabet=40), normalizers.Lowercase(), META),
    "suffix": ("bpe", "corpus", dict(vocab_size=900, end_of_word_suffix="</w>"), normalizers.Lowercase(), pre_tokenizers.Whitespace()),
    "prefix": ("bpe", "corpus", dict(vocab_size=900, continuing_subword_prefix="@"), None, pre_tokenizers.Whitespace()),
    "wordpiece": ("wordpiece", "corpus", dict(vocab_size=1000, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]),
                  normalizers.BertNormalizer(lowercase=True), pre_tokenizers.BertPreTokenizer()),
    "wordpiece-alphabet": ("wordpiece", "corpus", dict(vocab_size=900, min_frequency=2, initial_alphabet=["q", "ß", "Ω"], special_tokens=["[UNK]"]),
                           None, pre_tokenizers.Whitespace()),
    "wordpiece-quincas": ("wordpiece", "text-pt/quincas_borba.txt", dict(vocab_size=2000, special_tokens=["[UNK]"]),
                          normalizers.BertNormalizer(lowercase=False), pre_tokenizers.BertPreTokenizer()),
    "unigram": ("unigram", "corpus", dict(vocab_size=500, unk_token="<unk>", special_tokens=["<pad>", "</s>", "<unk>"]), NFKC, META),
    "unigram-short": ("unigram", "corpus", dict(vocab_size=450, unk_token="<unk>", max_piece_length=3, n_sub_iterations=3), None, META),
    "unigram-runs": ("unigram", "runs", dict(vocab_size=40, shrinking_factor=0.5, initial_alphabet=["q", "z", "Ω"]), None, META),
    "unigram-alice": ("unigram", "text-en/alice_in_wonderland.txt", dict(vocab_size=1000, unk_token="<unk>"), NFKC, META),
    "unigram-casmurro": ("unigram", "text-pt/dom_casmurro.txt", dict(vocab_size=2000, unk_token="<unk>", shrinking_factor=0.9), NFKC, META),
}


def train(arguments):
    name, shared, corpus = arguments
    kind, source, options, normalizer, cut = CASES[name]
    options = {**options, "show_progress": False}
    model, trainer = {"bpe": (models.BPE(), trainers.BpeTrainer), "wordpiece": (models.WordPiece(unk_token="[UNK]"), trainers.WordPieceTrainer),
                      "unigram": (models.Unigram(), trainers.UnigramTrainer)}[kind]
    t = Tokenizer(model)
    if normalizer:
        t.normalizer = normalizer
    t.pre_tokenizer = cut
    if source == "corpus":
        t.train_from_iterator(corpus, trainer(**options))
    elif source == "runs":
        t.train_from_iterator(RUNS_TEXT, trainer(**options))
    else:
        t.train([os.path.join(shared, source)], trainer(**options))
    data = json.loads(t.to_str())
    model = data["model"]
    out = {"kind": kind, "source": source, "options": {k: v for k, v in CASES[name][2].items()}, "normalizer": data["normalizer"],
           "pre_tokenizer": data["pre_tokenizer"]}
    if options.get("initial_alphabet") == ALPHABET:
        out["options"]["initial_alphabet"] = "bytes"
    if kind == "unigram":
        out["scores"] = dict(model["vocab"])
        out["unk_id"] = model["unk_id"]
        out["order"] = [p for p, _ in model["vocab"]]
    else:
        out["pieces"] = [p for p, _ in sorted(model["vocab"].items(), key=lambda item: item[1])]
        out["merges"] = model.get("merges", [])
    return out


def canonical(case):
    """What may not depend on the order of a hash table."""
    if case["kind"] == "unigram":
        return sorted(case["scores"])
    prefix, suffix = case["options"].get("continuing_subword_prefix", "##" if case["kind"] == "wordpiece" else ""), case["options"].get("end_of_word_suffix", "")
    return None if prefix or suffix else [case["pieces"], case["merges"]]


def main():
    shared, out = sys.argv[1:3]
    corpus = json.load(open(os.path.join(out, "corpus.json")))
    cases = {}
    with multiprocessing.get_context("spawn").Pool(2, maxtasksperchild=1) as pool:
        for name in CASES:
            runs = pool.map(train, [(name, shared, corpus)] * RUNS, chunksize=1)
            case = runs[0]
            if any(canonical(r) != canonical(case) for r in runs):
                print("REFUSED, differs between runs:", name)
                continue
            if case["kind"] == "unigram":
                case["varying"] = sorted(p for p in case["scores"] if any(abs(r["scores"][p] - case["scores"][p]) > 1e-9 for r in runs))
                case["scores"] = [[p, case["scores"][p]] for p in case.pop("order")]
                print(name, len(case["scores"]), "pieces,", len(case["varying"]), "vary")
            else:
                print(name, len(case["pieces"]), "pieces,", len(case["merges"]), "merges")
            cases[name] = case
    with open(os.path.join(out, "trainers.json"), "w") as f:
        json.dump({"made with": f"tokenizers {tokenizers.__version__}", "runs_text": RUNS_TEXT, "cases": cases}, f, ensure_ascii=False, separators=(",", ":"))
    print(os.path.getsize(os.path.join(out, "trainers.json")))


if __name__ == "__main__":
    main()
