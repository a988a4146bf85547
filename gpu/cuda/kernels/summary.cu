// SPDX-License-Identifier: Apache-2.0
// Two steps. A block takes 4,096 logits of a row into registers: their greatest, the sums relative to it, and its own
// best as keys (the logit's bits in an order of integers, then the id backwards, so that no two keys are equal). Then a
// block a row puts sums together and finds the best of the best. Best keys are found by counting, eight bits at a time
// from the top, until no bin has to be cut.

#include "gpu/cuda/kernels/summary.h"

#include "gpu/cuda/kernels/ptx.cuh"
#include "gpu/cuda/kernels/reduce.cuh"

namespace vitral::cuda {

namespace {

constexpr unsigned kThreads = 256;
constexpr int kPerThread = 16;
constexpr std::int64_t kPerBlock = kThreads * kPerThread;

struct Part { ///< of one block of the first step
    double z, s;
    float greatest;
    std::int32_t nOdd;
};

struct SummaryJob {
    const float* logits;
    std::int64_t stride;
    std::int32_t nCol;
    std::int32_t nBest;
    std::int32_t nPart;  ///< blocks a row
    Part* parts;         ///< [nRow, nPart]
    std::uint64_t* keys; ///< [nRow, nPart, nBest]; 0: none
    std::byte* out;
    std::size_t outStride;
};

/// Greater key: greater logit, then smaller id. Never 0 for a finite logit.
__device__ inline std::uint64_t keyOf(float logit, std::int32_t id) {
    const auto bits = bitsAs<std::uint32_t>(logit + 0.0F); // -0 counts as 0
    const std::uint32_t ordered = bits >> 31 ? ~bits : bits | 0x80000000U;
    return static_cast<std::uint64_t>(ordered) << 32 | (0xffffffffU - static_cast<std::uint32_t>(id));
}
__device__ inline SummaryBest bestOf(std::uint64_t key) {
    const auto ordered = static_cast<std::uint32_t>(key >> 32);
    return {static_cast<std::int32_t>(0xffffffffU - static_cast<std::uint32_t>(key)),
            bitsAs<float>(ordered >> 31 ? ordered & 0x7fffffffU : ~ordered)};
}

struct Selection {
    std::uint64_t prefix, mask;
    __device__ bool operator()(std::uint64_t key) const { return key != 0 && (key & mask) >= prefix; }
};

struct SelectionSpace {
    std::uint32_t count[256];
    std::uint32_t bin, above, inBin;
};

/// The `need` greatest keys, or all that are not 0. `each(f)` calls f(key) for every key this thread looks after.
/// All threads of a block of 256 together.
template <class Each>
__device__ inline Selection select(const Each& each, std::uint32_t need, SelectionSpace& space) {
    Selection found{0, 0};
    for (int shift = 56; shift >= 0; shift -= 8) {
        space.count[threadIdx.x] = 0;
        __syncthreads();
        each([&](std::uint64_t key) {
            if (key != 0 && (key & found.mask) == found.prefix)
                atomicAdd(&space.count[key >> shift & 255U], 1U);
        });
        __syncthreads();
        if (threadIdx.x < 32) { // a lane has eight bins, from the top
            const int top = 255 - 8 * static_cast<int>(threadIdx.x);
            std::uint32_t own = 0;
            for (int i = 0; i < 8; ++i)
                own += space.count[top - i];
            std::uint32_t until = own;
            for (unsigned step = 1; step < 32; step *= 2) {
                const std::uint32_t before = __shfl_up_sync(0xffffffffU, until, step);
                until += threadIdx.x >= step ? before : 0U;
            }
            const std::uint32_t all = __shfl_sync(0xffffffffU, until, 31);
            if (all < need) { // fewer than wanted: all of them
                if (threadIdx.x == 0)
                    space.bin = 0, space.above = all - space.count[0], space.inBin = need - space.above;
            } else if (until >= need && until - own < need) {
                std::uint32_t above = until - own;
                int bin = top;
                while (above + space.count[bin] < need)
                    above += space.count[bin--];
                space.bin = static_cast<std::uint32_t>(bin);
                space.above = above;
                space.inBin = space.count[bin];
            }
        }
        __syncthreads();
        need -= space.above;
        found.prefix |= static_cast<std::uint64_t>(space.bin) << shift;
        found.mask |= std::uint64_t{255} << shift;
        const bool whole = space.inBin == need;
        __syncthreads(); // the space is free again
        if (whole)
            break;
    }
    return found;
}

/// Sum over a block of 256; the result is thread 0's.
__device__ inline double sumBlock(double v, double* scratch) {
    for (int step = 16; step > 0; step /= 2)
        v += __shfl_xor_sync(0xffffffffU, v, step);
    if (threadIdx.x % 32 == 0)
        scratch[threadIdx.x / 32] = v;
    __syncthreads();
    double sum = 0;
    if (threadIdx.x == 0)
        for (unsigned i = 0; i < kThreads / 32; ++i)
            sum += scratch[i];
    __syncthreads();
    return sum;
}

__global__ void __launch_bounds__(kThreads) summaryPartKernel(SummaryJob job) {
    __shared__ SelectionSpace space;
    __shared__ float scratch[33];
    __shared__ double sums[kThreads / 32];
    __shared__ std::uint32_t nKept;
    const std::int64_t row = blockIdx.x / static_cast<unsigned>(job.nPart);
    const std::int32_t part = static_cast<std::int32_t>(blockIdx.x - row * job.nPart);
    const float* logits = job.logits + row * job.stride;
    float v[kPerThread];
    std::uint64_t keys[kPerThread];
    float greatest = Largest::kNeutral;
    int odd = 0;
#pragma unroll
    for (int i = 0; i < kPerThread; ++i) {
        const std::int64_t id = part * kPerBlock + i * static_cast<int>(kThreads) + static_cast<int>(threadIdx.x);
        v[i] = id < job.nCol ? logits[id] : 0.0F;
        const bool finite = fabsf(v[i]) <= 3.402823466e38F;
        odd += finite ? 0 : 1;
        keys[i] = id < job.nCol && finite ? keyOf(v[i], static_cast<std::int32_t>(id)) : 0;
        if (keys[i] != 0)
            greatest = fmaxf(greatest, v[i]);
    }
    greatest = reduceBlock(greatest, scratch, Largest{});
    double z = 0, s = 0;
#pragma unroll
    for (int i = 0; i < kPerThread; ++i) {
        if (keys[i] == 0)
            continue;
        // d and what its rounding lost (Knuth's two-sum), so that the term is right to the exponential's own 2 ulp.
        const float d = v[i] - greatest;
        if (d < -104.0F) // e^d is 0
            continue;
        const float back = d - v[i];
        const float lost = (v[i] - (d - back)) + (-greatest - back);
        const float e = expf(d);
        const double term = static_cast<double>(e) + static_cast<double>(e) * static_cast<double>(lost);
        z += term;
        s += (static_cast<double>(d) + static_cast<double>(lost)) * term;
    }
    z = sumBlock(z, sums);
    s = sumBlock(s, sums);
    const int nOdd = __syncthreads_count(odd != 0);
    if (threadIdx.x == 0) {
        job.parts[row * job.nPart + part] = {z, s, greatest, nOdd};
        nKept = 0;
    }
    std::uint64_t* kept = job.keys + (row * job.nPart + part) * job.nBest;
    for (int i = static_cast<int>(threadIdx.x); i < job.nBest; i += static_cast<int>(kThreads))
        kept[i] = 0;
    const auto each = [&](const auto& f) {
#pragma unroll
        for (int i = 0; i < kPerThread; ++i)
            f(keys[i]);
    };
    const Selection best = select(each, static_cast<std::uint32_t>(job.nBest), space); // its barriers order the zeros
    each([&](std::uint64_t key) {
        if (best(key))
            kept[atomicAdd(&nKept, 1U)] = key;
    });
}

__global__ void __launch_bounds__(kThreads) summaryKernel(SummaryJob job) {
    __shared__ SelectionSpace space;
    __shared__ std::uint64_t chosen[kMostBest];
    __shared__ std::uint32_t nChosen;
    const std::int64_t row = blockIdx.x;
    const std::uint64_t* keys = job.keys + row * job.nPart * job.nBest;
    const std::int32_t n = job.nPart * job.nBest;
    if (threadIdx.x == 0)
        nChosen = 0;
    const auto each = [&](const auto& f) {
        for (std::int32_t i = static_cast<std::int32_t>(threadIdx.x); i < n; i += static_cast<std::int32_t>(kThreads))
            f(keys[i]);
    };
    const Selection best = select(each, static_cast<std::uint32_t>(job.nBest), space);
    each([&](std::uint64_t key) {
        if (best(key))
            chosen[atomicAdd(&nChosen, 1U)] = key;
    });
    __syncthreads();
    auto* header = reinterpret_cast<SummaryHeader*>(job.out + static_cast<std::size_t>(row) * job.outStride);
    auto* list = reinterpret_cast<SummaryBest*>(header + 1);
    if (threadIdx.x < nChosen) {
        std::uint32_t place = 0;
        for (std::uint32_t i = 0; i < nChosen; ++i)
            place += chosen[i] > chosen[threadIdx.x] ? 1U : 0U;
        list[place] = bestOf(chosen[threadIdx.x]);
    }
    if (threadIdx.x == 0) {
        const Part* parts = job.parts + row * job.nPart;
        float greatest = Largest::kNeutral;
        std::int32_t nOdd = 0;
        for (std::int32_t i = 0; i < job.nPart; ++i) {
            greatest = fmaxf(greatest, parts[i].greatest);
            nOdd += parts[i].nOdd;
        }
        double z = 0, s = 0;
        for (std::int32_t i = 0; i < job.nPart; ++i) {
            const double d = static_cast<double>(parts[i].greatest) - static_cast<double>(greatest);
            const double e = exp(d);
            z += e * parts[i].z;
            s += e * (parts[i].s + d * parts[i].z);
        }
        *header = {z, s, greatest, static_cast<std::int32_t>(nChosen), nOdd, 0};
    }
}

std::int64_t partsOf(std::int64_t nCol) {
    return (nCol + kPerBlock - 1) / kPerBlock;
}
std::size_t partBytes(std::int64_t n) {
    return (static_cast<std::size_t>(n) * sizeof(Part) + 255) / 256 * 256;
}

} // namespace

std::size_t summaryRowBytes(std::int32_t nBest) {
    return sizeof(SummaryHeader) + static_cast<std::size_t>(nBest) * sizeof(SummaryBest);
}

std::size_t summaryScratchBytes(std::int64_t nRow, std::int64_t nCol, std::int32_t nBest) {
    const std::int64_t n = nRow * partsOf(nCol);
    return partBytes(n) + static_cast<std::size_t>(n * nBest) * sizeof(std::uint64_t);
}

void launchSummary(std::byte* out, const float* logits, std::int64_t stride, std::int64_t nRow, std::int64_t nCol,
                   std::int32_t nBest, void* scratch, Stream stream) {
    if (nRow <= 0 || nCol <= 0)
        return;
    const std::int64_t nPart = partsOf(nCol);
    SummaryJob job{};
    job.logits = logits;
    job.stride = stride;
    job.nCol = static_cast<std::int32_t>(nCol);
    job.nBest = nBest;
    job.nPart = static_cast<std::int32_t>(nPart);
    job.parts = static_cast<Part*>(scratch);
    job.keys = reinterpret_cast<std::uint64_t*>(static_cast<std::byte*>(scratch) + partBytes(nRow * nPart));
    job.out = out;
    job.outStride = summaryRowBytes(nBest);
    VITRAL_LAUNCH(summaryPartKernel, static_cast<unsigned>(nRow * nPart), kThreads, 0, stream, job);
    VITRAL_LAUNCH(summaryKernel, static_cast<unsigned>(nRow), kThreads, 0, stream, job);
}

} // namespace vitral::cuda
