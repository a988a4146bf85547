// SPDX-License-Identifier: Apache-2.0
#pragma once
// Thumbnails of all heads of a recording: each map pooled to at most maxSide x maxSide values. First from sampled
// queries, then exact; while a run goes on only its new rows are computed. Thread: any.

#include "core/trace/map_workers.h"
#include "core/trace/recording.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <vector>

namespace vitral {

/// A value stands for block x block cells, as their max and their mean over the visible ones (NaN: none is).
struct Thumbnail {
    std::int64_t side = 0;        ///< values per side: ceil(nPosition / block)
    std::int64_t block = 1;       ///< a power of two
    std::int64_t nPosition = 0;   ///< of the recording it shows
    std::vector<float> max, mean; ///< [side * side] weights, row by row
    bool exact = false;           ///< false: from one query of each block (and of long texts 8 keys): max is too low
};
using ThumbnailPtr = std::shared_ptr<const Thumbnail>;

/// The smallest power of two with ceil(n / block) <= maxSide.
[[nodiscard]] std::int64_t thumbnailBlock(std::int64_t nPosition, std::int64_t maxSide);
[[nodiscard]] ThumbnailPtr sampledThumbnail(const AttentionRecord& record, std::int32_t iHead, std::int64_t maxSide,
                                            std::span<const std::int64_t> maskedKeys = {});
/// Of some positions only, ascending: value (r, c) stands for a block of the r-th by a block of the c-th ones. Exact,
/// or from one query of each block. Null when stopped.
[[nodiscard]] ThumbnailPtr thumbnailOf(const AttentionRecord& record, std::int32_t iHead, std::int64_t maxSide,
                                       std::span<const std::int64_t> positions, bool exact, std::stop_token stop = {});
/// `before`: an exact one of the same head's first positions with the same maxSide and masked keys, or null; then only
/// rows after it are computed. Null when stopped.
[[nodiscard]] ThumbnailPtr exactThumbnail(const AttentionRecord& record, std::int32_t iHead, std::int64_t maxSide,
                                          std::span<const std::int64_t> maskedKeys = {},
                                          const ThumbnailPtr& before = nullptr, std::stop_token stop = {});

struct OverviewOptions {
    std::int64_t maxSide = 64;
    /// Only these positions, ascending, as rows and as columns (those with a partner in another run); such thumbnails
    /// are of one recording and not carried on. Null: all.
    std::shared_ptr<const std::vector<std::int64_t>> positions;
    std::vector<std::int64_t> maskedKeys;
    /// Longer recordings keep sampled thumbnails, which say so: at 32 x 32 heads of 64 dimensions exact ones of 8,192
    /// positions take about 10 s on two cores, and four times as long at twice the length.
    std::int64_t mostExactPositions = 8192;
};

/// The thumbnails of a recording that may grow. Attach to a MapWorkers.
class Overview final : public MapTask {
public:
    /// Some thumbnails of the layer are newer than before. Thread: a worker; must be quick.
    using Ready = std::function<void(std::int32_t iLayer)>;
    Overview(OverviewOptions options, Ready ready);
    ~Overview() override;

    /// A recording, or a longer snapshot of the same run (its thumbnails are carried on). Any thread, never waits.
    void setRecording(RecordingPtr recording);
    /// Null: not there yet, or the layer was not recorded.
    [[nodiscard]] ThumbnailPtr find(std::int32_t iLayer, std::int32_t iHead) const;
    struct Progress {
        std::int64_t nHead = 0, nAny = 0, nFinal = 0; ///< heads, with a picture, with the best they will get
    };
    [[nodiscard]] Progress progress() const;

private:
    struct Head {
        std::int32_t iLayer = 0, iHead = 0;
        ThumbnailPtr now;
        bool taken = false;
    };
    struct Piece {
        std::vector<std::size_t> heads; ///< indices, all of one layer
        bool sampled = false;
    };
    bool work(std::stop_token stop) override;
    [[nodiscard]] bool final(const Head& head) const;
    [[nodiscard]] bool takePiece(Piece& piece);

    const OverviewOptions options_;
    const Ready ready_;
    mutable std::mutex mutex_;
    RecordingPtr recording_;
    std::uint64_t generation_ = 0;    ///< counts recordings that are no continuation
    std::vector<Head> heads_;         ///< layer by layer
    std::vector<std::size_t> firsts_; ///< [layers + 1] of heads_
};

} // namespace vitral
