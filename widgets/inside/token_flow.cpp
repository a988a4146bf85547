// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/token_flow.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace vitral {

void TokenFlow::reset(double width, const FlowMetrics& metrics) {
    *this = {};
    width_ = std::max(width, 80.0);
    metrics_ = metrics;
}

void TokenFlow::add(const QString& text, double textWidth, bool breakAfter, bool newParagraph) {
    const double w = textWidth + 2 * metrics_.padding;
    const bool wraps = cursor_ > 0 && cursor_ + w > width_;
    if (first_.empty() || wraps || breakNext_ || newParagraph) {
        first_.push_back(count());
        cursor_ = 0;
    }
    x_.push_back(cursor_);
    w_.push_back(w);
    line_.push_back(nLine() - 1);
    text_.push_back(text);
    cursor_ += w + metrics_.space;
    breakNext_ = breakAfter;
}

double TokenFlow::height() const {
    return nLine() * (metrics_.lineHeight + metrics_.gap) + metrics_.gap / 2;
}

QRectF TokenFlow::rect(std::int64_t i) const {
    const auto at = static_cast<std::size_t>(i);
    return {x_[at], line_[at] * (metrics_.lineHeight + metrics_.gap) + metrics_.gap, w_[at], metrics_.lineHeight};
}

std::pair<std::int64_t, std::int64_t> TokenFlow::tokensBetween(double top, double bottom) const {
    if (first_.empty())
        return {0, 0};
    const double pitch = metrics_.lineHeight + metrics_.gap;
    const int from = std::clamp(static_cast<int>(std::floor(top / pitch)), 0, nLine() - 1);
    const int to = std::clamp(static_cast<int>(std::ceil(bottom / pitch)), from + 1, nLine());
    return {first_[static_cast<std::size_t>(from)], to < nLine() ? first_[static_cast<std::size_t>(to)] : count()};
}

std::int64_t TokenFlow::at(double x, double y) const {
    const auto [first, end] = tokensBetween(y, y + 1);
    for (std::int64_t i = first; i < end; ++i)
        if (rect(i).contains(x, y))
            return i;
    return -1;
}

std::int64_t TokenFlow::beside(std::int64_t i, int lines) const {
    const int target = std::clamp(line(i) + lines, 0, nLine() - 1);
    const double middle = rect(i).center().x();
    std::int64_t best = first_[static_cast<std::size_t>(target)];
    const std::int64_t end = target + 1 < nLine() ? first_[static_cast<std::size_t>(target) + 1] : count();
    for (std::int64_t j = best; j < end; ++j)
        if (std::abs(rect(j).center().x() - middle) < std::abs(rect(best).center().x() - middle))
            best = j;
    return best;
}

} // namespace vitral
