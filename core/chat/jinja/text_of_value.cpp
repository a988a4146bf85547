// SPDX-License-Identifier: Apache-2.0
// str(), repr() and json.dumps() of Python.
#include "core/chat/jinja/unicode.h"
#include "core/chat/jinja/value.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace vitral::jinja {

std::string reprOfReal(double value) {
    if (std::isnan(value))
        return "nan";
    if (std::isinf(value))
        return value > 0 ? "inf" : "-inf";
    std::string text = fmt::format("{}", value);
    if (text.find_first_of(".e") == std::string::npos)
        text += ".0";
    return text;
}

std::string reprOfString(std::string_view text) {
    const bool hasSingle = text.find('\'') != std::string_view::npos,
               hasDouble = text.find('"') != std::string_view::npos;
    const char quote = hasSingle && !hasDouble ? '"' : '\'';
    std::string out(1, quote);
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t n = characterBytes(text, i);
        const std::int32_t code = codePointAt(text, i);
        if (code == quote || code == '\\') {
            out += '\\';
            out += char(code);
        } else if (code == '\n') {
            out += "\\n";
        } else if (code == '\r') {
            out += "\\r";
        } else if (code == '\t') {
            out += "\\t";
        } else if (code < 0) {
            out += fmt::format("\\x{:02x}", std::uint8_t(text[i]));
        } else if (!isPrintable(code)) {
            out += code < 0x100     ? fmt::format("\\x{:02x}", code)
                   : code < 0x10000 ? fmt::format("\\u{:04x}", code)
                                    : fmt::format("\\U{:08x}", code);
        } else {
            out += text.substr(i, n);
        }
        i += n;
    }
    return out += quote;
}

namespace {

void putRepr(std::string& out, const Value& value, int depth);

void putItems(std::string& out, const std::vector<Value>& items, int depth) {
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i != 0)
            out += ", ";
        putRepr(out, items[i], depth);
    }
}
void putEntries(std::string& out, const std::vector<Entry>& entries, int depth) {
    out += '{';
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (i != 0)
            out += ", ";
        putRepr(out, entries[i].first, depth);
        out += ": ";
        putRepr(out, entries[i].second, depth);
    }
    out += '}';
}

void putRepr(std::string& out, const Value& value, int depth) {
    // A namespace may contain itself.
    if (depth > 2 * kMaxValueDepth)
        raise(TemplateError::Kind::Limit, "a value that contains itself cannot be written out");
    if (out.size() > (32U << 20U))
        raise(TemplateError::Kind::Limit, "a value is longer than 32 MiB when written out");
    switch (value.kind()) {
    case Kind::Undefined:
        out += "Undefined";
        return;
    case Kind::None:
        out += "None";
        return;
    case Kind::Bool:
        out += value.asInteger() != 0 ? "True" : "False";
        return;
    case Kind::Int:
        out += std::to_string(value.asInteger());
        return;
    case Kind::Float:
        out += reprOfReal(value.asReal());
        return;
    case Kind::String:
        out += value.isMarkup() ? "Markup(" + reprOfString(value.asString()) + ")" : reprOfString(value.asString());
        return;
    case Kind::List:
        out += '[';
        putItems(out, value.items(), depth + 1);
        out += ']';
        return;
    case Kind::Tuple:
        out += '(';
        putItems(out, value.items(), depth + 1);
        out += value.items().size() == 1 ? ",)" : ")";
        return;
    case Kind::View:
        out += value.typeName() + "([";
        putItems(out, value.items(), depth + 1);
        out += "])";
        return;
    case Kind::Dict:
        putEntries(out, value.entries(), depth + 1);
        return;
    case Kind::Namespace:
        out += "<Namespace ";
        putEntries(out, value.entries(), depth + 1);
        out += '>';
        return;
    case Kind::Range: {
        const RangeObject& range = rangeOf(value);
        out += range.step == 1 ? fmt::format("range({}, {})", range.start, range.stop)
                               : fmt::format("range({}, {}, {})", range.start, range.stop, range.step);
        return;
    }
    case Kind::Generator:
    case Kind::Object:
        out += "<" + value.typeName() + " object>";
        return;
    }
}

class JsonWriter {
public:
    explicit JsonWriter(const JsonStyle& style) : style_(style) {}
    std::string out;

    void write(const Value& value, int level) {
        if (level > 2 * kMaxValueDepth || out.size() > (32U << 20U))
            raise(TemplateError::Kind::Limit, "a value is too large to be written as JSON");
        switch (value.kind()) {
        case Kind::None:
            out += "null";
            return;
        case Kind::Bool:
            out += value.asInteger() != 0 ? "true" : "false";
            return;
        case Kind::Int:
            out += std::to_string(value.asInteger());
            return;
        case Kind::Float:
            writeReal(value.asReal());
            return;
        case Kind::String:
            writeString(value.asString());
            return;
        case Kind::List:
        case Kind::Tuple:
            writeList(value.items(), level);
            return;
        case Kind::Dict:
            writeDict(value.entries(), level);
            return;
        default:
            raiseType(fmt::format("Object of type {} is not JSON serializable", value.typeName()));
        }
    }

private:
    void newLine(int level) {
        out += '\n';
        for (int i = 0; i < level; ++i)
            out += *style_.indent;
    }
    void writeReal(double value) {
        out += std::isnan(value)   ? "NaN"
               : std::isinf(value) ? (value > 0 ? "Infinity" : "-Infinity")
                                   : reprOfReal(value);
    }
    void writeList(const std::vector<Value>& items, int level) {
        if (items.empty()) {
            out += "[]";
            return;
        }
        out += '[';
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (i != 0)
                out += style_.itemSeparator;
            if (style_.indent)
                newLine(level + 1);
            write(items[i], level + 1);
        }
        if (style_.indent)
            newLine(level);
        out += ']';
    }
    void writeDict(std::vector<Entry> entries, int level) {
        if (entries.empty()) {
            out += "{}";
            return;
        }
        if (style_.sortKeys)
            std::stable_sort(entries.begin(), entries.end(),
                             [](const Entry& a, const Entry& b) { return compare(a.first, b.first, "<") < 0; });
        out += '{';
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (i != 0)
                out += style_.itemSeparator;
            if (style_.indent)
                newLine(level + 1);
            writeKey(entries[i].first);
            out += style_.keySeparator;
            write(entries[i].second, level + 1);
        }
        if (style_.indent)
            newLine(level);
        out += '}';
    }
    void writeKey(const Value& key) {
        switch (key.kind()) {
        case Kind::String:
            writeString(key.asString());
            return;
        case Kind::None:
            out += "\"null\"";
            return;
        case Kind::Bool:
            out += key.asInteger() != 0 ? "\"true\"" : "\"false\"";
            return;
        case Kind::Int:
            out += '"' + std::to_string(key.asInteger()) + '"';
            return;
        case Kind::Float:
            out += '"';
            writeReal(key.asReal());
            out += '"';
            return;
        default:
            raiseType(fmt::format("keys must be str, int, float, bool or None, not {}", key.typeName()));
        }
    }
    void writeString(std::string_view text) {
        out += '"';
        for (std::size_t i = 0; i < text.size();) {
            const std::size_t n = characterBytes(text, i);
            const std::int32_t code = codePointAt(text, i);
            switch (code) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            case '\f':
                out += "\\f";
                break;
            case '\b':
                out += "\\b";
                break;
            default:
                if (code >= 0 && (code < 0x20 || (style_.ensureAscii && code > 0x7E)))
                    writeEscaped(std::uint32_t(code));
                else
                    out += text.substr(i, n);
            }
            i += n;
        }
        out += '"';
    }
    void writeEscaped(std::uint32_t code) {
        if (code < 0x10000) {
            out += fmt::format("\\u{:04x}", code);
        } else {
            code -= 0x10000;
            out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800U + (code >> 10U), 0xDC00U + (code & 0x3FFU));
        }
    }
    const JsonStyle& style_;
};

} // namespace

std::string repr(const Value& value) {
    std::string out;
    putRepr(out, value, 0);
    return out;
}

std::string str(const Value& value) {
    if (value.isString())
        return value.asString();
    if (value.isUndefined())
        return {};
    return repr(value);
}

std::string toJson(const Value& value, const JsonStyle& style) {
    JsonWriter writer(style);
    writer.write(value, 0);
    return std::move(writer.out);
}

} // namespace vitral::jinja
