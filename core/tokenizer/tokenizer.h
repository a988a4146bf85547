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

/// What the encoder did, for the tokenizer view. Byte ranges refer to the text after normalisation.
struct EncodeTrace {
    struct Merge { std::int32_t left, right, rank; TokenId result; };  ///< indices of symbols at that moment
    struct LatticeNode { std::uint32_t begin, end; TokenId id; double score; bool onBestPath; };
    struct PreToken { std::uint32_t begin, end; std::vector<Merge> merges; std::vector<LatticeNode> lattice; std::vector<TokenId> ids; };
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
/// `text` is the content of a Hugging Face tokenizer.json.
Result<std::shared_ptr<const Tokenizer>> tokenizerFromJson(std::string_view text);
/// By the file's content: GGUF, tokenizer.json.
Result<std::shared_ptr<const Tokenizer>> loadTokenizer(const std::filesystem::path& path);

/// Streaming decoder: feed tokens one by one, get text that never ends inside a character.
class StreamDecoder {
public:
    explicit StreamDecoder(std::shared_ptr<const Tokenizer> tokenizer);
    /// Complete UTF-8 that this token made available (may be empty).
    std::string push(TokenId id);
    /// What is left at the end; unfinished bytes become U+FFFD.
    std::string finish();

private:
    std::shared_ptr<const Tokenizer> tokenizer_;
    std::string pending_;
    bool first_ = true;
};

} // namespace vitral
