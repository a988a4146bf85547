// SPDX-License-Identifier: Apache-2.0
#include "widgets/shell/page_cuts.h"

#include <QAbstractTextDocumentLayout>
#include <QTextBlock>
#include <QTextDocument>
#include <QTextFrame>
#include <QTextLayout>
#include <QTextTable>

#include <algorithm>
#include <set>

namespace vitral {
namespace {

struct Span {
    double top = 0, bottom = 0;
};

/// The lines of a block; a heading together with the first line of what follows it.
void addLines(const QTextBlock& block, const QAbstractTextDocumentLayout& layout, std::vector<Span>& out) {
    const QRectF place = layout.blockBoundingRect(block);
    for (int i = 0; i < block.layout()->lineCount(); ++i) {
        const QRectF line = block.layout()->lineAt(i).rect();
        out.push_back({place.top() + line.top(), place.top() + line.bottom()});
    }
    const QTextBlock next = block.next();
    if (block.blockFormat().headingLevel() > 0 && next.isValid() && next.layout()->lineCount() > 0)
        out.push_back({place.top(), layout.blockBoundingRect(next).top() + next.layout()->lineAt(0).rect().bottom()});
}

/// The rows of a table, each with half of what lies between it and its neighbours: padding and rules.
std::vector<Span> rowsOf(const QTextTable& table, const QAbstractTextDocumentLayout& layout) {
    std::vector<Span> rows;
    for (int r = 0; r < table.rows(); ++r) {
        Span row{1e18, 0};
        for (int c = 0; c < table.columns(); ++c) {
            const QTextTableCell cell = table.cellAt(r, c);
            if (cell.row() != r || cell.rowSpan() > 1)
                continue;
            for (QTextBlock b = cell.firstCursorPosition().block(); b.isValid() && b.position() <= cell.lastPosition();
                 b = b.next()) {
                const QRectF place = layout.blockBoundingRect(b);
                row = {std::min(row.top, place.top()), std::max(row.bottom, place.bottom())};
            }
        }
        if (row.bottom > row.top)
            rows.push_back(row);
    }
    const double edge = table.format().cellPadding() + table.format().border();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const double end = i + 1 < rows.size() ? (rows[i].bottom + rows[i + 1].top) / 2 : rows[i].bottom + edge;
        if (i == 0)
            rows[i].top -= edge;
        rows[i].bottom = end;
        if (i + 1 < rows.size())
            rows[i + 1].top = end;
    }
    return rows;
}

} // namespace

std::vector<double> pageCuts(const QTextDocument& document, double pageHeight) {
    const QAbstractTextDocumentLayout& layout = *document.documentLayout();
    const double height = layout.documentSize().height();
    std::vector<Span> whole;
    std::set<const QTextTable*> tables;
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        addLines(block, layout, whole);
        if (const auto* table = qobject_cast<const QTextTable*>(document.frameAt(block.position()));
            table != nullptr && tables.insert(table).second) {
            const std::vector<Span> rows = rowsOf(*table, layout);
            whole.insert(whole.end(), rows.begin(), rows.end());
            if (rows.size() > 1) // the names of the columns stay with the first row
                whole.push_back({rows[0].top, rows[1].bottom});
        }
    }
    // What is taller than a page is cut in any case; its own lines are spans as well.
    whole.erase(
        std::remove_if(whole.begin(), whole.end(), [&](const Span& s) { return s.bottom - s.top > pageHeight - 1; }),
        whole.end());
    std::sort(whole.begin(), whole.end(), [](const Span& a, const Span& b) { return a.top < b.top; });
    std::vector<double> cuts{0};
    while (cuts.back() + pageHeight < height) {
        const double begin = cuts.back();
        double cut = begin + pageHeight;
        // From the foot upwards: every span that the cut would go through moves it to its top.
        for (bool moved = true; moved;) {
            moved = false;
            const auto end =
                std::upper_bound(whole.begin(), whole.end(), cut, [](double at, const Span& s) { return at <= s.top; });
            for (auto it = std::make_reverse_iterator(end); it != whole.rend() && it->top > cut - 2 * pageHeight; ++it)
                if (it->top < cut - 0.01 && it->bottom > cut + 0.01 && it->top > begin + 1) {
                    cut = it->top;
                    moved = true;
                }
        }
        cuts.push_back(cut);
    }
    cuts.push_back(height);
    return cuts;
}

} // namespace vitral
