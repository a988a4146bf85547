// SPDX-License-Identifier: Apache-2.0
#include "widgets/lesson/lesson_formulas.h"

#include "widgets/transcript/math_segments.h"

namespace vitral {

std::string lessonFormulas(std::string_view markdown, const std::function<std::string(std::string_view)>& html) {
    const MathSegments formulas(markdown);
    const QString page = QString::fromStdString(html(formulas.text()));
    QString out;
    out.reserve(page.size());
    for (const QChar c : page) {
        if (const QString* shown = formulas.shown(c))
            out += QStringLiteral("<i>") +
                   shown->toHtmlEscaped().replace(QChar(QChar::LineSeparator), QStringLiteral("<br>")) +
                   QStringLiteral("</i>");
        else
            out += c;
    }
    return out.toStdString();
}

} // namespace vitral
