// SPDX-License-Identifier: Apache-2.0
// Conversations as text: JSON and Markdown, out and in, and files that are not what they seem.

#include "tests/core/chat/store_test.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <cmath>

using namespace vitral;
using namespace vitral::test;

class TestConversationText : public QObject {
    Q_OBJECT
private slots:
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
        // Who answered comes back, too: out, in and out again gives the same file.
        const auto named = take(o.store->create({.title = "Names"}));
        for (const char* name : {"Qwen 2.5", "a (b) c)", "", "two\nlines", "trailing "}) {
            Message m;
            m.role = Role::Assistant;
            m.parent =
                take(o.store->activePath(named)).empty() ? kNoMessage : take(o.store->activePath(named)).back().id;
            m.text = "## Assistant (not me)\n";
            m.modelName = name;
            take(o.store->add(named, m));
        }
        for (const ConversationId id : {named, c}) {
            const std::string once = take(o.store->exportMarkdown(id));
            const ConversationId again = take(o.store->importMarkdown(once));
            QCOMPARE(take(o.store->exportMarkdown(again)), once);
        }
        const auto names =
            take(o.store->activePath(take(o.store->importMarkdown(take(o.store->exportMarkdown(named))))));
        QCOMPARE(names.size(), std::size_t{5});
        QCOMPARE(names[0].modelName, std::string("Qwen 2.5"));
        QCOMPARE(names[1].modelName, std::string("a (b) c)"));
        QCOMPARE(names[2].modelName, std::string());
        QCOMPARE(names[3].modelName, std::string("two lines"));
        const auto foreign = o.store->importMarkdown("# Chat\n\n## User\n\nOi\n\n**Assistant:**\n\nOlá\n");
        QVERIFY_RESULT(foreign);
        QCOMPARE(pathText(*o.store, *foreign), std::string("Oi|Olá|"));
        QCOMPARE(pathText(*o.store, take(o.store->importMarkdown("just text"))), std::string("just text|"));
        for (const char* nothing : {"\n\n", "# a title", "# a title\n\n"})
            QVERIFY_ERROR(o.store->importMarkdown(nothing), ErrorCode::InvalidFile);
        for (const char* nothing : {"[]", R"({"messages":[]})", R"({"title":"a","messages":[]})"})
            QVERIFY_ERROR(o.store->importJson(nothing), ErrorCode::InvalidFile);
    }
};

QTEST_GUILESS_MAIN(TestConversationText)
#include "tst_conversation_text.moc"
