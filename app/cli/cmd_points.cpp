// SPDX-License-Identifier: Apache-2.0
// vitral-cli points: solvers on 2-D points whose exact answer is known, with the exact score or a network trained here.

#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/cli/language.h"
#include "app/cli/token_json.h"
#include "core/diffusion/denoise.h"
#include "core/diffusion/points_error.h"
#include "core/diffusion/points_model.h"
#include "core/diffusion/points_train.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <iterator>

namespace vitral::cli {

namespace {

using namespace diffusion;

struct PointsOptions {
    std::string set = "moons", schedule = "linear", prediction, spacing = "trailing";
    std::vector<std::string> solvers;
    std::vector<std::int32_t> steps{5, 10, 20, 50};
    std::int32_t nPoint = 500, classId = -1;
    std::uint64_t seed = 1;
    double guidance = 1;
    bool train = false, json = false;
    PointNetShape shape;
    PointTraining training;
};

struct Row {
    SolverKind solver;
    std::int32_t steps = 0;
    std::int64_t evaluations = 0;
    double exactError = -1, exactEnergy = 0; ///< of the exact score; error -1: a random solver has none
    double netError = -1, netEnergy = 0;     ///< of the trained network
};

Result<ScheduleSpec> specOf(const PointsOptions& o) {
    ScheduleSpec spec;
    constexpr std::pair<std::string_view, BetaKind> kKinds[] = {{"linear", BetaKind::Linear},
                                                                {"scaled-linear", BetaKind::ScaledLinear},
                                                                {"cosine", BetaKind::Cosine},
                                                                {"flow", BetaKind::Flow}};
    const auto* kind =
        std::find_if(std::begin(kKinds), std::end(kKinds), [&](const auto& k) { return k.first == o.schedule; });
    if (kind == std::end(kKinds))
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("--schedule is linear, scaled-linear, cosine or flow, not \"{}\".", o.schedule));
    spec.kind = kind->second;
    if (spec.kind == BetaKind::ScaledLinear) {
        spec.betaStart = 0.00085;
        spec.betaEnd = 0.012;
    }
    spec.prediction = spec.kind == BetaKind::Flow ? Prediction::Flow : Prediction::Epsilon;
    if (!o.prediction.empty()) {
        const Prediction all[] = {Prediction::Epsilon, Prediction::V, Prediction::X0, Prediction::Flow};
        const auto* found = std::find_if(std::begin(all), std::end(all),
                                         [&](Prediction p) { return predictionName(p) == o.prediction; });
        if (found == std::end(all))
            return fail(ErrorCode::InvalidArgument, fmt::format("There is no prediction \"{}\".", o.prediction));
        spec.prediction = *found;
    }
    return spec;
}

class PointsCommand {
public:
    PointsCommand(const PointsOptions& options, const CommonOptions& common) : o_(options), common_(common) {}

    Result<std::string> run() {
        // Signals go to this thread: the watch is there before the backend's threads.
        InterruptWatch interrupt;
        VITRAL_TRY_ASSIGN(PointMixture set, pointSet(o_.set));
        data_ = std::make_shared<const PointMixture>(std::move(set));
        VITRAL_TRY_ASSIGN(spec_, specOf(o_));
        VITRAL_TRY_ASSIGN(NoiseSchedule schedule, NoiseSchedule::make(spec_));
        schedule_ = std::move(schedule);
        VITRAL_TRY_ASSIGN(backend_, makeCpuBackend(common_.cpuOptions()));
        ThreadPool pool(common_.nThread);
        interrupt.onInterrupt([this] { stop_.request_stop(); });
        interrupt.allowHere();
        VITRAL_TRY_ASSIGN(exact_, makePointModel(backend_, data_, spec_));
        if (o_.train) {
            VITRAL_TRY(train(pool));
        }
        fresh_ = pointCloud(*data_, o_.nPoint, o_.seed + 1000);
        VITRAL_TRY_ASSIGN(const std::vector<SolverKind> solvers, chosenSolvers());
        std::vector<Row> rows;
        for (const SolverKind solver : solvers)
            for (const std::int32_t steps : o_.steps) {
                VITRAL_TRY_ASSIGN(const Row row, measure(solver, steps));
                rows.push_back(row);
            }
        const double floor = energyDistance(fresh_, pointCloud(*data_, o_.nPoint, o_.seed + 2000));
        return o_.json ? json(rows, floor) : table(rows, floor);
    }

private:
    Result<std::vector<SolverKind>> chosenSolvers() const {
        std::vector<SolverKind> list;
        for (const std::string& name : o_.solvers) {
            VITRAL_TRY_ASSIGN(const SolverKind kind, solverFromName(name));
            list.push_back(kind);
        }
        if (list.empty() && spec_.kind == BetaKind::Flow)
            list = {SolverKind::FlowEuler};
        else if (list.empty())
            list = {SolverKind::Ddim, SolverKind::DpmPp2M, SolverKind::UniPc, SolverKind::Ddpm};
        return list;
    }

    Result<void> train(ThreadPool& pool) {
        PointNetShape shape = o_.shape;
        shape.nClass = static_cast<std::int32_t>(data_->classNames().size());
        PointTraining training = o_.training;
        training.seed = o_.seed;
        training.reportEvery = std::max(1, training.nStep / 20);
        const auto begin = std::chrono::steady_clock::now();
        const auto told = [&](const PointProgress& p) {
            loss_ = p.loss;
            if (errorIsTerminal())
                sayRaw(fmt::format("\r{} {} / {}  {} {:.4f} ", tr("step", "passo"), p.step, training.nStep,
                                   tr("loss", "perda"), p.loss));
            return true;
        };
        auto net = trainPointNet(*data_, schedule_.value(), shape, training, &pool, stop_.get_token(), told);
        if (errorIsTerminal())
            sayRaw("\n");
        if (!net)
            return fail(net.error().code,
                        net.error().code == ErrorCode::Cancelled ? "The training was stopped." : net.error().message);
        trainSeconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        nParameter_ = (*net)->parameters().size();
        VITRAL_TRY_ASSIGN(trained_, makePointModel(backend_, data_, spec_, *net));
        return {};
    }

    /// Where the exact path ends; most runs begin at the same place.
    Result<Picture> exactEnd(const std::vector<StepTime>& times, const Picture& x) {
        if (end_ && first_.alpha == times.front().alpha && first_.sigma == times.front().sigma &&
            begin_.values == x.values)
            return *end_;
        ExactPathOptions options;
        options.classId = o_.classId;
        options.guidance = o_.guidance;
        options.stop = stop_.get_token();
        const StepTime ends[] = {times.front(), times.back()};
        VITRAL_TRY_ASSIGN(std::vector<Picture> path, exactPaths(*data_, schedule_.value(), ends, x, options));
        first_ = times.front();
        begin_ = x;
        end_ = std::move(path.back());
        return *end_;
    }

    Result<Row> measure(SolverKind solver, std::int32_t steps) {
        Row row;
        row.solver = solver;
        row.steps = steps;
        DenoiseJob job;
        job.settings.solver = solver;
        job.settings.steps = steps;
        job.settings.seed = o_.seed;
        job.settings.width = o_.nPoint;
        job.settings.height = 1;
        job.settings.classId = o_.classId;
        job.settings.guidance = o_.guidance;
        VITRAL_TRY_ASSIGN(job.settings.spacing, spacingFromName(o_.spacing));
        for (const bool net : {false, true}) {
            if (net && !trained_)
                continue;
            job.model = net ? trained_ : exact_;
            VITRAL_TRY_ASSIGN(const DenoisePlan plan, planDenoise(job));
            row.evaluations = plan.evaluations;
            VITRAL_TRY_ASSIGN(const DenoiseRecordingPtr run, denoise(job, stop_.get_token(), {}));
            (net ? row.netEnergy : row.exactEnergy) = energyDistance(*run->result, fresh_);
            if (drawsNoise(solver) || run->steps.empty() || !run->steps.front()->x)
                continue;
            VITRAL_TRY_ASSIGN(const Picture end, exactEnd(run->times, *run->steps.front()->x));
            (net ? row.netError : row.exactError) = cloudDistance(end, *run->result);
        }
        return row;
    }

    std::string table(const std::vector<Row>& rows, double floor) const {
        fmt::memory_buffer out;
        const auto to = std::back_inserter(out);
        if (trained_)
            fmt::format_to(to, "network: {} parameters, {} steps of {} points in {:.1f} s, loss {:.4f}\n", nParameter_,
                           o_.training.nStep, o_.training.batch, trainSeconds_, loss_);
        fmt::format_to(to, "{:<18} {:>5} {:>6}  {:>10} {:>8}", "solver", "steps", "evals", "error", "energy");
        if (trained_)
            fmt::format_to(to, "  {:>10} {:>8}", "net error", "energy");
        fmt::format_to(to, "\n");
        const auto error = [](double e) { return e < 0 ? std::string("-") : fmt::format("{:.5f}", e); };
        for (const Row& r : rows) {
            fmt::format_to(to, "{:<18} {:>5} {:>6}  {:>10} {:>8.4f}", solverName(r.solver), r.steps, r.evaluations,
                           error(r.exactError), r.exactEnergy);
            if (trained_)
                fmt::format_to(to, "  {:>10} {:>8.4f}", error(r.netError), r.netEnergy);
            fmt::format_to(to, "\n");
        }
        fmt::format_to(
            to,
            "error: root mean square distance to where the exact path ends; energy: distance to fresh data, {:.4f} "
            "between two draws of it\n",
            floor);
        return fmt::to_string(out);
    }

    std::string json(const std::vector<Row>& rows, double floor) const {
        Json out;
        out["set"] = o_.set;
        out["schedule"] = o_.schedule;
        out["prediction"] = predictionName(spec_.prediction);
        out["points"] = o_.nPoint;
        out["seed"] = o_.seed;
        out["class"] = o_.classId;
        out["guidance"] = o_.guidance;
        out["energy_between_two_draws"] = floor;
        if (trained_)
            out["network"] = {{"parameters", nParameter_},
                              {"steps", o_.training.nStep},
                              {"batch", o_.training.batch},
                              {"seconds", trainSeconds_},
                              {"loss", loss_}};
        out["runs"] = Json::array();
        const auto number = [](double e) { return e < 0 ? Json(nullptr) : Json(e); };
        for (const Row& r : rows) {
            Json object{{"solver", solverName(r.solver)},
                        {"steps", r.steps},
                        {"evaluations", r.evaluations},
                        {"error", number(r.exactError)},
                        {"energy", r.exactEnergy}};
            if (trained_) {
                object["net_error"] = number(r.netError);
                object["net_energy"] = r.netEnergy;
            }
            out["runs"].push_back(std::move(object));
        }
        return dumpJson(out) + "\n";
    }

    const PointsOptions& o_;
    const CommonOptions& common_;
    std::stop_source stop_;
    std::shared_ptr<const PointMixture> data_;
    ScheduleSpec spec_;
    std::optional<NoiseSchedule> schedule_;
    std::shared_ptr<Backend> backend_;
    DiffusionModelPtr exact_, trained_;
    Picture fresh_, begin_;
    StepTime first_;
    std::optional<Picture> end_;
    double loss_ = 0, trainSeconds_ = 0;
    std::size_t nParameter_ = 0;
};

} // namespace

void addPointsCommand(CLI::App& app, CommonOptions& common) {
    auto options = std::make_shared<PointsOptions>();
    CLI::App* command = app.add_subcommand("points", "Solvers on 2-D points, against the exact answer");
    command->add_option("SET", options->set, fmt::format("{}", fmt::join(pointSetNames(), ", ")))
        ->capture_default_str();
    command->add_option("--schedule", options->schedule, "linear, scaled-linear, cosine or flow")
        ->capture_default_str();
    command->add_option("--prediction", options->prediction, "what is predicted; the schedule's own where not given");
    command->add_option("--solver", options->solvers, "solvers, separated by commas")->delimiter(',');
    command->add_option("--spacing", options->spacing, "of the steps")->capture_default_str();
    command->add_option("--steps", options->steps, "numbers of steps, separated by commas")
        ->delimiter(',')
        ->capture_default_str();
    command->add_option("--points", options->nPoint, "how many points")
        ->check(CLI::Range(2, 20000))
        ->capture_default_str();
    command->add_option("--class", options->classId, "a group of the set, from 0")->capture_default_str();
    command->add_option("--guidance", options->guidance, "classifier-free guidance towards --class")
        ->capture_default_str();
    command->add_option("--seed", options->seed)->capture_default_str();
    command->add_flag("--train", options->train, "train a network too, and compare it");
    command->add_option("--train-steps", options->training.nStep)->capture_default_str();
    command->add_option("--batch", options->training.batch)->capture_default_str();
    command->add_option("--width", options->shape.width, "of the network's hidden layers")->capture_default_str();
    command->add_option("--layers", options->shape.nHidden, "hidden layers")->capture_default_str();
    command->add_flag("--json", options->json);
    command->callback([options, &common] {
        common.action = [options, &common]() -> Result<void> {
            VITRAL_TRY_ASSIGN(const std::string answer, PointsCommand(*options, common).run());
            return writeAnswer(answer);
        };
    });
}

} // namespace vitral::cli
