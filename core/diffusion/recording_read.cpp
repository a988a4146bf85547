// SPDX-License-Identifier: Apache-2.0
// Reading a recorded denoising run. Every field is hostile until it was checked; what is wrong is named.

#include "core/diffusion/recording_file.h"

#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <set>

namespace vitral::diffusion {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 16;
constexpr std::int64_t kMaxSide = 1 << 16, kMaxChannels = 1 << 16, kMaxTokens = 1 << 16;
constexpr std::size_t kMaxSteps = 1000, kMaxList = 1 << 16;

tl::unexpected<Error> invalid(std::string_view field, std::string_view why) {
    return fail(ErrorCode::InvalidFile, fmt::format("This recorded run is damaged: {} {}.", field, why));
}

Result<Json> parse(std::string_view text) {
    if (text.size() > kMaxDenoiseTextBytes)
        return invalid("\"run\"", "is longer than any run's description");
    int depth = 0;
    bool tooDeep = false;
    Json json = Json::parse(
        text.begin(), text.end(),
        [&](int d, Json::parse_event_t, Json&) {
            depth = d;
            tooDeep = tooDeep || d > kMaxDepth;
            return !tooDeep;
        },
        false);
    if (tooDeep || json.is_discarded() || !json.is_object())
        return invalid("\"run\"", "is not a JSON object");
    return json;
}

const Json* member(const Json& object, const char* key) {
    const auto it = object.find(key);
    return it == object.end() || it->is_null() ? nullptr : &*it;
}

Result<double> number(const Json& object, const char* key, double least, double most, double missing) {
    const Json* v = member(object, key);
    if (v == nullptr)
        return missing;
    const double x = v->is_number() ? v->get<double>() : std::nan("");
    if (!(x >= least && x <= most))
        return invalid(fmt::format("\"{}\"", key), fmt::format("is not a number from {:g} to {:g}", least, most));
    return x;
}

template <class T>
Result<void> into(T& out, const Json& object, const char* key, double least, double most) {
    VITRAL_TRY_ASSIGN(const double x, number(object, key, least, most, static_cast<double>(out)));
    out = static_cast<T>(x);
    return {};
}

Result<void> into(std::string& out, const Json& object, const char* key) {
    const Json* v = member(object, key);
    if (v == nullptr)
        return {};
    if (!v->is_string())
        return invalid(fmt::format("\"{}\"", key), "is not text");
    out = v->get<std::string>();
    return {};
}

Result<void> into(bool& out, const Json& object, const char* key) {
    const Json* v = member(object, key);
    if (v == nullptr)
        return {};
    if (!v->is_boolean())
        return invalid(fmt::format("\"{}\"", key), "is not true or false");
    out = v->get<bool>();
    return {};
}

Result<void> into(std::vector<std::string>& out, const Json& object, const char* key) {
    const Json* v = member(object, key);
    if (v == nullptr)
        return {};
    if (!v->is_array() || v->size() > kMaxList)
        return invalid(fmt::format("\"{}\"", key), "is not a list of texts");
    for (const Json& item : *v) {
        if (!item.is_string())
            return invalid(fmt::format("\"{}\"", key), "holds something that is not text");
        out.push_back(item.get<std::string>());
    }
    return {};
}

Result<void> into(std::vector<float>& out, const Json& object, const char* key) {
    const Json* v = member(object, key);
    if (v == nullptr)
        return {};
    if (!v->is_array() || v->size() > kMaxList)
        return invalid(fmt::format("\"{}\"", key), "is not a list of numbers");
    for (const Json& item : *v) {
        if (!item.is_number() || !(std::abs(item.get<double>()) <= 3e38))
            return invalid(fmt::format("\"{}\"", key), "holds something that is not a number");
        out.push_back(item.get<float>());
    }
    return {};
}

Result<Json> objectAt(const Json& object, const char* key) {
    const Json* v = member(object, key);
    if (v == nullptr || !v->is_object())
        return invalid(fmt::format("\"{}\"", key), "is missing or not an object");
    return *v;
}

class Reader {
public:
    explicit Reader(const SafetensorsFile& file) : file_(file) {}

    Result<DenoiseRecordingPtr> read() {
        std::string format, version, text;
        for (const auto& [key, value] : file_.metadata()) {
            if (key == "format")
                format = value;
            else if (key == "version")
                version = value;
            else if (key == "run")
                text = value;
        }
        if (format != kDenoiseFormat)
            return fail(ErrorCode::InvalidFile, "This file is no recorded denoising run.");
        if (version != kDenoiseVersion)
            return fail(ErrorCode::Unsupported, "This recorded run was written by a newer version of the program.");
        VITRAL_TRY_ASSIGN(const Json run, parse(text));
        auto out = std::make_shared<DenoiseRecording>();
        VITRAL_TRY(settings(run, *out));
        VITRAL_TRY(model(run, out->model));
        VITRAL_TRY_ASSIGN(const Json schedule, objectAt(run, "schedule"));
        VITRAL_TRY_ASSIGN(out->schedule, scheduleFromJson(schedule.dump()));
        VITRAL_TRY(times(run, out->times));
        VITRAL_TRY(steps(run, *out));
        VITRAL_TRY(conditioning(run, "conditioning", out->conditioning));
        VITRAL_TRY(conditioning(run, "negative", out->negative));
        VITRAL_TRY(into(out->notes, run, "notes"));
        VITRAL_TRY(into(out->totalSeconds, run, "totalSeconds", 0, 1e9));
        VITRAL_TRY(into(out->branchStep, run, "branchStep", 0, kMaxSteps));
        VITRAL_TRY_ASSIGN(out->result, picture("result", nullptr));
        return out;
    }

private:
    /// F32 [C, H, W]; null where there is none. `like`: must have its shape, if it is not null.
    Result<PicturePtr> picture(const std::string& name, const Picture* like) const {
        const SafetensorsTensor* t = file_.findTensor(name);
        if (t == nullptr)
            return PicturePtr{};
        const std::string quoted = fmt::format("the tensor \"{}\"", name);
        if (t->dtypeName != "F32" || t->dims.size() != 3)
            return invalid(quoted, "is not a picture");
        if (t->dims[0] < 1 || t->dims[0] > kMaxChannels || t->dims[1] < 1 || t->dims[1] > kMaxSide || t->dims[2] < 1 ||
            t->dims[2] > (std::int64_t{1} << 24U))
            return invalid(quoted, "has a size that no picture has");
        auto p = std::make_shared<Picture>();
        p->channels = static_cast<std::int32_t>(t->dims[0]);
        p->height = static_cast<std::int32_t>(t->dims[1]);
        p->width = static_cast<std::int32_t>(t->dims[2]);
        if (like != nullptr && !p->sameShape(*like))
            return invalid(quoted, "has another size than the others");
        p->values.resize(t->bytes.size() / sizeof(float)); // the container has checked bytes against dimensions
        std::memcpy(p->values.data(), t->bytes.data(), p->values.size() * sizeof(float));
        return p;
    }

    Result<void> settings(const Json& run, DenoiseRecording& out) const {
        VITRAL_TRY_ASSIGN(const Json json, objectAt(run, "settings"));
        auto settings = settingsFromJson(json.dump());
        if (!settings)
            return fail(ErrorCode::InvalidFile, "This recorded run is damaged: " + settings.error().message);
        out.settings = *std::move(settings);
        VITRAL_TRY_ASSIGN(out.settings.init, picture("init", nullptr));
        VITRAL_TRY_ASSIGN(out.settings.mask, picture("mask", nullptr));
        if (const auto checked = checkSettings(out.settings); !checked)
            return fail(ErrorCode::InvalidFile, "This recorded run is damaged: " + checked.error().message);
        return {};
    }

    static Result<void> model(const Json& run, DiffusionInfo& m) {
        VITRAL_TRY_ASSIGN(const Json json, objectAt(run, "model"));
        VITRAL_TRY(into(m.name, json, "name"));
        VITRAL_TRY(into(m.architecture, json, "architecture"));
        VITRAL_TRY(into(m.licence, json, "licence"));
        VITRAL_TRY(into(m.weightTypes, json, "weightTypes"));
        VITRAL_TRY(into(m.weightBytes, json, "weightBytes", 0, 1e15));
        VITRAL_TRY(into(m.classNames, json, "classNames"));
        VITRAL_TRY(into(m.nullClass, json, "nullClass", -1, 1e6));
        VITRAL_TRY(into(m.previewProjection, json, "previewProjection"));
        VITRAL_TRY(into(m.pixelScale, json, "pixelScale", -1e6, 1e6));
        VITRAL_TRY(into(m.pixelOffset, json, "pixelOffset", -1e6, 1e6));
        if (m.pixelScale == 0)
            return invalid("\"pixelScale\"", "is 0");
        return {};
    }

    static Result<void> times(const Json& run, std::vector<StepTime>& out) {
        const Json* list = member(run, "times");
        if (list == nullptr || !list->is_array() || list->size() < 2 || list->size() > kMaxSteps + 1)
            return invalid("\"times\"", "is not a list of two to 1001 moments");
        for (const Json& item : *list) {
            if (!item.is_array() || item.size() != 3)
                return invalid("\"times\"", "holds something that is not a moment");
            double v[3] = {};
            for (std::size_t k = 0; k < 3; ++k) {
                v[k] = item[k].is_number() ? item[k].get<double>() : std::nan("");
                if (!(v[k] >= 0 && v[k] <= (k == 0 ? 1e6 : 1.0)))
                    return invalid("\"times\"", "holds a number that no moment has");
            }
            out.push_back({v[0], v[1], v[2]});
        }
        return {};
    }

    Result<void> steps(const Json& run, DenoiseRecording& out) const {
        const Json* list = member(run, "steps");
        if (list == nullptr || !list->is_array() || list->size() >= out.times.size())
            return invalid("\"steps\"", "is not a list with fewer entries than \"times\"");
        const Picture* like = nullptr;
        std::shared_ptr<DenoiseStep> last;
        for (std::size_t i = 0; i < list->size(); ++i) {
            const Json& json = (*list)[i];
            if (!json.is_object())
                return invalid("\"steps\"", "holds something that is not an object");
            auto s = std::make_shared<DenoiseStep>();
            s->index = static_cast<std::int32_t>(i);
            s->from = out.times[i];
            s->to = out.times[i + 1];
            VITRAL_TRY(into(s->guidance, json, "guidance", 0, 1000));
            VITRAL_TRY(into(s->seconds, json, "seconds", 0, 1e9));
            VITRAL_TRY(into(s->recordSeconds, json, "recordSeconds", 0, 1e9));
            VITRAL_TRY(into(s->previewSeconds, json, "previewSeconds", 0, 1e9));
            const std::string name = fmt::format("steps.{}.", i);
            const std::pair<const char*, PicturePtr*> pictures[] = {{"x", &s->x},
                                                                    {"next", &s->next},
                                                                    {"x0", &s->x0},
                                                                    {"eps", &s->eps},
                                                                    {"conditional", &s->conditional},
                                                                    {"unconditional", &s->unconditional}};
            for (const auto& [part, where] : pictures) {
                VITRAL_TRY_ASSIGN(*where, picture(name + part, like));
                if (like == nullptr && *where)
                    like = where->get();
            }
            VITRAL_TRY_ASSIGN(s->preview, picture(name + "preview", nullptr));
            bool previewIsX0 = false;
            VITRAL_TRY(into(previewIsX0, json, "previewIsX0"));
            if (previewIsX0)
                s->preview = s->x0;
            VITRAL_TRY(maps(json, name, *s));
            if (last && !last->next)
                last->next = s->x;
            last = s;
            out.steps.push_back(std::move(s));
        }
        return {};
    }

    /// F16 of this many axes, each of a sensible length.
    Result<const SafetensorsTensor*> half(const std::string& name, std::size_t nAxis) const {
        const SafetensorsTensor* t = file_.findTensor(name);
        const std::string quoted = fmt::format("the tensor \"{}\"", name);
        if (t == nullptr || t->dtypeName != "F16" || t->dims.size() != nAxis)
            return invalid(quoted, "is missing or no map");
        for (const std::int64_t d : t->dims)
            if (d < 1 || d > kMaxSide)
                return invalid(quoted, "has a size that no map has");
        return t;
    }
    static std::vector<std::uint16_t> halves(const SafetensorsTensor& t) {
        std::vector<std::uint16_t> out(t.bytes.size() / 2);
        if (!out.empty())
            std::memcpy(out.data(), t.bytes.data(), out.size() * 2);
        return out;
    }

    Result<void> maps(const Json& json, const std::string& name, DenoiseStep& s) const {
        std::vector<std::string> cross, features;
        VITRAL_TRY(into(cross, json, "cross"));
        VITRAL_TRY(into(features, json, "features"));
        if (std::set(cross.begin(), cross.end()).size() != cross.size() ||
            std::set(features.begin(), features.end()).size() != features.size())
            return invalid("a map", "is named twice in one step");
        for (const std::string& block : cross) {
            VITRAL_TRY_ASSIGN(const SafetensorsTensor* t, half(name + "cross." + block, 4));
            auto map = std::make_shared<CrossMap>();
            map->block = block;
            map->nHead = static_cast<std::int32_t>(t->dims[0]);
            map->nToken = static_cast<std::int32_t>(t->dims[1]);
            map->height = static_cast<std::int32_t>(t->dims[2]);
            map->width = static_cast<std::int32_t>(t->dims[3]);
            map->weights = halves(*t);
            s.cross.push_back(std::move(map));
        }
        for (const std::string& block : features) {
            VITRAL_TRY_ASSIGN(const SafetensorsTensor* t, half(name + "features." + block, 3));
            auto map = std::make_shared<FeatureMap>();
            map->block = block;
            map->channels = static_cast<std::int32_t>(t->dims[0]);
            map->height = static_cast<std::int32_t>(t->dims[1]);
            map->width = static_cast<std::int32_t>(t->dims[2]);
            map->values = halves(*t);
            s.features.push_back(std::move(map));
        }
        return {};
    }

    Result<void> conditioning(const Json& run, const char* key, Conditioning& c) const {
        VITRAL_TRY_ASSIGN(const Json json, objectAt(run, key));
        VITRAL_TRY(into(c.classId, json, "classId", -1, 1e6));
        VITRAL_TRY(into(c.words, json, "words"));
        const std::string name = std::string(key) + ".tokens";
        if (const SafetensorsTensor* t = file_.findTensor(name)) {
            if (t->dtypeName != "F32" || t->dims.size() != 2 || t->dims[0] < 1 || t->dims[0] > kMaxTokens ||
                t->dims[1] < 1 || (!c.words.empty() && static_cast<std::int64_t>(c.words.size()) != t->dims[0]))
                return invalid(fmt::format("the tensor \"{}\"", name), "does not fit the words");
            c.nToken = t->dims[0];
            c.width = t->dims[1];
            c.tokens.resize(t->bytes.size() / sizeof(float));
            std::memcpy(c.tokens.data(), t->bytes.data(), t->bytes.size());
        }
        const std::string pooled = std::string(key) + ".pooled";
        if (const SafetensorsTensor* t = file_.findTensor(pooled)) {
            if (t->dtypeName != "F32" || t->dims.size() != 1)
                return invalid(fmt::format("the tensor \"{}\"", pooled), "is no vector");
            c.pooled.resize(t->bytes.size() / sizeof(float));
            if (!c.pooled.empty())
                std::memcpy(c.pooled.data(), t->bytes.data(), t->bytes.size());
        }
        return {};
    }

    const SafetensorsFile& file_;
};

} // namespace

bool isDenoiseRecording(const SafetensorsFile& file) {
    for (const auto& [key, value] : file.metadata())
        if (key == "format" && value == kDenoiseFormat)
            return true;
    return false;
}

Result<ScheduleSpec> scheduleFromJson(std::string_view text) {
    VITRAL_TRY_ASSIGN(const Json json, parse(text));
    ScheduleSpec s;
    std::string kind = "linear", prediction = "epsilon";
    VITRAL_TRY(into(kind, json, "kind"));
    VITRAL_TRY(into(prediction, json, "prediction"));
    constexpr std::pair<std::string_view, BetaKind> kKinds[] = {{"linear", BetaKind::Linear},
                                                                {"scaled-linear", BetaKind::ScaledLinear},
                                                                {"cosine", BetaKind::Cosine},
                                                                {"flow", BetaKind::Flow}};
    const auto* found =
        std::find_if(std::begin(kKinds), std::end(kKinds), [&](const auto& k) { return k.first == kind; });
    if (found == std::end(kKinds))
        return invalid("\"kind\"", "is no known noise schedule");
    s.kind = found->second;
    auto p = predictionFromName(prediction);
    if (!p)
        return invalid("\"prediction\"", "is no known kind of prediction");
    s.prediction = *p;
    VITRAL_TRY(into(s.nTrain, json, "nTrain", 1, 1e6));
    VITRAL_TRY(into(s.betaStart, json, "betaStart", 0, 1));
    VITRAL_TRY(into(s.betaEnd, json, "betaEnd", 0, 1));
    VITRAL_TRY(into(s.zeroTerminalSnr, json, "zeroTerminalSnr"));
    VITRAL_TRY(into(s.shift, json, "shift", 0, 1000));
    VITRAL_TRY(into(s.stepsOffset, json, "stepsOffset", 0, 1e6));
    if (const auto made = NoiseSchedule::make(s); !made)
        return fail(ErrorCode::InvalidFile, made.error().message);
    return s;
}

Result<DenoiseRecordingPtr> readDenoiseRecording(const SafetensorsFile& file) {
    return Reader(file).read();
}

Result<DenoiseRecordingPtr> openDenoiseRecording(const std::filesystem::path& path) {
    VITRAL_TRY_ASSIGN(const std::shared_ptr<const SafetensorsFile> file, SafetensorsFile::open(path));
    return readDenoiseRecording(*file);
}

} // namespace vitral::diffusion
