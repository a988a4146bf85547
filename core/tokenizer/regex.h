// SPDX-License-Identifier: Apache-2.0
#pragma once
// A regular expression of a pre-tokeniser, run by PCRE2 with its JIT. Patterns come from files and are hostile:
// matching has limits, and passing one is a sentence. Thread: a Regex is immutable and may be shared; a RegexSearch
// belongs to one thread.

#include "core/base/result.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct pcre2_real_code_8;
struct pcre2_real_match_data_8;
struct pcre2_real_match_context_8;
struct pcre2_real_jit_stack_8;

namespace vitral {

class Regex {
public:
    /// Understands what tokenizer.json files hold: Oniguruma and Rust patterns as far as models use them (\s, \w and
    /// \d are Unicode's). Errors: Unsupported, quoting PCRE2.
    static Result<Regex> compile(std::string_view pattern);
    /// Whether a match can depend on what stands before it, apart from where the search begins: look-behind, \b, ^ and
    /// the like, by a cautious look at the pattern.
    [[nodiscard]] bool looksBack() const { return looksBack_; }

private:
    friend class RegexSearch;
    std::shared_ptr<pcre2_real_code_8> code_;
    bool looksBack_ = false;
};

/// Finds the matches of one expression in one text, from left to right.
class RegexSearch {
public:
    explicit RegexSearch(const Regex& regex, std::string_view subject = {});
    /// Searches another text from now on: cheaper than a new search. `subject` must be valid UTF-8 and outlive its use.
    void setSubject(std::string_view subject) { subject_ = subject; }

    struct Match {
        bool found = false;
        std::size_t begin = 0, end = 0;
    };
    /// The first match at or after `from`. Errors: Unsupported, where the pattern needs too much work on this text: one
    /// match too many steps, or all matches of this search together more than half a minute.
    Result<Match> find(std::size_t from);

private:
    std::shared_ptr<pcre2_real_code_8> code_;
    std::string_view subject_;
    std::uint32_t finds_ = 0;
    std::chrono::steady_clock::time_point begun_;
    std::shared_ptr<pcre2_real_match_data_8> data_;
    std::shared_ptr<pcre2_real_match_context_8> context_;
    std::shared_ptr<pcre2_real_jit_stack_8> stack_;
};

} // namespace vitral
