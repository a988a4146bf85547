// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reading a tokenizer's file as work that can be watched and stopped: files of some hundred thousand pieces take a
// tenth of a second, hostile ones as long as they are. Thread: any; one at a time for one reading.

#include "core/base/result.h"
#include "core/tokenizer/tokenizer.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

namespace vitral {

/// Told now and then how far it is, 0 to 1 and never back, on the thread that reads; false stops it.
using ReadProgress = std::function<bool(double fraction)>;

/// As loadTokenizer(path). Errors: also Cancelled.
Result<std::shared_ptr<const Tokenizer>> loadTokenizer(const std::filesystem::path& path, const ReadProgress& progress);

// What the readers of one kind of file share, private to this folder.

/// A step of a reading: it goes from `from` to `to` of the whole.
class ReadStep {
public:
    ReadStep() = default;
    ReadStep(const ReadProgress& progress, double from, double to) : progress_(&progress), from_(from), to_(to) {}
    /// `done` of `total` of this step; asks every 4,096th time. Errors: Cancelled.
    [[nodiscard]] Result<void> at(std::size_t done, std::size_t total) const {
        return done % 4096 == 0 ? tell(total == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(total))
                                : Result<void>();
    }
    /// A share of this step, 0 to 1. Errors: Cancelled.
    [[nodiscard]] Result<void> tell(double share) const {
        if (progress_ == nullptr || !*progress_ || (*progress_)(from_ + (to_ - from_) * share))
            return {};
        return fail(ErrorCode::Cancelled, "Reading the tokenizer was stopped.");
    }

private:
    const ReadProgress* progress_ = nullptr;
    double from_ = 0, to_ = 1;
};

Result<std::shared_ptr<const Tokenizer>> tokenizerFromGguf(std::shared_ptr<const GgufFile> file,
                                                           const ReadProgress& progress);
Result<std::shared_ptr<const Tokenizer>> tokenizerFromJson(std::string_view text, std::string_view config,
                                                           const ReadProgress& progress);
Result<std::shared_ptr<const Tokenizer>> tokenizerFromSentencePiece(std::string_view bytes,
                                                                    const ReadProgress& progress);

} // namespace vitral
