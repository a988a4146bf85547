// SPDX-License-Identifier: Apache-2.0
// The chains of pre-tokenising steps: every name that GGUF files use, the ways of splitting, bytes that are no UTF-8.
#include "core/tokenizer/pre_tokenizer_names.h"
#include "tests/support/result_test.h"

#include <QtTest>
#include <ctime>
#include <random>

using namespace vitral;

namespace {

/// The pieces of a text, joined by '|' for reading.
std::string cut(const PreTokenizer& steps, std::string_view text) {
    std::string buffer;
    std::vector<PrePiece> pieces;
    const auto done = steps.split(text, buffer, true, pieces);
    if (!done)
        return "error: " + done.error().message;
    std::string out;
    for (const PrePiece& p : pieces)
        out += std::string(text.substr(p.begin, p.end - p.begin)) + "|";
    return out;
}

PreTokenizer pattern(std::string_view expression, SplitBehavior behavior, bool invert = false) {
    PreTokenizer steps;
    if (!steps.addPattern(expression, behavior, invert))
        qFatal("bad pattern");
    return steps;
}

} // namespace

class TestPreTokenizer : public QObject {
    Q_OBJECT

private slots:
    /// Isolating steps lose nothing, whatever the bytes.
    void everyName_data() {
        QTest::addColumn<QByteArray>("name");
        for (const std::string_view name : preTokenizerNames())
            QTest::newRow(std::string(name).c_str()) << QByteArray(name.data(), static_cast<qsizetype>(name.size()));
    }
    void everyName() {
        QFETCH(QByteArray, name);
        const auto named = preTokenizerByName(name.toStdString());
        QVERIFY_RESULT(named);
        QVERIFY(named->known);
        std::mt19937 rng(11);
        for (int i = 0; i < 60; ++i) {
            std::string text = "Olá, I'LL've 12345 \xE6\xBC\xA2\xE5\xAD\x97\xE3\x81\x82 \xF0\x9F\x99\x82\r\n\n  x_y += "
                               "3.14;\t\xCC\x81 z ";
            for (int k = 0; k < i / 4; ++k)
                text[rng() % text.size()] = static_cast<char>(rng());
            std::string buffer;
            std::vector<PrePiece> pieces;
            std::string_view view = text;
            QVERIFY_RESULT(named->steps.split(view, buffer, true, pieces));
            std::size_t at = 0;
            for (const PrePiece& p : pieces) {
                QCOMPARE(p.begin, at);
                QVERIFY(p.end > p.begin);
                at = p.end;
            }
            QCOMPARE(at, text.size());
        }
    }

    void waysOfSplitting() {
        const std::string_view text = "the-final--countdown";
        QCOMPARE(cut(pattern("-", SplitBehavior::Removed), text), std::string("the|final|countdown|"));
        QCOMPARE(cut(pattern("-", SplitBehavior::Isolated), text), std::string("the|-|final|-|-|countdown|"));
        QCOMPARE(cut(pattern("-", SplitBehavior::MergedWithPrevious), text), std::string("the-|final-|-|countdown|"));
        QCOMPARE(cut(pattern("-", SplitBehavior::MergedWithNext), text), std::string("the|-final|-|-countdown|"));
        QCOMPARE(cut(pattern("-", SplitBehavior::Contiguous), text), std::string("the|-|final|--|countdown|"));
        QCOMPARE(cut(pattern("\\w+", SplitBehavior::Removed, true), text), std::string("the|final|countdown|"));
        QCOMPARE(cut(pattern("(?=i)|$", SplitBehavior::Isolated), text), std::string("the-f|inal--countdown|"));
        QCOMPARE(cut(pattern("\\S+", SplitBehavior::Isolated), "a \xFF\xFE b"), std::string("a| |\xFF\xFE| |b|"));
    }

    /// The one-pass digit groups are the expression's matches.
    void digitGroups() {
        const PreTokenizer fast = pattern("\\d{1,3}(?=(?:\\d{3})*\\b)", SplitBehavior::Isolated);
        const PreTokenizer slow = pattern("(?:\\d{1,3})(?=(?:\\d{3})*\\b)", SplitBehavior::Isolated);
        const PreTokenizer fastAny = pattern("\\p{Nd}{1,3}(?=(?:\\p{Nd}{3})*(?:\\P{Nd}|$))", SplitBehavior::Isolated);
        const PreTokenizer slowAny =
            pattern("(?:\\p{Nd}){1,3}(?=(?:\\p{Nd}{3})*(?:\\P{Nd}|$))", SplitBehavior::Isolated);
        std::mt19937 rng(12);
        for (int i = 0; i < 3000; ++i) {
            std::string text;
            for (std::size_t n = rng() % 20; n > 0; --n)
                text += rng() % 5 == 0   ? std::string(1, " a_.,x"[rng() % 6])
                        : rng() % 9 == 0 ? "٣"
                                         : std::string(1, "0123456789"[rng() % 10]);
            QCOMPARE(cut(fast, text), cut(slow, text));
            QCOMPARE(cut(fastAny, text), cut(slowAny, text));
        }
        const std::clock_t start = std::clock();
        const std::string digits(1 << 20, '7');
        QCOMPARE(cut(fast, digits).size(), digits.size() + (digits.size() + 2) / 3);
        QVERIFY(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC < 3);
    }

    void unknownName() {
        const auto named = preTokenizerByName("of-next-year");
        QVERIFY_RESULT(named);
        QVERIFY(!named->known);
        QCOMPARE(named->steps.onlySplitter(), SplitterKind::Gpt2);
    }

    /// The hand-written splitters are really the ones in use for the common names.
    void commonNamesAreFast() {
        for (const char* name : {"gpt-2", "llama-bpe", "qwen2", "gpt-4o", "tekken", "dbrx", "olmo"}) {
            const auto named = preTokenizerByName(name);
            QVERIFY_RESULT(named);
            QVERIFY2(named->steps.onlySplitter() != SplitterKind::None, name);
        }
    }
};

QTEST_GUILESS_MAIN(TestPreTokenizer)
#include "tst_pre_tokenizer.moc"
