// SPDX-License-Identifier: Apache-2.0
// Passages in many languages: the set that comes with the program, a person's own files, tables, hostile input.

#include "core/tokenizer/passages.h"
#include "tests/support/result_test.h"

#include <algorithm>
#include <set>

using namespace vitral;

namespace {

std::shared_ptr<const Tokenizer> tiny(const char* name) {
    auto tokenizer = loadTokenizer(std::string(VITRAL_SOURCE_DIR "/tests/golden/tokenizer/tiny/") + name + ".json");
    return tokenizer ? *tokenizer : nullptr;
}

} // namespace

class TestPassages : public QObject {
    Q_OBJECT

private slots:
    void theDeclaration() {
        const PassageSet& set = declarationPassages();
        QCOMPARE(set.passages.size(), std::size_t(26));
        QCOMPARE(set.passages.front().code, std::string("pt-BR"));
        std::set<std::string> codes;
        for (const Passage& p : set.passages) {
            codes.insert(p.code);
            QCOMPARE(std::count(p.text.begin(), p.text.end(), '\n'), std::ptrdiff_t(5)); // six articles
            const QString text = QString::fromStdString(p.text);
            QCOMPARE(text.toStdString(), p.text); // UTF-8
            QCOMPARE(text.normalized(QString::NormalizationForm_C), text);
        }
        QCOMPARE(codes.size(), std::size_t(26));
        QVERIFY(set.source.find("United Nations") != std::string::npos);
    }

    /// Byte-level tokens cost what they must: every number of the table from counts made another way.
    void numbersOfTheTable() {
        const auto tokenizer = tiny("bytes-cl100k");
        QVERIFY(tokenizer);
        const PassageSet& set = declarationPassages();
        auto table = PassageTable::begin(set);
        QVERIFY_RESULT(table);
        QVERIFY_RESULT(table->add("tiny", *tokenizer, set));
        QCOMPARE(table->rows[table->baseline].code, std::string("en"));
        for (std::size_t i = 0; i < set.passages.size(); ++i) {
            const std::string& text = set.passages[i].text;
            const PassageCost& cost = table->columns[0].costs[i];
            const auto ids = tokenizer->encode(text, {AddSpecial::No, ParseSpecial::No});
            QCOMPARE(cost.tokens, std::uint64_t(ids->size()));
            QCOMPARE(table->rows[i].counts.bytes, std::uint64_t(text.size()));
            QCOMPARE(cost.perByte(), double(ids->size()) / double(text.size()));
            QCOMPARE(table->toBaseline(0, i),
                     double(cost.tokens) / double(table->columns[0].costs[table->baseline].tokens));
        }
        QCOMPARE(table->toBaseline(0, table->baseline), 1.0);
        QVERIFY_RESULT(table->setBaseline("Portuguese (Brazil)"));
        QCOMPARE(table->baseline, std::size_t(0));
        QVERIFY_ERROR(table->setBaseline("tlhIngan"), ErrorCode::InvalidArgument);
        const std::string csv = table->csv();
        QCOMPARE(std::count(csv.begin(), csv.end(), '\n'), std::ptrdiff_t(27));
    }

    void ownTexts() {
        auto one = passagesFromText("my file", "# A title, and only one\n\ntext\n");
        QVERIFY_RESULT(one);
        QCOMPARE(one->passages.size(), std::size_t(1));
        QCOMPARE(one->passages[0].name, std::string("my file"));
        QCOMPARE(one->passages[0].text, std::string("# A title, and only one\n\ntext"));
        auto two = passagesFromText("f", "before\n# Português\r\nolá\n\nmundo\n# Deutsch\nhallo");
        QVERIFY_RESULT(two);
        QCOMPARE(two->passages.size(), std::size_t(3));
        QCOMPARE(two->passages[0].name, std::string("f"));
        QCOMPARE(two->passages[1].name, std::string("Português"));
        QCOMPARE(two->passages[1].text, std::string("olá\n\nmundo"));
        QCOMPARE(two->passages[2].text, std::string("hallo"));
        QVERIFY_ERROR(passagesFromText("f", " \n\t\r\n"), ErrorCode::InvalidFile);
        QVERIFY_ERROR(passagesFromText("f", "# a\n# b\n# c\n"), ErrorCode::InvalidFile); // names without texts
        std::string many;
        for (int i = 0; i < 1500; ++i)
            many += "# x\ny\n";
        QVERIFY_ERROR(passagesFromText("f", many), ErrorCode::InvalidFile);
    }

    void hostileJson_data() {
        QTest::addColumn<QByteArray>("json");
        for (const char* json :
             {"", "[]", "{", "{}", R"({"passages":[]})", R"({"passages":{}})", R"({"passages":[1]})",
              R"({"passages":[{"name":"a"}]})", R"({"passages":[{"name":"a","articles":[]}]})",
              R"({"passages":[{"name":"a","articles":[1]}]})", R"({"passages":[{"articles":["x"]}]})",
              R"({"passages":[{"name":7,"articles":["x"]}]})"})
            QTest::newRow(json) << QByteArray(json);
        QTest::newRow("deep") << QByteArray(100'000, '[');
    }
    void hostileJson() {
        QFETCH(QByteArray, json);
        QVERIFY_ERROR(passagesFromJson(json.toStdString()), ErrorCode::InvalidFile);
    }

    void bytesThatAreNoText() {
        std::string bytes;
        for (int b = 255; b >= 0; --b)
            bytes += char(b);
        const auto set = passagesFromText("bytes", bytes);
        QVERIFY_RESULT(set);
        auto table = PassageTable::begin(*set);
        QVERIFY_RESULT(table);
        const auto tokenizer = tiny("unigram-bytes");
        QVERIFY(tokenizer);
        QVERIFY_RESULT(table->add("u\",\n", *tokenizer, *set));
        QVERIFY(table->csv().find("\"u\"\",\n\"") != std::string::npos);
        QVERIFY_ERROR(table->add("other", *tokenizer, declarationPassages()), ErrorCode::InvalidArgument);
    }

    void stopped() {
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_ERROR(PassageTable::begin(declarationPassages(), stop.get_token()), ErrorCode::Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestPassages)
#include "tst_passages.moc"
