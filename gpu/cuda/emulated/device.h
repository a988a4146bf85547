// SPDX-License-Identifier: Apache-2.0
#pragma once
// A small device on the CPU, for tests only: CUDA's words for kernels, done by the C++ compiler. Every thread of a
// block is a fibre with a stack of its own; __syncthreads, __syncwarp, shuffles and votes are where fibres change.
// Blocks run one after another on the thread that launches. Which fibre goes first is the tests' choice
// (setFibreOrder), so that a missing __syncthreads shows as a wrong result instead of waiting for a device.
//
// What is checked while a kernel runs, and reported by takeLaunchFailure(): threads that wait for each other for ever,
// a warp operation whose mask names a lane that has gone, more threads or shared memory than a device has.
// Not modelled: weak ordering of memory between threads, bank conflicts, timing.

#include "gpu/cuda/emulated/half_types.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <type_traits>

#define __global__
#define __device__
#define __host__
#define __constant__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __align__(n) alignas(n)
#define __shared__ static thread_local
#define __grid_constant__

struct uint3 {
    unsigned x, y, z;
};
struct dim3 {
    unsigned x = 1, y = 1, z = 1;
    constexpr dim3() = default;
    constexpr dim3(unsigned x0, unsigned y0 = 1, unsigned z0 = 1) : x(x0), y(y0), z(z0) {}
};

#define VITRAL_VECTOR_TYPES(T, name, a1, a2, a4)                                                                       \
    struct alignas(a1) name##1 {                                                                                       \
        T x;                                                                                                           \
    };                                                                                                                 \
    struct alignas(a2) name##2 {                                                                                       \
        T x, y;                                                                                                        \
    };                                                                                                                 \
    struct alignas(a4) name##4 {                                                                                       \
        T x, y, z, w;                                                                                                  \
    };                                                                                                                 \
    inline name##2 make_##name##2(T x, T y) {                                                                          \
        return {x, y};                                                                                                 \
    }                                                                                                                  \
    inline name##4 make_##name##4(T x, T y, T z, T w) {                                                                \
        return {x, y, z, w};                                                                                           \
    }
VITRAL_VECTOR_TYPES(float, float, 4, 8, 16)
VITRAL_VECTOR_TYPES(int, int, 4, 8, 16)
VITRAL_VECTOR_TYPES(unsigned, uint, 4, 8, 16)
VITRAL_VECTOR_TYPES(signed char, char, 1, 2, 4)
VITRAL_VECTOR_TYPES(unsigned char, uchar, 1, 2, 4)
VITRAL_VECTOR_TYPES(short, short, 2, 4, 8)
VITRAL_VECTOR_TYPES(unsigned short, ushort, 2, 4, 8)
VITRAL_VECTOR_TYPES(double, double, 8, 16, 16)
#undef VITRAL_VECTOR_TYPES

inline float2 __half22float2(__half2 h) {
    return {h.x, h.y};
}
inline __half2 __float22half2_rn(float2 f) {
    return {__half(f.x), __half(f.y)};
}
inline float2 __bfloat1622float2(__nv_bfloat162 b) {
    return {b.x, b.y};
}

// Set before a fibre goes on; a fibre never leaves its thread.
inline constinit thread_local uint3 threadIdx{}, blockIdx{};
inline constinit thread_local dim3 blockDim{}, gridDim{};
inline constexpr int warpSize = 32;

namespace vitral::cuda::emulated {

enum class FibreOrder { Forward, Backward, Shuffled };
/// In which order the fibres of a block go on between two barriers. Thread: any; for launches that follow on it.
void setFibreOrder(FibreOrder order);

void* dynamicShared();
void syncThreads();
int syncThreadsCount(int predicate); ///< threads whose predicate is not zero
/// All lanes of `mask` meet; each gives `size` bytes and reads those of lane `source` (its own where source is -1 or
/// that lane takes no part).
void exchange(unsigned mask, const void* give, void* get, std::size_t size, int source);
unsigned ballot(unsigned mask, bool predicate);
unsigned lane();
/// All lanes of the warp meet; element i of the result is what lane i gave. It stays until the next but one meeting:
/// lanes call __syncwarp() before what they gave goes away.
const void* const* warpGather(const void* mine);

/// Runs `body` for every thread of the grid, or notes it in the graph that `stream` is recording.
void launch(const char* kernel, dim3 grid, dim3 block, std::size_t sharedBytes, Stream stream,
            std::function<void()> body);

template <class Kernel, class... Args>
void launchKernel(const char* name, Kernel kernel, dim3 grid, dim3 block, std::size_t sharedBytes, Stream stream,
                  Args... args) {
    launch(name, grid, block, sharedBytes, stream, [=] { kernel(args...); });
}

template <class T>
T shuffle(unsigned mask, T value, int source) {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 16);
    T out;
    exchange(mask, &value, &out, sizeof(T), source);
    return out;
}

template <class T, class Combine>
T reduce(unsigned mask, T value, const Combine& combine) {
    for (int step = 16; step > 0; step /= 2) {
        const int source = static_cast<int>(lane()) ^ step;
        const T other = shuffle(mask, value, source);
        if (mask >> source & 1u)
            value = combine(value, other);
    }
    return value;
}

} // namespace vitral::cuda::emulated

#define VITRAL_LAUNCH(kernel, grid, block, sharedBytes, stream, ...)                                                   \
    ::vitral::cuda::emulated::launchKernel(#kernel, kernel, grid, block, sharedBytes, stream, __VA_ARGS__)
#define VITRAL_SHARED(type, name) type* name = static_cast<type*>(::vitral::cuda::emulated::dynamicShared())

inline void __syncthreads() {
    vitral::cuda::emulated::syncThreads();
}
inline int __syncthreads_count(int predicate) {
    return vitral::cuda::emulated::syncThreadsCount(predicate);
}
inline int __syncthreads_or(int predicate) {
    return vitral::cuda::emulated::syncThreadsCount(predicate) != 0;
}
inline int __syncthreads_and(int predicate) {
    return vitral::cuda::emulated::syncThreadsCount(predicate == 0) == 0;
}
inline void __syncwarp(unsigned mask = 0xffffffffu) {
    (void)vitral::cuda::emulated::ballot(mask, true);
}
inline unsigned __ballot_sync(unsigned mask, int predicate) {
    return vitral::cuda::emulated::ballot(mask, predicate != 0);
}
inline int __any_sync(unsigned mask, int predicate) {
    return vitral::cuda::emulated::ballot(mask, predicate != 0) != 0;
}
inline int __all_sync(unsigned mask, int predicate) {
    return vitral::cuda::emulated::ballot(mask, predicate == 0) == 0;
}
template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32) {
    const int lane = static_cast<int>(vitral::cuda::emulated::lane());
    return vitral::cuda::emulated::shuffle(mask, value, lane / width * width + (source & (width - 1)));
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int laneMask, int width = 32) {
    const int lane = static_cast<int>(vitral::cuda::emulated::lane());
    const int source = lane ^ laneMask;
    return vitral::cuda::emulated::shuffle(mask, value, source / width <= lane / width ? source : lane);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32) {
    const int lane = static_cast<int>(vitral::cuda::emulated::lane());
    const int source = lane - static_cast<int>(delta);
    return vitral::cuda::emulated::shuffle(mask, value, source >= lane / width * width ? source : lane);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32) {
    const int lane = static_cast<int>(vitral::cuda::emulated::lane());
    const int source = lane + static_cast<int>(delta);
    return vitral::cuda::emulated::shuffle(mask, value, source < (lane / width + 1) * width ? source : lane);
}
template <class T>
T __reduce_add_sync(unsigned mask, T value) {
    return vitral::cuda::emulated::reduce(mask, value, [](T a, T b) { return static_cast<T>(a + b); });
}
template <class T>
T __reduce_max_sync(unsigned mask, T value) {
    return vitral::cuda::emulated::reduce(mask, value, [](T a, T b) { return a > b ? a : b; });
}
template <class T>
T __reduce_min_sync(unsigned mask, T value) {
    return vitral::cuda::emulated::reduce(mask, value, [](T a, T b) { return a < b ? a : b; });
}
inline void __threadfence() {}
inline void __threadfence_block() {}

// Atomics: blocks run one after another and fibres change only at barriers, so a plain read and write is one.
template <class T>
T atomicAdd(T* at, std::type_identity_t<T> value) {
    const T old = *at;
    *at = static_cast<T>(old + value);
    return old;
}
template <class T>
T atomicMax(T* at, std::type_identity_t<T> value) {
    const T old = *at;
    *at = old > value ? old : value;
    return old;
}
template <class T>
T atomicMin(T* at, std::type_identity_t<T> value) {
    const T old = *at;
    *at = old < value ? old : value;
    return old;
}
template <class T>
T atomicOr(T* at, std::type_identity_t<T> value) {
    const T old = *at;
    *at = old | value;
    return old;
}
template <class T>
T atomicExch(T* at, std::type_identity_t<T> value) {
    const T old = *at;
    *at = value;
    return old;
}
template <class T>
T atomicCAS(T* at, std::type_identity_t<T> expected, std::type_identity_t<T> value) {
    const T old = *at;
    if (old == expected)
        *at = value;
    return old;
}

// Bits and integers.
inline int __popc(unsigned v) {
    return __builtin_popcount(v);
}
inline int __clz(int v) {
    return v == 0 ? 32 : __builtin_clz(static_cast<unsigned>(v));
}
inline int __ffs(int v) {
    return __builtin_ffs(v);
}
inline float __uint_as_float(unsigned bits) {
    return vitral::kernels::bitsToFloat(bits);
}
inline unsigned __float_as_uint(float f) {
    return vitral::kernels::floatToBits(f);
}
inline float __int_as_float(int bits) {
    return vitral::kernels::bitsToFloat(static_cast<unsigned>(bits));
}
inline int __float_as_int(float f) {
    return static_cast<int>(vitral::kernels::floatToBits(f));
}
inline int __dp4a(int a, int b, int sum) {
    for (int i = 0; i < 4; ++i)
        sum += static_cast<int>(static_cast<std::int8_t>(a >> 8 * i)) * static_cast<std::int8_t>(b >> 8 * i);
    return sum;
}
inline unsigned __dp4a(unsigned a, unsigned b, unsigned sum) {
    for (int i = 0; i < 4; ++i)
        sum += (a >> 8 * i & 255u) * (b >> 8 * i & 255u);
    return sum;
}
inline unsigned __byte_perm(unsigned a, unsigned b, unsigned selector) {
    const std::uint64_t bytes = static_cast<std::uint64_t>(b) << 32 | a;
    unsigned out = 0;
    for (int i = 0; i < 4; ++i) {
        const unsigned s = selector >> 4 * i & 15u;
        unsigned byte = static_cast<unsigned>(bytes >> 8 * (s & 7u)) & 255u;
        if (s & 8u)
            byte = byte & 128u ? 255u : 0u;
        out |= byte << 8 * i;
    }
    return out;
}
inline unsigned __vsub4(unsigned a, unsigned b) {
    unsigned out = 0;
    for (int i = 0; i < 4; ++i)
        out |= (((a >> 8 * i) - (b >> 8 * i)) & 255u) << 8 * i;
    return out;
}
inline unsigned __vadd4(unsigned a, unsigned b) {
    unsigned out = 0;
    for (int i = 0; i < 4; ++i)
        out |= (((a >> 8 * i) + (b >> 8 * i)) & 255u) << 8 * i;
    return out;
}
inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned shift) {
    return static_cast<unsigned>((static_cast<std::uint64_t>(high) << 32 | low) >> (shift & 31u));
}
inline unsigned __brev(unsigned v) {
    unsigned out = 0;
    for (int i = 0; i < 32; ++i)
        out |= (v >> i & 1u) << (31 - i);
    return out;
}
template <class T>
T __ldg(const T* at) {
    return *at;
}
template <class T>
T __ldcs(const T* at) {
    return *at;
}
template <class T>
T __ldcg(const T* at) {
    return *at;
}

// Floating point. The device's fast versions are less exact than these: tests allow for that.
inline float __expf(float x) {
    return std::exp(x);
}
inline float __logf(float x) {
    return std::log(x);
}
inline float __fdividef(float a, float b) {
    return a / b;
}
inline float __frcp_rn(float x) {
    return 1.0F / x;
}
inline float __fmul_rn(float a, float b) {
    return a * b;
}
inline float __fadd_rn(float a, float b) {
    return a + b;
}
inline float __fmaf_rn(float a, float b, float c) {
    return std::fma(a, b, c);
}
inline float rsqrtf(float x) {
    return 1.0F / std::sqrt(x);
}
inline int __float2int_rn(float x) {
    return static_cast<int>(std::nearbyint(x));
}
inline float __int2float_rn(int x) {
    return static_cast<float>(x);
}
using std::max;
using std::min;
