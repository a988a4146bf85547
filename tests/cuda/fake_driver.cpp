// SPDX-License-Identifier: Apache-2.0
// A libcuda.so.1 that is no driver: it says the version and the answer of cuInit that the environment names, so that
// the real plug-in's sentences can be tested where there is no device. CUDA's driver API fixes names and numbers.

#include <cstdlib>
#include <cstring>

namespace {
int number(const char* name, int otherwise) {
    const char* text = std::getenv(name);
    return text ? std::atoi(text) : otherwise;
}
int notSupported() {
    return 801; // CUDA_ERROR_NOT_SUPPORTED
}
} // namespace

extern "C" {
__attribute__((visibility("default"))) int cuInit(unsigned flags);
__attribute__((visibility("default"))) int cuDriverGetVersion(int* version);
__attribute__((visibility("default"))) int cuGetProcAddress_v2(const char* name, void** function, int version,
                                                               unsigned long flags, int* status);

int cuInit(unsigned) {
    return number("VITRAL_FAKE_INIT", 0);
}
int cuDriverGetVersion(int* version) {
    *version = number("VITRAL_FAKE_VERSION", 13000);
    return 0;
}
int cuGetProcAddress_v2(const char* name, void** function, int, unsigned long, int* status) {
    *function = reinterpret_cast<void*>(&notSupported);
    if (std::strcmp(name, "cuInit") == 0)
        *function = reinterpret_cast<void*>(&cuInit);
    else if (std::strcmp(name, "cuDriverGetVersion") == 0)
        *function = reinterpret_cast<void*>(&cuDriverGetVersion);
    else if (std::strcmp(name, "cuGetProcAddress") == 0)
        *function = reinterpret_cast<void*>(&cuGetProcAddress_v2);
    if (status)
        *status = 0;
    return 0;
}
}
