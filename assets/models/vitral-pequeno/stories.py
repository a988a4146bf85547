"""Story generator: a hero with a name, a place, a problem, a helper, a solution and an ending, in both languages.

Every combination that `held_out` answers True for is kept out of training and used for the held-out perplexity.
"""

import zlib

# key: (pt phrase, gender, en phrase)
HEROES = {
    "gato": ("um gato", "m", "a cat"), "cachorro": ("um cachorro", "m", "a dog"), "coelho": ("um coelho", "m", "a rabbit"),
    "raposa": ("uma raposa", "f", "a fox"), "coruja": ("uma coruja", "f", "an owl"), "tartaruga": ("uma tartaruga", "f", "a turtle"),
    "urso": ("um urso", "m", "a bear"), "rato": ("um rato", "m", "a mouse"), "pato": ("um pato", "m", "a duck"),
    "menina": ("uma menina", "f", "a girl"), "menino": ("um menino", "m", "a boy"), "robo": ("um robô", "m", "a robot"),
    "dragao": ("um dragão", "m", "a dragon"), "abelha": ("uma abelha", "f", "a bee"), "formiga": ("uma formiga", "f", "an ant"),
    "peixe": ("um peixe", "m", "a fish"), "sapo": ("um sapo", "m", "a frog"), "leao": ("um leão", "m", "a lion"),
    "elefante": ("um elefante", "m", "an elephant"), "macaco": ("um macaco", "m", "a monkey"), "borboleta": ("uma borboleta", "f", "a butterfly"),
    "baleia": ("uma baleia", "f", "a whale"), "cavalo": ("um cavalo", "m", "a horse"), "galinha": ("uma galinha", "f", "a hen"),
    "princesa": ("uma princesa", "f", "a princess"), "nuvem": ("uma nuvem", "f", "a cloud"), "estrela": ("uma estrela", "f", "a star"),
    "pirata": ("um pirata", "m", "a pirate"), "bruxa": ("uma bruxa", "f", "a witch"), "vaca": ("uma vaca", "f", "a cow"),
    "lobo": ("um lobo", "m", "a wolf"), "tigre": ("um tigre", "m", "a tiger"), "ovelha": ("uma ovelha", "f", "a sheep"), "porco": ("um porco", "m", "a pig"),
    "cabra": ("uma cabra", "f", "a goat"), "girafa": ("uma girafa", "f", "a giraffe"), "zebra": ("uma zebra", "f", "a zebra"), "polvo": ("um polvo", "m", "an octopus"),
    "caranguejo": ("um caranguejo", "m", "a crab"), "aranha": ("uma aranha", "f", "a spider"), "pinguim": ("um pinguim", "m", "a penguin"), "papagaio": ("um papagaio", "m", "a parrot"),
    "cobra": ("uma cobra", "f", "a snake"), "jacare": ("um jacaré", "m", "an alligator"), "esquilo": ("um esquilo", "m", "a squirrel"), "rei": ("um rei", "m", "a king"),
    "rainha": ("uma rainha", "f", "a queen"), "professora": ("uma professora", "f", "a teacher"), "astronauta": ("um astronauta", "m", "an astronaut"), "computador": ("um computador", "m", "a computer"),
    "token": ("um token", "m", "a token"), "trem": ("um trem", "m", "a train"), "barco": ("um barco", "m", "a boat"), "arvore": ("uma árvore", "f", "a tree"), "flor": ("uma flor", "f", "a flower"),
    "pedra": ("uma pedra", "f", "a stone"), "carro": ("um carro", "m", "a car"), "boneca": ("uma boneca", "f", "a doll"), "fantasma": ("um fantasma", "m", "a ghost"), "gigante": ("um gigante", "m", "a giant"),
    "fada": ("uma fada", "f", "a fairy"), "mago": ("um mago", "m", "a wizard"), "cozinheiro": ("um cozinheiro", "m", "a cook"), "pintora": ("uma pintora", "f", "a painter"), "avo": ("uma avó", "f", "a grandmother"),
    "dinossauro": ("um dinossauro", "m", "a dinosaur"), "unicornio": ("um unicórnio", "m", "a unicorn"), "vagalume": ("um vaga-lume", "m", "a firefly"), "crianca": ("uma criança", "f", "a child"), "heroi": ("um herói", "m", "a hero"),
}
NAMES_M = "Tobias Nino Beto Caco Téo Pipo Leo Dino Max Rui Otto Zeca Bento Lucas Davi Tico Juca Gil Tomás Noel".split()
NAMES_F = "Lia Nina Bia Mel Luna Lola Clara Rosa Dora Ana Flora Iris Maya Zuzu Júlia Alice Sofia Tina Cora Vera".split()
PLACES = [
    ("numa floresta verde", "in a green forest"), ("perto do mar", "near the sea"), ("numa casa amarela", "in a yellow house"),
    ("no alto de uma montanha", "on top of a mountain"), ("numa fazenda tranquila", "on a quiet farm"), ("numa cidade barulhenta", "in a noisy city"),
    ("à beira de um rio", "by a river"), ("numa ilha pequena", "on a small island"), ("num jardim cheio de flores", "in a garden full of flowers"),
    ("numa vila branca", "in a white village"), ("debaixo de uma ponte", "under a bridge"), ("ao lado de uma escola", "next to a school"),
    ("dentro de uma velha torre", "inside an old tower"), ("num deserto de areia", "in a desert of sand"),
]
LIKES = [
    ("olhar as estrelas", "to look at the stars"), ("cantar de manhã", "to sing in the morning"), ("comer maçãs", "to eat apples"),
    ("correr com o vento", "to run with the wind"), ("fazer perguntas", "to ask questions"), ("desenhar na areia", "to draw in the sand"),
    ("ouvir histórias", "to listen to stories"), ("colecionar pedras", "to collect stones"), ("contar números", "to count numbers"),
    ("dormir ao sol", "to sleep in the sun"), ("ajudar os amigos", "to help friends"), ("inventar palavras", "to invent words"),
]
TRAITS = [
    ("curioso", "curiosa", "curious"), ("tímido", "tímida", "shy"), ("valente", "valente", "brave"), ("sonhador", "sonhadora", "dreamy"),
    ("alegre", "alegre", "cheerful"), ("teimoso", "teimosa", "stubborn"), ("gentil", "gentil", "kind"), ("distraído", "distraída", "absent-minded"),
]
# (pt problem, en problem, pt try, en try, pt solution, en solution, pt moral, en moral); {o} = o/a, {N} = hero's name, {H} = helper
PROBLEMS = [
    ("{N} perdeu o caminho de casa", "{N} lost the way home", "Andou para um lado e para o outro, mas tudo parecia igual.", "{Sub} walked one way and the other, but everything looked the same.",
     "Juntos seguiram as pegadas no chão e, antes da noite, encontraram a porta de casa.", "Together they followed the footprints on the ground and, before night, found the door of the house.",
     "quem pede ajuda encontra o caminho", "those who ask for help find the way"),
    ("começou uma chuva muito forte", "a very heavy rain began", "A água subia e {N} não tinha onde ficar.", "The water was rising and {N} had no place to stay.",
     "Juntos fizeram um abrigo de folhas e esperaram a chuva passar, contando piadas.", "Together they built a shelter of leaves and waited for the rain to pass, telling jokes.",
     "um bom amigo vale mais que um guarda-chuva", "a good friend is worth more than an umbrella"),
    ("{N} encontrou uma caixa trancada", "{N} found a locked box", "Puxou, empurrou e sacudiu, mas a caixa não abria.", "{Sub} pulled, pushed and shook it, but the box did not open.",
     "A chave estava debaixo de uma pedra azul. Dentro da caixa havia um mapa das estrelas.", "The key was under a blue stone. Inside the box there was a map of the stars.",
     "a paciência abre muitas portas", "patience opens many doors"),
    ("{N} ouviu um choro atrás de uma árvore", "{N} heard someone crying behind a tree", "Era um passarinho que tinha caído do ninho.", "It was a little bird that had fallen from its nest.",
     "Com cuidado, os dois levaram o passarinho de volta para a mãe, que cantou de alegria.", "With care, the two took the little bird back to its mother, who sang with joy.",
     "quem cuida dos pequenos fica grande", "those who care for the small become great"),
    ("a lua não apareceu no céu", "the moon did not appear in the sky", "Tudo ficou escuro e {N} sentiu medo.", "Everything went dark and {N} was afraid.",
     "Então acenderam mil vaga-lumes, e a lua, com inveja, saiu de trás de uma nuvem.", "Then they lit up a thousand fireflies, and the moon, feeling jealous, came out from behind a cloud.",
     "sempre existe alguma luz", "there is always some light"),
    ("{N} quebrou o vaso preferido da avó", "{N} broke grandmother's favourite vase", "Pensou em esconder os pedaços e não contar nada.", "{Sub} thought of hiding the pieces and saying nothing.",
     "No fim, {N} contou a verdade, e a avó colou o vaso com um sorriso.", "In the end {N} told the truth, and grandmother glued the vase with a smile.",
     "a verdade é o caminho mais curto", "the truth is the shortest way"),
    ("todos os números do relógio sumiram", "all the numbers of the clock disappeared", "Ninguém sabia a hora de comer nem a hora de dormir.", "Nobody knew the time to eat or the time to sleep.",
     "Procuraram pela casa toda e acharam os números brincando debaixo da cama.", "They looked all over the house and found the numbers playing under the bed.",
     "até os números precisam de descanso", "even numbers need a rest"),
    ("{N} queria muito aprender a nadar", "{N} wanted very much to learn to swim", "Na primeira tentativa engoliu muita água.", "At the first try {sub} swallowed a lot of water.",
     "Treinaram um pouco todo dia, e no fim da semana {N} atravessou o lago.", "They practised a little every day, and at the end of the week {N} crossed the lake.",
     "com treino, o difícil fica fácil", "with practice, hard things become easy"),
    ("a última semente da horta rolou para dentro de um buraco", "the last seed of the garden rolled into a hole", "O buraco era fundo e {N} não alcançava a semente.", "The hole was deep and {N} could not reach the seed.",
     "Encheram o buraco com água, e a semente subiu boiando. Na primavera nasceu uma flor enorme.", "They filled the hole with water, and the seed floated up. In spring a huge flower grew.",
     "uma boa ideia vale mais que a força", "a good idea is worth more than strength"),
    ("chegou um vizinho novo que não falava com ninguém", "a new neighbour arrived who spoke to nobody", "{N} disse bom dia, mas o vizinho fechou a janela.", "{N} said good morning, but the neighbour closed the window.",
     "Deixaram um bolo quente na porta, e no dia seguinte o vizinho veio agradecer e brincar.", "They left a warm cake at the door, and the next day the neighbour came to say thanks and to play.",
     "a gentileza abre janelas", "kindness opens windows"),
    ("o rio secou", "the river dried up", "As plantas ficaram tristes e os bichos tinham sede.", "The plants were sad and the animals were thirsty.",
     "Subiram até a nascente e tiraram a grande pedra que fechava a água. O rio voltou a cantar.", "They climbed to the spring and moved the big stone that blocked the water. The river sang again.",
     "juntos somos mais fortes", "together we are stronger"),
    ("{N} achou um ovo muito estranho", "{N} found a very strange egg", "O ovo era quente e brilhava no escuro.", "The egg was warm and glowed in the dark.",
     "Esperaram a noite inteira, e de manhã nasceu um dragãozinho que soltava bolhas de sabão.", "They waited all night, and in the morning a little dragon was born that blew soap bubbles.",
     "o diferente pode ser maravilhoso", "what is different can be wonderful"),
    ("{N} esqueceu a canção que ia cantar na festa", "{N} forgot the song for the party", "Tentou lembrar, mas só vinha silêncio.", "{Sub} tried to remember, but only silence came.",
     "Inventaram uma canção nova com os sons do vento e da chuva, e todos dançaram.", "They made up a new song with the sounds of the wind and the rain, and everyone danced.",
     "um erro pode virar uma bela canção", "a mistake can become a beautiful song"),
    ("um vento forte levou o chapéu de {N}", "a strong wind took {N}'s hat", "O chapéu voou por cima das casas e parou no galho mais alto.", "The hat flew over the houses and stopped on the highest branch.",
     "Subiram um nos ombros do outro até alcançar o galho, e riram muito quando caíram na grama.", "They climbed on each other's shoulders until they reached the branch, and laughed a lot when they fell on the grass.",
     "com amigos chegamos mais alto", "with friends we reach higher"),
    ("{N} viu uma porta pequenina no chão", "{N} saw a tiny door in the ground", "Bateu três vezes, mas ninguém respondeu.", "{Sub} knocked three times, but nobody answered.",
     "A palavra mágica era \"por favor\". A porta abriu, e lá dentro havia uma biblioteca de livros minúsculos.", "The magic word was \"please\". The door opened, and inside there was a library of tiny books.",
     "palavras gentis abrem portas", "kind words open doors"),
    ("as cores do arco-íris se misturaram", "the colours of the rainbow got mixed up", "O céu ficou todo cinza e ninguém sabia o que fazer.", "The sky turned grey and nobody knew what to do.",
     "Separaram as cores uma por uma, e cada bicho pendurou a sua no céu.", "They sorted the colours one by one, and each animal hung its own in the sky.",
     "cada um tem a sua cor", "everyone has a colour of their own"),
]
# (pt helper, en helper, gender)
HELPERS = [
    ("uma coruja velha", "an old owl", "f"), ("um rato esperto", "a clever mouse", "m"), ("uma formiga trabalhadora", "a hard-working ant", "f"),
    ("um velho pescador", "an old fisherman", "m"), ("uma menina de vestido azul", "a girl in a blue dress", "f"), ("um sapo cantor", "a singing frog", "m"),
    ("uma raposa de óculos", "a fox with glasses", "f"), ("um robô enferrujado", "a rusty robot", "m"), ("uma nuvem branca", "a white cloud", "f"),
    ("um pombo mensageiro", "a carrier pigeon", "m"), ("uma tartaruga sábia", "a wise turtle", "f"), ("um menino descalço", "a barefoot boy", "m"),
]
SAYS = [
    ("Não se preocupe, eu ajudo você.", "Do not worry, I will help you."), ("Calma! Vamos pensar juntos.", "Easy! Let us think together."),
    ("Eu já vi isso antes. Venha comigo.", "I have seen this before. Come with me."), ("Dois pensam melhor do que um.", "Two think better than one."),
    ("Respire fundo e conte até três.", "Take a deep breath and count to three."), ("Toda pergunta tem uma resposta.", "Every question has an answer."),
]
ENDINGS = [
    ("Desde esse dia, {N} e {o} {h} são grandes amigos.", "Since that day, {N} and the {h} have been great friends."),
    ("{N} voltou para casa feliz e dormiu sorrindo.", "{N} went home happy and slept with a smile."),
    ("À noite fizeram uma festa, e todos comeram bolo.", "That night they had a party, and everyone ate cake."),
    ("E {N} nunca mais esqueceu aquele dia.", "And {N} never forgot that day."),
    ("E foi assim que tudo terminou bem.", "And that is how everything ended well."),
]
OPEN_PT = ["Era uma vez {H} chamad{a} {N}, que morava {P}.", "Há muito tempo, {P}, vivia {H} chamad{a} {N}.", "{Pc} morava {H} muito {T}. O nome del{e} era {N}."]
OPEN_EN = ["Once upon a time there was {H} named {N}, who lived {P}.", "A long time ago, {P}, lived {H} named {N}.", "{Pc} lived {H}, very {T}. The name was {N}."]


def held_out(hero: str, place: int, problem: int) -> bool:
    """About 4 % of the (hero, place, problem) combinations are never trained on, in either language."""
    return zlib.crc32(f"{hero}/{place}/{problem}".encode()) % 25 == 0


class Story:
    def __init__(self, rng, hero=None, want_held_out=False):
        while True:
            self.hero = hero or rng.choice(sorted(HEROES))
            self.place = rng.randrange(len(PLACES))
            self.problem = rng.randrange(len(PROBLEMS))
            if held_out(self.hero, self.place, self.problem) == want_held_out:
                break
        self.gender = HEROES[self.hero][1]
        self.name = rng.choice(NAMES_M if self.gender == "m" else NAMES_F)
        self.like = rng.randrange(len(LIKES))
        self.trait = rng.randrange(len(TRAITS))
        self.helper = rng.randrange(len(HELPERS))
        self.say = rng.randrange(len(SAYS))
        self.ending = rng.randrange(len(ENDINGS))
        self.opening = rng.randrange(3)
        self.with_moral = rng.random() < 0.5

    def text(self, lang: str) -> str:
        i = 0 if lang == "pt" else 1
        hp, g, he = HEROES[self.hero]
        pr = PROBLEMS[self.problem]
        helper = HELPERS[self.helper]
        place = PLACES[self.place][i]
        sub = "he" if g == "m" else "she"
        tr = TRAITS[self.trait]
        fill = {
            "N": self.name, "P": place, "Pc": place[0].upper() + place[1:], "H": hp if i == 0 else he, "a": "o" if g == "m" else "a",
            "e": "e" if g == "m" else "a", "T": (tr[0] if g == "m" else tr[1]) if i == 0 else tr[2], "sub": sub, "Sub": sub.capitalize(),
        }
        out = [(OPEN_PT if i == 0 else OPEN_EN)[self.opening].format(**fill)]
        if i == 0:
            pron = "Ele" if g == "m" else "Ela"
            out.append(f"{pron} gostava de {LIKES[self.like][0]}." if self.opening == 2 else f"{pron} era muito {fill['T']} e gostava de {LIKES[self.like][0]}.")
            out.append("Um dia, " + pr[0].format(**fill) + ".")
            out.append(pr[2].format(**fill))
            out.append(f"Então apareceu {helper[0]} e disse: \"{SAYS[self.say][0]}\"")
            out.append(pr[4].format(**fill))
        else:
            out.append(f"{fill['Sub']} liked {LIKES[self.like][1]}." if self.opening == 2 else f"{fill['Sub']} was very {fill['T']} and liked {LIKES[self.like][1]}.")
            out.append("One day, " + pr[1].format(**fill) + ".")
            out.append(pr[3].format(**fill))
            out.append(f"Then {helper[1]} came and said: \"{SAYS[self.say][1]}\"")
            out.append(pr[5].format(**fill))
        art = ("o" if helper[2] == "m" else "a") if i == 0 else ""
        bare = helper[i].split(" ", 1)[1]
        out.append(ENDINGS[self.ending][i].format(N=self.name, o=art, h=bare))
        if self.with_moral:
            out.append(("Moral da história: " if i == 0 else "The moral of the story: ") + pr[6 + i] + ".")
        return " ".join(out)

    def moral(self, lang):
        m = PROBLEMS[self.problem][6 if lang == "pt" else 7]
        return m[0].upper() + m[1:] + "."
