// SPDX-License-Identifier: Apache-2.0
// Operations on rows, on pictures and the routing of experts: each notes the call of one kernel.

#include "gpu/cuda/cuda_backend.h"
#include "gpu/cuda/kernels/norms.h"
#include "gpu/cuda/kernels/pictures.h"
#include "gpu/cuda/kernels/summary.h"

#include <cstring>
#include <fmt/format.h>
#include <utility>

namespace vitral::cuda {

namespace {
Rows rows(const Tensor& t) {
    return {t.f32(), t.rowStride};
}
/// All rows, or the only one again and again.
Rows rowsOrOnly(const Tensor& t) {
    return {t.f32(), t.nRow() == 1 ? 0 : t.rowStride};
}
} // namespace

void CudaBackend::rmsNorm(Tensor out, Tensor x, Tensor weight, float eps) {
    const AddThenNorm norm{nullptr,      nullptr, 0,        nullptr,  0,   out.f32(), out.rowStride,
                           weight.f32(), nullptr, x.nRow(), x.nCol(), eps, 0};
    if (!normOfHeldAdd(norm, x)) {
        if (out.data == x.data && out.rowStride == x.rowStride && holdNorm(x, weight, eps))
            return;
        call(cuda::rmsNorm, out.f32(), out.rowStride, x.f32(), x.rowStride, weight.f32(), x.nRow(), x.nCol(), eps);
    }
    endOperation(x.nRow());
}

void CudaBackend::layerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float eps) {
    const AddThenNorm norm{nullptr,      nullptr,    0,        nullptr,  0,   out.f32(), out.rowStride,
                           weight.f32(), bias.f32(), x.nRow(), x.nCol(), eps, 1};
    if (!normOfHeldAdd(norm, x))
        call(cuda::layerNorm, out.f32(), out.rowStride, x.f32(), x.rowStride, weight.f32(), bias.f32(), x.nRow(),
             x.nCol(), eps);
    endOperation(x.nRow());
}

void CudaBackend::add(Tensor out, Tensor a, Tensor b) {
    if (fuses_ && out.data == a.data && out.rowStride == a.rowStride && b.nRow() == a.nRow()) {
        holdAdd(a, b);
        return;
    }
    call(binary, Binary::Add, rows(out), rows(a), rowsOrOnly(b), a.nRow(), a.nCol());
    endOperation(a.nRow());
}

void CudaBackend::mul(Tensor out, Tensor a, Tensor b) {
    call(binary, Binary::Mul, rows(out), rows(a), rowsOrOnly(b), a.nRow(), a.nCol());
    endOperation(a.nRow());
}

void CudaBackend::scale(Tensor out, Tensor x, float factor) {
    call(scaleRows, rows(out), rows(x), factor, x.nRow(), x.nCol());
    endOperation(x.nRow());
}

void CudaBackend::softcap(Tensor x, float cap) {
    call(cuda::softcap, rows(x), cap, x.nRow(), x.nCol());
    endOperation(x.nRow());
}

void CudaBackend::activation(Activation kind, Tensor out, Tensor x) {
    call(activate, static_cast<std::int32_t>(kind), rows(out), rows(x), Rows{nullptr, 0}, x.nRow(), x.nCol());
    endOperation(x.nRow());
}

void CudaBackend::gatedActivation(Activation kind, Tensor out, Tensor gate, Tensor up) {
    call(activate, static_cast<std::int32_t>(kind), rows(out), rows(gate), rows(up), gate.nRow(), gate.nCol());
    endOperation(gate.nRow());
}

const float* CudaBackend::angles(std::span<const BatchRow> batchRows, const RopeTable& table) {
    std::vector<std::int32_t> positions;
    positions.reserve(batchRows.size());
    for (const BatchRow& row : batchRows)
        positions.push_back(row.position);
    const auto* at = input(std::span<const std::int32_t>(positions));
    const auto* frequency = input(std::span<const float>(table.inverseFrequency));
    if (!at || !frequency)
        return nullptr;
    const auto half = static_cast<std::int64_t>(table.inverseFrequency.size());
    const Angles wanted{reinterpret_cast<const std::byte*>(at), reinterpret_cast<const std::byte*>(frequency), half,
                        table.magnitude};
    for (std::size_t i = 0; i < angles_.size(); ++i)
        if (angles_[i] == wanted)
            return reinterpret_cast<const float*>(angleMemory_[i].data());
    const std::size_t i = angles_.size();
    const std::size_t bytes = positions.size() * static_cast<std::size_t>(half) * 2 * sizeof(float);
    if (angleMemory_.size() <= i)
        angleMemory_.emplace_back();
    if (angleMemory_[i].sizeBytes() < bytes) {
        check(useDevice(device_.ordinal));
        auto memory = DeviceMemory::make(std::max(bytes, std::size_t{16384}));
        if (!memory) {
            check(tl::unexpected(memory.error()));
            return nullptr;
        }
        retired_.push_back(std::exchange(angleMemory_[i], std::move(*memory)));
    }
    angles_.push_back(wanted);
    auto* values = reinterpret_cast<float*>(angleMemory_[i].data());
    tape_.push(ropeAngles, values, at, frequency, half, table.magnitude, static_cast<std::int64_t>(positions.size()));
    return values;
}

void CudaBackend::rope(Tensor x, std::int32_t nHead, std::span<const BatchRow> batchRows, const RopeTable& table) {
    if (const float* cosSin = angles(batchRows, table)) {
        if (fuses_ && x.nCol() / nHead <= 256) {
            holdRope(x, nHead, cosSin, table);
            return;
        }
        call(cuda::rope, rows(x), nHead, static_cast<std::int32_t>(x.nCol() / nHead), cosSin,
             static_cast<std::int64_t>(table.inverseFrequency.size()), table.style == RopeStyle::Halves, x.nRow());
    }
    endOperation(x.nRow());
}

void CudaBackend::gatherRows(Tensor out, Tensor x, std::span<const std::int32_t> index) {
    if (const auto* at = input(index))
        call(cuda::gatherRows, rows(out), rows(x), at, static_cast<std::int64_t>(index.size()), x.nCol());
    endOperation(out.nRow());
}

void CudaBackend::moeRoute(Tensor ids, Tensor weights, Tensor logits, RouterGate gate) {
    if (logits.nCol() > kMaxExperts)
        check(fail(ErrorCode::Unsupported, fmt::format("The CUDA backend routes to at most {} experts; this model has "
                                                       "{}. Choose the CPU.",
                                                       kMaxExperts, logits.nCol())));
    else
        call(cuda::moeRoute, static_cast<std::int32_t*>(ids.data), ids.rowStride, rows(weights), rows(logits),
             logits.nRow(), static_cast<std::int32_t>(logits.nCol()), static_cast<std::int32_t>(ids.nCol()),
             gate == RouterGate::SoftmaxThenTopK);
    endOperation(logits.nRow());
}

void CudaBackend::moeCombine(Tensor out, Tensor x, Tensor weights) {
    call(cuda::moeCombine, rows(out), rows(x), rows(weights), static_cast<std::int32_t>(weights.nCol()), out.nRow(),
         out.nCol());
    endOperation(out.nRow());
}

void CudaBackend::groupNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, const ImageShape& shape,
                            std::int32_t nGroup, float eps, std::optional<Activation> then) {
    const std::int64_t n = groupNormScratchFloats(shape.nImage, shape.nPixel(), nGroup);
    if (float* moments = scratch(static_cast<std::size_t>(n) * sizeof(float)))
        call(cuda::groupNorm, rows(out), rows(x), weight.f32(), bias.f32(), shape.nImage, shape.nPixel(), x.nCol(),
             nGroup, eps, then ? static_cast<std::int32_t>(*then) : -1, moments);
    endOperation(x.nRow());
}

void CudaBackend::upsample2x(Tensor out, Tensor x, const ImageShape& in) {
    call(cuda::upsample2x, rows(out), rows(x), in.nImage, in.height, in.width, x.nCol());
    endOperation(out.nRow());
}

void CudaBackend::addPerImage(Tensor out, Tensor x, Tensor b, const ImageShape& shape) {
    call(cuda::addPerImage, rows(out), rows(x), rows(b), shape.nPixel(), x.nRow(), x.nCol());
    endOperation(x.nRow());
}

void CudaBackend::copy(Tensor out, Tensor x) {
    call(copyRows, rows(out), rows(x), x.nRow(), x.nCol());
    endOperation(x.nRow());
}

bool CudaBackend::summarise(Tensor logits, std::int32_t nBest, std::span<LogitSummary> rowsOut) {
    static_assert(cuda::kMostBest == DeviceBackend::kMostBest);
    const std::int64_t nRow = logits.nRow(), nCol = logits.nCol();
    if (nRow < 1 || std::cmp_not_equal(nRow, rowsOut.size()) || nBest < 1 || nBest > cuda::kMostBest)
        return false;
    const std::size_t rowBytes = summaryRowBytes(nBest), bytes = rowBytes * rowsOut.size();
    if (summaries_.sizeBytes() < bytes) {
        check(useDevice(device_.ordinal));
        auto memory = DeviceMemory::make(std::max(bytes, std::size_t{65536}));
        if (!memory) {
            check(tl::unexpected(memory.error()));
            return false;
        }
        retired_.push_back(std::exchange(summaries_, std::move(*memory)));
    }
    void* memory = scratch(summaryScratchBytes(nRow, nCol, nBest));
    if (!memory)
        return false;
    call(launchSummary, summaries_.data(), logits.f32(), logits.rowStride, nRow, nCol, nBest, memory);
    std::vector<std::byte> host(bytes);
    fetchRows(host.data(), summaries_.data(), rowBytes, rowBytes, rowsOut.size());
    if (!failure_)
        return false;
    for (std::size_t i = 0; i < rowsOut.size(); ++i) {
        SummaryHeader header{};
        std::memcpy(&header, host.data() + i * rowBytes, sizeof header);
        LogitSummary& row = rowsOut[i];
        row.known = header.nOdd == 0 && header.nBest > 0 && header.nBest <= nBest;
        if (!row.known)
            continue;
        row.greatest = header.greatest;
        row.z = header.z;
        row.s = header.s;
        row.best.clear();
        for (std::int32_t k = 0; k < header.nBest; ++k) {
            SummaryBest best{};
            std::memcpy(&best, host.data() + i * rowBytes + sizeof header + static_cast<std::size_t>(k) * sizeof best,
                        sizeof best);
            row.best.push_back({best.id, best.logit});
        }
    }
    return true;
}

} // namespace vitral::cuda
