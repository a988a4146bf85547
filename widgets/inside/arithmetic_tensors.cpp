// SPDX-License-Identifier: Apache-2.0
// The arithmetic of recorded tensors and of vectors: means, deviations, lengths, and how many values lie where.
#include "widgets/inside/arithmetic.h"
#include "widgets/inside/tensor_statistics.h"
#include "widgets/inside/value_text.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vitral {
namespace {

/// "a + b = sum; sum / n = mean"
QString meanText(const std::vector<double>& terms, double sum) {
    const auto n = static_cast<std::int64_t>(std::max<std::size_t>(1, terms.size()));
    return sumText(terms, sum) + QStringLiteral("; %1 / %2").arg(sixDigits(sum), countText(n)) +
           equalsText(sixDigits(sum / static_cast<double>(n)));
}

QString rootText(const std::vector<double>& squares) {
    const double sum = std::accumulate(squares.begin(), squares.end(), 0.0);
    return sumText(squares, sum) + QStringLiteral("; \u221A%1").arg(sixDigits(sum)) +
           equalsText(sixDigits(std::sqrt(sum)));
}

} // namespace

Arithmetic ArithmeticWords::tensor(const QString& title, const TensorStatistics& s, int iBin,
                                   const std::function<QString(std::int64_t)>& pieceAt) {
    Arithmetic a;
    a.headline = title;
    const auto token = [&](std::int64_t position) {
        return QStringLiteral("%1\u00A0\u201C%2\u201D").arg(countText(position), pieceAt(position));
    };
    if (s.nFinite > 0) {
        const auto n = static_cast<double>(s.nFinite);
        a.steps.push_back({tr("Least and greatest"),
                           QStringLiteral("min") + equalsText(sixDigits(s.least)) + QStringLiteral("; max") +
                               equalsText(sixDigits(s.greatest)),
                           tr("Value %1 of token %2, and value %3 of token %4.")
                               .arg(countText(s.leastAt.iCol), token(s.leastAt.iRow), countText(s.greatestAt.iCol),
                                    token(s.greatestAt.iRow))});
        a.steps.push_back(
            {tr("Mean"),
             QStringLiteral("%1 / %2").arg(sixDigits(s.sum), countText(s.nFinite)) + equalsText(sixDigits(s.mean)),
             s.nRead < s.nRow * s.nCol ? tr("The sum of the values that were read, over their number.")
                                       : tr("The sum of all values over their number.")});
        a.steps.push_back({tr("Deviation"),
                           QStringLiteral("\u221A(%1 / %2 \u2212 %3\u00B2)")
                                   .arg(sixDigits(s.squares), countText(s.nFinite), bracketed(s.mean)) +
                               equalsText(sixDigits(s.deviation)),
                           tr("The mean of the squares is %1.").arg(sixDigits(s.squares / n))});
    }
    if (!s.rowLengths.empty()) {
        std::vector<std::size_t> order(s.rowLengths.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t x, std::size_t y) { return s.rowLengths[x] > s.rowLengths[y]; });
        QStringList names;
        for (std::size_t i = 0; i < std::min<std::size_t>(4, order.size()); ++i)
            names << token(s.rowsRead[order[i]]);
        const double sum = std::accumulate(s.rowLengths.begin(), s.rowLengths.end(), 0.0);
        a.steps.push_back({tr("Mean length of a row"), meanText(s.rowLengths, sum),
                           tr("The longest: %1; then the others together.").arg(names.join(QStringLiteral(", ")))});
    }
    if (!s.rowSquares.empty())
        a.steps.push_back({tr("Length of one row"), rootText(s.rowSquares),
                           tr("Of token %1: the root of the sum of its %2 squares, the four largest of them and then "
                              "the others.")
                               .arg(token(s.firstRow), countText(static_cast<std::int64_t>(s.rowSquares.size())))});
    if (iBin >= 0 && static_cast<std::size_t>(iBin) < s.histogram.size() && s.nFinite > 0) {
        const double width = (s.greatest - s.least) / static_cast<double>(s.histogram.size());
        const double low = s.least + iBin * width, count = s.histogram[static_cast<std::size_t>(iBin)];
        a.steps.push_back(
            {tr("Place of the histogram"),
             QStringLiteral("%1 / %2").arg(countText(static_cast<std::int64_t>(count)), countText(s.nFinite)) +
                 equalsText(percentText(count / static_cast<double>(s.nFinite))),
             tr("So many of the values lie between %1 and %2.").arg(sixDigits(low), sixDigits(low + width))});
    }
    return a;
}

Arithmetic ArithmeticWords::steering(const std::vector<float>& vector, double streamNorm, double factor, bool usual) {
    Arithmetic a;
    a.headline = tr("Steering vector");
    std::vector<double> squares;
    for (const float v : vector)
        squares.push_back(static_cast<double>(v) * static_cast<double>(v));
    const double norm = std::sqrt(std::accumulate(squares.begin(), squares.end(), 0.0));
    a.steps.push_back({tr("Its length"), rootText(squares),
                       tr("Each of its %1 numbers is the mean over the first text minus that over the second: the four "
                          "largest squares, then the others.")
                           .arg(countText(static_cast<std::int64_t>(squares.size())))});
    if (usual && norm > 0)
        a.steps.push_back({tr("Strength"),
                           QStringLiteral("%1 / (2 \u00D7 %2)").arg(sixDigits(streamNorm), sixDigits(norm)) +
                               equalsText(sixDigits(factor)),
                           tr("So that what is added is half as long as the stream is on average.")});
    a.steps.push_back({tr("Beside the stream"),
                       QStringLiteral("|%1| \u00D7 %2").arg(sixDigits(factor), sixDigits(norm)) +
                           equalsText(sixDigits(std::abs(factor) * norm)),
                       tr("The length that is added to a stream %1 long on average.").arg(sixDigits(streamNorm))});
    return a;
}

} // namespace vitral
