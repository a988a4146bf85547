// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/taesd.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <set>

namespace vitral::diffusion {

namespace {

constexpr int kMaxSteps = 64;
constexpr std::int32_t kMaxSidePixels = 16384;

/// The numbers n of tensors "<prefix>.<n>...", ascending.
std::set<int> numbersUnder(const TensorSource& source, const std::string& prefix) {
    std::set<int> numbers;
    const std::string start = prefix + ".";
    for (const auto& [name, entry] : source.entries()) {
        if (!name.starts_with(start))
            continue;
        int n = -1;
        const char* const end = name.data() + name.size();
        const auto [at, error] = std::from_chars(name.data() + start.size(), end, n);
        if (error == std::errc{} && at != end && *at == '.' && n >= 0 && n < kMaxSteps)
            numbers.insert(n);
    }
    return numbers;
}

} // namespace

Result<TinyAutoencoder::Half> TinyAutoencoder::loadHalf(NetLoader& loader, const std::string& prefix, bool decoder) {
    Half half;
    const TensorSource& source = loader.source();
    std::int64_t n = 0;
    for (const int i : numbersUnder(source, prefix)) {
        const std::string at = fmt::format("{}.{}", prefix, i);
        const bool isBlock = source.has(at + ".conv.0.weight");
        const Shape shape = source.shapeOf(at + (isBlock ? ".conv.0.weight" : ".weight"));
        if (shape.rank != 4)
            return fail(ErrorCode::InvalidFile, fmt::format("The tiny autoencoder lacks the convolution {}.", at));
        Step step;
        step.name = fmt::format("taesd.{}.{}", decoder ? "decoder" : "encoder", half.steps.size());
        if (n == 0)
            half.nIn = n = shape[1];
        const std::int64_t nOut = shape[0];
        if (isBlock) {
            for (const int j : {0, 2, 4}) {
                VITRAL_TRY_ASSIGN(auto conv, loader.conv(fmt::format("{}.conv.{}", at, j), nOut, j == 0 ? n : nOut));
                step.convs.push_back(std::move(conv));
            }
            if (n != nOut) {
                VITRAL_TRY_ASSIGN(step.skip, loader.linear(at + ".skip", nOut, n, Bias::None));
            }
            if (source.has(at + ".pool.0.weight")) {
                const std::int64_t wide = source.shapeOf(at + ".pool.0.weight")[0];
                VITRAL_TRY_ASSIGN(step.poolIn, loader.linear(at + ".pool.0", wide, n, Bias::None));
                VITRAL_TRY_ASSIGN(step.poolNorm, loader.groupNorm(at + ".pool.1", wide, 4, 1e-5));
                VITRAL_TRY_ASSIGN(step.poolOut, loader.linear(at + ".pool.3", n, wide, Bias::None));
            }
        } else {
            // Convolutions without bias are those that change the size.
            step.resamples = !source.has(at + ".bias");
            step.reluAfter = decoder && half.steps.empty();
            VITRAL_TRY_ASSIGN(auto conv, loader.conv(at, nOut, n, 3, step.resamples ? Bias::None : Bias::Required));
            step.convs.push_back(std::move(conv));
        }
        n = nOut;
        half.steps.push_back(std::move(step));
    }
    half.nOut = n;
    return half;
}

Result<std::shared_ptr<const TinyAutoencoder>> TinyAutoencoder::load(NetLoader& loader) {
    std::shared_ptr<TinyAutoencoder> net(new TinyAutoencoder());
    const bool layers = loader.has("decoder.layers.0.weight"); // diffusers' names
    VITRAL_TRY_ASSIGN(net->decoder_, loadHalf(loader, layers ? "decoder.layers" : "decoder", true));
    VITRAL_TRY_ASSIGN(net->encoder_, loadHalf(loader, layers ? "encoder.layers" : "encoder", false));
    if (net->decoder_.steps.empty())
        return fail(ErrorCode::InvalidFile, "The file holds no decoder of a tiny autoencoder.");
    for (const Step& step : net->decoder_.steps)
        net->factor_ *= step.resamples ? 2 : 1;
    std::int32_t encoderFactor = 1;
    for (const Step& step : net->encoder_.steps)
        encoderFactor *= step.resamples ? 2 : 1;
    if (net->factor_ > 256 || net->decoder_.nIn > 1024 || net->decoder_.nOut > 64 ||
        (!net->encoder_.steps.empty() && (encoderFactor != net->factor_ || net->encoder_.nOut != net->decoder_.nIn ||
                                          net->encoder_.nIn != net->decoder_.nOut)))
        return fail(ErrorCode::InvalidFile, "The tiny autoencoder's two halves do not fit each other.");
    net->nLatent_ = static_cast<std::int32_t>(net->decoder_.nIn);
    net->kept_ = loader.kept();
    return std::shared_ptr<const TinyAutoencoder>(std::move(net));
}

Result<void> TinyAutoencoder::runHalf(Pass& pass, const Half& half, const Picture& in, Picture& out) const {
    const bool decoding = &half == &decoder_;
    ImageShape shape{1, in.height, in.width};
    Scratch x = pass.make(nRows(shape), half.nIn);
    if (!pass.planning()) {
        std::vector<float> values = in.values;
        if (!decoding)
            for (float& v : values)
                v = 0.5F * v + 0.5F; // it works on 0..1
        pass.writePixels(*x, values, shape);
        if (decoding)
            pass.backend().softcap(*x, 3.0F);
    }
    for (const Step& step : half.steps) {
        pass.scope(step.name);
        const std::int64_t nOut = step.convs.back().nOut;
        if (step.convs.size() == 1) {
            const ImageShape next = !step.resamples ? shape : decoding ? doubled(shape) : halved(shape);
            Scratch y = pass.make(nRows(next), nOut);
            pass.conv(*y, *x, step.convs[0], shape, step.resamples && !decoding ? 2 : 1, step.resamples && decoding);
            if (step.reluAfter)
                pass.activation(Activation::Relu, *y, *y);
            x = std::move(y);
            shape = next;
        } else {
            if (!step.poolIn.empty()) {
                Scratch wide = pass.make(nRows(shape), step.poolIn.nOut());
                Scratch normed = pass.make(nRows(shape), step.poolIn.nOut());
                pass.linear(*wide, *x, step.poolIn);
                pass.groupNorm(*normed, *wide, step.poolNorm, shape, Activation::Relu);
                const Tensor back = wide->cols(0, x->nCol());
                pass.linear(back, *normed, step.poolOut);
                pass.add(*x, *x, back);
            }
            Scratch a = pass.make(nRows(shape), nOut), b = pass.make(nRows(shape), nOut);
            pass.conv(*a, *x, step.convs[0], shape);
            pass.activation(Activation::Relu, *a, *a);
            pass.conv(*b, *a, step.convs[1], shape);
            pass.activation(Activation::Relu, *b, *b);
            pass.conv(*a, *b, step.convs[2], shape);
            if (step.skip.empty()) {
                pass.add(*a, *a, *x);
            } else {
                pass.linear(*b, *x, step.skip);
                pass.add(*a, *a, *b);
            }
            pass.activation(Activation::Relu, *a, *a);
            b.release();
            x = std::move(a);
        }
        pass.features(step.name, *x, shape);
        VITRAL_TRY(pass.check());
    }
    pass.readPixels(*x, out.values, shape);
    if (decoding)
        for (float& v : out.values)
            v = 2 * v - 1;
    return pass.check();
}

Result<Picture> TinyAutoencoder::run(NetworkContext& context, const Half& half, const Picture& in) const {
    const bool decoding = &half == &decoder_;
    Picture out(static_cast<std::int32_t>(half.nOut), decoding ? in.height * factor_ : in.height / factor_,
                decoding ? in.width * factor_ : in.width / factor_);
    Arena plan;
    {
        Pass pass(plan);
        VITRAL_TRY(runHalf(pass, half, in, out));
    }
    context.workspace.reset();
    VITRAL_TRY_ASSIGN(const Tensor memory,
                      context.workspace.make(1, static_cast<std::int64_t>(plan.peakBytes() / sizeof(float))));
    Arena arena(memory.data, plan.peakBytes());
    Pass pass(arena, context);
    VITRAL_TRY(runHalf(pass, half, in, out));
    return out;
}

std::size_t TinyAutoencoder::planBytes(const Half& half, std::int32_t height, std::int32_t width) const {
    Picture in, out;
    in.height = height;
    in.width = width;
    Arena plan;
    Pass pass(plan);
    const auto done = runHalf(pass, half, in, out);
    VITRAL_ASSERT(done.has_value(), "planning cannot fail");
    return plan.peakBytes();
}

std::size_t TinyAutoencoder::scratchBytes(std::int32_t heightPixels, std::int32_t widthPixels) const {
    const std::int32_t height = (heightPixels + factor_ - 1) / factor_, width = (widthPixels + factor_ - 1) / factor_;
    const std::size_t whole = planBytes(decoder_, height, width);
    if (whole <= tiles_.wholeBytes)
        return whole;
    return planBytes(decoder_, std::min(height, tiles_.side), std::min(width, tiles_.side));
}

Result<Picture> TinyAutoencoder::decode(NetworkContext& context, const Picture& latent,
                                        const std::function<void(double)>& progress) const {
    if (latent.channels != nLatent_ || latent.height < 1 || latent.width < 1 ||
        latent.height > kMaxSidePixels / factor_ || latent.width > kMaxSidePixels / factor_)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("This tiny autoencoder decodes latents of {} channels; it was given {}, {} x {}.",
                                nLatent_, latent.channels, latent.width, latent.height));
    if (planBytes(decoder_, latent.height, latent.width) <= tiles_.wholeBytes)
        return run(context, decoder_, latent);
    Picture out(static_cast<std::int32_t>(decoder_.nOut), latent.height * factor_, latent.width * factor_);
    VITRAL_TRY(runTiles(
        latent, 1, out, factor_, tiles_, [&](const Picture& tile) { return run(context, decoder_, tile); }, progress));
    return out;
}

Result<Picture> TinyAutoencoder::encode(NetworkContext& context, const Picture& pixels,
                                        const std::function<void(double)>& progress) const {
    if (encoder_.steps.empty())
        return fail(ErrorCode::Unsupported, "This file has only the half of the tiny autoencoder that decodes.");
    if (pixels.channels != encoder_.nIn || pixels.height < factor_ || pixels.width < factor_ ||
        pixels.height % factor_ != 0 || pixels.width % factor_ != 0 || pixels.height > kMaxSidePixels ||
        pixels.width > kMaxSidePixels)
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format("This tiny autoencoder encodes pictures of {} channels whose sides are multiples of {}; "
                        "it was given {} channels, {} x {}.",
                        encoder_.nIn, factor_, pixels.channels, pixels.width, pixels.height));
    if (planBytes(encoder_, pixels.height, pixels.width) <= tiles_.wholeBytes)
        return run(context, encoder_, pixels);
    Picture out(nLatent_, pixels.height / factor_, pixels.width / factor_);
    VITRAL_TRY(runTiles(
        pixels, factor_, out, 1, tiles_, [&](const Picture& tile) { return run(context, encoder_, tile); }, progress));
    return out;
}

Result<std::shared_ptr<const TinyAutoencoder>> loadTinyAutoencoder(const std::filesystem::path& path,
                                                                   const DiffusionLoadOptions& options) {
    VITRAL_TRY_ASSIGN(auto file, SafetensorsFile::open(path));
    TensorSource source;
    const bool both = std::any_of(file->tensors().begin(), file->tensors().end(),
                                  [](const auto& tensor) { return tensor.name.starts_with("decoder."); });
    if (both) {
        VITRAL_TRY(source.add(std::move(file)));
    } else { // a half of its own: which one, its name says
        const auto under = [](std::string prefix) {
            return [prefix](std::string_view name) { return std::optional<std::string>(prefix + std::string(name)); };
        };
        std::string name = path.filename().string();
        const bool isEncoder = name.find("encoder") != std::string::npos;
        VITRAL_TRY(source.add(std::move(file), under(isEncoder ? "encoder." : "decoder.")));
        const std::string mine = isEncoder ? "encoder" : "decoder", other = isEncoder ? "decoder" : "encoder";
        if (const std::size_t at = name.find(mine); at != std::string::npos) {
            name.replace(at, mine.size(), other);
            std::error_code error;
            if (std::filesystem::exists(path.parent_path() / name, error)) {
                VITRAL_TRY_ASSIGN(auto second, SafetensorsFile::open(path.parent_path() / name));
                VITRAL_TRY(source.add(std::move(second), under(other + ".")));
            }
        }
    }
    NetLoader loader(source, "The tiny autoencoder", weightForm(options.precision), options);
    VITRAL_TRY_ASSIGN(auto net, TinyAutoencoder::load(loader));
    auto kept = std::make_shared<const std::vector<std::shared_ptr<const void>>>(source.owners());
    // The weights lie in the files: whoever holds the network holds them.
    return std::shared_ptr<const TinyAutoencoder>(net.get(),
                                                  [net, kept](const TinyAutoencoder*) mutable { net.reset(); });
}

} // namespace vitral::diffusion
