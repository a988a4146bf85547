// SPDX-License-Identifier: Apache-2.0
// The room of tokens: after any edits every column is what the whole text gives; nothing typed is lost; letters that
// tokens divide are shown as what they are; hostile files are sentences. Large texts: tst_token_large.cpp.
#include "tests/support/result_test.h"
#include "tests/widgets/tokenroom/token_room_test.h"
#include "widgets/design/theme.h"
#include "widgets/shell/ways.h"
#include "widgets/shell/work_bar.h"
#include "widgets/tokenroom/cut_view.h"
#include "widgets/tokenroom/lattice_picture.h"
#include "widgets/tokenroom/merge_picture.h"
#include "widgets/tokenroom/pane_strip.h"
#include "widgets/tokenroom/path_view.h"
#include "widgets/tokenroom/prompt_canvas.h"
#include "widgets/tokenroom/token_room.h"
#include "widgets/tokens/token_blocks.h"

#include <QPushButton>
#include <QTemporaryDir>
#include <QtTest>
#include <random>

using namespace vitral;
using namespace vitral::test;

namespace {

/// Every column is what encoding the whole text gives, ids and places.
void compareWhole(TokenController& tokens) {
    for (const OpenTokenizer& entry : tokens.tokenizers()) {
        QVERIFY2(entry.cut != nullptr, qPrintable(entry.name + entry.cutError));
        QCOMPARE(entry.cut->encoder().text(), tokens.text());
        const auto ids = entry.tokenizer->encode(tokens.text(), {AddSpecial::No, ParseSpecial::No});
        QVERIFY_RESULT(ids);
        QCOMPARE(entry.cut->encoder().ids(), *ids);
        const auto placed = entry.cut->tokensIn(0, tokens.text().size() + 1);
        const auto fresh = TokenCut::begin(entry.tokenizer, tokens.text(), {AddSpecial::No, ParseSpecial::No});
        QVERIFY_RESULT(fresh);
        const auto anew = (*fresh)->tokensIn(0, tokens.text().size() + 1);
        QVERIFY_RESULT(placed);
        QVERIFY_RESULT(anew);
        QCOMPARE(placed->size(), anew->size());
        for (std::size_t i = 0; i < anew->size(); ++i) {
            QCOMPARE((*placed)[i].id, (*anew)[i].id);
            QCOMPARE((*placed)[i].begin, (*anew)[i].begin);
            QCOMPARE((*placed)[i].end, (*anew)[i].end);
        }
    }
}

std::string someBytes(std::mt19937& random, std::size_t n) {
    static const char* const kPieces[] = {"a",
                                          "the ",
                                          "\n",
                                          " ",
                                          "\xC3\xA3",
                                          "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9",
                                          "\xD7\xA9\xD7\x9C",
                                          "e\xCC\x81",
                                          "\xFF",
                                          "\xC3",
                                          "10",
                                          "<|im_end|>",
                                          "\t",
                                          "\r\n"};
    std::string out;
    for (std::size_t i = 0; i < n; ++i)
        out += kPieces[random() % std::size(kPieces)];
    return out;
}

} // namespace

class TestTokenRoom : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { theme_ = std::make_unique<design::Theme>(*qApp); }

    // No font has a picture of the last code point for private use; elsewhere it would be an empty pane.
    void lettersWithoutAFontAreNamed() {
        QCOMPARE(visibleToken("\xF4\x8F\xBF\xBD"), QStringLiteral("\u2039U+10FFFD\u203A"));
        QCOMPARE(visibleToken("a\xF4\x8F\xBF\xBD"), QStringLiteral("a\u2039U+10FFFD\u203A"));
        QCOMPARE(visibleToken("\u00e1"), QStringLiteral("\u00e1"));
    }

    void blocksFollowEdits() {
        std::mt19937 random(3);
        for (int run = 0; run < 30; ++run) {
            std::string text = someBytes(random, run % 3 == 0 ? 4000 : 300);
            if (run % 2 == 0) // one line without end
                std::erase(text, '\n');
            TextBlocks blocks;
            blocks.set(text);
            for (int i = 0; i < 40; ++i) {
                const std::size_t at = random() % (text.size() + 1);
                const std::size_t removed = std::min<std::size_t>(random() % 40, text.size() - at);
                const std::string inserted = someBytes(random, random() % 5);
                text.replace(at, removed, inserted);
                blocks.edit(text, at, removed, inserted.size());
                TextBlocks fresh;
                fresh.set(text);
                QCOMPARE(blocks.count(), fresh.count());
                for (std::size_t k = 0; k < fresh.count(); ++k)
                    QCOMPARE(blocks.range(k), fresh.range(k));
            }
        }
    }

    void typingIsEncodingTheWhole() {
        TokenController tokens({}, nullptr, nullptr, {});
        open(tokens, {"bytes-cl100k", "wordpiece", "unigram-charsmap", "metaspace-bpe", "clip"});
        std::mt19937 random(5);
        tokens.setText(someBytes(random, 600));
        settle(tokens);
        for (int i = 0; i < 30; ++i) {
            const std::size_t at = random() % (tokens.text().size() + 1);
            tokens.edit(at, random() % 6, someBytes(random, random() % 4));
            settle(tokens);
            if (i % 5 == 4)
                compareWhole(tokens);
            if (QTest::currentTestFailed())
                return;
        }
        const std::string last = tokens.text();
        int undone = 0;
        while (tokens.undo())
            ++undone;
        QVERIFY(undone > 10);
        QVERIFY(tokens.text().empty());
        while (tokens.redo())
            ;
        QCOMPARE(tokens.text(), last);
        settle(tokens);
        compareWhole(tokens);
    }

    void nothingTypedIsLost() {
        QTemporaryDir dir;
        const std::string words = "Uma frase \xFF que fica.\n";
        {
            TokenController tokens(dir.path() + "/tokens", nullptr, nullptr, {});
            open(tokens, {"wordpiece", "bytes-cl100k"});
            tokens.setText(words);
            tokens.edit(0, 0, "x");
            tokens.setShown(0, false);
        } // a window that closes without warning
        TokenController again(dir.path() + "/tokens", nullptr, nullptr, {});
        again.wake();
        QTRY_COMPARE_WITH_TIMEOUT(again.text(), "x" + words, 10000);
        QCOMPARE(again.tokenizers().size(), std::size_t{2});
        QVERIFY(!again.tokenizers()[0].shown);
        QTRY_VERIFY_WITH_TIMEOUT(again.tokenizers()[1].cut != nullptr, 10000);
        QCOMPARE(again.current(), 1);
    }

    // What a lesson puts here is not stored in the place of the person's own text, however the program ends.
    void aLessonsTextIsAGuest() {
        QTemporaryDir dir;
        const QString folder = dir.path() + "/tokens";
        const auto stored = [&folder] {
            QFile file(folder + "/text.txt");
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        {
            TokenController tokens(folder, nullptr, nullptr, {});
            QSignalSpy replaced(&tokens, &TokenController::textReplaced);
            open(tokens, {"wordpiece"});
            tokens.setText("my own words");
            tokens.borrow();
            tokens.setText("a lesson's");
            tokens.edit(0, 0, "x");
            QTRY_COMPARE(stored(), QByteArray("my own words"));
            tokens.save(true);
            QCOMPARE(stored(), QByteArray("my own words"));
            QCOMPARE(replaced.count(), 0); // nothing to be taken back
        }                                  // killed in the lesson
        QCOMPARE(stored(), QByteArray("my own words"));
        TokenController tokens(folder, nullptr, nullptr, {});
        tokens.borrow(); // the lesson is first this time, the file is read after it
        tokens.wake();
        tokens.setText("a lesson's");
        tokens.giveBack();
        QTRY_COMPARE(tokens.text(), std::string("my own words"));
        tokens.save(true);
        QCOMPARE(stored(), QByteArray("my own words"));
    }

    void hostileFilesAreSentences_data() {
        QTest::addColumn<QByteArray>("content");
        const auto bpe = [](const QByteArray& vocab, const QByteArray& merges) {
            return QByteArray("{\"model\":{\"type\":\"BPE\",\"vocab\":{") + vocab + "},\"merges\":[" + merges + "]}}";
        };
        QByteArray many;
        for (int i = 0; i < 1'000'000; ++i)
            many += i == 0 ? "\"a a\"" : ",\"a a\"";
        QTest::newRow("a million merges, all alike") << bpe("\"a\":0,\"aa\":1", many);
        QTest::newRow("merges in a circle")
            << bpe("\"a\":0,\"b\":1,\"ab\":2,\"aba\":3", "\"a b\",\"ab a\",\"aba b\",\"b a\"");
        QTest::newRow("missing pieces") << bpe("\"a\":0", "\"x y\",\"a x\"");
        QTest::newRow("ids twice") << bpe("\"a\":0,\"b\":0,\"c\":0", "\"a b\"");
        QTest::newRow("an id beyond all") << bpe("\"a\":0,\"b\":2147483647", "");
        QTest::newRow("half a file") << QByteArray("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a");
        QTest::newRow("no file of the kind") << QByteArray("hello");
        QTest::newRow("nothing") << QByteArray();
        QByteArray noise;
        std::mt19937 random(9);
        for (int i = 0; i < 100'000; ++i)
            noise += static_cast<char>(random());
        QTest::newRow("noise") << noise;
    }
    void hostileFilesAreSentences() {
        QFETCH(QByteArray, content);
        QTemporaryDir dir;
        QFile file(dir.filePath("odd.json"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.close();
        TokenController tokens({}, nullptr, nullptr, {});
        tokens.wake();
        tokens.setText("abab aba b\n\xFF");
        tokens.openTokenizer(file.fileName());
        QTRY_VERIFY_WITH_TIMEOUT(!tokens.tokenizers()[0].loading, 60000);
        const OpenTokenizer& entry = tokens.tokenizers()[0];
        QVERIFY((entry.tokenizer != nullptr) != !entry.error.isEmpty());
        if (entry.tokenizer) { // odd, but of use: it must cut
            settle(tokens);
            compareWhole(tokens);
        } else {
            QVERIFY2(entry.error.endsWith('.'), qPrintable(entry.error));
        }
    }

    // Whatever is dropped on the room: a text, a tokenizer, or a sentence beside what failed.
    void anyFileCanBeDropped_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<bool>("asTokenizer");
        QTest::newRow("a picture") << "x.png" << QByteArray("\x89PNG\r\n\x1A\n\0\0\0", 11) << false;
        QTest::newRow("nothing") << "empty.txt" << QByteArray() << false;
        QTest::newRow("no name worth the name") << QStringLiteral("\u00E9 \u202Ex") << QByteArray("a b") << false;
        QTest::newRow("some JSON") << "notes.json" << QByteArray("{\"a\": [1, 2]}") << true;
        QTest::newRow("a cut-off model") << "m.gguf" << QByteArray("GGUF\3\0\0\0", 8) << true;
        QTest::newRow("half a SentencePiece model") << "s.model" << QByteArray("\n\x7F", 2) << true;
        QTest::newRow("ranks that are none") << "r.tiktoken" << QByteArray("IQ== 0\nIQ== 0\n") << true;
        QTest::newRow("a folder") << "" << QByteArray() << false;
        QTest::newRow("a folder with an ending") << "d.json/" << QByteArray() << true;
        QTest::newRow("what is not there") << "gone.txt" << QByteArray() << false;
    }
    void anyFileCanBeDropped() {
        QFETCH(QString, name);
        QFETCH(QByteArray, content);
        QFETCH(bool, asTokenizer);
        QTemporaryDir dir;
        const QString path = dir.filePath(name);
        if (name.endsWith('/')) {
            QVERIFY(QDir().mkpath(path));
        } else if (!name.isEmpty() && name != "gone.txt") {
            QFile file(path);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(content);
        }
        ShownTokenRoom screen;
        TokenController& tokens = screen.tokens;
        TokenRoom& room = screen.room;
        tokens.setText("before");
        QString problem;
        connect(&tokens, &TokenController::problem, this, [&](const QString& sentence) { problem = sentence; });
        QVERIFY(room.takesFile(path));
        room.openFile(name.endsWith('/') ? path.chopped(1) : path);
        QVERIFY(!room.grab().isNull());
        if (asTokenizer) {
            QCOMPARE(tokens.tokenizers().size(), std::size_t{1});
            QTRY_VERIFY_WITH_TIMEOUT(!tokens.tokenizers()[0].loading, 20000);
            QVERIFY(!room.grab().isNull());
            const QString error = tokens.tokenizers()[0].error;
            QVERIFY2(error.endsWith('.') && !tokens.tokenizers()[0].tokenizer, qPrintable(error));
            QCOMPARE(tokens.text(), std::string("before"));
            auto* cut = room.view("cut"); // and beside it the way on
            QPushButton* asText = nullptr;
            for (QPushButton* button : cut->findChildren<QPushButton*>())
                if (button->text() == "Open it as a text" && button->isVisible())
                    asText = button;
            QVERIFY(asText != nullptr);
            asText->click();
            QVERIFY(tokens.tokenizers().empty());
            QTRY_VERIFY_WITH_TIMEOUT(tokens.text() == content.toStdString() || problem.endsWith('.'), 20000);
        } else if (name.isEmpty() || name == "gone.txt") {
            QTRY_VERIFY2_WITH_TIMEOUT(problem.endsWith('.'), qPrintable(problem), 20000);
            QCOMPARE(tokens.text(), std::string("before"));
        } else {
            QTRY_COMPARE_WITH_TIMEOUT(tokens.text(), content.toStdString(), 20000);
        }
    }

    void columnsShareLettersAndPlace() {
        TokenController tokens({}, nullptr, nullptr, {});
        TokenRoom room(tokens);
        room.resize(1100, 700);
        room.show();
        room.activated();
        open(tokens, {"bytes-cl100k", "wordpiece"});
        tokens.setText("The quick brown fox.\n\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9 e\xCC\x81 "
                       "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D\n");
        settle(tokens);
        auto* cut = qobject_cast<CutView*>(room.view("cut"));
        QVERIFY(cut != nullptr);
        QCoreApplication::processEvents();
        TokenCanvas *one = cut->canvas(0), *two = cut->canvas(1);
        QVERIFY(one != nullptr && two != nullptr);
        QVERIFY(!one->grab().isNull());
        const auto token = one->tokenAt({14, 14});
        QVERIFY(token.has_value());
        QCOMPARE(token->begin, std::size_t{0});
        QTest::mouseMove(one->viewport(), {14, 14});
        QCOMPARE(tokens.hover(), (std::pair{token->begin, token->end}));
        QTest::mouseClick(one->viewport(), Qt::LeftButton, {}, {14, 14});
        QCOMPARE(tokens.selection().token, std::ptrdiff_t{0});
        QCOMPARE(tokens.current(), 0);
        // Typing in one is typing in both.
        QTest::keyClick(one, Qt::Key_Home);
        QTest::keyClicks(two, "Oi, ");
        QCOMPARE(tokens.text().substr(0, 7), std::string("Oi, The"));
        settle(tokens);
        compareWhole(tokens);
        QTest::keyClick(two, Qt::Key_Backspace);
        QTest::keyClick(one, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClick(one, Qt::Key_Delete);
        QVERIFY(tokens.text().empty());
        QTest::keyClick(one, Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(tokens.text().starts_with("Oi,The"));
        for (const char* look : {"ids", "pieces", "bytes", "points", "blanks", "ids+pieces+bytes+points+blanks"}) {
            cut->go(QLatin1String(look));
            QVERIFY(!room.grab().isNull());
            QVERIFY(one->tokenAt({14, 14}).has_value());
        }
    }

    void lettersThatTokensDivide() {
        const std::string family = "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9"; // man, joiner, woman
        QCOMPARE(tokenUnits(family, {}).units.size(), std::size_t{1});             // one letter
        const std::uint32_t apart[] = {4, 7};
        const TokenUnits parts = tokenUnits(family, apart);
        QCOMPARE(parts.units.size(), std::size_t{3});
        QVERIFY(parts.shown.contains("ZWJ"));
        const std::uint32_t inside[] = {2}; // in the middle of a character
        const TokenUnits bytes = tokenUnits(family.substr(0, 4), inside);
        QCOMPARE(bytes.units.size(), std::size_t{2});
        QCOMPARE(bytes.units[0].kind, TokenUnit::Kind::Bytes);
        QVERIFY2(bytes.shown.contains(u"F0\u00A09F") && bytes.shown.contains(u"91\u00A0A8"), qPrintable(bytes.shown));
        // A script that this machine may have no font for: letters or their code points, never what cannot be read.
        for (const char* text : {"\xE0\xA4\xB9\xE0\xA4\xBF", "\xE1\x9A\xA0", "\xF0\x92\x80\x80"})
            QVERIFY(!tokenUnits(text, {}).shown.isEmpty());
        const std::uint32_t mark[] = {1};
        QVERIFY(tokenUnits("e\xCC\x81", mark).shown.contains(QChar(0x25CC))); // an accent alone has a place to sit
        QVERIFY(!tokenUnits("e\xCC\x81", {}).shown.contains(QChar(0x25CC)));
        // Every byte is in exactly one unit, whatever the bytes.
        std::mt19937 random(1);
        for (int i = 0; i < 200; ++i) {
            const std::string text = someBytes(random, 12);
            std::vector<std::uint32_t> cuts;
            for (std::uint32_t k = 1; k < text.size(); ++k)
                if (random() % 4 == 0)
                    cuts.push_back(k);
            std::uint32_t at = 0;
            for (const TokenUnit& unit : tokenUnits(text, cuts).units) {
                QCOMPARE(unit.begin, at);
                QVERIFY(unit.end > unit.begin);
                at = unit.end;
            }
            QCOMPARE(at, static_cast<std::uint32_t>(text.size()));
            std::size_t place = 0; // letter by letter, forwards and back
            while (place < text.size()) {
                const std::size_t next = nextLetter(text, place);
                QVERIFY(next > place);
                place = next;
            }
            while (place > 0) {
                const std::size_t previous = previousLetter(text, place);
                QVERIFY(previous < place);
                place = previous;
            }
        }
    }

    void barsStandStillWhereLessMotionIsWanted() {
        WorkBar bar;
        bar.setShare(std::nullopt);
        QCOMPARE(bar.maximum(), 0); // Qt's way to say that it runs to and fro
        Ways::shared().setReducedMotion(true);
        bar.setShare(std::nullopt);
        QVERIFY(bar.maximum() > 0 && bar.value() == 0);
        bar.setShare(0.5);
        QCOMPARE(bar.value(), bar.maximum() / 2);
        Ways::shared().setReducedMotion(false);
    }

    void thePathIsTheTokens() {
        TokenController tokens({}, nullptr, nullptr, {});
        TokenRoom room(tokens);
        room.resize(1000, 700);
        room.show();
        room.activated();
        open(tokens, {"bytes-cl100k", "wordpiece", "unigram"});
        tokens.setText("unbelievable tokenization of words");
        settle(tokens);
        room.showView("path:1");
        auto* path = qobject_cast<PathView*>(room.view("path"));
        for (int kind = 0; kind < 3; ++kind) {
            tokens.setCurrent(kind);
            path->go("1");
            QVERIFY(!room.grab().isNull());
            const auto traced = tokens.tokenizers()[static_cast<std::size_t>(kind)].cut->traceAround(1);
            QVERIFY_RESULT(traced);
            const EncodeTrace::PreToken& pre = traced->trace.preTokens[traced->preToken];
            QCOMPARE(path->result()->panes().size(), pre.ids.size());
            QCOMPARE(path->result()->chosen(), static_cast<int>(traced->inPreToken));
            if (kind == 0) {
                QCOMPARE(path->nStep(), static_cast<int>(pre.merges.size()));
                for (int step = 0; step <= path->nStep(); ++step) {
                    path->setStep(step);
                    path->merges()->grab();
                    QCOMPARE(path->merges()->step(), step);
                }
            } else if (kind == 1) {
                QCOMPARE(path->nStep(), static_cast<int>(pre.lattice.size()));
                QCOMPARE(path->search()->panes().size(), pre.lattice.size());
            } else {
                QVERIFY(path->ways().size() >= 7); // some of the best, and those drawn
                QCOMPARE(path->ways()[0]->panes().size(), pre.ids.size());
                QCOMPARE(std::count_if(path->lattice()->pieces().begin(), path->lattice()->pieces().end(),
                                       [](const LatticePiece& piece) { return piece.lit; }),
                         static_cast<std::ptrdiff_t>(pre.ids.size()));
            }
        }
        tokens.setText({});
        QVERIFY(room.emptyText().contains("text"));
    }

    void promptsAreLaidOnTheirText() {
        const auto tokenizer = loadTokenizer(tinyTokenizer("bytes-cl100k").toStdString());
        QVERIFY_RESULT(tokenizer);
        const std::string text = "You say: hello there";
        const auto ids = (*tokenizer)->encode(text, {AddSpecial::No, ParseSpecial::Yes});
        QVERIFY_RESULT(ids);
        const std::vector<PlacedToken> placed = placeTokens(**tokenizer, text, *ids);
        QCOMPARE(placed.size(), ids->size());
        std::size_t at = 0;
        for (const PlacedToken& token : placed) {
            QCOMPARE(token.begin, at);
            at = token.end;
        }
        QCOMPARE(at, text.size());
    }

private:
    std::unique_ptr<design::Theme> theme_;
};

QTEST_MAIN(TestTokenRoom)
#include "tst_token_room.moc"
