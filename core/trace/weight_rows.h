// SPDX-License-Identifier: Apache-2.0
#pragma once
// Weights of a model file as f32 rows on the host, dequantised exactly as the engine's kernels read them (what the
// engine rounds on top are its inputs, to 8 bits where weights are quantised). Thread: any; reads the mapped file.

#include "core/model/model.h"

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace vitral {

class WeightRows {
public:
    /// Errors: Unsupported (a model without a file), InvalidFile (no such tensor).
    static Result<WeightRows> open(const Model& model, const std::string& tensor);

    [[nodiscard]] std::int64_t nRow() const { return view_.shape.nRow(); }
    [[nodiscard]] std::int64_t nCol() const { return view_.shape.nCol(); }
    /// to: f32 [nCol]
    Result<void> read(std::int64_t iRow, std::span<float> to) const;
    /// All rows in order, or n of them from `first` on; asks `stop` every few rows. Errors: Cancelled.
    Result<void> forEach(const std::stop_token& stop,
                         const std::function<void(std::int64_t iRow, std::span<const float> row)>& take) const;
    Result<void> forEach(std::int64_t first, std::int64_t n, const std::stop_token& stop,
                         const std::function<void(std::int64_t iRow, std::span<const float> row)>& take) const;

private:
    TensorView view_;
};

/// A whole small tensor (norm weight, bias); empty where `tensor` is.
Result<std::vector<float>> readVector(const Model& model, const std::string& tensor);

} // namespace vitral
