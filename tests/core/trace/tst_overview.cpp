// SPDX-License-Identifier: Apache-2.0
// Thumbnails against pooled maps: exact ones, carried on while the text grows, and on threads.

#include "core/trace/attention_map.h"
#include "core/trace/overview.h"
#include "core/trace/text_alignment.h"
#include "tests/support/attention_record.h"

#include <QtTest>

#include <condition_variable>
#include <random>

using namespace vitral;
using vitral::test::firstPositions;
using vitral::test::randomRecord;
using vitral::test::RecordShape;

namespace {

QString difference(const Thumbnail& t, const AttentionRecord& record, int iHead,
                   std::span<const std::int64_t> masked = {}) {
    std::vector<float> max(t.max.size()), mean(t.max.size());
    attentionBlocksPlain(record, iHead, {0, 0, t.side, t.side, t.block}, MapValue::Weight, masked, max, mean);
    for (std::size_t i = 0; i < max.size(); ++i)
        for (const auto& [a, b] : {std::pair{t.max[i], max[i]}, std::pair{t.mean[i], mean[i]}})
            if (std::isnan(a) != std::isnan(b) || std::abs(a - b) > 1e-6F + 1e-5F * std::abs(b))
                return QStringLiteral("value %1 of %2: %3, not %4")
                    .arg(i)
                    .arg(max.size())
                    .arg(double(a))
                    .arg(double(b));
    return {};
}

RecordingPtr recordingOf(const std::vector<std::shared_ptr<AttentionRecord>>& layers, std::int64_t n) {
    auto recording = std::make_shared<Recording>();
    recording->tokens.resize(static_cast<std::size_t>(n));
    for (const auto& layer : layers)
        recording->attention.push_back(layer == nullptr ? nullptr : firstPositions(*layer, n));
    return recording;
}

} // namespace

class TestOverview : public QObject {
    Q_OBJECT
private slots:
    void blocksArePowersOfTwo() {
        QCOMPARE(thumbnailBlock(1, 64), 1);
        QCOMPARE(thumbnailBlock(64, 64), 1);
        QCOMPARE(thumbnailBlock(65, 64), 2);
        QCOMPARE(thumbnailBlock(2048, 64), 32);
        QCOMPARE(thumbnailBlock(2049, 64), 64);
    }

    void exactOnesArePooledMaps() {
        for (const std::int64_t n : {1, 20, 33, 150, 257})
            for (const std::int64_t window : {0, 24}) {
                RecordShape shape;
                shape.nPosition = n;
                shape.window = window;
                const auto record = randomRecord(shape);
                const auto t = exactThumbnail(*record, 1, 32);
                QVERIFY(t->exact && t->side <= 32 && t->nPosition == n);
                QVERIFY2(difference(*t, *record, 1).isEmpty(), qPrintable(difference(*t, *record, 1)));
            }
    }

    void growsByRows() {
        RecordShape shape;
        shape.nPosition = 300;
        shape.window = 130;
        const std::vector<std::int64_t> masked{0, 77};
        const auto record = randomRecord(shape);
        ThumbnailPtr t;
        for (const std::int64_t n : {3, 4, 31, 32, 33, 47, 64, 65, 127, 200, 201, 300}) {
            const auto part = firstPositions(*record, n);
            t = exactThumbnail(*part, 0, 32, masked, t);
            QCOMPARE(t->nPosition, n);
            QVERIFY2(difference(*t, *part, 0, masked).isEmpty(),
                     qPrintable(QStringLiteral("%1 positions: ").arg(n) + difference(*t, *part, 0, masked)));
        }
    }

    void sampledOnesSayWhatTheyAre() {
        RecordShape shape;
        shape.nPosition = 700;
        const auto record = randomRecord(shape);
        const auto coarse = sampledThumbnail(*record, 0, 64);
        const auto exact = exactThumbnail(*record, 0, 64);
        QVERIFY(!coarse->exact);
        QCOMPARE(coarse->side, exact->side);
        double a = 0, b = 0;
        for (std::size_t i = 0; i < exact->max.size(); ++i) {
            QCOMPARE(std::isnan(coarse->max[i]), std::isnan(exact->max[i]));
            if (std::isnan(exact->max[i]))
                continue;
            QVERIFY(coarse->max[i] <= exact->max[i] * 1.0001F);
            a += coarse->mean[i];
            b += exact->mean[i];
        }
        QVERIFY2(std::abs(a / b - 1) < 0.2, "the sampled means are of another map");
    }

    /// Of some positions only: what the cells of those positions are, block by block.
    void someAreOfTheirCells() {
        RecordShape shape;
        shape.nPosition = 120;
        shape.window = 50;
        const auto record = randomRecord(shape);
        std::vector<std::int64_t> some;
        for (std::int64_t i = 0; i < shape.nPosition; ++i)
            if (i % 7 != 3 && (i < 40 || i > 52))
                some.push_back(i);
        const auto t = thumbnailOf(*record, 1, 64, some, true);
        QVERIFY(t->exact && t->nPosition == std::ssize(some) && t->block == 2);
        for (std::int64_t r = 0; r < t->side; ++r)
            for (std::int64_t c = 0; c < t->side; ++c) {
                double sum = 0;
                int count = 0;
                for (std::int64_t i = 2 * r; i < std::min<std::int64_t>(2 * r + 2, std::ssize(some)); ++i)
                    for (std::int64_t j = 2 * c; j < std::min<std::int64_t>(2 * c + 2, std::ssize(some)); ++j) {
                        const auto cell = attentionCell(*record, 1, some[std::size_t(i)], some[std::size_t(j)]);
                        sum += cell.visible() ? double(cell.weight) : 0;
                        count += cell.visible() ? 1 : 0;
                    }
                const float mean = t->mean[std::size_t(r * t->side + c)];
                QVERIFY(count == 0 ? std::isnan(mean) : std::abs(double(mean) - sum / count) < 1e-6);
            }
        QVERIFY(!thumbnailOf(*record, 1, 16, some, false)->exact);
        QCOMPARE(thumbnailOf(*record, 1, 64, std::vector<std::int64_t>{}, true)->side, std::int64_t{0});
    }

    /// Word by word: as long as the table of the textbook says, rising, and only of like words.
    void textsAreAlignedByTheirLongestCommonSubsequence() {
        std::mt19937 engine(3);
        const auto random = [&engine] { return static_cast<unsigned>(engine()); };
        for (int round = 0; round < 200; ++round) {
            std::vector<std::string> a, b;
            const unsigned nWord = 2 + random() % 12;
            for (auto* text : {&a, &b})
                for (unsigned n = random() % 200, i = 0; i < n; ++i)
                    text->push_back(std::string(1, char('a' + random() % nWord)));
            if (round % 3 == 0) { // mostly the same
                b = a;
                for (unsigned i = 0; i < 5 && !b.empty(); ++i)
                    b.erase(b.begin() + std::ptrdiff_t(random() % b.size()));
            }
            std::vector<std::vector<std::int64_t>> length(a.size() + 1, std::vector<std::int64_t>(b.size() + 1));
            for (std::size_t i = 1; i <= a.size(); ++i)
                for (std::size_t j = 1; j <= b.size(); ++j)
                    length[i][j] =
                        a[i - 1] == b[j - 1] ? length[i - 1][j - 1] + 1 : std::max(length[i - 1][j], length[i][j - 1]);
            const TextAlignment pairs = alignTexts(a, b);
            QCOMPARE(pairs.nPair, length[a.size()][b.size()]);
            std::int64_t last = -1, n = 0;
            for (std::size_t i = 0; i < a.size(); ++i)
                if (const std::int64_t p = pairs.of(std::int64_t(i)); p >= 0) {
                    QVERIFY(p > last && p < std::ssize(b) && a[i] == b[std::size_t(p)]);
                    last = p;
                    ++n;
                }
            QCOMPARE(n, pairs.nPair);
        }
        QVERIFY(alignTexts({"a", "b"}, {"a", "b", "c"}).inStep && !alignTexts({"b"}, {"a", "b"}).inStep);
        std::vector<std::string> endless(40000, "x"), other(40000, "y");
        QVERIFY(alignTexts(endless, other).endsOnly);
    }

    void workersFillAndFollow() {
        RecordShape shape;
        shape.nPosition = 260;
        shape.nHead = 3;
        std::vector<std::shared_ptr<AttentionRecord>> layers;
        for (const std::uint64_t seed : {1, 2, 3, 4}) {
            shape.seed = seed;
            layers.push_back(seed == 3 ? nullptr : randomRecord(shape)); // one layer was not recorded
        }
        struct {
            std::mutex mutex;
            std::condition_variable changed;
            int nCalls = 0;
        } inbox;
        MapWorkers workers(3);
        OverviewOptions options;
        options.maxSide = 32;
        auto overview = std::make_shared<Overview>(options, [&](std::int32_t) {
            const std::lock_guard lock(inbox.mutex);
            ++inbox.nCalls;
            inbox.changed.notify_all();
        });
        workers.attach(overview);
        for (const std::int64_t n : {100, 101, 120, 260}) {
            overview->setRecording(recordingOf(layers, n));
            std::unique_lock lock(inbox.mutex);
            QVERIFY(inbox.changed.wait_for(lock, std::chrono::seconds(30),
                                           [&] { return overview->progress().nFinal == 9; }));
            QCOMPARE(overview->progress().nHead, 9);
            for (const int layer : {0, 1, 3}) {
                const auto t = overview->find(layer, 2);
                QVERIFY(t != nullptr && t->exact && t->nPosition == n);
                const auto part = firstPositions(*layers[std::size_t(layer)], n);
                QVERIFY2(difference(*t, *part, 2).isEmpty(), qPrintable(difference(*t, *part, 2)));
            }
            QVERIFY(overview->find(2, 0) == nullptr);
        }
        overview->setRecording(recordingOf(layers, 90)); // another run
        overview->close();
    }

    void longTextsStaySampled() {
        RecordShape shape;
        shape.nPosition = 200;
        OverviewOptions options;
        options.mostExactPositions = 150;
        MapWorkers workers(1);
        auto overview = std::make_shared<Overview>(options, [](std::int32_t) {});
        workers.attach(overview);
        overview->setRecording(recordingOf({randomRecord(shape)}, 200));
        QTRY_COMPARE(overview->progress().nFinal, 2);
        QVERIFY(!overview->find(0, 0)->exact);
        overview->close();
    }
};

QTEST_GUILESS_MAIN(TestOverview)
#include "tst_overview.moc"
