// SPDX-License-Identifier: Apache-2.0
#include "core/chat/jinja/parser.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral::jinja {

Parser::Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {
    result_.loop = symbolOf("loop");
    result_.caller = symbolOf("caller");
    result_.kwargs = symbolOf("kwargs");
    result_.varargs = symbolOf("varargs");
}

Template Parser::parse() {
    result_.body = parseBody({});
    if (!unknown_.empty())
        throw unknown_.front();
    return std::move(result_);
}

void Parser::fail(std::string message, int line) const {
    throw TemplateError{TemplateError::Kind::Syntax, std::move(message), line != 0 ? line : current().line};
}

std::string Parser::describe(const Token& token) {
    switch (token.kind) {
    case TokenKind::Data:
        return "template data / text";
    case TokenKind::BlockBegin:
        return "begin of statement block";
    case TokenKind::BlockEnd:
        return "end of statement block";
    case TokenKind::VariableBegin:
        return "begin of print statement";
    case TokenKind::VariableEnd:
        return "end of print statement";
    case TokenKind::String:
        return "string";
    case TokenKind::Integer:
        return "integer";
    case TokenKind::Float:
        return "float";
    case TokenKind::End:
        return "end of template";
    default:
        return token.text;
    }
}

const Token& Parser::next() {
    const Token& token = tokens_[at_];
    if (at_ + 1 < tokens_.size())
        ++at_;
    return token;
}
bool Parser::skipOperator(std::string_view op) {
    if (!current().isOperator(op))
        return false;
    next();
    return true;
}
bool Parser::skipName(std::string_view name) {
    if (!current().isName(name))
        return false;
    next();
    return true;
}
void Parser::expectOperator(std::string_view op) {
    if (!skipOperator(op))
        fail(fmt::format("expected token '{}', got '{}'", op, describe(current())));
}
std::string Parser::expectName() {
    if (current().kind != TokenKind::Name)
        fail(fmt::format("expected token 'name', got '{}'", describe(current())));
    return next().text;
}
void Parser::expect(TokenKind kind) {
    if (current().kind != kind)
        fail(fmt::format("expected token '{}', got '{}'", describe(Token{kind, 0, {}, 0, 0}), describe(current())));
    next();
}

Symbol Parser::symbolOf(const std::string& name) {
    const auto [it, isNew] = symbols_.try_emplace(name, Symbol(result_.names.size()));
    if (isNew)
        result_.names.push_back(name);
    return it->second;
}

void Parser::failEnd(std::initializer_list<std::string_view> ends) {
    std::string names;
    for (const std::string_view end : ends)
        names += fmt::format("{}'{}'", names.empty() ? "" : " or ", end);
    if (current().kind == TokenKind::End)
        fail(fmt::format("Unexpected end of template. Jinja was looking for the following tags: {}.", names));
    fail(fmt::format("Encountered unknown tag '{}'.{}", current().text,
                     names.empty() ? "" : fmt::format(" Jinja was looking for the following tags: {}.", names)));
}

/// Until "{%" followed by one of `ends` (which becomes the current token), or the end of the template.
Body Parser::parseBody(std::initializer_list<std::string_view> ends) {
    const Deeper deeper(*this);
    Body body;
    for (;;) {
        switch (current().kind) {
        case TokenKind::End:
            if (ends.size() != 0)
                failEnd(ends);
            return body;
        case TokenKind::Data: {
            Node& node = body.emplace_back();
            node.line = current().line;
            node.text = next().text;
            break;
        }
        case TokenKind::VariableBegin: {
            Node node;
            node.kind = NodeKind::Print;
            node.line = next().line;
            node.expressions.push_back(parseTuple(true, {}, false));
            expect(TokenKind::VariableEnd);
            body.push_back(std::move(node));
            break;
        }
        default: {
            expect(TokenKind::BlockBegin);
            if (current().kind != TokenKind::Name)
                fail("tag name expected");
            for (const std::string_view end : ends)
                if (current().isName(end))
                    return body;
            const std::string& tag = current().text;
            static constexpr std::string_view known[] = {
                "for",        "if",    "set",   "macro",    "call",    "filter", "with", "generation", "block",
                "autoescape", "print", "break", "continue", "include", "import", "from", "extends"};
            if (std::find(std::begin(known), std::end(known), tag) == std::end(known))
                failEnd(ends);
            parseStatement(body);
            expect(TokenKind::BlockEnd);
        }
        }
    }
}

void Parser::parseStatement(Body& body) {
    const Token& tag = current();
    const int line = tag.line;
    const auto push = [&](Node node) {
        node.line = line;
        body.push_back(std::move(node));
    };
    if (tag.text == "for") {
        push(parseFor());
    } else if (tag.text == "if") {
        push(parseIf());
    } else if (tag.text == "set") {
        push(parseSet());
    } else if (tag.text == "macro") {
        push(parseMacro());
    } else if (tag.text == "call") {
        push(parseCall());
    } else if (tag.text == "filter") {
        push(parseFilterBlock());
    } else if (tag.text == "with") {
        push(parseWith());
    } else if (tag.text == "generation") {
        next();
        push(parseScope("endgeneration"));
    } else if (tag.text == "block") {
        next();
        expectName();
        skipName("scoped");
        skipName("required");
        push(parseScope("endblock"));
        if (current().kind == TokenKind::Name)
            next();
    } else if (tag.text == "autoescape") {
        next();
        const ExprPtr how = parseExpression();
        if (how->kind != ExprKind::Constant || how->value.truthy())
            fail("automatic escaping is not part of chat templates", line);
        push(parseScope("endautoescape"));
    } else if (tag.text == "print") {
        next();
        Node node;
        node.kind = NodeKind::Print;
        while (current().kind != TokenKind::BlockEnd) {
            if (!node.expressions.empty())
                expectOperator(",");
            node.expressions.push_back(parseExpression());
        }
        push(std::move(node));
    } else if (tag.text == "break" || tag.text == "continue") {
        if (loops_ == 0)
            fail(fmt::format("'{}' outside loop", tag.text));
        Node node;
        node.kind = next().text == "break" ? NodeKind::Break : NodeKind::Continue;
        push(std::move(node));
    } else {
        fail(fmt::format("'{}' would read another file, which a chat template may not do", tag.text));
    }
}

Body Parser::statementBody(std::initializer_list<std::string_view> ends) {
    skipOperator(":");
    expect(TokenKind::BlockEnd);
    return parseBody(ends);
}
Body Parser::statementBodyAndEnd(std::string_view end) {
    Body body = statementBody({end});
    next();
    return body;
}

Node Parser::parseFor() {
    Node node;
    node.kind = NodeKind::For;
    next();
    node.target = parseTarget(false, "in");
    const auto assignsLoop = [&](const Target& target, const auto& self) -> bool {
        return target.symbol == result_.loop || std::any_of(target.several.begin(), target.several.end(),
                                                            [&](const Target& t) { return self(t, self); });
    };
    if (assignsLoop(node.target, assignsLoop))
        fail("Can't assign to special loop variable in for-loop target");
    if (!skipName("in"))
        fail(fmt::format("expected token 'in', got '{}'", describe(current())));
    node.expressions.push_back(parseTuple(false, "recursive", false));
    const bool soft = std::exchange(soft_, false);
    node.expressions.push_back(skipName("if") ? parseExpression() : nullptr);
    node.recursive = skipName("recursive");
    ++loops_;
    node.body = statementBody({"endfor", "else"});
    --loops_;
    if (next().text == "else")
        node.otherwise = statementBodyAndEnd("endfor");
    soft_ = soft;
    return node;
}

Node Parser::parseIf() {
    Node node;
    node.kind = NodeKind::If;
    next();
    const bool soft = std::exchange(soft_, true);
    for (;;) {
        Branch branch;
        branch.condition = parseTuple(false, {}, false);
        branch.body = statementBody({"elif", "else", "endif"});
        node.branches.push_back(std::move(branch));
        const std::string& tag = next().text;
        if (tag == "elif")
            continue;
        if (tag == "else")
            node.branches.push_back({nullptr, statementBodyAndEnd("endif")});
        break;
    }
    soft_ = soft;
    return node;
}

Node Parser::parseSet() {
    Node node;
    next();
    node.target = parseTarget(true, {});
    if (skipOperator("=")) {
        node.kind = NodeKind::Set;
        node.expressions.push_back(parseTuple(true, {}, false));
        return node;
    }
    node.kind = NodeKind::SetBlock;
    node.expressions.push_back(parseFilter(nullptr));
    const bool soft = std::exchange(soft_, false);
    node.body = statementBodyAndEnd("endset");
    soft_ = soft;
    return node;
}

void Parser::parseSignature(Signature& signature) {
    expectOperator("(");
    while (!current().isOperator(")")) {
        if (!signature.parameters.empty())
            expectOperator(",");
        signature.names.push_back(expectName());
        signature.parameters.push_back(symbolOf(signature.names.back()));
        if (skipOperator("="))
            signature.defaults.push_back(parseExpression());
        else if (!signature.defaults.empty())
            fail("non-default argument follows default argument");
    }
    expectOperator(")");
}

void Parser::checkCaller(const Signature& signature) {
    const std::size_t nRequired = signature.names.size() - signature.defaults.size();
    for (std::size_t i = 0; i < nRequired; ++i)
        if (signature.usesCaller && signature.names[i] == "caller")
            fail("When defining macros or call blocks the special \"caller\" argument must be omitted or be given a "
                 "default.");
}

Node Parser::parseMacro() {
    Node node;
    node.kind = NodeKind::Macro;
    next();
    node.text = expectName();
    node.symbol = symbolOf(node.text);
    node.signature = std::make_unique<Signature>();
    const bool soft = std::exchange(soft_, false);
    const int loops = std::exchange(loops_, 0);
    parseSignature(*node.signature);
    signatures_.push_back(node.signature.get());
    node.body = statementBodyAndEnd("endmacro");
    signatures_.pop_back();
    checkCaller(*node.signature);
    soft_ = soft;
    loops_ = loops;
    return node;
}

Node Parser::parseCall() {
    Node node;
    node.kind = NodeKind::CallBlock;
    const int line = next().line;
    node.signature = std::make_unique<Signature>();
    if (current().isOperator("("))
        parseSignature(*node.signature);
    node.expressions.push_back(parseExpression());
    if (node.expressions[0]->kind != ExprKind::Call)
        fail("expected call", line);
    const bool soft = std::exchange(soft_, false);
    const int loops = std::exchange(loops_, 0);
    signatures_.push_back(node.signature.get());
    node.body = statementBodyAndEnd("endcall");
    signatures_.pop_back();
    checkCaller(*node.signature);
    soft_ = soft;
    loops_ = loops;
    return node;
}

Node Parser::parseFilterBlock() {
    Node node;
    node.kind = NodeKind::FilterBlock;
    next();
    node.expressions.push_back(parseFilter(nullptr, true));
    const bool soft = std::exchange(soft_, false);
    node.body = statementBodyAndEnd("endfilter");
    soft_ = soft;
    return node;
}

Node Parser::parseWith() {
    Node node;
    node.kind = NodeKind::With;
    next();
    while (current().kind != TokenKind::BlockEnd) {
        if (!node.targets.empty())
            expectOperator(",");
        node.targets.push_back(parseTarget(false, {}));
        expectOperator("=");
        node.expressions.push_back(parseExpression());
    }
    node.body = statementBodyAndEnd("endwith");
    return node;
}

Node Parser::parseScope(std::string_view end) {
    Node node;
    node.kind = NodeKind::Scope;
    const bool soft = std::exchange(soft_, false);
    // "generation" is a call block to the reference: a "break" inside cannot leave it.
    const int loops = std::exchange(loops_, 0);
    node.body = statementBodyAndEnd(end);
    soft_ = soft;
    loops_ = loops;
    return node;
}

Target Parser::parseSingleTarget(bool withNamespace) {
    const Deeper deeper(*this);
    Target target;
    if (skipOperator("(")) {
        target = parseTarget(withNamespace, {});
        expectOperator(")");
        return target;
    }
    const int line = current().line;
    if (current().kind != TokenKind::Name)
        fail(fmt::format("can't assign to '{}'", describe(current())));
    const std::string name = next().text;
    for (const std::string_view reserved : {"true", "True", "false", "False", "none", "None"})
        if (name == reserved)
            fail("can't assign to 'const'", line);
    target.symbol = symbolOf(name);
    if (withNamespace && skipOperator("."))
        target.attribute = expectName();
    return target;
}

Target Parser::parseTarget(bool withNamespace, std::string_view endName) {
    Target tuple;
    for (;;) {
        if (isTupleEnd(endName) || current().isOperator("="))
            break;
        tuple.several.push_back(parseSingleTarget(withNamespace));
        if (!skipOperator(","))
            break;
        tuple.isTuple = true;
    }
    if (tuple.several.empty())
        fail(fmt::format("Expected an expression, got '{}'", describe(current())));
    return tuple.isTuple ? std::move(tuple) : Target(std::move(tuple.several.front()));
}

} // namespace vitral::jinja
