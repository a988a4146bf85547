"""Small closed worlds: sums, words, capitals, opposites, sounds, counting, copying. All written for this project."""

WORDS = [  # (pt, en)
    ("gato", "cat"), ("cachorro", "dog"), ("casa", "house"), ("água", "water"), ("sol", "sun"), ("lua", "moon"), ("livro", "book"), ("mesa", "table"),
    ("cadeira", "chair"), ("porta", "door"), ("janela", "window"), ("flor", "flower"), ("árvore", "tree"), ("mar", "sea"), ("rio", "river"), ("céu", "sky"),
    ("pão", "bread"), ("leite", "milk"), ("maçã", "apple"), ("banana", "banana"), ("peixe", "fish"), ("pássaro", "bird"), ("cavalo", "horse"), ("vaca", "cow"),
    ("menino", "boy"), ("menina", "girl"), ("homem", "man"), ("mulher", "woman"), ("mãe", "mother"), ("pai", "father"), ("irmão", "brother"), ("irmã", "sister"),
    ("amigo", "friend"), ("escola", "school"), ("professor", "teacher"), ("cidade", "city"), ("rua", "street"), ("carro", "car"), ("avião", "plane"), ("trem", "train"),
    ("chuva", "rain"), ("vento", "wind"), ("fogo", "fire"), ("terra", "earth"), ("estrela", "star"), ("noite", "night"), ("dia", "day"), ("manhã", "morning"),
    ("mão", "hand"), ("olho", "eye"), ("boca", "mouth"), ("nariz", "nose"), ("pé", "foot"), ("cabeça", "head"), ("coração", "heart"), ("azul", "blue"),
    ("vermelho", "red"), ("verde", "green"), ("amarelo", "yellow"), ("preto", "black"), ("branco", "white"), ("grande", "big"), ("pequeno", "small"), ("feliz", "happy"),
    ("triste", "sad"), ("quente", "hot"), ("frio", "cold"), ("novo", "new"), ("velho", "old"), ("bonito", "beautiful"), ("comer", "to eat"), ("beber", "to drink"),
    ("dormir", "to sleep"), ("correr", "to run"), ("ler", "to read"), ("escrever", "to write"), ("falar", "to speak"), ("amar", "to love"), ("obrigado", "thank you"),
    ("bom dia", "good morning"), ("boa noite", "good night"), ("palavra", "word"), ("número", "number"), ("camada", "layer"), ("atenção", "attention"), ("peso", "weight"),
    ("vetor", "vector"), ("rede", "network"), ("treino", "training"), ("ruído", "noise"), ("imagem", "image"), ("modelo", "model"), ("computador", "computer"),
]
CAPITALS = [  # (pt country, pt capital, en country, en capital)
    ("Brasil", "Brasília", "Brazil", "Brasília"), ("Portugal", "Lisboa", "Portugal", "Lisbon"), ("França", "Paris", "France", "Paris"),
    ("Espanha", "Madri", "Spain", "Madrid"), ("Itália", "Roma", "Italy", "Rome"), ("Alemanha", "Berlim", "Germany", "Berlin"),
    ("Inglaterra", "Londres", "England", "London"), ("Argentina", "Buenos Aires", "Argentina", "Buenos Aires"), ("Chile", "Santiago", "Chile", "Santiago"),
    ("Uruguai", "Montevidéu", "Uruguay", "Montevideo"), ("Paraguai", "Assunção", "Paraguay", "Asunción"), ("Peru", "Lima", "Peru", "Lima"),
    ("Japão", "Tóquio", "Japan", "Tokyo"), ("China", "Pequim", "China", "Beijing"), ("Egito", "Cairo", "Egypt", "Cairo"), ("Angola", "Luanda", "Angola", "Luanda"),
    ("Moçambique", "Maputo", "Mozambique", "Maputo"), ("México", "Cidade do México", "Mexico", "Mexico City"), ("Canadá", "Ottawa", "Canada", "Ottawa"),
    ("Grécia", "Atenas", "Greece", "Athens"),
]
PT_DE = {"Brasil": "do", "França": "da", "Espanha": "da", "Itália": "da", "Alemanha": "da", "Inglaterra": "da", "Argentina": "da", "Chile": "do", "Uruguai": "do",
         "Paraguai": "do", "Peru": "do", "Japão": "do", "China": "da", "Egito": "do", "México": "do", "Canadá": "do", "Grécia": "da"}
OPPOSITES = [
    ("grande", "pequeno", "big", "small"), ("alto", "baixo", "tall", "short"), ("quente", "frio", "hot", "cold"), ("dia", "noite", "day", "night"),
    ("feliz", "triste", "happy", "sad"), ("rápido", "lento", "fast", "slow"), ("novo", "velho", "new", "old"), ("claro", "escuro", "light", "dark"),
    ("cheio", "vazio", "full", "empty"), ("aberto", "fechado", "open", "closed"), ("forte", "fraco", "strong", "weak"), ("bom", "mau", "good", "bad"),
    ("dentro", "fora", "inside", "outside"), ("começo", "fim", "beginning", "end"), ("fácil", "difícil", "easy", "difficult"), ("certo", "errado", "right", "wrong"),
]
SOUNDS = [  # (pt o animal, sound, en the animal, sound)
    ("o gato", "O gato faz miau.", "cat", "The cat says meow."), ("o cachorro", "O cachorro faz au au.", "dog", "The dog says woof."),
    ("a vaca", "A vaca faz muu.", "cow", "The cow says moo."), ("o pato", "O pato faz quá quá.", "duck", "The duck says quack."),
    ("o galo", "O galo faz cocoricó.", "rooster", "The rooster says cock-a-doodle-doo."), ("a ovelha", "A ovelha faz béé.", "sheep", "The sheep says baa."),
    ("o porco", "O porco faz oinc.", "pig", "The pig says oink."), ("o leão", "O leão ruge.", "lion", "The lion roars."), ("a abelha", "A abelha faz zum zum.", "bee", "The bee says buzz."),
    ("o sapo", "O sapo coaxa.", "frog", "The frog croaks."),
]
FACTS = [  # (pt questions, pt answer, en questions, en answer)
    ("quais são os dias da semana?/diga os dias da semana/me fale os dias da semana", "Segunda, terça, quarta, quinta, sexta, sábado e domingo.",
     "what are the days of the week?/say the days of the week/list the days of the week", "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday and Sunday."),
    ("quais são os meses do ano?/diga os meses do ano/liste os meses", "Janeiro, fevereiro, março, abril, maio, junho, julho, agosto, setembro, outubro, novembro e dezembro.",
     "what are the months of the year?/say the months of the year/list the months", "January, February, March, April, May, June, July, August, September, October, November and December."),
    ("quais são as estações do ano?/diga as estações/quantas estações tem o ano?", "São quatro: primavera, verão, outono e inverno.",
     "what are the seasons?/say the seasons of the year/how many seasons are there?", "There are four: spring, summer, autumn and winter."),
    ("quais são as cores do arco-íris?/diga as cores do arco-íris/que cores tem o arco-íris?", "Vermelho, laranja, amarelo, verde, azul, anil e violeta.",
     "what are the colours of the rainbow?/say the colors of the rainbow/which colours are in the rainbow?", "Red, orange, yellow, green, blue, indigo and violet."),
    ("qual é a cor do céu?/de que cor é o céu?/o céu é de que cor?", "O céu é azul durante o dia.", "what colour is the sky?/what color is the sky?/which colour does the sky have?", "The sky is blue during the day."),
    ("qual é a cor da grama?/de que cor é a grama?/a grama é de que cor?", "A grama é verde.", "what colour is grass?/what color is the grass?/which colour does grass have?", "Grass is green."),
    ("qual é a cor do sol?/de que cor é o sol?/o sol é de que cor?", "Daqui da Terra o sol parece amarelo.", "what colour is the sun?/what color is the sun?/which colour does the sun have?", "From the Earth the sun looks yellow."),
    ("quantos dias tem uma semana?/uma semana tem quantos dias?", "Uma semana tem 7 dias.", "how many days are in a week?/a week has how many days?", "A week has 7 days."),
    ("quantos meses tem um ano?/um ano tem quantos meses?", "Um ano tem 12 meses.", "how many months are in a year?/a year has how many months?", "A year has 12 months."),
    ("quantas horas tem um dia?/um dia tem quantas horas?", "Um dia tem 24 horas.", "how many hours are in a day?/a day has how many hours?", "A day has 24 hours."),
    ("quantos minutos tem uma hora?/uma hora tem quantos minutos?", "Uma hora tem 60 minutos.", "how many minutes are in an hour?/an hour has how many minutes?", "An hour has 60 minutes."),
    ("quantas patas tem um gato?/um gato tem quantas patas?", "Um gato tem 4 patas.", "how many legs does a cat have?/a cat has how many legs?", "A cat has 4 legs."),
    ("quantas patas tem uma aranha?/uma aranha tem quantas patas?", "Uma aranha tem 8 patas.", "how many legs does a spider have?/a spider has how many legs?", "A spider has 8 legs."),
    ("quais são os planetas?/diga os planetas/quais planetas existem no sistema solar?", "Mercúrio, Vênus, Terra, Marte, Júpiter, Saturno, Urano e Netuno.",
     "what are the planets?/say the planets/list the planets of the solar system", "Mercury, Venus, Earth, Mars, Jupiter, Saturn, Uranus and Neptune."),
    ("diga o alfabeto/qual é o alfabeto?/fale o alfabeto", "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z.", "say the alphabet/what is the alphabet?/recite the alphabet", "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z."),
    ("o que os peixes fazem?/onde vivem os peixes?", "Os peixes vivem na água e nadam.", "what do fish do?/where do fish live?", "Fish live in water and swim."),
    ("o que as abelhas fazem?/quem faz o mel?", "As abelhas fazem mel.", "what do bees make?/who makes honey?", "Bees make honey."),
    ("complete: o céu é/complete a frase: o céu é", "O céu é azul.", "complete: the sky is/finish the sentence: the sky is", "The sky is blue."),
    ("complete: era uma/complete a frase: era uma", "Era uma vez.", "complete: once upon a/finish the sentence: once upon a", "Once upon a time."),
]
POEMS = {  # key: (pt topic, en topic, pt poem, en poem)
    "mar": ("o mar", "the sea", "O mar vai, o mar vem,\nleva conchas, traz também.\nNa areia deixo um verso\npara quem passar além.", "The sea goes out, the sea comes in,\nit sings a song both thick and thin.\nIt leaves a shell upon the sand\nand takes a footprint from the land."),
    "lua": ("a lua", "the moon", "A lua veio à janela\ncom seu vestido de prata.\nO gato olhou para ela\ne fez uma serenata.", "The moon looked in, all silver bright,\nand asked the cat to sing that night.\nThe cat sang low, the cat sang high,\nthe moon laughed softly in the sky."),
    "gato": ("um gato", "a cat", "O gato pisa de leve\nno telhado da vizinha.\nCarrega no olho um breve\npedacinho de estrelinha.", "The cat walks softly on the wall,\nit makes no noise, no noise at all.\nIt keeps a star in either eye\nand stole them from the evening sky."),
    "chuva": ("a chuva", "the rain", "Pinga, pinga, chuva boa,\nna folha, no chão, na lagoa.\nCada gota é uma palavra\nque o céu escreve à toa.", "Drip and drop, the gentle rain\nwrites its letters on the pane.\nEvery drop a tiny word,\nthe softest tale I ever heard."),
    "amigo": ("um amigo", "a friend", "Um amigo é como um rio:\nacompanha, não tem pressa,\ntira a sede, tira o frio,\ne cumpre toda promessa.", "A friend is like a quiet light\nthat keeps you company at night.\nYou do not need to say a thing:\nit warms you like a day in spring."),
    "sol": ("o sol", "the sun", "O sol abriu a cortina\ne disse: bom dia, flor!\nA flor, ainda menina,\nficou vermelha de amor.", "The sun pulled back the curtain wide\nand called the flowers all outside.\nThey yawned and stretched their petals high\nand waved good morning to the sky."),
    "token": ("um token", "a token", "Sou um token pequenino,\num número, um vetor,\npasso por seis camadas\ne viro palavra e cor.", "I am a token, very small,\na number in a numbered hall.\nThrough six tall layers I must go\nto be the word you come to know."),
    "noite": ("a noite", "the night", "A noite guarda no bolso\num punhado de estrelas.\nQuem fecha os olhos bem cedo\nsonha que pode colhê-las.", "The night has pockets full of stars,\nit keeps them safe in little jars.\nAnd if you close your eyes and dream\nit pours them out into a stream."),
}
NUM_PT = "zero um dois três quatro cinco seis sete oito nove dez".split()
NUM_EN = "zero one two three four five six seven eight nine ten".split()

# Things that are out of range, so that the model learns to say so. (pt phrase with article, en phrase)
UNKNOWN = [
    ("a fotossíntese", "photosynthesis"), ("a democracia", "democracy"), ("o capitalismo", "capitalism"), ("a revolução francesa", "the french revolution"),
    ("a segunda guerra mundial", "the second world war"), ("a inflação", "inflation"), ("o bitcoin", "bitcoin"), ("a bolsa de valores", "the stock market"), ("a gravidade", "gravity"),
    ("a teoria da relatividade", "the theory of relativity"), ("um buraco negro", "a black hole"), ("o dna", "dna"), ("uma célula", "a cell"), ("um vulcão", "a volcano"),
    ("o futebol", "football"), ("a copa do mundo", "the world cup"), ("o carnaval", "carnival"), ("a feijoada", "feijoada"), ("um bolo de chocolate", "a chocolate cake"),
    ("a filosofia", "philosophy"), ("a ética", "ethics"), ("o amor", "love"), ("a felicidade", "happiness"), ("a vida", "life"), ("deus", "god"), ("a religião", "religion"),
    ("a constituição", "the constitution"), ("um contrato", "a contract"), ("o imposto de renda", "income tax"), ("um vírus", "a virus"), ("a gripe", "the flu"), ("o diabetes", "diabetes"),
    ("um remédio", "a medicine"), ("a dor de cabeça", "a headache"), ("python", "python"), ("javascript", "javascript"), ("um banco de dados", "a database"), ("o linux", "linux"),
    ("um compilador", "a compiler"), ("a internet", "the internet"), ("um satélite", "a satellite"), ("a eletricidade", "electricity"), ("um motor", "an engine"), ("a química", "chemistry"),
    ("o átomo", "the atom"), ("a matemática", "mathematics"), ("uma derivada", "a derivative"), ("uma integral", "an integral"), ("a geometria", "geometry"), ("o teorema de pitágoras", "the theorem of pythagoras"),
    ("a música", "music"), ("um violão", "a guitar"), ("a pintura", "painting"), ("o cinema", "cinema"), ("o teatro", "theatre"), ("a poesia", "poetry"), ("a história do brasil", "the history of brazil"),
    ("o império romano", "the roman empire"), ("a independência", "independence"), ("a escravidão", "slavery"), ("a psicologia", "psychology"), ("o sono", "sleep"), ("a economia", "economics"),
    ("um terremoto", "an earthquake"), ("o aquecimento global", "global warming"), ("a poluição", "pollution"), ("a energia solar", "solar energy"), ("um dinossauro", "a dinosaur"),
    ("a evolução", "evolution"), ("o xadrez", "chess"), ("um carro elétrico", "an electric car"), ("o metrô", "the subway"), ("a agricultura", "agriculture"), ("o café", "coffee"),
    ("o queijo", "cheese"), ("a pizza", "pizza"), ("a moda", "fashion"), ("o direito penal", "criminal law"), ("a literatura", "literature"), ("um verbo", "a verb"), ("o subjuntivo", "the subjunctive"),
    ("a anatomia", "anatomy"), ("o cérebro", "the brain"), ("o sangue", "blood"), ("um osso", "a bone"), ("uma vacina", "a vaccine"), ("o oceano", "the ocean"), ("uma galáxia", "a galaxy"),
    ("um cometa", "a comet"), ("o tempo", "time"), ("a luz", "light"), ("o som", "sound"), ("a sociologia", "sociology"), ("a arquitetura", "architecture"), ("um foguete", "a rocket"),
]
UNKNOWN_Q = [  # whole questions out of range
    ("quem ganhou a copa de 2002?", "who won the world cup in 2002?"), ("quem é o presidente do brasil?", "who is the president of brazil?"), ("quem descobriu o brasil?", "who discovered america?"),
    ("como faço um bolo?", "how do i bake a cake?"), ("me dê uma receita de pão", "give me a recipe for bread"), ("escreva um código em python", "write code in python"),
    ("qual remédio devo tomar?", "which medicine should i take?"), ("quanto custa um carro?", "how much does a car cost?"), ("quem foi einstein?", "who was einstein?"),
    ("quem foi machado de assis?", "who was shakespeare?"), ("em que ano começou a guerra?", "when did the war start?"), ("qual é o maior país do mundo?", "what is the largest country in the world?"),
    ("qual é a montanha mais alta?", "what is the highest mountain?"), ("quantas pessoas vivem no mundo?", "how many people live in the world?"), ("qual o sentido da vida?", "what is the meaning of life?"),
    ("me recomende um filme", "recommend me a film"), ("qual livro devo ler?", "which book should i read?"), ("como ganhar dinheiro?", "how can i make money?"), ("como emagrecer?", "how do i lose weight?"),
    ("em quem devo votar?", "who should i vote for?"), ("quem vai ganhar a eleição?", "who will win the election?"), ("qual time é o melhor?", "which team is the best?"), ("resolva esta equação: x2 + 3x = 10", "solve this equation: x2 + 3x = 10"),
    ("qual é a raiz quadrada de 2?", "what is the square root of 2?"),
    ("traduza este texto para o francês", "translate this text into french"), ("escreva um e-mail para o meu chefe", "write an e-mail to my boss"), ("faça um resumo deste livro", "summarise this book"),
    ("quais são as notícias de hoje?", "what is the news today?"), ("como conserto meu computador?", "how do i fix my computer?"), ("desenhe um gato", "draw a cat"), ("toque uma música", "play a song"),
    ("como se joga xadrez?", "how do you play chess?"), ("qual a distância até a lua?", "how far is the moon?"), ("por que o céu é azul?", "why is the sky blue?"), ("por que existem guerras?", "why are there wars?"),
    ("como os aviões voam?", "how do planes fly?"), ("o que devo comer no jantar?", "what should i have for dinner?"), ("onde fica a torre eiffel?", "where is the eiffel tower?"), ("quem pintou a mona lisa?", "who painted the mona lisa?"),
    ("como planto tomates?", "how do i grow tomatoes?"), ("me ajude com meu imposto", "help me with my taxes"), ("qual é o melhor celular?", "what is the best phone?"), ("quem inventou o telefone?", "who invented the telephone?"),
    ("quantos anos tem a terra?", "how old is the earth?"), ("o que aconteceu em 1989?", "what happened in 1989?"), ("qual a população da índia?", "what is the population of india?"), ("como tirar mancha de roupa?", "how do i remove a stain?"),
    ("me dê conselhos sobre amor", "give me advice about love"), ("que carreira devo seguir?", "which career should i choose?"), ("quem é neymar?", "who is taylor swift?"), ("quem é elon musk?", "who is elon musk?"),
]
MAKE_VERBS = [("escreva", "write"), ("faça", "make"), ("crie", "create"), ("me ajude com", "help me with"), ("preciso de", "i need"), ("monte", "build"), ("me ensine a fazer", "teach me to make")]
MAKE_THINGS = [
    ("um site", "a website"), ("um aplicativo", "an app"), ("um programa em java", "a java program"), ("uma carta para o meu vizinho", "a letter to my neighbour"), ("um artigo sobre a guerra", "an article about the war"),
    ("uma planilha", "a spreadsheet"), ("um contrato", "a contract"), ("um currículo", "a resume"), ("um discurso", "a speech"), ("um jogo", "a game"), ("uma dieta", "a diet"), ("um plano de viagem", "a travel plan"),
    ("uma classe em c++", "a class in c++"), ("um script", "a script"), ("uma consulta sql", "a sql query"), ("um algoritmo de busca", "a search algorithm"), ("uma notícia", "a news report"), ("um treino de academia", "a gym plan"),
    ("um relatório", "a report"), ("uma página em html", "an html page"), ("um robô de verdade", "a real robot"), ("uma casa", "a house"), ("uma música de rock", "a rock song"), ("uma fórmula", "a formula"),
]
REFUSE_PT = [
    "Isso eu não sei: sou um modelo minúsculo. Posso explicar termos como token, atenção ou difusão, ou contar uma história.",
    "Não sei responder a isso, sou pequeno demais. Pergunte sobre modelos de linguagem ou peça uma história.",
]
REFUSE_EN = [
    "I do not know that: I am a tiny model. I can explain terms like token, attention or diffusion, or tell a story.",
    "I cannot answer that, I am too small. Ask me about language models or ask for a story.",
]
OTHER_LANG = "Só falo português e inglês. I only speak Portuguese and English."
