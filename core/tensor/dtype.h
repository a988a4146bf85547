// SPDX-License-Identifier: Apache-2.0
#pragma once
// Element types, named as in GGUF. A quantised type stores blocks of `blockLen` elements in `blockBytes` bytes
// (GGUF specification; layouts in core/tensor/block_formats.h). Thread: any.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace vitral {

enum class DType : std::uint8_t {
    F32, F16, BF16, F64, I8, I16, I32, I64,
    Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q8_1,
    Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_K,
    IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, IQ4_NL, IQ4_XS,
    MXFP4, TQ1_0, TQ2_0,
};
inline constexpr int kDTypeCount = static_cast<int>(DType::TQ2_0) + 1;

struct DTypeInfo {
    std::string_view name;   ///< "Q4_K"
    std::int32_t ggmlId;     ///< number in a GGUF tensor entry, -1 if it has none
    std::int32_t blockLen;   ///< elements in a block, 1 for plain types
    std::int32_t blockBytes; ///< bytes of a block
};

[[nodiscard]] const DTypeInfo& dtypeInfo(DType type);
[[nodiscard]] std::optional<DType> dtypeFromGgml(std::uint32_t ggmlId);
[[nodiscard]] std::optional<DType> dtypeFromName(std::string_view name);
[[nodiscard]] inline bool isQuantised(DType type) { return dtypeInfo(type).blockLen > 1; }
/// Bytes of `n` consecutive elements; n must be a multiple of the block length (asserted).
[[nodiscard]] std::size_t rowBytes(DType type, std::int64_t n);

} // namespace vitral
