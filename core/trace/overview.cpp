// SPDX-License-Identifier: Apache-2.0
#include "core/trace/overview.h"

#include "core/trace/map_cells.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vitral {
namespace {

constexpr std::int64_t kAllKeys = 4096; ///< up to here a sampled thumbnail looks at all keys of its queries
constexpr std::int64_t kKeySamples = 8;

std::shared_ptr<Thumbnail> blank(std::int64_t nPosition, std::int64_t maxSide) {
    auto t = std::make_shared<Thumbnail>();
    t->nPosition = nPosition;
    t->block = thumbnailBlock(nPosition, maxSide);
    t->side = (nPosition + t->block - 1) / t->block;
    t->max.assign(static_cast<std::size_t>(t->side * t->side), std::numeric_limits<float>::quiet_NaN());
    t->mean = t->max;
    return t;
}

/// Two values of neighbouring or overlapping blocks with their numbers of visible cells, as one.
void join(float& max, float& mean, std::int64_t& count, float otherMax, float otherMean, std::int64_t otherCount) {
    if (otherCount == 0 || std::isnan(otherMax))
        return;
    max = count == 0 ? otherMax : std::max(max, otherMax);
    const auto all = static_cast<double>(count + otherCount);
    mean = count == 0 ? otherMean
                      : static_cast<float>((static_cast<double>(mean) * static_cast<double>(count) +
                                            static_cast<double>(otherMean) * static_cast<double>(otherCount)) /
                                           all);
    count += otherCount;
}

/// What an earlier thumbnail knows, in the blocks of a later one (as big, or bigger).
void carry(const AttentionRecord& record, std::span<const std::int64_t> masked, const Thumbnail& from, Thumbnail& to) {
    const std::int64_t ratio = to.block / from.block;
    for (std::int64_t r = 0; r * ratio < from.side; ++r)
        for (std::int64_t c = 0; c * ratio < from.side; ++c) {
            const auto at = static_cast<std::size_t>(r * to.side + c);
            std::int64_t count = 0;
            for (std::int64_t y = r * ratio; y < std::min((r + 1) * ratio, from.side); ++y)
                for (std::int64_t x = c * ratio; x < std::min((c + 1) * ratio, from.side); ++x) {
                    const auto old = static_cast<std::size_t>(y * from.side + x);
                    if (std::isnan(from.max[old]))
                        continue;
                    const std::int64_t n =
                        ratio == 1 ? 1
                                   : visibleCells(record.geometry, from.nPosition, masked, y * from.block,
                                                  (y + 1) * from.block, x * from.block, (x + 1) * from.block);
                    join(to.max[at], to.mean[at], count, from.max[old], from.mean[old], n);
                }
        }
}

} // namespace

std::int64_t thumbnailBlock(std::int64_t nPosition, std::int64_t maxSide) {
    std::int64_t block = 1;
    while ((nPosition + block - 1) / block > maxSide)
        block *= 2;
    return block;
}

ThumbnailPtr sampledThumbnail(const AttentionRecord& record, std::int32_t iHead, std::int64_t maxSide,
                              std::span<const std::int64_t> maskedKeys) {
    const std::int64_t n = record.nPosition();
    auto t = blank(n, maxSide);
    const MapAxis queries = MapAxis::sampled(0, t->side, t->block, n, 1, true);
    const MapAxis keys = n <= kAllKeys ? MapAxis::all(0, t->side, t->block, n)
                                       : MapAxis::sampled(0, t->side, t->block, n, kKeySamples, false);
    mapCells(mapKernels(), {record, iHead, MapValue::Weight, maskedKeys, queries, keys, t->max, t->mean, {}, {}}, {});
    t->exact = t->block == 1;
    return t;
}

ThumbnailPtr thumbnailOf(const AttentionRecord& record, std::int32_t iHead, std::int64_t maxSide,
                         std::span<const std::int64_t> positions, bool exact, std::stop_token stop) {
    const auto n = static_cast<std::int64_t>(std::lower_bound(positions.begin(), positions.end(), record.nPosition()) -
                                             positions.begin());
    auto t = blank(n, maxSide);
    MapAxis keys = MapAxis::all(0, t->side, t->block, n);
    MapAxis queries = exact || n == 0 ? keys : MapAxis::sampled(0, t->side, t->block, n, 1, true);
    for (MapAxis* axis : {&keys, &queries}) // from places in the list to positions
        for (std::int64_t& place : axis->positions)
            place = positions[static_cast<std::size_t>(place)];
    t->exact = exact || t->block == 1;
    if (!mapCells(mapKernels(), {record, iHead, MapValue::Weight, {}, queries, keys, t->max, t->mean, {}, {}}, stop))
        return nullptr;
    return t;
}

ThumbnailPtr exactThumbnail(const AttentionRecord& record, std::int32_t iHead, std::int64_t maxSide,
                            std::span<const std::int64_t> maskedKeys, const ThumbnailPtr& before,
                            std::stop_token stop) {
    const std::int64_t n = record.nPosition();
    auto t = blank(n, maxSide);
    t->exact = true;
    std::int64_t done = 0;
    if (before != nullptr && before->exact && before->nPosition > 0 && before->nPosition <= n &&
        before->block <= t->block) {
        carry(record, maskedKeys, *before, *t);
        done = before->nPosition;
    }
    while (done < n) {
        // The rest of a block that is partly there, or all blocks that are not.
        const bool mid = done % t->block != 0;
        const std::int64_t row = done / t->block;
        const std::int64_t end = mid ? std::min(n, (row + 1) * t->block) : n;
        const std::int64_t nRow = mid ? 1 : t->side - row;
        MapAxis queries = MapAxis::all(done, nRow, t->block, end);
        const MapAxis keys = MapAxis::all(0, t->side, t->block, end);
        const auto size = static_cast<std::size_t>(nRow * t->side);
        const auto at = static_cast<std::size_t>(row * t->side);
        std::vector<float> max, mean;
        std::span<float> toMax = std::span(t->max).subspan(at, size), toMean = std::span(t->mean).subspan(at, size);
        if (mid) {
            max.resize(size);
            mean.resize(size);
            toMax = max;
            toMean = mean;
        }
        if (!mapCells(mapKernels(), {record, iHead, MapValue::Weight, maskedKeys, queries, keys, toMax, toMean, {}, {}},
                      stop))
            return nullptr;
        for (std::size_t c = 0; mid && c < size; ++c) {
            const std::int64_t q0 = row * t->block, k0 = static_cast<std::int64_t>(c) * t->block;
            std::int64_t count = visibleCells(record.geometry, done, maskedKeys, q0, q0 + t->block, k0, k0 + t->block);
            const std::int64_t more = visibleCells(record.geometry, end, maskedKeys, done, end, k0, k0 + t->block);
            join(t->max[at + c], t->mean[at + c], count, max[c], mean[c], more);
        }
        done = end;
    }
    return t;
}

Overview::Overview(OverviewOptions options, Ready ready) : options_(std::move(options)), ready_(std::move(ready)) {}

Overview::~Overview() = default;

void Overview::setRecording(RecordingPtr recording) {
    {
        const std::lock_guard lock(mutex_);
        const bool carriesOn =
            recording_ != nullptr && options_.positions == nullptr &&
            std::equal(recording_->attention.begin(), recording_->attention.end(), recording->attention.begin(),
                       recording->attention.end(), [](const auto& before, const auto& now) {
                           return before == nullptr ? now == nullptr : now != nullptr && continues(*now, *before);
                       });
        recording_ = std::move(recording);
        if (!carriesOn) {
            ++generation_;
            heads_.clear();
        }
        if (heads_.empty()) {
            firsts_.assign(1, 0);
            for (std::size_t layer = 0; layer < recording_->attention.size(); ++layer) {
                const auto& record = recording_->attention[layer];
                for (std::int32_t head = 0; record != nullptr && head < record->geometry.nHead; ++head)
                    heads_.push_back({static_cast<std::int32_t>(layer), head, nullptr, false});
                firsts_.push_back(heads_.size());
            }
        }
    }
    wake();
}

ThumbnailPtr Overview::find(std::int32_t iLayer, std::int32_t iHead) const {
    const std::lock_guard lock(mutex_);
    const auto layer = static_cast<std::size_t>(iLayer);
    if (iLayer < 0 || iHead < 0 || layer + 1 >= firsts_.size() ||
        firsts_[layer] + static_cast<std::size_t>(iHead) >= firsts_[layer + 1])
        return nullptr;
    return heads_[firsts_[layer] + static_cast<std::size_t>(iHead)].now;
}

bool Overview::final(const Head& head) const {
    std::int64_t n = recording_->attention[static_cast<std::size_t>(head.iLayer)]->nPosition();
    if (options_.positions != nullptr) // of one recording: there is nothing to wait for
        n = head.now != nullptr ? head.now->nPosition : static_cast<std::int64_t>(options_.positions->size());
    return n == 0 ||
           (head.now != nullptr && head.now->nPosition >= n && (head.now->exact || n > options_.mostExactPositions));
}

Overview::Progress Overview::progress() const {
    const std::lock_guard lock(mutex_);
    Progress p;
    p.nHead = static_cast<std::int64_t>(heads_.size());
    for (const Head& head : heads_) {
        p.nAny += head.now != nullptr;
        p.nFinal += final(head);
    }
    return p;
}

/// A layer's first pictures; then rows that were added; then exact ones, one head at a time.
bool Overview::takePiece(Piece& piece) {
    const auto take = [&](const auto& suits, std::size_t most) {
        for (std::size_t i = 0; i < heads_.size() && piece.heads.size() < most; ++i) {
            Head& head = heads_[i];
            if (head.taken || final(head) || !suits(head))
                continue;
            if (!piece.heads.empty() && heads_[piece.heads.front()].iLayer != head.iLayer)
                break;
            head.taken = true;
            piece.heads.push_back(i);
        }
        return !piece.heads.empty();
    };
    constexpr std::size_t kAll = 1U << 20U;
    const auto longText = [&](const Head& h) {
        return recording_->attention[static_cast<std::size_t>(h.iLayer)]->nPosition() > options_.mostExactPositions;
    };
    piece.sampled = true;
    if (take([](const Head& h) { return h.now == nullptr; }, kAll) || take(longText, kAll))
        return true;
    piece.sampled = false;
    return take([](const Head& h) { return h.now->exact; }, kAll) || take([](const Head&) { return true; }, 1);
}

bool Overview::work(std::stop_token stop) {
    Piece piece;
    std::shared_ptr<const AttentionRecord> record;
    std::vector<Head> todo;
    std::uint64_t generation = 0;
    {
        const std::lock_guard lock(mutex_);
        if (!takePiece(piece))
            return false;
        for (const std::size_t i : piece.heads)
            todo.push_back(heads_[i]);
        record = recording_->attention[static_cast<std::size_t>(todo.front().iLayer)];
        generation = generation_;
    }
    for (Head& head : todo)
        if (ThumbnailPtr made =
                options_.positions != nullptr
                    ? thumbnailOf(*record, head.iHead, options_.maxSide, *options_.positions, !piece.sampled, stop)
                : piece.sampled
                    ? sampledThumbnail(*record, head.iHead, options_.maxSide, options_.maskedKeys)
                    : exactThumbnail(*record, head.iHead, options_.maxSide, options_.maskedKeys, head.now, stop))
            head.now = std::move(made);
    {
        const std::lock_guard lock(mutex_);
        if (generation != generation_)
            return true;
        for (std::size_t i = 0; i < todo.size(); ++i) {
            heads_[piece.heads[i]].now = todo[i].now;
            heads_[piece.heads[i]].taken = false;
        }
    }
    report([&] { ready_(todo.front().iLayer); });
    return true;
}

} // namespace vitral
