// SPDX-License-Identifier: Apache-2.0
// Autoencoders against diffusers, block by block; tiles against one pass; TAESD against diffusers and, with the weights
// of TAEF2 themselves, by how well a real picture comes back. VITRAL_VERBOSE=1 prints the errors.

#include "core/diffusion/taesd.h"
#include "core/diffusion/vae.h"
#include "gpu/cuda/cuda_backend.h"
#include "gpu/cuda/emulated/emulated.h"
#include "tests/core/diffusion/diffusion_golden.h"

#include <QTemporaryDir>
#include <cmath>

using namespace vitral;
using namespace vitral::diffusion;
using namespace vitral::test;

namespace {

constexpr int kDevice = -1; ///< in the place of an instruction set: the emulated CUDA device

Picture pictureOf(const GoldenTensor& tensor) {
    Picture p(static_cast<std::int32_t>(tensor.dims[1]), static_cast<std::int32_t>(tensor.dims[2]),
              static_cast<std::int32_t>(tensor.dims[3]));
    p.values = tensor.values;
    return p;
}

/// A picture with edges, gradients and texture in -1..1.
Picture testPicture(std::int32_t height, std::int32_t width) {
    Picture p(3, height, width);
    for (std::int32_t y = 0; y < height; ++y)
        for (std::int32_t x = 0; x < width; ++x) {
            const auto at = static_cast<std::size_t>(y * width + x);
            p.channel(0)[at] = std::sin(0.05F * static_cast<float>(x + y));
            p.channel(1)[at] = static_cast<float>(y) / static_cast<float>(height) * 2 - 1;
            p.channel(2)[at] = (x / 16 + y / 16) % 2 == 0 ? 0.6F : -0.6F;
        }
    return p;
}

double psnr(const Picture& a, const Picture& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double d = static_cast<double>(std::clamp(a.values[i], -1.0F, 1.0F)) - static_cast<double>(b.values[i]);
        sum += d * d;
    }
    return 10 * std::log10(4.0 / (sum / static_cast<double>(a.size())));
}

} // namespace

class TestAutoencoder : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;
    std::filesystem::path file(const std::string& name) const {
        return std::filesystem::path(folder_.path().toStdString()) / name;
    }
    static Result<DiffusionLoadOptions> options(CpuIsa isa, Precision precision) {
        DiffusionLoadOptions o;
        VITRAL_TRY_ASSIGN(o.backend, makeCpuBackend({2, isa}));
        o.precision = precision;
        return o;
    }
    static Result<DiffusionLoadOptions> deviceOptions(Precision precision) {
        DiffusionLoadOptions o;
        VITRAL_TRY_ASSIGN(o.backend, cuda::CudaBackend::create(0));
        o.precision = precision;
        return o;
    }

private slots:
    void initTestCase() {
#ifndef __SANITIZE_ADDRESS__               // which sees kernels beyond an allocation's end only on the heap
        cuda::emulated::guardMemory(true); // the device's memory is there for kernels and copies alone
#endif
    }
    void agreesWithDiffusers_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("isa");
        QTest::addColumn<bool>("exact");
        for (const auto& [isaName, isa] : cpuIsasHere())
            for (const char* name : {"vae-sd", "vae-shifted"})
                for (const bool exact : {true, false})
                    QTest::addRow("%s %s %s", name, isaName.c_str(), exact ? "exact" : "fast")
                        << QString(name) << int(isa) << exact;
        for (const char* name : {"vae-sd", "vae-shifted"})
            for (const bool exact : {true, false})
                QTest::addRow("%s device %s", name, exact ? "exact" : "fast") << QString(name) << kDevice << exact;
    }
    void agreesWithDiffusers() {
        QFETCH(QString, name);
        QFETCH(int, isa);
        QFETCH(bool, exact);
        const auto golden = loadDiffusionGolden(name.toStdString());
        QVERIFY_RESULT(golden);
        QVERIFY_RESULT(writeGoldenModel(*golden, file("m.safetensors")));
        const Precision precision = exact ? Precision::Exact : Precision::Fast;
        const auto o = isa == kDevice ? deviceOptions(precision) : options(CpuIsa(isa), precision);
        QVERIFY_RESULT(o);
        const auto model = loadDiffusionModel(file("m.safetensors"), *o);
        QVERIFY_RESULT(model);
        QVERIFY((*model)->autoencoder);
        const Autoencoder& vae = *(*model)->autoencoder;
        Workspace workspace(*o->backend);
        FeatureCollector collector(*o->backend, 1);
        NetworkContext context{*o->backend, workspace, {}, &collector};
        double last = 0;
        const auto progress = [&](double fraction) {
            QVERIFY(fraction > last && fraction <= 1);
            last = fraction;
        };
        const auto encoded = vae.encode(context, pictureOf(golden->tensors.at("x")), progress);
        QVERIFY_RESULT(encoded);
        last = 0;
        const auto decoded = vae.decode(context, pictureOf(golden->tensors.at("z")), progress);
        QVERIFY_RESULT(decoded);
        // BF16 keeps 8 bits of a factor; the means of a latent are small beside what they are sums of.
        const double allowed = exact ? 1e-4 : isa == kDevice ? 1e-2 : 6e-2;
        double worst = 0;
        std::size_t nCompared = 0, nGolden = 0;
        for (const auto& [block, tensor] : collector.got) {
            const auto expected = golden->tensors.find(block);
            QVERIFY2(expected != golden->tensors.end(), block.c_str());
            ++nCompared;
            const double error = relativeDifference(tensor.values, expected->second.values);
            worst = std::max(worst, error);
            QVERIFY2(
                error <= allowed,
                qPrintable(
                    QString("%1 is the first block that differs: relative error %2").arg(block.c_str()).arg(error)));
        }
        for (const auto& [block, tensor] : golden->tensors)
            nGolden += block.starts_with("vae.") ? 1 : 0;
        QCOMPARE(nCompared, nGolden);
        const double encodeError = relativeDifference(encoded->values, golden->tensors.at("encoded").values);
        const double decodeError = relativeDifference(decoded->values, golden->tensors.at("decoded").values);
        QVERIFY2(encodeError <= allowed, qPrintable(QString("encoded: relative error %1").arg(encodeError)));
        QVERIFY2(decodeError <= allowed, qPrintable(QString("decoded: relative error %1").arg(decodeError)));
        if (qEnvironmentVariableIsSet("VITRAL_VERBOSE"))
            qInfo("%-28s worst block %.1e, encoded %.1e, decoded %.1e", QTest::currentDataTag(), worst, encodeError,
                  decodeError);
    }

    void scratchIsAsStated() {
        const auto golden = loadDiffusionGolden("vae-sd");
        QVERIFY_RESULT(golden);
        QVERIFY_RESULT(writeGoldenModel(*golden, file("m.safetensors")));
        const auto o = options(CpuIsa::Auto, Precision::Exact);
        QVERIFY_RESULT(o);
        const auto model = loadDiffusionModel(file("m.safetensors"), *o);
        QVERIFY_RESULT(model);
        Workspace workspace(*o->backend);
        NetworkContext context{*o->backend, workspace, {}, nullptr};
        QVERIFY_RESULT((*model)->autoencoder->decode(context, Picture(4, 80, 64)));
        const std::size_t stated = (*model)->autoencoder->scratchBytes(320, 256);
        QVERIFY(stated > (std::size_t{1} << 20U)); // beyond the smallest piece a workspace takes
        QCOMPARE(workspace.reservedBytes(), stated);
    }

    void tilesCoverEverything() {
        for (const std::int32_t length : {1, 5, 8, 9, 15, 16, 17, 40, 100}) {
            const auto starts = tileStarts(length, 8, 3);
            QCOMPARE(starts.front(), 0);
            if (length <= 8) {
                QCOMPARE(starts.size(), std::size_t{1});
                continue;
            }
            QCOMPARE(starts.back(), length - 8);
            for (std::size_t i = 1; i < starts.size(); ++i)
                QVERIFY(starts[i] > starts[i - 1] && starts[i] <= starts[i - 1] + 5);
        }
        // What every tile leaves alone comes back as it was.
        const Picture in = testPicture(37, 50);
        Picture out(3, 37, 50);
        TileRules rules;
        rules.side = 16;
        rules.overlap = 5;
        QVERIFY_RESULT(runTiles(in, 1, out, 1, rules, [](const Picture& tile) { return Result<Picture>(tile); }, {}));
        QVERIFY(relativeDifference(out.values, in.values) < 1e-6);
    }

    void tilesAreNearOnePass() {
        const auto golden = loadDiffusionGolden("vae-sd");
        QVERIFY_RESULT(golden);
        QVERIFY_RESULT(writeGoldenModel(*golden, file("m.safetensors")));
        const auto o = options(CpuIsa::Auto, Precision::Exact);
        QVERIFY_RESULT(o);
        const auto source = SafetensorsFile::open(file("m.safetensors"));
        QVERIFY_RESULT(source);
        TensorSource tensors;
        QVERIFY_RESULT(tensors.add(*source, underPrefix("vae.")));
        VaeConfig config;
        config.channels = {8, 16, 16};
        config.nRes = 1;
        config.nGroup = 4;
        TileRules tiled;
        tiled.wholeBytes = 0;
        tiled.side = 12;
        tiled.overlap = 6;
        NetLoader loader(tensors, "The autoencoder", WeightForm::Exact, *o);
        const auto whole = AutoencoderKl::load(loader, config);
        QVERIFY_RESULT(whole);
        const auto pieces = AutoencoderKl::load(loader, config, tiled);
        QVERIFY_RESULT(pieces);
        Workspace workspace(*o->backend);
        NetworkContext context{*o->backend, workspace, {}, nullptr};
        Picture z(4, 20, 26);
        for (std::size_t i = 0; i < z.size(); ++i)
            z.values[i] = std::sin(0.37F * static_cast<float>(i)) * 0.2F;
        const auto a = (*whole)->decode(context, z, {});
        QVERIFY_RESULT(a);
        int nTold = 0;
        const auto b = (*pieces)->decode(context, z, [&](double) { ++nTold; });
        QVERIFY_RESULT(b);
        QCOMPARE(nTold, 3 * 4);
        QVERIFY(a->sameShape(*b));
        QVERIFY(relativeDifference(b->values, a->values) < 0.8); // norms see another picture: near, never equal
        const auto back = (*pieces)->encode(context, testPicture(80, 104), {});
        QVERIFY_RESULT(back);
        QCOMPARE(back->width, 26);
        QVERIFY((*pieces)->scratchBytes(1024, 1024) < (*whole)->scratchBytes(1024, 1024));
    }

    void tinyAgreesWithDiffusers() {
        const auto golden = loadDiffusionGolden("taesd");
        QVERIFY_RESULT(golden);
        QVERIFY_RESULT(writeGoldenModel(*golden, file("tiny.safetensors"), DType::F32, "-"));
        for (const auto& [isaName, isa] : cpuIsasHere()) {
            const auto o = options(isa, Precision::Exact);
            QVERIFY_RESULT(o);
            const auto tiny = loadTinyAutoencoder(file("tiny.safetensors"), *o);
            QVERIFY_RESULT(tiny);
            QCOMPARE((*tiny)->factor(), 8);
            QCOMPARE((*tiny)->channels(), 4);
            Workspace workspace(*o->backend);
            NetworkContext context{*o->backend, workspace, {}, nullptr};
            const auto encoded = (*tiny)->encode(context, pictureOf(golden->tensors.at("x")), {});
            QVERIFY_RESULT(encoded);
            const auto decoded = (*tiny)->decode(context, pictureOf(golden->tensors.at("z")), {});
            QVERIFY_RESULT(decoded);
            QVERIFY(relativeDifference(encoded->values, golden->tensors.at("encoded").values) < 1e-4);
            QVERIFY(relativeDifference(decoded->values, golden->tensors.at("decoded").values) < 1e-4);
        }
    }

    void taef2BringsAPictureBack() {
        const QString path = VITRAL_SHARED_DATA "/taef2/taef2_decoder.safetensors";
        VITRAL_NEED_FILE(path);
        const auto o = options(CpuIsa::Auto, Precision::Exact);
        QVERIFY_RESULT(o);
        const auto tiny = loadTinyAutoencoder(path.toStdString(), *o);
        QVERIFY_RESULT(tiny);
        QCOMPARE((*tiny)->channels(), 32);
        Workspace workspace(*o->backend);
        NetworkContext context{*o->backend, workspace, {}, nullptr};
        const Picture picture = testPicture(128, 128);
        const auto latent = (*tiny)->encode(context, picture, {});
        QVERIFY_RESULT(latent);
        const auto back = (*tiny)->decode(context, *latent, {});
        QVERIFY_RESULT(back);
        const double quality = psnr(*back, picture);
        QVERIFY2(quality > 20, qPrintable(QString("%1 dB").arg(quality)));
        if (qEnvironmentVariableIsSet("VITRAL_VERBOSE"))
            qInfo("a 128 x 128 picture comes back at %.2f dB", quality);
    }
};

QTEST_GUILESS_MAIN(TestAutoencoder)
#include "tst_autoencoder.moc"
