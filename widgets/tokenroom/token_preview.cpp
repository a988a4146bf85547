// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/token_preview.h"

#include <algorithm>

namespace vitral {
namespace {

constexpr std::size_t kAhead = 4096; ///< encoded with what is asked for: the next lines are asked for soon
constexpr std::size_t kMostWindows = 8;

} // namespace

std::vector<PlacedToken> TokenPreview::tokensIn(const std::string& text, std::uint64_t revision, std::size_t begin,
                                                std::size_t end) {
    if (revision != revision_) {
        windows_.clear();
        revision_ = revision;
        exact_ = true;
    }
    begin = std::min(begin, text.size());
    end = std::clamp(end, begin, text.size());
    auto window = std::find_if(windows_.begin(), windows_.end(),
                               [&](const IncrementalEncoder::Window& w) { return w.begin <= begin && end <= w.end; });
    if (window == windows_.end()) {
        auto made =
            IncrementalEncoder::window(tokenizer_, text, begin, std::min(text.size(), end + kAhead), parseSpecial_);
        if (!made)
            return {};
        if (windows_.size() >= kMostWindows)
            windows_.erase(windows_.begin());
        exact_ = exact_ && made->exact;
        windows_.push_back(std::move(*made));
        window = std::prev(windows_.end());
    }
    std::vector<PlacedToken> out;
    for (std::size_t i = 0; i < window->ids.size(); ++i) {
        const std::size_t b = window->begin + window->spans[i].begin, e = window->begin + window->spans[i].end;
        if (b < end && (e > begin || (b == e && b >= begin)))
            out.push_back({PlacedToken::kNoIndex, window->ids[i], b, e});
    }
    return out;
}

} // namespace vitral
