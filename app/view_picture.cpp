// SPDX-License-Identifier: Apache-2.0
#include "app/view_picture.h"

#include "widgets/canvas/heatmap_canvas.h"

#include <QPainter>
#include <QWidget>

namespace vitral::app {

QImage viewPicture(QWidget* view, double scale) {
    const double ratio = scale > 0 ? scale : view->devicePixelRatioF();
    QImage picture(view->size() * ratio, QImage::Format_RGB32);
    if (picture.isNull())
        return {};
    picture.setDevicePixelRatio(ratio);
    picture.fill(view->window()->palette().color(QPalette::Window)); // a page that scrolls has no colour of its own
    view->render(&picture, {}, {}, QWidget::DrawChildren); // its own "transparent" would be copied in, as black
    QPainter painter(&picture);
    for (HeatmapCanvas* canvas : view->findChildren<HeatmapCanvas*>())
        if (canvas->isVisible() && canvas->rendererName().startsWith(QLatin1String("Vulkan")))
            painter.drawImage(canvas->mapTo(view, QPoint()), canvas->picture(canvas->size(), ratio, true));
    return picture;
}

} // namespace vitral::app
