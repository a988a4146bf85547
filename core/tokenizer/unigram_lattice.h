// SPDX-License-Identifier: Apache-2.0
#pragma once
// All ways to cut one word into pieces of a Unigram model, as a graph: the best way, the n best, expected counts, and
// ways drawn at random. Used by the trainer and by the tokenizer view. Sums are taken in the order of the
// `tokenizers` package (models/unigram/lattice.rs), so that ties fall the same way. Thread: one at a time; reusable.
// After Kudo 2018, "Subword Regularization: Improving Neural Network Translation Models with Multiple Subword
// Candidates"; Nagata 1994 for the n best.

#include "core/base/rng.h"
#include "core/tokenizer/tokenizer.h"

#include <cstdint>
#include <span>
#include <vector>

namespace vitral {

class UnigramLattice {
public:
    struct Node {
        std::uint32_t begin = 0, end = 0; ///< bytes of the word
        TokenId id = -1;                  ///< -1: a character without a piece
        double score = 0;                 ///< log probability
        double best = 0;                  ///< of the best way from the word's beginning to the end of this node
        std::int32_t previous = -1;       ///< on that way; -1: the beginning
    };
    /// Indices of nodes, from the beginning of the word to its end, and the sum of their scores.
    struct Path {
        std::vector<std::int32_t> nodes;
        double score = 0;
    };

    /// Forgets everything; the word has `bytes` bytes.
    void clear(std::size_t bytes);
    /// Nodes come in the order of their beginnings, at one place the shorter ones first; every place where one begins
    /// must be the end of one before, or 0.
    void add(std::uint32_t begin, std::uint32_t end, TokenId id, double score);
    [[nodiscard]] std::span<const Node> nodes() const { return nodes_; }

    /// The most probable way; empty for an empty word.
    [[nodiscard]] Path best();
    /// The `n` most probable ways, best first. As the reference, gives up exactness where 100,000 candidates wait: the
    /// best 512 of them (10 n, if that is less) stay.
    [[nodiscard]] std::vector<Path> nBest(std::size_t n);
    /// The logarithm of the sum of the probabilities of all ways; adds `weight` times the probability that a way uses a
    /// node to expected[index of node].
    double marginals(double weight, std::vector<double>& expected);
    /// One way, drawn with a probability proportional to its own to the power `alpha`: 1 is the model's distribution, 0
    /// gives all ways the same chance, a large value the best way.
    [[nodiscard]] Path sample(double alpha, Rng& rng);
    /// log of the sum over all ways of probability^alpha.
    double logSum(double alpha);

private:
    struct Hypothesis {
        double fx = 0, gx = 0;
        std::int32_t node = 0;  ///< kBegin, kEnd or an index
        std::int32_t next = -1; ///< index of the hypothesis to the right of this one
    };
    static constexpr std::int32_t kBegin = -1, kEnd = -2;
    void link();
    void search();
    void pushHypothesis(std::int32_t index);
    std::int32_t popHypothesis();
    void siftUp(std::size_t at);
    [[nodiscard]] bool less(std::int32_t a, std::int32_t b) const {
        return pool_[static_cast<std::size_t>(a)].fx < pool_[static_cast<std::size_t>(b)].fx;
    }

    std::size_t bytes_ = 0;
    std::vector<Node> nodes_;
    std::vector<std::uint32_t> beginFirst_;          ///< by place: the first node that begins there; ends at size
    std::vector<std::uint32_t> endFirst_, endNodes_; ///< by place: nodes that end there
    bool linked_ = false, searched_ = false, summed_ = false;
    double alpha_ = 0; ///< of forward_
    double total_ = 0;
    std::int32_t last_ = kBegin; ///< the last node of the best way
    std::vector<double> forward_, backward_;
    std::vector<Hypothesis> pool_;
    std::vector<std::int32_t> agenda_; ///< a heap of four children, like the reference's
};

} // namespace vitral
