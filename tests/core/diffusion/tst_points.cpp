// SPDX-License-Identifier: Apache-2.0
// The 2-D room: exact paths, solvers that approach them, and a network trained here and now.
#include "core/backend/cpu_backend.h"
#include "core/diffusion/denoise.h"
#include "core/diffusion/points_error.h"
#include "core/diffusion/points_model.h"
#include "core/diffusion/points_train.h"
#include "tests/support/result_test.h"

#include <cmath>

using namespace vitral;
using namespace vitral::diffusion;

namespace {

ScheduleSpec variancePreserving(Prediction prediction = Prediction::Epsilon) {
    ScheduleSpec spec;
    spec.prediction = prediction;
    return spec;
}
ScheduleSpec flow() {
    ScheduleSpec spec;
    spec.kind = BetaKind::Flow;
    spec.prediction = Prediction::Flow;
    return spec;
}
std::shared_ptr<const PointMixture> shared(std::string_view name) {
    auto set = pointSet(name);
    return set ? std::make_shared<const PointMixture>(std::move(*set)) : nullptr;
}
std::shared_ptr<Backend> backend() {
    auto made = makeCpuBackend({.nThread = 1});
    return made ? *made : nullptr;
}

Result<DenoiseRecordingPtr> sample(const DiffusionModelPtr& model, SolverKind solver, int steps, std::uint64_t seed,
                                   int classId = -1, double guidance = 1) {
    DenoiseJob job;
    job.model = model;
    job.settings.solver = solver;
    job.settings.steps = steps;
    job.settings.seed = seed;
    job.settings.width = 400;
    job.settings.height = 1;
    job.settings.classId = classId;
    job.settings.guidance = guidance;
    job.settings.spacing = StepSpacing::Trailing;
    return denoise(job, {}, {});
}

} // namespace

class TestPoints : public QObject {
    Q_OBJECT
private slots:
    /// Of one Gaussian the equation has a solution on paper: standard deviations from the mean keep their number.
    void exactPathOfOneGaussian_data() {
        QTest::addColumn<bool>("isFlow");
        QTest::newRow("variance preserving") << false;
        QTest::newRow("flow") << true;
    }
    void exactPathOfOneGaussian() {
        QFETCH(bool, isFlow);
        const auto one = PointMixture::make("one", {{1, {0.7, -0.4}, 0.04, 0, 0.09, 0}});
        QVERIFY_RESULT(one);
        const auto schedule = NoiseSchedule::make(isFlow ? flow() : variancePreserving());
        QVERIFY_RESULT(schedule);
        const auto times =
            stepTimes(*schedule, 10, StepSpacing::Trailing, isFlow ? SolverKind::FlowEuler : SolverKind::Ddim);
        QVERIFY_RESULT(times);
        Picture x(2, 1, 50);
        normalNoise(3, 0, x.values);
        const auto path = exactPaths(*one, *schedule, *times, x);
        QVERIFY_RESULT(path);
        QCOMPARE(path->size(), times->size());
        const auto spread = [](const StepTime& t, double c) {
            return std::sqrt(t.alpha * t.alpha * c + t.sigma * t.sigma);
        };
        for (std::size_t k = 0; k < times->size(); ++k)
            for (std::size_t i = 0; i < 50; ++i) {
                const StepTime& a = times->front();
                const StepTime& b = (*times)[k];
                const double zx = (double(x.values[i]) - a.alpha * 0.7) / spread(a, 0.04);
                const double zy = (double(x.values[50 + i]) + a.alpha * 0.4) / spread(a, 0.09);
                QVERIFY(std::abs(double((*path)[k].values[i]) - (b.alpha * 0.7 + zx * spread(b, 0.04))) < 2e-6);
                QVERIFY(std::abs(double((*path)[k].values[50 + i]) - (-b.alpha * 0.4 + zy * spread(b, 0.09))) < 2e-6);
            }
    }
    void smallerStepsChangeNothing() {
        const auto data = shared("spiral");
        const auto schedule = NoiseSchedule::make(variancePreserving());
        QVERIFY_RESULT(schedule);
        const auto times = stepTimes(*schedule, 5, StepSpacing::Trailing, SolverKind::Ddim);
        QVERIFY_RESULT(times);
        Picture x(2, 1, 60);
        normalNoise(9, 0, x.values);
        ExactPathOptions fine;
        fine.largestStep = 0.002;
        const auto a = exactPaths(*data, *schedule, *times, x);
        const auto b = exactPaths(*data, *schedule, *times, x, fine);
        QVERIFY_RESULT(a);
        QVERIFY_RESULT(b);
        const double apart = cloudDistance(a->back(), b->back());
        QVERIFY2(apart < 1e-4, qPrintable(QString::number(apart)));
    }
    /// More steps of a deterministic solver come nearer to the exact end, and two orders do better than one.
    void solversApproachTheExactAnswer() {
        const auto data = shared("moons");
        const auto model = makePointModel(backend(), data, variancePreserving());
        QVERIFY_RESULT(model);
        const auto schedule = NoiseSchedule::make((*model)->schedule);
        QVERIFY_RESULT(schedule);
        const auto error = [&](SolverKind solver, int steps) -> double {
            const auto run = sample(*model, solver, steps, 1);
            if (!run || !(*run)->steps.front()->x)
                return 1e9;
            const auto path = exactPaths(*data, *schedule, (*run)->times, *(*run)->steps.front()->x);
            return path ? cloudDistance(path->back(), *(*run)->result) : 1e9;
        };
        const double ddim10 = error(SolverKind::Ddim, 10);
        const double ddim40 = error(SolverKind::Ddim, 40);
        const double dpm40 = error(SolverKind::DpmPp2M, 40);
        const QString all = QStringLiteral("%1 %2 %3").arg(ddim10).arg(ddim40).arg(dpm40);
        QVERIFY2(ddim40 < 0.6 * ddim10, qPrintable(all));
        QVERIFY2(dpm40 < ddim40, qPrintable(all));
        QVERIFY2(ddim40 < 0.2, qPrintable(all));
    }
    void samplesOfTheExactScoreAreTheData() {
        for (const bool isFlow : {false, true}) {
            const auto data = shared("letters");
            const auto model = makePointModel(backend(), data, isFlow ? flow() : variancePreserving());
            QVERIFY_RESULT(model);
            const auto run = sample(*model, isFlow ? SolverKind::FlowEuler : SolverKind::Ddpm, 200, 4);
            QVERIFY_RESULT(run);
            const double apart = energyDistance(*(*run)->result, pointCloud(*data, 400, 8));
            const double same = energyDistance(pointCloud(*data, 400, 7), pointCloud(*data, 400, 8));
            QVERIFY2(apart < same + 0.1, qPrintable(QStringLiteral("%1 %2").arg(apart).arg(same)));
        }
    }
    void aClassIsAGroup() {
        const auto data = shared("ring");
        const auto model = makePointModel(backend(), data, variancePreserving());
        QVERIFY_RESULT(model);
        const auto run = sample(*model, SolverKind::DpmPp2M, 30, 2, 0);
        QVERIFY_RESULT(run);
        double least = 1e9;
        for (std::size_t i = 0; i < 400; ++i)
            least = std::min(least, double((*run)->result->values[i]));
        QVERIFY(least > 0.5); // class 0 lies around (1.4, 0)
    }

    void trainedNetworkLearns() {
        const auto data = shared("grid");
        const auto schedule = NoiseSchedule::make(variancePreserving());
        QVERIFY_RESULT(schedule);
        PointNetShape shape;
        shape.width = 32;
        shape.nHidden = 2;
        shape.nClass = 2;
        PointTraining training;
        training.nStep = 300;
        training.batch = 256;
        std::vector<double> losses;
        const auto net = trainPointNet(*data, *schedule, shape, training, nullptr, {}, [&](const PointProgress& p) {
            losses.push_back(p.loss);
            return true;
        });
        QVERIFY_RESULT(net);
        QCOMPARE(losses.size(), std::size_t(12));
        QVERIFY(losses.front() > 0.6 && losses.back() < 0.55);
        const auto model = makePointModel(backend(), data, variancePreserving(), *net);
        QVERIFY_RESULT(model);
        const auto run = sample(*model, SolverKind::DpmPp2M, 30, 2, 1, 2.0);
        QVERIFY_RESULT(run);
        const double apart = energyDistance(*(*run)->result, pointCloud(*data, 400, 8));
        QVERIFY2(apart < 0.4, qPrintable(QString::number(apart)));
    }
    void sameSeedSameNetwork() {
        const auto data = shared("moons");
        const auto schedule = NoiseSchedule::make(variancePreserving());
        QVERIFY_RESULT(schedule);
        PointNetShape shape;
        shape.width = 16;
        shape.nHidden = 2;
        PointTraining training;
        training.nStep = 20;
        training.batch = 100; // does not divide by the number of parts
        ThreadPool pool(3);
        const auto a = trainPointNet(*data, *schedule, shape, training, nullptr, {});
        const auto b = trainPointNet(*data, *schedule, shape, training, &pool, {});
        QVERIFY_RESULT(a);
        QVERIFY_RESULT(b);
        QVERIFY(std::equal((*a)->parameters().begin(), (*a)->parameters().end(), (*b)->parameters().begin()));
        training.seed = 2;
        const auto c = trainPointNet(*data, *schedule, shape, training, nullptr, {});
        QVERIFY_RESULT(c);
        QVERIFY(!std::equal((*a)->parameters().begin(), (*a)->parameters().end(), (*c)->parameters().begin()));
    }
    void cancelAndRefuse() {
        const auto data = shared("moons");
        const auto schedule = NoiseSchedule::make(variancePreserving());
        QVERIFY_RESULT(schedule);
        std::stop_source stop;
        PointTraining training;
        training.nStep = 1'000'000;
        training.reportEvery = 1;
        const auto cancelled =
            trainPointNet(*data, *schedule, {}, training, nullptr, stop.get_token(), [&](const auto& p) {
                if (p.step == 3)
                    stop.request_stop();
                return true;
            });
        QVERIFY(!cancelled && cancelled.error().code == ErrorCode::Cancelled);
        int steps = 0;
        QVERIFY_RESULT(trainPointNet(*data, *schedule, {}, training, nullptr, {}, [&](const auto& p) {
            steps = p.step;
            return p.step < 5;
        }));
        QCOMPARE(steps, 5);
        training.batch = 1;
        QVERIFY(!trainPointNet(*data, *schedule, {}, training, nullptr, {}));
        const auto path =
            exactPaths(*data, *schedule, std::vector<StepTime>{{0, 1, 0}, {900, 0.1, 0.99}}, Picture(2, 1, 3));
        QVERIFY(!path && path.error().code == ErrorCode::InvalidArgument);
        QVERIFY(!exactPaths(*data, *schedule, std::vector<StepTime>{{0, 1, 0}}, Picture(3, 1, 3)));
    }
    void energyDistanceOfKnownClouds() {
        Picture a(2, 1, 1), b(2, 1, 1);
        b.values = {3, 4};
        QVERIFY(std::abs(energyDistance(a, b) - std::sqrt(10.0)) < 1e-9);
        QVERIFY(std::abs(cloudDistance(a, b) - 5) < 1e-9);
        QCOMPARE(energyDistance(a, a), 0.0);
    }
};

QTEST_GUILESS_MAIN(TestPoints)
#include "tst_points.moc"
