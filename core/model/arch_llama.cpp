// SPDX-License-Identifier: Apache-2.0
// Llama 1 to 3.x (Touvron et al. 2023; Grattafiori et al. 2024) and what shares its layer: Mistral 7B (Jiang et al.
// 2023), Mixtral (Jiang et al. 2024: experts instead of the MLP), SmolLM 2, Yi, MiniMind, and many more. Each layer:
//
//   x += Attention(RMSNorm(x))        rotary positions, grouped queries
//   x += MLP(RMSNorm(x))              SwiGLU, or a mixture of experts
//
// GGUF stores Q and K permuted so that rotary pairs are neighbours (Meta's own layout), hence Interleaved.

#include "core/model/attention_block.h"
#include "core/model/mlp_block.h"
#include "core/model/moe_block.h"
#include "core/model/registry.h"

namespace vitral {
namespace {

class Llama : public Decoder {
public:
    Llama() : Decoder(NormKind::Rms) {}

protected:
    Result<void> configure(const MetadataReader& meta) override {
        VITRAL_TRY_ASSIGN(rope_, readRope(meta, hyper_, RopeStyle::Interleaved));
        config_.nCtxShort = rope_.switchesAt();
        // Where the file states a window at all, it holds for every layer unless the file also states a pattern.
        VITRAL_TRY_ASSIGN(windowed_, meta.windowedLayers(hyper_.nLayer, 0));
        VITRAL_TRY_ASSIGN(experts_, readExpertRule(meta));
        return {};
    }

    Result<void> loadLayer(WeightLoader& loader, std::int64_t i) override {
        Layer w;
        VITRAL_TRY_ASSIGN(w.attentionNorm, loadNorm(loader, blockTensor(i, "attn_norm")));
        VITRAL_TRY_ASSIGN(w.attention, loadAttention(loader, hyper_, i));
        VITRAL_TRY_ASSIGN(w.mlpNorm, loadNorm(loader, blockTensor(i, "ffn_norm")));
        if (hyper_.nExpert > 0) {
            VITRAL_TRY_ASSIGN(w.moe, loadMoe(loader, hyper_, i));
        } else {
            VITRAL_TRY_ASSIGN(w.mlp, loadMlp(loader, hyper_.nEmbd, hyper_.layer(i).nFf, i, MlpKind::Gated));
        }
        layers_.push_back(std::move(w));
        return {};
    }

    void layer(Pass& pass, std::int64_t i) const override {
        const Layer& w = layers_[static_cast<std::size_t>(i)];
        pass.observe(Point::ResidPre, i, pass.x());

        normalise(pass, i, w.attentionNorm, Point::AttnNorm);
        attentionBlock(pass, i, w.attention, attention(i), pass.normed());
        pass.addBranch(i, Point::AttnOut, Point::ResidMid);

        normalise(pass, i, w.mlpNorm, Point::MlpNorm);
        if (w.moe.empty())
            mlpBlock(pass, i, w.mlp, Activation::Silu, pass.normed());
        else
            moeBlock(pass, i, w.moe, experts_);
        pass.addBranch(i, Point::MlpOut, Point::ResidPost);
    }

    [[nodiscard]] virtual AttentionSpec attention(std::int64_t i) const {
        AttentionSpec spec = attentionSpec(hyper_, i);
        spec.rope = &rope_;
        spec.window = windowed_[static_cast<std::size_t>(i)] ? hyper_.window : 0;
        return spec;
    }

private:
    struct Layer {
        Norm attentionNorm, mlpNorm;
        AttentionWeights attention;
        MlpWeights mlp;
        MoeWeights moe;
    };
    std::vector<Layer> layers_;
    ExpertRule experts_;
    Rope rope_;
    std::vector<bool> windowed_;
};

/// Ministral 3 (Mistral AI 2025): Llama's layer with YaRN, and queries that grow with the logarithm of the position so
/// that attention over very long contexts does not flatten (the idea of Llama 4).
class Mistral3 final : public Llama {
protected:
    Result<void> configure(const MetadataReader& meta) override {
        VITRAL_TRY(Llama::configure(meta));
        VITRAL_TRY_ASSIGN(const double scale, meta.realOr("attention.temperature_scale", 0.0, 0.0, 1e6));
        temperature_ = static_cast<float>(scale);
        VITRAL_TRY_ASSIGN(const std::int64_t originalCtx,
                          meta.integerOr("rope.scaling.original_context_length", hyper_.nCtxTrain, 1, 1LL << 31));
        VITRAL_TRY_ASSIGN(temperatureCtx_, meta.integerOr("attention.temperature_length", originalCtx, 1, 1LL << 31));
        return {};
    }
    [[nodiscard]] AttentionSpec attention(std::int64_t i) const override {
        AttentionSpec spec = Llama::attention(i);
        spec.temperature = temperature_;
        spec.temperatureCtx = temperatureCtx_;
        return spec;
    }

private:
    float temperature_ = 0.0F;
    std::int64_t temperatureCtx_ = 0;
};

} // namespace

std::unique_ptr<Decoder> makeLlama() {
    return std::make_unique<Llama>();
}
std::unique_ptr<Decoder> makeMistral3() {
    return std::make_unique<Mistral3>();
}

} // namespace vitral
