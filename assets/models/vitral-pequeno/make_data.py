"""Writes the corpus: trains the tokenizer (once) and packs conversations and plain text into rows of token ids.

    python make_data.py --out DIR --texts TEXTS --stage 1 --rows 30000 --length 512 --seed 1

DIR gets tokenizer.json (kept if it is there), stage<N>.npz with
    ids    uint16 [rows, length + 1]   token ids
    seg    uint8  [rows, length + 1]   number of the document inside the row (attention does not cross documents)
    weight uint8  [rows, length + 1]   10 = answer or plain text, 2 or 1 = what the person wrote, 0 = system text and padding
and held_<category>_<lang>.npz, in the same layout, one document per row.
"""

import argparse
import os
import random
import re

import numpy as np
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

import dialogues

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
# The splitting expression of Qwen2 (digits one by one); the GGUF says tokenizer.ggml.pre = "qwen2".
QWEN2 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
PAD = 0

# Sentences of the Tatoeba file that do not belong in a classroom.
NOT_FOR_CLASS = re.compile(r"penis|dick|sex|naked|kill|murder|suicid|shit|fuck|rape|whore|pênis|pau |nu\b|nua\b|matar|mat[oa]u|estupr|puta|merda|morr|die|dead|gun|drunk|bêbad", re.I)


def read_texts(folder):
    """Plain text for general fluency: (training documents, held-out documents, foreign sentences)."""
    train, held = [], []

    def add(path, every=25, size=700, skip=0, limit=None):
        text = open(path, encoding="utf-8", errors="replace").read().replace("\r", "")[skip:limit]
        text = re.sub(r"[ \t]+", " ", re.sub(r"(?<!\n)\n(?!\n)", " ", text))
        parts, cur = [], ""
        for para in re.split(r"\n\n+", text):
            if len(cur) + len(para) > size and cur:
                parts.append(cur.strip())
                cur = ""
            cur += para.strip() + "\n"
        parts.append(cur.strip())
        for i, p in enumerate(parts):
            if len(p) > 80:
                (held if i % every == every - 1 else train).append(p[: 3 * size])

    t = lambda *p: os.path.join(folder, *p)
    add(t("udhr", "por.txt") if os.path.exists(t("udhr", "por.txt")) else t("udhr", "por_BR.txt"), 12)
    add(t("udhr", "eng.txt"), 12)
    add(t("text-pt", "dom_casmurro.txt"), skip=3000, limit=300000)
    add(t("text-en", "alice_in_wonderland.txt"), skip=1500)
    add(t("text-en", "botchan.txt"), skip=3000, limit=200000)
    pairs = list(zip(open(t("tatoeba-por-eng", "tatoeba.por-eng.por"), encoding="utf-8").read().split("\n"), open(t("tatoeba-por-eng", "tatoeba.por-eng.eng"), encoding="utf-8").read().split("\n")))
    pairs = [(a.strip(), b.strip()) for a, b in pairs if a and b and not NOT_FOR_CLASS.search(a + " " + b)]
    for i in range(0, len(pairs) - 8, 8):
        for side in (0, 1):
            (held if i % 200 == 192 else train).append(" ".join(p[side] if p[side][-1:] in ".?!" else p[side] + "." for p in pairs[i : i + 8]))
    foreign = []
    for lang in ("spa", "fra", "deu_1996", "deu", "ita"):
        p = t("udhr", lang + ".txt")
        if os.path.exists(p):
            foreign += [s.strip() for s in re.split(r"[\n.]", open(p, encoding="utf-8").read()) if 15 < len(s.strip()) < 90]
    return train, held, foreign


class Packer:
    def __init__(self, tok, length):
        self.tok, self.length = tok, length
        self.end_text, self.start, self.end = (tok.token_to_id(s) for s in SPECIAL)

    def ids(self, text):
        return self.tok.encode(text, add_special_tokens=False).ids

    def dialogue(self, c, stage=1):
        """ChatML: <|im_start|>role\\ntext<|im_end|>\\n. Weight 10 on the answer and on its <|im_end|>; from stage 2
        on the first eight tokens of an answer weigh 30 (there it is decided which answer it is) and the person's 1."""
        ids, w = [], []

        def part(role, text, weight):
            head = [self.start] + self.ids(role + "\n")
            body = self.ids(text) + [self.end]
            tail = self.ids("\n")
            ids.extend(head + body + tail)
            w.extend([0] * len(head) + [weight] * len(body) + [0] * len(tail))

        if c.system:
            part("system", c.system, 0)
        for user, answer in c.turns:
            part("user", user, 2 if stage == 1 else 1)
            part("assistant", answer, 10)
            if stage > 1:
                body = len(self.ids(answer)) + 1
                at = len(w) - body - len(self.ids("\n"))
                w[at : at + min(8, body)] = [30] * min(8, body)
        ids.append(self.end_text)
        w.append(10)
        return ids, w

    def plain(self, text):
        ids = self.ids(text) + [self.end_text]
        return ids, [10] * len(ids)

    def rows(self, docs):
        """First-fit packing into rows of length + 1, a little window of open rows."""
        n = self.length + 1
        open_rows, done = [], []
        for ids, w in docs:
            ids, w = ids[:n], w[:n]
            best = None
            for row in open_rows:
                if len(row[0]) + len(ids) <= n and (best is None or len(row[0]) > len(best[0])):
                    best = row
            if best is None:
                best = ([], [], [])
                open_rows.append(best)
            seg = (best[2][-1] + 1) if best[2] else 1
            best[0].extend(ids)
            best[1].extend(w)
            best[2].extend([seg] * len(ids))
            if len(open_rows) > 24:
                open_rows.sort(key=lambda r: len(r[0]))
                done.append(open_rows.pop())
        done += open_rows
        a = np.full((len(done), n), PAD, np.uint16)
        s = np.zeros((len(done), n), np.uint8)
        ww = np.zeros((len(done), n), np.uint8)
        for i, (ids, w, seg) in enumerate(done):
            a[i, : len(ids)], ww[i, : len(ids)], s[i, : len(ids)] = ids, w, seg
        return dict(ids=a, seg=s, weight=ww)


def train_tokenizer(texts, size):
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN2), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tok.decoder = decoders.ByteLevel()
    tok.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=size, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return tok


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--out", required=True)
    ap.add_argument("--texts", required=True)
    ap.add_argument("--stage", type=int, default=1)
    ap.add_argument("--tokens", type=float, default=8e6)
    ap.add_argument("--length", type=int, default=512)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--vocab", type=int, default=3072)
    ap.add_argument("--plain", type=float, default=0.05, help="share of plain text documents")
    ap.add_argument("--mix", type=int, default=1)
    ap.add_argument("--long", type=float, default=0.15, help="share of long conversations")
    args = ap.parse_args()
    os.makedirs(args.out, exist_ok=True)
    rng = random.Random(args.seed)
    train_text, held_text, foreign = read_texts(args.texts)
    names = [n.strip() for n in open(os.path.join(args.texts, "text-en", "names.txt"))]
    names = [n for n in names if 3 <= len(n) <= 8]
    rng.shuffle(names)

    path = os.path.join(args.out, "tokenizer.json")
    if not os.path.exists(path):
        r = random.Random(7)
        sample = []
        for _ in range(30000):
            for user, answer in dialogues.build(r, r.choice((1, 2, 3)), extra_names=names, foreign=foreign).turns:
                sample += [user, answer]
        r.shuffle(sample)
        sample += train_text
        train_tokenizer(sample, args.vocab).save(path)
    tok = Tokenizer.from_file(path)
    assert tok.get_vocab_size() == args.vocab, tok.get_vocab_size()
    pack = Packer(tok, args.length)

    def docs():
        total = 0
        while total < args.tokens:
            r = rng.random()
            if r < args.plain:
                d = pack.plain(rng.choice(train_text))
            else:
                if r < args.plain + args.long:
                    turns = rng.randint(5, 14 if args.length <= 512 else 26)
                else:
                    turns = rng.choices((1, 2, 3, 4, 5), (34, 22, 22, 12, 10))[0]
                d = pack.dialogue(dialogues.build(rng, turns, extra_names=names[500:], foreign=foreign, mix=args.mix), args.stage)
            total += len(d[0])
            yield d

    data = pack.rows(docs())
    order = np.random.default_rng(args.seed).permutation(len(data["ids"]))
    data = {k: v[order] for k, v in data.items()}
    np.savez(os.path.join(args.out, f"stage{args.stage}.npz"), **data)
    print("rows", data["ids"].shape, "filled", float((data["seg"] > 0).mean()), "answer share", float((data["weight"] >= 10).mean()))

    r = random.Random(99)
    small = Packer(tok, 511)
    for cat in dialogues.CATEGORIES:
        for lang in ("pt", "en"):
            out = [small.dialogue(dialogues.build_category(r, cat, lang, names[:500])) for _ in range(60)]
            np.savez(os.path.join(args.out, f"held_{cat}_{lang}.npz"), **{k: np.stack([small.rows([d])[k][0] for d in out]) for k in ("ids", "seg", "weight")})
    out = [small.plain(t) for t in held_text][:60]
    np.savez(os.path.join(args.out, "held_text_both.npz"), **{k: np.stack([small.rows([d])[k][0] for d in out]) for k in ("ids", "seg", "weight")})
    print("held-out text documents", len(out), "train text documents", len(train_text), "foreign sentences", len(foreign))


if __name__ == "__main__":
    main()
