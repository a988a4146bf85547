// SPDX-License-Identifier: Apache-2.0
#pragma once
// Stop strings over a stream of text: they may begin in one token and end in another, and no part of one is ever shown.
// What could still become a stop string is held back until it cannot. Thread: engine.

#include <string>
#include <string_view>
#include <vector>

namespace vitral {

class StopFilter {
public:
    /// Empty stop strings are ignored.
    explicit StopFilter(std::vector<std::string> stops = {});

    struct Step {
        std::string text;     ///< may be shown now
        bool stopped = false; ///< a stop string is complete; nothing may follow
    };
    /// Of several stop strings that are complete the one that begins first counts.
    Step push(std::string_view text);
    /// What was held back and turned out to be ordinary text.
    std::string finish();

private:
    std::vector<std::string> stops_;
    std::string held_;
};

} // namespace vitral
