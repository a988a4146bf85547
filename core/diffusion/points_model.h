// SPDX-License-Identifier: Apache-2.0
#pragma once
// 2-D points as a diffusion model: the same runs, solvers and recordings as pictures, x being [2, 1, N]. The classes
// are the groups of the set (a moon, a letter), with guidance; class number nClass (info.nullClass) and -1 stand for
// none. Thread: any.

#include "core/diffusion/model.h"
#include "core/diffusion/points_mixture.h"
#include "core/diffusion/points_net.h"

#include <memory>

namespace vitral::diffusion {

/// Predicts exactly what a perfect network would: the mean of the target given x_t.
Result<std::shared_ptr<const Denoiser>> exactPointDenoiser(std::shared_ptr<const PointMixture> data,
                                                           const ScheduleSpec& schedule);
/// A trained network, which must have been trained under this schedule.
Result<std::shared_ptr<const Denoiser>> netPointDenoiser(std::shared_ptr<const PointNet> net,
                                                         const ScheduleSpec& schedule);

/// `net` null: the exact one. `backend` runs nothing here; runs ask it for scratch. Errors: InvalidArgument.
Result<DiffusionModelPtr> makePointModel(std::shared_ptr<Backend> backend, std::shared_ptr<const PointMixture> data,
                                         const ScheduleSpec& schedule, std::shared_ptr<const PointNet> net = {});

/// Points of the data as x of a run: [2, 1, n].
[[nodiscard]] Picture pointCloud(const PointMixture& data, std::int32_t n, std::uint64_t seed,
                                 std::vector<std::int32_t>* classIds = nullptr);

} // namespace vitral::diffusion
