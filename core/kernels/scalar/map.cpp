// SPDX-License-Identifier: Apache-2.0
// Blocks of attention cells, plainly: the truth of x86/map_*.cpp.

#include "core/kernels/convert.h"
#include "core/kernels/scalar/scalar_kernels.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vitral::kernels::scalar {

void openHalves(const std::uint16_t* x, std::int64_t n, float* out) {
    for (std::int64_t i = 0; i < n; ++i)
        out[i] = halfToF32(x[i]);
}

void mapKeys(const std::uint16_t* const* rows, std::int32_t nRow, std::int32_t dim, float* out) {
    for (std::int32_t d = 0; d < dim; ++d)
        for (std::int32_t j = 0; j < kMapKeys; ++j)
            out[d * kMapKeys + j] = j < nRow ? halfToF32(rows[j][d]) : 0.0F;
}

void attentionMap(const MapJob* jobPointer) {
    const MapJob& job = *jobPointer;
    float dots[kMapKeys];
    for (std::int32_t r = 0; r < job.nRow; ++r) {
        float* max = job.max + r / job.rowBlock * job.outStride;
        float* sum = job.sum ? job.sum + r / job.rowBlock * job.outStride : nullptr;
        if (r % job.rowBlock == 0) {
            std::fill_n(max, job.nOut, -std::numeric_limits<float>::infinity());
            if (sum)
                std::fill_n(sum, job.nOut, 0.0F);
        }
        const float* q = job.q + std::int64_t{r} * job.dim;
        std::fill_n(dots, kMapKeys, 0.0F);
        for (std::int32_t d = 0; d < job.dim; ++d)
            for (std::int32_t j = 0; j < kMapKeys; ++j)
                dots[j] += q[d] * job.keys[d * kMapKeys + j];
        float total = 0.0F, log = 0.0F;
        const std::int32_t first = job.first ? std::max(job.first[r], 0) : 0;
        const std::int32_t end = job.first ? std::min(job.end[r], kMapKeys) : kMapKeys;
        for (std::int32_t j = first; j < std::min(end, job.nOut * job.colBlock); ++j) {
            if ((job.shown >> j & 1U) == 0)
                continue;
            float v = dots[j] * job.scale;
            if (job.softcap > 0)
                v = job.softcap * std::tanh(v / job.softcap);
            if (job.lse) {
                const float logWeight = v - job.lse[r];
                v = std::exp(logWeight);
                log += v * logWeight;
            }
            total += v;
            max[j / job.colBlock] = std::max(max[j / job.colBlock], v);
            if (sum)
                sum[j / job.colBlock] += v;
        }
        if (job.rowSum) {
            job.rowSum[r] += total;
            job.rowLog[r] += log;
        }
    }
}

} // namespace vitral::kernels::scalar
