// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where a long document is cut into pages: between lines and between rows of a table, never through one; a heading
// goes on the page of what it is about. Thread: any, that of the document.

#include <vector>

class QTextDocument;

namespace vitral {

/// Of a document laid out without pages (only a text width). `pageHeight` and what is returned: in its own units. The
/// first is 0, the last its height; two neighbours lie at most `pageHeight` apart. A row taller than a page is cut
/// between its lines, a line taller than a page through.
[[nodiscard]] std::vector<double> pageCuts(const QTextDocument& document, double pageHeight);

} // namespace vitral
