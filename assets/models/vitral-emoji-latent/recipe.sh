#!/usr/bin/env bash
# Makes vitral-emoji-latent.safetensors from nothing, with the data and the code of ../vitral-emoji-pixel (see its recipe.sh for what
# is needed): the autoencoder first, then the latents of all pictures, then the U-Net on them.
#     ./recipe.sh NotoColorEmoji.ttf NAMES WORK [more options of train.py]
set -euo pipefail
font=$1 names=$2 work=$3
here=$(cd "$(dirname "$0")" && pwd)
code=$here/../vitral-emoji-pixel
export OMP_NUM_THREADS=1

python "$code/make_data.py" --font "$font" --names "$names" --out "$work"
python "$here/train_vae.py" --data "$work" --run "$work/vae" --steps 1500 --batch 12 --seed 1 --resume
python "$here/train_vae.py" --data "$work" --run "$work/vae" --encode --out "$work/latents.npz"
python "$code/train.py" --data "$work" --run "$work/latent" --kind latent --latents "$work/latents.npz" --steps 4000 --batch 16 --bf16 0 --seed 2 --resume "${@:4}"
python "$code/export.py" --kind latent --data "$work" --checkpoint "$work/latent/last.pt" --vae "$work/vae/last.pt" --latents "$work/latents.npz" --out "$here/vitral-emoji-latent.safetensors"
python "$code/evaluate.py" --data "$work" --model "$here/vitral-emoji-latent.safetensors" --out "$here"
