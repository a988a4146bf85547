// SPDX-License-Identifier: Apache-2.0
#pragma once
// The instructions that C++ has no name for, each written twice: as inline PTX, and, on the emulated device
// (gpu/cuda/emulated), as the same arithmetic in C++, so that kernels are tested where there is no GPU.
// Source of the register layouts: NVIDIA's PTX ISA, sections on mma.m16n8k16, ldmatrix and cp.async. Thread: device.

#include "gpu/cuda/kernels/device.h"

#include <cstdint>
#include <cstring>

#ifdef VITRAL_CUDA_EMULATED
#include "core/kernels/convert.h"
#endif

namespace vitral::cuda {

#ifndef VITRAL_CUDA_EMULATED
/// Address of shared memory as PTX takes it.
__device__ inline std::uint32_t sharedAddress(const void* p) {
    return static_cast<std::uint32_t>(__cvta_generic_to_shared(p));
}
#endif

/// The bits of a value as another type of the same size.
template <class To, class From>
__device__ inline To bitsAs(From from) {
    static_assert(sizeof(To) == sizeof(From));
    To to;
    memcpy(&to, &from, sizeof(to));
    return to;
}

__device__ inline float halfToFloat(std::uint16_t h) {
#ifdef VITRAL_CUDA_EMULATED
    return kernels::halfToF32(h);
#else
    float f;
    asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(h));
    return f;
#endif
}

/// To nearest even; too large becomes infinite.
__device__ inline std::uint16_t floatToHalf(float f) {
#ifdef VITRAL_CUDA_EMULATED
    return kernels::f32ToHalf(f);
#else
    std::uint16_t h;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(h) : "f"(f));
    return h;
#endif
}

/// To nearest even, clamped to the largest finite half.
__device__ inline std::uint16_t floatToHalfClamped(float f) {
    return floatToHalf(f > 65504.0F ? 65504.0F : f < -65504.0F ? -65504.0F : f);
}

/// Two halves in one register, the first one low.
__device__ inline std::uint32_t packHalves(float low, float high) {
#if !defined(VITRAL_CUDA_EMULATED) && defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    std::uint32_t two;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(two) : "f"(high), "f"(low));
    return two;
#else
    return static_cast<std::uint32_t>(floatToHalf(low)) | static_cast<std::uint32_t>(floatToHalf(high)) << 16;
#endif
}

__device__ inline float bfloatToFloat(std::uint16_t b) {
    return bitsAs<float>(static_cast<std::uint32_t>(b) << 16);
}

/// c + the four products of bytes; a unsigned, b signed.
__device__ inline int dp4aUnsigned(std::uint32_t a, std::uint32_t b, int c) {
#ifdef VITRAL_CUDA_EMULATED
    for (int i = 0; i < 4; ++i)
        c += static_cast<int>((a >> (8 * i)) & 255U) * static_cast<std::int8_t>((b >> (8 * i)) & 255U);
    return c;
#else
    int d;
    asm("dp4a.u32.s32 %0, %1, %2, %3;" : "=r"(d) : "r"(a), "r"(b), "r"(c));
    return d;
#endif
}

/// Byte i of the result is byte (selector nibble i, its low three bits) of the eight bytes b:a.
__device__ inline std::uint32_t bytePermute(std::uint32_t a, std::uint32_t b, std::uint32_t selector) {
    return __byte_perm(a, b, selector & 0x7777U);
}

/// 16 bytes of memory that nothing writes meanwhile and that is read once: past the first-level cache.
struct alignas(16) Quad {
    std::uint32_t x, y, z, w;
};
__device__ inline Quad loadStream(const void* at) {
#ifdef VITRAL_CUDA_EMULATED
    return *static_cast<const Quad*>(at);
#else
    Quad q;
    asm("ld.global.nc.L1::no_allocate.v4.b32 {%0, %1, %2, %3}, [%4];"
        : "=r"(q.x), "=r"(q.y), "=r"(q.z), "=r"(q.w)
        : "l"(__cvta_generic_to_global(at)));
    return q;
#endif
}

// Copies from global to shared memory that run while the warp goes on (sm_80 and later; before that they wait).

/// 16 bytes, both addresses multiples of 16; zeros where not `valid` (`from` is not read then).
__device__ inline void copyAsync16(void* shared, const void* from, bool valid) {
#if !defined(VITRAL_CUDA_EMULATED) && defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    const int n = valid ? 16 : 0;
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(sharedAddress(shared)),
                 "l"(__cvta_generic_to_global(from)), "r"(n)
                 : "memory");
#else
    *static_cast<Quad*>(shared) = valid ? *static_cast<const Quad*>(from) : Quad{0, 0, 0, 0};
#endif
}
__device__ inline void copyAsyncCommit() {
#if !defined(VITRAL_CUDA_EMULATED) && defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}
/// Until at most kLeft of this thread's committed groups are under way.
template <int kLeft>
__device__ inline void copyAsyncWait() {
#if !defined(VITRAL_CUDA_EMULATED) && defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    asm volatile("cp.async.wait_group %0;" ::"n"(kLeft) : "memory");
#endif
}

// Matrix fragments. g = lane / 4, t = lane % 4. Of a 16 x 16 A: a[0] = (g, 2t..), a[1] = (g + 8, 2t..),
// a[2] = (g, 2t + 8..), a[3] = (g + 8, 2t + 8..). Of a 16 x 8 B: b[0] = (2t.., g), b[1] = (2t + 8.., g).
// Of a 16 x 8 C: c[0], c[1] = (g, 2t..), c[2], c[3] = (g + 8, 2t..).

/// Four 8 x 8 matrices of halves; lane l gives the address of row l % 8 of matrix l / 8 (16 bytes, a multiple of 16).
__device__ inline void loadMatrix4(std::uint32_t (&r)[4], const void* row) {
#ifdef VITRAL_CUDA_EMULATED
    const void* const* all = emulated::warpGather(row);
    const auto lane = static_cast<std::size_t>(threadIdx.x % 32);
    for (std::size_t m = 0; m < 4; ++m)
        memcpy(&r[m], static_cast<const char*>(all[8 * m + lane / 4]) + lane % 4 * 4, 4);
    __syncwarp();
#else
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(sharedAddress(row))
                 : "memory");
#endif
}

/// The same, each matrix transposed.
__device__ inline void loadMatrix4Transposed(std::uint32_t (&r)[4], const void* row) {
#ifdef VITRAL_CUDA_EMULATED
    const void* const* all = emulated::warpGather(row);
    const auto lane = static_cast<std::size_t>(threadIdx.x % 32);
    for (std::size_t m = 0; m < 4; ++m)
        for (std::size_t e = 0; e < 2; ++e)
            memcpy(reinterpret_cast<char*>(&r[m]) + 2 * e,
                   static_cast<const char*>(all[8 * m + lane % 4 * 2 + e]) + lane / 4 * 2, 2);
    __syncwarp();
#else
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(sharedAddress(row))
                 : "memory");
#endif
}

/// c += a b; halves in, f32 sums (Turing has the half of it: two instructions of depth 8).
__device__ inline void multiplyHalves(float (&c)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1) {
#ifdef VITRAL_CUDA_EMULATED
    const struct Given { std::uint32_t a[4], b[2]; } mine = {{a[0], a[1], a[2], a[3]}, {b0, b1}};
    const void* const* all = emulated::warpGather(&mine);
    const auto lane = static_cast<std::size_t>(threadIdx.x % 32);
    const auto half = [](std::uint32_t two, std::size_t e) {
        return kernels::halfToF32(static_cast<std::uint16_t>(two >> (16 * e)));
    };
    for (std::size_t i = 0; i < 4; ++i) {
        const std::size_t column = lane % 4 * 2 + i % 2;
        float sum = 0;
        for (std::size_t k = 0; k < 16; ++k) {
            const auto* from = static_cast<const Given*>(all[lane / 4 * 4 + k % 8 / 2]);
            const auto* to = static_cast<const Given*>(all[column * 4 + k % 8 / 2]);
            sum += half(from->a[i / 2 + k / 8 * 2], k % 2) * half(to->b[k / 8], k % 2);
        }
        c[i] += sum;
    }
    __syncwarp();
#elif defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 800
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                 : "r"(a[0]), "r"(a[1]), "r"(b0));
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                 : "r"(a[2]), "r"(a[3]), "r"(b1));
#else
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                 "{%0, %1, %2, %3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#endif
}

/// Sum and largest value over the warp, in every lane.
__device__ inline float warpSum(float x) {
    for (int step = 16; step > 0; step /= 2)
        x += __shfl_xor_sync(0xffffffffU, x, step);
    return x;
}
__device__ inline float warpMax(float x) {
    for (int step = 16; step > 0; step /= 2)
        x = fmaxf(x, __shfl_xor_sync(0xffffffffU, x, step));
    return x;
}

/// 2^(14 - exponent of largest), within what f32 can undo; 1 for nothing and for what is not finite.
__device__ inline float inputScale(float largest) {
    const auto bits = bitsAs<std::uint32_t>(largest) & 0x7fffffffU;
    const int exponent = static_cast<int>(bits >> 23);
    if (bits == 0 || exponent == 255)
        return 1.0F;
    const int wanted = 127 + 14 - (exponent - 127);
    return bitsAs<float>(static_cast<std::uint32_t>(wanted < 27 ? 27 : wanted > 227 ? 227 : wanted) << 23);
}

} // namespace vitral::cuda
