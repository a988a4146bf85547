// SPDX-License-Identifier: Apache-2.0
#pragma once
// Looked at before a JSON parser is asked: parsers, and what walks their trees afterwards, call themselves for what
// stands inside. Thread: any.

#include <cstddef>
#include <string_view>

namespace vitral {

/// Whether brackets and braces stand in one another more than `most` deep. Of text that is no JSON it says anything.
[[nodiscard]] inline bool nestsDeeper(std::string_view json, int most) {
    int depth = 0;
    bool inText = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (inText) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                inText = false;
        } else if (c == '"') {
            inText = true;
        } else if (c == '{' || c == '[') {
            if (++depth > most)
                return true;
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
    return false;
}

} // namespace vitral
