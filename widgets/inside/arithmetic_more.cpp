// SPDX-License-Identifier: Apache-2.0
// The arithmetic of neurons, of experiments with a model, of its operations and of distances.
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

QString minus() {
    return QStringLiteral(" \u2212 ");
}

QString equals(const QString& value) {
    return equalsText(value);
}

QString power(double exponent) {
    return QStringLiteral("e^%1").arg(bracketed(exponent));
}

/// "16 x 512 x F32 = 32.8 kB"
QString bytesOf(const OperandInfo& operand) {
    QStringList factors;
    for (int axis = 0; axis < operand.shape.rank; ++axis)
        factors << countText(operand.shape[axis]);
    const std::string_view type = dtypeInfo(operand.dtype).name;
    factors << QString::fromUtf8(type.data(), static_cast<qsizetype>(type.size()));
    return factors.join(times()) + equals(sizeText(static_cast<double>(operand.bytes)));
}

} // namespace

Arithmetic ArithmeticWords::neuron(const Neuron& neuron, const QString& name, std::optional<double> weight) {
    Arithmetic a;
    a.headline = tr("Activation of %1").arg(name);
    const double activation = static_cast<double>(neuron.activation), pre = static_cast<double>(neuron.pre),
                 linear = static_cast<double>(neuron.linear), write = static_cast<double>(neuron.write);
    if (std::isfinite(pre)) {
        QString formula = QStringLiteral("f(%1)").arg(sixDigits(pre));
        if (std::isfinite(linear))
            formula += times() + bracketed(linear);
        if (weight)
            formula += times() + sixDigits(*weight);
        QString sentence =
            std::isfinite(linear)
                ? tr("The neuron\u2019s first product with the normalised stream (hook_pre) through the activation "
                     "function f, times its second one (hook_pre_linear).")
                : tr("The neuron\u2019s product with the normalised stream (hook_pre) through the activation "
                     "function f.");
        if (weight)
            sentence += QLatin1Char(' ') + tr("The last factor is the router\u2019s weight of its expert.");
        a.steps.push_back({tr("Activation"), formula + equals(sixDigits(activation)), sentence});
    }
    if (activation != 0)
        a.steps.push_back({tr("Effect on the stream"),
                           QStringLiteral("|%1|").arg(sixDigits(activation)) + times() +
                               sixDigits(write / std::abs(activation)) + equals(sixDigits(write)),
                           tr("Its size times the length of the neuron\u2019s column of the output matrix: so far it "
                              "moves the residual stream.")});
    return a;
}

Arithmetic ArithmeticWords::promoted(const Neuron& neuron, const QString& name, const PromotedToken& token,
                                     const Piece& piece, bool difference) {
    Arithmetic a;
    const double activation = static_cast<double>(neuron.activation), logit = static_cast<double>(token.logit);
    a.headline = tr("What %1 adds to the logit of \u201C%2\u201D").arg(name, piece(token.id));
    if (activation != 0)
        a.steps.push_back(
            {tr("Logit"), bracketed(activation) + times() + bracketed(logit / activation) + equals(sixDigits(logit)),
             (difference
                  ? tr("The change of its activation times what an activation of 1 adds: the neuron\u2019s "
                       "column of the output matrix, through the final norm as it is at this token, times the "
                       "token\u2019s row of the output head.")
                  : tr("Its activation times what an activation of 1 adds: the neuron\u2019s column of the output "
                       "matrix, through the final norm as it is at this token, times the token\u2019s row of the "
                       "output head."))});
    a.steps.push_back({tr("Odds"), power(logit) + equals(sixDigits(std::exp(logit))),
                       tr("Alone it multiplies the token\u2019s odds by this; later layers are left aside.")});
    return a;
}

Arithmetic ArithmeticWords::change(const QString& headline, double logWithout, double logWith, double kl,
                                   const std::vector<double>& all) {
    Arithmetic a;
    a.headline = headline;
    const double without = std::exp(logWithout), with = std::exp(logWith);
    a.steps.push_back({tr("Without"), power(logWithout) + equals(sixDigits(without)),
                       tr("From the log-probability of the run with nothing changed: %1.").arg(percentText(without))});
    a.steps.push_back({tr("With"), power(logWith) + equals(sixDigits(with)),
                       tr("The same with the changes that are on: %1.").arg(percentText(with))});
    a.steps.push_back({tr("Change"), sixDigits(with) + minus() + sixDigits(without) + equals(sixDigits(with - without)),
                       percentChangeText(with - without)});
    a.steps.push_back({tr("Both distributions"), QStringLiteral("\u03A3 p ln(p / q)") + equals(sixDigits(kl)),
                       tr("Kullback\u2013Leibler divergence over the whole vocabulary, in nats: p without, q with the "
                          "changes. 0 means that they are the same.")});
    if (!all.empty()) {
        const double sum = std::accumulate(all.begin(), all.end(), 0.0);
        const auto n = static_cast<std::int64_t>(all.size());
        a.steps.push_back(
            {tr("Mean over the text"),
             sumText(all, sum) + QStringLiteral("; %1 / %2").arg(sixDigits(sum), countText(n)) +
                 equals(sixDigits(sum / static_cast<double>(n))),
             tr("The same divergence after every token of the text: the four largest, then the others.")});
    }
    return a;
}

Arithmetic ArithmeticWords::switchedOff(const QString& part, const QString& token, double logWithout, double logWith) {
    Arithmetic a;
    a.headline = tr("%1 switched off").arg(part);
    a.steps.push_back(
        {tr("Change"), bracketed(logWith) + minus() + bracketed(logWithout) + equals(sixDigits(logWith - logWithout)),
         tr("The log-probability of \u201C%1\u201D without this part, minus the one with the whole model.")
             .arg(token)});
    const double before = std::exp(logWithout), after = std::exp(logWith);
    a.steps.push_back(
        {tr("As probabilities"),
         power(logWithout) + equals(sixDigits(before)) + QStringLiteral("; ") + power(logWith) +
             equals(sixDigits(after)),
         tr("From %1 to %2: times %3.").arg(percentText(before), percentText(after), numberText(after / before, 3))});
    return a;
}

Arithmetic ArithmeticWords::broughtBack(const QString& headline, double recovered, double clean, double corrupt) {
    Arithmetic a;
    a.headline = headline;
    a.steps.push_back(
        {tr("Brought back"),
         QStringLiteral("(%1 \u2212 %2) / (%3 \u2212 %2)")
                 .arg(bracketed(corrupt + recovered * (clean - corrupt)), bracketed(corrupt), bracketed(clean)) +
             equals(sixDigits(recovered)),
         tr("Each number is the right answer\u2019s logit minus the other answer\u2019s, at the last token: "
            "of the patched run, of the other prompt, of the right prompt.")});
    return a;
}

Arithmetic ArithmeticWords::operation(const Operation& o, const QString& title) {
    Arithmetic a;
    a.headline = title;
    std::int64_t listed = 0;
    QStringList lines;
    for (const std::vector<OperandInfo>* operands : {&o.inputs, &o.weights})
        for (const OperandInfo& operand : *operands) {
            lines << bytesOf(operand);
            listed += operand.bytes;
        }
    QString sentence = tr("What it must touch at least once, in the types that are stored.");
    if (o.bytesRead != listed)
        sentence += QLatin1Char(' ') + tr("Beside what is listed: %1 of vectors and tables.")
                                           .arg(sizeText(static_cast<double>(o.bytesRead - listed)));
    lines << tr("together") + equals(sizeText(static_cast<double>(o.bytesRead)));
    a.steps.push_back({tr("Bytes read"), lines.join(QStringLiteral("; ")), sentence});
    lines.clear();
    for (const OperandInfo& operand : o.outputs)
        lines << bytesOf(operand);
    a.steps.push_back({tr("Bytes written"), lines.join(QStringLiteral("; ")), tr("Its results.")});
    if (o.flops > 0) {
        QStringList products; // of a matrix product: two for every number of the result and every column of the weight
        std::int64_t sum = 0;
        for (std::size_t i = 0; o.name == "matmul" && i < o.weights.size() && i < o.outputs.size(); ++i) {
            const std::int64_t nIn = o.weights[i].shape.nCol(), nOut = o.outputs[i].shape.count();
            products << QStringLiteral("2") + times() + countText(nOut) + times() + countText(nIn);
            sum += 2 * nOut * nIn;
        }
        const bool explained = !products.isEmpty() && sum <= o.flops;
        if (explained && sum < o.flops)
            products << countText(o.flops - sum);
        a.steps.push_back({tr("Additions and multiplications"),
                           (explained ? products.join(QStringLiteral(" + ")) + QStringLiteral(" = ") : QString()) +
                               strongText(countText(o.flops)),
                           explained ? tr("One of each for every number of a result and every column of the weight; a "
                                          "bias adds one for every number.")
                                     : tr("Counted from the shapes; exp, tanh and the like count as one.")});
    }
    if (o.timeNs > 0) {
        const double seconds = static_cast<double>(o.timeNs) * 1e-9;
        const double bytes = static_cast<double>(o.bytesRead + o.bytesWritten);
        a.steps.push_back(
            {tr("Speed"),
             QStringLiteral("%1 / %2").arg(sizeText(bytes), durationText(seconds)) + equals(sizeText(bytes / seconds)) +
                 QStringLiteral("; %1 / %2").arg(amountText(static_cast<double>(o.flops)), durationText(seconds)) +
                 equals(amountText(static_cast<double>(o.flops) / seconds)),
             tr("A second, by the shortest of the measured passes: bytes, and arithmetic operations.")});
    }
    return a;
}

Arithmetic ArithmeticWords::operations(const QString& title, const std::vector<OperationPart>& parts) {
    Arithmetic a;
    a.headline = title;
    // The largest by name, so that the line can be read and still adds up.
    const auto add = [&](const QString& name, std::int64_t OperationPart::*which, double unit,
                         const QString& sentence) {
        std::vector<const OperationPart*> order;
        std::int64_t sum = 0, named = 0;
        for (const OperationPart& part : parts) {
            order.push_back(&part);
            sum += part.*which;
        }
        if (sum <= 0)
            return;
        std::stable_sort(order.begin(), order.end(),
                         [which](const auto* x, const auto* y) { return x->*which > y->*which; });
        const auto text = [unit](std::int64_t value) {
            return unit == 1 ? countText(value) : sixDigits(static_cast<double>(value) / unit);
        };
        constexpr std::size_t kNamed = 4;
        QStringList terms, names;
        for (std::size_t i = 0; i < std::min(kNamed, order.size()); ++i) {
            terms << text(order[i]->*which);
            names << order[i]->name;
            named += order[i]->*which;
        }
        if (order.size() > kNamed)
            terms << text(sum - named);
        QString said = sentence + QLatin1Char(' ') + names.join(QStringLiteral(", "));
        said += order.size() > kNamed
                    ? tr(", and the other %1.").arg(countText(static_cast<std::int64_t>(order.size() - kNamed)))
                    : QStringLiteral(".");
        a.steps.push_back({name, terms.join(QStringLiteral(" + ")) + equals(text(sum)), said});
    };
    constexpr double kNsPerUs = 1000;
    add(tr("Time"), &OperationPart::timeNs, kNsPerUs,
        tr("In microseconds, each operation\u2019s shortest of the passes:"));
    add(tr("Bytes read and written"), &OperationPart::bytes, 1, tr("At least, in the types that are stored:"));
    add(tr("Bytes of weights"), &OperationPart::weightBytes, 1, tr("Of these, weights:"));
    add(tr("Additions and multiplications"), &OperationPart::flops, 1, tr("Counted from the shapes:"));
    return a;
}

Arithmetic ArithmeticWords::scoreOfPairs(std::int64_t distance, const std::vector<double>& pairs, double softcap) {
    Arithmetic a;
    a.headline = tr("Score at a distance of %1").arg(countText(distance));
    const double sum = std::accumulate(pairs.begin(), pairs.end(), 0.0);
    a.steps.push_back({tr("Sum over the pairs"), sumText(pairs, sum),
                       tr("What each of the %1 pairs of dimensions gives when both are turned to this distance, the "
                          "scale included: the four largest, then the others.")
                           .arg(countText(static_cast<std::int64_t>(pairs.size())))});
    if (softcap > 0)
        a.steps.push_back({tr("Soft-cap"),
                           QStringLiteral("%1 tanh(%2 / %1)").arg(sixDigits(softcap), bracketed(sum)) +
                               equals(sixDigits(softcap * std::tanh(sum / softcap))),
                           tr("The model keeps its scores within this bound.")});
    return a;
}

} // namespace vitral
