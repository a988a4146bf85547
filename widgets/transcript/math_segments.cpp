// SPDX-License-Identifier: Apache-2.0
#include "widgets/transcript/math_segments.h"

namespace vitral {

MathSegments::MathSegments(std::string_view source) : formulas_(source) {
    for (const Formulas::Formula& formula : formulas_.all())
        shown_.push_back(QString::fromStdString(formula.shown));
}

const QString* MathSegments::shown(QChar c) const {
    const auto index = static_cast<std::size_t>(c.unicode() - Formulas::kFirstMark);
    return c.unicode() >= Formulas::kFirstMark && index < shown_.size() ? &shown_[index] : nullptr;
}

QString MathSegments::restoreSource(const QString& text) const {
    if (formulas_.all().empty())
        return text;
    QString out;
    for (const QChar c : text) {
        const auto index = static_cast<std::size_t>(c.unicode() - Formulas::kFirstMark);
        if (c.unicode() >= Formulas::kFirstMark && index < formulas_.all().size())
            out += QString::fromStdString(formulas_.all()[index].source);
        else
            out += c;
    }
    return out;
}

} // namespace vitral
