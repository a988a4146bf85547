// SPDX-License-Identifier: Apache-2.0
// vitral-cli bench: tokens per second of prefill and decode, on the model's forward pass alone (no sampling), beside
// what the memory of this machine could give. With --against, another program's benchmark takes turns with ours, round
// by round, because the speed of a shared machine drifts.

#include "app/cli/bench_denoise.h"
#include "app/cli/bench_figures.h"
#include "app/cli/bench_memory.h"
#include "app/cli/bench_rival.h"
#include "app/cli/bench_trace.h"
#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/cli/language.h"
#include "core/base/amounts.h"
#include "core/base/rng.h"
#include "core/base/thread_pool.h"
#include "core/diffusion/model.h"
#include "core/model/model.h"
#include "core/trace/point_patterns.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <sys/resource.h>

namespace vitral::cli {

namespace {

using Clock = std::chrono::steady_clock;

struct BenchOptions {
    std::string model;
    std::int64_t nPrompt = 512;
    std::int64_t nGenerate = 128;
    std::int64_t nBatch = 512;
    std::int64_t nBranch = 1;
    int nRun = 5;
    bool json = false;
    std::string against;
    std::string trace; ///< points to record, or empty
    std::string queries = "f32";
};

std::string processorName() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.rfind("model name", 0) == 0)
            return line.substr(line.find(':') + 2);
    return "unknown processor";
}

/// Bytes of weights that one token reads: everything but an untied embedding table and experts not chosen.
double bytesPerToken(const Model& model) {
    const GgufFile& file = *model.file();
    const bool tied = file.findTensor("output.weight") == nullptr;
    const ModelConfig& c = model.config();
    double bytes = 0;
    for (const GgufTensor& t : file.tensors()) {
        if (t.name == "position_embd.weight" || (t.name == "token_embd.weight" && !tied))
            continue;
        double share = 1;
        if (t.name.find("_exps.") != std::string::npos && c.nExpert > 0)
            share = static_cast<double>(c.nExpertUsed) / static_cast<double>(c.nExpert);
        bytes += share * static_cast<double>(t.view.bytes.size());
    }
    return bytes;
}

/// Runs forward passes over random tokens on a fresh sequence each time: the same tokens in every run, so that runs can
/// be compared, and no run brings rows of the embedding table into memory that the one before did not.
class Runner {
public:
    Runner(const Model& model, Backend& backend, KvCache& cache, std::stop_token stop)
        : model_(model), cache_(cache),
          workspace_(backend), context_{backend, cache, workspace_, nullptr, std::move(stop)} {}

    /// Seconds for n tokens in batches, logits of the last one only.
    Result<double> prefill(std::int64_t n, std::int64_t nBatch) {
        VITRAL_TRY_ASSIGN(const SeqId seq, cache_.newSequence());
        rng_ = Rng(kSeed);
        const auto start = Clock::now();
        for (std::int64_t done = 0; done < n; done += nBatch)
            VITRAL_TRY(pass(std::span(&seq, 1), std::min(nBatch, n - done), done + nBatch >= n));
        const double seconds = secondsSince(start);
        cache_.release(seq);
        return seconds;
    }

    /// Seconds for n steps of nBranch sequences, one token each, behind an empty context.
    Result<double> decode(std::int64_t n, std::int64_t nBranch) {
        std::vector<SeqId> seqs;
        for (std::int64_t i = 0; i < nBranch; ++i) {
            VITRAL_TRY_ASSIGN(const SeqId seq, cache_.newSequence());
            seqs.push_back(seq);
        }
        rng_ = Rng(kSeed);
        const auto start = Clock::now();
        for (std::int64_t i = 0; i < n; ++i)
            VITRAL_TRY(pass(seqs, 1, true));
        const double seconds = secondsSince(start);
        for (const SeqId seq : seqs)
            cache_.release(seq);
        return seconds;
    }

private:
    static constexpr std::uint64_t kSeed = 42;

    /// n new tokens on each sequence.
    Result<void> pass(std::span<const SeqId> seqs, std::int64_t n, bool wantLast) {
        tokens_.clear();
        rows_.clear();
        wanted_.clear();
        for (const SeqId seq : seqs) {
            VITRAL_TRY(cache_.reserve(seq, n));
            for (std::int64_t i = 0; i < n; ++i) {
                tokens_.push_back(
                    static_cast<TokenId>(rng_.next() % static_cast<std::uint64_t>(model_.config().nVocab)));
                rows_.push_back({seq, static_cast<std::int32_t>(cache_.length(seq) + i)});
            }
            if (wantLast)
                wanted_.push_back(static_cast<std::int32_t>(rows_.size() - 1));
        }
        logits_.resize(wanted_.size() * static_cast<std::size_t>(model_.config().nVocab));
        VITRAL_TRY(model_.forward(context_, {tokens_, rows_, wanted_}, logits_));
        for (const SeqId seq : seqs)
            cache_.advance(seq, n);
        return {};
    }

    const Model& model_;
    KvCache& cache_;
    Workspace workspace_;
    ForwardContext context_;
    Rng rng_{kSeed};
    std::vector<TokenId> tokens_;
    std::vector<BatchRow> rows_;
    std::vector<std::int32_t> wanted_;
    std::vector<float> logits_;
};

nlohmann::json figures(const std::vector<double>& samples) {
    return {{"median", median(samples)}, {"samples", samples}};
}

/// What a benchmark found; speeds in tokens per second, one sample a run.
struct Measured {
    std::shared_ptr<const Model> model;
    std::string backend;
    int nThread = 0;
    double loadSeconds = 0;
    std::vector<double> prefill, decode, theirPrefill, theirDecode;
    std::vector<double> bandwidth; ///< GB/s
    std::uint64_t peakResidentBytes = 0;

    /// Decoding reads all weights once a step; a step makes one token a branch. GB/s.
    [[nodiscard]] double used(std::int64_t nBranch) const {
        return median(decode) / static_cast<double>(nBranch) * bytesPerToken(*model) / 1e9;
    }
};

/// The most memory this process has held at once, mapped files counted as far as they lie in memory.
std::uint64_t peakResidentBytes() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

Result<void> checkStop(const std::stop_token& stop) {
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, std::string(tr("Interrupted.", "Interrompido.")));
    return {};
}

Result<Measured> measure(const BenchOptions& o, const CommonOptions& common, const std::shared_ptr<Backend>& backend,
                         const std::stop_token& stop) {
    VITRAL_TRY_ASSIGN(const auto path, resolveModel(o.model));
    Measured m;
    m.backend = backend->info().detail;
    m.nThread = common.nThread > 0 ? common.nThread : availableCores();
    const auto start = Clock::now();
    LoadOptions load;
    load.backend = backend;
    load.stop = stop;
    VITRAL_TRY_ASSIGN(m.model, loadModel(path, load));
    m.loadSeconds = secondsSince(start);

    const std::int64_t nCtx = std::max(o.nPrompt, o.nGenerate) * o.nBranch + 32 * o.nBranch + 64;
    VITRAL_TRY_ASSIGN(const auto cache, KvCache::create(*backend, m.model->kvSpec(nCtx, common.kvType())));
    Runner runner(*m.model, *backend, *cache, stop);
    if (o.nPrompt > 0)
        VITRAL_TRY(runner.prefill(std::min<std::int64_t>(o.nPrompt, 64), o.nBatch));
    VITRAL_TRY(runner.decode(2, o.nBranch));

    for (int i = 0; i < o.nRun; ++i) {
        VITRAL_TRY(checkStop(stop));
        m.bandwidth.push_back(memoryBandwidth(m.nThread, stop));
        if (o.nPrompt > 0) {
            VITRAL_TRY_ASSIGN(const double seconds, runner.prefill(o.nPrompt, o.nBatch));
            m.prefill.push_back(static_cast<double>(o.nPrompt) / seconds);
        }
        if (o.nGenerate > 0) {
            VITRAL_TRY_ASSIGN(const double seconds, runner.decode(o.nGenerate, o.nBranch));
            m.decode.push_back(static_cast<double>(o.nGenerate * o.nBranch) / seconds);
        }
        if (!o.against.empty()) {
            VITRAL_TRY(checkStop(stop));
            VITRAL_TRY_ASSIGN(const RivalRound round, runRival(o.against, path, o.nPrompt, o.nGenerate, m.nThread));
            m.theirPrefill.push_back(round.prefillTokensPerSecond);
            m.theirDecode.push_back(round.decodeTokensPerSecond);
        }
    }
    m.peakResidentBytes = peakResidentBytes();
    return m;
}

std::string asJson(const Measured& m, const BenchOptions& o) {
    const ModelConfig& config = m.model->config();
    nlohmann::json j;
    j["model"] = config.name;
    j["architecture"] = config.architecture;
    j["quantisation"] = config.quantisation;
    j["file_mb"] = static_cast<double>(config.weightBytes) / 1e6;
    j["machine"] = processorName();
    j["backend"] = m.backend;
    j["threads"] = m.nThread;
    j["prompt"] = o.nPrompt;
    j["generate"] = o.nGenerate;
    j["branches"] = o.nBranch;
    j["prefill_tokens_per_s"] = figures(m.prefill);
    j["decode_tokens_per_s"] = figures(m.decode);
    j["memory_gb_per_s"] = figures(m.bandwidth);
    j["decode_fraction_of_memory"] = median(m.bandwidth) > 0 ? m.used(o.nBranch) / median(m.bandwidth) : 0.0;
    j["bytes_per_token"] = bytesPerToken(*m.model);
    j["load_seconds"] = m.loadSeconds;
    j["peak_resident_bytes"] = m.peakResidentBytes;
    if (!o.against.empty()) {
        const double prefill = median(m.theirPrefill), decode = median(m.theirDecode);
        j["against"] = {{"prefill_tokens_per_s", figures(m.theirPrefill)},
                        {"decode_tokens_per_s", figures(m.theirDecode)},
                        {"prefill_ratio", prefill > 0 ? median(m.prefill) / prefill : 0.0},
                        {"decode_ratio", decode > 0 ? median(m.decode) / decode : 0.0}};
    }
    return j.dump(2) + "\n";
}

std::string asText(const Measured& m, const BenchOptions& o) {
    const ModelConfig& config = m.model->config();
    std::string text = fmt::format("{} ({}, {}), {}\n{}, {}; loaded in {:.2f} s, peak memory {}\n", config.name,
                                   config.architecture, config.quantisation, byteSize(config.weightBytes),
                                   processorName(), m.backend, m.loadSeconds, byteSize(m.peakResidentBytes));
    if (!m.prefill.empty())
        text += fmt::format("prefill {:5}  {:8.1f} tokens/s  ({:.1f})\n", o.nPrompt, median(m.prefill),
                            fmt::join(m.prefill, ", "));
    if (!m.decode.empty())
        text += fmt::format("decode  {:5}  {:8.1f} tokens/s  ({:.1f}), {:.0f} % of {:.1f} GB/s\n", o.nGenerate,
                            median(m.decode), fmt::join(m.decode, ", "), 100 * m.used(o.nBranch) / median(m.bandwidth),
                            median(m.bandwidth));
    if (!o.against.empty())
        text += fmt::format("against        prefill {:.1f} ({:.1f}), decode {:.1f} ({:.1f}) tokens/s\n"
                            "ratio          prefill {:.2f}, decode {:.2f}\n",
                            median(m.theirPrefill), fmt::join(m.theirPrefill, ", "), median(m.theirDecode),
                            fmt::join(m.theirDecode, ", "), median(m.prefill) / std::max(median(m.theirPrefill), 1e-9),
                            median(m.decode) / std::max(median(m.theirDecode), 1e-9));
    return text;
}

/// --trace: what recording costs, instead of the speeds.
Result<std::string> traceCost(const BenchOptions& o, const CommonOptions& common,
                              const std::shared_ptr<Backend>& backend, const std::stop_token& stop) {
    VITRAL_TRY_ASSIGN(const auto path, resolveModel(o.model));
    LoadOptions load;
    load.backend = backend;
    load.stop = stop;
    VITRAL_TRY_ASSIGN(const auto model, loadModel(path, load));
    TraceBenchOptions t;
    t.nPrompt = o.nPrompt;
    t.nGenerate = o.nGenerate;
    t.nBatch = o.nBatch;
    t.nRun = o.nRun;
    t.kvType = common.kvType();
    t.request.byteBudget = std::size_t{1} << 40U;
    t.request.queries = o.queries == "f16" ? QueryPrecision::Half : QueryPrecision::Full;
    VITRAL_TRY_ASSIGN(const TraceShape shape, traceShape(*model));
    VITRAL_TRY(requestPoints(t.request, shape, o.trace, {}));
    const std::size_t bytes = traceBytes(t.request, shape, o.nPrompt + o.nGenerate);
    say(trf("bench: recording {} takes {} for {}", "bench: gravar {} ocupa {} para {}", o.trace, byteSize(bytes),
            counted(o.nPrompt + o.nGenerate, "token")));
    VITRAL_TRY_ASSIGN(const TraceCost cost, benchTrace(model, *backend, t, stop));
    if (o.json) {
        nlohmann::json j;
        j["model"] = model->config().name;
        j["machine"] = processorName();
        j["backend"] = backend->info().detail;
        j["prompt"] = o.nPrompt;
        j["generate"] = o.nGenerate;
        j["trace"] = o.trace;
        j["recorded_bytes"] = cost.recordedBytes;
        j["recorder_share"] = {{"prefill", cost.prefillOwnShare}, {"decode", cost.decodeOwnShare}};
        const char* const names[] = {"plain", "plain_again", "traced"};
        for (int kind = 0; kind < 3; ++kind)
            for (const bool prefill : {true, false}) {
                const PassTimes& times = prefill ? cost.prefill[kind] : cost.decode[kind];
                j[prefill ? "prefill" : "decode"][names[kind]] = {
                    {"seconds", figures(times.wall)},
                    {"processor_seconds", figures(times.processor)},
                    {"share", TraceCost::share(prefill ? cost.prefill : cost.decode, kind, false)},
                    {"processor_share", TraceCost::share(prefill ? cost.prefill : cost.decode, kind, true)}};
            }
        return j.dump(2) + "\n";
    }
    std::string text =
        fmt::format("{} ({}, {})\n{}, {}\nrecorded: {}, {} for {}\n", model->config().name,
                    model->config().architecture, model->config().quantisation, processorName(), backend->info().detail,
                    o.trace, byteSize(cost.recordedBytes), counted(o.nPrompt + o.nGenerate, "token"));
    for (const bool prefill : {true, false}) {
        const auto& times = prefill ? cost.prefill : cost.decode;
        const auto percent = [&](int kind, bool processor) { return 100 * TraceCost::share(times, kind, processor); };
        text +=
            fmt::format("{:<22} {:8.2f} ms a pass; nothing asked again {:+.2f} % (processor {:+.2f} %); "
                        "recorded {:+.2f} % (processor {:+.2f} %); the recorder itself {:.2f} %\n",
                        prefill ? fmt::format("prefill of {}", o.nPrompt) : fmt::format("decode behind {}", o.nPrompt),
                        1e3 * median(times[0].wall), percent(1, false), percent(1, true), percent(2, false),
                        percent(2, true), 100 * (prefill ? cost.prefillOwnShare : cost.decodeOwnShare));
    }
    return text;
}

Result<void> bench(const BenchOptions& o, const CommonOptions& common) {
    // Before the backend's threads: they must not be the ones that take the signal.
    InterruptWatch interrupt;
    std::stop_source stop;
    VITRAL_TRY_ASSIGN(const auto path, resolveModel(o.model));
    VITRAL_TRY_ASSIGN(const auto backend, common.backendFor(path));
    interrupt.onInterrupt([&stop] { stop.request_stop(); });
    interrupt.allowHere();
    if (!o.trace.empty()) {
        const Result<std::string> text = traceCost(o, common, backend, stop.get_token());
        interrupt.stop();
        if (!text && text.error().code == ErrorCode::Cancelled)
            return checkStop(stop.get_token());
        VITRAL_TRY(text);
        return writeAnswer(*text);
    }
    const Result<Measured> measured = measure(o, common, backend, stop.get_token());
    interrupt.stop();
    if (!measured && measured.error().code == ErrorCode::Cancelled)
        return checkStop(stop.get_token());
    if (!measured)
        return tl::unexpected(measured.error());
    return writeAnswer(o.json ? asJson(*measured, o) : asText(*measured, o));
}

} // namespace

void addBenchCommand(CLI::App& app, CommonOptions& common) {
    addMemoryProbeCommand(app, common);
    const auto options = std::make_shared<BenchOptions>();
    CLI::App* command = app.add_subcommand("bench", "Time prefill and decode, and compare with the memory's speed");
    addModelArgument(*command, options->model);
    command->add_option("-p,--prompt-tokens", options->nPrompt, "Tokens of the prompt (0: none)")
        ->check(CLI::Range(0, 1 << 20));
    command->add_option("-n,--generate", options->nGenerate, "Tokens to generate (0: none)")
        ->check(CLI::Range(0, 1 << 20));
    command->add_option("-b,--batch", options->nBatch, "Prompt tokens in one pass")->check(CLI::Range(1, 1 << 16));
    command->add_option("--branches", options->nBranch, "Sequences that decode together")->check(CLI::Range(1, 256));
    command->add_option("-r,--runs", options->nRun, "Runs; the median counts")->check(CLI::Range(1, 1000));
    command->add_flag("--json", options->json, "All samples as JSON");
    command->add_option("--against", options->against, "Path of llama-bench, to take turns with");
    command
        ->add_option("--trace", options->trace,
                     "Time what recording these points costs instead: attention, blocks.*.hook_resid_post, ...")
        ->type_name("NAMES");
    command->add_option("--queries", options->queries, "With --trace attention: keep queries as f32 or f16")
        ->check(CLI::IsMember({"f32", "f16"}));
    const auto pictures = std::make_shared<DenoiseBenchOptions>();
    command->add_option("--steps", pictures->steps, "Of a diffusion model: steps of a run")->check(CLI::Range(1, 1000));
    command->add_option("--width", pictures->width, "Of a diffusion model: pixels (0: its own)");
    command->add_option("--height", pictures->height, "Of a diffusion model: pixels (0: its own)");
    command->callback([&common, options, pictures] {
        common.action = [&common, options, pictures]() -> Result<void> {
            if (options->model.empty() || !diffusion::looksLikeDiffusionModel(options->model))
                return bench(*options, common);
            pictures->model = options->model;
            pictures->nRun = options->nRun;
            pictures->json = options->json;
            return benchDenoise(*pictures, common);
        };
    });
}

} // namespace vitral::cli
