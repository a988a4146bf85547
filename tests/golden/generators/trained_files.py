#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden data of saved tokenizers: what the `tokenizers` package reads out of files that were trained and saved here.

    python trained_files.py VITRAL_CLI TESTS/GOLDEN/TOKENIZER      (made with tokenizers 0.23.3)

vitral-cli trains each kind on texts of corpus.json and saves a tokenizer.json (the workshop of the window saves through
the same code). The package loads the file, encodes every probe and decodes it again. saved.json keeps the file's SHA-256,
the ids and the decoded texts; tst_token_workshop trains the same in the workshop and must get the same file and ids.
"""
import hashlib
import json
import os
import subprocess
import sys
import tempfile

from tokenizers import Tokenizer

CASES = {
    "bpe": ["--kind", "bpe", "--vocab", "400"],
    "bpe-cl100k": ["--kind", "bpe", "--vocab", "320", "--cut", "cl100k", "--min-frequency", "2"],
    "wordpiece": ["--kind", "wordpiece", "--vocab", "700", "--cased"],
    "wordpiece-small": ["--kind", "wordpiece", "--vocab", "600"],
    "unigram": ["--kind", "unigram", "--vocab", "500"],
}
PROBES = ["O rato roeu a roupa do rei de Roma.", "The quick brown fox.", "a", "", "  two  blanks\n\ttab", "coração ÇÃO",
          "日本語 mixed 中文", "x" * 40, "1234567890", "👩‍👧"]


def main():
    cli, folder = sys.argv[1:3]
    texts = json.load(open(os.path.join(folder, "corpus.json"), encoding="utf-8"))
    texts = texts if isinstance(texts, list) else texts["texts"]
    corpus = "\n".join(texts[:40])
    out = {"made_with": "tokenizers 0.23.3", "texts": 40, "cases": {}}
    with tempfile.TemporaryDirectory() as work:
        source = os.path.join(work, "corpus.txt")
        open(source, "w", encoding="utf-8", newline="").write(corpus)
        for name, options in CASES.items():
            path = os.path.join(work, name + ".json")
            subprocess.run([cli, "tokenizer", "train", source, "-o", path, *options], check=True)
            tokenizer = Tokenizer.from_file(path)
            probes = []
            for text in PROBES:
                ids = tokenizer.encode(text).ids
                probes.append({"text": text, "ids": ids, "decoded": tokenizer.decode(ids)})
            out["cases"][name] = {"options": options, "sha256": hashlib.sha256(open(path, "rb").read()).hexdigest(),
                                  "vocabulary": tokenizer.get_vocab_size(), "probes": probes}
            print(name, tokenizer.get_vocab_size(), [len(p["ids"]) for p in probes])
    json.dump(out, open(os.path.join(folder, "saved.json"), "w", encoding="utf-8"), ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
