// SPDX-License-Identifier: Apache-2.0
#pragma once
// A vocabulary given as a list of texts; the last token ends the answer.

#include "core/tokenizer/tokenizer.h"

namespace vitral {

class FakeTokenizer : public Tokenizer {
public:
    explicit FakeTokenizer(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {
        pieces_.push_back("<|end|>");
        special_.eos = eos();
        special_.endOfGeneration = {eos()};
    }
    [[nodiscard]] TokenId eos() const { return static_cast<TokenId>(pieces_.size()) - 1; }
    [[nodiscard]] TokenizerKind kind() const override { return TokenizerKind::ByteLevelBpe; }
    [[nodiscard]] Result<std::vector<TokenId>> encode(std::string_view, const EncodeOptions&,
                                                      EncodeTrace*) const override {
        return fail(ErrorCode::Unsupported, "The test's vocabulary does not encode.");
    }
    [[nodiscard]] std::string decodeToken(TokenId id, bool showSpecial) const override {
        if (id < 0 || id >= nVocab() || (id == eos() && !showSpecial))
            return {};
        return pieces_[static_cast<std::size_t>(id)];
    }
    [[nodiscard]] std::string decode(std::span<const TokenId> ids, bool showSpecial) const override {
        std::string out;
        for (const TokenId id : ids)
            out += decodeToken(id, showSpecial);
        return out;
    }
    [[nodiscard]] std::int32_t nVocab() const override { return static_cast<std::int32_t>(pieces_.size()); }
    [[nodiscard]] std::string_view piece(TokenId id) const override { return pieces_[static_cast<std::size_t>(id)]; }
    [[nodiscard]] TokenType type(TokenId id) const override {
        return id == eos() ? TokenType::Control : TokenType::Normal;
    }
    [[nodiscard]] std::optional<TokenId> find(std::string_view) const override { return std::nullopt; }
    [[nodiscard]] const Special& special() const override { return special_; }

private:
    std::vector<std::string> pieces_;
    Special special_;
};

/// All 256 single bytes, some words and some JSON in larger pieces.
inline std::shared_ptr<FakeTokenizer> bytesAndWords() {
    std::vector<std::string> pieces;
    for (int b = 0; b < 256; ++b)
        pieces.push_back(std::string(1, static_cast<char>(b)));
    for (const char* word : {"yes", "no", "not", "true", "false", "null",   "{\"",  "\":",  "\": ",
                             "\",", "},", "[]",  "]]",   "é",     "ção",    "name", "age",  " ",
                             "  ",  "\n", "12",  "00",   "1.5",   "yes no", "\"}",  "\xc3", "\xf0\x9f\x98"})
        pieces.push_back(word);
    return std::make_shared<FakeTokenizer>(std::move(pieces));
}

} // namespace vitral
