// SPDX-License-Identifier: Apache-2.0
#pragma once
// BPE by ranks of results (tiktoken): of all neighbouring symbols whose bytes together are a token, those merge that
// make the token of the lowest rank. There is no list of pairs. Thread: any; immutable.

#include "core/tokenizer/subword_model.h"
#include "core/tokenizer/vocabulary.h"

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace vitral {

class RankBpeModel final : public SubwordModel {
public:
    /// `ranks`: the bytes of each token, by rank, which is its id; empty where a rank has none. Every single byte must
    /// be there. Errors: InvalidFile (a byte without a token, a token listed twice, one that is too long).
    static Result<std::unique_ptr<RankBpeModel>> create(const std::vector<std::string>& ranks);

    [[nodiscard]] TokenizerKind kind() const override { return TokenizerKind::ByteLevelBpe; }
    void encodeWord(std::string_view word, ModelScratch& scratch, std::vector<TokenId>& out,
                    EncodeTrace::PreToken* trace, std::uint32_t traceOffset) const override;

private:
    Vocabulary raw_; ///< tokens as bytes, not in the byte alphabet
    std::array<TokenId, 256> byteIds_{};
};

} // namespace vitral
