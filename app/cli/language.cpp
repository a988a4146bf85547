// SPDX-License-Identifier: Apache-2.0
#include "app/cli/language.h"

#include <cstdlib>

namespace vitral::cli {

bool speaksPortuguese() {
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
        if (const char* value = std::getenv(name); value != nullptr && *value != '\0')
            return std::string_view(value).substr(0, 2) == "pt";
    return false;
}

} // namespace vitral::cli
