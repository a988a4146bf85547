// SPDX-License-Identifier: Apache-2.0
// What one frame of a canvas consists of: layout, tiles, colours, labels, controls; and who draws it.
#include "widgets/canvas/canvas_vulkan.h"
#include "widgets/canvas/heatmap_canvas_impl.h"
#include "widgets/canvas/renderer_choice.h"
#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#ifdef VITRAL_HAVE_IMGUI
#include "widgets/canvas/ui_layer.h"
#endif

#include <QCoreApplication>
#include <QPainter>
#include <QPointer>
#include <QVariant>

#include <algorithm>
#include <cmath>

namespace vitral {

HeatmapCanvas::Impl::Impl(HeatmapCanvas* owner) : canvas(owner) {
    settle.setSingleShot(true);
    settle.setInterval(16);
    arrived.setSingleShot(true);
    arrived.setTimerType(Qt::PreciseTimer);
    QObject::connect(&arrived, &QTimer::timeout, owner, [this] {
        imageDirty = true;
        update();
    });
    QObject::connect(&settle, &QTimer::timeout, owner, [this] { updateMap(); });
#ifdef VITRAL_HAVE_IMGUI
    ui = std::make_unique<UiLayer>();
    ui->setPalette(design::paletteFor(owner));
#endif
}

HeatmapCanvas::Impl::~Impl() = default;

CanvasLayout HeatmapCanvas::Impl::layout(QSize size) const {
    return layOutCanvas(size, static_cast<bool>(rowLabel), static_cast<bool>(columnLabel), true);
}

CanvasGeometry HeatmapCanvas::Impl::geometry(const QRect& map, const HeatmapView& shown) const {
    return {map, shown, source ? source->nRow() : 0, source ? source->nCol() : 0};
}

HeatmapView HeatmapCanvas::Impl::fit(const QRect& map) const {
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

MapBackground HeatmapCanvas::Impl::background() const {
    const design::Palette& palette = design::paletteFor(canvas);
    return {palette.sunken.rgb(), palette.border.rgb()};
}

// Chooses tiles and colours for a picture of this size; `complete` computes what is missing.
void HeatmapCanvas::Impl::choose(const HeatmapView& shown, QSize pixels, double ratio, bool complete) {
    if (!source || source->nRow() <= 0 || source->nCol() <= 0) {
        plan = {};
        plan.size = pixels;
        plan.col.assign(static_cast<std::size_t>(std::max(0, pixels.width())), -1);
        plan.row.assign(static_cast<std::size_t>(std::max(0, pixels.height())), -1);
        tiles.clear();
        nMissing = 0;
        waiting = false;
    } else {
        plan = planMap(shown, source->nRow(), source->nCol(), pixels, ratio);
        if (complete) {
            tiles.clear();
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
    }
    lastDrawn.start();
    if (effectiveScale(look) == ColourScale::Rank) {
        rank = sampleSeen(plan, tiles, look.block);
        tableDirty = true;
    }
    if (tableDirty || table.colour.empty()) {
        table = makeColourTable(look, rank, design::paletteFor(canvas).surface.rgb());
        ++tableId;
        tableDirty = false;
    }
}

QImage HeatmapCanvas::Impl::draw(const HeatmapView& shown, QSize pixels, double ratio, bool complete) {
    QImage out(pixels, QImage::Format_RGB32);
    choose(shown, pixels, ratio, complete);
    rasterMap(plan, tiles, look.block, table, background(), out);
    return out;
}

LegendState HeatmapCanvas::Impl::legend(double ratio, const HeatmapView& shown) const {
    LegendState state;
    state.look = look;
    state.rank = &rank;
    if (source && source->nRow() > 0)
        state.cellsPerBlock = std::int64_t{1} << planMap(shown, source->nRow(), source->nCol(), {}, ratio).level;
    state.waiting = waiting;
    state.sampled = nMissing > 0;
    state.note = controls.note;
    return state;
}

void HeatmapCanvas::Impl::paintAround(QPainter& painter, const CanvasLayout& layout, const HeatmapView& shown,
                                      double ratio) {
    const design::Palette& palette = design::paletteFor(canvas);
    const CanvasGeometry now = geometry(layout.map, shown);
    paintRowLabels(painter, now, layout.rowLabels, rowLabel, marks.hoveredRow >= 0 ? marks.hoveredRow : marks.markedRow,
                   palette);
    paintColumnLabels(painter, now, layout.columnLabels, columnLabel,
                      marks.hoveredCol >= 0 ? marks.hoveredCol : marks.markedCol, palette);
    paintLegend(painter, layout.legend, legend(ratio, shown), palette);
}

void HeatmapCanvas::Impl::tileArrived() {
    if (arrived.isActive())
        return;
    const qint64 since = lastDrawn.isValid() ? lastDrawn.elapsed() : design::kFrameMs;
    arrived.start(static_cast<int>(std::clamp<qint64>(design::kFrameMs - since, 0, design::kFrameMs)));
}

void HeatmapCanvas::Impl::update() {
    canvas->update();
    if (vulkan)
        vulkan->requestUpdate();
}

void HeatmapCanvas::Impl::updateMap() {
    if (vulkan)
        vulkan->requestUpdate();
    else
        canvas->update(layout(canvas->size()).map);
}

const gpu::UiFrame* HeatmapCanvas::Impl::runUi([[maybe_unused]] QSizeF mapSize, [[maybe_unused]] double ratio) {
#ifdef VITRAL_HAVE_IMGUI
    constexpr double kRoomWidth = 420, kRoomHeight = 300; // smaller views are not covered by controls
    const bool panel = controlsVisible && source && mapSize.width() >= kRoomWidth && mapSize.height() >= kRoomHeight;
    const QStringList lines = dragging ? QStringList() : readOutLines();
    if (!panel && lines.isEmpty())
        return nullptr;
    const auto text = [](const QString& s) { return s.toStdString(); };
    gpu::MapPanelStrings strings;
    gpu::MapPanelState state;
    if (panel) {
        strings = {text(tr("Controls")),
                   text(tr("Layer")),
                   text(tr("Head")),
                   text(tr("Colours")),
                   text(tr("Scale")),
                   text(tr("Blocks show")),
                   text(tr("Hide attention sinks")),
                   text(tr("Show all")),
                   {},
                   {},
                   {},
                   {}};
        for (const QString& name : lookNames(LookPart::Colours))
            strings.colourNames.push_back(text(name));
        for (const QString& name : lookNames(LookPart::Scale))
            strings.scaleNames.push_back(text(name));
        for (const QString& name : lookNames(LookPart::Block))
            strings.blockNames.push_back(text(name));
        state.nLayer = controls.nLayer;
        state.nHead = controls.nHead;
        state.iLayer = controls.iLayer;
        state.iHead = controls.iHead;
        state.iColours = static_cast<int>(look.map);
        state.iScale = static_cast<int>(look.scale);
        state.iBlock = static_cast<int>(look.block);
        state.barLow = text(numberText(scaleValue(look, rank, 0)));
        state.barMiddle = text(numberText(scaleValue(look, rank, 0.5)));
        state.barHigh = text(numberText(scaleValue(look, rank, 1)));
        state.canHideSinks = controls.canHideSinks;
        state.hidesSinks = controls.hidesSinks;
        state.open = controlsOpen;
        state.timings.push_back(text(tr("Frame: %1 ms (%2)")
                                         .arg(QLocale().toString(frameMs, 'f', 1),
                                              vulkan ? QStringLiteral("Vulkan") : QStringLiteral("QPainter"))));
        for (const QString& line : controls.timings)
            state.timings.push_back(text(line));
        if (barDirty) {
            QImage bar(256, 1, QImage::Format_RGB32);
            for (int x = 0; x < bar.width(); ++x)
                bar.setPixel(x, 0, colourAt(look.map, (x + 0.5) / bar.width()));
            ui->setBar(bar);
            barDirty = false;
        }
    }
    const QRect map = layout(canvas->size()).map;
    const UiLayer::Frame frame =
        ui->frame(mapSize, ratio, panel ? &state : nullptr, strings, lines, cursor - map.topLeft());
    const gpu::MapPanelIntents& wants = frame.intents;
    if (wants.iLayer || wants.iHead || wants.iColours || wants.iScale || wants.iBlock || wants.hideSinks ||
        wants.open || wants.showAll) {
        // After this frame: what a wish sets off may want to draw.
        QMetaObject::invokeMethod(
            canvas,
            [this, wants] {
                if (wants.open)
                    controlsOpen = *wants.open;
                if (wants.iLayer || wants.iHead)
                    pickHead(wants.iLayer.value_or(controls.iLayer), wants.iHead.value_or(controls.iHead));
                HeatmapLook wanted = look;
                if (wants.iColours)
                    wanted.map = static_cast<ColourMap>(*wants.iColours);
                if (wants.iScale)
                    wanted.scale = static_cast<ColourScale>(*wants.iScale);
                if (wants.iBlock)
                    wanted.block = static_cast<BlockValue>(*wants.iBlock);
                canvas->setLook(wanted);
                if (wants.hideSinks)
                    emit canvas->hideSinksWanted(*wants.hideSinks);
                if (wants.showAll)
                    canvas->showAll();
                updateMap();
            },
            Qt::QueuedConnection);
    }
    if (ui->settling())
        settle.start();
    return frame.triangles;
#else
    return nullptr;
#endif
}

// Once, when the canvas is first seen: whether a window of Vulkan's is put over the map.
void HeatmapCanvas::Impl::chooseRenderer() {
    if (rendererChosen)
        return;
    rendererChosen = true;
#ifdef VITRAL_HAVE_VULKAN
    const RendererChoice choice = rendererChoice();
    if (choice == RendererChoice::Painter)
        return;
    // The answer for "automatic" is found once for the whole program: opening a driver takes time.
    constexpr const char* kUnfit = "vitralVulkanUnfit";
    const QVariant known = qApp->property(kUnfit);
    if (choice == RendererChoice::Automatic && known.isValid()) {
        renderNote = known.toString();
        return;
    }
    auto made = CanvasVulkan::create(*this, choice == RendererChoice::Automatic);
    if (!made) {
        renderNote = QString::fromStdString(made.error().message);
        if (choice == RendererChoice::Automatic)
            qApp->setProperty(kUnfit, renderNote);
        return;
    }
    vulkan = std::move(*made);
    vulkan->place(layout(canvas->size()).map);
#else
    renderNote = QStringLiteral("This build has no Vulkan.");
#endif
}

// The window cannot be drawn: the same picture goes on with QPainter.
void HeatmapCanvas::Impl::dropVulkan(const QString& why) {
    renderNote = why;
    vulkan.reset();
    imageDirty = true;
    canvas->update();
}

} // namespace vitral
