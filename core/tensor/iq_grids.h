// SPDX-License-Identifier: Apache-2.0
#pragma once
// The codebooks of IQ1, IQ2 and IQ3: each row is 8 bytes (4 for IQ3), element 0 in the lowest. IQ2 and IQ3 bytes are
// magnitudes; an IQ1 byte is the value -1, 0 or 1 raised by one.

#include <array>
#include <cstdint>

namespace vitral {

extern const std::array<std::uint64_t, 256> kIq2XxsGrid;
extern const std::array<std::uint64_t, 512> kIq2XsGrid;
extern const std::array<std::uint64_t, 1024> kIq2SGrid;
extern const std::array<std::uint32_t, 256> kIq3XxsGrid;
extern const std::array<std::uint32_t, 512> kIq3SGrid;
extern const std::array<std::uint64_t, 2048> kIq1Grid;

} // namespace vitral
