// SPDX-License-Identifier: Apache-2.0
#include "core/sample/candidates.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vitral {

namespace {

bool better(const Candidate& a, const Candidate& b) {
    return a.logit != b.logit ? a.logit > b.logit : a.id < b.id;
}

/// +inf comes from files with broken weights; it takes part as the greatest finite number so that sums stay numbers.
float tamed(float logit) {
    return std::min(logit, std::numeric_limits<float>::max());
}

bool alive(float logit) {
    return logit > -std::numeric_limits<float>::infinity(); // false for NaN too
}

} // namespace

void Candidates::assign(std::span<const float> logits) {
    items_.clear();
    items_.reserve(logits.size());
    nSorted_ = 0;
    for (std::size_t i = 0; i < logits.size(); ++i)
        if (alive(logits[i]))
            items_.push_back({static_cast<TokenId>(i), tamed(logits[i])});
}

void Candidates::sortBest(std::size_t n) {
    n = std::min(n, items_.size());
    if (n <= nSorted_)
        return;
    const auto first = items_.begin() + static_cast<std::ptrdiff_t>(nSorted_);
    const auto last = items_.begin() + static_cast<std::ptrdiff_t>(n);
    if (n == items_.size())
        std::sort(first, items_.end(), better);
    else
        std::partial_sort(first, last, items_.end(), better);
    nSorted_ = n;
}

Candidate Candidates::best() const {
    if (nSorted_ > 0)
        return items_.front();
    return *std::min_element(items_.begin(), items_.end(), better);
}

void Candidates::keepBest(std::size_t n) {
    if (n >= items_.size())
        return;
    sortBest(n);
    items_.resize(n);
    nSorted_ = n;
}

void Candidates::scale(double factor) {
    const std::size_t sorted = nSorted_;
    for (Candidate& c : items_)
        c.logit = tamed(static_cast<float>(static_cast<double>(c.logit) * factor));
    nSorted_ = sorted;
    dropDead();
}

std::vector<double> Candidates::probabilities() const {
    std::vector<double> p(items_.size());
    if (items_.empty())
        return p;
    const double greatest = static_cast<double>(best().logit);
    double total = 0.0;
    for (std::size_t i = 0; i < items_.size(); ++i)
        total += p[i] = std::exp(static_cast<double>(items_[i].logit) - greatest);
    for (double& value : p)
        value /= total;
    return p;
}

void Candidates::dropDead() {
    keepIf([](std::size_t, Candidate& c) {
        c.logit = tamed(c.logit);
        return alive(c.logit);
    });
}

} // namespace vitral
