// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which tokens of a vocabulary may come next by a grammar. Thread: engine (one filter per run).

#include "core/sample/candidates.h"
#include "core/sample/grammar/matcher.h"
#include "core/tokenizer/tokenizer.h"

#include <list>
#include <memory>
#include <string>
#include <vector>

namespace vitral {

class TokenFilter {
public:
    /// Errors: InvalidArgument when the grammar matches no text at all, or has too many readings.
    static Result<std::unique_ptr<TokenFilter>> create(std::shared_ptr<const Grammar> grammar,
                                                       std::shared_ptr<const Tokenizer> tokenizer);

    /// Keeps the candidates whose bytes continue the text; an end-of-generation token only where the text is complete.
    Result<void> apply(Candidates& candidates);
    /// Takes a token into the text. Errors: InvalidArgument when the grammar does not allow it.
    Result<void> accept(TokenId id);
    /// The text is complete and nothing may follow.
    [[nodiscard]] bool mustEnd() const { return ended_ || (matcher_.accepts(state_) && matcher_.isFinal(state_)); }

private:
    struct Entry {
        std::string bytes;
        TokenId id = 0;
        std::uint32_t common = 0; ///< leading bytes shared with the entry before
    };
    struct Cached {
        GrammarMatcher::StateId state = 0;
        std::vector<bool> allowed; ///< [V]
    };
    TokenFilter(std::shared_ptr<const Grammar> grammar, std::shared_ptr<const Tokenizer> tokenizer);
    Result<const std::vector<bool>*> allowedHere();
    Result<bool> continues(const std::string& bytes);
    [[nodiscard]] bool ends(TokenId id) const {
        return id >= 0 && static_cast<std::size_t>(id) < ends_.size() && ends_[static_cast<std::size_t>(id)];
    }

    std::shared_ptr<const Tokenizer> tokenizer_;
    GrammarMatcher matcher_;
    GrammarMatcher::StateId state_ = GrammarMatcher::kDead;
    bool ended_ = false;
    std::vector<Entry> entries_;     ///< by bytes; control tokens and empty ones are left out
    std::vector<std::string> bytes_; ///< [V], empty for what no grammar can produce
    std::vector<bool> ends_;         ///< [V], the tokens that end an answer
    std::list<Cached> cache_;        ///< most recently used first
};

} // namespace vitral
