// SPDX-License-Identifier: Apache-2.0
#pragma once
// An explanation (core/trace/explain.h and what includes it) as a Task of the engine. `compute(model, context)` runs on
// the engine thread and gives a Result<T>; `done(T)` is called there with the value when it worked (post it on from
// there). Errors end the task as they are and reach the sink with RunFinished; progress comes as TaskProgress.
//
//   engine.submitLatest("lens", explainTask<LogitLens>(model, "logit lens",
//       [=](const Model& m, const ExplainContext& c) { return logitLens(m, c, run, request); },
//       [=](LogitLens lens) { ... }));

#include "core/runtime/engine.h"
#include "core/trace/explain.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace vitral {

/// Uses the model's own backend where it has one. `context` must outlive the result.
[[nodiscard]] inline ExplainContext explainContext(TaskContext& context, const Model& model, std::string what = {}) {
    Backend& backend = model.backend() ? *model.backend() : context.backend;
    return {backend, context.stop, [&context, what = std::move(what)](double fraction) {
                if (context.progress)
                    context.progress(fraction, what);
            }};
}

template <class T>
[[nodiscard]] Task explainTask(std::shared_ptr<const Model> model, std::string what,
                               std::function<Result<T>(const Model&, const ExplainContext&)> compute,
                               std::function<void(T)> done) {
    return [model = std::move(model), what = std::move(what), compute = std::move(compute),
            done = std::move(done)](TaskContext& context) -> Result<void> {
        const ExplainContext explain = explainContext(context, *model, what);
        VITRAL_TRY_ASSIGN(T result, compute(*model, explain));
        done(std::move(result));
        return {};
    };
}

} // namespace vitral
