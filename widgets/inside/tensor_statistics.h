// SPDX-License-Identifier: Apache-2.0
#pragma once
// A recorded tensor in a few numbers, and which trace point an operation's result is. Thread: any.

#include "core/backend/operation_list.h"
#include "core/trace/recording.h"
#include "core/trace/text_alignment.h"

#include <cstdint>
#include <span>
#include <vector>

namespace vitral {

inline constexpr int kHistogramBins = 48;

struct TensorStatistics {
    std::int64_t nRow = 0, nCol = 0;
    std::int64_t nRead = 0; ///< values looked at; fewer than nRow * nCol: every so-manieth row was read
    double least = 0, greatest = 0, mean = 0, deviation = 0;
    double norm = 0; ///< mean length of a row
    std::int64_t nNotFinite = 0;
    std::vector<double> histogram; ///< [kHistogramBins], counts from least to greatest
    std::vector<float> first;      ///< the first values of row `firstRow`
    std::int64_t firstRow = 0;
    // What these numbers are made of.
    struct Place {
        std::int64_t iRow = 0, iCol = 0;
    };
    Place leastAt, greatestAt;
    std::int64_t nFinite = 0;           ///< values that count
    double sum = 0, squares = 0;        ///< of them, and of their squares
    std::vector<double> rowLengths;     ///< of every row that was read
    std::vector<std::int64_t> rowsRead; ///< which these are
    std::vector<double> rowSquares;     ///< [nCol], of row `firstRow`
    /// Rows become positions of a run: the recording begins at `start`.
    void countFrom(std::int64_t start);
    void takeRow(std::span<const float> values); ///< as row `firstRow`
};

/// At most `mostValues` values are read; whole rows, evenly spread. `row`: whose first values are wanted.
[[nodiscard]] TensorStatistics statisticsOf(const Rows& rows, std::int64_t row, std::int64_t mostValues = 4'000'000);

/// Of this run's rows minus their partners in another run.
struct TensorDifference {
    TensorStatistics difference;     ///< nRow: tokens with a partner and a row in both
    double norm = 0;                 ///< mean length of a row of this run, of the same tokens
    double mostChanged = 0;          ///< length of the longest difference,
    std::int64_t mostChangedAt = -1; ///< and the position of this run where it is
};
/// Row r of `a` is position firstA + r. `position`: whose first values are wanted. Empty where the widths differ.
[[nodiscard]] TensorDifference differenceOf(const Rows& a, std::int64_t firstA, const Rows& b, std::int64_t firstB,
                                            const TextAlignment& pairs, std::int64_t position,
                                            std::int64_t mostValues = 4'000'000);

/// The points that hold what an operation of a list wrote, in the order of its outputs; empty where no point does.
[[nodiscard]] std::vector<Point> pointsOf(const OperationList& list, int iOperation);

} // namespace vitral
