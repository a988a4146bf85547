// SPDX-License-Identifier: Apache-2.0
// Settings against a model.

#include "core/diffusion/run_setup.h"

#include "core/diffusion/noise.h"
#include "core/diffusion/pixels.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace vitral::diffusion {
namespace {

bool hasClasses(const DiffusionModel& model) {
    return !model.info.classNames.empty() || model.info.nullClass >= 0;
}

bool sameWord(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return lower(x) == lower(y); });
}

/// A prompt of a model that knows classes only names one, or is its number. -1: empty.
Result<std::int32_t> classOf(const DiffusionModel& model, std::string_view prompt) {
    while (!prompt.empty() && prompt.front() == ' ')
        prompt.remove_prefix(1);
    while (!prompt.empty() && prompt.back() == ' ')
        prompt.remove_suffix(1);
    if (prompt.empty())
        return -1;
    const std::vector<std::string>& names = model.info.classNames;
    for (std::size_t i = 0; i < names.size(); ++i)
        if (sameWord(names[i], prompt))
            return static_cast<std::int32_t>(i);
    std::int32_t number = -1;
    const auto [end, error] = std::from_chars(prompt.data(), prompt.data() + prompt.size(), number);
    if (error == std::errc() && end == prompt.data() + prompt.size() && number >= 0 &&
        number < static_cast<std::int32_t>(names.size()))
        return number;
    std::string known;
    for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 12); ++i)
        known += (i > 0 ? ", " : "") + names[i];
    return fail(ErrorCode::InvalidArgument,
                fmt::format("This model knows classes, not words, and none of them is \"{}\"; it knows {}{}.",
                            prompt.substr(0, 60), known, names.size() > 12 ? ", ..." : ""));
}

Conditioning ofClass(std::int32_t id) {
    Conditioning c;
    c.classId = id;
    return c;
}

/// Rows of two prompts mixed linearly; both have the encoder's full length.
void mix(Conditioning& c, const Conditioning& other, double part) {
    const auto into = [&](std::vector<float>& a, const std::vector<float>& b) {
        for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
            a[i] = static_cast<float>((1 - part) * static_cast<double>(a[i]) + part * static_cast<double>(b[i]));
    };
    into(c.tokens, other.tokens);
    into(c.pooled, other.pooled);
    for (std::size_t i = 0; i < std::min(c.words.size(), other.words.size()); ++i)
        if (c.words[i] != other.words[i])
            c.words[i] += "|" + other.words[i];
}

} // namespace

Result<RunShape> runShape(const DiffusionModel& model, const DenoiseSettings& s) {
    const NetworkInfo& net = model.denoiser->info();
    const std::int32_t factor = model.autoencoder ? model.autoencoder->factor() : 1;
    const std::int32_t multiple = std::max(1, net.sizeMultiple) * factor;
    std::int32_t height = s.height, width = s.width;
    if (s.init && net.anySize) {
        // The picture's own size, to the multiple below.
        if (height == 0)
            height = std::max(multiple, s.init->height / multiple * multiple);
        if (width == 0)
            width = std::max(multiple, s.init->width / multiple * multiple);
    }
    if (height == 0)
        height = net.defaultHeight * factor;
    if (width == 0)
        width = net.defaultWidth * factor;
    if (!net.anySize && (height != net.defaultHeight * factor || width != net.defaultWidth * factor))
        return fail(ErrorCode::InvalidArgument, fmt::format("This model makes pictures of {} x {} pixels only.",
                                                            net.defaultWidth * factor, net.defaultHeight * factor));
    if (height % multiple != 0 || width % multiple != 0) {
        const auto near = [&](std::int32_t v) { return std::max(multiple, (v + multiple / 2) / multiple * multiple); };
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("Width and height must be multiples of {} for this model: try {} x {}.", multiple,
                                near(width), near(height)));
    }
    return RunShape{net.outChannels, height / factor, width / factor, height, width};
}

bool canGuide(const DiffusionModel& model) {
    return model.textEncoder != nullptr || hasClasses(model);
}

bool guides(const DiffusionModel& model, const DenoiseSettings& s, std::int32_t iStep, std::int32_t nStep) {
    const double part = static_cast<double>(iStep) / nStep;
    return s.guidance != 1 && canGuide(model) && part >= s.guidanceBegin && part < s.guidanceEnd;
}

Result<std::vector<StepTime>> runTimes(const NoiseSchedule& schedule, const DenoiseSettings& s) {
    VITRAL_TRY_ASSIGN(std::vector<StepTime> times, stepTimes(schedule, s.steps, s.spacing, s.solver));
    if (s.init && s.strength < 1) {
        const auto n = std::min(s.steps, static_cast<std::int32_t>(s.steps * s.strength));
        if (n == 0)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("With strength {:g}, none of {} steps is left; use more steps or strength.",
                                    s.strength, s.steps));
        times.erase(times.begin(), times.begin() + (s.steps - n));
    }
    return times;
}

double initialNoiseScale(const NoiseSchedule& schedule, const DenoiseSettings& s, const StepTime& first) {
    const bool euler =
        s.solver == SolverKind::Euler || s.solver == SolverKind::EulerAncestral || s.solver == SolverKind::Heun;
    if (schedule.spec().kind == BetaKind::Flow || !euler || s.spacing == StepSpacing::Leading)
        return 1;
    return first.sigma;
}

PreviewKind previewFor(const DiffusionModel& model, PreviewKind wanted, const RunShape& shape, std::string* note) {
    if (wanted == PreviewKind::None || !model.autoencoder)
        return wanted == PreviewKind::None ? wanted : PreviewKind::Pixels;
    if (wanted == PreviewKind::Decoder || (wanted == PreviewKind::TinyDecoder && model.tinyDecoder))
        return wanted;
    const auto say = [&](std::string_view text) {
        if (note != nullptr)
            *note = text;
    };
    if (model.info.previewProjection.size() == (static_cast<std::size_t>(shape.channels) + 1) * 3) {
        if (wanted == PreviewKind::TinyDecoder)
            say("There is no tiny decoder for this model; previews are the linear projection.");
        return PreviewKind::Projection;
    }
    if (model.autoencoder->scratchBytes(shape.pixelHeight, shape.pixelWidth) <= (std::size_t{8} << 20U)) {
        say("No linear projection is known for this model; previews are made by its decoder, which is small.");
        return PreviewKind::Decoder;
    }
    say("No linear projection is known for this model, so its steps have no previews.");
    return PreviewKind::None;
}

Result<RunConditioning> runConditioning(const DiffusionModel& model, const DenoiseSettings& s,
                                        NetworkContext& context) {
    RunConditioning out;
    const auto note = [&](std::string text) { out.notes.push_back(std::move(text)); };
    if (model.textEncoder) {
        const auto encode = [&](const std::string& text) -> Result<Conditioning> {
            std::int64_t nCut = 0;
            auto c = model.textEncoder->encode(context, text, &nCut);
            if (c && nCut > 0)
                note(fmt::format("{} tokens at the end of \"{}...\" were left out: the text encoder reads {}.", nCut,
                                 text.substr(0, 20), model.textEncoder->maxTokens()));
            return c;
        };
        VITRAL_TRY_ASSIGN(out.conditional, encode(s.prompt));
        if (s.promptMix > 0) {
            VITRAL_TRY_ASSIGN(const Conditioning other, encode(s.otherPrompt));
            mix(*out.conditional, other, s.promptMix);
        }
        if (s.guidance != 1) {
            VITRAL_TRY_ASSIGN(out.unconditional, encode(s.negative));
            if (model.info.zeroNegative && s.negative.empty()) {
                std::fill(out.unconditional->tokens.begin(), out.unconditional->tokens.end(), 0.0F);
                std::fill(out.unconditional->pooled.begin(), out.unconditional->pooled.end(), 0.0F);
            }
        }
        return out;
    }
    if (hasClasses(model)) {
        const auto nClass = static_cast<std::int32_t>(model.info.classNames.size());
        std::int32_t id = s.classId;
        if (id < 0) {
            VITRAL_TRY_ASSIGN(id, classOf(model, s.prompt));
        } else if (id >= nClass && id != model.info.nullClass) {
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("There is no class {}; this model has classes 0 to {}.", id, nClass - 1));
        }
        VITRAL_TRY_ASSIGN(const std::int32_t negative, classOf(model, s.negative));
        if (id < 0) {
            if (model.info.nullClass < 0)
                return fail(ErrorCode::InvalidArgument, "This model needs a class; choose one of its classes.");
            id = model.info.nullClass;
        }
        out.conditional = ofClass(id);
        const std::int32_t without = negative >= 0 ? negative : model.info.nullClass;
        if (s.guidance != 1 && without >= 0)
            out.unconditional = ofClass(without);
        if (s.promptMix > 0)
            note("Classes cannot be mixed; the other prompt was left out.");
        return out;
    }
    if (!s.prompt.empty() || s.classId >= 0)
        note("This model knows neither words nor classes; the prompt does nothing.");
    if (s.guidance != 1)
        note("This model has nothing to guide it; guidance does nothing.");
    return out;
}

std::vector<float> initialNoise(const DenoiseSettings& s, std::size_t n) {
    std::vector<float> out(n);
    normalNoise(s.seed, kInitialNoiseStream, out);
    if (s.seedMix > 0) {
        std::vector<float> other(n);
        normalNoise(s.otherSeed, kInitialNoiseStream, other);
        slerp(out, other, s.seedMix, out);
    }
    return out;
}

Result<Picture> encodePicture(const DiffusionModel& model, const RunShape& shape, const Picture& pixels,
                              NetworkContext& context) {
    const Picture sized = resized(pixels, shape.pixelHeight, shape.pixelWidth);
    if (!model.autoencoder)
        return fromPixels(model.info, withChannels(sized, shape.channels));
    if (!model.autoencoder->canEncode())
        return fail(ErrorCode::InvalidArgument,
                    "This model's autoencoder has no encoder, so it cannot begin with a picture.");
    VITRAL_TRY_ASSIGN(Picture latent, model.autoencoder->encode(context, sized.channels == 1 || sized.channels == 3
                                                                             ? sized
                                                                             : withChannels(sized, 3)));
    if (latent.channels != shape.channels || latent.height != shape.height || latent.width != shape.width)
        return fail(ErrorCode::InvalidFile, "The autoencoder and the network of this model do not fit together.");
    return latent;
}

} // namespace vitral::diffusion
