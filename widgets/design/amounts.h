// SPDX-License-Identifier: Apache-2.0
#pragma once
// Amounts in the person's language, as core/base/amounts.h has them in English. Thread: any.

#include <QLocale>
#include <QString>

namespace vitral::design {

/// "12.34 MB": powers of 1000.
[[nodiscard]] inline QString sizeText(quint64 bytes) {
    return QLocale().formattedDataSize(static_cast<qint64>(bytes), 2, QLocale::DataSizeSIFormat);
}

} // namespace vitral::design
