// SPDX-License-Identifier: Apache-2.0
#pragma once
// From the spans of a block to Qt's text formats. Thread: GUI.

#include "widgets/transcript/rich_block.h"
#include "widgets/transcript/transcript_style.h"

#include <QList>
#include <QTextLayout>

namespace vitral {

QList<QTextLayout::FormatRange> textFormats(const std::vector<TextSpan>& spans, const TranscriptStyle& style,
                                            bool muted);
QFont blockFont(const RichBlock& block, const TranscriptStyle& style);

/// Breaks text_ into lines of at most `width`, `lineHeight` pixels apart. Returns the height.
double breakLines(QTextLayout& layout, double width, double lineHeight);

} // namespace vitral
