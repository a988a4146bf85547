// SPDX-License-Identifier: Apache-2.0
#pragma once
// The engine as view models see it: what they may ask for, and nothing else. The real one wraps core/runtime's Engine;
// tests use a fake that plays events back. None of these calls blocks. Thread: GUI.

#include "core/runtime/engine.h"

#include <memory>

namespace vitral {

class EnginePort {
public:
    virtual ~EnginePort() = default;
    /// `evenIfTooLarge`: see LoadModelJob.
    virtual RunId load(const std::filesystem::path& path, bool evenIfTooLarge) = 0;
    virtual RunId generate(GenerateJob job) = 0;
    virtual RunId generateLatest(const std::string& tag, GenerateJob job) = 0;
    /// Work of any kind on the engine thread, for what needs the model (a lens, a probe). Views without need of it use
    /// ViewPool instead.
    virtual RunId task(Task task) = 0;
    virtual RunId taskLatest(const std::string& tag, Task task) = 0;
    virtual void cancel(RunId run) = 0;
    /// Where models that are loaded from now on are computed.
    virtual void setDevice(const DeviceOptions& device) { (void)device; }
    [[nodiscard]] virtual BackendInfo backendInfo() const = 0;
    [[nodiscard]] virtual Engine::CacheReport cacheReport() const = 0;
};

/// Errors: those of Engine::create. The sink (the bridge) must outlive the port.
Result<std::unique_ptr<EnginePort>> makeEnginePort(const EngineOptions& options, EngineSink& sink);

} // namespace vitral
