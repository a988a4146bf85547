// SPDX-License-Identifier: Apache-2.0
// What the plug-in offers benchmarks (tests/cuda/device_report.cpp): the measured floor of a device, who multiplies
// F16.

#include "gpu/cuda/kernels/blas_lt.h"
#include "gpu/cuda/kernels/floor.h"
#include "gpu/cuda/runtime.h"

#include <algorithm>
#include <functional>

namespace vitral::cuda {

namespace {

/// Best of five, in seconds.
Result<double> best(Stream stream, const std::function<void()>& launch) {
    VITRAL_TRY_ASSIGN(Timer timer, Timer::create());
    double seconds = 1e30;
    for (int i = 0; i < 5; ++i) {
        VITRAL_TRY(timer.start(stream));
        launch();
        VITRAL_TRY(timer.stop(stream));
        VITRAL_TRY_ASSIGN(const float milliseconds, timer.milliseconds());
        seconds = std::min(seconds, static_cast<double>(milliseconds) * 1e-3);
    }
    VITRAL_TRY(takeLaunchFailure());
    return seconds;
}

Result<void> measure(int ordinal, double* bytesPerSecond, double* operationsPerSecond) {
    VITRAL_TRY(useDevice(ordinal));
    VITRAL_TRY_ASSIGN(const Stream stream, makeStream());
    constexpr std::size_t kBytes = std::size_t{2} << 30;
    VITRAL_TRY_ASSIGN(void* memory, allocateDevice(kBytes));
    VITRAL_TRY(fillDevice(memory, 1, kBytes, stream));
    VITRAL_TRY_ASSIGN(const double read, best(stream, [&] {
                          launchReadAll(memory, kBytes, static_cast<std::uint32_t*>(memory), stream);
                      }));
    *bytesPerSecond = static_cast<double>(kBytes) / read;
    constexpr std::int32_t kBlocks = 132 * 8, kRepeats = 20000;
    VITRAL_TRY_ASSIGN(const double multiply,
                      best(stream, [&] { launchMultiplyAll(kBlocks, kRepeats, static_cast<float*>(memory), stream); }));
    *operationsPerSecond = kMultiplyOperations * kBlocks * kRepeats / multiply;
    freeDevice(memory);
    destroyStream(stream);
    return {};
}

} // namespace

} // namespace vitral::cuda

/// Which cuBLASLt F16 products go through, or why none.
extern "C" __attribute__((visibility("default"))) const char* vitralGpuBlasLt();
const char* vitralGpuBlasLt() {
    static const std::string note = vitral::cuda::blasLtNote();
    return note.c_str();
}

/// Bytes a second that reading gives, F16 operations a second that mma m16n8k16 gives; false where measuring failed.
extern "C" __attribute__((visibility("default"))) bool vitralGpuFloor(int ordinal, double* bytesPerSecond,
                                                                      double* operationsPerSecond);
bool vitralGpuFloor(int ordinal, double* bytesPerSecond, double* operationsPerSecond) {
    return vitral::cuda::measure(ordinal, bytesPerSecond, operationsPerSecond).has_value();
}
