// SPDX-License-Identifier: Apache-2.0
#pragma once
// Facts about a model file that need no weights loaded. Thread: any.

#include "core/io/gguf.h"

#include <string>

namespace vitral {

/// "Q4_K_M" from general.file_type; where that is missing or unknown, the type that most tensor bytes have.
[[nodiscard]] std::string quantisationName(const GgufFile& file);

} // namespace vitral
