// SPDX-License-Identifier: Apache-2.0
#include "widgets/shell/fuzzy.h"

#include <QStringList>

#include <algorithm>

namespace vitral {
namespace {

constexpr int kWhole = 1000, kBeginning = 600, kInside = 300, kScattered = 60;

int wordFitness(const QString& word, const QString& name) {
    const qsizetype at = name.indexOf(word);
    if (at >= 0) {
        const bool begins = at == 0 || !name[at - 1].isLetterOrNumber();
        const qsizetype end = at + word.size();
        const bool ends = end == name.size() || !name[end].isLetterOrNumber();
        return (begins && ends ? kWhole
                : begins       ? kBeginning
                               : kInside) -
               static_cast<int>(std::min<qsizetype>(at, 50));
    }
    // The letters one after the other; letters that begin words count for more.
    qsizetype from = 0;
    int score = kScattered;
    for (const QChar c : word) {
        const qsizetype here = name.indexOf(c, from);
        if (here < 0)
            return 0;
        if (here == 0 || !name[here - 1].isLetterOrNumber())
            score += 15;
        else
            score -= static_cast<int>(std::min<qsizetype>(here - from, 12));
        from = here + 1;
    }
    return std::max(score, 0);
}

} // namespace

QString plainLetters(const QString& text) {
    QString out;
    out.reserve(text.size());
    for (const QChar c : text.normalized(QString::NormalizationForm_D))
        if (c.category() != QChar::Mark_NonSpacing && c != QLatin1Char('&') && c != QChar(0x2026))
            out += c.toLower();
    return out;
}

int fitness(const QString& typed, const QString& name) {
    const QString plain = plainLetters(name);
    int sum = 0;
    for (const QString& word : plainLetters(typed).split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
        const int score = wordFitness(word, plain);
        if (score == 0)
            return 0;
        sum += score;
    }
    return std::max(sum - static_cast<int>(std::min<qsizetype>(plain.size(), 60)), sum > 0 ? 1 : 0);
}

bool holdsWords(const QString& text, const QString& typed) {
    const QString plain = plainLetters(text);
    for (const QString& word : plainLetters(typed).split(QLatin1Char(' '), Qt::SkipEmptyParts))
        if (!plain.contains(word))
            return false;
    return true;
}

} // namespace vitral
