// SPDX-License-Identifier: Apache-2.0
#pragma once
// A model's operations, from one real pass through core/backend/recording_backend.h. Thread: engine; result a value.

#include "core/backend/operation_list.h"
#include "core/trace/explain.h"

#include <cstdint>

namespace vitral {

struct OperationsRequest {
    std::int64_t nRow = 1; ///< tokens of the pass that is noted: 1 is a step of decoding, more a prefill chunk (<= 512)
    std::int64_t nPast = 0;   ///< tokens in the cache before it
    std::int32_t nRepeat = 3; ///< passes; of each operation the shortest time is kept
    DType kvType = DType::F16;
};

/// Runs made-up tokens (ids 0, 1, 2, ... wrapped) through the model. Errors: InvalidArgument, Cancelled, OutOfMemory,
/// those of forward.
Result<OperationList> recordOperations(const Model& model, const ExplainContext& context,
                                       const OperationsRequest& request);

} // namespace vitral
