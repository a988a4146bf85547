// SPDX-License-Identifier: Apache-2.0
#include "core/chat/jinja/value.h"

#include "core/chat/jinja/unicode.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace vitral::jinja {

void raise(TemplateError::Kind kind, std::string message) {
    throw TemplateError{kind, std::move(message)};
}
void raiseType(std::string message) {
    raise(TemplateError::Kind::Runtime, std::move(message));
}

Value Object::call(Runtime& /*runtime*/, Args& /*args*/) {
    raiseType(fmt::format("'{}' object is not callable", typeName()));
}
std::optional<Value> Object::attribute(Runtime& /*runtime*/, std::string_view /*name*/) {
    return std::nullopt;
}

namespace {

int deepest(const std::vector<Value>& items) {
    int depth = 0;
    for (const Value& item : items)
        depth = std::max(depth, item.depth());
    if (depth >= kMaxValueDepth)
        raise(TemplateError::Kind::Limit, fmt::format("lists are nested more than {} deep", kMaxValueDepth));
    return depth + 1;
}

std::shared_ptr<ListObject> makeList(std::vector<Value> items) {
    auto object = std::make_shared<ListObject>();
    object->depth = deepest(items);
    object->items = std::move(items);
    return object;
}

} // namespace

StringObject::StringObject(std::string t, bool m)
    : text(std::move(t)), markup(m), ascii(isAsciiText(text)),
      nCharacters(ascii ? std::int64_t(text.size()) : countCharacters(text)) {}

std::int64_t RangeObject::length() const {
    const bool empty = step > 0 ? start >= stop : start <= stop;
    if (empty)
        return 0;
    // The distance between two 64-bit numbers needs all 64 bits.
    const std::uint64_t distance =
        step > 0 ? std::uint64_t(stop) - std::uint64_t(start) : std::uint64_t(start) - std::uint64_t(stop);
    const std::uint64_t stride = step > 0 ? std::uint64_t(step) : 0U - std::uint64_t(step);
    return std::int64_t((distance - 1) / stride + 1);
}
bool RangeObject::contains(std::int64_t i) const {
    if (step > 0 ? i < start || i >= stop : i > start || i <= stop)
        return false;
    const std::uint64_t distance =
        step > 0 ? std::uint64_t(i) - std::uint64_t(start) : std::uint64_t(start) - std::uint64_t(i);
    return distance % (step > 0 ? std::uint64_t(step) : 0U - std::uint64_t(step)) == 0;
}

Value RangeObject::wrap(std::shared_ptr<RangeObject> object) {
    Value v(Kind::Range);
    v.object_ = std::move(object);
    return v;
}

void NamespaceObject::set(std::string_view name, Value value) {
    for (Entry& entry : entries)
        if (entry.first.asString() == name) {
            entry.second = std::move(value);
            return;
        }
    entries.emplace_back(Value::string(std::string(name)), std::move(value));
}
Value NamespaceObject::wrap(std::shared_ptr<NamespaceObject> object) {
    Value v(Kind::Namespace);
    v.object_ = std::move(object);
    return v;
}

Value Value::boolean(bool b) {
    Value v(Kind::Bool);
    v.integer_ = b ? 1 : 0;
    return v;
}
Value Value::integer(std::int64_t i) {
    Value v(Kind::Int);
    v.integer_ = i;
    return v;
}
Value Value::real(double d) {
    Value v(Kind::Float);
    v.real_ = d;
    return v;
}
Value Value::string(std::string text, bool markup) {
    Value v(Kind::String);
    v.object_ = std::make_shared<StringObject>(std::move(text), markup);
    return v;
}
Value Value::list(std::vector<Value> items) {
    Value v(Kind::List);
    v.object_ = makeList(std::move(items));
    return v;
}
Value Value::tuple(std::vector<Value> items) {
    Value v(Kind::Tuple);
    v.object_ = makeList(std::move(items));
    return v;
}
Value Value::generator(std::vector<Value> items) {
    Value v(Kind::Generator);
    v.object_ = makeList(std::move(items));
    return v;
}
Value Value::view(std::string_view typeName, std::vector<Value> items) {
    Value v(Kind::View);
    auto object = makeList(std::move(items));
    object->viewType = typeName;
    v.object_ = std::move(object);
    return v;
}
Value Value::dict(std::vector<Entry> entries) {
    Value v(Kind::Dict);
    auto object = std::make_shared<DictObject>();
    int depth = 0;
    for (const Entry& entry : entries)
        depth = std::max(depth, entry.second.depth());
    if (depth >= kMaxValueDepth)
        raise(TemplateError::Kind::Limit, fmt::format("dicts are nested more than {} deep", kMaxValueDepth));
    object->depth = depth + 1;
    object->entries = std::move(entries);
    v.object_ = std::move(object);
    return v;
}
Value Value::undefined(std::string message, bool security) {
    Value v;
    auto object = std::make_shared<UndefinedObject>();
    object->message = std::move(message);
    object->security = security;
    v.object_ = std::move(object);
    return v;
}
Value Value::object(std::shared_ptr<Object> object) {
    Value v(Kind::Object);
    v.object_ = std::move(object);
    return v;
}

bool Value::isMarkup() const {
    return kind_ == Kind::String && static_cast<const StringObject&>(*object_).markup;
}
const std::string& Value::asString() const {
    return static_cast<const StringObject&>(*object_).text;
}
std::int64_t Value::nCharacters() const {
    return static_cast<const StringObject&>(*object_).nCharacters;
}
bool Value::isAscii() const {
    return static_cast<const StringObject&>(*object_).ascii;
}
const std::vector<Value>& Value::items() const {
    return static_cast<const ListObject&>(*object_).items;
}
const std::vector<Entry>& Value::entries() const {
    return kind_ == Kind::Namespace ? static_cast<const NamespaceObject&>(*object_).entries
                                    : static_cast<const DictObject&>(*object_).entries;
}
const Value* Value::find(const Value& key) const {
    if (key.isString())
        return find(std::string_view(key.asString()));
    for (const Entry& entry : entries())
        if (equal(entry.first, key))
            return &entry.second;
    return nullptr;
}
const Value* Value::find(std::string_view key) const {
    for (const Entry& entry : entries())
        if (entry.first.isString() && entry.first.asString() == key)
            return &entry.second;
    return nullptr;
}
std::string Value::undefinedMessage() const {
    return object_ == nullptr ? "a value is undefined" : static_cast<const UndefinedObject&>(*object_).message;
}
void Value::raiseUndefined() const {
    const bool security = object_ != nullptr && static_cast<const UndefinedObject&>(*object_).security;
    raise(security ? TemplateError::Kind::Security : TemplateError::Kind::Undefined, undefinedMessage());
}

bool Value::truthy() const {
    switch (kind_) {
    case Kind::Undefined:
    case Kind::None:
        return false;
    case Kind::Bool:
    case Kind::Int:
        return integer_ != 0;
    case Kind::Float:
        return real_ != 0;
    case Kind::String:
        return !asString().empty();
    case Kind::List:
    case Kind::Tuple:
    case Kind::View:
        return !items().empty();
    case Kind::Dict:
        return !entries().empty();
    case Kind::Range:
        return rangeOf(*this).length() > 0;
    case Kind::Generator:
    case Kind::Namespace:
    case Kind::Object:
        return true;
    }
    return true;
}

std::string Value::typeName() const {
    switch (kind_) {
    case Kind::Undefined:
        return "Undefined";
    case Kind::None:
        return "NoneType";
    case Kind::Bool:
        return "bool";
    case Kind::Int:
        return "int";
    case Kind::Float:
        return "float";
    case Kind::String:
        return isMarkup() ? "Markup" : "str";
    case Kind::List:
        return "list";
    case Kind::Tuple:
        return "tuple";
    case Kind::Dict:
        return "dict";
    case Kind::Range:
        return "range";
    case Kind::View:
        return static_cast<const ListObject&>(*object_).viewType;
    case Kind::Generator:
        return "generator";
    case Kind::Namespace:
        return "TemplateNamespace";
    case Kind::Object:
        return object_->typeName();
    }
    return "object";
}

int Value::depth() const {
    switch (kind_) {
    case Kind::List:
    case Kind::Tuple:
    case Kind::View:
    case Kind::Generator:
        return static_cast<const ListObject&>(*object_).depth;
    case Kind::Dict:
        return static_cast<const DictObject&>(*object_).depth;
    default:
        return 0;
    }
}

bool Value::same(const Value& other) const {
    if (kind_ != other.kind_)
        return false;
    switch (kind_) {
    case Kind::None:
        return true;
    case Kind::Bool:
    case Kind::Int:
        return integer_ == other.integer_;
    case Kind::Float:
        return real_ == other.real_;
    // Python shares short strings; whether two equal ones are the same object is nobody's business.
    case Kind::String:
        return asString() == other.asString();
    default:
        return object_ == other.object_;
    }
}

Value makeRange(std::int64_t start, std::int64_t stop, std::int64_t step) {
    auto object = std::make_shared<RangeObject>();
    object->start = start;
    object->stop = stop;
    object->step = step;
    return RangeObject::wrap(std::move(object));
}
const RangeObject& rangeOf(const Value& value) {
    return static_cast<const RangeObject&>(*value.asObject());
}

const Value* Args::find(std::size_t index, std::string_view name) const {
    if (index < positional.size())
        return &positional[index];
    for (const auto& [key, value] : named)
        if (key == name)
            return &value;
    return nullptr;
}
Value Args::get(std::size_t index, std::string_view name, Value otherwise) const {
    const Value* found = find(index, name);
    return found != nullptr ? *found : std::move(otherwise);
}
void Args::check(std::string_view function, std::initializer_list<std::string_view> names,
                 std::size_t nRequired) const {
    if (positional.size() > names.size())
        raiseType(fmt::format("{}() takes {} positional argument(s) but {} were given", function, names.size(),
                              positional.size()));
    for (const auto& entry : named) {
        const auto it = std::find(names.begin(), names.end(), entry.first);
        if (it == names.end())
            raiseType(fmt::format("{}() got an unexpected keyword argument '{}'", function, entry.first));
        if (std::size_t(it - names.begin()) < positional.size())
            raiseType(fmt::format("{}() got multiple values for argument '{}'", function, entry.first));
    }
    for (std::size_t i = 0; i < nRequired; ++i)
        if (find(i, names.begin()[i]) == nullptr)
            raiseType(fmt::format("{}() missing 1 required positional argument: '{}'", function, names.begin()[i]));
}

bool equal(const Value& a, const Value& b) {
    if (a.isNumber() && b.isNumber())
        return a.isInteger() && b.isInteger() ? a.asInteger() == b.asInteger() : a.asReal() == b.asReal();
    if (a.kind() != b.kind())
        return false;
    switch (a.kind()) {
    case Kind::Undefined:
    case Kind::None:
        return true;
    case Kind::String:
        return a.asString() == b.asString();
    case Kind::List:
    case Kind::Tuple:
        return std::equal(a.items().begin(), a.items().end(), b.items().begin(), b.items().end(),
                          [](const Value& x, const Value& y) { return x.same(y) || equal(x, y); });
    case Kind::Dict:
        return a.entries().size() == b.entries().size() &&
               std::all_of(a.entries().begin(), a.entries().end(), [&](const Entry& entry) {
                   const Value* other = b.find(entry.first);
                   return other != nullptr && equal(entry.second, *other);
               });
    case Kind::Range: {
        const RangeObject &x = rangeOf(a), &y = rangeOf(b);
        const std::int64_t n = x.length();
        return n == y.length() && (n == 0 || (x.start == y.start && (n == 1 || x.step == y.step)));
    }
    default:
        return a.same(b);
    }
}

int compare(const Value& a, const Value& b, std::string_view op) {
    if (a.isUndefined())
        a.raiseUndefined();
    if (b.isUndefined())
        b.raiseUndefined();
    if (a.isNumber() && b.isNumber()) {
        if (a.isInteger() && b.isInteger())
            return a.asInteger() < b.asInteger() ? -1 : a.asInteger() > b.asInteger() ? 1 : 0;
        return a.asReal() < b.asReal() ? -1 : a.asReal() > b.asReal() ? 1 : 0;
    }
    if (a.isString() && b.isString()) // bytes of UTF-8 sort as their characters do
        return a.asString() < b.asString() ? -1 : a.asString() > b.asString() ? 1 : 0;
    if (a.kind() == b.kind() && (a.is(Kind::List) || a.is(Kind::Tuple))) {
        const auto &x = a.items(), &y = b.items();
        for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i)
            if (!equal(x[i], y[i]))
                return compare(x[i], y[i], op);
        return x.size() < y.size() ? -1 : x.size() > y.size() ? 1 : 0;
    }
    raiseType(fmt::format("'{}' not supported between instances of '{}' and '{}'", op, a.typeName(), b.typeName()));
}

void requireHashable(const Value& key) {
    if (key.is(Kind::List) || key.is(Kind::Dict) || key.is(Kind::Namespace))
        raiseType(fmt::format("unhashable type: '{}'", key.typeName()));
    if (key.is(Kind::Tuple))
        for (const Value& item : key.items())
            requireHashable(item);
}

} // namespace vitral::jinja
