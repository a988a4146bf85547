// SPDX-License-Identifier: Apache-2.0
#include "app/cli/bench_denoise.h"

#include "app/cli/bench_figures.h"
#include "app/cli/interrupt.h"
#include "core/base/rng.h"
#include "core/diffusion/denoise.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <thread>

namespace vitral::cli {

namespace {

using namespace diffusion;
using Clock = std::chrono::steady_clock;

enum Kind { kPlain, kAgain, kRecorded, kPreviewed, kKinds };
constexpr const char* kNames[kKinds] = {"nothing recorded", "the same again", "all steps recorded",
                                        "and a preview (projection)"};

struct Samples {
    std::vector<double> wall, processor;           ///< seconds of a whole run
    std::vector<double> recordShare, previewShare; ///< timed inside each step, of the step
};

} // namespace

Result<void> benchDenoise(const DenoiseBenchOptions& o, const CommonOptions& common) {
    std::stop_source stop;
    InterruptWatch interrupts;
    interrupts.onInterrupt([&] { stop.request_stop(); });
    interrupts.allowHere();
    VITRAL_TRY_ASSIGN(const std::shared_ptr<Backend> backend, makeCpuBackend(common.cpuOptions()));
    DiffusionLoadOptions load;
    load.backend = backend;
    load.stop = stop.get_token();
    DenoiseJob job;
    VITRAL_TRY_ASSIGN(job.model, loadDiffusionModel(o.model, load));
    const DiffusionInfo& info = job.model->info;
    DenoiseSettings& s = job.settings;
    s.prompt = job.model->textEncoder ? "a red heart" : "";
    s.classId = info.classNames.empty() ? -1 : 0;
    s.guidance = info.defaultGuidance;
    s.solver = info.defaultSolver;
    s.steps = o.steps;
    s.width = o.width;
    s.height = o.height;

    Samples samples[kKinds];
    for (int round = -1; round < o.nRun; ++round) // the first warms up
        for (int kind = 0; kind < kKinds; ++kind) {
            job.request.steps = kind >= kRecorded;
            job.request.preview = kind == kPreviewed ? PreviewKind::Projection : PreviewKind::None;
            const double processor = processorSeconds();
            const auto start = Clock::now();
            VITRAL_TRY_ASSIGN(const DenoiseRecordingPtr run, denoise(job, stop.get_token(), {}));
            if (round < 0)
                continue;
            Samples& own = samples[kind];
            own.wall.push_back(secondsSince(start));
            own.processor.push_back(processorSeconds() - processor);
            double whole = 0, record = 0, preview = 0;
            for (const DenoiseStepPtr& step : run->steps) {
                whole += step->seconds;
                record += step->recordSeconds;
                preview += step->previewSeconds;
            }
            if (whole > 0) {
                own.recordShare.push_back(record / whole);
                own.previewShare.push_back(preview / whole);
            }
        }

    // From the stop being asked for to the end of denoise(), at a moment anywhere in the run.
    std::vector<double> cancel;
    Rng rng(1);
    const double usual = median(samples[kPlain].wall);
    for (int i = 0; i < o.nCancel; ++i) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "Interrupted.");
        std::stop_source own;
        Clock::time_point asked{};
        std::jthread asker([&, wait = rng.uniform() * usual * 0.9] {
            std::this_thread::sleep_for(std::chrono::duration<double>(wait));
            asked = Clock::now();
            own.request_stop();
        });
        const auto done = denoise(job, own.get_token(), {});
        const auto end = Clock::now();
        asker.join();
        if (!done && done.error().code == ErrorCode::Cancelled)
            cancel.push_back(std::chrono::duration<double>(end - asked).count());
        else if (!done)
            return tl::unexpected(done.error());
    }

    const double plain = median(samples[kPlain].processor);
    const auto over = [&](int kind) { return median(samples[kind].processor) / plain - 1; };
    const double record = median(samples[kRecorded].recordShare), preview = median(samples[kPreviewed].previewShare);
    if (o.json) {
        nlohmann::json json = {
            {"model", info.name}, {"steps", s.steps}, {"backend", job.model->backend->info().detail}};
        for (int kind = 0; kind < kKinds; ++kind)
            json["runs"][kNames[kind]] = {{"wall", samples[kind].wall}, {"processor", samples[kind].processor}};
        json["recordShare"] = record;
        json["previewShare"] = preview;
        json["cancelSeconds"] = cancel;
        return writeAnswer(json.dump(1) + "\n");
    }
    std::string out = fmt::format("{}: {} steps, guidance {:g}, {}\n", info.name, s.steps, s.guidance,
                                  job.model->backend->info().detail);
    out += fmt::format("a step            {:.4f} s on the clock, {:.4f} s of processor time (medians of {} runs)\n",
                       usual / s.steps, plain / s.steps, o.nRun);
    for (int kind = kAgain; kind < kKinds; ++kind)
        out +=
            fmt::format("{:<28} {:+.2f} % processor time against nothing recorded\n", kNames[kind], 100 * over(kind));
    out += fmt::format("recording, timed in each step {:.3f} % of it; the projection {:.3f} %\n", 100 * record,
                       100 * preview);
    if (!cancel.empty())
        out += fmt::format("stopping          {:.1f} ms (median of {}), {:.1f} ms at most\n", 1e3 * median(cancel),
                           cancel.size(), 1e3 * *std::max_element(cancel.begin(), cancel.end()));
    return writeAnswer(out);
}

} // namespace vitral::cli
