// SPDX-License-Identifier: Apache-2.0
// Matrix products of the CPU backend.

#include "core/backend/cpu_backend.h"
#include "core/backend/weight_rows.h"

#include <algorithm>
#include <cmath>

namespace vitral {

namespace {
/// Sum of products in double; eight partial sums so that the adds do not wait for each other.
double dot(const float* a, const float* b, std::int64_t n) {
    double sum[8] = {};
    std::int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int j = 0; j < 8; ++j)
            sum[j] += static_cast<double>(a[i + j]) * b[i + j];
    for (; i < n; ++i)
        sum[0] += static_cast<double>(a[i]) * b[i];
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}
} // namespace

void CpuBackend::multiply(const Product& product) {
    const CpuMatrix& weight = *product.weight;
    const std::int64_t nIn = weight.shape.nCol();
    const std::size_t nRow = product.x.size();
    // The values the fast kernels compute with: 8 bits per block of 32 where the weights are quantised.
    std::vector<float> rounded;
    std::vector<const float*> x = product.x;
    if (isQuantised(weight.dtype)) {
        rounded.resize(nRow * static_cast<std::size_t>(nIn));
        forRows(static_cast<std::int64_t>(nRow), nIn, [&](std::int64_t r) {
            const auto nBlock = static_cast<std::size_t>(nIn / 32);
            std::vector<std::int8_t> q(static_cast<std::size_t>(nIn));
            std::vector<float> scales(nBlock);
            std::vector<std::int32_t> sums(nBlock);
            table_.quantizeQ8(product.x[static_cast<std::size_t>(r)], nIn, q.data(), scales.data(), sums.data());
            float* to = rounded.data() + r * nIn;
            for (std::size_t i = 0; i < q.size(); ++i)
                to[i] = static_cast<float>(q[i]) * scales[i / 32];
            x[static_cast<std::size_t>(r)] = to;
        });
    }
    const std::int64_t nOut = weight.nOut();
    pool_.parallelFor(nOut, 1 + nOut / (8 * pool_.nThread()), [&](std::int64_t begin, std::int64_t end) {
        std::vector<float> row(static_cast<std::size_t>(nIn));
        for (std::int64_t n = begin; n < end; ++n) {
            weightRow(weight, product.iExpert * nOut + n, row.data());
            for (std::size_t r = 0; r < nRow; ++r)
                product.out[r][n] =
                    static_cast<float>(dot(x[r], row.data(), nIn) + (product.bias ? product.bias[n] : 0));
        }
    });
}

void CpuBackend::matmul(Tensor x, std::span<const MatmulOutput> outputs) {
    for (const MatmulOutput& output : outputs) {
        Product product{
            static_cast<const CpuMatrix*>(output.weight), 0, output.bias ? output.bias->f32() : nullptr, {}, {}};
        for (std::int64_t t = 0; t < x.nRow(); ++t) {
            product.x.push_back(x.f32() + t * x.rowStride);
            product.out.push_back(output.out.f32() + t * output.out.rowStride);
        }
        multiply(product);
    }
}

void CpuBackend::matmulExperts(Tensor out, Tensor x, const Matrix& weight, Tensor ids, Tensor bias) {
    const auto& matrix = static_cast<const CpuMatrix&>(weight);
    const std::int64_t nUsed = ids.nCol();
    const bool shared = x.nRow() == ids.nRow(); // every expert sees the token's one row
    std::vector<Product> products(static_cast<std::size_t>(matrix.nExpert()));
    for (std::int64_t t = 0; t < ids.nRow(); ++t)
        for (std::int64_t u = 0; u < nUsed; ++u) {
            const std::int32_t expert = static_cast<const std::int32_t*>(ids.data)[t * ids.rowStride + u];
            Product& product = products[static_cast<std::size_t>(expert)];
            const std::int64_t row = t * nUsed + u;
            product.x.push_back(x.f32() + (shared ? t : row) * x.rowStride);
            product.out.push_back(out.f32() + row * out.rowStride);
        }
    for (std::size_t e = 0; e < products.size(); ++e) {
        if (products[e].x.empty())
            continue;
        products[e].weight = &matrix;
        products[e].iExpert = static_cast<std::int64_t>(e);
        products[e].bias = bias.empty() ? nullptr : bias.f32() + static_cast<std::int64_t>(e) * bias.rowStride;
        multiply(products[e]);
    }
}

} // namespace vitral
