// SPDX-License-Identifier: Apache-2.0
// The few functions of cuBLASLt that a product needs, declared here as its header has them (CUDA 12 and 13: numbers and
// sizes are part of its binary interface). Its matrices are column-major: out^T [nOut x nRow] = weights . inputs^T,
// where rows of ours are columns of theirs.

#include "gpu/cuda/kernels/blas_lt.h"

#include "gpu/cuda/runtime.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <string_view>
#include <tuple>
#include <vector>

#ifndef _WIN32
#include <dlfcn.h>
#endif

namespace vitral::cuda {

namespace {

using Opaque = void*;
struct Algorithm {
    std::uint64_t data[8];
};
struct Heuristic {
    Algorithm algorithm;
    std::size_t workspaceBytes;
    int state;
    float waves;
    int reserved[4];
};
constexpr int kSuccess = 0, kCompute32F = 68, kTypeF32 = 0, kTypeF16 = 2, kTranspose = 1;
constexpr int kDescTransA = 3, kPrefWorkspace = 1, kPrefAlignA = 5; // B, C and D follow

struct Library {
    std::string note;
    int (*create)(Opaque*) = nullptr;
    int (*descCreate)(Opaque*, int compute, int scale) = nullptr;
    int (*descDestroy)(Opaque) = nullptr;
    int (*descSet)(Opaque, int attribute, const void*, std::size_t) = nullptr;
    int (*layoutCreate)(Opaque*, int type, std::uint64_t rows, std::uint64_t cols, std::int64_t ld) = nullptr;
    int (*layoutDestroy)(Opaque) = nullptr;
    int (*preferenceCreate)(Opaque*) = nullptr;
    int (*preferenceDestroy)(Opaque) = nullptr;
    int (*preferenceSet)(Opaque, int attribute, const void*, std::size_t) = nullptr;
    int (*heuristic)(Opaque handle, Opaque desc, Opaque a, Opaque b, Opaque c, Opaque d, Opaque preference, int wanted,
                     Heuristic*, int* found) = nullptr;
    int (*matmul)(Opaque handle, Opaque desc, const void* alpha, const void* a, Opaque layoutA, const void* b,
                  Opaque layoutB, const void* beta, const void* c, Opaque layoutC, void* d, Opaque layoutD,
                  const Algorithm*, void* workspace, std::size_t workspaceBytes, Stream) = nullptr;
    std::size_t (*version)() = nullptr;
    bool usable = false;
};

#ifndef _WIN32
Library open() {
    Library lib;
    const char* set = std::getenv("VITRAL_CUBLASLT");
    std::vector<std::string> places;
#ifndef VITRAL_CUDA_EMULATED // there it is only what a test names
    places = {"libcublasLt.so.13", "libcublasLt.so.12", "/usr/local/cuda/lib64/libcublasLt.so"};
    if (const char* home = std::getenv("CUDA_HOME"))
        places.push_back(std::string(home) + "/lib64/libcublasLt.so");
#endif
    if (set && *set) {
        if (std::string_view(set) == "off") {
            lib.note = "cuBLASLt is switched off (VITRAL_CUBLASLT=off).";
            return lib;
        }
        places = {set};
    }
    void* handle = nullptr;
    std::string found;
    for (const std::string& place : places)
        if (!handle && (handle = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL)) != nullptr)
            found = place;
    if (!handle) {
        lib.note = "cuBLASLt is not installed.";
        return lib;
    }
    const auto get = [&](auto& function, const char* name) {
        function = reinterpret_cast<std::decay_t<decltype(function)>>(dlsym(handle, name));
        return function != nullptr;
    };
    lib.usable =
        get(lib.create, "cublasLtCreate") && get(lib.descCreate, "cublasLtMatmulDescCreate") &&
        get(lib.descDestroy, "cublasLtMatmulDescDestroy") && get(lib.descSet, "cublasLtMatmulDescSetAttribute") &&
        get(lib.layoutCreate, "cublasLtMatrixLayoutCreate") && get(lib.layoutDestroy, "cublasLtMatrixLayoutDestroy") &&
        get(lib.preferenceCreate, "cublasLtMatmulPreferenceCreate") &&
        get(lib.preferenceDestroy, "cublasLtMatmulPreferenceDestroy") &&
        get(lib.preferenceSet, "cublasLtMatmulPreferenceSetAttribute") &&
        get(lib.heuristic, "cublasLtMatmulAlgoGetHeuristic") && get(lib.matmul, "cublasLtMatmul") &&
        get(lib.version, "cublasLtGetVersion");
    const std::size_t v = lib.usable ? lib.version() : 0;
    lib.note = lib.usable ? fmt::format("cuBLASLt {}.{}.{} ({})", v / 10000, v / 100 % 100, v % 100, found)
                          : fmt::format("{} is not the cuBLASLt this program knows.", found);
    return lib;
}
#else
Library open() {
    return {"cuBLASLt is not used on Windows."};
}
#endif

const Library& library() {
    static const Library instance = open();
    return instance;
}

/// What one shape of a product needs, kept: the heuristic takes longer than a small product.
struct Plan {
    Opaque desc = nullptr, a = nullptr, b = nullptr, d = nullptr;
    Heuristic chosen{};
    bool usable = false;
};
using Key =
    std::tuple<int, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::uint32_t>;
constexpr std::size_t kMostPlans = 1024;

struct Context {
    std::mutex mutex;
    std::map<int, Opaque> handles; ///< by device; they live as long as the process
    std::map<Key, Plan> plans;
};
/// Never destroyed: when a process ends, the driver may be gone before a library that would be called to let go.
Context& context() {
    static Context* const instance = new Context;
    return *instance;
}

std::uint32_t alignmentOf(const void* p) {
    const auto address = reinterpret_cast<std::uintptr_t>(p);
    std::uint32_t alignment = 256;
    while (alignment > 4 && address % alignment != 0)
        alignment /= 2;
    return alignment;
}

void forget(const Library& lib, const Plan& plan) {
    if (plan.desc)
        lib.descDestroy(plan.desc);
    for (const Opaque layout : {plan.a, plan.b, plan.d})
        if (layout)
            lib.layoutDestroy(layout);
}

Plan makePlan(const Library& lib, Opaque handle, const HalfProduct& p, const std::uint32_t (&alignment)[4]) {
    Plan plan;
    const auto u = [](std::int64_t n) { return static_cast<std::uint64_t>(n); };
    const int transpose = kTranspose;
    bool right = lib.descCreate(&plan.desc, kCompute32F, kTypeF32) == kSuccess &&
                 lib.descSet(plan.desc, kDescTransA, &transpose, sizeof transpose) == kSuccess &&
                 lib.layoutCreate(&plan.a, kTypeF16, u(p.nIn), u(p.nOut), p.weightStride) == kSuccess &&
                 lib.layoutCreate(&plan.b, kTypeF16, u(p.nIn), u(p.nRow), p.inputStride) == kSuccess &&
                 lib.layoutCreate(&plan.d, kTypeF32, u(p.nOut), u(p.nRow), p.outStride) == kSuccess;
    Opaque preference = nullptr;
    right = right && lib.preferenceCreate(&preference) == kSuccess;
    const std::size_t workspace = kBlasLtWorkspaceBytes;
    right = right && lib.preferenceSet(preference, kPrefWorkspace, &workspace, sizeof workspace) == kSuccess;
    for (int i = 0; i < 4; ++i)
        right = right && lib.preferenceSet(preference, kPrefAlignA + i, &alignment[i], sizeof alignment[i]) == kSuccess;
    int found = 0;
    right = right &&
            lib.heuristic(handle, plan.desc, plan.a, plan.b, plan.d, plan.d, preference, 1, &plan.chosen, &found) ==
                kSuccess &&
            found > 0 && plan.chosen.state == kSuccess && plan.chosen.workspaceBytes <= workspace;
    if (preference)
        lib.preferenceDestroy(preference);
    plan.usable = right;
    return plan;
}

} // namespace

OpenRule openRule(int major) {
    OpenRule rule;
    const char* set = std::getenv("VITRAL_CUDA_OPEN_ROWS");
    const std::int64_t wished = set && *set ? std::atoll(set) : major >= 9 ? 512 : 1024;
    if (wished > 0)
        rule.fromRows = wished;
    return rule;
}

bool haveBlasLt() {
    return library().usable;
}

std::string blasLtNote() {
    return library().note;
}

bool blasLtProduct(const HalfProduct& p, void* workspace, Stream stream) {
    const Library& lib = library();
    if (!lib.usable)
        return false;
    Context& c = context();
    const std::scoped_lock lock(c.mutex);
    const int device = deviceInUse();
    Opaque& handle = c.handles[device];
    if (!handle && lib.create(&handle) != kSuccess) {
        handle = nullptr;
        return false;
    }
    const std::uint32_t alignment[4] = {alignmentOf(p.weights), alignmentOf(p.inputs), alignmentOf(p.out),
                                        alignmentOf(p.out)};
    const Key key{device,        p.nRow,         p.nOut,      p.nIn,
                  p.inputStride, p.weightStride, p.outStride, alignment[0] << 20 | alignment[1] << 10 | alignment[2]};
    auto it = c.plans.find(key);
    if (it == c.plans.end()) {
        if (c.plans.size() >= kMostPlans) {
            for (const auto& [known, plan] : c.plans)
                forget(lib, plan);
            c.plans.clear();
        }
        it = c.plans.emplace(key, makePlan(lib, handle, p, alignment)).first;
    }
    const Plan& plan = it->second;
    if (!plan.usable)
        return false;
    const float one = 1.0F, zero = 0.0F;
    return lib.matmul(handle, plan.desc, &one, p.weights, plan.a, p.inputs, plan.b, &zero, p.out, plan.d, p.out, plan.d,
                      &plan.chosen.algorithm, workspace, plan.chosen.workspaceBytes, stream) == kSuccess;
}

} // namespace vitral::cuda
