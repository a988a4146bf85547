// SPDX-License-Identifier: Apache-2.0
#include "core/chat/jinja/library.h"
#include "core/chat/jinja/runtime.h"
#include "core/chat/jinja/unicode.h"

#include <fmt/format.h>

namespace vitral::jinja {

Value Runtime::evaluate(const Expr& expr, const ScopePtr& scope) {
    const Deeper deeper(*this);
    charge(1);
    switch (expr.kind) {
    case ExprKind::Constant:
        return expr.value;
    case ExprKind::Name:
        return evaluateName(expr, scope);
    case ExprKind::List:
        return Value::list(evaluateAll(expr.items, scope));
    case ExprKind::Tuple:
        return Value::tuple(evaluateAll(expr.items, scope));
    case ExprKind::Dict:
        return evaluateDict(expr, scope);
    case ExprKind::Attribute: {
        const Value object = evaluate(*expr.items[0], scope);
        line_ = expr.line;
        return getAttribute(object, expr.text);
    }
    case ExprKind::Item:
        return evaluateItem(expr, scope);
    case ExprKind::Slice:
        raiseType("a slice can only stand in square brackets");
    case ExprKind::Call:
        return evaluateCall(expr, scope);
    case ExprKind::Filter:
        return evaluateFilter(expr, nullptr, scope);
    case ExprKind::Test: {
        const Value input = evaluate(*expr.items[0], scope);
        Args args = evaluateArguments(expr.arguments.get(), scope);
        line_ = expr.line;
        return Value::boolean(applyTest(expr.text, input, args));
    }
    case ExprKind::Not:
        return Value::boolean(!evaluate(*expr.items[0], scope).truthy());
    case ExprKind::Negative:
    case ExprKind::Positive:
        return evaluateUnary(expr, scope);
    case ExprKind::Add:
    case ExprKind::Subtract:
    case ExprKind::Multiply:
    case ExprKind::Divide:
    case ExprKind::FloorDivide:
    case ExprKind::Modulo:
    case ExprKind::Power: {
        const Value a = evaluate(*expr.items[0], scope);
        const Value b = evaluate(*expr.items[1], scope);
        line_ = expr.line;
        return binary(expr.kind, a, b);
    }
    case ExprKind::Compare:
        return evaluateCompare(expr, scope);
    case ExprKind::And: {
        Value a = evaluate(*expr.items[0], scope);
        return a.truthy() ? evaluate(*expr.items[1], scope) : a;
    }
    case ExprKind::Or: {
        Value a = evaluate(*expr.items[0], scope);
        return a.truthy() ? a : evaluate(*expr.items[1], scope);
    }
    case ExprKind::Conditional:
        if (evaluate(*expr.items[0], scope).truthy())
            return evaluate(*expr.items[1], scope);
        if (expr.items[2] != nullptr)
            return evaluate(*expr.items[2], scope);
        return Value::undefined(fmt::format(
            "the inline if-expression on line {} evaluated to false and no else section was defined.", expr.line));
    case ExprKind::Concat:
        return evaluateConcat(expr, scope);
    }
    return {};
}

Value Runtime::evaluateName(const Expr& expr, const ScopePtr& scope) {
    for (const Scope* s = scope.get(); s != nullptr; s = s->parent.get())
        for (const auto& [name, value] : s->variables)
            if (name == expr.symbol)
                return value;
    line_ = expr.line;
    const auto& global = globals_[std::size_t(expr.symbol)];
    return global ? *global : Value::undefined(fmt::format("'{}' is undefined", tree_.names[std::size_t(expr.symbol)]));
}

std::vector<Value> Runtime::evaluateAll(const std::vector<ExprPtr>& items, const ScopePtr& scope) {
    std::vector<Value> values;
    values.reserve(items.size());
    for (const ExprPtr& item : items)
        values.push_back(evaluate(*item, scope));
    return values;
}

Value Runtime::evaluateDict(const Expr& expr, const ScopePtr& scope) {
    std::vector<Entry> entries;
    for (std::size_t i = 0; i + 1 < expr.items.size(); i += 2) {
        Value key = evaluate(*expr.items[i], scope);
        Value value = evaluate(*expr.items[i + 1], scope);
        requireHashable(key);
        bool isNew = true;
        for (Entry& entry : entries)
            if (equal(entry.first, key)) {
                entry.second = std::move(value);
                isNew = false;
                break;
            }
        charge(std::int64_t(entries.size()) / 8);
        if (isNew)
            entries.emplace_back(std::move(key), std::move(value));
    }
    return Value::dict(std::move(entries));
}

Value Runtime::evaluateItem(const Expr& expr, const ScopePtr& scope) {
    const Value object = evaluate(*expr.items[0], scope);
    const Expr& index = *expr.items[1];
    if (index.kind != ExprKind::Slice) {
        const Value key = evaluate(index, scope);
        line_ = expr.line;
        return getItem(object, key);
    }
    std::optional<Value> parts[3];
    for (std::size_t i = 0; i < 3; ++i)
        if (index.items[i] != nullptr)
            parts[i] = evaluate(*index.items[i], scope);
    line_ = expr.line;
    const auto pointer = [](const std::optional<Value>& part) { return part && !part->isNone() ? &*part : nullptr; };
    return slice(object, pointer(parts[0]), pointer(parts[1]), pointer(parts[2]));
}

Args Runtime::evaluateArguments(const CallArguments* arguments, const ScopePtr& scope) {
    Args args;
    if (arguments == nullptr)
        return args;
    args.positional = evaluateAll(arguments->positional, scope);
    for (const auto& [name, expr] : arguments->named)
        args.named.emplace_back(name, evaluate(*expr, scope));
    if (arguments->list != nullptr)
        for (Value& value : iterate(evaluate(*arguments->list, scope)))
            args.positional.push_back(std::move(value));
    if (arguments->dict != nullptr) {
        const Value dict = evaluate(*arguments->dict, scope);
        if (dict.isUndefined())
            dict.raiseUndefined();
        if (!dict.is(Kind::Dict))
            raiseType(fmt::format("argument after ** must be a mapping, not {}", dict.typeName()));
        for (const Entry& entry : dict.entries()) {
            if (!entry.first.isString())
                raiseType("keywords must be strings");
            args.named.emplace_back(entry.first.asString(), entry.second);
        }
    }
    return args;
}

Value Runtime::evaluateCall(const Expr& expr, const ScopePtr& scope) {
    const Value callee = evaluate(*expr.items[0], scope);
    Args args = evaluateArguments(expr.arguments.get(), scope);
    line_ = expr.line;
    return call(callee, args);
}

Value Runtime::call(const Value& callee, Args& args) {
    const Deeper deeper(*this);
    charge(2);
    if (callee.isUndefined())
        callee.raiseUndefined();
    if (!callee.is(Kind::Object))
        raiseType(fmt::format("'{}' object is not callable", callee.typeName()));
    return callee.asObject()->call(*this, args);
}

Value Runtime::evaluateFilter(const Expr& expr, const Value* blockInput, const ScopePtr& scope) {
    Value input;
    if (expr.items[0] != nullptr) {
        // In a filter block the innermost filter has no operand: it gets the text of the block.
        const Expr& operand = *expr.items[0];
        input =
            operand.kind == ExprKind::Filter ? evaluateFilter(operand, blockInput, scope) : evaluate(operand, scope);
    } else if (blockInput != nullptr) {
        input = *blockInput;
    }
    Args args = evaluateArguments(expr.arguments.get(), scope);
    line_ = expr.line;
    return applyFilter(expr.text, input, args);
}

Value Runtime::applyFilter(std::string_view name, const Value& input, Args& args) {
    charge(2);
    const Filter filter = findFilter(name);
    if (filter == nullptr)
        raiseType(fmt::format("No filter named '{}'.", name));
    return filter(*this, input, args);
}

bool Runtime::applyTest(std::string_view name, const Value& input, Args& args) {
    charge(1);
    const Test test = findTest(name);
    if (test == nullptr)
        raiseType(fmt::format("No test named '{}'.", name));
    return test(*this, input, args);
}

Value Runtime::evaluateCompare(const Expr& expr, const ScopePtr& scope) {
    Value left = evaluate(*expr.items[0], scope);
    for (std::size_t i = 0; i < expr.compareOps.size(); ++i) {
        Value right = evaluate(*expr.items[i + 1], scope);
        line_ = expr.line;
        bool holds = false;
        switch (expr.compareOps[i]) {
        case CompareOp::Equal:
            holds = equal(left, right);
            break;
        case CompareOp::NotEqual:
            holds = !equal(left, right);
            break;
        case CompareOp::Less:
            holds = compare(left, right, "<") < 0;
            break;
        case CompareOp::LessEqual:
            holds = compare(left, right, "<=") <= 0;
            break;
        case CompareOp::Greater:
            holds = compare(left, right, ">") > 0;
            break;
        case CompareOp::GreaterEqual:
            holds = compare(left, right, ">=") >= 0;
            break;
        case CompareOp::In:
            holds = contains(right, left);
            break;
        case CompareOp::NotIn:
            holds = !contains(right, left);
            break;
        }
        if (left.isString() && right.isString())
            charge(std::int64_t(right.asString().size()) / 64);
        if (!holds)
            return Value::boolean(false);
        left = std::move(right);
    }
    return Value::boolean(true);
}

Value Runtime::evaluateConcat(const Expr& expr, const ScopePtr& scope) {
    std::string joined;
    for (const ExprPtr& item : expr.items) {
        const Value value = evaluate(*item, scope);
        if (value.isString())
            joined += value.asString();
        else
            joined += str(value);
        if (std::int64_t(joined.size()) > limits_.maxTextBytes)
            chargeText(std::int64_t(joined.size()));
    }
    return text(std::move(joined));
}

Value Runtime::evaluateUnary(const Expr& expr, const ScopePtr& scope) {
    const Value value = evaluate(*expr.items[0], scope);
    line_ = expr.line;
    const bool negative = expr.kind == ExprKind::Negative;
    if (value.isUndefined())
        value.raiseUndefined();
    if (value.is(Kind::Float))
        return Value::real(negative ? -value.asReal() : value.asReal());
    if (!value.isInteger())
        raiseType(fmt::format("bad operand type for unary {}: '{}'", negative ? '-' : '+', value.typeName()));
    return negative ? binary(ExprKind::Subtract, Value::integer(0), value) : Value::integer(value.asInteger());
}

} // namespace vitral::jinja
