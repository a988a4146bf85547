// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/painted_export.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include <QCoreApplication>
#include <QImage>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QSaveFile>
#include <QSvgGenerator>

#include <algorithm>
#include <cmath>

namespace vitral {

namespace {

constexpr double kMostPixels = 400e6; // 1.6 GB of picture helps nobody

class ExportWords {
    Q_DECLARE_TR_FUNCTIONS(vitral::ExportWords)
};

QSize wholeSize(const std::vector<const Painted*>& pictures) {
    QSize size(1, 0);
    for (const Painted* picture : pictures) {
        const QSize one = picture->pictureSize();
        size.setWidth(std::max(size.width(), one.width()));
        size.setHeight(size.height() + one.height() + (size.height() > 0 ? design::kSpace3 : 0));
    }
    return size;
}

void paintAll(QPainter& painter, const std::vector<const Painted*>& pictures) {
    painter.fillRect(QRect(QPoint(), wholeSize(pictures)), design::paletteFor(nullptr).surface);
    for (const Painted* picture : pictures) {
        painter.save();
        picture->paintPicture(painter);
        painter.restore();
        painter.translate(0, picture->pictureSize().height() + design::kSpace3);
    }
}

Result<void> refused(const QString& path) {
    return fail(ErrorCode::Io, ExportWords::tr("The file could not be written to %1.").arg(path).toStdString());
}

} // namespace

Result<void> writeText(const QString& path, const QString& text) {
    if (text.isEmpty())
        return fail(ErrorCode::Unsupported, ExportWords::tr("There are no numbers to save yet.").toStdString());
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text.toUtf8()) < 0 || !file.commit())
        return refused(path);
    return {};
}

Result<void> exportPainted(const std::vector<const Painted*>& pictures, const QString& path, const QString& format,
                           double scale) {
    const QSize size = wholeSize(pictures);
    if (format == QLatin1String("csv"))
        return writeText(path, pictures.front()->csv());
    if (format == QLatin1String("png")) {
        if (size.width() * scale * size.height() * scale > kMostPixels)
            return fail(ErrorCode::Unsupported,
                        ExportWords::tr("The picture would be too large; choose a smaller scale.").toStdString());
        QImage image(QSize(int(std::ceil(size.width() * scale)), int(std::ceil(size.height() * scale))),
                     QImage::Format_RGB32);
        if (image.isNull())
            return fail(ErrorCode::OutOfMemory,
                        ExportWords::tr("The picture would be too large; choose a smaller scale.").toStdString());
        image.setDevicePixelRatio(scale);
        QPainter painter(&image);
        paintAll(painter, pictures);
        painter.end();
        return image.save(path, "PNG") ? Result<void>() : refused(path);
    }
    if (format == QLatin1String("svg")) {
        QSaveFile file(path);
        if (!file.open(QIODevice::WriteOnly))
            return refused(path);
        QSvgGenerator svg;
        svg.setOutputDevice(&file);
        svg.setSize(size);
        svg.setViewBox(QRect(QPoint(), size));
        QPainter painter(&svg);
        paintAll(painter, pictures);
        painter.end();
        return file.commit() ? Result<void>() : refused(path);
    }
    if (format == QLatin1String("pdf")) {
        QPdfWriter pdf(path);
        pdf.setResolution(96);
        pdf.setPageMargins(QMarginsF());
        pdf.setPageSize(QPageSize(QSizeF(size) * 72.0 / 96.0, QPageSize::Point, {}, QPageSize::ExactMatch));
        QPainter painter;
        if (!painter.begin(&pdf))
            return refused(path);
        paintAll(painter, pictures);
        painter.end();
        return {};
    }
    return fail(ErrorCode::Unsupported, ExportWords::tr("This view cannot be saved as %1.").arg(format).toStdString());
}

} // namespace vitral
