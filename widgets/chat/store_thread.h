// SPDX-License-Identifier: Apache-2.0
#pragma once
// The conversation store on a thread of its own: a slow disk must never hitch typing. Calls run in order; answers come
// back to the GUI thread. Thread: GUI.

#include "core/chat/conversation.h"
#include "widgets/engine/worker.h"

#include <functional>
#include <memory>
#include <utility>

namespace vitral {

class StoreThread {
public:
    using Open = std::function<Result<std::unique_ptr<ConversationStore>>()>;

    /// Opens the store on the worker. Until it is open, and when it cannot be, every call answers with the error.
    explicit StoreThread(Open open) : state_(std::make_shared<State>()) {
        worker_.post([state = state_, open = std::move(open)] {
            auto opened = open();
            if (opened)
                state->store = std::move(*opened);
            else
                state->error = opened.error();
        });
    }
    ~StoreThread() {
        worker_.post([state = state_] { state->store.reset(); }); // closed on the thread that opened it
    }

    /// job(ConversationStore&) -> Result<T> on the worker, then(Result<T>) on the GUI thread if `receiver` lives.
    template <class Job, class Then>
    void ask(QObject* receiver, Job job, Then then, const std::string& tag = {}) {
        using R = decltype(job(std::declval<ConversationStore&>()));
        worker_.ask(
            receiver,
            [state = state_, job = std::move(job)]() mutable -> R {
                if (!state->store)
                    return tl::unexpected(state->error);
                return job(*state->store);
            },
            std::move(then), tag);
    }

private:
    struct State { ///< touched on the worker only
        std::unique_ptr<ConversationStore> store;
        Error error{ErrorCode::Io, "The conversation store is not open."};
    };
    std::shared_ptr<State> state_;
    Worker worker_; ///< last: joined first
};

} // namespace vitral
