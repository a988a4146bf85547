// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/rank_bpe.h"

#include "core/io/byte_reader.h"

#include <fmt/format.h>

namespace vitral {

Result<std::unique_ptr<RankBpeModel>> RankBpeModel::create(const std::vector<std::string>& ranks) {
    auto model = std::make_unique<RankBpeModel>();
    for (const std::string& token : ranks)
        model->raw_.add(token, token.empty() ? TokenType::Unused : TokenType::Normal);
    VITRAL_TRY(model->raw_.checkLengths());
    model->raw_.buildIndex();
    for (std::size_t rank = 0; rank < ranks.size(); ++rank)
        if (const TokenId first = model->raw_.find(ranks[rank]);
            !ranks[rank].empty() && first != static_cast<TokenId>(rank))
            return fail(ErrorCode::InvalidFile, fmt::format("The ranks {} and {} are the same token {}.", first, rank,
                                                            quotedName(ranks[rank])));
    for (unsigned b = 0; b < 256; ++b) {
        const char byte = static_cast<char>(b);
        model->byteIds_[b] = model->raw_.find(std::string_view(&byte, 1));
        if (model->byteIds_[b] < 0)
            return fail(ErrorCode::InvalidFile,
                        fmt::format("The list of ranks has no token for the byte 0x{:02x}, so it cannot encode every "
                                    "text.",
                                    b));
    }
    return model;
}

void RankBpeModel::encodeWord(std::string_view word, ModelScratch& scratch, std::vector<TokenId>& out,
                              EncodeTrace::PreToken* trace, std::uint32_t traceOffset) const {
    const std::size_t before = out.size();
    if (const TokenId whole = raw_.find(word); whole >= 0 && !trace) {
        out.push_back(whole);
        return;
    }
    std::vector<MergeSymbol>& symbols = scratch.merge.symbols;
    symbols.resize(word.size());
    for (std::size_t i = 0; i < word.size(); ++i) {
        symbols[i] = {static_cast<std::uint32_t>(i), 1, -1, -1, byteIds_[static_cast<unsigned char>(word[i])]};
        if (trace)
            trace->symbolBegin.push_back(static_cast<std::uint32_t>(i) + traceOffset);
    }
    const auto lookup = [&](const MergeSymbol& left, const MergeSymbol& right) -> MergeAnswer {
        const std::size_t bytes = left.bytes + right.bytes;
        const TokenId id = bytes <= raw_.longest() ? raw_.find(word.substr(left.begin, bytes)) : -1;
        return id < 0 ? MergeAnswer{} : MergeAnswer{static_cast<std::uint32_t>(id), id, 0};
    };
    runMerges(scratch.merge, lookup, trace ? &trace->merges : nullptr);
    for (const MergeSymbol& s : symbols)
        out.push_back(s.id);
    if (!trace)
        return;
    // A word that is a token as a whole is that token, though its merges may end elsewhere.
    if (const TokenId whole = raw_.find(word); whole >= 0) {
        out.resize(before);
        out.push_back(whole);
        if (symbols.size() != 1) {
            trace->merges.clear();
            trace->symbolBegin.clear();
        }
    }
    trace->ids.assign(out.begin() + static_cast<std::ptrdiff_t>(before), out.end());
}

} // namespace vitral
