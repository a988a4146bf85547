// SPDX-License-Identifier: Apache-2.0
#pragma once
// For the small functions of files that are compiled for one instruction set: a copy that is called could become the
// program's own one (docs/architecture.md, "Instruction sets"), and registers would be spilled around the call.

#define ALWAYS_INLINE __attribute__((always_inline)) inline
