// SPDX-License-Identifier: Apache-2.0
// The messages of the open conversation: editing, walking, removing and leaving them out of the context.
#include "widgets/chat/chat_controller.h"

namespace vitral {

void ChatController::edit(MessageId id, const QString& text, bool thenAnswer) {
    const std::shared_ptr<Message> old = tree_.message(id);
    if (!old || busy())
        return;
    setPhase(Phase::Storing);
    Message fresh;
    fresh.parent = old->parent;
    fresh.role = old->role;
    fresh.text = text.toStdString();
    addMessage(std::move(fresh), [this, thenAnswer](const std::shared_ptr<Message>& message) {
        if (thenAnswer && message->role == Role::User)
            beginAnswer({message->id, {}, false, kNoMessage, false});
        else {
            setPhase(Phase::Idle);
            contextTimer_.start();
        }
    });
}

void ChatController::switchSibling(MessageId id, int step) {
    const Siblings siblings = tree_.siblings(id);
    const int target = siblings.current + step;
    if (busy() || target < 0 || target >= static_cast<int>(siblings.ids.size()))
        return;
    show(siblings.ids[static_cast<std::size_t>(target)]);
}

void ChatController::show(MessageId id) {
    if (busy() || tree_.node(id) == nullptr)
        return;
    // Every ancestor must lead here. Only what is not active already is written.
    for (MessageId at = id; at != kNoMessage;) {
        const MessageNode* node = tree_.node(at);
        if (node == nullptr)
            break;
        const MessageId parent = node->parent;
        const MessageNode* above = tree_.node(parent);
        const MessageId active = parent == kNoMessage ? tree_.activeRoot()
                                 : above != nullptr   ? above->activeChild
                                                      : kNoMessage;
        if (active != at) {
            tree_.setActive(at);
            store_.ask(
                this,
                [conversation = info_.id, parent, at](ConversationStore& s) {
                    return s.setActiveChild(conversation, parent, at);
                },
                [this](Result<void> r) { check(r); });
        }
        at = parent;
    }
    rebuildPath();
}

void ChatController::fetchAll(QObject* receiver, std::function<void()> then) {
    std::vector<MessageId> missing;
    for (const MessageNode& node : tree_.nodes())
        if (!tree_.message(node.id))
            missing.push_back(node.id);
    if (missing.empty())
        return then();
    store_.ask(
        receiver,
        [missing = std::move(missing)](ConversationStore& s) -> Result<std::vector<Message>> {
            std::vector<Message> out;
            for (const MessageId id : missing) {
                VITRAL_TRY_ASSIGN(Message message, s.message(id));
                out.push_back(std::move(message));
            }
            return out;
        },
        [this, generation = generation_, then = std::move(then)](Result<std::vector<Message>> got) {
            if (generation == generation_ && check(got))
                for (Message& message : *got)
                    if (!tree_.message(message.id))
                        tree_.keep(std::make_shared<Message>(std::move(message)));
            then();
        });
}

void ChatController::fetch(MessageId id) {
    if (tree_.node(id) == nullptr)
        return;
    store_.ask(
        this, [id](ConversationStore& s) { return s.message(id); },
        [this, id, generation = generation_](Result<Message> got) {
            if (generation != generation_ || !check(got))
                return;
            tree_.keep(std::make_shared<Message>(std::move(*got)));
            emit fetched(id);
        });
}

void ChatController::rebuildPath(bool mayFetch) {
    std::vector<MessageId> missing;
    std::vector<std::shared_ptr<Message>> fresh = tree_.activePath(&missing);
    if (!missing.empty() && mayFetch) {
        store_.ask(
            this,
            [missing](ConversationStore& s) -> Result<std::vector<Message>> {
                std::vector<Message> out;
                for (const MessageId id : missing) {
                    VITRAL_TRY_ASSIGN(Message message, s.message(id));
                    out.push_back(std::move(message));
                }
                return out;
            },
            [this, generation = generation_](Result<std::vector<Message>> got) {
                if (generation != generation_ || !check(got))
                    return;
                for (Message& message : *got)
                    tree_.keep(std::make_shared<Message>(std::move(message)));
                rebuildPath(false);
            });
        return;
    }
    std::size_t same = 0;
    while (same < fresh.size() && same < path_.size() && fresh[same] == path_[same])
        ++same;
    path_ = std::move(fresh);
    withdrawOffer(); // it was for another path
    emit reset(static_cast<int>(same));
    contextTimer_.start();
}

void ChatController::assemble(MessageId last, QObject* receiver, std::function<void(Result<AssembledPath>)> then) {
    const std::shared_ptr<const Model> model = model_.model();
    const std::shared_ptr<Message> end = tree_.message(last);
    if (!model || !end) {
        then(fail(ErrorCode::NotFound, (model ? tr("There is no such message in this conversation.")
                                              : tr("No model is loaded yet. Choose one first."))
                                           .toStdString()));
        return;
    }
    AssembledPath begin;
    std::vector<TokenId> answerIds;
    if (end->role == Role::Assistant && !end->tokens.empty()) {
        begin.answer = end->id;
        for (const MessageToken& token : end->tokens)
            answerIds.push_back(token.score.id);
    }
    std::vector<Message> path;
    for (const auto& message : tree_.pathTo(begin.answer != kNoMessage ? end->parent : last)) {
        Message light;
        light.id = message->id;
        light.role = message->role;
        light.text = message->text;
        light.startsThinking = message->startsThinking;
        path.push_back(std::move(light));
    }
    AssembleOptions options = assembleOptions();
    options.addGenerationPrompt = begin.answer != kNoMessage || path.empty() || path.back().role != Role::Assistant;
    helper_.ask(
        receiver,
        [path = std::move(path), options = std::move(options), model, chatTemplate = model_.chatTemplate(),
         begin = std::move(begin), answerIds = std::move(answerIds)]() mutable -> Result<AssembledPath> {
            VITRAL_TRY_ASSIGN(AssembledContext context,
                              assembleContext(path, *model->tokenizer(), chatTemplate.get(), options));
            begin.ids = context.ids;
            begin.ids.insert(begin.ids.end(), answerIds.begin(), answerIds.end());
            begin.context = std::make_shared<const AssembledContext>(std::move(context));
            return std::move(begin);
        },
        std::move(then));
}

void ChatController::removeMessage(MessageId id) {
    if (busy() || tree_.node(id) == nullptr)
        return;
    store_.ask(
        this, [id](ConversationStore& s) { return s.removeMessage(id); },
        [this, id, generation = generation_](Result<void> r) {
            if (generation != generation_ || !check(r))
                return;
            removed_.push_back({info_.id, id});
            tree_.remove(id);
            rebuildPath();
            emit stored();
            emit messageRemoved();
        });
}

void ChatController::undoRemove() {
    if (removed_.empty() || busy())
        return;
    const auto [conversation, id] = removed_.back();
    removed_.pop_back();
    if (conversation != info_.id) { // it comes back where it was, and that is shown
        store_.ask(
            this, [message = id](ConversationStore& s) { return s.restoreMessage(message); },
            [this, back = conversation](Result<void> r) {
                if (!check(r))
                    return;
                open(back);
                emit stored();
                emit messageRestored();
            });
        return;
    }
    struct Again {
        std::vector<MessageNode> nodes;
        std::vector<Message> path;
    };
    store_.ask(
        this,
        [message = id, in = info_.id](ConversationStore& s) -> Result<Again> {
            VITRAL_TRY(s.restoreMessage(message));
            Again again;
            VITRAL_TRY_ASSIGN(again.nodes, s.tree(in));
            VITRAL_TRY_ASSIGN(again.path, s.activePath(in));
            return again;
        },
        [this, message = id, generation = generation_](Result<Again> again) {
            if (generation != generation_ || !check(again))
                return;
            tree_.reset(std::move(again->nodes), std::move(again->path));
            path_ = tree_.activePath();
            emit reset(0);
            emit stored();
            emit messageRestored();
            show(message);
        });
}

void ChatController::setLeftOut(std::vector<MessageId> ids, bool leftOut) {
    for (const MessageId id : ids)
        if (const std::shared_ptr<Message> message = tree_.message(id))
            message->leftOut = leftOut;
    for (const MessageId id : ids)
        if (const int index = indexOf(id); index >= 0)
            emit changed(index);
    store_.ask(
        this, [ids = std::move(ids), leftOut](ConversationStore& s) { return s.setLeftOut(ids, leftOut); },
        [this](Result<void> r) { check(r); });
}

void ChatController::leaveOutOldest() {
    if (busy() || offered_.empty())
        return;
    const int n = static_cast<int>(offered_.size());
    setLeftOut(std::exchange(offered_, {}), true);
    emit messagesLeftOut(n);
    const Message* last = path_.empty() ? nullptr : path_.back().get();
    if (last != nullptr && last->role == Role::Assistant && last->state == MessageState::Failed && last->text.empty() &&
        model_.model()) {
        stopAsked_ = false;
        beginAnswer({last->parent, {}, true, last->id, false});
        return;
    }
    refreshContext();
}

void ChatController::takeBackLeftOut() {
    std::vector<MessageId> ids;
    for (const auto& message : path_)
        if (message->leftOut)
            ids.push_back(message->id);
    setLeftOut(std::move(ids), false);
    refreshContext();
}

} // namespace vitral
