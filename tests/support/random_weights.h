// SPDX-License-Identifier: Apache-2.0
#pragma once
// Weights of every type for tests of products, and what 8-bit kernels see of their inputs.

#include "core/base/rng.h"
#include "core/kernels/kernel_table.h"
#include "core/tensor/quantize.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vitral::test {

/// Random blocks of any type: random bits, with half-precision scales kept small and finite.
inline std::vector<std::byte> randomWeights(DType type, std::int64_t nRow, std::int64_t nCol, Rng& rng) {
    const DTypeInfo& info = dtypeInfo(type);
    std::vector<std::byte> bytes(rowBytes(type, nCol) * std::size_t(nRow));
    if (canQuantize(type)) {
        std::vector<float> row(static_cast<std::size_t>(nCol));
        for (std::int64_t r = 0; r < nRow; ++r) {
            for (float& v : row)
                v = float(rng.uniform() - 0.5) * (rng.next() % 97 == 0 ? 8.0F : 0.5F);
            const auto n = rowBytes(type, nCol);
            (void)quantizeRow(type, row, {bytes.data() + std::size_t(r) * n, n});
        }
        return bytes;
    }
    for (std::byte& b : bytes)
        b = std::byte(rng.next() & 255);
    // Wherever the scale lies, a block whose values are wild is made again.
    std::vector<float> values(static_cast<std::size_t>(info.blockLen));
    for (std::size_t at = 0; at < bytes.size(); at += std::size_t(info.blockBytes)) {
        const auto block = std::span(bytes).subspan(at, std::size_t(info.blockBytes));
        for (;;) {
            if (!dequantizeRow(type, block, values))
                break;
            if (std::all_of(values.begin(), values.end(), [](float v) { return std::abs(v) < 4; }) &&
                std::any_of(values.begin(), values.end(), [](float v) { return std::abs(v) > 1e-3; }))
                break;
            for (std::byte& b : block)
                b = std::byte(rng.next() & 255);
        }
    }
    return bytes;
}

/// What 8 bits per block of 32 leave of the inputs (the scalar kernel, tested on its own in tst_rows).
inline std::vector<float> rounded(const std::vector<float>& x) {
    std::vector<float> out(x.size());
    std::vector<std::int8_t> q(x.size());
    std::vector<float> scale(x.size() / 32);
    std::vector<std::int32_t> sums(x.size() / 16);
    const float* row = x.data();
    kernels::scalarKernels().quantizeTile(&row, 1, std::int64_t(x.size()), q.data(), scale.data(), sums.data());
    for (std::size_t i = 0; i < x.size(); ++i)
        out[i] = float(q[i]) * scale[i / 32];
    return out;
}

} // namespace vitral::test
