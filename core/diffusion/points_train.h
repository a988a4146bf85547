// SPDX-License-Identifier: Apache-2.0
#pragma once
// Training of the 2-D network, live: on a processor core it takes seconds. Every step draws fresh points, times and
// noise from its seed; a batch is cut into eight parts whose gradients are added in order, so the result does not
// depend on the number of threads. Thread: any, one training at a time per pool.

#include "core/base/thread_pool.h"
#include "core/diffusion/points_mixture.h"
#include "core/diffusion/points_net.h"
#include "core/diffusion/schedule.h"

#include <functional>
#include <memory>
#include <stop_token>

namespace vitral::diffusion {

struct PointTraining {
    std::uint64_t seed = 1;
    std::int32_t nStep = 2000;     ///< 1..1,000,000
    std::int32_t batch = 512;      ///< 8..65,536 points a step
    double rate = 3e-3;            ///< of Adam; falls as a cosine to a fiftieth
    double mean = 0.995;           ///< the running mean of the weights is what comes out; 0: the weights themselves
    double classDropout = 0.15;    ///< part of the points whose class is not told, for guidance
    std::int32_t reportEvery = 25; ///< steps
};

struct PointProgress {
    std::int32_t step = 0;               ///< of nStep
    double loss = 0;                     ///< mean squared error since the last report
    std::shared_ptr<const PointNet> net; ///< as it is now (the running mean)
};

/// Predicts what `schedule` says (noise, v, clean point, velocity) from points of `data`. `pool` may be null. Returning
/// false from `progress` ends the training early with what there is. Errors: InvalidArgument, Cancelled (within one
/// step).
Result<std::shared_ptr<const PointNet>> trainPointNet(const PointMixture& data, const NoiseSchedule& schedule,
                                                      const PointNetShape& shape, const PointTraining& training,
                                                      ThreadPool* pool, const std::stop_token& stop,
                                                      const std::function<bool(const PointProgress&)>& progress = {});

} // namespace vitral::diffusion
