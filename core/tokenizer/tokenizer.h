// SPDX-License-Identifier: Apache-2.0
#pragma once
// Text to token ids and back, exactly as the model was trained. One interface over byte-level BPE, SentencePiece BPE,
// Unigram and WordPiece. Thread: any; a Tokenizer is immutable.

#include "core/base/result.h"
#include "core/io/gguf.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

using TokenId = std::int32_t;

enum class TokenizerKind : std::uint8_t { ByteLevelBpe, SentencePieceBpe, Unigram, WordPiece };
enum class TokenType : std::uint8_t { Normal, Unknown, Control, UserDefined, Unused, Byte };

enum class AddSpecial : std::uint8_t { No, Yes };   ///< BOS/EOS (or [CLS]/[SEP]) by the model's own rule
enum class ParseSpecial : std::uint8_t { No, Yes }; ///< whether "<|im_end|>" in the text is the control token

struct EncodeOptions {
    AddSpecial addSpecial = AddSpecial::Yes;
    ParseSpecial parseSpecial = ParseSpecial::No;
};

/// What the encoder did, for the tokenizer view. Byte ranges are ranges of `normalised`: the text as the model sees it,
/// after normalisation and whatever the pre-tokeniser adds (a byte-level tokenizer's stays in plain bytes).
struct EncodeTrace {
    struct Merge {
        std::int32_t left, right; ///< the two sides, each named by the index of its first initial symbol
        std::int32_t rank;        ///< position in the list of merges; for SentencePiece the order of scores
        TokenId result;           ///< -1 where the merged symbol is no piece of its own
        float score;              ///< SentencePiece: the score of the result
    };
    struct LatticeNode {
        std::uint32_t begin, end;
        TokenId id;
        double score; ///< Unigram: log probability of the piece; WordPiece: 1 for a match, 0 for a failed look-up
        bool onBestPath;
    };
    struct PreToken {
        std::uint32_t begin = 0, end = 0;
        bool isAdded = false;                   ///< an added or special token, taken whole
        std::vector<std::uint32_t> symbolBegin; ///< BPE: where each initial symbol begins
        std::vector<Merge> merges;
        std::vector<LatticeNode> lattice;
        std::vector<TokenId> ids;
    };
    std::string normalised;
    std::vector<PreToken> preTokens;
};

class Tokenizer {
public:
    virtual ~Tokenizer() = default;

    [[nodiscard]] virtual TokenizerKind kind() const = 0;
    /// Appends ids of `text` (any bytes at all) to a fresh vector. With a trace, records every step (slower).
    [[nodiscard]] virtual Result<std::vector<TokenId>> encode(std::string_view text, const EncodeOptions& options = {},
                                                              EncodeTrace* trace = nullptr) const = 0;
    /// Bytes of one token as it appears in running text (not necessarily whole UTF-8 characters).
    [[nodiscard]] virtual std::string decodeToken(TokenId id, bool showSpecial = false) const = 0;
    /// Bytes of a whole sequence, with the model's clean-up rules (first blank of SentencePiece, "##" of WordPiece).
    [[nodiscard]] virtual std::string decode(std::span<const TokenId> ids, bool showSpecial = false) const = 0;

    [[nodiscard]] virtual std::int32_t nVocab() const = 0;
    /// The vocabulary's own spelling ("Ġthe", "▁the", "##ing").
    [[nodiscard]] virtual std::string_view piece(TokenId id) const = 0;
    [[nodiscard]] virtual TokenType type(TokenId id) const = 0;
    [[nodiscard]] virtual std::optional<TokenId> find(std::string_view piece) const = 0;

    struct Special {
        std::optional<TokenId> bos, eos, eot, unknown, padding, separator, cls, mask;
        std::vector<TokenId> endOfGeneration; ///< every id after which a chat answer is over
        bool addBos = false, addEos = false;
    };
    [[nodiscard]] virtual const Special& special() const = 0;
    [[nodiscard]] bool isEndOfGeneration(TokenId id) const;
};

Result<std::shared_ptr<const Tokenizer>> tokenizerFromGguf(std::shared_ptr<const GgufFile> file);
/// `text` is the content of a Hugging Face tokenizer.json; `config` that of the tokenizer_config.json beside it, where
/// there is one: it names bos, eos and padding. Errors: InvalidFile, Unsupported.
Result<std::shared_ptr<const Tokenizer>> tokenizerFromJson(std::string_view text, std::string_view config = {});
/// `bytes` are those of a SentencePiece .model file. It adds no special tokens by itself: the file has no such rule.
Result<std::shared_ptr<const Tokenizer>> tokenizerFromSentencePiece(std::string_view bytes);
/// By the file's content: GGUF, SentencePiece .model, tokenizer.json (with the tokenizer_config.json in its folder).
Result<std::shared_ptr<const Tokenizer>> loadTokenizer(const std::filesystem::path& path);

/// Streaming decoder: feed tokens one by one, get text that never ends inside a character. Invalid bytes become U+FFFD,
/// one for each byte that begins nothing. The pushes and finish() together give what decode() gives, made valid.
class StreamDecoder {
public:
    /// Continuation: the tokens follow a prompt, the first one keeps its blank. Text: they begin a text, and the blank
    /// that SentencePiece puts before it is dropped as decode() does.
    enum class From : std::uint8_t { Continuation, Text };
    explicit StreamDecoder(std::shared_ptr<const Tokenizer> tokenizer, From from = From::Continuation,
                           bool showSpecial = false);
    /// Complete UTF-8 that this token made available (may be empty).
    std::string push(TokenId id);
    /// What is left at the end; unfinished bytes become U+FFFD.
    std::string finish();

private:
    std::shared_ptr<const Tokenizer> tokenizer_;
    std::string pending_; ///< the beginning of a character
    From from_;
    bool showSpecial_;
    bool first_ = true;
};

} // namespace vitral
