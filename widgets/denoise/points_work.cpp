// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/points_work.h"

#include "core/backend/backend.h"

#include <algorithm>
#include <array>

namespace vitral {

using namespace diffusion;

namespace {

constexpr std::array kSolvers = {SolverKind::Ddim,  SolverKind::Euler, SolverKind::Heun,          SolverKind::DpmPp2M,
                                 SolverKind::UniPc, SolverKind::Ddpm,  SolverKind::EulerAncestral};
constexpr std::uint64_t kFreshSeed = 1000; ///< added to the run's: data that no run has seen

} // namespace

std::span<const SolverKind> pointSolvers() {
    return kSolvers;
}

const Picture* cloudAt(const DenoiseRecordingPtr& run, int moment) {
    if (!run || moment < 0)
        return nullptr;
    if (std::size_t(moment) < run->steps.size())
        return run->steps[std::size_t(moment)]->x.get();
    return run->result.get();
}

Result<PointsWorldPtr> PointsWorld::make(std::string_view set) {
    auto world = std::make_shared<PointsWorld>();
    VITRAL_TRY_ASSIGN(PointMixture data, pointSet(set));
    world->data_ = std::make_shared<const PointMixture>(std::move(data));
    VITRAL_TRY_ASSIGN(world->schedule_, NoiseSchedule::make(world->spec_));
    CpuOptions options;
    options.nThread = 1;
    VITRAL_TRY_ASSIGN(world->backend_, makeCpuBackend(options));
    VITRAL_TRY_ASSIGN(world->exact_, makePointModel(world->backend_, world->data_, world->spec_));
    return PointsWorldPtr(std::move(world));
}

Result<DenoiseRecordingPtr> PointsWorld::run(const PointsSetup& setup, const PointNetPtr& net,
                                             const std::stop_token& stop) const {
    DenoiseJob job;
    job.model = exact_;
    if (net) {
        VITRAL_TRY_ASSIGN(job.model, makePointModel(backend_, data_, spec_, net));
    }
    job.settings.solver = setup.solver;
    job.settings.steps = setup.steps;
    job.settings.spacing = StepSpacing::Trailing;
    job.settings.seed = setup.seed;
    job.settings.width = setup.nPoint;
    job.settings.height = 1;
    return denoise(job, stop, {});
}

std::vector<Point2> PointsWorld::scores(const PointNetPtr& net, std::span<const Point2> points,
                                        const StepTime& time) const {
    std::vector<Point2> out;
    out.reserve(points.size());
    if (!net) {
        const NoisyMixture noisy = data_->noisy(time.alpha, time.sigma);
        for (const Point2 p : points)
            out.push_back(noisy.at(p).score);
        return out;
    }
    std::vector<float> x, eps(2 * points.size());
    for (const Point2 p : points) {
        x.push_back(float(p.x));
        x.push_back(float(p.y));
    }
    const std::vector<float> u(points.size(), float(time.timestep / spec_.nTrain));
    PointNetScratch scratch;
    net->evaluate(x, u, {}, eps, scratch);
    for (std::size_t i = 0; i < points.size(); ++i)
        out.push_back({-double(eps[2 * i]) / time.sigma, -double(eps[2 * i + 1]) / time.sigma});
    return out;
}

Result<Picture> PointsWorld::exactEnd(const std::vector<StepTime>& times, const Picture& x,
                                      const std::stop_token& stop) const {
    const std::lock_guard lock(mutex_);
    if (end_ && end_->first.alpha == times.front().alpha && end_->first.sigma == times.front().sigma &&
        end_->begin.values == x.values)
        return end_->end;
    ExactPathOptions options;
    options.stop = stop;
    const StepTime ends[] = {times.front(), times.back()};
    VITRAL_TRY_ASSIGN(std::vector<Picture> path, exactPaths(*data_, *schedule_, ends, x, options));
    end_ = End{times.front(), x, std::move(path.back())};
    return end_->end;
}

Result<PointsError> PointsWorld::measure(const PointsSetup& setup, const PointNetPtr& net,
                                         const std::stop_token& stop) const {
    PointsError out;
    DenoiseJob job;
    job.model = exact_;
    VITRAL_TRY_ASSIGN(const DenoiseRecordingPtr done, run(setup, net, stop));
    job.settings = done->settings;
    VITRAL_TRY_ASSIGN(const DenoisePlan plan, planDenoise(job));
    out.evaluations = plan.evaluations;
    if (!done->result || done->steps.empty() || !done->steps.front()->x)
        return fail(ErrorCode::InvalidArgument, "The run has no end.");
    out.energy = energyDistance(*done->result, pointCloud(*data_, setup.nPoint, setup.seed + kFreshSeed));
    if (!drawsNoise(setup.solver)) {
        VITRAL_TRY_ASSIGN(const Picture end, exactEnd(done->times, *done->steps.front()->x, stop));
        out.error = cloudDistance(end, *done->result);
    }
    return out;
}

} // namespace vitral
