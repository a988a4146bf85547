// SPDX-License-Identifier: Apache-2.0
// Granite 3 (IBM 2024), dense and mixture of experts: Llama's layer with four constant multipliers (after muP: Yang et
// al. 2022), on the embeddings, on attention scores (attention.scale, instead of 1 / sqrt(headDim)), on what each block
// adds to the residual stream, and, as a divisor, on the logits. Some MoE variants add a shared expert all tokens use.

#include "core/model/attention_block.h"
#include "core/model/mlp_block.h"
#include "core/model/moe_block.h"
#include "core/model/registry.h"

namespace vitral {
namespace {

class Granite final : public Decoder {
public:
    Granite() : Decoder(NormKind::Rms) {}

protected:
    Result<void> configure(const MetadataReader& meta) override {
        VITRAL_TRY_ASSIGN(rope_, readRope(meta, hyper_, RopeStyle::Interleaved));
        VITRAL_TRY(readMultiplier(meta, "embedding_scale", hyper_.embeddingScale));
        VITRAL_TRY(readMultiplier(meta, "residual_scale", hyper_.residualScale));
        VITRAL_TRY(readMultiplier(meta, "logit_scale", hyper_.logitDivisor));
        if (meta.has("expert_shared_feed_forward_length"))
            return fail(ErrorCode::Unsupported, "The model file has " +
                                                    meta.fullKey("expert_shared_feed_forward_length") +
                                                    ": shared experts of Granite are not known to this version.");
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
        AttentionSpec spec = attentionSpec(hyper_, i);
        spec.rope = &rope_;
        attentionBlock(pass, i, w.attention, spec, pass.normed());
        pass.addBranch(i, Point::AttnOut, Point::ResidMid, hyper_.residualScale);

        normalise(pass, i, w.mlpNorm, Point::MlpNorm);
        if (w.moe.empty())
            mlpBlock(pass, i, w.mlp, Activation::Silu, pass.normed());
        else
            moeBlock(pass, i, w.moe, experts_);
        pass.addBranch(i, Point::MlpOut, Point::ResidPost, hyper_.residualScale);
    }

private:
    static Result<void> readMultiplier(const MetadataReader& meta, std::string_view key, float& out) {
        VITRAL_TRY_ASSIGN(const double value, meta.realOr(key, 1.0, 1e-9, 1e9));
        out = static_cast<float>(value);
        return {};
    }

    struct Layer {
        Norm attentionNorm, mlpNorm;
        AttentionWeights attention;
        MlpWeights mlp;
        MoeWeights moe;
    };
    std::vector<Layer> layers_;
    ExpertRule experts_;
    Rope rope_;
};

} // namespace

std::unique_ptr<Decoder> makeGranite() {
    return std::make_unique<Granite>();
}

} // namespace vitral
