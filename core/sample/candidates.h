// SPDX-License-Identifier: Apache-2.0
#pragma once
// The tokens that are still in the race while a sampler's stages run. Thread: engine (owned by one Sampler).

#include "core/tokenizer/tokenizer.h"

#include <cstddef>
#include <vector>

namespace vitral {

/// A token and its logit in nats; minus infinity (or NaN, which counts as that) means that it has left the race.
struct Candidate {
    TokenId id = 0;
    float logit = 0.0F;
};

/// All living tokens of one step. Only a prefix is kept in order, because most stages look at a few tokens of a
/// vocabulary of a hundred thousand.
class Candidates {
public:
    /// Starts a step: one candidate for each finite logit of `logits`, f32 [V].
    void assign(std::span<const float> logits);

    [[nodiscard]] std::size_t size() const { return items_.size(); }
    [[nodiscard]] bool empty() const { return items_.empty(); }
    [[nodiscard]] const Candidate& operator[](std::size_t i) const { return items_[i]; }
    /// The best n (or all) come first, best first; of equal logits the smaller id first.
    void sortBest(std::size_t n);
    /// The candidate with the greatest logit. There must be one.
    [[nodiscard]] Candidate best() const;
    /// Cuts off everything after the first n. Sorts first when they are not yet in order.
    void keepBest(std::size_t n);
    /// Keeps those for which `keep(index, candidate)` holds, in order.
    template <class F>
    void keepIf(F&& keep) {
        std::size_t out = 0;
        std::size_t sorted = 0;
        for (std::size_t i = 0; i < items_.size(); ++i) {
            if (!keep(i, items_[i]))
                continue;
            sorted += i < nSorted_ ? 1 : 0;
            items_[out++] = items_[i];
        }
        items_.resize(out);
        nSorted_ = sorted;
    }
    /// Replaces every logit by `change(candidate)`; -inf drops the candidate. Order is forgotten.
    template <class F>
    void changeLogits(F&& change) {
        for (Candidate& c : items_)
            c.logit = change(c);
        nSorted_ = 0;
        dropDead();
    }
    /// Multiplies every logit by a positive factor: the order stays.
    void scale(double factor);
    /// Softmax over the living, f64 [size()], in the candidates' present order; sums to 1. Accumulates in double.
    [[nodiscard]] std::vector<double> probabilities() const;

private:
    void dropDead();
    std::vector<Candidate> items_;
    std::size_t nSorted_ = 0; ///< items_[0, nSorted_) are the best, in order
};

} // namespace vitral
