// SPDX-License-Identifier: Apache-2.0
// Attention weights out of recordings of every architecture against those of transformers' eager attention: grouped
// heads, sliding windows, soft-caps, sinks, every kind of rotary scaling. Recorded over a prompt in several pieces and
// token by token, as a chat is.

#include "core/io/safetensors.h"
#include "core/trace/attention_map.h"
#include "tests/core/trace/recorded_run.h"

#include <cmath>
#include <cstring>
#include <numeric>

using namespace vitral;
using namespace vitral::test;

namespace {
/// The promise. With queries as F32 and keys as the F16 cache rounds them we stand well below it.
constexpr double kAbsolute = 2e-3;
/// Against a cache that rounds nothing only the order of sums differs.
constexpr double kExact = 1e-5;
/// Queries as F16, which a request may ask for: what a note of the recording says of them.
constexpr double kHalf = 4e-3;
/// Behind experts in MXFP4 what comes in is rounded to 8 bits, which transformers does not do.
constexpr double kBehindMxfp4 = 5e-2;
} // namespace

class TestRecordedAttention : public QObject {
    Q_OBJECT

    std::shared_ptr<Backend> backend_;
    std::shared_ptr<const SafetensorsFile> weights_;

    /// [H, T, T] of a layer, or nothing.
    std::vector<float> golden(const std::string& run, std::int64_t iLayer, std::size_t n) const {
        const SafetensorsTensor* tensor =
            weights_->findTensor(run + "/blocks." + std::to_string(iLayer) + ".attn.hook_pattern");
        std::vector<float> values;
        if (tensor != nullptr && tensor->bytes.size() == n * sizeof(float)) {
            values.resize(n);
            std::memcpy(values.data(), tensor->bytes.data(), tensor->bytes.size());
        }
        return values;
    }

private slots:
    void initTestCase() {
        const auto backend = makeCpuBackend({1, CpuIsa::Auto});
        QVERIFY_RESULT(backend);
        backend_ = *backend;
        const auto file = SafetensorsFile::open(goldenFile("../trace/attention.safetensors"));
        QVERIFY_RESULT(file);
        weights_ = *file;
    }

    void agreesWithTransformers_data() {
        QTest::addColumn<QString>("run");
        QTest::addColumn<bool>("exactCache");
        QTest::addColumn<bool>("half");
        for (const std::string& run : goldenRuns()) {
            QTest::addRow("%s, F32 cache", run.c_str()) << QString::fromStdString(run) << true << false;
            QTest::addRow("%s, F16 cache", run.c_str()) << QString::fromStdString(run) << false << false;
            QTest::addRow("%s, F16 cache and queries", run.c_str()) << QString::fromStdString(run) << false << true;
        }
    }
    void agreesWithTransformers() {
        QFETCH(QString, run);
        QFETCH(bool, exactCache);
        QFETCH(bool, half);
        const auto known = loadGolden(run.toStdString());
        QVERIFY_RESULT(known);
        const auto model = loadGoldenModel(known->model, backend_);
        QVERIFY_RESULT(model);
        TraceRequest request;
        request.attention = true;
        request.queries = half ? QueryPrecision::Half : QueryPrecision::Auto;
        const auto text =
            recordText(*model, known->tokens, known->nCtx, request, exactCache ? DType::F32 : DType::F16, {7, 1, 5});
        QVERIFY_RESULT(text);
        const std::size_t n = known->tokens.size();
        double worst = 0, worstSum = 0;
        for (std::size_t layer = 0; layer < text->recording.attention.size(); ++layer) {
            const auto& record = text->recording.attention[layer];
            QVERIFY(record != nullptr);
            QCOMPARE(record->nPosition(), std::int64_t(n));
            const auto nHead = std::size_t(record->geometry.nHead);
            const std::vector<float> expected = golden(run.toStdString(), std::int64_t(layer), nHead * n * n);
            QVERIFY2(!expected.empty(), "no golden data for this layer");
            std::vector<float> row(n);
            for (std::size_t head = 0; head < nHead; ++head)
                for (std::size_t i = 0; i < n; ++i) {
                    attentionRow(*record, std::int32_t(head), std::int64_t(i), MapValue::Weight, row);
                    for (std::size_t j = 0; j < n; ++j)
                        worst = std::max(worst, std::abs(double(row[j]) - double(expected[(head * n + i) * n + j])));
                    // With a sink the row holds all but its share.
                    const auto& sinks = record->geometry.sinks;
                    const double share =
                        sinks.empty()
                            ? 0.0
                            : std::exp(double(sinks[head] - record->lse.at(std::int64_t(i), std::int64_t(head))));
                    worstSum =
                        std::max(worstSum, std::abs(std::accumulate(row.begin(), row.end(), 0.0) - (1.0 - share)));
                }
        }
        const bool behindMxfp4 = run == "gpt-oss-mxfp4";
        const double limit = exactCache ? kExact : half ? kHalf : kAbsolute;
        const QString told = QStringLiteral("worst weight off by %1, worst row sum by %2").arg(worst).arg(worstSum);
        QVERIFY2(worst <= (behindMxfp4 ? kBehindMxfp4 : limit), qPrintable(told));
        QVERIFY2(worstSum <= limit, qPrintable(told));
    }

    /// Scores, softmax and weighted sum written out, from what was recorded, give what the fused kernel gave.
    void plainPathGivesZ_data() {
        QTest::addColumn<QString>("run");
        for (const std::string& run : goldenRuns())
            QTest::addRow("%s", run.c_str()) << QString::fromStdString(run);
    }
    void plainPathGivesZ() {
        QFETCH(QString, run);
        const auto known = loadGolden(run.toStdString());
        QVERIFY_RESULT(known);
        const auto model = loadGoldenModel(known->model, backend_);
        QVERIFY_RESULT(model);
        TraceRequest request;
        request.attention = true;
        request.points = {{Point::V, {}, {}}, {Point::Z, {}, {}}};
        const auto text = recordText(*model, known->tokens, known->nCtx, request, DType::F16, {6, 9});
        QVERIFY_RESULT(text);
        const Recording& r = text->recording;
        for (std::int32_t layer = 0; layer < std::int32_t(r.attention.size()); ++layer) {
            const AttentionRecord& a = *r.attention[std::size_t(layer)];
            const AttentionGeometry& g = a.geometry;
            const TensorRecord *v = r.find(Point::V, layer), *z = r.find(Point::Z, layer);
            QVERIFY(v != nullptr && z != nullptr);
            const std::int64_t n = a.nPosition();
            std::vector<float> remade, recorded;
            for (std::int64_t i = 0; i < n; ++i)
                for (std::int32_t head = 0; head < g.nHead; ++head) {
                    std::vector<double> score(std::size_t(i) + 1, -INFINITY);
                    double largest = g.sinks.empty() ? -INFINITY : double(g.sinks[std::size_t(head)]);
                    for (std::int64_t j = 0; j <= i; ++j) {
                        if (g.window > 0 && j <= i - g.window)
                            continue;
                        double s = 0;
                        for (std::int32_t d = 0; d < g.headDimK; ++d)
                            s += double(a.q.at(i, head * g.headDimK + d)) *
                                 double(a.k.at(j, a.kvHead(head) * g.headDimK + d));
                        s *= double(g.scale);
                        if (g.softcap > 0)
                            s = double(g.softcap) * std::tanh(s / double(g.softcap));
                        score[std::size_t(j)] = s;
                        largest = std::max(largest, s);
                    }
                    double sum = g.sinks.empty() ? 0.0 : std::exp(double(g.sinks[std::size_t(head)]) - largest);
                    for (double& s : score)
                        sum += s = std::exp(s - largest);
                    for (std::int32_t d = 0; d < g.headDimV; ++d) {
                        double value = 0;
                        for (std::int64_t j = 0; j <= i; ++j)
                            value +=
                                score[std::size_t(j)] / sum * double(v->rows.at(j, a.kvHead(head) * g.headDimV + d));
                        remade.push_back(float(value));
                        recorded.push_back(z->rows.at(i, head * g.headDimV + d));
                    }
                }
            const double error = relativeError(remade, recorded);
            QVERIFY2(error < 2e-3, qPrintable(QString::number(error)));
        }
    }

    /// Keys that the cache rounds to 8 bits are recorded with that rounding: the rows still sum to one.
    void eightBitCache() {
        const auto model = loadGoldenModel("llama", backend_);
        QVERIFY_RESULT(model);
        TraceRequest request;
        request.attention = true;
        std::vector<TokenId> tokens(40);
        for (std::size_t i = 0; i < tokens.size(); ++i)
            tokens[i] = TokenId(2 + (i * 37) % 120);
        const auto text = recordText(*model, tokens, 64, request, DType::Q8_0, {33, 3});
        QVERIFY_RESULT(text);
        double worst = 0;
        for (const auto& record : text->recording.attention)
            for (std::int32_t head = 0; head < record->geometry.nHead; ++head)
                for (std::int64_t i = 0; i < record->nPosition(); ++i) {
                    std::vector<float> row(std::size_t(i) + 1);
                    attentionRow(*record, head, i, MapValue::Weight, row);
                    worst = std::max(worst, std::abs(std::accumulate(row.begin(), row.end(), 0.0) - 1.0));
                }
        QVERIFY2(worst < kAbsolute, qPrintable(QString::number(worst)));
    }
};

QTEST_GUILESS_MAIN(TestRecordedAttention)
#include "tst_recorded_attention.moc"
