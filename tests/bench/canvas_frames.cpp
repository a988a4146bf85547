// SPDX-License-Identifier: Apache-2.0
// Frame times of a map of 32,768 x 32,768 cells at 1280x720 while it is panned and zoomed: the QPainter canvas as a
// person sees it, and the Vulkan painter (of whatever device there is) into a picture, its tiles made by worker
// threads, then by the device itself as in the program. Tiles are computed from Q, K and log-sum-exp at the same time.
// Prints tables for docs/performance.md and says whether what is asked for is kept: 60 frames a second on a graphics
// card, 30 where the processor draws.
//
//     canvas_frames [positions] [frames per leg]

#include "core/trace/map_workers.h"
#include "tests/support/attention_record.h"
#include "widgets/canvas/heatmap_canvas.h"
#include "widgets/canvas/map_raster.h"
#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/inside/attention_map_source.h"
#include "widgets/inside/view_pool.h"
#ifdef VITRAL_HAVE_VULKAN
#include "widgets/canvas/map_vulkan.h"
#endif

#include <QApplication>
#include <QElapsedTimer>
#include <QThread>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>

using namespace vitral;

namespace {

class BenchSource : public MapSource {
public:
    BenchSource(MapWorkers& workers, std::shared_ptr<const AttentionRecord> record, std::int32_t iHead = 0)
        : tiles_(std::make_shared<AttentionTiles>(std::move(record), iHead)) {
        requests_ = std::make_shared<TileRequests>(tiles_, [this](const std::shared_ptr<const MapTile>& tile) {
            QMetaObject::invokeMethod(
                this, [this, key = tile->key] { emit tileReady(key); }, Qt::QueuedConnection);
        });
        workers.attach(requests_);
    }
    ~BenchSource() override { requests_->close(); }
    [[nodiscard]] std::int64_t nRow() const override { return tiles_->nPosition(); }
    [[nodiscard]] std::int64_t nCol() const override { return tiles_->nPosition(); }
    [[nodiscard]] std::shared_ptr<const MapTile> tile(const MapTileKey& key) override {
        bool fresh = false;
        auto found = tiles_->find(key, &fresh);
        if (!found || !found->exact)
            requests_->request(key);
        return found;
    }
    [[nodiscard]] float cell(std::int64_t iRow, std::int64_t iCol) const override {
        return attentionCell(*tiles_->record(), 0, iRow, iCol).weight;
    }
    [[nodiscard]] std::pair<float, float> range() const override { return {0.F, 1.F}; }
    [[nodiscard]] bool idle() const { return requests_->idle(); }

private:
    std::shared_ptr<AttentionTiles> tiles_;
    std::shared_ptr<TileRequests> requests_;
};

struct Leg {
    const char* name;
    std::vector<HeatmapView> views;
};

// What a person does: look at everything, dive to the diagonal, wander about at several zooms, come back.
std::vector<Leg> path(double n, double width, double height, int nFrame) {
    const double all = n / height;
    std::vector<Leg> legs;
    const auto zoom = [&](const char* name, double from, double to) {
        Leg leg{name, {}};
        for (int i = 0; i < nFrame; ++i) {
            const double perPixel = from * std::pow(to / from, (i + 1.0) / nFrame), centre = n * 0.7;
            leg.views.push_back({centre - perPixel * width / 2, centre - perPixel * height / 2, perPixel});
        }
        legs.push_back(std::move(leg));
    };
    const auto pan = [&](const char* name, double perPixel) {
        Leg leg{name, {}};
        for (int i = 0; i < nFrame; ++i) {
            const double at = 12 * i * perPixel; // 12 pixels a frame
            leg.views.push_back({n * 0.3 + at, n * 0.45 + at * 0.7, perPixel});
        }
        legs.push_back(std::move(leg));
    };
    zoom("zoom in, all to 8 pixels a cell", all, 0.125);
    pan("pan, 8 pixels a cell", 0.125);
    pan("pan, 1 cell a pixel", 1);
    pan("pan, 6 cells a pixel", 6);
    zoom("zoom out to all", 0.125, all);
    return legs;
}

double clockMs(clockid_t which) {
    timespec t{};
    clock_gettime(which, &t);
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) * 1e-6;
}

struct Times {
    std::vector<double> wall, cpu;
    int nCoarse = 0; // frames in which something stood in
    /// Frames a second of the leg.
    double print(const char* name) const {
        auto sorted = wall;
        std::sort(sorted.begin(), sorted.end());
        double cpuSum = 0, wallSum = 0;
        for (std::size_t i = 0; i < wall.size(); ++i) {
            cpuSum += cpu[i];
            wallSum += wall[i];
        }
        const auto n = static_cast<double>(wall.size());
        const auto at = [&](double part) { return sorted[static_cast<std::size_t>(part * (n - 1))]; };
        std::printf("| %s | %.1f | %.1f | %.1f | %.1f | %.0f | %.0f %% |\n", name, at(0.5), at(0.95), sorted.back(),
                    cpuSum / n, 1000 * n / wallSum, 100.0 * nCoarse / n);
        std::fflush(stdout);
        return 1000 * n / wallSum;
    }
};

/// Whether every leg was as fast as is asked for.
void judge(const std::vector<double>& framesPerSecond, double asked) {
    const double least = *std::min_element(framesPerSecond.begin(), framesPerSecond.end());
    std::printf("\nAsked: %.0f frames/s. Slowest leg: %.0f. %s\n", asked, least,
                least >= asked ? "Kept." : "NOT KEPT.");
}
constexpr double kAskedOfCard = 60, kAskedOfProcessor = 30;

constexpr const char* kHead = "| leg | median ms | 95 %% | worst | processor ms | frames/s | frames with stand-ins |\n"
                              "|---|---|---|---|---|---|---|\n";

void settle(const BenchSource& source) {
    QElapsedTimer time;
    time.start();
    while (time.elapsed() < 20) {
        QApplication::processEvents();
        if (!source.idle())
            QThread::msleep(5);
        else
            break;
    }
}

void runPainter(MapWorkers& workers, const std::shared_ptr<const AttentionRecord>& record, int nFrame) {
    auto source = std::make_shared<BenchSource>(workers, record);
    HeatmapCanvas canvas;
    canvas.resize(1280, 720);
    canvas.setLabels([](std::int64_t i) { return QString::number(i); },
                     [](std::int64_t i) { return QString::number(i); });
    canvas.setReadOut([&](std::int64_t i, std::int64_t j) { return QStringList{QString::number(source->cell(i, j))}; });
    CanvasControls controls;
    controls.nLayer = 32;
    controls.nHead = 32;
    canvas.setControls(controls);
    canvas.setSource(source);
    canvas.show();
    QApplication::processEvents();
    std::printf("\nQPainter, the whole canvas (labels, legend, controls), 1280x720\n\n");
    std::printf(kHead);
    std::vector<double> rates;
    for (const Leg& leg : path(static_cast<double>(record->nPosition()), 1184, 614, nFrame)) {
        Times times;
        for (const HeatmapView& view : leg.views) {
            const double cpu = clockMs(CLOCK_THREAD_CPUTIME_ID);
            QElapsedTimer time;
            time.start();
            canvas.setView(view);
            QApplication::processEvents(QEventLoop::ExcludeUserInputEvents); // tiles that came
            canvas.repaint();
            times.wall.push_back(static_cast<double>(time.nsecsElapsed()) * 1e-6);
            times.cpu.push_back(clockMs(CLOCK_THREAD_CPUTIME_ID) - cpu);
            times.nCoarse += canvas.standsIn();
            // What is left of the frame belongs to the workers, as it would at 60 frames a second.
            const auto left = static_cast<long>(16.0 - times.wall.back());
            if (left > 0)
                QThread::msleep(static_cast<unsigned long>(left));
        }
        rates.push_back(times.print(leg.name));
        settle(*source);
    }
    judge(rates, kAskedOfProcessor);
}

// How long a person waits for another head: from the click until every pixel is exact.
void runOpening(MapWorkers& workers) {
    test::RecordShape shape;
    shape.nPosition = 4096;
    shape.headDim = 128;
    shape.nHead = 16;
    shape.nKvHead = 4;
    shape.trueLse = false;
    const auto record = test::randomRecord(shape);
    HeatmapCanvas canvas;
    canvas.resize(1280, 720);
    canvas.show();
    QApplication::processEvents();
    std::vector<double> first, exact, cpu;
    for (std::int32_t iHead = 0; iHead < shape.nHead; ++iHead) {
        const double before = clockMs(CLOCK_PROCESS_CPUTIME_ID);
        QElapsedTimer time;
        time.start();
        const auto source = std::make_shared<BenchSource>(workers, record, iHead);
        canvas.setSource(source);
        canvas.repaint();
        first.push_back(static_cast<double>(time.nsecsElapsed()) * 1e-6);
        while (canvas.standsIn() && time.elapsed() < 10000) {
            QThread::usleep(500);
            QApplication::processEvents(); // tiles that came ask for a paint
        }
        exact.push_back(static_cast<double>(time.nsecsElapsed()) * 1e-6);
        cpu.push_back(clockMs(CLOCK_PROCESS_CPUTIME_ID) - before);
    }
    std::sort(first.begin(), first.end());
    std::sort(exact.begin(), exact.end());
    std::sort(cpu.begin(), cpu.end());
    std::printf("\nOpening a head at 4,096 x 4,096, 128 dimensions, 1280x720: first frame %.1f ms, all exact %.1f ms, "
                "processor time %.1f ms (medians of %d heads; worst %.1f)\n",
                first[first.size() / 2], exact[exact.size() / 2], cpu[cpu.size() / 2], shape.nHead, exact.back());
}

#ifdef VITRAL_HAVE_VULKAN
/// Every tile is there, or nothing new came for a while.
void settle(const AttentionMapSource&) {
    QElapsedTimer time;
    time.start();
    while (time.elapsed() < 200)
        QApplication::processEvents(QEventLoop::AllEvents, 20);
}

template <typename Source>
void runVulkan(const std::shared_ptr<gpu::VulkanDevice>& device, const std::shared_ptr<Source>& source, int nFrame,
               const char* tilesBy) {
    const QSize size(1280, 720);
    auto target = gpu::OffscreenTarget::create(device, 1280, 720);
    if (!target)
        return;
    auto drawn = MapVulkan::create(device, (*target)->pass());
    if (!drawn)
        return;
    TileStore store;
    const ColourTable table = makeColourTable({}, {}, qRgb(20, 20, 26));
    std::printf("\nVulkan, %s, map into a picture, read back, 1280x720, tiles by %s\n\n", device->name().c_str(),
                tilesBy);
    std::printf(kHead);
    std::vector<double> rates;
    for (const Leg& leg : path(static_cast<double>(source->nRow()), 1280, 720, nFrame)) {
        Times times;
        for (const HeatmapView& view : leg.views) {
            QApplication::processEvents();
            const double cpu = clockMs(CLOCK_PROCESS_CPUTIME_ID);
            QElapsedTimer time;
            time.start();
            const MapPlan plan = planMap(view, source->nRow(), source->nCol(), size, 1);
            const auto tiles = store.choose(*source, plan);
            MapScene scene;
            scene.map = makeMapFrame(plan, tiles, BlockValue::Max, table, 1, {}, {0, 0});
            scene.pixels = size;
            if (!(*target)->render((*drawn)->work(std::move(scene))))
                return;
            times.wall.push_back(static_cast<double>(time.nsecsElapsed()) * 1e-6);
            times.cpu.push_back(clockMs(CLOCK_PROCESS_CPUTIME_ID) - cpu);
            times.nCoarse += std::any_of(tiles.begin(), tiles.end(),
                                         [](const TileChoice& t) { return t.shift > 0 || !t.tile || !t.tile->exact; });
            const auto left = static_cast<long>(16.0 - times.wall.back());
            if (left > 0)
                QThread::msleep(static_cast<unsigned long>(left));
        }
        rates.push_back(times.print(leg.name));
        settle(*source);
    }
    judge(rates, device->isSoftware() ? kAskedOfProcessor : kAskedOfCard);
}

void runVulkan(MapWorkers& workers, const std::shared_ptr<const AttentionRecord>& record, int nFrame) {
    auto instance = gpu::VulkanInstance::create();
    if (!instance) {
        std::printf("\nVulkan: %s\n", instance.error().message.c_str());
        return;
    }
    auto device = gpu::VulkanDevice::create(*instance);
    if (!device) {
        std::printf("\nVulkan: %s\n", device.error().message.c_str());
        return;
    }
    runVulkan(*device, std::make_shared<BenchSource>(workers, record), nFrame, "worker threads");
    if ((*device)->isSoftware()) { // there the program lets worker threads make the tiles
        std::printf("\nThis device is the processor. On a graphics card the same command says its figures.\n");
        return;
    }
    ViewPool pool;
    auto source = std::make_shared<AttentionMapSource>(workers, record, 0, AttentionTilesOptions{});
    QString why;
    if (source->useDevice(pool, &why, *device))
        runVulkan(*device, source, nFrame, "the device");
    else
        std::printf("\nTiles by the device: %s\n", qPrintable(why));
}
#endif

} // namespace

int main(int argc, char** argv) {
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    qputenv("VITRAL_RENDERER", "painter");
    QApplication app(argc, argv);
    design::installFonts();
    QApplication::setPalette(design::makeQPalette(design::palette(design::Scheme::Dark)));
    test::RecordShape shape;
    shape.nPosition = argc > 1 ? std::atoll(argv[1]) : 32768;
    shape.headDim = 64;
    shape.nHead = shape.nKvHead = 1;
    shape.trueLse = false;
    const int nFrame = argc > 2 ? std::atoi(argv[2]) : 120;
    const auto record = test::randomRecord(shape);
    MapWorkers workers;
    runOpening(workers);
    runPainter(workers, record, nFrame);
#ifdef VITRAL_HAVE_VULKAN
    runVulkan(workers, record, nFrame);
#endif
    return 0;
}
