// SPDX-License-Identifier: Apache-2.0
#include "widgets/compare/compare_run.h"

namespace vitral {

CompareRun::CompareRun(ChatController& chat, ModelSession& model, QObject* parent)
    : QObject(parent), chat_(chat), model_(model) {
    // Queued: the controller and the model session finish their own step first.
    connect(&chat, &ChatController::busyChanged, this, &CompareRun::advance, Qt::QueuedConnection);
    connect(&chat, &TranscriptSource::appended, this, [this] {
        if (step_ == Step::First || step_ == Step::Second)
            if (const MessageId id = lastAnswer(); id != kNoMessage && id != firstAnswer_)
                emit answering(step_ == Step::First ? 0 : 1, id);
    });
    connect(&chat, &TranscriptSource::reset, this, [this] {
        if (step_ == Step::Second)
            if (const MessageId id = lastAnswer(); id != kNoMessage && id != firstAnswer_)
                emit answering(1, id);
    });
    connect(&model, &ModelSession::changed, this, &CompareRun::advance, Qt::QueuedConnection);
}

MessageId CompareRun::lastAnswer() const {
    const int last = chat_.count() - 1;
    return last >= 0 && chat_.message(last).role == Role::Assistant ? chat_.message(last).id : kNoMessage;
}

void CompareRun::enter(Step step) {
    const bool before = running();
    step_ = step;
    if (before != running())
        emit runningChanged();
}

void CompareRun::askBoth(const QString& text, const CompareSide& second) {
    if (running() || chat_.busy() || text.trimmed().isEmpty())
        return;
    original_ = {model_.path(), chat_.settings()};
    second_ = second;
    firstAnswer_ = kNoMessage;
    stopAsked_ = false;
    enter(Step::First);
    chat_.send(text);
    if (!chat_.busy()) // no model: the controller has said so
        enter(Step::Idle);
}

void CompareRun::askAgain(MessageId answer, const CompareSide& second) {
    if (running() || chat_.busy() || answer == kNoMessage)
        return;
    original_ = {model_.path(), chat_.settings()};
    second_ = second;
    firstAnswer_ = answer;
    stopAsked_ = false;
    enter(Step::LoadSecond);
    startSecond();
}

void CompareRun::stop() {
    if (!running())
        return;
    stopAsked_ = true;
    if (step_ == Step::LoadSecond)
        model_.cancelLoad();
    chat_.stop();
    advance();
}

void CompareRun::startSecond() {
    const bool another = !second_.modelPath.isEmpty() && second_.modelPath != model_.path();
    if (another) {
        model_.load(second_.modelPath);
        return; // advance() goes on when it is there
    }
    chat_.setSettings(second_.settings);
    enter(Step::Second);
    chat_.regenerate(firstAnswer_);
    if (!chat_.busy())
        putBack();
}

void CompareRun::putBack() {
    chat_.setSettings(original_.settings);
    if (!original_.modelPath.isEmpty() && model_.path() != original_.modelPath) {
        enter(Step::LoadBack);
        model_.load(original_.modelPath);
        return;
    }
    enter(Step::Idle);
}

void CompareRun::advance() {
    const bool loading = model_.state() == ModelSession::State::Loading;
    switch (step_) {
    case Step::Idle:
        return;
    case Step::First:
        if (chat_.busy())
            return;
        firstAnswer_ = lastAnswer();
        if (stopAsked_ || firstAnswer_ == kNoMessage) {
            enter(Step::Idle);
            return;
        }
        enter(Step::LoadSecond);
        startSecond();
        return;
    case Step::LoadSecond:
        if (loading)
            return;
        if (stopAsked_ || model_.state() != ModelSession::State::Ready || model_.path() != second_.modelPath) {
            if (!stopAsked_)
                emit problem(model_.error());
            putBack();
            return;
        }
        startSecond();
        return;
    case Step::Second:
        if (!chat_.busy())
            putBack();
        return;
    case Step::LoadBack:
        if (!loading)
            enter(Step::Idle);
        return;
    }
}

} // namespace vitral
