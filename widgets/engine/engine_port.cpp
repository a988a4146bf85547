// SPDX-License-Identifier: Apache-2.0
#include "widgets/engine/engine_port.h"

namespace vitral {
namespace {

class RealEnginePort : public EnginePort {
public:
    explicit RealEnginePort(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
    RunId load(const std::filesystem::path& path, bool evenIfTooLarge) override {
        return engine_->submit(LoadModelJob{path, evenIfTooLarge});
    }
    RunId generate(GenerateJob job) override { return engine_->submit(std::move(job)); }
    RunId generateLatest(const std::string& tag, GenerateJob job) override {
        return engine_->submitLatest(tag, std::move(job));
    }
    RunId task(Task task) override { return engine_->submit(std::move(task)); }
    RunId taskLatest(const std::string& tag, Task task) override { return engine_->submitLatest(tag, std::move(task)); }
    void cancel(RunId run) override { engine_->cancel(run); }
    void setDevice(const DeviceOptions& device) override { engine_->setDevice(device); }
    BackendInfo backendInfo() const override { return engine_->backendInfo(); }
    Engine::CacheReport cacheReport() const override { return engine_->cacheReport(); }

private:
    std::unique_ptr<Engine> engine_;
};

} // namespace

Result<std::unique_ptr<EnginePort>> makeEnginePort(const EngineOptions& options, EngineSink& sink) {
    VITRAL_TRY_ASSIGN(std::unique_ptr<Engine> engine, Engine::create(options, sink));
    return std::make_unique<RealEnginePort>(std::move(engine));
}

} // namespace vitral
