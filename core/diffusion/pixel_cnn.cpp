// SPDX-License-Identifier: Apache-2.0
// The MNIST pixel network: blocks of a 7x7 convolution, a layer norm over the whole map (one weight a channel and
// pixel, so the size is fixed) and GELU; the time goes through sines and a small MLP and is added after the first
// block. Architecture: Yichizz/hot_vs_cold_diffusion, diffusion_mnist/model_ddpm.py. It was trained on pixels in
// -0.5..0.5.

#include "core/diffusion/small_models.h"
#include "core/diffusion/small_net.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

namespace vitral::diffusion {
namespace {

struct Block {
    SmallLinear conv;
    SmallTensor normWeight, normBias; ///< [1, H * W * C], pixels first
    std::int64_t nOut = 0;
    std::int32_t kernel = 7;
};

class PixelCnn final : public Denoiser {
public:
    [[nodiscard]] const NetworkInfo& info() const override { return info_; }
    [[nodiscard]] std::size_t scratchBytes(std::int32_t nImage, std::int32_t height,
                                           std::int32_t width) const override {
        std::int64_t widest = info_.inChannels;
        for (const Block& block : blocks_)
            widest = std::max(widest, block.nOut);
        return static_cast<std::size_t>(nImage) * static_cast<std::size_t>(height) * static_cast<std::size_t>(width) *
               static_cast<std::size_t>(2 * widest + 2) * sizeof(float);
    }

    Result<void> predict(NetworkContext& context, const NetworkInput& input, std::span<float> out) const override {
        if (input.height != info_.defaultHeight || input.width != info_.defaultWidth)
            return fail(ErrorCode::InvalidArgument, fmt::format("This network works on {} x {} pixels only.",
                                                                info_.defaultWidth, info_.defaultHeight));
        Backend& backend = context.backend;
        context.workspace.reset();
        const ImageShape shape{input.nImage, input.height, input.width};
        const std::int64_t nRow = shape.nImage * shape.nPixel();
        VITRAL_TRY_ASSIGN(const Tensor embedded, timeEmbedding(context, input));
        VITRAL_TRY_ASSIGN(Tensor x, context.workspace.make(nRow, info_.inChannels));
        backend.write(x, rowsOf(input.x, shape.nImage, info_.inChannels, shape.nPixel()));
        for (std::size_t i = 0; i < blocks_.size(); ++i) {
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "The picture was stopped.");
            const Block& block = blocks_[i];
            backend.scope(info_.featureBlocks[i]);
            VITRAL_TRY_ASSIGN(Tensor y, context.workspace.make(nRow, block.nOut));
            backend.conv2d(y, x, *block.conv.weight, block.conv.bias.tensor, paramsOf(shape, block.kernel));
            Tensor whole = y;
            whole.shape = Shape{shape.nImage, shape.nPixel() * block.nOut};
            whole.rowStride = shape.nPixel() * block.nOut;
            backend.layerNorm(whole, whole, block.normWeight.tensor, block.normBias.tensor, 1e-5F);
            backend.activation(Activation::GeluErf, y, y);
            if (i == 0)
                backend.addPerImage(y, y, embedded, shape);
            if (context.observer != nullptr && context.observer->wantsFeatures(info_.featureBlocks[i]))
                context.observer->giveFeatures(info_.featureBlocks[i], y, input.height, input.width);
            x = y;
        }
        VITRAL_TRY_ASSIGN(const Tensor last, context.workspace.make(nRow, info_.outChannels));
        backend.conv2d(last, x, *last_.weight, last_.bias.tensor, paramsOf(shape, lastKernel_));
        std::vector<float> rows(out.size());
        backend.read(last, rows);
        planesOf(rows, shape.nImage, info_.outChannels, shape.nPixel(), out);
        return backend.status();
    }

    static Conv2dParams paramsOf(const ImageShape& shape, std::int32_t kernel) {
        Conv2dParams p;
        p.in = shape;
        p.kernelH = p.kernelW = kernel;
        p.padTop = p.padLeft = p.padBottom = p.padRight = kernel / 2;
        return p;
    }

    Result<Tensor> timeEmbedding(NetworkContext& context, const NetworkInput& input) const {
        const std::size_t n = frequencies_.size();
        std::vector<float> phases(2 * n);
        const auto t = static_cast<float>(input.timestep / nTrain_);
        for (std::size_t i = 0; i < n; ++i) { // in float, as it was trained
            phases[i] = std::sin(t * frequencies_[i]);
            phases[n + i] = std::cos(t * frequencies_[i]) - 1.0F;
        }
        VITRAL_TRY_ASSIGN(Tensor x, context.workspace.make(1, static_cast<std::int64_t>(phases.size())));
        context.backend.write(x, phases);
        for (std::size_t i = 0; i < time_.size(); ++i) {
            VITRAL_TRY_ASSIGN(const Tensor y, context.workspace.make(1, time_[i].weight->shape[0]));
            const std::array outputs = {time_[i].into(y)};
            context.backend.matmul(x, outputs);
            if (i + 1 < time_.size())
                context.backend.activation(Activation::GeluErf, y, y);
            x = y;
        }
        VITRAL_TRY_ASSIGN(Tensor all, context.workspace.make(input.nImage, x.nCol()));
        for (std::int32_t i = 0; i < input.nImage; ++i)
            context.backend.copy(all.rows(i, 1), x);
        return all;
    }

    NetworkInfo info_;
    std::vector<Block> blocks_;
    SmallLinear last_;
    std::int32_t lastKernel_ = 3;
    std::vector<SmallLinear> time_;
    std::vector<float> frequencies_;
    double nTrain_ = 1000;
};

constexpr std::int64_t kMostChannels = 4096, kMostSize = 1024, kMostKernel = 31;

Result<Block> loadBlock(SmallWeights& weights, std::size_t i, std::int64_t nIn, NetworkInfo& info) {
    const std::string name = fmt::format("gt.blocks.{}.net", i);
    const std::vector<std::int64_t> conv = weights.dims(name + ".0.weight"), norm = weights.dims(name + ".1.weight");
    if (conv.size() != 4 || norm.size() != 3 || conv[0] < 1 || conv[0] > kMostChannels || conv[2] % 2 == 0 ||
        conv[2] > kMostKernel || norm[1] < 1 || norm[1] > kMostSize || norm[2] < 1 || norm[2] > kMostSize)
        return weights.wrong(fmt::format("block {} is not a convolution and a norm.", i));
    if (i == 0) {
        info.defaultHeight = static_cast<std::int32_t>(norm[1]);
        info.defaultWidth = static_cast<std::int32_t>(norm[2]);
    }
    Block block;
    block.nOut = conv[0];
    block.kernel = static_cast<std::int32_t>(conv[2]);
    VITRAL_TRY_ASSIGN(block.conv, weights.conv(name + ".0", conv[0], nIn, conv[2]));
    const std::int64_t height = info.defaultHeight, width = info.defaultWidth;
    for (auto* part : {&block.normWeight, &block.normBias}) {
        VITRAL_TRY_ASSIGN(
            const std::vector<float> planes,
            weights.values(name + (part == &block.normWeight ? ".1.weight" : ".1.bias"), {conv[0], height, width}));
        VITRAL_TRY_ASSIGN(*part, weights.tensor(rowsOf(planes, 1, conv[0], height * width)));
    }
    return block;
}

/// The file has its betas: they must be the line that our schedule makes.
Result<ScheduleSpec> loadSchedule(SmallWeights& weights) {
    const std::vector<std::int64_t> dims = weights.dims("beta_t");
    if (dims.size() != 1 || dims[0] < 3 || dims[0] > 100'000)
        return weights.wrong("its list of betas has no sensible length.");
    VITRAL_TRY_ASSIGN(const std::vector<float> betas, weights.values("beta_t", {dims[0]}));
    ScheduleSpec spec;
    spec.kind = BetaKind::Linear;
    spec.nTrain = static_cast<std::int32_t>(dims[0]);
    spec.betaStart = static_cast<double>(betas.front());
    spec.betaEnd = static_cast<double>(betas.back());
    spec.stepsOffset = 1; // time 0 is the clean picture, never trained
    for (std::size_t i = 0; i < betas.size(); ++i) {
        const double line = spec.betaStart + (spec.betaEnd - spec.betaStart) * static_cast<double>(i) /
                                                 static_cast<double>(betas.size() - 1);
        if (!(std::abs(static_cast<double>(betas[i]) - line) < 1e-6))
            return weights.wrong("its betas are not a line.");
    }
    return spec;
}

} // namespace

bool looksLikePixelCnn(const std::filesystem::path& path) {
    const auto file = peek(path);
    return file && file->findTensor("gt.blocks.0.net.0.weight") != nullptr && file->findTensor("beta_t") != nullptr;
}

Result<DiffusionModelPtr> loadPixelCnn(const std::filesystem::path& path, const DiffusionLoadOptions& options) {
    VITRAL_TRY_ASSIGN(const std::shared_ptr<const SafetensorsFile> file, SafetensorsFile::open(path));
    SmallWeights weights(file, path.filename().string(), *options.backend, options.stop);
    auto net = std::make_shared<PixelCnn>();
    auto model = std::make_shared<DiffusionModel>();
    VITRAL_TRY_ASSIGN(model->schedule, loadSchedule(weights));
    net->nTrain_ = model->schedule.nTrain - 1;

    NetworkInfo& info = net->info_;
    const std::vector<std::int64_t> first = weights.dims("gt.blocks.0.net.0.weight");
    if (first.size() != 4 || first[1] < 1 || first[1] > 4)
        return weights.wrong("its first convolution has no sensible shape.");
    info.inChannels = info.outChannels = static_cast<std::int32_t>(first[1]);
    std::int64_t nChannel = first[1];
    std::size_t i = 0;
    for (; i < 64 && !weights.dims(fmt::format("gt.blocks.{}.net.0.weight", i)).empty(); ++i) {
        VITRAL_TRY_ASSIGN(Block block, loadBlock(weights, i, nChannel, info));
        nChannel = block.nOut;
        net->blocks_.push_back(std::move(block));
        info.featureBlocks.push_back(fmt::format("cnn.block.{}", i));
    }
    const std::string last = fmt::format("gt.blocks.{}", i);
    const std::vector<std::int64_t> lastDims = weights.dims(last + ".weight");
    if (lastDims.size() != 4 || lastDims[2] % 2 == 0 || lastDims[2] > kMostKernel)
        return weights.wrong("its last convolution is missing.");
    net->lastKernel_ = static_cast<std::int32_t>(lastDims[2]);
    VITRAL_TRY_ASSIGN(net->last_, weights.conv(last, info.outChannels, nChannel, lastDims[2]));

    const std::vector<std::int64_t> frequencies = weights.dims("gt.frequencies");
    if (frequencies.size() != 1 || frequencies[0] < 1 || frequencies[0] > 1024)
        return weights.wrong("its time frequencies are missing.");
    VITRAL_TRY_ASSIGN(net->frequencies_, weights.values("gt.frequencies", {frequencies[0]}));
    std::int64_t width = 2 * frequencies[0];
    for (int k = 0; k < 16; k += 2) {
        const std::string name = fmt::format("gt.time_embed.{}", k);
        const std::vector<std::int64_t> dims = weights.dims(name + ".weight");
        if (dims.size() != 2 || dims[0] < 1 || dims[0] > kMostChannels)
            break;
        VITRAL_TRY_ASSIGN(SmallLinear layer, weights.linear(name, dims[0], width));
        width = dims[0];
        net->time_.push_back(std::move(layer));
    }
    if (net->time_.empty() || width != net->blocks_.front().nOut)
        return weights.wrong("its time embedding does not fit its first block.");

    info.kind = "CNN";
    info.anySize = false;
    info.nParameter = weights.nParameter();
    model->info.name = path.stem().string();
    model->info.architecture = "MNIST pixel CNN";
    model->info.licence = metadataOf(*file, "license");
    model->info.weightTypes = "F32";
    model->info.weightBytes = weights.weightBytes();
    model->info.residentBytes = weights.weightBytes();
    model->info.defaultSteps = 50;
    model->info.defaultSolver = SolverKind::Ddpm;
    model->info.pixelScale = 2; // trained on -0.5..0.5
    model->denoiser = std::move(net);
    model->backend = options.backend;
    model->files = weights.kept();
    model->files.push_back(file);
    return model;
}

} // namespace vitral::diffusion
