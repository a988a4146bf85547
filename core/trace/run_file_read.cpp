// SPDX-License-Identifier: Apache-2.0
// Reading a recorded run. Every field of the file is hostile until it was checked; what is wrong is named.

#include "core/io/safetensors.h"
#include "core/trace/run_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

namespace vitral {
namespace {

using Json = nlohmann::json;

constexpr int kMaxRunDepth = 8;
constexpr std::int64_t kMaxTokens = std::int64_t{1} << 24U;
constexpr std::int64_t kMaxLayers = 4096, kMaxHeads = 1 << 16, kMaxHeadDim = 1 << 16;
constexpr std::int64_t kMaxColumns = std::int64_t{1} << 26U;
constexpr std::size_t kMaxPieceBytes = 1 << 16;
constexpr std::size_t kMaxNameBytes = 1 << 12;     ///< of the model; a run is written with names cut to that
constexpr std::size_t kMaxSentenceBytes = 1 << 16; ///< of a note or a change
constexpr std::size_t kMaxSentences = 1 << 16;
constexpr std::size_t kMaxTop = 1 << 16;

tl::unexpected<Error> invalid(std::string_view field, std::string_view why) {
    return fail(ErrorCode::InvalidFile, fmt::format("This recorded run is damaged: {} {}.", field, why));
}

/// A member of a JSON object, by its full name for sentences.
class Field {
public:
    Field(const Json& object, std::string where) : object_(&object), where_(std::move(where)) {}

    [[nodiscard]] std::string name(std::string_view key) const {
        return where_.empty() ? fmt::format("\"{}\"", key) : fmt::format("\"{}.{}\"", where_, key);
    }
    [[nodiscard]] const Json* find(std::string_view key) const {
        const auto it = object_->find(std::string(key));
        return it == object_->end() ? nullptr : &*it;
    }
    Result<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most) const {
        const Json* value = find(key);
        if (value == nullptr || !value->is_number_integer())
            return invalid(name(key), "is missing or not a whole number");
        const bool fits =
            !value->is_number_unsigned() ||
            value->get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        const std::int64_t n = fits ? value->get<std::int64_t>() : -1;
        if (!fits || n < least || n > most)
            return invalid(name(key), fmt::format("is not between {} and {}", least, most));
        return n;
    }
    Result<float> real(std::string_view key, double least, double most) const {
        const Json* value = find(key);
        if (value == nullptr || !value->is_number())
            return invalid(name(key), "is missing or not a number");
        const auto x = value->get<double>();
        if (!(x >= least && x <= most))
            return invalid(name(key), fmt::format("is not between {} and {}", least, most));
        return static_cast<float>(x);
    }
    Result<std::string> text(std::string_view key) const {
        const Json* value = find(key);
        if (value == nullptr || !value->is_string())
            return invalid(name(key), "is missing or not text");
        return value->get<std::string>();
    }
    /// Text of at most `most` bytes: a name is no place for megabytes.
    Result<std::string> shortText(std::string_view key, std::size_t most) const {
        VITRAL_TRY_ASSIGN(std::string value, text(key));
        if (value.size() > most)
            return invalid(name(key), fmt::format("is longer than {} bytes", most));
        return value;
    }
    Result<bool> truth(std::string_view key) const {
        const Json* value = find(key);
        if (value == nullptr || !value->is_boolean())
            return invalid(name(key), "is missing or not true or false");
        return value->get<bool>();
    }
    Result<std::vector<std::string>> texts(std::string_view key) const {
        const Json* value = find(key);
        if (value == nullptr || !value->is_array())
            return invalid(name(key), "is missing or not a list");
        std::vector<std::string> list;
        if (value->size() > kMaxSentences)
            return invalid(name(key), fmt::format("has more than {} entries", kMaxSentences));
        for (const Json& item : *value) {
            if (!item.is_string())
                return invalid(name(key), "holds something that is not text");
            if (item.get_ref<const std::string&>().size() > kMaxSentenceBytes)
                return invalid(name(key), fmt::format("holds more than {} bytes in one entry", kMaxSentenceBytes));
            list.push_back(item.get<std::string>());
        }
        return list;
    }
    /// Missing: empty.
    Result<std::vector<float>> reals(std::string_view key, std::size_t most) const {
        const Json* value = find(key);
        std::vector<float> list;
        if (value == nullptr)
            return list;
        if (!value->is_array() || value->size() > most)
            return invalid(name(key), fmt::format("is not a list of at most {} numbers", most));
        for (const Json& item : *value) {
            if (!item.is_number() || !(std::abs(item.get<double>()) <= 3e38))
                return invalid(name(key), "holds something that is not a number");
            list.push_back(item.get<float>());
        }
        return list;
    }
    /// A list of objects.
    Result<const Json*> objects(std::string_view key, std::size_t most) const {
        const Json* value = find(key);
        if (value == nullptr || !value->is_array() || value->size() > most)
            return invalid(name(key), fmt::format("is missing or not a list of at most {} entries", most));
        for (const Json& item : *value)
            if (!item.is_object())
                return invalid(name(key), "holds something that is not an object");
        return value;
    }

private:
    const Json* object_;
    std::string where_;
};

/// A tensor of the container: of this type (empty: F16 or F32), with these dimensions (-1: any).
Result<const SafetensorsTensor*> tensorOf(const SafetensorsFile& file, const std::string& name, std::string_view dtype,
                                          std::initializer_list<std::int64_t> dims) {
    const SafetensorsTensor* tensor = file.findTensor(name);
    const std::string quoted = fmt::format("the tensor \"{}\"", name);
    if (tensor == nullptr)
        return invalid(quoted, "is missing");
    if (dtype.empty() ? tensor->dtypeName != "F16" && tensor->dtypeName != "F32" : tensor->dtypeName != dtype)
        return invalid(quoted, fmt::format("is of type {} instead of {}", tensor->dtypeName,
                                           dtype.empty() ? "F16 or F32" : dtype));
    if (tensor->dims.size() != dims.size())
        return invalid(quoted, fmt::format("has {} axes instead of {}", tensor->dims.size(), dims.size()));
    std::size_t axis = 0;
    for (const std::int64_t dim : dims) {
        if (dim >= 0 && tensor->dims[axis] != dim)
            return invalid(quoted, fmt::format("is {} long on axis {} instead of {}", tensor->dims[axis], axis, dim));
        ++axis;
    }
    return tensor;
}

template <class T>
std::vector<T> valuesOf(const SafetensorsTensor& tensor) {
    std::vector<T> values(tensor.bytes.size() / sizeof(T));
    if (!values.empty())
        std::memcpy(values.data(), tensor.bytes.data(), values.size() * sizeof(T));
    return values;
}

Rows rowsOf(const std::shared_ptr<const SafetensorsFile>& file, const SafetensorsTensor& tensor, std::int64_t nCol) {
    const DType dtype = tensor.dtypeName == "F16" ? DType::F16 : DType::F32;
    const std::size_t size = dtype == DType::F16 ? 2 : 4;
    const std::int64_t nRow = tensor.dims[0];
    if (reinterpret_cast<std::uintptr_t>(tensor.bytes.data()) % size == 0)
        return Rows::view(dtype, nCol, nRow, file, tensor.bytes.data());
    auto copy = std::make_shared<std::vector<std::byte>>(tensor.bytes.begin(), tensor.bytes.end());
    return Rows::view(dtype, nCol, nRow, copy, copy->data());
}

class RunReader {
public:
    RunReader(std::shared_ptr<const SafetensorsFile> file, const Json& run)
        : file_(std::move(file)), run_(run, ""), recording_(std::make_shared<Recording>()) {}

    Result<RecordingPtr> read() {
        VITRAL_TRY(readModel());
        VITRAL_TRY(readTokens());
        VITRAL_TRY(readPieces());
        VITRAL_TRY(readScores());
        VITRAL_TRY(readAttention());
        VITRAL_TRY(readPoints());
        return RecordingPtr(std::move(recording_));
    }

private:
    Result<void> readModel();
    Result<void> readTokens();
    Result<void> readPieces();
    Result<void> readScores();
    Result<void> readAttention();
    Result<AttentionGeometry> readGeometry(const Field& at, const Json& json) const;
    Result<void> readPoints();

    std::shared_ptr<const SafetensorsFile> file_;
    Field run_;
    std::shared_ptr<Recording> recording_;
};

Result<void> RunReader::readModel() {
    const Json* json = run_.find("model");
    if (json == nullptr || !json->is_object())
        return invalid("\"model\"", "is missing or not an object");
    const Field at(*json, "model");
    RecordedModel& m = recording_->model;
    VITRAL_TRY_ASSIGN(m.name, at.shortText("name", kMaxNameBytes));
    VITRAL_TRY_ASSIGN(m.architecture, at.shortText("architecture", kMaxNameBytes));
    VITRAL_TRY_ASSIGN(m.quantisation, at.shortText("quantisation", kMaxNameBytes));
    VITRAL_TRY_ASSIGN(m.backend, at.shortText("backend", kMaxNameBytes));
    VITRAL_TRY_ASSIGN(m.nLayer, at.integer("nLayer", 0, kMaxLayers));
    VITRAL_TRY_ASSIGN(m.nEmbd, at.integer("nEmbd", 0, kMaxColumns));
    VITRAL_TRY_ASSIGN(m.nVocab, at.integer("nVocab", 1, kMaxColumns));
    VITRAL_TRY_ASSIGN(m.nHead, at.integer("nHead", 0, kMaxHeads));
    VITRAL_TRY_ASSIGN(m.nKvHead, at.integer("nKvHead", 0, kMaxHeads));
    VITRAL_TRY_ASSIGN(m.headDim, at.integer("headDim", 0, kMaxHeadDim));
    VITRAL_TRY_ASSIGN(m.nFf, at.integer("nFf", 0, kMaxColumns));
    VITRAL_TRY_ASSIGN(m.nParameter, at.integer("nParameter", 0, std::numeric_limits<std::int64_t>::max()));
    return {};
}

Result<void> RunReader::readTokens() {
    VITRAL_TRY_ASSIGN(const SafetensorsTensor* tokens, tensorOf(*file_, "tokens", "I32", {-1}));
    if (tokens->dims[0] > kMaxTokens)
        return invalid("the tensor \"tokens\"", fmt::format("has more than {} tokens", kMaxTokens));
    recording_->tokens = valuesOf<TokenId>(*tokens);
    for (const TokenId id : recording_->tokens)
        if (id < 0 || id >= recording_->model.nVocab)
            return invalid("the tensor \"tokens\"",
                           fmt::format("holds the id {}, and \"model.nVocab\" is {}", id, recording_->model.nVocab));
    VITRAL_TRY_ASSIGN(const std::int64_t nPrompt, run_.integer("nPrompt", 0, recording_->nPosition()));
    recording_->nPrompt = static_cast<std::int32_t>(nPrompt);
    const Json* seed = run_.find("seed");
    if (seed == nullptr || !seed->is_number_unsigned())
        return invalid("\"seed\"", "is missing or not a whole number");
    recording_->seed = seed->get<std::uint64_t>();
    VITRAL_TRY_ASSIGN(recording_->createdUnixSeconds,
                      run_.integer("createdUnixSeconds", 0, std::numeric_limits<std::int64_t>::max()));
    VITRAL_TRY_ASSIGN(recording_->complete, run_.truth("complete"));
    VITRAL_TRY_ASSIGN(recording_->interventions, run_.texts("interventions"));
    VITRAL_TRY_ASSIGN(recording_->notes, run_.texts("notes"));
    return {};
}

Result<void> RunReader::readPieces() {
    const Json* pieces = run_.find("pieces");
    if (pieces == nullptr || !pieces->is_array() || pieces->size() != recording_->tokens.size())
        return invalid("\"pieces\"",
                       fmt::format("is not a list of {} entries, one a token", recording_->tokens.size()));
    for (const Json& piece : *pieces) {
        std::string& text = recording_->pieces.emplace_back();
        if (piece.is_string()) {
            text = piece.get<std::string>();
        } else if (piece.is_array() && piece.size() <= kMaxPieceBytes) {
            for (const Json& byte : piece) {
                if (!byte.is_number_unsigned() || byte.get<std::uint64_t>() > 255)
                    return invalid("\"pieces\"", "holds a list of something else than bytes");
                text.push_back(static_cast<char>(byte.get<std::uint64_t>()));
            }
        } else {
            return invalid("\"pieces\"", "holds something that is neither text nor bytes");
        }
        if (text.size() > kMaxPieceBytes)
            return invalid("\"pieces\"", "holds a token that is longer than any token is");
    }
    return {};
}

Result<void> RunReader::readScores() {
    const std::int64_t n = recording_->nPosition();
    recording_->scores.resize(static_cast<std::size_t>(n));
    if (file_->findTensor("scores.log_probability") == nullptr)
        return {};
    VITRAL_TRY_ASSIGN(const auto* logTensor, tensorOf(*file_, "scores.log_probability", "F32", {n}));
    VITRAL_TRY_ASSIGN(const auto* entropyTensor, tensorOf(*file_, "scores.entropy", "F32", {n}));
    VITRAL_TRY_ASSIGN(const auto* rankTensor, tensorOf(*file_, "scores.rank", "I32", {n}));
    VITRAL_TRY_ASSIGN(const auto* idTensor, tensorOf(*file_, "scores.top_id", "I32", {n, -1}));
    VITRAL_TRY_ASSIGN(const auto* topTensor,
                      tensorOf(*file_, "scores.top_log_probability", "F32", {n, idTensor->dims[1]}));
    const auto nTop = static_cast<std::size_t>(idTensor->dims[1]);
    if (nTop > kMaxTop)
        return invalid("the tensor \"scores.top_id\"", "is too wide");
    const auto logs = valuesOf<float>(*logTensor), entropies = valuesOf<float>(*entropyTensor),
               topLogs = valuesOf<float>(*topTensor);
    const auto ranks = valuesOf<std::int32_t>(*rankTensor), topIds = valuesOf<std::int32_t>(*idTensor);
    for (std::size_t i = 0; i < logs.size(); ++i) {
        if (std::isnan(logs[i]))
            continue; // not known
        auto score = std::make_shared<TokenScore>();
        score->id = recording_->tokens[i];
        score->logProbability = logs[i];
        score->entropy = entropies[i];
        score->rank = ranks[i];
        if (score->rank < 0 || score->rank >= recording_->model.nVocab)
            return invalid("the tensor \"scores.rank\"", fmt::format("holds the rank {}", score->rank));
        for (std::size_t t = i * nTop; t < (i + 1) * nTop && topIds[t] >= 0; ++t) {
            if (topIds[t] >= recording_->model.nVocab)
                return invalid("the tensor \"scores.top_id\"", fmt::format("holds the id {}", topIds[t]));
            score->top.push_back({topIds[t], topLogs[t]});
        }
        recording_->scores[i] = std::move(score);
    }
    return {};
}

Result<AttentionGeometry> RunReader::readGeometry(const Field& at, const Json& json) const {
    AttentionGeometry g;
    VITRAL_TRY_ASSIGN(const std::int64_t nHead, at.integer("nHead", 1, kMaxHeads));
    VITRAL_TRY_ASSIGN(const std::int64_t nKvHead, at.integer("nKvHead", 1, nHead));
    VITRAL_TRY_ASSIGN(const std::int64_t dimK, at.integer("headDimK", 1, kMaxHeadDim));
    VITRAL_TRY_ASSIGN(const std::int64_t dimV, at.integer("headDimV", 1, kMaxHeadDim));
    if (nHead % nKvHead != 0)
        return invalid(at.name("nHead"), fmt::format("is no multiple of nKvHead, {}", nKvHead));
    g.nHead = static_cast<std::int32_t>(nHead);
    g.nKvHead = static_cast<std::int32_t>(nKvHead);
    g.headDimK = static_cast<std::int32_t>(dimK);
    g.headDimV = static_cast<std::int32_t>(dimV);
    VITRAL_TRY_ASSIGN(g.scale, at.real("scale", -1e6, 1e6));
    VITRAL_TRY_ASSIGN(g.softcap, at.real("softcap", 0, 1e9));
    VITRAL_TRY_ASSIGN(g.window, at.integer("window", 0, std::numeric_limits<std::int32_t>::max()));
    VITRAL_TRY_ASSIGN(g.sinks, at.reals("sinks", static_cast<std::size_t>(nHead)));
    if (!g.sinks.empty() && std::cmp_not_equal(g.sinks.size(), nHead))
        return invalid(at.name("sinks"), fmt::format("has {} numbers for {} heads", g.sinks.size(), nHead));
    const auto rope = json.find("rope");
    if (rope == json.end())
        return g;
    if (!rope->is_object())
        return invalid(at.name("rope"), "is not an object");
    const Field ropeAt(*rope, "attention.rope");
    VITRAL_TRY_ASSIGN(const std::string style, ropeAt.text("style"));
    if (style != "interleaved" && style != "halves")
        return invalid(ropeAt.name("style"), "is neither \"interleaved\" nor \"halves\"");
    g.rope.style = style == "halves" ? RopeStyle::Halves : RopeStyle::Interleaved;
    VITRAL_TRY_ASSIGN(g.rope.magnitude, ropeAt.real("magnitude", 0, 1e6));
    VITRAL_TRY_ASSIGN(g.rope.inverseFrequency, ropeAt.reals("inverseFrequency", static_cast<std::size_t>(dimK) / 2));
    return g;
}

Result<void> RunReader::readAttention() {
    recording_->attention.resize(static_cast<std::size_t>(recording_->model.nLayer));
    VITRAL_TRY_ASSIGN(const Json* list, run_.objects("attention", recording_->attention.size()));
    for (const Json& json : *list) {
        const Field at(json, "attention");
        VITRAL_TRY_ASSIGN(const std::int64_t layer, at.integer("layer", 0, recording_->model.nLayer - 1));
        auto& slot = recording_->attention[static_cast<std::size_t>(layer)];
        if (slot != nullptr)
            return invalid(at.name("layer"), fmt::format("names layer {} twice", layer));
        AttentionRecord record;
        VITRAL_TRY_ASSIGN(record.geometry, readGeometry(at, json));
        const AttentionGeometry& g = record.geometry;
        const auto iLayer = static_cast<std::int32_t>(layer);
        VITRAL_TRY_ASSIGN(const auto* q,
                          tensorOf(*file_, pointName(Point::RotQ, iLayer), "", {-1, g.nHead, g.headDimK}));
        const std::int64_t n = q->dims[0];
        if (n > recording_->nPosition())
            return invalid(fmt::format("the tensor \"{}\"", q->name),
                           fmt::format("has {} positions, and there are {} tokens", n, recording_->nPosition()));
        VITRAL_TRY_ASSIGN(const auto* k,
                          tensorOf(*file_, pointName(Point::RotK, iLayer), "", {n, g.nKvHead, g.headDimK}));
        VITRAL_TRY_ASSIGN(const auto* lse, tensorOf(*file_, pointName(Point::AttnLse, iLayer), "F32", {n, g.nHead}));
        for (const float value : valuesOf<float>(*lse))
            if (!std::isfinite(value))
                return invalid(fmt::format("the tensor \"{}\"", lse->name), "holds a value that is not a number");
        record.q = rowsOf(file_, *q, std::int64_t{g.nHead} * g.headDimK);
        record.k = rowsOf(file_, *k, std::int64_t{g.nKvHead} * g.headDimK);
        record.lse = rowsOf(file_, *lse, g.nHead);
        slot = std::make_shared<const AttentionRecord>(std::move(record));
    }
    return {};
}

Result<void> RunReader::readPoints() {
    VITRAL_TRY_ASSIGN(const Json* list,
                      run_.objects("points", static_cast<std::size_t>(kPointCount) * (kMaxLayers + 1)));
    std::set<std::string> seen;
    for (const Json& json : *list) {
        const Field at(json, "points");
        VITRAL_TRY_ASSIGN(const std::string name, at.text("tensor"));
        VITRAL_TRY_ASSIGN(const std::string pointText, at.text("point"));
        const auto point = pointFromName(pointText);
        if (!point || point->iLayer >= std::max<std::int64_t>(recording_->model.nLayer, 1))
            return invalid(at.name("point"), "is not the name of a point of this model");
        if (!seen.insert(pointText).second)
            return invalid(at.name("point"), fmt::format("names {} twice", pointText));
        TensorRecord record;
        record.point = point->point;
        record.iLayer = point->iLayer;
        VITRAL_TRY_ASSIGN(record.firstPosition, at.integer("firstPosition", 0, kMaxTokens));
        const SafetensorsTensor* tensor = file_->findTensor(name);
        if (tensor == nullptr)
            return invalid(fmt::format("the tensor \"{}\"", name), "is missing");
        const std::string quoted = fmt::format("the tensor \"{}\"", name);
        if (tensor->dtypeName != "F16" && tensor->dtypeName != "F32")
            return invalid(quoted, fmt::format("is of type {} instead of F16 or F32", tensor->dtypeName));
        if (tensor->dims.size() != 2 || tensor->dims[1] < 1 || tensor->dims[1] > kMaxColumns)
            return invalid(quoted, "does not have two axes of a sensible size");
        if (tensor->dims[0] > 0 && record.firstPosition + tensor->dims[0] > recording_->nPosition())
            return invalid(quoted, fmt::format("has {} positions from {} on, and there are {} tokens", tensor->dims[0],
                                               record.firstPosition, recording_->nPosition()));
        if (const Json* heads = at.find("heads"); heads != nullptr) {
            if (!heads->is_array() || heads->empty() || heads->size() > static_cast<std::size_t>(kMaxHeads))
                return invalid(at.name("heads"), "is not a list of heads");
            for (const Json& head : *heads) {
                const bool ok = head.is_number_unsigned() && head.get<std::uint64_t>() < std::uint64_t{kMaxHeads};
                const auto i = ok ? static_cast<std::int32_t>(head.get<std::uint64_t>()) : -1;
                if (!ok || (!record.heads.empty() && i <= record.heads.back()))
                    return invalid(at.name("heads"), "is not an ascending list of heads");
                record.heads.push_back(i);
            }
            if (tensor->dims[1] % std::ssize(record.heads) != 0)
                return invalid(quoted, fmt::format("has {} columns for {} heads", tensor->dims[1], heads->size()));
        }
        record.rows = rowsOf(file_, *tensor, tensor->dims[1]);
        recording_->tensors.push_back(std::move(record));
    }
    return {};
}

} // namespace

Result<RecordingPtr> readRun(std::shared_ptr<const SafetensorsFile> file) {
    const auto& metadata = file->metadata();
    const auto find = [&](std::string_view key) -> const std::string* {
        const auto it =
            std::find_if(metadata.begin(), metadata.end(), [&](const auto& entry) { return entry.first == key; });
        return it == metadata.end() ? nullptr : &it->second;
    };
    if (!isRun(*file))
        return fail(ErrorCode::InvalidFile, "This file is no recorded run: its metadata does not say so.");
    const std::string* version = find(kRunVersionKey);
    if (version == nullptr || *version != kRunVersion)
        return fail(ErrorCode::Unsupported,
                    "This recorded run was made by a newer version of the program, which this one cannot read.");
    const std::string* text = find(kRunKey);
    if (text == nullptr)
        return invalid("the metadata \"run\"", "is missing");
    if (text->size() > kMaxRunTextBytes)
        return invalid("the metadata \"run\"", fmt::format("is longer than {} bytes", kMaxRunTextBytes));
    bool tooDeep = false; // a tree takes tens of bytes for each level of brackets
    const Json run = Json::parse(
        *text,
        [&](int depth, Json::parse_event_t, Json&) {
            tooDeep = tooDeep || depth > kMaxRunDepth;
            return !tooDeep;
        },
        false);
    if (tooDeep || !run.is_object())
        return invalid("the metadata \"run\"", tooDeep ? "is nested too deeply" : "is not JSON");
    return RunReader(std::move(file), run).read();
}

Result<RecordingPtr> openRun(const std::filesystem::path& path) {
    VITRAL_TRY_ASSIGN(auto file, SafetensorsFile::open(path));
    return readRun(std::move(file));
}

} // namespace vitral
