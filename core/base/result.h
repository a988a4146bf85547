// SPDX-License-Identifier: Apache-2.0
#pragma once
// Errors as values. Every function of core that can fail because of a file, a prompt, a driver or a full disk returns
// Result<T>; exceptions never cross a module border. The message is one sentence a person can act on; `where` is for
// the log only.

#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace vitral {

#ifdef __cpp_lib_source_location
using SourceLocation = std::source_location;
#else
/// Clang 14, with which the fuzzers are built on Debian 12, does not know std::source_location.
struct SourceLocation {
    const char* file = "";
    int lineNumber = 0;
    static SourceLocation current(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
        return {file, line};
    }
    [[nodiscard]] const char* file_name() const { return file; }
    [[nodiscard]] int line() const { return lineNumber; }
};
#endif

enum class ErrorCode : std::uint8_t {
    InvalidFile,     ///< The bytes of a file contradict its format.
    NotFound,        ///< A file, tensor, key or id that was asked for does not exist.
    Io,              ///< The operating system refused to read or write.
    OutOfMemory,     ///< Not enough memory for what was asked.
    Unsupported,     ///< Well formed, but not known to this version.
    InvalidArgument, ///< The caller (a person at a command line, mostly) asked for something meaningless.
    Cancelled,       ///< A person stopped it; never shown as an error.
    ContextFull,     ///< The context window has no room left.
    Device,          ///< A GPU or its driver failed.
    Bug,             ///< Our own mistake; the message says so and offers the log.
};

[[nodiscard]] std::string_view errorCodeName(ErrorCode code);

struct Error {
    ErrorCode code = ErrorCode::Bug;
    std::string message;
    SourceLocation where = SourceLocation::current();
};

template <class T = void>
using Result = tl::expected<T, Error>;

/// Makes the error value of a Result<T>: `return fail(ErrorCode::InvalidFile, "...");`
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message,
                                                SourceLocation where = SourceLocation::current()) {
    return tl::unexpected<Error>(Error{code, std::move(message), where});
}

/// Passes an error on with a few words of context in front: "Cannot open model.gguf: <what went wrong>".
[[nodiscard]] inline tl::unexpected<Error> failWith(std::string_view context, Error error) {
    error.message = std::string(context) + ": " + error.message;
    return tl::unexpected<Error>(std::move(error));
}

} // namespace vitral

#define VITRAL_CONCAT_INNER(a, b) a##b
#define VITRAL_CONCAT(a, b) VITRAL_CONCAT_INNER(a, b)

/// VITRAL_TRY(expr): returns the error of `expr` (a Result<void>) from this function, else goes on.
#define VITRAL_TRY(expr)                                                                                               \
    do {                                                                                                               \
        if (auto vitralResult_ = (expr); !vitralResult_)                                                               \
            return tl::unexpected(std::move(vitralResult_).error());                                                   \
    } while (false)

/// VITRAL_TRY_ASSIGN(auto x, expr): the value of `expr` in x, or returns its error.
#define VITRAL_TRY_ASSIGN(decl, expr) VITRAL_TRY_ASSIGN_INNER(VITRAL_CONCAT(vitralTmp_, __LINE__), decl, expr)
#define VITRAL_TRY_ASSIGN_INNER(tmp, decl, expr)                                                                       \
    auto tmp = (expr);                                                                                                 \
    if (!tmp)                                                                                                          \
        return tl::unexpected(std::move(tmp).error());                                                                 \
    decl = std::move(*tmp)
