// SPDX-License-Identifier: Apache-2.0
// A tokenizer from the metadata of a GGUF file (keys tokenizer.ggml.*).
#include "core/base/log.h"
#include "core/io/byte_reader.h"
#include "core/tokenizer/bpe.h"
#include "core/tokenizer/load.h"
#include "core/tokenizer/pipeline.h"
#include "core/tokenizer/pre_tokenizer_names.h"
#include "core/tokenizer/sentencepiece_bpe.h"
#include "core/tokenizer/special_tokens.h"
#include "core/tokenizer/unigram.h"
#include "core/tokenizer/wordpiece.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral {

namespace {

constexpr std::string_view kVisibleBlank = "\xE2\x96\x81"; // U+2581

void warn(const std::string& message) {
    logMessage(LogLevel::Warning, "tokenizer", message);
}

class GgufTokenizerLoader {
public:
    GgufTokenizerLoader(const GgufFile& file, const ReadProgress& progress) : file_(file), progress_(progress) {}

    Result<std::shared_ptr<const Tokenizer>> load() {
        VITRAL_TRY_ASSIGN(const std::string model, file_.string("tokenizer.ggml.model", ""));
        if (model.empty())
            return fail(ErrorCode::InvalidFile, "The file holds no tokenizer (tokenizer.ggml.model is missing).");
        VITRAL_TRY(readVocabulary());
        VITRAL_TRY(readSpecialIds());
        if (model == "gpt2" || model == "gemma4") {
            VITRAL_TRY(makeBpe(model == "gemma4" ? "gemma4" : ""));
        } else if (model == "llama") {
            VITRAL_TRY(makeSentencePiece());
        } else if (model == "t5") {
            VITRAL_TRY(makeUnigram());
        } else if (model == "bert") {
            VITRAL_TRY(makeWordPiece());
        } else {
            return fail(
                ErrorCode::Unsupported,
                fmt::format("The file's tokenizer is of the kind {}, which this version does not know; it knows "
                            "gpt2, llama, t5, bert and gemma4.",
                            quotedName(model)));
        }
        VITRAL_TRY(collectAddedTokens());
        VITRAL_TRY(readAddRules());
        completeSpecial(vocabulary(), parts_.special);
        return std::make_shared<const PipelineTokenizer>(std::move(parts_));
    }

private:
    Vocabulary& vocabulary() { return *parts_.vocabulary; }

    Result<void> readVocabulary() {
        VITRAL_TRY_ASSIGN(const auto tokens, file_.array("tokenizer.ggml.tokens"));
        if (!tokens || tokens->kind != GgufArray::Kind::Strings || tokens->strings.empty())
            return fail(ErrorCode::InvalidFile, "The tokenizer has no list of pieces (tokenizer.ggml.tokens).");
        VITRAL_TRY_ASSIGN(const auto scores, file_.array("tokenizer.ggml.scores"));
        VITRAL_TRY_ASSIGN(const auto types, file_.array("tokenizer.ggml.token_type"));
        const std::size_t n = tokens->strings.size();
        if (scores && (scores->size() < n ||
                       (scores->kind != GgufArray::Kind::Floats && scores->kind != GgufArray::Kind::Integers)))
            return fail(ErrorCode::InvalidFile,
                        fmt::format("tokenizer.ggml.scores holds {} numbers for {} pieces.", scores->size(), n));
        if (types && (types->size() < n || types->kind != GgufArray::Kind::Integers))
            return fail(ErrorCode::InvalidFile,
                        fmt::format("tokenizer.ggml.token_type holds {} numbers for {} pieces.", types->size(), n));
        hasScores_ = scores != nullptr;
        std::size_t bytes = 0;
        for (const std::string_view piece : tokens->strings)
            bytes += piece.size();
        vocabulary().reserve(n, bytes);
        const ReadStep pieces(progress_, 0, 0.4);
        for (std::size_t i = 0; i < n; ++i) {
            VITRAL_TRY(pieces.at(i, n));
            const float score = !scores                                   ? 0.0F
                                : scores->kind == GgufArray::Kind::Floats ? static_cast<float>(scores->floats[i])
                                                                          : static_cast<float>(scores->integers[i]);
            vocabulary().add(tokens->strings[i], types ? tokenTypeByNumber(types->integers[i]) : TokenType::Normal,
                             score);
        }
        VITRAL_TRY(vocabulary().checkLengths());
        if (const std::size_t twice = vocabulary().buildIndex(); twice > 0)
            warn(fmt::format("{} pieces of the vocabulary are spelled like an earlier one; the earlier one is used",
                             twice));
        markWellKnownControls(vocabulary());
        return {};
    }

    Result<void> readId(std::string_view name, std::optional<TokenId>& id) {
        const std::string key = fmt::format("tokenizer.ggml.{}_token_id", name);
        if (!file_.find(key))
            return {};
        VITRAL_TRY_ASSIGN(const std::int64_t number, file_.integer(key, -1));
        if (number >= 0 && number < static_cast<std::int64_t>(vocabulary().size()))
            id = static_cast<TokenId>(number);
        else if (number >= 0 && number != 0xFFFFFFFF)
            warn(
                fmt::format("{} is {}, but there are only {} pieces; it is ignored", key, number, vocabulary().size()));
        return {};
    }

    Result<void> readSpecialIds() {
        Tokenizer::Special& s = parts_.special;
        VITRAL_TRY(readId("bos", s.bos));
        VITRAL_TRY(readId("eos", s.eos));
        VITRAL_TRY(readId("eot", s.eot));
        VITRAL_TRY(readId("unknown", s.unknown));
        VITRAL_TRY(readId("padding", s.padding));
        VITRAL_TRY(readId("seperator", s.separator)); // so spelled in the format
        VITRAL_TRY(readId("separator", s.separator));
        VITRAL_TRY(readId("cls", s.cls));
        VITRAL_TRY(readId("mask", s.mask));
        std::optional<TokenId> endOfMessage;
        VITRAL_TRY(readId("eom", endOfMessage));
        if (endOfMessage)
            s.endOfGeneration.push_back(*endOfMessage);
        return {};
    }

    /// What a missing key means: the piece of that name, where the vocabulary has it.
    void guess(std::optional<TokenId>& id, std::string_view name) {
        if (id)
            return;
        if (const TokenId found = vocabulary().find(name); found >= 0)
            id = found;
    }

    Result<void> makeBpe(std::string_view forcedPre) {
        VITRAL_TRY_ASSIGN(std::string pre, file_.string("tokenizer.ggml.pre", "default"));
        if (!forcedPre.empty())
            pre = forcedPre;
        VITRAL_TRY_ASSIGN(NamedPreTokenizer named, preTokenizerByName(pre));
        if (!named.known)
            warn(fmt::format(
                "the pre-tokeniser {} is not known to this version; text is cut as GPT-2 cuts it, which may "
                "differ from what the model was trained on",
                quotedName(pre)));
        parts_.preTokenizer = std::move(named.steps);
        addBos_ = named.addBos;
        addEos_ = named.addEos;
        VITRAL_TRY_ASSIGN(const auto list, file_.array("tokenizer.ggml.merges"));
        if (!list || list->kind != GgufArray::Kind::Strings)
            return fail(ErrorCode::InvalidFile, "The tokenizer has no list of merges (tokenizer.ggml.merges).");
        std::vector<BpeModel::Merge> merges;
        merges.reserve(list->strings.size());
        for (const std::string_view line : list->strings) {
            const std::size_t blank = line.find(' ', 1); // a merge may begin with a blank, not end with one
            if (blank == std::string_view::npos || blank + 1 >= line.size())
                return fail(ErrorCode::InvalidFile, fmt::format("Merge {} of the tokenizer is not two pieces: {}.",
                                                                merges.size(), quotedName(line)));
            merges.emplace_back(line.substr(0, blank), line.substr(blank + 1));
        }
        BpeOptions options;
        options.byteLevel = !named.characters;
        options.byteFallback = named.characters;
        options.ignoreMerges = named.ignoreMerges;
        options.unknown = parts_.special.unknown;
        VITRAL_TRY_ASSIGN(parts_.model, BpeModel::create(vocabulary(), merges, options, {progress_, 0.5, 1}));
        parts_.decoder.byteAlphabet = options.byteLevel;
        if (named.characters) {
            parts_.normalizer.addReplace(" ", kVisibleBlank);
            parts_.decoder.byteFallback = true;
            parts_.decoder.replacements = {{std::string(kVisibleBlank), " "}};
        }
        return {};
    }

    Result<void> makeSentencePiece() {
        if (!hasScores_)
            return fail(ErrorCode::InvalidFile, "The tokenizer's pieces have no scores (tokenizer.ggml.scores).");
        guess(parts_.special.bos, "<s>");
        guess(parts_.special.eos, "</s>");
        guess(parts_.special.unknown, "<unk>");
        VITRAL_TRY_ASSIGN(const bool prefix, file_.boolean("tokenizer.ggml.add_space_prefix", true));
        VITRAL_TRY_ASSIGN(const bool collapse, file_.boolean("tokenizer.ggml.remove_extra_whitespaces", false));
        sentencePieceNormalizer(prefix, collapse);
        parts_.model = std::make_unique<SentencePieceBpeModel>(vocabulary(), parts_.special.unknown);
        sentencePieceDecoder(prefix);
        addBos_ = true;
        return {};
    }

    void sentencePieceNormalizer(bool prefix, bool collapse) {
        if (collapse) {
            NormalStep step;
            step.kind = NormalStep::Kind::CollapseBlanks;
            parts_.normalizer.add(std::move(step));
        }
        if (prefix)
            parts_.normalizer.addPrepend(" ");
        parts_.normalizer.addReplace(" ", kVisibleBlank);
    }

    void sentencePieceDecoder(bool prefix) {
        parts_.decoder.byteFallback = true;
        parts_.decoder.replacements = {{std::string(kVisibleBlank), " "}};
        parts_.decoder.stripFirst = prefix ? 1 : 0;
    }

    Result<void> makeUnigram() {
        if (!hasScores_)
            return fail(ErrorCode::InvalidFile, "The tokenizer's pieces have no scores (tokenizer.ggml.scores).");
        guess(parts_.special.eos, "</s>");
        guess(parts_.special.unknown, "<unk>");
        guess(parts_.special.padding, "<pad>");
        VITRAL_TRY_ASSIGN(const auto map, file_.array("tokenizer.ggml.precompiled_charsmap"));
        if (map) {
            if (map->kind != GgufArray::Kind::Integers)
                return fail(ErrorCode::InvalidFile, "tokenizer.ggml.precompiled_charsmap is not a list of bytes.");
            std::string bytes;
            for (const std::int64_t b : map->integers)
                bytes += static_cast<char>(b);
            NormalStep step;
            step.kind = NormalStep::Kind::Charsmap;
            VITRAL_TRY_ASSIGN(step.charsmap, Charsmap::parse(bytes));
            parts_.normalizer.add(std::move(step));
        }
        VITRAL_TRY_ASSIGN(const bool prefix, file_.boolean("tokenizer.ggml.add_space_prefix", true));
        VITRAL_TRY_ASSIGN(const bool collapse, file_.boolean("tokenizer.ggml.remove_extra_whitespaces", true));
        sentencePieceNormalizer(prefix, collapse);
        PreStep words; // as the reference does: one lattice a word
        words.text = kVisibleBlank;
        words.behavior = SplitBehavior::MergedWithNext;
        parts_.preTokenizer.add(std::move(words));
        UnigramOptions options;
        options.unknown = parts_.special.unknown;
        VITRAL_TRY_ASSIGN(parts_.model, UnigramModel::create(vocabulary(), options));
        sentencePieceDecoder(prefix);
        addEos_ = true;
        return {};
    }

    Result<void> makeWordPiece() {
        Tokenizer::Special& s = parts_.special;
        guess(s.cls, "[CLS]");
        guess(s.separator, "[SEP]");
        guess(s.unknown, "[UNK]");
        guess(s.padding, "[PAD]");
        guess(s.mask, "[MASK]");
        if (!s.bos)
            s.bos = s.cls;
        if (!s.eos)
            s.eos = s.separator;
        NormalStep step;
        step.kind = NormalStep::Kind::Bert;
        VITRAL_TRY_ASSIGN(step.lowercase, file_.boolean("tokenizer.ggml.normalizer.lowercase", true));
        VITRAL_TRY_ASSIGN(step.stripAccents, file_.boolean("tokenizer.ggml.normalizer.strip_accents", step.lowercase));
        parts_.normalizer.add(std::move(step));
        PreStep cut;
        cut.kind = PreStep::Kind::Bert;
        parts_.preTokenizer.add(std::move(cut));
        WordPieceOptions options;
        options.beginning = kVisibleBlank; // the converter marks the beginnings of words, not the continuations
        options.unknown = s.unknown;
        parts_.model = std::make_unique<WordPieceModel>(vocabulary(), options);
        parts_.decoder.replacements = {{std::string(kVisibleBlank), " "}};
        parts_.decoder.stripFirst = 1;
        parts_.decoder.cleanUp = true;
        addBos_ = true;
        addEos_ = true;
        return {};
    }

    Result<void> collectAddedTokens() {
        VITRAL_TRY_ASSIGN(std::string name, file_.string("general.name", ""));
        std::transform(name.begin(), name.end(), name.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        // Phi-3's special tokens take the white space after them. The file cannot say so; its name can.
        const bool phi3 = name.find("phi-3") != std::string::npos || name.find("phi3") != std::string::npos;
        std::vector<AddedToken> added = tokensTakenWhole(vocabulary());
        for (AddedToken& token : added)
            token.stripRight =
                phi3 && token.content != "<unk>" && token.content != "<s>" && token.content != "<|endoftext|>";
        return parts_.rawAdded.build(std::move(added));
    }

    Result<void> readAddRules() {
        Tokenizer::Special& s = parts_.special;
        VITRAL_TRY_ASSIGN(s.addBos, file_.boolean("tokenizer.ggml.add_bos_token", addBos_));
        VITRAL_TRY_ASSIGN(s.addEos, file_.boolean("tokenizer.ggml.add_eos_token", addEos_));
        if (s.addBos && s.bos)
            parts_.prefix = {*s.bos};
        else if (s.addBos && parts_.model->kind() != TokenizerKind::WordPiece)
            warn("the file asks for a beginning-of-text token but names none; none is added");
        if (s.addEos && s.eos)
            parts_.suffix = {*s.eos};
        s.addBos = !parts_.prefix.empty();
        s.addEos = !parts_.suffix.empty();
        return {};
    }

    const GgufFile& file_;
    const ReadProgress& progress_;
    TokenizerParts parts_;
    bool hasScores_ = false, addBos_ = false, addEos_ = false;
};

} // namespace

Result<std::shared_ptr<const Tokenizer>> tokenizerFromGguf(std::shared_ptr<const GgufFile> file) {
    return tokenizerFromGguf(std::move(file), {});
}

Result<std::shared_ptr<const Tokenizer>> tokenizerFromGguf(std::shared_ptr<const GgufFile> file,
                                                           const ReadProgress& progress) {
    if (!file)
        return fail(ErrorCode::InvalidArgument, "There is no file to read a tokenizer from.");
    return GgufTokenizerLoader(*file, progress).load();
}

} // namespace vitral
