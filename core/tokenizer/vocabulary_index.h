// SPDX-License-Identifier: Apache-2.0
#pragma once
// A vocabulary one can look things up in: what each piece says, in which script, how long it is, how it ranks, whether
// any text can produce it; searched by text, expression, id and all of these. 250,000 entries in about a second.
// Thread: any, once built; a search belongs to its caller.

#include "core/base/result.h"
#include "core/tokenizer/tokenizer.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

/// Why no text is ever cut into this token.
enum class Unreachable : std::uint8_t {
    No,
    NotJudged,  ///< added and special tokens, byte pieces, unused ones, the beginnings of characters
    Normalised, ///< the normaliser changes its text
    Cut,        ///< the pre-tokeniser always cuts inside it
    Merged,     ///< the model makes other tokens of its text
    Repeated,   ///< a lower id is spelled alike
};

class VocabularyIndex {
public:
    struct Entry {
        std::uint32_t textBegin = 0, textBytes = 0; ///< what it says in running text
        std::uint8_t script = 0;                    ///< index into scripts(): of most of its letters
        TokenType type = TokenType::Normal;
        Unreachable unreachable = Unreachable::NotJudged;
        float score = 0;        ///< Unigram: log probability; SentencePiece BPE: its score; else 0
        std::int32_t rank = -1; ///< BPE: of the merge that makes it; -1: none does, or not judged
    };

    /// How a token is judged unreachable, in a sentence for the reader.
    static std::string_view unreachableRule();
    /// "Common" (no letters, or those of no script), "Bytes" (no whole character), then Unicode's names of scripts.
    static std::span<const std::string_view> scripts();

    /// Errors: Cancelled.
    static Result<VocabularyIndex> build(std::shared_ptr<const Tokenizer> tokenizer, const std::stop_token& stop = {});

    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] const Entry& entry(TokenId id) const { return entries_[static_cast<std::size_t>(id)]; }
    [[nodiscard]] std::string_view text(TokenId id) const {
        const Entry& e = entry(id);
        return std::string_view(pool_).substr(e.textBegin, e.textBytes);
    }
    [[nodiscard]] std::string_view piece(TokenId id) const { return tokenizer_->piece(id); }
    [[nodiscard]] const std::shared_ptr<const Tokenizer>& tokenizer() const { return tokenizer_; }

    enum class Order : std::uint8_t { Id, Length, Text, Score };
    struct Query {
        std::string text;  ///< found in the text or the piece; without regard to case for ASCII letters
        std::string regex; ///< the same, as an expression
        std::optional<TokenId> firstId, lastId;
        std::optional<std::uint32_t> minBytes, maxBytes;
        std::optional<std::uint8_t> script;
        std::optional<TokenType> type;
        bool onlyUnreachable = false;
        Order order = Order::Id;
        bool descending = false;
    };
    /// Ids that fit, in order. Errors: Unsupported, InvalidFile (an expression that cannot be read, or takes too long).
    [[nodiscard]] Result<std::vector<TokenId>> search(const Query& query) const;
    /// How many entries each script has, parallel to scripts().
    [[nodiscard]] std::vector<std::size_t> countByScript() const;

private:
    void readTexts();
    Result<void> findScripts(const std::stop_token& stop);
    Result<void> judge(const std::stop_token& stop);

    std::shared_ptr<const Tokenizer> tokenizer_;
    std::vector<Entry> entries_;
    std::string pool_;
};

} // namespace vitral
