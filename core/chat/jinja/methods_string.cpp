// SPDX-License-Identifier: Apache-2.0
// Methods of str. Positions count characters.
#include "core/chat/jinja/library.h"
#include "core/chat/jinja/unicode.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral::jinja {
namespace {

Value made(Runtime& runtime, const Value& self, std::string text) {
    return runtime.text(std::move(text), self.isMarkup());
}

Value stripped(Runtime& runtime, const Value& self, Args& args, Side side, std::string_view name) {
    args.check(name, {"chars"});
    const Value chars = args.get(0, "chars", Value::none());
    const std::string* set = chars.isNone() ? nullptr : &stringArgument(chars, name);
    return made(runtime, self, std::string(strip(self.asString(), side, set)));
}
Value methodStrip(Runtime& r, const Value& s, Args& a) {
    return stripped(r, s, a, Side::Both, "strip");
}
Value methodLstrip(Runtime& r, const Value& s, Args& a) {
    return stripped(r, s, a, Side::Left, "lstrip");
}
Value methodRstrip(Runtime& r, const Value& s, Args& a) {
    return stripped(r, s, a, Side::Right, "rstrip");
}

template <auto function>
Value simple(Runtime& runtime, const Value& self, Args& args) {
    args.check("method", {});
    runtime.chargeText(std::int64_t(self.asString().size()));
    return made(runtime, self, function(self.asString()));
}

Value split(Runtime& runtime, const Value& self, Args& args, bool fromRight) {
    args.check(fromRight ? "rsplit" : "split", {"sep", "maxsplit"});
    const Value separator = args.get(0, "sep", Value::none());
    std::int64_t left = integerArgument(args.get(1, "maxsplit", Value::integer(-1)), "maxsplit");
    if (left < 0)
        left = INT64_MAX;
    std::string_view rest = self.asString();
    runtime.charge(1 + std::int64_t(rest.size()) / 4);
    std::vector<Value> parts;
    const auto add = [&](std::string_view part) { parts.push_back(Value::string(std::string(part), self.isMarkup())); };
    if (separator.isNone()) {
        const Side side = fromRight ? Side::Right : Side::Left;
        for (rest = strip(rest, side); !rest.empty(); rest = strip(rest, side)) {
            if (left-- == 0) {
                add(rest);
                break;
            }
            // The word at this end.
            std::size_t cut = 0;
            if (!fromRight) {
                while (cut < rest.size() && !isSpace(codePointAt(rest, cut)))
                    cut += characterBytes(rest, cut);
                add(rest.substr(0, cut));
                rest.remove_prefix(cut);
            } else {
                for (std::size_t i = 0; i < rest.size(); i += characterBytes(rest, i))
                    if (isSpace(codePointAt(rest, i)))
                        cut = i + characterBytes(rest, i);
                add(rest.substr(cut));
                rest = rest.substr(0, cut);
                runtime.charge(std::int64_t(rest.size()) / 4);
            }
        }
    } else {
        const std::string& by = stringArgument(separator, "split");
        if (by.empty())
            raiseType("empty separator");
        while (left-- > 0) {
            const auto at = fromRight ? rest.rfind(by) : rest.find(by);
            if (at == std::string_view::npos)
                break;
            add(fromRight ? rest.substr(at + by.size()) : rest.substr(0, at));
            rest = fromRight ? rest.substr(0, at) : rest.substr(at + by.size());
        }
        add(rest);
    }
    if (fromRight)
        std::reverse(parts.begin(), parts.end());
    runtime.charge(std::int64_t(parts.size()));
    return Value::list(std::move(parts));
}
Value methodSplit(Runtime& r, const Value& s, Args& a) {
    return split(r, s, a, false);
}
Value methodRsplit(Runtime& r, const Value& s, Args& a) {
    return split(r, s, a, true);
}

Value methodSplitlines(Runtime& runtime, const Value& self, Args& args) {
    args.check("splitlines", {"keepends"});
    runtime.charge(1 + std::int64_t(self.asString().size()) / 4);
    std::vector<Value> lines;
    for (const std::string_view line :
         splitLines(self.asString(), args.get(0, "keepends", Value::boolean(false)).truthy()))
        lines.push_back(Value::string(std::string(line), self.isMarkup()));
    return Value::list(std::move(lines));
}

/// The part of the text between two character positions, as bytes.
std::string_view window(const Value& self, const Args& args, std::size_t first, std::size_t& beginByte,
                        std::int64_t& beginCharacter) {
    const std::int64_t n = self.nCharacters();
    const auto bound = [&](std::size_t i, std::int64_t otherwise) {
        if (i >= args.positional.size() || args.positional[i].isNone())
            return otherwise;
        const std::int64_t at = sizeArgument(args.positional[i], "position");
        return at < 0 ? std::max<std::int64_t>(at + n, 0) : at;
    };
    const std::int64_t begin = bound(first, 0), end = std::min(bound(first + 1, n), n);
    beginByte = 0;
    beginCharacter = begin;
    if (begin > n || end < begin)
        return {};
    const std::string& text = self.asString();
    for (std::int64_t i = 0; i < begin; ++i)
        beginByte += characterBytes(text, beginByte);
    std::size_t endByte = beginByte;
    if (end == n)
        endByte = text.size();
    else
        for (std::int64_t i = begin; i < end; ++i)
            endByte += characterBytes(text, endByte);
    return std::string_view(text).substr(beginByte, endByte - beginByte);
}

Value edge(Runtime& runtime, const Value& self, Args& args, bool atStart) {
    args.check(atStart ? "startswith" : "endswith", {"prefix", "start", "end"}, 1);
    std::size_t byte = 0;
    std::int64_t character = 0;
    const std::string_view text =
        args.positional.size() > 1 ? window(self, args, 1, byte, character) : std::string_view(self.asString());
    const bool outside = args.positional.size() > 1 && character > self.nCharacters();
    const auto matches = [&](const Value& part) {
        if (!part.isString())
            raiseType(fmt::format("{} first arg must be str or a tuple of str, not {}",
                                  atStart ? "startswith" : "endswith", part.typeName()));
        return !outside && (atStart ? text.starts_with(part.asString()) : text.ends_with(part.asString()));
    };
    const Value& wanted = *args.find(0, "prefix");
    if (!wanted.is(Kind::Tuple))
        return Value::boolean(matches(wanted));
    runtime.charge(std::int64_t(wanted.items().size()));
    return Value::boolean(std::any_of(wanted.items().begin(), wanted.items().end(), matches));
}
Value methodStartswith(Runtime& r, const Value& s, Args& a) {
    return edge(r, s, a, true);
}
Value methodEndswith(Runtime& r, const Value& s, Args& a) {
    return edge(r, s, a, false);
}

Value position(Runtime& runtime, const Value& self, Args& args, bool fromRight, bool mustExist) {
    args.check("find", {"sub", "start", "end"}, 1);
    runtime.charge(1 + std::int64_t(self.asString().size()) / 16);
    std::size_t byte = 0;
    std::int64_t character = 0;
    const std::string_view text = window(self, args, 1, byte, character);
    const std::string& wanted = stringArgument(*args.find(0, "sub"), "find");
    const auto at = fromRight ? text.rfind(wanted) : text.find(wanted);
    if (at == std::string_view::npos || character > self.nCharacters()) {
        if (mustExist)
            raiseType("substring not found");
        return Value::integer(-1);
    }
    return Value::integer(character + countCharacters(text.substr(0, at)));
}
Value methodFind(Runtime& r, const Value& s, Args& a) {
    return position(r, s, a, false, false);
}
Value methodRfind(Runtime& r, const Value& s, Args& a) {
    return position(r, s, a, true, false);
}
Value methodIndex(Runtime& r, const Value& s, Args& a) {
    return position(r, s, a, false, true);
}
Value methodRindex(Runtime& r, const Value& s, Args& a) {
    return position(r, s, a, true, true);
}

Value methodCount(Runtime& runtime, const Value& self, Args& args) {
    args.check("count", {"sub", "start", "end"}, 1);
    runtime.charge(1 + std::int64_t(self.asString().size()) / 16);
    std::size_t byte = 0;
    std::int64_t character = 0;
    std::string_view text = window(self, args, 1, byte, character);
    const std::string& wanted = stringArgument(*args.find(0, "sub"), "count");
    if (wanted.empty())
        return Value::integer(countCharacters(text) + 1);
    std::int64_t n = 0;
    for (auto at = text.find(wanted); at != std::string_view::npos; at = text.find(wanted)) {
        ++n;
        text.remove_prefix(at + wanted.size());
    }
    return Value::integer(n);
}

Value methodReplace(Runtime& runtime, const Value& self, Args& args) {
    args.check("replace", {"old", "new", "count"}, 2);
    const std::string from = stringArgument(*args.find(0, "old"), "replace");
    const Value& with = *args.find(1, "new");
    const std::string to = self.isMarkup() && !with.isMarkup() ? escapeHtml(stringArgument(with, "replace"))
                                                               : stringArgument(with, "replace");
    std::int64_t left = integerArgument(args.get(2, "count", Value::integer(-1)), "count");
    if (left < 0)
        left = INT64_MAX;
    const std::string& text = self.asString();
    std::string out;
    std::size_t at = 0;
    while (left > 0) {
        const std::size_t found = from.empty() ? (at > text.size() ? std::string::npos : at) : text.find(from, at);
        if (found == std::string::npos)
            break;
        --left;
        out += text.substr(at, found - at);
        out += to;
        if (out.size() > 4096)
            runtime.chargeText(std::int64_t(to.size()));
        at = found + from.size();
        if (from.empty()) {
            if (at == text.size()) {
                ++at;
                break;
            }
            const std::size_t n = characterBytes(text, at);
            out += text.substr(at, n);
            at += n;
        }
        if (out.size() > (32U << 20U))
            runtime.chargeText(std::int64_t(out.size()) + 1);
    }
    if (at < text.size())
        out += text.substr(at);
    return made(runtime, self, std::move(out));
}

Value methodJoin(Runtime& runtime, const Value& self, Args& args) {
    args.check("join", {"iterable"}, 1);
    std::string out;
    std::int64_t i = 0;
    for (const Value& item : runtime.iterate(*args.find(0, "iterable"))) {
        if (!item.isString() && !self.isMarkup())
            raiseType(fmt::format("sequence item {}: expected str instance, {} found", i, item.typeName()));
        if (i++ != 0)
            out += self.asString();
        out += self.isMarkup() && !item.isMarkup() ? escapeHtml(str(item)) : str(item);
        runtime.chargeText(std::int64_t(out.size()) / 64);
    }
    return made(runtime, self, std::move(out));
}

Value methodFormat(Runtime& runtime, const Value& self, Args& args) {
    return formatBraces(runtime, self, args);
}
Value methodFormatMap(Runtime& runtime, const Value& self, Args& args) {
    args.check("format_map", {"mapping"}, 1);
    const Value& mapping = *args.find(0, "mapping");
    if (!mapping.is(Kind::Dict))
        raiseType("format_map() needs a dict");
    Args named;
    for (const Entry& entry : mapping.entries())
        named.named.emplace_back(str(entry.first), entry.second);
    return formatBraces(runtime, self, named);
}

template <bool (*test)(std::int32_t)>
Value every(Runtime& runtime, const Value& self, Args& args) {
    args.check("method", {});
    const std::string& text = self.asString();
    runtime.charge(1 + std::int64_t(text.size()) / 8);
    for (std::size_t i = 0; i < text.size(); i += characterBytes(text, i))
        if (!test(codePointAt(text, i)))
            return Value::boolean(false);
    return Value::boolean(!text.empty());
}
bool isAlnum(std::int32_t code) {
    return isLetter(code) || isNumeric(code);
}

/// isupper and islower: at least one such letter and none of the other case.
template <bool (*wanted)(std::int32_t), bool (*other)(std::int32_t)>
Value cased(Runtime& runtime, const Value& self, Args& args) {
    args.check("method", {});
    const std::string& text = self.asString();
    runtime.charge(1 + std::int64_t(text.size()) / 8);
    bool any = false;
    for (std::size_t i = 0; i < text.size(); i += characterBytes(text, i)) {
        const std::int32_t code = codePointAt(text, i);
        if (other(code) || isTitle(code))
            return Value::boolean(false);
        any = any || wanted(code);
    }
    return Value::boolean(any);
}
Value methodIstitle(Runtime& runtime, const Value& self, Args& args) {
    args.check("istitle", {});
    runtime.chargeText(std::int64_t(self.asString().size()));
    const std::string& text = self.asString();
    return Value::boolean(titleCase(text) == text && (upper(text) != text || lower(text) != text));
}
Value methodIsascii(Runtime& /*runtime*/, const Value& self, Args& args) {
    args.check("isascii", {});
    return Value::boolean(self.isAscii());
}
Value methodIsidentifier(Runtime& /*runtime*/, const Value& self, Args& args) {
    args.check("isidentifier", {});
    const std::string& text = self.asString();
    bool ok = !text.empty() && !isDecimal(codePointAt(text, 0));
    for (std::size_t i = 0; ok && i < text.size(); i += characterBytes(text, i)) {
        const std::int32_t code = codePointAt(text, i);
        ok = code == '_' || isLetter(code) || isDecimal(code);
    }
    return Value::boolean(ok);
}

enum class Justify : std::uint8_t { Left, Right, Center };
Value justified(Runtime& runtime, const Value& self, Args& args, Justify how) {
    args.check("just", {"width", "fillchar"}, 1);
    const std::int64_t missing = sizeArgument(*args.find(0, "width"), "width") - self.nCharacters();
    const std::string fill = str(args.get(1, "fillchar", Value::string(" ")));
    if (countCharacters(fill) != 1)
        raiseType("The fill character must be exactly one character long");
    if (missing <= 0)
        return self;
    runtime.chargeText(missing * std::int64_t(fill.size()));
    const std::int64_t width = missing + self.nCharacters();
    const std::int64_t left = how == Justify::Left    ? 0
                              : how == Justify::Right ? missing
                                                      : missing / 2 + (missing & width & 1);
    std::string out;
    for (std::int64_t i = 0; i < left; ++i)
        out += fill;
    out += self.asString();
    for (std::int64_t i = left; i < missing; ++i)
        out += fill;
    return made(runtime, self, std::move(out));
}
Value methodLjust(Runtime& r, const Value& s, Args& a) {
    return justified(r, s, a, Justify::Left);
}
Value methodRjust(Runtime& r, const Value& s, Args& a) {
    return justified(r, s, a, Justify::Right);
}
Value methodCenter(Runtime& r, const Value& s, Args& a) {
    return justified(r, s, a, Justify::Center);
}

Value methodZfill(Runtime& runtime, const Value& self, Args& args) {
    args.check("zfill", {"width"}, 1);
    const std::int64_t missing = sizeArgument(*args.find(0, "width"), "zfill") - self.nCharacters();
    if (missing <= 0)
        return self;
    runtime.chargeText(missing);
    const std::string& text = self.asString();
    const bool sign = text.starts_with('-') || text.starts_with('+');
    return made(runtime, self,
                text.substr(0, sign ? 1 : 0) + std::string(std::size_t(missing), '0') + text.substr(sign ? 1 : 0));
}

Value affix(Runtime& runtime, const Value& self, Args& args, bool prefix) {
    args.check(prefix ? "removeprefix" : "removesuffix", {"affix"}, 1);
    const std::string& part = stringArgument(*args.find(0, "affix"), "removeprefix");
    const std::string& text = self.asString();
    if (prefix)
        return text.starts_with(part) ? made(runtime, self, text.substr(part.size())) : self;
    return !part.empty() && text.ends_with(part) ? made(runtime, self, text.substr(0, text.size() - part.size()))
                                                 : self;
}
Value methodRemoveprefix(Runtime& r, const Value& s, Args& a) {
    return affix(r, s, a, true);
}
Value methodRemovesuffix(Runtime& r, const Value& s, Args& a) {
    return affix(r, s, a, false);
}

Value partition(Runtime& runtime, const Value& self, Args& args, bool fromRight) {
    args.check("partition", {"sep"}, 1);
    const std::string& by = stringArgument(*args.find(0, "sep"), "partition");
    if (by.empty())
        raiseType("empty separator");
    const std::string& text = self.asString();
    runtime.chargeText(std::int64_t(text.size()));
    const auto at = fromRight ? text.rfind(by) : text.find(by);
    const auto part = [&](std::string s) { return Value::string(std::move(s), self.isMarkup()); };
    if (at == std::string::npos)
        return fromRight ? Value::tuple({part(""), part(""), self}) : Value::tuple({self, part(""), part("")});
    return Value::tuple({part(text.substr(0, at)), part(by), part(text.substr(at + by.size()))});
}
Value methodPartition(Runtime& r, const Value& s, Args& a) {
    return partition(r, s, a, false);
}
Value methodRpartition(Runtime& r, const Value& s, Args& a) {
    return partition(r, s, a, true);
}

Value methodExpandtabs(Runtime& runtime, const Value& self, Args& args) {
    args.check("expandtabs", {"tabsize"});
    const std::int64_t size =
        std::min<std::int64_t>(sizeArgument(args.get(0, "tabsize", Value::integer(8)), "tabsize"), 1000);
    std::string out;
    std::int64_t column = 0;
    for (const std::string_view character : charactersOf(self.asString())) {
        if (character == "\t") {
            const std::int64_t n = size > 0 ? size - column % size : 0;
            runtime.chargeText(std::int64_t(out.size()) + n);
            out.append(std::size_t(n), ' ');
            column += n;
        } else {
            column = character == "\n" || character == "\r" ? 0 : column + 1;
            out += character;
        }
    }
    return made(runtime, self, std::move(out));
}

constexpr Named<Method> kMethods[] = {{"strip", methodStrip},
                                      {"lstrip", methodLstrip},
                                      {"rstrip", methodRstrip},
                                      {"upper", simple<upper>},
                                      {"lower", simple<lower>},
                                      {"title", simple<titleCase>},
                                      {"capitalize", simple<capitalize>},
                                      {"swapcase", simple<swapCase>},
                                      {"casefold", simple<lower>},
                                      {"split", methodSplit},
                                      {"rsplit", methodRsplit},
                                      {"splitlines", methodSplitlines},
                                      {"startswith", methodStartswith},
                                      {"endswith", methodEndswith},
                                      {"find", methodFind},
                                      {"rfind", methodRfind},
                                      {"index", methodIndex},
                                      {"rindex", methodRindex},
                                      {"count", methodCount},
                                      {"replace", methodReplace},
                                      {"join", methodJoin},
                                      {"format", methodFormat},
                                      {"format_map", methodFormatMap},
                                      {"isdigit", every<isNumeric>},
                                      {"isnumeric", every<isNumeric>},
                                      {"isdecimal", every<isDecimal>},
                                      {"isalpha", every<isLetter>},
                                      {"isalnum", every<isAlnum>},
                                      {"isspace", every<isSpace>},
                                      {"isprintable", every<isPrintable>},
                                      {"isupper", cased<isUpper, isLower>},
                                      {"islower", cased<isLower, isUpper>},
                                      {"istitle", methodIstitle},
                                      {"isascii", methodIsascii},
                                      {"isidentifier", methodIsidentifier},
                                      {"ljust", methodLjust},
                                      {"rjust", methodRjust},
                                      {"center", methodCenter},
                                      {"zfill", methodZfill},
                                      {"removeprefix", methodRemoveprefix},
                                      {"removesuffix", methodRemovesuffix},
                                      {"partition", methodPartition},
                                      {"rpartition", methodRpartition},
                                      {"expandtabs", methodExpandtabs}};

} // namespace

Method findStringMethod(std::string_view name) {
    for (const auto& entry : kMethods)
        if (entry.name == name)
            return entry.function;
    return nullptr;
}

} // namespace vitral::jinja
