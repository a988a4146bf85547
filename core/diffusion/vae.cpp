// SPDX-License-Identifier: Apache-2.0
// Both halves are a chain of residual blocks with an attention over all pixels where the picture is smallest:
//
//   encoder: pixels -> in -> levels, each at half the size -> middle -> norm, out -> mean of the latent
//   decoder: latent -> in -> middle -> levels, each at twice the size -> norm, out -> pixels
#include "core/diffusion/vae.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral::diffusion {

namespace {
constexpr double kEps = 1e-6; // of every norm
constexpr std::int32_t kMaxSidePixels = 16384;
} // namespace

Result<VaeConfig> readVaeConfig(const JsonConfig& json) {
    VaeConfig config;
    VITRAL_TRY_ASSIGN(const std::string kind, json.text("_class_name", "AutoencoderKL"));
    if (kind != "AutoencoderKL")
        return fail(ErrorCode::Unsupported, fmt::format("The key _class_name of {} is \"{}\"; this version knows "
                                                        "AutoencoderKL.",
                                                        json.what(), kind.substr(0, 60)));
    VITRAL_TRY_ASSIGN(config.inChannels, json.integer("in_channels", 3, 1, 64));
    VITRAL_TRY_ASSIGN(config.outChannels, json.integer("out_channels", 3, 1, 64));
    VITRAL_TRY_ASSIGN(config.latentChannels, json.integer("latent_channels", 4, 1, 1024));
    VITRAL_TRY_ASSIGN(config.channels, json.integers("block_out_channels", 0, {}, 1, 16384));
    VITRAL_TRY_ASSIGN(config.nRes, json.integer("layers_per_block", 1, 1, 32));
    VITRAL_TRY_ASSIGN(config.nGroup, json.integer("norm_num_groups", 32, 1, 16384));
    VITRAL_TRY_ASSIGN(config.scale, json.real("scaling_factor", 0.18215, 1e-6, 1e6));
    VITRAL_TRY_ASSIGN(config.shift, json.real("shift_factor", 0.0, -1e6, 1e6));
    VITRAL_TRY_ASSIGN(config.midAttention, json.boolean("mid_block_add_attention", true));
    VITRAL_TRY_ASSIGN(config.quant, json.boolean("use_quant_conv", true));
    VITRAL_TRY_ASSIGN(config.postQuant, json.boolean("use_post_quant_conv", true));
    VITRAL_TRY_ASSIGN(const std::string act, json.text("act_fn", "silu"));
    if (act != "silu" && act != "swish")
        return fail(ErrorCode::Unsupported, fmt::format("The key act_fn of {} is \"{}\"; this version knows silu.",
                                                        json.what(), act.substr(0, 60)));
    for (const char* key : {"down_block_types", "up_block_types"}) {
        VITRAL_TRY_ASSIGN(const auto types, json.texts(key, 16));
        for (const std::string& type : types)
            if (type != "DownEncoderBlock2D" && type != "UpDecoderBlock2D")
                return fail(ErrorCode::Unsupported,
                            fmt::format("The key {} of {} names \"{}\"; this version knows DownEncoderBlock2D and "
                                        "UpDecoderBlock2D.",
                                        key, json.what(), type.substr(0, 60)));
        if (!types.empty() && types.size() != config.channels.size())
            return fail(ErrorCode::InvalidFile, fmt::format("{} lists {} {} for {} block_out_channels.", json.what(),
                                                            types.size(), key, config.channels.size()));
    }
    return config;
}

Result<std::shared_ptr<const AutoencoderKl>> AutoencoderKl::load(NetLoader& loader, const VaeConfig& config,
                                                                 const TileRules& tiles) {
    std::shared_ptr<AutoencoderKl> net(new AutoencoderKl());
    net->config_ = config;
    net->tiles_ = tiles;
    for (std::size_t i = 1; i < config.channels.size(); ++i)
        net->factor_ *= 2;
    net->encoder_.name = "vae.encoder";
    net->decoder_.name = "vae.decoder";
    VITRAL_TRY(net->loadDecoder(loader));
    net->hasEncoder_ = loader.listing() || loader.has("encoder.conv_in.weight");
    if (net->hasEncoder_)
        VITRAL_TRY(net->loadEncoder(loader));
    net->kept_ = loader.kept();
    return std::shared_ptr<const AutoencoderKl>(std::move(net));
}

Result<void> AutoencoderKl::loadMid(NetLoader& loader, Half& half, const std::string& prefix) const {
    const std::int64_t n = config_.channels.back();
    const auto res = [&](int i) {
        return ResBlock::load(loader, fmt::format("{}.mid_block.resnets.{}", prefix, i), n, n, 0, config_.nGroup, kEps,
                              fmt::format("{}.mid.res.{}", half.name, i));
    };
    VITRAL_TRY_ASSIGN(half.mid0, res(0));
    if (config_.midAttention) {
        VITRAL_TRY_ASSIGN(half.midAttention, PixelAttention::load(loader, prefix + ".mid_block.attentions.0", n, 1,
                                                                  config_.nGroup, kEps, half.name + ".mid.attn.0"));
    }
    VITRAL_TRY_ASSIGN(half.mid1, res(1));
    return {};
}

Result<void> AutoencoderKl::loadEncoder(NetLoader& loader) {
    const auto& channels = config_.channels;
    VITRAL_TRY_ASSIGN(encoder_.in, loader.conv("encoder.conv_in", channels.front(), config_.inChannels));
    std::int64_t n = channels.front();
    for (std::size_t i = 0; i < channels.size(); ++i) {
        Level level;
        for (std::int64_t j = 0; j < config_.nRes; ++j) {
            VITRAL_TRY_ASSIGN(auto block, ResBlock::load(loader, fmt::format("encoder.down_blocks.{}.resnets.{}", i, j),
                                                         n, channels[i], 0, config_.nGroup, kEps,
                                                         fmt::format("vae.encoder.down.{}.res.{}", i, j)));
            level.res.push_back(std::move(block));
            n = channels[i];
        }
        if (i + 1 < channels.size()) {
            VITRAL_TRY_ASSIGN(level.resample,
                              loader.conv(fmt::format("encoder.down_blocks.{}.downsamplers.0.conv", i), n, n));
            level.resampleName = fmt::format("vae.encoder.down.{}.down", i);
        }
        encoder_.levels.push_back(std::move(level));
    }
    VITRAL_TRY(loadMid(loader, encoder_, "encoder"));
    VITRAL_TRY_ASSIGN(encoder_.outNorm, loader.groupNorm("encoder.conv_norm_out", n, config_.nGroup, kEps));
    VITRAL_TRY_ASSIGN(encoder_.out, loader.conv("encoder.conv_out", 2 * config_.latentChannels, n));
    if (config_.quant) {
        VITRAL_TRY_ASSIGN(quant_,
                          loader.pointwise("quant_conv", 2 * config_.latentChannels, 2 * config_.latentChannels));
    }
    return {};
}

Result<void> AutoencoderKl::loadDecoder(NetLoader& loader) {
    const auto& channels = config_.channels;
    if (config_.postQuant) {
        VITRAL_TRY_ASSIGN(postQuant_,
                          loader.pointwise("post_quant_conv", config_.latentChannels, config_.latentChannels));
    }
    std::int64_t n = channels.back();
    VITRAL_TRY_ASSIGN(decoder_.in, loader.conv("decoder.conv_in", n, config_.latentChannels));
    VITRAL_TRY(loadMid(loader, decoder_, "decoder"));
    for (std::size_t i = 0; i < channels.size(); ++i) {
        const std::int64_t nOut = channels[channels.size() - 1 - i];
        Level level;
        for (std::int64_t j = 0; j <= config_.nRes; ++j) {
            VITRAL_TRY_ASSIGN(auto block,
                              ResBlock::load(loader, fmt::format("decoder.up_blocks.{}.resnets.{}", i, j), n, nOut, 0,
                                             config_.nGroup, kEps, fmt::format("vae.decoder.up.{}.res.{}", i, j)));
            level.res.push_back(std::move(block));
            n = nOut;
        }
        if (i + 1 < channels.size()) {
            VITRAL_TRY_ASSIGN(level.resample,
                              loader.conv(fmt::format("decoder.up_blocks.{}.upsamplers.0.conv", i), n, n));
            level.resampleName = fmt::format("vae.decoder.up.{}.up", i);
        }
        decoder_.levels.push_back(std::move(level));
    }
    VITRAL_TRY_ASSIGN(decoder_.outNorm, loader.groupNorm("decoder.conv_norm_out", n, config_.nGroup, kEps));
    VITRAL_TRY_ASSIGN(decoder_.out, loader.conv("decoder.conv_out", config_.outChannels, n));
    return {};
}

Result<Scratch> AutoencoderKl::middle(Pass& pass, const Half& half, Scratch x, const ImageShape& shape) const {
    x = half.mid0.run(pass, *x, shape, {});
    pass.features(half.mid0.name, *x, shape);
    VITRAL_TRY(pass.check());
    if (!half.midAttention.norm.empty()) {
        half.midAttention.run(pass, *x, shape);
        pass.features(half.midAttention.name, *x, shape);
        VITRAL_TRY(pass.check());
    }
    x = half.mid1.run(pass, *x, shape, {});
    pass.features(half.mid1.name, *x, shape);
    VITRAL_TRY(pass.check());
    return x;
}

Result<void> AutoencoderKl::runDecoder(Pass& pass, const Picture& latent, Picture& out,
                                       const std::function<void(double)>& progress) const {
    ImageShape shape{1, latent.height, latent.width};
    const std::int64_t nLatent = config_.latentChannels;
    pass.scope("vae.decoder.in");
    Scratch x = pass.make(nRows(shape), config_.channels.back());
    {
        Scratch z = pass.make(nRows(shape), nLatent), quantised = pass.make(nRows(shape), nLatent);
        std::vector<float> values = latent.values;
        for (float& v : values)
            v = v / static_cast<float>(config_.scale) + static_cast<float>(config_.shift);
        pass.writePixels(*z, values, shape);
        if (!postQuant_.empty())
            pass.linear(*quantised, *z, postQuant_);
        pass.conv(*x, postQuant_.empty() ? *z : *quantised, decoder_.in, shape);
    }
    VITRAL_TRY_ASSIGN(x, middle(pass, decoder_, std::move(x), shape));
    std::size_t done = 0;
    for (const Level& level : decoder_.levels) {
        for (const ResBlock& block : level.res) {
            x = block.run(pass, *x, shape, {});
            pass.features(block.name, *x, shape);
            VITRAL_TRY(pass.check());
        }
        if (!level.resample.empty()) {
            pass.scope(level.resampleName);
            Scratch bigger = pass.make(nRows(doubled(shape)), level.resample.nOut);
            pass.conv(*bigger, *x, level.resample, shape, 1, true);
            shape = doubled(shape);
            x = std::move(bigger);
            pass.features(level.resampleName, *x, shape);
            VITRAL_TRY(pass.check());
        }
        if (progress && !pass.planning())
            progress(static_cast<double>(++done) / static_cast<double>(decoder_.levels.size() + 1));
    }
    pass.scope("vae.decoder.out");
    Scratch normed = pass.make(nRows(shape), x->nCol());
    pass.groupNorm(*normed, *x, decoder_.outNorm, shape, Activation::Silu);
    x.release();
    Scratch pixels = pass.make(nRows(shape), config_.outChannels);
    pass.conv(*pixels, *normed, decoder_.out, shape);
    VITRAL_TRY(pass.check());
    pass.readPixels(*pixels, out.values, shape);
    return pass.check();
}

Result<void> AutoencoderKl::runEncoder(Pass& pass, const Picture& pixels, Picture& out,
                                       const std::function<void(double)>& progress) const {
    ImageShape shape{1, pixels.height, pixels.width};
    pass.scope("vae.encoder.in");
    Scratch x = pass.make(nRows(shape), config_.channels.front());
    {
        Scratch in = pass.make(nRows(shape), config_.inChannels);
        pass.writePixels(*in, pixels.values, shape);
        pass.conv(*x, *in, encoder_.in, shape);
    }
    std::size_t done = 0;
    for (const Level& level : encoder_.levels) {
        for (const ResBlock& block : level.res) {
            x = block.run(pass, *x, shape, {});
            pass.features(block.name, *x, shape);
            VITRAL_TRY(pass.check());
        }
        if (!level.resample.empty()) {
            pass.scope(level.resampleName);
            const ImageShape half{1, shape.height / 2, shape.width / 2};
            Scratch smaller = pass.make(nRows(half), level.resample.nOut);
            pass.conv(*smaller, *x, level.resample, shape, 2, false, Pass::Pad::BelowRight);
            shape = half;
            x = std::move(smaller);
            pass.features(level.resampleName, *x, shape);
            VITRAL_TRY(pass.check());
        }
        if (progress && !pass.planning())
            progress(static_cast<double>(++done) / static_cast<double>(encoder_.levels.size() + 1));
    }
    VITRAL_TRY_ASSIGN(x, middle(pass, encoder_, std::move(x), shape));
    pass.scope("vae.encoder.out");
    const std::int64_t n = 2 * config_.latentChannels; // means, then logarithms of variances
    Scratch normed = pass.make(nRows(shape), x->nCol());
    Scratch moments = pass.make(nRows(shape), n), quantised = pass.make(nRows(shape), n);
    pass.groupNorm(*normed, *x, encoder_.outNorm, shape, Activation::Silu);
    pass.conv(*moments, *normed, encoder_.out, shape);
    if (!quant_.empty())
        pass.linear(*quantised, *moments, quant_);
    Scratch mean = pass.make(nRows(shape), config_.latentChannels);
    pass.copy(*mean, (quant_.empty() ? *moments : *quantised).cols(0, config_.latentChannels));
    pass.readPixels(*mean, out.values, shape);
    for (float& v : out.values)
        v = (v - static_cast<float>(config_.shift)) * static_cast<float>(config_.scale);
    return pass.check();
}

Result<Picture> AutoencoderKl::run(NetworkContext& context, const Picture& in, bool decoding,
                                   const std::function<void(double)>& progress) const {
    Picture out =
        decoding ? Picture(static_cast<std::int32_t>(config_.outChannels), in.height * factor_, in.width * factor_)
                 : Picture(static_cast<std::int32_t>(config_.latentChannels), in.height / factor_, in.width / factor_);
    Arena plan;
    {
        Pass pass(plan);
        VITRAL_TRY(decoding ? runDecoder(pass, in, out, {}) : runEncoder(pass, in, out, {}));
    }
    context.workspace.reset();
    VITRAL_TRY_ASSIGN(const Tensor memory,
                      context.workspace.make(1, static_cast<std::int64_t>(plan.peakBytes() / sizeof(float))));
    Arena arena(memory.data, plan.peakBytes());
    Pass pass(arena, context);
    VITRAL_TRY(decoding ? runDecoder(pass, in, out, progress) : runEncoder(pass, in, out, progress));
    return out;
}

std::size_t AutoencoderKl::planBytes(std::int32_t heightLatent, std::int32_t widthLatent, bool decoding) const {
    // Only sizes count: no values are looked at while planning, so none are made.
    Picture in, out;
    in.height = heightLatent * (decoding ? 1 : factor_);
    in.width = widthLatent * (decoding ? 1 : factor_);
    Arena plan;
    Pass pass(plan);
    const auto done = decoding ? runDecoder(pass, in, out, {}) : runEncoder(pass, in, out, {});
    VITRAL_ASSERT(done.has_value(), "planning cannot fail");
    return plan.peakBytes();
}

std::size_t AutoencoderKl::scratchBytes(std::int32_t heightPixels, std::int32_t widthPixels) const {
    const std::int32_t height = (heightPixels + factor_ - 1) / factor_, width = (widthPixels + factor_ - 1) / factor_;
    const std::size_t whole = planBytes(height, width, true);
    if (whole <= tiles_.wholeBytes)
        return whole;
    return planBytes(std::min(height, tiles_.side), std::min(width, tiles_.side), true);
}

Result<Picture> AutoencoderKl::decode(NetworkContext& context, const Picture& latent,
                                      const std::function<void(double)>& progress) const {
    if (latent.channels != channels() || latent.height < 1 || latent.width < 1 ||
        latent.height > kMaxSidePixels / factor_ || latent.width > kMaxSidePixels / factor_)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("This autoencoder decodes latents of {} channels up to {} pixels a side; it was given "
                                "{} channels, {} x {}.",
                                channels(), kMaxSidePixels, latent.channels, latent.width, latent.height));
    if (planBytes(latent.height, latent.width, true) <= tiles_.wholeBytes)
        return run(context, latent, true, progress);
    Picture out(static_cast<std::int32_t>(config_.outChannels), latent.height * factor_, latent.width * factor_);
    VITRAL_TRY(runTiles(
        latent, 1, out, factor_, tiles_, [&](const Picture& tile) { return run(context, tile, true, {}); }, progress));
    return out;
}

Result<Picture> AutoencoderKl::encode(NetworkContext& context, const Picture& pixels,
                                      const std::function<void(double)>& progress) const {
    if (!hasEncoder_)
        return fail(ErrorCode::Unsupported, "This model's file has only the half of the autoencoder that decodes.");
    if (pixels.channels != config_.inChannels || pixels.height < factor_ || pixels.width < factor_ ||
        pixels.height % factor_ != 0 || pixels.width % factor_ != 0 || pixels.height > kMaxSidePixels ||
        pixels.width > kMaxSidePixels)
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format("This autoencoder encodes pictures of {} channels whose sides are multiples of {} up to "
                        "{}; it was given {} channels, {} x {}.",
                        config_.inChannels, factor_, kMaxSidePixels, pixels.channels, pixels.width, pixels.height));
    if (planBytes(pixels.height / factor_, pixels.width / factor_, false) <= tiles_.wholeBytes)
        return run(context, pixels, false, progress);
    Picture out(channels(), pixels.height / factor_, pixels.width / factor_);
    VITRAL_TRY(runTiles(
        pixels, factor_, out, 1, tiles_, [&](const Picture& tile) { return run(context, tile, false, {}); }, progress));
    return out;
}

} // namespace vitral::diffusion
