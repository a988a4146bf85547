// SPDX-License-Identifier: Apache-2.0
// The file of conversations when things go wrong: kills, full disks, damage, other versions, a second window.

#include "core/chat/store_schema.h"
#include "tests/core/chat/store_test.h"

#include <QProcess>
#include <QRandomGenerator>
#include <csignal>
#include <fstream>
#include <sys/resource.h>

using namespace vitral;
using namespace vitral::test;

class TestStoreSafety : public QObject {
    Q_OBJECT
private slots:
    void draftsAndRecovery() {
        Opened o;
        const auto c = take(o.store->create({}));
        QCOMPARE(take(o.store->draft(c)), std::string());
        QVERIFY_RESULT(o.store->saveDraft(c, "half a sent"));
        const auto id = take(o.store->add(c, Message{.role = Role::Assistant, .state = MessageState::Streaming}));
        QVERIFY_RESULT(o.store->append(id, "half an answer", {}));
        o.reopen();
        QCOMPARE(take(o.store->draft(c)), std::string("half a sent"));
        QCOMPARE(take(o.store->recover()), 1);
        QCOMPARE(take(o.store->recover()), 0);
        const Message m = take(o.store->message(id));
        QVERIFY(m.state == MessageState::Stopped);
        QCOMPARE(m.text, std::string("half an answer"));
        QVERIFY(!m.note.empty());
    }
    void newerAndForeignFilesAreRefusedUntouched() {
        const QTemporaryDir dir;
        const std::filesystem::path file = dir.filePath("x.db").toStdString();
        { QVERIFY_RESULT(ConversationStore::open(file)); }
        {
            auto db = sql::Database::open(file);
            QVERIFY_RESULT(db->execute("PRAGMA user_version = 99"));
        }
        QVERIFY_ERROR(ConversationStore::open(file), ErrorCode::Unsupported);
        const std::filesystem::path other = dir.filePath("other.db").toStdString();
        {
            auto db = sql::Database::open(other);
            QVERIFY_RESULT(db->execute("CREATE TABLE theirs(x); INSERT INTO theirs VALUES (1)"));
        }
        QVERIFY_ERROR(ConversationStore::open(other), ErrorCode::InvalidFile);
        auto db = sql::Database::open(other);
        QCOMPARE(*db->integer("SELECT count(*) FROM sqlite_master"), std::int64_t(1));
        QVERIFY_ERROR(ConversationStore::open(dir.path().toStdString()), ErrorCode::Io);
        QVERIFY_ERROR(ConversationStore::open("/proc/nowhere/x.db"), ErrorCode::Io);
    }
    void olderFilesAreMigratedStepByStep() {
        auto db = sql::Database::open(":memory:");
        QVERIFY_RESULT(db);
        const char* steps[] = {"CREATE TABLE a(x); INSERT INTO a VALUES (7)", "ALTER TABLE a ADD COLUMN y DEFAULT 5",
                               "broken"};
        QVERIFY_RESULT(store::migrate(*db, std::span(steps, 1)));
        QVERIFY_RESULT(store::migrate(*db, std::span(steps, 2)));
        QCOMPARE(*db->integer("SELECT x + y FROM a"), std::int64_t(12));
        QVERIFY(!store::migrate(*db, std::span(steps, 3)));
        QCOMPARE(*db->integer("PRAGMA user_version"), std::int64_t(2));
        QVERIFY_ERROR(store::migrate(*db, std::span(steps, 1)), ErrorCode::Unsupported);
    }
    void damagedFileIsSetAside_data() {
        QTest::addColumn<QString>("how");
        for (const char* how : {"garbage", "truncated", "page of zeros", "random bytes"})
            QTest::newRow(how) << how;
    }
    void damagedFileIsSetAside() {
        QFETCH(QString, how);
        Opened o;
        const auto c = take(o.store->create({.title = "t"}));
        for (int i = 0; i < 200; ++i)
            o.add(c, kNoMessage, Role::User, std::string(500, char('a' + i % 26)));
        o.store.reset();
        std::string bytes;
        {
            std::ifstream in(o.file, std::ios::binary);
            bytes.assign(std::istreambuf_iterator<char>(in), {});
        }
        if (how == "garbage")
            bytes = "this is not a database at all, but somebody's shopping list, long enough to be read";
        else if (how == "truncated")
            bytes.resize(bytes.size() / 2);
        else if (how == "page of zeros")
            std::fill(bytes.begin() + 8192, bytes.begin() + 8192 + 4096 * 10, '\0');
        else
            for (std::size_t i = 5000; i < bytes.size(); i += 37)
                bytes[i] = char(QRandomGenerator::global()->bounded(256));
        std::ofstream(o.file, std::ios::binary) << bytes;
        auto opened = ConversationStore::open(o.file);
        QVERIFY_RESULT(opened);
        QVERIFY2((*opened)->openingNote().find("damaged") != std::string::npos, "no note was given");
        QCOMPARE(take((*opened)->list()).size(), std::size_t(0));
        QVERIFY_RESULT((*opened)->create({.title = "goes on"}));
        int nKept = 0;
        for (const auto& entry : std::filesystem::directory_iterator(o.file.parent_path()))
            if (entry.path().filename().string().find("-damaged-") != std::string::npos &&
                entry.path().extension() == ".db") {
                ++nKept;
                QCOMPARE(std::size_t(entry.file_size()), bytes.size());
            }
        QCOMPARE(nKept, 1);
    }
    void fullDiskLosesNothing() {
        Opened o;
        o.reopen({.maxPages = 150});
        const auto c = take(o.store->create({.title = "full"}));
        const auto first = o.add(c, kNoMessage, Role::User, "kept");
        const auto answer =
            take(o.store->add(c, Message{.parent = first, .role = Role::Assistant, .state = MessageState::Streaming}));
        std::string text;
        Error seen;
        for (int i = 0; i < 2000; ++i) {
            const std::string piece = std::to_string(i) + std::string(1000, 'x');
            MessageToken token = tokenOf(i);
            text += piece;
            if (const auto written = o.store->append(answer, piece, {&token, 1}); !written) {
                seen = written.error();
                if (i > 1500)
                    break;
            }
        }
        QVERIFY2(seen.message.find("full") != std::string::npos, seen.message.c_str());
        QVERIFY(seen.code == ErrorCode::Io);
        QCOMPARE(take(o.store->message(answer)).text, text);
        QVERIFY(!o.store->saveDraft(c, std::string(100000, 'd')));
        QCOMPARE(take(o.store->draft(c)).size(), std::size_t(100000));
        QVERIFY_ERROR(o.store->add(c, Message{.parent = first, .text = std::string(100000, 'y')}), ErrorCode::Io);
        QCOMPARE(take(o.store->tree(c)).size(), std::size_t(2));
        // Room again: what waited in memory is written when the store closes at the latest.
        QVERIFY_RESULT(o.store->remove(c));
        QVERIFY_RESULT(o.store->restore(c));
        const std::size_t nTokens = take(o.store->message(answer)).tokens.size();
        o.reopen(); // the limit was this connection's own: closing still could not write
        QVERIFY(take(o.store->message(answer)).text.size() < text.size());
        QVERIFY(take(o.store->message(answer)).text == text.substr(0, take(o.store->message(answer)).text.size()));
        QVERIFY(nTokens > 1500);
    }
    void spaceAgainWritesWhatWaited() {
        // A real file-size limit of the system; raised later, as when a person frees space.
        Opened o;
        const auto c = take(o.store->create({}));
        const auto answer = take(o.store->add(c, Message{.role = Role::Assistant, .state = MessageState::Streaming}));
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit old{};
        getrlimit(RLIMIT_FSIZE, &old);
        rlimit small = old;
        small.rlim_cur = 1 << 20;
        setrlimit(RLIMIT_FSIZE, &small);
        std::string text;
        int nFailed = 0;
        for (int i = 0; i < 600; ++i) {
            const std::string piece = std::to_string(i) + std::string(5000, 'x');
            text += piece;
            nFailed += o.store->append(answer, piece, {}) ? 0 : 1;
        }
        setrlimit(RLIMIT_FSIZE, &old);
        QVERIFY(nFailed > 0);
        QCOMPARE(take(o.store->message(answer)).text.size(), text.size());
        QVERIFY_RESULT(o.store->append(answer, "end", {}));
        o.reopen();
        QVERIFY(take(o.store->message(answer)).text == text + "end");
    }
    void killedAtAnyMomentLosesAtMostTheTokenInFlight() {
        const QTemporaryDir dir;
        const QString file = dir.filePath("killed.db");
        const int nRun = qEnvironmentVariableIntValue("VITRAL_KILL_RUNS") > 0
                             ? qEnvironmentVariableIntValue("VITRAL_KILL_RUNS")
                             : 25;
        int nAtOnce = 0;
        qint64 nToken = 0;
        for (int run = 0; run < nRun; ++run) {
            QProcess child;
            child.start(QStringLiteral(VITRAL_STREAM_WRITER), {file});
            QVERIFY(child.waitForReadyRead(20000));
            QTest::qSleep(int(QRandomGenerator::global()->bounded(60)));
            child.kill(); // SIGKILL
            QVERIFY(child.waitForFinished(20000));
            QCOMPARE(child.exitStatus(), QProcess::CrashExit);
            const auto lines = child.readAllStandardOutput().split('\n');
            const MessageId id = lines.at(0).toLongLong();
            // The last piece has no line end and may be half a number.
            const int last = lines.size() > 2 ? lines.at(lines.size() - 2).toInt() : -1;
            auto opened = ConversationStore::open(file.toStdString());
            QVERIFY_RESULT(opened);
            QCOMPARE((*opened)->openingNote(), std::string());
            const Message m = take((*opened)->message(id));
            const int nKept = int(m.tokens.size());
            QVERIFY2(nKept == last + 1 || nKept == last + 2,
                     qPrintable(QStringLiteral("said %1, kept %2").arg(last + 1).arg(nKept)));
            std::string expected;
            for (int i = 0; i < nKept; ++i) {
                QCOMPARE(m.tokens[std::size_t(i)].score.id, i);
                expected += "t" + std::to_string(i) + " ";
            }
            QCOMPARE(m.text, expected);
            QCOMPARE(take((*opened)->recover()), 1);
            QCOMPARE((*opened)->message(id)->text, expected);
            nAtOnce += nKept == last + 2 ? 1 : 0;
            nToken += nKept;
        }
        qInfo("%d kills, %lld tokens kept, %d of them after the last one the child could still report", nRun,
              static_cast<long long>(nToken), nAtOnce);
    }
    void aSecondWindowSeesTheFirst() {
        Opened o;
        auto second = take(ConversationStore::open(o.file));
        QVERIFY(!take(second->changedElsewhere()));
        const auto c = take(o.store->create({.title = "new"}));
        QVERIFY(take(second->changedElsewhere()));
        QVERIFY(!take(second->changedElsewhere()));  // told once
        QVERIFY(!take(o.store->changedElsewhere())); // one's own changes are no news
        QVERIFY_RESULT(second->add(c, Message{.text = "hello"}));
        QVERIFY(take(o.store->changedElsewhere()));
        QVERIFY(!take(second->changedElsewhere()));
    }
    void aSecondWindowDoesNotStopTheFirst() {
        Opened o;
        const auto c = take(o.store->create({}));
        const auto id = take(o.store->add(c, Message{.role = Role::Assistant, .state = MessageState::Streaming}));
        auto second = take(ConversationStore::open(o.file));
        QCOMPARE(take(second->recover()), 0); // the answer is on its way
        QVERIFY(take(second->message(id)).state == MessageState::Streaming);
        QVERIFY_RESULT(o.store->append(id, "going on", {}));
        o.store.reset(); // the first window is killed
        QCOMPARE(take(second->recover()), 1);
        QVERIFY(take(second->message(id)).state == MessageState::Stopped);
        QCOMPARE(take(second->message(id)).text, std::string("going on"));
    }
    void versionOneIsBroughtForward() {
        Opened o;
        const auto c = take(o.store->create({.title = "old"}));
        const auto q = o.add(c, kNoMessage, Role::User, "from before");
        o.store.reset();
        {
            auto db = sql::Database::open(o.file);
            QVERIFY_RESULT(db->execute("ALTER TABLE message DROP COLUMN left_out; ALTER TABLE message DROP COLUMN "
                                       "starts_thinking; PRAGMA user_version = 1"));
        }
        o.reopen();
        QCOMPARE(pathText(*o.store, c), std::string("from before|"));
        QVERIFY(!take(o.store->message(q)).leftOut);
        QVERIFY_RESULT(o.store->setLeftOut(std::vector{q}, true));
        QVERIFY(take(o.store->message(q)).leftOut);
    }
};

QTEST_GUILESS_MAIN(TestStoreSafety)
#include "tst_store_safety.moc"
