// SPDX-License-Identifier: Apache-2.0
// Weights on the device, products with them, keys and values, attention.

#include "gpu/cuda/cuda_backend.h"
#include "gpu/cuda/kernels/attention.h"
#include "gpu/cuda/kernels/conv.h"
#include "gpu/cuda/kernels/matmul.h"

#include "core/tensor/quantize.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral::cuda {

namespace {
constexpr std::size_t kSlabBytes = std::size_t{8} << 20; ///< made on the host at a time

const CudaMatrix& cudaMatrix(const Matrix& matrix) {
    return static_cast<const CudaMatrix&>(matrix);
}
std::int64_t roundUp(std::int64_t n, std::int64_t step) {
    return (n + step - 1) / step * step;
}
RowsIn rowsIn(const Tensor& x) {
    return {x.f32(), x.rowStride, x.nRow(), x.nCol()};
}

// A tape keeps arguments as bytes, so a list of outputs travels as an array.
constexpr std::size_t kMostOutputs = 4;
struct ProductCall {
    RowsIn x;
    ProductOut outputs[kMostOutputs];
    std::int64_t nOutput;
    void* scratch;
    OpenRule open;
};
void productCall(const ProductCall& c, Stream stream) {
    launchProducts(c.x, std::span(c.outputs, static_cast<std::size_t>(c.nOutput)), c.scratch, c.open, stream);
}

Result<void> checkSize(const TensorView& view) {
    if (!canDequantize(view.dtype))
        return fail(ErrorCode::Unsupported,
                    fmt::format("Weights of type {} are not supported.", dtypeInfo(view.dtype).name));
    const std::int64_t nCol = view.shape.nCol();
    const std::int64_t nRow = view.shape.nRow();
    if (nCol < 1 || nRow < 1 || view.shape.count() % dtypeInfo(view.dtype).blockLen != 0 ||
        view.bytes.size() != rowBytes(view.dtype, view.shape.count()))
        return fail(ErrorCode::InvalidFile, fmt::format("A matrix of shape {} has {} bytes, which is not its size.",
                                                        view.shape.toString(), view.bytes.size()));
    return {};
}
} // namespace

template <class Pack>
Result<void> CudaBackend::upload(CudaMatrix& matrix, const std::stop_token& stop, const Pack& pack) {
    VITRAL_TRY(useDevice(device_.ordinal));
    matrix.owner = returned_;
    freeReturned();
    DeviceWeights& w = matrix.weights;
    VITRAL_TRY_ASSIGN(matrix.values, DeviceMemory::make(w.totalBytes()));
    w.data = matrix.values.data();
    const std::int64_t nUnit = w.nUnit();
    const std::int64_t nAtOnce = std::max<std::int64_t>(1, static_cast<std::int64_t>(kSlabBytes / w.unitBytes));
    std::vector<std::byte> slab(static_cast<std::size_t>(std::min(nAtOnce, nUnit)) * w.unitBytes);
    for (std::int64_t first = 0; first < nUnit; first += nAtOnce) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "Loading was stopped.");
        const std::int64_t n = std::min(nAtOnce, nUnit - first);
        for (std::int64_t i = 0; i < n; ++i)
            pack(first + i, slab.data() + static_cast<std::size_t>(i) * w.unitBytes);
        VITRAL_TRY(copyToDevice(matrix.values.data() + static_cast<std::size_t>(first) * w.unitBytes, slab.data(),
                                static_cast<std::size_t>(n) * w.unitBytes, stream_));
        VITRAL_TRY(synchronise(stream_)); // the slab is used again
    }
    return {};
}

Result<std::unique_ptr<Matrix>> CudaBackend::loadMatrix(const TensorView& view, std::stop_token stop) {
    if (view.shape.rank < 2 || view.shape.rank > 3)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("A weight matrix has two or three axes, not the shape {}.", view.shape.toString()));
    VITRAL_TRY(checkSize(view));
    const bool experts = view.shape.rank == 3;
    auto matrix = std::make_unique<CudaMatrix>();
    matrix->dtype = view.dtype;
    matrix->shape = view.shape;
    const auto weights = view.shape.nCol() % dtypeInfo(view.dtype).blockLen == 0
                             ? deviceWeights(view.dtype, view.shape.nCol(), experts ? view.shape[1] : view.shape[0],
                                             experts ? view.shape[0] : 1)
                             : std::nullopt;
    if (!weights)
        return fail(ErrorCode::Unsupported, fmt::format("Weights of type {} and shape {} are not supported on CUDA.",
                                                        dtypeInfo(view.dtype).name, view.shape.toString()));
    matrix->weights = *weights;
    VITRAL_TRY(upload(*matrix, stop, [&](std::int64_t iUnit, std::byte* to) {
        packUnit(matrix->weights, view.bytes.data(), iUnit, to);
    }));
    DeviceWeights& w = matrix->weights;
    if (wantsRowScales(w)) {
        VITRAL_TRY_ASSIGN(matrix->scales,
                          DeviceMemory::make(static_cast<std::size_t>(w.nExpert * w.nOut) * sizeof(float)));
        auto* scales = reinterpret_cast<float*>(matrix->scales.data());
        launchRowScales(w, scales, stream_);
        VITRAL_TRY(synchronise(stream_));
        w.rowScale = scales;
    }
    return std::unique_ptr<Matrix>(std::move(matrix));
}

Result<std::unique_ptr<Matrix>> CudaBackend::loadDense(const TensorView& view, WeightForm form,
                                                       const std::stop_token& stop) {
    VITRAL_TRY(checkSize(view));
    auto matrix = std::make_unique<CudaMatrix>();
    matrix->dtype = view.dtype;
    matrix->form = form;
    const std::int64_t nOut = view.shape[0];
    matrix->shape = Shape{nOut, view.shape.count() / nOut};
    matrix->dense = true;
    matrix->weights = denseWeights(view, form == WeightForm::Exact);
    std::vector<float> scales(static_cast<std::size_t>(roundUp(nOut, 16)), 1.0F);
    VITRAL_TRY(upload(*matrix, stop, [&](std::int64_t iUnit, std::byte* to) {
        packDenseUnit(matrix->weights, view, iUnit, to, scales.data() + iUnit * 16);
    }));
    VITRAL_TRY_ASSIGN(matrix->scales, DeviceMemory::make(scales.size() * sizeof(float)));
    VITRAL_TRY(copyToDevice(matrix->scales.data(), scales.data(), scales.size() * sizeof(float), stream_));
    VITRAL_TRY(synchronise(stream_));
    matrix->weights.rowScale = reinterpret_cast<const float*>(matrix->scales.data());
    return std::unique_ptr<Matrix>(std::move(matrix));
}

Result<std::unique_ptr<Matrix>> CudaBackend::loadWeights(const TensorView& view, WeightForm form,
                                                         std::stop_token stop) {
    if (form == WeightForm::AsFile)
        return loadMatrix(view, std::move(stop));
    if (view.shape.rank != 2)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("A weight matrix has two axes, not the shape {}.", view.shape.toString()));
    return loadDense(view, form, stop);
}

Result<std::unique_ptr<Matrix>> CudaBackend::loadConv(const TensorView& view, WeightForm form, std::stop_token stop) {
    if (view.shape.rank != 2 && view.shape.rank != 4)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("A convolution's weight has four axes, not the shape {}.", view.shape.toString()));
    return loadDense(view, form == WeightForm::AsFile ? WeightForm::Exact : form, stop);
}

void CudaBackend::embedding(Tensor out, const Matrix& table, std::span<const std::int32_t> ids) {
    if (const auto* at = input(ids))
        call(launchOpenRows, cudaMatrix(table).weights, at, out.nRow(), out.f32(), out.rowStride);
    endOperation(out.nRow());
}

void CudaBackend::matmul(Tensor x, std::span<const MatmulOutput> outputs) {
    if (x.nRow() <= 0 || outputs.empty())
        return;
    if (cudaMatrix(*outputs.front().weight).dense) {
        for (const MatmulOutput& output : outputs)
            convolve(rowsAsPicture(cudaMatrix(*output.weight).weights, x.f32(), x.rowStride, x.nRow(), x.nCol(),
                                   output.out.f32(), output.out.rowStride, output.bias ? output.bias->f32() : nullptr));
        endOperation(x.nRow());
        return;
    }
    for (std::size_t first = 0; first < outputs.size(); first += kMostOutputs) {
        ProductCall c{};
        c.x = rowsIn(x);
        for (const MatmulOutput& output : outputs.subspan(first, std::min(kMostOutputs, outputs.size() - first)))
            c.outputs[c.nOutput++] = {cudaMatrix(*output.weight).weights, output.out.f32(), output.out.rowStride,
                                      output.bias ? output.bias->f32() : nullptr};
        c.open = open_;
        c.scratch = scratch(productScratchBytes(x.nRow(), x.nCol(), open_));
        if (c.scratch)
            call(productCall, c);
    }
    endOperation(x.nRow());
}

void CudaBackend::matmulExperts(Tensor out, Tensor x, const Matrix& weight, Tensor ids, Tensor bias) {
    ExpertProduct job{};
    job.weights = cudaMatrix(weight).weights;
    job.x = rowsIn(x);
    job.ids = static_cast<const std::int32_t*>(ids.data);
    job.idStride = ids.rowStride;
    job.nToken = ids.nRow();
    job.nUsed = ids.nCol();
    job.out = out.f32();
    job.outStride = out.rowStride;
    job.bias = bias.f32();
    job.biasStride = bias.rowStride;
    if (void* memory = scratch(expertScratchBytes(job)))
        call(launchExperts, job, memory);
    endOperation(out.nRow());
}

BatchRows CudaBackend::batch(std::span<const BatchRow> batchRows, const KvCache& cache) {
    std::vector<std::int32_t> positions, sequence;
    std::vector<SeqId> ids;
    std::int64_t length = 0, nBlock = 0;
    for (const BatchRow& row : batchRows) {
        auto it = std::find(ids.begin(), ids.end(), row.seq);
        if (it == ids.end()) {
            it = ids.insert(ids.end(), row.seq);
            nBlock = std::max(nBlock, static_cast<std::int64_t>(cache.blocks(row.seq).size()));
        }
        positions.push_back(row.position);
        sequence.push_back(static_cast<std::int32_t>(it - ids.begin()));
        length = std::max(length, static_cast<std::int64_t>(row.position) + 1);
    }
    // For a short pass the bounds are generous, so that the next token makes the same calls and a graph fits it.
    const bool shortPass = batchRows.size() <= 16;
    nBlock = roundUp(nBlock, shortPass ? 64 : 8);
    length = shortPass ? nBlock * kKvBlockTokens : roundUp(length, kKvBlockTokens);
    std::vector<std::int32_t> blocks(ids.size() * static_cast<std::size_t>(nBlock));
    for (std::size_t i = 0; i < ids.size(); ++i)
        std::copy(cache.blocks(ids[i]).begin(), cache.blocks(ids[i]).end(),
                  blocks.begin() + static_cast<std::ptrdiff_t>(i) * nBlock);
    return {input(std::span<const std::int32_t>(positions)),
            input(std::span<const std::int32_t>(sequence)),
            input(std::span<const std::int32_t>(blocks)),
            static_cast<std::int32_t>(nBlock),
            static_cast<std::int32_t>(length),
            static_cast<std::int64_t>(batchRows.size())};
}

namespace {
KvDeviceLayout layoutOf(const KvLayerSpec& layer, DType dtype) {
    return deviceKvLayout(layer.nKvHead, layer.headDimK, layer.headDimV,
                          dtype == DType::F32   ? kernels::KvFormat::F32
                          : dtype == DType::F16 ? kernels::KvFormat::F16
                                                : kernels::KvFormat::Q8_0);
}
KvDeviceLayout layoutOf(const KvCache& cache, std::int32_t iLayer) {
    return layoutOf(cache.spec().layers[static_cast<std::size_t>(iLayer)], cache.spec().dtype);
}
} // namespace

std::size_t CudaBackend::kvBlockBytes(const KvLayerSpec& layer, DType dtype) const {
    return layoutOf(layer, dtype).blockBytes;
}

void CudaBackend::kvStore(KvCache& cache, std::int32_t iLayer, Tensor k, Tensor v,
                          std::span<const BatchRow> batchRows) {
    const BatchRows b = batch(batchRows, cache);
    if (b.blocks)
        call(launchKvStore, layoutOf(cache, iLayer), cache.layerData(iLayer), k.f32(), k.rowStride, v.f32(),
             v.rowStride, b);
    endOperation(k.nRow());
}

void CudaBackend::attention(Tensor out, Tensor q, const KvCache& cache, std::int32_t iLayer,
                            std::span<const BatchRow> batchRows, const AttentionParams& params) {
    CachedAttention a{};
    a.q = q.f32();
    a.qStride = q.rowStride;
    a.out = out.f32();
    a.outStride = out.rowStride;
    a.lse = params.logSumExp.f32();
    a.lseStride = params.logSumExp.rowStride;
    a.layerData = cache.layerData(iLayer);
    a.layout = layoutOf(cache, iLayer);
    a.rows = batch(batchRows, cache);
    a.nHead = params.nHead;
    a.scale = params.scale;
    a.softcap = params.softcap;
    a.window = params.window;
    if (params.sinks)
        a.sinks = input(std::span<const float>(params.sinks, static_cast<std::size_t>(params.nHead)));
    a.nMultiprocessor = device_.nMultiprocessor;
    a.sharedBytesPerBlock = device_.sharedBytesPerBlock;
    void* memory = scratch(attentionScratchBytes(a));
    if (memory && a.rows.blocks)
        call(launchAttention, a, memory);
    endOperation(q.nRow());
}

void CudaBackend::readKv(const KvCache& cache, std::int32_t iLayer, SeqId seq, std::int32_t iKvHead, std::int64_t first,
                         std::int64_t n, bool values, std::span<float> host) {
    if (n <= 0)
        return;
    const KvDeviceLayout layout = layoutOf(cache, iLayer);
    const auto bytes = static_cast<std::size_t>(n) *
                       static_cast<std::size_t>(values ? layout.headDimV : layout.headDimK) * sizeof(float);
    float* out = scratch(bytes);
    const auto* blocks = input(std::span<const std::int32_t>(cache.blocks(seq)));
    if (!out || !blocks) {
        std::fill(host.begin(), host.end(), 0.0F); // defined, and status() says that it means nothing
        return;
    }
    call(launchKvRead, layout, static_cast<const std::byte*>(cache.layerData(iLayer)), blocks, iKvHead, first, n,
         values, out);
    flush();
    check(copyToHost(host.data(), out, bytes, stream_));
    check(synchronise(stream_));
}

void CudaBackend::readKeys(const KvCache& cache, std::int32_t iLayer, SeqId seq, std::int32_t iKvHead,
                           std::int64_t first, std::int64_t n, std::span<float> host) {
    readKv(cache, iLayer, seq, iKvHead, first, n, false, host);
}

void CudaBackend::readValues(const KvCache& cache, std::int32_t iLayer, SeqId seq, std::int32_t iKvHead,
                             std::int64_t first, std::int64_t n, std::span<float> host) {
    readKv(cache, iLayer, seq, iKvHead, first, n, true, host);
}

void CudaBackend::convolve(const Convolution& job) {
    if (void* memory = scratch(convolutionScratchBytes(job)))
        call(launchConvolution, job, memory);
}

void CudaBackend::conv2d(Tensor out, Tensor x, const Matrix& weight, Tensor bias, const Conv2dParams& params) {
    Convolution c{};
    c.weights = cudaMatrix(weight).weights;
    c.x = x.f32();
    c.xStride = x.rowStride;
    c.nChannel = x.nCol();
    c.out = out.f32();
    c.outStride = out.rowStride;
    c.bias = bias.f32();
    c.nImage = static_cast<std::int32_t>(params.in.nImage);
    c.height = static_cast<std::int32_t>(params.in.height);
    c.width = static_cast<std::int32_t>(params.in.width);
    c.outHeight = static_cast<std::int32_t>(params.out().height);
    c.outWidth = static_cast<std::int32_t>(params.out().width);
    c.kernelH = params.kernelH;
    c.kernelW = params.kernelW;
    c.stride = params.stride;
    c.padTop = params.padTop;
    c.padLeft = params.padLeft;
    c.doubled = params.doubled;
    convolve(c);
    endOperation(out.nRow());
}

void CudaBackend::denseAttention(Tensor out, Tensor q, Tensor k, Tensor v, const DenseAttentionParams& params) {
    DenseAttention a{};
    a.q = q.f32();
    a.qStride = q.rowStride;
    a.k = k.f32();
    a.kStride = k.rowStride;
    a.v = v.f32();
    a.vStride = v.rowStride;
    a.out = out.f32();
    a.outStride = out.rowStride;
    a.lse = params.logSumExp.f32();
    a.lseStride = params.logSumExp.rowStride;
    a.nImage = params.nImage;
    a.nQuery = q.nRow() / params.nImage;
    a.nKey = k.nRow() / params.nImage;
    a.nHead = params.nHead;
    a.headDim = params.headDim;
    a.scale = params.scale;
    a.causal = params.causal;
    a.exact = params.form == WeightForm::Exact;
    a.sharedBytesPerBlock = device_.sharedBytesPerBlock;
    if (void* memory = scratch(denseAttentionScratchBytes(a)))
        call(launchDenseAttention, a, memory);
    endOperation(q.nRow());
}

} // namespace vitral::cuda
