// SPDX-License-Identifier: Apache-2.0
#include "core/base/system_memory.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
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

#ifndef _WIN32
/// What the processes of this container hold and cannot give back at once (files read lately they can).
std::uint64_t containerBytes() {
    std::string line;
    std::ifstream current("/sys/fs/cgroup/memory.current");
    const std::uint64_t all = std::getline(current, line) ? firstNumber(line) : 0;
    std::ifstream parts("/sys/fs/cgroup/memory.stat");
    std::uint64_t files = 0;
    while (std::getline(parts, line))
        if (line.starts_with("inactive_file ") || line.starts_with("active_file "))
            files += firstNumber(line);
    return all - std::min(files, all);
}
#endif
} // namespace

std::uint64_t availableMemoryBytes() {
    if (const char* given = std::getenv("VITRAL_FREE_MEMORY"); given != nullptr && *given != '\0')
        return firstNumber(given);
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
        if (const std::uint64_t bytes = firstNumber(line); bytes > 0) {
            const std::uint64_t taken = containerBytes();
            const std::uint64_t left = bytes > taken ? bytes - taken : 1; // 0 would mean that nobody knows
            if (available == 0 || left < available)
                available = left;
        }
    return available;
#endif
}

} // namespace vitral
