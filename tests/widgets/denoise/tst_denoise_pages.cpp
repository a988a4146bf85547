// SPDX-License-Identifier: Apache-2.0
// The pages of the room "Denoise", and the room around them.

#include "core/diffusion/pixels.h"
#include "core/tensor/quantize.h"
#include "tests/support/denoise_fixture.h"
#include "widgets/denoise/branches_page.h"
#include "widgets/denoise/denoise_timeline.h"
#include "widgets/denoise/gif_file.h"
#include "widgets/denoise/grid_page.h"
#include "widgets/denoise/latent_page.h"
#include "widgets/denoise/paint_page.h"
#include "widgets/denoise/points_page.h"
#include "widgets/denoise/run_tree.h"
#include "widgets/denoise/steps_page.h"
#include "widgets/denoise/words_page.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QImageReader>
#include <QLabel>
#include <QPlainTextEdit>

using namespace vitral;
using namespace vitral::test;
using namespace vitral::diffusion;

class TestDenoisePages : public DenoiseFixture {
    Q_OBJECT
private slots:
    void init() { begin(); }
    void cleanup() { end(); }

    void theHeatOfWordsIsWhatWasRecorded() {
        GaussRun g;
        g.settings.steps = 3;
        g.cross = true;
        const DenoiseRecordingPtr r = gaussRecording(g);
        QCOMPARE(heatBlocks(*r).size(), std::size_t{2});
        QCOMPARE(heatHeads(*r, {}), 2);
        const WordHeat one = wordHeat(*r, {"unet.down.0.attn.0.cross", 1, 2});
        QCOMPARE(one.width, 8);
        QCOMPARE(one.nStep * one.nHead * one.nBlock, 1);
        const CrossMap& map = *r->steps[2]->cross[0];
        for (std::int32_t w = 0; w < 5; ++w)
            for (std::size_t i = 0; i < 64; ++i)
                QVERIFY(std::fabs(one.word(w)[i] - halfToFloat(map.weights[(5U + std::size_t(w)) * 64U + i])) < 1e-6);
        const WordHeat all = wordHeat(*r, {});
        QCOMPARE(all.nBlock, 2);
        QCOMPARE(all.nStep, 3);
        // Shares stay shares under averaging and enlarging.
        QVERIFY(all.leastSum > 0.998 && all.mostSum < 1.002);
        QVERIFY(wordHeat(*r, {"nothing", -1, -1}).empty());
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(wordHeat(*r, {}, stop.get_token()).empty());
    }

    void pagesShowTheRun() {
        openRoom({1280, 800});
        QVERIFY(!room_->emptyText().isEmpty());
        loadGauss();
        QVERIFY(room_->emptyText().contains(QLatin1String("run")));
        runNow();
        QVERIFY(room_->emptyText().isEmpty());
        auto* steps = static_cast<StepsPage*>(room_->page("steps"));
        QCOMPARE(steps->board()->content().pictures.size(), std::size_t{8});
        controller_->setMoment(3);
        steps->go(QStringLiteral("3:4,5"));
        QVERIFY2(steps->arithmetic().contains(QChar(0x00D7)), qPrintable(steps->arithmetic()));
        QVERIFY(steps->curves()->csv().count('\n') == 10);
        for (const char* format : {"png", "svg", "pdf", "csv"})
            QVERIFY(steps->exportAs(dir_->filePath(QStringLiteral("p.") + format), QLatin1String(format), 1));
        room_->showPage("words");
        auto* words = static_cast<WordsPage*>(room_->page("words"));
        QTRY_COMPARE(words->board()->content().pictures.size(), std::size_t{3}); // the marks are left out
        QVERIFY(words->averageText().contains(QLatin1String("2")));
        QVERIFY(!words->grab().isNull());
        words->go(QStringLiteral("red")); // as a lesson's step asks for it
        QCOMPARE(words->board()->content().pictures.size(), std::size_t{1});
        QCOMPARE(words->board()->content().pictures[0].title, QStringLiteral("red"));
        words->go(QStringLiteral("head=1"));
        QTRY_VERIFY(words->averageText().contains(QLatin1String("head 1")));
        words->go(QStringLiteral("mean"));
        QTRY_VERIFY(words->averageText().contains(QLatin1String("Mean of 8")));
        DenoiseSettings s = controller_->settings();
        s.guidance = 1;
        controller_->setSettings(s);
        controller_->branch(controller_->currentId(), 2);
        work();
        room_->showPage("branches");
        auto* branches = static_cast<BranchesPage*>(room_->page("branches"));
        QCOMPARE(branches->chart()->content().curves.size(), std::size_t{2});
        QCOMPARE(branches->chart()->content().curves[0].y[1], 0.0); // the same until they part
        QVERIFY(branches->chart()->content().curves[0].y.back() > 0);
        QVERIFY(branches->board()->content().pictures.size() >= 9);
        QVERIFY(branches->differenceText().contains(QLatin1String("guidance")));
    }

    // What a run has of its own stands before its name; what its recording lacks is said on every page.
    void marksAndNotesAreShown() {
        DenoiseFunctions functions = gaussFunctions();
        functions.run = [plain = functions.run](const DenoiseJob& job, const std::stop_token& stop,
                                                const auto& progress) -> Result<DenoiseRecordingPtr> {
            auto done = plain(job, stop, progress);
            if (!done)
                return done;
            auto noted = std::make_shared<DenoiseRecording>(**done);
            noted->notes = {
                "3 attention and feature maps did not fit into the 1 MB allowed for them and were left out."};
            return noted;
        };
        make(functions);
        openRoom({1280, 800});
        loadGauss();
        DenoiseSettings s = controller_->settings();
        s.skipScales = {0, 0};
        controller_->setSettings(s);
        runNow();
        auto* tree = room_->findChild<RunTree*>();
        QVERIFY2(tree->topLevelItem(0)->text(0).contains(QLatin1String("skips off")),
                 qPrintable(tree->topLevelItem(0)->text(0)));
        QVERIFY(tree->topLevelItem(0)->toolTip(0).contains(QLatin1String("did not fit")));
        bool said = false;
        for (const QLabel* label : room_->timeline()->findChildren<QLabel*>())
            said = said || label->toolTip().contains(QLatin1String("did not fit"));
        QVERIFY(said);
        s.skipScales = {1, 0.5F};
        controller_->setSettings(s);
        runNow();
        QVERIFY(tree->topLevelItem(1)->text(0).contains(QLatin1String("skips scaled")));
    }

    void theGridFillsAndStops() {
        openRoom({1280, 800});
        loadGauss();
        room_->showPage("grid");
        auto* grid = static_cast<GridPage*>(room_->page("grid"));
        grid->setAxes(GridAxis::Seed, QStringLiteral("1-3"), GridAxis::Guidance, QStringLiteral("1, 4"));
        grid->fill();
        QVERIFY(controller_->busy());
        work();
        QCOMPARE(grid->nDone(), 6);
        QCOMPARE(grid->board()->content().nColumn, 3);
        QVERIFY(controller_->runs().empty()); // they are not runs of the list
        // What a cell shows is what a run of those settings gives.
        DenoiseSettings s = controller_->settings();
        s.seed = 2;
        s.guidance = 4;
        GaussRun g;
        g.settings = s;
        QCOMPARE(grid->board()->content().pictures[4].shown.image, imageFromPixels(*gaussRecording(g)->result));
        emit grid->board()->activated(4);
        work();
        QCOMPARE(controller_->settings().seed, quint64{2});
        QCOMPARE(controller_->runs().size(), std::size_t{1});
        room_->showPage("grid");
        grid->setAxes(GridAxis::Seed, QStringLiteral("1, 2"), GridAxis::Guidance, QStringLiteral("1, 2"),
                      int(GridAxis::Steps), QStringLiteral("4, 5"));
        grid->fill();
        work();
        QCOMPARE(grid->nDone(), 8);
        QCOMPARE(grid->board()->content().rowHeads.size(), 4);
        grid->fill();
        controller_->cancel();
        work(true);
        QVERIFY(!controller_->busy());
        QCOMPARE(grid->nDone(), 0);
        QVERIFY(!alongAxis(s, GridAxis::Seed, "1, x", {}));
        QVERIFY(!alongAxis(s, GridAxis::Steps, "0", {}));
        QVERIFY(!alongAxis(s, GridAxis::Seed, "1-999999999", {}));
        QCOMPARE(alongAxis(s, GridAxis::Class, "top right", {"top left", "top right"})->at(0).classId, 1);
        QCOMPARE(axisValues(GridAxis::Prompt, "a, b | c").size(), 2);
    }

    void curvesCanBeDraggedAndWalked() {
        openRoom({1280, 800});
        loadGauss();
        runNow();
        auto* curves = static_cast<StepsPage*>(room_->page("steps"))->curves();
        const QPointF end = curves->handlePoint(StepCurves::Handle::End);
        const QPointF begin = curves->handlePoint(StepCurves::Handle::Begin);
        QTest::mousePress(curves, Qt::LeftButton, {}, end.toPoint());
        QTest::mouseMove(curves, ((begin + end) / 2).toPoint());
        QTest::mouseRelease(curves, Qt::LeftButton, {}, ((begin + end) / 2).toPoint());
        QVERIFY2(std::fabs(controller_->settings().guidanceEnd - 0.5) < 0.03,
                 qPrintable(QString::number(controller_->settings().guidanceEnd)));
        curves->setFocus();
        const double dragged = controller_->settings().guidanceEnd;
        QTest::keyClick(curves, Qt::Key_Left); // the keys go on with what the mouse held
        QVERIFY(controller_->settings().guidanceEnd < dragged);
        QTest::keyClick(curves, Qt::Key_Backtab);
        QTest::keyClick(curves, Qt::Key_Backtab);
        QCOMPARE(curves->handle(), StepCurves::Handle::Moment);
        QTest::keyClick(curves, Qt::Key_Left);
        QCOMPARE(controller_->moment(), 7);
        QTest::keyClick(curves, Qt::Key_Tab);
        QTest::keyClick(curves, Qt::Key_Right);
        QVERIFY(controller_->settings().guidanceBegin > 0);
        QVERIFY(!curves->accessibleDescription().isEmpty());
    }

    void playingWalksToTheEnd() {
        openRoom({900, 600});
        loadGauss();
        runNow();
        DenoiseTimeline* timeline = room_->timeline();
        QTest::keyClick(timeline->strip(), Qt::Key_Home);
        QCOMPARE(controller_->moment(), 0);
        QTest::keyClick(timeline->strip(), Qt::Key_Space);
        QVERIFY(timeline->playing());
        QTRY_VERIFY(controller_->moment() >= 1);
        timeline->setPlaying(false);
        QCOMPARE(DenoiseTimeline::frames(*controller_->recording(), false).size(), std::size_t{9});
        QTRY_VERIFY(!timeline->strip()->content().run[8].isNull()); // made on the pool
        QCOMPARE(timeline->strip()->content().run.size(), std::size_t{9});
        // What it says of the thumbnails is true of the width it has now, not of the one before it was laid out.
        const auto said = [timeline] {
            for (const QLabel* label : timeline->findChildren<QLabel*>())
                if (label->text().contains("one thumbnail for"))
                    return true;
            return false;
        };
        QCOMPARE(said(), timeline->strip()->shownEvery() > 1);
        timeline->strip()->resize(210, timeline->strip()->height());
        QVERIFY(timeline->strip()->shownEvery() > 1);
        QVERIFY(said());
        timeline->strip()->resize(900, timeline->strip()->height());
        QCOMPARE(timeline->strip()->shownEvery(), 1);
        QVERIFY(!said());
    }

    // Points in a plane are under the same play, step and scrub as pictures; the run keeps its own moment.
    void pointsShareTheTimeline() {
        openRoom({900, 600});
        loadGauss();
        runNow();
        controller_->setMoment(2);
        QVERIFY(room_->showPage(QStringLiteral("points")));
        auto* points = qobject_cast<PointsPage*>(room_->page(QStringLiteral("points")));
        QTRY_VERIFY(points->flow(false) != nullptr);
        DenoiseTimeline* timeline = room_->timeline();
        QVERIFY(timeline->isVisible());
        QTRY_COMPARE(timeline->strip()->content().nMoment, 21);
        QVERIFY(!timeline->strip()->content().run[20].isNull());
        QCOMPARE(timeline->strip()->content().forward.size(), std::size_t{21}); // noise added to the data, same axis
        QTest::keyClick(timeline->strip(), Qt::Key_Home);
        QCOMPARE(points->canvas(false)->content().moment, 0);
        QTest::keyClick(timeline->strip(), Qt::Key_Right);
        QCOMPARE(points->canvas(false)->content().moment, 1);
        QTest::keyClick(timeline->strip(), Qt::Key_Space);
        QVERIFY(timeline->playing());
        QTRY_VERIFY(points->canvas(false)->content().moment >= 3);
        points->setStep(20);
        QCOMPARE(timeline->strip()->current(), 20);
        QCOMPARE(controller_->moment(), 2);
        room_->showPage(QStringLiteral("steps"));
        QVERIFY(!timeline->playing());
        QCOMPARE(timeline->strip()->content().nMoment, 9);
        QCOMPARE(timeline->strip()->current(), 2);
    }

    void theLanguageChangesWhileItRuns() {
        openRoom({1280, 800});
        loadGauss();
        controller_->run();
        for (int i = 0; i < 2; ++i) {
            QEvent change(QEvent::LanguageChange);
            for (QWidget* widget : room_->findChildren<QWidget*>())
                QCoreApplication::sendEvent(widget, &change);
            QCoreApplication::sendEvent(room_.get(), &change);
        }
        work();
        QCOMPARE(controller_->currentRun()->state, RunState::Done);
        QCOMPARE(controller_->settings().steps, 8); // fields were filled anew, not edited
        QCOMPARE(controller_->settings().classId, 1);
    }

    void everythingHasANameAndAPlace() {
        openRoom({1280, 800});
        loadGauss();
        runNow();
        for (const QSize size : {QSize(1280, 800), QSize(800, 600)}) {
            room_->resize(size);
            for (const char* page : {"steps", "words", "branches", "grid"}) {
                room_->showPage(QLatin1String(page));
                QTest::qWait(30);
                QVERIFY(!room_->grab().isNull());
                QVERIFY2(room_->minimumSizeHint().width() <= 800,
                         qPrintable(
                             QStringLiteral("%1: %2").arg(QLatin1String(page)).arg(room_->minimumSizeHint().width())));
                QVERIFY2(room_->minimumSizeHint().height() <= 560,
                         qPrintable(
                             QStringLiteral("%1: %2").arg(QLatin1String(page)).arg(room_->minimumSizeHint().height())));
            }
        }
        QStringList nameless;
        for (QWidget* widget : room_->findChildren<QWidget*>()) {
            const bool asks = qobject_cast<QAbstractButton*>(widget) || qobject_cast<QComboBox*>(widget) ||
                              qobject_cast<QAbstractSpinBox*>(widget) || qobject_cast<QPlainTextEdit*>(widget) ||
                              qobject_cast<PictureBoard*>(widget) || qobject_cast<StepStrip*>(widget) ||
                              qobject_cast<StepCurves*>(widget) || qobject_cast<RunTree*>(widget);
            const auto* button = qobject_cast<QAbstractButton*>(widget);
            const bool inside = widget->objectName().startsWith(QLatin1String("qt_")); // parts of Qt's own widgets
            if (asks && !inside && widget->isVisibleTo(room_.get()) && widget->accessibleName().isEmpty() &&
                !(button != nullptr && !button->text().isEmpty()))
                nameless << QLatin1String(widget->metaObject()->className()) + QLatin1Char(' ') + widget->objectName();
        }
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(QStringLiteral("; "))));
    }

    void deletingAsksFirst() {
        openRoom({1280, 800});
        loadGauss();
        const qint64 id = runNow();
        auto* runs = room_->findChild<RunTree*>();
        QStringList asked;
        bool answer = false;
        runs->setAsk([&](const QString& question) {
            asked << question;
            return answer;
        });
        runs->setFocus();
        QTest::keyClick(runs, Qt::Key_Delete);
        QCOMPARE(asked.size(), 1);
        QVERIFY(controller_->find(id) != nullptr);
        answer = true;
        QTest::keyClick(runs, Qt::Key_Delete);
        QVERIFY(controller_->find(id) == nullptr);
        QVERIFY(!room_->emptyText().isEmpty());
    }

    void animationsAreRealGifs() {
        std::vector<QImage> frames;
        for (int f = 0; f < 4; ++f) {
            QImage image(37, 29, QImage::Format_RGB32);
            for (int y = 0; y < 29; ++y)
                for (int x = 0; x < 37; ++x)
                    image.setPixel(x, y, qRgb((x * 7 + f * 40) % 256, y * 8, (x * y * (f + 3)) % 256));
            frames.push_back(image);
        }
        GifOptions options;
        options.edge = 300; // long enough for the table of codes to be full and begin anew
        const QString path = dir_->filePath("a.gif");
        QVERIFY(writeGif(path, frames, options));
        QImageReader reader(path);
        if (!reader.canRead())
            QSKIP("Qt cannot read GIF here.");
        QCOMPARE(reader.imageCount(), 4);
        for (int f = 0; f < 4; ++f) {
            const QImage read = reader.read();
            QCOMPARE(read.size(), QSize(37 * 8, 29 * 8));
            double off = 0;
            for (int y = 0; y < 29; ++y)
                for (int x = 0; x < 37; ++x) {
                    const QRgb a = read.pixel(x * 8 + 3, y * 8 + 3), b = frames[std::size_t(f)].pixel(x, y);
                    off +=
                        std::abs(qRed(a) - qRed(b)) + std::abs(qGreen(a) - qGreen(b)) + std::abs(qBlue(a) - qBlue(b));
                }
            QVERIFY2(off / (37 * 29 * 3) < 16, qPrintable(QString::number(off / (37 * 29 * 3)))); // 256 colours
        }
        QVERIFY(!writeGif(path, {}, options));
        QVERIFY(!writeGif(dir_->filePath("no/such/folder.gif"), frames, options));
        // Few colours come back exactly.
        QImage plain(5, 5, QImage::Format_RGB32);
        plain.fill(qRgb(8, 16, 248));
        QVERIFY(writeGif(path, {plain}, options));
        QCOMPARE(QImage(path).pixel(2, 2), qRgb(8, 16, 248));
    }

    // A mask painted on the start picture goes with the next run, which shows before and after.
    void aMaskIsPaintedAndRun() {
        loadGauss();
        openRoom({1000, 700});
        QVERIFY(room_->showPage(QStringLiteral("paint")));
        auto* page = room_->findChild<PaintPage*>();
        QVERIFY(page != nullptr);
        page->go(QStringLiteral("end"));
        QVERIFY(!controller_->settings().init); // there is no run yet
        QVERIFY(runNow() > 0);
        page->go(QStringLiteral("end"));
        QVERIFY(controller_->settings().init != nullptr);
        QCOMPARE(controller_->settings().strength, 1.0);
        QVERIFY(page->masks()->content().pictures.empty());
        page->go(QStringLiteral("stroke=0.2 0.5 0.8 0.5"));
        const PicturePtr mask = controller_->settings().mask;
        QVERIFY(mask && mask->sameShape(page->canvas()->mask()));
        QCOMPARE(page->masks()->content().pictures.size(), std::size_t{1}); // this model works on pixels
        page->go(QStringLiteral("run"));
        work();
        QCOMPARE(controller_->currentRun()->settings.mask, mask);
        QCOMPARE(page->results()->content().pictures.size(), std::size_t{3});
        QVERIFY(!page->numbers().isEmpty());
        controller_->setMoment(2); // in the middle: x and what is predicted
        QCOMPARE(page->results()->content().pictures.size(), std::size_t{3});
        page->canvas()->clear();
        QVERIFY(!controller_->settings().mask);
        QVERIFY(problems_.isEmpty());
    }

    void aWalkIsMadeOfWholeRuns() {
        loadGauss();
        openRoom({1000, 700});
        QVERIFY(room_->showPage(QStringLiteral("latent")));
        auto* page = room_->findChild<LatentPage*>();
        QVERIFY(page != nullptr);
        QVERIFY(page->trip()->content().pictures.empty()); // no autoencoder: it says so
        QVERIFY(page->trip()->content().empty.contains(QLatin1String("pixels")));
        page->go(QStringLiteral("other=9"));
        page->go(QStringLiteral("walk=0"));
        work();
        QCOMPARE(page->walk()->content().pictures.size(), std::size_t{7});
        for (const BoardPicture& picture : page->walk()->content().pictures)
            QVERIFY(!picture.shown.image.isNull());
        QVERIFY(page->walk()->csv().count(QLatin1Char('\n')) == 8);
        page->go(QStringLiteral("walk=2")); // there is no second run
        QCOMPARE(problems_.size(), 1);
    }

    void whatIsLostOnTheWayIsMeasured() {
        /// Halves the numbers and rounds them to quarters: what is lost is known.
        struct Rounding : Autoencoder {
            [[nodiscard]] std::int32_t factor() const override { return 1; }
            [[nodiscard]] std::int32_t channels() const override { return 3; }
            Result<Picture> encode(NetworkContext&, const Picture& p,
                                   const std::function<void(double)>&) const override {
                Picture out = p;
                for (float& v : out.values)
                    v = std::round(v * 4) / 8;
                return out;
            }
            Result<Picture> decode(NetworkContext&, const Picture& p,
                                   const std::function<void(double)>&) const override {
                Picture out = p;
                for (float& v : out.values)
                    v *= 2;
                return out;
            }
            [[nodiscard]] std::size_t scratchBytes(std::int32_t, std::int32_t) const override { return 0; }
        };
        Workspace workspace(*backend_);
        NetworkContext context{*backend_, workspace, {}, nullptr};
        Picture p(3, 2, 2);
        p.values = {0.1F, 0.2F, 0.25F, 0.5F, 0, 0, 0, 0, 1, 1, 1, 1};
        const auto trip = goThereAndBack(Rounding(), context, p, false, true);
        QVERIFY(trip.has_value());
        QCOMPARE(trip->decoded->values[0], 0.0F);
        QCOMPARE(trip->decoded->values[1], 0.25F);
        const Loss loss = lossOf(*trip->decoded, p);
        QCOMPARE(float(loss.largest), 0.1F);
        QVERIFY(std::fabs(loss.rms - std::sqrt((0.01 + 0.0025) / 12)) < 1e-7);
        QCOMPARE(trip->without.size(), std::size_t{3});
        QCOMPARE(trip->without[2]->values[8], 1.0F); // that channel was its mean already
        const auto back = goThereAndBack(Rounding(), context, *trip->latent, true, false);
        QVERIFY(back.has_value() && back->again);
        QCOMPARE(lossOf(*back->again, *back->latent).rms, 0.0);
        // A model of grey pictures: 3 numbers a pixel are given, one comes out, and that one is compared.
        struct Grey : Rounding {
            Result<Picture> decode(NetworkContext& c, const Picture& p,
                                   const std::function<void(double)>& progress) const override {
                auto out = Rounding::decode(c, p, progress);
                return out ? withChannels(*out, 1) : out;
            }
        };
        const auto grey = goThereAndBack(Grey(), context, withChannels(p, 3), false, false);
        QVERIFY(grey.has_value());
        QCOMPARE(grey->pixels->channels, 1);
        QVERIFY(std::isfinite(lossOf(*grey->decoded, *grey->pixels).rms));
        QVERIFY(std::isinf(lossOf(p, p).psnr));
        QCOMPARE(between(p, *trip->decoded, 0.5).values[1], 0.225F);
        QVERIFY(between(p, Picture(1, 2, 2), 0.5).empty());
    }
};

QTEST_MAIN(TestDenoisePages)
#include "tst_denoise_pages.moc"
