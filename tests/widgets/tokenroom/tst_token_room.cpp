// SPDX-License-Identifier: Apache-2.0
// The room of tokens: after any edits every column is what the whole text gives; nothing typed is lost; ten million
// bytes cost what is seen of them; letters that tokens divide are shown as what they are; hostile files are sentences.
#include "tests/support/result_test.h"
#include "widgets/design/theme.h"
#include "widgets/tokenroom/cut_view.h"
#include "widgets/tokenroom/lattice_picture.h"
#include "widgets/tokenroom/merge_picture.h"
#include "widgets/tokenroom/pane_strip.h"
#include "widgets/tokenroom/path_view.h"
#include "widgets/tokenroom/prompt_canvas.h"
#include "widgets/tokenroom/token_room.h"

#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QTemporaryDir>
#include <QtTest>
#include <random>

using namespace vitral;

namespace {

QString golden(const char* name) {
    return QStringLiteral(VITRAL_GOLDEN "/tokenizer/tiny/") + QLatin1String(name);
}

/// Opens files and waits until all of them cut the text.
void open(TokenController& tokens, std::initializer_list<const char*> names) {
    tokens.wake();
    for (const char* name : names)
        tokens.openTokenizer(golden(name));
    QTRY_VERIFY_WITH_TIMEOUT(std::all_of(tokens.tokenizers().begin(), tokens.tokenizers().end(),
                                         [](const OpenTokenizer& e) { return e.cut != nullptr; }),
                             30000);
}

void settle(TokenController& tokens) {
    QTRY_VERIFY_WITH_TIMEOUT(std::all_of(tokens.tokenizers().begin(), tokens.tokenizers().end(),
                                         [](const OpenTokenizer& e) { return e.cut || !e.cutError.isEmpty(); }),
                             60000);
}

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
        open(tokens,
             {"bytes-cl100k.json", "wordpiece.json", "unigram-charsmap.json", "metaspace-bpe.json", "clip.json"});
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
            open(tokens, {"wordpiece.json", "bytes-cl100k.json"});
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
        TokenController tokens({}, nullptr, nullptr, {});
        TokenRoom room(tokens);
        room.resize(900, 600);
        room.show();
        room.activated();
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
        open(tokens, {"bytes-cl100k.json", "wordpiece.json"});
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

    // Counted, not timed: what is laid out and painted depends on the screen, not on the text.
    void tenMillionBytesCostWhatIsSeen() {
        std::string text;
        for (int i = 0; text.size() < 10'000'000; ++i)
            text += "Line " + std::to_string(i) + " of a long text, with S\xC3\xA3o Paulo in it and some more words.\n";
        TokenController tokens({}, nullptr, nullptr, {});
        TokenRoom room(tokens);
        room.resize(900, 600);
        room.show();
        room.activated();
        open(tokens, {"bytes-cl100k.json"});
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
        TokenController tokens({}, nullptr, nullptr, {});
        TokenRoom room(tokens);
        room.resize(900, 600);
        room.show();
        room.activated();
        open(tokens, {"bytes-cl100k.json", "wordpiece.json"});
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
        TokenController tokens({}, nullptr, nullptr, {});
        TokenRoom room(tokens);
        room.resize(900, 600);
        room.show();
        room.activated();
        open(tokens, {"clip.json"});
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
        TokenController tokens({}, nullptr, nullptr, {});
        TokenRoom room(tokens);
        room.resize(900, 600);
        room.show();
        room.activated();
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

    void thePathIsTheTokens() {
        TokenController tokens({}, nullptr, nullptr, {});
        TokenRoom room(tokens);
        room.resize(1000, 700);
        room.show();
        room.activated();
        open(tokens, {"bytes-cl100k.json", "wordpiece.json", "unigram.json"});
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
        const auto tokenizer = loadTokenizer(golden("bytes-cl100k.json").toStdString());
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
