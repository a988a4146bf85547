// SPDX-License-Identifier: Apache-2.0
#pragma once
// The text half of context assembly: messages through the template (or a plain layout), and which stretch of the text
// came from whom. Thread: any.

#include "core/base/result.h"
#include "core/chat/context_assembly.h"

#include <span>
#include <string>
#include <vector>

namespace vitral {

struct ContextText {
    std::string text;
    std::vector<ContextSpan> spans; ///< text ranges only; cover `text` without gaps, in order
};

struct SpecialTexts {
    std::string bos, eos;
};

/// Errors: the template's own sentence.
Result<ContextText> renderContext(std::span<const Message> path, const ChatTemplate* chatTemplate,
                                  const AssembleOptions& options, const SpecialTexts& special);

} // namespace vitral
