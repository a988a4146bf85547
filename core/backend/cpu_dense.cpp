// SPDX-License-Identifier: Apache-2.0
// Convolutions and products with weights of loadWeights. A unit of work is a rectangle of output pixels (some 480)
// times a range of outputs: its inputs are rounded once into the thread's own memory (f32 products read them where they
// lie), then, for every panel of outputs, for every slice of channels, every tap of the kernel adds one block. What a
// block needs of weights stays in the first-level cache, the inputs in the second. Nothing of the size of a picture is
// made.

#include "core/backend/cpu_backend.h"
#include "core/backend/cpu_memory.h"
#include "core/backend/dense_weight.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <fmt/format.h>

namespace vitral {

using kernels::DenseInputs;
using kernels::DenseStorage;

namespace {

constexpr std::int64_t kTilePixels = 480;
constexpr std::size_t kTileBytes = std::size_t{3} << 19; ///< of rounded inputs

/// How the outputs are cut into rectangles.
struct Tiling {
    std::int64_t nImage, nLine, nColumn; ///< of a tile
    std::int64_t imageTiles, lineTiles, columnTiles;
    [[nodiscard]] std::int64_t count() const { return imageTiles * lineTiles * columnTiles; }
};

std::int64_t ceilDiv(std::int64_t a, std::int64_t b) {
    return (a + b - 1) / b;
}

/// Pieces of nearly equal size, at most `most` long.
std::int64_t evenPiece(std::int64_t n, std::int64_t most) {
    return ceilDiv(n, ceilDiv(n, std::max<std::int64_t>(most, 1)));
}

Tiling tilingOf(const ImageShape& to, std::int64_t bytesPerPixel) {
    const std::int64_t room = static_cast<std::int64_t>(kTileBytes) / std::max<std::int64_t>(bytesPerPixel, 1);
    const std::int64_t target = std::clamp<std::int64_t>(room, 60, kTilePixels);
    Tiling t{};
    t.nColumn = evenPiece(to.width, to.height == 1 ? target : std::min<std::int64_t>(target, 80));
    t.nLine = evenPiece(to.height, target / t.nColumn);
    t.nImage = t.nColumn == to.width && t.nLine == to.height
                   ? std::clamp<std::int64_t>(target / to.nPixel(), 1, to.nImage)
                   : 1;
    t.imageTiles = ceilDiv(to.nImage, t.nImage);
    t.lineTiles = ceilDiv(to.height, t.nLine);
    t.columnTiles = ceilDiv(to.width, t.nColumn);
    return t;
}

/// Input pixels that outputs [begin, end) along one axis look at, without those in the padding.
struct Reach {
    std::int64_t first = 0, n = 0;
};
Reach reachOf(std::int64_t begin, std::int64_t end, std::int64_t size, std::int32_t taps, std::int32_t stride,
              std::int32_t pad, bool doubled) {
    std::int64_t first = std::max<std::int64_t>(begin * stride - pad, 0);
    std::int64_t last = std::min<std::int64_t>((end - 1) * stride - pad + taps - 1, size - 1);
    if (last < first)
        return {0, 0};
    if (doubled)
        first /= 2, last /= 2;
    return {first, last - first + 1};
}

} // namespace

Result<std::unique_ptr<Matrix>> CpuBackend::loadWeights(const TensorView& view, WeightForm form, std::stop_token stop) {
    if (form == WeightForm::AsFile)
        return loadMatrix(view, std::move(stop));
    if (view.shape.rank != 2)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("A weight matrix has two axes here, not the shape {}.", view.shape.toString()));
    return loadConv(view, form, std::move(stop));
}

Result<std::unique_ptr<Matrix>> CpuBackend::loadConv(const TensorView& view, WeightForm form, std::stop_token stop) {
    auto matrix = std::make_unique<CpuMatrix>();
    VITRAL_TRY_ASSIGN(matrix->dense, packDense(view, form, table_, pool_, stop));
    matrix->dtype = view.dtype;
    matrix->form = form;
    matrix->shape = Shape{view.shape[0], view.shape.count() / view.shape[0]};
    matrix->bytes = view.bytes;
    return std::unique_ptr<Matrix>(std::move(matrix));
}

void CpuBackend::conv2d(Tensor out, Tensor x, const Matrix& weight, Tensor bias, const Conv2dParams& params) {
    denseProduct(out, x, static_cast<const CpuMatrix&>(weight), bias, params);
}

bool CpuBackend::growScratch(std::unique_ptr<Buffer>& scratch, std::size_t bytes) {
    auto grown = growHost(scratch, bytes);
    if (!grown)
        failure_ = std::move(grown);
    return scratch != nullptr;
}

/// One thread's view of a product: which tile its inputs hold.
struct CpuBackend::DenseTile {
    std::int64_t index = -1;
    std::int64_t firstImage = 0, nImage = 0, firstLine = 0, nLine = 0, firstColumn = 0, nColumn = 0;
    std::int64_t nRow = 0;      ///< output pixels
    std::uint32_t* inputs;      ///< rounded pixels, then a row of zeros
    const std::uint32_t** rows; ///< [tap][rowRoom]
    float* sums;
    std::byte* opened;
    float* scales;
    float unscale = 1.0F; ///< what undoes the scale of the inputs
};

void CpuBackend::denseProduct(Tensor out, Tensor x, const CpuMatrix& weight, Tensor bias, const Conv2dParams& params) {
    const DenseWeight& w = *weight.dense;
    const kernels::DenseKernel& kernel = *w.kernel;
    const ImageShape to = params.out();
    const std::int64_t nTap = std::int64_t{params.kernelH} * params.kernelW;
    VITRAL_ASSERT(x.nCol() * nTap == w.nChannel * w.nTap && (w.patched || nTap == w.nTap) && out.nCol() == w.nOut,
                  "shapes fit");
    if (to.nImage <= 0 || to.height <= 0 || to.width <= 0)
        return;
    const bool direct = kernel.inputs == DenseInputs::F32 && !w.patched;
    const Tiling tiling = tilingOf(to, w.nUnit * 4 * (w.patched ? 1 : params.stride * params.stride));
    const std::int64_t nPanel = ceilDiv(w.nGroup(), kernel.maxGroups);
    // Enough units for every thread to get a few, whole rows of outputs where there are many tiles.
    const std::int64_t nSplit = std::clamp<std::int64_t>(ceilDiv(8 * pool_.nThread(), tiling.count()), 1, nPanel);
    const std::int64_t nUnits = tiling.count() * nSplit;

    // A thread's memory: inputs, row pointers, sums, opened weights, scales.
    const std::int64_t tileRows = tiling.nImage * tiling.nLine * tiling.nColumn;
    const std::int64_t rowRoom = tileRows + kernels::kDenseMaxTile;
    std::int64_t nPixelRoom = tileRows;
    if (!w.patched)
        nPixelRoom = tiling.nImage * ((tiling.nLine - 1) * params.stride + params.kernelH) *
                     ((tiling.nColumn - 1) * params.stride + params.kernelW);
    const auto align = [](std::int64_t bytes) { return static_cast<std::size_t>((bytes + 127) / 64 * 64); };
    const std::size_t inputBytes = align((direct ? 1 : nPixelRoom + 1) * w.nUnit * 4);
    const std::size_t pointerBytes = align(w.nTap * rowRoom * 8);
    const std::size_t sumBytes = align(rowRoom * kernel.maxGroups * kernel.lanes * 4);
    const std::size_t openedBytes = align(std::int64_t{kernel.maxGroups} * kernel.maxK * kernel.lanes * 4);
    const std::size_t scaleBytes = align(std::int64_t{kernel.maxGroups} * kernel.lanes * 4);
    const std::size_t perThread =
        (inputBytes + pointerBytes + sumBytes + openedBytes + scaleBytes + 4095) / 4096 * 4096;
    if (!growScratch(denseScratch_, perThread * static_cast<std::size_t>(pool_.nThread())))
        return;

    const std::int64_t inHeight = params.inHeight();
    const std::int64_t inWidth = params.inWidth();
    const auto pixelOf = [&](std::int64_t image, std::int64_t y, std::int64_t z) {
        return x.f32() + ((image * params.in.height + y) * params.in.width + z) * x.rowStride;
    };

    const auto openTile = [&](DenseTile& tile, std::int64_t index) {
        tile.index = index;
        const std::int64_t column = index % tiling.columnTiles;
        const std::int64_t line = index / tiling.columnTiles % tiling.lineTiles;
        tile.firstImage = index / (tiling.columnTiles * tiling.lineTiles) * tiling.nImage;
        tile.firstLine = line * tiling.nLine;
        tile.firstColumn = column * tiling.nColumn;
        tile.nImage = std::min(tiling.nImage, to.nImage - tile.firstImage);
        tile.nLine = std::min(tiling.nLine, to.height - tile.firstLine);
        tile.nColumn = std::min(tiling.nColumn, to.width - tile.firstColumn);
        tile.nRow = tile.nImage * tile.nLine * tile.nColumn;
        const Reach lines = reachOf(tile.firstLine, tile.firstLine + tile.nLine, inHeight, params.kernelH,
                                    params.stride, params.padTop, params.doubled);
        const Reach columns = reachOf(tile.firstColumn, tile.firstColumn + tile.nColumn, inWidth, params.kernelW,
                                      params.stride, params.padLeft, params.doubled);
        float scale = 1.0F;
        if (kernel.inputs == DenseInputs::F16Twice) {
            float largest = 0.0F;
            for (std::int64_t i = 0; i < tile.nImage; ++i)
                for (std::int64_t y = 0; y < lines.n; ++y)
                    for (std::int64_t z = 0; z < columns.n; ++z)
                        largest = std::max(
                            largest, table_.largestMagnitude(
                                         pixelOf(tile.firstImage + i, lines.first + y, columns.first + z), x.nCol()));
            scale = powerOfTwoScale(largest, 8);
        }
        tile.unscale = 1.0F / scale;
        std::uint32_t* zeros = tile.inputs;
        if (!direct && !w.patched) {
            for (std::int64_t i = 0; i < tile.nImage; ++i)
                for (std::int64_t y = 0; y < lines.n; ++y)
                    for (std::int64_t z = 0; z < columns.n; ++z, zeros += w.nUnit)
                        kernel.convert(zeros, pixelOf(tile.firstImage + i, lines.first + y, columns.first + z),
                                       w.nChannel, scale);
        } else if (w.patched) {
            zeros += tile.nRow * w.nUnit;
        }
        std::fill_n(zeros, w.nUnit, 0U);

        std::int64_t row = 0;
        std::array<float, kDensePatchMax> patch; // filled where weights are patched only
        for (std::int64_t i = 0; i < tile.nImage; ++i)
            for (std::int64_t y = 0; y < tile.nLine; ++y)
                for (std::int64_t z = 0; z < tile.nColumn; ++z, ++row) {
                    std::uint32_t* own = tile.inputs + row * w.nUnit; // where it is a patch
                    for (std::int64_t tap = 0; tap < nTap; ++tap) {
                        std::int64_t sy = (tile.firstLine + y) * params.stride - params.padTop + tap / params.kernelW;
                        std::int64_t sz =
                            (tile.firstColumn + z) * params.stride - params.padLeft + tap % params.kernelW;
                        const bool inside = sy >= 0 && sz >= 0 && sy < inHeight && sz < inWidth;
                        if (params.doubled)
                            sy /= 2, sz /= 2;
                        if (w.patched) {
                            float* at = patch.data() + tap * x.nCol();
                            if (inside)
                                std::memcpy(at, pixelOf(tile.firstImage + i, sy, sz),
                                            static_cast<std::size_t>(x.nCol()) * 4);
                            else
                                std::fill_n(at, x.nCol(), 0.0F);
                            continue;
                        }
                        const std::uint32_t* from = zeros;
                        if (inside && direct)
                            from = reinterpret_cast<const std::uint32_t*>(pixelOf(tile.firstImage + i, sy, sz));
                        else if (inside)
                            from = tile.inputs +
                                   ((i * lines.n + sy - lines.first) * columns.n + sz - columns.first) * w.nUnit;
                        tile.rows[tap * rowRoom + row] = from;
                    }
                    if (w.patched) {
                        kernel.convert(own, patch.data(), w.nChannel, scale);
                        tile.rows[row] = own;
                    }
                }
        for (std::int64_t tap = 0; tap < w.nTap; ++tap) // the last tile of registers may be only half full
            std::fill_n(tile.rows + tap * rowRoom + tile.nRow, kernels::kDenseMaxTile, zeros);
    };

    const auto multiplyPanel = [&](DenseTile& tile, std::int64_t panel) {
        const std::int64_t firstGroup = w.nGroup() * panel / nPanel;
        const std::int64_t nGroup = w.nGroup() * (panel + 1) / nPanel - firstGroup;
        const std::int64_t width = nGroup * kernel.lanes;
        const std::int64_t firstOut = firstGroup * kernel.lanes;
        const std::byte* weights =
            static_cast<const std::byte*>(w.data->data()) + static_cast<std::size_t>(firstGroup) * w.groupBytes();
        if (!w.scales.empty())
            for (std::int64_t n = 0; n < width; ++n)
                tile.scales[n] = w.scales[static_cast<std::size_t>(firstOut + n)] * tile.unscale;
        kernels::DenseBlock block{};
        block.nGroup = static_cast<std::int32_t>(nGroup);
        block.nTile = static_cast<std::int32_t>(ceilDiv(tile.nRow, kernel.tileRows[nGroup]));
        block.scales = tile.scales;
        block.sums = tile.sums;
        block.fresh = true;
        const bool opens = kernel.inputs == DenseInputs::F32 && w.storage != DenseStorage::F32;
        const std::int64_t nSlice = ceilDiv(w.nUnit, kernel.maxK);
        for (std::int64_t slice = 0; slice < nSlice; ++slice) {
            block.first = w.nUnit * slice / nSlice;
            block.nK = static_cast<std::int32_t>(w.nUnit * (slice + 1) / nSlice - block.first);
            for (std::int64_t tap = 0; tap < w.nTap; ++tap) {
                block.rows = tile.rows + tap * rowRoom;
                block.weights = weights + static_cast<std::size_t>(tap * w.nUnit + block.first) * w.unitBytes();
                block.groupStride = w.groupBytes();
                if (opens) {
                    const std::size_t stride =
                        static_cast<std::size_t>(block.nK) * static_cast<std::size_t>(kernel.lanes) * 4;
                    for (std::int64_t g = 0; g < nGroup; ++g)
                        kernel.open(w.storage,
                                    reinterpret_cast<const std::uint16_t*>(block.weights + static_cast<std::size_t>(g) *
                                                                                               block.groupStride),
                                    std::int64_t{block.nK} * kernel.lanes,
                                    reinterpret_cast<float*>(tile.opened + static_cast<std::size_t>(g) * stride));
                    block.weights = tile.opened;
                    block.groupStride = stride;
                } else {
                    const bool last = tap + 1 == w.nTap;
                    const std::int64_t unit = last ? w.nUnit * (slice + 1) / nSlice : (tap + 1) * w.nUnit + block.first;
                    block.next = last && slice + 1 == nSlice ? nullptr
                                                             : weights + static_cast<std::size_t>(unit) * w.unitBytes();
                }
                kernel.block(&block);
                block.fresh = false;
            }
        }
        const std::int64_t n = std::min(width, w.nOut - firstOut);
        std::int64_t row = 0;
        for (std::int64_t i = 0; i < tile.nImage; ++i)
            for (std::int64_t y = 0; y < tile.nLine; ++y)
                for (std::int64_t z = 0; z < tile.nColumn; ++z, ++row) {
                    const std::int64_t pixel =
                        ((tile.firstImage + i) * to.height + tile.firstLine + y) * to.width + tile.firstColumn + z;
                    float* at = out.f32() + pixel * out.rowStride + firstOut;
                    if (bias.empty())
                        std::memcpy(at, tile.sums + row * width, static_cast<std::size_t>(n) * 4);
                    else
                        table_.add(at, tile.sums + row * width, bias.f32() + firstOut, n);
                }
    };

    std::atomic<std::int64_t> next{0};
    pool_.run([&](int iThread, int) {
        auto* at = static_cast<std::byte*>(denseScratch_->data()) + static_cast<std::size_t>(iThread) * perThread;
        DenseTile tile{};
        tile.index = -1;
        tile.inputs = reinterpret_cast<std::uint32_t*>(at);
        tile.rows = reinterpret_cast<const std::uint32_t**>(at += inputBytes);
        tile.sums = reinterpret_cast<float*>(at += pointerBytes);
        tile.opened = at += sumBytes;
        tile.scales = reinterpret_cast<float*>(at + openedBytes);
        for (std::int64_t unit = next.fetch_add(1); unit < nUnits; unit = next.fetch_add(1)) {
            if (tile.index != unit / nSplit)
                openTile(tile, unit / nSplit);
            const std::int64_t part = unit % nSplit;
            for (std::int64_t panel = nPanel * part / nSplit; panel < nPanel * (part + 1) / nSplit; ++panel) {
                if (stop_.stop_requested())
                    return;
                multiplyPanel(tile, panel);
            }
        }
    });
}

} // namespace vitral
