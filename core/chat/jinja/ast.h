// SPDX-License-Identifier: Apache-2.0
#pragma once
// The tree that the parser makes and the interpreter walks. Immutable after parsing. Names are numbers: the interpreter
// compares them instead of strings. Thread: any.

#include "core/chat/jinja/value.h"

#include <memory>
#include <string>
#include <vector>

namespace vitral::jinja {

using Symbol = std::int32_t; ///< index into Template::names

enum class ExprKind : std::uint8_t {
    Constant,
    Name,
    List,
    Tuple,
    Dict, // Dict: items are key, value, key, value ...
    Attribute,
    Item,
    Slice, // Slice: start, stop, step (null: not given)
    Call,
    Filter,
    Test,
    Not,
    Negative,
    Positive,
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
    Compare,
    And,
    Or,
    Conditional,
    Concat, // Conditional: condition, then, else (null: undefined)
};
enum class CompareOp : std::uint8_t { Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, In, NotIn };

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

struct CallArguments {
    std::vector<ExprPtr> positional;
    std::vector<std::pair<std::string, ExprPtr>> named;
    ExprPtr list; ///< *args
    ExprPtr dict; ///< **kwargs
};

struct Expr {
    ExprKind kind = ExprKind::Constant;
    int line = 0;
    Symbol symbol = -1;                ///< Name
    Value value;                       ///< Constant
    std::string text;                  ///< name of attribute, filter or test
    std::vector<ExprPtr> items;        ///< operands; the value of a filter is null inside a filter block
    std::vector<CompareOp> compareOps; ///< one fewer than items
    std::unique_ptr<CallArguments> arguments;
    int depth = 1;
};

enum class NodeKind : std::uint8_t {
    Data,
    Print,
    If,
    For,
    Set,
    SetBlock,
    Macro,
    CallBlock,
    FilterBlock,
    With,
    Scope,
    Break,
    Continue
};

struct Node;
using Body = std::vector<Node>;

/// What may stand left of "=": a name, an attribute of a namespace, or several of them.
struct Target {
    Symbol symbol = -1;
    std::string attribute;       ///< not empty: symbol.attribute
    std::vector<Target> several; ///< not empty: a tuple
    bool isTuple = false;
};

/// Parameters and needs of a macro or a call block.
struct Signature {
    std::vector<Symbol> parameters;
    std::vector<std::string> names;
    std::vector<ExprPtr> defaults; ///< of the last parameters
    bool usesCaller = false, usesKwargs = false, usesVarargs = false;
};

struct Branch {
    ExprPtr condition; ///< null: else
    Body body;
};

struct Node {
    NodeKind kind = NodeKind::Data;
    int line = 0;
    std::string text;                 ///< Data; name of a Macro
    Symbol symbol = -1;               ///< of a Macro's name
    std::vector<ExprPtr> expressions; ///< Print; For: iterable, filter or null; Set: value; With: values; FilterBlock
                                      ///< and SetBlock: filter or null; CallBlock: call
    Target target;                    ///< For, Set, SetBlock
    std::vector<Target> targets;      ///< With
    Body body, otherwise;             ///< otherwise: else of For
    std::vector<Branch> branches;     ///< If
    std::unique_ptr<Signature> signature; ///< Macro, CallBlock
    bool recursive = false;               ///< For
};

struct Template {
    Body body;
    std::vector<std::string> names; ///< spelling of each Symbol
    Symbol loop = -1, caller = -1, kwargs = -1, varargs = -1;
};

} // namespace vitral::jinja
