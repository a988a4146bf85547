// SPDX-License-Identifier: Apache-2.0
#include "core/lesson/markdown.h"

#include "core/base/formulas.h"

#include <algorithm>
#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <cstdlib>
#include <memory>
#include <mutex>

namespace vitral {
namespace {

struct NodeFree {
    void operator()(cmark_node* node) const { cmark_node_free(node); }
};
struct ParserFree {
    void operator()(cmark_parser* parser) const { cmark_parser_free(parser); }
};
struct IterFree {
    void operator()(cmark_iter* iter) const { cmark_iter_free(iter); }
};
using Tree = std::unique_ptr<cmark_node, NodeFree>;
using Parser = std::unique_ptr<cmark_parser, ParserFree>;

constexpr int kOptions = CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8;

Parser newParser() {
    static std::once_flag once;
    std::call_once(once, [] { cmark_gfm_core_extensions_ensure_registered(); });
    Parser parser(cmark_parser_new(kOptions));
    for (const char* name : {"table", "strikethrough", "autolink", "tasklist"})
        if (cmark_syntax_extension* extension = cmark_find_syntax_extension(name))
            cmark_parser_attach_syntax_extension(parser.get(), extension);
    return parser;
}

constexpr std::size_t kMaxQuoteDepth = 20, kMaxTableCells = 100'000;

Tree parse(const Parser& parser, std::string_view text) {
    if (excessiveMarkdown(text)) // the check of a lesson says so, too
        text = "(A table or a quote here is too large to be shown.)";
    cmark_parser_feed(parser.get(), text.data(), text.size());
    return Tree(cmark_parser_finish(parser.get()));
}

template <class See>
void walk(const Tree& tree, See see) {
    const std::unique_ptr<cmark_iter, IterFree> iter(cmark_iter_new(tree.get()));
    for (cmark_event_type event = cmark_iter_next(iter.get()); event != CMARK_EVENT_DONE;
         event = cmark_iter_next(iter.get()))
        if (event == CMARK_EVENT_ENTER)
            see(cmark_iter_get_node(iter.get()));
}

/// Calls term(id, shown) for every [[..]] outside code, and copies the rest; what it gives stands in its place.
template <class Term>
std::string replaceTerms(std::string_view text, int firstLine, Term term) {
    std::string out;
    out.reserve(text.size());
    int line = firstLine;
    bool lineStart = true;
    std::size_t fence = 0; // length of the fence we are in
    char fenceMark = 0;
    for (std::size_t i = 0; i < text.size();) {
        if (lineStart) {
            std::size_t j = i;
            while (j < text.size() && j - i < 4 && text[j] == ' ')
                ++j;
            std::size_t n = 0;
            while (j + n < text.size() && (text[j] == '`' || text[j] == '~') && text[j + n] == text[j])
                ++n;
            const bool mark = n >= 3 && j - i < 4;
            bool whole = false;
            if (fence > 0 && mark && text[j] == fenceMark && n >= fence) {
                fence = 0;
                whole = true;
            } else if (fence == 0 && mark) {
                fence = n;
                fenceMark = text[j];
            }
            if (fence > 0 || whole) { // a line of code, copied as it is
                std::size_t end = text.find('\n', i);
                end = end == std::string_view::npos ? text.size() : end + 1;
                out.append(text.substr(i, end - i));
                line += end > i && text[end - 1] == '\n' ? 1 : 0;
                i = end;
                continue;
            }
            lineStart = false;
        }
        const char c = text[i];
        if (c == '\n') {
            ++line;
            lineStart = true;
            out += c;
            ++i;
        } else if (c == '`') { // a run of code ends with as many marks, in the same paragraph
            std::size_t n = 1;
            while (i + n < text.size() && text[i + n] == '`')
                ++n;
            const std::size_t limit = std::min(text.find("\n\n", i), text.size());
            std::size_t end = i + n;
            for (;;) {
                end = text.find('`', end);
                if (end == std::string_view::npos || end >= limit) {
                    end = i + n;
                    break;
                }
                std::size_t m = 1;
                while (end + m < text.size() && text[end + m] == '`')
                    ++m;
                end += m;
                if (m == n)
                    break;
            }
            line += static_cast<int>(std::count(text.begin() + static_cast<std::ptrdiff_t>(i),
                                                text.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
            out.append(text.substr(i, end - i));
            i = end;
        } else if (c == '[' && i + 1 < text.size() && text[i + 1] == '[' && (i == 0 || text[i - 1] != '\\')) {
            const std::size_t end = text.substr(0, std::min(text.size(), i + 300)).find("]]", i + 2);
            // A line of the file may end between two words of it, as anywhere in a paragraph.
            std::string inner(end == std::string_view::npos ? "" : text.substr(i + 2, end - i - 2));
            if (inner.empty() || inner.find_first_of("[]") != std::string::npos ||
                inner.find("\n\n") != std::string::npos) {
                out += c;
                ++i;
                continue;
            }
            const auto nLine = std::count(inner.begin(), inner.end(), '\n');
            std::replace(inner.begin(), inner.end(), '\n', ' ');
            const std::string_view words = inner;
            const std::size_t bar = words.find('|');
            out += term(words.substr(0, bar), bar == std::string_view::npos ? "" : words.substr(bar + 1), line);
            line += static_cast<int>(nLine);
            i = end + 2;
        } else {
            out += c;
            ++i;
        }
    }
    return out;
}

std::string asMarkdown(const std::string& words) {
    std::string out;
    for (const char c : words) {
        if (c == '[' || c == ']' || c == '\\' || c == '|')
            out += '\\';
        out += c;
    }
    return out;
}

std::string words(std::string_view id, std::string_view shown, const LessonHtmlOptions& options) {
    return !shown.empty() ? std::string(shown) : options.termText ? options.termText(id) : std::string(id);
}

/// With `line` in the place of U+2028, which a formula of several lines has.
std::string withLines(std::string text, std::string_view line) {
    constexpr std::string_view kNewLine = "\u2028";
    for (std::size_t at = text.find(kNewLine); at != std::string::npos; at = text.find(kNewLine, at + line.size()))
        text.replace(at, kNewLine.size(), line);
    return text;
}

bool plainId(std::string_view id) {
    return !id.empty() && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

} // namespace

std::vector<LessonReference> lessonReferences(std::string_view markdown, int firstLine) {
    std::vector<LessonReference> out;
    const std::string plain = replaceTerms(markdown, firstLine, [&](std::string_view id, std::string_view, int line) {
        out.push_back({LessonReference::Kind::Term, std::string(id), {}, line});
        return std::string("x");
    });
    const Parser parser = newParser();
    const Tree tree = parse(parser, plain);
    walk(tree, [&](cmark_node* node) {
        const cmark_node_type type = cmark_node_get_type(node);
        int at = cmark_node_get_start_line(node);
        for (cmark_node* above = node; at == 0 && above != nullptr; above = cmark_node_parent(above))
            at = cmark_node_get_start_line(above);
        const int line = firstLine + std::max(0, at - 1);
        const auto text = [](const char* s) { return std::string(s != nullptr ? s : ""); };
        if (type == CMARK_NODE_IMAGE) {
            std::string alt;
            for (cmark_node* child = cmark_node_first_child(node); child != nullptr; child = cmark_node_next(child))
                alt += text(cmark_node_get_literal(child));
            out.push_back({LessonReference::Kind::Picture, text(cmark_node_get_url(node)), alt, line});
        } else if (type == CMARK_NODE_LINK) {
            out.push_back({LessonReference::Kind::Link, text(cmark_node_get_url(node)), {}, line});
        } else if (type == CMARK_NODE_HTML_BLOCK || type == CMARK_NODE_HTML_INLINE) {
            if (text(cmark_node_get_literal(node)).rfind("<!--", 0) != 0)
                out.push_back({LessonReference::Kind::RawHtml, text(cmark_node_get_literal(node)), {}, line});
        }
    });
    return out;
}

namespace {
/// A token that begins with a blank stands as “ cat”: no line may end between the mark and the blank.
std::string keepBlanksOfTokens(std::string html) {
    constexpr std::string_view loose = "\xE2\x80\x9C ", kept = "\xE2\x80\x9C\xC2\xA0";
    for (std::size_t at = html.find(loose); at != std::string::npos; at = html.find(loose, at + kept.size()))
        html.replace(at, loose.size(), kept);
    return html;
}
} // namespace

std::string lessonHtml(std::string_view markdown, const LessonHtmlOptions& options) {
    const Formulas formulas(markdown); // before the parser sees their underscores
    const std::string linked =
        replaceTerms(formulas.text(), 1, [&](std::string_view id, std::string_view shown, int) -> std::string {
            if (!plainId(id))
                return asMarkdown(words(id, shown, options));
            const std::string address = options.termAddress ? options.termAddress(id) : "glossary:" + std::string(id);
            return "[" + asMarkdown(words(id, shown, options)) + "](<" + address + ">)";
        });
    const Parser parser = newParser();
    const Tree tree = parse(parser, linked);
    if (!tree)
        return {};
    if (options.picture)
        walk(tree, [&](cmark_node* node) {
            if (cmark_node_get_type(node) == CMARK_NODE_IMAGE)
                if (const char* url = cmark_node_get_url(node); url != nullptr)
                    cmark_node_set_url(node, options.picture(url).c_str());
        });
    char* html = cmark_render_html(tree.get(), kOptions, cmark_parser_get_syntax_extensions(parser.get()));
    std::string out = html != nullptr ? html : "";
    std::free(html); // NOLINT: cmark's default allocator
    for (const std::string_view note : {"<!-- raw HTML omitted -->\n", "<!-- raw HTML omitted -->"})
        for (std::size_t at = out.find(note); at != std::string::npos; at = out.find(note, at))
            out.erase(at, note.size());
    return keepBlanksOfTokens(
        formulas.all().empty() ? out : withLines(formulas.shownIn(out, "<i>", "</i>", true), "<br>"));
}

std::string lessonInlineHtml(std::string_view markdown, const LessonHtmlOptions& options) {
    std::string html = lessonHtml(markdown, options);
    while (!html.empty() && html.back() == '\n')
        html.pop_back();
    if (html.rfind("<p>", 0) == 0 && html.size() >= 7 && html.compare(html.size() - 4, 4, "</p>") == 0 &&
        html.find("<p>", 3) == std::string::npos)
        return html.substr(3, html.size() - 7);
    return html;
}

std::string lessonPlainText(std::string_view markdown, const LessonHtmlOptions& options) {
    const Formulas formulas(markdown);
    const std::string text = replaceTerms(formulas.text(), 1, [&](std::string_view id, std::string_view shown, int) {
        return words(id, shown, options);
    });
    return formulas.all().empty() ? text : withLines(formulas.shownIn(text), "\n");
}

std::optional<std::pair<int, std::string>> excessiveMarkdown(std::string_view text) {
    int line = 0, widestLine = 0;
    std::size_t widest = 0;
    for (std::size_t i = 0; i < text.size(); ++line) {
        const std::size_t end = std::min(text.find('\n', i), text.size());
        std::size_t depth = 0, bars = 0;
        bool front = true; // only marks of quotes, lists and white space so far
        for (const char c : text.substr(i, end - i)) {
            depth += front && c == '>' ? 1 : 0;
            bars += c == '|' ? 1 : 0;
            front = front && (c == '>' || c == ' ' || c == '\t' || c == '-' || c == '*' || c == '+');
        }
        if (depth > kMaxQuoteDepth)
            return std::pair{line, std::string("More than 20 quotes (>) stand inside each other; use fewer.")};
        if (bars > widest) {
            widest = bars;
            widestLine = line;
        }
        i = end + 1;
    }
    if (widest > 2 && (widest + 1) * static_cast<std::size_t>(line) > kMaxTableCells)
        return std::pair{widestLine, std::string("A table of so many columns in so long a text would take too much "
                                                 "memory; make it narrower, or two lessons of it.")};
    return std::nullopt;
}

bool validUtf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto c = static_cast<unsigned char>(text[i]);
        const std::size_t n = c < 0x80 ? 1 : c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;
        if (n == 0 || i + n > text.size())
            return false;
        unsigned code = n == 1 ? c : c & (0xFFU >> (n + 1));
        for (std::size_t k = 1; k < n; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            if ((next & 0xC0U) != 0x80U)
                return false;
            code = code << 6U | (next & 0x3FU);
        }
        if ((n == 3 && (code < 0x800 || (code >= 0xD800 && code < 0xE000))) ||
            (n == 4 && (code < 0x10000 || code > 0x10FFFF)))
            return false;
        i += n;
    }
    return true;
}

} // namespace vitral
