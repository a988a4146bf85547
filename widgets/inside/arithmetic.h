// SPDX-License-Identifier: Apache-2.0
#pragma once
// A number taken apart into the steps that make it, as values: what the Cell view shows of a weight, and what the
// pop-up shows of any other number. All of it comes from recorded or computed numbers; formulas are rich text.
// Thread: any (pure), but for tr().

#include "core/sample/params.h"
#include "core/trace/attribution.h"
#include "core/trace/head_scores.h"

#include <QCoreApplication>
#include <QString>

#include <functional>
#include <optional>
#include <vector>

namespace vitral {

struct ArithmeticStep {
    QString title;
    QString formula;  ///< rich text: numbers with their operators
    QString sentence; ///< what it means; plain text
};

struct Arithmetic {
    QString headline; ///< plain text
    std::vector<ArithmeticStep> steps;
};

/// Six significant digits, in the person's language.
[[nodiscard]] QString sixDigits(double value);
/// The same, in brackets where it is negative: for sums and products.
[[nodiscard]] QString bracketed(double value);
[[nodiscard]] QString strongText(const QString& text);
/// "a + b + c + d + rest = sum": the `most` largest numbers by name, the others as one, so that the line adds up.
[[nodiscard]] QString sumText(const std::vector<double>& terms, double sum, std::size_t most = 4);

class ArithmeticWords {
    Q_DECLARE_TR_FUNCTIONS(vitral::ArithmeticWords)
public:
    using Piece = std::function<QString(TokenId)>;
    /// The probability of score.id. `logSumExp`: of the logits it came from, where that is known.
    [[nodiscard]] static Arithmetic probability(const TokenScore& score, const Piece& piece, const QString& where,
                                                std::optional<double> logSumExp = {});
    /// Contribution `index` of an attribution, with its products where they were asked for.
    [[nodiscard]] static Arithmetic contribution(const Attribution& attribution, std::size_t index, const QString& part,
                                                 const Piece& piece);
    /// The turn of one pair of dimensions at two positions.
    [[nodiscard]] static Arithmetic angle(int pair, double radiansPerPosition, std::int64_t query, std::int64_t key);
    /// A head's score out of the queries that count.
    [[nodiscard]] static Arithmetic headScore(const QString& behaviour, const QString& head,
                                              const BehaviourScore& score, const std::vector<BehaviourTerm>& terms,
                                              const std::function<QString(std::int64_t)>& pieceAt);
};

} // namespace vitral
