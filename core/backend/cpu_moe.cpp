// SPDX-License-Identifier: Apache-2.0
// Mixture of experts: choosing the experts of a token and adding up what they say.

#include "core/backend/cpu_backend.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vitral {

void CpuBackend::moeRoute(Tensor ids, Tensor weights, Tensor logits, RouterGate gate) {
    const std::int64_t nExpert = logits.nCol();
    const std::int64_t nUsed = ids.nCol();
    std::vector<std::int32_t> order(static_cast<std::size_t>(nExpert));
    for (std::int64_t t = 0; t < logits.nRow(); ++t) {
        const float* row = logits.f32() + t * logits.rowStride;
        auto* id = static_cast<std::int32_t*>(ids.data) + t * ids.rowStride;
        float* weight = weights.f32() + t * weights.rowStride;
        std::iota(order.begin(), order.end(), 0);
        // Equal logits: the lower number first, as torch.topk does on a CPU.
        std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(nUsed), order.end(),
                          [&](std::int32_t a, std::int32_t b) { return row[a] != row[b] ? row[a] > row[b] : a < b; });
        const double largest = row[order[0]];
        double chosen = 0;
        for (std::int64_t u = 0; u < nUsed; ++u)
            chosen += std::exp(row[order[static_cast<std::size_t>(u)]] - largest);
        double all = chosen;
        if (gate == RouterGate::SoftmaxThenTopK)
            for (std::int64_t e = nUsed; e < nExpert; ++e)
                all += std::exp(row[order[static_cast<std::size_t>(e)]] - largest);
        for (std::int64_t u = 0; u < nUsed; ++u) {
            id[u] = order[static_cast<std::size_t>(u)];
            weight[u] = static_cast<float>(std::exp(row[id[u]] - largest) / all);
        }
    }
}

void CpuBackend::moeCombine(Tensor out, Tensor x, Tensor weights) {
    const std::int64_t nUsed = weights.nCol();
    forRows(out.nRow(), out.nCol() * nUsed, [&](std::int64_t t) {
        float* to = out.f32() + t * out.rowStride;
        const float* weight = weights.f32() + t * weights.rowStride;
        for (std::int64_t u = 0; u < nUsed; ++u) {
            const float* from = x.f32() + (t * nUsed + u) * x.rowStride;
            for (std::int64_t i = 0; i < out.nCol(); ++i)
                to[i] = (u ? to[i] : 0.0F) + weight[u] * from[i];
        }
    });
}

} // namespace vitral
