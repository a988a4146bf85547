// SPDX-License-Identifier: Apache-2.0
// vitral-cli tokenize --explain and tokenizer train|compare|info|vocab|rows: what they print against golden data and
// core, what they refuse, and how they stop.

#include "core/trace/embedding_rows.h"
#include "tests/core/cli/cli_program.h"
#include "tests/support/result_test.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <cmath>

using namespace vitral;
using namespace vitral::test;

namespace {

const QString kTiny = QStringLiteral(VITRAL_SOURCE_DIR "/tests/golden/tokenizer/tiny/");
const QString kStories = QStringLiteral(VITRAL_SHARED_DATA "/gguf/stories260K-f32.gguf");

QJsonObject json(const QByteArray& out) {
    QJsonParseError error{};
    const QJsonObject object = QJsonDocument::fromJson(out, &error).object();
    if (error.error != QJsonParseError::NoError)
        qWarning("%s", qPrintable(error.errorString()));
    return object;
}
/// The text of a "text"/"bytes" pair as bytes.
QByteArray bytesOf(const QJsonObject& o) {
    if (!o.contains("bytes"))
        return o["text"].toString().toUtf8();
    QByteArray out;
    for (const QJsonValue& b : o["bytes"].toArray())
        out += char(b.toInt());
    return out;
}

} // namespace

class TestCliTokenizer : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    [[nodiscard]] QString path(const QString& name) const { return folder_.filePath(name); }
    QString write(const QString& name, const QByteArray& bytes) {
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
            qFatal("cannot write");
        return file.fileName();
    }

private slots:
    // --- tokenize --explain ---

    void explanationsAddUp_data() {
        QTest::addColumn<QString>("file");
        for (const char* name : {"bytes-cl100k", "metaspace-bpe", "unigram", "wordpiece", "bytes-added", "clip"})
            QTest::newRow(name) << kTiny + name + ".json";
    }
    /// What is told of a text must fit what tokenize says of it, whatever the bytes.
    void explanationsAddUp() {
        QFETCH(QString, file);
        QByteArray every("Hello, ol\xC3\xA1 \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7\n\t\"quoted\" \\ ");
        for (int b = 1; b < 256; ++b)
            every += char(b);
        for (const QByteArray& text : {QByteArray(), every}) {
            const CliResult r = runCli({"tokenize", file, "--explain", "--json"}, text);
            QVERIFY2(r.exitCode == 0, r.err.constData());
            const QJsonObject o = json(r.out);
            QCOMPARE(bytesOf(o["input"].toObject()), text);
            QByteArrayList ids;
            for (const QJsonValue& token : o["tokens"].toArray())
                ids.append(QByteArray::number(token.toObject()["id"].toInt()));
            QCOMPARE(ids.join(' ') + "\n", runCli({"tokenize", file, "--ids"}, text).out);
            const QByteArray normalised = bytesOf(o["normalised"].toObject());
            for (const QJsonValue& value : o["pre_tokens"].toArray()) {
                const QJsonObject token = value.toObject();
                QCOMPARE(bytesOf(token),
                         normalised.mid(token["begin"].toInt(), token["end"].toInt() - token["begin"].toInt()));
                for (const QJsonValue& node : token["nodes"].toArray())
                    QCOMPARE(bytesOf(node.toObject()),
                             normalised.mid(node["begin"].toInt(), node["end"].toInt() - node["begin"].toInt()));
            }
            QCOMPARE(runCli({"tokenize", file, "--explain"}, text).exitCode, 0);
        }
    }

    void explanationOfKnownMerges() {
        const CliResult r = runCli({"tokenize", kTiny + "bytes-gpt2prefix.json", "--explain"}, "the the");
        QVERIFY2(r.exitCode == 0, r.err.constData());
        QVERIFY(r.out.contains("tokenizer: byte-level BPE") && r.out.contains("merge ") && r.out.contains("tree:"));
    }

    /// Of a long text the answer goes out in parts: the program's memory does not grow with it.
    void aLongTextIsExplainedInParts() {
        const QByteArray text =
            QByteArray("O rato roeu a roupa do rei de Roma; it was the best of times. ").repeated(8000);
        QProcess process;
        startCli(process, {"tokenize", kTiny + "bytes-cl100k.json", "--explain", "--json"});
        process.write(text);
        process.closeWriteChannel();
        QByteArray first;
        qint64 total = 0;
        char last = 0;
        while (process.state() != QProcess::NotRunning || process.bytesAvailable() > 0) {
            if (process.bytesAvailable() == 0 && !process.waitForReadyRead(60'000))
                break;
            const QByteArray part = process.readAllStandardOutput();
            if (first.isEmpty())
                first = part;
            total += part.size();
            if (!part.isEmpty())
                last = part.back();
        }
        process.waitForFinished(60'000);
        QCOMPARE(process.exitCode(), 0);
        QVERIFY(first.startsWith("{\"kind\":\"byte-level BPE\""));
        QVERIFY(total > 50 * text.size());
        QCOMPARE(last, '\n');
    }

    void aUnigramTextTooLongForWaysIsStillExplained() {
        const CliResult r =
            runCli({"tokenize", kTiny + "unigram.json", "--explain"}, QByteArray("casa ").repeated(20'000));
        QVERIFY2(r.exitCode == 0, r.err.constData());
        QVERIFY(!r.out.contains("most probable ways"));
        QVERIFY(isOneSentence(runCli({"tokenize", kTiny + "unigram.json", "--explain", "--nbest", "2"},
                                     QByteArray("casa ").repeated(20'000))));
    }

    // --- tokenizer train ---

    void trainedAsTheReferenceTrains_data() {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"bpe", "wordpiece", "unigram"})
            QTest::newRow(kind) << kind;
    }
    /// tst_trainers compares with the reference; here: the program saves what this program reads, and says its steps.
    void trainedAsTheReferenceTrains() {
        QFETCH(QString, kind);
        const QString text = write("corpus.txt", QByteArray("o rato roeu a roupa do rei de roma\n"
                                                            "the cat sat on the mat with the rat\n")
                                                     .repeated(30));
        const QString out = path(kind + ".json");
        const CliResult r = runCli(
            {"tokenizer", "train", text, "--kind", kind, "--vocab", kind == "bpe" ? "280" : "50", "-o", out, "--json"});
        QVERIFY2(r.exitCode == 0, r.err.constData());
        QVERIFY(r.out.count('\n') >= (kind == "unigram" ? 1 : 10));
        for (const QByteArray& line : r.out.trimmed().split('\n'))
            QVERIFY(!json(line).isEmpty());
        const CliResult info = runCli({"tokenizer", "info", out, "--json"});
        QVERIFY2(info.exitCode == 0, info.err.constData());
        const int pieces = json(info.out)["vocabulary"].toInt();
        QVERIFY(kind == "unigram" ? pieces > 20 && pieces <= 50 : pieces == (kind == "bpe" ? 280 : 50));
        const QByteArray ids = runCli({"tokenize", out, "--ids"}, "the rat roeu").out;
        QCOMPARE(runCli({"detokenize", out}, ids).out.trimmed(), QByteArray("the rat roeu"));
    }

    void trainRefuses_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        QTest::newRow("no file") << QStringList{"/nowhere.txt", "--vocab", "300", "-o", "x.json"} << 1;
        QTest::newRow("no text") << QStringList{"-", "--kind", "unigram", "--vocab", "300", "-o", "x.json"} << 1;
        QTest::newRow("unknown cut") << QStringList{"-", "--cut", "gpt9", "--vocab", "300", "-o", "x.json"} << 1;
        QTest::newRow("no place") << QStringList{"-", "--vocab", "300", "-o", "/nowhere/x.json"} << 1;
        QTest::newRow("no kind") << QStringList{"-", "--kind", "bpee", "--vocab", "300", "-o", "x.json"} << 2;
        QTest::newRow("no size") << QStringList{"-", "-o", "x.json"} << 2;
    }
    void trainRefuses() {
        QFETCH(QStringList, arguments);
        QFETCH(int, code);
        const CliResult r = runCli(QStringList{"tokenizer", "train"} + arguments);
        QCOMPARE(r.exitCode, code);
        QVERIFY2(r.out.isEmpty() && r.err.contains("vitral-cli: "), r.err.constData());
        QVERIFY(!QFile::exists("x.json"));
    }

    /// A training that is stopped leaves the old file as it was.
    void stoppedInTheMiddle() {
#ifdef Q_OS_UNIX
        const QString out = write("kept.json", "old");
        QByteArray text;
        quint32 seed = 1;
        for (int i = 0; i < 3'000'000; ++i) {
            seed = seed * 1664525U + 1013904223U;
            text += (seed >> 24U) % 6 == 0 ? ' ' : char('a' + (seed >> 16U) % 26);
        }
        QProcess process;
        startCli(process, {"tokenizer", "train", write("long.txt", text), "--vocab", "200000", "-o", out});
        QVERIFY(process.waitForStarted());
        QTest::qWait(700);
        ::kill(pid_t(process.processId()), SIGINT);
        const CliResult r = finishCli(process);
        QVERIFY(!r.crashed);
        QCOMPARE(r.exitCode, 130);
        QFile file(out);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("old"));
#endif
    }

    // --- tokenizer compare ---

    void declarationInManyLanguages() {
        const CliResult r = runCli({"tokenizer", "compare", "--declaration", "--tokenizers", "-", "--json"});
        QVERIFY2(r.exitCode == 0, r.err.constData());
        const QJsonObject o = json(r.out);
        QCOMPARE(o["baseline"].toString(), QString("English"));
        const QJsonArray rows = o["passages"].toArray();
        QCOMPARE(rows.size(), 26);
        QCOMPARE(rows[0].toObject()["code"].toString(), QString("pt-BR"));
        const QJsonArray costs = o["tokenizers"].toArray()[0].toObject()["passages"].toArray();
        QCOMPARE(costs.size(), 26);
        for (qsizetype i = 0; i < costs.size(); ++i) {
            const QJsonObject cost = costs[i].toObject();
            QVERIFY(cost["tokens"].toInt() > 0);
            QVERIFY(cost["per_byte"].toDouble() > 0 && cost["per_byte"].toDouble() <= 1.1);
            if (rows[i].toObject()["words_are_runs"].toBool())
                QVERIFY(cost["per_word"].isNull());
            if (cost["name"] == "English")
                QCOMPARE(cost["to_baseline"].toDouble(), 1.0);
        }
    }

    void comparisonOfFiles() {
        const QString en = write("eng.txt", "the house is white\n");
        const QString many =
            write("own, \"two\".txt", "# Português\na casa é branca\n\n# Deutsch\ndas Haus ist weiss\n");
        const CliResult r =
            runCli({"tokenizer", "compare", en, many, "--tokenizers", kTiny + "bytes-cl100k.json", "--csv"});
        QVERIFY2(r.exitCode == 0, r.err.constData());
        const QList<QByteArray> lines = r.out.trimmed().split('\n');
        QCOMPARE(lines.size(), 4);
        QVERIFY(lines[0].startsWith("tokenizer,vocabulary,code,passage,"));
        QVERIFY(lines[1].contains(",eng,") && lines[1].endsWith(",1,eng"));
        QVERIFY(lines[2].contains(",Português,") && lines[3].contains(",Deutsch,"));
        const CliResult table = runCli({"tokenizer", "compare", en, many, "--tokenizers", kTiny + "wordpiece.json",
                                        kTiny + "unigram.json", "--baseline", "Deutsch"});
        QVERIFY2(table.exitCode == 0, table.err.constData());
        QCOMPARE(table.out.count("to Deutsch"), 2);
        QVERIFY(isOneSentence(
            runCli({"tokenizer", "compare", en, "--tokenizers", kTiny + "unigram.json", "--baseline", "tlhIngan"})));
        QVERIFY(isOneSentence(runCli({"tokenizer", "compare", "--tokenizers", kTiny + "unigram.json"})));
        QVERIFY(isOneSentence(
            runCli({"tokenizer", "compare", write("empty.txt", "\n \n"), "--tokenizers", kTiny + "unigram.json"})));
    }

    // --- tokenizer info, vocab ---

    void searchesAndOrders() {
        const QString file = kTiny + "bytes-cl100k.json";
        const QJsonObject all = json(runCli({"tokenizer", "vocab", file, "--json", "--limit", "100000"}).out);
        const QJsonArray entries = all["entries"].toArray();
        QCOMPARE(entries.size(), all["vocabulary"].toInt());
        const QJsonObject some = json(runCli({"tokenizer", "vocab", file, "--bytes", "3:4", "--order", "length",
                                              "--descending", "--json", "--limit", "100000"})
                                          .out);
        int expected = 0;
        for (const QJsonValue& entry : entries)
            expected += entry["length"].toInt() >= 3 && entry["length"].toInt() <= 4 ? 1 : 0;
        QVERIFY(expected > 5);
        QCOMPARE(some["found"].toInt(), expected);
        int last = 4;
        for (const QJsonValue& entry : some["entries"].toArray()) {
            QVERIFY(entry["length"].toInt() <= last);
            last = entry["length"].toInt();
        }
        const QJsonObject ids = json(runCli({"tokenizer", "vocab", file, "--ids", "10:14", "--json"}).out);
        QCOMPARE(ids["found"].toInt(), 5);
        QCOMPARE(ids["entries"].toArray()[0].toObject()["id"].toInt(), 10);
        QCOMPARE(json(runCli({"tokenizer", "vocab", file, "--regex", "^ t", "--json"}).out)["found"].toInt(),
                 json(runCli({"tokenizer", "info", file, "--regex", "^ t", "--json"}).out)["found"].toInt());
        const CliResult table = runCli({"tokenizer", "vocab", file, "--unreachable"});
        QCOMPARE(table.exitCode, 0);
        QVERIFY(table.err.contains("A token is unreachable when"));
    }

    void vocabRefuses_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("range") << QStringList{"--ids", "a:b"};
        QTest::newRow("huge range") << QStringList{"--bytes", "1:99999999999"};
        QTest::newRow("script") << QStringList{"--script", "Klingon"};
        QTest::newRow("expression") << QStringList{"--regex", "(("};
        QTest::newRow("no weights") << QStringList{"--undertrained"};
    }
    void vocabRefuses() {
        QFETCH(QStringList, arguments);
        const CliResult r = runCli(QStringList{"tokenizer", "vocab", kTiny + "unigram.json"} + arguments);
        QCOMPARE(r.exitCode, 1);
        QVERIFY2(isOneSentence(r), r.err.constData());
    }

    // --- tokenizer rows ---

    void rowsAsCoreHasThem() {
        VITRAL_NEED_FILE(kStories);
        const CliResult r =
            runCli({"tokenizer", "rows", kStories, " little", "#300", "--near", "5", "--vector", "--json"});
        QVERIFY2(r.exitCode == 0, r.err.constData());
        const QJsonObject o = json(r.out);
        ThreadPool pool(1);
        const auto file = GgufFile::open(kStories.toStdString());
        QVERIFY_RESULT(file);
        const auto rows = EmbeddingRows::open(*file, pool);
        QVERIFY_RESULT(rows);
        QCOMPARE(o["rows"].toInt(), int(rows->nRow()));
        const QJsonArray tokens = o["tokens"].toArray();
        QCOMPARE(tokens.size(), 2);
        QCOMPARE(tokens[0].toObject()["text"].toString(), QString(" little"));
        for (const QJsonValue& value : tokens) {
            const QJsonObject token = value.toObject();
            const TokenId id = token["id"].toInt();
            QVERIFY(std::abs(token["norm"].toDouble() - double(rows->norm(id))) < 1e-6);
            QCOMPARE(token["norm_rank"].toInt(), int(rows->rankOfNorm(id)));
            const auto row = rows->row(id);
            const QJsonArray vector = token["vector"].toArray();
            QCOMPARE(vector.size(), qsizetype(row->size()));
            for (std::size_t k = 0; k < row->size(); ++k)
                QCOMPARE(float(vector[qsizetype(k)].toDouble()), (*row)[k]);
            const QJsonArray near = token["neighbours"].toArray();
            QCOMPARE(near.size(), 6);
            QCOMPARE(near[0].toObject()["id"].toInt(), id);
            QVERIFY(near[0].toObject()["input"].toBool());
            const TokenId inputs[] = {id};
            const auto expected = rows->nearest(*row, 6, inputs);
            for (qsizetype i = 0; i < 6; ++i)
                QCOMPARE(near[i].toObject()["id"].toInt(), (*expected)[std::size_t(i)].id);
        }
    }

    void sumsSayWhenTheyWentNowhere() {
        VITRAL_NEED_FILE(kStories);
        const QStringList sum{"tokenizer", "rows", kStories, "--plus", " Lily", "--minus", " She", "--plus", " They"};
        const CliResult r = runCli(sum + QStringList{"--json"});
        QVERIFY2(r.exitCode == 0, r.err.constData());
        const QJsonObject o = json(r.out)["sum"].toObject();
        QCOMPARE(o["terms"].toArray().size(), 3);
        const QJsonObject nearest = o["neighbours"].toArray()[0].toObject();
        QCOMPARE(o["answer_is_input"].toBool(), nearest["input"].toBool());
        QVERIFY(!o["first_other"].isNull());
        QCOMPARE(runCli(sum).out.contains("stayed where it began"), o["answer_is_input"].toBool());
        const CliResult nothing =
            runCli({"tokenizer", "rows", kStories, "--plus", " Lily", "--minus", " Lily", "--as-they-are"});
        QVERIFY2(nothing.exitCode == 1 && isOneSentence(nothing), nothing.err.constData());
    }

    void undertrainedRowsWithTheirRule() {
        VITRAL_NEED_FILE(kStories);
        const CliResult r = runCli({"tokenizer", "rows", kStories, "--undertrained", "--json"});
        QVERIFY2(r.exitCode == 0, r.err.constData());
        const QJsonObject o = json(r.out)["undertrained"].toObject();
        QVERIFY(o["rule"].toString().contains("median"));
        QCOMPARE(
            json(runCli({"tokenizer", "vocab", kStories, "--undertrained", "--order", "norm", "--json"}).out)["found"]
                .toInt(),
            o["found"].toInt());
    }

    void rowsRefuses() {
        VITRAL_NEED_FILE(kStories);
        for (const QStringList& arguments :
             {QStringList{kTiny + "unigram.json", "a"}, QStringList{kStories}, QStringList{kStories, "#99999999999999"},
              QStringList{kStories, "not one token at all"}, QStringList{kStories, ""}, QStringList{"/nowhere", "a"}}) {
            const CliResult r = runCli(QStringList{"tokenizer", "rows"} + arguments);
            QVERIFY2(r.exitCode == 1 && isOneSentence(r), r.err.constData());
        }
        // Hostile files end in a sentence as well.
        QFile file(kStories);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray head = file.read(20'000);
        const CliResult r = runCli({"tokenizer", "rows", write("cut.gguf", head), "a"});
        QVERIFY2(r.exitCode == 1 && isOneSentence(r), r.err.constData());
    }
};

QTEST_GUILESS_MAIN(TestCliTokenizer)
#include "tst_cli_tokenizer.moc"
