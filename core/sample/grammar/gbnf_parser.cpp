// SPDX-License-Identifier: Apache-2.0
// Recursive-descent parser of GBNF. Repetitions and groups become generated rules, characters become bytes, so that
// what matches later knows nothing of either.

#include "core/sample/grammar/grammar.h"
#include "core/sample/grammar/utf8_ranges.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace vitral {

namespace {

constexpr std::size_t kMaxText = std::size_t{1} << 20U; ///< bytes of GBNF
constexpr std::size_t kMaxElements = 400'000;           ///< after repetitions are written out
constexpr int kMaxNesting = 200;                        ///< groups in groups
constexpr std::uint64_t kMaxCount = 1'000'000'000;      ///< a larger number is a slip, and would not fit later

bool isNameChar(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

int hexValue(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

} // namespace

class GbnfParser {
public:
    explicit GbnfParser(std::string_view text) : text_(text), grammar_(std::make_shared<Grammar>()) {}

    Result<std::shared_ptr<const Grammar>> run() {
        if (text_.size() > kMaxText)
            return fail(ErrorCode::InvalidArgument, "The grammar is larger than 1 MiB.");
        skipSpace(true);
        while (at_ < text_.size()) {
            VITRAL_TRY(parseRule());
            skipSpace(true);
        }
        const auto root = names_.find("root");
        if (root == names_.end())
            return fail(ErrorCode::InvalidArgument, "The grammar has no rule named root, where a text would begin.");
        grammar_->root_ = root->second;
        for (const auto& [name, where] : firstUse_)
            if (!defined_[names_.at(name)])
                return errorAt(where, "the rule " + name + " is used but never defined");
        VITRAL_TRY(grammar_->checkLeftRecursion());
        return std::shared_ptr<const Grammar>(std::move(grammar_));
    }

private:
    using Sequence = std::vector<GrammarElement>;

    tl::unexpected<Error> errorAt(std::size_t where, const std::string& what) const {
        std::size_t line = 1;
        std::size_t column = 1;
        for (std::size_t i = 0; i < where && i < text_.size(); ++i) {
            column = text_[i] == '\n' ? 1 : column + 1;
            line += text_[i] == '\n' ? 1 : 0;
        }
        return fail(ErrorCode::InvalidArgument, "Line " + std::to_string(line) + ", column " + std::to_string(column) +
                                                    " of the grammar: " + what + ".");
    }
    tl::unexpected<Error> error(const std::string& what) const { return errorAt(at_, what); }

    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }

    void skipSpace(bool newlines) {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '#')
                at_ = std::min(text_.find('\n', at_), text_.size());
            else if (c == ' ' || c == '\t' || (newlines && (c == '\n' || c == '\r')))
                ++at_;
            else
                return;
        }
    }

    std::uint32_t ruleNamed(const std::string& name) {
        const auto [it, fresh] = names_.try_emplace(name, static_cast<std::uint32_t>(grammar_->rules_.size()));
        if (fresh) {
            grammar_->rules_.push_back({name, {}});
            defined_.push_back(false);
        }
        return it->second;
    }

    /// A rule of our own making; its name cannot be written in GBNF.
    std::uint32_t freshRule() {
        grammar_->rules_.push_back({current_ + "#", {}});
        defined_.push_back(true);
        return static_cast<std::uint32_t>(grammar_->rules_.size() - 1);
    }

    Result<void> addAlternative(std::uint32_t rule, const Sequence& sequence) {
        if (grammar_->elements_.size() + sequence.size() + 1 > kMaxElements)
            return error("with its repetitions written out the grammar has more than 400,000 elements");
        grammar_->rules_[rule].alternatives.push_back(static_cast<std::uint32_t>(grammar_->elements_.size()));
        grammar_->elements_.insert(grammar_->elements_.end(), sequence.begin(), sequence.end());
        grammar_->elements_.push_back({});
        return {};
    }

    GrammarElement bytes(const Grammar::ByteSet& set) {
        const auto [it, fresh] =
            setIndex_.try_emplace(set.to_string(), static_cast<std::uint32_t>(grammar_->byteSets_.size()));
        if (fresh)
            grammar_->byteSets_.push_back(set);
        return {GrammarElement::Kind::Bytes, it->second};
    }

    GrammarElement oneByte(std::uint8_t b) {
        Grammar::ByteSet set;
        set.set(b);
        return bytes(set);
    }

    Result<void> parseRule() {
        const std::size_t start = at_;
        while (isNameChar(peek()))
            ++at_;
        if (at_ == start)
            return error("a rule name was expected here");
        current_ = std::string(text_.substr(start, at_ - start));
        skipSpace(false);
        if (text_.substr(at_, 3) != "::=")
            return error("::= was expected after the rule name " + current_);
        at_ += 3;
        skipSpace(true);
        const std::uint32_t rule = ruleNamed(current_);
        if (defined_[rule])
            return errorAt(start, "the rule " + current_ + " is defined twice");
        defined_[rule] = true;
        VITRAL_TRY(parseAlternatives(rule, 0));
        skipSpace(false);
        if (at_ < text_.size() && peek() != '\n' && peek() != '\r')
            return error("the end of the rule " + current_ + " was expected here");
        return {};
    }

    Result<void> parseAlternatives(std::uint32_t rule, int depth) {
        if (depth > kMaxNesting)
            return error("groups are nested more than 200 deep");
        for (;;) {
            VITRAL_TRY_ASSIGN(const Sequence sequence, parseSequence(depth));
            VITRAL_TRY(addAlternative(rule, sequence));
            skipSpace(depth > 0);
            if (peek() != '|')
                return {};
            ++at_;
            skipSpace(true);
        }
    }

    Result<Sequence> parseSequence(int depth) {
        Sequence out;
        for (;;) {
            skipSpace(depth > 0);
            VITRAL_TRY_ASSIGN(std::optional<Sequence> item, parseItem(depth));
            if (!item)
                return out;
            skipSpace(depth > 0);
            VITRAL_TRY(parseRepetition(*item));
            out.insert(out.end(), item->begin(), item->end());
            if (out.size() > kMaxElements)
                return error("the rule " + current_ + " is too long with its repetitions written out");
        }
    }

    /// nullopt: nothing that could begin an item stands here.
    Result<std::optional<Sequence>> parseItem(int depth) {
        const char c = peek();
        if (c == '"') {
            VITRAL_TRY_ASSIGN(Sequence literal, parseLiteral());
            return std::optional<Sequence>(std::move(literal));
        }
        if (c == '[' || c == '.') {
            VITRAL_TRY_ASSIGN(const GrammarElement element, c == '.' ? anyCharacter() : parseClass());
            return std::optional<Sequence>(Sequence{element});
        }
        if (c == '(') {
            const std::size_t open = at_++;
            const std::uint32_t group = freshRule();
            VITRAL_TRY(parseAlternatives(group, depth + 1));
            if (peek() != ')')
                return errorAt(open, "this ( is never closed");
            ++at_;
            return std::optional<Sequence>(Sequence{{GrammarElement::Kind::Rule, group}});
        }
        if (!isNameChar(c))
            return std::optional<Sequence>();
        const std::size_t start = at_;
        while (isNameChar(peek()))
            ++at_;
        const std::string name(text_.substr(start, at_ - start));
        std::size_t ahead = at_; // "name ::=" on the next line of a group is a forgotten bracket
        while (ahead < text_.size() && (text_[ahead] == ' ' || text_[ahead] == '\t'))
            ++ahead;
        if (text_.substr(ahead, 3) == "::=")
            return errorAt(start, "a new rule begins here, but the one before it is not finished");
        firstUse_.try_emplace(name, start);
        return std::optional<Sequence>(Sequence{{GrammarElement::Kind::Rule, ruleNamed(name)}});
    }

    Result<std::uint32_t> parseHex(int digits) {
        std::uint32_t value = 0;
        for (int i = 0; i < digits; ++i, ++at_) {
            const int v = hexValue(peek());
            if (v < 0)
                return error(std::to_string(digits) + " hexadecimal digits were expected here");
            value = value * 16 + static_cast<std::uint32_t>(v);
        }
        return value;
    }

    /// One character of a literal or class, escapes resolved. Errors: bad escape, bad UTF-8.
    Result<std::uint32_t> parseCharacter() {
        const auto lead = static_cast<std::uint8_t>(peek());
        if (lead == '\\') {
            const char e = peek(1);
            at_ += 2;
            switch (e) {
            case 'n':
                return std::uint32_t{'\n'};
            case 'r':
                return std::uint32_t{'\r'};
            case 't':
                return std::uint32_t{'\t'};
            case 'x':
                return parseHex(2);
            case 'u':
                return parseHex(4);
            case 'U':
                return parseHex(8);
            case '\\':
            case '"':
            case '[':
            case ']':
            case '-':
            case '^':
            case '/':
            case '\'':
                return static_cast<std::uint32_t>(static_cast<unsigned char>(e));
            default:
                at_ -= 2;
                return error("this escape is not known (there are \\n \\r \\t \\\\ \\\" \\[ \\] \\x \\u \\U)");
            }
        }
        const int length = lead < 0x80 ? 1 : lead >= 0xF0 && lead < 0xF5 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
        if (length == 0 || lead >= 0xF5)
            return error("this is not valid UTF-8");
        std::uint32_t c = length == 1 ? lead : lead & (0xFFU >> static_cast<unsigned>(length + 1));
        for (int i = 1; i < length; ++i) {
            const auto b = static_cast<std::uint8_t>(peek(static_cast<std::size_t>(i)));
            if ((b & 0xC0U) != 0x80)
                return error("this is not valid UTF-8");
            c = (c << 6U) | (b & 0x3FU);
        }
        at_ += static_cast<std::size_t>(length);
        return c;
    }

    Result<std::uint32_t> parseScalar() {
        const std::size_t start = at_;
        VITRAL_TRY_ASSIGN(const std::uint32_t c, parseCharacter());
        if (c > kLastCodePoint || (c >= 0xD800 && c <= 0xDFFF))
            return errorAt(start, "this number is not a character of Unicode");
        return c;
    }

    Result<Sequence> parseLiteral() {
        const std::size_t open = at_++;
        Sequence out;
        while (peek() != '"') {
            if (at_ >= text_.size() || peek() == '\n')
                return errorAt(open, "this text in quotes is never closed");
            VITRAL_TRY_ASSIGN(const std::uint32_t c, parseScalar());
            const std::vector<Utf8Sequence> encoded = utf8Sequences({c, c});
            for (const ByteRange b : encoded.front())
                out.push_back(oneByte(b.first));
        }
        ++at_;
        return out;
    }

    Result<GrammarElement> anyCharacter() {
        ++at_;
        return classElement({{0, kLastCodePoint}});
    }

    Result<GrammarElement> parseClass() {
        const std::size_t open = at_++;
        const bool negated = peek() == '^';
        at_ += negated ? 1 : 0;
        std::vector<CodePointRange> ranges;
        while (peek() != ']') {
            if (at_ >= text_.size() || peek() == '\n')
                return errorAt(open, "this [ is never closed");
            const std::size_t start = at_;
            VITRAL_TRY_ASSIGN(const std::uint32_t first, parseScalar());
            std::uint32_t last = first;
            if (peek() == '-' && peek(1) != ']' && peek(1) != '\0') {
                ++at_;
                VITRAL_TRY_ASSIGN(last, parseScalar());
            }
            if (last < first)
                return errorAt(start, "this range runs backwards");
            ranges.push_back({first, last});
        }
        ++at_;
        if (ranges.empty() && !negated)
            return errorAt(open, "this class holds no character");
        return classElement(normaliseRanges(std::move(ranges), negated));
    }

    /// A byte set where all characters are ASCII; else a generated rule, one alternative for each form of encoding.
    Result<GrammarElement> classElement(const std::vector<CodePointRange>& ranges) {
        std::string key;
        for (const CodePointRange r : ranges)
            key += std::to_string(r.first) + "-" + std::to_string(r.last) + ",";
        if (const auto it = classes_.find(key); it != classes_.end())
            return it->second;
        Grammar::ByteSet ascii;
        std::vector<Utf8Sequence> wide;
        for (const CodePointRange r : ranges)
            for (const Utf8Sequence& s : utf8Sequences(r)) {
                if (s.size() > 1)
                    wide.push_back(s);
                else
                    for (unsigned b = s[0].first; b <= s[0].last; ++b)
                        ascii.set(b);
            }
        GrammarElement element = bytes(ascii);
        if (!wide.empty()) {
            const std::uint32_t rule = freshRule();
            if (ascii.any())
                VITRAL_TRY(addAlternative(rule, {element}));
            for (const Utf8Sequence& s : wide) {
                Sequence sequence;
                for (const ByteRange r : s) {
                    Grammar::ByteSet set;
                    for (unsigned b = r.first; b <= r.last; ++b)
                        set.set(b);
                    sequence.push_back(bytes(set));
                }
                VITRAL_TRY(addAlternative(rule, sequence));
            }
            element = {GrammarElement::Kind::Rule, rule};
        }
        classes_[key] = element;
        return element;
    }

    Result<std::uint64_t> parseCount() {
        std::uint64_t n = 0;
        const std::size_t start = at_;
        for (; peek() >= '0' && peek() <= '9'; ++at_) {
            n = n * 10 + static_cast<std::uint64_t>(peek() - '0');
            if (n > kMaxCount)
                return errorAt(start, "this repetition count is too large");
        }
        if (at_ == start)
            return error("a number was expected here");
        return n;
    }

    /// Replaces `item` by what its * + ? or {m,n} makes of it; several may follow one another.
    Result<void> parseRepetition(Sequence& item) {
        for (;;) {
            std::uint64_t least = 0;
            std::optional<std::uint64_t> most;
            const std::size_t start = at_;
            const char c = peek();
            if (c == '*' || c == '+' || c == '?') {
                ++at_;
                least = c == '+' ? 1 : 0;
                if (c == '?')
                    most = 1;
            } else if (c == '{') {
                ++at_;
                skipSpace(false);
                VITRAL_TRY_ASSIGN(least, parseCount());
                skipSpace(false);
                if (peek() == ',') {
                    ++at_;
                    skipSpace(false);
                    if (peek() != '}') {
                        VITRAL_TRY_ASSIGN(most, parseCount());
                    }
                    skipSpace(false);
                } else {
                    most = least;
                }
                if (peek() != '}')
                    return error("} was expected here");
                ++at_;
                if (most && *most < least)
                    return errorAt(start, "this repetition ends below where it begins");
            } else {
                return {};
            }
            VITRAL_TRY(repeat(item, least, most, start));
        }
    }

    Result<void> repeat(Sequence& item, std::uint64_t least, std::optional<std::uint64_t> most, std::size_t where) {
        if (std::max(least, most.value_or(0)) * 4 > kMaxElements)
            return errorAt(where, "this repetition count is too large (at most 100,000)");
        if (item.size() > 1) { // many copies of one reference instead of many copies of the item
            const std::uint32_t rule = freshRule();
            VITRAL_TRY(addAlternative(rule, item));
            item = {{GrammarElement::Kind::Rule, rule}};
        }
        const Sequence once = item;
        item.clear();
        for (std::uint64_t i = 0; i < least; ++i)
            item.insert(item.end(), once.begin(), once.end());
        Sequence more;
        if (!most) { // rest ::= once rest | (nothing)
            const std::uint32_t rest = freshRule();
            more = {{GrammarElement::Kind::Rule, rest}};
            Sequence again = once;
            again.push_back(more.front());
            VITRAL_TRY(addAlternative(rest, again));
            VITRAL_TRY(addAlternative(rest, {}));
        } else {
            for (std::uint64_t i = least; i < *most; ++i) { // from the inside: (once (once ...)?)?
                const std::uint32_t rest = freshRule();
                Sequence again = once;
                again.insert(again.end(), more.begin(), more.end());
                VITRAL_TRY(addAlternative(rest, again));
                VITRAL_TRY(addAlternative(rest, {}));
                more = {{GrammarElement::Kind::Rule, rest}};
            }
        }
        item.insert(item.end(), more.begin(), more.end());
        return {};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string current_; ///< the rule being read
    std::shared_ptr<Grammar> grammar_;
    std::map<std::string, std::uint32_t> names_;
    std::map<std::string, std::size_t> firstUse_;
    std::map<std::string, GrammarElement> classes_;
    std::map<std::string, std::uint32_t> setIndex_;
    std::vector<bool> defined_;
};

Result<std::shared_ptr<const Grammar>> Grammar::parse(std::string_view text) {
    return GbnfParser(text).run();
}

} // namespace vitral
