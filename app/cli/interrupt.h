// SPDX-License-Identifier: Apache-2.0
#pragma once
// Ctrl-C (SIGINT) and SIGTERM: the first asks the running job to stop, a second one ends the program at once. The
// signal itself is always taken by the main thread, so that a read from the terminal returns with EINTR. One per
// program.

#include <functional>
#include <memory>

namespace vitral::cli {

class InterruptWatch {
public:
    /// Signals are blocked in threads made after this, until allowHere(). Thread: main.
    InterruptWatch();
    ~InterruptWatch();
    InterruptWatch(const InterruptWatch&) = delete;
    InterruptWatch& operator=(const InterruptWatch&) = delete;

    /// Unblocks the signals in this (the main) thread: call once all other threads are there.
    void allowHere();
    /// Called on a helper thread for every interrupt. Set before allowHere().
    void onInterrupt(std::function<void()> callback);
    /// No callback runs after this. What the callback uses may go then.
    void stop();
    /// Interrupts so far; reset() forgets them (the next is a first one again).
    [[nodiscard]] static int count();
    static void reset();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace vitral::cli
