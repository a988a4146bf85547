// SPDX-License-Identifier: Apache-2.0
#pragma once
// Log lines: "module: what happened (numbers)". The sink is set once by the program (standard error in vitral-cli, the
// log panel in the window); core never prints. Thread: any.

#include <functional>
#include <string>
#include <string_view>

namespace vitral {

enum class LogLevel { Debug, Info, Warning, Error };

using LogSink = std::function<void(LogLevel, std::string_view module, std::string_view message)>;

/// Replaces the sink. Call before other threads start; a null sink drops everything (the default).
void setLogSink(LogSink sink);
void logMessage(LogLevel level, std::string_view module, std::string_view message);

} // namespace vitral
