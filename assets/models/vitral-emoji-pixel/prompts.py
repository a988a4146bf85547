"""Prompts of a picture, both languages: its name, its keywords, short phrases around them. Used in training and tests."""

import unicodedata

TEMPLATES = {
    "pt": ["{}", "{}", "um {}", "uma {}", "emoji de {}", "desenho de {}", "{} emoji"],
    "en": ["{}", "{}", "a {}", "the {}", "{} emoji", "emoji of a {}", "a drawing of a {}"],
}


def every_prompt(rows):
    """Each name, keyword and template once, for the tokenizer."""
    out = set()
    for row in rows:
        for lang, templates in TEMPLATES.items():
            out.add(row[lang]["name"])
            out.update(row[lang]["keys"])
            out.update(t.format(row[lang]["name"]) for t in templates)
    return out


def without_accents(text):
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def a_prompt(row, rng):
    """A random prompt of one picture. rng: random.Random."""
    lang = "pt" if rng.random() < 0.5 else "en"
    name, keys = row[lang]["name"], row[lang]["keys"]
    r = rng.random()
    if keys and r < 0.28:
        text = rng.choice(keys)
        if len(keys) > 1 and rng.random() < 0.35:
            text += " " + rng.choice([k for k in keys if k != text])
    elif keys and r < 0.36:
        text = name + " " + rng.choice(keys)
    else:
        text = name
    text = rng.choice(TEMPLATES[lang]).format(text)
    if lang == "pt" and rng.random() < 0.12:
        text = without_accents(text)
    return text
