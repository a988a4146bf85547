// SPDX-License-Identifier: Apache-2.0
#include "core/base/split_name.h"

#include <charconv>
#include <fmt/format.h>

namespace vitral {

namespace {

/// Five digits as a number; 0 where they are no such number.
int partNumber(std::string_view digits) {
    int number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool whole = error == std::errc() && end == digits.data() + digits.size() && digits.size() == 5;
    return whole ? number : 0;
}

} // namespace

std::optional<SplitName> splitNameOf(std::string_view fileName) {
    constexpr std::string_view kEnd = ".gguf", kOf = "-of-";
    constexpr std::size_t kTail = 1 + 5 + kOf.size() + 5; // -00002-of-00003
    if (!fileName.ends_with(kEnd) || fileName.size() <= kTail + kEnd.size())
        return std::nullopt;
    fileName.remove_suffix(kEnd.size());
    const std::string_view tail = fileName.substr(fileName.size() - kTail);
    if (tail.front() != '-' || tail.substr(6, kOf.size()) != kOf)
        return std::nullopt;
    const int no = partNumber(tail.substr(1, 5)), count = partNumber(tail.substr(6 + kOf.size()));
    if (no < 1 || no > count)
        return std::nullopt;
    return SplitName{std::string(fileName.substr(0, fileName.size() - kTail)), no - 1, count};
}

std::string splitFileName(const SplitName& name, int no) {
    return fmt::format("{}-{:05}-of-{:05}.gguf", name.stem, no + 1, name.count);
}

} // namespace vitral
