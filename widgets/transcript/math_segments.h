// SPDX-License-Identifier: Apache-2.0
#pragma once
// Formulas in Markdown: $...$, $$...$$, \(...\) and \[...\] are taken out before the Markdown parser sees their
// underscores and backslashes, and come back as Unicode text (docs/design.md: legible, not typeset). Thread: any.

#include <QString>

#include <string>
#include <string_view>
#include <vector>

namespace vitral {

class MathSegments {
public:
    explicit MathSegments(std::string_view source);

    /// The source with one private-use character for each formula.
    [[nodiscard]] std::string_view text() const { return text_; }
    /// Where a byte of text() came from.
    [[nodiscard]] std::size_t sourceOffset(std::size_t offset) const;
    /// What to show for that character; null when it stands for itself.
    [[nodiscard]] const QString* shown(QChar c) const;
    /// Puts the formulas' own source back (inside code they were none).
    [[nodiscard]] QString restoreSource(QString text) const;

private:
    struct Segment {
        std::size_t begin, end; ///< in the source
        std::size_t placed;     ///< in text_
        QString source, shown;
    };
    std::string text_;
    std::vector<Segment> segments_;
};

/// LaTeX mathematics as Unicode: Greek, operators, fractions, roots, sub- and superscripts. Unknown commands keep their
/// name, so that nothing is lost.
QString latexToUnicode(QStringView latex);

} // namespace vitral
