// SPDX-License-Identifier: Apache-2.0
// The hand-written splitters cut exactly where PCRE2 cuts with the expression they stand for, on random text that is
// dense in the characters their rules are about. Code points that are newer than this PCRE2 are left out.
#include "core/tokenizer/regex.h"
#include "core/tokenizer/splitter.h"
#include "core/tokenizer/utf8.h"
#include "tests/support/result_test.h"

#include <QtTest>
#include <random>

using namespace vitral;

namespace {

std::vector<std::size_t> bySplitter(SplitterKind kind, std::string_view text, std::size_t limit) {
    std::vector<std::size_t> ends;
    std::vector<std::uint32_t> some(limit);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t n = splitPieces(kind, text, at, some.data(), limit);
        if (n == 0)
            break;
        ends.insert(ends.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(n));
        at = ends.back();
    }
    return ends;
}

std::vector<std::size_t> byRegex(const Regex& regex, std::string_view text) {
    std::vector<std::size_t> ends;
    RegexSearch search(regex, text);
    for (std::size_t at = 0; at < text.size();) {
        const auto match = search.find(at);
        if (!match || !match->found || match->begin != at || match->end == at)
            return {}; // these expressions match everywhere
        at = match->end;
        ends.push_back(at);
    }
    return ends;
}

const char* const kPools[] = {
    "abcdefgrstvmlRSTVMLD",
    "'''sStTrRvVeEmMlLdD\xC5\xBF",
    "ABCXYZ",
    "0123456789",
    "   \t\n\r\x0b\x0c",
    "\r\n\r\n ",
    ".,;:!?-_()[]{}<>/\\@#$%^&*+=~`|\"",
    "//\n//",
    "áéíóúãõçâêôñ",
    "ÁÉÍÓÚÃÕÇ",
    "\xC2\xA0\xE3\x80\x80\xE2\x80\xA8\xC2\x85\xE1\xA0\x8E\xE2\x80\x8B", // blanks and what looks so
    "一二三あいうカ한국",
    "абвгдАБВαβγΔΩ",
    "\xCC\x81\xCC\x80\xCC\xA7\xE0\xA4\xBE\xE2\x83\x9D", // marks
    "ʰʱªºǅǈ",
    "٣٤²½Ⅷ①",
    "🙂🚀👍\xE2\x80\x8D\xEF\xB8\x8F",
    "\x01\x1f\x7f\xC2\xAD\xEF\xBB\xBF"};

std::string randomText(std::mt19937& rng, int length) {
    std::string out;
    for (int i = 0; i < length; ++i) {
        const std::string_view pool = kPools[rng() % std::size(kPools)];
        std::vector<std::size_t> begins;
        for (std::size_t at = 0; at < pool.size(); at += utf8At(pool, at).bytes)
            begins.push_back(at);
        for (std::size_t run = 1 + (rng() % 4 == 0 ? rng() % 6 : 0); run > 0; --run) {
            const std::size_t at = begins[rng() % begins.size()];
            out += pool.substr(at, utf8At(pool, at).bytes);
        }
    }
    return out;
}

} // namespace

Q_DECLARE_METATYPE(SplitterKind)

class TestSplitter : public QObject {
    Q_OBJECT

private slots:
    void equalsItsPattern_data() {
        QTest::addColumn<SplitterKind>("kind");
        QTest::newRow("gpt2") << SplitterKind::Gpt2;
        QTest::newRow("cl100k") << SplitterKind::Cl100k;
        QTest::newRow("qwen2") << SplitterKind::Qwen2;
        QTest::newRow("o200k") << SplitterKind::O200k;
        QTest::newRow("tekken") << SplitterKind::Tekken;
    }

    void equalsItsPattern() {
        QFETCH(SplitterKind, kind);
        const auto regex = Regex::compile(splitterPattern(kind));
        QVERIFY_RESULT(regex);
        QCOMPARE(splitterOf(splitterPattern(kind)), kind);
        std::mt19937 rng(20240917);
        std::size_t pieces = 0;
        for (int i = 0; i < 4000; ++i) {
            const std::string text = randomText(rng, 1 + static_cast<int>(rng() % 24));
            const std::vector<std::size_t> want = byRegex(*regex, text);
            QVERIFY(!want.empty());
            const std::vector<std::size_t> got = bySplitter(kind, text, 1 + rng() % 7);
            pieces += want.size();
            if (got != want) {
                QString cuts;
                for (const auto& [label, ends] : {std::pair{" got ", got}, {" want ", want}}) {
                    cuts += QLatin1String(label);
                    for (const std::size_t end : ends)
                        cuts += QString::number(end) + QLatin1Char(' ');
                }
                QFAIL(qPrintable(QString::fromUtf8(QByteArray::fromStdString(text).toPercentEncoding()) + cuts));
            }
        }
        QVERIFY2(pieces > 20000, qPrintable(QString::number(pieces)));
    }

    /// Every single code point, alone and inside a word, wherever PCRE2 knows its category.
    void everyCodePoint_data() { equalsItsPattern_data(); }
    void everyCodePoint() {
        QFETCH(SplitterKind, kind);
        const auto regex = Regex::compile(splitterPattern(kind));
        const auto assigned = Regex::compile("\\P{Cn}");
        QVERIFY_RESULT(regex);
        QVERIFY_RESULT(assigned);
        int differences = 0;
        for (char32_t page = 0; page < 0x30000; page += 0x100) {
            std::string all;
            for (char32_t c = page; c < page + 0x100; ++c)
                if (c < 0xD800 || c > 0xDFFF)
                    appendUtf8(all, c);
            std::string text;
            RegexSearch known(*assigned, all);
            for (std::size_t at = 0; at < all.size();) {
                const auto match = known.find(at);
                QVERIFY_RESULT(match);
                if (!match->found)
                    break;
                const std::string one = all.substr(match->begin, match->end - match->begin);
                text += "a" + one + "a A" + one + "A 1" + one + "1 ." + one + ".";
                at = match->end;
            }
            if (bySplitter(kind, text, 64) != byRegex(*regex, text)) {
                ++differences;
                qWarning("differs in U+%04X..", static_cast<unsigned>(page));
            }
        }
        QCOMPARE(differences, 0);
    }

    /// Bytes that are no UTF-8 count as U+FFFD, and none is lost.
    void invalidBytes_data() { equalsItsPattern_data(); }
    void invalidBytes() {
        QFETCH(SplitterKind, kind);
        std::mt19937 rng(7);
        for (int i = 0; i < 2000; ++i) {
            std::string text = randomText(rng, 12);
            for (std::size_t n = rng() % 6; n > 0; --n)
                text[rng() % text.size()] = static_cast<char>(rng());
            std::string shown;
            std::vector<std::size_t> shownAt(text.size() + 1);
            for (std::size_t at = 0; at < text.size();) {
                const Utf8Char c = utf8At(text, at);
                shownAt[at] = shown.size();
                appendUtf8(shown, c.codePoint);
                at += c.bytes;
            }
            shownAt[text.size()] = shown.size();
            std::vector<std::size_t> got = bySplitter(kind, text, 64);
            QVERIFY(!got.empty() && got.back() == text.size());
            for (std::size_t& end : got)
                end = shownAt[end];
            QCOMPARE(got, bySplitter(kind, shown, 64));
        }
    }

    /// One megabyte of one character, of every sort, in linear time.
    void longRuns_data() { equalsItsPattern_data(); }
    void longRuns() {
        QFETCH(SplitterKind, kind);
        for (const char* unit :
             {"a", "A", " ", "\n", "1", "!", "'", "\xCC\x81", "\xCA\xB0", "Aa", "Aʰ", "\xFF", "\r\n ", " a", "/"}) {
            std::string text;
            while (text.size() < (1 << 20))
                text += unit;
            QElapsedTimer timer;
            timer.start();
            const std::vector<std::size_t> ends = bySplitter(kind, text, 256);
            QVERIFY(!ends.empty() && ends.back() == text.size());
            QVERIFY2(timer.elapsed() < 3000, unit);
        }
    }
};

QTEST_GUILESS_MAIN(TestSplitter)
#include "tst_splitter.moc"
