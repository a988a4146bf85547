// SPDX-License-Identifier: Apache-2.0
// How long the engine takes to answer a cancel (promise: 300 ms) while it loads, prefills and decodes; what the prefix
// cache saves; what several branches cost together. Usage: engine_latency MODEL [threads]

#include "core/runtime/engine.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

using namespace vitral;
using Clock = std::chrono::steady_clock;

namespace {

double msSince(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

class Inbox : public EngineSink {
public:
    void onEvent(RunEvent event) override {
        {
            const std::lock_guard lock(mutex_);
            if (auto* loaded = std::get_if<ModelLoaded>(&event))
                model_ = loaded->model;
            else if (auto* end = std::get_if<RunFinished>(&event))
                ends_.push_back(std::move(*end));
            else if (std::holds_alternative<TokenProduced>(event))
                ++nTokens_;
        }
        changed_.notify_all();
    }
    RunFinished waitEnd(RunId run) {
        std::unique_lock lock(mutex_);
        RunFinished found{};
        changed_.wait(lock, [&] {
            for (const RunFinished& end : ends_)
                if (end.run == run) {
                    found = end;
                    return true;
                }
            return false;
        });
        return found;
    }
    void waitTokens(int n) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return nTokens_ >= n; });
    }
    void forgetTokens() {
        const std::lock_guard lock(mutex_);
        nTokens_ = 0;
    }
    std::shared_ptr<const Model> takeModel() {
        const std::lock_guard lock(mutex_);
        return std::exchange(model_, nullptr);
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::shared_ptr<const Model> model_;
    std::vector<RunFinished> ends_;
    int nTokens_ = 0;
};

void tell(const char* what, std::vector<double> ms) {
    std::sort(ms.begin(), ms.end());
    std::printf("%-24s n %2zu   median %7.1f ms   worst %7.1f ms\n", what, ms.size(), ms[ms.size() / 2], ms.back());
}

GenerateJob jobOf(const std::shared_ptr<const Model>& model, std::int64_t nPrompt, std::int32_t maxTokens,
                  TokenId salt) {
    GenerateJob job;
    job.model = model;
    job.nCtx = nPrompt + 1024;
    job.maxTokens = maxTokens;
    job.ignoreEnd = true;
    Branch branch;
    branch.sampler.seed = 1;
    for (std::int64_t i = 0; i < nPrompt; ++i)
        branch.prompt.push_back(static_cast<TokenId>((i * 7919 + salt * 131) % (model->config().nVocab - 8) + 4));
    job.branches.push_back(std::move(branch));
    return job;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: engine_latency MODEL [threads]\n");
        return 2;
    }
    Inbox inbox;
    EngineOptions options;
    options.cpu.nThread = argc > 2 ? std::atoi(argv[2]) : 0;
    auto engine = std::move(*Engine::create(options, inbox));
    std::printf("%s\n", engine->backendInfo().detail.c_str());

    RunId run = engine->submit(LoadModelJob{argv[1]});
    const RunFinished loadEnd = inbox.waitEnd(run);
    if (!loadEnd.status) {
        std::fprintf(stderr, "%s\n", loadEnd.status.error().message.c_str());
        return 1;
    }
    auto model = inbox.takeModel();
    std::printf("%-24s %.3f s\n", "load", loadEnd.timings.loadSeconds);

    std::vector<double> ms;
    for (int i = 0; i < 8; ++i) {
        run = engine->submit(LoadModelJob{argv[1]});
        std::this_thread::sleep_for(std::chrono::duration<double>(loadEnd.timings.loadSeconds * (0.05 + 0.05 * i)));
        const auto begin = Clock::now();
        engine->cancel(run);
        if (inbox.waitEnd(run).reason == FinishReason::Cancelled) // else it had been loaded before
            ms.push_back(msSince(begin));
        inbox.takeModel();
    }
    if (!ms.empty())
        tell("cancel in load", ms);

    ms.clear();
    for (int i = 0; i < 8; ++i) {
        run = engine->submit(jobOf(model, 4096, 1, 1000 + i));
        std::this_thread::sleep_for(std::chrono::milliseconds(300 + 170 * i));
        const auto begin = Clock::now();
        engine->cancel(run);
        if (inbox.waitEnd(run).reason == FinishReason::Cancelled &&
            (std::getenv("VERBOSE") == nullptr || std::printf("%d: %.0f\n", i, msSince(begin)) > 0))
            ms.push_back(msSince(begin));
    }
    if (!ms.empty())
        tell("cancel in prefill", ms);

    ms.clear();
    for (int i = 0; i < 8; ++i) {
        inbox.forgetTokens();
        run = engine->submit(jobOf(model, 64, -1, 7));
        inbox.waitTokens(3);
        std::this_thread::sleep_for(std::chrono::milliseconds(13 * i));
        const auto begin = Clock::now();
        engine->cancel(run);
        if (inbox.waitEnd(run).reason == FinishReason::Cancelled &&
            (std::getenv("VERBOSE") == nullptr || std::printf("%d: %.0f\n", i, msSince(begin)) > 0))
            ms.push_back(msSince(begin));
    }
    if (!ms.empty())
        tell("cancel in decode", ms);

    GenerateJob talk = jobOf(model, 1024, 16, 42);
    const RunFinished cold = inbox.waitEnd(engine->submit(talk));
    for (int i = 0; i < 24; ++i)
        talk.branches[0].prompt.push_back(100 + i);
    const RunFinished warm = inbox.waitEnd(engine->submit(talk));
    std::printf("%-24s first token %.0f ms cold (%d tokens), %.0f ms warm (%d of %d from the cache)\n", "second turn",
                cold.timings.firstTokenSeconds * 1e3, cold.timings.nPrompt, warm.timings.firstTokenSeconds * 1e3,
                warm.timings.nCached, warm.timings.nPrompt);

    for (const int nBranch : {1, 2, 4, 8}) {
        GenerateJob job = jobOf(model, 64, 32, 5);
        for (int i = 1; i < nBranch; ++i) {
            job.branches.push_back(job.branches[0]);
            job.branches.back().sampler.seed = static_cast<std::uint64_t>(i + 1);
        }
        const RunFinished end = inbox.waitEnd(engine->submit(std::move(job)));
        std::printf("%-18s %5d %7.1f tokens/s together\n", "branches", nBranch,
                    nBranch * 31 / std::max(end.timings.decodeSeconds, 1e-9));
    }
    return 0;
}
