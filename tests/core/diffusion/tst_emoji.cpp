// SPDX-License-Identifier: Apache-2.0
// The bundled emoji models against diffusers and transformers (tests/golden/generators/emoji.py): ids and states of
// prompts, one pass of the U-Net, the autoencoder both ways; then one whole run.
#include "core/diffusion/denoise.h"
#include "tests/core/diffusion/diffusion_golden.h"

#include <cstring>

using namespace vitral;
using namespace vitral::diffusion;
using namespace vitral::test;

namespace {

const char* const kPrompts[] = {"um gato azul", "", "coração vermelho", "A Drawing of a Dog, with: a hat!",
                                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa pizza pizza pizza pizza pizza pizza"};

std::vector<float> golden(const SafetensorsFile& file, std::string_view name) {
    const SafetensorsTensor* tensor = file.findTensor(name);
    if (tensor == nullptr)
        return {};
    std::vector<float> values(tensor->bytes.size() / sizeof(float));
    std::memcpy(values.data(), tensor->bytes.data(), tensor->bytes.size());
    return values;
}

} // namespace

class TestEmoji : public QObject {
    Q_OBJECT
    std::shared_ptr<Backend> backend_;

    Result<DiffusionModelPtr> load(const QString& kind, Precision precision) {
        DiffusionLoadOptions options;
        options.backend = backend_;
        options.precision = precision;
        return loadDiffusionModel(
            QStringLiteral(VITRAL_SOURCE_DIR "/assets/models/vitral-emoji-%1/vitral-emoji-%1.safetensors")
                .arg(kind)
                .toStdString(),
            options);
    }

private slots:
    void initTestCase() {
        auto backend = makeCpuBackend({.nThread = 2});
        QVERIFY_RESULT(backend);
        backend_ = *backend;
    }
    void agreesWithDiffusers_data() {
        QTest::addColumn<QString>("kind");
        QTest::newRow("pixel") << QStringLiteral("pixel");
        QTest::newRow("latent") << QStringLiteral("latent");
    }
    void agreesWithDiffusers() {
        QFETCH(QString, kind);
        const auto file =
            SafetensorsFile::open(QStringLiteral(VITRAL_GOLDEN "/emoji/%1.safetensors").arg(kind).toStdString());
        QVERIFY_RESULT(file);
        const auto model = load(kind, Precision::Exact);
        QVERIFY_RESULT(model);
        const DiffusionModel& m = **model;
        Workspace workspace(*backend_);
        NetworkContext context{*backend_, workspace, {}, nullptr};
        QVERIFY(m.textEncoder != nullptr);
        QCOMPARE(m.textEncoder->maxTokens(), std::int64_t(16));
        std::vector<Conditioning> words;
        for (int k = 0; k < 5; ++k) {
            std::int64_t nCut = 0;
            auto encoded = m.textEncoder->encode(context, kPrompts[k], &nCut);
            QVERIFY_RESULT(encoded);
            const double apart = relativeDifference(encoded->tokens, golden(**file, "words_" + std::to_string(k)));
            QVERIFY2(apart < 2e-5, qPrintable(QStringLiteral("%1: %2").arg(kPrompts[k]).arg(apart)));
            QCOMPARE(nCut > 0, k == 4);
            words.push_back(std::move(*encoded));
        }
        const auto x = golden(**file, "x");
        const Conditioning* pair[] = {&words[0], &words[1]};
        NetworkInput input;
        input.x = x;
        input.nImage = 2;
        input.height = input.width = kind == QLatin1String("pixel") ? 32 : 16;
        input.timestep = double(golden(**file, "timestep").at(0));
        input.conditioning = pair;
        std::vector<float> out(x.size());
        QVERIFY_RESULT(m.denoiser->predict(context, input, out));
        const double apart = relativeDifference(out, golden(**file, "out"));
        QVERIFY2(apart < 2e-5, qPrintable(QString::number(apart)));
        QCOMPARE(m.autoencoder != nullptr, kind == QLatin1String("latent"));
        if (!m.autoencoder)
            return;
        Picture latent(4, 16, 16), picture(3, 64, 64);
        latent.values = golden(**file, "latent");
        picture.values = golden(**file, "picture");
        const auto decoded = m.autoencoder->decode(context, latent, {});
        QVERIFY_RESULT(decoded);
        QVERIFY(relativeDifference(decoded->values, golden(**file, "pixels")) < 5e-5);
        const auto encoded = m.autoencoder->encode(context, picture, {});
        QVERIFY_RESULT(encoded);
        QVERIFY(relativeDifference(encoded->values, golden(**file, "mean")) < 5e-5);
    }
    /// A red heart is red where it is not white: what was trained arrives through the whole program.
    void paintsWhatWasAsked_data() { agreesWithDiffusers_data(); }
    void paintsWhatWasAsked() {
        QFETCH(QString, kind);
        const auto model = load(kind, Precision::Auto);
        QVERIFY_RESULT(model);
        DenoiseJob job;
        job.model = *model;
        job.settings.prompt = "coração vermelho";
        job.settings.steps = 12;
        job.settings.guidance = 3;
        job.settings.seed = 3;
        job.request.steps = false;
        const auto run = denoise(job, {}, {});
        QVERIFY_RESULT(run);
        const Picture& p = *(*run)->result;
        const int side = kind == QLatin1String("pixel") ? 32 : 64;
        QCOMPARE(p.height, side);
        double colour[3] = {};
        for (int c = 0; c < 3; ++c)
            for (int y = 3 * side / 8; y < 5 * side / 8; ++y)
                for (int x = 3 * side / 8; x < 5 * side / 8; ++x)
                    colour[c] += double(p.channel(c)[y * side + x]) / (side * side / 16.0);
        QVERIFY2(colour[0] > 0.3 && colour[1] < 0 && colour[2] < 0,
                 qPrintable(QStringLiteral("%1 %2 %3").arg(colour[0]).arg(colour[1]).arg(colour[2])));
    }

    // One step computed again: the same bits with the same factors, a list of what was done, maps of every block; with
    // a skip switched off another picture. Nothing is decoded.
    void oneStepIsSeenFromInside() {
        const auto model = load(QStringLiteral("pixel"), Precision::Auto);
        QVERIFY_RESULT(model);
        DenoiseJob job;
        job.model = *model;
        job.settings.prompt = "red heart";
        job.settings.steps = 4;
        job.settings.guidance = 3;
        const auto run = denoise(job, {}, {});
        QVERIFY_RESULT(run);
        QVERIFY((*run)->operations == nullptr);
        job.branchFrom = *run;
        job.branchStep = 2;
        job.request.features = {"*"};
        job.request.mostSteps = 1;
        job.request.operations = true;
        const auto again = denoise(job, {}, {});
        QVERIFY_RESULT(again);
        QCOMPARE((*again)->steps.size(), std::size_t(3));
        const DenoiseStep& step = *(*again)->steps[2];
        QVERIFY(step.x0->values == (*run)->steps[2]->x0->values);
        QVERIFY(step.next->values == (*run)->steps[2]->next->values);
        QVERIFY((*again)->result == nullptr);
        const NetworkInfo& info = (*model)->denoiser->info();
        QCOMPARE(step.features.size(), info.featureBlocks.size());
        QVERIFY((*again)->operations != nullptr && (*again)->operations->operations.size() > 50);
        QCOMPARE((*again)->operations->nRow, std::int64_t(2 * 32 * 32));
        job.settings.skipScales.assign(info.skips.size(), 1.0F);
        job.settings.skipScales[1] = 0;
        const auto off = denoise(job, {}, {});
        QVERIFY_RESULT(off);
        QVERIFY((*off)->steps[2]->x0->values != step.x0->values);
        job.request.mostSteps = 2; // all that is left: still nothing decoded
        const auto rest = denoise(job, {}, {});
        QVERIFY_RESULT(rest);
        QCOMPARE((*rest)->steps.size(), std::size_t(4));
    }
};

QTEST_GUILESS_MAIN(TestEmoji)
#include "tst_emoji.moc"
