// SPDX-License-Identifier: Apache-2.0
#pragma once
// What tests of the pages of the room "Tokens" share: a room without a program around it, and waiting for a page.

#include "tests/support/result_test.h"
#include "widgets/tokenroom/token_controller.h"
#include "widgets/tokenroom/token_view.h"

#include <QTemporaryDir>

#include <memory>

namespace vitral::test {

inline QString bundledModel() {
    return QStringLiteral(VITRAL_SOURCE_DIR "/assets/models/vitral-pequeno/vitral-pequeno-q8_0.gguf");
}
inline QString tinyTokenizer(const char* name) {
    return QStringLiteral(VITRAL_SOURCE_DIR "/tests/golden/tokenizer/tiny/%1.json").arg(QLatin1String(name));
}

/// A controller that is awake, with the bundled model open.
struct TokenPageRoom {
    QTemporaryDir folder;
    std::unique_ptr<TokenController> tokens;

    explicit TokenPageRoom(const QString& model = bundledModel()) {
        tokens = std::make_unique<TokenController>(folder.filePath("tokens"), nullptr, nullptr, model);
        tokens->wake();
    }
    bool waitUntilLoaded(int n = 1) const {
        return QTest::qWaitFor(
            [&] {
                int loaded = 0;
                for (const OpenTokenizer& entry : tokens->tokenizers())
                    loaded += entry.tokenizer ? 1 : 0;
                return loaded >= n && !tokens->busy();
            },
            20'000);
    }
};

inline bool settled(const TokenView& view) {
    QCoreApplication::processEvents();
    return QTest::qWaitFor([&] { return !view.busy(); }, 30'000);
}

/// A page on the bundled model, on the screen.
template <class View>
struct ShownPage {
    TokenPageRoom room;
    View view{*room.tokens};

    ShownPage() {
        view.resize(900, 700);
        view.show();
    }
    bool ready() const { return room.waitUntilLoaded() && settled(view); }
};

} // namespace vitral::test
