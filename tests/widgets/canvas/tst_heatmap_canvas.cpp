// SPDX-License-Identifier: Apache-2.0
// The canvas against a map whose cells are known: every pixel shows the cell, or the max or mean of the cells, that lie
// under it; moving, zooming, hovering and clicking hit the cell they should.

#include "tests/support/function_source.h"
#include "widgets/canvas/canvas_paint.h"
#include "widgets/canvas/colour_map.h"
#include "widgets/canvas/heatmap_canvas.h"
#include "widgets/canvas/map_raster.h"
#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include <QApplication>
#include <QSignalSpy>
#include <QWheelEvent>
#include <QtTest>

using namespace vitral;
using vitral::test::FunctionSource;
using vitral::test::triangle;

namespace {

// What pixel (x, y) of a plan must show, straight from the cells.
float expected(const FunctionSource& source, const HeatmapView& view, const MapPlan& plan, double ratio, int x, int y,
               BlockValue value) {
    const auto row = static_cast<std::int64_t>(std::floor(view.firstRow + (y + 0.5) / ratio * view.cellsPerPixel));
    const auto col = static_cast<std::int64_t>(std::floor(view.firstCol + (x + 0.5) / ratio * view.cellsPerPixel));
    const std::int64_t n = std::int64_t{1} << plan.level;
    float max = -INFINITY;
    double sum = 0;
    int count = 0;
    for (std::int64_t i = row / n * n; i < std::min(row / n * n + n, source.nRow()); ++i)
        for (std::int64_t j = col / n * n; j < std::min(col / n * n + n, source.nCol()); ++j)
            if (const float v = source.cell(i, j); !std::isnan(v)) {
                max = std::max(max, v);
                sum += v;
                ++count;
            }
    if (count == 0)
        return std::nanf("");
    return value == BlockValue::Max ? max : static_cast<float>(sum / count);
}

QRect mapRect(const HeatmapCanvas& canvas, bool labels) {
    return layOutCanvas(canvas.size(), labels, labels, true).map;
}

} // namespace

class TestHeatmapCanvas : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        design::installFonts();
        qApp->setPalette(design::makeQPalette(design::palette(design::Scheme::Dark)));
    }

    void everyPixelShowsItsCell_data() {
        QTest::addColumn<double>("cellsPerPixel");
        QTest::addColumn<double>("first");
        QTest::addColumn<double>("ratio");
        QTest::addColumn<int>("block");
        QTest::addColumn<int>("level");
        QTest::newRow("one to one") << 1.0 << 100.0 << 1.0 << 0 << 0;
        QTest::newRow("cells of 7.3 pixels") << 1 / 7.3 << 41.37 << 1.0 << 0 << 0;
        QTest::newRow("cells of 100 pixels") << 0.01 << 299.5 << 1.0 << 0 << 0;
        QTest::newRow("1.4 cells a pixel, max") << 1.4 << -20.0 << 1.0 << 0 << 1;
        QTest::newRow("1.4 cells a pixel, mean") << 1.4 << -20.0 << 1.0 << 1 << 1;
        QTest::newRow("4 cells a pixel, max") << 4.0 << -300.0 << 1.0 << 0 << 2;
        QTest::newRow("high dpi") << 1.0 << 5.25 << 2.0 << 0 << 0;
        QTest::newRow("high dpi, blocks") << 2.7 << 5.25 << 2.0 << 1 << 1;
    }
    void everyPixelShowsItsCell() {
        QFETCH(double, cellsPerPixel);
        QFETCH(double, first);
        QFETCH(double, ratio);
        QFETCH(int, block);
        QFETCH(int, level);
        FunctionSource source(700, 700, triangle());
        const HeatmapView view{first, first + 3, cellsPerPixel};
        const QSize pixels(233, 171);
        const MapPlan plan = planMap(view, source.nRow(), source.nCol(), pixels, ratio);
        QCOMPARE(plan.level, level);
        TileStore store;
        int nMissing = -1;
        const auto tiles = store.choose(source, plan, &nMissing);
        QCOMPARE(nMissing, 0);
        HeatmapLook look;
        look.block = static_cast<BlockValue>(block);
        const QRgb nothing = qRgb(1, 2, 3);
        const ColourTable table = makeColourTable(look, {}, nothing);
        const MapBackground background{qRgb(4, 5, 6), qRgb(7, 8, 9)};
        QImage image(pixels, QImage::Format_RGB32);
        rasterMap(plan, tiles, look.block, table, background, image);
        int wrong = 0, coloured = 0;
        for (int y = 0; y < pixels.height(); ++y)
            for (int x = 0; x < pixels.width(); ++x) {
                const double row = view.firstRow + (y + 0.5) / ratio * cellsPerPixel,
                             col = view.firstCol + (x + 0.5) / ratio * cellsPerPixel;
                QRgb want = background.outside;
                if (row >= 0 && col >= 0 && row < 700 && col < 700)
                    want = table(expected(source, view, plan, ratio, x, y, look.block));
                wrong += image.pixel(x, y) != want;
                coloured += image.pixel(x, y) != nothing && image.pixel(x, y) != background.outside;
            }
        QCOMPARE(wrong, 0);
        QVERIFY2(coloured > 500, "the picture shows next to nothing, so it could not fail");
    }

    void coarseTilesStandInUntilFinerOnesArrive() {
        FunctionSource source(2048, 2048, triangle());
        const MapPlan plan = planMap({600, 600, 1}, 2048, 2048, {300, 300}, 1);
        TileStore store;
        source.immediate = false;
        int nMissing = 0;
        auto tiles = store.choose(source, plan, &nMissing);
        QVERIFY(nMissing >= 4);
        for (const TileChoice& choice : tiles)
            QVERIFY(!choice.tile);
        QCOMPARE(source.wanted.back().level, 3); // the whole map, asked for last: it comes first
        source.make({3, 0, 0});
        tiles = store.choose(source, plan, &nMissing);
        for (const TileChoice& choice : tiles)
            QVERIFY(choice.tile && choice.shift == 3);
        // The stand-in shows the block that covers the cell.
        const ColourTable table = makeColourTable({}, {}, 0);
        QImage image(plan.size, QImage::Format_RGB32);
        rasterMap(plan, tiles, BlockValue::Max, table, {}, image);
        const auto top = source.tile({3, 0, 0});
        QCOMPARE(image.pixel(10, 20), table(top->max[(620 / 8) * kMapTileSide + 610 / 8]));
        source.deliver();
        tiles = store.choose(source, plan, &nMissing);
        QCOMPARE(nMissing, 0);
        for (const TileChoice& choice : tiles)
            QVERIFY(choice.tile && choice.shift == 0);
    }

    void scalesTellTheirNumbers() {
        HeatmapLook look;
        RankSample rank{{0.F, 0.F, 0.1F, 0.2F, 0.9F}};
        for (int scale = 0; scale < kColourScaleCount; ++scale)
            for (const auto map : {ColourMap::Viridis, ColourMap::BlueOrange}) {
                look.scale = static_cast<ColourScale>(scale);
                look.map = map;
                double last = -1;
                for (int i = 0; i <= 10; ++i) {
                    const double place = scalePosition(look, rank, scaleValue(look, rank, i / 10.0));
                    QVERIFY2(place >= last, qPrintable(QString("scale %1, step %2").arg(scale).arg(i)));
                    last = place;
                    if (look.scale != ColourScale::Rank && !(map == ColourMap::BlueOrange && scale == 1 && i == 5))
                        QVERIFY(std::abs(place - i / 10.0) < 1e-4);
                }
            }
        look = {};
        look.scale = ColourScale::Log;
        look.low = -3;
        QCOMPARE(effectiveScale(look), ColourScale::Linear);
        QCOMPARE(rank.position(0.F), 0.2);
        QCOMPARE(rank.position(1.F), 1.0);
        QCOMPARE(rank.position(0.15F), 0.6);
    }

    void colourTableFollowsTheScale_data() {
        QTest::addColumn<int>("map");
        QTest::addColumn<int>("scale");
        QTest::addColumn<float>("low");
        QTest::addColumn<float>("high");
        for (int map = 0; map < kColourMapCount; ++map)
            for (int scale = 0; scale < kColourScaleCount; ++scale) {
                QTest::addRow("weights %d %d", map, scale) << map << scale << 0.F << 1.F;
                QTest::addRow("scores %d %d", map, scale) << map << scale << -30.F << 12.F;
                QTest::addRow("narrow %d %d", map, scale) << map << scale << 5.F << 5.5F;
            }
    }
    void colourTableFollowsTheScale() {
        QFETCH(int, map);
        QFETCH(int, scale);
        QFETCH(float, low);
        QFETCH(float, high);
        HeatmapLook look{static_cast<ColourMap>(map), static_cast<ColourScale>(scale), BlockValue::Max, low, high};
        RankSample rank;
        for (int i = 0; i < 999; ++i)
            rank.sorted.push_back(low + (high - low) * static_cast<float>(i * i) / (999.F * 999.F));
        const ColourTable table = makeColourTable(look, rank, 0);
        // 16 bits of the float are kept: half of 2^-7 of a value off at most, so a few steps of colour.
        int worst = 0;
        for (int i = 0; i <= 1000; ++i) {
            const float value = low + (high - low) * static_cast<float>(i) / 1000.F;
            const QRgb got = table(value), want = colourAt(look.map, scalePosition(look, rank, value));
            worst = std::max({worst, std::abs(qRed(got) - qRed(want)), std::abs(qGreen(got) - qGreen(want)),
                              std::abs(qBlue(got) - qBlue(want))});
        }
        // The diverging map must keep 0 precise, so it is coarse where 0 is far away; ranks are steep where many values
        // are.
        const bool coarse = look.map == ColourMap::BlueOrange || look.scale == ColourScale::Rank;
        QVERIFY2(worst <= (coarse ? 24 : 6), qPrintable(QString("off by %1 of 255").arg(worst)));
        QCOMPARE(table(std::nanf("")), QRgb(0));
        QCOMPARE(table(-INFINITY), QRgb(0));
        QCOMPARE(table(INFINITY), colourAt(look.map, 1));
    }

    void labelsKeepApart() {
        QCOMPARE(labelStride(20, 14), std::int64_t{1});
        QCOMPARE(labelStride(10, 14), std::int64_t{2});
        QCOMPARE(labelStride(1, 14), std::int64_t{20});
        QCOMPARE(labelStride(0.02, 14), std::int64_t{1000});
    }

    void pictureIsTheCanvas() {
        HeatmapCanvas canvas;
        canvas.resize(400, 300);
        auto source = std::make_shared<FunctionSource>(1000, 1000, triangle());
        canvas.setSource(source);
        const QImage whole = canvas.picture({400, 300}, 1, true);
        QCOMPARE(whole.size(), QSize(400, 300));
        QCOMPARE(canvas.picture({400, 300}, 2, true).size(), QSize(800, 600));
        canvas.setView({200, 200, 1});
        const QImage grabbed = canvas.grab().toImage().convertToFormat(QImage::Format_RGB32);
        QCOMPARE(grabbed, canvas.picture({400, 300}, 1, false));
        QCOMPARE(canvas.rendererName(), QString("QPainter"));
    }

    void moveZoomHoverAndClick() {
        HeatmapCanvas canvas;
        canvas.resize(500, 400);
        canvas.setSource(std::make_shared<FunctionSource>(1000, 1000, triangle()));
        canvas.setReadOut(
            [](std::int64_t i, std::int64_t j) { return QStringList{QString("cell %1 %2").arg(i).arg(j)}; });
        canvas.show();
        QVERIFY(QTest::qWaitForWindowExposed(&canvas));
        QSignalSpy clicked(&canvas, &HeatmapCanvas::cellClicked), hovered(&canvas, &HeatmapCanvas::cellHovered),
            viewed(&canvas, &HeatmapCanvas::viewChanged);
        canvas.setView({100, 50, 0.1}); // cells of ten pixels
        const QRect map = mapRect(canvas, false);
        const QPoint where = map.topLeft() + QPoint(45, 27);
        QTest::mouseMove(&canvas, where);
        QTRY_VERIFY(!hovered.isEmpty());
        QCOMPARE(hovered.last(), (QVariantList{52LL, 104LL}));
        QCOMPARE(canvas.accessibleDescription(), QString("cell 52 104"));
        QTest::mouseClick(&canvas, Qt::LeftButton, {}, where);
        QCOMPARE(clicked.last(), (QVariantList{52LL, 104LL}));

        // A drag moves the map with the hand and is no click.
        clicked.clear();
        QTest::mousePress(&canvas, Qt::LeftButton, {}, where);
        QTest::mouseMove(&canvas, where + QPoint(30, -20));
        QTest::mouseRelease(&canvas, Qt::LeftButton, {}, where + QPoint(30, -20));
        QCOMPARE(clicked.size(), 0);
        QVERIFY(std::abs(canvas.view().firstCol - 97) < 1e-9 && std::abs(canvas.view().firstRow - 52) < 1e-9);

        // The wheel keeps the cell under the pointer.
        QWheelEvent wheel(where, canvas.mapToGlobal(where), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(&canvas, &wheel);
        QVERIFY(canvas.view().cellsPerPixel < 0.1);
        QVERIFY(std::abs(canvas.view().firstCol + 45 * canvas.view().cellsPerPixel - (97 + 4.5)) < 1e-9);

        // The same from the keyboard.
        const double before = canvas.view().cellsPerPixel;
        QTest::keyClick(&canvas, Qt::Key_Minus);
        QVERIFY(canvas.view().cellsPerPixel > before);
        const double col = canvas.view().firstCol;
        QTest::keyClick(&canvas, Qt::Key_Right);
        QVERIFY(canvas.view().firstCol > col);
        hovered.clear();
        QTest::keyClick(&canvas, Qt::Key_Down, Qt::ShiftModifier);
        QVERIFY(!hovered.isEmpty());
        const QVariantList cell = hovered.last();
        QTest::keyClick(&canvas, Qt::Key_Return);
        QCOMPARE(clicked.last(), cell);
        QTest::keyClick(&canvas, Qt::Key_0, Qt::ControlModifier);
        QVERIFY(canvas.view().cellsPerPixel * map.height() >= 1000 - 1e-6);
        QVERIFY(viewed.size() >= 5);
    }

    void growsWithTheSource() {
        HeatmapCanvas canvas;
        canvas.resize(300, 300);
        canvas.setSource(std::make_shared<FunctionSource>(40, 40, triangle()));
        const double perPixel = canvas.view().cellsPerPixel;
        canvas.setSource(std::make_shared<FunctionSource>(2000, 2000, triangle()));
        QVERIFY(canvas.view().cellsPerPixel > 40 * perPixel);
        canvas.setSource(nullptr);
        QVERIFY(!canvas.picture({100, 100}, 1, true).isNull());
    }
};

QTEST_MAIN(TestHeatmapCanvas)
#include "tst_heatmap_canvas.moc"
