// SPDX-License-Identifier: Apache-2.0
// GPT-2 (Radford et al. 2019), the smallest step from the original transformer: positions are a learned table added to
// the token embeddings, norms subtract the mean and have a bias, queries, keys and values come out of one matrix, and
// the MLP is two matrices with a GELU between.

#include "core/model/attention_block.h"
#include "core/model/mlp_block.h"
#include "core/model/registry.h"

#include <array>

namespace vitral {
namespace {

class Gpt2 final : public Decoder {
public:
    Gpt2() : Decoder(NormKind::Layer) {}

protected:
    Result<void> configure(const MetadataReader& /*meta*/) override {
        maxPosition_ = hyper_.nCtxTrain; // there is no row of the table for later positions
        return {};
    }

    Result<void> loadExtras(WeightLoader& loader) override {
        VITRAL_TRY_ASSIGN(positions_, loader.matrix("position_embd.weight", Shape{hyper_.nCtxTrain, hyper_.nEmbd}));
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

    void embed(Pass& pass, const Batch& batch) const override {
        Decoder::embed(pass, batch);
        std::array<std::int32_t, kEmbedRows> indices{};
        const auto n = static_cast<std::int64_t>(batch.rows.size());
        for (std::int64_t first = 0; first < n; first += kEmbedRows) {
            const std::int64_t count = std::min(kEmbedRows, n - first);
            for (std::int64_t i = 0; i < count; ++i)
                indices[static_cast<std::size_t>(i)] = batch.rows[static_cast<std::size_t>(first + i)].position;
            pass.backend.embedding(pass.branch().rows(first, count), *positions_,
                                   std::span(indices).first(static_cast<std::size_t>(count)));
        }
        pass.observe(Point::PosEmbed, 0, pass.branch());
        pass.backend.add(pass.x(), pass.x(), pass.branch());
    }

    void layer(Pass& pass, std::int64_t i) const override {
        const Layer& w = layers_[static_cast<std::size_t>(i)];
        pass.observe(Point::ResidPre, i, pass.x());

        normalise(pass, i, w.attentionNorm, Point::AttnNorm);
        attentionBlock(pass, i, w.attention, attentionSpec(hyper_, i), pass.normed());
        pass.addBranch(i, Point::AttnOut, Point::ResidMid);

        normalise(pass, i, w.mlpNorm, Point::MlpNorm);
        mlpBlock(pass, i, w.mlp, Activation::GeluTanh, pass.normed());
        pass.addBranch(i, Point::MlpOut, Point::ResidPost);
    }

private:
    static constexpr std::int64_t kEmbedRows = 64; // looked up at once, so that the indices fit on the stack

    struct Layer {
        Norm attentionNorm, mlpNorm;
        AttentionWeights attention;
        MlpWeights mlp;
    };
    std::unique_ptr<Matrix> positions_; ///< [context, E]
    std::vector<Layer> layers_;
};

} // namespace

std::unique_ptr<Decoder> makeGpt2() {
    return std::make_unique<Gpt2>();
}

} // namespace vitral
