// SPDX-License-Identifier: Apache-2.0
#include "core/runtime/stop_filter.h"

#include <algorithm>
#include <utility>

namespace vitral {

namespace {

/// Length of the longest end of `text` that is a proper beginning of `stop`.
std::size_t overlap(std::string_view text, std::string_view stop) {
    for (std::size_t n = std::min(text.size(), stop.size() - 1); n > 0; --n)
        if (text.substr(text.size() - n) == stop.substr(0, n))
            return n;
    return 0;
}

} // namespace

StopFilter::StopFilter(std::vector<std::string> stops) : stops_(std::move(stops)) {
    std::erase_if(stops_, [](const std::string& stop) { return stop.empty(); });
}

StopFilter::Step StopFilter::push(std::string_view text) {
    if (stops_.empty())
        return {std::string(text), false};
    held_ += text;
    std::size_t first = std::string::npos;
    for (const std::string& stop : stops_)
        first = std::min(first, held_.find(stop));
    if (first != std::string::npos) {
        Step step{held_.substr(0, first), true};
        held_.clear();
        return step;
    }
    std::size_t nHeld = 0;
    for (const std::string& stop : stops_)
        nHeld = std::max(nHeld, overlap(held_, stop));
    Step step{held_.substr(0, held_.size() - nHeld), false};
    held_.erase(0, held_.size() - nHeld);
    return step;
}

std::string StopFilter::finish() {
    return std::exchange(held_, {});
}

} // namespace vitral
