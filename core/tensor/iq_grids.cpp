// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/iq_grids.h"

#include <cstddef>

namespace vitral {

namespace {

#include "core/tensor/iq_grids_data.inc"

/// Packed rows of kBits-wide numbers to rows of bytes, at compile time.
template <class Row, int kBits, std::size_t kRows, std::size_t kValues>
constexpr std::array<Row, kRows> expand(const std::uint16_t (&packed)[kRows], const std::uint8_t (&values)[kValues]) {
    std::array<Row, kRows> rows{};
    for (std::size_t i = 0; i < kRows; ++i)
        for (std::size_t e = 0; e < sizeof(Row); ++e)
            rows[i] |= static_cast<Row>(values[packed[i] >> (kBits * e) & ((1U << kBits) - 1)]) << (8 * e);
    return rows;
}

} // namespace

constinit const std::array<std::uint64_t, 256> kIq2XxsGrid =
    expand<std::uint64_t, 2>(kPackedIq2Xxs, kPackedIq2XxsValues);
constinit const std::array<std::uint64_t, 512> kIq2XsGrid = expand<std::uint64_t, 2>(kPackedIq2Xs, kPackedIq2XsValues);
constinit const std::array<std::uint64_t, 1024> kIq2SGrid = expand<std::uint64_t, 2>(kPackedIq2S, kPackedIq2SValues);
constinit const std::array<std::uint32_t, 256> kIq3XxsGrid =
    expand<std::uint32_t, 3>(kPackedIq3Xxs, kPackedIq3XxsValues);
constinit const std::array<std::uint32_t, 512> kIq3SGrid = expand<std::uint32_t, 3>(kPackedIq3S, kPackedIq3SValues);
constinit const std::array<std::uint64_t, 2048> kIq1Grid = expand<std::uint64_t, 2>(kPackedIq1, kPackedIq1Values);

} // namespace vitral
