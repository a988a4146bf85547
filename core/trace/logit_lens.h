// SPDX-License-Identifier: Apache-2.0
#pragma once
// The logit lens (nostalgebraist 2020): the residual stream after each layer, read as if the model stopped there,
// through the model's own final norm and output head (logit scale and soft-cap included). The last row is the model's
// answer itself. "Tuned" here means no more than that the model's own final norm is applied to every layer; the learned
// per-layer maps of the tuned lens (Belrose et al. 2023) are something else and are not in model files
// (docs/interpretability.md). Thread: engine; results are values.

#include "core/sample/params.h"
#include "core/trace/explain.h"
#include "core/trace/recording.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vitral {

/// Which token a cell's log-probability and rank are of.
enum class LensTarget : std::uint8_t {
    FinalAnswer, ///< the model's first choice at this position, that is, in the last row
    NextToken,   ///< the token that follows in the text; at the last position the model's first choice
    Chosen,      ///< LensRequest::chosen
    Listed,      ///< LensRequest::listed: one for each position (those of another run, to be compared with)
};

struct LensRequest {
    std::vector<std::int32_t> layers;    ///< of resid_post, ascending; empty: all. The embedding row is always there.
    std::vector<std::int64_t> positions; ///< ascending; empty: all
    std::int32_t nTop = 5;
    LensTarget target = LensTarget::FinalAnswer;
    TokenId chosen = 0;
    std::vector<TokenId> listed = {}; ///< [positions] of Listed
};

/// One row of the table: the stream before the first layer, or after a layer.
struct LensRow {
    Point point = Point::ResidPost; ///< Embed (the input of layer 0, positions added) or ResidPost
    std::int32_t iLayer = 0;
    bool operator==(const LensRow&) const = default;
};

struct LogitLens {
    std::vector<LensRow> rows;           ///< ascending
    std::vector<std::int64_t> positions; ///< ascending
    std::vector<TokenId> targets;        ///< [positions]
    /// [rows, positions]: id = target, its exact log-probability and rank, entropy over the whole vocabulary in nats,
    /// and the nTop likeliest tokens, best first. Empty `top` and NaN where a recording lacks the row.
    std::vector<TokenScore> cells;
    /// [rows, positions]: ln of the sum of e^logit, so that a logit is a log-probability plus it. NaN where missing.
    std::vector<float> logSumExp;
    std::vector<std::string> notes; ///< what is rounded or missing, as sentences
    [[nodiscard]] const TokenScore& cell(std::size_t iRow, std::size_t iPosition) const {
        return cells[iRow * positions.size() + iPosition];
    }
};

/// Computes the run again and reads the stream in f32. Memory beyond the result: one chunk of at most 64 positions.
/// Errors: InvalidArgument, Cancelled, those of Model::forward and Model::project.
Result<LogitLens> logitLens(const Model& model, const ExplainContext& context, const ExplainedRun& run,
                            const LensRequest& request);

/// The same from what a recording holds (resid_post; the embedding row from hook_resid_pre of layer 0, or hook_embed),
/// without a forward pass: the stream is then rounded to F16, which a note says. Errors: also InvalidArgument where the
/// recording holds no such row at all, or is of a model of another size.
Result<LogitLens> logitLens(const Model& model, const ExplainContext& context, const Recording& recording,
                            const LensRequest& request);

} // namespace vitral
