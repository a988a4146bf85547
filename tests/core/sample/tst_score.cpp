// SPDX-License-Identifier: Apache-2.0
#include "core/base/rng.h"
#include "core/sample/sampler.h"
#include "tests/support/result_test.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace vitral;

class TestScore : public QObject {
    Q_OBJECT
private slots:
    void knownDistribution() {
        // p = 1/2, 1/4, 1/8, 1/8: entropy 1.75 bits.
        const std::vector<float> logits{std::log(0.125F), std::log(0.5F), std::log(0.25F), std::log(0.125F)};
        const TokenScore score = scoreToken(logits, 2, 3);
        QVERIFY(std::abs(score.logProbability - std::log(0.25F)) < 1e-6F);
        QCOMPARE(score.rank, 1);
        QVERIFY(std::abs(score.entropy - 1.75F * std::log(2.0F)) < 1e-6F);
        QCOMPARE(score.top.size(), std::size_t(3));
        QCOMPARE(score.top[0].id, 1);
        QCOMPARE(score.top[1].id, 2);
        QCOMPARE(score.top[2].id, 0); // of equals the smaller id
    }
    void equalsAPlainSoftmax() {
        Rng rng(7);
        std::vector<float> logits(50'257);
        for (float& logit : logits)
            logit = float(rng.uniform() * 60.0 - 30.0);
        std::vector<double> p(logits.size());
        const double greatest = *std::max_element(logits.begin(), logits.end());
        double z = 0.0;
        for (std::size_t i = 0; i < p.size(); ++i)
            z += p[i] = std::exp(double(logits[i]) - greatest);
        double entropy = 0.0;
        for (double& value : p) {
            value /= z;
            entropy -= value * std::log(value);
        }
        for (const TokenId id : {0, 1, 777, 50'256}) {
            const TokenScore score = scoreToken(logits, id, 8);
            QVERIFY(std::abs(double(score.logProbability) - std::log(p[std::size_t(id)])) < 1e-5);
            QVERIFY(std::abs(double(score.entropy) - entropy) < 1e-6);
            const auto better = std::count_if(p.begin(), p.end(), [&](double x) { return x > p[std::size_t(id)]; });
            QCOMPARE(std::int64_t(score.rank), std::int64_t(better));
            QVERIFY(std::is_sorted(score.top.begin(), score.top.end(),
                                   [](const auto& a, const auto& b) { return a.logProbability > b.logProbability; }));
        }
    }
    void moreAlternativesThanTokens() {
        QCOMPARE(scoreToken(std::vector<float>{1.0F, 2.0F}, 0, 9).top.size(), std::size_t(2));
    }
    void outOfRangeIsEmpty() { QVERIFY(scoreToken(std::vector<float>{1.0F}, 5, 3).top.empty()); }
};

QTEST_GUILESS_MAIN(TestScore)
#include "tst_score.moc"
