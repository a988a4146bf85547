// SPDX-License-Identifier: Apache-2.0
// The arithmetic of positions: how alike two rows of a table are, sines of falling frequency, slopes of linear biases.
// Formulas: core/trace/positions.h.
#include "widgets/inside/arithmetic.h"
#include "widgets/inside/value_text.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vitral {
namespace {

QString times() {
    return QStringLiteral(" \u00D7 ");
}

/// Radians a position of pair `pair` of a table `width` wide: 10000^(-2 pair / width).
double speedOf(std::int64_t pair, std::int64_t width) {
    return std::pow(10000.0, -2.0 * static_cast<double>(pair) / static_cast<double>(width));
}

} // namespace

Arithmetic ArithmeticWords::likeness(const QString& headline, const std::vector<double>& products, double lengthA,
                                     double lengthB) {
    Arithmetic a;
    a.headline = headline;
    const double dot = std::accumulate(products.begin(), products.end(), 0.0);
    a.steps.push_back({tr("Sum of the products"), sumText(products, dot),
                       tr("The %1 numbers of one row times those of the other: the four largest products, then the "
                          "others.")
                           .arg(countText(static_cast<std::int64_t>(products.size())))});
    const double lengths = lengthA * lengthB;
    a.steps.push_back({tr("Lengths"),
                       sixDigits(lengthA) + times() + sixDigits(lengthB) + equalsText(sixDigits(lengths)),
                       tr("Of each row: the root of the sum of its squares.")});
    if (lengths > 0)
        a.steps.push_back(
            {tr("Cosine"),
             QStringLiteral("%1 / %2").arg(sixDigits(dot), sixDigits(lengths)) + equalsText(sixDigits(dot / lengths)),
             tr("1: the same direction, 0: at right angles, %1: opposite.").arg(sixDigits(-1))});
    else
        a.steps.push_back({tr("Cosine"), strongText(QStringLiteral("0")), tr("A row of zeros points nowhere.")});
    return a;
}

Arithmetic ArithmeticWords::meanLikeness(std::int64_t distance, const std::vector<double>& cosines) {
    Arithmetic a;
    a.headline = tr("Likeness at a distance of %1").arg(countText(distance));
    const double sum = std::accumulate(cosines.begin(), cosines.end(), 0.0);
    const auto n = static_cast<std::int64_t>(cosines.size());
    a.steps.push_back({tr("Sum of the cosines"), sumText(cosines, sum),
                       tr("Of every two rows in the picture that stand so far apart: the four largest, then the "
                          "others.")});
    a.steps.push_back(
        {tr("Mean"),
         QStringLiteral("%1 / %2").arg(sixDigits(sum), countText(n)) +
             equalsText(sixDigits(n > 0 ? sum / static_cast<double>(n) : 0)),
         tr("Over %1 pairs of rows. A cell of the picture unfolds into its own two rows.").arg(countText(n))});
    return a;
}

Arithmetic ArithmeticWords::sinusoid(std::int64_t position, std::int64_t dimension, std::int64_t width) {
    Arithmetic a;
    a.headline = tr("Position %1, dimension %2").arg(countText(position), countText(dimension));
    const std::int64_t pair = dimension / 2;
    const double speed = speedOf(pair, width), angle = speed * static_cast<double>(position);
    a.steps.push_back({tr("Speed"),
                       QStringLiteral("10000^(\u22122 \u00D7 %1 / %2)").arg(countText(pair), countText(width)) +
                           equalsText(sixDigits(speed)),
                       tr("Radians a position. Two dimensions share it, a sine and a cosine: pair %1 of %2.")
                           .arg(countText(pair), countText(width / 2))});
    a.steps.push_back({tr("Angle"), countText(position) + times() + sixDigits(speed) + equalsText(sixDigits(angle)),
                       tr("The position times the speed, in radians.")});
    const bool sine = dimension % 2 == 0;
    a.steps.push_back(
        {tr("Value"),
         QStringLiteral("%1(%2)").arg(sine ? QStringLiteral("sin") : QStringLiteral("cos"), sixDigits(angle)) +
             equalsText(sixDigits(sine ? std::sin(angle) : std::cos(angle))),
         tr("Even dimensions take the sine, odd ones the cosine.")});
    return a;
}

Arithmetic ArithmeticWords::sinusoidLikeness(std::int64_t distance, std::int64_t width) {
    Arithmetic a;
    a.headline = tr("Likeness at a distance of %1").arg(countText(distance));
    const std::int64_t nPair = std::max<std::int64_t>(1, width / 2);
    std::vector<double> cosines;
    for (std::int64_t pair = 0; pair < nPair; ++pair)
        cosines.push_back(std::cos(static_cast<double>(distance) * speedOf(pair, width)));
    const double sum = std::accumulate(cosines.begin(), cosines.end(), 0.0);
    a.steps.push_back({tr("Sum over the pairs"), sumText(cosines, sum),
                       tr("Each of the %1 pairs gives sin a sin b + cos a cos b, the cosine of the distance times its "
                          "speed: the four largest, then the others.")
                           .arg(countText(nPair))});
    a.steps.push_back({tr("Cosine"),
                       QStringLiteral("%1 / (\u221A%2 \u00D7 \u221A%2)").arg(sixDigits(sum), countText(nPair)) +
                           equalsText(sixDigits(sum / static_cast<double>(nPair))),
                       tr("Every row is as long: the root of the number of pairs. So only the distance counts.")});
    return a;
}

Arithmetic ArithmeticWords::linearBias(std::int32_t iHead, double slope, std::int64_t distance) {
    Arithmetic a;
    a.headline = tr("Head %1 at a distance of %2").arg(QString::number(iHead), countText(distance));
    a.steps.push_back({tr("Slope"),
                       QStringLiteral("2^(%1)").arg(sixDigits(std::log2(slope))) + equalsText(sixDigits(slope)),
                       tr("The heads\u2019 slopes are a geometric series from 1 / 2^(8 / heads) down to 1 / 2^8; "
                          "where the number of heads is no power of two, further ones lie between.")});
    const double bias = -slope * static_cast<double>(distance);
    a.steps.push_back(
        {tr("Bias"),
         QStringLiteral("\u2212%1").arg(sixDigits(slope)) + times() + countText(distance) + equalsText(sixDigits(bias)),
         tr("Added to the score, before the softmax.")});
    a.steps.push_back({tr("Factor"),
                       QStringLiteral("e^(%1)").arg(sixDigits(bias)) + equalsText(sixDigits(std::exp(bias))),
                       tr("On the weight, before the row is brought to a sum of 1.")});
    return a;
}

} // namespace vitral
