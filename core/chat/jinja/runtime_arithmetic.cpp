// SPDX-License-Identifier: Apache-2.0
// The binary operators, as Python has them for numbers, texts and lists. Whole numbers have 64 bits; what does not fit
// is refused, where Python would go on.
#include "core/chat/jinja/library.h"
#include "core/chat/jinja/runtime.h"

#include <cmath>
#include <fmt/format.h>

namespace vitral::jinja {
namespace {

std::string_view symbolOf(ExprKind kind) {
    switch (kind) {
    case ExprKind::Add:
        return "+";
    case ExprKind::Subtract:
        return "-";
    case ExprKind::Multiply:
        return "*";
    case ExprKind::Divide:
        return "/";
    case ExprKind::FloorDivide:
        return "//";
    case ExprKind::Modulo:
        return "%";
    default:
        return "** or pow()";
    }
}

[[noreturn]] void overflow() {
    raise(TemplateError::Kind::Limit, "a number is larger than 64 bits");
}

std::int64_t power(std::int64_t base, std::int64_t exponent) {
    std::int64_t result = 1;
    for (;;) {
        if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result))
            overflow();
        exponent >>= 1;
        if (exponent == 0)
            return result;
        if (__builtin_mul_overflow(base, base, &base))
            overflow();
    }
}

Value integers(ExprKind kind, std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    switch (kind) {
    case ExprKind::Add:
        if (__builtin_add_overflow(a, b, &result))
            overflow();
        return Value::integer(result);
    case ExprKind::Subtract:
        if (__builtin_sub_overflow(a, b, &result))
            overflow();
        return Value::integer(result);
    case ExprKind::Multiply:
        if (__builtin_mul_overflow(a, b, &result))
            overflow();
        return Value::integer(result);
    case ExprKind::Divide:
        if (b == 0)
            raiseType("division by zero");
        return Value::real(double(a) / double(b));
    case ExprKind::FloorDivide:
    case ExprKind::Modulo: {
        if (b == 0)
            raiseType(kind == ExprKind::Modulo ? "integer modulo by zero" : "integer division or modulo by zero");
        if (b == -1) {
            if (kind == ExprKind::Modulo)
                return Value::integer(0);
            if (__builtin_sub_overflow(std::int64_t(0), a, &result))
                overflow();
            return Value::integer(result);
        }
        std::int64_t quotient = a / b, rest = a % b;
        if (rest != 0 && (rest < 0) != (b < 0)) {
            --quotient;
            rest += b;
        }
        return Value::integer(kind == ExprKind::Modulo ? rest : quotient);
    }
    default:
        if (b >= 0)
            return Value::integer(power(a, b));
        if (a == 0)
            raiseType("0.0 cannot be raised to a negative power");
        return Value::real(std::pow(double(a), double(b)));
    }
}

Value reals(ExprKind kind, double a, double b) {
    switch (kind) {
    case ExprKind::Add:
        return Value::real(a + b);
    case ExprKind::Subtract:
        return Value::real(a - b);
    case ExprKind::Multiply:
        return Value::real(a * b);
    case ExprKind::Divide:
        if (b == 0)
            raiseType("float division by zero");
        return Value::real(a / b);
    case ExprKind::FloorDivide:
    case ExprKind::Modulo: {
        if (b == 0)
            raiseType(kind == ExprKind::Modulo ? "float modulo" : "float floor division by zero");
        double rest = std::fmod(a, b);
        double quotient = (a - rest) / b;
        if (rest != 0 && (rest < 0) != (b < 0)) {
            rest += b;
            quotient -= 1;
        } else if (rest == 0) {
            rest = std::copysign(0.0, b);
        }
        if (kind == ExprKind::Modulo)
            return Value::real(rest);
        double floored = std::floor(quotient);
        if (quotient - floored > 0.5)
            floored += 1;
        return Value::real(quotient == 0 ? std::copysign(0.0, a / b) : floored);
    }
    default:
        if (a == 0 && b < 0)
            raiseType("0.0 cannot be raised to a negative power");
        return Value::real(std::pow(a, b));
    }
}

/// A text or list n times.
Value repeated(Runtime& runtime, const Value& value, std::int64_t n) {
    n = std::max<std::int64_t>(n, 0);
    const auto size = std::int64_t(value.isString() ? value.asString().size() : value.items().size());
    std::int64_t total = 0;
    if (__builtin_mul_overflow(size, n, &total))
        overflow();
    if (value.isString()) {
        runtime.chargeText(total);
        std::string out;
        out.reserve(std::size_t(total));
        for (std::int64_t i = 0; i < n && size > 0; ++i)
            out += value.asString();
        return Value::string(std::move(out), value.isMarkup());
    }
    runtime.charge(total);
    std::vector<Value> items;
    for (std::int64_t i = 0; i < n && size > 0; ++i)
        items.insert(items.end(), value.items().begin(), value.items().end());
    return value.is(Kind::List) ? Value::list(std::move(items)) : Value::tuple(std::move(items));
}

bool isSequence(const Value& value) {
    return value.isString() || value.is(Kind::List) || value.is(Kind::Tuple);
}

} // namespace

Value Runtime::binary(ExprKind kind, const Value& a, const Value& b) {
    if (kind == ExprKind::Modulo && a.isString())
        return formatPercent(*this, a, b);
    if (a.isUndefined())
        a.raiseUndefined();
    if (b.isUndefined())
        b.raiseUndefined();
    if (a.isNumber() && b.isNumber())
        return a.isInteger() && b.isInteger() ? integers(kind, a.asInteger(), b.asInteger())
                                              : reals(kind, a.asReal(), b.asReal());
    if (kind == ExprKind::Add && a.isString() && b.isString()) {
        const bool markup = a.isMarkup() || b.isMarkup();
        if (!markup) {
            chargeText(std::int64_t(a.asString().size() + b.asString().size()));
            return Value::string(a.asString() + b.asString());
        }
        return text((a.isMarkup() ? a.asString() : escapeHtml(a.asString())) +
                        (b.isMarkup() ? b.asString() : escapeHtml(b.asString())),
                    true);
    }
    if (kind == ExprKind::Add && a.kind() == b.kind() && isSequence(a)) {
        charge(std::int64_t(a.items().size() + b.items().size()));
        std::vector<Value> items = a.items();
        items.insert(items.end(), b.items().begin(), b.items().end());
        return a.is(Kind::List) ? Value::list(std::move(items)) : Value::tuple(std::move(items));
    }
    if (kind == ExprKind::Multiply && isSequence(a) && b.isInteger())
        return repeated(*this, a, b.asInteger());
    if (kind == ExprKind::Multiply && a.isInteger() && isSequence(b))
        return repeated(*this, b, a.asInteger());
    if (kind == ExprKind::Add && isSequence(a))
        raiseType(fmt::format("can only concatenate {} (not \"{}\") to {}", a.typeName(), b.typeName(), a.typeName()));
    if (kind == ExprKind::Multiply && (isSequence(a) || isSequence(b)))
        raiseType(fmt::format("can't multiply sequence by non-int of type '{}'",
                              isSequence(a) ? b.typeName() : a.typeName()));
    raiseType(
        fmt::format("unsupported operand type(s) for {}: '{}' and '{}'", symbolOf(kind), a.typeName(), b.typeName()));
}

} // namespace vitral::jinja
