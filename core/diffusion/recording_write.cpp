// SPDX-License-Identifier: Apache-2.0
// Writing a recorded denoising run. Layout: docs/recorded-runs.md.

#include "core/diffusion/recording_file.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace vitral::diffusion {
namespace {

using Json = nlohmann::ordered_json;

/// A tensor still to be written; the recording keeps the bytes alive.
struct Output {
    std::string name;
    DType dtype = DType::F32;
    std::vector<std::int64_t> dims;
    std::span<const std::byte> bytes;
};

class Writer {
public:
    explicit Writer(const DenoiseRecording& recording) : r_(recording) {}

    Result<void> write(const std::filesystem::path& path) {
        Json run = {{"settings", Json::parse(settingsToJson(r_.settings))},
                    {"model", model()},
                    {"schedule", Json::parse(scheduleToJson(r_.schedule))},
                    {"times", Json::array()},
                    {"steps", Json::array()},
                    {"conditioning", conditioning(r_.conditioning, "conditioning")},
                    {"negative", conditioning(r_.negative, "negative")},
                    {"notes", r_.notes},
                    {"totalSeconds", r_.totalSeconds}};
        for (const StepTime& t : r_.times)
            run["times"].push_back({t.timestep, t.alpha, t.sigma});
        for (std::size_t i = 0; i < r_.steps.size(); ++i)
            run["steps"].push_back(step(i));
        if (r_.parent) {
            run["branchStep"] = r_.branchStep;
            run["parentSettings"] = Json::parse(settingsToJson(r_.parent->settings));
        }
        add("result", r_.result);
        add("init", r_.settings.init);
        add("mask", r_.settings.mask);
        // No gaps are allowed between tensors: four-byte types first keep everything aligned.
        std::stable_partition(outputs_.begin(), outputs_.end(), [](const Output& o) { return o.dtype == DType::F32; });

        SafetensorsWriter writer;
        writer.setMetadata("format", kDenoiseFormat);
        writer.setMetadata("version", kDenoiseVersion);
        const std::string text = run.dump(-1, ' ', false, Json::error_handler_t::replace);
        if (text.size() > kMaxDenoiseTextBytes)
            return fail(ErrorCode::InvalidArgument, "This run has more words than a file of a run can describe.");
        writer.setMetadata("run", text);
        for (const Output& o : outputs_)
            VITRAL_TRY(writer.addTensor(o.name, o.dtype, o.dims));
        VITRAL_TRY(writer.begin(path));
        for (const Output& o : outputs_)
            VITRAL_TRY(writer.write(o.bytes));
        return writer.finish();
    }

private:
    template <class T>
    void add(std::string name, const std::vector<T>& values, std::vector<std::int64_t> dims) {
        outputs_.push_back({std::move(name), sizeof(T) == 2 ? DType::F16 : DType::F32, std::move(dims),
                            std::as_bytes(std::span(values))});
    }
    void add(std::string name, const PicturePtr& p) {
        if (p)
            add(std::move(name), p->values, {p->channels, p->height, p->width});
    }

    Json conditioning(const Conditioning& c, const std::string& name) {
        if (!c.tokens.empty())
            add(name + ".tokens", c.tokens, {c.nToken, c.width});
        if (!c.pooled.empty())
            add(name + ".pooled", c.pooled, {static_cast<std::int64_t>(c.pooled.size())});
        return {{"classId", c.classId}, {"words", c.words}};
    }

    [[nodiscard]] Json model() const {
        const DiffusionInfo& m = r_.model;
        return {{"name", m.name},
                {"architecture", m.architecture},
                {"licence", m.licence},
                {"weightTypes", m.weightTypes},
                {"weightBytes", m.weightBytes},
                {"classNames", m.classNames},
                {"nullClass", m.nullClass},
                {"previewProjection", m.previewProjection},
                {"pixelScale", m.pixelScale},
                {"pixelOffset", m.pixelOffset}};
    }

    Json step(std::size_t i) {
        const DenoiseStep& s = *r_.steps[i];
        const std::string name = fmt::format("steps.{}.", i);
        Json json = {{"guidance", s.guidance},
                     {"seconds", s.seconds},
                     {"recordSeconds", s.recordSeconds},
                     {"previewSeconds", s.previewSeconds}};
        add(name + "x", s.x);
        const bool follows = i + 1 < r_.steps.size() && r_.steps[i + 1]->x && r_.steps[i + 1]->x == s.next;
        if (!follows) // what came out is what goes into the next step
            add(name + "next", s.next);
        add(name + "x0", s.x0);
        add(name + "eps", s.eps);
        add(name + "conditional", s.conditional);
        add(name + "unconditional", s.unconditional);
        if (s.preview == s.x0)
            json["previewIsX0"] = s.preview != nullptr;
        else
            add(name + "preview", s.preview);
        for (const auto& map : s.cross) {
            const std::string tensor = fmt::format("{}cross.{}", name, map->block);
            json["cross"].push_back(map->block);
            add(tensor, map->weights, {map->nHead, map->nToken, map->height, map->width});
        }
        for (const auto& map : s.features) {
            const std::string tensor = fmt::format("{}features.{}", name, map->block);
            json["features"].push_back(map->block);
            add(tensor, map->values, {map->channels, map->height, map->width});
        }
        return json;
    }

    const DenoiseRecording& r_;
    std::vector<Output> outputs_;
};

std::string_view betaName(BetaKind kind) {
    switch (kind) {
    case BetaKind::Linear:
        return "linear";
    case BetaKind::ScaledLinear:
        return "scaled-linear";
    case BetaKind::Cosine:
        return "cosine";
    case BetaKind::Flow:
        return "flow";
    }
    return "?";
}

} // namespace

std::string scheduleToJson(const ScheduleSpec& s) {
    return Json{{"kind", betaName(s.kind)},
                {"nTrain", s.nTrain},
                {"betaStart", s.betaStart},
                {"betaEnd", s.betaEnd},
                {"zeroTerminalSnr", s.zeroTerminalSnr},
                {"prediction", predictionName(s.prediction)},
                {"shift", s.shift},
                {"stepsOffset", s.stepsOffset}}
        .dump();
}

Result<void> saveDenoiseRecording(const DenoiseRecording& recording, const std::filesystem::path& path) {
    return Writer(recording).write(path);
}

} // namespace vitral::diffusion
