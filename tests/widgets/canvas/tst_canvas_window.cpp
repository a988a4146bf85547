// SPDX-License-Identifier: Apache-2.0
// Canvases drawn by Vulkan in real windows: resized, hidden, docked and floated, two on one device, clicked through to
// the canvas; the picture on the screen is the one QPainter makes; the validation layers stay silent. Needs an X server
// (xvfb-run); skips elsewhere.

#include "tests/support/function_source.h"
#include "widgets/canvas/canvas_paint.h"
#include "widgets/canvas/heatmap_canvas.h"
#include "widgets/canvas/renderer_choice.h"
#include "widgets/canvas/vulkan_window.h"
#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include <QApplication>
#include <QDockWidget>
#include <QMainWindow>
#include <QProcess>
#include <QScreen>
#include <QSignalSpy>
#include <QtTest>

using namespace vitral;
using vitral::test::FunctionSource;
using vitral::test::triangle;

namespace {

QList<VulkanWindow*> windows() {
    QList<VulkanWindow*> found;
    for (QWindow* window : QGuiApplication::allWindows())
        if (auto* ours = qobject_cast<VulkanWindow*>(window))
            found << ours;
    return found;
}

int nFrame() {
    int n = 0;
    for (const VulkanWindow* window : windows())
        n += window->nFrame();
    return n;
}

HeatmapCanvas* makeCanvas(QWidget* parent) {
    auto* canvas = new HeatmapCanvas(parent);
    canvas->setControlsVisible(false);
    canvas->setLabels([](std::int64_t i) { return QString::number(i); },
                      [](std::int64_t i) { return QString::number(i); });
    canvas->setSource(std::make_shared<FunctionSource>(900, 900, triangle()));
    return canvas;
}

} // namespace

class TestCanvasWindow : public QObject {
    Q_OBJECT
    std::shared_ptr<VulkanHost> host_;

private slots:
    void initTestCase() {
        if (QGuiApplication::platformName() == QLatin1String("offscreen")) {
            const auto refused = sharedVulkan();
            QVERIFY(!refused && refused.error().message.ends_with('.'));
            QSKIP("There is no X server here; install xvfb to run this test.");
        }
        qputenv("VITRAL_VULKAN_VALIDATION", "1");
        const auto opened = sharedVulkan();
        if (!opened && qEnvironmentVariableIsSet("VITRAL_TEST_NO_DRIVER"))
            return; // withoutDriver() looks closer
        if (!opened)
            QSKIP(opened.error().message.c_str());
        host_ = *opened;
        design::installFonts();
        qApp->setPalette(design::makeQPalette(design::palette(design::Scheme::Dark)));
    }
    void cleanup() {
        if (!host_)
            return;
        QStringList said;
        for (const std::string& message : host_->instance->messages())
            said << QString::fromStdString(message);
        QVERIFY2(said.isEmpty(), qPrintable(said.join('\n')));
    }

    void automaticPrefersQPainterOnACpu() {
        if (!host_->device->isSoftware())
            QSKIP("This machine has a real graphics device.");
        qunsetenv("VITRAL_RENDERER");
        HeatmapCanvas canvas;
        canvas.resize(300, 200);
        canvas.show();
        QVERIFY(QTest::qWaitForWindowExposed(&canvas));
        QCOMPARE(canvas.rendererName(), QString("QPainter"));
        QVERIFY2(canvas.rendererNote().endsWith('.'), qPrintable(canvas.rendererNote()));
    }

    void theScreenShowsWhatQPainterPaints() {
        qputenv("VITRAL_RENDERER", "vulkan");
        std::unique_ptr<HeatmapCanvas> canvas(makeCanvas(nullptr));
        canvas->resize(640, 480);
        canvas->move(20, 20);
        canvas->show();
        QVERIFY(QTest::qWaitForWindowExposed(canvas.get()));
        QVERIFY2(canvas->rendererName().startsWith("Vulkan: "), qPrintable(canvas->rendererNote()));
        canvas->setView({100.5, 40.25, 0.37});
        canvas->setMarked(110, 130);
        QTRY_VERIFY(nFrame() >= 2);
        QTest::qWait(200);
        const QRect map = layOutCanvas(canvas->size(), true, true, true).map;
        const QImage screen =
            canvas->screen()->grabWindow(canvas->winId()).toImage().convertToFormat(QImage::Format_RGB32).copy(map);
        const QImage painted = canvas->picture(canvas->size(), 1, false).copy(map);
        if (qEnvironmentVariableIsSet("VITRAL_SAVE_PICTURES")) {
            canvas->screen()->grabWindow(canvas->winId()).save("window-screen.png");
            painted.save("window-painted.png");
        }
        QCOMPARE(screen.size(), painted.size());
        int wrong = 0;
        for (int y = 0; y < map.height(); ++y)
            for (int x = 0; x < map.width(); ++x)
                wrong += screen.pixel(x, y) != painted.pixel(x, y);
        QCOMPARE(wrong, 0);
    }

    void survivesEverythingAWindowCanDo() {
        qputenv("VITRAL_RENDERER", "vulkan");
        {
            QMainWindow main;
            auto* central = makeCanvas(&main);
            main.setCentralWidget(central);
            auto* dock = new QDockWidget(QStringLiteral("second"), &main);
            auto* second = makeCanvas(dock);
            dock->setWidget(second);
            main.addDockWidget(Qt::RightDockWidgetArea, dock);
            main.resize(900, 600);
            main.show();
            QVERIFY(QTest::qWaitForWindowExposed(&main));
            QCOMPARE(windows().size(), 2);
            QTRY_VERIFY(nFrame() >= 2);
            for (int step = 0; step < 6; ++step) {
                main.resize(700 + 60 * (step % 3), 500 + 40 * (step % 2));
                central->setView({step * 30.0, step * 20.0, 0.5 + step});
                QTest::qWait(60);
            }
            const auto drawsAgain = [&](const char* what) {
                const int before = nFrame();
                central->setView({central->view().firstCol + 3, 5, 1.5});
                second->setView({second->view().firstCol + 3, 5, 1.5});
                QTest::qWait(100);
                QVERIFY2(nFrame() > before, what);
            };
            drawsAgain("after resizing");
            main.hide();
            QTest::qWait(60);
            main.show();
            QVERIFY(QTest::qWaitForWindowExposed(&main));
            drawsAgain("after hide and show");
            dock->setFloating(true);
            QTest::qWait(120);
            drawsAgain("after floating");
            dock->setFloating(false);
            QTest::qWait(120);
            drawsAgain("after docking");
            dock->hide();
            QTest::qWait(60);
            dock->show();
            QTest::qWait(60);
            drawsAgain("after hiding the dock");
            QVERIFY(central->rendererName().startsWith("Vulkan"));
            QVERIFY(second->rendererName().startsWith("Vulkan"));
        }
        QCOMPARE(windows().size(), 0);
    }

    void theSettingIsFollowedAtOnce() {
        qunsetenv("VITRAL_RENDERER");
        setRendererChoice(RendererChoice::Painter);
        std::unique_ptr<HeatmapCanvas> canvas(makeCanvas(nullptr));
        canvas->resize(400, 300);
        canvas->show();
        QVERIFY(QTest::qWaitForWindowExposed(canvas.get()));
        QCOMPARE(canvas->rendererName(), QString("QPainter"));
        for (int round = 0; round < 3; ++round) {
            setRendererChoice(RendererChoice::Vulkan);
            QVERIFY(canvas->rendererName().startsWith("Vulkan"));
            QTRY_VERIFY(nFrame() >= 1);
            setRendererChoice(RendererChoice::Painter);
            QCOMPARE(canvas->rendererName(), QString("QPainter"));
            QCOMPARE(windows().size(), 0);
        }
    }

    void eventsReachTheCanvas() {
        qputenv("VITRAL_RENDERER", "vulkan");
        std::unique_ptr<HeatmapCanvas> canvas(makeCanvas(nullptr));
        canvas->resize(500, 400);
        canvas->show();
        QVERIFY(QTest::qWaitForWindowExposed(canvas.get()));
        canvas->setView({10, 200, 0.1});
        QSignalSpy clicked(canvas.get(), &HeatmapCanvas::cellClicked),
            hovered(canvas.get(), &HeatmapCanvas::cellHovered);
        VulkanWindow* window = windows().value(0);
        QVERIFY(window);
        QTest::mouseMove(window, QPoint(45, 27));
        QTRY_VERIFY(!hovered.isEmpty());
        QCOMPARE(hovered.last(), (QVariantList{202LL, 14LL}));
        QTest::mouseClick(window, Qt::LeftButton, {}, QPoint(45, 27));
        QTRY_COMPARE(clicked.size(), 1);
        QCOMPARE(clicked.last(), (QVariantList{202LL, 14LL}));
        const double col = canvas->view().firstCol;
        QTest::keyClick(window, Qt::Key_Right);
        QVERIFY(canvas->view().firstCol > col);
    }

    void aLostDeviceFallsBack() {
        qputenv("VITRAL_RENDERER", "vulkan");
        std::unique_ptr<HeatmapCanvas> canvas(makeCanvas(nullptr));
        canvas->resize(500, 400);
        canvas->show();
        QVERIFY(QTest::qWaitForWindowExposed(canvas.get()));
        QTRY_VERIFY(nFrame() >= 1);
        const QString why = QStringLiteral("Vulkan could not draw a frame: the graphics device was lost (-4).");
        emit windows().value(0)->failed(why);
        QTRY_COMPARE(canvas->rendererName(), QString("QPainter"));
        QCOMPARE(canvas->rendererNote(), why);
        QCOMPARE(windows().size(), 0);
        const QRect map = layOutCanvas(canvas->size(), true, true, true).map;
        QTest::qWait(50);
        QCOMPARE(canvas->grab().toImage().convertToFormat(QImage::Format_RGB32).copy(map.adjusted(3, 3, -3, -3)),
                 canvas->picture(canvas->size(), 1, false).copy(map.adjusted(3, 3, -3, -3)));
    }

    void aFailingFrameIsToldOnce() {
        struct Failing : VulkanPainter {
            Result<void> start(const std::shared_ptr<gpu::VulkanDevice>&, VkRenderPass) override { return {}; }
            gpu::FrameWork frame(QSize) override {
                gpu::FrameWork work;
                work.prepare = [](const gpu::FrameContext&) -> Result<void> { return fail(ErrorCode::Device, "No."); };
                return work;
            }
        } painter;
        VulkanWindow window(host_, painter, nullptr);
        QSignalSpy failed(&window, &VulkanWindow::failed);
        window.resize(200, 150);
        window.show();
        QTRY_COMPARE(failed.size(), 1);
        QCOMPARE(failed.last().first().toString(), QString("No."));
        window.requestUpdate();
        QTest::qWait(60);
        QCOMPARE(failed.size(), 1);
        QCOMPARE(window.nFrame(), 0);
    }

    void noDriverFallsBack() {
        if (qEnvironmentVariableIsSet("VITRAL_TEST_NO_DRIVER"))
            return;
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("VK_ICD_FILENAMES", "/nonexistent/icd.json");
        environment.insert("VK_DRIVER_FILES", "/nonexistent/icd.json");
        environment.insert("VITRAL_TEST_NO_DRIVER", "1");
        process.setProcessEnvironment(environment);
        process.start(QCoreApplication::applicationFilePath(), {"withoutDriver"});
        QVERIFY(process.waitForFinished(30000));
        const QByteArray said = process.readAllStandardOutput();
        QVERIFY2(process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0, said.constData());
        QVERIFY2(said.contains("PASS   : TestCanvasWindow::withoutDriver"), said.constData());
    }

    // Every canvas of a program in which Vulkan fails draws with QPainter and can say why.
    void withoutDriver() {
        if (!qEnvironmentVariableIsSet("VITRAL_TEST_NO_DRIVER"))
            QSKIP("Runs in a process of its own.");
        qputenv("VITRAL_RENDERER", "vulkan");
        std::unique_ptr<HeatmapCanvas> canvas(makeCanvas(nullptr));
        canvas->resize(500, 400);
        canvas->show();
        QVERIFY(QTest::qWaitForWindowExposed(canvas.get()));
        QCOMPARE(canvas->rendererName(), QString("QPainter"));
        QVERIFY2(canvas->rendererNote().contains("no driver was found") ||
                     canvas->rendererNote().contains("No graphics device"),
                 qPrintable(canvas->rendererNote()));
        QVERIFY(!canvas->grab().isNull());
    }
};

QTEST_MAIN(TestCanvasWindow)
#include "tst_canvas_window.moc"
