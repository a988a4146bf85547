// SPDX-License-Identifier: Apache-2.0
#include "app/cli/interrupt.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

namespace vitral::cli {

namespace {

// A signal handler can reach nothing but what is global: a counter and the write end of a pipe.
std::atomic<int> interrupts{0};
std::atomic<int> wakeFd{-1};
static_assert(std::atomic<int>::is_always_lock_free);

constexpr int kInterrupted = 130;

void handle(int) {
    const int saved = errno;
    if (interrupts.fetch_add(1) >= 1)
        ::_exit(kInterrupted);
    if (const int fd = wakeFd.load(); fd >= 0) {
        const char byte = 1;
        [[maybe_unused]] const ::ssize_t ignored = ::write(fd, &byte, 1);
    }
    errno = saved;
}

::sigset_t theSignals() {
    ::sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

} // namespace

struct InterruptWatch::Impl {
    int fds[2] = {-1, -1};
    std::function<void()> callback;
    std::jthread thread;
};

InterruptWatch::InterruptWatch() : impl_(std::make_unique<Impl>()) {
    const ::sigset_t set = theSignals();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    if (::pipe2(impl_->fds, O_CLOEXEC) == 0)
        wakeFd = impl_->fds[1];
    struct sigaction action = {};
    action.sa_handler = handle; // no SA_RESTART: a read from the terminal returns
    sigemptyset(&action.sa_mask);
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

InterruptWatch::~InterruptWatch() {
    stop();
    if (impl_->fds[0] >= 0)
        ::close(impl_->fds[0]);
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
}

void InterruptWatch::stop() {
    wakeFd = -1;
    if (impl_->fds[1] >= 0)
        ::close(impl_->fds[1]); // the helper reads the end
    impl_->fds[1] = -1;
    if (impl_->thread.joinable())
        impl_->thread.join();
}

void InterruptWatch::onInterrupt(std::function<void()> callback) {
    impl_->callback = std::move(callback);
    impl_->thread = std::jthread([impl = impl_.get()] {
        char byte = 0;
        for (;;) {
            const ::ssize_t n = ::read(impl->fds[0], &byte, 1);
            if (n == 1)
                impl->callback();
            else if (n == 0 || errno != EINTR)
                return;
        }
    });
}

void InterruptWatch::allowHere() {
    const ::sigset_t set = theSignals();
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

int InterruptWatch::count() {
    return interrupts.load();
}
void InterruptWatch::reset() {
    interrupts = 0;
}

} // namespace vitral::cli
