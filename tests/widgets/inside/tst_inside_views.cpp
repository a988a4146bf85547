// SPDX-License-Identifier: Apache-2.0
// The room's own views on a made-up run: what they say adds up, they follow the selection and set it, and they can be
// saved. Offscreen.

#include "core/io/npy.h"
#include "core/trace/attention_map.h"
#include "tests/support/made_up_room.h"
#include "widgets/canvas/heatmap_canvas.h"
#include "widgets/inside/cell_view.h"
#include "widgets/inside/difference_map_source.h"
#include "widgets/inside/line_chart.h"
#include "widgets/inside/matrix_view.h"
#include "widgets/inside/overview_view.h"
#include "widgets/inside/positions_view.h"
#include "widgets/inside/text_canvas.h"
#include "widgets/inside/text_view.h"
#include "widgets/inside/value_text.h"
#include "widgets/tokens/token_blocks.h"

#include <QLabel>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

#include <cmath>
#include <numeric>

using namespace vitral;
using namespace vitral::test;

class TestInsideViews : public MadeUpRoom {
    Q_OBJECT
private slots:
    void emptyRoomSaysWhatToDo() {
        QVERIFY(window_->emptyText().contains(QStringLiteral("recorded")));
        show({});
        QVERIFY(window_->emptyText().isEmpty());
        auto bare = std::make_shared<Recording>(*insideRecording({}));
        bare->attention.assign(bare->attention.size(), nullptr);
        inside_->show(bare, RecordingOrigin::File);
        QVERIFY(window_->emptyText().contains(QStringLiteral("without attention")));
    }

    void overviewFillsAndOpensAHead() {
        show({});
        window_->showView(QStringLiteral("overview"));
        auto* view = static_cast<OverviewView*>(window_->view(QStringLiteral("overview")));
        QTRY_VERIFY(view->settled());
        QTRY_VERIFY(view->statement().contains(QStringLiteral("exact")));
        for (int width = 700; width < 760; width += 7) { // heads that fit the width leave nothing to scroll
            window_->resize(width, 700);
            QCoreApplication::processEvents();
            QCOMPARE(view->grid()->horizontalScrollBar()->maximum(), 0);
        }
        view->grid()->setFocus();
        QVERIFY(view->grid()->current().iLayer >= 0); // something is chosen from the start
        inside_->selection().setHead(0, 2);
        QTest::keyClick(view->grid(), Qt::Key_Down);
        QTest::keyClick(view->grid(), Qt::Key_Left);
        QCOMPARE(inside_->selection().current().layer, 1);
        QCOMPARE(inside_->selection().current().head, 1);
        QTest::keyClick(view->grid(), Qt::Key_Return);
        QCOMPARE(window_->currentView()->name(), QStringLiteral("matrix"));
    }

    void overviewSortsByScore() {
        show({});
        window_->showView(QStringLiteral("overview"));
        auto* view = static_cast<OverviewView*>(window_->view(QStringLiteral("overview")));
        view->showScore(static_cast<int>(HeadBehaviour::PreviousToken), true);
        const auto scores = scoreHeads(*inside_->recording());
        QCOMPARE(scores.size(), std::size_t{12});
        double best = -1;
        HeadName bestHead;
        for (const HeadScores& s : scores)
            if (const double c = s.of(HeadBehaviour::PreviousToken).contrast(); c > best) {
                best = c;
                bestHead = {s.iLayer, s.iHead};
            }
        const auto firstLine = [&] { return view->grid()->csv().split(QStringLiteral("\r\n")).value(1); };
        QTRY_VERIFY2(firstLine().startsWith(QStringLiteral("%1,%2,0.").arg(bestHead.iLayer).arg(bestHead.iHead)),
                     qPrintable(view->grid()->csv()));
    }

    void probeNeedsTheModelAndSaysSo() {
        show({});
        window_->showView(QStringLiteral("overview"));
        auto* view = static_cast<OverviewView*>(window_->view(QStringLiteral("overview")));
        view->showScore(static_cast<int>(HeadBehaviour::Induction), false);
        view->scoreOnProbe(true);
        QTRY_VERIFY2(view->statement().contains(QStringLiteral("needs the recorded model")),
                     qPrintable(view->statement()));
        view->scoreOnProbe(false);
        QTRY_VERIFY(!view->statement().contains(QStringLiteral("probe")));
    }

    void overviewFitsFiveThousandHeads() {
        OverviewGrid grid;
        grid.resize(900, 600);
        auto picture = std::make_shared<Thumbnail>();
        picture->side = 8;
        picture->max.assign(64, 0.5F);
        picture->mean = picture->max;
        std::vector<OverviewTile> tiles;
        for (std::int32_t l = 0; l < 80; ++l)
            for (std::int32_t h = 0; h < 64; ++h)
                tiles.push_back({{l, h}, picture, nullptr, -1});
        grid.setTiles(std::move(tiles), 80, 64, false);
        grid.show();
        grid.grab();
        QVERIFY2(grid.lastPaintMs() < 200, qPrintable(QString::number(grid.lastPaintMs())));
        grid.setCurrent({79, 63});
        QVERIFY(grid.viewport()->rect().intersects(grid.tileRect({79, 63})));
    }

    // 1280 x 800 with a notice above leaves some 500 pixels for the eight layers of the bundled model.
    void overviewFitsWhereItCan() {
        OverviewGrid grid;
        std::vector<OverviewTile> tiles;
        for (std::int32_t l = 0; l < 8; ++l)
            for (std::int32_t h = 0; h < 6; ++h)
                tiles.push_back({{l, h}, nullptr, nullptr, 0.5});
        grid.setTiles(std::move(tiles), 8, 6, false);
        for (const bool scores : {false, true})
            for (int height = 360 + 40 * int(scores); height < 900; height += 7) {
                grid.setShowsScore(scores);
                grid.resize(700, height);
                grid.show();
                QVERIFY2(grid.verticalScrollBar()->maximum() == 0, qPrintable(QString::number(height)));
                QVERIFY(grid.tileRect({7, 5}).bottom() < grid.viewport()->height());
            }
        grid.resize(700, 200); // too low for that: tiles that can be read, and a scroll bar
        QVERIFY(grid.verticalScrollBar()->maximum() > 0 && grid.tileRect({0, 0}).height() >= 56);
    }

    void moreIsBlueEverywhere() {
        Thumbnail more, less;
        more.side = less.side = 2;
        more.max = more.mean = {0.9F, 0.0F, 0.1F, 0.5F};
        less.max = less.mean = {0.1F, 0.0F, 0.9F, 0.5F};
        const QImage image = thumbnailImage(more, &less, thumbnailColours(true, 0xff000000U), 0xff000000U);
        QVERIFY(qBlue(image.pixel(0, 0)) > qRed(image.pixel(0, 0)));
        QVERIFY(qBlue(image.pixel(0, 1)) < qRed(image.pixel(0, 1)));
    }

    void matrixReadsOutTheExactCell() {
        show({});
        inside_->selection().setHead(2, 3);
        window_->showView(QStringLiteral("matrix"));
        auto* view = static_cast<MatrixView*>(window_->view(QStringLiteral("matrix")));
        const AttentionCell cell = attentionCell(*inside_->recording()->attention[2], 3, 30, 11);
        const QString lines = view->readOut(30, 11).join(QLatin1Char('\n'));
        QVERIFY2(lines.contains(QStringLiteral("distance 19")), qPrintable(lines));
        QVERIFY2(lines.contains(QString::number(static_cast<double>(cell.weight), 'g', 3).left(5)), qPrintable(lines));
        QVERIFY(view->readOut(11, 30).join(QLatin1Char(' ')).contains(QStringLiteral("later")));
        emit view->canvas()->cellClicked(30, 11);
        QCOMPARE(inside_->selection().current().position, std::int64_t{30});
        QCOMPARE(inside_->selection().current().key, std::int64_t{11});
        QCOMPARE(inside_->selection().current().head, 3);
        // A hidden first token is said, with how much it takes.
        view->hideFirst(true);
        QTRY_VERIFY2(view->statement().contains(QLatin1Char('%')) &&
                         view->statement().contains(QStringLiteral("hidden")),
                     qPrintable(view->statement()));
    }

    void matrixIsSavedAsNumbers() {
        show({});
        inside_->selection().setHead(1, 2);
        window_->showView(QStringLiteral("matrix"));
        InsideView* view = window_->currentView();
        QTemporaryDir folder;
        const QString npy = folder.filePath(QStringLiteral("m.npy"));
        QVERIFY(view->exportAs(npy, QStringLiteral("npy"), 1).has_value());
        const auto file = NpyFile::open(npy.toStdString());
        QVERIFY(file.has_value());
        QCOMPARE(file->view().shape[0], std::int64_t{40});
        const auto* values = reinterpret_cast<const float*>(file->view().bytes.data());
        for (int i = 0; i < 40; ++i)
            QVERIFY(std::abs(std::accumulate(values + 40 * i, values + 40 * (i + 1), 0.0) - 1) < 1e-4);
        const QString csv = folder.filePath(QStringLiteral("m.csv"));
        QVERIFY(view->exportAs(csv, QStringLiteral("csv"), 1).has_value());
        QFile text(csv);
        QVERIFY(text.open(QIODevice::ReadOnly));
        QCOMPARE(text.readAll().count("\r\n"), qsizetype{41});
        QVERIFY(!view->exportAs(QStringLiteral("/nowhere/m.npy"), QStringLiteral("npy"), 1).has_value());
    }

    void textShadesWhatAHeadLooksAt() {
        show({});
        inside_->selection().setHead(1, 3);
        inside_->selection().setPosition(25);
        window_->showView(QStringLiteral("text"));
        auto* view = static_cast<TextView*>(window_->view(QStringLiteral("text")));
        QTRY_COMPARE(view->canvas()->weights().position, std::int64_t{25});
        std::vector<float> row(40, 0.0F);
        attentionRow(*inside_->recording()->attention[1], 3, 25, MapValue::Weight, std::span(row).first(26));
        for (std::size_t j = 0; j < row.size(); ++j)
            QVERIFY(std::abs(view->canvas()->weights().weights[j] - row[j]) < 1e-6F);
        // Everything below the threshold, and what is above it, is all of the weight.
        view->canvas()->setThreshold(0.05);
        double below = 0;
        for (const float w : row)
            below += w < 0.05F ? static_cast<double>(w) : 0;
        QVERIFY(std::abs(view->canvas()->shareBelow() - below) < 1e-4);
        view->setMix(HeadMix::LayerMean);
        QTRY_COMPARE(view->canvas()->weights().nHeadUsed, 4);
        const auto& mean = view->canvas()->weights().weights;
        QVERIFY(std::abs(std::accumulate(mean.begin(), mean.end(), 0.0) - 1) < 1e-4);
        view->setMix(HeadMix::AllMean);
        QTRY_COMPARE(view->canvas()->weights().nHeadUsed, 12);
        QVERIFY(view->statement().contains(QStringLiteral("12")));
        // A column instead of a row.
        view->setMix(HeadMix::One);
        view->setDirection(LookDirection::SeenBy);
        const auto& seen = view->canvas()->weights();
        const float expected = attentionCell(*inside_->recording()->attention[1], 3, 31, 25).weight;
        QTRY_VERIFY(seen.nHeadUsed == 1 && std::abs(seen.weights[31] - expected) < 1e-6F);
        QCOMPARE(seen.weights[24], 0.0F);
    }

    void textFollowsARunThatGrowsAndWalks() {
        const auto whole = insideRecording({});
        window_->showView(QStringLiteral("text"));
        inside_->show(firstTokens(*whole, 20), RecordingOrigin::File);
        auto* view = static_cast<TextView*>(window_->view(QStringLiteral("text")));
        QTRY_COMPARE(view->canvas()->weights().position, std::int64_t{19}); // the newest
        view->canvas()->setRecording(whole, true);
        QCOMPARE(view->canvas()->flow().count(), std::int64_t{40});
        inside_->show(whole, RecordingOrigin::File);
        QTest::keyClick(view->canvas(), Qt::Key_Home);
        QTest::keyClick(view->canvas(), Qt::Key_Right);
        QCOMPARE(inside_->selection().current().position, std::int64_t{1});
        const QPoint at = view->canvas()->flow().rect(0).center().toPoint() + QPoint(12, 12);
        QTest::mouseClick(view->canvas()->viewport(), Qt::LeftButton, {}, at);
        QCOMPARE(inside_->selection().current().position, std::int64_t{0});
    }

    void longTextIsCheapToPaint() {
        InsideShape shape;
        shape.nPosition = 40;
        const auto small = insideRecording(shape);
        auto large = std::make_shared<Recording>(*small);
        for (int i = 0; i < 30000; ++i) {
            large->tokens.push_back(1);
            large->pieces.push_back(" word");
            large->scores.push_back(nullptr);
        }
        TextCanvas canvas;
        canvas.resize(800, 600);
        canvas.setRecording(large, false);
        canvas.show();
        canvas.grab();
        QVERIFY2(canvas.lastPaintMs() < 100, qPrintable(QString::number(canvas.lastPaintMs())));
        QVERIFY(canvas.flow().nLine() > 1000);
    }

    void differenceIsOneMinusTheOther() {
        InsideShape other;
        other.seed = 2;
        const auto a = insideRecording({}), b = insideRecording(other);
        const TextAlignment pairs = alignTexts(a->pieces, b->pieces);
        const auto tile = differenceTile(*a->attention[0], *b->attention[0], pairs, 1, {0, 0, 0}, {});
        const auto cell = [&](const Recording& r, int i, int j) {
            return attentionCell(*r.attention[0], 1, i, j).weight;
        };
        for (const auto& [i, j] : {std::pair{10, 3}, {39, 0}, {20, 20}})
            QVERIFY(std::abs(tile->max[static_cast<std::size_t>(i * kMapTileSide + j)] -
                             (cell(*a, i, j) - cell(*b, i, j))) < 1e-6F);
        QVERIFY(std::isnan(tile->max[5])); // not visible
        const auto coarse = differenceTile(*a->attention[0], *b->attention[0], pairs, 1, {1, 0, 0}, {});
        double sum = 0;
        for (const auto& [i, j] : {std::pair{10, 2}, {10, 3}, {11, 2}, {11, 3}})
            sum += static_cast<double>(cell(*a, i, j) - cell(*b, i, j));
        QVERIFY(std::abs(static_cast<double>(coarse->mean[5 * kMapTileSide + 1]) - sum / 4) < 1e-6);
        // A run minus itself is nothing, in every view, and they say what is subtracted.
        inside_->show(a, RecordingOrigin::File);
        QVERIFY(inside_->compareWith(a, QStringLiteral("twin")).isEmpty());
        window_->showView(QStringLiteral("text"));
        auto* text = static_cast<TextView*>(window_->view(QStringLiteral("text")));
        QTRY_VERIFY(text->canvas()->weights().difference);
        for (const float w : text->canvas()->weights().weights)
            QCOMPARE(w, 0.0F);
        QVERIFY(text->statement().contains(QStringLiteral("minus twin")));
        window_->showView(QStringLiteral("matrix"));
        auto* matrix = static_cast<MatrixView*>(window_->view(QStringLiteral("matrix")));
        QVERIFY2(matrix->statement().contains(QStringLiteral("minus weight in twin")), qPrintable(matrix->statement()));
        window_->showView(QStringLiteral("overview"));
        auto* overview = static_cast<OverviewView*>(window_->view(QStringLiteral("overview")));
        QTRY_VERIFY(overview->settled() && overview->statement().contains(QStringLiteral("minus twin")));
    }

    /// Two texts that part and meet again: word by word, whatever stands at which position.
    void differenceFollowsTheWords() {
        const auto a = insideRecording({});
        // The same run with three tokens put in after the tenth, whose attention is another run's.
        InsideShape longer;
        longer.nPosition = 43;
        longer.seed = 5;
        auto b = std::make_shared<Recording>(*insideRecording(longer));
        b->pieces = a->pieces;
        b->pieces.insert(b->pieces.begin() + 10, {" quite", " other", " words"});
        inside_->show(a, RecordingOrigin::File);
        QVERIFY(inside_->compareWith(b, QStringLiteral("b")).isEmpty());
        const auto pairs = inside_->alignment();
        QVERIFY(pairs && pairs->nPair == 40 && !pairs->inStep && !pairs->endsOnly);
        QCOMPARE(pairs->of(9), std::int64_t{9});
        QCOMPARE(pairs->of(10), std::int64_t{13});
        QVERIFY(inside_->alignmentText().contains(QStringLiteral("3 only there")));
        const auto weight = [](const Recording& r, int head, std::int64_t i, std::int64_t j) {
            return attentionCell(*r.attention[0], head, i, j).weight;
        };
        const auto tile = differenceTile(*a->attention[0], *b->attention[0], *pairs, 1, {0, 0, 0}, {});
        for (const auto& [i, j] : {std::pair{8, 3}, {20, 4}, {30, 12}}) {
            const float expected = weight(*a, 1, i, j) - weight(*b, 1, pairs->of(i), pairs->of(j));
            QVERIFY(std::abs(tile->max[static_cast<std::size_t>(i * kMapTileSide + j)] - expected) < 1e-6F);
        }
        inside_->selection().setHead(0, 1);
        inside_->selection().setCell(30, 12);
        window_->showView(QStringLiteral("text"));
        auto* text = static_cast<TextView*>(window_->view(QStringLiteral("text")));
        QTRY_VERIFY(text->canvas()->weights().difference && text->canvas()->weights().position == 30);
        QVERIFY(std::abs(text->canvas()->weights().weights[12] - (weight(*a, 1, 30, 12) - weight(*b, 1, 33, 15))) <
                1e-6F);
        window_->showView(QStringLiteral("cell"));
        auto* cell = static_cast<CellView*>(window_->view(QStringLiteral("cell")));
        QVERIFY2(cell->comparedText().contains(percentText(double(weight(*b, 1, 33, 15)))),
                 qPrintable(cell->comparedText()));
        window_->showView(QStringLiteral("overview"));
        auto* overview = static_cast<OverviewView*>(window_->view(QStringLiteral("overview")));
        QTRY_VERIFY(overview->settled() && overview->statement().contains(QStringLiteral("tokens of both texts")));
        window_->showView(QStringLiteral("positions"));
        auto* positions = static_cast<PositionsView*>(window_->view(QStringLiteral("positions")));
        QTRY_COMPARE(positions->chart()->content().curves.size(), std::size_t{6});
        const auto& curves =
            positions->chart()->content().curves; // here, one pair, recorded; there, and the difference
        for (std::size_t d = 0; d < 40; ++d)
            QVERIFY(std::abs(curves[5].y[d] - (curves[0].y[d] - curves[4].y[d])) < 1e-6);
        // The other way round: the words that were put in have no partner, and everybody says so.
        inside_->show(b, RecordingOrigin::File);
        QVERIFY(inside_->compareWith(a, QStringLiteral("a")).isEmpty());
        inside_->selection().setCell(11, 3);
        QCOMPARE(inside_->alignment()->of(11), std::int64_t{TextAlignment::kAlone});
        window_->showView(QStringLiteral("text"));
        QTRY_VERIFY(text->canvas()->weights().alone);
        QVERIFY(text->statement().contains(QStringLiteral("no partner")));
        window_->showView(QStringLiteral("cell"));
        QVERIFY(cell->comparedText().contains(QStringLiteral("no partner")));
        inside_->compareWith(nullptr, {});
    }

    // Pictures to be looked at, where VITRAL_SHOT_DIR says to.
    void differencesAsPictures() {
        if (!qEnvironmentVariableIsSet("VITRAL_SHOT_DIR"))
            QSKIP("VITRAL_SHOT_DIR is not set: no pictures to look at.");
        InsideShape other;
        other.seed = 2;
        show({});
        inside_->selection().setHead(1, 1);
        inside_->selection().setCell(30, 12);
        inside_->compareWith(insideRecording(other), QStringLiteral("b.safetensors"));
        for (const char* name : {"overview", "matrix", "text", "cell", "positions"}) {
            window_->showView(QLatin1String(name));
            QTest::qWait(400);
            window_->grab().save(qEnvironmentVariable("VITRAL_SHOT_DIR") +
                                 QStringLiteral("/difference-%1.png").arg(QLatin1String(name)));
        }
    }

    void everyViewSavesItsPicture_data() {
        QTest::addColumn<QStringList>("formats");
        QTest::newRow("overview") << QStringList{"png", "pdf", "csv"};
        QTest::newRow("matrix") << QStringList{"png", "pdf", "svg", "csv", "npy"};
        QTest::newRow("cell") << QStringList{"pdf", "svg", "png", "csv"};
        QTest::newRow("text") << QStringList{"svg", "pdf", "png", "csv"};
    }
    /// The kinds of file it promises, pictures at any scale, lines and words where there are lines and words.
    void everyViewSavesItsPicture() {
        QFETCH(QStringList, formats);
        show({});
        inside_->selection().setHead(1, 2);
        inside_->selection().setCell(20, 3);
        window_->showView(QString::fromLatin1(QTest::currentDataTag()));
        InsideView* view = window_->currentView();
        QCOMPARE(view->exportFormats(), formats);
        QTemporaryDir folder;
        for (const QString& format : formats) {
            const QString path = folder.filePath("v." + format);
            QVERIFY2(view->exportAs(path, format, 1).has_value(), qPrintable(format));
            const auto read = [&path] {
                QFile file(path);
                return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
            };
            if (format == "csv") // weights are computed off the GUI thread
                QTRY_VERIFY(view->exportAs(path, format, 1).has_value() && read().count('\n') > 3);
            const QByteArray bytes = read();
            if (format == "svg")
                QVERIFY(bytes.contains("<text"));
            if (format == "pdf")
                QVERIFY(bytes.startsWith("%PDF-") && bytes.size() > 1000);
            if (format != "png")
                continue;
            const QImage one(path);
            for (const double scale : {0.5, 3.0}) {
                QVERIFY(view->exportAs(path, format, scale).has_value());
                const QImage other(path);
                QVERIFY2(std::abs(other.width() - one.width() * scale) <= scale &&
                             std::abs(other.height() - one.height() * scale) <= scale,
                         qPrintable(QString("%1 x %2 at %3").arg(other.width()).arg(other.height()).arg(scale)));
            }
        }
    }

    void everyViewHasItsKeys() {
        QList<QKeySequence> keys;
        for (const QToolButton* button : window_->findChildren<QToolButton*>())
            keys << button->shortcut();
        for (int i = 0; i < 8; ++i)
            QVERIFY(keys.contains(QKeySequence(Qt::ALT | static_cast<Qt::Key>(Qt::Key_1 + i))));
    }

    void positionsStayWithinWhatIsRecorded() {
        const auto whole = insideRecording({});
        auto run = std::make_shared<Recording>(*whole); // as after an answer: its last token was never computed
        for (auto& layer : run->attention)
            layer = firstPositions(*layer, whole->nPosition() - 1);
        run->model.nHead = 4096; // a file may say what it likes
        inside_->show(run, RecordingOrigin::File);
        inside_->selection().setHead(1, 4095);
        window_->showView(QStringLiteral("positions"));
        auto* view = static_cast<PositionsView*>(window_->currentView());
        QTRY_VERIFY(!view->chart()->content().x.empty());
        QCOMPARE(view->chart()->content().curves.back().y.size(), view->chart()->content().x.size());
    }

    void everybodyMeansTheSameNewestToken() {
        const auto whole = insideRecording({});
        auto run = std::make_shared<Recording>(*whole); // a live answer: its last token was chosen, and not read yet
        for (auto& layer : run->attention)
            layer = firstPositions(*layer, whole->nPosition() - 1);
        inside_->show(run, RecordingOrigin::File);
        QCOMPARE(inside_->newestQuery(), std::int64_t{38});
        window_->showView(QStringLiteral("cell"));
        QVERIFY(static_cast<CellView*>(window_->currentView())->headline().contains(QStringLiteral("38\u00A0")));
        bool said = false;
        for (const QLabel* label : window_->findChildren<QLabel*>())
            said = said || label->text().startsWith(QStringLiteral("38  "));
        QVERIFY(said); // the selection row
        window_->showView(QStringLiteral("text"));
        QTRY_COMPARE(static_cast<TextView*>(window_->currentView())->canvas()->weights().position, std::int64_t{38});
    }

    void marksThatTurnTheTextAreShown() {
        QCOMPARE(visibleToken("a\xE2\x80\xAE"
                              "b"),
                 QStringLiteral("a\u2039U+202E\u203Ab"));
        // And no token is an empty place.
        QCOMPARE(visibleToken("\x1a"), QStringLiteral("\u20391A\u203A"));
        QCOMPARE(visibleToken("\r"), QStringLiteral("\u20390D\u203A"));
        QCOMPARE(visibleToken("\xC2\xAD"), QStringLiteral("\u2039U+00AD\u203A"));
        QCOMPARE(visibleToken("\r\n"), QStringLiteral("\u21B5"));
    }

    void whatIsNoNumberIsSaid() {
        auto run = insideRecording({});
        auto layer = std::make_shared<AttentionRecord>(*run->attention[0]);
        auto values =
            std::make_shared<std::vector<float>>(static_cast<std::size_t>(layer->q.nRow() * layer->q.nCol()), 1.0F);
        (*values)[static_cast<std::size_t>(7 * layer->q.nCol())] = std::nanf("");
        layer->q = Rows::view(DType::F32, layer->q.nCol(), layer->q.nRow(), values,
                              reinterpret_cast<const std::byte*>(values->data()));
        run->attention[0] = layer;
        const NotNumbers found = notNumbers(*layer, 0, {});
        QCOMPARE(found.nQuery, std::int64_t{1});
        QCOMPARE(found.nKey, std::int64_t{0});
        inside_->show(run, RecordingOrigin::File);
        inside_->keepHead(); // no more telling one is chosen for us
        inside_->selection().setHead(0, 0);
        window_->showView(QStringLiteral("matrix"));
        auto* view = static_cast<MatrixView*>(window_->currentView());
        QTRY_VERIFY2(view->statement().contains(QStringLiteral("not numbers")), qPrintable(view->statement()));
    }

    void stateComesBack() {
        show({});
        window_->showView(QStringLiteral("text"));
        static_cast<TextView*>(window_->currentView())->setMix(HeadMix::LayerMax);
        const QJsonObject state = window_->saveState();
        InsideWindow again(*inside_);
        again.restoreState(state);
        QCOMPARE(again.currentView()->name(), QStringLiteral("text"));
        QCOMPARE(again.currentView()->saveState()[QStringLiteral("mix")].toInt(), static_cast<int>(HeadMix::LayerMax));
    }
};

QTEST_MAIN(TestInsideViews)
#include "made_up_room.moc"
#include "tst_inside_views.moc"
