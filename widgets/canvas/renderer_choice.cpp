// SPDX-License-Identifier: Apache-2.0
#include "widgets/canvas/renderer_choice.h"

#include "widgets/canvas/heatmap_canvas.h"

#include <QApplication>
#include <QPointer>
#include <QVariant>

namespace vitral {

namespace {

constexpr const char* kProperty = "vitralRenderer"; // of the application object: one for the whole program

} // namespace

RendererChoice rendererChoice() {
    const QByteArray forced = qgetenv("VITRAL_RENDERER").toLower();
    if (forced == "vulkan")
        return RendererChoice::Vulkan;
    if (forced == "painter")
        return RendererChoice::Painter;
    const QVariant set = QCoreApplication::instance() ? QCoreApplication::instance()->property(kProperty) : QVariant();
    return set.isValid() ? static_cast<RendererChoice>(set.toInt()) : RendererChoice::Automatic;
}

void setRendererChoice(RendererChoice choice) {
    if (!QCoreApplication::instance())
        return;
    QCoreApplication::instance()->setProperty(kProperty, static_cast<int>(choice));
    QList<QPointer<HeatmapCanvas>> canvases; // found first: changing one deletes widgets
    const QWidgetList widgets = QApplication::allWidgets();
    for (QWidget* widget : widgets)
        if (auto* canvas = qobject_cast<HeatmapCanvas*>(widget))
            canvases << canvas;
    for (const QPointer<HeatmapCanvas>& canvas : canvases)
        if (canvas)
            canvas->chooseRenderer();
}

} // namespace vitral
