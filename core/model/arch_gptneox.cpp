// SPDX-License-Identifier: Apache-2.0
// GPT-NeoX (Black et al. 2022) and Pythia (Biderman et al. 2023), the models most interpretability papers look into:
// layer norms, one matrix for queries, keys and values, rotary positions on a part of each head, a plain MLP with the
// exact GELU, and, in most of the family, attention and MLP side by side ("parallel residual"), each with a norm of its
// own:   x += Attention(LN1(x)) + MLP(LN2(x))

#include "core/model/attention_block.h"
#include "core/model/mlp_block.h"
#include "core/model/registry.h"

namespace vitral {
namespace {

class GptNeoX final : public Decoder {
public:
    GptNeoX() : Decoder(NormKind::Layer) {}

protected:
    Result<void> configure(const MetadataReader& meta) override {
        VITRAL_TRY_ASSIGN(rope_, readRope(meta, hyper_, RopeStyle::Halves));
        VITRAL_TRY_ASSIGN(parallel_, meta.booleanOr("use_parallel_residual", true));
        return {};
    }

    Result<void> loadLayer(WeightLoader& loader, std::int64_t i) override {
        Layer w;
        VITRAL_TRY_ASSIGN(w.attentionNorm, loadNorm(loader, blockTensor(i, "attn_norm")));
        VITRAL_TRY_ASSIGN(w.attention, loadAttention(loader, hyper_, i));
        VITRAL_TRY_ASSIGN(w.mlpNorm, loadNorm(loader, blockTensor(i, "ffn_norm")));
        VITRAL_TRY_ASSIGN(w.mlp, loadMlp(loader, hyper_.nEmbd, hyper_.layer(i).nFf, i, MlpKind::Plain));
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
        if (parallel_) // the MLP reads the stream as it was before attention
            normalise(pass, i, w.mlpNorm, Point::MlpNorm);
        pass.addBranch(i, Point::AttnOut, Point::ResidMid);

        if (!parallel_)
            normalise(pass, i, w.mlpNorm, Point::MlpNorm);
        mlpBlock(pass, i, w.mlp, Activation::GeluErf, pass.normed());
        pass.addBranch(i, Point::MlpOut, Point::ResidPost);
    }

private:
    struct Layer {
        Norm attentionNorm, mlpNorm;
        AttentionWeights attention;
        MlpWeights mlp;
    };
    bool parallel_ = true;
    std::vector<Layer> layers_;
    Rope rope_;
};

} // namespace

std::unique_ptr<Decoder> makeGptNeoX() {
    return std::make_unique<GptNeoX>();
}

} // namespace vitral
