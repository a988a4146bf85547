// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/merge_picture.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include <QFontMetricsF>
#include <QPaintEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace vitral {
namespace {
constexpr double kPad = 7, kGap = 10, kMargin = 8;
}

MergePicture::MergePicture(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::MinimumExpanding, QSizePolicy::Minimum);
}

void MergePicture::setTree(std::vector<MergeNode> nodes, std::vector<QString> texts, std::vector<int> glass) {
    nodes_ = std::move(nodes);
    texts_ = std::move(texts);
    glass_ = std::move(glass);
    nLeaf_ =
        static_cast<int>(std::count_if(nodes_.begin(), nodes_.end(), [](const MergeNode& n) { return n.left < 0; }));
    step_ = nMerge();
    arrange();
}

void MergePicture::setStep(int merges) {
    step_ = std::clamp(merges, 0, nMerge());
    update();
}

void MergePicture::arrange() {
    const QFontMetricsF text(design::codeFont(design::TextRole::Body)),
        small(design::codeFont(design::TextRole::Caption));
    box_ = std::ceil(text.height()) + 6;
    rowHeight_ = box_ + std::ceil(small.height()) + 14;
    const std::size_t n = nodes_.size();
    x_.assign(n, 0);
    width_.assign(n, 0);
    level_.assign(n, 0);
    deepest_ = 0;
    double at = kMargin;
    for (std::size_t i = 0; i < n; ++i) {
        width_[i] = std::max(20.0, text.horizontalAdvance(texts_[i]) + 2 * kPad);
        if (nodes_[i].left < 0) {
            x_[i] = at + width_[i] / 2;
            at += width_[i] + kGap;
            continue;
        }
        const auto l = static_cast<std::size_t>(nodes_[i].left), r = static_cast<std::size_t>(nodes_[i].right);
        x_[i] = (x_[l] + x_[r]) / 2;
        level_[i] = std::max(level_[l], level_[r]) + 1;
        deepest_ = std::max(deepest_, level_[i]);
    }
    total_ = at + kMargin;
    for (std::size_t i = 0; i < n; ++i)
        total_ = std::max(total_, x_[i] + width_[i] / 2 + kMargin);
    updateGeometry();
    update();
}

QSize MergePicture::sizeHint() const {
    return {static_cast<int>(std::ceil(total_)), static_cast<int>((deepest_ + 1) * rowHeight_ + 4)};
}

void MergePicture::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        arrange();
}

void MergePicture::paintEvent(QPaintEvent* event) {
    const design::Palette& palette = design::paletteFor(this);
    const QFont text = design::codeFont(design::TextRole::Body), small = design::codeFont(design::TextRole::Caption);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double foot = (deepest_ + 1) * rowHeight_ - box_;
    const auto boxOf = [&](std::size_t i) {
        return QRectF(x_[i] - width_[i] / 2, foot - level_[i] * rowHeight_, width_[i], box_);
    };
    nShown_ = 0;
    const auto n = static_cast<std::size_t>(nLeaf_ + step_);
    // Which nodes something was made of already: they are drawn as past.
    std::vector<bool> used(nodes_.size());
    for (std::size_t i = static_cast<std::size_t>(nLeaf_); i < n && i < nodes_.size(); ++i) {
        used[static_cast<std::size_t>(nodes_[i].left)] = true;
        used[static_cast<std::size_t>(nodes_[i].right)] = true;
    }
    for (std::size_t i = static_cast<std::size_t>(nLeaf_); i < n && i < nodes_.size(); ++i) {
        const QRectF box = boxOf(i);
        for (const std::int32_t child : {nodes_[i].left, nodes_[i].right}) {
            const QRectF below = boxOf(static_cast<std::size_t>(child));
            if (!event->rect().intersects(box.united(below).toAlignedRect()))
                continue;
            painter.setPen(QPen(i + 1 == n ? palette.accent : palette.borderStrong, i + 1 == n ? 2 : 1.2));
            painter.drawLine(QPointF(box.center().x(), box.bottom()), QPointF(below.center().x(), below.top()));
        }
    }
    for (std::size_t i = 0; i < n && i < nodes_.size(); ++i) {
        const QRectF box = boxOf(i);
        if (!event->rect().intersects(box.adjusted(-30, -30, 30, 30).toAlignedRect()))
            continue;
        ++nShown_;
        const bool newest = nodes_[i].left >= 0 && i + 1 == n;
        painter.setBrush(used[i]          ? palette.window
                         : glass_[i] >= 0 ? palette.glassPane[static_cast<std::size_t>(glass_[i])]
                                          : palette.raised);
        painter.setPen(QPen(newest ? palette.accent : used[i] ? palette.border : palette.lead, newest ? 2.5 : 1));
        painter.drawRoundedRect(box, 3, 3);
        painter.setPen(used[i] ? palette.textMuted : palette.text);
        painter.setFont(text);
        painter.drawText(box, Qt::AlignCenter, texts_[i]);
        if (nodes_[i].left >= 0) {
            painter.setFont(small);
            painter.setPen(newest ? palette.accent : palette.textMuted);
            const QRectF above(box.center().x() - 60, box.top() - painter.fontMetrics().height() - 1, 120,
                               painter.fontMetrics().height());
            const QString rank = QString::number(nodes_[i].rank);
            QRectF words = painter.boundingRect(above, Qt::AlignCenter, rank).adjusted(-2, 0, 2, -2);
            painter.fillRect(words, palette.window); // an edge to the node above runs through there
            painter.drawText(above, Qt::AlignCenter, rank);
        }
    }
}

} // namespace vitral
