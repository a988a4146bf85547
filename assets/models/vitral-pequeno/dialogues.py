"""Builds conversations: each is a list of (role, text), one to many turns, in Portuguese or English.

A conversation is made of moves. A move asks something in one of many phrasings (some of them kept out of training:
see `pick`) and gives the one true answer; follow-up moves look at what was said before, so they can only be answered by
attending to the earlier turns.
"""

import os
import random
import re
import unicodedata

import stories
import world

HERE = os.path.dirname(os.path.abspath(__file__))

# The default system prompt and the two that change the answers. The GGUF's chat template carries DEFAULT_SYSTEM.
DEFAULT_SYSTEM = "You are Vitral, a tiny language model."
BRIEF = ("Responda de forma curta.", "Answer briefly.")
CHILD = ("Explique como para uma criança.", "Explain as to a child.")
NEUTRAL = ("You are a helpful assistant.", "Você é um assistente prestativo.", "You are a friendly assistant.", "Seja educado.")


def read_terms():
    terms = {}
    for part in ("terms_1.txt", "terms_2.txt", "terms_3.txt"):
        for line in open(os.path.join(HERE, "data", part), encoding="utf-8"):
            line = line.rstrip("\n")
            if line.startswith("# "):
                key, pt, en = (s.strip() for s in line[2:].split("|"))
                cur = terms[key] = {"pt": {"names": pt.split("/")}, "en": {"names": en.split("/")}}
            elif line:
                cur["pt" if line[0] == "p" else "en"][int(line[1])] = line[4:]
    return terms


def read_pairs(name):
    """compare.txt -> [(a, b, {'pt', 'en'})]; talk.txt -> [(id, {lang: ([questions], [answers])})]."""
    out = []
    for line in open(os.path.join(HERE, "data", name), encoding="utf-8"):
        line = line.rstrip("\n")
        if line.startswith("# "):
            out.append((line[2:].split(), {}))
        elif line:
            k, v = line.split(": ", 1)
            out[-1][1][k] = v
    return out


TERMS = read_terms()
COMPARE = read_pairs("compare.txt")
TALK = {
    ids[0]: {
        "pt": (d["pu"].split(" / "), d["pa"].split(" | ")),
        "en": (d["eu"].split(" / "), d["ea"].split(" | ")),
    }
    for ids, d in read_pairs("talk.txt")
}
# What was added for the third stage.
TALK_2 = {ids[0]: {"pt": (d["pu"].split(" / "), d["pa"].split(" | ")), "en": (d["eu"].split(" / "), d["ea"].split(" | "))} for ids, d in read_pairs("talk_2.txt")}
WRAP = {
    "pt": (["você pode me dizer ", "gostaria de saber ", "tenho uma dúvida: ", "me diz uma coisa: ", "vitral, ", "olá! ", "oi! ", "ei, ", "então ", "agora ", "certo. ", "uma pergunta: ", "por favor, ", "e ", "bom, ", "eu queria saber: ", "ok, "],
           [" por favor", ", por favor", " pfv", ", vitral", " aí", " para mim", ", obrigado", " mesmo"]),
    "en": (["can you tell me ", "i would like to know ", "i have a question: ", "tell me one thing: ", "vitral, ", "hello! ", "hi! ", "hey, ", "so ", "now ", "right. ", "a question: ", "please, ", "and ", "well, ", "i wanted to know: ", "ok, "],
           [" please", ", please", " pls", ", vitral", " then", " for me", ", thanks", " exactly"]),
}
TALK_ONLY_AFTER = {"imfine", "yes", "no", "dontunderstand", "understood", "thanks", "bye", "sorry", "insult"}

# {a} = name with its article, {b} = the bare name. The last two of each list are held out.
ASK = {
    "define": (
        ["o que é {a}?", "o que é {b}?", "{b}", "o que significa {b}?", "defina {b}", "você sabe o que é {b}?", "me diga o que é {a}", "qual é o significado de {b}?",
         "{b}?", "pode me dizer o que é {b}?", "o que quer dizer {b}?", "o q é {b}", "oque é {b}?", "queria saber o que é {a}", "{b} é o quê?", "o que seria {a}?",
         "poderia definir {b}?", "me conta o que é {a}", "quero saber o que significa {b}"],
        ["what is {a}?", "what is {b}?", "{b}", "what does {b} mean?", "define {b}", "do you know what {a} is?", "tell me what {a} is", "what is the meaning of {b}?",
         "{b}?", "can you tell me what {a} is?", "what's {a}?", "whats {b}", "what are we calling {b}?", "i want to know what {b} is", "{b} is what?", "what would {a} be?",
         "could you define {b}?", "please say what {b} means", "i wonder what {b} is"],
    ),
    "explain": (
        ["explique {a}", "explique {b}", "me explique {a}", "como funciona {a}?", "me fale sobre {a}", "fale mais sobre {b}", "explica {b} com detalhes", "pode explicar {a}?",
         "para que serve {a}?", "quero entender {a}", "me ensine sobre {b}", "explique o que é {a} e como funciona", "me ajude a entender {b}", "fale de {b}"],
        ["explain {a}", "explain {b}", "please explain {a}", "how does {a} work?", "tell me about {a}", "tell me more about {b}", "explain {b} in detail", "can you explain {a}?",
         "what is {a} for?", "i want to understand {a}", "teach me about {b}", "explain what {a} is and how it works", "help me understand {b}", "talk about {b}"],
    ),
    "example": (
        ["dê um exemplo de {b}", "me dê um exemplo de {b}", "um exemplo de {b}", "exemplo de {b}?", "pode dar um exemplo de {b}?", "mostre um exemplo de {b}", "quero um exemplo de {b}", "cite um exemplo de {b}"],
        ["give an example of {b}", "give me an example of {b}", "an example of {b}", "example of {b}?", "can you give an example of {b}?", "show an example of {b}", "i want an example of {b}", "name an example of {b}"],
    ),
    "child": (
        ["explique {a} para uma criança", "explique {b} de forma simples", "o que é {a}, em palavras simples?", "explique {b} como se eu tivesse 5 anos", "explique {a} de um jeito fácil", "como explicar {b} a uma criança?",
         "me explique {b} bem simples", "o que é {b} para crianças?"],
        ["explain {a} to a child", "explain {b} in a simple way", "what is {a}, in simple words?", "explain {b} like i am five", "explain {a} in an easy way", "how do you explain {b} to a kid?",
         "explain {b} very simply", "what is {b} for children?"],
    ),
    "def_example": (
        ["o que é {a}? dê um exemplo", "o que é {b}? me dê um exemplo", "defina {b} e dê um exemplo", "o que é {a}, com um exemplo?", "diga o que é {b} com exemplo"],
        ["what is {a}? give an example", "what is {b}? give me an example", "define {b} and give an example", "what is {a}, with an example?", "say what {b} is with an example"],
    ),
    "compare": (
        ["qual é a diferença entre {x} e {y}?", "qual a diferença entre {x} e {y}?", "{x} ou {y}, qual a diferença?", "compare {x} e {y}", "{x} e {y} são a mesma coisa?", "diferença entre {x} e {y}",
         "em que {x} e {y} são diferentes?", "como {x} difere de {y}?"],
        ["what is the difference between {x} and {y}?", "what's the difference between {x} and {y}?", "{x} or {y}, what is the difference?", "compare {x} and {y}", "are {x} and {y} the same?", "difference between {x} and {y}",
         "in what way are {x} and {y} different?", "how does {x} differ from {y}?"],
    ),
    "f_example": (
        ["dê um exemplo", "me dê um exemplo", "um exemplo?", "pode dar um exemplo?", "por exemplo?", "exemplo", "tem um exemplo?", "dá um exemplo aí", "mostre um exemplo", "e um exemplo?"],
        ["give an example", "give me an example", "an example?", "can you give an example?", "for example?", "example", "do you have an example?", "give me one example", "show an example", "and an example?"],
    ),
    "f_child": (
        ["explique mais simples", "mais simples, por favor", "explique de um jeito mais fácil", "não entendi, explique mais fácil", "e para uma criança?", "pode simplificar?", "explica mais simples", "explique como se eu fosse criança", "está difícil, simplifique", "em palavras simples?"],
        ["explain more simply", "simpler, please", "explain it in an easier way", "i did not understand, make it easier", "and for a child?", "can you simplify?", "more simply please", "explain it like i am a child", "that is hard, simplify it", "in simple words?"],
    ),
    "f_explain": (
        ["explique melhor", "fale mais", "conte mais", "explique com mais detalhes", "pode explicar mais?", "quero saber mais", "como funciona?", "mais detalhes", "me fale mais sobre isso", "continue explicando"],
        ["explain it better", "tell me more", "say more", "explain in more detail", "can you explain more?", "i want to know more", "how does it work?", "more details", "tell me more about it", "go on explaining"],
    ),
    "f_define": (
        ["resuma", "pode resumir?", "em uma frase?", "resumindo?", "diga em poucas palavras", "faça um resumo", "mais curto, por favor", "numa frase só"],
        ["summarise", "can you sum it up?", "in one sentence?", "in short?", "say it in a few words", "make a summary", "shorter, please", "in just one sentence"],
    ),
    "f_other": (
        ["e em inglês?", "em inglês, por favor", "diga em inglês", "como se diz isso em inglês?", "traduza para o inglês", "pode dizer em inglês?", "agora em inglês", "fale isso em inglês", "quero em inglês", "e na língua inglesa?"],
        ["and in portuguese?", "in portuguese, please", "say it in portuguese", "how do you say that in portuguese?", "translate it into portuguese", "can you say it in portuguese?", "now in portuguese", "tell me that in portuguese", "i want it in portuguese", "and in the portuguese language?"],
    ),
    "f_and": (["e {a}?", "e {b}?", "e o que é {b}?", "agora {b}", "e sobre {b}?", "que tal {b}?"], ["and {a}?", "and {b}?", "and what is {b}?", "now {b}", "and about {b}?", "how about {b}?"]),
    "story": (
        ["conte uma história sobre {h}", "conte uma história de {h}", "me conte uma história sobre {h}", "uma história com {h}", "escreva uma história sobre {h}", "conta uma historinha sobre {h}", "quero uma história sobre {h}", "invente uma história sobre {h}",
         "pode contar uma história sobre {h}?", "história de {h}", "crie uma história com {h}", "me fale uma história de {h}"],
        ["tell me a story about {h}", "tell a story about {h}", "a story about {h}", "a story with {h}", "write a story about {h}", "tell a little story about {h}", "i want a story about {h}", "make up a story about {h}",
         "can you tell a story about {h}?", "story of {h}", "create a story with {h}", "give me a story about {h}"],
    ),
    "anystory": (
        ["conte uma história", "me conte uma história", "conte uma historinha", "quero uma história", "uma história, por favor", "conta uma história", "pode contar uma história?", "me conta um conto", "escreva uma história", "invente uma história", "conte um conto"],
        ["tell me a story", "tell a story", "tell me a little story", "i want a story", "a story, please", "a bedtime story", "can you tell a story?", "tell me a tale", "write a story", "make up a story", "give me a tale"],
    ),
    "another": (["outra", "conte outra", "outra história", "mais uma história", "de novo", "conta mais uma"], ["another one", "tell another", "another story", "one more story", "again", "tell one more"]),
    "hero": (["qual é o nome do personagem?", "como se chama o personagem?", "quem é o personagem principal?", "qual o nome do herói?", "quem é o herói da história?"], ["what is the name of the character?", "what is the character called?", "who is the main character?", "what is the hero's name?", "who is the hero of the story?"]),
    "moral": (["qual é a moral da história?", "qual a moral?", "o que a história ensina?", "e a moral?", "qual é a lição?"], ["what is the moral of the story?", "what is the moral?", "what does the story teach?", "and the moral?", "what is the lesson?"]),
    "where": (["onde a história acontece?", "onde ele morava?", "em que lugar?", "onde foi isso?", "onde se passa a história?"], ["where does the story happen?", "where did the hero live?", "in what place?", "where was that?", "where is the story set?"]),
    "helper": (["quem ajudou?", "quem apareceu para ajudar?", "quem deu ajuda?", "quem veio ajudar?"], ["who helped?", "who came to help?", "who gave help?", "who was the helper?"]),
    "myname": (
        ["meu nome é {n}", "me chamo {n}", "eu sou {n}", "oi, meu nome é {n}", "olá, eu me chamo {n}", "pode me chamar de {n}", "sou {n}", "oi, eu sou {n}", "aqui é {n}", "meu nome é {n}, prazer", "olá, aqui quem fala é {n}"],
        ["my name is {n}", "i am {n}", "i'm {n}", "hi, my name is {n}", "hello, i am {n}", "call me {n}", "you can call me {n}", "hi, i'm {n}", "this is {n}", "my name is {n}, nice to meet you", "hello, this is {n} speaking"],
    ),
    "askname": (
        ["qual é o meu nome?", "qual é meu nome?", "como eu me chamo?", "você lembra do meu nome?", "você sabe meu nome?", "quem sou eu?", "lembra como me chamo?", "diga o meu nome", "você lembra quem eu sou?"],
        ["what is my name?", "what's my name?", "how am i called?", "do you remember my name?", "do you know my name?", "who am i?", "remember what i am called?", "say my name", "do you remember who i am?"],
    ),
    "ilike": (["eu gosto de {x}", "gosto muito de {x}", "adoro {x}", "o que eu mais gosto é {x}", "sou fã de {x}"], ["i like {x}", "i really like {x}", "i love {x}", "my favourite thing is {x}", "i am a fan of {x}"]),
    "asklike": (["do que eu gosto?", "você lembra do que eu gosto?", "o que eu disse que gosto?", "do que eu falei que gosto?", "sabe do que gosto?"], ["what do i like?", "do you remember what i like?", "what did i say i like?", "what was the thing i like?", "do you know what i like?"]),
    "pet": (["tenho {x} que se chama {n}", "eu tenho {x} chamado {n}", "meu bicho é {x}, o nome é {n}", "aqui em casa tem {x} de nome {n}"], ["i have {x} called {n}", "i have {x} named {n}", "my pet is {x}, its name is {n}", "at home there is {x} by the name of {n}"]),
    "askpet": (["como se chama meu bicho?", "qual é o nome do meu bichinho?", "você lembra o nome do meu animal?", "qual o nome do meu bicho?"], ["what is my pet called?", "what is the name of my pet?", "do you remember my pet's name?", "what's the name of my pet?"]),
    "first": (["qual foi a minha primeira pergunta?", "o que eu disse primeiro?", "o que eu escrevi no começo?", "qual foi minha primeira mensagem?"], ["what was my first question?", "what did i say first?", "what did i write at the beginning?", "what was my first message?"]),
    "plus": (["quanto é {x} + {y}?", "{x} + {y}", "quanto dá {x} + {y}?", "{x} mais {y}", "quanto é {x} mais {y}?", "some {x} e {y}", "calcule {x} + {y}", "{x}+{y}=?"], ["how much is {x} + {y}?", "{x} + {y}", "what is {x} + {y}?", "{x} plus {y}", "what is {x} plus {y}?", "add {x} and {y}", "compute {x} + {y}", "{x}+{y}=?"]),
    "minus": (["quanto é {x} - {y}?", "{x} - {y}", "quanto dá {x} - {y}?", "{x} menos {y}", "quanto é {x} menos {y}?", "calcule {x} - {y}", "{x}-{y}=?"], ["how much is {x} - {y}?", "{x} - {y}", "what is {x} - {y}?", "{x} minus {y}", "what is {x} minus {y}?", "compute {x} - {y}", "{x}-{y}=?"]),
    "times": (["quanto é {x} x {y}?", "{x} x {y}", "quanto dá {x} x {y}?", "{x} vezes {y}", "quanto é {x} vezes {y}?", "calcule {x} x {y}", "{x}*{y}=?"], ["how much is {x} x {y}?", "{x} x {y}", "what is {x} x {y}?", "{x} times {y}", "what is {x} times {y}?", "compute {x} x {y}", "{x}*{y}=?"]),
    "word": (["como se diz {x} em inglês?", "traduza {x} para o inglês", "{x} em inglês", "o que é {x} em inglês?", "qual é a tradução de {x}?", "como é {x} em inglês?", "tradução de {x}"], ["how do you say {x} in portuguese?", "translate {x} into portuguese", "{x} in portuguese", "what is {x} in portuguese?", "what is the translation of {x}?", "what is the portuguese for {x}?", "translation of {x}"]),
    "capital": (["qual é a capital {x}?", "qual a capital {x}?", "capital {x}", "diga a capital {x}", "me diga qual é a capital {x}", "sabe a capital {x}?"], ["what is the capital of {x}?", "what's the capital of {x}?", "capital of {x}", "tell me the capital of {x}", "which city is the capital of {x}?", "do you know the capital of {x}?"]),
    "opposite": (["qual é o contrário de {x}?", "qual é o oposto de {x}?", "o contrário de {x}", "antônimo de {x}", "oposto de {x}?"], ["what is the opposite of {x}?", "what's the opposite of {x}?", "opposite of {x}", "antonym of {x}", "the contrary of {x}?"]),
    "sound": (["que som {x} faz?", "como faz {x}?", "qual é o som que {x} faz?", "{x} faz que barulho?"], ["what sound does a {x} make?", "what does the {x} say?", "which sound does the {x} make?", "what noise does a {x} make?"]),
    "count": (["conte até {x}", "conte de 1 a {x}", "conta até {x}", "você sabe contar até {x}?"], ["count to {x}", "count from 1 to {x}", "can you count to {x}?", "please count up to {x}"]),
    "after": (["que número vem depois de {x}?", "depois de {x} vem qual número?", "qual é o próximo número depois de {x}?"], ["which number comes after {x}?", "what comes after {x}?", "what is the next number after {x}?"]),
    "poem": (["escreva um poema sobre {x}", "faça um poema sobre {x}", "um poema sobre {x}", "um verso sobre {x}", "recite um poema sobre {x}"], ["write a poem about {x}", "make a poem about {x}", "a poem about {x}", "a verse about {x}", "recite a poem about {x}"]),
    "anypoem": (["escreva um poema", "faça um poema", "um poema, por favor", "recite um poema"], ["write a poem", "make a poem", "a poem, please", "recite a poem"]),
    "repeat": (["repita: {x}", "repita isto: {x}", "diga: {x}", "copie: {x}", "fale: {x}"], ["repeat: {x}", "repeat this: {x}", "say: {x}", "copy: {x}", "write: {x}"]),
    "unknown": (
        ["o que é {a}?", "o que é {b}?", "explique {a}", "me fale sobre {a}", "o que significa {b}?", "como funciona {a}?", "me ensine sobre {b}", "quero saber sobre {a}", "{b}", "fale de {b}", "dê um exemplo de {b}", "me conte sobre {a}", "o que você sabe sobre {a}?"],
        ["what is {a}?", "what is {b}?", "explain {a}", "tell me about {a}", "what does {b} mean?", "how does {a} work?", "teach me about {b}", "i want to know about {a}", "{b}", "talk about {b}", "give an example of {b}", "tell me something about {a}", "what do you know about {a}?"],
    ),
}
LIKES = [("gatos", "cats"), ("cachorros", "dogs"), ("música", "music"), ("pizza", "pizza"), ("futebol", "football"), ("livros", "books"), ("chocolate", "chocolate"), ("matemática", "maths"), ("desenhar", "drawing"), ("nadar", "swimming"),
         ("robôs", "robots"), ("flores", "flowers"), ("viajar", "travelling"), ("cinema", "films"), ("xadrez", "chess"), ("bolo", "cake"), ("dançar", "dancing"), ("chuva", "rain"), ("café", "coffee"), ("estrelas", "stars"), ("programar", "coding"), ("jogos", "games")]
PETS = [("um gato", "a cat"), ("um cachorro", "a dog"), ("um peixe", "a fish"), ("um coelho", "a rabbit"), ("um papagaio", "a parrot"), ("um hamster", "a hamster")]
FIRST_NAMES = ("Ana Maria João José Pedro Paulo Lucas Mateus Marcos Carla Carlos Bruna Bruno Camila Daniel Daniela Eduardo Fernanda Felipe Gabriel Gabriela Helena Igor Isabela Jorge Juliana Júlio Larissa Letícia "
               "Luana Luiz Luísa Marina Mariana Miguel Natália Otávio Patrícia Rafael Raquel Renata Ricardo Roberto Rodrigo Sandra Sérgio Sofia Tatiana Tiago Valéria Vanessa Vicente Vitor Yara Zélia Alex Alice Amanda "
               "Anna Arthur Ben Carol Charlie Chris David Emma Emily Eva Frank George Grace Hannah Henry Jack James Jane John Kate Kevin Laura Lily Lisa Mark Mary Max Mia Michael Nick Noah Oliver Olivia Oscar Peter "
               "Rose Ruby Sam Sara Simon Steve Susan Tom Victor Will Zoe Bia Caio Davi Enzo Flávia Gustavo Heitor Iara Joana Kátia Lívia Murilo Nádia Olga Priscila Quitéria Rita Samuel Túlio Ubiratan Vera Wagner Ximena").split()
SYL = "ba be bi bo bu ca co cu da de di do du fa fe fi fo ga go gu ja jo ju ka ke ki ko la le li lo lu ma me mi mo mu na ne ni no nu pa pe pi po ra re ri ro ru sa se si so su ta te ti to tu va ve vi vo xa xe za ze zi zo".split()


ACRONYMS = {w.lower(): w for w in "RAG LoRA VAE KV GPU GPUs CPU MLP BPE LLM RoPE GGUF GQA RAM AI IA GELU SiLU CLIP U-Net UNet RMSNorm Adam RoPE ChatML JSON".split()}


def strip_accents(s):
    return "".join(c for c in unicodedata.normalize("NFD", s) if not unicodedata.combining(c))


class Conversation:
    """One conversation under construction. split: 'train' or 'held' (asks only in held-out phrasings)."""

    def __init__(self, rng: random.Random, lang=None, split="train", extra_names=(), mix=1):
        self.rng, self.split, self.mix = rng, split, mix
        self.lang = lang or rng.choice(("pt", "en"))
        self.turns = []
        self.term = self.kind = self.story = self.name = self.like = self.pet = None
        self.answer_lang = self.lang
        self.extra_names = extra_names
        r = rng.random()
        self.system = DEFAULT_SYSTEM
        self.mode = None
        if split == "train":
            if r < 0.08:
                self.system = None
            elif r < 0.15:
                self.mode, self.system = "define", rng.choice(BRIEF)
            elif r < 0.22:
                self.mode, self.system = "child", rng.choice(CHILD)
            elif r < 0.28:
                self.system = rng.choice(NEUTRAL)

    # -- phrasing --------------------------------------------------------------------------------------------

    def pick(self, options, n_held=1):
        """Training draws from all but the last n_held phrasings; the held-out sets draw only from those."""
        if len(options) <= 2:
            return self.rng.choice(options)
        n_held = min(n_held, len(options) // 3)
        return self.rng.choice(options[-n_held:] if self.split == "held" else options[:-n_held])

    def ask(self, key, **kw):
        options = ASK[key][0 if self.lang == "pt" else 1]
        return self.pick(options, 2 if len(options) >= 8 else 1).format(**kw)

    def noise(self, text):
        """How people type: capitals, no accents, no question mark, abbreviations, a slip of the finger."""
        r = self.rng
        if self.mix >= 4 and r.random() < 0.7:
            text = re.sub(r"[A-Za-z-]+", lambda m: ACRONYMS.get(m.group(), m.group()), text)
        if self.mix >= 3 and r.random() < 0.15:
            before, after = WRAP[self.lang]
            if r.random() < 0.7:
                text = r.choice(before) + text
            else:
                end = text[-1:] if text[-1:] in "?!." else ""
                text = text.rstrip("?!.") + r.choice(after) + end
        if r.random() < 0.45:
            text = text[:1].upper() + text[1:]
        if self.split == "held":
            return text
        if r.random() < 0.22:
            text = strip_accents(text)
        if r.random() < 0.25:
            text = text.rstrip("?!. ")
        elif r.random() < 0.06:
            text = text.rstrip("?") + "??"
        if r.random() < 0.08 and self.lang == "pt":
            text = re.sub(r"\bvocê\b", "vc", text)
            text = re.sub(r"\bo que\b", r.choice(("oq", "o q", "oque")), text)
        if r.random() < 0.05:
            text = (r.choice(("por favor, ", "oi, ", "então, ")) if self.lang == "pt" else r.choice(("please, ", "hi, ", "so, "))) + text
        if r.random() < 0.04:
            text = text.lower() if r.random() < 0.5 else text.upper()
        if r.random() < 0.10 and len(text) > 8:
            i = r.randrange(1, len(text) - 1)
            if text[i].isalpha() and text[i + 1 : i + 2].isalpha():
                c = r.random()
                if c < 0.4:
                    text = text[:i] + text[i + 1 :]
                elif c < 0.7:
                    text = text[:i] + text[i + 1] + text[i] + text[i + 2 :]
                else:
                    text = text[:i] + text[i] + text[i:]
        return text

    def say(self, user, answer, noisy=True):
        self.turns.append((self.noise(user) if noisy else user, answer))

    # -- moves -----------------------------------------------------------------------------------------------

    def term_answer(self, key, kind, lang=None):
        t = TERMS[key][lang or self.lang]
        if kind == "def_example":
            return t[1] + " " + t[3]
        if kind == "example":
            return t[3]
        if self.mode and kind in ("define", "explain"):
            kind = self.mode
        return t[{"define": 1, "explain": 2, "child": 4}[kind]]

    def names_of(self, key):
        names = TERMS[key][self.lang]["names"]
        bare = [n for n in names[1:]] or names
        return self.rng.choice(names[:2]), self.rng.choice(bare)

    def m_term(self, kind=None, key=None):
        kind = kind or self.rng.choices(("define", "explain", "example", "child", "def_example"), (50, 18, 10, 12, 10))[0]
        key = key or self.rng.choice(list(TERMS))
        a, b = self.names_of(key)
        if len(TERMS[key][self.lang]["names"]) > 2 and self.rng.random() < 0.3:
            a = self.rng.choice(TERMS[key][self.lang]["names"])
        self.say(self.ask(kind, a=a, b=b), self.term_answer(key, kind))
        self.term, self.kind, self.answer_lang, self.story = key, kind, self.lang, None

    def m_and(self):
        key = self.rng.choice(list(TERMS))
        a, b = self.names_of(key)
        self.say(self.ask("f_and", a=a, b=b), self.term_answer(key, "define"))
        self.term, self.kind, self.answer_lang, self.story = key, "define", self.lang, None

    def m_follow(self):
        if self.story:
            return self.m_story_follow()
        if not self.term:
            return self.m_term()
        other = "en" if self.lang == "pt" else "pt"
        kind = self.rng.choices(("example", "child", "explain", "define", "other"), (30, 25, 20, 8, 25))[0]
        if kind == "other" and self.answer_lang == self.lang and self.kind in ("define", "explain", "example", "child", "def_example"):
            self.say(self.ask("f_other"), self.term_answer(self.term, self.kind, other))
            self.answer_lang = other
            return
        if kind == "other" or kind == self.kind:
            kind = "example" if self.kind != "example" else "child"
        save, self.mode = self.mode, None
        self.say(self.ask("f_" + kind), self.term_answer(self.term, kind))
        self.mode = save
        self.kind, self.answer_lang = kind, self.lang

    def m_compare(self):
        (x, y), texts = self.rng.choice(COMPARE)
        if self.rng.random() < 0.5:
            x, y = y, x
        nx, ny = self.names_of(x)[1], self.names_of(y)[1]
        if self.rng.random() < 0.4:
            nx, ny = TERMS[x][self.lang]["names"][0], TERMS[y][self.lang]["names"][0]
        self.say(self.ask("compare", x=nx, y=ny), texts["p" if self.lang == "pt" else "e"])
        self.term = self.story = None

    def m_story(self):
        i = 0 if self.lang == "pt" else 2
        s = stories.Story(self.rng, want_held_out=self.split == "held")
        if self.rng.random() < 0.75:
            h = stories.HEROES[s.hero][i]
            if self.rng.random() < 0.2:  # the person names the hero
                s.name = self.random_name()
                h += (" chamad" + ("o " if s.gender == "m" else "a ") if i == 0 else self.rng.choice((" named ", " called "))) + s.name
                q = self.ask("story", h=h)
                self.say(q[:1].upper() + q[1:] if self.rng.random() < 0.5 else q, s.text(self.lang), noisy=False)
                self.story, self.term = s, None
                return
            q = self.ask("story", h=h)
        else:
            q = self.ask("anystory")
        self.say(q, s.text(self.lang))
        self.story, self.term = s, None

    def m_story_follow(self):
        s, i = self.story, 0 if self.lang == "pt" else 1
        c = self.rng.choices(("hero", "moral", "where", "helper", "another"), (30, 25, 15, 15, 15))[0]
        if c == "another":
            s = stories.Story(self.rng, want_held_out=self.split == "held")
            self.say(self.ask("another"), s.text(self.lang))
            self.story = s
            return
        place, helper = stories.PLACES[s.place][i], stories.HELPERS[s.helper][i]
        ans = {
            "hero": (f"O nome é {s.name}.", f"The name is {s.name}.")[i],
            "moral": ("A moral é: ", "The moral is: ")[i] + s.moral(self.lang)[0].lower() + s.moral(self.lang)[1:],
            "where": (f"A história acontece {place}.", f"The story happens {place}.")[i],
            "helper": (f"Foi {helper}.", f"It was {helper}.")[i],
        }[c]
        self.say(self.ask(c), ans)

    def m_talk(self, key=None):
        if self.mix >= 3 and not key and self.rng.random() < 0.25:
            q, a = self.rng.choice(list(TALK_2.values()))[self.lang]
            self.say(self.pick(q), self.rng.choice(a))
            self.term = self.story = None
            return
        while True:
            key2 = key or self.rng.choice(list(TALK))
            if key or self.turns or key2 not in TALK_ONLY_AFTER or self.rng.random() < 0.3:
                break
        q, a = TALK[key2][self.lang]
        self.say(self.pick(q), self.rng.choice(a))
        self.term = self.story = None

    def random_name(self):
        r = self.rng.random()
        if r < 0.45:
            return self.rng.choice(FIRST_NAMES)
        if r < 0.65 and self.extra_names:
            return self.rng.choice(self.extra_names).capitalize()
        return "".join(self.rng.choice(SYL) for _ in range(self.rng.choice((2, 2, 3)))).capitalize()

    def m_name(self):
        n = self.random_name()
        shown = n if self.rng.random() < 0.85 or self.split == "held" else n.lower()
        q = self.ask("myname", n=shown)
        if self.lang == "pt":
            a = f"Prazer, {n}! Sobre o que vamos conversar?" if not self.name else f"Certo, vou chamar você de {n}."
        else:
            a = f"Nice to meet you, {n}! What shall we talk about?" if not self.name else f"All right, I will call you {n}."
        self.say(q[:1].upper() + q[1:] if self.rng.random() < 0.4 else q, a, noisy=False)
        self.name = n

    def m_askname(self):
        if self.name:
            a = f"Seu nome é {self.name}." if self.lang == "pt" else f"Your name is {self.name}."
        else:
            a = "Você ainda não me disse o seu nome." if self.lang == "pt" else "You have not told me your name yet."
        self.say(self.ask("askname"), a)

    def m_like(self):
        x = self.rng.choice(LIKES)[0 if self.lang == "pt" else 1]
        if self.like is None or self.rng.random() < 0.3:
            self.like = x
            self.say(self.ask("ilike", x=x), f"Que legal! Vou lembrar que você gosta de {x}." if self.lang == "pt" else f"Nice! I will remember that you like {x}.", noisy=False)
        else:
            self.m_asklike()

    def m_asklike(self):
        if self.like:
            a = f"Você disse que gosta de {self.like}." if self.lang == "pt" else f"You said that you like {self.like}."
        else:
            a = "Você ainda não me disse do que gosta." if self.lang == "pt" else "You have not told me what you like yet."
        self.say(self.ask("asklike"), a)

    def m_pet(self):
        if not self.pet:
            x = self.rng.choice(PETS)[0 if self.lang == "pt" else 1]
            self.pet = self.random_name()
            self.say(self.ask("pet", x=x, n=self.pet), f"Que bonito! {self.pet} é um ótimo nome." if self.lang == "pt" else f"How lovely! {self.pet} is a great name.", noisy=False)
        else:
            self.say(self.ask("askpet"), f"Seu bicho se chama {self.pet}." if self.lang == "pt" else f"Your pet is called {self.pet}.")

    def m_first(self):
        if not self.turns:
            return self.m_term()
        first = self.turns[0][0]
        self.say(self.ask("first"), f"Você escreveu: \"{first}\"" if self.lang == "pt" else f"You wrote: \"{first}\"")

    def m_sum(self):
        r = self.rng
        op = r.choice(("plus", "plus", "minus", "times"))
        if r.random() < 0.07:
            x, y = r.randint(31, 9999), r.randint(21, 9999)
            a = "Só sei fazer contas pequenas, com números até 20." if self.lang == "pt" else "I can only do small sums, with numbers up to 20."
            return self.say(self.ask(op, x=x, y=y), a, noisy=False)
        if op == "plus":
            top = r.choice((10, 20))
            x, y = r.randint(0, top), r.randint(0, top)
            z, s = x + y, "+"
        elif op == "minus":
            x = r.randint(0, 20)
            y = r.randint(0, x)
            z, s = x - y, "-"
        else:
            x, y = r.randint(0, 10), r.randint(0, 10)
            z, s = x * y, "x"
        wx, wy = x, y
        if r.random() < 0.12 and x <= 10 and y <= 10:
            words = world.NUM_PT if self.lang == "pt" else world.NUM_EN
            wx, wy = words[x], words[y]
        self.say(self.ask(op, x=wx, y=wy), f"{x} {s} {y} = {z}.", noisy=False)

    def m_world(self):
        r, pt = self.rng, self.lang == "pt"
        kind = r.choices(("word", "capital", "opposite", "sound", "fact", "count", "after", "poem", "repeat", "sum"), (14, 10, 8, 5, 14, 4, 3, 8, 8, 26))[0]
        if kind == "sum":
            return self.m_sum()
        if kind == "word":
            p, e = r.choice(world.WORDS)
            x, y = (p, e) if pt else (e, p)
            q = self.ask("word", x=r.choice((x, f"\"{x}\"")))
            a = f"{x[0].upper() + x[1:]} em inglês é {y}." if pt else f"{x[0].upper() + x[1:]} in Portuguese is {y}."
        elif kind == "capital":
            pc, pk, ec, ek = r.choice(world.CAPITALS)
            de = world.PT_DE.get(pc, "de")
            q = self.ask("capital", x=f"{de} {pc}" if pt else ec)
            a = f"A capital {de} {pc} é {pk}." if pt else f"The capital of {ec} is {ek}."
        elif kind == "opposite":
            o = r.choice(world.OPPOSITES)
            x, y = (o[0], o[1]) if pt else (o[2], o[3])
            if r.random() < 0.5:
                x, y = y, x
            q = self.ask("opposite", x=x)
            a = f"O contrário de {x} é {y}." if pt else f"The opposite of {x} is {y}."
        elif kind == "sound":
            o = r.choice(world.SOUNDS)
            q, a = self.ask("sound", x=o[0] if pt else o[2]), o[1] if pt else o[3]
        elif kind == "fact":
            o = r.choice(world.FACTS)
            q, a = self.pick((o[0] if pt else o[2]).split("/")), o[1] if pt else o[3]
        elif kind == "count":
            n = r.randint(3, 20)
            q, a = self.ask("count", x=n), ", ".join(str(i) for i in range(1, n + 1)) + "."
        elif kind == "after":
            n = r.randint(0, 98)
            q = self.ask("after", x=n)
            a = f"Depois de {n} vem {n + 1}." if pt else f"After {n} comes {n + 1}."
        elif kind == "poem":
            o = r.choice(list(world.POEMS.values()))
            q = self.ask("poem", x=o[0] if pt else o[1]) if r.random() < 0.8 else self.ask("anypoem")
            a = o[2] if pt else o[3]
        else:
            words = [w[0 if pt else 1] for w in world.WORDS if " " not in w[0] and " " not in w[1]]
            x = " ".join(r.choice(words) for _ in range(r.randint(1, 5)))
            if r.random() < 0.3:
                x = self.random_name() + " " + x
            self.say(self.ask("repeat", x=x), x, noisy=False)
            return
        self.say(q, a)
        self.term = self.story = None

    def m_unknown(self):
        r, i = self.rng, 0 if self.lang == "pt" else 1
        held = self.split == "held"
        c = r.random()
        if c < 0.45:
            a = r.choice(world.UNKNOWN[-12:] if held else world.UNKNOWN[:-12])[i]
            b = a.split(" ", 1)[1] if a.split(" ", 1)[0] in ("o", "a", "um", "uma", "an", "the") else a
            q, k = self.ask("unknown", a=a, b=b), 0
        elif c < 0.62:
            b = "".join(r.choice(SYL) for _ in range(r.choice((2, 3, 4))))
            q, k = self.ask("unknown", a=b, b=b), 0
        else:
            q, k = r.choice(world.UNKNOWN_Q[-8:] if held else world.UNKNOWN_Q[:-8])[i], 1
            if self.mix >= 4 and r.random() < 0.4:
                verb, thing = r.choice(world.MAKE_VERBS)[i], r.choice(world.MAKE_THINGS)[i]
                q = f"{verb} {thing}"
        self.say(q, (world.REFUSE_PT if i == 0 else world.REFUSE_EN)[k])
        self.term = self.story = None

    def m_switch(self):
        """The person changes language; the answers follow."""
        if self.lang == "pt":
            q = self.rng.choice(("fale em inglês", "vamos falar em inglês", "agora responda em inglês", "mude para inglês"))
            self.say(q, "Sure! From now on I will answer in English. What would you like to know?")
            self.lang = "en"
        else:
            q = self.rng.choice(("speak portuguese", "let us talk in portuguese", "now answer in portuguese", "switch to portuguese"))
            self.say(q, "Claro! A partir de agora respondo em português. O que você quer saber?")
            self.lang = "pt"
        self.term = self.story = None

    def m_foreign(self, sentence):
        self.say(sentence, world.OTHER_LANG, noisy=False)


# How often each move is made. Mix 1: the first stage. Mix 2 has fewer stories (long, and soon learnt) and more of what
# depends on one word of the question. Mix 3 adds the talk of talk_2.txt and politer questions,
# mix 4 acronyms as people write them (RAG, KV), more names and sums, and more that it is asked to make but cannot.
NAMES = ("term", "follow", "and", "compare", "story", "talk", "name", "askname", "like", "asklike", "pet", "first", "world", "unknown", "switch")
MIXES = {
    1: (34, 24, 5, 7, 9, 22, 4, 5, 3, 1, 3, 2, 13, 9, 1),
    2: (44, 20, 6, 8, 4, 22, 6, 5, 3, 1, 3, 1, 14, 12, 1),
    4: (40, 22, 6, 8, 11, 22, 12, 8, 4, 2, 5, 1, 20, 14, 1),
    3: (42, 22, 6, 8, 9, 26, 8, 7, 4, 2, 4, 1, 14, 12, 1),
}


def build(rng, turns, lang=None, split="train", extra_names=(), foreign=(), mix=1):
    c = Conversation(rng, lang, split, extra_names, mix)
    names, weights = NAMES, MIXES[mix]
    while len(c.turns) < turns:
        if rng.random() < 0.006 and foreign and split == "train":
            c.m_foreign(rng.choice(foreign))
            continue
        if c.turns and rng.random() < 0.04 and split == "train":
            c.lang = "en" if c.lang == "pt" else "pt"  # people mix languages: answer in the one just used
            c.term = c.story = None
        move = rng.choices(names, weights)[0]
        if move == "follow" and not (c.term or c.story):
            move = "term"
        if c.name and rng.random() < 0.10:
            move = "askname"
        getattr(c, "m_" + move)()
    return c


# The held-out categories: what a document of each asks.
def build_category(rng, category, lang, extra_names=()):
    c = Conversation(rng, lang, "held", extra_names)
    if category == "define":
        c.m_term("define")
    elif category == "explain":
        c.m_term(rng.choice(("explain", "example", "child")))
    elif category == "follow":
        c.m_term("define")
        c.m_follow()
        c.m_follow()
    elif category == "compare":
        c.m_compare()
    elif category == "story":
        c.m_story()
    elif category == "talk":
        c.m_talk()
    elif category == "memory":
        c.m_name()
        c.m_term()
        c.m_askname()
    elif category == "world":
        c.m_world()
    elif category == "refuse":
        c.m_unknown()
    return c


CATEGORIES = ("define", "explain", "follow", "compare", "story", "talk", "memory", "world", "refuse")
