// SPDX-License-Identifier: Apache-2.0
// Formatting of values into texts: "%" and str.format, with Python's format mini-language.
#include "core/chat/jinja/library.h"
#include "core/chat/jinja/unicode.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace vitral::jinja {
namespace {

/// [[fill]align][sign][#][0][width][,][.precision][type]
struct Spec {
    std::string fill = " ";
    char align = 0, sign = '-', grouping = 0, type = 0;
    bool alternate = false, zero = false;
    std::int64_t width = 0, precision = -1;
};

std::int64_t readNumber(std::string_view& text) {
    std::int64_t n = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        n = std::min<std::int64_t>(n * 10 + (text.front() - '0'), 1'000'000'000);
        text.remove_prefix(1);
    }
    return n;
}
bool take(std::string_view& text, char c) {
    if (!text.starts_with(c))
        return false;
    text.remove_prefix(1);
    return true;
}

Spec parseSpec(std::string_view text) {
    Spec spec;
    const auto isAlign = [](char c) { return c == '<' || c == '>' || c == '^' || c == '='; };
    const std::size_t first = text.empty() ? 0 : characterBytes(text, 0);
    if (first > 0 && text.size() > first && isAlign(text[first])) {
        spec.fill = text.substr(0, first);
        spec.align = text[first];
        text.remove_prefix(first + 1);
    } else if (!text.empty() && isAlign(text.front())) {
        spec.align = text.front();
        text.remove_prefix(1);
    }
    for (const char sign : {'+', '-', ' '})
        if (take(text, sign))
            spec.sign = sign;
    spec.alternate = take(text, '#');
    if (take(text, '0')) {
        spec.zero = true;
        if (spec.align == 0) {
            spec.align = '=';
            spec.fill = "0";
        }
    }
    spec.width = readNumber(text);
    for (const char grouping : {',', '_'})
        if (take(text, grouping))
            spec.grouping = grouping;
    if (take(text, '.')) {
        if (text.empty() || text.front() < '0' || text.front() > '9')
            raiseType("Format specifier missing precision");
        spec.precision = readNumber(text);
    }
    if (!text.empty()) {
        spec.type = text.front();
        text.remove_prefix(1);
    }
    if (!text.empty())
        raiseType("Invalid format specifier");
    return spec;
}

std::string padded(Runtime& runtime, const Spec& spec, std::string sign, std::string body, char defaultAlign) {
    const std::int64_t missing = spec.width - countCharacters(sign) - countCharacters(body);
    if (missing <= 0)
        return sign + body;
    runtime.chargeText(missing * std::int64_t(spec.fill.size()));
    std::string fill;
    for (std::int64_t i = 0; i < missing; ++i)
        fill += spec.fill;
    switch (spec.align == 0 ? defaultAlign : spec.align) {
    case '<':
        return sign + body + fill;
    case '=':
        return sign + fill + body;
    case '^': {
        const std::size_t left = std::size_t(missing / 2) * spec.fill.size();
        return fill.substr(0, left) + sign + body + fill.substr(left);
    }
    default:
        return fill + sign + body;
    }
}

std::string grouped(const std::string& digits, char separator, std::size_t every) {
    if (separator == 0)
        return digits;
    std::string out;
    const std::size_t n = std::min(digits.find_first_not_of("0123456789abcdefABCDEF"), digits.size());
    for (std::size_t i = 0; i < n; ++i) {
        if (i != 0 && (n - i) % every == 0)
            out += separator;
        out += digits[i];
    }
    return out + digits.substr(n);
}

std::string signOf(bool negative, char style) {
    return negative ? "-" : style == '+' ? "+" : style == ' ' ? " " : "";
}

std::string formatReal(Runtime& runtime, double value, const Spec& spec) {
    const bool negative = std::signbit(value) && !std::isnan(value);
    const double magnitude = std::fabs(value);
    const int precision = int(std::min<std::int64_t>(spec.precision < 0 ? 6 : spec.precision, 400));
    std::string body;
    if (!std::isfinite(value)) {
        body = std::isnan(value) ? "nan" : "inf";
        if (spec.type == 'F' || spec.type == 'E' || spec.type == 'G')
            body = upper(body);
    } else {
        switch (spec.type) {
        case 'f':
        case 'F':
            body = fmt::format("{:.{}f}", magnitude, precision);
            break;
        case 'e':
            body = fmt::format("{:.{}e}", magnitude, precision);
            break;
        case 'E':
            body = fmt::format("{:.{}E}", magnitude, precision);
            break;
        case 'g':
            body = fmt::format("{:.{}g}", magnitude, std::max(precision, 1));
            break;
        case 'G':
            body = fmt::format("{:.{}G}", magnitude, std::max(precision, 1));
            break;
        case '%':
            body = fmt::format("{:.{}f}%", magnitude * 100, precision);
            break;
        case 0:
            if (spec.precision < 0) {
                body = reprOfReal(magnitude);
            } else {
                body = fmt::format("{:.{}g}", magnitude, std::max(precision, 1));
                if (body.find_first_of(".e") == std::string::npos)
                    body += ".0";
            }
            break;
        default:
            raiseType(fmt::format("Unknown format code '{}' for object of type 'float'", spec.type));
        }
    }
    return padded(runtime, spec, signOf(negative, spec.sign), grouped(body, spec.grouping, 3), '>');
}

std::string formatInteger(Runtime& runtime, std::int64_t value, const Spec& spec) {
    if (spec.type == 'f' || spec.type == 'F' || spec.type == 'e' || spec.type == 'E' || spec.type == 'g' ||
        spec.type == 'G' || spec.type == '%')
        return formatReal(runtime, double(value), spec);
    const std::uint64_t magnitude = value < 0 ? 0U - std::uint64_t(value) : std::uint64_t(value);
    std::string body, prefix;
    switch (spec.type) {
    case 0:
    case 'd':
    case 'n':
        body = grouped(std::to_string(magnitude), spec.grouping, 3);
        break;
    case 'x':
        body = grouped(fmt::format("{:x}", magnitude), spec.grouping, 4);
        prefix = "0x";
        break;
    case 'X':
        body = grouped(fmt::format("{:X}", magnitude), spec.grouping, 4);
        prefix = "0X";
        break;
    case 'o':
        body = grouped(fmt::format("{:o}", magnitude), spec.grouping, 4);
        prefix = "0o";
        break;
    case 'b':
        body = grouped(fmt::format("{:b}", magnitude), spec.grouping, 4);
        prefix = "0b";
        break;
    case 'c':
        if (value < 0 || value > 0x10FFFF)
            raiseType("%c arg not in range(0x110000)");
        appendCodePoint(body, std::uint32_t(value));
        return padded(runtime, spec, "", body, '<');
    default:
        raiseType(fmt::format("Unknown format code '{}' for object of type 'int'", spec.type));
    }
    if (spec.precision >= 0)
        raiseType("Precision not allowed in integer format specifier");
    return padded(runtime, spec, signOf(value < 0, spec.sign) + (spec.alternate ? prefix : ""), body, '>');
}

std::string firstCharacters(const std::string& text, std::int64_t n) {
    std::size_t at = 0;
    for (std::int64_t i = 0; i < n && at < text.size(); ++i)
        at += characterBytes(text, at);
    return text.substr(0, at);
}

std::string formatValue(Runtime& runtime, const Value& value, std::string_view specText) {
    if (specText.empty())
        return runtime.string(value);
    const Spec spec = parseSpec(specText);
    if (value.is(Kind::Float))
        return formatReal(runtime, value.asReal(), spec);
    if (value.isInteger())
        return formatInteger(runtime, value.asInteger(), spec);
    if (!value.isString())
        raiseType(fmt::format("unsupported format string passed to {}.__format__", value.typeName()));
    if (spec.type != 0 && spec.type != 's')
        raiseType(fmt::format("Unknown format code '{}' for object of type 'str'", spec.type));
    if (spec.align == '=' && !spec.zero)
        raiseType("'=' alignment not allowed in string format specifier");
    std::string body = str(value);
    if (spec.precision >= 0)
        body = firstCharacters(body, spec.precision);
    Spec forText = spec;
    if (forText.align == '=')
        forText.align = '<';
    return padded(runtime, forText, "", body, '<');
}

class BraceFormatter {
public:
    BraceFormatter(Runtime& runtime, const Args& args) : runtime_(runtime), args_(args) {}

    std::string format(std::string_view text, int depth) {
        if (depth > 2)
            raiseType("Max string recursion exceeded");
        std::string out;
        while (!text.empty()) {
            const auto at = text.find_first_of("{}");
            out += text.substr(0, at);
            if (at == std::string_view::npos)
                break;
            const char brace = text[at];
            text.remove_prefix(at + 1);
            if (take(text, brace)) {
                out += brace;
                continue;
            }
            if (brace == '}')
                raiseType("Single '}' encountered in format string");
            std::size_t end = 0;
            for (int open = 1; end < text.size(); ++end) {
                open += text[end] == '{' ? 1 : text[end] == '}' ? -1 : 0;
                if (open == 0)
                    break;
            }
            if (end >= text.size())
                raiseType(text.empty() ? "Single '{' encountered in format string"
                                       : "expected '}' before end of string");
            out += field(text.substr(0, end), depth);
            text.remove_prefix(end + 1);
            runtime_.chargeText(std::int64_t(out.size()) / 16);
        }
        return out;
    }

private:
    std::string field(std::string_view text, int depth) {
        std::size_t nameEnd = 0;
        for (int brackets = 0; nameEnd < text.size(); ++nameEnd) {
            brackets += text[nameEnd] == '[' ? 1 : text[nameEnd] == ']' ? -1 : 0;
            if (brackets == 0 && (text[nameEnd] == '!' || text[nameEnd] == ':'))
                break;
        }
        Value value = lookup(text.substr(0, nameEnd));
        text.remove_prefix(nameEnd);
        if (take(text, '!')) {
            const char conversion = text.empty() ? '\0' : text.front();
            if (!text.empty())
                text.remove_prefix(1);
            if (conversion == 'r' || conversion == 'a')
                value = Value::string(repr(value));
            else if (conversion == 's')
                value = Value::string(str(value));
            else
                raiseType("Unknown conversion specifier");
        }
        std::string spec;
        if (take(text, ':'))
            spec = format(text, depth + 1);
        return formatValue(runtime_, value, spec);
    }

    Value lookup(std::string_view path) {
        const std::size_t firstEnd = std::min(path.find_first_of(".["), path.size());
        const std::string_view first = path.substr(0, firstEnd);
        path.remove_prefix(firstEnd);
        Value value;
        const bool isNumber = !first.empty() && first.find_first_not_of("0123456789") == std::string_view::npos;
        if (first.empty() || isNumber) {
            if ((first.empty() && automatic_ < 0) || (isNumber && automatic_ > 0))
                raiseType("cannot switch between manual field specification and automatic field numbering");
            std::size_t index = 0;
            if (first.empty()) {
                index = std::size_t(automatic_++);
            } else {
                automatic_ = -1;
                index = std::size_t(parseInteger(first, 10).value_or(INT64_MAX));
            }
            if (index >= args_.positional.size())
                raiseType(fmt::format("Replacement index {} out of range for positional args tuple", index));
            value = args_.positional[index];
        } else {
            const auto it =
                std::find_if(args_.named.begin(), args_.named.end(), [&](const auto& a) { return a.first == first; });
            if (it == args_.named.end())
                raiseType(reprOfString(first));
            value = it->second;
        }
        while (!path.empty()) {
            if (take(path, '.')) {
                const std::size_t end = std::min(path.find_first_of(".["), path.size());
                value = runtime_.getAttribute(value, path.substr(0, end));
                path.remove_prefix(end);
            } else {
                const auto end = path.find(']');
                if (end == std::string_view::npos || path.front() != '[')
                    raiseType("Missing ']' in format string");
                const std::string_view key = path.substr(1, end - 1);
                const auto index = parseInteger(key, 10);
                value = runtime_.getItem(value, index && key.find_first_not_of("0123456789") == std::string_view::npos
                                                    ? Value::integer(*index)
                                                    : Value::string(std::string(key)));
                path.remove_prefix(end + 1);
            }
        }
        return value;
    }

    Runtime& runtime_;
    const Args& args_;
    std::int64_t automatic_ = 0; ///< next automatic number; -1: numbered by hand
};

/// One "%..." with its value, in Python's older mini-language.
std::string percentField(Runtime& runtime, char type, std::string_view flags, std::int64_t width,
                         std::int64_t precision, const Value& value) {
    Spec spec;
    spec.width = width;
    const auto has = [&](char c) { return flags.find(c) != std::string_view::npos; };
    spec.align = has('-') ? '<' : has('0') && type != 's' && type != 'r' ? '=' : '>';
    if (spec.align == '=')
        spec.fill = "0";
    spec.sign = has('+') ? '+' : has(' ') ? ' ' : '-';
    spec.alternate = has('#');
    switch (type) {
    case 's':
    case 'r':
    case 'a': {
        std::string body = type == 's' ? runtime.string(value) : repr(value);
        if (precision >= 0)
            body = firstCharacters(body, precision);
        return padded(runtime, spec, "", body, '>');
    }
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'o': {
        if (value.isUndefined() || !value.isNumber() ||
            (!value.isInteger() && type != 'd' && type != 'i' && type != 'u'))
            raiseType(fmt::format("%{} format: a real number is required, not {}", type, value.typeName()));
        spec.type = type == 'i' || type == 'u' ? 'd' : type;
        return formatInteger(
            runtime, value.isInteger() ? value.asInteger() : std::int64_t(std::clamp(value.asReal(), -9.2e18, 9.2e18)),
            spec);
    }
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
        if (value.isUndefined() || !value.isNumber())
            raiseType(fmt::format("must be real number, not {}", value.typeName()));
        spec.type = type;
        spec.precision = precision;
        return formatReal(runtime, value.asReal(), spec);
    case 'c': {
        std::string body;
        if (value.isInteger())
            appendCodePoint(body, std::uint32_t(value.asInteger()) & 0x1FFFFFU);
        else
            body = stringArgument(value, "%c");
        return padded(runtime, spec, "", body, '>');
    }
    default:
        raiseType(fmt::format("unsupported format character '{}'", type));
    }
}

} // namespace

Value formatBraces(Runtime& runtime, const Value& format, const Args& args) {
    return runtime.text(BraceFormatter(runtime, args).format(format.asString(), 0), format.isMarkup());
}

Value formatPercent(Runtime& runtime, const Value& format, const Value& values) {
    std::string_view text = format.asString();
    std::size_t nUsed = 0;
    bool usedMapping = false;
    const auto next = [&]() -> Value {
        if (!values.is(Kind::Tuple)) {
            if (nUsed++ > 0)
                raiseType("not enough arguments for format string");
            return values;
        }
        if (nUsed >= values.items().size())
            raiseType("not enough arguments for format string");
        return values.items()[nUsed++];
    };
    const auto number = [&](std::int64_t otherwise) {
        if (take(text, '*'))
            return sizeArgument(next(), "*");
        return !text.empty() && text.front() >= '0' && text.front() <= '9' ? readNumber(text) : otherwise;
    };
    std::string out;
    while (!text.empty()) {
        const auto at = text.find('%');
        out += text.substr(0, at);
        if (at == std::string_view::npos)
            break;
        text.remove_prefix(at + 1);
        std::optional<Value> value;
        if (text.starts_with('(')) {
            const auto end = text.find(')');
            if (end == std::string_view::npos)
                raiseType("incomplete format key");
            if (!values.is(Kind::Dict))
                raiseType("format requires a mapping");
            const Value* found = values.find(text.substr(1, end - 1));
            if (found == nullptr)
                raiseType(reprOfString(text.substr(1, end - 1)));
            value = *found;
            usedMapping = true;
            text.remove_prefix(end + 1);
        }
        const std::size_t nFlags = std::min(text.find_first_not_of("#0- +"), text.size());
        const std::string_view flags = text.substr(0, nFlags);
        text.remove_prefix(nFlags);
        const std::int64_t width = number(0);
        const std::int64_t precision = take(text, '.') ? number(0) : -1;
        while (!text.empty() && (text.front() == 'l' || text.front() == 'h' || text.front() == 'L'))
            text.remove_prefix(1);
        if (text.empty())
            raiseType("incomplete format");
        const char type = text.front();
        text.remove_prefix(1);
        if (type == '%') {
            out += '%';
            continue;
        }
        out += percentField(runtime, type, flags, width, precision, value ? *value : next());
        runtime.chargeText(std::int64_t(out.size()) / 16);
    }
    const std::size_t nGiven = values.is(Kind::Tuple)                           ? values.items().size()
                               : values.is(Kind::Dict) || values.is(Kind::List) ? 0
                                                                                : 1;
    if (!usedMapping && nUsed < nGiven)
        raiseType("not all arguments converted during string formatting");
    return runtime.text(std::move(out), format.isMarkup());
}

} // namespace vitral::jinja
