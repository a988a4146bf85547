// SPDX-License-Identifier: Apache-2.0
// Phi-1.5 and Phi-2 (Li et al. 2023): biases everywhere (also on the output head), rotary positions on a part of each
// head, a plain MLP, and attention and MLP side by side behind one layer norm:   x += Attention(LN(x)) + MLP(LN(x))

#include "core/model/attention_block.h"
#include "core/model/mlp_block.h"
#include "core/model/registry.h"

namespace vitral {
namespace {

class Phi2 final : public Decoder {
public:
    Phi2() : Decoder(NormKind::Layer) {}

protected:
    Result<void> configure(const MetadataReader& meta) override {
        VITRAL_TRY_ASSIGN(rope_, readRope(meta, hyper_, RopeStyle::Halves));
        return {};
    }

    Result<void> loadLayer(WeightLoader& loader, std::int64_t i) override {
        Layer w;
        VITRAL_TRY_ASSIGN(w.norm, loadNorm(loader, blockTensor(i, "attn_norm")));
        VITRAL_TRY_ASSIGN(w.attention, loadAttention(loader, hyper_, i));
        VITRAL_TRY_ASSIGN(w.mlp, loadMlp(loader, hyper_.nEmbd, hyper_.layer(i).nFf, i, MlpKind::Plain));
        layers_.push_back(std::move(w));
        return {};
    }

    void layer(Pass& pass, std::int64_t i) const override {
        const Layer& w = layers_[static_cast<std::size_t>(i)];
        pass.observe(Point::ResidPre, i, pass.x());

        normalise(pass, i, w.norm, Point::AttnNorm);
        AttentionSpec spec = attentionSpec(hyper_, i);
        spec.rope = &rope_;
        attentionBlock(pass, i, w.attention, spec, pass.normed());
        normaliseAgain(pass, i, w.norm);
        pass.addBranch(i, Point::AttnOut, Point::ResidMid);

        mlpBlock(pass, i, w.mlp, Activation::GeluTanh, pass.normed());
        pass.addBranch(i, Point::MlpOut, Point::ResidPost);
    }

private:
    struct Layer {
        Norm norm;
        AttentionWeights attention;
        MlpWeights mlp;
    };
    std::vector<Layer> layers_;
    Rope rope_;
};

} // namespace

std::unique_ptr<Decoder> makePhi2() {
    return std::make_unique<Phi2>();
}

} // namespace vitral
