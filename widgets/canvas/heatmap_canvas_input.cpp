// SPDX-License-Identifier: Apache-2.0
// Mouse, wheel, touch, keys and menu of a canvas. Every action of the floating controls is also here.
#include "widgets/canvas/canvas_vulkan.h"
#include "widgets/canvas/heatmap_canvas_impl.h"
#ifdef VITRAL_HAVE_IMGUI
#include "widgets/canvas/ui_layer.h"
#endif

#include <QActionGroup>
#include <QContextMenuEvent>
#include <QGestureEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QPinchGesture>

#include <algorithm>
#include <cmath>

namespace vitral {

namespace {

constexpr double kSmallestCellsPerPixel = 1.0 / 256;
constexpr double kZoomStep = 1.25;
constexpr int kPanStep = 64;

} // namespace

// Keeps some of the map on the screen and the zoom between one cell and everything.
HeatmapView HeatmapCanvas::Impl::clamped(HeatmapView wanted) const {
    const CanvasGeometry now = geometry();
    if (now.nRow == 0 || now.nCol == 0)
        return wanted;
    const HeatmapView all = fit(now.map);
    wanted.cellsPerPixel = std::clamp(wanted.cellsPerPixel, kSmallestCellsPerPixel,
                                      std::max(all.cellsPerPixel * 2, kSmallestCellsPerPixel));
    const auto keep = [](double first, double extent, double n) {
        const double margin = std::min(extent, n) / 4;
        return std::clamp(first, margin - extent, n - margin);
    };
    wanted.firstCol = keep(wanted.firstCol, now.map.width() * wanted.cellsPerPixel, static_cast<double>(now.nCol));
    wanted.firstRow = keep(wanted.firstRow, now.map.height() * wanted.cellsPerPixel, static_cast<double>(now.nRow));
    return wanted;
}

void HeatmapCanvas::Impl::move(HeatmapView wanted) {
    fitted = false;
    wanted = clamped(wanted);
    if (wanted == view)
        return;
    view = wanted;
    imageDirty = true;
    if (marks.hoveredRow >= 0)
        hover(cursor, true);
    update();
    emit canvas->viewChanged();
}

void HeatmapCanvas::Impl::zoom(double factor, QPointF about) {
    const CanvasGeometry now = geometry();
    HeatmapView wanted = view;
    wanted.cellsPerPixel = clamped({view.firstCol, view.firstRow, view.cellsPerPixel / factor}).cellsPerPixel;
    // The cell under the pointer stays under it.
    wanted.firstCol = view.firstCol + (about.x() - now.map.x()) * (view.cellsPerPixel - wanted.cellsPerPixel);
    wanted.firstRow = view.firstRow + (about.y() - now.map.y()) * (view.cellsPerPixel - wanted.cellsPerPixel);
    move(wanted);
}

void HeatmapCanvas::Impl::pan(double dx, double dy) {
    move({view.firstCol + dx * view.cellsPerPixel, view.firstRow + dy * view.cellsPerPixel, view.cellsPerPixel});
}

std::pair<std::int64_t, std::int64_t> HeatmapCanvas::Impl::cellAt(QPointF where) const {
    const CanvasGeometry now = geometry();
    if (!QRectF(now.map).contains(where))
        return {-1, -1};
    const double row = std::floor(view.firstRow + (where.y() - now.map.y()) * view.cellsPerPixel);
    const double col = std::floor(view.firstCol + (where.x() - now.map.x()) * view.cellsPerPixel);
    if (row < 0 || col < 0 || row >= static_cast<double>(now.nRow) || col >= static_cast<double>(now.nCol))
        return {-1, -1};
    return {static_cast<std::int64_t>(row), static_cast<std::int64_t>(col)};
}

QStringList HeatmapCanvas::Impl::readOutLines() const {
    return readOut && marks.hoveredRow >= 0 ? readOut(marks.hoveredRow, marks.hoveredCol) : QStringList();
}

void HeatmapCanvas::Impl::setHovered(std::int64_t row, std::int64_t col) {
    if (row == marks.hoveredRow && col == marks.hoveredCol)
        return;
    marks.hoveredRow = row;
    marks.hoveredCol = col;
    canvas->setAccessibleDescription(readOutLines().join(QStringLiteral("; ")));
    update(); // the labels at the edges follow too
    emit canvas->cellHovered(row, col);
}

void HeatmapCanvas::Impl::hover(QPointF where, bool inside) {
    const auto [row, col] = inside ? cellAt(where) : std::pair<std::int64_t, std::int64_t>{-1, -1};
    setHovered(row, col);
}

// Moves the cell that the keyboard points at, and keeps it on the screen.
void HeatmapCanvas::Impl::step(std::int64_t dRow, std::int64_t dCol) {
    const CanvasGeometry now = geometry();
    if (now.nRow == 0 || now.nCol == 0)
        return;
    std::int64_t row = marks.hoveredRow >= 0 ? marks.hoveredRow : std::max<std::int64_t>(marks.markedRow, 0);
    std::int64_t col = marks.hoveredCol >= 0 ? marks.hoveredCol : std::max<std::int64_t>(marks.markedCol, 0);
    row = std::clamp<std::int64_t>(row + dRow, 0, now.nRow - 1);
    col = std::clamp<std::int64_t>(col + dCol, 0, now.nCol - 1);
    HeatmapView wanted = view;
    const auto reveal = [&](double& first, std::int64_t cell, double pixels) {
        const double extent = pixels * wanted.cellsPerPixel, at = static_cast<double>(cell);
        if (at < first || at + 1 > first + extent)
            first = at + 0.5 - extent / 2;
    };
    reveal(wanted.firstRow, row, now.map.height());
    reveal(wanted.firstCol, col, now.map.width());
    marks.hoveredRow = marks.hoveredCol = -1; // so that moving the map does not look for the old cell
    if (wanted != view)
        move(wanted);
    cursor = QPointF(now.map.x() + (static_cast<double>(col) + 0.5 - view.firstCol) / view.cellsPerPixel,
                     now.map.y() + (static_cast<double>(row) + 0.5 - view.firstRow) / view.cellsPerPixel);
    setHovered(row, col);
}

void HeatmapCanvas::Impl::pickHead(int iLayer, int iHead) {
    if (controls.nLayer <= 0)
        return;
    iLayer = std::clamp(iLayer, 0, controls.nLayer - 1);
    iHead = std::clamp(iHead, 0, std::max(0, controls.nHead - 1));
    if (iLayer == controls.iLayer && iHead == controls.iHead)
        return;
    controls.iLayer = iLayer;
    controls.iHead = iHead;
    updateMap();
    emit canvas->headPicked(iLayer, iHead);
}

void HeatmapCanvas::Impl::cycleLook(int colours, int scale, int block) {
    HeatmapLook wanted = look;
    wanted.map = static_cast<ColourMap>((static_cast<int>(look.map) + colours) % kColourMapCount);
    wanted.scale = static_cast<ColourScale>((static_cast<int>(look.scale) + scale) % kColourScaleCount);
    wanted.block = static_cast<BlockValue>((static_cast<int>(look.block) + block) % 2);
    canvas->setLook(wanted);
}

bool HeatmapCanvas::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        // Keys that mean something to a map do so while it has the focus, whatever the window's menus say.
        const auto* key = static_cast<QKeyEvent*>(event);
        const bool all = key->key() == Qt::Key_0 && key->modifiers() == Qt::ControlModifier;
        if (all || (key->modifiers() == Qt::NoModifier && (key->key() == Qt::Key_C || key->key() == Qt::Key_L ||
                                                           key->key() == Qt::Key_B || key->key() == Qt::Key_S))) {
            event->accept();
            return true;
        }
    }
    if (event->type() == QEvent::NativeGesture) {
        auto* gesture = static_cast<QNativeGestureEvent*>(event);
        if (gesture->gestureType() == Qt::ZoomNativeGesture) {
            impl_->zoom(1 + gesture->value(), gesture->position());
            return true;
        }
    }
    if (event->type() == QEvent::Gesture) {
        auto* gesture = static_cast<QGestureEvent*>(event)->gesture(Qt::PinchGesture);
        if (const auto* pinch = static_cast<QPinchGesture*>(gesture)) {
            impl_->zoom(pinch->scaleFactor(), mapFromGlobal(pinch->centerPoint()));
            return true;
        }
    }
    return QWidget::event(event);
}

void HeatmapCanvas::mousePressEvent(QMouseEvent* event) {
    setFocus(Qt::MouseFocusReason);
    impl_->cursor = event->position();
#ifdef VITRAL_HAVE_IMGUI
    // One frame with the pointer where it is now tells whose press this is.
    const QRect map = impl_->layout(size()).map;
    impl_->ui->moved(event->position() - map.topLeft());
    impl_->runUi(map.size(), devicePixelRatioF());
    impl_->uiPressed = impl_->ui->wantsMouse();
    impl_->ui->button(*event);
    impl_->runUi(map.size(), devicePixelRatioF()); // a release may follow before the next frame is drawn
    impl_->updateMap();
    if (impl_->uiPressed)
        return;
#endif
    if (event->button() != Qt::LeftButton && event->button() != Qt::MiddleButton)
        return;
    impl_->dragging = true;
    impl_->moved = false;
    impl_->pressed = event->position();
    impl_->pressedView = impl_->view;
}

void HeatmapCanvas::mouseMoveEvent(QMouseEvent* event) {
    impl_->cursor = event->position();
#ifdef VITRAL_HAVE_IMGUI
    impl_->ui->moved(event->position() - impl_->layout(size()).map.topLeft());
    if (!impl_->dragging && impl_->ui->wantsMouse()) {
        impl_->hover({}, false);
        impl_->updateMap();
        return;
    }
#endif
    if (impl_->dragging) {
        const QPointF by = event->position() - impl_->pressed;
        if (!impl_->moved && by.manhattanLength() < 4)
            return;
        impl_->moved = true;
        setCursor(Qt::ClosedHandCursor);
        const double perPixel = impl_->pressedView.cellsPerPixel;
        impl_->move({impl_->pressedView.firstCol - by.x() * perPixel, impl_->pressedView.firstRow - by.y() * perPixel,
                     perPixel});
        return;
    }
    impl_->hover(event->position(), true);
    impl_->updateMap(); // the read-out follows
}

void HeatmapCanvas::mouseReleaseEvent(QMouseEvent* event) {
#ifdef VITRAL_HAVE_IMGUI
    impl_->ui->button(*event);
    impl_->updateMap();
    if (impl_->uiPressed) {
        impl_->runUi(impl_->layout(size()).map.size(), devicePixelRatioF());
        impl_->uiPressed = false;
        return;
    }
#endif
    if (!impl_->dragging)
        return;
    impl_->dragging = false;
    unsetCursor();
    if (!impl_->moved && event->button() == Qt::LeftButton)
        if (const auto [row, col] = impl_->cellAt(event->position()); row >= 0)
            emit cellClicked(row, col);
    impl_->update();
}

void HeatmapCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
    mousePressEvent(event);
    if (impl_->uiPressed)
        return;
    impl_->dragging = false;
    impl_->zoom(2, event->position());
}

void HeatmapCanvas::wheelEvent(QWheelEvent* event) {
    const QPoint turn = event->angleDelta();
    event->accept();
#ifdef VITRAL_HAVE_IMGUI
    if (impl_->ui->wantsMouse()) {
        impl_->ui->wheel(*event);
        impl_->updateMap();
        return;
    }
#endif
    if (event->modifiers() & Qt::ShiftModifier)
        impl_->pan(-(turn.x() + turn.y()) / 2.0, 0);
    else if (event->modifiers() & Qt::AltModifier)
        impl_->pan(0, -(turn.x() + turn.y()) / 2.0);
    else
        impl_->zoom(std::pow(kZoomStep, turn.y() / 120.0), event->position());
}

void HeatmapCanvas::leaveEvent(QEvent*) {
#ifdef VITRAL_HAVE_IMGUI
    if (!impl_->uiPressed)
        impl_->ui->leave();
#endif
    impl_->hover({}, false);
    impl_->updateMap();
}

void HeatmapCanvas::focusInEvent(QFocusEvent*) {
    impl_->update();
}

void HeatmapCanvas::focusOutEvent(QFocusEvent*) {
#ifdef VITRAL_HAVE_IMGUI
    impl_->ui->focusOut();
#endif
    impl_->update();
}

void HeatmapCanvas::keyPressEvent(QKeyEvent* event) {
#ifdef VITRAL_HAVE_IMGUI
    if (impl_->ui->key(*event)) {
        impl_->updateMap();
        return;
    }
#endif
    const bool cell = event->modifiers() & Qt::ShiftModifier, far = event->modifiers() & Qt::ControlModifier;
    const QPointF middle = impl_->marks.hoveredRow >= 0 ? impl_->cursor : QRectF(impl_->geometry().map).center();
    const int step = far ? 4 * kPanStep : kPanStep;
    const std::int64_t cells = far ? 10 : 1;
    const CanvasControls& controls = impl_->controls;
    switch (event->key()) {
    case Qt::Key_Left:
        cell ? impl_->step(0, -cells) : impl_->pan(-step, 0);
        return;
    case Qt::Key_Right:
        cell ? impl_->step(0, cells) : impl_->pan(step, 0);
        return;
    case Qt::Key_Up:
        cell ? impl_->step(-cells, 0) : impl_->pan(0, -step);
        return;
    case Qt::Key_Down:
        cell ? impl_->step(cells, 0) : impl_->pan(0, step);
        return;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        impl_->zoom(kZoomStep, middle);
        return;
    case Qt::Key_Minus:
        impl_->zoom(1 / kZoomStep, middle);
        return;
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
        if (controls.nLayer > 0) {
            const int by = event->key() == Qt::Key_PageUp ? -1 : 1;
            impl_->pickHead(controls.iLayer + (cell ? 0 : by), controls.iHead + (cell ? by : 0));
            return;
        }
        break;
    case Qt::Key_C:
        impl_->cycleLook(1, 0, 0);
        return;
    case Qt::Key_L:
        impl_->cycleLook(0, 1, 0);
        return;
    case Qt::Key_B:
        impl_->cycleLook(0, 0, 1);
        return;
    case Qt::Key_S:
        if (controls.canHideSinks) {
            emit hideSinksWanted(!controls.hidesSinks);
            return;
        }
        break;
    case Qt::Key_0:
        if (far) {
            showAll();
            return;
        }
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        if (impl_->marks.hoveredRow >= 0) {
            emit cellClicked(impl_->marks.hoveredRow, impl_->marks.hoveredCol);
            return;
        }
        break;
    default:
        break;
    }
    QWidget::keyPressEvent(event);
}

void HeatmapCanvas::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    const auto choices = [&](const QString& title, const QStringList& names, int now, QKeySequence next,
                             auto&& choose) {
        QMenu* sub =
            menu.addMenu(next.isEmpty() ? title : title + QLatin1Char('\t') + next.toString(QKeySequence::NativeText));
        auto* group = new QActionGroup(sub);
        for (int i = 0; i < names.size(); ++i) {
            QAction* action = sub->addAction(names[i]);
            action->setCheckable(true);
            action->setChecked(i == now);
            group->addAction(action);
            connect(action, &QAction::triggered, this, [choose, i] { choose(i); });
        }
    };
    const auto setPart = [this](auto member) {
        return [this, member](int i) {
            HeatmapLook wanted = look();
            wanted.*member = static_cast<std::remove_reference_t<decltype(wanted.*member)>>(i);
            setLook(wanted);
        };
    };
    choices(tr("Colours"), lookNames(LookPart::Colours), static_cast<int>(look().map), Qt::Key_C,
            setPart(&HeatmapLook::map));
    choices(tr("Scale"), lookNames(LookPart::Scale), static_cast<int>(look().scale), Qt::Key_L,
            setPart(&HeatmapLook::scale));
    choices(tr("Blocks show"), lookNames(LookPart::Block), static_cast<int>(look().block), Qt::Key_B,
            setPart(&HeatmapLook::block));
    const CanvasControls controls = impl_->controls;
    if (controls.nLayer > 0) {
        const auto numbers = [](int n) {
            QStringList names;
            for (int i = 0; i < n; ++i)
                names << QString::number(i);
            return names;
        };
        choices(tr("Layer"), numbers(controls.nLayer), controls.iLayer, Qt::Key_PageDown,
                [this](int i) { impl_->pickHead(i, impl_->controls.iHead); });
        choices(tr("Head"), numbers(controls.nHead), controls.iHead, QKeySequence(Qt::SHIFT | Qt::Key_PageDown),
                [this](int i) { impl_->pickHead(impl_->controls.iLayer, i); });
    }
    menu.addSeparator();
    if (controls.canHideSinks) {
        QAction* hide = menu.addAction(tr("Hide attention sinks"), QKeySequence(Qt::Key_S), this,
                                       [this, controls] { emit hideSinksWanted(!controls.hidesSinks); });
        hide->setCheckable(true);
        hide->setChecked(controls.hidesSinks);
    }
#ifdef VITRAL_HAVE_IMGUI
    QAction* floating = menu.addAction(tr("Controls over the map"), this, [this](bool on) { setControlsVisible(on); });
    floating->setCheckable(true);
    floating->setChecked(controlsVisible());
#endif
    menu.addAction(tr("Show all"), QKeySequence(Qt::CTRL | Qt::Key_0), this, [this] { showAll(); });
    menu.exec(event->globalPos());
}

} // namespace vitral
