// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/denoise_page.h"

#include <QEvent>
#include <QPainter>

#include <utility>

namespace vitral {

DenoisePage::DenoisePage(DenoiseController& denoise, QWidget* parent) : QWidget(parent), denoise_(denoise) {
    setProperty("kind", "page");
    connect(&denoise_, &DenoiseController::currentChanged, this, [this](bool grew) {
        grewOnly_ = grew && (!runStale_ || grewOnly_);
        runStale_ = true;
        catchUp();
    });
    connect(&denoise_, &DenoiseController::otherChanged, this, [this] {
        otherStale_ = true;
        catchUp();
    });
    connect(&denoise_, &DenoiseController::momentChanged, this, [this] {
        momentStale_ = true;
        catchUp();
    });
    connect(&denoise_, &DenoiseController::settingsChanged, this, [this] {
        settingsStale_ = true;
        catchUp();
    });
}

void DenoisePage::catchUp() {
    if (!isVisible())
        return;
    if (std::exchange(settingsStale_, false))
        settingsChanged();
    if (std::exchange(runStale_, false))
        runChanged(std::exchange(grewOnly_, false));
    if (std::exchange(otherStale_, false))
        otherChanged();
    if (std::exchange(momentStale_, false))
        momentChanged(denoise_.moment());
}

void DenoisePage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    catchUp();
}

void DenoisePage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
        runStale_ = otherStale_ = momentStale_ = settingsStale_ = true;
        catchUp();
    }
}

Result<void> DenoisePage::exportAs(const QString& path, const QString& format, double scale) {
    if (format != QLatin1String("png"))
        return fail(ErrorCode::Unsupported, tr("This page cannot be saved as %1.").arg(format).toStdString());
    QImage image(size() * scale, QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(scale);
    image.fill(palette().color(QPalette::Window));
    QPainter painter(&image);
    render(&painter, {}, {}, DrawWindowBackground | DrawChildren);
    painter.end();
    if (!image.save(path, "PNG"))
        return fail(ErrorCode::Io, tr("The picture could not be written to %1.").arg(path).toStdString());
    return {};
}

} // namespace vitral
