// SPDX-License-Identifier: Apache-2.0
// The whole sampler: order, trace, seed, refusals, distribution of what it draws; and JSON schemas as grammars.
#include "core/base/rng.h"
#include "core/sample/grammar/grammar.h"
#include "core/sample/grammar/json_schema.h"
#include "core/sample/grammar/matcher.h"
#include "core/sample/sampler.h"
#include "tests/core/sample/fake_tokenizer.h"
#include "tests/support/result_test.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace vitral;

namespace {

SamplerParams plain() {
    SamplerParams p;
    p.temperature = 1.0F;
    p.topK = 0;
    p.topP = 1.0F;
    p.minP = 0.0F;
    p.seed = 1;
    return p;
}

bool fits(const std::string& schema, const std::string& json) {
    const auto text = grammarFromJsonSchema(schema);
    if (!text)
        qFatal("%s", text.error().message.c_str());
    const auto grammar = Grammar::parse(*text);
    if (!grammar)
        qFatal("%s\n%s", grammar.error().message.c_str(), text->c_str());
    GrammarMatcher matcher(*grammar);
    auto state = matcher.start();
    for (const char c : json)
        if (state)
            state = matcher.next(*state, std::uint8_t(c));
    if (!state)
        qFatal("%s", state.error().message.c_str());
    return matcher.accepts(*state);
}

constexpr float kInf = std::numeric_limits<float>::infinity();

} // namespace

class TestSampler : public QObject {
    Q_OBJECT
private slots:
    void greedyTakesTheBest() {
        SamplerParams p = plain();
        p.temperature = 0.0F;
        auto sampler = Sampler::create(p, nullptr);
        QVERIFY_RESULT(sampler);
        const auto id = (*sampler)->sample(std::vector<float>{0.0F, 2.0F, 2.0F, 1.0F});
        QVERIFY_RESULT(id);
        QCOMPARE(*id, 1);
    }

    void drawsByTheProbabilities() {
        const std::vector<double> want{0.5, 0.3, 0.15, 0.05};
        std::vector<float> logits;
        for (const double value : want)
            logits.push_back(float(std::log(value)) + 3.0F);
        auto sampler = Sampler::create(plain(), nullptr);
        QVERIFY_RESULT(sampler);
        std::vector<int> count(4, 0);
        const int n = 40'000;
        for (int i = 0; i < n; ++i) {
            const auto id = (*sampler)->sample(logits);
            QVERIFY_RESULT(id);
            ++count[std::size_t(*id)];
        }
        double chi2 = 0.0; // 3 degrees of freedom: above 16.3 once in a thousand
        for (std::size_t i = 0; i < want.size(); ++i)
            chi2 += std::pow(count[i] - n * want[i], 2.0) / (n * want[i]);
        QVERIFY2(chi2 < 16.3, qPrintable(QString::number(chi2)));
    }

    void sameSeedSameTokens() {
        Rng rng(4);
        std::vector<std::vector<float>> steps(50, std::vector<float>(1000));
        for (auto& logits : steps)
            for (float& logit : logits)
                logit = float(rng.uniform() * 5.0);
        const auto run = [&](std::uint64_t seed) {
            SamplerParams p;
            p.seed = seed;
            p.repetitionPenalty = 1.1F;
            p.xtcProbability = 0.5F;
            p.xtcThreshold = 0.01F;
            p.dryMultiplier = 0.8F;
            auto sampler = Sampler::create(p, nullptr);
            std::vector<TokenId> ids;
            for (const auto& logits : steps)
                ids.push_back(*(*sampler)->sample(logits));
            return ids;
        };
        QCOMPARE(run(7), run(7));
        QVERIFY(run(7) != run(8));
        auto fresh = Sampler::create(SamplerParams{}, nullptr);
        QVERIFY_RESULT(fresh);
        QVERIFY((*fresh)->seed() != 0);
    }

    void traceShowsEveryStage() {
        SamplerParams p = plain();
        p.logitBias = {{3, 10.0F}};
        p.topK = 4;
        p.topP = 0.9F;
        p.temperature = 0.5F;
        auto sampler = Sampler::create(p, nullptr);
        QVERIFY_RESULT(sampler);
        std::vector<float> logits(100);
        for (std::size_t i = 0; i < logits.size(); ++i)
            logits[i] = -0.5F * float(i);
        const std::vector<float> before = logits;
        SamplerTrace trace;
        const auto id = (*sampler)->sample(logits, &trace);
        QVERIFY_RESULT(id);
        QCOMPARE(logits, before); // left as they are
        QCOMPARE(trace.snapshots.size(), std::size_t(5));
        const SamplerStage stages[] = {SamplerStage::LogitBias, SamplerStage::LogitBias, SamplerStage::TopK,
                                       SamplerStage::TopP, SamplerStage::Temperature};
        for (std::size_t i = 0; i < 5; ++i) {
            const auto& s = trace.snapshots[i];
            QCOMPARE(s.stage, stages[i]);
            QCOMPARE(s.raw, i == 0);
            double sum = 0.0;
            for (const auto& c : s.top)
                sum += double(c.probability);
            QVERIFY(std::abs(sum - 1.0) < 1e-5); // 64 of 100 steep candidates hold all but 1e-14
            QVERIFY(std::is_sorted(s.top.begin(), s.top.end(),
                                   [](const auto& a, const auto& b) { return a.probability > b.probability; }));
        }
        QCOMPARE(trace.snapshots[0].nAlive, 100);
        QCOMPARE(trace.snapshots[0].top.size(), std::size_t(64));
        QCOMPARE(trace.snapshots[0].top[0].id, 0);
        QCOMPARE(trace.snapshots[1].top[0].id, 3);
        QCOMPARE(trace.snapshots[2].nAlive, 4);
        QCOMPARE(trace.snapshots[1].rawMass, 1.0F);
        QVERIFY(std::abs(trace.snapshots[2].rawMass - (1.0F - std::exp(-2.0F))) < 1e-4F); // a geometric series
        QCOMPARE(trace.snapshots[3].nAlive, 1); // the biased token holds more than 0.9
    }

    void orderIsThePersons() {
        // Top-p before the temperature cuts by the model's own probabilities; after it, by the flattened ones.
        const std::vector<float> logits{4.0F, 2.0F, 0.0F, -2.0F};
        const auto alive = [&](std::vector<SamplerStage> order) {
            SamplerParams p = plain();
            p.temperature = 10.0F;
            p.topP = 0.8F;
            p.order = std::move(order);
            auto sampler = Sampler::create(p, nullptr);
            SamplerTrace trace;
            (void)(*sampler)->sample(logits, &trace);
            return trace.snapshots.back().nAlive;
        };
        QCOMPARE(alive({SamplerStage::TopP, SamplerStage::Temperature}), 1);
        QCOMPARE(alive({SamplerStage::Temperature, SamplerStage::TopP}), 3);
    }

    void penaltiesKnowThePrompt() {
        SamplerParams p = plain();
        p.temperature = 0.0F;
        p.presencePenalty = 5.0F;
        auto sampler = Sampler::create(p, nullptr);
        QVERIFY_RESULT(sampler);
        (*sampler)->acceptPrompt(std::vector<TokenId>{0});
        const std::vector<float> logits{3.0F, 2.0F, 1.0F};
        QCOMPARE(*(*sampler)->sample(logits), 1);
        QCOMPARE(*(*sampler)->sample(logits), 2); // 1 was sampled and is remembered
    }

    void strangeLogits() {
        auto sampler = Sampler::create(plain(), nullptr);
        QVERIFY_RESULT(sampler);
        const float nan = std::numeric_limits<float>::quiet_NaN();
        for (const auto& logits : {std::vector<float>{nan, 1.0F, -kInf}, std::vector<float>{-kInf, kInf, nan},
                                   std::vector<float>{nan, 1e38F, -1e38F}})
            for (int i = 0; i < 20; ++i) {
                const auto id = (*sampler)->sample(logits);
                QVERIFY_RESULT(id);
                QCOMPARE(*id, 1);
            }
        const auto none = (*sampler)->sample(std::vector<float>{nan, -kInf});
        QVERIFY_ERROR(none, ErrorCode::Bug);
        const auto empty = (*sampler)->sample(std::vector<float>{});
        QVERIFY_ERROR(empty, ErrorCode::Bug);
    }

    void everyStageAtOnceLeavesSomeone() {
        Rng rng(9);
        for (int round = 0; round < 400; ++round) {
            SamplerParams p;
            p.seed = 1 + rng.next() % 1000;
            p.temperature = float(0.01 + rng.uniform() * 3.0);
            p.dynamicTempRange = float(rng.uniform());
            p.topK = int(rng.next() % 50);
            p.topP = float(0.01 + 0.98 * rng.uniform());
            p.minP = float(rng.uniform());
            p.typicalP = float(0.01 + 0.98 * rng.uniform());
            p.topNSigma = float(rng.uniform() * 2.0);
            p.xtcProbability = 0.5F;
            p.xtcThreshold = float(rng.uniform() * 0.5);
            p.dryMultiplier = 1.0F;
            p.repetitionPenalty = float(0.5 + rng.uniform());
            p.mirostat2 = rng.next() % 4 == 0;
            std::shuffle(p.order.begin(), p.order.end(), std::mt19937(unsigned(round)));
            auto sampler = Sampler::create(p, bytesAndWords());
            QVERIFY_RESULT(sampler);
            for (int i = 0; i < 20; ++i) {
                std::vector<float> logits(200);
                for (float& logit : logits)
                    logit = float(rng.uniform() * 8.0);
                const auto id = (*sampler)->sample(logits);
                QVERIFY_RESULT(id);
                QVERIFY(*id >= 0 && *id < 200);
            }
        }
    }

    void refusesNonsense() {
        const auto refused = [](auto change) {
            SamplerParams p;
            change(p);
            const auto sampler = Sampler::create(p, nullptr);
            return !sampler && sampler.error().code == ErrorCode::InvalidArgument &&
                   sampler.error().message.size() > 10;
        };
        QVERIFY(refused([](SamplerParams& p) { p.temperature = -1.0F; }));
        QVERIFY(refused([](SamplerParams& p) { p.temperature = kInf - kInf; }));
        QVERIFY(refused([](SamplerParams& p) { p.topK = -1; }));
        QVERIFY(refused([](SamplerParams& p) { p.topP = 0.0F; }));
        QVERIFY(refused([](SamplerParams& p) { p.minP = 1.5F; }));
        QVERIFY(refused([](SamplerParams& p) { p.typicalP = 0.0F; }));
        QVERIFY(refused([](SamplerParams& p) { p.repetitionPenalty = 0.0F; }));
        QVERIFY(refused([](SamplerParams& p) { p.dryBase = 0.5F; }));
        QVERIFY(refused([](SamplerParams& p) { p.xtcProbability = 2.0F; }));
        QVERIFY(refused([](SamplerParams& p) { p.order = {SamplerStage::TopK, SamplerStage::TopK}; }));
        QVERIFY(refused([](SamplerParams& p) { p.grammar = "root ::= \"a\""; })); // no tokenizer to go with it
        SamplerParams all = plain();
        all.logitBias = {{0, -kInf}, {1, -kInf}};
        auto sampler = Sampler::create(all, nullptr);
        QVERIFY_RESULT(sampler);
        const auto none = (*sampler)->sample(std::vector<float>{1.0F, 2.0F});
        QVERIFY_ERROR(none, ErrorCode::InvalidArgument);
    }

    // -- JSON schemas ------------------------------------------------------------------------------------------------

    void schemas_data() {
        QTest::addColumn<QByteArray>("schema");
        QTest::addColumn<QByteArrayList>("yes");
        QTest::addColumn<QByteArrayList>("no");
        const auto row = [](const char* name, const char* schema, QByteArrayList yes, QByteArrayList no) {
            QTest::newRow(name) << QByteArray(schema) << yes << no;
        };
        row("anything", "{}", {"1", "\"a\"", "[1, {\"a\": null}]", "{}"}, {"", "a", "[1,]"});
        row("string", "{\"type\":\"string\"}", {"\"\"", "\"é\\n\\u00e9\""}, {"1", "\"a", "\"\n\""});
        row("length", "{\"type\":\"string\",\"minLength\":2,\"maxLength\":3}", {"\"ab\"", "\"ééé\""},
            {"\"a\"", "\"abcd\""});
        row("integer", "{\"type\":\"integer\"}", {"0", "-12"}, {"01", "1.5", "-"});
        row("natural", "{\"type\":\"integer\",\"minimum\":0}", {"0", "12"}, {"-1"});
        row("range", "{\"type\":\"integer\",\"minimum\":-1,\"maximum\":2}", {"-1", "0", "2"}, {"3", "-2"});
        row("number", "{\"type\":\"number\"}", {"0", "-1.5e10"}, {"1.", ".5"});
        row("types", "{\"type\":[\"boolean\",\"null\"]}", {"true", "false", "null"}, {"1"});
        row("enum", "{\"enum\":[\"a b\",1,null,\"\\\"\"]}", {"\"a b\"", "1", "null", "\"\\\"\""}, {"\"a\"", "2"});
        row("const", "{\"const\":{\"a\":[1]}}", {"{\"a\":[1]}"}, {"{}"});
        row("array", "{\"type\":\"array\",\"items\":{\"type\":\"boolean\"},\"minItems\":1,\"maxItems\":2}",
            {"[true]", "[ true, false ]"}, {"[]", "[true,true,true]", "[1]"});
        row("no items", "{\"type\":\"array\",\"maxItems\":0}", {"[]"}, {"[1]"});
        row("tuple", "{\"prefixItems\":[{\"type\":\"integer\"},{\"type\":\"string\"}]}", {"[1,\"a\"]"},
            {"[1]", "[\"a\",1]"});
        row("object",
            "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},\"age\":{\"type\":\"integer\"}},"
            "\"required\":[\"name\"]}",
            {"{\"name\": \"Ana\"}", "{\"name\":\"Ana\",\"age\":3}"},
            {"{}", "{\"age\":3}", "{\"age\":3,\"name\":\"Ana\"}", "{\"name\":\"Ana\",}", "{\"name\":\"Ana\",\"x\":1}"});
        row("all optional",
            "{\"type\":\"object\",\"properties\":{\"a\":{\"const\":1},\"b\":{\"const\":2},\"c\":{\"const\":3}}}",
            {"{}", "{\"a\":1}", "{\"b\":2}", "{\"a\":1,\"c\":3}", "{\"a\":1,\"b\":2,\"c\":3}"},
            {"{,\"a\":1}", "{\"c\":3,\"a\":1}", "{\"a\":1\"b\":2}"});
        row("map", "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"}}", {"{}", "{\"x\":1,\"y\":2}"},
            {"{\"x\":\"1\"}"});
        row("open object",
            "{\"type\":\"object\",\"properties\":{\"a\":{\"const\":1}},\"required\":[\"a\"],\"additionalProperties\":"
            "true}",
            {"{\"a\":1}", "{\"a\":1,\"z\":[]}"}, {"{\"z\":1}"});
        row("any of", "{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"string\"}]}", {"1", "\"a\""}, {"null"});
        row("all of",
            "{\"allOf\":[{\"properties\":{\"a\":{\"const\":1}},\"required\":[\"a\"]},{\"properties\":{\"b\":{\"const\":"
            "2}},\"required\":[\"b\"]}]}",
            {"{\"a\":1,\"b\":2}"}, {"{\"a\":1}"});
        row("recursive",
            "{\"$ref\":\"#/$defs/"
            "tree\",\"$defs\":{\"tree\":{\"type\":\"object\",\"properties\":{\"v\":{\"type\":\"integer\"},\"kids\":{"
            "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/tree\"}}},\"required\":[\"v\"]}}}",
            {"{\"v\":1}", "{\"v\":1,\"kids\":[{\"v\":2,\"kids\":[]},{\"v\":3}]}"}, {"{\"kids\":[]}"});
        row("date-time", "{\"type\":\"string\",\"format\":\"date-time\"}",
            {"\"2024-02-29T23:59:59Z\"", "\"2024-02-29T00:00:00.123-03:00\""},
            {"\"2024-13-01T00:00:00Z\"", "\"2024-02-29\""});
    }
    void schemas() {
        QFETCH(QByteArray, schema);
        QFETCH(QByteArrayList, yes);
        QFETCH(QByteArrayList, no);
        for (const QByteArray& json : yes)
            QVERIFY2(fits(schema.toStdString(), json.toStdString()), ("should fit: " + json).constData());
        for (const QByteArray& json : no)
            QVERIFY2(!fits(schema.toStdString(), json.toStdString()), ("should not fit: " + json).constData());
    }

    void schemasRefused_data() {
        QTest::addColumn<QByteArray>("schema");
        QTest::addColumn<int>("code");
        const int bad = int(ErrorCode::InvalidArgument);
        const int unknown = int(ErrorCode::Unsupported);
        QTest::newRow("no JSON") << QByteArray("{") << bad;
        QTest::newRow("no schema") << QByteArray("[]") << bad;
        QTest::newRow("false") << QByteArray("false") << bad;
        QTest::newRow("type") << QByteArray("{\"type\":\"text\"}") << bad;
        QTest::newRow("enum") << QByteArray("{\"enum\":[]}") << bad;
        QTest::newRow("required") << QByteArray("{\"type\":\"object\",\"required\":[\"a\"]}") << bad;
        QTest::newRow("pattern") << QByteArray("{\"type\":\"string\",\"pattern\":\"a+\"}") << unknown;
        QTest::newRow("not") << QByteArray("{\"not\":{}}") << unknown;
        QTest::newRow("remote") << QByteArray("{\"$ref\":\"https://example.org/s.json\"}") << unknown;
        QTest::newRow("nowhere") << QByteArray("{\"$ref\":\"#/$defs/a\"}") << bad;
        QTest::newRow("lengths") << QByteArray("{\"type\":\"string\",\"minLength\":3,\"maxLength\":2}") << bad;
        QTest::newRow("length") << QByteArray("{\"type\":\"string\",\"minLength\":-3}") << bad;
        QTest::newRow("bounds") << QByteArray("{\"type\":\"number\",\"minimum\":3.5}") << unknown;
        QByteArray deep;
        for (int i = 0; i < 2000; ++i)
            deep += "{\"items\":";
        QTest::newRow("deep") << deep + "{}" + QByteArray(2000, '}') << bad;
        QTest::newRow("own tail") << QByteArray("{\"$ref\":\"#\"}") << -1;
        QTest::newRow("circle") << QByteArray("{\"allOf\":[{\"$ref\":\"#\"}, {}]}") << bad;
    }
    void schemasRefused() {
        QFETCH(QByteArray, schema);
        QFETCH(int, code);
        const auto text = grammarFromJsonSchema(schema.toStdString());
        if (text) { // it became a grammar of nothing: that has to be noticed
            SamplerParams p;
            p.jsonSchema = schema.toStdString();
            const auto sampler = Sampler::create(p, bytesAndWords());
            QVERIFY_ERROR(sampler, ErrorCode::InvalidArgument);
            QCOMPARE(code, -1);
            return;
        }
        QCOMPARE(int(text.error().code), code);
        QVERIFY(text.error().message.size() > 10);
    }

    void manyOptionalPropertiesStaySmall() {
        QByteArray schema = "{\"type\":\"object\",\"properties\":{";
        for (int i = 0; i < 60; ++i)
            schema += (i ? "," : "") + QByteArray("\"p") + QByteArray::number(i) + "\":{\"type\":\"integer\"}";
        schema += "}}";
        const auto text = grammarFromJsonSchema(schema.toStdString());
        QVERIFY_RESULT(text);
        QVERIFY2(text->size() < 20'000, qPrintable(QString::number(text->size())));
        QVERIFY(fits(schema.toStdString(), "{\"p3\": 1, \"p59\": 2}"));
    }
};

QTEST_GUILESS_MAIN(TestSampler)
#include "tst_sampler.moc"
