// SPDX-License-Identifier: Apache-2.0
#pragma once
// What tests of view models stand on: a chat with an engine that does as it is told, a store in memory and no model.
// A test class derives from it beside QObject, and calls setUpChat() in init() and tearDownChat() in cleanup().

#include "tests/support/fake_port.h"
#include "widgets/chat/chat_controller.h"

#include <QtTest>

#include <memory>

namespace vitral::test {

class ChatFixture {
protected:
    void setUpChat() {
        helper_ = std::make_unique<Worker>();
        bridge_ = std::make_unique<EngineBridge>();
        port_ = std::make_unique<FakePort>(*bridge_);
        store_ = std::make_unique<StoreThread>([] { return ConversationStore::open({}); });
        model_ = std::make_unique<ModelSession>(*port_, *bridge_, *helper_);
        chat_ = std::make_unique<ChatController>(*port_, *bridge_, *store_, *helper_, *model_);
    }
    /// In the order in which they know each other.
    void tearDownChat() {
        chat_.reset();
        model_.reset();
        store_.reset();
        port_.reset();
        bridge_.reset();
        helper_.reset();
    }

    /// The model says so many tokens and comes to its end.
    void finishWith(const std::vector<std::string>& tokens) {
        for (const std::string& t : tokens)
            port_->token(port_->last, t);
        port_->finish(port_->last, FinishReason::EndOfText);
        QTRY_VERIFY(!chat_->busy());
    }
    /// A question, and the answer to it.
    void answer(const QString& question, const std::vector<std::string>& tokens) {
        const std::size_t before = port_->jobs.size();
        chat_->send(question);
        QTRY_COMPARE(port_->jobs.size(), before + 1);
        finishWith(tokens);
    }

    std::unique_ptr<Worker> helper_;
    std::unique_ptr<EngineBridge> bridge_;
    std::unique_ptr<FakePort> port_;
    std::unique_ptr<StoreThread> store_;
    std::unique_ptr<ModelSession> model_;
    std::unique_ptr<ChatController> chat_;
};

} // namespace vitral::test
