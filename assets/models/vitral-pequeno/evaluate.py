"""Asks the 40 fixed prompts (and every small sum) greedily and prints a Markdown table with the true answers.

    python evaluate.py --data DIR --gguf vitral-pequeno-q8_0.gguf > answers.md

It runs the weights of the GGUF file (dequantised), not those of the checkpoint.
"""

import argparse
import os

import gguf
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

import dialogues
from dialogues import DEFAULT_SYSTEM
from model import Config, Model, rotate

# Each entry is one conversation; the answers to all its turns are shown. Some coincide with phrasings of the training
# data, some do not.
PROMPTS = {
    "pt": [
        ["Oi!"], ["Bom dia, como vai?"], ["Quem é você?"], ["O que é um token?"], ["o que e um embedding"], ["Como funciona a atenção?"],
        ["Para que serve a temperatura?"], ["Qual a diferença entre top-k e top-p?"], ["O que é cache KV?"], ["Você pode me dar um exemplo de alucinação?"],
        ["Explique difusão para uma criança."], ["O que é LoRA?", "Dê um exemplo.", "E em inglês?"], ["Oi, meu nome é Marina.", "O que é softmax?", "Qual é o meu nome?"],
        ["Conte uma história sobre um gato.", "Qual é o nome do personagem?", "E a moral?"], ["Me conta uma história de um dragão chamado Rubi"], ["Quanto é 7 + 5?"],
        ["Qual é a capital da Argentina?"], ["Quem ganhou a Copa de 1970?"], ["Me ensina a consertar uma bicicleta?"], ["O que é um blorfo?"],
    ],
    "en": [
        ["Hi!"], ["Good morning, how are you?"], ["Who are you?"], ["What is a token?"], ["whats an embeding"], ["How does attention work?"],
        ["Why would I change the temperature?"], ["What is the difference between a query and a key?"], ["What is quantisation?"], ["Can you give me an example of overfitting?"],
        ["Explain the VAE to a child."], ["What is RAG?", "Can you explain it more simply?", "And in Portuguese?"], ["Hello, I'm Zoltan.", "What is a layer?", "Do you remember my name?"],
        ["Tell me a story about an owl.", "Who helped?", "What is the moral?"], ["I would love a story about a whale named Gus"], ["What is 8 x 7?"],
        ["What is the opposite of hot?"], ["Who is the president of France?"], ["Write a Python function that sorts a list."], ["What is a flumbar?"],
    ],
}


def load_gguf(path):
    r = gguf.GGUFReader(path)
    kv = lambda k: r.fields[k].contents()
    cfg = Config(vocab_size=len(r.fields["tokenizer.ggml.tokens"].data), context_length=kv("llama.context_length"), dim=kv("llama.embedding_length"), layers=kv("llama.block_count"),
                 heads=kv("llama.attention.head_count"), kv_heads=kv("llama.attention.head_count_kv"), ffn=kv("llama.feed_forward_length"), rope_base=kv("llama.rope.freq_base"), norm_eps=kv("llama.attention.layer_norm_rms_epsilon"))
    model = Model(cfg)
    state = {}
    for t in r.tensors:
        name = t.name.replace("blk.", "blocks.")
        state[name] = torch.from_numpy(gguf.quants.dequantize(t.data, t.tensor_type).copy())
    model.load_state_dict(state)
    return model.eval()


class Chat:
    def __init__(self, model, tok):
        self.model, self.tok = model, tok
        self.end, self.end_text = tok.token_to_id("<|im_end|>"), tok.token_to_id("<|endoftext|>")

    def extend(self, ids, cache):
        """Logits [V] after `ids`, which follow what the cache (per layer: keys, values [K, T, D]) already holds."""
        m, c = self.model, self.model.cfg
        at = cache[0][0].shape[1] if cache else 0
        t = len(ids)
        cos, sin = m.cos[at : at + t], m.sin[at : at + t]
        x = m.token_embd.weight[ids]
        mask = torch.ones(t, at + t, dtype=torch.bool).tril(at)
        fresh = []
        for i, b in enumerate(m.blocks):
            h = b.attn_norm(x)
            q = rotate(b.attn_q(h).view(t, c.heads, c.head_dim).transpose(0, 1), cos, sin)
            k = rotate(b.attn_k(h).view(t, c.kv_heads, c.head_dim).transpose(0, 1), cos, sin)
            v = b.attn_v(h).view(t, c.kv_heads, c.head_dim).transpose(0, 1)
            if cache:
                k, v = torch.cat((cache[i][0], k), 1), torch.cat((cache[i][1], v), 1)
            fresh.append((k, v))
            g = c.heads // c.kv_heads
            a = F.scaled_dot_product_attention(q[None], k.repeat_interleave(g, 0)[None], v.repeat_interleave(g, 0)[None], attn_mask=mask)[0]
            x = x + b.attn_output(a.transpose(0, 1).reshape(t, -1))
            h = b.ffn_norm(x)
            x = x + b.ffn_down(F.silu(b.ffn_gate(h)) * b.ffn_up(h))
        return m.output_norm(x[-1]) @ m.token_embd.weight.T, fresh

    @torch.no_grad()
    def answer(self, ids, limit=220):
        out = []
        logits, cache = self.extend(ids, None)
        while len(out) < limit and len(ids) + len(out) < self.model.cfg.context_length:
            nxt = int(logits.argmax())
            if nxt in (self.end, self.end_text):
                break
            out.append(nxt)
            logits, cache = self.extend([nxt], cache)
        return out

    def talk(self, turns, system=DEFAULT_SYSTEM):
        text, answers = f"<|im_start|>system\n{system}<|im_end|>\n" if system else "", []
        for user in turns:
            text += f"<|im_start|>user\n{user}<|im_end|>\n<|im_start|>assistant\n"
            a = self.tok.decode(self.answer(self.tok.encode(text, add_special_tokens=False).ids)).strip()
            answers.append(a)
            text += a + "<|im_end|>\n"
        return answers


def sums(chat, every=1):
    """Share of right answers over all small sums, in both languages."""
    out = {}
    for lang in ("pt", "en"):
        for sign, ask, pairs in (("+", "plus", [(x, y) for x in range(21) for y in range(21)]), ("-", "minus", [(x, y) for x in range(21) for y in range(x + 1)]), ("x", "times", [(x, y) for x in range(11) for y in range(11)])):
            right = n = 0
            for x, y in pairs[::every]:
                q = dialogues.ASK[ask][0 if lang == "pt" else 1][0].format(x=x, y=y)
                z = {"+": x + y, "-": x - y, "x": x * y}[sign]
                right += chat.talk([q])[0] == f"{x} {sign} {y} = {z}."
                n += 1
            out[f"{sign} {lang}"] = (right, n)
    return out


def terms(chat):
    """Share of the terms whose definition comes out word for word, asked in a phrasing that training never saw."""
    out, wrong = {}, []
    for lang in ("pt", "en"):
        i = 0 if lang == "pt" else 1
        right = 0
        for key, t in dialogues.TERMS.items():
            q = dialogues.ASK["define"][i][-1].format(a=t[lang]["names"][0], b=t[lang]["names"][min(1, len(t[lang]["names"]) - 1)])
            ok = chat.talk([q])[0] == t[lang][1]
            right += ok
            if not ok:
                wrong.append(f"{key} ({lang})")
        out[lang] = (right, len(dialogues.TERMS))
    return out, wrong


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--data", required=True)
    ap.add_argument("--gguf", required=True)
    ap.add_argument("--every", type=int, default=3, help="ask one sum in so many")
    ap.add_argument("--quick", action="store_true")
    args = ap.parse_args()
    torch.set_num_threads(1)
    chat = Chat(load_gguf(args.gguf), Tokenizer.from_file(os.path.join(args.data, "tokenizer.json")))
    print("| # | prompt | greedy answer |\n|---|---|---|")
    n = 0
    for lang in ("pt", "en"):
        for turns in PROMPTS[lang]:
            n += 1
            for i, (q, a) in enumerate(zip(turns, chat.talk(turns))):
                a = a.replace("\n", " / ").replace("|", "\\|")
                print(f"| {n if i == 0 else ''} | {q} | {a} |", flush=True)
    if args.quick:
        return
    print("\nterms, held-out phrasing:", *terms(chat))
    print("\nsums:", sums(chat, args.every))


if __name__ == "__main__":
    main()
