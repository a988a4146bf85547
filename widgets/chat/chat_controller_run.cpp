// SPDX-License-Identifier: Apache-2.0
// The run half of the chat controller: store the question, assemble the context, submit, take the tokens, finish.
#include "core/base/log.h"
#include "widgets/chat/chat_controller.h"
#include "widgets/chat/error_text.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace vitral {
namespace {

/// Settings as they were, and what was changed in the model's activations, if anything.
std::string paramsText(const GenerationSettings& settings, const InterventionSet* interventions) {
    QJsonObject json = toJson(settings);
    QJsonArray changes;
    if (interventions != nullptr)
        for (const Intervention& item : interventions->items)
            if (item.enabled)
                changes.append(QString::fromStdString(describe(item)));
    if (!changes.isEmpty())
        json[QStringLiteral("interventions")] = changes;
    return QJsonDocument(json).toJson(QJsonDocument::Compact).toStdString();
}

} // namespace

void ChatController::setPhase(Phase phase) {
    const bool was = busy();
    const bool wasPrefill = prefilling();
    phase_ = phase;
    if (was != busy() || wasPrefill != prefilling())
        emit busyChanged();
}

void ChatController::tell(const QString& sentence, bool contextFull) {
    emit problem(sentence, contextFull);
}

bool ChatController::offerRoom(std::int64_t nNeeded) {
    if (!context_)
        return false;
    const std::vector<MessageId>& oldest = context_->droppedNext;
    std::int64_t nFreed = 0;
    for (const ContextSpan& span : context_->spans)
        if (span.message != kNoMessage && std::find(oldest.begin(), oldest.end(), span.message) != oldest.end())
            nFreed += span.tokenEnd - span.tokenBegin;
    if (nFreed < std::max<std::int64_t>(nNeeded, 1))
        return false;
    offered_ = oldest;
    tell(tr("The oldest messages can be left out of what the model reads; they stay in the conversation."), true);
    return true;
}

void ChatController::withdrawOffer() {
    if (offered_.empty())
        return;
    offered_.clear();
    emit roomNoLongerOffered();
}

void ChatController::send(const QString& text) {
    if (busy() || text.trimmed().isEmpty())
        return;
    if (!model_.model()) {
        tell(tr("No model is loaded yet. Choose one first."));
        return;
    }
    setPhase(Phase::Storing);
    stopAsked_ = false;
    if (draft_ == text) // else somebody has written something besides what is sent here (a suggestion, a lesson)
        draft_.clear();
    draftTimer_.stop();
    ensureConversation(
        [this, text] {
            Message question;
            question.parent = path_.empty() ? kNoMessage : path_.back()->id;
            question.role = Role::User;
            question.text = text.toStdString();
            store_.ask(
                this,
                [id = info_.id, draft = draft_.toStdString()](ConversationStore& s) { return s.saveDraft(id, draft); },
                [this](Result<void> r) { check(r); }, "draft");
            addMessage(std::move(question), [this](const std::shared_ptr<Message>& message) {
                beginAnswer({message->id, {}, false, kNoMessage, false});
            });
        },
        text);
}

void ChatController::regenerate(MessageId id) {
    const std::shared_ptr<Message> message = tree_.message(id);
    if (!message || busy())
        return;
    if (!model_.model()) {
        tell(tr("No model is loaded yet. Choose one first."));
        return;
    }
    stopAsked_ = false;
    beginAnswer({message->role == Role::Assistant ? message->parent : id, {}, false, kNoMessage, false});
}

std::shared_ptr<const Tokenizer> ChatController::tokenizerOf(const Message& message) const {
    std::shared_ptr<const Tokenizer> own = tokenizer();
    if (!own || (!message.modelName.empty() && message.modelName == model_.displayName().toStdString()))
        return own;
    constexpr std::size_t kKept = 64; // answers; more are hardly hovered in one go
    if (vocabulariesFor_.lock() != own) {
        vocabularies_.clear();
        vocabulariesFor_ = own;
    }
    const auto known = std::find_if(vocabularies_.begin(), vocabularies_.end(), [&](const Vocabulary& v) {
        return v.message == message.id && v.nToken == message.tokens.size();
    });
    if (known != vocabularies_.end() && message.id != kNoMessage)
        return known->alike ? own : nullptr;
    // Another name may be the same vocabulary: a fine-tune, or other bits a weight.
    const bool alike = std::all_of(message.tokens.begin(), message.tokens.end(), [&](const MessageToken& token) {
        return own->decodeToken(token.score.id, true) == token.bytes;
    });
    if (vocabularies_.size() >= kKept)
        vocabularies_.erase(vocabularies_.begin());
    if (message.id != kNoMessage)
        vocabularies_.push_back({message.id, message.tokens.size(), alike});
    return alike ? own : nullptr;
}

bool ChatController::canGoOnFrom(const Message& message) {
    if (tokenizerOf(message))
        return true;
    tell(
        tr("%1 wrote this answer, with tokens that the loaded model does not know. Open that model to go on from here, "
           "or ask for another answer.")
            .arg(message.modelName.empty() ? tr("Another model") : QString::fromStdString(message.modelName)));
    return false;
}

void ChatController::continueAnswer(MessageId id) {
    const std::shared_ptr<Message> message = tree_.message(id);
    if (!message || busy() || message->role != Role::Assistant || !model_.model() || !canGoOnFrom(*message))
        return;
    stopAsked_ = false;
    // Without the end-of-answer token, or the model would rightly have nothing to add.
    while (!message->tokens.empty() && model_.model()->tokenizer()->isEndOfGeneration(message->tokens.back().score.id))
        message->tokens.pop_back();
    beginAnswer({message->parent, message->tokens, true, id, false});
}

void ChatController::forkAt(MessageId id, int iToken, const MessageToken& token) {
    const std::shared_ptr<Message> message = tree_.message(id);
    if (!message || busy() || !model_.model() || iToken < 0 || iToken > static_cast<int>(message->tokens.size()) ||
        !canGoOnFrom(*message))
        return;
    stopAsked_ = false;
    std::vector<MessageToken> prefix(message->tokens.begin(), message->tokens.begin() + iToken);
    prefix.push_back(token);
    beginAnswer({message->parent, std::move(prefix), false, id, true});
}

void ChatController::beginAnswer(Start start) {
    setPhase(Phase::Storing);
    withdrawOffer();
    if (start.into) {
        answerMessage_ = tree_.message(start.message);
        answer_ = start.message;
        answerMessage_->state = MessageState::Streaming;
        emit changed(indexOf(answer_));
        assembleAndRun(answer_, std::move(start.prefix));
        return;
    }
    Message answer;
    answer.parent = start.parent;
    answer.role = Role::Assistant;
    answer.state = MessageState::Streaming;
    answer.modelName = model_.displayName().toStdString();
    answer.paramsJson = paramsText(settings_, interventions_.get());
    answer.tokens = start.prefix;
    if (start.forked) {
        answer.forkedFrom = start.message;
        answer.forkedAtToken = static_cast<std::int32_t>(start.prefix.size()) - 1;
    }
    for (const MessageToken& token : start.prefix)
        answer.text += token.bytes;
    // SentencePiece gives the first piece a blank that belongs to no text.
    if (!answer.text.empty() && answer.text.front() == ' ')
        answer.text.erase(0, 1);
    addMessage(
        std::move(answer),
        [this, prefix = std::move(start.prefix)](const std::shared_ptr<Message>& message) mutable {
            answerMessage_ = message;
            answer_ = message->id;
            assembleAndRun(message->id, std::move(prefix));
        },
        start.forked);
}

void ChatController::assembleAndRun(MessageId answer, std::vector<MessageToken> prefix) {
    setPhase(Phase::Assembling);
    numbers_ = {};
    shiftMarks_.clear();
    emit numbersChanged();
    const std::shared_ptr<const Model> model = model_.model();
    if (stopAsked_ || !model) {
        finishAnswer(MessageState::Stopped, tr("Stopped before the first token."));
        return;
    }
    const std::shared_ptr<Message> answerMessage = tree_.message(answer);
    std::vector<Message> path;
    for (const auto& message : tree_.pathTo(answerMessage->parent)) {
        Message light;
        light.id = message->id;
        light.role = message->role;
        light.text = message->text;
        light.startsThinking = message->startsThinking;
        path.push_back(std::move(light));
    }
    // An answer that was typed or edited has no tokens: its text is encoded.
    const std::string typed = prefix.empty() ? answerMessage->text : std::string();
    struct Prompt {
        std::shared_ptr<const AssembledContext> context;
        std::vector<TokenId> ids;
    };
    helper_.ask(
        this,
        [path = std::move(path), options = assembleOptions(), model, chatTemplate = model_.chatTemplate(), typed,
         prefix = std::move(prefix)]() -> Result<Prompt> {
            Prompt prompt;
            VITRAL_TRY_ASSIGN(AssembledContext context,
                              assembleContext(path, *model->tokenizer(), chatTemplate.get(), options));
            prompt.ids = context.ids;
            prompt.context = std::make_shared<const AssembledContext>(std::move(context));
            for (const MessageToken& token : prefix)
                prompt.ids.push_back(token.score.id);
            if (!typed.empty()) {
                VITRAL_TRY_ASSIGN(const std::vector<TokenId> more,
                                  model->tokenizer()->encode(typed, {AddSpecial::No, ParseSpecial::No}));
                prompt.ids.insert(prompt.ids.end(), more.begin(), more.end());
            }
            return prompt;
        },
        [this, answer, generation = generation_](Result<Prompt> prompt) {
            if (generation != generation_ || answer != answer_ || phase_ != Phase::Assembling)
                return;
            if (!prompt) {
                finishAnswer(MessageState::Failed, errorText(prompt.error(), Doing::Answer));
                return;
            }
            context_ = prompt->context;
            emit contextChanged();
            if (opensThinking(context_->text) == StartsThinking::Yes && !answerMessage_->startsThinking) {
                answerMessage_->startsThinking = true;
                store_.ask(
                    this, [answer](ConversationStore& s) { return s.setStartsThinking(answer); },
                    [this](Result<void> r) { check(r); });
            }
            if (stopAsked_) {
                finishAnswer(MessageState::Stopped, tr("Stopped before the first token."));
                return;
            }
            const auto nPrompt = static_cast<std::int32_t>(prompt->ids.size());
            if (nPrompt >= nCtx()) {
                const QString sentence = tr("The conversation has %1 tokens; the context window has room for %2.")
                                             .arg(QLocale().toString(nPrompt), QLocale().toString(nCtx()));
                const bool room = offerRoom(std::int64_t{nPrompt} - nCtx() + 1);
                finishAnswer(MessageState::Failed,
                             room ? sentence
                                  : sentence + QLatin1Char(' ') +
                                        tr("Shorten the question, or make the context larger in the settings."));
                return;
            }
            submit(answer, std::move(prompt->ids));
        });
}

void ChatController::submit(MessageId answer, std::vector<TokenId> prompt) {
    GenerateJob job;
    job.model = model_.model();
    job.branches.push_back({std::move(prompt), settings_.sampler});
    job.maxTokens = settings_.maxTokens;
    job.nCtx = nCtx();
    job.kvType = settings_.kvType;
    job.contextShift = settings_.contextShift;
    job.traceSampler = traceSampler_;
    job.trace = trace_;
    job.interventions = interventions_;
    answer_ = answer;
    answerMessage_ = tree_.message(answer);
    setPhase(Phase::Prefill);
    run_ = engine_.generate(std::move(job));
    chatRun_ = {run_, answer, context_, interventions_};
    emit runBegan();
}

void ChatController::stop() {
    if (!busy())
        return;
    stopAsked_ = true;
    if (phase_ == Phase::Prefill || phase_ == Phase::Decode)
        engine_.cancel(run_);
}

void ChatController::onEvents(const std::vector<RunEvent>& events) {
    if (run_ == 0 || !answerMessage_)
        return;
    bool grown = false;
    bool counted = false;
    const std::shared_ptr<const SamplerTrace> shownTrace = samplerTrace_;
    for (const RunEvent& event : events) {
        if (run_ == 0)
            break;
        if (const auto* token = std::get_if<TokenProduced>(&event)) {
            if (token->run != run_ || token->iBranch != 0)
                continue;
            onToken(*token, *answerMessage_);
            grown = counted = true;
        } else if (const auto* branch = std::get_if<BranchFinished>(&event)) {
            if (branch->run != run_ || branch->iBranch != 0 || branch->text.empty())
                continue;
            answerMessage_->text += branch->text;
            pendingText_ += branch->text;
            grown = true;
        } else if (const auto* prefill = std::get_if<PrefillProgress>(&event)) {
            if (prefill->run != run_)
                continue;
            numbers_.prefillDone = prefill->done;
            numbers_.prefillTotal = prefill->total;
            numbers_.nCached = prefill->fromCache;
            numbers_.savedSeconds = prefill->savedSeconds;
            counted = true;
        } else if (const auto* shifted = std::get_if<ContextShifted>(&event)) {
            if (shifted->run == run_ && shifted->iBranch == 0)
                markShift(shifted->nDropped);
        } else if (const auto* finished = std::get_if<RunFinished>(&event)) {
            if (finished->run != run_)
                continue;
            if (grown) {
                emit grew(indexOf(answer_));
                grown = false;
            }
            onFinished(*finished);
            counted = true;
        }
    }
    if (grown) {
        flushPending();
        emit grew(indexOf(answer_));
    }
    if (samplerTrace_ != shownTrace) // also of the last token, which comes with the end
        emit samplerTraceChanged();
    if (counted)
        emit numbersChanged();
}

/// Where in the answer the context was full and moved on: after which token and which words.
void ChatController::markShift(std::int32_t nDropped) {
    constexpr qsizetype kWords = 40; // characters of the answer that show the place
    QString tail = QString::fromUtf8(answerMessage_->text).simplified();
    if (tail.size() > kWords) {
        tail = tail.right(kWords);
        tail = QChar(0x2026) + tail.mid(std::max<qsizetype>(0, tail.indexOf(QLatin1Char(' ')) + 1));
    }
    const QLocale locale;
    shiftMarks_
        << (tail.isEmpty()
                ? tr("The context was full before the answer began: its %1 oldest tokens went.")
                      .arg(locale.toString(nDropped))
                : tr("The context was full after token %1 (\u201C%2\u201D): its %3 oldest tokens went, and the model "
                     "wrote on without them.")
                      .arg(locale.toString(qlonglong(answerMessage_->tokens.size())), tail, locale.toString(nDropped)));
}

void ChatController::onToken(const TokenProduced& token, Message& message) {
    if (phase_ != Phase::Decode) {
        decodeClock_.start();
        setPhase(Phase::Decode);
    }
    message.text += token.text;
    message.tokens.push_back({token.score, token.bytes});
    pendingText_ += token.text;
    pendingTokens_.push_back({token.score, token.bytes});
    if (token.sampler) {
        samplerTrace_ = token.sampler;
        samplerAnswer_ = message.id;
    } else if (samplerAnswer_ == message.id) {
        samplerTrace_.reset(); // of an older token
    }
    ++numbers_.nGenerated;
    const double seconds = static_cast<double>(decodeClock_.nsecsElapsed()) * 1e-9;
    if (numbers_.nGenerated > 1 && seconds > 0.05)
        numbers_.decodeTokensPerSecond = (numbers_.nGenerated - 1) / seconds;
}

void ChatController::flushPending() {
    if (pendingText_.empty() && pendingTokens_.empty())
        return;
    store_.ask(
        this,
        [id = answer_, text = std::exchange(pendingText_, {}),
         tokens = std::exchange(pendingTokens_, {})](ConversationStore& s) { return s.append(id, text, tokens); },
        [this](Result<void> r) { check(r); });
}

void ChatController::onFinished(const RunFinished& finished) {
    const RunTimings& t = finished.timings;
    numbers_.nPrompt = t.nPrompt;
    numbers_.nCached = t.nCached;
    numbers_.nGenerated = t.nGenerated;
    const std::int32_t nPrefilled = t.nPrompt - t.nCached;
    if (t.prefillSeconds > 0)
        numbers_.prefillTokensPerSecond = nPrefilled / t.prefillSeconds;
    if (t.decodeSeconds > 0)
        numbers_.decodeTokensPerSecond = t.nGenerated / t.decodeSeconds;
    numbers_.seed = finished.seed;
    GenerationSettings used = settings_;
    used.sampler.seed = finished.seed; // so that the answer can be had again
    answerMessage_->paramsJson = paramsText(used, interventions_.get());
    answerMessage_->nPromptTokens = t.nPrompt;
    answerMessage_->nCachedTokens = t.nCached;
    answerMessage_->prefillSeconds = t.prefillSeconds;
    answerMessage_->decodeSeconds += t.decodeSeconds;

    MessageState state = MessageState::Complete;
    QString note;
    switch (finished.reason) {
    case FinishReason::EndOfText:
    case FinishReason::StopString:
    case FinishReason::GrammarDone:
    case FinishReason::Done:
        break;
    case FinishReason::MaxTokens:
        state = MessageState::Stopped;
        note = tr("Stopped at the limit of %1 tokens.").arg(QLocale().toString(settings_.maxTokens));
        break;
    case FinishReason::ContextFull:
        state = MessageState::Stopped;
        note = tr("Stopped: the context window of %1 tokens is full.").arg(QLocale().toString(nCtx()));
        break;
    case FinishReason::Cancelled:
        state = MessageState::Stopped;
        break;
    case FinishReason::Failed:
        state = MessageState::Failed;
        note = finished.status ? tr("The answer failed.") : errorText(finished.status.error(), Doing::Answer);
        break;
    }
    if (finished.reason == FinishReason::ContextFull)
        offerRoom(1);
    if (!shiftMarks_.isEmpty())
        note = (note.isEmpty() ? QString() : note + QLatin1Char(' ')) + shiftMarks_.join(QLatin1Char(' '));
    finishAnswer(state, note);
}

void ChatController::finishAnswer(MessageState state, const QString& note) {
    if (answerMessage_ && answer_ != kNoMessage) {
        flushPending();
        answerMessage_->state = state;
        answerMessage_->note = note.toStdString();
        Message closing = *answerMessage_;
        closing.tokens.clear();
        closing.text.clear(); // already stored piece by piece
        store_.ask(
            this, [closing](ConversationStore& s) { return s.finish(closing); },
            [this](Result<void> r) {
                check(r);
                emit stored();
            });
        const int index = indexOf(answer_);
        if (index >= 0)
            emit changed(index);
    }
    answerMessage_.reset();
    answer_ = kNoMessage;
    run_ = 0;
    stopAsked_ = false;
    setPhase(Phase::Idle);
    contextTimer_.start();
    if (staleStore_)
        refreshFromStore();
}

} // namespace vitral
