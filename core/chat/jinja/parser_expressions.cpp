// SPDX-License-Identifier: Apache-2.0
#include "core/chat/jinja/parser.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral::jinja {

ExprPtr Parser::make(ExprKind kind, int line) {
    auto node = std::make_unique<Expr>();
    node->kind = kind;
    node->line = line;
    return node;
}
ExprPtr Parser::make(ExprKind kind, int line, ExprPtr a, ExprPtr b) {
    ExprPtr node = make(kind, line);
    node->items.push_back(std::move(a));
    if (b != nullptr)
        node->items.push_back(std::move(b));
    return measured(std::move(node));
}
/// Sets the depth of a finished node. A chain of a thousand "+" is as deep as a thousand brackets.
ExprPtr Parser::measured(ExprPtr node) {
    int depth = 0;
    const auto look = [&depth](const ExprPtr& child) {
        depth = child == nullptr ? depth : std::max(depth, child->depth);
    };
    std::for_each(node->items.begin(), node->items.end(), look);
    if (node->arguments != nullptr) {
        std::for_each(node->arguments->positional.begin(), node->arguments->positional.end(), look);
        for (const auto& entry : node->arguments->named)
            look(entry.second);
        look(node->arguments->list);
        look(node->arguments->dict);
    }
    node->depth = depth + 1;
    if (node->depth > kMaxExprDepth)
        fail("an expression is nested too deeply", node->line);
    return node;
}

void Parser::noteUnknown(std::string_view what, const std::string& name, int line) {
    if (!soft_)
        unknown_.push_back({TemplateError::Kind::Syntax, fmt::format("No {} named '{}'.", what, name), line});
}

bool Parser::isTupleEnd(std::string_view endName) const {
    const Token& token = current();
    return token.kind == TokenKind::VariableEnd || token.kind == TokenKind::BlockEnd || token.isOperator(")") ||
           (!endName.empty() && token.isName(endName));
}

ExprPtr Parser::parseExpression(bool withConditional) {
    const Deeper deeper(*this);
    return withConditional ? parseConditional() : parseOr();
}

ExprPtr Parser::parseConditional() {
    const int line = current().line;
    const std::size_t nUnknown = unknown_.size();
    ExprPtr value = parseOr();
    while (skipName("if")) {
        ExprPtr node = make(ExprKind::Conditional, line);
        const bool soft = std::exchange(soft_, true);
        node->items.push_back(parseOr());
        node->items.push_back(std::move(value));
        node->items.push_back(skipName("else") ? parseExpression() : nullptr);
        soft_ = soft;
        unknown_.resize(nUnknown);
        value = measured(std::move(node));
    }
    return value;
}

ExprPtr Parser::parseOr() {
    const int line = current().line;
    ExprPtr left = parseAnd();
    while (skipName("or"))
        left = make(ExprKind::Or, line, std::move(left), parseAnd());
    return left;
}
ExprPtr Parser::parseAnd() {
    const int line = current().line;
    ExprPtr left = parseNot();
    while (skipName("and"))
        left = make(ExprKind::And, line, std::move(left), parseNot());
    return left;
}
ExprPtr Parser::parseNot() {
    if (!current().isName("not"))
        return parseCompare();
    const Deeper deeper(*this);
    const int line = next().line;
    return make(ExprKind::Not, line, parseNot());
}

ExprPtr Parser::parseCompare() {
    static constexpr std::pair<std::string_view, CompareOp> operators[] = {
        {"==", CompareOp::Equal},     {"!=", CompareOp::NotEqual}, {"<", CompareOp::Less},
        {"<=", CompareOp::LessEqual}, {">", CompareOp::Greater},   {">=", CompareOp::GreaterEqual}};
    ExprPtr node = make(ExprKind::Compare, current().line);
    node->items.push_back(parseSum());
    for (;;) {
        const auto* op = std::find_if(std::begin(operators), std::end(operators),
                                      [&](const auto& o) { return current().isOperator(o.first); });
        if (op != std::end(operators)) {
            next();
            node->compareOps.push_back(op->second);
        } else if (skipName("in")) {
            node->compareOps.push_back(CompareOp::In);
        } else if (current().isName("not") && look().isName("in")) {
            next();
            next();
            node->compareOps.push_back(CompareOp::NotIn);
        } else {
            break;
        }
        node->items.push_back(parseSum());
    }
    return node->compareOps.empty() ? std::move(node->items.front()) : measured(std::move(node));
}

ExprPtr Parser::parseSum() {
    const int line = current().line;
    ExprPtr left = parseConcat();
    while (current().isOperator("+") || current().isOperator("-")) {
        const ExprKind kind = next().text == "+" ? ExprKind::Add : ExprKind::Subtract;
        left = make(kind, line, std::move(left), parseConcat());
    }
    return left;
}
ExprPtr Parser::parseConcat() {
    ExprPtr node = make(ExprKind::Concat, current().line);
    node->items.push_back(parseProduct());
    while (skipOperator("~"))
        node->items.push_back(parseProduct());
    return node->items.size() == 1 ? std::move(node->items.front()) : measured(std::move(node));
}
ExprPtr Parser::parseProduct() {
    const int line = current().line;
    ExprPtr left = parsePower();
    for (;;) {
        ExprKind kind = ExprKind::Constant;
        for (const auto& [op, k] : {std::pair{"*", ExprKind::Multiply},
                                    {"/", ExprKind::Divide},
                                    {"//", ExprKind::FloorDivide},
                                    {"%", ExprKind::Modulo}})
            if (current().isOperator(op))
                kind = k;
        if (kind == ExprKind::Constant)
            return left;
        next();
        left = make(kind, line, std::move(left), parsePower());
    }
}
ExprPtr Parser::parsePower() {
    const int line = current().line;
    ExprPtr left = parseUnary();
    while (skipOperator("**"))
        left = make(ExprKind::Power, line, std::move(left), parseUnary());
    return left;
}

ExprPtr Parser::parseUnary(bool withFilter) {
    const Deeper deeper(*this);
    const int line = current().line;
    ExprPtr node;
    if (skipOperator("-"))
        node = make(ExprKind::Negative, line, parseUnary(false));
    else if (skipOperator("+"))
        node = make(ExprKind::Positive, line, parseUnary(false));
    else
        node = parsePrimary();
    node = parsePostfix(std::move(node));
    return withFilter ? parseFilterExpression(std::move(node)) : std::move(node);
}

ExprPtr Parser::parsePrimary() {
    const Token& token = current();
    const int line = token.line;
    ExprPtr node = make(ExprKind::Constant, line);
    switch (token.kind) {
    case TokenKind::Name: {
        const std::string& name = next().text;
        if (name == "true" || name == "True" || name == "false" || name == "False") {
            node->value = Value::boolean(name == "true" || name == "True");
        } else if (name == "none" || name == "None") {
            node->value = Value::none();
        } else {
            node->kind = ExprKind::Name;
            node->symbol = symbolOf(name);
            for (Signature* signature : signatures_) {
                signature->usesCaller = signature->usesCaller || name == "caller";
                signature->usesKwargs = signature->usesKwargs || name == "kwargs";
                signature->usesVarargs = signature->usesVarargs || name == "varargs";
            }
        }
        return node;
    }
    case TokenKind::String: {
        std::string text;
        while (current().kind == TokenKind::String)
            text += next().text;
        node->value = Value::string(std::move(text));
        return node;
    }
    case TokenKind::Integer:
        node->value = Value::integer(next().integer);
        return node;
    case TokenKind::Float:
        node->value = Value::real(next().real);
        return node;
    default:
        break;
    }
    if (skipOperator("(")) {
        node = parseTuple(true, {}, true);
        expectOperator(")");
        return node;
    }
    if (token.isOperator("["))
        return parseList();
    if (token.isOperator("{"))
        return parseDict();
    fail(fmt::format("unexpected '{}'", describe(token)));
}

ExprPtr Parser::parseTuple(bool withConditional, std::string_view endName, bool explicitParentheses) {
    ExprPtr node = make(ExprKind::Tuple, current().line);
    bool isTuple = false;
    for (;;) {
        if (isTupleEnd(endName))
            break;
        node->items.push_back(parseExpression(withConditional));
        if (!skipOperator(","))
            break;
        isTuple = true;
    }
    if (!isTuple) {
        if (!node->items.empty())
            return std::move(node->items.front());
        if (!explicitParentheses)
            fail(fmt::format("Expected an expression, got '{}'", describe(current())));
    }
    return measured(std::move(node));
}

ExprPtr Parser::parseList() {
    ExprPtr node = make(ExprKind::List, next().line);
    while (!current().isOperator("]")) {
        if (!node->items.empty())
            expectOperator(",");
        if (current().isOperator("]"))
            break;
        node->items.push_back(parseExpression());
    }
    expectOperator("]");
    return measured(std::move(node));
}

ExprPtr Parser::parseDict() {
    ExprPtr node = make(ExprKind::Dict, next().line);
    while (!current().isOperator("}")) {
        if (!node->items.empty())
            expectOperator(",");
        if (current().isOperator("}"))
            break;
        node->items.push_back(parseExpression());
        expectOperator(":");
        node->items.push_back(parseExpression());
    }
    expectOperator("}");
    return measured(std::move(node));
}

ExprPtr Parser::parsePostfix(ExprPtr node) {
    for (;;) {
        if (current().isOperator(".") || current().isOperator("["))
            node = parseSubscript(std::move(node));
        else if (current().isOperator("("))
            node = parseCallExpression(std::move(node));
        else
            return node;
    }
}

ExprPtr Parser::parseFilterExpression(ExprPtr node) {
    for (;;) {
        if (current().isOperator("|"))
            node = parseFilter(std::move(node));
        else if (current().isName("is"))
            node = parseTest(std::move(node));
        else if (current().isOperator("("))
            node = parseCallExpression(std::move(node));
        else
            return node;
    }
}

ExprPtr Parser::parseSubscript(ExprPtr node) {
    const int line = current().line;
    if (skipOperator(".")) {
        const Token& name = next();
        if (name.kind == TokenKind::Name) {
            ExprPtr attribute = make(ExprKind::Attribute, line, std::move(node));
            attribute->text = name.text;
            return attribute;
        }
        if (name.kind != TokenKind::Integer)
            fail("expected name or number", name.line);
        ExprPtr index = make(ExprKind::Constant, line);
        index->value = Value::integer(name.integer);
        return make(ExprKind::Item, line, std::move(node), std::move(index));
    }
    next();
    ExprPtr index = make(ExprKind::Tuple, line);
    while (!current().isOperator("]")) {
        if (!index->items.empty())
            expectOperator(",");
        index->items.push_back(parseSubscribed());
    }
    expectOperator("]");
    if (index->items.size() == 1) {
        ExprPtr only = std::move(index->items.front());
        return make(ExprKind::Item, line, std::move(node), std::move(only));
    }
    return make(ExprKind::Item, line, std::move(node), measured(std::move(index)));
}

ExprPtr Parser::parseSubscribed() {
    ExprPtr slice = make(ExprKind::Slice, current().line);
    if (!current().isOperator(":")) {
        ExprPtr start = parseExpression();
        if (!current().isOperator(":"))
            return start;
        slice->items.push_back(std::move(start));
    } else {
        slice->items.push_back(nullptr);
    }
    for (int part = 0; part < 2; ++part) {
        const bool given =
            skipOperator(":") && !current().isOperator(":") && !current().isOperator("]") && !current().isOperator(",");
        slice->items.push_back(given ? parseExpression() : nullptr);
    }
    return measured(std::move(slice));
}

std::unique_ptr<CallArguments> Parser::parseArguments() {
    const int line = current().line;
    expectOperator("(");
    auto arguments = std::make_unique<CallArguments>();
    const auto ensure = [&](bool ok) {
        if (!ok)
            fail("invalid syntax for function call expression", line);
    };
    for (bool first = true; !current().isOperator(")"); first = false) {
        if (!first) {
            expectOperator(",");
            if (current().isOperator(")"))
                break;
        }
        if (skipOperator("*")) {
            ensure(arguments->list == nullptr && arguments->dict == nullptr);
            arguments->list = parseExpression();
        } else if (skipOperator("**")) {
            ensure(arguments->dict == nullptr);
            arguments->dict = parseExpression();
        } else if (current().kind == TokenKind::Name && look().isOperator("=")) {
            ensure(arguments->dict == nullptr);
            std::string name = next().text;
            next();
            const bool repeated = std::any_of(arguments->named.begin(), arguments->named.end(),
                                              [&](const auto& a) { return a.first == name; });
            if (repeated)
                fail(fmt::format("keyword argument repeated: {}", name), line);
            arguments->named.emplace_back(std::move(name), parseExpression());
        } else {
            ensure(arguments->list == nullptr && arguments->dict == nullptr && arguments->named.empty());
            arguments->positional.push_back(parseExpression());
        }
    }
    expectOperator(")");
    return arguments;
}

ExprPtr Parser::parseCallExpression(ExprPtr node) {
    ExprPtr call = make(ExprKind::Call, current().line);
    call->items.push_back(std::move(node));
    call->arguments = parseArguments();
    return measured(std::move(call));
}

ExprPtr Parser::parseFilter(ExprPtr node, bool startInline) {
    while (current().isOperator("|") || startInline) {
        if (!startInline)
            next();
        startInline = false;
        ExprPtr filter = make(ExprKind::Filter, current().line);
        filter->text = expectName();
        while (skipOperator("."))
            filter->text += "." + expectName();
        filter->items.push_back(std::move(node));
        if (current().isOperator("("))
            filter->arguments = parseArguments();
        if (!hasFilter(filter->text))
            noteUnknown("filter", filter->text, filter->line);
        node = measured(std::move(filter));
    }
    return node;
}

ExprPtr Parser::parseTest(ExprPtr node) {
    const int line = next().line;
    const bool negated = skipName("not");
    ExprPtr test = make(ExprKind::Test, line);
    test->text = expectName();
    while (skipOperator("."))
        test->text += "." + expectName();
    test->items.push_back(std::move(node));
    const Token& token = current();
    const bool startsOperand = token.kind == TokenKind::Name || token.kind == TokenKind::String ||
                               token.kind == TokenKind::Integer || token.kind == TokenKind::Float ||
                               token.isOperator("[") || token.isOperator("{");
    if (token.isOperator("(")) {
        test->arguments = parseArguments();
    } else if (startsOperand && !token.isName("else") && !token.isName("or") && !token.isName("and")) {
        if (token.isName("is"))
            fail("You cannot chain multiple tests with is");
        test->arguments = std::make_unique<CallArguments>();
        test->arguments->positional.push_back(parsePostfix(parsePrimary()));
    }
    if (!hasTest(test->text))
        noteUnknown("test", test->text, line);
    test = measured(std::move(test));
    return negated ? make(ExprKind::Not, line, std::move(test)) : std::move(test);
}

} // namespace vitral::jinja
