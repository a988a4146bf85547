// SPDX-License-Identifier: Apache-2.0
// Fused attention of every instruction set against scores, softmax and weighted sum written out in double over what
// the cache holds: grouped queries, windows, soft-capping, sinks, block borders, several sequences, log-sum-exp.
#include "core/backend/backend.h"
#include "core/base/rng.h"
#include "tests/support/result_test.h"

#include <cmath>

using namespace vitral;

namespace {

struct Case {
    const char* name;
    int nHead, nKvHead, dk, dv;
    std::int64_t nPast, nNew;
    float softcap = 0;
    std::int64_t window = 0;
    bool sinks = false;
};

constexpr Case kCases[] = {
    {"one token, empty", 1, 1, 16, 16, 0, 1},
    {"one head each", 4, 4, 64, 64, 0, 33},
    {"decode, grouped", 32, 8, 64, 64, 130, 1},
    {"decode at a block border", 8, 2, 64, 64, 127, 1},
    {"decode at a chunk border", 8, 2, 64, 64, 128, 1},
    {"prefill, grouped", 8, 2, 64, 64, 0, 200},
    {"prefill behind a past", 8, 2, 128, 128, 70, 45},
    {"seven to one", 14, 2, 64, 64, 31, 40},
    {"many to one", 71, 1, 16, 16, 20, 5},
    {"odd dimensions", 6, 3, 20, 12, 33, 19},
    {"small dimensions", 4, 2, 8, 8, 5, 70},
    {"wide values", 4, 2, 96, 256, 40, 10},
    {"window", 8, 2, 64, 64, 300, 50, 0, 37},
    {"window of one", 4, 2, 32, 32, 40, 9, 0, 1},
    {"window, decode", 8, 4, 64, 64, 500, 1, 0, 128},
    {"softcap", 8, 4, 64, 64, 60, 30, 5.0F},
    {"sinks", 8, 2, 64, 64, 60, 30, 0, 0, true},
    {"sinks and window", 8, 1, 64, 64, 160, 30, 0, 16, true},
    {"everything", 12, 2, 80, 48, 129, 67, 20.0F, 90, true},
};

} // namespace

class TestAttention : public QObject {
    Q_OBJECT

    static Tensor tensor(std::vector<float>& x, std::int64_t nRow, std::int64_t nCol) {
        Tensor t;
        t.data = x.data();
        t.shape = Shape{nRow, nCol};
        t.rowStride = nRow ? std::int64_t(x.size()) / nRow : nCol;
        return t;
    }

private slots:
    void againstWrittenOut_data() {
        QTest::addColumn<int>("isa");
        QTest::addColumn<int>("dtype");
        QTest::addColumn<int>("iCase");
        for (const auto& [isa, name] :
             {std::pair{CpuIsa::Scalar, "scalar"}, {CpuIsa::Avx2, "avx2"}, {CpuIsa::Avx512, "avx512"}})
            for (const DType dtype : {DType::F32, DType::F16, DType::Q8_0})
                for (int i = 0; i < int(std::size(kCases)); ++i)
                    QTest::addRow("%s %s %s", name, std::string(dtypeInfo(dtype).name).c_str(), kCases[i].name)
                        << int(isa) << int(dtype) << i;
    }
    void againstWrittenOut() {
        QFETCH(int, isa);
        QFETCH(int, dtype);
        QFETCH(int, iCase);
        const Case& c = kCases[iCase];
        const auto backend = makeCpuBackend({.nThread = 2, .isa = CpuIsa(isa)});
        if (!backend && backend.error().code == ErrorCode::Unsupported)
            QSKIP(backend.error().message.c_str());
        QVERIFY_RESULT(backend);
        Backend& b = **backend;
        auto made = KvCache::create(b, {{{c.nKvHead, c.dk, c.dv}}, DType(dtype), 2048});
        QVERIFY_RESULT(made);
        KvCache& cache = **made;
        Rng rng(std::uint64_t(iCase) + 11);
        const auto random = [&](std::int64_t n, double size) {
            std::vector<float> x(static_cast<std::size_t>(n));
            for (float& v : x)
                v = float((rng.uniform() * 2 - 1) * size);
            return x;
        };

        // Two sequences in one batch; the second is shorter and its blocks lie between the first one's.
        const SeqId seqs[2] = {*cache.newSequence(), *cache.newSequence()};
        const std::int64_t past[2] = {c.nPast, c.nPast / 3};
        const std::int64_t fresh[2] = {c.nNew, (c.nNew + 1) / 2};
        const auto store = [&](SeqId seq, std::int64_t n, std::vector<BatchRow>& rows) {
            QVERIFY_RESULT(cache.reserve(seq, n));
            for (std::int64_t i = 0; i < n; ++i)
                rows.push_back({seq, std::int32_t(cache.length(seq) + i)});
        };
        for (std::int64_t i = 0; i < past[0]; i += 16)
            for (int s = 0; s < 2; ++s) {
                std::vector<BatchRow> rows;
                const std::int64_t n = std::min<std::int64_t>(16, past[s] - cache.length(seqs[s]));
                if (n <= 0)
                    continue;
                store(seqs[s], n, rows);
                auto k = random(n * c.nKvHead * c.dk, 2), v = random(n * c.nKvHead * c.dv, 1);
                b.kvStore(cache, 0, tensor(k, n, c.nKvHead * c.dk), tensor(v, n, c.nKvHead * c.dv), rows);
                cache.advance(seqs[s], n);
            }
        std::vector<BatchRow> rows;
        store(seqs[0], fresh[0], rows);
        store(seqs[1], fresh[1], rows);
        const auto nRow = std::int64_t(rows.size());
        auto k = random(nRow * c.nKvHead * c.dk, 2), v = random(nRow * c.nKvHead * c.dv, 1);
        b.kvStore(cache, 0, tensor(k, nRow, c.nKvHead * c.dk), tensor(v, nRow, c.nKvHead * c.dv), rows);
        auto q = random(nRow * (c.nHead * c.dk + 3), 2);
        std::vector<float> out(std::size_t(nRow * (c.nHead * c.dv + 5)), 4321.0F);
        std::vector<float> lse(std::size_t(nRow * c.nHead));
        auto sinks = random(c.nHead, 3);
        AttentionParams params;
        params.nHead = c.nHead;
        params.nKvHead = c.nKvHead;
        params.headDimK = c.dk;
        params.headDimV = c.dv;
        params.scale = 1.0F / std::sqrt(float(c.dk));
        params.softcap = c.softcap;
        params.window = c.window;
        params.sinks = c.sinks ? sinks.data() : nullptr;
        params.logSumExp = tensor(lse, nRow, c.nHead);
        b.attention(tensor(out, nRow, c.nHead * c.dv), tensor(q, nRow, c.nHead * c.dk), cache, 0, rows, params);

        const std::int64_t qStride = c.nHead * c.dk + 3, outStride = c.nHead * c.dv + 5;
        double error = 0, power = 0, worst = 0, worstLse = 0;
        for (std::int64_t r = 0; r < nRow; ++r) {
            const std::int64_t position = rows[std::size_t(r)].position;
            for (int h = 0; h < c.nHead; ++h) {
                const int kv = h / (c.nHead / c.nKvHead);
                std::vector<float> keys(std::size_t((position + 1) * c.dk)), values(std::size_t((position + 1) * c.dv));
                b.readKeys(cache, 0, rows[std::size_t(r)].seq, kv, 0, position + 1, keys);
                b.readValues(cache, 0, rows[std::size_t(r)].seq, kv, 0, position + 1, values);
                std::vector<double> p(std::size_t(position + 1));
                double most = c.sinks ? double(sinks[std::size_t(h)]) : -1e300;
                const std::int64_t first = c.window ? std::max<std::int64_t>(0, position - c.window + 1) : 0;
                for (std::int64_t j = first; j <= position; ++j) {
                    double s = 0;
                    for (int d = 0; d < c.dk; ++d)
                        s += double(q[std::size_t(r * qStride + h * c.dk + d)]) * keys[std::size_t(j * c.dk + d)];
                    s *= params.scale;
                    if (c.softcap > 0)
                        s = c.softcap * std::tanh(s / c.softcap);
                    p[std::size_t(j)] = s;
                    most = std::max(most, s);
                }
                double sum = c.sinks ? std::exp(sinks[std::size_t(h)] - most) : 0;
                for (std::int64_t j = first; j <= position; ++j)
                    sum += p[std::size_t(j)] = std::exp(p[std::size_t(j)] - most);
                worstLse = std::max(worstLse, std::abs(lse[std::size_t(r * c.nHead + h)] - (most + std::log(sum))));
                for (int d = 0; d < c.dv; ++d) {
                    double want = 0;
                    for (std::int64_t j = first; j <= position; ++j)
                        want += p[std::size_t(j)] / sum * values[std::size_t(j * c.dv + d)];
                    const double got = out[std::size_t(r * outStride + h * c.dv + d)];
                    QVERIFY(std::isfinite(got));
                    worst = std::max(worst, std::abs(got - want));
                    error += (got - want) * (got - want);
                    power += want * want;
                }
            }
            for (std::int64_t i = c.nHead * c.dv; i < outStride; ++i)
                QCOMPARE(out[std::size_t(r * outStride + i)], 4321.0F);
        }
        QVERIFY(power > 0);
        QVERIFY2(worst < 2e-5 && error / power < 1e-10 && worstLse < 2e-5,
                 qPrintable(
                     QStringLiteral("worst %1, NMSE %2, log-sum-exp %3").arg(worst).arg(error / power).arg(worstLse)));
    }
};

QTEST_GUILESS_MAIN(TestAttention)
#include "tst_attention.moc"
