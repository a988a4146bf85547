// SPDX-License-Identifier: Apache-2.0
// Attention over the cache. Queries of a block are the heads of one group times some rows (grouped queries share their
// keys), so that decode, too, fills a matrix instruction; long contexts are cut among blocks whose results are put
// together afterwards. Heads wider than 256 go the plain way.

#include "gpu/cuda/kernels/attention.h"

#include "gpu/cuda/kernels/attention.cuh"
#include "gpu/cuda/kernels/kv.cuh"

#include <algorithm>

namespace vitral::cuda {

namespace {

/// What a launch adds to the job.
struct Cut {
    std::int32_t nGroup;      ///< query heads of a K/V head
    std::int32_t rowsPerTile; ///< rows of a block
    std::int32_t nChunk;      ///< blocks a tile where one row has more heads than a block has queries
    std::int32_t nSplit;      ///< pieces of the keys
    float* partial;           ///< [nSplit][T][H][Dv + 2]: weighted sums, largest score, denominator
};

template <int kD, int kThreads>
struct CacheSource {
    const CachedAttention* job;
    const std::int32_t* blocks;
    std::int32_t head;
    std::int32_t lastPosition; ///< beyond it the blocks hold nothing

    __device__ void copy(int tile, std::uint16_t* keys, std::uint16_t* values) const {
        const KvDeviceLayout& layout = job->layout;
        auto* block =
            const_cast<std::byte*>(job->layerData) + static_cast<std::size_t>(blocks[tile]) * layout.blockBytes;
        const KvPart k = kvPart(layout, block, head, false), v = kvPart(layout, block, head, true);
        constexpr int pieces = kD / 8;
        const auto each = [&](int i, const auto& put) {
            const int slot = i / pieces, d = i % pieces * 8;
            const bool valid = tile * kAttentionKeys + slot <= lastPosition;
            const int at = slot * (kD + 8) + d;
            if (d < layout.strideK)
                put(keys + at, k, layout.headDimK, slot, d, valid);
            if (d < layout.strideV)
                put(values + at, v, layout.headDimV, slot, d, valid);
        };
        if (layout.format == kernels::KvFormat::F16) {
            for (int i = static_cast<int>(threadIdx.x); i < kAttentionKeys * pieces; i += kThreads)
                each(i, [](std::uint16_t* to, const KvPart& part, int, int slot, int d, bool valid) {
                    copyAsync16(to, valid ? part.values + (slot * part.stride + d) * 2 : part.values, valid);
                });
            return;
        }
#pragma unroll 1
        for (int i = static_cast<int>(threadIdx.x); i < kAttentionKeys * pieces; i += kThreads)
            each(i, [&](std::uint16_t* to, const KvPart& part, int dim, int slot, int d, bool valid) {
                openEightElements(to, layout, part, dim, slot, d, valid);
            });
    }
};

__device__ inline std::int32_t firstSeen(const CachedAttention& job, std::int32_t position) {
    return job.window > 0 && position >= job.window ? position - static_cast<std::int32_t>(job.window) + 1 : 0;
}

template <int kD, int kWarps>
__global__ void __launch_bounds__(kWarps * 32, 1) cachedKernel(CachedAttention job, Cut cut) {
    using S = AttentionShape<kD, kWarps>;
    VITRAL_SHARED(std::uint16_t, shared);
    const int lane = static_cast<int>(threadIdx.x % 32);
    const int warp = static_cast<int>(threadIdx.x / 32);
    const std::int64_t firstRow = static_cast<std::int64_t>(blockIdx.x) / cut.nChunk * cut.rowsPerTile;
    const int chunk = static_cast<int>(blockIdx.x % static_cast<unsigned>(cut.nChunk)) * S::nQuery;
    const auto kvHead = static_cast<std::int32_t>(blockIdx.y);
    const auto nRow =
        static_cast<int>(job.rows.nRow - firstRow < cut.rowsPerTile ? job.rows.nRow - firstRow : cut.rowsPerTile);
    const int nQuery = nRow * cut.nGroup;
    const int dimK = job.layout.headDimK, dimV = job.layout.headDimV;

    AttentionState<kD> state;
    state.clear();
    clearTiles<kD, kWarps>(shared);
    loadQueries<kD, kWarps>(state, shared, dimK, job.scale, [&](int i) -> const float* {
        const int query = chunk + warp * 16 + i;
        if (query >= nQuery)
            return nullptr;
        return job.q + (firstRow + query / cut.nGroup) * job.qStride +
               static_cast<std::int64_t>(kvHead * cut.nGroup + query % cut.nGroup) * dimK;
    });
    // A tile's rows are those of one sequence, or of a few: then one after another.
    for (int begin = 0; begin < nRow;) {
        const std::int32_t sequence = job.rows.sequence[firstRow + begin];
        int end = begin + 1;
        while (end < nRow && job.rows.sequence[firstRow + end] == sequence)
            ++end;
        const std::int32_t last = job.rows.positions[firstRow + end - 1];
        const int firstTile = firstSeen(job, job.rows.positions[firstRow + begin]) / kAttentionKeys;
        const std::int64_t nTile = last / kAttentionKeys + 1 - firstTile;
#pragma unroll
        for (int r = 0; r < 2; ++r) {
            const int query = chunk + warp * 16 + lane / 4 + 8 * r;
            const int row = query / cut.nGroup;
            const bool own = query < nQuery && row >= begin && row < end;
            state.high[r] = own ? job.rows.positions[firstRow + row] : 0;
            state.low[r] = own ? firstSeen(job, state.high[r]) : 1;
        }
        const CacheSource<kD, S::nThread> source{
            &job, job.rows.blocks + static_cast<std::int64_t>(sequence) * job.rows.blockStride, kvHead, last};
        const int from = firstTile + static_cast<int>(nTile * blockIdx.z / cut.nSplit);
        const int to = firstTile + static_cast<int>(nTile * (blockIdx.z + 1) / cut.nSplit);
        if (from < to)
            attendTiles<kD, kWarps>(state, source, from, to, shared, dimK, dimV, job.softcap, job.fine);
        begin = end;
    }
    state.finish();

    // Of the lane's two queries: row times H plus head; below 0: none.
    std::int64_t place[2], row[2];
    int head[2];
#pragma unroll
    for (int r = 0; r < 2; ++r) {
        const int query = chunk + warp * 16 + lane / 4 + 8 * r;
        row[r] = firstRow + query / cut.nGroup;
        head[r] = kvHead * cut.nGroup + query % cut.nGroup;
        place[r] = query < nQuery ? row[r] * job.nHead + head[r] : -1;
    }
    if (cut.nSplit > 1) {
        float* to = cut.partial + static_cast<std::int64_t>(blockIdx.z) * job.rows.nRow * job.nHead * (dimV + 2);
        eachValue(state, [&](int r, int d, float sum) {
            if (place[r] >= 0 && d < dimV)
                to[place[r] * (dimV + 2) + d] = sum;
        });
        if (lane % 4 == 0)
#pragma unroll
            for (int r = 0; r < 2; ++r)
                if (place[r] >= 0) {
                    to[place[r] * (dimV + 2) + dimV] = state.most[r];
                    to[place[r] * (dimV + 2) + dimV + 1] = state.total[r];
                }
        return;
    }
    float share[2];
#pragma unroll
    for (int r = 0; r < 2; ++r) {
        float most = state.most[r], total = state.total[r], factor = 1.0F;
        if (job.sinks && place[r] >= 0) {
            const float sink = job.sinks[head[r]];
            const float larger = fmaxf(most, sink);
            factor = exp2f((most - larger) * kLog2E);
            total = total * factor + exp2f((sink - larger) * kLog2E);
            most = larger;
        }
        share[r] = factor / total;
        if (job.lse && place[r] >= 0 && lane % 4 == 0)
            job.lse[row[r] * job.lseStride + head[r]] = most + logf(total);
    }
    eachValue(state, [&](int r, int d, float sum) {
        if (place[r] >= 0 && d < dimV)
            job.out[row[r] * job.outStride + head[r] * dimV + d] = sum * share[r];
    });
}

/// Puts the pieces of split keys together. A warp a row and head.
__global__ void __launch_bounds__(256) combineKernel(CachedAttention job, Cut cut) {
    const std::int64_t place = static_cast<std::int64_t>(blockIdx.x) * 8 + threadIdx.x / 32;
    const std::int64_t n = job.rows.nRow * job.nHead;
    if (place >= n)
        return;
    const int lane = static_cast<int>(threadIdx.x % 32);
    const int dimV = job.layout.headDimV;
    const auto piece = [&](int s) { return cut.partial + (s * n + place) * (dimV + 2); };
    float most = job.sinks ? job.sinks[place % job.nHead] : -INFINITY;
    for (int s = lane; s < cut.nSplit; s += 32)
        most = fmaxf(most, piece(s)[dimV]);
    most = warpMax(most);
    float total = 0;
    for (int s = lane; s < cut.nSplit; s += 32)
        total += piece(s)[dimV + 1] * exp2f((piece(s)[dimV] - most) * kLog2E);
    total = warpSum(total);
    if (job.sinks)
        total += exp2f((job.sinks[place % job.nHead] - most) * kLog2E);
    for (int d = lane; d < dimV; d += 32) {
        float sum = 0;
        for (int s = 0; s < cut.nSplit; ++s)
            if (piece(s)[dimV + 1] > 0.0F)
                sum += piece(s)[d] * exp2f((piece(s)[dimV] - most) * kLog2E);
        job.out[place / job.nHead * job.outStride + place % job.nHead * dimV + d] = sum / total;
    }
    if (job.lse && lane == 0)
        job.lse[place / job.nHead * job.lseStride + place % job.nHead] = most + logf(total);
}

/// Any head: a block a row and head, 32 keys at a time, the sums in `out` itself.
__global__ void __launch_bounds__(256) wideKernel(CachedAttention job, int nGroup) {
    __shared__ float scores[kAttentionKeys];
    const std::int64_t row = blockIdx.x;
    const auto head = static_cast<std::int32_t>(blockIdx.y);
    const int lane = static_cast<int>(threadIdx.x % 32), warp = static_cast<int>(threadIdx.x / 32);
    const KvDeviceLayout& layout = job.layout;
    const std::int32_t position = job.rows.positions[row];
    const std::int32_t* blocks =
        job.rows.blocks + static_cast<std::int64_t>(job.rows.sequence[row]) * job.rows.blockStride;
    const float* q = job.q + row * job.qStride + static_cast<std::int64_t>(head) * layout.headDimK;
    float* out = job.out + row * job.outStride + static_cast<std::int64_t>(head) * layout.headDimV;
    for (int d = static_cast<int>(threadIdx.x); d < layout.headDimV; d += static_cast<int>(blockDim.x))
        out[d] = 0.0F;
    const std::int32_t first = firstSeen(job, position);
    float most = job.sinks ? job.sinks[head] : -INFINITY, total = job.sinks ? 1.0F : 0.0F;
    for (int tile = first / kAttentionKeys; tile <= position / kAttentionKeys; ++tile) {
        auto* block =
            const_cast<std::byte*>(job.layerData) + static_cast<std::size_t>(blocks[tile]) * layout.blockBytes;
        const KvPart k = kvPart(layout, block, head / nGroup, false), v = kvPart(layout, block, head / nGroup, true);
        for (int slot = warp; slot < kAttentionKeys; slot += static_cast<int>(blockDim.x) / 32) {
            const int key = tile * kAttentionKeys + slot;
            const bool seen = key >= first && key <= position;
            float dot = 0;
            for (int d = lane; seen && d < layout.headDimK; d += 32)
                dot += q[d] * kvElement(layout, k, layout.headDimK, slot, d);
            dot = warpSum(dot) * job.scale;
            if (job.softcap > 0.0F)
                dot = job.softcap * tanhf(dot / job.softcap);
            if (lane == 0)
                scores[slot] = seen ? dot : -INFINITY;
        }
        __syncthreads();
        float larger = most;
        for (int i = 0; i < kAttentionKeys; ++i)
            larger = fmaxf(larger, scores[i]);
        const float factor = exp2f((most - larger) * kLog2E);
        total *= factor;
        for (int i = 0; i < kAttentionKeys; ++i)
            total += exp2f((scores[i] - larger) * kLog2E);
        for (int d = static_cast<int>(threadIdx.x); d < layout.headDimV; d += static_cast<int>(blockDim.x)) {
            float sum = out[d] * factor;
            for (int i = 0; i < kAttentionKeys; ++i)
                if (scores[i] != -INFINITY)
                    sum += exp2f((scores[i] - larger) * kLog2E) * kvElement(layout, v, layout.headDimV, i, d);
            out[d] = sum;
        }
        most = larger;
        __syncthreads();
    }
    for (int d = static_cast<int>(threadIdx.x); d < layout.headDimV; d += static_cast<int>(blockDim.x))
        out[d] /= total;
    if (job.lse && threadIdx.x == 0)
        job.lse[row * job.lseStride + head] = most + logf(total);
}

int roomFor(const CachedAttention& job) {
    const int dim = std::max(job.layout.headDimK, job.layout.headDimV);
    return dim <= 64 ? 64 : dim <= 128 ? 128 : 256;
}
bool isWide(const CachedAttention& job) {
    const std::size_t least = roomFor(job) == 64    ? AttentionShape<64, 1>::sharedBytes
                              : roomFor(job) == 128 ? AttentionShape<128, 1>::sharedBytes
                                                    : AttentionShape<256, 1>::sharedBytes;
    return std::max(job.layout.headDimK, job.layout.headDimV) > 256 || least > job.sharedBytesPerBlock;
}
/// Warps of a block: one where rows are few (decode), else as many as shared memory and registers take.
int warpsFor(const CachedAttention& job) {
    if (job.rows.nRow <= 16)
        return 1;
    const int room = roomFor(job);
    const std::size_t bytes = room == 64    ? AttentionShape<64, 4>::sharedBytes
                              : room == 128 ? AttentionShape<128, 4>::sharedBytes
                                            : AttentionShape<256, 2>::sharedBytes;
    return bytes > job.sharedBytesPerBlock ? 1 : room == 256 ? 2 : 4;
}

Cut cutOf(const CachedAttention& job) {
    Cut cut{};
    cut.nGroup = job.nHead / job.layout.nKvHead;
    const int nQuery = 16 * warpsFor(job);
    // Few rows: each its own block, since they may be of different sequences.
    cut.rowsPerTile = job.rows.nRow <= 16 ? 1 : std::max(1, nQuery / cut.nGroup);
    cut.nChunk = (cut.rowsPerTile * cut.nGroup + nQuery - 1) / nQuery;
    const std::int64_t nTile = (job.rows.nRow + cut.rowsPerTile - 1) / cut.rowsPerTile;
    const std::int64_t nBlock = nTile * cut.nChunk * job.layout.nKvHead;
    std::int64_t keys = job.rows.maxLength;
    if (job.window > 0)
        keys = std::min(keys, job.window + cut.rowsPerTile + kAttentionKeys);
    const std::int64_t wanted =
        (4 * std::int64_t{job.nMultiprocessor} + nBlock - 1) / std::max<std::int64_t>(nBlock, 1);
    cut.nSplit =
        static_cast<std::int32_t>(std::clamp<std::int64_t>(std::min(wanted, keys / (4 * kAttentionKeys)), 1, 256));
    return cut;
}

template <int kD, int kWarps>
void launchShape(const CachedAttention& job, const Cut& cut, Stream stream) {
    using S = AttentionShape<kD, kWarps>;
    const std::int64_t nTile = (job.rows.nRow + cut.rowsPerTile - 1) / cut.rowsPerTile;
    const dim3 grid(static_cast<unsigned>(nTile * cut.nChunk), static_cast<unsigned>(job.layout.nKvHead),
                    static_cast<unsigned>(cut.nSplit));
    VITRAL_LAUNCH((cachedKernel<kD, kWarps>), grid, S::nThread, S::sharedBytes, stream, job, cut);
}

} // namespace

std::size_t attentionScratchBytes(const CachedAttention& job) {
    if (isWide(job) || job.rows.nRow <= 0)
        return 0;
    const Cut cut = cutOf(job);
    return cut.nSplit <= 1
               ? 0
               : static_cast<std::size_t>(cut.nSplit * job.rows.nRow * job.nHead * (job.layout.headDimV + 2)) * 4;
}

void launchAttention(const CachedAttention& job, void* scratch, Stream stream) {
    if (job.rows.nRow <= 0)
        return;
    if (isWide(job)) {
        const dim3 grid(static_cast<unsigned>(job.rows.nRow), static_cast<unsigned>(job.nHead));
        VITRAL_LAUNCH(wideKernel, grid, 256, 0, stream, job, job.nHead / job.layout.nKvHead);
        return;
    }
    Cut cut = cutOf(job);
    cut.partial = static_cast<float*>(scratch);
    const bool one = warpsFor(job) == 1;
    switch (roomFor(job)) {
    case 64:
        one ? launchShape<64, 1>(job, cut, stream) : launchShape<64, 4>(job, cut, stream);
        break;
    case 128:
        one ? launchShape<128, 1>(job, cut, stream) : launchShape<128, 4>(job, cut, stream);
        break;
    default:
        one ? launchShape<256, 1>(job, cut, stream) : launchShape<256, 2>(job, cut, stream);
        break;
    }
    if (cut.nSplit > 1)
        VITRAL_LAUNCH(combineKernel, static_cast<unsigned>((job.rows.nRow * job.nHead + 7) / 8), 256, 0, stream, job,
                      cut);
}

} // namespace vitral::cuda
