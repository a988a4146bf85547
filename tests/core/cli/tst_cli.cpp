// SPDX-License-Identifier: Apache-2.0
// vitral-cli as scripts rely on it: exact standard output, nothing else there, exit codes, one sentence on errors,
// ends.

#include "tests/core/cli/cli_program.h"
#include "tests/support/result_test.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <cmath>

using namespace vitral::test;

namespace {
const QString kStories = QStringLiteral(VITRAL_SHARED_DATA "/gguf/stories260K-f32.gguf");
const QString kLarger = QStringLiteral(VITRAL_SHARED_DATA "/gguf/stories15M-q8_0.gguf");
const QString kVocab = QStringLiteral(VITRAL_SHARED_DATA "/ggml-vocab/ggml-vocab-gpt-2.gguf");
const QString kChat = QStringLiteral(VITRAL_SHARED_DATA "/gguf/minimind2-small-q8_0.gguf");
const QByteArray kStory =
    "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a "
    "big, red ball. She wanted to play with it, but it was too high.";

} // namespace

class TestCli : public QObject {
    Q_OBJECT
private slots:
    void version() {
        const CliResult r = runCli({"--version"});
        QCOMPARE(r.exitCode, 0);
        QVERIFY(r.out.startsWith("vitral-cli ") && r.out.endsWith("\n") && r.err.isEmpty());
    }
    void helpOfEveryCommand_data() {
        QTest::addColumn<QString>("command");
        for (const char* name :
             {"chat", "complete", "logits", "perplexity", "tokenize", "detokenize", "inspect", "quantize", "bench",
              "make-random", "lens", "attribute", "ablate", "patch", "steer-vector", "intervene", "ops"})
            QTest::newRow(name) << name;
    }
    void helpOfEveryCommand() {
        QFETCH(QString, command);
        const CliResult r = runCli({command, "--help"});
        QCOMPARE(r.exitCode, 0);
        QVERIFY(r.err.isEmpty());
        QVERIFY(r.out.contains("vitral-cli " + command.toUtf8()));
        for (const char* option : {"--threads", "--ctx", "--kv", "--cpu"})
            QVERIFY2(r.out.contains(option), option);
    }

    void aModelThatIsTooLargeIsSaid() {
        VITRAL_NEED_FILE(kLarger);
        const QStringList ask{"complete", kLarger, "--prompt", "Once", "-n", "2", "--temperature", "0", "-c", "4096"};
        const CliResult no = runCli(ask, {}, {"VITRAL_FREE_MEMORY=20000000"});
        QCOMPARE(no.exitCode, 1);
        QVERIFY(no.out.isEmpty() && no.err.count('\n') == 1);
        for (const char* word : {"stories15M-q8_0.gguf needs about", "4096 tokens", "--load-anyway"})
            QVERIFY2(no.err.contains(word), no.err.constData());
        const CliResult bench = runCli({"bench", kLarger}, {}, {"VITRAL_FREE_MEMORY=20000000"});
        QVERIFY2(bench.exitCode == 1 && bench.err.contains("--load-anyway"), bench.err.constData());
        const CliResult yes = runCli(ask + QStringList{"--load-anyway"}, {}, {"VITRAL_FREE_MEMORY=20000000"});
        QVERIFY2(yes.exitCode == 0 && !yes.out.isEmpty(), yes.err.constData());
        const CliResult pt = runCli(ask, {}, {"VITRAL_FREE_MEMORY=20000000", "LC_ALL=pt_BR.UTF-8"});
        QVERIFY2(pt.err.contains("quantização menor"), pt.err.constData());
    }

    void notUnderstood_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("nothing") << QStringList{};
        QTest::newRow("unknown command") << QStringList{"frobnicate"};
        QTest::newRow("unknown option") << QStringList{"complete", "-", "--prompt", "x", "--frobnicate"};
        QTest::newRow("unknown option of the program") << QStringList{"--frobnicate"};
        QTest::newRow("not a number") << QStringList{"complete", "-", "--prompt", "x", "-n", "many"};
        QTest::newRow("negative threads") << QStringList{"complete", "-", "--prompt", "x", "-t", "-1"};
        QTest::newRow("unknown cache type") << QStringList{"complete", "-", "--prompt", "x", "--kv", "q2"};
        QTest::newRow("unknown instruction set") << QStringList{"complete", "-", "--prompt", "x", "--cpu", "mmx"};
        QTest::newRow("required option missing") << QStringList{"logits", "-", "--json"};
        QTest::newRow("negative seed") << QStringList{"complete", "-", "--prompt", "x", "--seed", "-1"};
        QTest::newRow("no prompt") << QStringList{"complete", "-", "-n", "4"};
        QTest::newRow("prompt given twice") << QStringList{"complete", "-", "--prompt", "x", "--prompt-file", "y"};
        QTest::newRow("too many models") << QStringList{"tokenize", "a", "b"};
        QTest::newRow("unknown language") << QStringList{"lesson", "show", "-", "tokens", "--lang", "zz"};
    }
    void notUnderstood() {
        QFETCH(QStringList, arguments);
        const CliResult r = runCli(arguments);
        QCOMPARE(r.exitCode, 2);
        QVERIFY(r.out.isEmpty());
        QVERIFY2(isOneSentence(r.err), r.err.constData());
    }
    void failures_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("word");
        const QString stories = kStories;
        QTest::newRow("missing model") << QStringList{"complete", "/nowhere/m.gguf", "--prompt", "x"}
                                       << QByteArray("m.gguf");
        QTest::newRow("folder as model") << QStringList{"complete", "/", "--prompt", "x"} << QByteArray("/");
        QTest::newRow("text as model") << QStringList{"complete", QString(VITRAL_SOURCE_DIR "/CMakeLists.txt"),
                                                      "--prompt", "x"}
                                       << QByteArray();
        QTest::newRow("sampler nonsense")
            << QStringList{"complete", stories, "--prompt", "x", "--top-p", "7"} << QByteArray("top");
        QTest::newRow("logit bias nonsense")
            << QStringList{"complete", stories, "--prompt", "x", "--logit-bias", "a=b"} << QByteArray("logit-bias");
        QTest::newRow("logit bias for no token")
            << QStringList{"complete", stories, "--prompt", "x", "--logit-bias", "99999=3"} << QByteArray("99999");
        QTest::newRow("unknown stage") << QStringList{"complete", stories, "--prompt", "x", "--samplers", "top-k,frob"}
                                       << QByteArray("frob");
        QTest::newRow("missing grammar") << QStringList{"complete", stories, "--prompt", "x", "--grammar", "/nowhere/g"}
                                         << QByteArray("/nowhere/g");
        QTest::newRow("prompt longer than the context")
            << QStringList{"complete", stories, "--prompt", QString("word ").repeated(50), "-c", "16"}
            << QByteArray("16");
        QTest::newRow("logits nowhere to go") << QStringList{"logits", stories, "--prompt", "x"} << QByteArray("--npy");
        QTest::newRow("a head that is not there")
            << QStringList{"trace", stories, "x", "--heads", "1,99", "-o", "/tmp/never.safetensors"}
            << QByteArray("99");
        QTest::newRow("a class where there are words")
            << QStringList{"denoise", "-", "x", "--class", "99999"} << QByteArray("--class");
        QTest::newRow("a film that is no film")
            << QStringList{"denoise", "-", "x", "--film", "x.png"} << QByteArray(".webp");
        QTest::newRow("a picture that is no PNG")
            << QStringList{"denoise", "-", "x", "-o", "x.jpg"} << QByteArray(".png");
        QTest::newRow("missing text") << QStringList{"perplexity", stories, "/nowhere/t"} << QByteArray("/nowhere/t");
    }
    void failures() {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, word);
        if (arguments.contains(kStories))
            VITRAL_NEED_FILE(kStories);
        const CliResult r = runCli(arguments);
        QCOMPARE(r.exitCode, 1);
        QVERIFY(r.out.isEmpty());
        QVERIFY2(isOneSentence(r.err), r.err.constData());
        QVERIFY2(r.err.contains(word), r.err.constData());
    }

    // --- complete ---
    void tellsTheStory() {
        VITRAL_NEED_FILE(kStories);
        const CliResult r =
            runCli({"complete", kStories, "--prompt", "Once upon a time", "-n", "60", "--temperature", "0", "--echo"});
        QCOMPARE(r.exitCode, 0);
        QVERIFY2(r.out.startsWith(kStory), r.out.constData());
        QVERIFY2(r.err.isEmpty(), r.err.constData());
        const CliResult plain =
            runCli({"complete", kStories, "--prompt", "Once upon a time", "-n", "60", "--temperature", "0"});
        QCOMPARE("Once upon a time" + plain.out, r.out);
    }
    void everyInstructionSetTellsIt_data() {
        QTest::addColumn<QStringList>("options");
        QTest::newRow("scalar") << QStringList{"--cpu", "scalar"};
        QTest::newRow("avx2") << QStringList{"--cpu", "avx2"};
        QTest::newRow("avx512") << QStringList{"--cpu", "avx512"};
        QTest::newRow("8-bit cache") << QStringList{"--kv", "q8_0"};
        QTest::newRow("one thread") << QStringList{"-t", "1"};
    }
    void everyInstructionSetTellsIt() {
        QFETCH(QStringList, options);
        VITRAL_NEED_FILE(kStories);
        const CliResult r = runCli(QStringList{"complete", kStories, "--prompt", "Once upon a time", "-n", "30",
                                               "--temperature", "0", "--echo"} +
                                   options);
        if (r.exitCode == 1 && r.err.contains("avx"))
            QSKIP(r.err.constData()); // this machine lacks it
        QCOMPARE(r.exitCode, 0);
        QCOMPARE(r.out.left(60), kStory.left(60));
    }
    void sameOnOneThreadAndTwo() {
        VITRAL_NEED_FILE(kLarger);
        const QStringList base{"complete", kLarger, "--prompt", "The dog", "-n", "40", "--seed", "5"};
        const CliResult one = runCli(base + QStringList{"-t", "1"});
        QCOMPARE(one.exitCode, 0);
        QVERIFY(one.out.size() > 40);
        QCOMPARE(runCli(base + QStringList{"-t", "2"}).out, one.out);
        QVERIFY(runCli({"complete", kLarger, "--prompt", "The dog", "-n", "40", "--seed", "6"}).out != one.out);
    }
    void stopStringIsNotShown() {
        VITRAL_NEED_FILE(kStories);
        const CliResult r = runCli({"complete", kStories, "--prompt", "Once upon a time", "-n", "60", "--temperature",
                                    "0", "--stop", "xyz", "--stop", "named L"});
        QCOMPARE(r.out, QByteArray(", there was a little girl "));
    }
    void promptsThatLookLikeOptions_data() {
        QTest::addColumn<QString>("prompt");
        for (const char* prompt :
             {"-n", "--help", "-", "{}", "[1,2]", "%%", "a\nb", " ", "ol\xc3\xa1", "a=b", "\\x", "\"q\""})
            QTest::newRow(prompt) << QString::fromUtf8(prompt);
    }
    void promptsThatLookLikeOptions() {
        QFETCH(QString, prompt);
        VITRAL_NEED_FILE(kStories);
        const CliResult r = runCli({"complete", kStories, "--prompt", prompt, "-n", "0", "--echo"});
        QVERIFY2(r.exitCode == 0, r.err.constData());
        QCOMPARE(r.out, prompt.toUtf8());
    }
    void promptFromStandardInput() {
        VITRAL_NEED_FILE(kStories);
        const CliResult r = runCli({"complete", kStories, "--prompt-file", "-", "-n", "0", "--echo"}, "from outside");
        QCOMPARE(r.out, QByteArray("from outside"));
    }
    void jsonHoldsEveryToken() {
        VITRAL_NEED_FILE(kStories);
        const CliResult r = runCli({"complete", kStories, "--prompt", "Once upon a time", "-n", "5", "--temperature",
                                    "0", "--json", "--echo", "--top", "3", "--seed", "9"});
        QCOMPARE(r.exitCode, 0);
        const QJsonObject json = QJsonDocument::fromJson(r.out).object();
        QCOMPARE(json["prompt"].toString(), QString("Once upon a time"));
        QCOMPARE(json["finish"].toString(), QString("token limit"));
        QCOMPARE(json["seed"].toInt(), 9);
        const QJsonArray tokens = json["tokens"].toArray();
        QCOMPARE(tokens.size(), 5);
        QString text;
        for (const QJsonValue& token : tokens) {
            text += token["text"].toString();
            QVERIFY(token["logprob"].toDouble() <= 0.0 && token["entropy"].toDouble() >= 0.0);
            QCOMPARE(token["rank"].toInt(), 0);
            QCOMPARE(token["top"].toArray().size(), 3);
            QCOMPARE(token["top"][0]["id"].toInt(), token["id"].toInt());
        }
        QCOMPARE(json["text"].toString(), text);
        QCOMPARE(json["prompt_tokens"].toArray().size(), json["prompt_ids"].toArray().size() - 1);
        QCOMPARE(json["timings"]["generated_tokens"].toInt(), 5);
    }
    void contextFullIsSaid() {
        VITRAL_NEED_FILE(kStories);
        const CliResult r = runCli(
            {"complete", kStories, "--prompt", "Once", "-n", "-1", "-c", "24", "--temperature", "0", "--ignore-end"});
        QCOMPARE(r.exitCode, 0);
        QVERIFY2(r.err.contains("context is full"), r.err.constData());
        const CliResult pt = runCli(
            {"complete", kStories, "--prompt", "Once", "-n", "-1", "-c", "24", "--temperature", "0", "--ignore-end"},
            {}, {"LC_ALL=", "LANG=pt_BR.UTF-8"});
        QVERIFY2(pt.err.contains("contexto encheu"), pt.err.constData());
        const CliResult on = runCli({"complete", kStories, "--prompt", "Once", "-n", "60", "-c", "24", "--temperature",
                                     "0", "--ignore-end", "--context-shift"});
        QCOMPARE(on.exitCode, 0);
        QVERIFY(on.out.size() > r.out.size());
    }

    // --- tokenize, detokenize ---
    void idsOnOneLine() {
        VITRAL_NEED_FILE(kVocab);
        const CliResult r = runCli({"tokenize", kVocab, "--ids"}, "Hello world");
        QCOMPARE(r.out, QByteArray("15496 995\n"));
        QVERIFY(r.err.isEmpty());
    }
    void nothingIsAnEmptyLine() {
        VITRAL_NEED_FILE(kVocab);
        QCOMPARE(runCli({"tokenize", kVocab, "--ids"}).out, QByteArray("\n"));
    }
    void bytesComeBack() {
        VITRAL_NEED_FILE(kVocab);
        QByteArray every;
        for (int i = 0; i < 256; ++i)
            every += char(i);
        every += "caf\xc3\xa9 \xf0\x9f\x8e\xa8\r\n\t  end\n\n";
        const CliResult ids = runCli({"tokenize", kVocab, "--ids", "--no-bos"}, every);
        QCOMPARE(ids.exitCode, 0);
        QCOMPARE(runCli({"detokenize", kVocab}, ids.out).out, every);
    }
    void specialTokensOnlyWhenAsked() {
        VITRAL_NEED_FILE(kVocab);
        QCOMPARE(runCli({"tokenize", kVocab, "--ids", "--parse-special"}, "<|endoftext|>").out, QByteArray("50256\n"));
        QVERIFY(runCli({"tokenize", kVocab, "--ids"}, "<|endoftext|>").out.count(' ') > 2);
    }
    void bosOnlyWhereTheModelHasIt() {
        VITRAL_NEED_FILE(kStories);
        const QByteArray with = runCli({"tokenize", kStories, "--ids"}, "hi").out;
        QCOMPARE(with, "1 " + runCli({"tokenize", kStories, "--ids", "--no-bos"}, "hi").out);
    }
    void badIds_data() {
        QTest::addColumn<QByteArray>("ids");
        for (const char* ids : {"1 2 x", "-1", "999999", "99999999999999999999", "1.5", "0x10"})
            QTest::newRow(ids) << QByteArray(ids);
    }
    void badIds() {
        QFETCH(QByteArray, ids);
        VITRAL_NEED_FILE(kVocab);
        const CliResult r = runCli({"detokenize", kVocab}, ids);
        QCOMPARE(r.exitCode, 1);
        QVERIFY(r.out.isEmpty());
        QVERIFY2(isOneSentence(r.err), r.err.constData());
    }

    // --- logits, perplexity ---
    void logitsAsJsonAndNpyAgree() {
        VITRAL_NEED_FILE(kStories);
        const QTemporaryDir dir;
        const QString file = dir.filePath("l.npy");
        const CliResult json = runCli({"logits", kStories, "--prompt", "One day", "--json", "--all-positions"});
        QCOMPARE(json.exitCode, 0);
        QCOMPARE(runCli({"logits", kStories, "--prompt", "One day", "--npy", file, "--all-positions"}).exitCode, 0);
        const QJsonObject object = QJsonDocument::fromJson(json.out).object();
        const int nRow = object["shape"][0].toInt();
        QCOMPARE(object["shape"][1].toInt(), 512);
        QCOMPARE(object["prompt_ids"].toArray().size(), nRow);
        QFile npy(file);
        QVERIFY(npy.open(QIODevice::ReadOnly));
        const QByteArray bytes = npy.readAll();
        QVERIFY(bytes.startsWith("\x93NUMPY"));
        const auto* floats = reinterpret_cast<const float*>(bytes.constData() + bytes.size() - nRow * 512 * 4);
        for (int row = 0; row < nRow; ++row)
            for (int i = 0; i < 512; i += 37) {
                float value = 0;
                std::memcpy(&value, floats + row * 512 + i, sizeof value);
                QCOMPARE(float(object["logits"][row][i].toDouble()), value);
            }
        const CliResult last = runCli({"logits", kStories, "--prompt", "One day", "--json"});
        const QJsonObject lastObject = QJsonDocument::fromJson(last.out).object();
        QCOMPARE(lastObject["shape"][0].toInt(), 1);
        for (int i = 0; i < 512; ++i)
            QVERIFY(std::abs(lastObject["logits"][0][i].toDouble() - object["logits"][nRow - 1][i].toDouble()) < 1e-4);
    }
    void perplexityOfAStoryIsLow() {
        VITRAL_NEED_FILE(kStories);
        const QTemporaryDir dir;
        QFile text(dir.filePath("t.txt"));
        QVERIFY(text.open(QIODevice::WriteOnly));
        text.write(kStory);
        text.close();
        const CliResult r = runCli({"perplexity", kStories, text.fileName(), "-c", "128"});
        QCOMPARE(r.exitCode, 0);
        QVERIFY2(r.out.toDouble() > 1.0 && r.out.toDouble() < 8.0, r.out.constData());
        const CliResult json = runCli({"perplexity", kStories, text.fileName(), "-c", "128", "--json"});
        const QJsonObject object = QJsonDocument::fromJson(json.out).object();
        QVERIFY(std::abs(object["perplexity"].toDouble() - r.out.toDouble()) < 1e-3);
        QVERIFY(std::abs(std::exp(object["nats_per_token"].toDouble()) - object["perplexity"].toDouble()) < 1e-6);
        QCOMPARE(object["windows"].toInt(), 1);
        QCOMPARE(runCli({"perplexity", kStories, "/dev/null"}).exitCode, 1);
        // From a pipe, as `perplexity M <(program)` gives it.
        const CliResult piped = runCli({"perplexity", kStories, "/dev/stdin", "-c", "128"}, kStory);
        QCOMPARE(piped.exitCode, 0);
        QCOMPARE(piped.out, r.out);
    }

    // --- ends ---
    void interruptedByOneSignal_data() {
        QTest::addColumn<int>("signal");
        QTest::newRow("SIGINT") << SIGINT;
        QTest::newRow("SIGTERM") << SIGTERM;
    }
    void interruptedByOneSignal() {
        QFETCH(int, signal);
        VITRAL_NEED_FILE(kLarger);
        QProcess process;
        startCli(process, {"complete", kLarger, "--prompt", "Once", "-n", "-1", "--ignore-end", "-c", "100000"});
        QVERIFY(process.waitForReadyRead());
        QElapsedTimer timer;
        timer.start();
        ::kill(pid_t(process.processId()), signal);
        const CliResult r = finishCli(process);
        QVERIFY2(timer.elapsed() < 1000, qPrintable(QString::number(timer.elapsed())));
        QVERIFY(!r.crashed);
        QCOMPARE(r.exitCode, 130);
        QVERIFY2(isOneSentence(r.err), r.err.constData());
    }
    void interruptedBenchAndQuestion_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("bench") << QStringList{"bench", kLarger, "-r", "1000"};
        QTest::newRow("once") << QStringList{"chat", kLarger, "--once", "Once",         "-n",
                                             "-1",   "-c",    "100000", "--logit-bias", "2=-100"};
    }
    void interruptedBenchAndQuestion() {
        QFETCH(QStringList, arguments);
        VITRAL_NEED_FILE(kLarger);
        QProcess process;
        startCli(process, arguments);
        QVERIFY(process.waitForStarted());
        QTest::qWait(400);
        QElapsedTimer timer;
        timer.start();
        ::kill(pid_t(process.processId()), SIGINT);
        const CliResult r = finishCli(process);
        QVERIFY2(timer.elapsed() < 1000, qPrintable(QString::number(timer.elapsed())));
        QVERIFY(!r.crashed);
        QCOMPARE(r.exitCode, 130);
        QVERIFY2(r.err.endsWith("vitral-cli: Interrupted.\n"), r.err.constData());
    }
    void readerThatGoesAwayEndsQuietly() {
        VITRAL_NEED_FILE(kLarger);
        QProcess head;
        QProcess process;
        process.setStandardOutputProcess(&head);
        startCli(process, {"complete", kLarger, "--prompt", "Once", "-n", "-1", "--ignore-end", "-c", "100000"});
        head.start("head", {"-c", "10"});
        const CliResult r = finishCli(process);
        QVERIFY(head.waitForFinished());
        QVERIFY(!r.crashed);
        QCOMPARE(r.exitCode, 0);
        QVERIFY2(r.err.isEmpty(), r.err.constData());
        QCOMPARE(head.readAllStandardOutput().size(), 10);
    }
    void fullDiskIsASentence() {
        VITRAL_NEED_FILE(kStories);
        QProcess process;
        process.setStandardOutputFile("/dev/full");
        startCli(process, {"complete", kStories, "--prompt", "Once", "-n", "5"});
        const CliResult r = finishCli(process);
        QCOMPARE(r.exitCode, 1);
        QVERIFY2(isOneSentence(r.err), r.err.constData());
    }

    // --- chat ---
    void chatOnce() {
        VITRAL_NEED_FILE(kChat);
        const CliResult r = runCli({"chat", kChat, "--once", "Hello", "-n", "12", "--temperature", "0"});
        QVERIFY2(r.exitCode == 0, r.err.constData());
        QVERIFY(r.out.size() > 1 && r.out.endsWith('\n') && !r.out.startsWith(' '));
        QVERIFY2(r.err.isEmpty(), r.err.constData());
    }
    void chatOfSeveralTurns() {
        VITRAL_NEED_FILE(kChat);
        const QStringList arguments{"chat", kChat, "-n", "12", "--temperature", "0"};
        const CliResult r = runCli(arguments, "Hello\n\nWhat is the capital of France?\n/stats\n/again\n");
        QVERIFY2(r.exitCode == 0, r.err.constData());
        const QList<QByteArray> lines = r.out.trimmed().split('\n');
        QVERIFY2(lines.size() >= 3, r.out.constData());
        QCOMPARE(lines.last(), lines[lines.size() - 2]); // greedy: the same answer again
        QVERIFY2(r.err.startsWith("prompt ") && !r.err.contains(" 0 of them from the cache"), r.err.constData());
        const CliResult other = runCli(arguments, "Hello\n/new\nHello\n/undo\nHello");
        const QList<QByteArray> same = other.out.trimmed().split('\n');
        QCOMPARE(same.first(), same.last());
    }
    void chatSystemPromptCounts() {
        VITRAL_NEED_FILE(kChat);
        const CliResult with =
            runCli({"chat", kChat, "--once", "Hi", "-n", "1", "--verbose", "--system", QString("word ").repeated(60)});
        const CliResult without = runCli({"chat", kChat, "--once", "Hi", "-n", "1", "--verbose"});
        const auto promptTokens = [](const QByteArray& err) {
            return err.mid(err.indexOf("prompt ") + 7).split(' ').first().toInt();
        };
        QVERIFY2(promptTokens(with.err) > promptTokens(without.err) + 40, with.err.constData());
    }
    void chatSaysWhatIsWrong_data() {
        QTest::addColumn<QByteArray>("input");
        QTest::newRow("unknown command") << QByteArray("/frobnicate\n");
        QTest::newRow("nothing to repeat") << QByteArray("/again\n");
        QTest::newRow("nothing to take back") << QByteArray("/undo\n");
        QTest::newRow("nothing to forget") << QByteArray("/forget\n");
        QTest::newRow("unknown parameter") << QByteArray("/set frob 1\n");
        QTest::newRow("bad value") << QByteArray("/set top-k many\n");
        QTest::newRow("save without a name") << QByteArray("/save\n");
        QTest::newRow("save nowhere") << QByteArray("/save /nowhere/x.md\n");
        QTest::newRow("question too long") << QByteArray("word ").repeated(3000) + "\n";
    }
    void chatSaysWhatIsWrong() {
        QFETCH(QByteArray, input);
        VITRAL_NEED_FILE(kChat);
        const CliResult r = runCli({"chat", kChat, "-n", "4", "-c", "512"}, input);
        QCOMPARE(r.exitCode, 1);
        QVERIFY(r.out.isEmpty());
        QVERIFY2(r.err.startsWith("vitral-cli: ") && r.err.endsWith(".\n"), r.err.constData());
    }
    void chatSavesMarkdown() {
        VITRAL_NEED_FILE(kChat);
        const QTemporaryDir dir;
        const QString file = dir.filePath("talk.md");
        const CliResult r = runCli({"chat", kChat, "-n", "4", "--temperature", "0"},
                                   "Hello\n/save " + file.toUtf8() + "\n/quit\nnot asked\n");
        QCOMPARE(r.exitCode, 0);
        QFile saved(file);
        QVERIFY(saved.open(QIODevice::ReadOnly));
        const QByteArray text = saved.readAll();
        QVERIFY2(text.startsWith("**user**\n\nHello\n\n**assistant**\n\n"), text.constData());
        QCOMPARE(r.out.count('\n'), 1);
    }
    void chatSpeaksPortuguese() {
        VITRAL_NEED_FILE(kChat);
        const CliResult r = runCli({"chat", kChat, "-n", "4"}, "/new\n/ajuda\n/xyz\n", {"LC_ALL=pt_BR.UTF-8"});
        QVERIFY2(r.err.contains("nova conversa") && r.err.contains("comando desconhecido"), r.err.constData());
    }
    void chatForgetsOnlyWhenAsked() {
        VITRAL_NEED_FILE(kChat);
        QByteArray input;
        for (int i = 0; i < 8; ++i)
            input += "Tell me a story about number " + QByteArray::number(i) + "\n";
        const CliResult full = runCli({"chat", kChat, "-n", "40", "-c", "128"}, input);
        QCOMPARE(full.exitCode, 1);
        QVERIFY2(full.err.contains("/forget"), full.err.constData());
        const CliResult on = runCli({"chat", kChat, "-n", "40", "-c", "128", "--context-shift"}, input);
        QVERIFY2(on.exitCode == 0, on.err.constData());
        QVERIFY2(on.err.contains("let go"), on.err.constData());
    }

    // --- the bundled model ---
    void bundledModelFromTheEnvironment() {
        VITRAL_NEED_FILE(kStories);
        const QTemporaryDir dir;
        QVERIFY(QDir(dir.path()).mkpath("tiny"));
        QVERIFY(QFile::link(kStories, dir.filePath("tiny/model.gguf")));
        const QStringList env{"VITRAL_MODEL_DIR=" + dir.path()};
        for (const QStringList& model : {QStringList{}, QStringList{"-"}}) {
            const CliResult r = runCli(QStringList{"complete"} + model +
                                           QStringList{"--prompt", "Once upon a time", "-n", "4", "--temperature", "0"},
                                       {}, env);
            QVERIFY2(r.exitCode == 0, r.err.constData());
            QCOMPARE(r.out, QByteArray(", there was a"));
        }
        const CliResult none = runCli({"complete", "--prompt", "x"}, {}, {"VITRAL_MODEL_DIR=/nowhere"});
        QCOMPARE(none.exitCode, 1);
        QVERIFY2(isOneSentence(none.err) && none.err.contains("VITRAL_MODEL_DIR"), none.err.constData());
    }
};

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
