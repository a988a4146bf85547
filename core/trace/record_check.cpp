// SPDX-License-Identifier: Apache-2.0
#include "core/trace/record_check.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace vitral {

NotNumbers notNumbers(const AttentionRecord& record, std::int32_t iHead, std::stop_token stop) {
    const std::int64_t dim = record.geometry.headDimK;
    std::vector<float> row(static_cast<std::size_t>(dim));
    const auto broken = [&](const Rows& rows, std::int64_t i, std::int64_t iSlice) {
        rows.read(i, iSlice * dim, row);
        return std::any_of(row.begin(), row.end(), [](float x) { return !std::isfinite(x); });
    };
    NotNumbers found;
    const std::int64_t n = record.nPosition();
    for (std::int64_t i = 0; i < n && !stop.stop_requested(); ++i) {
        if (broken(record.q, i, iHead) || !std::isfinite(record.lse.at(i, iHead)))
            ++found.nQuery;
        if (broken(record.k, i, record.kvHead(iHead)))
            ++found.nKey;
    }
    return found;
}

} // namespace vitral
