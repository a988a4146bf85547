// SPDX-License-Identifier: Apache-2.0
#include "widgets/design/icons.h"

#include "widgets/design/palette.h"

#include <QApplication>
#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

namespace vitral::design {
namespace {

QByteArray svgSource(const QString& name) {
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QColor toneColor(IconTone tone, QIcon::Mode mode) {
    const QPalette shown = QApplication::palette();
    const Palette& p = paletteFor(shown);
    if (mode == QIcon::Disabled)
        return blend(p.window, p.textMuted, 0.5);
    switch (tone) {
    case IconTone::Text:
        return p.text;
    case IconTone::Muted:
        return mode == QIcon::Active ? p.text : p.textMuted;
    case IconTone::Accent:
        return p.accent;
    case IconTone::OnAccent:
        return p.accentText;
    case IconTone::Danger:
        return p.danger;
    }
    return p.text;
}

class TintedIconEngine : public QIconEngine {
public:
    TintedIconEngine(QString name, IconTone tone) : name_(std::move(name)), tone_(tone) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        const int size = std::min(rect.width(), rect.height());
        const QPixmap pix = iconPixmap(name_, toneColor(tone_, mode), size, painter->device()->devicePixelRatioF());
        painter->drawPixmap(
            QRect(rect.x() + (rect.width() - size) / 2, rect.y() + (rect.height() - size) / 2, size, size), pix);
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State) override {
        return iconPixmap(name_, toneColor(tone_, mode), std::min(size.width(), size.height()), 1.0);
    }
    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State, qreal scale) override {
        // `size` is already in device pixels (QIcon multiplies it by the scale).
        QPixmap pix = iconPixmap(name_, toneColor(tone_, mode), std::min(size.width(), size.height()), 1.0);
        pix.setDevicePixelRatio(scale > 0 ? scale : 1.0);
        return pix;
    }
    QIconEngine* clone() const override { return new TintedIconEngine(name_, tone_); }

private:
    QString name_;
    IconTone tone_;
};

} // namespace

QPixmap iconPixmap(const QString& name, const QColor& color, int size, qreal devicePixelRatio) {
    const int px = std::max(1, qRound(size * devicePixelRatio));
    const QString key = QStringLiteral("vitral/%1/%2/%3").arg(name, color.name(QColor::HexArgb)).arg(px);
    QPixmap pix;
    if (!QPixmapCache::find(key, &pix)) {
        QByteArray source = svgSource(name);
        source.replace("#000", color.name(QColor::HexRgb).toLatin1());
        pix = QPixmap(px, px);
        pix.fill(Qt::transparent);
        QSvgRenderer renderer(source);
        QPainter painter(&pix);
        painter.setRenderHint(QPainter::Antialiasing);
        renderer.render(&painter, QRectF(0, 0, px, px));
        painter.end();
        QPixmapCache::insert(key, pix);
    }
    pix.setDevicePixelRatio(devicePixelRatio);
    return pix;
}

QIcon icon(const QString& name, IconTone tone) {
    return QIcon(new TintedIconEngine(name, tone));
}

QIcon applicationIcon() {
    QIcon result;
    for (const int size : {16, 24, 32, 48, 64, 128, 256})
        result.addPixmap(iconPixmap(QStringLiteral("vitral"), Qt::black, size, 1.0));
    return result;
}

} // namespace vitral::design
