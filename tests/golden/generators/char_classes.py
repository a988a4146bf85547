#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes core/tokenizer/char_class_data.inc: the general category of every code point, as the regular expressions of
the reference tokenizers see it. The `tokenizers` package is asked about each code point, so that scripts newer than
the Unicode version of this machine's libraries are cut as the reference cuts them.

    python char_classes.py > core/tokenizer/char_class_data.inc      (made with tokenizers 0.23.3)
"""
import tokenizers
from tokenizers import Regex
from tokenizers.pre_tokenizers import Split

NAMES = ["Lu", "Ll", "Lt", "Lm", "Lo", "M", "Nd", "Nl", "No", "P", "S", "Z"]
points = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
category = [0] * 0x110000
for first in range(0, len(points), 65536):
    block = points[first:first + 65536]
    text = "".join(map(chr, block))
    for number, name in enumerate(NAMES, 1):
        for _, (begin, end) in Split(Regex(r"\P{%s}+" % name), "removed").pre_tokenize_str(text):
            for i in range(begin, end):
                category[block[i]] = number
runs = []
for c in range(0x110000):
    if not runs or runs[-1][1] != category[c]:
        runs.append((c, category[c]))
print("// SPDX-License-Identifier: Apache-2.0")
print(f"// Made by tests/golden/generators/char_classes.py with tokenizers {tokenizers.__version__}: do not edit.")
print("// Runs of code points: first code point << 4 | category (0 other, " +
      ", ".join(f"{i} {n}" for i, n in enumerate(NAMES, 1)) + ").")
print("// clang-format off")
line = ""
for c, k in runs:
    item = f"{(c << 4) | k:#x},"
    if len(line) + len(item) > 118:
        print(line)
        line = ""
    line += item
print(line)
print("// clang-format on")
