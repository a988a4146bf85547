// SPDX-License-Identifier: Apache-2.0
#pragma once
// A heat map one can zoom from everything to one cell without a seam, with labels at the edges and ImGui controls over
// it. Draws with Vulkan, or with QPainter where there is none or only a software device; the picture is the same.
// Knows nothing of models: numbers come from a MapSource. Thread: GUI.

#include "widgets/canvas/heatmap_look.h"
#include "widgets/canvas/map_source.h"

#include <QImage>
#include <QPointF>
#include <QRectF>
#include <QStringList>
#include <QWidget>

#include <functional>
#include <memory>

class QPainter;

namespace vitral {

/// What the floating controls offer besides colours and scale; the owner keeps it up to date.
struct CanvasControls {
    int nLayer = 0, nHead = 0, iLayer = 0, iHead = 0; ///< nLayer 0: no picker
    bool canHideSinks = false, hidesSinks = false;
    QStringList timings; ///< of the engine, one line each; the canvas adds its own
    QString note;        ///< said in the legend: what is masked or compared
    bool operator==(const CanvasControls&) const = default;
};

class HeatmapCanvas : public QWidget {
    Q_OBJECT
public:
    struct Impl; ///< private to widgets/canvas
    explicit HeatmapCanvas(QWidget* parent = nullptr);
    ~HeatmapCanvas() override;

    void setSource(std::shared_ptr<MapSource> source);
    void setLook(const HeatmapLook& look);
    [[nodiscard]] const HeatmapLook& look() const;
    void setView(const HeatmapView& view);
    [[nodiscard]] const HeatmapView& view() const;
    void showAll();
    /// Short texts for rows and columns (tokens), asked for only where they fit.
    void setLabels(std::function<QString(std::int64_t)> row, std::function<QString(std::int64_t)> column);
    /// The lines of the floating read-out for a cell; empty: none.
    void setReadOut(std::function<QStringList(std::int64_t iRow, std::int64_t iCol)> readOut);
    void setMarked(std::int64_t iRow, std::int64_t iCol); ///< the selection's cross hair; -1: none
    void setControls(const CanvasControls& controls);
    /// The floating controls; what they do is in the context menu and on keys as well.
    void setControlsVisible(bool visible);
    [[nodiscard]] bool controlsVisible() const;
    /// The same picture without a window, for export and tests. Waits for nothing: uses the tiles that are there unless
    /// `complete`, which computes what is missing on this thread.
    [[nodiscard]] QImage picture(QSize size, qreal scale, bool complete);
    /// The same onto any painter: on QSvgGenerator and QPdfWriter labels and legend stay text, the map is an image of
    /// `scale` pixels a device-independent one.
    void paintPicture(QPainter& painter, QSize size, qreal scale, bool complete);
    void chooseRenderer();                      ///< anew, after the setting changed (renderer_choice.h)
    [[nodiscard]] QString rendererName() const; ///< "Vulkan: <device>" or "QPainter"
    /// Why Vulkan is not used, in a sentence; empty when it is, or was not wanted.
    [[nodiscard]] QString rendererNote() const;
    [[nodiscard]] bool standsIn() const;      ///< the last frame showed coarser or sampled values somewhere
    [[nodiscard]] double lastFrameMs() const; ///< time the last frame took on this thread

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

signals:
    void cellHovered(qint64 iRow, qint64 iCol); ///< -1, -1: left
    void cellClicked(qint64 iRow, qint64 iCol);
    void viewChanged();
    void lookChanged();
    void headPicked(int iLayer, int iHead);
    void hideSinksWanted(bool hide);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    std::unique_ptr<Impl> impl_;
};

} // namespace vitral
