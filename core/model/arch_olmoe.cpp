// SPDX-License-Identifier: Apache-2.0
// OLMoE (Muennighoff et al. 2024), an open mixture of 64 small experts: norms before the blocks as in Llama, queries
// and keys normalised over the whole projection as in OLMo 2, and the router's probabilities over all experts used as
// they are, so that the chosen eight add up to less than one.

#include "core/model/attention_block.h"
#include "core/model/moe_block.h"
#include "core/model/registry.h"

namespace vitral {
namespace {

class Olmoe final : public Decoder {
public:
    Olmoe() : Decoder(NormKind::Rms) {}

protected:
    Result<void> configure(const MetadataReader& meta) override {
        VITRAL_TRY_ASSIGN(rope_, readRope(meta, hyper_, RopeStyle::Halves));
        if (hyper_.nExpert < 1)
            return fail(ErrorCode::InvalidFile, "The model file gives no positive " + meta.fullKey("expert_count") +
                                                    ", which its architecture needs.");
        VITRAL_TRY_ASSIGN(experts_, readExpertRule(meta));
        return {};
    }

    Result<void> loadLayer(WeightLoader& loader, std::int64_t i) override {
        Layer w;
        VITRAL_TRY_ASSIGN(w.attentionNorm, loadNorm(loader, blockTensor(i, "attn_norm")));
        VITRAL_TRY_ASSIGN(w.attention, loadAttention(loader, hyper_, i, QkNorm::WholeProjection));
        VITRAL_TRY_ASSIGN(w.mlpNorm, loadNorm(loader, blockTensor(i, "ffn_norm")));
        VITRAL_TRY_ASSIGN(w.moe, loadMoe(loader, hyper_, i));
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
        moeBlock(pass, i, w.moe, experts_);
        pass.addBranch(i, Point::MlpOut, Point::ResidPost);
    }

private:
    struct Layer {
        Norm attentionNorm, mlpNorm;
        AttentionWeights attention;
        MoeWeights moe;
    };
    std::vector<Layer> layers_;
    ExpertRule experts_;
    Rope rope_;
};

} // namespace

std::unique_ptr<Decoder> makeOlmoe() {
    return std::make_unique<Olmoe>();
}

} // namespace vitral
