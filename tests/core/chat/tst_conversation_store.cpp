// SPDX-License-Identifier: Apache-2.0
#include "core/chat/conversation.h"
#include "core/chat/store_schema.h"
#include "core/chat/token_codec.h"
#include "tests/support/result_test.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <cmath>
#include <csignal>
#include <fstream>
#include <sys/resource.h>

using namespace vitral;

namespace {

/// The value, or an end of the test that says what went wrong.
template <class T>
T take(Result<T> result) {
    if (!result)
        qFatal("%s", result.error().message.c_str());
    return std::move(*result);
}

MessageToken tokenOf(int i, int nTop = 3) {
    MessageToken token;
    token.bytes = " w" + std::to_string(i);
    token.score = {i * 7, -0.1F * float(i % 50), i % 9, 0.37F * float(i % 11), {}};
    for (int k = 0; k < nTop; ++k)
        token.score.top.push_back({i + k, -0.3F * float(k)});
    return token;
}

bool same(const MessageToken& a, const MessageToken& b) {
    if (a.bytes != b.bytes || a.score.id != b.score.id || a.score.rank != b.score.rank ||
        a.score.top.size() != b.score.top.size())
        return false;
    if (std::memcmp(&a.score.logProbability, &b.score.logProbability, 4) != 0 ||
        std::memcmp(&a.score.entropy, &b.score.entropy, 4) != 0)
        return false;
    for (std::size_t i = 0; i < a.score.top.size(); ++i)
        if (a.score.top[i].id != b.score.top[i].id ||
            std::memcmp(&a.score.top[i].logProbability, &b.score.top[i].logProbability, 4) != 0)
            return false;
    return true;
}

struct Opened {
    QTemporaryDir dir;
    std::filesystem::path file = std::filesystem::path(dir.path().toStdString()) / "sub" / "conversations.db";
    std::unique_ptr<ConversationStore> store;
    Opened() { reopen(); }
    void reopen(const StoreOptions& options = {}) {
        store.reset();
        auto opened = ConversationStore::open(file, options);
        if (!opened)
            qFatal("%s", opened.error().message.c_str());
        store = std::move(*opened);
    }
    MessageId add(ConversationId c, MessageId parent, Role role, std::string text) {
        return take(store->add(c, Message{.parent = parent, .role = role, .text = std::move(text)}));
    }
};

std::string pathText(ConversationStore& store, ConversationId c) {
    std::string text;
    const auto path = store.activePath(c);
    if (!path)
        return path.error().message;
    for (const Message& m : path.value())
        text += m.text + "|";
    return text;
}

} // namespace

class TestConversationStore : public QObject {
    Q_OBJECT
private slots:
    void messagesFormATree() {
        Opened o;
        const auto c = take(o.store->create({.title = "Árvore"}));
        const auto q = o.add(c, kNoMessage, Role::User, "q");
        const auto a1 = o.add(c, q, Role::Assistant, "a1");
        o.add(c, a1, Role::User, "more");
        const auto a2 = o.add(c, q, Role::Assistant, "a2");
        QCOMPARE(pathText(*o.store, c), std::string("q|a2|"));
        QVERIFY_RESULT(o.store->setActiveChild(c, q, a1));
        QCOMPARE(pathText(*o.store, c), std::string("q|a1|more|"));
        QVERIFY_ERROR(o.store->setActiveChild(c, a1, a2), ErrorCode::InvalidArgument);
        const auto q2 = o.add(c, kNoMessage, Role::User, "other root");
        QCOMPARE(pathText(*o.store, c), std::string("other root|"));
        QVERIFY_RESULT(o.store->setActiveChild(c, kNoMessage, q));
        o.reopen();
        QCOMPARE(pathText(*o.store, c), std::string("q|a1|more|"));
        const auto tree = take(o.store->tree(c));
        QCOMPARE(tree.size(), std::size_t(5));
        QCOMPARE(tree[0].children, (std::vector<MessageId>{a1, a2}));
        QCOMPARE(tree[0].activeChild, a1);
        QCOMPARE(tree[4].id, q2);
        QVERIFY_ERROR(o.store->add(c, Message{.parent = 999}), ErrorCode::NotFound);
        QVERIFY_ERROR(o.store->add(77, Message{}), ErrorCode::NotFound);
        QVERIFY_ERROR(o.store->message(999), ErrorCode::NotFound);
        QVERIFY_ERROR(o.store->activePath(77), ErrorCode::NotFound);
    }
    void previewIsOneShortLine() {
        Opened o;
        const auto c = take(o.store->create({}));
        std::string text = "line\nnext\t";
        for (int i = 0; i < 100; ++i)
            text += "ã";
        o.add(c, kNoMessage, Role::User, text);
        const auto preview = QString::fromStdString(take(o.store->tree(c)).at(0).preview);
        QCOMPARE(preview.size(), 80);
        QVERIFY(preview.startsWith("line next ãã"));
    }
    void deletingAMessageCanBeUndone() {
        Opened o;
        const auto c = take(o.store->create({}));
        const auto q = o.add(c, kNoMessage, Role::User, "q");
        const auto a1 = o.add(c, q, Role::Assistant, "a1 alpha");
        const auto a2 = o.add(c, q, Role::Assistant, "a2 beta");
        const auto m = o.add(c, a2, Role::User, "deep gamma");
        const auto leaf = o.add(c, m, Role::Assistant, "leaf");
        QVERIFY_RESULT(o.store->removeMessage(leaf));
        QVERIFY_RESULT(o.store->removeMessage(a2));
        QCOMPARE(pathText(*o.store, c), std::string("q|a1 alpha|"));
        QCOMPARE(take(o.store->search("gamma")).size(), std::size_t(0));
        QCOMPARE(take(o.store->info(c)).nMessages, 2);
        QVERIFY_ERROR(o.store->removeMessage(a2), ErrorCode::NotFound);
        QVERIFY_ERROR(o.store->add(c, Message{.parent = m}), ErrorCode::NotFound);
        QVERIFY_RESULT(o.store->restoreMessage(a2));
        QCOMPARE(pathText(*o.store, c), std::string("q|a2 beta|deep gamma|"));
        QVERIFY_RESULT(o.store->restoreMessage(leaf));
        QCOMPARE(pathText(*o.store, c), std::string("q|a2 beta|deep gamma|leaf|"));
        QVERIFY_RESULT(o.store->removeMessage(a1));
        QVERIFY_RESULT(o.store->emptyBin(INT64_MAX));
        QVERIFY_ERROR(o.store->restoreMessage(a1), ErrorCode::NotFound);
        QVERIFY_RESULT(o.store->removeMessage(q));
        QCOMPARE(pathText(*o.store, c), std::string());
        QVERIFY_RESULT(o.store->restoreMessage(q));
        QCOMPARE(pathText(*o.store, c), std::string("q|a2 beta|deep gamma|leaf|"));
    }
    void conversationsGoToTheBinAndBack() {
        Opened o;
        const auto a =
            take(o.store->create({.title = "A", .folder = "work", .modelPath = "m.gguf", .systemPrompt = "s"}));
        const auto b = take(o.store->create({.title = "B"}));
        o.add(a, kNoMessage, Role::User, "x");
        QVERIFY_RESULT(o.store->remove(a));
        QCOMPARE(take(o.store->list()).size(), std::size_t(1));
        QCOMPARE(o.store->listBin()->at(0).id, a);
        QVERIFY_RESULT(o.store->restore(a));
        QCOMPARE(take(o.store->list()).size(), std::size_t(2));
        auto info = take(o.store->info(a));
        QCOMPARE(info.folder, std::string("work"));
        info.title = "Novo";
        info.folder = "";
        QVERIFY_RESULT(o.store->update(info));
        QCOMPARE(take(o.store->info(a)).title, std::string("Novo"));
        QVERIFY_RESULT(o.store->remove(b));
        QVERIFY_RESULT(o.store->emptyBin(0));
        QCOMPARE(o.store->listBin()->size(), std::size_t(1));
        QVERIFY_RESULT(o.store->emptyBin(INT64_MAX));
        QCOMPARE(o.store->listBin()->size(), std::size_t(0));
        QVERIFY_ERROR(o.store->restore(b), ErrorCode::NotFound);
        QVERIFY_ERROR(o.store->update({.id = 99}), ErrorCode::NotFound);
    }
    void searchFindsWordsBeginningsAndAccents() {
        Opened o;
        const auto a = take(o.store->create({.title = "Atenção em transformers"}));
        const auto b = take(o.store->create({.title = "Receitas"}));
        const auto q = o.add(b, kNoMessage, Role::User, "Como fazer pão de queijo?");
        QCOMPARE(take(o.store->search("atencao")).at(0).id, a);
        QCOMPARE(take(o.store->search("PAO quei")).at(0).id, b);
        QCOMPARE(take(o.store->search("pao transformers")).size(), std::size_t(0));
        QCOMPARE(o.store->search("\"OR AND ( NEAR * -x")->size(), std::size_t(0));
        QCOMPARE(take(o.store->search("  ")).size(), std::size_t(2));
        const auto hits = take(o.store->searchMessages("queijo", 10));
        QCOMPARE(hits.size(), std::size_t(1));
        QCOMPARE(hits[0].message, q);
        QVERIFY2(hits[0].snippet.find("\x02queijo\x03") != std::string::npos, hits[0].snippet.c_str());
        // A streamed answer is found once it is finished; an edited text no longer by its old words.
        const auto id =
            take(o.store->add(b, Message{.parent = q, .role = Role::Assistant, .state = MessageState::Streaming}));
        QVERIFY_RESULT(o.store->append(id, "Polvilho azedo", {}));
        QVERIFY_RESULT(o.store->finish(Message{.id = id}));
        QCOMPARE(take(o.store->search("polvilho")).at(0).id, b);
        QVERIFY_RESULT(o.store->finish(Message{.id = id, .text = "Farinha"}));
        QCOMPARE(take(o.store->search("polvilho")).size(), std::size_t(0));
        QCOMPARE(take(o.store->search("farinha")).size(), std::size_t(1));
    }
    void streamingKeepsTextTokensAndState() {
        Opened o;
        const auto c = take(o.store->create({}));
        const auto id =
            take(o.store->add(c, Message{.role = Role::Assistant, .state = MessageState::Streaming, .modelName = "m"}));
        std::string text;
        for (int i = 0; i < 5000; ++i) {
            const MessageToken token = tokenOf(i);
            text += token.bytes;
            QVERIFY_RESULT(o.store->append(id, token.bytes, {&token, 1}));
        }
        QCOMPARE(take(o.store->message(id)).text, text);
        QVERIFY(take(o.store->tree(c)).at(0).preview.starts_with(" w0 w1 w2"));
        o.reopen();
        Message done{.id = id,
                     .state = MessageState::Complete,
                     .note = "end",
                     .nPromptTokens = 5,
                     .nCachedTokens = 4,
                     .prefillSeconds = 0.5,
                     .decodeSeconds = 2.25};
        QVERIFY_RESULT(o.store->finish(done));
        const Message m = take(o.store->message(id));
        QCOMPARE(m.text, text);
        QCOMPARE(m.tokens.size(), std::size_t(5000));
        for (int i = 0; i < 5000; ++i)
            QVERIFY(same(m.tokens[std::size_t(i)], tokenOf(i)));
        QCOMPARE(m.modelName, std::string("m"));
        QCOMPARE(m.note, std::string("end"));
        QCOMPARE(m.decodeSeconds, 2.25);
        QVERIFY(m.state == MessageState::Complete);
        QVERIFY_ERROR(o.store->append(555, "x", {}), ErrorCode::NotFound);
        QVERIFY_ERROR(o.store->finish(Message{.id = 555}), ErrorCode::NotFound);
    }
    void forkKeepsTheTokensBefore() {
        Opened o;
        const auto c = take(o.store->create({}));
        const auto q = o.add(c, kNoMessage, Role::User, "q");
        Message answer{.parent = q, .role = Role::Assistant, .text = "w0 w1 w2 w3"}; // shown without the first blank
        for (int i = 0; i < 4; ++i)
            answer.tokens.push_back(tokenOf(i));
        const auto a = take(o.store->add(c, answer));
        MessageToken other = tokenOf(9);
        const auto f = take(o.store->fork(a, 2, other));
        Message forked = take(o.store->message(f));
        QCOMPARE(forked.text, std::string("w0 w1 w9"));
        QCOMPARE(forked.tokens.size(), std::size_t(3));
        QCOMPARE(forked.parent, q);
        QCOMPARE(forked.forkedFrom, a);
        QCOMPARE(forked.forkedAtToken, 2);
        QVERIFY(forked.state == MessageState::Streaming);
        QVERIFY_RESULT(o.store->append(f, " w10", {&other, 1}));
        QCOMPARE(pathText(*o.store, c), std::string("q|w0 w1 w9 w10|"));
        QVERIFY(take(o.store->tree(c)).at(2).forkedFromToken);
        QVERIFY_ERROR(o.store->fork(a, 4, other), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(o.store->fork(q, 0, other), ErrorCode::InvalidArgument);
    }
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
    void aHundredThousandTokensOpenInWellUnderASecond() {
        Opened o;
        const auto c = take(o.store->create({.title = "long"}));
        MessageId parent = kNoMessage;
        for (int turn = 0; turn < 100; ++turn) {
            parent = o.add(c, parent, Role::User, "question " + std::to_string(turn));
            Message m{.parent = parent, .role = Role::Assistant};
            for (int i = 0; i < 1000; ++i) {
                m.tokens.push_back(tokenOf(turn * 1000 + i, 10));
                m.text += m.tokens.back().bytes;
            }
            parent = take(o.store->add(c, m));
        }
        o.store.reset();
        QElapsedTimer timer;
        timer.start();
        o.reopen();
        const qint64 openMs = timer.restart();
        const auto path = take(o.store->activePath(c));
        const qint64 pathMs = timer.restart();
        const auto tree = take(o.store->tree(c));
        const qint64 treeMs = timer.restart();
        std::size_t nTokens = 0;
        for (const Message& m : path)
            nTokens += m.tokens.size();
        QCOMPARE(nTokens, std::size_t(100000));
        const auto id =
            take(o.store->add(c, Message{.parent = parent, .role = Role::Assistant, .state = MessageState::Streaming}));
        timer.restart();
        for (int i = 0; i < 20000; ++i) {
            const MessageToken token = tokenOf(i, 10);
            QVERIFY_RESULT(o.store->append(id, token.bytes, {&token, 1}));
        }
        const double appendUs = double(timer.nsecsElapsed()) / 1000 / 20000;
        timer.restart();
        QVERIFY_RESULT(o.store->finish(Message{.id = id}));
        qInfo("100,000 tokens with 10 alternatives: file %.1f MB, open %lld ms, path %lld ms, tree of %zu %lld ms; "
              "append %.1f us a token,"
              " finishing 20,000 tokens %lld ms",
              double(std::filesystem::file_size(o.file)) / 1e6, static_cast<long long>(openMs),
              static_cast<long long>(pathMs), tree.size(), static_cast<long long>(treeMs), appendUs,
              static_cast<long long>(timer.elapsed()));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        QVERIFY2(openMs + pathMs + treeMs < 1000, "opening took more than a second");
#endif
    }
    void jsonBringsTheWholeTreeBack() {
        Opened o;
        const auto c =
            take(o.store->create({.title = "T \"x\"\n\\", .folder = "f", .modelPath = "p", .systemPrompt = "s"}));
        const auto q = o.add(c, kNoMessage, Role::User, "olá \x01 \"quoted\" ünïcode 🦜");
        Message m{.parent = q,
                  .role = Role::Assistant,
                  .text = "bad utf8 \xff\xfe",
                  .state = MessageState::Stopped,
                  .modelName = "n",
                  .paramsJson = "{\"t\":1}",
                  .note = "why",
                  .createdUnixMs = 123,
                  .nPromptTokens = 1,
                  .nCachedTokens = 2,
                  .prefillSeconds = 0.1,
                  .decodeSeconds = 1e-7};
        for (int i = 0; i < 2000; ++i) {
            MessageToken token = tokenOf(i);
            const quint32 bits = QRandomGenerator::global()->generate() & 0x3FFFFFFF;
            std::memcpy(&token.score.logProbability, &bits, 4);
            m.tokens.push_back(token);
        }
        m.tokens[0].bytes = "\xe2\x96";
        m.tokens[1].score.logProbability = -INFINITY;
        m.tokens[1].score.top[0].logProbability = -INFINITY;
        const auto a = take(o.store->add(c, m));
        const auto f = take(o.store->fork(a, 5, tokenOf(3)));
        QVERIFY_RESULT(o.store->finish(Message{.id = f}));
        QVERIFY_RESULT(o.store->setActiveChild(c, q, a));
        const auto json = o.store->exportJson(c);
        QVERIFY_RESULT(json);
        QVERIFY(QJsonDocument::fromJson(QByteArray::fromStdString(*json)).isObject());
        const auto copy = o.store->importJson(*json);
        QVERIFY_RESULT(copy);
        const auto before = take(o.store->activePath(c)), after = take(o.store->activePath(*copy));
        QCOMPARE(after.size(), before.size());
        QCOMPARE(after[1].text, before[1].text);
        QCOMPARE(after[0].text, before[0].text);
        QCOMPARE(after[1].decodeSeconds, before[1].decodeSeconds);
        QCOMPARE(after[1].tokens.size(), std::size_t(2000));
        for (std::size_t i = 0; i < 2000; ++i)
            QVERIFY2(same(before[1].tokens[i], after[1].tokens[i]), qPrintable(QString::number(i)));
        const auto tree = take(o.store->tree(*copy));
        QCOMPARE(tree.size(), std::size_t(3));
        QVERIFY(tree[2].forkedFromToken);
        QCOMPARE(take(o.store->message(tree[2].id)).forkedFrom, tree[1].id);
        QCOMPARE(take(o.store->info(*copy)).systemPrompt, std::string("s"));
        QCOMPARE(take(o.store->info(*copy)).title, take(o.store->info(c)).title);
    }
    void foreignAndHostileJson() {
        Opened o;
        const auto plain =
            o.store->importJson(R"([{"role":"user","content":"oi"},{"role":"assistant","content":"olá"}])");
        QVERIFY_RESULT(plain);
        QCOMPARE(pathText(*o.store, *plain), std::string("oi|olá|"));
        const std::size_t n = take(o.store->list()).size();
        for (const char* bad :
             {"", "{", "[1]", "{}", "7", R"({"messages":[{"id":1,"parent":2,"role":"user"}]})",
              R"({"messages":[{"id":1,"parent":1,"role":"user"}]})", R"({"messages":[{"id":1,"role":"king"}]})",
              R"({"messages":[{"id":1,"role":"user"},{"id":1,"role":"user"}]})",
              R"({"messages":[{"id":-4,"role":"user"}]})"})
            QVERIFY_ERROR(o.store->importJson(bad), ErrorCode::InvalidFile);
        QVERIFY_ERROR(o.store->importJson(R"({"format":"vitral-conversation","version":9,"messages":[]})"),
                      ErrorCode::Unsupported);
        QVERIFY_ERROR(o.store->importJson(std::string(200000, '[')), ErrorCode::InvalidFile);
        QCOMPARE(take(o.store->list()).size(), n);
    }
    void markdownBringsThePathBack() {
        Opened o;
        const auto c = take(o.store->create({.title = "Título", .systemPrompt = "Be\n\nbrief.\n"}));
        auto parent = o.add(c, kNoMessage, Role::User, "## User\n\n<!-- vitral:user -->\n\\<!-- vitral:x\n");
        parent = o.add(c, parent, Role::Assistant, "```\ncode\n```");
        parent = o.add(c, parent, Role::Tool, "");
        parent = o.add(c, parent, Role::System, "\n\n# x\n\n\n");
        const auto copy = o.store->importMarkdown(take(o.store->exportMarkdown(c)));
        QVERIFY_RESULT(copy);
        const auto before = take(o.store->activePath(c)), after = take(o.store->activePath(*copy));
        QCOMPARE(after.size(), before.size());
        for (std::size_t i = 0; i < before.size(); ++i) {
            QCOMPARE(after[i].text, before[i].text);
            QVERIFY(after[i].role == before[i].role);
        }
        QCOMPARE(take(o.store->info(*copy)).title, std::string("Título"));
        QCOMPARE(take(o.store->info(*copy)).systemPrompt, std::string("Be\n\nbrief.\n"));
        const auto foreign = o.store->importMarkdown("# Chat\n\n## User\n\nOi\n\n**Assistant:**\n\nOlá\n");
        QVERIFY_RESULT(foreign);
        QCOMPARE(pathText(*o.store, *foreign), std::string("Oi|Olá|"));
        QCOMPARE(pathText(*o.store, take(o.store->importMarkdown("just text"))), std::string("just text|"));
        QVERIFY_ERROR(o.store->importMarkdown("\n\n"), ErrorCode::InvalidFile);
    }
    void tokenChunksRefuseDamage() {
        std::vector<MessageToken> tokens;
        for (int i = 0; i < 20; ++i)
            tokens.push_back(tokenOf(i - 3));
        const std::string chunk = encodeTokens(tokens);
        std::vector<MessageToken> out;
        QVERIFY_RESULT(decodeTokens(chunk, out));
        QCOMPARE(out.size(), tokens.size());
        for (std::size_t i = 0; i < tokens.size(); ++i)
            QVERIFY(same(out[i], tokens[i]));
        for (std::size_t n = 0; n < chunk.size(); ++n)
            QVERIFY(!decodeTokens(std::string_view(chunk).substr(0, n), out));
        QVERIFY(!decodeTokens(chunk + "x", out));
        QVERIFY(!decodeTokens(std::string("\x01\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10), out));
        QCOMPARE(out.size(), tokens.size()); // a refused chunk leaves nothing behind
    }
    void inMemoryStoreAndTwoWindows() {
        auto memory = ConversationStore::open({});
        QVERIFY_RESULT(memory);
        QVERIFY_RESULT((*memory)->create({.title = "m"}));
        Opened o;
        auto second = ConversationStore::open(o.file);
        QVERIFY_RESULT(second);
        const auto c = take(o.store->create({.title = "seen by both"}));
        QCOMPARE(take((*second)->list()).at(0).id, c);
        QVERIFY_RESULT((*second)->add(c, Message{.text = "from the second"}));
        QCOMPARE(pathText(*o.store, c), std::string("from the second|"));
    }
};

QTEST_GUILESS_MAIN(TestConversationStore)
#include "tst_conversation_store.moc"
