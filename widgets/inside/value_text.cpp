// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/value_text.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <cmath>

namespace vitral {
namespace {

QString withMinus(QString text) {
    if (text.startsWith(QLatin1Char('-')))
        text[0] = QChar(0x2212);
    return text;
}

QString scaled(double value, const QString& unit) {
    return QLocale().toString(value, 'f', value < 10 ? 1 : 0) + QChar(QChar::Nbsp) + unit;
}

} // namespace

QString percentText(double probability) {
    const QLocale locale;
    const double value = probability * 100;
    const QString unit = QStringLiteral("\u00A0%");
    if (!std::isfinite(value))
        return QStringLiteral("\u2013");
    if (value > 0 && value < 0.01)
        return QStringLiteral("<\u00A0") + locale.toString(0.01, 'f', 2) + unit;
    return locale.toString(value, 'f', value < 10 ? 2 : 1) + unit;
}

QString pointsUnit() {
    return QCoreApplication::translate("vitral::ValueText", "p.p.", "percentage points");
}

QString percentChangeText(double change) {
    if (!std::isfinite(change))
        return QStringLiteral("\u2013");
    if (std::fabs(change) < 5e-5)
        return change == 0 ? QStringLiteral("0") : QStringLiteral("\u2248\u00A00");
    return (change > 0 ? QStringLiteral("+") : QStringLiteral("\u2212")) +
           percentText(std::max(1e-4, std::fabs(change))).replace(QLatin1Char('%'), pointsUnit());
}

QString numberText(double value, int digits) {
    if (std::isnan(value))
        return QStringLiteral("\u2013");
    if (std::isinf(value))
        return value < 0 ? QStringLiteral("\u2212\u221E") : QStringLiteral("\u221E");
    const QLocale locale;
    const double size = std::fabs(value);
    if (size == 0)
        return QStringLiteral("0");
    if (size < 1e7 && value == std::round(value))
        return withMinus(locale.toString(value, 'f', 0));
    if (size < 1e-4 || size >= 1e7)
        return withMinus(locale.toString(value, 'e', std::max(1, digits - 2)));
    const int whole = static_cast<int>(std::floor(std::log10(size))) + 1; // 0 and less below 0.1
    return withMinus(locale.toString(value, 'f', std::clamp(digits - whole, 0, 7)));
}

QString signedText(double value, int digits) {
    const QString text = numberText(value, digits);
    return value > 0 ? QLatin1Char('+') + text : text;
}

QString countText(std::int64_t value) {
    return QLocale().toString(static_cast<qlonglong>(value));
}

QString sizeText(double bytes) {
    if (bytes < 1000)
        return QLocale().toString(bytes, 'f', 0) + QStringLiteral("\u00A0B");
    if (bytes < 1e6)
        return scaled(bytes / 1e3, QStringLiteral("kB"));
    if (bytes < 1e9)
        return scaled(bytes / 1e6, QStringLiteral("MB"));
    return scaled(bytes / 1e9, QStringLiteral("GB"));
}

QString amountText(double value) {
    if (value < 1e4)
        return QLocale().toString(value, 'f', 0);
    if (value < 1e6)
        return scaled(value / 1e3, QStringLiteral("k"));
    if (value < 1e9)
        return scaled(value / 1e6, QStringLiteral("M"));
    if (value < 1e12)
        return scaled(value / 1e9, QStringLiteral("G"));
    return scaled(value / 1e12, QStringLiteral("T"));
}

QString durationText(double seconds) {
    if (seconds < 1e-3)
        return scaled(seconds * 1e6, QStringLiteral("\u00B5s"));
    if (seconds < 1)
        return scaled(seconds * 1e3, QStringLiteral("ms"));
    return scaled(seconds, QStringLiteral("s"));
}

} // namespace vitral
