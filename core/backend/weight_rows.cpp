// SPDX-License-Identifier: Apache-2.0
#include "core/backend/weight_rows.h"

#include "core/base/assert.h"
#include "core/kernels/convert.h"

namespace vitral {

bool dequantizePacked(DType type, const std::byte* bytes, float* out, std::int64_t n) {
    const auto count = static_cast<std::size_t>(n);
    switch (type) {
    case DType::F32:
        std::memcpy(out, bytes, count * 4);
        return true;
    case DType::F16:
    case DType::BF16:
        for (std::size_t i = 0; i < count; ++i) {
            std::uint16_t bits;
            std::memcpy(&bits, bytes + i * 2, 2);
            out[i] = type == DType::F16 ? kernels::halfToF32(bits) : kernels::bf16ToF32(bits);
        }
        return true;
    case DType::Q8_0:
        for (std::size_t b = 0; b < count / 32; ++b) {
            const std::byte* block = bytes + b * 34;
            std::uint16_t bits;
            std::memcpy(&bits, block, 2);
            const float scale = kernels::halfToF32(bits);
            for (std::size_t i = 0; i < 32; ++i)
                out[b * 32 + i] = scale * static_cast<float>(static_cast<std::int8_t>(block[2 + i]));
        }
        return true;
    default:
        return false;
    }
}

void weightRow(const CpuMatrix& weight, std::int64_t iRow, float* out) {
    const bool known = dequantizePacked(weight.dtype, weight.row(iRow), out, weight.shape.nCol());
    VITRAL_ASSERT(known, "loadMatrix refuses unknown types");
}

} // namespace vitral
