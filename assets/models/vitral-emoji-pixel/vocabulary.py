"""What is drawn: which emoji, which of them also in other colours, and what is held out of training."""

EMOJI = {
    "face": "😀😂😅😇😉😊😍😎😋😛😐😏😒😔😢😭😡😱😴😷🤔🤓🤠🤡🥳🤢😈🙂",
    "being": "💩👻👽🤖💀🎃",
    "cat": "😺😹😾🙀😻😿",
    "animal": "🙈🙉🙊🐱🐶🐭🐹🐰🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🐤🦆🦉🐺🐴🦄🐝🐛🦋🐌🐞🐢🐍🐙🦀🐠🐟🐬🐳🦈🐘🦕🦖",
    "plant": "🌵🌲🌴🍀🍁🌷🌹🌻🌸🍄",
    "food": "🍎🍏🍐🍊🍋🍌🍉🍇🍓🍒🍑🍍🥝🍅🥑🍆🥕🌽🌶🍞🧀🍔🍟🍕🌭🍿🍦🍩🍪🎂🧁🍭🍫☕🍺🍷",
    "shape": "❤🧡💛💚💙💜🖤🤍🤎🩷💔🔴🟠🟡🟢🔵🟣🟤⚫⚪🟥🟧🟨🟩🟦🟪🟫⬛⬜🔶🔷",
    "sky": "☀🌙⭐🌈☁❄☂⛄🌊🔥⚡💧",
    "vehicle": "🚗🚕🚌🚑🚜🚲🚀✈⛵",
    "object": "⚽🏀🎾🎈🎁🎄🎸🎺👕👗👟🎩💡🔒🔑📕📘💎",
}

SKIP = {"emoji", "emojis", "lol", "s2", "ily", "omg", "smh", "rofl", "bae", "nbd", "tbh", "wtf", "imo", "diet", "emoção", "emotion"}

# Portuguese masculine and feminine, English, hue in degrees, factor on the saturation
COLOURS = [
    ("vermelho", "vermelha", "red", 0, 1.0),
    ("laranja", "laranja", "orange", 28, 1.0),
    ("amarelo", "amarela", "yellow", 50, 1.0),
    ("verde", "verde", "green", 125, 0.95),
    ("azul", "azul", "blue", 215, 1.0),
    ("roxo", "roxa", "purple", 275, 0.9),
    ("rosa", "rosa", "pink", 335, 0.75),
]

# emoji: Portuguese noun, feminine?, English noun
NOUNS = {
    "🐱": ("gato", False, "cat"), "🐶": ("cachorro", False, "dog"), "🦊": ("raposa", True, "fox"), "🐸": ("sapo", False, "frog"),
    "🐟": ("peixe", False, "fish"), "🦋": ("borboleta", True, "butterfly"), "🐢": ("tartaruga", True, "turtle"),
    "🐳": ("baleia", True, "whale"), "🦖": ("dinossauro", False, "dinosaur"), "🍎": ("maçã", True, "apple"),
    "🍄": ("cogumelo", False, "mushroom"), "🌷": ("tulipa", True, "tulip"), "🌲": ("árvore", True, "tree"),
    "⭐": ("estrela", True, "star"), "🌙": ("lua", True, "moon"), "🚗": ("carro", False, "car"), "🎈": ("balão", False, "balloon"),
    "👕": ("camiseta", True, "shirt"), "🎁": ("presente", False, "gift"), "📕": ("livro", False, "book"),
    "😀": ("rosto", False, "face"),
}

# Held out: emoji of the font whose parts are seen elsewhere (the colour on other shapes, the mood on other faces) ...
HELD_EMOJI = set("🧡🟣🟩🔷😿😻")
# ... and colours of a noun.
HELD_COLOURS = {
    "🐱": {"blue"}, "🐶": {"green"}, "🦊": {"purple"}, "🐸": {"red"}, "🐟": {"yellow"}, "🦋": {"red"}, "🐢": {"orange"},
    "🐳": {"pink"}, "🦖": {"pink"}, "🍎": {"blue"}, "🍄": {"blue"}, "🌷": {"blue"}, "🌲": {"pink"}, "⭐": {"blue", "green"},
    "🌙": {"purple"}, "🚗": {"yellow"}, "🎈": {"purple"}, "👕": {"red", "green"}, "🎁": {"blue"}, "📕": {"purple"}, "😀": {"green"},
}
