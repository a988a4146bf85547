// SPDX-License-Identifier: Apache-2.0
#include "core/model/moe_block.h"

#include <array>

namespace vitral {

Result<MoeWeights> loadMoe(WeightLoader& loader, const Hyper& h, std::int64_t iLayer) {
    MoeWeights w;
    VITRAL_TRY_ASSIGN(w.router, loader.linear(blockTensor(iLayer, "ffn_gate_inp"), h.nExpert, h.nEmbd));
    VITRAL_TRY_ASSIGN(w.gate, loader.experts(blockTensor(iLayer, "ffn_gate_exps"), h.nExpert, h.nFfExpert, h.nEmbd));
    VITRAL_TRY_ASSIGN(w.up, loader.experts(blockTensor(iLayer, "ffn_up_exps"), h.nExpert, h.nFfExpert, h.nEmbd));
    VITRAL_TRY_ASSIGN(w.down, loader.experts(blockTensor(iLayer, "ffn_down_exps"), h.nExpert, h.nEmbd, h.nFfExpert));
    return w;
}

void moeBlock(Pass& pass, std::int64_t iLayer, const MoeWeights& w, const ExpertRule& rule) {
    Backend& backend = pass.backend;
    backend.scope((*pass.names)[static_cast<std::size_t>(iLayer)].mlp);

    const Tensor logits = pass.routerLogits();
    const std::array outputs{w.router.into(logits)};
    backend.matmul(pass.normed(), outputs);
    pass.observe(Point::MoeGate, iLayer, logits);
    const Tensor ids = pass.expertIds();
    const Tensor weights = pass.expertWeights();
    backend.moeRoute(ids, weights, logits, rule.gate);

    const Tensor gate = pass.expertGate();
    const Tensor up = pass.expertUp();
    backend.matmulExperts(gate, pass.normed(), *w.gate.weight, ids, w.gate.bias.tensor);
    backend.matmulExperts(up, pass.normed(), *w.up.weight, ids, w.up.bias.tensor);
    backend.gatedActivation(rule.activation, gate, gate, up);
    const Tensor out = pass.expertOut();
    backend.matmulExperts(out, gate, *w.down.weight, ids, w.down.bias.tensor);
    backend.moeCombine(pass.branch(), out, weights);
}

} // namespace vitral
