#!/usr/bin/env bash
# Makes vitral-emoji-pixel.safetensors from nothing. Needs Python 3.11 with torch, diffusers, transformers, tokenizers, safetensors,
# numpy, Pillow and fontTools (versions in MODEL_CARD.md), the font (Debian: fonts-noto-color-emoji) and a folder with
# annotations.pt.json and annotations.en.json of CLDR.
#     ./recipe.sh NotoColorEmoji.ttf NAMES WORK [more options of train.py, as --device cuda --bf16 1]
set -euo pipefail
font=$1 names=$2 work=$3
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
export OMP_NUM_THREADS=1

python make_data.py --font "$font" --names "$names" --out "$work"
python train.py --data "$work" --run "$work/pixel" --kind pixel --steps 5000 --batch 16 --bf16 0 --seed 1 --resume "${@:4}"
python export.py --kind pixel --data "$work" --checkpoint "$work/pixel/last.pt" --out "$here/vitral-emoji-pixel.safetensors"
python evaluate.py --data "$work" --model "$here/vitral-emoji-pixel.safetensors" --out "$here"
