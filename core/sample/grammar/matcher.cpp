// SPDX-License-Identifier: Apache-2.0
#include "core/sample/grammar/matcher.h"

#include <algorithm>
#include <unordered_set>

namespace vitral {

namespace {

using Kind = GrammarElement::Kind;

/// Places visited for one byte. A grammar that needs more has exponentially many readings of the same text.
constexpr std::size_t kMaxReadings = 50'000;
/// Places visited for one token over the whole vocabulary (a second or two), and stacks remembered (some 200 MB).
constexpr std::size_t kMaxWork = 20'000'000;
constexpr std::size_t kMaxStacks = 8'000'000;
constexpr std::size_t kMaxStates = 8'192;
constexpr std::size_t kMaxNodes = std::size_t{1} << 20U;

std::uint64_t keyOf(std::uint32_t position, std::int32_t below) {
    return (std::uint64_t{position} << 32U) | static_cast<std::uint32_t>(below);
}

} // namespace

GrammarMatcher::GrammarMatcher(std::shared_ptr<const Grammar> grammar) : grammar_(std::move(grammar)) {
    intern({}, false); // kDead
}

GrammarMatcher::NodeId GrammarMatcher::node(std::uint32_t position, NodeId below) {
    const auto [it, fresh] = nodeIndex_.try_emplace(keyOf(position, below), static_cast<NodeId>(nodes_.size()));
    if (fresh)
        nodes_.push_back({position, below});
    return it->second;
}

GrammarMatcher::StateId GrammarMatcher::intern(std::vector<NodeId> stacks, bool accepting) {
    const auto [it, fresh] =
        stateIndex_.try_emplace({std::move(stacks), accepting}, static_cast<StateId>(states_.size()));
    if (fresh) {
        nStacks_ += it->first.first.size();
        states_.push_back({it->first.first, accepting, nullptr});
    }
    return it->second;
}

Result<GrammarMatcher::StateId> GrammarMatcher::close(std::vector<Node> work) {
    const std::vector<GrammarElement>& elements = grammar_->elements();
    std::unordered_set<std::uint64_t> seen;
    std::vector<NodeId> stacks;
    bool accepting = false;
    while (!work.empty()) {
        const Node at = work.back();
        work.pop_back();
        if (!seen.insert(keyOf(at.position, at.below)).second)
            continue;
        if (seen.size() > kMaxReadings)
            return fail(ErrorCode::InvalidArgument,
                        "The grammar has too many readings of the same text (more than 50,000 at once). Write it so "
                        "that fewer of its rules can match the same beginning.");
        const GrammarElement element = elements[at.position];
        switch (element.kind) {
        case Kind::Bytes:
            stacks.push_back(node(at.position, at.below));
            break;
        case Kind::End:
            if (at.below == kBottom)
                accepting = true;
            else
                work.push_back(nodes_[static_cast<std::size_t>(at.below)]);
            break;
        case Kind::Rule: {
            // A call with nothing after it needs no place to come back to: right recursion does not grow the stack.
            const bool tail = elements[at.position + 1].kind == Kind::End;
            const NodeId below = tail ? at.below : node(at.position + 1, at.below);
            for (const std::uint32_t start : grammar_->rules()[element.index].alternatives)
                work.push_back({start, below});
            break;
        }
        }
    }
    work_ += seen.size();
    if (work_ > kMaxWork || nStacks_ > kMaxStacks)
        return fail(ErrorCode::InvalidArgument,
                    "The grammar takes too much work for one token. Write it so that fewer of its rules can match the "
                    "same beginning.");
    std::sort(stacks.begin(), stacks.end());
    return intern(std::move(stacks), accepting);
}

Result<GrammarMatcher::StateId> GrammarMatcher::start() {
    std::vector<Node> work;
    for (const std::uint32_t begin : grammar_->rules()[grammar_->root()].alternatives)
        work.push_back({begin, kBottom});
    return close(std::move(work));
}

Result<GrammarMatcher::StateId> GrammarMatcher::next(StateId state, std::uint8_t byte) {
    if (state == kDead)
        return kDead;
    State& from = states_[static_cast<std::size_t>(state)];
    if (!from.next) {
        from.next = std::make_unique<std::array<StateId, 256>>();
        from.next->fill(-1);
    }
    if (const StateId known = (*from.next)[byte]; known >= 0)
        return known;
    std::vector<Node> work;
    for (const NodeId id : from.stacks) {
        const Node top = nodes_[static_cast<std::size_t>(id)];
        if (grammar_->byteSet(grammar_->elements()[top.position].index).test(byte))
            work.push_back({top.position + 1, top.below});
    }
    VITRAL_TRY_ASSIGN(const StateId to, close(std::move(work)));
    (*states_[static_cast<std::size_t>(state)].next)[byte] = to; // close() may have moved the states
    return to;
}

bool GrammarMatcher::isFull() const {
    return states_.size() > kMaxStates || nodes_.size() > kMaxNodes || nStacks_ > kMaxStacks / 4;
}

GrammarMatcher::StateId GrammarMatcher::forgetAllBut(StateId state) {
    const std::vector<NodeId> stacks = states_[static_cast<std::size_t>(state)].stacks;
    const bool accepting = states_[static_cast<std::size_t>(state)].accepting;
    const std::vector<Node> old = std::move(nodes_);
    nodes_.clear();
    nodeIndex_.clear();
    states_.clear();
    stateIndex_.clear();
    nStacks_ = 0;
    intern({}, false);
    std::unordered_map<NodeId, NodeId> moved{{kBottom, kBottom}};
    std::vector<NodeId> kept;
    for (const NodeId top : stacks) {
        std::vector<NodeId> chain; // from the top down to what is already moved
        NodeId at = top;
        for (; !moved.contains(at); at = old[static_cast<std::size_t>(at)].below)
            chain.push_back(at);
        NodeId below = moved.at(at);
        for (auto it = chain.rbegin(); it != chain.rend(); ++it)
            moved[*it] = below = node(old[static_cast<std::size_t>(*it)].position, below);
        kept.push_back(moved.at(top));
    }
    std::sort(kept.begin(), kept.end());
    return intern(std::move(kept), accepting);
}

} // namespace vitral
