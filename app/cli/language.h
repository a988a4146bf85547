// SPDX-License-Identifier: Apache-2.0
#pragma once
// The two languages of what vitral-cli says on standard error. Answers and JSON keys are never translated; sentences of
// errors come from core and are English for now.

#include <string_view>

namespace vitral::cli {

/// Whether LC_ALL, LC_MESSAGES or LANG (the first that is set) asks for Portuguese.
bool speaksPortuguese();

/// The one of the two that this person reads.
inline std::string_view tr(std::string_view english, std::string_view portuguese) {
    return speaksPortuguese() ? portuguese : english;
}

} // namespace vitral::cli
