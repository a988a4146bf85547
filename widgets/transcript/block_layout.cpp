// SPDX-License-Identifier: Apache-2.0
#include "widgets/transcript/block_layout.h"

#include "widgets/design/icons.h"
#include "widgets/transcript/text_formats.h"

#include <QCoreApplication>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace vitral {
namespace {

constexpr int kCodeHead = 32; ///< row above code: language and copy button

QList<QTextLayout::FormatRange> selectionOf(int begin, int end, const TranscriptStyle& style) {
    if (end <= begin)
        return {};
    QTextLayout::FormatRange range;
    range.start = begin;
    range.length = end - begin;
    range.format.setBackground(style.colors->selection);
    return {range};
}

int indexIn(const QTextLayout& layout, const QPointF& point) {
    if (layout.lineCount() == 0)
        return 0;
    for (int i = 0; i < layout.lineCount(); ++i) {
        const QTextLine line = layout.lineAt(i);
        const double next = i + 1 < layout.lineCount() ? layout.lineAt(i + 1).y() : 1e12;
        if (point.y() < next)
            return line.xToCursor(point.x());
    }
    return static_cast<int>(layout.text().size());
}

} // namespace

BlockLayout::BlockLayout(RichBlock block, const TranscriptStyle&) : block_(std::move(block)) {}

void BlockLayout::growFrom(std::unique_ptr<BlockLayout> before) {
    if (before->block_.kind == block_.kind && before->block_.thinking == block_.thinking)
        before_ = std::move(before->text_ ? before->text_ : before->before_);
}

double BlockLayout::gapBefore(const TranscriptStyle& style) const {
    if (block_.kind == BlockKind::Code && !block_.firstChunk)
        return 0;
    if (block_.kind == BlockKind::Tokens)
        return 0;
    if (block_.kind == BlockKind::Heading)
        return style.paragraphGap * (block_.level <= 2 ? 2.0 : 1.5);
    return block_.tight ? style.tightGap : style.paragraphGap;
}

double BlockLayout::left(const TranscriptStyle& style) const {
    return block_.indent * style.indentWidth + block_.quoteDepth * style.quoteWidth +
           (block_.thinking ? style.quoteWidth : 0);
}

void BlockLayout::estimate(double width, const TranscriptStyle& style) {
    width_ = width;
    exact_ = false;
    const QFont font = blockFont(block_, style);
    const double lineHeight = font.pixelSize() * style.lineHeight;
    if (block_.kind == BlockKind::Table) {
        height_ = (lineHeight + 2 * design::kSpace2) * static_cast<double>(block_.rows.size());
        return;
    }
    if (block_.kind == BlockKind::Rule) {
        height_ = design::kSpace2;
        return;
    }
    const double inner = std::max(60.0, width - left(style));
    const double perLine = std::max(8.0, inner / (font.pixelSize() * (block_.kind == BlockKind::Code ? 0.6 : 0.5)));
    double lines = 0;
    qsizetype at = 0;
    for (;;) {
        const qsizetype end = block_.text.indexOf(QChar::LineSeparator, at);
        const qsizetype length = (end < 0 ? block_.text.size() : end) - at;
        lines += std::max(1.0, std::ceil(static_cast<double>(length) / perLine));
        if (end < 0)
            break;
        at = end + 1;
    }
    height_ = lines * lineHeight;
    if (block_.kind == BlockKind::Code)
        height_ += (block_.firstChunk ? kCodeHead : 0) + (block_.lastChunk ? style.codePadding : 0);
}

void BlockLayout::forget() {
    text_.reset();
    before_.reset();
    cells_.clear();
    exact_ = false;
}

void BlockLayout::layOut(double width, const TranscriptStyle& style) {
    if (exact_ && width_ == width)
        return;
    text_.reset();
    cells_.clear();
    width_ = width;
    head_ = {};
    switch (block_.kind) {
    case BlockKind::Rule:
        height_ = design::kSpace2;
        break;
    case BlockKind::Table:
        layOutTable(width, style);
        break;
    case BlockKind::Code:
        layOutCode(width, style);
        break;
    default:
        layOutText(width, style);
    }
    before_.reset();
    exact_ = true;
}

double BlockLayout::flow(const QFont& font, double width, double lineHeight, bool muted, const TranscriptStyle& style) {
    const auto formats = [&style, muted](const std::vector<TextSpan>& spans) {
        return textFormats(spans, style, muted);
    };
    text_ = std::make_unique<FlowText>(block_.text, block_.spans, formats, FlowText::Look{font, width, lineHeight},
                                       before_.get());
    return text_->height();
}

void BlockLayout::layOutText(double width, const TranscriptStyle& style) {
    const QFont font = blockFont(block_, style);
    textAt_ = QPointF(left(style), 0);
    double inner = width - textAt_.x();
    if (block_.kind == BlockKind::ThinkingHead) {
        textAt_.rx() += design::kIcon + design::kSpace2;
        inner -= design::kIcon + design::kSpace2;
        head_ = QRectF(0, 0, width, font.pixelSize() * style.lineHeight + design::kSpace1);
    }
    const double factor = block_.kind == BlockKind::Heading  ? 1.3
                          : block_.kind == BlockKind::Tokens ? 1.75
                                                             : style.lineHeight;
    height_ = flow(font, inner, std::round(font.pixelSize() * factor), block_.thinking, style);
    if (block_.kind == BlockKind::ThinkingHead)
        height_ += design::kSpace1;
}

void BlockLayout::layOutCode(double width, const TranscriptStyle& style) {
    const double top = block_.firstChunk ? kCodeHead : 0;
    textAt_ = QPointF(left(style) + style.codePadding, top);
    const double inner = width - textAt_.x() - style.codePadding;
    height_ = top + flow(style.code, inner, std::round(style.code.pixelSize() * style.codeLineHeight), false, style) +
              (block_.lastChunk ? style.codePadding : 0);
    if (block_.firstChunk)
        head_ = QRectF(width - kCodeHead - design::kSpace1, 2, kCodeHead - 4, kCodeHead - 4);
}

void BlockLayout::layOutTable(double width, const TranscriptStyle& style) {
    const int padX = design::kSpace3;
    const int padY = design::kSpace2 - 1;
    const double lineHeight = std::round(style.reading.pixelSize() * 1.4);
    const double available = width - left(style);
    const std::size_t nColumn = block_.alignments.size();
    if (nColumn == 0) {
        height_ = 0;
        return;
    }
    std::vector<double> natural(nColumn, 0.0);
    for (std::size_t r = 0; r < block_.rows.size(); ++r) {
        for (std::size_t c = 0; c < nColumn; ++c) {
            const TableCell& source = block_.rows[r][c];
            Cell cell;
            QFont font = style.reading;
            if (r == 0)
                font.setWeight(QFont::DemiBold);
            cell.text = std::make_unique<QTextLayout>(source.text, font);
            cell.text->setFormats(textFormats(source.spans, style, false));
            breakLines(*cell.text, 4000, lineHeight);
            double widest = 0;
            for (int i = 0; i < cell.text->lineCount(); ++i)
                widest = std::max(widest, cell.text->lineAt(i).naturalTextWidth());
            natural[c] = std::max(natural[c], std::ceil(widest) + 2 * padX + 1);
            cells_.push_back(std::move(cell));
        }
    }
    // Narrow columns keep what they need; the wide ones share the rest.
    std::vector<double> columns = natural;
    double sum = 0;
    for (const double w : natural)
        sum += w;
    if (sum > available) {
        const double fair = available / static_cast<double>(nColumn);
        double spare = available;
        double greedy = 0;
        for (const double w : natural)
            w <= fair ? spare -= w : greedy += w;
        for (std::size_t c = 0; c < nColumn; ++c)
            if (natural[c] > fair)
                columns[c] = std::max(48.0, std::floor(natural[c] / greedy * spare));
    }
    double y = 0;
    int start = 0;
    for (std::size_t r = 0; r < block_.rows.size(); ++r) {
        double rowHeight = 0;
        for (std::size_t c = 0; c < nColumn; ++c) {
            Cell& cell = cells_[r * nColumn + c];
            const double room = columns[c] - 2 * padX;
            rowHeight = std::max(rowHeight, breakLines(*cell.text, room, lineHeight) + 2 * padY);
            const double share = block_.alignments[c] == 'r' ? 1.0 : block_.alignments[c] == 'c' ? 0.5 : 0.0;
            for (int l = 0; l < cell.text->lineCount(); ++l) {
                QTextLine line = cell.text->lineAt(l);
                line.setPosition({std::max(0.0, std::floor(share * (room - line.naturalTextWidth()))), line.y()});
            }
        }
        double x = left(style);
        for (std::size_t c = 0; c < nColumn; ++c) {
            Cell& cell = cells_[r * nColumn + c];
            cell.rect = QRectF(x, y, columns[c], rowHeight);
            cell.start = start;
            start += static_cast<int>(block_.rows[r][c].text.size()) + 1;
            x += columns[c];
        }
        y += rowHeight;
    }
    height_ = y + 1;
}

void BlockLayout::paint(QPainter& painter, const QPointF& at, const QRectF& clip, int selBegin, int selEnd,
                        const TranscriptStyle& style, const TokenPaint& tokens) const {
    const design::Palette& p = *style.colors;
    painter.setRenderHint(QPainter::Antialiasing);
    for (int q = 0; q < block_.quoteDepth; ++q) {
        const double x = at.x() + block_.indent * style.indentWidth + q * style.quoteWidth;
        painter.fillRect(QRectF(x, at.y(), 3, height_), p.border);
    }
    if (block_.thinking)
        painter.fillRect(QRectF(at.x() + 7, at.y() - style.paragraphGap, 2, height_ + style.paragraphGap),
                         design::blend(p.surface, p.ink(design::Glass::Amber), 0.5));
    switch (block_.kind) {
    case BlockKind::Rule:
        painter.fillRect(QRectF(at.x(), std::round(at.y() + height_ / 2), width_, 1), p.border);
        return;
    case BlockKind::Table:
        paintTable(painter, at, selBegin, selEnd, style);
        return;
    case BlockKind::Code: {
        QPainterPath box;
        const QRectF area(at.x() + left(style), at.y(), width_ - left(style), height_);
        const double r = design::kRadius;
        const QRectF grown = area.adjusted(0, block_.firstChunk ? 0 : -2 * r, 0, block_.lastChunk ? 0 : 2 * r);
        box.addRoundedRect(grown, r, r);
        painter.save();
        painter.setClipRect(area, Qt::IntersectClip);
        painter.fillPath(box, p.codeBackground);
        painter.setPen(QPen(p.border, 1));
        painter.drawPath(box.translated(0, 0));
        painter.restore();
        if (block_.firstChunk) {
            painter.setFont(style.caption);
            painter.setPen(p.textMuted);
            painter.drawText(QRectF(area.left() + style.codePadding, at.y(), area.width() - 80, kCodeHead),
                             Qt::AlignVCenter | Qt::AlignLeft,
                             block_.language.isEmpty() ? QCoreApplication::translate("vitral::BlockLayout", "code")
                                                       : block_.language);
            const QPixmap copy = design::iconPixmap(QStringLiteral("copy"), p.textMuted, design::kIconSmall,
                                                    painter.device()->devicePixelRatioF());
            painter.drawPixmap(QPointF(at.x() + head_.center().x() - 8, at.y() + head_.center().y() - 8), copy);
        }
        break;
    }
    case BlockKind::ThinkingHead: {
        const double dpr = painter.device()->devicePixelRatioF();
        const double y = at.y() + (head_.height() - design::kIconSmall) / 2 - 2;
        painter.drawPixmap(
            QPointF(at.x(), y),
            design::iconPixmap(QStringLiteral("thinking"), p.ink(design::Glass::Amber), design::kIconSmall, dpr));
        const double x = at.x() + textAt_.x() + text_->line(0).naturalWidth() + 6;
        painter.drawPixmap(QPointF(x, y), design::iconPixmap(block_.folded ? QStringLiteral("chevron-right")
                                                                           : QStringLiteral("chevron-down"),
                                                             p.textMuted, design::kIconSmall, dpr));
        break;
    }
    case BlockKind::Tokens:
        paintTokens(painter, at, clip, style, tokens);
        break;
    default:
        break;
    }
    if (!text_)
        return;
    const bool muted = block_.thinking || block_.kind == BlockKind::ThinkingHead;
    painter.setPen(muted ? p.textMuted : p.text);
    if (!block_.marker.isEmpty()) {
        painter.setFont(style.reading);
        const double x = at.x() + textAt_.x() - style.indentWidth;
        const FlowText::Line line = text_->line(0);
        painter.drawText(QRectF(x - 24, at.y() + line.y(), style.indentWidth + 24 - design::kSpace2, line.height()),
                         Qt::AlignRight | Qt::AlignVCenter, block_.marker);
    }
    QTextCharFormat selection;
    selection.setBackground(p.selection);
    text_->draw(painter, at + textAt_, selBegin, selEnd, selection, clip);
    if (block_.kind == BlockKind::Code)
        paintWrapMarks(painter, at, clip, style);
}

// A line of code that goes on below has a hook in front of what goes on: code is read by its lines.
void BlockLayout::paintWrapMarks(QPainter& painter, const QPointF& at, const QRectF& clip,
                                 const TranscriptStyle& style) const {
    painter.setFont(style.caption);
    painter.setPen(style.colors->textMuted);
    const double left = at.x() + textAt_.x() - style.codePadding;
    for (int i = text_->lineAtY(clip.top() - at.y() - textAt_.y()); i < text_->lineCount(); ++i) {
        const FlowText::Line line = text_->line(i);
        const double y = at.y() + textAt_.y() + line.y();
        if (y > clip.bottom())
            break;
        if (line.start() > 0 && block_.text[line.start() - 1] != QChar::LineSeparator)
            painter.drawText(QRectF(left, y, style.codePadding, line.height()), Qt::AlignCenter,
                             QString(QChar(0x21AA)));
    }
}

void BlockLayout::paintTable(QPainter& painter, const QPointF& at, int selBegin, int selEnd,
                             const TranscriptStyle& style) const {
    const design::Palette& p = *style.colors;
    const std::size_t nColumn = block_.alignments.size();
    if (cells_.empty() || nColumn == 0)
        return;
    const double right = cells_[nColumn - 1].rect.right();
    for (std::size_t i = 0; i < cells_.size(); ++i) {
        const Cell& cell = cells_[i];
        if (i % nColumn == 0 && i > 0)
            painter.fillRect(
                QRectF(at.x() + cell.rect.left(), std::round(at.y() + cell.rect.top()), right - cell.rect.left(), 1),
                i == nColumn ? p.borderStrong : p.border);
        painter.setPen(block_.thinking ? p.textMuted : p.text);
        const int length = static_cast<int>(cell.text->text().size());
        cell.text->draw(&painter, at + cell.rect.topLeft() + QPointF(design::kSpace3, design::kSpace2 - 1),
                        selectionOf(std::clamp(selBegin - cell.start, 0, length),
                                    std::clamp(selEnd - cell.start, 0, length), style));
    }
}

void BlockLayout::paintTokens(QPainter& painter, const QPointF& at, const QRectF& clip, const TranscriptStyle& style,
                              const TokenPaint& tokens) const {
    if (!text_ || !tokens)
        return;
    painter.setPen(Qt::NoPen);
    for (int i = text_->lineAtY(clip.top() - at.y() - textAt_.y()); i < text_->lineCount(); ++i) {
        const FlowText::Line line = text_->line(i);
        const double y = at.y() + textAt_.y() + line.y();
        if (y > clip.bottom())
            break;
        const int from = line.start();
        const int to = from + line.length();
        auto it = std::upper_bound(block_.tokenStarts.begin(), block_.tokenStarts.end(), from);
        auto k = static_cast<std::size_t>(it - block_.tokenStarts.begin());
        for (k = k > 0 ? k - 1 : 0; k + 1 < block_.tokenStarts.size() && block_.tokenStarts[k] < to; ++k) {
            const QColor color = tokens(block_.firstToken + static_cast<int>(k));
            const double x0 = line.x(std::max(from, block_.tokenStarts[k]));
            const double x1 = line.x(std::min(to, block_.tokenStarts[k + 1]));
            if (!color.isValid() || x1 <= x0)
                continue;
            painter.setBrush(color);
            painter.drawRoundedRect(QRectF(at.x() + textAt_.x() + x0 + 0.5, y - 1, x1 - x0 - 1, line.height() + 2), 3,
                                    3);
        }
    }
    painter.setPen(style.colors->text);
}

double BlockLayout::naturalWidth() const {
    if (block_.kind == BlockKind::Code || !text_)
        return width_;
    double widest = 0;
    for (int i = 0; i < text_->lineCount(); ++i)
        widest = std::max(widest, text_->line(i).naturalWidth());
    return textAt_.x() + widest + 1;
}

int BlockLayout::indexAt(const QPointF& point) const {
    if (block_.kind == BlockKind::Table) {
        for (const Cell& cell : cells_)
            if (point.y() < cell.rect.bottom() && point.x() < cell.rect.right())
                return cell.start +
                       indexIn(*cell.text, point - cell.rect.topLeft() - QPointF(design::kSpace3, design::kSpace2));
        return length();
    }
    if (!text_)
        return 0;
    const QPointF inside = point - textAt_;
    return text_->line(text_->lineAtY(inside.y())).indexAt(inside.x());
}

int BlockLayout::length() const {
    if (block_.kind == BlockKind::Table) {
        int n = 0;
        for (const auto& row : block_.rows)
            for (const TableCell& cell : row)
                n += static_cast<int>(cell.text.size()) + 1;
        return n;
    }
    return block_.kind == BlockKind::Rule || block_.kind == BlockKind::ThinkingHead
               ? 0
               : static_cast<int>(block_.text.size());
}

QString BlockLayout::plainText(int begin, int end) const {
    QString all;
    if (block_.kind == BlockKind::Table) {
        for (const auto& row : block_.rows)
            for (std::size_t c = 0; c < row.size(); ++c)
                all += row[c].text + QLatin1Char(c + 1 < row.size() ? '\t' : '\n');
    } else {
        all = block_.text;
    }
    QString out = all.mid(begin, end - begin);
    if (begin == 0 && end > 0 && !block_.marker.isEmpty())
        out.prepend(QString(std::max(0, block_.indent - 1) * 2, QLatin1Char(' ')) + block_.marker + QLatin1Char(' '));
    return out.replace(QChar::LineSeparator, QLatin1Char('\n'));
}

QString BlockLayout::linkAt(const QPointF& point) const {
    if (!text_ || point.y() < 0 || point.y() > height_)
        return {};
    const int index = indexAt(point);
    for (const TextSpan& span : block_.spans)
        if (!span.href.isEmpty() && index >= span.start && index < span.start + span.length)
            return span.href;
    return {};
}

int BlockLayout::tokenAt(const QPointF& point) const {
    if (!text_ || block_.kind != BlockKind::Tokens || point.y() < 0 || point.y() > height_)
        return -1;
    const double x = point.x() - textAt_.x();
    const int near = text_->lineAtY(point.y() - textAt_.y());
    for (int i = near; i < std::min(near + 2, text_->lineCount()); ++i) {
        const FlowText::Line line = text_->line(i);
        const double y = point.y() - textAt_.y() - line.y();
        if (y < -4 || y > line.height() + 4 || x < 0 || x > line.naturalWidth())
            continue;
        const int index = line.indexAt(x, QTextLine::CursorOnCharacter);
        const auto it = std::upper_bound(block_.tokenStarts.begin(), block_.tokenStarts.end(), index);
        const int k = static_cast<int>(it - block_.tokenStarts.begin()) - 1;
        if (k >= 0 && k + 1 < static_cast<int>(block_.tokenStarts.size()))
            return block_.firstToken + k;
    }
    return -1;
}

QRectF BlockLayout::tokenRect(int iToken) const {
    const int k = iToken - block_.firstToken;
    if (!text_ || k < 0 || k + 1 >= static_cast<int>(block_.tokenStarts.size()))
        return {};
    const int begin = block_.tokenStarts[static_cast<std::size_t>(k)];
    const int end = block_.tokenStarts[static_cast<std::size_t>(k) + 1];
    const int first = text_->lineOf(begin);
    const int last = text_->lineOf(std::max(begin, end - 1));
    const FlowText::Line line = text_->line(last);
    // Of a token whose blank ends a line and whose word begins the next one, the word.
    const double x0 = line.x(first == last ? begin : line.start());
    const double x1 = line.x(end);
    return QRectF(textAt_.x() + x0, textAt_.y() + line.y(), std::max(4.0, x1 - x0), line.height());
}

} // namespace vitral
