// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/vocabulary_index.h"

#include "core/tokenizer/byte_alphabet.h"
#include "core/tokenizer/char_class.h"
#include "core/tokenizer/pipeline.h"
#include "core/tokenizer/regex.h"
#include "core/tokenizer/utf8.h"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

namespace vitral {

namespace {

constexpr std::uint8_t kCommon = 0;
constexpr std::uint8_t kBytes = 1;
constexpr std::string_view kVisibleBlank = "\xE2\x96\x81"; // U+2581
constexpr std::size_t kFirstScript = 2;

/// Names as PCRE2 and Unicode's Scripts.txt spell them; those this PCRE2 does not know are never found.
constexpr std::array<std::string_view, 92> kScripts{"Common",       "Bytes",
                                                    "Latin",        "Greek",
                                                    "Cyrillic",     "Armenian",
                                                    "Hebrew",       "Arabic",
                                                    "Syriac",       "Thaana",
                                                    "Devanagari",   "Bengali",
                                                    "Gurmukhi",     "Gujarati",
                                                    "Oriya",        "Tamil",
                                                    "Telugu",       "Kannada",
                                                    "Malayalam",    "Sinhala",
                                                    "Thai",         "Lao",
                                                    "Tibetan",      "Myanmar",
                                                    "Georgian",     "Hangul",
                                                    "Ethiopic",     "Cherokee",
                                                    "Ogham",        "Runic",
                                                    "Khmer",        "Mongolian",
                                                    "Hiragana",     "Katakana",
                                                    "Bopomofo",     "Han",
                                                    "Yi",           "Old_Italic",
                                                    "Gothic",       "Deseret",
                                                    "Tagalog",      "Hanunoo",
                                                    "Buhid",        "Tagbanwa",
                                                    "Limbu",        "Tai_Le",
                                                    "Linear_B",     "Ugaritic",
                                                    "Shavian",      "Osmanya",
                                                    "Cypriot",      "Braille",
                                                    "Buginese",     "Coptic",
                                                    "Glagolitic",   "Tifinagh",
                                                    "Syloti_Nagri", "Old_Persian",
                                                    "Kharoshthi",   "Balinese",
                                                    "Cuneiform",    "Phoenician",
                                                    "Phags_Pa",     "Nko",
                                                    "Sundanese",    "Lepcha",
                                                    "Ol_Chiki",     "Vai",
                                                    "Saurashtra",   "Kayah_Li",
                                                    "Rejang",       "Cham",
                                                    "Tai_Tham",     "Tai_Viet",
                                                    "Avestan",      "Egyptian_Hieroglyphs",
                                                    "Samaritan",    "Lisu",
                                                    "Bamum",        "Javanese",
                                                    "Meetei_Mayek", "Imperial_Aramaic",
                                                    "Old_Turkic",   "Kaithi",
                                                    "Batak",        "Brahmi",
                                                    "Mandaic",      "Chakma",
                                                    "New_Tai_Lue",  "Canadian_Aboriginal",
                                                    "Adlam",        "Osage"};

bool isLetter(char32_t c) {
    return (CharClasses::instance().flags(c) & (char_flag::kLetter | char_flag::kMark)) != 0;
}

char lowerAscii(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool containsText(std::string_view text, std::string_view lowered) {
    return std::search(text.begin(), text.end(), lowered.begin(), lowered.end(),
                       [](char a, char b) { return lowerAscii(a) == b; }) != text.end();
}

/// Replaces what is not UTF-8, which an expression must not see.
std::string_view validView(std::string_view text, std::string& buffer) {
    if (isValidUtf8(text))
        return text;
    buffer.clear();
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Char c = utf8At(text, at);
        appendUtf8(buffer, c.codePoint);
        at += c.bytes;
    }
    return buffer;
}

} // namespace

std::string_view VocabularyIndex::unreachableRule() {
    return "A token is unreachable when its own text, which must pass the normaliser unchanged and the pre-tokeniser "
           "in "
           "one piece, is not encoded as that token alone. Special, added, unused and byte tokens and tokens that "
           "begin "
           "or end inside a character are not judged.";
}

std::span<const std::string_view> VocabularyIndex::scripts() {
    return kScripts;
}

Result<VocabularyIndex> VocabularyIndex::build(std::shared_ptr<const Tokenizer> tokenizer,
                                               const std::stop_token& stop) {
    VocabularyIndex index;
    index.tokenizer_ = std::move(tokenizer);
    index.readTexts();
    VITRAL_TRY(index.findScripts(stop));
    VITRAL_TRY(index.judge(stop));
    return index;
}

void VocabularyIndex::readTexts() {
    const auto n = static_cast<std::size_t>(tokenizer_->nVocab());
    entries_.resize(n);
    const auto* pipeline = dynamic_cast<const PipelineTokenizer*>(tokenizer_.get());
    for (std::size_t i = 0; i < n; ++i) {
        const auto id = static_cast<TokenId>(i);
        Entry& e = entries_[i];
        const std::string says = tokenizer_->decodeToken(id, true);
        e.textBegin = static_cast<std::uint32_t>(pool_.size());
        e.textBytes = static_cast<std::uint32_t>(says.size());
        pool_ += says;
        e.type = tokenizer_->type(id);
        if (pipeline)
            e.score = pipeline->parts().vocabulary->score(id);
    }
}

/// The script of every letter that occurs, by one expression a script over the list of them.
Result<void> VocabularyIndex::findScripts(const std::stop_token& stop) {
    std::unordered_map<char32_t, std::uint8_t> scriptOf;
    for (std::size_t at = 0; at < pool_.size();) {
        const Utf8Char c = utf8At(pool_, at);
        at += c.bytes;
        if (c.valid && isLetter(c.codePoint))
            scriptOf.emplace(c.codePoint, kCommon);
    }
    std::vector<char32_t> letters;
    for (const auto& [c, script] : scriptOf)
        letters.push_back(c);
    std::sort(letters.begin(), letters.end());
    std::string all;
    for (const char32_t c : letters)
        appendUtf8(all, c);
    for (std::size_t s = kFirstScript; s < kScripts.size(); ++s) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "Indexing the vocabulary was stopped.");
        // "sc:" asks for the script itself; without it newer PCRE2 counts signs that several scripts share.
        auto regex = Regex::compile("\\p{sc:" + std::string(kScripts[s]) + "}+");
        if (!regex)
            regex = Regex::compile("\\p{" + std::string(kScripts[s]) + "}+");
        if (!regex)
            continue;
        RegexSearch matches(*regex, all);
        for (std::size_t from = 0; from < all.size();) {
            VITRAL_TRY_ASSIGN(const RegexSearch::Match match, matches.find(from));
            if (!match.found)
                break;
            for (std::size_t at = match.begin; at < match.end;) {
                const Utf8Char c = utf8At(all, at);
                scriptOf[c.codePoint] = static_cast<std::uint8_t>(s);
                at += c.bytes;
            }
            from = match.end;
        }
    }
    std::map<std::uint8_t, std::size_t> counts;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        counts.clear();
        bool whole = false;
        const std::string_view says = text(static_cast<TokenId>(i));
        for (std::size_t at = 0; at < says.size();) {
            const Utf8Char c = utf8At(says, at);
            at += c.bytes;
            whole = whole || c.valid;
            if (const auto place = scriptOf.find(c.codePoint); c.valid && place != scriptOf.end())
                ++counts[place->second];
        }
        counts.erase(kCommon);
        Entry& e = entries_[i];
        e.script = !whole && !says.empty() ? kBytes : kCommon;
        std::size_t most = 0;
        for (const auto& [script, n] : counts)
            if (n > most) {
                most = n;
                e.script = script;
            }
    }
    return {};
}

Result<void> VocabularyIndex::judge(const std::stop_token& stop) {
    const auto* pipeline = dynamic_cast<const PipelineTokenizer*>(tokenizer_.get());
    if (!pipeline)
        return {};
    const TokenizerParts& parts = pipeline->parts();
    const bool byteLevel = parts.decoder.byteAlphabet;
    const bool merges =
        parts.model->kind() == TokenizerKind::ByteLevelBpe || parts.model->kind() == TokenizerKind::SentencePieceBpe;
    const bool wordPiece = parts.model->kind() == TokenizerKind::WordPiece;
    const std::vector<PreStep>& steps = parts.preTokenizer.steps();
    const bool makesVisible = std::any_of(steps.begin(), steps.end(), [](const PreStep& step) {
        return step.kind == PreStep::Kind::Metaspace && step.text == kVisibleBlank;
    });
    // WordPiece marks the pieces that go on ("##"), in GGUF files those that begin a word.
    std::size_t beginnings = 0;
    for (std::size_t i = 0; wordPiece && i < entries_.size(); ++i)
        beginnings += tokenizer_->piece(static_cast<TokenId>(i)).starts_with(kVisibleBlank) ? 1 : 0;
    const bool marksBeginnings = beginnings * 4 > entries_.size();
    const std::string mark = marksBeginnings                          ? std::string(kVisibleBlank)
                             : parts.decoder.continuingPrefix.empty() ? "##"
                                                                      : parts.decoder.continuingPrefix;
    ModelScratch scratch;
    std::vector<TokenId> ids;
    std::string word;
    std::string normalised;
    std::string written;
    std::vector<PrePiece> pieces;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (i % 4096 == 0 && stop.stop_requested())
            return fail(ErrorCode::Cancelled, "Indexing the vocabulary was stopped.");
        const auto id = static_cast<TokenId>(i);
        Entry& e = entries_[i];
        const std::string_view spelled = tokenizer_->piece(id);
        if (e.type != TokenType::Normal || spelled.empty())
            continue;
        if (tokenizer_->find(spelled) != id) {
            e.unreachable = Unreachable::Repeated;
            continue;
        }
        // The piece as the model sees it: bytes, or the piece itself.
        word.clear();
        if (byteLevel)
            byte_alphabet::unspell(spelled, word);
        else
            word = spelled;
        bool continues = false;
        if (wordPiece) {
            const bool hasMark = word.size() > mark.size() && word.starts_with(mark);
            continues = hasMark != marksBeginnings;
            if (hasMark)
                word.erase(0, mark.size());
        }
        if (!isValidUtf8(word))
            continue;
        std::string typed = word; // as it comes to the normaliser: Metaspace makes blanks visible behind it
        for (std::size_t at = typed.find(kVisibleBlank); makesVisible && at != std::string::npos;
             at = typed.find(kVisibleBlank, at))
            typed.replace(at, kVisibleBlank.size(), " ");
        VITRAL_TRY(parts.normalizer.run(typed, normalised, {false, false}));
        if (normalised != typed) {
            e.unreachable = Unreachable::Normalised;
            continue;
        }
        std::string_view cut = typed;
        VITRAL_TRY(parts.preTokenizer.split(cut, written, false, pieces));
        if (pieces.size() > 1) {
            e.unreachable = Unreachable::Cut;
            continue;
        }
        if (continues) { // the longest match decides, and this piece is its own longest match behind some beginning
            e.unreachable = Unreachable::No;
            continue;
        }
        ids.clear();
        EncodeTrace::PreToken trace;
        parts.model->encodeWord(word, scratch, ids, merges ? &trace : nullptr, 0);
        e.unreachable = ids.size() == 1 && ids[0] == id ? Unreachable::No : Unreachable::Merged;
        if (e.unreachable == Unreachable::No && !trace.merges.empty())
            e.rank = trace.merges.back().rank; // the merge that makes it
    }
    return {};
}

Result<std::vector<TokenId>> VocabularyIndex::search(const Query& query) const {
    std::string lowered = query.text;
    std::transform(lowered.begin(), lowered.end(), lowered.begin(), lowerAscii);
    std::optional<Regex> regex;
    std::optional<RegexSearch> searcher;
    if (!query.regex.empty()) {
        VITRAL_TRY_ASSIGN(regex, Regex::compile(query.regex));
        searcher.emplace(*regex);
    }
    std::vector<TokenId> out;
    std::string buffer;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const auto id = static_cast<TokenId>(i);
        const Entry& e = entries_[i];
        if ((query.firstId && id < *query.firstId) || (query.lastId && id > *query.lastId) ||
            (query.minBytes && e.textBytes < *query.minBytes) || (query.maxBytes && e.textBytes > *query.maxBytes) ||
            (query.script && e.script != *query.script) || (query.type && e.type != *query.type) ||
            (query.onlyUnreachable && (e.unreachable == Unreachable::No || e.unreachable == Unreachable::NotJudged)))
            continue;
        if (!lowered.empty() && !containsText(text(id), lowered) && !containsText(piece(id), lowered))
            continue;
        if (searcher) {
            bool found = false;
            for (const std::string_view subject : {text(id), piece(id)}) {
                searcher->setSubject(validView(subject, buffer));
                VITRAL_TRY_ASSIGN(const RegexSearch::Match match, searcher->find(0));
                found = found || match.found;
                if (found)
                    break;
            }
            if (!found)
                continue;
        }
        out.push_back(id);
    }
    const auto before = [&](TokenId a, TokenId b) {
        switch (query.order) {
        case Order::Length:
            return entry(a).textBytes < entry(b).textBytes;
        case Order::Text:
            return text(a) < text(b);
        case Order::Score:
            return entry(a).rank != entry(b).rank ? entry(a).rank < entry(b).rank : entry(a).score > entry(b).score;
        case Order::Id:
            break;
        }
        return a < b;
    };
    std::stable_sort(out.begin(), out.end(),
                     [&](TokenId a, TokenId b) { return query.descending ? before(b, a) : before(a, b); });
    return out;
}

std::vector<std::size_t> VocabularyIndex::countByScript() const {
    std::vector<std::size_t> out(kScripts.size(), 0);
    for (const Entry& e : entries_)
        ++out[e.script];
    return out;
}

} // namespace vitral
