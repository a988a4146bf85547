// SPDX-License-Identifier: Apache-2.0
#pragma once
// The state of a HeatmapCanvas, shared by its painting, its input and its Vulkan window. Private to widgets/canvas.

#include "widgets/canvas/canvas_marks.h"
#include "widgets/canvas/canvas_paint.h"
#include "widgets/canvas/heatmap_canvas.h"
#include "widgets/canvas/map_raster.h"

#include <QElapsedTimer>
#include <QTimer>

namespace vitral {

namespace gpu {
struct UiFrame;
}
class CanvasVulkan;
#ifdef VITRAL_HAVE_IMGUI
class UiLayer;
#else
class UiLayer {}; // never made
#endif

struct HeatmapCanvas::Impl {
    explicit Impl(HeatmapCanvas* owner);
    ~Impl();

    HeatmapCanvas* canvas = nullptr;
    std::shared_ptr<MapSource> source;
    HeatmapLook look;
    HeatmapView view;
    bool fitted = true; ///< shows all until somebody moves
    CellLabel rowLabel, columnLabel;
    std::function<QStringList(std::int64_t, std::int64_t)> readOut;
    CanvasControls controls;
    bool controlsVisible = true, controlsOpen = true;

    // Where the selection, the pointer and a drag are.
    CanvasMarks marks;
    QPointF cursor, pressed;
    HeatmapView pressedView;
    bool dragging = false, moved = false, uiPressed = false;

    // What the last frame drew. The plan, tiles and table are also what a Vulkan frame reads while it is recorded.
    MapPlan plan;
    std::vector<TileChoice> tiles;
    TileStore store;
    RankSample rank;
    ColourTable table;
    std::uint64_t tableId = 0;
    QImage image; ///< the map, without marks and controls
    int nMissing = 0;
    bool waiting = false;
    bool imageDirty = true, tableDirty = true, barDirty = true;
    double frameMs = 0;
    QString renderNote;
    bool rendererChosen = false;

    std::unique_ptr<UiLayer> ui;          ///< null: built without ImGui
    std::unique_ptr<CanvasVulkan> vulkan; ///< null: QPainter
    QTimer settle;                        ///< the controls react over some frames
    QTimer arrived;                       ///< tiles came: drawn together, at most once a frame
    QElapsedTimer lastDrawn;

    [[nodiscard]] CanvasLayout layout(QSize size) const;
    [[nodiscard]] CanvasGeometry geometry(const QRect& map, const HeatmapView& shown) const;
    [[nodiscard]] CanvasGeometry geometry() const { return geometry(layout(canvas->size()).map, view); }
    [[nodiscard]] HeatmapView fit(const QRect& map) const;
    [[nodiscard]] HeatmapView clamped(HeatmapView wanted) const;
    [[nodiscard]] LegendState legend(double ratio, const HeatmapView& shown) const;
    [[nodiscard]] MapBackground background() const;
    [[nodiscard]] QStringList readOutLines() const;

    // Input.
    void move(HeatmapView wanted);
    void zoom(double factor, QPointF about);
    void pan(double dx, double dy);
    [[nodiscard]] std::pair<std::int64_t, std::int64_t> cellAt(QPointF where) const;
    void setHovered(std::int64_t row, std::int64_t col);
    void hover(QPointF where, bool inside);
    void step(std::int64_t dRow, std::int64_t dCol);
    void pickHead(int iLayer, int iHead);
    void cycleLook(int colours, int scale, int block);

    // Painting.
    void update();    ///< the whole canvas
    void updateMap(); ///< what lies over the map: marks, read-out, controls
    void tileArrived();
    void choose(const HeatmapView& shown, QSize pixels, double ratio, bool complete);
    QImage draw(const HeatmapView& shown, QSize pixels, double ratio, bool complete);
    void paintAround(QPainter& painter, const CanvasLayout& layout, const HeatmapView& shown, double ratio);
    /// Runs the controls; null: none. Wishes are carried out after this frame.
    const gpu::UiFrame* runUi(QSizeF mapSize, double ratio);
    void chooseRenderer();
    void dropVulkan(const QString& why);
};

} // namespace vitral
