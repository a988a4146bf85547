// SPDX-License-Identifier: Apache-2.0
// The small trained networks of shared data against PyTorch (tests/golden/generators/diffusion_small.py), and what they
// draw; hostile files of their kinds.

#include "core/diffusion/denoise.h"
#include "core/io/safetensors.h"
#include "tests/support/result_test.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <cstring>
#include <fstream>
#include <random>

using namespace vitral;
using namespace vitral::diffusion;

namespace {

std::vector<float> floats(const SafetensorsFile& file, const std::string& name) {
    const SafetensorsTensor* t = file.findTensor(name);
    std::vector<float> out(t == nullptr ? 0 : t->bytes.size() / 4);
    if (t != nullptr)
        std::memcpy(out.data(), t->bytes.data(), t->bytes.size());
    return out;
}

Result<DiffusionModelPtr> load(const QString& path) {
    DiffusionLoadOptions options;
    VITRAL_TRY_ASSIGN(options.backend, makeCpuBackend({}));
    return loadDiffusionModel(path.toStdString(), options);
}

Result<std::vector<float>> predict(const DiffusionModel& model, std::span<const float> x, double timestep,
                                   std::int32_t classId) {
    const NetworkInfo& net = model.denoiser->info();
    Workspace workspace(*model.backend);
    NetworkContext context{*model.backend, workspace, {}, nullptr};
    Conditioning condition;
    condition.classId = classId;
    // Twice the same: images of a batch must not meet.
    std::vector<float> both(x.begin(), x.end()), out(2 * x.size());
    both.insert(both.end(), x.begin(), x.end());
    const Conditioning* conditions[] = {&condition, &condition};
    NetworkInput input;
    input.x = both;
    input.nImage = 2;
    input.height = net.defaultHeight;
    input.width = net.defaultWidth;
    input.timestep = timestep;
    input.conditioning = conditions;
    VITRAL_TRY(model.denoiser->predict(context, input, out));
    for (std::size_t i = 0; i < x.size(); ++i)
        if (std::abs(out[i] - out[x.size() + i]) > 1e-5F)
            return fail(ErrorCode::Bug, "two equal images of a batch gave two answers");
    out.resize(x.size());
    return out;
}

float worst(std::span<const float> a, std::span<const float> b) {
    float most = a.size() == b.size() ? 0 : INFINITY;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        most = std::max(most, std::abs(a[i] - b[i]));
    return most;
}

const QString kPixel = QStringLiteral(VITRAL_SHARED_DATA "/diffusion-mnist-pixel/");
const QString kFlow = QStringLiteral(VITRAL_SHARED_DATA "/diffusion-mnist-flow/");

} // namespace

class TestSmallNetworks : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        auto file = SafetensorsFile::open(VITRAL_GOLDEN "/diffusion/small_networks.safetensors");
        QVERIFY_RESULT(file);
        golden_ = *file;
    }

    void pixelNetworksAgreeWithPyTorch() {
        for (const char* name : {"starter", "augmentation"}) {
            const QString path = kPixel + "ddpm_mnist_" + name + ".safetensors";
            VITRAL_NEED_FILE(path);
            const auto model = load(path);
            QVERIFY_RESULT(model);
            QCOMPARE((*model)->denoiser->info().nParameter > 200'000, true);
            const auto x = floats(*golden_, "pixel.x"), t = floats(*golden_, "pixel.t");
            const auto expected = floats(*golden_, std::string("pixel.") + name);
            for (std::size_t i = 0; i < t.size(); ++i) {
                const std::size_t n = x.size() / t.size();
                const auto out = predict(**model, std::span(x).subspan(i * n, n), std::round(t[i] * 1000), -1);
                QVERIFY_RESULT(out);
                const float most = worst(*out, std::span(expected).subspan(i * n, n));
                QVERIFY2(most < 2e-5F, qPrintable(QString("%1, time %2: %3").arg(name).arg(t[i]).arg(most)));
            }
        }
    }

    // A digit is bright strokes on black: noise, or grey mush, is neither.
    void pixelNetworkDrawsStrokes() {
        const QString path = kPixel + "ddpm_mnist_starter.safetensors";
        VITRAL_NEED_FILE(path);
        const auto model = load(path);
        QVERIFY_RESULT(model);
        DenoiseJob job;
        job.model = *model;
        job.settings.solver = SolverKind::Ddim;
        job.settings.steps = 20;
        const auto run = denoise(job, {}, {});
        QVERIFY_RESULT(run);
        int nBlack = 0, nWhite = 0;
        for (const float v : (*run)->result->values) {
            nBlack += v < -0.8F;
            nWhite += v > 0.5F;
        }
        QVERIFY2(nBlack > 500 && nWhite > 20 && nWhite < 250, qPrintable(QString("%1 %2").arg(nBlack).arg(nWhite)));
    }

    void transformerReproducesItsGoldenVector() {
        const QString path = kFlow + "MNIST/DiffusionViT.safetensors";
        VITRAL_NEED_FILE(path);
        const auto model = load(path);
        QVERIFY_RESULT(model);
        QCOMPARE((*model)->denoiser->info().nParameter, std::int64_t{208'705});
        const auto file = SafetensorsFile::open((kFlow + "MNIST/DiffusionViT.golden.safetensors").toStdString());
        QVERIFY_RESULT(file);
        const auto x = floats(**file, "x"), t = floats(**file, "t"), expected = floats(**file, "out");
        const SafetensorsTensor* y = (*file)->findTensor("y");
        QVERIFY(y != nullptr && y->bytes.size() == 24 && t.size() == 3);
        for (std::size_t i = 0; i < 3; ++i) {
            std::int64_t label = 0;
            std::memcpy(&label, y->bytes.data() + 8 * i, 8);
            const std::size_t n = x.size() / 3;
            const auto out = predict(**model, std::span(x).subspan(i * n, n), 1000 * (1 - static_cast<double>(t[i])),
                                     static_cast<std::int32_t>(label));
            QVERIFY_RESULT(out);
            const float most = worst(*out, std::span(expected).subspan(i * n, n));
            QVERIFY2(most < 1e-5F, qPrintable(QString("vector %1: %2").arg(i).arg(most)));
        }
    }

    void latentModelAgreesWithPyTorch() {
        const QString path = kFlow + "EMNIST/Diffusion.safetensors";
        VITRAL_NEED_FILE(path);
        const auto model = load(path);
        QVERIFY_RESULT(model);
        const auto z = floats(*golden_, "latent.EMNIST.z"), t = floats(*golden_, "latent.EMNIST.t"),
                   expected = floats(*golden_, "latent.EMNIST.out");
        const std::int32_t labels[] = {3, 7, (*model)->info.nullClass};
        for (std::size_t i = 0; i < 3; ++i) {
            auto out =
                predict(**model, std::span(z).subspan(i * 49, 49), 1000 * (1 - static_cast<double>(t[i])), labels[i]);
            QVERIFY_RESULT(out);
            for (float& v : *out)
                v = -v; // theirs points the other way
            const float most = worst(*out, std::span(expected).subspan(i * 49, 49));
            QVERIFY2(most < 2e-5F, qPrintable(QString("latent %1: %2").arg(i).arg(most)));
        }
        Workspace workspace(*(*model)->backend);
        NetworkContext context{*(*model)->backend, workspace, {}, nullptr};
        Picture latent(1, 7, 7), picture(1, 28, 28);
        std::copy_n(z.begin(), 49, latent.values.begin());
        const auto decoded = (*model)->autoencoder->decode(context, latent);
        QVERIFY_RESULT(decoded);
        auto pixels = floats(*golden_, "latent.EMNIST.decoded");
        for (float& v : pixels)
            v = 2 * v - 1;
        QVERIFY2(worst(decoded->values, pixels) < 5e-5F, qPrintable(QString::number(worst(decoded->values, pixels))));
        picture.values = floats(*golden_, "latent.EMNIST.picture");
        for (float& v : picture.values)
            v = 2 * v - 1;
        const auto encoded = (*model)->autoencoder->encode(context, picture);
        QVERIFY_RESULT(encoded);
        QVERIFY(worst(encoded->values, floats(*golden_, "latent.EMNIST.encoded")) < 5e-5F);
    }

    void hostileFilesGetASentence_data() {
        QTest::addColumn<QString>("path");
        QTest::newRow("pixel") << kPixel + "ddpm_mnist_starter.safetensors";
        QTest::newRow("latent") << kFlow + "EMNIST/Diffusion.safetensors";
        QTest::newRow("transformer") << kFlow + "MNIST/DiffusionViT.safetensors";
    }
    void hostileFilesGetASentence() {
        QFETCH(QString, path);
        VITRAL_NEED_FILE(path);
        QFile in(path);
        QVERIFY(in.open(QIODevice::ReadOnly));
        const QByteArray whole = in.readAll();
        const qsizetype nHeader = 8 + static_cast<qsizetype>(*reinterpret_cast<const quint64*>(whole.constData()));
        QTemporaryDir folder;
        const QString bad = folder.filePath("bad.safetensors");
        const auto attempt = [&](const QByteArray& bytes) {
            QFile out(bad);
            if (!out.open(QIODevice::WriteOnly))
                return;
            out.write(bytes);
            out.close();
            const auto model = load(bad);
            if (!model)
                QVERIFY(model.error().message.size() > 10);
        };
        std::mt19937 random(5);
        for (int i = 0; i < 60; ++i) { // the header's numbers and names
            QByteArray bytes = whole;
            for (int k = 0; k < 2; ++k)
                bytes[static_cast<qsizetype>(random() % nHeader)] = static_cast<char>('0' + random() % 10);
            attempt(bytes);
        }
        for (int i = 0; i < 10; ++i)
            attempt(whole.left(static_cast<qsizetype>(random() % whole.size())));
    }

private:
    std::shared_ptr<const SafetensorsFile> golden_;
};

QTEST_GUILESS_MAIN(TestSmallNetworks)
#include "tst_small_networks.moc"
