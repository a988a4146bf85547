// SPDX-License-Identifier: Apache-2.0
// What there is to record, and what it will take: the list found without computing is the list a real pass gives, on
// every architecture; names, patterns and budgets.

#include "core/trace/point_patterns.h"
#include "core/trace/trace_shape.h"
#include "tests/core/model/model_test_support.h"

#include <cmath>
#include <set>

using namespace vitral;
using namespace vitral::test;

class TestTraceShape : public QObject {
    Q_OBJECT

    std::shared_ptr<Backend> backend_;

    TraceShape shapeOf(const char* name) const {
        const auto model = loadGoldenModel(name, backend_);
        auto shape = model ? traceShape(**model) : Result<TraceShape>(tl::unexpected(model.error()));
        return shape ? std::move(*shape) : TraceShape{};
    }

private slots:
    void initTestCase() {
        const auto backend = makeCpuBackend({1, CpuIsa::Auto});
        QVERIFY_RESULT(backend);
        backend_ = *backend;
    }

    void isWhatAPassGives_data() {
        QTest::addColumn<QString>("name");
        std::set<std::string> models;
        for (const std::string& run : goldenRuns())
            if (const auto golden = loadGolden(run))
                models.insert(golden->model);
        for (const std::string& model : models)
            QTest::addRow("%s", model.c_str()) << QString::fromStdString(model);
    }
    void isWhatAPassGives() {
        QFETCH(QString, name);
        class Noter : public ForwardObserver {
        public:
            bool wants(Point, std::int32_t) const override { return true; }
            void give(Point point, std::int32_t iLayer, Tensor tensor) override {
                given += pointName(point, iLayer) + " " + std::to_string(tensor.nCol()) + "\n";
                QCOMPARE(pointFromName(pointName(point, iLayer))->point, point);
                QCOMPARE(pointFromName(pointName(point, iLayer))->iLayer, hasLayer(point) ? iLayer : 0);
            }
            void giveAttention(std::int32_t, const AttentionParams& params, const RopeTable* rope) override {
                attention.push_back(geometryOf(params, rope));
            }
            std::string given;
            std::vector<AttentionGeometry> attention;
        } noter;
        const auto model = loadGoldenModel(name.toStdString(), backend_);
        QVERIFY_RESULT(model);
        Runner runner(*model, kKvBlockTokens);
        const std::vector<TokenId> tokens{5, 6, 7};
        QVERIFY_RESULT(runner.feed(tokens, true, &noter));
        const auto shape = traceShape(**model);
        QVERIFY_RESULT(shape);
        std::string found;
        for (const PointShape& point : shape->points)
            found += pointName(point.point, point.iLayer) + " " + std::to_string(point.nCol) + "\n";
        QCOMPARE(QString::fromStdString(found), QString::fromStdString(noter.given));
        QVERIFY(shape->attention == noter.attention);
        QCOMPARE(shape->find(Point::RotQ, 0)->nHead, std::int32_t((*model)->config().nHead));
        QCOMPARE(shape->find(Point::V, 0)->nHead, std::int32_t((*model)->config().nKvHead));
    }

    void namesThatAreNone() {
        for (const char* name : {"", "blocks", "blocks.", "blocks..hook_resid_pre", "blocks.-1.hook_resid_pre",
                                 "blocks.1.hook_embed", "hook_resid_pre", "blocks.1.hook_resid_pre ",
                                 "blocks.007.hook_resid_pre", "blocks.99999999999.hook_resid_pre"})
            QVERIFY2(!pointFromName(name), name);
    }

    void patterns() {
        QVERIFY(matchesPattern("blocks.3.attn.hook_q", "blocks.*.attn.hook_q"));
        QVERIFY(matchesPattern("blocks.3.attn.hook_q", "*"));
        QVERIFY(matchesPattern("blocks.3.attn.hook_q", "*hook_q"));
        QVERIFY(matchesPattern("hook_q_hook_q", "*hook_q"));
        QVERIFY(!matchesPattern("blocks.3.attn.hook_q", "*hook"));
        QVERIFY(!matchesPattern("blocks.3.attn.hook_q", ""));
        QVERIFY(!matchesPattern("blocks.3.attn.hook_q", "blocks.*.attn.hook_qq"));
        QVERIFY(matchesPattern("", "**"));

        const TraceShape shape = shapeOf("llama");
        TraceRequest request;
        QVERIFY_RESULT(requestPoints(request, shape, "attention,blocks.*.hook_resid_post,hook_logits", {}));
        QVERIFY(request.attention && request.attentionLayers.empty());
        QCOMPARE(request.points.size(), std::size_t(2));
        QCOMPARE(request.points[0].layers.size(), std::size_t(3));
        const std::vector<std::int32_t> layers{0, 2};
        request = {};
        QVERIFY_RESULT(requestPoints(request, shape, "blocks.*.attn.hook_v,attention", layers));
        QCOMPARE(request.points[0].layers, layers);
        QCOMPARE(request.attentionLayers, layers);
        QVERIFY(!requestPoints(request, shape, "hook_pos_embed", {})); // llama has none
        const std::vector<std::int32_t> none{3};
        QVERIFY(!requestPoints(request, shape, "attention", none));
        QCOMPARE(*parseNumbers("0-2,7,1"), (std::vector<std::int32_t>{0, 1, 2, 7}));
        QVERIFY(parseNumbers("")->empty());
        for (const char* wrong : {"a", "1-", "-1", "3-1", "1,,2", "99999999999"})
            QVERIFY2(!parseNumbers(wrong), wrong);
    }

    void budgets() {
        const TraceShape shape = shapeOf("llama");
        TraceRequest request;
        request.attention = true;
        request.points = {{Point::ResidPost, {}, {}}, {Point::Embed, {}, {}}, {Point::Logits, {}, {}}};
        const std::size_t all = traceBytes(request, shape, 100);
        // By hand: 128 rows (two blocks) of Q [4 x 8] F32, K [2 x 8] F16, lse [4] F32 a layer; resid [32] F16 a layer;
        // embed [32] F16; logits [128] F32.
        QCOMPARE(all, std::size_t(128) * (3 * (32 * 4 + 16 * 2 + 4 * 4 + 32 * 2) + 32 * 2 + 128 * 4));
        request.byteBudget = all;
        const auto plan = planTrace(request, shape, 100);
        QVERIFY_RESULT(plan);
        QCOMPARE(plan->bytes, all);
        QCOMPARE(plan->queryType, DType::F32);
        QVERIFY(plan->notes.empty());
        QCOMPARE(plan->items.size(), std::size_t(5));
        // A byte less: queries are rounded; with that everything fits again.
        request.byteBudget = all - 1;
        const auto half = planTrace(request, shape, 100);
        QVERIFY_RESULT(half);
        QCOMPARE(half->queryType, DType::F16);
        QCOMPARE(half->items.size(), std::size_t(5));
        QCOMPARE(half->notes.size(), std::size_t(1));
        // Ever less room: what remains is a beginning of the model, and never more than is allowed.
        std::size_t before = half->items.size() + 3;
        for (std::size_t budget = half->bytes; budget > 0; budget = budget * 9 / 10) {
            request.byteBudget = budget;
            const auto less = planTrace(request, shape, 100);
            QVERIFY_RESULT(less);
            QVERIFY(less->bytes <= budget);
            const auto nAttention = std::size_t(std::count(less->attention.begin(), less->attention.end(), true));
            QVERIFY(less->items.size() + nAttention <= before);
            before = less->items.size() + nAttention;
            for (std::size_t i = 1; i < less->attention.size(); ++i)
                QVERIFY(!less->attention[i] || less->attention[i - 1]);
        }
        QCOMPARE(before, std::size_t(0));
        // Two branches take twice as much.
        request.byteBudget = 2 * all;
        QCOMPARE(planTrace(request, shape, 100, 2)->bytes, 2 * all);
    }
};

QTEST_GUILESS_MAIN(TestTraceShape)
#include "tst_trace_shape.moc"
