// SPDX-License-Identifier: Apache-2.0
#pragma once
// Formulas in Markdown: $...$, $$...$$, \(...\) and \[...\] are taken out before the Markdown parser sees their
// underscores and backslashes, and come back as Unicode text (legible, not typeset). Thread: any.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

class Formulas {
public:
    /// Stands for the first formula; the next number for the next one. Private use area: in no text worth showing.
    static constexpr char32_t kFirstMark = 0xE100;
    static constexpr std::size_t kMarkBytes = 3; ///< of each of them in UTF-8

    struct Formula {
        std::size_t begin, end; ///< in the source
        std::size_t placed;     ///< where its mark is in text()
        std::string source, shown;
    };

    /// Formulas inside code stay what they are.
    explicit Formulas(std::string_view source);

    /// The source with one mark for each formula.
    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] const std::vector<Formula>& all() const { return all_; }
    /// Where a byte of text() came from.
    [[nodiscard]] std::size_t sourceOffset(std::size_t offset) const;
    /// `text` (UTF-8) with what is shown in the place of every mark, between `before` and `after`. `escape`: of HTML.
    [[nodiscard]] std::string shownIn(std::string_view text, std::string_view before = {}, std::string_view after = {},
                                      bool escape = false) const;

private:
    std::string text_;
    std::vector<Formula> all_;
};

/// LaTeX mathematics as Unicode: Greek, operators, fractions, roots, sub- and superscripts. Unknown commands keep their
/// name, so that nothing is lost; a new line (\\) is U+2028. UTF-8 in and out; broken UTF-8 comes out as U+FFFD.
std::string latexToUnicode(std::string_view latex);

} // namespace vitral
