// SPDX-License-Identifier: Apache-2.0
#pragma once
// Counts what operator new hands out in this program, so that a test can say "this file made us ask for no more than".
// Include in exactly one source file of a test.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <malloc.h>
#include <new>

namespace vitral::test {

inline std::atomic<std::size_t> g_liveBytes{0};
inline std::atomic<std::size_t> g_peakBytes{0};

/// Null where there is no memory.
inline void* countedAllocate(std::size_t n) noexcept {
    void* memory = std::malloc(n);
    if (memory == nullptr)
        return nullptr;
    const std::size_t live = g_liveBytes.fetch_add(malloc_usable_size(memory)) + malloc_usable_size(memory);
    if (live > g_peakBytes.load())
        g_peakBytes.store(live);
    return memory;
}

inline void* countedNew(std::size_t n) {
    void* memory = countedAllocate(n);
    if (memory == nullptr)
        throw std::bad_alloc();
    return memory;
}

inline void countedDelete(void* memory) noexcept {
    if (memory != nullptr)
        g_liveBytes.fetch_sub(malloc_usable_size(memory));
    std::free(memory);
}

/// Most bytes alive at one time since construction, above what was alive then.
class AllocationPeak {
public:
    AllocationPeak() : begin_(g_liveBytes.load()) { g_peakBytes.store(begin_); }
    [[nodiscard]] std::size_t bytes() const { return g_peakBytes.load() - std::min(begin_, g_peakBytes.load()); }

private:
    std::size_t begin_;
};

} // namespace vitral::test

void* operator new(std::size_t n) {
    return vitral::test::countedNew(n);
}
void* operator new[](std::size_t n) {
    return vitral::test::countedNew(n);
}
// Standard algorithms (std::stable_sort) allocate with nothrow and free with plain delete: both must be ours.
void* operator new(std::size_t n, const std::nothrow_t&) noexcept {
    return vitral::test::countedAllocate(n);
}
void* operator new[](std::size_t n, const std::nothrow_t&) noexcept {
    return vitral::test::countedAllocate(n);
}
void operator delete(void* memory) noexcept {
    vitral::test::countedDelete(memory);
}
void operator delete[](void* memory) noexcept {
    vitral::test::countedDelete(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    vitral::test::countedDelete(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    vitral::test::countedDelete(memory);
}
