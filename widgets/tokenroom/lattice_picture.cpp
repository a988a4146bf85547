// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/lattice_picture.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/tokenroom/token_block_layout.h"

#include <QFontMetricsF>
#include <QLocale>
#include <QPaintEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vitral {
namespace {
constexpr double kMargin = 6, kLeastLetter = 64;
}

LatticePicture::LatticePicture(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::MinimumExpanding, QSizePolicy::Minimum);
}

void LatticePicture::setPieces(std::vector<QString> letters, std::vector<LatticePiece> pieces) {
    letters_ = std::move(letters);
    pieces_ = std::move(pieces);
    arrange();
}

void LatticePicture::setLit(const std::vector<int>& pieces) {
    for (LatticePiece& piece : pieces_)
        piece.lit = false;
    for (const int i : pieces)
        if (i >= 0 && i < static_cast<int>(pieces_.size()))
            pieces_[static_cast<std::size_t>(i)].lit = true;
    arrange();
}

void LatticePicture::arrange() {
    const QFontMetricsF text(design::codeFont(design::TextRole::Body)),
        small(design::codeFont(design::TextRole::Caption));
    rowHeight_ = std::ceil(text.height() + small.height()) + 6;
    x_.assign(1, kMargin);
    for (const QString& letter : letters_)
        x_.push_back(x_.back() + std::max(kLeastLetter * text.height() / 20, text.horizontalAdvance(letter) + 12));
    // What is lit first, then long before short: rows are filled from above.
    std::vector<std::size_t> order(pieces_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const LatticePiece &p = pieces_[a], &q = pieces_[b];
        if (p.lit != q.lit)
            return p.lit;
        return p.end - p.first > q.end - q.first;
    });
    nLeftOut_ = std::max(0, static_cast<int>(pieces_.size()) - kMostPieces);
    row_.assign(pieces_.size(), -1);
    std::vector<std::vector<bool>> taken;
    for (std::size_t k = 0; k < order.size() && k < kMostPieces; ++k) {
        const LatticePiece& piece = pieces_[order[k]];
        std::size_t row = 0;
        for (;; ++row) {
            if (row == taken.size())
                taken.emplace_back(letters_.size());
            bool free = !(piece.lit ? false : row == 0); // the first row is the lit way's
            for (int i = piece.first; i < piece.end && free; ++i)
                free = !taken[row][static_cast<std::size_t>(i)];
            if (free)
                break;
        }
        for (int i = piece.first; i < piece.end; ++i)
            taken[row][static_cast<std::size_t>(i)] = true;
        row_[order[k]] = static_cast<int>(row);
    }
    nRow_ = static_cast<int>(taken.size());
    updateGeometry();
    update();
}

QSize LatticePicture::sizeHint() const {
    return {static_cast<int>(std::ceil(x_.empty() ? 0 : x_.back() + kMargin)),
            static_cast<int>((nRow_ + 1) * (rowHeight_ + 4) + (nLeftOut_ > 0 ? rowHeight_ : 0) + 4)};
}

void LatticePicture::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        arrange();
}

void LatticePicture::paintEvent(QPaintEvent* event) {
    const design::Palette& palette = design::paletteFor(this);
    const QFont text = design::codeFont(design::TextRole::Body), small = design::codeFont(design::TextRole::Caption);
    const QLocale locale;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(text);
    painter.setPen(palette.textMuted);
    for (std::size_t i = 0; i < letters_.size(); ++i)
        painter.drawText(QRectF(x_[i], 0, x_[i + 1] - x_[i], rowHeight_), Qt::AlignCenter, letters_[i]);
    painter.setPen(QPen(palette.border, 1));
    for (const double x : x_)
        painter.drawLine(QPointF(x, rowHeight_), QPointF(x, (nRow_ + 1) * (rowHeight_ + 4)));
    const double textHeight = QFontMetricsF(text).height();
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        const LatticePiece& piece = pieces_[i];
        if (row_[i] < 0)
            continue;
        const double left = x_[static_cast<std::size_t>(piece.first)], right = x_[static_cast<std::size_t>(piece.end)];
        const QRectF box(left + 1.5, (row_[i] + 1) * (rowHeight_ + 4), right - left - 3, rowHeight_);
        if (!event->rect().intersects(box.toAlignedRect()))
            continue;
        painter.setBrush(piece.lit ? palette.glassPane[static_cast<std::size_t>(glassOfToken(piece.id))]
                                   : palette.surface);
        painter.setPen(QPen(piece.lit ? palette.accent : palette.border, piece.lit ? 2.5 : 1));
        painter.drawRoundedRect(box, 3, 3);
        painter.setPen(piece.lit ? palette.text : palette.textMuted);
        painter.setFont(text);
        painter.drawText(
            QRectF(box.left(), box.top() + 1, box.width(), textHeight), Qt::AlignCenter,
            painter.fontMetrics().elidedText(piece.text, Qt::ElideRight, static_cast<int>(box.width()) - 4));
        painter.setFont(small);
        painter.drawText(QRectF(box.left(), box.top() + textHeight, box.width(), box.height() - textHeight - 2),
                         Qt::AlignCenter, piece.id < 0 ? tr("unknown") : locale.toString(piece.score, 'f', 2));
    }
    if (nLeftOut_ > 0) {
        painter.setFont(small);
        painter.setPen(palette.textMuted);
        painter.drawText(QRectF(kMargin, (nRow_ + 1) * (rowHeight_ + 4), width(), rowHeight_), Qt::AlignVCenter,
                         tr("%Ln shorter piece(s) more, not drawn.", nullptr, nLeftOut_));
    }
}

} // namespace vitral
