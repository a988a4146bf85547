// SPDX-License-Identifier: Apache-2.0
// Methods of lists, tuples, dicts and numbers; and the names of those that the sandbox forbids.
#include "core/chat/jinja/library.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace vitral::jinja {
namespace {

std::vector<Value> keysOf(const Value& dict) {
    std::vector<Value> keys;
    for (const Entry& entry : dict.entries())
        keys.push_back(entry.first);
    return keys;
}
std::vector<Value> pairsOf(const Value& dict) {
    std::vector<Value> pairs;
    for (const Entry& entry : dict.entries())
        pairs.push_back(Value::tuple({entry.first, entry.second}));
    return pairs;
}

Value dictGet(Runtime& runtime, const Value& self, Args& args) {
    args.check("get", {"key", "default"}, 1);
    const Value& key = *args.find(0, "key");
    requireHashable(key);
    runtime.charge(std::int64_t(self.entries().size()) / 8);
    const Value* found = self.find(key);
    return found != nullptr ? *found : args.get(1, "default", Value::none());
}
Value dictKeys(Runtime& runtime, const Value& self, Args& args) {
    args.check("keys", {});
    runtime.charge(std::int64_t(self.entries().size()));
    return Value::view("dict_keys", keysOf(self));
}
Value dictValues(Runtime& runtime, const Value& self, Args& args) {
    args.check("values", {});
    runtime.charge(std::int64_t(self.entries().size()));
    std::vector<Value> values;
    for (const Entry& entry : self.entries())
        values.push_back(entry.second);
    return Value::view("dict_values", std::move(values));
}
Value dictItems(Runtime& runtime, const Value& self, Args& args) {
    args.check("items", {});
    runtime.charge(2 * std::int64_t(self.entries().size()));
    return Value::view("dict_items", pairsOf(self));
}
Value copy(Runtime& /*runtime*/, const Value& self, Args& args) {
    args.check("copy", {});
    return self;
}

Value sequenceIndex(Runtime& runtime, const Value& self, Args& args) {
    args.check("index", {"value", "start", "stop"}, 1);
    const auto n = std::int64_t(self.items().size());
    runtime.charge(n);
    const auto bound = [&](std::size_t i, std::int64_t otherwise) {
        const Value* given = args.find(i, "");
        const std::int64_t at = given == nullptr ? otherwise : integerArgument(*given, "index");
        return std::clamp<std::int64_t>(at < 0 ? at + n : at, 0, n);
    };
    const std::int64_t stop = bound(2, n);
    for (std::int64_t i = bound(1, 0); i < stop; ++i)
        if (equal(self.items()[std::size_t(i)], args.positional[0]))
            return Value::integer(i);
    raiseType(self.is(Kind::List) ? fmt::format("{} is not in list", repr(args.positional[0]))
                                  : "tuple.index(x): x not in tuple");
}
Value sequenceCount(Runtime& runtime, const Value& self, Args& args) {
    args.check("count", {"value"}, 1);
    runtime.charge(std::int64_t(self.items().size()));
    return Value::integer(std::count_if(self.items().begin(), self.items().end(),
                                        [&](const Value& item) { return equal(item, *args.find(0, "value")); }));
}

Value isInteger(Runtime& /*runtime*/, const Value& self, Args& args) {
    args.check("is_integer", {});
    return Value::boolean(self.isInteger() || std::floor(self.asReal()) == self.asReal());
}
Value bitLength(Runtime& /*runtime*/, const Value& self, Args& args) {
    args.check("bit_length", {});
    std::uint64_t magnitude =
        self.asInteger() < 0 ? 0U - std::uint64_t(self.asInteger()) : std::uint64_t(self.asInteger());
    std::int64_t n = 0;
    for (; magnitude != 0; magnitude >>= 1U)
        ++n;
    return Value::integer(n);
}

constexpr Named<Method> kDict[] = {
    {"get", dictGet}, {"keys", dictKeys}, {"values", dictValues}, {"items", dictItems}, {"copy", copy}};
constexpr Named<Method> kList[] = {{"index", sequenceIndex}, {"count", sequenceCount}, {"copy", copy}};
constexpr Named<Method> kTuple[] = {{"index", sequenceIndex}, {"count", sequenceCount}};
constexpr Named<Method> kInt[] = {{"bit_length", bitLength}};
constexpr Named<Method> kFloat[] = {{"is_integer", isInteger}};

} // namespace

Method findMethod(Kind kind, std::string_view name) {
    std::span<const Named<Method>> table;
    switch (kind) {
    case Kind::Dict:
        table = kDict;
        break;
    case Kind::List:
        table = kList;
        break;
    case Kind::Tuple:
        table = kTuple;
        break;
    case Kind::Bool:
    case Kind::Int:
        table = kInt;
        break;
    case Kind::Float:
        table = kFloat;
        break;
    default:
        return nullptr;
    }
    for (const auto& entry : table)
        if (entry.name == name)
            return entry.function;
    return nullptr;
}

bool isForbiddenMethod(Kind kind, std::string_view name) {
    static constexpr std::string_view list[] = {"append", "clear", "pop",    "reverse",
                                                "insert", "sort",  "extend", "remove"};
    static constexpr std::string_view dict[] = {"clear", "pop", "popitem", "setdefault", "update"};
    if (kind == Kind::List)
        return std::find(std::begin(list), std::end(list), name) != std::end(list);
    return kind == Kind::Dict && std::find(std::begin(dict), std::end(dict), name) != std::end(dict);
}

std::int64_t integerArgument(const Value& value, std::string_view what) {
    if (value.isUndefined())
        value.raiseUndefined();
    if (!value.isInteger())
        raiseType(fmt::format("{}: an integer is required, not '{}'", what, value.typeName()));
    return value.asInteger();
}
std::int64_t sizeArgument(const Value& value, std::string_view what) {
    return std::clamp<std::int64_t>(integerArgument(value, what), -1'000'000'000'000, 1'000'000'000'000);
}
const std::string& stringArgument(const Value& value, std::string_view what) {
    if (!value.isString())
        raiseType(fmt::format("{}() argument must be str, not {}", what, value.typeName()));
    return value.asString();
}

} // namespace vitral::jinja
