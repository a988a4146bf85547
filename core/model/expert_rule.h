// SPDX-License-Identifier: Apache-2.0
#pragma once
// What mixtures of experts differ in: how a router's logits become weights, and what an expert does between its
// matrices. One place for the forward pass and for what explains it (core/trace/experts). Thread: any.

#include "core/backend/backend.h"
#include "core/model/metadata.h"

namespace vitral {

struct ExpertRule {
    RouterGate gate = RouterGate::SoftmaxThenTopKNormalised;
    Activation activation = Activation::Silu;
};

/// Errors: InvalidFile (a key of another type).
Result<ExpertRule> readExpertRule(const MetadataReader& meta);

} // namespace vitral
