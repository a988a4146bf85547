// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/painted.h"

#include <cmath>

namespace vitral {

QString csvField(const QString& text) {
    if (!text.contains(QLatin1Char(',')) && !text.contains(QLatin1Char('"')) && !text.contains(QLatin1Char('\n')) &&
        !text.contains(QLatin1Char('\r')))
        return text;
    QString quoted = text;
    quoted.replace(QLatin1Char('"'), QStringLiteral("\"\""));
    return QLatin1Char('"') + quoted + QLatin1Char('"');
}

QString csvNumber(double value) {
    return std::isnan(value) ? QString() : QString::number(value, 'g', 9);
}

} // namespace vitral
