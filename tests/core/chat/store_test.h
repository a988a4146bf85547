// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the tests of the conversation store share: a store in a folder of its own, and values to put into it.

#include "core/chat/conversation.h"
#include "tests/support/result_test.h"

#include <QTemporaryDir>
#include <cstring>

namespace vitral::test {

/// The value, or an end of the test that says what went wrong.
template <class T>
T take(Result<T> result) {
    if (!result)
        qFatal("%s", result.error().message.c_str());
    return std::move(*result);
}

inline MessageToken tokenOf(int i, int nTop = 3) {
    MessageToken token;
    token.bytes = " w" + std::to_string(i);
    token.score = {i * 7, -0.1F * float(i % 50), i % 9, 0.37F * float(i % 11), {}};
    for (int k = 0; k < nTop; ++k)
        token.score.top.push_back({i + k, -0.3F * float(k)});
    return token;
}

inline bool same(const MessageToken& a, const MessageToken& b) {
    if (a.bytes != b.bytes || a.score.id != b.score.id || a.score.rank != b.score.rank ||
        a.score.top.size() != b.score.top.size())
        return false;
    if (std::memcmp(&a.score.logProbability, &b.score.logProbability, 4) != 0 ||
        std::memcmp(&a.score.entropy, &b.score.entropy, 4) != 0)
        return false;
    for (std::size_t i = 0; i < a.score.top.size(); ++i)
        if (a.score.top[i].id != b.score.top[i].id ||
            std::memcmp(&a.score.top[i].logProbability, &b.score.top[i].logProbability, 4) != 0)
            return false;
    return true;
}

struct Opened {
    QTemporaryDir dir;
    std::filesystem::path file = std::filesystem::path(dir.path().toStdString()) / "sub" / "conversations.db";
    std::unique_ptr<ConversationStore> store;
    Opened() { reopen(); }
    void reopen(const StoreOptions& options = {}) {
        store.reset();
        auto opened = ConversationStore::open(file, options);
        if (!opened)
            qFatal("%s", opened.error().message.c_str());
        store = std::move(*opened);
    }
    MessageId add(ConversationId c, MessageId parent, Role role, std::string text) {
        return take(store->add(c, Message{.parent = parent, .role = role, .text = std::move(text)}));
    }
};

inline std::string pathText(ConversationStore& store, ConversationId c) {
    std::string text;
    const auto path = store.activePath(c);
    if (!path)
        return path.error().message;
    for (const Message& m : path.value())
        text += m.text + "|";
    return text;
}

} // namespace vitral::test
