// SPDX-License-Identifier: Apache-2.0
// The controller of the room "Denoise": runs followed step by step, branched, cancelled, kept and restored.

#include "core/io/picture_file.h"
#include "tests/support/denoise_fixture.h"

#include <QSignalSpy>

#include <set>

using namespace vitral;
using namespace vitral::test;
using namespace vitral::diffusion;

class TestDenoiseRoom : public DenoiseFixture {
    Q_OBJECT
private slots:
    void init() { begin(); }
    void cleanup() { end(); }

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
        QTRY_VERIFY(after.ready());
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

    // Two windows of the program at once: each run has files of its own, whichever window made it.
    void twoWindowsKeepTheirRunsApart() {
        loadGauss();
        DenoiseController other(*port_, *bridge_, dir_->path(), gaussFunctions());
        QTRY_VERIFY(other.ready());
        other.loadModel(QStringLiteral("gauss.gguf"));
        work();
        const auto with = [](DenoiseController& controller, quint64 seed) {
            DenoiseSettings s = controller.settings();
            s.steps = 4;
            s.seed = seed;
            controller.setSettings(s);
            return controller.run();
        };
        std::vector<qint64> ids;
        for (const quint64 seed : {1, 3})
            ids.push_back(with(*controller_, seed)), ids.push_back(with(other, seed + 1));
        work();
        QCOMPARE(std::set<qint64>(ids.begin(), ids.end()).size(), std::size_t{4});
        const qint64 open = with(other, 9); // cancelled before it began: its number is free again
        other.cancel();
        const auto nWritten = [this] { // an empty recipe keeps a number for a run that is not done
            const QFileInfoList files = QDir(dir_->path() + "/runs").entryInfoList({"*.safetensors", "*.json"});
            return std::count_if(files.begin(), files.end(), [](const QFileInfo& file) { return file.size() > 0; });
        };
        QTRY_COMPARE(nWritten(), 8); // the recipe is written after the pictures
        DenoiseController after(*port_, *bridge_, dir_->path(), gaussFunctions());
        QTRY_COMPARE(after.runs().size(), std::size_t{4});
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const DenoiseRun* kept = after.find(ids[i]);
            QVERIFY(kept != nullptr);
            QCOMPARE(kept->settings.seed, std::uint64_t(i + 1));
            after.setCurrent(kept->id);
            QTRY_VERIFY(after.recording() != nullptr);
            QCOMPARE(after.recording()->settings.seed, std::uint64_t(i + 1));
        }
        QVERIFY(after.find(open) == nullptr);
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

    void aPictureIsEnlarged() {
        loadGauss();
        const qint64 id = runNow();
        const QSize before = imageFromPixels(*controller_->recording()->result).size();
        const QString file = dir_->filePath("large.png");
        QSignalSpy saved(controller_.get(), &DenoiseController::saved);
        controller_->enlarge(id, 2, file);
        QVERIFY(controller_->busy());
        work();
        QTRY_COMPARE(saved.size(), 1);
        QCOMPARE(QImage(file).size(), 2 * before);
        QVERIFY(!controller_->busy());
        controller_->enlarge(99, 2, file);
        QCOMPARE(problems_.size(), 1);
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

    // Nothing is loaded: the recipe names the bundled model as it names itself, and it is found and run.
    void aPngFindsItsBundledModel() {
        make(coreDenoiseFunctions());
        DenoiseRecipe recipe;
        recipe.model = QStringLiteral("Vitral emoji, pixel");
        recipe.settings.prompt = "gato azul";
        recipe.settings.steps = 2;
        QImage image(32, 32, QImage::Format_RGB32);
        image.fill(Qt::white);
        const QString file = dir_->filePath("cat.png");
        QVERIFY(writeRecipePng(file, image, recipe, coreDenoiseFunctions()));
        controller_->findModels({{QStringLiteral(VITRAL_SOURCE_DIR "/assets/models"), true}});
        controller_->openAny(file);
        QTRY_COMPARE(controller_->modelState(), DenoiseController::ModelState::Loading);
        work();
        QTRY_COMPARE(controller_->runs().size(), std::size_t{1});
        work();
        QVERIFY2(problems_.isEmpty(), qPrintable(problems_.join('\n')));
        QCOMPARE(controller_->runs()[0].state, RunState::Done);
        QCOMPARE(controller_->recording()->result->width, 32);
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
};

QTEST_MAIN(TestDenoiseRoom)
#include "tst_denoise_room.moc"
