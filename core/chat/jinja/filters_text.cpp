// SPDX-License-Identifier: Apache-2.0
// Filters on texts and numbers.
#include "core/chat/jinja/library.h"
#include "core/chat/jinja/unicode.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace vitral::jinja {

std::optional<std::int64_t> parseInteger(std::string_view text, int base) {
    if (base == 1)
        return std::nullopt;
    text = strip(text, Side::Both);
    std::string digits;
    bool negative = false;
    if (text.starts_with('-') || text.starts_with('+')) {
        negative = text.front() == '-';
        text.remove_prefix(1);
    }
    const auto prefix = [&](char letter, int prefixBase) {
        if ((base == prefixBase || base == 0) && text.size() > 2 && text[0] == '0' && (text[1] | 0x20) == letter) {
            text.remove_prefix(2);
            base = prefixBase;
        }
    };
    prefix('x', 16);
    prefix('o', 8);
    prefix('b', 2);
    if (base == 0)
        base = 10;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '_' && i > 0 && i + 1 < text.size() && text[i - 1] != '_')
            continue;
        digits += text[i];
    }
    std::int64_t value = 0;
    if (negative)
        digits.insert(digits.begin(), '-');
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (digits.empty() || parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() ||
        digits.starts_with("--"))
        return std::nullopt;
    return value;
}

std::optional<double> parseReal(std::string_view text) {
    std::string digits(strip(text, Side::Both));
    std::erase(digits, '_');
    if (digits.starts_with('+'))
        digits.erase(0, 1);
    const std::string small = lower(digits);
    if (small == "inf" || small == "infinity")
        return INFINITY;
    if (small == "-inf" || small == "-infinity")
        return -INFINITY;
    if (small == "nan" || small == "-nan")
        return NAN;
    double value = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.empty() || digits.starts_with('+') || parsed.ptr != digits.data() + digits.size())
        return std::nullopt;
    if (parsed.ec == std::errc::result_out_of_range)
        return digits.find("e-") != std::string::npos ? 0.0 : digits.starts_with('-') ? -INFINITY : INFINITY;
    return parsed.ec == std::errc() ? std::optional(value) : std::nullopt;
}

namespace {

/// soft_str: marked texts stay marked, other values become plain text.
Value textOf(Runtime& runtime, const Value& value) {
    return value.isString() ? value : Value::string(runtime.string(value));
}

template <auto function>
Value mapped(Runtime& runtime, const Value& input, Args& args) {
    args.check("filter", {});
    const Value text = textOf(runtime, input);
    return runtime.text(function(text.asString()), text.isMarkup());
}

Value filterTrim(Runtime& runtime, const Value& input, Args& args) {
    args.check("trim", {"chars"});
    const Value text = textOf(runtime, input);
    const Value chars = args.get(0, "chars", Value::none());
    const std::string* set = chars.isNone() ? nullptr : &stringArgument(chars, "strip");
    return runtime.text(std::string(strip(text.asString(), Side::Both, set)), text.isMarkup());
}

/// Words begin after blanks, hyphens and opening brackets.
Value filterTitle(Runtime& runtime, const Value& input, Args& args) {
    args.check("title", {});
    const Value text = textOf(runtime, input);
    std::string out, word;
    const auto flush = [&] {
        if (!word.empty()) {
            const std::size_t n = characterBytes(word, 0);
            out += upper(word.substr(0, n)) + lower(word.substr(n));
        }
        word.clear();
    };
    for (const std::string_view character : charactersOf(text.asString())) {
        const std::int32_t code = codePointAt(character, 0);
        if (code == '-' || code == '(' || code == '{' || code == '[' || code == '<' || isSpace(code)) {
            flush();
            out += character;
        } else {
            word += character;
        }
    }
    flush();
    return runtime.text(std::move(out), text.isMarkup());
}

Value filterReplace(Runtime& runtime, const Value& input, Args& args) {
    args.check("replace", {"old", "new", "count"}, 2);
    Args forMethod;
    forMethod.positional = {Value::string(runtime.string(*args.find(0, "old"))),
                            Value::string(runtime.string(*args.find(1, "new")))};
    if (const Value* count = args.find(2, "count"); count != nullptr && !count->isNone())
        forMethod.positional.push_back(*count);
    return findStringMethod("replace")(runtime, Value::string(runtime.string(input)), forMethod);
}

Value filterIndent(Runtime& runtime, const Value& input, Args& args) {
    args.check("indent", {"width", "first", "blank"});
    const Value width = args.get(0, "width", Value::integer(4));
    std::string indention;
    if (width.isString()) {
        indention = width.asString();
    } else {
        const std::int64_t n = std::max<std::int64_t>(integerArgument(width, "indent"), 0);
        runtime.chargeText(n);
        indention.assign(std::size_t(n), ' ');
    }
    if (input.isUndefined())
        input.raiseUndefined();
    const std::string text = stringArgument(input, "indent") + "\n";
    const bool first = args.get(1, "first", Value::boolean(false)).truthy(),
               blank = args.get(2, "blank", Value::boolean(false)).truthy();
    std::string out;
    bool isFirst = true;
    for (const std::string_view line : splitLines(text, false)) {
        if (!isFirst)
            out += '\n';
        if (isFirst ? first : blank || !line.empty())
            out += indention;
        out += line;
        isFirst = false;
        if (out.size() > (1U << 20U))
            runtime.chargeText(std::int64_t(out.size()) / 64);
    }
    return runtime.text(std::move(out), input.isMarkup());
}

Value filterTruncate(Runtime& runtime, const Value& input, Args& args) {
    args.check("truncate", {"length", "killwords", "end", "leeway"});
    const std::int64_t length = sizeArgument(args.get(0, "length", Value::integer(255)), "length");
    const std::string end = str(args.get(2, "end", Value::string("...")));
    const Value leewayGiven = args.get(3, "leeway", Value::none());
    const std::int64_t leeway = leewayGiven.isNone() ? 5 : sizeArgument(leewayGiven, "leeway");
    if (length < countCharacters(end))
        raiseType(fmt::format("expected length >= {}, got {}", countCharacters(end), length));
    const std::string& text = stringArgument(input, "truncate");
    if (input.nCharacters() <= length + leeway)
        return input;
    std::size_t at = 0;
    for (std::int64_t i = 0; i < length - countCharacters(end); ++i)
        at += characterBytes(text, at);
    std::string cut = text.substr(0, at);
    if (!args.get(1, "killwords", Value::boolean(false)).truthy())
        if (const auto blank = cut.rfind(' '); blank != std::string::npos)
            cut.resize(blank);
    return runtime.text(cut + end);
}

Value filterWordcount(Runtime& runtime, const Value& input, Args& args) {
    args.check("wordcount", {});
    const Value text = textOf(runtime, input);
    std::int64_t n = 0;
    bool inWord = false;
    for (const std::string_view character : charactersOf(text.asString())) {
        const std::int32_t code = codePointAt(character, 0);
        const bool isWord = code == '_' || isLetter(code) || isNumeric(code);
        n += isWord && !inWord ? 1 : 0;
        inWord = isWord;
    }
    return Value::integer(n);
}

Value filterUrlencode(Runtime& runtime, const Value& input, Args& args) {
    args.check("urlencode", {});
    const auto quoted = [&](const std::string& text, bool forQuery) {
        std::string out;
        for (const char c : text) {
            if (std::isalnum(std::uint8_t(c)) != 0 || c == '_' || c == '.' || c == '-' || c == '~' ||
                (c == '/' && !forQuery))
                out += c;
            else if (c == ' ' && forQuery)
                out += '+';
            else
                out += fmt::format("%{:02X}", std::uint8_t(c));
        }
        return out;
    };
    if (!input.is(Kind::Dict))
        return runtime.text(quoted(runtime.string(input), false));
    std::string out;
    for (const Entry& entry : input.entries())
        out += (out.empty() ? "" : "&") + quoted(str(entry.first), true) + "=" + quoted(str(entry.second), true);
    return runtime.text(std::move(out));
}

Value filterString(Runtime& runtime, const Value& input, Args& args) {
    args.check("string", {});
    return textOf(runtime, input);
}
Value filterSafe(Runtime& runtime, const Value& input, Args& args) {
    args.check("safe", {});
    return Value::string(runtime.string(input), true);
}
Value filterEscape(Runtime& runtime, const Value& input, Args& args) {
    args.check("escape", {});
    return input.isMarkup() ? input : runtime.text(escapeHtml(runtime.string(input)), true);
}
Value filterForceEscape(Runtime& runtime, const Value& input, Args& args) {
    args.check("forceescape", {});
    return runtime.text(escapeHtml(runtime.string(input)), true);
}
Value filterCenter(Runtime& runtime, const Value& input, Args& args) {
    args.check("center", {"width"});
    Args forMethod;
    forMethod.positional = {args.get(0, "width", Value::integer(80))};
    return findStringMethod("center")(runtime, textOf(runtime, input), forMethod);
}

Value filterFormat(Runtime& runtime, const Value& input, Args& args) {
    if (!args.positional.empty() && !args.named.empty())
        raiseType("can't handle positional and keyword arguments at the same time");
    Value values = Value::tuple(args.positional);
    if (!args.named.empty()) {
        std::vector<Entry> entries;
        for (auto& [name, value] : args.named)
            entries.emplace_back(Value::string(name), value);
        values = Value::dict(std::move(entries));
    }
    return formatPercent(runtime, textOf(runtime, input), values);
}

/// A whole number of a real one, when 64 bits hold it.
std::optional<std::int64_t> truncated(double value) {
    if (!std::isfinite(value) || std::fabs(value) >= 9.2e18)
        return std::nullopt;
    return std::int64_t(value);
}

Value filterInt(Runtime& /*runtime*/, const Value& input, Args& args) {
    args.check("int", {"default", "base"});
    const Value otherwise = args.get(0, "default", Value::integer(0));
    std::optional<std::int64_t> value;
    if (input.isUndefined())
        input.raiseUndefined();
    if (input.isInteger()) {
        value = input.asInteger();
    } else if (input.is(Kind::Float)) {
        value = truncated(input.asReal());
    } else if (input.isString()) {
        value = parseInteger(
            input.asString(),
            int(std::clamp<std::int64_t>(integerArgument(args.get(1, "base", Value::integer(10)), "base"), 0, 36)));
        if (!value)
            if (const auto real = parseReal(input.asString()))
                value = truncated(*real);
    }
    return value ? Value::integer(*value) : otherwise;
}

Value filterFloat(Runtime& /*runtime*/, const Value& input, Args& args) {
    args.check("float", {"default"});
    if (input.isUndefined())
        input.raiseUndefined();
    if (input.isNumber())
        return Value::real(input.asReal());
    const auto value = input.isString() ? parseReal(input.asString()) : std::nullopt;
    return value ? Value::real(*value) : args.get(0, "default", Value::real(0));
}

Value filterAbs(Runtime& runtime, const Value& input, Args& args) {
    args.check("abs", {});
    if (input.isUndefined())
        input.raiseUndefined();
    if (input.is(Kind::Float))
        return Value::real(std::fabs(input.asReal()));
    if (!input.isInteger())
        raiseType(fmt::format("bad operand type for abs(): '{}'", input.typeName()));
    return input.asInteger() < 0 ? runtime.binary(ExprKind::Subtract, Value::integer(0), input)
                                 : Value::integer(input.asInteger());
}

/// Rounds to the nearest decimal, halves of the exact binary value to even, as Python does.
double roundedReal(double value, std::int64_t precision) {
    if (!std::isfinite(value) || precision > 300)
        return value;
    if (precision < 0) {
        if (precision < -308)
            return 0;
        const double unit = std::pow(10.0, double(-precision));
        return std::nearbyint(value / unit) * unit;
    }
    return parseReal(fmt::format("{:.{}f}", value, precision)).value_or(value);
}

Value filterRound(Runtime& /*runtime*/, const Value& input, Args& args) {
    args.check("round", {"precision", "method"});
    const std::int64_t precision =
        std::clamp<std::int64_t>(integerArgument(args.get(0, "precision", Value::integer(0)), "round"), -400, 400);
    const std::string method = str(args.get(1, "method", Value::string("common")));
    if (method != "common" && method != "ceil" && method != "floor")
        raiseType("method must be common, ceil or floor");
    if (input.isUndefined())
        input.raiseUndefined();
    if (!input.isNumber())
        raiseType(fmt::format("type {} doesn't define __round__ method", input.typeName()));
    if (method == "common") {
        if (input.isInteger() && precision >= 0)
            return Value::integer(input.asInteger());
        const double value = roundedReal(input.asReal(), precision);
        return input.isInteger() ? Value::integer(truncated(value).value_or(input.asInteger())) : Value::real(value);
    }
    const double scale = std::pow(10.0, double(precision));
    const double scaled = input.asReal() * scale;
    return Value::real((method == "ceil" ? std::ceil(scaled) : std::floor(scaled)) / scale);
}

Value filterFilesize(Runtime& /*runtime*/, const Value& input, Args& args) {
    args.check("filesizeformat", {"binary"});
    const auto value = input.isNumber()   ? std::optional(input.asReal())
                       : input.isString() ? parseReal(input.asString())
                                          : std::nullopt;
    if (!value)
        raiseType("filesizeformat needs a number");
    const bool binary = args.get(0, "binary", Value::boolean(false)).truthy();
    const double base = binary ? 1024 : 1000;
    if (*value == 1)
        return Value::string("1 Byte");
    if (*value < base)
        return Value::string(fmt::format("{} Bytes", truncated(*value).value_or(0)));
    constexpr std::string_view letters = "kMGTPEZY";
    double unit = base;
    std::size_t i = 0;
    for (;; ++i) {
        unit *= base;
        if (*value < unit || i + 1 == letters.size())
            break;
    }
    const char letter = binary && i == 0 ? 'K' : letters[i];
    return Value::string(fmt::format("{:.1f} {}{}", base * *value / unit, letter, binary ? "iB" : "B"));
}

Value filterTojson(Runtime& runtime, const Value& input, Args& args) {
    args.check("tojson", {"ensure_ascii", "indent", "separators", "sort_keys"});
    JsonStyle style;
    style.ensureAscii = args.get(0, "ensure_ascii", Value::boolean(false)).truthy();
    const Value indent = args.get(1, "indent", Value::none());
    if (indent.isString()) {
        style.indent = indent.asString();
    } else if (!indent.isNone()) {
        style.indent =
            std::string(std::size_t(std::clamp<std::int64_t>(integerArgument(indent, "indent"), 0, 1000)), ' ');
    }
    if (style.indent)
        style.itemSeparator = ",";
    const Value separators = args.get(2, "separators", Value::none());
    if (!separators.isNone()) {
        const std::vector<Value> parts = runtime.iterate(separators);
        if (parts.size() != 2)
            raiseType("separators must be two texts");
        style.itemSeparator = stringArgument(parts[0], "separators");
        style.keySeparator = stringArgument(parts[1], "separators");
    }
    style.sortKeys = args.get(3, "sort_keys", Value::boolean(false)).truthy();
    return runtime.text(toJson(input, style));
}

constexpr Named<Filter> kFilters[] = {{"upper", mapped<upper>},
                                      {"lower", mapped<lower>},
                                      {"capitalize", mapped<capitalize>},
                                      {"title", filterTitle},
                                      {"trim", filterTrim},
                                      {"replace", filterReplace},
                                      {"indent", filterIndent},
                                      {"truncate", filterTruncate},
                                      {"wordcount", filterWordcount},
                                      {"urlencode", filterUrlencode},
                                      {"string", filterString},
                                      {"safe", filterSafe},
                                      {"e", filterEscape},
                                      {"escape", filterEscape},
                                      {"forceescape", filterForceEscape},
                                      {"center", filterCenter},
                                      {"format", filterFormat},
                                      {"int", filterInt},
                                      {"float", filterFloat},
                                      {"abs", filterAbs},
                                      {"round", filterRound},
                                      {"filesizeformat", filterFilesize},
                                      {"tojson", filterTojson}};

} // namespace

std::span<const Named<Filter>> textFilters() {
    return kFilters;
}

} // namespace vitral::jinja
