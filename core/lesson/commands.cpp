// SPDX-License-Identifier: Apache-2.0
#include "core/lesson/commands.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace vitral {
namespace {

constexpr CommandForm kForms[] = {
    // The conversation.
    {"chat", "shows the conversation", "chat"},
    {"chat:new", "begins a new conversation", "chat:new"},
    {"chat:open=%f", "opens a conversation that was exported as JSON, with its numbers", "chat:open=hello.json"},
    {"chat:write=%s", "puts a text into the composer without sending it", "chat:write=Hello"},
    {"chat:ask=%s", "asks in a new conversation, greedily, and waits for the answer", "chat:ask=Hello"},
    {"chat:say=%s", "sends the next message of the conversation and waits for the answer", "chat:say=And then?"},
    {"chat:system=%s", "sets the system prompt of what is asked next", "chat:system=Be brief."},
    {"chat:temperature=%n", "sets the temperature of what is asked next", "chat:temperature=0.8"},
    {"chat:top-k=%d", "keeps so many candidates (0: all)", "chat:top-k=40"},
    {"chat:top-p=%n", "keeps the most probable candidates up to this sum", "chat:top-p=0.9"},
    {"chat:min-p=%n", "keeps the candidates at least so many times as probable as the first (0: all)",
     "chat:min-p=0.05"},
    {"chat:seed=%d", "sets the seed of what is asked next", "chat:seed=7"},
    {"chat:tokens=%d", "ends answers after so many tokens", "chat:tokens=64"},
    {"chat:model=%w", "loads a bundled language model by its name", "chat:model=vitral-pequeno"},
    {"token-colours", "colours every token by how sure the model was", "token-colours"},
    {"token-colours:off", "shows the plain text again", "token-colours:off"},
    {"fork", "shows the alternatives where the last answer was least sure", "fork"},
    {"tree", "shows the tree of the conversation", "tree"},
    {"samplers", "shows what each sampler cuts away", "samplers"},
    {"devices", "shows where models are computed", "devices"},
    {"compare", "lays two answers side by side", "compare"},
    {"settings", "shows the panel of settings", "settings"},
    {"nosettings", "hides the panel of settings", "nosettings"},
    {"alone", "hides the conversation beside the views of the inside", "alone"},
    // Look inside: of the conversation, or of a recorded run.
    {"inside", "opens the room beside the conversation", "inside"},
    {"inside:off", "closes it", "inside:off"},
    {"inside:open=%f", "opens a recorded run", "inside:open=run.safetensors"},
    {"[inside:]overview", "all heads as thumbnails", "overview"},
    {"[inside:]overview:{previous-token|first-token|induction|duplicate-token|local|long-range}",
     "marks the heads by what they do", "overview:induction"},
    {"[inside:]overview:%d.%d", "chooses a layer and a head", "overview:0.1"},
    {"[inside:]matrix[:%d.%d[:%d[:%d]]]", "one head as a map; layer.head, query, key", "matrix:0.1"},
    {"[inside:]cell[:%d.%d[:%d[:%d]]]", "the arithmetic of one weight", "cell:0.1:3:1"},
    {"[inside:]text[:%d.%d[:%d[:%d]]]", "what a token looks at, on the text", "text:0.1"},
    {"[inside:]residual[:{candidates|attribution|neurons}[.%d]]",
     "the residual stream: logit lens, attribution, neurons; of a position", "residual:candidates.3"},
    {"[inside:]positions[:{rotary|learned|sinusoidal|alibi}]", "how positions turn queries and keys",
     "positions:rotary"},
    {"[inside:]model[:%d]", "the architecture, from the operations of a pass; a layer", "model:1"},
    {"[inside:]interventions[:{hand|steering|sweep|patching|effect}]", "changes to the model, and what they change",
     "interventions:hand"},
    {"[inside:]interventions:head.%d.%d", "switches a head off", "interventions:head.0.1"},
    {"[inside:]interventions:both", "answers the last question with and without the changes", "interventions:both"},
    // Tokens.
    {"tokens", "shows the room of tokens", "tokens"},
    {"tokens:text=%s", "puts a text there", "tokens:text=Hello, world"},
    {"tokens:file=%f", "reads a text from a file", "tokens:file=text.txt"},
    {"tokens:open=%f", "opens a tokenizer", "tokens:open=tokenizer.json"},
    {"tokens:model", "looks at the language model's tokenizer again", "tokens:model"},
    {"tokens:cut", "the text cut by every tokenizer", "tokens:cut"},
    {"tokens:cut:%s", "with ids, pieces, bytes, points, blanks or token.N, joined by +", "tokens:cut:ids+pieces"},
    {"tokens:path[:%d[:%d]]", "how a token came about; its index, the step", "tokens:path:0"},
    {"tokens:vocabulary[:{unreachable|undertrained}]", "the vocabulary", "tokens:vocabulary"},
    {"tokens:vocabulary:%s", "looks for a piece in it", "tokens:vocabulary:house"},
    {"tokens:embedding[:%s]", "the embedding of a token; sums with + and -", "tokens:embedding:house"},
    {"tokens:costs", "what a text costs", "tokens:costs"},
    {"tokens:languages[:{ratio|word|character|byte|tokens|dearest}]",
     "the same text in many languages; the dearest first", "tokens:languages"},
    {"tokens:template[:%w]", "the whole prompt; ids, blanks", "tokens:template"},
    {"tokens:workshop[:{bpe|wordpiece|unigram}[:%d[:%d]]]", "trains a tokenizer: kind, pieces, merge",
     "tokens:workshop:bpe:300"},
    // Denoise.
    {"denoise", "shows the room of pictures", "denoise"},
    {"denoise:model:%w", "loads a bundled model by its name", "denoise:model:vitral-emoji-pixel"},
    {"denoise:open:%f", "opens a recorded run or a picture", "denoise:open:run.safetensors"},
    {"denoise:run", "draws with the settings", "denoise:run"},
    {"denoise:branch:%d", "branches the run at a step", "denoise:branch:3"},
    {"denoise:compare:%d", "compares with the run of this number", "denoise:compare:1"},
    {"denoise:forward", "adds noise to the picture of the run", "denoise:forward"},
    {"denoise:side", "shows the panel of settings", "denoise:side"},
    {"denoise:noside", "hides it", "denoise:noside"},
    {"denoise:set:prompt=%s", "sets the words", "denoise:set:prompt=a red heart"},
    {"denoise:set:negative=%s", "sets the words that guidance leads away from", "denoise:set:negative=blue"},
    {"denoise:set:{seed|steps|class}=%d", "sets the seed, the number of steps, the class", "denoise:set:seed=7"},
    {"denoise:set:guidance=%n", "sets the guidance", "denoise:set:guidance=4"},
    {"denoise:steps[:%d[:%d,%d]]", "one step of a run; a pixel", "denoise:steps:3"},
    {"denoise:words[:%s]", "which word drew what", "denoise:words"},
    {"denoise:branches[:%s]", "a run and its branches side by side", "denoise:branches"},
    {"denoise:grid[:%s]", "many pictures over two settings", "denoise:grid"},
    {"denoise:latent[:%s]", "walks through the latent space", "denoise:latent"},
    {"denoise:show:%d", "shows the run of this number", "denoise:show:1"},
    {"denoise:points[:{moons|spiral|grid|ring|letters}]", "points in a plane, with the exact answer",
     "denoise:points:moons"},
    {"denoise:points:train[=%d]", "trains a network on the points", "denoise:points:train=100"},
    {"denoise:points:table", "measures every solver", "denoise:points:table"},
    {"denoise:points:step=%d", "a step of the points", "denoise:points:step=5"},
    {"denoise:network", "the network of a step, block by block", "denoise:network"},
    {"denoise:network:{off|run}", "all skips off; the run with these factors", "denoise:network:off"},
    {"denoise:network:skip=%d=%n", "a factor for a skip, from 0", "denoise:network:skip=0=0.5"},
    {"denoise:network:block=%s", "chooses a block", "denoise:network:block=unet.mid.res.0"},
    {"denoise:paint", "inpainting: a picture and what of it is painted anew", "denoise:paint"},
    {"denoise:paint:{end|run}", "takes the picture of the run; paints it anew", "denoise:paint:end"},
    {"denoise:paint:file=%f", "takes a picture from a file", "denoise:paint:file=picture.png"},
    {"denoise:paint:stroke=%s", "a stroke of the mask, x0 y0 x1 y1 in parts of the picture",
     "denoise:paint:stroke=0.6 0.1 0.9 0.9"},
    // The program.
    {"palette[:%s]", "searches the commands", "palette"},
    {"activity", "what is running", "activity"},
    {"log", "the log", "log"},
    // Lessons.
    {"learn", "shows the lessons", "learn"},
    {"learn:next", "the next step", "learn:next"},
    {"learn:close", "closes the lesson", "learn:close"},
    {"learn:answer:%s", "answers the step: an option's place, or words", "learn:answer:1"},
    {"learn:%w[:%d]", "opens a unit; at a step", "learn:tokens:1"},
};

constexpr ElementName kElements[] = {
    {"chat.transcript", "the conversation"},
    {"chat.composer", "where messages are written"},
    {"chat.model", "the name of the model, which opens the list of models"},
    {"chat.legend", "the scale of the token colours"},
    {"chat.context", "what fills the context window"},
    {"chat.alternatives", "the alternatives of a token"},
    {"chat.tree", "the tree of the conversation"},
    {"chat.settings", "the panel of settings"},
    {"chat.sampling", "the settings of sampling"},
    {"chat.samplers", "what each sampler cuts away"},
    {"inside.view", "the view of the inside"},
    {"inside.rail", "the list of views"},
    {"inside.selection", "layer, head and token that are chosen"},
    {"inside.layer", "the chosen layer"},
    {"inside.head", "the chosen head"},
    {"inside.token", "the chosen token"},
    {"inside.look", "the button that records the conversation"},
    {"tokens.text", "the text that is cut"},
    {"tokens.view", "the view of the tokens"},
    {"tokens.rail", "the list of views"},
    {"tokens.tokenizers", "the tokenizers that cut it"},
    {"denoise.view", "the page of the run"},
    {"denoise.rail", "the list of pages"},
    {"denoise.timeline", "the steps of the run"},
    {"denoise.side", "the panel of settings"},
    {"denoise.prompt", "the words of the picture"},
    {"denoise.run", "the button that draws"},
    {"denoise.runs", "the list of runs"},
    {"rooms", "the buttons of the rooms"},
};

constexpr std::string_view kStateNames[] = {"room",   "view",     "layer",    "head",  "position", "key",
                                            "moment", "prompt",   "text",     "seed",  "steps",    "temperature",
                                            "run",    "guidance", "messages", "answer"};

bool isWordByte(char c) {
    const auto u = static_cast<unsigned char>(c);
    return std::isalnum(u) != 0 || c == '-' || c == '_' || c == '.';
}

constexpr std::size_t kMaxCommand = 4000;

bool match(const std::string& pattern, std::string_view text, KnownCommand* found);

/// The number of digits of a whole number at the beginning, at most nine.
std::size_t digits(std::string_view text) {
    std::size_t n = 0;
    while (n < text.size() && n < 10 && text[n] >= '0' && text[n] <= '9')
        ++n;
    return n <= 9 ? n : 0;
}

bool matchPlace(char kind, const std::string& rest, std::string_view text, KnownCommand* found) {
    if (kind == 's' || kind == 'f') {
        if (text.empty())
            return false;
        if (found != nullptr)
            (kind == 's' ? found->text : found->file) = std::string(text);
        return true;
    }
    std::size_t n = 0;
    if (kind == 'd') {
        n = digits(text);
    } else if (kind == 'n') {
        const std::size_t sign = !text.empty() && text[0] == '-' ? 1 : 0;
        n = digits(text.substr(sign));
        if (n == 0)
            return false;
        n += sign;
        if (n < text.size() && text[n] == '.') {
            const std::size_t after = digits(text.substr(n + 1));
            if (after == 0)
                return false;
            n += 1 + after;
        }
    } else {
        while (n < text.size() && isWordByte(text[n]))
            ++n;
    }
    return n > 0 && match(rest, text.substr(n), found);
}

bool match(const std::string& pattern, std::string_view text, KnownCommand* found) {
    if (pattern.empty())
        return text.empty();
    if (pattern[0] == '[') {
        int depth = 0;
        std::size_t end = 0;
        for (; end < pattern.size(); ++end) {
            depth += pattern[end] == '[' ? 1 : pattern[end] == ']' ? -1 : 0;
            if (depth == 0)
                break;
        }
        if (end == pattern.size())
            return false;
        const std::string rest = pattern.substr(end + 1);
        return match(pattern.substr(1, end - 1) + rest, text, found) || match(rest, text, found);
    }
    if (pattern[0] == '{') {
        const std::size_t end = pattern.find('}');
        if (end == std::string::npos)
            return false;
        const std::string rest = pattern.substr(end + 1);
        std::string_view choices(pattern.data() + 1, end - 1);
        for (;;) {
            const std::size_t bar = choices.find('|');
            const std::string_view one = choices.substr(0, bar);
            if (text.substr(0, one.size()) == one && match(rest, text.substr(one.size()), found))
                return true;
            if (bar == std::string_view::npos)
                return false;
            choices.remove_prefix(bar + 1);
        }
    }
    if (pattern[0] == '%' && pattern.size() > 1)
        return matchPlace(pattern[1], pattern.substr(2), text, found);
    return !text.empty() && text[0] == pattern[0] && match(pattern.substr(1), text.substr(1), found);
}

/// Edits between two words (Levenshtein), at most `limit` + 1.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

/// What a command is recognised by: its first word, and the second one where the first is a room.
std::string beginning(std::string_view command) {
    if (command.substr(0, 7) == "inside:" && command.substr(7, 4) != "open")
        command.remove_prefix(7);
    const std::size_t first = command.find_first_of(":=");
    const std::string_view word = command.substr(0, first);
    if (first == std::string_view::npos || (word != "tokens" && word != "denoise" && word != "chat"))
        return std::string(word);
    const std::string_view rest = command.substr(first + 1);
    return std::string(word) + ":" + std::string(rest.substr(0, rest.find_first_of(":=")));
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0)
        text.remove_prefix(1);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0)
        text.remove_suffix(1);
    return text;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

} // namespace

std::span<const CommandForm> commandForms() {
    return kForms;
}

bool fitsCommandPattern(std::string_view pattern, std::string_view text) {
    return match(std::string(pattern), text, nullptr);
}

std::optional<KnownCommand> findCommand(std::string_view command) {
    if (command.size() > kMaxCommand)
        return std::nullopt;
    for (const CommandForm& form : kForms) {
        KnownCommand known;
        if (match(std::string(form.pattern), command, &known)) {
            known.form = &form;
            return known;
        }
    }
    return std::nullopt;
}

std::string_view nearestCommand(std::string_view command) {
    std::string_view best;
    std::size_t least = 3;
    const std::string wanted = beginning(command.substr(0, 80));
    for (const CommandForm& form : kForms)
        if (const std::size_t d = distance(wanted, beginning(form.example)); d < least) {
            least = d;
            best = form.example;
        }
    return best;
}

std::span<const ElementName> elementNames() {
    return kElements;
}

bool isElement(std::string_view name) {
    return std::any_of(std::begin(kElements), std::end(kElements),
                       [&](const ElementName& element) { return element.name == name; });
}

std::string_view nearestElement(std::string_view name) {
    std::string_view best;
    std::size_t least = 6;
    for (const ElementName& element : kElements)
        if (const std::size_t d = distance(name.substr(0, 40), element.name); d < least) {
            least = d;
            best = element.name;
        }
    return best;
}

std::span<const std::string_view> stateNames() {
    return kStateNames;
}

std::optional<StateCondition> parseCondition(std::string_view text) {
    const std::size_t at = text.find_first_of("=~");
    if (at == std::string_view::npos)
        return std::nullopt;
    StateCondition condition;
    condition.name = std::string(trimmed(text.substr(0, at)));
    condition.value = std::string(trimmed(text.substr(at + 1)));
    condition.contains = text[at] == '~';
    if (std::find(std::begin(kStateNames), std::end(kStateNames), condition.name) == std::end(kStateNames) ||
        condition.value.empty())
        return std::nullopt;
    return condition;
}

bool holds(const StateCondition& condition, std::string_view actual) {
    const std::string wanted = lower(condition.value), is = lower(trimmed(actual));
    return condition.contains ? is.find(wanted) != std::string::npos : is == wanted;
}

} // namespace vitral
