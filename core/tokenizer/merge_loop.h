// SPDX-License-Identifier: Apache-2.0
#pragma once
// The heart of every BPE: of all neighbouring pairs that may merge, merge the best one, leftmost first among equals,
// until none may. Short words look at all pairs each time; long ones keep them in a heap, O(n log n), so that one
// megabyte of a single letter takes about a second and not a day. Thread: any (all state is in the scratch).
// After Sennrich, Haddow and Birch 2016, "Neural Machine Translation of Rare Words with Subword Units".

#include "core/tokenizer/tokenizer.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace vitral {

/// One symbol of a word on its way to tokens. `id` is -1 for a character without a piece of its own.
struct MergeSymbol {
    std::uint32_t begin = 0, bytes = 0; ///< in the word; bytes 0 means merged away
    std::int32_t previous = -1, next = -1;
    std::int32_t id = -1;
};

struct MergeScratch {
    struct Candidate {
        std::uint32_t rank; ///< smaller merges first
        std::uint32_t left, right, bytes;
        std::int32_t result;
        float score;
    };
    std::vector<MergeSymbol> symbols;
    std::vector<Candidate> heap;
};

/// What a lookup of two neighbouring symbols answers.
struct MergeAnswer {
    static constexpr std::uint32_t kNever = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t rank = kNever; ///< smaller merges first; kNever: this pair does not merge
    std::int32_t result = -1;
    float score = 0; ///< for the trace only
};

/// Merges scratch.symbols, which hold the initial symbols in order (begin, bytes, id; links are set here), and leaves
/// in it the symbols that remain, in order. Lookup: MergeAnswer(const MergeSymbol& left, const MergeSymbol& right).
/// `merges` may be null; indices in it are those of the first initial symbol of each side.
template <class Lookup>
void runMerges(MergeScratch& scratch, const Lookup& lookup, std::vector<EncodeTrace::Merge>* merges) {
    constexpr std::size_t kShort = 24;
    std::vector<MergeSymbol>& symbols = scratch.symbols;
    const auto record = [&](std::int32_t left, std::int32_t right, const MergeAnswer& answer) {
        merges->push_back({left, right, static_cast<std::int32_t>(answer.rank), answer.result, answer.score});
    };
    if (symbols.size() < 2)
        return;

    if (symbols.size() <= kShort) {
        MergeAnswer answers[kShort];
        std::int32_t first[kShort]; // initial index of each symbol, for the trace
        std::size_t n = symbols.size();
        for (std::size_t i = 0; i < n; ++i)
            first[i] = static_cast<std::int32_t>(i);
        for (std::size_t i = 0; i + 1 < n; ++i)
            answers[i] = lookup(symbols[i], symbols[i + 1]);
        while (n > 1) {
            std::size_t best = 0;
            for (std::size_t i = 1; i + 1 < n; ++i)
                if (answers[i].rank < answers[best].rank)
                    best = i;
            if (answers[best].rank == MergeAnswer::kNever)
                break;
            if (merges)
                record(first[best], first[best + 1], answers[best]);
            symbols[best].bytes += symbols[best + 1].bytes;
            symbols[best].id = answers[best].result;
            --n;
            for (std::size_t i = best + 1; i < n; ++i) {
                symbols[i] = symbols[i + 1];
                first[i] = first[i + 1];
                answers[i - 1] = answers[i];
            }
            if (best > 0)
                answers[best - 1] = lookup(symbols[best - 1], symbols[best]);
            if (best + 1 < n)
                answers[best] = lookup(symbols[best], symbols[best + 1]);
        }
        symbols.resize(n);
        return;
    }

    using Candidate = MergeScratch::Candidate;
    std::vector<Candidate>& heap = scratch.heap;
    heap.clear();
    const auto later = [](const Candidate& a, const Candidate& b) {
        return a.rank != b.rank ? a.rank > b.rank : a.left > b.left;
    };
    const auto consider = [&](std::int32_t left, std::int32_t right) {
        if (left < 0 || right < 0)
            return false;
        const MergeSymbol& l = symbols[static_cast<std::size_t>(left)];
        const MergeSymbol& r = symbols[static_cast<std::size_t>(right)];
        const MergeAnswer answer = lookup(l, r);
        if (answer.rank == MergeAnswer::kNever)
            return false;
        heap.push_back({answer.rank, static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(right),
                        l.bytes + r.bytes, answer.result, answer.score});
        return true;
    };
    const auto count = static_cast<std::int32_t>(symbols.size());
    for (std::int32_t i = 0; i < count; ++i) {
        symbols[static_cast<std::size_t>(i)].previous = i - 1;
        symbols[static_cast<std::size_t>(i)].next = i + 1 < count ? i + 1 : -1;
    }
    for (std::int32_t i = 0; i + 1 < count; ++i)
        consider(i, i + 1);
    std::make_heap(heap.begin(), heap.end(), later);
    while (!heap.empty()) {
        std::pop_heap(heap.begin(), heap.end(), later);
        const Candidate c = heap.back();
        heap.pop_back();
        MergeSymbol& left = symbols[c.left];
        MergeSymbol& right = symbols[c.right];
        // Symbols only grow, so equal total length means that neither side has merged since.
        if (left.bytes == 0 || right.bytes == 0 || left.bytes + right.bytes != c.bytes ||
            left.next != static_cast<std::int32_t>(c.right))
            continue;
        if (merges)
            record(static_cast<std::int32_t>(c.left), static_cast<std::int32_t>(c.right), {c.rank, c.result, c.score});
        left.bytes = c.bytes;
        left.id = c.result;
        left.next = right.next;
        right.bytes = 0;
        if (right.next >= 0)
            symbols[static_cast<std::size_t>(right.next)].previous = static_cast<std::int32_t>(c.left);
        if (consider(left.previous, static_cast<std::int32_t>(c.left)))
            std::push_heap(heap.begin(), heap.end(), later);
        if (consider(static_cast<std::int32_t>(c.left), left.next))
            std::push_heap(heap.begin(), heap.end(), later);
    }
    std::erase_if(symbols, [](const MergeSymbol& s) { return s.bytes == 0; });
}

} // namespace vitral
