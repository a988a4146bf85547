// SPDX-License-Identifier: Apache-2.0
#pragma once
// Writes a GGUF model again with other types (rule in quantize_mix.h). Metadata is copied byte for byte but for
// general.file_type and general.quantization_version. Tensors stream through buffers of a few megabytes, whatever the
// model's size; the new file appears only when it is whole. Thread: any; uses its own worker threads while it runs.

#include "core/base/result.h"
#include "core/io/quantize_mix.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string_view>

namespace vitral {

struct QuantizeProgress {
    std::string_view tensor; ///< the one being written
    std::int64_t iTensor = 0, nTensor = 0;
    double fraction = 0; ///< of all elements, 0..1
};

struct QuantizeOptions {
    QuantizeMix mix{};
    int nThread = 1;
    std::stop_token stop;                                  ///< looked at between pieces of some milliseconds
    std::function<void(const QuantizeProgress&)> progress; ///< called on the calling thread, often
};

struct QuantizeReport {
    std::uint64_t bytesBefore = 0; ///< of all tensors
    std::uint64_t bytesAfter = 0;
    bool fromQuantised = false; ///< the source was quantised already: its losses add up
};

/// A model in several files becomes one. Errors: those of GgufFile::open; InvalidArgument (the target is the source or
/// a part of it; a weight is not finite, named by tensor and row); Unsupported; Io (the target is read-only; disk full,
/// said before starting where that is known); Cancelled.
Result<QuantizeReport> quantizeGguf(const std::filesystem::path& source, const std::filesystem::path& target,
                                    const QuantizeOptions& options);

} // namespace vitral
