// SPDX-License-Identifier: Apache-2.0
// Helper of tst_conversation_store: streams tokens into a conversation for ever and says on standard output which ones
// are safe, until it is killed. Arguments: the file, the number of the first token.
#include "core/chat/conversation.h"

#include <cstdio>
#include <cstdlib>
#include <string>

using namespace vitral;

int main(int argc, char** argv) {
    if (argc != 2)
        return 2;
    auto store = ConversationStore::open(argv[1]);
    if (!store)
        return std::fprintf(stderr, "%s\n", store.error().message.c_str()), 1;
    const auto conversation = (*store)->create({.title = "killed"});
    Message question{.role = Role::User, .text = "Go on until you are killed."};
    question.parent = (*store)->add(*conversation, question).value_or(0);
    Message answer{.parent = question.parent, .role = Role::Assistant, .state = MessageState::Streaming};
    const auto id = (*store)->add(*conversation, answer);
    if (!id)
        return 1;
    std::printf("%lld\n", static_cast<long long>(*id));
    std::fflush(stdout);
    for (int i = 0;; ++i) {
        const std::string text = "t" + std::to_string(i) + " ";
        MessageToken token;
        token.score = {i, -0.5F, 0, 1.0F, {{i, -0.5F}, {i + 1, -1.5F}}};
        token.bytes = text;
        if (auto written = (*store)->append(*id, text, {&token, 1}); !written)
            return std::fprintf(stderr, "%s\n", written.error().message.c_str()), 1;
        std::printf("%d\n", i);
        std::fflush(stdout);
    }
}
