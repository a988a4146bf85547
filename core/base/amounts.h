// SPDX-License-Identifier: Apache-2.0
#pragma once
// Amounts as every sentence of the program writes them: sizes in powers of 1000, things counted with their plural.
// English; the window says the same in the person's language (widgets/design/amounts.h). Thread: any.

#include <cstdint>
#include <string>
#include <string_view>

namespace vitral {

/// "999 bytes", "1.5 kB", "12.3 MB", "4.20 GB": powers of 1000.
[[nodiscard]] std::string byteSize(std::uint64_t bytes);

/// "1 token", "2 tokens". `one` is an English noun with a regular plural.
[[nodiscard]] std::string counted(std::int64_t n, std::string_view one);

} // namespace vitral
