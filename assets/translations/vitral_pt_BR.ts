<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="pt_BR">
<context>
    <name>ViewWords</name>
    <message>
        <source>on</source>
        <translation>ligado</translation>
    </message>
    <message>
        <source>off</source>
        <translation>desligado</translation>
    </message>
    <message>
        <source>%1 more rows are not in this page.</source>
        <translation>Mais %1 linhas não estão nesta página.</translation>
    </message>
</context>
<context>
    <name>vitral::ActivityPanel</name>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>stopped after %1</source>
        <translation>interrompida depois de %1</translation>
    </message>
    <message>
        <source>done in %1</source>
        <translation>pronta em %1</translation>
    </message>
    <message>
        <source>is being stopped…</source>
        <translation>sendo interrompida…</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>Progress of %1</source>
        <translation>Andamento de %1</translation>
    </message>
    <message>
        <source>Stop: %1</source>
        <translation>Parar: %1</translation>
    </message>
    <message>
        <source>Activity</source>
        <translation>Atividade</translation>
    </message>
    <message>
        <source>Tasks</source>
        <translation>Tarefas</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Registro</translation>
    </message>
    <message>
        <source>Tasks and log</source>
        <translation>Tarefas e registro</translation>
    </message>
    <message>
        <source>Nothing is running. What takes time appears here, and can be stopped.</source>
        <translation>Nada está em andamento. O que leva tempo aparece aqui e pode ser interrompido.</translation>
    </message>
    <message>
        <source>Forget what is over</source>
        <translation>Esquecer o que terminou</translation>
    </message>
    <message>
        <source>Nothing has been logged yet.</source>
        <translation>Nada foi registrado ainda.</translation>
    </message>
    <message>
        <source>Copy the log</source>
        <translation>Copiar o registro</translation>
    </message>
    <message>
        <source>Open its folder</source>
        <translation>Abrir a pasta dele</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Fechar</translation>
    </message>
    <message>
        <source>running</source>
        <translation>em andamento</translation>
    </message>
</context>
<context>
    <name>vitral::AlternativesPopup</name>
    <message>
        <source>Alternatives of this token</source>
        <translation>Alternativas deste token</translation>
    </message>
    <message>
        <source>%1  ·  %2</source>
        <translation>%1  ·  %2</translation>
    </message>
    <message>
        <source>choice no. %1  ·  entropy %2 nats</source>
        <translation>escolha nº %1  ·  entropia %2 nats</translation>
    </message>
    <message>
        <source>id %1  ·  bytes %2</source>
        <translation>id %1  ·  bytes %2</translation>
    </message>
    <message>
        <source>none (control token)</source>
        <translation>nenhum (token de controle)</translation>
    </message>
    <message>
        <source>Choose a token to go on from here with it</source>
        <translation>Escolha um token para continuar daqui com ele</translation>
    </message>
    <message>
        <source>Click to fork from here</source>
        <translation>Clique para bifurcar daqui</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>Right arrow: how these numbers come about</source>
        <translation>Seta para a direita: como se chega a estes números</translation>
    </message>
    <message>
        <source>as it was written</source>
        <translation>como foi escrito</translation>
    </message>
</context>
<context>
    <name>vitral::ArithmeticWords</name>
    <message>
        <source>Probability of %1, %2</source>
        <translation>Probabilidade de %1, %2</translation>
    </message>
    <message>
        <source>Logarithm</source>
        <translation>Logaritmo</translation>
    </message>
    <message>
        <source>logit</source>
        <translation>logit</translation>
    </message>
    <message>
        <source>log-sum-exp</source>
        <translation>log-soma-exp</translation>
    </message>
    <message>
        <source>The logit is this token&apos;s entry of the output; the log-sum-exp is ln of the sum of e^logit over the whole vocabulary.</source>
        <translation>O logit é a entrada deste token na saída; a log-soma-exp é ln da soma de e^logit sobre todo o vocabulário.</translation>
    </message>
    <message>
        <source>Recorded with the token: its logit minus ln of the sum of e^logit over the whole vocabulary, before any sampler.</source>
        <translation>Gravado com o token: seu logit menos ln da soma de e^logit sobre todo o vocabulário, antes de qualquer amostrador.</translation>
    </message>
    <message>
        <source>Probability</source>
        <translation>Probabilidade</translation>
    </message>
    <message>
        <source>Choice number %1: %2 tokens of the vocabulary are likelier.</source>
        <translation>Escolha número %1: %2 tokens do vocabulário são mais prováveis.</translation>
    </message>
    <message>
        <source>All tokens together</source>
        <translation>Todos os tokens juntos</translation>
    </message>
    <message>
        <source>%1, then all the others of the vocabulary.</source>
        <translation>%1, depois todos os outros do vocabulário.</translation>
    </message>
    <message>
        <source>Entropy</source>
        <translation>Entropia</translation>
    </message>
    <message>
        <source>In nats: what the %1 listed tokens give, and all the others. 0 is certainty; e^%2 = %3 tokens would be as uncertain if all were alike.</source>
        <translation>Em nats: o que dão os %1 tokens da lista e todos os outros. 0 é certeza; e^%2 = %3 tokens seriam igualmente incertos se fossem todos iguais.</translation>
    </message>
    <message>
        <source>What %1 wrote to logit of %2 minus logit of %3</source>
        <translation>O que %1 escreveu no logit de %2 menos o logit de %3</translation>
    </message>
    <message>
        <source>What %1 wrote to the logit of %2</source>
        <translation>O que %1 escreveu no logit de %2</translation>
    </message>
    <message>
        <source>Sum of the products</source>
        <translation>Soma dos produtos</translation>
    </message>
    <message>
        <source>%1 numbers of the head&apos;s output (hook_z), each times what the output matrix, the final norm and the token&apos;s row of the output head make of it. The four largest products, then the others.</source>
        <translation>%1 números da saída da cabeça (hook_z), cada um vezes o que dele fazem a matriz de saída, a norma final e a linha do token na saída do modelo. Os quatro maiores produtos, depois os outros.</translation>
    </message>
    <message>
        <source>%1 numbers of what it adds to the stream, each times the token&apos;s row of the output head seen through the final norm. The four largest products, then the others.</source>
        <translation>%1 números do que ela soma ao fluxo, cada um vezes a linha do token na saída do modelo vista através da norma final. Os quatro maiores produtos, depois os outros.</translation>
    </message>
    <message>
        <source>Final norm</source>
        <translation>Norma final</translation>
    </message>
    <message>
        <source>mean of the squares</source>
        <translation>média dos quadrados</translation>
    </message>
    <message>
        <source>The factor of the final norm at this token, frozen: only then do the parts add up.</source>
        <translation>O fator da norma final neste token, congelado: só assim as partes somam o todo.</translation>
    </message>
    <message>
        <source>All parts</source>
        <translation>Todas as partes</translation>
    </message>
    <message>
        <source>This part, the other %1 together, and what rounding leaves over: the logit the model computed.</source>
        <translation>Esta parte, as outras %1 juntas e o que sobra do arredondamento: o logit que o modelo calculou.</translation>
    </message>
    <message>
        <source>Rotation of pair %1</source>
        <translation>Rotação do par %1</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>Velocidade</translation>
    </message>
    <message>
        <source>The model&apos;s angle for this pair is %1 radians a token: one turn in so many tokens.</source>
        <translation>O ângulo do modelo para este par é de %1 radianos por token: uma volta em tantos tokens.</translation>
    </message>
    <message>
        <source>%1°; cosine %2, sine %3.</source>
        <translation>%1°; cosseno %2, seno %3.</translation>
    </message>
    <message>
        <source>Query at %1</source>
        <translation>Consulta em %1</translation>
    </message>
    <message>
        <source>Key at %1</source>
        <translation>Chave em %1</translation>
    </message>
    <message>
        <source>Between the two</source>
        <translation>Entre as duas</translation>
    </message>
    <message>
        <source>Only the distance counts: what the pair gives to the score is the product of the two lengths times the cosine of the angle between query and key, moved by this one.</source>
        <translation>Só a distância conta: o que o par dá à pontuação é o produto dos dois comprimentos vezes o cosseno do ângulo entre consulta e chave, deslocado por este.</translation>
    </message>
    <message>
        <source>Weight of each token</source>
        <translation>Peso de cada token</translation>
    </message>
    <message>
        <source>What each token that counts gives there; the largest: %1; then the others together.</source>
        <translation>O que cada token que conta dá a esses lugares; os maiores: %1; depois os outros juntos.</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>Média</translation>
    </message>
    <message>
        <source>Over the %1 tokens for which there is such a place.</source>
        <translation>Sobre os %1 tokens para os quais existe um lugar assim.</translation>
    </message>
    <message>
        <source>By chance</source>
        <translation>Por acaso</translation>
    </message>
    <message>
        <source>The same mean if every token looked at all it sees alike: places over visible tokens.</source>
        <translation>A mesma média se cada token olhasse por igual para tudo o que vê: lugares sobre tokens visíveis.</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>Nota</translation>
    </message>
    <message>
        <source>0 is chance, 1 is all of it; below 0 the head avoids these places.</source>
        <translation>0 é acaso, 1 é tudo; abaixo de 0 a cabeça evita esses lugares.</translation>
    </message>
    <message>
        <source>Activation of %1</source>
        <translation>Ativação de %1</translation>
    </message>
    <message>
        <source>The neuron’s first product with the normalised stream (hook_pre) through the activation function f, times its second one (hook_pre_linear).</source>
        <translation>O primeiro produto do neurônio com o fluxo normalizado (hook_pre) pela função de ativação f, vezes o segundo (hook_pre_linear).</translation>
    </message>
    <message>
        <source>The neuron’s product with the normalised stream (hook_pre) through the activation function f.</source>
        <translation>O produto do neurônio com o fluxo normalizado (hook_pre) pela função de ativação f.</translation>
    </message>
    <message>
        <source>The last factor is the router’s weight of its expert.</source>
        <translation>O último fator é o peso que o roteador dá ao especialista.</translation>
    </message>
    <message>
        <source>Activation</source>
        <translation>Ativação</translation>
    </message>
    <message>
        <source>Effect on the stream</source>
        <translation>Efeito no fluxo</translation>
    </message>
    <message>
        <source>Its size times the length of the neuron’s column of the output matrix: so far it moves the residual stream.</source>
        <translation>Seu tamanho vezes o comprimento da coluna do neurônio na matriz de saída: é o quanto ele move o fluxo residual.</translation>
    </message>
    <message>
        <source>What %1 adds to the logit of “%2”</source>
        <translation>O que %1 soma ao logit de “%2”</translation>
    </message>
    <message>
        <source>Logit</source>
        <translation>Logit</translation>
    </message>
    <message>
        <source>Its activation times what an activation of 1 adds: the neuron’s column of the output matrix, through the final norm as it is at this token, times the token’s row of the output head.</source>
        <translation>Sua ativação vezes o que uma ativação de 1 soma: a coluna do neurônio na matriz de saída, pela norma final como ela está neste token, vezes a linha do token na cabeça de saída.</translation>
    </message>
    <message>
        <source>Odds</source>
        <translation>Chances</translation>
    </message>
    <message>
        <source>Alone it multiplies the token’s odds by this; later layers are left aside.</source>
        <translation>Sozinho, multiplica as chances do token por isto; as camadas seguintes ficam de lado.</translation>
    </message>
    <message>
        <source>Without</source>
        <translation>Sem</translation>
    </message>
    <message>
        <source>From the log-probability of the run with nothing changed: %1.</source>
        <translation>Da log-probabilidade da execução sem nenhuma mudança: %1.</translation>
    </message>
    <message>
        <source>With</source>
        <translation>Com</translation>
    </message>
    <message>
        <source>The same with the changes that are on: %1.</source>
        <translation>O mesmo com as mudanças ligadas: %1.</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Mudança</translation>
    </message>
    <message>
        <source>Both distributions</source>
        <translation>As duas distribuições</translation>
    </message>
    <message>
        <source>Kullback–Leibler divergence over the whole vocabulary, in nats: p without, q with the changes. 0 means that they are the same.</source>
        <translation>Divergência de Kullback–Leibler sobre o vocabulário inteiro, em nats: p sem as mudanças, q com elas. 0 quer dizer que são iguais.</translation>
    </message>
    <message>
        <source>%1 switched off</source>
        <translation>%1 desligada</translation>
    </message>
    <message>
        <source>The log-probability of “%1” without this part, minus the one with the whole model.</source>
        <translation>A log-probabilidade de “%1” sem esta parte, menos a do modelo inteiro.</translation>
    </message>
    <message>
        <source>As probabilities</source>
        <translation>Como probabilidades</translation>
    </message>
    <message>
        <source>From %1 to %2: times %3.</source>
        <translation>De %1 para %2: vezes %3.</translation>
    </message>
    <message>
        <source>Brought back</source>
        <translation>Trazido de volta</translation>
    </message>
    <message>
        <source>Each number is the right answer’s logit minus the other answer’s, at the last token: of the patched run, of the other prompt, of the right prompt.</source>
        <translation>Cada número é o logit da resposta certa menos o da outra resposta, no último token: da execução com a troca, do outro texto, do texto certo.</translation>
    </message>
    <message>
        <source>What it must touch at least once, in the types that are stored.</source>
        <translation>O que ela precisa tocar ao menos uma vez, nos tipos guardados.</translation>
    </message>
    <message>
        <source>Beside what is listed: %1 of vectors and tables.</source>
        <translation>Além do que está listado: %1 de vetores e tabelas.</translation>
    </message>
    <message>
        <source>together</source>
        <translation>ao todo</translation>
    </message>
    <message>
        <source>Bytes read</source>
        <translation>Bytes lidos</translation>
    </message>
    <message>
        <source>Bytes written</source>
        <translation>Bytes escritos</translation>
    </message>
    <message>
        <source>Its results.</source>
        <translation>Seus resultados.</translation>
    </message>
    <message>
        <source>Additions and multiplications</source>
        <translation>Somas e multiplicações</translation>
    </message>
    <message>
        <source>One of each for every number of a result and every column of the weight; a bias adds one for every number.</source>
        <translation>Uma de cada para cada número de um resultado e cada coluna do peso; um viés soma uma para cada número.</translation>
    </message>
    <message>
        <source>Counted from the shapes; exp, tanh and the like count as one.</source>
        <translation>Contadas pelas formas; exp, tanh e semelhantes contam como uma.</translation>
    </message>
    <message>
        <source>A second, by the shortest of the measured passes: bytes, and arithmetic operations.</source>
        <translation>Por segundo, pela mais curta das passagens medidas: bytes e contas.</translation>
    </message>
    <message>
        <source>Score at a distance of %1</source>
        <translation>Valor à distância de %1</translation>
    </message>
    <message>
        <source>Sum over the pairs</source>
        <translation>Soma dos pares</translation>
    </message>
    <message>
        <source>What each of the %1 pairs of dimensions gives when both are turned to this distance, the scale included: the four largest, then the others.</source>
        <translation>O que cada um dos %1 pares de dimensões dá quando os dois são girados para esta distância, já com a escala: os quatro maiores, depois os outros.</translation>
    </message>
    <message>
        <source>Soft-cap</source>
        <translation>Limite suave</translation>
    </message>
    <message>
        <source>The model keeps its scores within this bound.</source>
        <translation>O modelo mantém seus valores dentro deste limite.</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Diferença</translation>
    </message>
    <message>
        <source>In this run, minus in %1. Without the comparison each of the two unfolds further.</source>
        <translation>Nesta execução, menos em %1. Sem a comparação, cada um dos dois se desdobra mais.</translation>
    </message>
    <message>
        <source>From its log-probability: %1.</source>
        <translation>A partir da sua log-probabilidade: %1.</translation>
    </message>
    <message>
        <source>In this run</source>
        <translation>Nesta execução</translation>
    </message>
    <message>
        <source>In %1</source>
        <translation>Em %1</translation>
    </message>
    <message>
        <source>layer %1, head %2</source>
        <translation>camada %1, cabeça %2</translation>
    </message>
    <message>
        <source>Weight</source>
        <translation>Peso</translation>
    </message>
    <message>
        <source>e to the score minus the row’s log-sum-exp, of %1. The view Cell takes the score apart.</source>
        <translation>e elevado à pontuação menos o log-soma-exp da linha, de %1. A vista Célula desmonta a pontuação.</translation>
    </message>
    <message>
        <source>%1 cannot see that token.</source>
        <translation>%1 não pode ver esse token.</translation>
    </message>
    <message>
        <source>The largest</source>
        <translation>O maior</translation>
    </message>
    <message>
        <source>Of %1 heads: %2, then smaller ones.</source>
        <translation>De %1 cabeças: %2; depois, menores.</translation>
    </message>
    <message>
        <source>Sum over the heads</source>
        <translation>Soma sobre as cabeças</translation>
    </message>
    <message>
        <source>The largest: %1; then the other heads together.</source>
        <translation>Os maiores: %1; depois, as outras cabeças juntas.</translation>
    </message>
    <message>
        <source>Over %1 heads: %2.</source>
        <translation>Sobre %1 cabeças: %2.</translation>
    </message>
    <message>
        <source>this run</source>
        <translation>esta execução</translation>
    </message>
    <message>
        <source>%1: spread</source>
        <translation>%1: dispersão</translation>
    </message>
    <message>
        <source>Entropy of each row</source>
        <translation>Entropia de cada linha</translation>
    </message>
    <message>
        <source>−Σ w ln w of each token’s weights, in nats; the largest: %1; then the others together.</source>
        <translation>−Σ w ln w dos pesos de cada token, em nats; os maiores: %1; depois, os outros juntos.</translation>
    </message>
    <message>
        <source>Over the %1 tokens that were looked at.</source>
        <translation>Sobre os %1 tokens examinados.</translation>
    </message>
    <message>
        <source>At most</source>
        <translation>No máximo</translation>
    </message>
    <message>
        <source>The same mean if every token looked at all it sees alike: ln of their number.</source>
        <translation>A mesma média se cada token olhasse por igual para todos os que vê: ln da quantidade deles.</translation>
    </message>
    <message>
        <source>Spread</source>
        <translation>Dispersão</translation>
    </message>
    <message>
        <source>1 looks at all tokens alike, 0 at a single one.</source>
        <translation>1 olha para todos os tokens por igual; 0, para um só.</translation>
    </message>
    <message>
        <source>The change of its activation times what an activation of 1 adds: the neuron’s column of the output matrix, through the final norm as it is at this token, times the token’s row of the output head.</source>
        <translation>A mudança da sua ativação vezes o que uma ativação de 1 acrescenta: a coluna do neurônio na matriz de saída, através da norma final como está neste token, vezes a linha do token na cabeça de saída.</translation>
    </message>
    <message>
        <source>Mean over the text</source>
        <translation>Média sobre o texto</translation>
    </message>
    <message>
        <source>The same divergence after every token of the text: the four largest, then the others.</source>
        <translation>A mesma divergência depois de cada token do texto: as quatro maiores, depois as outras.</translation>
    </message>
    <message>
        <source>, and the other %1.</source>
        <translation> e as outras %1.</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Tempo</translation>
    </message>
    <message>
        <source>In microseconds, each operation’s shortest of the passes:</source>
        <translation>Em microssegundos, a mais curta das passagens de cada operação:</translation>
    </message>
    <message>
        <source>Bytes read and written</source>
        <translation>Bytes lidos e escritos</translation>
    </message>
    <message>
        <source>At least, in the types that are stored:</source>
        <translation>No mínimo, nos tipos em que estão guardados:</translation>
    </message>
    <message>
        <source>Bytes of weights</source>
        <translation>Bytes de pesos</translation>
    </message>
    <message>
        <source>Of these, weights:</source>
        <translation>Destes, pesos:</translation>
    </message>
    <message>
        <source>Counted from the shapes:</source>
        <translation>Contadas a partir dos formatos:</translation>
    </message>
    <message>
        <source>The %1 numbers of one row times those of the other: the four largest products, then the others.</source>
        <translation>Os %1 números de uma linha vezes os da outra: os quatro maiores produtos, depois os outros.</translation>
    </message>
    <message>
        <source>Lengths</source>
        <translation>Comprimentos</translation>
    </message>
    <message>
        <source>Of each row: the root of the sum of its squares.</source>
        <translation>De cada linha: a raiz da soma dos seus quadrados.</translation>
    </message>
    <message>
        <source>Cosine</source>
        <translation>Cosseno</translation>
    </message>
    <message>
        <source>1: the same direction, 0: at right angles, %1: opposite.</source>
        <translation>1: a mesma direção; 0: em ângulo reto; %1: opostas.</translation>
    </message>
    <message>
        <source>A row of zeros points nowhere.</source>
        <translation>Uma linha de zeros não aponta para lado nenhum.</translation>
    </message>
    <message>
        <source>Likeness at a distance of %1</source>
        <translation>Semelhança a uma distância de %1</translation>
    </message>
    <message>
        <source>Sum of the cosines</source>
        <translation>Soma dos cossenos</translation>
    </message>
    <message>
        <source>Of every two rows in the picture that stand so far apart: the four largest, then the others.</source>
        <translation>De cada duas linhas da figura que estão a essa distância: os quatro maiores, depois os outros.</translation>
    </message>
    <message>
        <source>Over %1 pairs of rows. A cell of the picture unfolds into its own two rows.</source>
        <translation>Sobre %1 pares de linhas. Uma célula da figura se desdobra nas suas próprias duas linhas.</translation>
    </message>
    <message>
        <source>Position %1, dimension %2</source>
        <translation>Posição %1, dimensão %2</translation>
    </message>
    <message>
        <source>Radians a position. Two dimensions share it, a sine and a cosine: pair %1 of %2.</source>
        <translation>Radianos por posição. Duas dimensões a compartilham, um seno e um cosseno: par %1 de %2.</translation>
    </message>
    <message>
        <source>Angle</source>
        <translation>Ângulo</translation>
    </message>
    <message>
        <source>The position times the speed, in radians.</source>
        <translation>A posição vezes a velocidade, em radianos.</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Valor</translation>
    </message>
    <message>
        <source>Even dimensions take the sine, odd ones the cosine.</source>
        <translation>Dimensões pares levam o seno; ímpares, o cosseno.</translation>
    </message>
    <message>
        <source>Each of the %1 pairs gives sin a sin b + cos a cos b, the cosine of the distance times its speed: the four largest, then the others.</source>
        <translation>Cada um dos %1 pares dá sen a sen b + cos a cos b, o cosseno da distância vezes a sua velocidade: os quatro maiores, depois os outros.</translation>
    </message>
    <message>
        <source>Every row is as long: the root of the number of pairs. So only the distance counts.</source>
        <translation>Todas as linhas têm o mesmo comprimento: a raiz do número de pares. Por isso só a distância conta.</translation>
    </message>
    <message>
        <source>Head %1 at a distance of %2</source>
        <translation>Cabeça %1 a uma distância de %2</translation>
    </message>
    <message>
        <source>Slope</source>
        <translation>Inclinação</translation>
    </message>
    <message>
        <source>The heads’ slopes are a geometric series from 1 / 2^(8 / heads) down to 1 / 2^8; where the number of heads is no power of two, further ones lie between.</source>
        <translation>As inclinações das cabeças são uma progressão geométrica de 1 / 2^(8 / cabeças) até 1 / 2^8; onde o número de cabeças não é potência de dois, há outras entre elas.</translation>
    </message>
    <message>
        <source>Bias</source>
        <translation>Viés</translation>
    </message>
    <message>
        <source>Added to the score, before the softmax.</source>
        <translation>Somado à pontuação, antes da softmax.</translation>
    </message>
    <message>
        <source>Factor</source>
        <translation>Fator</translation>
    </message>
    <message>
        <source>On the weight, before the row is brought to a sum of 1.</source>
        <translation>Sobre o peso, antes de a linha ser levada a somar 1.</translation>
    </message>
    <message>
        <source>Least and greatest</source>
        <translation>Menor e maior</translation>
    </message>
    <message>
        <source>Value %1 of token %2, and value %3 of token %4.</source>
        <translation>O valor %1 do token %2 e o valor %3 do token %4.</translation>
    </message>
    <message>
        <source>The sum of the values that were read, over their number.</source>
        <translation>A soma dos valores lidos, dividida pela quantidade deles.</translation>
    </message>
    <message>
        <source>The sum of all values over their number.</source>
        <translation>A soma de todos os valores, dividida pela quantidade deles.</translation>
    </message>
    <message>
        <source>Deviation</source>
        <translation>Desvio</translation>
    </message>
    <message>
        <source>The mean of the squares is %1.</source>
        <translation>A média dos quadrados é %1.</translation>
    </message>
    <message>
        <source>Mean length of a row</source>
        <translation>Comprimento médio de uma linha</translation>
    </message>
    <message>
        <source>The longest: %1; then the others together.</source>
        <translation>As mais longas: %1; depois, as outras juntas.</translation>
    </message>
    <message>
        <source>Length of one row</source>
        <translation>Comprimento de uma linha</translation>
    </message>
    <message>
        <source>Of token %1: the root of the sum of its %2 squares, the four largest of them and then the others.</source>
        <translation>Do token %1: a raiz da soma dos seus %2 quadrados, os quatro maiores e depois os outros.</translation>
    </message>
    <message>
        <source>Place of the histogram</source>
        <translation>Lugar do histograma</translation>
    </message>
    <message>
        <source>So many of the values lie between %1 and %2.</source>
        <translation>Essa parte dos valores está entre %1 e %2.</translation>
    </message>
    <message>
        <source>Steering vector</source>
        <translation>Vetor de direção</translation>
    </message>
    <message>
        <source>Its length</source>
        <translation>Seu comprimento</translation>
    </message>
    <message>
        <source>Each of its %1 numbers is the mean over the first text minus that over the second: the four largest squares, then the others.</source>
        <translation>Cada um dos seus %1 números é a média sobre o primeiro texto menos a sobre o segundo: os quatro maiores quadrados, depois os outros.</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>Força</translation>
    </message>
    <message>
        <source>So that what is added is half as long as the stream is on average.</source>
        <translation>Para que o que se soma tenha metade do comprimento médio do fluxo.</translation>
    </message>
    <message>
        <source>Beside the stream</source>
        <translation>Ao lado do fluxo</translation>
    </message>
    <message>
        <source>The length that is added to a stream %1 long on average.</source>
        <translation>O comprimento que se soma a um fluxo que mede %1 em média.</translation>
    </message>
    <message>
        <source>Sum</source>
        <translation>Soma</translation>
    </message>
    <message>
        <source>The largest: %1; then the others together.</source>
        <translation>Os maiores: %1; depois, os outros juntos.</translation>
    </message>
    <message>
        <source>Of %1 tokens: the four largest of them, then the others.</source>
        <translation>De %1 tokens: os quatro maiores deles, depois os outros.</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>Parte</translation>
    </message>
    <message>
        <source>Of all the weight on show.</source>
        <translation>De todo o peso à vista.</translation>
    </message>
</context>
<context>
    <name>vitral::AskCard</name>
    <message>
        <source>I have done it</source>
        <translation>Já fiz</translation>
    </message>
    <message>
        <source>Show what happens</source>
        <translation>Mostrar o que acontece</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>Conferir</translation>
    </message>
    <message>
        <source>Compare with the model answer</source>
        <translation>Comparar com a resposta modelo</translation>
    </message>
    <message>
        <source>Your answer</source>
        <translation>Sua resposta</translation>
    </message>
    <message>
        <source>You predicted: %1</source>
        <translation>Você previu: %1</translation>
    </message>
    <message>
        <source>What happens: %1</source>
        <translation>O que acontece: %1</translation>
    </message>
    <message>
        <source>That is what happens: %1</source>
        <translation>É isso que acontece: %1</translation>
    </message>
    <message>
        <source>You predicted: %1. What happens: %2</source>
        <translation>Você previu: %1. O que acontece: %2</translation>
    </message>
    <message>
        <source>Left out.</source>
        <translation>Pulado.</translation>
    </message>
    <message>
        <source>Done.</source>
        <translation>Feito.</translation>
    </message>
    <message>
        <source>The answer: %1</source>
        <translation>A resposta: %1</translation>
    </message>
    <message>
        <source>Right.</source>
        <translation>Certo.</translation>
    </message>
    <message>
        <source>Not quite. The answer: %1</source>
        <translation>Não exatamente. A resposta: %1</translation>
    </message>
    <message>
        <source>Model answer</source>
        <translation>Resposta modelo</translation>
    </message>
    <message>
        <source>Not done.</source>
        <translation>Não feito.</translation>
    </message>
    <message>
        <source>Begun, but not answered.</source>
        <translation>Começada, mas não respondida.</translation>
    </message>
    <message>
        <source>Not answered.</source>
        <translation>Não respondida.</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Comparar</translation>
    </message>
    <message>
        <source>Choose an answer first.</source>
        <translation>Escolha uma resposta antes.</translation>
    </message>
    <message>
        <source>Write an answer first.</source>
        <translation>Escreva uma resposta antes.</translation>
    </message>
</context>
<context>
    <name>vitral::AttributionPanel</name>
    <message>
        <source>nothing</source>
        <translation>nada</translation>
    </message>
    <message>
        <source>Embedding</source>
        <translation>Embedding</translation>
    </message>
    <message>
        <source>Position embedding</source>
        <translation>Embedding de posição</translation>
    </message>
    <message>
        <source>Layer %1, head %2</source>
        <translation>Camada %1, cabeça %2</translation>
    </message>
    <message>
        <source>Layer %1, attention bias</source>
        <translation>Camada %1, viés da atenção</translation>
    </message>
    <message>
        <source>Layer %1, MLP</source>
        <translation>Camada %1, MLP</translation>
    </message>
    <message>
        <source>Layer %1, an intervention</source>
        <translation>Camada %1, uma intervenção</translation>
    </message>
    <message>
        <source>Biases of the output head</source>
        <translation>Vieses da saída</translation>
    </message>
    <message>
        <source>logit of “%1” minus logit of “%2”</source>
        <translation>logit de “%1” menos logit de “%2”</translation>
    </message>
    <message>
        <source>logit of “%1”</source>
        <translation>logit de “%1”</translation>
    </message>
    <message numerus="yes">
        <source>The %Ln parts sum to %1; the model computed %2 (%3). Left over by rounding: %4.</source>
        <translation>
            <numerusform>A %Ln parte soma %1; o modelo calculou %2 (%3). Sobra do arredondamento: %4.</numerusform>
            <numerusform>As %Ln partes somam %1; o modelo calculou %2 (%3). Sobra do arredondamento: %4.</numerusform>
        </translation>
    </message>
    <message>
        <source>After the soft-cap: %1.</source>
        <translation>Depois do limite suave: %1.</translation>
    </message>
    <message>
        <source>Part</source>
        <translation>Parte</translation>
    </message>
    <message>
        <source>Logit</source>
        <translation>Logit</translation>
    </message>
    <message>
        <source>Explain</source>
        <translation>Explicar</translation>
    </message>
    <message>
        <source>minus</source>
        <translation>menos</translation>
    </message>
    <message>
        <source>Token to explain</source>
        <translation>Token a explicar</translation>
    </message>
    <message>
        <source>Token to subtract</source>
        <translation>Token a subtrair</translation>
    </message>
    <message>
        <source>Order of the parts</source>
        <translation>Ordem das partes</translation>
    </message>
    <message>
        <source>Largest first</source>
        <translation>Maiores primeiro</translation>
    </message>
    <message>
        <source>In order</source>
        <translation>Em ordem</translation>
    </message>
    <message>
        <source>Switch off</source>
        <translation>Desligar</translation>
    </message>
    <message>
        <source>Parts of the logit</source>
        <translation>Partes do logit</translation>
    </message>
    <message>
        <source>The parts’ differences sum to %1; the %2 is %3 here and %4 there, %5. A part that only the other run has is not listed.</source>
        <translation>As diferenças das partes somam %1; o %2 é %3 aqui e %4 lá, %5. Uma parte que só a outra execução tem não aparece na lista.</translation>
    </message>
    <message>
        <source>Logit, minus the other run’s</source>
        <translation>Logit, menos o da outra execução</translation>
    </message>
    <message>
        <source>Layer %1, expert %2</source>
        <translation>Camada %1, especialista %2</translation>
    </message>
    <message>
        <source>Set this head or MLP to zero in the next answers; an expert is no longer chosen</source>
        <translation>Zerar esta cabeça ou MLP nas próximas respostas; um especialista deixa de ser escolhido</translation>
    </message>
</context>
<context>
    <name>vitral::BlockLayout</name>
    <message>
        <source>code</source>
        <translation>código</translation>
    </message>
</context>
<context>
    <name>vitral::BranchesPage</name>
    <message>
        <source>Two runs of the same model, step by step. Change the prompt, the seed, the guidance or the solver, choose a step, and branch: the new run goes on from there.</source>
        <translation>Duas execuções do mesmo modelo, passo a passo. Mude o prompt, a semente, a orientação ou o método, escolha um passo e ramifique: a nova execução continua dali.</translation>
    </message>
    <message>
        <source>This run has no recorded steps: run it again to branch it.</source>
        <translation>Esta execução não tem passos gravados: execute de novo para ramificá-la.</translation>
    </message>
    <message>
        <source>Compare with</source>
        <translation>Comparar com</translation>
    </message>
    <message>
        <source>The run to compare with</source>
        <translation>A execução com que comparar</translation>
    </message>
    <message>
        <source>Smooth</source>
        <translation>Suavizar</translation>
    </message>
    <message>
        <source>Pictures of both runs and their difference</source>
        <translation>Imagens das duas execuções e sua diferença</translation>
    </message>
    <message>
        <source>How far apart both runs are</source>
        <translation>Quão distantes estão as duas execuções</translation>
    </message>
    <message>
        <source>no other run</source>
        <translation>nenhuma outra</translation>
    </message>
    <message>
        <source>Branch at step %1</source>
        <translation>Ramificar no passo %1</translation>
    </message>
    <message>
        <source>Choose a step before the end, and load the model, to branch.</source>
        <translation>Para ramificar, escolha um passo antes do fim e carregue o modelo.</translation>
    </message>
    <message>
        <source>The settings are those of this run: change the prompt, seed, guidance or solver first.</source>
        <translation>Os ajustes são os desta execução: mude antes o prompt, a semente, a orientação ou o método.</translation>
    </message>
    <message>
        <source>A branch would have: %1.</source>
        <translation>Um ramo teria: %1.</translation>
    </message>
    <message>
        <source>This run left run %1 before step %2.</source>
        <translation>Esta execução saiu da execução %1 antes do passo %2.</translation>
    </message>
    <message>
        <source>Both runs have the same settings.</source>
        <translation>As duas execuções têm os mesmos ajustes.</translation>
    </message>
    <message>
        <source>This run has: %1.</source>
        <translation>Esta execução tem: %1.</translation>
    </message>
    <message>
        <source>Choose a run to compare with.</source>
        <translation>Escolha uma execução para comparar.</translation>
    </message>
    <message>
        <source>step</source>
        <translation>passo</translation>
    </message>
    <message>
        <source>Distance between both runs (root mean square of the difference)</source>
        <translation>Distância entre as duas execuções (raiz da média dos quadrados da diferença)</translation>
    </message>
    <message>
        <source>x</source>
        <translation>x</translation>
    </message>
    <message>
        <source>predicted picture</source>
        <translation>imagem prevista</translation>
    </message>
    <message>
        <source>Choose a run to compare with, or branch this one.</source>
        <translation>Escolha uma execução para comparar, ou ramifique esta.</translation>
    </message>
    <message>
        <source>this run</source>
        <translation>esta execução</translation>
    </message>
    <message>
        <source>the other</source>
        <translation>a outra</translation>
    </message>
    <message>
        <source>this − other</source>
        <translation>esta − outra</translation>
    </message>
    <message>
        <source>length %1</source>
        <translation>comprimento %1</translation>
    </message>
    <message>
        <source>other size</source>
        <translation>outro tamanho</translation>
    </message>
    <message>
        <source>colours: ±%1</source>
        <translation>cores: ±%1</translation>
    </message>
    <message>
        <source>result</source>
        <translation>resultado</translation>
    </message>
    <message>
        <source>The pictures of this step were not recorded.</source>
        <translation>As imagens deste passo não foram gravadas.</translation>
    </message>
    <message>
        <source>One of the two runs has not come to this step.</source>
        <translation>Uma das duas execuções não chegou a este passo.</translation>
    </message>
    <message>
        <source>Branches</source>
        <translation>Ramos</translation>
    </message>
</context>
<context>
    <name>vitral::CellBars</name>
    <message>
        <source>query</source>
        <translation>consulta</translation>
    </message>
    <message>
        <source>key</source>
        <translation>chave</translation>
    </message>
    <message>
        <source>product</source>
        <translation>produto</translation>
    </message>
    <message>
        <source>dimension %1:  %2 × %3 = %4</source>
        <translation>dimensão %1:  %2 × %3 = %4</translation>
    </message>
</context>
<context>
    <name>vitral::CellView</name>
    <message>
        <source>Cell</source>
        <translation>Célula</translation>
    </message>
    <message>
        <source>This run was recorded without attention.</source>
        <translation>Esta execução foi gravada sem atenção.</translation>
    </message>
    <message>
        <source>Nothing is recorded of layer %1, head %2 for these tokens. Choose another cell in the matrix.</source>
        <translation>Nada foi gravado da camada %1, cabeça %2 para estes tokens. Escolha outra célula na matriz.</translation>
    </message>
    <message>
        <source>Query, key and product by dimension</source>
        <translation>Consulta, chave e produto por dimensão</translation>
    </message>
    <message>
        <source>Keys of this row by weight</source>
        <translation>Chaves desta linha por peso</translation>
    </message>
    <message>
        <source>All products</source>
        <translation>Todos os produtos</translation>
    </message>
    <message>
        <source>Layer %1, head %2: how much token %3 looks at token %4</source>
        <translation>Camada %1, cabeça %2: quanto o token %3 olha para o token %4</translation>
    </message>
    <message>
        <source>weight</source>
        <translation>peso</translation>
    </message>
    <message>
        <source>score</source>
        <translation>pontuação</translation>
    </message>
    <message>
        <source>log-sum-exp</source>
        <translation>log-soma-exp</translation>
    </message>
    <message>
        <source>Query and key</source>
        <translation>Consulta e chave</translation>
    </message>
    <message>
        <source>%1 numbers of token %2, %1 of token %3</source>
        <translation>%1 números do token %2, %1 do token %3</translation>
    </message>
    <message>
        <source>After rotation, as the engine multiplied them. Point at a column for its numbers.</source>
        <translation>Depois da rotação, como o motor os multiplicou. Aponte para uma coluna para ver seus números.</translation>
    </message>
    <message>
        <source>After rotation, as the engine multiplied them. This query head shares key head %1 with others.</source>
        <translation>Depois da rotação, como o motor os multiplicou. Esta cabeça de consulta divide a cabeça de chave %1 com outras.</translation>
    </message>
    <message>
        <source>Rotation by position</source>
        <translation>Rotação pela posição</translation>
    </message>
    <message>
        <source>This model does not rotate queries and keys: positions enter elsewhere.</source>
        <translation>Este modelo não gira consultas e chaves: as posições entram em outro lugar.</translation>
    </message>
    <message>
        <source>Dimension %1 is not rotated: only the first %2 are.</source>
        <translation>A dimensão %1 não é girada: só as primeiras %2 são.</translation>
    </message>
    <message>
        <source>%1 rad</source>
        <translation>%1 rad</translation>
    </message>
    <message>
        <source>query at %1</source>
        <translation>consulta em %1</translation>
    </message>
    <message>
        <source>key at %1</source>
        <translation>chave em %1</translation>
    </message>
    <message>
        <source>dimensions %1 and %2: angle = position × %3 = %4 rad and %5 rad, %6 rad apart</source>
        <translation>dimensões %1 e %2: ângulo = posição × %3 = %4 rad e %5 rad, a %6 rad de distância</translation>
    </message>
    <message>
        <source>Dashed: before; solid: after. Only the distance between the two tokens matters for their product.</source>
        <translation>Tracejado: antes; contínuo: depois. Só a distância entre os dois tokens importa para o produto.</translation>
    </message>
    <message>
        <source>Dashed: before; solid: after, made %1 times as long. Only the distance between the two tokens matters for their product.</source>
        <translation>Tracejado: antes; contínuo: depois, %1 vezes mais longo. Só a distância entre os dois tokens importa para o produto.</translation>
    </message>
    <message>
        <source>Sum of the products</source>
        <translation>Soma dos produtos</translation>
    </message>
    <message>
        <source>The four largest products, then the other %1 together. All of them are in the table, with the running sum.</source>
        <translation>Os quatro maiores produtos, depois os outros %1 juntos. Todos estão na tabela, com a soma parcial.</translation>
    </message>
    <message>
        <source>All %1 products</source>
        <translation>Todos os %1 produtos</translation>
    </message>
    <message>
        <source>Scale</source>
        <translation>Escala</translation>
    </message>
    <message>
        <source>%1 is 1 / √%2: the number of dimensions keeps the scores from growing with it.</source>
        <translation>%1 é 1 / √%2: assim as pontuações não crescem com o número de dimensões.</translation>
    </message>
    <message>
        <source>This model&apos;s own factor.</source>
        <translation>O fator próprio deste modelo.</translation>
    </message>
    <message>
        <source>Soft cap</source>
        <translation>Teto suave</translation>
    </message>
    <message>
        <source>Keeps scores between −%1 and %1.</source>
        <translation>Mantém as pontuações entre −%1 e %1.</translation>
    </message>
    <message>
        <source>Token %1 comes after token %2: it cannot be seen, its weight is exactly 0.</source>
        <translation>O token %1 vem depois do token %2: não pode ser visto, seu peso é exatamente 0.</translation>
    </message>
    <message>
        <source>Token %1 is %2 tokens back; this layer sees %3. Its weight is exactly 0.</source>
        <translation>O token %1 está %2 tokens atrás; esta camada vê %3. Seu peso é exatamente 0.</translation>
    </message>
    <message>
        <source>Visible: not later, and %1 tokens back, within the window of %2.</source>
        <translation>Visível: não vem depois, e está %1 tokens atrás, dentro da janela de %2.</translation>
    </message>
    <message>
        <source>Visible: not later than token %1. What comes later is left out of the softmax.</source>
        <translation>Visível: não vem depois do token %1. O que vem depois fica fora da softmax.</translation>
    </message>
    <message>
        <source>Mask</source>
        <translation>Máscara</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>sim</translation>
    </message>
    <message>
        <source>no</source>
        <translation>não</translation>
    </message>
    <message>
        <source>the other %1 keys</source>
        <translation>as outras %1 chaves</translation>
    </message>
    <message>
        <source>sink (nobody&apos;s token)</source>
        <translation>ralo (token de ninguém)</translation>
    </message>
    <message>
        <source>sum</source>
        <translation>soma</translation>
    </message>
    <message>
        <source>Softmax over the %1 keys that are seen</source>
        <translation>Softmax sobre as %1 chaves vistas</translation>
    </message>
    <message>
        <source>dim</source>
        <translation>dim</translation>
    </message>
    <message>
        <source>q before</source>
        <translation>q antes</translation>
    </message>
    <message>
        <source>k before</source>
        <translation>k antes</translation>
    </message>
    <message>
        <source>One weight, worked out with the recorded numbers. Click an underlined number to see where it comes from, a bar to see its rotation; double click a key in the last step to go to its cell.</source>
        <translation>Um peso, calculado com os números gravados. Clique em um número sublinhado para ver de onde ele vem, em uma barra para ver sua rotação; clique duas vezes em uma chave do último passo para ir à sua célula.</translation>
    </message>
    <message>
        <source>Computed in double precision from the recorded query (%1 bits) and key (%2 bits); shown with %3 significant digits.</source>
        <translation>Calculado em precisão dupla a partir da consulta (%1 bits) e da chave (%2 bits) gravadas; mostrado com %3 algarismos significativos.</translation>
    </message>
    <message>
        <source>log-sum-exp is the logarithm of the sum of e^score over these keys: %1 as the engine recorded it, %2 from the numbers on this page; %3 apart, which is rounding.</source>
        <translation>log-soma-exp é o logaritmo da soma de e^pontuação sobre estas chaves: %1 como o motor gravou, %2 pelos números desta página; a diferença de %3 é arredondamento.</translation>
    </message>
    <message>
        <source>In %1 this head was not recorded.</source>
        <translation>Em %1 esta cabeça não foi gravada.</translation>
    </message>
    <message>
        <source>In %1 token %2 has no partner: there is nothing to compare.</source>
        <translation>Em %1 o token %2 não tem par: não há com que comparar.</translation>
    </message>
    <message>
        <source>In %1 (tokens %2 and %3) the score is %4 and the weight %5. This run minus that: score %6, weight %7.</source>
        <translation>Em %1 (tokens %2 e %3) a pontuação é %4 e o peso %5. Esta execução menos aquela: pontuação %6, peso %7.</translation>
    </message>
</context>
<context>
    <name>vitral::ChatController</name>
    <message>
        <source>No model is loaded yet. Choose one first.</source>
        <translation>Nenhum modelo foi carregado. Escolha um primeiro.</translation>
    </message>
    <message>
        <source>Stopped before the first token.</source>
        <translation>Interrompida antes do primeiro token.</translation>
    </message>
    <message>
        <source>The conversation has %1 tokens; the context window has room for %2.</source>
        <translation>A conversa tem %1 tokens; na janela de contexto cabem %2.</translation>
    </message>
    <message>
        <source>Stopped at the limit of %1 tokens.</source>
        <translation>Interrompida no limite de %1 tokens.</translation>
    </message>
    <message>
        <source>Stopped: the context window of %1 tokens is full.</source>
        <translation>Interrompida: a janela de contexto de %1 tokens está cheia.</translation>
    </message>
    <message>
        <source>The answer failed.</source>
        <translation>A resposta falhou.</translation>
    </message>
    <message>
        <source>There is no such message in this conversation.</source>
        <translation>Não há essa mensagem nesta conversa.</translation>
    </message>
    <message>
        <source>The oldest messages can be left out of what the model reads; they stay in the conversation.</source>
        <translation>As mensagens mais antigas podem ficar fora do que o modelo lê; elas continuam na conversa.</translation>
    </message>
    <message>
        <source>Shorten the question, or make the context larger in the settings.</source>
        <translation>Encurte a pergunta ou aumente o contexto nas configurações.</translation>
    </message>
    <message>
        <source>The context was full before the answer began: its %1 oldest tokens went.</source>
        <translation>O contexto ficou cheio antes de a resposta começar: os %1 tokens mais antigos saíram.</translation>
    </message>
    <message>
        <source>The context was full after token %1 (“%2”): its %3 oldest tokens went, and the model wrote on without them.</source>
        <translation>O contexto ficou cheio depois do token %1 (“%2”): os %3 tokens mais antigos saíram, e o modelo continuou sem eles.</translation>
    </message>
    <message>
        <source>%1 wrote this answer, with tokens that the loaded model does not know. Open that model to go on from here, or ask for another answer.</source>
        <translation>%1 escreveu esta resposta, com tokens que o modelo aberto não conhece. Abra aquele modelo para continuar daqui, ou peça outra resposta.</translation>
    </message>
    <message>
        <source>Another model</source>
        <translation>Outro modelo</translation>
    </message>
</context>
<context>
    <name>vitral::ChatPanel</name>
    <message>
        <source>Leave out the oldest</source>
        <translation>Deixar de fora as mais antigas</translation>
    </message>
    <message>
        <source>The message and what followed it were deleted.</source>
        <translation>A mensagem e o que vinha depois foram excluídas.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Desfazer</translation>
    </message>
    <message>
        <source>No model is loaded yet</source>
        <translation>Nenhum modelo foi carregado</translation>
    </message>
    <message>
        <source>To the newest message (End)</source>
        <translation>Ir à mensagem mais nova (End)</translation>
    </message>
    <message>
        <source>To the newest message</source>
        <translation>Ir à mensagem mais nova</translation>
    </message>
    <message numerus="yes">
        <source>%Ln message(s) are no longer read by the model.</source>
        <translation>
            <numerusform>%Ln mensagem não é mais lida pelo modelo.</numerusform>
            <numerusform>%Ln mensagens não são mais lidas pelo modelo.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::CommandPalette</name>
    <message>
        <source>Commands</source>
        <translation>Comandos</translation>
    </message>
    <message>
        <source>What is to be done? Some letters are enough</source>
        <translation>O que fazer? Algumas letras bastam</translation>
    </message>
    <message>
        <source>Search commands</source>
        <translation>Buscar comandos</translation>
    </message>
    <message>
        <source>Up and Down walk the list, Enter does what is chosen.</source>
        <translation>As setas percorrem a lista, Enter executa o que está escolhido.</translation>
    </message>
    <message>
        <source>Nothing is called like that. Try another word, in Portuguese or English.</source>
        <translation>Nada tem esse nome. Tente outra palavra, em português ou em inglês.</translation>
    </message>
</context>
<context>
    <name>vitral::CompareWindow</name>
    <message>
        <source>The same model</source>
        <translation>O mesmo modelo</translation>
    </message>
    <message>
        <source>Ask something below: the question is answered twice, left with the chat&apos;s own settings, right with those above.</source>
        <translation>Pergunte algo abaixo: a pergunta é respondida duas vezes, à esquerda com os ajustes da conversa, à direita com os de cima.</translation>
    </message>
    <message>
        <source>The same answer, token for token.</source>
        <translation>A mesma resposta, token por token.</translation>
    </message>
    <message>
        <source>They part at the first token.</source>
        <translation>Elas divergem já no primeiro token.</translation>
    </message>
    <message numerus="yes">
        <source>The first %Ln tokens are the same.</source>
        <translation>
            <numerusform>O primeiro %Ln token é o mesmo.</numerusform>
            <numerusform>Os primeiros %Ln tokens são os mesmos.</numerusform>
        </translation>
    </message>
    <message>
        <source>Left: %1 tokens, mean probability %2. Right: %3 tokens, mean probability %4 (geometric mean of each token&apos;s own probability).</source>
        <translation>Esquerda: %1 tokens, probabilidade média %2. Direita: %3 tokens, probabilidade média %4 (média geométrica da probabilidade de cada token).</translation>
    </message>
    <message>
        <source>%1 · temperature %2 · answer %3 of %4</source>
        <translation>%1 · temperatura %2 · resposta %3 de %4</translation>
    </message>
    <message>
        <source>No model is loaded yet</source>
        <translation>Nenhum modelo foi carregado</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>Lado a lado</translation>
    </message>
    <message>
        <source>Right side</source>
        <translation>Lado direito</translation>
    </message>
    <message>
        <source>Model of the right side</source>
        <translation>Modelo do lado direito</translation>
    </message>
    <message>
        <source>Colour every token by how sure the model was</source>
        <translation>Colorir cada token pela certeza do modelo</translation>
    </message>
    <message>
        <source>Token colours</source>
        <translation>Cores dos tokens</translation>
    </message>
    <message>
        <source>Answer again</source>
        <translation>Responder de novo</translation>
    </message>
    <message>
        <source>Left answer</source>
        <translation>Resposta da esquerda</translation>
    </message>
    <message>
        <source>Right answer</source>
        <translation>Resposta da direita</translation>
    </message>
    <message>
        <source>Earlier answer</source>
        <translation>Resposta anterior</translation>
    </message>
    <message>
        <source>Later answer</source>
        <translation>Resposta seguinte</translation>
    </message>
    <message>
        <source>Choose what differs above and press “%1” for a second answer to this question.</source>
        <translation>Escolha acima o que muda e aperte “%1” para uma segunda resposta a esta pergunta.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln change(s) in the model</source>
        <translation>
            <numerusform>%Ln mudança no modelo</numerusform>
            <numerusform>%Ln mudanças no modelo</numerusform>
        </translation>
    </message>
    <message>
        <source>Open a file…</source>
        <translation>Abrir um arquivo…</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>Abrir um modelo</translation>
    </message>
    <message>
        <source>Models (*.gguf);;All files (*)</source>
        <translation>Modelos (*.gguf);;Todos os arquivos (*)</translation>
    </message>
</context>
<context>
    <name>vitral::Composer</name>
    <message>
        <source>Write a message</source>
        <translation>Escreva uma mensagem</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Mensagem</translation>
    </message>
    <message>
        <source>Enter sends, Shift+Enter begins a new line</source>
        <translation>Enter envia, Shift+Enter começa outra linha</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Parar</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Enviar</translation>
    </message>
    <message>
        <source>Stop (Esc)</source>
        <translation>Parar (Esc)</translation>
    </message>
    <message>
        <source>Send (Enter)</source>
        <translation>Enviar (Enter)</translation>
    </message>
</context>
<context>
    <name>vitral::ContextGauge</name>
    <message>
        <source>template</source>
        <translation>formato</translation>
    </message>
    <message>
        <source>system prompt</source>
        <translation>instruções</translation>
    </message>
    <message>
        <source>history</source>
        <translation>histórico</translation>
    </message>
    <message>
        <source>documents</source>
        <translation>documentos</translation>
    </message>
    <message>
        <source>question</source>
        <translation>pergunta</translation>
    </message>
    <message>
        <source>prompt</source>
        <translation>entrada</translation>
    </message>
    <message>
        <source>answer</source>
        <translation>resposta</translation>
    </message>
    <message>
        <source>Context window</source>
        <translation>Janela de contexto</translation>
    </message>
    <message>
        <source>%1 of %2 tokens</source>
        <translation>%1 de %2 tokens</translation>
    </message>
    <message>
        <source>%1 from the cache</source>
        <translation>%1 do cache</translation>
    </message>
    <message>
        <source>%1 s saved</source>
        <translation>%1 s poupados</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>(would be left out next)</source>
        <translation>(sairia em seguida)</translation>
    </message>
    <message>
        <source>free: %1</source>
        <translation>livre: %1</translation>
    </message>
    <message>
        <source>written, but not in the window: %1</source>
        <translation>escritos, mas fora da janela: %1</translation>
    </message>
</context>
<context>
    <name>vitral::ConversationDelegate</name>
    <message>
        <source>yesterday</source>
        <translation>ontem</translation>
    </message>
</context>
<context>
    <name>vitral::ConversationLibrary</name>
    <message>
        <source>Renaming the conversation</source>
        <translation>Renomear a conversa</translation>
    </message>
    <message>
        <source>Moving the conversation</source>
        <translation>Mover a conversa</translation>
    </message>
    <message>
        <source>Deleting the conversation</source>
        <translation>Excluir a conversa</translation>
    </message>
    <message>
        <source>Renaming the folder</source>
        <translation>Renomear a pasta</translation>
    </message>
    <message>
        <source>Deleting the folder</source>
        <translation>Exclusão da pasta</translation>
    </message>
</context>
<context>
    <name>vitral::ConversationPanel</name>
    <message>
        <source>“%1” was deleted.</source>
        <translation>“%1” foi excluída.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Desfazer</translation>
    </message>
    <message>
        <source>New conversation</source>
        <translation>Nova conversa</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Buscar</translation>
    </message>
    <message>
        <source>Search conversations</source>
        <translation>Buscar nas conversas</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>Conversas</translation>
    </message>
    <message>
        <source>Untitled</source>
        <translation>Sem título</translation>
    </message>
    <message>
        <source>Nothing found for “%1”.</source>
        <translation>Nada encontrado para “%1”.</translation>
    </message>
    <message>
        <source>Your conversations will stand here. Write something to begin the first one.</source>
        <translation>Suas conversas ficarão aqui. Escreva algo para começar a primeira.</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Renomear</translation>
    </message>
    <message>
        <source>Move to folder</source>
        <translation>Mover para a pasta</translation>
    </message>
    <message>
        <source>No folder</source>
        <translation>Nenhuma pasta</translation>
    </message>
    <message>
        <source>New folder…</source>
        <translation>Nova pasta…</translation>
    </message>
    <message>
        <source>New folder</source>
        <translation>Nova pasta</translation>
    </message>
    <message>
        <source>Name of the folder:</source>
        <translation>Nome da pasta:</translation>
    </message>
    <message>
        <source>Export as Markdown…</source>
        <translation>Exportar como Markdown…</translation>
    </message>
    <message>
        <source>Export as JSON…</source>
        <translation>Exportar como JSON…</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Excluir</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>Importar…</translation>
    </message>
    <message>
        <source>The folder “%1” was deleted; its conversations are still there.</source>
        <translation>A pasta “%1” foi excluída; suas conversas continuam aí.</translation>
    </message>
    <message>
        <source>Delete the folder, keep its conversations</source>
        <translation>Excluir a pasta e manter suas conversas</translation>
    </message>
</context>
<context>
    <name>vitral::ConversationTreeView</name>
    <message>
        <source>System</source>
        <translation>Sistema</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Você</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modelo</translation>
    </message>
    <message>
        <source>Tool</source>
        <translation>Ferramenta</translation>
    </message>
    <message>
        <source>Conversation tree</source>
        <translation>Árvore da conversa</translation>
    </message>
    <message numerus="yes">
        <source>%Ln branches</source>
        <translation>
            <numerusform>%Ln ramo</numerusform>
            <numerusform>%Ln ramos</numerusform>
        </translation>
    </message>
    <message>
        <source>(empty)</source>
        <translation>(vazia)</translation>
    </message>
    <message>
        <source>Write a message: every edit, new answer and fork will stand here as a branch.</source>
        <translation>Escreva uma mensagem: cada edição, nova resposta e bifurcação aparecerá aqui como um ramo.</translation>
    </message>
    <message>
        <source>No message</source>
        <translation>Nenhuma mensagem</translation>
    </message>
    <message numerus="yes">
        <source>%1, level %2 of %3, %Ln answers or edits below: %4</source>
        <translation>
            <numerusform>%1, nível %2 de %3, %Ln resposta ou edição abaixo: %4</numerusform>
            <numerusform>%1, nível %2 de %3, %Ln respostas ou edições abaixo: %4</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::CostsModel</name>
    <message>
        <source>Example: own computer</source>
        <translation>Exemplo: o próprio computador</translation>
    </message>
    <message>
        <source>Price of a million tokens that are read; double-click to change it</source>
        <translation>Preço de um milhão de tokens lidos; clique duas vezes para mudar</translation>
    </message>
    <message>
        <source>Price of a million tokens that are written; double-click to change it</source>
        <translation>Preço de um milhão de tokens escritos; clique duas vezes para mudar</translation>
    </message>
    <message>
        <source>Tokens that fit, what is read and what is written together</source>
        <translation>Tokens que cabem, somando o que é lido e o que é escrito</translation>
    </message>
    <message>
        <source>The text of this room, read once, and the answer</source>
        <translation>O texto desta sala, lido uma vez, e a resposta</translation>
    </message>
    <message>
        <source>The open conversation as the model receives it, read once, and the answer</source>
        <translation>A conversa aberta como o modelo a recebe, lida uma vez, e a resposta</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Nome</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>Contexto</translation>
    </message>
    <message>
        <source>This text</source>
        <translation>Este texto</translation>
    </message>
    <message>
        <source>Conversation</source>
        <translation>Conversa</translation>
    </message>
    <message>
        <source>%1 of the context</source>
        <translation>%1 do contexto</translation>
    </message>
    <message>
        <source>%1: too long</source>
        <translation>%1: longo demais</translation>
    </message>
    <message>
        <source>Read,
a million</source>
        <translation>Leitura,
por milhão</translation>
    </message>
    <message>
        <source>Written,
a million</source>
        <translation>Escrita,
por milhão</translation>
    </message>
    <message>
        <source>Example: small model</source>
        <translation>Exemplo: modelo pequeno</translation>
    </message>
    <message>
        <source>Example: large model</source>
        <translation>Exemplo: modelo grande</translation>
    </message>
</context>
<context>
    <name>vitral::CostsView</name>
    <message>
        <source>New row</source>
        <translation>Linha nova</translation>
    </message>
    <message>
        <source>Costs</source>
        <translation>Custos</translation>
    </message>
    <message>
        <source>What the text and the conversation would cost, and how much of the context they fill, by your own prices. Double-click a price to change it.</source>
        <translation>Quanto o texto e a conversa custariam, e quanto do contexto ocupam, pelos seus próprios preços. Clique duas vezes em um preço para mudar.</translation>
    </message>
    <message>
        <source>Open a tokenizer to count the tokens of the text.</source>
        <translation>Abra um tokenizador para contar os tokens do texto.</translation>
    </message>
    <message>
        <source>The text of this room has %1 tokens with %2.</source>
        <translation>O texto desta sala tem %1 tokens com %2.</translation>
    </message>
    <message>
        <source>Counting the tokens of the text…</source>
        <translation>Contando os tokens do texto…</translation>
    </message>
    <message>
        <source>The open conversation has %1 tokens, as the loaded model receives it.</source>
        <translation>A conversa aberta tem %1 tokens, como o modelo carregado a recebe.</translation>
    </message>
    <message>
        <source>No conversation is open.</source>
        <translation>Nenhuma conversa está aberta.</translation>
    </message>
    <message>
        <source>Answer, in tokens</source>
        <translation>Resposta, em tokens</translation>
    </message>
    <message>
        <source>Currency</source>
        <translation>Moeda</translation>
    </message>
    <message>
        <source>Add a row</source>
        <translation>Acrescentar linha</translation>
    </message>
    <message>
        <source>Remove the row</source>
        <translation>Remover a linha</translation>
    </message>
    <message>
        <source>Back to the examples</source>
        <translation>Voltar aos exemplos</translation>
    </message>
    <message>
        <source>Prices and costs</source>
        <translation>Preços e custos</translation>
    </message>
    <message>
        <source>The rows you begin with are examples, not offers: put in the prices that you pay. Other models count other tokens for the same text; a price is right for the tokenizer that is chosen above.</source>
        <translation>As linhas iniciais são exemplos, não ofertas: ponha os preços que você paga. Outros modelos contam outros tokens no mesmo texto; a conta vale para o tokenizador escolhido acima.</translation>
    </message>
</context>
<context>
    <name>vitral::CutView</name>
    <message>
        <source>Text as %1 cuts it</source>
        <translation>O texto como %1 o corta</translation>
    </message>
    <message>
        <source>being read…</source>
        <translation>sendo lido…</translation>
    </message>
    <message numerus="yes">
        <source>%Ln token(s)</source>
        <translation>
            <numerusform>%Ln token</numerusform>
            <numerusform>%Ln tokens</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 a word</source>
        <translation>%1 por palavra</translation>
    </message>
    <message>
        <source>%1 a character</source>
        <translation>%1 por caractere</translation>
    </message>
    <message>
        <source>being cut…</source>
        <translation>sendo cortado…</translation>
    </message>
    <message>
        <source>Ids</source>
        <translation>Ids</translation>
    </message>
    <message>
        <source>Pieces</source>
        <translation>Peças</translation>
    </message>
    <message>
        <source>How the vocabulary spells the token</source>
        <translation>Como o vocabulário escreve o token</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>Bytes</translation>
    </message>
    <message>
        <source>Code points</source>
        <translation>Pontos de código</translation>
    </message>
    <message>
        <source>White space</source>
        <translation>Espaços em branco</translation>
    </message>
    <message>
        <source>Control tokens</source>
        <translation>Tokens de controle</translation>
    </message>
    <message>
        <source>Read &lt;|im_end|&gt; and the like as the control token, not as text</source>
        <translation>Ler &lt;|im_end|&gt; e semelhantes como o token de controle, não como texto</translation>
    </message>
    <message>
        <source>How it came about</source>
        <translation>Como ele surgiu</translation>
    </message>
    <message>
        <source>Hide this column</source>
        <translation>Ocultar esta coluna</translation>
    </message>
    <message>
        <source>Cut</source>
        <translation>Corte</translation>
    </message>
    <message>
        <source>Every column is the same text and can be typed into; the same colour is the same token. Click a token to see how it came about below, double-click it to see that as a page.</source>
        <translation>Cada coluna é o mesmo texto e pode ser editada; a mesma cor é o mesmo token. Clique num token para ver abaixo como ele surgiu; clique duas vezes para ver isso como página.</translation>
    </message>
    <message>
        <source>The path of the chosen token, below the text</source>
        <translation>O caminho do token escolhido, abaixo do texto</translation>
    </message>
    <message>
        <source>Start again</source>
        <translation>Recomeçar</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Tentar de novo</translation>
    </message>
    <message>
        <source>being cut…%1 Colours may still change at some places.</source>
        <translation>em corte…%1 Em alguns lugares as cores ainda podem mudar.</translation>
    </message>
    <message>
        <source>Open it as a text</source>
        <translation>Abrir como texto</translation>
    </message>
</context>
<context>
    <name>vitral::DenoiseController</name>
    <message>
        <source>Loading %1</source>
        <translation>Carregando %1</translation>
    </message>
    <message>
        <source>Choose a model first: noise is added in the form it works on.</source>
        <translation>Escolha antes um modelo: o ruído é somado na forma em que ele trabalha.</translation>
    </message>
    <message>
        <source>The picture cannot be used: it is empty or too large.</source>
        <translation>A imagem não pode ser usada: está vazia ou é grande demais.</translation>
    </message>
    <message>
        <source>The autoencoder of this model has no encoder, so a picture cannot become a latent.</source>
        <translation>O autocodificador deste modelo não tem codificador, então uma imagem não pode virar latente.</translation>
    </message>
    <message>
        <source>class %1</source>
        <translation>classe %1</translation>
    </message>
    <message>
        <source>no prompt</source>
        <translation>sem prompt</translation>
    </message>
    <message>
        <source>seed %1</source>
        <translation>semente %1</translation>
    </message>
    <message>
        <source>There is no model yet: choose one first.</source>
        <translation>Ainda não há modelo: escolha um antes.</translation>
    </message>
    <message>
        <source>This run was made with %1; a branch needs the same model.</source>
        <translation>Esta execução foi feita com %1; um ramo precisa do mesmo modelo.</translation>
    </message>
    <message>
        <source>The run has no step %1 to branch at.</source>
        <translation>A execução não tem passo %1 em que ramificar.</translation>
    </message>
    <message>
        <source>The run it was to be branched off has no such step.</source>
        <translation>A execução de que ela sairia não tem esse passo.</translation>
    </message>
    <message>
        <source>The run has no finished picture yet.</source>
        <translation>A execução ainda não tem imagem pronta.</translation>
    </message>
    <message>
        <source>The settings of the picture are taken over. It was made with the model &quot;%1&quot;: choose that model to make it again.</source>
        <translation>Os ajustes da imagem foram adotados. Ela foi feita com o modelo &quot;%1&quot;: escolha esse modelo para fazê-la de novo.</translation>
    </message>
    <message>
        <source>%1 is open; it needs no model.</source>
        <translation>%1 está aberta; não precisa de modelo.</translation>
    </message>
    <message>
        <source>%1 is now the picture of the forward process. To start a run from it, choose it under Start picture.</source>
        <translation>%1 é agora a imagem do processo direto. Para iniciar uma execução com ela, escolha-a em Imagem inicial.</translation>
    </message>
    <message>
        <source>This run was made with %1; load that model to look into its network.</source>
        <translation>Esta execução foi feita com %1; carregue esse modelo para olhar dentro da rede.</translation>
    </message>
    <message>
        <source>This run was made with %1; load that model to enlarge its picture.</source>
        <translation>Esta execução foi feita com %1; carregue esse modelo para ampliar a imagem.</translation>
    </message>
    <message>
        <source>The picture could not be written to %1.</source>
        <translation>A imagem não pôde ser gravada em %1.</translation>
    </message>
</context>
<context>
    <name>vitral::DenoisePage</name>
    <message>
        <source>This page cannot be saved as %1.</source>
        <translation>Esta página não pode ser salva como %1.</translation>
    </message>
    <message>
        <source>The picture could not be written to %1.</source>
        <translation>A imagem não pôde ser gravada em %1.</translation>
    </message>
</context>
<context>
    <name>vitral::DenoiseRoom</name>
    <message>
        <source>Open a recorded run, or a picture</source>
        <translation>Abrir uma execução gravada ou uma imagem</translation>
    </message>
    <message>
        <source>Choose a start picture</source>
        <translation>Escolher uma imagem inicial</translation>
    </message>
    <message>
        <source>Choose a picture to add noise to</source>
        <translation>Escolher uma imagem para somar ruído</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <translation>Salvo como %1.</translation>
    </message>
    <message>
        <source>Watch a picture come out of noise, step by step; change it in the middle.</source>
        <translation>Veja uma imagem sair do ruído, passo a passo; mude-a no meio do caminho.</translation>
    </message>
    <message>
        <source>Cancel the run and what waits</source>
        <translation>Cancelar a execução e o que espera</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportar</translation>
    </message>
    <message>
        <source>Settings and runs</source>
        <translation>Ajustes e execuções</translation>
    </message>
    <message>
        <source>Run with these settings (Ctrl+Enter)</source>
        <translation>Executar com estes ajustes (Ctrl+Enter)</translation>
    </message>
    <message>
        <source>The diffusion model; click to choose another</source>
        <translation>O modelo de difusão; clique para escolher outro</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Progresso</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Executar</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>Escolher um modelo</translation>
    </message>
    <message>
        <source>Open a recorded run…</source>
        <translation>Abrir uma execução gravada…</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>Execuções</translation>
    </message>
    <message>
        <source>Nothing has been run yet</source>
        <translation>Nada foi executado ainda</translation>
    </message>
    <message>
        <source>No diffusion model is loaded</source>
        <translation>Nenhum modelo de difusão está carregado</translation>
    </message>
    <message>
        <source>Say at the side what the picture shall show, and run. Every step is recorded: it can be played, read to the last number, and branched.</source>
        <translation>Diga ao lado o que a imagem deve mostrar e execute. Cada passo é gravado: pode ser reproduzido, lido até o último número e ramificado.</translation>
    </message>
    <message>
        <source>Choose one that came with the program, or open a file or folder: a diffusers folder, a safetensors checkpoint or a GGUF file. A recorded run can be opened without a model.</source>
        <translation>Escolha um dos que vieram com o programa, ou abra um arquivo ou pasta: uma pasta diffusers, um checkpoint safetensors ou um arquivo GGUF. Uma execução gravada pode ser aberta sem modelo.</translation>
    </message>
    <message>
        <source>The run has no finished step yet.</source>
        <translation>A execução ainda não tem passo pronto.</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>Carregando…</translation>
    </message>
    <message>
        <source>loading</source>
        <translation>carregando</translation>
    </message>
    <message>
        <source>running</source>
        <translation>executando</translation>
    </message>
    <message>
        <source>step %1 of %2</source>
        <translation>passo %1 de %2</translation>
    </message>
    <message>
        <source>%1 waiting</source>
        <translation>%1 esperando</translation>
    </message>
    <message>
        <source>%1 (came with the program)</source>
        <translation>%1 (veio com o programa)</translation>
    </message>
    <message>
        <source>No diffusion models were found</source>
        <translation>Nenhum modelo de difusão foi encontrado</translation>
    </message>
    <message>
        <source>Open a file…</source>
        <translation>Abrir um arquivo…</translation>
    </message>
    <message>
        <source>Open a folder…</source>
        <translation>Abrir uma pasta…</translation>
    </message>
    <message>
        <source>Look for models again</source>
        <translation>Procurar modelos de novo</translation>
    </message>
    <message>
        <source>Open a diffusion model</source>
        <translation>Abrir um modelo de difusão</translation>
    </message>
    <message>
        <source>Models (*.safetensors *.gguf);;All files (*)</source>
        <translation>Modelos (*.safetensors *.gguf);;Todos os arquivos (*)</translation>
    </message>
    <message>
        <source>Open the folder of a diffusion model</source>
        <translation>Abrir a pasta de um modelo de difusão</translation>
    </message>
    <message>
        <source>Pictures and recorded runs (*.png *.jpg *.jpeg *.bmp *.safetensors);;All files (*)</source>
        <translation>Imagens e execuções gravadas (*.png *.jpg *.jpeg *.bmp *.safetensors);;Todos os arquivos (*)</translation>
    </message>
    <message>
        <source>The picture, with its recipe…</source>
        <translation>A imagem, com sua receita…</translation>
    </message>
    <message>
        <source>A sheet of all steps…</source>
        <translation>Uma folha com todos os passos…</translation>
    </message>
    <message>
        <source>An animation of the steps…</source>
        <translation>Uma animação dos passos…</translation>
    </message>
    <message>
        <source>The recorded run…</source>
        <translation>A execução gravada…</translation>
    </message>
    <message>
        <source>This page as %1…</source>
        <translation>Esta página como %1…</translation>
    </message>
    <message>
        <source>Export the picture</source>
        <translation>Exportar a imagem</translation>
    </message>
    <message>
        <source>Save the recorded run</source>
        <translation>Salvar a execução gravada</translation>
    </message>
    <message>
        <source>Recorded runs (*.safetensors);;All files (*)</source>
        <translation>Execuções gravadas (*.safetensors);;Todos os arquivos (*)</translation>
    </message>
    <message>
        <source>Export an animation</source>
        <translation>Exportar uma animação</translation>
    </message>
    <message>
        <source>Export a sheet of all steps</source>
        <translation>Exportar uma folha com todos os passos</translation>
    </message>
    <message>
        <source>Export the page</source>
        <translation>Exportar a página</translation>
    </message>
    <message>
        <source>De&amp;noise</source>
        <translation>Di&amp;fusão</translation>
    </message>
    <message>
        <source>The picture could not be written to %1.</source>
        <translation>A imagem não pôde ser gravada em %1.</translation>
    </message>
    <message>
        <source>The picture, twice as large, drawn anew in tiles…</source>
        <translation>A imagem, duas vezes maior, redesenhada em ladrilhos…</translation>
    </message>
    <message>
        <source>Save the enlarged picture</source>
        <translation>Salvar a imagem ampliada</translation>
    </message>
    <message>
        <source>made by %1</source>
        <translation>feita por %1</translation>
    </message>
    <message>
        <source>Next: %1</source>
        <translation>Próxima: %1</translation>
    </message>
</context>
<context>
    <name>vitral::DenoiseSettingsPanel</name>
    <message>
        <source>Remove the preset</source>
        <translation>Remover a predefinição</translation>
    </message>
    <message>
        <source>Remove the preset &quot;%1&quot;?</source>
        <translation>Remover a predefinição &quot;%1&quot;?</translation>
    </message>
    <message>
        <source>What</source>
        <translation>O quê</translation>
    </message>
    <message>
        <source>Way from noise to picture</source>
        <translation>Caminho do ruído à imagem</translation>
    </message>
    <message>
        <source>Guidance</source>
        <translation>Orientação</translation>
    </message>
    <message>
        <source>Start picture</source>
        <translation>Imagem inicial</translation>
    </message>
    <message>
        <source>What is recorded</source>
        <translation>O que é gravado</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>Negative prompt</source>
        <translation>Prompt negativo</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>Classe</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Semente</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Passos</translation>
    </message>
    <message>
        <source>Solver</source>
        <translation>Método</translation>
    </message>
    <message>
        <source>Spacing</source>
        <translation>Espaçamento</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>Largura</translation>
    </message>
    <message>
        <source>Height</source>
        <translation>Altura</translation>
    </message>
    <message>
        <source>Rescale</source>
        <translation>Reescala</translation>
    </message>
    <message>
        <source>Acts from</source>
        <translation>Atua de</translation>
    </message>
    <message>
        <source>until</source>
        <translation>até</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>Força</translation>
    </message>
    <message>
        <source>Preview of a latent</source>
        <translation>Prévia de um latente</translation>
    </message>
    <message>
        <source>What the picture shall show</source>
        <translation>O que a imagem deve mostrar</translation>
    </message>
    <message>
        <source>What it shall not show</source>
        <translation>O que ela não deve mostrar</translation>
    </message>
    <message>
        <source>Another seed</source>
        <translation>Outra semente</translation>
    </message>
    <message>
        <source>How far the prediction is pushed from &quot;without prompt&quot; towards &quot;with prompt&quot;. 1: the prompt&apos;s own prediction, one evaluation a step.</source>
        <translation>Quanto a previsão é levada de &quot;sem prompt&quot; para &quot;com prompt&quot;. 1: a própria previsão do prompt, uma avaliação por passo.</translation>
    </message>
    <message>
        <source>Brings the contrast of the guided prediction back (Lin et al. 2024); 0: not at all.</source>
        <translation>Traz de volta o contraste da previsão guiada (Lin et al. 2024); 0: nada.</translation>
    </message>
    <message>
        <source>How much noise the start picture gets: 1 keeps nothing of it.</source>
        <translation>Quanto ruído a imagem inicial recebe: 1 não guarda nada dela.</translation>
    </message>
    <message>
        <source>More steps take longer and change less and less.</source>
        <translation>Mais passos demoram mais e mudam cada vez menos.</translation>
    </message>
    <message>
        <source>the model&apos;s own</source>
        <translation>o do modelo</translation>
    </message>
    <message>
        <source>Choose a picture…</source>
        <translation>Escolher uma imagem…</translation>
    </message>
    <message>
        <source>End of this run</source>
        <translation>Fim desta execução</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Nenhuma</translation>
    </message>
    <message>
        <source>Attention of every word</source>
        <translation>Atenção de cada palavra</translation>
    </message>
    <message>
        <source>Feature maps of the network</source>
        <translation>Mapas de características da rede</translation>
    </message>
    <message>
        <source>Keep these settings as a preset</source>
        <translation>Guardar estes ajustes como predefinição</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>Predefinições</translation>
    </message>
    <message>
        <source>none</source>
        <translation>nenhuma</translation>
    </message>
    <message>
        <source>Runs start from pure noise. With a picture they start from it, with noise added.</source>
        <translation>As execuções partem de ruído puro. Com uma imagem, partem dela com ruído somado.</translation>
    </message>
    <message numerus="yes">
        <source>The run: %Ln evaluation(s) of the network,</source>
        <translation>
            <numerusform>A execução: %Ln avaliação da rede,</numerusform>
            <numerusform>A execução: %Ln avaliações da rede,</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 while it computes, at most %2 recorded.</source>
        <translation>%1 enquanto calcula, no máximo %2 gravados.</translation>
    </message>
    <message>
        <source>Keep as a preset</source>
        <translation>Guardar como predefinição</translation>
    </message>
    <message>
        <source>Name:</source>
        <translation>Nome:</translation>
    </message>
    <message>
        <source>Eta</source>
        <translation>Eta</translation>
    </message>
    <message>
        <source>Maps take at most</source>
        <translation>Mapas ocupam no máximo</translation>
    </message>
    <message>
        <source>(word:1.3) gives a word more weight, (word:0.7) less.</source>
        <translation>(palavra:1.3) dá mais peso a uma palavra, (palavra:0.7) menos.</translation>
    </message>
</context>
<context>
    <name>vitral::DenoiseStore</name>
    <message>
        <source>%1 could not be written: the disk may be full. The run stays in memory until the program ends.</source>
        <translation>%1 não pôde ser gravado: o disco pode estar cheio. A execução fica na memória até o programa terminar.</translation>
    </message>
</context>
<context>
    <name>vitral::DenoiseTimeline</name>
    <message>
        <source>To the noise</source>
        <translation>Ao ruído</translation>
    </message>
    <message>
        <source>Home</source>
        <translation>Home</translation>
    </message>
    <message>
        <source>One step back</source>
        <translation>Um passo atrás</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>Esquerda</translation>
    </message>
    <message>
        <source>One step on</source>
        <translation>Um passo adiante</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>Direita</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pausar</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Reproduzir</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Espaço</translation>
    </message>
    <message>
        <source>Branch here</source>
        <translation>Ramificar aqui</translation>
    </message>
    <message>
        <source>Go on from this step with the settings as they are now</source>
        <translation>Continuar deste passo com os ajustes como estão agora</translation>
    </message>
    <message>
        <source>Add noise to…</source>
        <translation>Somar ruído a…</translation>
    </message>
    <message>
        <source>The forward process: noise is added to a picture, on the same axis</source>
        <translation>O processo direto: ruído é somado a uma imagem, no mesmo eixo</translation>
    </message>
    <message>
        <source>very slow</source>
        <translation>muito devagar</translation>
    </message>
    <message>
        <source>slow</source>
        <translation>devagar</translation>
    </message>
    <message>
        <source>normal</source>
        <translation>normal</translation>
    </message>
    <message>
        <source>fast</source>
        <translation>rápido</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>Velocidade</translation>
    </message>
    <message>
        <source>Speed of playing</source>
        <translation>Velocidade da reprodução</translation>
    </message>
    <message>
        <source>What the strip shows</source>
        <translation>O que a tira mostra</translation>
    </message>
    <message>
        <source>Steps of the run, from noise to picture</source>
        <translation>Passos da execução, do ruído à imagem</translation>
    </message>
    <message>
        <source>The steps of a run stand here, from noise to picture. Play them, or drag along them.</source>
        <translation>Os passos de uma execução ficam aqui, do ruído à imagem. Reproduza-os ou arraste ao longo deles.</translation>
    </message>
    <message>
        <source>Before step %1 of %2: timestep %3, noise level %4</source>
        <translation>Antes do passo %1 de %2: tempo %3, nível de ruído %4</translation>
    </message>
    <message>
        <source>The end: no noise is left</source>
        <translation>O fim: não resta ruído</translation>
    </message>
    <message>
        <source>The run, from left to right</source>
        <translation>A execução, da esquerda para a direita</translation>
    </message>
    <message>
        <source>Noise added to %1, from right to left</source>
        <translation>Ruído somado a %1, da direita para a esquerda</translation>
    </message>
    <message>
        <source>not computed yet</source>
        <translation>ainda não calculado</translation>
    </message>
    <message>
        <source>one thumbnail for %1 steps</source>
        <translation>uma miniatura para cada %1 passos</translation>
    </message>
    <message>
        <source>A picture of mine…</source>
        <translation>Uma imagem minha…</translation>
    </message>
    <message>
        <source>The end of this run</source>
        <translation>O fim desta execução</translation>
    </message>
    <message>
        <source>Other noise</source>
        <translation>Outro ruído</translation>
    </message>
    <message>
        <source>No forward process</source>
        <translation>Sem processo direto</translation>
    </message>
    <message>
        <source>x with its noise</source>
        <translation>x com seu ruído</translation>
    </message>
    <message>
        <source>predicted picture</source>
        <translation>imagem prevista</translation>
    </message>
</context>
<context>
    <name>vitral::DenoiseWords</name>
    <message>
        <source>none</source>
        <translation>nenhuma</translation>
    </message>
    <message>
        <source>Euler, ancestral</source>
        <translation>Euler ancestral</translation>
    </message>
    <message>
        <source>Euler of a flow</source>
        <translation>Euler de um fluxo</translation>
    </message>
    <message>
        <source>Adds fresh noise at every step; wants many steps.</source>
        <translation>Soma ruído novo a cada passo; pede muitos passos.</translation>
    </message>
    <message>
        <source>No fresh noise, unless eta is above 0; the same noise always gives the same picture.</source>
        <translation>Sem ruído novo, a menos que eta seja maior que 0; o mesmo ruído dá sempre a mesma imagem.</translation>
    </message>
    <message>
        <source>Follows the slope for one step.</source>
        <translation>Segue a inclinação por um passo.</translation>
    </message>
    <message>
        <source>Euler with fresh noise; never settles on one picture.</source>
        <translation>Euler com ruído novo; nunca se fixa numa imagem.</translation>
    </message>
    <message>
        <source>Second order: asks the network twice in a step.</source>
        <translation>Segunda ordem: consulta a rede duas vezes por passo.</translation>
    </message>
    <message>
        <source>Second order, from the last two predictions; good with 15 to 25 steps.</source>
        <translation>Segunda ordem, das duas últimas previsões; bom com 15 a 25 passos.</translation>
    </message>
    <message>
        <source>The same with fresh noise.</source>
        <translation>O mesmo com ruído novo.</translation>
    </message>
    <message>
        <source>Predicts and corrects; good with few steps.</source>
        <translation>Prevê e corrige; bom com poucos passos.</translation>
    </message>
    <message>
        <source>For consistency models: 2 to 8 steps.</source>
        <translation>Para modelos de consistência: 2 a 8 passos.</translation>
    </message>
    <message>
        <source>For models that learned a flow.</source>
        <translation>Para modelos que aprenderam um fluxo.</translation>
    </message>
    <message>
        <source>exponential</source>
        <translation>exponencial</translation>
    </message>
    <message>
        <source>Timesteps evenly apart (&quot;leading&quot;); the noisiest ones may be left out.</source>
        <translation>Tempos igualmente espaçados (&quot;leading&quot;); os mais ruidosos podem ficar de fora.</translation>
    </message>
    <message>
        <source>Timesteps evenly apart (&quot;linspace&quot;), the first and the last included.</source>
        <translation>Tempos igualmente espaçados (&quot;linspace&quot;), com o primeiro e o último.</translation>
    </message>
    <message>
        <source>Timesteps evenly apart (&quot;trailing&quot;), from the noisiest one.</source>
        <translation>Tempos igualmente espaçados (&quot;trailing&quot;), a partir do mais ruidoso.</translation>
    </message>
    <message>
        <source>Noise levels after Karras et al. 2022: more steps where little noise is left.</source>
        <translation>Níveis de ruído de Karras et al. 2022: mais passos onde resta pouco ruído.</translation>
    </message>
    <message>
        <source>Noise levels evenly apart in their logarithm.</source>
        <translation>Níveis de ruído igualmente espaçados no logaritmo.</translation>
    </message>
    <message>
        <source>Timesteps evenly apart, as Stability&apos;s own code does it.</source>
        <translation>Tempos igualmente espaçados, como faz o código da Stability.</translation>
    </message>
    <message>
        <source>linear projection of the latent</source>
        <translation>projeção linear do latente</translation>
    </message>
    <message>
        <source>tiny decoder</source>
        <translation>decodificador mínimo</translation>
    </message>
    <message>
        <source>the full decoder (slow)</source>
        <translation>o decodificador completo (lento)</translation>
    </message>
    <message>
        <source>pixels</source>
        <translation>pixels</translation>
    </message>
    <message>
        <source>not: %1</source>
        <translation>não: %1</translation>
    </message>
    <message>
        <source>class: %1</source>
        <translation>classe: %1</translation>
    </message>
    <message>
        <source>seed %1</source>
        <translation>semente %1</translation>
    </message>
    <message numerus="yes">
        <source>%Ln step(s)</source>
        <translation>
            <numerusform>%Ln passo</numerusform>
            <numerusform>%Ln passos</numerusform>
        </translation>
    </message>
    <message>
        <source>guidance %1</source>
        <translation>orientação %1</translation>
    </message>
    <message>
        <source>rescale %1</source>
        <translation>reescala %1</translation>
    </message>
    <message>
        <source>guidance from %1 to %2 of the steps</source>
        <translation>orientação de %1 a %2 dos passos</translation>
    </message>
    <message>
        <source>from a picture, strength %1</source>
        <translation>de uma imagem, força %1</translation>
    </message>
    <message>
        <source>with a mask</source>
        <translation>com uma máscara</translation>
    </message>
    <message>
        <source>%1 on the way to seed %2</source>
        <translation>%1 do caminho até a semente %2</translation>
    </message>
    <message>
        <source>%1 on the way to &quot;%2&quot;</source>
        <translation>%1 do caminho até &quot;%2&quot;</translation>
    </message>
    <message>
        <source>%1 %2 instead of %3</source>
        <translation>%1 %2 em vez de %3</translation>
    </message>
    <message>
        <source>prompt</source>
        <translation>prompt</translation>
    </message>
    <message>
        <source>negative prompt</source>
        <translation>prompt negativo</translation>
    </message>
    <message>
        <source>class</source>
        <translation>classe</translation>
    </message>
    <message>
        <source>seed</source>
        <translation>semente</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>passos</translation>
    </message>
    <message>
        <source>solver</source>
        <translation>método</translation>
    </message>
    <message>
        <source>spacing</source>
        <translation>espaçamento</translation>
    </message>
    <message>
        <source>eta</source>
        <translation>eta</translation>
    </message>
    <message>
        <source>guidance</source>
        <translation>orientação</translation>
    </message>
    <message>
        <source>rescale</source>
        <translation>reescala</translation>
    </message>
    <message>
        <source>guidance from</source>
        <translation>orientação de</translation>
    </message>
    <message>
        <source>guidance until</source>
        <translation>orientação até</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>esperando</translation>
    </message>
    <message>
        <source>running</source>
        <translation>executando</translation>
    </message>
    <message>
        <source>finished</source>
        <translation>pronta</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>cancelada</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>falhou</translation>
    </message>
    <message>
        <source>even (leading)</source>
        <translation>uniforme (leading)</translation>
    </message>
    <message>
        <source>even (linspace)</source>
        <translation>uniforme (linspace)</translation>
    </message>
    <message>
        <source>even (trailing)</source>
        <translation>uniforme (trailing)</translation>
    </message>
    <message>
        <source>skips off</source>
        <translation>sem atalhos</translation>
    </message>
    <message>
        <source>skips scaled</source>
        <translation>atalhos com outros fatores</translation>
    </message>
    <message>
        <source>skip connections as they are</source>
        <translation>atalhos como são</translation>
    </message>
</context>
<context>
    <name>vitral::DevicePanel</name>
    <message>
        <source>Graphics cards are switched off (VITRAL_CUDA_PLUGIN=none). Everything runs on the processor.</source>
        <translation>As placas de vídeo estão desligadas (VITRAL_CUDA_PLUGIN=none). Tudo roda no processador.</translation>
    </message>
    <message>
        <source>This installation has no CUDA plug-in. Everything runs on the processor.</source>
        <translation>Esta instalação não tem o plug-in CUDA. Tudo roda no processador.</translation>
    </message>
    <message>
        <source>The CUDA plug-in does not belong to this version; install the program again. Everything runs on the processor.</source>
        <translation>O plug-in CUDA não é desta versão; instale o programa de novo. Tudo roda no processador.</translation>
    </message>
    <message>
        <source>No NVIDIA driver is installed. Everything runs on the processor.</source>
        <translation>Nenhum driver da NVIDIA está instalado. Tudo roda no processador.</translation>
    </message>
    <message>
        <source>The NVIDIA driver is too old for this program; install a newer one. Everything runs on the processor.</source>
        <translation>O driver da NVIDIA é antigo demais para este programa; instale um mais novo. Tudo roda no processador.</translation>
    </message>
    <message>
        <source>There is an NVIDIA driver, but no graphics card that it can use. Everything runs on the processor.</source>
        <translation>Há um driver da NVIDIA, mas nenhuma placa de vídeo que ele possa usar. Tudo roda no processador.</translation>
    </message>
    <message>
        <source>The graphics card cannot be used: %1</source>
        <translation>A placa de vídeo não pode ser usada: %1</translation>
    </message>
    <message>
        <source>Looking for graphics cards...</source>
        <translation>Procurando placas de vídeo...</translation>
    </message>
    <message>
        <source>Why: %1</source>
        <translation>Motivo: %1</translation>
    </message>
    <message>
        <source>Compute on</source>
        <translation>Calcular em</translation>
    </message>
    <message>
        <source>Where models are computed</source>
        <translation>Onde os modelos são calculados</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automático</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>Processador</translation>
    </message>
    <message>
        <source>Graphics card</source>
        <translation>Placa de vídeo</translation>
    </message>
    <message>
        <source>Automatic: the graphics card as far as its memory goes, the processor for the rest. Takes effect with the next model that is loaded.</source>
        <translation>Automático: a placa de vídeo até onde a memória dela der, o processador para o resto. Vale a partir do próximo modelo carregado.</translation>
    </message>
    <message>
        <source>Layers on the card</source>
        <translation>Camadas na placa</translation>
    </message>
    <message>
        <source>Layers on the graphics card at most</source>
        <translation>No máximo quantas camadas na placa de vídeo</translation>
    </message>
    <message>
        <source>as many as fit</source>
        <translation>quantas couberem</translation>
    </message>
    <message>
        <source>At most so many layers, counted from the last, are computed on the graphics card.</source>
        <translation>No máximo este número de camadas, contadas da última, é calculado na placa de vídeo.</translation>
    </message>
    <message>
        <source>Load the model again</source>
        <translation>Carregar o modelo de novo</translation>
    </message>
    <message numerus="yes">
        <source>%Ln layer(s) on the processor (%1)</source>
        <translation>
            <numerusform>%Ln camada no processador (%1)</numerusform>
            <numerusform>%Ln camadas no processador (%1)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln layer(s) on %1 (%2)</source>
        <translation>
            <numerusform>%Ln camada em %1 (%2)</numerusform>
            <numerusform>%Ln camadas em %1 (%2)</numerusform>
        </translation>
    </message>
    <message>
        <source>%1: %2 of %3 free</source>
        <translation>%1: %2 de %3 livres</translation>
    </message>
    <message>
        <source>The graphics card is older than what this program&apos;s kernels are made for. Everything runs on the processor.</source>
        <translation>A placa de vídeo é mais antiga do que aquelas para as quais os cálculos deste programa foram feitos. Tudo roda no processador.</translation>
    </message>
    <message>
        <source>the table of tokens on the processor (%1)</source>
        <translation>a tabela de tokens no processador (%1)</translation>
    </message>
    <message>
        <source>Maps of new runs read queries and keys in the card&apos;s own memory, which Vulkan shares.</source>
        <translation>Os mapas de novas execuções leem consultas e chaves na própria memória da placa, que o Vulkan compartilha.</translation>
    </message>
    <message>
        <source>What views show comes from the card through pinned memory.</source>
        <translation>O que as visualizações mostram vem da placa por memória fixada (pinned).</translation>
    </message>
    <message>
        <source>What views show comes from the card through the computer&apos;s memory.</source>
        <translation>O que as visualizações mostram vem da placa pela memória do computador.</translation>
    </message>
    <message>
        <source>Maps are drawn by another device (%1).</source>
        <translation>Os mapas são desenhados por outro dispositivo (%1).</translation>
    </message>
    <message>
        <source>The driver of %1 does not share its memory.</source>
        <translation>O driver de %1 não compartilha sua memória.</translation>
    </message>
    <message>
        <source>No graphics device has drawn a map so far.</source>
        <translation>Nenhum dispositivo gráfico desenhou um mapa até agora.</translation>
    </message>
</context>
<context>
    <name>vitral::DiskPage</name>
    <message>
        <source>cannot be read</source>
        <translation>não pode ser lido</translation>
    </message>
    <message>
        <source>%1 (not known)</source>
        <translation>%1 (desconhecida)</translation>
    </message>
    <message>
        <source>This version cannot run this architecture.</source>
        <translation>Esta versão não consegue executar esta arquitetura.</translation>
    </message>
    <message>
        <source>%1: fits</source>
        <translation>%1: cabe</translation>
    </message>
    <message>
        <source>%1: too large</source>
        <translation>%1: grande demais</translation>
    </message>
    <message>
        <source>With a context of 4,096 tokens; %1 is free now.</source>
        <translation>Com um contexto de 4.096 tokens; %1 estão livres agora.</translation>
    </message>
    <message>
        <source>not said</source>
        <translation>não informada</translation>
    </message>
    <message>
        <source>came with the program</source>
        <translation>veio com o programa</translation>
    </message>
    <message>
        <source>kept by Hugging Face&apos;s tools</source>
        <translation>guardado pelas ferramentas do Hugging Face</translation>
    </message>
    <message>
        <source>kept by Ollama</source>
        <translation>guardado pelo Ollama</translation>
    </message>
    <message>
        <source>unfinished, %1 %</source>
        <translation>incompleto, %1 %</translation>
    </message>
    <message>
        <source>unfinished</source>
        <translation>incompleto</translation>
    </message>
    <message>
        <source>%1 could not be put into the trash; nothing was deleted. Delete it in its folder.</source>
        <translation>%1 não pôde ser movido para a lixeira; nada foi apagado. Apague-o na pasta dele.</translation>
    </message>
    <message>
        <source>Show the folder</source>
        <translation>Mostrar a pasta</translation>
    </message>
    <message>
        <source>%1 is in the trash of this computer.</source>
        <translation>%1 está na lixeira deste computador.</translation>
    </message>
    <message>
        <source>Go on downloading…</source>
        <translation>Continuar o download…</translation>
    </message>
    <message>
        <source>Chat with it</source>
        <translation>Conversar com ele</translation>
    </message>
    <message>
        <source>Another program keeps this model: delete it there.</source>
        <translation>Outro programa guarda este modelo: apague-o por lá.</translation>
    </message>
    <message>
        <source>This model belongs to the program.</source>
        <translation>Este modelo faz parte do programa.</translation>
    </message>
    <message>
        <source>Looking for models…</source>
        <translation>Procurando modelos…</translation>
    </message>
    <message numerus="yes">
        <source>%Ln models found</source>
        <translation>
            <numerusform>%Ln modelo encontrado</numerusform>
            <numerusform>%Ln modelos encontrados</numerusform>
        </translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modelo</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>Arquitetura</translation>
    </message>
    <message>
        <source>Quantisation</source>
        <translation>Quantização</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Arquivo</translation>
    </message>
    <message>
        <source>In memory</source>
        <translation>Na memória</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Licença</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Onde</translation>
    </message>
    <message>
        <source>Models on this computer</source>
        <translation>Modelos neste computador</translation>
    </message>
    <message>
        <source>Move to the trash</source>
        <translation>Mover para a lixeira</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>Procurar de novo</translation>
    </message>
    <message>
        <source>While it draws in its own size; %1 is free now.</source>
        <translation>Enquanto desenha no próprio tamanho; %1 livres agora.</translation>
    </message>
    <message>
        <source>Draw with it</source>
        <translation>Desenhar com ele</translation>
    </message>
    <message>
        <source>%1 of the %2 files of %3 are in the trash; delete the others in their folder.</source>
        <translation>%1 dos %2 arquivos de %3 estão na lixeira; apague os outros na pasta deles.</translation>
    </message>
    <message>
        <source>Putting %1 into the trash</source>
        <translation>Envio de %1 para a lixeira</translation>
    </message>
    <message>
        <source>%1 could not be taken out of the trash; look for it there.</source>
        <translation>Não foi possível tirar %1 da lixeira; procure-o lá.</translation>
    </message>
</context>
<context>
    <name>vitral::EffectPage</name>
    <message>
        <source>Measure the effect</source>
        <translation>Medir o efeito</translation>
    </message>
    <message>
        <source>Probability of every token with and without the changes</source>
        <translation>Probabilidade de cada token com e sem as mudanças</translation>
    </message>
    <message>
        <source>Computing…</source>
        <translation>Calculando…</translation>
    </message>
    <message>
        <source>The model’s first choice is the same everywhere.</source>
        <translation>A primeira escolha do modelo é a mesma em todo lugar.</translation>
    </message>
    <message>
        <source>Its first choice changes for the first time after token %1 “%2”.</source>
        <translation>A primeira escolha muda pela primeira vez depois do token %1 “%2”.</translation>
    </message>
    <message>
        <source>The distributions differ by %1 nats on average (Kullback–Leibler), at most %2.</source>
        <translation>As distribuições diferem em %1 nats em média (Kullback–Leibler), no máximo %2.</translation>
    </message>
    <message>
        <source>Nothing is recorded yet.</source>
        <translation>Nada foi gravado ainda.</translation>
    </message>
    <message>
        <source>Add a change and switch it on: then you see here what it does to the text on screen.</source>
        <translation>Adicione uma mudança e ligue-a: aqui aparece o que ela faz com o texto na tela.</translation>
    </message>
    <message>
        <source>Press “%1” to compute this text with and without the changes.</source>
        <translation>Use “%1” para calcular este texto com e sem as mudanças.</translation>
    </message>
    <message>
        <source>token that follows</source>
        <translation>token seguinte</translation>
    </message>
    <message>
        <source>without</source>
        <translation>sem</translation>
    </message>
    <message>
        <source>with</source>
        <translation>com</translation>
    </message>
    <message>
        <source>change</source>
        <translation>mudança</translation>
    </message>
    <message>
        <source>first choice now</source>
        <translation>primeira escolha agora</translation>
    </message>
    <message>
        <source>After token %1: “%2” %3 without, %4 with; the distributions differ by %5 nats.</source>
        <translation>Depois do token %1: “%2” %3 sem, %4 com; as distribuições diferem em %5 nats.</translation>
    </message>
    <message>
        <source>Probability of “%1” after token %2</source>
        <translation>Probabilidade de “%1” depois do token %2</translation>
    </message>
</context>
<context>
    <name>vitral::EmbeddingView</name>
    <message>
        <source>Embedding</source>
        <translation>Embedding</translation>
    </message>
    <message>
        <source>The first thing a model does with a token is to look up its row of numbers. Choose a token to see its row, what lies near it, and what sums of rows come to.</source>
        <translation>A primeira coisa que um modelo faz com um token é buscar a sua linha de números. Escolha um token para ver a linha, o que está perto dela e no que dão as somas de linhas.</translation>
    </message>
    <message>
        <source>Open a model to see its embedding rows.</source>
        <translation>Abra um modelo para ver as linhas da sua matriz de embedding.</translation>
    </message>
    <message>
        <source>Reading the embedding matrix…</source>
        <translation>Lendo a matriz de embedding…</translation>
    </message>
    <message>
        <source>“%1” is no single token of this vocabulary. Choose one from the list while typing, or write #id.</source>
        <translation>“%1” não é um único token deste vocabulário. Escolha um da lista enquanto digita, ou escreva #id.</translation>
    </message>
    <message>
        <source>Type a token, or choose one in another page.</source>
        <translation>Digite um token, ou escolha um em outra página.</translation>
    </message>
    <message>
        <source>Token %1. Its row has %2 numbers and the norm %3, larger than %4 of all %5 rows; it lies %6 from the mean of all rows.</source>
        <translation>Token %1. A linha tem %2 números e norma %3, maior que a de %4 de todas as %5 linhas; está a %6 da média de todas.</translation>
    </message>
    <message>
        <source>It looks undertrained: nearly all rows lie farther from the mean.</source>
        <translation>Parece pouco treinado: quase todas as linhas estão mais longe da média.</translation>
    </message>
    <message>
        <source>The nearest row is %1.</source>
        <translation>A linha mais próxima é %1.</translation>
    </message>
    <message>
        <source>The nearest row is %1, which is one of the tokens you put in.</source>
        <translation>A linha mais próxima é %1, um dos tokens que você pôs na soma.</translation>
    </message>
    <message>
        <source>The nearest row is %1, which is one of the tokens you put in: the sum hardly left it. The nearest other row is %2. Demonstrations that leave the inputs out show only that one.</source>
        <translation>A linha mais próxima é %1, um dos tokens que você pôs na soma: ela quase não saiu do lugar. A mais próxima entre as outras é %2. Demonstrações que escondem as entradas mostram só essa.</translation>
    </message>
    <message>
        <source>A row of zeros has no direction, so nothing is near it.</source>
        <translation>Uma linha de zeros não tem direção, então nada está perto dela.</translation>
    </message>
    <message>
        <source>Taken off the sum; click to add it</source>
        <translation>Subtraído; clique para somar</translation>
    </message>
    <message>
        <source>Added to the sum; click to take it off</source>
        <translation>Somado; clique para subtrair</translation>
    </message>
    <message>
        <source>token</source>
        <translation>token</translation>
    </message>
    <message>
        <source>Token %1 of the sum</source>
        <translation>Token %1 da soma</translation>
    </message>
    <message>
        <source>Leave token %1 out</source>
        <translation>Tirar o token %1</translation>
    </message>
    <message>
        <source>Leave it out</source>
        <translation>Tirar</translation>
    </message>
    <message>
        <source>This sum comes to 0: it has no direction, so nothing is near it.</source>
        <translation>Esta soma dá 0: não tem direção, então nada está perto dela.</translation>
    </message>
    <message>
        <source>The sum could not be computed.</source>
        <translation>A soma não pôde ser calculada.</translation>
    </message>
    <message>
        <source>A token, or #id</source>
        <translation>Um token, ou #id</translation>
    </message>
    <message>
        <source>Token whose row is shown</source>
        <translation>Token cuja linha é mostrada</translation>
    </message>
    <message>
        <source>The row</source>
        <translation>A linha</translation>
    </message>
    <message>
        <source>Its norm among all</source>
        <translation>A norma entre todas</translation>
    </message>
    <message>
        <source>Nearest rows, by cosine</source>
        <translation>Linhas mais próximas, pelo cosseno</translation>
    </message>
    <message>
        <source>Sums of rows</source>
        <translation>Somas de linhas</translation>
    </message>
    <message>
        <source>Add and take off rows, then look for the nearest one among all, the tokens you put in included (amber).</source>
        <translation>Some e subtraia linhas e veja a mais próxima entre todas, inclusive os tokens que você pôs (em âmbar).</translation>
    </message>
    <message>
        <source>Add a token</source>
        <translation>Acrescentar token</translation>
    </message>
    <message>
        <source>Every row at length 1</source>
        <translation>Todas as linhas com norma 1</translation>
    </message>
    <message>
        <source>Add directions, whatever the norms; without it rows are added as they are</source>
        <translation>Soma direções, sejam quais forem as normas; sem isto as linhas são somadas como estão</translation>
    </message>
    <message>
        <source>The numbers of the row</source>
        <translation>Os números da linha</translation>
    </message>
    <message>
        <source>Norms of all rows</source>
        <translation>Normas de todas as linhas</translation>
    </message>
    <message>
        <source>Enter or a double click shows that token</source>
        <translation>Enter ou clique duplo mostra esse token</translation>
    </message>
    <message>
        <source>Rows nearest to the sum</source>
        <translation>Linhas mais próximas da soma</translation>
    </message>
</context>
<context>
    <name>vitral::ErrorText</name>
    <message>
        <source>%1 %2, not a file: give the path of a plain file.</source>
        <translation>%1 %2, não um arquivo: indique o caminho de um arquivo comum.</translation>
    </message>
    <message>
        <source>%1 is not a file and will not be replaced.</source>
        <translation>%1 não é um arquivo e não será substituído.</translation>
    </message>
    <message>
        <source>%1 is read-only and will not be replaced.</source>
        <translation>%1 é somente leitura e não será substituído.</translation>
    </message>
    <message>
        <source>The disk is full: %1 could not be written past %2 bytes; nothing was changed.</source>
        <translation>O disco está cheio: não foi possível gravar %1 além de %2 bytes; nada foi alterado.</translation>
    </message>
    <message>
        <source>Cannot open %1: %2.</source>
        <translation>Não foi possível abrir %1: %2.</translation>
    </message>
    <message>
        <source>Cannot read %1: %2.</source>
        <translation>Não foi possível ler %1: %2.</translation>
    </message>
    <message>
        <source>Cannot write %1: %2.</source>
        <translation>Não foi possível gravar %1: %2.</translation>
    </message>
    <message>
        <source>Cannot map %1 into memory: %2.</source>
        <translation>Não foi possível mapear %1 na memória: %2.</translation>
    </message>
    <message>
        <source>%1 has %2 bytes; at most %3 are read here.</source>
        <translation>%1 tem %2 bytes; aqui são lidos no máximo %3.</translation>
    </message>
    <message>
        <source>This is not a GGUF file: it does not begin with the letters GGUF.</source>
        <translation>Este não é um arquivo GGUF: ele não começa com as letras GGUF.</translation>
    </message>
    <message>
        <source>This is a GGML file from before GGUF; convert the model to GGUF again.</source>
        <translation>Este é um arquivo GGML anterior ao GGUF; converta o modelo de novo para GGUF.</translation>
    </message>
    <message>
        <source>This GGUF file has version %1; versions 2 and 3 are read.</source>
        <translation>Este arquivo GGUF é da versão %1; são lidas as versões 2 e 3.</translation>
    </message>
    <message>
        <source>This GGUF file (version %1) is big-endian; only little-endian files are read.</source>
        <translation>Este arquivo GGUF (versão %1) é big-endian; só arquivos little-endian são lidos.</translation>
    </message>
    <message>
        <source>Tensor %1 (offset %2, %3 %4) reaches past the end of the GGUF file, which has %5 bytes of data.</source>
        <translation>O tensor %1 (posição %2, %3 %4) passa do fim do arquivo GGUF, que tem %5 bytes de dados.</translation>
    </message>
    <message>
        <source>The length of %1 is %2 bytes, but only %3 bytes are left in the GGUF file.</source>
        <translation>%1 teria %2 bytes, mas restam só %3 bytes no arquivo GGUF.</translation>
    </message>
    <message>
        <source>The GGUF file ends inside %1 (at byte %2 of %3).</source>
        <translation>O arquivo GGUF termina dentro de %1 (no byte %2 de %3).</translation>
    </message>
    <message>
        <source>Tensor %1 has type number %2, which this version does not know.</source>
        <translation>O tensor %1 é do tipo número %2, que esta versão não conhece.</translation>
    </message>
    <message>
        <source>The model file&apos;s architecture is %1, which this version does not know. It knows: %2.</source>
        <translation>A arquitetura do arquivo é %1, que esta versão não conhece. Ela conhece: %2.</translation>
    </message>
    <message>
        <source>The model file lacks the key general.architecture.</source>
        <translation>Falta ao arquivo do modelo a chave general.architecture.</translation>
    </message>
    <message>
        <source>The model file lacks the tensor token_embd.weight; if it holds a vocabulary only, it cannot generate text.</source>
        <translation>Falta ao arquivo do modelo o tensor token_embd.weight; se ele contém só um vocabulário, não pode gerar texto.</translation>
    </message>
    <message>
        <source>The model file lacks the tensor %1 (of shape %2), which the architecture %3 needs.</source>
        <translation>Falta ao arquivo do modelo o tensor %1 (de forma %2), que a arquitetura %3 exige.</translation>
    </message>
    <message>
        <source>The model file lacks the key %1, which its architecture needs.</source>
        <translation>Falta ao arquivo do modelo a chave %1, que sua arquitetura exige.</translation>
    </message>
    <message>
        <source>The model file&apos;s tensor %1 has the shape %2, but its metadata call for %3.</source>
        <translation>O tensor %1 do arquivo tem a forma %2, mas seus metadados pedem %3.</translation>
    </message>
    <message>
        <source>The file holds no tokenizer (tokenizer.ggml.model is missing).</source>
        <translation>O arquivo não traz tokenizador (falta tokenizer.ggml.model).</translation>
    </message>
    <message>
        <source>Weights of type %1 are not supported.</source>
        <translation>Pesos do tipo %1 não são aceitos.</translation>
    </message>
    <message>
        <source>There is not enough memory for this.</source>
        <translation>Não há memória suficiente para isto.</translation>
    </message>
    <message>
        <source>%1 MB of memory were asked for and are not there.</source>
        <translation>Foram pedidos %1 MB de memória, que não estão disponíveis.</translation>
    </message>
    <message>
        <source>Keys and values of %1 tokens need %2 GB of memory, which is not there.</source>
        <translation>As chaves e os valores de %1 tokens precisam de %2 GB de memória, que não estão disponíveis.</translation>
    </message>
    <message>
        <source>The prompt has %1 tokens, but the context holds only %2.</source>
        <translation>O prompt tem %1 tokens, mas o contexto só comporta %2.</translation>
    </message>
    <message>
        <source>The context window of %1 tokens has no room for %2 more.</source>
        <translation>A janela de contexto de %1 tokens não tem lugar para mais %2.</translation>
    </message>
    <message>
        <source>This model has learned positions for %1 tokens and cannot read more.</source>
        <translation>Este modelo aprendeu posições para %1 tokens e não consegue ler mais.</translation>
    </message>
    <message>
        <source>The grammar has no rule named root, where a text would begin.</source>
        <translation>A gramática não tem uma regra chamada root, por onde um texto começaria.</translation>
    </message>
    <message>
        <source>The JSON schema is not valid JSON.</source>
        <translation>O esquema JSON não é um JSON válido.</translation>
    </message>
    <message>
        <source>The disk that holds the conversations is full. What was saved before is safe; free some space and try again.</source>
        <translation>O disco onde ficam as conversas está cheio. O que já foi salvo está seguro; libere espaço e tente de novo.</translation>
    </message>
    <message>
        <source>Another program is writing to the file of conversations. Try again in a moment.</source>
        <translation>Outro programa está gravando no arquivo de conversas. Tente de novo daqui a pouco.</translation>
    </message>
    <message>
        <source>The file of conversations may not be written to. Check the permissions of its folder.</source>
        <translation>Não é permitido gravar no arquivo de conversas. Verifique as permissões da pasta.</translation>
    </message>
    <message>
        <source>The file of conversations cannot be opened (%1).</source>
        <translation>Não foi possível abrir o arquivo de conversas (%1).</translation>
    </message>
    <message>
        <source>The system could not read or write the file of conversations (%1). What was saved before is safe.</source>
        <translation>O sistema não conseguiu ler ou gravar o arquivo de conversas (%1). O que já foi salvo está seguro.</translation>
    </message>
    <message>
        <source>The folder for the conversations cannot be made (%1): %2.</source>
        <translation>Não foi possível criar a pasta das conversas (%1): %2.</translation>
    </message>
    <message>
        <source>%1 is a folder, not a file of conversations.</source>
        <translation>%1 é uma pasta, não um arquivo de conversas.</translation>
    </message>
    <message>
        <source>The file of conversations was damaged. It was kept as %1, and a new one was begun.</source>
        <translation>O arquivo de conversas estava danificado. Ele foi guardado como %1, e um novo foi iniciado.</translation>
    </message>
    <message>
        <source>These conversations were written by a newer version of the program (form %1 of the file; this version knows %2). Update the program; nothing was changed.</source>
        <translation>Estas conversas foram gravadas por uma versão mais nova do programa (formato %1 do arquivo; esta versão conhece o %2). Atualize o programa; nada foi alterado.</translation>
    </message>
    <message>
        <source>The program ended before this answer was complete.</source>
        <translation>O programa terminou antes que esta resposta estivesse completa.</translation>
    </message>
    <message>
        <source>This file is not JSON.</source>
        <translation>Este arquivo não é JSON.</translation>
    </message>
    <message>
        <source>This JSON is not a conversation: it has no list of messages.</source>
        <translation>Este JSON não é uma conversa: não tem uma lista de mensagens.</translation>
    </message>
    <message>
        <source>This file holds no text to make a conversation of.</source>
        <translation>Este arquivo não traz texto para formar uma conversa.</translation>
    </message>
    <message>
        <source>No such file or directory</source>
        <translation>arquivo ou pasta inexistente</translation>
    </message>
    <message>
        <source>Permission denied</source>
        <translation>permissão negada</translation>
    </message>
    <message>
        <source>Not a directory</source>
        <translation>não é uma pasta</translation>
    </message>
    <message>
        <source>Is a directory</source>
        <translation>é uma pasta</translation>
    </message>
    <message>
        <source>Read-only file system</source>
        <translation>sistema de arquivos somente leitura</translation>
    </message>
    <message>
        <source>No space left on device</source>
        <translation>não há mais espaço no disco</translation>
    </message>
    <message>
        <source>Input/output error</source>
        <translation>erro de entrada e saída</translation>
    </message>
    <message>
        <source>Cannot allocate memory</source>
        <translation>não há memória</translation>
    </message>
    <message>
        <source>File name too long</source>
        <translation>nome de arquivo longo demais</translation>
    </message>
    <message>
        <source>Too many open files</source>
        <translation>arquivos abertos demais</translation>
    </message>
    <message>
        <source>unable to open database file</source>
        <translation>o arquivo do banco de dados não pôde ser aberto</translation>
    </message>
    <message>
        <source>disk I/O error</source>
        <translation>erro de leitura ou gravação no disco</translation>
    </message>
    <message>
        <source>is a folder</source>
        <translation>é uma pasta</translation>
    </message>
    <message>
        <source>is a pipe</source>
        <translation>é um pipe</translation>
    </message>
    <message>
        <source>is a socket</source>
        <translation>é um socket</translation>
    </message>
    <message>
        <source>is a device</source>
        <translation>é um dispositivo</translation>
    </message>
    <message>
        <source>English</source>
        <translation>português</translation>
    </message>
    <message>
        <source>The model could not be loaded.</source>
        <translation>Não foi possível carregar o modelo.</translation>
    </message>
    <message>
        <source>The answer could not be made.</source>
        <translation>Não foi possível gerar a resposta.</translation>
    </message>
    <message>
        <source>The model&apos;s chat template could not be read.</source>
        <translation>Não foi possível ler o formato de conversa do modelo.</translation>
    </message>
    <message>
        <source>The conversations could not be read or written.</source>
        <translation>Não foi possível ler ou gravar as conversas.</translation>
    </message>
    <message>
        <source>The conversation could not be exported.</source>
        <translation>Não foi possível exportar a conversa.</translation>
    </message>
    <message>
        <source>The file could not be imported.</source>
        <translation>Não foi possível importar o arquivo.</translation>
    </message>
    <message>
        <source>The file seems damaged or incomplete: fetch it again or choose another one.</source>
        <translation>O arquivo parece danificado ou incompleto: baixe-o de novo ou escolha outro.</translation>
    </message>
    <message>
        <source>Something is no longer where it was: look whether it was moved or deleted.</source>
        <translation>Algo não está mais onde estava: veja se foi movido ou apagado.</translation>
    </message>
    <message>
        <source>Check the disk, its free space and the permissions.</source>
        <translation>Verifique o disco, o espaço livre e as permissões.</translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller model or a shorter context.</source>
        <translation>Feche outros programas ou escolha um modelo menor ou um contexto mais curto.</translation>
    </message>
    <message>
        <source>This version does not know that: another file or a newer version may help.</source>
        <translation>Esta versão não conhece isso: outro arquivo ou uma versão mais nova pode ajudar.</translation>
    </message>
    <message>
        <source>Check the values in the settings.</source>
        <translation>Verifique os valores nas configurações.</translation>
    </message>
    <message>
        <source>Shorten the conversation or make the context larger.</source>
        <translation>Encurte a conversa ou aumente o contexto.</translation>
    </message>
    <message>
        <source>The graphics card or its driver failed: try without it.</source>
        <translation>A placa de vídeo ou seu driver falhou: tente sem ela.</translation>
    </message>
    <message>
        <source>This is a mistake of ours; a report of it helps.</source>
        <translation>Este é um erro nosso; avisar ajuda a corrigi-lo.</translation>
    </message>
    <message>
        <source>(in English: %1)</source>
        <translation>(em inglês: %1)</translation>
    </message>
    <message>
        <source>Attention and feature maps take at most %1 MB; those of later steps are left out when that is full.</source>
        <translation>Os mapas de atenção e de características ocupam no máximo %1 MB; os dos passos seguintes ficam de fora quando isso se enche.</translation>
    </message>
    <message>
        <source>%1 attention and feature maps did not fit into the %2 MB allowed for them and were left out.</source>
        <translation>%1 mapas de atenção e de características não couberam nos %2 MB permitidos e ficaram de fora.</translation>
    </message>
    <message>
        <source>A branch keeps the times of the run it leaves; the other spacing was left out.</source>
        <translation>Um ramo mantém os tempos da execução de que sai; o outro espaçamento ficou de fora.</translation>
    </message>
    <message>
        <source>%1 sends a header without an end; this is not how a hub answers. Try another address, or later.</source>
        <translation>%1 envia um cabeçalho sem fim; não é assim que um repositório de modelos responde. Tente outro endereço, ou mais tarde.</translation>
    </message>
    <message>
        <source>The name %1 was not found; look whether this computer is on the internet.</source>
        <translation>O nome %1 não foi encontrado; veja se este computador está na internet.</translation>
    </message>
    <message>
        <source>%1 cannot be reached (%2); look whether this computer is on the internet.</source>
        <translation>Não foi possível chegar a %1 (%2); veja se este computador está na internet.</translation>
    </message>
    <message>
        <source>%1 does not show a certificate that this computer trusts, so nothing was fetched (%2).</source>
        <translation>%1 não mostra um certificado em que este computador confie, então nada foi baixado (%2).</translation>
    </message>
    <message>
        <source>The connection to %1 broke off after %2 of %3.</source>
        <translation>A conexão com %1 caiu depois de %2 de %3.</translation>
    </message>
    <message>
        <source>The connection to %1 broke off (%2).</source>
        <translation>A conexão com %1 caiu (%2).</translation>
    </message>
    <message>
        <source>%1 did not answer as a server of the web does.</source>
        <translation>%1 não respondeu como um servidor da web.</translation>
    </message>
    <message>
        <source>%1 has sent nothing for %2 seconds.</source>
        <translation>%1 não envia nada há %2 segundos.</translation>
    </message>
    <message>
        <source>%1 sends us round in circles; the file cannot be fetched from there now.</source>
        <translation>%1 nos manda andar em círculos; o arquivo não pode ser baixado de lá agora.</translation>
    </message>
    <message>
        <source>%1 answers with something that is no list of models; perhaps it is no hub.</source>
        <translation>%1 responde com algo que não é uma lista de modelos; talvez não seja um repositório de modelos.</translation>
    </message>
    <message>
        <source>%1 gives %2 only to people who have accepted its terms: accept them on its page, then give your access token.</source>
        <translation>%1 só entrega %2 a quem aceitou os termos: aceite-os na página do modelo e depois informe seu token de acesso.</translation>
    </message>
    <message>
        <source>%1 does not give %2 to you yet: accept its terms on its page, and see that the token may read gated models.</source>
        <translation>%1 ainda não entrega %2 a você: aceite os termos na página do modelo e veja se o token pode ler modelos com restrição.</translation>
    </message>
    <message>
        <source>%1 knows no %2.</source>
        <translation>%1 não conhece %2.</translation>
    </message>
    <message>
        <source>%1 asks for patience: too many requests came from here. Try again in %2.</source>
        <translation>%1 pede paciência: muitos pedidos vieram daqui. Tente de novo em %2.</translation>
    </message>
    <message>
        <source>%1 has trouble of its own (status %2). Try again later.</source>
        <translation>%1 está com problemas próprios (status %2). Tente mais tarde.</translation>
    </message>
    <message>
        <source>%1 is there already and is not what %2 has. Move it away, or choose another folder.</source>
        <translation>%1 já existe e não é o que %2 tem. Mova esse arquivo ou escolha outra pasta.</translation>
    </message>
    <message>
        <source>What came is not %1: its checksum is another than the one %2 told. It was thrown away; try again, and if it happens again, do not trust this connection.</source>
        <translation>O que chegou não é %1: a soma de verificação é diferente da que %2 informou. Foi descartado; tente de novo e, se acontecer outra vez, não confie nesta conexão.</translation>
    </message>
    <message>
        <source>%1 says that %2 has %3, and sends %4; nothing of it was kept.</source>
        <translation>%1 diz que %2 tem %3, e envia %4; nada disso foi guardado.</translation>
    </message>
    <message>
        <source>%1 sends more than the %2 that %3 should have; what came was thrown away.</source>
        <translation>%1 envia mais do que os %2 que %3 deveria ter; o que chegou foi descartado.</translation>
    </message>
    <message>
        <source>The disk is full after %1 of %2. What came is kept: make room and start the download again.</source>
        <translation>O disco encheu depois de %1 de %2. O que chegou foi guardado: libere espaço e comece o download de novo.</translation>
    </message>
    <message>
        <source>%1 is being downloaded by another window or program.</source>
        <translation>%1 está sendo baixado por outra janela ou programa.</translation>
    </message>
    <message>
        <source>This computer has no key store that can be used (libsecret): the token is not kept and will be asked for again.</source>
        <translation>Este computador não tem um cofre de chaves que possa ser usado (libsecret): o token não é guardado e será pedido de novo.</translation>
    </message>
    <message>
        <source>The key store of this computer did not answer (%1): the token is not kept and will be asked for again.</source>
        <translation>O cofre de chaves deste computador não respondeu (%1): o token não é guardado e será pedido de novo.</translation>
    </message>
    <message>
        <source>There is not enough room in %1: %2 are missing of %3. Make room and try again.</source>
        <translation>Não há espaço suficiente em %1: faltam %2 de %3. Libere espaço e tente de novo.</translation>
    </message>
    <message>
        <source>A prompt may have at most 1 MB of text.</source>
        <translation>Um prompt pode ter no máximo 1 MB de texto.</translation>
    </message>
    <message>
        <source>A mask needs a picture to paint in: give &quot;init&quot;, too.</source>
        <translation>Uma máscara precisa de uma imagem onde pintar: dê também uma imagem inicial.</translation>
    </message>
    <message>
        <source>The mask must have one channel and the size of the picture.</source>
        <translation>A máscara deve ter um canal e o tamanho da imagem.</translation>
    </message>
    <message>
        <source>This model knows classes, not words, and none of them is &quot;%1&quot;; it knows %2%3.</source>
        <translation>Este modelo conhece classes, não palavras, e nenhuma delas é &quot;%1&quot;; ele conhece %2%3.</translation>
    </message>
    <message>
        <source>This model makes pictures of %1 x %2 pixels only.</source>
        <translation>Este modelo só faz imagens de %1 x %2 pixels.</translation>
    </message>
    <message>
        <source>Width and height must be multiples of %1 for this model: try %2 x %3.</source>
        <translation>Para este modelo, largura e altura devem ser múltiplos de %1: tente %2 x %3.</translation>
    </message>
    <message>
        <source>With strength %1, none of %2 steps is left; use more steps or strength.</source>
        <translation>Com força %1, não resta nenhum dos %2 passos; use mais passos ou mais força.</translation>
    </message>
    <message>
        <source>There is no class %1; this model has classes 0 to %2.</source>
        <translation>Não há classe %1; este modelo tem as classes 0 a %2.</translation>
    </message>
    <message>
        <source>This model needs a class; choose one of its classes.</source>
        <translation>Este modelo precisa de uma classe; escolha uma das que ele tem.</translation>
    </message>
    <message>
        <source>This model&apos;s autoencoder has no encoder, so it cannot begin with a picture.</source>
        <translation>O autocodificador deste modelo não tem codificador, por isso ele não pode começar com uma imagem.</translation>
    </message>
    <message>
        <source>The autoencoder and the network of this model do not fit together.</source>
        <translation>O autocodificador e a rede deste modelo não combinam.</translation>
    </message>
    <message>
        <source>The run cannot be branched at step %1: it has recorded %2 steps.</source>
        <translation>A execução não pode ser ramificada no passo %1: ela gravou %2 passos.</translation>
    </message>
    <message>
        <source>This network has %1 skip connections, not %2.</source>
        <translation>Esta rede tem %1 atalhos, não %2.</translation>
    </message>
    <message>
        <source>The branch must have the size of the run it leaves, and a model that works on the same.</source>
        <translation>O ramo deve ter o tamanho da execução de que sai e um modelo que trabalhe com o mesmo.</translation>
    </message>
    <message>
        <source>In step %1 numbers grew beyond what a picture can hold; try more steps, less guidance or another solver.</source>
        <translation>No passo %1 os números cresceram além do que uma imagem comporta; tente mais passos, menos orientação ou outro método.</translation>
    </message>
    <message>
        <source>This network paints into pictures: give it a picture and a mask.</source>
        <translation>Esta rede pinta dentro de imagens: dê a ela uma imagem e uma máscara.</translation>
    </message>
    <message>
        <source>Load a model first.</source>
        <translation>Carregue um modelo primeiro.</translation>
    </message>
    <message>
        <source>The solver &quot;lcm&quot; does not fit a flow model; use flow-euler.</source>
        <translation>O método &quot;lcm&quot; não serve para um modelo de fluxo; use flow-euler.</translation>
    </message>
    <message>
        <source>The solver &quot;flow-euler&quot; needs a flow model; for this one use euler.</source>
        <translation>O método &quot;flow-euler&quot; precisa de um modelo de fluxo; para este, use euler.</translation>
    </message>
    <message>
        <source>%1 steps are more than this schedule has different times for with this solver and spacing; try %2 or fewer.</source>
        <translation>%1 passos são mais do que os tempos diferentes que esta escala tem com este método e espaçamento; tente %2 ou menos.</translation>
    </message>
    <message>
        <source>There is no file or folder %1.</source>
        <translation>Não há arquivo nem pasta %1.</translation>
    </message>
    <message>
        <source>%1 is no diffusion model that this version knows; it knows: %2.</source>
        <translation>%1 não é um modelo de difusão que esta versão conheça; ela conhece: %2.</translation>
    </message>
    <message>
        <source>The checkpoint holds a U-Net, but no autoencoder (first_stage_model).</source>
        <translation>O arquivo contém uma U-Net, mas nenhum autocodificador (first_stage_model).</translation>
    </message>
    <message>
        <source>The checkpoint holds a U-Net, but no text encoder (cond_stage_model) that this version knows.</source>
        <translation>O arquivo contém uma U-Net, mas nenhum codificador de texto (cond_stage_model) que esta versão conheça.</translation>
    </message>
    <message>
        <source>%1 has its weights in %2 only: a Python pickle, which can run code when it is opened. Save the model as .safetensors.</source>
        <translation>%1 tem seus pesos só em %2: um pickle de Python, que pode executar código ao ser aberto. Salve o modelo como .safetensors.</translation>
    </message>
    <message>
        <source>The folder %1 holds no .safetensors file.</source>
        <translation>A pasta %1 não contém nenhum arquivo .safetensors.</translation>
    </message>
    <message>
        <source>The folder %1 holds neither merges.txt nor tokenizer.json.</source>
        <translation>A pasta %1 não contém merges.txt nem tokenizer.json.</translation>
    </message>
    <message>
        <source>The model has no U-Net.</source>
        <translation>O modelo não tem U-Net.</translation>
    </message>
    <message>
        <source>This model&apos;s file has only the half of the autoencoder that decodes.</source>
        <translation>O arquivo deste modelo só tem a metade do autocodificador que decodifica.</translation>
    </message>
    <message>
        <source>Experts are computed again from the file&apos;s weights; what the engine&apos;s rounding makes of them is in the rest.</source>
        <translation>Os especialistas são recalculados a partir dos pesos do arquivo; o que o arredondamento do motor faz deles está no resto.</translation>
    </message>
    <message>
        <source>The model soft-caps its logits at %1; the terms add up to the logit before that.</source>
        <translation>O modelo limita suavemente seus logits em %1; os termos somam o logit de antes disso.</translation>
    </message>
    <message>
        <source>Heads pass a norm before they are added to the stream; its scale is frozen too.</source>
        <translation>As cabeças passam por uma norma antes de serem somadas ao fluxo; a escala dela também é congelada.</translation>
    </message>
    <message>
        <source>Activations inside experts are computed again from the file&apos;s weights, and taken times the router&apos;s weight.</source>
        <translation>As ativações dentro dos especialistas são recalculadas a partir dos pesos do arquivo e multiplicadas pelo peso do roteador.</translation>
    </message>
    <message>
        <source>The MLP passes a norm before it is added to the stream; its scale is frozen too.</source>
        <translation>A MLP passa por uma norma antes de ser somada ao fluxo; a escala dela também é congelada.</translation>
    </message>
    <message>
        <source>The recorded residual stream is rounded to 16-bit floats.</source>
        <translation>O fluxo residual gravado está arredondado para números de 16 bits.</translation>
    </message>
    <message>
        <source>%1 of %2 cells were not recorded.</source>
        <translation>%1 de %2 células não foram gravadas.</translation>
    </message>
    <message>
        <source>%1 is left out: this model does not have it.</source>
        <translation>%1 fica de fora: este modelo não o tem.</translation>
    </message>
    <message>
        <source>Queries are rounded to half precision: attention weights are right to about their score times 0.0002.</source>
        <translation>As consultas estão arredondadas para meia precisão: os pesos de atenção estão certos até cerca de 0,0002 vezes o seu valor antes do softmax.</translation>
    </message>
    <message>
        <source>Left out, wholly or in part: %1. Everything asked for needs %2 at %3; %4 are allowed.</source>
        <translation>Deixado de fora, todo ou em parte: %1. Tudo o que foi pedido precisa de %2 com %3; o permitido são %4.</translation>
    </message>
    <message>
        <source>The context was full and moved on: %1 earlier tokens are not in here.</source>
        <translation>O contexto encheu e avançou: %1 tokens anteriores não estão aqui.</translation>
    </message>
    <message>
        <source>The two prompts move the logit difference by %1 only: every number is a fraction of that, so rounding and small effects look large.</source>
        <translation>Os dois textos mudam a diferença de logits em apenas %1: cada número é uma fração disso, por isso arredondamentos e efeitos pequenos parecem grandes.</translation>
    </message>
    <message>
        <source>%1 is missing: this model has %2 files, and all of them must lie in one folder.</source>
        <translation>Falta %1: este modelo tem %2 arquivos, e todos devem estar na mesma pasta.</translation>
    </message>
    <message>
        <source>%1 is one of several files of a model (split.count), but its name does not end in -00001-of-00003.gguf or the like, so that the others cannot be found.</source>
        <translation>%1 é um de vários arquivos de um modelo (split.count), mas o nome não termina em algo como -00001-of-00003.gguf, e por isso os outros não podem ser encontrados.</translation>
    </message>
    <message>
        <source>Tensor %1 is in two files of this model.</source>
        <translation>O tensor %1 está em dois arquivos deste modelo.</translation>
    </message>
    <message>
        <source>%1 cannot be deleted (%2).</source>
        <translation>%1 não pode ser apagado (%2).</translation>
    </message>
    <message>
        <source>The proxy of this computer was not found (%1); look at its network settings.</source>
        <translation>O proxy deste computador não foi encontrado (%1); veja as configurações de rede.</translation>
    </message>
    <message>
        <source>The proxy of this computer refuses the way to %1 (status %2); look at its network settings.</source>
        <translation>O proxy deste computador recusa o caminho até %1 (status %2); veja as configurações de rede.</translation>
    </message>
    <message>
        <source>This file is no recorded run: its metadata does not say so.</source>
        <translation>Este arquivo não é uma execução gravada: os metadados não dizem isso.</translation>
    </message>
    <message>
        <source>This file is no recorded denoising run.</source>
        <translation>Este arquivo não é uma execução gravada de difusão.</translation>
    </message>
    <message>
        <source>This recorded run was made by a newer version of the program, which this one cannot read.</source>
        <translation>Esta execução foi gravada por uma versão mais nova do programa, que esta não sabe ler.</translation>
    </message>
    <message>
        <source>This recorded run was written by a newer version of the program.</source>
        <translation>Esta execução foi gravada por uma versão mais nova do programa.</translation>
    </message>
    <message>
        <source>This recorded run is damaged: %1</source>
        <translation>Esta execução gravada está danificada: %1</translation>
    </message>
    <message>
        <source>This run has more tokens than a file of a recorded run can describe.</source>
        <translation>Esta execução tem mais tokens do que um arquivo de execução gravada pode descrever.</translation>
    </message>
    <message>
        <source>Saving was stopped.</source>
        <translation>A gravação foi interrompida.</translation>
    </message>
    <message>
        <source>The explanation was stopped.</source>
        <translation>A explicação foi interrompida.</translation>
    </message>
    <message>
        <source>There is no token to explain.</source>
        <translation>Não há token para explicar.</translation>
    </message>
    <message>
        <source>There is no layer %1; the model has layers 0 to %2.</source>
        <translation>Não existe a camada %1; o modelo tem as camadas 0 a %2.</translation>
    </message>
    <message>
        <source>This model does not say how many heads its layers have.</source>
        <translation>Este modelo não diz quantas cabeças têm suas camadas.</translation>
    </message>
    <message>
        <source>This model does not say how its blocks write to the residual stream.</source>
        <translation>Este modelo não diz como seus blocos escrevem no fluxo residual.</translation>
    </message>
    <message>
        <source>This model does not show its residual stream there.</source>
        <translation>Este modelo não mostra seu fluxo residual ali.</translation>
    </message>
    <message>
        <source>This model does not show everything that it writes to its stream.</source>
        <translation>Este modelo não mostra tudo o que escreve no seu fluxo.</translation>
    </message>
    <message>
        <source>This model does not show what is to be patched.</source>
        <translation>Este modelo não mostra o que seria trocado.</translation>
    </message>
    <message>
        <source>This model does not show its neurons.</source>
        <translation>Este modelo não mostra seus neurônios.</translation>
    </message>
    <message>
        <source>Layer %1 has no neurons to show.</source>
        <translation>A camada %1 não tem neurônios para mostrar.</translation>
    </message>
    <message>
        <source>Layer %1 is no mixture of experts.</source>
        <translation>A camada %1 não é uma mistura de especialistas.</translation>
    </message>
    <message>
        <source>Layer %1&apos;s attention writes in a way that cannot be split.</source>
        <translation>A atenção da camada %1 escreve de um jeito que não se pode dividir.</translation>
    </message>
    <message>
        <source>This model&apos;s MLPs write in a way that cannot be split into neurons.</source>
        <translation>Os MLPs deste modelo escrevem de um jeito que não se pode dividir em neurônios.</translation>
    </message>
    <message>
        <source>The recording is of %1, a model of another size than %2.</source>
        <translation>A gravação é de %1, um modelo de tamanho diferente de %2.</translation>
    </message>
    <message>
        <source>The recording holds no residual stream (hook_resid_post), which the logit lens reads.</source>
        <translation>A gravação não tem o fluxo residual (hook_resid_post), que a lente de logits lê.</translation>
    </message>
    <message>
        <source>There is no position %1; the recording has %2 tokens.</source>
        <translation>Não existe a posição %1; a gravação tem %2 tokens.</translation>
    </message>
    <message>
        <source>There is no position %1; the prompts have %2.</source>
        <translation>Não existe a posição %1; os prompts têm %2.</translation>
    </message>
    <message>
        <source>There is no position %1; the text has %2.</source>
        <translation>Não existe a posição %1; o texto tem %2.</translation>
    </message>
    <message>
        <source>The change &quot;%1&quot; is not understood: %2</source>
        <translation>A mudança “%1” não foi entendida: %2</translation>
    </message>
    <message>
        <source>The change &quot;%1&quot; cannot be made: %2</source>
        <translation>A mudança “%1” não pode ser feita: %2</translation>
    </message>
    <message>
        <source>The clean prompt has %1 and the corrupt one %2; patching needs the same number.</source>
        <translation>O prompt limpo tem %1 e o corrompido tem %2; para a troca, o número precisa ser o mesmo.</translation>
    </message>
    <message>
        <source>The two prompts are the same: there is nothing to patch.</source>
        <translation>Os dois prompts são iguais: não há o que trocar.</translation>
    </message>
    <message>
        <source>The two answers are the same token.</source>
        <translation>As duas respostas são o mesmo token.</translation>
    </message>
    <message>
        <source>The two prompts prefer the first answer by %1 and %2 (logits): they do not tell the answers apart, so nothing can be recovered.</source>
        <translation>Os dois prompts preferem a primeira resposta por %1 e %2 (logits): não distinguem as respostas, e por isso não há o que recuperar.</translation>
    </message>
    <message>
        <source>Prompts of %1 tokens are too long to be patched on this model.</source>
        <translation>Prompts de %1 tokens são longos demais para a troca neste modelo.</translation>
    </message>
    <message>
        <source>A single position can be chosen for heads (hook_z) only: every other point is patched position by position anyway.</source>
        <translation>Só para cabeças (hook_z) se pode escolher uma única posição: todos os outros pontos já são trocados posição por posição.</translation>
    </message>
    <message>
        <source>The two texts are the same tokens: their difference is nothing, and nothing cannot steer.</source>
        <translation>Os dois textos são os mesmos tokens: a diferença é nula, e o nada não direciona.</translation>
    </message>
    <message>
        <source>The two texts leave the same mean in the residual stream there: their difference is nothing, and nothing cannot steer.</source>
        <translation>Os dois textos deixam a mesma média no fluxo residual ali: a diferença é nula, e o nada não direciona.</translation>
    </message>
    <message>
        <source>A probe of %1 different tokens was asked for; this vocabulary has %2 ordinary ones.</source>
        <translation>Foi pedida uma sonda de %1 tokens diferentes; este vocabulário tem %2 comuns.</translation>
    </message>
    <message>
        <source>Token id %1 does not exist; this model has %2 tokens.</source>
        <translation>O id de token %1 não existe; este modelo tem %2 tokens.</translation>
    </message>
    <message>
        <source>Reading the tokenizer was stopped.</source>
        <translation>A leitura do tokenizador foi interrompida.</translation>
    </message>
    <message>
        <source>The file is not the JSON of a tokenizer.</source>
        <translation>O arquivo não é o JSON de um tokenizador.</translation>
    </message>
    <message>
        <source>The tokenizer.json describes no model.</source>
        <translation>O tokenizer.json não descreve nenhum modelo.</translation>
    </message>
    <message>
        <source>The tokenizer&apos;s model is of the kind %1; this version knows BPE, Unigram and WordPiece.</source>
        <translation>O modelo do tokenizador é do tipo %1; esta versão conhece BPE, Unigram e WordPiece.</translation>
    </message>
    <message>
        <source>The file&apos;s tokenizer is of the kind %1, which this version does not know; it knows gpt2, llama, t5, bert and gemma4.</source>
        <translation>O tokenizador do arquivo é do tipo %1, que esta versão não conhece; ela conhece gpt2, llama, t5, bert e gemma4.</translation>
    </message>
    <message>
        <source>The tokenizer&apos;s %1 is of the kind %2, which this version does not know.</source>
        <translation>No tokenizador, %1 é do tipo %2, que esta versão não conhece.</translation>
    </message>
    <message>
        <source>The SentencePiece model holds no pieces.</source>
        <translation>O modelo SentencePiece não tem nenhuma peça.</translation>
    </message>
    <message>
        <source>The vocabulary is not UTF-8 text.</source>
        <translation>O vocabulário não é texto em UTF-8.</translation>
    </message>
    <message>
        <source>Only a Unigram tokenizer gives every way to cut a text a probability.</source>
        <translation>Só um tokenizador Unigram dá uma probabilidade a cada modo de cortar um texto.</translation>
    </message>
    <message>
        <source>A text of %1 bytes has too many ways to be cut; %2 are allowed.</source>
        <translation>Um texto de %1 bytes tem modos demais de ser cortado; são permitidos %2.</translation>
    </message>
    <message>
        <source>A text of %1 bytes is too long to encode at once; %2 are allowed.</source>
        <translation>Um texto de %1 bytes é longo demais para cortar de uma vez; são permitidos %2.</translation>
    </message>
    <message>
        <source>This text is too long to encode at once.</source>
        <translation>Este texto é longo demais para cortar de uma vez.</translation>
    </message>
    <message>
        <source>The tokenizer&apos;s pattern takes too long on this text.</source>
        <translation>O padrão do tokenizador demora demais neste texto.</translation>
    </message>
    <message>
        <source>The training was stopped.</source>
        <translation>O treino foi interrompido.</translation>
    </message>
    <message>
        <source>There is too much text to train on at once.</source>
        <translation>Há texto demais para treinar de uma vez.</translation>
    </message>
    <message>
        <source>There is no text to train on.</source>
        <translation>Não há texto para treinar.</translation>
    </message>
    <message>
        <source>There is no text in this file.</source>
        <translation>Não há texto neste arquivo.</translation>
    </message>
    <message>
        <source>The text has %1 different characters; a vocabulary of %2 has no room for them.</source>
        <translation>O texto tem %1 caracteres diferentes; não cabem em um vocabulário de %2.</translation>
    </message>
    <message>
        <source>A vector of length 0 has no direction, so nothing is near it.</source>
        <translation>Um vetor de comprimento 0 não tem direção, e por isso nada está perto dele.</translation>
    </message>
    <message>
        <source>The file has no embedding matrix (token_embd.weight).</source>
        <translation>O arquivo não tem matriz de embeddings (token_embd.weight).</translation>
    </message>
    <message>
        <source>Reading the embedding matrix was stopped.</source>
        <translation>A leitura da matriz de embeddings foi interrompida.</translation>
    </message>
    <message>
        <source>This is no picture that can be read here: PNG, JPEG and BMP can.</source>
        <translation>Esta não é uma imagem que se possa ler aqui: PNG, JPEG e BMP podem.</translation>
    </message>
    <message>
        <source>This picture is broken (%1).</source>
        <translation>Esta imagem está danificada (%1).</translation>
    </message>
    <message>
        <source>This picture contradicts itself about its size.</source>
        <translation>Esta imagem se contradiz sobre o próprio tamanho.</translation>
    </message>
    <message>
        <source>This picture&apos;s file has %1 MB; %2 MB are allowed.</source>
        <translation>O arquivo desta imagem tem %1 MB; são permitidos %2 MB.</translation>
    </message>
    <message>
        <source>This picture has %1 x %2 pixels; at most %3 on a side and %4 million in all are allowed.</source>
        <translation>Esta imagem tem %1 × %2 pixels; são permitidos no máximo %3 de lado e %4 milhões ao todo.</translation>
    </message>
    <message>
        <source>This is no PNG picture.</source>
        <translation>Esta não é uma imagem PNG.</translation>
    </message>
    <message>
        <source>The picture %1 carries no recipe.</source>
        <translation>A imagem %1 não traz receita.</translation>
    </message>
    <message>
        <source>The recipe in this picture is not one of this program.</source>
        <translation>A receita nesta imagem não é deste programa.</translation>
    </message>
    <message>
        <source>The recipe in this picture was written by a newer version.</source>
        <translation>A receita nesta imagem foi escrita por uma versão mais nova.</translation>
    </message>
    <message>
        <source>The picture was stopped.</source>
        <translation>A imagem foi interrompida.</translation>
    </message>
    <message>
        <source>The film was stopped.</source>
        <translation>O filme foi interrompido.</translation>
    </message>
    <message>
        <source>A WebP film has at most %1 pixels on a side.</source>
        <translation>Um filme WebP tem no máximo %1 pixels de lado.</translation>
    </message>
    <message>
        <source>This model knows neither words nor classes; the prompt does nothing.</source>
        <translation>Este modelo não conhece palavras nem classes; o prompt não faz nada.</translation>
    </message>
    <message>
        <source>No linear projection is known for this model; previews are made by its decoder, which is small.</source>
        <translation>Não se conhece projeção linear para este modelo; as prévias são feitas pelo decodificador dele, que é pequeno.</translation>
    </message>
    <message>
        <source>No linear projection is known for this model, so its steps have no previews.</source>
        <translation>Não se conhece projeção linear para este modelo, e por isso seus passos não têm prévias.</translation>
    </message>
    <message>
        <source>This U-Net takes pictures whose sides are multiples of %1 up to %2, not %3 x %4.</source>
        <translation>Esta U-Net aceita imagens com lados múltiplos de %1 até %2, não %3 × %4.</translation>
    </message>
    <message>
        <source>This network works on %1 x %2 pixels only.</source>
        <translation>Esta rede só trabalha com %1 × %2 pixels.</translation>
    </message>
    <message>
        <source>Give a picture to enlarge.</source>
        <translation>Dê uma imagem para ampliar.</translation>
    </message>
    <message>
        <source>A picture is enlarged as a whole: leave out the mask.</source>
        <translation>Uma imagem é ampliada inteira: deixe a máscara de fora.</translation>
    </message>
    <message>
        <source>The enlarged picture would have more than 16,384 pixels on a side.</source>
        <translation>A imagem ampliada teria mais de 16.384 pixels de lado.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; must be from %2 to %3.</source>
        <translation>“%1” deve ir de %2 a %3.</translation>
    </message>
    <message>
        <source>A run needs at least one step.</source>
        <translation>Uma execução precisa de pelo menos um passo.</translation>
    </message>
    <message>
        <source>The solver &quot;%1&quot; does not fit this model&apos;s noise schedule.</source>
        <translation>O método “%1” não combina com a escala de ruído deste modelo.</translation>
    </message>
    <message>
        <source>The network knows %1 classes, the set of points has %2.</source>
        <translation>A rede conhece %1 classes; o conjunto de pontos tem %2.</translation>
    </message>
    <message>
        <source>Training takes 1 to 1,000,000 steps, not %1.</source>
        <translation>O treino aceita de 1 a 1.000.000 de passos, não %1.</translation>
    </message>
    <message>
        <source>A batch has 8 to 65,536 points, not %1.</source>
        <translation>Um lote tem de 8 a 65.536 pontos, não %1.</translation>
    </message>
    <message>
        <source>The learning rate must be above 0 and at most 1, not %1.</source>
        <translation>A taxa de aprendizado deve ser maior que 0 e no máximo 1, não %1.</translation>
    </message>
    <message>
        <source>The grammar matches no text at all.</source>
        <translation>A gramática não aceita texto nenhum.</translation>
    </message>
    <message>
        <source>The answer ended before the grammar was satisfied.</source>
        <translation>A resposta terminou antes de satisfazer a gramática.</translation>
    </message>
    <message>
        <source>The grammar is larger than 1 MiB.</source>
        <translation>A gramática passa de 1 MiB.</translation>
    </message>
    <message>
        <source>The chat template refuses this conversation: %1 (line %2)</source>
        <translation>O formato de conversa do modelo recusa esta conversa: %1 (linha %2)</translation>
    </message>
    <message>
        <source>The chat template failed at line %1: %2</source>
        <translation>O formato de conversa do modelo falhou na linha %1: %2</translation>
    </message>
    <message>
        <source>The chat template is not valid at line %1: %2</source>
        <translation>O formato de conversa do modelo não é válido na linha %1: %2</translation>
    </message>
    <message>
        <source>This conversation was exported by a newer version of the program; update it first.</source>
        <translation>Esta conversa foi exportada por uma versão mais nova do programa; atualize-o antes.</translation>
    </message>
    <message>
        <source>Message %1 of this file is not an object.</source>
        <translation>A mensagem %1 deste arquivo não é um objeto.</translation>
    </message>
    <message>
        <source>The file of conversations is damaged (%1). It will be set aside, not deleted, when the program starts again.</source>
        <translation>O arquivo de conversas está danificado (%1). Será posto de lado, não apagado, quando o programa começar de novo.</translation>
    </message>
    <message>
        <source>The file of conversations is damaged and could not be set aside: %1.</source>
        <translation>O arquivo de conversas está danificado e não pôde ser posto de lado: %1.</translation>
    </message>
    <message>
        <source>This file is a database of another program; choose another place for the conversations.</source>
        <translation>Este arquivo é o banco de dados de outro programa; escolha outro lugar para as conversas.</translation>
    </message>
    <message>
        <source>This text is too long to be stored (the limit is about 1 GB).</source>
        <translation>Este texto é longo demais para guardar (o limite é cerca de 1 GB).</translation>
    </message>
    <message>
        <source>There is no model to generate with.</source>
        <translation>Não há modelo para gerar.</translation>
    </message>
    <message>
        <source>The prompt is empty, and this model has no token to begin with.</source>
        <translation>O prompt está vazio, e este modelo não tem um token para começar.</translation>
    </message>
    <message>
        <source>A context of %1 tokens is not possible.</source>
        <translation>Um contexto de %1 tokens não é possível.</translation>
    </message>
    <message>
        <source>A context of %1 tokens is too small.</source>
        <translation>Um contexto de %1 tokens é pequeno demais.</translation>
    </message>
    <message>
        <source>There is no tiny decoder for this model; previews are the linear projection.</source>
        <translation>Não há decodificador minúsculo para este modelo; as prévias são a projeção linear.</translation>
    </message>
    <message>
        <source>Classes cannot be mixed; the other prompt was left out.</source>
        <translation>Classes não podem ser misturadas; a outra entrada foi deixada de fora.</translation>
    </message>
    <message>
        <source>This model has nothing to guide it; guidance does nothing.</source>
        <translation>Este modelo não tem o que o oriente; a orientação não faz nada.</translation>
    </message>
</context>
<context>
    <name>vitral::ExperimentPage</name>
    <message>
        <source>No model is loaded yet. Choose one first.</source>
        <translation>Nenhum modelo foi carregado ainda. Escolha um primeiro.</translation>
    </message>
    <message>
        <source>Write a text first.</source>
        <translation>Escreva um texto primeiro.</translation>
    </message>
    <message>
        <source>Show the arithmetic</source>
        <translation>Mostrar a conta</translation>
    </message>
    <message>
        <source>How the number of the chosen cell comes about</source>
        <translation>Como se chega ao número da célula escolhida</translation>
    </message>
</context>
<context>
    <name>vitral::ExportWords</name>
    <message>
        <source>The file could not be written to %1.</source>
        <translation>Não foi possível escrever o arquivo em %1.</translation>
    </message>
    <message>
        <source>There are no numbers to save yet.</source>
        <translation>Ainda não há números para salvar.</translation>
    </message>
    <message>
        <source>The picture would be too large; choose a smaller scale.</source>
        <translation>A imagem ficaria grande demais; escolha uma escala menor.</translation>
    </message>
    <message>
        <source>This view cannot be saved as %1.</source>
        <translation>Esta vista não pode ser salva como %1.</translation>
    </message>
</context>
<context>
    <name>vitral::Exporter</name>
    <message>
        <source>Exporting %1</source>
        <translation>Exportando %1</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 de %2</translation>
    </message>
    <message>
        <source>%1 could not be written (%2); choose another folder.</source>
        <translation>%1 não pôde ser gravado (%2); escolha outra pasta.</translation>
    </message>
</context>
<context>
    <name>vitral::FairnessView</name>
    <message>
        <source>Add texts, a language each</source>
        <translation>Acrescentar textos, um idioma em cada</translation>
    </message>
    <message>
        <source>Text files (*.txt *.md);;All files (*)</source>
        <translation>Arquivos de texto (*.txt *.md);;Todos os arquivos (*)</translation>
    </message>
    <message>
        <source>Save the numbers</source>
        <translation>Salvar os números</translation>
    </message>
    <message>
        <source>CSV files (*.csv)</source>
        <translation>Arquivos CSV (*.csv)</translation>
    </message>
    <message>
        <source>The file could not be written.</source>
        <translation>O arquivo não pôde ser gravado.</translation>
    </message>
    <message>
        <source>Languages</source>
        <translation>Idiomas</translation>
    </message>
    <message>
        <source>What the same text costs in many languages, for every tokenizer that is open. A vocabulary learned mostly from English cuts other languages into more pieces, and every piece costs time, money and room.</source>
        <translation>Quanto custa o mesmo texto em muitos idiomas, em cada tokenizador aberto. Um vocabulário aprendido sobretudo do inglês corta os outros idiomas em mais pedaços, e cada pedaço custa tempo, dinheiro e espaço.</translation>
    </message>
    <message>
        <source>Open a tokenizer to compare languages.</source>
        <translation>Abra um tokenizador para comparar idiomas.</translation>
    </message>
    <message>
        <source>%1 could not be read as text.</source>
        <translation>%1 não pôde ser lido como texto.</translation>
    </message>
    <message>
        <source>The languages could not be compared.</source>
        <translation>Os idiomas não puderam ser comparados.</translation>
    </message>
    <message>
        <source>Portuguese (Brazil)</source>
        <translation>Português (Brasil)</translation>
    </message>
    <message>
        <source>Portuguese (Portugal)</source>
        <translation>Português (Portugal)</translation>
    </message>
    <message>
        <source>English</source>
        <translation>Inglês</translation>
    </message>
    <message>
        <source>Spanish</source>
        <translation>Espanhol</translation>
    </message>
    <message>
        <source>French</source>
        <translation>Francês</translation>
    </message>
    <message>
        <source>Italian</source>
        <translation>Italiano</translation>
    </message>
    <message>
        <source>German</source>
        <translation>Alemão</translation>
    </message>
    <message>
        <source>Dutch</source>
        <translation>Holandês</translation>
    </message>
    <message>
        <source>Polish</source>
        <translation>Polonês</translation>
    </message>
    <message>
        <source>Russian</source>
        <translation>Russo</translation>
    </message>
    <message>
        <source>Greek</source>
        <translation>Grego</translation>
    </message>
    <message>
        <source>Finnish</source>
        <translation>Finlandês</translation>
    </message>
    <message>
        <source>Turkish</source>
        <translation>Turco</translation>
    </message>
    <message>
        <source>Vietnamese</source>
        <translation>Vietnamita</translation>
    </message>
    <message>
        <source>Hausa</source>
        <translation>Hauçá</translation>
    </message>
    <message>
        <source>Yoruba</source>
        <translation>Iorubá</translation>
    </message>
    <message>
        <source>Guarani</source>
        <translation>Guarani</translation>
    </message>
    <message>
        <source>Arabic</source>
        <translation>Árabe</translation>
    </message>
    <message>
        <source>Hebrew</source>
        <translation>Hebraico</translation>
    </message>
    <message>
        <source>Hindi</source>
        <translation>Hindi</translation>
    </message>
    <message>
        <source>Bengali</source>
        <translation>Bengali</translation>
    </message>
    <message>
        <source>Tamil</source>
        <translation>Tâmil</translation>
    </message>
    <message>
        <source>Thai</source>
        <translation>Tailandês</translation>
    </message>
    <message>
        <source>Chinese (simplified)</source>
        <translation>Chinês (simplificado)</translation>
    </message>
    <message>
        <source>Japanese</source>
        <translation>Japonês</translation>
    </message>
    <message>
        <source>Korean</source>
        <translation>Coreano</translation>
    </message>
    <message>
        <source>Counting…</source>
        <translation>Contando…</translation>
    </message>
    <message>
        <source>%1 words, %2 characters, %3 bytes</source>
        <translation>%1 palavras, %2 caracteres, %3 bytes</translation>
    </message>
    <message>
        <source>Tokens a word. Thai writes no blanks between words, so it has no figure; Chinese and Japanese characters count as a word each.</source>
        <translation>Tokens por palavra. O tailandês não separa as palavras, por isso não tem número; cada caractere chinês ou japonês conta como uma palavra.</translation>
    </message>
    <message>
        <source>Tokens a character: what a reader calls a letter, with its accents.</source>
        <translation>Tokens por caractere: o que um leitor chama de letra, com os acentos.</translation>
    </message>
    <message>
        <source>Tokens a byte of UTF-8. At 1 every byte is a token of its own.</source>
        <translation>Tokens por byte de UTF-8. Em 1, cada byte é um token.</translation>
    </message>
    <message>
        <source>Tokens of the whole text.</source>
        <translation>Tokens do texto inteiro.</translation>
    </message>
    <message>
        <source>How many times the tokens of the text in %1 (dashed line).</source>
        <translation>Quantas vezes os tokens do texto em %1 (linha tracejada).</translation>
    </message>
    <message>
        <source>Texts: Articles 1, 3, 4, 5, 18 and 19 of the Universal Declaration of Human Rights (United Nations, public domain).</source>
        <translation>Textos: artigos 1, 3, 4, 5, 18 e 19 da Declaração Universal dos Direitos Humanos (Nações Unidas, domínio público).</translation>
    </message>
    <message>
        <source>Cost ratio</source>
        <translation>Razão de custo</translation>
    </message>
    <message>
        <source>Tokens a word</source>
        <translation>Tokens por palavra</translation>
    </message>
    <message>
        <source>Tokens a character</source>
        <translation>Tokens por caractere</translation>
    </message>
    <message>
        <source>Tokens a byte</source>
        <translation>Tokens por byte</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Tokens</translation>
    </message>
    <message>
        <source>Portuguese first</source>
        <translation>Português primeiro</translation>
    </message>
    <message>
        <source>Dearest first</source>
        <translation>Mais caros primeiro</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Mostrar</translation>
    </message>
    <message>
        <source>compared with</source>
        <translation>em comparação com</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>Ordem</translation>
    </message>
    <message>
        <source>Add texts…</source>
        <translation>Acrescentar textos…</translation>
    </message>
    <message>
        <source>A language a file, or several in one file, each behind a line “# name”</source>
        <translation>Um idioma por arquivo, ou vários em um só, cada um depois de uma linha “# nome”</translation>
    </message>
    <message>
        <source>Remove my texts</source>
        <translation>Remover meus textos</translation>
    </message>
    <message>
        <source>Export CSV…</source>
        <translation>Exportar CSV…</translation>
    </message>
    <message>
        <source>Cut this text</source>
        <translation>Cortar este texto</translation>
    </message>
    <message>
        <source>Puts the chosen text into the page Cut (also Enter or a double click)</source>
        <translation>Põe o texto escolhido na página Corte (também com Enter ou clique duplo)</translation>
    </message>
    <message>
        <source>Cost of the text by language and tokenizer</source>
        <translation>Custo do texto por idioma e tokenizador</translation>
    </message>
    <message>
        <source>%1 pieces</source>
        <translation>%1 peças</translation>
    </message>
</context>
<context>
    <name>vitral::GifWords</name>
    <message>
        <source>There are no pictures to save yet.</source>
        <translation>Ainda não há imagens para salvar.</translation>
    </message>
    <message>
        <source>The animation could not be written to %1.</source>
        <translation>A animação não pôde ser gravada em %1.</translation>
    </message>
</context>
<context>
    <name>vitral::GlossaryWindow</name>
    <message>
        <source>See also: %1</source>
        <translation>Veja também: %1</translation>
    </message>
    <message>
        <source>Glossary</source>
        <translation>Glossário</translation>
    </message>
    <message>
        <source>Some letters of a term</source>
        <translation>Algumas letras de um termo</translation>
    </message>
    <message>
        <source>Search the glossary</source>
        <translation>Procurar no glossário</translation>
    </message>
    <message>
        <source>Terms</source>
        <translation>Termos</translation>
    </message>
    <message>
        <source>Explanation</source>
        <translation>Explicação</translation>
    </message>
    <message>
        <source>No term is called like that.</source>
        <translation>Nenhum termo se chama assim.</translation>
    </message>
</context>
<context>
    <name>vitral::GraphicsTiles</name>
    <message>
        <source>The graphics device cannot hide these tokens.</source>
        <translation>A placa de vídeo não consegue esconder estes tokens.</translation>
    </message>
    <message>
        <source>This build has no Vulkan.</source>
        <translation>Esta compilação não tem Vulkan.</translation>
    </message>
</context>
<context>
    <name>vitral::GridPage</name>
    <message>
        <source>One picture for every pair of values; everything else is as in the settings. Double-click a picture, or press Enter on it, to run it with all its steps.</source>
        <translation>Uma imagem para cada par de valores; o resto é como nos ajustes. Dê um clique duplo numa imagem, ou tecle Enter sobre ela, para executá-la com todos os passos.</translation>
    </message>
    <message>
        <source>Across</source>
        <translation>Na horizontal</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>Na vertical</translation>
    </message>
    <message>
        <source>In groups</source>
        <translation>Em grupos</translation>
    </message>
    <message>
        <source>none</source>
        <translation>nenhum</translation>
    </message>
    <message>
        <source>What changes from group to group</source>
        <translation>O que muda de grupo a grupo</translation>
    </message>
    <message>
        <source>Values of the groups</source>
        <translation>Valores dos grupos</translation>
    </message>
    <message>
        <source>What changes across</source>
        <translation>O que muda na horizontal</translation>
    </message>
    <message>
        <source>What changes down</source>
        <translation>O que muda na vertical</translation>
    </message>
    <message>
        <source>Values across</source>
        <translation>Valores na horizontal</translation>
    </message>
    <message>
        <source>Values down</source>
        <translation>Valores na vertical</translation>
    </message>
    <message>
        <source>Fill the grid</source>
        <translation>Preencher a grade</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>The grid</source>
        <translation>A grade</translation>
    </message>
    <message>
        <source>There is no model yet: choose one first.</source>
        <translation>Ainda não há modelo: escolha um antes.</translation>
    </message>
    <message>
        <source>At most %1 pictures fit into a grid.</source>
        <translation>Cabem no máximo %1 imagens numa grade.</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>cancelada</translation>
    </message>
    <message>
        <source>Choose a model first.</source>
        <translation>Escolha antes um modelo.</translation>
    </message>
    <message>
        <source>%1 of %2 pictures are there.</source>
        <translation>%1 de %2 imagens estão prontas.</translation>
    </message>
    <message>
        <source>%1 pictures, %2 not made.</source>
        <translation>%1 imagens, %2 não feitas.</translation>
    </message>
    <message>
        <source>All %1 pictures are there.</source>
        <translation>Todas as %1 imagens estão prontas.</translation>
    </message>
    <message>
        <source>Say what changes across and down, then fill the grid. It is computed one picture after the other and can be cancelled.</source>
        <translation>Diga o que muda na horizontal e na vertical e preencha a grade. Ela é calculada uma imagem após a outra e pode ser cancelada.</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>esperando</translation>
    </message>
    <message>
        <source>Grid</source>
        <translation>Grade</translation>
    </message>
</context>
<context>
    <name>vitral::GridView</name>
    <message>
        <source>%1 to %2 of %3</source>
        <translation>%1 a %2 de %3</translation>
    </message>
</context>
<context>
    <name>vitral::GridWords</name>
    <message>
        <source>seeds</source>
        <translation>sementes</translation>
    </message>
    <message>
        <source>guidance</source>
        <translation>orientação</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>passos</translation>
    </message>
    <message>
        <source>solvers</source>
        <translation>métodos</translation>
    </message>
    <message>
        <source>classes</source>
        <translation>classes</translation>
    </message>
    <message>
        <source>prompts</source>
        <translation>prompts</translation>
    </message>
    <message>
        <source>strength</source>
        <translation>força</translation>
    </message>
    <message>
        <source>such as 1-4 or 3, 7, 12</source>
        <translation>como 1-4 ou 3, 7, 12</translation>
    </message>
    <message>
        <source>such as 1, 2.5, 4</source>
        <translation>como 1; 2,5; 4</translation>
    </message>
    <message>
        <source>such as ddim, euler, dpmpp-2m</source>
        <translation>como ddim, euler, dpmpp-2m</translation>
    </message>
    <message>
        <source>one after the other, with | between</source>
        <translation>um após o outro, com | entre eles</translation>
    </message>
    <message>
        <source>&quot;%1&quot; cannot be one of the %2; write them %3.</source>
        <translation>&quot;%1&quot; não pode estar entre %2; escreva %3.</translation>
    </message>
    <message>
        <source>At most %1 values fit along one side.</source>
        <translation>Cabem no máximo %1 valores em cada lado.</translation>
    </message>
</context>
<context>
    <name>vitral::HeatmapCanvas</name>
    <message>
        <source>linear scale (values below 0 have no logarithm)</source>
        <translation>escala linear (valores abaixo de 0 não têm logaritmo)</translation>
    </message>
    <message>
        <source>linear scale</source>
        <translation>escala linear</translation>
    </message>
    <message>
        <source>logarithmic scale</source>
        <translation>escala logarítmica</translation>
    </message>
    <message>
        <source>by rank among what is shown</source>
        <translation>por posição entre o que é mostrado</translation>
    </message>
    <message>
        <source>each block: max of %1 × %1 cells</source>
        <translation>cada bloco: máx. de %1 × %1 células</translation>
    </message>
    <message>
        <source>each block: mean of %1 × %1 cells</source>
        <translation>cada bloco: média de %1 × %1 células</translation>
    </message>
    <message>
        <source>every cell by itself</source>
        <translation>cada célula por si</translation>
    </message>
    <message>
        <source>coarser values stand in for what is being computed</source>
        <translation>valores mais grosseiros no lugar do que está sendo calculado</translation>
    </message>
    <message>
        <source>sampled; exact values follow</source>
        <translation>por amostragem; os valores exatos vêm a seguir</translation>
    </message>
    <message>
        <source>Heat map</source>
        <translation>Mapa de calor</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Cores</translation>
    </message>
    <message>
        <source>Viridis</source>
        <translation>Viridis</translation>
    </message>
    <message>
        <source>Cividis</source>
        <translation>Cividis</translation>
    </message>
    <message>
        <source>Magma</source>
        <translation>Magma</translation>
    </message>
    <message>
        <source>Grey</source>
        <translation>Cinza</translation>
    </message>
    <message>
        <source>Scale</source>
        <translation>Escala</translation>
    </message>
    <message>
        <source>Linear</source>
        <translation>Linear</translation>
    </message>
    <message>
        <source>Logarithmic</source>
        <translation>Logarítmica</translation>
    </message>
    <message>
        <source>By rank</source>
        <translation>Por posição</translation>
    </message>
    <message>
        <source>Blocks show</source>
        <translation>Os blocos mostram</translation>
    </message>
    <message>
        <source>Max</source>
        <translation>Máximo</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>Média</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>Mostrar tudo</translation>
    </message>
    <message>
        <source>Controls</source>
        <translation>Controles</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Camada</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>Cabeça</translation>
    </message>
    <message>
        <source>Hide attention sinks</source>
        <translation>Ocultar sumidouros de atenção</translation>
    </message>
    <message>
        <source>Frame: %1 ms (%2)</source>
        <translation>Quadro: %1 ms (%2)</translation>
    </message>
    <message>
        <source>Controls over the map</source>
        <translation>Controles sobre o mapa</translation>
    </message>
    <message>
        <source>Orange to blue</source>
        <translation>Laranja a azul</translation>
    </message>
</context>
<context>
    <name>vitral::HubController</name>
    <message>
        <source>%1 What came is kept, and the next download goes on from there.</source>
        <translation>%1 O que chegou foi guardado, e o próximo download continua daí.</translation>
    </message>
    <message>
        <source>Download of %1</source>
        <translation>Download de %1</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 de %2</translation>
    </message>
</context>
<context>
    <name>vitral::HubPage</name>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>not said</source>
        <translation>não informada</translation>
    </message>
    <message>
        <source>, gated</source>
        <translation>, com restrição</translation>
    </message>
    <message>
        <source>Nothing on %1 is called “%2”.</source>
        <translation>Nada em %1 se chama “%2”.</translation>
    </message>
    <message>
        <source>fits</source>
        <translation>cabe</translation>
    </message>
    <message>
        <source>too large</source>
        <translation>grande demais</translation>
    </message>
    <message>
        <source>Weights alone need %1, the context comes on top; %2 is free now.</source>
        <translation>Só os pesos precisam de %1, mais o contexto; %2 estão livres agora.</translation>
    </message>
    <message>
        <source>Access token of %1</source>
        <translation>Token de acesso de %1</translation>
    </message>
    <message>
        <source>Some models are given only to people who have accepted their terms. Make a token with the right to read on your page of %1. It is sent to %1 only, with every question from now on.</source>
        <translation>Alguns modelos só são entregues a quem aceitou os termos. Crie um token com direito de leitura na sua página de %1. Ele é enviado somente a %1, em cada pedido a partir de agora.</translation>
    </message>
    <message>
        <source>Access token</source>
        <translation>Token de acesso</translation>
    </message>
    <message>
        <source>Keep it in the key store of this computer</source>
        <translation>Guardar no cofre de chaves deste computador</translation>
    </message>
    <message>
        <source>Without it the token is forgotten when the program ends.</source>
        <translation>Sem isso, o token é esquecido quando o programa termina.</translation>
    </message>
    <message>
        <source>This computer has no key store that can be used (libsecret): the token is forgotten when the program ends. It is never written to a file.</source>
        <translation>Este computador não tem um cofre de chaves que possa ser usado (libsecret): o token é esquecido quando o programa termina. Ele nunca é gravado em um arquivo.</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>Usar</translation>
    </message>
    <message>
        <source>Forget the token</source>
        <translation>Esquecer o token</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>Buscando…</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Buscar</translation>
    </message>
    <message>
        <source>Asking for the files…</source>
        <translation>Pedindo os arquivos…</translation>
    </message>
    <message>
        <source>No GGUF or safetensors file with a checksum is in this repository.</source>
        <translation>Não há neste repositório arquivo GGUF ou safetensors com soma de verificação.</translation>
    </message>
    <message>
        <source>Choose a model at the left: its files, sizes and licence come here.</source>
        <translation>Escolha um modelo à esquerda: os arquivos, tamanhos e a licença aparecem aqui.</translation>
    </message>
    <message>
        <source>Name of a model, such as smollm2</source>
        <translation>Nome de um modelo, como smollm2</translation>
    </message>
    <message>
        <source>What to search for on %1</source>
        <translation>O que buscar em %1</translation>
    </message>
    <message>
        <source>Only GGUF</source>
        <translation>Só GGUF</translation>
    </message>
    <message>
        <source>Only repositories with files that the chat can open</source>
        <translation>Só repositórios com arquivos que a conversa consegue abrir</translation>
    </message>
    <message>
        <source>Token: given…</source>
        <translation>Token: informado…</translation>
    </message>
    <message>
        <source>Token…</source>
        <translation>Token…</translation>
    </message>
    <message>
        <source>An access token, for models whose terms must be accepted</source>
        <translation>Um token de acesso, para modelos cujos termos precisam ser aceitos</translation>
    </message>
    <message>
        <source>Nothing is sent until you press Search: then these words go to %1, and the files you choose come from there.</source>
        <translation>Nada é enviado até você apertar Buscar: então estas palavras vão para %1, e os arquivos que você escolher vêm de lá.</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modelo</translation>
    </message>
    <message>
        <source>Downloads</source>
        <translation>Downloads</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Licença</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Arquivo</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Tamanho</translation>
    </message>
    <message>
        <source>In memory</source>
        <translation>Na memória</translation>
    </message>
    <message>
        <source>Models found</source>
        <translation>Modelos encontrados</translation>
    </message>
    <message>
        <source>Files of the model</source>
        <translation>Arquivos do modelo</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>Baixar</translation>
    </message>
    <message>
        <source>Into %1; every byte is checked.</source>
        <translation>Em %1; cada byte é verificado.</translation>
    </message>
    <message>
        <source>not said: read the page before you use it</source>
        <translation>não informada: leia a página antes de usar</translation>
    </message>
    <message>
        <source>Licence: %1</source>
        <translation>Licença: %1</translation>
    </message>
    <message>
        <source>Its page on %1</source>
        <translation>A página em %1</translation>
    </message>
    <message>
        <source>Gated: its terms must be accepted on its page.</source>
        <translation>Com restrição: os termos precisam ser aceitos na página.</translation>
    </message>
    <message>
        <source>Gated: accept its terms on its page, then give your token.</source>
        <translation>Com restrição: aceite os termos na página e depois informe seu token.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln files without a size or checksum are left out</source>
        <translation>
            <numerusform>%Ln arquivo sem tamanho ou soma de verificação ficou de fora</numerusform>
            <numerusform>%Ln arquivos sem tamanho ou soma de verificação ficaram de fora</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 and %2 more</source>
        <translation>%1 e mais %2</translation>
    </message>
    <message>
        <source>Folder for downloaded models</source>
        <translation>Pasta para os modelos baixados</translation>
    </message>
    <message>
        <source>Nothing can be written into %1: choose another folder.</source>
        <translation>Nada pode ser gravado em %1: escolha outra pasta.</translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation>Pasta…</translation>
    </message>
    <message>
        <source>Downloads go to %1</source>
        <translation>Os downloads vão para %1</translation>
    </message>
</context>
<context>
    <name>vitral::InsideController</name>
    <message>
        <source>This conversation is empty. Ask something first.</source>
        <translation>Esta conversa está vazia. Pergunte algo primeiro.</translation>
    </message>
    <message>
        <source>Reading the conversation…</source>
        <translation>Lendo a conversa…</translation>
    </message>
    <message>
        <source>The recorded model is not the one that is loaded. Load it to record more of this run.</source>
        <translation>O modelo gravado não é o que está carregado. Carregue-o para gravar mais desta execução.</translation>
    </message>
    <message>
        <source>Recording again…</source>
        <translation>Gravando de novo…</translation>
    </message>
    <message>
        <source>Opening %1…</source>
        <translation>Abrindo %1…</translation>
    </message>
    <message>
        <source>Saving %1…</source>
        <translation>Salvando %1…</translation>
    </message>
    <message>
        <source>These two runs cannot be compared: one has %1 layers of %2 heads, the other %3 layers of %4 heads.</source>
        <translation>Estas duas execuções não podem ser comparadas: uma tem %1 camadas de %2 cabeças, a outra %3 camadas de %4 cabeças.</translation>
    </message>
    <message>
        <source>No model is loaded yet. Choose one first.</source>
        <translation>Nenhum modelo foi carregado. Escolha um primeiro.</translation>
    </message>
    <message>
        <source>The engine recorded nothing of this run.</source>
        <translation>O motor não gravou nada desta execução.</translation>
    </message>
    <message>
        <source>Reading %1 of %2 tokens…</source>
        <translation>Lendo %1 de %2 tokens…</translation>
    </message>
    <message>
        <source>the run kept before</source>
        <translation>a execução guardada antes</translation>
    </message>
    <message>
        <source>Recording without the changes…</source>
        <translation>Gravando sem as mudanças…</translation>
    </message>
    <message>
        <source>the same without changes</source>
        <translation>a mesma sem mudanças</translation>
    </message>
    <message>
        <source>the same tokens</source>
        <translation>os mesmos tokens</translation>
    </message>
    <message>
        <source>compared word by word: %1 tokens are in both texts, %2 only here, %3 only there</source>
        <translation>comparados palavra por palavra: %1 tokens estão nos dois textos, %2 só aqui, %3 só lá</translation>
    </message>
    <message>
        <source> (too long: only what both begin and end with was looked for)</source>
        <translation> (longos demais: só se procurou o que têm de igual no começo e no fim)</translation>
    </message>
    <message>
        <source>The other run is of another model; what this view shows is computed with the model that is loaded.</source>
        <translation>A outra execução é de outro modelo; o que esta vista mostra é calculado com o modelo carregado.</translation>
    </message>
    <message>
        <source>The other run was computed with changes that are not in its file.</source>
        <translation>A outra execução foi calculada com mudanças que não estão no arquivo dela.</translation>
    </message>
    <message>
        <source>Recording the other run again…</source>
        <translation>Gravando a outra execução de novo…</translation>
    </message>
    <message>
        <source>This run was recorded with changes of which its file holds the words only (%1). Switch the same ones on to compute it again as it was, or record it again with the changes that are switched on now.</source>
        <translation>Esta execução foi gravada com mudanças das quais o arquivo guarda só as palavras (%1). Ligue as mesmas para recalculá-la como era, ou grave-a de novo com as mudanças ligadas agora.</translation>
    </message>
    <message>
        <source>Computing the logit lens…</source>
        <translation>Calculando a lente de logits…</translation>
    </message>
    <message>
        <source>Taking the logit apart…</source>
        <translation>Separando o logit em partes…</translation>
    </message>
    <message>
        <source>Reading the neurons…</source>
        <translation>Lendo os neurônios…</translation>
    </message>
    <message>
        <source>Measuring the operations…</source>
        <translation>Medindo as operações…</translation>
    </message>
    <message>
        <source>Measuring the effect of the changes…</source>
        <translation>Medindo o efeito das mudanças…</translation>
    </message>
    <message>
        <source>Switching heads off in turn…</source>
        <translation>Desligando uma cabeça de cada vez…</translation>
    </message>
    <message>
        <source>Patching…</source>
        <translation>Trocando ativações…</translation>
    </message>
    <message>
        <source>Computing…</source>
        <translation>Calculando…</translation>
    </message>
    <message>
        <source>no token is in both texts: there is nothing to compare</source>
        <translation>nenhum token está nos dois textos: não há o que comparar</translation>
    </message>
    <message>
        <source>the first %1 tokens are the same, and a model that reads from left to right computes the same at them: no difference there but rounding. The other %2 have nothing to be compared with</source>
        <translation>os primeiros %1 tokens são os mesmos, e um modelo que lê da esquerda para a direita calcula o mesmo neles: ali não há diferença além do arredondamento. Os outros %2 não têm com que ser comparados</translation>
    </message>
</context>
<context>
    <name>vitral::InsideView</name>
    <message>
        <source>This view cannot be saved as %1.</source>
        <translation>Esta vista não pode ser salva como %1.</translation>
    </message>
    <message>
        <source>The picture could not be written to %1.</source>
        <translation>Não foi possível escrever a imagem em %1.</translation>
    </message>
</context>
<context>
    <name>vitral::InsideWindow</name>
    <message>
        <source>Saved as %1.</source>
        <translation>Salvo como %1.</translation>
    </message>
    <message>
        <source>As %1…</source>
        <translation>Como %1…</translation>
    </message>
    <message>
        <source>Export the view</source>
        <translation>Exportar a vista</translation>
    </message>
    <message>
        <source>Open a recorded run</source>
        <translation>Abrir uma execução gravada</translation>
    </message>
    <message>
        <source>Recorded runs (*.safetensors);;All files (*)</source>
        <translation>Execuções gravadas (*.safetensors);;Todos os arquivos (*)</translation>
    </message>
    <message>
        <source>Save the recorded run</source>
        <translation>Salvar a execução gravada</translation>
    </message>
    <message>
        <source>Compare with a recorded run</source>
        <translation>Comparar com uma execução gravada</translation>
    </message>
    <message>
        <source>%1 tokens, %2 of them the prompt</source>
        <translation>%1 tokens, %2 deles da entrada</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>%1 tokens</translation>
    </message>
    <message>
        <source>%1 layers × %2 heads</source>
        <translation>%1 camadas × %2 cabeças</translation>
    </message>
    <message>
        <source>changes made: %1</source>
        <translation>mudanças feitas: %1</translation>
    </message>
    <message>
        <source>minus %1</source>
        <translation>menos %1</translation>
    </message>
    <message>
        <source>Nothing is recorded yet</source>
        <translation>Nada foi gravado ainda</translation>
    </message>
    <message>
        <source>While this room is open, every answer in the chat is recorded as it is written: ask something. Or look inside the conversation as it stands, or open a recorded run: that needs no model.</source>
        <translation>Enquanto esta sala está aberta, cada resposta da conversa é gravada à medida que é escrita: pergunte algo. Ou olhe por dentro da conversa como está, ou abra uma execução gravada: para isso não é preciso modelo.</translation>
    </message>
    <message>
        <source>The run can be recorded again with what this view needs.</source>
        <translation>A execução pode ser gravada de novo com o que esta vista precisa.</translation>
    </message>
    <message>
        <source>With a recorded run…</source>
        <translation>Com uma execução gravada…</translation>
    </message>
    <message>
        <source>End the comparison</source>
        <translation>Encerrar a comparação</translation>
    </message>
    <message>
        <source>Look inside this conversation: reads it again and records</source>
        <translation>Olhar por dentro desta conversa: lê de novo e grava</translation>
    </message>
    <message>
        <source>Compare with another run</source>
        <translation>Comparar com outra execução</translation>
    </message>
    <message>
        <source>Hide the chat</source>
        <translation>Ocultar a conversa</translation>
    </message>
    <message>
        <source>Close (Ctrl+Shift+I)</source>
        <translation>Fechar (Ctrl+Shift+I)</translation>
    </message>
    <message>
        <source>Previous token</source>
        <translation>Token anterior</translation>
    </message>
    <message>
        <source>Next token</source>
        <translation>Próximo token</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Camada</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>Cabeça</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Look inside this conversation</source>
        <translation>Olhar por dentro desta conversa</translation>
    </message>
    <message>
        <source>Open a recorded run…</source>
        <translation>Abrir uma execução gravada…</translation>
    </message>
    <message>
        <source>Record again</source>
        <translation>Gravar de novo</translation>
    </message>
    <message>
        <source>The chat has gone on since this was recorded.</source>
        <translation>A conversa continuou depois desta gravação.</translation>
    </message>
    <message>
        <source>Record it now</source>
        <translation>Gravar agora</translation>
    </message>
    <message>
        <source>Keep this run and compare the next ones with it</source>
        <translation>Guardar esta execução e comparar as próximas com ela</translation>
    </message>
    <message>
        <source>With the same run without changes</source>
        <translation>Com a mesma execução sem as mudanças</translation>
    </message>
    <message>
        <source>What does not fit is left out, highest layers first, and said</source>
        <translation>O que não cabe fica de fora, as camadas mais altas primeiro, e isso é dito</translation>
    </message>
    <message>
        <source>At most %1 for a recording</source>
        <translation>No máximo %1 por gravação</translation>
    </message>
    <message>
        <source>%1  (the newest)</source>
        <translation>%1  (o mais novo)</translation>
    </message>
    <message>
        <source>With this model a recording of 1,000 tokens takes %1; at most %2 are used.</source>
        <translation>Com este modelo, uma gravação de 1.000 tokens ocupa %1; são usados no máximo %2.</translation>
    </message>
    <message>
        <source>A recording of a full context (%1 tokens) takes %2 with this model</source>
        <translation>A gravação de um contexto cheio (%1 tokens) ocupa %2 com este modelo</translation>
    </message>
    <message>
        <source>Memory for recordings</source>
        <translation>Memória para gravações</translation>
    </message>
    <message>
        <source>Two runs are compared in the other views; here stands this run alone.</source>
        <translation>A comparação de duas execuções está nas outras vistas; aqui está só esta execução.</translation>
    </message>
    <message>
        <source>As PNG</source>
        <translation>Como PNG</translation>
    </message>
    <message>
        <source>As large as here…</source>
        <translation>Do tamanho daqui…</translation>
    </message>
    <message>
        <source>%1 times as large…</source>
        <translation>Com %1 vezes o tamanho…</translation>
    </message>
    <message>
        <source>Another size…</source>
        <translation>Outro tamanho…</translation>
    </message>
    <message>
        <source>How many times as large as here</source>
        <translation>Quantas vezes o tamanho daqui</translation>
    </message>
</context>
<context>
    <name>vitral::InterventionAnswers</name>
    <message>
        <source>An answer is being written. Wait for it, or stop it.</source>
        <translation>Uma resposta está sendo escrita. Espere por ela ou pare-a.</translation>
    </message>
    <message>
        <source>No change is switched on.</source>
        <translation>Nenhuma mudança está ligada.</translation>
    </message>
    <message>
        <source>Ask something in the chat first.</source>
        <translation>Pergunte algo na conversa primeiro.</translation>
    </message>
    <message>
        <source>The answer could not be begun.</source>
        <translation>A resposta não pôde ser começada.</translation>
    </message>
</context>
<context>
    <name>vitral::InterventionButton</name>
    <message>
        <source>Layer %1, head %2</source>
        <translation>Camada %1, cabeça %2</translation>
    </message>
    <message>
        <source>Switch this head off</source>
        <translation>Desligar esta cabeça</translation>
    </message>
    <message>
        <source>Halve what it writes</source>
        <translation>Reduzir à metade o que ela escreve</translation>
    </message>
    <message>
        <source>Double what it writes</source>
        <translation>Dobrar o que ela escreve</translation>
    </message>
    <message>
        <source>Layer %1</source>
        <translation>Camada %1</translation>
    </message>
    <message>
        <source>Switch its MLP off</source>
        <translation>Desligar a MLP dela</translation>
    </message>
    <message>
        <source>Steer the stream with two texts…</source>
        <translation>Dirigir o fluxo com dois textos…</translation>
    </message>
    <message>
        <source>Take the stream of the other run at token %1</source>
        <translation>Usar o fluxo da outra execução no token %1</translation>
    </message>
    <message>
        <source>All changes…</source>
        <translation>Todas as mudanças…</translation>
    </message>
    <message>
        <source>Change what the selected head or layer does</source>
        <translation>Mudar o que a cabeça ou a camada escolhida faz</translation>
    </message>
</context>
<context>
    <name>vitral::InterventionChip</name>
    <message>
        <source>Switch all off</source>
        <translation>Desligar todas</translation>
    </message>
</context>
<context>
    <name>vitral::InterventionForm</name>
    <message>
        <source>“%1” is no list of columns such as 3, 10-12.</source>
        <translation>“%1” não é uma lista de colunas como 3, 10-12.</translation>
    </message>
    <message>
        <source>the run on screen</source>
        <translation>a execução na tela</translation>
    </message>
    <message>
        <source>the run compared with</source>
        <translation>a execução comparada</translation>
    </message>
    <message>
        <source>The last token comes before the first.</source>
        <translation>O último token vem antes do primeiro.</translation>
    </message>
    <message>
        <source>There is no run to take the values from.</source>
        <translation>Não há execução de onde tirar os valores.</translation>
    </message>
    <message>
        <source>That run did not record %1. Record it in the Model view first.</source>
        <translation>Essa execução não gravou %1. Grave-o primeiro na vista Modelo.</translation>
    </message>
    <message>
        <source>Neurons</source>
        <translation>Neurônios</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>Colunas</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Onde</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Camada</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>Cabeça</translation>
    </message>
    <message>
        <source>all</source>
        <translation>todas</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Mudança</translation>
    </message>
    <message>
        <source>From token</source>
        <translation>Do token</translation>
    </message>
    <message>
        <source>To token</source>
        <translation>Até o token</translation>
    </message>
    <message>
        <source>the end</source>
        <translation>o fim</translation>
    </message>
    <message>
        <source>Factor</source>
        <translation>Fator</translation>
    </message>
    <message>
        <source>Values of</source>
        <translation>Valores de</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Adicionar</translation>
    </message>
    <message>
        <source>Columns or neurons, such as 3, 10-12</source>
        <translation>Colunas ou neurônios, como 3, 10-12</translation>
    </message>
</context>
<context>
    <name>vitral::InterventionWords</name>
    <message>
        <source>No model is loaded yet. Choose one first.</source>
        <translation>Nenhum modelo foi carregado ainda. Escolha um primeiro.</translation>
    </message>
    <message>
        <source>embedding</source>
        <translation>embedding</translation>
    </message>
    <message>
        <source>position embedding</source>
        <translation>embedding de posição</translation>
    </message>
    <message>
        <source>stream before the layer</source>
        <translation>fluxo antes da camada</translation>
    </message>
    <message>
        <source>stream between attention and MLP</source>
        <translation>fluxo entre atenção e MLP</translation>
    </message>
    <message>
        <source>stream after the layer</source>
        <translation>fluxo depois da camada</translation>
    </message>
    <message>
        <source>queries</source>
        <translation>consultas</translation>
    </message>
    <message>
        <source>keys</source>
        <translation>chaves</translation>
    </message>
    <message>
        <source>values</source>
        <translation>valores</translation>
    </message>
    <message>
        <source>head output</source>
        <translation>saída da cabeça</translation>
    </message>
    <message>
        <source>attention output</source>
        <translation>saída da atenção</translation>
    </message>
    <message>
        <source>neurons</source>
        <translation>neurônios</translation>
    </message>
    <message>
        <source>MLP output</source>
        <translation>saída da MLP</translation>
    </message>
    <message>
        <source>set to zero</source>
        <translation>zerar</translation>
    </message>
    <message>
        <source>set to the mean</source>
        <translation>pôr na média</translation>
    </message>
    <message>
        <source>multiply</source>
        <translation>multiplicar</translation>
    </message>
    <message>
        <source>add a vector</source>
        <translation>somar um vetor</translation>
    </message>
    <message>
        <source>replace with another run</source>
        <translation>trocar pelos de outra execução</translation>
    </message>
    <message>
        <source>Layer %1</source>
        <translation>Camada %1</translation>
    </message>
    <message>
        <source>head %1</source>
        <translation>cabeça %1</translation>
    </message>
    <message>
        <source>neuron %1</source>
        <translation>neurônio %1</translation>
    </message>
    <message>
        <source>column %1</source>
        <translation>coluna %1</translation>
    </message>
    <message numerus="yes">
        <source>%Ln column(s)</source>
        <translation>
            <numerusform>%Ln coluna</numerusform>
            <numerusform>%Ln colunas</numerusform>
        </translation>
    </message>
    <message>
        <source>times %1</source>
        <translation>vezes %1</translation>
    </message>
    <message>
        <source>plus %1 times the vector</source>
        <translation>mais %1 vezes o vetor</translation>
    </message>
    <message>
        <source>(from token %1 on)</source>
        <translation>(do token %1 em diante)</translation>
    </message>
    <message>
        <source>(token %1)</source>
        <translation>(token %1)</translation>
    </message>
    <message>
        <source>(tokens %1 to %2)</source>
        <translation>(tokens %1 a %2)</translation>
    </message>
    <message numerus="yes">
        <source>Model edited: %Ln change(s)</source>
        <translation>
            <numerusform>Modelo alterado: %Ln mudança</numerusform>
            <numerusform>Modelo alterado: %Ln mudanças</numerusform>
        </translation>
    </message>
    <message>
        <source>router</source>
        <translation>roteador</translation>
    </message>
    <message>
        <source>expert %1</source>
        <translation>especialista %1</translation>
    </message>
    <message>
        <source>never chosen</source>
        <translation>nunca escolhido</translation>
    </message>
</context>
<context>
    <name>vitral::InterventionsView</name>
    <message>
        <source>Interventions</source>
        <translation>Intervenções</translation>
    </message>
    <message>
        <source>Changes made to what the model computes while it answers; its weights stay as they are. Each has a switch, and the chat shows when one is on.</source>
        <translation>Mudanças no que o modelo calcula enquanto responde; os pesos ficam como estão. Cada uma tem uma chave, e a conversa mostra quando há alguma ligada.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln change(s) on</source>
        <translation>
            <numerusform>%Ln mudança ligada</numerusform>
            <numerusform>%Ln mudanças ligadas</numerusform>
        </translation>
    </message>
    <message>
        <source>No change: the model answers as it is</source>
        <translation>Nenhuma mudança: o modelo responde como é</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Parar</translation>
    </message>
    <message>
        <source>Answer with and without</source>
        <translation>Responder com e sem</translation>
    </message>
    <message>
        <source>Factor</source>
        <translation>Fator</translation>
    </message>
    <message>
        <source>Factor of the chosen change</source>
        <translation>Fator da mudança escolhida</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Remover</translation>
    </message>
    <message>
        <source>Undo the last change of the list</source>
        <translation>Desfaz a última alteração da lista</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Desfazer</translation>
    </message>
    <message>
        <source>Answers the last question twice with the same seed and lays both side by side</source>
        <translation>Responde à última pergunta duas vezes com a mesma semente e põe as duas lado a lado</translation>
    </message>
    <message>
        <source>Changes</source>
        <translation>Mudanças</translation>
    </message>
    <message>
        <source>By hand</source>
        <translation>À mão</translation>
    </message>
    <message>
        <source>Steering</source>
        <translation>Direção</translation>
    </message>
    <message>
        <source>Without each head</source>
        <translation>Sem cada cabeça</translation>
    </message>
    <message>
        <source>Patching</source>
        <translation>Enxerto</translation>
    </message>
    <message>
        <source>Effect</source>
        <translation>Efeito</translation>
    </message>
    <message>
        <source>Ways to change the model</source>
        <translation>Formas de mudar o modelo</translation>
    </message>
    <message>
        <source>Put a change together below, or choose a head in any view and press the button beside it.</source>
        <translation>Monte uma mudança abaixo, ou escolha uma cabeça em qualquer vista e use o botão ao lado dela.</translation>
    </message>
</context>
<context>
    <name>vitral::LatentPage</name>
    <message>
        <source>Choose a picture to encode</source>
        <translation>Escolha uma imagem para codificar</translation>
    </message>
    <message>
        <source>Pictures (*.png *.jpg *.jpeg *.bmp)</source>
        <translation>Imagens (*.png *.jpg *.jpeg *.bmp)</translation>
    </message>
    <message>
        <source>What the autoencoder makes of a picture and back, and the way from one seed, prompt or picture to another.</source>
        <translation>O que o autocodificador faz de uma imagem, ida e volta, e o caminho de uma semente, um prompt ou uma imagem a outra.</translation>
    </message>
    <message>
        <source>There and back</source>
        <translation>Ida e volta</translation>
    </message>
    <message>
        <source>end of the chosen run</source>
        <translation>fim da execução escolhida</translation>
    </message>
    <message>
        <source>x at this step (a latent)</source>
        <translation>x neste passo (um latente)</translation>
    </message>
    <message>
        <source>predicted clean latent at this step</source>
        <translation>latente limpo previsto neste passo</translation>
    </message>
    <message>
        <source>a picture of yours…</source>
        <translation>uma imagem sua…</translation>
    </message>
    <message>
        <source>What goes through the autoencoder</source>
        <translation>O que passa pelo autocodificador</translation>
    </message>
    <message>
        <source>Without each channel</source>
        <translation>Sem cada canal</translation>
    </message>
    <message>
        <source>Decoded with one channel at its mean: what is gone was in that channel</source>
        <translation>Decodificado com um canal em sua média: o que sumiu estava nesse canal</translation>
    </message>
    <message>
        <source>Walk</source>
        <translation>Caminho</translation>
    </message>
    <message>
        <source>between two seeds</source>
        <translation>entre duas sementes</translation>
    </message>
    <message>
        <source>between two prompts</source>
        <translation>entre dois prompts</translation>
    </message>
    <message>
        <source>between the ends of two runs</source>
        <translation>entre os fins de duas execuções</translation>
    </message>
    <message>
        <source>Between what to walk</source>
        <translation>Entre o que caminhar</translation>
    </message>
    <message>
        <source>to seed</source>
        <translation>até a semente</translation>
    </message>
    <message>
        <source>to</source>
        <translation>até</translation>
    </message>
    <message>
        <source>another prompt</source>
        <translation>outro prompt</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Imagens</translation>
    </message>
    <message>
        <source>Walk there</source>
        <translation>Ir até lá</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>Pictures of the walk</source>
        <translation>Imagens do caminho</translation>
    </message>
    <message>
        <source>This run was made with %1; load that model to go through its autoencoder.</source>
        <translation>Esta execução foi feita com %1; carregue esse modelo para passar pelo autocodificador dele.</translation>
    </message>
    <message>
        <source>There is no model yet: choose one first.</source>
        <translation>Ainda não há modelo: escolha um primeiro.</translation>
    </message>
    <message>
        <source>This model works on pixels themselves: nothing goes through an autoencoder.</source>
        <translation>Este modelo trabalha com os próprios pixels: nada passa por um autocodificador.</translation>
    </message>
    <message>
        <source>Choose a picture, or run something, to see it go through the autoencoder.</source>
        <translation>Escolha uma imagem, ou execute algo, para vê-la passar pelo autocodificador.</translation>
    </message>
    <message>
        <source>%1 × %2 × %3</source>
        <translation>%1 × %2 × %3</translation>
    </message>
    <message>
        <source>latent</source>
        <translation>latente</translation>
    </message>
    <message>
        <source>given</source>
        <translation>dada</translation>
    </message>
    <message>
        <source>decoded</source>
        <translation>decodificada</translation>
    </message>
    <message>
        <source>difference</source>
        <translation>diferença</translation>
    </message>
    <message>
        <source>%1 numbers become %2: %3 times fewer.</source>
        <translation>%1 números viram %2: %3 vezes menos.</translation>
    </message>
    <message>
        <source>Lost on the way: RMS %1, largest %2 (pixels from −1 to 1), PSNR %3 dB.</source>
        <translation>Perdido no caminho: RMS %1, maior %2 (pixels de −1 a 1), PSNR %3 dB.</translation>
    </message>
    <message>
        <source>encoded again</source>
        <translation>codificada de novo</translation>
    </message>
    <message>
        <source>A latent that no picture stands behind does not come back as it was: RMS %1 of its own %2.</source>
        <translation>Um latente sem imagem por trás não volta como era: RMS %1, contra %2 do próprio.</translation>
    </message>
    <message>
        <source>without %1</source>
        <translation>sem o %1</translation>
    </message>
    <message>
        <source>RMS %1 away</source>
        <translation>RMS %1 a menos</translation>
    </message>
    <message>
        <source>channel %1: mean %2, deviation %3</source>
        <translation>canal %1: média %2, desvio %3</translation>
    </message>
    <message>
        <source>Latent: %1.</source>
        <translation>Latente: %1.</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>cancelada</translation>
    </message>
    <message>
        <source>Choose a run, and in the list of runs another of the same size to compare with.</source>
        <translation>Escolha uma execução e, na lista de execuções, outra do mesmo tamanho para comparar.</translation>
    </message>
    <message>
        <source>The pictures of the walk stand here.</source>
        <translation>As imagens do caminho aparecem aqui.</translation>
    </message>
    <message>
        <source>%1 of the way</source>
        <translation>%1 do caminho</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>esperando</translation>
    </message>
    <message>
        <source>changes by %1</source>
        <translation>muda %1</translation>
    </message>
    <message>
        <source>Whole runs with the settings at the side; their first noise goes from seed %1 to the other one on a sphere.</source>
        <translation>Execuções inteiras com os ajustes ao lado; o primeiro ruído vai da semente %1 à outra sobre uma esfera.</translation>
    </message>
    <message>
        <source>Whole runs with the settings at the side; every word&apos;s row goes straight from one prompt to the other.</source>
        <translation>Execuções inteiras com os ajustes ao lado; a linha de cada palavra vai em reta de um prompt ao outro.</translation>
    </message>
    <message>
        <source>This model reads no words: it has no prompts to walk between.</source>
        <translation>Este modelo não lê palavras: não há prompts entre os quais caminhar.</translation>
    </message>
    <message>
        <source>The last latents of the chosen run and of the one compared with, mixed number by number and decoded: no network runs.</source>
        <translation>Os últimos latentes da execução escolhida e da comparada, misturados número a número e decodificados: nenhuma rede de ruído é executada.</translation>
    </message>
    <message>
        <source>Latents</source>
        <translation>Latentes</translation>
    </message>
</context>
<context>
    <name>vitral::LatticePicture</name>
    <message>
        <source>unknown</source>
        <translation>desconhecido</translation>
    </message>
    <message numerus="yes">
        <source>%Ln shorter piece(s) more, not drawn.</source>
        <translation>
            <numerusform>Mais %Ln peça mais curta, não desenhada.</numerusform>
            <numerusform>Mais %Ln peças mais curtas, não desenhadas.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::LensTable</name>
    <message>
        <source>Embedding</source>
        <translation>Embedding</translation>
    </message>
    <message>
        <source>Layer %1 = answer</source>
        <translation>Camada %1 = resposta</translation>
    </message>
    <message>
        <source>Layer %1</source>
        <translation>Camada %1</translation>
    </message>
    <message>
        <source>%1, token %2 “%3”</source>
        <translation>%1, token %2 “%3”</translation>
    </message>
    <message>
        <source>Not computed yet.</source>
        <translation>Ainda não calculado.</translation>
    </message>
    <message>
        <source>First choice “%1” with %2; entropy %3 nats.</source>
        <translation>Primeira escolha “%1” com %2; entropia %3 nats.</translation>
    </message>
    <message>
        <source>“%1”: %2, choice number %3.</source>
        <translation>“%1”: %2, escolha número %3.</translation>
    </message>
</context>
<context>
    <name>vitral::LessonPanel</name>
    <message>
        <source>Sources</source>
        <translation>Fontes</translation>
    </message>
    <message>
        <source>Progress in the lesson</source>
        <translation>Progresso na lição</translation>
    </message>
    <message>
        <source>Setting up…</source>
        <translation>Preparando…</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 de %2</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>Pular</translation>
    </message>
    <message>
        <source>Finish</source>
        <translation>Concluir</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Próximo</translation>
    </message>
    <message>
        <source>Lesson</source>
        <translation>Lição</translation>
    </message>
    <message>
        <source>More of this lesson</source>
        <translation>Mais desta lição</translation>
    </message>
    <message>
        <source>Close the lesson; it goes on where you stopped</source>
        <translation>Fechar a lição; ela continua de onde você parou</translation>
    </message>
    <message>
        <source>Close the lesson</source>
        <translation>Fechar a lição</translation>
    </message>
    <message>
        <source>Set this step up &amp;again</source>
        <translation>Preparar este passo de &amp;novo</translation>
    </message>
    <message>
        <source>&amp;Begin anew, without my answers</source>
        <translation>&amp;Recomeçar, sem minhas respostas</translation>
    </message>
    <message>
        <source>Save my &amp;work to hand in…</source>
        <translation>Salvar meu &amp;trabalho para entregar…</translation>
    </message>
    <message>
        <source>Export the lesson as a &amp;page…</source>
        <translation>Exportar a lição como &amp;página…</translation>
    </message>
    <message>
        <source>Export the lesson as P&amp;DF…</source>
        <translation>Exportar a lição como P&amp;DF…</translation>
    </message>
    <message>
        <source>&amp;Writing: read the files again when they change</source>
        <translation>&amp;Escrevendo: ler os arquivos de novo quando mudarem</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Voltar</translation>
    </message>
    <message>
        <source>The step before (Alt+PgUp)</source>
        <translation>O passo anterior (Alt+PgUp)</translation>
    </message>
    <message>
        <source>The next step (Alt+PgDown)</source>
        <translation>O próximo passo (Alt+PgDown)</translation>
    </message>
    <message numerus="yes">
        <source>%Ln question(s) have no answer yet. Finish once more ends the lesson without.</source>
        <translation>
            <numerusform>%Ln pergunta ainda não tem resposta. Concluir de novo encerra a lição sem ela.</numerusform>
            <numerusform>%Ln perguntas ainda não têm resposta. Concluir de novo encerra a lição sem elas.</numerusform>
        </translation>
    </message>
    <message>
        <source>Show it</source>
        <translation>Mostrar</translation>
    </message>
    <message>
        <source>The screen when this was answered. Click to see it larger.</source>
        <translation>A tela quando isto foi respondido. Clique para ver maior.</translation>
    </message>
    <message>
        <source>The screen when this was answered</source>
        <translation>A tela quando isto foi respondido</translation>
    </message>
    <message>
        <source>Show the program as it was then</source>
        <translation>Mostrar o programa como estava</translation>
    </message>
    <message>
        <source>Page of the lesson</source>
        <translation>Página da lição</translation>
    </message>
    <message>
        <source>The work of %1: %2 of %3 questions answered, %4 of %5 that can be checked are right</source>
        <translation>O trabalho de %1: %2 de %3 perguntas respondidas; das que se podem conferir, %4 de %5 estão certas</translation>
    </message>
    <message>
        <source>Read on</source>
        <translation>Ler mais</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>Conferir</translation>
    </message>
</context>
<context>
    <name>vitral::LessonPlayer</name>
    <message>
        <source>The work could not be written to %1 (%2); choose another folder.</source>
        <translation>O trabalho não pôde ser gravado em %1 (%2); escolha outra pasta.</translation>
    </message>
    <message>
        <source>%1 could not be read (%2).</source>
        <translation>%1 não pôde ser lido (%2).</translation>
    </message>
    <message>
        <source>%1 is too large for the work of a lesson.</source>
        <translation>%1 é grande demais para o trabalho de uma lição.</translation>
    </message>
    <message>
        <source>%1 is not the work of a lesson.</source>
        <translation>%1 não é o trabalho de uma lição.</translation>
    </message>
    <message>
        <source>The lesson of this work (%1) is not in the open course; open its course first.</source>
        <translation>A lição deste trabalho (%1) não está no curso aberto; abra antes o curso dela.</translation>
    </message>
    <message>
        <source>somebody who gave no name</source>
        <translation>quem não deu o nome</translation>
    </message>
    <message>
        <source>Forgetting the answers</source>
        <translation>Esquecimento das respostas</translation>
    </message>
    <message>
        <source>%1 is damaged (at byte %2: %3); ask for it once more.</source>
        <translation>%1 está danificado (no byte %2: %3); peça-o de novo.</translation>
    </message>
    <message>
        <source>%1 was written by a newer version of Vitral; open it with that one.</source>
        <translation>%1 foi feito por uma versão mais nova do Vitral; abra-o com ela.</translation>
    </message>
    <message>
        <source>%1 is damaged: its answers cannot be read; ask for it once more.</source>
        <translation>%1 está danificado: não se conseguem ler as respostas; peça-o de novo.</translation>
    </message>
</context>
<context>
    <name>vitral::LessonRoom</name>
    <message>
        <source>Power user</source>
        <translation>Usuário avançado</translation>
    </message>
    <message>
        <source>Developer</source>
        <translation>Desenvolvedor</translation>
    </message>
    <message>
        <source>Researcher</source>
        <translation>Pesquisador</translation>
    </message>
    <message>
        <source>User</source>
        <translation>Usuário</translation>
    </message>
    <message>
        <source>Reading the lessons…</source>
        <translation>Lendo as lições…</translation>
    </message>
    <message>
        <source>There are no lessons to show. %1</source>
        <translation>Não há lições para mostrar. %1</translation>
    </message>
    <message>
        <source>There are no lessons here yet. Open the folder of a course, or of a single lesson.</source>
        <translation>Ainda não há lições aqui. Abra a pasta de um curso ou de uma única lição.</translation>
    </message>
    <message>
        <source>Lessons</source>
        <translation>Lições</translation>
    </message>
    <message numerus="yes">
        <source>%Ln more lesson(s) for other ways of working: choose one above.</source>
        <translation>
            <numerusform>Mais %Ln lição para outros modos de trabalho: escolha um acima.</numerusform>
            <numerusform>Mais %Ln lições para outros modos de trabalho: escolha um acima.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln mistake(s) in this course; the first: %1</source>
        <translation>
            <numerusform>%Ln erro neste curso; o primeiro: %1</numerusform>
            <numerusform>%Ln erros neste curso; o primeiro: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln minute(s)</source>
        <translation>
            <numerusform>%Ln minuto</numerusform>
            <numerusform>%Ln minutos</numerusform>
        </translation>
    </message>
    <message>
        <source>done</source>
        <translation>concluída</translation>
    </message>
    <message>
        <source>step %1 of %2</source>
        <translation>passo %1 de %2</translation>
    </message>
    <message>
        <source>Take it again</source>
        <translation>Fazer de novo</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Continuar</translation>
    </message>
    <message>
        <source>Begin</source>
        <translation>Começar</translation>
    </message>
    <message>
        <source>How far you are in %1</source>
        <translation>Quanto você avançou em %1</translation>
    </message>
    <message>
        <source>Way of working</source>
        <translation>Modo de trabalho</translation>
    </message>
    <message>
        <source>Open a folder of lessons…</source>
        <translation>Abrir uma pasta de lições…</translation>
    </message>
    <message>
        <source>Open handed-in work…</source>
        <translation>Abrir um trabalho entregue…</translation>
    </message>
    <message>
        <source>Learn</source>
        <translation>Aprender</translation>
    </message>
    <message>
        <source>Lessons that set the program and ask before they show.</source>
        <translation>Lições que preparam o programa e perguntam antes de mostrar.</translation>
    </message>
    <message>
        <source>Show them all</source>
        <translation>Mostrar todos</translation>
    </message>
    <message>
        <source>Mistakes in this course</source>
        <translation>Erros neste curso</translation>
    </message>
    <message>
        <source>Back to the program&apos;s course</source>
        <translation>Voltar ao curso do programa</translation>
    </message>
</context>
<context>
    <name>vitral::LibraryRoom</name>
    <message>
        <source>Li&amp;brary</source>
        <translation>&amp;Biblioteca</translation>
    </message>
    <message>
        <source>Models on this computer, and downloads when you ask for them.</source>
        <translation>Modelos neste computador, e downloads quando você pedir.</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>Neste computador</translation>
    </message>
    <message>
        <source>Search and download</source>
        <translation>Buscar e baixar</translation>
    </message>
    <message>
        <source>Library</source>
        <translation>Biblioteca</translation>
    </message>
    <message>
        <source>Pages of the library</source>
        <translation>Páginas da biblioteca</translation>
    </message>
</context>
<context>
    <name>vitral::MaskCanvas</name>
    <message>
        <source>%1 of the picture is marked</source>
        <translation>%1 da imagem está marcado</translation>
    </message>
    <message>
        <source>Brush at %1, %2: marked</source>
        <translation>Pincel em %1, %2: marcado</translation>
    </message>
    <message>
        <source>Brush at %1, %2: not marked</source>
        <translation>Pincel em %1, %2: não marcado</translation>
    </message>
</context>
<context>
    <name>vitral::MatrixExport</name>
    <message>
        <source>The map has %1 tokens a side; this format can hold %2 here. Save the run instead: it holds everything the map is computed from.</source>
        <translation>O mapa tem %1 tokens de lado; neste formato cabem %2 aqui. Salve a execução: ela contém tudo de que o mapa é calculado.</translation>
    </message>
    <message>
        <source>The numbers could not be written to %1.</source>
        <translation>Não foi possível escrever os números em %1.</translation>
    </message>
</context>
<context>
    <name>vitral::MatrixView</name>
    <message>
        <source>Matrix</source>
        <translation>Matriz</translation>
    </message>
    <message>
        <source>This run was recorded without attention.</source>
        <translation>Esta execução foi gravada sem atenção.</translation>
    </message>
    <message>
        <source>Layer %1 was not recorded.</source>
        <translation>A camada %1 não foi gravada.</translation>
    </message>
    <message>
        <source>Layer %1, head %2</source>
        <translation>Camada %1, cabeça %2</translation>
    </message>
    <message>
        <source>weight in this run minus weight in %1: blue is more here, orange is less</source>
        <translation>peso nesta execução menos peso em %1: azul é mais aqui, laranja é menos</translation>
    </message>
    <message>
        <source>this layer sees the last %1 tokens only</source>
        <translation>esta camada só vê os últimos %1 tokens</translation>
    </message>
    <message>
        <source>the first token is hidden; on average it gets %1 of a row&apos;s weight, and the rest is not scaled up</source>
        <translation>o primeiro token está oculto; em média ele recebe %1 do peso de uma linha, e o resto não é ampliado</translation>
    </message>
    <message>
        <source>the first token is hidden; the rest is not scaled up</source>
        <translation>o primeiro token está oculto; o resto não é ampliado</translation>
    </message>
    <message>
        <source>the first token gets %1 of a row&apos;s weight on average</source>
        <translation>o primeiro token recebe em média %1 do peso de uma linha</translation>
    </message>
    <message>
        <source>recorded up to token %1</source>
        <translation>gravado até o token %1</translation>
    </message>
    <message>
        <source>looks: %1</source>
        <translation>olha: %1</translation>
    </message>
    <message>
        <source>at: %1</source>
        <translation>para: %1</translation>
    </message>
    <message>
        <source>comes later: it cannot be seen</source>
        <translation>vem depois: não pode ser visto</translation>
    </message>
    <message>
        <source>outside the window of %1 tokens</source>
        <translation>fora da janela de %1 tokens</translation>
    </message>
    <message>
        <source>weight %1 minus %2 = %3</source>
        <translation>peso %1 menos %2 = %3</translation>
    </message>
    <message>
        <source>weight %1</source>
        <translation>peso %1</translation>
    </message>
    <message>
        <source>score %1</source>
        <translation>pontuação %1</translation>
    </message>
    <message>
        <source>hidden in the picture</source>
        <translation>oculto na imagem</translation>
    </message>
    <message>
        <source>distance %1</source>
        <translation>distância %1</translation>
    </message>
    <message>
        <source>The picture could not be written to %1.</source>
        <translation>Não foi possível escrever a imagem em %1.</translation>
    </message>
    <message>
        <source>This layer was not recorded.</source>
        <translation>Esta camada não foi gravada.</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Pesos</translation>
    </message>
    <message>
        <source>Scores</source>
        <translation>Pontuações</translation>
    </message>
    <message>
        <source>Weights are after the softmax (each row adds up to 1); scores are before it</source>
        <translation>Pesos são depois da softmax (cada linha soma 1); pontuações são antes dela</translation>
    </message>
    <message>
        <source>Hide first token</source>
        <translation>Ocultar 1º token</translation>
    </message>
    <message>
        <source>Many heads rest on the first token; without its column the rest is easier to see</source>
        <translation>Muitas cabeças repousam no primeiro token; sem a coluna dele o resto aparece melhor</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Diferença</translation>
    </message>
    <message>
        <source>Show the arithmetic of the chosen cell</source>
        <translation>Mostrar a conta da célula escolhida</translation>
    </message>
    <message>
        <source>Attention map</source>
        <translation>Mapa de atenção</translation>
    </message>
    <message>
        <source>this run minus %1</source>
        <translation>esta execução menos %1</translation>
    </message>
    <message>
        <source>first token hidden</source>
        <translation>1º token oculto</translation>
    </message>
    <message>
        <source>One head: rows are the tokens that look, columns the tokens they look at. Zoom with the wheel, move by dragging, click a cell to choose it; Cell shows its arithmetic. The right button has colours and scales.</source>
        <translation>Uma cabeça: as linhas são os tokens que olham, as colunas os tokens para os quais olham. Amplie com a roda, arraste para mover, clique em uma célula para escolhê-la; Célula mostra sua conta. O botão direito tem cores e escalas.</translation>
    </message>
    <message>
        <source>%1 queries and %2 keys of this head hold values that are not numbers: their rows and columns stay blank</source>
        <translation>%1 consultas e %2 chaves desta cabeça têm valores que não são números: suas linhas e colunas ficam em branco</translation>
    </message>
    <message>
        <source>rows and columns of tokens without a partner stay blank</source>
        <translation>linhas e colunas de tokens sem par ficam vazias</translation>
    </message>
    <message>
        <source>weight %1; no partner in the other run</source>
        <translation>peso %1; sem par na outra execução</translation>
    </message>
    <message>
        <source>against %1 and %2 there</source>
        <translation>contra %1 e %2 lá</translation>
    </message>
    <message>
        <source>computed on the processor</source>
        <translation>calculado no processador</translation>
    </message>
    <message>
        <source>computed by %1</source>
        <translation>calculado por %1</translation>
    </message>
    <message>
        <source>queries and keys come from the card&apos;s own memory</source>
        <translation>consultas e chaves vêm da própria memória da placa</translation>
    </message>
    <message>
        <source>queries and keys came through pinned memory</source>
        <translation>consultas e chaves vieram por memória fixada (pinned)</translation>
    </message>
    <message>
        <source>queries and keys came through pinned memory: %1</source>
        <translation>consultas e chaves vieram por memória fixada (pinned): %1</translation>
    </message>
    <message>
        <source>Weight on the first token, layer %1, head %2</source>
        <translation>Peso no primeiro token, camada %1, cabeça %2</translation>
    </message>
</context>
<context>
    <name>vitral::MessageEditor</name>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>Save only</source>
        <translation>Só salvar</translation>
    </message>
    <message>
        <source>Save as new version</source>
        <translation>Salvar como nova versão</translation>
    </message>
    <message>
        <source>Save and answer</source>
        <translation>Salvar e responder</translation>
    </message>
    <message>
        <source>New text of the message</source>
        <translation>Novo texto da mensagem</translation>
    </message>
</context>
<context>
    <name>vitral::MessageLayout</name>
    <message>
        <source>You</source>
        <translation>Você</translation>
    </message>
    <message>
        <source>System</source>
        <translation>Sistema</translation>
    </message>
    <message>
        <source>Tool</source>
        <translation>Ferramenta</translation>
    </message>
    <message>
        <source>Thinking…</source>
        <translation>Pensando…</translation>
    </message>
    <message>
        <source>Thought for %1 words</source>
        <translation>Pensou por %1 palavras</translation>
    </message>
    <message>
        <source>No longer read by the model: left out to make room in the context.</source>
        <translation>O modelo não lê mais esta mensagem: ela ficou de fora para abrir espaço no contexto.</translation>
    </message>
</context>
<context>
    <name>vitral::MessageToolBar</name>
    <message>
        <source>Previous version</source>
        <translation>Versão anterior</translation>
    </message>
    <message>
        <source>Next version</source>
        <translation>Versão seguinte</translation>
    </message>
    <message>
        <source>Copy message</source>
        <translation>Copiar a mensagem</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>Editar</translation>
    </message>
    <message>
        <source>Answer again</source>
        <translation>Responder de novo</translation>
    </message>
    <message>
        <source>Answer this</source>
        <translation>Responder a esta</translation>
    </message>
    <message>
        <source>Continue the answer</source>
        <translation>Continuar a resposta</translation>
    </message>
    <message>
        <source>Delete this and what follows</source>
        <translation>Excluir esta e o que vem depois</translation>
    </message>
    <message>
        <source>Del</source>
        <translation>Del</translation>
    </message>
    <message numerus="yes">
        <source>%Ln tokens</source>
        <translation>
            <numerusform>%Ln token</numerusform>
            <numerusform>%Ln tokens</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation>%1 tokens/s</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>interrompida</translation>
    </message>
    <message>
        <source>seed %1</source>
        <translation>semente %1</translation>
    </message>
    <message>
        <source>Look inside</source>
        <translation>Olhar por dentro</translation>
    </message>
</context>
<context>
    <name>vitral::ModelChip</name>
    <message>
        <source>Loading %1</source>
        <translation>Carregando %1</translation>
    </message>
    <message>
        <source>Cancel loading</source>
        <translation>Cancelar o carregamento</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>Escolher um modelo</translation>
    </message>
    <message>
        <source>Model: %1</source>
        <translation>Modelo: %1</translation>
    </message>
</context>
<context>
    <name>vitral::ModelPicker</name>
    <message>
        <source>came with the program</source>
        <translation>veio com o programa</translation>
    </message>
    <message>
        <source>used lately</source>
        <translation>usado há pouco</translation>
    </message>
    <message>
        <source>models folder</source>
        <translation>pasta de modelos</translation>
    </message>
    <message>
        <source>%1 B</source>
        <comment>billions of parameters</comment>
        <translation>%1 bi</translation>
    </message>
    <message>
        <source>%1 M</source>
        <comment>millions of parameters</comment>
        <translation>%1 mi</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>Escolher um modelo</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Buscar</translation>
    </message>
    <message>
        <source>Search models</source>
        <translation>Buscar modelos</translation>
    </message>
    <message>
        <source>Open a file…</source>
        <translation>Abrir um arquivo…</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>Adicionar uma pasta…</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modelo</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>Arquitetura</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Parâmetros</translation>
    </message>
    <message>
        <source>Quantisation</source>
        <translation>Quantização</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Arquivo</translation>
    </message>
    <message>
        <source>In memory</source>
        <translation>Na memória</translation>
    </message>
    <message>
        <source>Models found</source>
        <translation>Modelos encontrados</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation>Usar este modelo</translation>
    </message>
    <message>
        <source>cannot be read</source>
        <translation>não pode ser lido</translation>
    </message>
    <message>
        <source>%1 (not known)</source>
        <translation>%1 (desconhecida)</translation>
    </message>
    <message>
        <source>This version cannot run this architecture.</source>
        <translation>Esta versão não roda esta arquitetura.</translation>
    </message>
    <message>
        <source>fits</source>
        <translation>cabe</translation>
    </message>
    <message>
        <source>too large</source>
        <translation>grande demais</translation>
    </message>
    <message>
        <source>Needs about %1 with a context of 4,096 tokens; %2 is free.</source>
        <translation>Precisa de cerca de %1 com um contexto de 4.096 tokens; há %2 livres.</translation>
    </message>
    <message>
        <source>No model is called “%1”.</source>
        <translation>Nenhum modelo se chama “%1”.</translation>
    </message>
    <message>
        <source>No model was found in the usual places.

Download a file that ends in .gguf, for example from huggingface.co (a model of 1 to 8 billion parameters, quantisation Q4_K_M), and drop it here or add its folder.</source>
        <translation>Nenhum modelo foi encontrado nos lugares de costume.

Baixe um arquivo terminado em .gguf, por exemplo de huggingface.co (um modelo de 1 a 8 bilhões de parâmetros, quantização Q4_K_M), e solte-o aqui ou adicione a pasta dele.</translation>
    </message>
    <message>
        <source>Looking for models…</source>
        <translation>Procurando modelos…</translation>
    </message>
    <message numerus="yes">
        <source>%Ln models found</source>
        <translation>
            <numerusform>%Ln modelo encontrado</numerusform>
            <numerusform>%Ln modelos encontrados</numerusform>
        </translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>Abrir um modelo</translation>
    </message>
    <message>
        <source>Models (*.gguf);;All files (*)</source>
        <translation>Modelos (*.gguf);;Todos os arquivos (*)</translation>
    </message>
    <message>
        <source>A folder with models</source>
        <translation>Uma pasta com modelos</translation>
    </message>
    <message>
        <source>Where from</source>
        <translation>De onde</translation>
    </message>
    <message>
        <source>%1 is neither a folder nor a model: its name does not end in .gguf.</source>
        <translation>%1 não é pasta nem modelo: o nome não termina em .gguf.</translation>
    </message>
    <message>
        <source>%1 is no longer there.</source>
        <translation>%1 não está mais lá.</translation>
    </message>
</context>
<context>
    <name>vitral::ModelSession</name>
    <message>
        <source>%1 was not loaded: it needs about %2 of memory (weights %3, a context of %4 tokens %5, the rest for computing), and %6 is free.</source>
        <translation>%1 não foi carregado: precisa de cerca de %2 de memória (pesos %3, contexto de %4 tokens %5, o resto para calcular), e há %6 livres.</translation>
    </message>
    <message>
        <source>A shorter context is enough; a smaller quantisation or closing other programs helps, too.</source>
        <translation>Um contexto mais curto basta; uma quantização menor ou fechar outros programas também ajuda.</translation>
    </message>
    <message>
        <source>Choose a smaller quantisation or a smaller model, or close other programs.</source>
        <translation>Escolha uma quantização menor ou um modelo menor, ou feche outros programas.</translation>
    </message>
</context>
<context>
    <name>vitral::ModelView</name>
    <message>
        <source>Choose an operation.</source>
        <translation>Escolha uma operação.</translation>
    </message>
    <message>
        <source>Called “%1” in “%2”</source>
        <translation>Chamada “%1” em “%2”</translation>
    </message>
    <message>
        <source>Reads %1</source>
        <translation>Lê %1</translation>
    </message>
    <message>
        <source>Weight %1</source>
        <translation>Peso %1</translation>
    </message>
    <message>
        <source>Writes %1</source>
        <translation>Escreve %1</translation>
    </message>
    <message>
        <source>%1 read, %2 written</source>
        <translation>%1 lidos, %2 escritos</translation>
    </message>
    <message>
        <source>%1 additions and multiplications</source>
        <translation>%1 somas e multiplicações</translation>
    </message>
    <message>
        <source>Shortest of the passes: %1 (%2 a second, %3 arithmetic operations a second)</source>
        <translation>A mais curta das passagens: %1 (%2 por segundo, %3 operações aritméticas por segundo)</translation>
    </message>
    <message numerus="yes">
        <source>%Ln operation(s)</source>
        <translation>
            <numerusform>%Ln operação</numerusform>
            <numerusform>%Ln operações</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of weights; %2 read and written</source>
        <translation>%1 de pesos; %2 lidos e escritos</translation>
    </message>
    <message>
        <source>Time: %1</source>
        <translation>Tempo: %1</translation>
    </message>
    <message>
        <source>Nothing is recorded yet: ask something, or read the conversation, to see values.</source>
        <translation>Nada foi gravado ainda: pergunte algo, ou leia a conversa, para ver valores.</translation>
    </message>
    <message>
        <source>This tensor was not recorded.</source>
        <translation>Este tensor não foi gravado.</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>Lendo…</translation>
    </message>
    <message>
        <source>As recorded: %1 tokens by %2 values.</source>
        <translation>Como gravado: %1 tokens por %2 valores.</translation>
    </message>
    <message>
        <source>Sampled: %1 of %2 values were read.</source>
        <translation>Amostra: %1 de %2 valores foram lidos.</translation>
    </message>
    <message>
        <source>Least %1, greatest %2, mean %3, deviation %4</source>
        <translation>Menor %1, maior %2, média %3, desvio %4</translation>
    </message>
    <message>
        <source>Mean length of a row: %1</source>
        <translation>Comprimento médio de uma linha: %1</translation>
    </message>
    <message>
        <source>%1 values are infinite or not numbers.</source>
        <translation>%1 valores são infinitos ou não são números.</translation>
    </message>
    <message>
        <source>Token %1 begins: %2</source>
        <translation>O token %1 começa: %2</translation>
    </message>
    <message>
        <source>values</source>
        <translation>valores</translation>
    </message>
    <message>
        <source>value</source>
        <translation>valor</translation>
    </message>
    <message>
        <source>how many</source>
        <translation>quantos</translation>
    </message>
    <message>
        <source>Close all</source>
        <translation>Fechar tudo</translation>
    </message>
    <message>
        <source>Open all</source>
        <translation>Abrir tudo</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modelo</translation>
    </message>
    <message>
        <source>Every operation of one real pass, in order, with what it cost. The line on the left is the residual stream; blocks read it and add to it. Choose an operation to see what it wrote.</source>
        <translation>Cada operação de uma passagem real, em ordem, com o que custou. A linha à esquerda é o fluxo residual; os blocos o leem e somam a ele. Escolha uma operação para ver o que ela escreveu.</translation>
    </message>
    <message>
        <source>No model is loaded yet. Choose one first.</source>
        <translation>Nenhum modelo foi carregado ainda. Escolha um primeiro.</translation>
    </message>
    <message>
        <source>Running one pass of the model and noting every operation…</source>
        <translation>Fazendo uma passagem do modelo e anotando cada operação…</translation>
    </message>
    <message>
        <source>One token after %1 others</source>
        <translation>Um token depois de outros %1</translation>
    </message>
    <message>
        <source>%1 tokens at once</source>
        <translation>%1 tokens de uma vez</translation>
    </message>
    <message>
        <source>%1: %2 operations, %3 in them and %4 in all; %5 read and written; %6. %7</source>
        <translation>%1: %2 operações, %3 nelas e %4 ao todo; %5 lidos e escritos; %6. %7</translation>
    </message>
    <message>
        <source>Pass</source>
        <translation>Passagem</translation>
    </message>
    <message>
        <source>One token (answering)</source>
        <translation>Um token (respondendo)</translation>
    </message>
    <message>
        <source>%1 tokens (reading)</source>
        <translation>%1 tokens (lendo)</translation>
    </message>
    <message>
        <source>Kind of pass</source>
        <translation>Tipo de passagem</translation>
    </message>
    <message>
        <source>Bars</source>
        <translation>Barras</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Tempo</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>Bytes</translation>
    </message>
    <message>
        <source>Arithmetic</source>
        <translation>Aritmética</translation>
    </message>
    <message>
        <source>What the bars show</source>
        <translation>O que as barras mostram</translation>
    </message>
    <message>
        <source>Measure again</source>
        <translation>Medir de novo</translation>
    </message>
    <message>
        <source>Record this tensor</source>
        <translation>Gravar este tensor</translation>
    </message>
    <message>
        <source>Runs the recorded text once more and keeps what this operation writes</source>
        <translation>Roda o texto gravado mais uma vez e guarda o que esta operação escreve</translation>
    </message>
    <message>
        <source>Tensor it wrote</source>
        <translation>Tensor que ela escreveu</translation>
    </message>
    <message>
        <source>Histogram of the tensor</source>
        <translation>Histograma do tensor</translation>
    </message>
    <message>
        <source>%1 has no recording of this tensor.</source>
        <translation>%1 não tem gravação deste tensor.</translation>
    </message>
    <message>
        <source>This run minus %1: %2 tokens with a partner, by %3 values.</source>
        <translation>Esta execução menos %1: %2 tokens com par, por %3 valores.</translation>
    </message>
    <message>
        <source>Mean length of a difference: %1, of a row of this run: %2</source>
        <translation>Comprimento médio de uma diferença: %1, de uma linha desta execução: %2</translation>
    </message>
    <message>
        <source>Farthest apart: token %1 “%2”, by %3</source>
        <translation>Maior distância: token %1 “%2”, por %3</translation>
    </message>
    <message>
        <source>differences</source>
        <translation>diferenças</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Diferença</translation>
    </message>
    <message>
        <source>The tensor of this run minus that of the run it is compared with</source>
        <translation>O tensor desta execução menos o da execução com que ela é comparada</translation>
    </message>
    <message>
        <source>Show the arithmetic</source>
        <translation>Mostrar a conta</translation>
    </message>
    <message>
        <source>The whole pass</source>
        <translation>A passagem inteira</translation>
    </message>
    <message>
        <source>How the bytes, operations and times come about</source>
        <translation>Como se chega aos bytes, às operações e aos tempos</translation>
    </message>
    <message>
        <source>How the numbers about this tensor come about</source>
        <translation>Como se chega aos números sobre este tensor</translation>
    </message>
</context>
<context>
    <name>vitral::NetworkCanvas</name>
    <message>
        <source>reading</source>
        <translation>leitura</translation>
    </message>
    <message>
        <source>res.</source>
        <translation>res.</translation>
    </message>
    <message>
        <source>attn.</source>
        <translation>aten.</translation>
    </message>
    <message>
        <source>halve</source>
        <translation>metade</translation>
    </message>
    <message>
        <source>double</source>
        <translation>dobro</translation>
    </message>
    <message>
        <source>input</source>
        <translation>entrada</translation>
    </message>
    <message>
        <source>output</source>
        <translation>saída</translation>
    </message>
    <message>
        <source>middle</source>
        <translation>meio</translation>
    </message>
    <message>
        <source>time</source>
        <translation>tempo</translation>
    </message>
    <message>
        <source>%1 channels of %2 × %3</source>
        <translation>%1 canais de %2 × %3</translation>
    </message>
    <message numerus="yes">
        <source>%Ln operation(s)</source>
        <translation>
            <numerusform>%Ln operação</numerusform>
            <numerusform>%Ln operações</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of weights</source>
        <translation>%1 de pesos</translation>
    </message>
    <message>
        <source>%1, %2 of the time</source>
        <translation>%1, %2 do tempo</translation>
    </message>
    <message>
        <source>off</source>
        <translation>sem</translation>
    </message>
    <message>
        <source>Skip connection %1: factor %2</source>
        <translation>Atalho %1: fator %2</translation>
    </message>
    <message>
        <source>What %1 leaves, handed across; its factor is %2</source>
        <translation>O que %1 deixa, levado ao outro lado; seu fator é %2</translation>
    </message>
</context>
<context>
    <name>vitral::NetworkPage</name>
    <message>
        <source>The network as it really computed this step. Click a block to see its channels, a connection to scale it: the step is computed again at once.</source>
        <translation>A rede como ela calculou mesmo este passo. Clique num bloco para ver seus canais, num atalho para mudar seu fator: o passo é calculado de novo na hora.</translation>
    </message>
    <message>
        <source>The recording of this run is being read, or was too large to be kept: run it again to look into its network.</source>
        <translation>A gravação desta execução está sendo lida ou era grande demais para guardar: execute de novo para olhar dentro da rede.</translation>
    </message>
    <message>
        <source>The network itself is needed to look into it: choose the model of this run, %1.</source>
        <translation>Para olhar dentro é preciso ter a rede: escolha o modelo desta execução, %1.</translation>
    </message>
    <message>
        <source>This run was made with %1; load that model to look into its network.</source>
        <translation>Esta execução foi feita com %1; carregue esse modelo para olhar dentro da rede.</translation>
    </message>
    <message>
        <source>All off</source>
        <translation>Todos sem</translation>
    </message>
    <message>
        <source>As in the run</source>
        <translation>Como na execução</translation>
    </message>
    <message>
        <source>Run with these</source>
        <translation>Executar com estes</translation>
    </message>
    <message>
        <source>The whole run again, from its first noise, with these factors</source>
        <translation>A execução inteira de novo, desde o primeiro ruído, com estes fatores</translation>
    </message>
    <message>
        <source>Factor of the chosen skip connection</source>
        <translation>Fator do atalho escolhido</translation>
    </message>
    <message>
        <source>One scale for all channels</source>
        <translation>Uma escala para todos os canais</translation>
    </message>
    <message>
        <source>Else every channel&apos;s largest value has the strongest colour</source>
        <translation>Senão o maior valor de cada canal tem a cor mais forte</translation>
    </message>
    <message>
        <source>The clean picture predicted at this step</source>
        <translation>A imagem limpa prevista neste passo</translation>
    </message>
    <message>
        <source>The network</source>
        <translation>A rede</translation>
    </message>
    <message>
        <source>Predicted pictures</source>
        <translation>Imagens previstas</translation>
    </message>
    <message>
        <source>Channels of the block</source>
        <translation>Canais do bloco</translation>
    </message>
    <message>
        <source>The step is computed once more, to see inside…</source>
        <translation>O passo é calculado mais uma vez, para ver por dentro…</translation>
    </message>
    <message>
        <source>This network has no skip connections.</source>
        <translation>Esta rede não tem atalhos.</translation>
    </message>
    <message>
        <source>Skip connections: choose one</source>
        <translation>Atalhos: escolha um</translation>
    </message>
    <message>
        <source>Skip connection %1 of %2: × %3</source>
        <translation>Atalho %1 de %2: × %3</translation>
    </message>
    <message>
        <source>RMS %1</source>
        <translation>RMS %1</translation>
    </message>
    <message>
        <source>as in the run</source>
        <translation>como na execução</translation>
    </message>
    <message>
        <source>scaled</source>
        <translation>com fatores</translation>
    </message>
    <message>
        <source>difference</source>
        <translation>diferença</translation>
    </message>
    <message>
        <source>Click a block to see its channels.</source>
        <translation>Clique num bloco para ver seus canais.</translation>
    </message>
    <message>
        <source>%1 leaves no picture: nothing of it can be shown as channels.</source>
        <translation>%1 não deixa imagem: nada dele pode ser mostrado como canais.</translation>
    </message>
    <message>
        <source>Channel %1: %2 to %3, mean %4</source>
        <translation>Canal %1: %2 a %3, média %4</translation>
    </message>
    <message>
        <source>%1: the %2 of %3 channels with the largest RMS (the number below each)</source>
        <translation>%1: os %2 de %3 canais com maior RMS (o número abaixo de cada um)</translation>
    </message>
    <message>
        <source>%1: all %2 channels, largest RMS (the number below each) first</source>
        <translation>%1: todos os %2 canais, do maior RMS (o número abaixo de cada um) ao menor</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Rede</translation>
    </message>
    <message>
        <source>The channels of %1 did not fit into the %2 allowed for maps: allow more under What is recorded.</source>
        <translation>Os canais de %1 não couberam nos %2 permitidos para mapas: permita mais em O que é gravado.</translation>
    </message>
</context>
<context>
    <name>vitral::NeuronPanel</name>
    <message>
        <source>Neuron</source>
        <translation>Neurônio</translation>
    </message>
    <message>
        <source>Activation</source>
        <translation>Ativação</translation>
    </message>
    <message>
        <source>Neuron %1</source>
        <translation>Neurônio %1</translation>
    </message>
    <message>
        <source>%1 of %2 neurons active</source>
        <translation>%1 de %2 neurônios ativos</translation>
    </message>
    <message>
        <source>Active: more than 1 % of the largest activation of this layer at this token</source>
        <translation>Ativo: mais de 1 % da maior ativação desta camada neste token</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Logit</source>
        <translation>Logit</translation>
    </message>
    <message>
        <source>Choose a neuron on the left.</source>
        <translation>Escolha um neurônio à esquerda.</translation>
    </message>
    <message>
        <source>By effect on the stream</source>
        <translation>Pelo efeito no fluxo</translation>
    </message>
    <message>
        <source>By activation</source>
        <translation>Pela ativação</translation>
    </message>
    <message>
        <source>Order of the neurons</source>
        <translation>Ordem dos neurônios</translation>
    </message>
    <message>
        <source>Switch off</source>
        <translation>Desligar</translation>
    </message>
    <message>
        <source>Set this neuron to zero in the next answers</source>
        <translation>Zera este neurônio nas próximas respostas</translation>
    </message>
    <message>
        <source>Double</source>
        <translation>Dobrar</translation>
    </message>
    <message>
        <source>Multiply this neuron by two in the next answers</source>
        <translation>Multiplica este neurônio por dois nas próximas respostas</translation>
    </message>
    <message>
        <source>It promotes</source>
        <translation>Ele favorece</translation>
    </message>
    <message>
        <source>It suppresses</source>
        <translation>Ele inibe</translation>
    </message>
    <message>
        <source>Most active neurons</source>
        <translation>Neurônios mais ativos</translation>
    </message>
    <message>
        <source>Tokens it promotes</source>
        <translation>Tokens que ele favorece</translation>
    </message>
    <message>
        <source>Tokens it suppresses</source>
        <translation>Tokens que ele inibe</translation>
    </message>
    <message>
        <source>Activation, minus the other run’s</source>
        <translation>Ativação, menos a da outra execução</translation>
    </message>
    <message>
        <source>Expert %1, neuron %2</source>
        <translation>Especialista %1, neurônio %2</translation>
    </message>
    <message>
        <source>%1 (weight %2)</source>
        <translation>%1 (peso %2)</translation>
    </message>
    <message>
        <source>experts chosen: %1</source>
        <translation>especialistas escolhidos: %1</translation>
    </message>
    <message>
        <source>%1: activation changed by %2; that moves the stream by %3.</source>
        <translation>%1: a ativação mudou %2; isso move o fluxo em %3.</translation>
    </message>
    <message>
        <source>%1: activation %2; it moves the stream by %3.</source>
        <translation>%1: ativação %2; move o fluxo em %3.</translation>
    </message>
    <message>
        <source>A neuron inside an expert cannot be changed on its own: switch the whole expert off in “Parts of the logit”</source>
        <translation>Um neurônio dentro de um especialista não pode ser mudado sozinho: desligue o especialista inteiro em “Partes do logit”</translation>
    </message>
    <message>
        <source>Activation of %1</source>
        <translation>Ativação de %1</translation>
    </message>
    <message>
        <source>Expert %1: %2</source>
        <translation>Espec. %1: %2</translation>
    </message>
</context>
<context>
    <name>vitral::NormHistogram</name>
    <message>
        <source>Norm of a row; %1 rows in %2 steps</source>
        <translation>Norma da linha; %1 linhas em %2 faixas</translation>
    </message>
    <message>
        <source>%1 rows with a norm from %2 to %3</source>
        <translation>%1 linhas com norma de %2 a %3</translation>
    </message>
</context>
<context>
    <name>vitral::NoticeBar</name>
    <message>
        <source>Close</source>
        <translation>Fechar</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>Problema</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Aviso</translation>
    </message>
</context>
<context>
    <name>vitral::OperationMap</name>
    <message>
        <source>Operations of the model</source>
        <translation>Operações do modelo</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>não medido</translation>
    </message>
    <message>
        <source>%1 operations</source>
        <translation>%1 operações</translation>
    </message>
    <message>
        <source>%1 of weights</source>
        <translation>%1 de pesos</translation>
    </message>
    <message>
        <source>Layers %1 to %2, all alike</source>
        <translation>Camadas %1 a %2, todas iguais</translation>
    </message>
    <message>
        <source>Layer %1</source>
        <translation>Camada %1</translation>
    </message>
    <message>
        <source>Embedding</source>
        <translation>Embedding</translation>
    </message>
    <message>
        <source>RMS norm</source>
        <translation>Norma RMS</translation>
    </message>
    <message>
        <source>Layer norm</source>
        <translation>Norma de camada</translation>
    </message>
    <message>
        <source>Matrix product</source>
        <translation>Produto de matrizes</translation>
    </message>
    <message>
        <source>Matrix product of experts</source>
        <translation>Produto de matrizes dos especialistas</translation>
    </message>
    <message>
        <source>Sum</source>
        <translation>Soma</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>Produto</translation>
    </message>
    <message>
        <source>Scaling</source>
        <translation>Escala</translation>
    </message>
    <message>
        <source>Soft-cap</source>
        <translation>Limite suave</translation>
    </message>
    <message>
        <source>Activation</source>
        <translation>Ativação</translation>
    </message>
    <message>
        <source>Gated activation</source>
        <translation>Ativação com porta</translation>
    </message>
    <message>
        <source>Rotation by position</source>
        <translation>Rotação pela posição</translation>
    </message>
    <message>
        <source>Keys and values to the cache</source>
        <translation>Chaves e valores para o cache</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>Atenção</translation>
    </message>
    <message>
        <source>Choice of experts</source>
        <translation>Escolha de especialistas</translation>
    </message>
    <message>
        <source>Weighted sum of experts</source>
        <translation>Soma ponderada dos especialistas</translation>
    </message>
    <message>
        <source>Choice of rows</source>
        <translation>Escolha de linhas</translation>
    </message>
    <message>
        <source>Embedding of the tokens</source>
        <translation>Embedding dos tokens</translation>
    </message>
    <message>
        <source>Attention block</source>
        <translation>Bloco de atenção</translation>
    </message>
    <message>
        <source>MLP block</source>
        <translation>Bloco MLP</translation>
    </message>
    <message>
        <source>Output head</source>
        <translation>Saída</translation>
    </message>
    <message>
        <source>%1 of %2 dimensions</source>
        <translation>%1 de %2 dimensões</translation>
    </message>
    <message>
        <source>%1 of %2 experts</source>
        <translation>%1 de %2 especialistas</translation>
    </message>
    <message>
        <source>%1 heads</source>
        <translation>%1 cabeças</translation>
    </message>
    <message>
        <source>%1 of keys and values</source>
        <translation>%1 de chaves e valores</translation>
    </message>
    <message>
        <source>window of %1</source>
        <translation>janela de %1</translation>
    </message>
    <message>
        <source>best %1 of %2</source>
        <translation>melhores %1 de %2</translation>
    </message>
</context>
<context>
    <name>vitral::OverviewView</name>
    <message>
        <source>Overview</source>
        <translation>Visão geral</translation>
    </message>
    <message>
        <source>Every head of every layer as a small map: a row for each token that looks, a column for each token it looks at. Click a head to open it; the arrow keys walk, Enter opens.</source>
        <translation>Cada cabeça de cada camada como um pequeno mapa: uma linha para cada token que olha, uma coluna para cada token visto. Clique em uma cabeça para abri-la; as setas andam, Enter abre.</translation>
    </message>
    <message>
        <source>This run was recorded without attention.</source>
        <translation>Esta execução foi gravada sem atenção.</translation>
    </message>
    <message>
        <source>Layer %1, head %2</source>
        <translation>Camada %1, cabeça %2</translation>
    </message>
    <message>
        <source>this run minus %1: blue is more here, orange is less; means of blocks</source>
        <translation>esta execução menos %1: azul é mais aqui, laranja é menos; médias dos blocos</translation>
    </message>
    <message>
        <source>a pixel is a block of %1 × %1 cells</source>
        <translation>um pixel é um bloco de %1 × %1 células</translation>
    </message>
    <message>
        <source>a pixel is the largest weight of %1 × %1 cells</source>
        <translation>um pixel é o maior peso de %1 × %1 células</translation>
    </message>
    <message>
        <source>a pixel is one weight</source>
        <translation>um pixel é um peso</translation>
    </message>
    <message>
        <source>logarithmic</source>
        <translation>logarítmica</translation>
    </message>
    <message>
        <source>%1 of %2 heads are exact so far, the others sampled</source>
        <translation>%1 de %2 cabeças já são exatas, as outras são amostradas</translation>
    </message>
    <message>
        <source>sampled: the text is too long for exact thumbnails; open a head for exact values</source>
        <translation>amostrado: o texto é longo demais para miniaturas exatas; abra uma cabeça para ver valores exatos</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>exato</translation>
    </message>
    <message>
        <source>%1 layers were not recorded</source>
        <translation>%1 camadas não foram gravadas</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>Ajustar</translation>
    </message>
    <message>
        <source>%1 pixels</source>
        <translation>%1 pixels</translation>
    </message>
    <message>
        <source>Size of a head</source>
        <translation>Tamanho de uma cabeça</translation>
    </message>
    <message>
        <source>All heads</source>
        <translation>Todas as cabeças</translation>
    </message>
    <message>
        <source>Spread (entropy)</source>
        <translation>Dispersão (entropia)</translation>
    </message>
    <message>
        <source>Previous token</source>
        <translation>Token anterior</translation>
    </message>
    <message>
        <source>First token</source>
        <translation>Primeiro token</translation>
    </message>
    <message>
        <source>Induction</source>
        <translation>Indução</translation>
    </message>
    <message>
        <source>Same token before</source>
        <translation>Mesmo token antes</translation>
    </message>
    <message>
        <source>Near tokens</source>
        <translation>Tokens próximos</translation>
    </message>
    <message>
        <source>Far tokens</source>
        <translation>Tokens distantes</translation>
    </message>
    <message>
        <source>Spread: 1 looks at all tokens alike, 0 at a single one</source>
        <translation>Dispersão: 1 olha para todos os tokens por igual, 0 para um só</translation>
    </message>
    <message>
        <source>weight on the token just before</source>
        <translation>peso no token logo antes</translation>
    </message>
    <message>
        <source>weight on the first token, where heads rest that have nothing to look for</source>
        <translation>peso no primeiro token, onde repousam cabeças que nada têm a procurar</translation>
    </message>
    <message>
        <source>weight on the token that followed when the same token stood earlier: how a pattern is continued</source>
        <translation>peso no token que veio depois quando o mesmo token apareceu antes: é como um padrão é continuado</translation>
    </message>
    <message>
        <source>weight on earlier places of the same token</source>
        <translation>peso em lugares anteriores do mesmo token</translation>
    </message>
    <message>
        <source>weight on the last %1 tokens</source>
        <translation>peso nos últimos %1 tokens</translation>
    </message>
    <message>
        <source>weight on tokens %1 or more back, without the first</source>
        <translation>peso em tokens %1 ou mais atrás, sem o primeiro</translation>
    </message>
    <message>
        <source>%1: %2; 0 is chance, 1 is all of it</source>
        <translation>%1: %2; 0 é o acaso, 1 é tudo</translation>
    </message>
    <message>
        <source>%1 %2 (by chance %3)</source>
        <translation>%1 %2 (ao acaso %3)</translation>
    </message>
    <message>
        <source>entropy %1 of at most %2 nats</source>
        <translation>entropia %1 de no máximo %2 nats</translation>
    </message>
    <message>
        <source>scores from %1 sampled tokens</source>
        <translation>pontuações de %1 tokens amostrados</translation>
    </message>
    <message>
        <source>No score</source>
        <translation>Sem pontuação</translation>
    </message>
    <message>
        <source>What to score the heads by</source>
        <translation>Pelo que pontuar as cabeças</translation>
    </message>
    <message>
        <source>Layer by head</source>
        <translation>Camada por cabeça</translation>
    </message>
    <message>
        <source>Highest score first</source>
        <translation>Maior pontuação primeiro</translation>
    </message>
    <message>
        <source>Order of the heads</source>
        <translation>Ordem das cabeças</translation>
    </message>
    <message>
        <source>the standard probe needs the recorded model: load it</source>
        <translation>a prova padrão precisa do modelo gravado: carregue-o</translation>
    </message>
    <message>
        <source>%1: no such places in this text</source>
        <translation>%1: não há lugares assim neste texto</translation>
    </message>
    <message>
        <source>scored on the standard probe: %1 random tokens, twice</source>
        <translation>pontuado na prova padrão: %1 tokens ao acaso, duas vezes</translation>
    </message>
    <message>
        <source>reading the standard probe…</source>
        <translation>lendo a prova padrão…</translation>
    </message>
    <message>
        <source>On this text</source>
        <translation>Neste texto</translation>
    </message>
    <message>
        <source>On the standard probe</source>
        <translation>Na prova padrão</translation>
    </message>
    <message>
        <source>The probe is random tokens and then the same again: only looking back can guess them</source>
        <translation>A prova são tokens ao acaso e depois os mesmos de novo: só olhando para trás dá para adivinhá-los</translation>
    </message>
    <message>
        <source>What the scores are measured on</source>
        <translation>Em que as pontuações são medidas</translation>
    </message>
    <message>
        <source>Show the arithmetic of the chosen head&apos;s score</source>
        <translation>Mostrar a conta da nota da cabeça escolhida</translation>
    </message>
    <message>
        <source>only tokens of both texts have rows and columns</source>
        <translation>só tokens dos dois textos têm linhas e colunas</translation>
    </message>
</context>
<context>
    <name>vitral::PaintPage</name>
    <message>
        <source>Choose a picture to paint in</source>
        <translation>Escolha uma imagem para pintar</translation>
    </message>
    <message>
        <source>Pictures (*.png *.jpg *.jpeg *.bmp)</source>
        <translation>Imagens (*.png *.jpg *.jpeg *.bmp)</translation>
    </message>
    <message>
        <source>Mark with the brush what is to be painted anew; the rest of the picture stays. Then run: the words at the side say what shall be there.</source>
        <translation>Marque com o pincel o que deve ser pintado de novo; o resto da imagem fica. Depois execute: as palavras ao lado dizem o que deve estar ali.</translation>
    </message>
    <message>
        <source>End of this run</source>
        <translation>Fim desta execução</translation>
    </message>
    <message>
        <source>Paint in the picture the chosen run ended with</source>
        <translation>Pintar na imagem com que a execução escolhida terminou</translation>
    </message>
    <message>
        <source>Size of the brush ([ and ])</source>
        <translation>Tamanho do pincel ([ e ])</translation>
    </message>
    <message>
        <source>Erase</source>
        <translation>Apagar</translation>
    </message>
    <message>
        <source>The brush takes the mask away (E; or the right button)</source>
        <translation>O pincel tira a máscara (E; ou o botão direito)</translation>
    </message>
    <message>
        <source>Undo the last stroke (Ctrl+Z)</source>
        <translation>Desfazer o último traço (Ctrl+Z)</translation>
    </message>
    <message>
        <source>Invert</source>
        <translation>Inverter</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Limpar</translation>
    </message>
    <message>
        <source>Paint anew</source>
        <translation>Pintar de novo</translation>
    </message>
    <message>
        <source>The mask, as it is used</source>
        <translation>A máscara, como é usada</translation>
    </message>
    <message>
        <source>Before and after</source>
        <translation>Antes e depois</translation>
    </message>
    <message>
        <source>Picture with its mask</source>
        <translation>Imagem com sua máscara</translation>
    </message>
    <message>
        <source>There is no picture to paint in: open one, or take the end of a run.</source>
        <translation>Não há imagem para pintar: abra uma ou use o fim de uma execução.</translation>
    </message>
    <message>
        <source>There is no model yet: choose one first.</source>
        <translation>Ainda não há modelo: escolha um primeiro.</translation>
    </message>
    <message>
        <source>Brush %1 px</source>
        <translation>Pincel %1 px</translation>
    </message>
    <message>
        <source>Nothing is marked yet: drag over what is to be painted anew.</source>
        <translation>Nada está marcado ainda: arraste sobre o que deve ser pintado de novo.</translation>
    </message>
    <message>
        <source>Strength %1: the old picture still shows through where it is painted anew.</source>
        <translation>Força %1: a imagem antiga ainda aparece onde se pinta de novo.</translation>
    </message>
    <message>
        <source>The mask stands here as soon as something is marked.</source>
        <translation>A máscara aparece aqui assim que algo for marcado.</translation>
    </message>
    <message>
        <source>%1 anew</source>
        <translation>%1 de novo</translation>
    </message>
    <message>
        <source>%1 × %2 pixels</source>
        <translation>%1 × %2 pixels</translation>
    </message>
    <message>
        <source>%1 × %2 latents</source>
        <translation>%1 × %2 latentes</translation>
    </message>
    <message>
        <source>latent that stays</source>
        <translation>latente que fica</translation>
    </message>
    <message numerus="yes">
        <source>%Ln channel(s)</source>
        <translation>
            <numerusform>%Ln canal</numerusform>
            <numerusform>%Ln canais</numerusform>
        </translation>
    </message>
    <message>
        <source>The chosen run had no mask. Mark something and run to see it before and after.</source>
        <translation>A execução escolhida não tinha máscara. Marque algo e execute para ver antes e depois.</translation>
    </message>
    <message>
        <source>A run with a mask stands here before and after.</source>
        <translation>Uma execução com máscara aparece aqui, antes e depois.</translation>
    </message>
    <message>
        <source>before</source>
        <translation>antes</translation>
    </message>
    <message>
        <source>after</source>
        <translation>depois</translation>
    </message>
    <message>
        <source>difference</source>
        <translation>diferença</translation>
    </message>
    <message>
        <source>Change (RMS, pixels from −1 to 1): %1 where it was painted anew, %2 where it was kept.</source>
        <translation>Mudança (RMS, pixels de −1 a 1): %1 onde foi pintado de novo, %2 onde foi mantido.</translation>
    </message>
    <message>
        <source>What was kept went through the autoencoder and back: that is the change outside.</source>
        <translation>O que foi mantido passou pelo autocodificador e voltou: essa é a mudança fora.</translation>
    </message>
    <message>
        <source>What was kept is put back exactly at the end.</source>
        <translation>O que foi mantido é reposto exatamente no fim.</translation>
    </message>
    <message>
        <source>x at this step</source>
        <translation>x neste passo</translation>
    </message>
    <message>
        <source>predicted</source>
        <translation>prevista</translation>
    </message>
    <message>
        <source>Paint</source>
        <translation>Pintar</translation>
    </message>
</context>
<context>
    <name>vitral::ParameterRow</name>
    <message>
        <source>off</source>
        <translation>desligado</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>Temperatura</translation>
    </message>
    <message>
        <source>How adventurous the choice of words is. 0 always takes the likeliest token; 1 follows the model&apos;s own probabilities; above 1 unlikely tokens gain.</source>
        <translation>Quão aventureira é a escolha das palavras. 0 toma sempre o token mais provável; 1 segue as probabilidades do próprio modelo; acima de 1 os improváveis ganham.</translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation>Top-k</translation>
    </message>
    <message>
        <source>Only the k likeliest tokens stay in the draw. 0 keeps all.</source>
        <translation>Só os k tokens mais prováveis ficam no sorteio. 0 mantém todos.</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Keeps the likeliest tokens until their probabilities add up to p; the rest is cut. 1 keeps all.</source>
        <translation>Mantém os tokens mais prováveis até suas probabilidades somarem p; o resto é cortado. 1 mantém todos.</translation>
    </message>
    <message>
        <source>Min-p</source>
        <translation>Min-p</translation>
    </message>
    <message>
        <source>Cuts every token less likely than this share of the best one: strict when the model is sure, generous when it is not. 0 keeps all.</source>
        <translation>Corta todo token menos provável que esta fração do melhor: rígido quando o modelo tem certeza, generoso quando não tem. 0 mantém todos.</translation>
    </message>
    <message>
        <source>Longest answer</source>
        <translation>Resposta mais longa</translation>
    </message>
    <message>
        <source>Tokens after which an answer is stopped. 0 lets it end by itself.</source>
        <translation>Tokens depois dos quais a resposta é interrompida. 0 deixa que termine sozinha.</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Semente</translation>
    </message>
    <message>
        <source>The same seed, settings and question give the same answer. 0 takes a fresh one every time; the one used is told with the answer.</source>
        <translation>A mesma semente, os mesmos ajustes e a mesma pergunta dão a mesma resposta. 0 toma uma nova a cada vez; a usada é dita com a resposta.</translation>
    </message>
    <message>
        <source>Typical-p</source>
        <translation>Típico-p</translation>
    </message>
    <message>
        <source>Prefers tokens about as surprising as the model expects to be: neither dull nor wild. 1 is off.</source>
        <translation>Prefere tokens tão surpreendentes quanto o modelo espera: nem banais nem loucos. 1 é desligado.</translation>
    </message>
    <message>
        <source>Top-n-sigma</source>
        <translation>Top-n-sigma</translation>
    </message>
    <message>
        <source>Keeps tokens whose raw score is at most n standard deviations below the best. 0 is off.</source>
        <translation>Mantém tokens cuja nota bruta fica no máximo n desvios-padrão abaixo da melhor. 0 é desligado.</translation>
    </message>
    <message>
        <source>XTC probability</source>
        <translation>Probabilidade XTC</translation>
    </message>
    <message>
        <source>How often the most obvious choices are thrown out, for fresher prose. 0 is off.</source>
        <translation>Com que frequência as escolhas mais óbvias são jogadas fora, para um texto mais fresco. 0 é desligado.</translation>
    </message>
    <message>
        <source>XTC threshold</source>
        <translation>Limiar XTC</translation>
    </message>
    <message>
        <source>A token counts as obvious when it is at least this likely; the least likely of them is kept.</source>
        <translation>Um token conta como óbvio quando é ao menos tão provável assim; o menos provável deles é mantido.</translation>
    </message>
    <message>
        <source>Repetition penalty</source>
        <translation>Penalidade de repetição</translation>
    </message>
    <message>
        <source>Makes tokens that were used lately less likely. 1 is off; more than 1.3 harms grammar.</source>
        <translation>Torna menos prováveis os tokens usados há pouco. 1 é desligado; mais de 1,3 prejudica a gramática.</translation>
    </message>
    <message>
        <source>Frequency penalty</source>
        <translation>Penalidade de frequência</translation>
    </message>
    <message>
        <source>Takes this much from a token&apos;s score for every time it was used. 0 is off.</source>
        <translation>Tira este tanto da nota de um token a cada vez que foi usado. 0 é desligado.</translation>
    </message>
    <message>
        <source>Presence penalty</source>
        <translation>Penalidade de presença</translation>
    </message>
    <message>
        <source>Takes this much from a token&apos;s score once it was used at all. 0 is off.</source>
        <translation>Tira este tanto da nota de um token se ele já foi usado. 0 é desligado.</translation>
    </message>
    <message>
        <source>Looks back</source>
        <translation>Olha para trás</translation>
    </message>
    <message>
        <source>How many of the last tokens the three penalties look at. −1 is the whole context.</source>
        <translation>Quantos dos últimos tokens as três penalidades olham. −1 é o contexto inteiro.</translation>
    </message>
    <message>
        <source>DRY strength</source>
        <translation>Força do DRY</translation>
    </message>
    <message>
        <source>Don&apos;t repeat yourself: punishes tokens that would continue a phrase said before. 0 is off; 0.8 is usual.</source>
        <translation>Não se repita: pune tokens que continuariam uma frase já dita. 0 é desligado; 0,8 é o usual.</translation>
    </message>
    <message>
        <source>DRY base</source>
        <translation>Base do DRY</translation>
    </message>
    <message>
        <source>How fast the punishment grows with the length of the repeated phrase.</source>
        <translation>Quão depressa a punição cresce com o comprimento da frase repetida.</translation>
    </message>
    <message>
        <source>DRY allowed length</source>
        <translation>Comprimento livre no DRY</translation>
    </message>
    <message>
        <source>Phrases up to this many tokens may repeat freely.</source>
        <translation>Frases de até estes tokens podem se repetir à vontade.</translation>
    </message>
    <message>
        <source>DRY looks back</source>
        <translation>DRY olha para trás</translation>
    </message>
    <message>
        <source>How many of the last tokens DRY searches for phrases. −1 is the whole context.</source>
        <translation>Em quantos dos últimos tokens o DRY procura frases. −1 é o contexto inteiro.</translation>
    </message>
    <message>
        <source>Dynamic range</source>
        <translation>Faixa dinâmica</translation>
    </message>
    <message>
        <source>Lets the temperature move up and down by this much: low where the model is sure, high where it is not. 0 is off.</source>
        <translation>Deixa a temperatura subir e descer este tanto: baixa onde o modelo tem certeza, alta onde não tem. 0 é desligado.</translation>
    </message>
    <message>
        <source>Dynamic exponent</source>
        <translation>Expoente dinâmico</translation>
    </message>
    <message>
        <source>How strongly uncertainty moves the temperature; 1 is in proportion.</source>
        <translation>Com que força a incerteza move a temperatura; 1 é em proporção.</translation>
    </message>
    <message>
        <source>Mirostat target</source>
        <translation>Alvo do Mirostat</translation>
    </message>
    <message>
        <source>The surprise per token, in bits, that Mirostat steers to. Used only when Mirostat is on.</source>
        <translation>A surpresa por token, em bits, a que o Mirostat conduz. Só vale com o Mirostat ligado.</translation>
    </message>
    <message>
        <source>Mirostat rate</source>
        <translation>Passo do Mirostat</translation>
    </message>
    <message>
        <source>How quickly Mirostat corrects itself.</source>
        <translation>Quão depressa o Mirostat se corrige.</translation>
    </message>
</context>
<context>
    <name>vitral::PatchPage</name>
    <message>
        <source>Right prompt</source>
        <translation>Texto certo</translation>
    </message>
    <message>
        <source>Other prompt</source>
        <translation>Outro texto</translation>
    </message>
    <message>
        <source>Put over</source>
        <translation>Enxertar</translation>
    </message>
    <message>
        <source>Fill the grid</source>
        <translation>Preencher a grade</translation>
    </message>
    <message>
        <source>Answer brought back by layer and token</source>
        <translation>Resposta recuperada por camada e token</translation>
    </message>
    <message>
        <source>The two prompts must have as many tokens as each other; they have %1 and %2.</source>
        <translation>Os dois textos precisam ter o mesmo número de tokens; têm %1 e %2.</translation>
    </message>
    <message>
        <source>Computing…</source>
        <translation>Calculando…</translation>
    </message>
    <message>
        <source>Answers: “%1” after the right prompt, “%2” after the other. 100 %: the right answer is all back; 0 %: nothing changed.</source>
        <translation>Respostas: “%1” depois do texto certo, “%2” depois do outro. 100 %: a resposta certa voltou inteira; 0 %: nada mudou.</translation>
    </message>
    <message>
        <source>Two prompts of the same length that the model answers differently. Each cell puts one activation of the right prompt into the other, and shows how much of the right answer comes back.</source>
        <translation>Dois textos do mesmo comprimento que o modelo responde de formas diferentes. Cada célula põe uma ativação do texto certo no outro e mostra quanto da resposta certa volta.</translation>
    </message>
    <message>
        <source>layer</source>
        <translation>camada</translation>
    </message>
    <message>
        <source>token of the other prompt</source>
        <translation>token do outro texto</translation>
    </message>
    <message>
        <source>Layer %1, token %2 “%3”: %4 of the right answer is back</source>
        <translation>Camada %1, token %2 “%3”: %4 da resposta certa voltou</translation>
    </message>
    <message>
        <source>outputs of single heads</source>
        <translation>saídas de cabeças isoladas</translation>
    </message>
    <message>
        <source>head</source>
        <translation>cabeça</translation>
    </message>
    <message>
        <source>Layer %1, head %2, at all tokens: %3 of the right answer is back</source>
        <translation>Camada %1, cabeça %2, em todos os tokens: %3 da resposta certa voltou</translation>
    </message>
    <message>
        <source>Answer brought back by layer and head</source>
        <translation>Resposta trazida de volta por camada e cabeça</translation>
    </message>
</context>
<context>
    <name>vitral::PathView</name>
    <message>
        <source>The text has no tokens.</source>
        <translation>O texto não tem tokens.</translation>
    </message>
    <message>
        <source>The text is being cut…</source>
        <translation>O texto está sendo cortado…</translation>
    </message>
    <message>
        <source>%1  ·  token %2 of %3  ·  id %4  ·  “%5”</source>
        <translation>%1  ·  token %2 de %3  ·  id %4  ·  “%5”</translation>
    </message>
    <message>
        <source>Added token: taken out of the text whole, before anything else looks at it</source>
        <translation>Token adicionado: tirado inteiro do texto, antes que qualquer outra coisa o olhe</translation>
    </message>
    <message>
        <source>Normalisation changed nothing here</source>
        <translation>A normalização não mudou nada aqui</translation>
    </message>
    <message>
        <source>Normalisation: before and after, what changed is outlined</source>
        <translation>Normalização: antes e depois, o que mudou está contornado</translation>
    </message>
    <message>
        <source>added</source>
        <translation>adicionado</translation>
    </message>
    <message numerus="yes">
        <source>%Ln token(s)</source>
        <translation>
            <numerusform>%Ln token</numerusform>
            <numerusform>%Ln tokens</numerusform>
        </translation>
    </message>
    <message>
        <source>Pre-tokens: this tokenizer does not cut the text before the model does</source>
        <translation>Pré-tokens: este tokenizador não corta o texto antes do modelo</translation>
    </message>
    <message>
        <source>Pre-tokens: no token crosses their ends</source>
        <translation>Pré-tokens: nenhum token passa dos limites deles</translation>
    </message>
    <message>
        <source>Merges: of all pairs side by side the one with the lowest rank is joined, again and again; the number above a piece is its rank</source>
        <translation>Fusões: de todos os pares vizinhos une-se o de menor posição na lista, repetidas vezes; o número acima de uma peça é a posição dela</translation>
    </message>
    <message>
        <source>An added token is not made of merges.</source>
        <translation>Um token adicionado não é feito de fusões.</translation>
    </message>
    <message>
        <source>The whole word is a piece of the vocabulary and is taken as it is, without merges.</source>
        <translation>A palavra inteira é uma peça do vocabulário e é tomada como está, sem fusões.</translation>
    </message>
    <message>
        <source>This word has %1 symbols; the tree is drawn for words of up to %2.</source>
        <translation>Esta palavra tem %1 símbolos; a árvore é desenhada para palavras de até %2.</translation>
    </message>
    <message>
        <source>Search: the longest piece that fits, from the whole rest down, one letter less each time</source>
        <translation>Busca: a peça mais longa que cabe, a partir de todo o resto, uma letra a menos por vez</translation>
    </message>
    <message>
        <source>An added token is not searched for.</source>
        <translation>Um token adicionado não é procurado.</translation>
    </message>
    <message>
        <source>Every piece that fits, with the logarithm of its probability; the way with the largest sum is lit</source>
        <translation>Todas as peças que cabem, com o logaritmo da probabilidade; o caminho de maior soma está aceso</translation>
    </message>
    <message>
        <source>An added token is not a choice of the model.</source>
        <translation>Um token adicionado não é escolha do modelo.</translation>
    </message>
    <message>
        <source>The tokens of the word</source>
        <translation>Os tokens da palavra</translation>
    </message>
    <message>
        <source>This stretch has %1 letters; the ways are drawn for up to %2.</source>
        <translation>Este trecho tem %1 letras; os caminhos são desenhados para até %2.</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>desconhecido</translation>
    </message>
    <message>
        <source>%1 %  ·  %2</source>
        <translation>%1 %  ·  %2</translation>
    </message>
    <message>
        <source>%1 % at this alpha</source>
        <translation>%1 % com este alfa</translation>
    </message>
    <message numerus="yes">
        <source>%Ln symbol(s) to begin with</source>
        <translation>
            <numerusform>%Ln símbolo para começar</numerusform>
            <numerusform>%Ln símbolos para começar</numerusform>
        </translation>
    </message>
    <message>
        <source>merge %1 of %2: %3 + %4, rank %5</source>
        <translation>fusão %1 de %2: %3 + %4, posição %5</translation>
    </message>
    <message>
        <source>no</source>
        <translation>não</translation>
    </message>
    <message>
        <source>nothing looked up yet</source>
        <translation>nada procurado ainda</translation>
    </message>
    <message>
        <source>look-up %1 of %2: found</source>
        <translation>busca %1 de %2: encontrada</translation>
    </message>
    <message>
        <source>look-up %1 of %2: not in the vocabulary</source>
        <translation>busca %1 de %2: não está no vocabulário</translation>
    </message>
    <message>
        <source>From the letters to the token. The arrow keys go from step to step and, with Ctrl, from token to token; click a word to see its path.</source>
        <translation>Das letras ao token. As setas vão de passo em passo e, com Ctrl, de token em token; clique numa palavra para ver o percurso dela.</translation>
    </message>
    <message>
        <source>Open a tokenizer to see how it cuts a text.</source>
        <translation>Abra um tokenizador para ver como ele corta um texto.</translation>
    </message>
    <message>
        <source>There is no text yet. Type one on the page Cut, then click a token.</source>
        <translation>Ainda não há texto. Digite um na página Corte e clique num token.</translation>
    </message>
    <message>
        <source>Previous token</source>
        <translation>Token anterior</translation>
    </message>
    <message>
        <source>Next token</source>
        <translation>Próximo token</translation>
    </message>
    <message>
        <source>To the beginning</source>
        <translation>Ao começo</translation>
    </message>
    <message>
        <source>One step back</source>
        <translation>Um passo atrás</translation>
    </message>
    <message>
        <source>One step on</source>
        <translation>Um passo adiante</translation>
    </message>
    <message>
        <source>Play the steps</source>
        <translation>Reproduzir os passos</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Passo</translation>
    </message>
    <message>
        <source>Words around it</source>
        <translation>Palavras ao redor</translation>
    </message>
    <message>
        <source>Tokens of the word</source>
        <translation>Tokens da palavra</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Texto</translation>
    </message>
    <message>
        <source>The text, with the word in it</source>
        <translation>O texto, com a palavra dentro dele</translation>
    </message>
    <message>
        <source>The most probable ways to cut the word; the first is the one taken</source>
        <translation>Os modos mais prováveis de cortar a palavra; o primeiro é o escolhido</translation>
    </message>
    <message>
        <source>Drawn at random, as in training with subword regularisation</source>
        <translation>Sorteados, como no treino com regularização de subpalavras</translation>
    </message>
    <message>
        <source>alpha</source>
        <translation>alfa</translation>
    </message>
    <message>
        <source>Probabilities are raised to this power: 1 is the model&apos;s own distribution, 0 gives every way the same chance</source>
        <translation>As probabilidades são elevadas a esta potência: 1 é a distribuição do próprio modelo, 0 dá a todos os modos a mesma chance</translation>
    </message>
    <message>
        <source>Draw again</source>
        <translation>Sortear de novo</translation>
    </message>
    <message>
        <source>Path</source>
        <translation>Percurso</translation>
    </message>
</context>
<context>
    <name>vitral::PointsCanvas</name>
    <message>
        <source>Point %1 of %2 at %3; %4. %5</source>
        <translation>Ponto %1 de %2 em %3; %4. %5</translation>
    </message>
</context>
<context>
    <name>vitral::PointsPage</name>
    <message>
        <source>Two moons</source>
        <translation>Duas luas</translation>
    </message>
    <message>
        <source>Spiral</source>
        <translation>Espiral</translation>
    </message>
    <message>
        <source>Grid of spots</source>
        <translation>Grade de manchas</translation>
    </message>
    <message>
        <source>Ring</source>
        <translation>Anel</translation>
    </message>
    <message>
        <source>Letters</source>
        <translation>Letras</translation>
    </message>
    <message>
        <source>Pinwheel</source>
        <translation>Cata-vento</translation>
    </message>
    <message>
        <source>Corners</source>
        <translation>Cantos</translation>
    </message>
    <message>
        <source>Points of a mixture whose score is known exactly, on their way from noise to data; beside them the same with a small network trained here. Click a point to follow it.</source>
        <translation>Pontos de uma mistura cujo escore é conhecido com exatidão, a caminho do ruído aos dados; ao lado, o mesmo com uma pequena rede treinada aqui. Clique num ponto para segui-lo.</translation>
    </message>
    <message>
        <source>Points</source>
        <translation>Pontos</translation>
    </message>
    <message>
        <source>Solver</source>
        <translation>Método</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Passos</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Semente</translation>
    </message>
    <message>
        <source>Set of points</source>
        <translation>Conjunto de pontos</translation>
    </message>
    <message>
        <source>Training steps</source>
        <translation>Passos de treino</translation>
    </message>
    <message>
        <source>Train the network</source>
        <translation>Treinar a rede</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Parar</translation>
    </message>
    <message>
        <source>Ends the training; what has been learned is kept</source>
        <translation>Encerra o treino; o que foi aprendido fica</translation>
    </message>
    <message>
        <source>Progress of the training</source>
        <translation>Andamento do treino</translation>
    </message>
    <message>
        <source>Loss of the training</source>
        <translation>Perda do treino</translation>
    </message>
    <message>
        <source>Points moved by the exact score</source>
        <translation>Pontos movidos pelo escore exato</translation>
    </message>
    <message>
        <source>Points moved by the trained network</source>
        <translation>Pontos movidos pela rede treinada</translation>
    </message>
    <message>
        <source>Solvers, and how far they end from the exact answer</source>
        <translation>Os métodos, e a que distância terminam da resposta exata</translation>
    </message>
    <message>
        <source>distance to the exact end, point by point</source>
        <translation>distância ao fim exato, ponto a ponto</translation>
    </message>
    <message>
        <source>energy distance to fresh data</source>
        <translation>distância de energia a dados novos</translation>
    </message>
    <message>
        <source>What is measured</source>
        <translation>O que é medido</translation>
    </message>
    <message>
        <source>Measure all solvers</source>
        <translation>Medir todos os métodos</translation>
    </message>
    <message>
        <source>Error of every solver</source>
        <translation>Erro de cada método</translation>
    </message>
    <message>
        <source>Step %1 of %2: timestep %3, α = %4, σ = %5. %6 points are drawn; the grey ones are a sample of the data.</source>
        <translation>Passo %1 de %2: instante %3, α = %4, σ = %5. São desenhados %6 pontos; os cinzentos são uma amostra dos dados.</translation>
    </message>
    <message>
        <source>trained network</source>
        <translation>rede treinada</translation>
    </message>
    <message>
        <source>exact score</source>
        <translation>escore exato</translation>
    </message>
    <message>
        <source>Train the network to see what it has learned beside the exact score.</source>
        <translation>Treine a rede para ver o que ela aprendeu ao lado do escore exato.</translation>
    </message>
    <message>
        <source>The points are being computed.</source>
        <translation>Os pontos estão sendo calculados.</translation>
    </message>
    <message>
        <source>arrows: score, to one scale, the longest %1 long</source>
        <translation>setas: escore, numa só escala; a mais longa mede %1</translation>
    </message>
    <message>
        <source>no noise is left: no arrows at the end</source>
        <translation>não resta ruído: sem setas no fim</translation>
    </message>
    <message>
        <source>lines: ways of chosen points</source>
        <translation>linhas: caminhos dos pontos escolhidos</translation>
    </message>
    <message>
        <source>lines: ways of chosen points, dotted: the exact ones</source>
        <translation>linhas: caminhos dos pontos escolhidos; pontilhadas: os exatos</translation>
    </message>
    <message>
        <source>loss: mean squared error of the noise</source>
        <translation>perda: erro quadrático médio do ruído</translation>
    </message>
    <message>
        <source>training step</source>
        <translation>passo de treino</translation>
    </message>
    <message>
        <source>loss</source>
        <translation>perda</translation>
    </message>
    <message>
        <source>The loss of the training, while it runs.</source>
        <translation>A perda do treino, enquanto ele acontece.</translation>
    </message>
    <message>
        <source>step %1 of %2</source>
        <translation>passo %1 de %2</translation>
    </message>
    <message>
        <source>stopped after %1 of %2 steps; loss %3</source>
        <translation>parado após %1 de %2 passos; perda %3</translation>
    </message>
    <message>
        <source>%1 parameters, %2 steps, loss %3</source>
        <translation>%1 parâmetros, %2 passos, perda %3</translation>
    </message>
    <message>
        <source>A network of 3 layers of 64, trained on 256 fresh points a step: seconds.</source>
        <translation>Uma rede de 3 camadas de 64, treinada com 256 pontos novos por passo: segundos.</translation>
    </message>
    <message>
        <source>%1, network</source>
        <translation>%1, rede</translation>
    </message>
    <message>
        <source>%1, %2 steps, %3 evaluations: %4</source>
        <translation>%1, %2 passos, %3 avaliações: %4</translation>
    </message>
    <message>
        <source>solver</source>
        <translation>método</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>passos</translation>
    </message>
    <message>
        <source>Measure all solvers to fill the table.</source>
        <translation>Meça todos os métodos para preencher a tabela.</translation>
    </message>
    <message>
        <source>Energy distance between %1 points and %1 fresh ones: 0 for equal distributions; a sample of its own size is not 0.</source>
        <translation>Distância de energia entre %1 pontos e %1 novos: 0 para distribuições iguais; entre duas amostras deste tamanho não é 0.</translation>
    </message>
    <message>
        <source>Root mean square distance of %1 points to where the exact path of each ends (Runge-Kutta in double). Solvers that draw noise have no such end: –.</source>
        <translation>Distância (média quadrática) de %1 pontos ao fim do caminho exato de cada um (Runge-Kutta em precisão dupla). Métodos que sorteiam ruído não têm esse fim: –.</translation>
    </message>
    <message>
        <source>Still computing.</source>
        <translation>Ainda calculando.</translation>
    </message>
    <message>
        <source>At the %1 points of the exact run the network&apos;s score is off by %2 of the score&apos;s size (root mean square).</source>
        <translation>Nos %1 pontos da execução exata, o escore da rede difere em %2 do tamanho do escore (média quadrática).</translation>
    </message>
    <message>
        <source>points outside the square: %1</source>
        <translation>pontos fora do quadrado: %1</translation>
    </message>
    <message>
        <source>Training a network on points</source>
        <translation>Treinando uma rede nos pontos</translation>
    </message>
    <message>
        <source>The end: no noise is left</source>
        <translation>O fim: não resta ruído</translation>
    </message>
    <message>
        <source>Before step %1 of %2: timestep %3, σ = %4</source>
        <translation>Antes do passo %1 de %2: tempo %3, σ = %4</translation>
    </message>
    <message>
        <source>Points moved by the exact score, from left to right</source>
        <translation>Pontos movidos pelo escore exato, da esquerda para a direita</translation>
    </message>
    <message>
        <source>Noise added to a sample of the data, from right to left</source>
        <translation>Ruído somado a uma amostra dos dados, da direita para a esquerda</translation>
    </message>
</context>
<context>
    <name>vitral::PollView</name>
    <message>
        <source>%1: %2 of %3</source>
        <translation>%1: %2 de %3</translation>
    </message>
    <message>
        <source>Poll</source>
        <translation>Enquete</translation>
    </message>
    <message>
        <source>the answer</source>
        <translation>a resposta</translation>
    </message>
    <message>
        <source>%1 (%2 %)</source>
        <translation>%1 (%2 %)</translation>
    </message>
    <message numerus="yes">
        <source>%Ln hand(s)</source>
        <translation>
            <numerusform>%Ln mão</numerusform>
            <numerusform>%Ln mãos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::PositionsView</name>
    <message>
        <source>Nothing to draw: this model has no such positions.</source>
        <translation>Nada a desenhar: este modelo não tem posições assim.</translation>
    </message>
    <message>
        <source>Nothing is recorded yet.</source>
        <translation>Nada foi gravado ainda.</translation>
    </message>
    <message>
        <source>distance</source>
        <translation>distância</translation>
    </message>
    <message>
        <source>pair</source>
        <translation>par</translation>
    </message>
    <message>
        <source>distance in tokens</source>
        <translation>distância em tokens</translation>
    </message>
    <message>
        <source>score of this query and key</source>
        <translation>pontuação desta consulta e desta chave</translation>
    </message>
    <message>
        <source>if they stood so far apart</source>
        <translation>se estivessem a essa distância</translation>
    </message>
    <message>
        <source>pair %1 alone</source>
        <translation>só o par %1</translation>
    </message>
    <message>
        <source>recorded</source>
        <translation>gravado</translation>
    </message>
    <message>
        <source>position</source>
        <translation>posição</translation>
    </message>
    <message>
        <source>mean over the table</source>
        <translation>média da tabela</translation>
    </message>
    <message>
        <source>likeness of two rows (cosine)</source>
        <translation>semelhança de duas linhas (cosseno)</translation>
    </message>
    <message>
        <source>all dimensions</source>
        <translation>todas as dimensões</translation>
    </message>
    <message>
        <source>dimension</source>
        <translation>dimensão</translation>
    </message>
    <message>
        <source>factor on a weight before it is normalised</source>
        <translation>fator de um peso antes da normalização</translation>
    </message>
    <message>
        <source>head %1, slope %2</source>
        <translation>cabeça %1, inclinação %2</translation>
    </message>
    <message>
        <source>head</source>
        <translation>cabeça</translation>
    </message>
    <message>
        <source>Positions</source>
        <translation>Posições</translation>
    </message>
    <message>
        <source>For reference: this model does not use it.</source>
        <translation>Para referência: este modelo não a usa.</translation>
    </message>
    <message>
        <source>Layer %1 was not recorded.</source>
        <translation>A camada %1 não foi gravada.</translation>
    </message>
    <message>
        <source>Layer %1 of this model does not rotate its queries and keys.</source>
        <translation>A camada %1 deste modelo não gira suas consultas e chaves.</translation>
    </message>
    <message>
        <source>Rotary embedding: each pair of dimensions of a query and a key is turned by its position times an angle, so that their product depends on the distance. %1 pairs, %2 of %3 dimensions.</source>
        <translation>Embedding rotatório: cada par de dimensões de uma consulta e de uma chave gira a posição vezes um ângulo, e o produto delas passa a depender da distância. %1 pares, %2 de %3 dimensões.</translation>
    </message>
    <message>
        <source>Rotated values are multiplied by %1.</source>
        <translation>Os valores girados são multiplicados por %1.</translation>
    </message>
    <message>
        <source>Learned positions: a table with one row a position, added to the embeddings.</source>
        <translation>Posições aprendidas: uma tabela com uma linha por posição, somada aos embeddings.</translation>
    </message>
    <message>
        <source>Learned positions: a table of %1 rows, one added to each token’s embedding. Rows that are alike are blue, opposite ones orange.</source>
        <translation>Posições aprendidas: uma tabela de %1 linhas, uma somada ao embedding de cada token. Linhas parecidas são azuis, opostas são laranja.</translation>
    </message>
    <message>
        <source>Only one position in %1 is drawn.</source>
        <translation>Só uma posição em cada %1 é desenhada.</translation>
    </message>
    <message>
        <source>Sinusoidal positions (the first transformer): sines and cosines of falling frequency, added to the embeddings.</source>
        <translation>Posições senoidais (o primeiro transformer): senos e cossenos de frequência decrescente, somados aos embeddings.</translation>
    </message>
    <message>
        <source>ALiBi: no positions at all; every head takes its slope times the distance off its scores.</source>
        <translation>ALiBi: nenhuma posição; cada cabeça tira das pontuações a sua inclinação vezes a distância.</translation>
    </message>
    <message>
        <source>Rotary</source>
        <translation>Rotatória</translation>
    </message>
    <message>
        <source>Learned</source>
        <translation>Aprendida</translation>
    </message>
    <message>
        <source>Sinusoidal</source>
        <translation>Senoidal</translation>
    </message>
    <message>
        <source>ALiBi</source>
        <translation>ALiBi</translation>
    </message>
    <message>
        <source>%1 (this model)</source>
        <translation>%1 (este modelo)</translation>
    </message>
    <message>
        <source>Kind of position</source>
        <translation>Tipo de posição</translation>
    </message>
    <message>
        <source>Picture of the positions</source>
        <translation>Figura das posições</translation>
    </message>
    <message>
        <source>Effect of the distance</source>
        <translation>Efeito da distância</translation>
    </message>
    <message>
        <source>How the model knows which token stands where, and what the distance between two tokens does to their score. Choose a layer, a head and a token above; the other token is the cell chosen in the matrix, or the one before.</source>
        <translation>Como o modelo sabe que token está onde, e o que a distância entre dois tokens faz com a pontuação deles. Escolha acima uma camada, uma cabeça e um token; o outro token é o da célula escolhida na matriz, ou o anterior.</translation>
    </message>
    <message>
        <source>in %1</source>
        <translation>em %1</translation>
    </message>
    <message>
        <source>difference</source>
        <translation>diferença</translation>
    </message>
    <message>
        <source>recorded there</source>
        <translation>gravado lá</translation>
    </message>
    <message>
        <source>The table belongs to the model and not to the run: nothing differs between two runs.</source>
        <translation>A tabela é do modelo e não da execução: nada difere entre duas execuções.</translation>
    </message>
    <message>
        <source>In %1 this head was not recorded.</source>
        <translation>Em %1 esta cabeça não foi gravada.</translation>
    </message>
    <message>
        <source>%1 turns by the same angles, so the picture is the same; queries and keys are its own.</source>
        <translation>%1 gira pelos mesmos ângulos, então a imagem é a mesma; consultas e chaves são dela.</translation>
    </message>
    <message>
        <source>%1 turns by other angles; the picture shows the cosines of this run minus those of that.</source>
        <translation>%1 gira por outros ângulos; a imagem mostra os cossenos desta execução menos os daquela.</translation>
    </message>
    <message>
        <source>One of the two tokens has no partner there.</source>
        <translation>Um dos dois tokens não tem par lá.</translation>
    </message>
    <message>
        <source>Show the arithmetic</source>
        <translation>Mostrar a conta</translation>
    </message>
    <message>
        <source>Factors at a distance of %1</source>
        <translation>Fatores a uma distância de %1</translation>
    </message>
    <message>
        <source>Cosine</source>
        <translation>Cosseno</translation>
    </message>
    <message>
        <source>Positions %1 and %2</source>
        <translation>Posições %1 e %2</translation>
    </message>
    <message>
        <source>Pair %1</source>
        <translation>Par %1</translation>
    </message>
    <message>
        <source>What this pair gives of the sum; its dial unfolds its angle.</source>
        <translation>O que este par dá da soma; o mostrador dele desdobra o ângulo.</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>Pontuação</translation>
    </message>
    <message>
        <source>How the value of the curve at the chosen distance comes about</source>
        <translation>Como se chega ao valor da curva na distância escolhida</translation>
    </message>
    <message>
        <source>How the number of the chosen cell comes about</source>
        <translation>Como se chega ao número da célula escolhida</translation>
    </message>
</context>
<context>
    <name>vitral::PresenterNotes</name>
    <message>
        <source>%1 of %2: %3</source>
        <translation>%1 de %2: %3</translation>
    </message>
    <message>
        <source>Nothing to step through. Open a lesson: its steps and notes stand here.</source>
        <translation>Não há passos a percorrer. Abra uma lição: os passos e as notas dela aparecem aqui.</translation>
    </message>
    <message>
        <source>Next: %1</source>
        <translation>Em seguida: %1</translation>
    </message>
    <message>
        <source>Hands for %1</source>
        <translation>Mãos para %1</translation>
    </message>
    <message>
        <source>Hide the question</source>
        <translation>Esconder a pergunta</translation>
    </message>
    <message>
        <source>Show the question</source>
        <translation>Mostrar a pergunta</translation>
    </message>
    <message>
        <source>Cover the answer</source>
        <translation>Cobrir a resposta</translation>
    </message>
    <message>
        <source>Reveal the answer</source>
        <translation>Revelar a resposta</translation>
    </message>
    <message>
        <source>Notes of the presenter</source>
        <translation>Notas de quem apresenta</translation>
    </message>
    <message>
        <source>From zero</source>
        <translation>Do zero</translation>
    </message>
    <message>
        <source>Starts the time that has passed from zero</source>
        <translation>Recomeça do zero o tempo decorrido</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notas</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Voltar</translation>
    </message>
    <message>
        <source>Next step</source>
        <translation>Próximo passo</translation>
    </message>
    <message>
        <source>Blank</source>
        <translation>Apagar tela</translation>
    </message>
    <message>
        <source>Pen</source>
        <translation>Caneta</translation>
    </message>
    <message>
        <source>Erase</source>
        <translation>Limpar</translation>
    </message>
    <message>
        <source>Slow</source>
        <translation>Devagar</translation>
    </message>
    <message>
        <source>Ask the class</source>
        <translation>Perguntar à turma</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>Pergunta</translation>
    </message>
    <message>
        <source>The class does not see this: %1</source>
        <translation>A turma não vê isto: %1</translation>
    </message>
    <message>
        <source>One answer in each line, * before the right one</source>
        <translation>Uma resposta por linha, com * antes da certa</translation>
    </message>
    <message>
        <source>Answers, one in each line, an asterisk before the right one</source>
        <translation>Respostas, uma por linha, com asterisco antes da certa</translation>
    </message>
    <message>
        <source>Page Down, Page Up: step. B: blank. S: spotlight on what is under the pointer. Z: zoom. P: pen, E: erase. L: slow motion. V: question, 1 to 9: a hand more, Backspace: one less, R: reveal. Zoomed: arrows, + and -. N: this window. Esc: back.</source>
        <translation>Page Down, Page Up: passo. B: apagar a tela. S: luz sobre o que está sob o ponteiro. Z: ampliar. P: caneta, E: limpar. L: câmera lenta. V: pergunta, 1 a 9: mais uma mão, Backspace: uma mão a menos, R: revelar. Ampliado: setas, + e -. N: esta janela. Esc: voltar.</translation>
    </message>
</context>
<context>
    <name>vitral::Presets</name>
    <message>
        <source>Balanced</source>
        <translation>Equilibrado</translation>
    </message>
    <message>
        <source>Good for most conversations.</source>
        <translation>Bom para a maioria das conversas.</translation>
    </message>
    <message>
        <source>Precise</source>
        <translation>Preciso</translation>
    </message>
    <message>
        <source>Little chance: for facts and code.</source>
        <translation>Pouco acaso: para fatos e código.</translation>
    </message>
    <message>
        <source>Creative</source>
        <translation>Criativo</translation>
    </message>
    <message>
        <source>More surprise, no loops: for stories.</source>
        <translation>Mais surpresa, sem repetições: para histórias.</translation>
    </message>
    <message>
        <source>Always the same</source>
        <translation>Sempre igual</translation>
    </message>
    <message>
        <source>Temperature 0: the likeliest token every time.</source>
        <translation>Temperatura 0: o token mais provável a cada vez.</translation>
    </message>
    <message>
        <source>The model&apos;s own</source>
        <translation>O do próprio modelo</translation>
    </message>
    <message>
        <source>No sampler at all: draws from the probabilities as they are.</source>
        <translation>Nenhum amostrador: sorteia pelas probabilidades como são.</translation>
    </message>
</context>
<context>
    <name>vitral::ProblemText</name>
    <message>
        <source>The picture &quot;%1&quot; is not in the lesson&apos;s folder; nothing is loaded from the network. Put a copy into the folder.</source>
        <translation>A imagem “%1” não está na pasta da lição; nada é carregado da rede. Ponha uma cópia na pasta.</translation>
    </message>
    <message>
        <source>It is not clear whether %1 is the text of an option or its place; put the option&apos;s text between quotes.</source>
        <translation>Não está claro se %1 é o texto de uma opção ou o lugar dela; ponha o texto da opção entre aspas.</translation>
    </message>
    <message>
        <source>Anchors (&amp;name) and aliases (*name) are not read here; put texts that begin with &amp; or * in quotes.</source>
        <translation>Âncoras (&amp;nome) e apelidos (*nome) não são lidos aqui; ponha entre aspas os textos que começam com &amp; ou *.</translation>
    </message>
    <message>
        <source>A lesson begins with a line &quot;---&quot;, then lines like &quot;id: ...&quot; and &quot;title: ...&quot;, then &quot;---&quot; again.</source>
        <translation>Uma lição começa com uma linha “---”, depois linhas como “id: ...” e “title: ...”, depois “---” de novo.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; in %2 should be a list; begin each entry with &quot;- &quot;, and put texts with a colon between quotes.</source>
        <translation>“%1” em %2 deve ser uma lista; comece cada entrada com “- ” e ponha entre aspas os textos com dois-pontos.</translation>
    </message>
    <message>
        <source>The lessons that belong to the program were not found; VITRAL_LESSON_DIR can name their folder.</source>
        <translation>As lições do programa não foram encontradas; VITRAL_LESSON_DIR pode indicar a pasta delas.</translation>
    </message>
    <message>
        <source>This is not YAML that can be read (%1); put texts with : # or quotes in them between quotes.</source>
        <translation>Isto não é YAML que se possa ler (%1); ponha entre aspas os textos que têm : # ou aspas.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; should be the name of a file in the lesson&apos;s folder, without a drive or a / in front.</source>
        <translation>“%1” deve ser o nome de um arquivo da pasta da lição, sem unidade de disco nem / na frente.</translation>
    </message>
    <message>
        <source>The answer should be the place of the right option (1 to %1) or its text between quotes.</source>
        <translation>A resposta deve ser o lugar da opção certa (1 a %1) ou o texto dela entre aspas.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; leaves the lesson&apos;s folder; put the file into the folder and name it without &quot;..&quot;.</source>
        <translation>“%1” sai da pasta da lição; ponha o arquivo na pasta e escreva o nome sem “..”.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is not known in a term; known are id, see, source and the languages of the course.</source>
        <translation>“%1” não é conhecido em um termo; conhecem-se id, see, source e as línguas do curso.</translation>
    </message>
    <message>
        <source>&quot;recorded&quot; stands in for a &quot;do&quot; that cannot be carried out; write the &quot;do&quot; as well.</source>
        <translation>“recorded” substitui um “do” que não pode ser feito; escreva também o “do”.</translation>
    </message>
    <message>
        <source>This page is &quot;%1&quot;, but &quot;%2&quot; in %3; both languages have the same pages in the same order.</source>
        <translation>Esta página é “%1”, mas “%2” em %3; as duas línguas têm as mesmas páginas na mesma ordem.</translation>
    </message>
    <message>
        <source>What is to be done is written as name=value or name~part of a text; names are: %1.</source>
        <translation>O que se deve fazer escreve-se nome=valor ou nome~parte de um texto; os nomes são: %1.</translation>
    </message>
    <message>
        <source>Every entry of &quot;%1&quot; in %2 should be one text; put texts with a colon between quotes.</source>
        <translation>Cada entrada de “%1” em %2 deve ser um só texto; ponha entre aspas os textos com dois-pontos.</translation>
    </message>
    <message>
        <source>The answer is missing; add &quot;answer: ...&quot;, or a list of answers that are right.</source>
        <translation>Falta a resposta; acrescente “answer: ...” ou uma lista das respostas certas.</translation>
    </message>
    <message>
        <source>The picture &quot;%1&quot; has no description; write it between the brackets: ![...](...).</source>
        <translation>A imagem “%1” não tem descrição; escreva-a entre os colchetes: ![...](...).</translation>
    </message>
    <message>
        <source>A command should be one text; put commands with &quot;: &quot; in them between quotes.</source>
        <translation>Um comando deve ser um só texto; ponha entre aspas os comandos que têm “: ”.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; in %2 should be one text; put it between quotes if it begins with [ or {.</source>
        <translation>“%1” em %2 deve ser um só texto; ponha-o entre aspas se começa com [ ou {.</translation>
    </message>
    <message>
        <source>The answer is missing; add &quot;answer: 1&quot; with the place of the right option.</source>
        <translation>Falta a resposta; acrescente “answer: 1”, com o lugar da opção certa.</translation>
    </message>
    <message>
        <source>The link &quot;%1&quot; leads nowhere here; use https://, #page-id or lesson:unit-id.</source>
        <translation>O link “%1” não leva a lugar nenhum aqui; use https://, #id-da-página ou lesson:id-da-unidade.</translation>
    </message>
    <message>
        <source>A unit is the name of a folder beside course.yaml: letters, digits, - _ .</source>
        <translation>Uma unidade é o nome de uma pasta ao lado de course.yaml: letras, algarismos, - _ .</translation>
    </message>
    <message>
        <source>%1 holds neither course.yaml nor a lesson (lesson.en.md, lesson.pt_BR.md).</source>
        <translation>%1 não tem course.yaml nem uma lição (lesson.en.md, lesson.pt_BR.md).</translation>
    </message>
    <message>
        <source>There is no folder &quot;%1&quot; beside course.yaml; make it or take the line out.</source>
        <translation>Não há pasta “%1” ao lado de course.yaml; crie-a ou tire a linha.</translation>
    </message>
    <message>
        <source>The lesson has no page; begin one with a heading &quot;## Title {#page-id}&quot;.</source>
        <translation>A lição não tem página; comece uma com o título “## Título {#id-da-página}”.</translation>
    </message>
    <message>
        <source>A key must be a plain text; put texts that begin with { or [ in quotes.</source>
        <translation>Uma chave deve ser um texto simples; ponha entre aspas os textos que começam com { ou [.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is a link out of the lesson&apos;s folder; put a copy of the file there.</source>
        <translation>“%1” é uma ligação para fora da pasta da lição; ponha ali uma cópia do arquivo.</translation>
    </message>
    <message>
        <source>HTML is not shown in lessons; write Markdown, or put it between ` `.</source>
        <translation>HTML não é mostrado nas lições; escreva Markdown, ou ponha-o entre ` `.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is not in the lesson&apos;s folder; put it there or correct the name.</source>
        <translation>“%1” não está na pasta da lição; ponha-o ali ou corrija o nome.</translation>
    </message>
    <message>
        <source>The folder &quot;%1&quot; is a link out of the course; put a copy of it there.</source>
        <translation>A pasta “%1” é uma ligação para fora do curso; ponha ali uma cópia dela.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is not known here; a page has {#id} and {depth=developer} only.</source>
        <translation>“%1” não é conhecido aqui; uma página só tem {#id} e {depth=developer}.</translation>
    </message>
    <message>
        <source>The kind of a question is choose, predict, type or do, not &quot;%1&quot;.</source>
        <translation>O tipo de uma pergunta é choose, predict, type ou do, não “%1”.</translation>
    </message>
    <message>
        <source>This step does nothing; give it &quot;do&quot;, &quot;point&quot;, &quot;say&quot; or &quot;ask&quot;.</source>
        <translation>Este passo não faz nada; dê-lhe “do”, “point”, “say” ou “ask”.</translation>
    </message>
    <message>
        <source>The course has no units; list their folders under &quot;units:&quot;.</source>
        <translation>O curso não tem unidades; liste as pastas delas em “units:”.</translation>
    </message>
    <message>
        <source>The file is larger than 512 kB; make several lessons of it.</source>
        <translation>O arquivo tem mais de 512 kB; faça várias lições dele.</translation>
    </message>
    <message>
        <source>More than 20 quotes (&gt;) stand inside each other; use fewer.</source>
        <translation>Há mais de 20 citações (&gt;) umas dentro das outras; use menos.</translation>
    </message>
    <message>
        <source>A glossary is a list of terms; begin each with &quot;- id: ...&quot;.</source>
        <translation>Um glossário é uma lista de termos; comece cada um com “- id: ...”.</translation>
    </message>
    <message>
        <source>%1 is no folder; name the folder of a course or of a lesson.</source>
        <translation>%1 não é uma pasta; indique a pasta de um curso ou de uma lição.</translation>
    </message>
    <message>
        <source>The front matter does not end; close it with a line &quot;---&quot;.</source>
        <translation>O cabeçalho não termina; feche-o com uma linha “---”.</translation>
    </message>
    <message>
        <source>The term &quot;%1&quot; is not in the glossary; add it or correct it.</source>
        <translation>O termo “%1” não está no glossário; acrescente-o ou corrija-o.</translation>
    </message>
    <message>
        <source>The title is missing; add &quot;title: {en: ..., pt_BR: ...}&quot;.</source>
        <translation>Falta o título; acrescente “title: {en: ..., pt_BR: ...}”.</translation>
    </message>
    <message>
        <source>The kind of a quiz question is choose or short, not &quot;%1&quot;.</source>
        <translation>O tipo de uma pergunta de quiz é choose ou short, não “%1”.</translation>
    </message>
    <message>
        <source>There is a zero byte here; save the file as UTF-8 text.</source>
        <translation>Há um byte zero aqui; salve o arquivo como texto UTF-8.</translation>
    </message>
    <message>
        <source>The front matter (depth, minutes, needs) differs from %1.</source>
        <translation>O cabeçalho (depth, minutes, needs) difere de %1.</translation>
    </message>
    <message>
        <source>There is no element &quot;%1&quot; to point at; &quot;%2&quot; is the nearest.</source>
        <translation>Não há elemento “%1” para apontar; o mais parecido é “%2”.</translation>
    </message>
    <message>
        <source>Lists and maps stand too deep inside each other here.</source>
        <translation>Listas e mapas estão fundo demais uns dentro dos outros aqui.</translation>
    </message>
    <message>
        <source>The picture &quot;%1&quot; should be PNG, JPEG, SVG, GIF or WebP.</source>
        <translation>A imagem “%1” deve ser PNG, JPEG, SVG, GIF ou WebP.</translation>
    </message>
    <message>
        <source>The model is chat, emoji-pixel, emoji-latent or none.</source>
        <translation>O modelo é chat, emoji-pixel, emoji-latent ou none.</translation>
    </message>
    <message>
        <source>There should be at least two options to choose from.</source>
        <translation>São precisas ao menos duas opções.</translation>
    </message>
    <message>
        <source>The lesson is too long from here on; make two of it.</source>
        <translation>A lição é longa demais daqui em diante; faça duas dela.</translation>
    </message>
    <message>
        <source>Only one language has &quot;recorded&quot; in this step; see %1.</source>
        <translation>Só uma das línguas tem “recorded” neste passo; veja %1.</translation>
    </message>
    <message>
        <source>Only one language asks something in this step; see %1.</source>
        <translation>Só uma das línguas pergunta algo neste passo; veja %1.</translation>
    </message>
    <message>
        <source>The kind, the options or the right one differ from %1.</source>
        <translation>O tipo, as opções ou a certa diferem de %1.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is not a command; perhaps it should be like &quot;%2&quot;.</source>
        <translation>“%1” não é um comando; talvez deva ser como “%2”.</translation>
    </message>
    <message>
        <source>The depth is user, power, developer or researcher.</source>
        <translation>O nível é user, power, developer ou researcher.</translation>
    </message>
    <message>
        <source>A short question has no options; use kind: choose.</source>
        <translation>Uma pergunta short não tem opções; use kind: choose.</translation>
    </message>
    <message>
        <source>Here %1 should be written as lines of &quot;key: value&quot;.</source>
        <translation>Aqui %1 deve ser escrito em linhas de “chave: valor”.</translation>
    </message>
    <message>
        <source>There are too many entries here; split the file.</source>
        <translation>Há entradas demais aqui; divida o arquivo.</translation>
    </message>
    <message>
        <source>What this step points at or hides differs from %1.</source>
        <translation>O que este passo aponta ou esconde difere de %1.</translation>
    </message>
    <message>
        <source>The term &quot;%1&quot; under &quot;see&quot; is not in the glossary.</source>
        <translation>O termo “%1” em “see” não está no glossário.</translation>
    </message>
    <message>
        <source>This is not UTF-8 text; save the file as UTF-8.</source>
        <translation>Isto não é texto UTF-8; salve o arquivo como UTF-8.</translation>
    </message>
    <message>
        <source>This block does not end; close it with a line %1.</source>
        <translation>Este bloco não termina; feche-o com uma linha %1.</translation>
    </message>
    <message>
        <source>An id has small letters, digits, - and _ only.</source>
        <translation>Um id só tem letras minúsculas, algarismos, - e _.</translation>
    </message>
    <message>
        <source>A tolerance needs an answer that is a number.</source>
        <translation>A tolerância pede uma resposta que seja número.</translation>
    </message>
    <message>
        <source>There are too many keys here; split the file.</source>
        <translation>Há chaves demais aqui; divida o arquivo.</translation>
    </message>
    <message>
        <source>The file is not UTF-8 text; save it as UTF-8.</source>
        <translation>O arquivo não é texto UTF-8; salve-o como UTF-8.</translation>
    </message>
    <message>
        <source>This is too long to be read; split the file.</source>
        <translation>Isto é longo demais para ser lido; divida o arquivo.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is larger than %2 MiB; use a smaller one.</source>
        <translation>“%1” tem mais de %2 MiB; use um menor.</translation>
    </message>
    <message>
        <source>The options or the right one differ from %1.</source>
        <translation>As opções ou a certa diferem de %1.</translation>
    </message>
    <message>
        <source>The kind of this question differs from %1.</source>
        <translation>O tipo desta pergunta difere de %1.</translation>
    </message>
    <message>
        <source>A language is written like en or pt_BR.</source>
        <translation>Uma língua se escreve como en ou pt_BR.</translation>
    </message>
    <message>
        <source>The number that is right differs from %1.</source>
        <translation>O número certo difere de %1.</translation>
    </message>
    <message>
        <source>A key is missing in front of the colon.</source>
        <translation>Falta uma chave antes dos dois-pontos.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is missing in %2; add a line &quot;%3: ...&quot;.</source>
        <translation>Falta “%1” em %2; acrescente uma linha “%3: ...”.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; in %2 should be a number from %3 to %4.</source>
        <translation>“%1” em %2 deve ser um número de %3 a %4.</translation>
    </message>
    <message>
        <source>The glossary is too long from here on.</source>
        <translation>O glossário é longo demais daqui em diante.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is longer than %2 bytes; shorten it.</source>
        <translation>“%1” tem mais de %2 bytes; encurte-o.</translation>
    </message>
    <message>
        <source>Only choose and predict have options.</source>
        <translation>Só choose e predict têm opções.</translation>
    </message>
    <message>
        <source>The id differs between the languages.</source>
        <translation>O id difere entre as línguas.</translation>
    </message>
    <message>
        <source>The depth of this page differs from %1.</source>
        <translation>O nível desta página difere de %1.</translation>
    </message>
    <message>
        <source>The term &quot;%1&quot; is not in the glossary.</source>
        <translation>O termo “%1” não está no glossário.</translation>
    </message>
    <message>
        <source>There is no unit &quot;%1&quot; in this course.</source>
        <translation>Não há unidade “%1” neste curso.</translation>
    </message>
    <message>
        <source>There is no page &quot;%1&quot; in this lesson.</source>
        <translation>Não há página “%1” nesta lição.</translation>
    </message>
    <message>
        <source>This quiz has %1 questions, but %2 in %3.</source>
        <translation>Este quiz tem %1 perguntas, mas %2 em %3.</translation>
    </message>
    <message>
        <source>This step has %1 commands, but %2 in %3.</source>
        <translation>Este passo tem %1 comandos, mas %2 em %3.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is not known in %2; known are: %3.</source>
        <translation>“%1” não é conhecido em %2; conhecem-se: %3.</translation>
    </message>
    <message>
        <source>The page id &quot;%1&quot; is taken by line %2.</source>
        <translation>O id de página “%1” já é da linha %2.</translation>
    </message>
    <message>
        <source>The %1 of %2 is missing on this page.</source>
        <translation>Falta nesta página: %1 de %2.</translation>
    </message>
    <message>
        <source>What is to be done differs from %1.</source>
        <translation>O que se deve fazer difere de %1.</translation>
    </message>
    <message>
        <source>The option &quot;%1&quot; stands here twice.</source>
        <translation>A opção “%1” está aqui duas vezes.</translation>
    </message>
    <message>
        <source>The id &quot;%1&quot; is taken by the unit %2.</source>
        <translation>O id “%1” já é da unidade %2.</translation>
    </message>
    <message>
        <source>The page &quot;%1&quot; of %2 is missing here.</source>
        <translation>Falta aqui a página “%1” de %2.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; stands here twice; keep one.</source>
        <translation>“%1” está aqui duas vezes; deixe uma.</translation>
    </message>
    <message>
        <source>The unit &quot;%1&quot; stands here twice.</source>
        <translation>A unidade “%1” está aqui duas vezes.</translation>
    </message>
    <message>
        <source>The term &quot;%1&quot; stands here twice.</source>
        <translation>O termo “%1” está aqui duas vezes.</translation>
    </message>
    <message>
        <source>This command differs from %1.</source>
        <translation>Este comando difere de %1.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; has more than %2 entries.</source>
        <translation>“%1” tem mais de %2 entradas.</translation>
    </message>
    <message>
        <source>This could not be read (%1).</source>
        <translation>Isto não pôde ser lido (%1).</translation>
    </message>
    <message>
        <source>This page is missing in %1.</source>
        <translation>Esta página falta em %1.</translation>
    </message>
    <message>
        <source>This page has no title.</source>
        <translation>Esta página não tem título.</translation>
    </message>
    <message>
        <source>Here is a %1, but a %2 in %3.</source>
        <translation>Aqui há %1, mas %2 em %3.</translation>
    </message>
    <message>
        <source>This %1 is missing in %2.</source>
        <translation>Isto (%1) falta em %2.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is no plain file.</source>
        <translation>“%1” não é um arquivo comum.</translation>
    </message>
    <message>
        <source>This page is empty.</source>
        <translation>Esta página está vazia.</translation>
    </message>
    <message>
        <source>Cannot open %1: %2.</source>
        <translation>Não foi possível abrir %1: %2.</translation>
    </message>
    <message>
        <source>Cannot read %1: %2.</source>
        <translation>Não foi possível ler %1: %2.</translation>
    </message>
    <message>
        <source>a course</source>
        <translation>um curso</translation>
    </message>
    <message>
        <source>a question of a quiz</source>
        <translation>uma pergunta de quiz</translation>
    </message>
    <message>
        <source>a step</source>
        <translation>um passo</translation>
    </message>
    <message>
        <source>a question</source>
        <translation>uma pergunta</translation>
    </message>
    <message>
        <source>a term</source>
        <translation>um termo</translation>
    </message>
    <message>
        <source>the front matter</source>
        <translation>o cabeçalho</translation>
    </message>
    <message>
        <source>the title</source>
        <translation>o título</translation>
    </message>
    <message>
        <source>the words of a term</source>
        <translation>as palavras de um termo</translation>
    </message>
    <message>
        <source>step</source>
        <translation>passo</translation>
    </message>
    <message>
        <source>quiz</source>
        <translation>quiz</translation>
    </message>
    <message>
        <source>needs</source>
        <translation>needs</translation>
    </message>
    <message>
        <source>warning:</source>
        <translation>aviso:</translation>
    </message>
    <message>
        <source>There is no element &quot;%1&quot; to point at; vitral-cli lesson words lists them.</source>
        <translation>Não há elemento “%1” para apontar; `vitral-cli lesson words` lista os que há.</translation>
    </message>
    <message>
        <source>The term &quot;%1&quot; has no words in %2; add &quot;%3: {term: ..., text: ...}&quot;.</source>
        <translation>O termo “%1” não tem palavras em %2; acrescente “%3: {term: ..., text: ...}”.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is not a command; vitral-cli lesson words lists them.</source>
        <translation>“%1” não é um comando; `vitral-cli lesson words` lista os que há.</translation>
    </message>
    <message>
        <source>A tab stands at the beginning of this line; write blanks instead.</source>
        <translation>Há um caractere de tabulação no começo desta linha; escreva espaços.</translation>
    </message>
    <message>
        <source>A second document begins here (---); keep one.</source>
        <translation>Um segundo documento começa aqui (---); deixe um só.</translation>
    </message>
</context>
<context>
    <name>vitral::PromptCanvas</name>
    <message>
        <source>The template</source>
        <translation>O molde da conversa</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>Prompt de sistema</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Você</translation>
    </message>
    <message>
        <source>The model</source>
        <translation>O modelo</translation>
    </message>
    <message>
        <source>A document</source>
        <translation>Um documento</translation>
    </message>
    <message>
        <source>id %1  ·  “%2”</source>
        <translation>id %1  ·  “%2”</translation>
    </message>
    <message numerus="yes">
        <source>%Ln token(s)</source>
        <translation>
            <numerusform>%Ln token</numerusform>
            <numerusform>%Ln tokens</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::RecipeWords</name>
    <message>
        <source>The recipe is damaged: &quot;%1&quot; is missing or wrong.</source>
        <translation>A receita está danificada: &quot;%1&quot; falta ou está errado.</translation>
    </message>
    <message>
        <source>The recipe is larger than a recipe can be.</source>
        <translation>A receita é maior do que uma receita pode ser.</translation>
    </message>
    <message>
        <source>The recipe is damaged: it is not JSON.</source>
        <translation>A receita está danificada: não é JSON.</translation>
    </message>
    <message>
        <source>There is no picture to save yet.</source>
        <translation>Ainda não há imagem para salvar.</translation>
    </message>
    <message>
        <source>This picture says nothing about how it was made; only pictures exported by this program do.</source>
        <translation>Esta imagem não diz como foi feita; só as exportadas por este programa dizem.</translation>
    </message>
    <message>
        <source>The picture is too large to be held.</source>
        <translation>A imagem é grande demais para a memória.</translation>
    </message>
    <message>
        <source>The recipe was written by a newer version.</source>
        <translation>A receita foi escrita por uma versão mais nova.</translation>
    </message>
</context>
<context>
    <name>vitral::ResidualView</name>
    <message>
        <source>Residual</source>
        <translation>Residual</translation>
    </message>
    <message>
        <source>This view computes with the model that was recorded. Load it to look on.</source>
        <translation>Esta vista calcula com o modelo que foi gravado. Carregue-o para continuar.</translation>
    </message>
    <message>
        <source>Computing…</source>
        <translation>Calculando…</translation>
    </message>
    <message>
        <source>after</source>
        <translation>depois de</translation>
    </message>
    <message>
        <source>token</source>
        <translation>token</translation>
    </message>
    <message>
        <source>Nothing is recorded yet.</source>
        <translation>Nada foi gravado ainda.</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Probability</source>
        <translation>Probabilidade</translation>
    </message>
    <message>
        <source>Choose a cell of the table.</source>
        <translation>Escolha uma célula da tabela.</translation>
    </message>
    <message>
        <source>%1: %2 (id %3)</source>
        <translation>%1: %2 (id %3)</translation>
    </message>
    <message>
        <source>%1 (choice number %2)</source>
        <translation>%1 (escolha número %2)</translation>
    </message>
    <message>
        <source>The last row is the model’s own prediction.</source>
        <translation>A última linha é a previsão do próprio modelo.</translation>
    </message>
    <message>
        <source>In the run, “%1” had %2; the last row says %3.</source>
        <translation>Na execução, “%1” teve %2; a última linha diz %3.</translation>
    </message>
    <message>
        <source>MLP of layer %1 at token %2 %3.</source>
        <translation>MLP da camada %1 no token %2 %3.</translation>
    </message>
    <message>
        <source>After token %1 %2.</source>
        <translation>Depois do token %1 %2.</translation>
    </message>
    <message>
        <source>Colour</source>
        <translation>Cor</translation>
    </message>
    <message>
        <source>Probability of the first choice</source>
        <translation>Probabilidade da primeira escolha</translation>
    </message>
    <message>
        <source>Entropy</source>
        <translation>Entropia</translation>
    </message>
    <message>
        <source>Rank of the asked token</source>
        <translation>Posto do token perguntado</translation>
    </message>
    <message>
        <source>What the colours show</source>
        <translation>O que as cores mostram</translation>
    </message>
    <message>
        <source>Asked</source>
        <translation>Pergunta</translation>
    </message>
    <message>
        <source>the final answer</source>
        <translation>a resposta final</translation>
    </message>
    <message>
        <source>the token that follows</source>
        <translation>o token seguinte</translation>
    </message>
    <message>
        <source>Which token is asked about</source>
        <translation>Sobre qual token se pergunta</translation>
    </message>
    <message>
        <source>Logit lens: layers by tokens</source>
        <translation>Lente de logits: camadas por tokens</translation>
    </message>
    <message>
        <source>Candidates of the chosen cell</source>
        <translation>Candidatos da célula escolhida</translation>
    </message>
    <message>
        <source>Candidates</source>
        <translation>Candidatos</translation>
    </message>
    <message>
        <source>Parts of the logit</source>
        <translation>Partes do logit</translation>
    </message>
    <message>
        <source>Neurons</source>
        <translation>Neurônios</translation>
    </message>
    <message>
        <source>Details of the chosen cell</source>
        <translation>Detalhes da célula escolhida</translation>
    </message>
    <message>
        <source>Entropy %1 nats; the asked token (amber) is choice number %2.</source>
        <translation>Entropia %1 nats; o token perguntado (âmbar) é a escolha número %2.</translation>
    </message>
    <message>
        <source>%1, after token %2 %3.</source>
        <translation>%1, depois do token %2 %3.</translation>
    </message>
    <message>
        <source>%1, after token %2</source>
        <translation>%1, depois do token %2</translation>
    </message>
    <message>
        <source>What the model would answer if it stopped after each layer, token by token; below, what one answer is made of: the parts of its logit, and the neurons that fired. Click an underlined number to see how it comes about.</source>
        <translation>O que o modelo responderia se parasse depois de cada camada, token por token; abaixo, de que uma resposta é feita: as partes do logit e os neurônios que dispararam. Clique em um número sublinhado para ver como se chega a ele.</translation>
    </message>
    <message>
        <source>Longer than %1 tokens, and its residual stream was not recorded: each look computes the run again as far as the columns on show.</source>
        <translation>Mais de %1 tokens, e o fluxo residual não foi gravado: cada olhada calcula a execução de novo até as colunas mostradas.</translation>
    </message>
    <message>
        <source>%1 nats</source>
        <translation>%1 nats</translation>
    </message>
    <message>
        <source>%1 ranks (log.)</source>
        <translation>%1 posições (log.)</translation>
    </message>
    <message>
        <source>alone</source>
        <translation>sem par</translation>
    </message>
    <message>
        <source>only in this text; there is nothing to compare it with.</source>
        <translation>só neste texto; não há com que comparar.</translation>
    </message>
    <message>
        <source>Not computed yet.</source>
        <translation>Ainda não calculado.</translation>
    </message>
    <message>
        <source>“%1” has %2 here and %3 there (token %4); entropy %5 and %6 nats; choice number %7 and %8.</source>
        <translation>“%1” tem %2 aqui e %3 lá (token %4); entropia %5 e %6 nats; escolha número %7 e %8.</translation>
    </message>
    <message>
        <source>Change of probability</source>
        <translation>Mudança da probabilidade</translation>
    </message>
    <message>
        <source>This token has no partner in the other text: there is nothing to compare.</source>
        <translation>Este token não tem par no outro texto: não há com que comparar.</translation>
    </message>
    <message>
        <source>%1: %2 here, %3 there (id %4)</source>
        <translation>%1: %2 aqui, %3 lá (id %4)</translation>
    </message>
    <message>
        <source>This run minus %1: blue is more here, orange is less; what the asked token of this run has in both.</source>
        <translation>Esta execução menos %1: azul é mais aqui, laranja é menos; o que o token perguntado desta execução tem nas duas.</translation>
    </message>
    <message>
        <source>Probability of the asked token</source>
        <translation>Probabilidade do token perguntado</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Diferença</translation>
    </message>
    <message>
        <source>This run is computed again as it was recorded: the changes that are switched on now are not in it.</source>
        <translation>Esta execução é recalculada como foi gravada: as mudanças ligadas agora não estão nela.</translation>
    </message>
    <message>
        <source>What the embedding, every head and every MLP or expert wrote towards this logit, after token %1 %2.</source>
        <translation>O que o embedding, cada cabeça e cada MLP ou especialista escreveu para este logit, depois do token %1 %2.</translation>
    </message>
    <message>
        <source>What %1 wrote to the logit</source>
        <translation>O que %1 escreveu no logit</translation>
    </message>
    <message>
        <source>Probability of “%1”, %2</source>
        <translation>Probabilidade de “%1”, %2</translation>
    </message>
</context>
<context>
    <name>vitral::RopeDials</name>
    <message>
        <source>Rotary angles</source>
        <translation>Ângulos rotatórios</translation>
    </message>
    <message>
        <source>Pair %1: %2 radians a token, one turn every %3 tokens.</source>
        <translation>Par %1: %2 radianos por token, uma volta a cada %3 tokens.</translation>
    </message>
    <message>
        <source>Query at %1: %2°.</source>
        <translation>Consulta em %1: %2°.</translation>
    </message>
    <message>
        <source>Key at %1: %2°.</source>
        <translation>Chave em %1: %2°.</translation>
    </message>
    <message>
        <source>cos of the angle between: %1.</source>
        <translation>cos do ângulo entre elas: %1.</translation>
    </message>
</context>
<context>
    <name>vitral::RunTree</name>
    <message>
        <source>Runs</source>
        <translation>Execuções</translation>
    </message>
    <message>
        <source>Delete the run</source>
        <translation>Apagar a execução</translation>
    </message>
    <message>
        <source>compared</source>
        <translation>comparada</translation>
    </message>
    <message>
        <source>left run %1 before step %2</source>
        <translation>saiu da execução %1 antes do passo %2</translation>
    </message>
    <message>
        <source>Delete run %1 (%2) and its files? Its branches stay.</source>
        <translation>Apagar a execução %1 (%2) e seus arquivos? Seus ramos ficam.</translation>
    </message>
    <message>
        <source>Take its settings</source>
        <translation>Usar seus ajustes</translation>
    </message>
    <message>
        <source>Compare with it</source>
        <translation>Comparar com ela</translation>
    </message>
    <message>
        <source>Export the picture…</source>
        <translation>Exportar a imagem…</translation>
    </message>
    <message>
        <source>Save the recorded run…</source>
        <translation>Salvar a execução gravada…</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>Apagar…</translation>
    </message>
    <message>
        <source>Enlarge twice, tile by tile…</source>
        <translation>Ampliar duas vezes, em ladrilhos…</translation>
    </message>
</context>
<context>
    <name>vitral::SamplerStagesView</name>
    <message>
        <source>Next-token distribution after each sampler</source>
        <translation>Distribuição do próximo token depois de cada amostrador</translation>
    </message>
    <message>
        <source>Logit bias</source>
        <translation>Viés de tokens</translation>
    </message>
    <message>
        <source>Grammar</source>
        <translation>Gramática</translation>
    </message>
    <message>
        <source>Penalties</source>
        <translation>Penalidades</translation>
    </message>
    <message>
        <source>DRY</source>
        <translation>DRY</translation>
    </message>
    <message>
        <source>Top-n-sigma</source>
        <translation>Top-n-sigma</translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation>Top-k</translation>
    </message>
    <message>
        <source>Typical</source>
        <translation>Típico</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Min-p</source>
        <translation>Min-p</translation>
    </message>
    <message>
        <source>XTC</source>
        <translation>XTC</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>Temperatura</translation>
    </message>
    <message>
        <source>Mirostat 2</source>
        <translation>Mirostat 2</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modelo</translation>
    </message>
    <message>
        <source>No token yet</source>
        <translation>Nenhum token ainda</translation>
    </message>
    <message numerus="yes">
        <source>%Ln candidates left</source>
        <translation>
            <numerusform>resta %Ln candidato</numerusform>
            <numerusform>restam %Ln candidatos</numerusform>
        </translation>
    </message>
    <message>
        <source>%1: &quot;%2&quot; (id %3) has %4; %5</source>
        <translation>%1: &quot;%2&quot; (id %3) tem %4; %5</translation>
    </message>
    <message>
        <source>. The model gave it %1</source>
        <translation>. O modelo lhe deu %1</translation>
    </message>
    <message>
        <source>Send a message: the candidates for the next token and what each sampler does to them will stand here.</source>
        <translation>Envie uma mensagem: os candidatos a próximo token e o que cada amostrador faz com eles aparecerão aqui.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln left</source>
        <translation>
            <numerusform>resta %Ln</numerusform>
            <numerusform>restam %Ln</numerusform>
        </translation>
    </message>
    <message>
        <source>others</source>
        <translation>outros</translation>
    </message>
</context>
<context>
    <name>vitral::ScaleLegend</name>
    <message>
        <source>1st</source>
        <translation>1º</translation>
    </message>
    <message>
        <source>beyond 100th</source>
        <translation>além do 100º</translation>
    </message>
    <message>
        <source>0 nats</source>
        <translation>0 nats</translation>
    </message>
    <message>
        <source>5 or more</source>
        <translation>5 ou mais</translation>
    </message>
    <message>
        <source>Colours from %1 to %2</source>
        <translation>Cores de %1 a %2</translation>
    </message>
</context>
<context>
    <name>vitral::SettingsPanel</name>
    <message>
        <source>Token bias</source>
        <translation>Viés de tokens</translation>
    </message>
    <message>
        <source>Grammar</source>
        <translation>Gramática</translation>
    </message>
    <message>
        <source>Penalties</source>
        <translation>Penalidades</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>Temperatura</translation>
    </message>
    <message>
        <source>Own settings</source>
        <translation>Ajustes próprios</translation>
    </message>
    <message>
        <source>Save preset</source>
        <translation>Salvar predefinição</translation>
    </message>
    <message>
        <source>Name of the preset:</source>
        <translation>Nome da predefinição:</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modelo</translation>
    </message>
    <message>
        <source>none loaded</source>
        <translation>nenhum carregado</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Nome</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>Arquitetura</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Parâmetros</translation>
    </message>
    <message>
        <source>Quantisation</source>
        <translation>Quantização</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Pesos</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Camadas</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>Largura</translation>
    </message>
    <message>
        <source>Attention heads</source>
        <translation>Cabeças de atenção</translation>
    </message>
    <message>
        <source>%1, of keys %2</source>
        <translation>%1, de chaves %2</translation>
    </message>
    <message>
        <source>Experts</source>
        <translation>Especialistas</translation>
    </message>
    <message>
        <source>%1, %2 per token</source>
        <translation>%1, %2 por token</translation>
    </message>
    <message>
        <source>Vocabulary</source>
        <translation>Vocabulário</translation>
    </message>
    <message>
        <source>Trained context</source>
        <translation>Contexto treinado</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>%1 tokens</translation>
    </message>
    <message>
        <source>Loaded in</source>
        <translation>Carregado em</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>The model was trained for %1 tokens; no more are used.</source>
        <translation>O modelo foi treinado para %1 tokens; mais do que isso não é usado.</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>Instruções de sistema</translation>
    </message>
    <message>
        <source>How the model should behave, in your own words. Empty: the template&apos;s own.</source>
        <translation>Como o modelo deve se comportar, nas suas palavras. Vazio: as do próprio modelo.</translation>
    </message>
    <message>
        <source>Sampling</source>
        <translation>Amostragem</translation>
    </message>
    <message>
        <source>Repetition</source>
        <translation>Repetição</translation>
    </message>
    <message>
        <source>More ways to cut</source>
        <translation>Outros cortes</translation>
    </message>
    <message>
        <source>Moving temperature</source>
        <translation>Temperatura móvel</translation>
    </message>
    <message>
        <source>Order of the samplers</source>
        <translation>Ordem dos amostradores</translation>
    </message>
    <message>
        <source>Form of the answer</source>
        <translation>Forma da resposta</translation>
    </message>
    <message>
        <source>Context window</source>
        <translation>Janela de contexto</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>Predefinição</translation>
    </message>
    <message>
        <source>Save as preset</source>
        <translation>Salvar como predefinição</translation>
    </message>
    <message>
        <source>Delete this preset</source>
        <translation>Excluir esta predefinição</translation>
    </message>
    <message>
        <source>Earlier</source>
        <translation>Antes</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>Depois</translation>
    </message>
    <message>
        <source>Samplers in the order they run</source>
        <translation>Amostradores na ordem em que rodam</translation>
    </message>
    <message>
        <source>Usual order</source>
        <translation>Ordem usual</translation>
    </message>
    <message>
        <source>Mirostat 2</source>
        <translation>Mirostat 2</translation>
    </message>
    <message>
        <source>Steers the surprise per token to a target; replaces the cuts above.</source>
        <translation>Leva a surpresa por token a um alvo; substitui os cortes acima.</translation>
    </message>
    <message>
        <source>Grammar (GBNF): the answer can only be what it allows</source>
        <translation>Gramática (GBNF): a resposta só pode ser o que ela permite</translation>
    </message>
    <message>
        <source>JSON schema (used when there is no grammar)</source>
        <translation>Esquema JSON (usado quando não há gramática)</translation>
    </message>
    <message>
        <source>Token bias, one “id: value” on a line</source>
        <translation>Viés de tokens, um “id: valor” por linha</translation>
    </message>
    <message>
        <source>JSON schema</source>
        <translation>Esquema JSON</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Tokens</translation>
    </message>
    <message>
        <source>Tokens in the context window</source>
        <translation>Tokens na janela de contexto</translation>
    </message>
    <message>
        <source>Key-value cache</source>
        <translation>Cache de chaves e valores</translation>
    </message>
    <message>
        <source>Type of the key-value cache</source>
        <translation>Tipo do cache de chaves e valores</translation>
    </message>
    <message>
        <source>16 bit</source>
        <translation>16 bits</translation>
    </message>
    <message>
        <source>8 bit (half the memory)</source>
        <translation>8 bits (metade da memória)</translation>
    </message>
    <message>
        <source>When full, forget the oldest half</source>
        <translation>Quando encher, esquecer a metade mais antiga</translation>
    </message>
    <message>
        <source>Otherwise the answer stops and says why.</source>
        <translation>Senão a resposta para e diz por quê.</translation>
    </message>
    <message>
        <source>Let the model think first</source>
        <translation>Deixar o modelo pensar antes</translation>
    </message>
    <message>
        <source>Search the settings</source>
        <translation>Buscar nas configurações</translation>
    </message>
    <message>
        <source>Show all settings</source>
        <translation>Mostrar todas as configurações</translation>
    </message>
    <message>
        <source>No setting has these words.</source>
        <translation>Nenhuma configuração tem essas palavras.</translation>
    </message>
    <message>
        <source>A full window of %1 tokens takes %2 of memory.</source>
        <translation>Uma janela cheia, de %1 tokens, ocupa %2 de memória.</translation>
    </message>
    <message>
        <source>Deleting a preset</source>
        <translation>Exclusão de uma predefinição</translation>
    </message>
    <message>
        <source>Saving a preset</source>
        <translation>Gravação de uma predefinição</translation>
    </message>
</context>
<context>
    <name>vitral::SteeringPage</name>
    <message>
        <source>The mean of the stream over the first text, minus that over the second. Added to later runs it pushes them from the second towards the first.</source>
        <translation>A média do fluxo no primeiro texto, menos a do segundo. Somada a execuções futuras, empurra-as do segundo para o primeiro.</translation>
    </message>
    <message>
        <source>More like</source>
        <translation>Mais como</translation>
    </message>
    <message>
        <source>Less like</source>
        <translation>Menos como</translation>
    </message>
    <message>
        <source>After layer</source>
        <translation>Depois da camada</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>Força</translation>
    </message>
    <message>
        <source>How many times the vector is added; 0: half the length of the stream</source>
        <translation>Quantas vezes o vetor é somado; 0: metade do comprimento do fluxo</translation>
    </message>
    <message>
        <source>Make and add</source>
        <translation>Criar e adicionar</translation>
    </message>
    <message>
        <source>Computing…</source>
        <translation>Calculando…</translation>
    </message>
    <message>
        <source>“%1”, not “%2”</source>
        <translation>“%1”, não “%2”</translation>
    </message>
    <message>
        <source>The vector is %1 long, the stream there %2 on average; it is added %3 times.</source>
        <translation>O vetor tem comprimento %1; o fluxo ali, %2 em média; ele é somado %3 vezes.</translation>
    </message>
    <message>
        <source>Show the arithmetic</source>
        <translation>Mostrar a conta</translation>
    </message>
    <message>
        <source>How the lengths and the strength come about</source>
        <translation>Como se chega aos comprimentos e à força</translation>
    </message>
</context>
<context>
    <name>vitral::StepCurves</name>
    <message>
        <source>Noise level σ/α</source>
        <translation>Nível de ruído σ/α</translation>
    </message>
    <message>
        <source>Timestep</source>
        <translation>Tempo</translation>
    </message>
    <message>
        <source>Signal to noise (log)</source>
        <translation>Sinal/ruído (log)</translation>
    </message>
    <message>
        <source>Size of the change</source>
        <translation>Tamanho da mudança</translation>
    </message>
    <message>
        <source>Guidance</source>
        <translation>Orientação</translation>
    </message>
    <message>
        <source>Moment %1 of %2: timestep %3, noise level %4</source>
        <translation>Momento %1 de %2: tempo %3, nível de ruído %4</translation>
    </message>
    <message>
        <source>Guidance of the next run begins at %1 of the steps</source>
        <translation>A orientação da próxima execução começa em %1 dos passos</translation>
    </message>
    <message>
        <source>Guidance of the next run ends at %1 of the steps</source>
        <translation>A orientação da próxima execução termina em %1 dos passos</translation>
    </message>
    <message>
        <source>Guidance of the next run: %1</source>
        <translation>Orientação da próxima execução: %1</translation>
    </message>
    <message>
        <source>Spacing of the next run&apos;s steps</source>
        <translation>Espaçamento dos passos da próxima execução</translation>
    </message>
    <message>
        <source>Strength of the next run: %1</source>
        <translation>Força da próxima execução: %1</translation>
    </message>
</context>
<context>
    <name>vitral::StepWords</name>
    <message>
        <source>predicted x₀</source>
        <translation>x₀ previsto</translation>
    </message>
    <message>
        <source>predicted noise</source>
        <translation>ruído previsto</translation>
    </message>
    <message>
        <source>change</source>
        <translation>mudança</translation>
    </message>
    <message>
        <source>without prompt</source>
        <translation>sem prompt</translation>
    </message>
    <message>
        <source>with prompt</source>
        <translation>com prompt</translation>
    </message>
    <message>
        <source>guided</source>
        <translation>guiada</translation>
    </message>
    <message>
        <source>next x</source>
        <translation>próximo x</translation>
    </message>
    <message>
        <source>What goes into the network: the picture with its noise at this step.</source>
        <translation>O que entra na rede: a imagem com seu ruído neste passo.</translation>
    </message>
    <message>
        <source>What the clean picture would be, if the prediction of this step were right.</source>
        <translation>Como seria a imagem limpa, se a previsão deste passo estivesse certa.</translation>
    </message>
    <message>
        <source>The noise that is thought to be in x, guidance included.</source>
        <translation>O ruído que se supõe haver em x, já com a orientação.</translation>
    </message>
    <message>
        <source>What this step adds to x.</source>
        <translation>O que este passo soma a x.</translation>
    </message>
    <message>
        <source>The network&apos;s output with the negative prompt, or none.</source>
        <translation>A saída da rede com o prompt negativo, ou sem nenhum.</translation>
    </message>
    <message>
        <source>The network&apos;s output with the prompt.</source>
        <translation>A saída da rede com o prompt.</translation>
    </message>
    <message>
        <source>Both outputs together: without + guidance × (with − without).</source>
        <translation>As duas saídas juntas: sem + orientação × (com − sem).</translation>
    </message>
    <message>
        <source>What comes out and goes into the next step.</source>
        <translation>O que sai e entra no próximo passo.</translation>
    </message>
</context>
<context>
    <name>vitral::StepsPage</name>
    <message>
        <source>Every picture of one step. Click one to read the numbers of a pixel. Drag the dots in the curves to change the next run.</source>
        <translation>Todas as imagens de um passo. Clique numa para ler os números de um pixel. Arraste os pontos nas curvas para mudar a próxima execução.</translation>
    </message>
    <message>
        <source>The recording of this run is being read, or was too large to be kept: run it again to see its steps.</source>
        <translation>A gravação desta execução está sendo lida, ou era grande demais para ser guardada: execute de novo para ver seus passos.</translation>
    </message>
    <message>
        <source>This run has no recorded steps: run it again to see them.</source>
        <translation>Esta execução não tem passos gravados: execute de novo para vê-los.</translation>
    </message>
    <message>
        <source>Smooth</source>
        <translation>Suavizar</translation>
    </message>
    <message>
        <source>Blend between pixels; else each is a square</source>
        <translation>Misturar entre pixels; senão cada um é um quadrado</translation>
    </message>
    <message>
        <source>latents as channels</source>
        <translation>latentes como canais</translation>
    </message>
    <message>
        <source>latents in colours (projection)</source>
        <translation>latentes em cores (projeção)</translation>
    </message>
    <message>
        <source>How latents are shown</source>
        <translation>Como os latentes são mostrados</translation>
    </message>
    <message>
        <source>Pictures of the step</source>
        <translation>Imagens do passo</translation>
    </message>
    <message>
        <source>Curves over the steps</source>
        <translation>Curvas ao longo dos passos</translation>
    </message>
    <message>
        <source>Predictions as vectors</source>
        <translation>Previsões como vetores</translation>
    </message>
    <message>
        <source>Cosines between the pictures</source>
        <translation>Cossenos entre as imagens</translation>
    </message>
    <message>
        <source>Numbers of the marked pixel</source>
        <translation>Números do pixel marcado</translation>
    </message>
    <message>
        <source>Cosines between the pictures, as vectors</source>
        <translation>Cossenos entre as imagens, como vetores</translation>
    </message>
    <message>
        <source>This step is not computed yet.</source>
        <translation>Este passo ainda não foi calculado.</translation>
    </message>
    <message>
        <source>%1 to %2, mean %3</source>
        <translation>%1 a %2, média %3</translation>
    </message>
    <message>
        <source>colours: ±%1</source>
        <translation>cores: ±%1</translation>
    </message>
    <message>
        <source>length %1</source>
        <translation>comprimento %1</translation>
    </message>
    <message>
        <source>x₀ as pixels</source>
        <translation>x₀ em pixels</translation>
    </message>
    <message>
        <source>The predicted clean latent, turned into pixels in the way chosen under What is recorded.</source>
        <translation>O latente limpo previsto, convertido em pixels do modo escolhido em O que é gravado.</translation>
    </message>
    <message>
        <source>the picture</source>
        <translation>a imagem</translation>
    </message>
    <message>
        <source>The end of the run, decoded to pixels.</source>
        <translation>O fim da execução, decodificado em pixels.</translation>
    </message>
    <message>
        <source>The pictures of this step were not recorded.</source>
        <translation>As imagens deste passo não foram gravadas.</translation>
    </message>
    <message>
        <source>α = %1, σ = %2</source>
        <translation>α = %1, σ = %2</translation>
    </message>
    <message>
        <source>guidance %1</source>
        <translation>orientação %1</translation>
    </message>
    <message>
        <source>Angle between the first two: %1°</source>
        <translation>Ângulo entre os dois primeiros: %1°</translation>
    </message>
    <message>
        <source>The plane of both predictions</source>
        <translation>O plano das duas previsões</translation>
    </message>
    <message>
        <source>The plane of predicted picture and noise</source>
        <translation>O plano da imagem e do ruído previstos</translation>
    </message>
    <message>
        <source>Predictions stand here as arrows when a step is chosen.</source>
        <translation>As previsões aparecem aqui como setas quando um passo é escolhido.</translation>
    </message>
    <message>
        <source>Both predictions point the same way: they span no plane.</source>
        <translation>As duas previsões apontam para o mesmo lado: não formam um plano.</translation>
    </message>
    <message>
        <source>%1 and %2: cosine %3, angle %4°</source>
        <translation>%1 e %2: cosseno %3, ângulo %4°</translation>
    </message>
    <message>
        <source>No pictures of this step were recorded.</source>
        <translation>Nenhuma imagem deste passo foi gravada.</translation>
    </message>
    <message>
        <source>Click a picture, or move over it with the arrow keys, to read a pixel here.</source>
        <translation>Clique numa imagem, ou ande sobre ela com as setas, para ler um pixel aqui.</translation>
    </message>
    <message>
        <source>Pixel</source>
        <translation>Pixel</translation>
    </message>
    <message>
        <source>Pixel %1, %2</source>
        <translation>Pixel %1, %2</translation>
    </message>
    <message>
        <source>red</source>
        <translation>vermelho</translation>
    </message>
    <message>
        <source>green</source>
        <translation>verde</translation>
    </message>
    <message>
        <source>blue</source>
        <translation>azul</translation>
    </message>
    <message>
        <source>channel %1</source>
        <translation>canal %1</translation>
    </message>
    <message>
        <source>α x₀ + σ noise = %1 × %2 + %3 × %4 = %5; x is %6</source>
        <translation>α x₀ + σ ruído = %1 × %2 + %3 × %4 = %5; x é %6</translation>
    </message>
    <message>
        <source>without + guidance × (with − without) = %1 + %2 × (%3 − %4) = %5; guided is %6</source>
        <translation>sem + orientação × (com − sem) = %1 + %2 × (%3 − %4) = %5; guiada é %6</translation>
    </message>
    <message>
        <source>They differ because the run also rescaled the guided prediction.</source>
        <translation>Diferem porque a execução também reescalou a previsão guiada.</translation>
    </message>
    <message>
        <source>Both for the first channel.</source>
        <translation>Ambas para o primeiro canal.</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Passos</translation>
    </message>
    <message>
        <source>network&apos;s output</source>
        <translation>saída da rede</translation>
    </message>
    <message>
        <source>%1 beyond the scale</source>
        <translation>%1 fora da escala</translation>
    </message>
</context>
<context>
    <name>vitral::SweepPage</name>
    <message>
        <source>Set to zero</source>
        <translation>Zerar</translation>
    </message>
    <message>
        <source>Set to its mean</source>
        <translation>Pôr na média</translation>
    </message>
    <message>
        <source>How a head is switched off</source>
        <translation>Como uma cabeça é desligada</translation>
    </message>
    <message>
        <source>Switch each off in turn</source>
        <translation>Desligar uma de cada vez</translation>
    </message>
    <message>
        <source>Switch this one off</source>
        <translation>Desligar esta</translation>
    </message>
    <message>
        <source>Effect of every head and MLP</source>
        <translation>Efeito de cada cabeça e MLP</translation>
    </message>
    <message>
        <source>Computing…</source>
        <translation>Calculando…</translation>
    </message>
    <message>
        <source>Without any change, “%1” has %2 (log-probability %3). Double-click a cell to switch that part off in the next answers.</source>
        <translation>Sem mudança, “%1” tem %2 (log-probabilidade %3). Um clique duplo numa célula desliga essa parte nas próximas respostas.</translation>
    </message>
    <message>
        <source>Nothing is recorded yet.</source>
        <translation>Nada foi gravado ainda.</translation>
    </message>
    <message>
        <source>Choose a token above, then press “%1”: each cell shows what the model loses without that head.</source>
        <translation>Escolha um token acima e use “%1”: cada célula mostra o que o modelo perde sem aquela cabeça.</translation>
    </message>
    <message>
        <source>Effect on the log-probability of “%1” after token %2 “%3”</source>
        <translation>Efeito na log-probabilidade de “%1” depois do token %2 “%3”</translation>
    </message>
    <message>
        <source>layer</source>
        <translation>camada</translation>
    </message>
    <message>
        <source>head</source>
        <translation>cabeça</translation>
    </message>
    <message>
        <source>MLP</source>
        <translation>MLP</translation>
    </message>
    <message>
        <source>Layer %1, head %2</source>
        <translation>Camada %1, cabeça %2</translation>
    </message>
    <message>
        <source>Layer %1, MLP</source>
        <translation>Camada %1, MLP</translation>
    </message>
    <message>
        <source>%1: without it the log-probability changes by %2</source>
        <translation>%1: sem ela a log-probabilidade muda %2</translation>
    </message>
    <message>
        <source>%1: not computed yet</source>
        <translation>%1: ainda não calculado</translation>
    </message>
</context>
<context>
    <name>vitral::TemplateView</name>
    <message>
        <source>Load a model to see the prompt that it receives.</source>
        <translation>Carregue um modelo para ver o prompt que ele recebe.</translation>
    </message>
    <message>
        <source>The open conversation is empty. Write a message there: the prompt appears here.</source>
        <translation>A conversa aberta está vazia. Escreva uma mensagem lá: o prompt aparece aqui.</translation>
    </message>
    <message>
        <source>%1 tokens of %2, %3 of them the template&apos;s</source>
        <translation>%1 tokens de %2, %3 deles do molde</translation>
    </message>
    <message>
        <source>Ids</source>
        <translation>Ids</translation>
    </message>
    <message>
        <source>White space</source>
        <translation>Espaços em branco</translation>
    </message>
    <message>
        <source>Copy the text</source>
        <translation>Copiar o texto</translation>
    </message>
    <message>
        <source>Copy the ids</source>
        <translation>Copiar os ids</translation>
    </message>
    <message>
        <source>Compare tokenizers on it</source>
        <translation>Comparar tokenizadores nele</translation>
    </message>
    <message>
        <source>The prompt in its parts</source>
        <translation>O prompt em suas partes</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>Exactly this text goes to the model: what you and it have written, and what its template puts around it. Dashed lines above and below mark control tokens.</source>
        <translation>Exatamente este texto vai para o modelo: o que você e ele escreveram e o que o molde da conversa põe em volta. Linhas tracejadas acima e abaixo marcam os tokens de controle.</translation>
    </message>
</context>
<context>
    <name>vitral::TextCanvas</name>
    <message>
        <source>prompt</source>
        <translation>entrada</translation>
    </message>
    <message>
        <source>answer</source>
        <translation>resposta</translation>
    </message>
</context>
<context>
    <name>vitral::TextView</name>
    <message>
        <source>Text</source>
        <translation>Texto</translation>
    </message>
    <message>
        <source>The text, shaded by what one token looked at. Point at a token to see its attention, click it to keep it; the arrow keys walk. Shades are logarithmic from 0.1 % to 100 %.</source>
        <translation>O texto, sombreado pelo que um token olhou. Aponte para um token para ver sua atenção, clique para fixá-lo; as setas andam. Os tons são logarítmicos, de 0,1 % a 100 %.</translation>
    </message>
    <message>
        <source>This run was recorded without attention.</source>
        <translation>Esta execução foi gravada sem atenção.</translation>
    </message>
    <message>
        <source>from %1</source>
        <translation>a partir de %1</translation>
    </message>
    <message>
        <source>all</source>
        <translation>todos</translation>
    </message>
    <message>
        <source>Nothing is recorded of this layer for this token.</source>
        <translation>Nada foi gravado desta camada para este token.</translation>
    </message>
    <message>
        <source>What token %1 looks at</source>
        <translation>O que o token %1 olha</translation>
    </message>
    <message>
        <source>Who looks at token %1</source>
        <translation>Quem olha para o token %1</translation>
    </message>
    <message>
        <source>layer %1, head %2</source>
        <translation>camada %1, cabeça %2</translation>
    </message>
    <message>
        <source>mean over the %1 heads of layer %2</source>
        <translation>média das %1 cabeças da camada %2</translation>
    </message>
    <message>
        <source>largest of the %1 heads of layer %2, token by token: does not add up to 100 %</source>
        <translation>maior das %1 cabeças da camada %2, token a token: não soma 100 %</translation>
    </message>
    <message>
        <source>mean over all %1 recorded heads</source>
        <translation>média de todas as %1 cabeças gravadas</translation>
    </message>
    <message>
        <source>this run minus %1: blue is more here, orange is less</source>
        <translation>esta execução menos %1: azul é mais aqui, laranja é menos</translation>
    </message>
    <message>
        <source>%1 of the weight lies in tokens below %2 and has no arc or number</source>
        <translation>%1 do peso está em tokens abaixo de %2, sem arco nem número</translation>
    </message>
    <message>
        <source>What it looks at</source>
        <translation>O que ele olha</translation>
    </message>
    <message>
        <source>Who looks at it</source>
        <translation>Quem olha para ele</translation>
    </message>
    <message>
        <source>This head</source>
        <translation>Esta cabeça</translation>
    </message>
    <message>
        <source>Mean of the layer</source>
        <translation>Média da camada</translation>
    </message>
    <message>
        <source>Largest of the layer</source>
        <translation>Maior da camada</translation>
    </message>
    <message>
        <source>Mean of all layers</source>
        <translation>Média de todas</translation>
    </message>
    <message>
        <source>Which heads</source>
        <translation>Quais cabeças</translation>
    </message>
    <message>
        <source>Direction</source>
        <translation>Direção</translation>
    </message>
    <message>
        <source>Arcs</source>
        <translation>Arcos</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Diferença</translation>
    </message>
    <message>
        <source>Arcs and numbers from this weight on</source>
        <translation>Arcos e números a partir deste peso</translation>
    </message>
    <message>
        <source>Tokens of the recorded run</source>
        <translation>Tokens da execução gravada</translation>
    </message>
    <message>
        <source>this token has no partner in the other text: there is nothing to compare it with</source>
        <translation>este token não tem par no outro texto: não há com que comparar</translation>
    </message>
    <message>
        <source>tokens in a dotted frame have no partner in the other text</source>
        <translation>tokens com moldura pontilhada não têm par no outro texto</translation>
    </message>
    <message>
        <source>How much token %1 looks at token %2</source>
        <translation>Quanto o token %1 olha para o token %2</translation>
    </message>
    <message>
        <source>Show the arithmetic of the largest weight, or of the other chosen token&apos;s; a click on a number shows that one&apos;s</source>
        <translation>Mostra a conta do maior peso, ou a do outro token escolhido; um clique num número mostra a desse</translation>
    </message>
    <message>
        <source>Show the arithmetic</source>
        <translation>Mostrar a conta</translation>
    </message>
    <message>
        <source>Weight in tokens below %1</source>
        <translation>Peso em tokens abaixo de %1</translation>
    </message>
</context>
<context>
    <name>vitral::TokenCanvas</name>
    <message>
        <source>token %1  ·  id %2  ·  “%3”  ·  bytes %4</source>
        <translation>token %1  ·  id %2  ·  “%3”  ·  bytes %4</translation>
    </message>
    <message>
        <source>Type or paste a text here, or drop a file on it.</source>
        <translation>Digite ou cole um texto aqui, ou solte um arquivo.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Desfazer</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Refazer</translation>
    </message>
    <message>
        <source>Cut out</source>
        <translation>Recortar</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Copiar</translation>
    </message>
    <message>
        <source>Paste</source>
        <translation>Colar</translation>
    </message>
    <message>
        <source>Show how this token came about</source>
        <translation>Mostrar como este token surgiu</translation>
    </message>
    <message>
        <source>Copy the id</source>
        <translation>Copiar o id</translation>
    </message>
</context>
<context>
    <name>vitral::TokenChanges</name>
    <message>
        <source>left</source>
        <translation>esquerda</translation>
    </message>
    <message>
        <source>right</source>
        <translation>direita</translation>
    </message>
    <message>
        <source>change</source>
        <translation>mudança</translation>
    </message>
    <message>
        <source>“%1”: %2 on the left, %3 on the right</source>
        <translation>“%1”: %2 à esquerda, %3 à direita</translation>
    </message>
    <message>
        <source>Probability of every token both answers begin with, and where they part</source>
        <translation>Probabilidade de cada token com que as duas respostas começam, e onde se separam</translation>
    </message>
    <message>
        <source>tokens both begin with, and where they part</source>
        <translation>tokens com que as duas começam, e onde se separam</translation>
    </message>
</context>
<context>
    <name>vitral::TokenController</name>
    <message>
        <source>The text of this room could not be stored: there may be no room on the disk. Free some space; it is tried again with the next change.</source>
        <translation>O texto desta sala não pôde ser guardado: talvez não haja espaço no disco. Libere algum espaço; com a próxima mudança se tenta de novo.</translation>
    </message>
    <message>
        <source>Tokenizers (*.json *.gguf *.model *.tiktoken vocab.txt);;All files (*)</source>
        <translation>Tokenizadores (*.json *.gguf *.model *.tiktoken vocab.txt);;Todos os arquivos (*)</translation>
    </message>
    <message>
        <source>Reading the file was stopped.</source>
        <translation>A leitura do arquivo foi interrompida.</translation>
    </message>
    <message>
        <source>Cutting the whole text was stopped: there are no totals. What is on the screen is cut with its surroundings.</source>
        <translation>O corte do texto inteiro foi interrompido: não há totais. O que está na tela é cortado com o que há em volta.</translation>
    </message>
</context>
<context>
    <name>vitral::TokenLegend</name>
    <message>
        <source>Probability</source>
        <translation>Probabilidade</translation>
    </message>
    <message>
        <source>Rank</source>
        <translation>Posição</translation>
    </message>
    <message>
        <source>Entropy</source>
        <translation>Entropia</translation>
    </message>
    <message>
        <source>What the colours show</source>
        <translation>O que as cores mostram</translation>
    </message>
    <message>
        <source>1st choice</source>
        <translation>1ª escolha</translation>
    </message>
    <message>
        <source>beyond 100th</source>
        <translation>além da 100ª</translation>
    </message>
    <message>
        <source>0 nats</source>
        <translation>0 nats</translation>
    </message>
    <message>
        <source>5 nats or more</source>
        <translation>5 nats ou mais</translation>
    </message>
    <message>
        <source>mean probability %1 %  ·  perplexity %2</source>
        <translation>probabilidade média %1 %  ·  perplexidade %2</translation>
    </message>
</context>
<context>
    <name>vitral::TokenPanes</name>
    <message>
        <source>Token %1: %2, id %3</source>
        <translation>Token %1: %2, id %3</translation>
    </message>
</context>
<context>
    <name>vitral::TokenRoom</name>
    <message>
        <source>%1 (being read)</source>
        <translation>%1 (sendo lido)</translation>
    </message>
    <message>
        <source>%1 (cannot be used)</source>
        <translation>%1 (não pode ser usado)</translation>
    </message>
    <message>
        <source>Open tokenizers</source>
        <translation>Abrir tokenizadores</translation>
    </message>
    <message>
        <source>Open a text</source>
        <translation>Abrir um texto</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Todos os arquivos (*)</translation>
    </message>
    <message>
        <source>Tokenizer</source>
        <translation>Tokenizador</translation>
    </message>
    <message>
        <source>The tokenizer that is looked at</source>
        <translation>O tokenizador que se está olhando</translation>
    </message>
    <message>
        <source>Open a tokenizer: tokenizer.json, GGUF, SentencePiece model, tiktoken ranks, vocab.txt</source>
        <translation>Abrir um tokenizador: tokenizer.json, GGUF, modelo SentencePiece, ranks do tiktoken, vocab.txt</translation>
    </message>
    <message>
        <source>Working</source>
        <translation>Trabalhando</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Tokens</translation>
    </message>
    <message>
        <source>See how tokenizers cut a text, and why.</source>
        <translation>Veja como os tokenizadores cortam um texto, e por quê.</translation>
    </message>
    <message>
        <source>Another text has taken the place of the one before.</source>
        <translation>Outro texto tomou o lugar do anterior.</translation>
    </message>
    <message>
        <source>Take it back</source>
        <translation>Trazer de volta</translation>
    </message>
    <message>
        <source>Close %1</source>
        <translation>Fechar %1</translation>
    </message>
    <message>
        <source>Columns: which tokenizers are shown</source>
        <translation>Colunas: quais tokenizadores aparecem</translation>
    </message>
    <message>
        <source>Stop reading and cutting</source>
        <translation>Interromper a leitura e o corte</translation>
    </message>
</context>
<context>
    <name>vitral::TranscriptView</name>
    <message>
        <source>Code copied</source>
        <translation>Código copiado</translation>
    </message>
    <message>
        <source>Copy selection</source>
        <translation>Copiar a seleção</translation>
    </message>
    <message>
        <source>Copy message</source>
        <translation>Copiar a mensagem</translation>
    </message>
    <message>
        <source>Edit…</source>
        <translation>Editar…</translation>
    </message>
    <message>
        <source>Answer again</source>
        <translation>Responder de novo</translation>
    </message>
    <message>
        <source>Answer this</source>
        <translation>Responder a esta</translation>
    </message>
    <message>
        <source>Continue the answer</source>
        <translation>Continuar a resposta</translation>
    </message>
    <message>
        <source>Delete this and what follows</source>
        <translation>Excluir esta e o que vem depois</translation>
    </message>
    <message>
        <source>Conversation</source>
        <translation>Conversa</translation>
    </message>
    <message>
        <source>Look inside</source>
        <translation>Olhar por dentro</translation>
    </message>
    <message>
        <source>Show this token in Tokens</source>
        <translation>Mostrar este token em Tokens</translation>
    </message>
    <message>
        <source>Show in Tokens</source>
        <translation>Mostrar em Tokens</translation>
    </message>
</context>
<context>
    <name>vitral::TransferRow</name>
    <message>
        <source>Progress of %1</source>
        <translation>Progresso de %1</translation>
    </message>
    <message>
        <source>Waits for the download before it</source>
        <translation>Espera o download anterior</translation>
    </message>
    <message>
        <source>Reading what is there already: %1 of %2</source>
        <translation>Lendo o que já está lá: %1 de %2</translation>
    </message>
    <message>
        <source>Asking %1…</source>
        <translation>Perguntando a %1…</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 de %2</translation>
    </message>
    <message>
        <source>, %1 a second</source>
        <translation>, %1 por segundo</translation>
    </message>
    <message>
        <source>%1 It will be tried again.</source>
        <translation>%1 Uma nova tentativa será feita.</translation>
    </message>
    <message>
        <source>Writing the last of it to the disk</source>
        <translation>Gravando o final no disco</translation>
    </message>
    <message>
        <source>Whole, and its checksum is right: %1</source>
        <translation>Inteiro, e a soma de verificação está certa: %1</translation>
    </message>
    <message>
        <source>Stopped after %1 of %2. What came is kept.</source>
        <translation>Parado depois de %1 de %2. O que chegou foi guardado.</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Parar</translation>
    </message>
    <message>
        <source>Chat with it</source>
        <translation>Conversar com ele</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Continuar</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Tentar de novo</translation>
    </message>
    <message>
        <source>Put away</source>
        <translation>Dispensar</translation>
    </message>
    <message>
        <source>Delete what came</source>
        <translation>Apagar o que chegou</translation>
    </message>
    <message>
        <source>Token…</source>
        <translation>Token…</translation>
    </message>
</context>
<context>
    <name>vitral::ValueText</name>
    <message>
        <source>p.p.</source>
        <comment>percentage points</comment>
        <translation>p.p.</translation>
    </message>
</context>
<context>
    <name>vitral::VectorBars</name>
    <message>
        <source>Dimension %1 of %2: %3</source>
        <translation>Dimensão %1 de %2: %3</translation>
    </message>
    <message numerus="yes">
        <source>%Ln number(s), one bar each</source>
        <translation>
            <numerusform>%Ln número, uma barra para cada</numerusform>
            <numerusform>%Ln números, uma barra para cada</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln number(s); each bar is the one farthest from 0 of %1</source>
        <translation>
            <numerusform>%Ln número; cada barra é o mais distante de 0 entre %1</numerusform>
            <numerusform>%Ln números; cada barra é o mais distante de 0 entre %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>vitral::VectorDiagram</name>
    <message>
        <source>%1 of it in this plane</source>
        <translation>%1 dele neste plano</translation>
    </message>
</context>
<context>
    <name>vitral::VocabularyModel</name>
    <message>
        <source>No script</source>
        <translation>Sem escrita</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>Bytes</translation>
    </message>
    <message>
        <source>Latin</source>
        <translation>Latina</translation>
    </message>
    <message>
        <source>Greek</source>
        <translation>Grega</translation>
    </message>
    <message>
        <source>Cyrillic</source>
        <translation>Cirílica</translation>
    </message>
    <message>
        <source>Armenian</source>
        <translation>Armênia</translation>
    </message>
    <message>
        <source>Hebrew</source>
        <translation>Hebraica</translation>
    </message>
    <message>
        <source>Arabic</source>
        <translation>Árabe</translation>
    </message>
    <message>
        <source>Devanagari</source>
        <translation>Devanágari</translation>
    </message>
    <message>
        <source>Bengali</source>
        <translation>Bengali</translation>
    </message>
    <message>
        <source>Tamil</source>
        <translation>Tâmil</translation>
    </message>
    <message>
        <source>Thai</source>
        <translation>Tailandesa</translation>
    </message>
    <message>
        <source>Georgian</source>
        <translation>Georgiana</translation>
    </message>
    <message>
        <source>Hangul</source>
        <translation>Hangul</translation>
    </message>
    <message>
        <source>Hiragana</source>
        <translation>Hiragana</translation>
    </message>
    <message>
        <source>Katakana</source>
        <translation>Katakana</translation>
    </message>
    <message>
        <source>Han</source>
        <translation>Han (chinesa)</translation>
    </message>
    <message>
        <source>reachable</source>
        <translation>alcançável</translation>
    </message>
    <message>
        <source>not judged</source>
        <translation>não avaliado</translation>
    </message>
    <message>
        <source>unreachable: normalised</source>
        <translation>inalcançável: normalizado</translation>
    </message>
    <message>
        <source>unreachable: always cut</source>
        <translation>inalcançável: sempre cortado</translation>
    </message>
    <message>
        <source>unreachable: other tokens</source>
        <translation>inalcançável: outros tokens</translation>
    </message>
    <message>
        <source>unreachable: repeated</source>
        <translation>inalcançável: repetido</translation>
    </message>
    <message numerus="yes">
        <source>Token %1, spelled %2 in the vocabulary, %Ln byte(s).</source>
        <translation>
            <numerusform>Token %1, escrito %2 no vocabulário, %Ln byte.</numerusform>
            <numerusform>Token %1, escrito %2 no vocabulário, %Ln bytes.</numerusform>
        </translation>
    </message>
    <message>
        <source>Natural logarithm of the piece’s probability</source>
        <translation>Logaritmo natural da probabilidade da peça</translation>
    </message>
    <message>
        <source>Place of the merge that makes the token: 0 was learned first</source>
        <translation>Lugar da fusão que faz o token: a 0 foi aprendida primeiro</translation>
    </message>
    <message>
        <source>Whether any text is cut into this token</source>
        <translation>Se algum texto é cortado neste token</translation>
    </message>
    <message>
        <source>Length of the token’s row in the embedding matrix</source>
        <translation>Norma da linha do token na matriz de embedding</translation>
    </message>
    <message>
        <source>Distance of the token’s row to the mean of all rows</source>
        <translation>Distância da linha do token à média de todas as linhas</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>Id</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Script</source>
        <translation>Escrita</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>Pontuação</translation>
    </message>
    <message>
        <source>Merge</source>
        <translation>Fusão</translation>
    </message>
    <message>
        <source>Reach</source>
        <translation>Alcance</translation>
    </message>
    <message>
        <source>Norm</source>
        <translation>Norma</translation>
    </message>
    <message>
        <source>To the mean</source>
        <translation>À média</translation>
    </message>
</context>
<context>
    <name>vitral::VocabularyTables</name>
    <message>
        <source>The vocabulary could not be read.</source>
        <translation>O vocabulário não pôde ser lido.</translation>
    </message>
    <message>
        <source>This file holds a vocabulary only. Embedding rows are in a model: open a GGUF file with its weights.</source>
        <translation>Este arquivo só tem um vocabulário. As linhas de embedding estão em um modelo: abra um arquivo GGUF com os pesos.</translation>
    </message>
    <message>
        <source>The embedding matrix could not be read.</source>
        <translation>A matriz de embedding não pôde ser lida.</translation>
    </message>
    <message>
        <source>(in English: %1)</source>
        <translation>(em inglês: %1)</translation>
    </message>
</context>
<context>
    <name>vitral::VocabularyView</name>
    <message>
        <source>Vocabulary</source>
        <translation>Vocabulário</translation>
    </message>
    <message>
        <source>Every entry of the tokenizer. Search by text, by expression or by id (#300, #300-400), filter, and click a column’s title to sort by it. The token you choose is shown in the other pages.</source>
        <translation>Todas as entradas do tokenizador. Procure por texto, por expressão ou por id (#300, #300-400), filtre, e clique no título de uma coluna para ordenar. O token escolhido aparece nas outras páginas.</translation>
    </message>
    <message>
        <source>Open a tokenizer to see its vocabulary.</source>
        <translation>Abra um tokenizador para ver o vocabulário.</translation>
    </message>
    <message>
        <source>Every script</source>
        <translation>Todas as escritas</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>This search cannot be made.</source>
        <translation>Esta busca não pode ser feita.</translation>
    </message>
    <message>
        <source>Unreachable: the token’s own text, which must pass the normaliser unchanged and the pre-tokeniser in one piece, is not encoded as that token alone. Special, added, unused and byte tokens, and tokens that begin or end inside a character, are not judged.</source>
        <translation>Inalcançável: o próprio texto do token, que deve passar pelo normalizador sem mudar e pelo pré-tokenizador inteiro, não é codificado só nesse token. Tokens especiais, acrescentados, sem uso, de bytes, e os que começam ou terminam dentro de um caractere não são avaliados.</translation>
    </message>
    <message>
        <source>Looks undertrained: its row lies closer to the mean of all rows than nearly all others do (more than 5 scaled median absolute deviations below the median distance). Rows that are never an input stay where training leaves them. A sign, not a proof.</source>
        <translation>Parece pouco treinado: a linha está mais perto da média de todas do que quase todas as outras (mais de 5 desvios absolutos medianos, em escala, abaixo da distância mediana). Linhas que nunca são entrada ficam onde o treino as deixa. É um sinal, não uma prova.</translation>
    </message>
    <message>
        <source>Reading the vocabulary…</source>
        <translation>Lendo o vocabulário…</translation>
    </message>
    <message>
        <source>%1 of %2 entries</source>
        <translation>%1 de %2 entradas</translation>
    </message>
    <message>
        <source>Reading the embedding matrix for norms…</source>
        <translation>Lendo a matriz de embedding para as normas…</translation>
    </message>
    <message>
        <source>Text, or #id</source>
        <translation>Texto, ou #id</translation>
    </message>
    <message>
        <source>Search the vocabulary</source>
        <translation>Procurar no vocabulário</translation>
    </message>
    <message>
        <source>Expression</source>
        <translation>Expressão</translation>
    </message>
    <message>
        <source>Read what is typed as a regular expression (PCRE2)</source>
        <translation>Lê o que é digitado como expressão regular (PCRE2)</translation>
    </message>
    <message>
        <source>Script</source>
        <translation>Escrita</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>Bytes</translation>
    </message>
    <message>
        <source>to</source>
        <translation>a</translation>
    </message>
    <message>
        <source>Shortest token in bytes</source>
        <translation>Menor token, em bytes</translation>
    </message>
    <message>
        <source>Longest token in bytes</source>
        <translation>Maior token, em bytes</translation>
    </message>
    <message>
        <source>any</source>
        <translation>qualquer</translation>
    </message>
    <message>
        <source>Unreachable</source>
        <translation>Inalcançáveis</translation>
    </message>
    <message>
        <source>Looks undertrained</source>
        <translation>Parecem pouco treinados</translation>
    </message>
    <message>
        <source>Its embedding row</source>
        <translation>Sua linha de embedding</translation>
    </message>
    <message>
        <source>Entries of the vocabulary</source>
        <translation>Entradas do vocabulário</translation>
    </message>
</context>
<context>
    <name>vitral::Welcome</name>
    <message>
        <source>What shall we look at?</source>
        <translation>O que vamos observar?</translation>
    </message>
    <message>
        <source>No model is loaded yet. Choose one, or drop a .gguf file here.</source>
        <translation>Nenhum modelo foi carregado. Escolha um, ou solte um arquivo .gguf aqui.</translation>
    </message>
    <message>
        <source>%1 came with the program. It is tiny: it greets, tells small stories and explains a few words, and is often wrong. For better answers, download a GGUF model of 1 to 8 billion parameters and drop the file here.</source>
        <translation>%1 veio com o programa. É minúsculo: cumprimenta, conta historinhas e explica algumas palavras, e erra bastante. Para respostas melhores, baixe um modelo GGUF de 1 a 8 bilhões de parâmetros e solte o arquivo aqui.</translation>
    </message>
    <message>
        <source>%1 answers. Everything stays on this computer.</source>
        <translation>%1 responde. Tudo fica neste computador.</translation>
    </message>
    <message>
        <source>Choose another model…</source>
        <translation>Escolher outro modelo…</translation>
    </message>
    <message>
        <source>Hello! Who are you?</source>
        <translation>Olá! Quem é você?</translation>
    </message>
    <message>
        <source>Tell me a short story about a cat.</source>
        <translation>Conte uma história curta sobre um gato.</translation>
    </message>
    <message>
        <source>What is a token?</source>
        <translation>O que é um token?</translation>
    </message>
    <message>
        <source>What does attention do in a transformer?</source>
        <translation>O que a atenção faz em um transformer?</translation>
    </message>
</context>
<context>
    <name>vitral::WordsPage</name>
    <message>
        <source>Bright: pixels that looked at the word. A weight is a share of one pixel&apos;s attention; all words together have 100 %.</source>
        <translation>Claro: pixels que olharam para a palavra. Um peso é a parte da atenção de um pixel; todas as palavras juntas têm 100 %.</translation>
    </message>
    <message>
        <source>The recording of this run is being read, or was too large to be kept: run it again to see its words.</source>
        <translation>A gravação desta execução está sendo lida, ou era grande demais para ser guardada: execute de novo para ver suas palavras.</translation>
    </message>
    <message>
        <source>This model reads no words: nothing looks from pixels to a prompt.</source>
        <translation>Este modelo não lê palavras: nada olha dos pixels para um prompt.</translation>
    </message>
    <message>
        <source>Attention was not recorded in this run: switch on &quot;Attention of every word&quot; under What is recorded, and run it again.</source>
        <translation>A atenção não foi gravada nesta execução: ligue &quot;Atenção de cada palavra&quot; em O que é gravado e execute de novo.</translation>
    </message>
    <message>
        <source>at the chosen step</source>
        <translation>no passo escolhido</translation>
    </message>
    <message>
        <source>mean of all steps</source>
        <translation>média de todos os passos</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Passos</translation>
    </message>
    <message>
        <source>Block of the network</source>
        <translation>Bloco da rede</translation>
    </message>
    <message>
        <source>Attention head</source>
        <translation>Cabeça de atenção</translation>
    </message>
    <message>
        <source>Over the picture</source>
        <translation>Sobre a imagem</translation>
    </message>
    <message>
        <source>One scale for all words</source>
        <translation>Uma escala para todas as palavras</translation>
    </message>
    <message>
        <source>Else every word&apos;s strongest pixel has the lightest colour</source>
        <translation>Senão o pixel mais forte de cada palavra tem a cor mais clara</translation>
    </message>
    <message>
        <source>Start and end marks</source>
        <translation>Marcas de início e fim</translation>
    </message>
    <message>
        <source>Tokens that stand for no word take much of the attention</source>
        <translation>Tokens que não são palavras recebem muito da atenção</translation>
    </message>
    <message>
        <source>Attention of each word over the picture</source>
        <translation>Atenção de cada palavra sobre a imagem</translation>
    </message>
    <message>
        <source>Words the marked pixel looks at</source>
        <translation>Palavras para as quais o pixel marcado olha</translation>
    </message>
    <message>
        <source>token %1</source>
        <translation>token %1</translation>
    </message>
    <message>
        <source>mean of all blocks</source>
        <translation>média de todos os blocos</translation>
    </message>
    <message>
        <source>mean of all heads</source>
        <translation>média de todas as cabeças</translation>
    </message>
    <message>
        <source>head %1</source>
        <translation>cabeça %1</translation>
    </message>
    <message>
        <source>Show or hide the heat of this word</source>
        <translation>Mostrar ou esconder o calor desta palavra</translation>
    </message>
    <message>
        <source>No attention was recorded at this step.</source>
        <translation>Nenhuma atenção foi gravada neste passo.</translation>
    </message>
    <message>
        <source>Attention of the pixels to &quot;%1&quot;</source>
        <translation>Atenção dos pixels a &quot;%1&quot;</translation>
    </message>
    <message>
        <source>%1 to %2, mean %3</source>
        <translation>%1 a %2, média %3</translation>
    </message>
    <message>
        <source>All words are switched off: choose one above.</source>
        <translation>Todas as palavras estão desligadas: escolha uma acima.</translation>
    </message>
    <message>
        <source>Step %1 of %2</source>
        <translation>Passo %1 de %2</translation>
    </message>
    <message numerus="yes">
        <source>Mean of %Ln step(s)</source>
        <translation>
            <numerusform>Média de %Ln passo</numerusform>
            <numerusform>Média de %Ln passos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>mean of %Ln block(s), brought to the finest one&apos;s size</source>
        <translation>
            <numerusform>média de %Ln bloco</numerusform>
            <numerusform>média de %Ln blocos, levados ao tamanho do mais fino</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>mean of %Ln head(s)</source>
        <translation>
            <numerusform>média de %Ln cabeça</numerusform>
            <numerusform>média de %Ln cabeças</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 × %2 pixels</source>
        <translation>%1 × %2 pixels</translation>
    </message>
    <message>
        <source>lightest: %1</source>
        <translation>mais claro: %1</translation>
    </message>
    <message>
        <source>lightest: each word&apos;s own largest</source>
        <translation>mais claro: o maior de cada palavra</translation>
    </message>
    <message>
        <source>word</source>
        <translation>palavra</translation>
    </message>
    <message>
        <source>share</source>
        <translation>parte</translation>
    </message>
    <message>
        <source>Click a picture, or move over it with the arrow keys, to see which words a pixel looks at.</source>
        <translation>Clique numa imagem, ou ande sobre ela com as setas, para ver para quais palavras um pixel olha.</translation>
    </message>
    <message>
        <source>Words of a pixel</source>
        <translation>Palavras de um pixel</translation>
    </message>
    <message>
        <source>all together</source>
        <translation>todas juntas</translation>
    </message>
    <message>
        <source>Pixel %1, %2 of %3 × %4</source>
        <translation>Pixel %1, %2 de %3 × %4</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>Palavras</translation>
    </message>
    <message>
        <source>This run had no prompt, so there are no words. &quot;Start and end marks&quot; shows what the pixels looked at instead.</source>
        <translation>Esta execução não teve prompt, então não há palavras. &quot;Marcas de início e fim&quot; mostra para onde os pixels olharam.</translation>
    </message>
</context>
<context>
    <name>vitral::WorkshopView</name>
    <message>
        <source>There is no text to learn from: type or open one in the page Cut, or choose files.</source>
        <translation>Não há texto para aprender: digite ou abra um na página Corte, ou escolha arquivos.</translation>
    </message>
    <message>
        <source>Add files or a folder to learn from.</source>
        <translation>Acrescente arquivos ou uma pasta para aprender.</translation>
    </message>
    <message>
        <source>Stopped before anything was learned.</source>
        <translation>Parado antes de aprender alguma coisa.</translation>
    </message>
    <message>
        <source>There is too little text, or too small a vocabulary, to train this.</source>
        <translation>Há pouco texto, ou o vocabulário é pequeno demais, para este treino.</translation>
    </message>
    <message>
        <source>The training failed.</source>
        <translation>O treino falhou.</translation>
    </message>
    <message>
        <source>The text could not be cut.</source>
        <translation>O texto não pôde ser cortado.</translation>
    </message>
    <message>
        <source>tokens a byte</source>
        <translation>tokens por byte</translation>
    </message>
    <message>
        <source>Tokens a byte</source>
        <translation>Tokens por byte</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <translation>Salvo como %1.</translation>
    </message>
    <message>
        <source>The tokenizer could not be made.</source>
        <translation>O tokenizador não pôde ser feito.</translation>
    </message>
    <message>
        <source>Texts to learn from</source>
        <translation>Textos para aprender</translation>
    </message>
    <message>
        <source>Text files (*.txt *.md);;All files (*)</source>
        <translation>Arquivos de texto (*.txt *.md);;Todos os arquivos (*)</translation>
    </message>
    <message>
        <source>A folder of texts to learn from</source>
        <translation>Uma pasta de textos para aprender</translation>
    </message>
    <message>
        <source>Save the tokenizer</source>
        <translation>Salvar o tokenizador</translation>
    </message>
    <message>
        <source>Tokenizers (*.json)</source>
        <translation>Tokenizadores (*.json)</translation>
    </message>
    <message>
        <source>The file could not be written.</source>
        <translation>O arquivo não pôde ser gravado.</translation>
    </message>
    <message>
        <source>Workshop</source>
        <translation>Oficina</translation>
    </message>
    <message>
        <source>Train a tokenizer on your own text and go back to every step of it: which pair was merged, how the text is cut there, and what a larger vocabulary would save. Save it as tokenizer.json, or open it beside the others.</source>
        <translation>Treine um tokenizador no seu próprio texto e volte a cada passo: que par foi fundido, como o texto é cortado ali e quanto um vocabulário maior pouparia. Salve como tokenizer.json, ou abra ao lado dos outros.</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>No file chosen yet. A folder stands for every text below it.</source>
        <translation>Nenhum arquivo escolhido ainda. Uma pasta vale por todos os textos dentro dela.</translation>
    </message>
    <message>
        <source>The room has no text yet: type or open one in the page Cut.</source>
        <translation>A sala ainda não tem texto: digite ou abra um na página Corte.</translation>
    </message>
    <message>
        <source>The text of this room, %1.</source>
        <translation>O texto desta sala, %1.</translation>
    </message>
    <message>
        <source>Reading: %1 of %2 files, %3</source>
        <translation>Lendo: %1 de %2 arquivos, %3</translation>
    </message>
    <message>
        <source>Reading the text…</source>
        <translation>Lendo o texto…</translation>
    </message>
    <message>
        <source>%1 pieces; %2 are wanted</source>
        <translation>%1 peças; o alvo são %2</translation>
    </message>
    <message>
        <source>Train, and the vocabulary grows here piece by piece.</source>
        <translation>Treine, e o vocabulário cresce aqui peça por peça.</translation>
    </message>
    <message>
        <source>Learned from %1.</source>
        <translation>Aprendido de %1.</translation>
    </message>
    <message>
        <source>Stopped early: what was learned until then is shown.</source>
        <translation>Parado antes do fim: o que se mostra é o aprendido até ali.</translation>
    </message>
    <message>
        <source>No pair is left to merge: the text gives no more than %1 pieces.</source>
        <translation>Não há mais par para fundir: o texto não dá mais que %1 peças.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) could not be read as text and were left out.</source>
        <translation>
            <numerusform>%Ln arquivo não pôde ser lido como texto e ficou de fora.</numerusform>
            <numerusform>%Ln arquivos não puderam ser lidos como texto e ficaram de fora.</numerusform>
        </translation>
    </message>
    <message>
        <source>Before the first merge: every byte is a token of its own.</source>
        <translation>Antes da primeira fusão: cada byte é um token.</translation>
    </message>
    <message>
        <source>Before the first merge: every letter is a token of its own; ## marks those inside a word.</source>
        <translation>Antes da primeira fusão: cada letra é um token; ## marca as de dentro de uma palavra.</translation>
    </message>
    <message>
        <source>Step %1: the pieces whose loss costs least were dropped; %2 are left.</source>
        <translation>Passo %1: as peças cuja perda custa menos foram tiradas; restam %2.</translation>
    </message>
    <message>
        <source>Step %1: the probabilities of %2 pieces were estimated anew; a word takes %3 nats on average.</source>
        <translation>Passo %1: as probabilidades de %2 peças foram estimadas de novo; uma palavra leva %3 nats em média.</translation>
    </message>
    <message>
        <source>Step %1: cut down to the size that was asked for, %2 pieces.</source>
        <translation>Passo %1: reduzido ao tamanho pedido, %2 peças.</translation>
    </message>
    <message>
        <source>No pair occurs often enough to be merged.</source>
        <translation>Nenhum par aparece o bastante para ser fundido.</translation>
    </message>
    <message>
        <source>The first of these is merged next.</source>
        <translation>O primeiro destes é fundido a seguir.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln pair(s) occur equally often at the top. The one whose left piece, then right piece, was learned first (has the smaller id) is merged next, as in the tokenizers package.</source>
        <translation>
            <numerusform>%Ln par aparece igualmente no topo. É fundido a seguir aquele cuja peça da esquerda, depois a da direita, foi aprendida primeiro (tem o menor id), como no pacote tokenizers.</numerusform>
            <numerusform>%Ln pares empatam no topo. É fundido a seguir aquele cuja peça da esquerda, depois a da direita, foi aprendida primeiro (tem o menor id), como no pacote tokenizers.</numerusform>
        </translation>
    </message>
    <message>
        <source>The text with %1 pieces</source>
        <translation>O texto com %1 peças</translation>
    </message>
    <message>
        <source>The text with %1 pieces: %2 tokens, %3 a byte</source>
        <translation>O texto com %1 peças: %2 tokens, %3 por byte</translation>
    </message>
    <message>
        <source>(its first %1)</source>
        <translation>(os primeiros %1)</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Parar</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>Treinar</translation>
    </message>
    <message>
        <source>Most probable pieces there</source>
        <translation>Peças mais prováveis ali</translation>
    </message>
    <message>
        <source>Most frequent pairs there</source>
        <translation>Pares mais frequentes ali</translation>
    </message>
    <message>
        <source>this room’s text</source>
        <translation>o texto desta sala</translation>
    </message>
    <message>
        <source>files</source>
        <translation>arquivos</translation>
    </message>
    <message>
        <source>BPE over bytes</source>
        <translation>BPE sobre bytes</translation>
    </message>
    <message>
        <source>WordPiece</source>
        <translation>WordPiece</translation>
    </message>
    <message>
        <source>Unigram</source>
        <translation>Unigram</translation>
    </message>
    <message>
        <source>Learn from</source>
        <translation>Aprender com</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Tipo</translation>
    </message>
    <message>
        <source>Pieces</source>
        <translation>Peças</translation>
    </message>
    <message>
        <source>Cut first like</source>
        <translation>Pré-corte como</translation>
    </message>
    <message>
        <source>Rarest pair</source>
        <translation>Par mais raro</translation>
    </message>
    <message>
        <source>A pair that occurs less often ends the training</source>
        <translation>Um par que aparece menos encerra o treino</translation>
    </message>
    <message>
        <source>any</source>
        <translation>qualquer</translation>
    </message>
    <message>
        <source>Keep capitals and accents</source>
        <translation>Manter maiúsculas e acentos</translation>
    </message>
    <message>
        <source>Add files…</source>
        <translation>Acrescentar arquivos…</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>Acrescentar pasta…</translation>
    </message>
    <message>
        <source>Remove all</source>
        <translation>Remover todos</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Passo</translation>
    </message>
    <message>
        <source>Step of the training</source>
        <translation>Passo do treino</translation>
    </message>
    <message>
        <source>One step back</source>
        <translation>Um passo atrás</translation>
    </message>
    <message>
        <source>One step on</source>
        <translation>Um passo adiante</translation>
    </message>
    <message>
        <source>Tokens a byte of the training text, by vocabulary size</source>
        <translation>Tokens por byte do texto de treino, por tamanho do vocabulário</translation>
    </message>
    <message>
        <source>Most frequent pairs or most probable pieces</source>
        <translation>Pares mais frequentes ou peças mais prováveis</translation>
    </message>
    <message>
        <source>The text, cut at this step</source>
        <translation>O texto, cortado neste passo</translation>
    </message>
    <message>
        <source>Open in Cut</source>
        <translation>Abrir no Corte</translation>
    </message>
    <message>
        <source>Progress of the training</source>
        <translation>Progresso do treino</translation>
    </message>
    <message>
        <source>Pieces in training</source>
        <translation>Peças no treino</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>Salvar…</translation>
    </message>
    <message>
        <source>Save the tokenizer of this step as tokenizer.json</source>
        <translation>Salva o tokenizador deste passo como tokenizer.json</translation>
    </message>
    <message>
        <source>Put the tokenizer of this step beside the others</source>
        <translation>Põe o tokenizador deste passo ao lado dos outros</translation>
    </message>
    <message numerus="yes">
        <source>Merge %1: “%2” + “%3” became “%4”. The pair stood in the text %Ln time(s); none stood there more often.</source>
        <translation>
            <numerusform>Fusão %1: “%2” + “%3” viraram “%4”. O par aparecia %Ln vez no texto; nenhum aparecia mais.</numerusform>
            <numerusform>Fusão %1: “%2” + “%3” viraram “%4”. O par aparecia %Ln vezes no texto; nenhum aparecia mais.</numerusform>
        </translation>
    </message>
    <message>
        <source>Training a tokenizer</source>
        <translation>Treinando um tokenizador</translation>
    </message>
    <message>
        <source>%1 pieces</source>
        <translation>%1 peças</translation>
    </message>
    <message>
        <source>reading</source>
        <translation>lendo</translation>
    </message>
</context>
<context>
    <name>vitral::app::ChatRoom</name>
    <message>
        <source>Chat with the model, and look inside it.</source>
        <translation>Converse com o modelo e olhe por dentro dele.</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>Conversa</translation>
    </message>
</context>
<context>
    <name>vitral::app::Classroom</name>
    <message>
        <source>This version does not know the command “%1”.</source>
        <translation>Esta versão não conhece o comando “%1”.</translation>
    </message>
    <message>
        <source>This was made with the model %1; %2 is loaded here, so numbers may differ.</source>
        <translation>Isto foi feito com o modelo %1; aqui está carregado %2, então os números podem ser outros.</translation>
    </message>
    <message>
        <source>The model %1 cannot run here, so views of its inside stay empty.</source>
        <translation>O modelo %1 não pode rodar aqui, então as vistas do seu interior ficam vazias.</translation>
    </message>
    <message>
        <source>Lesson</source>
        <translation>Lição</translation>
    </message>
    <message>
        <source>Save the state of the program</source>
        <translation>Salvar o estado do programa</translation>
    </message>
    <message>
        <source>States (*.vitral)</source>
        <translation>Estados (*.vitral)</translation>
    </message>
    <message>
        <source>The state could not be written to %1 (%2).</source>
        <translation>O estado não pôde ser gravado em %1 (%2).</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <translation>Salvo como %1.</translation>
    </message>
    <message>
        <source>Open a state of the program</source>
        <translation>Abrir um estado do programa</translation>
    </message>
    <message>
        <source>States (*.vitral *.json *.txt);;All files (*)</source>
        <translation>Estados (*.vitral *.json *.txt);;Todos os arquivos (*)</translation>
    </message>
    <message>
        <source>A link to this state is on the clipboard.</source>
        <translation>Um link para este estado está na área de transferência.</translation>
    </message>
    <message>
        <source>Open a folder of lessons</source>
        <translation>Abrir uma pasta de lições</translation>
    </message>
    <message>
        <source>Open handed-in work</source>
        <translation>Abrir um trabalho entregue</translation>
    </message>
    <message>
        <source>Work of a lesson (*.vitral-work)</source>
        <translation>Trabalho de uma lição (*.vitral-work)</translation>
    </message>
    <message>
        <source>Save the work to hand in</source>
        <translation>Salvar o trabalho para entregar</translation>
    </message>
    <message>
        <source>Export the lesson</source>
        <translation>Exportar a lição</translation>
    </message>
    <message>
        <source>Your name</source>
        <translation>Seu nome</translation>
    </message>
    <message>
        <source>state</source>
        <translation>estado</translation>
    </message>
    <message>
        <source>%1 What was recorded is shown instead.</source>
        <translation>%1 O que foi gravado é mostrado no lugar.</translation>
    </message>
    <message>
        <source>The model %1 cannot run here.</source>
        <translation>O modelo %1 não pode rodar aqui.</translation>
    </message>
    <message>
        <source>No language model is loaded here; Ctrl+M chooses one.</source>
        <translation>Nenhum modelo de linguagem está carregado aqui; Ctrl+M escolhe um.</translation>
    </message>
    <message>
        <source>The command “%1” could not be carried out.</source>
        <translation>O comando “%1” não pôde ser executado.</translation>
    </message>
    <message>
        <source>This conversation is too long for a file of the state (4 MiB); export it instead.</source>
        <translation>Esta conversa é longa demais para um arquivo do estado (4 MiB); exporte-a.</translation>
    </message>
    <message>
        <source>the probabilities and alternatives of the tokens</source>
        <translation>as probabilidades e alternativas dos tokens</translation>
    </message>
    <message>
        <source>the probabilities of tokens in other branches</source>
        <translation>as probabilidades dos tokens de outros ramos</translation>
    </message>
    <message>
        <source>other branches of the conversation</source>
        <translation>outros ramos da conversa</translation>
    </message>
    <message>
        <source>the long text of the room Tokens</source>
        <translation>o texto longo da sala Tokens</translation>
    </message>
    <message>
        <source>the recorded run of the views inside</source>
        <translation>a execução gravada das vistas de dentro</translation>
    </message>
    <message>
        <source>changes to the model that hold vectors or another run</source>
        <translation>mudanças no modelo que contêm vetores ou outra execução</translation>
    </message>
    <message>
        <source>What was opened does not hold: %1.</source>
        <translation>O que foi aberto não contém: %1.</translation>
    </message>
    <message>
        <source>The recorded run %1 does not lie beside the file of the state; put it there and open it again.</source>
        <translation>A execução gravada %1 não está na pasta do arquivo do estado; ponha-a lá e abra o estado de novo.</translation>
    </message>
    <message>
        <source>Opening a state</source>
        <translation>Abrir um estado</translation>
    </message>
    <message>
        <source>There is no link to a state here; one begins with vitral:.</source>
        <translation>Não há aqui um link de um estado; ele começa com vitral:.</translation>
    </message>
    <message>
        <source>A newer version of Vitral made this state; update the program to open it.</source>
        <translation>Uma versão mais nova do Vitral fez este estado; atualize o programa para abri-lo.</translation>
    </message>
    <message>
        <source>This link is damaged or was cut off; copy it again, whole. (%1)</source>
        <translation>Este link está danificado ou foi cortado; copie-o de novo, inteiro. (%1)</translation>
    </message>
    <message>
        <source>This file is no state of the program, or it is damaged. (%1)</source>
        <translation>Este arquivo não é um estado do programa, ou está danificado. (%1)</translation>
    </message>
    <message>
        <source>Saved without: %1.</source>
        <translation>Salvo sem: %1.</translation>
    </message>
    <message>
        <source>This state is too long for a link (32 kB) even as words alone; save it as a file instead.</source>
        <translation>Este estado é longo demais para um link (32 kB), mesmo só com as palavras; salve-o como arquivo.</translation>
    </message>
    <message>
        <source>A link (32 kB) has no room for: %1. A file of the state has.</source>
        <translation>Um link (32 kB) não tem lugar para: %1. Um arquivo do estado tem.</translation>
    </message>
    <message>
        <source>Copy the link without</source>
        <translation>Copiar o link sem isso</translation>
    </message>
</context>
<context>
    <name>vitral::app::MainWindow</name>
    <message>
        <source>The model that came with the program</source>
        <translation>O modelo que veio com o programa</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Arquivo</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Editar</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>E&amp;xibir</translation>
    </message>
    <message>
        <source>&amp;Conversation</source>
        <translation>&amp;Conversa</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>A&amp;juda</translation>
    </message>
    <message>
        <source>&amp;New conversation</source>
        <translation>&amp;Nova conversa</translation>
    </message>
    <message>
        <source>Choose &amp;model…</source>
        <translation>Escolher &amp;modelo…</translation>
    </message>
    <message>
        <source>&amp;Open model file…</source>
        <translation>Abrir &amp;arquivo de modelo…</translation>
    </message>
    <message>
        <source>&amp;Recent models</source>
        <translation>Modelos &amp;recentes</translation>
    </message>
    <message>
        <source>&amp;Import conversation…</source>
        <translation>&amp;Importar conversa…</translation>
    </message>
    <message>
        <source>&amp;Export as Markdown…</source>
        <translation>&amp;Exportar como Markdown…</translation>
    </message>
    <message>
        <source>Export as &amp;JSON…</source>
        <translation>Exportar como &amp;JSON…</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Sair</translation>
    </message>
    <message>
        <source>&amp;Copy from the conversation</source>
        <translation>&amp;Copiar da conversa</translation>
    </message>
    <message>
        <source>&amp;Select the whole conversation</source>
        <translation>&amp;Selecionar a conversa inteira</translation>
    </message>
    <message>
        <source>&amp;Find in conversations</source>
        <translation>&amp;Buscar nas conversas</translation>
    </message>
    <message>
        <source>&amp;Rename conversation</source>
        <translation>&amp;Renomear conversa</translation>
    </message>
    <message>
        <source>&amp;Delete conversation</source>
        <translation>&amp;Excluir conversa</translation>
    </message>
    <message>
        <source>&amp;Conversations</source>
        <translation>&amp;Conversas</translation>
    </message>
    <message>
        <source>&amp;Settings</source>
        <translation>A&amp;justes</translation>
    </message>
    <message>
        <source>Show every token and how sure the model was of it (Ctrl+T)</source>
        <translation>Mostrar cada token e a certeza que o modelo tinha dele (Ctrl+T)</translation>
    </message>
    <message>
        <source>Conversations (Ctrl+B)</source>
        <translation>Conversas (Ctrl+B)</translation>
    </message>
    <message>
        <source>Settings (Ctrl+I)</source>
        <translation>Ajustes (Ctrl+I)</translation>
    </message>
    <message>
        <source>As the &amp;system</source>
        <translation>Como o &amp;sistema</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>&amp;Claro</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>&amp;Escuro</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>&amp;Idioma</translation>
    </message>
    <message>
        <source>L&amp;arger text</source>
        <translation>Texto m&amp;aior</translation>
    </message>
    <message>
        <source>S&amp;maller text</source>
        <translation>Texto m&amp;enor</translation>
    </message>
    <message>
        <source>&amp;Usual text size</source>
        <translation>Tamanho &amp;usual do texto</translation>
    </message>
    <message>
        <source>&amp;Full screen</source>
        <translation>Te&amp;la cheia</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>&amp;Parar</translation>
    </message>
    <message>
        <source>&amp;Answer again</source>
        <translation>&amp;Responder de novo</translation>
    </message>
    <message>
        <source>&amp;Edit the last question</source>
        <translation>&amp;Editar a última pergunta</translation>
    </message>
    <message>
        <source>Go to the &amp;messages</source>
        <translation>Ir às &amp;mensagens</translation>
    </message>
    <message>
        <source>Go to the &amp;text field</source>
        <translation>Ir ao campo de &amp;texto</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>Atalhos de &amp;teclado</translation>
    </message>
    <message>
        <source>&amp;About Vitral</source>
        <translation>&amp;Sobre o Vitral</translation>
    </message>
    <message>
        <source>T&amp;ree of the conversation</source>
        <translation>Á&amp;rvore da conversa</translation>
    </message>
    <message>
        <source>Every version of every message as a tree (Ctrl+Shift+T)</source>
        <translation>Cada versão de cada mensagem, em árvore (Ctrl+Shift+T)</translation>
    </message>
    <message>
        <source>Tree of the conversation</source>
        <translation>Árvore da conversa</translation>
    </message>
    <message>
        <source>What the samplers do</source>
        <translation>O que os amostradores fazem</translation>
    </message>
    <message>
        <source>Leave this open and ask something: the candidates for every token appear here, before and after each sampler.</source>
        <translation>Deixe isto aberto e pergunte algo: os candidatos a cada token aparecem aqui, antes e depois de cada amostrador.</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>Conversas</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Ajustes</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>Abrir um modelo</translation>
    </message>
    <message>
        <source>Models (*.gguf);;All files (*)</source>
        <translation>Modelos (*.gguf);;Todos os arquivos (*)</translation>
    </message>
    <message>
        <source>Import a conversation</source>
        <translation>Importar uma conversa</translation>
    </message>
    <message>
        <source>Conversations (*.json *.md);;All files (*)</source>
        <translation>Conversas (*.json *.md);;Todos os arquivos (*)</translation>
    </message>
    <message>
        <source>Export the conversation</source>
        <translation>Exportar a conversa</translation>
    </message>
    <message>
        <source>JSON (*.json)</source>
        <translation>JSON (*.json)</translation>
    </message>
    <message>
        <source>Markdown (*.md)</source>
        <translation>Markdown (*.md)</translation>
    </message>
    <message>
        <source>About Vitral</source>
        <translation>Sobre o Vitral</translation>
    </message>
    <message>
        <source>A playground for generative models in which every number is real. Everything runs on this computer; nothing leaves it unless you ask.

Apache License 2.0. Fonts: Inter (SIL OFL 1.1) and JetBrains Mono (Apache 2.0).</source>
        <translation>Um lugar para brincar com modelos generativos em que cada número é verdadeiro. Tudo roda neste computador; nada sai dele sem você pedir.

Licença Apache 2.0. Fontes: Inter (SIL OFL 1.1) e JetBrains Mono (Apache 2.0).</translation>
    </message>
    <message>
        <source>Send the message</source>
        <translation>Enviar a mensagem</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Enter</translation>
    </message>
    <message>
        <source>New line</source>
        <translation>Nova linha</translation>
    </message>
    <message>
        <source>Shift+Enter</source>
        <translation>Shift+Enter</translation>
    </message>
    <message>
        <source>Stop the answer</source>
        <translation>Parar a resposta</translation>
    </message>
    <message>
        <source>Answer again</source>
        <translation>Responder de novo</translation>
    </message>
    <message>
        <source>Edit the last question</source>
        <translation>Editar a última pergunta</translation>
    </message>
    <message>
        <source>Go to the messages</source>
        <translation>Ir às mensagens</translation>
    </message>
    <message>
        <source>Previous and next message</source>
        <translation>Mensagem anterior e seguinte</translation>
    </message>
    <message>
        <source>Previous and next version of a message</source>
        <translation>Versão anterior e seguinte de uma mensagem</translation>
    </message>
    <message>
        <source>Edit, answer again, delete the message</source>
        <translation>Editar, responder de novo, excluir a mensagem</translation>
    </message>
    <message>
        <source>Show tokens</source>
        <translation>Mostrar os tokens</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>Escolher um modelo</translation>
    </message>
    <message>
        <source>Find in conversations</source>
        <translation>Buscar nas conversas</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>Tamanho do texto</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Atalhos de teclado</translation>
    </message>
    <message>
        <source>Exported to %1</source>
        <translation>Exportada para %1</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>Carregando o modelo…</translation>
    </message>
    <message>
        <source>No model loaded</source>
        <translation>Nenhum modelo carregado</translation>
    </message>
    <message>
        <source>reading %1 of %2 tokens</source>
        <translation>lendo %1 de %2 tokens</translation>
    </message>
    <message>
        <source>reading the conversation</source>
        <translation>lendo a conversa</translation>
    </message>
    <message>
        <source>%1 tokens from the cache, %2 s saved</source>
        <translation>%1 tokens do cache, %2 s poupados</translation>
    </message>
    <message>
        <source>%1 tokens from the cache</source>
        <translation>%1 tokens do cache</translation>
    </message>
    <message>
        <source>reading %1 tokens/s</source>
        <translation>leitura %1 tokens/s</translation>
    </message>
    <message>
        <source>writing %1 tokens/s</source>
        <translation>escrita %1 tokens/s</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Fechar</translation>
    </message>
    <message>
        <source>seed %1</source>
        <translation>semente %1</translation>
    </message>
    <message>
        <source>Walk the tokens, fork at one</source>
        <translation>Percorrer os tokens, bifurcar em um</translation>
    </message>
    <message>
        <source>T&amp;heme</source>
        <translation>Te&amp;ma</translation>
    </message>
    <message>
        <source>Side by si&amp;de…</source>
        <translation>La&amp;do a lado…</translation>
    </message>
    <message>
        <source>Two models or two settings on one question (Ctrl+Shift+D)</source>
        <translation>Dois modelos ou dois ajustes numa pergunta (Ctrl+Shift+D)</translation>
    </message>
    <message>
        <source>Look &amp;inside</source>
        <translation>&amp;Olhar por dentro</translation>
    </message>
    <message>
        <source>Attention and every other number behind the answer (Ctrl+Shift+I)</source>
        <translation>A atenção e todos os outros números por trás da resposta (Ctrl+Shift+I)</translation>
    </message>
    <message>
        <source>Look inside</source>
        <translation>Olhar por dentro</translation>
    </message>
    <message>
        <source>Maps are dra&amp;wn by</source>
        <translation>Ma&amp;pas desenhados por</translation>
    </message>
    <message>
        <source>Whatever is &amp;faster here</source>
        <translation>O que for mais &amp;rápido aqui</translation>
    </message>
    <message>
        <source>&amp;Vulkan</source>
        <translation>&amp;Vulkan</translation>
    </message>
    <message>
        <source>The &amp;processor</source>
        <translation>O &amp;processador</translation>
    </message>
    <message>
        <source>The bundled model answers instead.</source>
        <translation>O modelo incluído responde no lugar dele.</translation>
    </message>
    <message>
        <source>Go to a room</source>
        <translation>Ir a uma sala</translation>
    </message>
    <message>
        <source>Rooms</source>
        <translation>Salas</translation>
    </message>
    <message>
        <source>State of the pro&amp;gram</source>
        <translation>Estado do pro&amp;grama</translation>
    </message>
    <message>
        <source>Save the state as a &amp;file…</source>
        <translation>Salvar o estado como &amp;arquivo…</translation>
    </message>
    <message>
        <source>&amp;Open a state…</source>
        <translation>A&amp;brir um estado…</translation>
    </message>
    <message>
        <source>&amp;Copy the state as a link</source>
        <translation>&amp;Copiar o estado como link</translation>
    </message>
    <message>
        <source>Open the &amp;link on the clipboard</source>
        <translation>Abrir o &amp;link da área de transferência</translation>
    </message>
    <message>
        <source>Next step of the lesson</source>
        <translation>Próximo passo da lição</translation>
    </message>
    <message>
        <source>Step of the lesson before</source>
        <translation>Passo anterior da lição</translation>
    </message>
    <message>
        <source>Computing</source>
        <translation>Computação</translation>
    </message>
    <message>
        <source>&amp;Glossary: explain this term…</source>
        <translation>&amp;Glossário: explicar este termo…</translation>
    </message>
    <message>
        <source>Go to the lesson</source>
        <translation>Ir para a lição</translation>
    </message>
    <message>
        <source>To&amp;ken colours</source>
        <translation>Cores dos to&amp;kens</translation>
    </message>
    <message>
        <source>Te&amp;xt size</source>
        <translation>Tamanho do te&amp;xto</translation>
    </message>
    <message>
        <source>Use a context of %1 tokens</source>
        <translation>Usar um contexto de %1 tokens</translation>
    </message>
    <message>
        <source>Load it anyway</source>
        <translation>Carregar assim mesmo</translation>
    </message>
</context>
<context>
    <name>vitral::app::Preferences</name>
    <message>
        <source>User</source>
        <translation>Usuário</translation>
    </message>
    <message>
        <source>Chat and look around. What is rarely needed stays folded away.</source>
        <translation>Conversar e olhar em volta. O que raramente é preciso fica guardado.</translation>
    </message>
    <message>
        <source>Power user</source>
        <translation>Usuário avançado</translation>
    </message>
    <message>
        <source>All settings of an answer beside the chat, and what fills the context.</source>
        <translation>Todas as configurações de uma resposta ao lado da conversa, e o que enche o contexto.</translation>
    </message>
    <message>
        <source>Developer</source>
        <translation>Desenvolvedor</translation>
    </message>
    <message>
        <source>Researcher</source>
        <translation>Pesquisador</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Idioma</translation>
    </message>
    <message>
        <source>Of the whole program, at once.</source>
        <translation>Do programa inteiro, na hora.</translation>
    </message>
    <message>
        <source>How much is shown</source>
        <translation>Quanto se mostra</translation>
    </message>
    <message>
        <source>At first only: everything can be reached in each of them.</source>
        <translation>Só de início: em qualquer um deles, tudo pode ser alcançado.</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Tema</translation>
    </message>
    <message>
        <source>Light or dark.</source>
        <translation>Claro ou escuro.</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Como o sistema</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Claro</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Escuro</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>Tamanho do texto</translation>
    </message>
    <message>
        <source>Of everything, also Ctrl++ and Ctrl+−.</source>
        <translation>De tudo; também com Ctrl++ e Ctrl+−.</translation>
    </message>
    <message>
        <source>Text size while presenting</source>
        <translation>Tamanho do texto na apresentação</translation>
    </message>
    <message>
        <source>Never smaller than the usual one.</source>
        <translation>Nunca menor que o de costume.</translation>
    </message>
    <message>
        <source>Nothing moves by itself</source>
        <translation>Nada se move sozinho</translation>
    </message>
    <message>
        <source>No blinking cursor, and what can be played is shown at its end.</source>
        <translation>O cursor não pisca, e o que pode ser reproduzido aparece no fim.</translation>
    </message>
    <message>
        <source>Begin on the start page</source>
        <translation>Começar pela página inicial</translation>
    </message>
    <message>
        <source>Otherwise the program opens where it was closed.</source>
        <translation>Senão, o programa abre onde foi fechado.</translation>
    </message>
    <message>
        <source>Maps are drawn by</source>
        <translation>Mapas desenhados por</translation>
    </message>
    <message>
        <source>Where Vulkan draws wrongly, the processor does it slower.</source>
        <translation>Onde o Vulkan desenha errado, o processador desenha mais devagar.</translation>
    </message>
    <message>
        <source>Whatever is faster here</source>
        <translation>O que for mais rápido aqui</translation>
    </message>
    <message>
        <source>The processor</source>
        <translation>O processador</translation>
    </message>
    <message>
        <source>Also grammars and schemas, the order of the samplers, and speeds.</source>
        <translation>Também gramáticas e esquemas, a ordem dos amostradores e as velocidades.</translation>
    </message>
    <message>
        <source>Also what the samplers do to every token.</source>
        <translation>Também o que os amostradores fazem com cada token.</translation>
    </message>
</context>
<context>
    <name>vitral::app::PreferencesDialog</name>
    <message>
        <source>Preferences</source>
        <translation>Preferências</translation>
    </message>
    <message>
        <source>Search the preferences</source>
        <translation>Buscar nas preferências</translation>
    </message>
    <message>
        <source>No preference has these words. The settings of answers stand beside the chat and have a search of their own.</source>
        <translation>Nenhuma preferência tem essas palavras. As configurações das respostas ficam ao lado da conversa e têm uma busca própria.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Fechar</translation>
    </message>
</context>
<context>
    <name>vitral::app::Services</name>
    <message>
        <source>Conversations cannot be stored and are kept only until the program ends; export what you want to keep. %1</source>
        <translation>As conversas não podem ser gravadas e ficam só até o programa fechar; exporte o que quiser guardar. %1</translation>
    </message>
</context>
<context>
    <name>vitral::app::Shell</name>
    <message>
        <source>&amp;Commands…</source>
        <translation>&amp;Comandos…</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Desfazer</translation>
    </message>
    <message>
        <source>Do again</source>
        <translation>Refazer</translation>
    </message>
    <message>
        <source>Tasks and log</source>
        <translation>Tarefas e registro</translation>
    </message>
    <message>
        <source>Rooms</source>
        <translation>Salas</translation>
    </message>
    <message>
        <source>Conversation</source>
        <translation>Conversa</translation>
    </message>
    <message>
        <source>Undo: %1</source>
        <translation>Desfazer: %1</translation>
    </message>
    <message>
        <source>Do again: %1</source>
        <translation>Refazer: %1</translation>
    </message>
    <message numerus="yes">
        <source>%Ln running</source>
        <translation>
            <numerusform>%Ln em andamento</numerusform>
            <numerusform>%Ln em andamento</numerusform>
        </translation>
    </message>
    <message>
        <source>What is running, and the log (Ctrl+Shift+Y)</source>
        <translation>O que está em andamento, e o registro (Ctrl+Shift+Y)</translation>
    </message>
    <message>
        <source>Loading %1</source>
        <translation>Carregando %1</translation>
    </message>
    <message>
        <source>Answering</source>
        <translation>Respondendo</translation>
    </message>
    <message>
        <source>Answering in “%1”</source>
        <translation>Respondendo em “%1”</translation>
    </message>
    <message>
        <source>reading %1 of %2 tokens</source>
        <translation>lendo %1 de %2 tokens</translation>
    </message>
    <message>
        <source>reading</source>
        <translation>lendo</translation>
    </message>
    <message numerus="yes">
        <source>%Ln token(s) written</source>
        <translation>
            <numerusform>%Ln token escrito</numerusform>
            <numerusform>%Ln tokens escritos</numerusform>
        </translation>
    </message>
    <message>
        <source>Looking inside</source>
        <translation>Olhando por dentro</translation>
    </message>
    <message>
        <source>Denoising</source>
        <translation>Tirando ruído</translation>
    </message>
    <message numerus="yes">
        <source>%Ln waiting</source>
        <translation>
            <numerusform>%Ln na fila</numerusform>
            <numerusform>%Ln na fila</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1, %Ln more waiting</source>
        <translation>
            <numerusform>%1, mais %Ln na fila</numerusform>
            <numerusform>%1, mais %Ln na fila</numerusform>
        </translation>
    </message>
    <message>
        <source>Loading a model that draws</source>
        <translation>Carregando um modelo que desenha</translation>
    </message>
    <message>
        <source>La&amp;youts</source>
        <translation>Disposições</translation>
    </message>
    <message>
        <source>&amp;Presenting</source>
        <translation>Apresentação</translation>
    </message>
    <message>
        <source>Present</source>
        <translation>Apresentar</translation>
    </message>
    <message>
        <source>Notes of the presenter</source>
        <translation>Notas de quem apresenta</translation>
    </message>
    <message>
        <source>Keep the menu</source>
        <translation>Manter o menu</translation>
    </message>
    <message>
        <source>Keep the rail of rooms</source>
        <translation>Manter a barra das salas</translation>
    </message>
    <message>
        <source>Keep the side panels</source>
        <translation>Manter os painéis laterais</translation>
    </message>
    <message>
        <source>Keep the status bar</source>
        <translation>Manter a barra de estado</translation>
    </message>
    <message>
        <source>Talk with a model and see how sure it was of every token.</source>
        <translation>Converse com um modelo e veja a certeza dele em cada token.</translation>
    </message>
    <message>
        <source>See what every layer and head did while the model answered.</source>
        <translation>Veja o que cada camada e cada cabeça fez enquanto o modelo respondia.</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>Conversas</translation>
    </message>
    <message>
        <source>Untitled</source>
        <translation>Sem título</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelos</translation>
    </message>
    <message>
        <source>Preferences…</source>
        <translation>Preferências…</translation>
    </message>
    <message>
        <source>Reset all layouts</source>
        <translation>Restaurar todas as disposições</translation>
    </message>
    <message>
        <source>Resetting all layouts</source>
        <translation>Restaurar todas as disposições</translation>
    </message>
    <message>
        <source>Save this layout…</source>
        <translation>Salvar esta disposição…</translation>
    </message>
    <message>
        <source>Save the layout</source>
        <translation>Salvar a disposição</translation>
    </message>
    <message>
        <source>Name of the layout:</source>
        <translation>Nome da disposição:</translation>
    </message>
    <message>
        <source>Reset the layout of this room</source>
        <translation>Restaurar a disposição desta sala</translation>
    </message>
    <message>
        <source>Reset the layouts of all rooms</source>
        <translation>Restaurar as disposições de todas as salas</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>Usar</translation>
    </message>
    <message>
        <source>Remove it</source>
        <translation>Remover</translation>
    </message>
    <message>
        <source>Layout: %1</source>
        <translation>Disposição: %1</translation>
    </message>
    <message>
        <source>Resetting the layout</source>
        <translation>Restaurar a disposição</translation>
    </message>
    <message>
        <source>Saving a layout</source>
        <translation>Salvar uma disposição</translation>
    </message>
    <message>
        <source>Removing a layout</source>
        <translation>Remover uma disposição</translation>
    </message>
    <message>
        <source>Vitral ended unexpectedly. The window, the text that was not sent and the conversation are back as they were.</source>
        <translation>O Vitral terminou de forma inesperada. A janela, o texto não enviado e a conversa estão de volta como estavam.</translation>
    </message>
    <message>
        <source>Vitral ended unexpectedly several times in a row. The text that was not sent is back; the window was left as new.</source>
        <translation>O Vitral terminou de forma inesperada várias vezes seguidas. O texto não enviado está de volta; a janela ficou como nova.</translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation>Mostrar o registro</translation>
    </message>
    <message>
        <source>Changing the settings</source>
        <translation>Mudar as configurações</translation>
    </message>
    <message>
        <source>Deleting the message</source>
        <translation>Excluir a mensagem</translation>
    </message>
    <message>
        <source>Changing the interventions</source>
        <translation>Mudar as intervenções</translation>
    </message>
    <message>
        <source>Page of %1</source>
        <translation>Página de %1</translation>
    </message>
    <message>
        <source>Attention: %1</source>
        <translation>Atenção: %1</translation>
    </message>
    <message>
        <source>Export this &amp;view as a page…</source>
        <translation>Exportar esta &amp;vista como página…</translation>
    </message>
    <message>
        <source>What the picture shows, in words and numbers</source>
        <translation>O que a imagem mostra, em palavras e números</translation>
    </message>
    <message>
        <source>Model: %1</source>
        <translation>Modelo: %1</translation>
    </message>
    <message>
        <source>Seed: %1</source>
        <translation>Semente: %1</translation>
    </message>
    <message>
        <source>Recorded run: %1</source>
        <translation>Execução gravada: %1</translation>
    </message>
    <message>
        <source>Layer %1, head %2</source>
        <translation>Camada %1, cabeça %2</translation>
    </message>
    <message>
        <source>Position: %1</source>
        <translation>Posição: %1</translation>
    </message>
    <message>
        <source>Prompt: %1</source>
        <translation>Prompt: %1</translation>
    </message>
    <message>
        <source>Steps: %1</source>
        <translation>Passos: %1</translation>
    </message>
    <message>
        <source>Guidance: %1</source>
        <translation>Orientação: %1</translation>
    </message>
    <message>
        <source>Text: %1</source>
        <translation>Texto: %1</translation>
    </message>
    <message>
        <source>Vitral %1, %2</source>
        <translation>Vitral %1, %2</translation>
    </message>
    <message>
        <source>As on the screen</source>
        <translation>Como na tela</translation>
    </message>
    <message>
        <source>The whole page</source>
        <translation>A página inteira</translation>
    </message>
    <message>
        <source>%1 more lines are not in this page.</source>
        <translation>Mais %1 linhas não estão nesta página.</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <translation>Salvo como %1.</translation>
    </message>
    <message>
        <source>Web page with its pictures (*.html)</source>
        <translation>Página da web com suas imagens (*.html)</translation>
    </message>
    <message>
        <source>PDF (*.pdf)</source>
        <translation>PDF (*.pdf)</translation>
    </message>
    <message>
        <source>Export this view</source>
        <translation>Exportar esta vista</translation>
    </message>
    <message>
        <source>tongue speech</source>
        <translation>língua linguagem</translation>
    </message>
    <message>
        <source>settings options configuration</source>
        <translation>configurações opções ajustes</translation>
    </message>
    <message>
        <source>zoom in font size letters</source>
        <translation>aumentar zoom fonte letras</translation>
    </message>
    <message>
        <source>zoom out font size letters</source>
        <translation>diminuir zoom fonte letras</translation>
    </message>
    <message>
        <source>zoom reset font size letters</source>
        <translation>zoom normal fonte letras</translation>
    </message>
    <message>
        <source>colours look bright</source>
        <translation>cores aparência</translation>
    </message>
    <message>
        <source>colours look night</source>
        <translation>cores aparência noite</translation>
    </message>
    <message>
        <source>probability certainty</source>
        <translation>probabilidade certeza</translation>
    </message>
    <message>
        <source>running progress jobs</source>
        <translation>execução andamento</translation>
    </message>
    <message>
        <source>class projector slides</source>
        <translation>aula projetor slides</translation>
    </message>
    <message>
        <source>exit leave close</source>
        <translation>sair fechar</translation>
    </message>
    <message>
        <source>Fill of the c&amp;ontext</source>
        <translation>O &amp;que preenche o contexto</translation>
    </message>
    <message>
        <source>step %1 of %2</source>
        <translation>passo %1 de %2</translation>
    </message>
    <message>
        <source>Leaving out the oldest messages</source>
        <translation>Exclusão das mensagens mais antigas do contexto</translation>
    </message>
</context>
<context>
    <name>vitral::app::StartRoom</name>
    <message>
        <source>Welcome to Vitral</source>
        <translation>Boas-vindas ao Vitral</translation>
    </message>
    <message>
        <source>What would you like to do?</source>
        <translation>O que você quer fazer?</translation>
    </message>
    <message>
        <source>Two questions; both answers can be changed at any time (Ctrl+,).</source>
        <translation>Duas perguntas; as duas respostas podem ser mudadas a qualquer momento (Ctrl+,).</translation>
    </message>
    <message>
        <source>Everything runs on this computer. Ctrl+Shift+P finds whatever you can name.</source>
        <translation>Tudo roda neste computador. Ctrl+Shift+P encontra o que você souber nomear.</translation>
    </message>
    <message>
        <source>Begin here every time</source>
        <translation>Começar sempre por aqui</translation>
    </message>
    <message>
        <source>Which language?</source>
        <translation>Que idioma?</translation>
    </message>
    <message>
        <source>How do you want to work?</source>
        <translation>Como você quer trabalhar?</translation>
    </message>
    <message>
        <source>Begin</source>
        <translation>Começar</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Início</translation>
    </message>
    <message>
        <source>What can be done here, and what you did last.</source>
        <translation>O que se pode fazer aqui, e o que você fez por último.</translation>
    </message>
</context>
</TS>
