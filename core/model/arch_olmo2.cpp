// SPDX-License-Identifier: Apache-2.0
// OLMo 2 (OLMo team 2024) and OLMo 3: norms stand after a block instead of before it, inside the residual branch, and
// queries and keys are normalised over the whole projection (all heads together). Both tame training, the paper shows.
//
//   x += RMSNorm(Attention(x))
//   x += RMSNorm(MLP(x))
//
// OLMo 3 adds windowed layers, in which the rotary frequencies stay unscaled.

#include "core/model/attention_block.h"
#include "core/model/mlp_block.h"
#include "core/model/registry.h"

namespace vitral {
namespace {

class Olmo2 final : public Decoder {
public:
    Olmo2() : Decoder(NormKind::Rms) {}

protected:
    Result<void> configure(const MetadataReader& meta) override {
        VITRAL_TRY_ASSIGN(rope_, readRope(meta, hyper_, RopeStyle::Halves));
        VITRAL_TRY_ASSIGN(windowed_, meta.windowedLayers(hyper_.nLayer, 4));
        VITRAL_TRY_ASSIGN(const std::int64_t nRotary, readRotaryDimensions(meta, hyper_));
        VITRAL_TRY_ASSIGN(const double base, meta.realOr("rope.freq_base", 10000.0, 1.0, 1e15));
        localRope_ = makeRope(nRotary, base, RopeStyle::Halves, RopeScaling{});
        return {};
    }

    Result<void> loadLayer(WeightLoader& loader, std::int64_t i) override {
        Layer w;
        VITRAL_TRY_ASSIGN(w.attention, loadAttention(loader, hyper_, i, QkNorm::WholeProjection));
        VITRAL_TRY_ASSIGN(w.attentionPostNorm, loadNorm(loader, blockTensor(i, "post_attention_norm")));
        VITRAL_TRY_ASSIGN(w.mlp, loadMlp(loader, hyper_.nEmbd, hyper_.layer(i).nFf, i, MlpKind::Gated));
        VITRAL_TRY_ASSIGN(w.mlpPostNorm, loadNorm(loader, blockTensor(i, "post_ffw_norm")));
        layers_.push_back(std::move(w));
        return {};
    }

    void describeLayer(LayerAnatomy& layer, std::int64_t i) const override {
        layer.attnPostNorm = normAnatomy(blockTensor(i, "post_attention_norm"));
        layer.mlpPostNorm = normAnatomy(blockTensor(i, "post_ffw_norm"));
    }

    void layer(Pass& pass, std::int64_t i) const override {
        const Layer& w = layers_[static_cast<std::size_t>(i)];
        const bool local = hyper_.window > 0 && windowed_[static_cast<std::size_t>(i)];
        pass.observe(Point::ResidPre, i, pass.x());

        // Blocks read the residual stream as it is.
        AttentionSpec spec = attentionSpec(hyper_, i);
        spec.rope = local ? &localRope_ : &rope_;
        spec.window = local ? hyper_.window : 0;
        attentionBlock(pass, i, w.attention, spec, pass.x());
        w.attentionPostNorm.apply(pass.backend, pass.branch(), pass.branch());
        pass.addBranch(i, Point::AttnOut, Point::ResidMid);

        mlpBlock(pass, i, w.mlp, Activation::Silu, pass.x());
        w.mlpPostNorm.apply(pass.backend, pass.branch(), pass.branch());
        pass.addBranch(i, Point::MlpOut, Point::ResidPost);
    }

private:
    struct Layer {
        Norm attentionPostNorm, mlpPostNorm;
        AttentionWeights attention;
        MlpWeights mlp;
    };
    std::vector<Layer> layers_;
    Rope rope_, localRope_;
    std::vector<bool> windowed_;
};

} // namespace

std::unique_ptr<Decoder> makeOlmo2() {
    return std::make_unique<Olmo2>();
}

} // namespace vitral
