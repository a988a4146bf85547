// SPDX-License-Identifier: Apache-2.0
#include "core/model/expert_rule.h"

namespace vitral {

Result<ExpertRule> readExpertRule(const MetadataReader& meta) {
    const std::string& architecture = meta.architecture();
    ExpertRule rule;
    if (architecture == "gpt-oss") {
        rule = {RouterGate::TopKThenSoftmax, Activation::SwigluOai};
    } else if (architecture.starts_with("granite")) {
        rule.gate = RouterGate::TopKThenSoftmax;
    } else if (architecture == "olmoe") {
        rule.gate = RouterGate::SoftmaxThenTopK;
    } else if (architecture == "qwen3moe") {
        // Released models all renormalise; a file may say otherwise.
        VITRAL_TRY_ASSIGN(const bool normalised, meta.booleanOr("expert_weights_norm", true));
        rule.gate = normalised ? RouterGate::SoftmaxThenTopKNormalised : RouterGate::SoftmaxThenTopK;
    }
    return rule;
}

} // namespace vitral
