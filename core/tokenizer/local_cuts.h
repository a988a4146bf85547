// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where a text can be cut so that its two sides, encoded apart, give the ids of the whole: before a single blank
// between two letters, or between a line end and a letter, where every step of the tokenizer is known to care only for
// what stands on its own side. What cannot be known is no cut; a tokenizer with a step that looks back has none.
// Private to this folder. Thread: any.

#include "core/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace vitral {

struct TokenizerParts;

class LocalCuts {
public:
    /// `parts` must outlive this.
    explicit LocalCuts(const TokenizerParts& parts);
    /// Whether there can be any cut at all.
    [[nodiscard]] bool possible() const { return possible_; }
    /// Whether nothing but the model tells that words end: Unigram then must cut wherever it can.
    [[nodiscard]] bool byModel() const { return way_ == Way::Model; }
    /// Whether a cut depends on the text since the cut before it, not on its surroundings alone.
    [[nodiscard]] bool byPattern() const { return way_ == Way::Pattern; }

    /// How far around a cut a change of the text can undo it.
    [[nodiscard]] std::size_t reachBytes() const;

    /// Whether `at` is a cut of `text`; `begin` < at is the cut before it, or 0. Errors: a pattern that needs too much
    /// work.
    Result<bool> isCut(std::string_view text, std::size_t begin, std::size_t at) const;

private:
    enum class Way { Step, Model, Pattern }; ///< what cuts there: a step for certain, the model, or an expression
    [[nodiscard]] bool readSteps();
    Result<bool> normalisesApart(std::string_view text, std::size_t at) const;
    Result<bool> patternCuts(std::string_view text, std::size_t begin, std::size_t at) const;

    const TokenizerParts& parts_;
    Way way_ = Way::Model;
    bool possible_ = false;
    std::string mark_;       ///< with what the normalised text behind a cut must begin
    bool atLineEnds_ = true; ///< also between a line end and a letter
};

} // namespace vitral
