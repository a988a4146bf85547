// SPDX-License-Identifier: Apache-2.0
// Filters on lists and dicts. Those that are generators in the reference give a value that can be walked once.
#include "core/chat/jinja/library.h"
#include "core/chat/jinja/unicode.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>

namespace vitral::jinja {
namespace {

Value lowered(const Value& value) {
    return value.isString() ? Value::string(lower(value.asString())) : value;
}

/// "a.b.0": the way to an attribute; whole numbers are indices.
class AttributeGetter {
public:
    AttributeGetter(Runtime& runtime, const Value& attribute) : runtime_(runtime) {
        if (attribute.isNone())
            return;
        if (!attribute.isString()) {
            path_.push_back(attribute);
            return;
        }
        std::string_view rest = attribute.asString();
        for (;;) {
            const auto dot = rest.find('.');
            const std::string_view part = rest.substr(0, dot);
            const bool isNumber = !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
            path_.push_back(isNumber ? Value::integer(parseInteger(part, 10).value_or(0))
                                     : Value::string(std::string(part)));
            if (dot == std::string_view::npos)
                return;
            rest.remove_prefix(dot + 1);
        }
    }
    Value operator()(const Value& item) const {
        Value value = item;
        for (const Value& part : path_) {
            value = runtime_.getItem(value, part);
            if (value.isUndefined() && otherwise && !otherwise->isNone())
                value = *otherwise;
        }
        return value;
    }
    std::optional<Value> otherwise;

private:
    Runtime& runtime_;
    std::vector<Value> path_;
};

/// The parameters that sort, unique, min, max and groupby share.
std::function<Value(const Value&)> keyFunction(Runtime& runtime, const Value& attribute, bool caseSensitive) {
    return [getter = AttributeGetter(runtime, attribute), caseSensitive](const Value& item) {
        Value key = getter(item);
        return caseSensitive ? key : lowered(key);
    };
}

/// Stable, with errors of the comparison passed on; the comparisons are counted.
void sortBy(Runtime& runtime, std::vector<std::pair<Value, Value>>& keyed, bool reverse) {
    runtime.charge(std::int64_t(keyed.size()) * 8);
    const auto less = [&](const auto& a, const auto& b) {
        runtime.charge(1);
        return reverse ? compare(b.first, a.first, "<") < 0 : compare(a.first, b.first, "<") < 0;
    };
    std::stable_sort(keyed.begin(), keyed.end(), less);
}

Value filterSort(Runtime& runtime, const Value& input, Args& args) {
    args.check("sort", {"reverse", "case_sensitive", "attribute"});
    const bool caseSensitive = args.get(1, "case_sensitive", Value::boolean(false)).truthy();
    const Value attribute = args.get(2, "attribute", Value::none());
    std::vector<std::function<Value(const Value&)>> keys;
    if (attribute.isString()) {
        std::string_view rest = attribute.asString();
        for (;;) {
            const auto comma = rest.find(',');
            keys.push_back(keyFunction(runtime, Value::string(std::string(rest.substr(0, comma))), caseSensitive));
            if (comma == std::string_view::npos)
                break;
            rest.remove_prefix(comma + 1);
        }
    } else {
        keys.push_back(keyFunction(runtime, attribute, caseSensitive));
    }
    std::vector<std::pair<Value, Value>> keyed;
    for (Value& item : runtime.iterate(input)) {
        std::vector<Value> key;
        for (const auto& function : keys)
            key.push_back(function(item));
        keyed.emplace_back(Value::list(std::move(key)), std::move(item));
    }
    sortBy(runtime, keyed, args.get(0, "reverse", Value::boolean(false)).truthy());
    std::vector<Value> items;
    for (auto& [key, item] : keyed)
        items.push_back(std::move(item));
    return Value::list(std::move(items));
}

const Value& requireDict(const Value& input, std::string_view what) {
    if (input.isUndefined())
        input.raiseUndefined();
    if (!input.is(Kind::Dict))
        raiseType(fmt::format("'{}' object has no attribute 'items' ({})", input.typeName(), what));
    return input;
}

Value filterDictsort(Runtime& runtime, const Value& input, Args& args) {
    args.check("dictsort", {"case_sensitive", "by", "reverse"});
    const bool caseSensitive = args.get(0, "case_sensitive", Value::boolean(false)).truthy();
    const std::string by = str(args.get(1, "by", Value::string("key")));
    if (by != "key" && by != "value")
        raiseType("You can only sort by either \"key\" or \"value\"");
    std::vector<std::pair<Value, Value>> keyed;
    for (const Entry& entry : requireDict(input, "dictsort").entries()) {
        const Value& key = by == "key" ? entry.first : entry.second;
        keyed.emplace_back(caseSensitive ? key : lowered(key), Value::tuple({entry.first, entry.second}));
    }
    sortBy(runtime, keyed, args.get(2, "reverse", Value::boolean(false)).truthy());
    std::vector<Value> items;
    for (auto& [key, item] : keyed)
        items.push_back(std::move(item));
    return Value::list(std::move(items));
}

Value filterUnique(Runtime& runtime, const Value& input, Args& args) {
    args.check("unique", {"case_sensitive", "attribute"});
    const auto key = keyFunction(runtime, args.get(1, "attribute", Value::none()),
                                 args.get(0, "case_sensitive", Value::boolean(false)).truthy());
    std::vector<Value> seen, items;
    for (Value& item : runtime.iterate(input)) {
        Value k = key(item);
        requireHashable(k);
        runtime.charge(std::int64_t(seen.size()) / 4);
        if (std::none_of(seen.begin(), seen.end(), [&](const Value& s) { return equal(s, k); })) {
            seen.push_back(std::move(k));
            items.push_back(std::move(item));
        }
    }
    return Value::generator(std::move(items));
}

Value extreme(Runtime& runtime, const Value& input, Args& args, bool largest) {
    args.check(largest ? "max" : "min", {"case_sensitive", "attribute"});
    const auto key = keyFunction(runtime, args.get(1, "attribute", Value::none()),
                                 args.get(0, "case_sensitive", Value::boolean(false)).truthy());
    std::optional<Value> best, bestKey;
    for (Value& item : runtime.iterate(input)) {
        Value k = key(item);
        if (!best || (largest ? compare(k, *bestKey, ">") > 0 : compare(k, *bestKey, "<") < 0)) {
            best = std::move(item);
            bestKey = std::move(k);
        }
    }
    return best ? *best : Value::undefined("No aggregated item, sequence was empty.");
}
Value filterMin(Runtime& r, const Value& i, Args& a) {
    return extreme(r, i, a, false);
}
Value filterMax(Runtime& r, const Value& i, Args& a) {
    return extreme(r, i, a, true);
}

Value filterDefault(Runtime& /*runtime*/, const Value& input, Args& args) {
    args.check("default", {"default_value", "boolean"});
    const bool boolean = args.get(1, "boolean", Value::boolean(false)).truthy();
    return input.isUndefined() || (boolean && !input.truthy()) ? args.get(0, "default_value", Value::string(""))
                                                               : input;
}

Value filterJoin(Runtime& runtime, const Value& input, Args& args) {
    args.check("join", {"d", "attribute"});
    const AttributeGetter getter(runtime, args.get(1, "attribute", Value::none()));
    const std::string separator = runtime.string(args.get(0, "d", Value::string("")));
    std::string out;
    bool isFirst = true;
    for (const Value& item : runtime.iterate(input)) {
        if (!isFirst)
            out += separator;
        isFirst = false;
        const Value value = getter(item);
        out += value.isString() ? value.asString() : str(value);
        if (out.size() > 4096)
            runtime.chargeText(std::int64_t(separator.size()));
        if (out.size() > (32U << 20U))
            runtime.chargeText(INT64_MAX / 2);
    }
    return runtime.text(std::move(out));
}

Value filterFirst(Runtime& runtime, const Value& input, Args& args) {
    args.check("first", {});
    if (input.is(Kind::Generator)) {
        auto& items = static_cast<ListObject&>(*input.asObject()).items;
        if (!items.empty()) {
            Value first = std::move(items.front());
            items.erase(items.begin());
            return first;
        }
    }
    const std::vector<Value> items = runtime.iterate(input);
    return items.empty() ? Value::undefined("No first item, sequence was empty.") : items.front();
}

Value filterLast(Runtime& runtime, const Value& input, Args& args) {
    args.check("last", {});
    if (input.is(Kind::Generator))
        raiseType(fmt::format("'{}' object is not reversible", input.typeName()));
    const std::vector<Value> items = runtime.iterate(input);
    return items.empty() ? Value::undefined("No last item, sequence was empty.") : items.back();
}

Value filterLength(Runtime& /*runtime*/, const Value& input, Args& args) {
    args.check("length", {});
    switch (input.kind()) {
    case Kind::Undefined:
        return Value::integer(0);
    case Kind::String:
        return Value::integer(input.nCharacters());
    case Kind::List:
    case Kind::Tuple:
    case Kind::View:
        return Value::integer(std::int64_t(input.items().size()));
    case Kind::Dict:
        return Value::integer(std::int64_t(input.entries().size()));
    case Kind::Range:
        return Value::integer(rangeOf(input).length());
    default:
        raiseType(fmt::format("object of type '{}' has no len()", input.typeName()));
    }
}

Value filterList(Runtime& runtime, const Value& input, Args& args) {
    args.check("list", {});
    return Value::list(runtime.iterate(input));
}

Value filterItems(Runtime& runtime, const Value& input, Args& args) {
    args.check("items", {});
    std::vector<Value> pairs;
    if (input.isUndefined())
        return Value::generator({});
    if (!input.is(Kind::Dict))
        raiseType("Can only get item pairs from a mapping.");
    runtime.charge(std::int64_t(input.entries().size()) * 2);
    for (const Entry& entry : input.entries())
        pairs.push_back(Value::tuple({entry.first, entry.second}));
    return Value::generator(std::move(pairs));
}

Value filterReverse(Runtime& runtime, const Value& input, Args& args) {
    args.check("reverse", {});
    if (input.isUndefined())
        return Value::list({});
    std::vector<Value> items = runtime.iterate(input);
    std::reverse(items.begin(), items.end());
    if (!input.isString())
        return input.is(Kind::Generator) ? Value::list(std::move(items)) : Value::generator(std::move(items));
    std::string out;
    for (const Value& item : items)
        out += item.asString();
    return runtime.text(std::move(out), input.isMarkup());
}

Value filterMap(Runtime& runtime, const Value& input, Args& args) {
    std::vector<Value> items;
    if (!input.truthy())
        return Value::generator({});
    std::function<Value(const Value&)> function;
    const Value* attribute = args.find(SIZE_MAX, "attribute");
    if (args.positional.empty() && attribute != nullptr) {
        AttributeGetter getter(runtime, *attribute);
        getter.otherwise = args.get(SIZE_MAX, "default", Value::none());
        for (const auto& entry : args.named)
            if (entry.first != "attribute" && entry.first != "default")
                raiseType(fmt::format("Unexpected keyword argument '{}'", entry.first));
        function = getter;
    } else {
        if (args.positional.empty())
            raiseType("map requires a filter argument");
        function = [&, name = str(args.positional[0])](const Value& item) {
            Args rest{{args.positional.begin() + 1, args.positional.end()}, args.named};
            return runtime.applyFilter(name, item, rest);
        };
    }
    for (const Value& item : runtime.iterate(input))
        items.push_back(function(item));
    return Value::generator(std::move(items));
}

/// select, reject and their -attr forms.
Value selected(Runtime& runtime, const Value& input, Args& args, bool wanted, bool byAttribute) {
    std::vector<Value> items;
    if (!input.truthy())
        return Value::generator({});
    if (byAttribute && args.positional.empty())
        raiseType("Missing parameter for attribute name");
    const std::size_t skip = byAttribute ? 1 : 0;
    const AttributeGetter getter(runtime, byAttribute ? args.positional[0] : Value::none());
    for (const Value& item : runtime.iterate(input)) {
        const Value value = getter(item);
        bool holds = false;
        if (args.positional.size() > skip) {
            Args rest{{args.positional.begin() + std::ptrdiff_t(skip) + 1, args.positional.end()}, args.named};
            holds = runtime.applyTest(str(args.positional[skip]), value, rest);
        } else {
            holds = value.truthy();
        }
        if (holds == wanted)
            items.push_back(item);
    }
    return Value::generator(std::move(items));
}
Value filterSelect(Runtime& r, const Value& i, Args& a) {
    return selected(r, i, a, true, false);
}
Value filterReject(Runtime& r, const Value& i, Args& a) {
    return selected(r, i, a, false, false);
}
Value filterSelectattr(Runtime& r, const Value& i, Args& a) {
    return selected(r, i, a, true, true);
}
Value filterRejectattr(Runtime& r, const Value& i, Args& a) {
    return selected(r, i, a, false, true);
}

Value filterSum(Runtime& runtime, const Value& input, Args& args) {
    args.check("sum", {"attribute", "start"});
    const AttributeGetter getter(runtime, args.get(0, "attribute", Value::none()));
    Value total = args.get(1, "start", Value::integer(0));
    for (const Value& item : runtime.iterate(input))
        total = runtime.binary(ExprKind::Add, total, getter(item));
    return total;
}

Value filterBatch(Runtime& runtime, const Value& input, Args& args) {
    args.check("batch", {"linecount", "fill_with"}, 1);
    const std::int64_t n = integerArgument(*args.find(0, "linecount"), "batch");
    const Value fill = args.get(1, "fill_with", Value::none());
    std::vector<Value> rows, row;
    for (Value& item : runtime.iterate(input)) {
        if (std::int64_t(row.size()) == n)
            rows.push_back(Value::list(std::exchange(row, {})));
        row.push_back(std::move(item));
    }
    if (!row.empty()) {
        if (!fill.isNone() && std::int64_t(row.size()) < n) {
            runtime.charge(n);
            row.resize(std::size_t(n), fill);
        }
        rows.push_back(Value::list(std::move(row)));
    }
    return Value::generator(std::move(rows));
}

Value filterSlice(Runtime& runtime, const Value& input, Args& args) {
    args.check("slice", {"slices", "fill_with"}, 1);
    const std::int64_t n = integerArgument(*args.find(0, "slices"), "slice");
    const Value fill = args.get(1, "fill_with", Value::none());
    const std::vector<Value> items = runtime.iterate(input);
    if (n == 0)
        raiseType("integer division or modulo by zero");
    runtime.charge(std::max<std::int64_t>(n, 0));
    const std::int64_t each = n > 0 ? std::int64_t(items.size()) / n : 0,
                       extra = n > 0 ? std::int64_t(items.size()) % n : 0;
    std::vector<Value> rows;
    std::int64_t at = 0;
    for (std::int64_t i = 0; i < n; ++i) {
        const std::int64_t count = each + (i < extra ? 1 : 0);
        std::vector<Value> row(items.begin() + at, items.begin() + at + count);
        at += count;
        if (!fill.isNone() && i >= extra)
            row.push_back(fill);
        rows.push_back(Value::list(std::move(row)));
    }
    return Value::generator(std::move(rows));
}

/// A pair with names, as groupby gives it.
Value filterGroupby(Runtime& runtime, const Value& input, Args& args) {
    args.check("groupby", {"attribute", "default", "case_sensitive"}, 1);
    const bool caseSensitive = args.get(2, "case_sensitive", Value::boolean(false)).truthy();
    AttributeGetter getter(runtime, *args.find(0, "attribute"));
    getter.otherwise = args.get(1, "default", Value::none());
    std::vector<std::pair<Value, Value>> keyed;
    for (Value& item : runtime.iterate(input)) {
        const Value key = getter(item);
        keyed.emplace_back(caseSensitive ? key : lowered(key), std::move(item));
    }
    sortBy(runtime, keyed, false);
    std::vector<Value> groups;
    for (std::size_t i = 0; i < keyed.size();) {
        std::vector<Value> members;
        std::size_t j = i;
        for (; j < keyed.size() && equal(keyed[j].first, keyed[i].first); ++j)
            members.push_back(keyed[j].second);
        const Value grouper = caseSensitive ? keyed[i].first : getter(keyed[i].second);
        groups.push_back(Value::tuple({grouper, Value::list(std::move(members))}));
        i = j;
    }
    return Value::list(std::move(groups));
}

Value filterAttr(Runtime& runtime, const Value& input, Args& args) {
    args.check("attr", {"name"}, 1);
    const std::string& name = stringArgument(*args.find(0, "name"), "attr");
    if (input.isUndefined())
        input.raiseUndefined();
    // Only real attributes: entries of a dict are not among them.
    if (input.is(Kind::Dict) && findMethod(Kind::Dict, name) == nullptr && !isForbiddenMethod(Kind::Dict, name))
        return Value::undefined(fmt::format("'dict object' has no attribute '{}'", name));
    return runtime.getAttribute(input, name);
}

constexpr Named<Filter> kFilters[] = {{"sort", filterSort},
                                      {"dictsort", filterDictsort},
                                      {"unique", filterUnique},
                                      {"min", filterMin},
                                      {"max", filterMax},
                                      {"default", filterDefault},
                                      {"d", filterDefault},
                                      {"join", filterJoin},
                                      {"first", filterFirst},
                                      {"last", filterLast},
                                      {"length", filterLength},
                                      {"count", filterLength},
                                      {"list", filterList},
                                      {"items", filterItems},
                                      {"reverse", filterReverse},
                                      {"map", filterMap},
                                      {"select", filterSelect},
                                      {"reject", filterReject},
                                      {"selectattr", filterSelectattr},
                                      {"rejectattr", filterRejectattr},
                                      {"sum", filterSum},
                                      {"batch", filterBatch},
                                      {"slice", filterSlice},
                                      {"groupby", filterGroupby},
                                      {"attr", filterAttr}};

} // namespace

std::span<const Named<Filter>> sequenceFilters() {
    return kFilters;
}

} // namespace vitral::jinja
