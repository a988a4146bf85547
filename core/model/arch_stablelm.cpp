// SPDX-License-Identifier: Apache-2.0
// StableLM 2 (Bellagamba et al. 2024): layer norms with bias, rotary positions on the first quarter of each head only,
// SwiGLU. In some of the family attention and MLP read the same normalised input and are added together ("parallel
// residual", Wang and Komatsuzaki 2021), which the absence of a second norm tells.

#include "core/model/attention_block.h"
#include "core/model/mlp_block.h"
#include "core/model/registry.h"

namespace vitral {
namespace {

class StableLm final : public Decoder {
public:
    StableLm() : Decoder(NormKind::Layer) {}

protected:
    Result<void> configure(const MetadataReader& meta) override {
        VITRAL_TRY_ASSIGN(rope_, readRope(meta, hyper_, RopeStyle::Halves));
        return {};
    }

    Result<void> loadLayer(WeightLoader& loader, std::int64_t i) override {
        if (loader.has(blockTensor(i, "attn_q_norm.weight")))
            return fail(ErrorCode::Unsupported,
                        "The model file has blk.0.attn_q_norm.weight: StableLM 12B's norms with "
                        "weights of their own for each head are not known to this version.");
        Layer w;
        VITRAL_TRY_ASSIGN(w.attentionNorm, loadNorm(loader, blockTensor(i, "attn_norm")));
        VITRAL_TRY_ASSIGN(w.attention, loadAttention(loader, hyper_, i));
        if (loader.has(blockTensor(i, "ffn_norm.weight"))) {
            VITRAL_TRY_ASSIGN(w.mlpNorm, loadNorm(loader, blockTensor(i, "ffn_norm")));
        }
        VITRAL_TRY_ASSIGN(w.mlp, loadMlp(loader, hyper_.nEmbd, hyper_.layer(i).nFf, i, MlpKind::Gated));
        layers_.push_back(std::move(w));
        return {};
    }

    void layer(Pass& pass, std::int64_t i) const override {
        const Layer& w = layers_[static_cast<std::size_t>(i)];
        const bool parallel = w.mlpNorm.weight.empty();
        pass.observe(Point::ResidPre, i, pass.x());

        normalise(pass, i, w.attentionNorm, Point::AttnNorm);
        AttentionSpec spec = attentionSpec(hyper_, i);
        spec.rope = &rope_;
        attentionBlock(pass, i, w.attention, spec, pass.normed());
        if (parallel)
            normaliseAgain(pass, i, w.attentionNorm);
        pass.addBranch(i, Point::AttnOut, Point::ResidMid);

        if (!parallel)
            normalise(pass, i, w.mlpNorm, Point::MlpNorm);
        mlpBlock(pass, i, w.mlp, Activation::Silu, pass.normed());
        pass.addBranch(i, Point::MlpOut, Point::ResidPost);
    }

private:
    struct Layer {
        Norm attentionNorm, mlpNorm;
        AttentionWeights attention;
        MlpWeights mlp;
    };
    std::vector<Layer> layers_;
    Rope rope_;
};

} // namespace

std::unique_ptr<Decoder> makeStableLm() {
    return std::make_unique<StableLm>();
}

} // namespace vitral
