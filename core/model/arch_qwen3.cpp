// SPDX-License-Identifier: Apache-2.0
// Qwen 3 (Yang et al. 2025), dense and mixture of experts: no biases; instead queries and keys are normalised head by
// head before they are rotated (Henry et al. 2020), which keeps attention scores in range in deep models. The MoE
// variant takes the best few of many small experts and renormalises their probabilities to 1.

#include "core/model/attention_block.h"
#include "core/model/mlp_block.h"
#include "core/model/moe_block.h"
#include "core/model/registry.h"

namespace vitral {
namespace {

class Qwen3 final : public Decoder {
public:
    explicit Qwen3(bool experts) : Decoder(NormKind::Rms), experts_(experts) {}

protected:
    Result<void> configure(const MetadataReader& meta) override {
        VITRAL_TRY_ASSIGN(rope_, readRope(meta, hyper_, RopeStyle::Halves));
        if (experts_ && hyper_.nExpert < 1)
            return fail(ErrorCode::InvalidFile, "The model file gives no positive " + meta.fullKey("expert_count") +
                                                    ", which its architecture needs.");
        VITRAL_TRY_ASSIGN(rule_, readExpertRule(meta));
        return {};
    }

    Result<void> loadLayer(WeightLoader& loader, std::int64_t i) override {
        Layer w;
        VITRAL_TRY_ASSIGN(w.attentionNorm, loadNorm(loader, blockTensor(i, "attn_norm")));
        VITRAL_TRY_ASSIGN(w.attention, loadAttention(loader, hyper_, i, QkNorm::PerHead));
        VITRAL_TRY_ASSIGN(w.mlpNorm, loadNorm(loader, blockTensor(i, "ffn_norm")));
        if (experts_) {
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
        pass.addBranch(i, Point::AttnOut, Point::ResidMid);

        normalise(pass, i, w.mlpNorm, Point::MlpNorm);
        if (experts_)
            moeBlock(pass, i, w.moe, rule_);
        else
            mlpBlock(pass, i, w.mlp, Activation::Silu, pass.normed());
        pass.addBranch(i, Point::MlpOut, Point::ResidPost);
    }

private:
    struct Layer {
        Norm attentionNorm, mlpNorm;
        AttentionWeights attention;
        MlpWeights mlp;
        MoeWeights moe;
    };
    bool experts_;
    ExpertRule rule_;
    std::vector<Layer> layers_;
    Rope rope_;
};

} // namespace

std::unique_ptr<Decoder> makeQwen3() {
    return std::make_unique<Qwen3>(false);
}
std::unique_ptr<Decoder> makeQwen3Moe() {
    return std::make_unique<Qwen3>(true);
}

} // namespace vitral
