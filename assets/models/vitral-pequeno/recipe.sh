#!/usr/bin/env bash
# Makes vitral-pequeno-q8_0.gguf from nothing. Needs Python 3.11 with torch, numpy, tokenizers and gguf (versions in
# MODEL_CARD.md), and a folder of plain texts (see "Data" there).
#     ./recipe.sh TEXTS WORK
# Two CPU cores and some 4 GB of memory; under two hours.
set -euo pipefail
texts=$1 work=$2
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
export OMP_NUM_THREADS=1

python make_data.py --out "$work" --texts "$texts" --stage 1 --tokens 12e6 --seed 1
python train.py --data "$work" --run "$work/run" --stage 1 --steps 600 --batch 12 --seed 1 --warmup 60 --lr 0.002 --muon 0.02 --procs 2 --threads 1

python make_data.py --out "$work" --texts "$texts" --stage 2 --tokens 9e6 --seed 2 --mix 2 --plain 0.02 --long 0.1
python train.py --data "$work" --run "$work/run" --stage 2 --steps 300 --batch 12 --seed 2 --lr 0.001 --muon 0.01 --ema 0.99 --procs 2 --threads 1 --resume

python make_data.py --out "$work" --texts "$texts" --stage 3 --tokens 5e6 --seed 3 --mix 3 --plain 0.02 --long 0.15 --length 1024
python train.py --data "$work" --run "$work/run" --stage 3 --steps 420 --decay 260 --batch 6 --seed 3 --lr 0.001 --muon 0.01 --ema 0.99 --procs 2 --threads 1 --resume

# Stopped at step 60 of a schedule of 90: there was no more time.
python make_data.py --out "$work" --texts "$texts" --stage 4 --tokens 1.8e6 --seed 4 --mix 4 --plain 0.02 --long 0.12 --length 1024
python train.py --data "$work" --run "$work/run" --stage 4 --steps 90 --decay 90 --stop 60 --batch 6 --seed 4 --lr 0.0006 --muon 0.006 --ema 0.9 --procs 2 --threads 1 --resume

python export_gguf.py --data "$work" --checkpoint "$work/run/last.pt" --out "$here/vitral-pequeno-q8_0.gguf"
python evaluate.py --data "$work" --gguf "$here/vitral-pequeno-q8_0.gguf"
