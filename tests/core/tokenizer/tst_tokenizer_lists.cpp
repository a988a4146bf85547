// SPDX-License-Identifier: Apache-2.0
// Tokenizers from plain lists, tiktoken's ranks and BERT's vocab.txt: ids of the references, and files that lie. Then
// the vocabularies that want to hang a loader: a million merges, merges that go round in circles, missing pieces.
#include "core/tokenizer/list_files.h"
#include "core/tokenizer/load.h"
#include "tests/support/result_test.h"

#include <QTemporaryDir>
#include <QtTest>
#include <ctime>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

using namespace vitral;
using Json = nlohmann::json;

namespace {

Json readJson(const std::string& path) {
    std::ifstream in(path);
    return Json::parse(in, nullptr, false);
}

std::string base64(std::string_view bytes) {
    return QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())).toBase64().toStdString();
}

/// Ranks of all bytes, then of `more`.
std::string ranksOf(const std::vector<std::string>& more) {
    std::string out;
    int rank = 0;
    for (int b = 0; b < 256; ++b)
        out += base64(std::string(1, static_cast<char>(b))) + " " + std::to_string(rank++) + "\n";
    for (const std::string& token : more)
        out += base64(token) + " " + std::to_string(rank++) + "\n";
    return out;
}

} // namespace

class TestTokenizerLists : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        corpus_ = readJson(VITRAL_GOLDEN "/tokenizer/corpus.json");
        golden_ = readJson(VITRAL_GOLDEN "/tokenizer/tiktoken.json");
        QVERIFY2(golden_.is_object() && corpus_.is_array(), "run tests/golden/generators/tokenizer_tiktoken.py");
    }

    void tiktoken_data() {
        QTest::addColumn<QByteArray>("name");
        for (const char* name : {"r50k_base", "cl100k_base", "o200k_base"})
            QTest::newRow(name) << QByteArray(name);
    }
    void tiktoken() {
        QFETCH(QByteArray, name);
        const std::string path = VITRAL_SHARED_DATA "/tiktoken/" + name.toStdString() + ".tiktoken";
        VITRAL_NEED_FILE(QString::fromStdString(path));
        const auto tokenizer = loadTokenizer(path);
        QVERIFY_RESULT(tokenizer);
        const Json& entry = golden_[name.toStdString()];
        for (std::size_t i = 0; i < corpus_.size(); ++i) {
            const auto text = corpus_[i].get<std::string>();
            EncodeTrace trace;
            const auto ids = (*tokenizer)->encode(text);
            const auto traced = (*tokenizer)->encode(text, {}, &trace);
            QVERIFY_RESULT(ids);
            QVERIFY2(*ids == entry["ids"][i].get<std::vector<TokenId>>(), corpus_[i].dump(-1, ' ', true).c_str());
            QVERIFY(*ids == *traced);
            QCOMPARE((*tokenizer)->decode(*ids), text);
        }
        for (const auto& [content, id] : entry["special"].items()) {
            const auto ids = (*tokenizer)->encode("a" + content, {AddSpecial::No, ParseSpecial::Yes});
            QCOMPARE(ids->back(), id.get<TokenId>());
            QVERIFY((*tokenizer)->encode("a" + content)->size() > 2);
        }
    }

    void hostileRanks() {
        QVERIFY_RESULT(tokenizerFromTiktoken(ranksOf({"ab", "abc"}), "x"));
        QVERIFY_ERROR(tokenizerFromTiktoken("", "r50k_base"), ErrorCode::InvalidFile);
        QVERIFY_ERROR(tokenizerFromTiktoken("YQ== 0\n", "r50k_base"), ErrorCode::InvalidFile);
        QVERIFY_ERROR(tokenizerFromTiktoken(ranksOf({"ab", "ab"}), "x"), ErrorCode::InvalidFile);
        QVERIFY_ERROR(tokenizerFromTiktoken(ranksOf({"a"}), "x"), ErrorCode::InvalidFile);
        QVERIFY_ERROR(tokenizerFromTiktoken(ranksOf({std::string(5000, 'x')}), "x"), ErrorCode::InvalidFile);
        for (const char* line : {"YWI=", "YWI= ", "YWI= -1", "YWI= 99999999999999999999", "YWI= 4000000000", "Y!I= 300",
                                 "YWI= 7", " 300", "YWI= 3x", "= 300", "YWI= 300 300"})
            QVERIFY_ERROR(tokenizerFromTiktoken(ranksOf({}) + line + "\n", "x"), ErrorCode::InvalidFile);
        // A long run against long tokens.
        std::vector<std::string> runs;
        for (std::size_t n = 2; n <= 1024; ++n)
            runs.emplace_back(n, 'a');
        const auto tokenizer = tokenizerFromTiktoken(ranksOf(runs), "gpt2");
        QVERIFY_RESULT(tokenizer);
        const std::clock_t start = std::clock();
        const auto ids = (*tokenizer)->encode(std::string(1 << 18, 'a'));
        QVERIFY_RESULT(ids);
        QVERIFY(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC < 10);
        QCOMPARE((*tokenizer)->decode(*ids).size(), std::size_t{1} << 18);
    }

    void vocabTxt() {
        const std::string json = VITRAL_SHARED_DATA "/tokenizer-json/minilm/tokenizer.json";
        VITRAL_NEED_FILE(QString::fromStdString(json));
        std::map<int, std::string> pieces;
        const Json vocabulary = readJson(json)["model"]["vocab"];
        for (const auto& [piece, id] : vocabulary.items())
            pieces[id.get<int>()] = piece;
        std::string text;
        for (const auto& [id, piece] : pieces)
            text += piece + "\n";
        QTemporaryDir folder;
        const std::string path = (folder.path() + "/vocab.txt").toStdString();
        std::ofstream(path, std::ios::binary) << text;
        const auto ours = loadTokenizer(path);
        const auto want = loadTokenizer(json);
        QVERIFY_RESULT(ours);
        QVERIFY_RESULT(want);
        QCOMPARE((*ours)->nVocab(), (*want)->nVocab());
        for (const Json& part : corpus_) {
            const auto sentence = part.get<std::string>();
            QVERIFY(*(*ours)->encode(sentence) == *(*want)->encode(sentence));
            QCOMPARE((*ours)->decode(*(*ours)->encode(sentence)), (*want)->decode(*(*want)->encode(sentence)));
        }
        std::ofstream((folder.path() + "/tokenizer_config.json").toStdString()) << R"({"do_lower_case": false})";
        const auto cased = loadTokenizer(path);
        QVERIFY_RESULT(cased);
        QVERIFY(*(*cased)->encode("Hello") != *(*ours)->encode("Hello"));
    }

    void hostileVocabTxt() {
        QVERIFY_RESULT(tokenizerFromVocabTxt("[UNK]\na\n##b"));
        QVERIFY_RESULT(tokenizerFromVocabTxt("\xEF\xBB\xBF[UNK]\r\n\r\na\r\n"));
        QVERIFY_ERROR(tokenizerFromVocabTxt("a\nb\n"), ErrorCode::InvalidFile);
        QVERIFY_ERROR(tokenizerFromVocabTxt("[UNK]\na\na\n"), ErrorCode::InvalidFile);
        QVERIFY_ERROR(tokenizerFromVocabTxt("[UNK]\n\xFF\n"), ErrorCode::InvalidFile);
        QVERIFY_ERROR(tokenizerFromVocabTxt("[UNK]\n" + std::string(5000, 'x')), ErrorCode::InvalidFile);
        std::string million = "[UNK]\n";
        for (int i = 0; i < 300'000; ++i)
            million += "##" + std::to_string(i) + "\n";
        const std::clock_t start = std::clock();
        QVERIFY_RESULT(tokenizerFromVocabTxt(million));
        QVERIFY(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC < 20);
        QTemporaryDir folder;
        const std::string path = (folder.path() + "/notes.txt").toStdString();
        std::ofstream(path) << "Dear diary, today\n";
        QVERIFY_ERROR(loadTokenizer(path), ErrorCode::Unsupported);
    }

    /// Reading tells how far it is, never going back, and can be stopped at any of these moments.
    void readingIsWatched_data() {
        QTest::addColumn<QByteArray>("file");
        for (const char* file : {"tiktoken/o200k_base.tiktoken", "tokenizer-json/yi/tokenizer.json",
                                 "qwen2.5-tokenizer/vocab-qwen2.5.gguf", "sentencepiece-test/test_model.model"})
            QTest::newRow(file) << QByteArray(file);
    }
    void readingIsWatched() {
        QFETCH(QByteArray, file);
        const std::string path = VITRAL_SHARED_DATA "/" + file.toStdString();
        VITRAL_NEED_FILE(QString::fromStdString(path));
        std::vector<double> told;
        const auto watched = loadTokenizer(path, [&](double fraction) {
            told.push_back(fraction);
            return true;
        });
        QVERIFY_RESULT(watched);
        const auto plain = loadTokenizer(path);
        QVERIFY_RESULT(plain);
        QCOMPARE((*watched)->nVocab(), (*plain)->nVocab());
        const std::string_view sample = "The same ids, watched or not: ação, 1234, 字.";
        QCOMPARE((*watched)->encode(sample).value(), (*plain)->encode(sample).value());
        QVERIFY(!told.empty());
        QVERIFY(std::is_sorted(told.begin(), told.end()));
        QVERIFY(told.front() >= 0 && told.back() <= 1);
        for (const std::size_t stop : {std::size_t{1}, (told.size() + 1) / 2, told.size()}) {
            std::size_t calls = 0;
            QVERIFY_ERROR(loadTokenizer(path, [&](double) { return ++calls < stop; }), ErrorCode::Cancelled);
            QCOMPARE(calls, stop);
        }
    }

    void aMillionMerges() {
        Json json = {{"model", {{"type", "BPE"}, {"vocab", Json::object()}, {"merges", Json::array()}}}};
        int id = 0;
        for (const char* piece : {"a", "b", "ab", "ba", "aba", "bab", "abab"})
            json["model"]["vocab"][piece] = id++;
        for (int i = 0; i < 1'000'000; ++i)
            json["model"]["merges"].push_back(i % 3 == 0 ? "a b" : i % 3 == 1 ? "b a" : "ab ab");
        const std::string text = json.dump();
        const std::clock_t start = std::clock();
        const auto tokenizer = tokenizerFromJson(text);
        QVERIFY_RESULT(tokenizer);
        const auto ids = (*tokenizer)->encode(std::string(100'000, 'a') + "babab");
        QVERIFY_RESULT(ids);
        QVERIFY(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC < 20);
    }

    /// A merge whose result is one of its own sides, by way of an empty continuation.
    void mergesInACircle() {
        Json json = Json::parse(R"({"model":{"type":"BPE","continuing_subword_prefix":"##","unk_token":null,
            "vocab":{"a":0,"##":1,"##a":2,"aa":3},"merges":["a ##","a ##a","aa ##"]}})");
        const auto tokenizer = tokenizerFromJson(json.dump());
        if (tokenizer) // a sentence would do as well
            QVERIFY_RESULT((*tokenizer)->encode(std::string(50'000, 'a')));
        for (const char* merges :
             {R"(["a zz"])", R"(["zz a"])", R"(["b a"])", R"([["a",""]])", R"([["a"]])", R"([7])"}) {
            json["model"]["merges"] = Json::parse(merges);
            QVERIFY_ERROR(tokenizerFromJson(json.dump()), ErrorCode::InvalidFile);
        }
    }

private:
    Json corpus_, golden_;
};

QTEST_GUILESS_MAIN(TestTokenizerLists)
#include "tst_tokenizer_lists.moc"
