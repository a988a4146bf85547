// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/charsmap.h"

#include <cstring>
#include <fmt/format.h>

namespace vitral {

namespace {

// A unit of Darts-clone: bits 0-7 label, 8 "has leaf", 9 "offset is in steps of 256", 10-30 offset; a leaf has bit 31
// set and its value below.
constexpr bool hasLeaf(std::uint32_t unit) {
    return (unit >> 8 & 1) != 0;
}
constexpr std::uint32_t valueOf(std::uint32_t unit) {
    return unit & 0x7FFFFFFF;
}
constexpr std::uint32_t labelOf(std::uint32_t unit) {
    return unit & 0x800000FF;
}
constexpr std::uint32_t offsetOf(std::uint32_t unit) {
    return unit >> 10 << ((unit & (1U << 9)) >> 6);
}

} // namespace

Result<Charsmap> Charsmap::parse(std::string_view bytes) {
    Charsmap map;
    if (bytes.empty())
        return map;
    std::uint32_t trieBytes = 0;
    if (bytes.size() < sizeof(trieBytes))
        return fail(ErrorCode::InvalidFile, "The tokenizer's character map is too short to hold its own size.");
    std::memcpy(&trieBytes, bytes.data(), sizeof(trieBytes));
    if (trieBytes % 4 != 0 || trieBytes > bytes.size() - sizeof(trieBytes))
        return fail(
            ErrorCode::InvalidFile,
            fmt::format("The tokenizer's character map claims a table of {} bytes in {}.", trieBytes, bytes.size()));
    map.units_.resize(trieBytes / 4);
    if (trieBytes > 0)
        std::memcpy(map.units_.data(), bytes.data() + sizeof(trieBytes), trieBytes);
    map.replacements_ = bytes.substr(sizeof(trieBytes) + trieBytes);
    map.replacements_ += '\0'; // the last one ends, whatever the file says
    return map;
}

Charsmap::Match Charsmap::longest(std::string_view text) const {
    return find(text, false);
}

Charsmap::Match Charsmap::shortest(std::string_view text) const {
    return find(text, true);
}

Charsmap::Match Charsmap::find(std::string_view text, bool stopAtFirst) const {
    Match best;
    if (units_.empty())
        return best;
    std::size_t node = offsetOf(units_[0]);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte == 0)
            break;
        node ^= byte;
        if (node >= units_.size() || labelOf(units_[node]) != byte)
            break;
        const std::uint32_t unit = units_[node];
        node ^= offsetOf(unit);
        if (!hasLeaf(unit))
            continue;
        if (node >= units_.size())
            break;
        const std::uint32_t at = valueOf(units_[node]);
        if (at < replacements_.size())
            best = {i + 1, std::string_view(replacements_.c_str() + at)};
        if (stopAtFirst)
            break;
    }
    return best;
}

} // namespace vitral
