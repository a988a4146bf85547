// SPDX-License-Identifier: Apache-2.0
#pragma once
// The state of the whole program as one small value: a file (JSON) or a link (vitral:1:...). Whoever opens it gets the
// same screen: the model by name and fingerprint, the conversation, what the rooms show, and the commands (commands.h)
// that bring the rest about. No path of somebody's machine stands in it. Thread: any.

#include "core/base/result.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

struct ProgramState {
    std::string modelName, modelFingerprint;  ///< of the language model; empty: none was loaded
    std::string run;                          ///< a recorded run beside the file; empty: none
    std::string conversation;                 ///< JSON as conversations are exported; empty: none
    std::string composer;                     ///< what was written and not sent
    std::string generation;                   ///< JSON object: the settings of sampling
    std::string recipe;                       ///< JSON of diffusion/recipe.h: of what is shown, or comes next
    std::map<std::string, std::string> rooms; ///< by name: what each remembers, a JSON object
    std::vector<std::string> commands;        ///< carried out in order when all the rest is there
    std::string depth;                        ///< "user", "power", ...; empty: as it is
    std::string lesson;                       ///< "unit:stop" of the lesson that is open; empty: none
    std::string screen;                       ///< JSON object of the window: panels and their sizes, views on and off
    std::vector<std::string> leftOut;         ///< of kLeftOut: what was too large to be carried
    bool operator==(const ProgramState&) const = default;
};

/// Names of what a state may have left out: alternatives of tokens, branches of the conversation, the text of the room
/// Tokens, the recorded run of the views inside, changes to the model.
inline constexpr std::string_view kLeftOut[] = {"numbers", "branch-numbers", "branches", "text", "run", "changes"};

/// A parsed state takes some 37 times its size in memory.
inline constexpr std::size_t kMaxStateBytes = std::size_t{4} << 20U;
inline constexpr std::size_t kMaxLinkBytes = std::size_t{32} << 10U;

std::string stateJson(const ProgramState& state);
/// Errors: InvalidFile with what is wrong; Unsupported where a newer version wrote it.
Result<ProgramState> stateFromJson(std::string_view json);

/// "vitral:1:" and base64url of the compact JSON. Errors: InvalidArgument where it would be longer than kMaxLinkBytes.
Result<std::string> stateLink(const ProgramState& state);
/// Blanks and line ends around and inside (mail programs add them) do not matter. Errors: as stateFromJson.
Result<ProgramState> stateFromLink(std::string_view link);
bool looksLikeLink(std::string_view text);

/// 16 hexadecimal digits out of a file's length, its first and its last 64 KiB (FNV-1a, 64 bits): tells two models of
/// one name apart, and is no protection against somebody who wants two to look the same.
std::string modelFingerprint(std::uint64_t sizeBytes, std::string_view head, std::string_view tail);

} // namespace vitral
