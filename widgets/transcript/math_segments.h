// SPDX-License-Identifier: Apache-2.0
#pragma once
// core/base/formulas.h with Qt's strings: formulas in the Markdown of an answer, and what is shown for them. Thread:
// any.

#include "core/base/formulas.h"

#include <QString>

#include <string_view>
#include <vector>

namespace vitral {

class MathSegments {
public:
    explicit MathSegments(std::string_view source);

    /// The source with one private-use character for each formula.
    [[nodiscard]] std::string_view text() const { return formulas_.text(); }
    /// Where a byte of text() came from.
    [[nodiscard]] std::size_t sourceOffset(std::size_t offset) const { return formulas_.sourceOffset(offset); }
    /// What to show for that character; null when it stands for itself.
    [[nodiscard]] const QString* shown(QChar c) const;
    /// Puts the formulas' own source back (inside code they were none).
    [[nodiscard]] QString restoreSource(const QString& text) const;

private:
    Formulas formulas_;
    std::vector<QString> shown_; ///< of each
};

} // namespace vitral
