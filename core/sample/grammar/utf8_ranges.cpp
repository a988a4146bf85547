// SPDX-License-Identifier: Apache-2.0
#include "core/sample/grammar/utf8_ranges.h"

#include <algorithm>
#include <array>

namespace vitral {

namespace {

constexpr std::uint32_t kFirstSurrogate = 0xD800;
constexpr std::uint32_t kLastSurrogate = 0xDFFF;

std::vector<std::uint8_t> encode(std::uint32_t c) {
    const auto continuation = [&](unsigned shift) { return static_cast<std::uint8_t>(0x80U | ((c >> shift) & 0x3FU)); };
    if (c < 0x80)
        return {static_cast<std::uint8_t>(c)};
    if (c < 0x800)
        return {static_cast<std::uint8_t>(0xC0U | (c >> 6U)), continuation(0)};
    if (c < 0x10000)
        return {static_cast<std::uint8_t>(0xE0U | (c >> 12U)), continuation(6), continuation(0)};
    return {static_cast<std::uint8_t>(0xF0U | (c >> 18U)), continuation(12), continuation(6), continuation(0)};
}

void split(CodePointRange range, std::vector<Utf8Sequence>& out) {
    // Both ends must have encodings of one length ...
    for (const std::uint32_t limit : std::array<std::uint32_t, 3>{0x7F, 0x7FF, 0xFFFF})
        if (range.first <= limit && range.last > limit) {
            split({range.first, limit}, out);
            split({limit + 1, range.last}, out);
            return;
        }
    // ... and differ only in bytes whose followers run over all of 80..BF.
    if (range.last >= 0x80)
        for (unsigned shift = 6; shift <= 18; shift += 6) {
            const std::uint32_t low = (1U << shift) - 1;
            if ((range.first & ~low) == (range.last & ~low))
                break;
            if ((range.first & low) != 0) {
                split({range.first, range.first | low}, out);
                split({(range.first | low) + 1, range.last}, out);
                return;
            }
            if ((range.last & low) != low) {
                split({range.first, (range.last & ~low) - 1}, out);
                split({range.last & ~low, range.last}, out);
                return;
            }
        }
    const std::vector<std::uint8_t> a = encode(range.first);
    const std::vector<std::uint8_t> b = encode(range.last);
    Utf8Sequence sequence;
    for (std::size_t i = 0; i < a.size(); ++i)
        sequence.push_back({a[i], b[i]});
    out.push_back(std::move(sequence));
}

} // namespace

std::vector<CodePointRange> normaliseRanges(std::vector<CodePointRange> ranges, bool negated) {
    std::sort(ranges.begin(), ranges.end(), [](auto a, auto b) { return a.first < b.first; });
    std::vector<CodePointRange> joined;
    for (const CodePointRange r : ranges) {
        if (!joined.empty() && r.first <= joined.back().last + 1)
            joined.back().last = std::max(joined.back().last, r.last);
        else
            joined.push_back(r);
    }
    if (negated) {
        std::vector<CodePointRange> rest;
        std::uint32_t next = 0;
        for (const CodePointRange r : joined) {
            if (r.first > next)
                rest.push_back({next, r.first - 1});
            next = r.last + 1;
        }
        if (next <= kLastCodePoint)
            rest.push_back({next, kLastCodePoint});
        joined = std::move(rest);
    }
    std::vector<CodePointRange> out;
    for (const CodePointRange r : joined) {
        if (r.last < kFirstSurrogate || r.first > kLastSurrogate) {
            out.push_back(r);
            continue;
        }
        if (r.first < kFirstSurrogate)
            out.push_back({r.first, kFirstSurrogate - 1});
        if (r.last > kLastSurrogate)
            out.push_back({kLastSurrogate + 1, r.last});
    }
    return out;
}

std::vector<Utf8Sequence> utf8Sequences(CodePointRange range) {
    std::vector<Utf8Sequence> out;
    split(range, out);
    return out;
}

} // namespace vitral
