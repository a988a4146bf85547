// SPDX-License-Identifier: Apache-2.0
#include "core/base/assert.h"
#include "core/base/log.h"
#include "core/base/result.h"

#include <cstdio>
#include <cstdlib>

namespace vitral {

std::string_view errorCodeName(ErrorCode code) {
    switch (code) {
    case ErrorCode::InvalidFile: return "invalid file";
    case ErrorCode::NotFound: return "not found";
    case ErrorCode::Io: return "input/output";
    case ErrorCode::OutOfMemory: return "out of memory";
    case ErrorCode::Unsupported: return "unsupported";
    case ErrorCode::InvalidArgument: return "invalid argument";
    case ErrorCode::Cancelled: return "cancelled";
    case ErrorCode::ContextFull: return "context full";
    case ErrorCode::Device: return "device";
    case ErrorCode::Bug: return "bug";
    }
    return "unknown";
}

void assertFailed(const char* expression, const char* file, int line, const char* message) {
    std::fprintf(stderr, "Vitral stopped on a bug of its own: %s (%s) at %s:%d\n", message, expression, file, line);
    std::abort();
}

namespace {
// The one process-wide sink: written once at start, read-only afterwards (STYLE: the logger is the allowed exception).
LogSink& sink() {
    static LogSink instance;
    return instance;
}
} // namespace

void setLogSink(LogSink newSink) { sink() = std::move(newSink); }

void logMessage(LogLevel level, std::string_view module, std::string_view message) {
    if (sink())
        sink()(level, module, message);
}

} // namespace vitral
