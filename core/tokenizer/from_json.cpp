// SPDX-License-Identifier: Apache-2.0
// A tokenizer from a Hugging Face tokenizer.json. Truncation and padding, which some files ask for, belong to batches
// for training and are left out: a text gives all of its ids and no others.
#include "core/base/log.h"
#include "core/io/byte_reader.h"
#include "core/tokenizer/bpe.h"
#include "core/tokenizer/json_parts.h"
#include "core/tokenizer/load.h"
#include "core/tokenizer/pipeline.h"
#include "core/tokenizer/special_tokens.h"
#include "core/tokenizer/unigram.h"
#include "core/tokenizer/wordpiece.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace vitral {

namespace {

using json_parts::boolean;
using json_parts::Json;
using json_parts::member;
using json_parts::text;

/// The characters of a text, handed out while somebody may say stop: then the text ends there.
struct WatchedText {
    const char* begin;
    const char* end;
    ReadStep step;
    bool stopped = false;

    class Iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = char;
        using difference_type = std::ptrdiff_t;
        using pointer = const char*;
        using reference = const char&;

        Iterator(WatchedText* text, const char* at) : text_(text), at_(at) {}
        reference operator*() const { return *at_; }
        Iterator& operator++() {
            ++at_;
            if (constexpr std::ptrdiff_t kEvery = 1 << 16; (at_ - text_->begin) % kEvery == 0)
                text_->ask(at_);
            return *this;
        }
        Iterator operator++(int) {
            Iterator before = *this;
            ++*this;
            return before;
        }
        bool operator==(const Iterator& other) const { return at_ == other.at_ || text_->stopped; }
        bool operator!=(const Iterator& other) const { return !(*this == other); }

    private:
        WatchedText* text_;
        const char* at_;
    };
    void ask(const char* at) {
        stopped = stopped || !step.tell(static_cast<double>(at - begin) / static_cast<double>(end - begin));
    }
};

class JsonTokenizerLoader {
public:
    JsonTokenizerLoader(const Json& root, const Json& config, const ReadProgress& progress)
        : root_(root), config_(config), model_(member(root, "model")), progress_(progress) {}

    Result<std::shared_ptr<const Tokenizer>> load() {
        if (!model_.is_object())
            return fail(ErrorCode::InvalidFile, "The tokenizer.json describes no model.");
        std::string kind = text(model_, "type");
        if (kind.empty()) // files of 2019 and 2020 do not say
            kind = member(model_, "merges").is_array()  ? "BPE"
                   : member(model_, "vocab").is_array() ? "Unigram"
                                                        : "WordPiece";
        VITRAL_TRY(readVocabulary(kind));
        VITRAL_TRY(readAddedTokens());
        VITRAL_TRY(vocabulary().checkLengths());
        if (vocabulary().buildIndex() > 0)
            logMessage(LogLevel::Warning, "tokenizer", "two ids share a piece; the lower one is used");
        VITRAL_TRY(json_parts::readNormalizer(member(root_, "normalizer"), parts_.normalizer, byteLevel_));
        VITRAL_TRY(json_parts::readPreTokenizer(member(root_, "pre_tokenizer"), parts_.preTokenizer, byteLevel_));
        VITRAL_TRY(json_parts::readDecoder(member(root_, "decoder"), parts_.decoder));
        VITRAL_TRY(makeModel(kind));
        VITRAL_TRY(readPostProcessor(member(root_, "post_processor"), 0));
        VITRAL_TRY(buildAddedTokens());
        readSpecial();
        return std::make_shared<const PipelineTokenizer>(std::move(parts_));
    }

private:
    Vocabulary& vocabulary() { return *parts_.vocabulary; }

    /// Ids may have holes, but not so many that a small file asks for much memory.
    Result<TokenId> readId(const Json& json, std::size_t nPieces, std::string_view piece) {
        const std::size_t limit = nPieces * 8 + 65536;
        if (json.is_number_integer()) {
            const auto id = json.is_number_unsigned() ? json.get<std::uint64_t>() : ~std::uint64_t{0};
            if (id < limit)
                return static_cast<TokenId>(id);
        }
        return fail(ErrorCode::InvalidFile,
                    fmt::format("The id of the piece {} is not a number below {}.", quotedName(piece), limit));
    }

    Result<void> readVocabulary(const std::string& kind) {
        const Json& vocab = member(model_, "vocab");
        if (kind == "Unigram") {
            if (!vocab.is_array() || vocab.empty())
                return fail(ErrorCode::InvalidFile, "The Unigram model's vocab is not a list.");
            for (const Json& entry : vocab) {
                if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number())
                    return fail(ErrorCode::InvalidFile,
                                fmt::format("Entry {} of the Unigram vocabulary is not a piece and a score.",
                                            vocabulary().size()));
                scores_.push_back(entry[1].get<double>());
                const auto& piece = entry[0].get_ref<const std::string&>();
                const bool isByte = boolean(model_, "byte_fallback", false) && byteOfPiece(piece) >= 0;
                vocabulary().add(piece, isByte ? TokenType::Byte : TokenType::Normal,
                                 static_cast<float>(scores_.back()));
            }
            return {};
        }
        if (!vocab.is_object() || vocab.empty())
            return fail(ErrorCode::InvalidFile, "The tokenizer's vocab is not a table of pieces and ids.");
        vocabulary().reserve(vocab.size() + 64, vocab.size() * 8);
        const ReadStep step(progress_, 0.6, 0.8);
        std::size_t i = 0;
        for (const auto& [piece, number] : vocab.items()) {
            VITRAL_TRY(step.at(i++, vocab.size()));
            VITRAL_TRY_ASSIGN(const TokenId id, readId(number, vocab.size(), piece));
            if (vocabulary().contains(id) && vocabulary().type(id) != TokenType::Unused)
                return fail(ErrorCode::InvalidFile,
                            fmt::format("The pieces {} and {} have the same id {}.", quotedName(vocabulary().piece(id)),
                                        quotedName(piece), id));
            const bool isByte = boolean(model_, "byte_fallback", false) && byteOfPiece(piece) >= 0;
            vocabulary().set(id, piece, isByte ? TokenType::Byte : TokenType::Normal);
        }
        return {};
    }

    Result<void> readAddedTokens() {
        const Json& list = member(root_, "added_tokens");
        if (!list.is_array())
            return {};
        const std::size_t nPieces = vocabulary().size() + list.size();
        for (const Json& entry : list) {
            AddedToken token;
            token.content = text(entry, "content");
            if (token.content.empty())
                continue;
            VITRAL_TRY_ASSIGN(token.id, readId(member(entry, "id"), nPieces, token.content));
            token.special = boolean(entry, "special", false);
            token.singleWord = boolean(entry, "single_word", false);
            token.stripLeft = boolean(entry, "lstrip", false);
            token.stripRight = boolean(entry, "rstrip", false);
            const TokenType type = token.special ? TokenType::Control : TokenType::UserDefined;
            const bool isNew = !vocabulary().contains(token.id) || vocabulary().piece(token.id) != token.content;
            if (isNew)
                vocabulary().set(token.id, token.content, type);
            else
                vocabulary().setType(token.id, type);
            normalised_.push_back(boolean(entry, "normalized", !token.special));
            added_.push_back(std::move(token));
        }
        return {};
    }

    Result<void> buildAddedTokens() {
        std::vector<AddedToken> raw;
        std::vector<AddedToken> normalised;
        for (std::size_t i = 0; i < added_.size(); ++i) {
            if (!normalised_[i] || parts_.normalizer.empty()) {
                raw.push_back(added_[i]);
                continue;
            }
            AddedToken token = added_[i]; // searched for in normalised text, so itself normalised
            VITRAL_TRY(parts_.normalizer.run(added_[i].content, token.content));
            normalised.push_back(std::move(token));
        }
        VITRAL_TRY(parts_.rawAdded.build(std::move(raw)));
        return parts_.normalisedAdded.build(std::move(normalised));
    }

    Result<std::optional<TokenId>> unknownByName() {
        const std::string name = text(model_, "unk_token");
        if (name.empty())
            return std::optional<TokenId>();
        const TokenId id = vocabulary().find(name);
        if (id < 0)
            return fail(ErrorCode::InvalidFile,
                        fmt::format("The unknown token {} is not in the vocabulary.", quotedName(name)));
        return std::optional(id);
    }

    Result<void> makeModel(const std::string& kind) {
        if (byteLevel_ && kind != "BPE")
            return fail(ErrorCode::Unsupported,
                        fmt::format("A {} model over bytes is not known to this version.", quotedName(kind)));
        if (kind == "BPE")
            return makeBpe();
        if (kind == "Unigram")
            return makeUnigram();
        if (kind == "WordPiece")
            return makeWordPiece();
        return fail(ErrorCode::Unsupported, fmt::format("The tokenizer's model is of the kind {}; this version knows "
                                                        "BPE, Unigram and WordPiece.",
                                                        quotedName(kind)));
    }

    Result<void> makeBpe() {
        const Json& list = member(model_, "merges");
        if (!list.is_array())
            return fail(ErrorCode::InvalidFile, "The BPE model has no list of merges.");
        std::vector<BpeModel::Merge> merges;
        merges.reserve(list.size());
        for (const Json& entry : list) {
            if (entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_string()) {
                merges.emplace_back(entry[0].get_ref<const std::string&>(), entry[1].get_ref<const std::string&>());
                continue;
            }
            const std::string_view line =
                entry.is_string() ? std::string_view(entry.get_ref<const std::string&>()) : std::string_view();
            if (line.starts_with("#version"))
                continue;
            const std::size_t blank = line.find(' ');
            if (blank == std::string_view::npos || line.find(' ', blank + 1) != std::string_view::npos)
                return fail(ErrorCode::InvalidFile,
                            fmt::format("Merge {} of the tokenizer is not two pieces.", merges.size()));
            merges.emplace_back(line.substr(0, blank), line.substr(blank + 1));
        }
        BpeOptions options;
        options.byteLevel = byteLevel_;
        options.ignoreMerges = boolean(model_, "ignore_merges", false);
        options.byteFallback = boolean(model_, "byte_fallback", false);
        options.fuseUnknown = boolean(model_, "fuse_unk", false);
        options.strict = true;
        options.lastMergeWins = true;
        options.continuingPrefix = text(model_, "continuing_subword_prefix");
        options.endOfWordSuffix = text(model_, "end_of_word_suffix");
        VITRAL_TRY_ASSIGN(options.unknown, unknownByName());
        parts_.special.unknown = options.unknown;
        VITRAL_TRY_ASSIGN(parts_.model,
                          BpeModel::create(vocabulary(), merges, std::move(options), {progress_, 0.8, 1}));
        return {};
    }

    Result<void> makeUnigram() {
        UnigramOptions options;
        options.byteFallback = boolean(model_, "byte_fallback", false);
        const Json& unknown = member(model_, "unk_id");
        if (unknown.is_number_unsigned()) {
            const auto id = unknown.get<std::uint64_t>();
            if (id >= scores_.size())
                return fail(ErrorCode::InvalidFile,
                            fmt::format("The unknown piece has the id {}, but there are only {} "
                                        "pieces.",
                                        id, scores_.size()));
            options.unknown = static_cast<TokenId>(id);
            parts_.special.unknown = options.unknown;
            if (vocabulary().type(*options.unknown) == TokenType::Normal)
                vocabulary().setType(*options.unknown, TokenType::Unknown);
        }
        options.scores = std::move(scores_);
        VITRAL_TRY_ASSIGN(parts_.model, UnigramModel::create(vocabulary(), std::move(options)));
        return {};
    }

    Result<void> makeWordPiece() {
        WordPieceOptions options;
        options.continuing = text(model_, "continuing_subword_prefix", "##");
        const Json& most = member(model_, "max_input_chars_per_word");
        if (most.is_number_unsigned())
            options.maxCharactersPerWord = std::min<std::size_t>(most.get<std::size_t>(), 10'000);
        VITRAL_TRY_ASSIGN(options.unknown, unknownByName());
        parts_.special.unknown = options.unknown;
        parts_.model = std::make_unique<WordPieceModel>(vocabulary(), std::move(options));
        return {};
    }

    Result<void> addTemplateTokens(const Json& json, const Json& item, bool& afterText) {
        if (member(item, "Sequence").is_object()) {
            afterText = true;
            return {};
        }
        const std::string name = text(member(item, "SpecialToken"), "id");
        const Json& ids = member(member(member(json, "special_tokens"), name.c_str()), "ids");
        if (!ids.is_array())
            return fail(ErrorCode::InvalidFile,
                        fmt::format("The template names the token {} but gives no ids for it.", quotedName(name)));
        for (const Json& number : ids) {
            VITRAL_TRY_ASSIGN(const TokenId id, readId(number, vocabulary().size(), name));
            if (!vocabulary().contains(id))
                return fail(ErrorCode::InvalidFile, fmt::format("The template's token {} has the id {}, which no piece "
                                                                "has.",
                                                                quotedName(name), id));
            (afterText ? parts_.suffix : parts_.prefix).push_back(id);
        }
        return {};
    }

    Result<void> readPostProcessor(const Json& json, int depth) {
        const std::string kind = text(json, "type");
        if (json.is_null() || kind == "ByteLevel")
            return {};
        if (kind == "Sequence" && member(json, "processors").is_array() && depth < 8) {
            for (const Json& item : member(json, "processors"))
                VITRAL_TRY(readPostProcessor(item, depth + 1));
            return {};
        }
        if (kind == "TemplateProcessing") {
            bool afterText = false;
            const Json& items = member(json, "single");
            if (!items.is_array())
                return fail(ErrorCode::InvalidFile, "The tokenizer's template for one text is not a list.");
            for (const Json& item : items)
                VITRAL_TRY(addTemplateTokens(json, item, afterText));
            return {};
        }
        if (kind == "BertProcessing" || kind == "RobertaProcessing") {
            for (const char* side : {"cls", "sep"}) {
                const Json& pair = member(json, side); // ["[CLS]", 101]
                if (!pair.is_array() || pair.size() != 2)
                    return fail(ErrorCode::InvalidFile,
                                fmt::format("The post-processor's {} is not a token and an id.", side));
                VITRAL_TRY_ASSIGN(const TokenId id, readId(pair[1], vocabulary().size(), side));
                if (!vocabulary().contains(id))
                    return fail(ErrorCode::InvalidFile, fmt::format("The post-processor's {} is no piece.", side));
                (side[0] == 'c' ? parts_.prefix : parts_.suffix).push_back(id);
            }
            return {};
        }
        return fail(ErrorCode::Unsupported, fmt::format("The tokenizer's post-processor is of the kind {}, which this "
                                                        "version does not know.",
                                                        quotedName(kind)));
    }

    /// A name in tokenizer_config.json: a string, or an object with the string in it.
    std::optional<TokenId> configured(const char* name) {
        const Json& value = member(config_, name);
        const std::string content = value.is_string() ? value.get_ref<const std::string&>() : text(value, "content");
        const TokenId id = vocabulary().find(content);
        return id >= 0 ? std::optional(id) : std::nullopt;
    }

    std::optional<TokenId> firstSpecial(std::initializer_list<std::string_view> names) {
        for (const std::string_view name : names)
            if (const TokenId id = vocabulary().find(name); id >= 0 && vocabulary().type(id) == TokenType::Control)
                return id;
        return std::nullopt;
    }

    void readSpecial() {
        Tokenizer::Special& s = parts_.special;
        s.addBos = !parts_.prefix.empty();
        s.addEos = !parts_.suffix.empty();
        s.bos = configured("bos_token");
        s.eos = configured("eos_token");
        s.padding = configured("pad_token");
        if (!s.bos && s.addBos)
            s.bos = parts_.prefix.front();
        if (!s.bos)
            s.bos = firstSpecial({"<|begin_of_text|>", "<|startoftext|>", "<bos>", "<s>", "<|im_start|>", "[CLS]"});
        if (!s.eos && s.addEos)
            s.eos = parts_.suffix.back();
        if (!s.eos)
            s.eos = firstSpecial({"<|end_of_text|>", "<|im_end|>", "<|endoftext|>", "<eos>", "</s>", "[SEP]"});
        if (!s.padding)
            s.padding = firstSpecial({"[PAD]", "<pad>"});
        s.cls = firstSpecial({"[CLS]", "<cls>"});
        s.separator = firstSpecial({"[SEP]", "<sep>"});
        s.mask = firstSpecial({"[MASK]", "<mask>"});
        completeSpecial(vocabulary(), s);
    }

    const Json& root_;
    const Json& config_;
    const Json& model_;
    const ReadProgress& progress_;
    TokenizerParts parts_;
    bool byteLevel_ = false;
    std::vector<double> scores_;
    std::vector<AddedToken> added_;
    std::vector<bool> normalised_; ///< parallel to added_
};

} // namespace

Result<std::shared_ptr<const Tokenizer>> tokenizerFromJson(std::string_view text, std::string_view config) {
    return tokenizerFromJson(text, config, {});
}

Result<std::shared_ptr<const Tokenizer>> tokenizerFromJson(std::string_view text, std::string_view config,
                                                           const ReadProgress& progress) {
    WatchedText watched{text.data(), text.data() + text.size(), {progress, 0, 0.6}};
    const Json root = progress ? Json::parse(WatchedText::Iterator(&watched, watched.begin),
                                             WatchedText::Iterator(&watched, watched.end), nullptr, false)
                               : Json::parse(text, nullptr, false);
    if (watched.stopped)
        return fail(ErrorCode::Cancelled, "Reading the tokenizer was stopped.");
    if (!root.is_object())
        return fail(ErrorCode::InvalidFile, "The file is not the JSON of a tokenizer.");
    const Json settings = Json::parse(config, nullptr, false); // discarded, hence empty, where it is not JSON
    return JsonTokenizerLoader(root, settings, progress).load();
}

} // namespace vitral
