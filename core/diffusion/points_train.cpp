// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/points_train.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numbers>

namespace vitral::diffusion {

namespace {

constexpr std::size_t kParts = 8; ///< of a batch

/// One part of a batch: its points, and what they leave.
struct Part {
    std::vector<float> x, u, target, out, gradient;
    std::vector<std::int32_t> classId;
    PointNetScratch scratch;
    double loss = 0; ///< sum of squared errors
};

class Trainer {
public:
    Trainer(const PointMixture& data, const NoiseSchedule& schedule, PointNet net, const PointTraining& training)
        : data_(data), schedule_(schedule), training_(training), net_(std::move(net)), mean_(net_),
          adam_(net_.parameters().size()), gradient_(net_.parameters().size()) {
        const auto batch = static_cast<std::size_t>(training.batch);
        for (std::size_t p = 0; p < kParts; ++p) {
            const std::size_t n = batch * (p + 1) / kParts - batch * p / kParts;
            parts_[p].x.resize(2 * n);
            parts_[p].u.resize(n);
            parts_[p].target.resize(2 * n);
            parts_[p].out.resize(2 * n);
            parts_[p].classId.resize(n);
            parts_[p].gradient.resize(gradient_.size());
        }
    }

    /// Mean squared error of this batch.
    double step(std::int32_t iStep, ThreadPool* pool) {
        const auto work = [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t p = begin; p < end; ++p)
                oneBatchPart(static_cast<std::size_t>(p), iStep);
        };
        if (pool != nullptr)
            pool->parallelFor(static_cast<std::int64_t>(kParts), 1, work);
        else
            work(0, static_cast<std::int64_t>(kParts));
        double loss = 0;
        std::fill(gradient_.begin(), gradient_.end(), 0.0F);
        for (const Part& part : parts_) {
            loss += part.loss;
            for (std::size_t i = 0; i < gradient_.size(); ++i)
                gradient_[i] += part.gradient[i];
        }
        const double done = static_cast<double>(iStep) / training_.nStep;
        const double fall = 0.02 + 0.98 * 0.5 * (1 + std::cos(std::numbers::pi * done));
        const double warm = std::min(1.0, (iStep + 1) / 20.0);
        adam_.step(net_.parameters(), gradient_, training_.rate * fall * warm);
        const auto keep = static_cast<float>(std::min(training_.mean, (iStep + 1.0) / (iStep + 10.0)));
        const auto now = net_.parameters();
        const auto mean = mean_.parameters();
        for (std::size_t i = 0; i < now.size(); ++i)
            mean[i] = training_.mean > 0 ? keep * mean[i] + (1 - keep) * now[i] : now[i];
        return loss / (2.0 * training_.batch);
    }
    [[nodiscard]] std::shared_ptr<const PointNet> result() const { return std::make_shared<const PointNet>(mean_); }

private:
    void oneBatchPart(std::size_t p, std::int32_t iStep) {
        Part& part = parts_[p];
        Rng rng(training_.seed * 0x9e3779b97f4a7c15ULL + static_cast<std::uint64_t>(iStep) * kParts + p + 1);
        const double nTrain = schedule_.spec().nTrain;
        const std::size_t n = part.u.size();
        for (std::size_t i = 0; i < n; ++i) {
            std::int32_t classId = -1;
            const Point2 x0 = data_.draw(rng, &classId);
            const Point2 eps = normalPair(rng);
            // spread evenly over the part
            const double timestep = (static_cast<double>(i) + rng.uniform()) / static_cast<double>(n) * (nTrain - 1);
            const double a = schedule_.alpha(timestep);
            const double s = schedule_.sigma(timestep);
            const bool told = rng.uniform() >= training_.classDropout;
            part.classId[i] = told ? classId : -1;
            part.u[i] = static_cast<float>(timestep / nTrain);
            part.x[2 * i] = static_cast<float>(a * x0.x + s * eps.x);
            part.x[2 * i + 1] = static_cast<float>(a * x0.y + s * eps.y);
            const Point2 want = target(x0, eps, a, s);
            part.target[2 * i] = static_cast<float>(want.x);
            part.target[2 * i + 1] = static_cast<float>(want.y);
        }
        net_.evaluate(part.x, part.u, part.classId, part.out, part.scratch);
        part.loss = 0;
        const auto scale = 1.0F / static_cast<float>(training_.batch);
        for (std::size_t i = 0; i < 2 * n; ++i) {
            const float d = part.out[i] - part.target[i];
            part.loss += static_cast<double>(d) * static_cast<double>(d);
            part.out[i] = d * scale; // of the mean over the batch and two axes: 2 d / (2 B)
        }
        std::fill(part.gradient.begin(), part.gradient.end(), 0.0F);
        net_.backward(part.out, part.gradient, part.scratch);
    }
    [[nodiscard]] Point2 target(Point2 x0, Point2 eps, double a, double s) const {
        switch (schedule_.spec().prediction) {
        case Prediction::Epsilon:
            return eps;
        case Prediction::V:
            return {a * eps.x - s * x0.x, a * eps.y - s * x0.y};
        case Prediction::X0:
            return x0;
        case Prediction::Flow:
            return {eps.x - x0.x, eps.y - x0.y};
        }
        return eps;
    }

    const PointMixture& data_;
    const NoiseSchedule& schedule_;
    const PointTraining& training_;
    PointNet net_, mean_;
    PointAdam adam_;
    std::vector<float> gradient_;
    Part parts_[kParts];
};

Result<void> checkTraining(const PointTraining& t) {
    if (t.nStep < 1 || t.nStep > 1'000'000)
        return fail(ErrorCode::InvalidArgument, fmt::format("Training takes 1 to 1,000,000 steps, not {}.", t.nStep));
    if (t.batch < 8 || t.batch > 65'536)
        return fail(ErrorCode::InvalidArgument, fmt::format("A batch has 8 to 65,536 points, not {}.", t.batch));
    if (!(t.rate > 0 && t.rate <= 1))
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("The learning rate must be above 0 and at most 1, not {}.", t.rate));
    if (!(t.mean >= 0 && t.mean < 1) || !(t.classDropout >= 0 && t.classDropout <= 1))
        return fail(ErrorCode::InvalidArgument, "The running mean and the class dropout lie between 0 and 1.");
    return {};
}

} // namespace

Result<std::shared_ptr<const PointNet>> trainPointNet(const PointMixture& data, const NoiseSchedule& schedule,
                                                      const PointNetShape& shape, const PointTraining& training,
                                                      ThreadPool* pool, const std::stop_token& stop,
                                                      const std::function<bool(const PointProgress&)>& progress) {
    VITRAL_TRY(checkTraining(training));
    VITRAL_TRY_ASSIGN(PointNet net, PointNet::make(shape, training.seed));
    Trainer trainer(data, schedule, std::move(net), training);
    double sum = 0;
    std::int32_t n = 0;
    for (std::int32_t i = 0; i < training.nStep; ++i) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "");
        sum += trainer.step(i, pool);
        ++n;
        const bool last = i + 1 == training.nStep;
        if (progress && (last || (i + 1) % std::max(1, training.reportEvery) == 0)) {
            if (!progress({i + 1, sum / n, trainer.result()}))
                break;
            sum = 0;
            n = 0;
        }
    }
    return trainer.result();
}

} // namespace vitral::diffusion
