// SPDX-License-Identifier: Apache-2.0
// Ids and decoded texts of the reference implementations (tests/golden/generators/tokenizer_golden.py), over a corpus
// of Portuguese, English, code, other scripts, emoji, combining marks, blanks of all kinds and random mixtures.
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/utf8.h"
#include "tests/core/tokenizer/tokenizer_test.h"
#include "tests/support/result_test.h"

#include <QtTest>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace vitral;
using namespace vitral::test;
using Json = nlohmann::json;

namespace {

Json readJson(const char* name) {
    std::ifstream in(std::string(VITRAL_GOLDEN "/tokenizer/") + name);
    return Json::parse(in, nullptr, false);
}

QByteArray difference(const Json& text, const std::vector<TokenId>& got, const std::vector<TokenId>& want) {
    return QByteArray::fromStdString(text.dump(-1, ' ', true) + "\n got  " + joined(got) + "\n want " + joined(want));
}

} // namespace

class TestTokenizerGolden : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        corpus_ = readJson("corpus.json");
        expected_ = readJson("expected.json");
        QVERIFY2(corpus_.is_array() && expected_.is_object(),
                 "golden files are missing: run tests/golden/generators/tokenizer_golden.py");
    }

    void ids_data() {
        QTest::addColumn<QByteArray>("name");
        for (const auto& [name, entry] : expected_.items())
            if (entry.is_object())
                QTest::newRow(name.c_str()) << QByteArray::fromStdString(name);
    }

    void ids() {
        QFETCH(QByteArray, name);
        const Json& entry = expected_[name.toStdString()];
        QString path = QString::fromStdString(entry["file"].get<std::string>());
        path = path.startsWith(QLatin1String("shared:")) ? QStringLiteral(VITRAL_SHARED_DATA "/") + path.mid(7)
                                                         : QStringLiteral(VITRAL_GOLDEN "/tokenizer/") + path;
        VITRAL_NEED_FILE(path);
        const auto loaded = loadTokenizer(path.toStdString());
        QVERIFY_RESULT(loaded);
        const Tokenizer& tokenizer = **loaded;
        const ParseSpecial parse = entry.contains("plainText") ? ParseSpecial::No : ParseSpecial::Yes;
        const auto skipped = entry.value("skip", std::vector<std::size_t>());
        for (std::size_t i = 0; i < corpus_.size(); ++i) {
            if (std::find(skipped.begin(), skipped.end(), i) != skipped.end())
                continue;
            const auto text = corpus_[i].get<std::string>();
            const auto want = entry["ids"][i].get<std::vector<TokenId>>();
            const auto got = tokenizer.encode(text, {AddSpecial::No, parse});
            QVERIFY_RESULT(got);
            QVERIFY2(*got == want, difference(corpus_[i], *got, want));
            EncodeTrace trace;
            const auto traced = tokenizer.encode(text, {AddSpecial::No, parse}, &trace);
            QVERIFY_RESULT(traced);
            QVERIFY2(*traced == want, difference(corpus_[i], *traced, want));
            if (i < entry.value("withSpecial", Json::array()).size()) {
                const auto full = tokenizer.encode(text, {AddSpecial::Yes, parse});
                QVERIFY_RESULT(full);
                QCOMPARE(joined(*full), joined(entry["withSpecial"][i].get<std::vector<TokenId>>()));
            }
            if (i < entry.value("decoded", Json::array()).size()) {
                const auto decoded = entry["decoded"][i].get<std::string>();
                QVERIFY2(tokenizer.decode(want) == decoded,
                         (tokenizer.decode(want) + "|\nbut the reference decodes\n" + decoded + "|").c_str());
            }
        }
    }

    /// The same texts in one: long enough for the word cache, and equal to the way that records its steps.
    void longText_data() { ids_data(); }
    void longText() {
        QFETCH(QByteArray, name);
        const Json& entry = expected_[name.toStdString()];
        QString path = QString::fromStdString(entry["file"].get<std::string>());
        path = path.startsWith(QLatin1String("shared:")) ? QStringLiteral(VITRAL_SHARED_DATA "/") + path.mid(7)
                                                         : QStringLiteral(VITRAL_GOLDEN "/tokenizer/") + path;
        VITRAL_NEED_FILE(path);
        const auto tokenizer = loadTokenizer(path.toStdString());
        QVERIFY_RESULT(tokenizer);
        std::string text;
        for (int round = 0; round < 2; ++round)
            for (const Json& part : corpus_)
                text += part.get<std::string>() + ' ';
        for (const ParseSpecial parse : {ParseSpecial::No, ParseSpecial::Yes}) {
            EncodeTrace trace;
            const auto fast = (*tokenizer)->encode(text, {AddSpecial::Yes, parse});
            const auto slow = (*tokenizer)->encode(text, {AddSpecial::Yes, parse}, &trace);
            QVERIFY_RESULT(fast);
            QVERIFY_RESULT(slow);
            QVERIFY(*fast == *slow);
            StreamDecoder stream(*tokenizer, StreamDecoder::From::Text);
            std::string streamed;
            for (const TokenId id : *fast)
                streamed += stream.push(id);
            streamed += stream.finish();
            const std::string whole = (*tokenizer)->decode(*fast);
            if (isValidUtf8(whole)) // a vocabulary without all bytes loses some
                QCOMPARE(streamed, whole);
        }
    }

private:
    Json corpus_, expected_;
};

QTEST_GUILESS_MAIN(TestTokenizerGolden)
#include "tst_tokenizer_golden.moc"
