// SPDX-License-Identifier: Apache-2.0
// The arithmetic of numbers that are made of several others alike: one run minus another, many heads in one weight,
// many rows in one score.
#include "widgets/inside/arithmetic.h"
#include "widgets/inside/value_text.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vitral {
namespace {

QString minusText(double a, double b) {
    return QStringLiteral("%1 \u2212 %2").arg(sixDigits(a), bracketed(b)) + equalsText(sixDigits(a - b));
}

} // namespace

Arithmetic ArithmeticWords::ofTwoRuns(const QString& headline, const QString& other, double here, double there) {
    Arithmetic a;
    a.headline = headline;
    a.steps.push_back(
        {tr("Difference"), minusText(here, there),
         tr("In this run, minus in %1. Without the comparison each of the two unfolds further.").arg(other)});
    return a;
}

Arithmetic ArithmeticWords::probabilityOfTwoRuns(const QString& headline, const QString& other, double logHere,
                                                 double logThere) {
    Arithmetic a;
    a.headline = headline;
    const double here = std::exp(logHere), there = std::exp(logThere);
    const auto one = [&](const QString& title, double log, double p) {
        a.steps.push_back({title, QStringLiteral("e^%1").arg(bracketed(log)) + equalsText(sixDigits(p)),
                           tr("From its log-probability: %1.").arg(percentText(p))});
    };
    one(tr("In this run"), logHere, here);
    one(tr("In %1").arg(other), logThere, there);
    a.steps.push_back({tr("Difference"), minusText(here, there), percentChangeText(here - there)});
    return a;
}

Arithmetic ArithmeticWords::weightOfHeads(const QString& headline, const std::vector<HeadWeight>& here, bool greatest,
                                          const QString& other, const std::vector<HeadWeight>& there) {
    Arithmetic a;
    a.headline = headline;
    const auto name = [](const HeadWeight& head) { return tr("layer %1, head %2").arg(head.iLayer).arg(head.iHead); };
    const auto one = [&](const std::vector<HeadWeight>& heads, const QString& run) {
        double sum = 0, most = 0;
        std::vector<double> weights;
        for (const HeadWeight& head : heads) {
            weights.push_back(head.weight);
            sum += head.weight;
            most = std::max(most, head.weight);
        }
        const auto n = static_cast<std::int64_t>(heads.size());
        const QString where = run.isEmpty() ? QString() : QStringLiteral(" (%1)").arg(run);
        if (n == 1) {
            const HeadWeight& head = heads.front();
            if (head.weight > 0)
                a.steps.push_back(
                    {tr("Weight") + where,
                     QStringLiteral("e^(%1 \u2212 %2)").arg(sixDigits(head.score), bracketed(head.logSumExp)) +
                         equalsText(sixDigits(head.weight)),
                     tr("e to the score minus the row\u2019s log-sum-exp, of %1. The view Cell takes the "
                        "score apart.")
                         .arg(name(head))});
            else
                a.steps.push_back({tr("Weight") + where, strongText(QStringLiteral("0")),
                                   tr("%1 cannot see that token.").arg(name(head))});
            return head.weight;
        }
        std::vector<const HeadWeight*> order;
        for (const HeadWeight& head : heads)
            order.push_back(&head);
        std::stable_sort(order.begin(), order.end(),
                         [](const auto* x, const auto* y) { return x->weight > y->weight; });
        constexpr std::size_t kNamed = 4;
        QStringList names, values;
        for (std::size_t i = 0; i < std::min(kNamed, order.size()); ++i) {
            names << name(*order[i]);
            values << sixDigits(order[i]->weight);
        }
        if (greatest) {
            if (order.size() > kNamed)
                values << QStringLiteral("\u2026");
            a.steps.push_back(
                {tr("The largest") + where,
                 QStringLiteral("max(%1)").arg(values.join(QStringLiteral("; "))) + equalsText(sixDigits(most)),
                 tr("Of %1 heads: %2, then smaller ones.").arg(countText(n), names.join(QStringLiteral(", ")))});
            return most;
        }
        a.steps.push_back(
            {tr("Sum over the heads") + where, sumText(weights, sum),
             tr("The largest: %1; then the other heads together.").arg(names.join(QStringLiteral(", ")))});
        const double mean = sum / static_cast<double>(std::max<std::int64_t>(1, n));
        a.steps.push_back({tr("Mean") + where,
                           QStringLiteral("%1 / %2").arg(sixDigits(sum), countText(n)) + equalsText(sixDigits(mean)),
                           tr("Over %1 heads: %2.").arg(countText(n), percentText(mean))});
        return mean;
    };
    if (here.empty())
        return a;
    if (there.empty()) {
        one(here, QString());
        return a;
    }
    const double p = one(here, tr("this run")), q = one(there, other);
    a.steps.push_back({tr("Difference"), minusText(p, q), percentChangeText(p - q)});
    return a;
}

Arithmetic ArithmeticWords::meanOf(const QString& headline, const std::vector<double>& values,
                                   const std::function<QString(std::size_t)>& name) {
    Arithmetic a;
    a.headline = headline;
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) { return values[x] > values[y]; });
    QStringList names;
    for (std::size_t i = 0; i < std::min<std::size_t>(4, order.size()); ++i)
        names << name(order[i]);
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    const auto n = static_cast<std::int64_t>(std::max<std::size_t>(1, values.size()));
    a.steps.push_back({tr("Sum"), sumText(values, sum),
                       tr("The largest: %1; then the others together.").arg(names.join(QStringLiteral(", ")))});
    const double mean = sum / static_cast<double>(n);
    a.steps.push_back({tr("Mean"),
                       QStringLiteral("%1 / %2").arg(sixDigits(sum), countText(n)) + equalsText(sixDigits(mean)),
                       percentText(mean)});
    return a;
}

Arithmetic ArithmeticWords::shareOfSmall(const QString& headline, const std::vector<double>& small, double whole) {
    Arithmetic a;
    a.headline = headline;
    const double sum = std::accumulate(small.begin(), small.end(), 0.0);
    a.steps.push_back({tr("Sum"), sumText(small, sum),
                       tr("Of %1 tokens: the four largest of them, then the others.")
                           .arg(countText(static_cast<std::int64_t>(small.size())))});
    a.steps.push_back({tr("Share"),
                       QStringLiteral("%1 / %2").arg(sixDigits(sum), sixDigits(whole)) +
                           equalsText(sixDigits(whole > 0 ? sum / whole : 0)),
                       tr("Of all the weight on show.")});
    return a;
}

Arithmetic ArithmeticWords::headEntropy(const QString& head, const HeadScores& scores,
                                        const std::vector<EntropyTerm>& terms,
                                        const std::function<QString(std::int64_t)>& pieceAt) {
    Arithmetic a;
    a.headline = tr("%1: spread").arg(head);
    std::vector<EntropyTerm> order = terms;
    std::stable_sort(order.begin(), order.end(),
                     [](const EntropyTerm& x, const EntropyTerm& y) { return x.entropy > y.entropy; });
    std::vector<double> entropies;
    double sum = 0, even = 0;
    for (const EntropyTerm& term : order) {
        entropies.push_back(term.entropy);
        sum += term.entropy;
        even += std::log(static_cast<double>(term.nVisible));
    }
    QStringList names;
    for (std::size_t i = 0; i < std::min<std::size_t>(4, order.size()); ++i)
        names << QStringLiteral("%1\u00A0\u201C%2\u201D").arg(countText(order[i].iQuery), pieceAt(order[i].iQuery));
    const auto n = static_cast<std::int64_t>(std::max<std::size_t>(1, terms.size()));
    a.steps.push_back({tr("Entropy of each row"), sumText(entropies, sum),
                       tr("\u2212\u03A3 w ln w of each token\u2019s weights, in nats; the largest: %1; then the others "
                          "together.")
                           .arg(names.join(QStringLiteral(", ")))});
    const auto mean = [&](const QString& title, double whole, const QString& sentence) {
        a.steps.push_back({title,
                           QStringLiteral("%1 / %2").arg(sixDigits(whole), countText(n)) +
                               equalsText(sixDigits(whole / static_cast<double>(n))),
                           sentence});
    };
    mean(tr("Mean"), sum, tr("Over the %1 tokens that were looked at.").arg(countText(n)));
    mean(tr("At most"), even, tr("The same mean if every token looked at all it sees alike: ln of their number."));
    a.steps.push_back(
        {tr("Spread"),
         QStringLiteral("%1 / %2").arg(sixDigits(scores.entropy), sixDigits(scores.uniformEntropy)) +
             equalsText(sixDigits(scores.uniformEntropy > 0 ? scores.entropy / scores.uniformEntropy : 0)),
         tr("1 looks at all tokens alike, 0 at a single one.")});
    return a;
}

} // namespace vitral
