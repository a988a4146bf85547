// SPDX-License-Identifier: Apache-2.0
#pragma once
// A text broken into lines, in pieces of some thousand characters that end where a line ends. A text that has grown at
// its end takes over the finished pieces of the shorter one, so that a long paragraph costs no more than its last piece
// while it streams. Indices count UTF-16 units of the whole text. Thread: GUI.

#include "widgets/transcript/rich_block.h"

#include <QFont>
#include <QTextLayout>

#include <functional>
#include <memory>
#include <vector>

class QPainter;

namespace vitral {

class FlowText {
public:
    struct Look { ///< what decides where lines break; pieces are taken over only when all of it is the same
        QFont font;
        double width = 0, lineHeight = 0;
        bool operator==(const Look&) const = default;
    };
    using Formats = std::function<QList<QTextLayout::FormatRange>(const std::vector<TextSpan>&)>;

    /// `before`: the layout of a beginning of this text; it is left without the pieces taken over. May be null.
    FlowText(const QString& text, const std::vector<TextSpan>& spans, const Formats& formats, const Look& look,
             FlowText* before);

    /// One line; valid as long as the FlowText.
    class Line {
    public:
        Line(QTextLine line, int base, double top) : line_(line), base_(base), top_(top) {}
        [[nodiscard]] int start() const { return base_ + line_.textStart(); }
        [[nodiscard]] int length() const { return line_.textLength(); }
        [[nodiscard]] double y() const { return top_ + line_.y(); }
        [[nodiscard]] double height() const { return line_.height(); }
        [[nodiscard]] double naturalWidth() const { return line_.naturalTextWidth(); }
        [[nodiscard]] double x(int index) const { return line_.cursorToX(index - base_); }
        [[nodiscard]] int indexAt(double x,
                                  QTextLine::CursorPosition where = QTextLine::CursorBetweenCharacters) const {
            return base_ + line_.xToCursor(x, where);
        }

    private:
        QTextLine line_;
        int base_;
        double top_;
    };

    [[nodiscard]] int lineCount() const { return nLine_; }
    [[nodiscard]] Line line(int i) const;
    [[nodiscard]] int lineOf(int index) const; ///< the line a place in the text stands in
    [[nodiscard]] int lineAtY(double y) const; ///< the line at a height; the first or last where there is none
    [[nodiscard]] double height() const { return height_; }
    [[nodiscard]] int nLaidOutPieces() const { return nLaidOut_; } ///< not taken over: for tests

    /// [selBegin, selEnd) with the format `selection`; equal: none.
    void draw(QPainter& painter, const QPointF& at, int selBegin, int selEnd, const QTextCharFormat& selection,
              const QRectF& clip) const;

private:
    struct Piece {
        std::unique_ptr<QTextLayout> layout;
        std::vector<TextSpan> spans; ///< relative to the piece
        int base = 0, length = 0;    ///< of the text
        int firstLine = 0, nLine = 0;
        double top = 0, height = 0;
    };
    [[nodiscard]] Piece makePiece(const QString& text, const std::vector<TextSpan>& spans, int base) const;
    void takeOver(FlowText& before, const QString& text, const std::vector<TextSpan>& spans);
    void add(Piece piece);
    [[nodiscard]] const Piece& pieceOfLine(int i) const;

    Formats formats_;
    Look look_;
    std::vector<Piece> pieces_;
    int nLine_ = 0, nLaidOut_ = 0;
    double height_ = 0;
};

} // namespace vitral
