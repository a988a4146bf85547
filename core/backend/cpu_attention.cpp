// SPDX-License-Identifier: Apache-2.0
// Keys, values and attention of the CPU backend.

#include "core/backend/cpu_backend.h"

#include <algorithm>
#include <atomic>

namespace vitral {

namespace {
kernels::KvFormat formatOf(DType dtype) {
    return dtype == DType::F32   ? kernels::KvFormat::F32
           : dtype == DType::F16 ? kernels::KvFormat::F16
                                 : kernels::KvFormat::Q8_0;
}
kernels::KvLayout layoutOf(const KvLayerSpec& layer, DType dtype) {
    return kernels::makeKvLayout(layer.nKvHead, layer.headDimK, layer.headDimV, formatOf(dtype));
}
kernels::KvLayout layoutOf(const KvCache& cache, std::int32_t iLayer) {
    return layoutOf(cache.spec().layers[static_cast<std::size_t>(iLayer)], cache.spec().dtype);
}
} // namespace

std::size_t CpuBackend::kvBlockBytes(const KvLayerSpec& layer, DType dtype) const {
    return layoutOf(layer, dtype).blockBytes;
}

void CpuBackend::kvStore(KvCache& cache, std::int32_t iLayer, Tensor k, Tensor v, std::span<const BatchRow> rows) {
    const kernels::KvLayout layout = layoutOf(cache, iLayer);
    std::byte* base = cache.layerData(iLayer);
    forRows(static_cast<std::int64_t>(rows.size()), k.nCol() + v.nCol(), [&](std::int64_t t) {
        const BatchRow& row = rows[static_cast<std::size_t>(t)];
        const auto& blocks = cache.blocks(row.seq);
        const std::int32_t block = blocks[static_cast<std::size_t>(row.position / kKvBlockTokens)];
        table_.kvStore(&layout, base + static_cast<std::size_t>(block) * layout.blockBytes,
                       static_cast<std::int32_t>(row.position % kKvBlockTokens), k.f32() + t * k.rowStride,
                       v.f32() + t * v.rowStride);
    });
}

void CpuBackend::attention(Tensor out, Tensor q, const KvCache& cache, std::int32_t iLayer,
                           std::span<const BatchRow> rows, const AttentionParams& params) {
    const kernels::KvLayout layout = layoutOf(cache, iLayer);
    const std::int32_t nGroup = params.nHead / params.nKvHead;
    // A tile is a few consecutive rows of one sequence: its jobs (one a K/V head) read the same keys.
    struct Tile {
        std::size_t first, n;
    };
    const std::size_t tileRows = static_cast<std::size_t>(std::max(1, 64 / nGroup));
    std::vector<Tile> tiles;
    for (std::size_t i = 0; i < rows.size();) {
        std::size_t n = 1;
        while (i + n < rows.size() && n < tileRows && rows[i + n].seq == rows[i].seq)
            ++n;
        tiles.push_back({i, n});
        i += n;
    }
    const auto makeJob = [&](const Tile& tile, std::int32_t iKvHead) {
        kernels::AttentionJob job{};
        const auto first = static_cast<std::int64_t>(tile.first);
        job.q = q.f32() + first * q.rowStride + static_cast<std::int64_t>(iKvHead) * nGroup * params.headDimK;
        job.qStride = q.rowStride;
        job.out = out.f32() + first * out.rowStride + static_cast<std::int64_t>(iKvHead) * nGroup * params.headDimV;
        job.outStride = out.rowStride;
        if (!params.logSumExp.empty()) {
            job.lseStride = params.logSumExp.rowStride;
            job.lse = params.logSumExp.f32() + first * job.lseStride + static_cast<std::int64_t>(iKvHead) * nGroup;
        }
        job.positions = &rows[tile.first].position;
        job.positionStride = sizeof(BatchRow) / sizeof(std::int32_t);
        job.nRow = static_cast<std::int32_t>(tile.n);
        job.nGroup = nGroup;
        job.layerData = cache.layerData(iLayer);
        job.blocks = cache.blocks(rows[tile.first].seq).data();
        job.layout = layout;
        job.iKvHead = iKvHead;
        job.scale = params.scale;
        job.softcap = params.softcap;
        job.window = params.window;
        job.sinks = params.sinks ? params.sinks + static_cast<std::ptrdiff_t>(iKvHead) * nGroup : nullptr;
        return job;
    };
    std::size_t need = 0;
    for (const Tile& tile : tiles)
        need = std::max(need, kernels::attentionScratchFloats(makeJob(tile, 0)));
    need = (need + 15) / 16 * 16;
    attentionScratch_.resize(need * static_cast<std::size_t>(pool_.nThread()) + 16);
    auto* aligned =
        reinterpret_cast<float*>((reinterpret_cast<std::uintptr_t>(attentionScratch_.data()) + 63) / 64 * 64);

    const auto nJob = static_cast<std::int64_t>(tiles.size()) * params.nKvHead;
    std::atomic<std::int64_t> next{0};
    pool_.run([&](int iThread, int) {
        // Last tiles first: they see the most keys, and small ones fill the gaps at the end.
        for (std::int64_t i = next.fetch_add(1); i < nJob; i = next.fetch_add(1)) {
            const std::int64_t iTile = static_cast<std::int64_t>(tiles.size()) - 1 - i / params.nKvHead;
            kernels::AttentionJob job =
                makeJob(tiles[static_cast<std::size_t>(iTile)], static_cast<std::int32_t>(i % params.nKvHead));
            job.scratch = aligned + need * static_cast<std::size_t>(iThread);
            table_.attention(&job);
        }
    });
}

void CpuBackend::readKeys(const KvCache& cache, std::int32_t iLayer, SeqId seq, std::int32_t iKvHead,
                          std::int64_t first, std::int64_t n, std::span<float> host) {
    const kernels::KvLayout layout = layoutOf(cache, iLayer);
    for (std::int64_t p = first; p < first + n; ++p) {
        const auto block = static_cast<std::size_t>(cache.blocks(seq)[static_cast<std::size_t>(p / kKvBlockTokens)]);
        const std::byte* head =
            cache.layerData(iLayer) + block * layout.blockBytes + static_cast<std::size_t>(iKvHead) * layout.headBytes;
        for (std::int32_t d = 0; d < layout.headDimK; ++d)
            host[static_cast<std::size_t>((p - first) * layout.headDimK + d)] =
                kernels::kvKey(layout, head, static_cast<std::int32_t>(p % kKvBlockTokens), d);
    }
}

void CpuBackend::readValues(const KvCache& cache, std::int32_t iLayer, SeqId seq, std::int32_t iKvHead,
                            std::int64_t first, std::int64_t n, std::span<float> host) {
    const kernels::KvLayout layout = layoutOf(cache, iLayer);
    for (std::int64_t p = first; p < first + n; ++p) {
        const auto block = static_cast<std::size_t>(cache.blocks(seq)[static_cast<std::size_t>(p / kKvBlockTokens)]);
        const std::byte* head =
            cache.layerData(iLayer) + block * layout.blockBytes + static_cast<std::size_t>(iKvHead) * layout.headBytes;
        for (std::int32_t d = 0; d < layout.headDimV; ++d)
            host[static_cast<std::size_t>((p - first) * layout.headDimV + d)] =
                kernels::kvValue(layout, head, static_cast<std::int32_t>(p % kKvBlockTokens), d);
    }
}

} // namespace vitral
