// SPDX-License-Identifier: Apache-2.0
#include "app/cli/bench_memory.h"

#include "app/cli/common.h"
#include "core/backend/bandwidth_probe.h"
#include "core/base/thread_pool.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ; // NOLINT: POSIX declares it nowhere

namespace vitral::cli {

namespace {

constexpr const char* kName = "probe-memory";
constexpr int kLookMs = 20; ///< between two looks at the stop token

/// What the other process writes until it ends; it is killed when a stop is asked for.
std::string readUntilEnd(int fd, ::pid_t child, const std::stop_token& stop) {
    std::string text;
    char chunk[256];
    for (;;) {
        if (stop.stop_requested())
            ::kill(child, SIGKILL);
        ::pollfd waiting{fd, POLLIN, 0};
        if (::poll(&waiting, 1, kLookMs) <= 0)
            continue; // nothing yet, or a signal
        const ::ssize_t n = ::read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return text;
        text.append(chunk, static_cast<std::size_t>(n));
    }
}

} // namespace

double memoryBandwidth(int nThread, const std::stop_token& stop) {
    std::error_code error;
    std::string self = std::filesystem::read_symlink("/proc/self/exe", error).string();
    int fds[2];
    if (error || ::pipe2(fds, O_CLOEXEC) != 0)
        return 0;
    ::posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
    std::string name = kName, option = "-t", threads = std::to_string(nThread);
    char* const arguments[] = {self.data(), name.data(), option.data(), threads.data(), nullptr};
    ::pid_t child = 0;
    const int spawned = ::posix_spawn(&child, self.c_str(), &actions, nullptr, arguments, environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(fds[1]);
    std::string text;
    if (spawned == 0) {
        text = readUntilEnd(fds[0], child, stop);
        while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    ::close(fds[0]);
    return std::strtod(text.c_str(), nullptr);
}

void addMemoryProbeCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand(kName, "GB/s that this machine reads from memory (bench asks for it)");
    command->group(""); // not in --help
    command->callback([&common] {
        common.action = [&common]() -> Result<void> {
            return writeAnswer(
                fmt::format("{}\n", readBandwidth(common.nThread > 0 ? common.nThread : availableCores())));
        };
    });
}

} // namespace vitral::cli
