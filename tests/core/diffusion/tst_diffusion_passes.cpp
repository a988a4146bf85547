// SPDX-License-Identifier: Apache-2.0
// Passes of loaded diffusion models: what they take and how they stop, what is recorded of cross-attention, what a
// network for inpainting wants.

#include "core/diffusion/checkpoint.h"
#include "core/diffusion/denoise.h"
#include "core/diffusion/summary.h"
#include "core/diffusion/unet.h"
#include "tests/core/diffusion/diffusion_golden.h"

#include <QTemporaryDir>
#include <cmath>

using namespace vitral;
using namespace vitral::diffusion;
using namespace vitral::test;
namespace fs = std::filesystem;

class TestDiffusionPasses : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;
    Result<DiffusionGolden> sd1_;
    DiffusionLoadOptions options_;

    fs::path at(const std::string& name) const { return fs::path(folder_.path().toStdString()) / name; }

private slots:
    void initTestCase() {
        sd1_ = loadDiffusionGolden("unet-sd1");
        QVERIFY_RESULT(sd1_);
        auto backend = makeCpuBackend({2, CpuIsa::Auto});
        QVERIFY_RESULT(backend);
        options_.backend = *backend;
        options_.precision = Precision::Exact;
    }

    void memoryIsAsStated() {
        QVERIFY_RESULT(writeRandomDiffusion("sd15-tiny", 1, at("tiny.safetensors")));
        const auto model = loadDiffusionModel(at("tiny.safetensors"), options_);
        QVERIFY_RESULT(model);
        Workspace workspace(*options_.backend);
        NetworkContext context{*options_.backend, workspace, {}, nullptr};
        const auto text = (*model)->textEncoder->encode(context, "a cat", nullptr);
        QVERIFY_RESULT(text);
        NetworkInput input;
        const std::vector<float> x(std::size_t{2} * 4 * 32 * 24, 0.5F);
        input.x = x;
        input.nImage = 2;
        input.height = 32;
        input.width = 24;
        const std::vector<const Conditioning*> both{&*text, &*text};
        input.conditioning = both;
        std::vector<float> out(x.size());
        Workspace own(*options_.backend);
        NetworkContext second{*options_.backend, own, {}, nullptr};
        QVERIFY_RESULT((*model)->denoiser->predict(second, input, out));
        QCOMPARE(own.reservedBytes(), (*model)->denoiser->scratchBytes(2, 32, 24));
        for (const float v : out)
            QVERIFY(std::isfinite(v));
        // What the file says before anything is loaded is what the loaded model says.
        const auto summary = summarizeDiffusion(at("tiny.safetensors"));
        QVERIFY_RESULT(summary);
        QCOMPARE(summary->stepBytes, (*model)->denoiser->scratchBytes(2, 16, 16));
        QCOMPARE(summary->decodeBytes, (*model)->autoencoder->scratchBytes(64, 64));
        QCOMPARE(summary->parts.size(), std::size_t{3});
        QCOMPARE(summary->skips, (*model)->denoiser->info().skips);

        // Stopped before the first block.
        std::stop_source stop;
        stop.request_stop();
        NetworkContext stopped{*options_.backend, own, stop.get_token(), nullptr};
        QVERIFY_ERROR((*model)->denoiser->predict(stopped, input, out), ErrorCode::Cancelled);
        DiffusionLoadOptions cancelled = options_;
        cancelled.stop = stop.get_token();
        QVERIFY_ERROR(loadDiffusionModel(at("tiny.safetensors"), cancelled), ErrorCode::Cancelled);
        input.width = 23;
        QVERIFY_ERROR((*model)->denoiser->predict(second, input, out), ErrorCode::InvalidArgument);
    }

    void stableDiffusionFitsInThreeGigabytes() {
        const auto json = JsonConfig::parse(
            R"({"block_out_channels":[320,640,1280,1280],"attention_head_dim":8,"cross_attention_dim":768,
                "down_block_types":["CrossAttnDownBlock2D","CrossAttnDownBlock2D","CrossAttnDownBlock2D","DownBlock2D"],
                "up_block_types":["UpBlock2D","CrossAttnUpBlock2D","CrossAttnUpBlock2D","CrossAttnUpBlock2D"]})",
            "unet/config.json");
        QVERIFY_RESULT(json);
        const auto config = readUNetConfig(*json);
        QVERIFY_RESULT(config);
        std::vector<NetLoader::Wanted> wanted;
        NetLoader loader(wanted, options_);
        const auto unet = UNet::load(loader, *config, 77);
        QVERIFY_RESULT(unet);
        QCOMPARE(wanted.size(), std::size_t{686});                     // as Stable Diffusion 1.5's U-Net has
        QCOMPARE((*unet)->info().nParameter, std::int64_t{859520964}); // of as many numbers
        const std::size_t bytes = (*unet)->scratchBytes(2, 64, 64);
        QVERIFY2(bytes < 600'000'000, qPrintable(QString::number(bytes)));
        QCOMPARE((*unet)->info().skips.size(), std::size_t{12});
        QCOMPARE((*unet)->info().crossBlocks.size(), std::size_t{16});
        if (qEnvironmentVariableIsSet("VITRAL_VERBOSE"))
            qInfo("Stable Diffusion 1.5 at 512 x 512, two pictures: %.0f MB of scratch", double(bytes) / 1e6);
    }

    void crossAttentionCanBeReplayed() {
        const auto path = at("cross.safetensors");
        QVERIFY_RESULT(writeGoldenModel(*sd1_, path));
        const auto model = loadDiffusionModel(path, options_);
        QVERIFY_RESULT(model);
        const GoldenTensor& x = sd1_->tensors.at("x");
        // Two texts of different lengths go through one batch.
        Conditioning a, b;
        a.width = b.width = 24;
        a.nToken = 3;
        b.nToken = 7;
        a.tokens.assign(3 * 24, 0.3F);
        b.tokens.assign(7 * 24, -0.2F);
        for (std::size_t i = 0; i < b.tokens.size(); ++i)
            b.tokens[i] += std::sin(0.1F * static_cast<float>(i));
        const std::vector<const Conditioning*> both{&a, &b};
        NetworkInput input;
        input.x = x.values;
        input.nImage = 2;
        input.height = input.width = 8;
        input.timestep = 100;
        input.conditioning = both;
        Workspace workspace(*options_.backend);
        FeatureCollector collector(*options_.backend, 2);
        NetworkContext context{*options_.backend, workspace, {}, &collector};
        std::vector<float> out(x.values.size());
        QVERIFY_RESULT((*model)->denoiser->predict(context, input, out));
        QCOMPARE(collector.cross.size(), 2 * (*model)->denoiser->info().crossBlocks.size());
        for (std::size_t i = 0; i < collector.cross.size(); ++i) {
            const auto& c = collector.cross[i];
            QCOMPARE(c.block, (*model)->denoiser->info().crossBlocks[i / 2]);
            QCOMPARE(c.nKey, i % 2 == 0 ? 3 : 7);
            const std::int64_t d = c.width / c.nHead;
            for (const std::int64_t row : {std::int64_t{0}, c.nQuery - 1})
                for (std::int32_t h = 0; h < c.nHead; ++h) {
                    double sum = 0;
                    for (std::int64_t k = 0; k < c.nKey; ++k) {
                        double s = 0;
                        for (std::int64_t j = 0; j < d; ++j)
                            s += double(c.q[std::size_t(row * c.width + h * d + j)]) *
                                 double(c.k[std::size_t(k * c.width + h * d + j)]);
                        sum += std::exp(double(c.scale) * s - double(c.lse[std::size_t(row * c.nHead + h)]));
                    }
                    QVERIFY2(std::fabs(sum - 1) < 1e-4, qPrintable(QString::number(sum)));
                }
        }
        // One at a time gives the same as together.
        std::vector<float> alone(out.size() / 2);
        const std::vector<const Conditioning*> second{&b};
        input.x = std::span(x.values).last(alone.size());
        input.nImage = 1;
        input.conditioning = second;
        NetworkContext quiet{*options_.backend, workspace, {}, nullptr};
        QVERIFY_RESULT((*model)->denoiser->predict(quiet, input, alone));
        QVERIFY(relativeDifference(alone, std::span(out).last(alone.size())) < 1e-5);
        // A skip connection that carries nothing changes the prediction; scales of 1 do not.
        std::vector<float> scales((*model)->denoiser->info().skips.size(), 1.0F);
        input.skipScales = scales;
        std::vector<float> same(alone.size()), other(alone.size());
        QVERIFY_RESULT((*model)->denoiser->predict(quiet, input, same));
        QCOMPARE(same, alone);
        scales[1] = 0;
        QVERIFY_RESULT((*model)->denoiser->predict(quiet, input, other));
        QVERIFY(relativeDifference(other, alone) > 1e-3);
        scales.pop_back();
        input.skipScales = scales;
        QVERIFY_ERROR((*model)->denoiser->predict(quiet, input, other), ErrorCode::InvalidArgument);
    }

    // Nine channels in, four out: a network that is told the mask. Without one it is refused before anything runs.
    void inpaintingNetworksWantAMask() {
        const auto path = at("inpaint.safetensors");
        QVERIFY_RESULT(writeRandomDiffusion("sd15-tiny-inpaint", 5, path, {}));
        const auto model = loadDiffusionModel(path, options_);
        QVERIFY_RESULT(model);
        QCOMPARE((*model)->denoiser->info().inChannels, 9);
        DenoiseJob job;
        job.model = *model;
        job.settings.steps = 2;
        job.settings.width = job.settings.height = 32;
        const auto refused = planDenoise(job);
        QVERIFY(!refused);
        QVERIFY2(refused.error().message.find("a mask") != std::string::npos, refused.error().message.c_str());
        QVERIFY(!denoise(job, {}, {}));
        auto picture = std::make_shared<Picture>(3, 32, 32);
        for (std::size_t i = 0; i < picture->size(); ++i)
            picture->values[i] = static_cast<float>(i % 7) / 3.0F - 1;
        job.settings.init = picture;
        const auto with = [&](bool half) {
            auto mask = std::make_shared<Picture>(1, 32, 32);
            std::fill(mask->values.begin(), mask->values.end() - (half ? 512 : 0), 1.0F);
            job.settings.mask = mask;
            return denoise(job, {}, {});
        };
        const auto whole = with(false), part = with(true);
        QVERIFY_RESULT(whole);
        QVERIFY_RESULT(part);
        QVERIFY((*whole)->steps[0]->x->values == (*part)->steps[0]->x->values);
        QVERIFY((*whole)->steps[0]->eps->values != (*part)->steps[0]->eps->values); // it was told
        for (const float v : (*part)->result->values)
            QVERIFY(std::isfinite(v));
    }
};

QTEST_GUILESS_MAIN(TestDiffusionPasses)
#include "tst_diffusion_passes.moc"
