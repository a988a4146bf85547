// SPDX-License-Identifier: Apache-2.0
#include "core/trace/steering.h"

#include "core/io/npy.h"
#include "core/trace/run_walk.h"

#include <cmath>
#include <fmt/format.h>

namespace vitral {
namespace {

struct MeanStream {
    std::vector<double> mean;
    double length = 0; ///< mean length of a row
};

Result<MeanStream> meanStream(const Model& model, const ExplainContext& context, const SteeringRequest& request,
                              const std::vector<TokenId>& tokens) {
    const ExplainedRun run{tokens, nullptr, DType::F16, 0};
    WalkRequest walk;
    walk.points = {{request.point, request.iLayer}};
    const auto n = static_cast<std::int64_t>(tokens.size());
    for (std::int64_t i = request.skipFirst && n > 1 ? 1 : 0; i < n; ++i)
        walk.positions.push_back(i);
    MeanStream stream;
    stream.mean.resize(static_cast<std::size_t>(model.config().nEmbd));
    const double share = 1.0 / static_cast<double>(walk.positions.size());
    const ExplainContext quiet{context.backend, context.stop, {}};
    const auto take = [&](const WalkChunk& chunk) -> Result<void> {
        for (std::size_t i = 0; i < chunk.positions.size(); ++i) {
            const auto row = chunk.capture.row(request.point, request.iLayer, i);
            if (row.size() != stream.mean.size())
                return fail(ErrorCode::Unsupported, "This model does not show its residual stream there.");
            double squares = 0.0;
            for (std::size_t c = 0; c < row.size(); ++c) {
                const double value = static_cast<double>(row[c]);
                stream.mean[c] += share * value;
                squares += value * value;
            }
            stream.length += share * std::sqrt(squares);
        }
        return {};
    };
    VITRAL_TRY(walkRun(model, quiet, run, walk, take));
    return stream;
}

} // namespace

Result<SteeringVector> steeringVector(const Model& model, const ExplainContext& context,
                                      const SteeringRequest& request) {
    if (request.point != Point::ResidPre && request.point != Point::ResidMid && request.point != Point::ResidPost)
        return fail(ErrorCode::InvalidArgument,
                    "A steering vector is read off hook_resid_pre, hook_resid_mid or hook_resid_post.");
    const std::int64_t nLayer = model.config().nLayer;
    if (request.iLayer < 0 || request.iLayer >= nLayer)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("There is no layer {}; the model has layers 0 to {}.", request.iLayer, nLayer - 1));
    if (request.plus == request.minus)
        return fail(ErrorCode::InvalidArgument, "The two texts are the same tokens: their difference is nothing, and "
                                                "nothing cannot steer.");
    VITRAL_TRY_ASSIGN(const MeanStream plus, meanStream(model, context, request, request.plus));
    VITRAL_TRY_ASSIGN(const MeanStream minus, meanStream(model, context, request, request.minus));
    SteeringVector result;
    result.point = request.point;
    result.iLayer = request.iLayer;
    std::vector<float> vector(plus.mean.size());
    double squares = 0.0;
    for (std::size_t i = 0; i < vector.size(); ++i) {
        const double value = plus.mean[i] - minus.mean[i];
        vector[i] = static_cast<float>(value);
        squares += value * value;
    }
    if (!(squares > 0.0))
        return fail(ErrorCode::InvalidArgument,
                    "The two texts leave the same mean in the residual stream there: their difference is nothing, and "
                    "nothing cannot steer.");
    result.vector = std::make_shared<const std::vector<float>>(std::move(vector));
    result.norm = std::sqrt(squares);
    result.streamNorm = (plus.length + minus.length) / 2;
    return result;
}

Result<void> saveSteeringVector(const SteeringVector& vector, const std::filesystem::path& path) {
    VITRAL_ASSERT(vector.vector != nullptr, "no vector");
    TensorView view;
    view.dtype = DType::F32;
    view.shape = Shape{static_cast<std::int64_t>(vector.vector->size())};
    view.bytes = std::as_bytes(std::span(*vector.vector));
    return writeNpy(path, view);
}

} // namespace vitral
