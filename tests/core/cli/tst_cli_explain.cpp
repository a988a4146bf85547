// SPDX-License-Identifier: Apache-2.0
// The commands that look inside a run, on the bundled model: tables, JSON, and sentences for what cannot be.

#include "tests/core/cli/cli_program.h"
#include "tests/support/result_test.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <cmath>

using namespace vitral::test;

namespace {
const QString kQuestion = QStringLiteral("Quem é você?");

QJsonObject json(const CliResult& r) {
    return QJsonDocument::fromJson(r.out).object();
}
} // namespace

class TestCliExplain : public QObject {
    Q_OBJECT
private slots:
    void lens() {
        const CliResult table = runCli({"lens", "-", kQuestion, "--chat"});
        QCOMPARE(table.exitCode, 0);
        QCOMPARE(table.out.count('\n'), 1 + 1 + 6); // a head, the embedding, six layers
        QVERIFY(table.err.contains("residual stream"));
        const CliResult r = runCli({"lens", "-", kQuestion, "--chat", "--json", "--last", "2", "--top", "3"});
        QVERIFY(r.err.isEmpty());
        const QJsonArray rows = json(r)["rows"].toArray();
        QCOMPARE(rows.size(), 7);
        QCOMPARE(rows[6].toObject()["point"].toString(), QString("blocks.5.hook_resid_post"));
        const QJsonObject last = rows[6].toObject()["cells"].toArray()[1].toObject();
        QCOMPARE(last["rank"].toInt(), 0);
        QCOMPARE(last["top"].toArray().size(), 3);
        QCOMPARE(last["id"].toInt(), json(r)["targets"].toArray()[1].toObject()["id"].toInt());
    }

    void attribute() {
        const CliResult r = runCli({"attribute", "-", kQuestion, "--chat", "--json"});
        QCOMPARE(r.exitCode, 0);
        const QJsonObject object = json(r);
        double sum = object["rest"].toDouble();
        const QJsonArray parts = object["contributions"].toArray();
        for (const QJsonValue& part : parts)
            sum += part.toObject()["logit"].toDouble();
        QCOMPARE(parts.size(), 1 + 6 * (8 + 1));
        QVERIFY(std::abs(sum - object["total"].toDouble()) < 1e-6);
        QVERIFY(std::abs(object["rest"].toDouble()) < 0.02 * std::abs(object["total"].toDouble()));
        const CliResult table = runCli({"attribute", "-", kQuestion, "--chat", "--token", "A", "--minus", "Eu"});
        QVERIFY(table.out.startsWith("\"A\" after position ") && table.out.contains("minus \"Eu\""));
    }

    /// The ablation that docs/interpretability.md tells of.
    void anAblationChangesAnAnswer() {
        const CliResult sweep = runCli({"ablate", "-", kQuestion, "--chat", "--json"});
        QCOMPARE(sweep.exitCode, 0);
        bool found = false;
        const int answer = json(sweep)["first_choice"].toObject()["id"].toInt();
        for (const QJsonValue& value : json(sweep)["effects"].toArray()) {
            const QJsonObject effect = value.toObject();
            found = found || (effect["layer"].toInt() == 0 && effect["head"].toInt(-1) == 3 &&
                              effect["first_choice"].toObject()["id"].toInt() != answer);
        }
        QVERIFY(found);
        const QStringList arguments{"intervene", "-",           kQuestion,
                                    "--chat",    "--intervene", "blocks.0.attn.hook_z[head=3]=zero"};
        const CliResult r = runCli(arguments + QStringList{"--json"});
        QCOMPARE(r.exitCode, 0);
        QVERIFY(json(r)["without"].toObject()["text"].toString().contains("Vitral Pequeno"));
        QVERIFY(!json(r)["with"].toObject()["text"].toString().contains("Vitral"));
        QVERIFY(json(r)["max_kl"].toDouble() > 1.0);
        QVERIFY(runCli(arguments).out.contains("They part at token 0"));
    }

    void patch() {
        const auto prompt = [](const QString& country) {
            return QString("<|im_start|>user\nQual é a capital %1?<|im_end|>\n<|im_start|>assistant\nA capital %1 é")
                .arg(country);
        };
        const QStringList arguments{"patch",   "-",  "--parse-special", "--token",           " B",
                                    "--minus", " T", "--clean",         prompt("do Brasil"), "--corrupt"};
        const CliResult r = runCli(arguments + QStringList{prompt("do Japão"), "--json"});
        QCOMPARE(r.exitCode, 0);
        const QJsonArray layers = json(r)["recovered"].toArray();
        QCOMPARE(layers.size(), 6);
        QVERIFY(layers[5].toArray().last().toDouble() > 0.5); // at the end it is in the last position
        QVERIFY(std::abs(layers[0].toArray().last().toDouble()) < 0.05);
        const CliResult heads = runCli(arguments + QStringList{prompt("do Japão"), "--point", "z", "--json"});
        QCOMPARE(heads.exitCode, 0);
        const QJsonArray byHead = json(heads)["recovered"].toArray();
        QCOMPARE(byHead.size(), 6);
        QCOMPARE(byHead[0].toArray().size(), 8);
        double most = 0;
        for (const QJsonValue& layer : byHead)
            for (const QJsonValue& head : layer.toArray())
                most = std::max(most, head.toDouble());
        QVERIFY2(most > 0.1, qPrintable(QString::number(most))); // some head carries the country to where it is said
        QVERIFY(runCli(arguments + QStringList{prompt("do Japão"), "--point", "z", "--at", "-1"}).out.contains("head"));
        const CliResult other = runCli(arguments + QStringList{prompt("do Peru")});
        QCOMPARE(other.exitCode, 1);
        QVERIFY2(isOneSentence(other.err), other.err.constData());
    }

    void steering() {
        const QTemporaryDir dir;
        const QString file = dir.filePath("v.npy");
        const CliResult made = runCli({"steer-vector", "-", "--plus", "The cat is on the table", "--minus",
                                       "O gato está na mesa", "--layer", "2", "-o", file, "--json"});
        QCOMPARE(made.exitCode, 0);
        QCOMPARE(json(made)["point"].toString(), QString("blocks.2.hook_resid_post"));
        const CliResult r = runCli({"intervene", "-", "O que é um token?", "--chat", "--intervene",
                                    "blocks.2.hook_resid_post=add:1:" + file, "--json", "-n", "8"});
        QCOMPARE(r.exitCode, 0);
        QVERIFY(json(r)["mean_kl"].toDouble() > 0.1);
    }

    void ops() {
        const CliResult r = runCli({"ops", "-", "--json", "--tokens", "4", "--past", "3", "--repeat", "1"});
        QCOMPARE(r.exitCode, 0);
        const QJsonArray operations = json(r)["operations"].toArray();
        QCOMPARE(operations.first().toObject()["name"].toString(), QString("embedding"));
        QCOMPARE(operations.first().toObject()["outputs"].toArray()[0].toObject()["shape"].toArray()[0].toInt(), 4);
        QVERIFY(runCli({"ops", "-"}).out.contains("blocks.5.mlp"));
    }

    void oneTokenIsNotTokens() {
        const CliResult r = runCli({"attribute", "-", "x", "--no-bos", "--position", "900"});
        QVERIFY2(r.err.contains("the text has 1 token."), r.err.constData());
    }

    void lensTakesOneTarget() {
        const CliResult r = runCli({"lens", "-", "x", "--next", "--token", "#5"});
        QCOMPARE(r.exitCode, 2);
        QVERIFY2(isOneSentence(r.err), r.err.constData());
    }

    void sentencesForMistakes_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("two tokens") << QStringList{"attribute", "-", "x", "--token", "extraordinariamente"};
        QTest::newRow("no such id") << QStringList{"ablate", "-", "x", "--token", "#99999999"};
        QTest::newRow("no such position") << QStringList{"attribute", "-", "x", "--position", "900"};
        QTest::newRow("no such layer") << QStringList{"lens", "-", "x", "--intervene",
                                                      "blocks.77.attn.hook_z[head=0]=zero"};
        QTest::newRow("not a change") << QStringList{"lens", "-", "x", "--intervene", "nonsense"};
        QTest::newRow("nothing to change") << QStringList{"intervene", "-", "x"};
        QTest::newRow("one prompt") << QStringList{"patch", "-",       "--clean", "a",       "--corrupt",
                                                   "a",     "--token", "#5",      "--minus", "#6"};
        QTest::newRow("equal texts") << QStringList{
            "steer-vector", "-", "--plus", "a", "--minus", "a", "--layer", "1", "-o", "/nowhere/v.npy"};
        QTest::newRow("far position") << QStringList{"ablate", "-", "x", "--position", "9223372036854775807"};
        QTest::newRow("no model") << QStringList{"ops", "/nowhere/model.gguf"};
    }
    void sentencesForMistakes() {
        QFETCH(QStringList, arguments);
        const CliResult r = runCli(arguments);
        QCOMPARE(r.exitCode, 1);
        QVERIFY(r.out.isEmpty());
        QVERIFY2(isOneSentence(r.err), r.err.constData());
    }
};

QTEST_GUILESS_MAIN(TestCliExplain)
#include "tst_cli_explain.moc"
