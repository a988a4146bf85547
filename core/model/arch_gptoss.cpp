// SPDX-License-Identifier: Apache-2.0
// gpt-oss (OpenAI 2025): a mixture of experts with MXFP4 weights. What is its own:
//   - attention sinks: one learned logit a head joins the softmax's denominator, so that a head may attend to nothing
//     (after Xiao et al. 2023 and Miller 2023);
//   - even layers see a window of 128 tokens, odd ones everything;
//   - biases everywhere, also on experts and router; the router's softmax runs over the chosen experts only;
//   - a clamped SwiGLU whose linear half is shifted by one (Activation::SwigluOai);
//   - YaRN with a ramp that is not rounded to whole dimensions.

#include "core/model/attention_block.h"
#include "core/model/moe_block.h"
#include "core/model/registry.h"

namespace vitral {
namespace {

class GptOss final : public Decoder {
public:
    GptOss() : Decoder(NormKind::Rms) {}

protected:
    Result<void> configure(const MetadataReader& meta) override {
        VITRAL_TRY_ASSIGN(rope_, readRope(meta, hyper_, RopeStyle::Halves, YarnRamp::Exact));
        VITRAL_TRY_ASSIGN(windowed_, meta.windowedLayers(hyper_.nLayer, 2));
        if (hyper_.nExpert < 1)
            return fail(ErrorCode::InvalidFile, "The model file gives no positive " + meta.fullKey("expert_count") +
                                                    ", which its architecture needs.");
        VITRAL_TRY_ASSIGN(experts_, readExpertRule(meta));
        return {};
    }

    Result<void> loadLayer(WeightLoader& loader, std::int64_t i) override {
        Layer w;
        VITRAL_TRY_ASSIGN(w.attentionNorm, loadNorm(loader, blockTensor(i, "attn_norm")));
        VITRAL_TRY_ASSIGN(w.attention, loadAttention(loader, hyper_, i));
        VITRAL_TRY_ASSIGN(w.attention.sinks,
                          loader.hostVector(blockTensor(i, "attn_sinks.weight"), hyper_.layer(i).nHead));
        // GGUF names the norm before the experts by its place: after attention.
        VITRAL_TRY_ASSIGN(w.mlpNorm, loadNorm(loader, blockTensor(i, "post_attention_norm")));
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
        spec.window = windowed_[static_cast<std::size_t>(i)] ? hyper_.window : 0;
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
    std::vector<bool> windowed_;
};

} // namespace

std::unique_ptr<Decoder> makeGptOss() {
    return std::make_unique<GptOss>();
}

} // namespace vitral
