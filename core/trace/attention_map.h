// SPDX-License-Identifier: Apache-2.0
#pragma once
// Attention weights on demand, exactly: any cell, row or block of any head out of Q, K and log-sum-exp. Nothing of the
// size of the map is ever in memory. Thread: any; functions are pure and share nothing.

#include "core/trace/recording.h"

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

namespace vitral {

/// Which stage of the arithmetic a map shows.
enum class MapValue : std::uint8_t {
    Weight, ///< after softmax, 0..1
    Score,  ///< scaled, soft-capped, before softmax; masked cells are -infinity
};

/// Why a cell is what it is, with every number in between.
struct AttentionCell {
    bool causal = true, inWindow = true; ///< both: visible
    float dot = 0;                       ///< q . k
    float scaled = 0;                    ///< dot * scale
    float capped = 0;                    ///< after the soft-cap, or the same
    float logSumExp = 0;
    float weight = 0; ///< exp(capped - logSumExp), 0 where not visible
    [[nodiscard]] bool visible() const { return causal && inWindow; }
};
[[nodiscard]] AttentionCell attentionCell(const AttentionRecord& record, std::int32_t iHead, std::int64_t iQuery,
                                          std::int64_t iKey);
/// Weights (or scores) of one query over keys [0, out.size()). Relative error 1e-5 or absolute 1e-6 for scores below
/// 100 (f32 arithmetic throughout, as in the engine).
void attentionRow(const AttentionRecord& record, std::int32_t iHead, std::int64_t iQuery, MapValue value,
                  std::span<float> out);

/// A rectangle of the map in blocks: out cell (r, c) stands for queries [firstQuery + r * block, + block) by keys
/// [firstKey + c * block, + block), cut at the recorded length.
struct MapRegion {
    std::int64_t firstQuery = 0, firstKey = 0;
    std::int64_t nRow = 0, nCol = 0; ///< in blocks
    std::int64_t block = 1;          ///< cells per side, a power of two
};
/// max and mean, each [nRow, nCol] packed (mean over the visible cells; NaN where a block has none). Either may be
/// empty. Keys in `maskedKeys` (ascending: attention sinks the person hides) count as not visible; weights of the other
/// keys are then NOT renormalised. Stops early, with the rest undefined, when asked; returns false then.
bool attentionBlocks(const AttentionRecord& record, std::int32_t iHead, const MapRegion& region, MapValue value,
                     std::span<const std::int64_t> maskedKeys, std::span<float> max, std::span<float> mean,
                     std::stop_token stop = {});
/// The same from at most `nSample` queries by `nSample` keys of every block, spread over it (its last query and first
/// key among them): max is then too low and mean an estimate.
bool attentionBlocksSampled(const AttentionRecord& record, std::int32_t iHead, const MapRegion& region, MapValue value,
                            std::span<const std::int64_t> maskedKeys, std::int32_t nSample, std::span<float> max,
                            std::span<float> mean, std::stop_token stop = {});
/// Whether `record` begins with all positions of `earlier`, bit for bit: the next snapshot of one run, or a run that
/// took them over. Only pointers are compared where the two share memory.
[[nodiscard]] bool continues(const AttentionRecord& record, const AttentionRecord& earlier);
/// Cells of queries [firstQuery, endQuery) by keys [firstKey, endKey) that are visible and not masked, both ends cut at
/// nPosition.
[[nodiscard]] std::int64_t visibleCells(const AttentionGeometry& geometry, std::int64_t nPosition,
                                        std::span<const std::int64_t> maskedKeys, std::int64_t firstQuery,
                                        std::int64_t endQuery, std::int64_t firstKey, std::int64_t endKey);

/// The same as attentionRow and attentionBlocks one cell at a time: the truth they are tested against.
void attentionRowPlain(const AttentionRecord& record, std::int32_t iHead, std::int64_t iQuery, MapValue value,
                       std::span<float> out);
bool attentionBlocksPlain(const AttentionRecord& record, std::int32_t iHead, const MapRegion& region, MapValue value,
                          std::span<const std::int64_t> maskedKeys, std::span<float> max, std::span<float> mean,
                          std::stop_token stop = {});

} // namespace vitral
