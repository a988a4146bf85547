// SPDX-License-Identifier: Apache-2.0
#include "core/trace/recorder.h"

#include "core/backend/device_backend.h"

#include <algorithm>
#include <limits>

namespace vitral {
namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

/// After attention the last layer may drop rows nobody wants; whoever records one of these needs them all.
bool followsAttention(Point point) {
    return point >= Point::AttnOut && point <= Point::ResidPost;
}

bool sameRows(const TensorRecord& record, const TracePlan::Item& item) {
    return record.point == item.point && record.iLayer == item.iLayer && record.heads == item.heads &&
           record.firstPosition == item.firstPosition && record.rows.dtype() == item.dtype &&
           record.rows.nCol() == item.nCol;
}

/// Rows of an item at or before position n.
std::int64_t rowsBefore(const TracePlan::Item& item, std::int64_t n) {
    if (item.endPosition >= 0)
        n = std::min(n, item.endPosition);
    return std::max<std::int64_t>(n - item.firstPosition, 0);
}

} // namespace

Recorder::Recorder(TracePlan plan, const TraceShape& shape, Backend& backend, DType kvType, std::size_t nBranch)
    : plan_(std::move(plan)), shape_(&shape), backend_(&backend), readKeysBack_(kvType == DType::Q8_0),
      nLayer_(static_cast<std::int32_t>(shape.attention.size())), geometry_(shape.attention) {
    if (DeviceBackend* device = DeviceBackend::of(backend);
        device && !readKeysBack_ && shareWay(drawingDevice(), device->uuid()) == ShareWay::Shared)
        keeper_ = device->rowKeeper();
    slots_.resize(static_cast<std::size_t>(nLayer_ + 1) * kPointCount);
    for (std::int32_t i = 0; i < nLayer_; ++i) {
        if (!plan_.attention[static_cast<std::size_t>(i)])
            continue;
        slots_[slotIndex(Point::RotQ, i)].q = true;
        slots_[slotIndex(Point::AttnLse, i)].lse = true;
        if (!readKeysBack_)
            slots_[slotIndex(Point::RotK, i)].k = true;
    }
    for (std::size_t i = 0; i < plan_.items.size(); ++i) {
        const TracePlan::Item& item = plan_.items[i];
        slots_[slotIndex(item.point, item.iLayer)].iItem = static_cast<std::int32_t>(i);
        if (item.point == Point::FinalNorm || (followsAttention(item.point) && item.iLayer == nLayer_ - 1))
            wantsAllRows_ = true;
    }
    branches_.resize(nBranch);
    for (std::size_t i = 0; i < nBranch; ++i) {
        BranchWriters& branch = branches_[i];
        for (const AttentionGeometry& g : geometry_) {
            LayerWriters& layer = branch.attention.emplace_back();
            layer.q = RowsWriter(Rows(plan_.queryType, std::int64_t{g.nHead} * g.headDimK));
            layer.k = RowsWriter(Rows(plan_.keyType, std::int64_t{g.nKvHead} * g.headDimK));
            layer.lse = RowsWriter(Rows(DType::F32, g.nHead));
        }
        for (const TracePlan::Item& item : plan_.items)
            branch.items.emplace_back(Rows(item.dtype, item.nCol));
    }
}

std::size_t Recorder::slotIndex(Point point, std::int32_t iLayer) const {
    const std::int32_t layer = std::clamp(iLayer, 0, nLayer_);
    return static_cast<std::size_t>(layer) * kPointCount + static_cast<std::size_t>(point);
}

bool Recorder::wants(Point point, std::int32_t iLayer) const {
    const Slot& slot = slots_[slotIndex(point, iLayer)];
    return slot.q || slot.k || slot.lse || slot.iItem >= 0;
}

bool Recorder::wantsLogits(std::int64_t position) const {
    const std::int32_t i = slots_[slotIndex(Point::Logits, 0)].iItem;
    if (i < 0)
        return false;
    const TracePlan::Item& item = plan_.items[static_cast<std::size_t>(i)];
    return position >= item.firstPosition && (item.endPosition < 0 || position < item.endPosition);
}

void Recorder::beginPass(const KvCache& cache, std::span<const PassRun> runs, std::span<const std::int32_t> wanted) {
    cache_ = &cache;
    runs_ = runs;
    wanted_ = wanted;
}

void Recorder::giveAttention(std::int32_t iLayer, const AttentionParams& params, const RopeTable* rope) {
    const auto i = static_cast<std::size_t>(iLayer);
    if (!plan_.attention[i])
        return;
    // The shape was probed with a small context; models with two rotary tables choose by the size of the cache.
    if (rope != nullptr && geometry_[i].rope.inverseFrequency != rope->inverseFrequency)
        geometry_[i] = geometryOf(params, rope);
}

void Recorder::append(RowsWriter& writer, DType as, Tensor tensor, RowKeeper* keeper) {
    rows_.clear();
    kept_.clear();
    writer.growKept(tensor.nRow(), rows_, keeper, keeper ? &kept_ : nullptr);
    if (keeper)
        keeper->keepRows(tensor, as, kept_); // before the read, which waits for both
    backend_->readRows(tensor, as, rows_);
}

void Recorder::give(Point point, std::int32_t iLayer, Tensor tensor) {
    const Slot& slot = slots_[slotIndex(point, iLayer)];
    const auto layer = static_cast<std::size_t>(iLayer);
    if (slot.q || slot.k || slot.lse)
        for (const PassRun& run : runs_) {
            LayerWriters& writers = branches_[run.iBranch].attention[layer];
            append(slot.q   ? writers.q
                   : slot.k ? writers.k
                            : writers.lse,
                   slot.q   ? plan_.queryType
                   : slot.k ? plan_.keyType
                            : DType::F32,
                   tensor.rows(run.firstRow, run.nRow), keeper_);
        }
    if (slot.lse && readKeysBack_) // this point comes after the keys were stored
        appendKeys(iLayer);
    if (slot.iItem >= 0)
        appendItem(plan_.items[static_cast<std::size_t>(slot.iItem)], static_cast<std::size_t>(slot.iItem), tensor);
}

/// The pass's keys as the cache keeps them.
void Recorder::appendKeys(std::int32_t iLayer) {
    const AttentionGeometry& g = geometry_[static_cast<std::size_t>(iLayer)];
    const auto dim = static_cast<std::size_t>(g.headDimK);
    const std::size_t nCol = dim * static_cast<std::size_t>(g.nKvHead);
    for (const PassRun& run : runs_) {
        const auto n = static_cast<std::size_t>(run.nRow);
        keys_.resize(n * dim);
        keyRows_.resize(n * nCol);
        for (std::int32_t head = 0; head < g.nKvHead; ++head) {
            backend_->readKeys(*cache_, iLayer, run.seq, head, run.firstPosition, run.nRow, keys_);
            for (std::size_t r = 0; r < n; ++r)
                std::copy_n(keys_.begin() + static_cast<std::ptrdiff_t>(r * dim), dim,
                            keyRows_.begin() +
                                static_cast<std::ptrdiff_t>(r * nCol + static_cast<std::size_t>(head) * dim));
        }
        branches_[run.iBranch].attention[static_cast<std::size_t>(iLayer)].k.append(keyRows_.data(), run.nRow,
                                                                                    static_cast<std::int64_t>(nCol));
    }
}

void Recorder::appendItem(const TracePlan::Item& item, std::size_t iItem, Tensor tensor) {
    const std::int64_t end = item.endPosition < 0 ? kNoLimit : item.endPosition;
    const auto copy = [&](RowsWriter& writer, Tensor rows) {
        if (item.heads.empty()) {
            append(writer, item.dtype, rows);
            return;
        }
        const std::int64_t width = item.nCol / static_cast<std::int64_t>(item.heads.size());
        rows_.clear();
        writer.grow(rows.nRow(), rows_);
        for (const std::int32_t head : item.heads) {
            backend_->readRows(rows.cols(head * width, width), item.dtype, rows_);
            for (std::byte*& at : rows_)
                at += width * (item.dtype == DType::F16 ? 2 : 4);
        }
    };
    if (item.point == Point::Logits) { // has the wanted rows only
        for (std::size_t w = 0; w < wanted_.size(); ++w)
            for (const PassRun& run : runs_) {
                const std::int64_t position = run.firstPosition + wanted_[w] - run.firstRow;
                if (wanted_[w] >= run.firstRow && wanted_[w] < run.firstRow + run.nRow &&
                    position >= item.firstPosition && position < end)
                    copy(branches_[run.iBranch].items[iItem], tensor.rows(static_cast<std::int64_t>(w), 1));
            }
        return;
    }
    for (const PassRun& run : runs_) {
        const std::int64_t from = std::max(run.firstPosition, item.firstPosition);
        const std::int64_t to = std::min(run.firstPosition + run.nRow, end);
        if (from < to)
            copy(branches_[run.iBranch].items[iItem], tensor.rows(run.firstRow + from - run.firstPosition, to - from));
    }
}

void Recorder::truncate(std::size_t iBranch, std::int64_t nToken) {
    startFrom(iBranch, iBranch, nToken);
}

void Recorder::startFrom(std::size_t iBranch, std::size_t iOther, std::int64_t nToken) {
    const auto shorten = [](RowsWriter& to, const RowsWriter& from, std::int64_t n) {
        if (&to != &from || from.nRow() > n)
            to = RowsWriter(from.snapshot().first(n));
    };
    BranchWriters& to = branches_[iBranch];
    const BranchWriters& from = branches_[iOther];
    for (std::size_t i = 0; i < to.attention.size(); ++i) {
        shorten(to.attention[i].q, from.attention[i].q, nToken);
        shorten(to.attention[i].k, from.attention[i].k, nToken);
        shorten(to.attention[i].lse, from.attention[i].lse, nToken);
    }
    for (std::size_t i = 0; i < to.items.size(); ++i)
        shorten(to.items[i], from.items[i], rowsBefore(plan_.items[i], nToken));
}

void Recorder::startFrom(std::size_t iBranch, const Recording& recording, std::int64_t nToken) {
    BranchWriters& to = branches_[iBranch];
    for (std::size_t i = 0; i < to.attention.size(); ++i)
        if (plan_.attention[i]) {
            const AttentionRecord& from = *recording.attention[i];
            to.attention[i] = {RowsWriter(from.q.first(nToken)), RowsWriter(from.k.first(nToken)),
                               RowsWriter(from.lse.first(nToken))};
        }
    for (std::size_t i = 0; i < to.items.size(); ++i) {
        const auto from = std::find_if(recording.tensors.begin(), recording.tensors.end(),
                                       [&](const TensorRecord& t) { return sameRows(t, plan_.items[i]); });
        to.items[i] = RowsWriter(from->rows.first(rowsBefore(plan_.items[i], nToken)));
    }
}

std::int64_t Recorder::covers(const Recording& recording) const {
    std::int64_t n = kNoLimit;
    for (std::size_t i = 0; i < plan_.attention.size(); ++i) {
        if (!plan_.attention[i])
            continue;
        if (i >= recording.attention.size() || recording.attention[i] == nullptr ||
            recording.attention[i]->q.dtype() != plan_.queryType || recording.attention[i]->k.dtype() != plan_.keyType)
            return 0;
        n = std::min(n, recording.attention[i]->nPosition());
    }
    for (const TracePlan::Item& item : plan_.items) {
        const auto record = std::find_if(recording.tensors.begin(), recording.tensors.end(),
                                         [&](const TensorRecord& t) { return sameRows(t, item); });
        if (record == recording.tensors.end())
            return 0;
        const std::int64_t has = item.firstPosition + record->rows.nRow();
        if (item.endPosition < 0 || has < item.endPosition)
            n = std::min(n, has);
    }
    return n;
}

void Recorder::snapshot(std::size_t iBranch, Recording& to) const {
    const BranchWriters& branch = branches_[iBranch];
    to.attention.assign(static_cast<std::size_t>(nLayer_), nullptr);
    for (std::size_t i = 0; i < to.attention.size(); ++i) {
        if (!plan_.attention[i])
            continue;
        const LayerWriters& layer = branch.attention[i];
        to.attention[i] = std::make_shared<const AttentionRecord>(
            AttentionRecord{geometry_[i], layer.q.snapshot(), layer.k.snapshot(), layer.lse.snapshot()});
    }
    to.tensors.clear();
    for (std::size_t i = 0; i < plan_.items.size(); ++i) {
        const TracePlan::Item& item = plan_.items[i];
        to.tensors.push_back({item.point, item.iLayer, item.heads, item.firstPosition, branch.items[i].snapshot()});
    }
}

} // namespace vitral
