// SPDX-License-Identifier: Apache-2.0
// inspect: recorded denoising runs, and recipes in pictures.

#include "app/cli/inspect_picture.h"

#include "app/cli/printable.h"
#include "core/diffusion/recipe.h"
#include "core/diffusion/recording_file.h"

#include <fmt/format.h>
#include <iterator>
#include <nlohmann/json.hpp>

namespace vitral::cli {
namespace {

using namespace diffusion;
using Json = nlohmann::ordered_json;

constexpr std::size_t kTextLength = 200;

std::string settingsText(const DenoiseSettings& s) {
    std::string out;
    const auto put = std::back_inserter(out);
    if (!s.prompt.empty())
        fmt::format_to(put, "  prompt         {}\n", quotedText(s.prompt, kTextLength));
    if (!s.negative.empty())
        fmt::format_to(put, "  negative       {}\n", quotedText(s.negative, kTextLength));
    if (s.classId >= 0)
        fmt::format_to(put, "  class          {}\n", s.classId);
    fmt::format_to(put, "  seed           {}\n  solver         {}, {}, {} steps\n  guidance       {:g}\n", s.seed,
                   solverName(s.solver), spacingName(s.spacing), s.steps, s.guidance);
    return out;
}

} // namespace

Result<std::string> denoiseRunText(const SafetensorsFile& file, bool asJson) {
    VITRAL_TRY_ASSIGN(const DenoiseRecordingPtr run, readDenoiseRecording(file));
    std::size_t nCross = 0, nFeature = 0;
    for (const DenoiseStepPtr& step : run->steps) {
        nCross += step->cross.size();
        nFeature += step->features.size();
    }
    if (asJson) {
        const Json json = {{"format", "recorded denoising run"},
                           {"bytes", file.fileBytes()},
                           {"model", {{"name", run->model.name}, {"architecture", run->model.architecture}}},
                           {"settings", Json::parse(settingsToJson(run->settings))},
                           {"n_step", run->steps.size()},
                           {"n_cross_map", nCross},
                           {"n_feature_map", nFeature},
                           {"branch_step", run->branchStep},
                           {"seconds", run->totalSeconds},
                           {"notes", run->notes}};
        return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    }
    std::string out;
    const auto put = std::back_inserter(out);
    fmt::format_to(put, "recorded denoising run, {} bytes\n\n", file.fileBytes());
    fmt::format_to(put, "  model          {}, {}\n", plainText(run->model.name, kTextLength),
                   plainText(run->model.architecture, kTextLength));
    out += settingsText(run->settings);
    fmt::format_to(put, "  recorded       {} of {} steps, {} attention maps, {} feature maps\n", run->steps.size(),
                   run->times.size() - 1, nCross, nFeature);
    if (run->branchStep > 0)
        fmt::format_to(put, "  branched at    step {}\n", run->branchStep);
    if (run->result)
        fmt::format_to(put, "  result         {} x {}, {} channels\n", run->result->width, run->result->height,
                       run->result->channels);
    for (const std::string& note : run->notes)
        fmt::format_to(put, "  note           {}\n", plainText(note, 2 * kTextLength));
    return out;
}

Result<std::string> recipeText(const std::filesystem::path& png, bool asJson) {
    VITRAL_TRY_ASSIGN(const Recipe recipe, readRecipe(png));
    if (asJson) {
        const Json json = {{"format", "picture with a recipe"},
                           {"model", {{"name", recipe.modelName}, {"architecture", recipe.architecture}}},
                           {"settings", Json::parse(settingsToJson(recipe.settings))}};
        return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    }
    return fmt::format("picture with a recipe\n\n  model          {}, {}\n{}", plainText(recipe.modelName, kTextLength),
                       plainText(recipe.architecture, kTextLength), settingsText(recipe.settings)) +
           (recipe.init ? "  begins with    a picture that is not in it\n" : "");
}

} // namespace vitral::cli
