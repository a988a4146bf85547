// SPDX-License-Identifier: Apache-2.0
// Any text as a chat template: parsed, asked for its capabilities and rendered with messages, tools and extras. However
// hostile, it must end in time and in bounded memory (libFuzzer's own limits notice).

#include "core/chat/template.h"
#include "tests/fuzz/fuzz_target.h"

#include <string_view>

VITRAL_FUZZ_TARGET(const std::uint8_t* data, std::size_t size) {
    using namespace vitral;
    const auto chat = ChatTemplate::parse({reinterpret_cast<const char*>(data), size});
    if (!chat) {
        VITRAL_FUZZ_REQUIRE(chat.error().message.size() > 5);
        return 0;
    }
    TemplateInput input;
    input.messagesJson =
        R"([{"role":"system","content":"Be brief."},{"role":"user","content":"Ol\u00e1 {{ x }}"},)"
        R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":{"a":[1,2.5,true]}}}]},)"
        R"({"role":"tool","content":"42","tool_call_id":"c1"},{"role":"user","content":[{"type":"text","text":"hi"}]}])";
    input.toolsJson =
        R"([{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"a":{"type":"array"}}}}}])";
    input.extraJson = R"({"enable_thinking":false})";
    input.bosToken = "<s>";
    input.eosToken = "</s>";
    const auto text = (*chat)->render(input);
    if (text)
        (void)findThinking(*text);
    else
        VITRAL_FUZZ_REQUIRE(!text.error().message.empty());
    (void)(*chat)->capabilities();
    return 0;
}
