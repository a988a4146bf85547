// SPDX-License-Identifier: Apache-2.0
#pragma once
// A person's access token, kept by the key store of the system (the Secret Service of GNOME, KDE and others, through
// libsecret, which is opened when it is needed). Where there is none the token is asked for each time: it is never
// written anywhere by us. Thread: any but the window's; a call may wait for the person to unlock the store.

#include "core/base/result.h"

#include <string>

namespace vitral::hub {

/// Whether libsecret is there. Whether a store answers is known only when it is asked.
[[nodiscard]] bool keyStoreIsThere();

/// The token for a hub ("https://huggingface.co"); "" where none is kept. Errors: Unsupported (no store here), Io.
Result<std::string> keptToken(const std::string& hub);
/// Errors: as keptToken.
Result<void> keepToken(const std::string& hub, const std::string& token);
/// Errors: as keptToken; nothing kept is no error.
Result<void> forgetToken(const std::string& hub);

/// Whether a text can be a token: 1 to 200 letters, digits and -._~+/=. Anything else would break a header.
[[nodiscard]] bool isToken(std::string_view text);

} // namespace vitral::hub
