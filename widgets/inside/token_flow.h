// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where tokens stand when they flow as text: lines of panes, with a gap above each line for arcs. Grows at its end
// without touching what stands already; ten thousands of tokens are cheap. Thread: any; values.

#include <QRectF>
#include <QString>

#include <cstdint>
#include <functional>
#include <vector>

namespace vitral {

struct FlowMetrics {
    double lineHeight = 24; ///< of a pane
    double gap = 30;        ///< above every line
    double padding = 2;     ///< inside a pane, left and right
    double space = 0;       ///< between panes
    bool operator==(const FlowMetrics&) const = default;
};

class TokenFlow {
public:
    using Width = std::function<double(const QString&)>;

    void reset(double width, const FlowMetrics& metrics);
    /// `breakAfter`: the token ends a line of its text. `newParagraph`: it begins on a line of its own.
    void add(const QString& text, double textWidth, bool breakAfter, bool newParagraph);

    [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(x_.size()); }
    [[nodiscard]] double width() const { return width_; }
    [[nodiscard]] double height() const;
    [[nodiscard]] const FlowMetrics& metrics() const { return metrics_; }
    [[nodiscard]] QRectF rect(std::int64_t i) const;
    [[nodiscard]] const QString& text(std::int64_t i) const { return text_[static_cast<std::size_t>(i)]; }
    [[nodiscard]] int line(std::int64_t i) const { return line_[static_cast<std::size_t>(i)]; }
    [[nodiscard]] int nLine() const { return static_cast<int>(first_.size()); }
    /// Tokens [first, end) of lines that touch y in [top, bottom).
    [[nodiscard]] std::pair<std::int64_t, std::int64_t> tokensBetween(double top, double bottom) const;
    /// -1: between panes or beyond.
    [[nodiscard]] std::int64_t at(double x, double y) const;
    /// The token above (-1) or below (1) the middle of token i.
    [[nodiscard]] std::int64_t beside(std::int64_t i, int lines) const;

private:
    double width_ = 600, cursor_ = 0;
    FlowMetrics metrics_;
    bool breakNext_ = false;
    std::vector<double> x_, w_;
    std::vector<int> line_;
    std::vector<std::int64_t> first_; ///< token that begins each line
    std::vector<QString> text_;
};

} // namespace vitral
