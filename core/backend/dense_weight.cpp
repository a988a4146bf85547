// SPDX-License-Identifier: Apache-2.0
#include "core/backend/dense_weight.h"

#include "core/backend/cpu_memory.h"
#include "core/base/thread_pool.h"
#include "core/tensor/quantize.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <fmt/format.h>

namespace vitral {

using kernels::DenseInputs;
using kernels::DenseStorage;

namespace {

/// Up to so many channels a tap has too few inputs for a block of its own.
constexpr std::int64_t kFewChannels = kDensePatchMax / kDensePatchTaps;

Result<void> check(const TensorView& view) {
    if (view.shape.rank != 2 && view.shape.rank != 4)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("A dense weight has two or four axes, not the shape {}.", view.shape.toString()));
    if (!canDequantize(view.dtype))
        return fail(ErrorCode::Unsupported,
                    fmt::format("Weights of type {} are not supported.", dtypeInfo(view.dtype).name));
    std::int64_t count = 1;
    for (int i = 0; i < view.shape.rank; ++i) {
        const std::int64_t dim = view.shape[i];
        if (dim <= 0 || dim > (std::int64_t{1} << 40) / count)
            return fail(ErrorCode::InvalidFile,
                        fmt::format("A weight has the impossible shape {}.", view.shape.toString()));
        count *= dim;
    }
    if (count / view.shape[0] % dtypeInfo(view.dtype).blockLen != 0 || view.bytes.size() != rowBytes(view.dtype, count))
        return fail(ErrorCode::InvalidFile, fmt::format("A weight of shape {} has {} bytes, which is not its size.",
                                                        view.shape.toString(), view.bytes.size()));
    return {};
}

std::uint16_t toBf16(float x) {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t rounded = (bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16;
    return static_cast<std::uint16_t>((bits & 0x7fffffffU) > 0x7f800000U ? (bits >> 16) | 0x40U : rounded);
}

} // namespace

std::size_t DenseWeight::unitBytes() const {
    const std::size_t element = storage == DenseStorage::F32 ? 4 : 2;
    return static_cast<std::size_t>(kernel->lanes) * element * (kernel->inputs == DenseInputs::Bf16Pairs ? 2 : 1);
}

DenseStorage denseStorage(DenseInputs inputs) {
    return inputs == DenseInputs::F32         ? DenseStorage::F32
           : inputs == DenseInputs::Bf16Pairs ? DenseStorage::Bf16
                                              : DenseStorage::F16;
}

void storeDense(const kernels::KernelTable& table, DenseStorage storage, const float* x, std::int64_t n,
                std::byte* to) {
    switch (storage) {
    case DenseStorage::F32:
        std::memcpy(to, x, static_cast<std::size_t>(n) * 4);
        break;
    case DenseStorage::F16:
        table.toHalf(reinterpret_cast<std::uint16_t*>(to), x, n);
        break;
    case DenseStorage::Bf16:
        for (std::int64_t i = 0; i < n; ++i)
            reinterpret_cast<std::uint16_t*>(to)[i] = toBf16(x[i]);
        break;
    }
}

float powerOfTwoScale(float largest, int limitExponent) {
    if (!(largest > 0.0F) || !std::isfinite(largest))
        return 1.0F;
    int exponent = 0;
    std::frexp(largest, &exponent);
    return std::ldexp(1.0F, std::clamp(limitExponent - exponent, -100, 100));
}

Result<std::unique_ptr<DenseWeight>> packDense(const TensorView& view, WeightForm form,
                                               const kernels::KernelTable& table, ThreadPool& pool,
                                               const std::stop_token& stop) {
    VITRAL_TRY(check(view));
    auto made = std::make_unique<DenseWeight>();
    DenseWeight& w = *made;
    w.kernel = form == WeightForm::Bf16 && table.dense16 ? table.dense16 : table.dense;
    w.storage = denseStorage(w.kernel->inputs);
    if (w.storage == DenseStorage::F32 && table.packedProduct) { // the scalar kernels keep f32
        if (view.dtype == DType::F16)
            w.storage = DenseStorage::F16;
        else if (view.dtype == DType::BF16)
            w.storage = DenseStorage::Bf16;
    }
    w.nOut = view.shape[0];
    const std::int64_t nChannel = view.shape[1];
    const std::int64_t nTap = view.shape.rank == 4 ? view.shape[2] * view.shape[3] : 1;
    const std::int64_t nIn = nChannel * nTap;
    w.patched = nTap > 1 && nTap <= kDensePatchTaps && nChannel <= kFewChannels;
    w.nTap = w.patched ? 1 : nTap;
    w.nChannel = w.patched ? nIn : nChannel;
    w.nUnit = kernels::denseUnits(w.kernel->inputs, w.nChannel);
    const std::int64_t lanes = w.kernel->lanes;
    VITRAL_TRY_ASSIGN(w.data, allocateHost(static_cast<std::size_t>(w.nGroup()) * w.groupBytes(), PageHint::Huge));
    const bool scaled = w.kernel->inputs == DenseInputs::F16Twice;
    if (scaled)
        w.scales.assign(static_cast<std::size_t>(w.nGroup() * lanes), 1.0F);
    const bool pairs = w.kernel->inputs == DenseInputs::Bf16Pairs;
    auto* base = static_cast<std::byte*>(w.data->data());
    const std::size_t bytesPerRow = rowBytes(view.dtype, nIn);
    const auto packGroup = [&](std::int64_t group, std::vector<float>& rows, std::vector<float>& ordered) {
        const std::int64_t first = group * lanes;
        const std::int64_t n = std::min(lanes, w.nOut - first);
        for (std::int64_t lane = 0; lane < n; ++lane) {
            const std::span<float> row(rows.data() + lane * nIn, static_cast<std::size_t>(nIn));
            const auto bytes = view.bytes.subspan(static_cast<std::size_t>(first + lane) * bytesPerRow, bytesPerRow);
            if (view.dtype == DType::F16 && reinterpret_cast<std::uintptr_t>(bytes.data()) % 2 == 0) {
                table.openHalves(reinterpret_cast<const std::uint16_t*>(bytes.data()), nIn, row.data());
            } else {
                const auto done = dequantizeRow(view.dtype, bytes, row);
                VITRAL_ASSERT(done.has_value(), "the type was checked before");
            }
            if (scaled) {
                const float scale = powerOfTwoScale(table.largestMagnitude(row.data(), nIn), 1);
                table.scale(row.data(), row.data(), scale, nIn);
                w.scales[static_cast<std::size_t>(first + lane)] = 1.0F / scale;
            }
        }
        std::byte* to = base + static_cast<std::size_t>(group) * w.groupBytes();
        const std::int64_t valuesPerTap = w.nUnit * lanes * (pairs ? 2 : 1);
        for (std::int64_t tap = 0; tap < w.nTap; ++tap) {
            for (std::int64_t c = 0; c < w.nChannel; ++c) {
                // A patch holds its taps one after another, each with its channels.
                const std::int64_t source = w.patched ? c % nChannel * nTap + c / nChannel : c * nTap + tap;
                float* at = ordered.data() + (pairs ? c / 2 * lanes * 2 + c % 2 : c * lanes);
                for (std::int64_t lane = 0; lane < n; ++lane)
                    at[pairs ? lane * 2 : lane] = rows[static_cast<std::size_t>(lane * nIn + source)];
            }
            storeDense(table, w.storage, ordered.data(), valuesPerTap,
                       to + static_cast<std::size_t>(tap * w.nUnit) * w.unitBytes());
        }
    };
    // Some 16 MB at a time, so that a stop is heard and the file's pages can go.
    const auto slice = static_cast<std::int64_t>(1 + (std::size_t{16} << 20) / w.groupBytes());
    const bool mayRelease = isReadOnlyFileMapping(view.bytes);
    for (std::int64_t begin = 0; begin < w.nGroup(); begin += slice) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "Loading was stopped.");
        const std::int64_t end = std::min(w.nGroup(), begin + slice);
        pool.parallelFor(end - begin, 1, [&](std::int64_t from, std::int64_t to) {
            std::vector<float> rows(static_cast<std::size_t>(lanes * nIn));
            std::vector<float> ordered(static_cast<std::size_t>(w.nUnit * lanes * (pairs ? 2 : 1)));
            for (std::int64_t i = from; i < to; ++i) {
                if ((begin + i + 1) * lanes > w.nOut)
                    std::fill(ordered.begin(), ordered.end(), 0.0F); // lanes beyond the last output
                packGroup(begin + i, rows, ordered);
            }
        });
        if (mayRelease) {
            const auto from = static_cast<std::size_t>(begin * lanes) * bytesPerRow;
            const auto to = static_cast<std::size_t>(std::min(end * lanes, w.nOut)) * bytesPerRow;
            releasePages(view.bytes.subspan(from, to - from));
        }
    }
    return made;
}

} // namespace vitral
