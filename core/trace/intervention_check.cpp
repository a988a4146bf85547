// SPDX-License-Identifier: Apache-2.0
#include "core/trace/intervention_check.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace vitral {
namespace {

constexpr int kGreatestHalf = 65504; // the largest finite F16
/// Values inside a model are of the size of 1 to 60: from here on one of them passes kGreatestHalf.
constexpr float kGreatFactor = 1000.0F;

tl::unexpected<Error> bad(const Intervention& item, const std::string& why) {
    return fail(ErrorCode::InvalidArgument, fmt::format("The change \"{}\" cannot be made: {}", describe(item), why));
}

Result<void> checkOne(const Intervention& item, const PointShape& shape) {
    if (item.point == Point::AttnLse)
        return bad(item, "nothing is computed from the log-sum-exp, so changing it changes nothing.");
    if (item.iHead >= 0 && shape.nHead == 0)
        return bad(item, "this point has no heads.");
    if (item.iHead < -1 || (item.iHead >= 0 && item.iHead >= shape.nHead))
        return bad(item, fmt::format("there is no head {}; there are {}.", item.iHead, shape.nHead));
    const std::int64_t width = item.iHead >= 0 ? shape.nCol / shape.nHead : shape.nCol;
    std::vector<std::int32_t> seen = item.columns;
    std::sort(seen.begin(), seen.end());
    if (std::adjacent_find(seen.begin(), seen.end()) != seen.end())
        return bad(item, "a column is named twice.");
    if (!seen.empty() && (seen.front() < 0 || seen.back() >= width))
        return bad(item, fmt::format("there is no column {}; there are {}.",
                                     seen.front() < 0 ? seen.front() : seen.back(), width));
    if (item.firstPosition < 0 || (item.endPosition >= 0 && item.endPosition < item.firstPosition))
        return bad(item, fmt::format("positions {} to {} are not a range.", item.firstPosition, item.endPosition));
    if (!std::isfinite(item.factor))
        return bad(item, "its factor is not a finite number.");
    const std::int64_t nColumn = item.columns.empty() ? width : static_cast<std::int64_t>(item.columns.size());
    if (item.edit == EditKind::Add) {
        if (item.vector == nullptr || std::ssize(*item.vector) != nColumn)
            return bad(item, fmt::format("its vector has {} numbers, and {} columns are changed.",
                                         item.vector == nullptr ? 0 : item.vector->size(), nColumn));
        if (!std::all_of(item.vector->begin(), item.vector->end(), [](float v) { return std::isfinite(v); }))
            return bad(item, "its vector has a number that is not finite.");
    }
    if (item.edit == EditKind::Mean || item.edit == EditKind::Replace)
        if (const auto source = sourceRows(item, shape); !source)
            return tl::unexpected(source.error());
    return {};
}

/// What the configuration tells of a point; nCol 0: the model has no such point.
PointShape shapeOf(Point point, std::int32_t iLayer, const ModelConfig& c) {
    PointShape shape{point, iLayer, c.nEmbd, 0};
    switch (point) {
    case Point::Q:
    case Point::RotQ:
    case Point::Z:
        shape.nHead = static_cast<std::int32_t>(c.nHead);
        shape.nCol = c.nHead * c.headDim;
        break;
    case Point::K:
    case Point::V:
    case Point::RotK:
        shape.nHead = static_cast<std::int32_t>(c.nKvHead);
        shape.nCol = c.nKvHead * c.headDim;
        break;
    case Point::AttnLse:
        shape.nHead = static_cast<std::int32_t>(c.nHead);
        shape.nCol = c.nHead;
        break;
    case Point::MlpPre:
    case Point::MlpPreLinear:
    case Point::MlpPost:
        shape.nCol = c.nFf;
        break;
    case Point::MoeGate:
        shape.nCol = c.nExpert;
        break;
    case Point::Logits:
        shape.nCol = c.nVocab;
        break;
    default:
        break;
    }
    return shape;
}

} // namespace

std::vector<std::string> cautions(const InterventionSet& set) {
    std::vector<std::string> said;
    for (const Intervention& item : set.items) {
        const bool multiplies = item.edit == EditKind::Scale || item.edit == EditKind::Add;
        if (item.enabled && multiplies && std::abs(item.factor) >= kGreatFactor)
            said.push_back(
                fmt::format("The change \"{}\" makes values so large that keys and values may pass {}, the most "
                            "an F16 cache holds; what follows may be infinite or no number.",
                            describe(item), kGreatestHalf));
    }
    return said;
}

EditedColumns editedColumns(const Intervention& item, const PointShape& shape) {
    const std::int64_t width = item.iHead >= 0 ? shape.nCol / shape.nHead : shape.nCol;
    const std::int64_t first = item.iHead >= 0 ? item.iHead * width : 0;
    EditedColumns part;
    if (item.columns.empty())
        for (std::int64_t c = 0; c < width; ++c)
            part.columns.push_back(first + c);
    for (const std::int32_t column : item.columns)
        part.columns.push_back(first + column);
    return part;
}

Result<SourceRows> sourceRows(const Intervention& item, const PointShape& shape) {
    const std::string name = pointName(item.point, item.iLayer);
    if (item.source == nullptr)
        return bad(item, "it names no recorded run to take values from.");
    SourceRows source;
    std::int64_t nCol = 0; // of the point in the source's model
    const TensorRecord* record = item.source->find(item.point, item.iLayer);
    const auto layer = static_cast<std::size_t>(item.iLayer);
    if (record != nullptr) {
        source = {record->rows, record->firstPosition, 0};
        nCol = record->rows.nCol();
        if (!record->heads.empty()) {
            const auto at = std::find(record->heads.begin(), record->heads.end(), item.iHead);
            if (at == record->heads.end())
                return bad(item, fmt::format("the recorded run holds some heads of {} only, and not this.", name));
            const std::int64_t width = record->rows.nCol() / std::ssize(record->heads);
            source.firstColumn = (item.iHead - (at - record->heads.begin())) * width;
            nCol = width * shape.nHead;
        }
    } else if (layer < item.source->attention.size() && item.source->attention[layer] != nullptr &&
               (item.point == Point::RotQ || item.point == Point::RotK)) {
        const AttentionRecord& attention = *item.source->attention[layer];
        source.rows = item.point == Point::RotQ ? attention.q : attention.k;
        nCol = source.rows.nCol();
    } else {
        return bad(item, fmt::format("the recorded run does not hold {}.", name));
    }
    if (nCol != shape.nCol)
        return bad(item, fmt::format("{} has {} columns here and {} in the recorded run.", name, shape.nCol, nCol));
    if (source.rows.empty())
        return bad(item, fmt::format("the recorded run has no position of {}.", name));
    return source;
}

Result<void> checkInterventions(const InterventionSet& set, const TraceShape& shape) {
    for (const Intervention& item : set.items) {
        if (!item.enabled)
            continue;
        const PointShape* point = shape.find(item.point, item.iLayer);
        if (point == nullptr && hasLayer(item.point) && std::cmp_greater_equal(item.iLayer, shape.attention.size()))
            return bad(item, fmt::format("this model has {} layers.", shape.attention.size()));
        if (point == nullptr)
            return bad(item, "this model does not have that point.");
        VITRAL_TRY(checkOne(item, *point));
    }
    return {};
}

Result<void> checkInterventions(const InterventionSet& set, const ModelConfig& model) {
    for (const Intervention& item : set.items) {
        if (!item.enabled)
            continue;
        if (item.iLayer < 0 || (hasLayer(item.point) && item.iLayer >= model.nLayer))
            return bad(item, fmt::format("this model has {} layers.", model.nLayer));
        const PointShape shape = shapeOf(item.point, item.iLayer, model);
        if (shape.nCol <= 0)
            return bad(item, "this model does not have that point.");
        VITRAL_TRY(checkOne(item, shape));
    }
    return {};
}

} // namespace vitral
