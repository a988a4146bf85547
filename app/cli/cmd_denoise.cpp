// SPDX-License-Identifier: Apache-2.0
// vitral-cli denoise MODEL PROMPT: makes a picture from noise; can write every step, the recorded run, and go on from
// the middle of one.

#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/cli/language.h"
#include "core/diffusion/denoise.h"
#include "core/diffusion/recipe.h"
#include "core/diffusion/upscale.h"
#include "core/io/animation_file.h"
#include "core/runtime/bundled_model.h"
#include "core/runtime/denoise_task.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

namespace vitral::cli {
namespace {

using namespace diffusion;

struct DenoiseOptions {
    std::string model, prompt, negative, otherPrompt, solver, spacing, size, init, mask, interval;
    std::string out, stepsOut, sheet, film, trace, branchFrom, recipe, record, preview = "projection";
    std::string tinyDecoder;
    std::int32_t classId = -1, steps = 0, at = 0, zoom = 1;
    std::uint64_t seed = 0, otherSeed = 0;
    double guidance = 1, rescale = 0, strength = 1, eta = 0, seedMix = 0, promptMix = 0;
    double upscale = 0;
    std::int64_t budgetMegabytes = 512;
    bool list = false, json = false, exact = false;
    CLI::App* command = nullptr;

    bool bundled = false; ///< the only word was the prompt
    [[nodiscard]] bool given(const char* option) const { return command->count(option) > 0; }
};

Result<void> readSize(const std::string& text, DenoiseSettings& s) {
    const std::size_t x = text.find_first_of("xX");
    try {
        std::size_t end = 0;
        s.width = std::stoi(text, &end);
        if (x == std::string::npos && end == text.size()) {
            s.height = s.width;
            return {};
        }
        if (x == end) {
            const std::string rest = text.substr(x + 1);
            s.height = std::stoi(rest, &end);
            if (end == rest.size())
                return {};
        }
    } catch (const std::exception&) { // not a number: said below
    }
    return fail(ErrorCode::InvalidArgument, fmt::format("\"{}\" is not a size such as 512 or 768x512.", text));
}

Result<void> readInterval(const std::string& text, DenoiseSettings& s) {
    double begin = 0, end = 1;
    int n = 0;
    if (std::sscanf(text.c_str(), "%lf:%lf%n", &begin, &end, &n) != 2 || static_cast<std::size_t>(n) != text.size())
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("\"{}\" is not an interval of the steps such as 0.2:0.8.", text));
    s.guidanceBegin = begin;
    s.guidanceEnd = end;
    return {};
}

Result<PicturePtr> readInit(const std::string& path) {
    VITRAL_TRY_ASSIGN(const Pixels8 pixels, readPicture(path));
    return std::make_shared<const Picture>(fromPixels8(pixels));
}

/// The recipe's or the parent's settings first, then the model's defaults, then what was said.
Result<DenoiseSettings> settingsOf(const DenoiseOptions& o, const DiffusionModel& model,
                                   const DenoiseRecordingPtr& parent) {
    DenoiseSettings s;
    if (parent) {
        s = parent->settings;
    } else if (!o.recipe.empty()) {
        VITRAL_TRY_ASSIGN(Recipe recipe, readRecipe(o.recipe));
        s = std::move(recipe.settings);
        if (recipe.modelName != model.info.name)
            say(fmt::format("denoise: {} \"{}\"",
                            tr("the recipe was made with the model", "a receita foi feita com o modelo"),
                            recipe.modelName));
        if (recipe.init && o.init.empty())
            return fail(ErrorCode::InvalidArgument, "This recipe begins with a picture: give it with --init.");
        if (recipe.mask && o.mask.empty())
            return fail(ErrorCode::InvalidArgument, "This recipe paints within a mask: give it with --mask.");
    } else {
        s.steps = model.info.defaultSteps;
        s.solver = model.info.defaultSolver;
        s.guidance = model.info.defaultGuidance;
    }
    const auto take = [&](const char* option, auto& to, const auto& from) {
        if (o.given(option))
            to = from;
    };
    if (o.bundled || o.given("PROMPT"))
        s.prompt = o.prompt;
    take("--negative", s.negative, o.negative);
    if (o.given("--class") && model.info.classNames.empty() && model.info.nullClass < 0)
        return fail(ErrorCode::InvalidArgument,
                    "This model has no classes: say in words what to draw, without --class.");
    take("--class", s.classId, o.classId);
    take("--seed", s.seed, o.seed);
    take("--steps", s.steps, o.steps);
    take("--eta", s.eta, o.eta);
    take("--guidance", s.guidance, o.guidance);
    take("--rescale", s.guidanceRescale, o.rescale);
    take("--strength", s.strength, o.strength);
    take("--other-seed", s.otherSeed, o.otherSeed);
    take("--seed-mix", s.seedMix, o.seedMix);
    take("--other-prompt", s.otherPrompt, o.otherPrompt);
    take("--prompt-mix", s.promptMix, o.promptMix);
    if (!o.solver.empty()) {
        VITRAL_TRY_ASSIGN(s.solver, solverFromName(o.solver));
    }
    if (!o.spacing.empty()) {
        VITRAL_TRY_ASSIGN(s.spacing, spacingFromName(o.spacing));
    }
    if (!o.size.empty())
        VITRAL_TRY(readSize(o.size, s));
    if (!o.interval.empty())
        VITRAL_TRY(readInterval(o.interval, s));
    if (!o.init.empty()) {
        VITRAL_TRY_ASSIGN(s.init, readInit(o.init));
    }
    if (!o.mask.empty()) {
        VITRAL_TRY_ASSIGN(const Pixels8 pixels, readPicture(o.mask));
        s.mask = std::make_shared<const Picture>(maskFromPixels8(pixels));
    }
    return s;
}

std::string listText(const DiffusionModel& model, const DenoisePlan& plan) {
    const DiffusionInfo& m = model.info;
    const NetworkInfo& net = model.denoiser->info();
    const std::int32_t factor = model.autoencoder ? model.autoencoder->factor() : 1;
    std::string out = fmt::format("{} ({})\n", m.name, m.architecture);
    const auto line = [&](std::string_view key, const std::string& value) {
        if (!value.empty())
            out += fmt::format("{:<16} {}\n", key, value);
    };
    line("licence", m.licence);
    line("network", fmt::format("{}, {:.2f} M parameters, {}", net.kind, static_cast<double>(net.nParameter) / 1e6,
                                m.weightTypes));
    line("size", fmt::format("{} x {}{}", net.defaultWidth * factor, net.defaultHeight * factor,
                             net.anySize ? fmt::format(", multiples of {}", net.sizeMultiple * factor) : ""));
    line("prediction",
         fmt::format("{}, {} training steps", predictionName(model.schedule.prediction), model.schedule.nTrain));
    line("defaults", fmt::format("--steps {} --solver {} --guidance {:g}", m.defaultSteps, solverName(m.defaultSolver),
                                 m.defaultGuidance));
    line("classes", fmt::format("{}", fmt::join(m.classNames, ", ")));
    line("memory",
         fmt::format("weights {:.1f} MB, a step {:.1f} MB, recording {:.1f} MB, decoding {:.1f} MB",
                     static_cast<double>(m.residentBytes) / 1e6, static_cast<double>(plan.scratchBytes) / 1e6,
                     static_cast<double>(plan.recordBytes) / 1e6, static_cast<double>(plan.decodeBytes) / 1e6));
    line("cross-attention", fmt::format("{}", fmt::join(net.crossBlocks, " ")));
    line("features", fmt::format("{}", fmt::join(net.featureBlocks, " ")));
    line("skips", fmt::format("{}", fmt::join(net.skips, " ")));
    return out;
}

std::string namesText() {
    std::string solvers, spacings;
    for (int i = 0; i <= static_cast<int>(SolverKind::FlowEuler); ++i)
        solvers += fmt::format(" {}", solverName(static_cast<SolverKind>(i)));
    for (int i = 0; i <= static_cast<int>(StepSpacing::SgmUniform); ++i)
        spacings += fmt::format(" {}", spacingName(static_cast<StepSpacing>(i)));
    return fmt::format("{:<16}{}\n{:<16}{}\n", "solvers", solvers, "spacings", spacings);
}

/// What a step looks like: its preview, or the points of a cloud.
PicturePtr shown(const DenoiseStep& step) {
    const PicturePtr& p = step.preview ? step.preview : step.x0;
    return p && p->channels == 2 ? std::make_shared<const Picture>(pointsPicture(*p, 256, 3)) : p;
}

Result<void> writePictures(const DenoiseOptions& o, const DenoiseRecording& run) {
    const std::pair<std::string, std::string> recipe[] = {
        {std::string(kRecipeKeyword), recipeJson(run.model, run.settings)}};
    if (!o.stepsOut.empty()) {
        std::error_code error;
        std::filesystem::create_directories(o.stepsOut, error);
        if (error)
            return fail(ErrorCode::Io, fmt::format("The folder {} cannot be made.", o.stepsOut));
        for (const DenoiseStepPtr& step : run.steps)
            if (const PicturePtr p = shown(*step))
                VITRAL_TRY(writePng(std::filesystem::path(o.stepsOut) / fmt::format("step-{:04}.png", step->index),
                                    toPixels8(*p)));
    }
    if (!o.sheet.empty()) {
        std::vector<PicturePtr> pictures;
        for (const DenoiseStepPtr& step : run.steps)
            pictures.push_back(shown(*step));
        const auto nColumn = static_cast<std::int32_t>(std::ceil(std::sqrt(static_cast<double>(pictures.size()))));
        const Picture sheet = contactSheet(pictures, nColumn, 2, o.zoom);
        if (sheet.empty())
            return fail(ErrorCode::InvalidArgument,
                        "There are no previews to put on a sheet; leave out --preview none.");
        VITRAL_TRY(writePng(o.sheet, toPixels8(sheet), recipe));
    }
    if (!o.film.empty()) {
        std::vector<AnimationFrame> frames;
        for (const DenoiseStepPtr& step : run.steps)
            if (const PicturePtr p = shown(*step)) {
                const PicturePtr one[] = {p};
                frames.push_back({toPixels8(contactSheet(one, 1, 0, o.zoom)), 100});
            }
        if (!frames.empty())
            frames.back().milliseconds = 1500;
        VITRAL_TRY(writeAnimation(o.film, frames));
    }
    if (!o.out.empty()) {
        const Picture& p = *run.result;
        const Picture picture = p.channels == 2 ? pointsPicture(p, 512, 3) : p;
        const PicturePtr one[] = {std::make_shared<const Picture>(picture)};
        VITRAL_TRY(writePng(o.out, toPixels8(o.zoom > 1 ? contactSheet(one, 1, 0, o.zoom) : picture), recipe));
    }
    if (!o.trace.empty())
        VITRAL_TRY(saveDenoiseRecording(run, o.trace));
    return {};
}

std::string answerText(const DenoiseRecording& run) {
    double record = 0, preview = 0, steps = 0;
    for (const DenoiseStepPtr& s : run.steps)
        if (s->index >= run.branchStep) {
            record += s->recordSeconds;
            preview += s->previewSeconds;
            steps += s->seconds;
        }
    const auto n = static_cast<std::int32_t>(run.steps.size()) - run.branchStep;
    return fmt::format("{} steps, {:.3f} s a step (recording {:.2f} %, preview {:.2f} %), {:.2f} s in all\n", n,
                       n > 0 ? steps / n : 0.0, steps > 0 ? 100 * record / steps : 0.0,
                       steps > 0 ? 100 * preview / steps : 0.0, run.totalSeconds);
}

std::string answerJson(const DenoiseRecording& run) {
    using Json = nlohmann::ordered_json;
    Json json = {{"model", run.model.name},
                 {"architecture", run.model.architecture},
                 {"settings", Json::parse(settingsToJson(run.settings))},
                 {"branch_step", run.branchStep},
                 {"seconds", run.totalSeconds},
                 {"steps", Json::array()},
                 {"notes", run.notes}};
    for (const DenoiseStepPtr& s : run.steps)
        json["steps"].push_back({{"timestep", s->from.timestep},
                                 {"alpha", s->from.alpha},
                                 {"sigma", s->from.sigma},
                                 {"guidance", s->guidance},
                                 {"seconds", s->seconds},
                                 {"record_seconds", s->recordSeconds},
                                 {"preview_seconds", s->previewSeconds}});
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<PreviewKind> previewOf(const std::string& name) {
    constexpr std::pair<std::string_view, PreviewKind> kKinds[] = {{"none", PreviewKind::None},
                                                                   {"projection", PreviewKind::Projection},
                                                                   {"tiny", PreviewKind::TinyDecoder},
                                                                   {"decoder", PreviewKind::Decoder}};
    for (const auto& [n, kind] : kKinds)
        if (n == name)
            return kind;
    return fail(ErrorCode::InvalidArgument, "--preview is none, projection, tiny or decoder.");
}

/// --upscale: the picture of --init, larger, drawn anew tile by tile.
Result<void> runUpscale(const DenoiseOptions& o, DenoiseJob base, std::stop_token stop) {
    UpscaleJob job;
    job.base = std::move(base);
    job.factor = o.upscale;
    if (!o.given("--strength"))
        job.base.settings.strength = 0.3;
    if (o.out.empty())
        return fail(ErrorCode::InvalidArgument, "Name the file for the large picture with -o FILE.png.");
    VITRAL_TRY_ASSIGN(const UpscalePlan plan, planUpscale(job));
    say(fmt::format("denoise: {} x {}, {} {}", plan.width, plan.height, plan.nTile, tr("tiles", "ladrilhos")));
    const bool live = errorIsTerminal();
    VITRAL_TRY_ASSIGN(const Picture large, upscale(job, stop, [&](double fraction, const Picture&) {
                          if (live)
                              sayRaw(fmt::format("\r{:3.0f} %", 100 * fraction));
                      }));
    if (live)
        sayRaw("\r\x1b[K");
    VITRAL_TRY(writePng(o.out, toPixels8(large)));
    return writeAnswer(fmt::format("{} x {}, {} tiles\n", plan.width, plan.height, plan.nTile));
}

/// Asked before anything is computed: minutes of drawing must not end in "no such folder".
Result<void> canBeWritten(const std::string& file) {
    if (file.empty())
        return {};
    std::error_code error;
    const std::filesystem::path path(file);
    if (std::filesystem::is_directory(path, error))
        return fail(ErrorCode::InvalidArgument, fmt::format("{} is a folder; name a file in it.", file));
    if (path.has_parent_path() && !std::filesystem::is_directory(path.parent_path(), error))
        return fail(ErrorCode::Io, fmt::format("There is no folder {} to write {} into.", path.parent_path().string(),
                                               path.filename().string()));
    return {};
}

/// A name that promises another kind of file than what is written is refused; one without an ending is not.
Result<void> endsIn(const std::string& file, std::string_view ending, std::string_view what) {
    std::string own = std::filesystem::path(file).extension().string();
    std::transform(own.begin(), own.end(), own.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    if (own.empty() || own == ending)
        return {};
    return fail(ErrorCode::InvalidArgument,
                fmt::format("{} is written as {}: give {} that ending.", what, ending, file));
}

Result<void> runDenoise(const DenoiseOptions& o, const CommonOptions& common) {
    for (const std::string* file : {&o.out, &o.sheet, &o.film, &o.trace})
        VITRAL_TRY(canBeWritten(*file));
    VITRAL_TRY(endsIn(o.out, ".png", "A picture"));
    VITRAL_TRY(endsIn(o.sheet, ".png", "A sheet"));
    VITRAL_TRY(endsIn(o.film, ".webp", "A film"));
    VITRAL_TRY(endsIn(o.trace, ".safetensors", "A recorded run"));
    if (o.list && o.model.empty())
        return writeAnswer(namesText());
    std::filesystem::path modelPath = o.model;
    if (modelPath.empty() && o.prompt.empty() && o.recipe.empty() && o.branchFrom.empty())
        return fail(
            ErrorCode::InvalidArgument,
            "Say what to draw, and perhaps with which diffusion model: vitral-cli denoise [MODEL] \"a red heart\".");
    if (modelPath.empty() || modelPath == "-") {
        VITRAL_TRY_ASSIGN(modelPath, findBundledPictureModel());
    }
    DenoiseJob job;
    VITRAL_TRY_ASSIGN(job.request.preview, previewOf(o.preview));
    DenoiseRecordingPtr parent;
    if (!o.branchFrom.empty()) {
        if (!o.given("--at"))
            return fail(ErrorCode::InvalidArgument, "Say with --at STEP where to branch (the first step is 0).");
        VITRAL_TRY_ASSIGN(parent, openDenoiseRecording(o.branchFrom));
    }
    InterruptWatch interrupts;
    std::stop_source stop;
    DiffusionLoadOptions load;
    VITRAL_TRY_ASSIGN(load.backend, common.pictureBackendFor(pictureModelBytes(modelPath)));
    load.stop = stop.get_token();
    load.precision = o.exact ? Precision::Exact : Precision::Auto;
    load.tinyDecoder = o.tinyDecoder;
    interrupts.onInterrupt([&] { stop.request_stop(); });
    interrupts.allowHere();
    VITRAL_TRY_ASSIGN(job.model, loadDiffusionModel(modelPath, load));
    VITRAL_TRY_ASSIGN(job.settings, settingsOf(o, *job.model, parent));
    job.branchFrom = parent;
    job.branchStep = o.at;
    if (!o.record.empty()) {
        for (const char* part : {"cross", "features"})
            if (o.record.find(part) != std::string::npos)
                (part[0] == 'c' ? job.request.cross : job.request.features) = {"*"};
        job.request.byteBudget = static_cast<std::size_t>(o.budgetMegabytes) * 1'000'000;
    }
    if (o.upscale > 0)
        return runUpscale(o, std::move(job), stop.get_token());
    VITRAL_TRY_ASSIGN(const DenoisePlan plan, planDenoise(job));
    if (o.list)
        return writeAnswer(listText(*job.model, plan) + namesText());
    for (const std::string& note : plan.notes)
        say("denoise: " + note);
    const bool live = errorIsTerminal();
    VITRAL_TRY_ASSIGN(const DenoiseRecordingPtr run, denoise(job, stop.get_token(), [&](const DenoiseProgress& p) {
                          if (live)
                              sayRaw(fmt::format("\r{:3.0f} % {:<24}", 100 * p.fraction, p.what));
                      }));
    interrupts.stop();
    if (live)
        sayRaw("\r\x1b[K");
    for (const std::string& note : run->notes)
        say("denoise: " + note);
    VITRAL_TRY(writePictures(o, *run));
    return writeAnswer(o.json ? answerJson(*run) : answerText(*run));
}

/// Whether the only word given is what to draw: it names no file, and does not look as if it should.
bool isPrompt(const std::string& word) {
    if (word.empty() || word == "-" || word.find('/') != std::string::npos)
        return false;
    std::error_code error;
    const std::string ending = std::filesystem::path(word).extension().string();
    return !std::filesystem::exists(word, error) && ending != ".safetensors" && ending != ".gguf" && ending != ".ckpt";
}

} // namespace

void addDenoiseCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* c = app.add_subcommand("denoise", "Make a picture from noise, and keep every step of it");
    auto o = std::make_shared<DenoiseOptions>();
    o->command = c;
    c->add_option("MODEL", o->model, "Diffusion model: a file or a diffusers folder; - or nothing: the bundled one")
        ->type_name("");
    c->add_option("PROMPT", o->prompt, "What to make: words, or the name or number of a class")->type_name("");
    c->add_option("--negative", o->negative, "What guidance leads away from")->type_name("TEXT");
    c->add_option("--class", o->classId, "Class of a class-conditional model")->check(CLI::Range(0, 1'000'000));
    c->add_option("--seed", o->seed, "Seed of the noise")->type_name("N");
    c->add_option("--steps", o->steps, "Steps")->check(CLI::Range(1, 1000));
    c->add_option("--solver", o->solver, "Solver; --list names them")->type_name("NAME");
    c->add_option("--spacing", o->spacing, "How the steps are spread; --list names the ways")->type_name("NAME");
    c->add_option("--eta", o->eta, "Noise of ddim: 0 none, 1 as ddpm")->check(CLI::Range(0.0, 1.0));
    c->add_option("--guidance", o->guidance, "Classifier-free guidance; 1: none")->check(CLI::Range(0.0, 1000.0));
    c->add_option("--rescale", o->rescale, "Guidance brought back to the old contrast")->check(CLI::Range(0.0, 1.0));
    c->add_option("--guidance-interval", o->interval, "Part of the steps that are guided")->type_name("0.2:0.8");
    c->add_option("--size", o->size, "Pixels: 512, or 768x512 (width x height)")->type_name("SIZE");
    c->add_option("--init", o->init, "Begin with this picture (PNG, JPEG, BMP)")->type_name("FILE");
    c->add_option("--strength", o->strength, "How much of --init is made anew")->check(CLI::Range(0.0, 1.0));
    c->add_option("--mask", o->mask, "White is painted anew, black stays; with --init")->type_name("FILE");
    c->add_option("--upscale", o->upscale, "Enlarge --init so many times, tile by tile; strength 0.3 unless said")
        ->check(CLI::Range(1.0, 8.0));
    c->add_option("--other-seed", o->otherSeed, "A second seed")->type_name("N");
    c->add_option("--seed-mix", o->seedMix, "Its part of the noise (spherical)")->check(CLI::Range(0.0, 1.0));
    c->add_option("--other-prompt", o->otherPrompt, "A second prompt")->type_name("TEXT");
    c->add_option("--prompt-mix", o->promptMix, "Its part of the conditioning")->check(CLI::Range(0.0, 1.0));
    c->add_option("-o,--out", o->out, "The picture, as PNG with its recipe")->type_name("FILE");
    c->add_option("--steps-out", o->stepsOut, "A PNG of what each step expects the end to be")->type_name("DIR");
    c->add_option("--sheet", o->sheet, "The same on one sheet")->type_name("FILE");
    c->add_option("--film", o->film, "The same as a film (animated WebP)")->type_name("FILE.webp");
    c->add_option("--zoom", o->zoom, "Pixels of the file for each pixel of the picture")->check(CLI::Range(1, 64));
    c->add_option("--preview", o->preview, "How latents are shown: none, projection, tiny or decoder")
        ->type_name("KIND");
    c->add_option("--tiny-decoder", o->tinyDecoder, "A TAESD file for --preview tiny")->type_name("FILE");
    c->add_option("--trace", o->trace, "The recorded run")->type_name("FILE.safetensors");
    c->add_option("--record", o->record, "Besides the steps: cross, features or cross,features")->type_name("WHAT");
    c->add_option("--budget", o->budgetMegabytes, "Memory for what --record keeps, in MB")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 20U));
    c->add_option("--branch-from", o->branchFrom, "Go on from a recorded run, with other settings")->type_name("FILE");
    c->add_option("--at", o->at, "at this step (the first is 0)")->check(CLI::Range(0, 1000));
    c->add_option("--recipe", o->recipe, "Settings of a picture that this program has written")->type_name("FILE.png");
    c->add_flag("--exact", o->exact, "Products of the weights in f32, nowhere rounded to 16 bits");
    c->add_flag("--list", o->list, "What the model is and needs; solvers and spacings");
    c->add_flag("--json", o->json, "Settings and times of all steps as JSON");
    c->callback([&common, o] {
        o->bundled = o->prompt.empty() && isPrompt(o->model); // denoise "gato azul": the bundled model draws
        if (o->bundled)
            std::swap(o->prompt, o->model);
        common.action = [&common, o] { return runDenoise(*o, common); };
    });
}

} // namespace vitral::cli
