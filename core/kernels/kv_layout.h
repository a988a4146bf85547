// SPDX-License-Identifier: Apache-2.0
#pragma once
// Addresses inside a cache block (layout: kernel_table.h) and its slow element access. Thread: any.

#include "core/kernels/kernel_table.h"

#include <span>

namespace vitral::kernels {

/// All offsets of a layer; parts start at multiples of 64 bytes.
KvLayout makeKvLayout(std::int32_t nKvHead, std::int32_t headDimK, std::int32_t headDimV, KvFormat format);

/// Key or value element of one token as f32. head: start of the K/V head inside its block.
float kvKey(const KvLayout& layout, const std::byte* head, std::int32_t slot, std::int32_t iDim);
float kvValue(const KvLayout& layout, const std::byte* head, std::int32_t slot, std::int32_t iDim);

} // namespace vitral::kernels
