// SPDX-License-Identifier: Apache-2.0
#pragma once
// The ImGui controls of one canvas: Qt's events in, triangles and wishes out. Everything here can also be done from the
// canvas's context menu and keyboard, which is what a screen reader sees. Thread: GUI.

#include "gpu/panels/map_panel.h"
#include "gpu/render/draw_list.h"

#include <QElapsedTimer>
#include <QHash>
#include <QImage>
#include <QPointF>
#include <QStringList>

#include <memory>

class QKeyEvent;
class QMouseEvent;
class QWheelEvent;

namespace vitral {

namespace design {
struct Palette;
}
namespace gpu {
class UiContext;
}

class UiLayer {
public:
    UiLayer();
    ~UiLayer();
    void setPalette(const design::Palette& palette);
    /// The colour scale from low to high, one row.
    void setBar(const QImage& bar);

    /// `place` is told from the map's corner.
    void moved(QPointF place);
    void button(const QMouseEvent& event);
    void wheel(const QWheelEvent& event);
    /// As of the last frame: the pointer is the controls' own and not the map's.
    [[nodiscard]] bool wantsMouse() const;
    /// True: the key is the controls' own.
    bool key(const QKeyEvent& event);
    void leave();
    void focusOut();
    [[nodiscard]] bool wantsText() const;
    [[nodiscard]] bool settling() const;

    struct Frame {
        const gpu::UiFrame* triangles = nullptr; ///< until the next frame
        gpu::MapPanelIntents intents;
    };
    /// readOut: lines beside the pointer; none: no box. panel null: no controls.
    Frame frame(QSizeF view, double devicePixelRatio, gpu::MapPanelState* panel, const gpu::MapPanelStrings& strings,
                const QStringList& readOut, QPointF pointer);

private:
    gpu::PanelLine line(const QString& text, double devicePixelRatio);
    std::unique_ptr<gpu::UiContext> ui_;
    QElapsedTimer clock_;
    QImage bar_;
    std::uint64_t barId_ = 0, lastId_ = 1; ///< 1 is the canvas's own
    QRgb text_ = 0xffffffffU;
    struct Picture {
        QImage image;
        std::uint64_t id = 0;
        bool used = false;
    };
    QHash<QString, Picture> pictures_; ///< of lines with characters that the controls' font lacks
};

} // namespace vitral
