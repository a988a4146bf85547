// SPDX-License-Identifier: Apache-2.0
#include "core/trace/intervener.h"

#include "core/trace/intervention_check.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral {

Intervener::Intervener(const TraceShape& shape, Backend& backend, ForwardObserver* next)
    : shape_(&shape), backend_(&backend), next_(next), slots_((shape.attention.size() + 1) * kPointCount) {}

std::size_t Intervener::slot(Point point, std::int32_t iLayer) const {
    const auto most = static_cast<std::int32_t>(shape_->attention.size());
    return static_cast<std::size_t>(std::clamp(iLayer, 0, most)) * kPointCount + static_cast<std::size_t>(point);
}

Result<void> Intervener::add(const InterventionSet& set, SeqId seq) {
    VITRAL_TRY(checkInterventions(set, *shape_));
    for (const Intervention& item : set.items) {
        if (!item.enabled)
            continue;
        auto edit = std::make_unique<Edit>();
        edit->what = item;
        edit->seq = seq;
        const PointShape& shape = *shape_->find(item.point, item.iLayer);
        const EditedColumns part = editedColumns(item, shape);
        std::int64_t from = 0;
        for (const std::int64_t column : part.columns) {
            if (edit->ranges.empty() || edit->ranges.back().first + edit->ranges.back().n != column)
                edit->ranges.push_back({column, 0, from});
            ++edit->ranges.back().n;
            ++from;
        }
        if (item.edit == EditKind::Add) {
            const std::size_t n = item.vector->size();
            VITRAL_TRY_ASSIGN(edit->vector, backend_->allocate(n * sizeof(float)));
            std::vector<float> scaled = *item.vector;
            for (float& v : scaled)
                v *= item.factor;
            Tensor row{edit->vector->data(), Shape{1, static_cast<std::int64_t>(n)}, static_cast<std::int64_t>(n)};
            backend_->write(row, scaled);
        }
        if (item.edit == EditKind::Mean || item.edit == EditKind::Replace) {
            const SourceRows source = *sourceRows(item, shape);
            edit->source = source.rows;
            edit->sourceFirst = source.firstPosition;
            edit->sourceColumn = source.firstColumn;
        }
        if (item.edit == EditKind::Mean) {
            edit->values.resize(part.columns.size());
            for (std::size_t c = 0; c < part.columns.size(); ++c) {
                double sum = 0;
                for (std::int64_t r = 0; r < edit->source.nRow(); ++r)
                    sum += static_cast<double>(edit->source.at(r, part.columns[c] - edit->sourceColumn));
                edit->values[c] = static_cast<float>(sum / static_cast<double>(edit->source.nRow()));
            }
        }
        slots_[slot(item.point, item.iLayer)].push_back(edit.get());
        edits_.push_back(std::move(edit));
    }
    return {};
}

void Intervener::beginPass(std::span<const BatchRow> rows, std::span<const std::int32_t> wanted) {
    rows_ = rows;
    wanted_ = wanted;
}

bool Intervener::wants(Point point, std::int32_t iLayer) const {
    return !slots_[slot(point, iLayer)].empty() || (next_ != nullptr && next_->wants(point, iLayer));
}

void Intervener::giveAttention(std::int32_t iLayer, const AttentionParams& params, const RopeTable* rope) {
    if (next_ != nullptr)
        next_->giveAttention(iLayer, params, rope);
}

void Intervener::give(Point point, std::int32_t iLayer, Tensor tensor) {
    for (const Edit* edit : slots_[slot(point, iLayer)])
        apply(*edit, tensor);
    if (next_ != nullptr && next_->wants(point, iLayer))
        next_->give(point, iLayer, tensor);
}

const BatchRow& Intervener::rowOf(Point point, std::int64_t i) const {
    const auto at = static_cast<std::size_t>(i);
    return rows_[point == Point::Logits ? static_cast<std::size_t>(wanted_[at]) : at];
}

/// Rows that are next to each other and follow in position are changed at once.
void Intervener::apply(const Edit& edit, Tensor tensor) {
    const Intervention& what = edit.what;
    const auto meant = [&](const BatchRow& row) {
        return (edit.seq == kEverySequence || edit.seq == row.seq) && row.position >= what.firstPosition &&
               (what.endPosition < 0 || row.position < what.endPosition);
    };
    for (std::int64_t i = 0; i < tensor.nRow();) {
        const BatchRow& first = rowOf(what.point, i);
        std::int64_t n = 1;
        if (!meant(first)) {
            ++i;
            continue;
        }
        while (i + n < tensor.nRow()) {
            const BatchRow& row = rowOf(what.point, i + n);
            if (!meant(row) || row.seq != first.seq || row.position != first.position + n)
                break;
            ++n;
        }
        for (const Range& range : edit.ranges)
            change(edit, range, tensor.rows(i, n).cols(range.first, range.n), first.position);
        i += n;
    }
}

void Intervener::change(const Edit& edit, const Range& range, Tensor part, std::int64_t firstPosition) {
    const Intervention& what = edit.what;
    const auto width = static_cast<std::size_t>(range.n);
    switch (what.edit) {
    case EditKind::Scale:
        backend_->scale(part, part, what.factor);
        return;
    case EditKind::Add: {
        auto* data = static_cast<std::byte*>(edit.vector->data()) + static_cast<std::size_t>(range.from) * 4;
        backend_->add(part, part, Tensor{data, Shape{1, range.n}, range.n});
        return;
    }
    case EditKind::Zero: // written, not multiplied: 0 * infinity is no zero
        scratch_.assign(static_cast<std::size_t>(part.shape.count()), 0.0F);
        backend_->write(part, scratch_);
        return;
    case EditKind::Mean:
        scratch_.clear();
        for (std::int64_t r = 0; r < part.nRow(); ++r)
            scratch_.insert(scratch_.end(), edit.values.begin() + range.from,
                            edit.values.begin() + range.from + range.n);
        backend_->write(part, scratch_);
        return;
    case EditKind::Replace: {
        // Positions the source does not have stay as they are.
        const std::int64_t shift = what.sourceOffset - edit.sourceFirst;
        const std::int64_t from = std::max(firstPosition, -shift);
        const std::int64_t to = std::min(firstPosition + part.nRow(), edit.source.nRow() - shift);
        if (from >= to)
            return;
        scratch_.resize(static_cast<std::size_t>(to - from) * width);
        for (std::int64_t p = from; p < to; ++p)
            edit.source.read(p + shift, range.first - edit.sourceColumn,
                             std::span(scratch_).subspan(static_cast<std::size_t>(p - from) * width, width));
        backend_->write(part.rows(from - firstPosition, to - from), scratch_);
        return;
    }
    }
}

} // namespace vitral
