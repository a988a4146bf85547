// SPDX-License-Identifier: Apache-2.0
// The Vulkan renderers, without a window: the map equals the CPU's picture pixel for pixel; lines, points, pictures and
// triangles land where they should; nothing makes the validation layers complain.

#include "core/backend/gpu_devices.h"
#include "gpu/cuda/cuda_backend.h"
#include "gpu/cuda/emulated/emulated.h"
#include "gpu/cuda/plugin.h"
#include "gpu/render/image_renderer.h"
#include "gpu/render/stroke_renderer.h"
#include "gpu/render/ui_renderer.h"
#include "tests/gpu/vulkan_test.h"
#include "tests/support/attention_record.h"
#include "tests/support/function_source.h"
#include "widgets/canvas/map_frame.h"
#include "widgets/inside/attention_map_source.h"

#include <cmath>
#include <sys/stat.h>
#include <unistd.h>

using namespace vitral;
using namespace vitral::gpu;
using vitral::test::FunctionSource;
using vitral::test::triangle;

class TestRender : public QObject {
    Q_OBJECT
    std::unique_ptr<test::VulkanForTest> vulkan_;
    static constexpr int kWidth = 333, kHeight = 241;

    std::unique_ptr<OffscreenTarget> target() {
        auto made = OffscreenTarget::create(vulkan_->device, kWidth, kHeight);
        if (!made)
            qFatal("%s", made.error().message.c_str());
        return std::move(*made);
    }
    static QImage draw(OffscreenTarget& target, const FrameWork& work) {
        auto pixels = target.render(work);
        if (!pixels)
            qFatal("%s", pixels.error().message.c_str());
        return test::toImage(*pixels, kWidth, kHeight);
    }

    /// Where an exported allocation begins in what its descriptor stands for (lavapipe puts a header before it); below
    /// 0: it cannot be mapped.
    std::int64_t exportedOffset() {
        const VulkanDevice& d = *vulkan_->device;
        auto made = makeExportedBuffer(d, 65536, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT);
        if (!made)
            return -1;
        constexpr char kMark[] = "vitral looks for this mark";
        void* seen = nullptr;
        std::int64_t offset = -1;
        struct stat about {};
        if (fstat(made->descriptor, &about) == 0 && about.st_size >= 65536 &&
            d.fn().vkMapMemory(d.handle(), made->buffer.memory.get(), 0, VK_WHOLE_SIZE, 0, &seen) == VK_SUCCESS) {
            std::memcpy(seen, kMark, sizeof kMark);
            std::vector<char> file(static_cast<std::size_t>(about.st_size));
            if (pread(made->descriptor, file.data(), file.size(), 0) == about.st_size)
                for (std::size_t at = 0; at + sizeof kMark <= file.size() && offset < 0; at += 4096)
                    if (std::memcmp(file.data() + at, kMark, sizeof kMark) == 0)
                        offset = static_cast<std::int64_t>(at);
        }
        close(made->descriptor);
        return offset;
    }
    /// The same rows as a card keeps them, in uneven pieces and with a beginning that another run shares; the host's
    /// copy is left out where `deviceOnly`.
    static Rows keptCopy(cuda::CudaBackend& card, const Rows& rows, bool deviceOnly) {
        auto buffer = card.allocate(static_cast<std::size_t>(64 * rows.nCol()) * 4);
        if (!buffer)
            qFatal("no memory");
        std::vector<float> values(static_cast<std::size_t>(64 * rows.nCol()));
        RowsWriter writer{Rows(rows.dtype(), rows.nCol())};
        for (std::int64_t at = 0; at < rows.nRow();) {
            const std::int64_t n = std::min<std::int64_t>(rows.nRow() - at, 37);
            for (std::int64_t i = 0; i < n; ++i)
                rows.read(at + i, 0, std::span(values).subspan(std::size_t(i * rows.nCol()), std::size_t(rows.nCol())));
            const Tensor x{(*buffer)->data(), Shape{n, rows.nCol()}, rows.nCol(), DType::F32};
            card.write(x, std::span(values).first(std::size_t(n * rows.nCol())));
            std::vector<std::byte*> host, kept;
            writer.growKept(n, host, &card, &kept);
            card.keepRows(x, rows.dtype(), kept);
            if (deviceOnly)
                for (std::byte* row : host)
                    std::memset(row, 0, std::size_t(rows.nCol()) * (rows.dtype() == DType::F16 ? 2 : 4));
            else
                card.readRows(x, rows.dtype(), host);
            at += n;
            if (at == 111 || at == 370) // goes on from a snapshot that others hold
                writer = RowsWriter(writer.snapshot().first(at));
        }
        card.finish();
        if (!card.status())
            qFatal("the card failed");
        return writer.snapshot();
    }

private slots:
    void initTestCase() {
        vulkan_ = std::make_unique<test::VulkanForTest>();
        VITRAL_NEED_VULKAN(*vulkan_);
        qInfo("%s, validation %s", vulkan_->device->name().c_str(), vulkan_->instance->validates() ? "on" : "off");
    }
    void cleanup() {
        if (!vulkan_->device)
            return;
        const QString said = vulkan_->complaints();
        QVERIFY2(said.isEmpty(), qPrintable(said));
    }
    void cleanupTestCase() {
        // What was not freed is told when the device goes.
        auto instance = vulkan_->instance;
        vulkan_->device.reset();
        const QString said = vulkan_->complaints();
        QVERIFY2(said.isEmpty(), qPrintable(said));
        vulkan_.reset();
    }

    void clearsToAColour() {
        auto to = target();
        FrameWork work;
        work.clear = {1, 0.5F, 0, 1};
        const QImage image = draw(*to, work);
        QCOMPARE(image.pixel(0, 0), qRgb(255, 128, 0));
        QCOMPARE(image.pixel(kWidth - 1, kHeight - 1), qRgb(255, 128, 0));
    }

    /// The compute shader against the tiles of the processor, at every level it makes.
    void attentionTilesAgreeWithTheProcessor_data() {
        QTest::addColumn<int>("window");
        QTest::addColumn<double>("softcap");
        QTest::addColumn<bool>("score");
        QTest::addColumn<bool>("hideFirst");
        QTest::newRow("plain") << 0 << 0.0 << false << false;
        QTest::newRow("window") << 90 << 0.0 << false << false;
        QTest::newRow("soft-cap") << 0 << 5.0 << false << false;
        QTest::newRow("scores") << 0 << 0.0 << true << false;
        QTest::newRow("first hidden") << 0 << 0.0 << false << true;
    }
    void attentionTilesAgreeWithTheProcessor() {
        QFETCH(int, window);
        QFETCH(double, softcap);
        QFETCH(bool, score);
        QFETCH(bool, hideFirst);
        test::RecordShape shape;
        shape.nPosition = 700;
        shape.window = window;
        shape.softcap = float(softcap);
        shape.spread = 1.0F;
        const auto record = test::randomRecord(shape);
        AttentionTilesOptions options;
        options.value = score ? MapValue::Score : MapValue::Weight;
        if (hideFirst)
            options.maskedKeys = {0};
        MapWorkers workers(1);
        ViewPool pool;
        AttentionMapSource source(workers, record, 1, options);
        QString why;
        QVERIFY2(source.useDevice(pool, &why, vulkan_->device), qPrintable(why));
        AttentionTiles truth(record, 1, options);
        int nTile = 0;
        for (const MapTileKey& key : {MapTileKey{0, 0, 0}, {0, 2, 1}, {1, 1, 0}, {2, 0, 0}, {3, 0, 0}}) {
            QVERIFY(source.tile(key) == nullptr);
            std::shared_ptr<const MapTile> tile;
            QTRY_VERIFY_WITH_TIMEOUT((tile = source.tile(key)) != nullptr, 20000);
            QCOMPARE(source.device()->nMade(), ++nTile);
            const auto expected = truth.compute(key);
            for (std::size_t i = 0; i < expected->max.size(); ++i)
                for (const auto& [a, b] :
                     {std::pair{tile->max[i], expected->max[i]}, {tile->mean[i], expected->mean[i]}})
                    QVERIFY2(std::isnan(a) == std::isnan(b) &&
                                 (std::isnan(a) || std::abs(a - b) < 2e-5F * std::max(1.0F, std::abs(b))),
                             qPrintable(QString("level %1, value %2: %3, not %4").arg(key.level).arg(i).arg(a).arg(b)));
        }
        QVERIFY(!source.deviceName().isEmpty());
    }

    /// A head's rows that a card kept, gathered by the card's kernels into memory that Vulkan made and shares: the card
    /// is the emulated one, the memory and its descriptor are Vulkan's. The host's copy is wrong on purpose.
    void keptRowsAreReadByVulkan_data() {
        QTest::addColumn<bool>("shared");
        QTest::newRow("shared") << true;
        QTest::newRow("refused") << false;
    }
    void keptRowsAreReadByVulkan() {
        QFETCH(bool, shared);
        if (!vulkan_->device->exportsMemory())
            QSKIP("this driver does not export memory");
        const std::int64_t offset = exportedOffset();
        if (offset < 0)
            QSKIP("what this driver exports is not memory that a process can map");
        const GpuPlugin* plugin = &cuda::plugin();
        const GpuPlugin without{plugin->abi, plugin->version, plugin->find, plugin->create};
        setGpuPlugin(shared ? plugin : &without);
        cuda::emulated::setSharing(vulkan_->device->uuid(), offset);
        setDrawingDevice({vulkan_->device->name(), vulkan_->device->uuid(), vulkan_->device->exportsMemory()});
        auto card = cuda::CudaBackend::create(0);
        QVERIFY(card && (*card)->rowKeeper());
        test::RecordShape shape;
        shape.nPosition = 700;
        shape.spread = 1.0F;
        const auto record = test::randomRecord(shape);
        const auto keep = [&](const Rows& rows) { return keptCopy(**card, rows, shared); };
        const auto kept = std::make_shared<const AttentionRecord>(
            AttentionRecord{record->geometry, keep(record->q), keep(record->k), keep(record->lse)});
        MapWorkers workers(1);
        ViewPool pool;
        AttentionMapSource source(workers, kept, 1, {});
        QString why;
        QVERIFY2(source.useDevice(pool, &why, vulkan_->device), qPrintable(why));
        AttentionTiles truth(record, 1, {});
        for (const MapTileKey& key : {MapTileKey{0, 2, 1}, {2, 0, 0}}) {
            std::shared_ptr<const MapTile> tile;
            QTRY_VERIFY_WITH_TIMEOUT((tile = source.tile(key)) != nullptr, 20000);
            const auto expected = truth.compute(key);
            for (std::size_t i = 0; i < expected->max.size(); ++i)
                QVERIFY2(std::isnan(tile->max[i]) == std::isnan(expected->max[i]) &&
                             (std::isnan(tile->max[i]) || std::abs(tile->max[i] - expected->max[i]) < 2e-5F),
                         qPrintable(QString("value %1: %2, not %3").arg(i).arg(tile->max[i]).arg(expected->max[i])));
        }
        QCOMPARE(source.device()->way(), shared ? GraphicsTiles::Way::Shared : GraphicsTiles::Way::Host);
        QCOMPARE(source.device()->wayProblem().isEmpty(), shared);
        setGpuPlugin(nullptr);
        setDrawingDevice({});
        cuda::emulated::setSharing({}, 0);
    }

    void mapEqualsTheCpu_data() {
        QTest::addColumn<double>("cellsPerPixel");
        QTest::addColumn<double>("first");
        QTest::addColumn<int>("look");
        int i = 0;
        for (const double perPixel : {1.0, 0.013, 1 / 7.3, 1.4, 4.0, 31.0})
            for (const double first : {100.25, -90.0})
                QTest::addRow("%g cells a pixel from %g", perPixel, first) << perPixel << first << i++;
    }
    void mapEqualsTheCpu() {
        QFETCH(double, cellsPerPixel);
        QFETCH(double, first);
        QFETCH(int, look);
        FunctionSource source(3000, 3000, triangle());
        const HeatmapLook how{static_cast<ColourMap>(look % kColourMapCount),
                              static_cast<ColourScale>(look % kColourScaleCount), static_cast<BlockValue>(look % 2), 0,
                              1};
        const HeatmapView view{first, first + 5, cellsPerPixel};
        const MapPlan plan = planMap(view, 3000, 3000, {kWidth, kHeight}, 1);
        TileStore store;
        source.immediate = look % 4 != 3; // every fourth time only coarse tiles are there
        if (!source.immediate && plan.nTileRow > 0)
            source.make({topLevel(3000, 3000), 0, 0});
        const auto tiles = store.choose(source, plan);
        const RankSample rank = sampleSeen(plan, tiles, how.block);
        const ColourTable table = makeColourTable(how, rank, qRgb(1, 2, 3));
        const MapBackground background{qRgb(10, 20, 30), qRgb(40, 50, 60)};
        QImage cpu(kWidth, kHeight, QImage::Format_RGB32);
        rasterMap(plan, tiles, how.block, table, background, cpu);

        auto to = target();
        auto renderer = HeatmapRenderer::create(vulkan_->device, to->pass());
        QVERIFY2(renderer, renderer ? "" : renderer.error().message.c_str());
        const MapFrame map = makeMapFrame(plan, tiles, how.block, table, 1, background, {0, 0});
        FrameWork work;
        work.prepare = [&](const FrameContext& frame) { return (*renderer)->prepare(frame, map.frame); };
        work.draw = [&](const FrameContext& frame) { (*renderer)->draw(frame); };
        for (int round = 0; round < 3; ++round) // the second and third frame use what is already on the device
            QCOMPARE(test::farthest(draw(*to, work), cpu, QStringLiteral("map%1").arg(look)), 0);
        QVERIFY((*renderer)->nUploaded() <= tiles.size());
    }

    void tilesComeAndGo() {
        FunctionSource source(20000, 20000, [](std::int64_t i, std::int64_t j) {
            return static_cast<float>((i / 256 * 31 + j / 256 * 7) % 97) / 97.F;
        });
        auto to = target();
        auto renderer = HeatmapRenderer::create(vulkan_->device, to->pass(), 8);
        QVERIFY(renderer);
        TileStore store;
        const ColourTable table = makeColourTable({}, {}, 0);
        for (int step = 0; step < 30; ++step) {
            const HeatmapView view{step * 400.0, step * 150.0, 1};
            const MapPlan plan = planMap(view, 20000, 20000, {kWidth, kHeight}, 1);
            std::vector<TileChoice> tiles;
            for (int r = 0; r < plan.nTileRow; ++r)
                for (int c = 0; c < plan.nTileCol; ++c)
                    tiles.push_back(
                        {source.tile(plan.key(r, c)), 0,
                         static_cast<std::uint64_t>((plan.firstTileRow + r) * 1000 + plan.firstTileCol + c + 1)});
            const MapFrame map = makeMapFrame(plan, tiles, BlockValue::Max, table, 1, {}, {0, 0});
            FrameWork work;
            work.prepare = [&](const FrameContext& frame) { return (*renderer)->prepare(frame, map.frame); };
            work.draw = [&](const FrameContext& frame) { (*renderer)->draw(frame); };
            QImage cpu(kWidth, kHeight, QImage::Format_RGB32);
            rasterMap(plan, tiles, BlockValue::Max, table, {}, cpu);
            QCOMPARE(test::farthest(draw(*to, work), cpu), 0);
        }
        // More tiles than slots: a sentence, not a wrong picture.
        std::vector<HeatmapTile> many(9);
        HeatmapFrame frame;
        frame.tiles = many;
        FrameWork work;
        work.prepare = [&](const FrameContext& context) { return (*renderer)->prepare(context, frame); };
        const auto failed = to->render(work);
        QVERIFY(!failed && failed.error().code == ErrorCode::Device);
        QVERIFY(QString::fromStdString(failed.error().message).contains("9"));
        FrameWork again;
        QVERIFY(to->render(again)); // and the next frame is fine
    }

    void strokesLandWhereTheyShould() {
        auto to = target();
        auto renderer = StrokeRenderer::create(vulkan_->device, to->pass());
        QVERIFY(renderer);
        const std::vector<Stroke> strokes{{20.5F, 30.5F, 200.5F, 30.5F, 1.5F, 0xff0000ffU},
                                          {100.5F, 100.5F, 100.5F, 100.5F, 6, 0xff00ff00U}};
        FrameWork work;
        work.prepare = [&](const FrameContext& frame) { return (*renderer)->prepare(frame, strokes); };
        work.draw = [&](const FrameContext& frame) { (*renderer)->draw(frame); };
        const QImage image = draw(*to, work);
        QCOMPARE(image.pixel(100, 30), qRgb(255, 0, 0));
        QCOMPARE(image.pixel(100, 31), qRgb(255, 0, 0));
        QCOMPARE(image.pixel(100, 34), qRgb(0, 0, 0));
        QCOMPARE(image.pixel(210, 30), qRgb(0, 0, 0));
        QCOMPARE(image.pixel(100, 100), qRgb(0, 255, 0));
        QCOMPARE(image.pixel(103, 103), qRgb(0, 255, 0));
        QCOMPARE(image.pixel(106, 106), qRgb(0, 0, 0)); // round
    }

    void picturesAreDrawn() {
        auto to = target();
        auto renderer = ImageRenderer::create(vulkan_->device, to->pass(), VK_FILTER_NEAREST);
        QVERIFY(renderer);
        QImage picture(16, 8, QImage::Format_RGBA8888);
        for (int y = 0; y < 8; ++y)
            for (int x = 0; x < 16; ++x)
                picture.setPixel(x, y, qRgb(x * 16, y * 32, 77));
        QVERIFY((*renderer)->setImage(
            16, 8, std::as_bytes(std::span(picture.constBits(), static_cast<std::size_t>(picture.sizeInBytes())))));
        FrameWork work;
        work.prepare = [&](const FrameContext& frame) {
            (*renderer)->prepare(frame);
            return Result<void>();
        };
        work.draw = [&](const FrameContext& frame) {
            (*renderer)->draw(frame, {10, 20, 10 + 160, 20 + 80, 0, 0, 1, 1});
        };
        const QImage image = draw(*to, work);
        QCOMPARE(image.pixel(9, 19), qRgb(0, 0, 0));
        for (int y = 0; y < 8; ++y)
            for (int x = 0; x < 16; ++x)
                QCOMPARE(image.pixel(10 + x * 10 + 5, 20 + y * 10 + 5), picture.pixel(x, y));
    }

    void trianglesUseTheirTextureAndClip() {
        auto to = target();
        auto renderer = UiRenderer::create(vulkan_->device, to->pass());
        QVERIFY(renderer);
        const std::vector<std::uint32_t> white(4, 0xffffffffU), half(4, 0x80ff00ffU);
        const std::vector<UiVertex> vertices{{0, 0, 0, 0, 0xff0000ffU},     {100, 0, 1, 0, 0xff0000ffU},
                                             {100, 50, 1, 1, 0xff0000ffU},  {0, 50, 0, 1, 0xff0000ffU},
                                             {0, 60, 0, 0, 0xffffffffU},    {100, 60, 1, 0, 0xffffffffU},
                                             {100, 110, 1, 1, 0xffffffffU}, {0, 110, 0, 1, 0xffffffffU}};
        const std::vector<std::uint16_t> indices{0, 1, 2, 0, 2, 3, 0, 1, 2, 0, 2, 3};
        UiFrame ui;
        ui.width = kWidth;
        ui.height = kHeight;
        ui.textures = {{1, 2, 2, std::as_bytes(std::span(white))}, {2, 2, 2, std::as_bytes(std::span(half))}};
        ui.lists = {{vertices, indices, {{0, 0, 40, 200, 1, 6, 0, 0}, {0, 0, 300, 200, 2, 6, 6, 4}}}};
        FrameWork work;
        work.prepare = [&](const FrameContext& frame) { return (*renderer)->prepare(frame, ui); };
        work.draw = [&](const FrameContext& frame) { (*renderer)->draw(frame, ui); };
        QImage image;
        for (int round = 0; round < 4; ++round)
            image = draw(*to, work);
        QCOMPARE(image.pixel(20, 20), qRgb(255, 0, 0));
        QCOMPARE(image.pixel(41, 20), qRgb(0, 0, 0)); // clipped
        const QRgb mixed = image.pixel(50, 80);       // half transparent magenta over black
        QVERIFY(std::abs(qRed(mixed) - 128) <= 1 && qGreen(mixed) == 0 && std::abs(qBlue(mixed) - 128) <= 1);
    }

    void errorsAreSentences() {
        const auto large = OffscreenTarget::create(vulkan_->device, 1U << 20U, 16);
        QVERIFY(!large && large.error().code == ErrorCode::Device);
        QVERIFY(large.error().message.ends_with('.'));
        InstanceOptions options;
        options.loader = [](VkInstance, const char*) -> PFN_vkVoidFunction { return nullptr; };
        const auto old = VulkanInstance::create(options);
        QVERIFY(!old && old.error().message.ends_with('.'));
        const auto lost = vkCheck(VK_ERROR_DEVICE_LOST, "draw a frame");
        QCOMPARE(QString::fromStdString(lost.error().message),
                 QString("Vulkan could not draw a frame: the graphics device was lost (-4)."));
    }

    void noDriverIsASentence() {
        // In a process of its own: the loader reads its settings once.
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("VK_ICD_FILENAMES", "/nonexistent/icd.json");
        environment.insert("VK_DRIVER_FILES", "/nonexistent/icd.json");
        process.setProcessEnvironment(environment);
        process.start(QCoreApplication::applicationFilePath(), {"clearsToAColour"});
        QVERIFY(process.waitForFinished(30000));
        const QString said = QString::fromUtf8(process.readAllStandardOutput());
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QVERIFY2(said.contains("SKIP"), qPrintable(said));
        QVERIFY2(said.contains("no driver was found") || said.contains("No graphics device"), qPrintable(said));
    }
};

QTEST_GUILESS_MAIN(TestRender)
#include "tst_render.moc"
