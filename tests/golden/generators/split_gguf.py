#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A small model in three files and the same in one, written by the gguf package: tests/golden/gguf.

usage: split_gguf.py FOLDER   (needs gguf; made with 0.17.1 or newer, see the printed version)"""
import importlib.metadata
import sys

import gguf
import numpy as np


def write(path, **split):
    writer = gguf.GGUFWriter(path, "llama", **split)
    writer.add_name("five tensors")
    writer.add_context_length(64)
    writer.add_array("some.names", ["a", "b", "ç"])
    for i in range(5):
        values = np.random.default_rng(i).standard_normal((3 + i, 32), dtype=np.float32)
        dtype = np.float16 if i % 2 else np.float32
        writer.add_tensor(f"blk.{i}.weight", values.astype(dtype))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


folder = sys.argv[1]
write(f"{folder}/whole.gguf")
write(f"{folder}/parts.gguf", split_max_tensors=2)
print("gguf", importlib.metadata.version("gguf"))
