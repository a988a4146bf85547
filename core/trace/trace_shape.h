// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a model has to record, found by running its forward pass over one token on a backend that computes nothing: the
// list can never disagree with the code. And what a request will cost, before it is made. Thread: any (the model is
// only read; microseconds).

#include "core/model/model.h"
#include "core/trace/recording.h"
#include "core/trace/request.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vitral {

struct PointShape {
    Point point = Point::ResidPost;
    std::int32_t iLayer = 0; ///< 0 for points without a layer
    std::int64_t nCol = 0;
    std::int32_t nHead = 0; ///< of points with heads (Q to Z; K/V heads for K, V and RotK), each nCol / nHead wide
};

struct TraceShape {
    std::vector<PointShape> points;           ///< in the order in which a pass computes them
    std::vector<AttentionGeometry> attention; ///< [nLayer]; nHead 0: the layer does not attend
    [[nodiscard]] const PointShape* find(Point point, std::int32_t iLayer) const;
};

/// What the observer of a pass hears, as a value to keep. rope may be null.
[[nodiscard]] AttentionGeometry geometryOf(const AttentionParams& params, const RopeTable* rope);

/// Errors: those of Model::forward.
Result<TraceShape> traceShape(const Model& model);

/// A request as far as the model has the points and the budget allows.
struct TracePlan {
    struct Item {
        Point point = Point::ResidPost;
        std::int32_t iLayer = 0;
        std::vector<std::int32_t> heads; ///< empty: all columns
        std::int64_t nCol = 0;           ///< recorded columns
        std::int64_t firstPosition = 0, endPosition = -1;
        DType dtype = DType::F16;
        bool operator==(const Item&) const = default;
    };
    std::vector<bool> attention;                        ///< [nLayer]
    DType queryType = DType::F32, keyType = DType::F16; ///< of its rows
    std::vector<Item> items;                            ///< in the order of the pass
    std::size_t bytes = 0;                              ///< at the full length
    std::vector<std::string> notes;
    [[nodiscard]] bool empty() const;
    [[nodiscard]] bool hasAttention() const;
};

/// nTokens: the longest a branch can get, prompt and answer. The budget holds for all branches together, as if they
/// shared nothing. Points the model does not have are left out and said. Errors: InvalidArgument (a layer, head or
/// range of positions that cannot be).
Result<TracePlan> planTrace(const TraceRequest& request, const TraceShape& shape, std::int64_t nTokens,
                            std::int64_t nBranch = 1, DType kvType = DType::F16);

/// Bytes of everything the request asks for, whatever its budget, at nTokens positions. Blocks of kRowsPerBlock rows
/// are whole, queries F32 unless the request says F16. What cannot be recorded counts nothing.
[[nodiscard]] std::size_t traceBytes(const TraceRequest& request, const TraceShape& shape, std::int64_t nTokens);

} // namespace vitral
