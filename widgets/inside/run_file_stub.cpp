// SPDX-License-Identifier: Apache-2.0
// Stands in for core/trace/run_file.cpp until that is there; goes with it.
#include "core/trace/run_file.h"

namespace vitral {

Result<void> saveRun(const Recording&, const std::filesystem::path&, std::stop_token) {
    return fail(ErrorCode::Unsupported, "Recorded runs cannot be saved yet.");
}
Result<RecordingPtr> openRun(const std::filesystem::path&) {
    return fail(ErrorCode::Unsupported, "Recorded runs cannot be opened yet.");
}

} // namespace vitral
