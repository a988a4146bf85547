// SPDX-License-Identifier: Apache-2.0
#pragma once
// What painted lists, tables and drawings have in common: they scroll, keys walk and zoom in them, what is current
// stays in sight, the pointer gets a read-out, and another font, language or theme paints them anew. A view that
// derives from this paints, says what stands where, and measures itself. Thread: GUI.

#include <QAbstractScrollArea>
#include <QMargins>

#include <optional>

class QKeyEvent;
class QWheelEvent;

namespace vitral {

class PaintedArea : public QAbstractScrollArea {
public:
    explicit PaintedArea(QWidget* parent = nullptr);

protected:
    /// The read-out of what stands at a point of the viewport, as plain text; empty: nothing.
    [[nodiscard]] virtual QString readOutAt(QPoint point) const = 0;
    /// Another size, font or language: scroll bars and whatever was measured are set anew.
    virtual void measure() = 0;
    virtual void retranslate() {} ///< another language; measure() follows
    virtual void pointerLeft() {}

    /// Scrolls as little as shows `rect` (viewport coordinates), this far from the edges.
    void keepInSight(const QRect& rect, const QMargins& margins = {});
    /// Where a key leads among n lines from `current` (-1: none yet): arrows up and down, Page Up, Page Down, Home,
    /// End.
    [[nodiscard]] static std::optional<int> walked(const QKeyEvent& event, int current, int n, int page);
    [[nodiscard]] static bool acts(const QKeyEvent& event); ///< Enter or Space
    /// +, - and 0, or the wheel with Ctrl.
    [[nodiscard]] static std::optional<double> zoomAfter(const QKeyEvent& event, double zoom);
    [[nodiscard]] static std::optional<double> zoomAfter(const QWheelEvent& event, double zoom);

    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool viewportEvent(QEvent* event) override;
};

} // namespace vitral
