// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/points_model.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral::diffusion {

namespace {

constexpr std::int32_t kDefaultPoints = 1000;
constexpr std::int64_t kAtATime = 256; ///< points between two looks at the stop token

/// What both denoisers share: the shape checks, and the way through the points.
class PointDenoiser : public Denoiser {
public:
    explicit PointDenoiser(NoiseSchedule schedule) : schedule_(std::move(schedule)) {
        info_.inChannels = info_.outChannels = 2;
        info_.defaultHeight = 1;
        info_.defaultWidth = kDefaultPoints;
    }
    [[nodiscard]] const NetworkInfo& info() const override { return info_; }
    Result<void> predict(NetworkContext& context, const NetworkInput& input, std::span<float> out) const override {
        const std::int64_t n = static_cast<std::int64_t>(input.height) * input.width;
        const auto values = static_cast<std::size_t>(input.nImage) * 2 * static_cast<std::size_t>(n);
        if (input.nImage < 1 || n < 1 || input.x.size() != values || out.size() != values)
            return fail(ErrorCode::InvalidArgument, "A cloud of points has two channels, x and y.");
        for (std::int32_t i = 0; i < input.nImage; ++i) {
            const auto image = static_cast<std::size_t>(i);
            const float* x = input.x.data() + image * 2 * static_cast<std::size_t>(n);
            float* to = out.data() + image * 2 * static_cast<std::size_t>(n);
            const Conditioning* c = image < input.conditioning.size() ? input.conditioning[image] : nullptr;
            const std::int32_t classId = c != nullptr ? c->classId : -1;
            for (std::int64_t begin = 0; begin < n; begin += kAtATime) {
                if (context.stop.stop_requested())
                    return fail(ErrorCode::Cancelled, "");
                some({x + begin, x + n + begin, to + begin, to + n + begin, std::min(kAtATime, n - begin)},
                     input.timestep, classId);
            }
        }
        return {};
    }
    [[nodiscard]] std::size_t scratchBytes(std::int32_t, std::int32_t, std::int32_t) const override { return 0; }

protected:
    struct Some {
        const float *x, *y;
        float *outX, *outY;
        std::int64_t n;
    };
    virtual void some(const Some& points, double timestep, std::int32_t classId) const = 0;

    NoiseSchedule schedule_;
    NetworkInfo info_;
};

class ExactDenoiser final : public PointDenoiser {
public:
    ExactDenoiser(std::shared_ptr<const PointMixture> data, NoiseSchedule schedule)
        : PointDenoiser(std::move(schedule)), data_(std::move(data)) {
        info_.kind = "exact";
    }

private:
    void some(const Some& p, double timestep, std::int32_t classId) const override {
        const double a = schedule_.alpha(timestep);
        const double s = schedule_.sigma(timestep);
        const NoisyMixture noisy = data_->noisy(a, s, classId);
        for (std::int64_t i = 0; i < p.n; ++i) {
            const PointTruth truth = noisy.at({static_cast<double>(p.x[i]), static_cast<double>(p.y[i])});
            Point2 out = truth.eps;
            switch (schedule_.spec().prediction) {
            case Prediction::Epsilon:
                break;
            case Prediction::V:
                out = {a * truth.eps.x - s * truth.x0.x, a * truth.eps.y - s * truth.x0.y};
                break;
            case Prediction::X0:
                out = truth.x0;
                break;
            case Prediction::Flow:
                out = {truth.eps.x - truth.x0.x, truth.eps.y - truth.x0.y};
                break;
            }
            p.outX[i] = static_cast<float>(out.x);
            p.outY[i] = static_cast<float>(out.y);
        }
    }
    std::shared_ptr<const PointMixture> data_;
};

class NetDenoiser final : public PointDenoiser {
public:
    NetDenoiser(std::shared_ptr<const PointNet> net, NoiseSchedule schedule)
        : PointDenoiser(std::move(schedule)), net_(std::move(net)) {
        info_.kind = "MLP";
        info_.nParameter = static_cast<std::int64_t>(net_->parameters().size());
    }

private:
    void some(const Some& p, double timestep, std::int32_t classId) const override {
        thread_local PointNetScratch scratch;
        std::array<float, 2 * kAtATime> x, out;
        std::array<float, kAtATime> u;
        std::array<std::int32_t, kAtATime> c;
        const auto n = static_cast<std::size_t>(p.n);
        for (std::size_t i = 0; i < n; ++i) {
            x[2 * i] = p.x[i];
            x[2 * i + 1] = p.y[i];
        }
        u.fill(static_cast<float>(timestep / schedule_.spec().nTrain));
        c.fill(classId);
        net_->evaluate(std::span(x).first(2 * n), std::span(u).first(n), std::span(c).first(n), out, scratch);
        for (std::size_t i = 0; i < n; ++i) {
            p.outX[i] = out[2 * i];
            p.outY[i] = out[2 * i + 1];
        }
    }
    std::shared_ptr<const PointNet> net_;
};

} // namespace

Result<std::shared_ptr<const Denoiser>> exactPointDenoiser(std::shared_ptr<const PointMixture> data,
                                                           const ScheduleSpec& schedule) {
    VITRAL_TRY_ASSIGN(NoiseSchedule made, NoiseSchedule::make(schedule));
    return std::make_shared<const ExactDenoiser>(std::move(data), std::move(made));
}

Result<std::shared_ptr<const Denoiser>> netPointDenoiser(std::shared_ptr<const PointNet> net,
                                                         const ScheduleSpec& schedule) {
    VITRAL_TRY_ASSIGN(NoiseSchedule made, NoiseSchedule::make(schedule));
    return std::make_shared<const NetDenoiser>(std::move(net), std::move(made));
}

Result<DiffusionModelPtr> makePointModel(std::shared_ptr<Backend> backend, std::shared_ptr<const PointMixture> data,
                                         const ScheduleSpec& schedule, std::shared_ptr<const PointNet> net) {
    auto model = std::make_shared<DiffusionModel>();
    const auto nClass = static_cast<std::int32_t>(data->classNames().size());
    if (net && net->shape().nClass != 0 && net->shape().nClass != nClass)
        return fail(ErrorCode::InvalidArgument, fmt::format("The network knows {} classes, the set of points has {}.",
                                                            net->shape().nClass, nClass));
    model->info.name = data->name();
    model->info.architecture = net ? "2-D points, trained network" : "2-D points, exact score";
    model->info.weightTypes = net ? "F32" : "none";
    if (net)
        model->info.weightBytes = model->info.residentBytes = net->parameters().size_bytes();
    if (!net || net->shape().nClass > 0) {
        model->info.classNames = data->classNames();
        model->info.nullClass = nClass;
    }
    model->info.defaultGuidance = 1;
    model->info.defaultSteps = 20;
    model->info.defaultSolver = schedule.kind == BetaKind::Flow ? SolverKind::FlowEuler : SolverKind::DpmPp2M;
    model->schedule = schedule;
    model->backend = std::move(backend);
    if (net) {
        VITRAL_TRY_ASSIGN(model->denoiser, netPointDenoiser(std::move(net), schedule));
    } else {
        VITRAL_TRY_ASSIGN(model->denoiser, exactPointDenoiser(std::move(data), schedule));
    }
    return DiffusionModelPtr(std::move(model));
}

Picture pointCloud(const PointMixture& data, std::int32_t n, std::uint64_t seed, std::vector<std::int32_t>* classIds) {
    Picture cloud(2, 1, n);
    Rng rng(seed);
    if (classIds != nullptr)
        classIds->assign(static_cast<std::size_t>(n), 0);
    for (std::int32_t i = 0; i < n; ++i) {
        std::int32_t classId = 0;
        const Point2 p = data.draw(rng, &classId);
        cloud.values[static_cast<std::size_t>(i)] = static_cast<float>(p.x);
        cloud.values[static_cast<std::size_t>(n) + static_cast<std::size_t>(i)] = static_cast<float>(p.y);
        if (classIds != nullptr)
            (*classIds)[static_cast<std::size_t>(i)] = classId;
    }
    return cloud;
}

} // namespace vitral::diffusion
