// SPDX-License-Identifier: Apache-2.0
#pragma once
// VITRAL_ASSERT is for broken invariants of our own code, in every build. Nothing a file, a prompt or a driver can
// cause may reach one: those are Result values.

namespace vitral {
[[noreturn]] void assertFailed(const char* expression, const char* file, int line, const char* message);
}

#define VITRAL_ASSERT(cond, message)                                                                                   \
    ((cond) ? static_cast<void>(0) : ::vitral::assertFailed(#cond, __FILE__, __LINE__, message))
#ifdef NDEBUG
#define VITRAL_DCHECK(cond) static_cast<void>(0)
#else
#define VITRAL_DCHECK(cond) VITRAL_ASSERT(cond, "debug check")
#endif
