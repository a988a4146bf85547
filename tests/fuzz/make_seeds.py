# SPDX-License-Identifier: Apache-2.0
"""Writes the small valid files that fuzzing starts from: python make_seeds.py tests/fuzz/seeds"""
import base64
import json
import struct
import sys
from pathlib import Path

out = Path(sys.argv[1])


def put(name, data):
    path = out / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())


def s(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def gguf(pairs, tensors=(), version=3, alignment=32):
    body = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(pairs))
    for key, kind, value in pairs:
        body += s(key) + struct.pack("<I", kind) + value
    offset = 0
    blobs = b""
    for name, dims, kind, size in tensors:
        body += s(name) + struct.pack("<I", len(dims)) + b"".join(struct.pack("<Q", d) for d in dims)
        body += struct.pack("<IQ", kind, offset)
        blobs += bytes(i % 251 for i in range(size))
        blobs += bytes(-len(blobs) % alignment)
        offset = len(blobs)
    return body + bytes(-len(body) % alignment) + blobs


def strings(values):
    return struct.pack("<IQ", 8, len(values)) + b"".join(s(v) for v in values)


def numbers(kind, code, values):
    return struct.pack(f"<IQ{len(values)}{code}", kind, len(values), *values)


arch = [("general.architecture", 8, s("llama")), ("llama.block_count", 4, struct.pack("<I", 2)),
        ("llama.embedding_length", 4, struct.pack("<I", 64)), ("llama.attention.head_count", 4, struct.pack("<I", 4))]
spm = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in (10, 32, 97, 255)] + ["\u2581", "a", "l", "\u2581a", "al", "\u00e1", "o"]
put("gguf/spm.gguf", gguf(arch + [
    ("tokenizer.ggml.model", 8, s("llama")), ("tokenizer.ggml.tokens", 9, strings(spm)),
    ("tokenizer.ggml.scores", 9, numbers(6, "f", [-float(i) for i in range(len(spm))])),
    ("tokenizer.ggml.token_type", 9, numbers(5, "i", [2, 3, 3, 6, 6, 6, 6] + [1] * 7)),
    ("tokenizer.ggml.bos_token_id", 4, struct.pack("<I", 1))], [("token_embd.weight", [64, 2], 0, 512)]))
bpe = [chr(c) for c in range(33, 127)] + ["\u0120", "\u010a", "lo", "wor", "\u0120w", "<|end|>"]
put("gguf/bpe.gguf", gguf([
    ("tokenizer.ggml.model", 8, s("gpt2")), ("tokenizer.ggml.pre", 8, s("llama-bpe")),
    ("tokenizer.ggml.tokens", 9, strings(bpe)), ("tokenizer.ggml.merges", 9, strings(["l o", "\u0120 w"])),
    ("tokenizer.ggml.token_type", 9, numbers(5, "i", [1] * (len(bpe) - 1) + [3]))]))
put("gguf/wordpiece.gguf", gguf([
    ("tokenizer.ggml.model", 8, s("bert")), ("tokenizer.ggml.tokens", 9, strings(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "\u2581a", "b", "\u2581hel"])),
    ("tokenizer.ggml.token_type", 9, numbers(5, "i", [3, 3, 3, 3, 1, 1, 1]))]))
put("gguf/unigram.gguf", gguf([
    ("tokenizer.ggml.model", 8, s("t5")), ("tokenizer.ggml.tokens", 9, strings(["<pad>", "</s>", "<unk>", "\u2581", "a", "\u2581a"])),
    ("tokenizer.ggml.scores", 9, numbers(6, "f", [0, 0, 0, -1, -2, -3])),
    ("tokenizer.ggml.precompiled_charsmap", 9, numbers(0, "B", [4, 0, 0, 0, 1, 2, 3, 4, 65, 0]))]))
put("gguf/types.gguf", gguf(
    [(f"k{i}", i, bytes([1]) + bytes(n - 1)) for i, n in enumerate([1, 1, 2, 2, 4, 4, 4, 1])]
    + [("n", 9, struct.pack("<IQ", 9, 2) + numbers(2, "H", [1, 2]) + strings(["x"])), ("general.alignment", 4, struct.pack("<I", 8))],
    [("q", [256, 2], 12, 288), ("i", [256], 16, 66), ("e", [32, 1, 2], 39, 34)], version=2, alignment=8))

header = json.dumps({"__metadata__": {"k": "v"}, "a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
                     "b": {"dtype": "BOOL", "shape": [], "data_offsets": [16, 17]}}).encode()
put("safetensors/two.safetensors", struct.pack("<Q", len(header)) + header + bytes(17))
put("safetensors/none.safetensors", struct.pack("<Q", 2) + b"{}")
put("npy/f4.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", 60) + b"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n" + bytes(24))
put("npy/i8.npy", b"\x93NUMPY\x02\x00" + struct.pack("<I", 56) + b"{'descr': '<i8', 'fortran_order': False, 'shape': (), }\n" + bytes(8))

added = [{"id": 5, "content": "<s>", "single_word": False, "lstrip": True, "rstrip": False, "normalized": False, "special": True}]
letters = {c: i for i, c in enumerate(["a", "b", "c", "\u0120", "ab", "<s>", "\u0120a"])}
put("tokenizer/bytelevel.json", json.dumps({
    "version": "1.0", "added_tokens": added, "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}]},
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": {"Regex": "\\p{L}+|\\s+(?!\\S)|\\d{1,3}"}, "behavior": "Isolated", "invert": False},
        {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}]},
    "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                       "pair": [], "special_tokens": {"<s>": {"id": "<s>", "ids": [5], "tokens": ["<s>"]}}},
    "decoder": {"type": "ByteLevel"},
    "model": {"type": "BPE", "unk_token": None, "vocab": letters, "merges": ["a b", ["\u0120", "a"]]}}))
put("tokenizer/spm_bpe.json", json.dumps({
    "added_tokens": [], "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "\u2581"},
        {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]},
    "pre_tokenizer": None, "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "},
        {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
    "model": {"type": "BPE", "byte_fallback": True, "unk_token": "<unk>", "fuse_unk": True,
              "vocab": {"<unk>": 0, "<0x41>": 1, "\u2581": 2, "a": 3, "\u2581a": 4}, "merges": ["\u2581 a"]}}))
put("tokenizer/unigram.json", json.dumps({
    "normalizer": {"type": "Precompiled", "precompiled_charsmap": "BAAAAAEAAAA="}, "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always"},
    "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], ["\u2581", -2.0], ["a", -3.5], ["\u2581a", -1e3]]}}))
put("tokenizer/wordpiece.json", json.dumps({
    "added_tokens": [], "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
    "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 1], "cls": ["[CLS]", 2]},
    "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
              "vocab": {"[UNK]": 0, "[SEP]": 1, "[CLS]": 2, "hello": 3, "##a": 4, "a": 5}}}))
put("template/chatml.jinja", "{%- for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + (m['content'] | default('', true) | string | trim) }}<|im_end|>\n{% endfor %}{% if add_generation_prompt -%}a{%- endif %}")
put("template/macro.jinja", "{% macro f(x, y=1) %}{{ x ~ y }}{% endmacro %}{% set ns = namespace(i=0) %}{% for k, v in {'a': [1, 2.5], 'b': none}.items() if k != 'c' recursive %}{% set ns.i = ns.i + loop.index0 %}{{ f(k, v | tojson(indent=2)) }}{% else %}-{% endfor %}{{ ns.i // 2 ** 3 % 7 }}{{ 'x' if ns.i is defined and ns.i is not string else 'y' }}")
put("template/tools.jinja", "{% if tools is not none and tools | length > 0 %}{{ tools[0].function.name | upper }}{{ messages[-1:][0].content is iterable }}{{ messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | list | join(', ') }}{% endif %}{{ bos_token.split('s')[0].strip('<') }}{{ strftime_now('%d %b %Y') }}{{ raise_exception('no') if messages[::2] | length > 9 }}{# c #}{% raw %}{{ }}{% endraw %}{% call(a) f2() %}{{ a }}{% endcall %}{% filter lower %}A{% endfilter %}")
kw = """for in if elif else endif endfor macro endmacro set endset namespace loop.index loop.first is not defined none true false | tojson trim join length default replace selectattr rejectattr map(attribute= items() split( startswith( raise_exception( strftime_now( range( dictsort ~ ** // [::-1] {%- -%} {{ }} {# #} recursive call filter indent first last list sort unique reverse break continue include import""".split()
put("template.dict", "".join(f'"{w}"\n' for w in kw))
words = sorted({w for f in (out / "tokenizer").glob("*.json") for w in f.read_text().replace("\\u", "").split('"')[1::2] if 2 < len(w) < 30 and "\\" not in w})
put("tokenizer.dict", "".join(f'"\\"{w}\\""\n' for w in words))
put("safetensors.dict", "".join(f'"{w}"\n' for w in ['\\"dtype\\"', '\\"shape\\"', '\\"data_offsets\\"', "__metadata__", "F32", "BF16", "F8_E4M3", "BOOL", "18446744073709551615", "{}", "[]"]))
put("npy.dict", "".join(f'"{w}"\n' for w in ["'descr'", "'fortran_order'", "'shape'", "'<f4'", "'|i1'", "True", "False", "()", "9223372036854775807"]))
put("gguf.dict", "".join(f'"{w}"\n' for w in ["general.alignment", "tokenizer.ggml.model", "tokenizer.ggml.merges", "tokenizer.ggml.scores", "tokenizer.ggml.tokens", "gpt2", "llama", "bert", "t5", "GGUF", "\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff", "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x80"]))
sample = Path(__file__).parent.parent / "core/lesson/sample"
put("lesson/lesson.txt", "l" + (sample / "cats/lesson.en.md").read_text())
put("lesson/glossary.txt", "g" + (sample / "glossary.yaml").read_text())
put("lesson/course.txt", "cid: c\ntitle:\n  en: C\nlanguages: [en]\nglossary: glossary.yaml\nunits:\n  - a\n")
state = json.dumps({"vitral_state": 2, "screen": {"size": [1280, 800], "docks": {"tree": {"open": True, "size": 300}}}, "left_out": ["run"], "model": {"name": "m", "fingerprint": "0123456789abcdef"}, "run": "run.safetensors",
                    "composer": "ol\u00e1", "rooms": {"chat": {"a": 1}}, "do": ["matrix:1.2"], "depth": "user", "lesson": "a:1"})
put("lesson/state.txt", "s" + state)
put("lesson/link.txt", "kvitral:1:" + base64.urlsafe_b64encode(state.encode()).decode().rstrip("="))
put("lesson.dict", "".join(f'"{w}"\n' for w in ["```step", "```quiz", "```notes", "ask:", "kind: choose", "options:", "right:", "until:", "do:", "point:", "hide:", "{#", "[[", "]]", "---", "vitral:1:", "\\x0a"]))
files = [{"rfilename": "m.gguf", "size": 9, "lfs": {"sha256": "0" * 64, "size": 9}}, {"rfilename": "README.md", "size": 5, "blobId": "b" * 40}]
files += [{"rfilename": f"a-0000{i}-of-00002.gguf", "size": 1, "lfs": {"oid": "1" * 64, "size": 1}} for i in (1, 2)]
put("hub/files.json", json.dumps({"sha": "a" * 40, "gated": "manual", "tags": ["gguf", "license:mit"],
                                  "cardData": {"license": "mit", "license_name": "n", "license_link": "l"}, "siblings": files}))
put("hub/search.json", json.dumps([{"id": "anna/small-GGUF", "downloads": 12, "likes": -1, "gated": False, "tags": ["license:mit"],
                                    "pipeline_tag": "text-generation", "lastModified": "2025-03-01T10:00:00.000Z"}, {"modelId": "x"}]))
put("hub.dict", "".join(f'"\\"{w}\\""\n' for w in ["sha", "siblings", "rfilename", "lfs", "sha256", "oid", "size", "blobId", "id", "modelId", "tags", "license:", "gated", "cardData", "downloads"]))
