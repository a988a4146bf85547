// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/matrix_export.h"

#include "core/io/npy.h"
#include "widgets/inside/inside_controller.h"
#include "widgets/inside/painted.h"

#include <QCoreApplication>
#include <QLocale>
#include <QSaveFile>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace vitral {
namespace {

std::int64_t count(const MatrixNumbers& numbers) {
    return numbers.record->nPosition();
}

Result<void> checkSize(std::int64_t n, std::int64_t most) {
    if (n <= most)
        return {};
    return fail(
        ErrorCode::InvalidArgument,
        QCoreApplication::translate("vitral::MatrixExport",
                                    "The map has %1 tokens a side; this format can hold %2 here. Save the run "
                                    "instead: it holds everything the map is computed from.")
            .arg(QLocale().toString(static_cast<qlonglong>(n)), QLocale().toString(static_cast<qlonglong>(most)))
            .toStdString());
}

/// Row i, whole.
void readRow(const MatrixNumbers& numbers, std::int64_t i, std::span<float> out, std::vector<float>& scratch) {
    attentionRow(*numbers.record, numbers.iHead, i, numbers.value, out);
    if (!numbers.minus)
        return;
    const std::int64_t row = numbers.pairs->of(i);
    const bool alone = row < 0 || row >= numbers.minus->nPosition();
    scratch.assign(static_cast<std::size_t>(numbers.minus->nPosition()), 0.0F);
    if (!alone)
        attentionRow(*numbers.minus, numbers.iHead, row, numbers.value, scratch);
    for (std::size_t j = 0; j < out.size(); ++j) {
        const std::int64_t other = numbers.pairs->of(static_cast<std::int64_t>(j));
        if (alone || other < 0 || other >= numbers.minus->nPosition())
            out[j] = std::numeric_limits<float>::quiet_NaN();
        else
            out[j] -= scratch[static_cast<std::size_t>(other)];
    }
}

} // namespace

Result<void> writeMatrixNpy(const MatrixNumbers& numbers, const QString& path) {
    const std::int64_t n = count(numbers);
    VITRAL_TRY(checkSize(n, kMostNpyTokens));
    std::vector<float> all(static_cast<std::size_t>(n * n)), scratch;
    for (std::int64_t i = 0; i < n; ++i)
        readRow(numbers, i, std::span(all).subspan(static_cast<std::size_t>(i * n), static_cast<std::size_t>(n)),
                scratch);
    TensorView view;
    view.dtype = DType::F32;
    view.shape = Shape{n, n};
    view.bytes = std::as_bytes(std::span(all));
    return writeNpy(std::filesystem::path(path.toStdU16String()), view);
}

Result<void> writeMatrixCsv(const MatrixNumbers& numbers, const QString& path) {
    const std::int64_t n = count(numbers);
    VITRAL_TRY(checkSize(n, kMostCsvTokens));
    QSaveFile file(path);
    bool good = file.open(QIODevice::WriteOnly);
    const auto name = [&](std::int64_t i) {
        return csvField(QStringLiteral("%1 %2").arg(i).arg(InsideController::pieceText(*numbers.recording, i)));
    };
    QString line = QStringLiteral("query");
    for (std::int64_t j = 0; j < n; ++j)
        line += QLatin1Char(',') + name(j);
    good = good && file.write((line + QLatin1String("\r\n")).toUtf8()) > 0;
    std::vector<float> row(static_cast<std::size_t>(n)), scratch;
    for (std::int64_t i = 0; i < n && good; ++i) {
        readRow(numbers, i, row, scratch);
        line = name(i);
        for (std::int64_t j = 0; j < n; ++j) // what comes later stays empty
            line += QLatin1Char(',') + (j <= i && !std::isnan(row[static_cast<std::size_t>(j)])
                                            ? csvNumber(static_cast<double>(row[static_cast<std::size_t>(j)]))
                                            : QString());
        good = file.write((line + QLatin1String("\r\n")).toUtf8()) > 0;
    }
    if (!good || !file.commit())
        return fail(ErrorCode::Io,
                    QCoreApplication::translate("vitral::MatrixExport", "The numbers could not be written to %1.")
                        .arg(path)
                        .toStdString());
    return {};
}

} // namespace vitral
