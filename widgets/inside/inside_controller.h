// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the room "Inside" looks at: one recording (of the chat's run while it is written, of a conversation read again,
// or out of a file), perhaps a second one to compare with, and the selection. Views ask it to compute (pool(): without
// the model; askEngine(), record(): with it). Owns no widget and never waits. Thread: GUI.

#include "core/trace/intervention.h"
#include "core/trace/map_workers.h"
#include "core/trace/recording.h"
#include "core/trace/text_alignment.h"
#include "widgets/chat/chat_controller.h"
#include "widgets/inside/selection.h"
#include "widgets/inside/view_pool.h"

#include <QElapsedTimer>
#include <QObject>
#include <QString>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace vitral {

struct TraceShape;

enum class RecordingOrigin : std::uint8_t { None, Chat, Reread, File, Variant };

/// A run of its own, to be recorded and not shown in the chat.
struct RecordRun {
    std::vector<TokenId> ids;
    std::int32_t nPrompt = -1;  ///< what Recording::nPrompt shall say; -1: all
    std::int32_t maxTokens = 0; ///< 0: only read
    SamplerParams sampler;
    std::shared_ptr<const InterventionSet> interventions;
    std::optional<TraceRequest> trace; ///< not given: request()
};

class InsideController : public QObject {
    Q_OBJECT
public:
    InsideController(EnginePort& engine, EngineBridge& bridge, ChatController& chat, ModelSession& model,
                     QObject* parent = nullptr);
    ~InsideController() override;

    /// Null: nothing recorded yet.
    [[nodiscard]] const RecordingPtr& recording() const { return recording_; }
    [[nodiscard]] RecordingOrigin origin() const { return origin_; }
    [[nodiscard]] QString fileName() const { return fileName_; } ///< of origin File
    /// The changes the recording on the screen was computed with, as values; null: none, or not known.
    [[nodiscard]] const std::shared_ptr<const InterventionSet>& ranWith() const { return ranWith_; }
    /// Why it cannot be computed again as it was; empty: it can. (A file holds changes as words only; where the same
    /// ones are switched on now, they are what is meant.)
    [[nodiscard]] QString unreadable() const;
    /// The second recording of a comparison (what is subtracted); null: none.
    [[nodiscard]] const RecordingPtr& other() const { return other_; }
    [[nodiscard]] QString otherName() const { return otherName_; }
    /// The changes the second run was computed with, where they are known (it was kept, or made, here).
    [[nodiscard]] const std::shared_ptr<const InterventionSet>& otherInterventions() const {
        return otherInterventions_;
    }
    /// Which token of the second run is the same word as one of this run: everything compared is compared by it. Null
    /// without a comparison.
    [[nodiscard]] std::shared_ptr<const TextAlignment> alignment() const;
    /// How the two texts were laid beside each other, as a sentence.
    [[nodiscard]] QString alignmentText() const;
    /// Why the second run cannot be computed again with the loaded model; empty: it can.
    [[nodiscard]] QString otherUnreadable() const;
    [[nodiscard]] SelectionModel& selection() { return selection_; }
    /// Somebody has chosen the selected head: it is not replaced by a more telling one.
    void keepHead() { headIsOurs_ = false; }
    [[nodiscard]] ViewPool& pool() { return pool_; }
    [[nodiscard]] MapWorkers& mapWorkers() { return mapWorkers_; } ///< threads for tiles of maps
    [[nodiscard]] EnginePort& engine() { return engine_; }
    [[nodiscard]] ChatController& chat() { return chat_; }
    /// The loaded model when it is the recorded one (same shapes and name); else null and views say so.
    [[nodiscard]] std::shared_ptr<const Model> model() const;
    [[nodiscard]] bool modelLoaded() const { return model_.model() != nullptr; }
    /// The model the chat uses, whatever is recorded; null: none.
    [[nodiscard]] const std::shared_ptr<const Model>& loadedModel() const { return model_.model(); }

    /// While on, the chat's own runs are recorded as they are written. Off: nothing is requested.
    void setActive(bool on);
    [[nodiscard]] bool active() const { return active_; }
    /// What a view needs besides attention while it is shown; an empty list takes it back.
    void want(QObject* view, std::vector<TracePoint> points);
    /// Attention and everything views want, with the byte budget.
    [[nodiscard]] TraceRequest request() const;
    void setByteBudget(std::size_t bytes);
    [[nodiscard]] std::size_t byteBudget() const { return byteBudget_; }
    /// Bytes that recording `nToken` tokens of the loaded model would take with request(); 0: no model.
    [[nodiscard]] std::size_t expectedBytes(std::int64_t nToken) const;
    /// Applied to the chat's next runs; null: nothing is changed.
    void setInterventions(std::shared_ptr<const InterventionSet> set);
    [[nodiscard]] const std::shared_ptr<const InterventionSet>& interventions() const { return interventions_; }

    /// Reads the conversation up to `last` again (kNoMessage: all of it) and records; the model computes, nothing is
    /// generated.
    void lookInside(MessageId last = kNoMessage);
    /// The recording on screen once more with what views want by now (residual stream, ...), with its own changes;
    /// where they are not known, with those that are switched on.
    void recordAgain();
    /// The same for the second run of a comparison, with its own changes.
    void recordOtherAgain();
    void openRunFile(const QString& path);
    void saveRunFile(const QString& path);
    /// Puts a recording on the screen.
    void show(RecordingPtr recording, RecordingOrigin origin, const QString& name = {},
              std::shared_ptr<const InterventionSet> interventions = nullptr);
    /// A sentence why the two cannot be compared; empty: they can. Null ends the comparison.
    QString compareWith(RecordingPtr other, const QString& name,
                        std::shared_ptr<const InterventionSet> interventions = nullptr);
    void compareWithFile(const QString& path);
    /// The recording on the screen stays as what later ones are compared with.
    void keepForComparison();
    /// Records the same tokens with nothing changed, and compares with that. Needs the model.
    void compareWithUnchanged();

    /// Runs a recording job on the engine; `then` gets the whole recording. Returns the run, for cancel.
    RunId record(RecordRun run, QObject* receiver, std::function<void(Result<RecordingPtr>)> then);
    void cancel(RunId run) { engine_.cancel(run); }
    void cancelShown(); ///< what busyText() speaks of, where it is a run of the engine
    /// job(TaskContext&) -> Result<T> on the engine thread, then(Result<T>) on the GUI thread if `receiver` lives. A
    /// newer job with the same tag replaces an older one; the older one's `then` gets Cancelled.
    template <class Job, class Then>
    RunId askEngine(QObject* receiver, const std::string& tag, Job job, Then then) {
        using R = decltype(job(std::declval<TaskContext&>()));
        auto slot = std::make_shared<std::optional<R>>();
        auto shared = std::make_shared<Job>(std::move(job));
        Task task = [slot, shared](TaskContext& context) -> Result<void> {
            slot->emplace((*shared)(context));
            if (!**slot)
                return tl::unexpected((*slot)->error());
            return {};
        };
        return watch(submitTask(tag, std::move(task)), receiver,
                     [slot, then = std::move(then)](const Result<void>& status) mutable {
                         if (slot->has_value())
                             then(std::move(**slot));
                         else
                             then(R(tl::unexpected(status ? Error{ErrorCode::Cancelled, {}} : status.error())));
                     });
    }

    /// Where a message's token stands in the recorded context; -1: not in it.
    [[nodiscard]] std::int64_t positionOf(MessageId message, int iToken) const;
    struct ChatPlace {
        MessageId message = kNoMessage;
        int token = -1; ///< -1: the message has no tokens of its own, or the position is the template's
    };
    [[nodiscard]] ChatPlace placeOf(std::int64_t position) const;
    /// The recording is of this chat, and the chat has gone on since.
    [[nodiscard]] bool behind() const;
    /// The token views look at where nobody has chosen one: the newest that was read (a live answer's last token has no
    /// query before the next one is asked for), and not the mark that ends an answer. -1: nothing is recorded.
    [[nodiscard]] std::int64_t newestQuery() const;
    /// A piece of the recording as a pane shows it ("⏎" for a line break).
    [[nodiscard]] QString pieceText(std::int64_t position) const;
    [[nodiscard]] static QString pieceText(const Recording& recording, std::int64_t position);

    /// Nothing, or what is going on: "Reading 312 of 900 tokens".
    [[nodiscard]] QString busyText() const { return busyText_; }
    [[nodiscard]] double busyFraction() const { return busyFraction_; } ///< < 0: unknown

signals:
    void recordingChanged(bool grew); ///< grew: the same run, longer
    void otherChanged();
    void busyChanged();
    void modelChanged(); ///< the chat has another one, or has it now
    void interventionsChanged();
    void problem(const QString& sentence);
    void saved(const QString& path);
    void compareAsked(); ///< the last two answers are to be laid side by side

private:
    struct Watched {
        QPointer<QObject> receiver;
        std::function<void(const Result<void>&)> done;
        std::function<void(RecordingPtr)> recorded; ///< of a record() run
        bool shown = false;                         ///< its progress is busyText()
        bool said = false;                          ///< only because it takes long: taken back when it ends
        QElapsedTimer since{};                      ///< its first progress
    };
    RunId submitTask(const std::string& tag, Task task);
    RunId watch(RunId run, QObject* receiver, std::function<void(const Result<void>&)> done);
    void onEvents(const std::vector<RunEvent>& events);
    void onRecorded(const TraceRecorded& recorded);
    void onFinished(const RunFinished& finished);
    void chooseHead(); ///< a telling one, where nobody has chosen
    void tellChat();
    void setBusy(const QString& text, double fraction);
    void showProgress(Watched& watched, const TaskProgress& progress);
    [[nodiscard]] static QString taskText(const std::string& what);
    void adopt(RecordingPtr recording, RecordingOrigin origin, RunId run, bool grew,
               std::shared_ptr<const InterventionSet> interventions);
    bool findChanges(); ///< of a file: those that are switched on, where they have the same words; whether others

    EnginePort& engine_;
    ChatController& chat_;
    ModelSession& model_;
    SelectionModel selection_;
    RecordingPtr recording_, other_;
    std::shared_ptr<const InterventionSet> ranWith_, otherInterventions_;
    mutable std::shared_ptr<const TextAlignment> alignment_; ///< of alignedTo_ and other_; made when asked for
    mutable RecordingPtr alignedTo_;
    RecordingOrigin origin_ = RecordingOrigin::None;
    QString fileName_, otherName_, busyText_;
    double busyFraction_ = -1;
    RunId shownRun_ = 0;
    ChatRun place_; ///< how the recording's positions map to messages; context null: not
    std::map<RunId, Watched> watched_;
    std::map<QObject*, std::vector<TracePoint>> wanted_;
    std::shared_ptr<const InterventionSet> interventions_;
    std::size_t byteBudget_ = 1'000'000'000;
    mutable std::shared_ptr<const TraceShape> shape_; ///< of shapeOf_
    mutable const Model* shapeOf_ = nullptr;          ///< compared only
    bool active_ = false;
    bool headIsOurs_ = false; ///< the selected head was chosen for the person
    std::pair<std::int32_t, std::int32_t> lastHead_{-1, -1};
    MapWorkers mapWorkers_;
    ViewPool pool_; ///< last: joined first
};

} // namespace vitral
