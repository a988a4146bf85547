// SPDX-License-Identifier: Apache-2.0
#include "core/model/metadata.h"

#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace vitral {
namespace {

// Caps far above any published model. They keep products of sizes inside 64 bits and tables of layers small; memory
// itself is bounded by the file, because every weight must be in it.
constexpr std::int64_t kMaxLayer = 2048;
constexpr std::int64_t kMaxEmbd = 1 << 20;
constexpr std::int64_t kMaxHead = 1 << 14;
constexpr std::int64_t kMaxHeadDim = 1 << 14;
constexpr std::int64_t kMaxFf = 1 << 24;
constexpr std::int64_t kMaxExpert = 1 << 14;
constexpr std::int64_t kMaxCtx = std::int64_t{1} << 31;
constexpr double kMaxReal = 1e30;

Result<std::int64_t> checkRange(const std::string& key, std::int64_t value, std::int64_t low, std::int64_t high) {
    if (value >= low && value <= high)
        return value;
    return fail(ErrorCode::InvalidFile,
                fmt::format("The model file gives {} = {}, but only {} to {} makes sense.", key, value, low, high));
}

tl::unexpected<Error> missing(const std::string& key) {
    return fail(ErrorCode::InvalidFile,
                fmt::format("The model file lacks the key {}, which its architecture needs.", key));
}

} // namespace

Result<std::int64_t> MetadataReader::integer(std::string_view key, std::int64_t low, std::int64_t high) const {
    if (!has(key))
        return missing(fullKey(key));
    return integerOr(key, low, low, high);
}

Result<std::int64_t> MetadataReader::integerOr(std::string_view key, std::int64_t fallback, std::int64_t low,
                                               std::int64_t high) const {
    const std::string name = fullKey(key);
    if (file_->find(name) == nullptr)
        return fallback;
    VITRAL_TRY_ASSIGN(const std::int64_t value, file_->integer(name, fallback));
    return checkRange(name, value, low, high);
}

Result<double> MetadataReader::real(std::string_view key, double low, double high) const {
    if (!has(key))
        return missing(fullKey(key));
    return realOr(key, low, low, high);
}

Result<double> MetadataReader::realOr(std::string_view key, double fallback, double low, double high) const {
    const std::string name = fullKey(key);
    if (file_->find(name) == nullptr)
        return fallback;
    VITRAL_TRY_ASSIGN(const double value, file_->real(name, fallback));
    if (std::isfinite(value) && value >= low && value <= high)
        return value;
    return fail(ErrorCode::InvalidFile,
                fmt::format("The model file gives {} = {}, but only {} to {} makes sense.", name, value, low, high));
}

Result<bool> MetadataReader::booleanOr(std::string_view key, bool fallback) const {
    return file_->boolean(fullKey(key), fallback);
}

Result<std::string> MetadataReader::stringOr(std::string_view key, std::string_view fallback) const {
    return file_->string(fullKey(key), fallback);
}

Result<std::vector<std::int64_t>> MetadataReader::perLayer(std::string_view key, std::int64_t nLayer,
                                                           std::int64_t fallback, std::int64_t low,
                                                           std::int64_t high) const {
    const std::string name = fullKey(key);
    const auto n = static_cast<std::size_t>(nLayer);
    const GgufValue* value = file_->find(name);
    if (value == nullptr) {
        if (fallback < 0)
            return missing(name);
        return std::vector<std::int64_t>(n, fallback);
    }
    if (!std::holds_alternative<std::shared_ptr<const GgufArray>>(*value)) {
        VITRAL_TRY_ASSIGN(const std::int64_t one, integer(key, low, high));
        return std::vector<std::int64_t>(n, one);
    }
    const GgufArray& array = *std::get<std::shared_ptr<const GgufArray>>(*value);
    if (array.kind != GgufArray::Kind::Integers || array.integers.size() < n)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("The model file's {} must hold {} integers, one a layer.", name, nLayer));
    std::vector<std::int64_t> result(array.integers.begin(), array.integers.begin() + static_cast<std::ptrdiff_t>(n));
    for (const std::int64_t one : result)
        VITRAL_TRY(checkRange(name, one, low, high));
    return result;
}

Result<std::vector<bool>> MetadataReader::windowedLayers(std::int64_t nLayer, std::int64_t defaultPeriod) const {
    constexpr std::string_view kKey = "attention.sliding_window_pattern";
    const auto n = static_cast<std::size_t>(nLayer);
    std::int64_t period = defaultPeriod;
    if (const GgufValue* value = file_->find(fullKey(kKey)); value != nullptr) {
        if (std::holds_alternative<std::shared_ptr<const GgufArray>>(*value)) {
            const GgufArray& array = *std::get<std::shared_ptr<const GgufArray>>(*value);
            std::vector<bool> result = array.bools;
            for (const std::int64_t one : array.integers)
                result.push_back(one != 0);
            if (result.size() < n)
                return fail(ErrorCode::InvalidFile,
                            fmt::format("The model file's {} must hold {} flags, one a layer.", fullKey(kKey), nLayer));
            result.resize(n);
            return result;
        }
        VITRAL_TRY_ASSIGN(period, integer(kKey, 0, kMaxLayer));
    }
    std::vector<bool> result(n);
    for (std::size_t i = 0; i < n; ++i)
        result[i] = period == 0 || static_cast<std::int64_t>(i) % period < period - 1;
    return result;
}

Result<Hyper> readHyper(const MetadataReader& meta) {
    Hyper h;
    VITRAL_TRY_ASSIGN(h.nLayer, meta.integer("block_count", 1, kMaxLayer));
    VITRAL_TRY_ASSIGN(h.nEmbd, meta.integer("embedding_length", 1, kMaxEmbd));
    VITRAL_TRY_ASSIGN(h.nCtxTrain, meta.integer("context_length", 1, kMaxCtx));

    VITRAL_TRY_ASSIGN(const auto nHead, meta.perLayer("attention.head_count", h.nLayer, -1, 1, kMaxHead));
    VITRAL_TRY_ASSIGN(const auto nKvHead, meta.perLayer("attention.head_count_kv", h.nLayer, 0, 1, kMaxHead));
    VITRAL_TRY_ASSIGN(h.nExpert, meta.integerOr("expert_count", 0, 0, kMaxExpert));
    VITRAL_TRY_ASSIGN(h.nExpertUsed, meta.integerOr("expert_used_count", 0, 0, kMaxExpert));
    // A model of experts only may leave the dense width out.
    VITRAL_TRY_ASSIGN(const auto nFf, meta.perLayer("feed_forward_length", h.nLayer, h.nExpert > 0 ? 0 : -1,
                                                    h.nExpert > 0 ? 0 : 1, kMaxFf));
    VITRAL_TRY_ASSIGN(h.nFfExpert, meta.integerOr("expert_feed_forward_length", nFf[0], 1, kMaxFf));
    for (std::size_t i = 0; i < nHead.size(); ++i) {
        const LayerShape shape{nHead[i], nKvHead[i] == 0 ? nHead[i] : nKvHead[i], nFf[i]};
        if (shape.nHead % shape.nKvHead != 0)
            return fail(ErrorCode::InvalidFile,
                        fmt::format("The model file gives {} = {}, which {} = {} does not divide (layer {}).",
                                    meta.fullKey("attention.head_count"), shape.nHead,
                                    meta.fullKey("attention.head_count_kv"), shape.nKvHead, i));
        h.layers.push_back(shape);
    }
    if (h.nExpert > 0 && (h.nExpertUsed < 1 || h.nExpertUsed > h.nExpert))
        return fail(ErrorCode::InvalidFile,
                    fmt::format("The model file gives {} = {}, but it must lie between 1 and {} = {}.",
                                meta.fullKey("expert_used_count"), h.nExpertUsed, meta.fullKey("expert_count"),
                                h.nExpert));
    if (h.nExpert > 0 && h.nFfExpert < 1)
        return missing(meta.fullKey("expert_feed_forward_length"));

    if (!meta.has("attention.key_length") && h.nEmbd % nHead[0] != 0)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("The model file gives {} = {}, which {} = {} does not divide, and no {}.",
                                meta.fullKey("embedding_length"), h.nEmbd, meta.fullKey("attention.head_count"),
                                nHead[0], meta.fullKey("attention.key_length")));
    VITRAL_TRY_ASSIGN(h.headDimK, meta.integerOr("attention.key_length", h.nEmbd / nHead[0], 1, kMaxHeadDim));
    VITRAL_TRY_ASSIGN(h.headDimV, meta.integerOr("attention.value_length", h.headDimK, 1, kMaxHeadDim));
    if (h.headDimK < 1 || h.headDimK > kMaxHeadDim)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("The model file's heads have {} dimensions ({} / {}), but only 1 to {} makes sense.",
                                h.headDimK, meta.fullKey("embedding_length"), meta.fullKey("attention.head_count"),
                                kMaxHeadDim));

    const auto readReal = [&](float& out, std::string_view key, double fallback, double low,
                              double high) -> Result<void> {
        VITRAL_TRY_ASSIGN(const double value, meta.realOr(key, fallback, low, high));
        out = static_cast<float>(value);
        return {};
    };
    VITRAL_TRY(readReal(h.rmsEps, "attention.layer_norm_rms_epsilon", 0.0, 0.0, 1.0));
    VITRAL_TRY(readReal(h.layerNormEps, "attention.layer_norm_epsilon", 0.0, 0.0, 1.0));
    VITRAL_TRY(readReal(h.attentionScale, "attention.scale", 0.0, 0.0, kMaxReal));
    if (h.attentionScale == 0.0F) // some converters write 0 for "the usual"
        h.attentionScale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(h.headDimK)));
    VITRAL_TRY(readReal(h.attentionSoftcap, "attn_logit_softcapping", 0.0, 0.0, kMaxReal));
    VITRAL_TRY(readReal(h.finalSoftcap, "final_logit_softcapping", 0.0, 0.0, kMaxReal));
    VITRAL_TRY_ASSIGN(h.window, meta.integerOr("attention.sliding_window", 0, 0, kMaxCtx));
    return h;
}

} // namespace vitral
