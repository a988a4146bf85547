// SPDX-License-Identifier: Apache-2.0
// The page "Points": what it shows are the core's numbers; training in the window, stopped and finished; languages.

#include "core/backend/backend.h"
#include "tests/support/fake_port.h"
#include "widgets/denoise/points_page.h"

#include <QAbstractButton>
#include <QPushButton>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTranslator>
#include <QtTest>

#include <cmath>

using namespace vitral;
using namespace vitral::test;
using namespace vitral::diffusion;

namespace {

/// Another language, told apart by its first character.
class Marker : public QTranslator {
public:
    [[nodiscard]] bool isEmpty() const override { return false; }
    [[nodiscard]] QString translate(const char* context, const char* source, const char*, int) const override {
        return QByteArray(context).startsWith("vitral::") ? QLatin1Char('~') + QString::fromUtf8(source) : QString();
    }
};

} // namespace

class TestPointsPage : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> dir_;
    std::unique_ptr<EngineBridge> bridge_;
    std::unique_ptr<FakePort> port_;
    std::unique_ptr<DenoiseController> controller_;
    std::unique_ptr<PointsPage> page_;

private slots:
    void init() {
        dir_ = std::make_unique<QTemporaryDir>();
        bridge_ = std::make_unique<EngineBridge>();
        port_ = std::make_unique<FakePort>(*bridge_);
        controller_ = std::make_unique<DenoiseController>(*port_, *bridge_, dir_->path(), coreDenoiseFunctions());
        page_ = std::make_unique<PointsPage>(*controller_);
        page_->resize(900, 700);
        page_->show();
        QTRY_VERIFY(page_->flow(false) && !page_->canvas(false)->content().ways.empty() &&
                    !page_->canvas(false)->content().ways[0].exact.empty());
    }
    void cleanup() {
        page_.reset();
        controller_.reset();
        port_.reset();
        bridge_.reset();
    }

    void showsTheNumbersOfTheCore() {
        const DenoiseRecordingPtr run = page_->flow(false);
        page_->setStep(5);
        const PointsContent& shown = page_->canvas(false)->content();
        const Picture& x = *run->steps[5]->x;
        QCOMPARE(int(shown.cloud.size()), x.width);
        for (int i = 0; i < x.width; ++i)
            QCOMPARE(shown.cloud[std::size_t(i)], QPointF(x.channel(0)[i], x.channel(1)[i]));
        const auto data = pointSet("moons");
        QVERIFY(data);
        const StepTime& time = run->times[5];
        QVERIFY(shown.at.size() > 100 && shown.at.size() == shown.vectors.size());
        for (std::size_t i = 0; i < shown.at.size(); ++i) {
            const PointTruth truth = data->at({shown.at[i].x(), shown.at[i].y()}, time.alpha, time.sigma);
            QVERIFY(std::hypot(shown.vectors[i].x() - truth.score.x, shown.vectors[i].y() - truth.score.y) <
                    1e-9 * (1 + std::hypot(truth.score.x, truth.score.y)));
        }
        // The dotted way is the exact one.
        const auto schedule = NoiseSchedule::make({});
        QVERIFY(schedule);
        const auto paths = exactPaths(*data, *schedule, run->times, *run->steps[0]->x);
        QVERIFY(paths);
        const auto& way = shown.ways[1];
        for (std::size_t m = 0; m < run->times.size(); ++m)
            QVERIFY(std::hypot(way.exact[m].x() - (*paths)[m].channel(0)[way.point],
                               way.exact[m].y() - (*paths)[m].channel(1)[way.point]) < 1e-5);
        page_->setStep(20);
        QCOMPARE(page_->canvas(false)->content().cloud[0], QPointF(run->result->values[0], run->result->channel(1)[0]));
        QVERIFY(page_->canvas(false)->content().at.empty());
    }

    void theTableIsMeasured() {
        page_->fillTable();
        QTRY_VERIFY_WITH_TIMEOUT(page_->measured(2 * int(pointSolvers().size()) - 2, 3).has_value(), 60000);
        QTRY_VERIFY_WITH_TIMEOUT(page_->measured(0, 3).has_value(), 60000);
        // Worked out here, apart from the page.
        const auto made = pointSet("moons");
        QVERIFY(made);
        const auto data = std::make_shared<const PointMixture>(*made);
        DenoiseJob job;
        const auto model = makePointModel(*makeCpuBackend({}), data, {});
        QVERIFY(model);
        job.model = *model;
        job.settings.solver = SolverKind::Ddim;
        job.settings.steps = 10;
        job.settings.spacing = StepSpacing::Trailing;
        job.settings.seed = 1;
        job.settings.width = 200;
        job.settings.height = 1;
        const auto run = denoise(job, {}, {});
        QVERIFY(run);
        const auto schedule = NoiseSchedule::make({});
        const auto paths = exactPaths(*data, *schedule, (*run)->times, *(*run)->steps[0]->x);
        QVERIFY(paths);
        const double wanted = cloudDistance(paths->back(), *(*run)->result);
        QVERIFY(std::fabs(page_->measured(0, 1)->error - wanted) < 1e-4 * (1 + wanted));
        QVERIFY(page_->measured(0, 3)->error < page_->measured(0, 0)->error); // more steps, closer
        for (int i = 0; i < int(pointSolvers().size()); ++i) {
            QTRY_VERIFY(page_->measured(2 * i, 1).has_value());
            QCOMPARE(page_->measured(2 * i, 1)->error < 0, drawsNoise(pointSolvers()[std::size_t(i)]));
            QVERIFY(!page_->measured(2 * i + 1, 1)); // no network yet
        }
        QCOMPARE(page_->table()->content().number(0, 1), page_->measured(0, 1)->error);
    }

    void trainsStopsAndFinishes() {
        page_->trainSteps()->setValue(100000);
        page_->train();
        QTRY_VERIFY_WITH_TIMEOUT(page_->net() != nullptr, 60000);
        QVERIFY(page_->trainingNow());
        page_->stopTraining();
        QTRY_VERIFY_WITH_TIMEOUT(!page_->trainingNow(), 60000);
        QVERIFY(page_->net() != nullptr); // what was learned stays
        const auto stoppedAt = page_->lossChart()->content().x;
        QVERIFY(!stoppedAt.empty() && stoppedAt.back() < 100000);

        page_->trainSteps()->setValue(200);
        page_->train();
        QTRY_VERIFY_WITH_TIMEOUT(!page_->trainingNow(), 60000);
        const auto& curve = page_->lossChart()->content();
        QCOMPARE(curve.x.back(), 200.0);
        QVERIFY(curve.curves[0].y.back() < curve.curves[0].y.front());
        QTRY_VERIFY(page_->flow(true) != nullptr);
        page_->setStep(5);
        const PointsContent& shown = page_->canvas(true)->content();
        const StepTime& time = page_->flow(false)->times[5];
        PointNetScratch scratch;
        for (std::size_t i = 0; i < shown.at.size(); i += 7) {
            const float x[] = {float(shown.at[i].x()), float(shown.at[i].y())};
            const float u[] = {float(time.timestep / 1000)};
            float eps[2] = {};
            page_->net()->evaluate(x, u, {}, eps, scratch);
            QVERIFY(std::hypot(shown.vectors[i].x() + double(eps[0]) / time.sigma,
                               shown.vectors[i].y() + double(eps[1]) / time.sigma) < 1e-4);
        }
        // Another set: the network has not seen it.
        page_->chooseSet(QStringLiteral("spiral"));
        QVERIFY(page_->net() == nullptr && page_->flow(true) == nullptr);
        QTRY_VERIFY(page_->flow(false) != nullptr);
        QVERIFY(page_->lossChart()->content().curves.empty());
    }

    void closesWhileItTrains() {
        page_->trainSteps()->setValue(100000);
        page_->train();
        QTRY_VERIFY_WITH_TIMEOUT(!page_->lossChart()->content().x.empty(), 60000);
        page_->chooseSet(QStringLiteral("ring")); // drops it
        QVERIFY(!page_->trainingNow());
        page_->train();
        page_.reset();
    }

    void speaksTheLanguageAndKeys() {
        const QString before = page_->help();
        Marker marker;
        QCoreApplication::installTranslator(&marker);
        QTRY_COMPARE(page_->canvas(false)->content().title, QStringLiteral("~exact score"));
        QVERIFY(page_->help() == QLatin1Char('~') + before);
        QVERIFY(page_->title().startsWith(QLatin1Char('~')));
        for (const QPushButton* button : page_->findChildren<QPushButton*>())
            QVERIFY(button->text().startsWith(QLatin1Char('~')));
        for (const QWidget* widget : page_->findChildren<QWidget*>())
            QVERIFY(widget->accessibleName().isEmpty() || widget->accessibleName().startsWith(QLatin1Char('~')));
        QCoreApplication::removeTranslator(&marker);
        QTRY_COMPARE(page_->help(), before);
        // A point is chosen and let go from the keyboard.
        const std::size_t n = page_->canvas(false)->content().ways.size();
        QTest::keyClick(page_->canvas(false), Qt::Key_Left);
        QTest::keyClick(page_->canvas(false), Qt::Key_Space);
        QCOMPARE(page_->canvas(false)->content().ways.size(), n + 1);
        QTest::keyClick(page_->canvas(false), Qt::Key_Space);
        QCOMPARE(page_->canvas(false)->content().ways.size(), n);
        for (QWidget* widget : page_->findChildren<QWidget*>())
            if (widget->focusPolicy() != Qt::NoFocus && widget->parentWidget() != nullptr &&
                (qobject_cast<QAbstractButton*>(widget) || qobject_cast<PointsCanvas*>(widget)))
                QVERIFY(!widget->accessibleName().isEmpty() || !qobject_cast<QPushButton*>(widget)->text().isEmpty());
    }
};

QTEST_MAIN(TestPointsPage)
#include "tst_points_page.moc"
