// SPDX-License-Identifier: Apache-2.0
// Every architecture against transformers: tiny random models, logits of all positions and intermediates of the layers,
// on every instruction set of this machine. A failure names the first point that differs, in the order of computation.
// VITRAL_VERBOSE=1 prints the table of errors.

#include "tests/core/model/model_test_support.h"

using namespace vitral;
using namespace vitral::test;

namespace {
/// Relative, both by norm and by the largest element. MXFP4 weights are multiplied with activations rounded to 8 bits
/// (core/backend/backend.h, matmul), so that model is held to what 8 bits allow.
double tolerance(const std::string& model) {
    return model == "gpt-oss-mxfp4" ? 3e-2 : 1e-4;
}
} // namespace

class TestModelGolden : public QObject {
    Q_OBJECT
private slots:
    void agreesWithTransformers_data() {
        QTest::addColumn<QString>("run");
        QTest::addColumn<int>("isa");
        QVERIFY2(goldenRuns().size() >= 32, "golden data are missing: run tests/golden/generators/models.py");
        for (const auto& [isaName, isa] : isasHere())
            for (const std::string& run : goldenRuns())
                QTest::addRow("%s %s", run.c_str(), isaName.c_str()) << QString::fromStdString(run) << int(isa);
    }
    void agreesWithTransformers() {
        QFETCH(QString, run);
        QFETCH(int, isa);
        const auto golden = loadGolden(run.toStdString());
        QVERIFY_RESULT(golden);
        const auto backend = makeCpuBackend({2, CpuIsa(isa)});
        QVERIFY_RESULT(backend);
        const auto model = loadGoldenModel(golden->model, *backend);
        QVERIFY_RESULT(model);
        Runner runner(*model, golden->nCtx);
        Collector collector(**backend, golden->points);
        const auto logits = runner.feed(golden->tokens, true, &collector);
        QVERIFY_RESULT(logits);

        double worst = 0;
        std::string worstName;
        for (const std::string& name : inOrder(golden->points, (*model)->config().nLayer)) {
            QVERIFY2(collector.got.contains(name), qPrintable(QString("%1 was not given").arg(name.c_str())));
            const double error = relativeError(collector.got[name].values, golden->points.at(name).values);
            QVERIFY2(error <= tolerance(golden->model),
                     qPrintable(QString("%1 is the first point that differs: relative error %2, %3 allowed")
                                    .arg(name.c_str())
                                    .arg(error)
                                    .arg(tolerance(golden->model))));
            if (error > worst) {
                worst = error;
                worstName = name;
            }
        }
        // The logits that forward() returns are those the observer saw; the last row alone is computed on a shorter
        // way.
        QVERIFY(relativeError(*logits, golden->points.at("hook_logits").values) <= tolerance(golden->model));
        Runner lastOnly(*model, golden->nCtx);
        const auto last = lastOnly.feed(golden->tokens, false);
        QVERIFY_RESULT(last);
        QVERIFY(relativeError(*last, std::span(*logits).last(last->size())) <= 1e-5);
        if (qEnvironmentVariableIsSet("VITRAL_VERBOSE"))
            qInfo("%-28s %.1e at %s, logits %.1e", QTest::currentDataTag(), worst, worstName.c_str(),
                  relativeError(*logits, golden->points.at("hook_logits").values));
    }
};

QTEST_GUILESS_MAIN(TestModelGolden)
#include "tst_model_golden.moc"
