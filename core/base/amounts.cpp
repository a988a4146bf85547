// SPDX-License-Identifier: Apache-2.0
#include "core/base/amounts.h"

#include <fmt/format.h>

namespace vitral {

std::string byteSize(std::uint64_t bytes) {
    const auto value = static_cast<double>(bytes);
    if (bytes < 1000)
        return counted(static_cast<std::int64_t>(bytes), "byte");
    if (bytes < 999'950) // what rounds to 1000.0 kB is 1.0 MB
        return fmt::format("{:.1f} kB", value / 1e3);
    if (bytes < 999'950'000)
        return fmt::format("{:.1f} MB", value / 1e6);
    return fmt::format("{:.2f} GB", value / 1e9);
}

std::string counted(std::int64_t n, std::string_view one) {
    return fmt::format("{} {}{}", n, one, n == 1 ? "" : "s");
}

} // namespace vitral
