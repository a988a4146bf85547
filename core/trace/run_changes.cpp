// SPDX-License-Identifier: Apache-2.0
#include "core/trace/run_walk.h"

namespace vitral {

struct RunChanges::Impl {
    ForwardObserver* next = nullptr;
};

RunChanges::RunChanges() = default;
RunChanges::~RunChanges() = default;

Result<std::unique_ptr<RunChanges>> RunChanges::open(const Model& /*model*/, Backend& /*backend*/,
                                                     const ExplainedRun& run, ForwardObserver* next) {
    if (hasChanges(run))
        return fail(ErrorCode::Unsupported, "Runs with interventions cannot be explained in this version.");
    std::unique_ptr<RunChanges> changes(new RunChanges);
    changes->impl_ = std::make_unique<Impl>();
    changes->impl_->next = next;
    return changes;
}

void RunChanges::beginPass(std::span<const BatchRow> /*rows*/, std::span<const std::int32_t> /*wanted*/) {}

ForwardObserver* RunChanges::observer() const {
    return impl_->next;
}

} // namespace vitral
