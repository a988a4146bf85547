// SPDX-License-Identifier: Apache-2.0
// The controls over a canvas: clicked with the mouse, and everything they do from the keyboard too. Without ImGui only
// the keyboard half runs.

#include "tests/support/function_source.h"
#include "widgets/canvas/canvas_paint.h"
#include "widgets/canvas/heatmap_canvas.h"
#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include <QApplication>
#include <QSignalSpy>
#include <QtTest>

using namespace vitral;
using vitral::test::FunctionSource;
using vitral::test::triangle;

namespace {

struct Fixture {
    HeatmapCanvas canvas;
    QSignalSpy picked{&canvas, &HeatmapCanvas::headPicked}, sinks{&canvas, &HeatmapCanvas::hideSinksWanted},
        clicked{&canvas, &HeatmapCanvas::cellClicked}, viewed{&canvas, &HeatmapCanvas::viewChanged};
    Fixture() {
        canvas.resize(760, 620);
        canvas.setLabels([](std::int64_t i) { return QStringLiteral("linha %1").arg(i); },
                         [](std::int64_t i) { return QStringLiteral("coluna %1").arg(i); });
        canvas.setSource(std::make_shared<FunctionSource>(600, 600, triangle()));
        canvas.setReadOut([](std::int64_t i, std::int64_t j) {
            return QStringList{QStringLiteral("consulta %1 «casa»").arg(i), QStringLiteral("chave %1 日本語").arg(j)};
        });
        CanvasControls controls;
        controls.nLayer = 12;
        controls.nHead = 8;
        controls.iLayer = 3;
        controls.iHead = 2;
        controls.canHideSinks = true;
        controls.timings = {QStringLiteral("prefill 12 ms")};
        canvas.setControls(controls);
        canvas.show();
    }
    [[nodiscard]] QRect map() const { return layOutCanvas(canvas.size(), true, true, true).map; }
    void click(QPoint where) {
        QTest::mouseMove(&canvas, where);
        QTest::qWait(40);
        QTest::mouseClick(&canvas, Qt::LeftButton, {}, where);
        QTest::qWait(80); // the controls react over some frames
    }
};

} // namespace

class TestCanvasControls : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        design::installFonts();
        qApp->setPalette(design::makeQPalette(design::palette(design::Scheme::Dark)));
    }

    void keysDoWhatControlsDo() {
        Fixture f;
        QVERIFY(QTest::qWaitForWindowExposed(&f.canvas));
        const HeatmapLook before = f.canvas.look();
        QTest::keyClick(&f.canvas, Qt::Key_C);
        QVERIFY(f.canvas.look().map != before.map);
        QTest::keyClick(&f.canvas, Qt::Key_L);
        QVERIFY(f.canvas.look().scale != before.scale);
        QTest::keyClick(&f.canvas, Qt::Key_B);
        QVERIFY(f.canvas.look().block != before.block);
        QTest::keyClick(&f.canvas, Qt::Key_PageDown);
        QCOMPARE(f.picked.last(), (QVariantList{4, 2}));
        QTest::keyClick(&f.canvas, Qt::Key_PageUp, Qt::ShiftModifier);
        QCOMPARE(f.picked.last(), (QVariantList{4, 1}));
        QTest::keyClick(&f.canvas, Qt::Key_S);
        QCOMPARE(f.sinks.last(), QVariantList{true});
        QVERIFY(!f.canvas.accessibleName().isEmpty());
    }

#ifdef VITRAL_HAVE_IMGUI
    void theMouseReachesTheControls() {
        Fixture f;
        QVERIFY(QTest::qWaitForWindowExposed(&f.canvas));
        QTest::qWait(50);
        if (qEnvironmentVariableIsSet("VITRAL_SAVE_PICTURES"))
            f.canvas.grab().save(QStringLiteral("canvas-controls.png"));
        // The step button at the right end of the layer's slider: second row of the panel.
        const QPoint corner(f.map().right() - 8, f.map().top() + 8); // the panel's upper right corner
        const HeatmapView view = f.canvas.view();
        f.click(corner + QPoint(-8 - 12, 22 + 8 + 19 + 12));
        QCOMPARE(f.picked.size(), 1);
        QCOMPARE(f.picked.last(), (QVariantList{4, 2}));
        QCOMPARE(f.clicked.size(), 0); // not the map's click
        QCOMPARE(f.canvas.view(), view);
        // A drag that begins on the panel is not the map's either.
        QTest::mousePress(&f.canvas, Qt::LeftButton, {}, corner + QPoint(-100, 12));
        QTest::mouseMove(&f.canvas, corner + QPoint(-140, 60));
        QTest::mouseRelease(&f.canvas, Qt::LeftButton, {}, corner + QPoint(-140, 60));
        QCOMPARE(f.canvas.view(), view);
        // Beside the panel the map gets its click.
        f.click(f.map().topLeft() + QPoint(120, 400));
        QCOMPARE(f.clicked.size(), 1);
        // Without the panel the corner is the map's.
        f.canvas.setControlsVisible(false);
        f.clicked.clear();
        f.click(f.map().topLeft() + QPoint(200, 350));
        f.click(corner + QPoint(-20, 59));
        QCOMPARE(f.picked.size(), 1);
        QCOMPARE(f.clicked.size(), 1); // beyond the map's last column
    }

    void readOutIsDrawnInEveryScript() {
        Fixture f;
        QVERIFY(QTest::qWaitForWindowExposed(&f.canvas));
        const QPoint where = f.map().topLeft() + QPoint(120, 300);
        const QImage before = f.canvas.grab().toImage();
        QTest::mouseMove(&f.canvas, where);
        QTest::qWait(60);
        const QImage after = f.canvas.grab().toImage();
        if (qEnvironmentVariableIsSet("VITRAL_SAVE_PICTURES"))
            after.save(QStringLiteral("canvas-readout.png"));
        int changed = 0;
        for (int y = where.y() + 16; y < where.y() + 60; ++y)
            for (int x = where.x() + 16; x < where.x() + 150; ++x)
                changed += before.pixel(x, y) != after.pixel(x, y);
        QVERIFY2(changed > 2000, qPrintable(QString::number(changed)));
    }
#endif
};

QTEST_MAIN(TestCanvasControls)
#include "tst_canvas_controls.moc"
