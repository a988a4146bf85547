// SPDX-License-Identifier: Apache-2.0
// vitral-cli tokenizer train|compare|info: make a tokenizer, weigh several against each other, look into one.

#include "app/cli/commands.h"
#include "app/cli/explain.h"
#include "app/cli/interrupt.h"
#include "app/cli/language.h"
#include "app/cli/token_json.h"
#include "core/base/mapped_file.h"
#include "core/tokenizer/text_counts.h"
#include "core/tokenizer/train/trained_tokenizer.h"
#include "core/tokenizer/train/wordpiece_trainer.h"
#include "core/tokenizer/vocabulary_index.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <iterator>
#include <memory>
#include <optional>
#include <stop_token>

namespace vitral::cli {

namespace {

using namespace train;

struct TrainOptions {
    std::string kind = "bpe", out, splitter = "gpt2";
    std::size_t vocab = 0;
    std::uint64_t minFrequency = 0;
    std::vector<std::string> files, special;
    bool cased = false, wholeText = false, correctedLoss = false, json = false;
    std::size_t maxPiece = 0, limitAlphabet = 0;
    double shrink = 0.75;
};

constexpr std::size_t kMaxTextBytes = std::size_t{1} << 31;

/// A line on standard error that overwrites itself, at most ten times a second.
class Progress {
public:
    void show(const std::string& line) {
        const auto now = std::chrono::steady_clock::now();
        if (!errorIsTerminal() || now - last_ < std::chrono::milliseconds(100))
            return;
        last_ = now;
        sayRaw("\r" + line + "\x1b[K");
        shown_ = true;
    }
    ~Progress() {
        if (shown_)
            sayRaw("\r\x1b[K");
    }

private:
    std::chrono::steady_clock::time_point last_;
    bool shown_ = false;
};

/// What `train --json` prints of a BPE: a line a merge.
std::string curveJson(const BpeTraining& training) {
    std::string out;
    for (const BpeStep& step : training.steps()) {
        Json json;
        const auto piece = [&](TokenId id) { return training.pieces()[static_cast<std::size_t>(id)]; };
        json["left"] = piece(step.left);
        json["right"] = piece(step.right);
        json["piece"] = piece(step.result);
        json["id"] = step.result;
        json["count"] = step.count;
        json["tokens"] = step.tokens;
        out += dumpJson(json);
    }
    return out;
}

Result<TokenizerStyle> styleOf(const TrainOptions& options) {
    if (options.kind == "bpe")
        return byteLevelStyle(options.splitter);
    return options.kind == "wordpiece" ? bertStyle(!options.cased) : sentencePieceStyle();
}

Result<TrainedTokenizer> trainMerges(const TrainOptions& options, const WordCounts& words, TokenizerStyle style,
                                     std::string& answer, const std::stop_token& stop) {
    const bool wordPiece = options.kind == "wordpiece";
    BpeTrainOptions bpe = wordPiece ? wordPieceOptions(options.vocab) : BpeTrainOptions{};
    bpe.vocabSize = options.vocab;
    bpe.minFrequency = options.minFrequency;
    if (!wordPiece)
        bpe.initialAlphabet = byteLevelAlphabet();
    bpe.specialTokens.insert(bpe.specialTokens.end(), options.special.begin(), options.special.end());
    if (options.limitAlphabet > 0)
        bpe.limitAlphabet = options.limitAlphabet;
    if (options.maxPiece > 0)
        bpe.maxTokenLength = options.maxPiece + 1; // the reference keeps pieces below its figure
    VITRAL_TRY_ASSIGN(BpeTraining training, BpeTraining::begin(words, bpe, stop));
    Progress progress;
    for (bool more = true; more;) {
        VITRAL_TRY_ASSIGN(more, training.advance(64, stop));
        progress.show(fmt::format(
            fmt::runtime(tr("{} of {} pieces, {} tokens", "{} de {} peças, {} tokens")), training.pieces().size(),
            options.vocab, training.steps().empty() ? training.initialTokens() : training.steps().back().tokens));
    }
    if (options.json)
        answer = curveJson(training);
    const std::uint64_t after = training.steps().empty() ? training.initialTokens() : training.steps().back().tokens;
    say(fmt::format(fmt::runtime(tr("{} pieces, {} merges: {} symbols became {} tokens.",
                                    "{} peças, {} fusões: {} símbolos viraram {} tokens.")),
                    training.pieces().size(), training.steps().size(), training.initialTokens(), after));
    return wordPiece ? trainedWordPiece(training, std::move(style)) : trainedBpe(training, std::move(style));
}

Result<TrainedTokenizer> trainPieces(const TrainOptions& options, const WordCounts& words, TokenizerStyle style,
                                     std::string& answer, const std::stop_token& stop) {
    UnigramTrainOptions unigram;
    unigram.vocabSize = options.vocab;
    unigram.shrinkingFactor = options.shrink;
    unigram.specialTokens = options.special;
    unigram.unknownToken = "<unk>";
    unigram.correctedLoss = options.correctedLoss;
    if (options.maxPiece > 0)
        unigram.maxPieceLength = options.maxPiece;
    VITRAL_TRY_ASSIGN(UnigramTraining training, UnigramTraining::begin(words, unigram, stop));
    Progress progress;
    for (bool more = true; more;) {
        VITRAL_TRY_ASSIGN(more, training.advance(stop));
        const UnigramTraining::Step& step = training.steps().back();
        progress.show(fmt::format(fmt::runtime(tr("{} pieces; {} are wanted", "{} peças; o alvo são {}")), step.pieces,
                                  options.vocab));
        if (options.json) {
            Json json;
            json["step"] = step.phase == UnigramTraining::Phase::Pruning ? "pruning" : "expectation";
            json["pieces"] = step.pieces;
            if (step.phase == UnigramTraining::Phase::Expectation) {
                json["objective"] = step.objective;
                json["tokens"] = step.tokens;
            }
            answer += dumpJson(json);
        }
    }
    TrainedTokenizer trained = trainedUnigram(training, std::move(style));
    say(fmt::format(fmt::runtime(tr("{} pieces after {} steps.", "{} peças depois de {} passos.")),
                    trained.pieces.size(), training.steps().size()));
    return trained;
}

Result<void> train(const TrainOptions& options) {
    VITRAL_TRY_ASSIGN(TokenizerStyle style, styleOf(options));
    VITRAL_TRY_ASSIGN(const Cutting cutting, Cutting::fromJson(style.normalizer, style.preTokenizer));
    std::stop_source stop;
    InterruptWatch interrupts;
    interrupts.onInterrupt([&] { stop.request_stop(); });
    interrupts.allowHere();
    WordCounts words;
    for (const std::string& file : options.files) {
        VITRAL_TRY_ASSIGN(const std::string text,
                          file == "-" ? readInput(kMaxTextBytes) : readTextFile(file, kMaxTextBytes));
        VITRAL_TRY(options.wholeText ? words.add(text, cutting, stop.get_token())
                                     : words.addLines(text, cutting, stop.get_token()));
    }
    std::string answer;
    VITRAL_TRY_ASSIGN(const TrainedTokenizer trained,
                      options.kind == "unigram"
                          ? trainPieces(options, words, std::move(style), answer, stop.get_token())
                          : trainMerges(options, words, std::move(style), answer, stop.get_token()));
    VITRAL_TRY(trained.save(options.out));
    return answer.empty() ? Result<void>() : writeAnswer(answer);
}

struct CompareOptions {
    std::vector<std::string> files, tokenizers;
    std::string baseline;
    bool json = false;
};

struct Passage {
    std::string name, text;
    TextCounts counts;
};

struct Column {
    std::string name;
    std::int32_t nVocab = 0;
    std::vector<PassageCost> costs;
};

/// The passage that ratios refer to: the one asked for, else English by its name, else the first.
Result<std::size_t> baselineOf(const std::vector<Passage>& passages, const std::string& wanted) {
    for (const std::string& name :
         wanted.empty() ? std::vector<std::string>{"eng", "en", "english"} : std::vector{wanted})
        for (std::size_t i = 0; i < passages.size(); ++i)
            if (passages[i].name == name)
                return i;
    if (!wanted.empty())
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("There is no passage called \"{}\" to compare with.", wanted));
    return std::size_t{0};
}

double toBaseline(const Column& column, std::size_t i, std::size_t base) {
    const auto tokens = static_cast<double>(column.costs[base].tokens);
    return tokens > 0 ? static_cast<double>(column.costs[i].tokens) / tokens : 0;
}

std::string compareText(const std::vector<Passage>& passages, const std::vector<Column>& columns, std::size_t base) {
    fmt::memory_buffer buffer;
    const auto out = std::back_inserter(buffer);
    for (const Column& column : columns) {
        fmt::format_to(out, "{}, {} pieces\n", column.name, column.nVocab);
        fmt::format_to(out, "  {:24} {:>8} {:>8} {:>8} {:>8} {:>10}\n", "passage", "tokens", "a word", "a char",
                       "a byte", "to " + passages[base].name);
        for (std::size_t i = 0; i < passages.size(); ++i) {
            const PassageCost& cost = column.costs[i];
            fmt::format_to(out, "  {:24} {:>8} {:>8} {:>8.3f} {:>8.3f} {:>10.2f}\n", tokenText(passages[i].name),
                           cost.tokens,
                           cost.text.wordsAreRuns || cost.text.words == 0 ? "-" : fmt::format("{:.3f}", cost.perWord()),
                           cost.perCharacter(), cost.perByte(), toBaseline(column, i, base));
        }
        fmt::format_to(out, "\n");
    }
    return {buffer.data(), buffer.size()};
}

std::string compareJson(const std::vector<Passage>& passages, const std::vector<Column>& columns, std::size_t base) {
    Json json;
    json["baseline"] = passages[base].name;
    json["passages"] = Json::array();
    for (const Passage& p : passages)
        json["passages"].push_back({{"name", p.name},
                                    {"bytes", p.counts.bytes},
                                    {"code_points", p.counts.codePoints},
                                    {"characters", p.counts.characters},
                                    {"words", p.counts.words},
                                    {"words_are_runs", p.counts.wordsAreRuns}});
    json["tokenizers"] = Json::array();
    for (const Column& column : columns) {
        Json entry;
        entry["name"] = column.name;
        entry["vocabulary"] = column.nVocab;
        entry["passages"] = Json::array();
        for (std::size_t i = 0; i < passages.size(); ++i) {
            const PassageCost& cost = column.costs[i];
            entry["passages"].push_back({{"name", passages[i].name},
                                         {"tokens", cost.tokens},
                                         {"per_word", cost.text.wordsAreRuns ? Json(nullptr) : Json(cost.perWord())},
                                         {"per_character", cost.perCharacter()},
                                         {"per_byte", cost.perByte()},
                                         {"to_baseline", toBaseline(column, i, base)}});
        }
        json["tokenizers"].push_back(std::move(entry));
    }
    return dumpJson(json);
}

Result<void> compare(const CompareOptions& options) {
    std::vector<Passage> passages;
    for (const std::string& file : options.files) {
        Passage passage;
        passage.name = std::filesystem::path(file).stem().string();
        VITRAL_TRY_ASSIGN(passage.text, readTextFile(file, kMaxTextBytes));
        VITRAL_TRY_ASSIGN(passage.counts, countText(passage.text));
        passages.push_back(std::move(passage));
    }
    VITRAL_TRY_ASSIGN(const std::size_t base, baselineOf(passages, options.baseline));
    std::vector<Column> columns;
    for (const std::string& argument : options.tokenizers) {
        VITRAL_TRY_ASSIGN(const std::filesystem::path path, resolveModel(argument));
        VITRAL_TRY_ASSIGN(const auto tokenizer, loadTokenizer(path));
        Column column;
        column.name = path.stem() == "tokenizer" ? path.parent_path().filename().string() : path.stem().string();
        column.nVocab = tokenizer->nVocab();
        for (const Passage& passage : passages) {
            VITRAL_TRY_ASSIGN(const PassageCost cost, passageCost(*tokenizer, passage.text, passage.counts));
            column.costs.push_back(cost);
        }
        columns.push_back(std::move(column));
    }
    return writeAnswer(options.json ? compareJson(passages, columns, base) : compareText(passages, columns, base));
}

struct InfoOptions {
    std::string file, find, regex;
    bool json = false, unreachable = false;
    std::size_t limit = 40;
};

std::string_view kindName(TokenizerKind kind) {
    constexpr std::string_view names[] = {"byte-level BPE", "BPE over characters", "Unigram", "WordPiece"};
    return names[static_cast<std::size_t>(kind)];
}
std::string_view typeName(TokenType type) {
    constexpr std::string_view names[] = {"normal", "unknown", "control", "user defined", "unused", "byte"};
    return names[static_cast<std::size_t>(type)];
}
std::string_view whyName(Unreachable why) {
    constexpr std::string_view names[] = {"no", "not judged", "normalised", "cut", "merged", "repeated"};
    return names[static_cast<std::size_t>(why)];
}

Json infoJson(const VocabularyIndex& index, const std::vector<TokenId>& found, std::size_t limit, bool listed) {
    Json json;
    json["kind"] = kindName(index.tokenizer()->kind());
    json["vocabulary"] = index.size();
    json["scripts"] = Json::object();
    const std::vector<std::size_t> counts = index.countByScript();
    for (std::size_t i = 0; i < counts.size(); ++i)
        if (counts[i] > 0)
            json["scripts"][std::string(VocabularyIndex::scripts()[i])] = counts[i];
    std::size_t unreachable = 0;
    for (std::size_t i = 0; i < index.size(); ++i)
        unreachable += index.entry(static_cast<TokenId>(i)).unreachable > Unreachable::NotJudged ? 1 : 0;
    json["unreachable"] = unreachable;
    json["unreachable_rule"] = VocabularyIndex::unreachableRule();
    if (!listed)
        return json;
    json["found"] = found.size();
    json["entries"] = Json::array();
    for (std::size_t i = 0; i < std::min(limit, found.size()); ++i) {
        const VocabularyIndex::Entry& e = index.entry(found[i]);
        Json item;
        item["id"] = found[i];
        putBytes(item, index.text(found[i]));
        item["piece"] = std::string(index.piece(found[i]));
        item["script"] = VocabularyIndex::scripts()[e.script];
        item["type"] = typeName(e.type);
        if (e.rank >= 0)
            item["rank"] = e.rank;
        if (e.score != 0)
            item["score"] = e.score;
        item["unreachable"] = whyName(e.unreachable);
        json["entries"].push_back(std::move(item));
    }
    return json;
}

std::string infoText(const Json& json) {
    fmt::memory_buffer buffer;
    const auto out = std::back_inserter(buffer);
    fmt::format_to(out, "{}, {} pieces, {} unreachable\n", json["kind"].get<std::string>(),
                   json["vocabulary"].get<std::size_t>(), json["unreachable"].get<std::size_t>());
    std::vector<std::pair<std::size_t, std::string>> scripts;
    for (const auto& [name, count] : json["scripts"].items())
        scripts.emplace_back(count.get<std::size_t>(), name);
    std::stable_sort(scripts.begin(), scripts.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    for (const auto& [count, name] : scripts)
        fmt::format_to(out, "  {:22} {:>8}\n", name, count);
    if (!json.contains("entries"))
        return {buffer.data(), buffer.size()};
    fmt::format_to(out, "{} found\n", json["found"].get<std::size_t>());
    for (const Json& entry : json["entries"])
        fmt::format_to(out, "  {:>8}  {:24} {:14} {}{}\n", entry["id"].get<TokenId>(),
                       tokenText(entry["piece"].get<std::string>()), entry["script"].get<std::string>(),
                       entry["type"].get<std::string>(),
                       entry["unreachable"] == "no" || entry["unreachable"] == "not judged"
                           ? std::string()
                           : ", unreachable: " + entry["unreachable"].get<std::string>());
    return {buffer.data(), buffer.size()};
}

Result<void> info(const InfoOptions& options) {
    VITRAL_TRY_ASSIGN(const std::filesystem::path path, resolveModel(options.file));
    VITRAL_TRY_ASSIGN(const auto tokenizer, loadTokenizer(path));
    VITRAL_TRY_ASSIGN(const VocabularyIndex index, VocabularyIndex::build(tokenizer));
    VocabularyIndex::Query query;
    query.text = options.find;
    query.regex = options.regex;
    query.onlyUnreachable = options.unreachable;
    const bool listed = !options.find.empty() || !options.regex.empty() || options.unreachable;
    std::vector<TokenId> found;
    if (listed) {
        VITRAL_TRY_ASSIGN(found, index.search(query));
    }
    const Json json = infoJson(index, found, options.limit, listed);
    return writeAnswer(options.json ? dumpJson(json) : infoText(json));
}

void addTrain(CLI::App& parent, CommonOptions& common) {
    CLI::App* command = parent.add_subcommand("train", "Learn a tokenizer from texts and save it as tokenizer.json");
    auto o = std::make_shared<TrainOptions>();
    command->add_option("FILE", o->files, "Texts to learn from; - is standard input")->required()->type_name("");
    command->add_option("-o,--out", o->out, "The tokenizer.json to write")->required();
    command->add_option("--kind", o->kind, "bpe (over bytes), wordpiece or unigram")
        ->check(CLI::IsMember({"bpe", "wordpiece", "unigram"}))
        ->capture_default_str();
    command->add_option("--vocab", o->vocab, "Pieces in all, special tokens and alphabet included")
        ->required()
        ->check(CLI::Range(std::size_t{1}, std::size_t{10'000'000}));
    command->add_option("--cut", o->splitter, "bpe: how text is cut first: gpt2, cl100k, qwen2, o200k or tekken")
        ->capture_default_str();
    command->add_option("--min-frequency", o->minFrequency, "bpe, wordpiece: stop at rarer pairs");
    command->add_option("--special", o->special, "Special tokens, which come first (may be repeated)")->take_all();
    command->add_option("--max-piece", o->maxPiece, "Longest piece in characters");
    command->add_option("--limit-alphabet", o->limitAlphabet, "bpe, wordpiece: only the N most frequent characters");
    command->add_option("--shrink", o->shrink, "unigram: what one pruning leaves, 0 to 1")->capture_default_str();
    command->add_flag("--cased", o->cased, "wordpiece: keep capitals and accents");
    command->add_flag("--whole-text", o->wholeText, "Cut each file as one text, not line by line");
    command->add_flag("--corrected-loss", o->correctedLoss, "unigram: without the slip of the tokenizers package");
    command->add_flag("--json", o->json, "Every step on standard output, one JSON object a line");
    command->callback([&common, o] { common.action = [o] { return train(*o); }; });
}

void addCompare(CLI::App& parent, CommonOptions& common) {
    CLI::App* command =
        parent.add_subcommand("compare", "What the same passage costs in several languages and tokenizers");
    auto o = std::make_shared<CompareOptions>();
    command->add_option("FILE", o->files, "The passages, a file each; the name says the language")
        ->required()
        ->type_name("");
    command->add_option("--tokenizers", o->tokenizers, "GGUF files, tokenizer.json, ...; - is the bundled model")
        ->required();
    command->add_option("--baseline", o->baseline, "The passage ratios refer to (eng, en or english, else the first)");
    command->add_flag("--json", o->json, "As JSON");
    command->callback([&common, o] { common.action = [o] { return compare(*o); }; });
}

void addInfo(CLI::App& parent, CommonOptions& common) {
    CLI::App* command = parent.add_subcommand("info", "What a vocabulary holds: scripts, unreachable tokens, searches");
    auto o = std::make_shared<InfoOptions>();
    command->add_option("FILE", o->file, "The tokenizer; - or nothing: the bundled model")->type_name("");
    command->add_option("--find", o->find, "List pieces with this text");
    command->add_option("--regex", o->regex, "List pieces that this expression finds");
    command->add_flag("--unreachable", o->unreachable, "List tokens that no text can produce");
    command->add_option("--limit", o->limit, "How many to list")->capture_default_str();
    command->add_flag("--json", o->json, "As JSON");
    command->callback([&common, o] { common.action = [o] { return info(*o); }; });
}

} // namespace

void addTokenizerCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand("tokenizer", "Train tokenizers, compare them, look into their vocabularies");
    command->require_subcommand(1);
    addTrain(*command, common);
    addCompare(*command, common);
    addInfo(*command, common);
}

} // namespace vitral::cli
