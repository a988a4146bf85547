// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tokens to tree: recursive descent, one function per level of precedence. Statements are in parser.cpp, expressions in
// parser_expressions.cpp. Nesting is bounded, so that neither this nor the interpreter runs out of stack.

#include "core/chat/jinja/ast.h"
#include "core/chat/jinja/lexer.h"

#include <initializer_list>
#include <unordered_map>

namespace vitral::jinja {

class Parser {
public:
    explicit Parser(std::vector<Token> tokens);
    /// Throws TemplateError (Syntax) with the line.
    Template parse();

private:
    static constexpr int kMaxNesting = 120;   ///< of statements and brackets
    static constexpr int kMaxExprDepth = 300; ///< of the tree of one expression

    // parser.cpp
    Body parseBody(std::initializer_list<std::string_view> ends);
    void parseStatement(Body& body);
    Node parseFor();
    Node parseIf();
    Node parseSet();
    Node parseMacro();
    Node parseCall();
    Node parseFilterBlock();
    Node parseWith();
    Node parseScope(std::string_view end);
    void parseSignature(Signature& signature);
    void checkCaller(const Signature& signature);
    Body statementBody(std::initializer_list<std::string_view> ends);
    Body statementBodyAndEnd(std::string_view end);
    Target parseTarget(bool withNamespace, std::string_view endName);
    Target parseSingleTarget(bool withNamespace);
    [[noreturn]] void failEnd(std::initializer_list<std::string_view> ends);

    // parser_expressions.cpp
    ExprPtr parseExpression(bool withConditional = true);
    ExprPtr parseConditional();
    ExprPtr parseOr();
    ExprPtr parseAnd();
    ExprPtr parseNot();
    ExprPtr parseCompare();
    ExprPtr parseSum();
    ExprPtr parseConcat();
    ExprPtr parseProduct();
    ExprPtr parsePower();
    ExprPtr parseUnary(bool withFilter = true);
    ExprPtr parsePrimary();
    ExprPtr parsePostfix(ExprPtr node);
    ExprPtr parseFilterExpression(ExprPtr node);
    ExprPtr parseFilter(ExprPtr node, bool startInline = false);
    ExprPtr parseTest(ExprPtr node);
    ExprPtr parseSubscript(ExprPtr node);
    ExprPtr parseSubscribed();
    ExprPtr parseCallExpression(ExprPtr node);
    std::unique_ptr<CallArguments> parseArguments();
    /// `endName`: a name that ends the tuple, such as "in".
    ExprPtr parseTuple(bool withConditional, std::string_view endName, bool explicitParentheses);
    ExprPtr parseList();
    ExprPtr parseDict();

    ExprPtr make(ExprKind kind, int line);
    ExprPtr make(ExprKind kind, int line, ExprPtr a, ExprPtr b = nullptr);
    ExprPtr measured(ExprPtr node);
    Symbol symbolOf(const std::string& name);
    void noteUnknown(std::string_view what, const std::string& name, int line);

    [[nodiscard]] const Token& current() const { return tokens_[at_]; }
    [[nodiscard]] const Token& look() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
    const Token& next();
    bool skipOperator(std::string_view op);
    bool skipName(std::string_view name);
    void expectOperator(std::string_view op);
    std::string expectName();
    void expect(TokenKind kind);
    [[nodiscard]] bool isTupleEnd(std::string_view endName) const;
    [[noreturn]] void fail(std::string message, int line = 0) const;
    [[nodiscard]] static std::string describe(const Token& token);

    /// Counts nesting while it lives.
    class Deeper;

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    int nesting_ = 0;
    int loops_ = 0;     ///< how many loops the statement is in, within its macro
    bool soft_ = false; ///< inside an "if": unknown filters complain only when they are reached
    std::vector<TemplateError> unknown_;
    std::vector<Signature*> signatures_; ///< of the macros being parsed
    Template result_;
    std::unordered_map<std::string, Symbol> symbols_;
};

class Parser::Deeper {
public:
    explicit Deeper(Parser& parser) : parser_(parser) {
        if (++parser_.nesting_ > kMaxNesting)
            parser_.fail("the template is nested too deeply");
    }
    ~Deeper() { --parser_.nesting_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

private:
    Parser& parser_;
};

/// Whether the interpreter has a filter or test of that name (runtime knows; the parser asks).
bool hasFilter(std::string_view name);
bool hasTest(std::string_view name);

} // namespace vitral::jinja
