// SPDX-License-Identifier: Apache-2.0
#pragma once
// The two languages of what vitral-cli says on standard error: messages of the commands, progress and what the chat
// says. Answers, JSON and --help are never translated, so that scripts meet the same words everywhere; neither are
// sentences that come from the engine (errors, notes about a plan): they exist in English only.

#include <fmt/format.h>
#include <string>
#include <string_view>

namespace vitral::cli {

/// Whether LC_ALL, LC_MESSAGES or LANG (the first that is set) asks for Portuguese.
bool speaksPortuguese();

/// The one of the two that this person reads.
inline std::string_view tr(std::string_view english, std::string_view portuguese) {
    return speaksPortuguese() ? portuguese : english;
}

/// The same with what stands in its braces.
template <class... Arguments>
std::string trf(std::string_view english, std::string_view portuguese, const Arguments&... arguments) {
    return fmt::format(fmt::runtime(tr(english, portuguese)), arguments...);
}

} // namespace vitral::cli
