// SPDX-License-Identifier: Apache-2.0
#include "widgets/canvas/heatmap_canvas.h"

#include "widgets/canvas/canvas_paint.h"
#include "widgets/canvas/map_raster.h"
#include "widgets/design/palette.h"

#include <QActionGroup>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QPainter>
#include <QPinchGesture>

#include <algorithm>
#include <cmath>

namespace vitral {

namespace {

constexpr double kSmallestCellsPerPixel = 1.0 / 256;
constexpr double kZoomStep = 1.25;
constexpr int kPanStep = 64;

} // namespace

struct HeatmapCanvas::Impl {
    HeatmapCanvas* canvas = nullptr;
    std::shared_ptr<MapSource> source;
    HeatmapLook look;
    HeatmapView view;
    bool fitted = true; ///< shows all until somebody moves
    CellLabel rowLabel, columnLabel;
    std::function<QStringList(std::int64_t, std::int64_t)> readOut;
    std::int64_t markedRow = -1, markedCol = -1, hoveredRow = -1, hoveredCol = -1;
    QPointF cursor, pressed;
    HeatmapView pressedView;
    bool dragging = false, moved = false;

    TileStore store;
    RankSample rank;
    ColourTable table;
    QImage image; ///< the map as last painted
    int nMissing = 0;
    bool waiting = false;
    bool imageDirty = true, tableDirty = true;

    [[nodiscard]] CanvasLayout layout(QSize size) const {
        return layOutCanvas(size, static_cast<bool>(rowLabel), static_cast<bool>(columnLabel), true);
    }
    [[nodiscard]] CanvasGeometry geometry(const QRect& map, const HeatmapView& shown) const {
        return {map, shown, source ? source->nRow() : 0, source ? source->nCol() : 0};
    }
    [[nodiscard]] CanvasGeometry geometry() const { return geometry(layout(canvas->size()).map, view); }

    [[nodiscard]] HeatmapView fit(const QRect& map) const {
        HeatmapView all;
        const double nRow = source ? static_cast<double>(source->nRow()) : 0,
                     nCol = source ? static_cast<double>(source->nCol()) : 0;
        if (nRow <= 0 || nCol <= 0)
            return all;
        all.cellsPerPixel = std::max({nCol / map.width(), nRow / map.height(), 1.0 / 96});
        all.firstCol = -(map.width() * all.cellsPerPixel - nCol) / 2;
        all.firstRow = -(map.height() * all.cellsPerPixel - nRow) / 2;
        return all;
    }

    // Keeps some of the map on the screen and the zoom between one cell and everything.
    [[nodiscard]] HeatmapView clamped(HeatmapView wanted) const {
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

    void move(HeatmapView wanted) {
        fitted = false;
        wanted = clamped(wanted);
        if (wanted == view)
            return;
        view = wanted;
        imageDirty = true;
        hover(cursor, canvas->underMouse());
        canvas->update();
        emit canvas->viewChanged();
    }

    void zoom(double factor, QPointF about) {
        const CanvasGeometry now = geometry();
        HeatmapView wanted = view;
        wanted.cellsPerPixel = clamped({view.firstCol, view.firstRow, view.cellsPerPixel / factor}).cellsPerPixel;
        // The cell under the pointer stays under it.
        wanted.firstCol = view.firstCol + (about.x() - now.map.x()) * (view.cellsPerPixel - wanted.cellsPerPixel);
        wanted.firstRow = view.firstRow + (about.y() - now.map.y()) * (view.cellsPerPixel - wanted.cellsPerPixel);
        move(wanted);
    }

    void pan(double dx, double dy) {
        move({view.firstCol + dx * view.cellsPerPixel, view.firstRow + dy * view.cellsPerPixel, view.cellsPerPixel});
    }

    [[nodiscard]] std::pair<std::int64_t, std::int64_t> cellAt(QPointF where) const {
        const CanvasGeometry now = geometry();
        if (!now.map.contains(where.toPoint()))
            return {-1, -1};
        const double row = std::floor(view.firstRow + (where.y() - now.map.y()) * view.cellsPerPixel);
        const double col = std::floor(view.firstCol + (where.x() - now.map.x()) * view.cellsPerPixel);
        if (row < 0 || col < 0 || row >= static_cast<double>(now.nRow) || col >= static_cast<double>(now.nCol))
            return {-1, -1};
        return {static_cast<std::int64_t>(row), static_cast<std::int64_t>(col)};
    }

    void setHovered(std::int64_t row, std::int64_t col) {
        if (row == hoveredRow && col == hoveredCol)
            return;
        hoveredRow = row;
        hoveredCol = col;
        canvas->setAccessibleDescription(readOutLines().join(QStringLiteral("; ")));
        canvas->update();
        emit canvas->cellHovered(row, col);
    }
    void hover(QPointF where, bool inside) {
        const auto [row, col] = inside ? cellAt(where) : std::pair<std::int64_t, std::int64_t>{-1, -1};
        setHovered(row, col);
    }
    [[nodiscard]] QStringList readOutLines() const {
        return readOut && hoveredRow >= 0 ? readOut(hoveredRow, hoveredCol) : QStringList();
    }

    // Moves the cell that the keyboard points at, and keeps it on the screen.
    void step(std::int64_t dRow, std::int64_t dCol) {
        const CanvasGeometry now = geometry();
        if (now.nRow == 0 || now.nCol == 0)
            return;
        std::int64_t row = hoveredRow >= 0 ? hoveredRow : std::max<std::int64_t>(markedRow, 0);
        std::int64_t col = hoveredCol >= 0 ? hoveredCol : std::max<std::int64_t>(markedCol, 0);
        row = std::clamp<std::int64_t>(row + dRow, 0, now.nRow - 1);
        col = std::clamp<std::int64_t>(col + dCol, 0, now.nCol - 1);
        HeatmapView wanted = view;
        const auto reveal = [&](double& first, double cell, double pixels) {
            const double extent = pixels * wanted.cellsPerPixel;
            if (cell < first || cell + 1 > first + extent)
                first = cell + 0.5 - extent / 2;
        };
        reveal(wanted.firstRow, static_cast<double>(row), now.map.height());
        reveal(wanted.firstCol, static_cast<double>(col), now.map.width());
        cursor = QPointF(now.map.x() + (static_cast<double>(col) + 0.5 - wanted.firstCol) / wanted.cellsPerPixel,
                         now.map.y() + (static_cast<double>(row) + 0.5 - wanted.firstRow) / wanted.cellsPerPixel);
        if (wanted != view)
            move(wanted);
        setHovered(row, col);
    }

    // Chooses tiles and colours for a picture of this size; `complete` computes what is missing.
    QImage draw(const HeatmapView& shown, QSize pixels, double ratio, bool complete) {
        QImage out(pixels, QImage::Format_RGB32);
        const design::Palette& palette = design::paletteFor(canvas);
        const MapBackground background{palette.sunken.rgb(), palette.border.rgb()};
        if (!source || source->nRow() <= 0 || source->nCol() <= 0) {
            out.fill(palette.sunken);
            return out;
        }
        const MapPlan plan = planMap(shown, source->nRow(), source->nCol(), pixels, ratio);
        std::vector<TileChoice> tiles;
        if (complete) {
            for (int r = 0; r < plan.nTileRow; ++r)
                for (int c = 0; c < plan.nTileCol; ++c) {
                    auto tile = source->tile(plan.key(r, c));
                    tiles.push_back({tile && tile->exact ? tile : source->tileNow(plan.key(r, c)), 0, 0});
                }
            nMissing = 0;
        } else {
            tiles = store.choose(*source, plan, &nMissing);
        }
        waiting = std::any_of(tiles.begin(), tiles.end(), [](const TileChoice& t) { return !t.tile || t.shift > 0; });
        if (effectiveScale(look) == ColourScale::Rank) {
            rank = sampleSeen(plan, tiles, look.block);
            tableDirty = true;
        }
        if (tableDirty) {
            table = makeColourTable(look, rank, palette.surface.rgb());
            tableDirty = false;
        }
        rasterMap(plan, tiles, look.block, table, background, out);
        return out;
    }

    [[nodiscard]] LegendState legend(double ratio, const HeatmapView& shown) const {
        LegendState state;
        state.look = look;
        state.rank = &rank;
        if (source && source->nRow() > 0)
            state.cellsPerBlock = std::int64_t{1} << planMap(shown, source->nRow(), source->nCol(), {}, ratio).level;
        state.waiting = waiting;
        state.sampled = nMissing > 0;
        return state;
    }

    void paintAround(QPainter& painter, const CanvasLayout& layout, const HeatmapView& shown, double ratio) {
        const design::Palette& palette = design::paletteFor(canvas);
        const CanvasGeometry now = geometry(layout.map, shown);
        paintRowLabels(painter, now, layout.rowLabels, rowLabel, hoveredRow >= 0 ? hoveredRow : markedRow, palette);
        paintColumnLabels(painter, now, layout.columnLabels, columnLabel, hoveredCol >= 0 ? hoveredCol : markedCol,
                          palette);
        paintLegend(painter, layout.legend, legend(ratio, shown), palette);
    }
};

HeatmapCanvas::HeatmapCanvas(QWidget* parent) : QWidget(parent), impl_(std::make_unique<Impl>()) {
    impl_->canvas = this;
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Heat map"));
    setAttribute(Qt::WA_OpaquePaintEvent);
    grabGesture(Qt::PinchGesture);
}

HeatmapCanvas::~HeatmapCanvas() {
    if (impl_->source)
        disconnect(impl_->source.get(), nullptr, this, nullptr);
}

void HeatmapCanvas::setSource(std::shared_ptr<MapSource> source) {
    if (impl_->source)
        disconnect(impl_->source.get(), nullptr, this, nullptr);
    const bool sameSize =
        impl_->source && source && impl_->source->nRow() == source->nRow() && impl_->source->nCol() == source->nCol();
    impl_->source = std::move(source);
    impl_->store.clear();
    impl_->imageDirty = true;
    if (MapSource* from = impl_->source.get()) {
        connect(from, &MapSource::tileReady, this, [this] {
            impl_->imageDirty = true;
            update();
        });
        connect(from, &MapSource::changed, this, [this] {
            impl_->store.clear();
            impl_->imageDirty = true;
            if (impl_->fitted)
                impl_->view = impl_->fit(impl_->layout(size()).map);
            update();
        });
    }
    if (!sameSize)
        showAll();
    update();
}

void HeatmapCanvas::setLook(const HeatmapLook& look) {
    if (look == impl_->look)
        return;
    impl_->look = look;
    impl_->imageDirty = impl_->tableDirty = true;
    update();
    emit lookChanged();
}
const HeatmapLook& HeatmapCanvas::look() const {
    return impl_->look;
}
void HeatmapCanvas::setView(const HeatmapView& view) {
    impl_->move(view);
}
const HeatmapView& HeatmapCanvas::view() const {
    return impl_->view;
}

void HeatmapCanvas::showAll() {
    impl_->move(impl_->fit(impl_->layout(size()).map));
    impl_->fitted = true;
}

void HeatmapCanvas::setLabels(std::function<QString(std::int64_t)> row, std::function<QString(std::int64_t)> column) {
    impl_->rowLabel = std::move(row);
    impl_->columnLabel = std::move(column);
    impl_->imageDirty = true;
    if (impl_->fitted)
        showAll();
    update();
}
void HeatmapCanvas::setReadOut(std::function<QStringList(std::int64_t, std::int64_t)> readOut) {
    impl_->readOut = std::move(readOut);
    update();
}
void HeatmapCanvas::setMarked(std::int64_t iRow, std::int64_t iCol) {
    impl_->markedRow = iRow;
    impl_->markedCol = iCol;
    update();
}

QImage HeatmapCanvas::picture(QSize size, qreal scale, bool complete) {
    QImage out(size * scale, QImage::Format_RGB32);
    out.setDevicePixelRatio(scale);
    const design::Palette& palette = design::paletteFor(this);
    out.fill(palette.surface);
    const CanvasLayout layout = impl_->layout(size);
    const HeatmapView shown = impl_->fitted ? impl_->fit(layout.map) : impl_->view;
    QImage map = impl_->draw(shown, layout.map.size() * scale, scale, complete);
    map.setDevicePixelRatio(scale);
    QPainter painter(&out);
    painter.drawImage(layout.map.topLeft(), map);
    paintMarked(painter, impl_->geometry(layout.map, shown), impl_->markedRow, impl_->markedCol, palette);
    impl_->paintAround(painter, layout, shown, scale);
    impl_->imageDirty = impl_->tableDirty = true; // the rank scale and `waiting` were those of this picture
    return out;
}

QString HeatmapCanvas::rendererName() const {
    return QStringLiteral("QPainter");
}

QSize HeatmapCanvas::sizeHint() const {
    return {640, 480};
}
QSize HeatmapCanvas::minimumSizeHint() const {
    return {160, 120};
}

void HeatmapCanvas::paintEvent(QPaintEvent*) {
    const CanvasLayout layout = impl_->layout(size());
    const double ratio = devicePixelRatioF();
    const QSize pixels = (QSizeF(layout.map.size()) * ratio).toSize();
    if (impl_->imageDirty || impl_->image.size() != pixels) {
        impl_->image = impl_->draw(impl_->view, pixels, ratio, false);
        impl_->image.setDevicePixelRatio(ratio);
        impl_->imageDirty = false;
    }
    const design::Palette& palette = design::paletteFor(this);
    QPainter painter(this);
    painter.fillRect(rect(), palette.surface);
    painter.drawImage(layout.map.topLeft(), impl_->image);
    const CanvasGeometry now = impl_->geometry();
    paintMarked(painter, now, impl_->markedRow, impl_->markedCol, palette);
    paintHovered(painter, now, impl_->hoveredRow, impl_->hoveredCol, palette);
    impl_->paintAround(painter, layout, impl_->view, ratio);
    if (hasFocus()) {
        painter.setPen(QPen(palette.accent, 2));
        painter.drawRect(layout.map.adjusted(1, 1, -1, -1));
    }
    if (!impl_->dragging)
        paintReadOut(painter, layout.map, impl_->cursor, impl_->readOutLines(), palette);
}

void HeatmapCanvas::resizeEvent(QResizeEvent*) {
    impl_->imageDirty = true;
    if (impl_->fitted)
        showAll();
}

void HeatmapCanvas::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::LanguageChange) {
        if (event->type() == QEvent::LanguageChange)
            setAccessibleName(tr("Heat map"));
        impl_->imageDirty = impl_->tableDirty = true;
        update();
    }
    QWidget::changeEvent(event);
}

bool HeatmapCanvas::event(QEvent* event) {
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
    if (event->button() != Qt::LeftButton && event->button() != Qt::MiddleButton)
        return;
    impl_->dragging = true;
    impl_->moved = false;
    impl_->pressed = event->position();
    impl_->pressedView = impl_->view;
}

void HeatmapCanvas::mouseMoveEvent(QMouseEvent* event) {
    impl_->cursor = event->position();
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
    update(); // the read-out follows
}

void HeatmapCanvas::mouseReleaseEvent(QMouseEvent* event) {
    if (!impl_->dragging)
        return;
    impl_->dragging = false;
    unsetCursor();
    if (!impl_->moved && event->button() == Qt::LeftButton)
        if (const auto [row, col] = impl_->cellAt(event->position()); row >= 0)
            emit cellClicked(row, col);
    update();
}

void HeatmapCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
    impl_->zoom(2, event->position());
}

void HeatmapCanvas::wheelEvent(QWheelEvent* event) {
    const QPoint turn = event->angleDelta();
    if (event->modifiers() & Qt::ShiftModifier)
        impl_->pan(-(turn.x() + turn.y()) / 2.0, 0);
    else if (event->modifiers() & Qt::AltModifier)
        impl_->pan(0, -(turn.x() + turn.y()) / 2.0);
    else
        impl_->zoom(std::pow(kZoomStep, turn.y() / 120.0), event->position());
    event->accept();
}

void HeatmapCanvas::leaveEvent(QEvent*) {
    impl_->hover({}, false);
}

void HeatmapCanvas::keyPressEvent(QKeyEvent* event) {
    const bool cell = event->modifiers() & Qt::ShiftModifier, far = event->modifiers() & Qt::ControlModifier;
    const QPointF middle = QRectF(impl_->geometry().map).center();
    const int step = far ? 4 * kPanStep : kPanStep;
    const std::int64_t cells = far ? 10 : 1;
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
        impl_->zoom(kZoomStep, impl_->hoveredRow >= 0 ? impl_->cursor : middle);
        return;
    case Qt::Key_Minus:
        impl_->zoom(1 / kZoomStep, impl_->hoveredRow >= 0 ? impl_->cursor : middle);
        return;
    case Qt::Key_0:
        if (far) {
            showAll();
            return;
        }
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        if (impl_->hoveredRow >= 0) {
            emit cellClicked(impl_->hoveredRow, impl_->hoveredCol);
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
    const auto choices = [&](const QString& title, const QStringList& names, int now, auto&& choose) {
        QMenu* sub = menu.addMenu(title);
        auto* group = new QActionGroup(sub);
        for (int i = 0; i < names.size(); ++i) {
            QAction* action = sub->addAction(names[i]);
            action->setCheckable(true);
            action->setChecked(i == now);
            group->addAction(action);
            connect(action, &QAction::triggered, this, [this, choose, i] {
                HeatmapLook look = impl_->look;
                choose(look, i);
                setLook(look);
            });
        }
    };
    choices(tr("Colours"), {tr("Viridis"), tr("Cividis"), tr("Magma"), tr("Grey"), tr("Blue to orange")},
            static_cast<int>(look().map), [](HeatmapLook& look, int i) { look.map = static_cast<ColourMap>(i); });
    choices(tr("Scale"), {tr("Linear"), tr("Logarithmic"), tr("By rank")}, static_cast<int>(look().scale),
            [](HeatmapLook& look, int i) { look.scale = static_cast<ColourScale>(i); });
    choices(tr("Blocks show"), {tr("Max"), tr("Mean")}, static_cast<int>(look().block),
            [](HeatmapLook& look, int i) { look.block = static_cast<BlockValue>(i); });
    menu.addSeparator();
    menu.addAction(tr("Show all"), QKeySequence(Qt::CTRL | Qt::Key_0), this, [this] { showAll(); });
    menu.exec(event->globalPos());
}

} // namespace vitral
