// SPDX-License-Identifier: Apache-2.0
// A layer of the text encoder:
//
//   x += Attention(LayerNorm(x))      a token sees itself and those before it
//   x += MLP(LayerNorm(x))
#include "core/diffusion/clip.h"

#include <array>
#include <cmath>
#include <fmt/format.h>

namespace vitral::diffusion {

Result<ClipConfig> readClipConfig(const JsonConfig& outer) {
    // The config of a whole CLIP model holds the text's as a part.
    JsonConfig json = outer;
    if (outer.isObject("text_config") && !outer.has("hidden_size")) {
        VITRAL_TRY_ASSIGN(json, outer.object("text_config"));
    }
    ClipConfig config;
    VITRAL_TRY_ASSIGN(config.nVocab, json.integer("vocab_size", 49408, 1, 1 << 24));
    VITRAL_TRY_ASSIGN(config.width, json.integer("hidden_size", {}, 1, 1 << 16));
    VITRAL_TRY_ASSIGN(config.hidden, json.integer("intermediate_size", {}, 1, 1 << 18));
    VITRAL_TRY_ASSIGN(config.nLayer, json.integer("num_hidden_layers", {}, 1, 256));
    VITRAL_TRY_ASSIGN(config.nHead, json.integer("num_attention_heads", {}, 1, 1024));
    VITRAL_TRY_ASSIGN(config.nPosition, json.integer("max_position_embeddings", 77, 3, 4096));
    VITRAL_TRY_ASSIGN(config.eps, json.real("layer_norm_eps", 1e-5, 0, 1));
    VITRAL_TRY_ASSIGN(const std::string act, json.text("hidden_act", "quick_gelu"));
    if (act == "quick_gelu")
        config.activation = ClipActivation::QuickGelu;
    else if (act == "gelu")
        config.activation = ClipActivation::GeluErf;
    else if (act == "gelu_new" || act == "gelu_pytorch_tanh")
        config.activation = ClipActivation::GeluTanh;
    else
        return fail(ErrorCode::Unsupported, fmt::format("The key hidden_act of {} is \"{}\"; this version knows "
                                                        "quick_gelu, gelu and gelu_new.",
                                                        json.what(), act.substr(0, 60)));
    if (config.width % config.nHead != 0)
        return fail(ErrorCode::InvalidFile, fmt::format("{} asks for {} attention heads, which do not divide its "
                                                        "hidden_size {}.",
                                                        json.what(), config.nHead, config.width));
    return config;
}

Result<std::shared_ptr<const ClipText>> ClipText::load(NetLoader& loader, const ClipConfig& config, ClipTokens tokens) {
    std::shared_ptr<ClipText> net(new ClipText());
    net->config_ = config;
    if (tokens.tokenizer->nVocab() > config.nVocab)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("The tokenizer has {} pieces, but the text encoder has embeddings for {}.",
                                tokens.tokenizer->nVocab(), config.nVocab));
    net->tokens_ = std::move(tokens);
    // Written by transformers 5, or as a part of a larger model, without this prefix.
    const bool prefixed = loader.listing() || loader.has("text_model.final_layer_norm.weight");
    const std::string prefix = prefixed ? "text_model." : "";
    const std::int64_t width = config.width;
    VITRAL_TRY_ASSIGN(net->embedding_,
                      loader.table(prefix + "embeddings.token_embedding.weight", config.nVocab, width));
    VITRAL_TRY_ASSIGN(net->positions_,
                      loader.matrixVector(prefix + "embeddings.position_embedding.weight", config.nPosition, width));
    for (std::int64_t i = 0; i < config.nLayer - config.nSkip; ++i) {
        const std::string at = fmt::format("{}encoder.layers.{}.", prefix, i);
        Layer l;
        l.name = fmt::format("text.layer.{}", i);
        VITRAL_TRY_ASSIGN(l.norm1, loader.layerNorm(at + "layer_norm1", width, config.eps));
        VITRAL_TRY_ASSIGN(l.q, loader.linear(at + "self_attn.q_proj", width, width));
        VITRAL_TRY_ASSIGN(l.k, loader.linear(at + "self_attn.k_proj", width, width));
        VITRAL_TRY_ASSIGN(l.v, loader.linear(at + "self_attn.v_proj", width, width));
        VITRAL_TRY_ASSIGN(l.out, loader.linear(at + "self_attn.out_proj", width, width));
        VITRAL_TRY_ASSIGN(l.norm2, loader.layerNorm(at + "layer_norm2", width, config.eps));
        VITRAL_TRY_ASSIGN(l.up, loader.linear(at + "mlp.fc1", config.hidden, width));
        VITRAL_TRY_ASSIGN(l.down, loader.linear(at + "mlp.fc2", width, config.hidden));
        net->layers_.push_back(std::move(l));
    }
    VITRAL_TRY_ASSIGN(net->finalNorm_, loader.layerNorm(prefix + "final_layer_norm", width, config.eps));
    if (config.nPooled > 0) {
        VITRAL_TRY_ASSIGN(net->projection_, loader.linear("text_projection", config.nPooled, width, Bias::None));
    }
    net->kept_ = loader.kept();
    return std::shared_ptr<const ClipText>(std::move(net));
}

Result<void> ClipText::run(Pass& pass, std::span<const TokenId> ids, std::int64_t iEnd, Conditioning& result) const {
    const auto n = static_cast<std::int64_t>(ids.size());
    const std::int64_t width = config_.width;
    pass.scope("text.embed");
    Scratch x = pass.make(n, width), normed = pass.make(n, width), branch = pass.make(n, width);
    if (!pass.planning())
        pass.backend().embedding(*x, *embedding_, ids);
    pass.add(*x, *x, positions_.tensor.rows(0, n));
    DenseAttentionParams params;
    params.nHead = static_cast<std::int32_t>(config_.nHead);
    params.headDim = static_cast<std::int32_t>(width / config_.nHead);
    params.scale = 1.0F / std::sqrt(static_cast<float>(params.headDim));
    params.causal = true;
    // SDXL pools from the last layer but shows the U-Net the one before it.
    const std::int64_t nShown = projection_.empty() || config_.finalNorm
                                    ? static_cast<std::int64_t>(layers_.size())
                                    : static_cast<std::int64_t>(layers_.size()) - 1;
    const auto show = [&](const Tensor& rows) {
        if (pass.planning())
            return;
        result.nToken = n;
        result.width = width;
        result.tokens.resize(static_cast<std::size_t>(n * width));
        pass.backend().read(rows, result.tokens);
    };
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(layers_.size()); ++i) {
        const Layer& l = layers_[static_cast<std::size_t>(i)];
        if (i == nShown)
            show(*x);
        pass.scope(l.name);
        {
            Scratch qkv = pass.make(n, 3 * width);
            const Tensor q = qkv->cols(0, width), k = qkv->cols(width, width), v = qkv->cols(2 * width, width);
            pass.layerNorm(*normed, *x, l.norm1);
            const std::array outputs{l.q.into(q), l.k.into(k), l.v.into(v)};
            pass.matmul(*normed, outputs);
            pass.attention(*normed, q, k, v, params);
            pass.linear(*branch, *normed, l.out);
            pass.add(*x, *x, *branch);
        }
        Scratch hidden = pass.make(n, config_.hidden);
        pass.layerNorm(*normed, *x, l.norm2);
        pass.linear(*hidden, *normed, l.up);
        if (config_.activation == ClipActivation::QuickGelu) { // x sigmoid(1.702 x) = silu(1.702 x) / 1.702
            pass.scale(*hidden, *hidden, 1.702F);
            pass.activation(Activation::Silu, *hidden, *hidden);
            pass.scale(*hidden, *hidden, 1.0F / 1.702F);
        } else {
            pass.activation(config_.activation == ClipActivation::GeluErf ? Activation::GeluErf : Activation::GeluTanh,
                            *hidden, *hidden);
        }
        pass.linear(*branch, *hidden, l.down);
        pass.add(*x, *x, *branch);
        VITRAL_TRY(pass.check());
    }
    pass.scope("text.out");
    pass.layerNorm(*normed, *x, finalNorm_);
    if (config_.finalNorm)
        show(*normed);
    else if (nShown == static_cast<std::int64_t>(layers_.size()))
        show(*x);
    if (!projection_.empty()) {
        Scratch pooled = pass.make(1, config_.nPooled);
        pass.linear(*pooled, normed->rows(iEnd, 1), projection_);
        if (!pass.planning()) {
            result.pooled.resize(static_cast<std::size_t>(config_.nPooled));
            pass.backend().read(*pooled, result.pooled);
        }
    }
    return pass.check();
}

Result<Conditioning> ClipText::encodeIds(NetworkContext& context, std::span<const TokenId> ids,
                                         std::int64_t iEnd) const {
    if (ids.empty() || static_cast<std::int64_t>(ids.size()) > config_.nPosition || iEnd < 0 ||
        iEnd >= static_cast<std::int64_t>(ids.size()))
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("This text encoder takes 1 to {} tokens.", config_.nPosition));
    for (const TokenId id : ids)
        if (id < 0 || id >= config_.nVocab)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("The token {} is none of the text encoder's {}.", id, config_.nVocab));
    Conditioning result;
    Arena plan;
    {
        Pass pass(plan);
        VITRAL_TRY(run(pass, ids, iEnd, result));
    }
    context.workspace.reset();
    VITRAL_TRY_ASSIGN(const Tensor memory,
                      context.workspace.make(1, static_cast<std::int64_t>(plan.peakBytes() / sizeof(float))));
    Arena arena(memory.data, plan.peakBytes());
    Pass pass(arena, context);
    VITRAL_TRY(run(pass, ids, iEnd, result));
    return result;
}

Result<Conditioning> ClipText::encode(NetworkContext& context, std::string_view prompt, std::int64_t* nCut) const {
    VITRAL_TRY_ASSIGN(EncodedPrompt encoded, encodePrompt(tokens_, prompt));
    VITRAL_TRY_ASSIGN(Conditioning result, encodeIds(context, encoded.ids, encoded.iEnd));
    if (nCut != nullptr)
        *nCut = encoded.nCut;
    bool weighted = false;
    for (const float weight : encoded.weights)
        weighted = weighted || weight != 1.0F;
    if (weighted) {
        double before = 0, after = 0;
        const auto width = static_cast<std::size_t>(result.width);
        for (std::size_t i = 0; i < result.tokens.size(); ++i) {
            before += static_cast<double>(result.tokens[i]);
            result.tokens[i] *= encoded.weights[i / width];
            after += static_cast<double>(result.tokens[i]);
        }
        const double factor = std::fabs(after) > 1e-9 ? before / after : 1.0;
        if (factor > 0.1 && factor < 10) // a mean near zero says nothing
            for (float& v : result.tokens)
                v *= static_cast<float>(factor);
    }
    result.words = std::move(encoded.words);
    return result;
}

std::size_t ClipText::scratchBytes() const {
    const std::vector<TokenId> ids(static_cast<std::size_t>(tokens_.nToken));
    Conditioning result;
    Arena plan;
    Pass pass(plan);
    const auto done = run(pass, ids, 0, result);
    VITRAL_ASSERT(done.has_value(), "planning cannot fail");
    return plan.peakBytes();
}

Result<Conditioning> JoinedText::encode(NetworkContext& context, std::string_view prompt, std::int64_t* nCut) const {
    VITRAL_TRY_ASSIGN(Conditioning first, first_->encode(context, prompt, nCut));
    VITRAL_TRY_ASSIGN(const Conditioning second, second_->encode(context, prompt, nullptr));
    if (first.nToken != second.nToken)
        return fail(ErrorCode::InvalidFile, "The model's two text encoders have room for different numbers of tokens.");
    Conditioning joined = first;
    joined.width = first.width + second.width;
    joined.tokens.clear();
    for (std::int64_t i = 0; i < first.nToken; ++i)
        for (const Conditioning* c : std::array<const Conditioning*, 2>{&first, &second}) {
            const auto at = c->tokens.begin() + static_cast<std::ptrdiff_t>(i * c->width);
            joined.tokens.insert(joined.tokens.end(), at, at + static_cast<std::ptrdiff_t>(c->width));
        }
    joined.pooled = second.pooled;
    return joined;
}

} // namespace vitral::diffusion
