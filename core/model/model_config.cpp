// SPDX-License-Identifier: Apache-2.0
#include "core/model/model_config.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace vitral {
namespace {

// general.file_type, as the GGUF specification numbers the mixtures.
constexpr std::array<std::pair<std::int64_t, std::string_view>, 33> kFileTypes{{
    {0, "F32"},     {1, "F16"},     {2, "Q4_0"},     {3, "Q4_1"},    {7, "Q8_0"},    {8, "Q5_0"},    {9, "Q5_1"},
    {10, "Q2_K"},   {11, "Q3_K_S"}, {12, "Q3_K_M"},  {13, "Q3_K_L"}, {14, "Q4_K_S"}, {15, "Q4_K_M"}, {16, "Q5_K_S"},
    {17, "Q5_K_M"}, {18, "Q6_K"},   {19, "IQ2_XXS"}, {20, "IQ2_XS"}, {21, "Q2_K_S"}, {22, "IQ3_XS"}, {23, "IQ3_XXS"},
    {24, "IQ1_S"},  {25, "IQ4_NL"}, {26, "IQ3_S"},   {27, "IQ3_M"},  {28, "IQ2_S"},  {29, "IQ2_M"},  {30, "IQ4_XS"},
    {31, "IQ1_M"},  {32, "BF16"},   {36, "TQ1_0"},   {37, "TQ2_0"},  {38, "MXFP4"},
}};

} // namespace

std::string quantisationName(const GgufFile& file) {
    if (const auto type = file.integer("general.file_type", -1); type)
        for (const auto& [id, name] : kFileTypes)
            if (id == *type)
                return std::string(name);
    std::array<std::size_t, kDTypeCount> bytes{};
    for (const GgufTensor& tensor : file.tensors())
        bytes[static_cast<std::size_t>(tensor.view.dtype)] += tensor.view.bytes.size();
    const auto best = std::max_element(bytes.begin(), bytes.end()) - bytes.begin();
    return std::string(dtypeInfo(static_cast<DType>(best)).name);
}

} // namespace vitral
