// SPDX-License-Identifier: Apache-2.0
#include "core/model/mlp_block.h"

#include <array>

namespace vitral {

Result<MlpWeights> loadMlp(WeightLoader& loader, std::int64_t nEmbd, std::int64_t nFf, std::int64_t iLayer,
                           MlpKind kind, std::string_view suffix) {
    const auto name = [&](std::string_view part) { return blockTensor(iLayer, part) + std::string(suffix); };
    MlpWeights w;
    w.nFf = nFf;
    w.fused = kind == MlpKind::GatedFused;
    if (kind == MlpKind::Gated) {
        VITRAL_TRY_ASSIGN(w.gate, loader.linear(name("ffn_gate"), nFf, nEmbd));
    }
    VITRAL_TRY_ASSIGN(w.up, loader.linear(name("ffn_up"), w.fused ? 2 * nFf : nFf, nEmbd));
    VITRAL_TRY_ASSIGN(w.down, loader.linear(name("ffn_down"), nEmbd, nFf));
    return w;
}

void mlpBlock(Pass& pass, std::int64_t iLayer, const MlpWeights& w, Activation activation, Tensor input) {
    Backend& backend = pass.backend;
    backend.scope((*pass.names)[static_cast<std::size_t>(iLayer)].mlp);

    Tensor hidden;
    if (w.gate.empty() && !w.fused) {
        hidden = pass.ff(0, w.nFf);
        const std::array outputs{w.up.into(hidden)};
        backend.matmul(input, outputs);
        pass.observe(Point::MlpPre, iLayer, hidden);
        backend.activation(activation, hidden, hidden);
    } else {
        Tensor gate, up;
        if (w.fused) {
            const Tensor both = pass.ff(0, 2 * w.nFf);
            const std::array outputs{w.up.into(both)};
            backend.matmul(input, outputs);
            gate = both.cols(0, w.nFf);
            up = both.cols(w.nFf, w.nFf);
        } else {
            gate = pass.ff(0, w.nFf);
            up = pass.ff(w.nFf, w.nFf);
            const std::array outputs{w.gate.into(gate), w.up.into(up)};
            backend.matmul(input, outputs);
        }
        pass.observe(Point::MlpPre, iLayer, gate);
        pass.observe(Point::MlpPreLinear, iLayer, up);
        backend.gatedActivation(activation, gate, gate, up);
        hidden = gate;
    }
    pass.observe(Point::MlpPost, iLayer, hidden);
    const std::array outputs{w.down.into(pass.branch())};
    backend.matmul(hidden, outputs);
}

} // namespace vitral
