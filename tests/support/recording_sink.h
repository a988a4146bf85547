// SPDX-License-Identifier: Apache-2.0
#pragma once
// An EngineSink that keeps every event and lets a test wait for the one it needs.

#include "core/runtime/engine.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>

namespace vitral::test {

class RecordingSink : public EngineSink {
public:
    /// Called before the event can be seen by waiting tests; may throw. Set it while nothing runs.
    std::function<void(const RunEvent&)> onEngineThread;

    void onEvent(RunEvent event) override {
        std::exception_ptr thrown;
        if (onEngineThread) {
            try {
                onEngineThread(event);
            } catch (...) {
                thrown = std::current_exception();
            }
        }
        {
            const std::lock_guard lock(mutex_);
            events_.push_back(std::move(event));
        }
        changed_.notify_all();
        if (thrown)
            std::rethrow_exception(thrown);
    }
    /// Lets go of everything the events point to.
    void forget() {
        const std::lock_guard lock(mutex_);
        events_.clear();
    }
    /// All events so far.
    std::vector<RunEvent> events() {
        const std::lock_guard lock(mutex_);
        return events_;
    }
    /// Waits until `done` holds for the events so far; false after the timeout.
    bool waitUntil(const std::function<bool(const std::vector<RunEvent>&)>& done,
                   std::chrono::milliseconds timeout = std::chrono::seconds(30)) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, timeout, [&] { return done(events_); });
    }
    template <class Event>
    std::vector<Event> of(RunId run) {
        std::vector<Event> found;
        for (const RunEvent& event : events())
            if (const auto* e = std::get_if<Event>(&event); e != nullptr && e->run == run)
                found.push_back(*e);
        return found;
    }
    bool waitFinished(RunId run) {
        return waitUntil([run](const std::vector<RunEvent>& all) { return has<RunFinished>(all, run); });
    }
    template <class Event>
    bool waitFor(RunId run) {
        return waitUntil([run](const std::vector<RunEvent>& all) { return has<Event>(all, run); });
    }
    /// The run's end; wait for it first.
    RunFinished finished(RunId run) {
        auto all = of<RunFinished>(run);
        return all.empty() ? RunFinished{0, FinishReason::Failed, fail(ErrorCode::Bug, "no end"), {}, 0} : all.front();
    }
    /// The answer of a branch, as a window would show it.
    std::string text(RunId run, std::int32_t iBranch = 0) {
        std::string text;
        for (const RunEvent& event : events()) {
            if (const auto* token = std::get_if<TokenProduced>(&event);
                token && token->run == run && token->iBranch == iBranch)
                text += token->text;
            if (const auto* end = std::get_if<BranchFinished>(&event);
                end && end->run == run && end->iBranch == iBranch)
                text += end->text;
        }
        return text;
    }
    std::vector<TokenScore> scores(RunId run, std::int32_t iBranch = 0) {
        std::vector<TokenScore> scores;
        for (const TokenProduced& token : of<TokenProduced>(run))
            if (token.iBranch == iBranch)
                scores.push_back(token.score);
        return scores;
    }

    template <class Event>
    static bool has(const std::vector<RunEvent>& all, RunId run) {
        for (const RunEvent& event : all)
            if (const auto* e = std::get_if<Event>(&event); e != nullptr && e->run == run)
                return true;
        return false;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<RunEvent> events_;
};

inline bool sameScores(const std::vector<TokenScore>& a, const std::vector<TokenScore>& b) {
    if (a.size() != b.size())
        return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i].id != b[i].id || a[i].logProbability != b[i].logProbability || a[i].entropy != b[i].entropy ||
            a[i].rank != b[i].rank)
            return false;
    return true;
}

} // namespace vitral::test
