// SPDX-License-Identifier: Apache-2.0
#pragma once
// Matches bytes against a Grammar. A state is the set of stacks (what each reading of the text still expects); states
// get numbers and their transitions are remembered, so that trying 150,000 tokens against JSON costs table look-ups.
// Thread: engine (one matcher per run).

#include "core/base/result.h"
#include "core/sample/grammar/grammar.h"

#include <array>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

namespace vitral {

class GrammarMatcher {
public:
    using StateId = std::int32_t;
    static constexpr StateId kDead = 0; ///< no reading of the text fits the grammar

    explicit GrammarMatcher(std::shared_ptr<const Grammar> grammar);

    /// The state before any text. Errors: InvalidArgument when the grammar has too many readings.
    Result<StateId> start();
    /// The state after one more byte. Errors: as start().
    Result<StateId> next(StateId state, std::uint8_t byte);
    /// The text so far is complete.
    [[nodiscard]] bool accepts(StateId state) const { return states_[static_cast<std::size_t>(state)].accepting; }
    /// No byte can follow.
    [[nodiscard]] bool isFinal(StateId state) const { return states_[static_cast<std::size_t>(state)].stacks.empty(); }

    /// Starts the account of work anew: the limit on work is for what one token costs.
    void beginToken() { work_ = 0; }

    /// True when so many states are remembered that forgetting them is due.
    [[nodiscard]] bool isFull() const;
    /// Forgets everything but `state`; the answer is its new number. Numbers handed out before are void.
    StateId forgetAllBut(StateId state);

private:
    using NodeId = std::int32_t;
    static constexpr NodeId kBottom = -1;
    struct Node {
        std::uint32_t position = 0; ///< in Grammar::elements()
        NodeId below = kBottom;
    };
    struct State {
        std::vector<NodeId> stacks; ///< sorted; the top of each is a byte set
        bool accepting = false;
        std::unique_ptr<std::array<StateId, 256>> next; ///< -1: not yet known
    };

    NodeId node(std::uint32_t position, NodeId below);
    /// Follows rules and ends from the given places until every stack's top is a byte set.
    Result<StateId> close(std::vector<Node> work);
    StateId intern(std::vector<NodeId> stacks, bool accepting);

    std::shared_ptr<const Grammar> grammar_;
    std::size_t work_ = 0;    ///< places visited since beginToken()
    std::size_t nStacks_ = 0; ///< in all remembered states
    std::vector<Node> nodes_;
    std::unordered_map<std::uint64_t, NodeId> nodeIndex_;
    std::vector<State> states_;
    std::map<std::pair<std::vector<NodeId>, bool>, StateId> stateIndex_;
};

} // namespace vitral
