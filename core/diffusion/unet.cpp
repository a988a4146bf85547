// SPDX-License-Identifier: Apache-2.0
// One pass of the U-Net:
//
//   time   -> sines and cosines -> two linear layers -> one row that every residual block is told
//   pixels -> in -> down blocks, each leaving its result for later (skip connections), each at half the size
//          -> the middle -> up blocks, each reading [what comes from below | what was left], each at twice the size
//          -> norm, out
//
// Unconditional and conditional pictures go through as one batch: the weights are read once for both.
#include "core/diffusion/unet.h"

#include "core/diffusion/time_embedding.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral::diffusion {

namespace {

constexpr std::int32_t kMaxSide = 4096; // of what the network sees: latents or small pictures
constexpr std::int32_t kMaxImages = 256;

Result<std::vector<float>> hostWords(const NetworkInput& input, std::int64_t width, std::vector<std::int64_t>& counts) {
    std::vector<float> words;
    for (std::int32_t i = 0; i < input.nImage; ++i) {
        const Conditioning* c = input.conditioning.empty() ? nullptr : input.conditioning[static_cast<std::size_t>(i)];
        if (c == nullptr || c->nToken < 1)
            return fail(ErrorCode::InvalidArgument, "This U-Net looks at words, but was given no text.");
        if (c->width != width || c->tokens.size() != static_cast<std::size_t>(c->nToken * c->width))
            return fail(
                ErrorCode::InvalidArgument,
                fmt::format("The text is {} numbers a word, but the U-Net looks at words of {}.", c->width, width));
        words.insert(words.end(), c->tokens.begin(), c->tokens.end());
        counts.push_back(c->nToken);
    }
    return words;
}

} // namespace

Result<UNet::HostInput> UNet::check(const NetworkInput& input, std::span<float> out) const {
    const auto multiple = info_.sizeMultiple;
    if (input.nImage < 1 || input.nImage > kMaxImages || input.height < 1 || input.width < 1 ||
        input.height > kMaxSide || input.width > kMaxSide || input.height % multiple != 0 ||
        input.width % multiple != 0)
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("This U-Net takes pictures whose sides are multiples of {} up to {}, not {} x {}.",
                                multiple, kMaxSide, input.width, input.height));
    const auto area = static_cast<std::size_t>(input.nImage) * static_cast<std::size_t>(input.height) *
                      static_cast<std::size_t>(input.width);
    if (input.x.size() != area * static_cast<std::size_t>(config_.inChannels) ||
        out.size() != area * static_cast<std::size_t>(config_.outChannels))
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("This U-Net reads {} channels and writes {}; the pictures it was given have others.",
                                config_.inChannels, config_.outChannels));
    if (!input.conditioning.empty() && input.conditioning.size() != static_cast<std::size_t>(input.nImage))
        return fail(ErrorCode::InvalidArgument, "There must be one conditioning for every picture.");
    if (!input.skipScales.empty() && input.skipScales.size() != info_.skips.size())
        return fail(ErrorCode::InvalidArgument, fmt::format("This U-Net has {} skip connections, not {}.",
                                                            info_.skips.size(), input.skipScales.size()));
    HostInput host;
    host.skipScales = input.skipScales;
    host.pixels.assign(input.x.begin(), input.x.end());
    if (config_.centerInput)
        for (float& v : host.pixels)
            v = 2 * v - 1;
    const auto nTime = static_cast<std::size_t>(config_.down.front().channels);
    host.time.resize(static_cast<std::size_t>(input.nImage) * nTime);
    for (std::size_t i = 0; i < static_cast<std::size_t>(input.nImage); ++i)
        embedNumber(input.timestep, config_.flipSinToCos, config_.freqShift,
                    std::span(host.time).subspan(i * nTime, nTime));
    if (config_.conditional) {
        VITRAL_TRY_ASSIGN(host.words, hostWords(input, config_.crossWidth, host.wordCounts));
    }
    for (std::int32_t i = 0; i < input.nImage; ++i) {
        const Conditioning* c = input.conditioning.empty() ? nullptr : input.conditioning[static_cast<std::size_t>(i)];
        if (config_.nClass > 0) {
            const std::int32_t id = c != nullptr ? c->classId : -1;
            if (id < 0 || id >= config_.nClass)
                return fail(ErrorCode::InvalidArgument,
                            fmt::format("This U-Net draws one of {} classes; choose one from 0 to {}.", config_.nClass,
                                        config_.nClass - 1));
            host.classes.push_back(id);
        }
        if (config_.nTextTime > 0) {
            const std::int64_t nPooled = config_.nTextTime - 6 * config_.textTimeWidth;
            if (c == nullptr || static_cast<std::int64_t>(c->pooled.size()) != nPooled)
                return fail(
                    ErrorCode::InvalidArgument,
                    fmt::format("This U-Net wants a text as a whole in {} numbers besides its words.", nPooled));
            host.textTime.insert(host.textTime.end(), c->pooled.begin(), c->pooled.end());
            const double h = 8.0 * input.height, w = 8.0 * input.width; // original size, corner, size: in pixels
            for (const double number : {h, w, 0.0, 0.0, h, w}) {
                const std::size_t at = host.textTime.size();
                host.textTime.resize(at + static_cast<std::size_t>(config_.textTimeWidth));
                embedNumber(number, config_.flipSinToCos, config_.freqShift, std::span(host.textTime).subspan(at));
            }
        }
    }
    return host;
}

/// The time, the class and SDXL's extras as one row an image, and of it one projection a residual block.
Result<void> UNet::embedTime(Pass& pass, const HostInput& host, std::int64_t nImage, std::vector<Scratch>& rows) const {
    pass.scope("unet.time");
    const std::int64_t width = config_.timeWidth();
    for (const ResBlock* block : allRes_)
        rows.push_back(pass.make(nImage, block->nOut));
    Scratch row = pass.make(nImage, width), hidden = pass.make(nImage, width);
    Scratch sines = pass.make(nImage, config_.down.front().channels);
    if (!pass.planning())
        pass.backend().write(*sines, host.time);
    pass.linear(*hidden, *sines, time1_);
    pass.activation(Activation::Silu, *hidden, *hidden);
    pass.linear(*row, *hidden, time2_);
    if (classes_ != nullptr) {
        if (!pass.planning())
            pass.backend().embedding(*hidden, *classes_, host.classes);
        pass.add(*row, *row, *hidden);
    }
    if (config_.nTextTime > 0) {
        Scratch extra = pass.make(nImage, config_.nTextTime), sum = pass.make(nImage, width);
        if (!pass.planning())
            pass.backend().write(*extra, host.textTime);
        pass.linear(*hidden, *extra, added1_);
        pass.activation(Activation::Silu, *hidden, *hidden);
        pass.linear(*sum, *hidden, added2_);
        pass.add(*row, *row, *sum);
    }
    pass.activation(Activation::Silu, *row, *row);
    std::vector<MatmulOutput> outputs;
    for (std::size_t i = 0; i < allRes_.size(); ++i)
        outputs.push_back(allRes_[i]->time.into(*rows[i]));
    pass.matmul(*row, outputs);
    return pass.check();
}

/// The attention after residual block i of a level, if there is one.
void UNet::attend(Pass& pass, const Level& level, std::size_t i, Scratch& x, const ImageShape& shape,
                  const Words& words) const {
    if (i < level.transformers.size())
        x = level.transformers[i].run(pass, *x, shape, words);
    else if (i < level.attentions.size())
        level.attentions[i].run(pass, *x, shape);
    else
        return;
    pass.features(level.attentionNames[i], *x, shape);
}

Result<void> UNet::run(Pass& pass, const HostInput& host, const ImageShape& full, std::span<float> out) const {
    ImageShape shape = full;
    Words words;
    Scratch wordRows;
    if (config_.conditional) {
        words.counts = host.wordCounts;
        std::int64_t nWord = 0;
        for (const std::int64_t n : words.counts)
            nWord += n;
        wordRows = pass.make(nWord, config_.crossWidth);
        words.rows = *wordRows;
        if (!pass.planning())
            pass.backend().write(*wordRows, host.words);
    }
    std::vector<Scratch> times;
    VITRAL_TRY(embedTime(pass, host, shape.nImage, times));
    std::size_t iRes = 0;

    struct Skip {
        Scratch x;
        std::size_t index;
    };
    std::vector<Skip> skips;
    // What a level leaves is also what the next one reads: one tensor, kept until the way up has read it too.
    const auto keep = [&](Scratch x) { skips.push_back({std::move(x), skips.size()}); };

    {
        pass.scope("unet.in");
        Scratch pixels = pass.make(nRows(shape), config_.inChannels);
        pass.writePixels(*pixels, host.pixels, shape);
        Scratch first = pass.make(nRows(shape), config_.down.front().channels);
        pass.conv(*first, *pixels, in_, shape);
        pass.features("unet.in", *first, shape);
        keep(std::move(first));
    }
    for (const Level& level : down_) {
        for (std::size_t i = 0; i < level.res.size(); ++i) {
            Scratch x = level.res[i].run(pass, *skips.back().x, shape, *times[iRes++]);
            pass.features(level.res[i].name, *x, shape);
            attend(pass, level, i, x, shape, words);
            keep(std::move(x));
            VITRAL_TRY(pass.check());
        }
        if (!level.resample.empty()) {
            pass.scope(level.resampleName);
            Scratch x = pass.make(nRows(halved(shape)), level.resample.nOut);
            pass.conv(*x, *skips.back().x, level.resample, shape, 2);
            shape = halved(shape);
            pass.features(level.resampleName, *x, shape);
            keep(std::move(x));
        }
    }

    Scratch x;
    {
        const Tensor last = *skips.back().x;
        if (midRes_.empty()) {
            x = pass.make(last.nRow(), last.nCol());
            pass.copy(*x, last);
        } else {
            x = midRes_[0].run(pass, last, shape, *times[iRes++]);
            if (midRes_.size() > 1) {
                pass.features(midRes_[0].name, *x, shape);
                attend(pass, mid_, 0, x, shape, words);
                VITRAL_TRY(pass.check());
                x = midRes_[1].run(pass, *x, shape, *times[iRes++]);
            }
        }
        pass.features("unet.mid", *x, shape);
    }

    for (const Level& level : up_) {
        for (std::size_t i = 0; i < level.res.size(); ++i) {
            Skip skip = std::move(skips.back());
            skips.pop_back();
            const float scale = host.skipScales.empty() ? 1.0F : host.skipScales[skip.index];
            pass.scope(level.res[i].name);
            const std::int64_t nBelow = x->nCol(), nSide = skip.x->nCol();
            Scratch both = pass.make(nRows(shape), nBelow + nSide);
            pass.copy(both->cols(0, nBelow), *x);
            if (scale == 1.0F)
                pass.copy(both->cols(nBelow, nSide), *skip.x);
            else
                pass.scale(both->cols(nBelow, nSide), *skip.x, scale);
            x.release();
            skip.x.release();
            x = level.res[i].run(pass, *both, shape, *times[iRes++]);
            both.release();
            pass.features(level.res[i].name, *x, shape);
            attend(pass, level, i, x, shape, words);
            VITRAL_TRY(pass.check());
        }
        if (!level.resample.empty()) {
            pass.scope(level.resampleName);
            Scratch bigger = pass.make(nRows(doubled(shape)), level.resample.nOut);
            pass.conv(*bigger, *x, level.resample, shape, 1, true);
            shape = doubled(shape);
            x = std::move(bigger);
            pass.features(level.resampleName, *x, shape);
        }
    }

    pass.scope("unet.out");
    Scratch normed = pass.make(nRows(shape), x->nCol());
    Scratch result = pass.make(nRows(shape), config_.outChannels);
    pass.groupNorm(*normed, *x, outNorm_, shape, Activation::Silu);
    pass.conv(*result, *normed, out_, shape);
    VITRAL_TRY(pass.check());
    pass.readPixels(*result, out, shape);
    return pass.check();
}

std::size_t UNet::scratchBytes(std::int32_t nImage, std::int32_t height, std::int32_t width) const {
    Arena plan;
    Pass pass(plan);
    HostInput host;
    host.wordCounts.assign(static_cast<std::size_t>(std::max(nImage, 1)), nWord_);
    const auto done = run(pass, host, {nImage, height, width}, {});
    VITRAL_ASSERT(done.has_value(), "planning cannot fail");
    return plan.peakBytes();
}

Result<void> UNet::predict(NetworkContext& context, const NetworkInput& input, std::span<float> out) const {
    VITRAL_TRY_ASSIGN(const HostInput host, check(input, out));
    const ImageShape shape{input.nImage, input.height, input.width};
    Arena plan;
    {
        Pass pass(plan);
        VITRAL_TRY(run(pass, host, shape, out));
    }
    context.workspace.reset();
    VITRAL_TRY_ASSIGN(const Tensor memory,
                      context.workspace.make(1, static_cast<std::int64_t>(plan.peakBytes() / sizeof(float))));
    Arena arena(memory.data, plan.peakBytes());
    Pass pass(arena, context);
    return run(pass, host, shape, out);
}

} // namespace vitral::diffusion
