// SPDX-License-Identifier: Apache-2.0
#include "core/backend/cpu_matrix.h"

#include "core/backend/cpu_memory.h"
#include "core/base/thread_pool.h"
#include "core/kernels/pack_weights.h"
#include "core/tensor/quantize.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace vitral {

namespace {
constexpr std::size_t kSliceBytes = std::size_t{16} << 20; // some 10 ms of work
} // namespace

std::size_t CpuMatrix::residentBytes() const {
    return (packed ? packed->sizeBytes() : 0) + (dense ? dense->data->sizeBytes() : 0);
}

kernels::PackedWeights CpuMatrix::expert(std::int64_t iExpert) const {
    kernels::PackedWeights w = *layout;
    w.data += static_cast<std::size_t>(iExpert * nGroup()) * w.groupBytes;
    return w;
}

Result<void> CpuMatrix::pack(ThreadPool& pool, const std::stop_token& stop) {
    layout = kernels::packedLayout(dtype, nIn(), nOut());
    if (!layout)
        return copyPlain(stop);
    const std::int64_t nAll = nExpert() * nGroup();
    VITRAL_TRY_ASSIGN(packed, allocateHost(static_cast<std::size_t>(nAll) * layout->groupBytes, PageHint::Huge));
    auto* base = static_cast<std::byte*>(packed->data());
    layout->data = base;
    const bool mayRelease = isReadOnlyFileMapping(bytes);
    const auto grain = static_cast<std::int64_t>(1 + 131072 / layout->groupBytes);
    const auto slice = static_cast<std::int64_t>(1 + kSliceBytes / layout->groupBytes);
    for (std::int64_t first = 0; first < nAll; first += slice) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "Loading was stopped.");
        const std::int64_t n = std::min(slice, nAll - first);
        pool.parallelFor(n, grain, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = first + begin; i < first + end; ++i) {
                const std::int64_t iOut = i % nGroup() * 16;
                kernels::packGroup(dtype, *layout, row(i / nGroup() * nOut() + iOut),
                                   std::min<std::int64_t>(16, nOut() - iOut),
                                   base + static_cast<std::size_t>(i) * layout->groupBytes);
            }
        });
        if (mayRelease) {
            const auto rowAt = [&](std::int64_t i) { return row(i / nGroup() * nOut() + i % nGroup() * 16); };
            const std::byte* from = rowAt(first);
            const std::byte* to = first + n < nAll ? rowAt(first + n) : bytes.data() + bytes.size();
            releasePages({from, static_cast<std::size_t>(to - from)});
        }
    }
    return {};
}

Result<void> CpuMatrix::copyPlain(const std::stop_token& stop) {
    if ((dtype != DType::F16 && dtype != DType::BF16) || bytes.size() < kSliceBytes / 8)
        return {};
    VITRAL_TRY_ASSIGN(packed, allocateHost(bytes.size(), PageHint::Huge));
    auto* base = static_cast<std::byte*>(packed->data());
    const bool mayRelease = isReadOnlyFileMapping(bytes);
    for (std::size_t at = 0; at < bytes.size(); at += kSliceBytes) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "Loading was stopped.");
        const auto slice = bytes.subspan(at, std::min(kSliceBytes, bytes.size() - at));
        std::memcpy(base + at, slice.data(), slice.size());
        if (mayRelease)
            releasePages(slice);
    }
    return {};
}

std::optional<kernels::Codebook> codebookOf(DType dtype) {
    using kernels::Codebook;
    switch (dtype) {
    case DType::IQ1_S:
        return Codebook::IQ1_S;
    case DType::IQ1_M:
        return Codebook::IQ1_M;
    case DType::IQ2_XXS:
        return Codebook::IQ2_XXS;
    case DType::IQ2_XS:
        return Codebook::IQ2_XS;
    case DType::IQ2_S:
        return Codebook::IQ2_S;
    case DType::IQ3_XXS:
        return Codebook::IQ3_XXS;
    case DType::IQ3_S:
        return Codebook::IQ3_S;
    default:
        return std::nullopt;
    }
}

void weightRow(const kernels::KernelTable& table, const CpuMatrix& weight, std::int64_t iRow, float* out) {
    const auto n = static_cast<std::size_t>(weight.nIn());
    if (const auto codebook = codebookOf(weight.dtype);
        codebook && table.openCodebook != nullptr && weight.nIn() % 256 == 0) {
        table.openCodebook(*codebook, weight.row(iRow), weight.nIn() / 256, out);
        return;
    }
    const std::size_t nBytes = rowBytes(weight.dtype, weight.nIn());
    const auto done = dequantizeRow(weight.dtype, {weight.row(iRow), nBytes}, {out, n});
    VITRAL_ASSERT(done.has_value(), "loadMatrix refuses types that cannot be read");
}

} // namespace vitral
