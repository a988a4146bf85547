// SPDX-License-Identifier: Apache-2.0
#pragma once
// Makes packed.h's layout from the blocks of a file, losslessly. Thread: any.

#include "core/kernels/packed.h"
#include "core/tensor/dtype.h"

#include <optional>

namespace vitral::kernels {

/// How a type is packed; data stays null. Nothing where the type has no packed form (codebook types, plain numbers).
/// nIn: inputs, a multiple of the type's block length.
std::optional<PackedWeights> packedLayout(DType type, std::int64_t nIn, std::int64_t nOut);

/// Packs up to 16 rows (nRow of them, `rows` packed blocks one row after another) into one group at `to`, zeroed where
/// rows are missing. `layout` is packedLayout's.
void packGroup(DType type, const PackedWeights& layout, const std::byte* rows, std::int64_t nRow, std::byte* to);

} // namespace vitral::kernels
