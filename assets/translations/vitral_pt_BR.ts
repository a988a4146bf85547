<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="pt_BR">
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
    </context>
    <context>
        <name>vitral::BlockLayout</name>
        <message>
            <source>code</source>
            <translation>código</translation>
        </message>
    </context>
    <context>
        <name>vitral::CellView</name>
        <message>
            <source>Cell</source>
            <translation>Célula</translation>
        </message>
        <message>
            <source>How one weight came about, number by number.</source>
            <translation>Como um peso surgiu, número por número.</translation>
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
    </context>
    <context>
        <name>vitral::CompareWindow</name>
        <message>
            <source>The same model</source>
            <translation>O mesmo modelo</translation>
        </message>
        <message>
            <source>Ask something below: the question is answered twice, left with the chat's own settings, right with those above.</source>
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
            <source>The first %n tokens are the same.</source>
            <translation>
                <numerusform>O primeiro %n token é o mesmo.</numerusform>
                <numerusform>Os primeiros %n tokens são os mesmos.</numerusform>
            </translation>
        </message>
        <message>
            <source>Left: %1 tokens, mean probability %2. Right: %3 tokens, mean probability %4 (geometric mean of each token's own probability).</source>
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
            <translation>%1 da cache</translation>
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
    </context>
    <context>
        <name>vitral::ConversationDelegate</name>
        <message>
            <source>yesterday</source>
            <translation>ontem</translation>
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
            <source>%n branches</source>
            <translation>
                <numerusform>%n ramo</numerusform>
                <numerusform>%n ramos</numerusform>
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
            <source>%1, level %2 of %3, %n answers or edits below: %4</source>
            <translation>
                <numerusform>%1, nível %2 de %3, %n resposta ou edição abaixo: %4</numerusform>
                <numerusform>%1, nível %2 de %3, %n respostas ou edições abaixo: %4</numerusform>
            </translation>
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
            <source>Blue to orange</source>
            <translation>Azul a laranja</translation>
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
            <source>With this model 1,000 tokens of attention take %1; at most %2 are used.</source>
            <translation>Com este modelo, 1.000 tokens de atenção ocupam %1; são usados no máximo %2.</translation>
        </message>
        <message>
            <source>The run can be recorded again with what this view needs.</source>
            <translation>A execução pode ser gravada de novo com o que esta vista precisa.</translation>
        </message>
        <message>
            <source>none chosen</source>
            <translation>nenhum escolhido</translation>
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
    </context>
    <context>
        <name>vitral::MatrixView</name>
        <message>
            <source>Matrix</source>
            <translation>Matriz</translation>
        </message>
        <message>
            <source>One head: rows are the tokens that look, columns the tokens they look at. Zoom with the wheel, move by dragging, click a cell to see its arithmetic.</source>
            <translation>Uma cabeça: as linhas são os tokens que olham, as colunas os tokens para os quais eles olham. Amplie com a roda, arraste para mover, clique em uma célula para ver sua conta.</translation>
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
            <source>%n tokens</source>
            <translation>
                <numerusform>%n token</numerusform>
                <numerusform>%n tokens</numerusform>
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
            <source>%n models found</source>
            <translation>
                <numerusform>%n modelo encontrado</numerusform>
                <numerusform>%n modelos encontrados</numerusform>
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
    </context>
    <context>
        <name>vitral::NoticeBar</name>
        <message>
            <source>Close</source>
            <translation>Fechar</translation>
        </message>
    </context>
    <context>
        <name>vitral::OverviewView</name>
        <message>
            <source>Overview</source>
            <translation>Visão geral</translation>
        </message>
        <message>
            <source>Every head of every layer as a small map. Click one to open it.</source>
            <translation>Cada cabeça de cada camada como um pequeno mapa. Clique em uma para abri-la.</translation>
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
            <source>How adventurous the choice of words is. 0 always takes the likeliest token; 1 follows the model's own probabilities; above 1 unlikely tokens gain.</source>
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
            <source>Takes this much from a token's score for every time it was used. 0 is off.</source>
            <translation>Tira este tanto da nota de um token a cada vez que foi usado. 0 é desligado.</translation>
        </message>
        <message>
            <source>Presence penalty</source>
            <translation>Penalidade de presença</translation>
        </message>
        <message>
            <source>Takes this much from a token's score once it was used at all. 0 is off.</source>
            <translation>Tira este tanto da nota de um token se ele já foi usado. 0 é desligado.</translation>
        </message>
        <message>
            <source>Looks back</source>
            <translation>Olha para trás</translation>
        </message>
        <message>
            <source>How many of the last tokens the three penalties look at. -1 is the whole context.</source>
            <translation>Quantos dos últimos tokens as três penalidades olham. -1 é o contexto inteiro.</translation>
        </message>
        <message>
            <source>DRY strength</source>
            <translation>Força do DRY</translation>
        </message>
        <message>
            <source>Don't repeat yourself: punishes tokens that would continue a phrase said before. 0 is off; 0.8 is usual.</source>
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
            <source>How many of the last tokens DRY searches for phrases. -1 is the whole context.</source>
            <translation>Em quantos dos últimos tokens o DRY procura frases. -1 é o contexto inteiro.</translation>
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
            <source>The model's own</source>
            <translation>O do próprio modelo</translation>
        </message>
        <message>
            <source>No sampler at all: draws from the probabilities as they are.</source>
            <translation>Nenhum amostrador: sorteia pelas probabilidades como são.</translation>
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
            <source>%n candidates left</source>
            <translation>
                <numerusform>resta %n candidato</numerusform>
                <numerusform>restam %n candidatos</numerusform>
            </translation>
        </message>
        <message>
            <source>%1: "%2" (id %3) has %4; %5</source>
            <translation>%1: "%2" (id %3) tem %4; %5</translation>
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
            <source>%n left</source>
            <translation>
                <numerusform>resta %n</numerusform>
                <numerusform>restam %n</numerusform>
            </translation>
        </message>
        <message>
            <source>others</source>
            <translation>outros</translation>
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
            <source>A full window takes %1 of memory.</source>
            <translation>Uma janela cheia ocupa %1 de memória.</translation>
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
            <source>How the model should behave, in your own words. Empty: the template's own.</source>
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
            <translation>Tipo da cache de chaves e valores</translation>
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
    </context>
    <context>
        <name>vitral::TextView</name>
        <message>
            <source>Text</source>
            <translation>Texto</translation>
        </message>
        <message>
            <source>Which tokens the chosen token looked at, drawn on the text itself.</source>
            <translation>Para quais tokens o token escolhido olhou, desenhado no próprio texto.</translation>
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
            <source>&amp;Tokens</source>
            <translation>&amp;Tokens</translation>
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
            <translation>%1 tokens da cache, %2 s poupados</translation>
        </message>
        <message>
            <source>%1 tokens from the cache</source>
            <translation>%1 tokens da cache</translation>
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
            <translation>Olhar por &amp;dentro</translation>
        </message>
        <message>
            <source>Attention and every other number behind the answer (Ctrl+Shift+I)</source>
            <translation>A atenção e todos os outros números por trás da resposta (Ctrl+Shift+I)</translation>
        </message>
        <message>
            <source>Look inside</source>
            <translation>Olhar por dentro</translation>
        </message>
    </context>
    <context>
        <name>vitral::app::Services</name>
        <message>
            <source>Conversations cannot be stored and are kept only until the program ends; export what you want to keep. %1</source>
            <translation>As conversas não podem ser gravadas e ficam só até o programa fechar; exporte o que quiser guardar. %1</translation>
        </message>
    </context>
</TS>
