// SPDX-License-Identifier: Apache-2.0
// The samplers against transformers' processors (tests/golden/sample), and against their papers' definitions where
// transformers has none.
#include "core/sample/sampler.h"
#include "core/sample/stages.h"
#include "tests/support/result_test.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>
#include <cmath>
#include <set>

using namespace vitral;

namespace {

std::vector<float> floats(const QJsonValue& value) {
    std::vector<float> out;
    for (const QJsonValue v : value.toArray())
        out.push_back(float(v.toDouble()));
    return out;
}

std::set<TokenId> idsOf(const Candidates& candidates) {
    std::set<TokenId> ids;
    for (std::size_t i = 0; i < candidates.size(); ++i)
        ids.insert(candidates[i].id);
    return ids;
}

Candidates of(const std::vector<float>& logits) {
    Candidates candidates;
    candidates.assign(logits);
    return candidates;
}

std::vector<float> logs(const std::vector<double>& p) {
    std::vector<float> out;
    for (const double value : p)
        out.push_back(float(std::log(value)));
    return out;
}

} // namespace

class TestStages : public QObject {
    Q_OBJECT
private slots:
    void agreeWithTransformers() {
        QFile file(QStringLiteral(VITRAL_GOLDEN "/sample/processors.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonArray inputs = QJsonDocument::fromJson(file.readAll()).object()["inputs"].toArray();
        QVERIFY(inputs.size() >= 4);
        int nCases = 0;
        for (const QJsonValue inputValue : inputs) {
            const QJsonObject input = inputValue.toObject();
            const std::vector<float> logits = floats(input["logits"]);
            std::vector<TokenId> history;
            for (const QJsonValue id : input["history"].toArray())
                history.push_back(id.toInt());
            for (const QJsonValue caseValue : input["cases"].toArray()) {
                const QJsonObject c = caseValue.toObject();
                const QString name = c["name"].toString();
                const float value = float(c["value"].toDouble());
                Candidates candidates = of(logits);
                if (name == "temperature")
                    applyTemperature(candidates, double(value));
                else if (name == "top_k")
                    applyTopK(candidates, int(value));
                else if (name == "top_p")
                    applyTopP(candidates, value);
                else if (name == "min_p")
                    applyMinP(candidates, value);
                else if (name == "typical")
                    applyTypical(candidates, value);
                else if (name == "repetition") {
                    SamplerParams params;
                    params.repetitionPenalty = value;
                    applyPenalties(candidates, history, params);
                } else
                    QFAIL(qPrintable(name));
                const QString what = QString("%1 %2, %3 tokens").arg(name).arg(double(value)).arg(logits.size());
                if (c.contains("kept")) {
                    std::set<TokenId> kept;
                    for (const QJsonValue id : c["kept"].toArray())
                        kept.insert(id.toInt());
                    QVERIFY2(
                        idsOf(candidates) == kept,
                        qPrintable(
                            QString("%1: %2 kept, %3 expected").arg(what).arg(candidates.size()).arg(kept.size())));
                } else {
                    const std::vector<float> out = floats(c["out"]);
                    for (std::size_t i = 0; i < candidates.size(); ++i)
                        QVERIFY2(std::abs(candidates[i].logit - out[std::size_t(candidates[i].id)]) < 1e-5F,
                                 qPrintable(what));
                }
                ++nCases;
            }
        }
        QVERIFY(nCases >= 80);
    }

    void topNSigmaByItsDefinition() {
        const std::vector<float> logits{3.0F, 1.0F, -1.0F, -3.0F}; // deviation sqrt(5) = 2.236
        Candidates one = of(logits);
        applyTopNSigma(one, 1.0F);
        QCOMPARE(idsOf(one), (std::set<TokenId>{0, 1}));
        Candidates little = of(logits);
        applyTopNSigma(little, 0.5F);
        QCOMPARE(idsOf(little), (std::set<TokenId>{0}));
    }

    void xtcKeepsTheLeastOfTheTop() {
        const std::vector<float> logits = logs({0.5, 0.3, 0.15, 0.05});
        Rng rng(1);
        Candidates always = of(logits);
        applyXtc(always, 1.0F, 0.1F, rng);
        QCOMPARE(idsOf(always), (std::set<TokenId>{2, 3}));
        Candidates single = of(logits);
        applyXtc(single, 1.0F, 0.4F, rng); // only one reaches 0.4
        QCOMPARE(single.size(), std::size_t(4));
        int cut = 0;
        for (int i = 0; i < 2000; ++i) {
            Candidates c = of(logits);
            applyXtc(c, 0.25F, 0.1F, rng);
            cut += c.size() == 2 ? 1 : 0;
        }
        QVERIFY2(cut > 400 && cut < 600, qPrintable(QString::number(cut)));
    }

    void dynamicTemperatureFollowsEntropy() {
        SamplerParams params;
        params.temperature = 1.0F;
        params.dynamicTempRange = 0.5F;
        QVERIFY(std::abs(temperatureFor(of({0.0F, 0.0F, 0.0F}), params) - 1.5) < 1e-9);  // no preference: the highest
        QVERIFY(std::abs(temperatureFor(of({90.0F, 0.0F, 0.0F}), params) - 0.5) < 1e-9); // certainty: the lowest
        const double half = temperatureFor(of(logs({0.5, 0.5, 1e-30, 1e-30})), params);
        QVERIFY(std::abs(half - 1.0) < 1e-6); // ln 2 of ln 4
    }

    void mirostatByItsDefinition() {
        Candidates candidates = of(logs({0.5, 0.25, 0.125, 0.125}));
        applyMirostat2(candidates, 2.01); // surprise 1, 2, 3, 3 bits
        QCOMPARE(idsOf(candidates), (std::set<TokenId>{0, 1}));
        Candidates none = of(logs({0.5, 0.5}));
        applyMirostat2(none, 0.1);
        QCOMPARE(none.size(), std::size_t(1)); // never nobody
        QVERIFY(std::abs(mirostat2Next(10.0, 0.25, 5.0F, 0.1F) - 10.3) < 1e-6);
    }

    void mirostatHoldsItsSurprise() {
        // A Zipf law over 5,000 tokens: after a while the mean surprise is near tau.
        std::vector<float> logits;
        for (int i = 0; i < 5000; ++i)
            logits.push_back(-1.1F * float(std::log(i + 1.0)));
        SamplerParams params;
        params.mirostat2 = true;
        params.temperature = 1.0F;
        params.mirostatTau = 4.0F;
        params.seed = 3;
        auto sampler = Sampler::create(params, nullptr);
        QVERIFY_RESULT(sampler);
        double sum = 0.0;
        int counted = 0;
        for (int i = 0; i < 1500; ++i) {
            SamplerTrace trace;
            const auto id = (*sampler)->sample(logits, &trace);
            QVERIFY_RESULT(id);
            const auto& last = trace.snapshots.back();
            QCOMPARE(last.stage, SamplerStage::Mirostat2);
            if (i < 300)
                continue;
            double z = 0.0; // over the kept ones: the first nAlive of the law
            for (std::int64_t k = 0; k < last.nAlive; ++k)
                z += std::exp(double(logits[std::size_t(k)]));
            sum += -std::log2(std::exp(double(logits[std::size_t(*id)])) / z);
            ++counted;
        }
        const double mean = sum / counted;
        QVERIFY2(std::abs(mean - 4.0) < 0.2, qPrintable(QString::number(mean)));
    }

    void frequencyAndPresence() {
        SamplerParams params;
        params.frequencyPenalty = 0.5F;
        params.presencePenalty = 0.25F;
        params.penaltyLastN = 3;
        Candidates candidates = of({1.0F, 1.0F, 1.0F});
        const std::vector<TokenId> history{2, 0, 0, 1}; // the 2 is out of the window
        applyPenalties(candidates, history, params);
        QCOMPARE(candidates[0].logit, 1.0F - 2.0F * 0.5F - 0.25F);
        QCOMPARE(candidates[1].logit, 1.0F - 0.5F - 0.25F);
        QCOMPARE(candidates[2].logit, 1.0F);
    }

    void dryByItsDefinition() {
        SamplerParams params;
        params.dryMultiplier = 0.8F;
        params.dryBase = 1.75F;
        params.dryAllowedLength = 2;
        // 1 2 3 4 ... 1 2 3: a 4 would make the repetition four long; three tokens repeat already.
        const std::vector<TokenId> history{1, 2, 3, 4, 5, 1, 2, 3};
        Candidates candidates = of(std::vector<float>(8, 0.0F));
        applyDry(candidates, history, {}, params);
        for (std::size_t i = 0; i < candidates.size(); ++i)
            QVERIFY(std::abs(candidates[i].logit + (candidates[i].id == 4 ? 0.8F * 1.75F : 0.0F)) < 1e-6F);
        // A breaker inside the repetition leaves one token of it: shorter than allowed.
        std::vector<bool> breaks(history.size(), false);
        breaks[1] = breaks[6] = true; // the 2
        Candidates broken = of(std::vector<float>(8, 0.0F));
        applyDry(broken, history, breaks, params);
        for (std::size_t i = 0; i < broken.size(); ++i)
            QCOMPARE(broken[i].logit, 0.0F);
    }

    void dryAgreesWithASlowSearch() {
        Rng rng(5);
        SamplerParams params;
        params.dryMultiplier = 1.0F;
        params.dryBase = 1.5F;
        params.dryAllowedLength = 1;
        for (int round = 0; round < 300; ++round) {
            const std::size_t n = 2 + std::size_t(rng.next() % 40);
            std::vector<TokenId> history;
            std::vector<bool> breaks;
            for (std::size_t i = 0; i < n; ++i) {
                history.push_back(TokenId(rng.next() % 3));
                breaks.push_back(rng.next() % 8 == 0);
            }
            std::vector<float> expected(3, 0.0F);
            for (TokenId next = 0; next < 3; ++next) {
                std::size_t longest = 0;
                for (std::size_t at = 1; at < n; ++at) { // history[at] follows what ended at at - 1
                    if (history[at] != next || breaks[at])
                        continue;
                    std::size_t length = 0;
                    while (length < at && history[at - 1 - length] == history[n - 1 - length] &&
                           !breaks[at - 1 - length] && !breaks[n - 1 - length])
                        ++length;
                    longest = std::max(longest, length);
                }
                if (longest >= 1)
                    expected[std::size_t(next)] = -float(std::pow(1.5, double(longest - 1)));
            }
            Candidates candidates = of({0.0F, 0.0F, 0.0F});
            applyDry(candidates, history, breaks, params);
            for (std::size_t i = 0; i < 3; ++i)
                QVERIFY2(std::abs(candidates[i].logit - expected[std::size_t(candidates[i].id)]) <=
                             1e-4F * std::abs(expected[std::size_t(candidates[i].id)]),
                         qPrintable(QString("round %1").arg(round)));
        }
    }

    void breakersMaySpanTokens() {
        const std::vector<std::string> pieces{"a", "<", "br", ">", "b"};
        const std::vector<std::string> breakers{"<br>"};
        QCOMPARE(markBreakers(pieces, breakers), (std::vector<bool>{false, true, true, true, false}));
    }

    void hugeRepetitionStaysFinite() {
        SamplerParams params;
        params.dryMultiplier = 5.0F;
        const std::vector<TokenId> history(20'000, 1);
        Candidates candidates = of({0.0F, 0.0F});
        applyDry(candidates, history, {}, params);
        QVERIFY(std::isfinite(candidates[1].logit) || candidates.size() == 1);
        QVERIFY(candidates[1].logit <= -1e6F + 1.0F);
    }
};

QTEST_GUILESS_MAIN(TestStages)
#include "tst_stages.moc"
