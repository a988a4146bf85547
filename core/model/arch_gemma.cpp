// SPDX-License-Identifier: Apache-2.0
// Gemma 1, 2 and 3, text (Gemma team, Google DeepMind 2024, 2024, 2025). Common to them: embeddings scaled by
// sqrt(E), GeGLU, wide heads. Gemma 2 and 3 also normalise what a block gives before it is added. What differs:
//
//            scores and logits        windowed layers         queries and keys
//   gemma    as they are              none                    as they are
//   gemma2   soft-capped by tanh      every other             as they are
//   gemma3   as they are              five of six, with a     normalised head by head
//                                     rotary base of their own
//
// Checkpoints store norm weights minus one; GGUF converters add it back, so RMSNorm here is the usual one.

#include "core/model/attention_block.h"
#include "core/model/mlp_block.h"
#include "core/model/registry.h"

#include <cmath>

namespace vitral {
namespace {

class Gemma : public Decoder {
public:
    explicit Gemma(int generation) : Decoder(NormKind::Rms), generation_(generation) {}

protected:
    Result<void> configure(const MetadataReader& meta) override {
        hyper_.embeddingScale = std::sqrt(static_cast<float>(hyper_.nEmbd));
        VITRAL_TRY_ASSIGN(rope_, readRope(meta, hyper_, RopeStyle::Halves));
        localRope_ = rope_;
        if (generation_ == 3) {
            // Local layers rotate faster and were never stretched to longer contexts.
            VITRAL_TRY_ASSIGN(const std::int64_t nRotary, readRotaryDimensions(meta, hyper_));
            VITRAL_TRY_ASSIGN(const double base, meta.realOr("rope.freq_base_swa", 10000.0, 1.0, 1e15));
            localRope_ = makeRope(nRotary, base, RopeStyle::Halves, RopeScaling{});
        }
        if (generation_ == 1)
            hyper_.window = 0;
        VITRAL_TRY_ASSIGN(windowed_, meta.windowedLayers(hyper_.nLayer, generation_ == 3 ? 6 : 2));
        // The 27B models scale scores by the width of a head in the residual stream (E / H), not by the head's own.
        // No key says so; their depth tells them.
        const bool is27B = (generation_ == 2 && hyper_.nLayer == 46) || (generation_ == 3 && hyper_.nLayer == 62);
        if (is27B && !meta.has("attention.scale"))
            hyper_.attentionScale =
                1.0F / std::sqrt(static_cast<float>(hyper_.nEmbd) / static_cast<float>(hyper_.layer(0).nHead));
        return {};
    }

    Result<void> loadLayer(WeightLoader& loader, std::int64_t i) override {
        Layer w;
        VITRAL_TRY_ASSIGN(w.attentionNorm, loadNorm(loader, blockTensor(i, "attn_norm")));
        VITRAL_TRY_ASSIGN(w.attention,
                          loadAttention(loader, hyper_, i, generation_ == 3 ? QkNorm::PerHead : QkNorm::None));
        VITRAL_TRY_ASSIGN(w.mlpNorm, loadNorm(loader, blockTensor(i, "ffn_norm")));
        VITRAL_TRY_ASSIGN(w.mlp, loadMlp(loader, hyper_.nEmbd, hyper_.layer(i).nFf, i, MlpKind::Gated));
        if (generation_ >= 2) {
            VITRAL_TRY_ASSIGN(w.attentionPostNorm, loadNorm(loader, blockTensor(i, "post_attention_norm")));
            VITRAL_TRY_ASSIGN(w.mlpPostNorm, loadNorm(loader, blockTensor(i, "post_ffw_norm")));
        }
        layers_.push_back(std::move(w));
        return {};
    }

    void describeLayer(LayerAnatomy& layer, std::int64_t i) const override {
        if (generation_ < 2)
            return;
        layer.attnPostNorm = normAnatomy(blockTensor(i, "post_attention_norm"));
        layer.mlpPostNorm = normAnatomy(blockTensor(i, "post_ffw_norm"));
    }

    void layer(Pass& pass, std::int64_t i) const override {
        const Layer& w = layers_[static_cast<std::size_t>(i)];
        const bool local = windowed_[static_cast<std::size_t>(i)];
        pass.observe(Point::ResidPre, i, pass.x());

        normalise(pass, i, w.attentionNorm, Point::AttnNorm);
        AttentionSpec spec = attentionSpec(hyper_, i);
        spec.rope = local ? &localRope_ : &rope_;
        spec.window = local ? hyper_.window : 0;
        attentionBlock(pass, i, w.attention, spec, pass.normed());
        if (generation_ >= 2)
            w.attentionPostNorm.apply(pass.backend, pass.branch(), pass.branch());
        pass.addBranch(i, Point::AttnOut, Point::ResidMid);

        normalise(pass, i, w.mlpNorm, Point::MlpNorm);
        mlpBlock(pass, i, w.mlp, Activation::GeluTanh, pass.normed());
        if (generation_ >= 2)
            w.mlpPostNorm.apply(pass.backend, pass.branch(), pass.branch());
        pass.addBranch(i, Point::MlpOut, Point::ResidPost);
    }

private:
    struct Layer {
        Norm attentionNorm, attentionPostNorm, mlpNorm, mlpPostNorm;
        AttentionWeights attention;
        MlpWeights mlp;
    };
    int generation_;
    std::vector<Layer> layers_;
    Rope rope_, localRope_;
    std::vector<bool> windowed_;
};

} // namespace

std::unique_ptr<Decoder> makeGemma() {
    return std::make_unique<Gemma>(1);
}
std::unique_ptr<Decoder> makeGemma2() {
    return std::make_unique<Gemma>(2);
}
std::unique_ptr<Decoder> makeGemma3() {
    return std::make_unique<Gemma>(3);
}

} // namespace vitral
