// SPDX-License-Identifier: Apache-2.0
// The engine half of the controller: runs that are recorded, tasks, and which message a context position belongs to.
#include "widgets/inside/inside_controller.h"

#include "widgets/chat/error_text.h"

#include <QLocale>

#include <algorithm>

namespace vitral {

namespace {
constexpr qint64 kWorthSayingMs = 500;
}

RunId InsideController::submitTask(const std::string& tag, Task task) {
    return tag.empty() ? engine_.task(std::move(task)) : engine_.taskLatest(tag, std::move(task));
}

RunId InsideController::watch(RunId run, QObject* receiver, std::function<void(const Result<void>&)> done) {
    watched_[run] = {receiver, std::move(done), {}, false};
    return run;
}

RunId InsideController::record(RecordRun run, QObject* receiver, std::function<void(Result<RecordingPtr>)> then) {
    GenerateJob job;
    job.model = model_.model();
    if (!job.model) {
        then(fail(ErrorCode::NotFound, tr("No model is loaded yet. Choose one first.").toStdString()));
        return 0;
    }
    const std::int32_t nPrompt = run.nPrompt;
    const std::size_t nAll = run.ids.size();
    job.maxTokens = run.maxTokens;
    job.nCtx = std::max<std::int64_t>(chat_.nCtx(), static_cast<std::int64_t>(nAll) + run.maxTokens + 1);
    job.kvType = chat_.settings().kvType;
    job.branches.push_back({std::move(run.ids), run.sampler});
    job.scorePrompt = true; // what the model thought of every token it read
    job.trace = std::make_shared<const TraceRequest>(run.trace ? *run.trace : request());
    job.interventions = std::move(run.interventions);
    auto slot = std::make_shared<RecordingPtr>();
    const RunId id = engine_.generate(std::move(job));
    watch(id, receiver, [slot, then = std::move(then), nPrompt](const Result<void>& status) {
        if (!status)
            then(tl::unexpected(status.error()));
        else if (!*slot)
            then(fail(ErrorCode::Bug, tr("The engine recorded nothing of this run.").toStdString()));
        else if (nPrompt >= 0 && (*slot)->nPrompt != nPrompt) {
            auto cut = std::make_shared<Recording>(**slot); // shares all rows; only the border is another
            cut->nPrompt = nPrompt;
            then(RecordingPtr(std::move(cut)));
        } else
            then(*slot);
    });
    watched_[id].recorded = [slot](RecordingPtr recording) { *slot = std::move(recording); };
    return id;
}

void InsideController::keepForComparison() {
    if (!recording_)
        return;
    compareWith(recording_, tr("the run kept before"), ranWith_);
}

void InsideController::compareWithUnchanged() {
    if (!recording_ || !model()) {
        emit problem(tr("The recorded model is not the one that is loaded. Load it to record more of this run."));
        return;
    }
    RecordRun run;
    run.ids = recording_->tokens;
    run.nPrompt = recording_->nPrompt;
    setBusy(tr("Recording without the changes\u2026"), -1);
    const RunId id = record(std::move(run), this, [this](Result<RecordingPtr> recording) {
        setBusy({}, -1);
        const QString sentence =
            recording ? compareWith(*recording, tr("the same without changes")) : knownText(recording.error());
        if (!sentence.isEmpty())
            emit problem(sentence);
    });
    watched_[id].shown = true;
}

void InsideController::cancelShown() {
    for (const auto& [run, watched] : watched_)
        if (watched.shown)
            engine_.cancel(run);
}

void InsideController::recordOtherAgain() {
    if (!other_ || !model() || !otherUnreadable().isEmpty())
        return;
    RecordRun run;
    run.ids = other_->tokens;
    run.nPrompt = other_->nPrompt;
    run.interventions = otherInterventions_;
    setBusy(tr("Recording the other run again\u2026"), -1);
    const RunId id =
        record(std::move(run), this,
               [this, name = otherName_, changes = otherInterventions_, was = other_](Result<RecordingPtr> recording) {
                   setBusy({}, -1);
                   if (other_ != was)
                       return; // another comparison by now
                   const QString sentence =
                       recording ? compareWith(*recording, name, changes) : knownText(recording.error());
                   if (!sentence.isEmpty())
                       emit problem(sentence);
               });
    watched_[id].shown = true;
}

void InsideController::onEvents(const std::vector<RunEvent>& events) {
    // A frame may bring several snapshots of one run; only the last one is worth drawing.
    const TraceRecorded* newest = nullptr;
    for (const RunEvent& event : events) {
        if (const auto* recorded = std::get_if<TraceRecorded>(&event)) {
            if (const auto at = watched_.find(recorded->run); at != watched_.end() && at->second.recorded)
                at->second.recorded(recorded->recording);
            else if (active_ && recorded->iBranch == 0 && recorded->run == chat_.run().run)
                newest = recorded;
        } else if (const auto* prefill = std::get_if<PrefillProgress>(&event)) {
            if (const auto at = watched_.find(prefill->run); at != watched_.end() && at->second.shown)
                setBusy(tr("Reading %1 of %2 tokens\u2026")
                            .arg(QLocale().toString(prefill->done), QLocale().toString(prefill->total)),
                        prefill->total > 0 ? static_cast<double>(prefill->done) / prefill->total : -1);
        } else if (const auto* task = std::get_if<TaskProgress>(&event)) {
            if (const auto at = watched_.find(task->run); at != watched_.end())
                showProgress(at->second, *task);
        } else if (const auto* finished = std::get_if<RunFinished>(&event)) {
            onFinished(*finished);
        }
    }
    if (newest != nullptr)
        onRecorded(*newest);
}

QString InsideController::taskText(const std::string& what) {
    if (what == "logit lens")
        return tr("Computing the logit lens\u2026");
    if (what == "attribution")
        return tr("Taking the logit apart\u2026");
    if (what == "neurons")
        return tr("Reading the neurons\u2026");
    if (what == "operations")
        return tr("Measuring the operations\u2026");
    if (what == "effect of the changes")
        return tr("Measuring the effect of the changes\u2026");
    if (what == "switching heads off")
        return tr("Switching heads off in turn\u2026");
    if (what == "patching")
        return tr("Patching\u2026");
    return tr("Computing\u2026");
}

void InsideController::showProgress(Watched& watched, const TaskProgress& progress) {
    // A view's question of a moment is not worth a word; one that keeps the engine busy is, and can be stopped.
    if (!watched.shown && !watched.since.isValid())
        watched.since.start();
    else if (!watched.shown && watched.since.elapsed() > kWorthSayingMs && busyText_.isEmpty())
        watched.shown = watched.said = true;
    if (watched.shown)
        setBusy(taskText(progress.what), progress.fraction);
}

void InsideController::onRecorded(const TraceRecorded& recorded) {
    if (!recorded.recording)
        return;
    const bool grew = shownRun_ == recorded.run && recording_;
    place_ = chat_.run();
    fileName_.clear();
    adopt(recorded.recording, RecordingOrigin::Chat, recorded.run, grew, place_.interventions);
}

void InsideController::onFinished(const RunFinished& finished) {
    const auto at = watched_.find(finished.run);
    if (at == watched_.end())
        return;
    const Watched what = std::move(at->second);
    watched_.erase(at);
    if (what.said)
        setBusy({}, -1);
    if (!what.receiver || !what.done)
        return;
    if (finished.reason == FinishReason::Cancelled)
        what.done(fail(ErrorCode::Cancelled, {}));
    else
        what.done(finished.status);
}

namespace {

/// Token of `message` that covers byte `offset` of the message's text, or -1.
int tokenAtByte(const Message& message, std::size_t offset) {
    std::size_t end = 0;
    for (std::size_t i = 0; i < message.tokens.size(); ++i) {
        end += message.tokens[i].bytes.size();
        if (offset < end)
            return static_cast<int>(i);
    }
    return -1;
}

std::size_t bytesBefore(const std::vector<std::string>& pieces, std::size_t first, std::size_t end) {
    std::size_t n = 0;
    for (std::size_t i = first; i < end && i < pieces.size(); ++i)
        n += pieces[i].size();
    return n;
}

} // namespace

std::int64_t InsideController::positionOf(MessageId message, int iToken) const {
    if (!recording_ || !place_.context || iToken < 0)
        return -1;
    const std::int64_t n = recording_->nPosition();
    if (message == place_.answer) {
        const std::int64_t position = place_.firstAnswerPosition() + iToken;
        return position < n ? position : -1;
    }
    const std::shared_ptr<const Message> found = chat_.find(message);
    if (!found || static_cast<std::size_t>(iToken) >= found->tokens.size())
        return -1;
    // An earlier answer was cut into tokens anew together with all the rest: bytes decide which token is which.
    std::size_t offset = 0;
    for (int i = 0; i < iToken; ++i)
        offset += found->tokens[static_cast<std::size_t>(i)].bytes.size();
    for (const ContextSpan& span : place_.context->spans) {
        if (span.message != message || span.kind == SpanKind::Template)
            continue;
        std::size_t at = 0;
        for (std::int32_t i = span.tokenBegin; i < span.tokenEnd && i < n; ++i) {
            at += recording_->pieces[static_cast<std::size_t>(i)].size();
            if (offset < at)
                return i;
        }
    }
    return -1;
}

InsideController::ChatPlace InsideController::placeOf(std::int64_t position) const {
    if (!recording_ || !place_.context || position < 0 || position >= recording_->nPosition())
        return {};
    if (position >= place_.firstAnswerPosition())
        return {place_.answer, static_cast<int>(position - place_.firstAnswerPosition())};
    for (const ContextSpan& span : place_.context->spans) {
        if (span.message == kNoMessage || position < span.tokenBegin || position >= span.tokenEnd)
            continue;
        const std::shared_ptr<const Message> found = chat_.find(span.message);
        if (!found || span.kind == SpanKind::Template)
            return {span.message, -1};
        return {span.message,
                tokenAtByte(*found, bytesBefore(recording_->pieces, static_cast<std::size_t>(span.tokenBegin),
                                                static_cast<std::size_t>(position)))};
    }
    return {};
}

} // namespace vitral
