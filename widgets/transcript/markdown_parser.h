// SPDX-License-Identifier: Apache-2.0
#pragma once
// Markdown (GitHub's dialect, by cmark-gfm's syntax tree) to blocks, in a way that streams: everything before the last
// top-level element is final, so a caller parses only the tail again. Raw HTML is shown as text, never interpreted.
// Thread: any.

#include "widgets/transcript/rich_block.h"

#include <string_view>
#include <vector>

namespace vitral {

struct ParsedMarkdown {
    std::vector<RichBlock> blocks;
    std::size_t lastBegin = 0;     ///< byte of the source before which nothing can change any more
    std::size_t nBlocksBefore = 0; ///< blocks that stand before that byte
};

ParsedMarkdown parseMarkdown(std::string_view source);

/// The same for what a person typed: words are shown as they are; only code fences are recognised.
std::vector<RichBlock> parsePlain(std::string_view source);

/// Lines of code in one block (long listings are cut into such pieces).
inline constexpr int kCodeChunkLines = 64;

} // namespace vitral
