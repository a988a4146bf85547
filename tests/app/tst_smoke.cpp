// SPDX-License-Identifier: Apache-2.0
// Starts the real program: one prompt, an answer, an end; a kill at the worst moment; a machine without a display.

#include "core/chat/conversation.h"
#include "tests/support/result_test.h"

#include <QDirIterator>
#include <QImage>
#include <QProcess>
#include <QSettings>
#include <QTemporaryDir>
#include <QtTest>

#include <csignal>
#include <map>
#include <sys/resource.h>
#include <vector>

using namespace vitral;

class TestSmoke : public QObject {
    Q_OBJECT

    QString model_;

    static std::unique_ptr<ConversationStore> openStore(const QString& dir) {
        auto store = ConversationStore::open(QString(dir + "/conversations.sqlite").toStdString());
        return store ? std::move(*store) : nullptr;
    }
    QStringList arguments(const QString& dir) const {
        return {"--data-dir", dir, "--model", model_, "--lang", "en", "--theme", "light"};
    }

private slots:
    void initTestCase() {
        QVERIFY2(QFile::exists(QStringLiteral(VITRAL_BIN_DIR "/vitral")), "build vitral first");
        QDirIterator it(QStringLiteral(VITRAL_SOURCE_DIR "/assets/models"), {"*.gguf"}, QDir::Files,
                        QDirIterator::Subdirectories);
        model_ = it.hasNext() ? it.next() : QStringLiteral(VITRAL_SHARED_DATA "/gguf/stories15M-q8_0.gguf");
        VITRAL_NEED_FILE(model_);
    }

    void onePromptOneAnswer() {
        QTemporaryDir dir;
        QProcess program;
        program.start(QStringLiteral(VITRAL_BIN_DIR "/vitral"),
                      arguments(dir.path()) + QStringList{"--prompt", "Hello", "--quit-after-prompts", "--screenshot",
                                                          dir.filePath("shot.png"), "--size", "1000x640"});
        QVERIFY(program.waitForFinished(120000));
        QVERIFY2(program.exitStatus() == QProcess::NormalExit && program.exitCode() == 0,
                 program.readAllStandardError());
        const QImage shot(dir.filePath("shot.png"));
        QCOMPARE(shot.size(), QSize(1000, 640));
        const auto store = openStore(dir.path());
        QVERIFY(store != nullptr);
        const auto list = store->list();
        QVERIFY_RESULT(list);
        QCOMPARE(list->size(), std::size_t{1});
        const auto path = store->activePath(list->front().id);
        QVERIFY_RESULT(path);
        QCOMPARE(path->size(), std::size_t{2});
        QCOMPARE((*path)[0].text, std::string("Hello"));
        QVERIFY(!(*path)[1].tokens.empty());
        QVERIFY((*path)[1].state != MessageState::Streaming);
        QVERIFY(!(*path)[1].tokens[0].score.top.empty()); // alternatives are kept
    }

    void aKillLosesNothingThatWasShown() {
        QTemporaryDir dir;
        QProcess program;
        program.start(QStringLiteral(VITRAL_BIN_DIR "/vitral"),
                      arguments(dir.path()) + QStringList{"--prompt", "Tell me a long story about a cat."});
        QVERIFY(program.waitForStarted());
        // Wait until some of the answer is on the disk, then kill without warning.
        std::size_t nBefore = 0;
        QTRY_VERIFY_WITH_TIMEOUT(
            [&] {
                const auto store = openStore(dir.path());
                if (!store)
                    return false;
                const auto list = store->list();
                if (!list || list->empty())
                    return false;
                const auto path = store->activePath(list->front().id);
                nBefore = path && path->size() == 2 ? (*path)[1].tokens.size() : 0;
                return nBefore > 0;
            }(),
            60000);
        ::kill(static_cast<pid_t>(program.processId()), SIGKILL);
        QVERIFY(program.waitForFinished(10000));
        const auto store = openStore(dir.path());
        QVERIFY(store != nullptr);
        QVERIFY_RESULT(store->recover());
        const auto list = store->list();
        QVERIFY_RESULT(list);
        const auto path = store->activePath(list->front().id);
        QVERIFY_RESULT(path);
        QCOMPARE(path->size(), std::size_t{2});
        QVERIFY((*path)[1].tokens.size() >= nBefore);
        QVERIFY((*path)[1].state != MessageState::Streaming);
    }

    // docs/architecture.md promises: what was shown 50 ms before a kill is in the file, and all of what is there is a
    // beginning of what was shown.
    void aKillLosesAtMostTheLastFrames() {
        for (int run = 0; run < 5; ++run) {
            QTemporaryDir dir;
            QProcess program;
            QStringList start = arguments(dir.path()) + QStringList{"--count-tokens"};
            for (int i = 0; i < 20; ++i)
                start << "--prompt"
                      << "Tell me a long story about a cat.";
            program.start(QStringLiteral(VITRAL_BIN_DIR "/vitral"), start);
            QVERIFY(program.waitForReadyRead(60000));
            QTest::qSleep(60 + run * 130);
            ::kill(static_cast<pid_t>(program.processId()), SIGKILL);
            QVERIFY(program.waitForFinished(10000));
            QCOMPARE(program.exitStatus(), QProcess::CrashExit);
            struct Line {
                qint64 ms = 0, message = 0, nToken = 0;
            };
            std::vector<Line> lines;
            for (const QByteArray& text : program.readAllStandardOutput().split('\n')) {
                const QList<QByteArray> parts = text.split(' ');
                if (parts.size() == 3)
                    lines.push_back({parts[0].toLongLong(), parts[1].toLongLong(), parts[2].toLongLong()});
            }
            QVERIFY(!lines.empty());
            const auto store = openStore(dir.path());
            QVERIFY(store != nullptr);
            std::map<qint64, std::size_t> stored;
            for (const Line& line : lines)
                if (!stored.contains(line.message)) {
                    const auto message = store->message(line.message);
                    stored[line.message] = message ? message->tokens.size() : 0;
                }
            for (const Line& line : lines)
                if (line.ms <= lines.back().ms - 50)
                    QVERIFY2(qint64(stored[line.message]) >= line.nToken,
                             qPrintable(QStringLiteral("message %1: %2 of %3 tokens, shown %4 ms before the last line")
                                            .arg(line.message)
                                            .arg(stored[line.message])
                                            .arg(line.nToken)
                                            .arg(lines.back().ms - line.ms)));
            qInfo("killed after %zu frames: %lld tokens were shown of the last answer, %zu are stored", lines.size(),
                  static_cast<long long>(lines.back().nToken), stored[lines.back().message]);
        }
    }

    // What was written and not sent, and the room: after a kill the next start has them, and says so in its log.
    void aKillLeavesTheWindowToTheNextStart() {
        QTemporaryDir dir;
        const QDir sessions(dir.filePath("sessions"));
        const auto kept = [&sessions] {
            QByteArray all;
            for (const QString& name : sessions.entryList({"*.json"}, QDir::Files)) {
                QFile file(sessions.filePath(name));
                if (file.open(QIODevice::ReadOnly))
                    all += file.readAll();
            }
            return all;
        };
        const auto start = [&dir](QProcess& program, const QStringList& more) {
            program.start(QStringLiteral(VITRAL_BIN_DIR "/vitral"),
                          QStringList{"--data-dir", dir.path(), "--lang", "en", "--threads", "1"} + more);
            return program.waitForStarted();
        };
        QProcess first;
        QVERIFY(start(first, {"--show", "tokens,compose=Half a question"}));
        QTRY_VERIFY_WITH_TIMEOUT(kept().contains("Half a question") && kept().contains("\"room\":\"tokens\""), 60000);
        ::kill(static_cast<pid_t>(first.processId()), SIGKILL);
        QVERIFY(first.waitForFinished(10000));
        const QStringList left = sessions.entryList({"*.json"}, QDir::Files);
        QCOMPARE(left.size(), 1);
        QProcess second;
        QVERIFY(start(second, {}));
        QTRY_VERIFY_WITH_TIMEOUT(sessions.entryList({"*.json"}, QDir::Files) != left &&
                                     kept().contains("Half a question") && !kept().contains("attempt") &&
                                     kept().contains("\"room\":\"tokens\""),
                                 60000);
        ::kill(static_cast<pid_t>(second.processId()), SIGKILL);
        QVERIFY(second.waitForFinished(10000));
        QVERIFY(QFile::exists(dir.filePath("vitral.log.before"))); // what the notice offers
    }

    // What a logout sends: the program ends in order, and the next start has nothing to tell.
    void aLogoutIsNoCrash() {
        QTemporaryDir dir;
        QProcess program;
        program.start(QStringLiteral(VITRAL_BIN_DIR "/vitral"), arguments(dir.path()));
        QVERIFY(program.waitForStarted());
        const QDir sessions(dir.filePath("sessions"));
        const auto kept = [&sessions] { return !sessions.entryList({"*.json"}, QDir::Files).isEmpty(); };
        QTRY_VERIFY_WITH_TIMEOUT(kept(), 30000);
        program.terminate();
        QVERIFY(program.waitForFinished(30000));
        QVERIFY(program.exitStatus() == QProcess::NormalExit);
        QCOMPARE(program.exitCode(), 0);
        QVERIFY(!kept());
        QVERIFY(QSettings(dir.filePath("vitral.ini"), QSettings::IniFormat).contains("window/geometry"));
    }

    void aMissingModelLosesNoPrompt() {
        QTemporaryDir dir;
        QProcess program;
        program.start(QStringLiteral(VITRAL_BIN_DIR "/vitral"),
                      {"--data-dir", dir.path(), "--model", "/nowhere/at/all.gguf", "--prompt", "Hello",
                       "--quit-after-prompts", "--screenshot", dir.filePath("shot.png")});
        QVERIFY(program.waitForFinished(120000));
        QCOMPARE(program.exitCode(), 0);
        QVERIFY(QFile::exists(dir.filePath("shot.png")));
        const auto store = openStore(dir.path());
        QVERIFY(store != nullptr);
        const auto list = store->list();
        QVERIFY_RESULT(list);
        QCOMPARE(list->size(), std::size_t{1}); // the bundled model answered
        const auto path = store->activePath(list->front().id);
        QVERIFY_RESULT(path);
        QCOMPARE(path->size(), std::size_t{2});
        QVERIFY(!(*path)[1].text.empty());
    }

    void aDiskThatFillsUpIsSurvived() {
        QTemporaryDir dir;
        QProcess program;
        program.setChildProcessModifier([] { // no file may grow beyond this: as a full disk does
            const rlimit small{100'000, 100'000};
            ::setrlimit(RLIMIT_FSIZE, &small);
        });
        program.start(QStringLiteral(VITRAL_BIN_DIR "/vitral"),
                      arguments(dir.path()) +
                          QStringList{"--prompt", "Hello", "--prompt", "Tell me a story.", "--quit-after-prompts"});
        QVERIFY(program.waitForFinished(120000));
        QVERIFY2(program.exitStatus() == QProcess::NormalExit, program.readAllStandardError());
        QCOMPARE(program.exitCode(), 0);
        const auto store = openStore(dir.path()); // what could be written is whole
        QVERIFY(store != nullptr);
        QVERIFY(store->openingNote().empty());
    }

    void withoutADisplayItSaysSo() {
        QProcess program;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"})
            environment.remove(QLatin1String(name));
        program.setProcessEnvironment(environment);
        program.start(QStringLiteral(VITRAL_BIN_DIR "/vitral"), QStringList());
        QVERIFY(program.waitForFinished(30000));
        QCOMPARE(program.exitStatus(), QProcess::NormalExit);
        QCOMPARE(program.exitCode(), 1);
        const QByteArray text = program.readAllStandardError();
        QVERIFY2(text.contains("no display"), text);
        QCOMPARE(text.count('\n'), 1);
    }

    void optionsAreChecked() {
        QProcess program;
        program.start(QStringLiteral(VITRAL_BIN_DIR "/vitral"), {"--theme", "purple"});
        QVERIFY(program.waitForFinished(30000));
        QCOMPARE(program.exitCode(), 2);
        program.start(QStringLiteral(VITRAL_BIN_DIR "/vitral"), {"--version"});
        QVERIFY(program.waitForFinished(30000));
        QCOMPARE(program.exitCode(), 0);
        QVERIFY(program.readAllStandardOutput().startsWith("vitral "));
    }
};

QTEST_GUILESS_MAIN(TestSmoke)
#include "tst_smoke.moc"
