// SPDX-License-Identifier: Apache-2.0
// Tokenizer files made to hurt: each gives a sentence or a tokenizer that works, soon, whatever the text.
#include "core/base/log.h"
#include "core/io/gguf_writer.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/core/tokenizer/tokenizer_test.h"
#include "tests/support/result_test.h"

#include <QtTest>
#include <ctime>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>

using namespace vitral;
using namespace vitral::test;
using Json = nlohmann::json;

namespace {

Json tiny(const char* name) {
    return Json::parse(readWhole(std::string(VITRAL_GOLDEN "/tokenizer/tiny/") + name), nullptr, false);
}

/// Whatever was made of it must survive any text.
void exercise(const Tokenizer& tokenizer) {
    for (const std::string& text : {std::string(), std::string("Hello <|im_end|> world"), std::string(5000, 'a'),
                                    std::string("\xFF\xFE\x00 a", 5), std::string("água ½ 漢字 🙂\n\n  x")}) {
        EncodeTrace trace;
        const auto ids = tokenizer.encode(text, {AddSpecial::Yes, ParseSpecial::Yes});
        (void)tokenizer.encode(text, {AddSpecial::Yes, ParseSpecial::No}, &trace);
        if (!ids)
            continue;
        for (const TokenId id : *ids)
            QVERIFY(id >= 0 && id < tokenizer.nVocab());
        (void)tokenizer.decode(*ids, true);
    }
    (void)tokenizer.decodeToken(-1);
    (void)tokenizer.decodeToken(tokenizer.nVocab());
    (void)tokenizer.piece(1 << 30);
    (void)tokenizer.type(-5);
}

/// Writes a GGUF vocabulary and reads it back as a tokenizer.
Result<std::shared_ptr<const Tokenizer>> viaGguf(const std::function<void(GgufWriter&)>& fill) {
    QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath(QStringLiteral("v.gguf")).toStdString();
    GgufWriter writer;
    writer.setString("general.architecture", "llama");
    fill(writer);
    VITRAL_TRY(writer.begin(path));
    VITRAL_TRY(writer.finish());
    return loadTokenizer(path);
}

std::vector<std::string> bytePieces() {
    std::vector<std::string> pieces;
    for (char c = 'a'; c <= 'z'; ++c)
        pieces.emplace_back(1, c);
    return pieces;
}

double processorSeconds(std::clock_t since) {
    return static_cast<double>(std::clock() - since) / CLOCKS_PER_SEC;
}

} // namespace

class TestTokenizerHostile : public QObject {
    Q_OBJECT

private slots:
    /// Every single value of a good file replaced by values of other types and by absurd numbers.
    void wrongTypes_data() {
        QTest::addColumn<QByteArray>("name");
        for (const char* name : {"bytes-added.json", "bytes-falcon.json", "metaspace-bpe.json", "unigram.json",
                                 "unigram-bytes.json", "wordpiece.json", "clip.json"})
            QTest::newRow(name) << QByteArray(name);
    }
    void wrongTypes() {
        QFETCH(QByteArray, name);
        const Json good = tiny(name);
        QVERIFY(good.is_object());
        const Json bad[] = {nullptr,
                            0,
                            -1,
                            1e300,
                            18446744073709551615ULL,
                            4294967295U,
                            true,
                            "",
                            "x",
                            Json::array(),
                            Json::object(),
                            Json::array({1, "a", nullptr}),
                            std::string(3000, 'x')};
        std::vector<Json::json_pointer> places;
        const std::function<void(const Json&, const Json::json_pointer&, int)> walk =
            [&](const Json& json, const Json::json_pointer& at, int depth) {
                places.push_back(at);
                int n = 0; // a few of each list are enough
                if (json.is_object())
                    for (const auto& [key, value] : json.items()) {
                        if (++n <= 12 && depth < 6)
                            walk(value, at / key, depth + 1);
                    }
                else if (json.is_array())
                    for (std::size_t i = 0; i < json.size() && i < 3; ++i)
                        walk(json[i], at / i, depth + 1);
            };
        walk(good, Json::json_pointer(), 0);
        QVERIFY(places.size() > 40);
        int loaded = 0;
        int refused = 0;
        std::size_t turn = 0;
        for (const Json::json_pointer& place : places)
            for (const Json& value : bad) {
                if (++turn % kStride != 0)
                    continue;
                Json changed = good;
                changed[place] = value;
                const auto tokenizer = tokenizerFromJson(changed.dump());
                if (tokenizer) {
                    ++loaded;
                    if (loaded % 32 == 0)
                        exercise(**tokenizer);
                } else {
                    ++refused;
                    QVERIFY2(tokenizer.error().message.size() > 10, place.to_string().c_str());
                }
            }
        QVERIFY2(loaded > 0 && refused > 0, qPrintable(QStringLiteral("%1 %2").arg(loaded).arg(refused)));
    }

    /// Every prefix, and single bytes changed.
    void brokenText() {
        const std::string good = tiny("unigram.json").dump();
        std::mt19937 rng(3);
        for (std::size_t n = 0; n < good.size(); n += 1 + n / 16)
            QVERIFY_ERROR(tokenizerFromJson(std::string(good, 0, n)), ErrorCode::InvalidFile);
        for (int i = 0; i < 300; ++i) {
            std::string changed = good;
            changed[rng() % changed.size()] = static_cast<char>(rng());
            if (const auto tokenizer = tokenizerFromJson(changed); tokenizer && i % 8 == 0)
                exercise(**tokenizer);
        }
    }

    void brokenSentencePiece() {
        const std::string good = readWhole(VITRAL_SHARED_DATA "/sentencepiece-test/test_model.model");
        if (good.empty())
            QSKIP("sentencepiece-test/test_model.model is not here");
        std::mt19937 rng(4);
        for (std::size_t n = 1; n < good.size(); n += 1 + n / 8)
            if (const auto tokenizer = tokenizerFromSentencePiece(std::string_view(good).substr(0, n)))
                exercise(**tokenizer);
        for (int i = 0; i < kRounds; ++i) {
            std::string changed = good;
            for (int k = 0; k < 4; ++k)
                changed[rng() % changed.size()] = static_cast<char>(rng());
            if (const auto tokenizer = tokenizerFromSentencePiece(changed); tokenizer && i % 4 == 0)
                exercise(**tokenizer);
        }
        for (int i = 0; i < kRounds; ++i) { // the character map, where indices are followed
            std::string changed = good;
            const std::size_t from = good.size() - std::min<std::size_t>(good.size(), 240000);
            for (int k = 0; k < 200; ++k)
                changed[from + rng() % (good.size() - from)] = static_cast<char>(rng());
            if (const auto tokenizer = tokenizerFromSentencePiece(changed))
                exercise(**tokenizer);
        }
    }

    void deepNesting() {
        QVERIFY_ERROR(tokenizerFromJson(std::string(200000, '[')), ErrorCode::InvalidFile);
        Json json = tiny("bytes-cl100k.json");
        Json step = {{"type", "Digits"}};
        for (int i = 0; i < 200; ++i)
            step = Json{{"type", "Sequence"}, {"pretokenizers", Json::array({step})}};
        json["pre_tokenizer"] = step;
        QVERIFY_ERROR(tokenizerFromJson(json.dump()), ErrorCode::InvalidFile);
    }

    /// An expression that backtracks without end must give up, not hang.
    void catastrophicPattern() {
        for (const char* pattern :
             {"(a+)+$", "(a|a)*b", "(?=(a+))\\1*b", "((a*)*)*c", "(.*.*.*.*.*)x", "(?:a?){40}a{40}b"}) {
            Json json = tiny("bytes-cl100k.json");
            json["pre_tokenizer"] = {
                {"type", "Split"}, {"pattern", {{"Regex", pattern}}}, {"behavior", "Isolated"}, {"invert", false}};
            const auto tokenizer = tokenizerFromJson(json.dump());
            if (!tokenizer)
                continue;
            const std::clock_t start = std::clock();
            const auto ids = (*tokenizer)->encode(std::string(30, 'a') + "!", {});
            QVERIFY2(ids || ids.error().code == ErrorCode::Unsupported, pattern);
            QVERIFY2(processorSeconds(start) < 60, pattern);
        }
        for (const char* pattern : {"(", "[a", "\\p{Nonsense}", "a\\K", "(?C1)a", "(*UTF)a", "[a&&b]", "[[a]b]", ""}) {
            Json json = tiny("bytes-cl100k.json");
            json["pre_tokenizer"] = {
                {"type", "Split"}, {"pattern", {{"Regex", pattern}}}, {"behavior", "Isolated"}, {"invert", false}};
            if (const auto tokenizer = tokenizerFromJson(json.dump()))
                exercise(**tokenizer);
        }
    }

    /// A replacement of a replacement of a replacement ... must not fill the memory.
    void growingText() {
        Json json = tiny("bytes-cl100k.json");
        Json steps = Json::array();
        for (int i = 0; i < 40; ++i)
            steps.push_back({{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", "aaaaaaaaaaaaaaaa"}});
        json["normalizer"] = {{"type", "Sequence"}, {"normalizers", steps}};
        const auto tokenizer = tokenizerFromJson(json.dump());
        QVERIFY_RESULT(tokenizer);
        QVERIFY_ERROR((*tokenizer)->encode("aaaa", {}), ErrorCode::Unsupported);
    }

    void ggufRules() {
        const auto base = [](GgufWriter& w, const std::vector<std::string>& pieces,
                             const std::vector<std::string>& merges) {
            w.setString("tokenizer.ggml.model", "gpt2");
            w.setString("tokenizer.ggml.pre", "gpt-2");
            w.setStrings("tokenizer.ggml.tokens", pieces);
            w.setStrings("tokenizer.ggml.merges", merges);
        };
        QVERIFY_ERROR(viaGguf([](GgufWriter&) {}), ErrorCode::InvalidFile); // no tokenizer at all
        QVERIFY_ERROR(viaGguf([](GgufWriter& w) { w.setString("tokenizer.ggml.model", "gpt2"); }),
                      ErrorCode::InvalidFile);
        QVERIFY_ERROR(viaGguf([](GgufWriter& w) {
                          w.setString("tokenizer.ggml.model", "rwkv");
                          w.setStrings("tokenizer.ggml.tokens", std::vector<std::string>{"a"});
                      }),
                      ErrorCode::Unsupported);
        QVERIFY_ERROR(viaGguf([](GgufWriter& w) { w.setU32("tokenizer.ggml.model", 3); }), ErrorCode::InvalidFile);
        QVERIFY_ERROR(viaGguf([&](GgufWriter& w) { base(w, bytePieces(), {"ab"}); }), ErrorCode::InvalidFile);
        QVERIFY_ERROR(viaGguf([&](GgufWriter& w) { base(w, bytePieces(), {"a "}); }), ErrorCode::InvalidFile);
        QVERIFY_ERROR(viaGguf([&](GgufWriter& w) {
                          base(w, {"a", std::string(5000, 'b')}, {});
                      }),
                      ErrorCode::InvalidFile);
        QVERIFY_ERROR(viaGguf([&](GgufWriter& w) {
                          base(w, bytePieces(), {});
                          w.setInts("tokenizer.ggml.token_type", std::vector<std::int32_t>{1, 1});
                      }),
                      ErrorCode::InvalidFile);
        for (const std::size_t nScores : {0U, 3U, 25U})
            QVERIFY_ERROR(viaGguf([&](GgufWriter& w) {
                              w.setString("tokenizer.ggml.model", "llama");
                              w.setStrings("tokenizer.ggml.tokens", bytePieces());
                              w.setFloats("tokenizer.ggml.scores", std::vector<float>(nScores));
                          }),
                          ErrorCode::InvalidFile);
        // Pieces twice, merges that name missing pieces, the same merge twice, ids out of range: usable all the same.
        std::vector<std::string> pieces = bytePieces();
        pieces.insert(pieces.end(), {"ab", "ab", "", "abc", "<|im_end|>"});
        const auto tokenizer = viaGguf([&](GgufWriter& w) {
            base(w, pieces, {"a b", "a b", "ab c", "abc d", "x y", "xy z"});
            w.setU32("tokenizer.ggml.eos_token_id", 4000000000U);
            w.setI32("tokenizer.ggml.bos_token_id", -7);
            w.setBool("tokenizer.ggml.add_bos_token", true);
        });
        QVERIFY_RESULT(tokenizer);
        exercise(**tokenizer);
        const auto ids = (*tokenizer)->encode("abcdxyz<|im_end|>", {AddSpecial::Yes, ParseSpecial::Yes});
        QVERIFY_RESULT(ids);
        QCOMPARE(*ids, (std::vector<TokenId>{0, 1, 2, 3, 23, 24, 25, 30})); // abcd and xyz are no pieces: their bytes
        QVERIFY((*tokenizer)->isEndOfGeneration(30));
        for (const float score : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
            const auto odd = viaGguf([&](GgufWriter& w) {
                w.setString("tokenizer.ggml.model", "llama");
                w.setStrings("tokenizer.ggml.tokens", pieces);
                w.setFloats("tokenizer.ggml.scores", std::vector<float>(pieces.size(), score));
            });
            if (odd)
                exercise(**odd);
        }
    }

    /// An unknown name is GPT-2's rules and a warning.
    void unknownPreTokenizer() {
        std::string logged;
        setLogSink([&](LogLevel, std::string_view, std::string_view message) { logged += message; });
        const auto tokenizer = viaGguf([](GgufWriter& w) {
            w.setString("tokenizer.ggml.model", "gpt2");
            w.setString("tokenizer.ggml.pre", "of-next-year");
            w.setStrings("tokenizer.ggml.tokens", bytePieces());
            w.setStrings("tokenizer.ggml.merges", std::vector<std::string>{});
        });
        setLogSink({});
        QVERIFY_RESULT(tokenizer);
        QVERIFY2(logged.find("of-next-year") != std::string::npos, logged.c_str());
    }

    /// A million merges, doubling chains among them, and a text of one letter.
    void millionMerges() {
        std::vector<std::string> pieces = bytePieces();
        std::vector<std::string> merges;
        for (std::string a = "a"; a.size() < 1024; a += a) {
            pieces.push_back(a + a);
            merges.push_back(a + " " + a);
        }
        std::mt19937 rng(5);
        const std::size_t nMerges = kManyMerges;
        while (merges.size() < nMerges) {
            std::string left;
            std::string right;
            for (int i = 0; i < 4; ++i) {
                left += static_cast<char>('a' + rng() % 26);
                right += static_cast<char>('a' + rng() % 26);
            }
            merges.push_back(left + " " + right);
        }
        const std::clock_t start = std::clock();
        const auto tokenizer = viaGguf([&](GgufWriter& w) {
            w.setString("tokenizer.ggml.model", "gpt2");
            w.setString("tokenizer.ggml.pre", "gpt-2");
            w.setStrings("tokenizer.ggml.tokens", pieces);
            w.setStrings("tokenizer.ggml.merges", merges);
        });
        QVERIFY_RESULT(tokenizer);
        const std::string text(1 << 18, 'a');
        const auto ids = (*tokenizer)->encode(text, {});
        QVERIFY_RESULT(ids);
        QCOMPARE(ids->size(), text.size() / 1024);
        QVERIFY2(processorSeconds(start) < 20, qPrintable(QString::number(processorSeconds(start))));
    }

    /// Pieces a, aa, aaa, ... all the way: every place of the lattice has hundreds of ways on.
    void denseLattice() {
        Json json = tiny("unigram.json");
        Json vocab = Json::array({Json::array({"<unk>", 0.0})});
        for (int n = 1; n <= 1000; ++n)
            vocab.push_back(Json::array({std::string(static_cast<std::size_t>(n), 'a'), -1.0 * n}));
        json["model"]["vocab"] = vocab;
        json["model"]["unk_id"] = 0;
        json["added_tokens"] = Json::array();
        json["post_processor"] = nullptr;
        const auto tokenizer = tokenizerFromJson(json.dump());
        QVERIFY_RESULT(tokenizer);
        const std::clock_t start = std::clock();
        QVERIFY_RESULT((*tokenizer)->encode(std::string(20000, 'a'), {}));
        QVERIFY2(processorSeconds(start) < 10, qPrintable(QString::number(processorSeconds(start))));
    }

private:
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    static constexpr std::size_t kManyMerges = 50'000, kStride = 7; // sanitizers make everything slow
    static constexpr int kRounds = 20;
#else
    static constexpr std::size_t kManyMerges = 1'000'000, kStride = 2;
    static constexpr int kRounds = 150;
#endif
};

QTEST_GUILESS_MAIN(TestTokenizerHostile)
#include "tst_tokenizer_hostile.moc"
