// SPDX-License-Identifier: Apache-2.0
#include "core/base/system_memory.h"

#include <charconv>
#include <fstream>
#include <string>

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#endif

namespace vitral {

namespace {
/// The first number of a text, 0 where there is none ("max").
std::uint64_t firstNumber(const std::string& text) {
    const std::size_t at = text.find_first_of("0123456789");
    std::uint64_t value = 0;
    if (at != std::string::npos)
        std::from_chars(text.data() + at, text.data() + text.size(), value);
    return value;
}
} // namespace

std::uint64_t availableMemoryBytes() {
#ifdef _WIN32
    MEMORYSTATUSEX status{};
    status.dwLength = sizeof status;
    return GlobalMemoryStatusEx(&status) ? status.ullAvailPhys : 0;
#else
    std::uint64_t available = 0;
    std::string line;
    std::ifstream memory("/proc/meminfo");
    while (available == 0 && std::getline(memory, line))
        if (line.starts_with("MemAvailable:"))
            available = firstNumber(line) * 1024;
    std::ifstream limit("/sys/fs/cgroup/memory.max");
    if (std::getline(limit, line))
        if (const std::uint64_t bytes = firstNumber(line); bytes > 0 && (available == 0 || bytes < available))
            available = bytes;
    return available;
#endif
}

} // namespace vitral
