// SPDX-License-Identifier: Apache-2.0
// The tile pyramid against maps computed in one go, its memory, its growth, and the threads that fill it.

#include "core/trace/map_workers.h"
#include "tests/support/attention_record.h"

#include <QtTest>

#include <condition_variable>

using namespace vitral;
using vitral::test::firstPositions;
using vitral::test::randomRecord;
using vitral::test::RecordShape;

namespace {

QString difference(const MapTile& tile, const AttentionRecord& record, int iHead,
                   const AttentionTilesOptions& options) {
    const std::int64_t cells = std::int64_t{kMapTileSide} << tile.key.level;
    std::vector<float> max(kMapTileSide * kMapTileSide), mean(max.size());
    attentionBlocks(
        record, iHead,
        {tile.key.iRow * cells, tile.key.iCol * cells, kMapTileSide, kMapTileSide, std::int64_t{1} << tile.key.level},
        options.value, options.maskedKeys, max, mean);
    for (std::size_t i = 0; i < max.size(); ++i)
        for (const auto& [a, b] : {std::pair{tile.max[i], max[i]}, std::pair{tile.mean[i], mean[i]}})
            if (std::isnan(a) != std::isnan(b) || std::abs(a - b) > 1e-6F + 1e-5F * std::abs(b))
                return QStringLiteral("level %1, tile %2,%3, value %4: %5, not %6")
                    .arg(tile.key.level)
                    .arg(tile.key.iRow)
                    .arg(tile.key.iCol)
                    .arg(i)
                    .arg(double(a))
                    .arg(double(b));
    return {};
}

RecordShape longShape(std::int64_t n, std::int64_t window = 0) {
    RecordShape shape;
    shape.nPosition = n;
    shape.headDim = 4;
    shape.nHead = 1;
    shape.window = window;
    shape.trueLse = false;
    return shape;
}

} // namespace

class TestAttentionTiles : public QObject {
    Q_OBJECT
private slots:
    void tilesAreTheMap() {
        for (const std::int64_t window : {0, 300}) {
            const auto record = randomRecord(longShape(5000, window));
            AttentionTilesOptions options;
            options.maskedKeys = {0, 17, 4000};
            AttentionTiles tiles(record, 0, options);
            QCOMPARE(tiles.topLevel(), 5);
            for (const MapTileKey& key : {MapTileKey{5, 0, 0}, MapTileKey{4, 1, 0}, MapTileKey{4, 0, 1},
                                          MapTileKey{3, 2, 2}, MapTileKey{0, 19, 18}, MapTileKey{1, 9, 0}}) {
                const auto tile = tiles.compute(key);
                QVERIFY(tile != nullptr && tile->exact && tile->key == key);
                QVERIFY2(difference(*tile, *record, 0, options).isEmpty(),
                         qPrintable(difference(*tile, *record, 0, options)));
                bool fresh = false;
                QCOMPARE(tiles.find(key, &fresh).get(), tile.get());
                QVERIFY(fresh);
            }
        }
    }

    void growsWithTheRun() {
        const auto whole = randomRecord(longShape(4700));
        AttentionTiles tiles(firstPositions(*whole, 2500), 0);
        const MapTileKey top{5, 0, 0}, upper{2, 1, 0}, lower{2, 2, 1};
        const auto before = tiles.compute(top);
        const auto upperBefore = tiles.compute(upper);
        (void)tiles.compute(lower);
        tiles.grow(firstPositions(*whole, 2000)); // shorter: ignored
        QCOMPARE(tiles.nPosition(), 2500);
        for (const std::int64_t n : {2501, 2600, 4700}) {
            const auto record = firstPositions(*whole, n);
            tiles.grow(record);
            bool fresh = true;
            QVERIFY(tiles.find(top, &fresh) != nullptr);
            QVERIFY(!fresh);
            QCOMPARE(tiles.find(upper, &fresh).get(), upperBefore.get()); // all of it was there before
            QVERIFY(fresh);
            for (const MapTileKey& key : {top, lower, MapTileKey{0, n / 256, 3}}) {
                const auto tile = tiles.compute(key);
                QVERIFY2(difference(*tile, *record, 0, {}).isEmpty(), qPrintable(difference(*tile, *record, 0, {})));
            }
        }
    }

    void anotherRunIsNoContinuation() {
        const auto first = randomRecord(longShape(900));
        RecordShape shape = longShape(1200);
        shape.seed = 77;
        const auto second = randomRecord(shape);
        QVERIFY(continues(*first, *firstPositions(*first, 500)));
        QVERIFY(continues(*randomRecord(longShape(900)), *first)); // the same numbers elsewhere
        QVERIFY(!continues(*second, *first) && !continues(*firstPositions(*first, 500), *first));
        AttentionTiles tiles(first, 0);
        const MapTileKey key{1, 0, 0};
        (void)tiles.compute(key);
        tiles.grow(second);
        QVERIFY(tiles.find(key) == nullptr);
        const auto tile = tiles.compute(key);
        QVERIFY2(difference(*tile, *second, 0, {}).isEmpty(), qPrintable(difference(*tile, *second, 0, {})));
    }

    void keepsItsBudget() {
        const auto record = randomRecord(longShape(6000));
        AttentionTilesOptions options;
        options.byteBudget = 20 * (std::size_t{1} << 19U);
        AttentionTiles tiles(record, 0, options);
        for (std::int64_t r = 0; r < 20; ++r)
            for (std::int64_t c = 0; c < 3; ++c)
                QVERIFY(tiles.compute({0, r, c}) != nullptr);
        QVERIFY2(tiles.bytes() <= options.byteBudget, qPrintable(QString::number(tiles.bytes())));
        QVERIFY(tiles.find({0, 19, 2}) != nullptr);
        QVERIFY(tiles.find({0, 0, 0}) == nullptr); // the one used longest ago
    }

    void standInsSaySo() {
        const auto record = randomRecord(longShape(5000));
        AttentionTiles tiles(record, 0);
        const auto tile = tiles.sample({5, 0, 0});
        QVERIFY(!tile->exact);
        bool fresh = true;
        QCOMPARE(tiles.find({5, 0, 0}, &fresh).get(), tile.get());
        QVERIFY(!fresh);
        const auto exact = tiles.compute({5, 0, 0});
        for (std::size_t i = 0; i < exact->max.size(); ++i)
            QVERIFY(std::isnan(exact->max[i]) ? std::isnan(tile->max[i]) : tile->max[i] <= exact->max[i] * 1.0001F);
        (void)tiles.sample({5, 0, 0}); // does not replace a better one
        QCOMPARE(tiles.find({5, 0, 0}).get(), exact.get());
        QVERIFY(tiles.sample({1, 3, 3})->exact); // blocks of two by two: all cells are looked at
    }

    void stops() {
        AttentionTiles tiles(randomRecord(longShape(5000)), 0);
        std::stop_source source;
        source.request_stop();
        QVERIFY(tiles.compute({5, 0, 0}, source.get_token()) == nullptr);
        QVERIFY(tiles.compute({5, 0, 0}) != nullptr);
    }

    void workersAnswerCoarseThenExact() {
        const auto record = randomRecord(longShape(5000));
        MapWorkers workers(3);
        struct {
            std::mutex mutex;
            std::condition_variable changed;
            std::vector<std::shared_ptr<const MapTile>> got;
        } inbox;
        auto requests = std::make_shared<TileRequests>(std::make_shared<AttentionTiles>(record, 0), [&](auto tile) {
            const std::lock_guard lock(inbox.mutex);
            inbox.got.push_back(std::move(tile));
            inbox.changed.notify_all();
        });
        workers.attach(requests);
        const std::vector<MapTileKey> wanted{{0, 3, 3}, {2, 4, 1}, {5, 0, 0}, {4, 1, 0}};
        for (const MapTileKey& key : wanted)
            requests->request(key);
        std::unique_lock lock(inbox.mutex);
        const auto nExact = [&] {
            return std::count_if(inbox.got.begin(), inbox.got.end(), [](const auto& t) { return t->exact; });
        };
        QVERIFY(inbox.changed.wait_for(lock, std::chrono::seconds(60), [&] { return nExact() == 4; }));
        for (const MapTileKey& key : wanted) {
            std::vector<bool> exact;
            for (const auto& tile : inbox.got)
                if (tile->key == key) {
                    exact.push_back(tile->exact);
                    if (tile->exact)
                        QVERIFY2(difference(*tile, *record, 0, {}).isEmpty(),
                                 qPrintable(difference(*tile, *record, 0, {})));
                }
            QVERIFY(!exact.empty() && exact.back());
            QCOMPARE(std::count(exact.begin(), exact.end(), true), 1);
        }
        lock.unlock();
        requests->close();
    }

    void closesAndDestroysAtAnyTime() {
        const auto record = randomRecord(longShape(5000));
        for (int round = 0; round < 12; ++round) {
            auto workers = std::make_unique<MapWorkers>(2);
            auto flag = std::make_unique<std::atomic<int>>(0);
            auto tiles = std::make_shared<AttentionTiles>(record, 0);
            auto requests = std::make_shared<TileRequests>(tiles, [f = flag.get()](const auto&) { ++*f; });
            workers->attach(requests);
            for (int i = 0; i < 8; ++i)
                requests->request({4, i / 2 % 2, i % 2});
            std::thread grower([&] {
                for (int i = 0; i < 8; ++i) {
                    tiles->grow(record);
                    (void)tiles->find({4, 0, 0});
                    requests->request({3, i % 3, 0});
                }
            });
            if (round % 3 == 0)
                requests->clear();
            if (round % 2 == 0) {
                requests->close();
                flag.reset(); // nothing may call back any more
            }
            grower.join();
            if (round % 4 < 2)
                workers.reset();
            requests->close();
            requests.reset();
            workers.reset();
        }
    }
};

QTEST_GUILESS_MAIN(TestAttentionTiles)
#include "tst_attention_tiles.moc"
