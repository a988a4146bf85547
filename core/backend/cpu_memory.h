// SPDX-License-Identifier: Apache-2.0
#pragma once
// Host memory of the CPU backend: 64-byte aligned; large pieces come from the system untouched (a page costs nothing
// until it is written) and ask for huge pages.

#include "core/backend/backend.h"

namespace vitral {

enum class PageHint : std::uint8_t { Small, Huge };

/// Errors: OutOfMemory with the size. Contents are zero.
Result<std::unique_ptr<Buffer>> allocateHost(std::size_t bytes, PageHint hint);

/// Room for `bytes`, a quarter more where it has to grow; what was in it is lost. null after a failure.
Result<void> growHost(std::unique_ptr<Buffer>& buffer, std::size_t bytes);

/// Whether the bytes are a read-only mapping of a file: such pages can be dropped and come back by themselves.
bool isReadOnlyFileMapping(std::span<const std::byte> bytes);
/// Drops the whole pages inside `bytes` from memory (of a read-only file mapping only: others would lose data).
void releasePages(std::span<const std::byte> bytes);

} // namespace vitral
