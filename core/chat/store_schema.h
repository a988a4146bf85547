// SPDX-License-Identifier: Apache-2.0
#pragma once
// The tables of the conversation file and how an older file becomes a newer one. Thread: the store's.

#include "core/base/result.h"
#include "core/chat/sqlite.h"

#include <span>

namespace vitral::store {

/// migrations()[i] takes a file from version i to i + 1; its length is this program's version.
std::span<const char* const> migrations();

/// Brings the open file to the version given by the length of `steps`, in one transaction. Unsupported when the file is
/// newer; InvalidFile when it belongs to another program.
Result<void> migrate(sql::Database& database, std::span<const char* const> steps);

} // namespace vitral::store
