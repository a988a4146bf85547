// SPDX-License-Identifier: Apache-2.0
#include "app/cli/explain.h"

#include "app/cli/token_json.h"
#include "core/tokenizer/explain.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace vitral::cli {

namespace {

constexpr std::size_t kUsualWays = 5;

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
    const bool unigram = tokenizer.kind() == TokenizerKind::Unigram;
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

Json tokensJson(const std::vector<TokenId>& ids, const Tokenizer& tokenizer) {
    Json list = Json::array();
    for (const TokenId id : ids) {
        Json item;
        item["id"] = id;
        item["piece"] = std::string(tokenizer.piece(id));
        putBytes(item, tokenizer.decodeToken(id, true));
        list.push_back(std::move(item));
    }
    return list;
}

Json preTokenJson(const Explained& e, const Tokenizer& tokenizer, const EncodeTrace::PreToken& token) {
    Json json;
    json["begin"] = token.begin;
    json["end"] = token.end;
    putBytes(json, e.bytes(token.begin, token.end));
    json["added"] = token.isAdded;
    json["ids"] = token.ids;
    if (!token.symbolBegin.empty()) {
        json["symbols"] = token.symbolBegin;
        json["nodes"] = Json::array();
        const std::vector<MergeNode> nodes = mergeTree(token);
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            Json node;
            node["begin"] = nodes[i].begin;
            node["end"] = nodes[i].end;
            putBytes(node, e.bytes(nodes[i].begin, nodes[i].end));
            if (nodes[i].left >= 0) {
                node["left"] = nodes[i].left;
                node["right"] = nodes[i].right;
                node["rank"] = nodes[i].rank;
                node["id"] = nodes[i].id >= 0 ? Json(nodes[i].id) : Json(nullptr);
                if (const float score = token.merges[i - token.symbolBegin.size()].score; score != 0)
                    node["score"] = score;
            }
            node["root"] = nodes[i].isRoot;
            json["nodes"].push_back(std::move(node));
        }
    }
    if (token.lattice.empty())
        return json;
    const bool search = tokenizer.kind() == TokenizerKind::WordPiece;
    Json& list = json[search ? "search" : "lattice"] = Json::array();
    for (const EncodeTrace::LatticeNode& n : token.lattice) {
        Json node;
        node["begin"] = n.begin;
        node["end"] = n.end;
        putBytes(node, e.bytes(n.begin, n.end));
        node["id"] = n.id >= 0 ? Json(n.id) : Json(nullptr);
        if (search) {
            node["found"] = n.score > 0;
        } else {
            node["score"] = n.score;
            node["best"] = n.onBestPath;
        }
        list.push_back(std::move(node));
    }
    return json;
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

Result<std::string> explainText(const Tokenizer& tokenizer, std::string_view text, const EncodeOptions& encode,
                                const ExplainOptions& options) {
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
    }
    if (!e.best.empty() || !e.drawn.empty())
        fmt::format_to(out, "\n");
    writeWays("most probable ways (log probability, share)", e.best, tokenizer, out);
    writeWays(fmt::format("drawn with alpha {} (log probability, chance)", options.alpha), e.drawn, tokenizer, out);
    return std::string(buffer.data(), buffer.size());
}

Result<std::string> explainJson(const Tokenizer& tokenizer, std::string_view text, const EncodeOptions& encode,
                                const ExplainOptions& options) {
    VITRAL_TRY_ASSIGN(const Explained e, explain(tokenizer, text, encode, options));
    Json json;
    json["kind"] = kindName(tokenizer.kind());
    json["vocabulary"] = tokenizer.nVocab();
    Json& input = json["input"];
    putBytes(input, text);
    putBytes(json["normalised"], e.trace.normalised);
    json["tokens"] = tokensJson(e.ids, tokenizer);
    json["pre_tokens"] = Json::array();
    for (const EncodeTrace::PreToken& token : e.trace.preTokens)
        json["pre_tokens"].push_back(preTokenJson(e, tokenizer, token));
    if (!e.best.empty())
        json["nbest"] = waysJson(e.best, tokenizer);
    if (!e.drawn.empty()) {
        json["alpha"] = options.alpha;
        json["samples"] = waysJson(e.drawn, tokenizer);
    }
    return dumpJson(json);
}

} // namespace vitral::cli
