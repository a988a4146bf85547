# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/tensor/*.bin: blocks of every format with the values they stand for, and the blocks that the
reference quantiser makes of given values. Made with gguf 0.19.0 (PyPI), numpy 2.4.6.

dequant_<TYPE>.bin  u32 block count, the blocks (random bytes, scales made sane), f32 values
quant_input.bin     f32 values; quant_<TYPE>.bin: the bytes gguf.quants.quantize gives for them
halves.bin          for each of 65,536 halves its f32, then f32 values and the half numpy rounds each to
Run: python make_tensor_goldens.py OUT_FOLDER
"""
import struct
import sys
from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType as T, quants

out = Path(sys.argv[1])
rng = np.random.default_rng(20261120)

# Where the halves that scale a block lie in it, by type.
HALVES = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "IQ4_NL": [0],
    "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
    "IQ2_XXS": [0], "IQ2_XS": [0], "IQ2_S": [0], "IQ3_XXS": [0], "IQ3_S": [0], "IQ1_S": [0], "IQ4_XS": [0],
    "TQ1_0": [52], "TQ2_0": [64], "MXFP4": [], "IQ1_M": [],
}

for name, halves in HALVES.items():
    kind = T[name]
    length, size = GGML_QUANT_SIZES[kind]
    n = 24 if length == 32 else 4
    blocks = rng.integers(0, 256, (n, size), dtype=np.uint8)
    for at in halves:
        scale = (rng.standard_normal(n) * 0.01).astype(np.float16)
        scale[0] = np.float16(6e-8)  # a denormal half
        blocks[:, at : at + 2] = scale.view(np.uint8).reshape(n, 2)
    if name == "IQ1_M":  # its half lies in the top nibbles of four u16
        scale = (rng.standard_normal(n) * 0.01).astype(np.float16).view(np.uint16)
        for i in range(4):
            low = blocks[:, 49 + 2 * i] & 0x0F
            blocks[:, 49 + 2 * i] = low | (((scale >> (4 * i)) & 15) << 4).astype(np.uint8)
    if name == "MXFP4":
        blocks[:, 0] = rng.integers(100, 140, n)
        blocks[:3, 0] = [0, 1, 2]
    values = quants.dequantize(blocks.reshape(-1), kind).astype(np.float32)
    assert np.isfinite(values).all() and values.size == n * length, name
    (out / f"dequant_{name}.bin").write_bytes(struct.pack("<I", n) + blocks.tobytes() + values.tobytes())

x = (rng.standard_normal((64, 32)) * np.exp(rng.uniform(-8, 3, (64, 1)))).astype(np.float32)
x[1] = 0
x[2] = 0.75
x[3] = -3
x[4, 7] = 500
x[5] = np.abs(x[5])
x[6] = -np.abs(x[6])
x[7] = np.arange(32) - 16  # ties
x[8, ::2] = 0
(out / "quant_input.bin").write_bytes(x.tobytes())
for name in ["F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"]:
    (out / f"quant_{name}.bin").write_bytes(np.ascontiguousarray(quants.quantize(x, T[name])).tobytes())

halves = np.arange(65536, dtype=np.uint16).view(np.float16)
hard = np.concatenate([
    (rng.standard_normal(2000) * np.exp(rng.uniform(-25, 12, 2000))),
    np.array([65504, 65519.99, 65520, -65520, 1e9, 2**-24, 2**-25, 2**-25 * 1.0001, 2**-14, 2**-14 * 0.9999, 0, -0.0, 1e-40]),
]).astype(np.float32)
with np.errstate(over="ignore"):
    rounded = hard.astype(np.float16)
(out / "halves.bin").write_bytes(struct.pack("<I", hard.size) + hard.tobytes() + rounded.tobytes())
