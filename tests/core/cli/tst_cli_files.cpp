// SPDX-License-Identifier: Apache-2.0
// vitral-cli inspect and quantize, as a person or a script runs them.

#include "core/io/gguf.h"
#include "core/io/gguf_writer.h"
#include "core/io/npy.h"
#include "core/io/safetensors.h"
#include "tests/support/result_test.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <sys/resource.h>
#include <sys/stat.h>
#include <vector>

using namespace vitral;

namespace {

struct Ran {
    int code = -1;
    QByteArray out, err;
};
Ran run(const QStringList& arguments,
        const QProcessEnvironment& environment = QProcessEnvironment::systemEnvironment()) {
    QProcess process;
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(VITRAL_BIN_DIR "/vitral-cli"), arguments);
    process.waitForFinished(60000);
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1, process.readAllStandardOutput(),
            process.readAllStandardError()};
}

} // namespace

class TestCliFiles : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    QString path(const char* name) const { return dir_.filePath(QString::fromLatin1(name)); }
    std::string text(const char* name) const { return path(name).toStdString(); }

private slots:
    void initTestCase() {
        GgufWriter writer;
        writer.setString("general.architecture", "llama");
        writer.setString("general.name", "evil \x1b[2J \xff \xe2\x80\xae name");
        writer.setU32("llama.block_count", 2);
        writer.setU32("llama.context_length", 512);
        writer.setU32("llama.embedding_length", 64);
        writer.setU32("llama.attention.head_count", 4);
        writer.setF32("llama.attention.layer_norm_rms_epsilon", 1e-5F);
        writer.setStrings("tokenizer.ggml.tokens", std::vector<std::string>(1000, "piece"));
        QVERIFY_RESULT(writer.addTensor("token_embd.weight", DType::F32, {1000, 256}));
        QVERIFY_RESULT(writer.addTensor("output_norm.weight", DType::F32, {256}));
        QVERIFY_RESULT(writer.begin(text("m.gguf")));
        std::vector<float> x(1000 * 256);
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = float(i % 97) - 48;
        QVERIFY_RESULT(writer.write(std::as_bytes(std::span(x))));
        QVERIFY_RESULT(writer.write(std::as_bytes(std::span(x).first(256))));
        QVERIFY_RESULT(writer.finish());
    }
    void inspectsGguf() {
        const Ran ran = run({"inspect", path("m.gguf")});
        QCOMPARE(ran.code, 0);
        QVERIFY(ran.err.isEmpty());
        QVERIFY(ran.out.contains("token_embd.weight"));
        QVERIFY(ran.out.contains("[1000, 256]"));
        QVERIFY(ran.out.contains("... 994 more"));
        QVERIFY(ran.out.contains("1e-05"));
        QVERIFY(ran.out.contains("parameters: 256256"));
        QVERIFY(ran.out.contains("memory at 512 tokens"));
    }
    void namesCannotMoveTheCursor() {
        const Ran ran = run({"inspect", path("m.gguf")});
        QVERIFY(!ran.out.contains('\x1b'));
        QVERIFY(!ran.out.contains("\xe2\x80\xae"));
        QVERIFY(ran.out.contains("\\u{1b}[2J \\xff \\u{202e} name"));
    }
    void inspectsGgufAsJson() {
        const Ran ran = run({"inspect", path("m.gguf"), "--json", "-c", "100", "--kv", "q8_0"});
        QCOMPARE(ran.code, 0);
        const QJsonObject json = QJsonDocument::fromJson(ran.out).object();
        QCOMPARE(json["format"].toString(), QStringLiteral("gguf"));
        QCOMPARE(json["architecture"].toString(), QStringLiteral("llama"));
        QCOMPARE(json["parameters"].toInt(), 256256);
        const QJsonObject tokens = json["metadata"]["tokenizer.ggml.tokens"].toObject();
        QCOMPARE(tokens["count"].toInt(), 1000);
        QCOMPARE(tokens["first"].toArray().size(), 16);
        QCOMPARE(json["metadata"]["llama.attention.layer_norm_rms_epsilon"]["value"].toDouble(), 1e-5);
        QCOMPARE(json["tensors"][0]["shape"][0].toInt(), 1000);
        QCOMPARE(json["memory"]["context"].toInt(), 100);
        QCOMPARE(json["memory"]["kv_bytes"].toInt(), 2 * 4 * (16 + 16) * 100 / 32 * 34);
    }
    void inspectsSafetensorsAndNpy() {
        const float values[6] = {1, 2, 3, 4, 5, 6};
        SafetensorsWriter writer;
        writer.setMetadata("format", "pt");
        QVERIFY_RESULT(writer.addTensor("w", DType::F32, Shape{2, 3}));
        QVERIFY_RESULT(writer.begin(text("w.safetensors")));
        QVERIFY_RESULT(writer.write(std::as_bytes(std::span(values))));
        QVERIFY_RESULT(writer.finish());
        QVERIFY_RESULT(writeNpy(text("w.npy"), {DType::F32, {2, 3}, std::as_bytes(std::span(values))}));
        const Ran tensors = run({"inspect", path("w.safetensors")});
        QCOMPARE(tensors.code, 0);
        QVERIFY(tensors.out.contains("[2, 3]") && tensors.out.contains("parameters: 6"));
        const auto json = QJsonDocument::fromJson(run({"inspect", "--json", path("w.safetensors")}).out).object();
        QCOMPARE(json["metadata"]["format"].toString(), QStringLiteral("pt"));
        QCOMPARE(json["tensors"][0]["dtype"].toString(), QStringLiteral("F32"));
        const Ran npy = run({"inspect", path("w.npy")});
        QCOMPARE(npy.out, QByteArray("npy, F32 [2, 3], 24 bytes\n"));
        QCOMPARE(QJsonDocument::fromJson(run({"inspect", "--json", path("w.npy")}).out).object()["bytes"].toInt(), 24);
    }
    void whatCannotBeReadIsOneSentence() {
        QFile junk(path("junk.gguf"));
        QVERIFY(junk.open(QIODevice::WriteOnly));
        junk.write("GGUF\x03\0\0\0", 8);
        junk.close();
        for (const QString& file : {path("junk.gguf"), path("missing.gguf"), dir_.path()}) {
            const Ran ran = run({"inspect", file});
            QCOMPARE(ran.code, 1);
            QVERIFY(ran.out.isEmpty());
            QCOMPARE(ran.err.count('\n'), 1);
            QVERIFY(ran.err.endsWith(".\n"));
        }
    }
    void onlyPlainFilesAreModels() {
        QVERIFY(::mkfifo(text("pipe").c_str(), 0600) == 0);
        for (const QString& file : {path("pipe"), dir_.path(), QString("/dev/zero")})
            for (const QStringList& command :
                 {QStringList{"inspect", file}, QStringList{"complete", file, "--prompt", "x"},
                  QStringList{"tokenize", file}, QStringList{"quantize", file, path("x.gguf"), "Q8_0"},
                  QStringList{"bench", file}}) {
                const Ran ran = run(command); // a hang fails, too: nobody ever writes into the pipe
                QVERIFY2(ran.code == 1, qPrintable(command.join(' ')));
                QVERIFY2(ran.err.count('\n') == 1 && ran.err.contains("plain file"), ran.err.constData());
            }
    }
    void statesAreCheckedWhole() {
        const auto check = [&](const QByteArray& json) {
            QFile file(path("x.vitral"));
            if (!file.open(QIODevice::WriteOnly) || file.write(json) != json.size())
                qFatal("cannot write");
            file.close();
            return run({"state", "check", path("x.vitral")});
        };
        const Ran good = check(R"({"vitral_state":1,"depth":"power","lesson":"cats:2","composer":"olá",)"
                               R"("generation":{"seed":"7"},"do":["tokens:text=abc"]})");
        QVERIFY2(good.code == 0, good.err.constData());
        for (const char* line : {"depth power\n", "lesson cats:2\n", "written and not sent (4 bytes)\n",
                                 "settings of sampling (12 bytes)\n", "do tokens:text=abc\n"})
            QVERIFY2(good.out.contains(line), good.out.constData());
        for (const char* wrong :
             {R"({"vitral_state":1,"conversation":{"messages":1}})", R"({"vitral_state":1,"recipe":{"steps":"many"}})",
              R"({"vitral_state":1,"generation":{"top_k":"x"}})"}) {
            const Ran bad = check(wrong);
            QVERIFY2(bad.code == 1 && bad.err.count('\n') == 1, wrong);
        }
        QVERIFY(check(QByteArray(5 << 20, ' ')).code == 1); // longer than a state may be: not parsed at all
        QVERIFY(::mkfifo(text("state-pipe").c_str(), 0600) == 0);
        QCOMPARE(run({"state", "check", path("state-pipe")}).code, 1); // nobody ever writes into it
    }
    void memoryStaysNearTheFile() {
        // The promise: file + key/value cache + 200 MB, bench's own reading of the memory's speed included.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        QSKIP("a sanitizer's own memory is in the measurement");
#endif
        QVERIFY2(run({"make-random", "--shape", "tiny-llama", "--type", "Q8_0", "-o", path("tiny.gguf")}).code == 0,
                 "");
        const Ran ran = run({"bench", path("tiny.gguf"), "-p", "512", "-n", "8", "-r", "2", "--json"});
        QVERIFY2(ran.code == 0, ran.err.constData());
        const QJsonObject json = QJsonDocument::fromJson(ran.out).object();
        QVERIFY(json["memory_gb_per_s"]["median"].toDouble() > 0.1);
        const double peak = json["peak_resident_bytes"].toDouble();
        // This small model has small activations: the probe's 128 MB would be seen.
        const double limit = double(QFileInfo(path("tiny.gguf")).size()) + 100e6;
        QVERIFY2(peak > 1e6 && peak < limit, qPrintable(QString::number(peak / 1e6)));
    }
    void quantizes() {
        const Ran ran = run({"quantize", path("m.gguf"), path("q.gguf"), "Q4_K_M"});
        QVERIFY2(ran.code == 0, ran.err.constData());
        QVERIFY(ran.out.isEmpty());
        QVERIFY(ran.err.contains("MB of tensors became"));
        const auto file = GgufFile::open(text("q.gguf"));
        QVERIFY_RESULT(file);
        QCOMPARE((*file)->findTensor("token_embd.weight")->view.dtype, DType::Q6_K);
        const Ran again = run({"quantize", path("q.gguf"), path("q2.gguf"), "Q4_0"});
        QCOMPARE(again.code, 0);
        QVERIFY(again.err.contains("quantised already"));
    }
    void quantizeRefusesInASentence() {
        const Ran type = run({"quantize", path("m.gguf"), path("x.gguf"), "Q9"});
        QCOMPARE(type.code, 1);
        QVERIFY(type.err.contains("Q4_K_M"));
        QCOMPARE(run({"quantize", path("missing.gguf"), path("x.gguf"), "Q8_0"}).code, 1);
        QCOMPARE(run({"quantize", path("m.gguf"), dir_.path(), "Q8_0"}).code, 1);
        QCOMPARE(run({"quantize", path("m.gguf")}).code, 2);
        QVERIFY(!QFile::exists(path("x.gguf")));
        QCOMPARE(QDir(dir_.path()).entryList({"*.part-*"}).size(), 0);
    }
    void whatAKilledQuantizeLeftGoes() {
        // 128 MB of weights: long enough to be killed half way.
        GgufWriter writer;
        writer.setString("general.architecture", "llama");
        QVERIFY_RESULT(writer.addTensor("blk.0.ffn_up.weight", DType::F32, {8192, 4096}));
        QVERIFY_RESULT(writer.begin(text("big.gguf")));
        const std::vector<float> row(4096, 0.5F);
        for (int i = 0; i < 8192; ++i)
            QVERIFY_RESULT(writer.write(std::as_bytes(std::span(row))));
        QVERIFY_RESULT(writer.finish());
        QProcess process;
        process.start(QStringLiteral(VITRAL_BIN_DIR "/vitral-cli"),
                      {"quantize", path("big.gguf"), path("killed.gguf"), "Q3_K_M", "-t", "1"});
        QTRY_COMPARE(QDir(dir_.path()).entryList({"killed.gguf.part-*"}).size(), 1);
        process.kill();
        process.waitForFinished();
        QVERIFY(!QFile::exists(path("killed.gguf")));
        QCOMPARE(QDir(dir_.path()).entryList({"killed.gguf.part-*"}).size(), 1);
        QCOMPARE(run({"quantize", path("m.gguf"), path("next.gguf"), "Q8_0"}).code, 0);
        QCOMPARE(QDir(dir_.path()).entryList({"*.part-*"}).size(), 0);
    }
    void aFileThatCannotGrowIsASentence() {
        QProcess process;
        process.setChildProcessModifier([] { // stands in for a disk that fills while we write
            const rlimit small{65536, 65536};
            ::setrlimit(RLIMIT_FSIZE, &small);
        });
        process.start(QStringLiteral(VITRAL_BIN_DIR "/vitral-cli"),
                      {"quantize", path("m.gguf"), path("full.gguf"), "Q8_0"});
        QVERIFY(process.waitForFinished());
        const QByteArray err = process.readAllStandardError();
        QVERIFY2(process.exitStatus() == QProcess::NormalExit && process.exitCode() == 1, err.constData());
        QVERIFY2(err.contains("nothing was changed."), err.constData());
        QCOMPARE(QDir(dir_.path()).entryList({"full.gguf*"}).size(), 0);
    }
    void aFullDiskIsASentence() {
        // A real one of 64 KB, in a name space of our own; some systems do not let us make that.
        QProcess process;
        process.start("unshare",
                      {"-rm", "sh", "-c",
                       "mkdir -p \"$2\" && mount -t tmpfs -o size=64k none \"$2\" || exit 77; \"$0\" make-random "
                       "--shape tiny-llama --type F32 -o \"$2/full.gguf\"; rc=$?; ls -A \"$2\"; exit $rc",
                       QStringLiteral(VITRAL_BIN_DIR "/vitral-cli"), path("m.gguf"), path("disk")});
        if (!process.waitForStarted() || !process.waitForFinished() || process.exitCode() == 77)
            QSKIP("no file system of our own can be mounted here");
        const QByteArray err = process.readAllStandardError();
        QVERIFY2(process.exitCode() == 1, err.constData());
        QVERIFY2(err.contains("The disk is full"), err.constData());
        QCOMPARE(process.readAllStandardOutput(), QByteArray()); // the folder's list
    }

    // Of the folder that was chosen in the window, of the one before it, and of the usual one.
    void unfinishedDownloadsAreFoundWhereTheWindowPutsThem() {
        QTemporaryDir data, chosen, earlier;
        QProcessEnvironment home = QProcessEnvironment::systemEnvironment();
        home.insert("XDG_DATA_HOME", data.path());
        const auto leave = [](const QString& folder) {
            QVERIFY(QDir().mkpath(folder + "/anna/small"));
            for (const char* name : {"m.gguf.part", "m.gguf.part.json"}) {
                QFile part(folder + "/anna/small/" + name);
                QVERIFY(part.open(QIODevice::WriteOnly) && part.write("abc") == 3);
            }
        };
        leave(data.filePath("vitral/models"));
        QVERIFY(run({"hub", "unfinished"}, home).out.count(".part\n") == 1);
        leave(chosen.path());
        leave(earlier.path());
        QFile setting(data.filePath("vitral/models-folder"));
        QVERIFY(setting.open(QIODevice::WriteOnly));
        setting.write((chosen.path() + "\nno/place\n" + earlier.path() + "\n").toUtf8());
        setting.close();
        const QByteArray found = run({"hub", "unfinished"}, home).out;
        QVERIFY2(found.count(".part\n") == 3 && found.contains(chosen.path().toUtf8()) &&
                     found.contains(earlier.path().toUtf8()),
                 found.constData());
        QVERIFY(run({"hub", "unfinished", "--to", chosen.path()}, home).out.count(".part\n") == 1);
        QCOMPARE(run({"hub", "unfinished", "--delete"}, home).code, 0);
        QCOMPARE(run({"hub", "unfinished"}, home).out, QByteArray());
    }
};

QTEST_GUILESS_MAIN(TestCliFiles)
#include "tst_cli_files.moc"
