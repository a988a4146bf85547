// SPDX-License-Identifier: Apache-2.0
#include "app/cli/session.h"

#include "app/cli/language.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>

namespace vitral::cli {

namespace {

constexpr std::int64_t kDefaultContext = 4096;
/// A load that is over sooner shows no progress: it would only flicker.
constexpr double kShowAfterSeconds = 0.5;

} // namespace

Result<std::unique_ptr<Session>> Session::open(const CommonOptions& common) {
    std::unique_ptr<Session> session(new Session);
    EngineOptions options;
    options.cpu = common.cpuOptions();
    options.device = common.deviceOptions();
    session->loadAnyway_ = common.loadAnyway;
    session->wantsGpu_ = common.gpuLayers > 0 || common.verbose;
    VITRAL_TRY_ASSIGN(session->engine_, Engine::create(options, *session));
    session->interrupt_.onInterrupt([raw = session.get()] {
        RunId run = 0;
        {
            const std::lock_guard lock(raw->mutex_);
            run = raw->current_;
        }
        raw->engine_->cancel(run);
    });
    session->interrupt_.allowHere();
    return session;
}

Session::~Session() {
    interrupt_.stop();
}

void Session::onEvent(RunEvent event) {
    {
        const std::lock_guard lock(mutex_);
        inbox_.push_back(std::move(event));
    }
    arrived_.notify_one();
}

Result<RunFinished> Session::await(RunId run, const Handler& handler, bool keepGoing) {
    {
        const std::lock_guard lock(mutex_);
        current_ = run;
    }
    if (InterruptWatch::count() > 0) // it came before the run had a number
        engine_->cancel(run);
    Result<void> handled;
    for (;;) {
        std::deque<RunEvent> events;
        {
            std::unique_lock lock(mutex_);
            arrived_.wait(lock, [&] { return !inbox_.empty(); });
            events.swap(inbox_);
        }
        for (RunEvent& event : events) {
            if (handled && handler) {
                handled = handler(event);
                if (!handled)
                    engine_->cancel(run);
            }
            auto* end = std::get_if<RunFinished>(&event);
            if (end == nullptr || end->run != run)
                continue;
            {
                const std::lock_guard lock(mutex_);
                current_ = 0;
            }
            VITRAL_TRY(handled);
            VITRAL_TRY(end->status);
            if (end->reason == FinishReason::Cancelled && !keepGoing)
                return fail(ErrorCode::Cancelled, std::string(tr("Interrupted.", "Interrompido.")));
            return std::move(*end);
        }
    }
}

Result<std::shared_ptr<const Model>> Session::load(const std::string& argument) {
    VITRAL_TRY_ASSIGN(const std::filesystem::path path, resolveModel(argument));
    std::shared_ptr<const Model> model;
    const auto begin = std::chrono::steady_clock::now();
    bool shown = false;
    std::string placed;
    const auto handler = [&](const RunEvent& event) -> Result<void> {
        if (const auto* large = std::get_if<ModelTooLarge>(&event))
            return tl::unexpected(CommonOptions::tooLarge(path, large->need));
        if (const auto* loaded = std::get_if<ModelLoaded>(&event)) {
            model = loaded->model;
            if (!loaded->placement.allOnCpu())
                placed = loaded->placement.sentence();
            else if (!loaded->placement.note.empty() && wantsGpu_)
                placed = loaded->placement.note;
        }
        const auto* progress = std::get_if<LoadProgress>(&event);
        if (progress == nullptr || !errorIsTerminal())
            return {};
        const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
        if (spent.count() >= kShowAfterSeconds) {
            shown = true;
            sayRaw(fmt::format("\r{} {}: {:3.0f} %", tr("Loading", "Carregando"), progress->what,
                               100.0 * progress->fraction));
        }
        return {};
    };
    const Result<RunFinished> end = await(engine_->submit(LoadModelJob{path, loadAnyway_}), handler, false);
    if (shown)
        sayRaw("\r\x1b[K");
    if (!placed.empty())
        say(placed);
    if (!end)
        return tl::unexpected(end.error());
    return model;
}

Result<RunFinished> Session::run(GenerateJob job, const Handler& handler, bool keepGoing) {
    return await(engine_->submit(std::move(job)), handler, keepGoing);
}

Result<void> Session::run(Task task) {
    const Result<RunFinished> end = await(engine_->submit(std::move(task)), {}, false);
    if (!end)
        return tl::unexpected(end.error());
    return {};
}

std::int64_t contextFor(const CommonOptions& common, const Model& model) {
    if (common.nCtx > 0)
        return common.nCtx;
    const std::int64_t trained = model.config().nCtxTrain;
    return trained > 0 ? std::min(trained, kDefaultContext) : kDefaultContext;
}

} // namespace vitral::cli
