// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/arithmetic.h"

#include "widgets/design/rich_text.h"
#include "widgets/inside/value_text.h"

#include <QLocale>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace vitral {
namespace {

constexpr int kDigits = 6;

QString quoted(const QString& text) {
    QString piece = text;
    piece.replace(QLatin1Char(' '), QChar::Nbsp); // a line must not break inside the quotes
    return QStringLiteral("\u201C%1\u201D").arg(piece);
}

QString equals(const QString& value) {
    return equalsText(value);
}

QString counted(std::int64_t n) {
    return QLocale().toString(static_cast<qlonglong>(n));
}

} // namespace

QString sixDigits(double value) {
    return numberText(value, kDigits);
}

QString bracketed(double value) {
    return value < 0 ? QLatin1Char('(') + sixDigits(value) + QLatin1Char(')') : sixDigits(value);
}

QString strongText(const QString& text) {
    return design::strong(text);
}

QString linkText(const QString& target, const QString& text) {
    return QStringLiteral("<a href=\"%1\">%2</a>").arg(target, text.toHtmlEscaped());
}

QString equalsText(const QString& value) {
    return QStringLiteral(" = ") + strongText(value);
}

QString sumText(const std::vector<double>& terms, double sum, std::size_t most) {
    std::vector<std::size_t> order(terms.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return std::abs(terms[a]) > std::abs(terms[b]); });
    QString text;
    double named = 0;
    const std::size_t n = std::min(most, order.size());
    for (std::size_t i = 0; i < n; ++i) {
        text += (i > 0 ? QStringLiteral(" + ") : QString()) + bracketed(terms[order[i]]);
        named += terms[order[i]];
    }
    if (order.size() > n)
        text += QStringLiteral(" + ") + bracketed(sum - named);
    return text + equals(sixDigits(sum));
}

Arithmetic ArithmeticWords::probability(const TokenScore& score, const Piece& piece, const QString& where,
                                        std::optional<double> logSumExp) {
    const double logP = static_cast<double>(score.logProbability);
    const double p = std::exp(logP);
    Arithmetic a;
    a.headline = tr("Probability of %1, %2").arg(quoted(piece(score.id)), where);
    ArithmeticStep log{tr("Logarithm"), {}, {}};
    if (logSumExp) {
        log.formula = QStringLiteral("ln p = ") + tr("logit") + QStringLiteral(" \u2212 ") + tr("log-sum-exp") +
                      QStringLiteral(" = %1 \u2212 %2").arg(sixDigits(logP + *logSumExp), bracketed(*logSumExp)) +
                      equals(sixDigits(logP));
        log.sentence = tr("The logit is this token's entry of the output; the log-sum-exp is ln of the sum of e^logit "
                          "over the whole vocabulary.");
    } else {
        log.formula = QStringLiteral("ln p") + equals(sixDigits(logP));
        log.sentence = tr("Recorded with the token: its logit minus ln of the sum of e^logit over the whole "
                          "vocabulary, before any sampler.");
    }
    a.steps.push_back(std::move(log));
    a.steps.push_back({tr("Probability"),
                       QStringLiteral("p = e^(%1)").arg(sixDigits(logP)) + equals(sixDigits(p)) +
                           QStringLiteral("  (%1)").arg(percentText(p).toHtmlEscaped()),
                       tr("Choice number %1: %2 tokens of the vocabulary are likelier.")
                           .arg(counted(score.rank + 1), counted(score.rank))});
    if (!score.top.empty()) {
        std::vector<double> listed;
        double sum = 0, entropy = 0;
        QStringList names;
        for (const TokenAlternative& one : score.top) {
            const double q = std::exp(static_cast<double>(one.logProbability));
            listed.push_back(q);
            sum += q;
            entropy -= q * static_cast<double>(one.logProbability);
            names << quoted(piece(one.id));
        }
        const double rest = std::max(0.0, 1 - sum);
        QString line;
        for (const double q : listed)
            line += sixDigits(q) + QStringLiteral(" + ");
        a.steps.push_back({tr("All tokens together"), line + sixDigits(rest) + equals(QStringLiteral("1")),
                           tr("%1, then all the others of the vocabulary.").arg(names.join(QStringLiteral(", ")))});
        const double whole = static_cast<double>(score.entropy);
        a.steps.push_back(
            {tr("Entropy"),
             QStringLiteral("\u2212\u03A3 p ln p = %1 + %2").arg(sixDigits(entropy), bracketed(whole - entropy)) +
                 equals(sixDigits(whole)),
             tr("In nats: what the %1 listed tokens give, and all the others. 0 is certainty; e^%2 = %3 tokens would "
                "be "
                "as uncertain if all were alike.")
                 .arg(counted(static_cast<std::int64_t>(listed.size())), sixDigits(whole),
                      numberText(std::exp(whole), 3))});
    }
    return a;
}

Arithmetic ArithmeticWords::contribution(const Attribution& attribution, std::size_t index, const QString& part,
                                         const Piece& piece) {
    Arithmetic a;
    if (index >= attribution.contributions.size())
        return a;
    const Contribution& one = attribution.contributions[index];
    const QString token = quoted(piece(attribution.token));
    a.headline =
        attribution.minus
            ? tr("What %1 wrote to logit of %2 minus logit of %3").arg(part, token, quoted(piece(*attribution.minus)))
            : tr("What %1 wrote to the logit of %2").arg(part, token);
    if (attribution.unfolded && *attribution.unfolded == index && !attribution.products.empty()) {
        const auto n = counted(static_cast<std::int64_t>(attribution.products.size()));
        a.steps.push_back(
            {tr("Sum of the products"), sumText(attribution.products, one.logit),
             one.kind == ContributionKind::Head
                 ? tr("%1 numbers of the head's output (hook_z), each times what the output matrix, the final norm and "
                      "the token's row of the output head make of it. The four largest products, then the others.")
                       .arg(n)
                 : tr("%1 numbers of what it adds to the stream, each times the token's row of the output head seen "
                      "through the final norm. The four largest products, then the others.")
                       .arg(n)});
    }
    a.steps.push_back({tr("Final norm"),
                       QStringLiteral("1 / \u221A(%1 + \u03B5)").arg(tr("mean of the squares")) +
                           equals(sixDigits(attribution.normScale)),
                       tr("The factor of the final norm at this token, frozen: only then do the parts add up.")});
    double sum = 0;
    for (const Contribution& other : attribution.contributions)
        sum += other.logit;
    a.steps.push_back(
        {tr("All parts"),
         QStringLiteral("%1 + %2 + %3")
                 .arg(bracketed(one.logit), bracketed(sum - one.logit), bracketed(attribution.rest)) +
             equals(sixDigits(attribution.total)),
         tr("This part, the other %1 together, and what rounding leaves over: the logit the model computed.")
             .arg(counted(static_cast<std::int64_t>(attribution.contributions.size()) - 1))});
    return a;
}

Arithmetic ArithmeticWords::angle(int pair, double radiansPerPosition, std::int64_t query, std::int64_t key) {
    constexpr double kTurn = 2 * std::numbers::pi;
    Arithmetic a;
    a.headline = tr("Rotation of pair %1").arg(pair);
    a.steps.push_back({tr("Speed"),
                       QStringLiteral("2\u03C0 / %1").arg(sixDigits(radiansPerPosition)) +
                           equals(sixDigits(kTurn / radiansPerPosition)),
                       tr("The model's angle for this pair is %1 radians a token: one turn in so many tokens.")
                           .arg(sixDigits(radiansPerPosition))});
    const auto turned = [&](const QString& title, std::int64_t position) {
        const double angle = radiansPerPosition * static_cast<double>(position);
        const double turns = std::floor(angle / kTurn);
        const double left = angle - turns * kTurn;
        a.steps.push_back({title,
                           QStringLiteral("%1 \u00D7 %2 = %3 = %4 \u00D7 2\u03C0 + %5")
                               .arg(counted(position), sixDigits(radiansPerPosition), sixDigits(angle),
                                    numberText(turns, 6), strongText(sixDigits(left))),
                           tr("%1\u00B0; cosine %2, sine %3.")
                               .arg(numberText(left * 360 / kTurn, 4), numberText(std::cos(left), 4),
                                    numberText(std::sin(left), 4))});
    };
    if (query >= 0)
        turned(tr("Query at %1").arg(counted(query)), query);
    if (key >= 0)
        turned(tr("Key at %1").arg(counted(key)), key);
    if (query >= 0 && key >= 0) {
        const double between = radiansPerPosition * static_cast<double>(query - key);
        a.steps.push_back(
            {tr("Between the two"),
             QStringLiteral("cos(%1 \u00D7 %2)").arg(counted(query - key), sixDigits(radiansPerPosition)) +
                 equals(sixDigits(std::cos(between))),
             tr("Only the distance counts: what the pair gives to the score is the product of the two "
                "lengths times the cosine of the angle between query and key, moved by this one.")});
    }
    return a;
}

Arithmetic ArithmeticWords::headScore(const QString& behaviour, const QString& head, const BehaviourScore& score,
                                      const std::vector<BehaviourTerm>& terms,
                                      const std::function<QString(std::int64_t)>& pieceAt) {
    Arithmetic a;
    a.headline = QStringLiteral("%1: %2").arg(head, behaviour);
    std::vector<BehaviourTerm> order = terms;
    std::stable_sort(order.begin(), order.end(),
                     [](const BehaviourTerm& x, const BehaviourTerm& y) { return x.mass > y.mass; });
    std::vector<double> masses;
    double sum = 0, chance = 0;
    for (const BehaviourTerm& term : order) {
        masses.push_back(term.mass);
        sum += term.mass;
        chance += static_cast<double>(term.nKey) / static_cast<double>(term.nVisible);
    }
    const auto n = static_cast<double>(std::max<std::size_t>(1, terms.size()));
    QStringList names;
    for (std::size_t i = 0; i < std::min<std::size_t>(4, order.size()); ++i)
        names << QStringLiteral("%1\u00A0%2").arg(counted(order[i].iQuery), quoted(pieceAt(order[i].iQuery)));
    a.steps.push_back({tr("Weight of each token"), sumText(masses, sum),
                       tr("What each token that counts gives there; the largest: %1; then the others together.")
                           .arg(names.join(QStringLiteral(", ")))});
    a.steps.push_back({tr("Mean"),
                       QStringLiteral("%1 / %2").arg(sixDigits(sum), counted(static_cast<std::int64_t>(terms.size()))) +
                           equals(sixDigits(sum / n)),
                       tr("Over the %1 tokens for which there is such a place.")
                           .arg(counted(static_cast<std::int64_t>(terms.size())))});
    a.steps.push_back(
        {tr("By chance"),
         QStringLiteral("%1 / %2").arg(sixDigits(chance), counted(static_cast<std::int64_t>(terms.size()))) +
             equals(sixDigits(chance / n)),
         tr("The same mean if every token looked at all it sees alike: places over visible tokens.")});
    a.steps.push_back(
        {tr("Score"),
         QStringLiteral("(%1 \u2212 %2) / (1 \u2212 %2)").arg(sixDigits(score.mass), sixDigits(score.uniform)) +
             equals(sixDigits(score.contrast())),
         tr("0 is chance, 1 is all of it; below 0 the head avoids these places.")});
    return a;
}

} // namespace vitral
