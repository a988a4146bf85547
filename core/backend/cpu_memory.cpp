// SPDX-License-Identifier: Apache-2.0
#include "core/backend/cpu_memory.h"

#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include <string>
#include <sys/mman.h>

namespace vitral {

namespace {
class MappedBuffer final : public Buffer {
public:
    MappedBuffer(void* base, std::size_t mappedBytes, std::byte* data, std::size_t bytes)
        : base_(base), mappedBytes_(mappedBytes), data_(data), bytes_(bytes) {}
    ~MappedBuffer() override { ::munmap(base_, mappedBytes_); }
    MappedBuffer(const MappedBuffer&) = delete;
    MappedBuffer& operator=(const MappedBuffer&) = delete;
    void* data() override { return data_; }
    [[nodiscard]] std::size_t sizeBytes() const override { return bytes_; }

private:
    void* base_;
    std::size_t mappedBytes_;
    std::byte* data_;
    std::size_t bytes_;
};

constexpr std::size_t kHugePage = std::size_t{2} << 20;
} // namespace

Result<std::unique_ptr<Buffer>> allocateHost(std::size_t bytes, PageHint hint) {
    const bool huge = hint == PageHint::Huge && bytes >= kHugePage;
    // Room to start on a huge page, and 64 bytes behind the end that a vector load may read.
    const std::size_t mapped = bytes + 64 + (huge ? kHugePage : 0);
    void* base = mapped < bytes ? MAP_FAILED
                                : ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED)
        return fail(ErrorCode::OutOfMemory, fmt::format("{:.1f} MB of memory were asked for and are not there.",
                                                        static_cast<double>(bytes) / 1e6));
    auto* data = static_cast<std::byte*>(base);
    if (huge) {
        const auto address = reinterpret_cast<std::uintptr_t>(base);
        data += (kHugePage - address % kHugePage) % kHugePage;
        ::madvise(data, bytes, MADV_HUGEPAGE);
    }
    return std::unique_ptr<Buffer>(new MappedBuffer(base, mapped, data, bytes));
}

Result<void> growHost(std::unique_ptr<Buffer>& buffer, std::size_t bytes) {
    if (buffer && buffer->sizeBytes() >= bytes)
        return {};
    buffer.reset();
    VITRAL_TRY_ASSIGN(buffer, allocateHost(bytes + bytes / 4, PageHint::Huge));
    return {};
}

bool isReadOnlyFileMapping(std::span<const std::byte> bytes) {
    // The system's own list: "start-end perms offset device inode path", addresses in hexadecimal.
    std::ifstream maps("/proc/self/maps");
    const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
    for (std::string line; std::getline(maps, line);) {
        unsigned long long from = 0;
        unsigned long long to = 0;
        unsigned long long inode = 0;
        char permissions[5] = {};
        if (std::sscanf(line.c_str(), "%llx-%llx %4s %*s %*s %llu", &from, &to, permissions, &inode) != 4)
            continue;
        if (begin >= from && begin < to)
            return begin + bytes.size() <= to && inode != 0 && permissions[0] == 'r' && permissions[1] == '-';
    }
    return false;
}

void releasePages(std::span<const std::byte> bytes) {
    constexpr std::uintptr_t kPage = 4096;
    const auto begin = (reinterpret_cast<std::uintptr_t>(bytes.data()) + kPage - 1) / kPage * kPage;
    const auto end = (reinterpret_cast<std::uintptr_t>(bytes.data()) + bytes.size()) / kPage * kPage;
    if (end > begin)
        ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

} // namespace vitral
