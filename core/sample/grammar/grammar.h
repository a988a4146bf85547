// SPDX-License-Identifier: Apache-2.0
#pragma once
// A grammar in llama.cpp's GBNF notation, compiled to rules over bytes. Every input is hostile: left recursion, huge
// repetition counts and deep nesting are refused with a sentence. Thread: any; a Grammar is immutable.

#include "core/base/result.h"

#include <bitset>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

/// One step of an alternative: read one byte out of a set, go through a rule, or the alternative ends.
struct GrammarElement {
    enum class Kind : std::uint8_t { Bytes, Rule, End };
    Kind kind = Kind::End;
    std::uint32_t index = 0; ///< of the byte set or of the rule
};

class Grammar {
public:
    using ByteSet = std::bitset<256>;
    struct Rule {
        std::string name;                        ///< generated ones are named after the rule they stand in
        std::vector<std::uint32_t> alternatives; ///< where each starts in elements()
    };

    /// Reads GBNF: `name ::= alternatives`, "literals", [character classes], ., groups, | * + ? {m} {m,} {m,n} and
    /// # comments; the rule `root` is where a text begins. Characters are Unicode and become their UTF-8 bytes.
    /// Errors: InvalidArgument with line and column.
    static Result<std::shared_ptr<const Grammar>> parse(std::string_view text);

    [[nodiscard]] const std::vector<GrammarElement>& elements() const { return elements_; }
    [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }
    [[nodiscard]] const ByteSet& byteSet(std::uint32_t index) const { return byteSets_[index]; }
    [[nodiscard]] std::uint32_t root() const { return root_; }

private:
    friend class GbnfParser;
    /// Errors: InvalidArgument when a rule can call itself before it has read anything.
    [[nodiscard]] Result<void> checkLeftRecursion() const;

    std::vector<GrammarElement> elements_;
    std::vector<Rule> rules_;
    std::vector<ByteSet> byteSets_;
    std::uint32_t root_ = 0;
};

} // namespace vitral
