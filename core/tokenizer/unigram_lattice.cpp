// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/unigram_lattice.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vitral {

namespace {

/// log(exp(x) + exp(y)), as the reference computes it.
double logSumExp(double x, double y) {
    const double low = std::min(x, y);
    const double high = std::max(x, y);
    return high > low + 50 ? high : high + std::log(std::exp(low - high) + 1);
}

} // namespace

void UnigramLattice::clear(std::size_t bytes) {
    bytes_ = bytes;
    nodes_.clear();
    linked_ = searched_ = summed_ = false;
}

void UnigramLattice::add(std::uint32_t begin, std::uint32_t end, TokenId id, double score) {
    nodes_.push_back({begin, end, id, score, 0, kBegin});
    linked_ = searched_ = summed_ = false;
}

void UnigramLattice::link() {
    if (linked_)
        return;
    beginFirst_.assign(bytes_ + 2, 0);
    endFirst_.assign(bytes_ + 2, 0);
    for (const Node& n : nodes_) {
        ++beginFirst_[n.begin + 1];
        ++endFirst_[n.end + 1];
    }
    for (std::size_t i = 1; i < bytes_ + 2; ++i) {
        beginFirst_[i] += beginFirst_[i - 1];
        endFirst_[i] += endFirst_[i - 1];
    }
    endNodes_.resize(nodes_.size());
    std::vector<std::uint32_t>& next = endFirst_; // shifted by the filling, shifted back below
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        endNodes_[next[nodes_[i].end]++] = static_cast<std::uint32_t>(i);
    for (std::size_t i = bytes_ + 1; i > 0; --i)
        next[i] = next[i - 1];
    next[0] = 0;
    linked_ = true;
}

void UnigramLattice::search() {
    if (searched_)
        return;
    link();
    const auto bestLeft = [&](std::size_t place, double score, std::int32_t& previous) {
        previous = kBegin;
        double best = 0 + score; // the beginning, where the place is 0
        bool any = place == 0;
        for (std::uint32_t e = endFirst_[place]; e < endFirst_[place + 1]; ++e) {
            const auto left = static_cast<std::int32_t>(endNodes_[e]);
            const double sum = nodes_[endNodes_[e]].best + score;
            if (!any || sum > best) {
                best = sum;
                previous = left;
                any = true;
            }
        }
        return best;
    };
    for (Node& n : nodes_)
        n.best = bestLeft(n.begin, n.score, n.previous);
    total_ = bestLeft(bytes_, 0, last_);
    searched_ = true;
}

UnigramLattice::Path UnigramLattice::best() {
    Path path;
    if (bytes_ == 0 || nodes_.empty())
        return path;
    search();
    path.score = total_;
    for (std::int32_t at = last_; at >= 0; at = nodes_[static_cast<std::size_t>(at)].previous)
        path.nodes.push_back(at);
    std::reverse(path.nodes.begin(), path.nodes.end());
    return path;
}

// The heap of the dary_heap crate with four children: which of two equal hypotheses comes first is decided by its
// movements, so these are followed exactly.
void UnigramLattice::siftUp(std::size_t at) {
    const std::int32_t item = agenda_[at];
    while (at > 0) {
        const std::size_t parent = (at - 1) / 4;
        if (less(item, agenda_[parent]))
            break;
        agenda_[at] = agenda_[parent];
        at = parent;
    }
    agenda_[at] = item;
}

void UnigramLattice::pushHypothesis(std::int32_t index) {
    agenda_.push_back(index);
    siftUp(agenda_.size() - 1);
}

std::int32_t UnigramLattice::popHypothesis() {
    const std::int32_t top = agenda_.front();
    const std::int32_t item = agenda_.back();
    agenda_.pop_back();
    if (agenda_.empty())
        return top;
    const std::size_t end = agenda_.size();
    const auto larger = [&](std::size_t a, std::size_t b) { return less(agenda_[a], agenda_[b]) ? b : a; };
    std::size_t at = 0;
    std::size_t child = 1;
    while (child + 4 <= end) {
        child = larger(larger(child, child + 1), larger(child + 2, child + 3));
        agenda_[at] = agenda_[child];
        at = child;
        child = 4 * at + 1;
    }
    if (child < end) {
        std::size_t most = child;
        for (std::size_t other = child + 1; other < end; ++other)
            most = larger(most, other);
        agenda_[at] = agenda_[most];
        at = most;
    }
    agenda_[at] = item;
    siftUp(at);
    return top;
}

std::vector<UnigramLattice::Path> UnigramLattice::nBest(std::size_t n) {
    constexpr std::size_t kMaxAgenda = 100'000;
    constexpr std::size_t kMinAgenda = 512;
    std::vector<Path> paths;
    if (n == 0 || bytes_ == 0 || nodes_.empty())
        return paths;
    if (n == 1) {
        paths.push_back(best());
        return paths;
    }
    search();
    pool_.clear();
    agenda_.clear();
    pool_.push_back({0, 0, kEnd, -1});
    agenda_.push_back(0);
    while (!agenda_.empty()) {
        const std::int32_t top = popHypothesis();
        const Hypothesis h = pool_[static_cast<std::size_t>(top)];
        if (h.node == kBegin) {
            Path path;
            path.score = h.gx;
            for (std::int32_t at = h.next; pool_[static_cast<std::size_t>(at)].node != kEnd;
                 at = pool_[static_cast<std::size_t>(at)].next)
                path.nodes.push_back(pool_[static_cast<std::size_t>(at)].node);
            paths.push_back(std::move(path));
            if (paths.size() == n)
                break;
            continue;
        }
        const std::size_t place = h.node == kEnd ? bytes_ : nodes_[static_cast<std::size_t>(h.node)].begin;
        const auto consider = [&](std::int32_t left, double bestScore, double score) {
            pool_.push_back({bestScore + h.gx, score + h.gx, left, top});
            pushHypothesis(static_cast<std::int32_t>(pool_.size() - 1));
        };
        if (place == 0)
            consider(kBegin, 0, 0);
        for (std::uint32_t e = endFirst_[place]; e < endFirst_[place + 1]; ++e) {
            const Node& left = nodes_[endNodes_[e]];
            consider(static_cast<std::int32_t>(endNodes_[e]), left.best, left.score);
        }
        if (agenda_.size() > kMaxAgenda) {
            std::vector<std::int32_t> kept;
            for (std::size_t i = 0; i < std::min(kMinAgenda, n * 10); ++i)
                kept.push_back(popHypothesis());
            agenda_.clear();
            for (const std::int32_t index : kept)
                pushHypothesis(index);
        }
    }
    return paths;
}

double UnigramLattice::logSum(double alpha) {
    if (linked_ && summed_ && alpha == alpha_)
        return forward_[bytes_];
    link();
    summed_ = true;
    alpha_ = alpha;
    // forward_[place]: the log of the sum over all ways from the beginning to the place. Places inside characters are
    // reached by none and keep 0, which nothing reads.
    forward_.assign(bytes_ + 1, 0);
    for (std::size_t place = 1; place <= bytes_; ++place)
        for (std::uint32_t e = endFirst_[place]; e < endFirst_[place + 1]; ++e) {
            const Node& left = nodes_[endNodes_[e]];
            const double sum = alpha * left.score + forward_[left.begin];
            forward_[place] = e == endFirst_[place] ? sum : logSumExp(forward_[place], sum);
        }
    return forward_[bytes_];
}

double UnigramLattice::marginals(double weight, std::vector<double>& expected) {
    const double z = logSum(1);
    backward_.assign(bytes_ + 1, 0);
    for (std::size_t place = bytes_; place-- > 0;)
        for (std::uint32_t i = beginFirst_[place]; i < beginFirst_[place + 1]; ++i) {
            const Node& right = nodes_[i];
            const double sum = right.score + backward_[right.end];
            backward_[place] = i == beginFirst_[place] ? sum : logSumExp(backward_[place], sum);
        }
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        const Node& n = nodes_[i];
        expected[i] = weight * std::exp(forward_[n.begin] + n.score + backward_[n.end] - z);
    }
    return weight * z;
}

UnigramLattice::Path UnigramLattice::sample(double alpha, Rng& rng) {
    Path path;
    if (bytes_ == 0 || nodes_.empty())
        return path;
    logSum(alpha);
    for (std::size_t place = bytes_; place > 0;) {
        // Walks back from the end: a node is chosen with the share of the ways that pass through it.
        double left = rng.uniform();
        std::uint32_t chosen = endNodes_[endFirst_[place + 1] - 1];
        for (std::uint32_t e = endFirst_[place]; e < endFirst_[place + 1]; ++e) {
            const Node& n = nodes_[endNodes_[e]];
            left -= std::exp(forward_[n.begin] + alpha * n.score - forward_[place]);
            if (left < 0) {
                chosen = endNodes_[e];
                break;
            }
        }
        path.nodes.push_back(static_cast<std::int32_t>(chosen));
        path.score += nodes_[chosen].score;
        place = nodes_[chosen].begin;
    }
    std::reverse(path.nodes.begin(), path.nodes.end());
    return path;
}

} // namespace vitral
