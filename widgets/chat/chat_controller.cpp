// SPDX-License-Identifier: Apache-2.0
// The conversation as a whole: opening, storing, what fills the context. Its messages: chat_controller_path.cpp; the
// run that answers: chat_controller_run.cpp.
#include "widgets/chat/chat_controller.h"

#include "core/base/log.h"
#include "widgets/chat/error_text.h"

#include <QDateTime>

#include <algorithm>
#include <utility>

namespace vitral {
namespace {
constexpr int kContextDelayMs = 300;
constexpr int kDraftDelayMs = 400;
constexpr int kTitleLength = 60;

QString titleFrom(const QString& text) {
    QString title = text.trimmed().section(QLatin1Char('\n'), 0, 0).simplified();
    if (title.size() > kTitleLength)
        title = title.left(kTitleLength - 1).trimmed() + QChar(0x2026);
    return title;
}
} // namespace

ChatController::ChatController(EnginePort& engine, EngineBridge& bridge, StoreThread& store, Worker& helper,
                               ModelSession& model, QObject* parent)
    : TranscriptSource(parent), engine_(engine), store_(store), helper_(helper), model_(model) {
    connect(&bridge, &EngineBridge::eventsArrived, this, &ChatController::onEvents);
    connect(&model_, &ModelSession::changed, this, [this] { contextTimer_.start(); });
    contextTimer_.setSingleShot(true);
    contextTimer_.setInterval(kContextDelayMs);
    connect(&contextTimer_, &QTimer::timeout, this, &ChatController::refreshContext);
    draftTimer_.setSingleShot(true);
    draftTimer_.setInterval(kDraftDelayMs);
    connect(&draftTimer_, &QTimer::timeout, this, &ChatController::flushDraft);
}

void ChatController::flushDraft() {
    draftTimer_.stop();
    if (info_.id != 0)
        store_.ask(
            this, [id = info_.id, text = draft_.toStdString()](ConversationStore& s) { return s.saveDraft(id, text); },
            [this](Result<void> r) { check(r); }, "draft");
}

void ChatController::report(const Error& error) {
    logMessage(LogLevel::Warning, "store", error.message);
    emit problem(errorText(error, Doing::Store), false);
}

int ChatController::siblingCount(int index) const {
    return static_cast<int>(tree_.siblings(message(index).id).ids.size());
}
int ChatController::siblingIndex(int index) const {
    return tree_.siblings(message(index).id).current;
}

std::shared_ptr<const Tokenizer> ChatController::tokenizer() const {
    return model_.model() ? model_.model()->tokenizer() : nullptr;
}

std::shared_ptr<const SamplerTrace> ChatController::samplerTrace() const {
    return !path_.empty() && path_.back()->id == samplerAnswer_ ? samplerTrace_ : nullptr;
}

int ChatController::indexOf(MessageId id) const {
    const auto at = std::find_if(path_.begin(), path_.end(), [id](const auto& m) { return m->id == id; });
    return at == path_.end() ? -1 : static_cast<int>(at - path_.begin());
}

void ChatController::setSettings(const GenerationSettings& settings) {
    const bool stored = settings.systemPrompt.toStdString() != info_.systemPrompt;
    settings_ = settings;
    if (stored && info_.id != 0) {
        info_.systemPrompt = settings.systemPrompt.toStdString();
        store_.ask(
            this, [info = info_](ConversationStore& s) { return s.update(info); }, [this](Result<void> r) { check(r); },
            "system-prompt");
    }
    contextTimer_.start();
}

void ChatController::keepDraft() {
    if (draftTimer_.isActive())
        flushDraft();
}

void ChatController::close() {
    keepDraft();
    stop();
    finishAnswer(MessageState::Stopped, {});
}

void ChatController::startNew(bool withUnsent) {
    leave();
    if (withUnsent)
        draft_ = std::exchange(unsent_, {});
    const QString draft = draft_; // an editor that is emptied before it is filled says so, and draft_ with it
    emit reset(0);
    emit conversationChanged();
    emit draftLoaded(draft);
    contextTimer_.start();
}

void ChatController::leave() {
    close();
    unsent_ = unsent();
    ++generation_;
    opening_ = false;
    info_ = {};
    tree_.clear();
    path_.clear();
    withdrawOffer();
    staleStore_ = false;
    draft_.clear();
    draftTimer_.stop();
    context_.reset();
    numbers_ = {};
    vocabularies_.clear();
    samplerTrace_.reset();
    samplerAnswer_ = kNoMessage;
}

QString ChatController::unsent() const {
    if (info_.id != 0 || opening_ || draft_.trimmed().isEmpty() || draft_ == unsent_)
        return unsent_;
    return unsent_.isEmpty() ? draft_ : unsent_ + QStringLiteral("\n\n") + draft_;
}

void ChatController::setUnsent(const QString& text) {
    if (info_.id != 0 || opening_) {
        unsent_ = text;
        return;
    }
    unsent_.clear();
    draft_ = text;
    emit draftLoaded(text);
}

void ChatController::open(ConversationId id, const QString& newerDraft) {
    if (id == info_.id)
        return;
    startNew();
    struct Loaded {
        ConversationInfo info;
        std::vector<MessageNode> nodes;
        std::vector<Message> path;
        std::string draft;
    };
    opening_ = true;
    store_.ask(
        this,
        [id](ConversationStore& s) -> Result<Loaded> {
            Loaded out;
            VITRAL_TRY_ASSIGN(out.info, s.info(id));
            VITRAL_TRY_ASSIGN(out.nodes, s.tree(id));
            VITRAL_TRY_ASSIGN(out.path, s.activePath(id));
            VITRAL_TRY_ASSIGN(out.draft, s.draft(id));
            return out;
        },
        [this, newerDraft, generation = generation_](Result<Loaded> loaded) {
            if (generation != generation_)
                return;
            opening_ = false;
            if (!check(loaded))
                return;
            info_ = std::move(loaded->info);
            tree_.reset(std::move(loaded->nodes), std::move(loaded->path));
            path_ = tree_.activePath();
            const QString draft = newerDraft.isEmpty() ? QString::fromStdString(loaded->draft) : newerDraft;
            draft_ = draft;
            emit reset(0);
            emit conversationChanged();
            emit draftLoaded(draft);
            if (!newerDraft.isEmpty())
                flushDraft();
            contextTimer_.start();
        });
}

void ChatController::ensureConversation(std::function<void()> then, const QString& firstText) {
    if (info_.id != 0) {
        then();
        return;
    }
    ConversationInfo info;
    info.title = titleFrom(firstText).toStdString();
    info.modelPath = model_.path().toStdString();
    info.systemPrompt = settings_.systemPrompt.toStdString();
    store_.ask(
        this, [info](ConversationStore& s) { return s.create(info); },
        [this, info, generation = generation_, then = std::move(then)](Result<ConversationId> id) mutable {
            if (generation != generation_)
                return;
            if (!check(id)) {
                finishAnswer(MessageState::Failed, {});
                return;
            }
            info_ = std::move(info);
            info_.id = *id;
            emit conversationChanged();
            emit stored();
            then();
        });
}

void ChatController::addMessage(Message message, std::function<void(std::shared_ptr<Message>)> then, bool forked) {
    message.createdUnixMs = QDateTime::currentMSecsSinceEpoch();
    auto shared = std::make_shared<Message>(std::move(message));
    store_.ask(
        this, [conversation = info_.id, shared](ConversationStore& s) { return s.add(conversation, *shared); },
        [this, shared, forked, generation = generation_, then = std::move(then)](Result<MessageId> id) {
            if (generation != generation_)
                return;
            if (!check(id)) {
                finishAnswer(MessageState::Failed, {});
                return;
            }
            shared->id = *id;
            const int parentIndex = shared->parent == kNoMessage ? -1 : indexOf(shared->parent);
            tree_.add(shared, forked);
            const int first = parentIndex + 1;
            if (first < static_cast<int>(path_.size())) {
                path_.resize(static_cast<std::size_t>(first));
                path_.push_back(shared);
                emit reset(first);
            } else {
                path_.push_back(shared);
                emit appended(first);
            }
            emit stored();
            then(shared);
        });
}

void ChatController::setTitle(const QString& title) {
    if (info_.id == 0 || title.trimmed().isEmpty())
        return;
    info_.title = title.trimmed().toStdString();
    store_.ask(
        this, [info = info_](ConversationStore& s) { return s.update(info); },
        [this](Result<void> r) {
            check(r);
            emit stored();
        });
    emit conversationChanged();
}

void ChatController::saveDraft(const QString& text) {
    if (text == draft_)
        return;
    draft_ = text;
    draftTimer_.start();
    contextTimer_.start();
}

void ChatController::refreshFromStore() {
    staleStore_ = busy() || opening_;
    if (staleStore_ || info_.id == 0)
        return;
    struct Now {
        ConversationInfo info;
        std::vector<MessageNode> nodes;
        std::vector<Message> path;
    };
    store_.ask(
        this,
        [id = info_.id](ConversationStore& s) -> Result<Now> {
            Now now;
            VITRAL_TRY_ASSIGN(now.info, s.info(id));
            VITRAL_TRY_ASSIGN(now.nodes, s.tree(id));
            VITRAL_TRY_ASSIGN(now.path, s.activePath(id));
            return now;
        },
        [this, generation = generation_](Result<Now> now) {
            if (generation != generation_)
                return;
            if (busy()) {
                staleStore_ = true;
                return;
            }
            if (!now) { // deleted for good in the other window
                if (now.error().code == ErrorCode::NotFound)
                    startNew();
                return;
            }
            // Messages are as good as they were where nothing of them has changed: they keep their lines on the screen.
            std::size_t same = 0;
            const auto equal = [](const Message& a, const Message& b) {
                return a.id == b.id && a.text.size() == b.text.size() && a.tokens.size() == b.tokens.size() &&
                       a.state == b.state && a.note == b.note && a.leftOut == b.leftOut;
            };
            while (same < path_.size() && same < now->path.size() && equal(*path_[same], now->path[same]))
                ++same;
            const bool changedPath = same < path_.size() || same < now->path.size();
            const bool changedTree = now->nodes.size() != tree_.nodes().size();
            const bool changedTitle = now->info.title != info_.title;
            if (!changedPath && !changedTree && !changedTitle)
                return;
            const std::string prompt = std::move(info_.systemPrompt); // edited here, perhaps not stored yet
            info_ = std::move(now->info);
            info_.systemPrompt = prompt;
            if (changedPath || changedTree) {
                const std::vector<std::shared_ptr<Message>> old = path_;
                tree_.reset(std::move(now->nodes), std::move(now->path));
                for (std::size_t i = 0; i < same; ++i)
                    tree_.keep(old[i]);
                path_ = tree_.activePath();
                emit reset(static_cast<int>(same));
                contextTimer_.start();
            }
            if (changedTitle)
                emit conversationChanged();
        });
}

std::int32_t ChatController::nCtx() const {
    const std::int64_t trained = model_.model() ? model_.model()->config().nCtxTrain : 0;
    return trained > 0 ? static_cast<std::int32_t>(std::min<std::int64_t>(trained, settings_.nCtx)) : settings_.nCtx;
}

AssembleOptions ChatController::assembleOptions() const {
    AssembleOptions options;
    options.systemPrompt = settings_.systemPrompt.toStdString();
    options.nCtx = nCtx();
    options.nReserve = std::min(settings_.maxTokens > 0 ? settings_.maxTokens : 256, options.nCtx / 2);
    for (const auto& message : path_)
        if (message->leftOut)
            options.leaveOut.push_back(message->id);
    options.nowUnixSeconds = QDateTime::currentSecsSinceEpoch();
    if (model_.capabilities().thinking)
        options.extraJson = settings_.thinking ? R"({"enable_thinking": true})" : R"({"enable_thinking": false})";
    return options;
}

void ChatController::refreshContext() {
    if (busy() || !model_.model())
        return;
    std::vector<Message> path;
    for (const auto& message : path_) {
        Message light; // without the tokens: copying those would cost more than the assembly
        light.id = message->id;
        light.role = message->role;
        light.text = message->text;
        light.startsThinking = message->startsThinking;
        path.push_back(std::move(light));
    }
    if (!draft_.trimmed().isEmpty()) {
        Message question;
        question.role = Role::User;
        question.text = draft_.toStdString();
        path.push_back(std::move(question));
    }
    AssembleOptions options = assembleOptions();
    options.addGenerationPrompt = path.empty() || path.back().role != Role::Assistant;
    helper_.ask(
        this,
        [path = std::move(path), options = std::move(options), model = model_.model(),
         chatTemplate = model_.chatTemplate()] {
            return assembleContext(path, *model->tokenizer(), chatTemplate.get(), options);
        },
        [this, generation = generation_](Result<AssembledContext> context) {
            // An error is told when the person sends; while typing it would only be in the way.
            if (generation != generation_ || !context)
                return;
            context_ = std::make_shared<const AssembledContext>(std::move(*context));
            if (context_->fits)
                withdrawOffer();
            emit contextChanged();
        },
        "context");
}

} // namespace vitral
