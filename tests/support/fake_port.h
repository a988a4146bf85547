// SPDX-License-Identifier: Apache-2.0
#pragma once
// An engine for tests of view models: it writes down what it was asked and plays events back when told to.

#include "tests/support/fake_model.h"
#include "widgets/engine/engine_bridge.h"
#include "widgets/engine/engine_port.h"

namespace vitral::test {

/// A tokenizer and a configuration; it is never run.
class StillModel : public Model {
public:
    explicit StillModel(std::string chatTemplate = {}) {
        config_.chatTemplate = std::move(chatTemplate);
        config_.architecture = "still";
        config_.name = "Still";
        config_.nCtxTrain = 100000;
        tokenizer_ = std::make_shared<FakeTokenizer>();
    }
    [[nodiscard]] KvSpec kvSpec(std::int64_t nCtx, DType dtype) const override { return {{{1, 8, 8}}, dtype, nCtx}; }
    [[nodiscard]] Result<void> forward(ForwardContext&, const Batch&, std::span<float>) const override {
        return fail(ErrorCode::Bug, "this model never runs");
    }
};

class FakePort : public EnginePort {
public:
    explicit FakePort(EngineBridge& bridge) : bridge_(bridge) {}

    RunId load(const std::filesystem::path& path, bool evenIfTooLarge) override {
        loads.push_back(path);
        loadedAnyway = evenIfTooLarge;
        return ++last;
    }
    RunId generate(GenerateJob job) override {
        jobs.push_back(std::move(job));
        return ++last;
    }
    RunId generateLatest(const std::string&, GenerateJob job) override { return generate(std::move(job)); }
    RunId task(Task task) override {
        tasks.push_back(std::move(task));
        return ++last;
    }
    RunId taskLatest(const std::string&, Task task) override { return FakePort::task(std::move(task)); }
    void cancel(RunId run) override { cancelled.push_back(run); }
    [[nodiscard]] BackendInfo backendInfo() const override { return {"fake", "no machine"}; }
    [[nodiscard]] Engine::CacheReport cacheReport() const override { return {}; }

    void say(RunEvent event) { bridge_.onEvent(std::move(event)); }
    void token(RunId run, const std::string& text) {
        TokenProduced t{};
        t.run = run;
        t.text = t.bytes = text;
        t.score.id = text.empty() ? 0 : static_cast<unsigned char>(text[0]);
        t.score.logProbability = -0.5F;
        t.score.top = {{t.score.id, -0.5F}, {66, -1.5F}};
        say(t);
    }
    void finish(RunId run, FinishReason reason, Result<void> status = {}) {
        say(RunFinished{run, reason, std::move(status), {}, 7});
    }
    void loadModel(RunId run, const std::string& chatTemplate = {}) {
        say(ModelLoaded{run, std::make_shared<StillModel>(chatTemplate), 0.1});
        finish(run, FinishReason::Done);
    }

    std::vector<std::filesystem::path> loads;
    bool loadedAnyway = false; ///< the last one
    std::vector<GenerateJob> jobs;
    std::vector<Task> tasks;
    std::vector<RunId> cancelled;
    RunId last = 0;

private:
    EngineBridge& bridge_;
};

} // namespace vitral::test
