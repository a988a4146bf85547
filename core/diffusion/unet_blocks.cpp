// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/unet_blocks.h"

#include <array>
#include <cmath>
#include <fmt/format.h>

namespace vitral::diffusion {

Result<ResBlock> ResBlock::load(NetLoader& loader, const std::string& prefix, std::int64_t nIn, std::int64_t nOut,
                                std::int64_t timeWidth, std::int64_t nGroup, double eps, std::string name) {
    ResBlock b;
    b.nIn = nIn;
    b.nOut = nOut;
    b.name = std::move(name);
    VITRAL_TRY_ASSIGN(b.norm1, loader.groupNorm(prefix + ".norm1", nIn, nGroup, eps));
    VITRAL_TRY_ASSIGN(b.conv1, loader.conv(prefix + ".conv1", nOut, nIn));
    if (timeWidth > 0) {
        VITRAL_TRY_ASSIGN(b.time, loader.linear(prefix + ".time_emb_proj", nOut, timeWidth));
    }
    VITRAL_TRY_ASSIGN(b.norm2, loader.groupNorm(prefix + ".norm2", nOut, nGroup, eps));
    VITRAL_TRY_ASSIGN(b.conv2, loader.conv(prefix + ".conv2", nOut, nOut));
    if (nIn != nOut) {
        VITRAL_TRY_ASSIGN(b.shortcut, loader.pointwise(prefix + ".conv_shortcut", nOut, nIn));
    }
    return b;
}

Scratch ResBlock::run(Pass& pass, const Tensor& x, const ImageShape& shape, const Tensor& timeRow) const {
    pass.scope(name);
    const std::int64_t n = nRows(shape);
    Scratch out = pass.make(n, nOut);
    {
        Scratch a = pass.make(n, nIn);
        pass.groupNorm(*a, x, norm1, shape, Activation::Silu);
        pass.conv(*out, *a, conv1, shape);
    }
    if (!timeRow.empty())
        pass.addPerImage(*out, *out, timeRow, shape);
    {
        Scratch a = pass.make(n, nOut);
        pass.groupNorm(*a, *out, norm2, shape, Activation::Silu);
        pass.conv(*out, *a, conv2, shape);
        if (shortcut.empty()) {
            pass.add(*out, *out, x);
        } else {
            pass.linear(*a, x, shortcut);
            pass.add(*out, *out, *a);
        }
    }
    return out;
}

Result<PixelAttention> PixelAttention::load(NetLoader& loader, const std::string& prefix, std::int64_t nChannel,
                                            std::int64_t nHead, std::int64_t nGroup, double eps, std::string name) {
    PixelAttention b;
    b.nChannel = nChannel;
    b.nHead = nHead;
    b.name = std::move(name);
    VITRAL_TRY_ASSIGN(b.norm, loader.groupNorm(prefix + ".group_norm", nChannel, nGroup, eps));
    // Files written before diffusers 0.17 say query, key, value, proj_attn.
    const auto load = [&](const char* now, const char* before) {
        return loader.linear({fmt::format("{}.{}", prefix, now), fmt::format("{}.{}", prefix, before)}, nChannel,
                             nChannel, Bias::Usual);
    };
    VITRAL_TRY_ASSIGN(b.q, load("to_q", "query"));
    VITRAL_TRY_ASSIGN(b.k, load("to_k", "key"));
    VITRAL_TRY_ASSIGN(b.v, load("to_v", "value"));
    VITRAL_TRY_ASSIGN(b.out, load("to_out.0", "proj_attn"));
    return b;
}

void PixelAttention::run(Pass& pass, const Tensor& x, const ImageShape& shape) const {
    pass.scope(name);
    const std::int64_t n = nRows(shape);
    Scratch h = pass.make(n, nChannel);
    Scratch qkv = pass.make(n, 3 * nChannel);
    pass.groupNorm(*h, x, norm, shape);
    const Tensor tq = qkv->cols(0, nChannel), tk = qkv->cols(nChannel, nChannel),
                 tv = qkv->cols(2 * nChannel, nChannel);
    if (!pass.planning()) {
        const std::array outputs{q.into(tq), k.into(tk), v.into(tv)};
        pass.matmul(*h, outputs);
    }
    DenseAttentionParams params;
    params.nImage = shape.nImage;
    params.nHead = static_cast<std::int32_t>(nHead);
    params.form = q.weight->form;
    params.headDim = static_cast<std::int32_t>(nChannel / nHead);
    params.scale = 1.0F / std::sqrt(static_cast<float>(params.headDim));
    pass.attention(*h, tq, tk, tv, params);
    pass.linear(tq, *h, out);
    pass.add(x, x, tq);
}

Result<SpatialTransformer> SpatialTransformer::load(NetLoader& loader, const std::string& prefix, std::int64_t nChannel,
                                                    std::int64_t nHead, std::int64_t depth, std::int64_t crossWidth,
                                                    std::int64_t nGroup, bool onlyCross, bool linear,
                                                    std::string name) {
    SpatialTransformer t;
    t.nChannel = nChannel;
    t.nHead = nHead;
    t.onlyCross = onlyCross;
    t.name = std::move(name);
    const auto projection = [&](const char* which) {
        return linear ? loader.linear(prefix + which, nChannel, nChannel)
                      : loader.pointwise(prefix + which, nChannel, nChannel);
    };
    VITRAL_TRY_ASSIGN(t.norm, loader.groupNorm(prefix + ".norm", nChannel, nGroup, 1e-6));
    VITRAL_TRY_ASSIGN(t.in, projection(".proj_in"));
    for (std::int64_t i = 0; i < depth; ++i) {
        const std::string at = fmt::format("{}.transformer_blocks.{}", prefix, i);
        const std::string within = depth == 1 ? t.name : fmt::format("{}.layer.{}", t.name, i);
        Layer l;
        l.selfName = within + ".self";
        l.crossName = within + ".cross";
        l.mlpName = within + ".mlp";
        const std::int64_t selfWidth = onlyCross ? crossWidth : nChannel;
        VITRAL_TRY_ASSIGN(l.norm1, loader.layerNorm(at + ".norm1", nChannel, 1e-5));
        VITRAL_TRY_ASSIGN(l.selfQ, loader.linear(at + ".attn1.to_q", nChannel, nChannel, Bias::Optional));
        VITRAL_TRY_ASSIGN(l.selfK, loader.linear(at + ".attn1.to_k", nChannel, selfWidth, Bias::Optional));
        VITRAL_TRY_ASSIGN(l.selfV, loader.linear(at + ".attn1.to_v", nChannel, selfWidth, Bias::Optional));
        VITRAL_TRY_ASSIGN(l.selfOut, loader.linear(at + ".attn1.to_out.0", nChannel, nChannel));
        VITRAL_TRY_ASSIGN(l.norm2, loader.layerNorm(at + ".norm2", nChannel, 1e-5));
        VITRAL_TRY_ASSIGN(l.crossQ, loader.linear(at + ".attn2.to_q", nChannel, nChannel, Bias::Optional));
        VITRAL_TRY_ASSIGN(l.crossK, loader.linear(at + ".attn2.to_k", nChannel, crossWidth, Bias::Optional));
        VITRAL_TRY_ASSIGN(l.crossV, loader.linear(at + ".attn2.to_v", nChannel, crossWidth, Bias::Optional));
        VITRAL_TRY_ASSIGN(l.crossOut, loader.linear(at + ".attn2.to_out.0", nChannel, nChannel));
        VITRAL_TRY_ASSIGN(l.norm3, loader.layerNorm(at + ".norm3", nChannel, 1e-5));
        VITRAL_TRY_ASSIGN(l.up, loader.linear(at + ".ff.net.0.proj", 8 * nChannel, nChannel));
        VITRAL_TRY_ASSIGN(l.down, loader.linear(at + ".ff.net.2", nChannel, 4 * nChannel));
        t.layers.push_back(std::move(l));
    }
    VITRAL_TRY_ASSIGN(t.out, projection(".proj_out"));
    return t;
}

/// h += attention(norm(h)), over the pixels of an image or, with words, over its words.
void SpatialTransformer::attend(Pass& pass, const Tensor& h, const LayerNorm& layerNorm, const Linear& q,
                                const Linear& k, const Linear& v, const Linear& outWeights, const ImageShape& shape,
                                const Words* words, const std::string& blockName) const {
    pass.scope(blockName);
    const std::int64_t n = nRows(shape);
    const std::int64_t nKey = words != nullptr ? words->rows.nRow() : n;
    Scratch normed = pass.make(n, nChannel);
    Scratch query = pass.make(n, nChannel);
    Scratch keys = pass.make(nKey, nChannel);
    Scratch values = pass.make(nKey, nChannel);
    // What a view needs to compute any weight: taken always, so that a pass that is watched needs no more memory.
    Scratch lse = words != nullptr ? pass.make(n, nHead) : Scratch();
    pass.layerNorm(*normed, h, layerNorm);
    if (!pass.planning()) {
        if (words != nullptr) {
            pass.linear(*query, *normed, q);
            const std::array outputs{k.into(*keys), v.into(*values)};
            pass.matmul(words->rows, outputs);
        } else {
            const std::array outputs{q.into(*query), k.into(*keys), v.into(*values)};
            pass.matmul(*normed, outputs);
        }
    }
    DenseAttentionParams params;
    params.nImage = shape.nImage;
    params.nHead = static_cast<std::int32_t>(nHead);
    params.form = q.weight->form;
    params.headDim = static_cast<std::int32_t>(nChannel / nHead);
    params.scale = 1.0F / std::sqrt(static_cast<float>(params.headDim));
    NetworkObserver* observer = pass.observer();
    const bool watched = words != nullptr && observer != nullptr && observer->wantsCross(blockName);
    if (watched)
        params.logSumExp = *lse;
    if (words == nullptr || words->uniform()) {
        pass.attention(*normed, *query, *keys, *values, params);
        if (watched)
            observer->giveCross(blockName, *query, *keys, *lse, params.nHead, params.scale,
                                static_cast<std::int32_t>(shape.height), static_cast<std::int32_t>(shape.width));
    } else { // images with different numbers of words go one by one
        const std::int64_t area = shape.height * shape.width;
        params.nImage = 1;
        std::int64_t first = 0;
        for (std::int64_t i = 0; i < shape.nImage; ++i) {
            const std::int64_t nWord = words->counts[static_cast<std::size_t>(i)];
            const Tensor qi = query->rows(i * area, area), ki = keys->rows(first, nWord);
            if (watched)
                params.logSumExp = lse->rows(i * area, area);
            pass.attention(normed->rows(i * area, area), qi, ki, values->rows(first, nWord), params);
            if (watched)
                observer->giveCross(blockName, qi, ki, params.logSumExp, params.nHead, params.scale,
                                    static_cast<std::int32_t>(shape.height), static_cast<std::int32_t>(shape.width));
            first += nWord;
        }
    }
    pass.linear(*query, *normed, outWeights);
    pass.add(h, h, *query);
}

Scratch SpatialTransformer::run(Pass& pass, const Tensor& x, const ImageShape& shape, const Words& words) const {
    const std::int64_t n = nRows(shape);
    pass.scope(name);
    Scratch h = pass.make(n, nChannel);
    {
        Scratch normed = pass.make(n, nChannel);
        pass.groupNorm(*normed, x, norm, shape);
        pass.linear(*h, *normed, in);
    }
    for (const Layer& l : layers) {
        attend(pass, *h, l.norm1, l.selfQ, l.selfK, l.selfV, l.selfOut, shape, onlyCross ? &words : nullptr,
               l.selfName);
        attend(pass, *h, l.norm2, l.crossQ, l.crossK, l.crossV, l.crossOut, shape, &words, l.crossName);
        pass.scope(l.mlpName);
        Scratch normed = pass.make(n, nChannel);
        Scratch wide = pass.make(n, 8 * nChannel); // [what is kept | what decides how much of it]
        pass.layerNorm(*normed, *h, l.norm3);
        pass.linear(*wide, *normed, l.up);
        const Tensor kept = wide->cols(0, 4 * nChannel), gate = wide->cols(4 * nChannel, 4 * nChannel);
        pass.gated(Activation::GeluErf, gate, gate, kept);
        pass.linear(*normed, gate, l.down);
        pass.add(*h, *h, *normed);
    }
    pass.scope(name);
    Scratch result = pass.make(n, nChannel);
    pass.linear(*result, *h, out);
    pass.add(*result, *result, x);
    return result;
}

} // namespace vitral::diffusion
