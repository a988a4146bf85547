// SPDX-License-Identifier: Apache-2.0
#pragma once
// The inner loops of the CPU backend as one table of function pointers, filled once from the processor's features (or
// from what a test forces). Every entry exists in core/kernels/scalar (plain loops, the truth); core/kernels/x86
// replaces the hot ones. Arguments are plain data only: the files compiled for newer instruction sets must not
// instantiate anything shared (STYLE 5.8, "weak symbols"). Thread: any; a kernel touches only what it is given.

#include "core/kernels/dense.h"
#include "core/kernels/map_job.h"
#include "core/kernels/packed.h"

#include <cstddef>
#include <cstdint>

namespace vitral::kernels {

/// Same order as vitral::Activation (asserted in core/backend).
enum class Act : std::uint8_t { Silu, GeluTanh, GeluErf, Relu, ReluSquared, SwigluOai };

/// How one layer's keys and values lie inside a cache block of 32 tokens. Per K/V head: K as [Dk][32 tokens] (a lane
/// per token, so that scores need no horizontal sum), then V as [32 tokens][Dv]. Q8_0 adds f16 scales per token and 32
/// dimensions: for K [ceil(Dk/32)][32 tokens], for V [32 tokens][ceil(Dv/32)].
enum class KvFormat : std::uint8_t { F32, F16, Q8_0 };
inline constexpr int kKvTokens = 32;

struct KvLayout {
    std::int32_t nKvHead;
    std::int32_t headDimK;
    std::int32_t headDimV;
    KvFormat format;
    std::size_t kScaleOffset; ///< bytes from a head's start (Q8_0 only)
    std::size_t vOffset;      ///< bytes from a head's start to V
    std::size_t vScaleOffset; ///< (Q8_0 only)
    std::size_t headBytes;    ///< K and V of one head, a multiple of 64
    std::size_t blockBytes;   ///< nKvHead * headBytes
};

/// Causal attention of consecutive rows of one sequence for the query heads that share one K/V head (GQA).
struct AttentionJob {
    const float* q; ///< first row, first head of the group: [nRow][nGroup][Dk]
    std::int64_t qStride;
    float* out; ///< [nRow][nGroup][Dv]
    std::int64_t outStride;
    float* lse; ///< [nRow][nGroup] or null: log of the softmax denominator (of the scaled, capped scores)
    std::int64_t lseStride;
    const std::int32_t* positions; ///< [nRow] stride in elements below, ascending
    std::int64_t positionStride;
    std::int32_t nRow;
    std::int32_t nGroup;
    const std::byte* layerData; ///< block b at layerData + b * layout.blockBytes
    const std::int32_t* blocks; ///< block numbers of the sequence
    KvLayout layout;
    std::int32_t iKvHead;
    float scale;
    float softcap;       ///< 0: none
    std::int64_t window; ///< 0: all
    const float* sinks;  ///< [nGroup] or null
    float* scratch;      ///< attentionScratchFloats(...) floats, 64-byte aligned
};

/// Types whose values are rows of a table (core/tensor/block_formats.h).
enum class Codebook : std::uint8_t { IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S };

/// Products of codebook rows, as they lie in the file, with a row or two of f32 inputs: with more, opening a row first
/// is faster (its registers are too few).
static constexpr int kMaxCodebookRows = 2;
struct CodebookJob {
    Codebook kind;
    const std::byte* weights; ///< [nOut][nBlock] blocks of 256
    std::int64_t nBlock;
    std::int64_t first, n; ///< outputs [first, first + n)
    const float* const* x; ///< [nRow] rows of 256 nBlock floats
    std::int64_t nRow;     ///< 1 to kMaxCodebookRows
    float* const* out;     ///< [nRow]
    const float* bias;     ///< [nOut] or null
};

struct KernelTable {
    const char* name;
    // One row of n floats each; out may be the input.
    void (*rmsNorm)(float* out, const float* x, const float* weight, std::int64_t n, float eps);
    void (*layerNorm)(float* out, const float* x, const float* weight, const float* bias, std::int64_t n, float eps);
    void (*add)(float* out, const float* a, const float* b, std::int64_t n);
    void (*mul)(float* out, const float* a, const float* b, std::int64_t n);
    void (*scale)(float* out, const float* x, float factor, std::int64_t n);
    void (*softcap)(float* x, float cap, std::int64_t n);
    void (*activation)(Act kind, float* out, const float* x, std::int64_t n);
    void (*gatedActivation)(Act kind, float* out, const float* gate, const float* up, std::int64_t n);
    /// cosSin: [nRotary/2] cosines, then as many sines (magnitude folded in); halves: pairs (i, i + n/2).
    void (*rope)(float* x, std::int32_t nHead, std::int32_t headDim, std::int32_t nRotary, const float* cosSin,
                 bool halves);
    /// Stores K [nKvHead * Dk] and V [nKvHead * Dv] of one token in slot `slot` of `block`.
    void (*kvStore)(const KvLayout* layout, std::byte* block, std::int32_t slot, const float* k, const float* v);
    void (*attention)(const AttentionJob* job);
    /// out[i] = x[i] as a half: to nearest even, clamped to the largest finite one; NaN stays NaN.
    void (*toHalf)(std::uint16_t* out, const float* x, std::int64_t n);
    /// Up to kMaxTile rows of nIn (a multiple of 32) floats to int8 in [-127, 127], x ~ q * scale, as InputTile lays
    /// them. scale [nBlock][width], sums of every 16 q's [2 nBlock][width]. Not-finite values: the block counts as 0.
    void (*quantizeTile)(const float* const* rows, std::int32_t width, std::int64_t nIn, std::int8_t* q, float* scale,
                         std::int32_t* sums);
    // Products. Null in the scalar table: it computes from the file's own blocks (core/backend).
    void (*packedProduct)(const PackedJob* job);
    void (*plainProduct)(const PlainJob* job);
    void (*wideProduct)(const WideJob* job);
    /// The same for InputTile16; nIn need not be a multiple of 32 (padded with zeros).
    void (*quantizeTile16)(const float* const* rows, std::int32_t width, std::int64_t nIn, std::int16_t* q,
                           float* scale);
    /// Opens nRow <= kMapKeys rows of dim halves as the keys of a MapJob: out [dim][kMapKeys], zeros beyond nRow.
    void (*mapKeys)(const std::uint16_t* const* rows, std::int32_t nRow, std::int32_t dim, float* out);
    /// Blocks of 256 values of a codebook type as floats; null: as core/tensor does it.
    void (*openCodebook)(Codebook kind, const std::byte* blocks, std::int64_t nBlock, float* out);
    /// Null: rows are opened first.
    void (*codebookProduct)(const CodebookJob* job);
    /// n halves as floats.
    void (*openHalves)(const std::uint16_t* x, std::int64_t n, float* out);
    void (*attentionMap)(const MapJob* job);
    /// Of nRow rows, each channel's mean and sum of squares about that mean: [nChannel] each.
    void (*channelMoments)(const float* x, std::int64_t rowStride, std::int64_t nRow, std::int64_t nChannel,
                           float* mean, float* squares);
    /// out = x * scale + shift, [n] each; the second one also y / (1 + e^-y). out may be x.
    void (*scaleShift)(float* out, const float* x, const float* scale, const float* shift, std::int64_t n);
    void (*scaleShiftSilu)(float* out, const float* x, const float* scale, const float* shift, std::int64_t n);
    /// max |x|; NaN is passed over.
    float (*largestMagnitude)(const float* x, std::int64_t n);
    const DenseKernel* dense;   ///< f32 products
    const DenseKernel* dense16; ///< products of values rounded to 16 bits; null where they would not be faster
};

/// Floats of scratch an attention job needs.
std::size_t attentionScratchFloats(const AttentionJob& job);

const KernelTable& scalarKernels();

} // namespace vitral::kernels
