// SPDX-License-Identifier: Apache-2.0
// What may follow "is", and the registry of filters.
#include "core/chat/jinja/library.h"
#include "core/chat/jinja/parser.h"
#include "core/chat/jinja/unicode.h"

#include <fmt/format.h>

namespace vitral::jinja {
namespace {

const Value& operand(const Args& args, std::string_view name) {
    if (args.positional.empty())
        raiseType(fmt::format("test '{}' needs something to compare with", name));
    return args.positional[0];
}
std::int64_t remainder(Runtime& runtime, const Value& value, std::int64_t divisor) {
    const Value result = runtime.binary(ExprKind::Modulo, value, Value::integer(divisor));
    return result.isInteger() ? result.asInteger() : result.asReal() == 0 ? 0 : result.asReal() == 1 ? 1 : 2;
}
bool hasCase(std::string_view text, bool wantUpper) {
    bool any = false;
    for (std::size_t i = 0; i < text.size(); i += characterBytes(text, i)) {
        const std::int32_t code = codePointAt(text, i);
        if (isTitle(code) || (wantUpper ? isLower(code) : isUpper(code)))
            return false;
        any = any || (wantUpper ? isUpper(code) : isLower(code));
    }
    return any;
}

bool isCallable(const Value& v) {
    return v.is(Kind::Object) ? v.asObject()->callable() : v.isUndefined();
}
bool isIterable(const Value& v) {
    switch (v.kind()) {
    case Kind::None:
    case Kind::Bool:
    case Kind::Int:
    case Kind::Float:
    case Kind::Namespace:
        return false;
    case Kind::Object:
        return v.asObject()->typeName() == "LoopContext";
    default:
        return true;
    }
}
bool isSequence(const Value& v) {
    return v.isString() || v.is(Kind::List) || v.is(Kind::Tuple) || v.is(Kind::Dict) || v.is(Kind::Range) ||
           v.isUndefined();
}

constexpr Named<Test> kTests[] = {
    {"defined", [](Runtime&, const Value& v, Args&) { return !v.isUndefined(); }},
    {"undefined", [](Runtime&, const Value& v, Args&) { return v.isUndefined(); }},
    {"none", [](Runtime&, const Value& v, Args&) { return v.isNone(); }},
    {"boolean", [](Runtime&, const Value& v, Args&) { return v.is(Kind::Bool); }},
    {"true", [](Runtime&, const Value& v, Args&) { return v.is(Kind::Bool) && v.asInteger() != 0; }},
    {"false", [](Runtime&, const Value& v, Args&) { return v.is(Kind::Bool) && v.asInteger() == 0; }},
    {"integer", [](Runtime&, const Value& v, Args&) { return v.is(Kind::Int); }},
    {"float", [](Runtime&, const Value& v, Args&) { return v.is(Kind::Float); }},
    {"number", [](Runtime&, const Value& v, Args&) { return v.isNumber(); }},
    {"string", [](Runtime&, const Value& v, Args&) { return v.isString(); }},
    {"mapping", [](Runtime&, const Value& v, Args&) { return v.is(Kind::Dict); }},
    {"sequence", [](Runtime&, const Value& v, Args&) { return isSequence(v); }},
    {"iterable", [](Runtime&, const Value& v, Args&) { return isIterable(v); }},
    {"callable", [](Runtime&, const Value& v, Args&) { return isCallable(v); }},
    {"escaped", [](Runtime&, const Value& v, Args&) { return v.isMarkup(); }},
    {"lower", [](Runtime&, const Value& v, Args&) { return hasCase(str(v), false); }},
    {"upper", [](Runtime&, const Value& v, Args&) { return hasCase(str(v), true); }},
    {"odd", [](Runtime& r, const Value& v, Args&) { return remainder(r, v, 2) == 1; }},
    {"even", [](Runtime& r, const Value& v, Args&) { return remainder(r, v, 2) == 0; }},
    {"divisibleby",
     [](Runtime& r, const Value& v, Args& a) {
         const Value* by = a.find(0, "num");
         if (by == nullptr)
             raiseType("divisibleby needs a number");
         return !r.binary(ExprKind::Modulo, v, *by).truthy();
     }},
    {"sameas",
     [](Runtime&, const Value& v, Args& a) {
         const Value* other = a.find(0, "other");
         return v.same(other == nullptr ? operand(a, "sameas") : *other);
     }},
    {"in",
     [](Runtime& r, const Value& v, Args& a) {
         const Value* seq = a.find(0, "seq");
         return r.contains(seq == nullptr ? operand(a, "in") : *seq, v);
     }},
    {"filter", [](Runtime&, const Value& v, Args&) { return v.isString() && hasFilter(v.asString()); }},
    {"test", [](Runtime&, const Value& v, Args&) { return v.isString() && hasTest(v.asString()); }},
    {"eq", [](Runtime&, const Value& v, Args& a) { return equal(v, operand(a, "eq")); }},
    {"ne", [](Runtime&, const Value& v, Args& a) { return !equal(v, operand(a, "ne")); }},
    {"lt", [](Runtime&, const Value& v, Args& a) { return compare(v, operand(a, "lt"), "<") < 0; }},
    {"le", [](Runtime&, const Value& v, Args& a) { return compare(v, operand(a, "le"), "<=") <= 0; }},
    {"gt", [](Runtime&, const Value& v, Args& a) { return compare(v, operand(a, "gt"), ">") > 0; }},
    {"ge", [](Runtime&, const Value& v, Args& a) { return compare(v, operand(a, "ge"), ">=") >= 0; }},
};
constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
    {"equalto", "eq"}, {"==", "eq"}, {"!=", "ne"},          {"<", "lt"}, {"lessthan", "lt"},
    {"<=", "le"},      {">", "gt"},  {"greaterthan", "gt"}, {">=", "ge"}};

} // namespace

Test findTest(std::string_view name) {
    for (const auto& [alias, target] : kAliases)
        if (alias == name)
            name = target;
    for (const auto& entry : kTests)
        if (entry.name == name)
            return entry.function;
    return nullptr;
}

Filter findFilter(std::string_view name) {
    for (const auto& table : {textFilters(), sequenceFilters()})
        for (const auto& entry : table)
            if (entry.name == name)
                return entry.function;
    return nullptr;
}

bool hasFilter(std::string_view name) {
    return findFilter(name) != nullptr;
}
bool hasTest(std::string_view name) {
    return findTest(name) != nullptr;
}

} // namespace vitral::jinja
