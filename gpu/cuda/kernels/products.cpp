// SPDX-License-Identifier: Apache-2.0
// Which kernel computes a product, and where its scratch lies.

#include "core/base/assert.h"
#include "gpu/cuda/kernels/blas_lt.h"
#include "gpu/cuda/kernels/gemm.h"
#include "gpu/cuda/kernels/matvec.h"

#include <algorithm>

namespace vitral::cuda {

namespace {

constexpr std::int64_t kChunkRows = 8; ///< rows that one launch of the vector kernels takes

/// Pieces of scratch, each aligned to 256 bytes; with a null base it only counts.
struct Carver {
    std::byte* base;
    std::size_t used = 0;
    template <class T>
    T* take(std::int64_t n) {
        auto* p = reinterpret_cast<T*>(base + used);
        used += (static_cast<std::size_t>(std::max<std::int64_t>(n, 0)) * sizeof(T) + 255) / 256 * 256;
        return p;
    }
};

std::int64_t roundUp8(std::int64_t n) {
    return (n + 7) / 8 * 8;
}

struct Quantised {
    std::int8_t* q;
    float* scale;
};
Quantised carveQuantised(Carver& carver, std::int64_t nRow, std::int64_t nCol) {
    Quantised x{};
    x.q = carver.take<std::int8_t>(nRow * nCol);
    x.scale = carver.take<float>(nRow * (nCol / 32));
    return x;
}

struct Rounded {
    std::uint16_t* halves;
    float* unscale;
};
Rounded carveRounded(Carver& carver, std::int64_t nRow, std::int64_t nCol) {
    Rounded x{};
    x.halves = carver.take<std::uint16_t>(nRow * roundUp8(nCol));
    x.unscale = carver.take<float>(nRow);
    return x;
}

bool isPacked(const DeviceWeights& w) {
    return w.layout == WeightLayout::Packed;
}

/// Enough blocks for every multiprocessor of a large device, else smaller ones.
bool largeTiles(std::int64_t nRow, std::int64_t nOut) {
    return (nRow + 127) / 128 * ((nOut + 127) / 128) >= 120;
}

/// Runs the vector kernels for outputs of one type, up to kMaxSegments a launch.
void launchSegments(const RowsIn& x, std::span<const ProductOut* const> outputs, const Quantised& quantised,
                    Stream stream) {
    for (std::int64_t first = 0; first < x.nRow; first += kChunkRows) {
        VectorJob job{};
        job.weights = outputs[0]->weights;
        job.nRow = static_cast<std::int32_t>(std::min(kChunkRows, x.nRow - first));
        job.q = quantised.q + first * x.nCol;
        job.qScale = quantised.scale + first * (x.nCol / 32);
        job.x = x.data + first * x.stride;
        job.xStride = x.stride;
        std::int64_t nUnit = 0;
        for (const ProductOut* output : outputs) {
            VectorSegment& segment = job.segment[job.nSegment++];
            segment.data = output->weights.data;
            segment.bias = output->bias;
            segment.out = output->out + first * output->stride;
            segment.outStride = output->stride;
            segment.nOut = output->weights.nOut;
            segment.firstUnit = nUnit;
            nUnit += output->weights.unitsPerExpert();
        }
        if (isPacked(job.weights))
            launchPackedVector(job, nUnit, 1, stream);
        else
            launchRowsVector(job, nUnit, 1, stream);
    }
}

} // namespace

bool wantsRowScales(const DeviceWeights& w) {
    return w.dtype != DType::F32 && w.dtype != DType::F16;
}

namespace {

/// Outputs that fit into the room for opened weights at a time: whole units of 16, at least one.
std::int64_t openedOutputs(std::int64_t nCol, const OpenRule& open) {
    const auto row = static_cast<std::size_t>(roundUp8(nCol)) * 2;
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(open.roomBytes / row) / 16) * 16;
}

/// Null: that way is not taken.
struct BlasLtRoom {
    std::byte* workspace = nullptr;
    std::uint16_t* opened = nullptr;
    std::int64_t nOpened = 0; ///< outputs that have room there
};
BlasLtRoom carveBlasLt(Carver& carver, std::int64_t nRow, std::int64_t nCol, const OpenRule& open) {
    BlasLtRoom room;
    if (nRow < kBlasLtRows || !haveBlasLt())
        return room;
    room.workspace = carver.take<std::byte>(static_cast<std::int64_t>(kBlasLtWorkspaceBytes));
    if (nRow >= open.fromRows) {
        room.nOpened = openedOutputs(nCol, open);
        room.opened = carver.take<std::uint16_t>(room.nOpened * roundUp8(nCol));
    }
    return room;
}

/// The product of rounded rows without its last factors; false where the library does not take it (or no longer: what
/// was written then is written again).
bool multiplyByLibrary(const RowsIn& x, const Rounded& rounded, const ProductOut& output, const BlasLtRoom& room,
                       Stream stream) {
    const DeviceWeights& w = output.weights;
    const std::int64_t stride = roundUp8(x.nCol);
    HalfProduct product{rounded.halves, stride, nullptr, stride, output.out, output.stride, x.nRow, w.nOut, x.nCol};
    if (w.dtype == DType::F16) {
        product.weights = reinterpret_cast<const std::uint16_t*>(w.data);
        product.weightStride = static_cast<std::int64_t>(w.rowStride / 2);
        return room.workspace && blasLtProduct(product, room.workspace, stream);
    }
    if (!room.opened)
        return false;
    product.weights = room.opened;
    for (std::int64_t first = 0; first < w.nOut; first += room.nOpened) {
        product.nOut = std::min(room.nOpened, w.nOut - first);
        product.out = output.out + first;
        launchOpenHalves(w, first, product.nOut, room.opened, stride, stream);
        if (!blasLtProduct(product, room.workspace, stream))
            return false;
    }
    return true;
}

} // namespace

std::size_t productScratchBytes(std::int64_t nRow, std::int64_t nCol, const OpenRule& open) {
    Carver carver{nullptr};
    if (nRow <= kVectorRows)
        (void)carveQuantised(carver, nRow, nCol);
    else
        (void)carveRounded(carver, nRow, nCol);
    (void)carveBlasLt(carver, nRow, nCol, open);
    return carver.used;
}

void launchProducts(const RowsIn& x, std::span<const ProductOut> outputs, void* scratch, const OpenRule& open,
                    Stream stream) {
    if (x.nRow <= 0 || outputs.empty())
        return;
    Carver carver{static_cast<std::byte*>(scratch)};
    if (x.nRow <= kVectorRows) {
        const Quantised quantised = carveQuantised(carver, x.nRow, x.nCol);
        if (std::any_of(outputs.begin(), outputs.end(), [](const ProductOut& o) { return isPacked(o.weights); }))
            launchQuantise(x, quantised.q, quantised.scale, stream);
        // Outputs of one type share a launch.
        std::uint64_t done = 0;
        VITRAL_ASSERT(outputs.size() <= 64, "few products share an input");
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const ProductOut* alike[kMaxSegments];
            std::size_t n = 0;
            for (std::size_t j = i; j < outputs.size() && n < kMaxSegments; ++j)
                if ((done >> j & 1U) == 0 && outputs[j].weights.dtype == outputs[i].weights.dtype &&
                    ((done >> i & 1U) == 0 || n > 0)) {
                    alike[n++] = &outputs[j];
                    done |= std::uint64_t{1} << j;
                }
            if (n > 0)
                launchSegments(x, {alike, n}, quantised, stream);
        }
        return;
    }
    const Rounded rounded = carveRounded(carver, x.nRow, x.nCol);
    const BlasLtRoom room = carveBlasLt(carver, x.nRow, x.nCol, open);
    bool have = false;
    for (const ProductOut& output : outputs) {
        if (output.weights.dtype == DType::F32) {
            launchExactConvolution(
                rowsAsPicture(output.weights, x.data, x.stride, x.nRow, x.nCol, output.out, output.stride, output.bias),
                stream);
            continue;
        }
        if (!have)
            launchRoundRows(x, rounded.halves, roundUp8(x.nCol), rounded.unscale, stream);
        have = true;
        if (multiplyByLibrary(x, rounded, output, room, stream)) {
            launchFinishRows(output.out, output.stride, rounded.unscale, output.weights.rowScale, output.bias, x.nRow,
                             output.weights.nOut, stream);
            continue;
        }
        GemmJob job{};
        job.weights = output.weights;
        job.halves = rounded.halves;
        job.stride = roundUp8(x.nCol);
        job.unscale = rounded.unscale;
        job.nRow = x.nRow;
        job.rowsPerInput = 1;
        job.out = output.out;
        job.outStride = output.stride;
        job.bias = output.bias;
        const bool large = largeTiles(x.nRow, output.weights.nOut);
        launchGemm(job, large, (x.nRow + (large ? 127 : 63)) / (large ? 128 : 64), stream);
    }
}

namespace {

struct ExpertPlan {
    bool vector; ///< a block of outputs for every pair; else sorted by expert
    std::int64_t nPair, nTile;
    Quantised quantised;
    Rounded rounded;
    std::int32_t* order;
    ExpertTile* tiles;
    std::int32_t* nTileAt;
};
constexpr std::int64_t kExpertTile = 64;

ExpertPlan planExperts(const ExpertProduct& job, Carver& carver) {
    ExpertPlan plan{};
    plan.nPair = job.nToken * job.nUsed;
    // Few rows an expert: weights are read once for every pair, which is no more than all experts once.
    plan.vector = job.nToken <= kChunkRows || plan.nPair <= job.weights.nExpert || job.weights.dtype == DType::F32 ||
                  job.weights.nExpert > kMaxExperts;
    if (plan.vector) {
        plan.quantised = carveQuantised(carver, job.x.nRow, job.x.nCol);
        return plan;
    }
    plan.nTile = plan.nPair / kExpertTile + std::min(job.weights.nExpert, plan.nPair);
    plan.rounded = carveRounded(carver, job.x.nRow, job.x.nCol);
    plan.order = carver.take<std::int32_t>(plan.nPair);
    plan.tiles = carver.take<ExpertTile>(plan.nTile);
    plan.nTileAt = carver.take<std::int32_t>(1);
    return plan;
}

} // namespace

std::size_t expertScratchBytes(const ExpertProduct& job) {
    Carver carver{nullptr};
    (void)planExperts(job, carver);
    return carver.used;
}

void launchExperts(const ExpertProduct& job, void* scratch, Stream stream) {
    Carver carver{static_cast<std::byte*>(scratch)};
    const ExpertPlan plan = planExperts(job, carver);
    if (plan.nPair <= 0)
        return;
    const bool shared = job.x.nRow == job.nToken;
    if (plan.vector) {
        if (isPacked(job.weights))
            launchQuantise(job.x, plan.quantised.q, plan.quantised.scale, stream);
        VectorJob v{};
        v.weights = job.weights;
        v.nSegment = 1;
        v.segment[0] = {job.weights.data, job.bias, job.out, job.outStride, job.weights.nOut, 0};
        v.nRow = 1;
        v.q = plan.quantised.q;
        v.qScale = plan.quantised.scale;
        v.x = job.x.data;
        v.xStride = job.x.stride;
        v.ids = job.ids;
        v.idStride = job.idStride;
        v.biasStride = job.biasStride;
        v.nUsed = static_cast<std::int32_t>(job.nUsed);
        v.xPerToken = shared ? 1 : v.nUsed;
        constexpr std::int64_t kMostPairs = 32768; // a grid has at most 65,535 blocks along y
        for (std::int64_t first = 0; first < plan.nPair; first += kMostPairs) {
            v.firstPair = static_cast<std::int32_t>(first);
            const std::int64_t n = std::min(kMostPairs, plan.nPair - first);
            if (isPacked(job.weights))
                launchPackedVector(v, job.weights.unitsPerExpert(), n, stream);
            else
                launchRowsVector(v, job.weights.unitsPerExpert(), n, stream);
        }
        return;
    }
    launchRoundRows(job.x, plan.rounded.halves, roundUp8(job.x.nCol), plan.rounded.unscale, stream);
    launchSort(job.ids, job.idStride, plan.nPair, job.nUsed, job.weights.nExpert, kExpertTile, plan.order, plan.tiles,
               plan.nTileAt, stream);
    GemmJob g{};
    g.weights = job.weights;
    g.halves = plan.rounded.halves;
    g.stride = roundUp8(job.x.nCol);
    g.unscale = plan.rounded.unscale;
    g.nRow = plan.nPair;
    g.rowsPerInput = shared ? job.nUsed : 1;
    g.out = job.out;
    g.outStride = job.outStride;
    g.bias = job.bias;
    g.order = plan.order;
    g.tiles = plan.tiles;
    g.nTile = plan.nTileAt;
    g.biasStride = job.biasStride;
    launchGemm(g, false, plan.nTile, stream);
}

} // namespace vitral::cuda
