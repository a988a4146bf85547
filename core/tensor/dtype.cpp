// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/dtype.h"

#include "core/base/assert.h"
#include "core/tensor/shape.h"

#include <array>

namespace vitral {

namespace {
// Sizes from the GGUF specification's block layouts. Index = DType.
constexpr std::array<DTypeInfo, kDTypeCount> kInfo = {{
    {"F32", 0, 1, 4},         {"F16", 1, 1, 2},         {"BF16", 30, 1, 2},       {"F64", 28, 1, 8},
    {"I8", 24, 1, 1},         {"I16", 25, 1, 2},        {"I32", 26, 1, 4},        {"I64", 27, 1, 8},
    {"Q4_0", 2, 32, 18},      {"Q4_1", 3, 32, 20},      {"Q5_0", 6, 32, 22},      {"Q5_1", 7, 32, 24},
    {"Q8_0", 8, 32, 34},      {"Q8_1", 9, 32, 36},      {"Q2_K", 10, 256, 84},    {"Q3_K", 11, 256, 110},
    {"Q4_K", 12, 256, 144},   {"Q5_K", 13, 256, 176},   {"Q6_K", 14, 256, 210},   {"Q8_K", 15, 256, 292},
    {"IQ1_S", 19, 256, 50},   {"IQ1_M", 29, 256, 56},   {"IQ2_XXS", 16, 256, 66}, {"IQ2_XS", 17, 256, 74},
    {"IQ2_S", 22, 256, 82},   {"IQ3_XXS", 18, 256, 98}, {"IQ3_S", 21, 256, 110},  {"IQ4_NL", 20, 32, 18},
    {"IQ4_XS", 23, 256, 136}, {"MXFP4", 39, 32, 17},    {"TQ1_0", 34, 256, 54},   {"TQ2_0", 35, 256, 66},
}};
} // namespace

const DTypeInfo& dtypeInfo(DType type) {
    return kInfo[static_cast<std::size_t>(type)];
}

std::optional<DType> dtypeFromGgml(std::uint32_t ggmlId) {
    for (int i = 0; i < kDTypeCount; ++i)
        if (kInfo[static_cast<std::size_t>(i)].ggmlId == static_cast<std::int64_t>(ggmlId))
            return static_cast<DType>(i);
    return std::nullopt;
}

std::optional<DType> dtypeFromName(std::string_view name) {
    for (int i = 0; i < kDTypeCount; ++i)
        if (kInfo[static_cast<std::size_t>(i)].name == name)
            return static_cast<DType>(i);
    return std::nullopt;
}

std::size_t rowBytes(DType type, std::int64_t n) {
    const DTypeInfo& info = dtypeInfo(type);
    VITRAL_ASSERT(n >= 0 && n % info.blockLen == 0, "a row is a whole number of blocks");
    return static_cast<std::size_t>(n / info.blockLen) * static_cast<std::size_t>(info.blockBytes);
}

std::string Shape::toString() const {
    std::string text = "[";
    for (int i = 0; i < rank; ++i)
        text += (i ? ", " : "") + std::to_string(dims[static_cast<std::size_t>(i)]);
    return text + "]";
}

} // namespace vitral
