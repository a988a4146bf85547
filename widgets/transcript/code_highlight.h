// SPDX-License-Identifier: Apache-2.0
#pragma once
// A small highlighter for code in messages: comments, strings, numbers, keywords and called names, by family of
// language. It knows no grammar and never gets slower than one pass. Thread: any.

#include "widgets/transcript/rich_block.h"

#include <vector>

namespace vitral {

/// `language` as in the fence ("cpp", "py", "rust", ...); an unknown one is coloured by a common ground.
std::vector<TextSpan> highlightCode(const QString& text, const QString& language);

} // namespace vitral
