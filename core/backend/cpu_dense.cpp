// SPDX-License-Identifier: Apache-2.0
// Dense work of the CPU backend: convolutions, products with weights of loadWeights, attention over all keys.

#include "core/backend/cpu_backend.h"
#include "core/backend/cpu_memory.h"
#include "core/tensor/quantize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <limits>

namespace vitral {

namespace {

Result<void> checkWeight(const TensorView& view) {
    if (!canDequantize(view.dtype))
        return fail(ErrorCode::Unsupported,
                    fmt::format("Weights of type {} are not supported.", dtypeInfo(view.dtype).name));
    const std::int64_t block = dtypeInfo(view.dtype).blockLen;
    std::int64_t count = 1;
    for (int i = 0; i < view.shape.rank; ++i) {
        const std::int64_t dim = view.shape[i];
        if (dim <= 0 || dim > (std::int64_t{1} << 40) / count)
            return fail(ErrorCode::InvalidFile,
                        fmt::format("A weight has the impossible shape {}.", view.shape.toString()));
        count *= dim;
    }
    if (count / view.shape[0] % block != 0 || view.bytes.size() != rowBytes(view.dtype, count))
        return fail(ErrorCode::InvalidFile, fmt::format("A weight of shape {} has {} bytes, which is not its size.",
                                                        view.shape.toString(), view.bytes.size()));
    return {};
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
    (void)form;
    if (view.shape.rank != 2 && view.shape.rank != 4)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("A convolution's weight has four axes, not the shape {}.", view.shape.toString()));
    VITRAL_TRY(checkWeight(view));
    const std::int64_t nOut = view.shape[0];
    const std::int64_t nChannel = view.shape[1];
    const std::int64_t nTap = view.shape.rank == 4 ? view.shape[2] * view.shape[3] : 1;
    const std::int64_t nIn = nChannel * nTap;
    auto matrix = std::make_unique<CpuMatrix>();
    matrix->dtype = view.dtype;
    matrix->shape = Shape{nOut, nIn};
    matrix->bytes = view.bytes;
    matrix->dense = true;
    VITRAL_TRY_ASSIGN(matrix->packed, allocateHost(static_cast<std::size_t>(nOut * nIn) * 4, PageHint::Huge));
    auto* to = static_cast<float*>(matrix->packed->data());
    const std::size_t bytesPerRow = rowBytes(view.dtype, nIn);
    constexpr std::int64_t kSlice = 256;
    for (std::int64_t first = 0; first < nOut; first += kSlice) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "Loading was stopped.");
        pool_.parallelFor(std::min(kSlice, nOut - first), 8, [&](std::int64_t begin, std::int64_t end) {
            std::vector<float> row(static_cast<std::size_t>(nIn));
            for (std::int64_t n = first + begin; n < first + end; ++n) {
                const auto bytes = view.bytes.subspan(static_cast<std::size_t>(n) * bytesPerRow, bytesPerRow);
                const auto done = dequantizeRow(view.dtype, bytes, row);
                VITRAL_ASSERT(done.has_value(), "the type was checked before");
                for (std::int64_t tap = 0; tap < nTap; ++tap)
                    for (std::int64_t c = 0; c < nChannel; ++c)
                        to[n * nIn + tap * nChannel + c] = row[static_cast<std::size_t>(c * nTap + tap)];
            }
        });
    }
    return std::unique_ptr<Matrix>(std::move(matrix));
}

void CpuBackend::conv2d(Tensor out, Tensor x, const Matrix& weight, Tensor bias, const Conv2dParams& params) {
    denseProduct(out, x, static_cast<const CpuMatrix&>(weight), bias, params);
}

void CpuBackend::denseProduct(Tensor out, Tensor x, const CpuMatrix& weight, Tensor bias, const Conv2dParams& params) {
    const ImageShape to = params.out();
    const std::int64_t nOut = weight.nOut();
    const std::int64_t nIn = weight.nIn();
    const std::int64_t nChannel = x.nCol();
    VITRAL_ASSERT(nChannel * params.kernelH * params.kernelW == nIn && out.nCol() == nOut, "shapes fit");
    const auto* rows = static_cast<const float*>(weight.packed->data());
    const float* biases = bias.f32();
    pool_.parallelFor(to.nImage * to.height, 1, [&](std::int64_t begin, std::int64_t end) {
        std::vector<float> patch(static_cast<std::size_t>(nIn));
        for (std::int64_t line = begin; line < end; ++line)
            for (std::int64_t column = 0; column < to.width; ++column) {
                const std::int64_t image = line / to.height;
                for (std::int32_t i = 0; i < params.kernelH; ++i)
                    for (std::int32_t j = 0; j < params.kernelW; ++j) {
                        float* at = patch.data() + (i * params.kernelW + j) * nChannel;
                        std::int64_t y = line % to.height * params.stride + i - params.padTop;
                        std::int64_t z = column * params.stride + j - params.padLeft;
                        if (y < 0 || z < 0 || y >= params.inHeight() || z >= params.inWidth()) {
                            std::fill_n(at, nChannel, 0.0F);
                            continue;
                        }
                        if (params.doubled)
                            y /= 2, z /= 2;
                        const std::int64_t pixel = (image * params.in.height + y) * params.in.width + z;
                        std::memcpy(at, x.f32() + pixel * x.rowStride, static_cast<std::size_t>(nChannel) * 4);
                    }
                float* o = out.f32() + (line * to.width + column) * out.rowStride;
                for (std::int64_t n = 0; n < nOut; ++n) {
                    const float* w = rows + n * nIn;
                    double sum[4] = {};
                    std::int64_t k = 0;
                    for (; k + 4 <= nIn; k += 4)
                        for (int j = 0; j < 4; ++j)
                            sum[j] += static_cast<double>(w[k + j]) * patch[static_cast<std::size_t>(k + j)];
                    for (; k < nIn; ++k)
                        sum[0] += static_cast<double>(w[k]) * patch[static_cast<std::size_t>(k)];
                    o[n] = static_cast<float>((sum[0] + sum[1]) + (sum[2] + sum[3]) + (biases ? biases[n] : 0.0F));
                }
            }
    });
}

void CpuBackend::denseAttention(Tensor out, Tensor q, Tensor k, Tensor v, const DenseAttentionParams& params) {
    const std::int64_t nQuery = q.nRow() / params.nImage;
    const std::int64_t nKey = k.nRow() / params.nImage;
    const std::int64_t dim = params.headDim;
    pool_.parallelFor(q.nRow() * params.nHead, 4, [&](std::int64_t begin, std::int64_t end) {
        std::vector<double> scores(static_cast<std::size_t>(nKey));
        std::vector<double> sums(static_cast<std::size_t>(dim));
        for (std::int64_t i = begin; i < end; ++i) {
            const std::int64_t row = i / params.nHead;
            const std::int64_t head = i % params.nHead;
            const std::int64_t firstKey = row / nQuery * nKey;
            const std::int64_t nSeen = params.causal ? std::min(nKey, row % nQuery + 1) : nKey;
            const float* query = q.f32() + row * q.rowStride + head * dim;
            double largest = -std::numeric_limits<double>::infinity();
            for (std::int64_t t = 0; t < nSeen; ++t) {
                const float* key = k.f32() + (firstKey + t) * k.rowStride + head * dim;
                double sum = 0;
                for (std::int64_t d = 0; d < dim; ++d)
                    sum += static_cast<double>(query[d]) * key[d];
                scores[static_cast<std::size_t>(t)] = sum * params.scale;
                largest = std::max(largest, scores[static_cast<std::size_t>(t)]);
            }
            std::fill(sums.begin(), sums.end(), 0.0);
            double total = 0;
            for (std::int64_t t = 0; t < nSeen; ++t) {
                const double weight = std::exp(scores[static_cast<std::size_t>(t)] - largest);
                const float* value = v.f32() + (firstKey + t) * v.rowStride + head * dim;
                total += weight;
                for (std::int64_t d = 0; d < dim; ++d)
                    sums[static_cast<std::size_t>(d)] += weight * value[d];
            }
            float* o = out.f32() + row * out.rowStride + head * dim;
            for (std::int64_t d = 0; d < dim; ++d)
                o[d] = static_cast<float>(sums[static_cast<std::size_t>(d)] / total);
            if (!params.logSumExp.empty())
                params.logSumExp.f32()[row * params.logSumExp.rowStride + head] =
                    static_cast<float>(largest + std::log(total));
        }
    });
}

} // namespace vitral
