// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/intervention_answers.h"

#include "widgets/inside/intervention_edits.h"

namespace vitral {

namespace {
constexpr std::uint64_t kSeed = 42; // any fixed one: both answers must draw alike
}

InterventionAnswers::InterventionAnswers(InsideController& inside, QObject* parent) : QObject(parent), inside_(inside) {
    // Queued: the controller finishes its own step first.
    connect(&inside_.chat(), &ChatController::busyChanged, this, &InterventionAnswers::advance, Qt::QueuedConnection);
}

MessageId InterventionAnswers::lastAnswer() const {
    const ChatController& chat = inside_.chat();
    for (int i = chat.count() - 1; i >= 0; --i)
        if (chat.message(i).role == Role::Assistant)
            return chat.message(i).id;
    return kNoMessage;
}

QString InterventionAnswers::start() {
    ChatController& chat = inside_.chat();
    if (running() || chat.busy())
        return tr("An answer is being written. Wait for it, or stop it.");
    if (nEnabled(inside_.interventions().get()) == 0)
        return tr("No change is switched on.");
    const MessageId answer = lastAnswer();
    if (answer == kNoMessage)
        return tr("Ask something in the chat first.");
    settings_ = chat.settings();
    GenerationSettings fixed = settings_;
    if (fixed.sampler.seed == 0)
        fixed.sampler.seed = kSeed;
    chat.setSettings(fixed);
    stopAsked_ = false;
    step_ = Step::Without;
    chat.setInterventions(nullptr);
    chat.regenerate(answer);
    if (!chat.busy()) {
        putBack();
        return tr("The answer could not be begun.");
    }
    emit runningChanged();
    return {};
}

void InterventionAnswers::stop() {
    if (!running())
        return;
    stopAsked_ = true;
    inside_.chat().stop();
}

void InterventionAnswers::putBack() {
    step_ = Step::Idle;
    inside_.chat().setSettings(settings_);
    inside_.chat().setInterventions(inside_.interventions());
}

void InterventionAnswers::advance() {
    ChatController& chat = inside_.chat();
    if (step_ == Step::Idle || chat.busy())
        return;
    if (step_ == Step::Without && !stopAsked_) {
        without_ = lastAnswer();
        step_ = Step::With;
        chat.setInterventions(inside_.interventions());
        chat.regenerate(without_);
        if (chat.busy())
            return;
        stopAsked_ = true;
    }
    const bool whole = !stopAsked_;
    putBack();
    emit runningChanged();
    emit finished(whole ? without_ : kNoMessage, whole ? lastAnswer() : kNoMessage);
}

} // namespace vitral
