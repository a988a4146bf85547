// SPDX-License-Identifier: Apache-2.0
// Looking things up in a vocabulary, with real ones; which tokens no text can produce, against encoding their texts;
// and how words and characters are counted.
#include "core/tokenizer/vocabulary_index.h"

#include "core/tokenizer/text_counts.h"
#include "core/tokenizer/utf8.h"
#include "tests/support/result_test.h"

#include <QElapsedTimer>
#include <QtTest>
#include <algorithm>

using namespace vitral;

namespace {

std::uint8_t scriptNamed(std::string_view name) {
    const auto all = VocabularyIndex::scripts();
    return static_cast<std::uint8_t>(std::find(all.begin(), all.end(), name) - all.begin());
}

} // namespace

class TestVocabularyIndex : public QObject {
    Q_OBJECT

private slots:
    void qwen() {
        const QString path = QStringLiteral(VITRAL_SHARED_DATA "/qwen2.5-tokenizer/vocab-qwen2.5.gguf");
        VITRAL_NEED_FILE(path);
        const auto tokenizer = loadTokenizer(path.toStdString());
        QVERIFY_RESULT(tokenizer);
        QElapsedTimer timer;
        timer.start();
        const auto index = VocabularyIndex::build(*tokenizer);
        QVERIFY_RESULT(index);
        qInfo("%d entries in %lld ms", (*tokenizer)->nVocab(), timer.elapsed());
        const auto id = [&](const char* piece) { return (*tokenizer)->find(piece).value(); };
        QCOMPARE(index->entry(id("Ġthe")).script, scriptNamed("Latin"));
        QCOMPARE(index->text(id("Ġthe")), std::string_view(" the"));
        QCOMPARE(index->entry(id("Ġthe")).unreachable, Unreachable::No);
        QCOMPARE(index->entry(id("!")).script, scriptNamed("Common"));
        const auto counts = index->countByScript();
        QVERIFY(counts[scriptNamed("Han")] > 20'000);
        QVERIFY(counts[scriptNamed("Cyrillic")] > 3'000);
        QVERIFY(counts[scriptNamed("Bytes")] > 100);

        VocabularyIndex::Query query;
        query.text = "SAUDADE";
        query.order = VocabularyIndex::Order::Length;
        auto found = index->search(query);
        QVERIFY_RESULT(found);
        for (const TokenId hit : *found)
            QVERIFY(QString::fromStdString(std::string(index->text(hit))).contains("saudade", Qt::CaseInsensitive));
        query = {};
        query.regex = "^ ?\\p{Lu}{3}$";
        query.script = scriptNamed("Latin");
        query.minBytes = 3;
        query.maxBytes = 4;
        timer.restart();
        found = index->search(query);
        QVERIFY_RESULT(found);
        qInfo("an expression over all of them in %lld ms: %zu", timer.elapsed(), found->size());
        QVERIFY(found->size() > 500);
        QVERIFY(std::is_sorted(found->begin(), found->end()));
        query.descending = true;
        QVERIFY(index->search(query)->front() == found->back());
        query = {};
        query.firstId = 10;
        query.lastId = 19;
        QCOMPARE(index->search(query)->size(), 10U);
        query.regex = "(";
        QVERIFY(!index->search(query));
    }

    /// Every judgement by the rule's own words: the text encoded alone. Kinds whose pieces are whole texts only.
    void unreachable() {
        const QString path = QStringLiteral(VITRAL_SHARED_DATA "/ggml-vocab/ggml-vocab-gpt-2.gguf");
        VITRAL_NEED_FILE(path);
        const auto tokenizer = loadTokenizer(path.toStdString());
        const auto index = VocabularyIndex::build(*tokenizer);
        QVERIFY_RESULT(index);
        int reachable = 0;
        int not_ = 0;
        for (TokenId id = 0; id < (*tokenizer)->nVocab(); ++id) {
            const Unreachable judged = index->entry(id).unreachable;
            if (judged == Unreachable::NotJudged)
                continue;
            const auto ids = (*tokenizer)->encode(index->text(id), {AddSpecial::No, ParseSpecial::No});
            const bool alone = ids->size() == 1 && (*ids)[0] == id;
            QVERIFY2(alone == (judged == Unreachable::No), std::to_string(id).c_str());
            ++(alone ? reachable : not_);
        }
        qInfo("%d reachable, %d not", reachable, not_);
        QVERIFY(reachable > 49'000);
        VocabularyIndex::Query query;
        query.onlyUnreachable = true;
        QCOMPARE(index->search(query)->size(), static_cast<std::size_t>(not_));
        QVERIFY(VocabularyIndex::unreachableRule().size() > 50);
    }

    /// The same vocabulary with either kind of mark.
    void unreachableWordPieces() {
        const QString json = QStringLiteral(VITRAL_SHARED_DATA "/tokenizer-json/minilm/tokenizer.json");
        const QString gguf = QStringLiteral(VITRAL_SHARED_DATA "/ggml-vocab/ggml-vocab-bert-bge.gguf");
        VITRAL_NEED_FILE(json);
        VITRAL_NEED_FILE(gguf);
        const auto one = VocabularyIndex::build(*loadTokenizer(json.toStdString()));
        const auto two = VocabularyIndex::build(*loadTokenizer(gguf.toStdString()));
        QVERIFY_RESULT(one);
        QVERIFY_RESULT(two);
        QCOMPARE(one->size(), two->size());
        std::size_t unreachable = 0;
        for (std::size_t i = 0; i < one->size(); ++i) {
            const auto id = static_cast<TokenId>(i);
            const Unreachable a = one->entry(id).unreachable;
            const Unreachable b = two->entry(id).unreachable;
            if (a == Unreachable::NotJudged || b == Unreachable::NotJudged)
                continue;
            QVERIFY2((a == Unreachable::No) == (b == Unreachable::No), std::string(one->piece(id)).c_str());
            unreachable += a == Unreachable::No ? 0 : 1;
        }
        qInfo("%zu unreachable", unreachable);
        QVERIFY(unreachable > 990 &&
                unreachable < 1500); // nearly a thousand are "[unused5]" and the like, which are always cut
    }

    void unreachableOfEachKind() {
        const auto json = [](const char* model, const char* rest = "") {
            return tokenizerFromJson(std::string(R"({"model":)") + model + rest + "}");
        };
        const auto judged = [](const Result<std::shared_ptr<const Tokenizer>>& tokenizer, const char* piece) {
            const auto index = VocabularyIndex::build(*tokenizer);
            return index->entry((*tokenizer)->find(piece).value()).unreachable;
        };
        const auto wordpiece = json(
            R"({"type":"WordPiece","unk_token":"[UNK]","vocab":{"[UNK]":0,"the":1,"The":2,"##s":3,"##S":4,"a-b":5}})",
            R"(,"normalizer":{"type":"BertNormalizer","lowercase":true},"pre_tokenizer":{"type":"BertPreTokenizer"})");
        QVERIFY_RESULT(wordpiece);
        QCOMPARE(judged(wordpiece, "the"), Unreachable::No);
        QCOMPARE(judged(wordpiece, "The"), Unreachable::Normalised);
        QCOMPARE(judged(wordpiece, "##s"), Unreachable::No);
        QCOMPARE(judged(wordpiece, "##S"), Unreachable::Normalised);
        QCOMPARE(judged(wordpiece, "a-b"), Unreachable::Cut);
        const auto bpe =
            json(R"({"type":"BPE","vocab":{"a":0,"b":1,"c":2,"ab":3,"bc":4,"abc":5},"merges":["a b","b c","a bc"]})");
        QVERIFY_RESULT(bpe);
        QCOMPARE(judged(bpe, "ab"), Unreachable::No);
        QCOMPARE(judged(bpe, "abc"), Unreachable::Merged);
        const auto unigram =
            json(R"({"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["a",-1],["b",-1],["ab",-3],["ba",-1.5]]})");
        QVERIFY_RESULT(unigram);
        QCOMPARE(judged(unigram, "ab"), Unreachable::Merged);
        QCOMPARE(judged(unigram, "ba"), Unreachable::No);
        // Blanks are made visible only behind the normaliser, which would undo it.
        const auto visible =
            tokenizerFromJson("{\"model\":{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[[\"<unk>\",0],"
                              "[\"\xE2\x96\x81\",-1],[\"a\",-2],[\"\xE2\x96\x81"
                              "a\",-2]]},"
                              "\"normalizer\":{\"type\":\"Nmt\"},\"pre_tokenizer\":{\"type\":\"Metaspace\"}}");
        QVERIFY_RESULT(visible);
        QCOMPARE(judged(visible, "\xE2\x96\x81"
                                 "a"),
                 Unreachable::No);
    }

    void words_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("words");
        QTest::addColumn<int>("characters");
        QTest::addColumn<bool>("runs");
        QTest::newRow("empty") << "" << 0 << 0 << false;
        QTest::newRow("English") << "I can't believe it's 3.14, U.S.A.!" << 6 << 34 << false;
        QTest::newRow("Portuguese") << "Não há d'água guarda-chuva" << 5 << 26 << false;
        QTest::newRow("combining") << QString::fromUtf8("na\u0303o e\u0301") << 2 << 5 << false;
        QTest::newRow("Han") << QString::fromUtf8("我爱你。") << 3 << 4 << false;
        QTest::newRow("Japanese") << QString::fromUtf8("カタカナとひらがな") << 6 << 9 << false;
        QTest::newRow("Korean") << QString::fromUtf8("안녕 하세요") << 2 << 6 << false;
        QTest::newRow("Thai") << QString::fromUtf8("มนุษย์ทั้งหลาย") << 1 << 10 << true;
        QTest::newRow("Arabic") << QString::fromUtf8("يولد جميع الناس") << 3 << 15 << false;
        QTest::newRow("family") << QString::fromUtf8("\U0001F469\u200D\U0001F467 x") << 1 << 3 << false;
        QTest::newRow("under_score") << "snake_case 42" << 2 << 13 << false;
    }
    void words() {
        QFETCH(QString, text);
        QFETCH(int, words);
        QFETCH(int, characters);
        QFETCH(bool, runs);
        const auto counts = countText(text.toStdString());
        QVERIFY_RESULT(counts);
        QCOMPARE(counts->words, static_cast<std::uint64_t>(words));
        QCOMPARE(counts->characters, static_cast<std::uint64_t>(characters));
        QCOMPARE(counts->wordsAreRuns, runs);
        QCOMPARE(counts->bytes, static_cast<std::uint64_t>(text.toUtf8().size()));
        QVERIFY_RESULT(countText(std::string_view("\xFF\xFE a", 4)));
    }
};

QTEST_GUILESS_MAIN(TestVocabularyIndex)
#include "tst_vocabulary_index.moc"
