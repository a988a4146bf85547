// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/workshop_panes.h"

#include "widgets/design/list_keys.h"
#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/tokenroom/vocabulary_tables.h"
#include "widgets/tokens/token_blocks.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace vitral {

using namespace design;

TokenPanes::TokenPanes(QWidget* parent) : QAbstractScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
}

void TokenPanes::setTokens(std::vector<TokenId> ids, std::vector<std::string> says) {
    ids_ = std::move(ids);
    says_ = std::move(says);
    says_.resize(ids_.size());
    current_ = std::min(current_, int(ids_.size()) - 1);
    layOut();
}

void TokenPanes::setEmptyText(const QString& text) {
    empty_ = text;
    viewport()->update();
}

void TokenPanes::layOut() {
    const QFontMetricsF metrics(design::codeFont(TextRole::Small));
    FlowMetrics flow;
    flow.lineHeight = metrics.height() + kSpace1;
    flow.gap = kSpace1;
    flow.padding = 3;
    flow.space = 1;
    flow_.reset(std::max(60, viewport()->width() - kSpace2), flow);
    for (const std::string& says : says_) {
        bool lineBreak = false;
        const QString text = visibleToken(says, &lineBreak);
        flow_.add(text, metrics.horizontalAdvance(text), lineBreak, false);
    }
    const int height = int(std::ceil(flow_.height())) + kSpace2;
    verticalScrollBar()->setRange(0, std::max(0, height - viewport()->height()));
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(int(flow.lineHeight));
    setAccessibleDescription(describe(current_));
    viewport()->update();
}

QString TokenPanes::describe(int index) const {
    if (index < 0 || index >= int(ids_.size()))
        return ids_.empty() ? empty_ : QString();
    return tr("Token %1: %2, id %3")
        .arg(QString::number(index + 1), tokenName(says_[std::size_t(index)]),
             QString::number(ids_[std::size_t(index)]));
}

void TokenPanes::paintTokens(QPainter& painter, double top, double bottom, bool live) const {
    const Palette& colours = paletteFor(this);
    painter.setFont(design::codeFont(TextRole::Small));
    const auto [first, end] = flow_.tokensBetween(top, bottom);
    for (std::int64_t i = first; i < end; ++i) {
        const QRectF pane = flow_.rect(i);
        // Neighbours differ in most cases, and one token is of one colour wherever it stands.
        const auto glass = static_cast<Glass>(static_cast<std::uint32_t>(ids_[std::size_t(i)]) * 2654435761U %
                                              std::uint32_t(kGlassCount));
        painter.setPen(
            QPen(live && i == current_ ? colours.accent : colours.ink(glass), live && i == current_ ? 2 : 1));
        painter.setBrush(colours.pane(glass));
        painter.drawRoundedRect(pane.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
        painter.setPen(colours.text);
        painter.drawText(pane, Qt::AlignCenter | Qt::TextSingleLine, flow_.text(i));
    }
}

void TokenPanes::paintEvent(QPaintEvent*) {
    QPainter painter(viewport());
    const Palette& colours = paletteFor(this);
    painter.fillRect(viewport()->rect(), colours.surface);
    if (ids_.empty()) {
        painter.setPen(colours.textMuted);
        painter.setFont(design::font(TextRole::Small));
        painter.drawText(viewport()->rect().adjusted(kSpace3, kSpace2, -kSpace3, -kSpace2),
                         Qt::AlignCenter | Qt::TextWordWrap, empty_);
        return;
    }
    const int shift = verticalScrollBar()->value();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(kSpace1, -shift);
    paintTokens(painter, shift, shift + viewport()->height(), hasFocus());
}

QSize TokenPanes::pictureSize() const {
    return {viewport()->width(), int(std::ceil(flow_.height())) + kSpace2};
}

void TokenPanes::paintPicture(QPainter& painter) const {
    painter.fillRect(QRect(QPoint(), pictureSize()), paletteFor(this).surface);
    painter.translate(kSpace1, 0);
    paintTokens(painter, 0, flow_.height(), false);
    painter.translate(-kSpace1, 0);
}

QString TokenPanes::csv() const {
    if (ids_.empty())
        return {};
    QString out = QStringLiteral("id,token\n");
    for (std::size_t i = 0; i < ids_.size(); ++i)
        out += QString::number(ids_[i]) + QLatin1Char(',') + csvField(visibleToken(says_[i])) + QLatin1Char('\n');
    return out;
}

int TokenPanes::indexAt(QPoint point) const {
    return ids_.empty() ? -1 : int(flow_.at(point.x() - kSpace1, point.y() + verticalScrollBar()->value()));
}

void TokenPanes::setCurrent(int index) {
    index = std::clamp(index, -1, int(ids_.size()) - 1);
    current_ = index;
    if (index >= 0) {
        const QRectF pane = flow_.rect(index);
        QScrollBar* bar = verticalScrollBar();
        if (pane.top() < bar->value())
            bar->setValue(int(pane.top()));
        else if (pane.bottom() > bar->value() + viewport()->height())
            bar->setValue(int(pane.bottom()) + 1 - viewport()->height());
    }
    setAccessibleDescription(describe(index));
    viewport()->update();
}

void TokenPanes::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    layOut();
}

void TokenPanes::changeEvent(QEvent* event) {
    if (event->type() == QEvent::FontChange)
        layOut();
    if (event->type() == QEvent::PaletteChange)
        viewport()->update();
    QAbstractScrollArea::changeEvent(event);
}

void TokenPanes::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && indexAt(event->pos()) >= 0)
        setCurrent(indexAt(event->pos()));
}

void TokenPanes::keyPressEvent(QKeyEvent* event) {
    if (const auto place = placeByKey(event->key(), current_, int(ids_.size()), 0, Qt::Horizontal)) {
        setCurrent(*place);
        return;
    }
    switch (event->key()) {
    case Qt::Key_Up:
    case Qt::Key_Down:
        if (current_ >= 0)
            setCurrent(int(flow_.beside(current_, event->key() == Qt::Key_Up ? -1 : 1)));
        else
            setCurrent(0);
        return;
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

bool TokenPanes::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const int index = indexAt(help->pos());
        if (index >= 0)
            QToolTip::showText(help->globalPos(), describe(index), this);
        else
            QToolTip::hideText();
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

} // namespace vitral
