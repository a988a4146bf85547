// SPDX-License-Identifier: Apache-2.0
#include "core/io/quantize_mix.h"

#include "core/io/byte_reader.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace vitral {

namespace {

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// 12 of "blk.12.attn_v.weight"; -1 outside the layers.
std::int64_t layerOf(std::string_view name) {
    if (!name.starts_with("blk."))
        return -1;
    std::int64_t layer = -1;
    std::from_chars(name.data() + 4, name.data() + name.size(), layer);
    return layer;
}

bool stays(const GgufTensor& tensor) {
    constexpr std::array<std::string_view, 8> kKept = {"norm",        "bias",   "ffn_gate_inp", "position_embd",
                                                       "token_types", "conv1d", "ssm_",         "rope_freqs"};
    if (tensor.view.shape.rank < 2 || !tensor.name.ends_with(".weight") || tensor.view.shape.nRow() == 1)
        return true;
    return std::any_of(kKept.begin(), kKept.end(), [&](std::string_view part) { return contains(tensor.name, part); });
}

bool isKType(DType type) {
    return type >= DType::Q2_K && type <= DType::Q6_K;
}

DType moreBits(DType base, bool isDown) {
    switch (base) {
    case DType::Q2_K:
        return isDown ? DType::Q3_K : DType::Q4_K;
    case DType::Q3_K:
        return isDown ? DType::Q4_K : DType::Q5_K;
    case DType::Q4_K:
    case DType::Q5_K:
        return DType::Q6_K;
    default:
        return base;
    }
}

DType fitRow(DType type, std::int64_t nCol) {
    if (nCol % dtypeInfo(type).blockLen == 0)
        return type;
    if (nCol % 32 != 0)
        return DType::F16;
    switch (type) {
    case DType::Q4_K:
        return DType::Q5_0;
    case DType::Q5_K:
        return DType::Q5_1;
    case DType::Q6_K:
        return DType::Q8_0;
    default:
        return DType::Q4_0;
    }
}

DType wantedType(const QuantizeMix& mix, const MixModel& model, const GgufTensor& tensor) {
    if (!isKType(mix.base))
        return mix.base;
    const bool isEmbedding = tensor.name == "token_embd.weight";
    if (tensor.name == "output.weight" || (isEmbedding && !model.hasOutput))
        return DType::Q6_K;
    if (isEmbedding)
        return std::max(mix.base, DType::Q4_K);
    const bool isDown = contains(tensor.name, "ffn_down");
    const bool isValue = contains(tensor.name, "attn_v.") || contains(tensor.name, "attn_qkv.");
    const std::int64_t layer = layerOf(tensor.name);
    if (layer < 0 || (!isDown && !isValue))
        return mix.base;
    const bool isOuter = layer < (model.nLayer + 3) / 4 || layer >= model.nLayer - (model.nLayer + 3) / 4;
    const bool extra = mix.extra == QuantizeMix::Extra::All || (mix.extra == QuantizeMix::Extra::Outer && isOuter);
    return extra ? moreBits(mix.base, isDown) : mix.base;
}

} // namespace

const std::vector<QuantizeMix>& quantizeMixes() {
    using Extra = QuantizeMix::Extra;
    static const std::vector<QuantizeMix> mixes = {
        {"Q2_K", 10, DType::Q2_K, Extra::All},     {"Q3_K_S", 11, DType::Q3_K, Extra::None},
        {"Q3_K_M", 12, DType::Q3_K, Extra::Outer}, {"Q3_K_L", 13, DType::Q3_K, Extra::All},
        {"Q4_0", 2, DType::Q4_0, Extra::None},     {"Q4_1", 3, DType::Q4_1, Extra::None},
        {"Q4_K_S", 14, DType::Q4_K, Extra::None},  {"Q4_K_M", 15, DType::Q4_K, Extra::Outer},
        {"Q5_0", 8, DType::Q5_0, Extra::None},     {"Q5_1", 9, DType::Q5_1, Extra::None},
        {"Q5_K_S", 16, DType::Q5_K, Extra::None},  {"Q5_K_M", 17, DType::Q5_K, Extra::Outer},
        {"Q6_K", 18, DType::Q6_K, Extra::None},    {"Q8_0", 7, DType::Q8_0, Extra::None},
        {"F16", 1, DType::F16, Extra::None},       {"BF16", 32, DType::BF16, Extra::None},
        {"F32", 0, DType::F32, Extra::None},
    };
    return mixes;
}

Result<QuantizeMix> findQuantizeMix(std::string_view name) {
    std::string upper(name);
    for (char& c : upper)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (upper == "Q3_K" || upper == "Q4_K" || upper == "Q5_K")
        upper += "_M";
    std::string known;
    for (const QuantizeMix& mix : quantizeMixes()) {
        if (mix.name == upper)
            return mix;
        known += known.empty() ? "" : ", ";
        known += mix.name;
    }
    return fail(ErrorCode::InvalidArgument,
                fmt::format("{} is not a type that can be written; there are {}.", quotedName(name), known));
}

DType chooseType(const QuantizeMix& mix, const MixModel& model, const GgufTensor& tensor) {
    if (stays(tensor))
        return DType::F32;
    return fitRow(wantedType(mix, model, tensor), tensor.view.shape.nCol());
}

} // namespace vitral
