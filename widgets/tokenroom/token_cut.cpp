// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/token_cut.h"

#include <algorithm>

namespace vitral {
namespace {

constexpr std::size_t kBigPart = 16 * 1024; ///< too much for one frame

} // namespace

TokenCut::TokenCut(std::shared_ptr<const Tokenizer> tokenizer, IncrementalEncoder encoder)
    : tokenizer_(std::move(tokenizer)), encoder_(std::move(encoder)) {
    spans_.resize(encoder_.parts().size());
    sum();
}

Result<std::shared_ptr<TokenCut>> TokenCut::begin(std::shared_ptr<const Tokenizer> tokenizer, std::string text,
                                                  const EncodeOptions& options, const EncodeProgress& progress) {
    VITRAL_TRY_ASSIGN(IncrementalEncoder encoder,
                      IncrementalEncoder::begin(tokenizer, std::move(text), options, progress));
    std::shared_ptr<TokenCut> cut(new TokenCut(std::move(tokenizer), std::move(encoder)));
    for (std::size_t i = 0; i < cut->spans_.size(); ++i)
        if (cut->encoder_.parts()[i].bytes > kBigPart)
            VITRAL_TRY(cut->spansOf(i)); // nobody waits for it here
    return cut;
}

bool TokenCut::editsAtOnce() const {
    const auto& parts = encoder_.parts();
    return (encoder_.isLocal() || encoder_.text().size() <= kBigPart) &&
           std::all_of(parts.begin(), parts.end(),
                       [](const IncrementalEncoder::Part& part) { return part.bytes <= kBigPart; });
}

Result<IncrementalEncoder::Change> TokenCut::edit(std::size_t at, std::size_t removedBytes, std::string_view inserted) {
    VITRAL_TRY_ASSIGN(const IncrementalEncoder::Change change, encoder_.edit(at, removedBytes, inserted));
    const auto first = spans_.begin() + static_cast<std::ptrdiff_t>(change.firstPart);
    const auto place = spans_.erase(first, first + static_cast<std::ptrdiff_t>(change.removedParts));
    spans_.insert(place, change.addedParts, nullptr);
    // The ends of the text are the ends of its first and last part: those may be normalised in another way now.
    if (!spans_.empty()) {
        spans_.front() = nullptr;
        spans_.back() = nullptr;
    }
    sum();
    return change;
}

void TokenCut::sum() {
    const auto& parts = encoder_.parts();
    firstByte_.resize(parts.size() + 1);
    firstToken_.resize(parts.size() + 1);
    std::size_t byte = 0, token = encoder_.prefix().size();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        firstByte_[i] = byte;
        firstToken_[i] = token;
        byte += parts[i].bytes;
        token += parts[i].ids.size();
    }
    firstByte_.back() = byte;
    firstToken_.back() = token;
}

Result<std::shared_ptr<const TokenCut::Spans>> TokenCut::spansOf(std::size_t part) {
    if (!spans_[part]) {
        VITRAL_TRY_ASSIGN(Spans spans, encoder_.spans(part));
        spans_[part] = std::make_shared<const Spans>(std::move(spans));
    }
    return spans_[part];
}

void TokenCut::appendPart(std::size_t part, const Spans& spans, std::size_t begin, std::size_t end,
                          std::vector<PlacedToken>& out) const {
    const std::size_t offset = firstByte_[part];
    const auto& ids = encoder_.parts()[part].ids;
    // Ends never go back either, or hardly: the search starts a little earlier.
    const auto from = std::lower_bound(spans.begin(), spans.end(), begin,
                                       [&](const TokenSpan& s, std::size_t at) { return offset + s.end < at; });
    for (auto it = from; it != spans.end() && offset + it->begin < end; ++it) {
        const auto i = static_cast<std::size_t>(it - spans.begin());
        const std::size_t b = offset + it->begin, e = offset + it->end;
        if (e > begin || (b == e && b >= begin))
            out.push_back({firstToken_[part] + i, ids[i], b, e});
    }
}

Result<std::vector<PlacedToken>> TokenCut::tokensIn(std::size_t begin, std::size_t end) {
    std::vector<PlacedToken> out;
    auto part =
        static_cast<std::size_t>(std::upper_bound(firstByte_.begin(), firstByte_.end(), begin) - firstByte_.begin());
    for (part = part > 0 ? part - 1 : 0; part < spans_.size() && firstByte_[part] < end; ++part) {
        VITRAL_TRY_ASSIGN(const std::shared_ptr<const Spans> spans, spansOf(part));
        appendPart(part, *spans, begin, end, out);
    }
    return out;
}

Result<PlacedToken> TokenCut::token(std::size_t index) {
    if (firstToken_.empty() || index < firstToken_.front() || index >= firstToken_.back())
        return fail(ErrorCode::InvalidArgument, "The text has no such token.");
    const auto part = static_cast<std::size_t>(std::upper_bound(firstToken_.begin(), firstToken_.end(), index) -
                                               firstToken_.begin() - 1);
    VITRAL_TRY_ASSIGN(const std::shared_ptr<const Spans> spans, spansOf(part));
    const std::size_t i = index - firstToken_[part];
    const TokenSpan& span = (*spans)[i];
    return PlacedToken{index, encoder_.parts()[part].ids[i], firstByte_[part] + span.begin,
                       firstByte_[part] + span.end};
}

Result<TokenCut::Traced> TokenCut::traceAround(std::size_t index) {
    if (firstToken_.empty() || index < firstToken_.front() || index >= firstToken_.back())
        return fail(ErrorCode::InvalidArgument, "The text has no such token.");
    const auto part = static_cast<std::size_t>(std::upper_bound(firstToken_.begin(), firstToken_.end(), index) -
                                               firstToken_.begin() - 1);
    Traced out;
    out.begin = firstByte_[part];
    out.end = firstByte_[part + 1];
    VITRAL_TRY_ASSIGN(out.trace, encoder_.trace(part));
    std::size_t left = index - firstToken_[part];
    for (std::size_t i = 0; i < out.trace.preTokens.size(); ++i) {
        const std::size_t n = out.trace.preTokens[i].ids.size();
        if (left < n) {
            out.preToken = i;
            out.inPreToken = left;
            return out;
        }
        left -= n;
    }
    return fail(ErrorCode::Unsupported, "This token was made by a step that is not traced.");
}

} // namespace vitral
