// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the transcript view shows: a list of messages that grows at its end. The chat controller is one; a side-by-side
// view may give another. Thread: GUI.

#include "core/chat/conversation.h"
#include "core/tokenizer/tokenizer.h"

#include <QObject>

#include <memory>

namespace vitral {

class TranscriptSource : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    [[nodiscard]] virtual int count() const = 0;
    /// Valid until the next reset. `tokens` may be empty.
    [[nodiscard]] virtual const Message& message(int index) const = 0;
    [[nodiscard]] virtual int siblingCount(int index) const = 0;
    [[nodiscard]] virtual int siblingIndex(int index) const = 0;
    /// For pieces of alternatives; null without a model.
    [[nodiscard]] virtual std::shared_ptr<const Tokenizer> tokenizer() const = 0;

signals:
    /// Messages from `first` on are other ones now (0: all).
    void reset(int first);
    void appended(int index);
    void grew(int index);    ///< text and tokens were added at its end
    void changed(int index); ///< state, note or siblings
};

} // namespace vitral
