// SPDX-License-Identifier: Apache-2.0
#include "widgets/transcript/flow_text.h"

#include "widgets/transcript/text_formats.h"

#include <QPainter>

#include <algorithm>

namespace vitral {
namespace {

constexpr int kPieceLength = 3000; ///< characters; one such piece is laid out in well under a millisecond

/// The parts of `spans` (ordered by start) that lie in [base, base + length), relative to base.
std::vector<TextSpan> spansIn(const std::vector<TextSpan>& spans, int base, int length) {
    std::vector<TextSpan> inside;
    for (const TextSpan& span : spans) {
        const int begin = std::max(span.start, base);
        const int end = std::min(span.start + span.length, base + length);
        if (begin >= end)
            continue;
        TextSpan part = span;
        part.start = begin - base;
        part.length = end - begin;
        inside.push_back(std::move(part));
    }
    return inside;
}

} // namespace

FlowText::FlowText(const QString& text, const std::vector<TextSpan>& spans, const Formats& formats, const Look& look,
                   FlowText* before)
    : formats_(formats), look_(look) {
    if (before != nullptr && before->look_ == look)
        takeOver(*before, text, spans);
    int base = pieces_.empty() ? 0 : pieces_.back().base + pieces_.back().length;
    const int size = static_cast<int>(text.size());
    do {
        add(makePiece(text, spans, base));
        ++nLaidOut_;
        base += pieces_.back().length;
    } while (base < size);
    formats_ = nullptr; // what it refers to may go
}

FlowText::Piece FlowText::makePiece(const QString& text, const std::vector<TextSpan>& spans, int base) const {
    Piece piece;
    piece.base = base;
    const int rest = static_cast<int>(text.size()) - base;
    const bool last = rest <= kPieceLength + kPieceLength / 2;
    piece.length = last ? rest : kPieceLength;
    for (;;) {
        piece.spans = spansIn(spans, base, piece.length);
        piece.layout = std::make_unique<QTextLayout>(text.mid(base, piece.length), look_.font);
        piece.layout->setFormats(formats_(piece.spans));
        piece.height = breakLines(*piece.layout, look_.width, look_.lineHeight);
        piece.nLine = piece.layout->lineCount();
        const int begin = piece.nLine > 1 ? piece.layout->lineAt(piece.nLine - 1).textStart() : 0;
        if (last || piece.length < kPieceLength || begin == 0)
            return piece;
        piece.length = begin; // the last line may go on: it belongs to the next piece
    }
}

// All but the last piece end where a line ends, whatever follows.
void FlowText::takeOver(FlowText& before, const QString& text, const std::vector<TextSpan>& spans) {
    for (std::size_t i = 0; i + 1 < before.pieces_.size(); ++i) {
        Piece& piece = before.pieces_[i];
        const bool same = piece.base + piece.length < text.size() &&
                          QStringView(text).mid(piece.base, piece.length) == piece.layout->text() &&
                          spansIn(spans, piece.base, piece.length) == piece.spans;
        if (!same)
            break;
        add(std::move(piece));
    }
    before.pieces_.clear();
    before.nLine_ = 0;
}

void FlowText::add(Piece piece) {
    piece.firstLine = nLine_;
    piece.top = height_;
    nLine_ += piece.nLine;
    height_ += piece.height;
    pieces_.push_back(std::move(piece));
}

const FlowText::Piece& FlowText::pieceOfLine(int i) const {
    const auto next = std::upper_bound(pieces_.begin(), pieces_.end(), i,
                                       [](int line, const Piece& piece) { return line < piece.firstLine; });
    return next == pieces_.begin() ? pieces_.front() : *(next - 1);
}

FlowText::Line FlowText::line(int i) const {
    const Piece& piece = pieceOfLine(i);
    return {piece.layout->lineAt(i - piece.firstLine), piece.base, piece.top};
}

int FlowText::lineOf(int index) const {
    const auto next = std::upper_bound(pieces_.begin(), pieces_.end(), index,
                                       [](int at, const Piece& piece) { return at < piece.base; });
    const Piece& piece = next == pieces_.begin() ? pieces_.front() : *(next - 1);
    const QTextLine line = piece.layout->lineForTextPosition(index - piece.base);
    return piece.firstLine + (line.isValid() ? line.lineNumber() : std::max(0, piece.nLine - 1));
}

int FlowText::lineAtY(double y) const {
    const auto next = std::upper_bound(pieces_.begin(), pieces_.end(), y,
                                       [](double at, const Piece& piece) { return at < piece.top; });
    const Piece& piece = next == pieces_.begin() ? pieces_.front() : *(next - 1);
    for (int i = 0; i + 1 < piece.nLine; ++i)
        if (y < piece.top + piece.layout->lineAt(i + 1).y())
            return piece.firstLine + i;
    return piece.firstLine + std::max(0, piece.nLine - 1);
}

void FlowText::draw(QPainter& painter, const QPointF& at, int selBegin, int selEnd, const QTextCharFormat& selection,
                    const QRectF& clip) const {
    for (const Piece& piece : pieces_) {
        const double top = at.y() + piece.top;
        if (top + piece.height < clip.top() || top > clip.bottom())
            continue;
        QList<QTextLayout::FormatRange> ranges;
        const int begin = std::clamp(selBegin - piece.base, 0, piece.length);
        const int end = std::clamp(selEnd - piece.base, 0, piece.length);
        if (begin < end)
            ranges.append({begin, end - begin, selection});
        piece.layout->draw(&painter, QPointF(at.x(), top), ranges, clip);
    }
}

} // namespace vitral
