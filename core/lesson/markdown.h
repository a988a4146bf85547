// SPDX-License-Identifier: Apache-2.0
#pragma once
// Markdown of lessons (GitHub's, by cmark-gfm) to HTML that Qt's rich text and browsers understand, and what it refers
// to. Raw HTML in it is never shown. [[term]] and [[term|shown text]] are links to the glossary, outside code. Thread:
// any.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vitral {

struct LessonReference {
    enum class Kind { Picture, Link, Term, RawHtml };
    Kind kind = Kind::Link;
    std::string target; ///< a file, an address, a term's id
    std::string text;   ///< of a picture: what it says to those who do not see it
    int line = 0;
};

/// In order; `firstLine` is the line the text begins at.
std::vector<LessonReference> lessonReferences(std::string_view markdown, int firstLine);

struct LessonHtmlOptions {
    /// The words a term is shown by when the text gives none. Absent: its id.
    std::function<std::string(std::string_view id)> termText;
    /// What stands as the address of a picture: a path, a data: address. Absent: as written.
    std::function<std::string(std::string_view file)> picture;
    /// What stands as the address of a term. Absent: "glossary:ID".
    std::function<std::string(std::string_view id)> termAddress;
};
/// Formulas ($...$) are shown as legible Unicode, in italics.
std::string lessonHtml(std::string_view markdown, const LessonHtmlOptions& options = {});
/// One line: without the paragraph around it.
std::string lessonInlineHtml(std::string_view markdown, const LessonHtmlOptions& options = {});
/// Words only, for a terminal: marks of Markdown stay, terms are shown as their words, formulas as Unicode.
std::string lessonPlainText(std::string_view markdown, const LessonHtmlOptions& options = {});

/// What would take the parser more time or memory than a text is worth: a table whose missing cells fill it (cells go
/// as columns x rows), or quotes inside quotes without end (their time goes as the square). Line from 0, and a
/// sentence.
std::optional<std::pair<int, std::string>> excessiveMarkdown(std::string_view text);

bool validUtf8(std::string_view text);

} // namespace vitral
