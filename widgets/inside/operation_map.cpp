// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/operation_map.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/value_text.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <cmath>

namespace vitral {

using namespace design;

namespace {
constexpr double kSmallestZoom = 0.5, kLargestZoom = 2.5;
constexpr int kStreamX = 22, kIndent = 22, kFirstX = 48;
} // namespace

OperationMap::OperationMap(QWidget* parent) : PaintedArea(parent) {
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    OperationMap::retranslate();
}

void OperationMap::retranslate() {
    setAccessibleName(tr("Operations of the model"));
}

void OperationMap::setOperations(std::shared_ptr<const OperationList> list) {
    OperationTree tree = list ? buildOperationTree(*list) : OperationTree{};
    const bool same = tree.nodes.size() == tree_.nodes.size() && !open_.empty();
    list_ = std::move(list);
    tree_ = std::move(tree);
    if (!same) {
        // The first layer lies open, so that the architecture is seen at once; the others do the same.
        open_.assign(tree_.nodes.size(), false);
        bool layerOpen = false;
        for (std::size_t i = 0; i < tree_.nodes.size(); ++i) {
            const OperationNode& n = tree_.nodes[i];
            if (n.kind == OperationNodeKind::Layers)
                open_[i] = !layerOpen;
            if (n.kind == OperationNodeKind::Layer && !layerOpen)
                open_[i] = layerOpen = true;
            if (n.kind == OperationNodeKind::Block)
                open_[i] = n.parent >= 0 && open_[std::size_t(n.parent)];
        }
        current_ = tree_.nodes.empty() ? -1 : 0;
    }
    measure();
    emit currentChanged(current_);
}

void OperationMap::setEmptyText(const QString& text) {
    empty_ = text;
    viewport()->update();
}

void OperationMap::setMeasure(OperationMeasure measure) {
    measure_ = measure;
    setAccessibleDescription(describe(current_));
    viewport()->update();
}

int OperationMap::lineHeight() const {
    return int(std::round((QFontMetrics(design::font(TextRole::Small)).height() + kSpace3) * zoom_));
}

void OperationMap::measure() {
    lines_.clear();
    int top = kSpace3;
    for (int i = 0; i < int(tree_.nodes.size()); ++i) {
        bool shown = true;
        for (int up = tree_.nodes[std::size_t(i)].parent; up >= 0 && shown; up = tree_.nodes[std::size_t(up)].parent)
            shown = open_[std::size_t(up)];
        if (!shown)
            continue;
        const bool operation = tree_.nodes[std::size_t(i)].kind == OperationNodeKind::Operation;
        const int height = lineHeight() + (operation ? 0 : int(4 * zoom_));
        lines_.push_back({i, top, height});
        top += height + (operation ? 0 : int(2 * zoom_));
    }
    updateScrollBars();
    viewport()->update();
}

void OperationMap::updateScrollBars() {
    const int height = lines_.empty() ? 0 : lines_.back().top + lines_.back().height + kSpace3;
    verticalScrollBar()->setRange(0, std::max(0, height - viewport()->height()));
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(lineHeight());
}

int OperationMap::lineOf(int node) const {
    const auto found =
        std::lower_bound(lines_.begin(), lines_.end(), node, [](const Line& line, int n) { return line.node < n; });
    return found != lines_.end() && found->node == node ? int(found - lines_.begin()) : -1;
}

int OperationMap::lineAt(QPoint point) const {
    const int y = point.y() + verticalScrollBar()->value();
    for (std::size_t i = 0; i < lines_.size(); ++i)
        if (y >= lines_[i].top && y < lines_[i].top + lines_[i].height)
            return int(i);
    return -1;
}

QRect OperationMap::nodeRect(int node) const {
    const int at = lineOf(node);
    if (at < 0)
        return {};
    const Line& line = lines_[std::size_t(at)];
    return {0, line.top - verticalScrollBar()->value(), viewport()->width(), line.height};
}

int OperationMap::operationOf(int node) const {
    return node >= 0 && node < int(tree_.nodes.size()) ? tree_.nodes[std::size_t(node)].first : -1;
}

double OperationMap::share(int node) const {
    const OperationNode& n = tree_.nodes[std::size_t(node)];
    const auto of = [](std::int64_t part, std::int64_t whole) {
        return whole > 0 ? double(part) / double(whole) : 0.0;
    };
    switch (measure_) {
    case OperationMeasure::Time:
        return of(n.timeNs, list_->totalNs());
    case OperationMeasure::Bytes:
        return of(n.bytes, list_->totalBytes());
    case OperationMeasure::Flops:
        return of(n.flops, list_->totalFlops());
    }
    return 0;
}

QString OperationMap::measureText(int node) const {
    const OperationNode& n = tree_.nodes[std::size_t(node)];
    QString amount;
    switch (measure_) {
    case OperationMeasure::Time:
        amount = n.timeNs > 0 ? durationText(double(n.timeNs) * 1e-9) : tr("not measured");
        break;
    case OperationMeasure::Bytes:
        amount = sizeText(double(n.bytes));
        break;
    case OperationMeasure::Flops:
        amount = tr("%1 operations").arg(amountText(double(n.flops)));
        break;
    }
    return QStringLiteral("%1 \u00B7 %2").arg(amount, percentText(share(node)));
}

QString OperationMap::shapeText(const vitral::Shape& shape) {
    QString text;
    for (int i = 0; i < shape.rank; ++i)
        text += (i > 0 ? QStringLiteral("\u00D7") : QString()) + QString::number(shape[i]);
    return text.isEmpty() ? QStringLiteral("1") : text;
}

QString OperationMap::shapes(int node) const {
    const OperationNode& n = tree_.nodes[std::size_t(node)];
    if (n.kind != OperationNodeKind::Operation) {
        return n.weightBytes > 0 ? tr("%1 of weights").arg(sizeText(double(n.weightBytes))) : QString();
    }
    const Operation& o = list_->operations[std::size_t(n.first)];
    QStringList in, out;
    for (const OperandInfo& operand : o.inputs)
        in << shapeText(operand.shape);
    for (const OperandInfo& operand : o.outputs)
        out << shapeText(operand.shape);
    in.removeDuplicates();
    return in.isEmpty() ? out.join(QStringLiteral(", "))
           : out.isEmpty()
               ? in.join(QStringLiteral(", "))
               : QStringLiteral("%1 \u2192 %2").arg(in.join(QStringLiteral(", ")), out.join(QStringLiteral(", ")));
}

QString OperationMap::title(int node) const {
    const OperationNode& n = tree_.nodes[std::size_t(node)];
    switch (n.kind) {
    case OperationNodeKind::Layers:
        return tr("Layers %1 to %2, all alike").arg(n.firstLayer).arg(n.endLayer - 1);
    case OperationNodeKind::Layer:
        return tr("Layer %1").arg(n.firstLayer);
    case OperationNodeKind::Block:
        return partName(n.part);
    case OperationNodeKind::Operation:
        break;
    }
    const Operation& o = list_->operations[std::size_t(n.first)];
    QStringList parts;
    for (const OperandInfo& weight : o.weights) {
        // "blk.3.attn_q.weight" -> "attn_q": the layer stands above already.
        QString name = QString::fromStdString(weight.name);
        if (name.endsWith(QLatin1String(".weight")))
            name.chop(7);
        parts << name.section(QLatin1Char('.'), -1);
    }
    if (parts.isEmpty() && !o.detail.empty())
        parts << detailText(o.detail);
    const QString text = operationName(o.name);
    return parts.isEmpty() ? text : text + QStringLiteral("  ") + parts.join(QStringLiteral(", "));
}

QString OperationMap::describe(int node) const {
    if (node < 0 || node >= int(tree_.nodes.size()) || !list_)
        return empty_;
    const QString shape = shapes(node);
    return shape.isEmpty() ? QStringLiteral("%1: %2").arg(title(node), measureText(node))
                           : QStringLiteral("%1: %2, %3").arg(title(node), shape, measureText(node));
}

void OperationMap::setCurrent(int node) {
    node = std::clamp(node, -1, int(tree_.nodes.size()) - 1);
    if (node == current_)
        return;
    for (int up = node < 0 ? -1 : tree_.nodes[std::size_t(node)].parent; up >= 0;
         up = tree_.nodes[std::size_t(up)].parent)
        if (!open_[std::size_t(up)])
            setOpen(up, true);
    current_ = node;
    if (const QRect rect = nodeRect(node); !rect.isEmpty())
        keepInSight({0, rect.top(), 1, rect.height()}, {0, kSpace2, 0, kSpace2});
    setAccessibleDescription(describe(node));
    viewport()->update();
    emit currentChanged(node);
}

void OperationMap::setOpen(int node, bool open) {
    if (node < 0 || !hasChildren(node) || open_[std::size_t(node)] == open)
        return;
    open_[std::size_t(node)] = open;
    measure();
}

void OperationMap::openAll(bool open) {
    for (std::size_t i = 0; i < open_.size(); ++i)
        open_[i] = open && hasChildren(int(i));
    measure();
}

void OperationMap::setZoom(double zoom) {
    zoom = std::clamp(zoom, kSmallestZoom, kLargestZoom);
    if (zoom == zoom_)
        return;
    const double ratio = zoom / zoom_;
    const int middle = viewport()->height() / 2;
    const int scroll = int((verticalScrollBar()->value() + middle) * ratio) - middle;
    zoom_ = zoom;
    measure();
    verticalScrollBar()->setValue(scroll);
}

void OperationMap::walk(int by) {
    const int at = lineOf(current_);
    const int next = std::clamp((at < 0 ? 0 : at) + by, 0, int(lines_.size()) - 1);
    if (!lines_.empty())
        setCurrent(lines_[std::size_t(next)].node);
}

void OperationMap::mousePressEvent(QMouseEvent* event) {
    const int at = event->button() == Qt::LeftButton ? lineAt(event->pos()) : -1;
    if (at < 0)
        return;
    const int node = lines_[std::size_t(at)].node;
    const int depth = tree_.nodes[std::size_t(node)].depth;
    const double arrow = (kFirstX + depth * kIndent) * zoom_;
    setCurrent(node);
    if (hasChildren(node) && event->pos().x() < arrow + 22 * zoom_)
        setOpen(node, !isOpen(node));
}

void OperationMap::mouseDoubleClickEvent(QMouseEvent* event) {
    const int at = lineAt(event->pos());
    if (at >= 0)
        setOpen(lines_[std::size_t(at)].node, !isOpen(lines_[std::size_t(at)].node));
}

void OperationMap::wheelEvent(QWheelEvent* event) {
    if (const std::optional<double> zoom = zoomAfter(*event, zoom_)) {
        setZoom(*zoom);
        event->accept();
    } else {
        PaintedArea::wheelEvent(event);
    }
}

void OperationMap::keyPressEvent(QKeyEvent* event) {
    const int page = viewport()->height() / std::max(1, lineHeight()) - 1;
    if (const std::optional<int> to = walked(*event, lineOf(current_), int(lines_.size()), page)) {
        if (*to >= 0)
            setCurrent(lines_[std::size_t(*to)].node);
    } else if (const std::optional<double> zoom = zoomAfter(*event, zoom_)) {
        setZoom(*zoom);
    } else if (acts(*event)) {
        if (current_ >= 0)
            setOpen(current_, !isOpen(current_));
    } else if (event->key() == Qt::Key_Right) {
        if (current_ >= 0 && hasChildren(current_) && !isOpen(current_))
            setOpen(current_, true);
        else
            walk(1);
    } else if (event->key() == Qt::Key_Left) {
        if (current_ >= 0 && hasChildren(current_) && isOpen(current_))
            setOpen(current_, false);
        else if (current_ >= 0 && tree_.nodes[std::size_t(current_)].parent >= 0)
            setCurrent(tree_.nodes[std::size_t(current_)].parent);
    } else {
        PaintedArea::keyPressEvent(event);
    }
}

QString OperationMap::readOutAt(QPoint point) const {
    const int at = lineAt(point);
    return at >= 0 ? describe(lines_[std::size_t(at)].node) : QString();
}

} // namespace vitral
