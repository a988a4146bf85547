// SPDX-License-Identifier: Apache-2.0
// Whole trajectories of our solvers against diffusers' schedulers (tests/golden/generators/diffusion_solvers.py), with
// the exact denoiser of a mixture of Gaussians as the network.

#include "core/diffusion/guidance.h"
#include "core/diffusion/run_setup.h"
#include "core/diffusion/solver.h"
#include "core/io/safetensors.h"
#include "tests/support/result_test.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>
#include <cmath>
#include <cstring>

using namespace vitral;
using namespace vitral::diffusion;

namespace {

std::vector<double> doubles(const SafetensorsFile& file, const std::string& name) {
    const SafetensorsTensor* tensor = file.findTensor(name);
    if (tensor == nullptr)
        return {};
    std::vector<double> out(tensor->bytes.size() / 8);
    std::memcpy(out.data(), tensor->bytes.data(), tensor->bytes.size());
    return out;
}

ScheduleSpec specOf(const QJsonObject& c, std::int32_t nTrain) {
    ScheduleSpec spec;
    spec.nTrain = nTrain;
    const QString kind = c["schedule"].toString();
    if (kind == "linear") {
        spec.kind = BetaKind::Linear;
    } else if (kind == "scaled-linear") {
        spec.kind = BetaKind::ScaledLinear;
        spec.betaStart = 0.00085;
        spec.betaEnd = 0.012;
    } else {
        spec.kind = kind == "flow" ? BetaKind::Flow : BetaKind::Cosine;
    }
    spec.prediction = *predictionFromName(c["prediction"].toString().toStdString());
    spec.zeroTerminalSnr = c["zeroSnr"].toBool();
    spec.shift = c["shift"].toDouble();
    spec.stepsOffset = c["offset"].toInt();
    return spec;
}

} // namespace

class TestSolvers : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        auto file = SafetensorsFile::open(VITRAL_GOLDEN "/diffusion/solvers.safetensors");
        QVERIFY_RESULT(file);
        file_ = *file;
        for (const auto& [key, value] : file_->metadata()) {
            const QByteArray text = QByteArray::fromStdString(value);
            if (key == "cases")
                cases_ = QJsonDocument::fromJson(text).array();
            else if (key == "weights")
                for (const QJsonValue& w : QJsonDocument::fromJson(text).array())
                    weights_.push_back(w.toDouble());
            else if (key == "spread")
                spread_ = text.toDouble();
            else if (key == "nTrain")
                nTrain_ = text.toInt();
        }
        means_ = doubles(*file_, "means");
        QVERIFY(cases_.size() > 200 && weights_.size() == 3 && means_.size() % 3 == 0);
    }

    void trajectory_data() {
        QTest::addColumn<int>("index");
        for (int i = 0; i < cases_.size(); ++i) {
            const QJsonObject c = cases_[i].toObject();
            QTest::addRow("%s %s %s %s %d%s%s %s", qPrintable(c["solver"].toString()),
                          qPrintable(c["schedule"].toString()), qPrintable(c["prediction"].toString()),
                          qPrintable(c["spacing"].toString()), c["steps"].toInt(),
                          c["zeroSnr"].toBool() ? " no signal at the end" : "", c["eta"].toDouble() > 0 ? " eta" : "",
                          qPrintable(c["name"].toString()))
                << i;
        }
    }

    void trajectory() {
        QFETCH(int, index);
        const QJsonObject c = cases_[index].toObject();
        const std::string name = c["name"].toString().toStdString();
        auto schedule = NoiseSchedule::make(specOf(c, nTrain_));
        QVERIFY_RESULT(schedule);
        DenoiseSettings settings;
        settings.steps = c["steps"].toInt();
        settings.solver = *solverFromName(c["solver"].toString().toStdString());
        settings.spacing = *spacingFromName(c["spacing"].toString().toStdString());
        settings.eta = c["eta"].toDouble();
        auto times = stepTimes(*schedule, settings.steps, settings.spacing, settings.solver);
        QVERIFY_RESULT(times);
        const QJsonArray told = c["timesteps"].toArray();
        QCOMPARE(told.size() + 1, static_cast<qsizetype>(times->size()));
        const std::vector<double> levels = doubles(*file_, name + ".sigmas");
        const bool flow = schedule->spec().kind == BetaKind::Flow;
        for (qsizetype i = 0; i < told.size(); ++i) {
            const StepTime& t = (*times)[static_cast<std::size_t>(i)];
            QVERIFY2(std::abs(t.timestep - told[i].toDouble()) < 1e-6 * nTrain_,
                     qPrintable(
                         QString("step %1: timestep %2, expected %3").arg(i).arg(t.timestep).arg(told[i].toDouble())));
            if (!levels.empty()) {
                const double want = levels[static_cast<std::size_t>(i)], have = flow ? t.sigma : t.sigma / t.alpha;
                QVERIFY2(std::abs(have - want) < 1e-9 * (1 + want),
                         qPrintable(QString("step %1: level %2, expected %3").arg(i).arg(have).arg(want)));
            }
        }

        auto solver = makeSolver(settings, *schedule, *times);
        QVERIFY_RESULT(solver);
        const std::vector<double> expected = doubles(*file_, name + ".x"), noise = doubles(*file_, name + ".noise"),
                                  start = doubles(*file_, name + ".start");
        const std::size_t n = start.size();
        std::vector<float> x(n);
        const double scale = initialNoiseScale(*schedule, settings, times->front());
        for (std::size_t k = 0; k < n; ++k)
            x[k] = static_cast<float>(scale * start[k]);
        compare(x, expected, 0);
        const PredictFunction predict = [&](std::span<const float> at, const StepTime& t) -> Result<Predicted> {
            return predicted(schedule->spec().prediction, at, network(at, t.timestep, schedule->spec()), t);
        };
        std::size_t iNoise = 0;
        const NoiseFunction draw = [&](std::int32_t, std::int32_t, std::span<float> out) {
            for (std::size_t k = 0; k < n; ++k)
                out[k] = static_cast<float>(noise[iNoise * n + k]);
            ++iNoise;
        };
        for (std::int32_t i = 0; i < settings.steps; ++i) {
            const auto kept = (*solver)->clone();
            std::vector<float> again = x;
            const std::size_t iNoiseBefore = iNoise;
            QVERIFY_RESULT((*solver)->step(i, x, predict, draw));
            compare(x, expected, static_cast<std::size_t>(i) + 1);
            if (QTest::currentTestFailed())
                return;
            // What was copied before the step goes the same way, bit for bit.
            iNoise = iNoiseBefore;
            QVERIFY_RESULT(kept->step(i, again, predict, draw));
            QVERIFY2(again == x, "a copied solver took another step");
        }
    }

    // With an eta of nothing, DDIM is DPM-Solver++ of first order (Lu et al. 2022), so spacings that diffusers' DDIM
    // does not have ("linspace" there steps beside its own timesteps) are checked through the formula of the exact
    // answer: a network that always knows x_0 leads to it from anywhere, in a straight line of (alpha, sigma).
    void everySolverReachesAKnownPicture() {
        const std::vector<float> clean = {0.5F, -0.25F, 1.0F, 0.0F};
        for (const BetaKind kind : {BetaKind::Linear, BetaKind::ScaledLinear, BetaKind::Cosine, BetaKind::Flow})
            for (const auto solverKind :
                 {SolverKind::Ddpm, SolverKind::Ddim, SolverKind::Euler, SolverKind::EulerAncestral, SolverKind::Heun,
                  SolverKind::DpmPp2M, SolverKind::DpmPp2MSde, SolverKind::UniPc, SolverKind::Lcm,
                  SolverKind::FlowEuler})
                for (const auto spacing : {StepSpacing::Leading, StepSpacing::Linspace, StepSpacing::Trailing,
                                           StepSpacing::Karras, StepSpacing::Exponential, StepSpacing::SgmUniform})
                    for (const int steps : {1, 2, 3, 17}) {
                        ScheduleSpec spec;
                        spec.kind = kind;
                        spec.prediction = Prediction::X0;
                        const auto schedule = NoiseSchedule::make(spec);
                        QVERIFY_RESULT(schedule);
                        const auto times = stepTimes(*schedule, steps, spacing, solverKind);
                        if (!times) { // a solver for the other kind of schedule, or too many steps for whole timesteps
                            QVERIFY(times.error().code == ErrorCode::InvalidArgument);
                            continue;
                        }
                        QCOMPARE(times->size(), static_cast<std::size_t>(steps) + 1);
                        QCOMPARE(times->back().sigma, 0.0);
                        DenoiseSettings settings;
                        settings.solver = solverKind;
                        auto solver = makeSolver(settings, *schedule, *times);
                        QVERIFY_RESULT(solver);
                        std::vector<float> x = {1, -1, 0.3F, 2};
                        for (std::int32_t i = 0; i < steps; ++i)
                            QVERIFY_RESULT((*solver)->step(
                                i, x,
                                [&](std::span<const float> at, const StepTime& t) -> Result<Predicted> {
                                    return predicted(Prediction::X0, at, clean, t);
                                },
                                [](std::int32_t, std::int32_t, std::span<float> out) {
                                    std::fill(out.begin(), out.end(), 0.5F);
                                }));
                        for (std::size_t k = 0; k < x.size(); ++k)
                            QVERIFY2(std::abs(x[k] - clean[k]) < 2e-3F, // LCM's last step keeps 1e-3 of x
                                     qPrintable(QString("%1 %2 %3 steps: %4")
                                                    .arg(QString::fromStdString(std::string(solverName(solverKind))))
                                                    .arg(QString::fromStdString(std::string(spacingName(spacing))))
                                                    .arg(steps)
                                                    .arg(x[k])));
                    }
    }

    void whatDoesNotFitIsNamed() {
        ScheduleSpec spec;
        spec.betaEnd = 2;
        QVERIFY_ERROR(NoiseSchedule::make(spec), ErrorCode::InvalidArgument);
        spec = {};
        spec.zeroTerminalSnr = true; // a prediction of noise says nothing there
        QVERIFY_ERROR(NoiseSchedule::make(spec), ErrorCode::InvalidArgument);
        spec = {};
        spec.nTrain = 0;
        QVERIFY_ERROR(NoiseSchedule::make(spec), ErrorCode::InvalidArgument);
        spec = {};
        spec.betaStart = std::nan("");
        QVERIFY_ERROR(NoiseSchedule::make(spec), ErrorCode::InvalidArgument);
        spec = {};
        const auto schedule = NoiseSchedule::make(spec);
        QVERIFY_RESULT(schedule);
        QVERIFY_ERROR(stepTimes(*schedule, 10, StepSpacing::Leading, SolverKind::FlowEuler),
                      ErrorCode::InvalidArgument);
        QVERIFY_ERROR(stepTimes(*schedule, 1001, StepSpacing::Leading, SolverKind::Ddim), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(stepTimes(*schedule, 51, StepSpacing::Leading, SolverKind::Lcm), ErrorCode::InvalidArgument);
        QVERIFY_ERROR(stepTimes(*schedule, 0, StepSpacing::Leading, SolverKind::Ddim), ErrorCode::InvalidArgument);
        // A timestep is found again from its level.
        for (const double t : {0.0, 0.5, 12.0, 500.25, 999.0})
            QVERIFY(std::abs(schedule->timestepOf(schedule->karrasSigma(t)) - t) < 0.3);
        QVERIFY(std::abs(schedule->alpha(300) * schedule->alpha(300) + schedule->sigma(300) * schedule->sigma(300) -
                         1) < 1e-12);
    }

private:
    void compare(const std::vector<float>& x, const std::vector<double>& expected, std::size_t iStep) {
        const std::size_t n = x.size();
        double most = 0;
        for (std::size_t k = 0; k < n; ++k)
            most = std::max(most, std::abs(expected[iStep * n + k]));
        for (std::size_t k = 0; k < n; ++k)
            QVERIFY2(std::abs(static_cast<double>(x[k]) - expected[iStep * n + k]) <= 1e-5 * (1 + most),
                     qPrintable(QString("after step %1, element %2: %3, expected %4")
                                    .arg(iStep)
                                    .arg(k)
                                    .arg(static_cast<double>(x[k]), 0, 'g', 9)
                                    .arg(expected[iStep * n + k], 0, 'g', 9)));
    }

    /// The same function as in the generator.
    std::vector<float> network(std::span<const float> x, double timestep, const ScheduleSpec& spec) const {
        const bool flow = spec.kind == BetaKind::Flow;
        const double s = std::max(timestep / nTrain_, 0.01);
        const double alpha = flow ? 1 - s : std::exp(-4.975 * s * s - 0.05 * s);
        const double sigma = flow ? s : std::sqrt(1 - alpha * alpha);
        const double var = alpha * alpha * spread_ * spread_ + sigma * sigma;
        const std::size_t n = x.size();
        std::vector<double> w(3);
        for (std::size_t m = 0; m < 3; ++m) {
            double squares = 0;
            for (std::size_t k = 0; k < n; ++k) {
                const double away = static_cast<double>(x[k]) - alpha * means_[m * n + k];
                squares += away * away;
            }
            w[m] = std::log(weights_[m]) - 0.5 * squares / var;
        }
        const double top = *std::max_element(w.begin(), w.end());
        double sum = 0;
        for (double& v : w)
            sum += v = std::exp(v - top);
        std::vector<float> out(n);
        for (std::size_t k = 0; k < n; ++k) {
            double x0 = 0;
            const double xk = static_cast<double>(x[k]);
            for (std::size_t m = 0; m < 3; ++m)
                x0 += w[m] / sum *
                      (means_[m * n + k] + alpha * spread_ * spread_ / var * (xk - alpha * means_[m * n + k]));
            const double eps = (xk - alpha * x0) / sigma;
            switch (spec.prediction) {
            case Prediction::Epsilon:
                out[k] = static_cast<float>(eps);
                break;
            case Prediction::X0:
                out[k] = static_cast<float>(x0);
                break;
            case Prediction::V:
                out[k] = static_cast<float>(alpha * eps - sigma * x0);
                break;
            case Prediction::Flow:
                out[k] = static_cast<float>(eps - x0);
                break;
            }
        }
        return out;
    }

    std::shared_ptr<const SafetensorsFile> file_;
    QJsonArray cases_;
    std::vector<double> weights_, means_;
    double spread_ = 0;
    int nTrain_ = 1000;
};

QTEST_GUILESS_MAIN(TestSolvers)
#include "tst_solvers.moc"
