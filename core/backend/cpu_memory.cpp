// SPDX-License-Identifier: Apache-2.0
#include "core/backend/cpu_memory.h"

#include <fmt/format.h>
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

} // namespace vitral
