// SPDX-License-Identifier: Apache-2.0
#include "widgets/design/metrics.h"

#include <QApplication>
#include <QFontDatabase>
#include <QFontInfo>

#include <cmath>

// A static library's resources must be asked for, and outside of any namespace.
static void initAssets() {
    Q_INIT_RESOURCE(vitral_assets);
}

namespace vitral::design {

int textPx(TextRole role, double bodyPx) {
    double ratio = 1.0;
    switch (role) {
    case TextRole::Caption:
        ratio = 11.0 / 14;
        break;
    case TextRole::Small:
        ratio = 12.5 / 14;
        break;
    case TextRole::Body:
        ratio = 1.0;
        break;
    case TextRole::Reading:
        ratio = 15.0 / 14;
        break;
    case TextRole::Title:
        ratio = 17.0 / 14;
        break;
    case TextRole::Heading:
        ratio = 21.0 / 14;
        break;
    case TextRole::Display:
        ratio = 28.0 / 14;
        break;
    }
    return static_cast<int>(std::lround(bodyPx * ratio));
}

QFont font(TextRole role) {
    QFont f = QApplication::font();
    const int bodyPx = f.pixelSize() > 0 ? f.pixelSize() : QFontInfo(f).pixelSize();
    f.setPixelSize(textPx(role, bodyPx));
    return f;
}

QFont strongFont(TextRole role) {
    QFont f = font(role);
    f.setWeight(QFont::DemiBold);
    return f;
}

QFont codeFont(TextRole role) {
    QFont f = font(role);
    f.setFamilies({QStringLiteral("JetBrains Mono"), QStringLiteral("DejaVu Sans Mono")});
    f.setStyleHint(QFont::Monospace);
    f.setFixedPitch(true);
    f.setPixelSize(std::max(8, f.pixelSize() - 1)); // monospaced letters look larger
    return f;
}

QString installFonts() {
    initAssets();
    QString family;
    for (const char* file : {"Inter-Regular.otf", "Inter-Italic.otf", "Inter-Medium.otf", "Inter-SemiBold.otf",
                             "JetBrainsMono-Regular.ttf", "JetBrainsMono-Bold.ttf"}) {
        const int id = QFontDatabase::addApplicationFont(QStringLiteral(":/fonts/") + QLatin1String(file));
        if (id >= 0 && family.isEmpty())
            family = QStringLiteral("Inter");
    }
    return family.isEmpty() ? QApplication::font().family() : family;
}

} // namespace vitral::design
