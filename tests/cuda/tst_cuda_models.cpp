// SPDX-License-Identifier: Apache-2.0
// The whole engine on the CUDA backend: tiny models of every architecture against transformers, at every point, and the
// tape's graphs, on the emulated device.

#include "core/backend/split_backend.h"
#include "gpu/cuda/cuda_backend.h"
#include "gpu/cuda/emulated/emulated.h"
#include "tests/core/model/model_test_support.h"

using namespace vitral;
using namespace vitral::test;
namespace cu = vitral::cuda;

namespace {
double tolerance(const std::string& model) {
    // Attention on matrix instructions rounds the weights of the softmax and the values to F16 (2^-11).
    return model == "gpt-oss-mxfp4" ? 3e-2 : 3e-3;
}
} // namespace

class TestCudaModels : public QObject {
    Q_OBJECT
private slots:
    void agreesWithTransformers_data() {
        QTest::addColumn<QString>("run");
        QVERIFY2(goldenRuns().size() >= 32, "golden data are missing: run tests/golden/generators/models.py");
        for (const std::string& run : goldenRuns())
            QTest::addRow("%s", run.c_str()) << QString::fromStdString(run);
    }
    void agreesWithTransformers() {
        QFETCH(QString, run);
        const auto golden = loadGolden(run.toStdString());
        QVERIFY_RESULT(golden);
        const auto backend = cu::CudaBackend::create(0);
        QVERIFY_RESULT(backend);
        const auto model = loadGoldenModel(golden->model, *backend);
        QVERIFY_RESULT(model);
        Runner runner(*model, golden->nCtx);
        Collector collector(**backend, golden->points);
        const auto logits = runner.feed(golden->tokens, true, &collector);
        QVERIFY_RESULT(logits);
        for (const std::string& name : inOrder(golden->points, (*model)->config().nLayer)) {
            QVERIFY2(collector.got.contains(name), qPrintable(QString("%1 was not given").arg(name.c_str())));
            const double error = relativeError(collector.got[name].values, golden->points.at(name).values);
            QVERIFY2(error <= tolerance(golden->model),
                     qPrintable(QString("%1 is the first point that differs: relative error %2, %3 allowed")
                                    .arg(name.c_str())
                                    .arg(error)
                                    .arg(tolerance(golden->model))));
        }
        QVERIFY(relativeError(*logits, golden->points.at("hook_logits").values) <= tolerance(golden->model));

        // Token by token: the third and later ones run as the graph of the second.
        Runner stepper(*model, golden->nCtx);
        const std::size_t nVocab = static_cast<std::size_t>((*model)->config().nVocab);
        for (std::size_t i = 0; i < golden->tokens.size(); ++i) {
            const auto one = stepper.feed(std::span(golden->tokens).subspan(i, 1));
            QVERIFY_RESULT(one);
            const double error =
                relativeError(*one, std::span(golden->points.at("hook_logits").values).subspan(i * nVocab, nVocab));
            QVERIFY2(error <= tolerance(golden->model), qPrintable(QString("token %1: %2").arg(i).arg(error)));
        }
        const cu::TapeCounts counts = (*backend)->tapeCounts();
        // Mistral 3 scales its queries by a factor of the position: such passes differ and run call by call.
        const std::size_t differ = golden->model == "mistral3" ? golden->tokens.size() / 2 : 4;
        QVERIFY2(counts.captured >= 1 && counts.replayed + differ >= golden->tokens.size(),
                 qPrintable(QString("%1 direct, %2 captured, %3 replayed")
                                .arg(counts.direct)
                                .arg(counts.captured)
                                .arg(counts.replayed)));
    }

    // Some layers on the CPU, the others on the device: the residual stream crosses once a pass.
    void splitAgrees_data() {
        QTest::addColumn<QString>("run");
        for (const char* run : {"llama", "gemma2", "gpt-oss", "qwen3moe", "phi2"})
            QTest::addRow("%s", run) << QString(run);
    }
    void splitAgrees() {
        QFETCH(QString, run);
        const auto golden = loadGolden(run.toStdString());
        QVERIFY_RESULT(golden);
        const auto cpu = makeCpuBackend({2, CpuIsa::Auto});
        QVERIFY_RESULT(cpu);
        const auto device = cu::CudaBackend::create(0);
        QVERIFY_RESULT(device);
        const auto split = std::make_shared<SplitBackend>(std::vector<SplitBackend::Part>{{*cpu, 1}, {*device, 100}});
        const auto model = loadGoldenModel(golden->model, split);
        QVERIFY_RESULT(model);
        Runner runner(*model, golden->nCtx);
        Collector collector(*split, golden->points);
        const auto logits = runner.feed(golden->tokens, true, &collector);
        QVERIFY_RESULT(logits);
        for (const std::string& name : inOrder(golden->points, (*model)->config().nLayer)) {
            QVERIFY2(collector.got.contains(name), qPrintable(QString("%1 was not given").arg(name.c_str())));
            const double error = relativeError(collector.got[name].values, golden->points.at(name).values);
            QVERIFY2(error <= tolerance(golden->model),
                     qPrintable(QString("%1 is the first point that differs: %2").arg(name.c_str()).arg(error)));
        }
        const std::uint64_t before = split->copiedBytes();
        Runner stepper(*model, golden->nCtx);
        const auto one = stepper.feed(std::span(golden->tokens).first(1));
        QVERIFY_RESULT(one);
        // One row of the stream goes over, and nothing else.
        QCOMPARE(split->copiedBytes() - before, static_cast<std::uint64_t>((*model)->config().nEmbd) * 4);
    }
};

QTEST_GUILESS_MAIN(TestCudaModels)
#include "tst_cuda_models.moc"
