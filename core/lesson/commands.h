// SPDX-License-Identifier: Apache-2.0
#pragma once
// The words that set the program's state: the one vocabulary of `vitral --show`, of a lesson's `do:` and of what a
// state file restores. The window carries them out (app/main_views.cpp, the rooms' go()); here they are only known by
// their form, so that a lesson can be checked without a window. Also the names of elements a step may point at, and the
// names of what a state knows. Thread: any.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

/// One form. In a pattern %d is a whole number from 0, %n a decimal number, %w a word of letters, digits, - _ and ., %s
/// any text up to the end, %f a file up to the end (relative to the lesson's folder), {a|b} one of several, [..] may be
/// left out.
struct CommandForm {
    std::string_view pattern;
    std::string_view help;    ///< what it does, one line
    std::string_view example; ///< understood by the window as it stands
};

std::span<const CommandForm> commandForms();

struct KnownCommand {
    const CommandForm* form = nullptr;
    std::string file; ///< what stands for %f; empty: the form has none
    std::string text; ///< what stands for %s
};

/// Nothing: no form fits.
std::optional<KnownCommand> findCommand(std::string_view command);
/// Whether a pattern fits a text: exposed for the tests.
bool fitsCommandPattern(std::string_view pattern, std::string_view text);
/// The known form a mistyped command looks most like; empty: none does.
std::string_view nearestCommand(std::string_view command);

/// Something in the window a step may point at: the object name of the widget.
struct ElementName {
    std::string_view name;
    std::string_view help;
};
std::span<const ElementName> elementNames();
bool isElement(std::string_view name);
std::string_view nearestElement(std::string_view name);

/// Names of what can be asked about the program's state in the answer of a step of kind `do`: "room", "layer", ...
std::span<const std::string_view> stateNames();

/// "layer=2" (equal) or "prompt~cat" (contains, whatever the case), both sides without blanks around.
struct StateCondition {
    std::string name, value;
    bool contains = false;
    int line = 0;
};
/// Nothing: neither = nor ~ stands in it, or the name is unknown.
std::optional<StateCondition> parseCondition(std::string_view text);
bool holds(const StateCondition& condition, std::string_view actual);

} // namespace vitral
