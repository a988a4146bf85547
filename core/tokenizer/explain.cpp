// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/explain.h"

#include "core/tokenizer/pipeline.h"
#include "core/tokenizer/unigram.h"
#include "core/tokenizer/unigram_lattice.h"

#include <cmath>
#include <fmt/format.h>

namespace vitral {

namespace {

/// The lattice of a whole text: the words' lattices one behind the other.
struct TextLattice {
    UnigramLattice lattice;
    std::string text; ///< the words without what was cut away between them
    const UnigramModel* model = nullptr;

    [[nodiscard]] Segmentation segmentation(const UnigramLattice::Path& path, double alpha, double logSum) const {
        Segmentation out;
        out.score = path.score;
        out.probability = std::exp(alpha * path.score - logSum);
        model->appendPath(lattice, path, text, out.ids);
        return out;
    }
};

Result<TextLattice> latticeOf(const Tokenizer& tokenizer, std::string_view text, ParseSpecial parseSpecial) {
    constexpr std::size_t kMaxBytes = 64 * 1024;
    const auto* pipeline = dynamic_cast<const PipelineTokenizer*>(&tokenizer);
    if (!pipeline || tokenizer.kind() != TokenizerKind::Unigram)
        return fail(ErrorCode::Unsupported, "Only a Unigram tokenizer gives every way to cut a text a probability.");
    if (text.size() > kMaxBytes)
        return fail(ErrorCode::InvalidArgument, fmt::format("A text of {} bytes has too many ways to be cut; {} are "
                                                            "allowed.",
                                                            text.size(), kMaxBytes));
    EncodeTrace trace;
    VITRAL_TRY(tokenizer.encode(text, {AddSpecial::No, parseSpecial}, &trace));
    TextLattice out;
    out.model = static_cast<const UnigramModel*>(pipeline->parts().model.get());
    for (const EncodeTrace::PreToken& token : trace.preTokens)
        out.text += std::string_view(trace.normalised).substr(token.begin, token.end - token.begin);
    out.lattice.clear(out.text.size());
    std::uint32_t at = 0;
    for (const EncodeTrace::PreToken& token : trace.preTokens) {
        const std::uint32_t end = at + (token.end - token.begin);
        if (token.isAdded && !token.ids.empty() && end > at)
            out.lattice.add(at, end, token.ids[0], 0);
        else
            out.model->fillLattice(std::string_view(out.text).substr(at, end - at), at, out.lattice);
        at = end;
    }
    return out;
}

} // namespace

std::vector<MergeNode> mergeTree(const EncodeTrace::PreToken& token) {
    std::vector<MergeNode> nodes;
    for (std::size_t i = 0; i < token.symbolBegin.size(); ++i) {
        const std::uint32_t end = i + 1 < token.symbolBegin.size() ? token.symbolBegin[i + 1] : token.end;
        nodes.push_back({token.symbolBegin[i], end, -1, -1, -1, -1, true});
    }
    std::vector<std::int32_t> nodeOf(nodes.size()); // by the first initial symbol of what stands there now
    for (std::size_t i = 0; i < nodeOf.size(); ++i)
        nodeOf[i] = static_cast<std::int32_t>(i);
    for (const EncodeTrace::Merge& merge : token.merges) {
        const std::int32_t left = nodeOf[static_cast<std::size_t>(merge.left)];
        const std::int32_t right = nodeOf[static_cast<std::size_t>(merge.right)];
        nodes.push_back({nodes[static_cast<std::size_t>(left)].begin, nodes[static_cast<std::size_t>(right)].end, left,
                         right, merge.rank, merge.result, true});
        nodes[static_cast<std::size_t>(left)].isRoot = nodes[static_cast<std::size_t>(right)].isRoot = false;
        nodeOf[static_cast<std::size_t>(merge.left)] = static_cast<std::int32_t>(nodes.size()) - 1;
    }
    return nodes;
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> cutAtRank(const EncodeTrace::PreToken& token, std::int64_t rank) {
    std::vector<bool> begins(token.symbolBegin.size(), true);
    for (const EncodeTrace::Merge& merge : token.merges)
        if (merge.rank < rank)
            begins[static_cast<std::size_t>(merge.right)] = false;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> out;
    for (std::size_t i = 0; i < begins.size(); ++i)
        if (begins[i]) {
            if (!out.empty())
                out.back().second = token.symbolBegin[i];
            out.emplace_back(token.symbolBegin[i], token.end);
        }
    if (out.empty())
        out.emplace_back(token.begin, token.end);
    return out;
}

Result<std::vector<Segmentation>> nBest(const Tokenizer& tokenizer, std::string_view text, std::size_t n,
                                        ParseSpecial parseSpecial) {
    constexpr std::size_t kMost = 1000;
    if (n < 1 || n > kMost)
        return fail(ErrorCode::InvalidArgument, fmt::format("Between 1 and {} ways can be listed.", kMost));
    VITRAL_TRY_ASSIGN(TextLattice words, latticeOf(tokenizer, text, parseSpecial));
    std::vector<Segmentation> out;
    const double logSum = words.lattice.logSum(1);
    for (const UnigramLattice::Path& path : words.lattice.nBest(n))
        out.push_back(words.segmentation(path, 1, logSum));
    return out;
}

Result<std::vector<Segmentation>> sampleSegmentations(const Tokenizer& tokenizer, std::string_view text,
                                                      std::size_t count, double alpha, std::uint64_t seed,
                                                      ParseSpecial parseSpecial) {
    constexpr std::size_t kMost = 10'000;
    if (count < 1 || count > kMost || !(alpha >= 0 && alpha <= 100))
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("Between 1 and {} ways can be drawn, with an alpha from 0 to 100.", kMost));
    VITRAL_TRY_ASSIGN(TextLattice words, latticeOf(tokenizer, text, parseSpecial));
    std::vector<Segmentation> out;
    Rng rng(seed);
    const double logSum = words.lattice.logSum(alpha);
    for (std::size_t i = 0; i < count; ++i)
        out.push_back(words.segmentation(words.lattice.sample(alpha, rng), alpha, logSum));
    return out;
}

} // namespace vitral
