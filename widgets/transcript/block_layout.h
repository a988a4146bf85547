// SPDX-License-Identifier: Apache-2.0
#pragma once
// One block laid out for a width: its lines, its height, where a point falls in its text, and how it is painted.
// Laid out only when it is about to be seen; until then its height is an estimate. Thread: GUI.

#include "widgets/transcript/flow_text.h"
#include "widgets/transcript/rich_block.h"
#include "widgets/transcript/transcript_style.h"

#include <QPointF>
#include <QRectF>
#include <QTextLayout>

#include <functional>
#include <memory>
#include <vector>

class QPainter;

namespace vitral {

/// Colour of a token's pane; an invalid colour leaves it bare.
using TokenPaint = std::function<QColor(int iToken)>;

class BlockLayout {
public:
    BlockLayout(RichBlock block, const TranscriptStyle& style);
    /// Takes the finished lines of `before`, a shorter state of the same block, when this one is laid out.
    void growFrom(std::unique_ptr<BlockLayout> before);

    [[nodiscard]] const RichBlock& block() const { return block_; }
    [[nodiscard]] double height() const { return height_; }
    [[nodiscard]] bool exact() const { return exact_; }
    /// Width of its widest line with what stands left of it; once laid out.
    [[nodiscard]] double naturalWidth() const;
    [[nodiscard]] double gapBefore(const TranscriptStyle& style) const;

    /// A guess from the number of characters; cheap.
    void estimate(double width, const TranscriptStyle& style);
    void layOut(double width, const TranscriptStyle& style);
    /// Drops the lines (width or fonts have changed); the height stays as an estimate.
    void forget();

    /// Selected text [selBegin, selEnd) is painted as such; equal: none.
    void paint(QPainter& painter, const QPointF& at, const QRectF& clip, int selBegin, int selEnd,
               const TranscriptStyle& style, const TokenPaint& tokens) const;

    /// Index into plainText() for a point relative to the block.
    [[nodiscard]] int indexAt(const QPointF& point) const;
    [[nodiscard]] int length() const;
    [[nodiscard]] QString plainText(int begin, int end) const;
    [[nodiscard]] QString linkAt(const QPointF& point) const;
    /// Token under the point, -1: none; only for BlockKind::Tokens.
    [[nodiscard]] int tokenAt(const QPointF& point) const;
    [[nodiscard]] QRectF tokenRect(int iToken) const;
    /// Where the copy button of a first code chunk stands.
    [[nodiscard]] QRectF headRect() const { return head_; }

private:
    struct Cell {
        std::unique_ptr<QTextLayout> text;
        QRectF rect;
        int start = 0; ///< in plainText()
    };

    [[nodiscard]] double left(const TranscriptStyle& style) const;
    /// Breaks the text into lines of `width`; returns the height.
    double flow(const QFont& font, double width, double lineHeight, bool muted, const TranscriptStyle& style);
    void paintWrapMarks(QPainter& painter, const QPointF& at, const QRectF& clip, const TranscriptStyle& style) const;
    void layOutText(double width, const TranscriptStyle& style);
    void layOutCode(double width, const TranscriptStyle& style);
    void layOutTable(double width, const TranscriptStyle& style);
    void paintTable(QPainter& painter, const QPointF& at, int selBegin, int selEnd, const TranscriptStyle& style) const;
    void paintTokens(QPainter& painter, const QPointF& at, const QRectF& clip, const TranscriptStyle& style,
                     const TokenPaint& tokens) const;

    RichBlock block_;
    std::unique_ptr<FlowText> text_;
    std::unique_ptr<FlowText> before_; ///< of a shorter state, until this one is laid out
    QPointF textAt_;                   ///< of text_, relative to the block
    std::vector<Cell> cells_;          ///< tables
    QRectF head_;
    double width_ = 0, height_ = 0;
    bool exact_ = false;
};

} // namespace vitral
