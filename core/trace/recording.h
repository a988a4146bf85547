// SPDX-License-Identifier: Apache-2.0
#pragma once
// What was recorded of one run: values, never handles. A snapshot of a run that still goes on shares memory with the
// recorder and stays as it is; the next event brings a longer one. Replays without the model. Thread: any (immutable).

#include "core/backend/backend.h"
#include "core/sample/params.h"
#include "core/trace/request.h"
#include "core/trace/rows.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace vitral {

/// What turns q and k into weights in one layer: weight(i, j) = exp(s - lse_i) for every visible j, where
/// s = scale * q_i . k_j, soft-capped (softcap * tanh(s / softcap)) where softcap > 0. Key j is visible from query i
/// when j <= i and (window == 0 or j > i - window). A sink adds a key that is nobody's token (gpt-oss): rows then sum
/// to 1 minus exp(sink - lse).
struct AttentionGeometry {
    std::int32_t nHead = 0, nKvHead = 0, headDimK = 0, headDimV = 0;
    float scale = 1.0F;
    float softcap = 0.0F;
    std::int64_t window = 0;
    std::vector<float> sinks; ///< [H] or empty
    RopeTable rope;           ///< inverseFrequency empty: not rotary
    bool operator==(const AttentionGeometry&) const;
};

/// Rows are positions 0..n-1 of the run's context.
struct AttentionRecord {
    AttentionGeometry geometry;
    Rows q;   ///< F32 or F16 (QueryPrecision) [T, H * Dk], rotated
    Rows k;   ///< F16 [T, K * Dk], rotated, as in the cache (so a Q8_0 cache's rounding is in it; F32 from an F32 one)
    Rows lse; ///< F32 [T, H]
    /// Positions for which q, k and lse are all there.
    [[nodiscard]] std::int64_t nPosition() const;
    [[nodiscard]] std::int32_t kvHead(std::int32_t iHead) const { return iHead / (geometry.nHead / geometry.nKvHead); }
};

/// One recorded point of one layer. Row r is position firstPosition + r. Columns: all of the point's, or those of
/// `heads` one after another (each nCol / heads.size() wide).
struct TensorRecord {
    Point point = Point::ResidPost;
    std::int32_t iLayer = 0;
    std::vector<std::int32_t> heads; ///< empty: all
    std::int64_t firstPosition = 0;
    Rows rows;
};

struct RecordedModel {
    std::string name, architecture, quantisation, backend;
    std::int64_t nLayer = 0, nEmbd = 0, nVocab = 0, nHead = 0, nKvHead = 0, headDim = 0, nFf = 0, nParameter = 0;
    bool operator==(const RecordedModel&) const = default;
};

struct Recording {
    RecordedModel model;
    std::vector<TokenId> tokens;     ///< ids of positions 0..T-1, prompt then answer
    std::vector<std::string> pieces; ///< their bytes as a reader wants them ("\n", " casa"), of the same length
    std::int32_t nPrompt = 0;        ///< tokens [0, nPrompt) are the prompt
    std::vector<std::shared_ptr<const TokenScore>> scores;         ///< of the same length; null where not known
    std::vector<std::shared_ptr<const AttentionRecord>> attention; ///< [nLayer]; null: not recorded
    std::vector<TensorRecord> tensors;
    std::vector<std::string> interventions; ///< what was changed in this run, in words; empty: nothing
    std::vector<std::string> notes;         ///< what is left out, sampled or rounded, as sentences
    std::uint64_t seed = 0;
    std::int64_t createdUnixSeconds = 0;
    bool complete = false; ///< the run is over

    [[nodiscard]] std::int64_t nPosition() const { return static_cast<std::int64_t>(tokens.size()); }
    [[nodiscard]] const TensorRecord* find(Point point, std::int32_t iLayer) const;
    [[nodiscard]] std::size_t bytes() const;
};

using RecordingPtr = std::shared_ptr<const Recording>;

} // namespace vitral
