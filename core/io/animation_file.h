// SPDX-License-Identifier: Apache-2.0
#pragma once
// Moving pictures: animated WebP through libwebp. Thread: any.

#include "core/io/picture_file.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace vitral {

struct AnimationFrame {
    Pixels8 pixels; ///< grey or RGB; all frames of one size
    std::int32_t milliseconds = 100;
};
/// Whether this program was built with libwebp.
[[nodiscard]] bool canWriteAnimation();
/// `quality` 0..100: lossy; negative: without loss. Plays for ever. Errors: InvalidArgument (no frames, sizes that
/// differ, more than 16,383 pixels on a side), Unsupported (built without libwebp), OutOfMemory, Cancelled.
Result<std::string> encodeAnimation(std::span<const AnimationFrame> frames, float quality = -1,
                                    std::stop_token stop = {});
/// Written beside and renamed. Errors: those above, Io.
Result<void> writeAnimation(const std::filesystem::path& path, std::span<const AnimationFrame> frames,
                            float quality = -1, std::stop_token stop = {});

} // namespace vitral
