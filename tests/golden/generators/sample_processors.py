"""Writes tests/golden/sample/processors.json: what transformers' LogitsProcessors make of random logits.

    python sample_processors.py ../sample/processors.json

Made with transformers 5.23.0, torch 2.15.0. Each input holds logits (f32) and a history; each of its cases a
processor's name and parameter and the ids it keeps, and where it changes logits also those.
"""

import json
import sys

import torch
import transformers
from transformers import (
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
    TypicalLogitsWarper,
)


def f(x):
    return float(f"{x:.9g}")


def main():
    torch.manual_seed(20)
    inputs = []
    for n, spread in ((5, 1.0), (64, 2.0), (300, 4.0), (300, 0.3)):
        logits = (torch.randn(1, n) * spread).float()
        history = torch.randint(0, n, (1, 7))
        cases = []
        for name, values, make in (
            ("temperature", (0.25, 0.8, 1.7), TemperatureLogitsWarper),
            ("top_k", (1, 3, 40), TopKLogitsWarper),
            ("top_p", (0.1, 0.5, 0.9, 0.99), TopPLogitsWarper),
            ("min_p", (0.02, 0.1, 0.5), MinPLogitsWarper),
            ("typical", (0.2, 0.5, 0.95), TypicalLogitsWarper),
            ("repetition", (1.0001, 1.3, 2.0, 0.8), RepetitionPenaltyLogitsProcessor),
        ):
            for value in values:
                out = make(value)(history, logits.clone())[0]
                kept = [i for i in range(n) if out[i] > -float("inf")]
                case = {"name": name, "value": value, "kept": kept}
                if name in ("temperature", "repetition"):
                    case = {"name": name, "value": value, "out": [f(x) for x in out.tolist()]}
                cases.append(case)
        inputs.append({"logits": [f(x) for x in logits[0].tolist()], "history": history[0].tolist(), "cases": cases})
    meta = {"transformers": transformers.__version__, "torch": torch.__version__.split("+")[0]}
    json.dump({"made_with": meta, "inputs": inputs}, open(sys.argv[1], "w"), separators=(",", ":"))


if __name__ == "__main__":
    main()
