// SPDX-License-Identifier: Apache-2.0
#pragma once
// Simple work on rows of f32: arithmetic, activations, rotary embedding, copies. Pointers are the device's, strides in
// elements. Nothing is allocated and nothing waits. Thread: that of the stream.

#include "gpu/cuda/kernels/stream.h"

#include <cstdint>

namespace vitral::cuda {

/// A matrix of f32 or i32 on the device; nRow 1 with stride 0 stands for one row that all use.
struct Rows {
    float* data;
    std::int64_t stride;
};

enum class Binary : std::int32_t { Add, Mul };
/// out = a op b. out may be a.
void binary(Binary op, Rows out, Rows a, Rows b, std::int64_t nRow, std::int64_t nCol, Stream stream);
/// out = a + b[row / rowsPerImage]
void addPerImage(Rows out, Rows a, Rows b, std::int64_t rowsPerImage, std::int64_t nRow, std::int64_t nCol,
                 Stream stream);
void scaleRows(Rows out, Rows x, float factor, std::int64_t nRow, std::int64_t nCol, Stream stream);
/// x = cap * tanh(x / cap)
void softcap(Rows x, float cap, std::int64_t nRow, std::int64_t nCol, Stream stream);
/// kind: vitral::Activation. up.data may be null: out = act(x); else out = act(x) * up (SwigluOai as gpt-oss has it).
void activate(std::int32_t kind, Rows out, Rows x, Rows up, std::int64_t nRow, std::int64_t nCol, Stream stream);
/// out = x, also between overlapping strides of different columns.
void copyRows(Rows out, Rows x, std::int64_t nRow, std::int64_t nCol, Stream stream);
/// out row i = x row index[i]
void gatherRows(Rows out, Rows x, const std::int32_t* index, std::int64_t nRow, std::int64_t nCol, Stream stream);
/// Rows as F16 (nearest even, clamped to the largest finite half), packed [nRow, nCol].
void rowsToHalf(std::uint16_t* out, Rows x, std::int64_t nRow, std::int64_t nCol, Stream stream);

/// Row i of x to the device address to[i] (0: nowhere), as F16 (as rowsToHalf) or F32.
void keepRows(const std::int64_t* to, bool half, Rows x, std::int64_t nRow, std::int64_t nCol, Stream stream);
/// Rows of F16 or F32 in blocks of their own: row r is row r % rowsPerBlock of the block at address
/// blocks[r / rowsPerBlock] (a table on the device).
struct BlockedRows {
    const std::int64_t* blocks;
    std::int64_t rowsPerBlock, rowLength, firstCol;
    bool half;
};
/// out [nRow, nCol] f32 = columns [firstCol, firstCol + nCol) of the rows.
void gatherBlocks(float* out, const BlockedRows& from, std::int64_t nRow, std::int64_t nCol, Stream stream);

/// cosSin [nRow, 2 * half]: cosines, then sines, times magnitude, of position * frequency (the product and the
/// functions in double, as on the CPU: an f32 product is wrong by radians at long contexts).
void ropeAngles(float* cosSin, const std::int32_t* positions, const float* frequency, std::int64_t half,
                float magnitude, std::int64_t nRow, Stream stream);
/// Rotates the first 2 * half dimensions of every head in place; pairs (i, i + half) or (2i, 2i + 1).
void rope(Rows x, std::int32_t nHead, std::int32_t headDim, const float* cosSin, std::int64_t half, bool halves,
          std::int64_t nRow, Stream stream);

} // namespace vitral::cuda
