// SPDX-License-Identifier: Apache-2.0
#pragma once
// Cuts normalised text into pre-tokens, the stretches inside which merging may happen. A chain of steps, each applied
// to every piece of the one before, as llama.cpp's files (by name) and tokenizer.json (by description) define it.
// Thread: any; immutable.

#include "core/base/result.h"
#include "core/tokenizer/regex.h"
#include "core/tokenizer/splitter.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

struct PrePiece {
    std::size_t begin = 0, end = 0;
};

/// What becomes of the separators that a splitting step finds.
enum class SplitBehavior : std::uint8_t { Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous };

struct PreStep {
    enum class Kind : std::uint8_t {
        Pattern,      ///< regex or literal, with behavior and invert
        Splitter,     ///< one of the hand-written ones (isolated)
        Digits,       ///< numbers isolated, one by one where `individual`
        DigitGroups,  ///< decimal digits in threes, counted from the end; only at a word's end where `individual`
        Punctuation,  ///< ASCII punctuation and \p{P}, with behavior
        Whitespace,   ///< \w+|[^\w\s]+, the rest removed
        SpaceSplit,   ///< white space removed
        Bert,         ///< white space removed, punctuation isolated
        Metaspace,    ///< blanks become `replacement`, one is put in front by scheme, then split before each
        PrefixSpace,  ///< a blank in front of every piece that has none (ByteLevel with add_prefix_space)
        ByteAlphabet, ///< nothing is cut; the later steps see the text spelled in the byte alphabet
    };
    enum class Prepend : std::uint8_t { Never, First, Always };
    Kind kind = Kind::Pattern;
    SplitBehavior behavior = SplitBehavior::Isolated;
    bool invert = false;
    bool individual = false;
    bool split = true; ///< Metaspace: whether to cut at all
    Prepend prepend = Prepend::Always;
    SplitterKind splitter = SplitterKind::None;
    std::string text; ///< Pattern: the literal where `regex` is empty; Metaspace: the replacement character
    Regex regex;
    bool isRegex = false;
};

class PreTokenizer {
public:
    void add(PreStep step) { steps_.push_back(std::move(step)); }
    /// A step that isolates what the pattern matches; hand-written where there is such a splitter.
    Result<void> addPattern(std::string_view pattern, SplitBehavior behavior = SplitBehavior::Isolated,
                            bool invert = false);

    /// The one hand-written splitter that is the whole chain, else None: callers may then use splitPieces() alone.
    [[nodiscard]] SplitterKind onlySplitter() const;
    [[nodiscard]] bool empty() const { return steps_.empty(); }
    [[nodiscard]] const std::vector<PreStep>& steps() const { return steps_; }

    /// Cuts `text`, any bytes. `buffer` receives the text where a step changes it, and `text` then refers to it.
    /// `atStart`: the text begins the whole input (Metaspace's "first"). Errors: a pattern that needs too much work.
    Result<void> split(std::string_view& text, std::string& buffer, bool atStart, std::vector<PrePiece>& pieces) const;

private:
    std::vector<PreStep> steps_;
};

} // namespace vitral
