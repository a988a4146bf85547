// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/tokenizer.h"

namespace vitral {

Result<std::shared_ptr<const Tokenizer>> tokenizerFromJson(std::string_view) {
    return fail(ErrorCode::Unsupported, "tokenizer.json cannot be read yet.");
}

} // namespace vitral
