// SPDX-License-Identifier: Apache-2.0
#include "widgets/transcript/markdown_parser.h"

#include "widgets/transcript/code_highlight.h"
#include "widgets/transcript/math_segments.h"

#include <QStringList>

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <memory>
#include <mutex>

namespace vitral {
namespace {

constexpr std::uint16_t bit(SpanStyle style) {
    return static_cast<std::uint16_t>(style);
}

struct NodeFree {
    void operator()(cmark_node* node) const { cmark_node_free(node); }
};
struct ParserFree {
    void operator()(cmark_parser* parser) const { cmark_parser_free(parser); }
};

std::unique_ptr<cmark_node, NodeFree> parseTree(std::string_view text) {
    static std::once_flag once;
    std::call_once(once, [] { cmark_gfm_core_extensions_ensure_registered(); });
    const std::unique_ptr<cmark_parser, ParserFree> parser(
        cmark_parser_new(CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8));
    for (const char* name : {"table", "strikethrough", "autolink", "tasklist"})
        if (cmark_syntax_extension* extension = cmark_find_syntax_extension(name))
            cmark_parser_attach_syntax_extension(parser.get(), extension);
    cmark_parser_feed(parser.get(), text.data(), text.size());
    return std::unique_ptr<cmark_node, NodeFree>(cmark_parser_finish(parser.get()));
}

/// Walks one tree and appends flat blocks.
class Flattener {
public:
    Flattener(const MathSegments& math, std::vector<RichBlock>& out) : math_(math), out_(out) {}

    void children(cmark_node* parent) {
        for (cmark_node* child = cmark_node_first_child(parent); child != nullptr; child = cmark_node_next(child))
            block(child);
    }

    void block(cmark_node* node) {
        switch (cmark_node_get_type(node)) {
        case CMARK_NODE_PARAGRAPH:
            emitInline(node, BlockKind::Paragraph, 0);
            break;
        case CMARK_NODE_HEADING:
            emitInline(node, BlockKind::Heading, cmark_node_get_heading_level(node));
            break;
        case CMARK_NODE_CODE_BLOCK:
            code(node);
            break;
        case CMARK_NODE_HTML_BLOCK: {
            RichBlock b = fresh(BlockKind::Paragraph);
            b.text = QString::fromUtf8(cmark_node_get_literal(node))
                         .trimmed()
                         .replace(QLatin1Char('\n'), QChar::LineSeparator);
            push(std::move(b));
            break;
        }
        case CMARK_NODE_THEMATIC_BREAK:
            push(fresh(BlockKind::Rule));
            break;
        case CMARK_NODE_BLOCK_QUOTE:
            ++quoteDepth_;
            children(node);
            --quoteDepth_;
            break;
        case CMARK_NODE_LIST:
            list(node);
            break;
        default:
            if (qstrcmp(cmark_node_get_type_string(node), "table") == 0)
                table(node);
            else
                children(node);
        }
    }

private:
    struct Inline {
        QString text;
        std::vector<TextSpan> spans;
    };

    RichBlock fresh(BlockKind kind) const {
        RichBlock b;
        b.kind = kind;
        b.indent = indent_;
        b.quoteDepth = quoteDepth_;
        return b;
    }

    void push(RichBlock b) {
        if (!marker_.isEmpty()) {
            b.marker = marker_;
            marker_.clear();
            b.tight = tightItem_;
        }
        out_.push_back(std::move(b));
    }

    void emitInline(cmark_node* node, BlockKind kind, int level) {
        RichBlock b = fresh(kind);
        Inline in;
        inlines(node, 0, {}, in);
        b.text = std::move(in.text);
        b.spans = std::move(in.spans);
        b.level = level;
        push(std::move(b));
    }

    void list(cmark_node* node) {
        const bool ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
        const bool tight = cmark_node_get_list_tight(node) != 0;
        int number = cmark_node_get_list_start(node);
        ++indent_;
        bool first = true;
        for (cmark_node* item = cmark_node_first_child(node); item != nullptr; item = cmark_node_next(item)) {
            static const QString bullets[] = {QStringLiteral("\u2022"), QStringLiteral("\u25E6"),
                                              QStringLiteral("\u25AA")};
            marker_ = ordered ? QStringLiteral("%1.").arg(number++) : bullets[std::min(indent_ - 1, 2)];
            if (qstrcmp(cmark_node_get_type_string(item), "tasklist") == 0)
                marker_ = cmark_gfm_extensions_get_tasklist_item_checked(item) ? QStringLiteral("\u2611")
                                                                               : QStringLiteral("\u2610");
            tightItem_ = tight && (!first || indent_ > 1);
            first = false;
            if (cmark_node_first_child(item) == nullptr)
                push(fresh(BlockKind::Paragraph)); // an empty item still shows its marker
            children(item);
            marker_.clear();
        }
        --indent_;
    }

    void code(cmark_node* node) {
        QString text = QString::fromUtf8(cmark_node_get_literal(node));
        while (text.endsWith(QLatin1Char('\n')))
            text.chop(1);
        const QString info = QString::fromUtf8(cmark_node_get_fence_info(node));
        const QString language = info.section(QLatin1Char(' '), 0, 0).toLower();
        text = math_.restoreSource(text);
        const QStringList lines = text.split(QLatin1Char('\n'));
        for (qsizetype at = 0; at < lines.size(); at += kCodeChunkLines) {
            RichBlock b = fresh(BlockKind::Code);
            const qsizetype n = std::min<qsizetype>(kCodeChunkLines, lines.size() - at);
            b.text = lines.mid(at, n).join(QChar::LineSeparator);
            b.text.replace(QLatin1Char('\t'), QStringLiteral("    "));
            b.language = language;
            b.firstChunk = at == 0;
            b.lastChunk = at + n >= lines.size();
            b.spans = highlightCode(b.text, language);
            push(std::move(b));
        }
    }

    void table(cmark_node* node) {
        RichBlock b = fresh(BlockKind::Table);
        const uint16_t nColumn = cmark_gfm_extensions_get_table_columns(node);
        const uint8_t* alignments = cmark_gfm_extensions_get_table_alignments(node);
        for (uint16_t c = 0; c < nColumn; ++c)
            b.alignments.push_back(alignments[c] == 'r' || alignments[c] == 'c' ? static_cast<char>(alignments[c])
                                                                                : 'l');
        for (cmark_node* row = cmark_node_first_child(node); row != nullptr; row = cmark_node_next(row)) {
            std::vector<TableCell> cells;
            for (cmark_node* cell = cmark_node_first_child(row); cell != nullptr; cell = cmark_node_next(cell)) {
                Inline in;
                inlines(cell, 0, {}, in);
                cells.push_back({std::move(in.text), std::move(in.spans)});
            }
            cells.resize(nColumn);
            b.rows.push_back(std::move(cells));
        }
        push(std::move(b));
    }

    void add(Inline& in, QStringView text, std::uint16_t style, const QString& href) const {
        if (text.isEmpty())
            return;
        if (style != 0)
            in.spans.push_back({static_cast<int>(in.text.size()), static_cast<int>(text.size()), style, href});
        in.text += text;
    }

    /// Text in which a private-use character stands for a formula.
    void addText(Inline& in, const QString& text, std::uint16_t style, const QString& href) const {
        qsizetype from = 0;
        for (qsizetype i = 0; i < text.size(); ++i) {
            const QString* formula = math_.shown(text[i]);
            if (formula == nullptr)
                continue;
            add(in, QStringView(text).mid(from, i - from), style, href);
            add(in, *formula, style | bit(SpanStyle::Math), href);
            from = i + 1;
        }
        add(in, QStringView(text).mid(from), style, href);
    }

    void inlines(cmark_node* parent, std::uint16_t style, const QString& href, Inline& in) {
        for (cmark_node* n = cmark_node_first_child(parent); n != nullptr; n = cmark_node_next(n)) {
            switch (cmark_node_get_type(n)) {
            case CMARK_NODE_TEXT:
                addText(in, QString::fromUtf8(cmark_node_get_literal(n)), style, href);
                break;
            case CMARK_NODE_SOFTBREAK: // models mean their line breaks (poems, addresses)
            case CMARK_NODE_LINEBREAK:
                add(in, QString(QChar::LineSeparator), style, href);
                break;
            case CMARK_NODE_CODE:
                add(in, math_.restoreSource(QString::fromUtf8(cmark_node_get_literal(n))), style | bit(SpanStyle::Code),
                    href);
                break;
            case CMARK_NODE_HTML_INLINE: {
                const QString tag = QString::fromUtf8(cmark_node_get_literal(n));
                const bool isBreak = tag.startsWith(QStringLiteral("<br"), Qt::CaseInsensitive);
                add(in, isBreak ? QString(QChar::LineSeparator) : tag, style, href);
                break;
            }
            case CMARK_NODE_EMPH:
                inlines(n, style | bit(SpanStyle::Italic), href, in);
                break;
            case CMARK_NODE_STRONG:
                inlines(n, style | bit(SpanStyle::Bold), href, in);
                break;
            case CMARK_NODE_LINK:
                inlines(n, style | bit(SpanStyle::Link), QString::fromUtf8(cmark_node_get_url(n)), in);
                break;
            case CMARK_NODE_IMAGE: // nothing is fetched: the description stands for the picture
                inlines(n, style | bit(SpanStyle::Link), QString::fromUtf8(cmark_node_get_url(n)), in);
                break;
            default:
                if (qstrcmp(cmark_node_get_type_string(n), "strikethrough") == 0)
                    inlines(n, style | bit(SpanStyle::Strike), href, in);
                else
                    inlines(n, style, href, in);
            }
        }
    }

    const MathSegments& math_;
    std::vector<RichBlock>& out_;
    int indent_ = 0, quoteDepth_ = 0;
    QString marker_;
    bool tightItem_ = false;
};

std::size_t lineOffset(std::string_view text, int line) {
    std::size_t at = 0;
    for (int i = 1; i < line; ++i) {
        const std::size_t end = text.find('\n', at);
        if (end == std::string_view::npos)
            return text.size();
        at = end + 1;
    }
    return at;
}

} // namespace

ParsedMarkdown parseMarkdown(std::string_view source) {
    ParsedMarkdown result;
    const MathSegments math(source);
    const auto tree = parseTree(math.text());
    Flattener flattener(math, result.blocks);
    for (cmark_node* node = cmark_node_first_child(tree.get()); node != nullptr; node = cmark_node_next(node)) {
        if (cmark_node_next(node) == nullptr) {
            // Only a blank line parts for good: the "|" that begins a table's next row looks like a paragraph at first.
            const std::size_t begin = lineOffset(math.text(), cmark_node_get_start_line(node));
            if (begin >= 2 && math.text().substr(begin - 2, 2) == "\n\n") {
                result.nBlocksBefore = result.blocks.size();
                result.lastBegin = math.sourceOffset(begin);
            }
        }
        flattener.block(node);
    }
    return result;
}

std::vector<RichBlock> parsePlain(std::string_view source) {
    std::vector<RichBlock> blocks;
    QStringList paragraph, code;
    bool fenced = false;
    QString language;
    const auto flushParagraph = [&] {
        while (!paragraph.isEmpty() && paragraph.last().trimmed().isEmpty())
            paragraph.removeLast();
        if (!paragraph.isEmpty()) {
            RichBlock b;
            b.text = paragraph.join(QChar::LineSeparator);
            blocks.push_back(std::move(b));
        }
        paragraph.clear();
    };
    const auto flushCode = [&] {
        for (qsizetype at = 0; at < code.size(); at += kCodeChunkLines) {
            RichBlock b;
            b.kind = BlockKind::Code;
            b.text = code.mid(at, kCodeChunkLines).join(QChar::LineSeparator);
            b.language = language;
            b.firstChunk = at == 0;
            b.lastChunk = at + kCodeChunkLines >= code.size();
            b.spans = highlightCode(b.text, language);
            blocks.push_back(std::move(b));
        }
        code.clear();
    };
    const QString text = QString::fromUtf8(source.data(), static_cast<qsizetype>(source.size()));
    for (const QString& line : text.split(QLatin1Char('\n'))) {
        if (line.startsWith(QStringLiteral("```"))) {
            if (fenced)
                flushCode();
            else
                flushParagraph();
            fenced = !fenced;
            language = line.mid(3).trimmed().toLower();
        } else if (fenced) {
            code.append(line);
        } else if (line.trimmed().isEmpty()) {
            flushParagraph();
        } else {
            paragraph.append(line);
            if (paragraph.size() >= kCodeChunkLines)
                flushParagraph();
        }
    }
    flushParagraph();
    flushCode();
    return blocks;
}

} // namespace vitral
