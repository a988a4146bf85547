// SPDX-License-Identifier: Apache-2.0
// The room "Denoise": runs followed step by step, branched, cancelled, kept and restored, and the pages that show them.
// The engine is a fake one that carries out tasks when told to; the network is a closed form.

#include "core/backend/backend.h"
#include "core/io/picture_file.h"
#include "core/tensor/quantize.h"
#include "tests/support/fake_port.h"
#include "tests/support/gauss_denoise.h"
#include "widgets/denoise/branches_page.h"
#include "widgets/denoise/denoise_room.h"
#include "widgets/denoise/denoise_settings_panel.h"
#include "widgets/denoise/denoise_timeline.h"
#include "widgets/denoise/gif_file.h"
#include "widgets/denoise/grid_page.h"
#include "widgets/denoise/run_tree.h"
#include "widgets/denoise/steps_page.h"
#include "widgets/denoise/words_page.h"
#include "widgets/panels/notice_bar.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QImageReader>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QtTest>

#include <map>

using namespace vitral;
using namespace vitral::test;
using namespace vitral::diffusion;

namespace {

/// Runs are closed forms; recordings are "files" in memory.
DenoiseFunctions gaussFunctions(bool cross = true) {
    DenoiseFunctions f = coreDenoiseFunctions();
    static std::map<std::string, DenoiseRecordingPtr> files;
    f.looksLike = [](const std::filesystem::path& path) { return path.filename() == "gauss.gguf"; };
    f.load = [](const std::filesystem::path& path, const DiffusionLoadOptions&) -> Result<DiffusionModelPtr> {
        if (path.filename() != "gauss.gguf")
            return fail(ErrorCode::InvalidFile, "This is no diffusion model.");
        return gaussModel();
    };
    f.plan = [](const DenoiseJob& job) -> Result<DenoisePlan> {
        VITRAL_TRY(checkSettings(job.settings));
        DenoisePlan plan;
        plan.evaluations = job.settings.steps * (job.settings.guidance == 1 ? 1 : 2);
        plan.recordBytes = 1000;
        return plan;
    };
    f.run = [cross](const DenoiseJob& job, const std::stop_token& stop,
                    const std::function<void(const DenoiseProgress&)>& progress) -> Result<DenoiseRecordingPtr> {
        GaussRun run;
        run.settings = job.settings;
        run.cross = cross && !job.request.cross.empty();
        run.parent = job.branchFrom;
        run.branchStep = job.branchStep;
        for (std::int32_t n = job.branchStep + 1; n <= job.settings.steps; ++n) {
            if (stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled");
            run.nSteps = n;
            progress({double(n) / job.settings.steps, "step", gaussRecording(run)});
        }
        auto done = gaussRecording(run);
        if (!job.request.steps)
            done->steps.clear();
        return done;
    };
    f.save = [](const DenoiseRecording& r, const std::filesystem::path& path) -> Result<void> {
        files[path.string()] = std::make_shared<const DenoiseRecording>(r);
        QFile file(QString::fromStdString(path.string()));
        if (!file.open(QIODevice::WriteOnly))
            return fail(ErrorCode::Io, "not written");
        file.write("run");
        return {};
    };
    f.open = [](const std::filesystem::path& path) -> Result<DenoiseRecordingPtr> {
        const auto found = files.find(path.string());
        if (found == files.end())
            return fail(ErrorCode::NotFound, "There is no such run.");
        return found->second;
    };
    return f;
}

} // namespace

class TestDenoiseRoom : public QObject {
    Q_OBJECT

    void make(const DenoiseFunctions& functions = gaussFunctions()) {
        controller_ = std::make_unique<DenoiseController>(*port_, *bridge_, dir_->path(), functions);
        connect(controller_.get(), &DenoiseController::problem, this,
                [this](const QString& sentence) { problems_ << sentence; });
    }
    void loadGauss() {
        controller_->loadModel(QStringLiteral("gauss.gguf"));
        work();
        QVERIFY(controller_->model() != nullptr);
        DenoiseSettings s = controller_->settings();
        s.steps = 8;
        s.guidance = 3;
        s.classId = 1;
        s.seed = 5;
        controller_->setSettings(s);
    }
    /// Carries out what the engine was asked for, up to and with the newest task.
    void work(bool cancelled = false) {
        while (nDone_ < port_->tasks.size()) {
            const RunId run = firstRun_ + nDone_;
            std::stop_source stop;
            int nStep = 0;
            TaskContext context{stop.get_token(),
                                [&](double fraction, const std::string& what) {
                                    port_->say(TaskProgress{run, fraction, what});
                                    if (cancelled && ++nStep == 3)
                                        stop.request_stop();
                                },
                                *backend_, backend_};
            const Result<void> done = port_->tasks[nDone_](context);
            ++nDone_;
            const bool stopped = !done && done.error().code == ErrorCode::Cancelled;
            port_->finish(run,
                          done      ? FinishReason::Done
                          : stopped ? FinishReason::Cancelled
                                    : FinishReason::Failed,
                          stopped ? Result<void>() : done);
            QTest::qWait(20);
            QCoreApplication::processEvents();
        }
    }
    qint64 runNow() {
        const qint64 id = controller_->run();
        work();
        return id;
    }
    static bool same(const DenoiseRecordingPtr& a, const DenoiseRecordingPtr& b) {
        return a && b && a->result && b->result && a->result->values == b->result->values;
    }

private slots:
    void init() {
        problems_.clear();
        dir_ = std::make_unique<QTemporaryDir>();
        bridge_ = std::make_unique<EngineBridge>();
        port_ = std::make_unique<FakePort>(*bridge_);
        if (!backend_)
            backend_ = *makeCpuBackend({});
        nDone_ = 0;
        firstRun_ = 1;
        make();
    }
    void cleanup() {
        room_.reset();
        controller_.reset();
        port_.reset();
        bridge_.reset();
    }

    void saysWhatARunTakesBeforeItRuns() {
        QVERIFY(!controller_->plan());
        QCOMPARE(controller_->run(), qint64{0}); // and says why
        QCOMPARE(problems_.size(), 1);
        loadGauss();
        QTRY_VERIFY(controller_->plan() && controller_->plan()->evaluations == 16);
        DenoiseSettings s = controller_->settings();
        s.steps = 0;
        controller_->setSettings(s);
        QTRY_VERIFY(!controller_->planProblem().isEmpty());
        controller_->loadModel(QStringLiteral("other.gguf"));
        work();
        QCOMPARE(problems_.last(), QStringLiteral("This is no diffusion model."));
        QVERIFY(controller_->model() != nullptr); // the one there was stays
    }

    void aRunIsFollowedStepByStep() {
        loadGauss();
        QSignalSpy changed(controller_.get(), &DenoiseController::currentChanged);
        const qint64 id = runNow();
        QVERIFY(id > 0);
        QCOMPARE(controller_->currentId(), id);
        QVERIFY(changed.size() >= 2);
        QCOMPARE(controller_->currentRun()->state, RunState::Done);
        QCOMPARE(controller_->moment(), 8); // it followed to the end
        QCOMPARE(int(controller_->recording()->steps.size()), 8);
        controller_->setMoment(3);
        QCOMPARE(DenoiseController::stepAt(controller_->recording(), 3)->index, 3);
        controller_->setMoment(99);
        QCOMPARE(controller_->moment(), 8);
    }

    // Another program begins where a killed one stopped: nothing is closed here.
    void everythingIsThereAfterAKill() {
        loadGauss();
        const qint64 first = runNow();
        const DenoiseRecordingPtr before = controller_->recording();
        DenoiseSettings s = controller_->settings();
        s.prompt = "a red disc, unfinished thou";
        s.seed = 18446744073709551615ULL; // does not fit a double
        controller_->setSettings(s);
        QTRY_VERIFY(QFile(dir_->path() + "/state.json").size() > 0);
        QTest::qWait(200);
        DenoiseController after(*port_, *bridge_, dir_->path(), gaussFunctions());
        QCOMPARE(after.settings().prompt, s.prompt);
        QCOMPARE(after.settings().seed, s.seed);
        QTRY_COMPARE(after.runs().size(), std::size_t{1});
        QCOMPARE(after.runs()[0].settings.seed, before->settings.seed);
        QVERIFY(!after.runs()[0].thumb.isNull());
        QTRY_VERIFY(after.recording() != nullptr);
        QVERIFY(same(after.recording(), before));
        after.removeRun(first);
        QTRY_VERIFY(!QFile::exists(dir_->path() + "/runs/000001.json"));
    }

    void aBranchSharesWhatWasBefore() {
        loadGauss();
        const qint64 first = runNow();
        const DenoiseRecordingPtr parent = controller_->recording();
        DenoiseSettings s = controller_->settings();
        s.classId = 2;
        s.steps = 50; // its length is the parent's
        controller_->setSettings(s);
        const qint64 id = controller_->branch(first, 4);
        work();
        QVERIFY(id > 0);
        const DenoiseRecordingPtr branch = controller_->recording();
        QCOMPARE(int(branch->steps.size()), 8);
        for (std::size_t i = 0; i < 4; ++i)
            QCOMPARE(branch->steps[i], parent->steps[i]);
        QCOMPARE(branch->steps[4]->x->values, parent->steps[4]->x->values);
        QVERIFY(!same(branch, parent));
        QCOMPARE(controller_->find(id)->parent, first);
        QCOMPARE(controller_->otherId(), first);
        // Without its parent it is still known how it was made.
        controller_->removeRun(first);
        const DenoiseRecipe recipe = controller_->recipeOf(*controller_->find(id));
        QVERIFY(recipe.parent && recipe.parent->settings.classId == 1);
        QCOMPARE(controller_->branch(id, 8), qint64{0});
    }

    void cancelKeepsTheStepsThereAre() {
        loadGauss();
        const qint64 first = controller_->run();
        const qint64 second = controller_->run();
        QCOMPARE(controller_->nWaiting(), 1);
        controller_->cancel();
        QCOMPARE(port_->cancelled.size(), std::size_t{1});
        QCOMPARE(controller_->find(second)->state, RunState::Cancelled);
        work(true);
        QCOMPARE(controller_->find(first)->state, RunState::Cancelled);
        QCOMPARE(controller_->find(first)->recording->steps.size(), std::size_t{3});
        QVERIFY(!controller_->busy());
        QVERIFY(problems_.isEmpty()); // cancelling is no error
    }

    void aPngRestoresItsRun() {
        loadGauss();
        DenoiseSettings s = controller_->settings();
        QImage init(16, 16, QImage::Format_RGB32);
        init.fill(qRgb(10, 200, 90));
        s.seed = 9876543210987654321ULL;
        controller_->setSettings(s);
        controller_->setInit(init);
        const qint64 first = runNow();
        s = controller_->settings();
        s.classId = 3;
        controller_->setSettings(s);
        const qint64 branch = controller_->branch(first, 5);
        work();
        const DenoiseRecordingPtr wanted = controller_->recording();
        const QString file = dir_->filePath("out.png");
        QSignalSpy saved(controller_.get(), &DenoiseController::saved);
        controller_->exportPng(branch, file);
        QTRY_COMPARE(saved.size(), 1);
        QCOMPARE(QImage(file), imageFromPixels(*wanted->result)); // a plain picture for everybody else

        QTemporaryDir elsewhere;
        DenoiseController other(*port_, *bridge_, elsewhere.path(), gaussFunctions());
        QSignalSpy notice(&other, &DenoiseController::notice);
        other.openAny(file);
        QTRY_COMPARE(notice.size(), 1); // the model is not there yet: it says which one
        QVERIFY(notice[0][0].toString().contains(QLatin1String("Gauss")));
        QCOMPARE(other.settings().seed, s.seed);
        QVERIFY(other.settings().init && other.settings().init->values == s.init->values);
        controller_->cancel();
        other.loadModel(QStringLiteral("gauss.gguf"));
        work();
        work();
        QTRY_COMPARE(other.runs().size(), std::size_t{2}); // what it was branched off, and itself
        QTRY_VERIFY(!other.busy());
        QVERIFY(same(other.recording(), wanted));
    }

    void hostilePicturesGetASentence() {
        loadGauss();
        const auto write = [&](const QByteArray& bytes) {
            const QString path = dir_->filePath("x.png");
            QFile file(path);
            if (file.open(QIODevice::WriteOnly))
                file.write(bytes);
            return path;
        };
        const auto withText = [&](const std::string& text) {
            const Pixels8 pixels(4, 4, 3);
            const std::pair<std::string, std::string> texts[] = {{std::string(kRecipeKeyword), text}};
            return write(QByteArray::fromStdString(*encodePng(pixels, texts)));
        };
        const DenoiseFunctions f = gaussFunctions();
        const auto refuses = [&](const QString& path) {
            const auto recipe = readRecipePng(path, f);
            return !recipe && !recipe.error().message.empty();
        };
        QVERIFY(refuses(write("not a picture")));
        QVERIFY(refuses(write(QByteArray("\x89PNG\r\n\x1a\n\xff\xff\xff\xffiTXt", 16))));
        QVERIFY(refuses(withText("{")));
        QVERIFY(refuses(withText("[]")));
        QVERIFY(refuses(withText(std::string(200000, '['))));
        QVERIFY(refuses(withText(R"({"version":1,"model":{"name":"Gauss"},"settings":{"steps":-4}})")));
        QVERIFY(refuses(withText(R"({"version":1,"model":{"name":"Gauss"},"settings":{"steps":1e300}})")));
        QVERIFY(refuses(withText(R"({"version":1,"model":{"name":"Gauss"},"settings":{},"init":"AAAA"})")));
        QVERIFY(refuses(withText(
            R"({"version":1,"model":{"name":"Gauss"},"settings":{},"parent":{"version":1,"model":{"name":"a"},"settings":{}},"branchStep":9e9})")));
        std::string nested = R"({"version":1,"model":{"name":"a"},"settings":{}})";
        for (int i = 0; i < 40; ++i)
            nested = R"({"version":1,"model":{"name":"a"},"settings":{},"branchStep":0,"parent":)" + nested + "}";
        QVERIFY(refuses(withText(nested)));
        QVERIFY(
            readRecipePng(withText(R"({"version":1,"model":{"name":"Gauss"},"settings":{"seed":3}})"), f).has_value());
        // On the window: a sentence, and nothing is run.
        const std::size_t n = controller_->runs().size();
        controller_->openAny(withText("{"));
        QTRY_COMPARE(problems_.size(), 1);
        QCOMPARE(controller_->runs().size(), n);
    }

    void forwardAndReverseShareTheAxis() {
        loadGauss();
        const qint64 id = runNow();
        controller_->setForwardRun(id);
        QVERIFY(controller_->forward());
        const auto& times = controller_->recording()->times;
        const PicturePtr clean = controller_->forwardAt(times.back());
        QVERIFY(rmsDistance0(*clean, *controller_->forward()->clean) < 1e-6);
        const PicturePtr noisy = controller_->forwardAt(times.front());
        double squares = 0;
        for (std::size_t i = 0; i < noisy->size(); ++i) {
            const double noise = (noisy->values[i] - times.front().alpha * clean->values[i]) / times.front().sigma;
            squares += noise * noise;
        }
        QVERIFY(std::fabs(squares / double(noisy->size()) - 1) < 0.2); // standard normal
        QImage mine(30, 20, QImage::Format_RGB32);
        mine.fill(Qt::red);
        controller_->setForward(mine, QStringLiteral("mine.png"));
        QCOMPARE(controller_->forward()->clean->width, 16);
    }

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
        QCOMPARE(timeline->frames().size(), std::size_t{9});
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

private:
    static double rmsDistance0(const Picture& a, const Picture& b) {
        double sum = 0;
        for (std::size_t i = 0; i < a.size(); ++i)
            sum += std::pow(double(a.values[i]) - b.values[i], 2);
        return std::sqrt(sum / double(a.size()));
    }
    void openRoom(QSize size) {
        room_ = std::make_unique<DenoiseRoom>(*controller_, std::vector<DenoiseController::Place>());
        room_->resize(size);
        room_->show();
        room_->activated();
        QVERIFY(QTest::qWaitForWindowExposed(room_.get()));
    }

    std::unique_ptr<QTemporaryDir> dir_;
    std::unique_ptr<EngineBridge> bridge_;
    std::unique_ptr<FakePort> port_;
    std::shared_ptr<Backend> backend_;
    std::unique_ptr<DenoiseController> controller_;
    std::unique_ptr<DenoiseRoom> room_;
    QStringList problems_;
    std::size_t nDone_ = 0;
    RunId firstRun_ = 1;
};

QTEST_MAIN(TestDenoiseRoom)
#include "tst_denoise_room.moc"
