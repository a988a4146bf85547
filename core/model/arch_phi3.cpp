// SPDX-License-Identifier: Apache-2.0
// Phi-3, Phi-3.5 and Phi-4 (Abdin et al. 2024): Llama's layer with queries, keys and values in one matrix, and the two
// halves of the SwiGLU in another. Long contexts by LongRoPE: two sets of divisors for the rotary frequencies, of which
// the size of the context picks one (rope_tables.h says why not the length so far).

#include "core/model/attention_block.h"
#include "core/model/mlp_block.h"
#include "core/model/registry.h"

namespace vitral {
namespace {

class Phi3 final : public Decoder {
public:
    Phi3() : Decoder(NormKind::Rms) {}

protected:
    Result<void> configure(const MetadataReader& meta) override {
        VITRAL_TRY_ASSIGN(rope_, readRope(meta, hyper_, RopeStyle::Halves));
        config_.nCtxShort = rope_.switchesAt();
        VITRAL_TRY_ASSIGN(windowed_, meta.windowedLayers(hyper_.nLayer, 0));
        return {};
    }

    Result<void> loadLayer(WeightLoader& loader, std::int64_t i) override {
        Layer w;
        VITRAL_TRY_ASSIGN(w.attentionNorm, loadNorm(loader, blockTensor(i, "attn_norm")));
        VITRAL_TRY_ASSIGN(w.attention, loadAttention(loader, hyper_, i));
        VITRAL_TRY_ASSIGN(w.mlpNorm, loadNorm(loader, blockTensor(i, "ffn_norm")));
        VITRAL_TRY_ASSIGN(w.mlp, loadMlp(loader, hyper_.nEmbd, hyper_.layer(i).nFf, i, MlpKind::GatedFused));
        layers_.push_back(std::move(w));
        return {};
    }

    void layer(Pass& pass, std::int64_t i) const override {
        const Layer& w = layers_[static_cast<std::size_t>(i)];
        pass.observe(Point::ResidPre, i, pass.x());

        normalise(pass, i, w.attentionNorm, Point::AttnNorm);
        AttentionSpec spec = attentionSpec(hyper_, i);
        spec.rope = &rope_;
        spec.window = windowed_[static_cast<std::size_t>(i)] ? hyper_.window : 0;
        attentionBlock(pass, i, w.attention, spec, pass.normed());
        pass.addBranch(i, Point::AttnOut, Point::ResidMid);

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
    std::vector<bool> windowed_;
};

} // namespace

std::unique_ptr<Decoder> makePhi3() {
    return std::make_unique<Phi3>();
}

} // namespace vitral
