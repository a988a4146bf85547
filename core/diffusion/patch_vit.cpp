// SPDX-License-Identifier: Apache-2.0
// The flow-matching transformer on MNIST pixels by Sofia Dominguez (MIT): patches, two tokens for the time and two for
// the class, post-norm encoder layers with exact GELU. Architecture: sofia-dominguezc/MNIST-diffusion,
// diffusion/architecture.py, class DiffusionViT. It predicts the clean picture (in 0..1) at a time that runs from noise
// (0) to picture (1): the other way round from ours.

#include "core/diffusion/small_models.h"
#include "core/diffusion/small_net.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace vitral::diffusion {
namespace {

struct Layer {
    SmallLinear qkv, out, up, down;
    SmallTensor norm1Weight, norm1Bias, norm2Weight, norm2Bias;
};

class PatchViT final : public Denoiser {
public:
    [[nodiscard]] const NetworkInfo& info() const override { return info_; }
    [[nodiscard]] std::size_t scratchBytes(std::int32_t nImage, std::int32_t, std::int32_t) const override {
        const auto perToken = static_cast<std::size_t>(dim_ * 8 + hidden_);
        return static_cast<std::size_t>(nImage) * static_cast<std::size_t>(nToken()) * perToken * layers_.size() *
               sizeof(float);
    }

    Result<void> predict(NetworkContext& context, const NetworkInput& input, std::span<float> out) const override {
        if (input.height != info_.defaultHeight || input.width != info_.defaultWidth)
            return fail(ErrorCode::InvalidArgument, fmt::format("This network works on {} x {} pixels only.",
                                                                info_.defaultWidth, info_.defaultHeight));
        context.workspace.reset();
        VITRAL_TRY_ASSIGN(const Tensor x, tokens(context, input));
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "The picture was stopped.");
            context.backend.scope(info_.featureBlocks[i]);
            VITRAL_TRY(layer(context, layers_[i], x, input.nImage));
            if (context.observer != nullptr && context.observer->wantsFeatures(info_.featureBlocks[i])) {
                VITRAL_TRY_ASSIGN(const Tensor patches, patchesOf(context, x, input.nImage));
                context.observer->giveFeatures(info_.featureBlocks[i], patches, nHigh(), nWide());
            }
        }
        VITRAL_TRY_ASSIGN(const Tensor patches, patchesOf(context, x, input.nImage));
        const std::int64_t nValue = std::int64_t{info_.outChannels} * patch_ * patch_;
        VITRAL_TRY_ASSIGN(const Tensor values, context.workspace.make(patches.nRow(), nValue));
        const std::array outputs = {MatmulOutput{unpatch_.get(), values, nullptr}};
        context.backend.matmul(patches, outputs);
        std::vector<float> host(static_cast<std::size_t>(values.nRow() * nValue));
        context.backend.read(values, host);
        VITRAL_TRY(context.backend.status());
        paint(host, input.nImage, out);
        return {};
    }

    [[nodiscard]] std::int32_t nHigh() const { return info_.defaultHeight / patch_; }
    [[nodiscard]] std::int32_t nWide() const { return info_.defaultWidth / patch_; }
    [[nodiscard]] std::int64_t nPatch() const { return std::int64_t{nHigh()} * nWide(); }
    [[nodiscard]] std::int64_t nToken() const { return nPatch() + 4; }

    /// [nImage * nToken, dim]: patches with their places, time, class.
    Result<Tensor> tokens(NetworkContext& context, const NetworkInput& input) const {
        Backend& backend = context.backend;
        const ImageShape shape{input.nImage, input.height, input.width};
        VITRAL_TRY_ASSIGN(const Tensor pixels, context.workspace.make(shape.nImage * shape.nPixel(), info_.inChannels));
        backend.write(pixels, rowsOf(input.x, shape.nImage, info_.inChannels, shape.nPixel()));
        Conv2dParams params;
        params.in = shape;
        params.kernelH = params.kernelW = params.stride = patch_;
        VITRAL_TRY_ASSIGN(const Tensor patches, context.workspace.make(shape.nImage * nPatch(), dim_));
        backend.conv2d(patches, pixels, *patchEmbed_.weight, patchEmbed_.bias.tensor, params);

        const std::vector<float> time = timeEmbedding(1 - input.timestep / nTrain_);
        VITRAL_TRY_ASSIGN(const Tensor x, context.workspace.make(shape.nImage * nToken(), dim_));
        for (std::int64_t i = 0; i < shape.nImage; ++i) {
            const Tensor mine = x.rows(i * nToken(), nToken());
            backend.add(mine.rows(0, nPatch()), patches.rows(i * nPatch(), nPatch()), places_.tensor);
            backend.write(mine.rows(nPatch(), 2), time);
            const Conditioning* c =
                input.conditioning.empty() ? nullptr : input.conditioning[static_cast<std::size_t>(i)];
            std::int32_t id = c == nullptr || c->classId < 0 ? nClass_ : c->classId;
            id = std::min(id, nClass_);
            backend.copy(mine.rows(nPatch() + 2, 2), classes_.tensor.rows(2 * std::int64_t{id}, 2));
        }
        return x;
    }

    [[nodiscard]] std::vector<float> timeEmbedding(double t) const {
        const auto half = static_cast<std::size_t>(dim_); // of the 2 dim numbers
        std::vector<float> out(2 * half);
        for (std::size_t i = 0; i < half; ++i) {
            const double phase =
                t * std::exp(-std::log(10000.0) * static_cast<double>(i) / static_cast<double>(half - 1));
            out[i] = static_cast<float>(std::sin(phase));
            out[half + i] = static_cast<float>(std::cos(phase));
        }
        return out;
    }

    Result<void> layer(NetworkContext& context, const Layer& l, const Tensor& x, std::int32_t nImage) const {
        Backend& backend = context.backend;
        VITRAL_TRY_ASSIGN(const Tensor qkv, context.workspace.make(x.nRow(), 3 * dim_));
        VITRAL_TRY_ASSIGN(const Tensor attended, context.workspace.make(x.nRow(), dim_));
        VITRAL_TRY_ASSIGN(const Tensor y, context.workspace.make(x.nRow(), dim_));
        VITRAL_TRY_ASSIGN(const Tensor hidden, context.workspace.make(x.nRow(), hidden_));
        const auto linear = [&](const SmallLinear& w, const Tensor& to, const Tensor& from) {
            const std::array outputs = {w.into(to)};
            backend.matmul(from, outputs);
        };
        linear(l.qkv, qkv, x);
        DenseAttentionParams params;
        params.nImage = nImage;
        params.nHead = nHead_;
        params.headDim = static_cast<std::int32_t>(dim_ / nHead_);
        params.scale = 1.0F / std::sqrt(static_cast<float>(params.headDim));
        backend.denseAttention(attended, qkv.cols(0, dim_), qkv.cols(dim_, dim_), qkv.cols(2 * dim_, dim_), params);
        linear(l.out, y, attended);
        backend.add(x, x, y);
        backend.layerNorm(x, x, l.norm1Weight.tensor, l.norm1Bias.tensor, 1e-5F);
        linear(l.up, hidden, x);
        backend.activation(Activation::GeluErf, hidden, hidden);
        linear(l.down, y, hidden);
        backend.add(x, x, y);
        backend.layerNorm(x, x, l.norm2Weight.tensor, l.norm2Bias.tensor, 1e-5F);
        return {};
    }

    Result<Tensor> patchesOf(NetworkContext& context, const Tensor& x, std::int32_t nImage) const {
        VITRAL_TRY_ASSIGN(const Tensor out, context.workspace.make(nImage * nPatch(), dim_));
        for (std::int64_t i = 0; i < nImage; ++i)
            context.backend.copy(out.rows(i * nPatch(), nPatch()), x.rows(i * nToken(), nPatch()));
        return out;
    }

    /// Patches [nImage * nPatch, C * p * p] to planes, with the bias.
    void paint(const std::vector<float>& host, std::int32_t nImage, std::span<float> out) const {
        const auto p = static_cast<std::size_t>(patch_), channels = static_cast<std::size_t>(info_.outChannels);
        const auto width = static_cast<std::size_t>(info_.defaultWidth),
                   height = static_cast<std::size_t>(info_.defaultHeight);
        const float* from = host.data();
        for (std::size_t image = 0; image < static_cast<std::size_t>(nImage); ++image)
            for (std::size_t py = 0; py < height / p; ++py)
                for (std::size_t px = 0; px < width / p; ++px)
                    for (std::size_t c = 0; c < channels; ++c)
                        for (std::size_t y = 0; y < p; ++y)
                            for (std::size_t x = 0; x < p; ++x)
                                out[((image * channels + c) * height + py * p + y) * width + px * p + x] =
                                    *from++ + unpatchBias_[c];
    }

    NetworkInfo info_;
    std::int64_t dim_ = 0, hidden_ = 0;
    std::int32_t patch_ = 1, nHead_ = 1, nClass_ = 0;
    double nTrain_ = 1000;
    SmallLinear patchEmbed_;
    SmallTensor places_, classes_; ///< [nPatch, dim], [(nClass + 1) * 2, dim]
    std::vector<Layer> layers_;
    std::unique_ptr<Matrix> unpatch_; ///< [C * p * p, dim]
    std::vector<float> unpatchBias_;
};

struct Config {
    std::int64_t channels = 1, height = 28, width = 28, patch = 7, dim = 64, nHead = 4, nLayer = 4, nClass = 10;
    double mlpRatio = 4;
};

Result<Config> configOf(const SafetensorsFile& file, const SmallWeights& weights) {
    const std::string text = metadataOf(file, "config");
    if (text.size() > 4096)
        return weights.wrong("its configuration is too long.");
    const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object())
        return weights.wrong("it has no configuration.");
    Config c;
    const auto number = [&](const char* key, std::int64_t& out, std::int64_t most) {
        const auto it = json.find(key);
        if (it == json.end() || !it->is_number_integer())
            return false;
        out = it->get<std::int64_t>();
        return out >= 1 && out <= most;
    };
    const auto size = json.find("image_size");
    if (!number("in_channels", c.channels, 4) || !number("patch_size", c.patch, 64) || !number("dim", c.dim, 4096) ||
        !number("n_heads", c.nHead, 256) || !number("n_layers", c.nLayer, 256) ||
        !number("n_classes", c.nClass, 100'000))
        return weights.wrong("its configuration lacks a number or has one out of range.");
    if (size == json.end() || !size->is_array() || size->size() != 2 || !(*size)[0].is_number_integer() ||
        !(*size)[1].is_number_integer())
        return weights.wrong("its configuration has no image_size.");
    c.height = (*size)[0].get<std::int64_t>();
    c.width = (*size)[1].get<std::int64_t>();
    if (const auto it = json.find("mlp_ratio"); it != json.end() && it->is_number())
        c.mlpRatio = it->get<double>();
    if (c.height < c.patch || c.height > 1024 || c.width < c.patch || c.width > 1024 || c.height % c.patch != 0 ||
        c.width % c.patch != 0 || c.dim % c.nHead != 0 || c.dim < 2 || !(c.mlpRatio >= 0.1 && c.mlpRatio <= 64))
        return weights.wrong("its configuration contradicts itself.");
    return c;
}

Result<Layer> loadLayer(SmallWeights& weights, const std::string& name, std::int64_t dim, std::int64_t hidden) {
    Layer l;
    VITRAL_TRY_ASSIGN(
        l.qkv, weights.linear(name + ".self_attn.in_proj_weight", name + ".self_attn.in_proj_bias", 3 * dim, dim));
    VITRAL_TRY_ASSIGN(l.out, weights.linear(name + ".self_attn.out_proj", dim, dim));
    VITRAL_TRY_ASSIGN(l.up, weights.linear(name + ".linear1", hidden, dim));
    VITRAL_TRY_ASSIGN(l.down, weights.linear(name + ".linear2", dim, hidden));
    VITRAL_TRY_ASSIGN(l.norm1Weight, weights.vector(name + ".norm1.weight", dim));
    VITRAL_TRY_ASSIGN(l.norm1Bias, weights.vector(name + ".norm1.bias", dim));
    VITRAL_TRY_ASSIGN(l.norm2Weight, weights.vector(name + ".norm2.weight", dim));
    VITRAL_TRY_ASSIGN(l.norm2Bias, weights.vector(name + ".norm2.bias", dim));
    return l;
}

} // namespace

bool looksLikePatchViT(const std::filesystem::path& path) {
    const auto file = peek(path);
    return file && file->findTensor("patch_embed.weight") != nullptr &&
           file->findTensor("y_encoder.weight") != nullptr && file->findTensor("unpatch.weight") != nullptr;
}

Result<DiffusionModelPtr> loadPatchViT(const std::filesystem::path& path, const DiffusionLoadOptions& options) {
    VITRAL_TRY_ASSIGN(const std::shared_ptr<const SafetensorsFile> file, SafetensorsFile::open(path));
    SmallWeights weights(file, path.filename().string(), *options.backend, options.stop);
    VITRAL_TRY_ASSIGN(const Config c, configOf(*file, weights));
    auto net = std::make_shared<PatchViT>();
    net->dim_ = c.dim;
    net->hidden_ = static_cast<std::int64_t>(static_cast<double>(c.dim) * c.mlpRatio);
    net->patch_ = static_cast<std::int32_t>(c.patch);
    net->nHead_ = static_cast<std::int32_t>(c.nHead);
    net->nClass_ = static_cast<std::int32_t>(c.nClass);
    NetworkInfo& info = net->info_;
    info.kind = "ViT";
    info.inChannels = info.outChannels = static_cast<std::int32_t>(c.channels);
    info.defaultHeight = static_cast<std::int32_t>(c.height);
    info.defaultWidth = static_cast<std::int32_t>(c.width);
    info.anySize = false;

    VITRAL_TRY_ASSIGN(net->patchEmbed_, weights.conv("patch_embed", c.dim, c.channels, c.patch));
    VITRAL_TRY_ASSIGN(const std::vector<float> places, weights.values("pos_embed", {1, net->nPatch(), c.dim}));
    VITRAL_TRY_ASSIGN(net->places_, weights.tensor(places, net->nPatch()));
    VITRAL_TRY_ASSIGN(const std::vector<float> classes, weights.values("y_encoder.weight", {c.nClass + 1, 2 * c.dim}));
    VITRAL_TRY_ASSIGN(net->classes_, weights.tensor(classes, 2 * (c.nClass + 1)));
    for (std::int64_t i = 0; i < c.nLayer; ++i) {
        VITRAL_TRY_ASSIGN(Layer layer, loadLayer(weights, fmt::format("transformer.{}", i), c.dim, net->hidden_));
        net->layers_.push_back(std::move(layer));
        info.featureBlocks.push_back(fmt::format("vit.layer.{}", i));
    }
    // A transposed convolution whose stride is its kernel is a product a patch.
    VITRAL_TRY_ASSIGN(const std::vector<float> unpatch,
                      weights.values("unpatch.weight", {c.dim, c.channels, c.patch, c.patch}));
    const std::int64_t nValue = c.channels * c.patch * c.patch;
    VITRAL_TRY_ASSIGN(net->unpatch_, weights.matrix(rowsOf(unpatch, 1, c.dim, nValue), Shape{nValue, c.dim}));
    VITRAL_TRY_ASSIGN(net->unpatchBias_, weights.values("unpatch.bias", {c.channels}));
    info.nParameter = weights.nParameter();

    auto model = std::make_shared<DiffusionModel>();
    model->schedule.kind = BetaKind::Flow;
    model->schedule.prediction = Prediction::X0;
    model->info.name = path.stem().string();
    model->info.architecture = "MNIST flow transformer";
    model->info.licence = metadataOf(*file, "license");
    model->info.weightTypes = "F32";
    model->info.weightBytes = model->info.residentBytes = weights.weightBytes();
    for (std::int64_t i = 0; i < c.nClass; ++i)
        model->info.classNames.push_back(std::to_string(i));
    model->info.nullClass = static_cast<std::int32_t>(c.nClass);
    model->info.defaultGuidance = 2;
    model->info.defaultSteps = 50;
    model->info.defaultSolver = SolverKind::FlowEuler;
    model->info.pixelScale = 2; // trained on 0..1
    model->info.pixelOffset = -1;
    model->denoiser = std::move(net);
    model->backend = options.backend;
    model->files = weights.kept();
    model->files.push_back(file);
    return model;
}

} // namespace vitral::diffusion
