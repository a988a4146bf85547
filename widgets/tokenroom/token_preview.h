// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is seen of a text while the whole of it is being cut: windows encoded from the nearest certain cuts. Most
// tokenizers give there what they give in the whole; exact() says when that cannot be known. Thread: one at a time.

#include "widgets/tokenroom/token_cut.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace vitral {

class TokenPreview {
public:
    TokenPreview(std::shared_ptr<const Tokenizer> tokenizer, ParseSpecial parseSpecial)
        : tokenizer_(std::move(tokenizer)), parseSpecial_(parseSpecial) {}

    /// Tokens of `text` that touch bytes [begin, end), in order; their index is PlacedToken::kNoIndex. `revision` names
    /// the text: of another one nothing is kept. Empty where the text cannot be encoded.
    std::vector<PlacedToken> tokensIn(const std::string& text, std::uint64_t revision, std::size_t begin,
                                      std::size_t end);
    /// Whether all that was given of this text is what the whole gives.
    [[nodiscard]] bool exact() const { return exact_; }

private:
    std::shared_ptr<const Tokenizer> tokenizer_;
    ParseSpecial parseSpecial_;
    std::uint64_t revision_ = 0;
    std::vector<IncrementalEncoder::Window> windows_; ///< newest last
    bool exact_ = true;
};

} // namespace vitral
