// SPDX-License-Identifier: Apache-2.0
// vitral-cli heads: a table for people, one JSON object for programs, sentences on errors.

#include "tests/core/cli/cli_program.h"
#include "tests/support/result_test.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace vitral::test;

namespace {
const QString kStories = QStringLiteral(VITRAL_SHARED_DATA "/gguf/stories260K-f32.gguf");
}

class TestCliHeads : public QObject {
    Q_OBJECT
private slots:
    void theProbeAsJson() {
        VITRAL_NEED_FILE(kStories);
        const CliResult r = runCli({"heads", kStories, "--probe", "20", "--json"});
        QVERIFY2(r.exitCode == 0, r.err.constData());
        const QJsonObject object = QJsonDocument::fromJson(r.out).object();
        const QJsonArray heads = object["heads"].toArray();
        QCOMPARE(heads.size(), 40); // 5 layers of 8
        for (const QJsonValue& value : heads) {
            const QJsonObject head = value.toObject();
            QCOMPARE(head["induction"].toObject()["positions"].toInt(), 19 + 1);
            const double mass = head["first-token"].toObject()["mass"].toDouble();
            QVERIFY(mass > 0 && mass <= 1);
            QVERIFY(head["entropy"].toDouble() < head["uniform_entropy"].toDouble());
            QVERIFY(head["exact"].toBool());
        }
        QCOMPARE(runCli({"heads", kStories, "--probe", "20", "--json"}).out, r.out);
    }

    void aTextAsATable() {
        VITRAL_NEED_FILE(kStories);
        const CliResult r = runCli({"heads", kStories, "--prompt", "Once upon a time there was a time", "--best", "2"});
        QVERIFY2(r.exitCode == 0, r.err.constData());
        QCOMPARE(r.out.count('\n'), 8);
        QVERIFY(r.out.contains("\nprevious-token ") && r.out.contains("\nlong-range "));
    }

    void errorsAreSentences() {
        VITRAL_NEED_FILE(kStories);
        for (const QStringList& arguments : {QStringList{"heads", kStories, "--probe", "100000"},
                                             QStringList{"heads", "--run", "/nowhere.safetensors"}}) {
            const CliResult r = runCli(arguments);
            QCOMPARE(r.exitCode, 1);
            QVERIFY2(r.out.isEmpty() && r.err.startsWith("vitral-cli: ") && r.err.endsWith(".\n"), r.err.constData());
        }
    }
};

QTEST_GUILESS_MAIN(TestCliHeads)
#include "tst_cli_heads.moc"
