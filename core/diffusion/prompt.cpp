// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/prompt.h"

#include <algorithm>
#include <optional>

namespace vitral::diffusion {

namespace {

constexpr std::size_t kMaxDepth = 16;

/// The number of "text:1.3", and how long the text is; nothing where it ends otherwise.
std::optional<std::pair<std::size_t, float>> weightOf(std::string_view inside) {
    const std::size_t colon = inside.rfind(':');
    if (colon == std::string_view::npos || colon == 0)
        return std::nullopt;
    std::string_view number = inside.substr(colon + 1);
    while (number.starts_with(' '))
        number.remove_prefix(1);
    while (number.ends_with(' '))
        number.remove_suffix(1);
    // Digits and at most one point, read by hand: a decimal comma of some locale must not matter.
    double value = 0, unit = 1;
    bool point = false, digit = false;
    if (number.size() > 8)
        return std::nullopt;
    for (const char c : number) {
        if (c == '.' && !point) {
            point = true;
        } else if (c >= '0' && c <= '9') {
            digit = true;
            value = value * 10 + (c - '0');
            unit *= point ? 10 : 1;
        } else {
            return std::nullopt;
        }
    }
    if (!digit)
        return std::nullopt;
    return std::pair(colon, static_cast<float>(std::min(value / unit, 10.0)));
}

class PromptParser {
public:
    std::vector<PromptPart> parse(std::string_view prompt) {
        read(prompt, 1.0F, 0);
        for (std::size_t i = 0; i + 1 < parts_.size(); ++i) { // blanks between parts go to the later one
            std::string& text = parts_[i].text;
            const std::size_t end = text.find_last_not_of(' ');
            const std::size_t keep = end == std::string::npos ? 0 : end + 1;
            parts_[i + 1].text.insert(0, text.substr(keep));
            text.resize(keep);
        }
        std::erase_if(parts_, [](const PromptPart& part) { return part.text.empty(); });
        return std::move(parts_);
    }

private:
    void add(std::string_view text, float weight) {
        if (text.empty())
            return;
        if (parts_.empty() || parts_.back().weight != weight)
            parts_.push_back({"", weight});
        parts_.back().text += text;
    }

    void read(std::string_view text, float weight, std::size_t depth) {
        for (std::size_t at = 0; at < text.size();) {
            if (text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '(' || text[at + 1] == ')')) {
                add(text.substr(at + 1, 1), weight);
                at += 2;
                continue;
            }
            if (text[at] == '(' && depth < kMaxDepth) {
                const std::size_t end = matching(text, at);
                if (end != std::string_view::npos) {
                    const std::string_view inside = text.substr(at + 1, end - at - 1);
                    if (const auto found = weightOf(inside)) {
                        read(inside.substr(0, found->first), weight * found->second, depth + 1);
                        at = end + 1;
                        continue;
                    }
                }
            }
            add(text.substr(at, 1), weight);
            ++at;
        }
    }

    /// The parenthesis that closes the one at `at`. Looked for no further than a part may be long, so that a text of
    /// parentheses alone stays cheap.
    static std::size_t matching(std::string_view text, std::size_t at) {
        std::size_t open = 0;
        const std::size_t limit = std::min(text.size(), at + 1024); // no part is longer
        for (std::size_t i = at; i < limit; ++i) {
            if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '(' || text[i + 1] == ')'))
                ++i;
            else if (text[i] == '(')
                ++open;
            else if (text[i] == ')' && --open == 0)
                return i;
        }
        return std::string_view::npos;
    }

    std::vector<PromptPart> parts_;
};

} // namespace

std::vector<PromptPart> parsePrompt(std::string_view prompt) {
    return PromptParser().parse(prompt);
}

} // namespace vitral::diffusion
