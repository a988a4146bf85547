// SPDX-License-Identifier: Apache-2.0
#include "widgets/transcript/text_formats.h"

#include <QTextOption>

#include <cmath>

namespace vitral {
namespace {
bool has(std::uint16_t style, SpanStyle bit) {
    return (style & static_cast<std::uint16_t>(bit)) != 0;
}
} // namespace

QFont blockFont(const RichBlock& block, const TranscriptStyle& style) {
    QFont f = style.reading;
    switch (block.kind) {
    case BlockKind::Code:
        return style.code;
    case BlockKind::ThinkingHead:
        return style.small;
    case BlockKind::Heading: {
        static constexpr double kScale[] = {1.45, 1.28, 1.14, 1.04, 1.0, 1.0};
        f.setPixelSize(static_cast<int>(std::lround(f.pixelSize() * kScale[std::clamp(block.level, 1, 6) - 1])));
        f.setWeight(QFont::DemiBold);
        return f;
    }
    default:
        return f;
    }
}

QList<QTextLayout::FormatRange> textFormats(const std::vector<TextSpan>& spans, const TranscriptStyle& style,
                                            bool muted) {
    const design::Palette& p = *style.colors;
    QList<QTextLayout::FormatRange> ranges;
    ranges.reserve(static_cast<qsizetype>(spans.size()));
    for (const TextSpan& span : spans) {
        QTextLayout::FormatRange range;
        range.start = span.start;
        range.length = span.length;
        QTextCharFormat& f = range.format;
        if (has(span.style, SpanStyle::Bold))
            f.setFontWeight(QFont::DemiBold);
        if (has(span.style, SpanStyle::Italic))
            f.setFontItalic(true);
        if (has(span.style, SpanStyle::Strike))
            f.setFontStrikeOut(true);
        if (has(span.style, SpanStyle::Code)) {
            f.setFontFamilies(style.code.families());
            f.setProperty(QTextFormat::FontPixelSize, style.code.pixelSize());
            f.setBackground(p.codeBackground);
        }
        if (has(span.style, SpanStyle::Math))
            f.setForeground(muted ? p.textMuted : p.ink(design::Glass::Violet));
        if (has(span.style, SpanStyle::Link)) {
            f.setForeground(p.link);
            f.setFontUnderline(true);
        }
        if (has(span.style, SpanStyle::Keyword))
            f.setForeground(p.codeKeyword);
        if (has(span.style, SpanStyle::StringLiteral))
            f.setForeground(p.codeString);
        if (has(span.style, SpanStyle::Number))
            f.setForeground(p.codeNumber);
        if (has(span.style, SpanStyle::Comment)) {
            f.setForeground(p.codeComment);
            f.setFontItalic(false);
        }
        if (has(span.style, SpanStyle::Name))
            f.setForeground(p.codeName);
        ranges.append(range);
    }
    return ranges;
}

double breakLines(QTextLayout& layout, double width, double lineHeight) {
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    layout.setTextOption(option);
    layout.setCacheEnabled(true);
    double y = 0;
    layout.beginLayout();
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLineWidth(std::max(16.0, width));
        const double height = std::max(lineHeight, line.height()); // a tall fallback font must not be cut
        line.setPosition(QPointF(0, std::round(y + (height - line.height()) / 2)));
        y += height;
    }
    layout.endLayout();
    return y;
}

} // namespace vitral
