// SPDX-License-Identifier: Apache-2.0
// The tree of messages in its file: adding, streaming, forking, deleting with undo, searching, and a long one.

#include "core/chat/token_codec.h"
#include "tests/core/chat/store_test.h"

#include <QElapsedTimer>

using namespace vitral;
using namespace vitral::test;

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
    void whatIsLeftOutStaysSo() {
        Opened o;
        const auto c = take(o.store->create({}));
        const auto q = o.add(c, kNoMessage, Role::User, "old");
        const auto a = o.add(c, q, Role::Assistant, "answer");
        QVERIFY_RESULT(o.store->setLeftOut(std::vector{q, a}, true));
        QVERIFY_RESULT(o.store->setStartsThinking(a));
        o.reopen();
        auto path = take(o.store->activePath(c));
        QVERIFY(path[0].leftOut && path[1].leftOut);
        QVERIFY(!path[0].startsThinking && path[1].startsThinking);
        const auto copy = take(o.store->importJson(take(o.store->exportJson(c))));
        path = take(o.store->activePath(copy));
        QVERIFY(path[0].leftOut && path[1].leftOut && path[1].startsThinking);
        QVERIFY_RESULT(o.store->setLeftOut(std::vector{q, a}, false));
        QVERIFY(!take(o.store->message(q)).leftOut);
    }
};

QTEST_GUILESS_MAIN(TestConversationStore)
#include "tst_conversation_store.moc"
