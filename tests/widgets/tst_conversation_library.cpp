// SPDX-License-Identifier: Apache-2.0
// The list of conversations and what is kept beside them: settings, search, undo, files out and in.

#include "tests/support/chat_fixture.h"
#include "widgets/chat/conversation_library.h"
#include "widgets/shell/undo_list.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QUndoStack>

using namespace vitral;
using namespace vitral::test;

class TestConversationLibrary : public QObject, ChatFixture {
    Q_OBJECT
private slots:
    void init() {
        setUpChat();
        model_->load("still.gguf");
        port_->loadModel(port_->last);
        QTRY_VERIFY(model_->model() != nullptr);
    }
    void cleanup() { tearDownChat(); }

    void settingsSurviveJson() {
        GenerationSettings s;
        s.sampler.temperature = 0.25F;
        s.sampler.topK = 7;
        s.sampler.logitBias = {{5, -1.5F}};
        s.sampler.seed = 1234567890123ULL;
        s.sampler.order = {SamplerStage::Temperature, SamplerStage::TopK};
        s.sampler.drySequenceBreakers = {"."};
        s.systemPrompt = "Be brief.";
        s.kvType = DType::Q8_0;
        QVERIFY(settingsFromJson(toJson(s)) == s);
        QVERIFY(settingsFromJson({}) == GenerationSettings());
    }

    void libraryListsSearchesAndUndoes() {
        answer("A question about lighthouses", {"yes"});
        ConversationLibrary library(*store_);
        QTRY_COMPARE(library.conversations().size(), std::size_t{1});
        const ConversationId id = library.conversations()[0].id;
        library.rename(id, "Towers");
        QTRY_COMPARE(QString::fromStdString(library.conversations()[0].title), QStringLiteral("Towers"));
        library.moveTo(id, "Sea");
        QTRY_COMPARE(library.folders(), QStringList{"Sea"});
        library.renameFolder("Sea", " Coast ");
        QTRY_COMPARE(library.folders(), QStringList{"Coast"});
        UndoList::shared().stack()->undo();
        QTRY_COMPARE(library.folders(), QStringList{"Sea"});
        UndoList::shared().stack()->redo();
        QTRY_COMPARE(library.folders(), QStringList{"Coast"});
        library.renameFolder("Coast", " ");
        QSignalSpy folderRemoved(&library, &ConversationLibrary::folderRemoved);
        library.removeFolder("Coast");
        QTRY_COMPARE(folderRemoved.size(), 1);
        QTRY_COMPARE(library.folders(), QStringList());
        QCOMPARE(library.conversations().size(), std::size_t{1}); // outlives it
        UndoList::shared().stack()->undo();
        QTRY_COMPARE(library.folders(), QStringList{"Coast"});
        library.search("lighthouses");
        QTRY_COMPARE(library.conversations().size(), std::size_t{1});
        QTRY_VERIFY(!library.snippet(id).isEmpty());
        library.search("zebra");
        QTRY_VERIFY(library.conversations().empty());
        library.search({});
        QTRY_COMPARE(library.conversations().size(), std::size_t{1});
        library.remove(id);
        QTRY_VERIFY(library.conversations().empty());
        library.undoRemove();
        QTRY_COMPARE(library.conversations().size(), std::size_t{1});
    }

    void exportsAndImports() {
        answer("Hello", {"one"});
        ConversationLibrary library(*store_);
        QTRY_COMPARE(library.conversations().size(), std::size_t{1});
        QTemporaryDir dir;
        const QString file = dir.filePath("talk.json");
        QSignalSpy exported(&library, &ConversationLibrary::exported);
        library.exportTo(chat_->info().id, ConversationLibrary::Format::Json, file);
        QTRY_COMPARE(exported.size(), 1);
        QSignalSpy imported(&library, &ConversationLibrary::imported);
        library.importFrom(file);
        QTRY_COMPARE(imported.size(), 1);
        QTRY_COMPARE(library.conversations().size(), std::size_t{2});
        QSignalSpy problem(&library, &ConversationLibrary::problem);
        library.importFrom(dir.filePath("missing.json"));
        QTRY_COMPARE(problem.size(), 1);
    }

    // Found by a title that is wider than its row: there the words that were found are shown below it.
    void aTitleThatWasFoundIsShownWithItsHit() {
        answer("Hello", {"one"});
        chat_->setTitle("A long title about all kinds of things that ends in marmalade");
        ConversationLibrary library(*store_);
        QTRY_COMPARE(library.conversations().size(), std::size_t{1});
        QVERIFY(library.snippet(chat_->info().id).isEmpty());
        library.search("marmalade");
        QTRY_VERIFY2(library.snippet(chat_->info().id).contains(QStringLiteral("\x02marmalade\x03")),
                     qPrintable(library.snippet(chat_->info().id)));
    }
};

QTEST_GUILESS_MAIN(TestConversationLibrary)
#include "tst_conversation_library.moc"
