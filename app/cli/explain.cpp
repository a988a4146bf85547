// SPDX-License-Identifier: Apache-2.0
#include "app/cli/explain.h"

#include "app/cli/token_json.h"
#include "core/tokenizer/explain.h"
#include "core/tokenizer/utf8.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>

namespace vitral::cli {

namespace {

constexpr std::size_t kUsualWays = 5;
constexpr std::size_t kLongestForWays = 64 << 10; ///< of a text, for nBest()
constexpr std::size_t kPartBytes = 1 << 20;       ///< of the answer, written at once

struct Explained {
    EncodeTrace trace;
    std::vector<TokenId> ids;
    std::vector<Segmentation> best, drawn;

    [[nodiscard]] std::string_view bytes(std::uint32_t begin, std::uint32_t end) const {
        return std::string_view(trace.normalised).substr(begin, end - begin);
    }
};

Result<Explained> explain(const Tokenizer& tokenizer, std::string_view text, const EncodeOptions& encode,
                          const ExplainOptions& options) {
    Explained out;
    VITRAL_TRY_ASSIGN(out.ids, tokenizer.encode(text, encode, &out.trace));
    const bool unigram = tokenizer.kind() == TokenizerKind::Unigram && text.size() <= kLongestForWays;
    if (unigram || options.nBest > 0) {
        const std::size_t n = options.nBest > 0 ? options.nBest : kUsualWays;
        VITRAL_TRY_ASSIGN(out.best, nBest(tokenizer, text, n, encode.parseSpecial));
    }
    if (options.samples > 0) {
        VITRAL_TRY_ASSIGN(out.drawn, sampleSegmentations(tokenizer, text, options.samples, options.alpha, options.seed,
                                                         encode.parseSpecial));
    }
    return out;
}

std::string_view kindName(TokenizerKind kind) {
    switch (kind) {
    case TokenizerKind::ByteLevelBpe:
        return "byte-level BPE";
    case TokenizerKind::SentencePieceBpe:
        return "BPE over characters";
    case TokenizerKind::Unigram:
        return "Unigram";
    case TokenizerKind::WordPiece:
        break;
    }
    return "WordPiece";
}

using Out = std::back_insert_iterator<fmt::memory_buffer>;

/// A merge and what it was made of, one line a node, deeper ones further right.
void writeTree(const Explained& e, const std::vector<MergeNode>& nodes, std::int32_t node, const std::string& indent,
               std::string_view branch, Out out) {
    constexpr std::size_t kDeepest = 200;
    const MergeNode& n = nodes[static_cast<std::size_t>(node)];
    fmt::format_to(out, "{}{}{}", indent, branch, tokenText(e.bytes(n.begin, n.end)));
    if (n.left < 0) {
        fmt::format_to(out, "\n");
        return;
    }
    fmt::format_to(out, "   rank {}{}\n", n.rank, n.id >= 0 ? fmt::format(", id {}", n.id) : ", no piece");
    if (indent.size() > kDeepest)
        return;
    const std::string deeper = indent + (branch.empty() ? "" : branch == "├ " ? "│ " : "  ");
    writeTree(e, nodes, n.left, deeper, "├ ", out);
    writeTree(e, nodes, n.right, deeper, "└ ", out);
}

void writeMerges(const Explained& e, const EncodeTrace::PreToken& token, Out out) {
    const std::vector<MergeNode> nodes = mergeTree(token);
    fmt::format_to(out, "    symbols:");
    for (const MergeNode& node : nodes)
        if (node.left < 0)
            fmt::format_to(out, " {}", tokenText(e.bytes(node.begin, node.end)));
    fmt::format_to(out, "\n");
    for (const MergeNode& node : nodes)
        if (node.left >= 0) {
            const MergeNode& l = nodes[static_cast<std::size_t>(node.left)];
            const MergeNode& r = nodes[static_cast<std::size_t>(node.right)];
            fmt::format_to(out, "    merge {} + {}   rank {}\n", tokenText(e.bytes(l.begin, l.end)),
                           tokenText(e.bytes(r.begin, r.end)), node.rank);
        }
    if (token.merges.empty())
        return;
    fmt::format_to(out, "    tree:\n");
    // Roots in the order of the text.
    std::vector<std::pair<std::uint32_t, std::int32_t>> roots;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        if (nodes[i].isRoot)
            roots.emplace_back(nodes[i].begin, static_cast<std::int32_t>(i));
    std::sort(roots.begin(), roots.end());
    for (const auto& [begin, node] : roots)
        writeTree(e, nodes, node, "      ", "", out);
}

void writeLattice(const Explained& e, const Tokenizer& tokenizer, const EncodeTrace::PreToken& token, Out out) {
    const bool search = tokenizer.kind() == TokenizerKind::WordPiece;
    fmt::format_to(out, "    {}:\n", search ? "search, longest first" : "lattice (* best path)");
    for (const EncodeTrace::LatticeNode& node : token.lattice) {
        const std::string text = tokenText(e.bytes(node.begin, node.end));
        if (search)
            fmt::format_to(out, "      {}   {}\n", text, node.id >= 0 ? fmt::format("found, id {}", node.id) : "no");
        else
            fmt::format_to(out, "      {} {}-{} {}   {:.4f}{}\n", node.onBestPath ? "*" : " ", node.begin, node.end,
                           text, node.score, node.id >= 0 ? fmt::format(", id {}", node.id) : ", unknown");
    }
}

void writeWays(std::string_view title, const std::vector<Segmentation>& ways, const Tokenizer& tokenizer, Out out) {
    if (ways.empty())
        return;
    fmt::format_to(out, "{}:\n", title);
    for (const Segmentation& way : ways) {
        fmt::format_to(out, "  {:10.4f}  {:8.5f}  ", way.score, way.probability);
        for (const TokenId id : way.ids)
            fmt::format_to(out, " {}", tokenText(tokenizer.piece(id)));
        fmt::format_to(out, "\n");
    }
}

/// A JSON string; what is not UTF-8 becomes U+FFFD. By hand: values of the JSON library cost ten times the time, and a
/// text of 3 MB has fifty million of them.
void writeString(std::string_view bytes, Out out) {
    if (!isValidUtf8(bytes)) {
        fmt::format_to(out, "{}", Json(std::string(bytes)).dump(-1, ' ', false, Json::error_handler_t::replace));
        return;
    }
    constexpr std::string_view kShort = "btn?fr"; // 8, 9, 10, 12, 13
    std::string plain;
    plain.reserve(bytes.size() + 2);
    plain += '"';
    for (const char ch : bytes) {
        const auto c = static_cast<unsigned char>(ch);
        if (c == '"' || c == '\\') {
            plain += '\\';
            plain += ch;
        } else if (c >= 8 && c <= 13 && c != 11) {
            plain += '\\';
            plain += kShort[c - 8U];
        } else if (c < 0x20) {
            plain += fmt::format("\\u{:04x}", c);
        } else {
            plain += ch;
        }
    }
    plain += '"';
    fmt::format_to(out, "{}", plain);
}

/// "text" and, where that lost something, "bytes", as putBytes() does.
void writeBytes(std::string_view bytes, Out out) {
    fmt::format_to(out, "\"text\":");
    writeString(bytes, out);
    if (isValidUtf8(bytes))
        return;
    fmt::format_to(out, ",\"bytes\":[");
    for (std::size_t i = 0; i < bytes.size(); ++i)
        fmt::format_to(out, "{}{}", i > 0 ? "," : "", static_cast<unsigned char>(bytes[i]));
    fmt::format_to(out, "]");
}

Result<void> flush(fmt::memory_buffer& buffer, const WriteAnswer& write, std::size_t above) {
    if (buffer.size() <= above)
        return {};
    VITRAL_TRY(write({buffer.data(), buffer.size()}));
    buffer.clear();
    return {};
}

/// Of a text without pre-tokens (SentencePiece) one of these is the whole answer, so it goes out in parts as well.
Result<void> writePreToken(const Explained& e, const Tokenizer& tokenizer, const EncodeTrace::PreToken& token,
                           fmt::memory_buffer& buffer, const WriteAnswer& write) {
    const Out out(buffer);
    const auto idText = [](TokenId id) { return id >= 0 ? fmt::format("{}", id) : std::string("null"); };
    const auto range = [&](std::uint32_t begin, std::uint32_t end) {
        fmt::format_to(out, "{{\"begin\":{},\"end\":{},", begin, end);
        writeBytes(e.bytes(begin, end), out);
    };
    range(token.begin, token.end);
    fmt::format_to(out, ",\"added\":{},\"ids\":[{}]", token.isAdded, fmt::join(token.ids, ","));
    if (!token.symbolBegin.empty()) {
        fmt::format_to(out, ",\"symbols\":[{}],\"nodes\":[", fmt::join(token.symbolBegin, ","));
        const std::vector<MergeNode> nodes = mergeTree(token);
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            const MergeNode& node = nodes[i];
            if (i > 0)
                buffer.push_back(',');
            range(node.begin, node.end);
            if (node.left >= 0) {
                fmt::format_to(out, ",\"left\":{},\"right\":{},\"rank\":{},\"id\":{}", node.left, node.right, node.rank,
                               idText(node.id));
                if (const float score = token.merges[i - token.symbolBegin.size()].score; score != 0)
                    fmt::format_to(out, ",\"score\":{}", Json(score).dump());
            }
            fmt::format_to(out, ",\"root\":{}}}", node.isRoot);
            VITRAL_TRY(flush(buffer, write, kPartBytes));
        }
        buffer.push_back(']');
    }
    if (!token.lattice.empty()) {
        const bool search = tokenizer.kind() == TokenizerKind::WordPiece;
        fmt::format_to(out, ",\"{}\":[", search ? "search" : "lattice");
        for (std::size_t i = 0; i < token.lattice.size(); ++i) {
            const EncodeTrace::LatticeNode& node = token.lattice[i];
            if (i > 0)
                buffer.push_back(',');
            range(node.begin, node.end);
            if (search)
                fmt::format_to(out, ",\"id\":{},\"found\":{}}}", idText(node.id), node.score > 0);
            else
                fmt::format_to(out, ",\"id\":{},\"score\":{},\"best\":{}}}", idText(node.id), Json(node.score).dump(),
                               node.onBestPath);
            VITRAL_TRY(flush(buffer, write, kPartBytes));
        }
        buffer.push_back(']');
    }
    buffer.push_back('}');
    return flush(buffer, write, kPartBytes);
}

Json waysJson(const std::vector<Segmentation>& ways, const Tokenizer& tokenizer) {
    Json list = Json::array();
    for (const Segmentation& way : ways) {
        Json json;
        json["score"] = way.score;
        json["probability"] = way.probability;
        json["ids"] = way.ids;
        json["pieces"] = Json::array();
        for (const TokenId id : way.ids)
            json["pieces"].push_back(std::string(tokenizer.piece(id)));
        list.push_back(std::move(json));
    }
    return list;
}

} // namespace

std::string tokenText(std::string_view bytes) {
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto c = static_cast<unsigned char>(bytes[i]);
        std::size_t nByte = c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 0;
        for (std::size_t k = 1; k < nByte; ++k)
            if (i + k >= bytes.size() || (static_cast<unsigned char>(bytes[i + k]) & 0xc0U) != 0x80U)
                nByte = 0;
        if (c == '\\')
            out += "\\\\";
        else if (nByte == 0 || c < 0x20 || c == 0x7f)
            out += fmt::format("\\x{:02x}", c);
        else
            out += bytes.substr(i, nByte);
        i += nByte > 1 ? nByte - 1 : 0;
    }
    return out;
}

Result<void> explainText(const Tokenizer& tokenizer, std::string_view text, const EncodeOptions& encode,
                         const ExplainOptions& options, const WriteAnswer& write) {
    VITRAL_TRY_ASSIGN(const Explained e, explain(tokenizer, text, encode, options));
    fmt::memory_buffer buffer;
    const Out out(buffer);
    fmt::format_to(out, "tokenizer: {}, {} pieces\n", kindName(tokenizer.kind()), tokenizer.nVocab());
    fmt::format_to(out, "text: {} bytes, {} tokens\n", text.size(), e.ids.size());
    fmt::format_to(out, "normalised: {}\n", tokenText(e.trace.normalised));
    for (std::size_t i = 0; i < e.trace.preTokens.size(); ++i) {
        const EncodeTrace::PreToken& token = e.trace.preTokens[i];
        fmt::format_to(out, "\n[{}] bytes {}-{}: \"{}\"{}\n", i, token.begin, token.end,
                       tokenText(e.bytes(token.begin, token.end)), token.isAdded ? " (taken whole)" : "");
        if (!token.symbolBegin.empty())
            writeMerges(e, token, out);
        if (!token.lattice.empty())
            writeLattice(e, tokenizer, token, out);
        fmt::format_to(out, "    tokens:");
        for (const TokenId id : token.ids)
            fmt::format_to(out, " {} ({})", tokenText(tokenizer.piece(id)), id);
        fmt::format_to(out, "\n");
        VITRAL_TRY(flush(buffer, write, kPartBytes));
    }
    if (!e.best.empty() || !e.drawn.empty())
        fmt::format_to(out, "\n");
    writeWays("most probable ways (log probability, share)", e.best, tokenizer, out);
    writeWays(fmt::format("drawn with alpha {} (log probability, chance)", options.alpha), e.drawn, tokenizer, out);
    return flush(buffer, write, 0);
}

Result<void> explainJson(const Tokenizer& tokenizer, std::string_view text, const EncodeOptions& encode,
                         const ExplainOptions& options, const WriteAnswer& write) {
    VITRAL_TRY_ASSIGN(const Explained e, explain(tokenizer, text, encode, options));
    fmt::memory_buffer buffer;
    const Out out(buffer);
    fmt::format_to(out, "{{\"kind\":\"{}\",\"vocabulary\":{},\"input\":{{", kindName(tokenizer.kind()),
                   tokenizer.nVocab());
    writeBytes(text, out);
    fmt::format_to(out, "}},\"normalised\":{{");
    writeBytes(e.trace.normalised, out);
    fmt::format_to(out, "}},\"tokens\":[");
    for (std::size_t i = 0; i < e.ids.size(); ++i) {
        fmt::format_to(out, "{}{{\"id\":{},\"piece\":", i > 0 ? "," : "", e.ids[i]);
        writeString(tokenizer.piece(e.ids[i]), out);
        buffer.push_back(',');
        writeBytes(tokenizer.decodeToken(e.ids[i], true), out);
        buffer.push_back('}');
        VITRAL_TRY(flush(buffer, write, kPartBytes));
    }
    fmt::format_to(out, "],\"pre_tokens\":[");
    for (std::size_t i = 0; i < e.trace.preTokens.size(); ++i) {
        if (i > 0)
            buffer.push_back(',');
        VITRAL_TRY(writePreToken(e, tokenizer, e.trace.preTokens[i], buffer, write));
    }
    buffer.push_back(']');
    if (!e.best.empty()) {
        fmt::format_to(out, ",\"nbest\":");
        buffer.append(waysJson(e.best, tokenizer).dump(-1, ' ', false, Json::error_handler_t::replace));
    }
    if (!e.drawn.empty()) {
        fmt::format_to(out, ",\"alpha\":{},\"samples\":", Json(options.alpha).dump());
        buffer.append(waysJson(e.drawn, tokenizer).dump(-1, ' ', false, Json::error_handler_t::replace));
    }
    fmt::format_to(out, "}}\n");
    return flush(buffer, write, 0);
}

} // namespace vitral::cli
