// SPDX-License-Identifier: Apache-2.0
#pragma once
// The entry of a fuzz target: libFuzzer calls it by its C name; tst_fuzz_found includes several of them, each under a
// name of its own (VITRAL_FUZZ_NAME).

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#ifdef VITRAL_FUZZ_NAME
#define VITRAL_FUZZ_TARGET static int VITRAL_FUZZ_NAME
#else
#define VITRAL_FUZZ_TARGET extern "C" int LLVMFuzzerTestOneInput
#endif

/// What a target promises besides not crashing: an abort that any build sees.
#define VITRAL_FUZZ_REQUIRE(condition)                                                                                 \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            std::abort();                                                                                              \
    } while (false)

/// Keeps the compiler from leaving out the reads that made `value`.
inline void fuzzUse(unsigned value) {
    volatile unsigned keep = value;
    static_cast<void>(keep);
}
