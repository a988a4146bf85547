// SPDX-License-Identifier: Apache-2.0
#pragma once
// Names of the files of a model that is cut into several, NAME-00001-of-00003.gguf and so on, as llama.cpp's gguf-split
// and the gguf package give them. Thread: any.

#include <optional>
#include <string>
#include <string_view>

namespace vitral {

struct SplitName {
    std::string stem; ///< "model" of "model-00002-of-00003.gguf"
    int no = 0;       ///< from 0: 1 in that name
    int count = 1;
};

/// What a file's name (or a path with '/') says; nothing where it is no part's name.
[[nodiscard]] std::optional<SplitName> splitNameOf(std::string_view fileName);
/// The name of part `no` (from 0) of the same model.
[[nodiscard]] std::string splitFileName(const SplitName& name, int no);

} // namespace vitral
