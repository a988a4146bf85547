// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/text_counts.h"

#include "core/tokenizer/regex.h"
#include "core/tokenizer/utf8.h"

#include <string>

namespace vitral {

namespace {

Result<std::uint64_t> countMatches(std::string_view pattern, std::string_view text) {
    VITRAL_TRY_ASSIGN(const Regex regex, Regex::compile(pattern));
    RegexSearch search(regex, text);
    std::uint64_t n = 0;
    for (std::size_t from = 0; from < text.size(); ++n) {
        VITRAL_TRY_ASSIGN(const RegexSearch::Match match, search.find(from));
        if (!match.found)
            break;
        from = match.end;
    }
    return n;
}

constexpr std::string_view kLetters = "\\p{L}\\p{M}\\p{N}\\p{Pc}";
/// Inside a word between two letters: MidLetter, MidNumLet and Single_Quote of UAX 29.
constexpr std::string_view kInside = "'’.·:‧․﹒＇．";

} // namespace

Result<TextCounts> countText(std::string_view text) {
    TextCounts counts;
    counts.bytes = text.size();
    std::string valid; // an invalid byte shows as U+FFFD
    for (std::size_t at = 0; at < text.size(); ++counts.codePoints) {
        const Utf8Char c = utf8At(text, at);
        appendUtf8(valid, c.codePoint);
        at += c.bytes;
    }
    VITRAL_TRY_ASSIGN(counts.characters, countMatches("\\X", valid));
    // "sc:" asks for the script itself; without it newer PCRE2 counts signs that several scripts share.
    const std::string own = Regex::compile("\\p{sc:Han}") ? "[\\p{sc:Han}\\p{sc:Hiragana}]" : "[\\p{Han}\\p{Hiragana}]";
    // Letters but those that are words of their own.
    const std::string letter = "(?:(?!" + own + ")[" + std::string(kLetters) + "])";
    const std::string word = own + "\\p{M}*|" + letter + "+(?:[" + std::string(kInside) + "]" + letter + "+)*";
    VITRAL_TRY_ASSIGN(counts.words, countMatches(word, valid));
    VITRAL_TRY_ASSIGN(const std::uint64_t letters, countMatches("\\p{L}", valid));
    VITRAL_TRY_ASSIGN(const std::uint64_t unspaced, countMatches("[\\p{Thai}\\p{Lao}\\p{Khmer}\\p{Myanmar}]", valid));
    counts.wordsAreRuns = unspaced * 2 > letters;
    return counts;
}

Result<PassageCost> passageCost(const Tokenizer& tokenizer, std::string_view text, const TextCounts& counts) {
    VITRAL_TRY_ASSIGN(const std::vector<TokenId> ids, tokenizer.encode(text, {AddSpecial::No, ParseSpecial::No}));
    PassageCost cost;
    cost.text = counts;
    cost.tokens = ids.size();
    return cost;
}

} // namespace vitral
