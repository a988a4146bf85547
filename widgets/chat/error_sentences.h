// SPDX-License-Identifier: Apache-2.0
#pragma once
// The sentences of core that people meet, for the translators: the table behind widgets/chat/error_text.h.

#include <span>

namespace vitral {

/// English patterns of the context vitral::ErrorText; %1 to %9 stand for any text. Static storage.
std::span<const char* const> coreSentences();

} // namespace vitral
