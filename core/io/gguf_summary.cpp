// SPDX-License-Identifier: Apache-2.0
#include "core/io/gguf_summary.h"

#include <algorithm>
#include <array>
#include <utility>

namespace vitral {

namespace {

// A hostile header may say anything; beyond these a number is no model's.
constexpr std::int64_t kMaxLayers = 1 << 16;
constexpr std::int64_t kMaxWidth = 1 << 20;

// general.file_type, as the GGUF specification numbers the mixtures; the one table of this program.
constexpr std::array<std::pair<std::int64_t, std::string_view>, 33> kFileTypes{{
    {0, "F32"},     {1, "F16"},     {2, "Q4_0"},     {3, "Q4_1"},    {7, "Q8_0"},    {8, "Q5_0"},    {9, "Q5_1"},
    {10, "Q2_K"},   {11, "Q3_K_S"}, {12, "Q3_K_M"},  {13, "Q3_K_L"}, {14, "Q4_K_S"}, {15, "Q4_K_M"}, {16, "Q5_K_S"},
    {17, "Q5_K_M"}, {18, "Q6_K"},   {19, "IQ2_XXS"}, {20, "IQ2_XS"}, {21, "Q2_K_S"}, {22, "IQ3_XS"}, {23, "IQ3_XXS"},
    {24, "IQ1_S"},  {25, "IQ4_NL"}, {26, "IQ3_S"},   {27, "IQ3_M"},  {28, "IQ2_S"},  {29, "IQ2_M"},  {30, "IQ4_XS"},
    {31, "IQ1_M"},  {32, "BF16"},   {36, "TQ1_0"},   {37, "TQ2_0"},  {38, "MXFP4"},
}};

/// A number in 0..limit, else 0.
std::int64_t count(const GgufFile& file, const std::string& key, std::int64_t limit) {
    const std::int64_t value = file.integer(key, 0).value_or(0);
    return value >= 0 && value <= limit ? value : 0;
}

/// A number of each layer, given as one or as a list.
std::int64_t sumOverLayers(const GgufFile& file, const std::string& key, std::int64_t nLayer, std::int64_t fallback) {
    if (const auto list = file.array(key).value_or(nullptr)) {
        std::int64_t sum = 0;
        for (const std::int64_t value : list->integers)
            sum += std::clamp<std::int64_t>(value, 0, kMaxWidth);
        return sum;
    }
    const std::int64_t each = count(file, key, kMaxWidth);
    return nLayer * (each > 0 ? each : fallback);
}

std::int64_t kvElements(const GgufFile& file, const std::string& prefix, std::int64_t nLayer) {
    const std::int64_t nEmbd = count(file, prefix + "embedding_length", kMaxWidth);
    // head_count may be a list, too; its largest gives the head's width.
    std::int64_t nHead = count(file, prefix + "attention.head_count", kMaxWidth);
    if (const auto list = file.array(prefix + "attention.head_count").value_or(nullptr))
        for (const std::int64_t value : list->integers)
            nHead = std::max(nHead, std::clamp<std::int64_t>(value, 0, kMaxWidth));
    if (nHead == 0)
        return 0;
    const std::int64_t headDim = nEmbd / nHead;
    const auto width = [&](const char* key) {
        const std::int64_t given = count(file, prefix + key, kMaxWidth);
        return given > 0 ? given : headDim;
    };
    const std::int64_t nKvHead = sumOverLayers(file, prefix + "attention.head_count_kv", nLayer, nHead);
    return nKvHead * (width("attention.key_length") + width("attention.value_length"));
}

} // namespace

std::string_view fileTypeName(std::int64_t fileType) {
    for (const auto& [number, name] : kFileTypes)
        if (number == fileType)
            return name;
    return {};
}

std::uint64_t GgufSummary::kvBytes(std::int64_t nTokens, DType kvType) const {
    const DTypeInfo& info = dtypeInfo(kvType);
    const double bytes =
        static_cast<double>(kvElementsPerToken) * static_cast<double>(nTokens) * info.blockBytes / info.blockLen;
    return bytes < 1e18 ? static_cast<std::uint64_t>(bytes) : std::uint64_t(1'000'000'000'000'000'000);
}

GgufSummary summarize(const GgufFile& file) {
    GgufSummary summary;
    summary.architecture = file.string("general.architecture", "").value_or("");
    summary.name = file.string("general.name", "").value_or("");
    const std::string prefix = summary.architecture + ".";
    summary.nLayer = count(file, prefix + "block_count", kMaxLayers);
    summary.nCtxTrain = count(file, prefix + "context_length", std::int64_t(1) << 40);
    summary.kvElementsPerToken = kvElements(file, prefix, summary.nLayer);
    std::array<TypeTotal, kDTypeCount> totals{};
    for (const GgufTensor& tensor : file.tensors()) {
        TypeTotal& total = totals[static_cast<std::size_t>(tensor.view.dtype)];
        total.dtype = tensor.view.dtype;
        ++total.nTensor;
        total.nElement += tensor.view.shape.count();
        total.bytes += tensor.view.bytes.size();
    }
    for (const TypeTotal& total : totals) {
        if (total.nTensor == 0)
            continue;
        summary.nParameter += total.nElement;
        summary.tensorBytes += total.bytes;
        summary.types.push_back(total);
    }
    std::sort(summary.types.begin(), summary.types.end(),
              [](const TypeTotal& a, const TypeTotal& b) { return a.bytes > b.bytes; });
    summary.quantisation = fileTypeName(file.integer("general.file_type", -1).value_or(-1));
    if (summary.types.empty())
        summary.quantisation.clear();
    else if (summary.quantisation.empty())
        summary.quantisation = dtypeInfo(summary.types.front().dtype).name;
    return summary;
}

} // namespace vitral
