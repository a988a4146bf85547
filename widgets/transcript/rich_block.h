// SPDX-License-Identifier: Apache-2.0
#pragma once
// A message is shown as a flat list of blocks: what a paragraph, a line of a list, a piece of code or a table needs to
// be laid out, and nothing else. Blocks are values; an equal block need not be laid out again. Thread: any.

#include <QString>

#include <cstdint>
#include <vector>

namespace vitral {

enum class SpanStyle : std::uint16_t {
    Bold = 1,
    Italic = 2,
    Code = 4,
    Strike = 8,
    Link = 16,
    Math = 32,
    // Parts of code, for the highlighter.
    Keyword = 64,
    StringLiteral = 128,
    Number = 256,
    Comment = 512,
    Name = 1024,
};

struct TextSpan {
    int start = 0, length = 0; ///< UTF-16 units of the block's text
    std::uint16_t style = 0;   ///< SpanStyle bits
    QString href;
    bool operator==(const TextSpan&) const = default;
};

enum class BlockKind : std::uint8_t { Paragraph, Heading, Code, Table, Rule, Tokens, ThinkingHead };

struct TableCell {
    QString text;
    std::vector<TextSpan> spans;
    bool operator==(const TableCell&) const = default;
};

struct RichBlock {
    BlockKind kind = BlockKind::Paragraph;
    QString text; ///< hard line breaks are QChar::LineSeparator
    std::vector<TextSpan> spans;
    int level = 0;  ///< headings: 1..6
    int indent = 0; ///< depth of lists around it
    int quoteDepth = 0;
    QString marker;                           ///< "•", "3.", "☑": in front of the first line
    bool tight = false;                       ///< little space before it (a following list item)
    bool thinking = false;                    ///< inside a thinking section
    bool folded = false;                      ///< ThinkingHead: its content is hidden
    QString language;                         ///< Code
    bool firstChunk = true, lastChunk = true; ///< long code comes in pieces so that only the last one changes
    std::vector<std::vector<TableCell>> rows; ///< Table; the first row is the head
    std::vector<char> alignments;             ///< 'l', 'c', 'r' by column
    int firstToken = 0;                       ///< Tokens
    std::vector<int> tokenStarts;             ///< Tokens: where each begins in `text`; one more for the end
    bool operator==(const RichBlock&) const = default;
};

} // namespace vitral
