// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the plug-in offers of core/backend/shared_rows.h. Thread: any.

#include "core/backend/shared_rows.h"

namespace vitral::cuda {

const SharedRowsApi& sharedRowsApi();

} // namespace vitral::cuda
