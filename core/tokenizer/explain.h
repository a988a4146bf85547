// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a trace says, in forms a person can look at: the merges of a word as a tree, the word as it was after each
// merge, and the other ways a Unigram model could have cut a text. Thread: any.

#include "core/base/result.h"
#include "core/tokenizer/tokenizer.h"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace vitral {

/// A symbol of a word on its way to a token. Leaves are the initial symbols.
struct MergeNode {
    std::uint32_t begin = 0, end = 0;   ///< in EncodeTrace::normalised
    std::int32_t left = -1, right = -1; ///< nodes that merged into this one; -1: an initial symbol
    std::int32_t rank = -1;             ///< of the merge
    TokenId id = -1;                    ///< of the result; -1 for leaves and for results that are no pieces
    bool isRoot = true;                 ///< nothing was made of it: it stands in the result
};
/// Leaves first, in order of the text, then one node a merge, in order of the merging.
[[nodiscard]] std::vector<MergeNode> mergeTree(const EncodeTrace::PreToken& token);
/// How the word stood when only merges of a rank below `rank` had been made: with a trained BPE, whose merges come in
/// the order of their ranks, exactly what a smaller vocabulary makes of it. Ranges in EncodeTrace::normalised.
[[nodiscard]] std::vector<std::pair<std::uint32_t, std::uint32_t>> cutAtRank(const EncodeTrace::PreToken& token,
                                                                             std::int64_t rank);

/// One way to cut a text.
struct Segmentation {
    std::vector<TokenId> ids;
    double score = 0;       ///< sum of the pieces' log probabilities
    double probability = 0; ///< its share of all ways, 0..1; with sample(), that of being drawn
};
/// The `n` (1 to 1,000) most probable ways, best first, by the whole text: Unigram only, without tokens around the
/// text. The first is what encode() gives, but for ties. Errors: Unsupported (another kind of tokenizer);
/// InvalidArgument (a text of more than 64 KiB, n out of range); those of encode().
Result<std::vector<Segmentation>> nBest(const Tokenizer& tokenizer, std::string_view text, std::size_t n,
                                        ParseSpecial parseSpecial = ParseSpecial::No);
/// `count` (1 to 10,000) ways drawn with probabilities to the power of `alpha` (0 to 100; 0.1 to 0.5 are usual for
/// training, after Kudo 2018). The same seed gives the same ways. Errors: as nBest().
Result<std::vector<Segmentation>> sampleSegmentations(const Tokenizer& tokenizer, std::string_view text,
                                                      std::size_t count, double alpha, std::uint64_t seed,
                                                      ParseSpecial parseSpecial = ParseSpecial::No);

} // namespace vitral
