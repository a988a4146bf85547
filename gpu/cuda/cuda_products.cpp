// SPDX-License-Identifier: Apache-2.0
// Weights on the device, products with them, keys and values, attention.

#include "gpu/cuda/cuda_backend.h"
#include "gpu/cuda/kernels/plain.h"

#include "core/tensor/quantize.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral::cuda {

namespace {
constexpr std::size_t kSlabFloats = std::size_t{1} << 22; ///< opened on the host at a time

Rows rows(const Tensor& t) {
    return {t.f32(), t.rowStride};
}
const CudaMatrix& cudaMatrix(const Matrix& matrix) {
    return static_cast<const CudaMatrix&>(matrix);
}
float* valuesOf(const CudaMatrix& matrix) {
    return reinterpret_cast<float*>(matrix.values.data());
}
std::int64_t roundUp(std::int64_t n, std::int64_t step) {
    return (n + step - 1) / step * step;
}
} // namespace

Result<std::unique_ptr<Matrix>> CudaBackend::load(const TensorView& view, WeightForm form,
                                                  const std::stop_token& stop) {
    if (!canDequantize(view.dtype))
        return fail(ErrorCode::Unsupported,
                    fmt::format("Weights of type {} are not supported.", dtypeInfo(view.dtype).name));
    const std::int64_t nCol = view.shape.nCol();
    const std::int64_t nRow = view.shape.nRow();
    if (nCol < 1 || nRow < 1 || nCol % dtypeInfo(view.dtype).blockLen != 0 ||
        view.bytes.size() != rowBytes(view.dtype, nCol) * static_cast<std::size_t>(nRow))
        return fail(ErrorCode::InvalidFile, fmt::format("A matrix of shape {} has {} bytes, which is not its size.",
                                                        view.shape.toString(), view.bytes.size()));
    VITRAL_TRY(useDevice(device_.ordinal));
    auto matrix = std::make_unique<CudaMatrix>();
    matrix->dtype = view.dtype;
    matrix->shape = view.shape;
    matrix->form = form;
    matrix->owner = returned_;
    freeReturned();
    VITRAL_TRY_ASSIGN(matrix->values, DeviceMemory::make(static_cast<std::size_t>(nRow * nCol) * sizeof(float)));
    const std::size_t perRow = rowBytes(view.dtype, nCol);
    const std::int64_t nAtOnce = std::max<std::int64_t>(1, static_cast<std::int64_t>(kSlabFloats) / nCol);
    std::vector<float> open(static_cast<std::size_t>(std::min(nAtOnce, nRow) * nCol));
    for (std::int64_t first = 0; first < nRow; first += nAtOnce) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "Loading was stopped.");
        const auto n = static_cast<std::size_t>(std::min(nAtOnce, nRow - first));
        const std::span<float> part(open.data(), n * static_cast<std::size_t>(nCol));
        VITRAL_TRY(
            dequantizeRow(view.dtype, view.bytes.subspan(static_cast<std::size_t>(first) * perRow, n * perRow), part));
        VITRAL_TRY(copyToDevice(matrix->values.data() + static_cast<std::size_t>(first * nCol) * sizeof(float),
                                part.data(), part.size_bytes(), stream_));
        VITRAL_TRY(synchronise(stream_));
    }
    return std::unique_ptr<Matrix>(std::move(matrix));
}

Result<std::unique_ptr<Matrix>> CudaBackend::loadMatrix(const TensorView& view, std::stop_token stop) {
    if (view.shape.rank < 2 || view.shape.rank > 3)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("A weight matrix has two or three axes, not the shape {}.", view.shape.toString()));
    return load(view, WeightForm::AsFile, stop);
}

Result<std::unique_ptr<Matrix>> CudaBackend::loadWeights(const TensorView& view, WeightForm form,
                                                         std::stop_token stop) {
    if (form == WeightForm::AsFile)
        return loadMatrix(view, std::move(stop));
    if (view.shape.rank != 2)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("A weight matrix has two axes, not the shape {}.", view.shape.toString()));
    return load(view, form, stop);
}

Result<std::unique_ptr<Matrix>> CudaBackend::loadConv(const TensorView& view, WeightForm form, std::stop_token stop) {
    if (view.shape.rank != 2 && view.shape.rank != 4)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("A convolution's weight has four axes, not the shape {}.", view.shape.toString()));
    if (form == WeightForm::AsFile)
        form = WeightForm::Exact;
    if (view.shape.rank == 2)
        return load(view, form, stop);
    const std::int64_t nOut = view.shape[0], nIn = view.shape[1], kernelH = view.shape[2], kernelW = view.shape[3];
    const std::int64_t nTap = kernelH * kernelW;
    std::vector<float> from(static_cast<std::size_t>(view.shape.count())), to(from.size());
    VITRAL_TRY(dequantizeRow(view.dtype, view.bytes, from));
    for (std::int64_t n = 0; n < nOut; ++n)
        for (std::int64_t tap = 0; tap < nTap; ++tap)
            for (std::int64_t c = 0; c < nIn; ++c)
                to[static_cast<std::size_t>((n * nTap + tap) * nIn + c)] =
                    from[static_cast<std::size_t>((n * nIn + c) * nTap + tap)];
    VITRAL_TRY_ASSIGN(auto result,
                      load({DType::F32, Shape{nOut, nTap * nIn}, std::as_bytes(std::span(to))}, form, stop));
    result->dtype = view.dtype;
    auto& matrix = static_cast<CudaMatrix&>(*result);
    matrix.kernelH = static_cast<std::int32_t>(kernelH);
    matrix.kernelW = static_cast<std::int32_t>(kernelW);
    return result;
}

void CudaBackend::embedding(Tensor out, const Matrix& table, std::span<const std::int32_t> ids) {
    if (const auto* at = input(ids))
        call(cuda::gatherRows, rows(out), Rows{valuesOf(cudaMatrix(table)), table.shape.nCol()}, at, out.nRow(),
             out.nCol());
    endOperation(out.nRow());
}

void CudaBackend::matmul(Tensor x, std::span<const MatmulOutput> outputs) {
    for (const MatmulOutput& output : outputs) {
        const CudaMatrix& w = cudaMatrix(*output.weight);
        call(plainMatmul, rows(output.out), rows(x), valuesOf(w), output.bias ? output.bias->f32() : nullptr, x.nRow(),
             w.nOut(), w.nIn());
    }
    endOperation(x.nRow());
}

void CudaBackend::matmulExperts(Tensor out, Tensor x, const Matrix& weight, Tensor ids, Tensor bias) {
    const CudaMatrix& w = cudaMatrix(weight);
    call(plainExperts, rows(out), rows(x), x.nRow() != out.nRow(), valuesOf(w), bias.f32(),
         static_cast<const std::int32_t*>(ids.data), ids.rowStride, static_cast<std::int32_t>(ids.nCol()), out.nRow(),
         w.nOut(), w.nIn());
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
PlainKv kvOf(const KvCache& cache, std::int32_t iLayer) {
    const KvLayerSpec& layer = cache.spec().layers[static_cast<std::size_t>(iLayer)];
    return {reinterpret_cast<float*>(cache.layerData(iLayer)), layer.nKvHead, layer.headDimK, layer.headDimV,
            cache.spec().dtype == DType::F32 ? 0 : 1};
}
} // namespace

std::size_t CudaBackend::kvBlockBytes(const KvLayerSpec& layer, DType dtype) const {
    (void)dtype;
    return static_cast<std::size_t>(layer.nKvHead) * static_cast<std::size_t>(layer.headDimK + layer.headDimV) *
           static_cast<std::size_t>(kKvBlockTokens) * sizeof(float);
}

void CudaBackend::kvStore(KvCache& cache, std::int32_t iLayer, Tensor k, Tensor v,
                          std::span<const BatchRow> batchRows) {
    const BatchRows b = batch(batchRows, cache);
    if (b.blocks)
        call(plainKvStore, kvOf(cache, iLayer), rows(k), rows(v), b);
    endOperation(k.nRow());
}

void CudaBackend::attention(Tensor out, Tensor q, const KvCache& cache, std::int32_t iLayer,
                            std::span<const BatchRow> batchRows, const AttentionParams& params) {
    PlainAttention a{};
    a.out = rows(out);
    a.q = rows(q);
    a.lse = rows(params.logSumExp);
    a.kv = kvOf(cache, iLayer);
    a.batch = batch(batchRows, cache);
    a.nHead = params.nHead;
    a.scale = params.scale;
    a.softcap = params.softcap;
    a.window = params.window;
    if (params.sinks)
        a.sinks = input(std::span<const float>(params.sinks, static_cast<std::size_t>(params.nHead)));
    a.scores = scratch(static_cast<std::size_t>(a.batch.nRow * params.nHead) *
                       static_cast<std::size_t>(a.batch.maxLength) * sizeof(float));
    if (a.scores && a.batch.blocks)
        call(plainAttention, a);
    endOperation(q.nRow());
}

void CudaBackend::readKv(const KvCache& cache, std::int32_t iLayer, SeqId seq, std::int32_t iKvHead, std::int64_t first,
                         std::int64_t n, bool values, std::span<float> host) {
    if (n <= 0)
        return;
    const PlainKv kv = kvOf(cache, iLayer);
    const auto bytes =
        static_cast<std::size_t>(n) * static_cast<std::size_t>(values ? kv.headDimV : kv.headDimK) * sizeof(float);
    float* out = scratch(bytes);
    const auto* blocks = input(std::span<const std::int32_t>(cache.blocks(seq)));
    if (!out || !blocks)
        return;
    call(plainKvRead, out, kv, values, blocks, iKvHead, first, n);
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

void CudaBackend::conv2d(Tensor out, Tensor x, const Matrix& weight, Tensor bias, const Conv2dParams& params) {
    const CudaMatrix& w = cudaMatrix(weight);
    PlainConv c{};
    c.out = rows(out);
    c.x = rows(x);
    c.weight = valuesOf(w);
    c.bias = bias.f32();
    c.inHeight = params.in.height;
    c.inWidth = params.in.width;
    c.outHeight = params.out().height;
    c.outWidth = params.out().width;
    c.nOut = w.nOut();
    c.nIn = x.nCol();
    c.nImage = params.in.nImage;
    c.kernelH = params.kernelH;
    c.kernelW = params.kernelW;
    c.stride = params.stride;
    c.padTop = params.padTop;
    c.padLeft = params.padLeft;
    c.doubled = params.doubled ? 1 : 0;
    call(plainConv2d, c);
    endOperation(out.nRow());
}

void CudaBackend::denseAttention(Tensor out, Tensor q, Tensor k, Tensor v, const DenseAttentionParams& params) {
    PlainDenseAttention a{};
    a.out = rows(out);
    a.q = rows(q);
    a.k = rows(k);
    a.v = rows(v);
    a.lse = rows(params.logSumExp);
    a.nImage = params.nImage;
    a.nQuery = q.nRow() / params.nImage;
    a.nKey = k.nRow() / params.nImage;
    a.nHead = params.nHead;
    a.headDim = params.headDim;
    a.scale = params.scale;
    a.causal = params.causal ? 1 : 0;
    a.scores = scratch(static_cast<std::size_t>(q.nRow() * params.nHead * a.nKey) * sizeof(float));
    if (a.scores)
        call(plainDenseAttention, a);
    endOperation(q.nRow());
}

} // namespace vitral::cuda
