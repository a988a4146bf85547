// SPDX-License-Identifier: Apache-2.0
// Any text as a tokenizer.json; what comes of it encodes and decodes a few strings.

#include "core/tokenizer/tokenizer.h"
#include "tests/fuzz/fuzz_target.h"

#include <string_view>

VITRAL_FUZZ_TARGET(const std::uint8_t* data, std::size_t size) {
    using namespace vitral;
    const auto tokenizer = tokenizerFromJson({reinterpret_cast<const char*>(data), size});
    if (!tokenizer) {
        VITRAL_FUZZ_REQUIRE(tokenizer.error().message.size() > 10);
        return 0;
    }
    for (const std::string_view text : {"", "a", "Hello  world's 1234\n\n", "Ol\xC3\xA1 \xE4\xBD\xA0\xF0\x9F\x98\x80",
                                        "\xFF\xC3(<s>[CLS]<|im_end|>", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
        EncodeTrace trace;
        const auto ids = (*tokenizer)->encode(text, {AddSpecial::Yes, ParseSpecial::Yes}, &trace);
        if (!ids)
            continue;
        for (const TokenId id : *ids)
            VITRAL_FUZZ_REQUIRE(id >= 0 && id < (*tokenizer)->nVocab());
        (void)(*tokenizer)->decode(*ids, true);
        StreamDecoder decoder(*tokenizer);
        for (const TokenId id : *ids)
            (void)decoder.push(id);
        (void)decoder.finish();
    }
    return 0;
}
