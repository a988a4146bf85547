// SPDX-License-Identifier: Apache-2.0
#pragma once
// Template source to tokens, with the white-space rules that chat templates are written for: trim_blocks and
// lstrip_blocks on, one final line end dropped, "-" and "+" at either side of a tag. Thread: any.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vitral::jinja {

enum class TokenKind : std::uint8_t {
    Data,
    BlockBegin,
    BlockEnd,
    VariableBegin,
    VariableEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
    End
};

struct Token {
    TokenKind kind = TokenKind::End;
    int line = 1;
    std::string text; ///< data, name, operator, or the value of a string literal
    std::int64_t integer = 0;
    double real = 0;

    [[nodiscard]] bool isName(std::string_view name) const { return kind == TokenKind::Name && text == name; }
    [[nodiscard]] bool isOperator(std::string_view op) const { return kind == TokenKind::Operator && text == op; }
};

/// Ends with a token of kind End. Throws TemplateError (Syntax).
std::vector<Token> tokenize(std::string_view source);

} // namespace vitral::jinja
