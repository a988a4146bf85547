// SPDX-License-Identifier: Apache-2.0
#pragma once
// Messages for a transcript view without a controller behind them.

#include "widgets/chat/transcript_source.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace vitral::test {

class ListSource : public TranscriptSource {
public:
    std::vector<std::shared_ptr<Message>> list;
    [[nodiscard]] int count() const override { return int(list.size()); }
    [[nodiscard]] const Message& message(int i) const override { return *list[std::size_t(i)]; }
    [[nodiscard]] int siblingCount(int) const override { return 1; }
    [[nodiscard]] int siblingIndex(int) const override { return 0; }
    [[nodiscard]] std::shared_ptr<const Tokenizer> tokenizer() const override { return nullptr; }
    Message& add(Role role, std::string text, MessageState state = MessageState::Complete) {
        auto m = std::make_shared<Message>();
        m->id = MessageId(list.size()) + 1;
        m->role = role;
        m->text = std::move(text);
        m->state = state;
        m->modelName = "Test";
        list.push_back(m);
        return *m;
    }
};

} // namespace vitral::test
