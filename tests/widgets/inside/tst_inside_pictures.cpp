// SPDX-License-Identifier: Apache-2.0
// The painted pictures of the room "Inside": what they draw, what the keyboard does, what they give away as files.

#include "widgets/design/metrics.h"
#include "widgets/inside/bar_list.h"
#include "widgets/inside/grid_view.h"
#include "widgets/inside/line_chart.h"
#include "widgets/inside/operation_map.h"
#include "widgets/inside/rope_dials.h"
#include "widgets/inside/value_colour.h"
#include "widgets/inside/value_text.h"

#include <QPainter>
#include <QScrollBar>
#include <QSignalSpy>
#include <QtTest>

#include <cmath>
#include <set>

using namespace vitral;

namespace {

GridContent numbers(std::int64_t nRow, std::int64_t nCol) {
    GridContent content;
    content.nRow = nRow;
    content.nCol = nCol;
    content.rowTitle = "layer";
    content.rowLabel = [](std::int64_t i) { return QString("row %1").arg(i); };
    content.colLabel = [](std::int64_t j) { return QString("c,%1").arg(j); };
    content.text = [](std::int64_t i, std::int64_t j) { return QString("%1/%2").arg(i).arg(j); };
    content.colour = [](std::int64_t i, std::int64_t j) { return QColor(int(i % 200), int(j % 200), 50); };
    content.number = [](std::int64_t i, std::int64_t j) { return double(i) + double(j) / 10; };
    content.describe = [](std::int64_t i, std::int64_t j) { return QString("cell %1 %2").arg(i).arg(j); };
    return content;
}

Operation operation(const char* scope, const char* name, std::int64_t timeNs, const char* weight = nullptr) {
    Operation o;
    o.scope = scope;
    o.name = name;
    o.timeNs = timeNs;
    o.bytesRead = 100;
    o.flops = 10;
    o.outputs.push_back({{}, DType::F32, vitral::Shape{1, 8}, 32});
    if (weight != nullptr)
        o.weights.push_back({weight, DType::Q8_0, vitral::Shape{8, 8}, 68});
    return o;
}

/// Embedding, three layers alike, one that differs, head.
std::shared_ptr<const OperationList> smallModel() {
    auto list = std::make_shared<OperationList>();
    list->operations.push_back(operation("embed", "embedding", 10, "token_embd.weight"));
    for (int i = 0; i < 4; ++i) {
        const std::string layer = "blocks." + std::to_string(i);
        const std::string blk = "blk." + std::to_string(i);
        list->operations.push_back(operation((layer + ".attn").c_str(), "rmsNorm", 5));
        list->operations.push_back(
            operation((layer + ".attn").c_str(), "matmul", 20, (blk + ".attn_q.weight").c_str()));
        list->operations.push_back(operation((layer + ".attn").c_str(), "add", 5));
        list->operations.push_back(operation((layer + ".mlp").c_str(), i == 3 ? "activation" : "gatedActivation", 10));
        list->operations.push_back(operation((layer + ".mlp").c_str(), "add", 10));
    }
    list->operations.push_back(operation("head", "matmul", 40, "output.weight"));
    return list;
}

} // namespace

class TestInsidePictures : public QObject {
    Q_OBJECT
private slots:
    // What is saved does not hang on where somebody has scrolled to.
    void picturesHoldTheWholeTable() {
        GridView grid;
        grid.resize(300, 120);
        grid.setCellSize({40, 20});
        grid.setContent(numbers(9, 60));
        grid.show();
        const auto picture = [&] {
            QImage image(grid.pictureSize(), QImage::Format_RGB32);
            QPainter painter(&image);
            grid.paintPicture(painter);
            return image;
        };
        const QRect last = grid.cellRect(8, 59); // far beyond the window
        QVERIFY(last.left() > 1000 && last.top() > 120);
        const QImage top = picture();
        QVERIFY(grid.picturesWhole() && top.rect().contains(last));
        QCOMPARE(top.pixelColor(last.topLeft() + QPoint(1, 1)), QColor(8, 59, 50));
        grid.horizontalScrollBar()->setValue(grid.horizontalScrollBar()->maximum());
        grid.verticalScrollBar()->setValue(grid.verticalScrollBar()->maximum());
        QVERIFY(grid.horizontalScrollBar()->value() > 0 && picture() == top);
        grid.setContent(numbers(20, 100000)); // nobody wants that as one picture
        QVERIFY(!grid.picturesWhole());
        QCOMPARE(grid.pictureSize(), grid.viewport()->size());
    }

    void labelsDoNotTouch() {
        std::set<std::int64_t> rows, cols; // whose names were painted
        GridView grid;
        grid.resize(600, 400);
        const int height = QFontMetrics(design::font(design::TextRole::Caption)).height();
        for (const int cell : {2, 5, height - 2, height, height + 1, height + 4, 30}) {
            GridContent content = numbers(60, 60);
            grid.setCellSize({cell, cell});
            grid.setContent(content);
            content.rowLabel = [&](std::int64_t i) { return rows.insert(i), QString("row"); };
            content.colLabel = [&](std::int64_t j) { return cols.insert(j), QString("col"); };
            grid.setContent(content);
            rows.clear();
            cols.clear();
            QImage image(grid.viewport()->size(), QImage::Format_RGB32);
            QPainter painter(&image);
            grid.paintPicture(painter);
            for (const auto& names : {rows, cols}) {
                QVERIFY(names.size() > 1);
                const auto step = *std::next(names.begin()) - *names.begin();
                QVERIFY2(step * cell >= height + 2, qPrintable(QString("%1 of %2").arg(step).arg(cell)));
            }
        }
    }

    void numbersReadWell() {
        QLocale::setDefault(QLocale::c());
        QCOMPARE(numberText(0), QString("0"));
        QCOMPARE(numberText(3), QString("3"));
        QCOMPARE(numberText(-12.3456), QString("\u221212.35"));
        QCOMPARE(numberText(0.012345, 3), QString("0.0123"));
        QCOMPARE(numberText(std::nan("")), QString("\u2013"));
        QCOMPARE(signedText(0.5, 2), QString("+0.50"));
        QCOMPARE(percentText(0.123), QString("12.3\u00A0%"));
        QCOMPARE(percentText(0.00001), QString("<\u00A00.01\u00A0%"));
        QCOMPARE(percentChangeText(0.1), QString("+10.0\u00A0p.p."));
        QCOMPARE(percentChangeText(-0.0004), QString("\u22120.04\u00A0p.p."));
        QCOMPARE(percentChangeText(1e-6), QString("\u2248\u00A00"));
        QCOMPARE(percentChangeText(0), QString("0"));
        QCOMPARE(amountText(11'400'000), QString("11\u00A0M"));
        QCOMPARE(durationText(0.0000131), QString("13\u00A0\u00B5s"));
        QCOMPARE(sizeText(1'234'567), QString("1.2\u00A0MB"));
        QLocale::setDefault(QLocale(QLocale::Portuguese, QLocale::Brazil));
        QCOMPARE(numberText(12.5, 3), QString("12,5"));
        QLocale::setDefault(QLocale::c());
    }

    void textOnEveryColourCanBeRead() {
        for (const auto scheme : {design::Scheme::Light, design::Scheme::Dark})
            for (double t = -1; t <= 1; t += 0.05) {
                const design::Palette& p = design::palette(scheme);
                const QColor c = divergingColour(t, p);
                QVERIFY2(design::contrastRatio(c, textOn(c, p)) >= 4.0, qPrintable(QString::number(t)));
            }
        // Lightness alone tells how far from nothing a value is, on both sides (a grey print).
        const design::Palette& light = design::palette(design::Scheme::Light);
        QVERIFY(divergingColour(0.2, light).lightnessF() > divergingColour(0.9, light).lightnessF());
        QVERIFY(divergingColour(-0.2, light).lightnessF() > divergingColour(-0.9, light).lightnessF());
    }

    void aTableAsksForWhatIsOnScreenOnly() {
        GridView view;
        view.resize(600, 300);
        std::int64_t asked = 0, largest = 0;
        GridContent content = numbers(50, 100'000);
        content.colour = [&](std::int64_t, std::int64_t j) {
            ++asked;
            largest = std::max(largest, j);
            return QColor(Qt::white);
        };
        view.setContent(content);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        asked = 0;
        view.grab();
        QVERIFY2(asked > 20 && asked < 400, qPrintable(QString::number(asked)));
        QCOMPARE(view.nPainted(), asked);
        view.setCurrent(49, 99'999);
        view.grab();
        QCOMPARE(largest, 99'999);
        QVERIFY(view.viewport()->rect().contains(view.cellRect(49, 99'999)));
        QVERIFY(view.visibleColumns().end == 100'000);
        QVERIFY(view.csv().isEmpty()); // 5 million cells would be 30 MB of text
    }

    void theChosenCellStaysInSight() {
        GridView view;
        view.setContent(numbers(6, 200));
        view.setCurrent(5, 199); // before anybody has seen the table
        view.resize(500, 300);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QVERIFY(view.viewport()->rect().contains(view.cellRect(5, 199)));
        view.resize(300, 300);
        QVERIFY(view.viewport()->rect().contains(view.cellRect(5, 199)));
        view.horizontalScrollBar()->triggerAction(QAbstractSlider::SliderToMinimum); // somebody looks elsewhere
        view.resize(320, 300);
        QCOMPARE(view.horizontalScrollBar()->value(), 0);
    }

    void theKeyboardWalksATable() {
        GridView view;
        view.resize(500, 300);
        view.setContent(numbers(6, 200));
        view.show();
        QSignalSpy moved(&view, &GridView::currentChanged), acted(&view, &GridView::cellActivated);
        QTest::keyClick(&view, Qt::Key_Down);
        QCOMPARE(view.currentRow(), 0);
        QCOMPARE(view.currentCol(), 0);
        QTest::keyClick(&view, Qt::Key_Right);
        QTest::keyClick(&view, Qt::Key_Down);
        QCOMPARE(view.currentRow(), 1);
        QCOMPARE(view.currentCol(), 1);
        QCOMPARE(view.accessibleDescription(), QString("cell 1 1"));
        QTest::keyClick(&view, Qt::Key_End);
        QCOMPARE(view.currentCol(), 199);
        QTest::keyClick(&view, Qt::Key_Return);
        QCOMPARE(acted.size(), 1);
        QCOMPARE(moved.size(), 4);
        const double before = view.zoom();
        QTest::keyClick(&view, Qt::Key_Minus);
        QVERIFY(view.zoom() < before);
        QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, view.cellRect(2, 198).center());
        QCOMPARE(view.currentRow(), 2);
        QCOMPARE(view.currentCol(), 198);
    }

    void aTableGivesItsNumbers() {
        GridView view;
        view.setContent(numbers(2, 2));
        QCOMPARE(view.csv(), QString("layer,\"c,0\",\"c,1\"\nrow 0,0,0.1\nrow 1,1,1.1\n"));
    }

    void aPictureFillsItsView() {
        GridView view;
        view.resize(400, 300);
        view.setFitting(true);
        view.setContent(numbers(140, 16));
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QCOMPARE(view.horizontalScrollBar()->maximum(), 0);
        QVERIFY(std::abs(view.cellRect(0, 15).right() - view.viewport()->width()) < 3);
    }

    void barsStandOnOneScale() {
        BarList list;
        list.resize(400, 200);
        BarContent content;
        content.signedBars = true;
        content.labelTitle = "Part";
        content.valueTitle = "Logit";
        content.bars = {{"up", 2, {}, {}, design::Glass::Cobalt, false},
                        {"down", -1, {}, {}, design::Glass::Cobalt, false}};
        list.setContent(content);
        list.show();
        QTest::keyClick(&list, Qt::Key_Down);
        QTest::keyClick(&list, Qt::Key_Down);
        QCOMPARE(list.current(), 1);
        QVERIFY(list.accessibleDescription().contains("down"));
        QCOMPARE(list.csv(), QString("Part,Logit\nup,2\ndown,-1\n"));
        // The longer bar's pixels: right of the middle for +2, left of it and half as long for -1.
        const QImage image = list.grab().toImage();
        const auto inked = [&](int line) {
            const QColor pane = design::paletteFor(&list).pane(design::Glass::Cobalt);
            int n = 0;
            for (int x = 0; x < image.width(); ++x)
                n += image.pixelColor(x, list.barRect(line).center().y()) == pane ? 1 : 0;
            return n;
        };
        list.setCurrent(-1);
        QVERIFY(std::abs(inked(0) - 2 * inked(1)) <= 4);
    }

    void curvesHaveRoundTicks() {
        const std::vector<double> ticks = roundTicks(-0.13, 0.91, 5);
        QCOMPARE(ticks.size(), std::size_t{2});
        QCOMPARE(ticks[1], 0.5);
        QCOMPARE(roundTicks(0, 140, 8), (std::vector<double>{0, 20, 40, 60, 80, 100, 120, 140}));
        QVERIFY(roundTicks(1, 1, 5).empty());
        LineChart chart;
        chart.resize(400, 200);
        ChartContent content;
        content.xTitle = "distance";
        content.x = {0, 1, 2};
        content.curves = {{"score", {1, std::nan(""), 3}, design::Glass::Cobalt, false}};
        chart.setContent(content);
        QTest::keyClick(&chart, Qt::Key_End);
        QCOMPARE(chart.current(), 2);
        QCOMPARE(chart.accessibleDescription(), QString("distance 2 \u00B7 score 3"));
        QCOMPARE(chart.csv(), QString("distance,score\n0,1\n1,\n2,3\n"));
    }

    void operationsFoldByWhatTheyDo() {
        const auto list = smallModel();
        const OperationTree tree = buildOperationTree(*list);
        int nOperation = 0, nLayers = 0, nLayer = 0;
        std::int64_t time = 0;
        for (const OperationNode& n : tree.nodes) {
            nOperation += n.kind == OperationNodeKind::Operation ? 1 : 0;
            nLayers += n.kind == OperationNodeKind::Layers ? 1 : 0;
            nLayer += n.kind == OperationNodeKind::Layer ? 1 : 0;
            if (n.parent < 0)
                time += n.timeNs;
        }
        QCOMPARE(nOperation, int(list->operations.size())); // nothing is left out and nothing is made up
        QCOMPARE(nLayers, 1);                               // layers 0 to 2; layer 3 does something else
        QCOMPARE(nLayer, 4);
        QCOMPARE(time, list->totalNs());
        for (const OperationNode& n : tree.nodes)
            if (n.kind == OperationNodeKind::Layers) {
                QCOMPARE(n.firstLayer, 0);
                QCOMPARE(n.endLayer, 3);
            }
    }

    void theKeyboardOpensAndCloses() {
        OperationMap map;
        map.resize(700, 400);
        map.setOperations(smallModel());
        map.show();
        int layers = -1;
        for (std::size_t i = 0; i < map.tree().nodes.size(); ++i)
            if (map.tree().nodes[i].kind == OperationNodeKind::Layers)
                layers = int(i);
        map.setCurrent(layers);
        QVERIFY(map.isOpen(layers));
        const int child = map.tree().nodes[std::size_t(layers)].children[0];
        QVERIFY(!map.nodeRect(child).isEmpty());
        QTest::keyClick(&map, Qt::Key_Left);
        QVERIFY(!map.isOpen(layers));
        QVERIFY(map.nodeRect(child).isEmpty());
        QTest::keyClick(&map, Qt::Key_Right);
        QVERIFY(map.isOpen(layers));
        QTest::keyClick(&map, Qt::Key_Down);
        QCOMPARE(map.current(), child);
        QVERIFY(map.accessibleDescription().contains("Layer 0"));
        const double zoom = map.zoom();
        QTest::keyClick(&map, Qt::Key_Plus);
        QVERIFY(map.zoom() > zoom);
        map.openAll(true);
        QVERIFY(map.pictureSize().height() > 22 * 20);
        QCOMPARE(map.csv().count('\n'), 1 + 22);
        QVERIFY(map.csv().contains("blk.3.attn_q.weight"));
        QImage image(map.pictureSize(), QImage::Format_RGB32);
        QPainter painter(&image);
        map.paintPicture(painter);
    }

    void dialsSayTheirAngles() {
        QLocale::setDefault(QLocale::c());
        RopeDials dials;
        dials.resize(300, 200);
        RopeDialContent content;
        content.radiansPerPosition = {1.0, 0.1};
        content.query = 5;
        content.key = 3;
        dials.setContent(content);
        dials.setCurrent(1);
        QVERIFY(dials.accessibleDescription().contains("62.83"));
        QVERIFY(dials.accessibleDescription().contains(numberText(std::cos(0.2), 3)));
        QTest::keyClick(&dials, Qt::Key_Left);
        QCOMPARE(dials.current(), 0);
        QVERIFY(dials.csv().contains("\n1,0.1,62.83"));
    }
};

QTEST_MAIN(TestInsidePictures)
#include "tst_inside_pictures.moc"
