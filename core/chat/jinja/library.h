// SPDX-License-Identifier: Apache-2.0
#pragma once
// What templates can call by name: filters, tests, methods of values, and global functions.

#include "core/base/html.h"
#include "core/chat/jinja/runtime.h"

#include <span>

namespace vitral::jinja {

using Filter = Value (*)(Runtime&, const Value& input, Args&);
using Test = bool (*)(Runtime&, const Value& input, Args&);
using Method = Value (*)(Runtime&, const Value& self, Args&);
using Function = Value (*)(Runtime&, Args&);

template <class T>
struct Named {
    std::string_view name;
    T function;
};

std::span<const Named<Filter>> textFilters();     // filters_text.cpp
std::span<const Named<Filter>> sequenceFilters(); // filters_sequence.cpp
Filter findFilter(std::string_view name);         // null: none
Test findTest(std::string_view name);             // tests.cpp
Method findStringMethod(std::string_view name);   // methods_string.cpp
/// Methods of lists, tuples, dicts and numbers.
Method findMethod(Kind kind, std::string_view name); // methods.cpp
/// Methods that exist but would change a value: the reference forbids them.
bool isForbiddenMethod(Kind kind, std::string_view name);
Function findGlobal(std::string_view name); // globals.cpp

Value makeMethod(Value self, std::string_view name, Method method);
Value makeFunction(std::string_view name, Function function);

/// "%" between a string and values.
Value formatPercent(Runtime& runtime, const Value& format, const Value& values); // format.cpp
/// str.format
Value formatBraces(Runtime& runtime, const Value& format, const Args& args);

/// Arguments as C++ values; raise a type error otherwise.
std::int64_t integerArgument(const Value& value, std::string_view what);
/// The same for widths and positions: what is out of reach anyway is brought near, so that sums do not overflow.
std::int64_t sizeArgument(const Value& value, std::string_view what);
const std::string& stringArgument(const Value& value, std::string_view what);
/// Python's int(text, base) and float(text); nothing when it is no number.
std::optional<std::int64_t> parseInteger(std::string_view text, int base);
std::optional<double> parseReal(std::string_view text);

} // namespace vitral::jinja
