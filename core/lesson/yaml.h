// SPDX-License-Identifier: Apache-2.0
#pragma once
// A small YAML: maps, lists and texts with the line each stands in, read through yaml-cpp's events. Anchors, aliases,
// repeated keys and several documents are refused, so that nothing in a file can refer to itself or grow while it is
// read. Thread: any.

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

struct YamlValue {
    enum class Kind : std::uint8_t { Null, Text, List, Map };
    Kind kind = Kind::Null;
    bool plain = false; ///< a text written without quotes
    int line = 0;       ///< from 1, in the file
    std::string text;
    std::vector<YamlValue> items;  ///< of a list, or the values of a map
    std::vector<std::string> keys; ///< of a map: keys[i] belongs to items[i]
    std::vector<int> keyLines;

    [[nodiscard]] const YamlValue* find(std::string_view key) const; ///< null: a map without it, or no map
};

struct YamlLimits {
    std::size_t maxBytes = std::size_t{1} << 20U;
    int maxDepth = 8;
    int maxNodes = 50'000;
};

struct YamlError {
    int line = 0;
    std::string sentence;
};

/// `firstLine`: the line of the file that `text` begins at. Errors: what is wrong, and where, as a sentence.
tl::expected<YamlValue, YamlError> parseYaml(std::string_view text, int firstLine = 1, const YamlLimits& limits = {});

} // namespace vitral
