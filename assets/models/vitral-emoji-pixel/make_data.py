"""Pictures and prompts for the emoji models: Noto's colour bitmaps on white, named by CLDR in Portuguese and English.

    python make_data.py --font NotoColorEmoji.ttf --names DIR --out WORK

DIR holds annotations.pt.json and annotations.en.json (CLDR). Writes WORK/emoji.npz
(uint8 pictures at 64x64 and 32x32, RGB on white), WORK/emoji.json (what each picture is called, what is held out) and
WORK/tokenizer.json (byte-level BPE, lower case). Needs numpy, Pillow, fontTools, tokenizers.
"""

import argparse
import io
import json
import os
from collections import Counter

import numpy as np
from PIL import Image
from fontTools.ttLib import TTFont

from vocabulary import COLOURS, EMOJI, HELD_COLOURS, HELD_EMOJI, NOUNS, SKIP

LENGTH = 16  # tokens of a prompt, first and last mark included
PIECES = 2048


def bitmaps(path):
    """code point -> RGBA picture of the largest strike."""
    font = TTFont(path)
    cmap = font.getBestCmap()
    strike = font["CBDT"].strikeData[0]
    out = {}
    for code, glyph in cmap.items():
        if glyph in strike and getattr(strike[glyph], "imageData", None):
            out[chr(code)] = Image.open(io.BytesIO(strike[glyph].imageData)).convert("RGBA")
    return out


def on_white(picture, size):
    """Middle of a white square, made smaller with Lanczos' filter: [size, size, 3] uint8."""
    side = max(picture.size)
    canvas = Image.new("RGBA", (side, side), (255, 255, 255, 255))
    canvas.alpha_composite(picture, ((side - picture.size[0]) // 2, (side - picture.size[1]) // 2))
    return np.asarray(canvas.convert("RGB").resize((size, size), Image.Resampling.LANCZOS), np.uint8)


def recoloured(picture, hue, strength):
    """The coloured parts get another hue; what is grey, black or white stays. `strength` 0..1 scales the saturation."""
    a = np.asarray(picture, np.float32) / 255
    rgb, alpha = a[..., :3], a[..., 3:]
    high, low = rgb.max(-1), rgb.min(-1)
    saturation = np.where(high > 0, (high - low) / np.maximum(high, 1e-6), 0)
    coloured = (saturation > 0.18) & (alpha[..., 0] > 0.1)
    if coloured.any():
        lift = 0.95 / max(0.3, float(np.quantile(high[coloured], 0.8)))
        value = np.clip(high * max(1.0, lift), 0, 1)
    else:
        value = high
    s = np.clip(np.maximum(saturation, 0.45) * strength, 0, 1)
    h = hue / 60.0
    x = 1 - abs(h % 2 - 1)
    base = [(1, x, 0), (x, 1, 0), (0, 1, x), (0, x, 1), (x, 0, 1), (1, 0, x)][int(h) % 6]
    pure = np.array(base, np.float32)
    new = value[..., None] * (1 - s[..., None] * (1 - pure))
    rgb = np.where(coloured[..., None], new, rgb)
    return Image.fromarray((np.concatenate([rgb, alpha], -1) * 255 + 0.5).astype(np.uint8), "RGBA")


def words_of(entry, other_names):
    """(name, keywords) of one CLDR entry; keywords that say nothing about a picture are left out."""
    name = entry["tts"][0].lower().replace("“", "").replace("”", "").replace(":", "")
    keys = [k.lower() for k in entry.get("default", []) if k.lower() != name]
    keys = [k for k in keys if k not in SKIP and len(k) > 2 and not any(c.isdigit() for c in k) and len(k.split()) <= 3]
    return name, [k for k in keys if k not in other_names]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--font", required=True)
    ap.add_argument("--names", required=True)
    ap.add_argument("--out", required=True)
    args = ap.parse_args()
    os.makedirs(args.out, exist_ok=True)

    glyphs = bitmaps(args.font)
    cldr = {}
    for lang in ("pt", "en"):
        with open(os.path.join(args.names, f"annotations.{lang}.json"), encoding="utf-8") as f:
            cldr[lang] = json.load(f)["annotations"]["annotations"]
    chosen = [(char, kind) for kind, chars in EMOJI.items() for char in chars]
    for char, _ in chosen:
        if char not in glyphs or any(char not in cldr[l] for l in cldr):
            raise SystemExit(f"{char} is not in the font, or has no name")
    names = {l: {cldr[l][c]["tts"][0].lower() for c, _ in chosen} for l in cldr}
    count = {l: Counter() for l in cldr}
    for char, _ in chosen:
        for l in cldr:
            count[l].update(set(words_of(cldr[l][char], names[l])[1]))

    rows, big, small = [], [], []

    def add(picture, row):
        big.append(on_white(picture, 64))
        small.append(on_white(picture, 32))
        rows.append(row)

    for char, sub in chosen:
        row = {"emoji": char, "kind": sub, "held": char in HELD_EMOJI}
        for l in cldr:
            name, keys = words_of(cldr[l][char], names[l])
            keys = [k for k in keys if count[l][k] <= 8]
            row[l] = {"name": name, "keys": keys}
        add(glyphs[char], row)

    for char, (pt, feminine, en) in NOUNS.items():
        for c_pt_m, c_pt_f, c_en, hue, strength in COLOURS:
            held = c_en in HELD_COLOURS[char]
            row = {"emoji": char, "kind": "coloured", "colour": c_en, "held": held,
                   "pt": {"name": f"{pt} {c_pt_f if feminine else c_pt_m}", "keys": []},
                   "en": {"name": f"{c_en} {en}", "keys": []}}
            add(recoloured(glyphs[char], hue, strength), row)
        # the plain noun, in case CLDR only has a longer name
        for row in rows:
            if row["emoji"] == char and row["kind"] != "coloured":
                for l, noun in (("pt", pt), ("en", en)):
                    if noun != row[l]["name"] and noun not in row[l]["keys"]:
                        row[l]["keys"].append(noun)

    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, decoders, processors, trainers

    tok = Tokenizer(models.BPE())
    tok.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tok.decoder = decoders.ByteLevel()
    special = ["<start>", "<end>", "<pad>"]
    trainer = trainers.BpeTrainer(vocab_size=PIECES, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    from prompts import every_prompt

    tok.train_from_iterator(sorted(every_prompt(rows)), trainer)
    tok.post_processor = processors.TemplateProcessing(single="<start> $A <end>", special_tokens=[(t, tok.token_to_id(t)) for t in special[:2]])
    tok.save(os.path.join(args.out, "tokenizer.json"))

    lengths = [len(tok.encode(p).ids) for p in every_prompt(rows)]
    np.savez_compressed(os.path.join(args.out, "emoji.npz"), big=np.stack(big), small=np.stack(small))
    with open(os.path.join(args.out, "emoji.json"), "w", encoding="utf-8") as f:
        json.dump(rows, f, ensure_ascii=False, indent=0)
    kinds = Counter(r["kind"] for r in rows)
    print(f"{len(rows)} pictures ({kinds['coloured']} recoloured), {sum(r['held'] for r in rows)} held out; "
          f"{len(lengths)} prompts, {tok.get_vocab_size()} pieces, longest {max(lengths)} tokens, "
          f"{sum(n > LENGTH for n in lengths)} longer than {LENGTH}")


if __name__ == "__main__":
    main()
