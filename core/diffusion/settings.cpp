// SPDX-License-Identifier: Apache-2.0
// Settings of a run: names, checks, and their JSON form.

#include "core/diffusion/settings.h"

#include "core/base/json_depth.h"

#include <array>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace vitral::diffusion {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kMaxDepth = 64; // deeper than settings ever are

constexpr std::array<std::pair<SolverKind, std::string_view>, 10> kSolvers = {{
    {SolverKind::Ddpm, "ddpm"},
    {SolverKind::Ddim, "ddim"},
    {SolverKind::Euler, "euler"},
    {SolverKind::EulerAncestral, "euler-ancestral"},
    {SolverKind::Heun, "heun"},
    {SolverKind::DpmPp2M, "dpmpp-2m"},
    {SolverKind::DpmPp2MSde, "dpmpp-2m-sde"},
    {SolverKind::UniPc, "unipc"},
    {SolverKind::Lcm, "lcm"},
    {SolverKind::FlowEuler, "flow-euler"},
}};
constexpr std::array<std::pair<StepSpacing, std::string_view>, 6> kSpacings = {{
    {StepSpacing::Leading, "leading"},
    {StepSpacing::Linspace, "linspace"},
    {StepSpacing::Trailing, "trailing"},
    {StepSpacing::Karras, "karras"},
    {StepSpacing::Exponential, "exponential"},
    {StepSpacing::SgmUniform, "sgm-uniform"},
}};
constexpr std::array<std::pair<Prediction, std::string_view>, 4> kPredictions = {{
    {Prediction::Epsilon, "epsilon"},
    {Prediction::V, "v"},
    {Prediction::X0, "x0"},
    {Prediction::Flow, "flow"},
}};

template <class Kind, std::size_t N>
std::string_view nameIn(const std::array<std::pair<Kind, std::string_view>, N>& list, Kind kind) {
    for (const auto& [k, name] : list)
        if (k == kind)
            return name;
    return "?";
}

template <class Kind, std::size_t N>
Result<Kind> kindIn(const std::array<std::pair<Kind, std::string_view>, N>& list, std::string_view name,
                    std::string_view what) {
    std::string known;
    for (const auto& [kind, n] : list) {
        if (n == name)
            return kind;
        known += (known.empty() ? "" : ", ") + std::string(n);
    }
    return fail(ErrorCode::InvalidArgument,
                fmt::format("There is no {} \"{}\"; known are {}.", what, name.substr(0, 40), known));
}

constexpr std::size_t kMaxTextBytes = std::size_t{1} << 20U;
constexpr std::size_t kMaxSkips = 4096;

Result<void> inRange(std::string_view field, double value, double low, double high) {
    if (value >= low && value <= high) // false for NaN
        return {};
    return fail(ErrorCode::InvalidArgument, fmt::format("\"{}\" must be from {:g} to {:g}.", field, low, high));
}

/// Reads the keys that are there; the first that has the wrong type is the error.
class Reader {
public:
    explicit Reader(const Json& json) : json_(json) {}

    void text(const char* key, std::string& out) {
        if (const Json* v = find(key)) {
            if (!v->is_string())
                return wrong(key, "text");
            out = v->get<std::string>();
        }
    }
    void number(const char* key, double& out) {
        if (const Json* v = find(key)) {
            if (!v->is_number())
                return wrong(key, "a number");
            out = v->get<double>();
        }
    }
    template <class T>
    void integer(const char* key, T& out) {
        const Json* v = find(key);
        if (v == nullptr)
            return;
        if (v->is_number_unsigned() &&
            v->get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<T>::max()))
            out = static_cast<T>(v->get<std::uint64_t>());
        else if (v->is_number_integer() && !v->is_number_unsigned() && std::is_signed_v<T> &&
                 v->get<std::int64_t>() >= static_cast<std::int64_t>(std::numeric_limits<T>::min()))
            out = static_cast<T>(v->get<std::int64_t>()); // negative: others are unsigned
        else
            wrong(key, "a whole number in range");
    }
    template <class Kind, class FromName>
    void kind(const char* key, Kind& out, FromName fromName) {
        std::string name;
        text(key, name);
        if (name.empty() || error_)
            return;
        if (auto k = fromName(name))
            out = *k;
        else
            error_ = std::move(k).error();
    }
    void floats(const char* key, std::vector<float>& out) {
        const Json* v = find(key);
        if (v == nullptr)
            return;
        if (!v->is_array() || v->size() > kMaxSkips)
            return wrong(key, "a list of numbers");
        out.clear();
        for (const Json& item : *v) {
            if (!item.is_number())
                return wrong(key, "a list of numbers");
            out.push_back(static_cast<float>(item.get<double>()));
        }
    }
    std::optional<Error> error_;

private:
    const Json* find(const char* key) const {
        const auto it = json_.find(key);
        return error_ || it == json_.end() || it->is_null() ? nullptr : &*it;
    }
    void wrong(const char* key, const char* what) {
        error_ = Error{ErrorCode::InvalidArgument, fmt::format("\"{}\" must be {}.", key, what)};
    }
    const Json& json_;
};

} // namespace

std::string_view solverName(SolverKind kind) {
    return nameIn(kSolvers, kind);
}
std::string_view spacingName(StepSpacing kind) {
    return nameIn(kSpacings, kind);
}
std::string_view predictionName(Prediction kind) {
    return nameIn(kPredictions, kind);
}
Result<SolverKind> solverFromName(std::string_view name) {
    return kindIn(kSolvers, name, "solver");
}
Result<StepSpacing> spacingFromName(std::string_view name) {
    return kindIn(kSpacings, name, "spacing of steps");
}
Result<Prediction> predictionFromName(std::string_view name) {
    return kindIn(kPredictions, name, "kind of prediction");
}

Result<void> checkSettings(const DenoiseSettings& s) {
    VITRAL_TRY(inRange("steps", s.steps, 1, 1000));
    VITRAL_TRY(inRange("eta", s.eta, 0, 1));
    VITRAL_TRY(inRange("guidance", s.guidance, 0, 1000));
    VITRAL_TRY(inRange("guidanceRescale", s.guidanceRescale, 0, 1));
    VITRAL_TRY(inRange("guidanceBegin", s.guidanceBegin, 0, 1));
    VITRAL_TRY(inRange("guidanceEnd", s.guidanceEnd, 0, 1));
    VITRAL_TRY(inRange("strength", s.strength, 0, 1));
    VITRAL_TRY(inRange("seedMix", s.seedMix, 0, 1));
    VITRAL_TRY(inRange("promptMix", s.promptMix, 0, 1));
    VITRAL_TRY(inRange("classId", s.classId, -1, 1'000'000));
    VITRAL_TRY(inRange("width", s.width, 0, 16384));
    VITRAL_TRY(inRange("height", s.height, 0, 16384));
    if (s.prompt.size() > kMaxTextBytes || s.negative.size() > kMaxTextBytes || s.otherPrompt.size() > kMaxTextBytes)
        return fail(ErrorCode::InvalidArgument, "A prompt may have at most 1 MB of text.");
    if (s.skipScales.size() > kMaxSkips)
        return fail(ErrorCode::InvalidArgument, "\"skipScales\" has more entries than any network has skips.");
    for (const float scale : s.skipScales)
        VITRAL_TRY(inRange("skipScales", static_cast<double>(scale), -100, 100));
    for (const auto& [field, picture] : {std::pair{"init", s.init}, std::pair{"mask", s.mask}})
        if (picture && (picture->channels <= 0 || picture->height <= 0 || picture->width <= 0 ||
                        picture->values.size() != static_cast<std::size_t>(picture->channels) *
                                                      static_cast<std::size_t>(picture->height) *
                                                      static_cast<std::size_t>(picture->width)))
            return fail(ErrorCode::InvalidArgument, fmt::format("The picture \"{}\" has no pixels.", field));
    if (s.mask && !s.init)
        return fail(ErrorCode::InvalidArgument, "A mask needs a picture to paint in: give \"init\", too.");
    if (s.mask && (s.mask->channels != 1 || s.mask->height != s.init->height || s.mask->width != s.init->width))
        return fail(ErrorCode::InvalidArgument, "The mask must have one channel and the size of the picture.");
    return {};
}

std::string settingsToJson(const DenoiseSettings& s) {
    Json json = {{"prompt", s.prompt},
                 {"negative", s.negative},
                 {"classId", s.classId},
                 {"seed", s.seed},
                 {"steps", s.steps},
                 {"solver", solverName(s.solver)},
                 {"spacing", spacingName(s.spacing)},
                 {"eta", s.eta},
                 {"guidance", s.guidance},
                 {"guidanceRescale", s.guidanceRescale},
                 {"guidanceBegin", s.guidanceBegin},
                 {"guidanceEnd", s.guidanceEnd},
                 {"width", s.width},
                 {"height", s.height},
                 {"strength", s.strength}};
    const auto size = [](const Picture& p) { return Json{{"width", p.width}, {"height", p.height}}; };
    if (s.init)
        json["init"] = size(*s.init);
    if (s.mask)
        json["mask"] = size(*s.mask);
    if (s.seedMix > 0) {
        json["otherSeed"] = s.otherSeed;
        json["seedMix"] = s.seedMix;
    }
    if (s.promptMix > 0) {
        json["otherPrompt"] = s.otherPrompt;
        json["promptMix"] = s.promptMix;
    }
    if (!s.skipScales.empty())
        json["skipScales"] = s.skipScales;
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<DenoiseSettings> settingsFromJson(std::string_view text) {
    if (text.size() > 8 * kMaxTextBytes || nestsDeeper(text, kMaxDepth))
        return fail(ErrorCode::InvalidArgument, "These settings are too long to be those of a run.");
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded() || !json.is_object())
        return fail(ErrorCode::InvalidArgument, "The settings of a run must be one JSON object.");
    DenoiseSettings s;
    Reader in(json);
    in.text("prompt", s.prompt);
    in.text("negative", s.negative);
    in.integer("classId", s.classId);
    in.integer("seed", s.seed);
    in.integer("steps", s.steps);
    in.kind("solver", s.solver, solverFromName);
    in.kind("spacing", s.spacing, spacingFromName);
    in.number("eta", s.eta);
    in.number("guidance", s.guidance);
    in.number("guidanceRescale", s.guidanceRescale);
    in.number("guidanceBegin", s.guidanceBegin);
    in.number("guidanceEnd", s.guidanceEnd);
    in.integer("width", s.width);
    in.integer("height", s.height);
    in.number("strength", s.strength);
    in.integer("otherSeed", s.otherSeed);
    in.number("seedMix", s.seedMix);
    in.text("otherPrompt", s.otherPrompt);
    in.number("promptMix", s.promptMix);
    in.floats("skipScales", s.skipScales);
    if (in.error_)
        return tl::unexpected(std::move(*in.error_));
    VITRAL_TRY(checkSettings(s));
    return s;
}

} // namespace vitral::diffusion
