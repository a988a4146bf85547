// SPDX-License-Identifier: Apache-2.0
#define PCRE2_CODE_UNIT_WIDTH 8
#include "core/tokenizer/regex.h"

#include <array>
#include <fmt/format.h>
#include <pcre2.h>

namespace vitral {

namespace {

constexpr std::uint32_t kMatchLimit = 10'000'000;     ///< steps of one match
constexpr auto kTimeLimit = std::chrono::seconds(30); ///< of one search; 10 MB of text take about one
constexpr std::uint32_t kHeapLimitKiB = 64 * 1024;
constexpr std::size_t kMaxPatternBytes = 64 * 1024;

/// PCRE2 calls U+180E a blank and its \w knows no marks: spell these classes as Oniguruma defines them (asked code
/// point by code point; the superscripts and fractions of Latin-1 are word characters there).
Result<std::string> translate(std::string_view pattern) {
    constexpr std::string_view kSpace = "\\p{Z}\\x{09}-\\x{0d}\\x{85}";
    constexpr std::string_view kWord =
        "\\p{L}\\p{M}\\p{Nd}\\p{Nl}\\p{Pc}\\x{b2}\\x{b3}\\x{b9}\\x{bc}-\\x{be}\\x{24b6}-\\x{24e9}"
        "\\x{1f130}-\\x{1f149}\\x{1f150}-\\x{1f169}\\x{1f170}-\\x{1f189}";
    std::string out;
    int classDepth = 0;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (c == '\\' && i + 1 < pattern.size()) {
            const char next = pattern[++i];
            const std::string_view set = next == 's' || next == 'S'   ? kSpace
                                         : next == 'w' || next == 'W' ? kWord
                                                                      : std::string_view();
            const bool negated = next == 'S' || next == 'W';
            if (set.empty() || (negated && classDepth > 0)) {
                if (next == 'h' || next == 'H') // a hexadecimal digit in Oniguruma, a blank in PCRE2
                    out += classDepth > 0 ? "0-9a-fA-F" : next == 'h' ? "[0-9a-fA-F]" : "[^0-9a-fA-F]";
                else
                    (out += c) += next;
                continue;
            }
            if (classDepth > 0)
                out += set;
            else
                out += fmt::format("[{}{}]", negated ? "^" : "", set);
            continue;
        }
        if (classDepth > 0 && c == '&' && pattern.substr(i, 2) == "&&")
            return fail(ErrorCode::Unsupported, "A pre-tokeniser's pattern intersects character classes (&&), which "
                                                "this version does not know.");
        if (c == '[' && classDepth > 0 && pattern.substr(i, 2) != "[:")
            return fail(ErrorCode::Unsupported,
                        "A pre-tokeniser's pattern nests character classes, which this version does not know.");
        if (c == '[' && classDepth == 0) {
            classDepth = 1;
            out += c;
            if (pattern.substr(i + 1, 1) == "^")
                out += pattern[++i];
            if (pattern.substr(i + 1, 1) == "]")
                out += pattern[++i];
            continue;
        }
        if (c == '[') { // [:name:]
            const std::size_t close = pattern.find(":]", i);
            if (close == std::string_view::npos)
                return fail(ErrorCode::Unsupported, "A pre-tokeniser's pattern has an open [: class.");
            out += pattern.substr(i, close + 2 - i);
            i = close + 1;
            continue;
        }
        if (c == ']' && classDepth > 0)
            classDepth = 0;
        out += c;
    }
    return out;
}

/// Look-behind, anchors and word boundaries.
bool mayLookBack(std::string_view pattern) {
    bool inClass = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (c == '\\' && i + 1 < pattern.size()) {
            const char next = pattern[++i];
            if (!inClass && std::string_view("bBAGZzK").find(next) != std::string_view::npos)
                return true;
            continue;
        }
        if (inClass) {
            inClass = c != ']';
            continue;
        }
        if (c == '[') {
            inClass = true;
            i += pattern.substr(i + 1).starts_with("^]") ? 2 : pattern.substr(i + 1).starts_with("]") ? 1 : 0;
        }
        if (c == '$' || c == '^' || pattern.substr(i).starts_with("(?<=") || pattern.substr(i).starts_with("(?<!"))
            return true;
    }
    return false;
}

} // namespace

Result<Regex> Regex::compile(std::string_view pattern) {
    if (pattern.size() > kMaxPatternBytes)
        return fail(ErrorCode::Unsupported, fmt::format("A pre-tokeniser's pattern is {} bytes long; {} are allowed.",
                                                        pattern.size(), kMaxPatternBytes));
    VITRAL_TRY_ASSIGN(const std::string translated, translate(pattern));
    int error = 0;
    std::size_t offset = 0;
    pcre2_code* code =
        pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                      PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY, &error, &offset, nullptr);
    if (!code) {
        std::array<PCRE2_UCHAR, 256> text{};
        pcre2_get_error_message(error, text.data(), text.size());
        return fail(ErrorCode::Unsupported, fmt::format("A pre-tokeniser's pattern cannot be read, at its byte {}: {}.",
                                                        offset, reinterpret_cast<const char*>(text.data())));
    }
    Regex regex;
    regex.looksBack_ = mayLookBack(pattern);
    regex.code_ = {code, [](pcre2_code* c) { pcre2_code_free(c); }};
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); // where there is no JIT the interpreter does the same, slower
    return regex;
}

RegexSearch::RegexSearch(const Regex& regex, std::string_view subject) : code_(regex.code_), subject_(subject) {
    data_ = {pcre2_match_data_create_from_pattern(code_.get(), nullptr),
             [](pcre2_match_data* d) { pcre2_match_data_free(d); }};
    context_ = {pcre2_match_context_create(nullptr), [](pcre2_match_context* c) { pcre2_match_context_free(c); }};
    stack_ = {pcre2_jit_stack_create(32 * 1024, 16 * 1024 * 1024, nullptr),
              [](pcre2_jit_stack* s) { pcre2_jit_stack_free(s); }};
    if (context_) {
        pcre2_set_match_limit(context_.get(), kMatchLimit);
        pcre2_set_heap_limit(context_.get(), kHeapLimitKiB);
        pcre2_jit_stack_assign(context_.get(), nullptr, stack_.get());
    }
}

Result<RegexSearch::Match> RegexSearch::find(std::size_t from) {
    if (!data_ || !context_)
        return fail(ErrorCode::OutOfMemory, "There is no memory left to match a pre-tokeniser's pattern.");
    if (finds_++ % 64 == 0) {
        const auto now = std::chrono::steady_clock::now();
        if (finds_ == 1)
            begun_ = now;
        if (now - begun_ > kTimeLimit)
            return fail(ErrorCode::Unsupported, "The tokenizer's pattern takes too long on this text.");
    }
    const auto* subject = reinterpret_cast<PCRE2_SPTR>(subject_.data());
    int rc = pcre2_match(code_.get(), subject, subject_.size(), from, PCRE2_NO_UTF_CHECK, data_.get(), context_.get());
    if (rc == PCRE2_ERROR_JIT_STACKLIMIT) // the interpreter keeps its stack on the heap, within the heap limit
        rc = pcre2_match(code_.get(), subject, subject_.size(), from, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data_.get(),
                         context_.get());
    if (rc == PCRE2_ERROR_NOMATCH)
        return Match{};
    if (rc < 0)
        return fail(
            ErrorCode::Unsupported,
            fmt::format("The tokenizer's pattern needs too much work on this text (PCRE2 error {}, at byte {}).", rc,
                        from));
    const std::size_t* ends = pcre2_get_ovector_pointer(data_.get());
    if (ends[1] < ends[0] || ends[0] < from)
        return fail(ErrorCode::Unsupported, "The tokenizer's pattern matches backwards (\\K), which is not allowed.");
    return Match{true, ends[0], ends[1]};
}

} // namespace vitral
