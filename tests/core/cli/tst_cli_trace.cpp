// SPDX-License-Identifier: Apache-2.0
// vitral-cli trace, inspect on what it recorded, and --intervene, as a person runs them, on the bundled model.

#include "core/io/npy.h"
#include "core/trace/run_file.h"
#include "tests/core/cli/cli_program.h"
#include "tests/support/result_test.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

using namespace vitral;
using namespace vitral::test;

class TestCliTrace : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    QString path(const char* name) const { return dir_.filePath(QString::fromLatin1(name)); }
    static QStringList greedy(QStringList arguments) {
        return arguments << "--temperature"
                         << "0"
                         << "-t"
                         << "1"
                         << "-c"
                         << "256";
    }

private slots:
    void initTestCase() {
        if (runCli({"inspect"}).exitCode != 0)
            QSKIP("the bundled model is not here");
    }

    void listsEverything() {
        const CliResult text = runCli({"trace", "-", "--list"});
        QCOMPARE(text.exitCode, 0);
        for (const char* name :
             {"hook_embed ", "blocks.0.attn.hook_rot_q ", "blocks.0.mlp.hook_post ", "hook_logits ", "attention of"})
            QVERIFY2(text.out.contains(name), name);
        const CliResult json = runCli({"trace", "-", "--list", "--json"});
        const QJsonArray points = QJsonDocument::fromJson(json.out)["points"].toArray();
        QVERIFY(points.size() > 30);
        QCOMPARE(points[0].toObject()["point"].toString(), QStringLiteral("hook_embed"));
        QVERIFY(points[0].toObject()["columns"].toInt() > 0);
    }

    void recordsAndReplays() {
        const QString file = path("run.safetensors");
        const CliResult traced =
            runCli(greedy({"trace", "-", "Era uma vez", "-n", "6", "--points",
                           "attention,blocks.*.hook_resid_post,blocks.0.attn.hook_v", "-o", file}));
        QVERIFY2(traced.exitCode == 0, traced.err.constData());
        QVERIFY(traced.err.contains("recording takes")); // said before
        const CliResult plain = runCli(greedy({"complete", "-", "--prompt", "Era uma vez", "-n", "6"}));
        QCOMPARE(traced.out, plain.out + "\n"); // being looked at changes nothing
        const auto run = openRun(file.toStdString());
        QVERIFY_RESULT(run);
        QCOMPARE((*run)->nPosition() - (*run)->nPrompt, 6);
        QVERIFY((*run)->attention[0] != nullptr);
        QVERIFY((*run)->find(Point::ResidPost, 1) != nullptr);
        QVERIFY((*run)->scores[2] != nullptr); // the prompt is scored, too

        const CliResult inspected = runCli({"inspect", file});
        QVERIFY(inspected.out.startsWith("recorded run"));
        QVERIFY(inspected.out.contains("blocks.0.attn.hook_rot_k"));
        const QJsonObject json = QJsonDocument::fromJson(runCli({"inspect", file, "--json"}).out).object();
        QCOMPARE(json["format"].toString(), QStringLiteral("recorded run"));
        QCOMPARE(json["n_token"].toInt(), int((*run)->nPosition()));
    }

    void partsAndBudget() {
        const QString file = path("part.safetensors");
        const CliResult traced =
            runCli(greedy({"trace", "-", "Era uma vez um gato", "-n", "2", "--points", "blocks.*.attn.hook_z,attention",
                           "--layers", "1", "--heads", "0", "--positions", "2:5", "--json", "-o", file}));
        QVERIFY2(traced.exitCode == 0, traced.err.constData());
        QCOMPARE(QJsonDocument::fromJson(traced.out)["file"].toString(), file);
        const auto run = openRun(file.toStdString());
        QVERIFY_RESULT(run);
        const TensorRecord* z = (*run)->find(Point::Z, 1);
        QVERIFY(z != nullptr && (*run)->find(Point::Z, 0) == nullptr);
        QCOMPARE(z->heads, std::vector<std::int32_t>{0});
        QCOMPARE(z->firstPosition, 2);
        QCOMPARE(z->rows.nRow(), 3);
        QVERIFY((*run)->attention[0] == nullptr && (*run)->attention[1] != nullptr);
    }

    void changesAreReproduced() {
        const CliResult plain = runCli(greedy({"complete", "-", "--prompt", "Era uma vez", "-n", "12"}));
        const CliResult changed =
            runCli(greedy({"complete", "-", "--prompt", "Era uma vez", "-n", "12", "--intervene",
                           "blocks.0.hook_mlp_out=zero", "--intervene", "blocks.1.attn.hook_z[head=0]=scale:-2"}));
        QVERIFY2(changed.exitCode == 0, changed.err.constData());
        QVERIFY(plain.out != changed.out);
        const CliResult logits =
            runCli({"logits", "-", "--prompt", "Era", "--json", "--intervene", "hook_logits[cols=5]=scale:0"});
        QVERIFY2(logits.exitCode == 0, logits.err.constData());
        const QJsonArray row = QJsonDocument::fromJson(logits.out)["logits"].toArray()[0].toArray();
        QCOMPARE(row[5].toDouble(), 0.0);
        QVERIFY(row[6].toDouble() != 0.0);
        // What was recorded elsewhere can be put in.
        const QString file = path("source.safetensors");
        QCOMPARE(
            runCli(greedy({"trace", "-", "Era uma vez", "--points", "blocks.1.hook_resid_post", "-o", file})).exitCode,
            0);
        const CliResult patched = runCli(greedy({"complete", "-", "--prompt", "Um dia o", "-n", "3", "--intervene",
                                                 "blocks.1.hook_resid_post=patch:" + file}));
        QVERIFY2(patched.exitCode == 0, patched.err.constData());
    }

    void notUnderstood() {
        const CliResult result = runCli({"trace", "-", "x"});
        QCOMPARE(result.exitCode, 2);
        QVERIFY2(result.err.contains("-o FILE"), result.err.constData());
    }

    void aGreatFactorIsWarnedOf() {
        const QStringList arguments{"logits", "-", "--prompt", "Era", "--json", "--intervene"};
        QVERIFY(runCli(arguments + QStringList{"blocks.0.hook_mlp_out=scale:1e30"}).err.contains("infinite"));
        QVERIFY(runCli(arguments + QStringList{"blocks.0.hook_mlp_out=scale:2"}).err.isEmpty());
    }

    void saysWhatIsWrong_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("said");
        QTest::newRow("no points") << QStringList{"trace", "-", "x", "-o", "o", "--points", ""} << "nothing to record";
        QTest::newRow("beyond the text") << QStringList{"trace",    "-",          "x",           "-o",  "o",
                                                        "--points", "hook_embed", "--positions", "100:"}
                                         << "no position 100";
        QTest::newRow("no position") << QStringList{"trace", "-", "x", "-o", "o", "--positions", "3:3"}
                                     << "no position";
        QTest::newRow("no point") << QStringList{"trace", "-", "x", "-o", "o", "--points", "hook_nothing"}
                                  << "hook_nothing";
        QTest::newRow("no layer") << QStringList{"trace", "-", "x", "-o", "o", "--layers", "99"} << "no layer 99";
        QTest::newRow("bad list") << QStringList{"trace", "-", "x", "-o", "o", "--layers", "3-1"} << "3-1";
        QTest::newRow("bad positions") << QStringList{"trace", "-", "x", "-o", "o", "--positions", "3"} << "positions";
        QTest::newRow("bad change") << QStringList{"complete", "-", "--prompt", "x", "--intervene", "nonsense"}
                                    << "nonsense";
        QTest::newRow("change of another model")
            << QStringList{"logits", "-", "--prompt", "x", "--json", "--intervene", "blocks.90.hook_mlp_out=zero"}
            << "layers";
        QTest::newRow("not a run") << QStringList{"complete",    "-",
                                                  "--prompt",    "x",
                                                  "--intervene", "blocks.0.hook_mlp_out=patch:/nowhere.safetensors"}
                                   << "nowhere";
    }
    void saysWhatIsWrong() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, said);
        const CliResult result = runCli(arguments);
        QCOMPARE(result.exitCode, 1);
        QVERIFY2(result.err.contains(said.toUtf8()), result.err.constData());
        QVERIFY(!QFile::exists("o"));
    }
};

QTEST_GUILESS_MAIN(TestCliTrace)
#include "tst_cli_trace.moc"
