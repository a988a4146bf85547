// SPDX-License-Identifier: Apache-2.0
#pragma once
// The subcommands, one line each; see common.h for the convention.

#include "app/cli/common.h"

namespace vitral::cli {

// Each is defined in cmd_<name>.cpp and called once by main.

} // namespace vitral::cli
