// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/local_cuts.h"

#include "core/tokenizer/char_class.h"
#include "core/tokenizer/pipeline.h"
#include "core/tokenizer/utf8.h"

#include <algorithm>

namespace vitral {

namespace {

constexpr std::size_t kAheadBytes = 256;  ///< shown to an expression behind a cut
constexpr std::size_t kContextBytes = 48; ///< seen on each side of a cut when normalising is tried

bool isLetterAt(std::string_view text, std::size_t at) {
    const Utf8Char c = utf8At(text, at);
    return c.valid && (CharClasses::instance().flags(c.codePoint) & char_flag::kLetter) != 0;
}

/// As near to `at` - distance as a character begins.
std::size_t characterNear(std::string_view text, std::size_t at, std::size_t distance) {
    std::size_t place = at - std::min(at, distance);
    while (place < at && (static_cast<unsigned char>(text[place]) & 0xC0U) == 0x80)
        ++place;
    return place;
}

} // namespace

LocalCuts::LocalCuts(const TokenizerParts& parts) : parts_(parts) {
    possible_ = readSteps();
    // A token that takes blanks beside it reaches over a line end.
    atLineEnds_ = atLineEnds_ && !parts.rawAdded.stripsBlanks() && !parts.normalisedAdded.stripsBlanks();
}

bool LocalCuts::readSteps() {
    for (const NormalStep& step : parts_.normalizer.steps())
        if (step.isRegex && step.regex.looksBack())
            return false;
    using Kind = PreStep::Kind;
    bool spelled = false;
    bool pattern = false;
    for (const PreStep& step : parts_.preTokenizer.steps()) {
        switch (step.kind) {
        case Kind::Splitter:
        case Kind::Whitespace:
        case Kind::SpaceSplit:
        case Kind::Bert:
            if (spelled || pattern)
                break; // the expression before it has already been asked
            way_ = Way::Step;
            return true;
        case Kind::Metaspace: // puts a mark before a text that does not begin with one
            atLineEnds_ = false;
            if (!step.split)
                break;
            way_ = Way::Step;
            return !pattern;
        case Kind::PrefixSpace:
            atLineEnds_ = false;
            break;
        case Kind::ByteAlphabet:
            spelled = true;
            break;
        case Kind::Pattern:
            if (!step.isRegex && (step.text == " " || step.text == "\xE2\x96\x81") && !spelled && !pattern &&
                (step.behavior == SplitBehavior::Removed || step.behavior == SplitBehavior::Isolated ||
                 step.behavior == SplitBehavior::MergedWithNext)) {
                atLineEnds_ = false;
                mark_ = step.text;
                way_ = Way::Step;
                return true;
            }
            if (step.isRegex && step.regex.looksBack())
                return false;
            pattern = true;
            break;
        case Kind::Digits:
        case Kind::DigitGroups:
        case Kind::Punctuation: // cut between other characters only
            break;
        }
    }
    if (pattern) { // its cuts are tried on the text itself, which no step may have changed by then
        way_ = Way::Pattern;
        for (const PreStep& step : parts_.preTokenizer.steps())
            if (step.kind == Kind::Metaspace || step.kind == Kind::PrefixSpace)
                return false;
        return parts_.normalizer.empty() && parts_.normalisedAdded.empty();
    }
    way_ = Way::Model;
    return !spelled && parts_.model->kind() != TokenizerKind::WordPiece;
}

Result<bool> LocalCuts::isCut(std::string_view text, std::size_t begin, std::size_t at) const {
    if (!possible_ || at == 0 || at + 1 >= text.size())
        return false;
    const bool atBlank = text[at] == ' ' && isLetterAt(text, at + 1) && isLetterAt(text, characterBefore(text, at));
    // Blanks before the line end would be cut otherwise where nothing follows them.
    const bool atLineEnd = atLineEnds_ && at > 1 && text[at - 1] == '\n' && isLetterAt(text, at) &&
                           !isSpaceAt(text, characterBefore(text, at - 1));
    if (!atBlank && !atLineEnd)
        return false;
    if (parts_.rawAdded.touches(text, at))
        return false;
    if (!parts_.normalizer.empty() || !mark_.empty() || way_ == Way::Model || !parts_.normalisedAdded.empty()) {
        VITRAL_TRY_ASSIGN(const bool apart, normalisesApart(text, at));
        if (!apart)
            return false;
    }
    return way_ == Way::Pattern ? patternCuts(text, begin, at) : Result<bool>(true);
}

std::size_t LocalCuts::reachBytes() const {
    return std::max({kAheadBytes + 8, kContextBytes + parts_.normalisedAdded.longestBytes() + 8,
                     parts_.rawAdded.longestBytes() + 8});
}

/// Tries the surroundings of the place: normalised in one and in two they must be the same text, and the place in it a
/// boundary for added tokens and, where it is asked, for the model.
Result<bool> LocalCuts::normalisesApart(std::string_view text, std::size_t at) const {
    const std::size_t reach = kContextBytes + parts_.normalisedAdded.longestBytes();
    const std::size_t first = characterNear(text, at, reach);
    const std::size_t last = at + reach < text.size() ? characterNear(text, at + reach, 3) : text.size();
    const std::string_view left = text.substr(first, at - first);
    const std::string_view right = text.substr(at, last - at);
    std::string whole;
    std::string one;
    std::string two;
    const TextEnds inside{false, false};
    VITRAL_TRY(parts_.normalizer.run(text.substr(first, last - first), whole, inside));
    VITRAL_TRY(parts_.normalizer.run(left, one, inside));
    VITRAL_TRY(parts_.normalizer.run(right, two, inside));
    if (one.empty() || two.empty() || whole != one + two)
        return false;
    // Steps that put a mark before a text leave one alone that begins with a blank.
    if (!mark_.empty() && !two.starts_with(mark_))
        return false;
    if (!atLineEnds_ && !two.starts_with(' ') && !two.starts_with("\xE2\x96\x81"))
        return false;
    if (parts_.normalisedAdded.touches(whole, one.size()))
        return false;
    return way_ != Way::Model || parts_.model->separates(whole, one.size());
}

/// Cuts the text from the last cut to some way behind the place: an expression that does not look back goes on from
/// there as it would in the whole text. The place must be a boundary, and what lies before it must not change when
/// nothing stands behind it.
Result<bool> LocalCuts::patternCuts(std::string_view text, std::size_t begin, std::size_t at) const {
    const std::size_t last = at + kAheadBytes < text.size() ? characterNear(text, at + kAheadBytes, 3) : text.size();
    const auto piecesOf = [&](std::string_view part, std::vector<PrePiece>& pieces) {
        std::string buffer;
        return parts_.preTokenizer.split(part, buffer, begin == 0, pieces);
    };
    std::vector<PrePiece> alone;
    std::vector<PrePiece> within;
    VITRAL_TRY(piecesOf(text.substr(begin, at - begin), alone));
    VITRAL_TRY(piecesOf(text.substr(begin, last - begin), within));
    if (alone.empty() || within.size() <= alone.size() || within[alone.size()].begin < at - begin)
        return false;
    return std::equal(alone.begin(), alone.end(), within.begin(),
                      [](const PrePiece& a, const PrePiece& b) { return a.begin == b.begin && a.end == b.end; });
}

} // namespace vitral
