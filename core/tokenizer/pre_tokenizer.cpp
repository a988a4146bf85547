// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/pre_tokenizer.h"

#include "core/tokenizer/byte_alphabet.h"
#include "core/tokenizer/char_class.h"
#include "core/tokenizer/utf8.h"

#include <algorithm>
#include <optional>

namespace vitral {

namespace {

using namespace char_flag;

/// A text as a regular expression may see it: valid UTF-8, each invalid byte shown as U+FFFD, with the way back.
class ValidView {
public:
    explicit ValidView(std::string_view text) : view_(text) {
        if (isValidUtf8(text))
            return;
        for (std::size_t at = 0; at < text.size();) {
            const Utf8Char c = utf8At(text, at);
            if (c.valid) {
                shown_ += text.substr(at, c.bytes);
            } else {
                appendUtf8(shown_, 0xFFFD);
                extra_.push_back(shown_.size());
            }
            at += c.bytes;
        }
        view_ = shown_;
    }
    [[nodiscard]] std::string_view view() const { return view_; }
    /// Offsets must be asked for in ascending order.
    [[nodiscard]] std::size_t original(std::size_t shown) {
        while (passed_ < extra_.size() && extra_[passed_] <= shown)
            ++passed_;
        return shown - 2 * passed_; // U+FFFD has three bytes, the byte it stands for is one
    }

private:
    std::string_view view_;
    std::string shown_;
    std::vector<std::size_t> extra_; ///< ends, in the shown text, of the characters that stand for a bad byte
    std::size_t passed_ = 0;
};

/// A stretch of a piece: a separator (match) or what lies between.
struct Stretch {
    std::size_t begin, end;
    bool isMatch;
};

void addStretches(std::vector<Stretch>& out, std::size_t& done, std::size_t begin, std::size_t end) {
    if (begin > done)
        out.push_back({done, begin, false});
    if (end > begin)
        out.push_back({begin, end, true});
    done = std::max(done, end);
}

Result<void> findMatches(const PreStep& step, RegexSearch* search, std::string_view text, std::vector<Stretch>& out) {
    std::size_t done = 0;
    if (!search) {
        for (std::size_t at = text.find(step.text); at != std::string_view::npos && !step.text.empty();
             at = text.find(step.text, at + step.text.size()))
            addStretches(out, done, at, at + step.text.size());
    } else {
        ValidView valid(text);
        search->setSubject(valid.view());
        for (std::size_t from = 0; from <= valid.view().size();) {
            VITRAL_TRY_ASSIGN(const RegexSearch::Match match, search->find(from));
            if (!match.found)
                break;
            const std::size_t begin = valid.original(match.begin);
            const std::size_t end = valid.original(match.end);
            if (match.end == match.begin) { // an empty match still cuts
                if (begin > done) {
                    out.push_back({done, begin, false});
                    done = begin;
                }
                from =
                    match.end < valid.view().size() ? match.end + utf8At(valid.view(), match.end).bytes : match.end + 1;
                continue;
            }
            addStretches(out, done, begin, end);
            from = match.end;
        }
    }
    if (done < text.size())
        out.push_back({done, text.size(), false});
    if (step.invert)
        for (Stretch& s : out)
            s.isMatch = !s.isMatch;
    return {};
}

/// Puts separators where the behaviour wants them. `offset` is where the stretches' text begins.
void applyBehavior(SplitBehavior behavior, const std::vector<Stretch>& stretches, std::size_t offset,
                   std::vector<PrePiece>& out) {
    const std::size_t first = out.size();
    const auto push = [&](const Stretch& s) { out.push_back({offset + s.begin, offset + s.end}); };
    bool previousMatched = false;
    switch (behavior) {
    case SplitBehavior::Removed:
        for (const Stretch& s : stretches)
            if (!s.isMatch)
                push(s);
        break;
    case SplitBehavior::Isolated:
        for (const Stretch& s : stretches)
            push(s);
        break;
    case SplitBehavior::Contiguous:
        for (const Stretch& s : stretches) {
            if (out.size() > first && s.isMatch == previousMatched)
                out.back().end = offset + s.end;
            else
                push(s);
            previousMatched = s.isMatch;
        }
        break;
    case SplitBehavior::MergedWithPrevious:
        for (const Stretch& s : stretches) {
            if (s.isMatch && !previousMatched && out.size() > first)
                out.back().end = offset + s.end;
            else
                push(s);
            previousMatched = s.isMatch;
        }
        break;
    case SplitBehavior::MergedWithNext:
        for (auto s = stretches.rbegin(); s != stretches.rend(); ++s) {
            if (s->isMatch && !previousMatched && out.size() > first)
                out.back().begin = offset + s->begin;
            else
                push(*s);
            previousMatched = s->isMatch;
        }
        std::reverse(out.begin() + static_cast<std::ptrdiff_t>(first), out.end());
        break;
    }
}

bool isPunctuation(char32_t c, std::uint16_t flags) {
    return (flags & kPunctuation) != 0 || (c < 128 && (flags & kSymbol) != 0);
}

/// Each character for which `is` holds becomes a match; runs stay apart unless `together`.
template <class Is>
void matchCharacters(std::string_view text, bool together, std::vector<Stretch>& out, const Is& is) {
    const CharClasses& classes = CharClasses::instance();
    std::size_t done = 0;
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Char c = utf8At(text, at);
        if (is(c.codePoint, classes.flags(c.codePoint))) {
            if (together && !out.empty() && out.back().isMatch && out.back().end == at) {
                out.back().end = at + c.bytes;
                done = at + c.bytes;
            } else {
                addStretches(out, done, at, at + c.bytes);
            }
        }
        at += c.bytes;
    }
    if (done < text.size())
        out.push_back({done, text.size(), false});
}

/// \w of Rust's regular expressions.
bool isWordCharacter(char32_t c) {
    switch (CharClasses::instance().category(c)) {
    case CharCategory::P: // connectors, \p{Pc}
        return c == '_' || c == 0x203F || c == 0x2040 || c == 0x2054 || c == 0xFE33 || c == 0xFE34 ||
               (c >= 0xFE4D && c <= 0xFE4F) || c == 0xFF3F;
    case CharCategory::S: // letters in circles and squares
        return (c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F149) || (c >= 0x1F150 && c <= 0x1F169) ||
               (c >= 0x1F170 && c <= 0x1F189);
    case CharCategory::Other:
        return c == 0x200C || c == 0x200D; // joiners
    case CharCategory::No:
    case CharCategory::Z:
        return false;
    default:
        return true;
    }
}

/// What \d{1,3}(?=(?:\d{3})*\b) matches, in one pass: the expression itself looks at the rest of a number again and
/// again, which takes hours for a megabyte of digits. `atWordEnd` false: (?:\P{Nd}|$) in place of \b.
void matchDigitGroups(std::string_view text, bool atWordEnd, std::vector<Stretch>& out) {
    const CharClasses& classes = CharClasses::instance();
    std::size_t done = 0;
    std::vector<std::size_t> begins; // of the digits of one number
    for (std::size_t at = 0; at < text.size();) {
        begins.clear();
        Utf8Char c = utf8At(text, at);
        while (classes.category(c.codePoint) == CharCategory::Nd) {
            begins.push_back(at);
            at += c.bytes;
            if (at == text.size())
                break;
            c = utf8At(text, at);
        }
        const bool ends = at == text.size() || !atWordEnd ||
                          ((classes.flags(c.codePoint) & (kLetter | kNumber)) == 0 && c.codePoint != '_');
        if (ends)
            for (std::size_t i = 0; i < begins.size();) {
                const std::size_t next = i == 0 && begins.size() % 3 != 0 ? begins.size() % 3 : i + 3;
                addStretches(out, done, begins[i], next < begins.size() ? begins[next] : at);
                i = next;
            }
        if (begins.empty())
            at += c.bytes;
    }
    if (done < text.size())
        out.push_back({done, text.size(), false});
}

/// \w+|[^\w\s]+ as matches.
void matchWords(std::string_view text, std::vector<Stretch>& out) {
    const CharClasses& classes = CharClasses::instance();
    int before = 0; // 0 blank, 1 word, 2 other
    std::size_t begin = 0;
    const auto close = [&](std::size_t at) {
        if (at > begin)
            out.push_back({begin, at, before != 0});
        begin = at;
    };
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Char c = utf8At(text, at);
        const int now = (classes.flags(c.codePoint) & kSpace) != 0 ? 0 : isWordCharacter(c.codePoint) ? 1 : 2;
        if (now != before)
            close(at);
        before = now;
        at += c.bytes;
    }
    close(text.size());
}

/// One step at work on many pieces: keeps what a search needs, which costs more to make than a word to cut.
class StepRunner {
public:
    explicit StepRunner(const PreStep& step) : step_(step) {
        if (step.kind == PreStep::Kind::Pattern && step.isRegex)
            search_.emplace(step.regex);
    }

    /// Appends the parts of one piece; `offset` is where it begins in its text.
    Result<void> split(std::string_view text, std::size_t offset, std::vector<PrePiece>& out) {
        stretches_.clear();
        SplitBehavior behavior = step_.behavior;
        switch (step_.kind) {
        case PreStep::Kind::Pattern:
            VITRAL_TRY(findMatches(step_, search_ ? &*search_ : nullptr, text, stretches_));
            break;
        case PreStep::Kind::Splitter:
            bySplitter(text, offset, out);
            return {};
        case PreStep::Kind::Digits:
            matchCharacters(text, !step_.individual, stretches_,
                            [](char32_t, std::uint16_t flags) { return (flags & kNumber) != 0; });
            behavior = SplitBehavior::Isolated;
            break;
        case PreStep::Kind::DigitGroups:
            matchDigitGroups(text, step_.individual, stretches_);
            break;
        case PreStep::Kind::Punctuation:
            matchCharacters(text, false, stretches_, isPunctuation);
            break;
        case PreStep::Kind::Whitespace:
            matchWords(text, stretches_);
            for (Stretch& s : stretches_)
                s.isMatch = !s.isMatch;
            behavior = SplitBehavior::Removed;
            break;
        case PreStep::Kind::SpaceSplit:
            matchCharacters(text, true, stretches_,
                            [](char32_t, std::uint16_t flags) { return (flags & kSpace) != 0; });
            behavior = SplitBehavior::Removed;
            break;
        default:
            out.push_back({offset, offset + text.size()});
            return {};
        }
        applyBehavior(behavior, stretches_, offset, out);
        return {};
    }

    /// The parts of all pieces of `text`.
    Result<void> splitAll(std::string_view text, const std::vector<PrePiece>& pieces, std::vector<PrePiece>& out) {
        for (const PrePiece& p : pieces)
            VITRAL_TRY(split(text.substr(p.begin, p.end - p.begin), p.begin, out));
        return {};
    }

private:
    void bySplitter(std::string_view text, std::size_t offset, std::vector<PrePiece>& out) const {
        std::uint32_t ends[256];
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t n = splitPieces(step_.splitter, text, at, ends, std::size(ends));
            for (std::size_t i = 0; i < n; ++i) {
                out.push_back({offset + at, offset + ends[i]});
                at = ends[i];
            }
        }
    }

    const PreStep& step_;
    std::optional<RegexSearch> search_;
    std::vector<Stretch> stretches_;
};

/// The steps that put something into the text write it anew, piece by piece.
void rewrite(const PreStep& step, std::string_view text, bool atStart, const std::vector<PrePiece>& pieces,
             std::string& buffer, std::vector<PrePiece>& out) {
    std::string written;
    std::vector<Stretch> stretches;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const std::string_view piece = text.substr(pieces[i].begin, pieces[i].end - pieces[i].begin);
        const std::size_t begin = written.size();
        if (step.kind == PreStep::Kind::PrefixSpace) {
            if (!piece.starts_with(' '))
                written += ' ';
            written += piece;
            out.push_back({begin, written.size()});
            continue;
        }
        const bool prepend = step.prepend == PreStep::Prepend::Always ||
                             (step.prepend == PreStep::Prepend::First && atStart && pieces[i].begin == 0);
        if (prepend && !piece.starts_with(' ') && !piece.starts_with(step.text))
            written += step.text;
        for (const char c : piece)
            if (c == ' ')
                written += step.text;
            else
                written += c;
        if (!step.split) {
            out.push_back({begin, written.size()});
            continue;
        }
        PreStep literal;
        literal.text = step.text;
        stretches.clear();
        (void)findMatches(literal, nullptr, std::string_view(written).substr(begin),
                          stretches); // a literal cannot fail
        applyBehavior(SplitBehavior::MergedWithNext, stretches, begin, out);
    }
    buffer = std::move(written);
}

/// Applies steps to pieces spelled in the byte alphabet, and brings the cuts back to bytes.
Result<void> splitSpelled(std::vector<StepRunner>& steps, std::string_view text, PrePiece piece,
                          std::vector<PrePiece>& out) {
    std::string spelled;
    byte_alphabet::spell(text.substr(piece.begin, piece.end - piece.begin), spelled);
    std::vector<PrePiece> pieces{{0, spelled.size()}};
    std::vector<PrePiece> next;
    for (StepRunner& step : steps) {
        next.clear();
        VITRAL_TRY(step.splitAll(spelled, pieces, next));
        pieces.swap(next);
    }
    std::size_t at = 0;
    std::size_t bytes = 0; // characters passed, each of which is one byte of the text
    const auto bytesAt = [&](std::size_t target) {
        for (; at < target; ++at)
            bytes += (static_cast<unsigned char>(spelled[at]) & 0xC0) != 0x80 ? 1 : 0;
        return piece.begin + bytes;
    };
    for (const PrePiece& p : pieces) {
        const std::size_t begin = bytesAt(p.begin);
        out.push_back({begin, bytesAt(p.end)});
    }
    return {};
}

} // namespace

Result<void> PreTokenizer::addPattern(std::string_view pattern, SplitBehavior behavior, bool invert) {
    PreStep step;
    step.behavior = behavior;
    step.invert = invert;
    const SplitterKind known = splitterOf(pattern);
    if (known != SplitterKind::None &&
        (behavior == SplitBehavior::Isolated || (behavior == SplitBehavior::Removed && invert))) {
        step.kind = PreStep::Kind::Splitter; // these match every byte, so nothing lies between the matches
        step.splitter = known;
    } else if (pattern == "\\d{1,3}(?=(?:\\d{3})*\\b)" || pattern == "\\p{Nd}{1,3}(?=(?:\\p{Nd}{3})*(?:\\P{Nd}|$))") {
        step.kind = PreStep::Kind::DigitGroups;
        step.individual = pattern[1] == 'd';
    } else {
        VITRAL_TRY_ASSIGN(step.regex, Regex::compile(pattern));
        step.isRegex = true;
    }
    steps_.push_back(std::move(step));
    return {};
}

SplitterKind PreTokenizer::onlySplitter() const {
    return steps_.size() == 1 && steps_[0].kind == PreStep::Kind::Splitter ? steps_[0].splitter : SplitterKind::None;
}

Result<void> PreTokenizer::split(std::string_view& text, std::string& buffer, bool atStart,
                                 std::vector<PrePiece>& pieces) const {
    pieces.assign(1, {0, text.size()});
    std::vector<PrePiece> next;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        const PreStep& step = steps_[i];
        next.clear();
        if (step.kind == PreStep::Kind::ByteAlphabet) {
            std::vector<StepRunner> rest(steps_.begin() + static_cast<std::ptrdiff_t>(i) + 1, steps_.end());
            for (const PrePiece& p : pieces)
                VITRAL_TRY(splitSpelled(rest, text, p, next));
            pieces.swap(next);
            break;
        }
        if (step.kind == PreStep::Kind::PrefixSpace || step.kind == PreStep::Kind::Metaspace) {
            rewrite(step, text, atStart, pieces, buffer, next);
            text = buffer;
        } else if (step.kind == PreStep::Kind::Bert) {
            PreStep part;
            part.kind = PreStep::Kind::SpaceSplit;
            std::vector<PrePiece> words;
            VITRAL_TRY(StepRunner(part).splitAll(text, pieces, words));
            part.kind = PreStep::Kind::Punctuation;
            VITRAL_TRY(StepRunner(part).splitAll(text, words, next));
        } else {
            VITRAL_TRY(StepRunner(step).splitAll(text, pieces, next));
        }
        pieces.swap(next);
    }
    std::erase_if(pieces, [](const PrePiece& p) { return p.begin == p.end; });
    return {};
}

} // namespace vitral
