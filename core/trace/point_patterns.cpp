// SPDX-License-Identifier: Apache-2.0
#include "core/trace/point_patterns.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace vitral {
namespace {

bool readNumber(std::string_view text, std::int32_t& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && number >= 0;
}

} // namespace

std::string_view takeUntil(std::string_view& text, char separator) {
    const std::size_t at = text.find(separator);
    const std::string_view part = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return part;
}

bool matchesPattern(std::string_view name, std::string_view pattern) {
    // The last * takes one character more whenever what follows it does not fit.
    std::size_t n = 0, p = 0, star = std::string_view::npos, resume = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = n;
        } else if (p < pattern.size() && pattern[p] == name[n]) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

Result<std::vector<std::int32_t>> parseNumbers(std::string_view text) {
    constexpr std::int32_t kMost = 1 << 20;
    std::vector<std::int32_t> numbers;
    std::string_view rest = text;
    while (!rest.empty()) {
        std::string_view part = takeUntil(rest, ',');
        const bool range = part.find('-') != std::string_view::npos;
        std::int32_t first = 0, last = 0;
        const bool ok = readNumber(takeUntil(part, '-'), first);
        last = first;
        if (!ok || (range && !readNumber(part, last)) || last < first || last >= kMost)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("\"{}\" is not a list of numbers such as 0-3,7.", text));
        for (std::int32_t i = first; i <= last; ++i)
            numbers.push_back(i);
    }
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return numbers;
}

Result<void> requestPoints(TraceRequest& request, const TraceShape& shape, std::string_view patterns,
                           std::span<const std::int32_t> layers) {
    for (const std::int32_t layer : layers)
        if (std::cmp_greater_equal(layer, shape.attention.size()))
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("There is no layer {}; this model has {} layers.", layer, shape.attention.size()));
    if (patterns.empty())
        return fail(ErrorCode::InvalidArgument,
                    "No point is named, so there is nothing to record; trace --list names them all.");
    while (!patterns.empty()) {
        const std::string_view pattern = takeUntil(patterns, ',');
        if (pattern == "attention") {
            request.attention = true;
            request.attentionLayers.assign(layers.begin(), layers.end());
            continue;
        }
        bool any = false;
        for (const PointShape& point : shape.points) {
            if (!matchesPattern(pointName(point.point, point.iLayer), pattern))
                continue;
            any = true;
            if (hasLayer(point.point) && !layers.empty() &&
                std::find(layers.begin(), layers.end(), point.iLayer) == layers.end())
                continue;
            auto known = std::find_if(request.points.begin(), request.points.end(),
                                      [&](const TracePoint& p) { return p.point == point.point; });
            if (known == request.points.end())
                known = request.points.insert(request.points.end(), TracePoint{point.point, {}, {}});
            if (hasLayer(point.point) &&
                std::find(known->layers.begin(), known->layers.end(), point.iLayer) == known->layers.end())
                known->layers.push_back(point.iLayer);
        }
        if (!any)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("No point of this model is called \"{}\"; trace --list names them all.", pattern));
    }
    return {};
}

} // namespace vitral
