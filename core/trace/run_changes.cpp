// SPDX-License-Identifier: Apache-2.0
#include "core/trace/intervener.h"
#include "core/trace/run_walk.h"

#include <optional>

namespace vitral {

struct RunChanges::Impl {
    ForwardObserver* next = nullptr;
    TraceShape shape;
    std::optional<Intervener> intervener;
};

RunChanges::RunChanges() : impl_(std::make_unique<Impl>()) {}
RunChanges::~RunChanges() = default;

Result<std::unique_ptr<RunChanges>> RunChanges::open(const Model& model, Backend& backend, const ExplainedRun& run,
                                                     ForwardObserver* next) {
    std::unique_ptr<RunChanges> changes(new RunChanges);
    changes->impl_->next = next;
    if (hasChanges(run)) {
        VITRAL_TRY_ASSIGN(changes->impl_->shape, traceShape(model));
        Intervener& intervener = changes->impl_->intervener.emplace(changes->impl_->shape, backend, next);
        VITRAL_TRY(intervener.add(*run.interventions));
    }
    return changes;
}

void RunChanges::beginPass(std::span<const BatchRow> rows, std::span<const std::int32_t> wanted) {
    if (impl_->intervener)
        impl_->intervener->beginPass(rows, wanted);
}

ForwardObserver* RunChanges::observer() const {
    return impl_->intervener ? &*impl_->intervener : impl_->next;
}

} // namespace vitral
