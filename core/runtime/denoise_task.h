// SPDX-License-Identifier: Apache-2.0
#pragma once
// Diffusion as Tasks of the engine, like explain_task.h. Progress comes as TaskProgress; errors end the task as they
// are and reach the sink with RunFinished; engine.cancel(run) is obeyed within a layer of the network.
//
//   engine.submit(denoiseTask(job,
//       [=](DenoiseProgress p) { ... post p.recording to the window ... },   // after every step, engine thread
//       [=](DenoiseRecordingPtr run) { ... }));                              // the end, engine thread
//
// Pictures in a recording are immutable and shared: posting one costs a few pointers.

#include "core/diffusion/denoise.h"
#include "core/runtime/engine.h"

#include <filesystem>
#include <functional>
#include <utility>

namespace vitral {

/// Upper estimate of what a picture model takes on a device: 16-bit weights opened to 32, and room for activations.
[[nodiscard]] inline std::uint64_t pictureModelBytes(const std::filesystem::path& path) {
    std::error_code error;
    std::uint64_t bytes = 0;
    if (std::filesystem::is_directory(path, error)) {
        for (std::filesystem::recursive_directory_iterator it(path, error), end; !error && it != end;
             it.increment(error))
            if (it->is_regular_file(error))
                bytes += it->file_size(error);
    } else {
        bytes = std::filesystem::file_size(path, error);
    }
    return error ? 0 : 2 * bytes + (std::uint64_t{1} << 30);
}

/// `growing` (may be empty) is called on the engine thread after every step with the run so far; it must not wait.
[[nodiscard]] inline Task denoiseTask(diffusion::DenoiseJob job,
                                      std::function<void(const diffusion::DenoiseProgress&)> growing,
                                      std::function<void(diffusion::DenoiseRecordingPtr)> done) {
    return [job = std::move(job), growing = std::move(growing),
            done = std::move(done)](TaskContext& context) -> Result<void> {
        const auto progress = [&](const diffusion::DenoiseProgress& p) {
            if (growing)
                growing(p);
            if (context.progress)
                context.progress(p.fraction, p.what);
        };
        VITRAL_TRY_ASSIGN(diffusion::DenoiseRecordingPtr recording, diffusion::denoise(job, context.stop, progress));
        done(std::move(recording));
        return {};
    };
}

/// The engine's backend is used where `options` names none; stop and progress are the task's.
[[nodiscard]] inline Task loadDiffusionTask(std::filesystem::path path, diffusion::DiffusionLoadOptions options,
                                            std::function<void(diffusion::DiffusionModelPtr)> done) {
    return [path = std::move(path), options = std::move(options),
            done = std::move(done)](TaskContext& context) -> Result<void> {
        diffusion::DiffusionLoadOptions mine = options;
        if (!mine.backend)
            mine.backend = context.backendFor(pictureModelBytes(path));
        mine.stop = context.stop;
        mine.progress = [&](double fraction) {
            if (context.progress)
                context.progress(fraction, path.filename().string());
        };
        VITRAL_TRY_ASSIGN(diffusion::DiffusionModelPtr model, diffusion::loadDiffusionModel(path, mine));
        done(std::move(model));
        return {};
    };
}

} // namespace vitral
