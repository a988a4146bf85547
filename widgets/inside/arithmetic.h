// SPDX-License-Identifier: Apache-2.0
#pragma once
// A number taken apart into the steps that make it, as values: what the Cell view shows of a weight, and what the
// pop-up shows of any other number. All of it comes from recorded or computed numbers; formulas are rich text.
// Thread: any (pure), but for tr().

#include "core/backend/operation_list.h"
#include "core/sample/params.h"
#include "core/trace/attribution.h"
#include "core/trace/head_scores.h"
#include "core/trace/neurons.h"

#include <QCoreApplication>
#include <QString>

#include <functional>
#include <optional>
#include <vector>

namespace vitral {

struct TensorStatistics;

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
/// A number in a sentence (rich text) that unfolds when it is clicked; `target` is what the label's signal says.
[[nodiscard]] QString linkText(const QString& target, const QString& text);
/// " = value", strong: how a formula ends.
[[nodiscard]] QString equalsText(const QString& value);
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
    /// An activation, and how far it moves the stream. `weight`: of the router, where the neuron is an expert's.
    [[nodiscard]] static Arithmetic neuron(const Neuron& neuron, const QString& name, std::optional<double> weight);
    /// What a neuron adds to one token's logit; of a difference, what its change adds.
    [[nodiscard]] static Arithmetic promoted(const Neuron& neuron, const QString& name, const PromotedToken& token,
                                             const Piece& piece, bool difference = false);
    /// One probability out of two runs. `kl`: of the two distributions, in nats; `all`: of every position.
    [[nodiscard]] static Arithmetic change(const QString& headline, double logWithout, double logWith, double kl,
                                           const std::vector<double>& all = {});
    /// A token's log-probability with a part of the model switched off, minus the one with all of it.
    [[nodiscard]] static Arithmetic switchedOff(const QString& part, const QString& token, double logWithout,
                                                double logWith);
    /// How much of an answer a patch brought back, from the logit differences of the three runs.
    [[nodiscard]] static Arithmetic broughtBack(const QString& headline, double recovered, double clean,
                                                double corrupt);
    /// Bytes, additions and multiplications, and speeds of an operation.
    [[nodiscard]] static Arithmetic operation(const Operation& operation, const QString& title);
    /// What some operations sum to: time, bytes and operations of each of their parts.
    struct OperationPart {
        QString name;
        std::int64_t timeNs = 0, bytes = 0, weightBytes = 0, flops = 0;
    };
    [[nodiscard]] static Arithmetic operations(const QString& title, const std::vector<OperationPart>& parts);
    /// A score as the sum over pairs of dimensions; `softcap` 0: none.
    [[nodiscard]] static Arithmetic scoreOfPairs(std::int64_t distance, const std::vector<double>& pairs,
                                                 double softcap);

    // Of two runs (arithmetic_compare.cpp).
    /// A number of this run minus the same of another one.
    [[nodiscard]] static Arithmetic ofTwoRuns(const QString& headline, const QString& other, double here, double there);
    /// The same of a probability, from its logarithms.
    [[nodiscard]] static Arithmetic probabilityOfTwoRuns(const QString& headline, const QString& other, double logHere,
                                                         double logThere);
    /// A weight as the text shows it: of one head, or the mean or the greatest over several. `there`: the same of
    /// another run, which is taken off; empty: none.
    struct HeadWeight {
        std::int32_t iLayer = 0, iHead = 0;
        double score = 0, logSumExp = 0, weight = 0;
    };
    [[nodiscard]] static Arithmetic weightOfHeads(const QString& headline, const std::vector<HeadWeight>& here,
                                                  bool greatest, const QString& other,
                                                  const std::vector<HeadWeight>& there);
    /// A mean of numbers that have names.
    [[nodiscard]] static Arithmetic meanOf(const QString& headline, const std::vector<double>& values,
                                           const std::function<QString(std::size_t)>& name);
    /// How much of a sum lies in its small terms.
    [[nodiscard]] static Arithmetic shareOfSmall(const QString& headline, const std::vector<double>& small,
                                                 double whole);
    /// How widely a head looks: the mean entropy of its rows over that of even ones.
    [[nodiscard]] static Arithmetic headEntropy(const QString& head, const HeadScores& scores,
                                                const std::vector<EntropyTerm>& terms,
                                                const std::function<QString(std::int64_t)>& pieceAt);

    // Of positions (arithmetic_positions.cpp).
    /// Cosine of two rows of a table of positions. products: of their numbers, one for each dimension.
    [[nodiscard]] static Arithmetic likeness(const QString& headline, const std::vector<double>& products,
                                             double lengthA, double lengthB);
    /// Mean of the cosines of all rows so far apart.
    [[nodiscard]] static Arithmetic meanLikeness(std::int64_t distance, const std::vector<double>& cosines);
    /// Entry of the table of sines and cosines `width` wide.
    [[nodiscard]] static Arithmetic sinusoid(std::int64_t position, std::int64_t dimension, std::int64_t width);
    /// Cosine of two of its rows.
    [[nodiscard]] static Arithmetic sinusoidLikeness(std::int64_t distance, std::int64_t width);
    /// A head's linear bias, and the factor on a weight that it makes.
    [[nodiscard]] static Arithmetic linearBias(std::int32_t iHead, double slope, std::int64_t distance);

    // Of tensors (arithmetic_tensors.cpp).
    /// What is said of a recorded tensor. iBin: of its histogram; -1: none is chosen.
    [[nodiscard]] static Arithmetic tensor(const QString& title, const TensorStatistics& statistics, int iBin,
                                           const std::function<QString(std::int64_t)>& pieceAt);
    /// A steering vector's length, and how often it is added.
    [[nodiscard]] static Arithmetic steering(const std::vector<float>& vector, double streamNorm, double factor,
                                             bool usual);
};

} // namespace vitral
