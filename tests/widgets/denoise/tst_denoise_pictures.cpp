// SPDX-License-Identifier: Apache-2.0
// Pictures of a run as images and as vectors, and the widgets that show them, on runs whose exact answer is known.

#include "core/tensor/quantize.h"
#include "tests/support/gauss_denoise.h"
#include "widgets/denoise/mask_canvas.h"
#include "widgets/denoise/network_canvas.h"
#include "widgets/denoise/picture_board.h"
#include "widgets/denoise/picture_vectors.h"
#include "widgets/denoise/step_pictures.h"
#include "widgets/denoise/step_strip.h"
#include "widgets/denoise/vector_diagram.h"

#include <QSignalSpy>
#include <QtTest>

#include <limits>

using namespace vitral;
using namespace vitral::test;
using namespace vitral::diffusion;

class TestDenoisePictures : public QObject {
    Q_OBJECT

    static DenoiseRecordingPtr run(double guidance = 3, std::int32_t steps = 10) {
        GaussRun g;
        g.settings.steps = steps;
        g.settings.classId = 1;
        g.settings.guidance = guidance;
        g.settings.seed = 7;
        return gaussRecording(g);
    }

private slots:
    void pixelsAndImagesGoBothWays() {
        QImage image(5, 4, QImage::Format_RGB32);
        for (int y = 0; y < 4; ++y)
            for (int x = 0; x < 5; ++x)
                image.setPixel(x, y, qRgb(x * 60, y * 80, (x * y * 17) % 256));
        const Picture picture = pictureFromImage(image, 3, 5, 4);
        QCOMPARE(imageFromPixels(picture), image); // 8 bits survive
        QVERIFY(pictureFromImage(image, 2, 5, 4).empty());
        QVERIFY(pictureFromImage({}, 3, 5, 4).empty());
        QVERIFY(pictureFromImage(image, 3, 1 << 20, 1 << 20).empty());
        const Picture grey = pictureFromImage(image, 1, 3, 3);
        QCOMPARE(grey.size(), std::size_t{9});
        QImage clear(4, 4, QImage::Format_ARGB32);
        clear.fill(Qt::transparent);
        QCOMPARE(pictureFromImage(clear, 1, 4, 4).values[0], 1.0F); // stands on white
    }

    void whatIsCutIsCounted() {
        Picture p(1, 2, 2);
        p.values = {-2, -1, 1, 3};
        const ShownPicture shown = showPicture(p, {});
        QCOMPARE(shown.cutShare, 0.5);
        QCOMPARE(shown.image.pixel(1, 1), qRgb(255, 255, 255));
        PictureLook noise;
        noise.sort = PictureSort::Signed;
        const ShownPicture own = showPicture(p, noise);
        QCOMPARE(own.high, 3.0);
        QCOMPARE(own.cutShare, 0.0);
        p.values[0] = std::numeric_limits<float>::quiet_NaN();
        QVERIFY(!showPicture(p, noise).image.isNull());
    }

    void latentsAreChannelsOrColours() {
        Picture latent(4, 3, 2);
        for (std::size_t i = 0; i < latent.size(); ++i)
            latent.values[i] = float(i) / 12 - 1;
        PictureLook look;
        look.sort = PictureSort::Latent;
        const ShownPicture tiles = showPicture(latent, look);
        QCOMPARE(tiles.image.size(), QSize(4, 6)); // two by two
        QCOMPARE(tiles.pixels, QSize(2, 3));
        look.latent = LatentLook::Colours;
        QCOMPARE(showPicture(latent, look).image.size(), QSize(4, 6)); // no projection known: channels
        look.projection.assign(15, 0);
        look.projection[0] = 1;  // channel 0 to red
        look.projection[12] = 0; // bias
        const ShownPicture colours = showPicture(latent, look);
        QCOMPARE(colours.image.size(), QSize(2, 3));
        QCOMPARE(qRed(colours.image.pixel(0, 0)), 0);
        look.projection.resize(14); // of another model
        QCOMPARE(showPicture(latent, look).image.size(), QSize(4, 6));
        Picture broken(4, 3, 2);
        broken.values.resize(5);
        QVERIFY(showPicture(broken, look).image.isNull());
    }

    void vectorsHaveTheirLengthsAndAngles() {
        Picture a(1, 1, 3), b(1, 1, 3), c(1, 1, 3);
        a.values = {3, 0, 0};
        b.values = {1, 1, 0};
        c.values = {0, 2, 2};
        QVERIFY(std::fabs(cosine(a, b) - std::sqrt(0.5)) < 1e-12);
        QVERIFY(std::fabs(angleDegrees(cosine(a, b)) - 45) < 1e-9);
        QVERIFY(std::isnan(cosine(a, Picture(1, 1, 2))));
        QVERIFY(std::isnan(cosine(a, Picture(1, 1, 3)))); // no length
        const auto flat = inPlane(a, b, {&a, &b, &c});
        QCOMPARE(flat.size(), std::size_t{3});
        QVERIFY(std::hypot(flat[0].at.x() - 3, flat[0].at.y()) < 1e-9);
        QVERIFY(std::hypot(flat[1].at.x() - 1, flat[1].at.y() - 1) < 1e-9);
        QVERIFY(std::hypot(flat[2].at.x(), flat[2].at.y() - 2) < 1e-9);
        QVERIFY(std::fabs(flat[2].share - std::sqrt(0.5)) < 1e-12);
        QVERIFY(inPlane(a, a, {&b}).empty());
        QVERIFY(std::fabs(rmsDistance(a, b) - std::sqrt(5.0 / 3)) < 1e-12);
    }

    // What the room derives is what the run did.
    void guidedIsBothPredictionsTogether() {
        const DenoiseRecordingPtr r = run();
        for (const DenoiseStepPtr& step : r->steps) {
            const PicturePtr guided = stepPicture(*step, StepPicture::Guided, Prediction::Epsilon);
            QVERIFY(guided && step->unconditional);
            for (std::size_t i = 0; i < guided->size(); ++i) {
                const double u = step->unconditional->values[i], c = step->conditional->values[i];
                QVERIFY(std::fabs(u + step->guidance * (c - u) - guided->values[i]) < 1e-4);
            }
            const auto flat = inPlane(*step->unconditional, *step->conditional, {guided.get()});
            QVERIFY(flat.empty() || flat[0].share > 0.9999); // it lies in the plane of the two
        }
        const DenoiseRecordingPtr plain = run(1);
        QVERIFY(stepPicture(*plain->steps[0], StepPicture::Guided, Prediction::Epsilon) == nullptr);
        QVERIFY(stepPicture(*plain->steps[0], StepPicture::Unconditional, Prediction::Epsilon) == nullptr);
        const PicturePtr change = stepPicture(*plain->steps[0], StepPicture::Change, Prediction::Epsilon);
        QVERIFY(change && std::fabs(change->values[3] -
                                    (plain->steps[0]->next->values[3] - plain->steps[0]->x->values[3])) < 1e-6);
        // v of x = alpha x0 + sigma eps.
        const DenoiseStep& step = *plain->steps[4];
        const PicturePtr v = stepPicture(*r->steps[4], StepPicture::Guided, Prediction::V);
        QVERIFY(std::fabs(v->values[2] - (r->steps[4]->from.alpha * r->steps[4]->eps->values[2] -
                                          r->steps[4]->from.sigma * r->steps[4]->x0->values[2])) < 1e-5);
        QVERIFY(std::fabs(step.from.alpha * step.x0->values[9] + step.from.sigma * step.eps->values[9] -
                          step.x->values[9]) < 1e-4);
    }

    void aBoardFlowsAndMarksOnePixelInAll() {
        PictureBoard board;
        const DenoiseRecordingPtr r = run();
        BoardContent content;
        for (const StepPicture which : kStepPictures) {
            BoardPicture p;
            p.key = stepPictureName(which);
            p.title = p.key;
            p.shown = showPicture(*stepPicture(*r->steps[3], which, Prediction::Epsilon), {});
            content.pictures.push_back(p);
        }
        board.setContent(content);
        board.resize(700, board.heightForWidth(700));
        QVERIFY(board.heightForWidth(300) > board.heightForWidth(1200));
        for (int i = 0; i < 8; ++i)
            QVERIFY(board.rect().contains(board.pictureRect(i)));
        QSignalSpy pixel(&board, &PictureBoard::pixelChanged);
        const QRect second = board.pictureRect(1);
        QTest::mouseClick(&board, Qt::LeftButton, {},
                          second.topLeft() + QPoint(second.width() / 32, second.height() - 2));
        QCOMPARE(pixel.size(), 1);
        QCOMPARE(board.pixel(), QPoint(0, 15));
        QCOMPARE(board.current(), 1);
        QTest::keyClick(&board, Qt::Key_Right);
        QTest::keyClick(&board, Qt::Key_Up, Qt::ShiftModifier);
        QCOMPARE(board.pixel(), QPoint(1, 7));
        QTest::keyClick(&board, Qt::Key_PageDown);
        QCOMPARE(board.current(), 2);
        board.setContent(content); // another step, the same pictures
        QCOMPARE(board.current(), 2);
        QVERIFY(!board.accessibleDescription().isEmpty());
        QVERIFY(!board.grab().isNull());
        board.setContent({});
        QCOMPARE(board.current(), -1);
        QVERIFY(!board.grab().isNull());
    }

    void aStripChoosesMoments() {
        StepStrip strip;
        strip.resize(600, strip.sizeHint().height());
        const DenoiseRecordingPtr r = run(3, 50);
        StripContent content;
        content.nMoment = 51;
        for (const DenoiseStepPtr& step : r->steps) {
            content.run.push_back(showPicture(*step->x, {}).image);
            content.marks << QString::number(step->from.timestep);
            content.words << QStringLiteral("step %1").arg(step->index);
        }
        content.run.push_back(showPicture(*r->result, {}).image);
        strip.setContent(content);
        QVERIFY(strip.shownEvery() > 1); // fifty do not fit, and it knows
        QSignalSpy room(&strip, &StepStrip::roomChanged);
        strip.show();
        strip.resize(601, strip.height());
        QVERIFY(!room.isEmpty()); // whoever says how many are shown says it again
        QSignalSpy chosen(&strip, &StepStrip::momentChosen);
        QTest::keyClick(&strip, Qt::Key_End);
        QCOMPARE(strip.current(), 50);
        QTest::keyClick(&strip, Qt::Key_Left);
        QCOMPARE(chosen.size(), 2);
        QTest::mouseClick(&strip, Qt::LeftButton, {}, QPoint(1, 10));
        QCOMPARE(strip.current(), 0);
        content.forward = content.run;
        const int low = strip.sizeHint().height();
        strip.setContent(content);
        QVERIFY(strip.sizeHint().height() > low);
        QVERIFY(!strip.grab().isNull());
        strip.setContent({});
        QVERIFY(!strip.grab().isNull());
    }

    void noThumbnailLiesOverAnother() {
        StepStrip strip;
        StripContent content;
        for (const int width : {200, 480, 777, 1100}) {
            strip.resize(width, strip.sizeHint().height());
            for (content.nMoment = 1; content.nMoment <= 51; content.nMoment += 5) {
                strip.setContent(content);
                const int every = strip.shownEvery(), last = content.nMoment - 1;
                for (int current = 0; current <= last; ++current) {
                    strip.setCurrent(current);
                    const std::vector<int> shown = strip.shownMoments();
                    QVERIFY(std::binary_search(shown.begin(), shown.end(), current));
                    QVERIFY(shown.front() >= 0 && shown.back() <= last);
                    QVERIFY(shown.back() == last || last - current < every); // what came out
                    for (std::size_t i = 1; i < shown.size(); ++i)
                        QVERIFY(shown[i] - shown[i - 1] >= every);
                }
            }
        }
    }

    void aDiagramGivesItsNumbers() {
        VectorDiagram diagram;
        diagram.resize(300, 240);
        QVERIFY(!diagram.grab().isNull());
        const DenoiseRecordingPtr r = run();
        const DenoiseStep& step = *r->steps[2];
        const auto flat = inPlane(*step.unconditional, *step.conditional,
                                  {step.unconditional.get(), step.conditional.get(), step.eps.get()});
        VectorContent content;
        const char* names[] = {"u", "c", "g"};
        for (std::size_t i = 0; i < flat.size(); ++i)
            content.vectors.push_back({QLatin1String(names[i]), flat[i].at, 1, flat[i].share, design::Glass::Cobalt});
        diagram.setContent(content);
        QVERIFY(diagram.csv().contains(QLatin1String("\ng,")));
        QVERIFY(!diagram.grab().isNull());
    }

    // Two levels, as the U-Net names them: who reads which skip, and where everything stands.
    void aNetworkIsDrawnFromItsOperations() {
        NetworkInfo network;
        network.featureBlocks = {"unet.in",           "unet.down.0.res.0", "unet.down.0.attn.0", "unet.down.0.down",
                                 "unet.down.1.res.0", "unet.mid",          "unet.up.0.res.0",    "unet.up.0.res.1",
                                 "unet.up.0.up",      "unet.up.1.res.0",   "unet.up.1.res.1"};
        network.skips = {"unet.in", "unet.down.0.attn.0", "unet.down.0.down", "unet.down.1.res.0"};
        OperationList list;
        std::vector<std::string> scopes = network.featureBlocks;
        scopes.insert(scopes.begin(), "unet.time");
        scopes.insert(scopes.begin() + 4, "unet.down.0.attn.0.cross"); // belongs to the block before it
        scopes.push_back("unet.out");
        for (const std::string& scope : scopes) {
            Operation op;
            op.name = "conv2d";
            op.scope = scope;
            op.timeNs = 10;
            list.operations.push_back(op);
        }
        auto map = std::make_shared<FeatureMap>();
        map->block = "unet.mid";
        map->channels = 3;
        map->height = 2;
        map->width = 2;
        map->values.resize(12);
        for (int i = 0; i < 12; ++i)
            map->values[std::size_t(i)] = floatToHalf(i < 4 ? 1.0F : i < 8 ? -3.0F : 2.0F);
        const NetworkDrawing drawing = drawNetwork(list, network, {map});
        QCOMPARE(drawing.blocks.size(), network.featureBlocks.size() + 2);
        QCOMPARE(drawing.blocks[std::size_t(drawing.find("unet.down.0.attn.0"))].nOperation, 2);
        QCOMPARE(drawing.totalNs, std::int64_t(140));
        QCOMPARE(drawing.skips.size(), std::size_t(4));
        const char* readers[] = {"unet.up.1.res.1", "unet.up.1.res.0", "unet.up.0.res.1", "unet.up.0.res.0"};
        for (int i = 0; i < 4; ++i) {
            const NetworkSkip skip = drawing.skips[std::size_t(i)];
            QCOMPARE(drawing.blocks[std::size_t(skip.from)].name, network.skips[std::size_t(i)]);
            QCOMPARE(drawing.blocks[std::size_t(skip.to)].name, std::string(readers[i]));
            QCOMPARE(drawing.blocks[std::size_t(skip.from)].row, i);
            QCOMPARE(drawing.blocks[std::size_t(skip.to)].row, i);
        }
        QCOMPARE(drawing.blocks[std::size_t(drawing.find("unet.mid"))].row, 4);
        QVERIFY(drawing.blocks[std::size_t(drawing.find("unet.time"))].side == NetworkSide::Before);
        const auto ranked = rankedChannels(*map);
        QCOMPARE(ranked.front().channel, 1);
        QCOMPARE(ranked.front().rms, 3.0);
        QCOMPARE(channelPicture(*map, 2).values, std::vector<float>(4, 2.0F));

        NetworkCanvas canvas;
        canvas.resize(480, canvas.sizeHint().height());
        canvas.setDrawing(drawing);
        canvas.resize(480, canvas.sizeHint().height());
        QCOMPARE(canvas.drawing().blocks[std::size_t(canvas.block())].name, std::string("unet.mid"));
        for (std::size_t i = 0; i < drawing.blocks.size(); ++i)
            for (std::size_t k = 0; k < i; ++k)
                QVERIFY2(!canvas.blockRect(int(i)).intersects(canvas.blockRect(int(k))),
                         drawing.blocks[i].name.c_str());
        QSignalSpy skips(&canvas, &NetworkCanvas::skipChosen), factors(&canvas, &NetworkCanvas::scaleChosen);
        QTest::mouseClick(&canvas, Qt::LeftButton, {}, canvas.skipRect(2).center());
        QCOMPARE(skips.size(), 1);
        QTest::keyClick(&canvas, Qt::Key_0);
        QCOMPARE(factors.back().at(0).toInt(), 2);
        QCOMPARE(factors.back().at(1).toDouble(), 0.0);
        QTest::keyClick(&canvas, Qt::Key_Right); // to the block that reads it
        QCOMPARE(canvas.drawing().blocks[std::size_t(canvas.block())].name, std::string(readers[2]));
        QVERIFY(canvas.csv().contains(QLatin1String("unet.mid,3,2,2,1,10")));
        QVERIFY(!canvas.grab().isNull());
    }

    void aMaskIsPaintedWithABrush() {
        MaskCanvas canvas;
        canvas.resize(200, 120);
        QCOMPARE(canvas.share(), 0.0);
        QImage image(20, 10, QImage::Format_RGB32);
        image.fill(Qt::red);
        canvas.setPicture(image);
        QCOMPARE(canvas.pictureRect(), QRect(0, 0, 200, 100));
        QSignalSpy edited(&canvas, &MaskCanvas::maskEdited);
        canvas.setRadius(0);
        QTest::mousePress(&canvas, Qt::LeftButton, {}, {15, 25}); // pixel 1, 2
        QTest::mouseMove(&canvas, {55, 25});                      // to pixel 5, 2
        QTest::mouseRelease(&canvas, Qt::LeftButton, {}, {55, 25});
        QCOMPARE(edited.size(), 1); // one a stroke
        QCOMPARE(canvas.share(), 5.0 / 200);
        for (int x = 1; x <= 5; ++x)
            QCOMPARE(canvas.mask().values[std::size_t(2 * 20 + x)], 1.0F);
        QTest::mouseClick(&canvas, Qt::RightButton, {}, {35, 25}); // takes away
        QCOMPARE(canvas.share(), 4.0 / 200);
        canvas.undo();
        QCOMPARE(canvas.share(), 5.0 / 200);
        canvas.invert();
        QCOMPARE(canvas.share(), 195.0 / 200);
        canvas.clear();
        QCOMPARE(canvas.share(), 0.0);
        // The same without a mouse.
        QTest::keyClick(&canvas, Qt::Key_BracketRight);
        QCOMPARE(canvas.radius(), 1);
        QTest::keyClick(&canvas, Qt::Key_Right, Qt::ShiftModifier);
        QTest::keyClick(&canvas, Qt::Key_Space);
        QVERIFY(canvas.share() > 0);
        QVERIFY(canvas.accessibleDescription().contains(QLatin1String("marked")));
        QTest::keyClick(&canvas, Qt::Key_E);
        QTest::keyClick(&canvas, Qt::Key_Space);
        QCOMPARE(canvas.share(), 0.0);
        QTest::keyClick(&canvas, Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(canvas.share() > 0);
        // The same mask again keeps what can be undone; another picture forgets it.
        canvas.setMask(std::make_shared<const Picture>(canvas.mask()));
        QVERIFY(canvas.canUndo());
        canvas.setPicture(image.scaled(8, 8));
        QVERIFY(!canvas.canUndo());
        QCOMPARE(canvas.mask().size(), std::size_t{64});
        QVERIFY(!canvas.grab().isNull());
    }
};

QTEST_MAIN(TestDenoisePictures)
#include "tst_denoise_pictures.moc"
