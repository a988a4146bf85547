// SPDX-License-Identifier: Apache-2.0
#include "core/backend/cpu_matrix.h"

#include "core/backend/cpu_memory.h"
#include "core/base/thread_pool.h"
#include "core/kernels/pack_weights.h"
#include "core/tensor/quantize.h"

namespace vitral {

std::size_t CpuMatrix::residentBytes() const {
    return packed ? packed->sizeBytes() : 0;
}

kernels::PackedWeights CpuMatrix::expert(std::int64_t iExpert) const {
    kernels::PackedWeights w = *layout;
    w.data += static_cast<std::size_t>(iExpert * nGroup()) * w.groupBytes;
    return w;
}

Result<void> CpuMatrix::pack(ThreadPool& pool) {
    layout = kernels::packedLayout(dtype, nIn(), nOut());
    if (!layout)
        return {};
    const std::int64_t nAll = nExpert() * nGroup();
    VITRAL_TRY_ASSIGN(packed, allocateHost(static_cast<std::size_t>(nAll) * layout->groupBytes, PageHint::Huge));
    auto* base = static_cast<std::byte*>(packed->data());
    layout->data = base;
    // About a quarter of a megabyte at a time, so that the file's pages stream in order.
    const auto grain = static_cast<std::int64_t>(1 + 262144 / layout->groupBytes);
    pool.parallelFor(nAll, grain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            const std::int64_t first = i % nGroup() * 16;
            kernels::packGroup(dtype, *layout, row(i / nGroup() * nOut() + first),
                               std::min<std::int64_t>(16, nOut() - first),
                               base + static_cast<std::size_t>(i) * layout->groupBytes);
        }
    });
    return {};
}

void weightRow(const CpuMatrix& weight, std::int64_t iRow, float* out) {
    const auto n = static_cast<std::size_t>(weight.nIn());
    const std::size_t nBytes = rowBytes(weight.dtype, weight.nIn());
    const auto done = dequantizeRow(weight.dtype, {weight.row(iRow), nBytes}, {out, n});
    VITRAL_ASSERT(done.has_value(), "loadMatrix refuses types that cannot be read");
}

} // namespace vitral
