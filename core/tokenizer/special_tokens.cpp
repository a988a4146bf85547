// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/special_tokens.h"

#include <algorithm>
#include <array>

namespace vitral {

namespace {

/// Names that end a turn, the usual ones first: the first found is the end-of-turn token where no key names one.
constexpr std::array<std::string_view, 12> kEndOfTurn{
    "<|eot_id|>",            // Llama 3
    "<|im_end|>",            // ChatML: Qwen, SmolLM, Yi, OLMo ...
    "<|end|>",               // Phi-3, gpt-oss
    "<end_of_turn>",         // Gemma 2 and 3
    "<turn|>",               // Gemma 4
    "<|end_of_turn|>",       // OpenChat and kin
    "<|eot|>",               // Llama 4, DeepSeek
    "<|END_OF_TURN_TOKEN|>", // Command R
    "<|endofturn|>",         // EXAONE
    "<end_of_utterance>",    // SmolVLM
    "<EOT>",
    "_<EOT>",
};
constexpr std::array<std::string_view, 15> kEndOfText{
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|return|>",
    "<|call|>",
    "<|eom_id|>",
    "<eos>",
    "</s>",
    "[EOS]",
    "[EOT]",
    "<|eom|>",
    "<｜end▁of▁sentence｜>",
    "<|calls|>",
    "<|flush|>",
    "<|role_end|>",
    "<｜end of sentence｜>",
};

bool isSpecial(const Vocabulary& vocabulary, TokenId id) {
    const TokenType type = vocabulary.type(id);
    return type == TokenType::Control || type == TokenType::UserDefined;
}

} // namespace

TokenType tokenTypeByNumber(std::int64_t number) {
    switch (number) {
    case 2:
        return TokenType::Unknown;
    case 3:
        return TokenType::Control;
    case 4:
        return TokenType::UserDefined;
    case 5:
        return TokenType::Unused;
    case 6:
        return TokenType::Byte;
    default:
        return TokenType::Normal;
    }
}

std::vector<AddedToken> tokensTakenWhole(const Vocabulary& vocabulary) {
    std::vector<AddedToken> found;
    for (std::size_t i = 0; i < vocabulary.size(); ++i) {
        const auto id = static_cast<TokenId>(i);
        const TokenType type = vocabulary.type(id);
        if (type != TokenType::Control && type != TokenType::Unknown && type != TokenType::UserDefined)
            continue;
        AddedToken token;
        token.content = vocabulary.piece(id);
        token.id = id;
        token.special = type != TokenType::UserDefined;
        found.push_back(std::move(token));
    }
    return found;
}

void markWellKnownControls(Vocabulary& vocabulary) {
    const auto mark = [&](std::string_view name) {
        const TokenId id = vocabulary.find(name);
        // "</s>" may be honest text in a byte-level vocabulary; nobody writes "<|im_end|>".
        if (id >= 0 && vocabulary.type(id) == TokenType::Normal && name.starts_with("<|"))
            vocabulary.setType(id, TokenType::Control);
    };
    for (const std::string_view name : kEndOfTurn)
        mark(name);
    for (const std::string_view name : kEndOfText)
        mark(name);
}

void completeSpecial(const Vocabulary& vocabulary, Tokenizer::Special& special) {
    const auto findSpecial = [&](std::string_view name) -> std::optional<TokenId> {
        const TokenId id = vocabulary.find(name);
        return id >= 0 && isSpecial(vocabulary, id) ? std::optional(id) : std::nullopt;
    };
    std::vector<TokenId>& ends = special.endOfGeneration;
    const auto add = [&](std::optional<TokenId> id) {
        if (id && std::find(ends.begin(), ends.end(), *id) == ends.end())
            ends.push_back(*id);
    };
    add(special.eot);
    add(special.eos);
    // In gpt-oss "<|end|>" ends one message of an answer, and another follows; "<|return|>" ends the answer.
    const bool harmony = findSpecial("<|return|>") && findSpecial("<|call|>");
    for (const std::string_view name : kEndOfTurn) {
        if (harmony && name == "<|end|>")
            continue;
        const std::optional<TokenId> id = findSpecial(name);
        if (id && !special.eot)
            special.eot = id;
        add(id);
    }
    for (const std::string_view name : kEndOfText)
        add(findSpecial(name));
}

bool Tokenizer::isEndOfGeneration(TokenId id) const {
    const std::vector<TokenId>& ends = special().endOfGeneration;
    return std::find(ends.begin(), ends.end(), id) != ends.end();
}

} // namespace vitral
