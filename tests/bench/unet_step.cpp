// SPDX-License-Identifier: Apache-2.0
// Seconds of one U-Net step of Stable Diffusion 1.5's shape on random F16 weights made in memory, and what every kind
// of operation reaches of the processor's arithmetic peak, measured in the same run.
//
//   unet_step [--size 512] [--threads 2] [--repeat 3] [--exact] [--cpu scalar|avx2|avx512] [--products f32|bf16|f16]
//             [--operations] [--images 1] [--json FILE] [--gpu 0]

#include "core/backend/gpu_devices.h"
#include "core/backend/recording_backend.h"
#include "core/diffusion/unet.h"
#include "core/kernels/cpu_features.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fmt/format.h>
#include <map>
#include <string>
#include <thread>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

using namespace vitral;
using namespace vitral::diffusion;

namespace {

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
/// Processor time: a peak is the processor's, however busy it is.
[[maybe_unused]] double threadSeconds() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}
double cpuSeconds() {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

#if defined(__x86_64__) && defined(__GNUC__)
// Bare multiply-adds on 24 registers; what is computed is kept so that nothing can be left out.
#define VITRAL_PEAK(NAME, TARGET, VECTOR, ZERO, STEP)                                                                  \
    __attribute__((target(TARGET), noinline)) float NAME(std::int64_t n) {                                             \
        VECTOR a[24];                                                                                                  \
        for (int i = 0; i < 24; ++i)                                                                                   \
            a[i] = ZERO;                                                                                               \
        for (std::int64_t k = 0; k < n; ++k) {                                                                         \
            _Pragma("GCC unroll 24") for (int i = 0; i < 24; ++i) STEP;                                                \
            __asm__ volatile("");                                                                                      \
        }                                                                                                              \
        float sum = 0;                                                                                                 \
        for (int i = 0; i < 24; ++i) {                                                                                 \
            float first;                                                                                               \
            std::memcpy(&first, &a[i], 4);                                                                             \
            sum += first;                                                                                              \
        }                                                                                                              \
        return sum;                                                                                                    \
    }
VITRAL_PEAK(peakF32, "avx512f", __m512, _mm512_setzero_ps(),
            a[i] = _mm512_fmadd_ps(_mm512_set1_ps(1e-3F), _mm512_set1_ps(1.0F), a[i]))
VITRAL_PEAK(peakBf16, "avx512f,avx512bf16", __m512, _mm512_setzero_ps(),
            a[i] = _mm512_dpbf16_ps(a[i], (__m512bh)_mm512_set1_epi32(0x3f803f80),
                                    (__m512bh)_mm512_set1_epi32(0x3f803f80)))
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
VITRAL_PEAK(peakF16, "avx512f,avx512bw,avx512vl,avx512fp16", __m512h, _mm512_setzero_ph(),
            a[i] = _mm512_fmadd_ph(_mm512_castsi512_ph(_mm512_set1_epi32(0x10001000)),
                                   _mm512_castsi512_ph(_mm512_set1_epi32(0x3c003c00)), a[i]))
#endif

/// GFLOP/s of `loop`, which does 24 * flops a turn, on nThread threads at once.
double peakOf(float (*loop)(std::int64_t), double flops, int nThread) {
    constexpr std::int64_t kTurns = 4000000;
    double best = 0;
    for (int round = 0; round < 3; ++round) {
        std::vector<std::thread> threads;
        std::vector<double> took(static_cast<std::size_t>(nThread));
        for (int i = 0; i < nThread; ++i)
            threads.emplace_back([&, i] {
                const double begin = threadSeconds();
                volatile float sink = loop(kTurns);
                (void)sink;
                took[static_cast<std::size_t>(i)] = threadSeconds() - begin;
            });
        double sum = 0;
        for (int i = 0; i < nThread; ++i) {
            threads[static_cast<std::size_t>(i)].join();
            sum += static_cast<double>(kTurns) * 24 * flops / took[static_cast<std::size_t>(i)] / 1e9;
        }
        best = std::max(best, sum);
    }
    return best;
}
#endif

/// The tensors of Stable Diffusion 1.5's U-Net under diffusers' names; all share one piece of random halves.
class RandomUNet {
public:
    RandomUNet() : values_(std::size_t{1280} * 2560 * 9) {
        std::uint64_t state = 1;
        for (std::uint16_t& v : values_) { // about -0.03 to 0.03: activations keep their size
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            v = static_cast<std::uint16_t>((state >> 33 & 0x8000U) | (0x2000U + (state >> 40 & 0x7ffU)));
        }
    }
    TensorSource source() {
        block("conv_in", {320, 4, 3, 3});
        block("time_embedding.linear_1", {1280, 320});
        block("time_embedding.linear_2", {1280, 1280});
        const std::int64_t channels[] = {320, 640, 1280, 1280};
        std::vector<std::int64_t> skips{320};
        std::int64_t c = 320;
        for (int i = 0; i < 4; ++i) {
            const std::string level = fmt::format("down_blocks.{}", i);
            for (int j = 0; j < 2; ++j) {
                residual(fmt::format("{}.resnets.{}", level, j), c, channels[i]);
                c = channels[i];
                if (i < 3)
                    transformer(fmt::format("{}.attentions.{}", level, j), c);
                skips.push_back(c);
            }
            if (i < 3) {
                block(level + ".downsamplers.0.conv", {c, c, 3, 3});
                skips.push_back(c);
            }
        }
        residual("mid_block.resnets.0", c, c);
        transformer("mid_block.attentions.0", c);
        residual("mid_block.resnets.1", c, c);
        for (int i = 0; i < 4; ++i) {
            const std::string level = fmt::format("up_blocks.{}", i);
            for (int j = 0; j < 3; ++j) {
                residual(fmt::format("{}.resnets.{}", level, j), c + skips.back(), channels[3 - i]);
                skips.pop_back();
                c = channels[3 - i];
                if (i > 0)
                    transformer(fmt::format("{}.attentions.{}", level, j), c);
            }
            if (i < 3)
                block(level + ".upsamplers.0.conv", {c, c, 3, 3});
        }
        norm("conv_norm_out", 320);
        block("conv_out", {4, 320, 3, 3});
        return std::move(source_);
    }
    static UNetConfig config() {
        UNetConfig c;
        const std::int64_t channels[] = {320, 640, 1280, 1280};
        for (int i = 0; i < 4; ++i) {
            c.down.push_back({.channels = channels[i],
                              .nRes = 2,
                              .attention = i < 3 ? BlockAttention::Transformer : BlockAttention::None,
                              .nHead = 8,
                              .resample = i < 3});
            c.up.push_back({.channels = channels[3 - i],
                            .nRes = 3,
                            .attention = i > 0 ? BlockAttention::Transformer : BlockAttention::None,
                            .nHead = 8,
                            .resample = i < 3});
        }
        return c;
    }

private:
    void tensor(const std::string& name, const Shape& shape) {
        TensorSource::Entry entry;
        entry.fileName = name;
        entry.view = {DType::F16, shape,
                      std::as_bytes(std::span(values_)).first(static_cast<std::size_t>(shape.count()) * 2)};
        if (!source_.add(name, std::move(entry)))
            std::abort();
    }
    void block(const std::string& name, const Shape& shape, bool bias = true) {
        tensor(name + ".weight", shape);
        if (bias)
            tensor(name + ".bias", Shape{shape[0]});
    }
    void norm(const std::string& name, std::int64_t n) {
        tensor(name + ".weight", Shape{n});
        tensor(name + ".bias", Shape{n});
    }
    void residual(const std::string& name, std::int64_t nIn, std::int64_t nOut) {
        norm(name + ".norm1", nIn);
        block(name + ".conv1", {nOut, nIn, 3, 3});
        block(name + ".time_emb_proj", {nOut, 1280});
        norm(name + ".norm2", nOut);
        block(name + ".conv2", {nOut, nOut, 3, 3});
        if (nIn != nOut)
            block(name + ".conv_shortcut", {nOut, nIn, 1, 1});
    }
    void transformer(const std::string& name, std::int64_t c) {
        norm(name + ".norm", c);
        block(name + ".proj_in", {c, c, 1, 1});
        const std::string layer = name + ".transformer_blocks.0";
        for (const char* attention : {".attn1", ".attn2"}) {
            const std::int64_t width = attention[5] == '1' ? c : 768;
            block(layer + attention + ".to_q", {c, c}, false);
            block(layer + attention + ".to_k", {c, width}, false);
            block(layer + attention + ".to_v", {c, width}, false);
            block(layer + attention + ".to_out.0", {c, c});
        }
        for (const char* n : {".norm1", ".norm2", ".norm3"})
            norm(layer + n, c);
        block(layer + ".ff.net.0.proj", {8 * c, c});
        block(layer + ".ff.net.2", {c, 4 * c});
        block(name + ".proj_out", {c, c, 1, 1});
    }

    std::vector<std::uint16_t> values_;
    TensorSource source_;
};

struct Sum {
    double time = 0, flops = 0;
    int n = 0;
};

int fail(const std::string& sentence) {
    std::fprintf(stderr, "%s\n", sentence.c_str());
    return 1;
}

} // namespace

int main(int argc, char** argv) {
    int size = 512, nThread = 2, nRepeat = 3, nImage = 1, gpu = -1;
    bool exact = false, each = false;
    std::string cpu, products, json;
    for (int i = 1; i < argc; ++i) {
        const std::string option = argv[i];
        const auto next = [&] { return std::string(i + 1 < argc ? argv[++i] : ""); };
        if (option == "--size")
            size = std::stoi(next());
        else if (option == "--threads")
            nThread = std::stoi(next());
        else if (option == "--repeat")
            nRepeat = std::stoi(next());
        else if (option == "--images")
            nImage = std::stoi(next());
        else if (option == "--gpu")
            gpu = std::stoi(next());
        else if (option == "--exact")
            exact = true;
        else if (option == "--operations")
            each = true;
        else if (option == "--cpu")
            cpu = next();
        else if (option == "--products")
            products = next();
        else if (option == "--json")
            json = next();
        else
            return fail("unet_step does not know the option " + option + ".");
    }
    CpuOptions options;
    options.nThread = nThread;
    options.isa = cpu == "scalar"   ? CpuIsa::Scalar
                  : cpu == "avx2"   ? CpuIsa::Avx2
                  : cpu == "avx512" ? CpuIsa::Avx512
                                    : CpuIsa::Auto;
    options.products = products == "f32"    ? CpuProducts::F32
                       : products == "bf16" ? CpuProducts::Bf16
                       : products == "f16"  ? CpuProducts::F16
                                            : CpuProducts::Auto;
    auto backend = gpu >= 0 ? makeGpuBackend(gpu) : makeCpuBackend(options);
    if (!backend)
        return fail(backend.error().message);

    double peak = 0; // of the processor
#if defined(__x86_64__) && defined(__GNUC__)
    const kernels::CpuFeatures features = kernels::cpuFeatures();
    if (features.avx512 && gpu < 0) {
        const double f32 = peakOf(peakF32, 32, nThread);
        std::printf("peak, %d threads: f32 %.0f GFLOP/s", nThread, f32);
        peak = f32;
        if (features.bf16) {
            const double bf16 = peakOf(peakBf16, 64, nThread);
            std::printf(", BF16 dot %.0f", bf16);
            peak = exact ? peak : std::max(peak, bf16);
        }
#if !defined(__clang__) && __GNUC__ >= 12
        if (features.fp16) {
            const double f16 = peakOf(peakF16, 64, nThread);
            std::printf(", F16 %.0f", f16);
            peak = exact ? peak : std::max(peak, f16);
        }
#endif
        std::printf("\n");
    }
#endif

    RandomUNet random;
    const TensorSource source = random.source();
    DiffusionLoadOptions load;
    load.backend = *backend;
    NetLoader loader(source, "The U-Net", exact ? WeightForm::Exact : WeightForm::Bf16, load);
    double begin = seconds();
    const auto net = UNet::load(loader, RandomUNet::config(), 77);
    if (!net)
        return fail(net.error().message);
    const std::int32_t side = size / 8;
    std::printf("%s, %s; %.0f million weights loaded in %.2f s, %.0f MB resident; scratch %.0f MB\n",
                (*backend)->info().detail.c_str(), exact ? "exact" : "16 bits",
                static_cast<double>((*net)->info().nParameter) / 1e6, seconds() - begin,
                static_cast<double>(loader.residentBytes()) / 1e6,
                static_cast<double>((*net)->scratchBytes(nImage, side, side)) / 1e6);

    Conditioning words;
    words.nToken = 77;
    words.width = 768;
    words.tokens.resize(77 * 768);
    for (std::size_t i = 0; i < words.tokens.size(); ++i)
        words.tokens[i] = std::sin(static_cast<float>(i));
    std::vector<float> x(static_cast<std::size_t>(nImage) * 4 * static_cast<std::size_t>(side * side)), out(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = std::sin(static_cast<float>(i) * 1.7F) * 1.5F;
    const std::vector<const Conditioning*> conditioning(static_cast<std::size_t>(nImage), &words);
    NetworkInput input;
    input.x = x;
    input.nImage = nImage;
    input.height = input.width = side;
    input.timestep = 500;
    input.conditioning = conditioning;
    RecordingBackend recorder(**backend);
    Workspace workspace(**backend);
    NetworkContext context{recorder, workspace, {}};
    double best = 1e9;
    std::map<std::string, Sum> sums; // best time of every operation over the repeats
    std::vector<Operation> bestOf;
    for (int round = 0; round <= nRepeat; ++round) { // the first one warms up
        begin = seconds();
        const double cpuBegin = cpuSeconds();
        if (const auto done = (*net)->predict(context, input, out); !done)
            return fail(done.error().message);
        const double took = seconds() - begin;
        const OperationList list = recorder.take();
        if (round == 0) {
            bestOf = list.operations;
            continue;
        }
        for (std::size_t i = 0; i < bestOf.size(); ++i)
            if (round == 1 || list.operations[i].timeNs < bestOf[i].timeNs)
                bestOf[i] = list.operations[i];
        best = std::min(best, took);
        std::printf("step %d: %.3f s (processor %.3f s), %.0f GFLOP, %.0f GFLOP/s\n", round, took,
                    cpuSeconds() - cpuBegin, static_cast<double>(list.totalFlops()) / 1e9,
                    static_cast<double>(list.totalFlops()) / took / 1e9);
    }
    double allTime = 0, allFlops = 0;
    for (const Operation& op : bestOf) {
        std::string key = op.name;
        if (op.name == "conv2d" || op.name == "denseAttention")
            key += " " + op.detail;
        if (each) {
            key += " " + op.inputs.front().shape.toString();
            if (op.name == "denseAttention")
                key += " keys " + op.inputs[1].shape.toString();
            for (const OperandInfo& w : op.weights)
                key += " " + w.shape.toString();
            if (op.weights.size() > 3)
                key = op.name + " of the time";
        }
        Sum& sum = sums[key];
        sum.time += static_cast<double>(op.timeNs) * 1e-9;
        sum.flops += static_cast<double>(op.flops);
        ++sum.n;
        allTime += static_cast<double>(op.timeNs) * 1e-9;
        allFlops += static_cast<double>(op.flops);
    }
    std::vector<std::pair<std::string, Sum>> sorted(sums.begin(), sums.end());
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second.time > b.second.time; });
    for (const auto& [name, sum] : sorted)
        std::printf("%8.1f ms %5.1f %%  %6.0f GFLOP/s %4.0f %% of peak  %3d x %s\n", sum.time * 1e3,
                    100 * sum.time / allTime, sum.flops / sum.time / 1e9,
                    peak > 0 ? 100 * sum.flops / sum.time / 1e9 / peak : 0.0, sum.n, name.c_str());
    std::printf("best of every operation together: %.3f s, %.0f GFLOP/s; best step: %.3f s\n", allTime,
                allFlops / allTime / 1e9, best);
    if (!json.empty())
        if (FILE* file = std::fopen(json.c_str(), "w")) {
            std::fprintf(file, "{\"size\": %d, \"threads\": %d, \"seconds\": %.4f, \"gflop\": %.1f, \"peak\": %.1f}\n",
                         size, nThread, best, allFlops / 1e9, peak);
            std::fclose(file);
        }
    return 0;
}
