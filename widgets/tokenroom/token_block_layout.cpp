// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/token_block_layout.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace vitral {
namespace {

constexpr double kPadY = 3;    ///< above and below a row's letters
constexpr double kRowGap = 3;  ///< between rows
constexpr double kCellPad = 3; ///< beside a cell's letters
constexpr double kLeadWidth = 1.5;
constexpr double kLineEndWidth = 0.7; ///< of a letter
constexpr int kMostCaption = 28;

/// Labels that stand for bytes and names are small words, not text.
QList<QTextLayout::FormatRange> formatsOf(const TokenUnits& units, const QColor& muted) {
    QList<QTextLayout::FormatRange> formats;
    for (const TokenUnit& unit : units.units)
        if (unit.kind == TokenUnit::Kind::Bytes || unit.kind == TokenUnit::Kind::Name) {
            QTextLayout::FormatRange range;
            range.start = static_cast<int>(unit.shownBegin);
            range.length = static_cast<int>(unit.shownEnd - unit.shownBegin);
            range.format.setForeground(muted);
            formats.append(range);
        }
    return formats;
}

} // namespace

int glassOfToken(TokenId id) {
    return static_cast<int>(((static_cast<std::uint32_t>(id) * 2654435761U) >> 16U) % design::kGlassCount);
}

TokenBlockLayout::TokenBlockLayout(std::string_view bytes, std::vector<BlockToken> tokens, const BlockStyle& style)
    : bytes_(bytes), tokens_(std::move(tokens)), look_(style.look), captionFont_(style.caption) {
    std::vector<std::uint32_t> cuts;
    for (const BlockToken& token : tokens_) {
        cuts.push_back(token.begin);
        cuts.push_back(token.end);
    }
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    units_ = tokenUnits(bytes_, cuts);
    placed_.resize(units_.units.size());
    textHeight_ = std::ceil(QFontMetricsF(style.text).height()) + 2 * kPadY;
    if (style.markControl && style.tokenizer != nullptr)
        for (const BlockToken& token : tokens_) {
            const TokenType type = style.tokenizer->type(token.id);
            control_.push_back(type == TokenType::Control || type == TokenType::UserDefined);
        }
    captionHeight_ = std::ceil(QFontMetricsF(style.caption).height());
    if (look_.cells())
        layOutCells(style);
    else
        layOutText(style);
    height_ = rows_.empty() ? textHeight_ + kRowGap : rows_.back().top + rows_.back().height + kRowGap;
}

void TokenBlockLayout::layOutText(const BlockStyle& style) {
    text_ = std::make_unique<QTextLayout>(units_.shown, style.text);
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    option.setTabStopDistance(4 * QFontMetricsF(style.text).horizontalAdvance(QLatin1Char(' ')));
    option.setFlags(QTextOption::IncludeTrailingSpaces);
    text_->setTextOption(option);
    text_->setCacheEnabled(true);
    text_->beginLayout();
    double y = 0;
    for (QTextLine line = text_->createLine(); line.isValid(); line = text_->createLine()) {
        line.setLineWidth(style.width);
        const double height = std::max(textHeight_, std::ceil(line.height()) + 2 * kPadY);
        line.setPosition({0, y + std::floor((height - line.height()) / 2)});
        rows_.push_back({y, height});
        y += height + kRowGap;
    }
    text_->endLayout();
    if (rows_.empty())
        rows_.push_back({0, textHeight_});
    const double letter = QFontMetricsF(style.text).horizontalAdvance(QLatin1Char('m'));
    for (std::size_t i = 0; i < units_.units.size(); ++i) {
        const TokenUnit& unit = units_.units[i];
        Placed& at = placed_[i];
        if (unit.kind == TokenUnit::Kind::LineEnd) { // behind everything of the last line
            const QTextLine line = text_->lineCount() > 0 ? text_->lineAt(text_->lineCount() - 1) : QTextLine();
            double right = line.isValid() ? line.naturalTextRect().right() : 0;
            for (std::size_t k = 0; k < i; ++k)
                if (placed_[k].row + 1 == static_cast<std::int32_t>(rows_.size()))
                    right = std::max(right, placed_[k].x + placed_[k].width);
            at = {std::min(right, style.width - letter * kLineEndWidth), letter * kLineEndWidth,
                  static_cast<std::int32_t>(rows_.size()) - 1, false};
            continue;
        }
        const QTextLine line = text_->lineForTextPosition(static_cast<int>(unit.shownBegin));
        if (!line.isValid())
            continue;
        double low = 1e9, high = -1e9, first = 0;
        for (std::uint32_t p = unit.shownBegin; p < unit.shownEnd; ++p) {
            const double a = line.cursorToX(static_cast<int>(p), QTextLine::Leading);
            const double b = line.cursorToX(static_cast<int>(p), QTextLine::Trailing);
            if (p == unit.shownBegin)
                first = a;
            low = std::min({low, a, b});
            high = std::max({high, a, b});
        }
        at = {low, std::max(0.0, high - low), line.lineNumber(), first > low + 0.5};
    }
    // A token's panes: its units, row by row, neighbours joined. In text of two directions a token may have several.
    std::size_t unit = 0;
    for (std::size_t t = 0; t < tokens_.size(); ++t) {
        while (unit > 0 && units_.units[unit - 1].end > tokens_[t].begin)
            --unit;
        while (unit < units_.units.size() && units_.units[unit].end <= tokens_[t].begin)
            ++unit;
        std::vector<Pane> own;
        for (std::size_t i = unit; i < units_.units.size() && units_.units[i].begin < tokens_[t].end; ++i)
            own.push_back({static_cast<std::int32_t>(t), placed_[i].row, placed_[i].x, placed_[i].width});
        std::sort(own.begin(), own.end(),
                  [](const Pane& a, const Pane& b) { return a.row != b.row ? a.row < b.row : a.x < b.x; });
        for (const Pane& pane : own) {
            Pane* last = panes_.empty() ? nullptr : &panes_.back();
            if (last != nullptr && last->token == pane.token && last->row == pane.row &&
                pane.x <= last->x + last->width + 0.75)
                last->width = std::max(last->width, pane.x + pane.width - last->x);
            else
                panes_.push_back(pane);
        }
    }
}

QStringList TokenBlockLayout::captionsOf(const BlockToken& token, const BlockStyle& style) const {
    QStringList captions;
    const std::string_view own = std::string_view(bytes_).substr(token.begin, token.end - token.begin);
    const auto shorten = [](QString text) {
        return text.size() > kMostCaption ? text.left(kMostCaption - 1) + QChar(0x2026) : text;
    };
    if (look_.ids)
        captions << QString::number(token.id);
    if (look_.pieces)
        captions << (style.tokenizer != nullptr ? shorten(visibleText(style.tokenizer->piece(token.id), kMostCaption))
                                                : QString());
    if (look_.bytes)
        captions << hexText(own, 8);
    if (look_.codePoints)
        captions << codePointText(own, 4);
    if (!token.startsHere) // the rest of a token of the line before
        for (QString& caption : captions)
            caption = QStringLiteral("\u2026");
    return captions;
}

void TokenBlockLayout::layOutCells(const BlockStyle& style) {
    const QFontMetricsF metrics(style.text), small(style.caption);
    const double letter = metrics.horizontalAdvance(QLatin1Char('m'));
    const int nCaption = int(look_.ids) + int(look_.pieces) + int(look_.bytes) + int(look_.codePoints);
    const double rowHeight = textHeight_ + nCaption * captionHeight_ + kPadY;
    double x = 0, y = 0;
    rows_.push_back({0, rowHeight});
    const auto addCell = [&](std::int32_t token, std::uint32_t firstUnit, std::uint32_t endUnit) {
        Cell cell{0, 0, 0, 0, token, firstUnit, endUnit, {}, nullptr};
        QString shown;
        bool simple = true;
        std::vector<std::uint32_t> at; // UTF-16 place of each unit in `shown`
        for (std::uint32_t i = firstUnit; i < endUnit; ++i) {
            const TokenUnit& unit = units_.units[i];
            at.push_back(static_cast<std::uint32_t>(shown.size()));
            shown += unit.kind == TokenUnit::Kind::Tab
                         ? QStringLiteral("  ")
                         : QStringView(units_.shown).mid(unit.shownBegin, unit.shownEnd - unit.shownBegin).toString();
            simple = simple && (unit.shownEnd - unit.shownBegin == 1) &&
                     units_.shown[unit.shownBegin].unicode() < 0x7F && unit.kind != TokenUnit::Kind::Tab;
        }
        const bool hasEnd = endUnit > firstUnit && units_.units[endUnit - 1].kind == TokenUnit::Kind::LineEnd;
        cell.text = std::make_unique<QTextLayout>(shown, style.text);
        cell.text->setCacheEnabled(true);
        QTextOption option;
        option.setWrapMode(QTextOption::NoWrap);
        option.setFlags(QTextOption::IncludeTrailingSpaces);
        cell.text->setTextOption(option);
        cell.text->beginLayout();
        QTextLine line = cell.text->createLine();
        if (line.isValid())
            line.setLineWidth(1e6);
        cell.text->endLayout();
        const double unitWidth = metrics.horizontalAdvance(QLatin1Char('0'));
        cell.textWidth = simple           ? unitWidth * static_cast<double>(shown.size())
                         : line.isValid() ? line.horizontalAdvance()
                                          : 0;
        if (hasEnd)
            cell.textWidth += letter * kLineEndWidth;
        double width = cell.textWidth;
        if (token >= 0) {
            cell.captions = captionsOf(tokens_[static_cast<std::size_t>(token)], style);
            for (const QString& caption : cell.captions)
                width = std::max(width, small.horizontalAdvance(caption));
        }
        cell.width = std::min(width + 2 * kCellPad, style.width);
        if (x > 0 && x + cell.width > style.width) {
            y += rowHeight + kRowGap;
            rows_.push_back({y, rowHeight});
            x = 0;
        }
        cell.x = x;
        cell.row = static_cast<std::int32_t>(rows_.size()) - 1;
        x += cell.width;
        for (std::uint32_t i = firstUnit; i < endUnit; ++i) {
            const std::size_t k = i - firstUnit;
            Placed& p = placed_[i];
            p.row = cell.row;
            if (units_.units[i].kind == TokenUnit::Kind::LineEnd) {
                p.x = cell.x + kCellPad + cell.textWidth - letter * kLineEndWidth;
                p.width = letter * kLineEndWidth;
                continue;
            }
            const auto end = k + 1 < at.size() ? at[k + 1] : static_cast<std::uint32_t>(shown.size());
            double low = 1e9, high = -1e9;
            if (simple) {
                low = unitWidth * at[k];
                high = unitWidth * end;
            } else if (line.isValid()) {
                for (std::uint32_t c = at[k]; c < end; ++c)
                    for (const auto edge : {QTextLine::Leading, QTextLine::Trailing}) {
                        const double edgeX = line.cursorToX(static_cast<int>(c), edge);
                        low = std::min(low, edgeX);
                        high = std::max(high, edgeX);
                    }
            }
            p.x = cell.x + kCellPad + (high < low ? 0 : low);
            p.width = std::max(0.0, high - low);
        }
        panes_.push_back({token, cell.row, cell.x, cell.width});
        cells_.push_back(std::move(cell));
    };
    // Every token is a cell; what no token stands for is one as well.
    std::uint32_t unit = 0;
    const auto nUnit = static_cast<std::uint32_t>(units_.units.size());
    for (std::size_t t = 0; t < tokens_.size(); ++t) {
        std::uint32_t gap = unit;
        while (gap < nUnit && units_.units[gap].begin < tokens_[t].begin)
            ++gap;
        if (gap > unit)
            addCell(-1, unit, gap);
        unit = gap;
        std::uint32_t end = unit;
        while (end < nUnit && units_.units[end].begin < tokens_[t].end)
            ++end;
        addCell(static_cast<std::int32_t>(t), unit, end);
        unit = end;
    }
    if (unit < nUnit)
        addCell(-1, unit, nUnit);
}

QRectF TokenBlockLayout::unitRect(std::size_t unit) const {
    const Placed& at = placed_[unit];
    const Row& row = rows_[static_cast<std::size_t>(at.row)];
    return {at.x, row.top, at.width, row.height};
}

void TokenBlockLayout::paintPanes(QPainter& painter, const design::Palette& palette) const {
    painter.setPen(Qt::NoPen);
    for (const Pane& pane : panes_) {
        if (pane.token < 0)
            continue;
        const Row& row = rows_[static_cast<std::size_t>(pane.row)];
        const BlockToken& token = tokens_[static_cast<std::size_t>(pane.token)];
        painter.setBrush(palette.glassPane[static_cast<std::size_t>(glassOfToken(token.id))]);
        painter.drawRect(QRectF(pane.x, row.top, std::max(pane.width, 2.0), row.height));
    }
    if (!control_.empty()) {
        painter.save();
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(palette.text, 1.2, Qt::DashLine));
        for (const Pane& pane : panes_)
            if (pane.token >= 0 && control_[static_cast<std::size_t>(pane.token)]) {
                const Row& row = rows_[static_cast<std::size_t>(pane.row)];
                for (const double y : {row.top + 1.5, row.top + row.height - 1.5}) // beside the letters, not on them
                    painter.drawLine(QPointF(pane.x + 2, y), QPointF(pane.x + pane.width - 2, y));
            }
        painter.restore();
    }
    // The lead: where one pane ends and the next begins.
    painter.setBrush(palette.lead);
    for (std::size_t i = 0; i < panes_.size(); ++i) {
        const Pane& pane = panes_[i];
        if (pane.token < 0)
            continue;
        const Row& row = rows_[static_cast<std::size_t>(pane.row)];
        if (pane.x > 1)
            painter.drawRect(QRectF(pane.x - kLeadWidth / 2, row.top, kLeadWidth, row.height));
        painter.drawRect(QRectF(pane.x + std::max(pane.width, 2.0) - kLeadWidth / 2, row.top, kLeadWidth, row.height));
    }
}

void TokenBlockLayout::paintInk(QPainter& painter, const design::Palette& palette) const {
    painter.setPen(palette.text);
    if (text_)
        text_->draw(&painter, {}, formatsOf(units_, palette.textMuted));
    for (const Cell& cell : cells_) {
        const Row& row = rows_[static_cast<std::size_t>(cell.row)];
        painter.save();
        painter.setClipRect(QRectF(cell.x, row.top, cell.width, row.height), Qt::IntersectClip);
        painter.setPen(cell.token < 0 ? palette.textMuted : palette.text);
        cell.text->draw(&painter, {cell.x + kCellPad, row.top + kPadY});
        painter.setPen(palette.text);
        painter.setFont(captionFont_);
        double y = row.top + textHeight_;
        for (const QString& caption : cell.captions) {
            painter.drawText(QRectF(cell.x + kCellPad, y, cell.width, captionHeight_), Qt::AlignLeft | Qt::AlignVCenter,
                             caption);
            y += captionHeight_;
        }
        painter.restore();
    }
    if (!look_.blanks)
        return;
    painter.setPen(palette.textMuted);
    painter.setBrush(palette.textMuted);
    for (std::size_t i = 0; i < units_.units.size(); ++i) {
        const TokenUnit::Kind kind = units_.units[i].kind;
        if (kind != TokenUnit::Kind::Blank && kind != TokenUnit::Kind::Tab && kind != TokenUnit::Kind::LineEnd)
            continue;
        QRectF rect = unitRect(i);
        rect.setHeight(textHeight_);
        if (kind == TokenUnit::Kind::Blank)
            painter.drawEllipse(rect.center(), 1.2, 1.2);
        else
            painter.drawText(rect.adjusted(-4, 0, 4, 0), Qt::AlignCenter,
                             kind == TokenUnit::Kind::Tab ? QStringLiteral("\u21E5") : QStringLiteral("\u21B5"));
    }
}

void TokenBlockLayout::paintOutline(QPainter& painter, const QColor& colour, std::uint32_t begin, std::uint32_t end,
                                    double pen) const {
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colour, pen));
    for (const QRectF& rect : rectsOf(begin, end))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2);
}

void TokenBlockLayout::paint(QPainter& painter, const QPointF& at, const design::Palette& palette,
                             const Marks& marks) const {
    painter.save();
    painter.translate(at);
    paintPanes(painter, palette);
    if (marks.selectedEnd > marks.selectedBegin) {
        QColor colour = palette.accent;
        colour.setAlphaF(0.35F);
        for (const QRectF& rect : rectsOf(marks.selectedBegin, marks.selectedEnd))
            painter.fillRect(rect, colour);
    }
    paintInk(painter, palette);
    if (marks.hoverEnd > marks.hoverBegin)
        paintOutline(painter, palette.text, marks.hoverBegin, marks.hoverEnd, 1.5);
    if (marks.chosenEnd > marks.chosenBegin)
        paintOutline(painter, palette.accent, marks.chosenBegin, marks.chosenEnd, 2.5);
    painter.restore();
}

std::vector<QRectF> TokenBlockLayout::rectsOf(std::uint32_t begin, std::uint32_t end) const {
    std::vector<QRectF> out;
    for (std::size_t i = 0; i < units_.units.size(); ++i)
        if (units_.units[i].begin < end && units_.units[i].end > begin)
            out.push_back(unitRect(i));
    std::sort(out.begin(), out.end(), [](const QRectF& a, const QRectF& b) {
        return a.top() != b.top() ? a.top() < b.top() : a.left() < b.left();
    });
    std::vector<QRectF> joined;
    for (const QRectF& rect : out) {
        if (!joined.empty() && joined.back().top() == rect.top() && rect.left() <= joined.back().right() + 8)
            joined.back().setRight(std::max(joined.back().right(), rect.right()));
        else
            joined.push_back(rect);
    }
    return joined;
}

std::uint32_t TokenBlockLayout::byteAt(const QPointF& point) const {
    double best = 1e18;
    std::uint32_t byte = 0;
    for (std::size_t i = 0; i < units_.units.size(); ++i) {
        const QRectF rect = unitRect(i);
        const double dy =
            point.y() < rect.top() ? rect.top() - point.y() : std::max(0.0, point.y() - rect.bottom() - kRowGap);
        const double dx = point.x() < rect.left() ? rect.left() - point.x() : std::max(0.0, point.x() - rect.right());
        const double distance = dy * 1e4 + dx;
        if (distance < best) {
            best = distance;
            const bool behind = (point.x() > rect.center().x()) != placed_[i].rightToLeft;
            const bool lineEnd = units_.units[i].kind == TokenUnit::Kind::LineEnd;
            byte = behind && !lineEnd ? units_.units[i].end : units_.units[i].begin;
        }
    }
    return byte;
}

int TokenBlockLayout::tokenAt(const QPointF& point) const {
    for (const Pane& pane : panes_) {
        const Row& row = rows_[static_cast<std::size_t>(pane.row)];
        if (pane.token >= 0 && QRectF(pane.x, row.top, pane.width, row.height + kRowGap).contains(point))
            return pane.token;
    }
    return -1;
}

QRectF TokenBlockLayout::caretRect(std::uint32_t byte) const {
    const auto bar = [&](double x, std::int32_t row) {
        const Row& r = rows_[static_cast<std::size_t>(row)];
        return QRectF(x - 1, r.top, 2, textHeight_);
    };
    for (std::size_t i = 0; i < units_.units.size(); ++i)
        if (units_.units[i].begin >= byte || units_.units[i].end > byte)
            return bar(placed_[i].rightToLeft ? placed_[i].x + placed_[i].width : placed_[i].x, placed_[i].row);
    if (units_.units.empty())
        return {0, 0, 2, textHeight_};
    const Placed& last = placed_.back();
    return bar(last.rightToLeft ? last.x : last.x + last.width, last.row);
}

} // namespace vitral
