// SPDX-License-Identifier: Apache-2.0
// GBNF, the matcher and the token filter: what a grammar accepts, what it refuses, and that hostile ones end in a
// sentence.
#include "core/base/rng.h"
#include "core/sample/grammar/grammar.h"
#include "core/sample/grammar/matcher.h"
#include "core/sample/grammar/token_filter.h"
#include "core/sample/grammar/utf8_ranges.h"
#include "core/sample/sampler.h"
#include "tests/core/sample/fake_tokenizer.h"
#include "tests/core/sample/json_grammar.h"
#include "tests/support/result_test.h"

#include <QElapsedTimer>
#include <QJsonDocument>

using namespace vitral;

namespace {

enum class Match { Dead, Begun, Complete };

Result<Match> match(const std::shared_ptr<const Grammar>& grammar, std::string_view text) {
    GrammarMatcher matcher(grammar);
    VITRAL_TRY_ASSIGN(auto state, matcher.start());
    for (const char c : text) {
        VITRAL_TRY_ASSIGN(state, matcher.next(state, std::uint8_t(c)));
    }
    return matcher.accepts(state) ? Match::Complete : state == GrammarMatcher::kDead ? Match::Dead : Match::Begun;
}

} // namespace

class TestGrammar : public QObject {
    Q_OBJECT
private slots:
    void accepts_data() {
        QTest::addColumn<QByteArray>("grammar");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("expected");
        auto row = [n = 0](const char* g, const QByteArray& text, Match m) mutable {
            QTest::addRow("%d", n++) << QByteArray(g) << text << int(m);
        };
        row("root ::= \"yes\" | \"no\"", "yes", Match::Complete);
        row("root ::= \"yes\" | \"no\"", "n", Match::Begun);
        row("root ::= \"yes\" | \"no\"", "maybe", Match::Dead);
        row("root ::= \"a\"*", "", Match::Complete);
        row("root ::= \"ab\"*", "abab", Match::Complete);
        row("root ::= \"ab\"*", "aba", Match::Begun);
        row("root ::= \"a\"+", "", Match::Begun);
        row("root ::= \"a\"{2,3}", "a", Match::Begun);
        row("root ::= \"a\"{2,3}", "aaa", Match::Complete);
        row("root ::= \"a\"{2,3}", "aaaa", Match::Dead);
        row("root ::= \"a\"{2}", "aaa", Match::Dead);
        row("root ::= \"a\"{2,}", "aaaaaa", Match::Complete);
        row("root ::= \"a\"{0}", "a", Match::Dead);
        row("root ::= (\"a\"?)* \"b\"", "aaab", Match::Complete); // an empty repetition of nothing does not hang
        row("root ::= ((\"a\" | \"b\"*)*)*", "abba", Match::Complete);
        row("root ::= a | a b\na ::= \"x\"\nb ::= \"y\"", "xy", Match::Complete);
        row("root ::= \"a\" root \"b\" | \"\"", "aabb", Match::Complete);
        row("root ::= \"a\" root \"b\" | \"\"", "aabbb", Match::Dead);
        row("root ::= [a-cx] [^a-c]", "x\xc3\xa9", Match::Complete); // a class of characters, not of bytes
        row("root ::= [^a]", "\xc3", Match::Begun);
        row("root ::= [^a]", "\xff", Match::Dead);
        row("root ::= [^a]", "\xed\xa0\x80", Match::Dead); // a surrogate is no character
        row("root ::= .", "\xf0\x9f\x98\x80", Match::Complete);
        row("root ::= [\xc3\xa0-\xc3\xbc]+", "\xc3\xa9\xc3\xa7", Match::Complete);
        row("root ::= \"\\x41\\u00e9\\U0001F600\"", "A\xc3\xa9\xf0\x9f\x98\x80", Match::Complete);
        row("# a comment\nroot ::= # another\n  \"a\" |\n  \"b\"\n", "b", Match::Complete);
        row(kJson, "{\"a\": [1, -2.5e3, {\"b\": null}], \"c\": \"x\\u00e9\"}", Match::Complete);
        row(kJson, "{\"a\": [1, ", Match::Begun);
        row(kJson, "{\"a\": 1,}", Match::Dead);
        row(kJson, "{\"a\": \"\n", Match::Dead);
    }
    void accepts() {
        QFETCH(QByteArray, grammar);
        QFETCH(QByteArray, text);
        QFETCH(int, expected);
        const auto parsed = Grammar::parse(grammar.toStdString());
        QVERIFY_RESULT(parsed);
        const auto result = match(*parsed, text.toStdString());
        QVERIFY_RESULT(result);
        QCOMPARE(int(*result), expected);
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("grammar");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("empty") << QByteArray("") << QByteArray("root");
        QTest::newRow("no root") << QByteArray("a ::= \"x\"") << QByteArray("root");
        QTest::newRow("undefined") << QByteArray("root ::= \"x\"\n  other") << QByteArray("Line 2");
        QTest::newRow("undefined rule") << QByteArray("root ::= other") << QByteArray("other");
        QTest::newRow("twice") << QByteArray("root ::= \"a\"\nroot ::= \"b\"") << QByteArray("twice");
        QTest::newRow("open text") << QByteArray("root ::= \"abc") << QByteArray("Line 1, column 10");
        QTest::newRow("open class") << QByteArray("root ::= [abc") << QByteArray("never closed");
        QTest::newRow("empty class") << QByteArray("root ::= []") << QByteArray("no character");
        QTest::newRow("backwards") << QByteArray("root ::= [z-a]") << QByteArray("backwards");
        QTest::newRow("open group") << QByteArray("root ::= (\"a\"") << QByteArray("never closed");
        QTest::newRow("stray") << QByteArray("root ::= \"a\" )") << QByteArray("column 14");
        QTest::newRow("stray star") << QByteArray("root ::= *") << QByteArray("Line 1");
        QTest::newRow("escape") << QByteArray("root ::= \"\\q\"") << QByteArray("escape");
        QTest::newRow("hex") << QByteArray("root ::= \"\\u12\"") << QByteArray("hexadecimal");
        QTest::newRow("surrogate") << QByteArray("root ::= \"\\uD800\"") << QByteArray("Unicode");
        QTest::newRow("utf-8") << QByteArray("root ::= \"\xff\"") << QByteArray("UTF-8");
        QTest::newRow("cut utf-8") << QByteArray("root ::= \"\xc3") << QByteArray("UTF-8");
        QTest::newRow("range") << QByteArray("root ::= \"a\"{3,2}") << QByteArray("below");
        QTest::newRow("left") << QByteArray("root ::= root \"a\" | \"a\"") << QByteArray("left-recursive");
        QTest::newRow("left, indirect") << QByteArray("root ::= a\na ::= b \"x\"\nb ::= a \"y\" | \"z\"")
                                        << QByteArray("left-recursive");
        QTest::newRow("left, hidden") << QByteArray("root ::= e root \"a\" | \"b\"\ne ::= \"\" | \"c\"")
                                      << QByteArray("left-recursive");
        QTest::newRow("left, star") << QByteArray("root ::= (root \"a\")* \"b\"") << QByteArray("left-recursive");
        QTest::newRow("huge count") << QByteArray("root ::= \"a\"{1000000000}") << QByteArray("too large");
        QTest::newRow("huger count") << QByteArray("root ::= \"a\"{99999999999999999999999}")
                                     << QByteArray("too large");
        QTest::newRow("count of counts") << QByteArray("root ::= ((((\"a\"{90000}){90000}){90000}){90000}){90000}")
                                         << QByteArray("elements");
        QTest::newRow("long counts") << QByteArray(
                                            "root ::= \"a\"{90000} \"b\"{90000} \"c\"{90000} \"d\"{90000} \"e\"{90000}")
                                     << QByteArray("repetitions");
    }
    void refuses() {
        QFETCH(QByteArray, grammar);
        QFETCH(QByteArray, says);
        QElapsedTimer timer;
        timer.start();
        const auto parsed = Grammar::parse(grammar.toStdString());
        QVERIFY_ERROR(parsed, ErrorCode::InvalidArgument);
        QVERIFY2(QByteArray::fromStdString(parsed.error().message).contains(says), parsed.error().message.c_str());
        QVERIFY(timer.elapsed() < 3000);
    }

    void deepNestingIsRefused() {
        const std::string deep = "root ::= " + std::string(100'000, '(') + "\"a\"" + std::string(100'000, ')');
        QVERIFY_ERROR(Grammar::parse(deep), ErrorCode::InvalidArgument);
        const std::string fine = "root ::= " + std::string(150, '(') + "\"a\"" + std::string(150, ')');
        QVERIFY_RESULT(Grammar::parse(fine));
    }

    void longChainOfRulesIsFine() {
        std::string text = "root ::= r0\n"; // 20,000 rules deep: nothing recurses on the machine's stack
        for (int i = 0; i < 20'000; ++i)
            text += "r" + std::to_string(i) + " ::= r" + std::to_string(i + 1) + " \"x\" | \"y\"\n";
        text += "r20000 ::= \"z\"\n";
        const auto grammar = Grammar::parse(text);
        QVERIFY_RESULT(grammar);
        const auto result = match(*grammar, "y");
        QVERIFY(result || result.error().message.size() > 10);
    }

    void exponentialReadingsEndInASentence() {
        std::string nulls; // 2^40 ways to match nothing
        for (int i = 0; i < 40; ++i)
            nulls += "n" + std::to_string(i) + " ::= n" + std::to_string(i + 1) + " n" + std::to_string(i + 1) + "\n";
        const std::string grammars[] = {
            "root ::= n0\n" + nulls + "n40 ::= \"a\" | \"\"",
            "root ::= x\nx ::= \"a\" x \"b\" | \"a\" x \"c\" | \"a\" x \"d\" | \"\"", // 3^n stacks after n times a
        };
        for (const std::string& text : grammars) {
            QElapsedTimer timer;
            timer.start();
            const auto grammar = Grammar::parse(text);
            QVERIFY_RESULT(grammar);
            const auto result = match(*grammar, std::string(60, 'a'));
            QVERIFY_ERROR(result, ErrorCode::InvalidArgument);
            QVERIFY(timer.elapsed() < 5000);
        }
    }

    void mutationsNeverCrash() {
        Rng rng(11);
        const std::string base = kJson;
        for (int i = 0; i < 4000; ++i) {
            std::string text = base;
            for (std::uint64_t n = 1 + rng.next() % 4; n > 0; --n)
                text[rng.next() % text.size()] = char(rng.next());
            const auto grammar = Grammar::parse(text);
            if (grammar)
                (void)match(*grammar, "{\"a\": [true, 1.5]}");
            else
                QVERIFY(grammar.error().message.size() > 10);
        }
        for (std::size_t n = 0; n < base.size(); ++n)
            (void)Grammar::parse(std::string_view(base).substr(0, n));
    }

    void utf8SequencesCoverExactly() {
        // Every character of some ranges is matched by exactly one sequence, and the neighbours by none.
        const std::vector<CodePointRange> ranges{{0, 0x10FFFF},  {0x61, 0x7FF},    {0x7F, 0x10000},
                                                 {0x3B1, 0x3C9}, {0x20AC, 0x20AC}, {0xFFFF, 0x1F600}};
        for (const CodePointRange range : ranges) {
            std::uint64_t covered = 0;
            for (const CodePointRange part : normaliseRanges({range}, false))
                for (const Utf8Sequence& s : utf8Sequences(part)) {
                    std::uint64_t n = 1;
                    for (const ByteRange b : s)
                        n *= std::uint64_t(b.last) - b.first + 1;
                    covered += n;
                }
            std::uint64_t expected = std::uint64_t(range.last) - range.first + 1;
            if (range.first < 0xD800 && range.last > 0xDFFF)
                expected -= 0x800;
            QCOMPARE(covered, expected);
        }
    }

    void filterAgreesWithTryingEachToken() {
        const auto tokenizer = bytesAndWords();
        const auto grammar = Grammar::parse(kJson);
        QVERIFY_RESULT(grammar);
        const std::string texts[] = {"",  "{\"", "{\"name\":", "{\"name\": 1", "{\"name\": \"a\xc3", "{\"name\": []",
                                     "{}"};
        for (const std::string& text : texts) {
            auto filter = TokenFilter::create(*grammar, tokenizer);
            QVERIFY_RESULT(filter);
            for (const char c : text) {
                const auto accepted = (*filter)->accept(TokenId(std::uint8_t(c)));
                QVERIFY_RESULT(accepted);
            }
            Candidates candidates;
            candidates.assign(std::vector<float>(std::size_t(tokenizer->nVocab()), 0.0F));
            const auto applied = (*filter)->apply(candidates);
            QVERIFY_RESULT(applied);
            std::vector<bool> kept(std::size_t(tokenizer->nVocab()), false);
            for (std::size_t i = 0; i < candidates.size(); ++i)
                kept[std::size_t(candidates[i].id)] = true;
            for (TokenId id = 0; id < tokenizer->nVocab(); ++id) {
                const auto plain =
                    match(*grammar, id == tokenizer->eos() ? text : text + tokenizer->decodeToken(id, false));
                QVERIFY_RESULT(plain);
                const bool expected = id == tokenizer->eos() ? *plain == Match::Complete : *plain != Match::Dead;
                QVERIFY2(kept[std::size_t(id)] == expected,
                         qPrintable(QString("after '%1' token %2").arg(text.c_str()).arg(id)));
            }
        }
    }

    void randomChoicesAlwaysMakeJson() {
        const auto tokenizer = bytesAndWords();
        SamplerParams params;
        params.grammar = kJson;
        params.topK = 0;
        params.topP = 1.0F;
        params.minP = 0.0F;
        Rng rng(2);
        int finished = 0;
        for (std::uint64_t seed = 1; seed <= 60; ++seed) {
            params.seed = seed;
            auto sampler = Sampler::create(params, tokenizer);
            QVERIFY_RESULT(sampler);
            std::string text;
            for (int i = 0; i < 300; ++i) {
                std::vector<float> logits(std::size_t(tokenizer->nVocab()));
                for (float& logit : logits)
                    logit = float(rng.uniform() * 4.0);
                for (const char c : {'}', ']', '"'})
                    logits[std::size_t(c)] += 4.0F;
                const auto id = (*sampler)->sample(logits);
                QVERIFY_RESULT(id);
                if (*id == tokenizer->eos()) {
                    ++finished;
                    QVERIFY2(!QJsonDocument::fromJson(QByteArray::fromStdString(text)).isNull(), text.c_str());
                    break;
                }
                text += tokenizer->decodeToken(*id, false);
            }
        }
        QVERIFY2(finished > 30, qPrintable(QString::number(finished)));
    }

    void endsWhenNothingMayFollow() {
        const auto tokenizer = bytesAndWords();
        SamplerParams params;
        params.temperature = 0.0F;
        params.grammar = "root ::= \"yes\" | \"no\"";
        auto sampler = Sampler::create(params, tokenizer);
        QVERIFY_RESULT(sampler);
        std::vector<float> logits(std::size_t(tokenizer->nVocab()), 0.0F);
        logits[256] = 5.0F; // "yes", but after it only the end
        const auto yes = (*sampler)->sample(logits);
        QVERIFY_RESULT(yes);
        QCOMPARE(*yes, 256);
        QVERIFY((*sampler)->grammarDone());
        const auto end = (*sampler)->sample(logits);
        QVERIFY_RESULT(end);
        QCOMPARE(*end, tokenizer->eos());
    }

    void noTokenLeftIsASentence() {
        const auto tokenizer = std::make_shared<FakeTokenizer>(std::vector<std::string>{"a", "b"});
        SamplerParams params;
        params.grammar = "root ::= \"x\"";
        auto sampler = Sampler::create(params, tokenizer);
        QVERIFY_RESULT(sampler);
        QVERIFY_ERROR((*sampler)->sample(std::vector<float>(3, 0.0F)), ErrorCode::InvalidArgument);
    }

    void emptyLanguageIsASentence() {
        SamplerParams params;
        params.grammar = "root ::= a\na ::= b\nb ::= a";
        QVERIFY_ERROR(Sampler::create(params, bytesAndWords()), ErrorCode::InvalidArgument);
    }

    void forgettingChangesNothing() {
        const auto grammar = Grammar::parse(kJson);
        QVERIFY_RESULT(grammar);
        const std::string text = "{\"a\": [[[{\"b\": [1, 2, {\"c\": \"x\"}]}]]], \"d\": -1}";
        GrammarMatcher matcher(*grammar);
        auto state = *matcher.start();
        for (const char c : text) {
            state = *matcher.next(state, std::uint8_t(c));
            QVERIFY(state != GrammarMatcher::kDead);
            state = matcher.forgetAllBut(state);
        }
        QVERIFY(matcher.accepts(state));
    }
};

QTEST_GUILESS_MAIN(TestGrammar)
#include "tst_grammar.moc"
