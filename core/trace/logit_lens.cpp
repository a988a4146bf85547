// SPDX-License-Identifier: Apache-2.0
#include "core/trace/logit_lens.h"

#include "core/trace/run_walk.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <numeric>

namespace vitral {
namespace {

constexpr std::int64_t kRowsAtOnce = 32; // rows of logits in memory

/// Fills cells of one row of the table from stream rows [positions, E], a few at a time.
class CellWriter {
public:
    CellWriter(const Model& model, const ExplainContext& context, const LensRequest& request, LogitLens& lens)
        : model_(model), context_(context), request_(request), lens_(lens), workspace_(context.backend) {}

    /// rows: f32 [n, E] for positions [iPosition, + n) of row iRow.
    Result<void> project(std::size_t iRow, std::size_t iPosition, std::span<const float> rows) {
        const auto nEmbd = static_cast<std::size_t>(model_.config().nEmbd);
        const auto nVocab = static_cast<std::size_t>(model_.config().nVocab);
        const std::size_t n = rows.size() / nEmbd;
        for (std::size_t i = 0; i < n; i += kRowsAtOnce) {
            const std::size_t nNow = std::min<std::size_t>(kRowsAtOnce, n - i);
            logits_.resize(nNow * nVocab);
            ProjectContext project{context_.backend, workspace_, context_.stop};
            VITRAL_TRY(
                model_.project(project, rows.subspan(i * nEmbd, nNow * nEmbd), Projection::Logits, std::span(logits_)));
            VITRAL_TRY(score(iRow, iPosition + i, logits_));
        }
        return {};
    }

    /// logits: f32 [n, V] for positions [iPosition, + n) of row iRow.
    Result<void> score(std::size_t iRow, std::size_t iPosition, std::span<const float> logits) {
        const auto nVocab = static_cast<std::size_t>(model_.config().nVocab);
        for (std::size_t i = 0; i * nVocab < logits.size(); ++i) {
            if (context_.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "The explanation was stopped.");
            const std::size_t at = iRow * lens_.positions.size() + iPosition + i;
            const auto row = logits.subspan(i * nVocab, nVocab);
            const TokenId target = lens_.targets[iPosition + i];
            lens_.cells[at] = scoreToken(row, target, request_.nTop);
            lens_.logSumExp[at] = row[static_cast<std::size_t>(target)] - lens_.cells[at].logProbability;
        }
        return {};
    }

private:
    const Model& model_;
    const ExplainContext& context_;
    const LensRequest& request_;
    LogitLens& lens_;
    Workspace workspace_;
    std::vector<float> logits_;
};

Result<void> checkRequest(const Model& model, const LensRequest& request) {
    const std::int64_t nLayer = model.config().nLayer;
    for (std::size_t i = 0; i < request.layers.size(); ++i)
        if (request.layers[i] < 0 || request.layers[i] >= nLayer ||
            (i > 0 && request.layers[i] <= request.layers[i - 1]))
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("Layers go from 0 to {}, each once and in ascending order.", nLayer - 1));
    if (request.target == LensTarget::Chosen && (request.chosen < 0 || request.chosen >= model.config().nVocab))
        return fail(ErrorCode::InvalidArgument, fmt::format("Token id {} does not exist; this model has {} tokens.",
                                                            request.chosen, model.config().nVocab));
    if (request.target == LensTarget::Listed &&
        (request.listed.size() != request.positions.size() ||
         std::any_of(request.listed.begin(), request.listed.end(),
                     [&](TokenId id) { return id < 0 || id >= model.config().nVocab; })))
        return fail(ErrorCode::InvalidArgument, "Asked tokens must exist, one for every position.");
    return {};
}

/// Rows, positions, and room for the cells.
LogitLens emptyTable(const Model& model, const LensRequest& request, std::int64_t nPosition) {
    LogitLens lens;
    lens.rows.push_back({Point::Embed, 0});
    if (request.layers.empty())
        for (std::int32_t i = 0; i < static_cast<std::int32_t>(model.config().nLayer); ++i)
            lens.rows.push_back({Point::ResidPost, i});
    for (const std::int32_t i : request.layers)
        lens.rows.push_back({Point::ResidPost, i});
    lens.positions = request.positions;
    if (lens.positions.empty()) {
        lens.positions.resize(static_cast<std::size_t>(nPosition));
        std::iota(lens.positions.begin(), lens.positions.end(), std::int64_t{0});
    }
    lens.targets.resize(lens.positions.size());
    TokenScore unknown;
    unknown.logProbability = unknown.entropy = std::numeric_limits<float>::quiet_NaN();
    lens.cells.assign(lens.rows.size() * lens.positions.size(), unknown);
    lens.logSumExp.assign(lens.cells.size(), std::numeric_limits<float>::quiet_NaN());
    return lens;
}

/// The target at one position (number iPosition of the request), given what the model would say there.
TokenId targetAt(const LensRequest& request, std::span<const TokenId> tokens, std::int64_t position,
                 std::size_t iPosition, TokenId answer) {
    if (request.target == LensTarget::Listed)
        return request.listed[iPosition];
    const auto next = static_cast<std::size_t>(position) + 1;
    if (request.target == LensTarget::Chosen)
        return request.chosen;
    return request.target == LensTarget::NextToken && next < tokens.size() ? tokens[next] : answer;
}

/// What the first layer reads. A position table is already in it, which hook_embed alone would miss.
constexpr PointOfLayer kInput{Point::ResidPre, 0};

} // namespace

Result<LogitLens> logitLens(const Model& model, const ExplainContext& context, const ExplainedRun& run,
                            const LensRequest& request) {
    VITRAL_TRY(checkRun(model, run));
    VITRAL_TRY(checkRequest(model, request));
    LogitLens lens = emptyTable(model, request, static_cast<std::int64_t>(run.tokens.size()));
    const auto last = static_cast<std::int32_t>(model.config().nLayer - 1);
    WalkRequest walk;
    walk.positions = lens.positions;
    walk.logits = true;
    for (const LensRow& row : lens.rows)
        walk.points.push_back(row.point == Point::Embed ? kInput : PointOfLayer{row.point, row.iLayer});
    CellWriter writer(model, context, request, lens);
    const auto nVocab = static_cast<std::size_t>(model.config().nVocab);
    std::size_t iPosition = 0;
    const auto take = [&](const WalkChunk& chunk) -> Result<void> {
        for (std::size_t i = 0; i < chunk.positions.size(); ++i)
            lens.targets[iPosition + i] = targetAt(request, run.tokens, chunk.positions[i], iPosition + i,
                                                   firstChoice(chunk.logits.subspan(i * nVocab, nVocab)));
        for (std::size_t iRow = 0; iRow < lens.rows.size(); ++iRow) {
            const LensRow& row = lens.rows[iRow];
            if (row.point == Point::ResidPost && row.iLayer == last) { // the model's own answer, changes included
                VITRAL_TRY(writer.score(iRow, iPosition, chunk.logits));
                continue;
            }
            const PointOfLayer& point = walk.points[iRow];
            VITRAL_TRY(writer.project(iRow, iPosition, chunk.capture.values(point.point, point.iLayer)));
        }
        iPosition += chunk.positions.size();
        return {};
    };
    VITRAL_TRY(walkRun(model, context, run, walk, take));
    return lens;
}

namespace {

/// The rows of the table as a recording holds them.
class RecordedStream {
public:
    RecordedStream(const Model& model, const Recording& recording) : model_(&model), recording_(&recording) {}

    [[nodiscard]] const TensorRecord* find(const LensRow& row) const {
        if (row.point != Point::Embed)
            return recording_->find(row.point, row.iLayer);
        const TensorRecord* record = recording_->find(Point::ResidPre, 0);
        const bool table = model_->anatomy() != nullptr && model_->anatomy()->learnedPositions;
        return record != nullptr || table ? record : recording_->find(Point::Embed, 0);
    }
    [[nodiscard]] static bool has(const TensorRecord* record, std::int64_t position) {
        return record != nullptr && position >= record->firstPosition &&
               position - record->firstPosition < record->rows.nRow();
    }
    static void read(const TensorRecord& record, std::int64_t position, std::span<float> to) {
        record.rows.read(position - record.firstPosition, 0, to);
    }

    /// What the model would say after `position`: from the scores, else from the last layer; 0 where neither is there.
    Result<TokenId> answer(const ExplainContext& context, Workspace& workspace, std::int64_t position) const {
        const auto next = static_cast<std::size_t>(position) + 1;
        const TokenScore* score = next < recording_->scores.size() ? recording_->scores[next].get() : nullptr;
        if (score != nullptr && !score->top.empty())
            return score->top.front().id;
        const TensorRecord* record = find({Point::ResidPost, static_cast<std::int32_t>(model_->config().nLayer - 1)});
        if (!has(record, position))
            return TokenId{0};
        std::vector<float> row(static_cast<std::size_t>(model_->config().nEmbd));
        std::vector<float> logits(static_cast<std::size_t>(model_->config().nVocab));
        read(*record, position, row);
        ProjectContext project{context.backend, workspace, context.stop};
        VITRAL_TRY(model_->project(project, row, Projection::Logits, logits));
        return firstChoice(logits);
    }

private:
    const Model* model_;
    const Recording* recording_;
};

Result<void> checkRecording(const Model& model, const Recording& recording, std::span<const std::int64_t> positions) {
    const ModelConfig& config = model.config();
    if (recording.model.nEmbd != config.nEmbd || recording.model.nLayer != config.nLayer ||
        recording.model.nVocab != config.nVocab)
        return fail(ErrorCode::InvalidArgument, fmt::format("The recording is of {}, a model of another size than {}.",
                                                            recording.model.name, config.name));
    for (const std::int64_t position : positions)
        if (position < 0 || position >= recording.nPosition())
            return fail(ErrorCode::InvalidArgument, fmt::format("There is no position {}; the recording has {} tokens.",
                                                                position, recording.nPosition()));
    return {};
}

} // namespace

Result<LogitLens> logitLens(const Model& model, const ExplainContext& context, const Recording& recording,
                            const LensRequest& request) {
    VITRAL_TRY(checkRequest(model, request));
    LogitLens lens = emptyTable(model, request, recording.nPosition());
    VITRAL_TRY(checkRecording(model, recording, lens.positions));
    const RecordedStream source(model, recording);
    const std::size_t nPosition = lens.positions.size();
    Workspace workspace(context.backend);
    for (std::size_t i = 0; i < nPosition; ++i) {
        VITRAL_TRY_ASSIGN(const TokenId answer, source.answer(context, workspace, lens.positions[i]));
        lens.targets[i] = targetAt(request, recording.tokens, lens.positions[i], i, answer);
    }

    const auto nEmbd = static_cast<std::size_t>(model.config().nEmbd);
    CellWriter writer(model, context, request, lens);
    std::vector<float> stream;
    std::size_t nMissing = 0;
    for (std::size_t iRow = 0; iRow < lens.rows.size(); ++iRow) {
        const TensorRecord* record = source.find(lens.rows[iRow]);
        if (record != nullptr && record->rows.nCol() != model.config().nEmbd)
            return fail(ErrorCode::InvalidArgument, "The recording's residual stream is not as wide as the model's.");
        for (std::size_t i = 0; i < nPosition;) {
            std::size_t end = i;
            stream.clear();
            for (; end < nPosition && end - i < kRowsAtOnce && source.has(record, lens.positions[end]); ++end) {
                stream.resize(stream.size() + nEmbd);
                RecordedStream::read(*record, lens.positions[end], std::span(stream).last(nEmbd));
            }
            nMissing += end == i ? 1 : 0;
            VITRAL_TRY(writer.project(iRow, i, stream));
            i = std::max(end, i + 1);
        }
        if (context.progress)
            context.progress(static_cast<double>(iRow + 1) / static_cast<double>(lens.rows.size()));
    }
    if (nMissing == lens.cells.size())
        return fail(ErrorCode::InvalidArgument,
                    "The recording holds no residual stream (hook_resid_post), which the logit lens reads.");
    lens.notes.emplace_back("The recorded residual stream is rounded to 16-bit floats.");
    if (nMissing > 0)
        lens.notes.push_back(fmt::format("{} of {} cells were not recorded.", nMissing, lens.cells.size()));
    return lens;
}

} // namespace vitral
