// SPDX-License-Identifier: Apache-2.0
// The conversation as a view model, against a fake engine and the real store in memory.

#include "tests/support/chat_fixture.h"
#include "widgets/chat/chat_controller.h"
#include "widgets/chat/conversation_library.h"

#include <QSignalSpy>
#include <QtTest>

using namespace vitral;
using namespace vitral::test;

class TestChatController : public QObject, ChatFixture {
    Q_OBJECT
private slots:
    void init() {
        setUpChat();
        model_->load("still.gguf");
        port_->loadModel(port_->last);
        QTRY_VERIFY(model_->model() != nullptr);
    }
    void cleanup() { tearDownChat(); }

    void streamsAnAnswerAndKeepsIt() {
        answer("Hello", {"Hi ", "there"});
        QCOMPARE(chat_->count(), 2);
        QCOMPARE(chat_->message(0).text, std::string("Hello"));
        QCOMPARE(chat_->message(1).text, std::string("Hi there"));
        QCOMPARE(chat_->message(1).tokens.size(), std::size_t{2});
        QCOMPARE(chat_->message(1).state, MessageState::Complete);
        QCOMPARE(QString::fromStdString(chat_->info().title), QStringLiteral("Hello"));

        // What was stored is what is shown.
        const ConversationId id = chat_->info().id;
        chat_->startNew();
        QCOMPARE(chat_->count(), 0);
        chat_->open(id);
        QTRY_COMPARE(chat_->count(), 2);
        QCOMPARE(chat_->message(1).text, std::string("Hi there"));
        QCOMPARE(chat_->message(1).tokens.size(), std::size_t{2});
        QCOMPARE(chat_->message(1).tokens[0].score.top.size(), std::size_t{2});
    }

    void theQuestionStandsInThePrompt() {
        answer("What is 2+2?", {"4"});
        const GenerateJob& job = port_->jobs.back();
        std::string prompt;
        for (const TokenId id : job.branches[0].prompt)
            if (id < 256)
                prompt += static_cast<char>(id);
        QVERIFY2(prompt.find("What is 2+2?") != std::string::npos, prompt.c_str());
    }

    void saysWhereTheContextMovedOn() {
        chat_->send("Tell me a long story");
        QTRY_COMPARE(port_->jobs.size(), std::size_t{1});
        for (const char* piece : {"Once ", "upon ", "a "})
            port_->token(port_->last, piece);
        port_->say(ContextShifted{port_->last, 0, 120});
        port_->token(port_->last, "time");
        port_->finish(port_->last, FinishReason::EndOfText);
        QTRY_VERIFY(!chat_->busy());
        const QString note = QString::fromStdString(chat_->message(1).note);
        QVERIFY2(note.contains("after token 3") && note.contains("Once upon a") && note.contains("120"),
                 qPrintable(note));
        QCOMPARE(chat_->message(1).state, MessageState::Complete);
        answer("And then?", {"The end."}); // the next answer has no such mark
        QVERIFY(chat_->message(3).note.empty());
    }

    void refusesWithoutAModel() {
        ModelSession empty(*port_, *bridge_, *helper_);
        ChatController chat(*port_, *bridge_, *store_, *helper_, empty);
        QSignalSpy problem(&chat, &ChatController::problem);
        chat.send("Hello");
        QCOMPARE(problem.size(), 1);
        QCOMPARE(chat.count(), 0);
    }

    void regenerateAddsASibling() {
        answer("Hello", {"one"});
        const std::size_t before = port_->jobs.size();
        chat_->regenerate(chat_->message(1).id);
        QTRY_COMPARE(port_->jobs.size(), before + 1);
        finishWith({"two"});
        QCOMPARE(chat_->count(), 2);
        QCOMPARE(chat_->message(1).text, std::string("two"));
        QCOMPARE(chat_->siblingCount(1), 2);
        QCOMPARE(chat_->siblingIndex(1), 1);
        chat_->switchSibling(chat_->message(1).id, -1);
        QTRY_COMPARE(chat_->message(1).text, std::string("one"));
        QCOMPARE(chat_->siblingIndex(1), 0);
        chat_->switchSibling(chat_->message(1).id, -1); // there is none before it
        QCOMPARE(chat_->siblingIndex(1), 0);
    }

    void editingAnyMessageAddsASibling() {
        answer("Hello", {"one"});
        chat_->edit(chat_->message(1).id, "My own words", false); // an answer, too
        QTRY_COMPARE(chat_->message(1).text, std::string("My own words"));
        QCOMPARE(chat_->siblingCount(1), 2);
        QTRY_VERIFY(!chat_->busy());
        const std::size_t before = port_->jobs.size();
        chat_->edit(chat_->message(0).id, "Good morning", true);
        QTRY_COMPARE(port_->jobs.size(), before + 1);
        finishWith({"Morning!"});
        QCOMPARE(chat_->count(), 2);
        QCOMPARE(chat_->message(0).text, std::string("Good morning"));
        QCOMPARE(chat_->siblingCount(0), 2);
    }

    void stopKeepsWhatWasSaid() {
        chat_->send("Hello");
        QTRY_COMPARE(port_->jobs.size(), std::size_t{1});
        port_->token(port_->last, "half ");
        QTRY_COMPARE(chat_->message(1).text, std::string("half "));
        chat_->stop();
        QCOMPARE(port_->cancelled, std::vector<RunId>{port_->last});
        port_->finish(port_->last, FinishReason::Cancelled);
        QTRY_VERIFY(!chat_->busy());
        QCOMPARE(chat_->message(1).state, MessageState::Stopped);
        QCOMPARE(chat_->message(1).text, std::string("half "));
    }

    void aLateEventOfAnotherRunIsNotMine() {
        answer("Hello", {"one"});
        const RunId old = port_->last;
        chat_->regenerate(chat_->message(1).id);
        QTRY_COMPARE(port_->jobs.size(), std::size_t{2});
        port_->token(old, "ghost");
        finishWith({"two"});
        QCOMPARE(chat_->message(1).text, std::string("two"));
    }

    void continueGoesOnInTheSameMessage() {
        answer("Hello", {"one"});
        const MessageId id = chat_->message(1).id;
        const std::size_t promptSize = port_->jobs.back().branches[0].prompt.size();
        chat_->continueAnswer(id);
        QTRY_COMPARE(port_->jobs.size(), std::size_t{2});
        QCOMPARE(port_->jobs.back().branches[0].prompt.size(), promptSize + 1); // the token said before
        finishWith({" two"});
        QCOMPARE(chat_->message(1).id, id);
        QCOMPARE(chat_->message(1).text, std::string("one two"));
    }

    void forkKeepsTheTokensBefore() {
        answer("Hello", {"a", "b", "c"});
        MessageToken other;
        other.score.id = 'X';
        other.bytes = "X";
        chat_->forkAt(chat_->message(1).id, 1, other);
        QTRY_COMPARE(port_->jobs.size(), std::size_t{2});
        const auto& prompt = port_->jobs.back().branches[0].prompt;
        QCOMPARE(prompt[prompt.size() - 1], TokenId('X'));
        QCOMPARE(prompt[prompt.size() - 2], TokenId('a'));
        finishWith({"Y"});
        QCOMPARE(chat_->message(1).text, std::string("aXY"));
        QCOMPARE(chat_->message(1).tokens.size(), std::size_t{3});
        QCOMPARE(chat_->siblingCount(1), 2);
        QCOMPARE(chat_->message(1).forkedAtToken, 1);
    }

    /// Ids mean nothing in another vocabulary: they are neither read with it nor given to it.
    void tokensOfAnotherModel() {
        answer("Hello", {"one"});
        Message other = chat_->message(1);
        QVERIFY(chat_->tokenizerOf(other) != nullptr);
        other.modelName = "another";
        other.id = kNoMessage;
        QVERIFY(chat_->tokenizerOf(other) == nullptr); // "one" is no token of this one
        other.tokens[0].bytes = chat_->tokenizer()->decodeToken(other.tokens[0].score.id, true);
        QVERIFY(chat_->tokenizerOf(other) != nullptr); // another name, the same vocabulary
        const_cast<Message&>(chat_->message(1)).modelName = "another";
        QSignalSpy problem(chat_.get(), &ChatController::problem);
        chat_->continueAnswer(chat_->message(1).id);
        chat_->forkAt(chat_->message(1).id, 0, chat_->message(1).tokens[0]);
        QCOMPARE(problem.size(), 2);
        QVERIFY(problem[0][0].toString().contains(QStringLiteral("another")));
        QVERIFY(!chat_->busy());
        QCOMPARE(port_->jobs.size(), std::size_t{1});
        QCOMPARE(chat_->message(1).tokens.size(), std::size_t{1});
    }

    // Every hover asks; an answer may have thousands of tokens.
    void whatATokenMeansIsFoundOutOnce() {
        answer("Hello", {"a", "b", "c"});
        auto& message = const_cast<Message&>(chat_->message(1));
        message.modelName = "another";
        const auto* tokenizer = dynamic_cast<const FakeTokenizer*>(chat_->tokenizer().get());
        QVERIFY(tokenizer != nullptr);
        const int before = tokenizer->nDecoded;
        for (int i = 0; i < 50; ++i)
            QVERIFY(chat_->tokenizerOf(message) != nullptr);
        QCOMPARE(tokenizer->nDecoded - before, 3);
        // More tokens are another question; so is another model.
        message.tokens.push_back(message.tokens.front());
        message.tokens.back().bytes = "no such token";
        for (int i = 0; i < 50; ++i)
            QVERIFY(chat_->tokenizerOf(message) == nullptr);
        QCOMPARE(tokenizer->nDecoded - before, 3 + 4);
        message.tokens.pop_back();
        model_->load("second.gguf");
        port_->loadModel(port_->last);
        QTRY_VERIFY(chat_->tokenizer().get() != tokenizer);
        const auto* second = dynamic_cast<const FakeTokenizer*>(chat_->tokenizer().get());
        QVERIFY(chat_->tokenizerOf(message) == chat_->tokenizer());
        QCOMPARE(int(second->nDecoded), 3);
    }

    void samplerStagesBelongToTheirAnswer() {
        chat_->setTraceSampler(true);
        chat_->send("Hello");
        QTRY_COMPARE(port_->jobs.size(), std::size_t{1});
        TokenProduced token{};
        token.run = port_->last;
        token.text = token.bytes = "a";
        token.score.id = 'a';
        token.sampler = std::make_shared<SamplerTrace>();
        port_->say(token);
        port_->finish(port_->last, FinishReason::EndOfText);
        QTRY_VERIFY(!chat_->busy());
        QVERIFY(chat_->samplerTrace() == token.sampler);
        const ConversationId id = chat_->info().id;
        chat_->startNew();
        QVERIFY(chat_->samplerTrace() == nullptr);
        chat_->open(id);
        QTRY_COMPARE(chat_->count(), 2);
        QVERIFY(chat_->samplerTrace() == nullptr);
        // Asked again without stages: the sibling has none.
        chat_->setTraceSampler(false);
        answer("More", {"b"});
        QVERIFY(chat_->samplerTrace() == nullptr);
    }

    void removeAndUndo() {
        answer("Hello", {"one"});
        answer("More", {"two"});
        QCOMPARE(chat_->count(), 4);
        QSignalSpy removed(chat_.get(), &ChatController::messageRemoved);
        chat_->removeMessage(chat_->message(2).id);
        QTRY_COMPARE(removed.size(), 1);
        QCOMPARE(chat_->count(), 2);
        chat_->removeMessage(chat_->message(1).id); // and one before it
        QTRY_COMPARE(removed.size(), 2);
        QCOMPARE(chat_->count(), 1);
        QSignalSpy restored(chat_.get(), &ChatController::messageRestored);
        chat_->undoRemove();
        QTRY_COMPARE(chat_->count(), 2);
        chat_->undoRemove();
        QTRY_COMPARE(chat_->count(), 4);
        QCOMPARE(chat_->message(3).text, std::string("two"));
        QCOMPARE(restored.size(), 2);
        chat_->undoRemove(); // nothing is left to restore
        QCOMPARE(chat_->count(), 4);
    }

    void aMessageComesBackWhereItWas() {
        answer("Hello", {"one"});
        answer("More", {"two"});
        const ConversationId id = chat_->info().id;
        QSignalSpy removed(chat_.get(), &ChatController::messageRemoved);
        chat_->removeMessage(chat_->message(2).id);
        QTRY_COMPARE(removed.size(), 1);
        chat_->startNew(); // something else is looked at meanwhile
        chat_->undoRemove();
        QTRY_COMPARE(chat_->info().id, id);
        QTRY_COMPARE(chat_->count(), 4);
    }

    void failureStandsWithTheMessage() {
        chat_->send("Hello");
        QTRY_COMPARE(port_->jobs.size(), std::size_t{1});
        port_->finish(port_->last, FinishReason::Failed,
                      fail(ErrorCode::OutOfMemory, "Not enough memory for this context."));
        QTRY_VERIFY(!chat_->busy());
        QCOMPARE(chat_->message(1).state, MessageState::Failed);
        QCOMPARE(chat_->message(1).note, std::string("Not enough memory for this context."));
    }

    void aQuestionThatIsTooLongIsToldOnce() {
        setContext(16);
        QSignalSpy problem(chat_.get(), &ChatController::problem);
        chat_->send("This question is longer than the context window of sixteen tokens.");
        QTRY_COMPARE(chat_->count(), 2);
        QTRY_VERIFY(!chat_->busy());
        QVERIFY(port_->jobs.empty());
        QCOMPARE(chat_->message(1).state, MessageState::Failed);
        QVERIFY(!chat_->message(1).note.empty());
        QCOMPARE(problem.size(), 0); // the note with the message says it; there is nothing to leave out
    }

    void theOldestCanBeLeftOutAndTheAnswerIsTriedAgain() {
        answer("An old question with many words in it, so that it fills the window.", {"old"});
        setContext(100);
        QSignalSpy problem(chat_.get(), &ChatController::problem);
        const std::size_t before = port_->jobs.size();
        chat_->send("A new question that does not fit beside it any more.");
        QTRY_COMPARE(problem.size(), 1);
        QVERIFY(problem[0][1].toBool());
        QTRY_VERIFY(!chat_->busy());
        QCOMPARE(chat_->message(3).state, MessageState::Failed);
        QVERIFY(QString::fromStdString(chat_->message(3).note) != problem[0][0].toString());
        QCOMPARE(port_->jobs.size(), before);
        QSignalSpy leftOut(chat_.get(), &ChatController::messagesLeftOut);
        chat_->leaveOutOldest();
        QCOMPARE(leftOut.size(), 1);
        QCOMPARE(leftOut[0][0].toInt(), 2);
        QTRY_COMPARE(port_->jobs.size(), before + 1); // the same answer, once more
        finishWith({"new"});
        QCOMPARE(chat_->count(), 4);
        QCOMPARE(chat_->message(3).text, std::string("new"));
        QCOMPARE(chat_->message(3).state, MessageState::Complete);
        QVERIFY(prompt().find("old question") == std::string::npos);
        QVERIFY(prompt().find("new question") != std::string::npos);
        // The choice belongs to the conversation: another day it still holds.
        const ConversationId id = chat_->info().id;
        chat_->startNew();
        chat_->open(id);
        QTRY_COMPARE(chat_->count(), 4);
        QVERIFY(chat_->message(0).leftOut && chat_->message(1).leftOut && !chat_->message(2).leftOut);
        answer("Short?", {"yes"});
        QVERIFY(prompt().find("old question") == std::string::npos);
        chat_->takeBackLeftOut();
        QVERIFY(!chat_->message(0).leftOut);
    }

    void whatIsNoLongerOfferedIsSaid_data() {
        QTest::addColumn<int>("how");
        QTest::newRow("a larger context") << 0;
        QTest::newRow("another conversation") << 1;
        QTest::newRow("a message deleted") << 2;
        QTest::newRow("asked again") << 3;
    }
    void whatIsNoLongerOfferedIsSaid() {
        QFETCH(int, how);
        answer("An old question with many words in it, so that it fills the window.", {"old"});
        setContext(100);
        QSignalSpy problem(chat_.get(), &ChatController::problem);
        QSignalSpy over(chat_.get(), &ChatController::roomNoLongerOffered);
        chat_->send("A new question that does not fit beside it any more.");
        QTRY_COMPARE(problem.size(), 1);
        QTRY_VERIFY(!chat_->busy());
        QTest::qWait(400); // what fills the context is looked at again, and it is still full
        QCOMPARE(over.size(), 0);
        if (how == 0)
            setContext(1000);
        else if (how == 1)
            chat_->startNew();
        else if (how == 2)
            chat_->removeMessage(chat_->message(2).id);
        else
            chat_->regenerate(chat_->message(3).id);
        QTRY_COMPARE(over.size(), 1);
        const std::size_t before = port_->jobs.size();
        if (how != 3) {
            chat_->leaveOutOldest(); // does nothing
            QCOMPARE(port_->jobs.size(), before);
        }
        for (int i = 0; i < chat_->count(); ++i)
            QVERIFY(!chat_->message(i).leftOut);
    }

    // What it needs is known before its weights are read.
    void aModelThatIsTooLargeIsAskedAbout() {
        model_->load("huge.gguf");
        QVERIFY(!port_->loadedAnyway);
        MemoryNeed need;
        need.needBytes = 40'600'000'000;
        need.weightBytes = 40'000'000'000;
        need.kvBytes = 500'000'000;
        need.freeBytes = 12'000'000'000;
        need.nCtx = 4096;
        port_->say(ModelTooLarge{port_->last, need});
        port_->finish(port_->last, FinishReason::Failed, fail(ErrorCode::OutOfMemory, need.sentence("huge.gguf")));
        QTRY_VERIFY(model_->tooLarge().has_value());
        QTRY_VERIFY(!model_->error().isEmpty());
        for (const char* word : {"huge.gguf", "40.60 GB", "12.00 GB", "smaller quantisation"})
            QVERIFY2(model_->error().contains(QLatin1String(word)), qPrintable(model_->error()));
        QVERIFY(model_->model() != nullptr); // the one before stays
        model_->load("huge.gguf", true);
        QVERIFY(port_->loadedAnyway && !model_->tooLarge());
        port_->loadModel(port_->last);
        QTRY_COMPARE(model_->path(), QStringLiteral("huge.gguf"));
    }

    void thinkingThatThePromptOpensIsRemembered() {
        model_->load("thinker.gguf");
        port_->loadModel(port_->last, "{{ messages[0].content }}<think>\n");
        QTRY_VERIFY(model_->chatTemplate() != nullptr);
        answer("Hello", {"Let me see", "</think>", "Hi"});
        QVERIFY(chat_->message(1).startsThinking);
        const ConversationId id = chat_->info().id;
        chat_->startNew();
        chat_->open(id);
        QTRY_COMPARE(chat_->count(), 2);
        QVERIFY(chat_->message(1).startsThinking);
    }

    void whatAnotherWindowWritesIsSeen() {
        QTemporaryDir dir;
        const std::filesystem::path file = dir.filePath("c.sqlite").toStdString();
        StoreThread store([file] { return ConversationStore::open(file); });
        ChatController chat(*port_, *bridge_, store, *helper_, *model_);
        ConversationLibrary library(store);
        connect(&library, &ConversationLibrary::changedByOther, &chat, &ChatController::refreshFromStore);
        connect(&chat, &ChatController::stored, &library, &ConversationLibrary::refresh);
        chat.send("Hello");
        QTRY_COMPARE(port_->jobs.size(), std::size_t{1});
        port_->token(port_->last, "one");
        port_->finish(port_->last, FinishReason::EndOfText);
        QTRY_VERIFY(!chat.busy());
        QTRY_COMPARE(library.conversations().size(), std::size_t{1});
        const auto other = ConversationStore::open(file);
        QVERIFY(other.has_value());
        Message more;
        more.parent = chat.message(1).id;
        more.text = "from the other window";
        QVERIFY((*other)->add(chat.info().id, more).has_value());
        const Message* kept = &chat.message(1);
        QTRY_COMPARE(chat.count(), 3);
        QCOMPARE(chat.message(2).text, std::string("from the other window"));
        QCOMPARE(&chat.message(1), kept); // what has not changed keeps its place on the screen
        QVERIFY((*other)->create({.title = "A second conversation"}).has_value());
        QTRY_COMPARE(library.conversations().size(), std::size_t{2});
    }

    void draftIsKeptWithItsConversation() {
        answer("Hello", {"one"});
        const ConversationId id = chat_->info().id;
        chat_->saveDraft("half a thought");
        QTest::qWait(600); // the delay before a draft is written
        chat_->startNew();
        QSignalSpy loaded(chat_.get(), &ChatController::draftLoaded);
        chat_->open(id);
        QTRY_VERIFY(!loaded.isEmpty() && loaded.last()[0].toString() == QStringLiteral("half a thought"));
    }

    // What is written for a conversation that is not stored yet has no row in the file to wait in.
    void unsentTextOfANewConversationComesBack() {
        answer("Hello", {"one"});
        const ConversationId id = chat_->info().id;
        QString shown;
        connect(chat_.get(), &ChatController::draftLoaded, this, [&](const QString& text) { shown = text; });
        chat_->startNew(true);
        QCOMPARE(shown, QString());
        chat_->saveDraft("half a question");
        chat_->open(id);
        QTRY_COMPARE(chat_->count(), 2);
        QCOMPARE(shown, QString());
        chat_->startNew(); // a lesson's
        QCOMPARE(shown, QString());
        chat_->open(id);
        QTRY_COMPARE(chat_->count(), 2);
        chat_->startNew(true);
        QCOMPARE(shown,
                 QStringLiteral("half a question")); // nothing was written in the lesson's: it is the last there was
        chat_->saveDraft("a question");
        chat_->startNew(true);
        QCOMPARE(shown, QStringLiteral("a question"));
        answer(shown, {"two"});
        chat_->startNew(true);
        QCOMPARE(shown, QString());
    }

    void switchingAwayStopsTheRun() {
        chat_->send("Hello");
        QTRY_COMPARE(port_->jobs.size(), std::size_t{1});
        port_->token(port_->last, "some");
        QTRY_COMPARE(chat_->message(1).text, std::string("some"));
        const ConversationId id = chat_->info().id;
        chat_->startNew();
        QVERIFY(!chat_->busy());
        QCOMPARE(port_->cancelled.size(), std::size_t{1});
        port_->token(port_->last, "late");
        chat_->open(id);
        QTRY_COMPARE(chat_->count(), 2);
        QCOMPARE(chat_->message(1).text, std::string("some"));
        QCOMPARE(chat_->message(1).state, MessageState::Stopped);
    }

private:
    void setContext(int nCtx) {
        GenerationSettings s = chat_->settings();
        s.nCtx = nCtx;
        s.maxTokens = 8;
        chat_->setSettings(s);
    }
    std::string prompt() const {
        std::string text;
        for (const TokenId id : port_->jobs.back().branches[0].prompt)
            if (id < 256)
                text += static_cast<char>(id);
        return text;
    }
};

QTEST_GUILESS_MAIN(TestChatController)
#include "tst_chat_controller.moc"
