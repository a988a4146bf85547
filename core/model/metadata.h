// SPDX-License-Identifier: Apache-2.0
#pragma once
// Hyper-parameters from GGUF metadata, each checked against bounds before anything is sized by it. Every error names
// the key, so that whoever converted the file can repair it. Thread: any (const access to an immutable file).

#include "core/base/result.h"
#include "core/io/gguf.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

/// Reads "<architecture>.<key>".
class MetadataReader {
public:
    MetadataReader(const GgufFile& file, std::string architecture)
        : file_(&file), architecture_(std::move(architecture)) {}

    [[nodiscard]] const std::string& architecture() const { return architecture_; }
    [[nodiscard]] const GgufFile& file() const { return *file_; }
    [[nodiscard]] std::string fullKey(std::string_view key) const { return architecture_ + "." + std::string(key); }
    [[nodiscard]] bool has(std::string_view key) const { return file_->find(fullKey(key)) != nullptr; }

    /// A required integer within [low, high]. Errors: InvalidFile.
    [[nodiscard]] Result<std::int64_t> integer(std::string_view key, std::int64_t low, std::int64_t high) const;
    [[nodiscard]] Result<std::int64_t> integerOr(std::string_view key, std::int64_t fallback, std::int64_t low,
                                                 std::int64_t high) const;
    /// A finite real within [low, high].
    [[nodiscard]] Result<double> real(std::string_view key, double low, double high) const;
    [[nodiscard]] Result<double> realOr(std::string_view key, double fallback, double low, double high) const;
    [[nodiscard]] Result<bool> booleanOr(std::string_view key, bool fallback) const;
    [[nodiscard]] Result<std::string> stringOr(std::string_view key, std::string_view fallback) const;
    /// One number for all layers, or an array with one number a layer. `fallback` is used where the key is missing; a
    /// negative fallback makes the key required. Result: [nLayer].
    [[nodiscard]] Result<std::vector<std::int64_t>> perLayer(std::string_view key, std::int64_t nLayer,
                                                             std::int64_t fallback, std::int64_t low,
                                                             std::int64_t high) const;
    /// Which layers attend through a sliding window. The file may give a flag a layer or a period n (the last of every
    /// n layers sees everything, 1: no layer is windowed, 0: all are); without either, `defaultPeriod` holds.
    [[nodiscard]] Result<std::vector<bool>> windowedLayers(std::int64_t nLayer, std::int64_t defaultPeriod) const;

private:
    const GgufFile* file_;
    std::string architecture_;
};

/// Numbers that layers may have to themselves.
struct LayerShape {
    std::int64_t nHead = 0;
    std::int64_t nKvHead = 0; ///< 0 for a layer without attention (hybrid architectures)
    std::int64_t nFf = 0;
};

/// What most architectures share. An architecture file reads its own extras through MetadataReader.
struct Hyper {
    std::int64_t nLayer = 0, nEmbd = 0, nCtxTrain = 0;
    std::int64_t headDimK = 0, headDimV = 0;
    std::vector<LayerShape> layers; ///< [nLayer]
    std::int64_t nExpert = 0, nExpertUsed = 0, nFfExpert = 0;
    float rmsEps = 0.0F; ///< 0 where the file has none
    float layerNormEps = 0.0F;
    float attentionScale = 0.0F;                        ///< on q.k: attention.scale, or 1 / sqrt(headDimK)
    float attentionSoftcap = 0.0F, finalSoftcap = 0.0F; ///< 0: none
    float embeddingScale = 1.0F;                        ///< on the token embeddings
    float residualScale = 1.0F;                         ///< on what a block adds to the residual stream
    float logitDivisor = 1.0F;                          ///< logits are divided by it
    std::int64_t window = 0;                            ///< sliding window in tokens, 0: none

    [[nodiscard]] const LayerShape& layer(std::int64_t i) const { return layers[static_cast<std::size_t>(i)]; }
};

/// Errors: InvalidFile naming the key and its value.
Result<Hyper> readHyper(const MetadataReader& meta);

} // namespace vitral
