// SPDX-License-Identifier: Apache-2.0
#pragma once
// Values of the template interpreter: what Python's None, bool, int, float, str, list, tuple, dict and range are to
// Jinja, printed and compared as Python does. Strings count in characters, not bytes. Containers cannot be changed once
// made (the reference runs an immutable sandbox); only a namespace can. Thread: any, one at a time.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vitral::jinja {

class Runtime;
class Value;
struct Args;

/// Thrown inside the interpreter only; parse() and render() turn it into a Result.
struct TemplateError {
    enum class Kind : std::uint8_t { Syntax, Runtime, Undefined, Raised, Security, Limit };
    Kind kind;
    std::string message;
    int line = 0;
};
[[noreturn]] void raise(TemplateError::Kind kind, std::string message);
[[noreturn]] void raiseType(std::string message); ///< what is a TypeError, ValueError ... in Python

enum class Kind : std::uint8_t {
    Undefined,
    None,
    Bool,
    Int,
    Float,
    String,
    List,
    Tuple,
    Dict,
    Range,
    View,
    Generator,
    Namespace,
    Object,
};

/// Base of everything that lives on the heap. The virtual functions are for Kind::Object: loops, macros, methods.
class Object {
public:
    virtual ~Object() = default;
    [[nodiscard]] virtual std::string typeName() const { return "object"; }
    [[nodiscard]] virtual bool callable() const { return false; }
    virtual Value call(Runtime& runtime, Args& args);
    virtual std::optional<Value> attribute(Runtime& runtime, std::string_view name);
};

class Value {
public:
    Value() = default; ///< undefined, without a name
    [[nodiscard]] static Value none() { return Value(Kind::None); }
    [[nodiscard]] static Value boolean(bool b);
    [[nodiscard]] static Value integer(std::int64_t i);
    [[nodiscard]] static Value real(double d);
    [[nodiscard]] static Value string(std::string text, bool markup = false);
    [[nodiscard]] static Value list(std::vector<Value> items);
    [[nodiscard]] static Value tuple(std::vector<Value> items);
    [[nodiscard]] static Value generator(std::vector<Value> items); ///< can be walked once
    [[nodiscard]] static Value view(std::string_view typeName, std::vector<Value> items);
    [[nodiscard]] static Value dict(std::vector<std::pair<Value, Value>> entries); ///< keys must be distinct
    [[nodiscard]] static Value undefined(std::string message, bool security = false);
    [[nodiscard]] static Value object(std::shared_ptr<Object> object);

    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] bool is(Kind kind) const { return kind_ == kind; }
    [[nodiscard]] bool isNone() const { return kind_ == Kind::None; }
    [[nodiscard]] bool isUndefined() const { return kind_ == Kind::Undefined; }
    [[nodiscard]] bool isString() const { return kind_ == Kind::String; }
    [[nodiscard]] bool isInteger() const { return kind_ == Kind::Int || kind_ == Kind::Bool; } ///< as Python sees it
    [[nodiscard]] bool isNumber() const { return isInteger() || kind_ == Kind::Float; }
    [[nodiscard]] bool isMarkup() const;

    [[nodiscard]] std::int64_t asInteger() const { return integer_; } ///< of Int and Bool
    [[nodiscard]] double asReal() const { return kind_ == Kind::Float ? real_ : double(integer_); }
    [[nodiscard]] const std::string& asString() const;
    [[nodiscard]] std::int64_t nCharacters() const;                            ///< of a String
    [[nodiscard]] bool isAscii() const;                                        ///< of a String
    [[nodiscard]] const std::vector<Value>& items() const;                     ///< of List, Tuple, View and Generator
    [[nodiscard]] const std::vector<std::pair<Value, Value>>& entries() const; ///< of Dict and Namespace
    [[nodiscard]] const Value* find(const Value& key) const;                   ///< in a Dict or Namespace
    [[nodiscard]] const Value* find(std::string_view key) const;
    [[nodiscard]] Object* asObject() const { return object_.get(); }
    [[nodiscard]] std::shared_ptr<Object> sharedObject() const { return object_; }
    /// What an operation on this undefined value complains about.
    [[nodiscard]] std::string undefinedMessage() const;
    [[noreturn]] void raiseUndefined() const;

    [[nodiscard]] bool truthy() const;
    [[nodiscard]] std::string typeName() const; ///< Python's name of the type
    [[nodiscard]] int depth() const;            ///< nesting of containers; bounded by kMaxValueDepth
    /// Same object, as `is` in Python.
    [[nodiscard]] bool same(const Value& other) const;

private:
    explicit Value(Kind kind) : kind_(kind) {}
    friend class NamespaceObject;
    friend class RangeObject;
    Kind kind_ = Kind::Undefined;
    union {
        std::int64_t integer_ = 0;
        double real_;
    };
    std::shared_ptr<Object> object_;
};

using Entry = std::pair<Value, Value>;

/// Deeper nesting of lists and dicts is refused: everything that walks them is recursive.
inline constexpr int kMaxValueDepth = 100;

class StringObject final : public Object {
public:
    StringObject(std::string t, bool m);
    std::string text;
    bool markup;
    bool ascii;
    std::int64_t nCharacters;
};
class ListObject final : public Object {
public:
    std::vector<Value> items;
    int depth = 1;
    std::string viewType; ///< dict_keys, dict_values, dict_items
};
class DictObject final : public Object {
public:
    std::vector<Entry> entries;
    int depth = 1;
};
class RangeObject final : public Object {
public:
    std::int64_t start = 0, stop = 0, step = 1;
    [[nodiscard]] std::int64_t length() const;
    [[nodiscard]] bool contains(std::int64_t i) const;
    static Value wrap(std::shared_ptr<RangeObject> object);
};
class UndefinedObject final : public Object {
public:
    std::string message;
    bool security = false;
};
class NamespaceObject final : public Object {
public:
    std::vector<Entry> entries;
    void set(std::string_view name, Value value);
    static Value wrap(std::shared_ptr<NamespaceObject> object);
};
Value makeRange(std::int64_t start, std::int64_t stop, std::int64_t step);
const RangeObject& rangeOf(const Value& value);

/// Arguments of a call.
struct Args {
    std::vector<Value> positional;
    std::vector<std::pair<std::string, Value>> named;

    /// The argument with this place or this name; undefined-without-name when it was not given.
    [[nodiscard]] const Value* find(std::size_t index, std::string_view name) const;
    [[nodiscard]] Value get(std::size_t index, std::string_view name, Value otherwise) const;
    /// Raises when there are more positional arguments than names, or a named one is not among them.
    void check(std::string_view function, std::initializer_list<std::string_view> names,
               std::size_t nRequired = 0) const;
};

[[nodiscard]] bool equal(const Value& a, const Value& b);
/// -1, 0, 1; raises a type error with `op` in it when the two have no order.
[[nodiscard]] int compare(const Value& a, const Value& b, std::string_view op);
/// Raises "unhashable type" for what cannot be a key.
void requireHashable(const Value& key);

[[nodiscard]] std::string str(const Value& value);
[[nodiscard]] std::string repr(const Value& value);
[[nodiscard]] std::string reprOfString(std::string_view text);
[[nodiscard]] std::string reprOfReal(double value);

struct JsonStyle {
    bool ensureAscii = false;
    bool sortKeys = false;
    std::optional<std::string> indent;
    std::string itemSeparator = ", ", keySeparator = ": ";
};
/// json.dumps of Python.
[[nodiscard]] std::string toJson(const Value& value, const JsonStyle& style);

} // namespace vitral::jinja
