// SPDX-License-Identifier: Apache-2.0
#include "core/trace/weight_rows.h"

#include "core/tensor/quantize.h"

#include <fmt/format.h>

namespace vitral {

Result<WeightRows> WeightRows::open(const Model& model, const std::string& tensor) {
    if (model.file() == nullptr)
        return fail(ErrorCode::Unsupported, "This model has no file to read its weights from.");
    const GgufTensor* found = model.file()->findTensor(tensor);
    if (found == nullptr)
        return fail(ErrorCode::InvalidFile, fmt::format("The model file has no tensor {}.", tensor));
    WeightRows rows;
    rows.view_ = found->view;
    return rows;
}

Result<void> WeightRows::read(std::int64_t iRow, std::span<float> to) const {
    VITRAL_ASSERT(iRow >= 0 && iRow < nRow() && static_cast<std::int64_t>(to.size()) == nCol(), "no such row");
    const std::size_t n = rowBytes(view_.dtype, nCol());
    return dequantizeRow(view_.dtype, view_.bytes.subspan(static_cast<std::size_t>(iRow) * n, n), to);
}

Result<void> WeightRows::forEach(const std::stop_token& stop,
                                 const std::function<void(std::int64_t, std::span<const float>)>& take) const {
    return forEach(0, nRow(), stop, take);
}

Result<void> WeightRows::forEach(std::int64_t first, std::int64_t n, const std::stop_token& stop,
                                 const std::function<void(std::int64_t, std::span<const float>)>& take) const {
    VITRAL_ASSERT(first >= 0 && n >= 0 && first + n <= nRow(), "no such rows");
    std::vector<float> row(static_cast<std::size_t>(nCol()));
    for (std::int64_t i = first; i < first + n; ++i) {
        if (i % 64 == 0 && stop.stop_requested())
            return fail(ErrorCode::Cancelled, "The explanation was stopped.");
        VITRAL_TRY(read(i, row));
        take(i, row);
    }
    return {};
}

Result<std::vector<float>> readVector(const Model& model, const std::string& tensor) {
    std::vector<float> values;
    if (tensor.empty())
        return values;
    VITRAL_TRY_ASSIGN(const WeightRows rows, WeightRows::open(model, tensor));
    const auto nCol = static_cast<std::size_t>(rows.nCol());
    values.resize(static_cast<std::size_t>(rows.nRow()) * nCol);
    for (std::int64_t i = 0; i < rows.nRow(); ++i)
        VITRAL_TRY(rows.read(i, std::span(values).subspan(static_cast<std::size_t>(i) * nCol, nCol)));
    return values;
}

} // namespace vitral
