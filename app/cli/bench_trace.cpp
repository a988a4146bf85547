// SPDX-License-Identifier: Apache-2.0
#include "app/cli/bench_trace.h"

#include "app/cli/bench_figures.h"
#include "core/base/rng.h"
#include "core/trace/recorder.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

namespace vitral::cli {

namespace {

using Clock = std::chrono::steady_clock;
constexpr double kSnapshotSeconds = 0.05, kMostOfRun = 0.01; // as the engine tells of a recording
constexpr std::size_t kPlain = 0, kKinds = 3, kTraced = 2;

/// The recorder with a clock around it.
class Timed final : public ForwardObserver {
public:
    explicit Timed(Recorder& recorder) : recorder_(&recorder) {}
    [[nodiscard]] bool wants(Point point, std::int32_t iLayer) const override {
        return recorder_->wants(point, iLayer);
    }
    void give(Point point, std::int32_t iLayer, Tensor tensor) override {
        const double start = processorSeconds();
        recorder_->give(point, iLayer, tensor);
        seconds += processorSeconds() - start;
    }
    void giveAttention(std::int32_t iLayer, const AttentionParams& params, const RopeTable* rope) override {
        recorder_->giveAttention(iLayer, params, rope);
    }
    [[nodiscard]] bool wantsAllRows() const override { return recorder_->wantsAllRows(); }
    double seconds = 0;

private:
    Recorder* recorder_;
};

/// One of the three: a sequence of its own, and for the recorded one what the engine does after a pass.
class Lane {
public:
    Lane(const Model& model, Backend& backend, KvCache& cache, SeqId seq, std::unique_ptr<Recorder> recorder,
         std::stop_token stop)
        : model_(&model), cache_(&cache), seq_(seq), recorder_(std::move(recorder)),
          timed_(recorder_ ? std::make_unique<Timed>(*recorder_) : nullptr),
          workspace_(backend), context_{backend, cache, workspace_, timed_.get(), std::move(stop)} {}

    Result<void> pass(std::span<const TokenId> tokens, bool wantLast, PassTimes& times) {
        const auto n = static_cast<std::int64_t>(tokens.size());
        rows_.clear();
        wanted_.clear();
        const std::int64_t from = cache_->length(seq_);
        for (std::int64_t i = 0; i < n; ++i)
            rows_.push_back({seq_, static_cast<std::int32_t>(from + i)});
        if (wantLast)
            wanted_.push_back(static_cast<std::int32_t>(n - 1));
        logits_.resize(wanted_.size() * static_cast<std::size_t>(model_->config().nVocab));
        VITRAL_TRY(cache_->reserve(seq_, n));
        tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
        pieces_.resize(tokens_.size(), " token");
        scores_.resize(tokens_.size());

        const Clock::time_point wall = Clock::now();
        const double processor = processorSeconds();
        const std::array<PassRun, 1> run{{{0, seq_, 0, n, from}}};
        if (recorder_)
            recorder_->beginPass(*cache_, run, wanted_);
        VITRAL_TRY(model_->forward(context_, {tokens, rows_, wanted_}, logits_));
        if (recorder_ && (n > 1 || std::chrono::duration<double>(Clock::now() - told_).count() >=
                                       std::max(kSnapshotSeconds, tellSeconds_ / kMostOfRun)))
            tell();
        ownSeconds = timed_ ? timed_->seconds : 0.0;
        if (timed_)
            timed_->seconds = 0;
        times.processor.push_back(processorSeconds() - processor);
        times.wall.push_back(std::chrono::duration<double>(Clock::now() - wall).count());
        cache_->advance(seq_, n);
        return {};
    }
    double ownSeconds = 0; ///< of the last pass, spent on recording
    [[nodiscard]] std::size_t recordedBytes() const { return latest_ ? latest_->bytes() : 0; }
    void release() { cache_->release(seq_); }

private:
    void tell() {
        const double start = processorSeconds();
        const Clock::time_point begin = Clock::now();
        auto recording = std::make_shared<Recording>();
        recording->tokens = tokens_;
        recording->pieces = pieces_;
        recording->scores = scores_;
        recorder_->snapshot(0, *recording);
        latest_ = std::move(recording);
        told_ = Clock::now();
        tellSeconds_ = std::chrono::duration<double>(told_ - begin).count();
        timed_->seconds += processorSeconds() - start;
    }

    const Model* model_;
    KvCache* cache_;
    SeqId seq_;
    std::unique_ptr<Recorder> recorder_; ///< null: nothing is recorded
    std::unique_ptr<Timed> timed_;
    Workspace workspace_;
    ForwardContext context_;
    std::vector<BatchRow> rows_;
    std::vector<std::int32_t> wanted_;
    std::vector<float> logits_;
    std::vector<TokenId> tokens_;
    std::vector<std::string> pieces_;
    std::vector<std::shared_ptr<const TokenScore>> scores_;
    RecordingPtr latest_;
    Clock::time_point told_;
    double tellSeconds_ = 0; ///< of the last snapshot
};

} // namespace

double TraceCost::share(const PassTimes (&times)[3], int which, bool processor) {
    const auto& of = processor ? times[which].processor : times[which].wall;
    const auto& plain = processor ? times[kPlain].processor : times[kPlain].wall;
    std::vector<double> ratios;
    for (std::size_t i = 0; i < std::min(of.size(), plain.size()); ++i)
        ratios.push_back(of[i] / plain[i]);
    if (ratios.empty())
        return 0.0;
    std::sort(ratios.begin(), ratios.end());
    const std::size_t n = ratios.size();
    return (n % 2 ? ratios[n / 2] : (ratios[n / 2 - 1] + ratios[n / 2]) / 2) - 1.0;
}

Result<TraceCost> benchTrace(const std::shared_ptr<const Model>& model, Backend& backend, const TraceBenchOptions& o,
                             const std::stop_token& stop) {
    VITRAL_TRY_ASSIGN(const TraceShape shape, traceShape(*model));
    const std::int64_t nLongest = o.nPrompt + o.nGenerate;
    VITRAL_TRY_ASSIGN(const TracePlan plan, planTrace(o.request, shape, nLongest, 1, o.kvType));
    const std::int64_t nRoom = (nLongest / kKvBlockTokens + 2) * kKvBlockTokens * static_cast<std::int64_t>(kKinds);
    VITRAL_TRY_ASSIGN(const auto cache, KvCache::create(backend, model->kvSpec(nRoom, o.kvType)));
    TraceCost cost;
    cost.plannedBytes = plan.bytes;
    cost.halfQueries = plan.queryType == DType::F16;
    double own[2] = {0, 0}, whole[2] = {0, 0}; // prefill, decode
    Rng rng(42);
    const auto nextToken = [&] {
        return static_cast<TokenId>(rng.next() % static_cast<std::uint64_t>(model->config().nVocab));
    };
    for (int r = 0; r < o.nRun; ++r) {
        std::vector<std::unique_ptr<Lane>> lanes;
        for (std::size_t kind = 0; kind < kKinds; ++kind) {
            VITRAL_TRY_ASSIGN(const SeqId seq, cache->newSequence());
            lanes.push_back(std::make_unique<Lane>(
                *model, backend, *cache, seq,
                kind == kTraced ? std::make_unique<Recorder>(plan, shape, backend, o.kvType, 1) : nullptr, stop));
        }
        std::size_t turn = static_cast<std::size_t>(r);
        const auto inTurn = [&](std::span<const TokenId> tokens, bool wantLast, PassTimes(&times)[3]) -> Result<void> {
            ++turn; // who goes first changes
            for (std::size_t i = 0; i < kKinds; ++i) {
                const std::size_t kind = (turn + i) % kKinds;
                VITRAL_TRY(lanes[kind]->pass(tokens, wantLast, times[kind]));
                if (kind == kTraced) {
                    own[tokens.size() > 1 ? 0 : 1] += lanes[kind]->ownSeconds;
                    whole[tokens.size() > 1 ? 0 : 1] += times[kind].processor.back();
                }
            }
            return {};
        };
        PassTimes warm[3];
        std::vector<TokenId> tokens;
        for (std::int64_t done = 0; done < o.nPrompt; done += o.nBatch) {
            tokens.resize(static_cast<std::size_t>(std::min(o.nBatch, o.nPrompt - done)));
            std::generate(tokens.begin(), tokens.end(), nextToken);
            // The first pass of all hands out the scratch memory.
            VITRAL_TRY(inTurn(tokens, done + o.nBatch >= o.nPrompt, r == 0 && done == 0 ? warm : cost.prefill));
        }
        for (std::int64_t i = 0; i < o.nGenerate; ++i) {
            tokens.assign(1, nextToken());
            VITRAL_TRY(inTurn(tokens, true, i < 2 ? warm : cost.decode));
        }
        cost.recordedBytes = lanes[kTraced]->recordedBytes();
        for (const auto& lane : lanes)
            lane->release();
    }
    cost.prefillOwnShare = whole[0] > own[0] ? own[0] / (whole[0] - own[0]) : 0.0;
    cost.decodeOwnShare = whole[1] > own[1] ? own[1] / (whole[1] - own[1]) : 0.0;
    return cost;
}

} // namespace vitral::cli
