// SPDX-License-Identifier: Apache-2.0
// Writing a recorded run. Layout: docs/recorded-runs.md.

#include "core/trace/run_file.h"

#include "core/io/safetensors.h"
#include "core/tokenizer/utf8.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

namespace vitral {
namespace {

using Json = nlohmann::ordered_json;

/// A tensor still to be written: rows in place, or bytes made for the file.
struct Output {
    std::string name;
    DType dtype;
    std::vector<std::int64_t> dims;
    Rows rows;
    std::int64_t nRow = 0;
    std::vector<std::byte> bytes; ///< where rows is empty
};

template <class T>
std::vector<std::byte> bytesOf(const std::vector<T>& values) {
    std::vector<std::byte> bytes(values.size() * sizeof(T));
    if (!values.empty())
        std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

Json pieceJson(const std::string& piece) {
    if (isValidUtf8(piece))
        return piece;
    Json bytes = Json::array(); // half a character
    for (const char c : piece)
        bytes.push_back(static_cast<unsigned char>(c));
    return bytes;
}

/// A name as the reader takes it: cut, where a model file brought megabytes, at the end of a character.
std::string shortName(const std::string& name) {
    constexpr std::size_t kMost = 1024;
    std::size_t n = std::min(name.size(), kMost);
    while (n > 0 && n < name.size() && (static_cast<unsigned char>(name[n]) & 0xC0U) == 0x80U)
        --n;
    return name.substr(0, n);
}

Json modelJson(const RecordedModel& m) {
    return {{"name", shortName(m.name)},
            {"architecture", shortName(m.architecture)},
            {"quantisation", shortName(m.quantisation)},
            {"backend", shortName(m.backend)},
            {"nLayer", m.nLayer},
            {"nEmbd", m.nEmbd},
            {"nVocab", m.nVocab},
            {"nHead", m.nHead},
            {"nKvHead", m.nKvHead},
            {"headDim", m.headDim},
            {"nFf", m.nFf},
            {"nParameter", m.nParameter}};
}

Json attentionJson(std::size_t iLayer, const AttentionGeometry& g) {
    Json json = {{"layer", iLayer},        {"nHead", g.nHead}, {"nKvHead", g.nKvHead}, {"headDimK", g.headDimK},
                 {"headDimV", g.headDimV}, {"scale", g.scale}, {"softcap", g.softcap}, {"window", g.window}};
    if (!g.sinks.empty())
        json["sinks"] = g.sinks;
    if (!g.rope.inverseFrequency.empty())
        json["rope"] = {{"style", g.rope.style == RopeStyle::Interleaved ? "interleaved" : "halves"},
                        {"magnitude", g.rope.magnitude},
                        {"inverseFrequency", g.rope.inverseFrequency}};
    return json;
}

void addAttention(const Recording& recording, std::vector<Output>& outputs, Json& list) {
    for (std::size_t i = 0; i < recording.attention.size(); ++i) {
        if (recording.attention[i] == nullptr)
            continue;
        const AttentionRecord& a = *recording.attention[i];
        const AttentionGeometry& g = a.geometry;
        const std::int64_t n = a.nPosition();
        const auto layer = static_cast<std::int32_t>(i);
        list.push_back(attentionJson(i, g));
        outputs.push_back({pointName(Point::AttnLse, layer), DType::F32, {n, g.nHead}, a.lse, n, {}});
        outputs.push_back({pointName(Point::RotQ, layer), a.q.dtype(), {n, g.nHead, g.headDimK}, a.q, n, {}});
        outputs.push_back({pointName(Point::RotK, layer), a.k.dtype(), {n, g.nKvHead, g.headDimK}, a.k, n, {}});
    }
}

void addPoints(const Recording& recording, std::vector<Output>& outputs, Json& list) {
    for (const TensorRecord& tensor : recording.tensors) {
        const std::string point = pointName(tensor.point, tensor.iLayer);
        std::string name = point;
        // Attention of the layer may hold the same point whole; this one may be a part of it.
        while (std::any_of(outputs.begin(), outputs.end(), [&](const Output& o) { return o.name == name; }))
            name += "@points";
        Json json = {{"tensor", name}, {"point", point}, {"firstPosition", tensor.firstPosition}};
        if (!tensor.heads.empty())
            json["heads"] = tensor.heads;
        list.push_back(std::move(json));
        outputs.push_back({std::move(name),
                           tensor.rows.dtype(),
                           {tensor.rows.nRow(), tensor.rows.nCol()},
                           tensor.rows,
                           tensor.rows.nRow(),
                           {}});
    }
}

/// Log-probability, rank and entropy a token (NaN and -1 where not known), and the alternatives of each.
void addScores(const Recording& recording, std::vector<Output>& outputs) {
    const std::size_t n = recording.tokens.size();
    std::size_t nTop = 0;
    bool any = false;
    for (const auto& score : recording.scores)
        if (score != nullptr) {
            any = true;
            nTop = std::max(nTop, score->top.size());
        }
    if (!any || recording.scores.size() != n)
        return;
    constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
    std::vector<float> logProbability(n, kUnknown), entropy(n, kUnknown), topLog(n * nTop, kUnknown);
    std::vector<std::int32_t> rank(n, -1), topId(n * nTop, -1);
    for (std::size_t i = 0; i < n; ++i) {
        if (recording.scores[i] == nullptr)
            continue;
        const TokenScore& score = *recording.scores[i];
        logProbability[i] = score.logProbability;
        entropy[i] = score.entropy;
        rank[i] = score.rank;
        for (std::size_t t = 0; t < score.top.size(); ++t) {
            topId[i * nTop + t] = score.top[t].id;
            topLog[i * nTop + t] = score.top[t].logProbability;
        }
    }
    const auto nToken = static_cast<std::int64_t>(n), width = static_cast<std::int64_t>(nTop);
    outputs.push_back({"scores.log_probability", DType::F32, {nToken}, {}, 0, bytesOf(logProbability)});
    outputs.push_back({"scores.entropy", DType::F32, {nToken}, {}, 0, bytesOf(entropy)});
    outputs.push_back({"scores.rank", DType::I32, {nToken}, {}, 0, bytesOf(rank)});
    outputs.push_back({"scores.top_id", DType::I32, {nToken, width}, {}, 0, bytesOf(topId)});
    outputs.push_back({"scores.top_log_probability", DType::F32, {nToken, width}, {}, 0, bytesOf(topLog)});
}

Result<void> writeRows(SafetensorsWriter& writer, const Output& output, std::stop_token stop) {
    if (output.rows.nRow() == 0)
        return writer.write(output.bytes);
    const std::size_t rowBytes =
        static_cast<std::size_t>(output.rows.nCol()) * (output.rows.dtype() == DType::F16 ? 2U : 4U);
    for (std::int64_t i = 0; i < output.nRow; i += kRowsPerBlock) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "Saving was stopped.");
        const auto n = static_cast<std::size_t>(std::min(kRowsPerBlock, output.nRow - i));
        VITRAL_TRY(writer.write({output.rows.row(i), n * rowBytes}));
    }
    return {};
}

} // namespace

bool isRun(const SafetensorsFile& file) {
    return std::any_of(file.metadata().begin(), file.metadata().end(),
                       [](const auto& entry) { return entry.first == kRunFormatKey && entry.second == kRunFormat; });
}

Result<void> saveRun(const Recording& recording, const std::filesystem::path& path, std::stop_token stop) {
    std::vector<Output> outputs;
    Json run = {{"model", modelJson(recording.model)},
                {"nPrompt", recording.nPrompt},
                {"seed", recording.seed},
                {"createdUnixSeconds", recording.createdUnixSeconds},
                {"complete", recording.complete},
                {"interventions", recording.interventions},
                {"notes", recording.notes},
                {"pieces", Json::array()},
                {"attention", Json::array()},
                {"points", Json::array()}};
    for (const std::string& piece : recording.pieces)
        run["pieces"].push_back(pieceJson(piece));
    outputs.push_back(
        {"tokens", DType::I32, {static_cast<std::int64_t>(recording.tokens.size())}, {}, 0, bytesOf(recording.tokens)});
    addScores(recording, outputs);
    addAttention(recording, outputs, run["attention"]);
    addPoints(recording, outputs, run["points"]);
    // No gaps are allowed between tensors: four-byte types first keep everything aligned.
    std::stable_partition(outputs.begin(), outputs.end(), [](const Output& o) { return o.dtype != DType::F16; });

    SafetensorsWriter writer;
    writer.setMetadata(kRunFormatKey, kRunFormat);
    writer.setMetadata(kRunVersionKey, kRunVersion);
    const std::string text = run.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() > kMaxRunTextBytes)
        return fail(ErrorCode::InvalidArgument, "This run has more tokens than a file of a recorded run can describe.");
    writer.setMetadata(kRunKey, text);
    for (const Output& output : outputs)
        VITRAL_TRY(writer.addTensor(output.name, output.dtype, output.dims));
    VITRAL_TRY(writer.begin(path));
    for (const Output& output : outputs)
        VITRAL_TRY(writeRows(writer, output, stop));
    return writer.finish();
}

} // namespace vitral
