// SPDX-License-Identifier: Apache-2.0
// Attributes, items, slices, walking and membership: what "." and "[]" and "in" do.
#include "core/chat/jinja/library.h"
#include "core/chat/jinja/runtime.h"
#include "core/chat/jinja/unicode.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral::jinja {
namespace {

/// How the reference names a type in "... has no attribute ...".
std::string describeType(const Value& value) {
    return value.isNone() ? "None" : value.typeName() + " object";
}

Value noAttribute(const Value& object, std::string_view name) {
    return Value::undefined(fmt::format("'{}' has no attribute {}", describeType(object), reprOfString(name)));
}

/// Attributes that every Python object has and that the sandbox hides.
bool isHidden(std::string_view name) {
    static constexpr std::string_view names[] = {
        "__class__",        "__doc__",     "__init__",    "__dict__",         "__module__",
        "__dir__",          "__eq__",      "__ne__",      "__lt__",           "__gt__",
        "__le__",           "__ge__",      "__hash__",    "__repr__",         "__str__",
        "__getattribute__", "__setattr__", "__delattr__", "__reduce__",       "__reduce_ex__",
        "__new__",          "__format__",  "__sizeof__",  "__subclasshook__", "__init_subclass__"};
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

class BoundMethod final : public Object {
public:
    BoundMethod(Value self, std::string_view name, Method method)
        : self_(std::move(self)), name_(name), method_(method) {}
    [[nodiscard]] std::string typeName() const override { return "builtin_function_or_method"; }
    [[nodiscard]] bool callable() const override { return true; }
    Value call(Runtime& runtime, Args& args) override {
        // Python's built-in methods take their arguments by place, but for these.
        if (!args.named.empty() && !self_.is(Kind::Object) && name_ != "split" && name_ != "rsplit" &&
            name_ != "splitlines" && name_ != "expandtabs" && name_ != "format")
            raiseType(fmt::format("{}.{}() takes no keyword arguments", self_.typeName(), name_));
        return method_(runtime, self_, args);
    }

private:
    Value self_;
    std::string name_;
    Method method_;
};

class GlobalFunction final : public Object {
public:
    GlobalFunction(std::string_view name, Function function) : name_(name), function_(function) {}
    [[nodiscard]] std::string typeName() const override { return "function"; }
    [[nodiscard]] bool callable() const override { return true; }
    Value call(Runtime& runtime, Args& args) override { return function_(runtime, args); }

private:
    std::string name_;
    Function function_;
};

/// The attribute as Python's getattr finds it, or nothing.
std::optional<Value> pythonAttribute(Runtime& runtime, const Value& object, std::string_view name) {
    if (object.is(Kind::Object))
        return object.asObject()->attribute(runtime, name);
    if (object.is(Kind::Namespace)) {
        const Value* found = object.find(name);
        return found != nullptr ? std::optional(*found) : std::nullopt;
    }
    if (isHidden(name) || isForbiddenMethod(object.kind(), name))
        return Value::undefined(
            fmt::format("access to attribute {} of '{}' object is unsafe.", reprOfString(name), object.typeName()),
            true);
    const Method method = object.isString() ? findStringMethod(name) : findMethod(object.kind(), name);
    if (method != nullptr)
        return makeMethod(object, name, method);
    if (object.is(Kind::Range)) {
        const RangeObject& range = rangeOf(object);
        if (name == "start" || name == "stop" || name == "step")
            return Value::integer(name == "start" ? range.start : name == "stop" ? range.stop : range.step);
    }
    return std::nullopt;
}

/// object[key] as Python finds it, or nothing (TypeError and LookupError alike).
std::optional<Value> pythonItem(const Value& object, const Value& key) {
    const auto index = [&](std::int64_t n) -> std::optional<std::int64_t> {
        if (!key.isInteger())
            return std::nullopt;
        const std::int64_t i = key.asInteger() < 0 ? key.asInteger() + n : key.asInteger();
        return i >= 0 && i < n ? std::optional(i) : std::nullopt;
    };
    switch (object.kind()) {
    case Kind::String: {
        const auto i = index(object.nCharacters());
        if (!i)
            return std::nullopt;
        const std::string& text = object.asString();
        std::size_t at = 0;
        if (object.isAscii())
            at = std::size_t(*i);
        else
            for (std::int64_t k = 0; k < *i; ++k)
                at += characterBytes(text, at);
        return Value::string(text.substr(at, characterBytes(text, at)), object.isMarkup());
    }
    case Kind::List:
    case Kind::Tuple: {
        const auto i = index(std::int64_t(object.items().size()));
        return i ? std::optional(object.items()[std::size_t(*i)]) : std::nullopt;
    }
    case Kind::Range: {
        const RangeObject& range = rangeOf(object);
        const auto i = index(range.length());
        return i ? std::optional(Value::integer(range.start + *i * range.step)) : std::nullopt;
    }
    case Kind::Dict: {
        if (key.is(Kind::List) || key.is(Kind::Dict))
            return std::nullopt;
        const Value* found = object.find(key);
        return found != nullptr ? std::optional(*found) : std::nullopt;
    }
    default:
        return std::nullopt;
    }
}

} // namespace

Value makeMethod(Value self, std::string_view name, Method method) {
    return Value::object(std::make_shared<BoundMethod>(std::move(self), name, method));
}
Value makeFunction(std::string_view name, Function function) {
    return Value::object(std::make_shared<GlobalFunction>(name, function));
}

Value Runtime::getAttribute(const Value& object, std::string_view name) {
    if (object.isUndefined())
        object.raiseUndefined();
    if (auto found = pythonAttribute(*this, object, name))
        return std::move(*found);
    if (object.is(Kind::Dict)) {
        charge(std::int64_t(object.entries().size()) / 8);
        if (const Value* found = object.find(name); found != nullptr)
            return *found;
    }
    return noAttribute(object, name);
}

Value Runtime::getItem(const Value& object, const Value& key) {
    if (object.isUndefined())
        object.raiseUndefined();
    charge(object.isString() && !object.isAscii() ? 1 + object.nCharacters() / 64
           : object.is(Kind::Dict)                ? 1 + std::int64_t(object.entries().size()) / 8
                                                  : 1);
    if (auto found = pythonItem(object, key))
        return std::move(*found);
    if (key.isString()) {
        if (auto found = pythonAttribute(*this, object, key.asString()))
            return std::move(*found);
        return noAttribute(object, key.asString());
    }
    return Value::undefined(fmt::format("{} has no element {}", describeType(object), repr(key)));
}

Value Runtime::slice(const Value& object, const Value* start, const Value* stop, const Value* step) {
    if (object.isUndefined())
        object.raiseUndefined();
    const auto number = [](const Value* part, std::int64_t otherwise) {
        if (part == nullptr)
            return otherwise;
        if (part->isUndefined() || !part->isInteger())
            raiseType("slice indices must be integers or None or have an __index__ method");
        return part->asInteger();
    };
    const std::int64_t by = number(step, 1);
    if (by == 0)
        raiseType("slice step cannot be zero");
    std::int64_t n = 0;
    switch (object.kind()) {
    case Kind::String:
        n = object.nCharacters();
        break;
    case Kind::List:
    case Kind::Tuple:
        n = std::int64_t(object.items().size());
        break;
    case Kind::Range:
        n = rangeOf(object).length();
        break;
    case Kind::Dict:
        raiseType("unhashable type: 'slice'");
    default:
        raiseType(fmt::format("'{}' object is not subscriptable", object.typeName()));
    }
    const auto clamp = [&](std::int64_t i, std::int64_t low, std::int64_t high) {
        return std::clamp(i < 0 ? std::max(i, -n - 1) + n : i, low, high);
    };
    const std::int64_t first = by > 0             ? clamp(number(start, 0), 0, n)
                               : start == nullptr ? n - 1
                                                  : clamp(number(start, 0), -1, n - 1);
    const std::int64_t last = by > 0            ? (stop == nullptr ? n : clamp(number(stop, 0), 0, n))
                              : stop == nullptr ? -1
                                                : clamp(number(stop, 0), -1, n - 1);
    std::vector<std::int64_t> indices;
    for (std::int64_t i = first; by > 0 ? i < last : i > last;) {
        indices.push_back(i);
        if (__builtin_add_overflow(i, by, &i))
            break;
    }
    charge(std::int64_t(indices.size()) / (object.isString() ? 8 : 1) + n / 64);
    if (object.isString()) {
        const std::string& text = object.asString();
        if (object.isAscii() && by == 1)
            return this->text(text.substr(std::size_t(first), indices.size()), object.isMarkup());
        const auto characters = charactersOf(text);
        std::string out;
        for (const std::int64_t i : indices)
            out += characters[std::size_t(i)];
        return this->text(std::move(out), object.isMarkup());
    }
    if (object.is(Kind::Range)) {
        const RangeObject& range = rangeOf(object);
        if (indices.empty())
            return makeRange(0, 0, 1);
        // By the indices, so that nothing is multiplied that does not occur.
        const auto value = [&](std::int64_t i) { return range.start + i * range.step; };
        const std::int64_t stride = indices.size() > 1 ? value(indices[1]) - value(indices[0]) : 1;
        return makeRange(value(indices.front()), value(indices.back()) + (stride > 0 ? 1 : -1), stride);
    }
    std::vector<Value> items;
    items.reserve(indices.size());
    for (const std::int64_t i : indices)
        items.push_back(object.items()[std::size_t(i)]);
    return object.is(Kind::List) ? Value::list(std::move(items)) : Value::tuple(std::move(items));
}

std::vector<Value> Runtime::iterate(const Value& value) {
    std::vector<Value> items;
    switch (value.kind()) {
    case Kind::Undefined:
        return items;
    case Kind::String:
        charge(std::int64_t(value.asString().size()));
        for (const std::string_view character : charactersOf(value.asString()))
            items.push_back(Value::string(std::string(character), value.isMarkup()));
        return items;
    case Kind::List:
    case Kind::Tuple:
    case Kind::View:
        charge(std::int64_t(value.items().size()));
        return value.items();
    case Kind::Generator:
        charge(std::int64_t(value.items().size()));
        return std::exchange(static_cast<ListObject&>(*value.asObject()).items, {});
    case Kind::Dict:
        charge(std::int64_t(value.entries().size()));
        for (const Entry& entry : value.entries())
            items.push_back(entry.first);
        return items;
    case Kind::Range: {
        const RangeObject& range = rangeOf(value);
        const std::int64_t n = range.length();
        charge(n);
        for (std::int64_t i = 0; i < n; ++i)
            items.push_back(Value::integer(range.start + i * range.step));
        return items;
    }
    default:
        raiseType(fmt::format("'{}' object is not iterable", value.typeName()));
    }
}

bool Runtime::contains(const Value& container, const Value& item) {
    switch (container.kind()) {
    case Kind::String:
        if (!item.isString())
            raiseType(fmt::format("'in <string>' requires string as left operand, not {}", item.typeName()));
        charge(1 + std::int64_t(container.asString().size()) / 64);
        return container.asString().find(item.asString()) != std::string::npos;
    case Kind::Dict:
        requireHashable(item);
        charge(1 + std::int64_t(container.entries().size()) / 8);
        return container.find(item) != nullptr;
    case Kind::Undefined:
        return false;
    case Kind::Range:
        return item.isInteger() && rangeOf(container).contains(item.asInteger());
    case Kind::None:
    case Kind::Bool:
    case Kind::Int:
    case Kind::Float:
    case Kind::Namespace:
    case Kind::Object:
        raiseType(fmt::format("argument of type '{}' is not iterable", container.typeName()));
    default:
        break;
    }
    charge(1 + std::int64_t(container.items().size()) / 4);
    return std::any_of(container.items().begin(), container.items().end(),
                       [&](const Value& x) { return x.same(item) || equal(x, item); });
}

} // namespace vitral::jinja
