// SPDX-License-Identifier: Apache-2.0
#pragma once
// The open conversation as a view model: what is said, what may be done, and the run that answers. It owns no widget
// and never waits: the store and the context assembly are on their own threads, the engine on its own.
// Thread: GUI.

#include "core/chat/context_assembly.h"
#include "widgets/chat/conversation_tree.h"
#include "widgets/chat/generation_settings.h"
#include "widgets/chat/model_session.h"
#include "widgets/chat/store_thread.h"
#include "widgets/chat/transcript_source.h"

#include <QElapsedTimer>
#include <QTimer>

namespace vitral {

/// Numbers of the last run, for the status bar and the gauge.
struct RunNumbers {
    std::int32_t nPrompt = 0, nCached = 0, nGenerated = 0;
    std::int32_t prefillDone = 0, prefillTotal = 0;
    double prefillTokensPerSecond = 0, decodeTokensPerSecond = 0, savedSeconds = 0;
    std::uint64_t seed = 0;
};

/// The newest run that answers, and where its tokens stand in the model's context.
struct ChatRun {
    RunId run = 0;
    MessageId answer = kNoMessage;
    std::shared_ptr<const AssembledContext> context;                ///< of everything before the answer
    std::shared_ptr<const InterventionSet> interventions = nullptr; ///< that it runs with; null: none
    /// Context position of the answer's first token.
    [[nodiscard]] std::int64_t firstAnswerPosition() const {
        return context ? static_cast<std::int64_t>(context->ids.size()) : 0;
    }
};

/// The ids a model would receive for a path of the conversation, for runs outside the chat.
struct AssembledPath {
    std::vector<TokenId> ids;
    std::shared_ptr<const AssembledContext> context;
    MessageId answer = kNoMessage; ///< the answer whose tokens follow the context; kNoMessage: none
};

class ChatController : public TranscriptSource {
    Q_OBJECT
public:
    ChatController(EnginePort& engine, EngineBridge& bridge, StoreThread& store, Worker& helper, ModelSession& model,
                   QObject* parent = nullptr);

    // TranscriptSource
    [[nodiscard]] int count() const override { return static_cast<int>(path_.size()); }
    [[nodiscard]] const Message& message(int index) const override { return *path_[static_cast<std::size_t>(index)]; }
    [[nodiscard]] int siblingCount(int index) const override;
    [[nodiscard]] int siblingIndex(int index) const override;
    [[nodiscard]] std::shared_ptr<const Tokenizer> tokenizer() const override;
    /// What the token ids of a message mean: null where another model wrote them, whose vocabulary is not at hand.
    /// Cheap to ask again: what was found out about the latest messages is kept.
    [[nodiscard]] std::shared_ptr<const Tokenizer> tokenizerOf(const Message& message) const;

    [[nodiscard]] const ConversationInfo& info() const { return info_; }
    [[nodiscard]] const ConversationTree& tree() const { return tree_; }
    [[nodiscard]] const GenerationSettings& settings() const { return settings_; }
    /// The window in use: what was asked for, at most what the model was trained for.
    [[nodiscard]] std::int32_t nCtx() const;
    void setSettings(const GenerationSettings& settings);

    /// `newerDraft`: what was written there and did not reach the store; empty: what the store has.
    void open(ConversationId id, const QString& newerDraft = {});
    /// An empty one; it is stored with its first message. `withUnsent`: the composer gets back what was written for a
    /// new one and never sent.
    void startNew(bool withUnsent = false);
    /// What was written for a new conversation and never sent: over the end of the program, too.
    [[nodiscard]] QString unsent() const;
    void setUnsent(const QString& text); ///< into the composer, where no conversation is open
    void keepDraft();                    ///< stored now, not in a moment
    void close(); ///< stops and stores what is open, before another conversation or the end of the program
    [[nodiscard]] bool opening() const { return opening_; }

    // What a person can do.
    void send(const QString& text);
    void stop();
    void regenerate(MessageId id); ///< an answer: a sibling; a question: a new answer to it
    void edit(MessageId id, const QString& text, bool thenAnswer); ///< adds a sibling with the new text
    void continueAnswer(MessageId id);                             ///< goes on where it stopped
    /// A sibling that keeps tokens [0, iToken) and has `token` in place of the next one, then goes on from there.
    void forkAt(MessageId id, int iToken, const MessageToken& token);
    void switchSibling(MessageId id, int step);
    void show(MessageId id); ///< makes the whole path to that message active (tree picture)
    /// Brings the texts of all branches into the tree, then calls; at once where they are there.
    void fetchAll(QObject* receiver, std::function<void()> then);
    void fetch(MessageId id); ///< brings a message's text into the tree, then says fetched(id)
    void removeMessage(MessageId id);
    void undoRemove();
    void setTitle(const QString& title);
    void saveDraft(const QString& text);
    /// The person's own choice when the context is full: the messages that problem() offered are left out from now on,
    /// which is stored with them; an answer that failed for it is tried again.
    void leaveOutOldest();
    void takeBackLeftOut(); ///< all of the open path belong to the context again
    /// Another window has changed the file: shows what is new, as soon as no answer is on its way.
    void refreshFromStore();

    [[nodiscard]] bool busy() const { return phase_ != Phase::Idle; }
    [[nodiscard]] bool prefilling() const { return phase_ == Phase::Assembling || phase_ == Phase::Prefill; }
    [[nodiscard]] MessageId answering() const { return busy() ? answer_ : kNoMessage; }
    [[nodiscard]] const RunNumbers& numbers() const { return numbers_; }
    /// What fills the window, with the draft counted as the question; null before anything is known.
    [[nodiscard]] const std::shared_ptr<const AssembledContext>& context() const { return context_; }
    /// Sampler stages of the newest token of the last answer on show, when asked for; null where that answer was not
    /// written while they were traced.
    [[nodiscard]] std::shared_ptr<const SamplerTrace> samplerTrace() const;
    void setTraceSampler(bool on) { traceSampler_ = on; }
    /// What the next runs record (TraceRecorded events on the bridge); null: nothing.
    void setTrace(std::shared_ptr<const TraceRequest> trace) { trace_ = std::move(trace); }
    /// What is changed in the next runs; null: nothing.
    void setInterventions(std::shared_ptr<const InterventionSet> set) { interventions_ = std::move(set); }
    [[nodiscard]] const ChatRun& run() const { return chatRun_; }
    /// The context of the path that ends with `last` (an answer's own tokens as they were generated). Errors: those of
    /// assembleContext, and a sentence where there is no model.
    void assemble(MessageId last, QObject* receiver, std::function<void(Result<AssembledPath>)> then);
    [[nodiscard]] std::shared_ptr<const Message> find(MessageId id) const { return tree_.message(id); }

signals:
    void conversationChanged(); ///< another conversation, its title, or its place in the list
    void stored();              ///< something the list shows has changed (title, time, count)
    void busyChanged();
    void numbersChanged();
    void contextChanged();
    void samplerTraceChanged();
    void runBegan(); ///< run() is a new one
    void draftLoaded(const QString& text);
    /// Something failed; belongs beside the composer. `contextFull` offers leaveOutOldest(). What stands with a message
    /// as its note is not told again.
    void problem(const QString& sentence, bool contextFull);
    void roomNoLongerOffered(); ///< leaveOutOldest() would do nothing any more
    void messagesLeftOut(int n);
    void messageRemoved();
    void messageRestored(); ///< whichever way that was undone
    void fetched(qint64 id);

private:
    enum class Phase : std::uint8_t { Idle, Storing, Assembling, Prefill, Decode };
    struct Start { ///< what the next answer begins with
        MessageId parent = kNoMessage;
        std::vector<MessageToken> prefix;
        bool into = false; ///< go on in `message` instead of adding one
        MessageId message = kNoMessage;
        bool forked = false;
    };

    void ensureConversation(std::function<void()> then, const QString& firstText);
    void addMessage(Message message, std::function<void(std::shared_ptr<Message>)> then, bool forked = false);
    void beginAnswer(Start start);
    void assembleAndRun(MessageId answer, std::vector<MessageToken> prefix);
    void submit(MessageId answer, std::vector<TokenId> prompt);
    void onEvents(const std::vector<RunEvent>& events);
    void onToken(const TokenProduced& token, Message& message);
    void onFinished(const RunFinished& finished);
    void flushPending();
    void flushDraft();
    void finishAnswer(MessageState state, const QString& note);
    void setPhase(Phase phase);
    void rebuildPath(bool mayFetch = true);
    void refreshContext();
    [[nodiscard]] int indexOf(MessageId id) const;
    struct Vocabulary { ///< whether a message's tokens are those of the loaded model
        MessageId message = kNoMessage;
        std::size_t nToken = 0;
        bool alike = false;
    };
    mutable std::vector<Vocabulary> vocabularies_; ///< the latest asked for last; of vocabulariesFor_
    mutable std::weak_ptr<const Tokenizer> vocabulariesFor_;
    [[nodiscard]] AssembleOptions assembleOptions() const;
    void report(const Error& error);
    void tell(const QString& sentence, bool contextFull = false);
    /// False, and says so, where the loaded model cannot go on from the tokens of `message`.
    bool canGoOnFrom(const Message& message);
    /// Offers to leave out the oldest where that would make room. nNeeded: tokens that must go.
    bool offerRoom(std::int64_t nNeeded);
    void leave(); ///< closes what is open
    void withdrawOffer();
    void setLeftOut(std::vector<MessageId> ids, bool leftOut);
    void markShift(std::int32_t nDropped);
    QStringList shiftMarks_; ///< of the run: places where the context moved on, as sentences
    template <class T>
    bool check(const Result<T>& result) {
        if (!result)
            report(result.error());
        return result.has_value();
    }

    EnginePort& engine_;
    StoreThread& store_;
    Worker& helper_;
    ModelSession& model_;

    ConversationInfo info_;
    ConversationTree tree_;
    std::vector<std::shared_ptr<Message>> path_;
    GenerationSettings settings_;
    std::vector<MessageId> offered_; ///< what leaveOutOldest() would leave out
    struct Removed {
        ConversationId conversation = 0;
        MessageId message = kNoMessage;
    };
    std::vector<Removed> removed_; ///< what can be restored, the latest last
    std::uint64_t generation_ = 0; ///< answers for an older conversation are dropped
    bool opening_ = false;
    bool staleStore_ = false; ///< changed by another window while an answer was on its way

    Phase phase_ = Phase::Idle;
    bool stopAsked_ = false;
    RunId run_ = 0;
    MessageId answer_ = kNoMessage;
    std::shared_ptr<Message> answerMessage_;
    std::string pendingText_; ///< not yet handed to the store
    std::vector<MessageToken> pendingTokens_;
    RunNumbers numbers_;
    QElapsedTimer decodeClock_;
    std::shared_ptr<const AssembledContext> context_;
    std::shared_ptr<const SamplerTrace> samplerTrace_;
    MessageId samplerAnswer_ = kNoMessage; ///< that samplerTrace_ is of
    bool traceSampler_ = false;
    ChatRun chatRun_;
    std::shared_ptr<const TraceRequest> trace_;
    std::shared_ptr<const InterventionSet> interventions_;
    QString draft_;
    QString unsent_; ///< draft of the conversation that is not stored yet, while another one is open
    QTimer contextTimer_, draftTimer_;
};

} // namespace vitral
