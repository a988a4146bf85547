// SPDX-License-Identifier: Apache-2.0
// Where each token stands in the text: as the tokenizers package says, through normalisers of all kinds; exactly, byte
// for byte, where nothing is normalised; and within the text whatever the bytes are.
#include "core/tokenizer/incremental.h"
#include "tests/core/tokenizer/tokenizer_test.h"
#include "tests/support/result_test.h"

#include <QtTest>
#include <nlohmann/json.hpp>
#include <random>

using namespace vitral;
using namespace vitral::test;
using Json = nlohmann::json;

namespace {

std::string pathOf(const std::string& name) {
    return name.starts_with("shared:") ? std::string(VITRAL_SHARED_DATA "/") + name.substr(7)
                                       : std::string(VITRAL_GOLDEN "/tokenizer/") + name;
}

/// Spans of the whole text.
Result<std::vector<TokenSpan>> spansOf(const IncrementalEncoder& encoder) {
    std::vector<TokenSpan> out;
    std::uint32_t offset = 0;
    for (std::size_t i = 0; i < encoder.parts().size(); ++i) {
        VITRAL_TRY_ASSIGN(const std::vector<TokenSpan> spans, encoder.spans(i));
        for (const TokenSpan& span : spans)
            out.push_back({span.begin + offset, span.end + offset});
        offset += static_cast<std::uint32_t>(encoder.parts()[i].bytes);
    }
    return out;
}

} // namespace

class TestTokenSpans : public QObject {
    Q_OBJECT
private slots:
    void asTheReferenceSays() {
        const Json golden = Json::parse(readWhole(VITRAL_GOLDEN "/tokenizer/token_spans.json"));
        std::map<std::string, std::shared_ptr<const Tokenizer>> tokenizers;
        int nSame = 0, nToken = 0;
        for (const Json& one : golden["cases"]) {
            const std::string name = one["tokenizer"];
            if (!QFile::exists(QString::fromStdString(pathOf(name))))
                continue;
            if (!tokenizers.contains(name)) {
                auto loaded = loadTokenizer(pathOf(name));
                QVERIFY_RESULT(loaded);
                tokenizers[name] = *loaded;
            }
            const std::string text = one["text"];
            auto encoder =
                IncrementalEncoder::begin(tokenizers[name], text, EncodeOptions{AddSpecial::No, ParseSpecial::Yes});
            QVERIFY_RESULT(encoder);
            const auto ids = one["ids"].get<std::vector<TokenId>>();
            QCOMPARE(encoder->ids(), ids);
            const auto spans = spansOf(*encoder);
            QVERIFY_RESULT(spans);
            QCOMPARE(spans->size(), ids.size());
            for (std::size_t i = 0; i < ids.size(); ++i) {
                const std::uint32_t begin = one["spans"][i][0], end = one["spans"][i][1];
                const TokenSpan& own = (*spans)[i];
                ++nToken;
                // An inserted blank stands for nothing here; the package lays it on the letter behind it, and leaves
                // blanks that became part of a token out or in by the normaliser's own rule.
                const auto letters = [&](std::uint32_t b, std::uint32_t e) {
                    const std::string s = text.substr(b, e - b);
                    const auto from = s.find_first_not_of(" \t\n"), to = s.find_last_not_of(" \t\n");
                    return from == std::string::npos ? std::pair{0U, 0U}
                                                     : std::pair{b + static_cast<std::uint32_t>(from),
                                                                 b + static_cast<std::uint32_t>(to) + 1};
                };
                const bool nothing = own.begin == own.end;
                // Where an accent was composed with its letter, the package leaves the accent out.
                std::uint32_t last = own.end;
                while (last > end && last >= 2 && (text[last - 2] == '\xCC' || text[last - 2] == '\xCD'))
                    last -= 2;
                const bool same = nothing || letters(own.begin, own.end) == letters(begin, end) ||
                                  letters(own.begin, last) == letters(begin, end) ||
                                  (tokenizers[name]->type(ids[i]) == TokenType::Byte && own.begin >= begin &&
                                   own.end <= end); // a byte of a character; the package names the character
                nSame += same;
                QVERIFY2(same, qPrintable(QStringLiteral("%1, token %2 of '%3': %4-%5, not %6-%7")
                                              .arg(QString::fromStdString(name))
                                              .arg(i)
                                              .arg(QString::fromStdString(text))
                                              .arg(own.begin)
                                              .arg(own.end)
                                              .arg(begin)
                                              .arg(end)));
            }
        }
        qInfo("%d of %d tokens stand where the package says", nSame, nToken);
        QVERIFY(nToken > 300);
    }

    void bytesAreCoveredOnceWithoutANormaliser() {
        for (const char* name : {"tiny/bytes-cl100k.json", "tiny/bytes-o200k.json"}) {
            const auto tokenizer = loadTokenizer(pathOf(name));
            QVERIFY_RESULT(tokenizer);
            std::mt19937 random(7);
            int nCovered = 0;
            for (int run = 0; run < 40; ++run) {
                std::string text;
                for (int i = 0; i < 300; ++i)
                    text += run % 2 == 0 ? static_cast<char>(random() & 0xFFU)
                                         : "ab \xC3\xA3\xF0\x9F\x98\x80\n"[random() % 10];
                auto encoder = IncrementalEncoder::begin(*tokenizer, text, {AddSpecial::No, ParseSpecial::No});
                QVERIFY_RESULT(encoder);
                const auto spans = spansOf(*encoder);
                QVERIFY_RESULT(spans);
                std::uint32_t at = 0;
                const std::vector<TokenId> ids = encoder->ids();
                if ((*tokenizer)->decode(ids, true) != text)
                    continue; // a byte that this vocabulary lacks
                ++nCovered;
                for (std::size_t i = 0; i < spans->size(); ++i) {
                    QCOMPARE((*spans)[i].begin, at);
                    at = (*spans)[i].end;
                    QCOMPARE((*tokenizer)->decodeToken(ids[i], true),
                             text.substr((*spans)[i].begin, (*spans)[i].end - (*spans)[i].begin));
                }
                QCOMPARE(at, static_cast<std::uint32_t>(text.size()));
            }
            QVERIFY2(nCovered >= 20, name);
        }
    }

    void anyBytesStayWithinTheText() {
        for (const char* name :
             {"tiny/wordpiece.json", "tiny/unigram-charsmap.json", "tiny/unigram-bytes.json", "tiny/clip.json",
              "tiny/metaspace-bpe.json", "tiny/fused-bpe.json", "tiny/unfused-bpe.json", "tiny/prepend-bpe.json"}) {
            const auto tokenizer = loadTokenizer(pathOf(name));
            QVERIFY_RESULT(tokenizer);
            std::mt19937 random(11);
            for (int run = 0; run < 40; ++run) {
                std::string text;
                for (int i = 0; i < 200; ++i)
                    text +=
                        run % 2 == 0 ? static_cast<char>(random() & 0xFFU) : "aB \xC3\xA3o\xCC\x81\n z"[random() % 10];
                auto encoder = IncrementalEncoder::begin(*tokenizer, text, {AddSpecial::No, ParseSpecial::No});
                QVERIFY_RESULT(encoder);
                const auto spans = spansOf(*encoder);
                QVERIFY_RESULT(spans);
                QCOMPARE(spans->size(), encoder->ids().size());
                std::uint32_t last = 0;
                for (const TokenSpan& span : *spans) {
                    QVERIFY(span.begin >= last && span.begin <= span.end && span.end <= text.size());
                    last = span.begin;
                }
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestTokenSpans)
#include "tst_token_spans.moc"
