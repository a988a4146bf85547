// SPDX-License-Identifier: Apache-2.0
// What explains a decoder's answers: its output head as a function of its own, and how its blocks write to the stream.

#include "core/model/decoder.h"

#include <algorithm>

namespace vitral {

Result<void> Decoder::project(ProjectContext& context, std::span<const float> rows, Projection projection,
                              std::span<float> logits) const {
    const std::int64_t nEmbd = hyper_.nEmbd;
    const std::int64_t nVocab = config_.nVocab;
    const auto nRow = static_cast<std::int64_t>(rows.size()) / nEmbd;
    if (static_cast<std::int64_t>(rows.size()) != nRow * nEmbd ||
        static_cast<std::int64_t>(logits.size()) != nRow * nVocab)
        return fail(ErrorCode::Bug, "Rows were to be projected into a place of the wrong size.");
    if (nRow == 0)
        return {};
    Backend& backend = context.backend;
    backend.scope("head");
    const std::int64_t nAtOnce = std::min(nRow, headRowsAtOnce());
    context.workspace.reset();
    VITRAL_TRY_ASSIGN(const Tensor input, context.workspace.make(nAtOnce, nEmbd));
    VITRAL_TRY_ASSIGN(const Tensor scratch, context.workspace.make(nAtOnce, nVocab));
    for (std::int64_t first = 0; first < nRow; first += nAtOnce) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "The run was stopped.");
        const std::int64_t n = std::min(nAtOnce, nRow - first);
        const Tensor x = input.rows(0, n);
        const Tensor out = scratch.rows(0, n);
        backend.write(x, rows.subspan(static_cast<std::size_t>(first * nEmbd), static_cast<std::size_t>(n * nEmbd)));
        if (projection != Projection::Direction)
            outputNorm_.apply(backend, x, x);
        unembed(backend, out, x, projection);
        backend.read(out,
                     logits.subspan(static_cast<std::size_t>(first * nVocab), static_cast<std::size_t>(n * nVocab)));
    }
    return backend.status();
}

NormAnatomy Decoder::normAnatomy(const std::string& name) const {
    const bool centred = normKind_ == NormKind::Layer;
    NormAnatomy norm{name + ".weight", {}, centred, centred ? hyper_.layerNormEps : hyper_.rmsEps};
    if (centred && file_->findTensor(name + ".bias") != nullptr)
        norm.bias = name + ".bias";
    return norm;
}

void Decoder::describeLayer(LayerAnatomy& /*layer*/, std::int64_t /*iLayer*/) const {}

void Decoder::describe() {
    const auto biasOf = [&](const std::string& name) {
        return file_->findTensor(name + ".bias") != nullptr ? name + ".bias" : std::string();
    };
    anatomy_.finalNorm = normAnatomy("output_norm");
    anatomy_.unembedding = output_.empty() ? "token_embd.weight" : "output.weight";
    anatomy_.unembeddingBias = output_.empty() ? std::string() : biasOf("output");
    anatomy_.logitDivisor = hyper_.logitDivisor;
    anatomy_.softcap = hyper_.finalSoftcap;
    anatomy_.learnedPositions = file_->findTensor("position_embd.weight") != nullptr;
    for (std::int64_t i = 0; i < hyper_.nLayer; ++i) {
        LayerAnatomy layer;
        layer.nHead = hyper_.layer(i).nHead;
        layer.headDimV = hyper_.headDimV;
        const std::string attention = blockTensor(i, "attn_output");
        layer.attnOut = attention + ".weight";
        layer.attnOutBias = biasOf(attention);
        const std::string down = blockTensor(i, "ffn_down");
        if (file_->findTensor(down + ".weight") != nullptr) {
            layer.nFf = hyper_.layer(i).nFf;
            layer.mlpOut = down + ".weight";
            layer.mlpOutBias = biasOf(down);
        }
        layer.residualScale = hyper_.residualScale;
        describeLayer(layer, i);
        anatomy_.layers.push_back(std::move(layer));
    }
}

} // namespace vitral
