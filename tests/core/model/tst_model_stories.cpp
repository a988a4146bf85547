// SPDX-License-Identifier: Apache-2.0
// Small trained models tell, token for token, what an independent forward pass in numpy tells
// (tests/golden/generators/models_stories.py). The models are other people's files; without them the test skips.

#include "tests/core/model/model_test_support.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>

using namespace vitral;
using namespace vitral::test;

class TestModelStories : public QObject {
    Q_OBJECT
    QJsonArray runs_;

    static std::int32_t best(std::span<const float> logits) {
        return std::int32_t(std::max_element(logits.begin(), logits.end()) - logits.begin());
    }

private slots:
    void initTestCase() {
        QFile file(QString::fromStdString(goldenFile("stories.json").string()));
        QVERIFY(file.open(QIODevice::ReadOnly));
        runs_ = QJsonDocument::fromJson(file.readAll()).object()["runs"].toArray();
        QCOMPARE(runs_.size(), 4);
    }

    void tellsTheReferencesStory_data() {
        QTest::addColumn<QJsonObject>("run");
        for (const QJsonValue& run : runs_)
            QTest::newRow(qPrintable(run["file"].toString())) << run.toObject();
    }
    void tellsTheReferencesStory() {
        QFETCH(QJsonObject, run);
        const QString path = QStringLiteral(VITRAL_SHARED_DATA "/gguf/") + run["file"].toString();
        VITRAL_NEED_FILE(path);
        const bool quantised = path.contains("q8_0");
        std::vector<TokenId> ids;
        for (const QJsonValue& id : run["ids"].toArray())
            ids.push_back(id.toInt());
        const std::size_t nPrompt = std::size_t(run["nPrompt"].toInt());

        const auto backend = makeCpuBackend({2, CpuIsa::Auto});
        QVERIFY_RESULT(backend);
        LoadOptions options;
        options.backend = *backend;
        const auto model = loadModel(path.toStdString(), options);
        QVERIFY_RESULT(model);
        const std::size_t nVocab = std::size_t((*model)->config().nVocab);
        const GgufTensor* weight = (*model)->file()->findTensor("blk.0.attn_q.weight");
        QVERIFY(weight != nullptr);
        if (isQuantised(weight->view.dtype) != quantised)
            QSKIP(qPrintable(QString("%1 is not the file the expectations were made from: its weights are %2")
                                 .arg(path, QString::fromUtf8(dtypeInfo(weight->view.dtype).name.data()))));

        // One by one, as a person would see it: the prompt, then each best token fed back.
        if (!quantised) {
            Runner runner(*model, 512);
            std::vector<TokenId> story(ids.begin(), ids.begin() + std::ptrdiff_t(nPrompt));
            auto logits = runner.feed(story, false);
            while (story.size() < ids.size()) {
                QVERIFY_RESULT(logits);
                story.push_back(best(*logits));
                QVERIFY2(story.back() == ids[story.size() - 1],
                         qPrintable(QString("token %1 is %2, the reference has %3")
                                        .arg(story.size() - 1)
                                        .arg(story.back())
                                        .arg(ids[story.size() - 1])));
                if (story.size() < ids.size())
                    logits = runner.feed(std::span(story).last(1), false);
            }
        }

        // All at once: activations rounded to 8 bits may tip a choice that is nearly even, so the quantised models are
        // asked about the reference's own text, and for nearly all choices instead of all.
        Runner runner(*model, 512);
        const auto logits = runner.feed(ids);
        QVERIFY_RESULT(logits);
        int nRight = 0, nAsked = 0;
        for (std::size_t i = nPrompt - 1; i + 1 < ids.size(); ++i) {
            ++nAsked;
            nRight += best(std::span(*logits).subspan(i * nVocab, nVocab)) == ids[i + 1];
        }
        QVERIFY2(nRight >= (quantised ? 0.96 : 1.0) * nAsked,
                 qPrintable(QString("%1 of %2 choices agree").arg(nRight).arg(nAsked)));

        // lastTop: the reference's logits after the last token it read. That is the last token of a story that was cut
        // by length, or of one that ended by itself.
        const std::size_t nRead = std::size_t(run["nRead"].toInt());
        std::vector<float> got, expected;
        for (const QJsonValue& entry : run["lastTop"].toArray()) {
            got.push_back((*logits)[(nRead - 1) * nVocab + std::size_t(entry[0].toInt())]);
            expected.push_back(float(entry[1].toDouble()));
        }
        const double error = relativeError(got, expected);
        if (qEnvironmentVariableIsSet("VITRAL_VERBOSE"))
            qInfo("%s: %d of %d choices, logits %.1e", QTest::currentDataTag(), nRight, nAsked, error);
        const double allowed = quantised ? 3e-2 : path.contains("f16") ? 5e-3 : 1e-4;
        QVERIFY2(error <= allowed, qPrintable(QString("relative error of the last logits %1").arg(error)));
    }
};

QTEST_GUILESS_MAIN(TestModelStories)
#include "tst_model_stories.moc"
