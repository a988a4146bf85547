// SPDX-License-Identifier: Apache-2.0
// The printed arithmetic of a weight adds up, and positions follow the papers' formulas.

#include "core/trace/attention_map.h"
#include "core/trace/cell_arithmetic.h"
#include "core/trace/positions.h"
#include "tests/support/attention_record.h"

#include <QtTest>

#include <numbers>

using namespace vitral;
using vitral::test::randomRecord;
using vitral::test::RecordShape;

namespace {

bool near(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance * std::max(1.0, std::abs(b));
}

RopeTable tableOf(std::size_t nPair, RopeStyle style, double base = 10000) {
    RopeTable table;
    table.style = style;
    for (std::size_t i = 0; i < nPair; ++i)
        table.inverseFrequency.push_back(float(std::pow(base, -double(i) / double(nPair))));
    return table;
}

} // namespace

class TestCellArithmetic : public QObject {
    Q_OBJECT
private slots:
    void addsUp() {
        RecordShape shape;
        shape.nPosition = 120;
        shape.nHead = 4;
        shape.nKvHead = 2;
        shape.headDim = 10;
        shape.softcap = 20;
        shape.sinks = true;
        shape.window = 50;
        auto record = randomRecord(shape);
        record->geometry.rope = tableOf(4, RopeStyle::Halves); // two dimensions are not rotated
        for (const auto& [i, j] :
             {std::pair<std::int64_t, std::int64_t>{100, 80}, {100, 51}, {0, 0}, {119, 119}, {30, 2}}) {
            const auto c = cellArithmetic(*record, 3, i, j);
            QVERIFY(c.has_value());
            QCOMPARE(c->iKvHead, 1);
            double sum = 0;
            for (std::size_t x = 0; x < 10; ++x) {
                QCOMPARE(c->product[x], c->q[x] * c->k[x]);
                sum += c->product[x];
                QCOMPARE(c->running[x], sum);
            }
            QCOMPARE(c->dot, sum);
            QVERIFY(near(c->dot * c->scale, c->scaled, 1e-12));
            QVERIFY(near(20 * std::tanh(c->scaled / 20), c->capped, 1e-12));
            QVERIFY(c->visible());
            QVERIFY(near(std::exp(c->capped - c->recordedLse), c->weight, 1e-12));
            QVERIFY(near(c->rowSum + c->sinkWeight, 1.0, 1e-12)); // of the log-sum-exp of these terms
            QVERIFY(near(c->lse, c->recordedLse, 2e-6));
            QVERIFY(c->sinkWeight > 0);
            QCOMPARE(std::int64_t(c->row.size()), std::min<std::int64_t>(i + 1, 50));
            // The plain cell, in the f32 of the maps, is the same but for rounding.
            const AttentionCell cell = attentionCell(*record, 3, i, j);
            QVERIFY(near(c->dot, cell.dot, 1e-5));
            QVERIFY(near(c->capped, cell.capped, 1e-5));
            QVERIFY(near(c->weight, cell.weight, 1e-5));
            // The turns: the same score from unrotated vectors and the distance alone.
            const std::vector<float> before(c->qBefore.begin(), c->qBefore.end()),
                keyBefore(c->kBefore.begin(), c->kBefore.end());
            const DistanceScores s =
                scoreByDistance(record->geometry.rope, before, keyBefore, record->geometry.scale, i - j + 1);
            QVERIFY(near(s.total.back(), c->scaled, 1e-5));
        }
    }

    void saysWhatHidesACell() {
        RecordShape shape;
        shape.window = 8;
        const auto record = randomRecord(shape);
        const auto future = cellArithmetic(*record, 0, 10, 11);
        QVERIFY(future && !future->causal && future->inWindow && future->weight == 0);
        const auto past = cellArithmetic(*record, 0, 30, 22);
        QVERIFY(past && past->causal && !past->inWindow && past->weight == 0);
        QCOMPARE(past->row.front().key, std::int64_t{23});
        QVERIFY(!cellArithmetic(*record, 0, 30, 64) && !cellArithmetic(*record, 2, 30, 3));
    }

    void rotatesAsTheEngine() {
        for (const RopeStyle style : {RopeStyle::Interleaved, RopeStyle::Halves}) {
            RopeTable table = tableOf(3, style);
            table.magnitude = 1.25F;
            const std::vector<float> x{0.5F, -1, 2, 3, -0.25F, 1.5F, 7};
            std::vector<float> y = x;
            rotate(table, 17, y);
            for (std::size_t i = 0; i < 3; ++i) {
                const std::size_t a = style == RopeStyle::Halves ? i : 2 * i;
                const std::size_t b = style == RopeStyle::Halves ? i + 3 : 2 * i + 1;
                const double angle = 17.0 * table.inverseFrequency[i];
                QVERIFY(near(y[a], 1.25 * (x[a] * std::cos(angle) - x[b] * std::sin(angle)), 1e-6));
                QVERIFY(near(y[b], 1.25 * (x[a] * std::sin(angle) + x[b] * std::cos(angle)), 1e-6));
            }
            QCOMPARE(y[6], 7.0F);
            rotateBack(table, 17, y);
            for (std::size_t i = 0; i < x.size(); ++i)
                QVERIFY(near(y[i], x[i], 1e-6));
        }
    }

    void scoresDependOnDistanceAlone() {
        RopeTable table = tableOf(4, RopeStyle::Interleaved);
        table.magnitude = 1.1F;
        const std::vector<float> q{1, 2, -1, 0.5F, 3, -2, 0.25F, 1, 0.7F}, k{0.3F, -1, 2, 1, 1, 1, -2, 0.5F, 2};
        const DistanceScores scores = scoreByDistance(table, q, k, 0.5F, 200);
        for (const std::int64_t at : {0, 50, 1000})
            for (const std::int64_t distance : {0, 1, 7, 199}) {
                std::vector<float> a = q, b = k;
                rotate(table, at + distance, a);
                rotate(table, at, b);
                double dot = 0;
                for (std::size_t i = 0; i < a.size(); ++i)
                    dot += double(a[i]) * b[i];
                QVERIFY2(near(scores.total[std::size_t(distance)], 0.5 * dot, 1e-5),
                         qPrintable(QStringLiteral("distance %1 at %2").arg(distance).arg(at)));
                double sum = scores.unrotated;
                for (std::size_t i = 0; i < 4; ++i)
                    sum += scores.perPair[i * 200 + std::size_t(distance)];
                QVERIFY(near(sum, scores.total[std::size_t(distance)], 1e-5));
            }
        QVERIFY(near(scores.unrotated, 0.5 * 0.7 * 2, 1e-6));
    }

    void anglesAndWavelengths() {
        const auto pairs = rotaryPairs(tableOf(32, RopeStyle::Halves));
        QCOMPARE(pairs.size(), std::size_t(32));
        QCOMPARE(pairs[5].first, 5);
        QCOMPARE(pairs[5].second, 37);
        QVERIFY(near(pairs[0].wavelength(), 2 * std::numbers::pi, 1e-9));
        QVERIFY(near(pairs[16].wavelength(), 200 * std::numbers::pi, 1e-6)); // 10000^(1/2)
        QVERIFY(near(rotaryAngle(pairs[0], 4), 4 - 2 * std::numbers::pi, 1e-12));
        QVERIFY(near(rotaryAngle(pairs[0], -1), -1, 1e-12));
        // The bound of the paper: (n + 1) / 2 at distance 0, and it falls.
        const std::vector<float> decay = rotaryDecay(tableOf(64, RopeStyle::Halves), 256);
        QVERIFY(near(decay[0], 32.5, 1e-6));
        QVERIFY(decay[1] < decay[0] && decay[50] < 0.5F * decay[0]);
    }

    void sinusoids() {
        const PositionPicture p = sinusoidalPositions(50, 8);
        QVERIFY(near(p.at(0, 0), 0, 0) && near(p.at(0, 1), 1, 0));
        QVERIFY(near(p.at(3, 0), std::sin(3.0), 1e-6));
        QVERIFY(near(p.at(3, 5), std::cos(3.0 / 100.0), 1e-6)); // 10000^(4/8)
        QVERIFY(near(p.at(49, 6), std::sin(49.0 / 1000.0), 1e-6));
        // The similarity of two positions depends on their distance alone.
        const PositionPicture s = positionSimilarity(p.values, 50, 8);
        QVERIFY(near(s.at(0, 0), 1, 1e-6) && near(s.at(3, 13), s.at(30, 40), 1e-5));
        QCOMPARE(s.at(3, 13), s.at(13, 3));
        const PositionPicture strided = positionSimilarity(p.values, 50, 8, 20);
        QCOMPARE(strided.nRow, 3);
        QCOMPARE(strided.at(1, 2), s.at(20, 40));
    }

    // Values of transformers 5.23.0, models/bloom: build_alibi_tensor(ones(1, 3), n, float32)[:, 0, 1].
    void alibi() {
        const std::vector<float> twelve{0.5F,
                                        0.25F,
                                        0.125F,
                                        0.0625F,
                                        0.03125F,
                                        0.015625F,
                                        0.0078125F,
                                        0.00390625F,
                                        0.7071067690849304F,
                                        0.3535533845424652F,
                                        0.1767766773700714F,
                                        0.0883883386850357F};
        const std::vector<float> got = alibiSlopes(12);
        QCOMPARE(got.size(), twelve.size());
        for (std::size_t i = 0; i < 12; ++i)
            QVERIFY2(near(got[i], twelve[i], 1e-7), qPrintable(QString::number(i)));
        for (std::size_t i = 0; i < 8; ++i)
            QCOMPARE(alibiSlopes(8)[i], twelve[i]);
        QCOMPARE(alibiBias(8, 5).at(1, 4), -1.0F);
    }
};

QTEST_GUILESS_MAIN(TestCellArithmetic)
#include "tst_cell_arithmetic.moc"
