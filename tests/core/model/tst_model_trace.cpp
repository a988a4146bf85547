// SPDX-License-Identifier: Apache-2.0
// What an observer gets: every point, by its pinned name, in its promised meaning. Above all: rotated queries, the
// cached keys and the log-sum-exp together are the attention map, which is what lets it be shown without being stored.

#include "tests/core/model/model_test_support.h"

#include <cmath>

using namespace vitral;
using namespace vitral::test;

class TestModelTrace : public QObject {
    Q_OBJECT
    std::shared_ptr<Backend> backend_;

private slots:
    void initTestCase() {
        const auto backend = makeCpuBackend({1, CpuIsa::Auto});
        QVERIFY_RESULT(backend);
        backend_ = *backend;
    }

    void pointNamesArePinned() {
        const std::vector<std::string> expected{"hook_embed",
                                                "hook_pos_embed",
                                                "blocks.3.hook_resid_pre",
                                                "blocks.3.ln1.hook_normalized",
                                                "blocks.3.attn.hook_q",
                                                "blocks.3.attn.hook_k",
                                                "blocks.3.attn.hook_v",
                                                "blocks.3.attn.hook_rot_q",
                                                "blocks.3.attn.hook_rot_k",
                                                "blocks.3.attn.hook_lse",
                                                "blocks.3.attn.hook_z",
                                                "blocks.3.hook_attn_out",
                                                "blocks.3.hook_resid_mid",
                                                "blocks.3.ln2.hook_normalized",
                                                "blocks.3.mlp.hook_pre",
                                                "blocks.3.mlp.hook_pre_linear",
                                                "blocks.3.mlp.hook_post",
                                                "blocks.3.moe.hook_gate",
                                                "blocks.3.hook_mlp_out",
                                                "blocks.3.hook_resid_post",
                                                "ln_final.hook_normalized",
                                                "hook_logits"};
        QCOMPARE(int(expected.size()), kPointCount);
        for (int i = 0; i < kPointCount; ++i)
            QCOMPARE(pointName(Point(i), 3), expected[std::size_t(i)]);
    }

    void givesEveryPoint() {
        std::map<std::string, HostTensor> everything;
        for (int point = 0; point < kPointCount; ++point)
            for (int layer = 0; layer < 3; ++layer)
                everything[pointName(Point(point), layer)];
        const std::vector<TokenId> tokens{5, 6, 7, 8};
        for (const auto& [name, missing] :
             {std::pair{"gpt2", std::vector<std::string>{"hook_rot_q", "pre_linear", "moe"}},
              std::pair{"gpt-oss", std::vector<std::string>{"pos_embed", "mlp.hook"}}}) {
            const auto model = loadGoldenModel(name, backend_);
            QVERIFY_RESULT(model);
            Runner runner(*model, 64);
            Collector collector(*backend_, everything);
            QVERIFY_RESULT(runner.feed(tokens, true, &collector));
            for (const auto& [point, unused] : everything) {
                const bool absent = point == std::string("blocks.0.attn.hook_rot_k") ||
                                    std::any_of(missing.begin(), missing.end(), [&](const std::string& part) {
                                        return point.find(part) != std::string::npos;
                                    });
                if (!absent) {
                    QVERIFY2(collector.got.contains(point), (std::string(name) + " does not give " + point).c_str());
                    QCOMPARE(collector.got[point].nRow, 4);
                }
            }
            QCOMPARE(collector.got["blocks.1.attn.hook_lse"].nCol, (*model)->config().nHead);
        }
    }

    void observersMayIntervene() {
        // Zeroing what the last block adds must leave the stream before it as the final one.
        class Zero : public ForwardObserver {
        public:
            explicit Zero(Backend& backend) : backend_(&backend) {}
            bool wants(Point point, std::int32_t iLayer) const override {
                return point == Point::MlpOut && iLayer == 2;
            }
            void give(Point, std::int32_t, Tensor tensor) override {
                backend_->write(tensor, std::vector<float>(std::size_t(tensor.shape.count()), 0.0F));
            }

        private:
            Backend* backend_;
        };
        const auto model = loadGoldenModel("llama", backend_);
        QVERIFY_RESULT(model);
        const std::vector<TokenId> tokens{5, 6, 7};
        Runner plain(*model, 64), edited(*model, 64);
        Zero zero(*backend_);
        const auto before = plain.feed(tokens);
        const auto after = edited.feed(tokens, true, &zero);
        QVERIFY_RESULT(before);
        QVERIFY_RESULT(after);
        QVERIFY(relativeError(*after, *before) > 1e-2);
    }

    void residualStreamAddsUp() {
        std::map<std::string, HostTensor> asked;
        for (const Point point : {Point::ResidPre, Point::AttnOut, Point::ResidMid, Point::MlpOut, Point::ResidPost})
            asked[pointName(point, 1)];
        for (const char* name : {"llama", "gemma2", "granite", "olmo2", "stablelm-parallel", "gpt-oss", "gpt2"}) {
            const auto golden = loadGolden(name);
            QVERIFY_RESULT(golden);
            const auto model = loadGoldenModel(golden->model, backend_);
            QVERIFY_RESULT(model);
            Runner runner(*model, 64);
            Collector collector(*backend_, asked);
            QVERIFY_RESULT(runner.feed(golden->tokens, true, &collector));
            const auto sum = [&](Point a, Point b, Point expected) {
                std::vector<float> total = collector.got[pointName(a, 1)].values;
                for (std::size_t i = 0; i < total.size(); ++i)
                    total[i] += collector.got[pointName(b, 1)].values[i];
                return relativeError(total, collector.got[pointName(expected, 1)].values);
            };
            QVERIFY2(sum(Point::ResidPre, Point::AttnOut, Point::ResidMid) < 1e-6, name);
            QVERIFY2(sum(Point::ResidMid, Point::MlpOut, Point::ResidPost) < 1e-6, name);
        }
    }

    void attentionMapsCanBeRemade_data() {
        QTest::addColumn<QString>("run");
        QTest::addColumn<int>("layer");
        QTest::addColumn<double>("softcap");
        QTest::addColumn<int>("window");
        QTest::addColumn<bool>("sinks");
        QTest::newRow("llama") << "llama" << 1 << 0.0 << 0 << false;
        QTest::newRow("window") << "mistral-window" << 2 << 0.0 << 9 << false;
        QTest::newRow("softcap and window") << "gemma2" << 0 << 3.0 << 9 << false;
        QTest::newRow("softcap") << "gemma2" << 1 << 3.0 << 0 << false;
        QTest::newRow("sinks and window") << "gpt-oss" << 0 << 0.0 << 9 << true;
        QTest::newRow("sinks") << "gpt-oss" << 1 << 0.0 << 0 << true;
    }
    void attentionMapsCanBeRemade() {
        QFETCH(QString, run);
        QFETCH(int, layer);
        QFETCH(double, softcap);
        QFETCH(int, window);
        QFETCH(bool, sinks);
        const auto golden = loadGolden(run.toStdString());
        QVERIFY_RESULT(golden);
        const auto model = loadGoldenModel(golden->model, backend_);
        QVERIFY_RESULT(model);
        Runner runner(*model, 64);
        std::map<std::string, HostTensor> asked;
        for (const Point point : {Point::RotQ, Point::AttnLse, Point::Z})
            asked[pointName(point, layer)];
        Collector collector(*backend_, asked);
        QVERIFY_RESULT(runner.feed(golden->tokens, true, &collector));
        const std::vector<float>& q = collector.got[pointName(Point::RotQ, layer)].values;
        const std::vector<float>& lse = collector.got[pointName(Point::AttnLse, layer)].values;
        const std::vector<float>& z = collector.got[pointName(Point::Z, layer)].values;

        const ModelConfig& c = (*model)->config();
        const std::size_t nToken = golden->tokens.size(), nHead = std::size_t(c.nHead), d = std::size_t(c.headDim);
        std::vector<float> k(nToken * d), v(nToken * d), remade(z.size());
        for (std::size_t head = 0; head < nHead; ++head) {
            const auto kvHead = std::int32_t(head / (nHead / std::size_t(c.nKvHead)));
            backend_->readKeys(**runner.cache, layer, runner.sequence, kvHead, 0, std::int64_t(nToken), k);
            backend_->readValues(**runner.cache, layer, runner.sequence, kvHead, 0, std::int64_t(nToken), v);
            for (std::size_t i = 0; i < nToken; ++i) {
                double rowSum = 0;
                for (std::size_t j = 0; j <= i; ++j) {
                    if (window > 0 && j + std::size_t(window) <= i)
                        continue;
                    double score = 0;
                    for (std::size_t x = 0; x < d; ++x)
                        score += double(q[(i * nHead + head) * d + x]) * double(k[j * d + x]);
                    score /= std::sqrt(double(d));
                    if (softcap > 0)
                        score = softcap * std::tanh(score / softcap);
                    const double p = std::exp(score - double(lse[i * nHead + head]));
                    rowSum += p;
                    for (std::size_t x = 0; x < d; ++x)
                        remade[(i * nHead + head) * d + x] += float(p * double(v[j * d + x]));
                }
                // With a sink the denominator holds one term more than the map shows.
                QVERIFY2(sinks ? rowSum < 1.0 : std::abs(rowSum - 1.0) < 1e-4, qPrintable(QString::number(rowSum)));
            }
        }
        QVERIFY2(relativeError(remade, z) < 1e-4, qPrintable(QString::number(relativeError(remade, z))));
    }
};

QTEST_GUILESS_MAIN(TestModelTrace)
#include "tst_model_trace.moc"
