// SPDX-License-Identifier: Apache-2.0
// The same tokens give the same logits however they are divided into passes, whoever shares the batch, and within a
// stated tolerance whatever type the cache has.

#include "tests/core/model/model_test_support.h"

#include <atomic>
#include <cstdlib>
#include <new>
#include <numeric>

namespace {
std::atomic<long> nAllocation{0};
}
// Counts every allocation of this program: the forward pass promises none once it is warm.
void* operator new(std::size_t bytes) {
    nAllocation.fetch_add(1, std::memory_order_relaxed);
    if (void* memory = std::malloc(bytes == 0 ? 1 : bytes))
        return memory;
    throw std::bad_alloc();
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { // std::stable_sort's buffer
    nAllocation.fetch_add(1, std::memory_order_relaxed);
    return std::malloc(bytes == 0 ? 1 : bytes);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

using namespace vitral;
using namespace vitral::test;

namespace {
/// Counts operations and does none, so that only the model's own code runs.
class NullBackend : public Backend {
public:
    int nOperation = 0;
    BackendInfo info() const override { return {"none", ""}; }
    Result<std::unique_ptr<Buffer>> allocate(std::size_t) override {
        return fail(ErrorCode::Bug, "There is no memory here.");
    }
    Result<std::unique_ptr<Matrix>> loadMatrix(const TensorView&, std::stop_token) override {
        return fail(ErrorCode::Bug, "There are no weights here.");
    }
    Result<std::unique_ptr<Matrix>> loadWeights(const TensorView&, WeightForm, std::stop_token) override {
        return fail(ErrorCode::Bug, "There are no weights here.");
    }
    Result<std::unique_ptr<Matrix>> loadConv(const TensorView&, WeightForm, std::stop_token) override {
        return fail(ErrorCode::Bug, "There are no weights here.");
    }
    Result<std::unique_ptr<Buffer>> loadVector(const TensorView&) override {
        return fail(ErrorCode::Bug, "There are no weights here.");
    }
    void embedding(Tensor, const Matrix&, std::span<const std::int32_t>) override { ++nOperation; }
    void rmsNorm(Tensor, Tensor, Tensor, float) override { ++nOperation; }
    void layerNorm(Tensor, Tensor, Tensor, Tensor, float) override { ++nOperation; }
    void matmul(Tensor, std::span<const MatmulOutput>) override { ++nOperation; }
    void add(Tensor, Tensor, Tensor) override { ++nOperation; }
    void mul(Tensor, Tensor, Tensor) override { ++nOperation; }
    void scale(Tensor, Tensor, float) override { ++nOperation; }
    void softcap(Tensor, float) override { ++nOperation; }
    void activation(Activation, Tensor, Tensor) override { ++nOperation; }
    void gatedActivation(Activation, Tensor, Tensor, Tensor) override { ++nOperation; }
    void rope(Tensor, std::int32_t, std::span<const BatchRow>, const RopeTable&) override { ++nOperation; }
    void kvStore(KvCache&, std::int32_t, Tensor, Tensor, std::span<const BatchRow>) override { ++nOperation; }
    void attention(Tensor, Tensor, const KvCache&, std::int32_t, std::span<const BatchRow>,
                   const AttentionParams&) override {
        ++nOperation;
    }
    void moeRoute(Tensor, Tensor, Tensor, RouterGate) override { ++nOperation; }
    void matmulExperts(Tensor, Tensor, const Matrix&, Tensor, Tensor) override { ++nOperation; }
    void moeCombine(Tensor, Tensor, Tensor) override { ++nOperation; }
    void gatherRows(Tensor, Tensor, std::span<const std::int32_t>) override { ++nOperation; }
    void conv2d(Tensor, Tensor, const Matrix&, Tensor, const Conv2dParams&) override { ++nOperation; }
    void groupNorm(Tensor, Tensor, Tensor, Tensor, const ImageShape&, std::int32_t, float,
                   std::optional<Activation>) override {
        ++nOperation;
    }
    void upsample2x(Tensor, Tensor, const ImageShape&) override { ++nOperation; }
    void addPerImage(Tensor, Tensor, Tensor, const ImageShape&) override { ++nOperation; }
    void copy(Tensor, Tensor) override { ++nOperation; }
    void denseAttention(Tensor, Tensor, Tensor, Tensor, const DenseAttentionParams&) override { ++nOperation; }
    void read(Tensor, std::span<float>) override { ++nOperation; }
    void write(Tensor, std::span<const float>) override { ++nOperation; }
    void readKeys(const KvCache&, std::int32_t, SeqId, std::int32_t, std::int64_t, std::int64_t,
                  std::span<float>) override {}
    void readValues(const KvCache&, std::int32_t, SeqId, std::int32_t, std::int64_t, std::int64_t,
                    std::span<float>) override {}
    std::size_t kvBlockBytes(const KvLayerSpec&, DType) const override { return 0; }
};
} // namespace

class TestModelBatches : public QObject {
    Q_OBJECT
    std::shared_ptr<Backend> backend_;

    static void eachModel() {
        QTest::addColumn<QString>("run");
        for (const std::string& run : goldenRuns())
            QTest::newRow(run.c_str()) << QString::fromStdString(run);
    }
    /// 8-bit activations round differently in different kernels, so quantised weights get more room.
    static double room(const std::string& model) { return model == "gpt-oss-mxfp4" ? 2e-2 : 2e-5; }

    /// Median over rows: in a mixture of experts a rounded key may tip the router's choice for a few tokens, which then
    /// differ altogether.
    static double typicalError(std::span<const float> logits, const HostTensor& expected) {
        std::vector<double> errors;
        const std::size_t n = std::size_t(expected.nCol);
        for (std::size_t i = 0; i < std::size_t(expected.nRow); ++i)
            errors.push_back(relativeError(logits.subspan(i * n, n), std::span(expected.values).subspan(i * n, n)));
        std::nth_element(errors.begin(), errors.begin() + std::ptrdiff_t(errors.size() / 2), errors.end());
        return errors[errors.size() / 2];
    }

private slots:
    void initTestCase() {
        const auto backend = makeCpuBackend({2, CpuIsa::Auto});
        QVERIFY_RESULT(backend);
        backend_ = *backend;
    }

    void chunksDoNotMatter_data() { eachModel(); }
    void chunksDoNotMatter() {
        QFETCH(QString, run);
        const auto golden = loadGolden(run.toStdString());
        QVERIFY_RESULT(golden);
        const auto model = loadGoldenModel(golden->model, backend_);
        QVERIFY_RESULT(model);
        Runner whole(*model, golden->nCtx);
        const auto expected = whole.feed(golden->tokens);
        QVERIFY_RESULT(expected);
        for (const std::size_t nChunk : {std::size_t(1), std::size_t(5), std::size_t(11)}) {
            Runner runner(*model, golden->nCtx);
            std::vector<float> logits;
            for (std::size_t i = 0; i < golden->tokens.size(); i += nChunk) {
                const std::size_t n = std::min(nChunk, golden->tokens.size() - i);
                const auto part = runner.feed(std::span(golden->tokens).subspan(i, n));
                QVERIFY_RESULT(part);
                logits.insert(logits.end(), part->begin(), part->end());
            }
            const double error = relativeError(logits, *expected);
            QVERIFY2(error <= room(golden->model),
                     qPrintable(QString("chunks of %1: relative error %2").arg(nChunk).arg(error)));
        }
    }

    void sequencesDoNotDisturbEachOther_data() { eachModel(); }
    void sequencesDoNotDisturbEachOther() {
        QFETCH(QString, run);
        const auto golden = loadGolden(run.toStdString());
        QVERIFY_RESULT(golden);
        const auto model = loadGoldenModel(golden->model, backend_);
        QVERIFY_RESULT(model);
        const std::vector<TokenId> a(golden->tokens.begin(), golden->tokens.begin() + 13);
        const std::vector<TokenId> b(golden->tokens.rbegin(), golden->tokens.rbegin() + 9);
        const std::size_t nVocab = std::size_t((*model)->config().nVocab);
        // Alone; the same nCtx on both sides, because LongRoPE chooses by it.
        Runner aloneA(*model, golden->nCtx), aloneB(*model, golden->nCtx);
        const auto logitsA = aloneA.feed(a);
        const auto logitsB = aloneB.feed(b);
        QVERIFY_RESULT(logitsA);
        QVERIFY_RESULT(logitsB);
        if (golden->nCtx < 64)
            return; // no room for two
        // Together: first a prefix of each in one batch, then the rest of each in one batch.
        Runner both(*model, golden->nCtx);
        QVERIFY_RESULT(both.cache);
        const auto second = (*both.cache)->newSequence();
        QVERIFY_RESULT(second);
        std::vector<float> gotA, gotB;
        for (const auto& [firstA, endA, firstB, endB] :
             {std::array<int, 4>{0, 6, 0, 4}, std::array<int, 4>{6, 13, 4, 9}}) {
            std::vector<TokenId> tokens;
            std::vector<BatchRow> rows;
            for (int i = firstA; i < endA; ++i) {
                tokens.push_back(a[std::size_t(i)]);
                rows.push_back({both.sequence, i});
            }
            for (int i = firstB; i < endB; ++i) {
                tokens.push_back(b[std::size_t(i)]);
                rows.push_back({*second, i});
            }
            QVERIFY_RESULT((*both.cache)->reserve(both.sequence, endA - firstA));
            QVERIFY_RESULT((*both.cache)->reserve(*second, endB - firstB));
            std::vector<std::int32_t> wanted(tokens.size());
            std::iota(wanted.begin(), wanted.end(), 0);
            const auto logits = both.forward(tokens, rows, wanted);
            QVERIFY_RESULT(logits);
            (*both.cache)->advance(both.sequence, endA - firstA);
            (*both.cache)->advance(*second, endB - firstB);
            const auto cut = logits->begin() + std::ptrdiff_t(std::size_t(endA - firstA) * nVocab);
            gotA.insert(gotA.end(), logits->begin(), cut);
            gotB.insert(gotB.end(), cut, logits->end());
        }
        QVERIFY2(relativeError(gotA, *logitsA) <= room(golden->model), "the first sequence changed in company");
        QVERIFY2(relativeError(gotB, *logitsB) <= room(golden->model), "the second sequence changed in company");
    }

    void onlyWantedRowsDiffer() {
        // A few rows from the middle: the shorter way through the last layer gives what the long one gives.
        for (const char* name : {"llama", "qwen3moe", "olmo2", "stablelm-parallel", "gpt2"}) {
            const auto golden = loadGolden(name);
            QVERIFY_RESULT(golden);
            const auto model = loadGoldenModel(golden->model, backend_);
            QVERIFY_RESULT(model);
            Runner all(*model, golden->nCtx), some(*model, golden->nCtx);
            const auto expected = all.feed(golden->tokens);
            QVERIFY_RESULT(expected);
            const std::size_t n = golden->tokens.size(), nVocab = std::size_t((*model)->config().nVocab);
            QVERIFY_RESULT((*some.cache)->reserve(some.sequence, std::int64_t(n)));
            std::vector<BatchRow> rows;
            for (std::size_t i = 0; i < n; ++i)
                rows.push_back({some.sequence, std::int32_t(i)});
            const std::vector<std::int32_t> wanted{2, 3, 17};
            const auto logits = some.forward(golden->tokens, rows, wanted);
            QVERIFY_RESULT(logits);
            for (std::size_t i = 0; i < wanted.size(); ++i)
                QVERIFY2(relativeError(std::span(*logits).subspan(i * nVocab, nVocab),
                                       std::span(*expected).subspan(std::size_t(wanted[i]) * nVocab, nVocab)) <= 1e-5,
                         name);
            QVERIFY_RESULT(some.forward(golden->tokens, rows, {})); // prefill without logits
        }
    }

    void smallerCachesStayClose_data() { eachModel(); }
    void smallerCachesStayClose() {
        QFETCH(QString, run);
        const auto golden = loadGolden(run.toStdString());
        QVERIFY_RESULT(golden);
        const auto model = loadGoldenModel(golden->model, backend_);
        QVERIFY_RESULT(model);
        // Keys and values of unit size: half floats keep 11 bits, Q8_0 about 7 a block of 32. These models have few and
        // narrow heads and scores far from uniform, which is harder than real ones are.
        for (const auto& [type, allowed] : {std::pair{DType::F16, 1.5e-3}, std::pair{DType::Q8_0, 3e-2}}) {
            Runner runner(*model, golden->nCtx, type);
            if (type == DType::Q8_0 && !runner.cache) {
                QVERIFY_ERROR(runner.cache, ErrorCode::Unsupported); // a head narrower than a block of 32
                continue;
            }
            const auto logits = runner.feed(golden->tokens);
            QVERIFY_RESULT(logits);
            const double error = typicalError(*logits, golden->points.at("hook_logits"));
            if (qEnvironmentVariableIsSet("VITRAL_VERBOSE"))
                qInfo("%-20s %s %.1e", QTest::currentDataTag(), std::string(dtypeInfo(type).name).c_str(), error);
            const double room = golden->model == "gpt-oss-mxfp4" ? 3e-2 : 0;
            QVERIFY2(error <= allowed + room,
                     qPrintable(QString("%1: relative error %2").arg(dtypeInfo(type).name.data()).arg(error)));
        }
    }

    void modelCodeAllocatesNothingOnceWarm_data() { eachModel(); }
    void modelCodeAllocatesNothingOnceWarm() {
        QFETCH(QString, run);
        const auto golden = loadGolden(run.toStdString());
        QVERIFY_RESULT(golden);
        const auto model = loadGoldenModel(golden->model, backend_);
        QVERIFY_RESULT(model);
        Runner runner(*model, golden->nCtx);
        QVERIFY_RESULT((*runner.cache)->reserve(runner.sequence, 8));
        NullBackend nothing;
        ForwardContext context{nothing, **runner.cache, runner.workspace, nullptr, {}};
        std::vector<float> logits(std::size_t((*model)->config().nVocab));
        const std::vector<TokenId> token{5};
        const std::vector<std::int32_t> wanted{0};
        for (std::int32_t position = 0; position < 4; ++position) {
            const std::vector<BatchRow> rows{{runner.sequence, position}};
            const std::size_t bytes = runner.workspace.reservedBytes();
            const long before = nAllocation.load();
            nothing.nOperation = 0;
            const auto result = (*model)->forward(context, Batch{token, rows, wanted}, logits);
            const long after = nAllocation.load();
            QVERIFY_RESULT(result);
            if (position > 0) {
                QCOMPARE(after - before, 0L);
                QCOMPARE(runner.workspace.reservedBytes(), bytes);
            }
        }
        // One token through Llama: 13 operations a layer, embedding, final norm, head, and the logits read back.
        if (golden->model == "llama")
            QCOMPARE(nothing.nOperation, 13 * 3 + 4);
    }

    void stopsBetweenLayers() {
        const auto model = loadGoldenModel("llama", backend_);
        QVERIFY_RESULT(model);
        Runner runner(*model, 64);
        QVERIFY_RESULT((*runner.cache)->reserve(runner.sequence, 1));
        std::stop_source source;
        source.request_stop();
        const std::vector<TokenId> token{5};
        const std::vector<BatchRow> rows{{runner.sequence, 0}};
        const std::vector<std::int32_t> wanted{0};
        const auto stopped = runner.forward(token, rows, wanted, nullptr, source.get_token());
        QVERIFY_ERROR(stopped, ErrorCode::Cancelled);
    }

    void meaninglessBatchesAreSentences() {
        const auto model = loadGoldenModel("gpt2", backend_);
        QVERIFY_RESULT(model);
        Runner runner(*model, 128);
        QVERIFY_RESULT((*runner.cache)->reserve(runner.sequence, 100));
        const std::vector<std::int32_t> wanted{0};
        QVERIFY_ERROR(runner.forward(std::vector<TokenId>{128}, std::vector<BatchRow>{{0, 0}}, wanted),
                      ErrorCode::InvalidArgument);
        QVERIFY_ERROR(runner.forward(std::vector<TokenId>{-1}, std::vector<BatchRow>{{0, 0}}, wanted),
                      ErrorCode::InvalidArgument);
        QVERIFY_ERROR(runner.forward(std::vector<TokenId>{5}, std::vector<BatchRow>{{0, 64}}, wanted),
                      ErrorCode::ContextFull);
        QVERIFY_ERROR(runner.forward(std::vector<TokenId>{5}, std::vector<BatchRow>{{0, 1000}}, wanted),
                      ErrorCode::Bug);
        QVERIFY_ERROR(runner.forward({}, {}, {}), ErrorCode::Bug);
        QVERIFY_ERROR(
            runner.forward(std::vector<TokenId>{5}, std::vector<BatchRow>{{0, 0}}, std::vector<std::int32_t>{1}),
            ErrorCode::Bug);
    }
};

QTEST_GUILESS_MAIN(TestModelBatches)
#include "tst_model_batches.moc"
