// SPDX-License-Identifier: Apache-2.0
#pragma once
// Fonts, colours and distances of the transcript, looked up once and again when theme or font change. Thread: GUI.

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include <QFont>

namespace vitral {

struct TranscriptStyle {
    const design::Palette* colors = nullptr;
    QFont reading, small, caption, code;
    double lineHeight = 1.5; ///< of the font's pixel size
    double codeLineHeight = 1.45;
    int paragraphGap = design::kSpace3;
    int tightGap = design::kSpace1;
    int indentWidth = design::kSpace5;
    int quoteWidth = design::kSpace4;
    int codePadding = design::kSpace3;
    int maxWidth = design::kReadingWidth; ///< of the column, scaled with the font

    static TranscriptStyle make() {
        TranscriptStyle s;
        s.colors = &design::paletteFor(static_cast<const QWidget*>(nullptr));
        s.reading = design::font(design::TextRole::Reading);
        s.small = design::font(design::TextRole::Small);
        s.caption = design::font(design::TextRole::Caption);
        s.code = design::codeFont(design::TextRole::Body);
        s.maxWidth = design::kReadingWidth * s.reading.pixelSize() / 15;
        return s;
    }
};

} // namespace vitral
