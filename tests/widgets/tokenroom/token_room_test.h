// SPDX-License-Identifier: Apache-2.0
#pragma once
// The room of tokens with small tokenizers, for tests of the room as a whole (pages: token_page_test.h).

#include "tests/widgets/tokenroom/token_page_test.h"
#include "widgets/tokenroom/token_room.h"

#include <QtTest>

namespace vitral::test {

/// Opens small tokenizers and waits until all of them cut the text.
inline void open(TokenController& tokens, std::initializer_list<const char*> names) {
    tokens.wake();
    for (const char* name : names)
        tokens.openTokenizer(tinyTokenizer(name));
    QTRY_VERIFY_WITH_TIMEOUT(std::all_of(tokens.tokenizers().begin(), tokens.tokenizers().end(),
                                         [](const OpenTokenizer& e) { return e.cut != nullptr; }),
                             30000);
}

inline void settle(TokenController& tokens) {
    QTRY_VERIFY_WITH_TIMEOUT(std::all_of(tokens.tokenizers().begin(), tokens.tokenizers().end(),
                                         [](const OpenTokenizer& e) { return e.cut || !e.cutError.isEmpty(); }),
                             60000);
}

/// The room on the screen, 900 x 600.
struct ShownTokenRoom {
    TokenController tokens{{}, nullptr, nullptr, {}};
    TokenRoom room{tokens};
    ShownTokenRoom() {
        room.resize(900, 600);
        room.show();
        room.activated();
    }
};

} // namespace vitral::test
