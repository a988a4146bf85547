// SPDX-License-Identifier: Apache-2.0
// Explanations of runs that were changed while they ran, and what a change does to every position.

#include "core/trace/ablation.h"
#include "core/trace/attribution.h"
#include "core/trace/compare_runs.h"
#include "core/trace/intervention.h"
#include "core/trace/logit_lens.h"
#include "tests/core/model/model_test_support.h"

#include <cmath>

using namespace vitral;
using namespace vitral::test;

class TestChangedRuns : public QObject {
    Q_OBJECT
    std::shared_ptr<Backend> backend_;
    std::shared_ptr<const Model> model_;
    std::vector<TokenId> tokens_{5, 9, 2, 77, 31, 5, 9, 64, 3, 12};

    ExplainContext context() const { return {*backend_, {}, {}}; }
    ExplainedRun run(std::vector<Intervention> items = {}) const {
        auto set = std::make_shared<InterventionSet>();
        set->items = std::move(items);
        return {tokens_, std::move(set), DType::F32, 0};
    }
    static Intervention zeroHead(std::int32_t iLayer, std::int32_t iHead) {
        Intervention item;
        item.point = Point::Z;
        item.iLayer = iLayer;
        item.iHead = iHead;
        return item;
    }
    Intervention steer(std::int32_t iLayer, float factor) const {
        std::vector<float> vector;
        for (std::int64_t i = 0; i < model_->config().nEmbd; ++i)
            vector.push_back(std::sin(float(i)));
        Intervention item;
        item.point = Point::ResidPost;
        item.iLayer = iLayer;
        item.edit = EditKind::Add;
        item.factor = factor;
        item.vector = std::make_shared<const std::vector<float>>(std::move(vector));
        return item;
    }

private slots:
    void initTestCase() {
        const auto backend = makeCpuBackend({1, CpuIsa::Auto});
        QVERIFY_RESULT(backend);
        backend_ = *backend;
        const auto model = loadGoldenModel("llama", backend_);
        QVERIFY_RESULT(model);
        model_ = *model;
    }

    void whatAChangeDoes() {
        const auto plain = logitLens(*model_, context(), run(), {{}, {9}, 128, LensTarget::Chosen, 17});
        const auto changed =
            logitLens(*model_, context(), run({zeroHead(1, 2)}), {{}, {9}, 128, LensTarget::Chosen, 17});
        QVERIFY_RESULT(plain);
        QVERIFY_RESULT(changed);
        QCOMPARE(changed->cells[1].logProbability, plain->cells[1].logProbability); // layer 0 comes before it
        QVERIFY(changed->cells[2].logProbability != plain->cells[2].logProbability);

        const auto comparison = compareRuns(*model_, context(), run({zeroHead(1, 2)}));
        QVERIFY_RESULT(comparison);
        QCOMPARE(comparison->positions.size(), tokens_.size());
        const PositionChange& last = comparison->positions.back();
        // KL and total variation once more, from the lens' whole distributions.
        std::vector<double> p(128), q(128);
        for (const auto& token : plain->cells.back().top)
            p[std::size_t(token.id)] = std::exp(double(token.logProbability));
        for (const auto& token : changed->cells.back().top)
            q[std::size_t(token.id)] = std::exp(double(token.logProbability));
        double kl = 0, distance = 0;
        for (std::size_t i = 0; i < p.size(); ++i) {
            kl += p[i] * std::log(p[i] / q[i]);
            distance += std::abs(p[i] - q[i]) / 2;
        }
        QVERIFY2(std::abs(last.kl - kl) < 1e-5, qPrintable(QString("%1, not %2").arg(last.kl).arg(kl)));
        QVERIFY(std::abs(last.totalVariation - distance) < 1e-5);
        QVERIFY(last.kl > 1e-4);
        QVERIFY(comparison->maxKl >= comparison->meanKl);
        QCOMPARE(comparison->positions[3].without.id, tokens_[4]);
        QCOMPARE(last.without.rank, 0);

        // The sweep does the same to the last position.
        AblationRequest request;
        request.token = last.without.id;
        const auto sweep = ablationSweep(*model_, context(), run(), request);
        QVERIFY_RESULT(sweep);
        const auto found = std::find_if(sweep->effects.begin(), sweep->effects.end(),
                                        [](const AblationEffect& e) { return e.iLayer == 1 && e.iHead == 2; });
        QVERIFY(std::abs(found->logProbability - last.with.logProbability) < 1e-4F);
        // On top of a head that is off already, switching it off again does nothing.
        const auto again = ablationSweep(*model_, context(), run({zeroHead(1, 2)}), request);
        QVERIFY_RESULT(again);
        QVERIFY(std::abs(again->logProbability - last.with.logProbability) < 1e-4F);
        QVERIFY(std::abs(again->effects[std::size_t(found - sweep->effects.begin())].logProbability -
                         again->logProbability) < 1e-6F);
    }

    void changesThatChangeNothing() {
        Intervention same = zeroHead(0, 0);
        same.edit = EditKind::Scale;
        same.factor = 1.0F;
        const auto comparison = compareRuns(*model_, context(), run({same}));
        QVERIFY_RESULT(comparison);
        QVERIFY(comparison->maxKl < 1e-9);
        QCOMPARE(comparison->firstDifferentChoice, std::int64_t(-1));
        same.enabled = false;
        QVERIFY_ERROR(compareRuns(*model_, context(), run({same})), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(compareRuns(*model_, context(), run({zeroHead(7, 0)})), ErrorCode::InvalidArgument);
    }

    /// A vector added to the stream is a term of its own; the sum still holds.
    void attributionOfASteeredRun() {
        const auto result = attributeLogit(*model_, context(), run({steer(1, 2.0F), zeroHead(2, 1)}), {});
        QVERIFY_RESULT(result);
        QVERIFY2(std::abs(result->rest) < 1e-4, qPrintable(QString::number(result->rest)));
        double sum = result->rest;
        for (const Contribution& part : result->contributions) {
            sum += part.logit;
            if (part.kind == ContributionKind::Intervention)
                QVERIFY2((std::abs(part.logit) > 1e-3) == (part.iLayer == 1), qPrintable(QString::number(part.logit)));
            if (part.kind == ContributionKind::Head && part.iLayer == 2 && part.iHead == 1)
                QCOMPARE(part.logit, 0.0);
        }
        QVERIFY(std::abs(sum - result->total) < 1e-9);
    }

    void recordingsAreCompared() {
        const auto score = [](TokenId id, float logProbability) {
            TokenScore s;
            s.id = id;
            s.logProbability = logProbability;
            return std::make_shared<const TokenScore>(s);
        };
        Recording a, b;
        a.tokens = {1, 2, 3, 4, 5};
        b.tokens = {1, 2, 3, 9};
        a.scores = {nullptr, score(2, -1), score(3, -1), score(4, -0.5F), score(5, -1)};
        b.scores = {nullptr, score(2, -1), nullptr, score(9, -0.7F)};
        const RecordingComparison parted = compareRecordings(a, b);
        QCOMPARE(parted.nCommon, std::int64_t(3));
        QVERIFY(parted.part);
        QCOMPARE(parted.positions.size(), std::size_t(2)); // of tokens 1 and 3
        QCOMPARE(parted.positions[1].position, std::int64_t(2));
        QCOMPARE(parted.positions[1].with.id, TokenId(4));
        QCOMPARE(parted.positions[1].without.id, TokenId(9));
        QVERIFY(std::isnan(parted.positions[1].kl));
        b = a;
        b.tokens.resize(3);
        b.scores.resize(3);
        const RecordingComparison shorter = compareRecordings(a, b);
        QVERIFY(!shorter.part);
        QCOMPARE(shorter.nCommon, std::int64_t(3));
    }
};

QTEST_GUILESS_MAIN(TestChangedRuns)
#include "tst_changed_runs.moc"
