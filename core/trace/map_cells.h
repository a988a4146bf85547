// SPDX-License-Identifier: Apache-2.0
#pragma once
// The driver behind attention maps, thumbnails and head scores: cells of some queries by some keys of one head through
// the kernels, merged into blocks, wholly masked panels skipped. Private to core/trace. Thread: any.

#include "core/kernels/kernel_table.h"
#include "core/trace/attention_map.h"

#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <stop_token>
#include <vector>

namespace vitral {

/// Positions along one side, ascending, in blocks of perBlock (the last may be cut).
struct MapAxis {
    std::vector<std::int64_t> positions;
    std::int64_t perBlock = 1;
    std::int64_t nBlock = 0; ///< may be more than the positions fill: the rest is empty

    /// All positions of blocks of `block`, cut at `end`.
    static MapAxis all(std::int64_t first, std::int64_t nBlock, std::int64_t block, std::int64_t end);
    /// At most nSample of each block, always the same ones; the first or the last position among them.
    static MapAxis sampled(std::int64_t first, std::int64_t nBlock, std::int64_t block, std::int64_t end,
                           std::int64_t nSample, bool withLast);
};

struct MapCells {
    const AttentionRecord& record;
    std::int32_t iHead;
    MapValue value;
    std::span<const std::int64_t> maskedKeys;
    const MapAxis& queries;
    const MapAxis& keys;
    std::span<float> max, mean;      ///< as of attentionBlocks
    std::span<float> rowSum, rowLog; ///< [queries] or empty: sum of values, and of w ln w; masked keys do not count
};
/// False: stopped. Queries and keys may each be F16 or F32.
bool mapCells(const kernels::KernelTable& table, const MapCells& cells, std::stop_token stop);

/// The best kernels this processor has, or what VITRAL_CPU asks for (see core/backend).
const kernels::KernelTable& mapKernels();

struct AlignedDelete {
    void operator()(float* p) const { ::operator delete[](p, std::align_val_t{64}); }
};
using AlignedFloats = std::unique_ptr<float[], AlignedDelete>;
inline AlignedFloats alignedFloats(std::int64_t n) {
    return AlignedFloats(new (std::align_val_t{64}) float[static_cast<std::size_t>(n)]);
}

} // namespace vitral
