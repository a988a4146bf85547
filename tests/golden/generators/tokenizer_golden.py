#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden ids of the tokenizer tests, made by the reference implementations.

    python tokenizer_golden.py SHARED_DATA OUT       (made with tokenizers 0.23.3, sentencepiece 0.2.3, gguf)

Writes to OUT (tests/golden/tokenizer):
  corpus.json        the texts
  tiny/*.json        small tokenizers trained here; kept where they are already there
  expected.json      per tokenizer: where it lies, ids of every text with and without special tokens, decoded texts
SHARED_DATA holds the vocabularies of other people that some goldens are about; they are not committed here.
"""
import base64
import glob
import json
import os
import random
import struct
import sys

import gguf
import sentencepiece
import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

shared, out = sys.argv[1:3]
os.makedirs(os.path.join(out, "tiny"), exist_ok=True)
rng = random.Random(20240917)

EN = """The tokenizer's job is simple: it cuts text into pieces. "Don't panic," she said; we'll see what they've done,
I'm sure you'd like it. It costs $1,234.56 (or 99% of 1000000). See https://example.org/a_b?c=d&e=f#g or mail
someone@example.com. ABC DEFghi iPhone McDonald's O'Reilly HELLO'S WORLD'LL naive cooperate state-of-the-art 3.14159"""
PT = """A atenção é tudo de que você precisa. Não há dúvida: o coração não entende razões, e a informação chegou às
três da manhã. Às vezes, pôr-do-sol, guarda-chuva, água, ação, pão-de-ló, vovó e vovô; linguiça já não leva trema.
O preço é R$ 1.234,56. Amanhã eu lhe direi: “saudade”."""
CODE = """for (int i = 0; i < n; ++i) {\n\tif (a[i] != b[i]) {\n\t\treturn -1; // no\n\t}\n}\n\n\ndef f(x_1, *args, **kw):
    return {k: v ** 2 for k, v in kw.items() if k not in ('a', "b")}  # TODO\n\r\n#include <vector>\nstd::cout << "x\\n";"""
OTHER = ["今天天气很好，我们去公园吧。", "日本語のテキストとカタカナ、漢字。", "한국어 문장입니다.", "Привет, мир! Ещё раз.",
         "مرحبا بالعالم، كيف حالك؟", "שלום עולם", "नमस्ते दुनिया, कैसे हो", "ภาษาไทยไม่มีช่องว่าง", "Ελληνικά και Άλφα", "Việt Nam độc lập"]
EMOJI = ["🙂", "👩‍👩‍👧‍👦 family", "🏳️‍🌈🇧🇷🇵🇹", "👍🏽 ok 👍🏿", "🚀🚀🚀 to the 🌕", "☕️ and ✅"]
MARKS = ["é vs e\u0301", "a\u0300\u0301\u0302b", "\u0301start", "n\u0303 ñ", "Å Å Å", "ﬁ ﬂ ﬃ ℃ ① ½ x² Ⅷ",
         "ZWJ\u200dhere", "soft\u00adhyphen", "BOM\ufeffin", "ＦＵＬＬ　ｗｉｄｔｈ", "ǅ ǈ ʰ ª º İstanbul ıI ſ 'ſ ẞß"]
BLANKS = ["", " ", "  ", "   ", "\t", "\n", "\r\n", "\n\n\n", " \n \n ", "a  b   c    d", "  lead", "trail  ", "\u00a0nbsp\u00a0\u00a0x",
          "em\u2003space\u3000ideographic", "tab\tsep\t\tx", "line\u2028sep\u2029par\u0085nel", "a\u180eb\u200bc", "x\n\n  y", " \t\n\r\v\f z"]
SMALL = ["a", "ab", "'s", "'S 'T 'RE", "1", "12345678", "1 2 34 567", "٣٤٥ ¾ ²", "!?", "...!!!", "###", "a.b,c;d", "_x_ __init__",
         "<|im_start|>user\nhi<|im_end|>", "<s>[INST] x [/INST]</s>", "[CLS] a [SEP] [MASK]", "<0x0A> <unk>", "a<mask> b", "▁under▁", "Ġx Ċ",
         "x" * 70, "ab" * 40, "1" * 40, " " * 33, "\n" * 20, "=" * 50, "supercalifragilisticexpialidocious", "I don't know, do not ask .", "mi corazón late", "Ⓐ②Ⅷ²a½_x‿y"]


def random_text():
    pools = ["abcdefghij", "ABCDE", " \t\n", "0123456789", ".,;:!?'\"-_()[]{}<>/\\@#$%^&*+=~`|", "áéíóúãõçâêô", "ÁÉÍÇÃ", "\r\n \u00a0\u3000",
             "一二三天地人", "あいうカキク", "абвгдАБВ", "αβγΔ", "\u0301\u0300\u0327", "🙂🚀👍", "ʰªº", "١٢٣½²", "אבג", "กขค"]
    return "".join(rng.choice(rng.choice(pools)) for _ in range(rng.randint(1, 40)))


corpus = EN.split("\n") + PT.split("\n") + [EN, PT, CODE] + OTHER + EMOJI + MARKS + BLANKS + SMALL + [random_text() for _ in range(80)]
training = []
words = (EN + " " + PT + " " + CODE + " " + " ".join(OTHER)).split()
for _ in range(400):
    training.append(" ".join(rng.choice(words) for _ in range(rng.randint(4, 24))))

expected = {}


def record(name, tokenizer, where, decode=True, skip=None):
    tokenizer.no_padding()
    tokenizer.no_truncation()
    plain = [tokenizer.encode(t, add_special_tokens=False).ids for t in corpus]
    full = [tokenizer.encode(t, add_special_tokens=True).ids for t in corpus[:3]]
    entry = {"file": where, "ids": plain, "withSpecial": full}
    if skip:  # where the reference does what nobody should: the test leaves these texts out
        entry["skip"] = [i for i, t in enumerate(corpus) if skip in t]
    if decode:
        entry["decoded"] = [tokenizer.decode(ids, skip_special_tokens=True) for ids in plain[:40]]
    expected[name] = entry


def tiny(name, tokenizer, trainer, **keys):
    tokenizer.train_from_iterator(training, trainer)
    data = json.loads(tokenizer.to_str())
    finish(name, data, **keys)


def finish(name, data, decode=True, skip=None):
    path = os.path.join(out, "tiny", name + ".json")
    if not os.path.exists(path):  # the trainers break ties in hash order: what is committed stays, delete to train anew
        with open(path, "w") as f:
            json.dump(data, f, ensure_ascii=False, separators=(",", ":"))
    record("tiny/" + name, Tokenizer.from_file(path), f"tiny/{name}.json", decode, skip)


BPE = dict(vocab_size=700, show_progress=False, special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
ALPHABET = pre_tokenizers.ByteLevel.alphabet()

# Byte-level BPE behind every kind of pre-tokeniser.
PATTERNS = {
    "cl100k": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "qwen2": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "o200k": r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "tekken": r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
}
CJK = "[一-龥぀-ゟ゠-ヿ]+"
DEEPSEEK3 = r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""
raw = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
cuts = {name: [pre_tokenizers.Split(Regex(p), "isolated"), raw] for name, p in PATTERNS.items()}
cuts["gpt2prefix"] = [pre_tokenizers.ByteLevel(add_prefix_space=True)]
cuts["starcoder"] = [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
cuts["falcon"] = [pre_tokenizers.Punctuation("contiguous"), pre_tokenizers.ByteLevel(add_prefix_space=False),
                  pre_tokenizers.Digits(individual_digits=False), pre_tokenizers.Split(Regex("[0-9][0-9][0-9]"), "isolated")]
cuts["deepseek3"] = [pre_tokenizers.Split(Regex(r"\p{N}{1,3}"), "isolated"), pre_tokenizers.Split(Regex(CJK), "isolated"),
                     pre_tokenizers.Split(Regex(DEEPSEEK3), "isolated"), raw]
cuts["splits"] = [pre_tokenizers.Split(" ", "merged_with_next"), pre_tokenizers.Split(Regex(r"[,.;]"), "merged_with_previous"),
                  pre_tokenizers.Split(Regex(r"[\p{P}]"), "contiguous"), pre_tokenizers.Split(Regex(r"\w+"), "removed", invert=True), raw]
for name, steps in cuts.items():
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.Sequence(steps)
    t.decoder = decoders.ByteLevel()
    tiny("bytes-" + name, t, trainers.BpeTrainer(initial_alphabet=ALPHABET, **BPE))

# ignore_merges, normalisers, template, added tokens of every kind.
t = Tokenizer(models.BPE())
t.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase(), normalizers.Replace(Regex(r"\s+"), " ")])
t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
t.decoder = decoders.ByteLevel()
t.train_from_iterator(training, trainers.BpeTrainer(initial_alphabet=ALPHABET, **BPE))
data = json.loads(t.to_str())
data["model"]["ignore_merges"] = True
data["model"]["vocab"]["Ġcorazón"] = len(data["model"]["vocab"])  # reachable only as a whole
t = Tokenizer.from_str(json.dumps(data))
t.add_tokens([AddedToken("guarda", single_word=True, normalized=False), AddedToken("água", normalized=True), AddedToken("SAUDADE", normalized=True)])
t.add_special_tokens([AddedToken("<mask>", lstrip=True), AddedToken("[INST]", rstrip=True)])
t.post_processor = processors.TemplateProcessing(single="<|im_start|> $A <|im_end|>", special_tokens=[("<|im_start|>", 1), ("<|im_end|>", 2)])
data = json.loads(t.to_str())
finish("bytes-added", data, decode=False)  # the reference decodes the added token "água" as bytes E1 67 75 61

# CLIP's way: suffix at the end of words.
t = Tokenizer(models.BPE(end_of_word_suffix="</w>", unk_token="<|endoftext|>"))
t.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), "removed", invert=True),
                                           pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
t.decoder = decoders.ByteLevel()
tiny("clip", t, trainers.BpeTrainer(initial_alphabet=ALPHABET, end_of_word_suffix="</w>", **BPE), decode=False)

# SentencePiece's BPE as tokenizer.json has it: characters, byte fallback, no pre-tokens.
t = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=True)
t.train_from_iterator(training, trainers.BpeTrainer(vocab_size=600, show_progress=False, limit_alphabet=90,
                      special_tokens=["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)]))
data = json.loads(t.to_str())
data["added_tokens"] = [a for a in data["added_tokens"] if not a["content"].startswith("<0x")]
data["decoder"] = {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
                                                    {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
data["post_processor"] = {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                          "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                          "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}}
finish("metaspace-bpe", data)
data["pre_tokenizer"] = None
data["normalizer"] = {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}
finish("prepend-bpe", data)
data["model"]["byte_fallback"] = False
finish("fused-bpe", data, decode=False)
data["model"]["fuse_unk"] = False
finish("unfused-bpe", data, decode=False)

# Unigram, with the character map of a real SentencePiece model and without.
for name, fallback in (("unigram", False), ("unigram-bytes", True)):
    t = Tokenizer(models.Unigram())
    t.normalizer = normalizers.NFKC() if fallback else normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    t.decoder = decoders.Metaspace(prepend_scheme="always")
    t.train_from_iterator(training, trainers.UnigramTrainer(vocab_size=500, show_progress=False, unk_token="<unk>", special_tokens=["<pad>", "</s>", "<unk>"]))
    data = json.loads(t.to_str())
    if fallback:
        data["model"]["vocab"] += [[f"<0x{b:02X}>", 0.0] for b in range(256)]
        data["model"]["byte_fallback"] = True
        data["decoder"] = {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
                                                            {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
    data["post_processor"] = {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
                              "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
                              "special_tokens": {"</s>": {"id": "</s>", "ids": [1], "tokens": ["</s>"]}}}
    finish(name, data, skip="<0x" if fallback else None)  # it takes a typed "<0x0A>" for the byte piece



def charsmap(entries):
    """SentencePiece's precompiled_charsmap of {text: replacement}: a double array in Darts-clone's units."""
    replacements, values, trie = b"", {}, {}
    for key, value in entries.items():
        values[key.encode()] = len(replacements)
        replacements += value.encode() + b"\0"
    for key in values:
        node = trie
        for byte in key:
            node = node.setdefault(byte, {})
        node[0] = values[key]
    units, taken = {0: 0}, {0}

    def place(node, position):
        base = next(b for b in range(256, 1 << 20) if all(b ^ label not in taken for label in node))
        taken.update(base ^ label for label in node)
        units[position] |= (position ^ base) << 10 | (0 in node) << 8
        for label, child in node.items():
            units[base ^ label] = label if label else child | 1 << 31
        for label, child in node.items():
            if label:
                place(child, base ^ label)

    place(trie, 0)
    table = b"".join(struct.pack("<I", units.get(i, 0)) for i in range(max(units) + 1))
    return struct.pack("<I", len(table)) + table + replacements


path = os.path.join(out, "tiny", "unigram-charsmap.json")
data = json.load(open(os.path.join(out, "tiny", "unigram.json")))
entries = {"ª": "a", "º": "o", "½": "1\u20442", "²": "2", "ﬁ": "fi", "ﬂ": "fl", "\u00a0": " ", "\u3000": " ", "\n": " ", "\t": " ", "e\u0301": "é",
           "a\u0300": "à", "n\u0303": "ñ", "A\u030a": "Å", "\u0301": "", "Ⅷ": "VIII", "①": "1", "ʰ": "h", "☕": "[coffee]", "🏳": "[flag]"}
data["normalizer"] = {"type": "Sequence", "normalizers": [
    {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(charsmap(entries)).decode()},
    {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]}
finish("unigram-charsmap", data)

# WordPiece, cased and uncased, and the plain pre-tokenisers.
for name, lower in (("wordpiece", True), ("wordpiece-cased", False)):
    t = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=30))
    t.normalizer = normalizers.BertNormalizer(lowercase=lower)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer() if lower else pre_tokenizers.Whitespace()
    t.decoder = decoders.WordPiece()
    t.train_from_iterator(training, trainers.WordPieceTrainer(vocab_size=600, show_progress=False, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]))
    t.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    finish(name, json.loads(t.to_str()))

# Real vocabularies.
for name in ("minimind2", "minilm", "yi"):
    path = f"tokenizer-json/{name}/tokenizer.json"
    record(name, Tokenizer.from_file(os.path.join(shared, path)), "shared:" + path)


def field(reader, key):
    return reader.fields[key].contents() if key in reader.fields else None


def byte_bpe(path, steps):
    r = gguf.GGUFReader(os.path.join(shared, path))
    tokens, merges, types = (field(r, "tokenizer.ggml." + k) for k in ("tokens", "merges", "token_type"))
    t = Tokenizer(models.BPE(vocab={p: i for i, p in enumerate(tokens)}, merges=[tuple(m.split(" ", 1)) for m in merges]))
    t.pre_tokenizer = pre_tokenizers.Sequence(steps)
    t.decoder = decoders.ByteLevel()
    t.add_special_tokens([AddedToken(tokens[i], normalized=False) for i, k in enumerate(types) if k == 3])
    t.add_tokens([AddedToken(tokens[i], normalized=False) for i, k in enumerate(types) if k == 4])
    return t


for name, path, steps in (
        ("qwen2.5-gguf", "qwen2.5-tokenizer/vocab-qwen2.5.gguf", cuts["qwen2"]),
        ("gpt-2-gguf", "ggml-vocab/ggml-vocab-gpt-2.gguf", [pre_tokenizers.ByteLevel(add_prefix_space=False)])):
    record(name, byte_bpe(path, steps), "shared:" + path)


def varint(n):
    out = b""
    while n >= 128:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def tagged(number, payload):  # a length-delimited field of protobuf
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def sentencepiece_of(path, prefix):
    """The vocabulary of a GGUF file as a SentencePiece model (sentencepiece_model.proto, written by hand)."""
    r = gguf.GGUFReader(os.path.join(shared, path))
    tokens, scores, types = (field(r, "tokenizer.ggml." + k) for k in ("tokens", "scores", "token_type"))
    model = b""
    for piece, score, kind in zip(tokens, scores, types):
        model += tagged(1, tagged(1, piece.encode()) + b"\x15" + struct.pack("<f", score) + b"\x18" + varint(kind))
    model += tagged(2, b"\x18\x02" + varint(35 << 3) + b"\x01")  # trainer_spec: model_type BPE, byte_fallback
    model += tagged(3, tagged(1, b"identity") + b"\x18" + varint(prefix) + b"\x20\x00")
    return sentencepiece.SentencePieceProcessor(model_proto=model)


# SentencePiece reads "<s>" as text always: ids without parsing special tokens.
for name, path in (("llama-spm-gguf", "ggml-vocab/ggml-vocab-llama-spm.gguf"), ("stories260K-gguf", "gguf/stories260K-f32.gguf")):
    sp = sentencepiece_of(path, True)
    expected[name] = {"file": "shared:" + path, "plainText": True, "ids": [sp.encode(t) for t in corpus]}
sp = sentencepiece.SentencePieceProcessor(model_file=os.path.join(shared, "sentencepiece-test/test_model.model"))
expected["sentencepiece-test"] = {"file": "shared:sentencepiece-test/test_model.model", "plainText": True, "ids": [sp.encode(t) for t in corpus]}

with open(os.path.join(out, "corpus.json"), "w") as f:
    json.dump(corpus, f, ensure_ascii=False, indent=0)
with open(os.path.join(out, "expected.json"), "w") as f:
    json.dump({"made with": f"tokenizers {tokenizers.__version__}, sentencepiece {sentencepiece.__version__}", **expected}, f,
              ensure_ascii=False, separators=(",", ":"))
for path in sorted(glob.glob(out + "/**/*.json", recursive=True)):
    print(os.path.getsize(path), path)
