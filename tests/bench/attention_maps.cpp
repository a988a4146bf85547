// SPDX-License-Identifier: Apache-2.0
// How fast attention maps appear: one head opened, every zoom of a very long map, the whole exact pyramid, and the
// overview of all heads. Beside each figure the arithmetic limit: the cells' multiplications at the rate that this
// machine's own inner loop reaches from its first cache, measured in the same run.
//     attention_maps [threads] [positions of the long map]

#include "core/base/thread_pool.h"
#include "core/trace/head_scores.h"
#include "core/trace/map_cells.h"
#include "core/trace/map_workers.h"
#include "core/trace/overview.h"
#include "tests/support/attention_record.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>

using namespace vitral;
using Clock = std::chrono::steady_clock;

namespace {

/// Of the processor, over all threads: what the clock would show on a machine with nothing else to do (times threads).
double processorMs() {
    return 1e3 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// The quickest of some rounds, in processor time.
double milliseconds(const std::function<void()>& work, int rounds) {
    double best = 1e30;
    for (int i = 0; i < rounds; ++i) {
        const double start = processorMs();
        work();
        best = std::min(best, processorMs() - start);
    }
    return best;
}

/// Dot products of 32 keys by 256 queries from the first cache, nothing else: GFLOP/s of one thread.
double dotRate(std::int32_t dim) {
    const auto q = alignedFloats(256 * dim), keys = alignedFloats(32 * dim), out = alignedFloats(256);
    std::fill_n(q.get(), 256 * dim, 0.5F);
    std::fill_n(keys.get(), 32 * dim, 0.25F);
    kernels::MapJob job{};
    job.q = q.get();
    job.keys = keys.get();
    job.shown = ~0U;
    job.nRow = 256;
    job.dim = dim;
    job.rowBlock = 256;
    job.colBlock = 32;
    job.scale = 1.0F;
    job.max = out.get();
    job.outStride = job.nOut = 1;
    const double ms = milliseconds(
        [&] {
            for (int i = 0; i < 200; ++i)
                mapKernels().attentionMap(&job);
        },
        5);
    return 200.0 * 256 * 32 * 2 * dim / ms * 1e-6;
}

double flops(const AttentionRecord& record, const MapRegion& region) {
    const std::int64_t rows = region.nRow * region.block, cols = region.nCol * region.block;
    return 2.0 * record.geometry.headDimK *
           static_cast<double>(visibleCells(record.geometry, record.nPosition(), {}, region.firstQuery,
                                            region.firstQuery + rows, region.firstKey, region.firstKey + cols));
}

MapRegion regionOf(const MapTileKey& key) {
    const std::int64_t cells = std::int64_t{kMapTileSide} << key.level;
    return {key.iRow * cells, key.iCol * cells, kMapTileSide, kMapTileSide, std::int64_t{1} << key.level};
}

/// Asks for tiles as a view does; waits until all have come as asked for.
struct Asker {
    std::mutex mutex;
    std::condition_variable changed;
    Clock::time_point start;
    double processor = 0; ///< milliseconds of the last ask, over all threads

    /// Milliseconds until every tile has some picture, and until all are exact.
    std::pair<double, double> ask(MapWorkers& workers, const std::shared_ptr<AttentionTiles>& tiles,
                                  const std::vector<MapTileKey>& keys) {
        auto requests = std::make_shared<TileRequests>(tiles, [this](const std::shared_ptr<const MapTile>& tile) {
            const std::lock_guard lock(mutex);
            seen.push_back({tile->key, tile->exact});
            changed.notify_all();
        });
        seen.clear();
        start = Clock::now();
        const double before = processorMs();
        workers.attach(requests);
        for (const MapTileKey& key : keys)
            requests->request(key);
        const auto count = [&](bool exact) {
            return std::all_of(keys.begin(), keys.end(), [&](const MapTileKey& key) {
                return std::any_of(seen.begin(), seen.end(),
                                   [&](const auto& s) { return s.first == key && (s.second || !exact); });
            });
        };
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return count(false); });
        const double first = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
        changed.wait(lock, [&] { return count(true); });
        const double last = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
        processor = processorMs() - before;
        lock.unlock();
        requests->close();
        return {first, last};
    }
    std::vector<std::pair<MapTileKey, bool>> seen;
};

/// The tiles of a 1280 x 720 view of a map of n cells, a value per pixel, its middle on the middle of the diagonal.
std::vector<MapTileKey> viewTiles(std::int64_t n, int level) {
    const std::int64_t side = std::int64_t{kMapTileSide} << level, width = std::int64_t{1280} << level,
                       height = std::int64_t{720} << level;
    const auto range = [&](std::int64_t extent) {
        const std::int64_t first = std::clamp<std::int64_t>((n - extent) / 2, 0, n);
        return std::pair{first / side, (std::min(n, first + extent) - 1) / side};
    };
    const auto [r0, r1] = range(height);
    const auto [c0, c1] = range(width);
    std::vector<MapTileKey> keys;
    for (std::int64_t r = r0; r <= r1; ++r)
        for (std::int64_t c = c0; c <= c1; ++c)
            keys.push_back({level, r, c});
    return keys;
}

/// 32 layers of 32 heads (8 K/V heads) at 2,048 positions.
void overview(MapWorkers& workers, std::int32_t dim, double rate) {
    test::RecordShape shape;
    shape.trueLse = false;
    shape.nPosition = 2048;
    shape.nHead = 32;
    shape.nKvHead = 8;
    shape.headDim = dim;
    const std::shared_ptr<const AttentionRecord> layers[2] = {test::randomRecord(shape), test::randomRecord(shape)};
    auto recording = std::make_shared<Recording>();
    Rng rng(5);
    for (int i = 0; i < 2048; ++i) // as rare and as frequent as words
        recording->tokens.push_back(static_cast<TokenId>(20.0 / (rng.uniform() + 1e-3)));
    for (int i = 0; i < 32; ++i)
        recording->attention.push_back(layers[i % 2]);
    const double work = 1024 * flops(*layers[0], {0, 0, 64, 64, 32});
    double any = 1e30, all = 1e30, anyProcessor = 1e30, processor = 1e30;
    for (int round = 0; round < 2; ++round) {
        std::mutex mutex;
        std::condition_variable changed;
        auto task = std::make_shared<Overview>(OverviewOptions{}, [&](std::int32_t) {
            const std::lock_guard lock(mutex);
            changed.notify_all();
        });
        const auto start = Clock::now();
        const double before = processorMs();
        workers.attach(task);
        task->setRecording(recording);
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return task->progress().nAny == 1024; });
        any = std::min(any, std::chrono::duration<double, std::milli>(Clock::now() - start).count());
        anyProcessor = std::min(anyProcessor, processorMs() - before);
        changed.wait(lock, [&] { return task->progress().nFinal == 1024; });
        all = std::min(all, std::chrono::duration<double, std::milli>(Clock::now() - start).count());
        processor = std::min(processor, processorMs() - before);
        lock.unlock();
        task->close();
    }
    const HeadScorer scorer(recording->tokens);
    const double scores = milliseconds([&] { (void)scorer.score(*layers[0], 0, 0); }, 3);
    const auto part = std::make_shared<AttentionRecord>(*layers[0]);
    part->q = part->q.first(2040);
    const ThumbnailPtr earlier = exactThumbnail(*part, 0, 64);
    const double grow = milliseconds(
        [&] {
            for (int head = 0; head < 32; ++head)
                (void)exactThumbnail(*layers[0], head, 64, {}, earlier);
        },
        3);
    std::printf(
        "overview, 32 x 32 heads of %3d at 2,048: all coarse %.0f ms (processor %.0f), exact %.0f ms (processor "
        "%.0f, limit %.0f); 8 new rows: %.0f ms; behaviour scores: %.0f ms for all heads\n",
        dim, any, anyProcessor, all, processor, work / rate * 1e-6, grow * 32, scores * 1024);
}

} // namespace

int main(int argc, char** argv) {
    const int nThread = argc > 1 ? std::atoi(argv[1]) : availableCores();
    const std::int64_t nLong = argc > 2 ? std::atoll(argv[2]) : 32768;
    const double rate64 = dotRate(64), rate128 = dotRate(128);
    std::printf("%s, %d threads; dot products: %.0f GFLOP/s a thread (64 dimensions), %.0f (128)\n", mapKernels().name,
                nThread, rate64, rate128);
    MapWorkers workers(nThread);
    test::RecordShape shape;
    shape.trueLse = false;
    shape.nHead = 1;

    for (const std::int32_t dim : {64, 128}) {
        shape.headDim = dim;
        shape.nPosition = 4096;
        const auto record = test::randomRecord(shape);
        std::vector<float> max(512 * 512), mean(512 * 512);
        for (const std::int64_t block : {1, 2, 4, 8}) {
            const std::int64_t n = 4096 / block;
            max.resize(static_cast<std::size_t>(n * n));
            mean.resize(max.size());
            const MapRegion region{0, 0, n, n, block};
            const double ms =
                milliseconds([&] { attentionBlocks(*record, 0, region, MapValue::Weight, {}, max, mean); }, 5);
            const double limit = flops(*record, region) / (dim == 64 ? rate64 : rate128) * 1e-6;
            std::printf("4,096 x 4,096, %3d dimensions, block %lld, one thread: %6.2f ms (limit %.2f, %.0f %%)\n", dim,
                        static_cast<long long>(block), ms, limit, 100 * limit / ms);
        }
        double first = 1e30, exact = 1e30, cpu = 1e30;
        for (int i = 0; i < 5; ++i) {
            Asker asker;
            const auto tiles = std::make_shared<AttentionTiles>(record, 0);
            const auto [a, b] = asker.ask(workers, tiles, viewTiles(4096, 3));
            first = std::min(first, a);
            exact = std::min(exact, b);
            cpu = std::min(cpu, asker.processor);
        }
        std::printf("a head of 4,096 opened at 1280x720, %3d dimensions: first picture %.1f ms, exact %.1f ms, "
                    "processor %.1f ms\n",
                    dim, first, exact, cpu);
    }

    overview(workers, 64, rate64);
    overview(workers, 128, rate128);

    shape.headDim = 64;
    shape.nPosition = nLong;
    const auto record = test::randomRecord(shape);
    const AttentionTiles probe(record, 0);
    for (int level = 0; level <= probe.topLevel(); ++level) {
        double first = 1e30, exact = 1e30, cpu = 1e30;
        const std::vector<MapTileKey> keys = viewTiles(nLong, level);
        double work = 0;
        for (const MapTileKey& key : keys)
            work += flops(*record, regionOf(key));
        for (int i = 0; i < 3; ++i) {
            Asker asker;
            const auto [a, b] = asker.ask(workers, std::make_shared<AttentionTiles>(record, 0), keys);
            first = std::min(first, a);
            exact = std::min(exact, b);
            cpu = std::min(cpu, asker.processor);
        }
        const double limit = work / rate64 * 1e-6;
        std::printf("%lld x %lld, level %d, %2zu tiles: first picture %6.1f ms, exact %7.1f ms, processor %7.1f ms "
                    "(limit %.1f, %.0f %%)\n",
                    static_cast<long long>(nLong), static_cast<long long>(nLong), level, keys.size(), first, exact, cpu,
                    limit, 100 * limit / cpu);
    }
    return 0;
}
