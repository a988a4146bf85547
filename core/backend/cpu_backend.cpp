// SPDX-License-Identifier: Apache-2.0
#include "core/backend/cpu_backend.h"

#include "core/backend/cpu_memory.h"
#include "core/kernels/cpu_features.h"
#include "core/tensor/quantize.h"

#include <cmath>
#include <cstdlib>
#include <fmt/format.h>

namespace vitral {

static_assert(static_cast<int>(kernels::Act::SwigluOai) == static_cast<int>(Activation::SwigluOai));
static_assert(static_cast<int>(kernels::Act::ReluSquared) == static_cast<int>(Activation::ReluSquared));

namespace {
/// The kernel of 16-bit products, where there are any that are faster than f32.
Result<void> chooseProducts(kernels::KernelTable& table, CpuProducts products, bool avx512) {
    const char* forced = std::getenv("VITRAL_PRODUCTS");
    if (products == CpuProducts::Auto && forced && *forced) {
        const std::string_view name = forced;
        if (name != "f32" && name != "bf16" && name != "f16" && name != "auto")
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("VITRAL_PRODUCTS is \"{}\"; it may be f32, bf16, f16 or auto.", name));
        products = name == "f32"    ? CpuProducts::F32
                   : name == "bf16" ? CpuProducts::Bf16
                   : name == "f16"  ? CpuProducts::F16
                                    : CpuProducts::Auto;
    }
    table.dense16 = nullptr;
    if (products == CpuProducts::F32)
        return {};
    const kernels::DenseKernel* f16 = avx512 ? kernels::denseKernel16(kernels::DenseInputs::F16Twice) : nullptr;
    const kernels::DenseKernel* bf16 = avx512 ? kernels::denseKernel16(kernels::DenseInputs::Bf16Pairs) : nullptr;
    // Where a processor has both (Intel without AMX) its BF16 dot products run at half the rate of f32, F16 at twice.
    table.dense16 = products == CpuProducts::F16 ? f16 : products == CpuProducts::Bf16 ? bf16 : f16 ? f16 : bf16;
    if (!table.dense16 && products != CpuProducts::Auto)
        return fail(ErrorCode::Unsupported,
                    fmt::format("This processor does not have the {} products asked for.",
                                products == CpuProducts::F16 ? "AVX-512 FP16" : "AVX-512 BF16"));
    return {};
}
} // namespace

Result<std::shared_ptr<Backend>> makeCpuBackend(const CpuOptions& options) {
    CpuIsa isa = options.isa;
    const char* forced = std::getenv("VITRAL_CPU");
    if (isa == CpuIsa::Auto && forced && *forced) {
        const std::string_view name = forced;
        if (name == "scalar")
            isa = CpuIsa::Scalar;
        else if (name == "avx2")
            isa = CpuIsa::Avx2;
        else if (name == "avx512")
            isa = CpuIsa::Avx512;
        else if (name != "auto")
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("VITRAL_CPU is \"{}\"; it may be scalar, avx2, avx512 or auto.", name));
    }
    const kernels::CpuFeatures features = kernels::cpuFeatures();
    const kernels::KernelTable* avx512 = features.avx512 ? kernels::avx512Kernels() : nullptr;
    const kernels::KernelTable* avx2 = features.avx2 ? kernels::avx2Kernels() : nullptr;
    const kernels::KernelTable* table = nullptr;
    switch (isa) {
    case CpuIsa::Auto:
        table = avx512 ? avx512 : avx2 ? avx2 : &kernels::scalarKernels();
        break;
    case CpuIsa::Scalar:
        table = &kernels::scalarKernels();
        break;
    case CpuIsa::Avx2:
        table = avx2;
        break;
    case CpuIsa::Avx512:
        table = avx512;
        break;
    }
    if (!table)
        return fail(ErrorCode::Unsupported, fmt::format("This processor does not have the {} instructions asked for.",
                                                        isa == CpuIsa::Avx512 ? "AVX-512 VNNI" : "AVX2"));
    kernels::KernelTable chosen = *table;
    VITRAL_TRY(chooseProducts(chosen, options.products, table == avx512 && avx512 != nullptr));
    return std::shared_ptr<Backend>(std::make_shared<CpuBackend>(chosen, options.nThread));
}

BackendInfo CpuBackend::info() const {
    return {"CPU", fmt::format("{}, {} thread{}", table_.name, pool_.nThread(), pool_.nThread() == 1 ? "" : "s")};
}

Result<std::unique_ptr<Buffer>> CpuBackend::allocate(std::size_t bytes) {
    return allocateHost(bytes, PageHint::Huge);
}

Result<std::unique_ptr<Matrix>> CpuBackend::loadMatrix(const TensorView& view, std::stop_token stop) {
    if (view.shape.rank < 2 || view.shape.rank > 3)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("A weight matrix has two or three axes, not the shape {}.", view.shape.toString()));
    if (!canDequantize(view.dtype))
        return fail(ErrorCode::Unsupported,
                    fmt::format("Weights of type {} are not supported.", dtypeInfo(view.dtype).name));
    if (view.bytes.size() != rowBytes(view.dtype, view.shape.nCol()) * static_cast<std::size_t>(view.shape.nRow()))
        return fail(ErrorCode::InvalidFile, fmt::format("A matrix of shape {} has {} bytes, which is not its size.",
                                                        view.shape.toString(), view.bytes.size()));
    auto matrix = std::make_unique<CpuMatrix>();
    matrix->dtype = view.dtype;
    matrix->shape = view.shape;
    matrix->bytes = view.bytes;
    if (table_.packedProduct)
        VITRAL_TRY(matrix->pack(pool_, stop));
    return std::unique_ptr<Matrix>(std::move(matrix));
}

Result<std::unique_ptr<Buffer>> CpuBackend::loadVector(const TensorView& view) {
    const auto n = static_cast<std::size_t>(view.shape.count());
    VITRAL_TRY_ASSIGN(auto buffer, allocateHost(n * 4, PageHint::Small));
    VITRAL_TRY(dequantizeRow(view.dtype, view.bytes, {static_cast<float*>(buffer->data()), n}));
    return std::unique_ptr<Buffer>(std::move(buffer));
}

namespace {
float* rowOf(const Tensor& t, std::int64_t i) {
    return t.f32() + i * t.rowStride;
}
/// Row i of a tensor, or its only row (broadcast).
float* rowOrOnly(const Tensor& t, std::int64_t i) {
    return rowOf(t, t.nRow() == 1 ? 0 : i);
}
} // namespace

void CpuBackend::embedding(Tensor out, const Matrix& table, std::span<const std::int32_t> ids) {
    const auto& weight = static_cast<const CpuMatrix&>(table);
    forRows(static_cast<std::int64_t>(ids.size()), out.nCol(),
            [&](std::int64_t i) { weightRow(table_, weight, ids[static_cast<std::size_t>(i)], rowOf(out, i)); });
}

void CpuBackend::rmsNorm(Tensor out, Tensor x, Tensor weight, float eps) {
    forRows(x.nRow(), x.nCol(),
            [&](std::int64_t i) { table_.rmsNorm(rowOf(out, i), rowOf(x, i), weight.f32(), x.nCol(), eps); });
}

void CpuBackend::layerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float eps) {
    forRows(x.nRow(), x.nCol(), [&](std::int64_t i) {
        table_.layerNorm(rowOf(out, i), rowOf(x, i), weight.f32(), bias.f32(), x.nCol(), eps);
    });
}

void CpuBackend::add(Tensor out, Tensor a, Tensor b) {
    forRows(a.nRow(), a.nCol(),
            [&](std::int64_t i) { table_.add(rowOf(out, i), rowOf(a, i), rowOrOnly(b, i), a.nCol()); });
}

void CpuBackend::mul(Tensor out, Tensor a, Tensor b) {
    forRows(a.nRow(), a.nCol(),
            [&](std::int64_t i) { table_.mul(rowOf(out, i), rowOf(a, i), rowOrOnly(b, i), a.nCol()); });
}

void CpuBackend::scale(Tensor out, Tensor x, float factor) {
    forRows(x.nRow(), x.nCol(), [&](std::int64_t i) { table_.scale(rowOf(out, i), rowOf(x, i), factor, x.nCol()); });
}

void CpuBackend::softcap(Tensor x, float cap) {
    forRows(x.nRow(), x.nCol() * 8, [&](std::int64_t i) { table_.softcap(rowOf(x, i), cap, x.nCol()); });
}

void CpuBackend::activation(Activation kind, Tensor out, Tensor x) {
    const auto act = static_cast<kernels::Act>(kind);
    forRows(x.nRow(), x.nCol() * 2,
            [&](std::int64_t i) { table_.activation(act, rowOf(out, i), rowOf(x, i), x.nCol()); });
}

void CpuBackend::gatedActivation(Activation kind, Tensor out, Tensor gate, Tensor up) {
    const auto act = static_cast<kernels::Act>(kind);
    forRows(gate.nRow(), gate.nCol() * 2, [&](std::int64_t i) {
        table_.gatedActivation(act, rowOf(out, i), rowOf(gate, i), rowOf(up, i), gate.nCol());
    });
}

const CpuBackend::RopeAngles& CpuBackend::ropeAngles(std::span<const BatchRow> rows, const RopeTable& table) {
    const auto matches = [&](const RopeAngles& entry) {
        if (entry.magnitude != table.magnitude || entry.positions.size() != rows.size() ||
            entry.frequency != table.inverseFrequency)
            return false;
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (entry.positions[i] != rows[i].position)
                return false;
        return true;
    };
    for (const RopeAngles& entry : ropeCache_)
        if (matches(entry))
            return entry;
    if (ropeCache_.size() < 4)
        ropeCache_.emplace_back();
    RopeAngles& entry = ropeCache_[ropeNext_++ % ropeCache_.size()];
    const std::size_t half = table.inverseFrequency.size();
    entry.frequency = table.inverseFrequency;
    entry.magnitude = table.magnitude;
    entry.positions.resize(rows.size());
    entry.cosSin.resize(rows.size() * half * 2);
    for (std::size_t t = 0; t < rows.size(); ++t)
        entry.positions[t] = rows[t].position;
    forRows(static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(half) * 32, [&](std::int64_t t) {
        float* at = entry.cosSin.data() + static_cast<std::size_t>(t) * half * 2;
        for (std::size_t i = 0; i < half; ++i) {
            const double angle = static_cast<double>(entry.positions[static_cast<std::size_t>(t)]) *
                                 static_cast<double>(table.inverseFrequency[i]);
            at[i] = static_cast<float>(std::cos(angle)) * table.magnitude;
            at[half + i] = static_cast<float>(std::sin(angle)) * table.magnitude;
        }
    });
    return entry;
}

void CpuBackend::rope(Tensor x, std::int32_t nHead, std::span<const BatchRow> rows, const RopeTable& table) {
    const RopeAngles& angles = ropeAngles(rows, table);
    const auto nRotary = static_cast<std::int32_t>(table.inverseFrequency.size() * 2);
    const auto headDim = static_cast<std::int32_t>(x.nCol() / nHead);
    forRows(x.nRow(), x.nCol(), [&](std::int64_t i) {
        table_.rope(rowOf(x, i), nHead, headDim, nRotary, angles.cosSin.data() + i * nRotary,
                    table.style == RopeStyle::Halves);
    });
}

Result<void> CpuBackend::status() {
    Result<void> result = std::move(failure_);
    failure_ = {};
    return result;
}

void CpuBackend::gatherRows(Tensor out, Tensor x, std::span<const std::int32_t> index) {
    for (std::size_t i = 0; i < index.size(); ++i)
        std::memmove(rowOf(out, static_cast<std::int64_t>(i)), rowOf(x, index[i]),
                     static_cast<std::size_t>(x.nCol()) * 4);
}

void CpuBackend::read(Tensor x, std::span<float> host) {
    for (std::int64_t i = 0; i < x.nRow(); ++i)
        std::memcpy(host.data() + i * x.nCol(), rowOf(x, i), static_cast<std::size_t>(x.nCol()) * 4);
}

void CpuBackend::write(Tensor x, std::span<const float> host) {
    for (std::int64_t i = 0; i < x.nRow(); ++i)
        std::memcpy(rowOf(x, i), host.data() + i * x.nCol(), static_cast<std::size_t>(x.nCol()) * 4);
}

void CpuBackend::readRows(Tensor x, DType as, std::span<std::byte* const> rows) {
    forRows(static_cast<std::int64_t>(rows.size()), x.nCol() / 4, [&](std::int64_t i) {
        std::byte* to = rows[static_cast<std::size_t>(i)];
        if (as == DType::F16)
            table_.toHalf(reinterpret_cast<std::uint16_t*>(to), rowOf(x, i), x.nCol());
        else
            std::memcpy(to, rowOf(x, i), static_cast<std::size_t>(x.nCol()) * 4);
    });
}

} // namespace vitral
