// SPDX-License-Identifier: Apache-2.0
// A stand-in for cuBLASLt on the emulated device, where device memory is the host's: it does what the arguments say, in
// column-major order as NVIDIA documents it, and refuses what the library would refuse. fakeBlasLtProducts() counts.

#include "core/kernels/convert.h"

#include <cstddef>
#include <cstdint>

namespace {

constexpr int kInvalid = 7, kNotSupported = 15;

struct Desc {
    int compute, scale, transA, transB;
};
struct Layout {
    int type;
    std::uint64_t rows, cols;
    std::int64_t ld;
};
struct Preference {
    std::uint64_t workspace;
    std::uint32_t align[4];
};
struct Heuristic {
    std::uint64_t algorithm[8];
    std::size_t workspaceBytes;
    int state;
    float waves;
    int reserved[4];
};
int products = 0;

} // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT int fakeBlasLtProducts();
int fakeBlasLtProducts() {
    return products;
}
EXPORT std::size_t cublasLtGetVersion();
std::size_t cublasLtGetVersion() {
    return 130002;
}
EXPORT int cublasLtCreate(void** handle);
int cublasLtCreate(void** handle) {
    *handle = &products;
    return 0;
}
EXPORT int cublasLtMatmulDescCreate(void** desc, int compute, int scale);
int cublasLtMatmulDescCreate(void** desc, int compute, int scale) {
    *desc = new Desc{compute, scale, 0, 0};
    return 0;
}
EXPORT int cublasLtMatmulDescDestroy(void* desc);
int cublasLtMatmulDescDestroy(void* desc) {
    delete static_cast<Desc*>(desc);
    return 0;
}
EXPORT int cublasLtMatmulDescSetAttribute(void* desc, int attribute, const void* value, std::size_t size);
int cublasLtMatmulDescSetAttribute(void* desc, int attribute, const void* value, std::size_t size) {
    if (size != 4 || (attribute != 3 && attribute != 4))
        return kInvalid;
    (attribute == 3 ? static_cast<Desc*>(desc)->transA : static_cast<Desc*>(desc)->transB) =
        *static_cast<const std::int32_t*>(value);
    return 0;
}
EXPORT int cublasLtMatrixLayoutCreate(void** layout, int type, std::uint64_t rows, std::uint64_t cols, std::int64_t ld);
int cublasLtMatrixLayoutCreate(void** layout, int type, std::uint64_t rows, std::uint64_t cols, std::int64_t ld) {
    if (ld < static_cast<std::int64_t>(rows))
        return kInvalid;
    *layout = new Layout{type, rows, cols, ld};
    return 0;
}
EXPORT int cublasLtMatrixLayoutDestroy(void* layout);
int cublasLtMatrixLayoutDestroy(void* layout) {
    delete static_cast<Layout*>(layout);
    return 0;
}
EXPORT int cublasLtMatmulPreferenceCreate(void** preference);
int cublasLtMatmulPreferenceCreate(void** preference) {
    *preference = new Preference{0, {256, 256, 256, 256}};
    return 0;
}
EXPORT int cublasLtMatmulPreferenceDestroy(void* preference);
int cublasLtMatmulPreferenceDestroy(void* preference) {
    delete static_cast<Preference*>(preference);
    return 0;
}
EXPORT int cublasLtMatmulPreferenceSetAttribute(void* preference, int attribute, const void* value, std::size_t size);
int cublasLtMatmulPreferenceSetAttribute(void* preference, int attribute, const void* value, std::size_t size) {
    auto* p = static_cast<Preference*>(preference);
    if (attribute == 1 && size == 8)
        p->workspace = *static_cast<const std::uint64_t*>(value);
    else if (attribute >= 5 && attribute <= 8 && size == 4)
        p->align[attribute - 5] = *static_cast<const std::uint32_t*>(value);
    else
        return kInvalid;
    return 0;
}
EXPORT int cublasLtMatmulAlgoGetHeuristic(void* handle, void* desc, void* a, void* b, void* c, void* d,
                                          void* preference, int wanted, Heuristic* results, int* found);
int cublasLtMatmulAlgoGetHeuristic(void* handle, void* desc, void* a, void* b, void* c, void* d, void* preference,
                                   int wanted, Heuristic* results, int* found) {
    const auto *x = static_cast<Layout*>(a), *y = static_cast<Layout*>(b), *z = static_cast<Layout*>(d);
    const auto* m = static_cast<Desc*>(desc);
    *found = 0;
    if (handle != &products || c != d || wanted < 1 || m->transA != 1 || m->transB != 0 || m->compute != 68 ||
        m->scale != 0 || x->type != 2 || y->type != 2 || z->type != 0 || x->rows != y->rows || z->rows != x->cols ||
        z->cols != y->cols)
        return kNotSupported;
    if (x->ld * 2 % 16 != 0 || y->ld * 2 % 16 != 0) // as a tensor core path wants it
        return kNotSupported;
    *found = 1;
    results[0] = {};
    results[0].algorithm[0] = 42;
    results[0].workspaceBytes = static_cast<Preference*>(preference)->workspace / 2;
    return 0;
}
EXPORT int cublasLtMatmul(void* handle, void* desc, const void* alpha, const void* a, void* layoutA, const void* b,
                          void* layoutB, const void* beta, const void* c, void* layoutC, void* d, void* layoutD,
                          const void* algorithm, void* workspace, std::size_t workspaceBytes, void* stream);
int cublasLtMatmul(void* handle, void* desc, const void* alpha, const void* a, void* layoutA, const void* b,
                   void* layoutB, const void* beta, const void* c, void* layoutC, void* d, void* layoutD,
                   const void* algorithm, void* workspace, std::size_t workspaceBytes, void*) {
    const auto *x = static_cast<Layout*>(layoutA), *y = static_cast<Layout*>(layoutB),
               *z = static_cast<Layout*>(layoutD);
    if (handle != &products || !desc || c != d || layoutC != layoutD ||
        *static_cast<const std::uint64_t*>(algorithm) != 42)
        return kInvalid;
    for (std::size_t i = 0; i < workspaceBytes; i += 4096) // it must be there
        static_cast<char*>(workspace)[i] = 1;
    const float one = *static_cast<const float*>(alpha), zero = *static_cast<const float*>(beta);
    if (one != 1.0F || zero != 0.0F)
        return kInvalid;
    const auto* weights = static_cast<const std::uint16_t*>(a);
    const auto* inputs = static_cast<const std::uint16_t*>(b);
    for (std::uint64_t n = 0; n < z->cols; ++n)
        for (std::uint64_t m = 0; m < z->rows; ++m) {
            float sum = 0;
            for (std::uint64_t k = 0; k < x->rows; ++k)
                sum += vitral::kernels::halfToF32(weights[m * static_cast<std::uint64_t>(x->ld) + k]) *
                       vitral::kernels::halfToF32(inputs[n * static_cast<std::uint64_t>(y->ld) + k]);
            static_cast<float*>(d)[n * static_cast<std::uint64_t>(z->ld) + m] = sum;
        }
    ++products;
    return 0;
}
