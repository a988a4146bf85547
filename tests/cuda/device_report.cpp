// SPDX-License-Identifier: Apache-2.0
// On a machine with a GPU and nothing else: the plug-in's backend against the CPU's scalar kernels, operation by
// operation and type by type, then what its heavy operations reach beside the device's measured floor. Markdown on
// standard output; no Qt. Exit: 0 right, 1 wrong, 77 no device (said why).
//
//   device_report [--check] [--bench] [--device 0]     both where neither is asked for

#include "core/backend/backend.h"
#include "core/backend/gpu_devices.h"
#include "core/base/rng.h"
#include "core/tensor/quantize.h"
#include "tests/support/operation_cases.h"
#ifdef VITRAL_CUDA_EMULATED
#include "gpu/cuda/plugin.h"
#endif

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <string>
#include <vector>

using namespace vitral;

namespace {

int gWrong = 0;

/// Ends the program where the machine itself fails: nothing after that would say anything.
template <class T>
T need(Result<T> result) {
    if (!result) {
        std::printf("\nFAILED: %s\n", result.error().message.c_str());
        std::exit(1);
    }
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

/// A tensor in a backend's memory, made from host floats.
struct OnBackend {
    std::unique_ptr<Buffer> buffer;
    Tensor tensor;
    OnBackend(Backend& backend, std::int64_t nRow, std::int64_t nCol)
        : buffer(need(backend.allocate(static_cast<std::size_t>(nRow * nCol) * 4 + 256))) {
        tensor.data = buffer->data();
        tensor.shape = Shape{nRow, nCol};
        tensor.rowStride = nCol;
    }
    OnBackend(Backend& backend, std::int64_t nRow, std::int64_t nCol, const std::vector<float>& host)
        : OnBackend(backend, nRow, nCol) {
        backend.write(tensor, host);
    }
    [[nodiscard]] std::vector<float> read(Backend& backend) const {
        std::vector<float> host(static_cast<std::size_t>(tensor.nRow() * tensor.nCol()));
        backend.read(tensor, host);
        return host;
    }
};

std::vector<float> random(Rng& rng, std::int64_t n, double size) {
    std::vector<float> x(static_cast<std::size_t>(n));
    for (float& v : x)
        v = static_cast<float>((rng.uniform() * 2 - 1) * size);
    return x;
}

/// Random blocks of any type, values below 4.
std::vector<std::byte> randomWeights(DType type, std::int64_t n, Rng& rng) {
    const DTypeInfo& info = dtypeInfo(type);
    std::vector<std::byte> bytes(rowBytes(type, n));
    if (canQuantize(type)) {
        need(quantizeRow(type, random(rng, n, 0.5), bytes));
        return bytes;
    }
    std::vector<float> values(static_cast<std::size_t>(info.blockLen));
    for (std::size_t at = 0; at < bytes.size(); at += static_cast<std::size_t>(info.blockBytes)) {
        const auto block = std::span(bytes).subspan(at, static_cast<std::size_t>(info.blockBytes));
        do
            for (std::byte& b : block)
                b = static_cast<std::byte>(rng.next() & 255);
        while (dequantizeRow(type, block, values) &&
               !std::all_of(values.begin(), values.end(), [](float v) { return std::abs(v) < 4; }));
    }
    return bytes;
}

/// Mean square error over mean square; not a number counts as wrong.
double nmse(const std::vector<float>& got, const std::vector<float>& want) {
    double error = 0, power = 1e-30;
    for (std::size_t i = 0; i < got.size(); ++i) {
        error += (static_cast<double>(got[i]) - want[i]) * (static_cast<double>(got[i]) - want[i]);
        power += static_cast<double>(want[i]) * want[i];
    }
    return error / power;
}

void judge(const std::string& what, double error, double allowed) {
    const bool right = error <= allowed;
    gWrong += right ? 0 : 1;
    std::printf("| %s | %.2e | %.0e | %s |\n", what.c_str(), error, allowed, right ? "right" : "**WRONG**");
}

/// The list of the emulated device and of the CPU's instruction sets; a line for every operation, and every wrong case.
void checkOperations(Backend& gpu, Backend& cpu) {
    std::map<std::string, std::pair<double, double>> worst; // by the operation's name: error, allowed
    test::OperationCases(gpu, cpu, [&](const std::string& what, double error, double allowed) {
        auto& line = worst[what.substr(0, what.find(' '))];
        line = {std::max(line.first, error), std::max(line.second, allowed)};
        if (!(error <= allowed + 1e-12)) // a device's own exp and tanh, and fused multiply-adds
            judge(what, error, allowed);
    }).run();
    for (const auto& [what, line] : worst)
        std::printf("| %s | %.2e | %.0e | |\n", what.c_str(), line.first, line.second + 1e-12);
}

void checkProducts(Backend& gpu, Backend& cpu) {
    Rng rng(1);
    for (int t = 0; t < kDTypeCount; ++t) {
        const auto type = static_cast<DType>(t);
        const bool plain = type == DType::F32 || type == DType::F16 || type == DType::BF16;
        if (!(plain || isQuantised(type)) || !canDequantize(type) || type == DType::Q8_1 || type == DType::Q8_K)
            continue;
        double worst = 0;
        for (const std::int64_t nOut : {1, 17, 300})
            for (const std::int64_t nRow : {1, 3, 8, 17, 130}) {
                const std::int64_t nIn = plain && nOut == 17 ? 333 : 1024;
                if (plain && type != DType::F32 && nIn % 2 != 0 && nRow == 130)
                    continue;
                const auto bytes = randomWeights(type, nOut * nIn, rng);
                const TensorView view{type, Shape{nOut, nIn}, bytes};
                const auto x = random(rng, nRow * nIn, 2);
                // Many rows meet unrounded weights on the device (F16, far finer than 8 bits).
                const auto gpuWeight = need(gpu.loadMatrix(view));
                const auto cpuWeight =
                    need(nRow > 16 ? cpu.loadWeights(view, WeightForm::Exact) : cpu.loadMatrix(view));
                const OnBackend gx(gpu, nRow, nIn, x), cx(cpu, nRow, nIn, x);
                const OnBackend gOut(gpu, nRow, nOut), cOut(cpu, nRow, nOut);
                const MatmulOutput g{gpuWeight.get(), gOut.tensor}, c{cpuWeight.get(), cOut.tensor};
                gpu.matmul(gx.tensor, {&g, 1});
                cpu.matmul(cx.tensor, {&c, 1});
                worst = std::max(worst, nmse(gOut.read(gpu), cOut.read(cpu)));
                need(gpu.status());
            }
        judge(fmt::format("products, {}", dtypeInfo(type).name), worst, 1e-6);
    }
}

void checkAttention(Backend& gpu, Backend& cpu) {
    struct Case {
        const char* name;
        std::int32_t nHead, nKvHead, dk, dv;
        std::int64_t nPast, nNew;
        float softcap;
        std::int64_t window;
        bool sinks;
    };
    constexpr Case kCases[] = {
        {"decode, grouped", 32, 8, 128, 128, 130, 1, 0, 0, false},
        {"decode, long", 8, 1, 128, 128, 4000, 1, 0, 0, true},
        {"prefill", 8, 2, 64, 64, 0, 300, 0, 0, false},
        {"window", 8, 2, 64, 64, 300, 50, 0, 37, false},
        {"soft-cap", 8, 4, 256, 256, 60, 40, 5, 0, false},
        {"odd dimensions", 6, 3, 20, 12, 33, 19, 0, 0, false},
        {"many to one", 71, 1, 16, 16, 20, 20, 0, 0, false},
        {"everything", 12, 2, 80, 48, 129, 67, 20, 90, true},
    };
    for (const DType type : {DType::F16, DType::Q8_0, DType::F32})
        for (const Case& c : kCases) {
            std::vector<float> outs[2], lses[2];
            for (int i = 0; i < 2; ++i) {
                Backend& backend = i ? cpu : gpu;
                Rng rng(5);
                const auto cache = need(KvCache::create(backend, {{{c.nKvHead, c.dk, c.dv}}, type, 8192}));
                const SeqId seq = need(cache->newSequence());
                std::vector<BatchRow> rows;
                for (const std::int64_t n : {c.nPast, c.nNew}) {
                    if (n == 0)
                        continue;
                    need(cache->reserve(seq, n));
                    rows.clear();
                    for (std::int64_t p = 0; p < n; ++p)
                        rows.push_back({seq, static_cast<std::int32_t>(cache->length(seq) + p)});
                    const OnBackend k(backend, n, c.nKvHead * c.dk, random(rng, n * c.nKvHead * c.dk, 2));
                    const OnBackend v(backend, n, c.nKvHead * c.dv, random(rng, n * c.nKvHead * c.dv, 1));
                    backend.kvStore(*cache, 0, k.tensor, v.tensor, rows);
                    need(backend.status());
                    cache->advance(seq, n);
                }
                const OnBackend q(backend, c.nNew, c.nHead * c.dk, random(rng, c.nNew * c.nHead * c.dk, 2));
                const auto sinks = random(rng, c.nHead, 3);
                const OnBackend out(backend, c.nNew, c.nHead * c.dv), lse(backend, c.nNew, c.nHead);
                AttentionParams params;
                params.nHead = c.nHead, params.nKvHead = c.nKvHead, params.headDimK = c.dk, params.headDimV = c.dv;
                params.scale = 1.0F / std::sqrt(static_cast<float>(c.dk));
                params.softcap = c.softcap, params.window = c.window;
                params.sinks = c.sinks ? sinks.data() : nullptr;
                params.logSumExp = lse.tensor;
                backend.attention(out.tensor, q.tensor, *cache, 0, rows, params);
                outs[i] = out.read(backend);
                lses[i] = lse.read(backend);
                need(backend.status());
            }
            const std::string name = fmt::format("attention, {} cache, {}", dtypeInfo(type).name, c.name);
            judge(name, nmse(outs[0], outs[1]), 1e-5);
            judge(name + ", log-sum-exp", nmse(lses[0], lses[1]), 1e-6);
        }
}

void checkPictures(Backend& gpu, Backend& cpu) {
    Rng rng(9);
    struct Case {
        std::int64_t side, nIn, nOut;
        std::int32_t kernel, stride;
        bool doubled;
    };
    for (const Case& c :
         {Case{16, 64, 96, 3, 1, false}, {17, 13, 19, 3, 2, false}, {8, 40, 33, 3, 1, true}, {9, 4, 320, 3, 1, false}})
        for (const WeightForm form : {WeightForm::Exact, WeightForm::Bf16}) {
            const auto weight = random(rng, c.nOut * c.nIn * c.kernel * c.kernel, 0.05);
            const auto x = random(rng, 2 * c.side * c.side * c.nIn, 3), bias = random(rng, c.nOut, 1);
            const TensorView view{DType::F32, Shape{c.nOut, c.nIn, c.kernel, c.kernel},
                                  std::as_bytes(std::span(weight))};
            Conv2dParams p;
            p.in = {2, c.side, c.side};
            p.kernelH = p.kernelW = c.kernel;
            p.stride = c.stride, p.doubled = c.doubled;
            p.padTop = p.padLeft = p.padBottom = p.padRight = 1;
            std::vector<float> outs[2];
            for (int i = 0; i < 2; ++i) {
                Backend& backend = i ? cpu : gpu;
                const auto matrix = need(backend.loadConv(view, i ? WeightForm::Exact : form));
                const OnBackend tx(backend, 2 * c.side * c.side, c.nIn, x), tb(backend, 1, c.nOut, bias);
                const OnBackend out(backend, 2 * p.out().nPixel(), c.nOut);
                backend.conv2d(out.tensor, tx.tensor, *matrix, tb.tensor, p);
                outs[i] = out.read(backend);
                need(backend.status());
            }
            judge(
                fmt::format("convolution {} to {}, {}", c.nIn, c.nOut, form == WeightForm::Exact ? "exact" : "16 bits"),
                nmse(outs[0], outs[1]), form == WeightForm::Exact ? 1e-10 : 1e-6);
        }
    for (const std::int32_t dim : {40, 64, 160, 512})
        for (const WeightForm form : {WeightForm::Exact, WeightForm::Bf16}) {
            const auto q = random(rng, 2 * 100 * 2 * dim, 2), k = random(rng, 2 * 77 * 2 * dim, 2),
                       v = random(rng, 2 * 77 * 2 * dim, 1);
            std::vector<float> outs[2];
            for (int i = 0; i < 2; ++i) {
                Backend& backend = i ? cpu : gpu;
                const OnBackend tq(backend, 200, 2 * dim, q), tk(backend, 154, 2 * dim, k),
                    tv(backend, 154, 2 * dim, v);
                const OnBackend out(backend, 200, 2 * dim);
                DenseAttentionParams p;
                p.nImage = 2, p.nHead = 2, p.headDim = dim, p.scale = 1 / std::sqrt(static_cast<float>(dim));
                p.form = i ? WeightForm::Exact : form;
                backend.denseAttention(out.tensor, tq.tensor, tk.tensor, tv.tensor, p);
                outs[i] = out.read(backend);
                need(backend.status());
            }
            judge(fmt::format("dense attention, heads of {}, {}", dim, form == WeightForm::Exact ? "exact" : "16 bits"),
                  nmse(outs[0], outs[1]), form == WeightForm::Exact ? 1e-10 : 1e-5);
        }
}

/// Seconds of one call: the best of three rounds of n calls, the device's end awaited by reading one value.
double timeOf(Backend& backend, const Tensor& result, int n, const std::function<void(int)>& call) {
    std::vector<float> one(1);
    const auto wait = [&] { backend.read(result.rows(0, 1).cols(0, 1), one); };
    call(0);
    wait();
    double best = 1e30;
    for (int round = 0; round < 3; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        for (int i = 0; i < n; ++i)
            call(i);
        wait();
        best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() / n);
    }
    need(backend.status());
    return best;
}

void benchProducts(Backend& gpu, double bandwidth, double rate) {
    Rng rng(3);
    const std::int64_t nIn = 4096, nOut = 14336;
    for (const DType type : {DType::Q4_K, DType::Q6_K, DType::Q8_0, DType::F16}) {
        const auto row = randomWeights(type, nIn * 64, rng);
        std::vector<std::byte> bytes;
        for (std::int64_t i = 0; i < nOut / 64; ++i)
            bytes.insert(bytes.end(), row.begin(), row.end());
        // More weights than the second-level cache holds, one after another.
        std::vector<std::unique_ptr<Matrix>> weights;
        for (std::size_t total = 0; total < std::size_t{400} << 20; total += bytes.size())
            weights.push_back(need(gpu.loadMatrix({type, Shape{nOut, nIn}, bytes})));
        for (const std::int64_t nRow : {1, 4, 8}) {
            const OnBackend x(gpu, nRow, nIn, random(rng, nRow * nIn, 1)), out(gpu, nRow, nOut);
            const double seconds = timeOf(gpu, out.tensor, static_cast<int>(weights.size()) * 8, [&](int i) {
                const MatmulOutput o{weights[static_cast<std::size_t>(i) % weights.size()].get(), out.tensor};
                gpu.matmul(x.tensor, {&o, 1});
            });
            const double speed = static_cast<double>(bytes.size()) / seconds;
            std::printf("| decode, %s, 14336 x 4096, %d rows | %.1f us | %.0f GB/s | %.0f %% of reading |\n",
                        std::string(dtypeInfo(type).name).c_str(), static_cast<int>(nRow), seconds * 1e6, speed / 1e9,
                        100 * speed / bandwidth);
        }
        for (const std::int64_t nRow : {512, 4096}) {
            const OnBackend x(gpu, nRow, nIn, random(rng, nRow * nIn, 1)), out(gpu, nRow, nOut);
            const double seconds = timeOf(gpu, out.tensor, 10, [&](int i) {
                const MatmulOutput o{weights[static_cast<std::size_t>(i) % weights.size()].get(), out.tensor};
                gpu.matmul(x.tensor, {&o, 1});
            });
            const double speed = 2.0 * static_cast<double>(nRow) * static_cast<double>(nIn * nOut) / seconds;
            std::printf("| prefill, %s, 14336 x 4096, %d rows | %.2f ms | %.0f TFLOP/s | %.0f %% of mma |\n",
                        std::string(dtypeInfo(type).name).c_str(), static_cast<int>(nRow), seconds * 1e3, speed / 1e12,
                        100 * speed / rate);
        }
    }
}

void benchAttention(Backend& gpu, double bandwidth, double rate) {
    constexpr std::int32_t nHead = 32, nKvHead = 8, dim = 128;
    constexpr std::int64_t nPast = 32768;
    Rng rng(4);
    for (const DType type : {DType::F16, DType::Q8_0})
        for (const std::int64_t nNew : {1, 512}) {
            const auto cache = need(KvCache::create(gpu, {{{nKvHead, dim, dim}}, type, nPast + 1024}));
            const SeqId seq = need(cache->newSequence());
            std::vector<BatchRow> rows;
            for (std::int64_t at = 0; at < nPast; at += 512) {
                const std::int64_t n = at + 512 < nPast ? 512 : nPast - at;
                need(cache->reserve(seq, n));
                rows.clear();
                for (std::int64_t p = 0; p < n; ++p)
                    rows.push_back({seq, static_cast<std::int32_t>(at + p)});
                const OnBackend k(gpu, n, nKvHead * dim, random(rng, n * nKvHead * dim, 1));
                gpu.kvStore(*cache, 0, k.tensor, k.tensor, rows);
                need(gpu.status());
                std::vector<float> one(1);
                gpu.read(k.tensor.rows(0, 1).cols(0, 1), one);
                cache->advance(seq, n);
            }
            rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(nNew)); // the last rows ask
            const OnBackend q(gpu, nNew, nHead * dim, random(rng, nNew * nHead * dim, 1)), out(gpu, nNew, nHead * dim);
            AttentionParams params;
            params.nHead = nHead, params.nKvHead = nKvHead, params.headDimK = params.headDimV = dim;
            params.scale = 1.0F / std::sqrt(static_cast<float>(dim));
            const double seconds =
                timeOf(gpu, out.tensor, 20, [&](int) { gpu.attention(out.tensor, q.tensor, *cache, 0, rows, params); });
            const double bytes = static_cast<double>(cache->usedBytes());
            const double operations =
                4.0 * static_cast<double>(nNew * nHead * dim) * static_cast<double>(nPast - nNew / 2);
            if (nNew == 1)
                std::printf("| attention, decode at 32,768, %s cache | %.1f us | %.0f GB/s | %.0f %% of reading |\n",
                            std::string(dtypeInfo(type).name).c_str(), seconds * 1e6, bytes / seconds / 1e9,
                            100 * bytes / seconds / bandwidth);
            else
                std::printf("| attention, 512 rows at 32,768, %s cache | %.2f ms | %.0f TFLOP/s | %.0f %% of mma |\n",
                            std::string(dtypeInfo(type).name).c_str(), seconds * 1e3, operations / seconds / 1e12,
                            100 * operations / seconds / rate);
        }
}

void benchPictures(Backend& gpu, double rate) {
    Rng rng(6);
    for (const auto& [side, channels] : {std::pair<std::int64_t, std::int64_t>{64, 320}, {32, 640}, {16, 1280}}) {
        const auto weight = random(rng, channels * channels * 9, 0.02);
        const auto matrix = need(gpu.loadConv(
            {DType::F32, Shape{channels, channels, 3, 3}, std::as_bytes(std::span(weight))}, WeightForm::Bf16));
        Conv2dParams p;
        p.in = {2, side, side};
        p.kernelH = p.kernelW = 3;
        p.padTop = p.padLeft = p.padBottom = p.padRight = 1;
        const OnBackend x(gpu, 2 * side * side, channels, random(rng, 2 * side * side * channels, 1));
        const OnBackend out(gpu, 2 * side * side, channels);
        const double seconds =
            timeOf(gpu, out.tensor, 20, [&](int) { gpu.conv2d(out.tensor, x.tensor, *matrix, {}, p); });
        const double operations = 2.0 * 9 * static_cast<double>(2 * side * side * channels * channels);
        std::printf("| convolution 3x3, %d channels, 2 x %d x %d | %.0f us | %.0f TFLOP/s | %.0f %% of mma |\n",
                    static_cast<int>(channels), static_cast<int>(side), static_cast<int>(side), seconds * 1e6,
                    operations / seconds / 1e12, 100 * operations / seconds / rate);
    }
}

} // namespace

int main(int argc, char** argv) {
    bool check = false, bench = false;
    int ordinal = 0;
    for (int i = 1; i < argc; ++i) {
        check |= std::strcmp(argv[i], "--check") == 0;
        bench |= std::strcmp(argv[i], "--bench") == 0;
        if (std::strcmp(argv[i], "--device") == 0 && i + 1 < argc)
            ordinal = std::atoi(argv[++i]);
    }
    if (!check && !bench)
        check = bench = true;
#ifdef VITRAL_CUDA_EMULATED // the checks themselves, tried where there is no GPU
    setGpuPlugin(&cuda::plugin());
#endif
    const GpuFindings found = findGpus();
    if (found.absence != GpuAbsence::None || found.devices.empty()) {
        std::printf("No device: %s\n", found.sentence.c_str());
        return 77;
    }
    for (const GpuDevice& d : found.devices)
        std::printf("Device %d: %s, compute capability %d.%d, %d multiprocessors, %.1f of %.1f GB free, driver %d.%d\n",
                    d.ordinal, d.name.c_str(), d.major, d.minor, d.nMultiprocessor,
                    static_cast<double>(d.freeBytes) / 1e9, static_cast<double>(d.totalBytes) / 1e9,
                    d.driverVersion / 1000, d.driverVersion % 1000 / 10);
    const auto gpu = need(makeGpuBackend(ordinal));
    const auto cpu = need(makeCpuBackend({.isa = CpuIsa::Scalar}));
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    if (check) {
        std::printf("\n## Against the CPU's scalar kernels\n\n| operation | mean square error, relative | allowed | "
                    "|\n|---|---|---|---|\n");
        checkOperations(*gpu, *cpu);
        checkProducts(*gpu, *cpu);
        checkAttention(*gpu, *cpu);
        checkPictures(*gpu, *cpu);
        std::printf("\n%d wrong.\n", gWrong);
    }
    if (bench) {
        using Floor = bool (*)(int, double*, double*);
        void* plugin = dlopen(gpuPluginFile().c_str(), RTLD_NOW | RTLD_NOLOAD);
        const auto floor = plugin ? reinterpret_cast<Floor>(dlsym(plugin, "vitralGpuFloor")) : nullptr;
        const auto blas = plugin ? reinterpret_cast<const char* (*)()>(dlsym(plugin, "vitralGpuBlasLt")) : nullptr;
        if (blas)
            std::printf("\nF16 products of 128 rows or more: %s\n", blas());
        double bandwidth = 0, rate = 0;
        if (!floor || !floor(ordinal, &bandwidth, &rate)) {
            std::printf("\nFAILED: the floor could not be measured\n");
            return 1;
        }
        std::printf("\n## Speed\n\nFloor, measured in this run: reading %.0f GB/s; mma m16n8k16 of F16 %.0f TFLOP/s "
                    "(wgmma, which only cuBLASLt uses, reaches more on Hopper).\nTimes are whole calls of the "
                    "backend, launches included.\n\n| what | time | speed | of the floor |\n|---|---|---|---|\n",
                    bandwidth / 1e9, rate / 1e12);
        benchProducts(*gpu, bandwidth, rate);
        benchAttention(*gpu, bandwidth, rate);
        benchPictures(*gpu, rate);
    }
    return gWrong > 0 ? 1 : 0;
}
