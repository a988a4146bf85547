// SPDX-License-Identifier: Apache-2.0
#pragma once
// Words with weights: "a (red:1.3) cat" counts what "red" becomes 1.3 times. Only parentheses that end in a colon and a
// number weight anything, so that an ordinary text stays as it is; they may be nested (weights multiply), and "\(" is a
// parenthesis. Thread: any.

#include <string>
#include <string_view>
#include <vector>

namespace vitral::diffusion {

struct PromptPart {
    std::string text;
    float weight = 1.0F;
};

/// The parts in order; texts of neighbouring parts of the same weight are one. Weights are held to 0..10. Blanks
/// between two parts belong to the second.
[[nodiscard]] std::vector<PromptPart> parsePrompt(std::string_view prompt);

} // namespace vitral::diffusion
