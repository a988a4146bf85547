// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the page "Points" computes, as values: runs of a named mixture of 2-D Gaussians with its exact score or a small
// trained network, the score of both anywhere, and how far a solver ends from the exact answer. The noise schedule is
// the linear one of 1,000 timesteps, the network predicts the noise. Thread: any, const.

#include "core/diffusion/denoise.h"
#include "core/diffusion/points_error.h"
#include "core/diffusion/points_model.h"

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

namespace vitral {

using PointNetPtr = std::shared_ptr<const diffusion::PointNet>;

struct PointsSetup {
    diffusion::SolverKind solver = diffusion::SolverKind::Ddim;
    std::int32_t steps = 20, nPoint = 400;
    std::uint64_t seed = 1;
};

/// Of one solver at one number of steps.
struct PointsError {
    std::int64_t evaluations = 0;
    double error = -1;  ///< root mean square distance to where the exact path ends; -1: a random solver has none
    double energy = -1; ///< energy distance to fresh data
};

/// Those the page offers, deterministic ones first.
[[nodiscard]] std::span<const diffusion::SolverKind> pointSolvers();

/// x of a run at a moment (0: the noise; the last one: the end); null: not there.
[[nodiscard]] const diffusion::Picture* cloudAt(const diffusion::DenoiseRecordingPtr& run, int moment);

class PointsWorld {
public:
    /// Errors: those of pointSet().
    static Result<std::shared_ptr<const PointsWorld>> make(std::string_view set);

    [[nodiscard]] const diffusion::PointMixture& data() const { return *data_; }
    [[nodiscard]] const diffusion::NoiseSchedule& schedule() const { return *schedule_; }
    /// `net` null: the exact score. Errors: those of denoise().
    Result<diffusion::DenoiseRecordingPtr> run(const PointsSetup& setup, const PointNetPtr& net,
                                               const std::stop_token& stop) const;
    /// The score of x_t at every point; `net` null: the exact one. Needs sigma > 0.
    [[nodiscard]] std::vector<diffusion::Point2>
    scores(const PointNetPtr& net, std::span<const diffusion::Point2> points, const diffusion::StepTime& time) const;
    /// Runs, and measures. Errors: those of denoise().
    Result<PointsError> measure(const PointsSetup& setup, const PointNetPtr& net, const std::stop_token& stop) const;

private:
    Result<diffusion::Picture> exactEnd(const std::vector<diffusion::StepTime>& times, const diffusion::Picture& x,
                                        const std::stop_token& stop) const;

    std::shared_ptr<const diffusion::PointMixture> data_;
    diffusion::ScheduleSpec spec_;
    std::optional<diffusion::NoiseSchedule> schedule_;
    std::shared_ptr<Backend> backend_;
    diffusion::DiffusionModelPtr exact_;
    mutable std::mutex mutex_;
    struct End {
        diffusion::StepTime first;
        diffusion::Picture begin, end;
    };
    mutable std::optional<End> end_; ///< guarded by mutex_: most runs begin at the same place
};
using PointsWorldPtr = std::shared_ptr<const PointsWorld>;

} // namespace vitral
