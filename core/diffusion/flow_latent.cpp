// SPDX-License-Identifier: Apache-2.0
// The latent flow model on EMNIST by Sofia Dominguez (MIT): latents of 7 x 7 pixels and one channel, a network of
// convolutions and a conformer that predicts the velocity from noise to picture, and an autoencoder beside it.
// Architecture: sofia-dominguezc/MNIST-diffusion at 816ec6a, src/architectures.py. Its time runs from noise (0) to
// picture (1), so its velocity is the negative of ours. A convolution of one filter a channel runs as a dense one with
// zeros: the maps have at most 784 pixels.

#include "core/diffusion/small_models.h"
#include "core/diffusion/small_net.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace vitral::diffusion {
namespace {

struct Conformer {
    SmallLinear q, k, v, out, widen, narrow;
    SmallLinear depthwise; ///< 3x3, dense, off the diagonal zero
    std::int64_t dim = 0, wide = 0;
    std::int32_t nHead = 1, headDim = 1;
};

struct Pass {
    NetworkContext& context;
    [[nodiscard]] Result<Tensor> make(std::int64_t nRow, std::int64_t nCol) const {
        return context.workspace.make(nRow, nCol);
    }
    void linear(const SmallLinear& w, const Tensor& to, const Tensor& from) const {
        const std::array outputs = {w.into(to)};
        context.backend.matmul(from, outputs);
    }
    void activate(const Tensor& x) const { context.backend.activation(Activation::GeluErf, x, x); }

    /// Rows of x where `index` says, for every image.
    Result<Tensor> gathered(const Tensor& x, const ImageShape& shape, const std::vector<std::int32_t>& index) const {
        std::vector<std::int32_t> all;
        for (std::int64_t i = 0; i < shape.nImage; ++i)
            for (const std::int32_t row : index)
                all.push_back(row + static_cast<std::int32_t>(i * shape.nPixel()));
        VITRAL_TRY_ASSIGN(const Tensor out, make(static_cast<std::int64_t>(all.size()), x.nCol()));
        context.backend.gatherRows(out, x, all);
        return out;
    }

    /// 3x3 with the picture mirrored at its edges (without repeating them).
    Result<Tensor> mirroredConv(const SmallLinear& w, const Tensor& x, const ImageShape& shape) const {
        std::vector<std::int32_t> index;
        const auto mirror = [](std::int64_t i, std::int64_t n) { return i < 0 ? -i : i >= n ? 2 * n - 2 - i : i; };
        for (std::int64_t y = -1; y <= shape.height; ++y)
            for (std::int64_t col = -1; col <= shape.width; ++col)
                index.push_back(
                    static_cast<std::int32_t>(mirror(y, shape.height) * shape.width + mirror(col, shape.width)));
        VITRAL_TRY_ASSIGN(const Tensor padded, gathered(x, shape, index));
        Conv2dParams p;
        p.in = {shape.nImage, shape.height + 2, shape.width + 2};
        p.kernelH = p.kernelW = 3;
        VITRAL_TRY_ASSIGN(const Tensor out, make(x.nRow(), w.weight->shape[0]));
        context.backend.conv2d(out, padded, *w.weight, w.bias.tensor, p);
        return out;
    }

    Result<Tensor> conv(const SmallLinear& w, const Tensor& x, const ImageShape& shape, std::int32_t kernel,
                        std::int32_t stride, std::int32_t pad) const {
        Conv2dParams p;
        p.in = shape;
        p.kernelH = p.kernelW = kernel;
        p.stride = stride;
        p.padTop = p.padLeft = p.padBottom = p.padRight = pad;
        const ImageShape to = p.out();
        VITRAL_TRY_ASSIGN(const Tensor out, make(to.nImage * to.nPixel(), w.weight->shape[0]));
        context.backend.conv2d(out, x, *w.weight, w.bias.tensor, p);
        return out;
    }

    /// x in place.
    Result<void> conformer(const Conformer& c, const Tensor& x, const ImageShape& shape) const {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "The picture was stopped.");
        const std::int64_t inner = std::int64_t{c.nHead} * c.headDim;
        VITRAL_TRY_ASSIGN(const Tensor q, make(x.nRow(), inner));
        VITRAL_TRY_ASSIGN(const Tensor k, make(x.nRow(), inner));
        VITRAL_TRY_ASSIGN(const Tensor v, make(x.nRow(), inner));
        VITRAL_TRY_ASSIGN(const Tensor y, make(x.nRow(), c.dim));
        linear(c.q, q, x);
        linear(c.k, k, x);
        linear(c.v, v, x);
        DenseAttentionParams p;
        p.nImage = shape.nImage;
        p.nHead = c.nHead;
        p.headDim = c.headDim;
        p.scale = 1.0F / std::sqrt(static_cast<float>(c.headDim));
        context.backend.denseAttention(q, q, k, v, p);
        linear(c.out, y, q);
        context.backend.add(x, x, y);
        VITRAL_TRY_ASSIGN(const Tensor wide, make(x.nRow(), c.wide));
        linear(c.widen, wide, x);
        activate(wide);
        VITRAL_TRY_ASSIGN(const Tensor mixed, mirroredConv(c.depthwise, wide, shape));
        activate(mixed);
        linear(c.narrow, y, mixed);
        context.backend.add(x, x, y);
        return {};
    }

    /// Nearest neighbour to any size, as PyTorch's Upsample.
    Result<Tensor> enlarged(const Tensor& x, const ImageShape& from, const ImageShape& to) const {
        std::vector<std::int32_t> index;
        for (std::int64_t y = 0; y < to.height; ++y)
            for (std::int64_t col = 0; col < to.width; ++col)
                index.push_back(
                    static_cast<std::int32_t>(y * from.height / to.height * from.width + col * from.width / to.width));
        return gathered(x, from, index);
    }
};

Result<Conformer> loadConformer(SmallWeights& weights, const std::string& name, std::int64_t dim, std::int64_t mult,
                                std::int64_t nHead, std::int64_t headDim) {
    Conformer c;
    c.dim = dim;
    c.wide = dim * mult;
    c.nHead = static_cast<std::int32_t>(nHead);
    c.headDim = static_cast<std::int32_t>(headDim);
    const std::int64_t inner = nHead * headDim;
    VITRAL_TRY_ASSIGN(c.q, weights.linear(name + ".attn.q_proj", inner, dim));
    VITRAL_TRY_ASSIGN(c.k, weights.linear(name + ".attn.k_proj", inner, dim));
    VITRAL_TRY_ASSIGN(c.v, weights.linear(name + ".attn.v_proj", inner, dim));
    VITRAL_TRY_ASSIGN(c.out, weights.linear(name + ".attn.out_proj", dim, inner));
    const auto pointwise = [&](const std::string& part, std::int64_t nOut, std::int64_t nIn) -> Result<SmallLinear> {
        SmallLinear l;
        VITRAL_TRY_ASSIGN(std::vector<float> values, weights.values(part + ".weight", {nOut, nIn, 1, 1}));
        VITRAL_TRY_ASSIGN(l.weight, weights.matrix(std::move(values), Shape{nOut, nIn}));
        VITRAL_TRY_ASSIGN(l.bias, weights.vector(part + ".bias", nOut));
        return l;
    };
    VITRAL_TRY_ASSIGN(c.widen, pointwise(name + ".conv.network.0", c.wide, dim));
    VITRAL_TRY_ASSIGN(c.narrow, pointwise(name + ".conv.network.4", dim, c.wide));
    VITRAL_TRY_ASSIGN(const std::vector<float> filters,
                      weights.values(name + ".conv.network.2.weight", {c.wide, 1, 3, 3}));
    std::vector<float> dense(static_cast<std::size_t>(c.wide * c.wide * 9));
    for (std::int64_t i = 0; i < c.wide; ++i)
        std::copy_n(filters.begin() + i * 9, 9, dense.begin() + (i * c.wide + i) * 9);
    VITRAL_TRY_ASSIGN(c.depthwise.weight, weights.matrix(std::move(dense), Shape{c.wide, c.wide, 3, 3}, true));
    VITRAL_TRY_ASSIGN(c.depthwise.bias, weights.vector(name + ".conv.network.2.bias", c.wide));
    return c;
}

class LatentFlow final : public Denoiser {
public:
    [[nodiscard]] const NetworkInfo& info() const override { return info_; }
    [[nodiscard]] std::size_t scratchBytes(std::int32_t nImage, std::int32_t height,
                                           std::int32_t width) const override {
        const auto perPixel = static_cast<std::size_t>(conformer_.dim * 4 + conformer_.wide * 4 + 8);
        return static_cast<std::size_t>(nImage) * static_cast<std::size_t>(height + 2) *
               static_cast<std::size_t>(width + 2) * perPixel * sizeof(float);
    }

    Result<void> predict(NetworkContext& context, const NetworkInput& input, std::span<float> out) const override {
        if (input.height != info_.defaultHeight || input.width != info_.defaultWidth)
            return fail(ErrorCode::InvalidArgument, "This network works on latents of one size only.");
        context.workspace.reset();
        const Pass pass{context};
        const ImageShape shape{input.nImage, input.height, input.width};
        const std::int64_t nPixel = shape.nPixel();
        VITRAL_TRY_ASSIGN(const std::vector<float> time, timePlane(pass, 1 - input.timestep / 1000.0));
        std::vector<float> rows(static_cast<std::size_t>(shape.nImage * nPixel * 3));
        for (std::int64_t i = 0; i < shape.nImage; ++i) {
            const Conditioning* c =
                input.conditioning.empty() ? nullptr : input.conditioning[static_cast<std::size_t>(i)];
            const std::int64_t id = c == nullptr || c->classId >= nClass_ ? -1 : c->classId;
            for (std::int64_t p = 0; p < nPixel; ++p) {
                float* row = rows.data() + (i * nPixel + p) * 3;
                row[0] = input.x[static_cast<std::size_t>(i * nPixel + p)];
                row[1] = time[static_cast<std::size_t>(p)];
                row[2] = id < 0 ? 0.0F : classes_[static_cast<std::size_t>(p * nClass_ + id)];
            }
        }
        VITRAL_TRY_ASSIGN(const Tensor x, pass.make(shape.nImage * nPixel, 3));
        context.backend.write(x, rows);
        VITRAL_TRY_ASSIGN(const Tensor y, pass.conv(first_, x, shape, 5, 1, 2));
        pass.activate(y);
        VITRAL_TRY(pass.conformer(conformer_, y, shape));
        if (context.observer != nullptr && context.observer->wantsFeatures(info_.featureBlocks[0]))
            context.observer->giveFeatures(info_.featureBlocks[0], y, input.height, input.width);
        pass.activate(y);
        VITRAL_TRY_ASSIGN(const Tensor last, pass.conv(last_, y, shape, 5, 1, 2));
        context.backend.read(last, out);
        for (float& v : out) // theirs points from noise to picture
            v = -v;
        return context.backend.status();
    }

    Result<std::vector<float>> timePlane(const Pass& pass, double t) const {
        std::vector<float> phases(nums_.size());
        for (std::size_t i = 0; i < phases.size(); ++i) {
            const double away = t - static_cast<double>(nums_[i]);
            phases[i] = static_cast<float>(std::exp(away * away / std::exp(static_cast<double>(logScalar_))));
        }
        VITRAL_TRY_ASSIGN(const Tensor x, pass.make(1, static_cast<std::int64_t>(phases.size())));
        VITRAL_TRY_ASSIGN(const Tensor y, pass.make(1, time_.weight->shape[0]));
        pass.context.backend.write(x, phases);
        pass.linear(time_, y, x);
        std::vector<float> out(static_cast<std::size_t>(y.nCol()));
        pass.context.backend.read(y, out);
        return out;
    }

    NetworkInfo info_;
    SmallLinear first_, last_, time_;
    Conformer conformer_;
    std::vector<float> nums_, classes_; ///< classes: [pixel, class]
    float logScalar_ = 0;
    std::int64_t nClass_ = 0;
};

/// 28 x 28 grey pixels in 0..1 of the network are ours in -1..1.
class LatentPictures final : public Autoencoder {
public:
    [[nodiscard]] std::int32_t factor() const override { return 4; }
    [[nodiscard]] std::int32_t channels() const override { return 1; }
    [[nodiscard]] std::size_t scratchBytes(std::int32_t, std::int32_t) const override {
        return static_cast<std::size_t>(30 * 30) * static_cast<std::size_t>(dim2_ * 12) * sizeof(float);
    }

    Result<Picture> decode(NetworkContext& context, const Picture& latent,
                           const std::function<void(double)>& progress) const override {
        context.workspace.reset();
        const Pass pass{context};
        const ImageShape shape{1, latent.height, latent.width};
        if (latent.channels != 1 || latent.height != 7 || latent.width != 7)
            return fail(ErrorCode::InvalidArgument, "This autoencoder knows latents of 7 x 7 pixels only.");
        VITRAL_TRY_ASSIGN(Tensor x, pass.make(shape.nPixel(), 1));
        context.backend.write(x, latent.values);
        VITRAL_TRY_ASSIGN(x, pass.conv(decoderIn_, x, shape, 1, 1, 0));
        for (const Conformer& c : decoder_)
            VITRAL_TRY(pass.conformer(c, x, shape));
        const ImageShape twice{1, 2 * shape.height, 2 * shape.width}, whole{1, 28, 28};
        VITRAL_TRY_ASSIGN(x, pass.enlarged(x, shape, twice));
        VITRAL_TRY_ASSIGN(x, pass.mirroredConv(decoderMiddle_, x, twice));
        VITRAL_TRY_ASSIGN(x, pass.enlarged(x, twice, whole));
        VITRAL_TRY_ASSIGN(x, pass.conv(decoderOut_, x, whole, 5, 1, 2));
        Picture out(1, 28, 28);
        context.backend.read(x, out.values);
        for (float& v : out.values)
            v = 2 * v - 1;
        if (progress)
            progress(1);
        VITRAL_TRY(context.backend.status());
        return out;
    }

    Result<Picture> encode(NetworkContext& context, const Picture& pixels,
                           const std::function<void(double)>& progress) const override {
        if (pixels.channels < 1 || pixels.height != 28 || pixels.width != 28)
            return fail(ErrorCode::InvalidArgument, "This autoencoder reads pictures of 28 x 28 pixels only.");
        context.workspace.reset();
        const Pass pass{context};
        const ImageShape whole{1, 28, 28};
        std::vector<float> values(pixels.values.begin(), pixels.values.begin() + 784);
        for (float& v : values)
            v = (v + 1) / 2;
        VITRAL_TRY_ASSIGN(Tensor x, pass.make(784, 1));
        context.backend.write(x, values);
        VITRAL_TRY_ASSIGN(x, pass.conv(encoderIn_, x, whole, 5, 2, 2));
        pass.activate(x);
        constexpr std::int64_t side = 14;
        const ImageShape half{1, side, side}, small{1, side / 2, side / 2};
        VITRAL_TRY_ASSIGN(x, pass.mirroredConv(encoderMiddle_, x, half));
        pass.activate(x);
        VITRAL_TRY_ASSIGN(x, pooled(pass, x, side));
        for (const Conformer& c : encoder_)
            VITRAL_TRY(pass.conformer(c, x, small));
        VITRAL_TRY_ASSIGN(x, pass.conv(encoderOut_, x, small, 1, 1, 0));
        std::vector<float> rows(static_cast<std::size_t>(x.nRow() * x.nCol()));
        context.backend.read(x, rows);
        Picture out(1, static_cast<std::int32_t>(side / 2), static_cast<std::int32_t>(side / 2));
        for (std::size_t p = 0; p < out.values.size(); ++p)
            out.values[p] = rows[p * static_cast<std::size_t>(x.nCol())];
        if (progress)
            progress(1);
        VITRAL_TRY(context.backend.status());
        return out;
    }

    static Result<Tensor> pooled(const Pass& pass, const Tensor& x, std::int64_t side) {
        const auto nCol = static_cast<std::size_t>(x.nCol()), n = static_cast<std::size_t>(side);
        std::vector<float> from(n * n * nCol), to(n * n / 4 * nCol);
        pass.context.backend.read(x, from);
        for (std::size_t y = 0; y < n / 2; ++y)
            for (std::size_t col = 0; col < n / 2; ++col)
                for (std::size_t c = 0; c < nCol; ++c) {
                    const float* p = from.data() + ((2 * y) * n + 2 * col) * nCol + c;
                    to[(y * (n / 2) + col) * nCol + c] = std::max({p[0], p[nCol], p[n * nCol], p[n * nCol + nCol]});
                }
        VITRAL_TRY_ASSIGN(const Tensor out, pass.make(x.nRow() / 4, x.nCol()));
        pass.context.backend.write(out, to);
        return out;
    }

    SmallLinear encoderIn_, encoderMiddle_, encoderOut_, decoderIn_, decoderMiddle_, decoderOut_;
    std::vector<Conformer> encoder_, decoder_;
    std::int64_t dim2_ = 0;
};

Result<nlohmann::json> configOf(const SafetensorsFile& file, const SmallWeights& weights) {
    const std::string text = metadataOf(file, "config");
    nlohmann::json json = text.size() > 4096 ? nlohmann::json() : nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object())
        return weights.wrong("it has no configuration.");
    return json;
}

Result<std::int64_t> numberOf(const nlohmann::json& json, const char* key, std::int64_t most,
                              const SmallWeights& weights) {
    const auto it = json.find(key);
    if (it == json.end() || !it->is_number_integer() || it->get<std::int64_t>() < 1 || it->get<std::int64_t>() > most)
        return weights.wrong(fmt::format("\"{}\" of its configuration is missing or out of range.", key));
    return it->get<std::int64_t>();
}

Result<std::shared_ptr<LatentPictures>> loadPictures(SmallWeights& weights, const nlohmann::json& json) {
    VITRAL_TRY_ASSIGN(const std::int64_t dim1, numberOf(json, "dim1", 512, weights));
    VITRAL_TRY_ASSIGN(const std::int64_t dim2, numberOf(json, "dim2", 512, weights));
    VITRAL_TRY_ASSIGN(const std::int64_t mult, numberOf(json, "mult", 8, weights));
    VITRAL_TRY_ASSIGN(const std::int64_t nLayer, numberOf(json, "n_layers", 16, weights));
    VITRAL_TRY_ASSIGN(const std::int64_t nHead, numberOf(json, "n_heads", 64, weights));
    VITRAL_TRY_ASSIGN(const std::int64_t headDim, numberOf(json, "head_dim", 256, weights));
    auto out = std::make_shared<LatentPictures>();
    out->dim2_ = dim2;
    VITRAL_TRY_ASSIGN(out->encoderIn_, weights.conv("encoder.0", dim1, 1, 5));
    VITRAL_TRY_ASSIGN(out->encoderMiddle_, weights.conv("encoder.2", dim2, dim1, 3));
    for (std::int64_t i = 0; i < nLayer; ++i) {
        VITRAL_TRY_ASSIGN(Conformer c,
                          loadConformer(weights, fmt::format("encoder.{}", 5 + i), dim2, mult, nHead, headDim));
        out->encoder_.push_back(std::move(c));
        VITRAL_TRY_ASSIGN(Conformer d,
                          loadConformer(weights, fmt::format("decoder.{}", 1 + i), dim2, mult, nHead, headDim));
        out->decoder_.push_back(std::move(d));
    }
    VITRAL_TRY_ASSIGN(out->encoderOut_, weights.conv(fmt::format("encoder.{}", 5 + nLayer), 1, dim2, 1));
    VITRAL_TRY_ASSIGN(out->decoderIn_, weights.conv("decoder.0", dim2, 1, 1));
    VITRAL_TRY_ASSIGN(out->decoderMiddle_, weights.conv(fmt::format("decoder.{}", 2 + nLayer), dim1, dim2, 3));
    VITRAL_TRY_ASSIGN(out->decoderOut_, weights.conv(fmt::format("decoder.{}", 4 + nLayer), 1, dim1, 5));
    return out;
}

} // namespace

bool looksLikeLatentFlow(const std::filesystem::path& path) {
    const auto file = peek(path);
    return file && file->findTensor("log_scalar") != nullptr && file->findTensor("yemb.weight") != nullptr;
}

Result<DiffusionModelPtr> loadLatentFlow(const std::filesystem::path& path, const DiffusionLoadOptions& options) {
    VITRAL_TRY_ASSIGN(const std::shared_ptr<const SafetensorsFile> file, SafetensorsFile::open(path));
    SmallWeights weights(file, path.filename().string(), *options.backend, options.stop);
    VITRAL_TRY_ASSIGN(const nlohmann::json json, configOf(*file, weights));
    VITRAL_TRY_ASSIGN(const std::int64_t dim, numberOf(json, "dim", 512, weights));
    VITRAL_TRY_ASSIGN(const std::int64_t mult, numberOf(json, "mult", 8, weights));
    VITRAL_TRY_ASSIGN(const std::int64_t nLayer, numberOf(json, "n_layers", 16, weights));
    VITRAL_TRY_ASSIGN(const std::int64_t nHead, numberOf(json, "n_heads", 64, weights));
    VITRAL_TRY_ASSIGN(const std::int64_t headDim, numberOf(json, "head_dim", 256, weights));
    VITRAL_TRY_ASSIGN(const std::int64_t nClass, numberOf(json, "n_classes", 1000, weights));
    if (nLayer != 1 || json.value("z_shape", nlohmann::json()) != nlohmann::json({1, 7, 7}))
        return fail(
            ErrorCode::Unsupported,
            "Of these latent flow models, those with one layer and latents of 7 x 7 pixels (EMNIST) are known.");
    const std::filesystem::path beside = path.parent_path() / "AutoEncoder.safetensors";
    auto pictures = SafetensorsFile::open(beside);
    if (!pictures)
        return failWith("This model needs its autoencoder beside it", pictures.error());
    SmallWeights pictureWeights(*pictures, beside.filename().string(), *options.backend, options.stop);
    VITRAL_TRY_ASSIGN(const nlohmann::json pictureJson, configOf(**pictures, pictureWeights));
    VITRAL_TRY_ASSIGN(std::shared_ptr<LatentPictures> autoencoder, loadPictures(pictureWeights, pictureJson));

    auto net = std::make_shared<LatentFlow>();
    constexpr std::int64_t kPixel = 49;
    net->nClass_ = nClass;
    VITRAL_TRY_ASSIGN(net->nums_, weights.values("nums", {nClass}));
    VITRAL_TRY_ASSIGN(const std::vector<float> logScalar, weights.values("log_scalar", {1}));
    net->logScalar_ = logScalar[0];
    VITRAL_TRY_ASSIGN(net->classes_, weights.values("yemb.weight", {kPixel, nClass}));
    VITRAL_TRY_ASSIGN(net->time_, weights.linear("temb", kPixel, nClass));
    VITRAL_TRY_ASSIGN(net->first_, weights.conv("network.0", dim, 3, 5));
    VITRAL_TRY_ASSIGN(net->conformer_, loadConformer(weights, "network.2", dim, mult, nHead, headDim));
    VITRAL_TRY_ASSIGN(net->last_, weights.conv("network.4", 1, dim, 5));
    NetworkInfo& info = net->info_;
    info.kind = "CNN with attention";
    info.inChannels = info.outChannels = 1;
    info.defaultHeight = info.defaultWidth = 7;
    info.anySize = false;
    info.nParameter = weights.nParameter();
    info.featureBlocks = {"flow.conformer"};

    auto model = std::make_shared<DiffusionModel>();
    model->schedule.kind = BetaKind::Flow;
    model->schedule.prediction = Prediction::Flow;
    model->info.name = path.parent_path().filename().string() + " " + path.stem().string();
    model->info.architecture = "EMNIST latent flow";
    model->info.licence = metadataOf(*file, "license");
    model->info.weightTypes = "F32";
    model->info.weightBytes = weights.weightBytes() + pictureWeights.weightBytes();
    model->info.residentBytes = model->info.weightBytes;
    // EMNIST "balanced": letters that look alike in both cases share a class (Cohen et al. 2017).
    constexpr std::string_view kBalanced = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt";
    for (std::int64_t i = 0; i < nClass; ++i)
        model->info.classNames.push_back(nClass == static_cast<std::int64_t>(kBalanced.size())
                                             ? std::string(1, kBalanced[static_cast<std::size_t>(i)])
                                             : std::to_string(i));
    model->info.nullClass = static_cast<std::int32_t>(nClass);
    model->info.defaultGuidance = 2;
    model->info.defaultSteps = 50;
    model->info.defaultSolver = SolverKind::FlowEuler;
    model->denoiser = std::move(net);
    model->autoencoder = std::move(autoencoder);
    model->backend = options.backend;
    model->files = weights.kept();
    for (const auto& kept : pictureWeights.kept())
        model->files.push_back(kept);
    model->files.push_back(file);
    model->files.push_back(*pictures);
    return model;
}

} // namespace vitral::diffusion
