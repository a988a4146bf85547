// SPDX-License-Identifier: Apache-2.0
#pragma once
// What an intervention means on a given model: which columns, out of which rows of its source. Used by the check and by
// the observer that carries it out. Thread: any.

#include "core/trace/intervention.h"
#include "core/trace/trace_shape.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vitral {

/// The same as checkInterventions(set, config), with the model's own shapes: exact also where layers differ.
Result<void> checkInterventions(const InterventionSet& set, const TraceShape& shape);

/// What a person should know of changes that can be made: factors that drive values out of an F16 cache's range.
[[nodiscard]] std::vector<std::string> cautions(const InterventionSet& set);

/// Columns of the point that change, in the order of `columns` (and of Add's vector).
struct EditedColumns {
    std::vector<std::int64_t> columns;
};
/// Only for interventions that passed the check.
[[nodiscard]] EditedColumns editedColumns(const Intervention& item, const PointShape& shape);

/// Rows of the intervention's source: row 0 is position firstPosition, column 0 is column firstColumn of the point.
struct SourceRows {
    Rows rows;
    std::int64_t firstPosition = 0, firstColumn = 0;
};
/// Errors: InvalidArgument where the source does not hold the point or those columns.
Result<SourceRows> sourceRows(const Intervention& item, const PointShape& shape);

} // namespace vitral
