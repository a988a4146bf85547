// SPDX-License-Identifier: Apache-2.0
#include "widgets/design/icons.h"
#include "widgets/transcript/message_layout.h"

#include <QLocale>
#include <QPainter>
#include <QPainterPath>

namespace vitral {
namespace {

/// Three panes of glass that stand where the answer will be. They do not move: motion would say more than is known.
void paintWaiting(QPainter& painter, const QPointF& at, double size, const design::Palette& p) {
    painter.setPen(Qt::NoPen);
    const design::Glass panes[] = {design::Glass::Cobalt, design::Glass::Emerald, design::Glass::Amber};
    for (int i = 0; i < 3; ++i) {
        painter.setBrush(p.ink(panes[i]));
        painter.drawRoundedRect(QRectF(at.x() + i * (size + 4), at.y(), size, size), 2, 2);
    }
}

} // namespace

void MessageLayout::paint(QPainter& painter, const QPointF& at, const QRectF& clip, TextPlace selBegin,
                          TextPlace selEnd, const TranscriptStyle& style, const TokenPaint& tokens) const {
    const design::Palette& p = *style.colors;
    const double dpr = painter.device()->devicePixelRatioF();
    painter.setRenderHint(QPainter::Antialiasing);
    double x = at.x();
    if (bubble()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(p.bubble);
        painter.drawRoundedRect(box_.translated(at), design::kRadiusLarge, design::kRadiusLarge);
        x = at.x() + box_.left() + design::kSpace3;
    } else {
        const Words w = words();
        QString name = QString::fromStdString(message_->modelName);
        QPixmap mark;
        if (message_->role == Role::Assistant)
            mark = design::iconPixmap(QStringLiteral("vitral"), Qt::black, 18, dpr);
        else
            name = message_->role == Role::System ? w.system : w.tool;
        double nameX = at.x();
        if (!mark.isNull()) {
            painter.drawPixmap(QPointF(at.x(), at.y() + 3), mark);
            nameX += 18 + design::kSpace2;
        }
        QFont strong = style.small;
        strong.setWeight(QFont::DemiBold);
        painter.setFont(strong);
        painter.setPen(p.textMuted);
        painter.drawText(QRectF(nameX, at.y(), columnWidth_ - 30, 24), Qt::AlignVCenter | Qt::AlignLeft, name);
    }
    if (blocks_.empty() && message_->state == MessageState::Streaming)
        paintWaiting(painter, at + QPointF(0, 34), 8, p);
    for (std::size_t i = 0; i < blocks_.size() && i < tops_.size(); ++i) {
        const BlockLayout& block = *blocks_[i];
        const QPointF blockAt(x, at.y() + tops_[i]);
        if (blockAt.y() > clip.bottom() || blockAt.y() + block.height() < clip.top() || !block.exact())
            continue;
        const int iBlock = static_cast<int>(i);
        int from = 0;
        int to = 0;
        if (selBegin < selEnd && iBlock >= selBegin.block && iBlock <= selEnd.block) {
            from = iBlock == selBegin.block ? selBegin.index : 0;
            to = iBlock == selEnd.block ? selEnd.index : block.length();
        }
        block.paint(painter, blockAt, clip, from, to, style, tokens);
    }
    if (noteHeight_ > 0) {
        const bool failed = message_->state == MessageState::Failed;
        const QRectF r(at.x(), at.y() + noteTop_, columnWidth_, noteHeight_);
        painter.setPen(Qt::NoPen);
        painter.setBrush(failed ? p.dangerSoft : p.sunken);
        painter.drawRoundedRect(r, design::kRadius, design::kRadius);
        painter.drawPixmap(QPointF(r.left() + design::kSpace3, r.top() + design::kSpace2),
                           design::iconPixmap(failed ? QStringLiteral("warning") : QStringLiteral("info"),
                                              failed ? p.danger : p.textMuted, design::kIconSmall, dpr));
        painter.setFont(style.small);
        painter.setPen(failed ? p.text : p.textMuted);
        painter.drawText(r.adjusted(40, design::kSpace2, -16, -design::kSpace2), Qt::TextWordWrap | Qt::AlignVCenter,
                         noteOf(*message_));
    }
}

} // namespace vitral
