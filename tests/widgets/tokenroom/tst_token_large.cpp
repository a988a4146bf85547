// SPDX-License-Identifier: Apache-2.0
// The room of tokens with large texts and files: ten million bytes cost what is seen of them, have their colours while
// they are cut, and work can be stopped.
#include "tests/support/result_test.h"
#include "tests/widgets/tokenroom/token_room_test.h"
#include "widgets/design/theme.h"
#include "widgets/tokenroom/cut_view.h"

#include <QLabel>
#include <QScrollBar>
#include <QTemporaryDir>

using namespace vitral;
using namespace vitral::test;

class TestTokenLarge : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { theme_ = std::make_unique<design::Theme>(*qApp); }

    // Counted, not timed: what is laid out and painted depends on the screen, not on the text.
    void tenMillionBytesCostWhatIsSeen() {
        std::string text;
        for (int i = 0; text.size() < 10'000'000; ++i)
            text += "Line " + std::to_string(i) + " of a long text, with S\xC3\xA3o Paulo in it and some more words.\n";
        ShownTokenRoom screen;
        TokenController& tokens = screen.tokens;
        TokenRoom& room = screen.room;
        open(tokens, {"bytes-cl100k"});
        auto* cut = qobject_cast<CutView*>(room.view("cut"));
        tokens.setText(text);
        settle(tokens);
        QCoreApplication::processEvents();
        TokenCanvas* canvas = cut->canvas(0);
        QVERIFY(!canvas->grab().isNull());
        const std::size_t opened = canvas->nLaidOut();
        QVERIFY2(opened < 300, qPrintable(QString::number(opened)));
        for (const double place : {0.5, 0.9, 1.0, 0.1}) {
            const std::size_t before = canvas->nLaidOut(), painted = canvas->nPainted();
            canvas->verticalScrollBar()->setValue(static_cast<int>(canvas->verticalScrollBar()->maximum() * place));
            QVERIFY(!canvas->grab().isNull());
            QVERIFY(canvas->nLaidOut() - before < 150);
            QVERIFY(canvas->nPainted() - painted < 150);
        }
        canvas->verticalScrollBar()->setValue(canvas->verticalScrollBar()->maximum());
        QCOMPARE(canvas->tokenAt({14, canvas->viewport()->height() / 2}).has_value(), true);
        // A letter in the middle: a few blocks are cut again, and only what it changed is laid out anew.
        const std::size_t before = canvas->nLaidOut();
        canvas->showByte(text.size() / 2);
        QVERIFY(!canvas->grab().isNull());
        const std::size_t shown = canvas->nLaidOut();
        QVERIFY(shown - before < 150);
        tokens.edit(text.size() / 2, 0, "x");
        QVERIFY(!canvas->grab().isNull());
        QVERIFY2(cut->blocks().lastWork() <= 3, qPrintable(QString::number(cut->blocks().lastWork())));
        QVERIFY2(canvas->nLaidOut() - shown <= 6, qPrintable(QString::number(canvas->nLaidOut() - shown)));
        QVERIFY(tokens.tokenizers()[0].cut != nullptr); // at once, not later
    }

    // What is seen has its colours at once, and they are those of the whole; what is typed meanwhile is caught up with.
    void colouredWhileItIsCut() {
        std::string text;
        for (int i = 0; text.size() < 6'000'000; ++i)
            text += "Linha " + std::to_string(i) + " de um texto longo, com S\xC3\xA3o Paulo e mais palavras.\n";
        ShownTokenRoom screen;
        TokenController& tokens = screen.tokens;
        TokenRoom& room = screen.room;
        open(tokens, {"bytes-cl100k", "wordpiece"});
        auto* cut = qobject_cast<CutView*>(room.view("cut"));
        tokens.setText(text); // no event of the pool can have come before the next lines
        TokenCanvas* canvas = cut->canvas(0);
        canvas->showByte(text.size() / 2);
        for (std::size_t i = 0; i < 2; ++i) {
            const OpenTokenizer& entry = tokens.tokenizers()[i];
            QVERIFY(entry.cut == nullptr && entry.preview != nullptr && entry.share != nullptr);
            QVERIFY(!tokens.tokensSeen(entry.serial, text.size() / 2, text.size() / 2 + 3000).empty());
            QVERIFY(entry.preview->exact());
        }
        QVERIFY(!room.grab().isNull());
        const auto early = canvas->tokenAt({14, 14});
        QVERIFY(early && early->index == PlacedToken::kNoIndex);
        const std::size_t at = text.size() / 2;
        const std::vector<PlacedToken> before = tokens.tokensSeen(tokens.tokenizers()[0].serial, at, at + 3000);
        tokens.edit(text.size() - 1, 0, "x");
        tokens.edit(10, 3, "yz");
        QVERIFY(tokens.progress().has_value());
        tokens.edit(10, 2, std::string_view(text).substr(10, 3));
        std::vector<double> told;
        connect(&tokens, &TokenController::progressChanged, this, [&] {
            if (const auto& share = tokens.tokenizers()[0].share)
                told.push_back(*share);
        });
        settle(tokens);
        QVERIFY(std::is_sorted(told.begin(), told.end()));
        QVERIFY(!tokens.progress().has_value());
        const OpenTokenizer& entry = tokens.tokenizers()[0];
        QVERIFY(entry.cut != nullptr && entry.preview == nullptr);
        QCOMPARE(entry.cut->encoder().text(), tokens.text());
        QCOMPARE(entry.cut->encoder().ids(),
                 *entry.tokenizer->encode(tokens.text(), {AddSpecial::No, ParseSpecial::No}));
        const std::vector<PlacedToken> after = tokens.tokensSeen(entry.serial, at, at + 3000);
        QCOMPARE(after.size(), before.size());
        for (std::size_t i = 0; i < after.size(); ++i)
            QVERIFY(after[i].id == before[i].id && after[i].begin == before[i].begin && after[i].end == before[i].end);
    }

    // CLIP's rule looks back over any distance: what is seen may change, and that is said.
    void coloursThatMayChange() {
        ShownTokenRoom screen;
        TokenController& tokens = screen.tokens;
        TokenRoom& room = screen.room;
        open(tokens, {"clip"});
        std::string text;
        while (text.size() < 60'000)
            text += "some words and more of them, line after line\n";
        tokens.setText(text);
        const OpenTokenizer& entry = tokens.tokenizers()[0];
        QVERIFY(entry.cut == nullptr && entry.preview != nullptr);
        QVERIFY(!tokens.tokensSeen(entry.serial, 30'000, 32'000).empty());
        QVERIFY(!entry.preview->exact());
        emit tokens.progressChanged();
        const QList<QLabel*> labels = room.view("cut")->findChildren<QLabel*>();
        QVERIFY(std::any_of(labels.begin(), labels.end(),
                            [](const QLabel* label) { return label->text().contains("Colours may still change"); }));
        settle(tokens);
    }

    void workCanBeStopped() {
        QTemporaryDir dir;
        QFile file(dir.filePath("large.json"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"aa\":1},\"merges\":[\"a a\"");
        for (int i = 0; i < 1'000'000; ++i)
            file.write(",\"a a\"");
        file.write("]}}");
        file.close();
        ShownTokenRoom screen;
        TokenController& tokens = screen.tokens;
        TokenRoom& room = screen.room;
        tokens.openTokenizer(file.fileName());
        QVERIFY(tokens.progress().has_value());
        tokens.stopWork();
        QVERIFY(!tokens.progress().has_value());
        QVERIFY(tokens.tokenizers()[0].stopped && tokens.tokenizers()[0].error.endsWith('.'));
        tokens.retry(0);
        QTRY_VERIFY_WITH_TIMEOUT(tokens.tokenizers()[0].tokenizer != nullptr, 60000);
        std::string text;
        while (text.size() < 4'000'000)
            text += "a aa aaa\n";
        tokens.setText(text);
        tokens.stopWork();
        const OpenTokenizer& entry = tokens.tokenizers()[0];
        QVERIFY(entry.stopped && entry.cut == nullptr && entry.cutError.endsWith('.'));
        tokens.edit(0, 0, "a"); // typing does not begin it again, and is seen
        QVERIFY(entry.share == nullptr);
        QCOMPARE(tokens.tokensSeen(entry.serial, 0, 4).front().begin, std::size_t{0});
        QVERIFY(!room.grab().isNull());
        tokens.retry(0);
        settle(tokens);
        QVERIFY(entry.cut != nullptr && entry.cutError.isEmpty());
        QCOMPARE(entry.cut->encoder().text(), tokens.text());
        QTRY_VERIFY(!tokens.busy());
    }

private:
    std::unique_ptr<design::Theme> theme_;
};

QTEST_MAIN(TestTokenLarge)
#include "tst_token_large.moc"
