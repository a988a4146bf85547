// SPDX-License-Identifier: Apache-2.0
// vitral-cli denoise [MODEL] PROMPT: makes a picture step by step, and can write down every step.

#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "core/diffusion/denoise.h"
#include "core/diffusion/pixels.h"
#include "core/io/picture_file.h"

#include <fmt/format.h>
#include <memory>

namespace vitral::cli {
namespace {

using namespace diffusion;

struct DenoiseOptions {
    std::string model, prompt, solver, spacing, out, stepsOut, trace;
    DenoiseSettings settings;
    bool guidanceGiven = false, stepsGiven = false;
};

Pixels8 toPixels8(const Picture& picture) {
    Pixels8 out(picture.width, picture.height, picture.channels == 1 ? 1 : 3);
    const Picture rgb = withChannels(picture, out.channels);
    const std::size_t n = rgb.size() / static_cast<std::size_t>(out.channels);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t c = 0; c < static_cast<std::size_t>(out.channels); ++c) {
            const float v = (rgb.values[c * n + i] + 1) * 127.5F + 0.5F;
            out.values[i * static_cast<std::size_t>(out.channels) + c] =
                static_cast<std::uint8_t>(v < 0 ? 0 : v > 255 ? 255 : v);
        }
    return out;
}

Result<void> denoiseCommand(const DenoiseOptions& options, const CommonOptions& common) {
    DiffusionLoadOptions load;
    VITRAL_TRY_ASSIGN(load.backend, makeCpuBackend(common.cpuOptions()));
    VITRAL_TRY_ASSIGN(const DiffusionModelPtr model, loadDiffusionModel(options.model, load));
    DenoiseJob job;
    job.model = model;
    job.settings = options.settings;
    job.settings.prompt = options.prompt;
    if (!options.stepsGiven)
        job.settings.steps = model->info.defaultSteps;
    job.settings.solver = model->info.defaultSolver;
    if (!options.solver.empty()) {
        VITRAL_TRY_ASSIGN(job.settings.solver, solverFromName(options.solver));
    }
    if (!options.spacing.empty()) {
        VITRAL_TRY_ASSIGN(job.settings.spacing, spacingFromName(options.spacing));
    }
    if (!options.guidanceGiven)
        job.settings.guidance = model->info.defaultGuidance;
    job.request.preview = PreviewKind::Pixels;
    VITRAL_TRY_ASSIGN(const DenoiseRecordingPtr run, denoise(job, {}, {}));
    for (const std::string& note : run->notes)
        say("denoise: " + note);
    if (!options.stepsOut.empty()) {
        std::error_code error;
        std::filesystem::create_directories(options.stepsOut, error);
        for (const DenoiseStepPtr& step : run->steps)
            if (step->preview)
                VITRAL_TRY(writePng(std::filesystem::path(options.stepsOut) / fmt::format("step-{:04}.png", step->index),
                                    toPixels8(*step->preview)));
    }
    if (!options.out.empty())
        VITRAL_TRY(writePng(options.out, toPixels8(*run->result)));
    return writeAnswer(fmt::format("{} steps in {:.2f} s\n", run->steps.size(), run->totalSeconds));
}

} // namespace

void addDenoiseCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand("denoise", "Make a picture from noise, and keep every step of it");
    auto options = std::make_shared<DenoiseOptions>();
    addModelArgument(*command, options->model);
    command->add_option("PROMPT", options->prompt, "What to make: words, or the name or number of a class");
    command->add_option("--seed", options->settings.seed, "Seed of the noise")->type_name("N");
    auto* steps = command->add_option("--steps", options->settings.steps, "Steps")->check(CLI::Range(1, 1000));
    command->add_option("--solver", options->solver, "ddim, euler, dpmpp-2m, ...");
    command->add_option("--spacing", options->spacing, "leading, trailing, karras, ...");
    auto* guidance = command->add_option("--guidance", options->settings.guidance, "Classifier-free guidance");
    command->add_option("-o,--out", options->out, "The picture, as PNG")->type_name("FILE");
    command->add_option("--steps-out", options->stepsOut, "A PNG for every step")->type_name("DIR");
    command->callback([&common, options, steps, guidance] {
        options->stepsGiven = steps->count() > 0;
        options->guidanceGiven = guidance->count() > 0;
        common.action = [&common, options] { return denoiseCommand(*options, common); };
    });
}

} // namespace vitral::cli
