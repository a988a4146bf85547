#!/usr/bin/env python3
"""Where each token stands in the text, by the offsets of the tokenizers package: tests/golden/tokenizer/token_spans.json.

Usage: tokenizer_spans.py TINY_FOLDER SHARED_DATA OUT. Made with tokenizers 0.23.3. Offsets are characters there; they
are written as bytes of UTF-8.
"""
import json
import sys
from pathlib import Path

from tokenizers import Tokenizer

TEXTS = [
    "Hello World, this is a TEST.",
    "S\u00e3o Paulo \u00e9 bonita \u2014 n\u00e3o \u00e9? A\u00e7\u00e3o, cora\u00e7\u00e3o!",
    "e\u0301 cafe\u0301 na\u00efve \ufb01ne \u2460 x\u00b2",
    "  two  blanks   and\ttabs\nand lines\n\nend  ",
    "\u4f60\u597d\u4e16\u754c mixed \u3053\u3093\u306b\u3061\u306f text",
    "CamelCase snake_case 3.14 10,000 don't WON'T",
    "\u041f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440 \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
]
NAMES = ["tiny/wordpiece.json", "tiny/wordpiece-cased.json", "tiny/unigram-charsmap.json", "tiny/unigram.json",
         "tiny/metaspace-bpe.json", "tiny/prepend-bpe.json", "shared:tokenizer-json/minilm/tokenizer.json"]


def main():
    tiny, shared, out = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    cases = []
    for name in NAMES:
        path = shared / name[7:] if name.startswith("shared:") else tiny / name[5:]
        tokenizer = Tokenizer.from_file(str(path))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        for text in TEXTS:
            encoding = tokenizer.encode(text, add_special_tokens=False)
            at = [0]
            for c in text:
                at.append(at[-1] + len(c.encode()))
            cases.append({"tokenizer": name, "text": text, "ids": encoding.ids,
                          "spans": [[at[b], at[e]] for b, e in encoding.offsets]})
    out.write_text(json.dumps({"cases": cases}, ensure_ascii=True, separators=(",", ":")).replace('},{"tok', '},\n{"tok') + "\n")


main()
