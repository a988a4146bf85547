// SPDX-License-Identifier: Apache-2.0
// A prompt's ids, weights and words.
#include "core/diffusion/clip.h"
#include "core/diffusion/prompt.h"
#include "core/tokenizer/list_files.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral::diffusion {

namespace {

constexpr const char* kMerges =
#include "core/diffusion/clip_merges_data.inc"
    ;

/// A token by the name a config gives it; configs of old say {"content": "..."}.
Result<std::optional<TokenId>> tokenOf(const Tokenizer& tokenizer, const JsonConfig& config, const char* key) {
    std::string piece;
    if (config.isObject(key)) {
        VITRAL_TRY_ASSIGN(const JsonConfig entry, config.object(key));
        VITRAL_TRY_ASSIGN(piece, entry.text("content", ""));
    } else {
        VITRAL_TRY_ASSIGN(piece, config.text(key, ""));
    }
    if (piece.empty())
        return std::optional<TokenId>();
    const auto id = tokenizer.find(piece);
    if (!id)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("The {} of {} is no piece of the tokenizer's vocabulary.", key, config.what()));
    return id;
}

/// "cat" of "cat</w>".
std::string wordOf(const Tokenizer& tokenizer, TokenId id) {
    constexpr std::string_view kSuffix = "</w>";
    std::string text = tokenizer.decodeToken(id);
    if (text.size() > kSuffix.size() && text.ends_with(kSuffix))
        text.replace(text.size() - kSuffix.size(), kSuffix.size(), " ");
    return text;
}

} // namespace

Result<std::shared_ptr<const Tokenizer>> builtInClipTokenizer() {
    return tokenizerFromClip({}, kMerges);
}

Result<ClipTokens> readClipTokens(std::shared_ptr<const Tokenizer> tokenizer, const JsonConfig& config,
                                  std::int64_t nPosition) {
    ClipTokens tokens;
    VITRAL_TRY_ASSIGN(tokens.begin, tokenOf(*tokenizer, config, "bos_token"));
    VITRAL_TRY_ASSIGN(tokens.end, tokenOf(*tokenizer, config, "eos_token"));
    VITRAL_TRY_ASSIGN(const auto padding, tokenOf(*tokenizer, config, "pad_token"));
    if (!padding && !tokens.end)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("{} names neither an eos_token nor a pad_token: short prompts cannot be filled up.",
                                config.what()));
    tokens.padding = padding ? *padding : *tokens.end;
    // Some files say a number without meaning (1e30) where they mean "no limit".
    const auto length = config.integer("model_max_length", nPosition, 3, nPosition);
    tokens.nToken = length ? *length : nPosition;
    if (tokens.nToken < 3)
        return fail(ErrorCode::InvalidFile, "The text encoder has room for fewer than three tokens.");
    tokens.tokenizer = std::move(tokenizer);
    return tokens;
}

Result<EncodedPrompt> encodePrompt(const ClipTokens& tokens, std::string_view prompt) {
    EncodedPrompt result;
    const std::int64_t room = tokens.nToken - (tokens.begin ? 1 : 0) - (tokens.end ? 1 : 0);
    const auto add = [&](TokenId id, float weight, std::string word) {
        result.ids.push_back(id);
        result.weights.push_back(weight);
        result.words.push_back(std::move(word));
    };
    if (tokens.begin)
        add(*tokens.begin, 1, "<start>");
    std::int64_t n = 0;
    for (const PromptPart& part : parsePrompt(prompt)) {
        VITRAL_TRY_ASSIGN(const auto ids, tokens.tokenizer->encode(part.text, {AddSpecial::No, ParseSpecial::No}));
        for (const TokenId id : ids) {
            if (n++ >= room)
                ++result.nCut;
            else
                add(id, part.weight, wordOf(*tokens.tokenizer, id));
        }
    }
    result.iEnd = static_cast<std::int64_t>(result.ids.size());
    if (tokens.end)
        add(*tokens.end, 1, "<end>");
    else
        --result.iEnd;
    result.iEnd = std::max<std::int64_t>(result.iEnd, 0);
    while (static_cast<std::int64_t>(result.ids.size()) < tokens.nToken)
        add(tokens.padding, 1, "<fill>");
    return result;
}

} // namespace vitral::diffusion
