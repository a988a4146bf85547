// SPDX-License-Identifier: Apache-2.0
#include "widgets/canvas/heatmap_canvas.h"

#include "widgets/canvas/canvas_vulkan.h"
#include "widgets/canvas/heatmap_canvas_impl.h"
#include "widgets/canvas/renderer_choice.h"
#include "widgets/design/palette.h"
#ifdef VITRAL_HAVE_IMGUI
#include "gpu/panels/software_raster.h"
#include "widgets/canvas/ui_layer.h"
#endif

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace vitral {

HeatmapCanvas::HeatmapCanvas(QWidget* parent) : QWidget(parent), impl_(std::make_unique<Impl>(this)) {
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
    if (MapSource* from = impl_->source.get()) {
        connect(from, &MapSource::tileReady, this, [this] { impl_->tileArrived(); });
        connect(from, &MapSource::changed, this, [this] {
            impl_->store.clear();
            impl_->imageDirty = true;
            if (impl_->fitted)
                impl_->view = impl_->fit(impl_->layout(size()).map);
            impl_->update();
        });
    }
    impl_->imageDirty = true;
    if (!sameSize)
        showAll();
    impl_->update();
}

void HeatmapCanvas::setLook(const HeatmapLook& look) {
    if (look == impl_->look)
        return;
    impl_->look = look;
    impl_->imageDirty = impl_->tableDirty = impl_->barDirty = true;
    impl_->update();
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
    if (impl_->vulkan)
        impl_->vulkan->place(impl_->layout(size()).map);
    if (impl_->fitted)
        showAll();
    impl_->update();
}
void HeatmapCanvas::setReadOut(std::function<QStringList(std::int64_t, std::int64_t)> readOut) {
    impl_->readOut = std::move(readOut);
    impl_->updateMap();
}
void HeatmapCanvas::setMarked(std::int64_t iRow, std::int64_t iCol) {
    impl_->marks.markedRow = iRow;
    impl_->marks.markedCol = iCol;
    impl_->update();
}
void HeatmapCanvas::setControls(const CanvasControls& controls) {
    if (controls == impl_->controls)
        return;
    impl_->controls = controls;
    impl_->update();
}
void HeatmapCanvas::setControlsVisible(bool visible) {
    impl_->controlsVisible = visible;
    impl_->updateMap();
}
bool HeatmapCanvas::controlsVisible() const {
    return impl_->controlsVisible;
}

QImage HeatmapCanvas::picture(QSize size, qreal scale, bool complete) {
    QImage out((QSizeF(size) * scale).toSize(), QImage::Format_RGB32);
    out.setDevicePixelRatio(scale);
    QPainter painter(&out);
    paintPicture(painter, size, scale, complete);
    painter.end();
    return out;
}

void HeatmapCanvas::paintPicture(QPainter& painter, QSize size, qreal scale, bool complete) {
    const design::Palette& palette = design::paletteFor(this);
    painter.fillRect(QRect(QPoint(), size), palette.surface);
    const CanvasLayout layout = impl_->layout(size);
    const HeatmapView shown = impl_->fitted ? impl_->fit(layout.map) : impl_->view;
    const QSize pixels = (QSizeF(layout.map.size()) * scale).toSize();
    QImage map = impl_->draw(shown, pixels, scale, complete);
    CanvasMarks marks = impl_->marks;
    marks.hoveredRow = marks.hoveredCol = -1;
    fillMarks(map, markRects(marks, shown, pixels, scale, palette));
    map.setDevicePixelRatio(scale);
    painter.drawImage(layout.map.topLeft(), map);
    impl_->paintAround(painter, layout, shown, scale);
    impl_->imageDirty = impl_->tableDirty = true; // the rank scale and `waiting` were those of this picture
}

void HeatmapCanvas::chooseRenderer() {
    if (!impl_->rendererChosen)
        return; // it will be when the canvas is first seen
    impl_->rendererChosen = false;
    impl_->dropVulkan({});
    impl_->chooseRenderer();
}

QString HeatmapCanvas::rendererName() const {
    return impl_->vulkan ? QStringLiteral("Vulkan: ") + impl_->vulkan->deviceName() : QStringLiteral("QPainter");
}
QString HeatmapCanvas::rendererNote() const {
    return impl_->renderNote;
}
bool HeatmapCanvas::standsIn() const {
    return impl_->waiting || impl_->nMissing > 0;
}
double HeatmapCanvas::lastFrameMs() const {
    return impl_->frameMs;
}

QSize HeatmapCanvas::sizeHint() const {
    return {640, 480};
}
QSize HeatmapCanvas::minimumSizeHint() const {
    return {160, 120};
}

void HeatmapCanvas::paintEvent(QPaintEvent*) {
    QElapsedTimer time;
    time.start();
    const CanvasLayout layout = impl_->layout(size());
    const double ratio = devicePixelRatioF();
    const design::Palette& palette = design::paletteFor(this);
    QPainter painter(this);
    if (impl_->vulkan) {
        // The window draws the map; around it everything is as ever.
        for (const QRect& part :
             {layout.rowLabels, layout.columnLabels, layout.legend, QRect(0, 0, layout.map.left(), layout.map.top())})
            painter.fillRect(part, palette.surface);
        if (impl_->imageDirty)
            impl_->vulkan->requestUpdate();
        impl_->paintAround(painter, layout, impl_->view, ratio);
        return;
    }
    const QSize pixels = (QSizeF(layout.map.size()) * ratio).toSize();
    if (impl_->imageDirty || impl_->image.size() != pixels) {
        impl_->image = impl_->draw(impl_->view, pixels, ratio, false);
        impl_->image.setDevicePixelRatio(ratio);
        impl_->imageDirty = false;
    }
    painter.fillRect(rect(), palette.surface);
    QImage shown = impl_->image; // copied when something lies over it
    fillMarks(shown, markRects(impl_->marks, impl_->view, pixels, ratio, palette));
#ifdef VITRAL_HAVE_IMGUI
    if (const gpu::UiFrame* ui = impl_->runUi(layout.map.size(), ratio))
        gpu::rasterUi(*ui, reinterpret_cast<std::uint32_t*>(shown.bits()), shown.width(), shown.height(),
                      shown.bytesPerLine() / 4);
#endif
    painter.drawImage(layout.map.topLeft(), shown);
    impl_->paintAround(painter, layout, impl_->view, ratio);
    if (hasFocus()) {
        painter.setPen(QPen(palette.accent, 2));
        painter.drawRect(layout.map.adjusted(1, 1, -1, -1));
    }
#ifndef VITRAL_HAVE_IMGUI
    if (!impl_->dragging)
        paintReadOut(painter, layout.map, impl_->cursor, impl_->readOutLines(), palette);
#endif
    impl_->frameMs = static_cast<double>(time.nsecsElapsed()) * 1e-6;
}

void HeatmapCanvas::resizeEvent(QResizeEvent*) {
    impl_->imageDirty = true;
    if (impl_->vulkan)
        impl_->vulkan->place(impl_->layout(size()).map);
    if (impl_->fitted)
        showAll();
}

void HeatmapCanvas::showEvent(QShowEvent* event) {
    impl_->chooseRenderer();
    QWidget::showEvent(event);
}

void HeatmapCanvas::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::LanguageChange) {
        if (event->type() == QEvent::LanguageChange)
            setAccessibleName(tr("Heat map"));
#ifdef VITRAL_HAVE_IMGUI
        if (event->type() == QEvent::PaletteChange && impl_->ui)
            impl_->ui->setPalette(design::paletteFor(this));
#endif
        impl_->imageDirty = impl_->tableDirty = true;
        impl_->update();
    }
    QWidget::changeEvent(event);
}

} // namespace vitral
