// SPDX-License-Identifier: Apache-2.0
// vitral-cli tokenizer train|compare: make a tokenizer, weigh several against each other.

#include "app/cli/commands.h"
#include "app/cli/explain.h"
#include "app/cli/interrupt.h"
#include "app/cli/language.h"
#include "app/cli/token_json.h"
#include "app/cli/tokenizer_commands.h"
#include "core/base/mapped_file.h"
#include "core/tokenizer/passages.h"
#include "core/tokenizer/train/trained_tokenizer.h"
#include "core/tokenizer/train/wordpiece_trainer.h"

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
    bool declaration = false, json = false, csv = false;
};

std::string compareText(const PassageTable& table) {
    fmt::memory_buffer buffer;
    const auto out = std::back_inserter(buffer);
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        const PassageTable::Column& column = table.columns[c];
        fmt::format_to(out, "{}, {} pieces\n", column.name, column.nVocab);
        fmt::format_to(out, "  {:24} {:>8} {:>8} {:>8} {:>8} {:>10}\n", "passage", "tokens", "a word", "a char",
                       "a byte", "to " + table.rows[table.baseline].name);
        for (std::size_t i = 0; i < table.rows.size(); ++i) {
            const PassageCost& cost = column.costs[i];
            fmt::format_to(out, "  {:24} {:>8} {:>8} {:>8.3f} {:>8.3f} {:>10.2f}\n", tokenText(table.rows[i].name),
                           cost.tokens,
                           cost.text.wordsAreRuns || cost.text.words == 0 ? "-" : fmt::format("{:.3f}", cost.perWord()),
                           cost.perCharacter(), cost.perByte(), table.toBaseline(c, i));
        }
        fmt::format_to(out, "\n");
    }
    return {buffer.data(), buffer.size()};
}

std::string compareJson(const PassageTable& table) {
    Json json;
    json["baseline"] = table.rows[table.baseline].name;
    json["passages"] = Json::array();
    for (const PassageTable::Row& row : table.rows)
        json["passages"].push_back({{"name", row.name},
                                    {"code", row.code.empty() ? Json(nullptr) : Json(row.code)},
                                    {"bytes", row.counts.bytes},
                                    {"code_points", row.counts.codePoints},
                                    {"characters", row.counts.characters},
                                    {"words", row.counts.words},
                                    {"words_are_runs", row.counts.wordsAreRuns}});
    json["tokenizers"] = Json::array();
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        const PassageTable::Column& column = table.columns[c];
        Json entry;
        entry["name"] = column.name;
        entry["vocabulary"] = column.nVocab;
        entry["passages"] = Json::array();
        for (std::size_t i = 0; i < table.rows.size(); ++i) {
            const PassageCost& cost = column.costs[i];
            entry["passages"].push_back({{"name", table.rows[i].name},
                                         {"tokens", cost.tokens},
                                         {"per_word", cost.text.wordsAreRuns ? Json(nullptr) : Json(cost.perWord())},
                                         {"per_character", cost.perCharacter()},
                                         {"per_byte", cost.perByte()},
                                         {"to_baseline", table.toBaseline(c, i)}});
        }
        json["tokenizers"].push_back(std::move(entry));
    }
    return dumpJson(json);
}

Result<PassageSet> passagesOf(const CompareOptions& options) {
    PassageSet set;
    if (options.declaration)
        set = declarationPassages();
    else if (options.files.empty())
        return fail(ErrorCode::InvalidArgument, "Name files to compare, or take --declaration.");
    for (const std::string& file : options.files) {
        VITRAL_TRY_ASSIGN(const std::string text, readTextFile(file, kMaxTextBytes));
        VITRAL_TRY_ASSIGN(PassageSet more, passagesFromText(std::filesystem::path(file).stem().string(), text));
        for (Passage& passage : more.passages)
            set.passages.push_back(std::move(passage));
    }
    return set;
}

Result<void> compare(const CompareOptions& options) {
    VITRAL_TRY_ASSIGN(const PassageSet set, passagesOf(options));
    VITRAL_TRY_ASSIGN(PassageTable table, PassageTable::begin(set));
    VITRAL_TRY(table.setBaseline(options.baseline));
    for (const std::string& argument : options.tokenizers) {
        VITRAL_TRY_ASSIGN(const std::filesystem::path path, resolveModel(argument));
        VITRAL_TRY_ASSIGN(const auto tokenizer, loadTokenizer(path));
        VITRAL_TRY(table.add(path.stem() == "tokenizer" ? path.parent_path().filename().string() : path.stem().string(),
                             *tokenizer, set));
    }
    return writeAnswer(options.csv ? table.csv() : options.json ? compareJson(table) : compareText(table));
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
    command->add_option("FILE", o->files, "The passages: a file each, or paragraphs that begin with a line \"# name\"")
        ->type_name("");
    command->add_option("--tokenizers", o->tokenizers, "GGUF files, tokenizer.json, ...; - is the bundled model")
        ->required();
    command->add_option("--baseline", o->baseline, "The passage ratios refer to (eng, en or english, else the first)");
    command->add_flag("--declaration", o->declaration,
                      "Six articles of the Universal Declaration of Human Rights in 26 languages");
    CLI::Option* json = command->add_flag("--json", o->json, "As JSON");
    command->add_flag("--csv", o->csv, "As CSV, a line for each passage and tokenizer")->excludes(json);
    command->callback([&common, o] { common.action = [o] { return compare(*o); }; });
}

} // namespace

void addTokenizerCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand("tokenizer", "Train tokenizers, compare them, look into their vocabularies");
    command->require_subcommand(1);
    addTrain(*command, common);
    addCompare(*command, common);
    addTokenizerInfo(*command, common);
    addTokenizerVocab(*command, common);
    addTokenizerRows(*command, common);
}

} // namespace vitral::cli
