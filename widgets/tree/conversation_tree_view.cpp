// SPDX-License-Identifier: Apache-2.0
#include "widgets/tree/conversation_tree_view.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>
#include <QScrollBar>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace vitral {

using namespace design;

namespace {

constexpr double kPaneWidth = 168;
constexpr double kPaneHeight = 52;
constexpr double kColumnGap = 16;
constexpr double kRowGap = 28;
constexpr double kMargin = 24;
constexpr double kMinZoom = 0.1;
constexpr double kMaxZoom = 2.0;
constexpr double kTextZoom = 0.55; // below this the panes carry colour only

Glass glassOf(Role role) {
    switch (role) {
    case Role::System:
        return Glass::Violet;
    case Role::User:
        return Glass::Cobalt;
    case Role::Assistant:
        return Glass::Amber;
    case Role::Tool:
        return Glass::Teal;
    }
    return Glass::Cobalt;
}

QString roleText(Role role) {
    switch (role) {
    case Role::System:
        return ConversationTreeView::tr("System");
    case Role::User:
        return ConversationTreeView::tr("You");
    case Role::Assistant:
        return ConversationTreeView::tr("Model");
    case Role::Tool:
        return ConversationTreeView::tr("Tool");
    }
    return {};
}

} // namespace

ConversationTreeView::ConversationTreeView(QWidget* parent) : PaintedArea(parent) {
    viewport()->setMouseTracking(true);
    viewport()->setAutoFillBackground(false);
    setAccessibleName(tr("Conversation tree"));
    horizontalScrollBar()->setSingleStep(24);
    verticalScrollBar()->setSingleStep(24);
}

void ConversationTreeView::setTree(std::vector<MessageNode> nodes, std::vector<MessageId> activePath) {
    const bool another = std::none_of(nodes.begin(), nodes.end(),
                                      [this](const MessageNode& node) { return layout_.index.contains(node.id); });
    nodes_ = std::move(nodes);
    activePath_ = std::move(activePath);
    layout_ = layOutTree(nodes_, activePath_);
    if (!layout_.index.contains(current_))
        current_ = activePath_.empty() ? kNoMessage : activePath_.back();
    hovered_ = kNoMessage;
    measure();
    if (another && current_ != kNoMessage)
        ensureVisible(current_);
    describeCurrent();
    viewport()->update();
}

void ConversationTreeView::setCurrent(MessageId id) {
    if (id == current_ || !layout_.index.contains(id))
        return;
    current_ = id;
    ensureVisible(id);
    describeCurrent();
    viewport()->update();
    emit currentChanged(id);
}

void ConversationTreeView::setZoom(double zoom) {
    zoom = std::clamp(zoom, kMinZoom, kMaxZoom);
    if (zoom == zoom_)
        return;
    zoom_ = zoom;
    measure();
    viewport()->update();
}

QRectF ConversationTreeView::placeRect(const TreePlace& place) const {
    const double x = kMargin + place.column * (kPaneWidth + kColumnGap);
    const double y = kMargin + place.depth * (kPaneHeight + kRowGap);
    return {x * zoom_, y * zoom_, kPaneWidth * zoom_, kPaneHeight * zoom_};
}

QPointF ConversationTreeView::origin() const {
    // A tree narrower than the view stands in its middle.
    const double width = (2 * kMargin + layout_.nColumn * (kPaneWidth + kColumnGap) - kColumnGap) * zoom_;
    const double spare = std::max(0.0, (viewport()->width() - width) / 2);
    return {spare - horizontalScrollBar()->value(), double(-verticalScrollBar()->value())};
}

QRectF ConversationTreeView::paneRect(MessageId id) const {
    const auto found = layout_.index.find(id);
    return found == layout_.index.end() ? QRectF() : placeRect(layout_.places[found->second]).translated(origin());
}

const MessageNode& ConversationTreeView::nodeOf(const TreePlace& place) const {
    return nodes_[static_cast<std::size_t>(place.iNode)];
}

const TreePlace* ConversationTreeView::placeAt(QPointF viewportPoint) const {
    const QPointF scene = viewportPoint - origin();
    for (const TreePlace& place : layout_.places)
        if (placeRect(place).contains(scene))
            return &place;
    return nullptr;
}

void ConversationTreeView::measure() {
    const double width = (2 * kMargin + layout_.nColumn * (kPaneWidth + kColumnGap) - kColumnGap) * zoom_;
    const double height = (2 * kMargin + layout_.nDepth * (kPaneHeight + kRowGap) - kRowGap) * zoom_;
    horizontalScrollBar()->setRange(0, std::max(0, int(std::ceil(width)) - viewport()->width()));
    horizontalScrollBar()->setPageStep(viewport()->width());
    verticalScrollBar()->setRange(0, std::max(0, int(std::ceil(height)) - viewport()->height()));
    verticalScrollBar()->setPageStep(viewport()->height());
}

void ConversationTreeView::ensureVisible(MessageId id) {
    const int margin = int(kMargin);
    keepInSight(paneRect(id).toAlignedRect(), {margin, margin, margin, margin});
}

void ConversationTreeView::paintEdges(QPainter& painter, const QRectF& visible) const {
    const Palette& colours = paletteFor(this);
    const auto strokeOf = [&](bool active) {
        return QPen(active ? colours.accent : colours.borderStrong, (active ? 2.5 : 1.25) * std::max(zoom_, 0.5));
    };
    // Two passes, so that the branch on screen lies over the others.
    for (const bool active : {false, true}) {
        painter.setPen(strokeOf(active));
        for (const TreePlace& place : layout_.places) {
            const auto parent = layout_.index.find(nodeOf(place).parent);
            if (parent == layout_.index.end() || place.onActivePath != active)
                continue;
            const QRectF from = placeRect(layout_.places[parent->second]);
            const QRectF to = placeRect(place);
            if (!visible.intersects(from.united(to)))
                continue;
            const QPointF a(from.center().x(), from.bottom());
            const QPointF b(to.center().x(), to.top());
            const double middle = (a.y() + b.y()) / 2;
            QPainterPath path(a);
            path.cubicTo({a.x(), middle}, {b.x(), middle}, b);
            painter.drawPath(path);
        }
    }
}

void ConversationTreeView::paintPane(QPainter& painter, const TreePlace& place) const {
    const Palette& colours = paletteFor(this);
    const MessageNode& node = nodeOf(place);
    const Glass glass = glassOf(node.role);
    const QRectF rect = placeRect(place);
    const double radius = kRadius * std::min(1.0, zoom_);
    const QColor fill = place.onActivePath ? colours.pane(glass) : blend(colours.surface, colours.pane(glass), 0.35);
    painter.setBrush(fill);
    if (node.id == current_ && hasFocus())
        painter.setPen(QPen(colours.accent, 2.5));
    else if (node.id == current_ || node.id == hovered_)
        painter.setPen(QPen(colours.text, 1.5));
    else
        painter.setPen(QPen(place.onActivePath ? colours.lead : colours.border, 1));
    painter.drawRoundedRect(rect, radius, radius);
    if (node.forkedFromToken) {
        // A small diamond: this answer begins by continuing from a token the person chose.
        const double size = 5 * std::max(zoom_, 0.6);
        const QPointF top(rect.center().x(), rect.top());
        painter.setBrush(colours.accent);
        painter.setPen(Qt::NoPen);
        painter.drawPolygon(QPolygonF(
            {top + QPointF(0, -size), top + QPointF(size, 0), top + QPointF(0, size), top + QPointF(-size, 0)}));
    }
    if (zoom_ < kTextZoom)
        return;
    const QRectF inner = rect.adjusted(10 * zoom_, 6 * zoom_, -10 * zoom_, -6 * zoom_);
    QFont caption = strongFont(TextRole::Caption);
    QFont text = design::font(TextRole::Small);
    caption.setPixelSize(std::max(1, int(caption.pixelSize() * zoom_)));
    text.setPixelSize(std::max(1, int(text.pixelSize() * zoom_)));
    painter.setFont(caption);
    painter.setPen(place.onActivePath ? colours.text : colours.textMuted);
    painter.drawText(inner, Qt::AlignLeft | Qt::AlignTop | Qt::TextSingleLine, roleText(node.role));
    if (node.children.size() > 1)
        painter.drawText(inner, Qt::AlignRight | Qt::AlignTop | Qt::TextSingleLine,
                         tr("%Ln branches", nullptr, int(node.children.size())));
    painter.setFont(text);
    const QString preview = QString::fromStdString(node.preview).simplified();
    painter.drawText(
        inner, Qt::AlignLeft | Qt::AlignBottom | Qt::TextSingleLine,
        QFontMetricsF(text).elidedText(preview.isEmpty() ? tr("(empty)") : preview, Qt::ElideRight, inner.width()));
}

void ConversationTreeView::paintEvent(QPaintEvent* event) {
    const Palette& colours = paletteFor(this);
    QPainter painter(viewport());
    painter.fillRect(event->rect(), colours.sunken);
    painter.setRenderHint(QPainter::Antialiasing);
    if (layout_.places.empty()) {
        painter.setPen(colours.textMuted);
        painter.setFont(design::font(TextRole::Body));
        painter.drawText(viewport()->rect().adjusted(kSpace5, kSpace5, -kSpace5, -kSpace5),
                         Qt::AlignCenter | Qt::TextWordWrap,
                         tr("Write a message: every edit, new answer and fork will stand here as a branch."));
        return;
    }
    const QPointF shift = origin();
    painter.translate(shift);
    const QRectF visible = QRectF(event->rect()).translated(-shift);
    paintEdges(painter, visible);
    for (const TreePlace& place : layout_.places)
        if (placeRect(place).adjusted(-4, -8, 4, 4).intersects(visible))
            paintPane(painter, place);
}

void ConversationTreeView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    if (const TreePlace* place = placeAt(event->position())) {
        const MessageId id = place->id;
        setCurrent(id);
        emit messageActivated(id);
    }
}

void ConversationTreeView::mouseMoveEvent(QMouseEvent* event) {
    const TreePlace* place = placeAt(event->position());
    const MessageId id = place != nullptr ? place->id : kNoMessage;
    if (id == hovered_)
        return;
    hovered_ = id;
    viewport()->setCursor(id != kNoMessage ? Qt::PointingHandCursor : Qt::ArrowCursor);
    viewport()->update();
}

void ConversationTreeView::pointerLeft() {
    if (hovered_ == kNoMessage)
        return;
    hovered_ = kNoMessage;
    viewport()->update();
}

QString ConversationTreeView::readOutAt(QPoint point) const {
    const TreePlace* place = placeAt(point);
    if (place == nullptr)
        return {};
    const MessageNode& node = nodeOf(*place);
    return roleText(node.role) + QStringLiteral(": ") + QString::fromStdString(node.preview);
}

void ConversationTreeView::wheelEvent(QWheelEvent* event) {
    const std::optional<double> zoom = zoomAfter(*event, zoom_);
    if (!zoom) {
        PaintedArea::wheelEvent(event);
        return;
    }
    // The point under the pointer stays where it is.
    const QPointF scene = (event->position() - origin()) / zoom_;
    setZoom(*zoom);
    const QPointF moved = scene * zoom_ + origin() - event->position();
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() + int(std::round(moved.x())));
    verticalScrollBar()->setValue(verticalScrollBar()->value() + int(std::round(moved.y())));
    event->accept();
}

void ConversationTreeView::step(int key) {
    const auto found = layout_.index.find(current_);
    if (found == layout_.index.end()) {
        if (!layout_.places.empty())
            setCurrent(layout_.places.front().id);
        return;
    }
    const TreePlace& now = layout_.places[found->second];
    const MessageNode& node = nodeOf(now);
    if (key == Qt::Key_Up) {
        setCurrent(node.parent);
        return;
    }
    if (key == Qt::Key_Down) {
        if (!node.children.empty())
            setCurrent(node.activeChild != kNoMessage ? node.activeChild : node.children.back());
        return;
    }
    // Left and right: the nearest message of the same depth, whoever its parent is.
    const TreePlace* best = nullptr;
    for (const TreePlace& place : layout_.places) {
        const bool wantedSide = key == Qt::Key_Left ? place.column < now.column : place.column > now.column;
        if (place.depth == now.depth && wantedSide &&
            (best == nullptr || std::abs(place.column - now.column) < std::abs(best->column - now.column)))
            best = &place;
    }
    if (best != nullptr)
        setCurrent(best->id);
}

void ConversationTreeView::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_Left:
    case Qt::Key_Right:
        step(event->key());
        return;
    default:
        break;
    }
    if (const std::optional<double> zoom = zoomAfter(*event, zoom_))
        setZoom(*zoom);
    else if (!acts(*event))
        PaintedArea::keyPressEvent(event);
    else if (current_ != kNoMessage)
        emit messageActivated(current_);
}

void ConversationTreeView::retranslate() {
    setAccessibleName(tr("Conversation tree"));
    describeCurrent();
}

void ConversationTreeView::describeCurrent() {
    const auto found = layout_.index.find(current_);
    if (found == layout_.index.end()) {
        setAccessibleDescription(tr("No message"));
        return;
    }
    const TreePlace& place = layout_.places[found->second];
    const MessageNode& node = nodeOf(place);
    setAccessibleDescription(
        tr("%1, level %2 of %3, %Ln answers or edits below: %4", nullptr, int(node.children.size()))
            .arg(roleText(node.role))
            .arg(place.depth + 1)
            .arg(layout_.nDepth)
            .arg(QString::fromStdString(node.preview)));
}

} // namespace vitral
