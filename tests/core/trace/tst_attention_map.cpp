// SPDX-License-Identifier: Apache-2.0
// The fast maps against the plain ones: every shape, every kernel table this machine can run.

#include "core/kernels/cpu_features.h"
#include "core/trace/map_cells.h"
#include "tests/support/attention_record.h"

#include <QtTest>

using namespace vitral;
using vitral::test::randomRecord;
using vitral::test::RecordShape;

namespace {

std::vector<const kernels::KernelTable*> tables() {
    std::vector<const kernels::KernelTable*> list{&kernels::scalarKernels()};
    const kernels::CpuFeatures cpu = kernels::cpuFeatures();
    if (cpu.avx2)
        list.push_back(kernels::avx2Kernels());
    if (cpu.avx512)
        list.push_back(kernels::avx512Kernels());
    return list;
}

/// Where two maps differ by more than 1e-5 relative and 1e-6 absolute; empty: nowhere.
QString difference(const std::vector<float>& fast, const std::vector<float>& slow) {
    for (std::size_t i = 0; i < slow.size(); ++i) {
        const double a = fast[i], b = slow[i];
        const bool same = std::isnan(b)   ? std::isnan(a)
                          : std::isinf(b) ? a == b
                                          : std::abs(a - b) <= 1e-6 + 1e-5 * std::abs(b);
        if (!same)
            return QStringLiteral("[%1] is %2, not %3").arg(i).arg(a, 0, 'g', 9).arg(b, 0, 'g', 9);
    }
    return {};
}

QString shapeText(const RecordShape& s) {
    return QStringLiteral("T %1, %2/%3 heads of %4, window %5, softcap %6")
        .arg(s.nPosition)
        .arg(s.nHead)
        .arg(s.nKvHead)
        .arg(s.headDim)
        .arg(s.window)
        .arg(double(s.softcap));
}

bool blocks(const kernels::KernelTable& table, const AttentionRecord& record, int iHead, const MapRegion& region,
            MapValue value, std::span<const std::int64_t> masked, std::span<float> max, std::span<float> mean) {
    const MapAxis rows = MapAxis::all(region.firstQuery, region.nRow, region.block, record.nPosition());
    const MapAxis cols = MapAxis::all(region.firstKey, region.nCol, region.block, record.nPosition());
    return mapCells(table, {record, iHead, value, masked, rows, cols, max, mean, {}, {}}, {});
}

} // namespace

class TestAttentionMap : public QObject {
    Q_OBJECT

    void compare(const RecordShape& shape, const MapRegion& region, MapValue value,
                 const std::vector<std::int64_t>& masked = {}, bool mustShow = true) {
        const auto record = randomRecord(shape);
        const int iHead = shape.nHead - 1;
        const auto n = static_cast<std::size_t>(region.nRow * region.nCol);
        std::vector<float> slowMax(n), slowMean(n);
        QVERIFY(attentionBlocksPlain(*record, iHead, region, value, masked, slowMax, slowMean));
        for (const kernels::KernelTable* table : tables()) {
            const std::string where = (shapeText(shape) + QStringLiteral(", block %1 at %2,%3, %4")
                                                              .arg(region.block)
                                                              .arg(region.firstQuery)
                                                              .arg(region.firstKey)
                                                              .arg(table->name))
                                          .toStdString();
            std::vector<float> max(n + 1, -7.0F), mean(n + 1, -7.0F);
            QVERIFY(blocks(*table, *record, iHead, region, value, masked, std::span(max).first(n),
                           std::span(mean).first(n)));
            QCOMPARE(max.back(), -7.0F);
            QCOMPARE(mean.back(), -7.0F);
            max.pop_back();
            mean.pop_back();
            QVERIFY2(difference(max, slowMax).isEmpty(), qPrintable(where.c_str() + difference(max, slowMax)));
            QVERIFY2(difference(mean, slowMean).isEmpty(), qPrintable(where.c_str() + difference(mean, slowMean)));
            // One of the two alone gives the same.
            std::vector<float> only(n);
            QVERIFY(blocks(*table, *record, iHead, region, value, masked, {}, only));
            QVERIFY(difference(only, mean).isEmpty());
            QVERIFY(blocks(*table, *record, iHead, region, value, masked, only, {}));
            QVERIFY(difference(only, max).isEmpty());
        }
        const bool something = std::any_of(slowMax.begin(), slowMax.end(), [](float v) { return std::abs(v) > 1e-3F; });
        QVERIFY2(something || !mustShow, "the case shows nothing");
    }

private slots:
    void everyBlockSize() {
        for (const MapValue value : {MapValue::Weight, MapValue::Score})
            for (const std::int64_t block : {1, 2, 4, 8, 16, 32, 64, 128, 512}) {
                RecordShape shape;
                shape.nPosition = 301;
                shape.headDim = 24;
                const std::int64_t n = (301 + block - 1) / block + 1;
                compare(shape, {0, 0, n, n, block}, value);
                if (QTest::currentTestFailed())
                    return;
            }
    }

    void shapes() {
        const RecordShape shapes[] = {
            {70, 4, 2, 7, 0, 0, false, 2, true, 3},    {33, 3, 3, 1, 0, 0, false, 2, true, 4},
            {95, 8, 1, 33, 11, 0, false, 2, true, 5},  {129, 2, 2, 64, 32, 30, false, 4, true, 6},
            {64, 4, 4, 80, 0, 5, true, 3, true, 7},    {100, 6, 2, 128, 1, 0, true, 2, true, 8},
            {31, 2, 1, 256, 0, 50, false, 2, true, 9}, {1, 1, 1, 8, 0, 0, false, 1, true, 10},
        };
        for (const RecordShape& shape : shapes)
            for (const std::int64_t block : {1, 4, 64}) {
                const std::int64_t n = (shape.nPosition + block - 1) / block;
                compare(shape, {0, 0, n, n, block}, MapValue::Weight);
                if (QTest::currentTestFailed())
                    return;
                compare(shape, {0, 0, n, n, block}, MapValue::Score);
                if (QTest::currentTestFailed())
                    return;
            }
    }

    void regionsAnywhere() {
        RecordShape shape;
        shape.nPosition = 333;
        shape.window = 100;
        for (const MapRegion& region :
             {MapRegion{37, 5, 40, 50, 1}, MapRegion{301, 290, 60, 60, 1}, MapRegion{64, 0, 30, 20, 4},
              MapRegion{7, 3, 9, 11, 16}, MapRegion{100, 90, 5, 3, 64}, MapRegion{256, 128, 1, 2, 256}}) {
            compare(shape, region, MapValue::Weight);
            if (QTest::currentTestFailed())
                return;
        }
    }

    void maskedKeys() {
        RecordShape shape;
        shape.nPosition = 140;
        shape.window = 90;
        for (const std::int64_t block : {1, 2, 32, 128}) {
            const std::int64_t n = (140 + block - 1) / block;
            compare(shape, {0, 0, n, n, block}, MapValue::Weight, {0, 1, 40, 63, 64, 139});
            if (QTest::currentTestFailed())
                return;
        }
    }

    void anyShape() {
        Rng rng(2026);
        const auto upTo = [&](std::int64_t n) { return std::int64_t(rng.uniform() * double(n)); };
        for (int round = 0; round < 60; ++round) {
            RecordShape shape;
            shape.nPosition = 1 + upTo(180);
            shape.nKvHead = int(1 + upTo(3));
            shape.nHead = shape.nKvHead * int(1 + upTo(3));
            shape.headDim = int(1 + upTo(70));
            shape.window = upTo(2) == 0 ? 0 : 1 + upTo(200);
            shape.softcap = upTo(3) == 0 ? float(1 + upTo(40)) : 0.0F;
            shape.sinks = upTo(3) == 0;
            shape.seed = std::uint64_t(round) + 100;
            const std::int64_t block = std::int64_t{1} << upTo(9);
            const std::int64_t query = upTo(shape.nPosition);
            const MapRegion region{query, upTo(query + 1), 1 + upTo(40), 1 + upTo(40), block};
            std::vector<std::int64_t> masked;
            for (std::int64_t j = 0; round % 3 == 0 && j < shape.nPosition; j += 1 + upTo(30))
                masked.push_back(j);
            compare(shape, region, round % 2 == 0 ? MapValue::Weight : MapValue::Score, masked, false);
            if (QTest::currentTestFailed())
                return;
        }
    }

    void nothingAtAll() {
        AttentionRecord record;
        record.geometry.nHead = record.geometry.nKvHead = 1;
        record.geometry.headDimK = 8;
        record.q = record.k = Rows(DType::F16, 8);
        record.lse = Rows(DType::F32, 1);
        std::vector<float> max(4, 1.0F);
        QVERIFY(attentionBlocks(record, 0, {0, 0, 2, 2, 2}, MapValue::Weight, {}, max, {}));
        QVERIFY(std::all_of(max.begin(), max.end(), [](float v) { return std::isnan(v); }));
        QVERIFY(attentionBlocksSampled(record, 0, {0, 0, 2, 2, 8}, MapValue::Weight, {}, 4, max, {}));
        QVERIFY(attentionBlocks(record, 0, {0, 0, 0, 0, 1}, MapValue::Weight, {}, {}, {}));
    }

    void nothingVisibleIsNaN() {
        const auto record = randomRecord({});
        std::vector<float> max(16, 1.0F), mean(16, 1.0F);
        QVERIFY(attentionBlocks(*record, 0, {0, 32, 4, 4, 8}, MapValue::Weight, {}, max, mean)); // beside the diagonal
        for (std::size_t i = 0; i < 16; ++i)
            QVERIFY(std::isnan(max[i]) && std::isnan(mean[i]));
        QVERIFY(attentionBlocks(*record, 0, {640, 0, 4, 4, 8}, MapValue::Weight, {}, max, mean)); // beyond the end
        for (std::size_t i = 0; i < 16; ++i)
            QVERIFY(std::isnan(max[i]) && std::isnan(mean[i]));
    }

    void rows() {
        RecordShape shape;
        shape.nPosition = 200;
        shape.window = 64;
        const auto record = randomRecord(shape);
        for (const std::int64_t i : {0, 1, 31, 32, 100, 199})
            for (const MapValue value : {MapValue::Weight, MapValue::Score}) {
                std::vector<float> fast(200), slow(200);
                attentionRow(*record, 1, i, value, fast);
                attentionRowPlain(*record, 1, i, value, slow);
                QVERIFY2(difference(fast, slow).isEmpty(), qPrintable(difference(fast, slow)));
                if (value == MapValue::Weight) {
                    const double sum = std::accumulate(fast.begin(), fast.end(), 0.0);
                    QVERIFY2(std::abs(sum - 1.0) < 1e-5, qPrintable(QString::number(sum, 'g', 9)));
                }
            }
    }

    void fullPrecision() { // what a recorder may keep instead of halves
        RecordShape shape;
        shape.nPosition = 77;
        shape.headDim = 19;
        const auto halves = randomRecord(shape);
        auto whole = std::make_shared<AttentionRecord>(*halves);
        for (Rows AttentionRecord::*side : {&AttentionRecord::q, &AttentionRecord::k}) {
            RowsWriter writer{Rows(DType::F32, (halves.get()->*side).nCol())};
            std::vector<float> row(std::size_t((halves.get()->*side).nCol()));
            for (std::int64_t i = 0; i < 77; ++i) {
                (halves.get()->*side).read(i, 0, row);
                writer.append(row.data(), 1, std::int64_t(row.size()));
            }
            (*whole).*side = writer.snapshot();
            for (const std::int64_t block : {1, 8}) {
                const std::int64_t n = (77 + block - 1) / block;
                std::vector<float> a(std::size_t(n * n)), b(a.size());
                QVERIFY(attentionBlocks(*halves, 1, {0, 0, n, n, block}, MapValue::Weight, {}, a, {}));
                QVERIFY(attentionBlocks(*whole, 1, {0, 0, n, n, block}, MapValue::Weight, {}, b, {}));
                QVERIFY(difference(a, b).isEmpty());
            }
        }
    }

    void rowSums() {
        for (const kernels::KernelTable* table : tables()) {
            RecordShape shape;
            shape.nPosition = 77;
            const auto record = randomRecord(shape);
            const MapAxis all = MapAxis::all(0, 77, 1, 77);
            std::vector<float> values(77 * 77), sum(77), log(77);
            QVERIFY(mapCells(*table, {*record, 0, MapValue::Weight, {}, all, all, values, {}, sum, log}, {}));
            for (std::size_t i = 0; i < 77; ++i) {
                double mass = 0.0, entropy = 0.0;
                for (std::size_t j = 0; j <= i; ++j) {
                    const double w = values[i * 77 + j];
                    mass += w;
                    entropy += w > 0 ? w * std::log(w) : 0.0;
                }
                QVERIFY2(std::abs(sum[i] - mass) < 1e-5, table->name);
                QVERIFY2(std::abs(log[i] - entropy) < 1e-5, table->name);
            }
        }
    }

    void samplesAreOfTheMap() {
        RecordShape shape;
        shape.nPosition = 1000;
        const auto record = randomRecord(shape);
        const MapRegion region{0, 0, 32, 32, 32};
        std::vector<float> max(1024), mean(1024), coarse(1024), coarseMean(1024);
        QVERIFY(attentionBlocks(*record, 0, region, MapValue::Weight, {}, max, mean));
        QVERIFY(attentionBlocksSampled(*record, 0, region, MapValue::Weight, {}, 4, coarse, coarseMean));
        int nThere = 0;
        for (std::size_t i = 0; i < 1024; ++i) {
            QCOMPARE(std::isnan(coarse[i]), std::isnan(max[i]));
            if (std::isnan(max[i]))
                continue;
            ++nThere;
            QVERIFY(coarse[i] <= max[i] * 1.00001F + 1e-6F);
        }
        QCOMPARE(nThere, 32 * 33 / 2);
        // A block no bigger than the sample is exact.
        std::vector<float> a(64), b(64);
        QVERIFY(attentionBlocks(*record, 0, {64, 32, 8, 8, 4}, MapValue::Weight, {}, a, {}));
        QVERIFY(attentionBlocksSampled(*record, 0, {64, 32, 8, 8, 4}, MapValue::Weight, {}, 4, b, {}));
        QVERIFY(difference(a, b).isEmpty());
    }

    void countsCells() {
        for (const std::int64_t window : {0, 1, 7, 40}) {
            AttentionGeometry g;
            g.window = window;
            const std::vector<std::int64_t> masked{0, 5, 6, 30};
            for (const auto& [q0, q1, k0, k1] : std::vector<std::array<std::int64_t, 4>>{
                     {0, 50, 0, 50}, {10, 20, 4, 12}, {3, 4, 0, 9}, {40, 60, 30, 33}, {0, 8, 9, 12}}) {
                std::int64_t expected = 0;
                for (std::int64_t i = q0; i < std::min<std::int64_t>(q1, 50); ++i)
                    for (std::int64_t j = k0; j < std::min(k1, i + 1); ++j)
                        if ((window == 0 || j > i - window) && !std::binary_search(masked.begin(), masked.end(), j))
                            ++expected;
                QCOMPARE(visibleCells(g, 50, masked, q0, q1, k0, k1), expected);
            }
        }
    }

    void stops() {
        const auto record = randomRecord({});
        std::stop_source source;
        source.request_stop();
        std::vector<float> max(64 * 64);
        QVERIFY(!attentionBlocks(*record, 0, {0, 0, 64, 64, 1}, MapValue::Weight, {}, max, {}, source.get_token()));
    }
};

QTEST_GUILESS_MAIN(TestAttentionMap)
#include "tst_attention_map.moc"
