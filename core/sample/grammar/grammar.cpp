// SPDX-License-Identifier: Apache-2.0
// What is checked of a whole grammar once its rules are read.

#include "core/sample/grammar/grammar.h"

#include <algorithm>
#include <limits>

namespace vitral {

namespace {

using Kind = GrammarElement::Kind;

/// nullable[r]: rule r can match the empty text. Worklist over the places where each rule is used: linear.
std::vector<bool> nullableRules(const std::vector<Grammar::Rule>& rules, const std::vector<GrammarElement>& elements) {
    struct Alternative {
        std::uint32_t rule = 0;
        std::uint32_t missing = 0; ///< elements not yet known to be nullable
    };
    std::vector<Alternative> alternatives;
    std::vector<std::vector<std::uint32_t>> usedIn(rules.size());
    std::vector<bool> nullable(rules.size(), false);
    std::vector<std::uint32_t> work;
    for (std::uint32_t r = 0; r < rules.size(); ++r)
        for (const std::uint32_t start : rules[r].alternatives) {
            const auto index = static_cast<std::uint32_t>(alternatives.size());
            Alternative a{r, 0};
            for (std::uint32_t i = start; elements[i].kind != Kind::End; ++i) {
                ++a.missing;
                if (elements[i].kind == Kind::Rule)
                    usedIn[elements[i].index].push_back(index);
            }
            alternatives.push_back(a);
            if (a.missing == 0 && !nullable[r]) {
                nullable[r] = true;
                work.push_back(r);
            }
        }
    while (!work.empty()) {
        const std::uint32_t done = work.back();
        work.pop_back();
        for (const std::uint32_t index : usedIn[done]) {
            Alternative& a = alternatives[index];
            if (--a.missing == 0 && !nullable[a.rule]) {
                nullable[a.rule] = true;
                work.push_back(a.rule);
            }
        }
    }
    return nullable;
}

struct Edge {
    std::uint32_t to = 0;
    bool tail = false; ///< nothing follows in the alternative, so the call leaves no trace on the stack
};

/// Strongly connected components by Tarjan's algorithm, without recursion: a grammar may have 100,000 rules in a row.
std::vector<std::uint32_t> components(const std::vector<std::vector<Edge>>& edges) {
    constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
    const auto n = static_cast<std::uint32_t>(edges.size());
    std::vector<std::uint32_t> order(n, kNone), low(n, 0), component(n, kNone), stack;
    std::vector<std::pair<std::uint32_t, std::size_t>> frames;
    std::uint32_t next = 0;
    std::uint32_t nComponents = 0;
    for (std::uint32_t s = 0; s < n; ++s) {
        if (order[s] != kNone)
            continue;
        frames.emplace_back(s, 0);
        while (!frames.empty()) {
            const std::uint32_t v = frames.back().first;
            std::size_t& edge = frames.back().second;
            if (edge == 0) {
                order[v] = low[v] = next++;
                stack.push_back(v);
            }
            if (edge < edges[v].size()) {
                const std::uint32_t to = edges[v][edge++].to;
                if (order[to] == kNone)
                    frames.emplace_back(to, 0);
                else if (component[to] == kNone)
                    low[v] = std::min(low[v], order[to]);
                continue;
            }
            if (low[v] == order[v]) {
                for (;;) {
                    const std::uint32_t w = stack.back();
                    stack.pop_back();
                    component[w] = nComponents;
                    if (w == v)
                        break;
                }
                ++nComponents;
            }
            frames.pop_back();
            if (!frames.empty())
                low[frames.back().first] = std::min(low[frames.back().first], low[v]);
        }
    }
    return component;
}

} // namespace

Result<void> Grammar::checkLeftRecursion() const {
    const std::vector<bool> nullable = nullableRules(rules_, elements_);
    std::vector<std::vector<Edge>> edges(rules_.size());
    for (std::size_t r = 0; r < rules_.size(); ++r)
        for (const std::uint32_t start : rules_[r].alternatives)
            for (std::uint32_t i = start; elements_[i].kind == Kind::Rule; ++i) {
                edges[r].push_back({elements_[i].index, elements_[i + 1].kind == Kind::End});
                if (!nullable[elements_[i].index])
                    break;
            }
    const std::vector<std::uint32_t> component = components(edges);
    for (std::size_t r = 0; r < rules_.size(); ++r)
        for (const Edge& edge : edges[r])
            if (!edge.tail && component[r] == component[edge.to]) {
                std::string name = rules_[r].name.substr(0, rules_[r].name.find('#'));
                return fail(ErrorCode::InvalidArgument,
                            "The rule " + name +
                                " of the grammar is left-recursive: it can call itself before it has "
                                "read anything. Turn it around, for example list ::= item list | item.");
            }
    return {};
}

} // namespace vitral
