// SPDX-License-Identifier: Apache-2.0
#include "core/chat/jinja/lexer.h"

#include "core/chat/jinja/unicode.h"
#include "core/chat/jinja/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <optional>

namespace vitral::jinja {
namespace {

std::string withUnixLineEnds(std::string_view source) {
    std::string out;
    out.reserve(source.size());
    for (std::size_t i = 0; i < source.size(); ++i) {
        if (source[i] != '\r') {
            out += source[i];
        } else {
            out += '\n';
            if (i + 1 < source.size() && source[i + 1] == '\n')
                ++i;
        }
    }
    if (!out.empty() && out.back() == '\n')
        out.pop_back();
    return out;
}

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

class Lexer {
public:
    explicit Lexer(std::string source) : source_(std::move(source)) {}

    std::vector<Token> run() {
        while (pos_ < source_.size())
            lexData();
        push(TokenKind::End, {});
        return std::move(tokens_);
    }

private:
    [[noreturn]] void fail(std::string message) const {
        throw TemplateError{TemplateError::Kind::Syntax, std::move(message), line_};
    }
    Token& push(TokenKind kind, std::string text) {
        Token& token = tokens_.emplace_back();
        token.kind = kind;
        token.line = line_;
        token.text = std::move(text);
        return token;
    }
    /// Moves on by n bytes and counts lines.
    void advance(std::size_t n) {
        line_ +=
            int(std::count(source_.begin() + std::ptrdiff_t(pos_), source_.begin() + std::ptrdiff_t(pos_ + n), '\n'));
        pos_ += n;
        lineStarting_ = n > 0 ? source_[pos_ - 1] == '\n' : lineStarting_;
    }
    [[nodiscard]] bool at(std::string_view what, std::size_t where) const {
        return std::string_view(source_).substr(std::min(where, source_.size())).starts_with(what);
    }
    [[nodiscard]] std::size_t skipSpace(std::size_t where) const {
        while (where < source_.size() && isSpace(codePointAt(source_, where)))
            where += characterBytes(source_, where);
        return where;
    }

    /// Where a closing tag ends that begins at `where`: "-%}" takes white space along, "%}" one line end.
    [[nodiscard]] std::optional<std::size_t> closing(std::string_view close, std::size_t where, bool trimLine) const {
        if (at("-", where) && at(close, where + 1))
            return skipSpace(where + 1 + close.size());
        if (trimLine && at("+", where) && at(close, where + 1))
            return where + 1 + close.size();
        if (!at(close, where))
            return std::nullopt;
        where += close.size();
        return trimLine && at("\n", where) ? where + 1 : where;
    }

    void pushData(std::size_t end, char sign, bool isVariable) {
        std::string_view text = std::string_view(source_).substr(pos_, end - pos_);
        if (sign == '-') {
            text = strip(text, Side::Right);
        } else if (sign != '+' && !isVariable) {
            const auto lineEnd = text.rfind('\n');
            const std::size_t lineBegin = lineEnd == std::string_view::npos ? 0 : lineEnd + 1;
            if (lineBegin > 0 || lineStarting_) {
                const std::string_view last = text.substr(lineBegin);
                if (!last.empty() && strip(last, Side::Left).empty())
                    text = text.substr(0, lineBegin);
            }
        }
        if (!text.empty())
            push(TokenKind::Data, std::string(text));
        advance(end - pos_);
    }

    [[nodiscard]] char signAt(std::size_t where) const { return at("-", where) ? '-' : at("+", where) ? '+' : '\0'; }

    /// "{% raw %}": where its contents begin.
    [[nodiscard]] std::optional<std::size_t> rawBegin(std::size_t where) const {
        std::size_t i = skipSpace(where + 2 + (signAt(where + 2) != '\0' ? 1 : 0));
        if (!at("raw", i))
            return std::nullopt;
        i = skipSpace(i + 3);
        if (at("-%}", i))
            return skipSpace(i + 3);
        return at("%}", i) ? std::optional(i + 2) : std::nullopt;
    }

    void lexData() {
        std::size_t open = pos_;
        for (;; ++open) {
            open = source_.find('{', open);
            if (open == std::string::npos || open + 1 >= source_.size()) {
                push(TokenKind::Data, source_.substr(pos_));
                advance(source_.size() - pos_);
                return;
            }
            const char next = source_[open + 1];
            if (next == '%' || next == '{' || next == '#')
                break;
        }
        const char type = source_[open + 1];
        const char sign = signAt(open + 2);
        pushData(open, sign, type == '{');
        if (type == '%') {
            if (const auto contents = rawBegin(open)) {
                lexRaw(*contents);
                return;
            }
        }
        const std::size_t openBytes = sign != '\0' ? 3 : 2;
        if (type == '#') {
            lexComment(openBytes);
            return;
        }
        push(type == '%' ? TokenKind::BlockBegin : TokenKind::VariableBegin, {});
        advance(openBytes);
        lexTag(type == '%');
    }

    void lexComment(std::size_t openBytes) {
        for (std::size_t i = pos_ + openBytes;; ++i) {
            i = source_.find('#', i);
            if (i == std::string::npos)
                fail("Missing end of comment tag");
            if (!at("#}", i))
                continue;
            const bool minus = i > pos_ + openBytes && source_[i - 1] == '-',
                       plus = i > pos_ + openBytes && source_[i - 1] == '+';
            const std::size_t end = minus ? skipSpace(i + 2) : !plus && at("\n", i + 2) ? i + 3 : i + 2;
            advance(end - pos_);
            return;
        }
    }

    void lexRaw(std::size_t contents) {
        advance(contents - pos_);
        for (std::size_t i = pos_;; ++i) {
            i = source_.find("{%", i);
            if (i == std::string::npos)
                fail("Missing end of raw directive");
            const char sign = signAt(i + 2);
            std::size_t j = skipSpace(i + (sign != '\0' ? 3 : 2));
            if (!at("endraw", j))
                continue;
            const auto end = closing("%}", skipSpace(j + 6), true);
            if (!end)
                continue;
            pushData(i, sign, false);
            advance(*end - pos_);
            return;
        }
    }

    void lexTag(bool isBlock) {
        std::string open; // brackets that wait for their partner
        const std::string_view close = isBlock ? "%}" : "}}";
        while (pos_ < source_.size()) {
            if (open.empty()) {
                if (const auto end = closing(close, pos_, isBlock)) {
                    push(isBlock ? TokenKind::BlockEnd : TokenKind::VariableEnd, {});
                    advance(*end - pos_);
                    return;
                }
            }
            const std::int32_t code = codePointAt(source_, pos_);
            if (isSpace(code))
                advance(skipSpace(pos_) - pos_);
            else if (isDigit(source_[pos_]))
                lexNumber();
            else if (code == '_' || isLetter(code))
                lexName();
            else if (code == '\'' || code == '"')
                lexString();
            else
                lexOperator(open);
        }
    }

    void lexName() {
        std::size_t end = pos_;
        while (end < source_.size()) {
            const std::int32_t code = codePointAt(source_, end);
            if (code != '_' && !isLetter(code) && !isDecimal(code))
                break;
            end += characterBytes(source_, end);
        }
        push(TokenKind::Name, source_.substr(pos_, end - pos_));
        advance(end - pos_);
    }

    std::size_t digits(std::size_t where) const {
        while (where < source_.size() &&
               (isDigit(source_[where]) ||
                (source_[where] == '_' && where + 1 < source_.size() && isDigit(source_[where + 1]))))
            ++where;
        return where;
    }

    void lexNumber() {
        std::size_t end = digits(pos_);
        bool isReal = false;
        if (pos_ == 0 || source_[pos_ - 1] != '.') {
            if (at(".", end) && end + 1 < source_.size() && isDigit(source_[end + 1])) {
                isReal = true;
                end = digits(end + 1);
            }
            std::size_t exponent = end;
            if (at("e", exponent) || at("E", exponent)) {
                ++exponent;
                if (at("+", exponent) || at("-", exponent))
                    ++exponent;
                if (exponent < source_.size() && isDigit(source_[exponent])) {
                    isReal = true;
                    end = digits(exponent);
                }
            }
        }
        if (!isReal) {
            lexInteger();
            return;
        }
        std::string text = source_.substr(pos_, end - pos_);
        std::erase(text, '_');
        double value = 0;
        if (std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc::result_out_of_range)
            value = text.find("e-") == std::string::npos && text.find("E-") == std::string::npos ? HUGE_VAL : 0;
        push(TokenKind::Float, std::move(text)).real = value;
        advance(end - pos_);
    }

    void lexInteger() {
        int base = 10;
        std::size_t begin = pos_;
        if (source_[pos_] == '0' && pos_ + 1 < source_.size()) {
            const char letter = char(source_[pos_ + 1] | 0x20);
            base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 10;
            if (base != 10)
                begin += 2;
        }
        std::string text;
        std::size_t end = begin;
        for (; end < source_.size(); ++end) {
            const char c = source_[end];
            const int digit = isDigit(c)                               ? c - '0'
                              : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                                       : 99;
            if (digit < base)
                text += c;
            else if (c != '_')
                break;
            if (base == 10 && begin == pos_ && text == "0" && end + 1 < source_.size() && source_[end + 1] != '0' &&
                source_[end + 1] != '_') {
                ++end;
                break; // "01" is 0 and then 1, which the parser refuses
            }
        }
        std::int64_t value = 0;
        if (text.empty() || std::from_chars(text.data(), text.data() + text.size(), value, base).ec != std::errc())
            fail(
                fmt::format("the number {} is too large", source_.substr(pos_, std::min<std::size_t>(end - pos_, 40))));
        push(TokenKind::Integer, std::move(text)).integer = value;
        advance(end - pos_);
    }

    void lexOperator(std::string& open) {
        static constexpr std::array<std::string_view, 26> operators = {
            "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[",
            "]",  "(",  ")",  "{",  "}",  ">",  "<", "=", ".", ":", "|", ",", ";"};
        for (const std::string_view op : operators) {
            if (!at(op, pos_))
                continue;
            if (op == "(" || op == "[" || op == "{") {
                open += op == "(" ? ')' : op == "[" ? ']' : '}';
            } else if (op == ")" || op == "]" || op == "}") {
                if (open.empty())
                    fail(fmt::format("unexpected '{}'", op));
                if (open.back() != op[0])
                    fail(fmt::format("unexpected '{}', expected '{}'", op, open.back()));
                open.pop_back();
            }
            push(TokenKind::Operator, std::string(op));
            advance(op.size());
            return;
        }
        fail(fmt::format("unexpected char {} at {}", reprOfString(source_.substr(pos_, characterBytes(source_, pos_))),
                         countCharacters(std::string_view(source_).substr(0, pos_))));
    }

    void lexString() {
        const char quote = source_[pos_];
        std::size_t i = pos_ + 1;
        std::string value;
        while (i < source_.size() && source_[i] != quote) {
            if (source_[i] == '\\' && i + 1 < source_.size())
                i = escape(i + 1, value);
            else
                value += source_[i++];
        }
        if (i >= source_.size())
            fail(fmt::format("unexpected char {} at {}", reprOfString(std::string(1, quote)),
                             countCharacters(std::string_view(source_).substr(0, pos_))));
        push(TokenKind::String, std::move(value));
        advance(i + 1 - pos_);
    }

    /// Python's escapes. `i` is after the backslash; returns where to go on.
    std::size_t escape(std::size_t i, std::string& out) {
        static constexpr std::string_view from = "\\'\"abfnrtv", to = "\\'\"\a\b\f\n\r\t\v";
        const char c = source_[i];
        if (const auto k = from.find(c); k != std::string_view::npos) {
            out += to[k];
            return i + 1;
        }
        if (c == '\n')
            return i + 1;
        if (c >= '0' && c <= '7') {
            unsigned code = 0;
            std::size_t n = 0;
            for (; n < 3 && i + n < source_.size() && source_[i + n] >= '0' && source_[i + n] <= '7'; ++n)
                code = code * 8 + unsigned(source_[i + n] - '0');
            appendCodePoint(out, code);
            return i + n;
        }
        const std::size_t nDigits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
        if (nDigits == 0) {
            if (c == 'N')
                fail("characters by name (\\N{...}) are not known here");
            out += '\\'; // an unknown escape stands for itself
            return i;
        }
        std::uint32_t code = 0;
        const std::string_view hex = std::string_view(source_).substr(i + 1, nDigits);
        const auto parsed = std::from_chars(hex.data(), hex.data() + hex.size(), code, 16);
        if (hex.size() != nDigits || parsed.ec != std::errc() || parsed.ptr != hex.data() + nDigits)
            fail(fmt::format("truncated \\{}{} escape", c, std::string(nDigits, 'X')));
        if (code > 0x10FFFF)
            fail("illegal Unicode character");
        appendCodePoint(out, code);
        return i + 1 + nDigits;
    }

    std::string source_;
    std::size_t pos_ = 0;
    int line_ = 1;
    bool lineStarting_ = true;
    std::vector<Token> tokens_;
};

} // namespace

std::vector<Token> tokenize(std::string_view source) {
    return Lexer(withUnixLineEnds(source)).run();
}

} // namespace vitral::jinja
