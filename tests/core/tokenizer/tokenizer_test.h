// SPDX-License-Identifier: Apache-2.0
#pragma once
// What tests of tokenizers share: whole files as bytes, and ids as a line to read.

#include "core/tokenizer/tokenizer.h"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace vitral::test {

inline std::string readWhole(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

inline std::string joined(const std::vector<TokenId>& ids) {
    std::string out;
    for (const TokenId id : ids)
        out += std::to_string(id) + ' ';
    return out;
}

} // namespace vitral::test
