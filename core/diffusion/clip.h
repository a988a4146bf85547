// SPDX-License-Identifier: Apache-2.0
#pragma once
// CLIP's text encoder (Radford et al. 2021) as the language of diffusion models: Stable Diffusion 1.x (ViT-L/14), 2.x
// (OpenCLIP's H) and the tiny ones of this program. A causal transformer over the ids of a prompt, always filled up to
// the same number of tokens; every token's last state is one word for the U-Net. Thread: load on the loading thread;
// encode on the engine thread.

#include "core/diffusion/json_config.h"
#include "core/diffusion/layers.h"
#include "core/diffusion/model.h"
#include "core/tokenizer/tokenizer.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vitral::diffusion {

enum class ClipActivation : std::uint8_t { QuickGelu, GeluErf, GeluTanh };

struct ClipConfig {
    std::int64_t nVocab = 49408, width = 768, hidden = 3072, nLayer = 12, nHead = 12, nPosition = 77;
    ClipActivation activation = ClipActivation::QuickGelu;
    double eps = 1e-5;
    std::int64_t nSkip = 0;   ///< last layers left out (Stable Diffusion 2's penultimate layer)
    bool finalNorm = true;    ///< on what the U-Net sees; SDXL goes without
    std::int64_t nPooled = 0; ///< width of text_projection; 0: none
};

/// transformers' config.json of a CLIPTextModel. Errors: InvalidFile, Unsupported.
Result<ClipConfig> readClipConfig(const JsonConfig& json);

/// How a prompt becomes ids (docs/diffusion-files.md).
struct ClipTokens {
    std::shared_ptr<const Tokenizer> tokenizer;
    std::optional<TokenId> begin, end;
    TokenId padding = 0;
    std::int64_t nToken = 77;
};
/// From tokenizer_config.json (may be "{}"): bos_token, eos_token, pad_token, model_max_length. Errors: InvalidFile (a
/// token that is no piece, named; a length below 3).
Result<ClipTokens> readClipTokens(std::shared_ptr<const Tokenizer> tokenizer, const JsonConfig& config,
                                  std::int64_t nPosition);
/// The vocabulary that all of CLIP's text encoders share, which is part of the program: most checkpoints bring none.
Result<std::shared_ptr<const Tokenizer>> builtInClipTokenizer();

struct EncodedPrompt {
    std::vector<TokenId> ids;   ///< [nToken]
    std::vector<float> weights; ///< [nToken]
    std::vector<std::string>
        words;             ///< [nToken]: a token's text as it stands in the prompt, "<start>", "<end>", "<fill>"
    std::int64_t nCut = 0; ///< tokens that had no room
    std::int64_t iEnd = 0; ///< of the end token
};
Result<EncodedPrompt> encodePrompt(const ClipTokens& tokens, std::string_view prompt);

class ClipText final : public TextEncoder {
public:
    /// Errors: those of NetLoader; InvalidFile (the vocabulary is larger than the embedding).
    static Result<std::shared_ptr<const ClipText>> load(NetLoader& loader, const ClipConfig& config, ClipTokens tokens);

    [[nodiscard]] std::int64_t maxTokens() const override { return tokens_.nToken; }
    [[nodiscard]] const ClipConfig& config() const { return config_; }
    /// Weighted words are multiplied, then all brought back to the mean they had (as the web UI of AUTOMATIC1111 does).
    Result<Conditioning> encode(NetworkContext& context, std::string_view prompt, std::int64_t* nCut) const override;
    /// The states of given ids [1, nToken <= nPosition], without weights: for tests and views.
    Result<Conditioning> encodeIds(NetworkContext& context, std::span<const TokenId> ids, std::int64_t iEnd) const;
    [[nodiscard]] std::size_t scratchBytes() const;

private:
    struct Layer {
        LayerNorm norm1, norm2;
        Linear q, k, v, out, up, down;
        std::string name;
    };
    ClipText() = default;
    Result<void> run(Pass& pass, std::span<const TokenId> ids, std::int64_t iEnd, Conditioning& result) const;

    ClipConfig config_;
    ClipTokens tokens_;
    std::unique_ptr<Matrix> embedding_;
    Vector positions_;
    std::vector<Layer> layers_;
    LayerNorm finalNorm_;
    Linear projection_;
    std::vector<std::shared_ptr<const void>> kept_;
};

/// Two encoders side by side (SDXL): words of both joined, the second's pooled text.
class JoinedText final : public TextEncoder {
public:
    JoinedText(std::shared_ptr<const ClipText> first, std::shared_ptr<const ClipText> second)
        : first_(std::move(first)), second_(std::move(second)) {}
    [[nodiscard]] std::int64_t maxTokens() const override { return first_->maxTokens(); }
    Result<Conditioning> encode(NetworkContext& context, std::string_view prompt, std::int64_t* nCut) const override;

private:
    std::shared_ptr<const ClipText> first_, second_;
};

} // namespace vitral::diffusion
